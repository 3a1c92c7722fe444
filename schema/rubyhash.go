package schema

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxInspectDepth bounds nesting of inspected Ruby values; what is deeper is kept as text.
const maxInspectDepth = 32

// rubyJSON returns the JSON of one inspected Ruby value, for example {"id"=>"42", :a=>[nil]} or {id: 1, "b" => 2}.
// Both styles of hashes are read, before and since Ruby 3.4. It reports false when s is not one whole value, as when the
// line was cut.
func rubyJSON(s string) (string, bool) {
	r := inspected{s: s, out: make([]byte, 0, len(s)+8)}
	if !r.value(0, "") {
		return "", false
	}
	r.space()
	return string(r.out), r.i == len(s)
}

// rubyList returns the JSON array of inspected Ruby values separated by commas, as ActiveJob logs arguments.
func rubyList(s string) (string, bool) {
	r := inspected{s: s, out: make([]byte, 0, len(s)+8)}
	r.out = append(r.out, '[')
	for {
		if !r.value(0, ",") {
			return "", false
		}
		r.space()
		if r.i == len(s) {
			return string(append(r.out, ']')), true
		}
		if s[r.i] != ',' {
			return "", false
		}
		r.i++
		r.out = append(r.out, ',')
	}
}

// inspected reads the output of Ruby's inspect.
type inspected struct {
	s   string
	i   int
	out []byte
}

func (r *inspected) space() {
	for r.i < len(r.s) && (r.s[r.i] == ' ' || r.s[r.i] == '\n' || r.s[r.i] == '\t') {
		r.i++
	}
}

// value reads one value; bare text ends at any byte of stop.
func (r *inspected) value(depth int, stop string) bool {
	r.space()
	if r.i >= len(r.s) || depth > maxInspectDepth {
		return false
	}
	switch c := r.s[r.i]; {
	case c == '{':
		return r.hash(depth)
	case c == '[':
		return r.array(depth)
	case c == '"':
		return r.str()
	case c == ':' && r.i+1 < len(r.s) && r.s[r.i+1] == '"':
		r.i++
		return r.str()
	case c == ':' && r.i+1 < len(r.s) && wordByte(r.s[r.i+1]):
		from := r.i + 1
		for r.i++; r.i < len(r.s) && (wordByte(r.s[r.i]) || r.s[r.i] == '?' || r.s[r.i] == '!'); r.i++ {
		}
		r.out = appendString(r.out, r.s[from:r.i])
		return true
	case c == '#' && r.i+1 < len(r.s) && r.s[r.i+1] == '<':
		return r.object()
	}
	return r.bare(stop)
}

func (r *inspected) array(depth int) bool {
	r.i++
	r.out = append(r.out, '[')
	for first := true; ; first = false {
		r.space()
		if r.i >= len(r.s) {
			return false
		}
		if r.s[r.i] == ']' {
			r.i++
			r.out = append(r.out, ']')
			return true
		}
		if !first {
			if r.s[r.i] != ',' {
				return false
			}
			r.i++
			r.out = append(r.out, ',')
		}
		if !r.value(depth+1, ",]") {
			return false
		}
	}
}

func (r *inspected) hash(depth int) bool {
	r.i++
	r.out = append(r.out, '{')
	for first := true; ; first = false {
		r.space()
		if r.i >= len(r.s) {
			return false
		}
		if r.s[r.i] == '}' {
			r.i++
			r.out = append(r.out, '}')
			return true
		}
		if !first {
			if r.s[r.i] != ',' {
				return false
			}
			r.i++
			r.out = append(r.out, ',')
			r.space()
		}
		if !r.key(depth) || !r.value(depth+1, ",}") {
			return false
		}
	}
}

// key reads `:a=>`, `"a"=>`, `1 => `, `a: ` or `"a b": ` and writes it with a colon.
func (r *inspected) key(depth int) bool {
	start, from := r.i, len(r.out)
	for r.i < len(r.s) && (wordByte(r.s[r.i]) || r.s[r.i] == '?' || r.s[r.i] == '!') {
		r.i++
	}
	if r.i > start && strings.HasPrefix(r.s[r.i:], ": ") {
		r.out = append(appendString(r.out, r.s[start:r.i]), ':')
		r.i += 2
		return true
	}
	r.i = start
	if !r.value(depth+1, "=") {
		return false
	}
	if r.out[from] != '"' {
		inner := string(r.out[from:])
		r.out = appendString(r.out[:from], inner)
	}
	if strings.HasPrefix(r.s[r.i:], ":") && start < len(r.s) && r.s[start] == '"' {
		r.i++
		r.out = append(r.out, ':')
		return true
	}
	r.space()
	if !strings.HasPrefix(r.s[r.i:], "=>") {
		return false
	}
	r.i += 2
	r.out = append(r.out, ':')
	return true
}

// str reads a double-quoted string with Ruby's escapes.
func (r *inspected) str() bool {
	s, n, ok := unquoteRuby(r.s[r.i:])
	if !ok {
		return false
	}
	r.i += n
	r.out = appendString(r.out, s)
	return true
}

// unquoteRuby reads the double-quoted Ruby string that s begins with; n is its length with quotes.
func unquoteRuby(s string) (text string, n int, ok bool) {
	if s == "" || s[0] != '"' {
		return "", 0, false
	}
	end, plain := 1, true
	for ; end < len(s) && s[end] != '"'; end++ {
		if s[end] == '\\' {
			plain = false
			end++
		}
	}
	if end >= len(s) {
		return "", 0, false
	}
	if plain {
		return s[1:end], end + 1, true
	}
	b := make([]byte, 0, end)
	for i := 1; i < end; i++ {
		c := s[i]
		if c != '\\' {
			b = append(b, c)
			continue
		}
		i++
		switch c = s[i]; c {
		case 'n':
			b = append(b, '\n')
		case 't':
			b = append(b, '\t')
		case 'r':
			b = append(b, '\r')
		case 'e':
			b = append(b, 0x1b)
		case 'a':
			b = append(b, 7)
		case 'b':
			b = append(b, 8)
		case 'v':
			b = append(b, 11)
		case 'f':
			b = append(b, 12)
		case '0':
			b = append(b, 0)
		case 'x':
			if v, err := strconv.ParseUint(s[i+1:min(i+3, end)], 16, 8); err == nil {
				b = append(b, byte(v))
				i += 2
			} else {
				b = append(b, '\\', 'x')
			}
		case 'u':
			if v, err := strconv.ParseUint(s[i+1:min(i+5, end)], 16, 32); err == nil && i+5 <= end {
				b = utf8.AppendRune(b, rune(v))
				i += 4
			} else if close := strings.IndexByte(s[i:end], '}'); close > 2 && s[i+1] == '{' {
				if v, err := strconv.ParseUint(s[i+2:i+close], 16, 32); err == nil {
					b = utf8.AppendRune(b, rune(v))
				}
				i += close
			} else {
				b = append(b, '\\', 'u')
			}
		default:
			b = append(b, c)
		}
	}
	return string(b), end + 1, true
}

// object reads #<Class …>, with quoted strings and objects inside, and writes it as text. A GlobalID becomes its URI.
func (r *inspected) object() bool {
	from, depth := r.i, 0
	for r.i < len(r.s) {
		switch r.s[r.i] {
		case '<':
			if r.i > from && r.s[r.i-1] == '#' {
				depth++
			}
		case '>':
			if r.s[r.i-1] == '=' || r.s[r.i-1] == '-' { // => and -> do not close
				break
			}
			if depth--; depth == 0 {
				r.i++
				text := r.s[from:r.i]
				if g := strings.Index(text, "gid://"); g >= 0 && strings.HasPrefix(text, "#<GlobalID") {
					text = text[g:]
					text = text[:strings.IndexAny(text, "> ,")]
				}
				r.out = appendString(r.out, text)
				return true
			}
		case '"':
			_, n, ok := unquoteRuby(r.s[r.i:])
			if !ok {
				return false
			}
			r.i += n
			continue
		}
		r.i++
	}
	return false
}

// bare reads an unquoted value: nil, true, a number, a time, a class, [FILTERED] without quotes.
func (r *inspected) bare(stop string) bool {
	from := r.i
	for r.i < len(r.s) && strings.IndexByte(stop, r.s[r.i]) < 0 {
		r.i++
		// "Sat, 21 Nov 2026" holds a comma that does not separate.
		if r.i < len(r.s) && r.s[r.i] == ',' && r.i-from == 3 && isWeekday(r.s[from:r.i]) {
			r.i++
		}
	}
	text := strings.TrimRight(r.s[from:r.i], " ")
	if stop == "=" && strings.HasSuffix(text, " ") {
		text = strings.TrimRight(text, " ")
	}
	switch {
	case text == "":
		return false
	case text == "nil":
		r.out = append(r.out, "null"...)
	case text == "true" || text == "false":
		r.out = append(r.out, text...)
	case isJSONNumber(text):
		r.out = append(r.out, text...)
	default:
		r.out = appendString(r.out, text)
	}
	return true
}

func isWeekday(s string) bool {
	switch s {
	case "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun":
		return true
	}
	return false
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= utf8.RuneSelf
}

// isJSONNumber reports whether s can stand in JSON as a number.
func isJSONNumber(s string) bool {
	i := 0
	digits := func() bool {
		from := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(s) && s[i] == '-' {
		i++
	}
	zero := i < len(s) && s[i] == '0'
	from := i
	if !digits() || zero && i-from > 1 {
		return false
	}
	if i < len(s) && s[i] == '.' {
		i++
		if !digits() {
			return false
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !digits() {
			return false
		}
	}
	return i == len(s)
}
