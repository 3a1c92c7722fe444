package tailer

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/nxadm/tail"
)

const (
	maxFollowed   = 32   // files; each costs three goroutines, a descriptor and a watch
	busyLines     = 2000 // a second; above, reading blocks is far cheaper
	maxFruitless  = 8    // looks without a line before the file is looked at
	followBackoff = 10 * time.Second
)

// nxadmFollower returns a follower that lets nxadm/tail follow files that are caught up and quiet. Everything else, and every
// line that it does not tell exactly as it should, is read by own: it never sees backlog, rotation, truncation or resumption.
// heard is called, by other goroutines, when lines of a generation came in.
func nxadmFollower(own *blockReader, heard func(*generation)) follower {
	return &nxadm{own: own, heard: heard, followed: map[*followed]bool{}}
}

type nxadm struct {
	own      *blockReader
	heard    func(*generation)
	wg       sync.WaitGroup
	followed map[*followed]bool
	probed   bool
	usable   bool
}

// followed is one file in the care of nxadm/tail.
type followed struct {
	n         *nxadm
	lines     chan *tail.Line // bounded: whoever follows waits as files do
	ended     chan struct{}   // closed when no more lines will come
	stopping  chan struct{}
	once      sync.Once
	since     time.Time // of the count
	count     int
	fruitless int
}

func (n *nxadm) next(g *generation, final bool) (piece, verdict, error) {
	if g.live == nil {
		p, v, err := n.own.next(g, final)
		if v == noMore && !final && n.mayFollow(g) {
			n.follow(g)
		}
		p.last = false // the next call is the one that may hand over
		return p, v, err
	}
	f := g.live
	if final || g.alone.Load() || !n.within(g) {
		return n.takeBack(g, final)
	}
	if _, v, _ := n.own.at(g, 1); v != someLines { // compares what stands before the position
		return n.takeBack(g, final)
	}
	b, why := f.take(g.pos.raw, n.own.maxLine)
	if why != trusted {
		f.stop()
		g.calm = time.Now().Add(followBackoff)
		if why == wrong {
			g.alone.Store(true)
		}
	}
	if len(b) == 0 {
		if why != trusted {
			return n.takeBack(g, final)
		}
		if f.fruitless++; f.fruitless < maxFruitless {
			return piece{}, noMore, nil
		}
		f.fruitless = 0
		p, v, err := n.own.next(g, false)
		if v != noMore { // there were lines that we were not told of
			g.alone.Store(true)
			f.stop()
			g.live = nil
		}
		return p, v, err
	}
	f.fruitless = 0
	p := piece{text: string(b), at: g.pos.text}
	p.end = position{raw: g.pos.raw + int64(len(b)), text: g.pos.text + int64(len(b))}
	g.pass(b, p.end)
	p.end.mark = digestOf(g.guard)
	return p, someLines, nil
}

// takeBack lets own read on from the last line that was taken.
func (n *nxadm) takeBack(g *generation, final bool) (piece, verdict, error) {
	g.live.stop()
	g.live = nil
	return n.own.next(g, final)
}

// mayFollow says whether g is a file to hand over.
func (n *nxadm) mayFollow(g *generation) bool {
	if g.z != nil || g.scan > 0 || g.enc != utf8Text || g.pos.raw == 0 || g.alone.Load() || time.Now().Before(g.calm) {
		return false
	}
	for f := range n.followed {
		if f.stopped() {
			delete(n.followed, f)
		}
	}
	return len(n.followed) < maxFollowed && n.within(g) && n.probe()
}

// within says whether what is left of g fits the limit of a line, which nxadm/tail does not know.
func (n *nxadm) within(g *generation) bool {
	fi, err := g.f.Stat()
	return err == nil && fi.Size()-g.pos.raw <= int64(n.own.maxLine)
}

// probe finds out, before it is needed, whether an inotify instance can be had: nxadm/tail ends the process if not.
func (n *nxadm) probe() bool {
	if !n.probed {
		n.probed = true
		if w, err := fsnotify.NewWatcher(); err == nil {
			w.Close()
			n.usable = true
		}
	}
	return n.usable
}

// follow hands g over. It is opened through our descriptor, so that no other file can take its name.
func (n *nxadm) follow(g *generation) {
	tf, err := tail.TailFile(fmt.Sprintf("/proc/self/fd/%d", g.f.Fd()), tail.Config{
		Location:      &tail.SeekInfo{Offset: g.pos.raw, Whence: io.SeekStart},
		MustExist:     true,
		Follow:        true,
		CompleteLines: true,
		Logger:        tail.DiscardingLogger,
	})
	if err != nil {
		g.alone.Store(true)
		return
	}
	f := &followed{n: n, lines: make(chan *tail.Line, 256), ended: make(chan struct{}), stopping: make(chan struct{}), since: time.Now()}
	g.live = f
	n.followed[f] = true
	n.wg.Go(func() {
		defer func() {
			close(f.ended)
			n.heard(g)
		}()
		for {
			select {
			case l, ok := <-tf.Lines:
				if !ok {
					return
				}
				select {
				case f.lines <- l:
					n.heard(g)
				case <-f.stopping:
				}
			case <-f.stopping:
				// What it read and did not deliver is thrown away, and read by us. Its end is not waited for without a
				// limit: the goroutine that all its files share has been seen to lock up.
				tf.Kill(nil)
				select {
				case <-tf.Dead():
				case <-time.After(time.Second):
				}
				return
			}
		}
	})
}

// trust says how far nxadm/tail may be believed.
type trust uint8

const (
	trusted trust = iota
	busy          // more lines than it is good for
	wrong         // something that cannot be
)

// take returns the lines that came in since, as they stand in the file from off on.
func (f *followed) take(off int64, maxLine int) (b []byte, why trust) {
	for {
		select {
		case l := <-f.lines:
			end := off + int64(len(b)) + int64(len(l.Text)) + 1
			if l.Err != nil || l.SeekInfo.Offset != end || len(l.Text) > maxLine || leadingNULs([]byte(l.Text[:min(1, len(l.Text))])) > 0 {
				return b, wrong
			}
			b = append(append(b, l.Text...), '\n')
			if f.count++; f.count > busyLines {
				if time.Since(f.since) < time.Second {
					return b, busy
				}
				f.count, f.since = 0, time.Now()
			}
			if len(b) >= maxLine {
				return b, trusted
			}
		case <-f.ended:
			if len(f.lines) == 0 {
				return b, wrong
			}
		default:
			return b, trusted
		}
	}
}

func (f *followed) stop() { f.once.Do(func() { close(f.stopping) }) }

func (f *followed) stopped() bool {
	select {
	case <-f.stopping:
		return true
	default:
		return false
	}
}

func (n *nxadm) close() {
	for f := range n.followed {
		f.stop()
	}
	n.wg.Wait()
}
