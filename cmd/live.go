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
}

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
	f.timer = time.NewTimer(f.period)
	return f
}

// every sets the time between two ticks.
func (f *liveFeed) every(d time.Duration) {
	f.period, f.slow = d, d
	f.timer.Reset(d)
}

func (f *liveFeed) next(ctx context.Context) (*chunk, error) {
	select {
	case t, ok := <-f.chunks:
		if !ok {
			f.timer.Stop()
			return nil, io.EOF
		}
		f.last = time.Now()
		f.timer.Reset(f.period)
		if f.odd != nil {
			f.odd.look(t.Source.Path, t.Text, t.Cut)
		}
		return &chunk{Chunk: t, src: f.source(t.Source), now: f.last.UnixNano()}, nil
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
