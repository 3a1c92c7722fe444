package debugview_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/schema"
)

// n1 is an order that looks up the stock of every item by itself.
func (s *scene) n1() *scene {
	s.begin("6ac8db", "Jvan")
	root := s.add("14:02:15.959", "http.request", "POST /orders", schema.ID{}, 111*ms, status(302), service("shop-web"), func(e *schema.Event) {
		e.Metadata.IP, e.Correlation.RequestID, e.Correlation.SessionID = "203.0.113.227", "req_411101b2352c", "sess_d223cdaf4ef3"
	})
	s.add("14:02:15.962", "data.change", "order.created", root, 2300*µs, subject("order", "2211"), service("shop-web"), change("state", "", "placed"),
		change("total_cents", "", "4055"))
	for i := range 33 {
		s.add("14:02:15.965", "data.query", "stock.select", root, 1333*µs, query("SELECT * FROM stock WHERE sku_id = "+string(rune('0'+i%10))+" LIMIT 1"), service("shop-web"))
	}
	charge := s.add("14:02:16.150", "job.completed", "ChargeCardJob.completed", root, 1450*ms, job("j9"), service("shop-worker"))
	s.add("14:02:16.170", "http.client", "POST api.pay.example/v1/charges", charge, 1300*ms, status(200), service("shop-worker"))
	s.add("14:02:17.598", "data.change", "payment.captured", charge, 1900*µs, subject("payment", "2214"), service("shop-worker"), change("state", "pending", "captured"))
	mailer := s.add("14:02:17.640", "job.completed", "OrderMailer#confirmation.completed", charge, 155*ms, job("j10"), service("shop-worker"))
	s.add("14:02:17.704", "mail.delivered", "order_confirmation", mailer, 145*ms, service("shop-worker"), func(e *schema.Event) {
		e.Metadata.Fields = []schema.Field{{Key: "to", Value: schema.Text("[email:k1:0123456789abcdef]")}, {Key: "token", Value: schema.Text("[REDACTED:token]")}}
	})
	return s
}

func totals() debugview.Totals {
	return debugview.Totals{
		Bytes: 152 << 10, ReadNS: 6e6, Skipped: 2, FirstSkip: "log/shop.ndjson:17", Redacted: map[string]int64{"email": 37, "token": 16},
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		set  func(*debugview.Config)
	}{
		{"summary.txt", func(c *debugview.Config) { c.Summary = "only" }},
		{"summary-plain.txt", func(c *debugview.Config) { c.Plain = true }},
		{"summary.json", func(c *debugview.Config) { c.Summary = "json" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out, errs strings.Builder
			v, err := debugview.New(config(tt.set), &out, &errs, totals)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range sorted(shop().n1().events) {
				v.Add(&e)
			}
			if err := v.Close(); err != nil {
				t.Fatal(err)
			}
			golden(t, tt.name, errs.String())
			if tt.name == "summary.txt" && out.Len() > 0 {
				t.Errorf("--summary=only wrote to out: %s", out.String())
			}
			if strings.HasSuffix(tt.name, "json") && !json.Valid([]byte(errs.String())) {
				t.Error("no JSON")
			}
		})
	}
}

func TestSummaryNever(t *testing.T) {
	t.Parallel()
	for _, set := range []func(*debugview.Config){
		func(c *debugview.Config) { c.Summary = "never" },
		func(c *debugview.Config) { c.Quiet = true },
	} {
		if _, errs := run(t, config(set), shop().events); errs != "" {
			t.Errorf("wrote %q", errs)
		}
	}
}

// TestSketch feeds more durations than are kept one by one.
func TestSketch(t *testing.T) {
	t.Parallel()
	var errs strings.Builder
	v, err := debugview.New(config(func(c *debugview.Config) { c.Summary = "json" }), io.Discard, &errs, nil)
	if err != nil {
		t.Fatal(err)
	}
	var e schema.Event
	e.Type, e.Action = "http.request", "GET /"
	e.Metadata.Duration.Set = true
	const n = 110_000
	for i := range n {
		e.Correlation.Flow = schema.FlowID{byte(i >> 16), byte(i >> 8), byte(i), 1}
		e.Time = schema.Time{NS: at("14:00:00") + int64(i)*1e6, From: schema.FromLine}
		e.Metadata.Duration.NS = int64(i+1) * 1000
		v.Add(&e)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Durations map[string]struct {
			N           int     `json:"n"`
			P50         float64 `json:"p50_ms"`
			P99         float64 `json:"p99_ms"`
			Max         float64 `json:"max_ms"`
			Approximate bool    `json:"approximate"`
		} `json:"durations"`
	}
	if err := json.Unmarshal([]byte(errs.String()), &got); err != nil {
		t.Fatal(err)
	}
	h := got.Durations["http"]
	if h.N != n || !h.Approximate || h.Max != n/1000. || h.P50 < 54 || h.P50 > 56 || h.P99 < 107 || h.P99 > 110 {
		t.Errorf("http: %+v", h)
	}
}

func TestDetail(t *testing.T) {
	t.Parallel()
	out, _ := run(t, config(func(c *debugview.Config) { c.Flows, c.N1Only = []string{"6ac8"}, true }), shop().n1().events)
	golden(t, "detail.txt", out)
}

func TestProfile(t *testing.T) {
	t.Parallel()
	out, _ := run(t, config(func(c *debugview.Config) { c.Layout, c.Root = "profile", "POST /orders" }), shop().n1().events)
	golden(t, "profile.txt", out)
}

func TestProfileLeavesLinesOut(t *testing.T) {
	t.Parallel()
	s := (&scene{}).begin("aa0001", "Mia")
	root := s.add("10:00:00", "http.request", "POST /x", schema.ID{}, 50*ms, status(201))
	line := s.add("10:00:00.010", "log.message", "app", root, -1, message("authorising card mkx"))
	s.add("10:00:00.012", "data.change", "charge.created", line, 2*ms)
	s.add("10:00:00.020", "log.message", "app", root, 3*ms, message("rendered"))
	out, _ := run(t, config(func(c *debugview.Config) { c.Layout = "profile" }), s.events)
	if strings.Contains(out, "authorising") || !strings.Contains(out, "db   ├─ charge.created") || !strings.Contains(out, "rendered") {
		t.Errorf("profile:\n%s", out)
	}
}

func TestProfileCompared(t *testing.T) {
	t.Parallel()
	c := config(func(c *debugview.Config) { c.Layout, c.Root = "profile", "POST /orders" })
	v, err := debugview.New(c, io.Discard, io.Discard, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range (&scene{}).order().events {
		if e.Type == "mail.delivered" {
			continue
		}
		if e.Type == "http.client" {
			e.Metadata.Duration.NS /= 2
		}
		v.Add(&e)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	c.Before = v.Profile()
	events := (&scene{}).order().events
	events = append(events[:6:6], events[7:]...) // without the payment
	out, _ := run(t, c, events)
	golden(t, "profile-compare.txt", out)
}
