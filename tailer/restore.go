package tailer

import (
	"cmp"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// takeUp continues where an earlier run stopped: every file of s that has lines left is found again, wherever a rotation moved
// it meanwhile. The next look finds the live file, and those that nobody saw.
func (t *Tailer) takeUp(s *source, now time.Time) {
	s.restart = false
	w := &t.watcher
	recs := w.restored[s.path]
	delete(w.restored, s.path)
	t.unclaim()
	var open []record
	for _, r := range recs {
		s.floor = max(s.floor, 1)
		if r.Closed {
			t.remember(s, &closedRecord{record: r})
			s.floor = max(s.floor, r.Mod)
		} else {
			open = append(open, r)
		}
	}
	if len(open) > 0 { // what is older than the oldest unfinished file was finished
		oldest := slices.MinFunc(open, func(a, b record) int { return cmp.Compare(a.Mod, b.Mod) })
		s.floor = max(oldest.Mod, 1)
	}
	paths := append([]string{s.path}, t.siblings(s, true)...)
	for _, r := range open {
		// A file may have got any name since, that of a sibling of a sibling too.
		g := t.find(s, r, slices.Concat(paths, t.named(r)), now)
		if g == nil {
			t.lost(s, r)
			continue
		}
		if fi, err := os.Stat(s.path); err == nil && g.z == nil && os.SameFile(fi, g.fi) {
			s.live = g
		} else {
			g.rotated = true
		}
		t.adopt(s, g, len(s.gens), now)
	}
	s.before, s.search, s.archives = open, 3, true
}

// named returns the names, in the directory where the file of r was, of files that have its inode.
func (t *Tailer) named(r record) []string {
	w := &t.watcher
	dir := filepath.Dir(r.Path)
	if w.inodes[dir] == nil {
		w.inodes[dir] = map[uint64][]string{}
		for _, e := range w.listing(dir) {
			path := filepath.Join(dir, e.Name())
			if fi, err := e.Info(); err == nil && fi.Mode().IsRegular() {
				if id, ok := pathID(path, fi); ok {
					w.inodes[dir][id.Ino] = append(w.inodes[dir][id.Ino], path)
				}
			}
		}
	}
	return w.inodes[dir][r.ID.Ino]
}

// find opens the file that r remembers among paths, at its position: the same file if it is there, else one with the same
// content, else the compressed form of it.
func (t *Tailer) find(s *source, r record, paths []string, now time.Time) *generation {
	for _, pass := range []func(path string, fi os.FileInfo) bool{
		func(path string, fi os.FileInfo) bool {
			// The number of a device may change when it is mounted again.
			id, ok := pathID(path, fi)
			return ok && id.Ino == r.ID.Ino && (id.Dev == r.ID.Dev || r.Raw >= guardBytes)
		},
		func(path string, fi os.FileInfo) bool {
			// A new live file may well begin like an old one; a rotated one that does is a copy.
			return r.Head.N > 0 && r.Raw > 0 && !compressedName(path) && (path != s.path || r.Raw >= headBytes)
		},
		func(path string, _ os.FileInfo) bool { return r.Head.N > 0 && compressedName(path) },
	} {
		for _, path := range paths {
			fi, err := os.Stat(path)
			if err != nil || !fi.Mode().IsRegular() || !pass(path, fi) || t.openAs(s, fi) != nil {
				continue
			}
			if compressedName(path) || r.Packed {
				if g := t.openArchive(s, path, r, now); g != nil {
					return g
				}
				continue
			}
			g, err := t.openGeneration(s, path, now)
			if err != nil {
				continue
			}
			if (g.id.same(r.ID) || r.Raw > 0) && t.resume(g, r) {
				return g
			}
			t.drop(g)
		}
	}
	return nil
}

// unclaim notes which positions nobody has taken up, so that they stay saved.
func (t *Tailer) unclaim() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unclaimed = nil
	for _, path := range slices.Sorted(maps.Keys(t.watcher.restored)) {
		t.unclaimed = append(t.unclaimed, t.watcher.restored[path]...)
	}
}

// lost says that lines are gone that were not acknowledged.
func (t *Tailer) lost(s *source, r record) {
	if r.Rotated && r.Raw == r.Size {
		return // it was read and acknowledged, and only not yet closed
	}
	t.mu.Lock()
	t.stats.Lost++
	t.mu.Unlock()
	t.log.Error("a file that was not delivered to its end was not found again", "source", s.path, "path", r.Path, "offset", r.Raw, "bytes", r.Size-r.Raw)
}

// openArchive opens a compressed file that holds what r remembers, at its position. It returns nil if it is another one, or
// holds nothing more.
func (t *Tailer) openArchive(s *source, path string, r record, now time.Time) *generation {
	g, err := t.openCompressed(s, path, now)
	if err != nil {
		return nil
	}
	if r.Head.fits(g.z.peekAll(r.Head.N)) && g.z.seek(position{raw: r.Raw, text: r.Text}) == nil && (r.Mark.N == 0 || r.Mark.fits(last(g.z.tail, r.Mark.N))) {
		g.pos = position{raw: r.Raw, text: r.Text}
		g.at = position{raw: r.Raw, text: r.Text, mark: r.Mark}
		g.track.committed = g.at
		g.headSum, g.epoch = r.Head, r.Epoch
		if len(r.Identity) > 0 {
			g.info = &Source{Path: s.path, Name: filepath.Base(s.path), Identity: r.Identity, Size: -1}
		}
		return g
	}
	t.drop(g)
	return nil
}

func last(b []byte, n int) []byte { return b[max(0, len(b)-n):] }

// missedArchive opens a compressed file if nobody knows what is in it.
func (t *Tailer) missedArchive(s *source, path string, now time.Time) *generation {
	t.mu.Lock()
	var known []record
	for _, g := range s.gens {
		known = append(known, g.recordLocked(g.at))
	}
	for _, c := range s.closed {
		known = append(known, c.record)
	}
	t.mu.Unlock()
	for _, r := range known {
		if r.Head.N == 0 {
			continue
		}
		if g := t.openArchive(s, path, r, now); g != nil {
			t.drop(g)
			return nil
		}
	}
	g, err := t.openCompressed(s, path, now)
	if err != nil {
		return nil
	}
	return g
}

// openCompressed opens a compressed file at the beginning of its content.
func (t *Tailer) openCompressed(s *source, path string, now time.Time) (*generation, error) {
	f, err := openShared(path)
	if err != nil {
		return nil, err
	}
	fi, err := f.Stat()
	var id fileID
	if err == nil {
		id, err = idOf(f, fi)
	}
	magic := make([]byte, magicBytes)
	if err == nil {
		_, err = f.ReadAt(magic, 0)
	}
	if err == nil && !packed(magic) {
		err = errors.ErrUnsupported
	}
	var z io.ReadCloser
	if err == nil {
		z, err = decompress(f, magic)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	t.watcher.open++
	g := &generation{src: s, id: id, path: path, zc: archive{z, f}, fi: fi, size: -1, rotated: true, packed: true, quiet: now, track: &track{}}
	g.z = newStream(z, t.cfg.BlockSize, t.cfg.MaxLine)
	g.track.finished = t.touch
	return g, nil
}

// archive closes a decompressor and the file below it.
type archive struct {
	io.Closer
	f *os.File
}

func (a archive) Close() error {
	return errors.Join(a.Closer.Close(), a.f.Close())
}

// isPacked says whether an open file begins like a compressed one.
func isPacked(f *os.File) bool {
	magic := make([]byte, magicBytes)
	n, _ := f.ReadAt(magic, 0)
	return packed(magic[:n])
}
