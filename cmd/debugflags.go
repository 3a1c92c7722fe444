package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/ezlogs/ezlogs/debugview"
)

// debugFlags are the flags of debug alone, in groups.
func debugFlags() []cli.Flag {
	return slices.Concat(
		group("Which flows",
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
			&cli.BoolFlag{Name: "all", Usage: "expand quiet flows too (reads only, fast, no error)"},
			&cli.BoolFlag{Name: "only-matching", Usage: "matching rows and their ancestors instead of whole flows"},
			&cli.StringFlag{Name: "by", Usage: "group flows by session, actor or process"},
			&cli.BoolFlag{Name: "journeys", Usage: "business processes and the steps they reached"},
			&cli.BoolFlag{Name: "read-all", Usage: "understand every line, so that flows that do not match are counted too; large files take longer"},
		),
		group("Following and order",
			&cli.BoolFlag{Name: "follow", Aliases: []string{"f"}, Usage: "keep reading as files grow; survives rotation"},
			&cli.StringFlag{Name: "from", Usage: "with -f: start or end (default) of files that are there"},
			&cli.StringFlag{Name: "settle", Usage: "print a flow `DUR` after its last event (default 2s)"},
			&cli.IntFlag{Name: "last", Aliases: []string{"n"}, Usage: "the first `N` flows that match; with --tail the last"},
			&cli.BoolFlag{Name: "tail", Usage: "with -n: the last ones"},
			&cli.StringFlag{Name: "sort", Usage: "start, settle, duration or events"},
		),
		group("Look",
			&cli.StringFlag{Name: "layout", Aliases: []string{"l"}, Value: "tree", Usage: "tree, lanes, lines, story, card, list, profile, raw or json"},
			&cli.BoolFlag{Name: "tui", Usage: "full-screen browser; ? lists its keys"},
			&cli.BoolFlag{Name: "mouse", Usage: "with --tui: clicks and the wheel work; hold Shift to select text"},
			&cli.BoolFlag{Name: "web", Usage: "live page on 127.0.0.1"},
			&cli.StringFlag{Name: "web-addr", Value: "127.0.0.1:7331", Usage: "`ADDRESS` of the live page"},
			&cli.BoolFlag{Name: "open", Usage: "with --web: start the browser, $BROWSER or that of the desktop"},
			&cli.StringFlag{Name: "time", Aliases: []string{"t"}, Value: "clock", Usage: "clock, flow, delta or ago"},
			&cli.BoolFlag{Name: "utc", Usage: "times in UTC"},
			&cli.StringFlag{Name: "tz", Usage: "times in `ZONE`"},
			&cli.StringFlag{Name: "show", Usage: "`FIELDS` under each row, for example ip,metadata.rows"},
			&cli.StringFlag{Name: "hide", Usage: "`FIELDS` that are not shown"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write `FILE` by extension: .html .svg .json .ndjson .mmd .csv .txt, trace.json"},
			&cli.StringFlag{Name: "compare", Usage: "with --layout profile: another `FILE` to compare with, the one before"},
			&cli.StringFlag{Name: "color", Value: "auto", Usage: "auto, always or never as `WHEN`; see ezlogs help colors"},
			&cli.StringFlag{Name: "theme", Usage: "auto, light, dark, mono or cvd"},
			&cli.IntFlag{Name: "width", Usage: "`N` cells a line"},
			&cli.BoolFlag{Name: "ascii", Usage: "no characters beyond ASCII"},
			&cli.StringFlag{Name: "summary", Value: "auto", Usage: "auto, only, json or never"},
			&cli.StringFlag{Name: "why", Usage: "say what tied `EVENT|LINE|FILE:LINE` to its flow"},
			&cli.BoolFlag{Name: "demo", Usage: "show the flows of a made-up shop; nothing to set up"},
		),
		group("For CI",
			&cli.StringSliceFlag{Name: "expect", Usage: "flows must be as in `FILE.toml`, or as in 'http.request > data.change > job.*'; exit 4 if not; repeatable"},
			&cli.StringFlag{Name: "fail-on", Usage: "exit 4 when a flow has one of `LIST`: error, slow, n1, unredacted"},
			&cli.StringFlag{Name: "record", Usage: "write a first version of expectations to `FILE`"},
			&cli.StringFlag{Name: "format", Value: "text", Usage: "of what --expect says: text, junit or tap"},
		),
	)
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
