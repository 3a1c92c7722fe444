package debugview

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/ezlogs/ezlogs/schema"
)

// flowFields are the fields that tell of a flow as a whole, under "flow.".
var flowFields = []string{"duration", "events", "state", "root", "n1"}

// knownFields are the names of the universal event, for did-you-mean.
var knownFields = []string{
	"event_id", "timestamp", "event_type", "action", "actor", "subject", "kind", "user", "service", "environment", "host", "level", "message", "duration",
	"outcome", "status", "method", "path", "route", "ip", "user_agent", "bytes", "error", "params", "changes", "retry", "db", "job", "timing", "flow_id",
	"process_id", "session_id", "request_id", "trace_id", "span_id", "job_id", "message_id", "link", "confidence", "format", "pid", "thread", "version",
	"actor.id", "actor.type", "actor.name", "subject.id", "subject.type", "error.class", "error.message", "db.table", "db.op", "db.sql", "job.class", "job.queue",
}

// fieldPath splits a field's name and takes away what is said implicitly.
func fieldPath(name string) []string {
	p := strings.Split(name, ".")
	if len(p) > 1 {
		switch p[0] {
		case "metadata", "correlation", "platform":
			p = p[1:]
		}
	}
	if len(p) > 1 && p[0] == "fields" {
		p = p[1:]
	}
	for i := range p {
		p[i] = strings.TrimSuffix(strings.TrimPrefix(p[i], "["), "]")
	}
	return p
}

func text(s string, yield func(operand)) {
	if s != "" {
		yield(operand{text: s})
	}
}

func num(n float64, yield func(operand)) {
	yield(operand{text: strconv.FormatFloat(n, 'g', -1, 64), n: n, isNum: true})
}

func seconds(d schema.Duration, yield func(operand)) {
	if d.Set {
		yield(operand{text: string(d.AppendSeconds(nil)), n: float64(d.NS) / 1e9, isNum: true})
	}
}

// fieldOf calls yield with every value that e has under p. It reports nothing where the field is missing.
func fieldOf(e *schema.Event, p []string, yield func(operand)) {
	m, c, pl := &e.Metadata, &e.Correlation, &e.Platform
	rest := p[1:]
	sub := func() string {
		if len(rest) > 0 {
			return rest[0]
		}
		return ""
	}
	switch p[0] {
	case "event_id", "id":
		text(e.ID.String(), yield)
	case "timestamp", "time":
		yield(operand{text: string(e.Time.AppendRFC3339(nil)), n: float64(e.Time.NS/1e9) + float64(e.Time.NS%1e9)/1e9, isNum: true})
	case "event_type", "type":
		text(e.Type, yield)
	case "kind":
		text(shapeOf(e.Type).kind.String(), yield)
	case "action":
		text(e.Action, yield)
	case "actor", "user":
		a := &e.Actor
		switch sub() {
		case "type":
			text(a.Type, yield)
		case "id":
			text(a.ID, yield)
		case "name":
			text(a.Name, yield)
		case "email":
			text(a.Email, yield)
		case "label":
			text(a.Label, yield)
		case "":
			text(a.ID, yield)
			text(a.Name, yield)
			if a.Type != "" {
				text(a.Type+":"+a.ID, yield)
			}
		}
	case "subject":
		switch s := &e.Subject; sub() {
		case "type":
			text(s.Type, yield)
		case "id":
			text(s.ID, yield)
		case "":
			text(s.ID, yield)
			if s.Type != "" {
				text(s.Type+":"+s.ID, yield)
			}
		}
	case "flow_id":
		text(c.Flow.String(), yield)
	case "process_id":
		for _, id := range c.Processes {
			text(id, yield)
		}
	case "session_id":
		text(c.SessionID, yield)
	case "request_id":
		text(c.RequestID, yield)
	case "trace_id":
		text(c.TraceID, yield)
	case "span_id":
		text(c.SpanID, yield)
	case "parent_span_id":
		text(c.ParentSpanID, yield)
	case "parent_event_id":
		text(c.Parent.String(), yield)
	case "job_id":
		text(c.JobID, yield)
	case "message_id":
		text(c.MessageID, yield)
	case "link":
		text(c.Link.String(), yield)
	case "confidence":
		num(float64(c.Confidence), yield)
	case "level":
		if m.Level != schema.LevelNone {
			yield(operand{text: m.Level.String(), n: float64(m.Level), isNum: true})
		}
	case "message":
		value(m.Message, rest, yield)
	case "duration":
		seconds(m.Duration, yield)
	case "outcome":
		text(m.Outcome.String(), yield)
	case "status":
		if m.Status != 0 {
			num(float64(m.Status), yield)
		}
	case "method":
		text(m.Method, yield)
	case "path":
		text(m.Path, yield)
	case "route":
		text(m.Route, yield)
	case "ip":
		text(m.IP, yield)
	case "user_agent":
		text(m.UserAgent, yield)
	case "bytes":
		if m.HasBytes {
			num(float64(m.Bytes), yield)
		}
	case "params":
		value(m.Params, rest, yield)
	case "changes":
		for i := range m.Changes {
			ch := &m.Changes[i]
			switch {
			case len(rest) == 0:
				text(ch.Field, yield)
			case ch.Field != rest[0]:
			case len(rest) > 1 && (rest[1] == "0" || rest[1] == "old"):
				value(ch.Old, nil, yield)
			default:
				value(ch.New, nil, yield)
			}
		}
	case "error":
		switch sub() {
		case "", "class":
			text(m.Error.Class, yield)
			if len(rest) == 0 {
				value(m.Error.Message, nil, yield)
			}
		case "message":
			value(m.Error.Message, nil, yield)
		case "stack":
			value(m.Error.Stack, nil, yield)
		}
	case "retry":
		switch r := &m.Retry; sub() {
		case "", "attempt":
			if r.Attempt > 0 {
				num(float64(r.Attempt), yield)
			}
		case "max":
			if r.Max > 0 {
				num(float64(r.Max), yield)
			}
		case "in":
			seconds(r.In, yield)
		case "will_retry":
			text(strconv.FormatBool(r.WillRetry), yield)
		case "dead":
			text(strconv.FormatBool(r.Dead), yield)
		}
	case "db":
		switch d := &m.DB; sub() {
		case "op":
			text(d.Op, yield)
		case "table":
			text(d.Table, yield)
		case "", "sql":
			value(d.SQL, nil, yield)
		case "rows":
			if d.HasRows {
				num(float64(d.Rows), yield)
			}
		case "queries":
			if d.Queries > 0 {
				num(float64(d.Queries), yield)
			}
		case "total":
			seconds(d.Total, yield)
		}
	case "job":
		switch j := &m.Job; sub() {
		case "", "class":
			text(j.Class, yield)
		case "queue":
			text(j.Queue, yield)
		case "args":
			value(j.Args, rest[1:], yield)
		case "attempt":
			if j.Attempt > 0 {
				num(float64(j.Attempt), yield)
			}
		case "wait":
			seconds(j.Wait, yield)
		}
	case "timing":
		for i := range m.Timing {
			if len(rest) == 0 || m.Timing[i].Name == rest[0] {
				seconds(m.Timing[i].Duration, yield)
			}
		}
	case "service":
		text(pl.Service, yield)
	case "environment":
		text(pl.Environment, yield)
	case "host":
		text(pl.Host, yield)
	case "pid":
		text(pl.PID, yield)
	case "thread":
		text(pl.Thread, yield)
	case "version":
		text(pl.Version, yield)
	case "format":
		text(pl.Format, yield)
	case "container":
		text(pl.Container, yield)
	case "pod":
		text(pl.Pod, yield)
	case "namespace":
		text(pl.Namespace, yield)
	case "source":
		if s := e.Origin.Source; s != nil {
			text(s.Name, yield)
		}
	}
	own(m.Extra, p, yield)
	own(m.Fields, p, yield)
}

// own looks into the fields that the application named itself. A field's own name may contain dots.
func own(fields []schema.Field, p []string, yield func(operand)) {
	for i := range fields {
		f := &fields[i]
		if f.Key == p[0] {
			value(f.Value, p[1:], yield)
		} else if len(p) > 1 && len(f.Key) > len(p[0]) && f.Key == strings.Join(p, ".") {
			value(f.Value, nil, yield)
		}
	}
}

// value calls yield with what v holds under p.
func value(v schema.Value, p []string, yield func(operand)) {
	switch v.Kind {
	case schema.None:
	case schema.Raw:
		var x any
		if decode(v.S, &x) {
			inside(x, p, yield)
		}
	default:
		if len(p) == 0 {
			yield(operand{text: v.Plain()})
		}
	}
}

// inside walks decoded JSON.
func inside(x any, p []string, yield func(operand)) {
	switch x := x.(type) {
	case []any:
		if len(p) > 0 {
			if i, err := strconv.Atoi(p[0]); err == nil {
				if i >= 0 && i < len(x) {
					inside(x[i], p[1:], yield)
				}
				return
			}
			if p[0] == "" {
				p = p[1:]
			}
		}
		for _, item := range x {
			inside(item, p, yield)
		}
	case map[string]any:
		if len(p) == 0 {
			yield(operand{text: "{…}"})
			return
		}
		if y, ok := x[p[0]]; ok {
			inside(y, p[1:], yield)
		}
	case nil:
		if len(p) == 0 {
			yield(operand{null: true})
		}
	default:
		if len(p) > 0 {
			return
		}
		s := scalar(x)
		o := operand{text: s}
		if _, isString := x.(string); !isString {
			if n, err := strconv.ParseFloat(s, 64); err == nil {
				o.n, o.isNum = n, true
			}
		}
		yield(o)
	}
}

// pattern chooses fields to show.
type pattern struct {
	glob string
	hide bool
}

func patterns(show, hide []string) []pattern {
	if len(show) == 0 {
		return nil
	}
	var out []pattern
	add := func(list []string, hide bool) {
		for _, s := range list {
			for name := range strings.SplitSeq(s, ",") {
				if name = strings.Join(fieldPath(strings.TrimSpace(name)), "."); name != "" {
					out = append(out, pattern{name, hide})
				}
			}
		}
	}
	add(show, false)
	add(hide, true)
	return out
}

// shown returns the fields of e that --show asks for.
func (v *View) shown(e *schema.Event) []pair {
	var out []pair
	wanted := func(name string) bool {
		ok := false
		for _, p := range v.show {
			if hit, _ := path.Match(p.glob, name); hit {
				ok = !p.hide
			}
		}
		return ok
	}
	add := func(name, value string) {
		if len(out) < 64 {
			out = append(out, pair{v.texts.get(name), v.texts.get(cutBytes(value, 400))})
		}
	}
	for _, name := range knownFields {
		if !wanted(name) || slices.Contains([]string{"action", "event_type", "kind", "error", "changes", "retry", "db", "job", "timing"}, name) {
			continue
		}
		if name == "duration" && e.Metadata.Duration.Set {
			add(name, duration(e.Metadata.Duration.NS))
			continue
		}
		fieldOf(e, fieldPath(name), func(o operand) { add(name, o.text) })
	}
	for _, list := range [2][]schema.Field{e.Metadata.Extra, e.Metadata.Fields} {
		for i := range list {
			if f := &list[i]; wanted(f.Key) && !slices.Contains(knownFields, f.Key) {
				add(f.Key, f.Value.Plain())
			} else if slices.ContainsFunc(v.show, func(p pattern) bool { return strings.HasPrefix(p.glob, f.Key+".") }) {
				v.shownInside(f, add)
			}
		}
	}
	return out
}

// shownInside adds the parts of a nested field that --show names by a path.
func (v *View) shownInside(f *schema.Field, add func(name, value string)) {
	for _, p := range v.show {
		if rest, ok := strings.CutPrefix(p.glob, f.Key+"."); ok && !p.hide {
			value(f.Value, strings.Split(rest, "."), func(o operand) { add(p.glob, o.text) })
		}
	}
}
