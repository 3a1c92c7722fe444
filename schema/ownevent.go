package schema

import (
	"slices"
	"strings"
)

// parseOwn reads an event that is one already: of the Ruby agents, of an application that writes universal events, or our
// own output. What it says stays; what is missing is filled in.
func parseOwn(p *Parser, e *Event, line string) {
	o := ownReader{cursor: cursor{s: line}, p: p, e: e, told: true}
	o.ours = member(member(line, "correlation").S, "link").isText() && member(line, "platform").isObject()
	o.read()
}

// isOwn reports whether a JSON object is an event.
func isOwn(line string) bool {
	return validEventType(member(line, "event_type").Plain()) && member(line, "action").isText() &&
		(member(line, "actor").isObject() || member(line, "correlation").isObject() || member(line, "event_id").isText() || member(line, "subject").isObject())
}

// tryOwn is parseOwn for a line that nobody has looked at yet. It reads the line once, and gives up where it is not plainly
// an event: when it is no whole object or has a member that events do not have.
func tryOwn(p *Parser, e *Event, line string) bool {
	if e.Type != "" || e.Time.From != FromRead || len(e.Idents) > 0 || len(e.Metadata.Fields) > 0 {
		return false // something has been found out already, which could not be brought back
	}
	origin, join := e.Origin, e.Join
	o := ownReader{cursor: cursor{s: line}, p: p, e: e, strict: true}
	if o.read() {
		return true
	}
	e.Reset()
	e.Origin, e.Join, e.parser = origin, join, p
	p.rec.reset()
	return false
}

// looksOwn reports whether a line begins as events do. It only saves the attempt.
func looksOwn(line string) bool {
	return strings.HasPrefix(line, `{"event_`) || strings.HasPrefix(line, `{"timestamp":"`) && strings.Contains(line, `,"event_type":"`)
}

// ownReader reads the members of an event as they come.
type ownReader struct {
	cursor
	p      *Parser
	e      *Event
	strict bool // the line may be something else
	told   bool // ours is known
	linked bool // correlation has a link
	placed bool // there is a platform
	ours   bool // our encoder wrote it: keys of metadata that are not fixed are named metadata, not fields
}

// The members of an event, for telling whether one comes twice and whether it is one.
const (
	ownID = 1 << iota
	ownTime
	ownType
	ownAction
	ownActor
	ownSubject
	ownCorrelation
	ownMetadata
	ownTiming
	ownPlatform
	ownService
)

// read reads the whole line and reports whether it is an event.
func (o *ownReader) read() bool {
	p, e := o.p, o.e
	e.Join.Single = true
	e.Platform.Format = "ezlogs"
	var started Time
	var metadata Value // read last when it comes before what tells whose it is
	seen, text, object := 0, 0, 0
	for key, ok := o.key(); ok; key, ok = o.key() {
		mark := 0
		switch key {
		case "event_id":
			mark = ownID
		case "timestamp":
			mark = ownTime
		case "event_type":
			mark = ownType
		case "action":
			mark = ownAction
		case "actor":
			mark = ownActor
		case "subject":
			mark = ownSubject
		case "correlation", "correlation_context":
			mark = ownCorrelation
		case "metadata":
			mark = ownMetadata
		case "timing":
			mark = ownTiming
		case "platform":
			mark = ownPlatform
		case "service", "service_name", "environment":
			mark = ownService
		}
		if o.strict {
			if seen&mark&^ownService != 0 {
				return false
			}
			if mark == 0 {
				if m := p.lookup(key, 0, aliasSeed); m.mark&^markOwn != 0 || m.field == fieldMessage {
					return false // the mark of another shape
				}
			}
		}
		seen |= mark
		switch o.peek() {
		case '"':
			text |= mark
		case '{':
			object |= mark
			switch mark {
			case ownActor:
				o.actor()
				continue
			case ownSubject:
				o.subject()
				continue
			case ownCorrelation:
				o.correlation()
				continue
			case ownMetadata:
				if o.linked {
					o.ours = o.ours || !o.told
					o.metadata()
					continue
				}
			case ownPlatform:
				o.placed = true
				o.platform()
				continue
			}
		}
		v := o.value()
		if v.isNull() {
			continue
		}
		switch mark {
		case ownID:
			if id := v.scalar(); id != "" && len(id) <= 128 {
				e.ID = ID{Text: id}
			}
		case ownTime:
			if t, ok := p.parseTime(v.scalar()); ok {
				e.setTime(t)
			}
		case ownType:
			e.Type = v.Plain()
		case ownAction:
			e.Action = v.Plain()
		case ownMetadata:
			if metadata = v; !v.isObject() {
				p.keepField(e, key, v)
			}
		case ownTiming:
			if v.isObject() {
				started = p.ownTiming(e, v.S)
			} else {
				p.keepField(e, key, v)
			}
		case ownService:
			switch {
			case key != "environment":
				setDefault(&e.Platform.Service, v.scalar())
			case v.isText():
				setDefault(&e.Platform.Environment, v.scalar())
			default:
				p.keepField(e, key, v)
			}
		default:
			p.keepField(e, key, v)
		}
	}
	if o.bad || o.strict && (skipSpace(o.s, o.i) != len(o.s) || text&(ownType|ownAction) != ownType|ownAction || !validEventType(e.Type) ||
		object&(ownActor|ownSubject|ownCorrelation)|text&ownID == 0) {
		return false
	}
	if o.ours && !o.placed && !o.told {
		return false // another agent's correlation has a link too
	}
	if metadata.isObject() {
		o.ours = o.linked && o.placed // as it was told, if it was
		at := o.cursor
		o.cursor = cursor{s: metadata.S, in: 1}
		o.metadata()
		o.cursor = at
	}
	if e.Time.From == FromRead && started.NS != 0 {
		e.setTime(started)
	}
	if e.Type == "data.change" {
		e.Action = pastTense(p, e.Action)
	}
	if e.Type == "job.completed" && strings.HasSuffix(e.Action, ".failed") {
		e.Type = "job.failed"
		setOutcome(e, OutcomeFailure)
	}
	e.Told = e.Ident(IdentFlow) != ""
	p.rec.have = [2]uint64{}
	return true
}

// pastTense turns the Ruby agent's "user.update" into "user.updated".
func pastTense(p *Parser, action string) string {
	i := strings.LastIndexByte(action, '.')
	if i < 0 {
		return action
	}
	switch action[i+1:] {
	case "create", "update", "destroy", "delete":
		return p.concat(action[:i+1], operationOf(action[i+1:]))
	}
	return action
}

func (o *ownReader) actor() {
	a := &o.e.Actor
	for key, ok := o.key(); ok; key, ok = o.key() {
		switch key {
		case "type":
			a.Type = o.text()
		case "id":
			a.ID = o.text()
		case "name":
			a.Name = o.text()
		case "email":
			a.Email = o.text()
		case "label":
			a.Label = o.text()
		default:
			o.keep("actor", key)
		}
	}
	if a.Type != "system" && a.Type != "anonymous" {
		o.e.AddIdent(IdentUser, a.Type, a.ID)
	}
}

func (o *ownReader) subject() {
	s := &o.e.Subject
	for key, ok := o.key(); ok; key, ok = o.key() {
		switch key {
		case "type":
			s.Type = o.text()
		case "id":
			s.ID = o.text()
		default:
			o.keep("subject", key)
		}
	}
	if s.ID != "" && s.Type != "job" {
		o.e.AddIdent(IdentEntity, s.Type, s.ID)
	}
}

// keep keeps a member of an object that events do not have there.
func (o *ownReader) keep(object, key string) {
	if v := o.value(); !v.isNull() {
		o.p.keepField(o.e, o.p.dotted(object, key), v)
	}
}

func (o *ownReader) correlation() {
	p, e, c := o.p, o.e, &o.e.Correlation
	first := len(e.Idents)
	for key, ok := o.key(); ok; key, ok = o.key() {
		v := o.value()
		if key == "link" {
			o.linked = v.isText()
			continue
		}
		if key == "confidence" || v.isNull() {
			continue
		}
		s := v.scalar()
		switch key {
		case "primary_correlation_id":
			if s != "" { // the one that names the flow, when there are several
				e.Idents = slices.Insert(e.Idents, first, Ident{IdentCorrelation, "primary_correlation_id", s})
			}
		case "correlation_id":
			e.AddIdent(IdentCorrelation, "correlation_id", s)
		case "flow_id":
			e.AddIdent(IdentFlow, "flow_id", s)
			if f, ok := ParseFlowID(s); ok {
				c.Flow = f
			}
		case "parent_flow_id":
			e.AddIdent(IdentParentFlow, "parent_flow_id", s)
		case "process_id":
			if v.isArray() {
				eachItem(v.S, func(item Value) bool {
					if id := item.scalar(); id != "" {
						c.Processes = append(c.Processes, id)
					}
					return true
				})
			} else {
				c.Processes = append(c.Processes, s)
			}
		case "session_id":
			e.setSession("session_id", s)
		case "request_id":
			e.setRequestID("request_id", s)
		case "trace_id":
			e.setTrace("trace_id", s)
		case "span_id":
			e.setSpan("span_id", s)
		case "parent_span_id":
			e.setParentSpan("parent_span_id", s)
		case "job_id":
			e.setJobID("job_id", s)
		case "message_id":
			e.setMessageID("message_id", s)
		case "parent_event_id":
			c.Parent = ID{Text: s}
			e.AddIdent(IdentCausation, "parent_event_id", s)
		case "merged_flow_ids":
			eachItem(v.S, func(item Value) bool {
				if f, ok := ParseFlowID(item.scalar()); ok {
					c.Merged = append(c.Merged, f)
				}
				return true
			})
		default:
			p.keepField(e, key, v)
		}
	}
}

func (o *ownReader) metadata() {
	p, e, m := o.p, o.e, &o.e.Metadata
	for key, ok := o.key(); ok; key, ok = o.key() {
		if o.peek() == '{' {
			switch key {
			case "error":
				o.error()
				continue
			case "job":
				o.job()
				continue
			case "retry":
				o.retry()
				continue
			case "db":
				o.db()
				continue
			case "fields":
				for key, ok := o.key(); ok; key, ok = o.key() {
					p.keepField(e, key, o.value())
				}
				continue
			}
		}
		v := o.value()
		ok := true
		switch key {
		case "level":
			m.Level = levelOf(v.scalar())
			ok = m.Level != LevelNone
		case "message":
			m.Message = v
		case "duration":
			m.Duration, ok = scaleDuration(v.scalar(), second)
		case "duration_ms":
			m.Duration, ok = scaleDuration(v.scalar(), millisecond)
		case "outcome":
			switch v.scalar() {
			case "success":
				m.Outcome = OutcomeSuccess
			case "failure":
				m.Outcome = OutcomeFailure
			case "unknown":
				m.Outcome = OutcomeUnknown
			default:
				ok = false
			}
		case "status":
			m.Status = status3(v.scalar())
			ok = m.Status != 0
		case "method":
			m.Method = v.scalar()
		case "path":
			m.Path, _, _ = strings.Cut(v.scalar(), "?")
		case "route":
			m.Route = v.scalar()
		case "ip":
			m.IP = v.scalar()
		case "user_agent":
			m.UserAgent = v.scalar()
		case "bytes":
			setBytes(e, v.scalar())
			ok = m.HasBytes
		case "params":
			if ok = v.isObject() || v.isArray(); ok {
				m.Params = v
			}
		case "changes":
			ok = changesOf(e, v.S)
			if ok && !o.ours {
				setTransition(e)
			}
		case "error":
			if ok = v.isText(); ok {
				m.Error.Message = v
			}
		case "job", "retry", "db", "fields":
			ok = false
		case "timing":
			eachMember(v.S, func(name string, d Value) bool {
				addTiming(e, name, d.scalar(), second)
				return true
			})
		case "timestamp_source":
			if v.scalar() == "read" {
				e.Time.From = FromCarrier
				e.AddExtra(key, v)
			}
		case "truncated":
			eachItem(v.S, func(item Value) bool {
				m.Truncated = append(m.Truncated, item.scalar())
				return true
			})
		default:
			if ok = o.ours; ok {
				e.AddExtra(key, v)
			}
		}
		if !ok {
			p.keepField(e, key, v)
		}
	}
}

func (o *ownReader) error() {
	x := &o.e.Metadata.Error
	for key, ok := o.key(); ok; key, ok = o.key() {
		switch key {
		case "class":
			x.Class = o.text()
		case "message":
			x.Message = o.value()
		case "stack":
			x.Stack = o.value()
		default:
			o.keep("error", key)
		}
	}
}

func (o *ownReader) job() {
	j := &o.e.Metadata.Job
	for key, ok := o.key(); ok; key, ok = o.key() {
		switch key {
		case "class":
			j.Class = o.text()
		case "queue":
			j.Queue = o.text()
		case "args":
			j.Args = o.value()
		case "attempt":
			j.Attempt, _ = smallInt(o.text())
		case "wait":
			j.Wait, _ = scaleDuration(o.text(), second)
		default:
			o.keep("job", key)
		}
	}
}

func (o *ownReader) retry() {
	r := &o.e.Metadata.Retry
	for key, ok := o.key(); ok; key, ok = o.key() {
		switch key {
		case "attempt":
			r.Attempt, _ = smallInt(o.text())
		case "max":
			r.Max, _ = smallInt(o.text())
		case "in":
			r.In, _ = scaleDuration(o.text(), second)
		case "will_retry":
			r.WillRetry = o.value().S == "true"
		case "dead":
			r.Dead = o.value().S == "true"
		default:
			o.keep("retry", key)
		}
	}
}

func (o *ownReader) db() {
	d := &o.e.Metadata.DB
	for key, ok := o.key(); ok; key, ok = o.key() {
		switch key {
		case "op":
			d.Op = o.text()
		case "table":
			d.Table = o.text()
		case "sql":
			d.SQL = o.value()
		case "rows":
			if n, ok := atoi(o.text()); ok {
				d.Rows, d.HasRows = n, true
			}
		case "queries":
			d.Queries, _ = smallInt(o.text())
		case "cached":
			d.Cached, _ = smallInt(o.text())
		case "total":
			d.Total, _ = scaleDuration(o.text(), second)
		default:
			o.keep("db", key)
		}
	}
}

// ownTiming reads the Ruby agent's timing and returns when the event began.
func (p *Parser) ownTiming(e *Event, obj string) (started Time) {
	kept := 0
	best := 99
	eachMember(obj, func(key string, v Value) bool {
		rank := 99
		switch key {
		case "event_created_at":
			rank = 0
		case "completed_at", "finished_at":
			rank = 1
		case "started_at":
			rank = 2
		case "duration_ms", "total_ms", "total_time_ms", "execution_time_ms":
			if d, ok := scaleDuration(v.scalar(), millisecond); ok && !e.Metadata.Duration.Set {
				e.Metadata.Duration = d
				return true
			}
		}
		if t, ok := p.parseTime(v.scalar()); ok && rank < best {
			started, best = t, rank
			return true
		}
		kept++
		return true
	})
	if kept > 0 {
		p.keepField(e, "timing", Value{Raw, obj})
	}
	return started
}

func (o *ownReader) platform() {
	pl := &o.e.Platform
	for key, ok := o.key(); ok; key, ok = o.key() {
		v := o.value()
		switch key {
		case "service":
			pl.Service = v.scalar()
		case "environment":
			pl.Environment = v.scalar()
		case "host", "hostname":
			pl.Host = v.scalar()
		case "pid", "process_id":
			pl.PID = v.scalar()
		case "thread", "thread_id":
			pl.Thread = v.scalar()
		case "version":
			pl.Version = v.scalar()
		case "container":
			pl.Container = v.scalar()
		case "pod":
			pl.Pod = v.scalar()
		case "namespace":
			pl.Namespace = v.scalar()
		case "format":
			pl.Format = v.scalar()
		case "source":
		default:
			if !v.isNull() {
				o.p.keepField(o.e, key, v)
			}
		}
	}
}

// splitEvents takes apart what an agent sends: {"events":[…]} or a bare list.
func splitEvents(p *Parser, e *Event, list string) {
	eachItem(list, func(v Value) bool {
		if v.isObject() {
			p.parts = append(p.parts, part{func(p *Parser, e *Event, it part) {
				if !parseJSON(p, e, it.text) {
					parsePlain(p, e, it.text)
				}
			}, v.S, ""})
		}
		return true
	})
}

// parseBatch reads a line that is a list of objects: what an agent posted, or a logger that writes in batches.
func parseBatch(p *Parser, e *Event, line string) bool {
	if len(line) < 4 || line[0] != '[' || line[1] != '{' && line[1] != ' ' {
		return false
	}
	line = validText(line)
	end := skipArray(line, 0, 0)
	if end < 0 || skipSpace(line, end) != len(line) {
		return false
	}
	objects := true
	eachItem(line, func(v Value) bool {
		objects = v.isObject()
		return objects
	})
	if !objects {
		return false
	}
	splitEvents(p, e, line)
	return len(p.parts) > 0
}
