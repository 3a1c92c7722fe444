//go:build !unix

package cmd

import "os"

var (
	stopSignals   = []os.Signal{os.Interrupt}
	reloadSignals []os.Signal
)
