package schema

import "testing"

func TestNoise(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		method, path string
		status       int
		want         string
	}{
		{"GET", "/health", 200, "health"},
		{"GET", "/health", 503, ""},
		{"POST", "/health", 200, ""},
		{"GET", "/api/v1/healthz", 200, "health"},
		{"GET", "/assets/app-3f.js", 200, "asset"},
		{"GET", "/images/logo.png", 304, "asset"},
		{"GET", "/favicon.ico", 404, ""},
		{"GET", "/cable", 101, "socket"},
		{"GET", "/users/42", 200, ""},
		{"GET", "/graphql?operationName=IntrospectionQuery", 200, "introspection"},
		{"GET", "/", 200, ""},
	} {
		var e Event
		setHTTP(&e, tt.method, tt.path, tt.status)
		if got := e.Noise(); got != tt.want {
			t.Errorf("Noise of %s %s %d = %q, want %q", tt.method, tt.path, tt.status, got, tt.want)
		}
	}
	for sql, want := range map[string]string{
		"SELECT * FROM schema_migrations":          "bookkeeping",
		"UPDATE solid_queue_processes SET pid = 1": "bookkeeping",
		"SELECT * FROM users":                      "",
	} {
		var e Event
		setSQL(&e, sql, "")
		if got := e.Noise(); got != want {
			t.Errorf("Noise of %q = %q, want %q", sql, got, want)
		}
	}
}
