//go:build unix

package cmd

import (
	"os"
	"syscall"
)

var (
	stopSignals   = []os.Signal{os.Interrupt, syscall.SIGTERM}
	reloadSignals = []os.Signal{syscall.SIGHUP}
)
