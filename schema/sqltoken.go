package schema

import "strings"

// sqlKind is the kind of a piece of SQL.
type sqlKind uint8

const (
	sqlEnd     sqlKind = iota
	sqlWord            // keyword or plain identifier
	sqlQuoted          // "identifier", `identifier` or [identifier]; text is without quotes
	sqlString          // 'text'; text is without quotes, doubled quotes stay
	sqlNumber          // 42, -1.5
	sqlParam           // ?, $1, :name, @p0, %s, %(name)s
	sqlComment         // /* … */ or -- …; text is without marks
	sqlPunct           // anything else, one byte
)

// sqlToken is a piece of SQL; text points into the statement.
type sqlToken struct {
	kind sqlKind
	text string
}

// is reports whether the token is the keyword, which is given in upper case.
func (t sqlToken) is(keyword string) bool {
	return t.kind == sqlWord && len(t.text) == len(keyword) && strings.EqualFold(t.text, keyword)
}

// punct reports whether the token is the given byte.
func (t sqlToken) punct(c byte) bool { return t.kind == sqlPunct && t.text[0] == c }

// name reports whether the token can name a table or column.
func (t sqlToken) name() bool { return t.kind == sqlWord || t.kind == sqlQuoted }

// sqlLexer takes SQL of any dialect apart, one piece after another, without allocating.
// It never fails: what is cut or unknown comes as it is.
type sqlLexer struct {
	s string
	i int
	// comment, when set, is called for every comment that next skips.
	comment func(text string)
}

// next returns the next piece that is not a comment.
func (l *sqlLexer) next() sqlToken {
	for {
		t := l.any()
		if t.kind != sqlComment {
			return t
		}
		if l.comment != nil {
			l.comment(t.text)
		}
	}
}

// peek returns what next will return.
func (l *sqlLexer) peek() sqlToken {
	save, f := l.i, l.comment
	l.comment = nil
	t := l.next()
	l.i, l.comment = save, f
	return t
}

func (l *sqlLexer) any() sqlToken {
	s := l.s
	for l.i < len(s) && (s[l.i] == ' ' || s[l.i] == '\n' || s[l.i] == '\t' || s[l.i] == '\r') {
		l.i++
	}
	if l.i >= len(s) {
		return sqlToken{}
	}
	from := l.i
	c := s[from]
	switch {
	case c == '/' && strings.HasPrefix(s[from:], "/*"):
		end := strings.Index(s[from+2:], "*/")
		if end < 0 {
			l.i = len(s)
			return sqlToken{sqlComment, s[from+2:]}
		}
		l.i = from + 2 + end + 2
		return sqlToken{sqlComment, s[from+2 : from+2+end]}
	case c == '-' && strings.HasPrefix(s[from:], "--"), c == '#' && from+1 < len(s) && s[from+1] == ' ':
		end := strings.IndexByte(s[from:], '\n')
		if end < 0 {
			end = len(s) - from
		}
		l.i = from + end
		return sqlToken{sqlComment, strings.TrimLeft(s[from:l.i], "-# ")}
	case c == '\'':
		return sqlToken{sqlString, l.until(from+1, '\'')}
	case (c == 'E' || c == 'e' || c == 'N' || c == 'n' || c == 'X' || c == 'x' || c == 'B' || c == 'b') && from+1 < len(s) && s[from+1] == '\'':
		return sqlToken{sqlString, l.until(from+2, '\'')}
	case c == '"' || c == '`':
		return sqlToken{sqlQuoted, l.until(from+1, c)}
	case c == '[' && from+1 < len(s) && wordByte(s[from+1]) && (s[from+1] < '0' || s[from+1] > '9'):
		if end := strings.IndexByte(s[from:], ']'); end > 0 {
			l.i = from + end + 1
			return sqlToken{sqlQuoted, s[from+1 : from+end]}
		}
	case c >= '0' && c <= '9', (c == '-' || c == '.') && from+1 < len(s) && s[from+1] >= '0' && s[from+1] <= '9':
		l.i++
		for l.i < len(s) && (s[l.i] >= '0' && s[l.i] <= '9' || s[l.i] == '.' || s[l.i] == 'x' || s[l.i] == 'X' || s[l.i]|32 >= 'a' && s[l.i]|32 <= 'f') {
			l.i++
		}
		return sqlToken{sqlNumber, s[from:l.i]}
	case c == '?':
		l.i++
		return sqlToken{sqlParam, "?"}
	case c == '$' && from+1 < len(s):
		if s[from+1] >= '0' && s[from+1] <= '9' {
			l.word()
			return sqlToken{sqlParam, s[from:l.i]}
		}
		if end := strings.IndexByte(s[from+1:], '$'); end >= 0 { // $tag$ text $tag$
			tag := s[from : from+end+2]
			if rest := strings.Index(s[from+len(tag):], tag); rest >= 0 {
				l.i = from + len(tag) + rest + len(tag)
				return sqlToken{sqlString, s[from+len(tag) : from+len(tag)+rest]}
			}
		}
	case (c == ':' || c == '@') && from+1 < len(s) && wordByte(s[from+1]) && (from == 0 || s[from-1] != ':'):
		l.word()
		return sqlToken{sqlParam, s[from:l.i]}
	case c == '%' && strings.HasPrefix(s[from:], "%s"):
		l.i += 2
		return sqlToken{sqlParam, "?"}
	case c == '%' && strings.HasPrefix(s[from:], "%("):
		if end := strings.Index(s[from:], ")s"); end > 0 {
			l.i = from + end + 2
			return sqlToken{sqlParam, s[from:l.i]}
		}
	case wordByte(c):
		l.word()
		return sqlToken{sqlWord, s[from:l.i]}
	}
	l.i = from + 1
	return sqlToken{sqlPunct, s[from:l.i]}
}

// word moves past the first byte and all word bytes that follow it.
func (l *sqlLexer) word() {
	for l.i++; l.i < len(l.s) && (wordByte(l.s[l.i]) || l.s[l.i] == '$'); l.i++ {
	}
}

// until returns the text up to the closing quote; a doubled quote and, in strings, a backslash protect.
func (l *sqlLexer) until(from int, quote byte) string {
	s := l.s
	for i := from; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quote == '\'' && i+1 < len(s) && (s[i+1] == '\'' && i+2 < len(s) && !sqlEndsString(s[i+2]) || s[i+1] == '\\'):
			i++
		case s[i] != quote:
		case i+1 < len(s) && s[i+1] == quote:
			i++
		default:
			l.i = i + 1
			return s[from:i]
		}
	}
	l.i = len(s)
	return s[min(from, len(s)):]
}

// sqlEndsString reports whether c is what follows a string's closing quote: then a backslash before the quote was text,
// as standard SQL has it, and not MySQL's escape.
func sqlEndsString(c byte) bool { return c == ' ' || c == ',' || c == ')' || c == ';' || c == '\n' }
