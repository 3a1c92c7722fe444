package debugview_test

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/schema"
)

// BenchmarkAdd measures an event on its way through the view: flows of seven events, four hundred begun a second.
func BenchmarkAdd(b *testing.B) {
	for _, layout := range []string{"summary", "tree", "lines", "story", "json", "pipe"} {
		b.Run(layout, func(b *testing.B) {
			events := traffic(10_000)
			c := config(func(c *debugview.Config) {
				c.Layout = layout
				if layout == "summary" {
					c.Layout, c.Summary = "tree", "only"
				}
				if layout == "pipe" {
					c.Layout, c.Summary, c.Input = "tree", "only", debugview.Pipe
				}
			})
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				v, err := debugview.New(c, io.Discard, io.Discard, nil)
				if err != nil {
					b.Fatal(err)
				}
				for i := range events {
					v.Add(&events[i])
				}
				if err := v.Close(); err != nil {
					b.Fatal(err)
				}
				n += len(events)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/event")
		})
	}
}

// traffic returns flows of seven events each, mixed as four hundred begin a second.
func traffic(flows int) []schema.Event {
	s := &scene{}
	for i := range flows {
		start := at("14:00:00") + int64(i)*int64(2500*µs)
		from := len(s.events)
		s.flow = schema.FlowID{byte(i >> 16), byte(i >> 8), byte(i), 7}
		s.actor = schema.Actor{Type: "user", ID: fmt.Sprint(i % 1000), Name: "Maria"}
		root := s.add("14:00:00", "http.request", fmt.Sprintf("GET /orders/%d", i), schema.ID{}, 40*ms, status(200))
		s.add("14:00:00.001", "data.query", "order.select", root, 1500*µs, query(fmt.Sprintf("SELECT * FROM orders WHERE id = %d LIMIT 1", i)))
		s.add("14:00:00.003", "data.query", "item.select", root, 1500*µs, query(fmt.Sprintf("SELECT * FROM items WHERE order_id = %d AND kind IN (1,2,3)", i)))
		s.add("14:00:00.005", "data.change", "order.updated", root, 2*ms, subject("order", fmt.Sprint(i)))
		j := s.add("14:00:00.010", "job.started", "ReceiptJob.started", root, -1, job(fmt.Sprint(i)))
		s.add("14:00:00.030", "mail.delivered", "receipt", j, 90*ms)
		s.add("14:00:00.150", "job.completed", "ReceiptJob.completed", j, 140*ms, job(fmt.Sprint(i)))
		for k := from; k < len(s.events); k++ {
			s.events[k].Time.NS += start - at("14:00:00")
		}
	}
	return sorted(s.events)
}

// TestMemoryIsBounded feeds more flows than are kept open and checks what is kept.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	var e schema.Event
	v, err := debugview.New(config(func(c *debugview.Config) { c.Summary, c.Input = "only", debugview.Follow }), io.Discard, io.Discard, nil)
	if err != nil {
		t.Fatal(err)
	}
	e.Type, e.Action = "log.message", "log"
	for i := range 120_000 {
		e.Correlation.Flow = schema.FlowID{byte(i >> 16), byte(i >> 8), byte(i), 1}
		e.Time.NS = at("14:00:00") + int64(i)*int64(time.Microsecond)
		v.Add(&e)
	}
	if n := v.Open(); n > 50_000 {
		t.Errorf("%d flows open, at most 50,000", n)
	}
}
