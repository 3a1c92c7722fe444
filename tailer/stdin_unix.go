//go:build unix

package tailer

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// canWait says that fillFrom can be called back while it waits for input.
const canWait = true

// openPipe opens a pipe by name. One that lives in a directory of files stays open for the next writer; one that stands for an
// open descriptor ends with its writer.
func openPipe(path string) (*os.File, error) {
	fi, err := os.Stat(path)
	if err == nil && fi.Mode()&os.ModeNamedPipe != 0 && !strings.HasPrefix(path, "/dev/") && !strings.HasPrefix(path, "/proc/") {
		return os.OpenFile(path, os.O_RDWR, 0)
	}
	return os.Open(path)
}

// fillFrom copies r, which has so much room if it is a pipe, into a. It returns nil at the end of r, and after stop is done as
// soon as nothing waits in r.
func fillFrom(stop, quit context.Context, r *os.File, room int, a *ahead) error {
	wakeR, wakeW, err := os.Pipe()
	if err != nil {
		return err
	}
	defer wakeR.Close()
	defer context.AfterFunc(stop, func() { wakeW.Close() })()
	buf := make([]byte, 256<<10)
	fds := []unix.PollFd{{Fd: int32(r.Fd()), Events: unix.POLLIN}, {Fd: int32(wakeR.Fd()), Events: unix.POLLIN}}
	for {
		timeout := -1
		if stop.Err() != nil {
			timeout = 0
			fds = fds[:1]
		}
		n, err := unix.Poll(fds, timeout)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return err
		}
		if n == 0 || quit.Err() != nil {
			return nil
		}
		if fds[0].Revents == 0 {
			continue
		}
		k, err := r.Read(buf)
		if k > 0 && !a.add(quit.Done(), buf[:k]) {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		rest(stop, k, room)
	}
}
