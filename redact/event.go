package redact

import (
	"hash/maphash"

	"github.com/ezlogs/ezlogs/schema"
)

// Event redacts e in place: every text that reaches the output, and the session id, which becomes a keyed hash.
func (r *Redactor) Event(e *schema.Event) {
	r.e.turn()
	if r.visit == nil {
		r.visit, r.memo = r.redactValue, &memo{seed: maphash.MakeSeed()}
		// Exceptions for fields ask for the name of the key, which the memo does not hold.
		r.remember = len(r.e.allow) == 0 && len(r.e.allowFields) == 0
	}
	if own := r.e.own.Load(); own != r.memo.own {
		*r.memo = memo{seed: r.memo.seed, own: own}
	}
	e.Redact(r.visit)
	if e.Correlation.SessionID != "" && r.e.actions[Session] != Keep {
		e.Correlation.SessionID = r.e.SessionID(e.Correlation.SessionID)
	}
}

// redactValue redacts one value of an event.
func (r *Redactor) redactValue(key string, v schema.Value) schema.Value {
	c := r.fieldClass(key)
	f := formText
	switch v.Kind {
	case schema.String:
		if c.kind == KindNone && (canonical(v.S) || quiet(v.S, r.network)) && r.nothingElse(v.S) {
			r.c.bytes.Add(uint64(len(v.S)))
			return v
		}
	case schema.Escaped:
		f = formEscaped
	case schema.Raw:
		if c.kind == KindNone && smallScalar(v.S) && r.nothingElse(v.S) {
			r.c.bytes.Add(uint64(len(v.S)))
			return v
		}
		f = formJSON
	}
	if !r.remember || len(v.S) > memoText {
		v.S, _ = r.guard(key, v.S, f)
		return v
	}
	slot := r.memo.slot(v.S)
	if slot.holds(v.S, f, c) {
		r.c.bytes.Add(uint64(len(v.S)))
		return v
	}
	out, changed := r.guard(key, v.S, f)
	if !changed {
		slot.put(v.S, f, c)
	}
	v.S = out
	return v
}

// nothingElse reports whether s holds no secret of ours, and the configuration has no rules that look into any text.
func (r *Redactor) nothingElse(s string) bool {
	return !r.e.literals && (r.memo.own == nil || !holdsAny(s, *r.memo.own))
}

// smallScalar reports whether a JSON token is a literal, or a number too short to be anyone's.
func smallScalar(s string) bool {
	return len(s) < leastHyphened && s != "" && s[0] != '"' && s[0] != '{' && s[0] != '['
}
