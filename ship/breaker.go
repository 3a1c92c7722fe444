package ship

import (
	"math/rand/v2"
	"time"
)

// State of a destination.
type State uint8

const (
	Closed   State = iota // events flow
	Open                  // it fails: nothing is tried until a wait is over
	HalfOpen              // one batch tries
	Blocked               // it refuses whoever asks (401, 404, certificates …): one batch tries now and then, somebody must act
)

// String is the state's name in metrics and logs.
func (s State) String() string {
	switch s {
	case Closed:
		return "closed"
	case Open:
		return "open"
	case HalfOpen:
		return "half-open"
	}
	return "blocked"
}

const (
	backoffBase  = 250 * time.Millisecond
	backoffMax   = 30 * time.Second
	fairMax      = 5 * time.Second // that a batch stands back for others
	openFirst    = time.Second
	openMax      = 60 * time.Second
	probeFirst   = time.Second
	probeMax     = 30 * time.Second
	failsToOpen  = 5
	recentSpan   = 30 * time.Second
	recentEnough = 30 // with fewer, a receiver that fails one in four looks like one that fails half of the time
	blip         = 40 * time.Millisecond
	lately       = 2 * time.Second
	hastenFor    = 10 * time.Second
)

// backoff is a wait before try n+1, n from 0: full jitter under a doubling roof.
func backoff(n int, random float64) time.Duration {
	roof := backoffMax
	if n < 7 {
		roof = min(backoffMax, backoffBase<<n)
	}
	return time.Duration(random * float64(roof))
}

// breaker decides when a destination is tried, and with how many requests at a time.
// It belongs to one goroutine. The zero value with max set is closed and starts with one request.
type breaker struct {
	max    int            // requests at a time, at most
	random func() float64 // [0,1); nil is math/rand

	state State
	until time.Time     // nothing is tried before
	span  time.Duration // of the last open or blocked wait, doubling
	fails int           // in a row
	limit int           // requests at a time
	round int           // successes since limit changed

	good   time.Time   // of the last success
	hasten time.Time   // until then no wait of our own is longer than openFirst: little time is left
	recent [64]outcome // ring
	at     int
}

type outcome struct {
	when time.Time
	ok   bool
}

func (b *breaker) rand() float64 {
	if b.random != nil {
		return b.random()
	}
	return rand.Float64()
}

// allowed says how many requests may be in flight now; if none, how long until one may.
func (b *breaker) allowed(now time.Time) (n int, wait time.Duration) {
	if wait = b.until.Sub(now); wait > 0 {
		return 0, wait
	}
	switch {
	case b.state == Open:
		b.state = HalfOpen
		return 1, 0
	case b.state != Closed, b.fails > 0: // one tries, the others wait
		return 1, 0
	}
	return max(1, b.limit), 0
}

// success says that an attempt was taken. saturated: more was waiting than limit let go.
func (b *breaker) success(now time.Time, saturated bool) {
	b.note(now, true)
	b.good = now
	b.fails, b.span, b.until = 0, 0, time.Time{}
	if b.state != Closed {
		b.state, b.limit, b.round = Closed, 1, 0
		clear(b.recent[:])
		return
	}
	b.limit = max(1, b.limit)
	if !saturated {
		return
	}
	if b.round++; b.round >= b.limit && b.limit < b.max {
		b.limit++
		b.round = 0
	}
}

// answered says that the destination works, though it did not take this batch.
func (b *breaker) answered(now time.Time) {
	if b.state == Blocked {
		return // it may still refuse everything: only a success ends that
	}
	b.absolve()
}

// failure says that an attempt failed in a way that may pass. wait is what the destination asked for, 0 if nothing.
func (b *breaker) failure(now time.Time, wait time.Duration, overload bool) {
	b.note(now, false)
	b.fails++
	if overload {
		b.limit, b.round = max(1, b.limit/2), 0
	}
	switch {
	case wait > 0:
		b.state = Open
		b.until = later(b.until, now.Add(wait+time.Duration(b.rand()*0.1*float64(wait))))
	case b.state == Open: // an attempt from before
	case b.state != Closed, b.fails >= failsToOpen, b.failing(now):
		b.span = min(b.roof(now, openMax), max(openFirst, 2*b.span))
		b.state = Open
		b.until = now.Add(b.jitter(b.span))
	default:
		b.until = now.Add(min(b.roof(now, backoffMax), b.pause(now, b.fails-1)))
	}
}

// pause is the wait before try n+1, n from 0. A failure among successes is not worth holding up everything for long.
func (b *breaker) pause(now time.Time, n int) time.Duration {
	if now.Sub(b.good) < lately {
		return time.Duration(b.rand() * float64(blip<<min(n, failsToOpen)))
	}
	return backoff(n, b.rand())
}

// block says that the destination refuses whoever asks.
func (b *breaker) block(now time.Time) {
	b.note(now, false)
	if b.state != Blocked {
		b.span = 0
	}
	b.fails++
	b.state, b.limit, b.round = Blocked, 1, 0
	b.span = min(b.roof(now, probeMax), max(probeFirst, 2*b.span))
	b.until = now.Add(b.jitter(b.span))
}

// absolve says that the destination was not at fault.
func (b *breaker) absolve() { b.fails, b.span, b.until, b.state = 0, 0, time.Time{}, Closed }

// roof is the longest wait from now on.
func (b *breaker) roof(now time.Time, d time.Duration) time.Duration {
	if now.Before(b.hasten) {
		return openFirst
	}
	return d
}

// probe has the next attempt made at once: something changed, or there is little time left.
func (b *breaker) probe() { b.until = time.Time{} }

// jitter takes up to a fifth off.
func (b *breaker) jitter(d time.Duration) time.Duration {
	return d - time.Duration(b.rand()*0.2*float64(d))
}

func (b *breaker) note(now time.Time, ok bool) {
	b.recent[b.at] = outcome{now, ok}
	b.at = (b.at + 1) % len(b.recent)
}

// failing says whether half of the recent attempts failed, if there were enough.
func (b *breaker) failing(now time.Time) bool {
	n, bad := 0, 0
	for _, o := range b.recent {
		if o.when.IsZero() || now.Sub(o.when) > recentSpan {
			continue
		}
		n++
		if !o.ok {
			bad++
		}
	}
	return n >= recentEnough && 2*bad >= n
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
