package redact_test

import (
	"testing"

	"github.com/ezlogs/ezlogs/redact"
)

// newWorker returns a Redactor for a configuration with a fixed key.
func newWorker(t testing.TB, c redact.Config) *redact.Redactor {
	t.Helper()
	e, err := redact.New(c, redact.Key{ID: "k1", Master: []byte("0123456789abcdef0123456789abcdef")})
	if err != nil {
		t.Fatal(err)
	}
	return e.Worker()
}

func TestLineKeepsWhatIsClean(t *testing.T) {
	t.Parallel()
	r := newWorker(t, redact.DefaultConfig())
	const line = `{"time":"2025-01-02T03:04:05Z","msg":"order 17 paid","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}`
	if got, changed := r.Line(line); got != line || changed {
		t.Errorf("Line(%q) = %q, %v", line, got, changed)
	}
}

func TestLineReplacesASpan(t *testing.T) {
	t.Parallel()
	r := newWorker(t, redact.DefaultConfig())
	got, _ := r.Line(`{"msg":"login","password":"hunter2","n":1}`)
	if want := `{"msg":"login","password":"[REDACTED:password]","n":1}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
