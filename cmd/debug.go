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
	"strings"
	"sync/atomic"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/urfave/cli/v2"

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
		Flags:  append(debugFlags(), commonFlags()...),
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

// run shows flows until the input has ended or the user stops it. SIGTERM ends it in the same way, and tells by the status.
func (d *debugRun) run(ctx context.Context) error {
	ctx, stop := stopOnSignal(ctx, false)
	defer stop()
	if err := d.show(ctx); err != nil {
		return err
	}
	if errors.Is(context.Cause(ctx), errTerminated) {
		return &exitError{status: statusTerminated}
	}
	return nil
}

func (d *debugRun) show(ctx context.Context) error {
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
			d.cfg.broken = to.keys.close // the terminal is given back before the report of a bug
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

// maxHeldNotes is what heldNotes keeps, in bytes; who writes more has said the like before.
const maxHeldNotes = 64 << 10

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
