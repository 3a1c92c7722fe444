package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/redact"
	"github.com/ezlogs/ezlogs/tailer"
)

func debugCommand(env *Env) *cli.Command {
	return &cli.Command{
		Name:      "debug",
		Usage:     "watch log events as flows: request → database → job → email",
		UsageText: "ezlogs debug [flags] [FILE|DIR|GLOB|-]...\n        <command> | ezlogs debug [flags]",
		Description: `Examples:
  bin/rails server | ezlogs debug               watch live from a pipe
  ezlogs debug -f log/production.log            follow a file; waits for it if missing
  ezlogs debug --errors --since -1h log/        failed flows of the last hour, files merged by time
  ezlogs debug --where 'status>=500 and service=shop-web' app.log
  ezlogs debug --flow 4b066c app.log            one flow with every field
  ezlogs debug -o report.html app.log.lz4       a page to attach to a ticket`,
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "errors", Aliases: []string{"e"}, Usage: "failed flows only"},
			&cli.BoolFlag{Name: "failed", Usage: "flows in which anything failed, retried ones too"},
			&cli.StringFlag{Name: "slow", Usage: "flows that took `DUR` or more, for example 500ms"},
			&cli.BoolFlag{Name: "n1", Usage: "flows with N+1 queries"},
			&cli.StringSliceFlag{Name: "flow", Usage: "one flow by `ID`; a unique prefix is enough; latest, latest:error, latest:slow; repeatable"},
			&cli.StringSliceFlag{Name: "where", Aliases: []string{"w"}, Usage: "`EXPR` on fields, repeatable, all must hold; see `ezlogs help where`"},
			&cli.StringFlag{Name: "since", Usage: "from `T`: 2026-11-20, 14:02, 14:02:11.387, -15m, today, yesterday"},
			&cli.StringFlag{Name: "until", Usage: "up to `T`"},
			&cli.StringFlag{Name: "subject", Usage: "flows that concern `TYPE:ID`"},
			&cli.StringFlag{Name: "actor", Usage: "flows of `TYPE:ID`"},
			&cli.StringFlag{Name: "root", Usage: "flows whose root is `ACTION`, for example 'POST /orders'"},
			&cli.BoolFlag{Name: "read-all", Usage: "understand every line, so that flows that do not match are counted too; large files take longer"},
			&cli.BoolFlag{Name: "all", Usage: "expand quiet flows too (reads only, fast, no error)"},
			&cli.BoolFlag{Name: "only-matching", Usage: "matching rows and their ancestors instead of whole flows"},
			&cli.StringFlag{Name: "by", Usage: "group flows by session, actor or process"},
			&cli.BoolFlag{Name: "journeys", Usage: "business processes and the steps they reached"},
			&cli.BoolFlag{Name: "follow", Aliases: []string{"f"}, Usage: "keep reading as files grow; survives rotation"},
			&cli.StringFlag{Name: "from", Usage: "with -f: start or end (default) of files that are there"},
			&cli.IntFlag{Name: "last", Aliases: []string{"n"}, Usage: "the first `N` flows that match; with --tail the last"},
			&cli.BoolFlag{Name: "tail", Usage: "with -n: the last ones"},
			&cli.StringFlag{Name: "sort", Usage: "start, settle, duration or events"},
			&cli.StringFlag{Name: "settle", Usage: "print a flow `DUR` after its last event (default 2s)"},
			&cli.StringFlag{Name: "layout", Aliases: []string{"l"}, Value: "tree", Usage: "tree, lanes, lines, story, card, list, profile, raw or json"},
			&cli.StringFlag{Name: "time", Aliases: []string{"t"}, Value: "clock", Usage: "clock, flow, delta or ago"},
			&cli.BoolFlag{Name: "utc", Usage: "times in UTC"},
			&cli.StringFlag{Name: "tz", Usage: "times in `ZONE`"},
			&cli.StringFlag{Name: "show", Usage: "`FIELDS` under each row, for example ip,metadata.rows"},
			&cli.StringFlag{Name: "hide", Usage: "`FIELDS` that are not shown"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write `FILE` by extension: .html .svg .json .ndjson .mmd .csv .txt, trace.json"},
			&cli.StringFlag{Name: "color", Value: "auto", Usage: "auto, always or never as `WHEN`; see ezlogs help colors"},
			&cli.IntFlag{Name: "width", Usage: "`N` cells a line"},
			&cli.BoolFlag{Name: "ascii", Usage: "no characters beyond ASCII"},
			&cli.StringFlag{Name: "theme", Usage: "auto, light, dark, mono or cvd"},
			&cli.StringFlag{Name: "summary", Value: "auto", Usage: "auto, only, json or never"},
			&cli.StringFlag{Name: "why", Usage: "say what tied `EVENT|LINE|FILE:LINE` to its flow"},
			&cli.BoolFlag{Name: "tui", Usage: "full-screen browser; ? lists its keys"},
			&cli.BoolFlag{Name: "mouse", Usage: "with --tui: clicks and the wheel work; hold Shift to select text"},
			&cli.BoolFlag{Name: "web", Usage: "live page on 127.0.0.1"},
			&cli.StringFlag{Name: "web-addr", Value: "127.0.0.1:7331", Usage: "`ADDRESS` of the live page"},
			&cli.BoolFlag{Name: "open", Usage: "with --web: start the browser, $BROWSER or that of the desktop"},
			&cli.StringSliceFlag{Name: "expect", Usage: "flows must be as in `FILE.toml`, or as in 'http.request > data.change > job.*'; exit 4 if not; repeatable"},
			&cli.StringFlag{Name: "fail-on", Usage: "exit 4 when a flow has one of `LIST`: error, slow, n1, unredacted"},
			&cli.StringFlag{Name: "record", Usage: "write a first version of expectations to `FILE`"},
			&cli.StringFlag{Name: "format", Value: "text", Usage: "of what --expect says: text, junit or tap"},
			&cli.StringFlag{Name: "compare", Usage: "with --layout profile: another `FILE` to compare with, the one before"},
			&cli.BoolFlag{Name: "demo", Usage: "show the flows of a made-up shop; nothing to set up"},
		}, commonFlags()...),
		Action: func(c *cli.Context) error { return runDebug(env, c) },
	}
}

// runDebug shows flows until the input has ended or the user stops it.
func runDebug(env *Env, c *cli.Context) error {
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
	if c.Bool("demo") {
		dir, err := unpack(env.Demo)
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		paths = []string{dir}
	}
	if len(paths) == 0 {
		return &exitError{status: statusUsage, text: "debug reads log events from files or a pipe, and got neither.", hint: []string{
			"try   bin/rails server | ezlogs debug",
			"or    ezlogs debug -f log/development.log",
			"or    ezlogs debug --demo                      sample flows, nothing to set up",
		}}
	}
	room := int64(40 << 20)
	if c.Bool("tui") {
		room += 320 << 20 // what the browser keeps
	}
	limitMemory(env, l.Config, room)
	defer heapRoom(env, 76<<20)()
	// The flow that is asked for may have been named by an agent that knows another of its ids, and JSON tells all names.
	l.Config.Correlation.Aliases = len(c.StringSlice("flow")) > 0 || c.String("layout") == "json" || c.String("output") != ""
	vcfg, err := viewConfig(env, c, l.Config, paths)
	if err != nil {
		return err
	}
	out := env.Stdout
	var report *reportFile
	if name := c.String("output"); name != "" {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o666)
		if err != nil {
			return err
		}
		defer f.Close()
		report = &reportFile{f: f}
		out = report
	}
	k, err := loadKeys(l.Config, keyDir(l, env), env.Getenv)
	if err != nil {
		return err
	}
	if c.IsSet("why") {
		return runWhy(c.Context, env, c, l.Config, paths, newNamer(l.Config, env, k), k)
	}
	d := &debugRun{env: env, c: c, cfg: l.Config, paths: paths, vcfg: vcfg, out: out, names: newNamer(l.Config, env, k), began: time.Now()}
	d.cfg.odd = newOddLines()
	if d.engine, err = newRedaction(l.Config, k); err != nil {
		return err
	}
	if vcfg.Layout == "raw" && vcfg.Export == "" || c.Bool("tui") {
		// Lines are redacted by an engine of their own: what it replaces was counted once, in the events.
		lines, err := newRedaction(l.Config, k)
		if err != nil {
			return err
		}
		d.cfg.raw = newRawLines(lines.Worker())
		d.vcfg.Raw = d.cfg.raw.take
	}
	err = d.run(c.Context)
	if report != nil && err == nil {
		return report.finish()
	}
	return err
}

// reportFile is what --output writes. What stood in the file stays until there is something to write.
type reportFile struct {
	f     *os.File
	begun bool
}

func (r *reportFile) begin() error {
	if r.begun {
		return nil
	}
	r.begun = true
	if st, err := r.f.Stat(); err != nil || !st.Mode().IsRegular() {
		return err // a pipe has no beginning to go back to
	}
	return r.f.Truncate(0)
}

func (r *reportFile) Write(b []byte) (int, error) {
	if err := r.begin(); err != nil {
		return 0, err
	}
	return r.f.Write(b)
}

// finish closes the file, which is empty when nothing was written.
func (r *reportFile) finish() error {
	if err := r.begin(); err != nil {
		return err
	}
	return r.f.Close()
}

// unpack writes the demo into a folder of its own.
func unpack(demo fs.FS) (dir string, err error) {
	if demo == nil {
		return "", usagef("this build has no demo")
	}
	if dir, err = os.MkdirTemp("", "ezlogs-demo-"); err != nil {
		return "", err
	}
	return dir, fs.WalkDir(demo, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := fs.ReadFile(demo, path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, filepath.Base(path)), b, 0o600)
	})
}

// debugRun is one run of debug.
type debugRun struct {
	env     *Env
	c       *cli.Context
	cfg     *Config
	paths   []string
	vcfg    debugview.Config
	out     io.Writer
	verdict io.Writer // of --expect; nil is out
	names   *namer
	engine  *redact.Engine
	began   time.Time
	bytes   atomic.Int64     // read
	earlier map[string]int64 // values replaced in what is compared with
	passed  int64            // of these, passed over because they cannot match
	failed  bool
}

// totals is what the summary shows and only the reader knows.
func (d *debugRun) totals() debugview.Totals {
	t := debugview.Totals{Bytes: d.bytes.Load(), Passed: d.passed, ReadNS: int64(time.Since(d.began)), Redacted: map[string]int64{}}
	if d.cfg.odd != nil {
		t.Skipped, t.FirstSkip = d.cfg.odd.count()
	}
	maps.Copy(t.Redacted, d.redacted())
	for name, n := range d.earlier {
		if t.Redacted[name] -= n; t.Redacted[name] == 0 {
			delete(t.Redacted, name)
		}
	}
	return t
}

// redacted returns how many values were replaced, by kind.
func (d *debugRun) redacted() map[string]int64 {
	counts := map[string]int64{}
	for _, n := range d.engine.Snapshot().Counts {
		if n.N > 0 && n.Action != "keep" {
			counts[n.Detector] += int64(n.N)
		}
	}
	return counts
}

func (d *debugRun) run(ctx context.Context) error {
	ctx, stop := stopOnSignal(ctx, false)
	defer stop()
	if name := d.c.String("compare"); name != "" {
		if err := d.before(ctx, name); err != nil {
			return err
		}
	}
	if d.c.Bool("tui") {
		return d.browse(ctx)
	}
	if d.c.IsSet("expect") && d.vcfg.Export == "" {
		d.verdict, d.out = d.out, io.Discard // what counts is the verdict
	}
	view, err := debugview.New(d.vcfg, d.out, d.env.Stderr, d.totals)
	if err != nil {
		return wrongView(err)
	}
	expectations, err := d.expect(view)
	if err != nil {
		return err
	}
	var recorder *debugview.Recorder
	if d.c.IsSet("record") {
		recorder = debugview.NewRecorder()
		view.Record(recorder)
	}
	if d.c.Bool("web") {
		stopWeb, err := d.serveWeb(ctx, view)
		if err != nil {
			return err
		}
		defer stopWeb()
	}
	watch, err := failOn(d.c.String("fail-on"))
	if err != nil {
		return err
	}
	if err := d.feed(ctx, view); err != nil {
		return err
	}
	if d.c.Bool("web") && d.vcfg.Input == debugview.Files {
		view.Settle()
		<-ctx.Done() // the page stays until the user has seen it
	}
	if err := view.Close(); err != nil && !isClosedPipe(err) {
		if _, ok := errors.AsType[*debugview.AmbiguousError](err); ok {
			return &exitError{status: statusUsage, text: "--flow: " + err.Error()}
		}
		return err
	}
	if recorder != nil {
		if err := os.WriteFile(d.c.String("record"), recorder.AppendTOML(nil), 0o666); err != nil {
			return err
		}
	}
	if err := judgeHits(watch, view.Hits()); err != nil {
		return err
	}
	if expectations != nil {
		return d.judge(expectations)
	}
	if d.failed {
		return &exitError{status: statusFailed}
	}
	return nil
}

// feed carries the input into a view.
func (d *debugRun) feed(ctx context.Context, view *debugview.View) error {
	to := &viewSink{view: view, bytes: &d.bytes}
	enc := func() encoder { return redactOnly{d.engine.Worker()} }
	var err error
	if d.vcfg.Input == debugview.Files {
		failed := func(_ string, err error) {
			d.failed = true
			fmt.Fprintf(d.env.Stderr, "ezlogs: %v\n", err)
		}
		var done bool
		if done, err = d.runSkipping(ctx, to, enc, failed); !done {
			if !d.vcfg.Quiet && !d.vcfg.Terminal && isTerminal(d.env.Stderr) { // else rows of flows would stand in it
				d.cfg.progress = newProgress("reading")
			}
			err = runOnce(ctx, d.env, d.cfg, d.paths, d.names, to, enc, failed)
			d.cfg.progress = nil
		}
	} else {
		if d.vcfg.Keys {
			var end context.CancelFunc
			ctx, end = context.WithCancel(ctx)
			defer end()
			to.keys = startLiveKeys(ctx, d.env.Stdin, end)
			defer to.keys.close()
			view.SetKeys(to.keys != nil)
		}
		err = d.follow(ctx, to, enc)
	}
	switch {
	case errors.Is(err, errViewDone):
		return nil
	case errors.Is(err, tailer.ErrNoFile):
		return noSuchFile(err, d.paths)
	}
	return err
}

// before makes the profile of an earlier run, to compare with.
func (d *debugRun) before(ctx context.Context, name string) error {
	cfg := d.vcfg
	cfg.Summary, cfg.Quiet = "never", true
	view, err := debugview.New(cfg, io.Discard, io.Discard, nil)
	if err != nil {
		return &exitError{status: statusUsage, text: err.Error()}
	}
	run := *d.cfg
	run.odd = nil // what is odd there is not told here
	err = runOnce(ctx, d.env, &run, []string{name}, d.names, &viewSink{view: view}, func() encoder { return redactOnly{d.engine.Worker()} }, func(_ string, err error) {
		fmt.Fprintf(d.env.Stderr, "ezlogs: %v\n", err)
	})
	if err != nil {
		return noSuchFile(err, []string{name})
	}
	if err := view.Close(); err != nil {
		return err
	}
	d.vcfg.Before, d.earlier = view.Profile(), d.redacted()
	return nil
}

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

// maxHeldNotes is what heldNotes keeps, in bytes; who writes more has said the like before.
const maxHeldNotes = 64 << 10

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

// expect reads what --expect asks for; nil when it asks for nothing.
func (d *debugRun) expect(view *debugview.View) (*debugview.Expectations, error) {
	var list []debugview.Expectation
	for _, e := range d.c.StringSlice("expect") {
		if strings.Contains(e, ">") {
			x, err := debugview.ParseExpect(e)
			if err != nil {
				return nil, usagef("--expect: %v", err)
			}
			list = append(list, x)
			continue
		}
		var file debugview.ExpectFile
		meta, err := toml.DecodeFile(e, &file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &exitError{status: statusUsage, text: "--expect " + e + ": no such file", hint: []string{"steps are joined by >, for example 'http.request > job.*'"}}
		}
		if err != nil {
			return nil, usagef("--expect %s: %v", e, err)
		}
		if unknown := meta.Undecoded(); len(unknown) > 0 {
			return nil, usagef("--expect %s: there is no key %s", e, unknown[0])
		}
		list = append(list, file.Expect...)
	}
	if len(list) == 0 {
		return nil, nil
	}
	for i := range list {
		if err := list[i].Validate(); err != nil {
			return nil, usagef("--expect: expect[%d].%v", i, err)
		}
	}
	x := debugview.NewExpectations(list)
	view.Expect(x)
	return x, nil
}

// judge says how the flows were, and ends with status 4 when they were not as expected.
func (d *debugRun) judge(x *debugview.Expectations) error {
	var b []byte
	switch d.c.String("format") {
	case "junit":
		b = x.AppendJUnit(nil)
	case "tap":
		b = x.AppendTAP(nil)
	default:
		b = x.AppendText(nil, &d.vcfg)
	}
	if _, err := cmp.Or(d.verdict, d.out).Write(b); err != nil {
		return outputError(err)
	}
	if !x.OK() {
		return &exitError{status: statusUnmet}
	}
	return nil
}

// follow shows live input until it ends or ctx does.
func (d *debugRun) follow(ctx context.Context, to sink, enc func() encoder) error {
	env, c, cfg, paths := d.env, d.c, d.cfg, d.paths
	t := cfg.tailer(paths)
	t.FollowNxadm, t.PollSteady = true, 0
	if !c.IsSet("from") {
		t.From = "end"
	}
	for _, p := range paths {
		if p == "-" || strings.ContainsAny(p, "*?[") {
			continue
		}
		if _, err := os.Stat(p); err != nil && !c.Bool("quiet") {
			fmt.Fprintf(env.Stderr, "ezlogs: waiting for %s\n", p)
		}
	}
	tail, err := tailer.Start(ctx, t, env.Stdin, ownLog(env, c))
	if err != nil {
		return err
	}
	defer tail.Close()
	f := newLiveFeed(tail.Chunks(), d.names.name)
	f.odd = cfg.odd
	f.every(100 * time.Millisecond) // the live region is drawn ten times a second
	return newPipeline(cfg, f, nil, to, enc, correlate.New(cfg.correlate()), true).run(context.WithoutCancel(ctx))
}

// keyDir is where debug finds the key: only where one was made, it makes none.
func keyDir(l *loaded, env *Env) string {
	dir := l.Config.StateDir
	dirs := []string{dir}
	if dir == "" {
		dirs = []string{systemState, userState(env.Getenv)}
	}
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, redact.KeyFile)); err == nil {
			return dir
		}
	}
	return ""
}

// viewSink shows the events of steps.
type viewSink struct {
	view  *debugview.View
	bytes *atomic.Int64 // read; nil does not count
	keys  *liveKeys     // nil reads none
}

// errViewDone ends a run whose view has seen enough.
var errViewDone = errors.New("the view is complete")

func (k *viewSink) take(_ context.Context, s *step) error {
	if k.bytes != nil {
		k.bytes.Add(int64(s.bytes))
	}
	if len(s.events) > 0 {
		k.view.Clock(time.Now().UnixNano())
	}
	for _, e := range s.events {
		k.view.Add(e)
		if e.Origin.Mark != nil {
			e.Origin.Mark.Done(1)
		}
	}
	k.keys.apply(k.view)
	k.view.Advance(time.Now().UnixNano())
	if k.view.Done() {
		return errViewDone
	}
	return nil
}

// redactOnly is the encoder of sinks that take events as they are.
type redactOnly struct{ redactor redactor }

func (x redactOnly) encode(s *step) {
	for _, e := range s.events {
		x.redactor.Event(e)
	}
}

// wrongView turns what the view says of its configuration into what is wrong with the flags.
func wrongView(err error) error {
	text := err.Error()
	if _, parsed := errors.AsType[*debugview.ExprError](err); !parsed && !strings.HasPrefix(text, "--") {
		text = "--" + strings.ReplaceAll(text, "\n", "\n  --") // each begins with the name of its flag
	}
	return &exitError{status: statusUsage, text: text}
}

// together refuses flags that say nothing without others, or contradict each other: they would be passed over silently.
func together(c *cli.Context) error {
	switch {
	case c.Bool("tail") && c.Int("last") == 0:
		return usagef("--tail says which of the flows -n N shows; give -n too, for example --tail -n 10")
	case c.Bool("journeys") && c.IsSet("by"):
		return usagef("--journeys and --by are two ways to group flows; give one of them")
	case c.IsSet("format") && !c.IsSet("expect"):
		return usagef("--format is of what --expect says; give --expect too")
	case c.IsSet("compare") && c.IsSet("layout") && c.String("layout") != "profile":
		return usagef("--compare goes with --layout profile, not %s", c.String("layout"))
	case c.Bool("only-matching") && !c.IsSet("where") && !c.IsSet("subject") && !c.IsSet("actor"):
		return usagef("--only-matching shows the rows that --where, --subject or --actor match; give one of them too")
	}
	for _, f := range []struct {
		name  string
		words []string
	}{{"color", []string{"auto", "always", "never"}}, {"format", []string{"text", "junit", "tap"}}} {
		if v := c.String(f.name); !slices.Contains(f.words, v) {
			text := fmt.Sprintf("--%s %s: one of %s", f.name, v, strings.Join(f.words, ", "))
			if near := nearest(v, f.words); near != "" {
				text += fmt.Sprintf("; did you mean %s?", near)
			}
			return usagef("%s", text)
		}
	}
	return nil
}

// viewConfig makes the view's configuration from ours and the flags.
func viewConfig(env *Env, c *cli.Context, cfg *Config, paths []string) (debugview.Config, error) {
	v := debugview.DefaultConfig()
	if err := together(c); err != nil {
		return v, err
	}
	v.Settle, v.N1, v.Theme, v.Verbs, v.DisplayNames = cfg.Debug.Settle, cfg.Debug.N1, cfg.Debug.Theme, cfg.Debug.Verbs, cfg.Debug.DisplayNames
	s := cfg.Debug.Slow
	v.Slow = debugview.Slow{HTTP: s["http"], SQL: s["sql"], API: s["api"], Job: s["job"]}
	v.Layout, v.Time, v.Sort, v.Summary = c.String("layout"), c.String("time"), c.String("sort"), c.String("summary")
	if c.IsSet("compare") {
		v.Layout = "profile"
	}
	if !slices.Contains(debugview.Layouts(), v.Layout) {
		text := fmt.Sprintf("there is no layout `%s`", v.Layout)
		if near := nearest(v.Layout, debugview.Layouts()); near != "" {
			text += fmt.Sprintf("; did you mean `%s`?", near)
		}
		return v, usagef("%s  (%s)", text, strings.Join(debugview.Layouts(), ", "))
	}
	v.Errors, v.Failed, v.N1Only, v.All, v.OnlyMatching, v.Journeys = c.Bool("errors"), c.Bool("failed"), c.Bool("n1"), c.Bool("all"), c.Bool("only-matching"), c.Bool("journeys")
	v.Flows, v.Where, v.Subject, v.Actor, v.Root, v.By = c.StringSlice("flow"), c.StringSlice("where"), c.String("subject"), c.String("actor"), c.String("root"), c.String("by")
	v.Limit, v.Last = c.Int("last"), c.Bool("tail")
	v.Show, v.Hide = commaList(c.String("show")), commaList(c.String("hide"))
	v.Quiet, v.Version, v.Files = c.Bool("quiet"), version, paths
	var err error
	if v.SlowOnly, err = durationFlag(c, "slow"); err != nil {
		return v, err
	}
	if v.Location, err = zoneFlag(c); err != nil {
		return v, err
	}
	now := time.Now()
	for _, f := range []struct {
		name string
		to   *int64
	}{{"since", &v.Since}, {"until", &v.Until}} {
		if c.IsSet(f.name) {
			at, ok := parseMoment(c.String(f.name), now, v.Location)
			if !ok {
				return v, usagef("--%s %s: expected a time such as 2026-11-20, 14:02, 14:02:11.387, -15m, today or yesterday", f.name, c.String(f.name))
			}
			*f.to = at.UnixNano()
		}
	}
	pipe := slices.Contains(paths, "-")
	switch {
	case c.Bool("follow"):
		v.Input = debugview.Follow
	case pipe && !isRegular(env.Stdin):
		v.Input = debugview.Pipe
	}
	if c.IsSet("expect") {
		v.Summary = "never"
	}
	look(env, c, &v)
	if name := c.String("output"); name != "" {
		if v.Export = exportOf(name); v.Export == "" {
			return v, usagef("--output %s: the extension says what is written: .html .svg .json .ndjson .mmd .csv .txt, or trace.json", name)
		}
		v.Made = now
	}
	return v, nil
}

// look sets what depends on the streams: colour, width, characters.
func look(env *Env, c *cli.Context, v *debugview.Config) {
	when := c.String("color")
	v.Color, v.ErrColor = wantColor(env, when, env.Stdout), wantColor(env, when, env.Stderr)
	v.ASCII = c.Bool("ascii") || asciiOnly(env)
	v.Links = isTerminal(env.Stdout) && !slices.Contains([]string{"dumb", "linux"}, env.Getenv("TERM")) && env.Getenv("NO_HYPERLINKS") == ""
	v.Plain = !isTerminal(env.Stderr)
	v.Terminal = isTerminal(env.Stdout)
	v.Width = c.Int("width")
	f, terminal := env.Stdout.(*os.File)
	if terminal && isTerminal(f) {
		size := func() (int, int) {
			w, h, err := term.GetSize(int(f.Fd()))
			if err != nil {
				return 100, 24
			}
			return w, h
		}
		if v.Width == 0 {
			w, _ := size()
			v.Width = min(w, 160)
		}
		v.Keys = v.Input == debugview.Follow && env.Stdin != nil && isTerminal(env.Stdin) && !c.Bool("tui") && !slices.Contains(c.Args().Slice(), "-")
		v.Region, v.TermSize = v.Input != debugview.Files && c.String("output") == "", size
	} else if n, err := strconv.Atoi(env.Getenv("COLUMNS")); v.Width == 0 && err == nil && n >= 40 && isTerminal(env.Stdout) {
		v.Width = n
	}
}

// asciiOnly reports whether the terminal or the locale can show nothing else.
func asciiOnly(env *Env) bool {
	if env.Getenv("TERM") == "linux" {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := env.Getenv(name); v != "" {
			return v == "C" || v == "POSIX"
		}
	}
	return false
}

func isRegular(f *os.File) bool {
	if f == nil {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode().IsRegular()
}

func commaList(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

func durationFlag(c *cli.Context, name string) (time.Duration, error) {
	if !c.IsSet(name) {
		return 0, nil
	}
	text := c.String(name)
	d, ok := parseDuration(text)
	switch {
	case ok && d <= 0:
		return 0, usagef("--%s %s: must be more than nothing", name, text)
	case ok:
		return d, nil
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return 0, usagef("--%s %s: a duration needs a unit, for example %sms or 2s", name, text, text)
	}
	return 0, usagef("--%s %s: expected a duration, for example 500ms or 2s", name, text)
}

func zoneFlag(c *cli.Context) (*time.Location, error) {
	switch {
	case c.Bool("utc"):
		return time.UTC, nil
	case c.IsSet("tz"):
		loc, err := location(c.String("tz"))
		if err != nil {
			return nil, usagef("--tz %s: this machine knows no such time zone", c.String("tz"))
		}
		return loc, nil
	}
	return time.Local, nil
}

// parseMoment reads a time as people type it, relative to now.
func parseMoment(s string, now time.Time, loc *time.Location) (time.Time, bool) {
	now = now.In(loc)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, loc)
	switch s {
	case "now":
		return now, true
	case "today":
		return midnight, true
	case "yesterday":
		return midnight.AddDate(0, 0, -1), true
	}
	if d, ok := parseDuration(strings.TrimPrefix(s, "-")); ok && strings.HasPrefix(s, "-") {
		return now.Add(-d), true
	}
	for _, layout := range []string{"15:04", "15:04:05", "15:04:05.999999999"} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			return midnight.Add(t.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, loc))), true
		}
	}
	for _, layout := range []string{"2006-01-02", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", time.RFC3339Nano} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// exportOf tells by a file's name what is to be written, "" when it does not say.
func exportOf(name string) string {
	base := filepath.Base(name)
	if base == "trace.json" || strings.HasSuffix(base, ".trace.json") {
		return "otlp"
	}
	ext := strings.TrimPrefix(filepath.Ext(base), ".")
	if slices.Contains(debugview.Exports(), ext) {
		return ext
	}
	return ""
}

// noSuchFile says which file is missing, and which was perhaps meant.
func noSuchFile(err error, paths []string) error {
	for _, p := range paths {
		if p == "-" || strings.ContainsAny(p, "*?[") {
			continue
		}
		if _, serr := os.Stat(p); serr == nil {
			continue
		}
		text := p + ": no such file"
		if near := nearestFile(p); near != "" {
			text += "; did you mean " + near + "?"
		}
		return &exitError{status: statusFailed, text: text}
	}
	return &exitError{status: statusFailed, text: err.Error()}
}
