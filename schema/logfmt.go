package schema

import "strings"

// parseLogfmt reads a line of key=value pairs: of slog, logrus, go-kit, lograge and everybody who writes the like. The
// line must begin with a pair and hold nothing but pairs and bare keys.
func parseLogfmt(p *Parser, e *Event, line string) bool {
	n := pairKeyLen(line)
	if n == 0 {
		return false
	}
	// A look ahead: text that begins with one pair and goes on in words is no logfmt.
	pairs, words := 0, 0
	list := p.logfmt[:0]
	for rest := line; rest != ""; {
		key, v, quoted, next, ok := cutLogfmt(rest)
		if !ok {
			return false
		}
		if v != "" || quoted || strings.HasSuffix(rest[:len(rest)-len(next)], "=") {
			pairs++
		} else {
			words++
		}
		for next != "" && (next[0] == ' ' || next[0] == '\t') {
			next = next[1:]
		}
		rest = next
		list = append(list, logfmtPair{key, v, quoted})
	}
	p.logfmt = list[:0]
	if pairs < 2 || words > pairs/4 {
		return false
	}
	for _, pair := range list {
		p.field(e, pair.key, logfmtValue(p, pair.value, pair.quoted))
	}
	r := &p.rec
	f := &flavorLogfmt
	switch {
	case r.has(fieldController) && r.has(fieldAction) && r.has(fieldMethod) && r.has(fieldStatus):
		f = &flavorLogrageKV
	case r.marks&(markTime|markMsg) == markTime|markMsg && upperLevel(r.get(fieldLevel)):
		f = &flavorSlogText
	}
	r.flavor = f
	e.Platform.Format = f.name
	p.finishFields(e)
	return true
}

// logfmtPair is a pair of a line as it stands there.
type logfmtPair struct {
	key, value string
	quoted     bool
}

// logfmtValue returns the value of a pair as text, or as a number or literal where it is written like one.
func logfmtValue(p *Parser, v string, quoted bool) Value {
	switch {
	case quoted && strings.IndexByte(v, '\\') >= 0:
		if end, _ := skipString(v+`"`, 0); end == len(v) {
			return Value{Escaped, v}
		}
		return Value{String, unescapeQuoted(v)}
	case quoted, v == "":
		return Value{String, v}
	case v == "true" || v == "false" || v == "null":
		return Value{Raw, v}
	case v == "<nil>" || v == "nil":
		return Value{Raw, "null"}
	case (isDigit(v[0]) || v[0] == '-') && len(v) <= 17 && skipNumber(v, 0) == len(v):
		return Value{Raw, v}
	}
	return Value{String, v}
}

// pairKeyLen returns the length of the key that s begins with, which = must follow; 0 when there is none.
func pairKeyLen(s string) int {
	for i := range len(s) {
		c := s[i]
		if c == '=' {
			return i
		}
		if !isAlpha(c) && c != '_' && (i == 0 && c != '@' || !isDigit(c) && c != '.' && c != '-' && c != '/' && c != ':' && c != '@' && c != '#' && c != '[' && c != ']') || i > 64 {
			return 0
		}
	}
	return 0
}

// cutLogfmt takes the pair off the front of s. ok is false when what stands there is none: a broken key or quote.
func cutLogfmt(s string) (key, v string, quoted bool, rest string, ok bool) {
	i := 0
	for i < len(s) && s[i] != '=' && s[i] != ' ' && s[i] != '\t' {
		if s[i] == '"' {
			return "", "", false, s, false
		}
		i++
	}
	key = s[:i]
	if i == len(s) || s[i] != '=' {
		return key, "", false, s[i:], key != ""
	}
	if key == "" || !pairKey(key) && pairKeyLen(s) == 0 {
		return "", "", false, s, false
	}
	s = s[i+1:]
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		if v, rest, ok = cutQuotedBy(s, s[0]); ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t' || rest[0] == ',') {
			return key, v, true, strings.TrimPrefix(rest, ","), true
		}
		if s[0] == '"' {
			return "", "", false, s, false
		}
	}
	i = 0
	for i < len(s) && s[i] != ' ' && s[i] != '\t' {
		i++
	}
	return key, s[:i], false, s[i:], true
}

// cutQuotedBy returns the inside of the quotes that s begins with and what follows.
func cutQuotedBy(s string, q byte) (inner, rest string, ok bool) {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case q:
			return s[1:i], s[i+1:], true
		}
	}
	return "", s, false
}
