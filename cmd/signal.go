package cmd

import (
	"context"
	"os"
	"os/signal"
)

// stopOnSignal returns a context that ends with the first signal that asks the program to stop; the next one ends the
// program at once. With pipe the first Ctrl-C does not count: it reached the application too, and its last words are still
// to come.
func stopOnSignal(ctx context.Context, pipe bool) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	ch := make(chan os.Signal, 4)
	signal.Notify(ch, stopSignals...)
	stop := func() {
		signal.Stop(ch)
		cancel()
	}
	go func() {
		for {
			select {
			case s := <-ch:
				if s == os.Interrupt && pipe {
					pipe = false
					continue
				}
				stop()
				return
			case <-ctx.Done():
				signal.Stop(ch)
				return
			}
		}
	}()
	return ctx, stop
}
