package schema

import "strings"

// tracingPretty names records of tracing's pretty formatter, whose place and spans follow on lines of their own.
const tracingPretty = "tracing.pretty"

// parseTracing takes tracing's default format: time, level in five columns, spans, target, message and fields. Fields whose
// values were written for people are not quoted: they end where the next begins.
//
//	2026-03-14T10:00:00.150000Z ERROR request{id=r-1}: shop::pay: charge failed error=card declined order_id=17
func parseTracing(p *Parser, e *Event, s *stamped) bool {
	level, rest, ok := tracingLevel(s)
	if !ok {
		return false
	}
	spans := 0
	if open := strings.IndexByte(rest, '{'); open > 0 && strings.IndexByte(rest[:open], ' ') < 0 {
		spans = p.spans(e, rest)
	}
	target, msg, ok := strings.Cut(strings.TrimLeft(rest[spans:], " "), ": ")
	if !ok || !isRustPath(target) || spans == 0 && !strings.Contains(target, "::") {
		return false
	}
	e.Metadata.Level = level
	e.Platform.Format = "tracing.text"
	p.rec.spanned = spans > 0
	e.AddField("logger", Text(target))
	at := spacedPair(msg, 0)
	if msg == "" || startsPair(msg) && spacedValue(msg) {
		at = 0
	}
	if at < 0 {
		p.setText(e, msg)
		setDefault(&e.Action, target)
		return true
	}
	text := strings.TrimSpace(msg[:at])
	e.Metadata.Message = Text(text)
	fields := strings.TrimLeft(msg[at:], " ")
	for i := 0; fields != "" && i < maxSpaced; i++ {
		fields = p.spacedField(e, fields)
	}
	if fields != "" {
		p.keepField(e, "more", Text(fields))
	}
	scanIdents(e, text)
	p.finishFields(e)
	setDefault(&e.Action, target)
	return true
}

// maxSpaced is how many fields of a line are told apart by where the next begins.
const maxSpaced = 256

// tracingLevel reads the level that stands behind the time in five columns.
func tracingLevel(s *stamped) (level Level, rest string, ok bool) {
	if s.bracket || len(s.stamp) < 20 || s.stamp[10] != 'T' || len(s.rest) < 8 || s.rest[0] != ' ' || s.rest[6] != ' ' {
		return LevelNone, "", false
	}
	switch s.rest[1:6] {
	case "TRACE":
		level = LevelTrace
	case "DEBUG":
		level = LevelDebug
	case " INFO":
		level = LevelInfo
	case " WARN":
		level = LevelWarn
	case "ERROR":
		level = LevelError
	default:
		return LevelNone, "", false
	}
	return level, s.rest[7:], true
}

// isRustPath reports whether s names a module of Rust: shop, shop::http.
func isRustPath(s string) bool {
	if s == "" || len(s) > 160 || !isAlpha(s[0]) && s[0] != '_' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !wordByte(c) && c != ':' && c != '-' {
			return false
		}
	}
	return true
}

// spacedPair returns where the next " key=" begins at or behind from, -1 when there is none.
func spacedPair(s string, from int) int {
	for {
		i := strings.IndexByte(s[from:], ' ')
		if i < 0 {
			return -1
		}
		from += i + 1
		if startsPair(s[from:]) && spacedValue(s[from:]) {
			return from - 1
		}
	}
}

// spacedValue reports whether what follows key= can be a value: not code such as a==b or a=>b.
func spacedValue(s string) bool {
	eq := strings.IndexByte(s, '=')
	return eq > 0 && isAlpha(s[0]) && eq+1 < len(s) && strings.IndexByte("=>~ ", s[eq+1]) < 0
}

// spacedField gives e the pair that s begins with, whose value goes on to the next pair, and returns what follows.
func (p *Parser) spacedField(e *Event, s string) string {
	n, key, value := scanPair(s)
	if n > 0 && (n == len(s) || s[n] == ' ' && startsPair(strings.TrimLeft(s[n:], " "))) {
		p.field(e, key, value)
		return strings.TrimLeft(s[n:], " ")
	}
	end := spacedPair(s, min(max(n, 1), len(s)))
	if end < 0 {
		end = len(s)
	}
	eq := strings.IndexByte(s, '=')
	p.field(e, s[:eq], Text(strings.TrimSpace(s[eq+1:end])))
	return strings.TrimLeft(s[end:], " ")
}

// parseTracingPretty takes the first line of tracing's pretty formatter, which is indented.
//
//	2026-03-14T10:00:00.150000Z  INFO shop::pay: order placed, order_id: 17
//	  at src/main.rs:12
//	  in shop::http::request with method: GET, uri: /users/42
func parseTracingPretty(p *Parser, e *Event, line string) bool {
	if len(line) < 30 || line[0] != ' ' || line[1] != ' ' || !isDigit(line[2]) {
		return false
	}
	var s stamped
	if !p.stamp(&s, line[2:]) {
		return false
	}
	level, rest, ok := tracingLevel(&s)
	if !ok {
		return false
	}
	target, msg, ok := strings.Cut(rest, ": ")
	if !ok || !isRustPath(target) {
		return false
	}
	e.setTime(s.time)
	e.Metadata.Level = level
	e.AddField("logger", Text(target))
	text := msg
	if i := nextNamed(msg); i < len(msg) {
		text = msg[:i]
		p.namedFields(e, msg[i+2:])
	}
	e.Metadata.Message = Text(text)
	scanIdents(e, text)
	p.finishFields(e)
	setDefault(&e.Action, target)
	e.Join.Kind = tracingPretty
	return true
}

// namedFields gives e the fields of "key: value, key: value".
func (p *Parser) namedFields(e *Event, s string) {
	for s != "" {
		key, rest, ok := strings.Cut(s, ": ")
		if !ok {
			return
		}
		end := nextNamed(rest)
		p.field(e, key, pairValue(strings.Trim(rest[:end], `"`)))
		s = strings.TrimPrefix(rest[end:], ", ")
	}
}

// nextNamed returns where ", key: " begins in s, its length when it does nowhere.
func nextNamed(s string) int {
	for from := 0; ; {
		i := strings.Index(s[from:], ", ")
		if i < 0 {
			return len(s)
		}
		i += from
		if key, _, ok := strings.Cut(s[i+2:min(len(s), i+66)], ": "); ok && isDotted(key) {
			return i
		}
		from = i + 2
	}
}

// finishTracing gives e the place and the spans that the lines behind it name.
func (j *Joiner) finishTracing(e *Event, more string) {
	p := j.reader(e)
	rest, spans := "", 0
	for text := range strings.SplitSeq(more, "\n") {
		line := strings.TrimSpace(text)
		name, fields, with := strings.Cut(strings.TrimPrefix(line, "in "), " with ")
		switch at, ok := strings.CutPrefix(line, "at "); {
		case line == "":
		case ok && !e.hasField("caller"):
			at, thread, _ := strings.Cut(at, " on ")
			e.AddField("caller", Text(at))
			setDefault(&e.Platform.Thread, thread)
		case with && spans == 0 && isRustPath(name) && len(name) < len(line):
			e.AddField("span", Text(name))
			fallthrough
		case with && isRustPath(name) && strings.HasPrefix(line, "in "):
			p.namedFields(e, fields)
			spans++
		default:
			rest += "\n" + text
		}
	}
	if spans > 0 {
		p.finishFields(e)
	}
	if rest != "" {
		joinMessage(&e.Metadata, rest[1:])
	}
}

// resolveSpans gives a line that tells of the end of a request what the spans around it say of the request.
func (p *Parser) resolveSpans(e *Event) {
	r := &p.rec
	if r.flavor != &flavorTracing || !r.has(fieldScopes) || !r.has(fieldStatus) {
		return
	}
	eachItem(r.get(fieldScopes).S, func(span Value) bool {
		eachMember(span.S, func(key string, v Value) bool {
			m := p.lookup(key, 0, aliasSeed)
			if v.isNull() || v.isObject() {
				return true
			}
			switch m.field {
			case fieldMethod, fieldPath, fieldRoute, fieldUserAgent, fieldIP, fieldQuery:
				if !r.has(m.field) {
					p.take(e, m, key, v)
				}
			}
			return true
		})
		return true
	})
}
