package cmd

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/schema"
	"github.com/ezlogs/ezlogs/tailer"
)

// The tests here break every stage of a run that was fed with secrets, and look for them in everything that it left.

// planted are secrets of many kinds. What the receiver is told must not hold them, and nothing else that a run writes.
var planted = map[string]string{
	"password":     "Sunflower91Kettle",
	"token":        "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",
	"aws":          "AKIAIOSFODNN7EXAMPLE",
	"card":         "4111111111111111",
	"email":        "grace.hopper@navy.example",
	"ssn":          "219-09-9999",
	"iban":         "DE89370400440532013000",
	"phone":        "+14155552671",
	"jwt":          "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0NzExIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
	"url password": "tigerLily77",
	"cookie":       "s%3Aj8dK2nQ9x7Lm3PqR5tUv",
	"key line":     "MHcCAQEEIIGl0a8sV3Pp5n7vZ1n4Pk2iAwEHoUQDQgAEq2xZ8Vv3",
	"session":      "Zk39dKq83jd93jf93Zs72",
	"dob":          "1970-03-19",
}

// lineMarker is a word of the lines that is no secret: it may be in events, and nowhere else.
const lineMarker = "zebrafinch"

// own are secrets of the program itself.
var own = map[string]string{
	"token file":   "tok-Kettle-5512-abc",
	"header":       "hdr-Lantern-7731-def",
	"address":      "pw-Marigold-9940-ghi",
	"security key": strings.Repeat("0123456789abcdef", 4),
}

// plantedLines hold every secret in several notations.
func plantedLines() string {
	p := planted
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line(`{"time":"2026-01-01T10:00:00Z","level":"info","msg":"%s login of %s","password":"%s","request_id":"4bf92f35-77b3-4da6-a3ce-929d0e0e4736","session_id":"%s"}`,
		lineMarker, p["email"], p["password"], p["session"])
	line(`{"time":"2026-01-01T10:00:01Z","level":"error","msg":"body {\"card\":\"%s\",\"ssn\":\"%s\"} %s","headers":{"Authorization":"Bearer %s","Cookie":"sid=%s; lang=en"}}`,
		p["card"], p["ssn"], lineMarker, p["jwt"], p["cookie"])
	line(`time=2026-01-01T10:00:02Z level=warn msg="%s retry" dsn=postgres://app:%s@db/shop iban=%s phone=%s`, lineMarker, p["url password"], p["iban"], p["phone"])
	line(`2026-01-01 10:00:03,150 ERROR c.e.Shop - %s used %s and %s`, lineMarker, p["token"], p["aws"])
	line("2026-01-01 10:00:04 INFO %s key -----BEGIN EC PRIVATE KEY-----\\n%s\\n-----END EC PRIVATE KEY-----", lineMarker, p["key line"])
	line(`I, [2026-01-01T10:00:05.150123 #4711]  INFO -- : [6f1c8f4e-2f0b-4d4e-9a51-1d3f4f3a6d1c]   Parameters: {"%s"=>"1", "user"=>{"password"=>"%s", "dob"=>"%s"}}`,
		lineMarker, p["password"], p["dob"])
	line(`{"time":"2026-01-01T10:00:06Z","msg":"%s %s %s`, lineMarker, p["email"], p["card"]) // cut off
	line("\x00\xff%s password=%s \x1b[31m%s\x1b[0m", lineMarker, p["password"], p["email"])
	line(`10.0.0.7 - - [01/Jan/2026:10:00:07 +0000] "GET /%s?email=%s&token=%s HTTP/1.1" 500 12`, lineMarker, strings.Replace(p["email"], "@", "%40", 1), p["token"])
	line(`sent %s and %s to %s`, own["token file"], own["header"], own["security key"])
	return b.String()
}

// streams are what a run left: name and content.
type streams map[string]string

// gather adds every file below dir but those that the test wrote itself.
func (s streams) gather(t *testing.T, dir string, inputs ...string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		if slices.Contains(inputs, name) {
			return nil
		}
		b, err := os.ReadFile(name)
		s["file "+strings.TrimPrefix(name, dir)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// search reports every secret that stands in a stream. Streams that hold events may hold the marker of lines.
func (s streams) search(t *testing.T) {
	t.Helper()
	for name, text := range s {
		for kind, secret := range planted {
			if strings.Contains(text, secret) {
				t.Errorf("%s: the %s stands in it: %s", name, kind, around(text, secret))
			}
		}
		for kind, secret := range own {
			if strings.Contains(text, secret) && !strings.Contains(name, "redact.key") {
				t.Errorf("%s: our %s stands in it: %s", name, kind, around(text, secret))
			}
		}
		if strings.HasPrefix(name, "stderr") || strings.Contains(name, "status") || strings.Contains(name, "positions") || strings.Contains(name, "checkpoint") {
			if strings.Contains(text, lineMarker) {
				t.Errorf("%s: text of a line stands in it: %s", name, around(text, lineMarker))
			}
		}
	}
}

func around(text, at string) string {
	i := strings.Index(text, at)
	return fmt.Sprintf("%q", text[max(0, i-80):min(len(text), i+len(at)+20)])
}

// echo answers with status and with everything that it was sent.
func echo(t *testing.T, status int) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		fmt.Fprintf(w, "<html><body>bad request: %v %s</body></html>", r.Header, body)
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/events"
}

// broken is a folder with lines, a configuration with secrets of our own, and a state directory.
type broken struct{ dir, log, conf, token, state string }

func newBroken(t *testing.T, url string) broken {
	t.Helper()
	dir := t.TempDir()
	b := broken{dir: dir, state: filepath.Join(dir, "state")}
	b.log = write(t, dir, "app.log", plantedLines())
	b.token = write(t, dir, "token", own["token file"]+"\n")
	if err := os.Chmod(b.token, 0o600); err != nil {
		t.Fatal(err)
	}
	b.conf = write(t, dir, "c.toml", fmt.Sprintf("[delivery]\ndrain = \"50ms\"\ncompression = \"none\"\n[[delivery.destination]]\nurl = %q\ntoken_file = %q\nheaders = { X-Api-Key = %q }\n",
		url, b.token, own["header"]))
	return b
}

func TestNothingLeaksWhateverBreaks(t *testing.T) {
	t.Parallel()
	withPassword := func(url string) string { return strings.Replace(url, "://", "://user:"+own["address"]+"@", 1) }
	for _, tt := range []struct {
		name  string
		url   func(t *testing.T) string
		spoil func(t *testing.T, b broken)
	}{
		{name: "fine", url: func(t *testing.T) string { return echo(t, 200) }},
		{name: "bad request", url: func(t *testing.T) string { return echo(t, 400) }},
		{name: "not allowed", url: func(t *testing.T) string { return withPassword(echo(t, 401)) }},
		{name: "too large", url: func(t *testing.T) string { return echo(t, 413) }},
		{name: "server fault", url: func(t *testing.T) string { return echo(t, 500) }},
		{name: "partly taken", url: func(t *testing.T) string { return echo(t, 207) }},
		{name: "moved", url: func(t *testing.T) string { return echo(t, 302) }},
		{name: "a search engine", url: func(t *testing.T) string { return "elasticsearch+" + echo(t, 200) }},
		{name: "nobody there", url: func(*testing.T) string { return withPassword("http://127.0.0.1:1/events") }},
		{name: "no such host", url: func(*testing.T) string { return withPassword("http://nowhere.invalid/events") }},
		{name: "no TLS there", url: func(t *testing.T) string { return withPassword(strings.Replace(echo(t, 200), "http:", "https:", 1)) }},
		{name: "state is a file", url: func(t *testing.T) string { return echo(t, 500) }, spoil: func(t *testing.T, b broken) {
			write(t, b.dir, "state", "x")
		}},
		{name: "spool is a file", url: func(t *testing.T) string { return echo(t, 500) }, spoil: func(t *testing.T, b broken) {
			folder(t, b.state)
			write(t, b.state, "spool", "x")
			write(t, b.state, "dlq", "x")
		}},
		{name: "state is read-only", url: func(t *testing.T) string { return echo(t, 500) }, spoil: func(t *testing.T, b broken) {
			folder(t, b.state)
			if err := os.Chmod(b.state, 0o500); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.Chmod(b.state, 0o700) })
		}},
		{name: "output cannot be written", url: func(*testing.T) string { return "file:/nowhere/at/all/events.ndjson" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBroken(t, tt.url(t))
			if tt.spoil != nil {
				tt.spoil(t, b)
			}
			all := streams{}
			run := func(name string, args ...string) {
				got := ezlogs(t, plantedLines(), args...)
				all["stdout of "+name], all["stderr of "+name] = got.out, got.errors
			}
			run("ship", "ship", "--once", "--verbose", "--config", b.conf, "--state-dir", b.state, b.log)
			run("ship of a pipe", "ship", "--verbose", "--config", b.conf, "--state-dir", b.state, "-")
			for _, command := range []string{"spool ls", "spool cat", "spool verify", "dlq ls", "dlq cat", "status", "status --json"} {
				run(command, append(strings.Fields(command), "--config", b.conf, "--state-dir", b.state)...)
			}
			run("check", "check", b.conf)
			run("check --show-config", "check", "--show-config", b.conf)
			all.gather(t, b.dir, b.log, b.conf, b.token)
			all.search(t)
		})
	}
}

func folder(t *testing.T, name string) {
	t.Helper()
	if err := os.MkdirAll(name, 0o700); err != nil {
		t.Fatal(err)
	}
}

// TestNothingLeaksFromTheDeadLetter has a receiver that takes some events and refuses others, with an answer that repeats
// what it was sent.
func TestNothingLeaksFromTheDeadLetter(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.Contains(string(body), "retry") {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"headers":"%v","error":%q}`, r.Header, body)
	}))
	t.Cleanup(srv.Close)
	b := newBroken(t, srv.URL+"/events")
	all := streams{}
	for _, args := range [][]string{
		{"ship", "--once", "--verbose", "--drain", "20s", b.log}, {"dlq", "ls"}, {"dlq", "cat"}, {"status"},
	} {
		got := ezlogs(t, "", append(args, "--config", b.conf, "--state-dir", b.state)...)
		all["stdout of "+strings.Join(args, " ")], all["stderr of "+strings.Join(args, " ")] = got.out, got.errors
	}
	all.gather(t, b.dir, b.log, b.conf, b.token)
	if dead := all["stdout of dlq cat"]; !strings.Contains(dead, lineMarker) {
		t.Errorf("nothing in the dead letter: %q", dead)
	}
	all.search(t)
}

// TestNothingLeaksFromBrokenState spoils every file of a state directory in which events wait.
func TestNothingLeaksFromBrokenState(t *testing.T) {
	t.Parallel()
	b := newBroken(t, echo(t, 500))
	all := streams{}
	run := func(name string, args ...string) {
		got := ezlogs(t, plantedLines(), args...)
		all["stdout of "+name], all["stderr of "+name] = got.out, got.errors
	}
	run("ship", "ship", "--verbose", "--config", b.conf, "--state-dir", b.state, "-")
	files := 0
	err := filepath.WalkDir(b.state, func(name string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil || len(text) < 2 {
			return err
		}
		files++
		text[len(text)/2] ^= 0x5a
		return os.WriteFile(name, append(text[:len(text)-1], "torn "...), 0o600)
	})
	if err != nil || files == 0 {
		t.Fatalf("%d files: %v", files, err)
	}
	for _, command := range []string{"spool verify", "spool cat", "spool repair", "dlq cat", "status"} {
		run(command, append(strings.Fields(command), "--config", b.conf, "--state-dir", b.state)...)
	}
	run("ship again", "ship", "--verbose", "--config", b.conf, "--state-dir", b.state, "-")
	all.gather(t, b.dir, b.log, b.conf, b.token)
	all.search(t)
}

// TestNothingLeaksFromViews runs what shows events and lines to people.
func TestNothingLeaksFromViews(t *testing.T) {
	t.Parallel()
	b := newBroken(t, "http://127.0.0.1:1/x")
	all := streams{}
	for _, args := range [][]string{
		{"debug", "--all", b.log}, {"debug", "--layout", "json", b.log}, {"debug", "--layout", "raw", b.log}, {"debug", "--layout", "story", b.log},
		{"debug", "-o", filepath.Join(b.dir, "report.html"), b.log}, {"debug", "--record", filepath.Join(b.dir, "rec.toml"), b.log},
		{"debug", "--why", "1", b.log}, {"debug", "--expect", "http.request > job.*", b.log}, {"debug", "--where", "message ~ x", b.log},
		{"explain", b.log}, {"explain", "--json", b.log}, {"redact", b.log}, {"redact", "--explain", b.log}, {"redact", "--check", b.log},
		{"check", "--sample", b.log}, {"ship", "--once", "--to", "stdout", "--verbose", b.log}, {"ship", "--once", "--to", "file:" + filepath.Join(b.dir, "out.ndjson"), b.log},
	} {
		got := ezlogs(t, "", append(args[:1:1], append([]string{"--config", b.conf}, args[1:]...)...)...)
		if got.status == statusUsage {
			t.Errorf("%v: %s", args, got.errors)
		}
		all["stdout of "+strings.Join(args[:2], " ")] = got.out
		all["stderr of "+strings.Join(args[:2], " ")] = got.errors
	}
	all.gather(t, b.dir, b.log, b.conf, b.token)
	all.search(t)
}

// TestNothingLeaksFromBadConfiguration holds that a fault in a configuration is shown without the secrets beside it.
func TestNothingLeaksFromBadConfiguration(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"unknown key beside":  "[[delivery.destination]]\nurl = \"http://x.example\"\nheaders = { Authorization = \"Bearer %s\" }\ntokenfile = \"x\"\n",
		"type of the header":  "[[delivery.destination]]\nurl = \"http://x.example\"\nheaders = [\"Bearer %s\"]\n",
		"number for a header": "[[delivery.destination]]\nurl = \"http://x.example\"\nheaders = { Authorization = \"Bearer %s\", n = 1 }\n",
		"address":             "[delivery]\nto = [\"htp://user:%s@x.example\"]\n",
		"address not closed":  "[delivery]\nto = [\"http://user:%s@x.example\n",
		"address with blanks": "[delivery]\nto = [\"http://user:%s@x.example:port/a b\"]\n",
		"destination":         "[[delivery.destination]]\nurl = \"look+http://user:%s@x.example\"\n",
		"fine":                "[delivery]\ndrain = \"10ms\"\nto = [\"http://user:%s@x.example\"]\n",
		"beside an umlaut":    "[delivery]\nto = [\"http://müller:ü%s@x.example\"]\nx = \"ü\"\n",
		"twice":               "[delivery]\nto = [\"http://user:%s@x.example\"]\nto = [\"http://user:%[1]s@x.example\"]\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			conf := write(t, dir, "c.toml", fmt.Sprintf(text, own["address"]))
			log := write(t, dir, "app.log", "{\"msg\":\"fine\"}\n")
			all := streams{}
			for _, args := range [][]string{
				{"check", conf}, {"check", "--format", "json", conf}, {"check", "--format", "short", conf}, {"check", "--format", "sarif", conf}, {"check", "--format", "github", conf},
				{"check", "--show-config", conf}, {"ship", "--once", "--verbose", "--config", conf, log}, {"debug", "--config", conf, log},
			} {
				got := ezlogs(t, "", args...)
				all["stdout of "+strings.Join(args, " ")], all["stderr of "+strings.Join(args, " ")] = got.out, got.errors
			}
			all.search(t)
		})
	}
}

// panicking is an encoder with a bug.
type panicking struct{}

func (panicking) encode(s *step) {
	var none []*schema.Event
	_ = none[len(s.events)]
}

// TestACrashTellsNothing runs a pipeline with a bug in another process: the end of it holds no text of lines.
func TestACrashTellsNothing(t *testing.T) {
	t.Parallel()
	if os.Getenv("EZLOGS_TEST_CRASH") != "" {
		cfg := defaultConfig()
		w := &worker{parser: schema.NewParser(cfg.schema()), out: panicking{}}
		src := schema.NewSource("app.log", "app.log", []byte("secret"), []byte("identity"))
		c := &chunk{Chunk: &tailer.Chunk{Text: plantedLines(), Ack: new(tailer.Token)}, src: src}
		w.parse(c)
		s := &step{}
		for i := range c.events {
			s.events = append(s.events, &c.events[i])
		}
		w.encode(s)
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run", "^TestACrashTellsNothing$")
	cmd.Env = append(os.Environ(), "EZLOGS_TEST_CRASH=1", "GOTRACEBACK=all")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "index out of range") {
		t.Fatalf("no crash: %v %s", err, out)
	}
	streams{"stderr of the crash": string(out)}.search(t)
}
