package debugview_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/schema"
)

// morning is what the mock-ups of lanes and lines begin with.
func morning() *scene {
	s := &scene{}
	s.signup().order()
	s.product("14:02:12.090", "6d98fe", "/products/134", 36*ms)
	s.product("14:02:12.299", "f60e60", "/products/443", 17*ms)
	s.product("14:02:12.720", "0bf1e3", "/products/201", 40*ms)
	s.product("14:02:13.023", "84296a", "/products/227", 36*ms)
	s.product("14:02:13.310", "ab037a", "/products/304", 57*ms)
	return s
}

func TestLayouts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, layout string
		events       []schema.Event
		until        string // the mock-up ends before this time
	}{
		{"lanes.txt", "lanes", morning().events, ""},
		{"lines.txt", "lines", morning().events, "14:02:13.025"},
		{"story.txt", "story", shop().events, ""},
		{"card.txt", "card", (&scene{}).order().events, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, _ := run(t, config(func(c *debugview.Config) { c.Layout = tt.layout }), tt.events)
			if tt.until != "" {
				out = out[:strings.Index(out, tt.until)]
			}
			golden(t, tt.name, out)
		})
	}
}

func TestLiveLinesAreWrittenAtOnce(t *testing.T) {
	t.Parallel()
	for _, layout := range []string{"lines", "lanes", "raw"} {
		var out, errs strings.Builder
		c := config(func(c *debugview.Config) { c.Layout, c.Input = layout, debugview.Follow })
		v, err := debugview.New(c, &out, &errs, nil)
		if err != nil {
			t.Fatal(err)
		}
		events := (&scene{}).order().events
		now := at("14:02:20.000")
		for i := range events {
			before := out.Len()
			v.Add(&events[i])
			now += int64(60 * time.Millisecond)
			v.Advance(now)
			if out.Len() == before && events[i].Type != "data.query" {
				t.Errorf("%s: nothing written after event %d", layout, i)
			}
		}
	}
}

func TestJSONLayout(t *testing.T) {
	t.Parallel()
	out, _ := run(t, config(func(c *debugview.Config) { c.Layout = "json" }), shop().events)
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != 5 {
		t.Fatalf("%d lines, want 5:\n%s", len(lines), out)
	}
	var f debugview.FlowJSON
	if err := json.Unmarshal([]byte(lines[4]), &f); err != nil {
		t.Fatal(err)
	}
	if f.Schema != 1 || f.State != "failed" || f.Started != "2026-11-20T14:02:14.370Z" || *f.Duration != 490.2 || f.Root.Status != 500 ||
		len(f.Errors) != 1 || f.Errors[0].Class != "PG::DeadlockDetected" || len(f.Steps) != 4 || *f.Steps[3].Parent != 0 || f.Actor.Name != "Lin" {
		t.Errorf("flow: %s", lines[4])
	}
}

func TestRawIsWhatShipWouldSend(t *testing.T) {
	t.Parallel()
	events := sorted(shop().events)
	var want []byte
	for i := range events {
		want = append(schema.AppendJSON(want, &events[i]), '\n')
	}
	out, _ := run(t, config(func(c *debugview.Config) { c.Layout = "raw" }), events)
	if out != string(want) {
		t.Errorf("raw:\n%s\nwant\n%s", out, want)
	}
	out, _ = run(t, config(func(c *debugview.Config) { c.Layout, c.Errors = "raw", true }), events)
	if n := strings.Count(out, "\n"); n != 4 {
		t.Errorf("raw --errors: %d lines, want 4\n%s", n, out)
	}
}

func TestContinuation(t *testing.T) {
	t.Parallel()
	s := (&scene{}).signup()
	late := &scene{}
	for i := range s.events {
		if i >= 3 {
			s.events[i].Time.NS += int64(31*time.Second) - int64(1492*ms)
			late.events = append(late.events, s.events[i])
		}
	}
	first := s.events[:3]
	var out, errs strings.Builder
	v, err := debugview.New(config(func(c *debugview.Config) { c.Input = debugview.Follow }), &out, &errs, nil)
	if err != nil {
		t.Fatal(err)
	}
	now := at("14:02:12.000")
	v.Advance(now)
	for i := range first {
		v.Add(&first[i])
	}
	v.Advance(now + 3e9)
	if !strings.Contains(out.String(), "c9ad1a") {
		t.Fatalf("the first part was not shown:\n%s", out.String())
	}
	out.Reset()
	for i := range late.events {
		v.Add(&late.events[i])
	}
	v.Advance(now + 40e9)
	golden(t, "continued.txt", strings.TrimPrefix(out.String(), "\n"))
}
