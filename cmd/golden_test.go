package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDemo holds what people see of the demo, to the character; -update writes the golden files again, to be read before they
// are committed.
func TestDemo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		args []string
	}{
		{"tree", []string{"debug", "--utc", "--width", "100"}},
		{"tree-80", []string{"debug", "--utc", "--width", "80", "--errors"}},
		{"tree-60", []string{"debug", "--utc", "--width", "60", "-n", "3"}},
		{"tree-120", []string{"debug", "--utc", "--width", "120", "-n", "3"}},
		{"ascii", []string{"debug", "--utc", "--width", "80", "--ascii", "--errors"}},
		{"color", []string{"debug", "--utc", "--width", "100", "--color", "always", "--errors"}},
		{"all", []string{"debug", "--utc", "--width", "100", "--all", "-n", "6"}},
		{"list", []string{"debug", "--utc", "--width", "100", "--layout", "list"}},
		{"story", []string{"debug", "--utc", "--width", "100", "--layout", "story"}},
		{"card", []string{"debug", "--utc", "--width", "100", "--layout", "card", "-n", "3"}},
		{"lines", []string{"debug", "--utc", "--width", "100", "--layout", "lines"}},
		{"lanes", []string{"debug", "--utc", "--width", "100", "--layout", "lanes"}},
		{"profile", []string{"debug", "--utc", "--width", "100", "--layout", "profile", "--root", "POST /orders"}},
		{"json", []string{"debug", "--layout", "json"}},
		{"n1", []string{"debug", "--utc", "--width", "100", "--n1", "--layout", "list"}},
		{"slow", []string{"debug", "--utc", "--width", "100", "--slow", "1.5s", "--layout", "list"}},
		{"where", []string{"debug", "--utc", "--width", "100", "--where", "event_type = job.failed", "-n", "1"}},
		{"events", []string{"ship", "--once", "--to", "stdout", "--service", "shop", "--environment", "production"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out, errors bytes.Buffer
			env := &Env{Args: append(tt.args, "../testdata/demo"), Stdout: &out, Stderr: &errors, Environ: []string{
				"EZLOGS_SECURITY_KEY=" + strings.Repeat("0123456789abcdef", 4), "EZLOGS_TIMEZONE=UTC", "HOME=" + t.TempDir(),
			}}
			if status := Run(t.Context(), env); status != 0 {
				t.Fatalf("status %d: %s", status, errors.String())
			}
			got := steady(out.Bytes())
			golden := filepath.Join("../testdata/golden/demo", tt.name+".txt")
			if *update {
				if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%v: %s", tt.args, firstDifference(got, want))
			}
		})
	}
}

// steady takes out of the output what depends on the machine: its name, and ids made of device and inode.
func steady(b []byte) []byte {
	host := hostName()
	out := make([]string, 0, 512)
	for line := range strings.Lines(string(b)) {
		line = strings.ReplaceAll(line, `"host":"`+host+`",`, "")
		parts := strings.Split(line, "evt_")
		for i := 1; i < len(parts); i++ {
			parts[i] = "…" + parts[i][min(26, len(parts[i])):]
		}
		out = append(out, strings.Join(parts, "evt_"))
	}
	return []byte(strings.Join(out, ""))
}
