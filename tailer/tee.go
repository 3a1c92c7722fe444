package tailer

import (
	"bytes"
	"context"
	"io"
	"time"
)

// teePatience is how long a writer that does not take what it gets can hold up the end.
const teePatience = time.Second

// tee copies what is read to a writer, unchanged. When the writer fails, the copying ends and the reading goes on; while it is
// slow, reading waits, as the application would without us.
type tee struct {
	parts chan []byte
	over  chan struct{} // closed when everything was written, or no more can be
	stop  context.Context
}

// startTee begins to copy. A write that hangs cannot be called back: the goroutine ends with it, or with the process.
func startTee(stop context.Context, w io.Writer) *tee {
	t := &tee{parts: make(chan []byte), over: make(chan struct{}), stop: stop}
	go func() {
		defer close(t.over)
		for b := range t.parts {
			if _, err := w.Write(b); err != nil {
				return
			}
		}
	}()
	return t
}

// add copies b. After the stop it does not wait for long.
func (t *tee) add(b []byte) {
	b = bytes.Clone(b)
	select {
	case t.parts <- b:
		return
	case <-t.over:
		return
	case <-t.stop.Done():
	}
	timer := time.NewTimer(teePatience)
	defer timer.Stop()
	select {
	case t.parts <- b:
	case <-t.over:
	case <-timer.C:
	}
}

// end waits until everything is written, after the stop for a moment only. Nothing may be added after it.
func (t *tee) end() {
	close(t.parts)
	select {
	case <-t.over:
		return
	case <-t.stop.Done():
	}
	timer := time.NewTimer(teePatience)
	defer timer.Stop()
	select {
	case <-t.over:
	case <-timer.C:
	}
}
