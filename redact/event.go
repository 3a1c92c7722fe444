package redact

import "github.com/ezlogs/ezlogs/schema"

// Event redacts e in place: every text that reaches the output, and the session id, which becomes a keyed hash.
func (r *Redactor) Event(e *schema.Event) {
	if r.visit == nil {
		r.visit = r.redactValue
	}
	e.Redact(r.visit)
	if e.Correlation.SessionID != "" && r.e.actions[Session] != Keep {
		e.Correlation.SessionID = r.e.SessionID(e.Correlation.SessionID)
	}
}

// redactValue redacts one value of an event.
func (r *Redactor) redactValue(key string, v schema.Value) schema.Value {
	switch v.Kind {
	case schema.String:
		v.S, _ = r.Text(key, v.S)
	case schema.Escaped:
		v.S, _ = r.Escaped(key, v.S)
	case schema.Raw:
		v.S, _ = r.JSON(key, v.S)
	}
	return v
}
