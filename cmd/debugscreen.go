package cmd

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/ezlogs/ezlogs/debugview"
)

// browse shows the full-screen browser while the input is read.
func (d *debugRun) browse(ctx context.Context) error {
	if !isTerminal(d.env.Stdout) {
		return usagef("--tui needs a terminal: stdout is none")
	}
	d.vcfg.Layout, d.vcfg.Export, d.vcfg.Region, d.vcfg.Mouse = "tree", "", false, d.c.Bool("mouse")
	b, err := debugview.NewBrowser(d.vcfg, nil, d.env.Stderr, d.totals, nil)
	if err != nil {
		return &exitError{status: statusUsage, text: err.Error()}
	}
	// What is to be said while the screen is in use is said afterwards.
	said, behind := d.env.Stderr, *d.env
	notes := &heldNotes{}
	behind.Stderr = notes
	d.env = &behind
	defer func() { _, _ = said.Write(notes.text()) }()
	d.cfg.broken = b.Restore // the report of a bug is to be read on a sane terminal
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	fed := make(chan error, 1)
	go func() {
		defer onBug(b.Restore)
		err := d.feed(ctx, b.View())
		b.View().Settle()
		if err != nil {
			cancel() // there is nothing to look at, and the user is to be told why
		}
		fed <- err
	}()
	err = b.Run(ctx)
	cancel()
	if ferr := <-fed; ferr != nil {
		return ferr // a file that is not there, most likely
	}
	if err != nil {
		return &exitError{status: statusUsage, text: "--tui needs a terminal: " + err.Error()}
	}
	if err := b.View().Close(); err != nil || !d.failed {
		return err
	}
	return &exitError{status: statusFailed}
}

// heldNotes keeps what is written to it, up to a bound, until it is asked for.
type heldNotes struct {
	mu sync.Mutex // guards b
	b  []byte
}

func (n *heldNotes) Write(b []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.b = append(n.b, b[:min(len(b), maxHeldNotes-len(n.b))]...)
	return len(b), nil
}

func (n *heldNotes) text() []byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b
}

// serveWeb shows the live page.
func (d *debugRun) serveWeb(ctx context.Context, view *debugview.View) (stop func(), err error) {
	web, err := debugview.NewWeb(view, d.c.String("web-addr"))
	if err != nil {
		return nil, &exitError{status: statusFailed, text: err.Error()}
	}
	if !web.Loopback() {
		fmt.Fprintln(d.env.Stderr, "ezlogs: warning: other machines can reach this page; whoever has its address sees your logs")
	}
	fmt.Fprintf(d.env.Stderr, "ezlogs: watching %s at %s   (Ctrl-C stops)\n", strings.Join(d.paths, " "), web.URL())
	if d.c.Bool("open") {
		if err := openBrowser(d.env.Getenv("BROWSER"), web.URL()); err != nil {
			fmt.Fprintf(d.env.Stderr, "ezlogs: --open: no browser could be started: %v\n", err)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := web.Serve(ctx); err != nil {
			fmt.Fprintf(d.env.Stderr, "ezlogs: %v\n", err)
		}
	}()
	return func() { cancel(); <-done }, nil
}
