package redact

import "unicode/utf8"

// unit says where a byte of decoded text came from.
type unit struct {
	start uint32 // offset in the raw text
	width uint16 // raw bytes that this byte stands for; bytes of one character share start and width
	quote uint8  // escape level: 0 written plainly, else the number of escapes around it, to pair quotes
	pct   uint8  // percent-encoding level, to tell a separator from an encoded part of a value
}

const maxLevel = 200

// decodeHint marks bytes that may begin something that has to be undone before text is scanned.
var decodeHint = func() (t [256]bool) {
	for _, c := range []byte{'\\', '%', '&', 0x1b, 0xc2, 0xd9, 0xdb, 0xe0, 0xe2, 0xef} {
		t[c] = true
	}
	return t
}()

// needsDecode reports whether raw holds an escape of any kind, a colour code, or a look-alike of an ASCII separator or
// digit.
func needsDecode(raw string) bool {
	for i := 0; i < len(raw); i++ {
		if !decodeHint[raw[i]] {
			continue
		}
		rest := raw[i:]
		switch rest[0] {
		case '\\', 0x1b:
			return true
		case '%':
			if len(rest) > 2 && hexValue[rest[1]] >= 0 && hexValue[rest[2]] >= 0 {
				return true
			}
		case '&':
			if _, n := entity(rest); n > 0 {
				return true
			}
		default:
			if _, n := lookalike(rest); n > 0 {
				return true
			}
		}
	}
	return false
}

// decoder turns raw text into the text a person means: JSON escapes of any depth, \x and \u escapes, percent-encoding,
// HTML entities, colour codes, full-width digits, exotic spaces and hyphens. It remembers where each byte came from.
type decoder struct {
	text  []byte
	units []unit // one per byte of text; empty when text is raw as it stood
}

// load decodes raw into d.
func (d *decoder) load(raw string) {
	if !needsDecode(raw) {
		d.text = append(d.text[:0], raw...)
		d.units = d.units[:0]
		return
	}
	d.text, d.units = d.text[:0], d.units[:0]
	for i := 0; i < len(raw); {
		c := raw[i]
		if !decodeHint[c] {
			d.text = append(d.text, c)
			d.units = append(d.units, unit{start: uint32(i), width: 1})
			i++
			continue
		}
		i += d.step(raw, i)
	}
}

// step decodes one unit that begins with a hint byte and returns its raw width.
func (d *decoder) step(raw string, i int) int {
	rest := raw[i:]
	switch rest[0] {
	case '\\':
		return d.backslash(raw, i)
	case '%':
		if n, level, c := percent(rest); n > 0 {
			d.put(c, i, n, level, level)
			return n
		}
	case '&':
		if r, n := entity(rest); n > 0 {
			level := uint8(1)
			for r == '&' {
				// &amp;quot; is an entity in an entity.
				inner, m := entity("&" + rest[n:min(len(rest), n+12)])
				if m == 0 {
					break
				}
				r, n, level = inner, n+m-1, level+1
			}
			d.putRune(r, i, n, level)
			return n
		}
	case 0x1b:
		return escapeCode(rest)
	default:
		if c, n := lookalike(rest); n > 0 {
			if c != 0 {
				d.put(c, i, n, 1, 0) // never taken for the quote of a JSON string
			}
			return n
		}
	}
	d.put(rest[0], i, 1, 0, 0)
	return 1
}

func (d *decoder) put(c byte, start, width int, quote, pct uint8) {
	d.text = append(d.text, c)
	d.units = append(d.units, unit{uint32(start), uint16(width), quote, pct})
}

func (d *decoder) putRune(r rune, start, width int, quote uint8) {
	var b [utf8.UTFMax]byte
	if c, n := lookalike(string(utf8.AppendRune(b[:0], r))); n > 0 {
		if c != 0 {
			d.put(c, start, width, quote, 0)
		}
		return
	}
	for _, c := range utf8.AppendRune(b[:0], r) {
		d.put(c, start, width, quote, 0)
	}
}

// backslash decodes a run of backslashes with what it escapes.
func (d *decoder) backslash(raw string, i int) int {
	k := 1
	for i+k < len(raw) && raw[i+k] == '\\' && k < 1<<12 {
		k++
	}
	level := uint8(min(k, maxLevel))
	if i+k == len(raw) {
		d.put('\\', i, k, level, 0)
		return k
	}
	switch c := raw[i+k]; c {
	case '"', '\'', '/', '`':
		d.put(c, i, k+1, level, 0)
		return k + 1
	case 'n', 'r', 't', 'b', 'f', 'v':
		d.put(' ', i, k+1, level, 0)
		if c == 'n' || c == 'r' {
			d.text[len(d.text)-1] = '\n'
		}
		return k + 1
	case 'u', 'U', 'x':
		if r, n := codePoint(raw[i+k:]); n > 0 {
			return d.escaped(raw, i, k, r, n, level)
		}
	case 'e':
		if i+k+1 < len(raw) && raw[i+k+1] == '[' {
			return k + escapeCode(raw[i+k:])
		}
	case '0':
		// \033[31m as shells and Python print it.
		if len(raw) > i+k+3 && raw[i+k:i+k+3] == "033" && raw[i+k+3] == '[' {
			return k + 2 + escapeCode(raw[i+k+2:])
		}
	}
	d.put('\\', i, k, level, 0)
	return k
}

// escaped puts the character r, written as k backslashes and n bytes, joining surrogates and dropping colour codes.
func (d *decoder) escaped(raw string, i, k int, r rune, n int, level uint8) int {
	width := k + n
	if r == 0x1b {
		if i+width < len(raw) && raw[i+width] == '[' {
			return width - 1 + escapeCode(raw[i+width-1:])
		}
		return width
	}
	if raw[i+k] == 'x' {
		if r < utf8.RuneSelf && r != '\n' && r != '\r' {
			d.put(byte(r), i, width, level, 0)
		} else if r < utf8.RuneSelf {
			d.put('\n', i, width, level, 0)
		} else {
			d.put(byte(r), i, width, level, 0)
		}
		return width
	}
	if r >= 0xd800 && r < 0xdc00 {
		next := i + width
		j := next
		for j < len(raw) && raw[j] == '\\' && j-next < k {
			j++
		}
		if j-next == k && j < len(raw) {
			if low, m := codePoint(raw[j:]); m > 0 && low >= 0xdc00 && low < 0xe000 {
				r = (r-0xd800)<<10 + (low - 0xdc00) + 0x10000
				width = j + m - i
			}
		}
	}
	if r == '\r' {
		r = '\n'
	}
	d.putRune(r, i, width, level)
	return width
}

// rawStart and rawEnd map a range of decoded text back to raw.
func (d *decoder) rawStart(i int) int {
	if len(d.units) == 0 {
		return i
	}
	return int(d.units[i].start)
}

// rawEnd returns the raw offset after the decoded byte before i.
func (d *decoder) rawEnd(i int) int {
	if len(d.units) == 0 {
		return i
	}
	u := d.units[i-1]
	return int(u.start) + int(u.width)
}

// quote returns the escape level of byte i.
func (d *decoder) quote(i int) uint8 {
	if len(d.units) == 0 {
		return 0
	}
	return d.units[i].quote
}

// pct returns the percent-encoding level of byte i.
func (d *decoder) pct(i int) uint8 {
	if len(d.units) == 0 {
		return 0
	}
	return d.units[i].pct
}

// percent decodes %41 and, level by level, %2541.
func percent(s string) (n int, level, c byte) {
	if len(s) < 3 || hexValue[s[1]] < 0 || hexValue[s[2]] < 0 || s[1] == 'B' && stripe(s[2:]) {
		return 0, 0, 0
	}
	n, level, c = 3, 1, byte(hexValue[s[1]]<<4|hexValue[s[2]])
	for c == '%' && len(s) >= n+2 && hexValue[s[n]] >= 0 && hexValue[s[n+1]] >= 0 && level < 4 {
		c = byte(hexValue[s[n]]<<4 | hexValue[s[n+1]])
		n += 2
		level++
	}
	return n, level, c
}

// stripe reports whether s is the rest of a card's magnetic stripe, %B4111111111111111^, which is no percent-encoding.
func stripe(s string) bool {
	n := 0
	for n < len(s) && n < 20 && byteClass[s[n]] == bDigit {
		n++
	}
	return n >= 12 && n < len(s) && s[n] == '^'
}

// codePoint reads u0041, U00000041, u{41} or x41 and returns the bytes read.
func codePoint(s string) (rune, int) {
	digits := 4
	switch s[0] {
	case 'x':
		digits = 2
	case 'U':
		digits = 8
	case 'u':
		if len(s) > 1 && s[1] == '{' {
			var r rune
			for i := 2; i < len(s) && i < 10; i++ {
				if s[i] == '}' && i > 2 {
					return r, i + 1
				}
				if hexValue[s[i]] < 0 {
					break
				}
				r = r<<4 | rune(hexValue[s[i]])
			}
			return 0, 0
		}
	default:
		return 0, 0
	}
	if len(s) < 1+digits {
		return 0, 0
	}
	var r rune
	for _, c := range []byte(s[1 : 1+digits]) {
		if hexValue[c] < 0 {
			return 0, 0
		}
		r = r<<4 | rune(hexValue[c])
	}
	if r > utf8.MaxRune || r < 0 {
		return 0, 0
	}
	return r, 1 + digits
}

var entities = []struct {
	name string
	r    rune
}{
	{"amp;", '&'}, {"quot;", '"'}, {"lt;", '<'}, {"gt;", '>'}, {"apos;", '\''}, {"nbsp;", ' '}, {"commat;", '@'},
	{"equals;", '='}, {"colon;", ':'}, {"sol;", '/'}, {"percnt;", '%'}, {"plus;", '+'}, {"period;", '.'},
	{"num;", '#'}, {"excl;", '!'}, {"NewLine;", '\n'}, {"Tab;", ' '},
}

// entity decodes an HTML entity at the start of s.
func entity(s string) (rune, int) {
	if len(s) < 4 {
		return 0, 0
	}
	if s[1] == '#' {
		var r rune
		i, base := 2, rune(10)
		if s[2] == 'x' || s[2] == 'X' {
			i, base = 3, 16
		}
		for first := i; i < len(s) && i < 11; i++ {
			if s[i] == ';' && i > first && r <= utf8.MaxRune {
				return r, i + 1
			}
			v := rune(hexValue[s[i]])
			if v < 0 || v >= base {
				break
			}
			r = min(r*base+v, utf8.MaxRune+1)
		}
		return 0, 0
	}
	for _, e := range entities {
		if len(s) > len(e.name) && s[1:1+len(e.name)] == e.name {
			return e.r, 1 + len(e.name)
		}
	}
	return 0, 0
}

// lookalike maps no-break and typographic spaces to ' ', hyphens and dashes to '-', full-width ASCII to ASCII, digits of
// other scripts to ASCII, and characters of no width to nothing (0). Its length is 0 for everything else.
func lookalike(s string) (byte, int) {
	if len(s) >= 2 && s[0] == 0xc2 {
		switch s[1] {
		case 0xa0:
			return ' ', 2
		case 0xad:
			return 0, 2
		}
		return 0, 0
	}
	if len(s) >= 2 && (s[0] == 0xd9 && s[1] >= 0xa0 && s[1] <= 0xa9 || s[0] == 0xdb && s[1] >= 0xb0 && s[1] <= 0xb9) {
		return '0' + s[1]&15, 2 // Arabic, U+0660 to U+0669, and Persian, U+06F0 to U+06F9
	}
	if len(s) < 3 {
		return 0, 0
	}
	switch {
	case s[0] == 0xe0 && (s[1] == 0xa5 || s[1] == 0xa7) && s[2] >= 0xa6 && s[2] <= 0xaf: // U+0966, U+09E6: Devanagari, Bengali
		return s[2] - 0xa6 + '0', 3
	case s[0] == 0xe0 && s[1] == 0xb9 && s[2] >= 0x90 && s[2] <= 0x99: // U+0E50: Thai
		return s[2] - 0x90 + '0', 3
	case s[0] == 0xe2 && s[1] == 0x80:
		switch c := s[2]; {
		case c <= 0x8a || c == 0xaf: // U+2000 to U+200A, U+202F
			return ' ', 3
		case c >= 0x8b && c <= 0x8f: // U+200B to U+200F
			return 0, 3
		case c >= 0x90 && c <= 0x95: // U+2010 to U+2015
			return '-', 3
		}
	case s[0] == 0xe2 && s[1] == 0x81 && (s[2] == 0x9f || s[2] == 0xa0):
		if s[2] == 0x9f {
			return ' ', 3
		}
		return 0, 3
	case s[0] == 0xe2 && s[1] == 0x88 && s[2] == 0x92: // minus sign
		return '-', 3
	case s[0] == 0xef && s[1] == 0xbc && s[2] >= 0x81: // U+FF01 to U+FF3F
		return s[2] - 0x81 + '!', 3
	case s[0] == 0xef && s[1] == 0xbd && s[2] <= 0x9e: // U+FF40 to U+FF5E
		return s[2] - 0x80 + '`', 3
	case s[0] == 0xef && s[1] == 0xbb && s[2] == 0xbf:
		return 0, 3
	}
	return 0, 0
}

// escapeCode returns the length of the terminal control sequence at s, which begins with ESC or a stand-in for it.
func escapeCode(s string) int {
	if len(s) < 2 || s[1] != '[' {
		return 1
	}
	i := 2
	for i < len(s) && i < 32 && (s[i] >= '0' && s[i] <= '9' || s[i] == ';' || s[i] == '?' || s[i] == ':') {
		i++
	}
	if i < len(s) && s[i] >= '@' && s[i] <= '~' {
		return i + 1
	}
	return i
}

// hexValue is the value of a hexadecimal digit, -1 for other bytes.
var hexValue = func() (t [256]int8) {
	for i := range t {
		t[i] = -1
	}
	for i := range 10 {
		t['0'+i] = int8(i)
	}
	for i := range 6 {
		t['a'+i], t['A'+i] = int8(10+i), int8(10+i)
	}
	return t
}()
