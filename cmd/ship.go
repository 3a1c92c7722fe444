package cmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/schema"
	"github.com/ezlogs/ezlogs/ship"
	"github.com/ezlogs/ezlogs/tailer"
)

func shipCommand(env *Env) *cli.Command {
	return &cli.Command{
		Name:      "ship",
		Usage:     "deliver events: follow files, or read standard input to its end",
		UsageText: "ezlogs ship [flags] [FILE|DIR|GLOB|-]...\n<command> | ezlogs ship [flags]",
		Description: `Examples:
  app | ezlogs ship --to https://collector.example/events      what the app prints, as events
  ezlogs ship --to https://collector.example/events log/       follow files; positions are kept
  ezlogs ship --once --to file:events.ndjson.lz4 'log/*.log*'  read to the end, merged by time, and stop
  ezlogs ship --once app.log | jq .                            see the events`,
		Flags: append([]cli.Flag{
			&cli.StringSliceFlag{Name: "to", Usage: "`DESTINATION`, repeatable: https://…, file:PATH[.lz4|.gz|.zst], stdout, null"},
			&cli.BoolFlag{Name: "once", Usage: "read to the end and stop"},
			&cli.StringFlag{Name: "compress", Usage: "of requests: none, gzip, zstd or lz4"},
			&cli.StringFlag{Name: "from", Usage: "where a file never seen before begins: start or end"},
			&cli.StringFlag{Name: "drain", Usage: "deliver for `DURATION` after the end of input or SIGTERM"},
			&cli.StringFlag{Name: "admin", Usage: "/healthz, /readyz and /metrics on `ADDRESS`"},
			&cli.BoolFlag{Name: "strict", Usage: "exit 1 when something could not be delivered"},
		}, commonFlags()...),
		Action: func(c *cli.Context) error { return runShip(env, c) },
	}
}

// runShip reads, and delivers until the input has ended or the user stops it.
func runShip(env *Env, c *cli.Context) error {
	l, err := configure(env, c)
	if err != nil {
		return err
	}
	cfg := l.Config
	paths, err := inputPaths(env, c, l)
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return &exitError{status: statusUsage, text: "ship reads files or a pipe, and got neither.", hint: []string{
			"try   app | ezlogs ship --to https://collector.example/events",
			"or    ezlogs ship --once --to stdout log/production.log",
		}}
	}
	if len(cfg.Delivery.To) == 0 && len(cfg.Delivery.Destinations) == 0 {
		cfg.Delivery.To = []string{"stdout"}
		if isTerminal(env.Stdout) && !c.Bool("quiet") {
			fmt.Fprintln(env.Stderr, "ezlogs: no destination is set: events go to stdout (--to, or delivery.to in ezlogs.toml)")
		}
	}
	log := ownLog(env, c)
	ctx, stop := stopOnSignal(c.Context)
	defer stop()

	scfg := cfg.ship()
	if !slices.Contains(paths, "-") && c.Bool("once") && !c.IsSet("state-dir") {
		scfg.StateDir = ""
	}
	shipper, err := ship.Start(context.WithoutCancel(ctx), scfg, ship.Deps{Logger: log, Stdout: env.Stdout})
	if err != nil {
		return &exitError{status: statusConfig, text: err.Error()}
	}
	defer shipper.Close()
	failed := false
	err = runOnce(ctx, env, cfg, paths, shipSink{shipper}, func() encoder {
		return &shipEncoder{redactor: noRedactor{}, maxBytes: int(cfg.Security.MaxPayloadSize)}
	}, func(path string, err error) {
		failed = true
		fmt.Fprintf(env.Stderr, "ezlogs: %v\n", err)
	})
	if errors.Is(err, errOutputClosed) {
		return nil
	}
	if err != nil {
		return err
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), cfg.Delivery.Drain)
	defer cancel()
	if err := shipper.Drain(drain); err != nil && !errors.Is(err, ship.ErrOutputClosed) {
		fmt.Fprintf(env.Stderr, "ezlogs: %v\n", err)
		failed = failed || c.Bool("strict")
	}
	if failed {
		return &exitError{status: statusFailed}
	}
	return nil
}

// foresight is the number of events that are looked ahead where nobody waits: enough for the lines of a request at some
// thousand lines a second, and a few megabytes.
const foresight = 4096

type noRedactor struct{}

func (noRedactor) Event(*schema.Event) {}

// runOnce carries sources to their end into a sink.
func runOnce(ctx context.Context, env *Env, cfg *Config, paths []string, to sink, enc func() encoder, failed func(string, error)) error {
	t := cfg.tailer(paths)
	workers := cfg.workers()
	once, err := tailer.OpenOnce(t, env.Stdin)
	if err != nil {
		return err
	}
	defer once.Close()
	names := &namer{secret: runKey(), run: runID(), service: cfg.ServiceName, environment: environment(cfg.Environment, env.Getenv), host: hostName()}
	limit := workers + 2
	feed := newOnceFeed(once.Readers, limit, names.name, failed)
	var m *merger
	if len(once.Readers) > 1 {
		m = newMerger(len(once.Readers), feed.taken)
	} else {
		feed.limit = 1 << 30 // the pipeline's own bounds are enough
	}
	p := &pipeline{feed: feed, sink: to, order: newOrdered(m, schema.NewJoiner(), correlate.New(cfg.correlate()), cfg.keeps(), false, foresight)}
	for range workers {
		p.workers = append(p.workers, &worker{parser: schema.NewParser(cfg.schema()), out: enc()})
	}
	return p.run(ctx)
}

// ownLog returns the program's own log: text on stderr, warnings and worse unless the user wants more.
func ownLog(env *Env, c *cli.Context) *slog.Logger {
	level := slog.LevelInfo
	switch {
	case c.Bool("verbose"):
		level = slog.LevelDebug
	case c.Bool("quiet"):
		level = slog.LevelError
	case c.Bool("once"):
		level = slog.LevelWarn
	}
	return slog.New(slog.NewTextHandler(env.Stderr, &slog.HandlerOptions{Level: level}))
}
