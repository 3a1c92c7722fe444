package correlate

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"

	"github.com/ezlogs/ezlogs/schema"
)

// key is what is kept of an id: 128 bits of a keyed hash. The ids themselves belong to the chunk they were read in.
type key struct{ a, b uint64 }

// hasher makes keys. Its seed is random, so nobody can choose ids that collide.
type hasher struct{ seed key }

const (
	mulA = 0x9e3779b97f4a7c15
	mulB = 0xd6e8feb86659fd93
	mulC = 0xa0761d6478bd642f
)

// sum returns the key of s within a space; the same text in another space is another key.
func (h *hasher) sum(space uint64, s string) key { return sum(h, space, s) }

func sum[T string | []byte](h *hasher, space uint64, s T) key {
	a, b := h.begin(space, len(s))
	whole := s
	for len(s) >= 8 {
		a, b = round(a, b, uint64(s[0])|uint64(s[1])<<8|uint64(s[2])<<16|uint64(s[3])<<24|
			uint64(s[4])<<32|uint64(s[5])<<40|uint64(s[6])<<48|uint64(s[7])<<56)
		s = s[8:]
	}
	var w uint64
	if len(s) > 0 && len(whole) >= 8 {
		// The last eight bytes, without those that are in already.
		rest := 8 * uint(8-len(s))
		s = whole[len(whole)-8:]
		w = uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		w >>= rest
	} else {
		for i := range len(s) {
			w |= uint64(s[i]) << (8 * i)
		}
	}
	return finish(round(a, b, w))
}

// sumWords returns the key of a text that is whole words.
func (h *hasher) sumWords(space uint64, words []uint64) key {
	a, b := h.begin(space, 8*len(words))
	for _, w := range words {
		a, b = round(a, b, w)
	}
	return finish(round(a, b, 0))
}

// begin returns the state of the hash of a text of n bytes. round takes a word into it, finish makes it a key.
func (h *hasher) begin(space uint64, n int) (a, b uint64) {
	return h.seed.a ^ space*mulC, h.seed.b ^ uint64(n)*mulB
}

func round(a, b, w uint64) (uint64, uint64) { return fold(a^w, mulA) ^ b, fold(b^w, mulB) + a }

func finish(a, b uint64) key { return key{fold(a, mulC) ^ b, fold(b^mulA, mulC) + a} }

// mix returns a key of two.
func (k key) mix(o key) key {
	return key{fold(k.a^o.b, mulA) ^ o.a, fold(k.b^o.a, mulB) + o.b}
}

// short returns a hash that may collide once in 2^64.
func (k key) short() uint64 { return k.a ^ bits.RotateLeft64(k.b, 32) }

func fold(x, y uint64) uint64 {
	hi, lo := bits.Mul64(x, y)
	return hi ^ lo
}

// flowName returns the name of the flow whose strongest id this is: the same on every machine that shares the salt.
func (c *Correlator) flowName(kind schema.IdentKind, value string) schema.FlowID {
	if w, n := hexWords(value); n != 0 {
		return c.wordsName(w[:n])
	}
	return c.canonicalName(canonical(kind, value))
}

// canonicalName does so for an id in its normal form.
func (c *Correlator) canonicalName(canonical string) schema.FlowID {
	b := append(c.scratch[:0], c.prefix...)
	b = append(b, canonical...)
	c.scratch = b
	return nameSum(b)
}

// wordsName does so for an id that is whole words.
func (c *Correlator) wordsName(words []uint64) schema.FlowID {
	b := append(c.scratch[:0], c.prefix...)
	for _, w := range words {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	c.scratch = b
	return nameSum(b)
}

func nameSum(b []byte) schema.FlowID {
	sum := sha256.Sum256(b)
	return schema.FlowID(sum[:16])
}

// derivedID returns the id of an event that correlate makes: a function of its kind and what it is about.
func derivedID(of []byte) schema.ID {
	sum := sha256.Sum256(of)
	return schema.ID{Bits: [16]byte(sum[:16])}
}
