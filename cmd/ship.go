package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/redact"
	"github.com/ezlogs/ezlogs/schema"
	"github.com/ezlogs/ezlogs/ship"
	"github.com/ezlogs/ezlogs/tailer"
)

func shipCommand(env *Env) *cli.Command {
	return &cli.Command{
		Name:      "ship",
		Usage:     "deliver events: follow files, or read standard input to its end",
		UsageText: "ezlogs ship [flags] [FILE|DIR|GLOB|-]...\n        <command> | ezlogs ship [flags]",
		Description: `Examples:
  app | ezlogs ship --to https://collector.example/events      what the app prints, as events
  app | ezlogs ship --tee --to https://collector.example/events   … and goes on to the terminal
  ezlogs ship --to https://collector.example/events log/       follow files; positions are kept
  ezlogs ship --once --to file:events.ndjson.lz4 'log/*.log*'  read to the end, merged by time, and stop
  ezlogs ship --once app.log | jq .                            see the events`,
		Flags: append([]cli.Flag{
			&cli.StringSliceFlag{Name: "to", Usage: "`DESTINATION`, repeatable: https://…, file:PATH[.lz4|.gz|.zst], stdout, null"},
			&cli.BoolFlag{Name: "once", Usage: "read to the end and stop"},
			&cli.StringFlag{Name: "compress", Usage: "of requests: none, gzip, zstd or lz4"},
			&cli.StringFlag{Name: "from", Usage: "where a file never seen before begins: start or end"},
			&cli.StringFlag{Name: "drain", Usage: "deliver for `DURATION` after the end of input or SIGTERM"},
			&cli.StringFlag{Name: "listen", Usage: "take lines over HTTP on `ADDRESS` instead of reading files or a pipe"},
			&cli.StringFlag{Name: "admin", Usage: "/healthz, /readyz and /metrics on `ADDRESS`"},
			&cli.BoolFlag{Name: "no-guard", Usage: "do not start a second process that outlives a crash of the first"},
			&cli.BoolFlag{Name: "tee", Usage: "pass standard input through to stdout, unchanged"},
			&cli.BoolFlag{Name: "strict", Usage: "exit 1 when something could not be delivered"},
		}, commonFlags()...),
		Action: func(c *cli.Context) error { return runShip(env, c) },
	}
}

// runShip reads, and delivers until the input has ended or the user stops it.
func runShip(env *Env, c *cli.Context) error {
	stopProfile, err := profile(env, c)
	if err != nil {
		return err
	}
	defer stopProfile()
	l, err := configure(env, c)
	if err != nil {
		return err
	}
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
	if err := mayTee(c, l.Config, paths); err != nil {
		return err
	}
	if l.Config.Input.Listen == "" && guarded(env, paths, c.Bool("once"), c.Bool("no-guard")) {
		return &exitError{status: guard(env)}
	}
	r := &shipRun{env: env, cfg: l.Config, paths: paths, once: c.Bool("once"), strict: c.Bool("strict"), tee: c.Bool("tee"), quiet: c.Bool("quiet"), parent: os.Getppid(), admin: &admin{began: time.Now()}}
	r.log, r.text = newOwnLog(env, c)
	r.reload = func() (*Config, error) {
		l, err := configure(env, c)
		if err != nil {
			return nil, err
		}
		return l.Config, nil
	}
	limitMemory(env, l.Config, 0)
	r.destinations(c.Bool("quiet"))
	if err := r.state(l.Origin["state_dir"] != ""); err != nil {
		return err
	}
	ctx, stop := stopOnSignal(c.Context, slices.Contains(paths, "-") && !r.once)
	defer stop()
	return r.run(ctx)
}

// mayTee reports what --tee cannot do.
func mayTee(c *cli.Context, cfg *Config, paths []string) error {
	switch {
	case !c.Bool("tee"):
	case !slices.Equal(paths, []string{"-"}) || c.Bool("once") || cfg.Input.Listen != "":
		return usagef("--tee passes a pipe through; there is none to read here")
	case !cfg.hasDestination() || slices.Contains(cfg.allDestinations(), "stdout"):
		return usagef("--tee uses stdout for the lines; events need another destination (--to)")
	}
	return nil
}

// shipRun is one run of ship.
type shipRun struct {
	env    *Env
	cfg    *Config
	paths  []string
	once   bool
	strict bool
	tee    bool // standard input goes to stdout, too
	log    *slog.Logger
	text   *ownText
	dir    string // state, "" for none
	keys   *keys
	failed bool // some input could not be read to its end
	quiet  bool
	admin  *admin
	reload func() (*Config, error) // reads the configuration again
	next   *Config                 // what it read last, nil before
	hup    chan os.Signal
	parent int // process that started this one
}

// destinations makes stdout the destination when there is none: the first try works.
func (r *shipRun) destinations(quiet bool) {
	if r.cfg.hasDestination() {
		return
	}
	r.cfg.Delivery.To = []string{"stdout"}
	if isTerminal(r.env.Stdout) && !quiet {
		fmt.Fprintln(r.env.Stderr, "ezlogs: no destination is set: events go to stdout (--to, or delivery.to in ezlogs.toml)")
	}
}

// hasDestination reports whether the user named one.
func (c *Config) hasDestination() bool {
	return len(c.Delivery.To) > 0 || len(c.Delivery.Destinations) > 0
}

// remote reports whether some destination is another program that may be down.
func (r *shipRun) remote() bool {
	return slices.ContainsFunc(r.cfg.allDestinations(), func(to string) bool { return strings.Contains(to, "://") })
}

// state decides where state is kept: where the user says, else in the usual place when something has to outlive the run.
func (r *shipRun) state(named bool) (err error) {
	onlyPipe := len(r.paths) == 1 && r.paths[0] == "-"
	switch {
	case named:
		r.dir = r.cfg.StateDir
	case r.once, onlyPipe && !r.remote():
	default:
		r.dir = stateDir(r.env.Getenv)
	}
	if r.dir != "" {
		if err := os.MkdirAll(r.dir, 0o700); err != nil {
			return &exitError{status: statusFailed, text: err.Error(), hint: []string{"--state-dir names another folder"}}
		}
	}
	if r.keys, err = loadKeys(r.cfg, r.dir, r.env.Getenv); err == nil && r.keys.remade {
		r.log.Error("the key was empty and was made again: ids and pseudonyms of before do not repeat", "source", filepath.Join(r.dir, redact.KeyFile))
	}
	return err
}

// run delivers until the input has ended or the user stops it, and begins again with another configuration when that is
// asked for.
func (r *shipRun) run(ctx context.Context) error {
	var stop func()
	r.hup, stop = onReload()
	defer stop()
	for {
		before := r.cfg
		if r.next != nil {
			r.cfg = r.next
		}
		again, err := r.session(ctx)
		if unusable, ok := errors.AsType[startError](err); ok {
			if r.next == nil {
				return unusable.error
			}
			r.admin.reloads.failed.Add(1)
			r.log.Error("the configuration that was read again cannot be used, the one before goes on", "err", unusable.error)
			r.cfg, r.next = before, nil
			continue
		}
		if !again {
			return err
		}
	}
}

// session starts delivery, carries the input through the pipeline and drains. again reports that it ended for a new
// configuration.
func (r *shipRun) session(ctx context.Context) (again bool, err error) {
	scfg := r.cfg.ship()
	scfg.StateDir = r.dir
	scfg.Volatile = slices.Contains(r.paths, "-")
	engine, err := newRedaction(r.cfg, r.keys)
	if err != nil {
		return false, startError{err}
	}
	r.text.own(r.keys, r.cfg)
	shipper, err := ship.Start(context.WithoutCancel(ctx), scfg, ship.Deps{Logger: r.log, Stdout: r.env.Stdout, Clean: r.text.clean, Gap: gapEvent(r.keys, r.cfg)})
	if err != nil {
		return false, startError{&exitError{status: statusFailed, text: err.Error()}}
	}
	defer shipper.Close()
	s := &session{run: r, shipper: shipper, engine: engine, names: newNamer(r.cfg, r.env, r.keys)}
	defer s.close()
	if r.once {
		err = s.once(ctx)
	} else {
		again, err = s.follow(ctx)
	}
	switch {
	case errors.Is(err, errOutputClosed):
		return false, nil
	case err != nil:
		return false, err
	}
	err = s.drain(ctx, again)
	r.report(engine, shipper.Books())
	return again, err
}

// lockWait is how long a start waits for a process with the same state directory that is about to end.
const lockWait = 3 * time.Second

// startShip begins delivery. ctx bounds only the wait for the state directory.
func startShip(ctx context.Context, cfg ship.Config, deps ship.Deps) (*ship.Shipper, error) {
	until := time.Now().Add(lockWait)
	for {
		s, err := ship.Start(context.WithoutCancel(ctx), cfg, deps)
		if !errors.Is(err, ship.ErrLocked) || time.Now().After(until) {
			return s, err
		}
		timer := time.NewTimer(100 * time.Millisecond)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, err
		}
	}
}

// session is the time between two configurations.
type session struct {
	run     *shipRun
	shipper *ship.Shipper
	engine  *redact.Engine
	names   *namer
	tail    *tailer.Tailer
	order   *ordered // nil when files are read once
	stop    func()   // of the admin server
}

// books are those of delivery, and of what ended before it.
func (s *session) books() ship.Books {
	b := s.shipper.Books()
	if s.order == nil {
		return b
	}
	var k correlate.SamplerStats
	if last := s.order.kept.Load(); last != nil {
		k = *last
	}
	b.Before(k.Sampled, uint64(s.order.left.Load()))
	return b
}

func (s *session) encoder() encoder {
	return &shipEncoder{redactor: s.engine.Worker(), maxBytes: int(s.run.cfg.Security.MaxPayloadSize)}
}

// once reads files to their end.
func (s *session) once(ctx context.Context) error {
	r := s.run
	if !r.quiet {
		r.cfg.progress = newProgress("shipping")
	}
	err := runOnce(ctx, r.env, r.cfg, r.paths, s.names, shipSink{s.shipper}, s.encoder, func(path string, err error) {
		r.failed = true
		fmt.Fprintf(r.env.Stderr, "ezlogs: %v\n", err)
	})
	if errors.Is(err, tailer.ErrNoFile) {
		return noSuchFile(err, r.paths)
	}
	return err
}

// follow carries live input until it ends, ctx does, or another configuration is to be used.
func (s *session) follow(ctx context.Context) (again bool, err error) {
	r := s.run
	t := r.cfg.tailer(r.paths)
	t.StateDir = r.dir
	if r.tee {
		t.Tee = r.env.Stdout
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	in := io.Reader(r.env.Stdin)
	if r.cfg.Input.Listen != "" {
		l, err := listen(r.cfg.Input.Listen, r.log)
		if err != nil {
			return false, startError{&exitError{status: statusFailed, text: err.Error()}}
		}
		defer context.AfterFunc(ctx, func() { l.Close() })()
		in = l
	}
	s.tail, err = tailer.Start(ctx, t, in, r.log)
	if err != nil {
		return false, startError{&exitError{status: statusFailed, text: err.Error()}}
	}
	links, save := r.links()
	p := newPipeline(r.cfg, newLiveFeed(s.tail.Chunks(), s.names.name), nil, shipSink{s.shipper}, s.encoder, links, true)
	p.order.save = save
	s.order = p.order
	r.admin.watch(s, p.order)
	if s.stop, err = r.admin.serve(r.cfg.Admin.Listen, r.dir); err != nil {
		return false, startError{&exitError{status: statusFailed, text: err.Error()}}
	}
	reload := make(chan struct{})
	go func() {
		defer close(reload)
		again = r.awaitReload(ctx)
		cancel()
	}()
	var rescue sync.WaitGroup
	rescue.Go(func() { s.rescue(ctx) })
	defer rescue.Wait()
	notifySystemd(r.env, "READY=1")
	err = p.run(context.WithoutCancel(ctx)) // the tailer ends the input when ctx does
	cancel()
	<-reload
	notifySystemd(r.env, map[bool]string{true: "RELOADING=1", false: "STOPPING=1"}[again])
	return again, err
}

// rescue has delivery spool what it cannot deliver while a file that was deleted is not read to its end.
func (s *session) rescue(ctx context.Context) {
	for {
		select {
		case on := <-s.tail.Rescue():
			s.shipper.Rescue(on)
		case <-ctx.Done():
			return
		}
	}
}

// flowsFile keeps in the state directory what is remembered of flows.
const flowsFile = "correlation.state"

// links returns the correlator, and if flows are to outlive a restart what saves it.
func (r *shipRun) links() (*correlate.Correlator, func()) {
	c := correlate.New(r.cfg.correlate())
	if !r.cfg.Correlation.State || r.dir == "" {
		return c, nil
	}
	name := filepath.Join(r.dir, flowsFile)
	if err := c.LoadState(name); err != nil {
		r.log.Warn("flows begin anew", "source", name, "err", err)
	}
	return c, func() {
		if err := c.SaveState(name); err != nil {
			r.log.Warn("open flows are not kept", "source", name, "err", err)
		}
	}
}

// drain delivers what is left. Before another configuration it does not wait for a destination that is down.
func (s *session) drain(ctx context.Context, again bool) error {
	r := s.run
	wait := r.cfg.Delivery.Drain
	switch {
	case again:
		wait = min(wait, r.reloadWait())
	case r.orphaned():
		wait = min(wait, time.Second) // whoever starts another waits for the state directory
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	drained := make(chan struct{})
	go func() {
		defer cancel()
		s.patience(drained, wait, r.once)
	}()
	err := s.shipper.Drain(ctx)
	close(drained)
	if err != nil && !errors.Is(err, ship.ErrOutputClosed) {
		if !again {
			fmt.Fprintf(r.env.Stderr, "ezlogs: %v\n", err)
		}
		rest, _ := errors.AsType[*ship.Remainder](err)
		r.failed = r.failed || r.strict || r.once && rest != nil && rest.Lost > 0
	}
	if r.failed && !again {
		return &exitError{status: statusFailed}
	}
	return nil
}

// orphaned says that the guard of this worker was killed, and what is left can be kept.
func (r *shipRun) orphaned() bool {
	return r.dir != "" && r.env.Getenv(workerVariable) != "" && os.Getppid() != r.parent
}

// reloadWait is how long is delivered before another configuration. What is left is read again, or stands in the spool; an
// application whose pipe nobody reads meanwhile must not notice.
func (r *shipRun) reloadWait() time.Duration {
	if r.dir != "" && slices.Contains(r.paths, "-") {
		return 250 * time.Millisecond
	}
	return 2 * time.Second
}

// patience returns when delivery has taken long enough: wait, or with files that are read once, when nothing was delivered for
// so long. A batch job into a slow receiver is to end with everything delivered.
func (s *session) patience(drained <-chan struct{}, wait time.Duration, progress bool) {
	last := s.shipper.Books().Delivered
	for {
		timer := time.NewTimer(wait)
		select {
		case <-drained:
			timer.Stop()
			return
		case <-timer.C:
		}
		now := s.shipper.Books().Delivered
		if !progress || now == last {
			return
		}
		last = now
	}
}

// close saves positions when everything is acknowledged that will be, and stops answering.
func (s *session) close() {
	if s.tail != nil {
		if err := s.tail.Close(); err != nil {
			s.run.log.Error("positions are not saved", "err", err)
		}
	}
	if s.stop != nil {
		s.stop()
	}
}

// report says at the end what became of everything, and how often what was replaced.
func (r *shipRun) report(engine *redact.Engine, b ship.Books) {
	if r.quiet {
		return
	}
	attrs := []any{"events", b.Added + b.Restored, "delivered", b.Delivered, "spooled", b.Spooled, "dead_lettered", b.DeadLettered}
	for _, reason := range slices.Sorted(maps.Keys(b.Dropped)) {
		if n := b.Dropped[reason]; n > 0 {
			attrs = append(attrs, "dropped_"+reason, n)
		}
	}
	if r.once {
		var text strings.Builder
		text.WriteString("ezlogs: " + count(int(b.Added+b.Restored), "event") + ":")
		for i := 2; i < len(attrs); i += 2 {
			if i == 2 || attrs[i+1] != uint64(0) {
				text.WriteString(fmt.Sprintf(" %v %v", attrs[i], attrs[i+1]))
			}
		}
		text.WriteString(redactions(engine))
		if r.cfg.progress != nil {
			text.WriteString("; " + r.cfg.progress.sum())
		}
		fmt.Fprintln(r.env.Stderr, text.String())
		return
	}
	r.log.Info("the run is over", attrs...)
	attrs = attrs[:0]
	for _, n := range engine.Snapshot().Counts {
		if n.N > 0 && n.Action != "keep" {
			attrs = append(attrs, n.Detector, n.N)
		}
	}
	if len(attrs) > 0 {
		r.log.Info("values were redacted", attrs...)
	}
}

// redactions names what was replaced, and how often.
func redactions(engine *redact.Engine) string {
	var text strings.Builder
	for _, n := range engine.Snapshot().Counts {
		if n.N > 0 && n.Action != "keep" {
			text.WriteString(fmt.Sprintf(" %s %d", n.Detector, n.N))
		}
	}
	if text.String() == "" {
		return ""
	}
	return "; redacted:" + text.String()
}

// newPipeline puts the stages together. Live input is timed by the clock and not looked ahead; m is nil but for several
// files that are read to their end.
func newPipeline(cfg *Config, f feed, m *merger, to sink, enc func() encoder, link linker, live bool) *pipeline {
	ahead := foresight
	if live {
		ahead = 0
	}
	p := &pipeline{feed: f, sink: to, order: newOrdered(m, schema.NewJoiner(cfg.schema()), link, cfg.keeps(), live, ahead)}
	if rate := cfg.Performance.SampleRate; rate < 1 {
		p.order.sampler = correlate.NewSampler(correlate.Sampling{Rate: rate, Slow: cfg.Debug.Slow["http"]})
	}
	p.order.raw, p.broken = cfg.raw, cfg.broken
	p.order.alone.may = !cfg.Correlation.Aliases // names that are told must be told all at once
	for range cfg.workers() {
		p.workers = append(p.workers, &worker{parser: schema.NewParser(cfg.schema()), out: enc(), raw: cfg.raw != nil})
	}
	return p
}

// runOnce carries sources to their end into a sink.
func runOnce(ctx context.Context, env *Env, cfg *Config, paths []string, names *namer, to sink, enc func() encoder, failed func(string, error)) error {
	return runOnceWith(ctx, env, cfg, paths, names, to, enc, correlate.New(cfg.correlate()), failed)
}

// runOnceWith is runOnce with a linker of the caller's.
func runOnceWith(ctx context.Context, env *Env, cfg *Config, paths []string, names *namer, to sink, enc func() encoder, link linker, failed func(string, error)) error {
	once, err := tailer.OpenOnce(cfg.tailer(paths), env.Stdin)
	if err != nil {
		return err
	}
	defer once.Close()
	feed := newOnceFeed(once.Readers, cfg.workers()+2, names.name, failed)
	feed.odd = cfg.odd
	if feed.watch = cfg.progress; feed.watch != nil {
		for _, r := range once.Readers {
			feed.watch.file(r.Source().Size)
		}
		if !isTerminal(env.Stdout) || !slices.Contains(cfg.allDestinations(), "stdout") {
			defer feed.watch.watch(env.Stderr)()
		}
	}
	var m *merger
	if len(once.Readers) > 1 {
		m = newMerger(len(once.Readers), feed.taken)
	} else {
		feed.limit = math.MaxInt // the pipeline's own bounds are enough
	}
	return newPipeline(cfg, feed, m, to, enc, link, false).run(ctx)
}

// foresight is the number of events that are looked ahead where nobody waits: enough for the lines of a request at some
// thousand lines a second, and a few megabytes.
const foresight = 4096

// newRedaction compiles what is to be redacted.
func newRedaction(cfg *Config, k *keys) (*redact.Engine, error) {
	engine, err := redact.New(cfg.redact(), k.redaction()...)
	if err != nil {
		return nil, &exitError{status: statusConfig, text: err.Error(), hint: []string{"`ezlogs check` shows where"}}
	}
	engine.Own(k.texts()...)
	engine.Own(cfg.secrets()...)
	return engine, nil
}
