package tailer

import (
	"os"

	"golang.org/x/sys/unix"
)

// growPipe gives the writer of a pipe more room. What is no pipe, or not allowed, stays as it is.
func growPipe(f *os.File) { _, _ = unix.FcntlInt(f.Fd(), unix.F_SETPIPE_SZ, 1<<20) }
