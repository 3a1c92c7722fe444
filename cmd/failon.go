package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/schema"
)

// failOnWords are what --fail-on takes.
var failOnWords = []string{"error", "slow", "n1", "unredacted"}

// failOn watches for flows that are to make a CI job fail. It is a view of its own, so that filters and layouts of what is
// shown do not matter to it.
type failOn struct {
	view *debugview.View
	want []string
	slow time.Duration
	rest []byte
	hits map[string]int
}

// newFailOn returns a watcher for a list such as "error,n1".
func newFailOn(list string, cfg debugview.Config) (*failOn, error) {
	f := &failOn{want: commaList(list), slow: cfg.SlowOnly, hits: map[string]int{}}
	if f.slow == 0 {
		f.slow = cfg.Slow.HTTP
	}
	for _, w := range f.want {
		if !slices.Contains(failOnWords, w) {
			text := fmt.Sprintf("--fail-on %s: one of %s", w, strings.Join(failOnWords, ", "))
			if near := nearest(w, failOnWords); near != "" {
				text += fmt.Sprintf("; did you mean %s?", near)
			}
			return nil, usagef("%s", text)
		}
	}
	own := debugview.DefaultConfig()
	own.Settle, own.Slow, own.N1, own.Input = cfg.Settle, cfg.Slow, cfg.N1, cfg.Input
	own.Layout, own.Summary, own.Quiet = "json", "never", true
	var err error
	f.view, err = debugview.New(own, f, io.Discard, nil)
	return f, err
}

// Write takes flows as the view writes them, one JSON object on a line.
func (f *failOn) Write(b []byte) (int, error) {
	f.rest = append(f.rest, b...)
	for {
		line, rest, found := bytes.Cut(f.rest, []byte{'\n'})
		if !found {
			f.rest = bytes.Clone(line)
			return len(b), nil
		}
		f.rest = rest
		var flow debugview.FlowJSON
		if err := json.Unmarshal(line, &flow); err != nil {
			return 0, err
		}
		if flow.State == "failed" {
			f.hits["error"]++
		}
		if d := flow.Duration; d != nil && *d >= float64(f.slow)/float64(time.Millisecond) {
			f.hits["slow"]++
		}
		if len(flow.N1) > 0 {
			f.hits["n1"]++
		}
	}
}

func (f *failOn) add(e *schema.Event) { f.view.Add(e) }

// judge ends with status 4 when something was seen that was asked for. Nothing is ever unredacted: what is shown went through
// the redactor.
func (f *failOn) judge() error {
	if err := f.view.Close(); err != nil {
		return err
	}
	var seen []string
	for _, w := range f.want {
		if n := f.hits[w]; n > 0 {
			seen = append(seen, fmt.Sprintf("%s in %s", w, count(n, "flow")))
		}
	}
	if len(seen) > 0 {
		return &exitError{status: statusUnmet, text: "--fail-on: " + strings.Join(seen, ", ")}
	}
	return nil
}
