package cmd

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"
)

func statusCommand(env *Env) *cli.Command {
	return &cli.Command{
		Name: "status", Usage: "a running shipper: lag, destinations, spool, the books", UsageText: "ezlogs status [--state-dir DIR] [--json]",
		Description: "Examples:\n  ezlogs status\n  ezlogs status --state-dir /var/lib/ezlogs --json | jq .books",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "config", Usage: "configuration `FILE`"},
			&cli.StringFlag{Name: "state-dir", Usage: "`DIR` of the shipper"},
			&cli.BoolFlag{Name: "json", Usage: "as JSON"},
		},
		Action: func(c *cli.Context) error {
			dir, err := commandDir(env, c)
			if err != nil {
				return err
			}
			s, err := askStatus(c.Context, dir)
			switch {
			case errors.Is(err, errNotRunning):
				return &exitError{status: statusFailed, text: fmt.Sprintf("%v (%s)", err, dir), hint: []string{"what it left behind: ezlogs spool ls, ezlogs dlq ls"}}
			case err != nil:
				return err
			case c.Bool("json"):
				return json.NewEncoder(env.Stdout).Encode(s)
			}
			s.write(env.Stdout)
			return nil
		},
	}
}

// commandDir returns the state directory that a command works on.
func commandDir(env *Env, c *cli.Context) (string, error) {
	l, err := configure(env, c)
	if err != nil {
		return "", err
	}
	return cmp.Or(l.Config.StateDir, stateDir(env.Getenv)), nil
}

// write prints the status for people.
func (s *Status) write(w io.Writer) {
	fmt.Fprintf(w, "ezlogs %s, process %d, up %s: %s\n", s.Version, s.PID, s.Uptime, s.State)
	for _, r := range s.Reasons {
		fmt.Fprintf(w, "  %s\n", r)
	}
	b := &s.Books
	fmt.Fprintf(w, "books        %d read = %d delivered + %d spooled + %d in memory + %d sampled + %d left out + %d dead-lettered", b.Added+b.Restored, b.Delivered, b.Spooled, b.InMemory, b.Sampled, b.LeftOut, b.DeadLettered)
	for _, reason := range sortedKeys(b.Dropped) {
		fmt.Fprintf(w, " + %d dropped (%s)", b.Dropped[reason], reason)
	}
	fmt.Fprintf(w, "\nmemory       %s of %s\n", Size(b.MemoryBytes), Size(b.MemoryBudget))
	for i := range b.Destinations {
		d := &b.Destinations[i]
		fmt.Fprintf(w, "destination  %s: %s, %d delivered, %d waiting", d.Name, d.State, d.Delivered, d.Waiting)
		if d.LastError != "" && d.State != "closed" {
			fmt.Fprintf(w, ", last error %s (%s ago)", clean(d.LastError), time.Since(d.LastErrorAt).Round(time.Second))
		}
		fmt.Fprintln(w)
	}
	if s.Tail != nil {
		for _, src := range s.Tail.Sources {
			fmt.Fprintf(w, "source       %s: %s behind, %s not acknowledged\n", filepath.Base(src.Path), Size(src.Lag), Size(src.Unacked))
		}
		if s.Tail.Lost > 0 {
			fmt.Fprintf(w, "lost         %s with unread lines that are gone\n", count(int(s.Tail.Lost), "file"))
		}
	}
	fmt.Fprintf(w, "flows        %d remembered; %d values redacted\n", s.Flows, s.Redacted)
}
