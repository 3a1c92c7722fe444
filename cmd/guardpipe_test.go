//go:build unix

package cmd

import (
	"os/exec"
	"testing"
)

// TestReaderGone holds that a worker that wrote to a pipe without a reader is not started again, and one that crashed is.
func TestReaderGone(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]bool{"kill -PIPE $$": true, "kill -KILL $$": false, "exit 141": false} {
		c := exec.Command("sh", "-c", script)
		c.Run() // its end is what is looked at
		if got := readerGone(c.ProcessState); got != want {
			t.Errorf("%s: %v", script, got)
		}
	}
}
