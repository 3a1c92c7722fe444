//go:build unix

package cmd

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestOpenBrowser holds that the browser the user wants gets the address as its last argument.
func TestOpenBrowser(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe, program := filepath.Join(dir, "pipe"), filepath.Join(dir, "browser")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, []byte("echo \"$@\" >'"+pipe+"'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := openBrowser("sh "+program+" --new-tab", "http://127.0.0.1:1/?k=x"); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(pipe) // waits for the program
	if want := "--new-tab http://127.0.0.1:1/?k=x\n"; err != nil || string(got) != want {
		t.Errorf("called with %q, want %q, %v", got, want, err)
	}
}
