package correlate

// shape is what a text is made of, found out eight bytes at a time.
type shape struct{ digits, letters int } // ASCII ones

// Of each byte of a word.
const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
	cases = 0x20 * ones // the bit that tells small letters from capitals; digits have it
)

// Texts of which shapeOf knows the shape: shorter ones are not random enough to ask, longer ones are rare.
const (
	minShaped = 16
	maxShaped = 128
)

// eight returns eight bytes of s from i on.
func eight(s string, i int) uint64 {
	s = s[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// within returns the high bits of the bytes of w from low to high, all ASCII.
func within(w uint64, low, high uint64) uint64 {
	return (w + (0x80-low)*ones) &^ (w + (0x7f-high)*ones) & highs
}

// shapeOf returns the shape of an ASCII text of minShaped to maxShaped bytes; ok is false for others.
func shapeOf(s string) (sh shape, ok bool) {
	if len(s) < minShaped || len(s) > maxShaped {
		return sh, false
	}
	var digits, letters, beyond uint64
	for i := 0; i < len(s); i += 8 {
		var w uint64
		if i+8 <= len(s) {
			w = eight(s, i)
		} else {
			w = eight(s, len(s)-8) >> (8 * uint(i+8-len(s)))
		}
		beyond |= w
		digits += within(w, '0', '9') >> 7
		letters += within(w|cases, 'a', 'z') >> 7
	}
	if beyond&highs != 0 {
		return sh, false
	}
	return shape{int(digits * ones >> 56), int(letters * ones >> 56)}, true
}

// random reports whether a text of the shape is that of a strong id for sure: enough digits and letters behind its prefix and
// the zeros that pad it.
func (sh *shape) random(s string) bool {
	body := unprefixed(s)
	letters := sh.letters
	if len(body) < len(s) {
		letters -= len(s) - len(body) - 1
	}
	n := sh.digits + letters
	for i := 0; i < len(body) && body[i] == '0'; i++ {
		n--
	}
	return sh.digits >= 3 && letters >= 3 && n >= 16
}

// named reports whether one of the first bytes of a text is neither a digit of a hex number nor a dash, as in "req_": such a
// text has one spelling.
func named(s string) bool {
	for i := range min(len(s), 8) {
		if hexClass[s[i]]&otherByte != 0 {
			return true
		}
	}
	return false
}

// hexWords returns the digits of a hex number of 16, 24 or 32 digits, or those of a UUID, in small letters: its words, and how
// many they are. It is 0 for other texts and for numbers that may be none by chance: those without a digit or a letter, or with
// zeros in front.
func hexWords(s string) (w [4]uint64, n int) {
	switch len(s) {
	case 16, 24, 32:
		n = len(s) / 8
		for i := range n {
			w[i] = eight(s, 8*i)
		}
	case 36:
		if s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
			return w, 0
		}
		// The middle words are two groups of four.
		const low = 1<<32 - 1
		n = 4
		w[0], w[3] = eight(s, 0), eight(s, 28)
		w[1] = eight(s, 9)&low | eight(s, 14)<<32
		w[2] = eight(s, 19)&low | eight(s, 24)<<32
	default:
		return w, 0
	}
	digits, letters, all, beyond := uint64(0), uint64(0), uint64(highs), uint64(0)
	for i := range n {
		beyond |= w[i]
		d := within(w[i], '0', '9')
		w[i] |= cases
		l := within(w[i], 'a', 'f')
		digits |= d
		letters |= l
		all &= d | l
	}
	const zeros = '0' * (ones & (1<<32 - 1))
	if beyond&highs != 0 || all != highs || digits == 0 || letters == 0 || uint32(w[0]) == zeros {
		return w, 0
	}
	return w, n
}
