package correlate

import (
	"github.com/ezlogs/ezlogs/schema"
)

// rounding is how much a duration may lack of what it was: some log whole milliseconds. Nanoseconds.
const rounding = int64(1e6)

// skew is how far the clocks of two machines may be apart. Nanoseconds.
const skew = int64(4e9)

// relate finds the parent of the event at hand and lets the event inherit from it.
func (c *Correlator) relate(e *schema.Event) {
	l := &c.line
	if l.flow == 0 {
		return
	}
	root := c.rooted(&l.flow)
	var self, p int32
	if l.unit != (key{}) {
		self = c.selfUnit()
	}
	if !e.Correlation.Parent.IsZero() {
		p = c.block(e)
		root = c.rooted(&l.flow)
		if change := c.changeBefore(e, p); !change.IsZero() {
			e.Correlation.Parent = change
		}
		if !c.sameFlow(p, root) {
			p = 0
		}
	} else {
		p = c.parentOf(e, root)
		if p != 0 && (p == self || !c.sameFlow(p, root) || c.below(p)) {
			p = 0
		}
		if p != 0 {
			e.Correlation.Parent = c.units.at(p).eventID()
			if change := c.changeBefore(e, p); !change.IsZero() {
				e.Correlation.Parent = change
			}
		}
	}
	if p != 0 {
		c.remember(e, p)
	}
	if self != 0 {
		u := c.units.at(self)
		u.linked = true
		if p != 0 {
			u.parent = c.units.entry(p).k
			if o := c.units.at(p); o.kind == unitIncident { // kept under another key
				id := o.eventID()
				u.parent = c.eventKey(&id)
			}
		}
		if inner := u.texts.at(textInner); e.Actor.Type == "" && !u.actorsDiffer && inner != "" {
			e.Actor.Type, e.Actor.ID = inner, u.texts.at(textInnerID)
		}
		if e.Correlation.SessionID == "" && !u.sessionsVary {
			e.Correlation.SessionID = u.texts.at(textInnerSess)
		}
	}
	c.inherit(e, self, p)
	if self != 0 {
		u := c.units.at(self)
		c.learn(u, e)
	}
}

// learn takes over what an event has come to know of itself, for its children.
func (c *Correlator) learn(u *unit, e *schema.Event) {
	parts := u.texts.all()
	old := parts
	if parts[textActor] == "" && e.Actor.Type != "" {
		parts[textActor], parts[textActorID] = e.Actor.Type, e.Actor.ID
	}
	if parts[textSession] == "" {
		parts[textSession] = e.Correlation.SessionID
	}
	if parts[textRequest] == "" {
		parts[textRequest] = e.Correlation.RequestID
	}
	if parts != old {
		u.texts = c.pack(&parts)
	}
}

// sameFlow reports whether a unit belongs to the flow with the root.
func (c *Correlator) sameFlow(n, root int32) bool {
	f := c.units.at(n).flow
	return f != 0 && c.find(f) == root
}

// below reports whether the event is an ancestor of unit p, so that p cannot be its parent.
func (c *Correlator) below(p int32) bool {
	me := c.line.self
	for range 64 {
		u := c.units.at(p)
		if u.parent == me {
			return true
		}
		if u.parent == (key{}) {
			return false
		}
		if p = c.units.find(u.parent); p == 0 {
			return false
		}
	}
	return true
}

// inherit fills in what the event does not say from the requests and jobs around it.
func (c *Correlator) inherit(e *schema.Event, self, p int32) {
	for steps := 0; p != 0 && p != self && steps < 8; steps++ {
		u := c.units.at(p)
		if e.Actor.Type == "" && u.texts.at(textActorID) != "" {
			e.Actor.Type, e.Actor.ID = u.texts.at(textActor), u.texts.at(textActorID)
		}
		if e.Correlation.SessionID == "" {
			e.Correlation.SessionID = u.texts.at(textSession)
		}
		if e.Correlation.RequestID == "" {
			e.Correlation.RequestID = u.texts.at(textRequest)
		}
		if u.parent == (key{}) {
			return
		}
		p = c.units.find(u.parent)
	}
}

// parentOf returns the unit that caused an event, 0 when nothing says so.
func (c *Correlator) parentOf(e *schema.Event, root int32) int32 {
	l := &c.line
	if l.cause != (key{}) {
		if n := c.byCause(root); n != 0 {
			return n
		}
	}
	if l.pspan != (key{}) {
		if n := c.bySpan(l.pspan, root); n != 0 {
			return n
		}
	}
	if l.claimed != 0 {
		return l.claimed
	}
	switch e.Type {
	case "http.request":
		if l.within != 0 {
			if n := c.jobParent(l.within, e); n != 0 {
				return n
			}
		}
		if l.own && l.claimed == 0 {
			return 0
		}
		return c.callerOf(e, root)
	case "job.enqueued":
		if l.outer != 0 {
			if n := c.jobParent(l.outer, e); n != 0 {
				return n
			}
		}
	case "job.started":
		if l.job != 0 {
			if received(e) {
				return c.runAt(l.job, e).enqueue
			}
			return c.jobParent(l.job, e)
		}
	case "job.completed", "job.failed", "job.retried", "job.discarded":
		if l.job != 0 {
			return c.jobParent(l.job, e)
		}
	}
	if l.incident != (key{}) {
		if n := c.units.find(l.incident); n != 0 && !c.units.at(n).is(&e.ID) {
			return n
		}
	}
	here := c.around(e, root)
	if here != 0 {
		return here
	}
	if l.job != 0 && e.Type != "job.enqueued" {
		if n := c.jobParent(l.job, e); n != 0 {
			return n
		}
	}
	if l.span != (key{}) {
		if n := c.bySpan(l.span, root); n != 0 && !c.units.at(n).is(&e.ID) {
			return n
		}
	}
	return c.elsewhere(e, root)
}

// byCause returns the unit of the event or span that an event names as its cause.
func (c *Correlator) byCause(root int32) int32 {
	l := &c.line
	n := int32(0)
	if l.cause == l.parent && c.units.has(l.parentEntry, l.parent) {
		n = l.parentEntry
	} else {
		n = c.units.find(l.cause)
	}
	if n != 0 && c.sameFlow(n, root) {
		return n
	}
	return 0
}

// bySpan returns the unit of the flow that owns a span.
func (c *Correlator) bySpan(span key, root int32) int32 {
	n := c.spanUnit(span)
	if n != 0 && c.sameFlow(n, root) {
		return n
	}
	return 0
}

// around returns the request of the same instance that an event stands in.
func (c *Correlator) around(e *schema.Event, root int32) int32 {
	l := &c.line
	inst, thread := c.instance(e).short(), c.thread(e)
	best, bestScore, bestLen := int32(0), 0, int64(0)
	for n := c.flow(root).units; n != 0; n = c.units.at(n).next {
		u := c.units.at(n)
		if u.kind != unitRequest || u.inst != inst || u.is(&e.ID) {
			continue
		}
		score := 1
		if l.span != (key{}) && u.span == l.span {
			score += 16
		}
		if l.req != 0 && u.req != 0 {
			if u.req == l.req {
				score += 8
			} else {
				score -= 8
			}
		}
		if thread != 0 && u.thread != 0 {
			if thread == u.thread {
				score += 2
			}
		}
		length := int64(1 << 62)
		if u.start != 0 {
			length = u.end - u.start
			switch t := e.Time.NS; {
			case t >= u.start-2e6 && t <= u.end+2e6:
				score += 4
			case t < u.start-skew || t > u.end+skew:
				score -= 4
			}
		}
		if score > bestScore || score == bestScore && best != 0 && length < bestLen {
			best, bestScore, bestLen = n, score, length
		}
	}
	return best
}

// elsewhere returns the unit of another instance in which an event most likely happened: a database or a mailer logs what
// a service did.
func (c *Correlator) elsewhere(e *schema.Event, root int32) int32 {
	l := &c.line
	want, table := c.dataKeys(e)
	var best, same, inside, nearest int32
	insideLen, nearestGap := int64(1<<62), skew+1
	t := e.Time.NS
	for n := c.flow(root).units; n != 0; n = c.units.at(n).next {
		u := c.units.at(n)
		if u.is(&e.ID) || u.kind == unitClient || u.kind == unitStart && l.job != 0 && u.job != 0 && c.findJob(u.job) == l.job {
			continue
		}
		if table != 0 {
			for _, d := range u.data {
				if d == want || d == table {
					if best == 0 || d == want || l.req != 0 && u.req == l.req && c.units.at(best).req != l.req {
						best = n
					}
				}
			}
		}
		if l.req != 0 && u.req == l.req && u.kind == unitRequest && (same == 0 || u.end-u.start < c.units.at(same).end-c.units.at(same).start) {
			same = n
		}
		start, end := u.start, u.end
		if u.kind == unitStart {
			end = c.runEnd(n)
		}
		if start == 0 {
			start = end
		}
		switch {
		case t >= start-2e6 && t <= end+2e6:
			if end-start < insideLen {
				inside, insideLen = n, end-start
			}
		case inside == 0:
			gap := max(start-t, t-end)
			if gap < nearestGap || gap == nearestGap && nearest != 0 && u.end-u.start < c.units.at(nearest).end-c.units.at(nearest).start {
				nearest, nearestGap = n, gap
			}
		}
	}
	switch {
	case best != 0:
		return best
	case table != 0 && same != 0:
		return same // the innermost request with the id that the event carries
	case table != 0 && c.entryUnit(root) != 0:
		return c.entryUnit(root)
	case inside != 0:
		return inside
	}
	return nearest
}

// runEnd returns when the run of a job ended that a unit began, a minute later if nothing says so.
func (c *Correlator) runEnd(n int32) int64 {
	u := c.units.at(n)
	for m := u.mark; m != 0; m = c.units.at(m).mark {
		if o := c.units.at(m); o.kind == unitEnd && o.end >= u.end {
			return o.end
		}
	}
	return u.end + 60e9
}

// callerOf returns what called a service: the call another service logged, the proxy in front, or the request that the flow
// is about.
func (c *Correlator) callerOf(e *schema.Event, root int32) int32 {
	inst, svc, route := c.instance(e).short(), c.service(e), c.route(e)
	me := int32(0)
	if c.line.unit != (key{}) {
		me = c.selfUnit()
	}
	length := int64(-1)
	proxy := c.line.proxy
	end := e.Time.NS
	if me != 0 && c.units.at(me).start != 0 {
		end = c.units.at(me).end
		length = end - c.units.at(me).start
	}
	var call, front, entry int32
	callGap, frontLen, entryLen := int64(1<<62), int64(1<<62), int64(-1)
	for n := c.flow(root).units; n != 0; n = c.units.at(n).next {
		u := c.units.at(n)
		if n == me || u.inst == inst || u.kind != unitRequest && u.kind != unitClient {
			continue
		}
		switch {
		case u.kind == unitClient:
			if u.route != route || u.svc == svc {
				continue
			}
			gap := u.end - end
			if gap < 0 {
				gap = -gap
			}
			if gap <= 10e9 && gap < callGap {
				call, callGap = n, gap
			}
		case u.route == route && u.svc != svc && u.start != 0 && length >= 0 && (u.proxy || !proxy):
			d := u.end - u.start
			if u.proxy && !proxy {
				d += d/50 + rounding // it cannot be the shorter one, whatever the digits of the two say
			}
			if d >= length && d < frontLen && !c.below(n) {
				front, frontLen = n, d
			}
		}
	}
	if call != 0 {
		return call
	}
	if front != 0 {
		return front
	}
	// The request that the flow is about, as the innermost service saw it.
	if entry = c.entryUnit(root); entry != 0 && entry != me {
		u := c.units.at(entry)
		if u.inst == inst || u.route == route {
			return 0
		}
		entryLen = u.end - u.start
		if u.start == 0 || length < 0 || entryLen >= length {
			return entry
		}
	}
	return 0
}

// entryUnit returns the request a flow is about: of the longest request and those inside it with the same method and path,
// the innermost.
func (c *Correlator) entryUnit(root int32) int32 {
	longest, longestLen := int32(0), int64(-1)
	for n := c.flow(root).units; n != 0; n = c.units.at(n).next {
		if u := c.units.at(n); u.kind == unitRequest && !u.inJob && u.start != 0 && u.end-u.start > longestLen {
			longest, longestLen = n, u.end-u.start
		}
	}
	if longest == 0 {
		return 0
	}
	route := c.units.at(longest).route
	inner, innerLen := longest, longestLen
	for n := c.flow(root).units; n != 0; n = c.units.at(n).next {
		u := c.units.at(n)
		if u.kind != unitRequest || u.start == 0 || u.route != route || u.proxy && !c.units.at(inner).proxy {
			continue
		}
		if d := u.end - u.start; d < innerLen || !u.proxy && c.units.at(inner).proxy {
			inner, innerLen = n, d
		}
	}
	return inner
}

// dataKeys returns the hashes of what an event changed or read: with the record's id, and the table alone; 0 when it is no
// change or query.
func (c *Correlator) dataKeys(e *schema.Event) (record, table uint32) {
	l := &c.line
	if l.dataKnown {
		return l.record, l.table
	}
	l.dataKnown = true
	if e.Type != "data.change" && e.Type != "data.query" {
		return 0, 0
	}
	k := c.hash.sum(spaceData, e.Action)
	if e.Subject.Type != "" {
		k = c.hash.sum(spaceData, e.Subject.Type).mix(c.hash.sum(spaceData, verb(e.Action)))
	}
	l.table = uint32(k.a) | 1
	if e.Subject.ID != "" {
		l.record = uint32(k.mix(c.hash.sum(spaceData, e.Subject.ID)).a) | 1
	} else {
		l.record = l.table
	}
	return l.record, l.table
}

// verb returns what follows the last dot of an action.
func verb(action string) string {
	for i := len(action) - 1; i >= 0; i-- {
		if action[i] == '.' {
			return action[i+1:]
		}
	}
	return action
}

// observe notes what happens inside a request: what was changed and read, so that the database's own log finds it, and who
// it was for, if only the lines inside say so.
func (c *Correlator) observe(e *schema.Event) {
	if c.line.flow == 0 || e.Type == "http.request" {
		return
	}
	record, table := c.dataKeys(e)
	if table == 0 && e.Actor.Type == "" && e.Correlation.SessionID == "" {
		return
	}
	root := c.rooted(&c.line.flow)
	n := int32(0)
	if !e.Correlation.Parent.IsZero() {
		n = c.block(e)
	} else {
		n = c.around(e, root)
	}
	if n == 0 {
		return
	}
	u := c.units.at(n)
	c.overhear(u, e)
	if table == 0 {
		return
	}
	for _, d := range u.data {
		if d == record {
			return
		}
	}
	u.data[int(u.ndata)%len(u.data)] = record
	u.ndata++
	if table != record {
		u.data[int(u.ndata)%len(u.data)] = table
		u.ndata++
	}
}

// overhear notes who a line inside a request says it was for, where the request itself does not say.
func (c *Correlator) overhear(u *unit, e *schema.Event) {
	t := &u.texts
	if e.Actor.Type != "" && e.Actor.ID != "" && t.at(textActor) == "" && !u.actorsDiffer {
		if t.at(textInner) == "" {
			parts := t.all()
			parts[textInner], parts[textInnerID] = e.Actor.Type, e.Actor.ID
			*t = c.pack(&parts)
		} else if t.at(textInner) != e.Actor.Type || t.at(textInnerID) != e.Actor.ID {
			u.actorsDiffer = true
		}
	}
	if s := e.Correlation.SessionID; s != "" && t.at(textSession) == "" && !u.sessionsVary {
		if t.at(textInnerSess) == "" {
			parts := t.all()
			parts[textInnerSess] = s
			*t = c.pack(&parts)
			if u.sess == 0 {
				u.sess = c.line.sess
			}
		} else if t.at(textInnerSess) != s {
			u.sessionsVary = true
		}
	}
}

// block returns the unit of the parent that the event already has: a record of several lines, which comes when it is complete.
func (c *Correlator) block(e *schema.Event) int32 {
	l := c.line.reading
	k, n := l.parent, l.parentEntry
	if !c.units.has(n, k) {
		n = c.units.find(k)
	}
	if n == 0 {
		n = c.units.put(k, c.idle)
		root := c.rooted(&c.line.flow)
		c.hold(root)
		*c.units.at(n) = unit{bits: e.Correlation.Parent.Bits, texts: c.pack(&[numTexts]string{e.Correlation.Parent.Text}), kind: unitBlock, flow: root, inst: c.instance(e).short(), end: e.Time.NS}
	}
	l.parentEntry = n
	return n
}

// remember keeps the change that an event tells of, for a job that is enqueued right after it.
func (c *Correlator) remember(e *schema.Event, p int32) {
	u := c.units.at(p)
	u.recent = lastChange{}
	if e.Type == "data.change" && e.Subject.ID != "" && e.ID.Text == "" {
		u.recent = lastChange{id: e.ID.Bits, entity: c.entity(e.Subject.Type, e.Subject.ID), at: e.Time.NS}
	}
}

// changeReach is how soon after a change the job is enqueued that it caused. Nanoseconds.
const changeReach = int64(50e6)

// changeBefore returns the change right before the line that enqueues a job for the changed record.
func (c *Correlator) changeBefore(e *schema.Event, p int32) schema.ID {
	if p == 0 || e.Type != "job.enqueued" {
		return schema.ID{}
	}
	u := c.units.at(p)
	if gap := e.Time.NS - u.recent.at; u.recent.entity == 0 || gap < 0 || gap > changeReach {
		return schema.ID{}
	}
	for i := range e.Idents {
		id := &e.Idents[i]
		if id.Kind == schema.IdentEntity && c.entity(id.Name, id.Value) == u.recent.entity {
			return schema.ID{Bits: u.recent.id}
		}
	}
	return schema.ID{}
}

// entity returns the hash of a business object.
func (c *Correlator) entity(kind, id string) uint64 {
	return c.hash.sum(spaceData, kind).mix(c.hash.sum(spaceData, id)).short() | 1
}
