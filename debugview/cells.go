package debugview

import (
	"strconv"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// widths measures text in terminal cells without asking the locale: ambiguous characters are one cell.
var widths = &runewidth.Condition{StrictEmojiNeutral: true}

// cells returns the number of terminal cells of s, which has been cleaned.
func cells(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return widths.StringWidth(s)
		}
	}
	return len(s)
}

// cut shortens s to at most n cells, the last of them "…" when something was cut.
func cut(s string, n int) string {
	if n <= 0 {
		return ""
	}
	if len(s) <= n || cells(s) <= n {
		return s
	}
	return widths.Truncate(s, n, "…")
}

// wrap breaks s at spaces into lines of at most n cells; a word longer than a line is broken where the line ends.
func wrap(s string, n int) []string {
	n = max(n, 8)
	var lines []string
	start, end, width := 0, 0, 0 // the line so far is s[start:end], width cells
	for i := 0; i <= len(s); {
		j := i
		for j < len(s) && (s[j] != ' ' || j > i && measure(s[j-1], s[j+1:])) {
			j++
		}
		w := cells(s[i:j])
		switch {
		case start == end && i == start:
			end, width = j, w
		case width+1+w <= n:
			end, width = j, width+1+w
		default:
			lines = append(lines, s[start:end])
			start, end, width = i, j, w
		}
		for width > n {
			head := widths.Truncate(s[start:end], n, "")
			if head == "" {
				break
			}
			lines = append(lines, head)
			start += len(head)
			width = cells(s[start:end])
		}
		i = j + 1
	}
	return append(lines, s[start:end])
}

// measure reports whether what follows a blank is the unit of the number that ends before it: a line does not end between them.
func measure(before byte, after string) bool {
	if before < '0' || before > '9' {
		return false
	}
	n := 0
	for n < len(after) && (after[n]|0x20 >= 'a' && after[n]|0x20 <= 'z' || after[n] >= utf8.RuneSelf) {
		n++
	}
	switch after[:n] {
	case "ns", "µs", "us", "ms", "s", "m", "h", "d":
		return true
	}
	return false
}

// appendDuration appends a duration as people read it: 936 µs, 2.3 ms, 94 ms, 1.34 s, 3 m 07 s, 2 h 05 m, 3 d 04 h.
func appendDuration(b []byte, ns int64) []byte {
	if ns < 0 {
		b = append(b, '-')
		ns = -ns
	}
	switch {
	case ns == 0:
		return append(b, "0 ms"...) // most logs know no less
	case ns < 1e3:
		return append(strconv.AppendInt(b, ns, 10), " ns"...)
	case ns < 999_500:
		return append(strconv.AppendInt(b, (ns+500)/1e3, 10), " µs"...)
	case ns < 9_950_000:
		return append(appendDecimal(b, (ns+50_000)/100_000, 1), " ms"...)
	case ns < 999_500_000:
		return append(strconv.AppendInt(b, (ns+500_000)/1e6, 10), " ms"...)
	case ns < 59_995_000_000:
		return append(appendDecimal(b, (ns+5_000_000)/10_000_000, 2), " s"...)
	case ns < 3_599_500_000_000:
		s := (ns + 500_000_000) / 1e9
		return append(append2(append(strconv.AppendInt(b, s/60, 10), " m "...), s%60), " s"...)
	case ns < 86_370_000_000_000:
		m := (ns + 30_000_000_000) / 60e9
		return append(append2(append(strconv.AppendInt(b, m/60, 10), " h "...), m%60), " m"...)
	}
	h := (ns + 1800e9) / 3600e9
	return append(append2(append(strconv.AppendInt(b, h/24, 10), " d "...), h%24), " h"...)
}

// duration returns the text of appendDuration.
func duration(ns int64) string { return string(appendDuration(nil, ns)) }

// appendDecimal appends n / 10^digits.
func appendDecimal(b []byte, n int64, digits int) []byte {
	div := int64(1)
	for range digits {
		div *= 10
	}
	b = append(strconv.AppendInt(b, n/div, 10), '.')
	for div /= 10; div > 0; div /= 10 {
		b = append(b, byte('0'+n/div%10))
	}
	return b
}

func append2(b []byte, n int64) []byte { return append(b, byte('0'+n/10%10), byte('0'+n%10)) }

// count returns n with commas between thousands.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
