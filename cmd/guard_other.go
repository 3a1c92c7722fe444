//go:build !unix

package cmd

import (
	"os"
	"syscall"
)

// Where processes have no signals to hand on, the program reads the pipe itself.
const guardSupported = false

type forwarder struct{ end chan struct{} }

func guardSignals() *forwarder               { return &forwarder{end: make(chan struct{})} }
func (f *forwarder) to(*os.Process)          {}
func (f *forwarder) ending() bool            { return false }
func (f *forwarder) stop()                   {}
func workerAttributes() *syscall.SysProcAttr { return nil }
func preferAsVictim(int)                     {}

func readerGone(*os.ProcessState) bool { return false }
