package ship

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// receiver is a fake http.RoundTripper that keeps what it takes.
type receiver struct {
	// answer decides about a request; nil takes everything. lines is what was sent.
	answer func(n int, r *http.Request, lines []string) (*http.Response, error)

	mu       sync.Mutex
	requests int
	inflight int
	most     int
	got      []string // lines taken, in order
	ids      []string // Idempotency-Key of every request
	at       []time.Time
}

func (f *receiver) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	raw, err := decode(body, codecByName(r.Header.Get("Content-Encoding")), 64<<20)
	if err != nil {
		return respond(400, ""), nil
	}
	lines := strings.SplitAfter(string(raw), "\n")
	lines = lines[:len(lines)-1]
	f.mu.Lock()
	n := f.requests
	f.requests++
	f.ids = append(f.ids, r.Header.Get("Idempotency-Key"))
	f.at = append(f.at, time.Now())
	f.inflight++
	f.most = max(f.most, f.inflight)
	f.mu.Unlock()
	resp := respond(200, `{"accepted":1}`)
	if f.answer != nil {
		resp, err = f.answer(n, r, lines)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.inflight--
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == 200 {
		f.got = append(f.got, lines...)
	}
	return resp, nil
}

func (f *receiver) take(lines ...string) {
	f.mu.Lock()
	f.got = append(f.got, lines...)
	f.mu.Unlock()
}

func (f *receiver) lines() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.got...)
}

func respond(status int, body string) *http.Response {
	h := http.Header{}
	if strings.HasPrefix(body, "{") {
		h.Set("Content-Type", "application/json")
	}
	return &http.Response{StatusCode: status, Header: h, ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body))}
}

// tally counts acknowledgements.
type tally struct {
	mu sync.Mutex
	n  int
}

func (t *tally) Done(n int) {
	t.mu.Lock()
	t.n += n
	t.mu.Unlock()
}

func (t *tally) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.n
}

// event is line i of a test, with its flow.
func event(i int) string { return fmt.Sprintf(`{"event_id":"evt_%06d","flow":%d}`+"\n", i, i%5) }

// group makes a Group of events from up to to.
func group(from, to int, ack Acker) *Group {
	g := &Group{}
	for i := from; i < to; i++ {
		g.Body = append(g.Body, event(i)...)
		g.Events = append(g.Events, Event{End: int32(len(g.Body)), Flow: uint64(i % 5), Ack: ack})
	}
	return g
}

// want is the lines of events from up to to.
func want(from, to int) []string {
	var out []string
	for i := from; i < to; i++ {
		out = append(out, event(i))
	}
	return out
}

func httpConfig() Config {
	c := DefaultConfig()
	c.To = []string{"http://sink.test/events"}
	c.BatchSize = 10
	c.Order = "strict"
	return c
}

func begin(t *testing.T, cfg Config, deps Deps) *Shipper {
	t.Helper()
	s, err := Start(context.Background(), cfg, deps)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func add(t *testing.T, s *Shipper, g *Group) {
	t.Helper()
	if err := s.Add(t.Context(), g); err != nil {
		t.Fatalf("Add: %v", err)
	}
}

func balance(t *testing.T, s *Shipper) Books {
	t.Helper()
	b := s.Books()
	if d := b.Difference(); d != 0 {
		t.Errorf("the books are off by %d: %+v", d, b)
	}
	return b
}

func sameLines(t *testing.T, got, want []string) {
	t.Helper()
	if g, w := strings.Join(got, ""), strings.Join(want, ""); g != w {
		t.Errorf("got %d lines, want %d; first difference at byte %d", len(got), len(want), firstDifference(g, w))
	}
}

func firstDifference(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func textLogger(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }
