package schema

import (
	"slices"
	"strings"
)

const maxParams = 256

// queryParams turns a query string into a JSON object, nested as Rack and PHP read it: a[b]=1 is an object, a[]=1 an
// array; of a key that repeats, the last wins. The Rails form token is left out.
func queryParams(query string) Value {
	var root param
	n := 0
	for pair := range strings.FieldsFuncSeq(query, func(r rune) bool { return r == '&' || r == ';' }) {
		if n++; n > maxParams {
			break
		}
		key, value, _ := strings.Cut(pair, "=")
		key, value = unescapeQuery(key), unescapeQuery(value)
		if key == "" || key == "authenticity_token" || key == "utf8" {
			continue
		}
		root.set(key, value)
	}
	if len(root.kids) == 0 {
		return Value{}
	}
	return Value{Raw, string(root.append(make([]byte, 0, len(query)+32)))}
}

// queryParams is the function of that name, which makes no garbage of plain queries as long as the event has a parser.
func (e *Event) queryParams(query string) Value {
	if e.parser != nil {
		if v, ok := e.parser.plainParams(query); ok {
			return v
		}
	}
	return queryParams(query)
}

// plainParams is queryParams for few parameters without escapes and brackets, each named once; ok is false for others.
func (p *Parser) plainParams(query string) (v Value, ok bool) {
	var keys [8]string
	n := 0
	b := p.buf[:0]
	for query != "" {
		pair := query
		if i := strings.IndexByte(query, '&'); i >= 0 {
			pair, query = query[:i], query[i+1:]
		} else {
			query = ""
		}
		if pair == "" {
			continue
		}
		for i := range len(pair) {
			switch pair[i] {
			case '[', '%', '+', ';':
				return Value{}, false
			}
		}
		key, value, _ := strings.Cut(pair, "=")
		if key == "" || key == "authenticity_token" || key == "utf8" {
			continue
		}
		if n == len(keys) {
			return Value{}, false
		}
		if slices.Contains(keys[:n], key) {
			return Value{}, false
		}
		keys[n] = key
		n++
		b = appendString(append(appendString(append(b, ','), key), ':'), value)
	}
	p.buf = b
	if n == 0 {
		return Value{}, true
	}
	b = closeObject(b, 0)
	p.buf = b
	return Value{Raw, p.keep(b)}, true
}

// param is a node of the parameters: text, or named kids; kids without names are the items of an array.
type param struct {
	key   string
	text  string
	list  bool
	kids  []*param
	depth int
}

// set puts value under key, which may go deeper with brackets.
func (p *param) set(key, value string) {
	name, rest, nested := strings.Cut(key, "[")
	if !nested || name == "" || !strings.HasSuffix(key, "]") {
		p.kid(key).put(value)
		return
	}
	at := p.kid(name)
	for seg := range strings.SplitSeq(strings.TrimSuffix(rest, "]"), "][") {
		if at.depth > 8 {
			break
		}
		if seg == "" {
			at.list = true
			at.kids = append(at.kids, &param{depth: at.depth + 1})
			at = at.kids[len(at.kids)-1]
			continue
		}
		at.list = false
		at = at.kid(seg)
	}
	at.put(value)
}

func (p *param) put(value string) {
	p.text, p.kids, p.list = value, nil, false
}

func (p *param) kid(key string) *param {
	for _, k := range p.kids {
		if k.key == key {
			return k
		}
	}
	k := &param{key: key, depth: p.depth + 1}
	p.kids = append(p.kids, k)
	return k
}

func (p *param) append(dst []byte) []byte {
	if len(p.kids) == 0 {
		return appendString(dst, p.text)
	}
	from := len(dst)
	for _, k := range p.kids {
		dst = append(dst, ',')
		if !p.list {
			dst = appendString(dst, k.key)
			dst = append(dst, ':')
		}
		dst = k.append(dst)
	}
	if p.list {
		dst[from] = '['
		return append(dst, ']')
	}
	return closeObject(dst, from)
}

// unescapeQuery undoes the escapes of a form; broken ones stay as they are.
func unescapeQuery(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			b = append(b, ' ')
		case s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b = append(b, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		default:
			b = append(b, s[i])
		}
	}
	return string(b)
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c >= 'a':
		return c - 'a' + 10
	}
	return c - 'A' + 10
}
