package debugview

import (
	"cmp"
	"slices"
	"strings"
)

// groupLayout gathers flows by session, actor or process and shows them at the end of the input.
type groupLayout struct {
	look
	p        pen
	by       string
	journeys bool
	groups   map[string]*group
	lines    int
	left     int // flows there was no room for
	none     int // flows that belong to no group
}

// group is what has the same session, actor or process.
type group struct {
	name  string
	lines []groupLine
}

// groupLine is a flow of a group, or a step of a journey.
type groupLine struct {
	at     int64
	name   string
	rest   string
	short  string
	state  state
	dur    int64
	events int
}

// maxGroupLines bounds what is gathered.
const maxGroupLines = 100_000

func (l *groupLayout) event(*View, *flow, *step) {}

func (l *groupLayout) flow(v *View, t *tree) {
	var names []string
	for i := range t.f.steps {
		d := t.f.steps[i].d
		if d == nil {
			continue
		}
		switch l.by {
		case "session":
			names = appendNew(names, d.session)
		case "actor":
			names = appendNew(names, d.actor)
		default:
			for _, p := range d.processes {
				names = appendNew(names, p)
			}
		}
	}
	if len(names) == 0 && t.f.continues == nil {
		l.none++
	}
	for _, n := range names {
		l.add(v, t, n)
	}
}

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// add puts t into the group of that name.
func (l *groupLayout) add(v *View, t *tree, name string) {
	g := l.groups[name]
	if l.lines >= maxGroupLines {
		l.left++
		return
	}
	if g == nil {
		g = &group{name: name}
		l.groups[name] = g
	}
	if l.journeys {
		l.journey(t, g)
		return
	}
	l.lines++
	head, status, reason := t.headText(v)
	g.lines = append(g.lines, groupLine{t.start, head + status, reason, t.shortOrContinued(), t.state, t.duration(), t.events})
}

// journey adds the steps of t that belong to the process: what was changed or done, or the request where nothing was.
func (l *groupLayout) journey(t *tree, g *group) {
	before := len(g.lines)
	add := func(r *row) {
		l.lines++
		g.lines = append(g.lines, groupLine{at: r.start, name: r.label, short: t.shortOrContinued(), state: t.state, dur: -1})
	}
	for _, i := range t.order {
		r := &t.rows[i]
		if r.kind != kindDB && r.kind != kindUser && r.kind != kindEvent || r.failed || r.d == nil || !slices.Contains(r.d.processes, g.name) {
			continue
		}
		add(r)
	}
	if len(g.lines) == before && t.root >= 0 && t.state != failed {
		add(&t.rows[t.root])
	}
}

func (l *groupLayout) end(v *View) {
	list := make([]*group, 0, len(l.groups))
	for _, g := range l.groups {
		slices.SortStableFunc(g.lines, func(a, b groupLine) int { return cmp.Compare(a.at, b.at) })
		if len(g.lines) > 0 {
			list = append(list, g)
		}
	}
	slices.SortFunc(list, func(a, b *group) int {
		return cmp.Or(cmp.Compare(a.lines[0].at, b.lines[0].at), cmp.Compare(a.name, b.name))
	})
	if l.journeys {
		l.endJourneys(v, list)
		return
	}
	p := &l.p
	for _, g := range list {
		p.b = p.b[:0]
		events := 0
		for i := range g.lines {
			events += g.lines[i].events
		}
		p.put(roleBold, l.by+" "+g.name)
		p.raw("  " + count(int64(len(g.lines))) + plur(int64(len(g.lines)), " flow") + " · " + count(int64(events)) + plur(int64(events), " event"))
		p.line()
		for i := range g.lines {
			l.line(v, &g.lines[i])
		}
		v.out.write(p.b, true)
	}
	if l.none > 0 {
		p.b = p.b[:0]
		p.put(roleDim, count(int64(l.none))+plur(int64(l.none), " flow")+" without "+article(l.by)+" "+l.by)
		p.line()
		v.out.write(p.b, true)
	}
	l.leftOut(v)
}

func (l *groupLayout) leftOut(v *View) {
	if l.left > 0 {
		l.p.b = l.p.b[:0]
		l.p.put(roleDim, "… "+count(int64(l.left))+" further flows are left out")
		l.p.line()
		v.out.write(l.p.b, true)
	}
}

// line writes a flow of a group.
func (l *groupLayout) line(v *View, x *groupLine) {
	p := &l.p
	p.raw("  ")
	p.put(stateRoles[x.state], stateSigns[x.state])
	p.raw(" ")
	p.put(roleDim, v.clock(x.at)+"  ")
	tail := l.width - 23
	if l.cut {
		x.name = cut(x.name, tail-p.at)
		x.rest = cut(x.rest, max(0, tail-p.at-cells(x.name)))
	}
	p.raw(x.name + x.rest)
	took := ""
	if x.dur >= 0 {
		took = duration(x.dur)
	}
	p.right(rolePlain, took, tail+8, 2)
	p.right(rolePlain, itoa(x.events)+" ev", tail+15, 1)
	p.raw("  ")
	p.put(roleDim, x.short)
	p.line()
}

// endJourneys writes the processes: for each sort the steps that any of them reached, and how far each came.
func (l *groupLayout) endJourneys(v *View, list []*group) {
	kinds := map[string][]*group{}
	var order []string
	for _, g := range list {
		sort, _, _ := strings.Cut(g.name, ":")
		if kinds[sort] == nil {
			order = append(order, sort)
		}
		kinds[sort] = append(kinds[sort], g)
	}
	p := &l.p
	for _, sort := range order {
		steps := allSteps(kinds[sort])
		p.b = p.b[:0]
		p.put(roleBold, sort)
		n := len(kinds[sort])
		p.raw("  " + count(int64(n)) + plur(int64(n), " journey") + " · ")
		for i, s := range steps {
			reached := 0
			for _, g := range kinds[sort] {
				if slices.ContainsFunc(g.lines, func(x groupLine) bool { return x.name == s }) {
					reached++
				}
			}
			if i > 0 {
				p.raw(" → ")
			}
			p.raw(s + " " + itoa(reached))
		}
		p.line()
		for _, g := range kinds[sort] {
			l.oneJourney(v, g, steps)
		}
		v.out.write(p.b, true)
	}
	l.leftOut(v)
}

// allSteps returns the names of the steps of journeys of one sort, in the order of the one that came furthest, then as they occur.
func allSteps(list []*group) []string {
	longest := list[0]
	distinct := func(g *group) (names []string) {
		for i := range g.lines {
			names = appendNew(names, g.lines[i].name)
		}
		return names
	}
	for _, g := range list {
		if len(distinct(g)) > len(distinct(longest)) {
			longest = g
		}
	}
	steps := distinct(longest)
	for _, g := range list {
		for _, n := range distinct(g) {
			steps = appendNew(steps, n)
		}
	}
	return steps[:min(len(steps), 40)]
}

// oneJourney writes the steps of one process with their times, and what it has not reached.
func (l *groupLayout) oneJourney(v *View, g *group, steps []string) {
	p := &l.p
	var reached []string
	for i := range g.lines {
		reached = appendNew(reached, g.lines[i].name)
	}
	p.raw("  ")
	p.put(roleBold, g.name)
	first, last := g.lines[0].at, g.lines[len(g.lines)-1].at
	p.raw("  " + itoa(len(reached)) + " of " + itoa(len(steps)) + " steps")
	if last > first {
		p.raw(" in " + duration(last-first))
	}
	p.line()
	for i := range g.lines {
		x := &g.lines[i]
		p.put(roleDim, "    "+v.clock(x.at)+"  ")
		p.put(stateRoles[x.state], stateSigns[x.state])
		p.raw(" " + x.name)
		p.right(roleDim, x.short, l.width, 2)
		p.line()
	}
	for _, s := range steps {
		if !slices.Contains(reached, s) {
			p.put(roleDim, "    "+strings.Repeat(" ", 12)+"  ◌ "+s+" was not seen")
			p.line()
		}
	}
}

// chain writes, for every job of t that failed, the way from failure to retry, escalation and resolution.
func (l *treeLayout) chain(v *View, t *tree) {
	for _, i := range t.order {
		r := &t.rows[i]
		if r.kind != kindJob || r.after >= 0 || !r.failed {
			continue
		}
		parts := []string{"failure " + string(v.appendClock(nil, r.end))}
		last, dead := i, r.dead
		for {
			next := int32(-1)
			for k := range t.rows {
				if t.rows[k].after == last {
					next = int32(k)
				}
			}
			if next < 0 {
				break
			}
			q := &t.rows[next]
			parts = append(parts, "retry +"+duration(max(0, q.start-t.rows[last].end)))
			if dead {
				parts[len(parts)-1] = "manual run +" + duration(max(0, q.start-t.rows[last].end))
			}
			if q.dead {
				parts = append(parts, "escalation "+string(v.appendClock(nil, q.end)))
				dead = true
			}
			last = next
		}
		if r.dead {
			parts = slices.Insert(parts, 1, "escalation "+string(v.appendClock(nil, r.end)))
		}
		if q := &t.rows[last]; !q.failed && !q.running && !q.queued && last != i {
			parts = append(parts, "resolution "+string(v.appendClock(nil, q.end)))
		} else if q.failed && q.willRetry && !q.dead {
			parts = append(parts, "retry expected")
		}
		l.p.put(roleDim, "  chain  ")
		l.p.raw(r.label + ": " + strings.Join(parts, " → "))
		l.p.line()
	}
}
