package cmd

import (
	"context"
	"os/signal"
)

// stopOnSignal returns a context that ends with the first signal that asks the program to stop. A second one ends the
// program at once: the first restores the default.
func stopOnSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, stopSignals...)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}
