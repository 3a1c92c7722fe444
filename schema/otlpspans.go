package schema

import "strings"

// otlpSpan reads one span with the attributes of its resource: a request, a call, a statement, a message, by its kind and
// attributes. Its time is that of its start.
func (p *Parser) otlpSpan(e *Event, span, resource, scope string) {
	r := &p.rec
	r.flavor = &flavorOTLP
	e.Platform.Format = "otlp"
	e.Join.Single = true
	var start, end Time
	var attributes, status, events Value
	name, kind := "", ""
	eachMember(span, func(key string, v Value) bool {
		switch key {
		case "traceId", "trace_id":
			e.setTrace(key, otlpID(v.Plain()))
		case "spanId", "span_id":
			e.setSpan(key, otlpID(v.Plain()))
		case "parentSpanId", "parent_span_id":
			e.setParentSpan(key, otlpID(v.Plain()))
		case "name":
			name = v.Plain()
		case "kind":
			kind = spanKind(v.scalar())
		case "startTimeUnixNano", "start_time_unix_nano":
			start, _ = epochIn(v.Plain(), nanosecond)
		case "endTimeUnixNano", "end_time_unix_nano":
			end, _ = epochIn(v.Plain(), nanosecond)
		case "attributes":
			attributes = v
		case "status":
			status = v
		case "events":
			events = v
		case "flags", "traceState", "trace_state", "droppedAttributesCount", "droppedEventsCount", "droppedLinksCount", "dropped_attributes_count", "dropped_events_count", "dropped_links_count":
		default:
			if !v.isArray() || v.S != "[]" {
				p.keepField(e, key, v)
			}
		}
		return true
	})
	if start.NS > 0 {
		e.setTime(start)
		if end.NS >= start.NS {
			e.Metadata.Duration = Duration{end.NS - start.NS, true}
		}
	}
	spanStatus(e, status.S)
	p.spanEvents(e, events.S)
	p.otlpAttributes(e, attributes.S)
	if kind != "" {
		p.field(e, "spankind", Text(kind))
	}
	p.spanMessage(e, kind)
	r.depth++
	p.otlpAttributes(e, member(resource, "attributes").S)
	r.depth--
	p.finishFields(e)
	if strings.HasPrefix(e.Type, "data.") {
		setOutcome(e, OutcomeSuccess)
	}
	if e.Type == "" || e.Type == "log.message" {
		e.Action = name
		setDefaultValue(&e.Metadata.Message, Text(name))
	}
	if scope != "" && !e.hasExtra("logger") {
		e.AddExtra("logger", Text(scope))
	}
}

// spanKind returns the name of a span's kind.
func spanKind(s string) string {
	switch s {
	case "1":
		return "internal"
	case "2":
		return "server"
	case "3":
		return "client"
	case "4":
		return "producer"
	case "5":
		return "consumer"
	}
	return strings.ToLower(strings.TrimPrefix(s, "SPAN_KIND_"))
}

// spanStatus reads whether the span ended as it should.
func spanStatus(e *Event, status string) {
	m := &e.Metadata
	switch member(status, "code").scalar() {
	case "1", "STATUS_CODE_OK":
		m.Outcome = OutcomeSuccess
	case "2", "STATUS_CODE_ERROR":
		m.Outcome, m.Level = OutcomeFailure, LevelError
		m.Error.Message = member(status, "message")
	}
}

// spanEvents takes the exception that was recorded last; other events of a span are kept.
func (p *Parser) spanEvents(e *Event, list string) {
	var kept []byte
	eachItem(list, func(v Value) bool {
		if name := member(v.S, "name").Plain(); name != "exception" {
			kept = appendString(append(kept, ','), name)
			return true
		}
		eachItem(member(v.S, "attributes").S, func(a Value) bool {
			value := p.anyValue(member(a.S, "value").S)
			switch member(a.S, "key").Plain() {
			case "exception.type":
				e.Metadata.Error.Class = value.scalar()
			case "exception.message":
				e.Metadata.Error.Message = value
			case "exception.stacktrace":
				e.Metadata.Error.Stack = value
			}
			return true
		})
		return true
	})
	if len(kept) > 0 {
		kept[0] = '['
		e.AddField("events", Value{Raw, string(append(kept, ']'))})
	}
}

// spanMessage makes e the sending or the receipt of a message where its span says so.
func (p *Parser) spanMessage(e *Event, kind string) {
	verb := ""
	switch kind {
	case "producer":
		verb = "published"
	case "consumer":
		verb = "received"
	default:
		return
	}
	for i := range e.Metadata.Fields {
		f := &e.Metadata.Fields[i]
		if f.Key == "messaging.destination.name" || f.Key == "messaging.destination" {
			e.Type, e.Action = "message."+verb, p.concat(f.Value.scalar(), ".", verb)
			setOutcome(e, OutcomeSuccess)
			return
		}
	}
}
