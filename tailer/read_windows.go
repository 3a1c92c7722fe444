package tailer

import (
	"errors"
	"io"
	"os"
)

// readOnceAt reads what is there at off, up to len(b) bytes; at the end of f that is less.
func readOnceAt(f *os.File, b []byte, off int64) (int, error) {
	n, err := f.ReadAt(b, off)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}
