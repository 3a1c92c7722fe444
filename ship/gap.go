package ship

import (
	"maps"
	"slices"
	"time"
)

// Gap is a hole in what is delivered: events that were dropped because memory and spool were full, or lost to damage of
// the spool.
type Gap struct {
	Reason string // full or damaged
	Events int
	First  time.Time // when the first of them was given up
	Last   time.Time // … and the last
}

// gapEvery is how often holes are told to the receiver, at most.
const gapEvery = time.Second

// droppedLocked books events that will not arrive, and has the receiver told of those it could not know about.
func (s *Shipper) droppedLocked(reason string, n int) {
	if n == 0 {
		return
	}
	s.counters.dropped[reason] += uint64(n)
	if s.gap == nil || reason != "full" && reason != "damaged" {
		return
	}
	g := s.gaps[reason]
	now := time.Now()
	if g == nil {
		g = &Gap{Reason: reason, First: now}
		s.gaps[reason] = g
	}
	g.Events += n
	g.Last = now
	select {
	case s.tick <- struct{}{}:
	default:
	}
}

// tellGaps adds an event for each hole there is, if there is room or this is the end. It says whether some are left to be told.
func (s *Shipper) tellGaps(now time.Time, end bool) (left bool) {
	s.mu.Lock()
	if len(s.gaps) == 0 || s.ending && !end {
		s.mu.Unlock()
		return false
	}
	if !end && (now.Sub(s.toldGaps) < gapEvery || s.bytes >= int64(s.cfg.Memory)) {
		s.mu.Unlock()
		return true
	}
	s.toldGaps = now
	gaps := s.gaps
	s.gaps = map[string]*Gap{}
	s.mu.Unlock()
	g := &Group{}
	for _, reason := range slices.Sorted(maps.Keys(gaps)) {
		if line := s.gap(*gaps[reason]); len(line) > 0 {
			g.append(line, Event{Flags: FlagError})
		}
	}
	s.mu.Lock()
	s.counters.added += uint64(len(g.Events))
	s.counters.addedBytes += uint64(len(g.Body))
	sealed := s.fillLocked(g)
	s.mu.Unlock()
	for _, b := range sealed {
		s.encode <- b
	}
	return false
}

func (g *Group) append(line []byte, e Event) {
	g.Body = append(g.Body, line...)
	e.End = int32(len(g.Body))
	g.Events = append(g.Events, e)
}
