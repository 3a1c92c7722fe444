package debugview

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// shot is a copy of a settled flow, for a person who goes back and forth. It does not change.
type shot struct {
	number  int // in order of settling
	short   string
	id      string
	state   state
	start   int64
	dur     int64 // -1 unknown
	events  int
	name    string
	status  string
	reason  string
	story   string
	who     string // actor, subject, services in one line
	quiet   bool
	slow    bool
	n1      int
	rows    []shotRow
	json    *FlowJSON
	html    string
	mermaid string
	size    int
}

// shotRow is a row of a shot.
type shotRow struct {
	kind   kind
	depth  int
	prefix string // lines of the tree
	name   string
	suffix string
	parent string
	at     int // begin of the bar, of barUnits
	width  int
	wait   int // begin of the wait, -1 none
	start  int64
	took   string
	failed bool
	warn   bool
	status int
	count  int
	below  bool   // rows follow that are part of this one
	equal  bool   // these are the equal steps it stands for
	step   string // subject
	svc    string
	sql    string
	d      *detail
	text   string // lower case, for searching
}

// album keeps the latest shots. It is written by the goroutine of the view and read by that of the browser.
type album struct {
	mu      sync.Mutex // guards everything below
	shots   []*shot    // in order of settling
	size    int
	next    int
	dropped int
	events  int64
	n1      int
	states  [4]int
	ended   bool
	changed chan struct{} // one slot: something is new
}

// Bounds of an album.
const (
	maxShots     = 5000
	maxShotBytes = 256 << 20
)

func newAlbum() *album { return &album{changed: make(chan struct{}, 1)} }

// notify wakes the reader, who need not be listening.
func (a *album) notify() {
	select {
	case a.changed <- struct{}{}:
	default:
	}
}

// add takes in s and drops the oldest when there are too many, failed ones last.
func (a *album) add(s *shot) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s.number = a.next
	a.next++
	a.states[s.state]++
	if s.n1 > 0 {
		a.n1++
	}
	a.shots = append(a.shots, s)
	a.size += s.size
	for len(a.shots) > 1 && (len(a.shots) > maxShots || a.size > maxShotBytes) {
		i := slices.IndexFunc(a.shots[:len(a.shots)-1], func(s *shot) bool { return s.state != failed })
		i = max(i, 0)
		a.size -= a.shots[i].size
		// Those before it are few, those behind it thousands: the former move.
		copy(a.shots[1:i+1], a.shots[:i])
		a.shots[0] = nil
		a.shots = a.shots[1:]
		a.dropped++
	}
	a.notify()
}

// albumLayout puts every flow into an album.
type albumLayout struct{ a *album }

func (l *albumLayout) event(v *View, _ *flow, _ *step) {
	l.a.mu.Lock()
	l.a.events = v.events
	l.a.mu.Unlock()
	l.a.notify()
}

func (l *albumLayout) flow(v *View, t *tree) { l.a.add(v.shoot(t)) }

func (l *albumLayout) end(*View) {
	l.a.mu.Lock()
	l.a.ended = true
	l.a.mu.Unlock()
	l.a.notify()
}

// shoot copies t.
func (v *View) shoot(t *tree) *shot {
	name, status, reason := t.headText(v)
	s := &shot{
		short: t.shortOrContinued(), id: t.f.id.String(), state: t.state, start: t.start, dur: t.duration(), events: t.events,
		name: name, status: status, reason: strings.TrimSpace(reason), quiet: t.quiet, json: v.flowJSON(t),
		html: string(v.appendFlowHTML(nil, t, true)), rows: make([]shotRow, 0, len(t.order)),
	}
	diagram := mermaidLayout{}
	diagram.flow(v, t)
	s.mermaid = string(diagram.append(nil))
	if t.f.continues == nil {
		s.story = v.story.full(t)
	}
	if len(t.n1) > 0 {
		s.n1 = int(t.rows[t.n1[0]].count)
	}
	if t.root >= 0 {
		limit := v.cfg.limit(t.rows[t.root].kind)
		s.slow = limit > 0 && s.dur >= limit
	}
	var services []string
	subject := ""
	lines := treeLayout{}
	var lasts []bool
	add := func(r *row, depth int, last bool) *shotRow {
		for len(lasts) <= depth {
			lasts = append(lasts, false)
		}
		lasts[depth] = last
		at, width, wait := t.place(r, barUnits)
		rowName, suffix := r.name(v)
		took, _ := lines.took(v, t, r)
		x := shotRow{
			kind: r.kind, depth: depth, prefix: branches(lasts, depth), name: rowName, suffix: suffix, at: at, width: width, wait: wait,
			start: r.start, took: took, failed: r.failed || r.kind == kindError, warn: r.warn, status: int(r.status), count: int(r.count),
			step: r.step.subject, svc: v.serviceOf(r.step), sql: r.step.sql, d: r.d,
		}
		if noun, _, ok := strings.Cut(r.label, "."); ok && r.kind == kindDB && x.step != "" {
			x.step = noun + " " + x.step
		}
		if n := len(s.rows) - 1; n >= 0 && s.rows[n].depth < depth {
			s.rows[n].below = true
		}
		if r.parent >= 0 {
			p := &t.rows[r.parent]
			x.parent = p.label + " (" + p.kind.String() + ")"
		}
		x.text = strings.ToLower(r.kind.String() + " " + rowName + suffix)
		if r.d != nil {
			x.text += " " + strings.ToLower(errorText(r.d)+" "+r.d.json)
			s.size += r.step.size() + len(r.d.raw)
		}
		s.rows = append(s.rows, x)
		s.size += 600 + len(x.text)
		return &s.rows[len(s.rows)-1]
	}
	equal := t.equals()
	for _, i := range t.order {
		r := &t.rows[i]
		add(r, int(r.depth), r.last)
		if list := equal[i]; len(list) > 0 {
			n := len(s.rows) - 1
			one := *r
			one.label, one.count, one.n1, one.dur = r.step.label, 1, false, r.step.dur
			one.end = r.start + max(one.dur, 0)
			add(&one, int(r.depth)+1, false)
			for k, j := range list {
				add(&t.rows[j], int(r.depth)+1, k == len(list)-1)
			}
			s.rows[n].equal = true
		}
		services = appendNew(services, v.serviceOf(r.step))
		if subject == "" && r.kind == kindDB && r.step.subject != "" {
			if noun, _, ok := strings.Cut(r.label, "."); ok {
				subject = noun + " " + r.step.subject
			}
		}
	}
	var parts []string
	for _, p := range [3]string{t.f.actor, subject, strings.Join(services, " → ")} {
		parts = appendNew(parts, p)
	}
	s.who = strings.Join(parts, " · ")
	s.size += 1000 + len(s.html) + len(s.mermaid) + len(s.story)
	return s
}

// equals returns the rows that stand folded in another one, by that one.
func (t *tree) equals() map[int32][]int32 {
	var out map[int32][]int32
	for i := range t.rows {
		r := &t.rows[i]
		if into := &t.rows[r.into]; r.folded && into != r && into.count > 1 && into.step.fold == r.step.fold {
			if out == nil {
				out = map[int32][]int32{}
			}
			out[r.into] = append(out[r.into], int32(i))
		}
	}
	return out
}

// branches returns the lines of the tree in front of a row.
func branches(lasts []bool, depth int) string {
	if depth == 0 {
		return ""
	}
	var b strings.Builder
	for d := 1; d < min(depth, maxIndent); d++ {
		if lasts[d] {
			b.WriteString("   ")
		} else {
			b.WriteString("│  ")
		}
	}
	if lasts[depth] {
		b.WriteString("└─ ")
	} else {
		b.WriteString("├─ ")
	}
	return b.String()
}

// moment writes a time to the millisecond, with its day and zone.
func (v *View) moment(ns int64) string {
	loc := v.cfg.Location
	if loc == nil {
		loc = time.UTC
	}
	return time.Unix(0, ns).In(loc).Format("2006-01-02 15:04:05.000 MST")
}

// facts returns what is known of a row, as names and values; stack frames follow each other under one name.
func (x *shotRow) facts(v *View) []pair {
	var out []pair
	add := func(name, value string) {
		if value != "" {
			out = append(out, pair{name, value})
		}
	}
	if d := x.d; d != nil {
		if d.class != x.name {
			add("error", d.class)
		}
		add("message", d.message)
		for i, f := range d.stack {
			name := ""
			if i == 0 {
				name = "backtrace"
			}
			out = append(out, pair{name, f})
		}
		if d.to != "" {
			add("transition", d.from+" → "+d.to)
		}
		add("invalid", d.invalid)
		for _, c := range d.changes {
			add("changes", c.field+" "+c.old+" → "+c.new)
		}
	}
	if x.status > 0 {
		add("status", strconv.Itoa(x.status))
	}
	if x.count > 1 {
		add("times", strconv.Itoa(x.count))
	}
	add("sql", x.sql)
	add("subject", x.step)
	add("service", x.svc)
	add("parent", x.parent)
	add("time", v.moment(x.start))
	if x.d != nil && x.d.json != "" {
		var e struct {
			Metadata struct {
				Fields map[string]any `json:"fields"`
			} `json:"metadata"`
		}
		if decode(x.d.json, &e) {
			names := make([]string, 0, len(e.Metadata.Fields))
			for k := range e.Metadata.Fields {
				names = append(names, k)
			}
			slices.Sort(names)
			for _, k := range names {
				text := scalar(e.Metadata.Fields[k])
				if text == "" {
					text = "{…}"
				}
				out = append(out, pair{clean(k, v.cfg.ASCII), clean(cutBytes(text, 2000), v.cfg.ASCII)})
			}
		}
	}
	return out
}

// matches evaluates an expression on a shot: on each of its events, and on the flow.
func (s *shot) matches(x *Expr) bool {
	for i := range s.rows {
		r := &s.rows[i]
		var doc map[string]any
		if r.d != nil && r.d.json != "" {
			decode(r.d.json, &doc)
		}
		if x.root.eval(func(n int) bool { return x.leaves[n].inShot(s, r, doc) }) {
			return true
		}
	}
	return false
}

// inShot evaluates a comparison on a row of a shot.
func (l *leaf) inShot(s *shot, r *shotRow, doc map[string]any) bool {
	if l.flowPart {
		switch l.path[1] {
		case "duration":
			return l.holds(operand{n: float64(max(s.dur, 0)) / 1e9, isNum: true})
		case "events":
			return l.holds(operand{n: float64(s.events), isNum: true})
		case "state":
			return l.holds(operand{text: s.state.String()})
		case "root":
			return l.holds(operand{text: s.name})
		case "n1":
			return l.holds(operand{n: float64(s.n1), isNum: true})
		}
		return false
	}
	found, ok := false, false
	yield := func(o operand) {
		found = true
		ok = ok || l.on(o)
	}
	switch p := l.path; p[0] {
	case "kind":
		yield(operand{text: r.kind.String()})
	case "user":
		inside(doc, append([]string{"actor", "id"}, p[1:]...), yield)
		inside(doc, append([]string{"actor", "name"}, p[1:]...), yield)
	case "subject", "actor":
		if len(p) == 1 {
			inside(doc, []string{p[0], "id"}, yield)
			break
		}
		inside(doc, p, yield)
	default:
		inside(doc, p, yield)
		for _, outer := range [3]string{"metadata", "correlation", "platform"} {
			if inner, isMap := doc[outer].(map[string]any); isMap {
				if len(p) == 1 && p[0] == "error" {
					inside(inner, []string{"error", "class"}, yield)
					inside(inner, []string{"error", "message"}, yield)
					continue
				}
				if len(p) == 1 && p[0] == "level" {
					if n, known := levelNumber(scalar(inner["level"])); known {
						yield(operand{text: scalar(inner["level"]), n: n, isNum: true})
					}
					continue
				}
				inside(inner, p, yield)
				if fields, isMap := inner["fields"].(map[string]any); isMap {
					inside(fields, p, yield)
				}
			}
		}
	}
	return ok || !found && l.optional && l.op != "exists"
}
