// Package tailer turns files, globs, directories and standard input into chunks of whole lines whose position can be
// resumed. It knows rotation, truncation and compressed backlog, and remembers what was delivered. It never looks into a line.
//
// [OpenOnce] reads sources to their end, on demand. [Start] follows them. Both hand out a [Chunk] with a [Token]: the position
// of a source moves only over chunks whose token was released, in the order of the file.
//
// What holds at every moment while following:
//   - An offset is the start of the next line that was not handed out. Half lines are read again, never kept.
//   - Every read begins up to 64 bytes before its offset and compares them with what was there; a difference means the file
//     was truncated or replaced, whatever its size.
//   - A file is known by device and inode, and the hash of its first KiB, and the hash of the bytes before the offset.
//   - A descriptor is closed when its file was read to the end, is no longer the live one, and has been quiet for a while.
//   - Finding and opening files never waits for whoever takes the chunks.
package tailer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// quantum is how much is read from one file before another has its turn.
const quantum = 2 << 20

// Tailer follows files and standard input. It uses a constant number of goroutines, however many files there are.
type Tailer struct {
	cfg     Config
	log     *slog.Logger
	now     func() time.Time
	chunks  chan *Chunk
	rescue  chan bool // one slot: the latest state
	streams chan fed  // what came from standard input and pipes; nil without them, closed after the last
	reader  follower
	store   *store // nil without a state directory

	mu        sync.Mutex    // guards what follows, and the fields of generations that say so
	sources   []*source     // in the order they were found
	ready     []*generation // to read next
	stats     Stats         // counters
	unclaimed []record      // positions of sources that are not configured now

	saveMu     sync.Mutex  // guards store and the saving of positions
	moved      atomic.Bool // positions changed since they were saved
	saveFailed atomic.Bool // the last save failed, and that was said
	wakeRead   chan struct{}
	wakeWatch  chan struct{}
	wakeSave   chan struct{}
	watcher    watcher

	stop, quit             context.Context
	cancelStop, cancelQuit context.CancelFunc
	wg                     sync.WaitGroup
	closing                sync.Once
	closeErr               error
}

// Start follows what cfg names until ctx is done or Close is called. stdin is what "-" stands for; log takes what somebody
// should know, never text of a line. A path that is a named pipe now is read like standard input.
//
// When ctx is done, reading files stops at once; standard input is emptied until it would block; then Chunks is closed.
// Without files, Chunks is closed when standard input ends. The caller must call Close in either case.
func Start(ctx context.Context, cfg Config, stdin io.Reader, log *slog.Logger) (*Tailer, error) {
	t, err := newTailer(ctx, cfg, log)
	if err != nil {
		return nil, err
	}
	files, err := t.startStreams(stdin)
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	t.wg.Go(func() { t.readLoop(files) })
	if files {
		t.wg.Go(t.watchLoop)
	}
	if t.store != nil {
		t.wg.Go(t.saveLoop)
	}
	return t, nil
}

// startStreams begins to read standard input and pipes that cfg names, and returns whether it names files, too.
func (t *Tailer) startStreams(stdin io.Reader) (files bool, err error) {
	var feeds sync.WaitGroup
	for i, p := range t.cfg.Paths {
		if slices.Contains(t.cfg.Paths[:i], p) {
			continue
		}
		r := stdin
		if p != stdinPath {
			fi, err := os.Stat(p)
			if err != nil || fi.IsDir() || fi.Mode().IsRegular() {
				files = true
				continue
			}
			f, err := openPipe(p)
			if err != nil {
				return files, fmt.Errorf("tailer: %w", err)
			}
			context.AfterFunc(t.quit, func() { f.Close() })
			r = f
		}
		if t.streams == nil {
			t.streams = make(chan fed)
		}
		startFeed(&feeds, t.stop, t.quit, p, r, t.cfg, t.streams)
	}
	if t.streams != nil {
		t.wg.Go(func() {
			feeds.Wait()
			close(t.streams)
		})
	}
	return files, nil
}

// newTailer builds a Tailer whose goroutines do not run yet.
func newTailer(ctx context.Context, cfg Config, log *slog.Logger) (*Tailer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("tailer: %w", err)
	}
	t := &Tailer{
		cfg:       cfg,
		log:       log,
		now:       time.Now,
		chunks:    make(chan *Chunk, cfg.Buffer),
		rescue:    make(chan bool, 1),
		wakeRead:  make(chan struct{}, 1),
		wakeWatch: make(chan struct{}, 1),
		wakeSave:  make(chan struct{}, 1),
	}
	own := &blockReader{block: cfg.BlockSize, maxLine: cfg.MaxLine, quantum: quantum}
	t.reader = own
	if cfg.FollowNxadm {
		t.reader = nxadmFollower(own, t.heard)
	}
	t.watcher.init()
	if cfg.StateDir != "" {
		st, recs, damaged, err := openStore(cfg.StateDir)
		if err != nil {
			return nil, err
		}
		t.store = st
		if damaged != nil {
			t.log.Error("positions cannot be read, files are read as if never seen", "err", damaged)
		}
		t.watcher.restore(recs)
		t.unclaim()
	}
	t.stop, t.cancelStop = context.WithCancel(ctx)
	t.quit, t.cancelQuit = context.WithCancel(context.WithoutCancel(ctx))
	return t, nil
}

// Chunks hands out what was read. When nobody takes, reading waits; files are still found and kept open meanwhile. It is
// closed when nothing more will come.
func (t *Tailer) Chunks() <-chan *Chunk { return t.chunks }

// Rescue returns a channel that says true when a file with lines that are not acknowledged has lost its last name, so that
// nobody can read them again once this process ends, and false when no such file is left. It holds the latest state only, and
// is for who can keep lines elsewhere while their usual way is blocked.
func (t *Tailer) Rescue() <-chan bool { return t.rescue }

// Close stops everything at once, saves the acknowledged positions and releases the state directory. Chunks that were not
// taken are read again by the next Start. Tokens may be released after Close, but no longer count.
func (t *Tailer) Close() error {
	t.closing.Do(func() {
		t.cancelStop()
		t.cancelQuit()
		t.wg.Wait()
		t.reader.close()
		for _, s := range t.sources {
			for _, g := range s.gens {
				g.detachLocked()()
			}
		}
		if t.store != nil {
			t.closeErr = t.save(true)
			t.store.close()
		}
	})
	return t.closeErr
}

// Commit saves the acknowledged positions now, and waits for the disk.
func (t *Tailer) Commit() error {
	if t.store == nil {
		return nil
	}
	return t.save(true)
}

// readLoop is the only goroutine that hands out chunks. It ends, after a stop, when the streams are empty.
func (t *Tailer) readLoop(files bool) {
	defer close(t.chunks)
	h := handout{streams: t.streams}
	stop := t.stop.Done()
	for {
		if stop != nil && files {
			t.prepare(&h)
		}
		if h.next == nil && h.streams == nil && (stop == nil || !files) {
			return
		}
		var out chan *Chunk
		streams := h.streams
		if h.next != nil {
			out, streams = t.chunks, nil
			h.next.Seq = h.seq
		}
		select {
		case out <- h.next:
			h.next = nil
			h.seq++
		case f, ok := <-streams:
			if ok {
				h.next = t.chunk(f.src, nil, f.p)
			} else {
				h.streams = nil
			}
		case <-t.wakeRead:
		case <-stop:
			stop = nil
			h.dropFiles()
		case <-t.quit.Done():
			return
		}
	}
}

// handout is what readLoop is about to hand out.
type handout struct {
	next    *Chunk
	streams chan fed
	seq     uint64
}

// prepare finds out what to hand out next: what came from a stream, else from a file.
func (t *Tailer) prepare(h *handout) {
	if h.next == nil && h.streams != nil {
		select {
		case f, ok := <-h.streams:
			if ok {
				h.next = t.chunk(f.src, nil, f.p)
			} else {
				h.streams = nil
			}
		default:
		}
	}
	if h.next == nil {
		h.next = t.read()
	}
}

// dropFiles takes back the chunk of a file, which will be read again by the next run.
func (h *handout) dropFiles() {
	if h.next != nil && h.next.gen != nil {
		h.next.gen.track.forget(h.next.Ack)
		h.next = nil
	}
}

// chunk makes a chunk of g, or of a stream if g is nil, and counts it.
func (t *Tailer) chunk(src *Source, g *generation, p piece) *Chunk {
	var tr *track
	if g != nil {
		tr = g.track
	}
	c := &Chunk{Source: src, Text: p.text, Offset: p.at, Cut: p.cut, Ack: newToken(tr, p.end), gen: g}
	if tr != nil {
		tr.expect(c.Ack)
	}
	return c
}

// read returns the next chunk of a file, or nil if there is nothing to read now.
func (t *Tailer) read() *Chunk {
	for {
		t.mu.Lock()
		if len(t.ready) == 0 {
			t.mu.Unlock()
			return nil
		}
		g := t.ready[0]
		final := g.final
		if g.fi != nil {
			g.known = g.fi.Size()
		}
		t.mu.Unlock()

		p, v, err := t.reader.next(g, final)
		var c *Chunk
		if v == someLines {
			c = t.chunk(g.source(), g, p)
		}

		t.mu.Lock()
		t.stats.Holes += g.holes
		g.holes = 0
		if v == someLines {
			g.info = c.Source
			g.movedLocked(p.end)
			if p.last { // spares a read that finds nothing
				t.stats.Bytes += int64(len(p.text))
				v = noMore
			}
		}
		t.readLocked(g, v, err, final, len(p.text))
		t.mu.Unlock()
		if c != nil {
			return c
		}
	}
}

// readLocked notes what a read found, and whose turn it is then.
func (t *Tailer) readLocked(g *generation, v verdict, err error, final bool, n int) {
	i := 0
	for i < len(t.ready) && t.ready[i] != g {
		i++
	}
	switch v {
	case someLines, tired:
		g.turn += n
		t.stats.Bytes += int64(n)
		if v == tired || g.turn >= quantum {
			g.turn = 0
			t.ready = append(append(t.ready[:i], t.ready[i+1:]...), g)
		}
		return
	case noMore:
		g.drained = true
		g.ended = final || g.z != nil
	case changed:
		g.suspect = true
	case failed:
		g.err = err
	}
	g.turn = 0
	g.queued = false
	t.ready = append(t.ready[:i], t.ready[i+1:]...)
	t.scheduleLocked(g.src)
	if v != noMore || g.ended {
		g.src.urgent = true
		poke(t.wakeWatch)
	}
}

// scheduleLocked puts the oldest generation of s with something to read in line, unless one of them is there already: an older
// file is read to its end before a newer one. One at its end does not hold up newer ones.
func (t *Tailer) scheduleLocked(s *source) {
	for _, g := range s.gens {
		if g.queued {
			return
		}
		if !g.pending || g.suspect || g.ended {
			continue
		}
		if g.parked {
			s.urgent = true
			poke(t.wakeWatch)
			return
		}
		if g.f != nil || g.z != nil {
			g.pending, g.queued, g.drained, g.err = false, true, false, nil
			t.ready = append(t.ready, g)
			poke(t.wakeRead)
			return
		}
	}
}

// heard says that another engine has lines of g.
func (t *Tailer) heard(g *generation) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g.pending = true
	t.scheduleLocked(g.src)
}

// source is one path to follow, and the files that were or are found there.
type source struct {
	path   string
	exact  bool          // named as it is
	urgent bool          // look now; guarded by Tailer.mu
	gens   []*generation // oldest first; changed by the watcher, guarded by Tailer.mu
	watched
}

func (s *source) dir() string  { return filepath.Dir(s.path) }
func (s *source) base() string { return filepath.Base(s.path) }

// remember and forget change what is known of finished files.
func (t *Tailer) remember(s *source, c *closedRecord) {
	t.mu.Lock()
	s.closed = append(s.closed, c)
	t.mu.Unlock()
}

func (t *Tailer) forget(s *source, c *closedRecord) {
	t.mu.Lock()
	s.closed = slices.DeleteFunc(s.closed, func(x *closedRecord) bool { return x == c })
	t.mu.Unlock()
}
