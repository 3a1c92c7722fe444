package correlate

import (
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ezlogs/ezlogs/schema"
)

// Sampling says which flows are kept whole.
type Sampling struct {
	// Rate is the share of flows that are kept, 0 to 1, whatever happens in them.
	Rate float64
	// Slow is the duration of a request or job from which on its flow is kept; 0 keeps none for being slow.
	Slow time.Duration
	// Hold is how long events of other flows are held back, in case their flow turns bad. 0 is 30 seconds.
	Hold time.Duration
	// MaxHeld bounds the events that are held back; the flows held longest are let go first. 0 is 10,000.
	MaxHeld int
}

// Sampler keeps flows whole or not at all. Which ones it keeps depends on the flow's name alone, so all agents keep the same. A
// flow in which something failed or was slow is kept as well: what was held back of it is passed on when it turns bad, and
// everything after that. The rate that a flow was kept at stands in each event, as metadata "sample_rate": its reciprocal is the
// number of flows that the event stands for.
//
// A Sampler stands behind the Correlator. One goroutine uses it at a time.
type Sampler struct {
	s      Sampling
	limit  uint64
	rate   string
	flows  map[schema.FlowID]*heldFlow
	order  []heldSince // by the clock
	clock  int64
	counts SamplerStats
}

// SamplerStats counts what a Sampler did.
type SamplerStats struct {
	Passed  uint64 // events passed on
	Sampled uint64 // events dropped
	Held    int    // events held back now
	Flows   int    // flows remembered now
}

// heldFlow is a flow that is not kept by its name.
type heldFlow struct {
	events []*schema.Event
	bad    bool // kept from now on
	last   int64
}

type heldSince struct {
	flow schema.FlowID
	at   int64
}

// NewSampler returns a sampler.
func NewSampler(s Sampling) *Sampler {
	if s.Hold <= 0 {
		s.Hold = 30 * time.Second
	}
	if s.MaxHeld <= 0 {
		s.MaxHeld = 10_000
	}
	rate := min(max(s.Rate, 0), 1)
	limit := uint64(math.MaxUint64)
	if rate < 1 {
		limit = uint64(rate * (1 << 63) * 2)
	}
	return &Sampler{s: s, limit: limit, rate: strconv.FormatFloat(rate, 'g', -1, 64), flows: map[schema.FlowID]*heldFlow{}}
}

// Keeps reports whether the flow is kept whatever happens in it.
func (s *Sampler) Keeps(flow schema.FlowID) bool {
	return s.s.Rate >= 1 || binary.BigEndian.Uint64(flow[:8]) < s.limit
}

// Take passes on e, holds it back, or drops it; an event that is dropped is acknowledged. What is held back is copied, so e is
// free for reuse, and pass gets either e itself or events that are given away.
func (s *Sampler) Take(e *schema.Event, pass func(*schema.Event)) {
	if s.s.Rate >= 1 {
		s.counts.Passed++
		pass(e)
		return
	}
	if e.Type == "flow.merged" {
		s.merge(e, pass)
		return
	}
	flow := e.Correlation.Flow
	h := s.flows[flow]
	switch {
	case s.Keeps(flow):
		s.pass(e, s.rate, pass)
	case h != nil && h.bad:
		h.last = s.clock
		s.pass(e, "1", pass)
	case s.bad(e):
		s.release(s.remember(flow), pass)
		s.pass(e, "1", pass)
	default:
		s.hold(s.remember(flow), e)
	}
}

// bad reports whether an event is a reason to keep its flow.
func (s *Sampler) bad(e *schema.Event) bool {
	d := e.Metadata.Duration
	return e.Failed() || s.s.Slow > 0 && d.Set && d.NS >= int64(s.s.Slow) && (e.Type == "http.request" || strings.HasPrefix(e.Type, "job."))
}

// remember returns the record of a flow.
func (s *Sampler) remember(flow schema.FlowID) *heldFlow {
	h := s.flows[flow]
	if h == nil {
		h = &heldFlow{}
		s.flows[flow] = h
		s.order = append(s.order, heldSince{flow, s.clock})
	}
	h.last = s.clock
	return h
}

// release keeps a flow from now on and passes on what was held back of it.
func (s *Sampler) release(h *heldFlow, pass func(*schema.Event)) {
	h.bad = true
	s.counts.Held -= len(h.events)
	for _, e := range h.events {
		s.pass(e, "1", pass)
	}
	h.events = nil
}

// hold keeps a copy of an event.
func (s *Sampler) hold(h *heldFlow, e *schema.Event) {
	for s.counts.Held >= s.s.MaxHeld && len(s.order) > 0 {
		oldest := s.order[0]
		s.order = s.order[1:]
		if o := s.flows[oldest.flow]; o != nil && !o.bad {
			s.drop(o)
			if o != h {
				delete(s.flows, oldest.flow)
			} else {
				s.order = append(s.order, heldSince{oldest.flow, s.clock})
			}
		} else if o != nil {
			s.order = append(s.order, oldest)
			if !s.anyHeld() {
				break
			}
		}
	}
	h.events = append(h.events, copyEvent(e))
	s.counts.Held++
}

// anyHeld reports whether anything is held back.
func (s *Sampler) anyHeld() bool { return s.counts.Held > 0 }

// drop lets go of what is held back of a flow.
func (s *Sampler) drop(h *heldFlow) {
	for _, e := range h.events {
		if e.Origin.Mark != nil {
			e.Origin.Mark.Done(1)
		}
	}
	s.counts.Sampled += uint64(len(h.events))
	s.counts.Held -= len(h.events)
	h.events = nil
}

// merge makes one flow of those that a flow.merged names: kept if any of them is.
func (s *Sampler) merge(e *schema.Event, pass func(*schema.Event)) {
	keep, bad := s.Keeps(e.Correlation.Flow), false
	names := append([]schema.FlowID{e.Correlation.Flow}, e.Correlation.Merged...)
	known := false
	for _, name := range names {
		if h := s.flows[name]; h != nil {
			known = true
			bad = bad || h.bad
		}
	}
	if !keep && !bad {
		if !known {
			s.hold(s.remember(e.Correlation.Flow), e)
			return
		}
		first := s.remember(e.Correlation.Flow)
		for _, name := range names[1:] {
			if h := s.flows[name]; h != nil && h != first {
				first.events = append(first.events, h.events...)
				h.events = nil
			}
		}
		s.hold(first, e)
		return
	}
	rate := s.rate
	if !keep {
		rate = "1"
	}
	for _, name := range names {
		if s.Keeps(name) {
			continue
		}
		s.release(s.remember(name), pass)
	}
	s.pass(e, rate, pass)
}

// pass hands an event on with the rate that its flow was kept at.
func (s *Sampler) pass(e *schema.Event, rate string, pass func(*schema.Event)) {
	e.AddExtra("sample_rate", schema.Value{Kind: schema.Raw, S: rate})
	s.counts.Passed++
	pass(e)
}

// Advance tells the sampler the time, in nanoseconds, as the correlator is told: flows that were held back for long are dropped.
func (s *Sampler) Advance(now int64) {
	s.clock = max(s.clock, now)
	n := 0
	for n < len(s.order) && s.order[n].at+int64(s.s.Hold) <= s.clock {
		o := s.order[n]
		n++
		h := s.flows[o.flow]
		if h == nil {
			continue
		}
		if h.last+int64(s.s.Hold) > s.clock {
			s.order = append(s.order, heldSince{o.flow, h.last})
			continue
		}
		s.drop(h)
		delete(s.flows, o.flow)
	}
	s.order = s.order[n:] // append moves what is left when room is needed
}

// Flush drops what is held back: the input has ended and nothing went wrong in it.
func (s *Sampler) Flush() {
	for _, o := range s.order {
		if h := s.flows[o.flow]; h != nil {
			s.drop(h)
			delete(s.flows, o.flow)
		}
	}
	s.order = s.order[:0]
}

// Stats returns the counters.
func (s *Sampler) Stats() SamplerStats {
	c := s.counts
	c.Flows = len(s.flows)
	return c
}

// copyEvent returns a copy of an event that shares no text with it.
func copyEvent(e *schema.Event) *schema.Event {
	c := *e
	m := &c.Metadata
	c.Idents = nil
	m.Changes, m.Timing, m.Extra, m.Fields = slices.Clone(m.Changes), slices.Clone(m.Timing), slices.Clone(m.Extra), slices.Clone(m.Fields)
	m.Truncated = slices.Clone(m.Truncated)
	c.Correlation.Processes, c.Correlation.Merged = slices.Clone(c.Correlation.Processes), slices.Clone(c.Correlation.Merged)
	c.Redact(func(_ string, v schema.Value) schema.Value { return schema.Value{Kind: v.Kind, S: clone(v.S)} })
	c.Type, c.Correlation.SessionID, c.Platform.Format = clone(c.Type), clone(c.Correlation.SessionID), clone(c.Platform.Format)
	for i := range m.Timing {
		m.Timing[i].Name = clone(m.Timing[i].Name)
	}
	for i := range m.Truncated {
		m.Truncated[i] = clone(m.Truncated[i])
	}
	c.Join = schema.Join{}
	return &c
}
