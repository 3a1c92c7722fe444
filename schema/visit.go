package schema

// Redact calls f for every piece of text that reaches the output, with the key it stands under, and puts back what f
// returns. f must return v itself when there is nothing to replace. Plain strings come as String values and must be
// given back as String values. Not visited are enumerations, numbers, our own ids, and Correlation.SessionID, which the
// redactor replaces by a keyed hash itself.
//
// Keys of extra metadata, fields and changes are visited too, under the key "": they may be data.
func (e *Event) Redact(f func(key string, v Value) Value) {
	str := func(key string, s *string) {
		if *s != "" {
			*s = f(key, Value{String, *s}).S
		}
	}
	val := func(key string, v *Value) {
		if v.Kind != None {
			*v = f(key, *v)
		}
	}
	if e.ID.Text != "" && !ourEventID(e.ID.Text) {
		str("event_id", &e.ID.Text)
	}
	str("action", &e.Action)
	str("type", &e.Actor.Type)
	str("actor_id", &e.Actor.ID)
	str("actor_name", &e.Actor.Name)
	str("email", &e.Actor.Email)
	str("label", &e.Actor.Label)
	str("type", &e.Subject.Type)
	str("subject_id", &e.Subject.ID)

	c := &e.Correlation
	for i := range c.Processes {
		str("process_id", &c.Processes[i])
	}
	str("request_id", &c.RequestID)
	str("trace_id", &c.TraceID)
	str("span_id", &c.SpanID)
	str("parent_span_id", &c.ParentSpanID)
	str("job_id", &c.JobID)
	str("message_id", &c.MessageID)
	if c.Parent.Text != "" && !ourEventID(c.Parent.Text) {
		str("parent_event_id", &c.Parent.Text)
	}

	m := &e.Metadata
	val("message", &m.Message)
	str("method", &m.Method)
	str("path", &m.Path)
	str("route", &m.Route)
	str("ip", &m.IP)
	str("user_agent", &m.UserAgent)
	val("params", &m.Params)
	for i := range m.Changes {
		ch := &m.Changes[i]
		val(ch.Field, &ch.Old)
		val(ch.Field, &ch.New)
		str("", &ch.Field)
	}
	str("class", &m.Error.Class)
	val("message", &m.Error.Message)
	val("stack", &m.Error.Stack)
	str("op", &m.DB.Op)
	str("table", &m.DB.Table)
	val("sql", &m.DB.SQL)
	str("class", &m.Job.Class)
	str("queue", &m.Job.Queue)
	val("args", &m.Job.Args)
	for i := range m.Extra {
		val(m.Extra[i].Key, &m.Extra[i].Value)
		str("", &m.Extra[i].Key)
	}
	for i := range m.Fields {
		val(m.Fields[i].Key, &m.Fields[i].Value)
		str("", &m.Fields[i].Key)
	}

	p := &e.Platform
	str("service", &p.Service)
	str("environment", &p.Environment)
	str("host", &p.Host)
	str("container", &p.Container)
	str("pod", &p.Pod)
	str("namespace", &p.Namespace)
	str("pid", &p.PID)
	str("thread", &p.Thread)
	str("version", &p.Version)
}
