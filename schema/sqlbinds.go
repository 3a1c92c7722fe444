package schema

import (
	"strconv"
	"strings"
)

// sqlBinds gives the values of placeholders out of the text a program logged them as. They are looked up one at a time:
// most statements need only the record's id.
type sqlBinds struct {
	text   string
	read   bool
	values []Value
	first  [8]Value // room for most
}

// at returns the i-th value, counted from 0.
func (b *sqlBinds) at(i int) (Value, bool) {
	if !b.read {
		b.read = true
		b.values = b.first[:0]
		b.parse()
	}
	if i < 0 || i >= len(b.values) || b.values[i].IsZero() {
		return Value{}, false
	}
	return b.values[i], true
}

func (b *sqlBinds) parse() {
	s := b.text
	switch {
	case s == "":
	case s[0] == '$':
		b.postgres(s)
	case s[0] == '[' && strings.HasPrefix(strings.TrimLeft(s[1:], " "), "["):
		b.pairs(s)
	case s[0] == '[' || s[0] == '(':
		b.list(strings.TrimSuffix(strings.TrimSuffix(s[1:], ")"), "]"))
	case s[0] == '{': // named: {id: 1, limit: 1}, in the order of the placeholders
		if js, ok := rubyJSON(s); ok {
			b.object(js)
		}
	}
}

// postgres reads $1 = '1', $2 = NULL.
func (b *sqlBinds) postgres(s string) {
	for s != "" {
		eq := strings.Index(s, " = ")
		if eq < 2 || s[0] != '$' {
			return
		}
		s = s[eq+3:]
		if strings.HasPrefix(s, "NULL") {
			b.values = append(b.values, Value{Raw, "null"})
			s = s[4:]
		} else {
			l := sqlLexer{s: s}
			t := l.any()
			if t.kind != sqlString {
				return
			}
			b.values = append(b.values, sqlTyped(unquoteSQL(t.text)))
			s = s[l.i:]
		}
		s = strings.TrimLeft(s, ", ")
	}
}

// sqlTyped keeps a quoted whole number as a number: PostgreSQL quotes every parameter.
func sqlTyped(s string) Value {
	if len(s) < 19 && isJSONNumber(s) {
		return Value{Raw, s}
	}
	return Value{String, s}
}

// pairs reads Rails' [["id", 1], [nil, "x"]].
func (b *sqlBinds) pairs(s string) {
	r := inspected{s: s, i: 1}
	for {
		r.space()
		if r.i >= len(s) || s[r.i] == ']' {
			return
		}
		if s[r.i] == ',' {
			r.i++
			continue
		}
		if s[r.i] != '[' {
			return
		}
		r.i++
		if _, ok := r.bind(","); !ok {
			return
		}
		if r.space(); r.i >= len(s) || s[r.i] != ',' {
			return
		}
		r.i++
		v, ok := r.bind("]")
		if !ok {
			return
		}
		b.values = append(b.values, v)
		if r.space(); r.i >= len(s) || s[r.i] != ']' {
			return
		}
		r.i++
	}
}

// bind reads one value up to any byte of stop. Plain ones are pieces of the input.
func (r *inspected) bind(stop string) (Value, bool) {
	r.space()
	rest := r.s[min(r.i, len(r.s)):]
	switch {
	case rest == "":
		return Value{}, false
	case rest[0] == '"':
		text, n, ok := unquoteRuby(rest)
		r.i += n
		return Value{String, text}, ok
	case isDigit(rest[0]) || rest[0] == '-' || strings.HasPrefix(rest, "nil"):
		if end := strings.IndexAny(rest, stop); end > 0 {
			if text := strings.TrimRight(rest[:end], " "); text == "nil" || isJSONNumber(text) {
				r.i += end
				if text == "nil" {
					text = "null"
				}
				return Value{Raw, text}, true
			}
		}
	}
	from := len(r.out)
	if !r.value(1, stop) {
		return Value{}, false
	}
	return jsonValue(string(r.out[from:])), true
}

// list reads 1, 'a', "b", None.
func (b *sqlBinds) list(s string) {
	l := sqlLexer{s: s}
	for {
		t := l.any()
		switch {
		case t.kind == sqlEnd:
			return
		case t.kind == sqlString, t.kind == sqlQuoted:
			b.values = append(b.values, Value{String, unquoteSQL(t.text)})
		case t.kind == sqlNumber:
			b.values = append(b.values, jsonValue(t.text))
		case t.is("NULL"), t.is("NONE"), t.is("NIL"):
			b.values = append(b.values, Value{Raw, "null"})
		case t.is("TRUE"), t.is("FALSE"):
			b.values = append(b.values, Value{Raw, strings.ToLower(t.text)})
		case t.punct(','):
			continue
		default: // datetime.datetime(…) and the like: a value that is not known
			b.values = append(b.values, Value{})
		}
		for depth := 0; ; {
			t = l.any()
			if t.kind == sqlEnd || depth == 0 && t.punct(',') {
				break
			}
			switch {
			case t.punct('('), t.punct('['), t.punct('{'):
				depth++
			case t.punct(')'), t.punct(']'), t.punct('}'):
				depth--
			}
		}
	}
}

// object takes the member values of a flat JSON object in order.
func (b *sqlBinds) object(js string) {
	r := inspected{s: js, i: 1}
	for r.i < len(js) && js[r.i] != '}' {
		if js[r.i] == ',' {
			r.i++
			continue
		}
		if !r.key(0) {
			return
		}
		from := len(r.out)
		if !r.value(1, ",}") {
			return
		}
		b.values = append(b.values, jsonValue(string(r.out[from:])))
	}
}

// jsonValue returns a JSON token as a value.
func jsonValue(js string) Value {
	if len(js) >= 2 && js[0] == '"' {
		inner := js[1 : len(js)-1]
		if strings.IndexByte(inner, '\\') < 0 {
			return Value{String, inner}
		}
		return Value{Escaped, inner}
	}
	if js == "null" || js == "true" || js == "false" || isJSONNumber(js) || js != "" && (js[0] == '{' || js[0] == '[') {
		return Value{Raw, js}
	}
	return Value{String, js}
}

// setSQLComment takes ids from a comment as sqlcommenter (key='urlencoded', …), marginalia and Rails query logs (key:value,…)
// write it.
func setSQLComment(e *Event, text string) {
	for text != "" {
		part := text
		if i := strings.IndexByte(text, ','); i >= 0 {
			part, text = text[:i], text[i+1:]
		} else {
			text = ""
		}
		sep := strings.IndexAny(part, "=:")
		if sep <= 0 {
			continue
		}
		key := strings.TrimSpace(part[:sep])
		val := strings.Trim(strings.TrimSpace(part[sep+1:]), `'"`)
		if val == "" || strings.IndexByte(key, ' ') >= 0 {
			continue
		}
		if strings.IndexByte(val, '%') >= 0 {
			val = percentDecode(val)
		}
		switch key {
		case "request_id", "requestId", "req_id", "x_request_id":
			e.setRequestID(key, val)
		case "correlation_id":
			e.AddIdent(IdentCorrelation, key, val)
		case "trace_id", "traceId":
			e.setTrace(key, val)
		case "traceparent": // the span that caused the statement
			if trace, span, ok := parseTraceparent(val); ok {
				e.addTrace(key, trace)
				e.setParentSpan(key, span)
			}
		case "jid", "job_id", "active_job_id":
			e.setJobID(key, val)
		}
	}
}

// percentDecode undoes URL encoding; broken escapes stay.
func percentDecode(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if v, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b = append(b, byte(v))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}
