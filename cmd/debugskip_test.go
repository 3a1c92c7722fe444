package cmd

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/schema"
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
	ids := regexp.MustCompile(`\b([0-9a-f]{8,28})[0-9a-f]{4}\b`)
	start := time.Date(2026, 11, 20, 14, 2, 0, 0, time.UTC)
	var b bytes.Buffer
	for i := 0; b.Len() < size; i++ {
		part := out.Bytes()
		if i > 0 {
			part = names.ReplaceAll(part, fmt.Appendf(nil, "${1}%04x", i))
			part = ids.ReplaceAll(part, fmt.Appendf(nil, "${1}%04x", i))
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
		{"flow", []string{"--flow", "000em3"}},
		{"ambiguous flow", []string{"--flow", "000"}},
		{"errors as json", []string{"--errors", "--layout", "json"}},
		{"failed", []string{"--failed", "-n", "5"}},
		{"subject", []string{"--subject", "order:5340", "--layout", "list"}},
		{"a time", []string{"--since", "2026-11-20T14:09", "--until", "2026-11-20T14:10", "--layout", "json"}},
		{"from a time on", []string{"--since", "2026-11-20T14:10", "--layout", "story"}},
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
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, note, status := debugRunOf(t, tt.args...); status != 0 || strings.Contains(note, "passed_over=") {
				t.Errorf("status %d: %s", status, note)
			}
		})
	}
}

// FuzzMayFail holds that no event of our encoder that tells of a failure is passed over.
func FuzzMayFail(f *testing.F) {
	f.Add("job.completed", "said \"level\":\"error\"", "GET /", uint8(3), uint8(1), 200, int64(0))
	f.Add("job.failed", "", "x", uint8(0), uint8(0), 0, int64(5e6))
	f.Add("http.request", "back\\", "x\"y", uint8(5), uint8(2), 503, int64(1))
	f.Add("data.change", "}{,\n", "{\"flow_id\":\"flow_", uint8(6), uint8(3), 404, int64(-1))
	f.Fuzz(func(t *testing.T, kind, message, action string, level, outcome uint8, status int, took int64) {
		e := schema.Event{Type: kind, Action: action, Time: schema.Time{NS: 1, Digits: 3}, Subject: schema.Subject{Type: action, ID: message}}
		e.ID.Bits[0], e.Correlation.Flow[0] = 1, 1
		m := &e.Metadata
		m.Level, m.Outcome, m.Status = schema.Level(level%7), schema.Outcome(outcome%4), min(max(status, 0), 999)
		if message != "" {
			m.Message = schema.Text(message)
		}
		if took > 0 {
			m.Duration = schema.Duration{NS: took, Set: true}
		}
		line := schema.AppendJSON(nil, &e)
		var l ownLine
		if !cutOwn(line, &l) {
			return // everything is read
		}
		fails := e.Failed() || slices.Contains([]string{"job.failed", "job.discarded", "job.retried", "mail.failed", "error.raised"}, kind)
		if fails && !l.mayFail() {
			t.Errorf("%s is passed over", line)
		}
		if name := l.name(); string(name[:]) != e.Correlation.Flow.String()[5:21] {
			t.Errorf("%s: flow %s", line, name)
		}
	})
}

// TestSkippingLong holds that what began in time is found by its end, however long it took.
func TestSkippingLong(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	may := within(noon.UnixNano(), noon.Add(time.Hour).UnixNano())
	for _, tt := range []struct {
		at   string
		took string
		want bool
	}{
		{"2026-11-20T11:59:59.999Z", "1", false},
		{"2026-11-20T12:00:00Z", "1", true},
		{"2026-11-20T13:10:00.5Z", "1", true},
		{"2026-11-20T18:00:00Z", "999.5", false},
		{"2026-11-20T18:00:00Z", "21600.1", true},
		{"2026", "1", true},
	} {
		l := ownLine{time: []byte(tt.at), metadata: []byte(`"duration":` + tt.took + `,"status":200}}`)}
		if got := may(&l); got != tt.want {
			t.Errorf("%s after %s s: %v", tt.at, tt.took, got)
		}
	}
	if l := (ownLine{time: []byte("2026-11-20T18:00:00Z"), metadata: []byte(`}}`)}); may(&l) {
		t.Error("an event without a duration is found")
	}
}
