package correlate

import (
	"github.com/ezlogs/ezlogs/schema"
)

// The stages of an error chain, written as metadata "chain".
const (
	stageFailure    = "failure"
	stageRetry      = "retry"
	stageEscalation = "escalation"
	stageResolution = "resolution"
)

// stage returns which stage of an error chain an event is, "" for none: a failure, the retry after it, the escalation when
// nobody tries any more, and the resolution.
func (c *Correlator) stage(e *schema.Event) string {
	l := &c.line
	if l.incident != (key{}) {
		n := c.units.find(l.incident)
		switch {
		case n != 0 && c.units.at(n).is(&e.ID):
			return stageEscalation
		case containsFold(e.Metadata.Message.S, "resolved") || containsFold(e.Action, "resolved"):
			return stageResolution
		case containsFold(e.Metadata.Message.S, "escalat") || containsFold(e.Action, "escalat"):
			return stageEscalation
		}
		return ""
	}
	if l.job == 0 {
		return ""
	}
	switch e.Type {
	case "job.discarded":
		return stageEscalation
	case "job.failed":
		if e.Metadata.Retry.Dead {
			return stageEscalation
		}
		return stageFailure
	case "job.retried":
		return stageFailure
	case "job.started":
		if c.failedBefore(e) {
			return stageRetry
		}
	case "job.completed":
		if c.failedBefore(e) {
			return stageResolution
		}
	}
	return ""
}

// failedBefore reports whether an earlier run of the event's job failed.
func (c *Correlator) failedBefore(e *schema.Event) bool {
	for n := c.jobs[c.line.job].marks; n != 0; n = c.units.at(n).mark {
		u := c.units.at(n)
		if u.end >= e.Time.NS {
			return false
		}
		if u.kind == unitEnd && u.failed {
			return true
		}
	}
	return false
}
