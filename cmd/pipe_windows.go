package cmd

import (
	"errors"
	"syscall"
)

// isClosedPipe reports whether the reader of our output has gone: ERROR_BROKEN_PIPE or ERROR_NO_DATA.
func isClosedPipe(err error) bool {
	const noData = syscall.Errno(232)
	return errors.Is(err, syscall.ERROR_BROKEN_PIPE) || errors.Is(err, noData)
}
