package ship

import (
	"maps"
	"time"
)

// Books is one consistent account of every event:
//
//	Added + Restored = Delivered + Spooled + InMemory + Sampled + LeftOut + DeadLettered + all of Dropped
type Books struct {
	Since        time.Time         // start of this Shipper
	Added        uint64            // events given to Add, or that ended before
	AddedBytes   uint64            // … and their bytes
	Restored     uint64            // events found in the spool at the start
	Delivered    uint64            // events every required destination has
	Spooled      uint64            // events on disk
	InMemory     uint64            // events in memory and not on disk
	Sampled      uint64            // events sampled out before Add
	LeftOut      uint64            // events of kinds that are not collected, left out before Add
	DeadLettered uint64            // events set aside on disk
	Dropped      map[string]uint64 // events dropped, by reason: full, refused, damaged, spool_lost
	MemoryBytes  int64             // of the memory budget in use
	MemoryBudget int64
	Spool        SpoolBooks
	DeadLetter   DeadLetterBooks
	Destinations []DestinationBooks
}

// Difference is what the books do not explain: 0, or there is a bug.
func (b *Books) Difference() int64 {
	sum := b.Delivered + b.Spooled + b.InMemory + b.Sampled + b.LeftOut + b.DeadLettered
	for _, n := range b.Dropped {
		sum += n
	}
	return int64(b.Added + b.Restored - sum)
}

// Before books events that ended before Add: sampled out, and left out.
func (b *Books) Before(sampled, leftOut uint64) {
	b.Added += sampled + leftOut
	b.Sampled += sampled
	b.LeftOut += leftOut
}

// DestinationBooks is one destination's part. Counts are of events since the start.
type DestinationBooks struct {
	Name         string
	Required     bool
	State        string    // closed, open, half-open, blocked
	Since        time.Time // of the state
	NextTry      time.Time // when not closed
	Delivered    uint64
	DeadLettered uint64
	Dropped      map[string]uint64
	Waiting      int               // events in memory that it has still to take
	InFlight     int               // requests
	Concurrency  int               // requests that may be in flight now
	Attempts     map[string]uint64 // by status code or kind of failure
	Seconds      Histogram         // of attempts
	LastError    string            // without secrets and event text
	LastErrorAt  time.Time
	LastSuccess  time.Time
}

// Histogram counts durations under bounds, not cumulated; the last count is of those above all bounds.
type Histogram struct {
	Counts [len(histogramBounds) + 1]uint64
	Sum    float64 // seconds
}

// histogramBounds are seconds.
var histogramBounds = [...]float64{0.005, 0.02, 0.1, 0.5, 2, 10, 30}

func (h *Histogram) add(d time.Duration) {
	s := d.Seconds()
	h.Sum += s
	for i, b := range histogramBounds {
		if s <= b {
			h.Counts[i]++
			return
		}
	}
	h.Counts[len(histogramBounds)]++
}

// counters are the global part of the books, guarded by Shipper.mu.
type counters struct {
	added, addedBytes, restored, delivered, spooled, dead uint64
	dropped                                               map[string]uint64
}

// destView is what others may see of a destination, guarded by Shipper.mu.
type destView struct {
	state       State
	failing     bool // in an episode of failures
	since, next time.Time
	delivered   uint64
	dead        uint64
	dropped     map[string]uint64
	waiting     int
	inflight    int
	limit       int
	attempts    map[string]uint64
	seconds     Histogram
	lastError   string
	lastErrorAt time.Time
	lastSuccess time.Time
}

// see shows the outcome of an attempt.
func (d *dest) see(v verdict, took time.Duration, now time.Time) {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	w := &d.view
	w.attempts[v.code]++
	w.seconds.add(took)
	if v.do == taken {
		w.lastSuccess = now
	} else if v.err != nil {
		w.lastError, w.lastErrorAt = v.err.Error(), now
	}
	if w.state != d.breaker.state {
		w.state, w.since = d.breaker.state, now
	}
	w.next = d.breaker.until
	w.failing = d.breaker.fails > 0
	w.limit = max(1, d.breaker.limit)
	w.inflight = d.inflight
}

// Books is one consistent snapshot.
func (s *Shipper) Books() Books {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &s.counters
	b := Books{
		Since: s.began, Added: c.added, AddedBytes: c.addedBytes, Restored: c.restored, Delivered: c.delivered,
		Spooled: c.spooled, InMemory: uint64(s.events), DeadLettered: c.dead,
		Dropped: maps.Clone(c.dropped), MemoryBytes: s.bytes, MemoryBudget: int64(s.cfg.Memory),
	}
	for reason, n := range b.Dropped {
		if n == 0 {
			delete(b.Dropped, reason)
		}
	}
	if s.spool != nil {
		b.Spool = s.spool.booksLocked()
	}
	if s.dead != nil {
		b.DeadLetter = s.dead.books()
	}
	for _, d := range s.dests {
		w := &d.view
		b.Destinations = append(b.Destinations, DestinationBooks{
			Name: d.name, Required: d.required, State: w.state.String(), Since: w.since, NextTry: w.next,
			Delivered: w.delivered, DeadLettered: w.dead, Dropped: maps.Clone(w.dropped), Waiting: w.waiting, InFlight: w.inflight,
			Concurrency: w.limit, Attempts: maps.Clone(w.attempts), Seconds: w.seconds,
			LastError: w.lastError, LastErrorAt: w.lastErrorAt, LastSuccess: w.lastSuccess,
		})
	}
	return b
}
