package schema

import "strings"

// parseOwn reads an event that is one already: of the Ruby agents, of an application that writes universal events, or our
// own output. What it says stays; what is missing is filled in.
func parseOwn(p *Parser, e *Event, line string) {
	r := &p.rec
	e.Join.Single = true
	e.Platform.Format = "ezlogs"
	ours := member(member(line, "correlation").S, "link").isText() && member(line, "platform").isObject()
	var started Time
	eachMember(line, func(key string, v Value) bool {
		if v.isNull() {
			return true
		}
		switch key {
		case "event_id":
			if id := v.scalar(); id != "" && len(id) <= 128 {
				e.ID = ID{Text: id}
			}
		case "timestamp":
			if t, ok := p.parseTime(v.scalar()); ok {
				e.setTime(t)
			}
		case "event_type":
			e.Type = v.Plain()
		case "action":
			e.Action = v.Plain()
		case "actor":
			if v.isObject() {
				a := &e.Actor
				a.Type, a.ID = member(v.S, "type").scalar(), member(v.S, "id").scalar()
				a.Name, a.Email, a.Label = member(v.S, "name").scalar(), member(v.S, "email").scalar(), member(v.S, "label").scalar()
				if a.Type != "system" && a.Type != "anonymous" {
					e.AddIdent(IdentUser, a.Type, a.ID)
				}
			}
		case "subject":
			if v.isObject() {
				e.Subject = Subject{member(v.S, "type").scalar(), member(v.S, "id").scalar()}
				if e.Subject.ID != "" && e.Subject.Type != "job" {
					e.AddIdent(IdentEntity, e.Subject.Type, e.Subject.ID)
				}
			}
		case "correlation", "correlation_context":
			p.ownCorrelation(e, v.S)
		case "metadata":
			p.ownMetadata(e, v.S, ours)
		case "timing":
			started = p.ownTiming(e, v.S)
		case "platform":
			p.ownPlatform(e, v.S)
		default:
			if key == "service" || key == "service_name" {
				setDefault(&e.Platform.Service, v.scalar())
			} else if key == "environment" && v.isText() {
				setDefault(&e.Platform.Environment, v.scalar())
			} else {
				p.keepField(e, key, v)
			}
		}
		return true
	})
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
	r.have = [2]uint64{}
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

func (p *Parser) ownCorrelation(e *Event, obj string) {
	c := &e.Correlation
	if id := member(obj, "primary_correlation_id").scalar(); id != "" {
		e.AddIdent(IdentCorrelation, "primary_correlation_id", id)
	}
	eachMember(obj, func(key string, v Value) bool {
		s := v.scalar()
		if v.isNull() {
			return true
		}
		switch key {
		case "primary_correlation_id":
		case "correlation_id":
			e.AddIdent(IdentCorrelation, key, s)
		case "flow_id":
			e.AddIdent(IdentFlow, key, s)
			if f, ok := parseFlowID(s); ok {
				c.Flow = f
			}
		case "parent_flow_id":
			e.AddIdent(IdentParentFlow, key, s)
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
			e.setSession(key, s)
		case "request_id":
			e.setRequestID(key, s)
		case "trace_id":
			e.setTrace(key, s)
		case "span_id":
			e.setSpan(key, s)
		case "parent_span_id":
			e.setParentSpan(key, s)
		case "job_id":
			e.setJobID(key, s)
		case "message_id":
			e.setMessageID(key, s)
		case "parent_event_id":
			c.Parent = ID{Text: s}
			e.AddIdent(IdentCausation, key, s)
		case "merged_flow_ids":
			eachItem(v.S, func(item Value) bool {
				if f, ok := parseFlowID(item.scalar()); ok {
					c.Merged = append(c.Merged, f)
				}
				return true
			})
		case "link", "confidence":
		default:
			p.keepField(e, key, v)
		}
		return true
	})
}

// parseFlowID reads a flow id as we write it.
func parseFlowID(s string) (f FlowID, ok bool) {
	s, ok = strings.CutPrefix(s, "flow_")
	if !ok || len(s) != 26 {
		return f, false
	}
	bits, n, at := uint64(0), 0, 0
	for i := range len(s) {
		v := strings.IndexByte(crockford, s[i])
		if v < 0 {
			return f, false
		}
		bits, n = bits<<5|uint64(v), n+5
		if n >= 8 {
			if at < len(f) {
				f[at] = byte(bits >> (n - 8))
				at++
			}
			n -= 8
			bits &= 1<<n - 1
		}
	}
	return f, bits == 0
}

// ownMetadata reads metadata; ours tells that the keys which are not fixed are named metadata, not fields.
func (p *Parser) ownMetadata(e *Event, obj string, ours bool) {
	m := &e.Metadata
	eachMember(obj, func(key string, v Value) bool {
		s := v.scalar()
		ok := true
		switch key {
		case "level":
			m.Level = levelOf(s)
			ok = m.Level != LevelNone
		case "message":
			m.Message = v
		case "duration":
			m.Duration, ok = scaleDuration(s, second)
		case "duration_ms":
			m.Duration, ok = scaleDuration(s, millisecond)
		case "outcome":
			switch s {
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
			m.Status = status3(s)
			ok = m.Status != 0
		case "method":
			m.Method = s
		case "path":
			m.Path, _, _ = strings.Cut(s, "?")
		case "route":
			m.Route = s
		case "ip":
			m.IP = s
		case "user_agent":
			m.UserAgent = s
		case "bytes":
			setBytes(e, s)
			ok = m.HasBytes
		case "params":
			if ok = v.isObject() || v.isArray(); ok {
				m.Params = v
			}
		case "changes":
			ok = changesOf(e, v.S)
			if ok && !ours {
				setTransition(e)
			}
		case "error":
			if ok = v.isObject(); ok {
				m.Error = ErrorInfo{member(v.S, "class").scalar(), member(v.S, "message"), member(v.S, "stack")}
			} else if ok = v.isText(); ok {
				m.Error.Message = v
			}
		case "job":
			if ok = v.isObject(); ok {
				m.Job.Class, m.Job.Queue, m.Job.Args = member(v.S, "class").scalar(), member(v.S, "queue").scalar(), member(v.S, "args")
				n, _ := smallInt(member(v.S, "attempt").scalar())
				m.Job.Attempt = n
				m.Job.Wait, _ = scaleDuration(member(v.S, "wait").scalar(), second)
			}
		case "retry":
			if ok = v.isObject(); ok {
				m.Retry.Attempt, _ = smallInt(member(v.S, "attempt").scalar())
				m.Retry.Max, _ = smallInt(member(v.S, "max").scalar())
				m.Retry.In, _ = scaleDuration(member(v.S, "in").scalar(), second)
				m.Retry.WillRetry, m.Retry.Dead = member(v.S, "will_retry").S == "true", member(v.S, "dead").S == "true"
			}
		case "db":
			if ok = v.isObject(); ok {
				p.ownDB(e, v.S)
			}
		case "timing":
			eachMember(v.S, func(name string, d Value) bool {
				addTiming(e, name, d.scalar(), second)
				return true
			})
		case "timestamp_source":
			if s == "read" {
				e.Time.From = FromCarrier
				e.AddExtra(key, v)
			}
		case "truncated":
			eachItem(v.S, func(item Value) bool {
				m.Truncated = append(m.Truncated, item.scalar())
				return true
			})
		case "fields":
			if ok = v.isObject(); ok {
				eachMember(v.S, func(key string, v Value) bool {
					p.keepField(e, key, v)
					return true
				})
			}
		default:
			if ok = ours; ours {
				e.AddExtra(key, v)
			}
		}
		if !ok {
			p.keepField(e, key, v)
		}
		return true
	})
}

func (p *Parser) ownDB(e *Event, obj string) {
	d := &e.Metadata.DB
	d.Op, d.Table, d.SQL = member(obj, "op").scalar(), member(obj, "table").scalar(), member(obj, "sql")
	if n, ok := atoi(member(obj, "rows").scalar()); ok {
		d.Rows, d.HasRows = n, true
	}
	d.Queries, _ = smallInt(member(obj, "queries").scalar())
	d.Cached, _ = smallInt(member(obj, "cached").scalar())
	d.Total, _ = scaleDuration(member(obj, "total").scalar(), second)
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

func (p *Parser) ownPlatform(e *Event, obj string) {
	pl := &e.Platform
	eachMember(obj, func(key string, v Value) bool {
		s := v.scalar()
		switch key {
		case "service":
			pl.Service = s
		case "environment":
			pl.Environment = s
		case "host", "hostname":
			pl.Host = s
		case "pid", "process_id":
			pl.PID = s
		case "thread", "thread_id":
			pl.Thread = s
		case "version":
			pl.Version = s
		case "container":
			pl.Container = s
		case "pod":
			pl.Pod = s
		case "namespace":
			pl.Namespace = s
		case "format":
			pl.Format = s
		case "source":
		default:
			if !v.isNull() {
				p.keepField(e, key, v)
			}
		}
		return true
	})
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
