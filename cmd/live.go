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
	chunks  <-chan *tailer.Chunk
	name    func(*tailer.Source) *schema.Source
	sources map[*tailer.Source]*schema.Source
	tick    *time.Ticker
	period  time.Duration
	ticks   int // left after the last chunk
}

// liveTick is the time between two looks at what waits; quiet is how long it is looked after the last chunk: until the longest
// wait of the joiner (a minute) is over. With nothing waiting the process sleeps.
const (
	liveTick = 250 * time.Millisecond
	quiet    = 70 * time.Second
)

func newLiveFeed(chunks <-chan *tailer.Chunk, name func(*tailer.Source) *schema.Source) *liveFeed {
	return &liveFeed{chunks: chunks, name: name, sources: map[*tailer.Source]*schema.Source{}, tick: time.NewTicker(liveTick), period: liveTick}
}

// every sets the time between two ticks.
func (f *liveFeed) every(d time.Duration) {
	f.period = d
	f.tick.Reset(d)
}

func (f *liveFeed) next(ctx context.Context) (*chunk, error) {
	for {
		tick := f.tick.C
		if f.ticks == 0 {
			tick = nil
			f.tick.Stop()
		}
		select {
		case t, ok := <-f.chunks:
			if !ok {
				f.tick.Stop()
				return nil, io.EOF
			}
			if f.ticks == 0 {
				f.tick.Reset(f.period)
			}
			f.ticks = int(quiet / f.period)
			return &chunk{Chunk: t, src: f.source(t.Source), now: time.Now().UnixNano()}, nil
		case now := <-tick:
			f.ticks--
			return &chunk{now: now.UnixNano()}, nil
		}
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
