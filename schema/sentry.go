package schema

// sentryEvent gives an event of Sentry's SDKs its exception, which is the last of a chain, and the trace it stands in.
func sentryEvent(e *Event) {
	kept := e.Metadata.Fields[:0]
	for _, f := range e.Metadata.Fields {
		switch f.Key {
		case "exception":
			if setSentryException(e, member(f.Value.S, "values")) {
				continue
			}
		case "contexts":
			trace := member(f.Value.S, "trace").S
			e.setTrace("trace_id", member(trace, "trace_id").scalar())
			e.setSpan("span_id", member(trace, "span_id").scalar())
			e.setParentSpan("parent_span_id", member(trace, "parent_span_id").scalar())
		}
		kept = append(kept, f)
	}
	e.Metadata.Fields = kept
}

// setSentryException takes the exception that was raised last out of a list of them.
func setSentryException(e *Event, values Value) bool {
	if !values.isArray() {
		return false
	}
	last := ""
	eachItem(values.S, func(v Value) bool {
		last = v.S
		return true
	})
	m := &e.Metadata
	class := member(last, "type").scalar()
	if class == "" {
		return false
	}
	m.Error.Class, m.Error.Message = class, member(last, "value")
	if trace := member(last, "stacktrace"); trace.isObject() {
		m.Error.Stack = trace
	}
	setDefaultValue(&m.Message, m.Error.Message)
	setRaised(e)
	return true
}

// datadogLevel reads the level of a line that Datadog's agents made: it is called status there.
func (p *Parser) datadogLevel(e *Event) {
	r := &p.rec
	if e.Metadata.Level != LevelNone || !r.has(fieldStatus) || !r.get(fieldStatus).isText() {
		return
	}
	if l := levelOf(r.text(fieldStatus)); l != LevelNone {
		e.Metadata.Level = l
		r.use(fieldStatus)
	}
}
