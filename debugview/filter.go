package debugview

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ezlogs/ezlogs/schema"
)

// filter chooses flows.
type filter struct {
	cfg    *Config
	exprs  []*Expr
	leaves []*leaf
	offset []int // index of the first comparison of each expression
	seen   []bool
	keys   map[string]bool // names of fields that events had, while looking for a missing one

	active bool // something is left out
	marks  bool // rows that match are marked
	detail bool // flows were asked for by id and are shown with everything

	flows   map[string]map[string]string // for each prefix: the flows it matched, by short id, and their roots
	shown   int
	total   int
	results []bool
}

// maxKeys is the number of field names kept for did-you-mean.
const maxKeys = 500

func newFilter(v *View) (*filter, error) {
	c := &v.cfg
	f := &filter{cfg: c}
	n := 0
	for _, s := range c.Where {
		x, err := ParseWhere(s)
		if err != nil {
			return nil, err
		}
		f.exprs = append(f.exprs, x)
		f.offset = append(f.offset, n)
		n += len(x.leaves)
		for i := range x.leaves {
			f.leaves = append(f.leaves, &x.leaves[i])
		}
	}
	if n > maxLeaves {
		return nil, fmt.Errorf("where: more than %d comparisons", maxLeaves)
	}
	f.seen = make([]bool, n)
	f.marks = len(c.Where) > 0 || c.Subject != "" || c.Actor != ""
	f.detail = len(c.Flows) > 0 && c.Layout == "tree"
	f.active = f.marks || len(c.Flows) > 0 || c.Errors || c.Failed || c.N1Only || c.SlowOnly > 0 || c.Since != 0 || c.Until != 0 || c.Root != ""
	f.flows = map[string]map[string]string{}
	if n > 0 {
		f.keys = map[string]bool{}
	}
	for _, id := range c.Flows {
		if name, ok := strings.CutPrefix(id, "latest"); ok && !slices.Contains([]string{"", ":error", ":slow"}, name) {
			return nil, fmt.Errorf("flow: %q is none of latest, latest:error, latest:slow", clean(id, false))
		}
	}
	return f, nil
}

// event evaluates the comparisons for e and keeps the results in s.
func (f *filter) event(s *step, e *schema.Event) {
	if !f.marks {
		return
	}
	for i, l := range f.leaves {
		if l.flowPart {
			continue
		}
		found, ok := false, false
		fieldOf(e, l.path, func(o operand) {
			found = true
			ok = ok || l.on(o)
		})
		if found {
			f.seen[i] = true
		}
		if ok || !found && l.optional && l.op != "exists" {
			s.mask |= 1 << i
		}
	}
	if f.keys != nil && len(f.keys) < maxKeys && slices.Contains(f.seen, false) {
		for i := range e.Metadata.Fields {
			if k := e.Metadata.Fields[i].Key; !f.keys[k] {
				f.keys[strings.Clone(k)] = true
			}
		}
	}
	if f.cfg.Subject != "" && names(f.cfg.Subject, e.Subject.Type, e.Subject.ID) || f.cfg.Actor != "" && names(f.cfg.Actor, e.Actor.Type, e.Actor.ID) {
		s.flags |= flagMatch
	}
}

// on compares, with levels by their severity.
func (l *leaf) on(o operand) bool {
	if l.path[0] == "level" && len(l.path) == 1 && o.isNum && l.op != "~" && l.op != "~~" {
		for i := range l.values {
			if v := &l.values[i]; !v.isNum {
				v.number, v.isNum = levelNumber(v.text)
			}
		}
	}
	return l.holds(o)
}

// levelNumber returns the rank of a level's name.
func levelNumber(name string) (float64, bool) {
	for l := schema.LevelTrace; l <= schema.LevelFatal; l++ {
		if strings.EqualFold(l.String(), name) || strings.EqualFold(name, "warning") && l == schema.LevelWarn {
			return float64(l), true
		}
	}
	return 0, false
}

// names reports whether "type:id" or "id" stands for what is given.
func names(want, typ, id string) bool {
	if id == "" {
		return false
	}
	if want == id {
		return true
	}
	t, i, ok := strings.Cut(want, ":")
	return ok && t == typ && (i == id || i == "*")
}

// flow reports whether t is to be shown, and marks the rows that matched.
func (f *filter) flow(t *tree) bool {
	if t.f.continues == nil {
		f.total++
	}
	if !f.active {
		f.shown++
		return true
	}
	ok := f.flags(t) && f.where(t)
	if ok && len(f.cfg.Flows) > 0 {
		ok = f.named(t)
	}
	if ok && t.f.continues == nil {
		f.shown++
	}
	return ok
}

// flags evaluates the filters that have a flag of their own.
func (f *filter) flags(t *tree) bool {
	c := f.cfg
	switch {
	case c.Errors && t.state != failed,
		c.Failed && t.state != failed && t.state != retried,
		c.N1Only && len(t.n1) == 0,
		c.SlowOnly > 0 && t.end-t.start < int64(c.SlowOnly),
		c.Since != 0 && t.start < c.Since,
		c.Until != 0 && t.start >= c.Until,
		c.Root != "" && !f.isRoot(t):
		return false
	}
	return true
}

// isRoot reports whether t's root is the one asked for, ids aside.
func (f *filter) isRoot(t *tree) bool {
	name := t.rootName()
	return name == f.cfg.Root || route(name) == f.cfg.Root || route(name) == route(f.cfg.Root)
}

// where evaluates expressions, subject and actor on the steps of t.
func (f *filter) where(t *tree) bool {
	if !f.marks {
		return true
	}
	wantBy := f.cfg.Subject != "" || f.cfg.Actor != ""
	byOK := !wantBy
	f.results = append(f.results[:0], make([]bool, len(f.exprs))...)
	for i := range t.f.steps {
		s := &t.f.steps[i]
		match := s.flags&flagMatch != 0
		byOK = byOK || match
		for k, x := range f.exprs {
			ok := x.root.eval(func(n int) bool {
				if l := &x.leaves[n]; l.flowPart {
					return l.holdsFlow(t)
				}
				return s.mask>>(f.offset[k]+n)&1 != 0
			})
			f.results[k] = f.results[k] || ok
			match = match || ok
		}
		if at := t.rowAt[i]; match && at >= 0 {
			if t.rows[at].folded {
				at = t.rows[at].into
			}
			if !t.rows[at].match {
				t.rows[at].match = true
				t.matches++
			}
		}
	}
	return byOK && !slices.Contains(f.results, false)
}

// holdsFlow compares a field of the flow as a whole.
func (l *leaf) holdsFlow(t *tree) bool {
	switch l.path[1] {
	case "duration":
		return l.holds(operand{text: duration(t.end - t.start), n: float64(t.end-t.start) / 1e9, isNum: true})
	case "events":
		return l.holds(operand{text: itoa(t.events), n: float64(t.events), isNum: true})
	case "state":
		return l.holds(operand{text: t.stateName()})
	case "root":
		return l.holds(operand{text: t.rootName()})
	case "n1":
		n := 0
		if len(t.n1) > 0 {
			n = int(t.rows[t.n1[0]].count)
		}
		return l.holds(operand{text: itoa(n), n: float64(n), isNum: true})
	}
	return false
}

// named reports whether t is one of the flows asked for by id.
func (f *filter) named(t *tree) bool {
	for _, want := range f.cfg.Flows {
		switch want {
		case "latest":
			return true
		case "latest:error":
			return t.state == failed
		case "latest:slow":
			return t.duration() >= int64(max(f.cfg.Slow.HTTP, 1))
		}
		want = strings.TrimPrefix(want, "flow_")
		for _, id := range append([]schema.FlowID{t.f.id}, t.f.others...) {
			if s := id.String(); len(s) > 5 && strings.HasPrefix(s[5:], want) {
				if f.flows[want] == nil {
					f.flows[want] = map[string]string{}
				}
				if len(f.flows[want]) < 100 {
					f.flows[want][t.short()] = t.rootName()
				}
				return true
			}
		}
		if c := t.f.continues; c != nil && strings.HasPrefix(c.short, want) {
			return true
		}
	}
	return false
}

// wants reports whether f, still open, may be one of the flows asked for by id.
func (f *filter) wants(fl *flow) bool {
	id := fl.id.String()
	for _, want := range f.cfg.Flows {
		if strings.HasPrefix(want, "latest") || strings.HasPrefix(id[5:], strings.TrimPrefix(want, "flow_")) {
			return true
		}
	}
	return len(fl.others) > 0
}

// matches reports whether the row that shows s matched.
func (f *filter) matches(t *tree, s *step) bool {
	for i := range t.f.steps {
		if &t.f.steps[i] == s {
			at := t.rowAt[i]
			if at >= 0 && t.rows[at].folded {
				at = t.rows[at].into
			}
			return at >= 0 && t.rows[at].match
		}
	}
	return false
}

// hide reports whether row i is left out because only matching rows and their ancestors are shown.
func (f *filter) hide(t *tree, i int32) bool {
	if !f.cfg.OnlyMatching || !f.marks {
		return false
	}
	if t.rows[i].match {
		return false
	}
	for k := range t.rows {
		if !t.rows[k].match {
			continue
		}
		for at := t.rows[k].parent; at >= 0; at = t.rows[at].parent {
			if at == i {
				return false
			}
		}
	}
	return true
}

// AmbiguousError says that a prefix given to --flow stands for several flows.
type AmbiguousError struct {
	Prefix string
	Flows  []string // short id and root of each, sorted
}

// Error names the flows.
func (e *AmbiguousError) Error() string {
	list := e.Flows
	if len(list) > 5 {
		list = append(slices.Clone(list[:5]), "…")
	}
	return "flow id `" + clean(e.Prefix, false) + "` is not unique: " + strings.Join(list, ", ") + "\n  give one more character"
}

// ambiguous returns the error for the first prefix that stands for several flows.
func (f *filter) ambiguous() error {
	for _, want := range f.cfg.Flows {
		want = strings.TrimPrefix(want, "flow_")
		if m := f.flows[want]; len(m) > 1 {
			e := &AmbiguousError{Prefix: want}
			for id, root := range m {
				if root != "" {
					id += " (" + root + ")"
				}
				e.Flows = append(e.Flows, id)
			}
			slices.Sort(e.Flows)
			return e
		}
	}
	return nil
}
