//go:build linux || darwin || freebsd || netbsd || openbsd

package cmd

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// errHungUp says that the terminal is gone.
var errHungUp = errors.New("the terminal has hung up")

// keysOf makes the terminal f give every key as it is pressed, without showing it. Ctrl-C stays what it is. restore is nil
// where f cannot, or where we are in the background and have no say. read waits at most half a second.
func keysOf(f *os.File) (restore func(), read func() (key byte, pressed bool, err error)) {
	fd := int(f.Fd())
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil || !foreground(fd) {
		return nil, nil
	}
	set := func() {
		t := *before
		t.Lflag &^= unix.ICANON | unix.ECHO
		t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 0, 5
		if foreground(fd) {
			_ = unix.IoctlSetTermios(fd, setTermios, &t)
		}
	}
	set()
	back := make(chan os.Signal, 1)
	signal.Notify(back, syscall.SIGCONT) // the shell has set the terminal its own way meanwhile
	restore = func() {
		signal.Stop(back)
		if foreground(fd) {
			_ = unix.IoctlSetTermios(fd, setTermios, before)
		}
	}
	quick := 0
	read = func() (byte, bool, error) {
		select {
		case <-back:
			set()
		default:
		}
		var b [1]byte
		began := time.Now()
		n, err := f.Read(b[:])
		switch {
		case n == 1:
			quick = 0
			return b[0], true, nil
		case err != nil && !errors.Is(err, io.EOF):
			return 0, false, err
		case time.Since(began) > 100*time.Millisecond:
			quick = 0
		default:
			// Nothing, and at once: a few times may be chance.
			if quick++; quick > 20 {
				return 0, false, errHungUp
			}
		}
		return 0, false, nil
	}
	return restore, read
}

// foreground reports whether the terminal is ours to set: a program in the background would be stopped for it.
func foreground(fd int) bool {
	group, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
