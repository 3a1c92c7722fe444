package cmd

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/ezlogs/ezlogs/schema"
)

// checkSample runs real lines through the pipeline and counts what became of them; nothing is sent.
func checkSample(env *Env, c *cli.Context) error {
	file, _ := findConfig(c.String("config"), env.Getenv)
	l, err := load(file, nil, env.Environ, nil)
	if err != nil {
		return &exitError{status: statusConfig, text: err.Error()}
	}
	k, err := loadKeys(l.Config, "", env.Getenv)
	if err != nil {
		return err
	}
	engine, err := newRedaction(l.Config, k)
	if err != nil {
		return err
	}
	s := &sampleSink{formats: map[string]int{}, types: map[string]int{}, flows: map[schema.FlowID]bool{}}
	name := c.String("sample")
	err = runOnce(c.Context, env, l.Config, []string{name}, newNamer(l.Config, env, k), s, func() encoder { return redactOnly{engine.Worker()} },
		func(_ string, err error) { fmt.Fprintf(env.Stderr, "ezlogs: %v\n", err) })
	if err != nil {
		return noSuchFile(err, []string{name})
	}
	var redacted []string
	total := uint64(0)
	for _, n := range engine.Snapshot().Counts {
		if n.N > 0 && n.Action != "keep" {
			redacted = append(redacted, fmt.Sprintf("%s %d", n.Detector, n.N))
			total += n.N
		}
	}
	fmt.Fprintf(env.Stdout, "%s: %s, %s, %d values redacted", name, count(s.events, "event"), count(len(s.flows), "flow"), total)
	if total > 0 {
		fmt.Fprintf(env.Stdout, " (%s)", strings.Join(redacted, ", "))
	}
	fmt.Fprintf(env.Stdout, "\n  formats  %s\n  events   %s\n", tally(s.formats), tally(s.types))
	if s.untimed > 0 {
		fmt.Fprintf(env.Stdout, "  %s without a time: the time of reading stands for it\n", count(s.untimed, "event"))
	}
	return nil
}

// tally lists counts, largest first.
func tally(m map[string]int) string {
	keys := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		if m[a] != m[b] {
			return m[b] - m[a]
		}
		return strings.Compare(a, b)
	})
	for i, k := range keys {
		keys[i] = fmt.Sprintf("%s %d", k, m[k])
	}
	return strings.Join(keys, ", ")
}

type sampleSink struct {
	events, untimed int
	formats, types  map[string]int
	flows           map[schema.FlowID]bool
}

func (k *sampleSink) take(_ context.Context, s *step) error {
	for _, e := range s.events {
		k.events++
		k.formats[e.Platform.Format]++
		k.types[e.Type]++
		k.flows[e.Correlation.Flow] = true
		if e.Time.From == schema.FromRead {
			k.untimed++
		}
	}
	return nil
}
