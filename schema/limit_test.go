package schema

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestAppendLimited(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 40_000)
	for _, tt := range []struct {
		name string
		set  func(e *Event)
		want string // in truncated
	}{
		{"message", func(e *Event) { e.Metadata.Message = Text(long) }, "metadata.message"},
		{"escaped", func(e *Event) { e.Metadata.Message = Value{Escaped, strings.Repeat(`\u00e9\\`, 20_000)} }, "metadata.message"},
		{"raw", func(e *Event) { e.Metadata.Params = Value{Raw, `{"a":"` + long + `"}`} }, "metadata.params"},
		{"field", func(e *Event) { e.AddField("big", Text(long)); e.AddField("small", Text("kept")) }, "metadata.fields.big"},
		{"path", func(e *Event) { e.Metadata.Path = long }, "metadata.path"},
		{"control characters grow", func(e *Event) { e.Metadata.Message = Text(strings.Repeat("\x01", 60_000)) }, "metadata.message"},
		{"several", func(e *Event) {
			e.Metadata.Message, e.Metadata.Error.Stack, e.Metadata.DB.SQL = Text(long), Text(long), Text(long)
		}, "metadata.db.sql"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var e Event
			e.Type, e.Action = "log.message", "log"
			tt.set(&e)
			out := AppendLimited(nil, &e, 64<<10)
			if len(out) > 64<<10 {
				t.Errorf("event has %d bytes, want at most %d", len(out), 64<<10)
			}
			var v struct{ Metadata struct{ Truncated []string } }
			if err := json.Unmarshal(out, &v); err != nil {
				t.Fatalf("not JSON: %v", err)
			}
			if got := strings.Join(v.Metadata.Truncated, " "); !strings.Contains(got, tt.want) {
				t.Errorf("truncated = %q, want %q in it", got, tt.want)
			}
		})
	}
}

func TestAppendLimitedLeavesSmallEventsAlone(t *testing.T) {
	t.Parallel()
	var e Event
	e.Type, e.Action, e.Metadata.Message = "log.message", "log", Text("hello")
	if got, want := string(AppendLimited(nil, &e, 1)), string(AppendJSON(nil, &e)); got != want {
		t.Errorf("AppendLimited = %s, want %s", got, want)
	}
}
