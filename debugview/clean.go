package debugview

import (
	"hash/maphash"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain marks the bytes that reach a terminal as they are.
var plain = func() (t [256]bool) {
	for c := 0x20; c < 0x7f; c++ {
		t[c] = true
	}
	return t
}()

// clean returns s with everything made visible that a terminal or an editor would obey: C0, DEL, C1, every Unicode
// format character (bidi, zero width, tags), line separators, and bytes that are not UTF-8. With ascii all else beyond ASCII is spelled out too.
// The result has no newline, so one value is never more than one line. It allocates only when there is something to do.
func clean(s string, ascii bool) string {
	for i := 0; i < len(s); i++ {
		if !plain[s[i]] {
			if s[i] >= utf8.RuneSelf && !ascii && harmless(s[i:]) {
				return s
			}
			return cleanSlow(s, ascii)
		}
	}
	return s
}

// harmless reports whether s can be shown as it is.
func harmless(s string) bool {
	for i, r := range s {
		if r < 0x7f && r >= 0x20 {
			continue
		}
		if r < 0xa0 || inert(r) || r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			return false
		}
	}
	return true
}

// inert reports whether r, at or above U+00A0, must be spelled out.
func inert(r rune) bool {
	return unicode.Is(unicode.Cf, r) || r == 0x2028 || r == 0x2029 || r == 0x034f || r == 0x115f || r == 0x1160 || r == 0x3164
}

func cleanSlow(s string, ascii bool) string {
	b := make([]byte, 0, len(s)+16)
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			b = appendControl(b, c, ascii)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b = appendSpelled(b, strconv.FormatUint(uint64(c), 16), ascii)
		case ascii || r < 0xa0 || inert(r):
			b = appendSpelled(b, codePoint(r), ascii)
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return string(b)
}

// appendControl appends an ASCII byte, a control as its picture.
func appendControl(b []byte, c byte, ascii bool) []byte {
	switch {
	case plain[c]:
		return append(b, c)
	case ascii && c == 0x7f:
		return append(b, "^?"...)
	case ascii:
		return append(b, '^', c+'@')
	case c == '\n':
		return append(b, "⏎"...)
	case c == 0x7f:
		return append(b, "␡"...)
	}
	return utf8.AppendRune(b, 0x2400+rune(c))
}

func appendSpelled(b []byte, s string, ascii bool) []byte {
	if ascii {
		return append(append(append(b, '<'), s...), '>')
	}
	return append(append(append(b, "‹"...), s...), "›"...)
}

func codePoint(r rune) string {
	s := strings.ToUpper(strconv.FormatInt(int64(r), 16))
	for len(s) < 4 {
		s = "0" + s
	}
	return "U+" + s
}

// texts keeps the strings that events repeat, so that a flow costs little memory. A slot holds one string; whoever comes
// later with the same hash takes it over, so the size is fixed.
type texts struct {
	seed  maphash.Seed
	ascii bool
	slots [1 << 13]struct{ raw, clean string }
}

// get returns s cleaned, in memory of its own.
func (t *texts) get(s string) string {
	if s == "" {
		return ""
	}
	if len(s) > 256 {
		return strings.Clone(clean(cutBytes(s, maxText), t.ascii))
	}
	slot := &t.slots[maphash.String(t.seed, s)&(1<<13-1)]
	if slot.raw == s {
		return slot.clean
	}
	raw := strings.Clone(s)
	slot.raw, slot.clean = raw, clean(raw, t.ascii)
	return slot.clean
}

// maxText is the number of bytes kept of any one text; what is shown is shorter by far.
const maxText = 16 << 10

// cutBytes cuts s to at most n bytes at the end of a rune.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
