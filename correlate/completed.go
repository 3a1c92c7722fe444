package correlate

import (
	"crypto/sha256"
	"strconv"
	"strings"

	"github.com/ezlogs/ezlogs/schema"
)

// tale is what a flow.completed event will tell: what the flow was, how long it took, how it ended, what happened in it.
type tale struct {
	flow     int32 // holds a reference; 0 once it is told
	first    int64
	last     int64
	action   string // of the request or job that the flow began with
	kind     string // its type
	at       int64  // when it was
	length   int64  // how long it took
	status   int
	actor    schema.Actor
	services []string
	counts   [taleCounts]int
	errors   int
	failure  string // action of the first event that failed
	jobs     [8]taleJob
	njobs    uint8
}

// taleJob is how the last run of a job ended.
type taleJob struct {
	id     uint64
	failed bool
}

const (
	countEvents = iota
	countRequests
	countCalls
	countChanges
	countQueries
	countJobs
	countMails
	taleCounts
)

const maxServices = 8

// tell notes what an event adds to the tale of its flow.
func (c *Correlator) tell(e *schema.Event, root int32) {
	k := key{uint64(root), uint64(spaceEvent)}
	n := c.tales.get(k)
	if n == 0 {
		n = c.tales.put(k, c.quiet)
		c.hold(root)
		*c.tales.at(n) = tale{flow: root, first: e.Time.NS}
	}
	t := c.tales.at(n)
	ns := e.Time.NS
	start, d := ns, e.Metadata.Duration
	if d.Set && d.NS > 0 {
		if c.startsAt(e) {
			ns += d.NS
		} else {
			start -= d.NS
		}
	}
	t.first, t.last = min(t.first, start), max(t.last, ns)
	t.counts[countEvents]++
	failed := e.Failed()
	switch e.Type {
	case "http.request":
		t.counts[countRequests]++
		if t.kind != "http.request" || d.NS > t.length {
			t.lead(e, start)
		}
	case "http.client":
		t.counts[countCalls]++
	case "data.change":
		t.counts[countChanges]++
	case "data.query":
		t.counts[countQueries]++
	case "job.enqueued":
		t.counts[countJobs]++
	case "job.started", "job.completed", "job.failed", "job.discarded":
		if t.kind == "" || t.kind != "http.request" && start < t.at {
			t.lead(e, start)
		}
		failed = failed || e.Type == "job.failed" || e.Type == "job.discarded"
		t.jobEnded(c.line.jobKey, e.Type == "job.failed" || e.Type == "job.discarded")
	case "mail.delivered":
		t.counts[countMails]++
	default:
		if t.kind == "" {
			t.lead(e, start)
			t.kind = ""
		}
	}
	if failed {
		t.errors++
		if t.failure == "" {
			t.failure = clone(e.Action)
		}
	}
	if t.actor.Type == "" && e.Actor.Type != "" {
		t.actor = schema.Actor{Type: clone(e.Actor.Type), ID: clone(e.Actor.ID)}
	}
	if s := e.Platform.Service; s != "" && len(t.services) < maxServices {
		known := false
		for _, o := range t.services {
			known = known || o == s
		}
		if !known {
			t.services = append(t.services, clone(s))
		}
	}
}

// lead makes an event the one that a flow is about.
func (t *tale) lead(e *schema.Event, start int64) {
	t.kind, t.at, t.status, t.length = clone(e.Type), start, e.Metadata.Status, e.Metadata.Duration.NS
	t.action = keepSame(t.action, e.Action)
}

// jobEnded notes how a run of a job ended; the last one counts.
func (t *tale) jobEnded(id uint64, failed bool) {
	for i := range t.njobs {
		if t.jobs[i].id == id {
			t.jobs[i].failed = failed
			return
		}
	}
	if int(t.njobs) < len(t.jobs) {
		t.jobs[t.njobs] = taleJob{id, failed}
		t.njobs++
	}
}

// joinTales makes one tale of two.
func (c *Correlator) joinTales(a, b int32) {
	if !c.cfg.Completed {
		return
	}
	from := c.tales.get(key{uint64(b), uint64(spaceEvent)})
	if from == 0 {
		return
	}
	to := c.tales.get(key{uint64(a), uint64(spaceEvent)})
	if to == 0 {
		to = c.tales.put(key{uint64(a), uint64(spaceEvent)}, c.quiet)
		c.hold(a)
		*c.tales.at(to) = tale{flow: a, first: c.tales.at(from).first}
	}
	t, o := c.tales.at(to), c.tales.at(from)
	t.first, t.last = min(t.first, o.first), max(t.last, o.last)
	for i := range t.counts {
		t.counts[i] += o.counts[i]
	}
	t.errors += o.errors
	if o.kind == "http.request" && (t.kind != "http.request" || o.length > t.length) || t.kind == "" {
		t.kind, t.at, t.status, t.length, t.action = o.kind, o.at, o.status, o.length, o.action
	}
	if t.failure == "" {
		t.failure = o.failure
	}
	if t.actor.Type == "" {
		t.actor = o.actor
	}
	for _, s := range o.services {
		if len(t.services) < maxServices && !strings.Contains("\x00"+strings.Join(t.services, "\x00")+"\x00", "\x00"+s+"\x00") {
			t.services = append(t.services, s)
		}
	}
	for _, j := range o.jobs[:o.njobs] {
		t.jobEnded(j.id, j.failed)
	}
	// Told by the other one: only the reference is given back.
	o.counts[countEvents] = 0
	c.tales.remove(from)
}

// endTale is called for a flow that was quiet for long enough.
func (c *Correlator) endTale(t *tale) {
	root := c.find(t.flow)
	if t.counts[countEvents] > 0 {
		c.told = append(c.told, c.completed(t, c.flow(root)))
	}
	c.drop(t.flow)
}

// completed returns the event that tells of a flow.
func (c *Correlator) completed(t *tale, f *flow) *schema.Event {
	e := c.ownEvent("flow.completed", t.last)
	first := sha256.Sum256(append(strconv.AppendInt(nil, t.first, 16), 0))
	of := append(append([]byte("flow.completed\x00"), f.name[:]...), first[:16]...)
	e.ID = derivedID(of)
	e.Correlation.Flow, e.Correlation.Link, e.Correlation.Confidence = f.name, schema.LinkID, 1
	c.nameProcesses(e, f)
	e.Actor = t.actor
	e.Subject = schema.Subject{Type: "flow", ID: f.name.String()}
	m := &e.Metadata
	m.Level = schema.LevelInfo
	m.Duration = schema.Duration{NS: t.last - t.first, Set: true}
	m.Status = t.status
	m.Outcome = t.outcome()
	m.Message = schema.Text(t.sentence(m.Outcome))
	e.AddExtra("story", schema.Text(t.action))
	names := [taleCounts]string{"events", "requests", "calls", "changes", "queries", "jobs", "mails"}
	b := []byte{'{'}
	for i, n := range t.counts {
		if n == 0 {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(append(append(b, '"'), names[i]...), `":`...), int64(n), 10)
	}
	if t.errors > 0 {
		b = strconv.AppendInt(append(b, `,"errors":`...), int64(t.errors), 10)
	}
	e.AddExtra("counts", schema.Value{Kind: schema.Raw, S: string(append(b, '}'))})
	if t.failure != "" {
		e.AddExtra("failed_at", schema.Text(t.failure))
	}
	c.stats.CompletedEvents++
	return e
}

// outcome returns how a flow ended: its request and the last run of each of its jobs decide.
func (t *tale) outcome() schema.Outcome {
	for _, j := range t.jobs[:t.njobs] {
		if j.failed {
			return schema.OutcomeFailure
		}
	}
	switch {
	case t.status >= 500:
		return schema.OutcomeFailure
	case t.status > 0 || t.njobs > 0:
		return schema.OutcomeSuccess
	case t.errors > 0:
		return schema.OutcomeFailure
	}
	return schema.OutcomeUnknown
}

// sentence tells the story in one sentence.
func (t *tale) sentence(o schema.Outcome) string {
	b := []byte(t.action)
	if t.actor.Type != "" && t.actor.ID != "" {
		b = append(append(append(append(b, " by "...), t.actor.Type...), ' '), t.actor.ID...)
	}
	switch o {
	case schema.OutcomeFailure:
		b = append(b, " failed"...)
		if t.failure != "" && t.failure != t.action {
			b = append(append(b, " at "...), t.failure...)
		}
	case schema.OutcomeSuccess:
		b = append(b, " succeeded"...)
		if t.errors > 0 {
			b = append(b, " after "...)
			b = appendCount(b, t.errors, "error", "errors")
		}
	}
	b = append(b, " in "...)
	b = strconv.AppendFloat(b, float64(t.last-t.first)/1e9, 'f', 3, 64)
	b = append(b, " s"...)
	if len(t.services) > 1 {
		b = append(b, " across "...)
		b = append(b, strings.Join(t.services, ", ")...)
	}
	parts := 0
	for i, words := range [taleCounts][2]string{countCalls: {"call", "calls"}, countChanges: {"change", "changes"},
		countQueries: {"query", "queries"}, countJobs: {"job", "jobs"}, countMails: {"mail", "mails"}} {
		if words[0] == "" || t.counts[i] == 0 {
			continue
		}
		sep := ", "
		if parts == 0 {
			sep = ": "
		}
		b = appendCount(append(b, sep...), t.counts[i], words[0], words[1])
		parts++
	}
	return string(append(b, '.'))
}

func appendCount(b []byte, n int, one, many string) []byte {
	b = append(strconv.AppendInt(b, int64(n), 10), ' ')
	if n == 1 {
		return append(b, one...)
	}
	return append(b, many...)
}

// tellCompleted sends what has been told.
func (c *Correlator) tellCompleted(emit func(*schema.Event)) {
	for _, e := range c.told {
		emit(e)
	}
	clear(c.told)
	c.told = c.told[:0]
}

// flushTales tells of every flow, in the order the flows were first seen in.
func (c *Correlator) flushTales() {
	for i := int32(1); i < c.tales.n; i++ {
		if c.tales.entry(i).bucket >= 0 {
			c.tales.remove(int32(i))
		}
	}
}
