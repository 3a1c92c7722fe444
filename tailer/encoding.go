package tailer

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// encoding is how the text of a source is stored.
type encoding uint8

const (
	utf8Text encoding = iota // or anything else with '\n' at the end of lines
	utf16LE
	utf16BE
)

// sniff looks for a byte order mark and returns its length. ok is false when more bytes are needed to tell.
func sniff(b []byte, all bool) (enc encoding, n int, ok bool) {
	for _, m := range []struct {
		mark string
		enc  encoding
	}{
		{"\xef\xbb\xbf", utf8Text},
		{"\xff\xfe", utf16LE},
		{"\xfe\xff", utf16BE},
	} {
		if bytes.HasPrefix(b, []byte(m.mark)) {
			return m.enc, len(m.mark), true
		}
		if !all && len(b) < len(m.mark) && m.mark[:len(b)] == string(b) {
			return utf8Text, 0, false
		}
	}
	return utf8Text, 0, true
}

// lines returns the length of the whole lines at the beginning of b that can be handed out together: up to the last newline,
// but before a line longer than maxLine and before NULs at the beginning of a line. It returns 0 and true when the first line
// is too long, 0 and false when its end is not there yet.
func (e encoding) lines(b []byte, maxLine int) (n int, long bool) {
	if e != utf8Text {
		return e.lines16(b, maxLine)
	}
	end := bytes.LastIndexByte(b, '\n') + 1
	if end > maxLine || len(b) > maxLine {
		// Step from newline to newline as far apart as the limit allows; a step without one is a line that is too long.
		last := 0
		for last < end {
			if end-last <= maxLine+1 {
				last = end
				break
			}
			i := bytes.LastIndexByte(b[last:last+maxLine+1], '\n')
			if i < 0 {
				break
			}
			last += i + 1
		}
		if last == 0 {
			return 0, true
		}
		end = last
	}
	if bytes.IndexByte(b[:end], 0) >= 0 {
		if i := bytes.Index(b[:end], []byte("\n\x00")); i >= 0 {
			end = i + 1
		}
	}
	return end, false
}

func (e encoding) lines16(b []byte, maxLine int) (n int, long bool) {
	start := 0
	for i := 0; i+1 < len(b); i += 2 {
		if i-start > maxLine {
			return start, start == 0
		}
		if e.unit(b[i:]) == '\n' {
			n, start = i+2, i+2
		}
	}
	return n, n == 0 && len(b)&^1 > maxLine
}

// newline returns the number of bytes up to and with the first newline, or of all that may be passed, and whether there is one.
func (e encoding) newline(b []byte) (int, bool) {
	if e == utf8Text {
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			return i + 1, true
		}
		return len(b), false
	}
	for i := 0; i+1 < len(b); i += 2 {
		if e.unit(b[i:]) == '\n' {
			return i + 2, true
		}
	}
	return len(b) &^ 1, false
}

// cutAt returns where to cut a line that is too long: at the limit, or before the character that crosses it.
func (e encoding) cutAt(b []byte, maxLine int) int {
	if e != utf8Text {
		return max(maxLine&^1, 2)
	}
	for n := maxLine; n > 0 && n > maxLine-utf8.UTFMax; n-- {
		if c := b[n]; utf8.RuneStart(c) {
			if size := bits.LeadingZeros8(^c); n == maxLine || size >= 2 && n+size > maxLine {
				return n
			}
			break
		}
	}
	return maxLine
}

// text returns b as a string of UTF-8.
func (e encoding) text(b []byte) string {
	if e == utf8Text {
		return string(b)
	}
	out := make([]byte, 0, len(b))
	for len(b) >= 2 {
		r, n := rune(e.unit(b)), 2
		if utf16.IsSurrogate(r) {
			second := rune(0)
			if len(b) >= 4 {
				second = rune(e.unit(b[2:]))
			}
			if r = utf16.DecodeRune(r, second); r != utf8.RuneError {
				n = 4
			}
		}
		out = utf8.AppendRune(out, r)
		b = b[n:]
	}
	if len(b) == 1 {
		out = utf8.AppendRune(out, utf8.RuneError)
	}
	return string(out)
}

func (e encoding) unit(b []byte) uint16 {
	if e == utf16LE {
		return binary.LittleEndian.Uint16(b)
	}
	return binary.BigEndian.Uint16(b)
}
