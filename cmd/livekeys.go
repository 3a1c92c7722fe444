package cmd

import (
	"context"
	"os"

	"github.com/ezlogs/ezlogs/debugview"
)

// liveKeys are the keys that are pressed while the live region is shown. They are read only where standard input is the terminal
// itself: in a pipe the program before us may be waiting for them, a debugger for example.
type liveKeys struct {
	pressed chan byte // few: whoever presses more than fit waits a moment
	end     func()    // what q does
	restore func()
}

// startLiveKeys begins to read keys from f; nil where that is not possible. end is called, once or more, when the user wants to stop.
func startLiveKeys(ctx context.Context, f *os.File, end func()) *liveKeys {
	if f == nil || !isTerminal(f) {
		return nil
	}
	restore, read := keysOf(f)
	if restore == nil {
		return nil
	}
	k := &liveKeys{pressed: make(chan byte, 16), end: end}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			key, pressed, err := read()
			switch {
			case err != nil:
				return
			case !pressed:
				continue
			}
			select {
			case k.pressed <- key:
			case <-ctx.Done():
			}
		}
	}()
	k.restore = func() {
		cancel()
		<-done
		restore()
	}
	return k
}

// close gives the terminal back as it was.
func (k *liveKeys) close() {
	if k != nil {
		k.restore()
	}
}

// apply does what the keys that were pressed ask for.
func (k *liveKeys) apply(v *debugview.View) {
	if k == nil {
		return
	}
	for {
		select {
		case key := <-k.pressed:
			switch key {
			case 'p', ' ':
				v.Pause(!v.Paused())
			case '?', 'h':
				v.ExplainKeys()
			case 'q':
				k.end()
			}
		default:
			return
		}
	}
}
