package cmd

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/schema"
)

// runWhy answers `debug --why EVENT|LINE|FILE:LINE`: which ids stand on the line, what linked it, and the way to its root.
func runWhy(ctx context.Context, env *Env, c *cli.Context, cfg *Config, paths []string, names *namer, k *keys) error {
	wanted, err := parseWhy(c.String("why"), paths)
	if err != nil {
		return err
	}
	engine, err := newRedaction(cfg, k)
	if err != nil {
		return err
	}
	w := &whyLinker{Correlator: correlate.New(cfg.correlate()), wanted: wanted, out: env.Stdout, redact: engine.Worker().Text}
	err = runOnceWith(ctx, env, cfg, paths, names, whySink{}, func() encoder { return redactOnly{engine.Worker()} }, w,
		func(path string, err error) { fmt.Fprintf(env.Stderr, "ezlogs: %v\n", err) })
	if err != nil {
		return noSuchFile(err, paths)
	}
	if w.found == 0 {
		return &exitError{status: statusFailed, text: fmt.Sprintf("no event matches %s", c.String("why"))}
	}
	return nil
}

type whySink struct{}

func (whySink) take(context.Context, *step) error { return nil }

// whyWanted picks events: by id, or by the bytes of a line.
type whyWanted struct {
	id       string
	path     string
	from, to int64
}

// parseWhy reads an event id, a line number of the only file, or FILE:LINE.
func parseWhy(s string, paths []string) (whyWanted, error) {
	if strings.HasPrefix(s, "evt_") {
		return whyWanted{id: s}, nil
	}
	file, number := "", s
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		file, number = s[:i], s[i+1:]
	} else if len(paths) == 1 {
		file = paths[0]
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || file == "" {
		return whyWanted{}, usagef("--why %s: expected an event id, the number of a line when there is one file, or FILE:LINE", s)
	}
	f, err := os.Open(file)
	if err != nil {
		return whyWanted{}, noSuchFile(err, []string{file})
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 64<<10)
	w := whyWanted{path: file}
	for line := 1; ; {
		part, err := r.ReadSlice('\n')
		w.to += int64(len(part))
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case line == n && len(part) > 0:
			return w, nil
		case err != nil:
			return w, usagef("%s has %s", file, count(line-1, "line"))
		}
		line++
		w.from = w.to
	}
}

func (w *whyWanted) matches(e *schema.Event) bool {
	if w.id != "" {
		return strings.HasPrefix(e.ID.String(), w.id)
	}
	s := e.Origin.Source
	// A line inside a record belongs to the event that begins before it; only that one's offset is known.
	return s != nil && s.Path == w.path && e.Origin.Offset < w.to && e.Origin.Offset >= w.from
}

// whyLinker links like its correlator and tells of the events that are wanted.
type whyLinker struct {
	*correlate.Correlator
	wanted whyWanted
	out    io.Writer
	redact func(key, s string) (string, bool)
	found  int
}

func (w *whyLinker) Link(e *schema.Event, emit func(*schema.Event)) {
	w.Correlator.Link(e, emit)
	if !w.wanted.matches(e) {
		return
	}
	w.found++
	x := w.Correlator.Explain(e)
	clean := func(key, s string) string {
		s, _ = w.redact(key, s)
		return clean(s)
	}
	fmt.Fprintf(w.out, "%s  %s  %s\n", e.ID, e.Type, clean("action", e.Action))
	fmt.Fprintf(w.out, "  flow     %s  (link %s, confidence %g)\n  because  %s\n", x.Flow, x.Link, x.Confidence, x.Rule)
	for _, id := range x.Idents {
		value := id.Value
		if id.Kind == "session" {
			value = "(a session id is not shown)"
		}
		fmt.Fprintf(w.out, "  id       %-12s %-20s %s  (%s: %s)\n", id.Kind, clean("key", id.Name), clean(id.Name, value), id.Strength, id.Use)
	}
	if len(x.Idents) == 0 {
		fmt.Fprintln(w.out, "  id       none on this line")
	}
	for i, p := range x.Path {
		fmt.Fprintf(w.out, "  %s%s  %s\n", map[bool]string{true: "parent   ", false: "         "}[i == 0], p.ID, clean("what", p.What))
	}
	for _, f := range x.Names {
		fmt.Fprintf(w.out, "  also     %s\n", f)
	}
}
