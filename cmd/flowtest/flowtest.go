// Package flowtest lets the tests of a Go program assert what happened in it, from what it logs:
//
//	rec := flowtest.New()
//	log := slog.New(rec.Handler()) // or give rec to any logger as its writer
//	... run the program ...
//	rec.Assert(t, "http.request > data.change > job.* > mail.delivered")
//
// A line with event_type and action is an event of the program's own; all others are understood as the ezlogs command does.
// Lines go through the same parsing, linking and redaction as in the ezlogs command, so a failure never prints a secret.
package flowtest

import (
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/redact"
	"github.com/ezlogs/ezlogs/schema"
)

// T is the part of [testing.TB] that Assert uses.
type T interface {
	Helper()
	Errorf(format string, args ...any)
}

// Recorder keeps what was written to it. It can be used from many goroutines; each Write should be whole lines, as
// loggers write them.
type Recorder struct {
	mu   sync.Mutex
	text strings.Builder // guarded by mu
}

// New returns an empty recorder.
func New() *Recorder { return &Recorder{} }

// Write keeps p. It never fails.
func (r *Recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

// Handler returns a handler for slog that writes to r, from the level debug on.
func (r *Recorder) Handler() slog.Handler {
	return slog.NewJSONHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug})
}

// Reset forgets what was written.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.text.Reset()
}

// Events returns the events of what was written so far, linked and redacted, in order. They are the caller's.
func (r *Recorder) Events() []*schema.Event {
	r.mu.Lock()
	text := r.text.String()
	r.mu.Unlock()

	key := redact.NewKey() // pseudonyms of one call do not meet those of another
	src := schema.NewSource("-", "flowtest", redact.SubKey(key, "ezlogs/event/v1"), key)
	cfg := schema.Config{Location: time.UTC}
	parser, joiner, links := schema.NewParser(cfg), schema.NewJoiner(cfg), correlate.New(correlate.DefaultConfig())
	parser.Start(src, time.Now())
	var parsed []schema.Event
	offset := int64(0)
	for line := range strings.Lines(text) {
		parsed = parser.Parse(parsed, strings.TrimSuffix(line, "\n"), offset, nil)
		offset += int64(len(line))
	}
	var whole, out []*schema.Event
	for i := range parsed {
		joiner.Push(&parsed[i], func(e *schema.Event) { whole = append(whole, e) })
	}
	joiner.Flush(func(e *schema.Event) { whole = append(whole, e) })
	for _, e := range whole {
		links.Foresee(e)
	}
	emit := func(e *schema.Event) { out = append(out, e) }
	for _, e := range whole {
		links.Link(e, emit)
		out = append(out, e)
	}
	links.Flush(emit)
	engine, err := redact.New(redact.DefaultConfig(), redact.Key{ID: "k1", Master: key})
	if err != nil {
		panic(err) // the default configuration is valid
	}
	worker := engine.Worker()
	for _, e := range out {
		worker.Event(e)
	}
	return out
}

// Check reports how what was written differs from what is expected, nil when it does not. Each expectation is written as for
// `ezlogs debug --expect`: steps with ">" between them, the first of them the root; one flow that has them is enough.
func (r *Recorder) Check(expect ...string) error {
	list := make([]debugview.Expectation, len(expect))
	for i, text := range expect {
		var err error
		if list[i], err = debugview.ParseExpect(text); err != nil {
			return err
		}
	}
	return r.CheckFlows(list...)
}

// CheckFlows is Check for expectations with limits: how long, how often, what never.
func (r *Recorder) CheckFlows(list ...debugview.Expectation) error {
	for i := range list {
		if err := list[i].Validate(); err != nil {
			return err
		}
	}
	cfg := debugview.DefaultConfig()
	cfg.Layout, cfg.Summary, cfg.Quiet, cfg.Width = "tree", "never", true, 100
	var seen strings.Builder
	view, err := debugview.New(cfg, &seen, &seen, nil)
	if err != nil {
		return err
	}
	x := debugview.NewExpectations(list)
	view.Expect(x)
	for _, e := range r.Events() {
		view.Add(e)
	}
	if err := view.Close(); err != nil {
		return err
	}
	if x.OK() {
		return nil
	}
	return errors.New(string(x.AppendText(nil, &cfg)) + "\nwhat happened:\n" + seen.String())
}

// Assert fails the test when Check finds a difference.
func (r *Recorder) Assert(t T, expect ...string) {
	t.Helper()
	if err := r.Check(expect...); err != nil {
		t.Errorf("%v", err)
	}
}
