package debugview

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Profile adds up flows with the same root. It can be compared with another one.
type Profile struct {
	roots map[string]*profileRoot
}

// profileRoot is what flows of one root come to.
type profileRoot struct {
	name   string
	flows  int
	failed int
	whole  sample
	total  int64 // of the flows' durations, nanoseconds
	top    *profileStep
}

// profileStep is a step by its place in the tree.
type profileStep struct {
	kind   kind
	name   string
	order  int64 // sum of the offsets from the begin of the flow
	rows   int64 // it was seen in
	calls  int
	took   sample
	total  int64
	n1     int // flows in which it was N+1
	n1Max  int32
	flow   string // one it occurred in
	flows  int
	last   int // number of the flow it was last seen in
	kids   map[string]*profileStep
	failed int
}

// maxProfile bounds the steps of a profile; further ones are left out.
const maxProfile = 20_000

// profileLayout adds up flows and writes the profile at the end.
type profileLayout struct {
	look
	p     pen
	prof  *Profile
	steps int
}

func (l *profileLayout) event(*View, *flow, *step) {}

func (l *profileLayout) flow(v *View, t *tree) {
	name := t.rootName()
	if name == "" || t.f.continues != nil {
		return
	}
	name = route(name)
	root := l.prof.roots[name]
	if root == nil {
		if len(l.prof.roots) >= maxGroups {
			return
		}
		root = &profileRoot{name: strings.Clone(name), top: &profileStep{}}
		l.prof.roots[root.name] = root
	}
	root.flows++
	if t.state == failed {
		root.failed++
	}
	if d := t.duration(); d >= 0 {
		root.whole.add(d)
		root.total += d
	}
	at := make([]*profileStep, len(t.rows))
	for _, i := range t.order {
		r := &t.rows[i]
		parent := root.top
		if r.parent >= 0 && at[r.parent] != nil && r.kind != kindError {
			parent = at[r.parent]
		}
		if r.kind == kindLog && r.dur < 0 && !r.failed && i != t.root {
			at[i] = parent // a line of a log takes no time; what follows from it is a step of what wrote it
			continue
		}
		// A retry is one more call of the same step.
		if r.after >= 0 && r.parent == r.after && at[r.after] != nil {
			at[i] = at[r.after]
			l.count(t, at[i], r, root.flows)
			continue
		}
		name := route(r.label)
		if r.kind == kindLog {
			name = normal(name) // messages that differ in their numbers are one step
		}
		key := r.kind.String() + " " + name
		s := parent.kids[key]
		if s == nil {
			if l.steps++; l.steps > maxProfile {
				continue
			}
			if parent.kids == nil {
				parent.kids = map[string]*profileStep{}
			}
			s = &profileStep{kind: r.kind, name: strings.Clone(name)}
			parent.kids[key] = s
		}
		at[i] = s
		l.count(t, s, r, root.flows)
	}
}

// count adds row r of t to s.
func (l *profileLayout) count(t *tree, s *profileStep, r *row, flow int) {
	s.rows++
	s.calls += int(r.count)
	s.order += r.start - t.start
	if r.dur >= 0 {
		s.took.add(r.dur)
		s.total += r.dur
	}
	if r.n1 {
		s.n1++
		s.n1Max = max(s.n1Max, r.count)
	}
	if r.failed {
		s.failed++
	}
	if s.last != flow {
		s.last = flow
		s.flows++
	}
	if s.flow == "" {
		s.flow = t.short()
	}
}

// Profile returns what the flows came to, for Config.Before of another view; nil with another layout.
func (v *View) Profile() *Profile {
	if l, ok := v.layout.(*profileLayout); ok {
		return l.prof
	}
	return nil
}

func (l *profileLayout) end(v *View) {
	roots := make([]*profileRoot, 0, len(l.prof.roots))
	for _, r := range l.prof.roots {
		roots = append(roots, r)
	}
	slices.SortFunc(roots, func(a, b *profileRoot) int {
		return cmp.Or(cmp.Compare(b.total, a.total), cmp.Compare(b.flows, a.flows), cmp.Compare(a.name, b.name))
	})
	for i, r := range roots {
		if v.cfg.Limit > 0 && i >= v.cfg.Limit {
			break
		}
		if v.out.started {
			v.out.b = append(v.out.b, '\n')
		}
		l.root(v, r)
		v.out.b = append(v.out.b, l.p.b...)
		v.out.started = true
	}
	if len(roots) > 0 {
		l.p.b = l.p.b[:0]
		l.p.line()
		if !l.cut || l.width >= 100 {
			l.p.put(roleDim, " Percent is of the flows’ total time; steps overlap and nest, so it does not add up to 100.")
			l.p.line()
		}
		v.out.b = append(v.out.b, l.p.b...)
	}
}

// root writes the flows of one root.
func (l *profileLayout) root(v *View, r *profileRoot) {
	p := &l.p
	p.b = p.b[:0]
	p.raw(" ")
	p.put(roleBold, r.name)
	p.raw("   " + count(int64(r.flows)) + plur(int64(r.flows), " flow"))
	if r.whole.n > 0 && (!l.cut || p.at+cells(" p50 9 m 99 s p95 9 m 99 s 9,999 failed") < l.width) {
		p.raw("   p50 " + duration(r.whole.quantile(.5)) + "   p95 " + duration(r.whole.quantile(.95)))
	}
	if r.failed > 0 {
		p.put(roleFailed, "   "+count(int64(r.failed))+" failed")
	}
	var before *profileRoot
	if v.cfg.Before != nil {
		before = v.cfg.Before.roots[r.name]
		if before != nil && before.whole.n > 0 && r.whole.n > 0 {
			p.raw("   " + delta(r.whole.quantile(.5), before.whole.quantile(.5)))
		}
	}
	p.line()
	for _, c := range l.columns() {
		p.right(roleDim, profileHeads[c.what], c.end, 1)
	}
	if v.cfg.Before != nil {
		p.put(roleDim, "        Δ p50")
	}
	p.line()
	var old *profileStep
	if before != nil {
		old = before.top
	}
	slowest := &worst{}
	l.kids(v, r, r.top, old, "", 0, slowest)
	if slowest.name != "" && r.total > 0 && slowest.total*10 >= r.total {
		p.put(roleDim, " » Of the "+spanText(r.total)+" these flows took, "+spanText(slowest.total)+" was spent waiting for "+slowest.name+".")
		p.line()
	}
}

// worst is the called host that most time was spent on.
type worst struct {
	name  string
	total int64
}

// sorted returns the steps under s: by their place in time, errors last.
func (s *profileStep) sorted() []*profileStep {
	list := make([]*profileStep, 0, len(s.kids))
	for _, k := range s.kids {
		list = append(list, k)
	}
	slices.SortFunc(list, func(a, b *profileStep) int {
		return cmp.Or(cmp.Compare(boolInt(a.kind == kindError), boolInt(b.kind == kindError)),
			cmp.Compare(a.order/max(a.rows, 1), b.order/max(b.rows, 1)), cmp.Compare(a.name, b.name))
	})
	return list
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (l *profileLayout) kids(v *View, r *profileRoot, s, old *profileStep, prefix string, depth int, w *worst) {
	list := s.sorted()
	last := len(list) - 1
	for last >= 0 && list[last].kind == kindError {
		last--
	}
	for i, k := range list {
		var was *profileStep
		if old != nil {
			was = old.kids[k.kind.String()+" "+k.name]
		}
		branch, below := "├─ ", "│  "
		if i >= last || k.kind == kindError {
			branch, below = "└─ ", "   "
		}
		if depth == 0 {
			branch, below = "", ""
		}
		l.step(v, r, k, was, prefix+branch)
		if k.kind == kindAPI && k.total > w.total {
			w.name, w.total = k.name, k.total
			if h := hostOf(k.name); h != "" {
				w.name = h
			}
		}
		if k.kind == kindError {
			continue
		}
		l.kids(v, r, k, was, prefix+below, depth+1, w)
	}
	if old == nil {
		return
	}
	for _, k := range old.sorted() {
		if s.kids[k.kind.String()+" "+k.name] == nil {
			l.p.raw(" " + (k.kind.String() + "    ")[:4] + " " + prefix)
			l.p.put(roleDim, cut(k.name, 36)+"  gone ("+count(int64(k.calls))+plur(int64(k.calls), " call")+" before)")
			l.p.line()
		}
	}
}

// The columns of a profile.
const (
	columnCalls = iota
	columnFlow
	columnP50
	columnP95
	columnTotal
)

var profileHeads = [...]string{"calls", "a flow", "p50", "p95", "total"}

// profileColumn is a column and the cell that it ends at.
type profileColumn struct{ what, end int }

// columns returns those there is room for: narrow lines have fewer, so that names stay readable.
func (l *profileLayout) columns() []profileColumn {
	w := l.width
	switch {
	case !l.cut || w >= 83:
		return []profileColumn{{columnCalls, 46}, {columnFlow, 54}, {columnP50, 63}, {columnP95, 72}, {columnTotal, 82}}
	case w >= 70:
		return []profileColumn{{columnCalls, w - 28}, {columnP50, w - 19}, {columnP95, w - 10}, {columnTotal, w - 1}}
	}
	return []profileColumn{{columnCalls, w - 19}, {columnP95, w - 10}, {columnTotal, w - 1}}
}

// step writes one line of a profile.
func (l *profileLayout) step(v *View, r *profileRoot, s, was *profileStep, tree string) {
	p := &l.p
	p.raw(" ")
	p.put(kindRoles[s.kind], (s.kind.String() + "    ")[:4])
	p.raw(" ")
	name, columns := s.name, l.columns()
	if s.kind == kindError {
		tree = ""
	}
	p.put(roleDim, tree)
	if l.cut {
		name = cut(name, max(4, columns[0].end-3-p.at))
	}
	p.raw(name)
	for _, c := range columns {
		text := ""
		switch {
		case c.what == columnCalls:
			text = count(int64(s.calls))
		case c.what == columnFlow:
			text = string(appendDecimal(nil, (int64(s.calls)*10+int64(r.flows)/2)/int64(r.flows), 1))
		case s.took.n == 0:
			continue
		case c.what == columnP50:
			text = duration(s.took.quantile(.5))
		case c.what == columnP95:
			text = duration(s.took.quantile(.95))
		default:
			text = duration(s.total)
		}
		p.right(rolePlain, text, c.end, 1)
	}
	switch share := 0; {
	case l.cut && l.width < 83 && s.kind == kindError:
		p.pad(columns[len(columns)-1].end - 6)
		p.raw(s.flow)
	case l.cut && l.width < 100:
	case v.cfg.Before != nil:
		l.compared(s, was)
	case s.kind == kindError:
		p.pad(83)
		p.raw("in " + count(int64(s.flows)) + plur(int64(s.flows), " flow") + ": " + s.flow)
	case s.n1 > 0:
		upTo := ", up to "
		if l.cut && l.width < 104 {
			upTo = ", ×"
		}
		p.raw("  ")
		p.put(roleRetried, "N+1 in "+strconv.Itoa(s.n1)+upTo+strconv.Itoa(int(s.n1Max)))
	default:
		if r.total > 0 {
			share = int((s.total*100 + r.total/2) / r.total)
		}
		if share >= 10 && tree != "" {
			n, room := share*160/100, 13
			if l.cut && l.width < 104 {
				n, room = share*80/100, 10
			}
			p.raw("  ")
			at := p.at
			p.put(kindRoles[s.kind], strings.Repeat("█", min(n/8, 20))+eighths[n%8])
			p.pad(at + room)
			p.raw(pad(strconv.Itoa(share), 4) + " %")
		}
	}
	p.line()
}

// slower is the share from which a difference is worth a mark, per cent.
const slower = 20

// compared writes the difference to the profile before.
func (l *profileLayout) compared(s, was *profileStep) {
	p := &l.p
	switch {
	case was == nil:
		p.put(roleRetried, "  new")
	case s.took.n > 0 && was.took.n > 0:
		now, then := s.took.quantile(.5), was.took.quantile(.5)
		how := rolePlain
		if then > 0 && (now-then)*100 >= then*slower {
			how = roleFailed
		}
		text := delta(now, then)
		if how == roleFailed {
			text += " slower"
		}
		p.raw("  ")
		p.put(how, text)
	}
}

// delta returns the change from then to now, in per cent and as a time.
func delta(now, then int64) string {
	sign := "+"
	if now < then {
		sign = "-"
	}
	d := now - then
	if d == 0 {
		return "same"
	}
	if d < 0 {
		d = -d
	}
	text := sign + duration(d)
	if then > 0 {
		text += " (" + sign + strconv.FormatInt((d*100+then/2)/then, 10) + " %)"
	}
	return text
}
