package schema

import "strings"

// resolveRailsEvent takes an event of Rails' event reporter (8.1 and later) by its name: {"name","payload","tags",
// "context","timestamp","source_location"}. Names that are not Rails' own are the application's.
func (p *Parser) resolveRailsEvent(e *Event) bool {
	r := &p.rec
	if r.flavor != &flavorRails {
		return false
	}
	name := r.text(fieldName)
	source, what, ok := strings.Cut(name, ".")
	if !ok {
		return false
	}
	switch source {
	case "active_job":
		if state := railsJobState(what); state != "" {
			return p.railsJobEvent(e, state)
		}
	case "action_mailer":
		if what == "delivered" {
			e.Type, e.Action = "mail.delivered", "mail.delivered"
			setOutcome(e, OutcomeSuccess)
		}
	case "action_controller", "action_dispatch", "active_record", "action_view", "active_storage", "active_support", "action_cable", "active_model", "railties":
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
		setMessage(e, Text(name))
		return true
	}
	return false
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
