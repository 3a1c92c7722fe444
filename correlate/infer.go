package correlate

import (
	"github.com/ezlogs/ezlogs/schema"
)

// How long inferred links reach. Nanoseconds of log time, and seconds of the clock that what they rest on is remembered.
const (
	valueReach   = int64(10e9)
	sessionReach = int64(10e9)
	weakReach    = int64(30e9)
	weakSlack    = int64(500e6)
	openReach    = int64(600e9) // a job whose end was not seen
	failSlack    = int64(50e6)  // the text of an error follows the line that says the job failed
	localSeconds = 60
	valueSeconds = 45
)

// sighting is a flow that showed a value or a session, and when.
type sighting struct {
	flow        int32
	first, last int64
}

// sightings are the flows that showed a value or a session lately.
type sightings struct {
	at   []sighting
	many bool // more than can be of one flow
	asks bool // a waiter will look at it again
	name uint64
}

// weakEntry is a short id within its process: the flows it stood for, one after another.
type weakEntry struct {
	at    []weakUse
	mixed bool // two requests had it at a time: it is not of one process
}

type weakUse struct {
	flow        int32 // holds a reference
	first, last int64
	start, end  int64 // of the request it numbers, once that is known
}

// threadEntry is what a thread did lately.
type threadEntry struct {
	spans []threadSpan
	lost  []lostLine
	mixed bool // works on several requests at once
}

// threadSpan is a time in which a thread worked for one flow.
type threadSpan struct {
	start, end int64
	flow       int32 // holds a reference
	unit       key
	open       bool
}

// lostLine is an event without an id that came before the request around it was known.
type lostLine struct {
	ns   int64
	flow int32 // holds a reference
}

// Limits of what is remembered of one value, short id or thread. What lies far behind the event linked last goes first.
const (
	maxSightings = 8
	maxUses      = 64
	maxSpans     = 512
	maxLost      = 16
	behindReach  = int64(60e9)
)

func (c *Correlator) dropSightings(s *sightings) {
	for i := range s.at {
		c.drop(s.at[i].flow)
	}
}

func (c *Correlator) dropWeak(w *weakEntry) {
	for i := range w.at {
		c.drop(w.at[i].flow)
	}
}

func (c *Correlator) dropThread(t *threadEntry) {
	for i := range t.spans {
		c.drop(t.spans[i].flow)
	}
	for i := range t.lost {
		c.drop(t.lost[i].flow)
	}
}

// past reports whether a log time lies so far behind the event linked last that nothing more comes from there.
func (c *Correlator) past(ns int64) bool { return c.linked != 0 && ns < c.linked-behindReach }

// note remembers that the flow of the event at hand showed a value or a session.
func (c *Correlator) note(t *table[sightings], k key, name uint64, ns int64) {
	n := t.get(k)
	if n == 0 {
		n = t.put(k, valueSeconds)
		t.at(n).name = name
	}
	root := c.rooted(&c.line.flow)
	s := t.at(n)
	kept := s.at[:0]
	found := false
	for _, at := range s.at {
		r := c.rooted(&at.flow)
		switch {
		case r == root && !found && ns >= at.first-valueReach && ns <= at.last+valueReach:
			at.first, at.last = min(at.first, ns), max(at.last, ns)
			found = true
		case len(s.at) > maxSightings/2 && c.past(at.last):
			c.drop(at.flow)
			continue
		}
		kept = append(kept, at)
	}
	s.at = kept
	if found {
		return
	}
	if len(s.at) >= maxSightings {
		s.many = true
		if name != 0 && len(c.broad) < 4096 {
			c.broad[name] = true
		}
		return
	}
	c.hold(root)
	s.at = append(s.at, sighting{root, ns, ns})
}

// nearby returns the flows other than mine that showed what s stands for within reach of a moment.
func (c *Correlator) nearby(s *sightings, mine int32, ns, reach int64, dst []int32) []int32 {
	for i := range s.at {
		at := &s.at[i]
		r := c.rooted(&at.flow)
		if r == mine || ns < at.first-reach || ns > at.last+reach {
			continue
		}
		known := false
		for _, d := range dst {
			known = known || d == r
		}
		if !known {
			dst = append(dst, r)
		}
	}
	return dst
}

// witness remembers what the event at hand shows of its flow: values, sessions, weak ids, its thread.
func (c *Correlator) witness(e *schema.Event) {
	l := &c.line
	if l.flow == 0 || l.own {
		return
	}
	if c.infer.value {
		for i := range l.values {
			c.note(c.values, l.values[i].k, l.values[i].name, e.Time.NS)
		}
	}
	if c.infer.session && l.sess != 0 && len(l.ids) > 0 {
		c.note(c.sessions, l.sessKey, 0, e.Time.NS)
	}
	if c.infer.weak && len(l.ids) > 0 {
		for i := range l.weak {
			if l.weak[i].kind == schema.IdentRequest {
				c.bindWeak(e, &l.weak[i], true)
			}
		}
	}
	if c.infer.thread && len(l.ids) > 0 {
		c.watchThread(e)
	}
}

// weakKey returns the key of a weak id within its process and thread.
func (c *Correlator) weakKey(e *schema.Event, r *ref) key {
	k := r.k.mix(c.instance(e)).mix(c.hash.sum(spaceThread, e.Platform.PID))
	if e.Platform.Thread != "" && !c.line.manyAtOnce {
		k = k.mix(c.hash.sum(spaceThread, e.Platform.Thread))
	}
	return k
}

// bindWeak finds the flow that a weak id stands for at the time of the event. If the event has a flow, the id stands for that
// one; else the event joins the one it stands for, or begins one.
func (c *Correlator) bindWeak(e *schema.Event, r *ref, known bool) bool {
	l := &c.line
	k := c.weakKey(e, r)
	n := c.weak.get(k)
	if n == 0 {
		n = c.weak.put(k, localSeconds)
	}
	ns := e.Time.NS
	var start, end int64
	if d := e.Metadata.Duration; e.Type == "http.request" && d.Set {
		start, end = ns-d.NS, ns
		if c.startsAt(e) {
			start, end = ns, ns+d.NS
		}
	}
	w := c.weak.at(n)
	hit, exact := -1, false
	for i := range w.at {
		u := &w.at[i]
		ok, inside := false, false
		switch {
		case u.end != 0 && end != 0:
			ok = u.start == start && u.end == end
			inside = ok
			if !ok && start < u.end && u.start < end {
				w.mixed = true
			}
		case u.end != 0:
			ok = ns >= u.start-weakSlack && ns <= u.end+weakSlack
			inside = ns >= u.start && ns <= u.end
		case end != 0:
			ok = u.first >= start-weakSlack && u.last <= end+weakSlack
		default:
			ok = ns-u.first <= weakReach && u.last-ns <= weakReach
		}
		if ok && known && c.rooted(&u.flow) != c.rooted(&l.flow) {
			ok = false
		}
		if ok && (hit < 0 || inside && !exact) {
			hit, exact = i, inside
		}
	}
	if w.mixed && !known {
		return false
	}
	if hit < 0 {
		if !known && l.flow == 0 {
			f := c.newFlow(rankLocal, c.ownName(e))
			if f == 0 {
				return false
			}
			c.pin(f)
			w = c.weak.at(n)
		}
		if len(w.at) >= maxUses || len(w.at) > 0 && c.past(w.at[0].last) {
			c.drop(w.at[0].flow)
			w.at = append(w.at[:0], w.at[1:]...)
		}
		root := c.rooted(&l.flow)
		c.hold(root)
		hit = len(w.at)
		w.at = append(w.at, weakUse{flow: root, first: ns, last: ns})
	}
	u := &w.at[hit]
	u.first, u.last = min(u.first, ns), max(u.last, ns)
	if end != 0 {
		u.start, u.end = start, end
	}
	if l.flow == 0 {
		c.pin(c.rooted(&u.flow))
	}
	return true
}

// threadOf returns the entry of a thread.
func (c *Correlator) threadOf(h uint64) int32 {
	k := key{h, spaceThread}
	n := c.threads.get(k)
	if n == 0 {
		n = c.threads.put(k, max(c.idle, 600))
	}
	return n
}

// watchThread follows which job a thread works on, and notices threads that serve many requests at once.
func (c *Correlator) watchThread(e *schema.Event) {
	h := c.thread(e)
	if h == 0 {
		return
	}
	self := c.line.self
	switch c.line.kind {
	case unitStart:
		c.occupyOpen(h, self, e.Time.NS)
	case unitEnd:
		start := int64(0)
		if d := e.Metadata.Duration; d.Set {
			start = e.Time.NS - d.NS
		}
		c.vacate(h, self, start, e)
	}
}

// addSpan puts a span into a thread.
func (c *Correlator) addSpan(t *threadEntry, s threadSpan) {
	if len(t.spans) >= maxSpans || len(t.spans) == cap(t.spans) {
		kept := t.spans[:0]
		for i, o := range t.spans {
			if c.past(o.end) || i == 0 && len(t.spans) >= maxSpans {
				c.drop(o.flow)
				continue
			}
			kept = append(kept, o)
		}
		t.spans = kept
	}
	c.hold(s.flow)
	t.spans = append(t.spans, s)
}

// occupy notes that a thread served a request from start to end, and takes in the lines without ids that it wrote then.
func (c *Correlator) occupy(h uint64, n int32, start, end int64) {
	k := c.units.entry(n).k
	ti := c.threadOf(h)
	t := c.threads.at(ti)
	root := c.rooted(&c.line.flow)
	for i := range t.spans {
		s := &t.spans[i]
		if s.unit == k {
			return
		}
		if s.start < end-2e6 && start < s.end-2e6 && c.rooted(&s.flow) != root {
			t.mixed = true
		}
	}
	c.addSpan(t, threadSpan{start: start, end: end, flow: root, unit: k})
	if !t.mixed {
		c.claim(ti, start, end)
	}
}

// occupyOpen notes that a thread began a job.
func (c *Correlator) occupyOpen(h uint64, k key, ns int64) {
	ti := c.threadOf(h)
	t := c.threads.at(ti)
	root := c.rooted(&c.line.flow)
	end := ns + openReach
	for i := range t.spans {
		s := &t.spans[i]
		if s.unit == k {
			return
		}
		if s.open && s.start <= ns && s.end > ns {
			if c.rooted(&s.flow) == root {
				return // the same run, said twice
			}
			s.end, s.open = ns, false
		}
		if s.start > ns && s.start < end {
			end = s.start
		}
	}
	c.addSpan(t, threadSpan{start: ns, end: end, flow: root, unit: k, open: true})
}

// vacate notes that a thread ended a job.
func (c *Correlator) vacate(h uint64, k key, start int64, e *schema.Event) {
	ti := c.threadOf(h)
	t := c.threads.at(ti)
	root := c.rooted(&c.line.flow)
	end := e.Time.NS
	if e.Type != "job.completed" {
		end += failSlack
	}
	for i := range t.spans {
		s := &t.spans[i]
		if s.start <= e.Time.NS && s.end >= e.Time.NS && c.rooted(&s.flow) == root {
			s.end, s.open = min(s.end, end), false
			c.claim(ti, s.start, s.end)
			return
		}
	}
	if start != 0 {
		c.addSpan(t, threadSpan{start: start, end: end, flow: root, unit: k})
		c.claim(ti, start, end)
	}
}

// claim takes the lines without ids that a thread wrote within a span into the span's flow, if no other span holds them.
func (c *Correlator) claim(ti int32, start, end int64) {
	t := c.threads.at(ti)
	kept := t.lost[:0]
	for _, line := range t.lost {
		if line.ns >= start && line.ns <= end {
			if s := c.spanAt(t, line.ns, 0); s != nil {
				c.union(c.rooted(&s.flow), c.rooted(&line.flow))
				c.drop(line.flow)
				c.stats.Linked[schema.LinkThread]++
				continue
			}
		}
		kept = append(kept, line)
	}
	t.lost = kept
}

// spanAt returns the one span of a thread that holds a moment, nil when there is none or more than one.
func (c *Correlator) spanAt(t *threadEntry, ns, slack int64) *threadSpan {
	var hit *threadSpan
	for i := range t.spans {
		s := &t.spans[i]
		if ns < s.start-slack || ns > s.end+slack {
			continue
		}
		if hit != nil && c.rooted(&hit.flow) != c.rooted(&s.flow) {
			return nil
		}
		hit = s
	}
	return hit
}

// byThread links an event without an id to what its thread works on.
func (c *Correlator) byThread(e *schema.Event) bool {
	h := c.thread(e)
	if h == 0 {
		return false
	}
	ti := c.threadOf(h)
	t := c.threads.at(ti)
	if t.mixed {
		return false
	}
	s := c.spanAt(t, e.Time.NS, 0)
	if s == nil {
		s = c.spanAt(t, e.Time.NS, 2e6)
	}
	if s != nil {
		c.line.claimed = c.units.find(s.unit)
		c.pin(c.rooted(&s.flow))
		c.line.link, c.line.sure = schema.LinkThread, 0.8
		return true
	}
	if c.line.sess != 0 || e.Ident(schema.IdentValue) != "" {
		return false // may be linked by these
	}
	// The request around it may be logged when it ends.
	f := c.newFlow(rankNone, c.ownName(e))
	if f == 0 {
		return false
	}
	c.pin(f)
	t = c.threads.at(ti)
	if len(t.lost) >= maxLost {
		c.drop(t.lost[0].flow)
		t.lost = append(t.lost[:0], t.lost[1:]...)
	}
	c.hold(f)
	t.lost = append(t.lost, lostLine{e.Time.NS, f})
	c.line.own = true
	return true
}

// byValue unites the flows that show the same random business value within seconds: a service that gets no trace but writes
// the charge it made. It returns whether the event at hand was linked by it.
func (c *Correlator) byValue(e *schema.Event) {
	l := &c.line
	var others [8]int32
	for i := range l.values {
		n := c.values.get(l.values[i].k)
		if n == 0 {
			continue
		}
		s := c.values.at(n)
		if s.many || c.broad[s.name] || c.broad[l.values[i].name] {
			continue
		}
		mine := int32(0)
		if l.flow != 0 {
			mine = c.rooted(&l.flow)
		}
		found := c.nearby(s, mine, e.Time.NS, valueReach, others[:0])
		if len(found) == 0 || len(found) > 2 {
			continue
		}
		if mine == 0 {
			if len(found) == 1 {
				c.pin(found[0])
				l.link, l.sure = schema.LinkValue, 0.8
			}
			continue
		}
		for _, o := range found {
			mine, o = c.rooted(&l.flow), c.find(o)
			if mine == o {
				continue
			}
			one, early := c.mayBeOne(mine, o)
			if one {
				c.union(mine, o)
				l.link, l.sure = schema.LinkValue, 0.8
			}
			// Requests are logged when they end: look again when they have.
			if s = c.values.at(n); early && !s.asks && len(c.waiting) < maxWaiting {
				s.asks = true
				c.waiting = append(c.waiting, waiter{due: c.clock + valueReach, value: c.values.entry(n).k})
			}
		}
	}
}

// mayBeOne reports whether two flows can be parts of one: both answer requests, but not the same service both. early says that
// one of them has not answered any yet.
func (c *Correlator) mayBeOne(a, b int32) (one, early bool) {
	asked := false
	for n := c.flow(a).units; n != 0; n = c.units.at(n).next {
		u := c.units.at(n)
		if u.kind != unitRequest {
			continue
		}
		for m := c.flow(b).units; m != 0; m = c.units.at(m).next {
			if o := c.units.at(m); o.kind == unitRequest {
				asked = true
				if o.svc == u.svc {
					return false, false
				}
			}
		}
	}
	return asked, !asked
}

// againByValue looks again at the flows that showed a value.
func (c *Correlator) againByValue(k key) {
	n := c.values.find(k)
	if n == 0 {
		return
	}
	s := c.values.at(n)
	s.asks = false
	if s.many || c.broad[s.name] || len(s.at) > 3 {
		return
	}
	for i := range s.at {
		for j := i + 1; j < len(s.at); j++ {
			x, y := &s.at[i], &s.at[j]
			a, b := c.rooted(&x.flow), c.rooted(&y.flow)
			if a == b || x.first > y.last+valueReach || y.first > x.last+valueReach {
				continue
			}
			if one, _ := c.mayBeOne(a, b); one {
				c.union(a, b)
				c.stats.Linked[schema.LinkValue]++
			}
		}
	}
}

// bySession links an event that has nothing but a session to the only flow of that session within seconds. What may still come
// is waited for: unless it was foreseen, the answer is given later, by flow.merged.
func (c *Correlator) bySession(e *schema.Event) bool {
	l := &c.line
	if l.sess == 0 {
		return false
	}
	if c.horizon >= e.Time.NS+sessionReach {
		f := c.onlyFlow(l.sessKey, e.Time.NS)
		if f == 0 {
			return false
		}
		c.pin(f)
		l.link, l.sure = schema.LinkSession, 0.6
		for n := c.flow(f).units; n != 0; n = c.units.at(n).next {
			if u := c.units.at(n); u.kind == unitRequest && u.sess == l.sess {
				l.claimed = n
			}
		}
		return true
	}
	if len(c.waiting) >= maxWaiting {
		return false
	}
	f := c.newFlow(rankNone, c.ownName(e))
	if f == 0 {
		return false
	}
	c.pin(f)
	c.hold(f)
	l.own = true
	c.waiting = append(c.waiting, waiter{due: c.clock + sessionReach + skew/2, ns: e.Time.NS, sess: l.sessKey, flow: f})
	return true
}

// maxWaiting bounds the questions that wait for an answer.
const maxWaiting = 4096

// waiter is an event with a session alone, or a value that flows share which are not far enough to tell what they are.
type waiter struct {
	due   int64 // clock
	ns    int64 // log time
	sess  key
	flow  int32 // holds a reference
	value key
}

// onlyFlow returns the only flow of a session around a moment, 0 when there is none or more than one.
func (c *Correlator) onlyFlow(k key, ns int64) int32 {
	n := c.sessions.get(k)
	if n == 0 || c.sessions.at(n).many {
		return 0
	}
	var others [8]int32
	found := c.nearby(c.sessions.at(n), 0, ns, sessionReach, others[:0])
	if len(found) != 1 {
		return 0
	}
	return found[0]
}

// settle answers the events that waited long enough.
func (c *Correlator) settle(all bool) {
	n := 0
	for n < len(c.waiting) && (all || c.waiting[n].due <= c.clock) {
		w := &c.waiting[n]
		n++
		if w.flow == 0 {
			c.againByValue(w.value)
			continue
		}
		if f := c.onlyFlow(w.sess, w.ns); f != 0 {
			c.union(f, c.rooted(&w.flow))
			c.stats.Linked[schema.LinkSession]++
		}
		c.drop(w.flow)
	}
	c.waiting = c.waiting[n:] // append moves what is left when room is needed
}
