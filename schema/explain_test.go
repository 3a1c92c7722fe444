package schema_test

import (
	"slices"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/schema"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, line, format string
		rules              map[string]string // path to rule
		unknown            []string
	}{
		{"json", `{"time":"2026-03-14T10:00:00Z","level":"INFO","msg":"done","method":"GET","path":"/users/42","status":200,"odd":1,"trace_id":"0af7651916cd43dd8448eb211c80319c"}`, "slog.json",
			map[string]string{"timestamp": "key time", "metadata.status": "key status", "subject.id": "method and path", "metadata.outcome": "status",
				"correlation.trace_id": "key trace_id", "metadata.fields.odd": "not recognised, kept as it was", "actor.id": "nobody is named"}, []string{"odd"}},
		{"access", `203.0.113.5 - frank [14/Mar/2026:10:00:00 +0000] "GET /users/42 HTTP/1.1" 200 2326 "-" "ClaudeBot/1.0"`, "access.combined",
			map[string]string{"metadata.status": "format access.combined", "action": "method and path", "actor.id": "user agent of an AI client", "timestamp": "format access.combined"}, nil},
		{"plain", "hello", "text", map[string]string{"timestamp": "moment of reading: the line has no time", "action": "nothing says more", "platform.format": "shape of the line"}, nil},
		{"statement", `2026-03-14 10:00:00.611 UTC [25813] shop@shop LOG:  duration: 11.857 ms  statement: update loans set total=3 where id=1`, "postgres.text",
			map[string]string{"subject.id": "statement"}, []string{"db_user", "database"}},
		{"job", `[2026-03-14 10:00:00,444: INFO/P-1] Task a.b[c0ffee00-1234-4abc-9def-0123456789ab] succeeded in 0.1s: None`, "celery", map[string]string{"action": "job and its state"}, []string{"result"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := schema.NewParser(schema.Config{Location: time.UTC})
			p.Start(nil, time.Date(2026, 3, 14, 10, 0, 5, 0, time.UTC))
			x := p.Explain(tt.line)
			if len(x) != 1 || x[0].Format != tt.format || !slices.Equal(x[0].Unknown, tt.unknown) {
				t.Fatalf("Explain(%q) = %+v, want format %s and unknown %q", tt.line, x, tt.format, tt.unknown)
			}
			got := map[string]string{}
			for _, f := range x[0].Fields {
				got[f.Path] = f.Rule
				if f.Offset >= 0 && f.Offset >= len(tt.line) {
					t.Errorf("Explain(%q): %s stands at %d, behind the line", tt.line, f.Path, f.Offset)
				}
			}
			for path, rule := range tt.rules {
				if got[path] != rule {
					t.Errorf("Explain(%q): %s by %q, want %q", tt.line, path, got[path], rule)
				}
			}
		})
	}
}
