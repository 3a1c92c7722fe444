package debugview

import (
	"math"

	"github.com/ezlogs/ezlogs/schema"
)

// flow is an open flow.
type flow struct {
	id      schema.FlowID
	others  []schema.FlowID // further names
	steps   []step
	events  int // all, also those not kept
	dropped int
	bytes   int   // kept, about
	start   int64 // least time of a step as logged
	log     int64 // newest time of the log at the last event
	wall    int64 // clock at the last event

	actor     string // as shown in stories
	actorRank int8
	request   string
	session   string
	ip        string
	userID    string
	actorType string

	hasRoot, rootFailed, sideEffects, failed, retryExpected bool
	coarse                                                  bool // an event has a time in whole seconds

	continues *closedFlow // already shown once

	prev, next *flow // in byAge
	heapIndex  int   // in byStart
}

// grow makes room for one more step.
func (f *flow) grow() {
	bigger := make([]step, len(f.steps), max(2, 2*cap(f.steps)))
	copy(bigger, f.steps)
	f.steps = bigger
}

// note keeps what decides when the flow settles.
func (f *flow) note(s *step) {
	if s.kind == kindHTTP && s.parent == (key{}) {
		f.hasRoot = true
		f.rootFailed = f.rootFailed || s.flags&flagFailed != 0
	}
	if s.flags&flagRead == 0 {
		f.sideEffects = true
	}
	f.coarse = f.coarse || s.digits == 0
	if s.flags&flagFailed != 0 {
		f.failed = true
	}
	if s.kind == kindJob {
		switch {
		case s.flags&flagDead != 0 || s.phase == phaseCompleted:
			f.retryExpected = false
		case s.phase == phaseRetried || s.flags&flagWillRetry != 0:
			f.retryExpected = true
		}
	}
}

// flowOf returns the open flow of that name, a new one if need be.
func (v *View) flowOf(id schema.FlowID) *flow {
	if f := v.byAge.tail(); f != nil && f.id == id {
		return f
	}
	if f := v.flows[id]; f != nil {
		return f
	}
	if len(v.alias.by) > 0 {
		if to := v.alias.resolve(id); to != id {
			f := v.flows[to]
			if f == nil {
				f = v.newFlow(to)
			}
			v.flows[id] = f
			f.others = append(f.others, id)
			return f
		}
	}
	return v.newFlow(id)
}

// newFlow opens a flow.
func (v *View) newFlow(id schema.FlowID) *flow {
	var f *flow
	if n := len(v.spare); n > 0 {
		f = v.spare[n-1]
		v.spare = v.spare[:n-1]
		steps, others := f.steps[:0], f.others[:0]
		*f = flow{steps: steps, others: others}
	} else {
		f = &flow{}
	}
	f.id, f.start, f.log, f.wall = id, math.MaxInt64, v.logNow, v.wallNow
	f.continues = v.closed.get(id)
	v.flows[id] = f
	v.byAge.push(f)
	v.byStart.push(f)
	return f
}

// merge makes one flow of those named; to is the name that stays.
func (v *View) merge(to schema.FlowID, from []schema.FlowID) {
	for _, id := range from {
		f := v.flows[id]
		if f == nil { // told before to be another's name
			id = v.alias.resolve(id)
			f = v.flows[id]
		}
		if id == to {
			continue
		}
		if f == nil {
			if t := v.flows[to]; t != nil {
				v.flows[id] = t
				t.others = append(t.others, id)
				if t.continues == nil {
					t.continues = v.closed.get(id)
				}
			} else {
				v.closed.alias(to, id)
				v.alias.put(id, to)
			}
			continue
		}
		t := v.flows[to]
		switch {
		case t == f:
		case t == nil:
			f.others = append(f.others, f.id)
			f.id = to
			v.flows[to] = f
			if f.continues == nil {
				f.continues = v.closed.get(to)
			}
		default:
			v.join(t, f)
		}
	}
}

// aliases holds names of flows that were told to be others before either was seen, the latest maxClosed of them. A name
// leads to one that leads nowhere else.
type aliases struct {
	by   map[schema.FlowID]schema.FlowID
	ring []schema.FlowID
	next int
}

// resolve follows id to the name that stays.
func (a *aliases) resolve(id schema.FlowID) schema.FlowID {
	for range 64 { // longer ways do not come about; a ring would
		to, ok := a.by[id]
		if !ok {
			break
		}
		id = to
	}
	return id
}

func (a *aliases) put(id, to schema.FlowID) {
	if to = a.resolve(to); id == to {
		return
	}
	if a.by == nil {
		a.by = map[schema.FlowID]schema.FlowID{}
	}
	if _, known := a.by[id]; !known {
		if len(a.ring) < maxClosed {
			a.ring = append(a.ring, id)
		} else {
			delete(a.by, a.ring[a.next])
			a.ring[a.next] = id
			a.next = (a.next + 1) % maxClosed
		}
	}
	a.by[id] = to
}

// join moves everything of from into to.
func (v *View) join(to, from *flow) {
	room := max(0, maxSteps-len(to.steps))
	if n := len(from.steps); n > room {
		to.dropped += n - room
		from.steps = from.steps[:room]
	}
	to.steps = append(to.steps, from.steps...)
	to.events += from.events
	to.bytes += from.bytes
	to.dropped += from.dropped
	to.start, to.log, to.wall = min(to.start, from.start), max(to.log, from.log), max(to.wall, from.wall)
	if from.actorRank > to.actorRank {
		to.actor, to.actorRank, to.userID, to.actorType = from.actor, from.actorRank, from.userID, from.actorType
	}
	to.hasRoot = to.hasRoot || from.hasRoot
	to.rootFailed = to.rootFailed || from.rootFailed
	to.coarse = to.coarse || from.coarse
	to.sideEffects = to.sideEffects || from.sideEffects
	to.failed = to.failed || from.failed
	to.retryExpected = to.retryExpected || from.retryExpected
	if to.continues == nil {
		to.continues = from.continues
	}
	if to.request == "" {
		to.request = from.request
	}
	if to.session == "" {
		to.session = from.session
	}
	for _, id := range append(from.others, from.id) {
		v.flows[id] = to
		to.others = append(to.others, id)
	}
	v.byStart.up(to)
	v.byAge.remove(from)
	v.byStart.remove(from)
	v.recycle(from)
}

// recycle keeps f's memory for the next flow, unless it is large.
func (v *View) recycle(f *flow) {
	if cap(f.steps) > 256 || len(v.spare) >= 4096 {
		return
	}
	clear(f.steps)
	v.spare = append(v.spare, f)
}

// actor keeps who acted and the ids a person would search for.
func (v *View) actor(f *flow, e *schema.Event) {
	rank := int8(1)
	if e.Type == "http.request" || e.Type == "user.action" {
		rank = 3
	}
	if e.Correlation.Parent.IsZero() {
		rank++
	}
	if a := &e.Actor; rank > f.actorRank && a.Type != "system" && a.Type != "anonymous" && (a.Name != "" || a.ID != "") {
		f.actorRank = rank
		switch {
		case a.Name != "":
			f.actor = v.texts.get(cutBytes(a.Name, 80))
		case a.Type == "":
			f.actor = v.texts.get("User " + a.ID)
		default:
			f.actor = v.texts.get(capital(a.Type) + " " + cutBytes(a.ID, 80))
		}
		f.userID, f.actorType = v.texts.get(cutBytes(a.ID, 80)), v.texts.get(cutBytes(a.Type, 80))
	}
	if f.request == "" && e.Correlation.RequestID != "" && v.filter.detail {
		f.request = v.texts.get(e.Correlation.RequestID)
	}
	if f.session == "" && e.Correlation.SessionID != "" && v.filter.detail {
		f.session = v.texts.get(e.Correlation.SessionID)
	}
	if f.ip == "" && e.Metadata.IP != "" && v.filter.detail {
		f.ip = v.texts.get(e.Metadata.IP)
	}
}

// settle shows the flows that have been quiet long enough, and the oldest ones when there are too many.
func (v *View) settle() {
	if v.pace.fast && v.byAge.n > manyOpenFlows {
		limit := v.logNow - int64(v.cfg.Settle)*filesFactor
		for f := v.byAge.head(); f != nil && f.log < limit; f = v.byAge.head() {
			v.finish(f, false)
		}
	}
	for v.byAge.n > maxOpenFlows || v.bytes > maxOpenBytes {
		v.forced++
		v.finish(v.byAge.head(), true)
	}
	fast := false
	if v.cfg.Input != Files {
		// Patience differs, so all quiet flows are looked at; not for every event, though.
		fast = v.cfg.Input == Pipe && v.pace.look(v.logNow, v.wallNow)
		if (fast || v.logNow-v.scannedLog < scanEvery) && v.wallNow-v.scannedWall < scanEvery {
			return
		}
		v.scannedLog, v.scannedWall = max(v.logNow, 0), v.wallNow
	}
	switch v.cfg.Input {
	case Files:
		limit := v.logNow - int64(v.cfg.Settle)*filesFactor
		for f := v.byAge.head(); f != nil && f.log < limit; f = v.byAge.head() {
			v.finish(f, false)
		}
	case Pipe:
		if v.cfg.Sort == "start" || v.cfg.Sort == "" && v.hold.sorted {
			limit := v.logNow - int64(v.cfg.Settle)*filesFactor
			for f := v.byAge.head(); f != nil && f.log < limit; f = v.byAge.head() {
				v.finish(f, false)
			}
			return
		}
		for f := v.byAge.head(); f != nil; {
			next := f.next
			wait := v.patience(f)
			inBulk := fast || f.wall < v.pace.calm
			if inBulk {
				wait = max(wait, int64(v.cfg.Settle))
			}
			if v.logNow-f.log > wait && !inBulk || v.wallNow-f.wall > wait {
				v.finish(f, false)
			} else if (fast || v.logNow-f.log <= int64(shortest)) && v.wallNow-f.wall <= int64(shortest) {
				break
			}
			f = next
		}
	case Follow:
		for f := v.byAge.head(); f != nil; {
			next := f.next
			quiet := v.wallNow - f.wall
			if quiet > v.patience(f) {
				v.finish(f, false)
			} else if quiet <= shortest {
				break
			}
			f = next
		}
	}
}

// filesFactor is how much more log time than clock time a flow is given.
const filesFactor = 30

// pace finds out whether a pipe brings its log faster than it was written, an old log for example. Then the time of the log does not
// tell whether a flow has settled: its lines may be out of order, files may come one after the other, and what ends a record
// may be found only when the clock goes on.
type pace struct {
	log, wall    int64 // where the look began, the log's time and the clock's
	newest, came int64 // the log's newest time, and the clock when it came
	calm         int64 // the clock when it ceased to be fast
	begun        bool
	fast         bool
}

// The log of what happens now goes as fast as the clock, but for jumps: hosts whose clocks differ, a pause of the writer.
const (
	paceJump = 1e9
	paceLook = 1e9
)

// look takes the times that it is and reports whether the pipe is fast.
func (p *pace) look(log, wall int64) bool {
	if log == math.MinInt64 {
		return false // nothing came yet
	}
	if !p.begun || p.wall == 0 && wall != 0 { // events may come before the clock is known
		p.begun, p.log, p.wall, p.newest, p.came = true, log, wall, log, wall
		return p.fast
	}
	if log-p.log > paceJump+2*(wall-p.wall) {
		p.fast = true
	} else if wall-p.wall > paceLook && p.fast {
		p.fast, p.calm = false, wall
	}
	if wall-p.wall > paceLook {
		p.log, p.wall = p.newest, p.came // a pause counts for both
	}
	if log > p.newest {
		p.newest, p.came = log, wall
	}
	return p.fast
}

// scanEvery is how much time passes before open flows are looked at again, nanoseconds.
const scanEvery = 10e6

// shortest is the least patience there is, in nanoseconds.
const shortest = 200e6

// patience is how long a flow may be quiet before it is shown, in nanoseconds.
func (v *View) patience(f *flow) int64 {
	settle, slack := int64(v.cfg.Settle), int64(0)
	if f.coarse {
		slack = 1e9 // what belongs to a second may come until it is over
	}
	switch {
	case f.rootFailed:
		return min(settle, 200e6+slack)
	case f.retryExpected:
		return max(settle, 10e9)
	case f.hasRoot && !f.sideEffects && !f.failed:
		return min(settle, 250e6+slack)
	}
	return settle
}

// finish shows f and forgets it. open says that it was cut short.
func (v *View) finish(f *flow, open bool) {
	v.byAge.remove(f)
	v.byStart.remove(f)
	delete(v.flows, f.id)
	for _, id := range f.others {
		delete(v.flows, id)
	}
	v.bytes -= f.bytes
	if len(f.steps) > 0 {
		t := v.build(f, open)
		v.closed.add(t, v.logNow)
		v.present(t)
		v.hold.release(v, v.earliest())
	}
	v.recycle(f)
}

// present hands a built flow to everything that looks at it.
func (v *View) present(t *tree) {
	v.hits.add(t, &v.cfg)
	matched := v.filter.flow(t)
	if t.f.continues == nil {
		v.stats.flow(t, matched)
	} else {
		v.stats.late(t)
	}
	if !matched {
		return
	}
	for _, f := range v.sinks {
		f(t)
	}
	v.layout.flow(v, t)
}

// flowList is a list of flows in order of their last event.
type flowList struct {
	first, last *flow
	n           int
}

func (l *flowList) head() *flow { return l.first }
func (l *flowList) tail() *flow { return l.last }

func (l *flowList) push(f *flow) {
	f.prev, f.next = l.last, nil
	if l.last == nil {
		l.first = f
	} else {
		l.last.next = f
	}
	l.last = f
	l.n++
}

func (l *flowList) remove(f *flow) {
	if f.prev == nil {
		l.first = f.next
	} else {
		f.prev.next = f.next
	}
	if f.next == nil {
		l.last = f.prev
	} else {
		f.next.prev = f.prev
	}
	f.prev, f.next = nil, nil
	l.n--
}

func (l *flowList) moveToBack(f *flow) {
	if l.last == f {
		return
	}
	l.remove(f)
	l.push(f)
}

// startHeap holds open flows, the one that started first on top.
type startHeap []*flow

func (h startHeap) min() *flow {
	if len(h) == 0 {
		return nil
	}
	return h[0]
}

func (h *startHeap) push(f *flow) {
	f.heapIndex = len(*h)
	*h = append(*h, f)
	h.up(f)
}

func (h startHeap) less(a, b *flow) bool {
	return a.start < b.start
}

func (h startHeap) swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].heapIndex, h[j].heapIndex = i, j
}

// up restores the order after f's start became earlier.
func (h startHeap) up(f *flow) {
	for i := f.heapIndex; i > 0; {
		p := (i - 1) / 2
		if !h.less(h[i], h[p]) {
			return
		}
		h.swap(i, p)
		i = p
	}
}

func (h *startHeap) remove(f *flow) {
	i, last := f.heapIndex, len(*h)-1
	h.swap(i, last)
	(*h)[last] = nil
	*h = (*h)[:last]
	if i == last {
		return
	}
	moved := (*h)[i]
	for {
		c := 2*i + 1
		if c >= last {
			break
		}
		if c+1 < last && h.less((*h)[c+1], (*h)[c]) {
			c++
		}
		if !h.less((*h)[c], (*h)[i]) {
			break
		}
		h.swap(i, c)
		i = c
	}
	h.up(moved)
}
