//go:build unix

package cmd

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

const guardSupported = true

// forwarder hands the signals of the guard on to the worker at hand.
type forwarder struct {
	ch  chan os.Signal
	end chan struct{} // closed when the program was asked to stop

	mu     sync.Mutex
	worker *os.Process // guarded by mu
	asked  bool        // guarded by mu
}

// guardSignals begins to forward. Ctrl-C reaches the whole group, so the worker has it already and the guard only must not
// die of it.
func guardSignals() *forwarder {
	f := &forwarder{ch: make(chan os.Signal, 8), end: make(chan struct{})}
	signal.Ignore(syscall.SIGINT)
	signal.Notify(f.ch, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGUSR1)
	go func() {
		for s := range f.ch {
			f.mu.Lock()
			if s == syscall.SIGTERM && !f.asked {
				f.asked = true
				close(f.end)
			}
			if f.worker != nil {
				f.worker.Signal(s) // it may be gone: then there is nobody to tell
			}
			f.mu.Unlock()
		}
	}()
	return f
}

func (f *forwarder) to(p *os.Process) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.worker = p
	if p != nil && f.asked {
		p.Signal(syscall.SIGTERM)
	}
}

func (f *forwarder) ending() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked
}

func (f *forwarder) stop() {
	signal.Stop(f.ch)
	close(f.ch)
}

// readerGone reports whether a process ended because nobody reads its output any more.
func readerGone(state *os.ProcessState) bool {
	status, ok := state.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGPIPE
}
