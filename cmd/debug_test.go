package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
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

// TestDebugRaw holds that --layout raw shows every line once, as it was logged but for what the redactor replaces.
func TestDebugRaw(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../testdata/demo/*.log")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			got, note, status := debugRunOf(t, "--layout", "raw", name)
			var want bytes.Buffer
			env := &Env{Args: []string{"redact", name}, Stdout: &want, Stderr: &bytes.Buffer{}, Environ: []string{
				"EZLOGS_SECURITY_KEY=" + strings.Repeat("0123456789abcdef", 4), "HOME=" + t.TempDir(),
			}}
			if Run(t.Context(), env) != 0 || status != 0 {
				t.Fatalf("status %d: %s", status, note)
			}
			// What is joined of lines that stand apart, a request of Rails, is shown where it ends.
			g, w := slices.Sorted(strings.Lines(got)), slices.Sorted(strings.Lines(want.String()))
			if !slices.Equal(g, w) {
				t.Errorf("%s", firstDifference([]byte(strings.Join(g, "")), []byte(strings.Join(w, ""))))
			}
		})
	}
}

// TestDebugRawBytes holds that nothing of a line is written otherwise than it stands there, unless a terminal reads it.
func TestDebugRawBytes(t *testing.T) {
	t.Parallel()
	text := "{\"msg\" : \"a\\u00e9\\/b\",  \"n\": 1.50}\r\n{\"level\":\"info\",\"msg\":\"\x1b[31mred \xff\"}\nplain \x07 text\n2026-11-20 10:00:00 ERROR boom\n\tat a.b(C.java:1)\nlast without an end"
	name := filepath.Join(t.TempDir(), "app.log")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, note, status := debugRunOf(t, "--layout", "raw", name); got != text || status != 0 {
		t.Errorf("got %q, want %q; status %d %s", got, text, status, note)
	}
	if got, _, _ := debugRunOf(t, "--layout", "raw", "--color", "always", name); strings.ContainsAny(got, "\x1b\x07\r") || !utf8.ValidString(got) {
		t.Errorf("control reaches the terminal: %q", got)
	}
}

// TestDebugOdd holds that lines which are not what their file is made of are counted, and shown all the same.
func TestDebugOdd(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"all JSON", "{\"msg\":\"a\"}\n\n{\"msg\":\"b\"}\n", "skipped=0"},
		{"no JSON at all", "2026-11-20 10:00:00 INFO a\nTraceback:\n  b\n", "skipped=0"},
		{"some that is none", "\ufeff{\"msg\":\"a\"}\r\nnot json\n\x00\x00\n{\"msg\":\"b\"}\n{\"cut\":\"of", "skipped=2"},
		{"JSON over several lines", "{\n \"msg\": \"a\"\n}\n{\n \"msg\": \"b\"\n}\n", "skipped=0"},
		{"a line too long", "{\"msg\":\"" + strings.Repeat("x", 2<<20) + "\"}\n{\"msg\":\"b\"}\n", "skipped=1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			name := filepath.Join(t.TempDir(), "app.log")
			if err := os.WriteFile(name, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, note, status := debugRunOf(t, name)
			if !strings.Contains(note, tt.want+"\n") || status != 0 {
				t.Errorf("status %d, %s, want %s", status, note, tt.want)
			}
		})
	}
	name := filepath.Join(t.TempDir(), "app.log")
	if err := os.WriteFile(name, []byte("{\"msg\":\"a\"}\nnot json\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, note, _ := debugRunOf(t, "--summary", "only", name); !strings.Contains(out+note, "app.log:2); shown as text") {
		t.Errorf("the first of them is not named: %s%s", out, note)
	}
}

// TestDebugWidths holds that no row is wider than the user says, in any layout.
func TestDebugWidths(t *testing.T) {
	t.Parallel()
	for _, layout := range []string{"tree", "lanes", "lines", "story", "card", "list", "profile"} {
		for _, width := range []int{60, 80, 100, 200} {
			t.Run(layout+" "+strconv.Itoa(width), func(t *testing.T) {
				t.Parallel()
				out, note, status := debugRunOf(t, "--layout", layout, "--width", strconv.Itoa(width), "--all", "../testdata/demo")
				if status != 0 || out == "" {
					t.Fatalf("status %d: %s", status, note)
				}
				for row := range strings.Lines(out) {
					if n := utf8.RuneCountInString(strings.TrimSuffix(row, "\n")); n > width {
						t.Fatalf("%d cells: %s", n, row)
					}
				}
			})
		}
	}
}
