package schema

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// splitOTLP takes apart one export of OpenTelemetry logs or spans: each record and span is an event, in the order written.
func splitOTLP(p *Parser, _ *Event, line string) {
	each := func(obj string, names [2]string, f func(v string)) {
		for _, name := range names {
			if list := member(obj, name); list.isArray() {
				eachItem(list.S, func(v Value) bool {
					if v.isObject() {
						f(v.S)
					}
					return true
				})
				return
			}
		}
	}
	each(line, [2]string{"resourceLogs", "resource_logs"}, func(rl string) {
		resource := member(rl, "resource").S
		scopes := func(sl string) {
			scope := member(member(sl, "scope").S, "name").scalar()
			each(sl, [2]string{"logRecords", "log_records"}, func(rec string) {
				p.parts = append(p.parts, part{func(p *Parser, e *Event, it part) { p.otlpRecord(e, it.text, it.outer, scope) }, rec, resource})
			})
		}
		each(rl, [2]string{"scopeLogs", "scope_logs"}, scopes)
		each(rl, [2]string{"instrumentationLibraryLogs", "instrumentation_library_logs"}, scopes)
	})
	each(line, [2]string{"resourceSpans", "resource_spans"}, func(rs string) {
		resource := member(rs, "resource").S
		scopes := func(ss string) {
			scope := member(member(ss, "scope").S, "name").scalar()
			each(ss, [2]string{"spans", "spans"}, func(span string) {
				p.parts = append(p.parts, part{func(p *Parser, e *Event, it part) { p.otlpSpan(e, it.text, it.outer, scope) }, span, resource})
			})
		}
		each(rs, [2]string{"scopeSpans", "scope_spans"}, scopes)
		each(rs, [2]string{"instrumentationLibrarySpans", "instrumentation_library_spans"}, scopes)
	})
	if len(p.parts) == 0 { // an export without records says that somebody is alive
		p.parts = append(p.parts, part{func(_ *Parser, e *Event, it part) {
			parsePlain(nil, e, it.text)
			e.Join = Join{Single: true}
		}, line, ""})
	}
}

// otlpRecord reads one record with the attributes of its resource.
func (p *Parser) otlpRecord(e *Event, rec, resource, scope string) {
	if p.otlpCarried(e, rec, resource, scope) {
		return
	}
	r := &p.rec
	r.flavor = &flavorOTLP
	e.Platform.Format = "otlp"
	e.Join.Single = true
	var body, observed Value
	eachMember(rec, func(key string, v Value) bool {
		switch key {
		case "timeUnixNano", "time_unix_nano":
			if t, ok := epochIn(v.Plain(), nanosecond); ok {
				e.setTime(t)
			}
		case "observedTimeUnixNano", "observed_time_unix_nano":
			observed = v
		case "severityNumber", "severity_number":
			if n, ok := smallInt(v.Plain()); ok {
				e.Metadata.Level = levelOfNumber(n, scaleOTel)
			} else if e.Metadata.Level == LevelNone { // SEVERITY_NUMBER_INFO
				e.Metadata.Level = levelOf(strings.TrimRight(strings.TrimPrefix(v.Plain(), "SEVERITY_NUMBER_"), "234"))
			}
		case "severityText", "severity_text":
			if e.Metadata.Level == LevelNone {
				e.Metadata.Level = levelOf(v.Plain())
			}
		case "body":
			body = v
		case "attributes":
			p.otlpAttributes(e, v.S)
		case "traceId", "trace_id":
			e.setTrace(key, otlpID(v.Plain()))
		case "spanId", "span_id":
			e.setSpan(key, otlpID(v.Plain()))
		case "eventName", "event_name":
			if !v.isNull() {
				p.field(e, "event", v)
			}
		case "flags", "droppedAttributesCount", "dropped_attributes_count":
		default:
			p.keepField(e, key, v)
		}
		return true
	})
	if e.Time.From == FromRead {
		if t, ok := epochIn(observed.Plain(), nanosecond); ok {
			e.setTime(t)
		}
	}
	if v := p.anyValue(body.S); v.isObject() {
		p.scanFields(e, v.S)
	} else if v.isText() {
		e.Metadata.Message = v
	} else if !v.IsZero() {
		p.keepField(e, "body", v)
	}
	r.depth++
	p.otlpAttributes(e, member(resource, "attributes").S)
	r.depth--
	if scope != "" && !r.has(fieldLogger) {
		p.field(e, "logger", Text(scope))
	}
}

// otlpCarried reads a record whose body is the line of another program, as a collector that reads files makes it: it has a text,
// but no severity.
func (p *Parser) otlpCarried(e *Event, rec, resource, scope string) bool {
	var text, moment, observed Value
	var own []Field
	plain := true
	note := func(list string) {
		eachItem(list, func(v Value) bool {
			if key, value := member(v.S, "key").Plain(), p.anyValue(member(v.S, "value").S); key != "" && !value.IsZero() {
				own = append(own, Field{key, value})
			}
			return true
		})
	}
	eachMember(rec, func(key string, v Value) bool {
		switch key {
		case "severityNumber", "severity_number", "severityText", "severity_text", "eventName", "event_name":
			plain = v.S == "" || v.S == "0" || v.isNull()
		case "body":
			text = p.anyValue(v.S)
			plain = text.isText()
		case "timeUnixNano", "time_unix_nano":
			moment = v
		case "observedTimeUnixNano", "observed_time_unix_nano":
			observed = v
		case "attributes":
			note(v.S)
		case "traceId", "trace_id", "spanId", "span_id":
			if id := otlpID(v.Plain()); id != "" {
				own = append(own, Field{key, Text(id)})
			}
		}
		return plain
	})
	if !plain || text.IsZero() || !p.carried() {
		return false
	}
	o := &p.out
	for _, v := range [...]Value{moment, observed} {
		if t, ok := epochIn(v.Plain(), nanosecond); ok && t.NS > 0 && o.time.NS == 0 {
			o.time = t
		}
	}
	note(member(resource, "attributes").S)
	if scope != "" {
		own = append(own, Field{"logger", Text(scope)})
	}
	o.format = "otlp"
	p.inner(e, strings.TrimRight(p.unescape(text), "\r\n"))
	if j := &e.Join; j.Role == Whole || j.Role == Continues {
		*j = Join{Single: true}
	}
	p.addOwn(e, own)
	return true
}

// otlpAttributes takes a list of {"key":…,"value":AnyValue}.
func (p *Parser) otlpAttributes(e *Event, list string) {
	eachItem(list, func(v Value) bool {
		if !v.isObject() {
			return true
		}
		key, value := member(v.S, "key").Plain(), p.anyValue(member(v.S, "value").S)
		if key != "" && !value.IsZero() {
			p.field(e, key, value)
		}
		return true
	})
}

// anyValue returns the value inside of an AnyValue: {"stringValue":"x"}, {"intValue":"1"}, {"kvlistValue":{"values":[…]}}.
func (p *Parser) anyValue(obj string) (out Value) {
	eachMember(obj, func(key string, v Value) bool {
		switch key {
		case "stringValue", "string_value", "bytesValue", "bytes_value":
			out = v
		case "intValue", "int_value", "doubleValue", "double_value", "boolValue", "bool_value":
			if out = v; v.isText() && (isNumber(strings.TrimPrefix(v.S, "-")) && skipNumber(v.S, 0) == len(v.S)) {
				out.Kind = Raw
			}
		case "arrayValue", "array_value":
			b := []byte{}
			eachItem(member(v.S, "values").S, func(item Value) bool {
				b = append(b, ',')
				b = appendOrNull(b, p.anyValue(item.S))
				return true
			})
			if len(b) == 0 {
				b = append(b, ',')
				out = Value{Raw, "[]"}
				return true
			}
			b[0] = '['
			out = Value{Raw, string(append(b, ']'))}
		case "kvlistValue", "kvlist_value":
			b := []byte{}
			eachItem(member(v.S, "values").S, func(item Value) bool {
				b = appendString(append(b, ','), member(item.S, "key").Plain())
				b = appendOrNull(append(b, ':'), p.anyValue(member(item.S, "value").S))
				return true
			})
			out = Value{Raw, string(closeObject(b, 0))}
		}
		return true
	})
	return out
}

// otlpID returns an id as hex; some exporters write protobuf's base64.
func otlpID(s string) string {
	if len(s) == 24 && strings.HasSuffix(s, "==") || len(s) == 12 && strings.HasSuffix(s, "=") {
		if b, err := base64.StdEncoding.DecodeString(s); err == nil {
			return hex.EncodeToString(b)
		}
	}
	return s
}
