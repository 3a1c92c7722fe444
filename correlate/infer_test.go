package correlate_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/schema"
)

// on sets process and thread of an event.
func on(e *schema.Event, pid, thread string) *schema.Event {
	e.Platform.PID, e.Platform.Thread = pid, thread
	return e
}

// took sets how long an event took, in milliseconds, and what it asked for.
func took(e *schema.Event, ms float64, path string) *schema.Event {
	e.Metadata.Duration = schema.Duration{NS: int64(ms * 1e6), Set: true}
	e.Metadata.Method, e.Metadata.Path = "GET", path
	return e
}

// both runs a scenario with and without foresight and reports partitions that differ from want.
func both(t *testing.T, want string, scenario func(w *world) []*schema.Event, change ...func(*correlate.Config)) {
	t.Helper()
	for _, foresee := range []bool{true, false} {
		w := newWorld(t, change...)
		events := scenario(w)
		if foresee {
			w.run(events...)
		} else {
			for _, e := range events {
				w.link(e)
			}
			w.c.Flush(w.emit)
		}
		if got := w.partition(events...); got != want {
			t.Errorf("foresee %v: partition = %s, want %s", foresee, got, want)
		}
	}
}

func TestThreads(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, want string
		events     func(w *world) []*schema.Event
	}{
		{"line inside a request logged at its end", "0 0 0 1", func(w *world) []*schema.Event {
			return []*schema.Event{
				on(w.event("quotes", 5, "log.message", "trace:t="+traceA), "7", "933"),
				on(w.event("quotes", 10, "log.message"), "7", "933"),
				on(took(w.event("quotes", 20, "http.request", "trace:t="+traceA), 18, "/q"), "7", "933"),
				on(w.event("quotes", 25, "log.message"), "7", "933"),
			}
		}},
		{"requests without any id", "0 0 1 1 2", func(w *world) []*schema.Event {
			return []*schema.Event{
				on(w.event("quotes", 10, "log.message"), "7", "a"),
				on(took(w.event("quotes", 20, "http.request"), 15, "/q"), "7", "a"),
				on(w.event("quotes", 30, "log.message"), "7", "a"),
				on(took(w.event("quotes", 40, "http.request"), 15, "/q"), "7", "a"),
				on(w.event("quotes", 45, "log.message"), "7", "a"),
			}
		}},
		{"other thread, process or source", "0 1 2 3", func(w *world) []*schema.Event {
			return []*schema.Event{
				on(w.event("quotes", 10, "log.message"), "7", "b"),
				on(w.event("quotes", 10, "log.message"), "8", "a"),
				on(w.event("loans", 10, "log.message"), "7", "a"),
				on(took(w.event("quotes", 20, "http.request", "req:r="+reqA), 18, "/q"), "7", "a"),
			}
		}},
		{"no thread, no link", "0 1", func(w *world) []*schema.Event {
			return []*schema.Event{
				on(w.event("quotes", 10, "log.message"), "7", ""),
				on(took(w.event("quotes", 20, "http.request", "req:r="+reqA), 18, "/q"), "7", ""),
			}
		}},
		{"error text of a job", "0 0 0 1", func(w *world) []*schema.Event {
			return []*schema.Event{
				on(w.event("worker", 0, "job.started", "job:jid="+jidA), "7", "x"),
				on(w.event("worker", 50, "job.failed", "job:jid="+jidA), "7", "x"),
				on(w.event("worker", 52, "error.raised"), "7", "x"),
				on(w.event("worker", 900, "log.message"), "7", "x"),
			}
		}},
		{"line inside a job", "0 0 1 0", func(w *world) []*schema.Event {
			return []*schema.Event{
				on(w.event("worker", 0, "job.started", "job:jid="+jidA), "7", "x"),
				on(w.event("worker", 10, "log.message"), "7", "x"),
				on(w.event("worker", 10, "log.message"), "7", "y"),
				on(w.event("worker", 50, "job.completed", "job:jid="+jidA), "7", "x"),
			}
		}},
		{"single-threaded runtimes", "0 1", func(w *world) []*schema.Event {
			a, b := on(w.event("web", 10, "log.message"), "7", "0"), on(took(w.event("web", 20, "http.request", "req:r="+reqA), 18, "/q"), "7", "0")
			a.Platform.Format, b.Platform.Format = "pino", "pino"
			return []*schema.Event{a, b}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			both(t, tt.want, tt.events)
		})
	}
}

func TestThreadCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	both(t, "0 1", func(w *world) []*schema.Event {
		return []*schema.Event{
			on(w.event("quotes", 10, "log.message"), "7", "a"),
			on(took(w.event("quotes", 20, "http.request", "req:r="+reqA), 18, "/q"), "7", "a"),
		}
	}, func(c *correlate.Config) { c.Infer = []string{"value"} })
}

func TestThreadLinkIsMarked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	end := on(took(w.event("quotes", 20, "http.request", "req:r="+reqA), 18, "/q"), "7", "a")
	line := on(w.event("quotes", 10, "log.message"), "7", "a")
	end.Actor = schema.Actor{Type: "user", ID: "9"}
	w.run(line, end)
	if c := line.Correlation; c.Link != schema.LinkThread || c.Confidence != 0.8 || c.Parent != end.ID || c.Flow != end.Correlation.Flow {
		t.Errorf("correlation = %+v", c)
	}
	if line.Actor.ID != "9" || line.Correlation.RequestID != reqA {
		t.Errorf("did not inherit: %+v %q", line.Actor, line.Correlation.RequestID)
	}
}

// TestInterleavedRequestsWithoutIDs sends 200 requests without ids through a pool of threads. Wherever a thread works on one at a
// time the lines are linked rightly; where requests overlap on a thread nothing is linked. Never is a link wrong.
func TestInterleavedRequestsWithoutIDs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		pid     func(i int) (string, string)
		overlap bool
	}{
		{"threads", func(i int) (string, string) { return "7", fmt.Sprint(i % 8) }, false},
		{"one thread, many at once", func(i int) (string, string) { return "7", "main" }, true},
		{"process only", func(i int) (string, string) { return "7", "" }, true},
		{"nothing", func(i int) (string, string) { return "", "" }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			type line struct {
				e    *schema.Event
				flow int
			}
			var lines []line
			for i := range 200 {
				pid, thread := tt.pid(i)
				start := float64(i*13) / 8 * 8
				if !tt.overlap {
					start = float64(i/8*100 + i%8*3)
				}
				for j := range 4 {
					lines = append(lines, line{on(w.event("web", start+float64(j*15), "log.message"), pid, thread), i})
				}
				lines = append(lines, line{on(took(w.event("web", start+60, "http.request"), 61, "/p"), pid, thread), i})
			}
			slices.SortStableFunc(lines, func(a, b line) int { return int(a.e.Time.NS - b.e.Time.NS) })
			events := make([]*schema.Event, len(lines))
			for i := range lines {
				events[i] = lines[i].e
			}
			w.run(events...)
			flows := w.flows(events...)
			owner, linked := map[string]int{}, 0
			for i, f := range flows {
				if o, ok := owner[f]; ok {
					linked++
					if o != lines[i].flow {
						t.Fatalf("requests %d and %d are one flow", o, lines[i].flow)
					}
				}
				owner[f] = lines[i].flow
			}
			if want := 800; !tt.overlap && linked != want {
				t.Errorf("%d lines linked, want %d", linked, want)
			}
		})
	}
}

func TestShortIDs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, want string
		events     func(w *world) []*schema.Event
	}{
		{"counter within its process", "0 0 0 1", func(w *world) []*schema.Event {
			return []*schema.Event{
				w.event("ledger", 0, "log.message", "req:requestId=2"),
				w.event("ledger", 3, "log.message", "req:requestId=2"),
				took(w.event("ledger", 10, "http.request", "req:requestId=2"), 12, "/l"),
				w.event("other", 3, "log.message", "req:requestId=2"),
			}
		}},
		{"counter that begins again", "0 0 1 1", func(w *world) []*schema.Event {
			return []*schema.Event{
				w.event("ledger", 0, "log.message", "req:requestId=2"),
				took(w.event("ledger", 10, "http.request", "req:requestId=2"), 12, "/l"),
				w.event("ledger", 5000, "log.message", "req:requestId=2"),
				took(w.event("ledger", 5010, "http.request", "req:requestId=2"), 12, "/l"),
			}
		}},
		{"minutes later", "0 1", func(w *world) []*schema.Event {
			return []*schema.Event{w.event("ledger", 0, "log.message", "req:requestId=2"), w.event("ledger", 61000, "log.message", "req:requestId=2")}
		}},
		{"two threads", "0 1", func(w *world) []*schema.Event {
			return []*schema.Event{on(w.event("ledger", 0, "log.message", "req:requestId=2"), "1", "a"), on(w.event("ledger", 1, "log.message", "req:requestId=2"), "1", "b")}
		}},
		{"beside a trace", "0 0 1", func(w *world) []*schema.Event {
			return []*schema.Event{
				w.event("ledger", 0, "log.message", "req:requestId=2", "trace:t="+traceA),
				w.event("ledger", 1, "log.message", "req:requestId=2"),
				w.event("ledger", 2, "log.message", "req:requestId=2", "trace:t="+traceB),
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			both(t, tt.want, tt.events)
		})
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	const charge = "ch_sPdbwQjK3WdSpnkH"
	request := func(w *world, service string, ms float64, ids ...string) *schema.Event {
		return took(w.event(service, ms, "http.request", ids...), 40, "/"+service)
	}
	for _, tt := range []struct {
		name, want string
		events     func(w *world) []*schema.Event
	}{
		{"service with a trace of its own", "0 0 0 0", func(w *world) []*schema.Event {
			return []*schema.Event{
				w.event("pay", 10, "log.message", "trace:t="+traceB, "value:charge_ref="+charge), request(w, "pay", 20, "trace:t="+traceB),
				w.event("shop", 30, "log.message", "trace:t="+traceA, "value:charge_id="+charge), request(w, "shop", 50, "trace:t="+traceA),
			}
		}},
		{"a minute later it is another flow", "0 0 1 1", func(w *world) []*schema.Event {
			return []*schema.Event{
				w.event("pay", 10, "log.message", "trace:t="+traceB, "value:charge_ref="+charge), request(w, "pay", 20, "trace:t="+traceB),
				w.event("shop", 60030, "log.message", "trace:t="+traceA, "value:charge_id="+charge), request(w, "shop", 60050, "trace:t="+traceA),
			}
		}},
		{"two requests to one service", "0 0 1 1", func(w *world) []*schema.Event {
			return []*schema.Event{
				w.event("shop", 10, "log.message", "trace:t="+traceB, "value:charge_ref="+charge), request(w, "shop", 20, "trace:t="+traceB),
				w.event("shop", 30, "log.message", "trace:t="+traceA, "value:charge_id="+charge), request(w, "shop", 50, "trace:t="+traceA),
			}
		}},
		{"tenants, however random", "0 0 1 1", func(w *world) []*schema.Event {
			return []*schema.Event{
				w.event("pay", 10, "log.message", "trace:t="+traceB, "value:tenant_id="+reqA), request(w, "pay", 20, "trace:t="+traceB),
				w.event("shop", 30, "log.message", "trace:t="+traceA, "value:tenant_id="+reqA), request(w, "shop", 50, "trace:t="+traceA),
			}
		}},
		{"short values", "0 0 1 1", func(w *world) []*schema.Event {
			return []*schema.Event{
				w.event("pay", 10, "log.message", "trace:t="+traceB, "value:code=A17"), request(w, "pay", 20, "trace:t="+traceB),
				w.event("shop", 30, "log.message", "trace:t="+traceA, "value:code=A17"), request(w, "shop", 50, "trace:t="+traceA),
			}
		}},
		{"line with the value alone", "0 0 0 1", func(w *world) []*schema.Event {
			return []*schema.Event{
				w.event("shop", 10, "log.message", "trace:t="+traceB, "value:charge_ref="+charge), request(w, "shop", 20, "trace:t="+traceB),
				w.event("audit", 30, "log.message", "value:charge="+charge),
				w.event("audit", 40, "log.message", "value:charge=ch_ENwRyXFVNAQVt9"),
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			both(t, tt.want, tt.events)
		})
	}
	t.Run("a key that many flows share is learned", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		var events []*schema.Event
		for i := range 30 {
			trace := fmt.Sprintf("trace:t=%032x", uint64(i+3)*0x9e3779b97f4a7c15)
			events = append(events, w.event("s", float64(i), "log.message", trace, "value:region_ref=rg_sPdbwQjK3WdSpnkH"), request(w, fmt.Sprint("s", i), float64(i)+1, trace))
		}
		w.run(events...)
		seen := map[string]bool{}
		for _, f := range w.flows(events...) {
			seen[f] = true
		}
		if len(seen) != 30 {
			t.Errorf("%d flows, want 30", len(seen))
		}
	})
}

func TestSessions(t *testing.T) {
	t.Parallel()
	const session = "9900d217-57bf-4c71-a833-93cc43506f8f"
	for _, tt := range []struct {
		name, want string
		events     func(w *world) []*schema.Event
	}{
		{"the only flow around", "0 0 1", func(w *world) []*schema.Event {
			return []*schema.Event{
				w.event("beacon", 0, "log.message", "sess:s="+session),
				took(w.event("web", 1000, "http.request", "sess:s="+session, "trace:t="+traceA), 50, "/"),
				w.event("beacon", 400000, "log.message", "sess:s="+session),
			}
		}},
		{"two flows around", "0 1 2", func(w *world) []*schema.Event {
			return []*schema.Event{
				w.event("beacon", 0, "log.message", "sess:s="+session),
				took(w.event("web", 1000, "http.request", "sess:s="+session, "trace:t="+traceA), 50, "/"),
				took(w.event("web", 2000, "http.request", "sess:s="+session, "trace:t="+traceB), 50, "/"),
			}
		}},
		{"lines with a session alone", "0 1", func(w *world) []*schema.Event {
			return []*schema.Event{w.event("beacon", 0, "log.message", "sess:s="+session), w.event("beacon", 1, "log.message", "sess:s="+session)}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			both(t, tt.want, tt.events)
		})
	}
	t.Run("marked, with the request as parent", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		req := took(w.event("web", 1000, "http.request", "sess:s="+session, "trace:t="+traceA), 50, "/")
		line := w.event("beacon", 0, "log.message", "sess:s="+session)
		late := w.event("z", 12000, "log.message")
		w.run(line, req, late)
		if c := line.Correlation; c.Link != schema.LinkSession || c.Parent != req.ID || c.Confidence != 0.6 {
			t.Errorf("correlation = %+v", c)
		}
	})
}

func TestHubs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hub := "req:correlation_id=5c1d8a4e-77aa-4a3b-9c1d-0123456789ab"
	var events []*schema.Event
	for i := range 200 {
		trace := fmt.Sprintf("trace:t=%032x", uint64(i+3)*0x9e3779b97f4a7c15)
		events = append(events, w.event("s", float64(3*i), "log.message", trace), w.event("s", float64(3*i+1), "log.message", hub, trace))
	}
	for _, e := range events {
		w.link(e)
	}
	w.c.Flush(w.emit)
	seen := map[string]bool{}
	for _, f := range w.flows(events...) {
		seen[f] = true
	}
	if len(seen) < 130 {
		t.Errorf("%d flows: an id that is everywhere went on joining", len(seen))
	}
	last := events[len(events)-1]
	if len(last.Metadata.Extra) != 1 || last.Metadata.Extra[0].Key != "link_capped" {
		t.Errorf("not marked: %+v", last.Metadata.Extra)
	}
}
