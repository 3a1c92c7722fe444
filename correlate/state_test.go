package correlate_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/schema"
)

func TestStateOverARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "flows")
	w := newWorld(t)
	req := took(w.event("web", 50, "http.request", "trace:t="+traceA, "req:r="+reqA), 45, "/orders")
	req.Actor = schema.Actor{Type: "user", ID: "bob@example.com"}
	enqueue := w.event("web", 12, "job.enqueued", "trace:t="+traceA, "job:j="+jobA)
	start := w.event("worker", 100, "job.started", "job:j="+jobA, "job:jid="+jidA)
	placed := says(w.event("web", 20, "log.message", "req:r="+reqA, "entity:order=60209085", "value:tracking=TRK2718591098"), "order placed")
	for _, e := range []*schema.Event{enqueue, placed, req, start} {
		w.link(e)
	}
	w.c.Advance(epoch+5e9, w.emit)
	if err := w.c.SaveState(path); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{traceA, reqA, "bob@example.com", "60209085", jidA} {
		if containsText(b, secret) {
			t.Errorf("state holds %q", secret)
		}
	}

	again := newWorld(t)
	again.src, again.n = w.src, w.n
	if err := again.c.LoadState(path); err != nil {
		t.Fatal(err)
	}
	if a, b := w.c.Stats(), again.c.Stats(); b.Flows != 1 || a.IDs != b.IDs || a.Processes != b.Processes {
		t.Errorf("%d flows, %d ids, %d processes; were %d, %d, %d", b.Flows, b.IDs, b.Processes, a.Flows, a.IDs, a.Processes)
	}
	done := again.link(again.event("worker", 6000, "job.completed", "job:jid="+jidA))
	if done.Correlation.Flow != req.Correlation.Flow || done.Correlation.Parent != start.ID {
		t.Errorf("flow split: %+v", done.Correlation)
	}
	paid := again.link(says(again.event("web", 7000, "log.message", "trace:t="+traceB, "entity:order=60209085"), "payment captured"))
	if processes(paid) != "order:60209085" {
		t.Errorf("processes = %q", processes(paid))
	}
	if err := again.c.SaveState(path); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}

func containsText(b []byte, s string) bool {
	for i := 0; i+len(s) <= len(b); i++ {
		if string(b[i:i+len(s)]) == s {
			return true
		}
	}
	return false
}

func TestStateThatCannotBeRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "flows")
	c := correlate.New(correlate.DefaultConfig())
	if err := c.LoadState(path); err != nil {
		t.Errorf("no file: %v", err)
	}
	w := newWorld(t)
	w.link(w.event("web", 0, "log.message", "trace:t="+traceA))
	if err := w.c.SaveState(path); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"empty": {}, "short": good[:len(good)/2], "changed": append([]byte{0}, good[1:]...), "other": []byte("something else entirely, and long enough")} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		c := correlate.New(correlate.DefaultConfig())
		if err := c.LoadState(path); err == nil {
			t.Errorf("%s: no error", name)
		}
		e := w.event("web", 1, "log.message", "trace:t="+traceA)
		c.Link(e, func(*schema.Event) {})
		if e.Correlation.Flow == (schema.FlowID{}) {
			t.Errorf("%s: correlator is of no use afterwards", name)
		}
	}
	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	salted := correlate.DefaultConfig()
	salted.Salt = "s"
	if err := correlate.New(salted).LoadState(path); err == nil {
		t.Error("state of another salt was taken over")
	}
	if err := w.c.SaveState(filepath.Join(dir, "no", "such", "place")); err == nil {
		t.Error("no error for a directory that is not there")
	}
	if err := c.LoadState(filepath.Join(path, "below-a-file")); err == nil {
		t.Error("no error for a path below a file")
	}
}

func FuzzState(f *testing.F) {
	w := newWorld(f)
	w.link(w.event("web", 0, "http.request", "trace:t="+traceA, "job:j="+jobA))
	path := filepath.Join(f.TempDir(), "flows")
	if err := w.c.SaveState(path); err != nil {
		f.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b[:len(b)-4])
	f.Fuzz(func(t *testing.T, b []byte) {
		w := newWorld(t)
		if !w.c.ReadState(correlate.Seal(b)) { // must not panic, whatever it says
			return
		}
		w.link(w.event("web", 0, "http.request", "trace:t="+traceA, "job:j="+jobA))
		w.c.Advance(epoch+1e18, w.emit)
	})
}
