package tailer

import (
	"os"
	"slices"
)

// makeRoom makes sure that one more file may be opened. It parks a file that can be found again: a live one that was read to
// its end longest ago, or else the youngest rotated one that was not read yet. It returns false if there is none.
func (t *Tailer) makeRoom() bool {
	if t.watcher.open < t.cfg.MaxOpen {
		return true
	}
	var park *generation
	t.mu.Lock()
	for _, s := range t.sources {
		g := s.live
		if g != nil && g.f != nil && g.drained && !g.pending && !g.queued && !g.suspect && (park == nil || s.changed.Before(park.src.changed)) {
			park = g
		}
	}
	if park == nil {
		for _, s := range t.sources {
			for _, g := range s.gens {
				if g.rotated && g.f != nil && !g.gone.Load() && !g.queued && !g.suspect && !g.ended && (park == nil || g.quiet.After(park.quiet)) {
					park = g
				}
			}
		}
	}
	if park != nil {
		park.parked = true
	}
	t.mu.Unlock()
	if park == nil {
		if !t.watcher.fullSaid {
			t.watcher.fullSaid = true
			t.log.Warn("as many files are open as may be, others wait", "files", t.watcher.open)
		}
		return false
	}
	t.drop(park)
	return true
}

// unpark opens a parked file again, wherever it is now. It returns false if it must wait, or is gone.
func (t *Tailer) unpark(s *source, g *generation) bool {
	if !t.makeRoom() {
		return false
	}
	for _, path := range slices.Concat([]string{g.path, s.path}, t.siblings(s, false)) {
		fi, err := os.Stat(path)
		if err != nil || !os.SameFile(fi, g.fi) {
			continue
		}
		if f, err := openShared(path); err == nil {
			t.watcher.open++
			t.mu.Lock()
			g.f, g.path, g.parked = f, path, false
			t.mu.Unlock()
			return true
		}
	}
	t.mu.Lock()
	g.ended, g.rotated, g.parked = true, true, false
	t.stats.Lost++
	t.mu.Unlock()
	t.log.Error("a file that was closed for want of descriptors was not found again", "source", s.path, "path", g.path, "offset", g.at.raw)
	return false
}
