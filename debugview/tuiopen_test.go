//go:build unix && !notui

package debugview_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBrowserOpensTheEditor opens the file of a backtrace at its line.
func TestBrowserOpensTheEditor(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.MkdirAll("app/services", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("app/services/place_order.rb", []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "app/services/place_order.rb")
	for _, tt := range []struct{ editor, want string }{
		{"ed", "+18 " + file},
		{"code", "--goto " + file + ":18"},
		{"hx", file + ":18"},
	} {
		editor := filepath.Join(dir, tt.editor)
		if err := os.WriteFile(editor, []byte("#!/bin/sh\necho \"$@\" >'"+dir+"/said'\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		t.Setenv("VISUAL", "")
		t.Setenv("EDITOR", editor+" -w")
		d := open(t, 100, 24, nil)
		var log []string
		d.screen.(*readyScreen).log = &log
		d.press("g↓↓o")
		said, err := os.ReadFile("said")
		if got := strings.TrimSpace(string(said)); err != nil || got != "-w "+tt.want {
			t.Errorf("%s: %v, called with %q, want %q", tt.editor, err, got, "-w "+tt.want)
		}
		if got := strings.Join(log, " "); got != "suspend resume" {
			t.Errorf("%s: the terminal: %s", tt.editor, got)
		}
	}
	t.Setenv("EDITOR", "")
	if text := open(t, 100, 24, nil).press("g↓↓o").text(); !strings.Contains(text, "VISUAL and EDITOR are not set") {
		t.Errorf("without an editor:\n%s", text)
	}
	t.Setenv("EDITOR", "false")
	if text := open(t, 100, 24, nil).press("g↓o").text(); !strings.Contains(text, "no ") {
		t.Errorf("without a backtrace:\n%s", text)
	}
}
