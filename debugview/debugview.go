// Package debugview shows flows to a person: as trees with a waterfall, as stories, as summaries, in a full-screen
// browser, as reports, and to tests as expectations. It is given events after redaction and shows nothing else; text
// of a log reaches a terminal as text only, never as control.
//
// Events become steps of flows as they come. A flow is shown once, whole, when it has been quiet long enough; what comes later
// is shown as its continuation. Memory is bounded: the oldest open flow is shown as it is when there are too many.
package debugview

import (
	"hash/maphash"
	"io"
	"math"
	"strings"

	"github.com/ezlogs/ezlogs/schema"
)

// Totals is what only the reader of the input knows and the summary shows.
type Totals struct {
	Bytes     int64            // read, as stored
	Passed    int64            // of these, passed over because they cannot match: what they hold is counted nowhere
	ReadNS    int64            // time it took, nanoseconds
	Skipped   int64            // lines that could not be read as what their source is, and are shown as text
	FirstSkip string           // "file:line" of the first of them
	Redacted  map[string]int64 // values replaced, by kind
	Findings  int64            // events with something unredacted in them, found by the last check
}

// View takes events in order and shows them. All methods are called from one goroutine.
type View struct {
	cfg   Config
	out   *output
	errw  io.Writer
	total func() Totals

	texts       *texts
	statements  [1 << 11]text2
	scratch     []byte
	services    []text2 // names of services; the first is none
	lastService uint16
	formats     []string // of lines, as platform.format names them
	show        []pattern
	keepJSON    bool
	keepRaw     bool // the lines too, by cfg.Raw
	skipJSON    bool // for the event at hand
	keepGroups  bool

	flows   map[schema.FlowID]*flow // open flows by every id they are known under
	alias   aliases
	closed  closedFlows
	byAge   flowList // open flows, the one quiet longest first
	byStart startHeap
	spare   []*flow
	bytes   int // kept of all open flows, about
	learned []learned

	logNow, wallNow int64 // newest time of the log, last Advance
	scannedLog      int64 // these when open flows were last looked at
	scannedWall     int64
	pace            pace
	events          int64
	forced          int64 // flows shown early, for want of room
	firstAt, lastAt int64

	tree    tree
	extra   step // one that its flow has no room for
	filter  *filter
	stats   stats
	hits    Hits
	hold    held
	layout  layout
	region  *region
	story   storyteller
	limited bool // Limit was reached
	done    bool
	sinks   []func(*tree)
}

// Bounds of what is kept of open flows. stepBytes is what a step costs, its text included.
const (
	maxOpenFlows  = 32_000
	manyOpenFlows = 25_000 // from here on a fast pipe shows what a file would
	stepBytes     = 280
	maxOpenBytes  = 256 << 20
	maxSteps      = 2000 // kept of one flow; the rest is counted
)

// New returns a view that writes what cfg asks for to out and its summary and notes to errw. total may be nil; it is called
// when a summary is made. cfg must be valid.
func New(cfg Config, out, errw io.Writer, total func() Totals) (*View, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if total == nil {
		total = func() Totals { return Totals{} }
	}
	v := &View{
		cfg: cfg, errw: errw, total: total,
		texts:    &texts{seed: maphash.MakeSeed(), ascii: cfg.ASCII},
		services: make([]text2, 1), flows: map[schema.FlowID]*flow{}, logNow: math.MinInt64, firstAt: math.MaxInt64, lastAt: math.MinInt64,
	}
	v.out = newOutput(out, &v.cfg)
	for _, id := range cfg.Flows {
		if strings.HasPrefix(id, "latest") {
			v.cfg.Limit, v.cfg.Last = 1, true
		} else if cfg.Input != Follow {
			v.hold.byEnd = true // the prefix may turn out to stand for several flows
		}
	}
	v.hold.byEnd = v.hold.byEnd || cfg.Sort == "duration" || cfg.Sort == "events"
	v.hold.sorted = cfg.Sort == "start" || cfg.Sort == "" && cfg.Input == Files
	v.show = patterns(cfg.Show, cfg.Hide)
	var err error
	if v.filter, err = newFilter(v); err != nil {
		return nil, err
	}
	v.story = newStoryteller(&v.cfg)
	v.stats.init(&v.cfg)
	v.keepJSON = cfg.Export == "" && (cfg.Layout == "raw" || cfg.Layout == "json") || cfg.Export == "ndjson" || cfg.Export == "json" || v.filter.detail
	v.keepGroups = cfg.By != "" || cfg.Journeys
	v.layout = newLayout(v)
	if cfg.Region && cfg.TermSize != nil && cfg.Export == "" && (cfg.Layout == "tree" || cfg.Layout == "story" || cfg.Layout == "list" || cfg.Layout == "card") {
		v.region = &region{}
	}
	return v, nil
}

// Add takes the next event. e is not kept. What it leads to is written at the next Advance at the latest.
func (v *View) Add(e *schema.Event) {
	if e.Type == "flow.merged" {
		v.merge(e.Correlation.Flow, e.Correlation.Merged)
		return
	}
	if e.Type == "flow.completed" {
		return
	}
	v.events++
	v.firstAt, v.lastAt = min(v.firstAt, e.Time.NS), max(v.lastAt, e.Time.NS)
	if !guessedTime(e) || v.logNow == math.MinInt64 {
		v.logNow = max(v.logNow, e.Time.NS)
	}
	if v.cfg.Input == Files {
		v.settle() // a flow that was quiet for too long is shown, whether or not others came in between
	}
	f := v.flowOf(e.Correlation.Flow)
	f.events++
	f.log, f.wall = v.logNow, v.wallNow
	v.byAge.moveToBack(f)
	v.actor(f, e)
	v.skipJSON = v.filter.detail && !v.filter.wants(f)
	if len(f.steps) >= maxSteps {
		f.dropped++
		v.take(&v.extra, e)
		v.layout.event(v, f, &v.extra)
		v.settle()
		return
	}
	if len(f.steps) == cap(f.steps) {
		f.grow()
	}
	f.steps = f.steps[:len(f.steps)+1]
	s := &f.steps[len(f.steps)-1]
	v.take(s, e)
	if v.events <= LearnEvents {
		s.flags |= flagEarly
	}
	if v.filter.marks {
		v.filter.event(s, e)
	}
	f.bytes += s.size()
	v.bytes += s.size()
	if s.at < f.start {
		f.start = s.at
		v.byStart.up(f)
	}
	f.note(s)
	v.layout.event(v, f, s)
	v.settle()
}

// guessedTime reports whether e has no time of its own: when it was read says nothing about the time of the log.
func guessedTime(e *schema.Event) bool {
	if e.Time.From == schema.FromRead {
		return true
	}
	for i := range e.Metadata.Extra {
		if e.Metadata.Extra[i].Key == "timestamp_source" {
			return true
		}
	}
	return false
}

// Clock tells the time at which the next events came, as Advance does, but shows nothing. It is for callers that do not call
// Advance while nothing comes: else a flow that begins after a silence would have been quiet as long.
func (v *View) Clock(now int64) {
	if v.wallNow != 0 {
		v.wallNow = max(v.wallNow, now)
	}
}

// Advance tells the time, in nanoseconds since 1970: the wall clock. Flows that have been quiet long enough are shown, and
// the live region is drawn. Call it at least ten times a second while following.
func (v *View) Advance(now int64) {
	if v.wallNow == 0 {
		for f := v.byAge.head(); f != nil; f = f.next {
			f.wall = now // they came before the time was known
		}
	}
	v.wallNow = max(v.wallNow, now)
	v.settle()
	if l, ok := v.layout.(*lanesLayout); ok {
		l.tick(v)
	}
	v.draw()
}

// Settle shows every open flow now: the input has ended, but the view stays open, for a browser or a page. What comes
// after all is shown as a continuation.
func (v *View) Settle() {
	for f := v.byStart.min(); f != nil; f = v.byStart.min() {
		v.finish(f, v.cfg.Input == Follow)
	}
	v.hold.release(v, math.MaxInt64)
	if l, ok := v.layout.(*albumLayout); ok {
		l.end(v)
	}
	v.draw()
}

// Close shows what is still open, and the summary. It returns the first error of writing; later calls do nothing.
func (v *View) Close() error {
	if v.done {
		return v.out.err
	}
	v.done = true
	for f := v.byStart.min(); f != nil; f = v.byStart.min() {
		v.finish(f, v.cfg.Input == Follow)
	}
	v.erase()
	if err := v.filter.ambiguous(); err != nil && v.cfg.Input != Follow {
		return err
	}
	v.hold.release(v, math.MaxInt64)
	v.layout.end(v)
	v.out.flush()
	v.notes()
	v.summary()
	return v.out.err
}

// Done reports whether all that was asked for has been shown, so that reading may end: -n is reached, or out is gone.
func (v *View) Done() bool { return v.limited && !v.cfg.Last || v.out.err != nil }

// Err returns the first error of writing to out.
func (v *View) Err() error { return v.out.err }

// Hits is how many flows --fail-on finds fault with, whether or not they were shown. What continues a flow counts by itself.
type Hits struct {
	Failed int // as --errors means it
	Slow   int // took as long as SlowOnly says, else as long as a slow request
	N1     int // with N+1 queries
}

func (c *Hits) add(t *tree, cfg *Config) {
	limit := int64(cfg.SlowOnly)
	if limit == 0 {
		limit = int64(cfg.Slow.HTTP)
	}
	if t.state == failed {
		c.Failed++
	}
	if d := t.duration(); d >= 0 && d >= limit {
		c.Slow++
	}
	if len(t.n1) > 0 {
		c.N1++
	}
}

// Hits returns what was found up to now; after Close, in all that was read.
func (v *View) Hits() Hits { return v.hits }

// Open is the number of flows that are not yet shown.
func (v *View) Open() int { return v.byAge.n }
