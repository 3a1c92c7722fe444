package correlate_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/schema"
)

// randomEvent returns one of all sorts of events over a small population of ids, so that everything meets everything.
func randomEvent(w *world, r *rand.Rand, ms float64) *schema.Event {
	types := []string{"http.request", "http.client", "data.change", "data.query", "job.enqueued", "job.started", "job.completed", "job.failed",
		"job.retried", "job.discarded", "log.message", "log.message", "log.message", "user.action", "mail.delivered"}
	pick := func(prefix string, n int) string {
		return fmt.Sprintf("%s%04x-c0ffee-%012x", prefix, r.IntN(n), r.IntN(2)+77777777)
	}
	var ids []string
	add := func(p float64, kind, name, value string) {
		if r.Float64() < p {
			ids = append(ids, kind+":"+name+"="+value)
		}
	}
	add(.3, "trace", "trace_id", fmt.Sprintf("%016x%016x", r.IntN(200)+1<<40, r.IntN(3)+1<<50))
	add(.1, "trace", "dd", fmt.Sprintf("%016x", r.IntN(3)+1<<50))
	add(.3, "req", "request_id", pick("r", 300))
	add(.2, "req", "request_id", fmt.Sprint(r.IntN(20)))
	add(.2, "job", "jid", pick("j", 100))
	add(.1, "job", "job_id", pick("a", 100))
	add(.05, "batch", "bid", pick("b", 10))
	add(.05, "inc", "incident_id", pick("INC", 10))
	add(.2, "sess", "session", pick("s", 40))
	add(.2, "user", "user_id", fmt.Sprint(r.IntN(50)))
	add(.2, "value", "charge_id", "ch_"+pick("v", 60))
	add(.2, "entity", "order", fmt.Sprint(1000000000+r.IntN(50)))
	add(.2, "span", "span_id", fmt.Sprintf("%016x", r.IntN(200)+1<<40))
	add(.1, "pspan", "parent_id", fmt.Sprintf("%016x", r.IntN(200)+1<<40))
	add(.05, "cause", "causation_id", pick("r", 300))
	e := w.event(fmt.Sprint("svc", r.IntN(5)), ms, types[r.IntN(len(types))], ids...)
	e.Platform.PID = "1"
	if r.IntN(2) == 0 {
		e.Platform.Thread = fmt.Sprint("t", r.IntN(4))
	}
	e.Metadata.Path, e.Metadata.Method = fmt.Sprint("/p", r.IntN(4)), "GET"
	if r.IntN(2) == 0 {
		e.Metadata.Duration = schema.Duration{NS: int64(r.IntN(500)) * 1e6, Set: true}
	}
	e.Metadata.Message = schema.Text("order placed, payment captured, delivered")
	if r.IntN(20) == 0 {
		e.ID = schema.ID{Text: pick("event-", 500)}
	}
	if r.IntN(3) == 0 {
		e.Actor = schema.Actor{Type: "user", ID: fmt.Sprint(r.IntN(50))}
		e.Metadata.Job.Class = "Job"
	}
	return e
}

// TestLimits runs a mixture of everything through correlators whose tables overflow all the time. It looks for panics, flows without
// a name, parents that make cycles, and memory that is not given back.
func TestLimits(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 1))
		w := newWorld(t, func(c *correlate.Config) {
			c.MaxFlows, c.MaxIDs = 16+r.IntN(200), 64+r.IntN(400)
			c.FlowTimeout = time.Duration(1+r.IntN(60)) * time.Second
			c.Completed, c.CompletedAfter = seed%2 == 0, 5*time.Second
		})
		ahead := r.IntN(300)
		parent := map[schema.ID]schema.ID{}
		var ring []*schema.Event
		ms := 0.0
		link := func(e *schema.Event) {
			w.link(e)
			if e.Correlation.Flow == (schema.FlowID{}) {
				t.Fatalf("seed %d: no flow", seed)
			}
			if _, ok := parent[e.ID]; ok {
				return // an id that the application gave twice
			}
			parent[e.ID] = e.Correlation.Parent
			for p, n := e.Correlation.Parent, 0; !p.IsZero(); p = parent[p] {
				if n++; n > 1000 || p == e.ID {
					t.Fatalf("seed %d: parents make a cycle", seed)
				}
			}
			if s := w.c.Stats(); s.Flows > 300 || s.IDs > 600 {
				t.Fatalf("seed %d: %d flows, %d ids", seed, s.Flows, s.IDs)
			}
		}
		for range 3000 {
			ms += float64(r.IntN(200))
			if r.IntN(500) == 0 {
				ms += float64(r.IntN(1000 * 5000))
			}
			e := randomEvent(w, r, ms-float64(r.IntN(3000)))
			if ahead == 0 {
				link(e)
				continue
			}
			w.c.Foresee(e)
			if ring = append(ring, e); len(ring) > ahead {
				link(ring[0])
				ring = ring[1:]
			}
		}
		for _, e := range ring {
			link(e)
		}
		w.c.Flush(w.emit)
		// A year later nothing is left.
		w.c.Advance(epoch+int64(366*24*time.Hour), w.emit)
		if s := w.c.Stats(); s.Flows != 0 || s.IDs != 0 {
			t.Errorf("seed %d: %d flows and %d ids are never forgotten", seed, s.Flows, s.IDs)
		}
	}
}

// TestMemoryUnderManyIDs sends far more ids than fit: memory stays within its limit, and a line that holds the strongest id of its
// flow gets the same name after all was forgotten.
func TestMemoryUnderManyIDs(t *testing.T) {
	w := newWorld(t, func(c *correlate.Config) { c.MaxFlows, c.MaxIDs = 2_000, 5_000 })
	first := w.link(w.event("a", 0, "http.request", "trace:t="+traceA, "req:r="+reqA)).Correlation.Flow
	const n = 60_000
	e := w.event("a", 0, "log.message")
	var before, after runtime.MemStats
	emit := func(*schema.Event) {}
	fill := func(from, to int) {
		for i := from; i < to; i++ {
			e.Idents = e.Idents[:0]
			e.AddIdent(schema.IdentTrace, "trace_id", fmt.Sprintf("%016x%016x", uint64(i)*0x9e3779b97f4a7c15, i))
			e.AddIdent(schema.IdentRequest, "request_id", fmt.Sprintf("%032x", uint64(i)*0xd6e8feb86659fd93+1<<62))
			e.Correlation = schema.Correlation{}
			e.Time.NS = epoch + int64(i)*1e5
			w.c.Advance(e.Time.NS, emit)
			w.c.Link(e, emit)
		}
	}
	fill(1, n/3)
	runtime.GC()
	runtime.ReadMemStats(&before)
	fill(n/3, n)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 2<<20 {
		t.Errorf("memory grew by %d KiB after the limit was reached", grown>>10)
	}
	s := w.c.Stats()
	if s.Flows > 2_000 || s.IDs > 5_000+5_000/8 || s.EvictedIDs == 0 {
		t.Errorf("stats = %+v", s)
	}
	again := w.link(w.event("a", float64(n), "log.message", "trace:t="+traceA))
	if again.Correlation.Flow != first {
		t.Errorf("flow %s is now called %s", first, again.Correlation.Flow)
	}
}

// FuzzLink links events with ids of any text and looks for panics and for names that do not repeat.
func FuzzLink(f *testing.F) {
	for _, s := range []string{"trace=" + traceA + "\nreq=" + reqA, "trace=Root=1-4bf92f35-77b34da6a3ce929d0e0e4736", "req=17\nvalue=ch_sPdbwQjK3WdSpnkH",
		"job=" + jidA + "\nsess=x\nuser=-", "flow=flow_0123456789abcdefghjkmnpqrs", "block=00ff", "trace=0000000000000000a3ce929d0e0e4736\nspan=x", "cause=01J9ZQ4V7K3M5N8P2R6S0T1W3X"} {
		f.Add(s, "http.request", int64(1e9))
	}
	f.Fuzz(func(t *testing.T, text, kind string, at int64) {
		var names []schema.FlowID
		for range 2 {
			w := newWorld(t)
			var last schema.FlowID
			for i, line := range strings.SplitN(text, "\n", 6) {
				e := w.event("s", 0, kind)
				k, v, _ := strings.Cut(line, "=")
				e.AddIdent(kinds[k], k, v)
				e.AddIdent(schema.IdentRequest, "again", v)
				e.Time.NS = at + int64(i)
				e.Metadata.Message, e.Metadata.Duration = schema.Text(line), schema.Duration{NS: at, Set: true}
				e.Platform.Thread = k
				w.c.Foresee(e)
				w.link(e)
				w.c.Explain(e)
				last = e.Correlation.Flow
			}
			w.c.Flush(w.emit)
			names = append(names, last)
		}
		if names[0] != names[1] || names[0] == (schema.FlowID{}) {
			t.Errorf("flow %s, then %s", names[0], names[1])
		}
	})
}

// TestMergesOfAStillClock holds that what is to be said of names does not pile up while lines of old times are read.
func TestMergesOfAStillClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	said := 0
	emit := func(e *schema.Event) {
		if e.Type == "flow.merged" {
			said++
		}
		w.c.Reuse(e)
	}
	const flows = 10_000
	for i := range flows {
		e := w.event("web", 0, "log.message", fmt.Sprintf("req:request_id=%08x-f44d-434b-a317-e81b8248%04x", uint32(i)*0x9e3779b9, i),
			fmt.Sprintf("trace:trace_id=%016x%016x", uint64(i+1)*0x9e3779b97f4a7c15, uint64(i+1)*0xd6e8feb86659fd93))
		w.c.Link(e, emit)
	}
	if waiting := flows - said; waiting < 0 || waiting > 4096 {
		t.Errorf("%d of %d records wait", waiting, flows)
	}
	w.c.Flush(emit)
	if said != flows {
		t.Errorf("%d records for %d flows", said, flows)
	}
}
