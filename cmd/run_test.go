package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/redact"
	"github.com/ezlogs/ezlogs/ship"
	"github.com/ezlogs/ezlogs/tailer"
)

// result is what a run of the program left.
type result struct {
	status      int
	out, errors string
}

// ezlogs runs the program in this process.
func ezlogs(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	in, err := os.Create(filepath.Join(t.TempDir(), "stdin"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if _, err := in.WriteString(stdin); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	var out, errors bytes.Buffer
	env := &Env{Args: args, Stdin: in, Stdout: &out, Stderr: &errors, Demo: os.DirFS("../testdata/demo"), Environ: []string{
		"EZLOGS_SECURITY_KEY=" + strings.Repeat("0123456789abcdef", 4), "EZLOGS_TIMEZONE=UTC", "HOME=" + t.TempDir(),
	}}
	return result{Run(context.Background(), env), out.String(), errors.String()}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := write(t, dir, "app.log", `{"time":"2026-01-01T10:00:00Z","level":"info","msg":"request completed","method":"GET","path":"/users/7","status":200,"duration_ms":12,"request_id":"4bf92f35-77b3-4da6-a3ce-929d0e0e4736"}
{"time":"2026-01-01T10:00:01Z","level":"error","msg":"boom for ana@example.com","request_id":"4bf92f35-77b3-4da6-a3ce-929d0e0e4736","password":"hunter2"}
`)
	good := write(t, dir, "good.toml", "service_name = \"shop\"\n[collect]\nhttp_requests = false\n")
	formats := write(t, dir, "formats.toml", "[[format]]\nname = \"till\"\npattern = 'TILL (?P<message>.*)'\nexample = [\"nothing\"]\n[[rule]]\nname = \"x\"\npattern = '['\nliteral = \"a\"\n")
	folded := write(t, dir, "folded.toml", "[collect]\nqueries = false\nnoise = false\n")
	sql := write(t, dir, "sql.log", `{"time":"2026-01-01T10:00:00Z","msg":"q","sql":"SELECT * FROM users WHERE id = 7","duration_ms":2}
{"time":"2026-01-01T10:00:01Z","msg":"request completed","method":"GET","path":"/healthz","status":200}
{"time":"2026-01-01T10:00:02Z","msg":"kept"}
`)
	expect := write(t, dir, "flows.toml", "[[expect]]\nroot = \"GET /users/:id\"\nwithin = \"5s\"\n")
	for _, tt := range []struct {
		name   string
		stdin  string
		args   []string
		status int
		out    string // in stdout
		errors string // in stderr
		not    string // in neither
	}{
		{name: "explain a line", args: []string{"explain", log + ":2", "--json"}, out: "key msg", not: "hunter2"},
		{name: "explain a pipe", stdin: "x=1\n", args: []string{"explain"}, out: "-:1"},
		{name: "explain nothing there", args: []string{"explain", log + ":99"}, status: 2, errors: "has 2 lines"},
		{name: "explain no file", args: []string{"explain", filepath.Join(dir, "ap.log")}, status: 1, errors: "did you mean"},
		{name: "redact", stdin: "to ana@example.com\r\n", args: []string{"redact"}, out: "to [email:k1:", not: "ana@"},
		{name: "redact a file", args: []string{"redact", log}, out: "[REDACTED:password]", not: "hunter2"},
		{name: "redact check", args: []string{"redact", "--check", log}, status: 4, errors: "2 values replaced"},
		{name: "redact check is silent when clean", stdin: "fine\n", args: []string{"redact", "--check", "--quiet"}},
		{name: "redact explain", args: []string{"redact", "--explain", log}, out: `"detector":"email"`, not: "hunter2"},
		{name: "redact dry run", args: []string{"redact", "--dry-run", log}, errors: "password"},
		{name: "redact off asks", stdin: "x", args: []string{"redact", "--profile", "off"}, status: 2, errors: "--i-understand"},
		{name: "redact off", stdin: "password=x\n", args: []string{"redact", "--profile", "off", "--i-understand"}, out: "password=x"},
		{name: "redact no file", args: []string{"redact", filepath.Join(dir, "none")}, status: 1, errors: "no such file"},
		{name: "collect", args: []string{"ship", "--once", "--config", good, log}, out: `"service":"shop"`, not: "http.request"},
		{name: "queries", args: []string{"ship", "--once", sql}, out: "data.query"},
		{name: "noise", args: []string{"ship", "--once", sql}, out: "healthz"},
		{name: "no queries", args: []string{"ship", "--once", "--config", folded, sql}, out: "kept", not: "data.query"},
		{name: "no noise", args: []string{"ship", "--once", "--config", folded, sql}, out: "kept", not: "healthz"},
		{name: "check formats and rules", args: []string{"check", formats}, status: 3, out: "example"},
		{name: "check schema", args: []string{"check", "--schema"}, out: "json-schema.org"},
		{name: "check sample", args: []string{"check", "--sample", log}, out: "2 events, 1 flow"},
		{name: "check sample without file", args: []string{"check", "--sample", log + "x"}, status: 1, errors: "no such file"},
		{name: "check github", args: []string{"check", "--format", "github", formats}, status: 3, out: "::error file="},
		{name: "check form", args: []string{"check", "--format", "yaml"}, status: 2, errors: "one of text"},
		{name: "check unknown code", args: []string{"check", "--explain", "bad-regexp"}, status: 2, errors: "did you mean `bad-regex`?"},
		{name: "check strict", stdin: "[delivery]\nto = [\"http://far.example/x\"]\n", args: []string{"check", "--strict", "-"}, status: 3, out: "plain-http"},
		{name: "check preset", stdin: "[delivery]\nto = [\"loki+https://logs.example\"]\n", args: []string{"check", "-"}, out: "loki+https to logs.example"},
		{name: "check no preset", stdin: "[delivery]\nto = [\"look+https://logs.example\"]\n", args: []string{"check", "-"}, status: 3, out: "bad-value"},
		{name: "check allowed values", stdin: "[security]\nallow_values = [\"ok\", \"/[/\"]\n", args: []string{"check", "-"}, status: 3, out: "(stdin):2:16"},
		{name: "flow of two", args: []string{"debug", "--flow", "1", "../testdata/demo"}, status: 2, errors: "is not unique"},
		{name: "totals", args: []string{"ship", "--once", log}, out: "boom", errors: "ezlogs: 2 events: delivered 2; redacted: ", not: "hunter2"},
		{name: "check color", stdin: "x = 1\n", args: []string{"check", "--color", "always", "-"}, status: 3, out: "\x1b[31m"},
		{name: "why", args: []string{"debug", "--why", "2", log}, out: "because", not: "ana@"},
		{name: "why not there", args: []string{"debug", "--why", "9", log}, status: 2, errors: "has 2 lines"},
		{name: "why an event", args: []string{"debug", "--why", "evt_zzz", log}, status: 1, errors: "no event matches"},
		{name: "why what", args: []string{"debug", "--why", "x", log}, status: 2, errors: "expected an event id"},
		{name: "tree", args: []string{"debug", "--utc", "--width", "100", log}, out: "GET /users/7", not: "hunter2"},
		{name: "stdin tree", stdin: `{"time":"2026-01-01T10:00:00Z","msg":"m"}` + "\n", args: []string{"debug", "--tz", "UTC", "--all", "-"}, out: "10:00:00"},
		{name: "json", args: []string{"debug", "--layout", "json", log}, out: `"schema":1`},
		{name: "where", args: []string{"debug", "--where", "status => 500", log}, status: 2, errors: "did you mean `>=`?"},
		{name: "since", args: []string{"debug", "--since", "soon", log}, status: 2, errors: "--since soon"},
		{name: "since until", args: []string{"debug", "--since", "2026-01-01", "--until", "2026-01-02", log}, out: "/users/7"},
		{name: "zone", args: []string{"debug", "--tz", "Mars/One", log}, status: 2, errors: "no such time zone"},
		{name: "slow", args: []string{"debug", "--slow", "fast", log}, status: 2, errors: "--slow fast"},
		{name: "output", args: []string{"debug", "-o", filepath.Join(dir, "x.pdf"), log}, status: 2, errors: "the extension says"},
		{name: "report", args: []string{"debug", "-o", filepath.Join(dir, "x.html"), log}},
		{name: "expect", args: []string{"debug", "--expect", expect, log}, out: "GET /users/:id"},
		{name: "expect not", args: []string{"debug", "--expect", "http.request > job.*", "--format", "tap", log}, status: 4, out: "not ok"},
		{name: "expect junit", args: []string{"debug", "--expect", "http.request > job.*", "--format", "junit", log}, status: 4, out: "<testsuite"},
		{name: "expect nonsense", args: []string{"debug", "--expect", filepath.Join(dir, "none.toml"), log}, status: 2, errors: "--expect"},
		{name: "fail on error", args: []string{"debug", "--demo", "--fail-on", "error,n1"}, status: 4, errors: "error in"},
		{name: "fail on nothing", args: []string{"debug", "--fail-on", "n1,unredacted", log}},
		{name: "fail on what", args: []string{"debug", "--fail-on", "errors", log}, status: 2, errors: "did you mean error?"},
		{name: "record", args: []string{"debug", "--record", filepath.Join(dir, "rec.toml"), log}},
		{name: "compare", args: []string{"debug", "--layout", "profile", "--compare", log, log}, out: "/users"},
		{name: "demo", args: []string{"debug", "--demo", "--layout", "list", "--utc"}, out: "POST /orders"},
		{name: "completion bash", args: []string{"completion", "bash"}, out: "complete -o filenames -F _ezlogs ezlogs"},
		{name: "completion zsh", args: []string{"completion", "zsh"}, out: "#compdef ezlogs"},
		{name: "completion fish", args: []string{"completion", "fish"}, out: "complete -c ezlogs"},
		{name: "completion powershell", args: []string{"completion", "powershell"}, out: "Register-ArgumentCompleter"},
		{name: "completion what", args: []string{"completion", "tcsh"}, status: 2, errors: "needs a shell"},
		{name: "help", args: []string{"help"}, out: "Commands:"},
		{name: "help of a command", args: []string{"help", "ship"}, out: "--once"},
		{name: "help of a topic", args: []string{"help", "where"}, out: "exists(field)"},
		{name: "command help", args: []string{"debug", "--help"}, out: "--errors"},
		{name: "version json", args: []string{"version", "--json"}, out: `"go":"go1`},
		{name: "spool ls", args: []string{"spool", "ls", "--state-dir", dir}, out: "0 segments, 0 events waiting"},
		{name: "spool verify", args: []string{"spool", "verify", "--state-dir", dir}, out: "0 segments"},
		{name: "spool cat", args: []string{"spool", "cat", "--state-dir", dir}},
		{name: "spool repair", args: []string{"spool", "repair", "--state-dir", t.TempDir()}, out: "0 segments repaired"},
		{name: "spool drop asks", args: []string{"spool", "drop", "--state-dir", dir}, status: 2, errors: "--yes"},
		{name: "spool drop", args: []string{"spool", "drop", "--yes", "--state-dir", t.TempDir()}, out: "0 events dropped"},
		{name: "spool flush without destination", args: []string{"spool", "flush", "--state-dir", dir}, status: 2, errors: "no destination"},
		{name: "spool flush", args: []string{"spool", "flush", "--to", "null", "--state-dir", t.TempDir()}, errors: "0 events delivered"},
		{name: "spool what", args: []string{"spool", "lss"}, status: 2, errors: "did you mean `ls`?"},
		{name: "spool", args: []string{"spool"}, status: 2, errors: "needs to be told"},
		{name: "dlq ls", args: []string{"dlq", "ls", "--state-dir", dir}, out: "0 files, 0 events"},
		{name: "dlq cat", args: []string{"dlq", "cat", "--state-dir", dir}},
		{name: "dlq drop asks", args: []string{"dlq", "drop", "--state-dir", dir}, status: 2, errors: "--yes"},
		{name: "dlq drop", args: []string{"dlq", "drop", "--older-than", "7d", "--state-dir", t.TempDir()}, out: "0 events dropped"},
		{name: "dlq retry", args: []string{"dlq", "retry", "--to", "null", "--state-dir", t.TempDir()}, errors: "0 events delivered"},
		{name: "status of nobody", args: []string{"status", "--state-dir", dir}, status: 1, errors: "no shipper is running"},
		{name: "bad value of a flag", args: []string{"ship", "--once", "--workers", "many", log}, status: 2, errors: "workers"},
		{name: "flag without value", args: []string{"ship", "--to"}, status: 2, errors: "--to needs a value"},
		{name: "listen and files", args: []string{"ship", "--listen", "127.0.0.1:0", log}, status: 2, errors: "reads no files beside"},
		{name: "destination", args: []string{"ship", "--once", "--to", "ftp://x/y", log}, status: 3, errors: "ftp:// is not something"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := ezlogs(t, tt.stdin, tt.args...)
			if r.status != tt.status {
				t.Errorf("%v: status %d, want %d\n%s%s", tt.args, r.status, tt.status, r.out, r.errors)
			}
			if !strings.Contains(r.out, tt.out) {
				t.Errorf("%v: stdout is\n%s\nwant %q in it", tt.args, r.out, tt.out)
			}
			if !strings.Contains(r.errors, tt.errors) {
				t.Errorf("%v: stderr is\n%s\nwant %q in it", tt.args, r.errors, tt.errors)
			}
			if tt.not != "" && strings.Contains(r.out+r.errors, tt.not) {
				t.Errorf("%v: %q leaked:\n%s%s", tt.args, tt.not, r.out, r.errors)
			}
		})
	}
}

// TestRecordedExpectationsHold holds that what --record writes is what --expect takes.
func TestRecordedExpectationsHold(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "flows.toml")
	if r := ezlogs(t, "", "debug", "--demo", "--root", "POST /signup", "--record", file); r.status != 0 {
		t.Fatal(r)
	}
	if r := ezlogs(t, "", "debug", "--demo", "--root", "POST /signup", "--expect", file); r.status != 0 {
		t.Errorf("status %d\n%s%s", r.status, r.out, r.errors)
	}
}

func TestParseMoment(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 15, 4, 5, 0, time.UTC)
	for _, tt := range []struct{ in, want string }{
		{"now", "2026-11-21T15:04:05Z"}, {"today", "2026-11-21T00:00:00Z"}, {"yesterday", "2026-11-20T00:00:00Z"},
		{"-15m", "2026-11-21T14:49:05Z"}, {"-2d", "2026-11-19T15:04:05Z"}, {"14:02", "2026-11-21T14:02:00Z"},
		{"14:02:11.387", "2026-11-21T14:02:11.387Z"}, {"2026-11-20", "2026-11-20T00:00:00Z"},
		{"2026-11-20 14:02", "2026-11-20T14:02:00Z"}, {"2026-11-20T14:02:11.5Z", "2026-11-20T14:02:11.5Z"}, {"soon", ""}, {"15m", ""},
	} {
		got, ok := parseMoment(tt.in, now, time.UTC)
		if ok != (tt.want != "") || ok && got.Format(time.RFC3339Nano) != tt.want {
			t.Errorf("parseMoment(%q) = %v %v, want %s", tt.in, got, ok, tt.want)
		}
	}
}

func TestColorRules(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		when string
		env  []string
		want bool
	}{
		{"always", []string{"NO_COLOR=1"}, true}, {"never", []string{"FORCE_COLOR=1"}, false}, {"auto", []string{"NO_COLOR=1", "FORCE_COLOR=1"}, false},
		{"auto", []string{"NO_COLOR="}, false}, {"auto", []string{"CLICOLOR_FORCE=1", "TERM=dumb"}, true}, {"auto", []string{"FORCE_COLOR=0"}, false},
		{"auto", []string{"FORCE_COLOR=1"}, true}, {"auto", []string{"TERM=dumb"}, false},
	} {
		if got := wantColor(&Env{Environ: tt.env}, tt.when, io.Discard); got != tt.want {
			t.Errorf("--color %s with %v: %v, want %v", tt.when, tt.env, got, tt.want)
		}
	}
}

func TestSizesAndDurations(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   string
		want Size
		ok   bool
	}{{"64KB", 65536, true}, {"64 KiB", 65536, true}, {"1.5MiB", 1572864, true}, {"1_000", 1000, true}, {"2g", 2 << 30, true}, {"64 potatoes", 0, false}, {"-1", 0, false}, {"", 0, false}} {
		if got, ok := parseSize(tt.in); got != tt.want || ok != tt.ok {
			t.Errorf("parseSize(%q) = %d %v, want %d %v", tt.in, got, ok, tt.want, tt.ok)
		}
	}
	for _, tt := range []struct {
		in string
		ok bool
	}{{"1h30m", true}, {"2d", true}, {"d", false}, {"5", false}} {
		if _, ok := parseDuration(tt.in); ok != tt.ok {
			t.Errorf("parseDuration(%q): %v, want %v", tt.in, ok, tt.ok)
		}
	}
	if got := Size(1536).String() + " " + Size(1<<20).String() + " " + Size(3<<30).String() + " " + Size(7).String(); got != "1536 1MiB 3GiB 7" {
		t.Errorf("sizes are written %s", got)
	}
}

// TestNearest holds what a slip of the finger leads to, and that a made-up word leads to nothing.
func TestNearest(t *testing.T) {
	t.Parallel()
	words := []string{"batch_size", "buffer_size", "flush_interval", "sample_rate", "to", "workers"}
	for _, tt := range []struct{ in, want string }{
		{"batch_sze", "batch_size"}, {"bacth_size", "batch_size"}, {"BATCH_SIZE", "batch_size"}, {"flush_intervall", "flush_interval"},
		{"wrokers", "workers"}, {"zebra", ""}, {"rate", ""}, {"ot", "to"},
	} {
		if got := nearest(tt.in, words); got != tt.want {
			t.Errorf("nearest(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// adminFor returns an admin that shows the given books.
func adminFor(b ship.Books) *admin {
	busy := new(atomic.Int64)
	return &admin{began: time.Now(), books: func() ship.Books { return b }, busy: busy,
		tail: func() (tailer.Stats, bool) {
			return tailer.Stats{Sources: []tailer.SourceStats{{Path: "/var/log/a.log", Lag: 7}}}, true
		},
		links: func() correlate.Stats { return correlate.Stats{Flows: 3} },
		redact: func() redact.Snapshot {
			return redact.Snapshot{Counts: []redact.Count{{Detector: "email", Action: "hash", N: 2}}}
		}}
}

// TestBooksCountWhatEndsBeforeDelivery holds that sampled and left out events are on both sides of the books.
func TestBooksCountWhatEndsBeforeDelivery(t *testing.T) {
	t.Parallel()
	cfg := ship.DefaultConfig()
	cfg.To = []string{"null"}
	shipper, err := ship.Start(t.Context(), cfg, ship.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	defer shipper.Close()
	s := &session{shipper: shipper, order: &ordered{}}
	s.order.left.Store(3)
	s.order.kept.Store(&correlate.SamplerStats{Sampled: 2})
	if b := s.books(); b.Added != 5 || b.Sampled != 2 || b.LeftOut != 3 || b.Difference() != 0 {
		t.Errorf("books %+v, difference %d", b, b.Difference())
	}
	s.order = nil
	if b := s.books(); b.Added != 0 {
		t.Errorf("without a pipeline %+v", b)
	}
}

func TestAdmin(t *testing.T) {
	t.Parallel()
	get := func(a *admin, path string) (int, string) {
		w := httptest.NewRecorder()
		a.handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	fine := ship.Books{Added: 5, Delivered: 3, Dropped: map[string]uint64{"full": 2}, Destinations: []ship.DestinationBooks{{Name: "x", State: "closed", Attempts: map[string]uint64{"200": 4}}}}
	a := adminFor(fine)
	for path, want := range map[string]string{
		"/healthz": "ok", "/readyz": "ready", "/status": `"state":"ready"`,
	} {
		if code, body := get(a, path); code != 200 || !strings.Contains(body, want) {
			t.Errorf("%s answers %d %s, want %s", path, code, body, want)
		}
	}
	_, metrics := get(a, "/metrics")
	for _, want := range []string{
		"ezlogs_read_events_total 5\n", "ezlogs_delivered_events_total 3\n", `ezlogs_dropped_events_total{reason="full"} 2`, "ezlogs_books_difference_events 0\n",
		`ezlogs_lag_bytes{source="a.log"} 7`, `ezlogs_redactions_total{detector="email",action="hash"} 2`, `ezlogs_attempts_total{destination="x",code="200"} 4`, "ezlogs_flows 3\n",
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("metrics lack %s:\n%s", want, metrics)
		}
	}
	types := map[string]int{}
	for line := range strings.Lines(metrics) {
		if strings.HasPrefix(line, "# TYPE ") {
			if types[line]++; types[line] > 1 {
				t.Errorf("a family stands there twice: %s", line)
			}
		}
	}
	a.busy.Store(time.Now().Add(-time.Minute).UnixNano())
	if code, _ := get(a, "/healthz"); code != http.StatusServiceUnavailable {
		t.Errorf("/healthz answers %d while the pipeline is stuck", code)
	}
	for _, tt := range []struct {
		name  string
		books ship.Books
		code  int
		want  string
	}{
		{"blocked", ship.Books{Destinations: []ship.DestinationBooks{{Name: "x", State: "blocked", LastError: "401"}}}, 503, "refuses: 401"},
		{"open", ship.Books{Destinations: []ship.DestinationBooks{{Name: "x", State: "open", LastError: "refused"}}}, 200, "degraded"},
		{"unbalanced", ship.Books{Added: 1}, 503, "do not balance"},
	} {
		if code, body := get(adminFor(tt.books), "/readyz"); code != tt.code || !strings.Contains(body, tt.want) {
			t.Errorf("%s: /readyz answers %d %s, want %d %s", tt.name, code, body, tt.code, tt.want)
		}
	}
}

func TestStatusOfARunningShipper(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "ez") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	a := adminFor(ship.Books{Added: 4, Delivered: 4, MemoryBudget: 64 << 20, Destinations: []ship.DestinationBooks{{Name: "x", State: "open", LastError: "refused", LastErrorAt: time.Now()}}})
	stop, err := a.serve("", dir)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	r := ezlogs(t, "", "status", "--state-dir", dir)
	for _, want := range []string{"degraded", "4 read = 4 delivered", "a.log: 7 behind", "last error refused"} {
		if r.status != 0 || !strings.Contains(r.out, want) {
			t.Errorf("status %d, want %q in\n%s%s", r.status, want, r.out, r.errors)
		}
	}
	var s Status
	if err := json.Unmarshal([]byte(ezlogs(t, "", "status", "--state-dir", dir, "--json").out), &s); err != nil || s.Books.Delivered != 4 {
		t.Errorf("status --json: %+v %v", s, err)
	}
}

func TestListener(t *testing.T) {
	t.Parallel()
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	io.WriteString(z, "zipped line\n")
	z.Close()
	for _, tt := range []struct {
		name, method, encoding, body string
		code                         int
		want                         string
	}{
		{"lines", "POST", "", "one\ntwo\n", 202, "one\ntwo\n"},
		{"no newline at the end", "POST", "", "one", 202, "one\n"},
		{"gzip", "POST", "gzip", zipped.String(), 202, "zipped line\n"},
		{"pretty JSON", "POST", "", "{\n \"a\": 1\n}\n", 202, "{\"a\":1}\n"},
		{"array", "POST", "", "[{\"a\":1},\n{\"b\":2}]", 202, "[{\"a\":1},{\"b\":2}]\n"},
		{"NDJSON", "POST", "", "{\"a\":1}\n{\"b\":2}\n", 202, "{\"a\":1}\n{\"b\":2}\n"},
		{"health", "GET", "", "", 200, ""},
		{"delete", "DELETE", "", "", 405, ""},
		{"broken gzip", "POST", "gzip", "x", 400, ""},
		{"unknown encoding", "POST", "br", "x", 415, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			n := &listener{}
			n.r, n.w = io.Pipe()
			got := make(chan string)
			go func() {
				b, _ := io.ReadAll(n)
				got <- string(b)
			}()
			req := httptest.NewRequest(tt.method, "/", strings.NewReader(tt.body))
			if tt.encoding != "" {
				req.Header.Set("Content-Encoding", tt.encoding)
			}
			w := httptest.NewRecorder()
			n.ServeHTTP(w, req)
			n.w.Close()
			if lines := <-got; w.Code != tt.code || lines != tt.want {
				t.Errorf("%s %q: %d %q, want %d %q", tt.method, tt.body, w.Code, lines, tt.code, tt.want)
			}
		})
	}
}
