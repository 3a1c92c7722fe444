//go:build unix && !notui

package debugview

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// terminalName is the terminal of the process, whatever its standard streams are.
const terminalName = "/dev/tty"

// halt stops the process and those that share its pipeline, as Ctrl-Z does at a shell, and returns when it goes on. It reports
// whether that is possible here.
func halt() bool {
	// The signal may reach another thread first: what follows must not run before the process has been stopped.
	again := make(chan os.Signal, 1)
	signal.Notify(again, syscall.SIGCONT)
	defer signal.Stop(again)
	if syscall.Kill(0, syscall.SIGTSTP) != nil {
		return false
	}
	patience := time.NewTimer(time.Second) // without a shell that could continue it, the kernel stops nothing
	defer patience.Stop()
	select {
	case <-again:
	case <-patience.C:
	}
	return true
}
