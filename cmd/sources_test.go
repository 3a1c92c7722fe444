package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFileHead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, tt := range []struct{ name, text, want string }{
		{"w3c.log", "#Fields: date time\n2026-03-14 10:00:00\n", "#Fields: date time\n2026-03-14 10:00:00\n"},
		{"app.log", "2026-03-14 10:00:00 hi\n", ""},
		{"empty.log", "", ""},
		{"long.log", "#" + strings.Repeat("x", 8<<10), "#" + strings.Repeat("x", 4<<10-1)},
	} {
		path := filepath.Join(dir, tt.name)
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := fileHead(path); got != tt.want {
			t.Errorf("%s: %d bytes, want %d", tt.name, len(got), len(tt.want))
		}
	}
	for _, path := range []string{"-", dir, filepath.Join(dir, "none.log")} {
		if got := fileHead(path); got != "" {
			t.Errorf("%s: %q, want nothing", path, got)
		}
	}
}
