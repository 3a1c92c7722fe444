package correlate_test

import (
	"fmt"
	"testing"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/schema"
)

// traffic returns the events of n flows: a request with queries and a job, ids on every line, as a service logs them.
func traffic(w *world, n int) []*schema.Event {
	var events []*schema.Event
	for i := range n {
		req := fmt.Sprintf("req:request_id=%08x-f44d-434b-a317-e81b8248%04x", uint32(i)*0x9e3779b9, i&0xffff)
		trace := fmt.Sprintf("trace:trace_id=%016x%016x", uint64(i)*0x9e3779b97f4a7c15, uint64(i)*0xd6e8feb86659fd93)
		jid := fmt.Sprintf("job:jid=%024x", uint64(i)*0x9e3779b97f4a7c15)
		ms := float64(i * 10)
		sess := fmt.Sprintf("sess:session=s_%024x", uint64(i)*0xa0761d6478bd642f)
		for q := range 5 {
			e := w.event("web", ms+float64(q), "data.query", req, trace, "user:user_id=42", sess)
			e.Subject = schema.Subject{Type: "order", ID: "17"}
			e.Metadata.Message = schema.Text("Order Load (0.4ms)  SELECT orders.* FROM orders WHERE orders.id = 17 LIMIT 1")
			events = append(events, e)
		}
		said := w.event("web", ms+6, "log.message", req, trace, "user:user_id=42", "entity:order=17")
		said.Metadata.Message = schema.Text("stock of 3 items checked against the warehouse in 12 ms, nothing is missing")
		events = append(events, said, w.event("web", ms+6, "job.enqueued", req, trace, jid))
		e := w.event("web", ms+9, "http.request", req, trace, "user:user_id=42", sess)
		e.Metadata.Method, e.Metadata.Path = "POST", "/orders"
		e.Metadata.Duration = schema.Duration{NS: 9e6, Set: true}
		events = append(events, e)
		for j, kind := range []string{"job.started", "log.message", "job.completed"} {
			events = append(events, w.event("worker", ms+20+float64(j), kind, jid))
		}
	}
	return events
}

// ownText returns the id of an event as it is written, another one for each number.
func ownText(prefix string, i int) string {
	const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	text := []byte(prefix)
	for x := uint64(i+1) * 0x9e3779b97f4a7c15; len(text) < len(prefix)+26; x = x*0xd6e8feb86659fd93 + 1 {
		text = append(text, alphabet[x>>59])
	}
	return string(text)
}

func BenchmarkLink(b *testing.B) {
	emit := func(*schema.Event) {}
	b.Run("known", func(b *testing.B) {
		w := newWorld(b)
		events := traffic(w, 1000)
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			e := events[i%len(events)]
			i++
			e.Correlation.Processes, e.Correlation.Parent, e.Metadata.Extra = e.Correlation.Processes[:0], schema.ID{}, e.Metadata.Extra[:0]
			w.c.Link(e, emit)
		}
	})
	b.Run("new", func(b *testing.B) {
		w := newWorld(b, func(c *correlate.Config) { c.MaxFlows, c.MaxIDs = 20_000, 50_000 })
		events := traffic(w, 20_000)
		b.ReportAllocs()
		i, shift := 0, int64(0)
		for b.Loop() {
			e := events[i%len(events)]
			if i++; i%len(events) == 0 {
				// The same ids again are long forgotten then.
				shift += 20_000 * 1e7
			}
			e.Correlation.Processes, e.Correlation.Parent, e.Metadata.Extra = e.Correlation.Processes[:0], schema.ID{}, e.Metadata.Extra[:0]
			w.c.Advance(e.Time.NS+shift, emit)
			w.c.Link(e, emit)
		}
	})
	b.Run("own", func(b *testing.B) {
		// Events of ours that are read again and foreseen, as debug does with what ship wrote.
		const ahead = 4096
		w := newWorld(b)
		events := traffic(w, 2_000)
		for i, e := range events {
			e.Correlation.Flow = schema.FlowID{1, byte(i / 11), byte(i / 11 >> 8)}
			e.ID, e.Correlation.Parent = schema.ID{Text: ownText("evt_", i)}, schema.ID{Text: ownText("evt_", i-i%11+7)}
			e.AddIdent(schema.IdentFlow, "flow_id", e.Correlation.Flow.String())
			e.AddIdent(schema.IdentCausation, "parent_event_id", e.Correlation.Parent.Text)
		}
		b.ReportAllocs()
		for i := range ahead {
			w.c.Foresee(events[i])
		}
		i := 0
		for b.Loop() {
			e := events[i%len(events)]
			e.Correlation.Processes, e.Metadata.Extra = e.Correlation.Processes[:0], e.Metadata.Extra[:0]
			w.c.Link(e, emit)
			w.c.Foresee(events[(i+ahead)%len(events)])
			i++
		}
	})
	b.Run("none", func(b *testing.B) {
		w := newWorld(b)
		e := w.event("web", 0, "log.message")
		b.ReportAllocs()
		for b.Loop() {
			w.c.Link(e, emit)
		}
	})
}

// TestNoAllocations holds that linking events whose ids are known costs no allocation.
func TestNoAllocations(t *testing.T) {
	w := newWorld(t)
	events := traffic(w, 20)
	emit := func(*schema.Event) {}
	link := func() {
		for _, e := range events {
			e.Correlation.Processes, e.Correlation.Parent, e.Metadata.Extra = e.Correlation.Processes[:0], schema.ID{}, e.Metadata.Extra[:0]
			w.c.Link(e, emit)
		}
	}
	link()
	if n := testing.AllocsPerRun(20, link); n > 0 {
		t.Errorf("%v allocations for %d events", n, len(events))
	}
}
