package tailer

import (
	"bytes"
	"cmp"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// listing returns the entries of a directory, read once a pass.
func (w *watcher) listing(dir string) []fs.DirEntry {
	entries, ok := w.listings[dir]
	if !ok {
		entries, _ = os.ReadDir(dir) // what cannot be listed holds no file we could find
		w.listings[dir] = entries
	}
	return entries
}

// siblings returns the paths that a rotation of s could have given its files, compressed ones only if asked for.
func (t *Tailer) siblings(s *source, compressed bool) []string {
	var paths []string
	add := func(dir string, match func(name string) bool) {
		for _, e := range t.watcher.listing(dir) {
			if match(e.Name()) && (compressed || !compressedName(e.Name())) {
				paths = append(paths, filepath.Join(dir, e.Name()))
			}
		}
	}
	add(s.dir(), func(name string) bool { return isSibling(name, s.base()) })
	if target, err := filepath.EvalSymlinks(s.path); err == nil {
		s.target = target
		if dir, err := filepath.EvalSymlinks(s.dir()); err == nil && filepath.Join(dir, s.base()) == target {
			s.target = "" // not the file is a link, but a directory above it
		}
	}
	if s.target != "" {
		dir, base := filepath.Split(s.target)
		add(filepath.Clean(dir), func(name string) bool {
			return name == base || isSibling(name, s.base()) || isTargetSibling(name, base)
		})
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// sourcesFrom lists all sources, beginning with s, where what is looked for mostly is.
func (t *Tailer) sourcesFrom(s *source) iter.Seq[*source] {
	return func(yield func(*source) bool) {
		if s != nil && !yield(s) {
			return
		}
		for _, o := range t.sources {
			if o != s && !yield(o) {
				return
			}
		}
	}
}

// openAs returns the generation that has the file open that fi describes, if any.
func (t *Tailer) openAs(s *source, fi os.FileInfo) *generation {
	for s := range t.sourcesFrom(s) {
		for _, g := range s.gens {
			if (g.f != nil || g.z != nil || g.parked || g.packed) && g.fi != nil && os.SameFile(fi, g.fi) {
				return g
			}
		}
	}
	return nil
}

// knownElsewhere says whether the file at path is open already, or was read to its end and has not changed since.
func (t *Tailer) knownElsewhere(s *source, path string, fi os.FileInfo) bool {
	id, ok := pathID(path, fi)
	if !ok {
		return false
	}
	if s != nil { // most are
		for _, c := range s.closed {
			if c.unchanged(id, fi) {
				return true
			}
		}
	}
	if g := t.openAs(s, fi); g != nil {
		t.mu.Lock()
		g.path = path
		t.mu.Unlock()
		return true
	}
	_, c := t.closedAs(s, id)
	return c != nil && c.unchanged(id, fi)
}

// unchanged says whether fi describes the file that r remembers, as it was then.
func (r record) unchanged(id fileID, fi os.FileInfo) bool {
	return r.ID.same(id) && (r.Packed || r.Raw == fi.Size()) && r.Mod == fi.ModTime().UnixNano()
}

// closedAs returns the record of a finished file with that id, and the source it belongs to.
func (t *Tailer) closedAs(s *source, id fileID) (*source, *closedRecord) {
	for s := range t.sourcesFrom(s) {
		for _, c := range s.closed {
			if c.ID.same(id) {
				return s, c
			}
		}
	}
	return nil, nil
}

// fits says whether f begins as r remembers, up to its position.
func (r record) fits(f *os.File, size int64) bool {
	return size >= r.Raw && fitsAt(f, 0, r.Head) && fitsAt(f, r.Raw-int64(r.Mark.N), r.Mark)
}

func fitsAt(f *os.File, off int64, d digest) bool {
	if d.N == 0 {
		return true
	}
	b := make([]byte, d.N)
	n, _ := f.ReadAt(b, off)
	return d.fits(b[:n])
}

// resume moves g to the position of r, if its file is the one r remembers.
func (t *Tailer) resume(g *generation, r record) bool {
	if !r.fits(g.f, g.size) {
		return false
	}
	t.moveTo(g, position{raw: r.Raw, text: r.Text, mark: r.Mark})
	g.epoch = r.Epoch
	if len(r.Identity) > 0 {
		g.info = &Source{Path: g.src.path, Name: g.src.base(), Identity: r.Identity, Size: g.size}
	}
	return true
}

// moveTo sets the position of a generation that was not read yet.
func (t *Tailer) moveTo(g *generation, to position) {
	head := readHead(g.f)
	g.head = head[:min(int64(len(head)), to.raw)]
	g.headSum = digestOf(g.head)
	g.enc, _, _ = sniff(head, true)
	k := min(to.raw, guardBytes)
	g.guard = make([]byte, k)
	n, _ := g.f.ReadAt(g.guard, to.raw-k)
	g.guard = g.guard[:n]
	to.mark = digestOf(g.guard)
	g.at, g.seen, g.track.committed = to, g.head, to
	g.pos = position{raw: to.raw, text: to.text}
}

// toEnd moves g behind its last whole line.
func (t *Tailer) toEnd(g *generation) {
	enc, bom, _ := sniff(readHead(g.f), true)
	end := g.size
	if enc != utf8Text {
		end &^= 1
	}
	b := make([]byte, min(end, int64(t.cfg.MaxLine)))
	n, _ := g.f.ReadAt(b, end-int64(len(b)))
	b = b[:n]
	switch enc {
	case utf8Text:
		if i := bytes.LastIndexByte(b, '\n'); i >= 0 {
			end -= int64(len(b) - i - 1)
		} else if int64(len(b)) == end {
			end = int64(bom)
		}
	default:
		b = b[len(b)&1:]
		i := len(b) - 2
		for i >= 0 && enc.unit(b[i:]) != '\n' {
			i -= 2
		}
		if i >= 0 {
			end -= int64(len(b) - i - 2)
		}
	}
	if end > 0 {
		t.moveTo(g, position{raw: end, text: end})
	}
}

// knowSiblings remembers what earlier rotations left, so that it is never taken for files that were missed: what is not older
// than the live file, and the youngest of the rest, to which somebody may still write.
func (t *Tailer) knowSiblings(s *source) {
	type there struct {
		path string
		fi   os.FileInfo
	}
	var files []there
	for _, path := range t.siblings(s, false) {
		fi, err := os.Stat(path)
		if err != nil || !fi.Mode().IsRegular() || t.knownElsewhere(s, path, fi) || t.cfg.names(path) {
			continue
		}
		if t.watcher.started && fi.ModTime().UnixNano() >= s.floor {
			s.search = 1 // it was written since s appeared
			continue
		}
		files = append(files, there{path, fi})
	}
	slices.SortFunc(files, func(a, b there) int { return b.fi.ModTime().Compare(a.fi.ModTime()) })
	for i, x := range files {
		if i >= keepClosed && x.fi.ModTime().UnixNano() < s.floor {
			break
		}
		f, err := openShared(x.path)
		if err != nil {
			continue
		}
		if fi, err := f.Stat(); err == nil {
			t.rememberFile(s, x.path, f, fi)
		}
		f.Close()
	}
}

// searchMissed opens files that came and went between two looks, or while nobody looked: siblings that nobody knows,
// modified since s is followed. They are read before the live file, in the order of their modification.
func (t *Tailer) searchMissed(s *source, now time.Time, compressed bool) {
	var missed []*generation
	for _, path := range t.siblings(s, compressed) {
		fi, err := os.Stat(path)
		if err != nil || !fi.Mode().IsRegular() || fi.ModTime().UnixNano() < s.floor || t.knownElsewhere(s, path, fi) {
			continue
		}
		if fi.Size() == 0 { // a copy may be about to be made
			if now.Sub(fi.ModTime()) < t.cfg.Linger {
				s.search = max(s.search, 1)
			}
			continue
		}
		if t.cfg.names(path) && !compressedName(path) { // it is a source of its own
			t.watcher.nextDiscover = now
			continue
		}
		if !t.makeRoom() {
			s.search = max(s.search, 1)
			break
		}
		if compressedName(path) {
			if g := t.missedArchive(s, path, now); g != nil {
				missed = append(missed, g)
			}
			continue
		}
		g, err := t.openGeneration(s, path, now)
		if err != nil {
			continue
		}
		owner, c := t.closedAs(s, g.id)
		if c != nil {
			t.forget(owner, c)
			g.epoch = c.Epoch + 1
		}
		switch {
		case c != nil && t.resume(g, c.record):
			if g.size == c.Raw {
				again := *c
				again.Mod, again.Path = g.fi.ModTime().UnixNano(), path
				t.remember(owner, &again)
				t.drop(g)
				continue
			}
		case t.isCopy(s.live, g):
			t.drop(g)
			continue
		}
		missed = append(missed, g)
	}
	slices.SortStableFunc(missed, func(a, b *generation) int {
		return cmp.Or(a.fi.ModTime().Compare(b.fi.ModTime()), compareAge(a.path, b.path))
	})
	for _, g := range missed {
		at := len(s.gens)
		if i := slices.Index(s.gens, s.live); s.live != nil && i >= 0 {
			at = i
		}
		g.rotated = true
		t.log.Info("rotated file found that was not read yet", "source", s.path, "path", g.path)
		t.mu.Lock()
		t.stats.Missed++
		t.mu.Unlock()
		t.adopt(s, g, at, now)
	}
}

// drop closes the descriptor of a generation that the reader does not own.
func (t *Tailer) drop(g *generation) {
	t.mu.Lock()
	release := g.detachLocked()
	t.mu.Unlock()
	release()
	t.watcher.open--
}

// isCopy says whether g holds what was, or is being, read from the live file: the copy that a truncation leaves, or one in the
// making. What it holds beyond that is dealt with when the truncation is seen.
func (t *Tailer) isCopy(live, g *generation) bool {
	if live == nil || g.size == 0 {
		return false
	}
	if t.holdsRead(live, g) {
		return true
	}
	t.mu.Lock()
	f := live.f
	t.mu.Unlock()
	return f != nil && sameAt(f, g.f, 0, min(g.size, headBytes)) && sameAt(f, g.f, max(0, g.size-guardBytes), min(g.size, guardBytes))
}

// isFreshCopy says whether g, found at the path of s, is the copy of the live file of another source, and still so young that
// the truncation may follow.
func (t *Tailer) isFreshCopy(s *source, g *generation, now time.Time) bool {
	if !t.watcher.started || now.Sub(g.fi.ModTime()) >= t.cfg.Linger {
		return false
	}
	for _, o := range t.sources {
		if o != s && o.dir() == s.dir() && isSibling(s.base(), o.base()) && t.isCopy(o.live, g) {
			return true
		}
	}
	return false
}

// sameAt says whether both files hold the same n bytes at off.
func sameAt(a, b *os.File, off, n int64) bool {
	x, y := make([]byte, n), make([]byte, n)
	i, _ := a.ReadAt(x, off)
	k, _ := b.ReadAt(y, off)
	return int64(i) == n && bytes.Equal(x[:i], y[:k])
}

// truncated deals with a file whose content before the position is not what was read. Its rest is read from the copy that the
// rotation made, if there is one; the file itself begins anew.
func (t *Tailer) truncated(s *source, g *generation, now time.Time) {
	fi, err := g.f.Stat()
	if err != nil {
		t.unreadable(s, g, err, now)
		return
	}
	if g != s.live { // what is there now may be the copy of the live file, or another file; the search finds out
		t.giveUp(g)
		s.search = 3
		return
	}
	rest, wait := t.findCopy(s, g, now)
	if wait {
		return
	}
	fresh := &generation{src: s, id: g.id, epoch: g.epoch + 1, path: g.path, f: g.f, fi: fi, size: fi.Size(), quiet: now, track: &track{}}
	fresh.track.finished = g.track.finished
	t.mu.Lock()
	g.suspect, g.scan, g.live = false, 0, nil
	if rest != nil {
		g.f, g.id, g.fi, g.path, g.rotated, g.copied, g.pending, g.quiet = rest.f, rest.id, rest.fi, rest.path, true, true, true, now
		t.stats.Copies++
	} else {
		g.f, g.ended, g.rotated = nil, true, true
	}
	t.stats.Truncations++
	t.mu.Unlock()
	s.live = fresh
	s.search = 3
	t.log.Info("file was truncated", "source", s.path, "offset", g.at.raw, "copy", rest != nil)
	t.adopt(s, fresh, slices.Index(s.gens, g)+1, now)
}

// findCopy returns the copy of what was in the file of g, opened, if it holds something that was not read, or nothing more
// than that. A copy that ends sooner is remembered as read. wait says that it cannot be told yet.
func (t *Tailer) findCopy(s *source, g *generation, now time.Time) (rest *generation, wait bool) {
	for _, path := range t.siblings(s, false) {
		fi, err := os.Stat(path)
		if err != nil || !fi.Mode().IsRegular() {
			continue
		}
		if x := t.openAs(s, fi); x != nil {
			over, reading := t.writtenOver(s, g, x, fi)
			if reading {
				return nil, true
			}
			if !over {
				continue
			}
		}
		c, err := t.openGeneration(s, path, now)
		if err != nil {
			continue
		}
		owner, known := t.closedAs(s, c.id)
		if known != nil && !known.fits(c.f, c.size) { // it was written over
			t.forget(owner, known)
			known = nil
		}
		holds := known == nil && t.holdsRead(g, c)
		if holds && c.size >= g.at.raw {
			return c, false
		}
		if holds {
			t.rememberFile(s, path, c.f, c.fi)
		}
		t.drop(c)
	}
	return nil, false
}

// writtenOver says whether the file of x, rotated before, does not hold any more what was read from it, because the file of g
// was copied over it. Then x is given up. reading says that it cannot be told because x is just being read.
func (t *Tailer) writtenOver(s *source, g, x *generation, fi os.FileInfo) (over, reading bool) {
	t.mu.Lock()
	r, f, queued := x.recordLocked(x.at), x.f, x.queued
	t.mu.Unlock()
	if x == g || x.src != s || !x.rotated || f == nil || r.fits(f, fi.Size()) {
		return false, false
	}
	if queued {
		return false, true
	}
	t.giveUp(x)
	return true, false
}

// giveUp ends a generation whose file holds something else now.
func (t *Tailer) giveUp(g *generation) {
	t.drop(g)
	t.mu.Lock()
	g.suspect, g.ended = false, true
	t.stats.Truncations++
	t.mu.Unlock()
}

// holdsRead says whether c begins with what was read from g, up to the position of g or, if c is shorter, up to an earlier one.
func (t *Tailer) holdsRead(g, c *generation) bool {
	t.mu.Lock()
	at := position{}
	for _, m := range g.marks {
		if m.raw <= c.size {
			at = m
		}
	}
	if g.at.raw <= c.size {
		at = g.at
	}
	r, seen := g.recordLocked(at), g.seen
	t.mu.Unlock()
	if c.size < int64(len(seen)) {
		b := make([]byte, c.size)
		n, _ := c.f.ReadAt(b, 0)
		return n > 0 && bytes.Equal(b[:n], seen[:n])
	}
	if at.raw == 0 && r.Head.N < guardBytes {
		return false // too little to tell
	}
	return r.Head.N > 0 && r.fits(c.f, c.size)
}

// rememberFile remembers a file as read to its end.
func (t *Tailer) rememberFile(s *source, path string, f *os.File, fi os.FileInfo) {
	id, err := idOf(f, fi)
	if err != nil {
		return
	}
	tail := make([]byte, min(fi.Size(), guardBytes))
	n, _ := f.ReadAt(tail, fi.Size()-int64(len(tail)))
	t.remember(s, &closedRecord{record: record{
		Source: s.path, Path: path, ID: id, Raw: fi.Size(), Text: fi.Size(), Head: digestOf(readHead(f)), Mark: digestOf(tail[:n]),
		Size: fi.Size(), Mod: fi.ModTime().UnixNano(), Seen: t.now().UnixNano(), Rotated: true, Closed: true,
	}})
}
