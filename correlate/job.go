package correlate

import (
	"github.com/ezlogs/ezlogs/schema"
)

// job is a background job by all its ids: the queue knows it by one, the application by another.
type job struct {
	up    int32 // the job this one turned out to be, 0 for a root
	refs  int32
	marks int32 // list of units, by log time
	n     int32
}

// jobOf returns the job of an id, a new one when the id is new.
func (c *Correlator) jobOf(n int32) int32 {
	id := c.ids.at(n)
	if id.job == 0 {
		j := c.freeJob
		if j != 0 {
			c.freeJob = c.jobs[j].up
		} else {
			j = int32(len(c.jobs))
			c.jobs = append(c.jobs, job{})
		}
		c.jobs[j] = job{refs: 1}
		id.job = j
		return j
	}
	j := c.findJob(id.job)
	if j != id.job {
		c.jobs[j].refs++
		old := id.job
		id.job = j
		c.dropJob(old)
	}
	return j
}

// dropID is called for an id that leaves the table.
func (c *Correlator) dropID(id *idEntry) {
	if id.job != 0 {
		c.dropJob(id.job)
	}
	c.drop(id.flow)
}

func (c *Correlator) findJob(j int32) int32 {
	for c.jobs[j].up != 0 {
		j = c.jobs[j].up
	}
	return j
}

func (c *Correlator) dropJob(j int32) {
	for j != 0 {
		r := &c.jobs[j]
		r.refs--
		if r.refs > 0 {
			return
		}
		up := r.up
		*r = job{up: c.freeJob}
		c.freeJob = j
		j = up
	}
}

// sameJob makes one of two jobs.
func (c *Correlator) sameJob(a, b int32) int32 {
	if a == b {
		return a
	}
	marks := c.jobs[b].marks
	c.jobs[b].marks, c.jobs[b].n = 0, 0
	c.jobs[b].up = a
	c.jobs[a].refs++
	for marks != 0 {
		next := c.units.at(marks).mark
		c.units.at(marks).job = 0
		c.dropJob(b)
		c.addMark(marks, a)
		marks = next
	}
	return a
}

// addMark puts a unit into the list of its job, by log time.
func (c *Correlator) addMark(n, j int32) {
	r := &c.jobs[j]
	if r.n >= maxMarks {
		return
	}
	u := c.units.at(n)
	at := &r.marks
	for *at != 0 {
		o := c.units.at(*at)
		if o.end > u.end || o.end == u.end && o.kind > u.kind {
			break
		}
		at = &o.mark
	}
	u.mark, u.job = *at, j
	*at = n
	r.n++
	r.refs++
}

// dropMark takes a unit out of the list of its job.
func (c *Correlator) dropMark(u *unit) {
	j := c.findJob(u.job)
	for at := &c.jobs[j].marks; *at != 0; at = &c.units.at(*at).mark {
		if c.units.at(*at) == u {
			*at = u.mark
			c.jobs[j].n--
			break
		}
	}
	own := u.job
	u.job = 0
	c.dropJob(own)
}

// opensRun reports whether nothing is known yet that begins the run a job's log line belongs to.
func (c *Correlator) opensRun(e *schema.Event) bool {
	begin := false
	for n := c.jobs[c.line.job].marks; n != 0; {
		u := c.units.at(n)
		if u.end > e.Time.NS {
			break
		}
		switch u.kind {
		case unitStart:
			begin = true
		case unitLog:
			// Lines of the next run may arrive before the end of this one.
			begin = begin || e.Time.NS-u.end < 1e9
		case unitEnd:
			begin = false
		}
		n = u.mark
	}
	return !begin
}

// run is what is known of the run of a job at a moment.
type run struct {
	begin   int32 // unit that began it
	before  int32 // end of the run before
	last    int32 // beginning of the run before
	enqueue int32
}

// runAt returns the run of a job that an event stands in.
func (c *Correlator) runAt(j int32, e *schema.Event) run {
	var r run
	var logged int32
	over := false
	for n := c.jobs[j].marks; n != 0; n = c.units.at(n).mark {
		u := c.units.at(n)
		switch {
		case u.kind == unitEnqueue:
			// The clock of who enqueued it may be ahead of the worker's: the first one counts wherever it stands.
			if r.enqueue == 0 {
				r.enqueue = n
			}
		case over:
		case u.kind == unitStart && r.begin == 0:
			r.begin = n
		case u.kind == unitLog && logged == 0:
			logged = n
		case u.kind == unitEnd:
			if r.begin == 0 {
				r.begin = logged
			}
			if u.is(&e.ID) || u.end >= e.Time.NS {
				over = true // the run it ends is the one
				continue
			}
			if r.begin != 0 {
				r.last = r.begin
			}
			r.before, r.begin, logged = n, 0, 0
		}
	}
	if r.begin == 0 && !over {
		r.begin = logged
	}
	return r
}

// jobParent returns the parent of an event of a job: its beginning; for the beginning, the failure before it or the line that
// enqueued it.
func (c *Correlator) jobParent(j int32, e *schema.Event) int32 {
	r := c.runAt(j, e)
	switch {
	case r.begin != 0 && !c.units.at(r.begin).is(&e.ID):
		return r.begin
	case r.begin == 0 && r.last != 0 && c.line.kind != unitStart:
		return r.last
	case r.before != 0:
		return r.before
	}
	return r.enqueue
}
