package tailer

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	pipeAhead = 1 << 20               // bytes read from standard input before anybody takes them
	pipePace  = time.Millisecond      // least time between two small chunks, so that a busy writer of short lines costs little
	pipeRoom  = 1 << 20               // bytes that a pipe is to hold
	pipeRest  = 50 * time.Millisecond // between two reads of a pipe with room
)

// fed is a piece of a stream.
type fed struct {
	src *Source
	p   piece
}

// startFeed reads r beside everything else and cuts it into pieces, until its end, or until stop is done and nothing more is
// waiting in r. quit gives up at once.
func startFeed(wg *sync.WaitGroup, stop, quit context.Context, path string, r io.Reader, cfg Config, to chan<- fed) {
	src := &Source{Path: path, Name: filepath.Base(path), Size: -1}
	in := newAhead(cfg.BlockSize)
	s := newStream(in, cfg.BlockSize, cfg.MaxLine)
	s.eager = true
	file, _ := r.(*os.File)
	if path == stdinPath && cfg.Tee != nil {
		in.tee = startTee(stop, cfg.Tee)
	}
	room := 0
	if file != nil {
		room = growPipe(file)
	}
	if file != nil && canWait {
		wg.Go(func() { in.finish(fillFrom(stop, quit, file, room, in)) })
	} else {
		// A read that waits cannot be called back here; the goroutine ends with the input or with the process.
		go func() {
			_, err := io.Copy(aheadWriter{in, quit.Done()}, r)
			in.finish(err)
		}()
		context.AfterFunc(stop, func() { in.end(nil) })
	}
	context.AfterFunc(quit, func() { in.end(nil) })
	wg.Go(func() {
		for {
			p, err := s.next()
			if err != nil {
				return
			}
			select {
			case to <- fed{src, p}:
			case <-quit.Done():
				return
			}
		}
	})
}

// ahead is a bounded buffer between the goroutine that empties a pipe and the one that cuts lines.
type ahead struct {
	mu     sync.Mutex // guards buf, err, ended
	buf    []byte
	err    error
	ended  bool
	more   chan struct{} // one slot: something was added, or the end was reached
	room   chan struct{} // one slot: something was taken
	full   int           // bytes worth taking without pacing
	handed time.Time     // owned by the reading side
	tee    *tee          // owned by the adding side; nil copies nothing
}

func newAhead(full int) *ahead {
	return &ahead{more: make(chan struct{}, 1), room: make(chan struct{}, 1), full: full}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// add appends b when there is room for it. It returns false when quit is done or the end was set.
func (a *ahead) add(quit <-chan struct{}, b []byte) bool {
	if a.tee != nil {
		a.tee.add(b)
	}
	for {
		a.mu.Lock()
		ended, free := a.ended, pipeAhead-len(a.buf)
		if !ended && (free >= len(b) || len(a.buf) == 0) {
			a.buf = append(a.buf, b...)
			a.mu.Unlock()
			poke(a.more)
			return true
		}
		a.mu.Unlock()
		if ended {
			return false
		}
		select {
		case <-a.room:
		case <-quit:
			return false
		}
	}
}

// finish ends what is added to after the last of it was copied, too.
func (a *ahead) finish(err error) {
	if a.tee != nil {
		a.tee.end()
	}
	a.end(err)
}

// end says that nothing more will be added. The first end counts; nil stands for io.EOF.
func (a *ahead) end(err error) {
	a.mu.Lock()
	if !a.ended {
		a.ended, a.err = true, err
	}
	a.mu.Unlock()
	poke(a.more)
	poke(a.room)
}

// Read returns what is there, waiting for the first byte, and at most pipePace for more while the writer is busy.
func (a *ahead) Read(b []byte) (int, error) {
	for {
		a.mu.Lock()
		n, ended, err := len(a.buf), a.ended, a.err
		wait := pipePace - time.Since(a.handed)
		if n > 0 && (ended || n >= a.full || wait <= 0) {
			n = copy(b, a.buf)
			a.buf = a.buf[:copy(a.buf, a.buf[n:])]
			a.mu.Unlock()
			a.handed = time.Now()
			poke(a.room)
			return n, nil
		}
		a.mu.Unlock()
		if n == 0 && ended {
			if err == nil {
				err = io.EOF
			}
			return 0, err
		}
		if n == 0 {
			<-a.more
			continue
		}
		<-time.After(wait)
	}
}

// rest waits a moment after a read of n bytes from a pipe with so much room, unless the writer is in a hurry: what stays in the
// pipe outlives this process, and waking up for every line costs more than reading it. It returns early when stop is done.
func rest(stop context.Context, n, room int) {
	if room < pipeRoom || n > room/8 {
		return
	}
	timer := time.NewTimer(pipeRest)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-stop.Done():
	}
}

// aheadWriter lets io.Copy fill an ahead.
type aheadWriter struct {
	a    *ahead
	quit <-chan struct{}
}

func (w aheadWriter) Write(b []byte) (int, error) {
	if !w.a.add(w.quit, b) {
		return 0, io.ErrClosedPipe
	}
	return len(b), nil
}
