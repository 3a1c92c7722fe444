package redact

import "hash/maphash"

// memo remembers texts in which a scan found nothing: logs say the same things again and again. A slot holds the text
// itself, so that a hit is certain. What was replaced is not remembered here.
type memo struct {
	seed  maphash.Seed
	own   *[]string // the secrets of ours that were looked for when the texts were scanned
	slots [1024]memoSlot
}

// memoText is the longest text that is remembered, in bytes.
const memoText = 312

type memoSlot struct {
	n     uint16
	used  bool // since it was last asked to give way
	form  form
	class class // what its key means
	text  [memoText]byte
}

// slot returns the slot in which s would stand.
func (m *memo) slot(s string) *memoSlot {
	return &m.slots[maphash.String(m.seed, s)%uint64(len(m.slots))]
}

// holds reports whether s under a key of class c was found clean.
func (x *memoSlot) holds(s string, f form, c class) bool {
	if string(x.text[:x.n]) != s || x.form != f || x.class != c {
		return false
	}
	x.used = true
	return true
}

// put remembers s, unless what stands here was of use since it was last asked.
func (x *memoSlot) put(s string, f form, c class) {
	if x.used {
		x.used = false
		return
	}
	x.n = uint16(copy(x.text[:], s))
	x.form, x.class = f, c
}
