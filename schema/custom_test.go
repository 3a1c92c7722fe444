package schema_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/schema"
)

func TestCompileFormat(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		config schema.FormatConfig
		line   string
		want   []string // parts of the event
	}{
		{"groups", schema.FormatConfig{Name: "audit", Pattern: `^(?P<time>\S+) AUDIT User (?P<actor_id>\d+) exported report (?P<subject_id>\d+)$`,
			Event: "user.action", Action: "report.exported"},
			"2026-03-14T10:00:00Z AUDIT User 42 exported report 17",
			[]string{`"timestamp":"2026-03-14T10:00:00Z"`, `"event_type":"user.action"`, `"action":"report.exported"`, `"actor":{"type":"user","id":"42"}`,
				`"subject":{"type":"report","id":"17"}`, `"format":"audit"`}},
		{"odd time, action with a group", schema.FormatConfig{Name: "odd", Pattern: `<<(?P<time>[^>]+)>> (?P<verb>\w+) took (?P<duration_ms>\d+)`, Action: "did.{verb}", Time: "02.01.06 15h04"},
			"<<14.03.26 10h00>> sweep took 150",
			[]string{`"timestamp":"2026-03-14T10:00:00Z"`, `"action":"did.sweep"`, `"duration":0.15`, `"verb":"sweep"`}},
		{"JSON map", schema.FormatConfig{Name: "bank", Fields: map[string]string{"actor.id": "cust.no", "subject.id": "acct", "subject.type": "=account"}, Event: "user.action", Action: "account.opened"},
			`{"ts":"2026-03-14T10:00:00Z","cust":{"no":7},"acct":"DE1","x":1}`,
			[]string{`"actor":{"type":"user","id":"7"}`, `"subject":{"type":"account","id":"DE1"}`, `"action":"account.opened"`, `"x":1`}},
		{"logfmt map", schema.FormatConfig{Name: "lf", Fields: map[string]string{"actor.id": "who"}}, `who=ann level=warn msg="hello there"`,
			[]string{`"actor":{"type":"user","id":"ann"}`, `"level":"warn"`, `"message":"hello there"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.config.Example = []string{tt.line}
			f, err := schema.CompileFormat(tt.config)
			if err != nil {
				t.Fatalf("CompileFormat: %v", err)
			}
			p := schema.NewParser(schema.Config{Location: time.UTC, Formats: []*schema.Format{f}})
			p.Start(nil, time.Date(2026, 3, 14, 10, 0, 5, 0, time.UTC))
			events := p.Parse(nil, tt.line, 0, nil)
			got := string(schema.AppendJSON(nil, &events[0]))
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("event of %q = %s, want %s in it", tt.line, got, want)
				}
			}
			if other := p.Parse(nil, "2026-03-14T10:00:00Z something else", 0, nil); other[0].Platform.Format == f.Name() {
				t.Errorf("format %s takes a foreign line", f.Name())
			}
		})
	}
}

func TestCompileFormatFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		config schema.FormatConfig
		field  string
	}{
		{"no name", schema.FormatConfig{Pattern: "(?P<a>x)"}, "name"},
		{"nothing", schema.FormatConfig{Name: "x"}, "pattern"},
		{"broken", schema.FormatConfig{Name: "x", Pattern: "(?P<a>x"}, "pattern"},
		{"no group", schema.FormatConfig{Name: "x", Pattern: "a(b)c"}, "pattern"},
		{"event", schema.FormatConfig{Name: "x", Pattern: "(?P<a>x)", Event: "Bad Type"}, "event"},
		{"example", schema.FormatConfig{Name: "x", Pattern: "(?P<a>x)", Example: []string{"x", "s3cret"}}, "example[1]"},
	} {
		_, err := schema.CompileFormat(tt.config)
		fault, ok := errors.AsType[*schema.FieldError](err)
		if !ok || fault.Field != tt.field {
			t.Errorf("%s: CompileFormat = %v, want a fault of %s", tt.name, err, tt.field)
		}
		if ok && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the text of a line stands in the error", tt.name)
		}
	}
}
