package schema

import "strings"

// StripANSI returns s without terminal escape sequences (colours, cursor movements, titles), s itself when there are
// none. An escape sequence that does not end stays.
func StripANSI(s string) string {
	i := strings.IndexByte(s, 0x1b)
	if i < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for {
		b = append(b, s[:i]...)
		s = s[i:]
		n := escapeLen(s)
		if n == 0 {
			b, s = append(b, s[0]), s[1:]
		} else {
			s = s[n:]
		}
		if i = strings.IndexByte(s, 0x1b); i < 0 {
			return string(append(b, s...))
		}
	}
}

// escapeLen returns the length of the escape sequence at the start of s, 0 when it is none.
func escapeLen(s string) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '[': // CSI: parameters, then a final byte
		for i := 2; i < len(s); i++ {
			switch c := s[i]; {
			case c >= 0x40 && c <= 0x7e:
				return i + 1
			case c < 0x20 || c > 0x3f:
				return 0
			}
		}
	case ']': // OSC: ended by BEL or ESC \
		for i := 2; i < len(s); i++ {
			if s[i] == 7 {
				return i + 1
			}
			if s[i] == 0x1b && i+1 < len(s) && s[i+1] == '\\' {
				return i + 2
			}
		}
	case '(', ')':
		if len(s) > 2 {
			return 3
		}
	}
	return 0
}
