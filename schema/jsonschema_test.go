package schema_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/schema"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema.JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("event.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("event.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestJSONSchemaHolds validates every event of the corpus against the published schema.
func TestJSONSchemaHolds(t *testing.T) {
	t.Parallel()
	s := compileSchema(t)
	logs, err := filepath.Glob(goldenDir + "/*/*.log")
	if err != nil {
		t.Fatal(err)
	}
	for _, log := range logs {
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(events(log, string(text))) {
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
			if err != nil {
				t.Errorf("%s: not JSON: %v\n%s", log, err, line)
				continue
			}
			if err := s.Validate(v); err != nil {
				t.Errorf("%s: %v\n%s", log, err, line)
			}
		}
	}
}

// TestJSONSchemaRefuses makes sure that the schema says something.
func TestJSONSchemaRefuses(t *testing.T) {
	t.Parallel()
	s := compileSchema(t)
	good := strings.TrimSpace(string(events("x.log", `{"time":"2026-03-14T10:00:00Z","level":"info","msg":"x"}`)))
	for _, tt := range []struct{ name, old, with string }{
		{"type", `"event_type":"log.message"`, `"event_type":"Log Message"`},
		{"action", `"action":"log"`, `"action":""`},
		{"time", `10:00:00Z`, `10:00:00+01:00`},
		{"actor", `"actor":{"type":"system","id":"system"}`, `"actor":{}`},
		{"extra key", `{"event_id"`, `{"more":1,"event_id"`},
		{"level", `"level":"info"`, `"level":"INFO"`},
	} {
		bad := strings.Replace(good, tt.old, tt.with, 1)
		if bad == good {
			t.Fatalf("%s: %s is not in %s", tt.name, tt.old, good)
		}
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(bad))
		if err != nil {
			t.Fatal(err)
		}
		if s.Validate(v) == nil {
			t.Errorf("%s: accepted %s", tt.name, bad)
		}
	}
}
