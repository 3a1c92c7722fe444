package schema

import "strings"

// forwarded reports whether a line of JSON only carries the line of another program: an entry of Google's Cloud Logging, what
// Filebeat, Vector, Fluent Bit or Logstash made of a line of a file, or one whose message is the JSON of another logger and
// that says nothing of what happened itself.
func forwarded(r *record) bool {
	v := r.get(fieldMessage)
	if !v.isText() || r.has(fieldMethod) || r.depth > 0 {
		return false
	}
	m, s := r.marks, &r.slots[fieldMessage]
	if s.memo.key == "textPayload" {
		return true
	}
	if m&markAzure != 0 { // Azure's wrappers are known by their category
		return false
	}
	if r.has(fieldLevel) {
		return m&markGELF != 0 && m&markForward != 0 // Docker's driver: the level tells the stream
	}
	switch {
	case m&(markJournald|markPostgres|markDocker) == markDocker && s.memo.key == "log", m&markForward != 0 && s.box == "":
		return true
	case m&markLogstash != 0 && !r.has(fieldLogger) && !r.has(fieldThread) && (r.has(fieldPath) || r.has(fieldHost)):
		return true
	case s.memo.key == "log" && r.has(fieldContainer) && r.box == "":
		return true
	}
	if len(v.S) < 8 || v.S[0] != '{' || m&(markJournald|markDocker|markPostgres) != 0 || len(r.ids) > 0 {
		return false
	}
	text := v.Plain()
	end := skipObject(text, 0, 0)
	return end > 0 && strings.TrimSpace(text[end:]) == ""
}

// parseForwarded reads the text that such a line carries; the rest tells where it came from.
func parseForwarded(p *Parser, e *Event, line string) {
	o := &p.out
	var text Value
	var own []Field
	gelf := false
	eachMember(line, func(key string, v Value) bool {
		switch a := p.lookup(key, 0, aliasSeed).alias; {
		case a != nil && a.field == fieldMessage && v.isText() && text.IsZero():
			text, gelf = v, key == "short_message"
		case a != nil && a.field == fieldTime && (v.isText() || v.isNumber()) && o.time.NS == 0:
			if t, ok := p.parseTime(v.scalar()); ok {
				o.time = t
			}
		case a != nil && a.field == fieldLevel && v.isText() && levelOf(v.Plain()) != LevelNone:
			o.level = levelOf(v.Plain())
		case key == "stream" && v.isText(), key == "source" && (v.S == "stdout" || v.S == "stderr"):
			o.addStream(v.Plain())
			o.utc = true
		case key == "level" && gelf:
			if n, ok := smallInt(v.S); ok {
				o.level = levelOfNumber(n, scaleSyslog)
			}
		case key == "@metadata", key == "input", key == "ecs", key == "source_type", key == "version" && gelf:
		default:
			own = append(own, Field{key, v})
		}
		return true
	})
	p.inner(e, strings.TrimRight(p.unescape(text), "\r\n"))
	p.addOwn(e, own)
}

// parseFluentd takes what Fluentd and Fluent Bit print to their standard output: time, tag, record.
//
//	2026-03-14 10:00:00.123456789 +0000 kubernetes.web: {"log":"text","stream":"stdout"}
func parseFluentd(p *Parser, e *Event, line string) bool {
	if len(line) < 40 || line[10] != ' ' || line[19] != '.' || line[29] != ' ' || line[35] != ' ' || line[len(line)-1] != '}' || !p.carried() {
		return false
	}
	tag, record, ok := strings.Cut(line[36:], ": {")
	if !ok || strings.IndexByte(tag, ' ') >= 0 {
		return false
	}
	t, ok := p.parseTime(line[:35])
	if !ok {
		return false
	}
	o := &p.out
	o.time, o.format = t, "fluentd"
	o.addStream(tag)
	p.inner(e, line[len(line)-len(record)-1:])
	return true
}

// splunkEvent reads what is sent to Splunk's HTTP event collector: an event, which is a text or an object, with a moment and
// its origin around it.
func (p *Parser) splunkEvent(e *Event, line string) {
	o := &p.out
	var event Value
	var own []Field
	eachMember(line, func(key string, v Value) bool {
		switch key {
		case "event":
			event = v
		case "time":
			if t, ok := p.parseTime(v.scalar()); ok {
				o.time = t
			}
		case "host":
			o.platform.Host = v.Plain()
		case "index", "sourcetype":
		default:
			own = append(own, Field{key, v})
		}
		return true
	})
	o.format = "splunk.hec"
	text := event.S
	if event.isText() {
		text = strings.TrimRight(p.unescape(event), "\r\n")
	}
	p.inner(e, text)
	p.addOwn(e, own)
}

// splitLoki takes apart what is pushed to Loki: streams with labels, each with lines and their moments in nanoseconds.
func splitLoki(p *Parser, e *Event, line string) {
	o := &p.out
	o.set, o.format = true, "loki"
	o.depth++
	eachItem(member(line, "streams").S, func(st Value) bool {
		labels := member(st.S, "stream")
		eachItem(member(st.S, "values").S, func(row Value) bool {
			if row.isArray() {
				p.parts = append(p.parts, part{parseLokiRow, row.S, labels.S})
			}
			return true
		})
		return true
	})
	if len(p.parts) == 0 {
		parsePlain(p, e, line)
		e.Join = Join{Single: true}
	}
}

// parseLokiRow reads one line: [moment, text] or [moment, text, {pairs}].
func parseLokiRow(p *Parser, e *Event, it part) {
	o := &p.out
	var text, pairs Value
	n := 0
	eachItem(it.text, func(v Value) bool {
		switch n {
		case 0:
			if t, ok := epochIn(v.scalar(), nanosecond); ok {
				o.time = t
			}
		case 1:
			text = v
		case 2:
			pairs = v
		}
		n++
		return true
	})
	var own []Field
	add := func(key string, v Value) bool {
		own = append(own, Field{key, v})
		return true
	}
	eachMember(it.outer, add)
	eachMember(pairs.S, add)
	p.inner(e, strings.TrimRight(p.unescape(text), "\r\n"))
	p.addOwn(e, own)
	if e.Join.Role == Continues {
		e.Join.Role = Whole
	}
	e.Join.Single = e.Join.Role == Whole
}
