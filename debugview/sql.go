package debugview

import (
	"hash/maphash"

	"github.com/ezlogs/ezlogs/schema"
)

// maxSQL is the number of bytes of a statement that are looked at.
const maxSQL = 2 << 10

// statement returns x without its literals, with lists of literals as one, cleaned and shared among equal ones.
func (v *View) statement(x schema.Value) string {
	s := x.S
	if x.Kind == schema.Escaped {
		s = x.Plain()
	}
	v.scratch = appendStatement(v.scratch[:0], cutBytes(s, maxSQL))
	slot := &v.statements[maphash.Bytes(v.texts.seed, v.scratch)&(1<<11-1)]
	if slot.raw != string(v.scratch) {
		slot.raw = string(v.scratch)
		slot.clean = clean(slot.raw, v.texts.ascii)
	}
	return slot.clean
}

// appendStatement appends sql with every literal as ?, lists of them as one ?, comments left out and blanks as one.
func appendStatement(b []byte, sql string) []byte {
	for i := 0; i < len(sql); {
		c := sql[i]
		switch {
		case c <= ' ':
			if len(b) > 0 && b[len(b)-1] != ' ' {
				b = append(b, ' ')
			}
			i++
		case c == '\'':
			i = skipQuoted(sql, i)
			b = appendPlace(b)
		case c == '"' || c == '`':
			j := skipQuoted(sql, i)
			b = append(b, sql[i:j]...)
			i = j
		case c == '-' && i+1 < len(sql) && sql[i+1] == '-':
			for i < len(sql) && sql[i] != '\n' {
				i++
			}
		case c == '/' && i+1 < len(sql) && sql[i+1] == '*':
			i += 2
			for i+1 < len(sql) && (sql[i] != '*' || sql[i+1] != '/') {
				i++
			}
			i = min(i+2, len(sql))
		case (c == '$' || c == ':' || c == '@') && i+1 < len(sql) && sql[i+1] >= '0' && sql[i+1] <= '9':
			for i++; i < len(sql) && sql[i] >= '0' && sql[i] <= '9'; i++ {
			}
			b = appendPlace(b)
		case c == '?':
			i++
			b = appendPlace(b)
		case c >= '0' && c <= '9':
			for i++; i < len(sql) && (wordByte(sql[i]) || sql[i] == '.'); i++ {
			}
			b = appendPlace(b)
		case wordByte(c):
			j := i + 1
			for j < len(sql) && wordByte(sql[j]) {
				j++
			}
			b = append(b, sql[i:j]...)
			i = j
		default:
			b = append(b, c)
			i++
		}
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == ';') {
		b = b[:len(b)-1]
	}
	return b
}

// appendPlace appends ?, unless it would be one more of a list of them.
func appendPlace(b []byte) []byte {
	n := len(b)
	for n > 0 && b[n-1] == ' ' {
		n--
	}
	if n > 1 && b[n-1] == ',' {
		n--
		for n > 0 && b[n-1] == ' ' {
			n--
		}
		if n > 0 && b[n-1] == '?' {
			return b[:n]
		}
	}
	return append(b, '?')
}

// skipQuoted returns the index after the quoted text that begins at i; a doubled or escaped quote is part of it.
func skipQuoted(s string, i int) int {
	q := s[i]
	for i++; i < len(s); i++ {
		switch {
		case s[i] == '\\' && q == '\'':
			i++
		case s[i] == q && i+1 < len(s) && s[i+1] == q:
			i++
		case s[i] == q:
			return i + 1
		}
	}
	return len(s)
}

func wordByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
}
