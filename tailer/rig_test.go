package tailer

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// rig steps a Tailer by hand: no goroutines, and a clock that only moves when told.
type rig struct {
	t     *testing.T
	dir   string
	cfg   Config
	now   time.Time
	tl    *Tailer
	got   []string
	paths []string // of the source of each line
	held  []*Token
	hold  bool // keep tokens instead of releasing them
	logs  strings.Builder
}

func newRig(t *testing.T, paths ...string) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), now: time.Now()}
	r.cfg = DefaultConfig()
	r.cfg.StateDir = filepath.Join(t.TempDir(), "state")
	r.cfg.BlockSize = 64
	for _, p := range paths {
		r.cfg.Paths = append(r.cfg.Paths, r.path(p))
	}
	return r
}

func (r *rig) path(name string) string { return filepath.Join(r.dir, name) }

// start begins or begins again.
func (r *rig) start() *rig {
	r.t.Helper()
	log := slog.New(slog.NewTextHandler(&r.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	tl, err := newTailer(context.Background(), r.cfg, log)
	if err != nil {
		r.t.Fatal(err)
	}
	tl.now = func() time.Time { return r.now }
	r.tl = tl
	r.t.Cleanup(func() { tl.Close() })
	r.step()
	return r
}

// step lets time pass until the next look and reads everything.
func (r *rig) step() { r.after(r.cfg.Discover) }

func (r *rig) after(d time.Duration) {
	r.now = r.now.Add(d)
	for range 4 {
		r.tl.watchStep(r.now)
		r.read()
	}
}

func (r *rig) read() {
	for c := r.tl.read(); c != nil; c = r.tl.read() {
		for _, l := range linesOf(c) {
			r.got = append(r.got, l.text)
			r.paths = append(r.paths, c.Source.Path)
		}
		if r.hold {
			r.held = append(r.held, c.Ack)
		} else {
			c.Ack.Done(1)
		}
	}
}

// crash ends the Tailer as a kill would: with the positions that were saved before.
func (r *rig) crash() {
	for _, s := range r.tl.sources {
		for _, g := range s.gens {
			g.detachLocked()()
		}
	}
	r.tl.sources = nil
	r.tl.store.close()
	r.tl.store = nil
	r.held = nil
}

// save saves what was acknowledged.
func (r *rig) save() {
	r.t.Helper()
	if err := r.tl.save(true); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) write(name, text string) {
	r.t.Helper()
	f, err := os.OpenFile(r.path(name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = io.WriteString(f, text)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) rename(from, to string) {
	r.t.Helper()
	if err := os.Rename(r.path(from), r.path(to)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) remove(name string) {
	r.t.Helper()
	if err := os.Remove(r.path(name)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) truncate(name string) {
	r.t.Helper()
	if err := os.Truncate(r.path(name), 0); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) copy(from, to string) {
	r.t.Helper()
	b, err := os.ReadFile(r.path(from))
	if err == nil {
		err = os.WriteFile(r.path(to), b, 0o600)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) link(target, name string) {
	r.t.Helper()
	tmp := r.path(name + ".tmp")
	if err := os.Symlink(target, tmp); err != nil {
		r.t.Fatal(err)
	}
	r.rename(name+".tmp", name)
}

// want compares the lines handed out since the last call, which are separated by spaces.
func (r *rig) want(lines string) {
	r.t.Helper()
	if got := strings.Join(r.got, " "); got != lines {
		r.t.Errorf("got lines %q, want %q\n%s", got, lines, r.logs.String())
	}
	r.got, r.paths = nil, nil
}

// wantSorted is want for lines of files that have no order among each other.
func (r *rig) wantSorted(lines string) {
	r.t.Helper()
	slices.Sort(r.got)
	r.want(lines)
}

func (r *rig) discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// startReader begins with a reader that runs by itself, while the test is the watcher.
func (r *rig) startReader() *Tailer {
	r.t.Helper()
	tl, err := newTailer(r.t.Context(), r.cfg, r.discard())
	if err != nil {
		r.t.Fatal(err)
	}
	tl.now = func() time.Time { return r.now }
	r.tl = tl
	tl.wg.Go(func() { tl.readLoop(true) })
	r.t.Cleanup(func() { tl.Close() })
	r.look()
	return tl
}

// look lets the watcher alone see what is new.
func (r *rig) look() {
	r.now = r.now.Add(r.cfg.Discover)
	r.tl.watchStep(r.now)
}
