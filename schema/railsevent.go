package schema

import (
	"slices"
	"strconv"
	"strings"
)

// resolveRailsEvent takes an event of Rails' event reporter (8.1 and later) by its name: {"name","payload","tags",
// "context","timestamp","source_location"}. Names that are not Rails' own are the application's.
func (p *Parser) resolveRailsEvent(e *Event) bool {
	r := &p.rec
	name := r.text(fieldName)
	source, what, ok := strings.Cut(name, ".")
	if !ok {
		return false
	}
	switch source {
	case "active_job":
		if n, ok := smallInt(takePayload(e, "total_jobs").scalar()); what == "bulk_enqueued" && ok {
			e.Type, e.Action = "job.enqueued", "jobs.enqueued"
			e.AddExtra("bulk", Value{Raw, `{"operation":"enqueue_all","row_count":` + strconv.Itoa(n) + "}"})
			break
		}
		if state := railsJobState(what); state != "" {
			return p.railsJobEvent(e, state)
		}
	case "action_mailer":
		if what == "delivered" {
			e.Type, e.Action = "mail.delivered", "mail.delivered"
			setOutcome(e, OutcomeSuccess)
		}
	case "action_controller":
		if what == "request_completed" {
			p.railsRequestEvent(e)
		}
	case "action_dispatch", "active_record", "action_view", "active_storage", "active_support", "action_cable", "active_model", "railties":
	default:
		if validEventType(name) {
			e.Type, e.Action = "user.action", name
			if e.Actor.Type != "user" {
				e.Type = name
			}
		}
	}
	if e.Type != "" && e.Type != "log.message" {
		r.use(fieldName)
		if e.Type == "http.request" {
			p.resolveRequestParts(e)
			return true
		}
		setMessage(e, Text(name))
		return true
	}
	return false
}

// railsRequestEvent makes e the request that Action Controller reported. Rails names neither method nor path there; where the
// application adds them the event is read as any other request.
func (p *Parser) railsRequestEvent(e *Event) {
	r := &p.rec
	m := &e.Metadata
	m.DB.Queries, _ = smallInt(takePayload(e, "queries_count").scalar())
	m.DB.Cached, _ = smallInt(takePayload(e, "cached_queries_count").scalar())
	if d, ok := scaleDuration(takePayload(e, "gc_time_ms").scalar(), millisecond); ok {
		putTiming(e, "gc", d)
	}
	if r.has(fieldMethod) && r.has(fieldPath) || !r.has(fieldController) || !r.has(fieldAction) {
		r.use(fieldName)
		return
	}
	e.Type, e.Action = "http.request", p.paired(r.text(fieldController), '#', r.text(fieldAction))
	setStatus(e, p.takeStatus())
}

// takePayload takes an unrecognised member out of the payload of a reported event.
func takePayload(e *Event, name string) Value {
	fields := e.Metadata.Fields
	for i := range fields {
		if fields[i].Key != "payload" || !fields[i].Value.isObject() {
			continue
		}
		v := member(fields[i].Value.S, name)
		if v.IsZero() {
			return v
		}
		out := []byte{'{'}
		eachMember(fields[i].Value.S, func(key string, v Value) bool {
			if key == name {
				return true
			}
			if len(out) > 1 {
				out = append(out, ',')
			}
			out = appendString(out, key)
			out = appendOrNull(append(out, ':'), v)
			return true
		})
		fields[i].Value.S = string(append(out, '}'))
		if len(out) == 1 {
			e.Metadata.Fields = slices.Delete(fields, i, i+1)
		}
		return v
	}
	return Value{}
}

// railsJobEvent makes e the event of a job that Active Job reported.
func (p *Parser) railsJobEvent(e *Event, state string) bool {
	r := &p.rec
	job := &e.Metadata.Job
	class := r.takeText(fieldJobClass)
	if class == "" {
		return false
	}
	job.Class = class
	setDefault(&job.Queue, r.takeText(fieldQueue))
	if v := r.get(fieldArgs); !v.isNull() {
		job.Args = v
		r.use(fieldArgs)
	}
	p.resolveAttempt(e)
	if d, ok := scaleDuration(takePayload(e, "wait_seconds").scalar(), second); ok && state == "retried" {
		e.Metadata.Retry.In, e.Metadata.Retry.WillRetry = d, true
	}
	e.Metadata.Retry.Dead = state == "discarded"
	if state == "completed" && e.Metadata.Error.Class != "" {
		state = "failed"
	}
	r.use(fieldName)
	p.setJobState(e, class, state)
	return true
}

func railsJobState(what string) string {
	switch what {
	case "enqueued", "enqueued_at", "scheduled":
		return "enqueued"
	case "started":
		return "started"
	case "completed", "performed":
		return "completed"
	case "failed":
		return "failed"
	case "retry_scheduled", "enqueue_retry":
		return "retried"
	case "discarded", "discard", "retry_stopped":
		return "discarded"
	}
	return ""
}
