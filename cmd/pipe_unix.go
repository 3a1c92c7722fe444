//go:build unix

package cmd

import (
	"errors"
	"syscall"
)

// isClosedPipe reports whether the reader of our output has gone.
func isClosedPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }
