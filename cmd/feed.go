package cmd

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/ezlogs/ezlogs/schema"
	"github.com/ezlogs/ezlogs/tailer"
)

// onceFeed reads sources to their end. With several it reads those first that the merger waits for, and no source further
// ahead than a few chunks, so that memory does not depend on how the times of the files lie.
type onceFeed struct {
	readers []*tailer.OnceReader
	limit   int // chunks of one source under way
	name    func(*tailer.Source) *schema.Source
	failed  func(path string, err error) // a source that could not be read to its end
	watch   *progress                    // nil counts nothing
	odd     *oddLines                    // nil counts none

	mu      sync.Mutex
	cond    *sync.Cond
	sources []onceSource // guarded by mu
	next0   int          // where the search for a source begins
}

type onceSource struct {
	src  *schema.Source
	now  int64 // what stands for the moment of reading
	out  int   // chunks under way
	read int64 // stored bytes
	done bool
}

func newOnceFeed(readers []*tailer.OnceReader, limit int, name func(*tailer.Source) *schema.Source, failed func(string, error)) *onceFeed {
	f := &onceFeed{readers: readers, limit: limit, name: name, failed: failed, sources: make([]onceSource, len(readers))}
	f.cond = sync.NewCond(&f.mu)
	return f
}

// taken says that a chunk of a source was used up.
func (f *onceFeed) taken(i int) {
	f.mu.Lock()
	f.sources[i].out--
	f.mu.Unlock()
	f.cond.Signal()
}

func (f *onceFeed) next(ctx context.Context) (*chunk, error) {
	stop := context.AfterFunc(ctx, f.cond.Broadcast)
	defer stop()
	i, ok := f.choose(ctx)
	if !ok {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return nil, io.EOF
	}
	r, s := f.readers[i], &f.sources[i]
	t, err := r.Next()
	if err != nil {
		if !errors.Is(err, io.EOF) {
			f.failed(r.Source().Path, err)
		}
		f.mu.Lock()
		s.done = true
		f.mu.Unlock()
		return &chunk{queue: i, closes: true}, nil
	}
	if s.src == nil {
		s.src = f.name(r.Source())
		s.src.Order = i
		s.now = readTime(r.Source().Path)
	}
	if f.odd != nil {
		f.odd.look(r.Source().Path, t.Text, t.Cut)
	}
	if f.watch != nil {
		at := r.Progress()
		f.watch.took(r.Source().Name, t.Text, at-s.read)
		s.read = at
	}
	return &chunk{Chunk: t, src: s.src, queue: i, now: s.now}, nil
}

// choose returns the open source with the fewest chunks under way, waiting while all have enough.
func (f *onceFeed) choose(ctx context.Context) (i int, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for ctx.Err() == nil {
		best, open := -1, false
		for k := range f.sources {
			i := (f.next0 + k) % len(f.sources)
			s := &f.sources[i]
			if s.done {
				continue
			}
			open = true
			if s.out < f.limit && (best < 0 || s.out < f.sources[best].out) {
				best = i
			}
		}
		if best >= 0 {
			f.sources[best].out++
			f.next0 = best + 1
			return best, true
		}
		if !open {
			return 0, false
		}
		f.cond.Wait()
	}
	return 0, false
}

// readTime is the moment of reading of a file that is read to its end: when it was last written, so that a run can be
// repeated to the byte; now for a pipe.
func readTime(path string) int64 {
	if st, err := os.Stat(path); err == nil && st.Mode().IsRegular() {
		return st.ModTime().UnixNano()
	}
	return time.Now().UnixNano()
}

// runID is the identity of pipes: event ids of one run do not meet those of another.
func runID() []byte {
	id := make([]byte, 16)
	rand.Read(id) // never fails
	return id
}
