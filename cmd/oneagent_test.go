package cmd

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/schema"
	"github.com/ezlogs/ezlogs/tailer"
)

// TestOneAgent holds that events of one agent of ours stop waiting for what comes later once enough of them were seen, that
// all come out in order, and that those of a second agent, or of none, make everything wait.
func TestOneAgent(t *testing.T) {
	t.Parallel()
	const told = `{"event_id":"e%d","timestamp":"2026-03-14T10:00:00Z","event_type":"http.request","action":"GET /","correlation":{"flow_id":"flow_7p8yt21cgcz7yn0m4gtpsbhxbg","link":"id","confidence":1},"metadata":{},"platform":{%s}}` + "\n"
	const a, b, nowhere = `"host":"a"`, `"host":"b"`, ``
	const merged = `{"event_id":"e%d","timestamp":"2026-03-14T10:00:00Z","event_type":"flow.merged","action":"flow.merged","correlation":{"flow_id":"flow_7p8yt21cgcz7yn0m4gtpsbhxbg",` +
		`"merged_flow_ids":["flow_ga9d0mr9ezswagn5w77c2mkw6g"],"link":"id","confidence":1},"metadata":{},"platform":{"format":"ezlogs"}}` + "\n"
	const inside = `{"event_id":"e%d","timestamp":"2026-03-14T10:00:00Z","event_type":"%s","action":"GET /","correlation":{"flow_id":"flow_7p8yt21cgcz7yn0m4gtpsbhxbg",` +
		`"request_id":"4bf92f35-77b3-4da6-a3ce-929d0e0e47%02d","link":"id","confidence":1},"metadata":{"duration":0.1},"platform":{"host":"a"}}` + "\n"
	const other = `{"n":%d,"msg":"hello"}` + "\n"
	const ahead = 8
	for _, aliases := range []bool{true, false} {
		cfg := defaultConfig()
		cfg.Correlation.Aliases = aliases
		if p := newPipeline(cfg, nil, nil, nil, func() encoder { return nil }, nil, false); p.order.alone.may == aliases {
			t.Errorf("aliases = %v: %v", aliases, p.order.alone.may)
		}
	}
	for _, test := range []struct {
		name  string
		lines func(i int) string
		wait  int // events that wait before the end
	}{
		{"one", func(i int) string { return fmt.Sprintf(told, i, a) }, 0},
		{"names that were told", func(i int) string {
			if i%4 == 3 {
				return fmt.Sprintf(merged, i)
			}
			return fmt.Sprintf(told, i, a)
		}, 0},
		{"a second host", func(i int) string { return fmt.Sprintf(told, i, []string{a, b}[i/30]) }, ahead},
		{"no host", func(i int) string { return fmt.Sprintf(told, i, nowhere) }, 0},
		{"a host, then none", func(i int) string { return fmt.Sprintf(told, i, []string{a, nowhere}[i/30]) }, ahead},
		{"no flow", func(i int) string { return strings.Replace(fmt.Sprintf(told, i, a), `"flow_id"`, `"request_id"`, 1) }, ahead},
		{"a line of another", func(i int) string {
			if i == 30 {
				return fmt.Sprintf(other, i)
			}
			return fmt.Sprintf(told, i, a)
		}, ahead},
		{"parents that were not told", func(i int) string {
			return fmt.Sprintf(inside, i, []string{"log.message", "http.request"}[i%2], i/2)
		}, ahead},
		{"lines of others", func(i int) string { return fmt.Sprintf(other, i) }, ahead},
	} {
		cfg := defaultConfig()
		cfg.Correlation.Aliases = false
		o := newOrdered(nil, schema.NewJoiner(cfg.schema()), correlate.New(cfg.correlate()), cfg.keeps(), false, ahead)
		o.alone.may = true
		w := &worker{parser: schema.NewParser(cfg.schema())}
		src := schema.NewSource("-", "-", []byte("secret"), []byte("identity"))
		offset := int64(0)
		var at []int64
		step := func(c *chunk) {
			for _, e := range o.step(c).events {
				at = append(at, e.Origin.Offset)
			}
		}
		const lines = 40
		for i := range lines {
			text := test.lines(i)
			c := &chunk{Chunk: &tailer.Chunk{Text: text, Offset: offset, Ack: new(tailer.Token)}, src: src}
			offset += int64(len(text))
			w.parse(c)
			step(c)
		}
		if wait := lines - len(at); wait != test.wait {
			t.Errorf("%s: %d events wait", test.name, wait)
		}
		step(&chunk{end: true})
		if len(at) != lines || !slices.IsSorted(at) {
			t.Errorf("%s: %d events, at %v", test.name, len(at), at)
		}
	}
}
