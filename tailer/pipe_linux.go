package tailer

import (
	"os"

	"golang.org/x/sys/unix"
)

// growPipe gives the writer of a pipe more room, and returns how much it has; 0 for what is no pipe.
func growPipe(f *os.File) int {
	if n, err := unix.FcntlInt(f.Fd(), unix.F_SETPIPE_SZ, pipeRoom); err == nil {
		return n
	}
	n, err := unix.FcntlInt(f.Fd(), unix.F_GETPIPE_SZ, 0) // it may not grow
	if err != nil {
		return 0
	}
	return n
}
