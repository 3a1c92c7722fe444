package cmd

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/ezlogs/ezlogs/schema"
	"github.com/ezlogs/ezlogs/tailer"
)

// pipeline is the way of a line. Everything it needs is made before it runs.
type pipeline struct {
	feed    feed      // where chunks come from, in order
	workers []*worker // one per core
	order   *ordered  // joins lines into records and links them; entered in chunk order
	sink    sink      // takes what was encoded or is to be shown; entered in chunk order
	broken  func()    // called before the program ends of a bug; nil for nothing
}

// run carries every chunk of the feed from text to the sink and returns when the feed has ended, or at the first error
// of feed or sink. Workers parse side by side, take turns in the ordered part, and redact and encode side by side again.
func (p *pipeline) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	chunks := make(chan *chunk, len(p.workers)) // one in hand for each worker: reading goes on while they work
	join, deliver := newTurns(), newTurns()
	var wg sync.WaitGroup
	for _, w := range p.workers {
		wg.Go(func() {
			defer onBug(p.broken)
			for c := range chunks {
				c.events = p.order.slabs.take()
				w.parse(c)
				join.wait(c.seq)
				s := p.order.step(c)
				join.done(c.seq)
				w.encode(s)
				deliver.wait(c.seq)
				if context.Cause(ctx) == nil || !errors.As(context.Cause(ctx), new(sinkError)) {
					if err := p.sink.take(ctx, s); err != nil {
						cancel(sinkError{err})
					}
				}
				p.order.slabs.put(s)
				deliver.done(c.seq)
			}
		})
	}
	err := p.read(ctx, chunks)
	close(chunks)
	wg.Wait()
	if failed, ok := errors.AsType[sinkError](context.Cause(ctx)); ok {
		return failed.error
	}
	return err
}

// onBug is to be deferred: when its goroutine breaks, it calls broken, so that a screen is given back before the report of it.
func onBug(broken func()) {
	if broken == nil {
		return
	}
	if bug := recover(); bug != nil {
		broken()
		panic(bug)
	}
}

// sinkError tells the end that a sink brought about from one that the user asked for.
type sinkError struct{ error }

// read hands the chunks of the feed to the workers, and at its end one that ends all records.
// When ctx ends, what was read is carried to its end all the same.
func (p *pipeline) read(ctx context.Context, chunks chan<- *chunk) error {
	for seq := uint64(0); ; seq++ {
		c, err := p.feed.next(ctx)
		last := err != nil
		if last {
			c = &chunk{end: true}
		}
		c.seq = seq
		chunks <- c // workers always come back for more
		switch {
		case !last:
		case errors.Is(err, io.EOF) || ctx.Err() != nil:
			return nil
		default:
			return err
		}
	}
}

// feed yields chunks. next returns io.EOF when there will be no more, and an error soon after ctx has ended.
type feed interface {
	next(ctx context.Context) (*chunk, error)
}

// chunk is a run of whole lines on its way through the pipeline, with the events they became. Without lines it is a tick
// of the clock, or the end of a source, or of all.
type chunk struct {
	*tailer.Chunk
	seq    uint64
	src    *schema.Source
	queue  int   // of the source, when several files are merged
	now    int64 // moment of reading, nanoseconds
	more   bool  // of live input: the next chunk is there already
	end    bool  // the input has ended
	closes bool  // the source has ended
	events []schema.Event

	offsets []int64   // of each line, when lines between them were left out; nil when the text is whole
	raw     []rawLine // the lines, if they are kept
}

// worker carries chunks. Its parser, redactor and buffers are its own.
type worker struct {
	parser *schema.Parser
	out    encoder
	raw    bool // lines are kept as they are
}

// encoder is the side-by-side part behind the ordered one: it redacts, and encodes when the sink wants bytes.
type encoder interface{ encode(s *step) }

// sink takes steps in order. It keeps nothing of a step but its group.
type sink interface {
	take(ctx context.Context, s *step) error
}

// parse turns the lines of c into events.
func (w *worker) parse(c *chunk) {
	if c.Chunk == nil {
		return
	}
	w.parser.Start(c.src, time.Unix(0, c.now))
	text, offset := c.Text, c.Offset
	for n := 0; len(text) > 0; n++ {
		if c.offsets != nil {
			offset = c.offsets[n]
		}
		line, next := text, len(text)
		if end := strings.IndexByte(text, '\n'); end >= 0 {
			line, next = text[:end], end+1
		}
		k := len(c.events)
		c.events = w.parser.Parse(c.events, line, offset, c.Ack)
		if w.raw && k < len(c.events) {
			c.raw = append(c.raw, raw(offset, text[:next], &c.events[k]))
		}
		offset += int64(next)
		text = text[next:]
	}
	if c.Cut {
		for i := range c.events {
			c.events[i].Metadata.Truncated = append(c.events[i].Metadata.Truncated, "line")
		}
	}
}

// encode redacts the events of a step and prepares them for the sink.
func (w *worker) encode(s *step) { w.out.encode(s) }

// turns lets workers in one at a time, in the order of sequence numbers.
type turns struct {
	mu   sync.Mutex
	cond *sync.Cond
	next uint64 // guarded by mu
}

func newTurns() *turns {
	t := &turns{}
	t.cond = sync.NewCond(&t.mu)
	return t
}

func (t *turns) wait(seq uint64) {
	t.mu.Lock()
	for t.next != seq {
		t.cond.Wait()
	}
	t.mu.Unlock()
}

func (t *turns) done(seq uint64) {
	t.mu.Lock()
	t.next = seq + 1
	t.mu.Unlock()
	t.cond.Broadcast()
}
