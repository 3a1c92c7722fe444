package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDebugNamedFlows holds that flows which events name differently and ids unite are shown as one.
func TestDebugNamedFlows(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, ids, child string }{
		{"parent flow", ``, `,"parent_flow_id":"flow_r00t0000000000000000000000"`},
		{"one request", `,"request_id":"5f54cdb3-4f0c-4088-ab40-bd66f22a908f"`, `,"request_id":"5f54cdb3-4f0c-4088-ab40-bd66f22a908f"`},
		{"one trace", `,"trace_id":"adba6c932142c79fa55ba667e8e5bf4b"`, `,"trace_id":"adba6c932142c79fa55ba667e8e5bf4b"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			name := filepath.Join(t.TempDir(), "events.ndjson")
			event := func(n, flow, ids string) string {
				return `{"event_id":"evt_e` + n + `000000000000000000000000","timestamp":"2026-11-20T14:02:0` + n + `.000Z","event_type":"http.request","action":"GET /` + n +
					`","correlation":{"flow_id":"flow_` + flow + `0000000000000000000000"` + ids + `},"metadata":{"duration":0.1}}` + "\n"
			}
			text := event("1", "r00t", tt.ids) + event("2", "c100", tt.child) + event("3", "c200", tt.child)
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			out, note, status := debugRunOf(t, "--layout", "list", name)
			if n := strings.Count(out, "\n"); n != 1 || status != 0 {
				t.Errorf("%d flows, status %d: %s%s", n, status, out, note)
			}
		})
	}
}
