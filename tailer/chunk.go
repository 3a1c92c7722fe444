package tailer

import (
	"sync"
	"sync/atomic"
)

// Chunk is a run of whole lines of one source.
type Chunk struct {
	Source *Source
	// Seq is the order of hand-out over all sources, from 0 without gaps. A OnceReader counts its own chunks.
	Seq uint64
	// Text holds whole lines, each ended by '\n', except the last line of a finished source and a cut line. Its bytes are
	// those of the file, NULs and invalid UTF-8 included; UTF-16 has been turned into UTF-8. It is never reused: substrings
	// may be kept, but keep the whole chunk in memory.
	Text string
	// Offset is the position of Text[0] in the source, in bytes of its decompressed, UTF-8 content.
	Offset int64
	// Cut says that Text is the beginning of one line longer than Config.MaxLine; the rest of the line was skipped.
	Cut bool
	// Ack acknowledges the chunk. It is never nil.
	Ack *Token

	gen *generation // nil for streams and OnceReader
}

// Source is what lines come from: one physical file, or one stream. It does not change.
type Source struct {
	// Path is where the file was found; "-" is standard input.
	Path string
	// Name is the last element of Path.
	Name string
	// Identity is 16 bytes that are the same whenever the same file is read: a digest of device, inode, birth time where
	// known, the first line up to 1 KiB, and how often the file was truncated. nil for a stream.
	Identity []byte
	// Size is the number of stored bytes when the file was opened; -1 if unknown.
	Size int64
}

// Token counts what is still to be done for one chunk. It is handed out holding one, which the consumer releases with
// Done(1) after it has added its own. At zero the chunk is acknowledged. Safe for use by several goroutines.
type Token struct {
	left  atomic.Int64
	track *track // nil: nobody asks
	end   position
	done  bool // guarded by track.mu
}

func newToken(tr *track, end position) *Token {
	t := &Token{track: tr, end: end}
	t.left.Store(1)
	return t
}

// Add says that n more events are outstanding. It must be called while the token is held.
func (t *Token) Add(n int) { t.left.Add(int64(n)) }

// Done says that n events are finished: delivered, kept on disk, set aside or dropped on purpose. Calling it more often than
// was added is a bug of the caller and panics, because it would lose lines silently.
func (t *Token) Done(n int) {
	switch left := t.left.Add(-int64(n)); {
	case left == 0 && t.track != nil:
		t.track.finish(t)
	case left < 0:
		panic("tailer: a token was released more often than it was held")
	}
}

// position is a place in a file between two lines.
type position struct {
	raw  int64 // bytes of the stored or decompressed content
	text int64 // bytes of the content as UTF-8
	mark digest
}

// track moves the committed position of one source over finished chunks, in the order of the source.
type track struct {
	mu        sync.Mutex
	waiting   []*Token // handed out, oldest first
	committed position
	finished  func() // called, if set, after the position moved; without the lock
}

// expect registers a chunk that is about to be handed out.
func (tr *track) expect(t *Token) {
	tr.mu.Lock()
	tr.waiting = append(tr.waiting, t)
	tr.mu.Unlock()
}

// forget takes back the newest chunk, which was never handed out.
func (tr *track) forget(t *Token) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if n := len(tr.waiting); n > 0 && tr.waiting[n-1] == t {
		tr.waiting = tr.waiting[:n-1]
	}
}

func (tr *track) finish(t *Token) {
	tr.mu.Lock()
	t.done = true
	moved := false
	for len(tr.waiting) > 0 && tr.waiting[0].done {
		tr.committed, moved = tr.waiting[0].end, true
		tr.waiting[0] = nil
		tr.waiting = tr.waiting[1:]
	}
	tr.mu.Unlock()
	if moved && tr.finished != nil {
		tr.finished()
	}
}

// state returns the committed position and the number of chunks not acknowledged.
func (tr *track) state() (position, int) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.committed, len(tr.waiting)
}
