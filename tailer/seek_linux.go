package tailer

import (
	"os"

	"golang.org/x/sys/unix"
)

// seekData returns where data begins at or after off, or off itself. It spares reading a hole of gigabytes.
func seekData(f *os.File, off int64) int64 {
	if to, err := unix.Seek(int(f.Fd()), off, unix.SEEK_DATA); err == nil && to > off {
		return to
	}
	return off
}
