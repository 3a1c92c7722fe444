package cmd

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestDebugWeb opens the live page as its address tells, and holds that without the key there is nothing to see.
func TestDebugWeb(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	said, errw := io.Pipe()
	status := make(chan int, 1)
	go func() {
		status <- Run(ctx, &Env{Args: []string{"debug", "--web", "--open", "--web-addr", "127.0.0.1:0", "--summary", "never", "../testdata/demo"}, Stdout: io.Discard, Stderr: errw,
			Environ: []string{"EZLOGS_SECURITY_KEY=" + strings.Repeat("0123456789abcdef", 4), "HOME=" + t.TempDir(), "BROWSER=" + filepath.Join(t.TempDir(), "none") + " --new-tab"}})
		errw.Close()
	}()
	notes := bufio.NewReader(said)
	line, err := notes.ReadString('\n')
	url := regexp.MustCompile(`http://\S+`).FindString(line)
	if err != nil || url == "" {
		t.Fatalf("%q, %v", line, err)
	}
	if line, err := notes.ReadString('\n'); err != nil || !strings.Contains(line, "--open: no browser could be started") {
		t.Errorf("a browser that is not there: %q, %v", line, err)
	}
	go io.Copy(io.Discard, notes)
	get := func(url string) (int, string) {
		t.Helper()
		jar := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}
		r, err := jar.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		b, _ := io.ReadAll(r.Body)
		return r.StatusCode, string(b)
	}
	if code, body := get(url); code != 200 || !strings.Contains(body, "ezlogs flows") {
		t.Errorf("%d: %.200s", code, body)
	}
	bare, _, _ := strings.Cut(url, "?")
	if code, body := get(bare); code != 403 || strings.Contains(body, "POST /orders") {
		t.Errorf("without the key: %d: %.200s", code, body)
	}
	cancel()
	if got := <-status; got != 0 {
		t.Errorf("status %d", got)
	}
}

// TestDebugWebTaken holds that an address in use is an error.
func TestDebugWebTaken(t *testing.T) {
	t.Parallel()
	if _, note, status := debugRunOf(t, "--web", "--web-addr", "127.0.0.1:99999", "../testdata/demo"); status != 1 || note == "" {
		t.Errorf("status %d: %s", status, note)
	}
}

// TestDebugUse holds what wrong or unusual use comes to.
func TestDebugUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	const demo = "../testdata/demo"
	unknown := file("unknown.toml", "[[expect]]\nroot = \"*\"\nstepz = []\n")
	broken := file("broken.toml", "[[expect")
	wrong := file("wrong.toml", "[[expect]]\nroot = \"*\"\nmax = { \"sql *\" = -1 }\n")
	met := file("met.toml", "[[expect]]\nroot = \"POST /signup\"\nsteps = [\"db user.created\"]\n")
	unmet := file("unmet.toml", "[[expect]]\nroot = \"POST /signup\"\nsteps = [\"db user.destroyed\"]\n")
	before := file("before.ndjson", `{"event_id":"e","timestamp":"2026-11-20T14:02:01.000Z","event_type":"http.request","action":"POST /orders","metadata":{"duration":0.01}}`+"\n")
	empty := file("empty.log", "")
	for _, tt := range []struct {
		name   string
		args   []string
		status int
		out    string // stdout has it
		note   string // stderr has it
	}{
		{"expect: unknown key", []string{"--expect", unknown, demo}, 2, "", "stepz"},
		{"expect: no TOML", []string{"--expect", broken, demo}, 2, "", "broken.toml"},
		{"expect: no file", []string{"--expect", filepath.Join(dir, "none.toml"), demo}, 2, "", "none.toml: no such file\n  steps are joined by >"},
		{"expect: a wrong value", []string{"--expect", wrong, demo}, 2, "", "expect[0]"},
		{"expect: a wrong short form", []string{"--expect", "a > > b", demo}, 2, "", "missing"},
		{"expect: met", []string{"--expect", met, demo}, 0, "7 of 7 flows as expected", ""},
		{"expect: met, JUnit", []string{"--expect", met, "--format", "junit", demo}, 0, "<testsuite", ""},
		{"expect: not met, TAP", []string{"--expect", unmet, "--format", "tap", demo}, 4, "not ok", ""},
		{"expect: short form", []string{"--expect", "http.request > data.change > job.*", demo}, 0, "", ""},
		{"fail on a word", []string{"--fail-on", "eror", demo}, 2, "", "did you mean error?"},
		{"fail on slow", []string{"--fail-on", "slow,n1", "--slow", "1s", demo}, 4, "", "slow in"},
		{"compare", []string{"--layout", "profile", "--root", "POST /orders", "--compare", before, demo}, 0, "new", ""},
		{"compare with nothing", []string{"--layout", "profile", "--compare", filepath.Join(dir, "none.log"), demo}, 1, "", "none.log: no such file"},
		{"since a date", []string{"--since", "2026-11-20", "--until", "2026-11-21", "--layout", "list", demo}, 0, "POST /orders", ""},
		{"since a moment", []string{"--since", "2026-11-20T14:02:20", "--until", "2026-11-20 14:02:30.5", "--layout", "list", demo}, 0, "14:02:20", ""},
		{"since long ago", []string{"--since", "-1000000h", "--until", "now", "--layout", "list", "--quiet", demo}, 0, "", ""},
		{"since yesterday", []string{"--since", "yesterday", "--until", "14:02:11.387", empty}, 0, "", ""},
		{"since a word", []string{"--since", "noon", demo}, 2, "", "expected a time"},
		{"a zone", []string{"--tz", "Asia/Tokyo", "--layout", "list", "-n", "1", demo}, 0, "", ""},
		{"slow without a unit", []string{"--slow", "500", demo}, 2, "", "needs a unit"},
		{"slow by a word", []string{"--slow", "very", demo}, 2, "", "expected a duration"},
		{"a layout mistyped", []string{"--layout", "tre", demo}, 2, "", "did you mean `tree`?"},
		{"an extension", []string{"-o", filepath.Join(dir, "x.docx"), demo}, 2, "", "the extension says"},
		{"a folder that is not there", []string{"-o", filepath.Join(dir, "no", "x.html"), demo}, 1, "", "no such file"},
		{"a sort", []string{"--sort", "length", demo}, 2, "", "sort"},
		{"an expression", []string{"--where", "status >", demo}, 2, "", "where"},
		{"a flow", []string{"--flow", "latest:never", demo}, 2, "", "latest"},
		{"no terminal for the browser", []string{"--tui", demo}, 2, "", "--tui needs a terminal"},
		{"an empty file", []string{empty}, 0, "", "flows=0"},
		{"an empty file as a summary", []string{"--summary", "only", empty}, 0, "", "0 flows"},
		{"a file that is not there", []string{filepath.Join(dir, "empty.lg")}, 1, "", "did you mean"},
		{"a glob of nothing", []string{filepath.Join(dir, "*.nothing")}, 1, "", "nothing"},
		{"the latest error", []string{"--flow", "latest:error", "--layout", "list", demo}, 0, "ActiveRecord::Deadlocked", ""},
		{"no colour of that name", []string{"--color", "red", demo}, 2, "", "--color red: one of auto, always, never"},
		{"a theme that is none", []string{"--theme", "blue", demo}, 2, "", "--theme: \"blue\" is not one of the values of theme"},
		{"a way to group that is none", []string{"--by", "sesion", demo}, 2, "", "--by: \"sesion\" is none of session, actor, process; did you mean session?"},
		{"a settle time without unit", []string{"--settle", "5", demo}, 2, "", "--settle: settle needs a unit"},
		{"no time at all", []string{"--slow", "0s", demo}, 2, "", "--slow 0s: must be more than nothing"},
		{"a number that is none", []string{"--width", "wide", demo}, 2, "", "--width wide: expected a whole number"},
		{"a tail of everything", []string{"--tail", demo}, 2, "", "--tail says which of the flows -n N shows"},
		{"a verdict without expectations", []string{"--format", "junit", demo}, 2, "", "give --expect too"},
		{"a form that is none", []string{"--format", "xml", "--expect", "job.*", demo}, 2, "", "--format xml: one of text, junit, tap"},
		{"matching what", []string{"--only-matching", demo}, 2, "", "give one of them too"},
		{"two groupings", []string{"--journeys", "--by", "actor", demo}, 2, "", "give one of them"},
		{"compare in another layout", []string{"--compare", demo, "--layout", "story", demo}, 2, "", "--compare goes with --layout profile"},
		{"compare", []string{"--compare", demo, demo}, 0, "Δ p50", "redacted=60 "},
		{"no such flow", []string{"--flow", "zzzzzz", demo}, 0, "", "no flow has an id that begins with `zzzzzz`"},
		{"how many matched", []string{"--errors", "--read-all", demo}, 0, "Deadlocked", "flows=41 matched=1 events=352"},
		{"by actor", []string{"--by", "actor", demo}, 0, "actor user:274", ""},
		{"journeys", []string{"--journeys", demo}, 0, "journey", ""},
		{"why", []string{"--why", "1", filepath.Join(demo, "pay.log")}, 0, "flow", ""},
		{"ascii by the locale", []string{"--layout", "list", "-n", "1", "--ascii", demo}, 0, "POST /signup > 201", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, note, status := debugRunOf(t, tt.args...)
			if status != tt.status || !strings.Contains(out, tt.out) || !strings.Contains(note, tt.note) {
				t.Errorf("status %d, stdout %.400s, stderr %.400s", status, out, note)
			}
			if status == 2 && out != "" {
				t.Errorf("wrong use writes to stdout: %.200s", out)
			}
		})
	}
}

// TestDebugDemo shows the built-in flows, and leaves nothing behind.
func TestDebugDemo(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	var out, errs bytes.Buffer
	env := &Env{Args: []string{"debug", "--demo", "--utc", "--layout", "list"}, Stdout: &out, Stderr: &errs, Demo: os.DirFS("../testdata/demo"),
		Environ: []string{"EZLOGS_SECURITY_KEY=" + strings.Repeat("0123456789abcdef", 4), "HOME=" + tmp, "LC_ALL=C"}}
	if status := Run(t.Context(), env); status != 0 || !strings.Contains(out.String(), "POST /orders > 500") {
		t.Errorf("status %d: %s%s", status, out.String(), errs.String())
	}
	if left, _ := os.ReadDir(tmp); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	env.Demo = nil
	if status := Run(t.Context(), env); status != 2 {
		t.Errorf("without a demo: status %d", status)
	}
}

// TestProfiles writes what the hidden flags ask for.
func TestProfiles(t *testing.T) {
	dir := t.TempDir()
	cpu, mem := filepath.Join(dir, "cpu.pb"), filepath.Join(dir, "mem.pb")
	if _, note, status := debugRunOf(t, "--cpuprofile", cpu, "--memprofile", mem, "--summary", "only", "../testdata/demo"); status != 0 {
		t.Fatal(note)
	}
	for _, name := range []string{cpu, mem} {
		if st, err := os.Stat(name); err != nil || st.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, status := debugRunOf(t, "--cpuprofile", filepath.Join(dir, "no", "x"), "../testdata/demo"); status != 1 {
		t.Errorf("a folder that is not there: status %d", status)
	}
}

// TestCollect holds which kinds of event the keys of [collect] leave out.
func TestCollect(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ key, gone, stays string }{
		{"HTTP_REQUESTS", `"event_type":"http.request"`, `"event_type":"data.change"`},
		{"DATABASE_CHANGES", `"event_type":"data.change"`, `"event_type":"http.request"`},
		{"BACKGROUND_JOBS", `"event_type":"job.completed"`, `"event_type":"mail.delivered"`},
		{"QUERIES", `"event_type":"data.query"`, `"queries":`},
	} {
		t.Run(tt.key, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			env := &Env{Args: []string{"ship", "--once", "--to", "stdout", "../testdata/demo"}, Stdout: &out, Stderr: &errs,
				Environ: []string{"EZLOGS_SECURITY_KEY=" + strings.Repeat("0123456789abcdef", 4), "HOME=" + t.TempDir(), "EZLOGS_COLLECT_" + tt.key + "=false"}}
			if status := Run(t.Context(), env); status != 0 || strings.Contains(out.String(), tt.gone) || !strings.Contains(out.String(), tt.stays) {
				t.Errorf("status %d, %d of %s: %s", status, strings.Count(out.String(), tt.gone), tt.gone, errs.String())
			}
		})
	}
}

// TestReportFile holds that a report stays as it was when there is nothing to put in its place.
func TestReportFile(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "report.csv")
	if err := os.WriteFile(name, []byte(strings.Repeat("before\n", 10_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--where", "status >", "../testdata/demo"}, {"../testdata/none.log"}} {
		if _, _, status := debugRunOf(t, append([]string{"-o", name}, args...)...); status == 0 {
			t.Errorf("%v: status 0", args)
		}
		if b, err := os.ReadFile(name); err != nil || !bytes.HasPrefix(b, []byte("before")) {
			t.Errorf("%v: %v, %.20q is left", args, err, b)
		}
	}
	if _, note, status := debugRunOf(t, "-o", name, "../testdata/demo"); status != 0 {
		t.Fatal(note)
	}
	if b, _ := os.ReadFile(name); !bytes.HasPrefix(b, []byte("id,")) || bytes.Contains(b, []byte("before")) {
		t.Errorf("written: %.40q", b)
	}
}

// TestHeldNotes holds that notes wait, and that they are bounded.
func TestHeldNotes(t *testing.T) {
	t.Parallel()
	n := &heldNotes{}
	io.WriteString(n, "first\n")
	for range 3 {
		if written, err := n.Write(make([]byte, maxHeldNotes/2)); written != maxHeldNotes/2 || err != nil {
			t.Fatal(written, err)
		}
	}
	if got := n.text(); len(got) != maxHeldNotes || !bytes.HasPrefix(got, []byte("first\n")) {
		t.Errorf("%d bytes: %.20q", len(got), got)
	}
}

// TestRedactionsAreCountedOnce holds that showing lines as they were logged counts no value a second time.
func TestRedactionsAreCountedOnce(t *testing.T) {
	t.Parallel()
	counts := regexp.MustCompile(`redacted=[1-9][0-9]*`)
	_, tree, _ := debugRunOf(t, "../testdata/demo")
	_, raw, _ := debugRunOf(t, "--layout", "raw", "../testdata/demo")
	if got, want := counts.FindString(raw), counts.FindString(tree); got != want || got == "" {
		t.Errorf("lines: %q, events: %q", got, want)
	}
}
