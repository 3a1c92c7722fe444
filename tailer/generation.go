package tailer

import (
	"bytes"
	"errors"
	"io"
	"os"
	"sync/atomic"
	"time"
)

// generation is one physical file of a source, from the time it is found until it was read and acknowledged.
type generation struct {
	src   *source
	id    fileID
	epoch int // how often the file was truncated before
	track *track
	info  *Source // for chunks; made with the first one, guarded by Tailer.mu but for the reader

	// Guarded by Tailer.mu.
	path    string      // where the file was seen last
	pending bool        // the watcher saw a change, the reader has not looked
	queued  bool        // the reader owns the read state below; else the watcher does
	drained bool        // nothing more was there at the last read
	suspect bool        // what is before pos has changed: truncated or replaced
	final   bool        // no more will come: the unterminated last line is a line
	ended   bool        // everything was handed out
	err     error       // of the last read
	at      position    // the snapshot of pos, with its mark
	marks   []position  // earlier values of at, oldest first
	seen    []byte      // the snapshot of head
	headSum digest      // of head
	fi      os.FileInfo // when looked at last

	gone  atomic.Bool // its last name is gone
	alone atomic.Bool // no other engine may follow it (any more)

	// Read state.
	f     *os.File  // nil once ended
	z     *stream   // the content, if the file is compressed; read in order, from pos
	zc    io.Closer // closes z
	pos   position  // of the next line to hand out; its mark is not kept
	head  []byte    // the first bytes of what was passed, at most headBytes
	guard []byte    // the last bytes of what was passed, at most guardBytes
	enc   encoding  // valid once pos.raw > 0
	known int64     // size of the file when the watcher looked last
	scan  int64     // > 0: the line at pos is too long, and its end is not before scan
	holes int64     // bytes of NULs passed over since they were counted last
	turn  int       // bytes handed out since the generation was queued
	live  *followed // set while another engine follows the file
	calm  time.Time // when another engine may follow it again

	// Owned by the watcher.
	rotated bool      // not the live file any more
	quiet   time.Time // since when nothing changed, for a rotated file
	packed  bool      // compressed
	parked  bool      // closed for want of descriptors; it can be found again
	copied  bool      // the rest of a truncated file, read from its copy
	size    int64     // when opened
}

// verdict is what a read found.
type verdict uint8

const (
	someLines verdict = iota
	noMore            // up to the end of the file
	changed           // the file is not what was read before
	failed            // the read itself failed
	tired             // the quantum was used up while looking for the end of a long line
)

// blockReader is the follower that reads blocks. Its buffer is reused.
type blockReader struct {
	block   int
	maxLine int
	quantum int
	buf     []byte
}

// follower reads files that are followed. It is called by one goroutine at a time, which owns the read state of g meanwhile.
type follower interface {
	// next returns the next lines of g and moves g behind them. With final, the unterminated last line is one.
	next(g *generation, final bool) (piece, verdict, error)
	// close ends what runs beside next.
	close()
}

func (r *blockReader) close() {}

func (r *blockReader) next(g *generation, final bool) (piece, verdict, error) {
	if g.z != nil {
		p, err := g.z.next()
		switch {
		case err == nil:
			g.pass(nil, p.end)
			return p, someLines, nil
		case errors.Is(err, io.EOF):
			return piece{}, noMore, nil
		}
		return piece{}, failed, err
	}
	if g.scan > 0 {
		return r.long(g, final)
	}
	hole := g.pos.raw // where the NULs that begin at pos may end
	for want := r.block; ; {
		data, v, err := r.at(g, want)
		if v != someLines {
			return piece{}, v, err
		}
		short := len(data) < want
		if g.pos.raw == 0 {
			enc, n, ok := sniff(data, short && final)
			if !ok {
				if short {
					return piece{}, noMore, nil
				}
				want = max(2*want, magicBytes)
				continue
			}
			g.enc = enc
			if n > 0 {
				to := position{raw: int64(n)}
				if enc == utf8Text {
					to.text = int64(n)
				}
				g.pass(data[:n], to)
				hole = g.pos.raw
				continue
			}
		}
		if g.enc == utf8Text {
			n := leadingNULs(data)
			if n == len(data) {
				// Nothing is passed before text follows: it may yet be written in place of the NULs.
				if short {
					return piece{}, noMore, nil
				}
				hole, err = r.endOfHole(g.f, max(hole, g.pos.raw+int64(n)))
				if err != nil {
					return piece{}, failed, err
				}
				if hole < 0 {
					return piece{}, noMore, nil
				}
				to := position{raw: hole, text: g.pos.text + hole - g.pos.raw}
				g.holes += hole - g.pos.raw
				g.pass(make([]byte, min(hole-g.pos.raw, headBytes)), to)
				continue
			}
			if n > 0 {
				g.holes += int64(n)
				g.pass(data[:n], position{raw: g.pos.raw + int64(n), text: g.pos.text + int64(n)})
				data = data[n:]
				hole = g.pos.raw
			}
		}
		n, long := g.enc.lines(data, r.maxLine)
		switch {
		case n > 0:
		case long:
			g.scan = g.pos.raw + 1
			if g.enc != utf8Text {
				g.scan++
			}
			return r.long(g, final)
		case short && final && len(data) > 0:
			n = len(data)
		case short:
			return piece{}, noMore, nil
		default:
			want = max(want+1, min(2*want, r.maxLine+r.block))
			continue
		}
		p := piece{text: g.enc.text(data[:n]), at: g.pos.text}
		p.end = position{raw: g.pos.raw + int64(n), text: g.pos.text + int64(len(p.text))}
		p.last = short && !final && (n == len(data) || g.enc == utf8Text && bytes.IndexByte(data[n:], '\n') < 0)
		g.pass(data[:n], p.end)
		p.end.mark = digestOf(g.guard)
		return p, someLines, nil
	}
}

// at reads up to want bytes at the position of g, after it has compared the bytes before.
func (r *blockReader) at(g *generation, want int) ([]byte, verdict, error) {
	k := len(g.guard)
	if k+want > len(r.buf) {
		r.buf = make([]byte, guardBytes+want)
	}
	from, n := g.pos.raw-int64(k), 0
	for { // once, unless the read was cut short before the end that the watcher saw
		m, err := readOnceAt(g.f, r.buf[n:k+want], from+int64(n))
		if err != nil {
			return nil, failed, err
		}
		if n += m; m == 0 || n == k+want || from+int64(n) >= g.known {
			break
		}
	}
	if n < k || !bytes.Equal(r.buf[:k], g.guard) {
		return nil, changed, nil
	}
	return r.buf[k:n], someLines, nil
}

// endOfHole returns where the first byte that is not NUL stands at or after off, -1 if there is none.
func (r *blockReader) endOfHole(f *os.File, off int64) (int64, error) {
	for {
		off = seekData(f, off)
		n, err := f.ReadAt(r.buf, off)
		if k := leadingNULs(r.buf[:n]); k < n {
			return off + int64(k), nil
		}
		if errors.Is(err, io.EOF) {
			return -1, nil
		}
		if err != nil {
			return 0, err
		}
		off += int64(n)
	}
}

// long looks for the end of a line that is too long, in constant memory, and hands out its beginning when it was found: the
// position stays at the start of the line until then.
func (r *blockReader) long(g *generation, final bool) (piece, verdict, error) {
	if _, v, err := r.at(g, 1); v != someLines {
		return piece{}, v, err
	}
	if len(r.buf) < r.block+guardBytes {
		r.buf = make([]byte, r.block+guardBytes)
	}
	for read := 0; ; {
		n, err := g.f.ReadAt(r.buf[:max(r.block, 2)], g.scan)
		if err != nil && !errors.Is(err, io.EOF) {
			return piece{}, failed, err
		}
		k, ok := g.enc.newline(r.buf[:n])
		g.scan += int64(k)
		if ok {
			break
		}
		if errors.Is(err, io.EOF) {
			if !final {
				return piece{}, noMore, nil
			}
			g.scan += int64(n - k) // an odd byte
			break
		}
		if read += n; read >= r.quantum {
			return piece{}, tired, nil
		}
	}
	data, v, err := r.at(g, int(min(g.scan-g.pos.raw, int64(r.maxLine)+2)))
	if v != someLines {
		return piece{}, v, err
	}
	if len(data) <= r.maxLine { // it became shorter while it was read
		return piece{}, changed, nil
	}
	n := g.enc.cutAt(data, r.maxLine)
	p := piece{text: g.enc.text(data[:n]), at: g.pos.text, cut: true}
	p.end = position{raw: g.scan, text: g.pos.text + int64(len(p.text)) + g.scan - g.pos.raw - int64(n)}
	g.head = appendHead(g.head, g.pos.raw, data)
	tail := make([]byte, min(g.scan, guardBytes))
	if _, err := g.f.ReadAt(tail, g.scan-int64(len(tail))); err != nil {
		return piece{}, changed, nil
	}
	g.pass(nil, p.end)
	g.guard = tail
	g.scan = 0
	p.end.mark = digestOf(g.guard)
	return p, someLines, nil
}

// pass moves the position over b.
func (g *generation) pass(b []byte, to position) {
	g.head = appendHead(g.head, g.pos.raw, b)
	if len(b) >= guardBytes {
		g.guard = append(g.guard[:0], b[len(b)-guardBytes:]...)
	} else {
		if over := len(g.guard) + len(b) - guardBytes; over > 0 {
			g.guard = append(g.guard[:0], g.guard[over:]...)
		}
		g.guard = append(g.guard, b...)
	}
	g.pos = to
	g.pos.mark = digest{}
}

// keepMarks is how many earlier positions are remembered: a copy that a rotation makes may end before the position, by what
// was written and read between the copying and the truncation.
const keepMarks = 32

// movedLocked notes that g was read up to at.
func (g *generation) movedLocked(at position) {
	if len(g.marks) == keepMarks {
		g.marks = append(g.marks[:0], g.marks[1:]...)
	}
	g.marks = append(g.marks, at)
	g.at = at
	if g.headSum.N < len(g.head) {
		g.headSum = digestOf(g.head)
	}
	g.seen = g.head
}

// appendHead extends head, which are the first bytes of a file, by b, which stands at off.
func appendHead(head []byte, off int64, b []byte) []byte {
	if from := int64(len(head)) - off; len(head) < headBytes && from >= 0 && from < int64(len(b)) {
		head = append(head, b[from:min(int64(len(b)), from+int64(headBytes-len(head)))]...)
	}
	return head
}

// source returns what the chunks of g come from. The first line, or what there is of it, was passed.
func (g *generation) source() *Source {
	if g.info != nil {
		return g.info
	}
	return &Source{Path: g.src.path, Name: g.src.base(), Identity: identityOf(g.id, g.epoch, g.head), Size: g.size}
}

// detachLocked takes the descriptor away from g and returns what closes it. What was handed out may still be unacknowledged.
func (g *generation) detachLocked() (release func()) {
	f, zc, live := g.f, g.zc, g.live
	g.f, g.z, g.zc, g.live = nil, nil, nil, nil
	return func() {
		if live != nil {
			live.stop()
		}
		if zc != nil {
			zc.Close()
		}
		if f != nil {
			f.Close()
		}
	}
}
