package correlate

import "strings"

// words finds any of a few dozen words in a text in one pass, in either case. Every event that may be a step of a process goes
// through it, so most positions are passed over after a look at two bytes.
type words struct {
	list   []string
	first  [256][]int16 // words that begin with a byte
	second [256]uint32  // which second bytes, modulo 32, the words with a first byte have
}

// found is a set of words; there are at most 64 times its length.
type found [4]uint64

func (f *found) has(n int16) bool { return f[n>>6]>>(n&63)&1 != 0 }

// add adds a word of lower-case ASCII and returns its number, -1 when there is no room.
func (w *words) add(word string) int16 {
	for i, have := range w.list {
		if have == word {
			return int16(i)
		}
	}
	if len(w.list) == 64*len(found{}) || len(word) < 2 || strings.ToLower(word) != word || strings.ContainsFunc(word, func(r rune) bool { return r >= 0x80 }) {
		return -1
	}
	n := int16(len(w.list))
	w.list = append(w.list, word)
	for _, c := range [...]byte{word[0], upper(word[0])} {
		w.second[c] |= 1 << (word[1] & 31) // upper and lower case are equal in these bits
		if len(w.first[c]) == 0 || w.first[c][len(w.first[c])-1] != n {
			w.first[c] = append(w.first[c], n)
		}
	}
	return n
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 0x20
	}
	return c
}

// find notes which words s contains.
func (w *words) find(s string, f *found) {
	for i := 0; i+1 < len(s); i++ {
		if w.second[s[i]]>>(s[i+1]&31)&1 == 0 {
			continue
		}
		for _, n := range w.first[s[i]] {
			if !f.has(n) && hasPrefixFold(s[i:], w.list[n]) {
				f[n>>6] |= 1 << (n & 63)
			}
		}
	}
}

// hasPrefixFold reports whether s begins with a word of lower-case ASCII, in either case.
func hasPrefixFold(s, word string) bool {
	if len(s) < len(word) {
		return false
	}
	for i := 0; i < len(word); i++ {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c += 0x20
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

// memo remembers what is true of the few names that logs use over and over.
type memo map[string]bool

// of returns is(name), from memory when it was asked before. It keeps a copy of the name.
func (m memo) of(name string, is func(string) bool) bool {
	if v, ok := m[name]; ok {
		return v
	}
	if len(m) >= 4096 {
		clear(m)
	}
	v := is(name)
	m[clone(name)] = v
	return v
}
