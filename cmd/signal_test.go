package cmd

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestStopOn holds what ends a run: any signal, but for the first Ctrl-C of a pipe, and that SIGTERM can be told from Ctrl-C.
func TestStopOn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		pipe    bool
		signals []os.Signal
		cause   error
	}{
		{"Ctrl-C", false, []os.Signal{os.Interrupt}, context.Canceled},
		{"SIGTERM", false, []os.Signal{syscall.SIGTERM}, errTerminated},
		{"Ctrl-C twice behind a pipe", true, []os.Signal{os.Interrupt, os.Interrupt}, context.Canceled},
		{"SIGTERM after Ctrl-C behind a pipe", true, []os.Signal{os.Interrupt, syscall.SIGTERM}, errTerminated},
		{"SIGTERM behind a pipe", true, []os.Signal{syscall.SIGTERM}, errTerminated},
	} {
		ch := make(chan os.Signal) // each is taken before the next can be sent
		ctx, stop := stopOn(t.Context(), test.pipe, ch, func() {})
		for i, s := range test.signals {
			if ctx.Err() != nil {
				t.Errorf("%s: ended before signal %d", test.name, i)
			}
			ch <- s
		}
		<-ctx.Done()
		if !errors.Is(context.Cause(ctx), test.cause) {
			t.Errorf("%s: %v", test.name, context.Cause(ctx))
		}
		stop()
	}
	ctx, stop := stopOn(t.Context(), false, nil, func() {})
	stop()
	if <-ctx.Done(); context.Cause(ctx) != context.Canceled {
		t.Errorf("stopped: %v", context.Cause(ctx))
	}
}

// TestDebugTerminated holds that debug shows what it has when it is told to end, and tells SIGTERM by its status.
func TestDebugTerminated(t *testing.T) {
	t.Parallel()
	log := write(t, t.TempDir(), "app.log", "{\"msg\":\"one\"}\n")
	for cause, want := range map[error]int{errTerminated: statusTerminated, context.Canceled: statusDone} {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		var out strings.Builder
		if got := Run(ctx, &Env{Args: []string{"debug", "-f", "--from", "start", log}, Stdout: &out, Stderr: &out}); got != want {
			t.Errorf("%v: status %d, want %d\n%s", cause, got, want, out.String())
		}
	}
}
