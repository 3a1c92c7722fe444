package redact

import "strings"

// Most values of events are names, paths, ids and short sentences in which nothing can be found. What is here says so
// without a scan, at a tenth of its price. It may say no to anything; what it says yes to, a scan leaves as it is.

// Flags of a byte in quiet: three say what words are made of, the others what a byte between words does.
const (
	qUpper  uint8 = 1 << iota
	qLetter       // letters in lower case and _
	qDigit
	qJoin  // . ~ - go on with a token, and with a number
	qGap   // ends a token, a number may go on behind it
	qSlash // ends a token that has no capitals; a number may go on behind it
	qColon // may stand behind a key
	qStop  // may belong to a finding, or has to be decoded

	qWord = qUpper | qLetter | qDigit
)

var quietFlags = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c >= 'A' && c <= 'Z':
			t[c] = qUpper
		case byteClass[c] == bAlpha || c == '_':
			t[c] = qLetter
		case byteClass[c] == bDigit:
			t[c] = qDigit
		case c >= 0x80 || c == 0x1b || strings.IndexByte("\"'`=>@+%&\\", byte(c)) >= 0:
			t[c] = qStop
		}
	}
	t['.'], t['~'], t['-'], t['/'], t[':'] = qJoin, qJoin, qJoin, qSlash, qColon
	t[' '], t['('], t[')'] = qGap, qGap, qGap
	return t
}()

// leastToken is the length of the shortest token that shows itself, "xoxb-" and ten characters. A number on its
// own has to have leastNumber digits to be one that is looked for, leastHyphened in groups with hyphens.
const (
	leastToken    = 15
	leastNumber   = 14
	leastHyphened = 9
)

// quiet reports whether plain text s, which stands under no telling key, can hold nothing that is looked for. With network
// set addresses are looked for as well.
func quiet(s string, network bool) bool {
	token, segment := 0, 0 // where the present ones begin; a segment ends at a slash
	digits, hyphened := 0, false
	upper := uint8(0) // in the present token
	for i := 0; i < len(s); {
		switch f := quietFlags[s[i]]; {
		case s[i] == '_':
		case f&qWord != 0:
			first, m := i, f
			for i++; i < len(s) && quietFlags[s[i]]&qWord != 0; i++ {
				m |= quietFlags[s[i]]
			}
			upper |= m & qUpper
			if m == qDigit {
				if digits += i - first; digits >= leastNumber || hyphened && digits >= leastHyphened {
					return false
				}
			} else {
				if f != qDigit && announces(s[first:i]) {
					return false
				}
				digits, hyphened = 0, false
			}
			if i-token >= leastToken && (upper != 0 || i-segment >= leastToken) {
				return false
			}
			continue
		case f == qGap:
			token, segment, upper = i+1, i+1, 0
		case f == qSlash:
			segment = i + 1
		case f == qJoin:
			if s[i] == '-' {
				if i+1 < len(s) && (s[i+1] == '-' || byteClass[s[i+1]] == bAlpha && i > 0 && isSpace[s[i-1]]) {
					return false
				}
				hyphened = true
			} else if network && i > 0 && i+1 < len(s) && quietFlags[s[i-1]]&quietFlags[s[i+1]] == qDigit {
				return false
			}
		case f == qColon:
			if network || !quietColon(s, i) {
				return false
			}
			if i+1 < len(s) && s[i+1] == ':' {
				i++
			}
			token, segment, upper, digits, hyphened = i+1, i+1, 0, 0, false
		case f == qStop:
			return false
		default:
			token, segment, upper, digits, hyphened = i+1, i+1, 0, 0, false
		}
		i++
	}
	return true
}

// quietColon reports whether the colon at i stands behind no key that can tell: as in A::B, in /:id, in 10:30.
func quietColon(s string, i int) bool {
	if i+1 == len(s) {
		return true
	}
	switch c := s[i+1]; {
	case c == ':':
		return true
	case byteClass[c] == bAlpha:
		return i == 0 || !isKey[s[i-1]] && s[i-1] != ']'
	case byteClass[c] == bDigit:
		p := i
		for p > 0 && byteClass[s[p-1]] == bDigit {
			p--
		}
		return p < i && (p == 0 || !isKey[s[p-1]])
	}
	return false
}

// announces reports whether a word may announce a value or begin one: a label, or the country and check digits of an IBAN.
func announces(w string) bool {
	if len(w) < 2 {
		return false
	}
	if len(w) <= maxLabel && likeLabel(len(w), w[0], w[1], w[len(w)/2], w[len(w)-1]) {
		return true
	}
	return len(w) >= 4 && byteClass[w[1]] == bAlpha && byteClass[w[2]] == bDigit && byteClass[w[3]] == bDigit
}

// canonicalClass adds up to what canonical wants: one for each hyphen, high values for what no id holds.
var canonicalClass = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c == '-':
			t[c] = 1 << 4
		case hexLower[c] && c >= 'a':
			t[c] = 1
		case hexLower[c]:
			t[c] = 2
		case hexAny[c]:
			t[c] = 4
		default:
			t[c] = 8
		}
	}
	return t
}()

// canonical reports whether s is an id and nothing else: a UUID, or a hash or an id of 16 hexadecimal digits and more in
// lower case that is neither a number nor readable text, nor the only IBAN that could look like one, Belgium's.
func canonical(s string) bool {
	switch len(s) {
	case 36:
		if s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
			return false
		}
		m, hyphens := uint8(0), 0
		for i := range len(s) {
			f := canonicalClass[s[i]]
			m |= f
			hyphens += int(f >> 4)
		}
		return m&8 == 0 && hyphens == 4
	case 16, 32, 40, 64:
		m := uint8(0)
		for i := range len(s) {
			m |= canonicalClass[s[i]]
		}
		return m == 3 && !(len(s) == 16 && s[:2] == "be") && (len(s) == 16 || !readableHex([]byte(s[:16])))
	}
	return false
}
