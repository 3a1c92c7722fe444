package debugview

import (
	"slices"
	"strings"
)

// region is the live region: a few rows under the scrollback that show the flows that are still open. It is redrawn at most
// ten times a second, and taken away before anything permanent is written.
type region struct {
	widths  []int // cells of the rows on the screen
	drawn   int64 // when, wall clock
	shown   string
	paused  bool
	explain bool // of the keys
	b       []byte
}

const (
	regionRows  = 6
	redrawEvery = 100e6 // nanoseconds
	maxPaused   = 16 << 20
)

// Pause stops writing settled flows, or goes on; reading goes on either way. It does nothing without a live region.
func (v *View) Pause(on bool) {
	if v.region != nil {
		v.region.paused = on
		v.region.shown = ""
		v.region.drawn = 0
	}
}

// SetKeys says whether the caller reads keys, as Config.Keys does.
func (v *View) SetKeys(on bool) { v.cfg.Keys = on }

// ExplainKeys shows in the live region what the keys do, or no longer.
func (v *View) ExplainKeys() {
	if v.region != nil {
		v.region.explain = !v.region.explain
		v.region.shown, v.region.drawn = "", 0
	}
}

// Paused reports whether writing is paused.
func (v *View) Paused() bool { return v.region != nil && v.region.paused }

// draw writes what has settled and the live region under it.
func (v *View) draw() {
	r := v.region
	if r == nil {
		v.out.flush()
		return
	}
	if r.paused && len(v.out.b) > maxPaused {
		r.paused = false
	}
	commit := len(v.out.b) > 0 && !r.paused
	if !commit && v.wallNow-r.drawn < redrawEvery {
		return
	}
	columns, _ := v.cfg.TermSize()
	rows, cellsOf := v.regionText(max(columns, 20))
	text := strings.Join(rows, "")
	if !commit && text == r.shown {
		return
	}
	r.b = append(r.b[:0], "\x1b[?2026h"...)
	r.b = r.clear(r.b, columns)
	if commit {
		r.b = append(r.b, v.out.b...)
		v.out.b = v.out.b[:0]
	}
	r.b = append(r.b, text...)
	r.b = append(r.b, "\x1b[?2026l"...)
	r.widths = append(r.widths[:0], cellsOf...)
	r.shown, r.drawn = text, v.wallNow
	if v.out.err == nil {
		_, v.out.err = v.out.w.Write(r.b)
	}
}

// clear appends what takes the region off the screen. Rows are cleared one by one: clearing to the end of the screen makes
// some terminals push the rows into their history. A row that a narrower terminal broke in two counts as two.
func (r *region) clear(b []byte, columns int) []byte {
	for _, w := range r.widths {
		for range max(1, (w+columns-1)/max(columns, 1)) {
			b = append(b, "\x1b[1F\x1b[2K"...)
		}
	}
	r.widths = r.widths[:0]
	return b
}

// erase takes the region off the screen for good.
func (v *View) erase() {
	if r := v.region; r != nil && len(r.widths) > 0 {
		columns, _ := v.cfg.TermSize()
		b := r.clear(nil, max(columns, 1))
		if v.out.err == nil {
			_, v.out.err = v.out.w.Write(b)
		}
		r.shown = ""
	}
}

// regionText returns the rows of the region, each with its newline, and their cells.
func (v *View) regionText(columns int) (rows []string, widths []int) {
	if v.byAge.n == 0 && !v.region.paused && !v.region.explain {
		return nil, nil
	}
	width := min(columns-1, 160)
	p := &pen{color: v.cfg.Color, ascii: v.cfg.ASCII, codes: codesOf(v.cfg.Theme)}
	flush := func() {
		widths = append(widths, p.at)
		p.line()
		rows = append(rows, string(p.b))
		p.b = p.b[:0]
	}
	tail := " " + count(v.stats.flows) + " done · " + count(int64(v.byAge.n)) + " open"
	switch {
	case v.region.explain:
		tail += " · p pause or go on  q end with the summary  ? less"
	case v.region.paused:
		tail += " · paused, p goes on"
	case v.cfg.Keys:
		tail += " · p pause  ? keys"
	}
	tail += " ──"
	head := "── live " + string(v.appendClock(nil, v.storyNow())) + " "
	p.put(roleDim, cut(head+strings.Repeat("─", max(0, width-cells(head)-cells(tail)))+tail, width))
	flush()
	first := make([]*flow, 0, regionRows-1)
	for _, f := range v.byStart {
		at, _ := slices.BinarySearchFunc(first, f, func(a, b *flow) int {
			if a.start <= b.start {
				return -1
			}
			return 1
		})
		if at == cap(first) {
			continue
		}
		if len(first) == cap(first) {
			first = first[:len(first)-1]
		}
		first = slices.Insert(first, at, f)
	}
	more := v.byAge.n - len(first)
	if more > 0 {
		first, more = first[:len(first)-1], more+1
	}
	for _, f := range first {
		v.regionRow(p, f, width)
		flush()
	}
	if more > 0 {
		p.put(roleDim, "  … "+count(int64(more))+" more open")
		flush()
	}
	return rows, widths
}

// regionRow writes one open flow.
func (v *View) regionRow(p *pen, f *flow, width int) {
	how := rolePlain
	if f.failed {
		how = roleError
	}
	p.put(how, "◌ ")
	p.put(roleDim, shortID(f))
	p.raw("  ")
	room := width - p.at - 17
	var root, last *step
	for i := range f.steps {
		s := &f.steps[i]
		if s.parent == (key{}) && (root == nil || s.kind == kindHTTP && root.kind != kindHTTP) && s.kind != kindLog && s.kind != kindSQL {
			root = s
		}
		if last == nil || s.at >= last.at {
			last = s
		}
	}
	text := ""
	if root == nil {
		text = openSteps(f)
	} else {
		name := cut(root.label, 20)
		text = name
		if last != nil && last != root {
			text += strings.Repeat(" ", max(0, 20-cells(name))) + (last.kind.String() + "    ")[:4] + " " + last.label
		}
	}
	p.put(how, cut(text, room))
	took := ""
	if now := v.storyNow(); now > f.start {
		took = duration(now - f.start)
	}
	p.right(rolePlain, took, width-7, 1)
	p.right(rolePlain, itoa(f.events)+" ev", width, 1)
}

// openSteps lists the first steps of a flow without a root yet, equal ones together.
func openSteps(f *flow) string {
	var names []string
	var counts []int
	for i := range f.steps {
		l := f.steps[i].label
		if at := slices.Index(names, l); at >= 0 {
			counts[at]++
		} else if len(names) < 3 {
			names, counts = append(names, l), append(counts, 1)
		}
	}
	for i, c := range counts {
		if c > 1 {
			names[i] += " ×" + itoa(c)
		}
	}
	return "… no root yet: " + strings.Join(names, " · ")
}

// replayed is how far the time of the log may lie behind the clock before it is an old log that is read again.
const replayed = int64(60e9)

// storyNow is the present as the flows know it: the clock, or the newest time of an old log.
func (v *View) storyNow() int64 {
	if v.logNow > 0 && v.wallNow-v.logNow > replayed {
		return v.logNow
	}
	return v.wallNow
}
