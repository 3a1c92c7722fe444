package schema

import "strings"

// cutToken returns what s begins with up to the next blank, and what follows the blanks after it.
func cutToken(s string) (token, rest string) {
	for i := range len(s) {
		if s[i] == ' ' || s[i] == '\t' {
			j := i + 1
			for j < len(s) && (s[j] == ' ' || s[j] == '\t') {
				j++
			}
			return s[:i], s[j:]
		}
	}
	return s, ""
}

// cutQuoted returns the inside of the double quotes that s begins with, escapes and all, and what follows.
func cutQuoted(s string) (inner, rest string, ok bool) {
	if s == "" || s[0] != '"' {
		return "", s, false
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[1:i], s[i+1:], true
		}
	}
	return "", s, false
}

// cutBracket returns the inside of the brackets that s begins with, which may hold further ones, and what follows.
func cutBracket(s string) (inner, rest string, ok bool) {
	if s == "" || s[0] != '[' {
		return "", s, false
	}
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return s[1:i], s[i+1:], true
			}
		}
	}
	return "", s, false
}

// cutField returns the next field of a line whose fields may stand in quotes: the text, whether it was quoted, the rest
// without leading blanks.
func cutField(s string) (field string, quoted bool, rest string) {
	if inner, rest, ok := cutQuoted(s); ok {
		return inner, true, strings.TrimLeft(rest, " ")
	}
	field, rest = cutToken(s)
	return field, false, rest
}

// unescapeQuoted undoes what servers do to text in quotes: \" \\ \n \t and \xHH. s itself when it holds no escape.
func unescapeQuoted(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		i++
		switch c := s[i]; {
		case c == 'n':
			b = append(b, '\n')
		case c == 't':
			b = append(b, '\t')
		case c == 'r':
			b = append(b, '\r')
		case c == 'x' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b = append(b, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		case c == '"' || c == '\\' || c == '\'':
			b = append(b, c)
		default:
			b = append(b, '\\', c)
		}
	}
	return string(b)
}

// isDecimal reports whether s is a number with a point: 0.034.
func isDecimal(s string) bool {
	i := strings.IndexByte(s, '.')
	return i > 0 && i+1 < len(s) && allDigits(s[:i]) && allDigits(s[i+1:])
}

// atoi reads a number of decimal digits that fits; ok is false for anything else.
func atoi(s string) (n int64, ok bool) {
	if s == "" || len(s) > 18 {
		return 0, false
	}
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, true
}

// status3 reads a status of three digits, 0 when s is none.
func status3(s string) int {
	if len(s) != 3 || !allDigits(s) || s[0] == '0' {
		return 0
	}
	return int(s[0]-'0')*100 + int(s[1]-'0')*10 + int(s[2]-'0')
}

// setBytes sets the size of the answer if s is a number.
func setBytes(e *Event, s string) {
	if n, ok := atoi(s); ok {
		e.Metadata.Bytes, e.Metadata.HasBytes = n, true
	}
}

// setDuration sets the duration from a number of units, or leaves it unknown.
func setDuration(e *Event, num string, unitNS int64) bool {
	d, ok := scaleDuration(num, unitNS)
	if ok {
		e.Metadata.Duration = d
	}
	return ok
}

// addTiming sets a named part of the duration from a number of units, or leaves it out.
func addTiming(e *Event, name, num string, unitNS int64) {
	if d, ok := scaleDuration(num, unitNS); ok {
		e.Metadata.Timing = append(e.Metadata.Timing, Timing{name, d})
	}
}

// present reports whether a field of a log says something: "-" and the empty text say nothing.
func present(s string) bool { return s != "" && s != "-" }
