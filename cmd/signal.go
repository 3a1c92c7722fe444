package cmd

import (
	"context"
	"errors"
	"os"
	"os/signal"
)

// errTerminated is why a context ended that SIGTERM ended.
var errTerminated = errors.New("terminated")

// stopOnSignal returns a context that ends with the first signal that asks the program to stop; the next one ends the
// program at once. With pipe the first Ctrl-C does not count: it reached the application too, and its last words are still
// to come.
func stopOnSignal(ctx context.Context, pipe bool) (context.Context, context.CancelFunc) {
	ch := make(chan os.Signal, 4)
	signal.Notify(ch, stopSignals...)
	return stopOn(ctx, pipe, ch, func() { signal.Stop(ch) })
}

// stopOn is stopOnSignal for signals that come from a channel; unwatch ends that.
func stopOn(ctx context.Context, pipe bool, signals <-chan os.Signal, unwatch func()) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		defer unwatch()
		for {
			select {
			case s := <-signals:
				switch {
				case s != os.Interrupt:
					unwatch() // the next one ends the program, also before this context is looked at
					cancel(errTerminated)
				case pipe:
					pipe = false
					continue
				default:
					unwatch()
					cancel(nil)
				}
				return
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx, func() {
		unwatch()
		cancel(nil)
	}
}
