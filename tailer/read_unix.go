//go:build unix

package tailer

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// readOnceAt reads what is there at off, up to len(b) bytes; at the end of f that is less. It makes one call, where ReadAt
// would ask again for what is not there.
func readOnceAt(f *os.File, b []byte, off int64) (int, error) {
	for {
		n, err := unix.Pread(int(f.Fd()), b, off)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return 0, &os.PathError{Op: "read", Path: f.Name(), Err: err}
		}
		return n, nil
	}
}
