package debugview

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// layout writes events or flows in its own way.
type layout interface {
	event(v *View, f *flow, s *step) // every event as it comes
	flow(v *View, t *tree)           // every flow that settled and matched
	end(v *View)                     // the input has ended
}

// look is the geometry of a page.
type look struct {
	width  int  // cells of a line
	cut    bool // whether text is cut to fit
	bar    int  // first cell of the bars, 0 when there are none
	bars   int  // cells of a bar
	offset int  // cells of the column of times, 0 when there is none
}

// defaultWidth is that of a page whose width nobody gave.
const defaultWidth = 100

func lookOf(cfg *Config) look {
	l := look{width: cfg.Width, cut: cfg.Width > 0}
	if !l.cut {
		l.width = defaultWidth
	}
	if l.width < 70 {
		return l
	}
	l.bar = 9 + l.width*42/100
	l.bars = l.width - 10 - l.bar
	if cfg.Time == "flow" || cfg.Time == "delta" {
		l.offset = 10
		l.bars -= l.offset
	}
	return l
}

// treeLayout shows flows as trees with a waterfall.
type treeLayout struct {
	look
	p     pen
	lasts []bool
	list  bool // headlines only
}

func (l *treeLayout) event(*View, *flow, *step) {}

func (l *treeLayout) end(v *View) { v.hold.end(v) }

func (l *treeLayout) flow(v *View, t *tree) {
	l.p.b = l.p.b[:0]
	b := block{key: v.sortKey(t)}
	l.headline(v, t)
	if t.quiet && !v.cfg.All && !v.filter.active {
		b.quiet = v.rootRoute(t)
	} else if !l.list && !(t.quiet && !v.cfg.All && !v.filter.detail) && !lone(t) {
		b.multi = true
		l.rows(v, t)
		l.tell(v, t)
		if v.cfg.Failed {
			l.chain(v, t)
		}
		if v.filter.detail {
			l.detail(v, t)
		}
	}
	v.hold.put(v, b, l.p.b)
}

// lone reports whether the headline says all there is: a single line of a log.
func lone(t *tree) bool {
	r := &t.rows[0]
	return len(t.rows) == 1 && t.f.continues == nil && (r.kind == kindLog || r.step.flags&flagRead != 0 && !r.failed) &&
		(r.d == nil || len(r.d.show) == 0 && errorText(r.d) == "" && len(r.d.stack) == 0)
}

// sortKey is what decides the place of t.
func (v *View) sortKey(t *tree) int64 {
	switch v.cfg.Sort {
	case "duration":
		return -t.duration()
	case "events":
		return -int64(t.events)
	}
	return t.start
}

// rootName is the name of the flow's root, as far as it was seen.
func (t *tree) rootName() string {
	if t.root < 0 || t.rows[t.root].orphan && t.rows[t.root].kind != kindHTTP {
		return ""
	}
	return t.rows[t.root].label
}

// rootRoute is the root's name without ids.
func (v *View) rootRoute(t *tree) string {
	return v.texts.get(route(t.rows[t.root].label))
}

// noRoot lists the first steps of a flow whose root was not seen.
func (t *tree) noRoot() string {
	var b strings.Builder
	b.WriteString("… no root seen: ")
	for n, i := range t.order {
		if n == 3 {
			b.WriteString(" · …")
			break
		}
		if n > 0 {
			b.WriteString(" · ")
		}
		b.WriteString(t.rows[i].label)
		if c := t.rows[i].count; c > 1 {
			b.WriteString(" ×" + strconv.Itoa(int(c)))
		}
	}
	return b.String()
}

// headline writes the first line of a flow.
func (l *treeLayout) headline(v *View, t *tree) {
	p := &l.p
	p.put(stateRoles[t.state], stateSigns[t.state])
	p.raw(" ")
	name, status, reason := t.headText(v)
	tail := l.width - 23
	d := ""
	if n := t.duration(); n >= 0 {
		d = duration(n)
	}
	room := tail + 6 - max(6, cells(d)) - p.at
	head := v.clock(t.start) + "  "
	room -= len(head)
	if l.cut {
		name = cut(name, room-cells(status))
		room -= cells(name) + cells(status)
		if reason != "" {
			if room < 8 {
				reason = ""
			} else {
				reason = cut(reason, room)
			}
		}
	}
	p.put(roleBold, head+name+status+reason)
	p.right(rolePlain, d, tail+8, 2)
	p.right(rolePlain, strconv.Itoa(t.events)+" ev", tail+15, 1)
	p.raw("  ")
	p.put(roleDim, t.shortOrContinued())
	p.line()
}

// headText returns the three parts of a headline.
func (t *tree) headText(v *View) (name, status, reason string) {
	name = t.rootName()
	if c := t.f.continues; c != nil {
		root := c.root
		if root == "" {
			root = "flow"
		}
		if t.start <= c.start {
			return "↳ " + root, " (continued)", "" // by a line that came late
		}
		return "↳ " + root, " (continued +" + spanText(t.start-c.start) + ")", ""
	}
	if name == "" {
		name = t.noRoot()
	} else {
		r := &t.rows[t.root]
		switch {
		case r.status > 0:
			status = " → " + strconv.Itoa(int(r.status))
		case (r.kind == kindDB || r.kind == kindUser || r.kind == kindEvent) && r.subject != "":
			status = " #" + r.subject
		case r.kind == kindJob && r.queued:
			status = " queued"
		}
	}
	if t.reason != "" && t.reason != name {
		reason = "  " + t.reason
	}
	if len(t.n1) > 0 {
		r := &t.rows[t.n1[0]]
		reason += "  N+1: " + r.label + " ×" + strconv.Itoa(int(r.count))
	}
	return name, status, reason
}

func (t *tree) shortOrContinued() string {
	if c := t.f.continues; c != nil {
		return c.short
	}
	return t.short()
}

// clock returns the time of a headline or row as configured.
func (v *View) clock(ns int64) string {
	if v.cfg.Time == "ago" {
		now := v.wallNow
		if v.cfg.Input == Files || now == 0 {
			now = v.logNow
		}
		s := duration(max(0, now-ns)) + " ago"
		return strings.Repeat(" ", max(0, 12-len(s))) + s
	}
	return string(v.appendClock(nil, ns))
}

// appendClock appends hours to milliseconds.
func (v *View) appendClock(b []byte, ns int64) []byte {
	if loc := v.cfg.Location; loc != nil && loc != time.UTC {
		_, offset := time.Unix(0, ns).In(loc).Zone()
		ns += int64(offset) * 1e9
	}
	ms := ns / 1e6 % 86_400_000
	if ms < 0 {
		ms += 86_400_000
	}
	b = append(append2(b, ms/3_600_000), ':')
	b = append(append2(b, ms/60_000%60), ':')
	b = append(append2(b, ms/1000%60), '.')
	return append(b, byte('0'+ms/100%10), byte('0'+ms/10%10), byte('0'+ms%10))
}

// rows writes the tree.
func (l *treeLayout) rows(v *View, t *tree) {
	base := 0
	if t.f.continues != nil {
		base = l.path(t)
	}
	l.lasts = l.lasts[:0]
	prev := t.start
	if v.cfg.OnlyMatching {
		t.order = slices.DeleteFunc(t.order, func(i int32) bool { return v.filter.hide(t, i) })
		t.markLast()
	}
	for _, i := range t.order {
		r := &t.rows[i]
		for len(l.lasts) <= int(r.depth) {
			l.lasts = append(l.lasts, false)
		}
		l.lasts[r.depth] = r.last
		l.row(v, t, r, base, prev)
		prev = r.start
	}
	if t.f.dropped > 0 {
		l.p.put(roleDim, "  …    "+count(int64(t.f.dropped))+" further events are not shown")
		l.p.line()
	}
}

// path writes the way from the root to where a continuation goes on, and returns its length.
func (l *treeLayout) path(t *tree) int {
	c := t.f.continues
	root := c.root
	if root == "" {
		return 0
	}
	n := 1
	l.p.put(roleDim, "  …    "+root)
	for k := range c.trail {
		tr := &c.trail[k]
		for _, i := range t.order {
			r := &t.rows[i]
			if r.parent < 0 && (r.step.parent == tr.id && tr.id != (key{}) || r.step.job != 0 && r.step.job == tr.job) {
				l.p.put(roleDim, " › "+tr.label)
				if tr.failed {
					l.p.put(roleError, " ✗")
				}
				l.p.line()
				return n + 1
			}
		}
	}
	l.p.line()
	return n
}

// indent writes the lines of the tree that lead to depth; inside says that text of the row follows, not the row itself.
func (l *treeLayout) indent(depth, base int, inside bool) {
	if depth+base == 0 {
		return
	}
	var b []byte
	for range base - 1 {
		b = append(b, "   "...)
	}
	from := 1
	if base > 0 {
		from = 0
	}
	for d := from; d < depth; d++ {
		if l.lasts[d] {
			b = append(b, "   "...)
		} else {
			b = append(b, "│  "...)
		}
	}
	switch last := l.lasts[depth]; {
	case last && inside:
		b = append(b, "   "...)
	case last:
		b = append(b, "└─ "...)
	case inside:
		b = append(b, "│  "...)
	default:
		b = append(b, "├─ "...)
	}
	l.p.put(roleDim, string(b))
}

// maxIndent is the depth from which rows stay where they are.
const maxIndent = 12

func (l *treeLayout) row(v *View, t *tree, r *row, base int, prev int64) {
	p := &l.p
	if r.match && v.filter.marks {
		p.put(roleBold, "▶ ")
	} else {
		p.raw("  ")
	}
	kr := kindRoles[r.kind]
	if r.failed && r.kind != kindJob {
		kr = roleError
	}
	p.put(kr, (r.kind.String() + "    ")[:4])
	p.raw(" ")
	depth := min(int(r.depth), maxIndent)
	l.indent(depth, base, false)
	name, suffix := r.name(v)
	if l.cut {
		right := l.width - 12
		if l.bar > 0 {
			right = l.bar - 2
		}
		room := right - p.at
		if r.d != nil && r.d.to != "" && cells(name)+cells(suffix) > room {
			suffix = strings.Replace(suffix, r.transition(), "", 1) // the name tells more
		}
		name = cut(name, max(4, room-cells(suffix)))
	}
	switch {
	case r.kind == kindError || r.failed:
		p.put(roleError, name)
	case r.warn:
		p.put(roleRetried, name)
	default:
		p.raw(name)
	}
	p.raw(suffix)
	if l.bar > 0 {
		if p.at >= l.bar {
			p.raw("  ")
		}
		p.pad(l.bar)
		l.drawBar(t, r, kr)
	}
	if l.offset > 0 {
		from := t.start
		if v.cfg.Time == "delta" {
			from = prev
		}
		p.right(roleDim, "+"+sinceText(r.start-from), max(l.width-10, p.at+l.offset), 1)
	}
	text, how := l.took(v, t, r)
	p.right(how, text, l.width, 1)
	p.line()
	l.below(v, t, r, depth, base)
}

// took returns the last column of a row and its role.
func (l *treeLayout) took(v *View, t *tree, r *row) (string, role) {
	switch {
	case r.queued:
		return "queued", roleDim
	case r.running:
		return "running", roleDim
	case r.start == t.start && r.dur < 0:
		return "", rolePlain
	case r.kind == kindError, r.kind == kindLog && r.dur < 0:
		return "+" + sinceText(r.start-t.start), roleDim
	case r.dur < 0:
		return "", rolePlain
	}
	how := rolePlain
	if limit := v.cfg.limit(r.kind); limit > 0 && r.dur >= limit {
		how = roleSlow
	} else if total := t.end - t.start; r.own*2 >= total && total > 0 && len(t.rows) > 1 {
		how = roleBold
	}
	return duration(r.dur), how
}

// sinceText is a time that went by, "0" for none.
func sinceText(ns int64) string {
	if ns <= 0 {
		return "0"
	}
	return duration(ns)
}

// limit is the duration from which a step of kind k is slow, 0 none. Nanoseconds.
func (c *Config) limit(k kind) int64 {
	switch k {
	case kindHTTP:
		return int64(c.Slow.HTTP)
	case kindSQL, kindDB:
		return int64(c.Slow.SQL)
	case kindAPI:
		return int64(c.Slow.API)
	case kindJob:
		return int64(c.Slow.Job)
	}
	return 0
}

// name returns the label of a row, which may be cut, and what follows it, which may not.
func (r *row) name(v *View) (name, suffix string) {
	name = r.label
	switch {
	case r.count > 1:
		suffix = " ×" + strconv.Itoa(int(r.count))
		if r.things == 1 && r.subject != "" {
			suffix = " #" + cut(r.subject, 40) + suffix // several lines about one thing
		}
		if r.status > 0 {
			suffix = " " + strconv.Itoa(int(r.status)) + suffix
		}
		if r.n1 {
			suffix += " N+1"
		}
	case r.status > 0 && (r.kind == kindHTTP || r.kind == kindAPI):
		suffix = " " + strconv.Itoa(int(r.status))
	case r.subject != "":
		suffix = " #" + cut(r.subject, 40)
	}
	if r.kind == kindJob && r.try > 1 {
		suffix += " · try " + strconv.Itoa(int(r.try))
	}
	suffix += r.transition()
	if r.failed && r.kind != kindError && r.kind != kindHTTP && r.kind != kindLog && (r.status < 500 || r.kind != kindAPI) {
		suffix += " ✗"
	}
	if r.skewed {
		suffix += " ⇠"
	}
	if r.guessed {
		suffix += " ~"
	}
	if r.orphan && r.parent >= 0 {
		suffix += " ?"
	}
	return name, suffix
}

// transition says from what to what the thing went.
func (r *row) transition() string {
	if r.d == nil || r.d.to == "" {
		return ""
	}
	text := " → " + cut(r.d.to, 20)
	if r.d.from != "" {
		text = " " + cut(r.d.from, 20) + text
	}
	return text
}

var eighths = [...]string{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"}

// drawBar draws the time of r on the flow's own clock.
func (l *treeLayout) drawBar(t *tree, r *row, kr role) {
	p := &l.p
	total := t.end - t.start
	cell := func(ns int64) int {
		if total <= 0 {
			return 0
		}
		return min(int(float64(ns-t.start)/float64(total)*float64(l.bars)), l.bars-1)
	}
	begin, at := p.at, cell(r.start)
	if r.waits {
		if from := cell(r.waitFrom); from < at && r.waitFrom >= t.start {
			p.pad(begin + from)
			p.put(roleDim, strings.Repeat("┄", at-from))
		}
	}
	p.pad(begin + at)
	last := r.end
	if r.count > 1 && r.dur >= 0 {
		last = min(r.start+r.dur, t.end)
	}
	n := 0
	if total > 0 {
		// Within one cell the length is what counts; longer bars end where they end on the clock.
		if n = int(float64(last-r.start) / float64(total) * float64(l.bars*8)); n >= 8 {
			n = int(float64(last-t.start)/float64(total)*float64(l.bars*8)) - at*8
		}
	}
	n = max(1, min(n, (l.bars-at)*8))
	p.put(kr, strings.Repeat("█", n/8)+eighths[n%8])
	p.pad(begin + l.bars)
}

// below writes the lines that belong to a row: its error, validation, fields asked for.
func (l *treeLayout) below(v *View, t *tree, r *row, depth, base int) {
	if r.d == nil {
		return
	}
	linked := func(how role, text, address string) {
		l.p.raw("       ")
		l.indent(depth, base, true)
		if depth+base == 0 && r.kids > 0 {
			l.p.put(roleDim, "│  ")
		}
		if l.cut {
			text = cut(text, l.width-l.p.at)
		}
		if address != "" {
			l.p.link(address)
		}
		l.p.put(how, text)
		if address != "" {
			l.p.link("")
		}
		l.p.line()
	}
	line := func(how role, text string) { linked(how, text, "") }
	if r.failed || r.kind == kindError {
		switch {
		case r.kind == kindError:
			if r.d.message != "" && r.d.message != r.label {
				line(rolePlain, r.d.message)
			}
		case !t.toldBelow(r):
			if text := errorText(r.d); text != "" {
				line(roleError, text)
			}
		}
		if r.kind == kindError || r.kind == kindHTTP && !t.toldBelow(r) {
			for i, f := range r.d.stack {
				if i == 2 {
					break
				}
				address := ""
				if v.cfg.Links && v.cfg.Color {
					address = fileURL(f)
				}
				linked(roleDim, f, address)
			}
		}
	}
	if r.d.invalid != "" {
		line(roleRetried, "invalid: "+r.d.invalid)
	}
	for _, x := range r.d.show {
		line(roleDim, x.name+"="+x.value)
	}
}

// toldBelow reports whether a child of r tells the same error.
func (t *tree) toldBelow(r *row) bool {
	if r.kids == 0 {
		return false
	}
	for i := range t.rows {
		c := &t.rows[i]
		if c.parent >= 0 && &t.rows[c.parent] == r && c.kind == kindError && (r.d == nil || r.d.class == "" || c.d != nil && c.d.class == r.d.class) {
			return true
		}
	}
	return false
}

// tell writes the story under a tree.
func (l *treeLayout) tell(v *View, t *tree) {
	if t.f.continues != nil {
		return
	}
	text := v.story.full(t)
	if text == "" {
		return
	}
	for i, s := range wrap(text, l.width-4) {
		if i == 0 {
			l.p.put(roleDim, "  » "+s)
		} else {
			l.p.put(roleDim, "    "+s)
		}
		l.p.line()
	}
}
