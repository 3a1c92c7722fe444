package debugview

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ezlogs/ezlogs/schema"
)

// Config says what a View shows and how. The fields with a toml tag are the table [debug]; the others come from the
// command line. The zero value is not usable: begin with DefaultConfig.
type Config struct {
	// Settle is how long a flow with side effects stays quiet before it is printed; at least 10ms. Files use thirty
	// times as much log time, because their order costs nobody time.
	Settle time.Duration `toml:"settle"`
	// Slow holds the limit of each kind of step from which its duration is marked.
	Slow Slow `toml:"slow"`
	// N1 is the number of equal reads under one parent from which they are called N+1; at least 2.
	N1 int `toml:"n1"`
	// Theme is auto, light, dark, mono or cvd.
	Theme string `toml:"theme"`
	// Verbs maps an action to the words of its story: "order.created" = "placed order".
	Verbs map[string]string `toml:"verbs"`
	// DisplayNames maps an action, job class or host to the name shown for it.
	DisplayNames map[string]string `toml:"display_names"`

	// Layout is tree, lanes, lines, story, card, list, profile, raw or json.
	Layout string `toml:"-"`
	// Raw returns the lines of an event as they were logged, redacted, for --layout raw; false when it does not know them.
	// nil shows events as ship would send them.
	Raw func(e *schema.Event) (lines string, ok bool) `toml:"-"`
	// Width is the number of cells of a line, 40 or more; 0 means that nothing is cut and bars stand where they stand
	// in 100.
	Width int `toml:"-"`
	// Color tells whether SGR codes may be written to the output, ErrColor the same of the diagnosis.
	Color, ErrColor bool `toml:"-"`
	// Terminal says that the output is one: what it would obey is made visible in --layout raw too.
	Terminal bool `toml:"-"`
	// ASCII writes nothing but ASCII.
	ASCII bool `toml:"-"`
	// Links allows OSC 8 hyperlinks; they are written only together with Color.
	Links bool `toml:"-"`
	// Time is clock, flow, delta or ago.
	Time string `toml:"-"`
	// Location is the zone times are shown in; nil is UTC.
	Location *time.Location `toml:"-"`
	// Input says where the events come from, which decides the clock.
	Input Input `toml:"-"`
	// Region allows a live region: the output is a terminal.
	Region bool `toml:"-"`
	// TermSize returns the present width and height of the terminal; used with Region alone.
	TermSize func() (width, height int) `toml:"-"`
	// Keys says that the caller reads keys and calls Pause; the live region tells so.
	Keys bool `toml:"-"`
	// Mouse lets the browser take clicks and the wheel, which the terminal then does not use for selecting text.
	Mouse bool `toml:"-"`
	// Sort is start, settle, duration or events; "" is start for files and settle for everything else. The last two
	// print at the end of the input.
	Sort string `toml:"-"`
	// TimestampIs is "start" or "end" where it is known what the time of a line stands for; "" is found out.
	TimestampIs string `toml:"-"`

	// Errors, N1Only, SlowOnly and the rest choose flows; all that are set must hold.
	Errors bool `toml:"-"`
	// Failed keeps flows in which anything failed, also what was retried.
	Failed bool `toml:"-"`
	// N1Only keeps flows with N+1 queries.
	N1Only bool `toml:"-"`
	// SlowOnly keeps flows that took this long or longer; 0 is off.
	SlowOnly time.Duration `toml:"-"`
	// Flows keeps the flows named by prefixes of their ids, or latest, latest:error, latest:slow.
	Flows []string `toml:"-"`
	// Where holds expressions; each must hold for an event of the flow.
	Where []string `toml:"-"`
	// Since and Until bound the start of flows, in nanoseconds since 1970; 0 is no bound.
	Since, Until int64 `toml:"-"`
	// Subject and Actor keep flows with an event of that subject or actor: "type:id" or "id".
	Subject, Actor string `toml:"-"`
	// Root keeps flows whose root has this name, for the profile.
	Root string `toml:"-"`
	// Before is the profile to compare with; nil is none.
	Before *Profile `toml:"-"`
	// By is session, actor or process: flows are shown in groups at the end of the input. "" is off.
	By string `toml:"-"`
	// Journeys shows business processes with the steps reached instead of flows.
	Journeys bool `toml:"-"`
	// OnlyMatching keeps of a flow just the rows that match and their ancestors.
	OnlyMatching bool `toml:"-"`
	// All expands quiet flows.
	All bool `toml:"-"`
	// Limit ends the output after so many flows; 0 is no limit. With Last the last ones are shown instead.
	Limit int `toml:"-"`
	// Last makes Limit mean the last flows.
	Last bool `toml:"-"`
	// Show and Hide are patterns of field names that are shown under a row.
	Show, Hide []string `toml:"-"`
	// Command is how the user called the program, for the hints; for example "ezlogs debug".
	Command string `toml:"-"`
	// Files are the inputs as the user named them, for the hints.
	Files []string `toml:"-"`
	// Version is that of the program, for reports.
	Version string `toml:"-"`
	// Made is the moment that reports name as theirs; the zero value leaves it out.
	Made time.Time `toml:"-"`
	// Summary is auto, only, json or never; Plain makes it one logfmt line, for a diagnosis stream that is no terminal.
	Summary string `toml:"-"`
	// Plain makes the summary one line of logfmt.
	Plain bool `toml:"-"`
	// Quiet leaves out the summary and the notes, never errors.
	Quiet bool `toml:"-"`
	// Export is the kind of document written instead of a layout: html, svg, json, ndjson, mmd, csv, txt, otlp. "" is off.
	Export string `toml:"-"`
}

// Slow holds a limit per kind of step; 0 is no limit.
type Slow struct {
	HTTP time.Duration `toml:"http"`
	SQL  time.Duration `toml:"sql"`
	API  time.Duration `toml:"api"`
	Job  time.Duration `toml:"job"`
}

// Input says where events come from.
type Input string

// The inputs. Files are timed by the newest time seen in the log, Follow by the clock, Pipe by whichever comes first.
const (
	Files  Input = "files"
	Pipe   Input = "pipe"
	Follow Input = "follow"
)

// DefaultConfig returns the configuration of a plain `ezlogs debug FILE`.
func DefaultConfig() Config {
	return Config{
		Settle:  2 * time.Second,
		Slow:    Slow{HTTP: 500 * time.Millisecond, SQL: 100 * time.Millisecond, API: time.Second, Job: 10 * time.Second},
		N1:      10,
		Theme:   "auto",
		Layout:  "tree",
		Time:    "clock",
		Input:   Files,
		Summary: "auto",
		Command: "ezlogs debug",
	}
}

// Layouts lists the names that Config.Layout takes.
func Layouts() []string {
	return []string{"tree", "lanes", "lines", "story", "card", "list", "profile", "raw", "json"}
}

// Exports lists the names that Config.Export takes.
func Exports() []string {
	return []string{"html", "svg", "json", "ndjson", "mmd", "csv", "txt", "otlp"}
}

// Validate returns every fault of c, each named by its key or flag.
func (c *Config) Validate() error {
	var errs []error
	bad := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: %s", key, fmt.Sprintf(format, args...)))
	}
	oneOf := func(key, value string, names ...string) {
		if !slices.Contains(names, value) {
			bad(key, "%q is none of %s%s", value, strings.Join(slices.DeleteFunc(names, func(s string) bool { return s == "" }), ", "),
				suggest(value, names))
		}
	}
	if c.Settle < 10*time.Millisecond || c.Settle > time.Hour {
		bad("settle", "must be from 10ms to 1h")
	}
	if c.N1 < 2 {
		bad("n1", "must be at least 2")
	}
	for _, l := range []struct {
		key string
		d   time.Duration
	}{{"slow.http", c.Slow.HTTP}, {"slow.sql", c.Slow.SQL}, {"slow.api", c.Slow.API}, {"slow.job", c.Slow.Job}} {
		if l.d < 0 {
			bad(l.key, "must not be negative")
		}
	}
	oneOf("theme", c.Theme, "auto", "light", "dark", "mono", "cvd")
	oneOf("layout", c.Layout, Layouts()...)
	oneOf("time", c.Time, "clock", "flow", "delta", "ago")
	oneOf("sort", c.Sort, "", "start", "settle", "duration", "events")
	oneOf("by", c.By, "", "session", "actor", "process")
	oneOf("summary", c.Summary, "auto", "only", "json", "never")
	oneOf("timestamp-is", c.TimestampIs, "", "start", "end")
	oneOf("output", c.Export, append([]string{""}, Exports()...)...)
	if c.Width != 0 && (c.Width < 40 || c.Width > 1000) {
		bad("width", "must be from 40 to 1000")
	}
	if c.Limit < 0 {
		bad("last", "must not be negative")
	}
	return errors.Join(errs...)
}

// suggest returns "; did you mean X?" for the name nearest to word, or "".
func suggest(word string, names []string) string {
	if n := nearest(word, names); n != "" {
		return "; did you mean " + n + "?"
	}
	return ""
}

// nearest returns the name that word most likely stands for: at most two edits, or a third of its length, away.
func nearest(word string, names []string) string {
	word = strings.ToLower(word)
	best, at := "", max(2, len(word)/3)+1
	for _, n := range names {
		if d := distance(word, strings.ToLower(n)); d < at && d < len(word) {
			best, at = n, d
		}
	}
	return best
}

// distance is the number of insertions, deletions, replacements and swaps of neighbours between a and b.
func distance(a, b string) int {
	prev2, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}
