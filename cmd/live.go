package cmd

import (
	"context"
	"io"
	"time"

	"github.com/ezlogs/ezlogs/schema"
	"github.com/ezlogs/ezlogs/tailer"
)

// liveFeed hands on what a tailer finds, and ticks of the clock while it finds nothing, so that what waits for more lines
// does not wait for good.
type liveFeed struct {
	odd     *oddLines // nil counts none
	chunks  <-chan *tailer.Chunk
	name    func(*tailer.Source) *schema.Source
	sources map[*tailer.Source]*schema.Source
	timer   *time.Timer // to the next tick; a chunk begins its time anew, for it tells the time as well as a tick
	period  time.Duration
	slow    time.Duration // the period when nothing has come for settling
	last    time.Time     // of the last chunk
	ahead   *tailer.Chunk // the next one, if it has come
	soon    *time.Timer   // how long it is waited for
}

// soon is how long a chunk is kept for the one after it, soonInBulk one of more than bulk bytes: where much is read at once, the
// end of a request is then known when its lines are linked.
const (
	soon       = 200 * time.Microsecond
	soonInBulk = 10 * time.Millisecond
	bulk       = 16 << 10
)

// liveTick is the time between two looks at what waits, and slowTick that once nothing has come for settling: what waits
// longer than that is in no hurry. quiet is how long it is looked after the last chunk: until the longest wait of the
// joiner (a minute) is over. With nothing waiting the process sleeps.
const (
	liveTick = 250 * time.Millisecond
	slowTick = 2 * time.Second
	settling = 5 * time.Second
	quiet    = 70 * time.Second
)

func newLiveFeed(chunks <-chan *tailer.Chunk, name func(*tailer.Source) *schema.Source) *liveFeed {
	f := &liveFeed{chunks: chunks, name: name, sources: map[*tailer.Source]*schema.Source{}, period: liveTick, slow: slowTick, last: time.Now()}
	f.timer, f.soon = time.NewTimer(f.period), time.NewTimer(soon)
	f.soon.Stop()
	return f
}

// every sets the time between two ticks; when nothing has come for a while it is five times as long.
func (f *liveFeed) every(d time.Duration) {
	f.period, f.slow = d, 5*d
	f.last = time.Time{} // nothing waits before something has come
	f.timer.Reset(d)
}

func (f *liveFeed) next(ctx context.Context) (*chunk, error) {
	if t := f.ahead; t != nil {
		f.ahead = nil
		return f.take(t), nil
	}
	select {
	case t, ok := <-f.chunks:
		if !ok {
			f.timer.Stop()
			f.soon.Stop()
			return nil, io.EOF
		}
		return f.take(t), nil
	case now := <-f.timer.C:
		switch silent := now.Sub(f.last); {
		case silent < settling:
			f.timer.Reset(f.period)
		case silent < quiet:
			f.timer.Reset(f.slow)
		}
		return &chunk{now: now.UnixNano()}, nil
	}
}

// take makes a chunk of what the tailer found, and looks whether the next one is about to come.
func (f *liveFeed) take(t *tailer.Chunk) *chunk {
	f.last = time.Now()
	f.timer.Reset(f.period)
	if f.odd != nil {
		f.odd.look(t.Source.Path, t.Text, t.Cut)
	}
	c := &chunk{Chunk: t, src: f.source(t.Source), now: f.last.UnixNano()}
	f.soon.Reset(soon)
	if len(t.Text) > bulk {
		f.soon.Reset(soonInBulk)
	}
	select {
	case f.ahead = <-f.chunks:
		c.more = true // if only the end
		f.soon.Stop()
	case <-f.soon.C:
	}
	return c
}

// source returns the parser's view of a source. The map is kept small: sources of files that rotated away are forgotten
// with all others when there are many, and made again when they come.
func (f *liveFeed) source(t *tailer.Source) *schema.Source {
	s := f.sources[t]
	if s == nil {
		if len(f.sources) >= 4096 {
			clear(f.sources)
		}
		s = f.name(t)
		f.sources[t] = s
	}
	return s
}
