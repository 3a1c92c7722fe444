//go:build unix

package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// guardTestVariable makes this test binary a worker: what it does, and a file that remembers earlier ones.
const guardTestVariable = "EZLOGS_TEST_GUARD"

// TestGuardWorker is the worker of TestGuard.
func TestGuardWorker(t *testing.T) {
	what, file, ok := strings.Cut(os.Getenv(guardTestVariable), ":")
	if !ok {
		return // it is not one
	}
	env := &Env{Environ: os.Environ()}
	if _, err := os.Stat(file); err != nil && what == "crash once" {
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		os.Exit(2) // says nothing before: a crash
	}
	sayStatus(env, 7)
	os.Exit(7)
}

// TestGuard holds that a worker's own end is the guard's, and that one that crashed is started again.
func TestGuard(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		what   string
		status int
		says   string
		times  int
	}{
		{"end", 7, "", 0},
		{"crash once", 7, "started again", 1},
	} {
		var stderr strings.Builder
		env := &Env{
			Args:    []string{"-test.run=^TestGuardWorker$"},
			Environ: append(os.Environ(), guardTestVariable+"="+test.what+":"+filepath.Join(t.TempDir(), "seen")),
			Stderr:  &stderr,
		}
		if status := guard(env); status != test.status || strings.Count(stderr.String(), test.says) < test.times || test.says == "" && stderr.String() != "" {
			t.Errorf("%s: status %d, said %q", test.what, status, stderr.String())
		}
	}
}
