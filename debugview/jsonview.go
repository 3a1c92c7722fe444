package debugview

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonLayout writes one object a flow; its "schema" is 1.
type jsonLayout struct{}

func (jsonLayout) event(*View, *flow, *step) {}
func (jsonLayout) end(v *View)               { v.hold.end(v) }

func (jsonLayout) flow(v *View, t *tree) {
	b, err := json.Marshal(v.flowJSON(t))
	if err != nil {
		v.out.err = err
		return
	}
	if v.cfg.ASCII {
		b = asciiJSON(b)
	}
	v.hold.put(v, block{key: v.sortKey(t)}, append(b, '\n'))
}

// FlowJSON is a flow as --layout json and reports write it. Times are milliseconds.
type FlowJSON struct {
	Schema    int            `json:"schema"`
	Flow      string         `json:"flow"`
	Merged    []string       `json:"merged,omitempty"`
	State     string         `json:"state"` // fine, retried, partial, failed, open
	Open      bool           `json:"open"`
	Continued bool           `json:"continued,omitempty"` // its first part was written before
	Started   string         `json:"started"`
	Duration  *float64       `json:"duration_ms,omitempty"`
	Events    int            `json:"events"`
	Root      *RootJSON      `json:"root,omitempty"`
	Actor     *ActorJSON     `json:"actor,omitempty"`
	Reason    string         `json:"reason,omitempty"`
	Errors    []ErrorJSON    `json:"errors"`
	N1        []N1JSON       `json:"n1"`
	Redacted  map[string]int `json:"redacted"` // values replaced, by kind
	Story     string         `json:"story,omitempty"`
	Steps     []StepJSON     `json:"steps"`
	Dropped   int            `json:"dropped,omitempty"` // steps beyond the number that is kept
	Orphans   int            `json:"orphans,omitempty"`
	Cycles    int            `json:"cycles,omitempty"`
	Doubles   int            `json:"doubles,omitempty"`
}

// RootJSON is the root of a flow.
type RootJSON struct {
	Type   string `json:"type,omitempty"` // event_type
	Kind   string `json:"kind"`
	Action string `json:"action"`
	Status int    `json:"status,omitempty"`
}

// ActorJSON is who began a flow.
type ActorJSON struct {
	Type string `json:"type,omitempty"`
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// ErrorJSON is a failure in a flow.
type ErrorJSON struct {
	Action  string  `json:"action"`
	Class   string  `json:"class,omitempty"`
	Message string  `json:"message,omitempty"`
	At      float64 `json:"at_ms"`
}

// N1JSON is a query that ran many times under one parent.
type N1JSON struct {
	Action string  `json:"action"`
	Count  int     `json:"count"`
	MS     float64 `json:"ms"`
	SQL    string  `json:"sql,omitempty"`
}

// StepJSON is a row of a flow. Parent is the index of another step, null at the top.
type StepJSON struct {
	ID      string      `json:"id,omitempty"` // event_id, of the first event that the step stands for
	Parent  *int        `json:"parent"`
	Kind    string      `json:"kind"`
	Action  string      `json:"action"`
	Subject string      `json:"subject,omitempty"`
	Status  int         `json:"status,omitempty"`
	At      float64     `json:"at_ms"`
	MS      *float64    `json:"ms,omitempty"`
	Wait    float64     `json:"wait_ms,omitempty"`
	Count   int         `json:"count"`
	Try     int         `json:"try,omitempty"`
	State   string      `json:"state,omitempty"` // failed, queued, running
	Service string      `json:"service,omitempty"`
	SQL     string      `json:"sql,omitempty"`
	Error   string      `json:"error,omitempty"`
	Stack   []string    `json:"stack,omitempty"`
	Changes [][3]string `json:"changes,omitempty"`
	Marks   []string    `json:"marks,omitempty"` // orphan, guessed, skewed, n1, match
}

// flowJSON copies t.
func (v *View) flowJSON(t *tree) *FlowJSON {
	f := &FlowJSON{
		Schema: 1, Flow: t.f.id.String(), State: t.stateName(), Open: t.state == open, Continued: t.f.continues != nil,
		Started: time.Unix(0, t.start).UTC().Format("2006-01-02T15:04:05.000Z"), Events: t.events, Reason: t.reason,
		Errors: []ErrorJSON{}, N1: []N1JSON{}, Redacted: redactedIn(t.f), Steps: make([]StepJSON, 0, len(t.order)), Dropped: t.f.dropped,
		Orphans: t.orphans, Cycles: t.cycles, Doubles: t.doubles,
	}
	for _, id := range t.f.others {
		f.Merged = append(f.Merged, id.String())
	}
	if d := t.duration(); d >= 0 {
		f.Duration = msPointer(d)
	}
	if name := t.rootName(); name != "" {
		r := &t.rows[t.root]
		f.Root = &RootJSON{Type: eventText(r.d, "event_type"), Kind: r.kind.String(), Action: name, Status: int(r.status)}
	}
	if t.f.userID != "" || t.f.actor != "" {
		f.Actor = &ActorJSON{Type: t.f.actorType, ID: t.f.userID}
		if !strings.HasSuffix(t.f.actor, " "+t.f.userID) {
			f.Actor.Name = t.f.actor
		}
	}
	if t.f.continues == nil {
		f.Story = v.story.full(t)
	}
	index := make(map[int32]int, len(t.order))
	for n, i := range t.order {
		index[i] = n
		r := &t.rows[i]
		s := StepJSON{
			ID: eventText(r.d, "event_id"), Kind: r.kind.String(), Action: r.label, Subject: r.step.subject, Status: int(r.status), At: ms(r.start - t.start),
			Count: int(r.count), Service: v.serviceOf(r.step), SQL: r.step.sql,
		}
		if p, ok := index[r.parent]; ok && r.parent >= 0 {
			s.Parent = &p
		}
		if r.dur >= 0 {
			s.MS = msPointer(r.dur)
		}
		if r.waits && r.start > r.waitFrom {
			s.Wait = ms(r.start - r.waitFrom)
		}
		if r.kind == kindJob && r.try > 1 {
			s.Try = int(r.try)
		}
		switch {
		case r.failed:
			s.State = "failed"
		case r.queued:
			s.State = "queued"
		case r.running:
			s.State = "running"
		}
		if d := r.d; d != nil {
			s.Error, s.Stack = errorText(d), d.stack
			for _, c := range d.changes {
				s.Changes = append(s.Changes, [3]string{c.field, c.old, c.new})
			}
		}
		for _, m := range [...]struct {
			on   bool
			name string
		}{{r.orphan, "orphan"}, {r.guessed, "guessed"}, {r.skewed, "skewed"}, {r.n1, "n1"}, {r.match, "match"}} {
			if m.on {
				s.Marks = append(s.Marks, m.name)
			}
		}
		if r.failed && !t.toldBelow(r) {
			e := ErrorJSON{Action: r.label, At: s.At}
			if r.d != nil {
				e.Class, e.Message = r.d.class, r.d.message
			}
			f.Errors = append(f.Errors, e)
		}
		f.Steps = append(f.Steps, s)
	}
	for _, i := range t.n1 {
		r := &t.rows[i]
		f.N1 = append(f.N1, N1JSON{r.label, int(r.count), ms(max(r.dur, 0)), r.step.sql})
	}
	return f
}

// eventText returns the value of one of the texts that an event's JSON begins with, "" when the event is not kept.
func eventText(d *detail, name string) string {
	if d == nil {
		return ""
	}
	_, rest, _ := strings.Cut(d.json, `"`+name+`":"`)
	text, _, _ := strings.Cut(rest, `"`)
	return clean(text, false)
}

// redactedIn counts the values of a flow's events that were replaced, by kind.
func redactedIn(f *flow) map[string]int {
	out := map[string]int{}
	for i := range f.steps {
		d := f.steps[i].d
		if d == nil || !strings.Contains(d.json, "[") {
			continue
		}
		for _, s := range token.FindAllString(d.json, -1) {
			kind, key, _ := strings.Cut(s[1:len(s)-1], ":")
			if kind == "REDACTED" {
				if kind = key; kind == "" {
					kind = "other"
				}
			}
			out[kind]++
		}
	}
	return out
}

func msPointer(ns int64) *float64 {
	x := ms(ns)
	return &x
}

// appendJSONLine appends f and a newline.
func appendJSONLine(b []byte, f *FlowJSON) []byte {
	data, err := json.Marshal(f)
	if err != nil {
		return b
	}
	return append(append(b, data...), '\n')
}

// asciiJSON returns JSON text with everything beyond ASCII as escapes.
func asciiJSON(b []byte) []byte {
	out := make([]byte, 0, len(b)+16)
	for _, r := range string(b) {
		switch {
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
		case r >= 0x10000:
			hi, lo := utf16.EncodeRune(r)
			out = fmt.Appendf(out, "\\u%04x\\u%04x", hi, lo)
		default:
			out = fmt.Appendf(out, "\\u%04x", r)
		}
	}
	return out
}
