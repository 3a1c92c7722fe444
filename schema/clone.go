package schema

import "slices"

// clone returns a copy of e that shares no text with it, so that it may outlive the chunk e was parsed from. All text
// of the copy lies in one allocation.
func (e *Event) clone() *Event {
	c := new(Event)
	*c = *e
	c.Join.Line = ""
	m := &c.Metadata
	c.Idents = slices.Clone(c.Idents)
	m.Changes, m.Timing, m.Extra, m.Fields = slices.Clone(m.Changes), slices.Clone(m.Timing), slices.Clone(m.Extra), slices.Clone(m.Fields)
	m.Truncated = slices.Clone(m.Truncated)
	c.Correlation.Processes, c.Correlation.Merged = slices.Clone(c.Correlation.Processes), slices.Clone(c.Correlation.Merged)
	c.own()
	return c
}

// own copies all text of e into one allocation.
func (e *Event) own() {
	n := 0
	e.texts(func(s *string) { n += len(*s) })
	buf := make([]byte, 0, n)
	e.texts(func(s *string) { buf = append(buf, *s...) })
	all := string(buf)
	e.texts(func(s *string) { *s, all = all[:len(*s)], all[len(*s):] })
}

// texts calls f for every string of e.
func (e *Event) texts(f func(*string)) {
	f(&e.ID.Text)
	f(&e.Type)
	f(&e.Action)
	f(&e.Actor.Type)
	f(&e.Actor.ID)
	f(&e.Actor.Name)
	f(&e.Actor.Email)
	f(&e.Actor.Label)
	f(&e.Subject.Type)
	f(&e.Subject.ID)
	c := &e.Correlation
	for i := range c.Processes {
		f(&c.Processes[i])
	}
	f(&c.SessionID)
	f(&c.RequestID)
	f(&c.TraceID)
	f(&c.SpanID)
	f(&c.ParentSpanID)
	f(&c.JobID)
	f(&c.MessageID)
	f(&c.Parent.Text)
	m := &e.Metadata
	f(&m.Message.S)
	f(&m.Method)
	f(&m.Path)
	f(&m.Route)
	f(&m.IP)
	f(&m.UserAgent)
	f(&m.Params.S)
	for i := range m.Changes {
		f(&m.Changes[i].Field)
		f(&m.Changes[i].Old.S)
		f(&m.Changes[i].New.S)
	}
	f(&m.Error.Class)
	f(&m.Error.Message.S)
	f(&m.Error.Stack.S)
	f(&m.DB.Op)
	f(&m.DB.Table)
	f(&m.DB.SQL.S)
	f(&m.Job.Class)
	f(&m.Job.Queue)
	f(&m.Job.Args.S)
	for i := range m.Timing {
		f(&m.Timing[i].Name)
	}
	for i := range m.Extra {
		f(&m.Extra[i].Key)
		f(&m.Extra[i].Value.S)
	}
	for i := range m.Fields {
		f(&m.Fields[i].Key)
		f(&m.Fields[i].Value.S)
	}
	for i := range m.Truncated {
		f(&m.Truncated[i])
	}
	p := &e.Platform
	f(&p.Service)
	f(&p.Environment)
	f(&p.Host)
	f(&p.PID)
	f(&p.Thread)
	f(&p.Version)
	f(&p.Format)
	f(&p.Container)
	f(&p.Pod)
	f(&p.Namespace)
	for i := range e.Idents {
		f(&e.Idents[i].Name)
		f(&e.Idents[i].Value)
	}
	f(&e.Join.Kind)
	f(&e.Join.Stream)
	f(&e.Join.Key)
	f(&e.Join.Text)
	f(&e.Join.Until)
}
