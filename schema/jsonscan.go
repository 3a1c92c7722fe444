package schema

import (
	"math/bits"
	"strings"
	"unicode/utf8"
)

// The scanner walks a JSON line once and checks all of it, as encoding/json would: what it takes for an object is one. It
// hands on members as they come and builds nothing.

// maxDepth is how deep values may nest before a line is taken for text.
const maxDepth = 128

// skipSpace returns the index of the first byte of s from i on that is no blank of JSON.
func skipSpace(s string, i int) int {
	for i < len(s) && s[i] <= ' ' && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r') {
		i++
	}
	return i
}

// load8 returns the eight bytes of s from i on, the first the lowest.
func load8(s string, i int) uint64 {
	b := s[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 | uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// skipString reads the inside of the string that begins at s[i], behind its quote. end is the index of the closing quote,
// or -1; escaped tells whether there is a backslash inside.
func skipString(s string, i int) (end int, escaped bool) {
	for i+8 <= len(s) {
		// Eight bytes at a time: a byte is special when it is a quote, a backslash or below 0x20. Of the marks only the lowest
		// is sure, which is enough.
		w := load8(s, i)
		const ones, high = 0x0101010101010101, 0x8080808080808080
		q := w ^ ones*'"'
		e := w ^ ones*'\\'
		special := ((q-ones)&^q | (e-ones)&^e | (w-ones*0x20)&^w) & high
		if special == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(special) >> 3
		if s[i] == '"' {
			return i, escaped
		}
		if i = skipEscape(s, i); i < 0 {
			return -1, false
		}
		escaped = true
	}
	for i < len(s) {
		c := s[i]
		switch {
		case c == '"':
			return i, escaped
		case c == '\\':
			if i = skipEscape(s, i); i < 0 {
				return -1, false
			}
			escaped = true
		case c < 0x20:
			return -1, false
		default:
			i++
		}
	}
	return -1, false
}

// skipEscape returns the index behind the escape at s[i], or -1 when it is none.
func skipEscape(s string, i int) int {
	if s[i] != '\\' || i+1 >= len(s) {
		return -1
	}
	switch s[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		if i+6 <= len(s) && hexText(s[i+2:i+6]) {
			return i + 6
		}
	}
	return -1
}

// skipNumber returns the index behind the number that begins at s[i], or -1.
func skipNumber(s string, i int) int {
	if i < len(s) && s[i] == '-' {
		i++
	}
	if i >= len(s) || !isDigit(s[i]) {
		return -1
	}
	if s[i] == '0' {
		i++
	} else {
		for i < len(s) && isDigit(s[i]) {
			i++
		}
	}
	if i < len(s) && s[i] == '.' {
		i++
		if i >= len(s) || !isDigit(s[i]) {
			return -1
		}
		for i < len(s) && isDigit(s[i]) {
			i++
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if i >= len(s) || !isDigit(s[i]) {
			return -1
		}
		for i < len(s) && isDigit(s[i]) {
			i++
		}
	}
	return i
}

// skipValue returns the index behind the value that begins at s[i], or -1 when there is no whole one.
func skipValue(s string, i, depth int) int {
	if i >= len(s) {
		return -1
	}
	switch s[i] {
	case '"':
		end, _ := skipString(s, i+1)
		return end + 1 - b2i(end < 0)
	case '{':
		return skipObject(s, i, depth)
	case '[':
		return skipArray(s, i, depth)
	case 't':
		return skipWord(s, i, "true")
	case 'f':
		return skipWord(s, i, "false")
	case 'n':
		return skipWord(s, i, "null")
	}
	return skipNumber(s, i)
}

// b2i makes skipValue's -1 survive the step over the quote.
func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func skipWord(s string, i int, word string) int {
	if strings.HasPrefix(s[i:], word) {
		return i + len(word)
	}
	return -1
}

func skipObject(s string, i, depth int) int {
	if depth >= maxDepth {
		return -1
	}
	i = skipSpace(s, i+1)
	if i < len(s) && s[i] == '}' {
		return i + 1
	}
	for {
		if i >= len(s) || s[i] != '"' {
			return -1
		}
		end, _ := skipString(s, i+1)
		if end < 0 {
			return -1
		}
		i = skipSpace(s, end+1)
		if i >= len(s) || s[i] != ':' {
			return -1
		}
		if i = skipValue(s, skipSpace(s, i+1), depth+1); i < 0 {
			return -1
		}
		i = skipSpace(s, i)
		if i >= len(s) {
			return -1
		}
		if s[i] == '}' {
			return i + 1
		}
		if s[i] != ',' {
			return -1
		}
		i = skipSpace(s, i+1)
	}
}

func skipArray(s string, i, depth int) int {
	if depth >= maxDepth {
		return -1
	}
	i = skipSpace(s, i+1)
	if i < len(s) && s[i] == ']' {
		return i + 1
	}
	for {
		if i = skipValue(s, i, depth+1); i < 0 {
			return -1
		}
		i = skipSpace(s, i)
		if i >= len(s) {
			return -1
		}
		if s[i] == ']' {
			return i + 1
		}
		if s[i] != ',' {
			return -1
		}
		i = skipSpace(s, i+1)
	}
}

// eachMember calls f for every member of a JSON object that is known to be whole, until f returns false. The key is plain
// text; the value is a String, an Escaped or a Raw one.
func eachMember(obj string, f func(key string, v Value) bool) {
	i := skipSpace(obj, 0)
	if i >= len(obj) || obj[i] != '{' {
		return
	}
	i = skipSpace(obj, i+1)
	for i < len(obj) && obj[i] == '"' {
		end, escaped := skipString(obj, i+1)
		if end < 0 {
			return
		}
		key := obj[i+1 : end]
		if escaped {
			key = unescape(key)
		}
		i = skipSpace(obj, end+1)
		if i >= len(obj) || obj[i] != ':' {
			return
		}
		i = skipSpace(obj, i+1)
		v, next := tokenAt(obj, i, 0)
		if next < 0 || !f(key, v) {
			return
		}
		if i = skipSpace(obj, next); i < len(obj) && obj[i] == ',' {
			i = skipSpace(obj, i+1)
		}
	}
}

// eachItem calls f for every item of a JSON array that is known to be whole, until f returns false.
func eachItem(arr string, f func(v Value) bool) {
	i := skipSpace(arr, 0)
	if i >= len(arr) || arr[i] != '[' {
		return
	}
	i = skipSpace(arr, i+1)
	for i < len(arr) && arr[i] != ']' {
		v, next := tokenAt(arr, i, 0)
		if next < 0 || !f(v) {
			return
		}
		if i = skipSpace(arr, next); i < len(arr) && arr[i] == ',' {
			i = skipSpace(arr, i+1)
		}
	}
}

// tokenAt returns the value at s[i], inside of depth others, and the index behind it, or -1.
func tokenAt(s string, i, depth int) (v Value, next int) {
	if i < len(s) && s[i] == '"' {
		end, escaped := skipString(s, i+1)
		if end < 0 {
			return v, -1
		}
		if escaped {
			return Value{Escaped, s[i+1 : end]}, end + 1
		}
		return Value{String, s[i+1 : end]}, end + 1
	}
	next = skipValue(s, i, depth)
	if next < 0 {
		return v, -1
	}
	return Value{Raw, s[i:next]}, next
}

// member returns the value of a key of a JSON object that is known to be whole; the zero Value when it is not there.
func member(obj, key string) (found Value) {
	eachMember(obj, func(k string, v Value) bool {
		if k == key {
			found = v
		}
		return true
	})
	return found
}

// validText returns line with invalid UTF-8 replaced by U+FFFD, line itself when there is none.
func validText(line string) string {
	if utf8.ValidString(line) {
		return line
	}
	return strings.ToValidUTF8(line, "\uFFFD")
}

// bareText is validText that also tells whether the strings in line hold neither escapes nor control characters: then each
// ends at the next quote.
func bareText(line string) (text string, bare bool) {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	marks := uint64(0)
	s := line
	for len(s) >= 32 { // a byte below 0x20 or above 0x7f leaves a high bit, and maybe one in the byte behind it
		a, b, c, d := load8(s, 0), load8(s, 8), load8(s, 16), load8(s, 24)
		marks |= (a - ones*0x20) | a | (b - ones*0x20) | b | (c - ones*0x20) | c | (d - ones*0x20) | d
		s = s[32:]
	}
	for len(s) >= 8 {
		w := load8(s, 0)
		marks |= (w - ones*0x20) | w
		s = s[8:]
	}
	for i := range len(s) {
		marks |= (uint64(s[i]) - 0x20) | uint64(s[i])
	}
	if marks&high != 0 {
		if line = validText(line); hasControl(line) {
			return line, false
		}
	}
	return line, strings.IndexByte(line, '\\') < 0
}

// hasControl reports whether s holds a byte below 0x20.
func hasControl(s string) bool {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	marks := uint64(0)
	for len(s) >= 8 {
		w := load8(s, 0)
		marks |= (w - ones*0x20) &^ w
		s = s[8:]
	}
	for i := range len(s) {
		if s[i] < ' ' {
			return true
		}
	}
	return marks&high != 0
}

// isObject reports whether v is a JSON object.
func (v Value) isObject() bool { return v.Kind == Raw && v.S != "" && v.S[0] == '{' }

// isArray reports whether v is a JSON array.
func (v Value) isArray() bool { return v.Kind == Raw && v.S != "" && v.S[0] == '[' }

// isNull reports whether v says nothing: absent, null, or an empty text.
func (v Value) isNull() bool { return v.Kind == None || v.Kind == Raw && v.S == "null" || v.S == "" }

// isNumber reports whether v is a JSON number.
func (v Value) isNumber() bool {
	return v.Kind == Raw && v.S != "" && (isDigit(v.S[0]) || v.S[0] == '-')
}

// isText reports whether v is text.
func (v Value) isText() bool { return v.Kind == String || v.Kind == Escaped }

// scalar returns the text of a string, a number or a boolean; "" for anything else.
func (v Value) scalar() string {
	if v.Kind == String {
		return v.S
	}
	if v.isObject() || v.isArray() || v.isNull() {
		return ""
	}
	return v.Plain()
}
