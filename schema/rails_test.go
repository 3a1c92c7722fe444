package schema

import (
	"strings"
	"testing"
	"time"
)

// readAll returns the events of text as the pipeline makes them, as JSON lines.
func readAll(t *testing.T, text string) []string {
	t.Helper()
	return readWith(t, Config{Location: time.UTC}, text)
}

func readWith(t *testing.T, c Config, text string) []string {
	t.Helper()
	src := NewSource("x.log", "x.log", []byte("secret"), []byte("file"))
	p := NewParser(c)
	p.Start(src, time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	j := NewJoiner(c)
	var out []string
	emit := func(e *Event) { out = append(out, string(AppendJSON(nil, e))) }
	var events []Event
	offset := int64(0)
	for line := range strings.SplitAfterSeq(text, "\n") {
		if line != "" {
			events = p.Parse(events, strings.TrimSuffix(line, "\n"), offset, nil)
		}
		offset += int64(len(line))
	}
	for i := range events {
		j.Push(&events[i], emit)
	}
	j.Flush(emit)
	return out
}

func TestRailsBlock(t *testing.T) {
	t.Parallel()
	const head = "I, [2026-03-14T10:00:00.114086 #1]  INFO -- : [7f3c1c52-9a0e-4d5e-9a55-3f1f2f0f9a11] "
	out := readAll(t, head+`Started GET "/orders/1?a=b" for 10.0.3.7 at 2026-03-14 10:00:00 +0000`+"\n"+
		head+"Processing by OrdersController#show as HTML\n"+
		head+`  Order Load (0.3ms)  SELECT "orders".* FROM "orders" WHERE "orders"."id" = ?  [["id", 1]]`+"\n"+
		head+"Completed 200 OK in 15ms (ActiveRecord: 9.7ms | Allocations: 206)\n")
	if len(out) != 2 {
		t.Fatalf("got %d events, want a statement and a request: %s", len(out), out)
	}
	for i, parts := range [][]string{
		{`"event_type":"data.query"`, `"action":"order.loaded"`, `"parent_event_id":"evt_`, `"duration":0.0003`},
		{`"event_type":"http.request"`, `"action":"GET /orders/1"`, `"status":200`, `"duration":0.015`, `"route":"OrdersController#show"`},
	} {
		for _, part := range parts {
			if !strings.Contains(out[i], part) {
				t.Errorf("event %d lacks %s: %s", i, part, out[i])
			}
		}
	}
}
