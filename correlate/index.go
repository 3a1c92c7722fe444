package correlate

import "math/bits"

// index finds the numbers of entries by their keys: a hash table of eight bytes a place, so that a look costs one miss of the
// cache and another for the entry. A place holds 32 bits of the key's hash, which say where it would like to be, and the number;
// 0 is empty. Whoever asks compares the keys themselves.
type index struct {
	places []uint64
	shift  uint8 // of a hash, to its place
	n      int
	seed   uint64
}

const minPlaces = 64

func newIndex(seed uint64) index {
	return index{places: make([]uint64, minPlaces), shift: uint8(32 - bits.TrailingZeros(minPlaces)), seed: seed}
}

// hash returns the hash of a key. Some keys are made of what others chose, so the seed is random.
func (x *index) hash(k key) uint32 { return uint32(fold(k.a^x.seed, k.b^mulC) >> 32) }

// add adds a number for a key with the hash, which must not be there.
func (x *index) add(h uint32, number int32) {
	if x.n*4 >= len(x.places)*3 {
		x.grow()
	}
	x.n++
	x.put(uint64(h)<<32 | uint64(uint32(number)))
}

func (x *index) put(s uint64) {
	mask := uint32(len(x.places) - 1)
	i := uint32(s>>32) >> x.shift
	for x.places[i&mask] != 0 {
		i++
	}
	x.places[i&mask] = s
}

func (x *index) grow() {
	old := x.places
	x.places = make([]uint64, 2*len(old))
	x.shift--
	for _, s := range old {
		if s != 0 {
			x.put(s)
		}
	}
}

// remove takes a number out, which must be there, and closes the gap.
func (x *index) remove(h uint32, number int32) {
	mask := uint32(len(x.places) - 1)
	i := h >> x.shift & mask
	for s := uint64(h)<<32 | uint64(uint32(number)); x.places[i] != s; {
		i = (i + 1) & mask
	}
	for j := (i + 1) & mask; x.places[j] != 0; j = (j + 1) & mask {
		if s := x.places[j]; (j-uint32(s>>32)>>x.shift)&mask >= (j-i)&mask {
			x.places[i] = s
			i = j
		}
	}
	x.places[i] = 0
	x.n--
}
