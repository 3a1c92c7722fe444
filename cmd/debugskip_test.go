package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// debugRunOf runs debug and returns what it wrote.
func debugRunOf(t *testing.T, args ...string) (out, diagnosis string, status int) {
	t.Helper()
	var o, e bytes.Buffer
	status = Run(t.Context(), &Env{Args: append([]string{"debug", "--utc", "--color", "never"}, args...), Stdout: &o, Stderr: &e, Environ: []string{
		"EZLOGS_SECURITY_KEY=" + strings.Repeat("0123456789abcdef", 4), "EZLOGS_TIMEZONE=UTC", "HOME=" + t.TempDir(),
	}})
	return o.String(), e.String(), status
}

// ownEvents writes the demo's events, as ship would send them, so often that the file is large, each time with other ids and
// a minute later.
func ownEvents(t *testing.T, size int) string {
	t.Helper()
	var out bytes.Buffer
	env := &Env{Args: []string{"ship", "--once", "--to", "stdout", "../testdata/demo"}, Stdout: &out, Stderr: &bytes.Buffer{}, Environ: []string{
		"EZLOGS_SECURITY_KEY=" + strings.Repeat("0123456789abcdef", 4), "EZLOGS_TIMEZONE=UTC", "HOME=" + t.TempDir(),
	}}
	if status := Run(t.Context(), env); status != 0 {
		t.Fatalf("ship: status %d", status)
	}
	names := regexp.MustCompile(`((?:evt|flow)_)[0-9a-z]{4}`)
	ids := regexp.MustCompile(`\b[0-9a-f]{4}([0-9a-f]{8,28}\b|[0-9a-f]{4}-[0-9a-f]{4}-)`)
	start := time.Date(2026, 11, 20, 14, 2, 0, 0, time.UTC)
	var b bytes.Buffer
	for i := 0; b.Len() < size; i++ {
		part := out.Bytes()
		if i > 0 {
			part = names.ReplaceAll(part, fmt.Appendf(nil, "${1}%04x", i))
			part = ids.ReplaceAll(part, fmt.Appendf(nil, "%04x${1}", i))
			part = bytes.ReplaceAll(part, []byte("2026-11-20T14:02:"), []byte(start.Add(time.Duration(i)*time.Minute).Format("2006-01-02T15:04:")))
		}
		b.Write(part)
	}
	name := filepath.Join(t.TempDir(), "own.ndjson")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestSkipping holds that what is shown does not depend on whether text was passed over.
func TestSkipping(t *testing.T) {
	t.Parallel()
	file := ownEvents(t, skipFrom+1)
	for _, tt := range []struct {
		name string
		args []string
	}{
		{"flow", []string{"--flow", "000fm3"}},
		{"flow in full", []string{"--flow", "flow_0010fej", "--layout", "json"}},
		{"ambiguous flow", []string{"--flow", "000"}},
		{"errors", []string{"--errors"}},
		{"errors as json", []string{"--errors", "--layout", "json"}},
		{"errors as lines", []string{"--errors", "--layout", "lines"}},
		{"failed", []string{"--failed", "-n", "5"}},
		{"subject", []string{"--subject", "order:5340", "--layout", "list"}},
		{"actor", []string{"--actor", "user:273", "--layout", "list"}},
		{"a time", []string{"--since", "2026-11-20T14:20", "--until", "2026-11-20T14:22", "--layout", "json"}},
		{"from a time on", []string{"--since", "2026-11-20T14:25", "--layout", "story"}},
		{"errors of a time", []string{"--errors", "--since", "2026-11-20T14:25"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			args := append(tt.args, file)
			got, note, status := debugRunOf(t, args...)
			want, _, wantStatus := debugRunOf(t, append(args, "--read-all")...)
			if got != want || status != wantStatus {
				t.Errorf("status %d, %d when all is read; %s", status, wantStatus, firstDifference([]byte(got), []byte(want)))
			}
			if status == 0 && !strings.Contains(note, "passed_over=") {
				t.Errorf("nothing was passed over: %s", note)
			}
		})
	}
}

// TestSkippingNot holds that everything is read where the bytes do not tell enough.
func TestSkippingNot(t *testing.T) {
	t.Parallel()
	file := ownEvents(t, skipFrom+1)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	foreign, damaged := filepath.Join(dir, "foreign.log"), filepath.Join(dir, "damaged.ndjson")
	if err := os.WriteFile(foreign, append(text, "2026-11-20 14:02:11 ERROR something else\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(damaged, bytes.Replace(text, []byte(`{"flow_id":"flow_`), []byte(`{"flow_id":"flaw_`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		args []string
	}{
		{"a line that is no event", []string{"--errors", foreign}},
		{"an event without a name", []string{"--errors", damaged}},
		{"a summary of everything", []string{"--errors", "--summary", "json", file}},
		{"the latest", []string{"--flow", "latest", file}},
		{"asked for", []string{"--errors", "--read-all", file}},
		{"another filter", []string{"--n1", file}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, note, status := debugRunOf(t, tt.args...); status != 0 || strings.Contains(note, "passed_over=") {
				t.Errorf("status %d: %s", status, note)
			}
		})
	}
}

// FuzzMayFail holds that no event of which debug could say that it failed is passed over.
func FuzzMayFail(f *testing.F) {
	golden, err := os.ReadFile("../testdata/golden/demo/events.txt")
	if err != nil {
		f.Fatal(err)
	}
	n := 0
	for line := range bytes.Lines(golden) {
		if n++; n%7 == 0 {
			f.Add(bytes.ReplaceAll(line, []byte("evt_…"), []byte("evt_0123456789abcdefghjkmnpqr0")))
		}
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var l ownLine
		var e struct {
			Type     string `json:"event_type"`
			Metadata struct {
				Level, Outcome string
				Status         int
			}
		}
		if !cutOwn(line, &l) || json.Unmarshal(line, &e) != nil || l.mayFail() {
			return
		}
		if bytes.Count(line, []byte(`"metadata"`)) > 1 || bytes.Count(line, []byte(`"event_type"`)) > 1 {
			return // not what our encoder writes
		}
		for _, once := range []string{`"level"`, `"outcome"`, `"status"`, `"duration"`, `"message"`} {
			if bytes.Count(bytes.ToLower(line), []byte(once)) > 1 {
				return
			}
		}
		if strings.HasSuffix(e.Type, ".failed") && e.Type != "x.failed" && strings.HasPrefix(e.Type, "job") {
			t.Errorf("%s is passed over", line)
		}
	})
}
