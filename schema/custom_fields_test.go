package schema_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/schema"
)

// TestFormatFields gives each field of ours from a group, or a key, of a format of one's own.
func TestFormatFields(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ field, text, want string }{
		{"actor.id", "42", `"actor":{"type":"user","id":"42"}`},
		{"actor.name", "Ann", `"name":"Ann"`},
		{"actor.email", "a@b.test", `"email":"a@b.test"`},
		{"actor.type", "client", `"actor":{"type":"client"`},
		{"subject.type", "order", `"subject":{"type":"order"`},
		{"subject.id", "17", `"subject":{"type":"object","id":"17"}`},
		{"event_type", "user.action", `"event_type":"user.action"`},
		{"event_type", "Not One", `"event_type":"log.message"`},
		{"action", "order.placed", `"action":"order.placed"`},
		{"time", "2026-03-14T10:00:00Z", `"timestamp":"2026-03-14T10:00:00Z"`},
		{"time", "yesterday", `"timestamp_source":"read"`},
		{"level", "WARN", `"level":"warn"`},
		{"message", "hello", `"message":"hello"`},
		{"error.class", "Oops", `"class":"Oops"`},
		{"error.message", "boom", `"message":"boom"`},
		{"job.class", "Mail", `"job":{"class":"Mail"}`},
		{"job.queue", "low", `"queue":"low"`},
		{"process.id", "order:17", `"process_id":"order:17"`},
		{"duration", "150ms", `"duration":0.15`},
		{"duration", "0.15", `"duration":0.15`},
		{"duration_ms", "150", `"duration":0.15`},
		{"duration_us", "150000", `"duration":0.15`},
		{"duration_ns", "150000000", `"duration":0.15`},
		{"request_id", "req-1", `"request_id":"req-1"`},
		{"status", "404", `404`},
		{"odd", "x", `"odd":"x"`},
	} {
		for _, kind := range []string{"json", "logfmt"} {
			config := schema.FormatConfig{Name: "own", Fields: map[string]string{tt.field: "their"}}
			line := `{"their":"` + tt.text + `"}`
			if kind == "logfmt" {
				line = `their="` + tt.text + `" x=1`
			}
			f, err := schema.CompileFormat(config)
			if err != nil {
				t.Fatalf("CompileFormat(%v): %v", config, err)
			}
			js, ok := f.Try(line, time.UTC)
			if !ok || !strings.Contains(string(js), tt.want) {
				t.Errorf("%s as %s of %q = %s, %v, want %s in it", kind, tt.field, line, js, ok, tt.want)
			}
		}
	}
}

func TestFormatMisses(t *testing.T) {
	t.Parallel()
	f, err := schema.CompileFormat(schema.FormatConfig{Name: "own", Fields: map[string]string{"actor.id": "who", "subject.type": "=order"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"", "{", `{"other":1}`, `{"who":1`, "other=1", "plain words", `who`} {
		if js, ok := f.Try(line, time.UTC); ok {
			t.Errorf("Try(%q) = %s, want no match", line, js)
		}
	}
	_, err = schema.CompileFormat(schema.FormatConfig{Name: "own", Pattern: "(?P<a>"})
	if fault, ok := errors.AsType[*schema.FieldError](err); !ok || fault.Unwrap() == nil {
		t.Errorf("CompileFormat of a broken pattern = %v", err)
	}
}

func TestFormatPattern(t *testing.T) {
	t.Parallel()
	f, err := schema.CompileFormat(schema.FormatConfig{Name: "own", Pattern: `^ACME: (?P<who>\w+) did (?P<what>\w+)(?: at (?P<time>.+))?$`,
		Fields: map[string]string{"actor.id": "who", "subject.type": "=thing", "subject.id": "what"}, Event: "user.action", Action: "thing.{what"})
	if err != nil {
		t.Fatal(err)
	}
	js, ok := f.Try("ACME: ann did seven", time.UTC)
	for _, want := range []string{`"actor":{"type":"user","id":"ann"}`, `"subject":{"type":"thing","id":"seven"}`, `"action":"thing.{what"`, `"format":"own"`} {
		if !ok || !strings.Contains(string(js), want) {
			t.Errorf("Try = %s, want %s in it", js, want)
		}
	}
	for _, line := range []string{"ACME: ann", "other ACME: ann did seven", "ACME:"} {
		if _, ok := f.Try(line, time.UTC); ok {
			t.Errorf("Try(%q) matches", line)
		}
	}
}
