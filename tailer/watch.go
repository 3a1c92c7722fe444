package tailer

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// activeFor is how long a file is looked at often after it changed.
const activeFor = time.Second

// steadyAfter is how long a file must have been written before it counts as written steadily.
const steadyAfter = time.Second

// pageful is more than somebody reads as it comes by: a file that brings so much at every look is looked at less often yet.
const pageful = 8 << 10

// sweepEvery is the time between two checks whether files that were read to their end are still there.
const sweepEvery = 10 * time.Second

// keepClosed is the number of finished files of a source, the youngest, that are remembered in any case.
const keepClosed = 4

// forgetAfter is how long the record of a closed file is kept after the file was not found: one listing of a directory may
// miss an entry that is being renamed.
const forgetAfter = 30 * time.Second

// watcher finds files and decides what happened to them. It belongs to one goroutine and never reads lines.
type watcher struct {
	byPath       map[string]*source
	restored     map[string][]record // by source, until the source is looked at
	started      bool                // the first discovery is done
	nextDiscover time.Time
	listed       time.Time                      // when Paths were expanded last
	dirTimes     map[string]time.Time           // modification of directories then
	fullSaid     bool                           // that no descriptor is free was said
	listings     map[string][]fs.DirEntry       // of the present pass
	inodes       map[string]map[uint64][]string // of the present pass: the names of an inode in a directory
	open         int                            // descriptors held
	notify       notifier
	vanishing    bool // what was said through Rescue last
}

// watched is what the watcher keeps of a source.
type watched struct {
	live     *generation
	nextLook time.Time
	changed  time.Time       // when something was new last
	began    time.Time       // when it began to be written, without a pause of activeFor since
	more     int64           // bytes that the last change brought
	closed   []*closedRecord // guarded by Tailer.mu
	floor    int64           // nanoseconds; files modified before are older than what is followed
	search   int             // looks that shall search for missed files yet
	target   string
	failing  trouble  // what does not work, and that was said
	restart  bool     // positions of an earlier run are to be taken up
	before   []record // these, until a live file was opened
	archives bool     // the next search includes compressed files
	swept    time.Time
}

// trouble is what does not work with a source. Each kind is said when it begins and when it ends.
type trouble uint8

const (
	cannotLook trouble = 1 << iota
	cannotOpen
	cannotRead
)

func (t *Tailer) failed(s *source, what trouble, err error) {
	if s.failing&what != 0 {
		return
	}
	s.failing |= what
	switch what {
	case cannotLook:
		t.log.Warn("file cannot be looked at", "source", s.path, "err", err)
	case cannotOpen:
		t.log.Warn("file cannot be opened", "source", s.path, "err", err)
	case cannotRead:
		t.log.Error("file cannot be read", "source", s.path, "err", err)
	}
}

func (t *Tailer) mended(s *source, what trouble) {
	if s.failing&what != 0 {
		s.failing &^= what
		t.log.Info("file works again", "source", s.path)
	}
}

// closedRecord is a file that was read and acknowledged to its end.
type closedRecord struct {
	record
	missing time.Time // since when it was not found; zero if it was
}

func (w *watcher) init() {
	w.byPath = map[string]*source{}
	w.dirTimes = map[string]time.Time{}
	w.restored = map[string][]record{}
}

func (w *watcher) restore(recs []record) {
	for _, r := range recs {
		w.restored[r.Source] = append(w.restored[r.Source], r)
	}
}

// watchLoop looks at files until reading stops.
func (t *Tailer) watchLoop() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	defer t.watcher.notify.close()
	for {
		select {
		case <-t.stop.Done():
			return
		case <-timer.C:
		case <-t.wakeWatch:
		case name := <-t.watcher.notify.names:
			t.noticed(name)
		}
		next := t.watchStep(t.now())
		t.watcher.notify.arm(t)
		timer.Reset(max(next.Sub(t.now()), time.Millisecond))
	}
}

// watchStep looks at everything whose time has come, and returns when the next look is due.
func (t *Tailer) watchStep(now time.Time) time.Time {
	w := &t.watcher
	w.listings, w.inodes = map[string][]fs.DirEntry{}, map[string]map[uint64][]string{}
	t.lookAll(now)
	if !now.Before(w.nextDiscover) {
		t.discover(now)
		w.nextDiscover = now.Add(t.cfg.Discover)
		t.lookAll(now)
		w.started = true
	}
	t.tellVanishing()
	next := w.nextDiscover
	for _, s := range t.sources {
		if s.nextLook.Before(next) {
			next = s.nextLook
		}
	}
	return next
}

func (t *Tailer) lookAll(now time.Time) {
	for _, s := range t.sources {
		t.mu.Lock()
		urgent := s.urgent
		s.urgent = false
		t.mu.Unlock()
		if !urgent && now.Before(s.nextLook) {
			continue
		}
		t.look(s, now)
		// Those that are due at about the same time are looked at together: a pass costs more than a look.
		pause := t.pause(now.Sub(s.changed))
		switch {
		case pause == t.cfg.PollActive && now.Sub(s.began) >= steadyAfter && s.more < int64(t.cfg.BlockSize):
			pause = max(pause, t.cfg.PollSteady)
			if s.more > pageful {
				pause += pause / 2
			}
		case pause == t.cfg.PollIdle && t.watcher.notify.dirs[s.dir()]:
			pause *= 4 // we are told of changes
		}
		s.nextLook = now.Truncate(pause).Add(pause)
	}
}

// pause is the time between two looks at what has been quiet for that long.
func (t *Tailer) pause(quiet time.Duration) time.Duration {
	d := t.cfg.PollActive
	for ; quiet > activeFor && d < t.cfg.PollIdle; quiet -= activeFor {
		d *= 2
	}
	return min(d, t.cfg.PollIdle)
}

// discover adds sources for the paths that cfg names now.
func (t *Tailer) discover(now time.Time) {
	w := &t.watcher
	if !t.changedDirs(now) {
		return
	}
	files, _ := expand(t.cfg, func(path string) bool { return w.byPath[path] != nil }) // what is missing may come
	if !w.started {                                                                    // before anything new is opened, so that it is known
		for _, f := range files {
			if len(w.restored[f.path]) > 0 && w.byPath[f.path] == nil {
				t.addSource(f)
			}
		}
		for _, path := range slices.Sorted(maps.Keys(w.restored)) {
			wanted := slices.ContainsFunc(w.restored[path], func(r record) bool { return !r.Closed || len(t.named(r)) > 0 })
			if w.byPath[path] == nil && t.cfg.names(path) && wanted {
				t.addSource(found{path, false})
			}
		}
		for _, s := range t.sources { // all of them, so that each knows the files of the others
			t.takeUp(s, now)
		}
		t.lookAll(now)
	}
	for _, f := range files {
		if f.path == stdinPath || w.byPath[f.path] != nil {
			continue
		}
		// A rotation compresses what was read; such a file is read for itself only when it was asked for by name.
		if !f.exact && compressedName(f.path) {
			continue
		}
		if !f.exact {
			fi, err := os.Stat(f.path)
			if err != nil || !fi.Mode().IsRegular() || t.knownElsewhere(nil, f.path, fi) {
				continue
			}
		}
		t.addSource(f)
	}
}

// changedDirs says whether the names that cfg.Paths stand for may have changed. A directory tells by its modification time;
// that is not trusted while it is young, nor for long, nor where a pattern names directories.
func (t *Tailer) changedDirs(now time.Time) bool {
	w := &t.watcher
	changed := now.Sub(w.listed) >= sweepEvery
	for _, p := range t.cfg.Paths {
		if p == stdinPath {
			continue
		}
		dir := filepath.Clean(p)
		if strings.ContainsAny(filepath.Base(dir), `*?[`) {
			dir = filepath.Dir(dir)
		}
		fi, err := os.Stat(dir)
		if err != nil || strings.ContainsAny(dir, `*?[`) {
			changed = true
			continue
		}
		if !fi.IsDir() {
			changed = changed || w.byPath[dir] == nil
			continue
		}
		if was, ok := w.dirTimes[dir]; !ok || !was.Equal(fi.ModTime()) || w.listed.Sub(was) < time.Second {
			w.dirTimes[dir] = fi.ModTime()
			changed = true
		}
	}
	if changed {
		w.listed = now
	}
	return changed
}

// names says whether the configuration would read path if it existed.
func (c Config) names(path string) bool {
	for _, p := range c.Paths {
		p = filepath.Clean(p)
		if p == path || matchPath(p, path) || filepath.Dir(path) == p {
			return !c.excluded(path) || p == path
		}
	}
	return false
}

func (t *Tailer) addSource(f found) {
	w := &t.watcher
	s := &source{path: f.path, exact: f.exact}
	s.restart = len(w.restored[f.path]) > 0
	w.byPath[f.path] = s
	t.mu.Lock()
	t.sources = append(t.sources, s)
	t.mu.Unlock()
}

// look compares what is known of s with the file system, and draws the consequences.
func (t *Tailer) look(s *source, now time.Time) {
	if s.restart {
		t.takeUp(s, now)
	}
	t.settle(s, now)
	t.sweep(s, now)
	fi, err := os.Stat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		t.mended(s, cannotLook)
		if s.live != nil {
			t.rotate(s, now)
		}
	case err != nil:
		t.failed(s, cannotLook, err)
	case s.live != nil && os.SameFile(fi, s.live.fi):
		t.mended(s, cannotLook)
		if s.live.parked && !unchanged(fi, s.live.fi) && !t.unpark(s, s.live) {
			break // no descriptor is free; it stays changed
		}
		t.observe(s, s.live, fi, now)
	case fi.Mode().IsRegular():
		t.mended(s, cannotLook)
		if s.live != nil {
			t.rotate(s, now)
		}
		t.appear(s, fi, now)
	}
	if s.search > 0 {
		s.search--
		archives := s.archives
		s.archives = false
		t.searchMissed(s, now, archives)
	}
}

// observe notes what changed at a file that is open.
func (t *Tailer) observe(s *source, g *generation, fi os.FileInfo, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !unchanged(fi, g.fi) {
		g.pending = true
		g.quiet = now
		s.changedBy(fi.Size()-g.fi.Size(), now)
	} else if !g.queued && g.live != nil && fi.Size() > g.at.raw {
		g.pending = true // it is asked until it has told of everything
	}
	g.fi = fi
	t.scheduleLocked(s)
}

// changedBy notes a change of n bytes.
func (s *source) changedBy(n int64, now time.Time) {
	if now.Sub(s.changed) > activeFor {
		s.began = now
	}
	s.changed, s.more = now, n
}

func unchanged(a, b os.FileInfo) bool {
	return a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// rotate makes the live file of s one that is read to its end and then closed.
func (t *Tailer) rotate(s *source, now time.Time) {
	g := s.live
	s.live = nil
	s.search = 3
	if g.parked {
		t.unpark(s, g)
	}
	if g.f != nil {
		if fi, err := g.f.Stat(); err == nil {
			g.gone.Store(unlinked(fi))
			t.mu.Lock()
			g.fi = fi
			t.mu.Unlock()
		}
	}
	t.mu.Lock()
	s.changedBy(s.more, now)
	g.rotated, g.pending, g.quiet = true, true, now
	g.alone.Store(true)
	t.stats.Rotations++
	t.scheduleLocked(s)
	t.mu.Unlock()
}

// tellVanishing says through Rescue whether lines would be lost if this process ended now.
func (t *Tailer) tellVanishing() {
	t.mu.Lock()
	some := false
	for _, s := range t.sources {
		for _, g := range s.gens {
			if g.rotated && g.gone.Load() {
				_, waiting := g.track.state()
				some = some || waiting > 0 || g.pending || g.queued
			}
		}
	}
	t.mu.Unlock()
	if some == t.watcher.vanishing {
		return
	}
	t.watcher.vanishing = some
	select { // what nobody has taken is old
	case <-t.rescue:
	default:
	}
	t.rescue <- some
}

// appear opens the file that is now at the path of s.
func (t *Tailer) appear(s *source, fi os.FileInfo, now time.Time) {
	if t.knownElsewhere(s, s.path, fi) {
		return
	}
	if !t.makeRoom() {
		return
	}
	g, err := t.openGeneration(s, s.path, now)
	if err == nil && isPacked(g.f) {
		t.drop(g)
		g, err = t.openCompressed(s, s.path, now)
	}
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			t.failed(s, cannotOpen, err)
		}
		return
	}
	t.mended(s, cannotOpen)
	first := s.floor == 0
	if first {
		s.floor = max(g.fi.ModTime().UnixNano()-int64(2*time.Second), 1)
	}
	switch owner, c := t.closedAs(s, g.id); {
	case g.z != nil:
	case c != nil:
		if !t.resume(g, c.record) {
			g.epoch = c.Epoch + 1
		}
		t.forget(owner, c)
	case t.isFreshCopy(s, g, now):
		t.drop(g)
		return
	case first && !t.watcher.started && t.cfg.From == "end":
		t.toEnd(g)
	}
	for _, r := range s.before {
		if r.ID.same(g.id) { // as if the truncation had been seen by the run before
			g.epoch = max(g.epoch, r.Epoch+1)
		}
	}
	s.before = nil
	if first {
		t.knowSiblings(s)
	}
	if g.z == nil {
		s.live = g
	}
	t.adopt(s, g, len(s.gens), now)
}

// openGeneration opens path for s, at its beginning.
func (t *Tailer) openGeneration(s *source, path string, now time.Time) (*generation, error) {
	f, err := openShared(path)
	if err != nil {
		return nil, err
	}
	fi, err := f.Stat()
	if err == nil && !fi.Mode().IsRegular() {
		err = errors.ErrUnsupported
	}
	var id fileID
	if err == nil {
		id, err = idOf(f, fi)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	t.watcher.open++
	g := &generation{src: s, id: id, path: path, f: f, fi: fi, size: fi.Size(), quiet: now, track: &track{}}
	g.track.finished = t.touch
	return g, nil
}

// adopt inserts g among the files of s.
func (t *Tailer) adopt(s *source, g *generation, at int, now time.Time) {
	if g.z != nil && g.headSum.N == 0 {
		g.head = slices.Clone(g.z.peekAll(headBytes))
		g.headSum = digestOf(g.head)
	}
	t.mu.Lock()
	g.pending = true
	s.gens = slices.Insert(s.gens, at, g)
	s.changedBy(s.more, now)
	t.scheduleLocked(s)
	t.mu.Unlock()
	t.touch()
}

// settle deals with what the reader reported, and with rotated files.
func (t *Tailer) settle(s *source, now time.Time) {
	for _, g := range slices.Clone(s.gens) {
		t.mu.Lock()
		queued, suspect, drained, pending, ended, err := g.queued, g.suspect, g.drained, g.pending, g.ended, g.err
		t.mu.Unlock()
		switch {
		case queued:
			if g.rotated && g.f != nil { // it may wait here for long
				if fi, err := g.f.Stat(); err == nil {
					g.gone.Store(unlinked(fi))
				}
			}
		case suspect:
			t.truncated(s, g, now)
		case err != nil:
			t.unreadable(s, g, err, now)
		case ended:
			t.finish(s, g)
		case g.parked:
			if pending && t.unpark(s, g) {
				t.mu.Lock()
				t.scheduleLocked(s)
				t.mu.Unlock()
			}
		case drained && s.failing&cannotRead != 0:
			t.mended(s, cannotRead)
		case g.rotated && g.f != nil:
			fi, err := g.f.Stat()
			if err != nil {
				t.unreadable(s, g, err, now)
				continue
			}
			g.gone.Store(unlinked(fi))
			t.observe(s, g, fi, now)
			if drained && !pending && (now.Sub(g.quiet) >= t.cfg.Linger || t.watcher.open > t.cfg.MaxOpen) {
				t.mu.Lock()
				if !g.queued && !g.pending {
					g.final, g.pending = true, true
					t.scheduleLocked(s)
				}
				t.mu.Unlock()
			}
		}
	}
}

// unreadable deals with a file that gave an error. It is opened again, which mends a stale handle of a network file system; a
// compressed file will not mend.
func (t *Tailer) unreadable(s *source, g *generation, err error, now time.Time) {
	t.failed(s, cannotRead, err)
	if g.z == nil && now.Sub(g.quiet) < t.cfg.PollIdle {
		return
	}
	packed := g.z != nil
	t.drop(g)
	t.mu.Lock()
	defer t.mu.Unlock()
	g.err, g.quiet = nil, now
	if packed {
		g.ended = true
		t.stats.Lost++
	} else {
		g.parked, g.pending = true, true
	}
}

// finish closes a file that was handed out to its end, and forgets it once it was acknowledged.
func (t *Tailer) finish(s *source, g *generation) {
	if g.f != nil || g.z != nil {
		t.drop(g)
	}
	at, waiting := g.track.state()
	if waiting > 0 {
		return
	}
	s.floor = max(s.floor, g.fi.ModTime().UnixNano())
	t.mu.Lock()
	r := g.recordLocked(at)
	r.Closed = true
	s.gens = slices.DeleteFunc(s.gens, func(x *generation) bool { return x == g })
	s.closed = append(s.closed, &closedRecord{record: r})
	t.mu.Unlock()
	t.touch()
}

// sweep forgets finished files that are gone, or so old that nobody would take them for new ones.
func (t *Tailer) sweep(s *source, now time.Time) {
	if len(s.closed) == 0 || now.Sub(s.swept) < sweepEvery {
		return
	}
	s.swept = now
	type there struct {
		path string
		id   fileID
	}
	var files []there
	for _, path := range append(t.siblings(s, false), s.path) {
		if fi, err := os.Stat(path); err == nil {
			if id, ok := pathID(path, fi); ok {
				files = append(files, there{path, id})
			}
		}
	}
	closed := slices.SortedFunc(slices.Values(s.closed), func(a, b *closedRecord) int { return cmp.Compare(a.Mod, b.Mod) })
	var kept []*closedRecord
	for i, was := range closed {
		c := *was
		at := slices.IndexFunc(files, func(f there) bool { return f.id.same(c.ID) })
		fi, err := os.Stat(c.Path)
		switch {
		case at >= 0:
			c.Path, c.missing, c.Seen = files[at].path, time.Time{}, now.UnixNano()
		case err == nil && c.Packed && fi.ModTime().UnixNano() == c.Mod:
			c.missing, c.Seen = time.Time{}, now.UnixNano()
		case c.missing.IsZero():
			c.missing = now
		}
		gone := !c.missing.IsZero() && now.Sub(c.missing) >= forgetAfter
		old := c.missing.IsZero() && c.Mod < s.floor && !t.cfg.names(c.Path)
		if i >= len(closed)-keepClosed || !gone && !old {
			kept = append(kept, &c)
		}
	}
	t.mu.Lock()
	s.closed = kept
	t.mu.Unlock()
}
