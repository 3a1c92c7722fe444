package cmd

import (
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/schema"
	"github.com/ezlogs/ezlogs/ship"
)

// ordered is the part of the pipeline that needs order: merging by log time, joining lines, linking events. One worker at
// a time is in it, in chunk order.
type ordered struct {
	merge   *merger // nil unless several files are read to their end
	joiner  joiner
	linker  linker
	keep    func(*schema.Event) bool // whether the user collects events of this kind
	sampler *correlate.Sampler       // nil keeps every flow
	live    bool                     // the clock is the wall's, not the log's
	slabs   slabs
	raw     *rawLines // keeps lines as they are; nil keeps none

	// ahead holds complete events that the linker has foreseen and not linked, so that the lines inside a request can name
	// it although servers log a request when it ends. It is empty when ahead events would keep a reader waiting.
	ahead  []*schema.Event // a ring
	pushed uint64          // events that went into the ring
	linked uint64          // events that came out
	spent  []spentSlab     // slabs whose last event may still be in the ring

	alone oneAgent

	// Live input is not kept waiting, but what can be read at once is foreseen before the first event of it is linked, to a limit.
	batch []*schema.Event

	save  func() // keeps what the linker remembers; nil keeps nothing
	saved int64  // clock of the last time

	// For whoever watches the run.
	busy  atomic.Int64                    // when the step at hand began, Unix nanoseconds; 0 while none is
	stats atomic.Pointer[correlate.Stats] // after the last step
	left  atomic.Int64                    // events that are not collected
	kept  atomic.Pointer[correlate.SamplerStats]

	cur       *step
	clock     int64 // the latest time seen, nanoseconds
	linkClock int64 // the latest time linked, live not beyond clock
	linkedAt  int64 // clock when that was linked live
	link      func(*schema.Event)
	out       func(*schema.Event)
}

// spentSlab is a slab that nothing points into once as many events were linked.
type spentSlab struct {
	slab []schema.Event
	at   uint64
}

// newOrdered returns an ordered part; merge is nil for live input and single files. ahead is the number of events that the
// linker sees before it links the first of them.
func newOrdered(m *merger, j joiner, l linker, keep func(*schema.Event) bool, live bool, ahead int) *ordered {
	o := &ordered{merge: m, joiner: j, linker: l, keep: keep, live: live, ahead: make([]*schema.Event, ahead)}
	o.out, o.link = o.collect, o.complete
	return o
}

type joiner interface {
	Push(e *schema.Event, emit func(*schema.Event))
	Advance(now int64, emit func(*schema.Event))
	Flush(emit func(*schema.Event))
}

type linker interface {
	Foresee(e *schema.Event)
	Stats() correlate.Stats
	Link(e *schema.Event, emit func(*schema.Event))
	LinkTold(e *schema.Event, emit func(*schema.Event))
	Advance(now int64, emit func(*schema.Event))
	Flush(emit func(*schema.Event))
	Reuse(e *schema.Event)
}

// step is what one turn in the ordered part set free, in order.
type step struct {
	events []*schema.Event
	slabs  [][]schema.Event // to be reused once the events are encoded
	read   int              // events that came in, before lines were joined
	bytes  int              // text that came in
	now    int64            // clock
	end    bool
	group  *ship.Group // set by the encoder for sinks that want bytes
}

// step joins and links what c brought and returns all events that are complete now.
func (o *ordered) step(c *chunk) *step {
	o.busy.Store(time.Now().UnixNano())
	defer o.busy.Store(0)
	s := o.slabs.step(o.linker.Reuse)
	o.cur = s
	if c.Chunk != nil {
		s.bytes = len(c.Text)
		if o.raw != nil {
			o.raw.keep(c.src, c.raw)
		}
	}
	if o.live {
		o.clock = max(o.clock, c.now)
	}
	if o.merge != nil {
		o.merge.push(c, o)
	} else {
		for i := range c.events {
			o.event(&c.events[i], logTime(&c.events[i]))
		}
		o.retire(c)
	}
	switch {
	case c.end:
		o.joiner.Flush(o.link)
		for o.linked < o.pushed-uint64(len(o.batch)) {
			o.linkNext()
		}
		o.linkBatch()
		o.keepState(math.MaxInt64)
		o.linker.Flush(o.out)
		if o.sampler != nil {
			o.sampler.Flush()
		}
		s.end = true
	case o.live:
		o.joiner.Advance(o.clock, o.link)
		if !c.more {
			o.linkBatch()
		} else if len(o.batch) > maxHeld {
			o.linkHalf()
		}
		if len(o.batch) == 0 || o.linkClock != 0 { // else it is not known yet when the story begins
			now := o.storyTime()
			if o.sampler != nil {
				o.sampler.Advance(now)
			}
			o.linker.Advance(now, o.out)
		}
		o.keepState(o.clock)
	}
	n := 0
	for n < len(o.spent) && o.spent[n].at <= o.linked {
		s.slabs = append(s.slabs, o.spent[n].slab)
		n++
	}
	o.spent = o.spent[:copy(o.spent, o.spent[n:])]
	s.now = o.clock
	o.cur = nil
	st := o.linker.Stats()
	o.stats.Store(&st)
	if o.sampler != nil {
		kept := o.sampler.Stats()
		o.kept.Store(&kept)
	}
	return s
}

// event takes the next event in order; at is its time in the log, 0 when nothing is known.
func (o *ordered) event(e *schema.Event, at int64) {
	if !o.live && at > o.clock {
		o.clock = at
		o.joiner.Advance(at, o.link)
	}
	o.cur.read++
	o.joiner.Push(e, o.link)
}

// complete takes an event that the joiner is done with. From here on it counts once at the acknowledgement of the chunk
// that holds its first line.
func (o *ordered) complete(e *schema.Event) {
	if e.Origin.Mark != nil && !e.Origin.Held {
		e.Origin.Mark.Add(1)
	}
	n := uint64(len(o.ahead))
	if n == 0 {
		o.linker.Foresee(e)
		o.batch = append(o.batch, e)
		o.pushed++
		return
	}
	if o.alone.settled(e, n) {
		for o.linked < o.pushed {
			o.linkNext()
		}
		o.slabs.few()
		o.pushed++
		o.linked++
		o.passTime(e)
		o.linker.LinkTold(e, o.out)
		o.collect(e)
		return
	}
	if o.pushed-o.linked == n {
		o.linkNext()
	}
	o.linker.Foresee(e)
	o.ahead[o.pushed%n] = e
	o.pushed++
}

// oneAgent tells when looking ahead brings nothing: the events come from an agent that has told all of them, or from a program
// that knows its flows itself.
type oneAgent struct {
	may  bool   // it is worth knowing; false once an event was seen that is not the agent's, or that the agent had not told all of
	host string // of the agent
	seen uint64 // its events so far
}

// settled reports whether e and at least n events before it are the agent's. Agents on other hosts may have known less, or more.
func (a *oneAgent) settled(e *schema.Event, n uint64) bool {
	if !a.may {
		return false
	}
	host := e.Platform.Host
	switch {
	case !e.Told || a.seen > 0 && host != a.host && e.Type != "flow.merged":
		a.may = false
		return false
	case e.Type == "flow.merged":
	case a.seen == 0:
		a.host, a.seen = strings.Clone(host), 1
	default:
		a.seen++
	}
	return a.seen > n
}

// said is what linking may find for an event whose flow is told.
type said struct {
	parent                  bool
	actor, session, request string
}

func saidOf(e *schema.Event) said {
	c := &e.Correlation
	return said{!c.Parent.IsZero(), e.Actor.ID, c.SessionID, c.RequestID}
}

// linkNext links the oldest event of the ring.
func (o *ordered) linkNext() {
	at := &o.ahead[o.linked%uint64(len(o.ahead))]
	e := *at
	*at = nil
	o.linked++
	o.linkOne(e)
}

// maxHeld bounds the live events that are held because more can be read at once.
const maxHeld = 4096

// linkBatch links the live events that are held.
func (o *ordered) linkBatch() { o.linkFirst(len(o.batch)) }

// linkHalf links the older half of them.
func (o *ordered) linkHalf() { o.linkFirst(len(o.batch) / 2) }

func (o *ordered) linkFirst(n int) {
	for _, e := range o.batch[:n] {
		o.linked++
		o.linkOne(e)
	}
	left := copy(o.batch, o.batch[n:])
	clear(o.batch[left:])
	o.batch = o.batch[:left]
}

// storyTime is the time in which live flows pass: that of the latest line, and from there on that of the clock. It is the clock for
// what is logged now; yesterday's log that is piped through keeps the times it has.
func (o *ordered) storyTime() int64 {
	if o.linkClock == 0 {
		return o.clock
	}
	return min(o.clock, o.linkClock+o.clock-o.linkedAt)
}

// stateEvery is the time between two savings of what the linker remembers.
const stateEvery = int64(time.Minute)

// keepState saves what the linker remembers when it is time to.
func (o *ordered) keepState(now int64) {
	if o.save != nil && now-o.saved >= stateEvery {
		o.saved = now
		o.save()
	}
}

// linkOne links an event.
func (o *ordered) linkOne(e *schema.Event) {
	o.passTime(e)
	if !o.alone.may {
		o.linker.Link(e, o.out)
	} else {
		before := saidOf(e)
		if o.linker.Link(e, o.out); e.Told && saidOf(e) != before {
			o.alone.may = false // there was something left to find
		}
	}
	o.collect(e)
}

// passTime lets time go by to an event. Without a wall clock it goes by from event to event, wherever chunks begin and end.
func (o *ordered) passTime(e *schema.Event) {
	at := logTime(e)
	if o.live && min(at, o.clock) > o.linkClock {
		o.linkClock, o.linkedAt = min(at, o.clock), o.clock
	}
	if !o.live && at > o.linkClock {
		o.linkClock = at
		if o.sampler != nil {
			o.sampler.Advance(at)
		}
		o.linker.Advance(at, o.out)
	}
}

// collect puts an event into the step at hand, unless the user does not want its kind.
func (o *ordered) collect(e *schema.Event) {
	if !o.keep(e) {
		o.left.Add(1)
		if e.Origin.Mark != nil {
			e.Origin.Mark.Done(1)
		}
		return
	}
	if o.sampler != nil {
		o.sampler.Take(e, o.pass)
		return
	}
	o.pass(e)
}

func (o *ordered) pass(e *schema.Event) { o.cur.events = append(o.cur.events, e) }

// retire lets go of a chunk whose events have all been taken: they are in steps or in the joiner, and acknowledge
// themselves.
func (o *ordered) retire(c *chunk) {
	o.spent = append(o.spent, spentSlab{c.events, o.pushed})
	c.events = nil
	if c.Chunk != nil {
		c.Ack.Done(1)
	}
}

// logTime returns the event's own time, 0 when the line has none.
func logTime(e *schema.Event) int64 {
	if e.Time.From == schema.FromRead {
		return 0
	}
	return e.Time.NS
}

// slabs keeps event slabs and steps for reuse: an event is a kilobyte, and a chunk has hundreds.
type slabs struct {
	mu    sync.Mutex
	slabs [][]schema.Event // guarded by mu
	steps []*step          // guarded by mu
	own   []*schema.Event  // the linker's, done with; guarded by mu
	most  int              // slabs that are kept, 0 for all; guarded by mu
}

// fewSlabs is how many slabs go round when no event waits.
const fewSlabs = 8

// few lets go of the slabs that are not needed when no event waits.
func (l *slabs) few() {
	if l.most != 0 {
		return // written by the only caller, before
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.most = fewSlabs
}

// take returns an empty slab with the capacity of an earlier one.
func (l *slabs) take() []schema.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.slabs)
	if n == 0 {
		return nil
	}
	s := l.slabs[n-1]
	l.slabs = l.slabs[:n-1]
	return s[:0]
}

// step returns an empty step, and gives back the linker's own events that are done with.
func (l *slabs) step(reuse func(*schema.Event)) *step {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, e := range l.own {
		l.own[i] = nil
		reuse(e)
	}
	l.own = l.own[:0]
	n := len(l.steps)
	if n == 0 {
		return &step{}
	}
	s := l.steps[n-1]
	l.steps = l.steps[:n-1]
	return s
}

// put takes back a step whose events are encoded, and the slabs that nothing points into any more. Steps are put back in
// order, so no earlier step still uses them.
func (l *slabs) put(s *step) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, slab := range s.slabs {
		if cap(slab) > 0 && (l.most == 0 || len(l.slabs) < l.most) {
			l.slabs = append(l.slabs, slab)
		}
	}
	for _, e := range s.events {
		if e.Origin.Source == nil && (e.Type == "flow.merged" || e.Type == "flow.completed") {
			l.own = append(l.own, e)
		}
	}
	clear(s.slabs)
	clear(s.events)
	*s = step{events: s.events[:0], slabs: s.slabs[:0]}
	l.steps = append(l.steps, s)
}
