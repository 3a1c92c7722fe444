package tailer

import (
	"time"
)

// keepUnfound is how long positions of sources that are not configured now are kept.
const keepUnfound = 30 * 24 * time.Hour

// manyRecords is a number of records that are saved less often, because every save writes all of them.
const manyRecords = 500

// recordLocked describes g as it would be taken up at the given position.
func (g *generation) recordLocked(at position) record {
	r := record{
		Source: g.src.path, Path: g.path, ID: g.id, Raw: at.raw, Text: at.text, Mark: at.mark,
		Head: g.headSum, Epoch: g.epoch, Rotated: g.rotated, Packed: g.packed,
	}
	if g.fi != nil {
		r.Mod, r.Size = g.fi.ModTime().UnixNano(), g.fi.Size()
	}
	if g.info != nil {
		r.Identity = g.info.Identity
	}
	return r
}

// touch notes that there is something to save.
func (t *Tailer) touch() {
	if !t.moved.Swap(true) {
		poke(t.wakeSave)
	}
}

// saveLoop saves positions that moved, until everything ends.
func (t *Tailer) saveLoop() {
	for {
		select { // nothing runs while nothing happens
		case <-t.quit.Done():
			return
		case <-t.wakeSave:
		}
		select {
		case <-t.quit.Done():
			return
		case <-time.After(t.cfg.Checkpoint):
		}
		if t.saveStep(t.now()) {
			poke(t.wakeSave)
		}
	}
}

// saveStep saves if there is something to save. It returns true if something is left to save, or to be brought to the disk.
func (t *Tailer) saveStep(now time.Time) bool {
	t.saveMu.Lock()
	sync := now.Sub(t.store.fsynced) >= t.cfg.Sync
	due := t.moved.Load() && (sync || t.store.records < manyRecords) || t.store.pending && sync
	t.saveMu.Unlock()
	if !due {
		return t.unsaved()
	}
	if err := t.save(sync); err != nil {
		if t.saveFailed.CompareAndSwap(false, true) {
			t.log.Error("positions cannot be saved", "err", err)
		}
	} else if t.saveFailed.CompareAndSwap(true, false) {
		t.log.Info("positions are saved again")
	}
	return t.unsaved()
}

func (t *Tailer) unsaved() bool {
	t.saveMu.Lock()
	defer t.saveMu.Unlock()
	return t.moved.Load() || t.store.pending
}

// save writes all positions.
func (t *Tailer) save(sync bool) error {
	t.saveMu.Lock()
	defer t.saveMu.Unlock()
	now := t.now()
	t.moved.Store(false)
	t.mu.Lock()
	var recs []record
	for _, s := range t.sources {
		for _, c := range s.closed {
			recs = append(recs, c.record)
		}
		for _, g := range s.gens {
			at, _ := g.track.state()
			r := g.recordLocked(at)
			r.Seen = now.UnixNano()
			recs = append(recs, r)
		}
	}
	for _, r := range t.unclaimed {
		if now.Sub(time.Unix(0, r.Seen)) < keepUnfound {
			recs = append(recs, r)
		}
	}
	t.mu.Unlock()
	if err := t.store.save(recs, sync); err != nil {
		t.moved.Store(true)
		return err
	}
	t.store.records = len(recs)
	if sync {
		t.store.fsynced = now
	}
	t.mu.Lock()
	t.stats.Saved = now
	t.mu.Unlock()
	return nil
}
