package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/ezlogs/ezlogs/ship"
)

// stateFlags are those of commands that work on what a shipper keeps on disk.
func stateFlags(more ...cli.Flag) []cli.Flag {
	return append([]cli.Flag{
		&cli.StringFlag{Name: "config", Usage: "configuration `FILE`"},
		&cli.StringFlag{Name: "state-dir", Usage: "`DIR` of the shipper"},
	}, more...)
}

func spoolCommand(env *Env) *cli.Command {
	sub := func(name, usage string, run func(*cli.Context, string) error, flags ...cli.Flag) *cli.Command {
		return stateCommand(env, "spool", name, usage, run, flags...)
	}
	return &cli.Command{
		Name: "spool", Usage: "what waits on disk: ls, cat, verify, repair, flush, drop", UsageText: "ezlogs spool ls|cat|verify|repair|flush|drop [flags]",
		Description: "Examples:\n  ezlogs spool ls\n  ezlogs spool cat | jq .action\n  ezlogs spool flush --to https://collector.example/events",
		Action:      needsSubcommand,
		Subcommands: []*cli.Command{
			sub("ls", "list segments", func(c *cli.Context, dir string) error { return spoolList(env.Stdout, dir, false) }),
			sub("verify", "check every batch; exit 1 when something is damaged", func(c *cli.Context, dir string) error { return spoolList(env.Stdout, dir, true) }),
			sub("cat", "print the events that wait, oldest first", func(c *cli.Context, dir string) error {
				_, lost, err := ship.SpoolCat(dir, env.Stdout, c.Bool("all"))
				if err == nil && lost > 0 {
					return &exitError{status: statusFailed, text: fmt.Sprintf("%s in damaged batches cannot be read", count(lost, "event"))}
				}
				return outputError(err)
			}, &cli.BoolFlag{Name: "all", Usage: "also those that are delivered and not yet removed"}),
			sub("repair", "save what can be read of damaged segments", func(c *cli.Context, dir string) error {
				n, lost, err := ship.SpoolRepair(dir, ownLog(env, c))
				if err == nil {
					fmt.Fprintf(env.Stdout, "%s repaired, %s lost\n", count(n, "segment"), count(int(lost), "event"))
				}
				return err
			}),
			sub("flush", "deliver what waits, and stop", func(c *cli.Context, dir string) error {
				return resend(env, c, dir, ship.SpoolFlush)
			}, resendFlags()...),
			sub("drop", "remove everything that waits", func(c *cli.Context, dir string) error {
				if !c.Bool("yes") {
					return usagef("drop removes events that were not delivered; say --yes if that is meant")
				}
				n, err := ship.SpoolDrop(dir)
				if err == nil {
					fmt.Fprintf(env.Stdout, "%s dropped\n", count(n, "event"))
				}
				return err
			}, &cli.BoolFlag{Name: "yes", Usage: "really"}),
		},
	}
}

func dlqCommand(env *Env) *cli.Command {
	sub := func(name, usage string, run func(*cli.Context, string) error, flags ...cli.Flag) *cli.Command {
		return stateCommand(env, "dlq", name, usage, run, flags...)
	}
	return &cli.Command{
		Name: "dlq", Usage: "the dead letter, events that no destination took: ls, cat, retry, drop", UsageText: "ezlogs dlq ls|cat|retry|drop [flags]",
		Description: "Examples:\n  ezlogs dlq ls\n  ezlogs dlq cat | jq '{reason, status, answer}'\n  ezlogs dlq retry --to https://collector.example/events",
		Action:      needsSubcommand,
		Subcommands: []*cli.Command{
			sub("ls", "list files", func(c *cli.Context, dir string) error { return deadList(env.Stdout, dir) }),
			sub("cat", "print events with the reason they were set aside for, as NDJSON", func(c *cli.Context, dir string) error {
				enc := json.NewEncoder(env.Stdout)
				return outputError(ship.DeadCat(dir, func(e *ship.DeadEvent) error { return enc.Encode(e) }))
			}),
			sub("retry", "send them again", func(c *cli.Context, dir string) error {
				return resend(env, c, dir, func(ctx context.Context, cfg ship.Config, deps ship.Deps) (ship.Books, error) {
					return ship.DeadRetry(ctx, cfg, deps, c.Bool("suspects"))
				})
			}, append(resendFlags(), &cli.BoolFlag{Name: "suspects", Usage: "also those that may have arrived"})...),
			sub("drop", "remove them", func(c *cli.Context, dir string) error {
				before := time.Time{}
				if c.IsSet("older-than") {
					d, err := durationFlag(c, "older-than")
					if err != nil {
						return err
					}
					before = time.Now().Add(-d)
				} else if !c.Bool("yes") {
					return usagef("drop removes events that were never delivered; say --yes or --older-than if that is meant")
				}
				n, err := ship.DeadDrop(dir, before)
				if err == nil {
					fmt.Fprintf(env.Stdout, "%s dropped\n", count(n, "event"))
				}
				return err
			}, &cli.BoolFlag{Name: "yes", Usage: "really"}, &cli.StringFlag{Name: "older-than", Usage: "only files older than `DURATION`, for example 7d"}),
		},
	}
}

func stateCommand(env *Env, parent, name, usage string, run func(*cli.Context, string) error, flags ...cli.Flag) *cli.Command {
	return &cli.Command{Name: name, Usage: usage, UsageText: "ezlogs " + parent + " " + name + " [flags]", Flags: stateFlags(flags...), Action: func(c *cli.Context) error {
		dir, err := commandDir(env, c)
		if err != nil {
			return err
		}
		return run(c, dir)
	}}
}

func needsSubcommand(c *cli.Context) error {
	names := commandNames(c.Command.Subcommands)
	text := fmt.Sprintf("%s needs to be told what to do", c.Command.Name)
	if c.Args().Present() {
		text = fmt.Sprintf("%s has no `%s`", c.Command.Name, c.Args().First())
		if near := nearest(c.Args().First(), names); near != "" {
			text += fmt.Sprintf("; did you mean `%s`?", near)
		}
	}
	return usagef("%s  (%s)", text, strings.Join(names, ", "))
}

// resendFlags are those of commands that deliver again.
func resendFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "to", Usage: "`DESTINATION`; else the configured ones"},
		&cli.StringFlag{Name: "drain", Usage: "try for `DURATION`; without it until all is sent or ^C"},
	}
}

// resend delivers what is on disk to the configured destinations.
func resend(env *Env, c *cli.Context, dir string, send func(context.Context, ship.Config, ship.Deps) (ship.Books, error)) error {
	l, err := configure(env, c)
	if err != nil {
		return err
	}
	if len(l.Config.allDestinations()) == 0 {
		return usagef("there is no destination: --to, or delivery.to in the configuration")
	}
	cfg := l.Config.ship()
	cfg.StateDir = dir
	ctx, stop := stopOnSignal(c.Context, false)
	defer stop()
	if c.IsSet("drain") {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, l.Config.Delivery.Drain)
		defer cancel()
	}
	log, text := newOwnLog(env, c)
	text.own(&keys{}, l.Config)
	b, err := send(ctx, cfg, ship.Deps{Logger: log, Stdout: env.Stdout, Clean: text.clean})
	fmt.Fprintf(env.Stderr, "ezlogs: %s delivered, %d set aside, %d still on disk\n", count(int(b.Delivered), "event"), b.DeadLettered, b.Spooled)
	var rest *ship.Remainder
	if errors.As(err, &rest) {
		return &exitError{status: statusFailed, text: err.Error()}
	}
	return err
}

func spoolList(w io.Writer, dir string, verify bool) error {
	list, err := ship.SpoolList(dir, verify)
	if err != nil {
		return err
	}
	waiting, damaged := 0, 0
	for i := range list {
		s := &list[i]
		waiting += s.Waiting
		damaged += s.Damaged + s.Holes
		fmt.Fprintf(w, "%s  %8s  %6d events  %6d waiting  %s", s.File, Size(s.Bytes), s.Events, s.Waiting, s.Written.UTC().Format(time.RFC3339))
		if s.Damaged+s.Holes > 0 {
			fmt.Fprintf(w, "  damaged: %s, %s, %d events missing", count(s.Damaged, "batch"), count(s.Holes, "hole"), s.Missing)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "%s, %s waiting\n", count(len(list), "segment"), count(waiting, "event"))
	if verify && damaged > 0 {
		return &exitError{status: statusFailed, text: "the spool is damaged in places; a shipper skips them", hint: []string{"ezlogs spool repair   saves what can be read"}}
	}
	return nil
}

func deadList(w io.Writer, dir string) error {
	list, err := ship.DeadList(dir)
	if err != nil {
		return err
	}
	events := 0
	for i := range list {
		f := &list[i]
		events += f.Events
		var reasons []string
		for _, r := range slices.Sorted(maps.Keys(f.ByReason)) {
			reasons = append(reasons, fmt.Sprintf("%s %d", r, f.ByReason[r]))
		}
		fmt.Fprintf(w, "%s  %8s  %6d events  %s  %s\n", f.File, Size(f.Bytes), f.Events, f.Newest.UTC().Format(time.RFC3339), strings.Join(reasons, ", "))
	}
	fmt.Fprintf(w, "%s, %s\n", count(len(list), "file"), count(events, "event"))
	return nil
}
