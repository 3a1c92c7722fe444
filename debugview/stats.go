package debugview

import (
	"cmp"
	"slices"
)

// stats counts what the summary tells.
type stats struct {
	cfg    *Config
	flows  int64
	lates  int64
	states [4]int64
	partly int64 // of the retried: those in which what failed was not tried again
	whole  sample
	kinds  [kinds]sample

	slowest []slowFlow
	errors  map[string]*errorGroup
	n1      map[string]*n1Group

	orphans, cycles, doubles, roots int64
	slow                            int64 // flows over the limit of their root
	firstFailed                     string
	topSteps                        map[string]int // with --slow: names of the slowest steps
}

type slowFlow struct {
	dur    int64
	short  string
	root   string
	step   string
	took   int64
	failed bool
}

type errorGroup struct {
	n       int64
	text    string
	where   string
	retried int64
	flow    string // one of them
}

type n1Group struct {
	n      int64
	label  string
	under  string
	counts []int32
	flows  []string
	sql    string
}

const (
	maxSlowest = 4
	maxGroups  = 1000
)

func (s *stats) init(cfg *Config) {
	s.cfg = cfg
	s.errors = map[string]*errorGroup{}
	s.n1 = map[string]*n1Group{}
	s.topSteps = map[string]int{}
}

// late counts what a continuation adds.
func (s *stats) late(t *tree) {
	s.lates++
	s.steps(t)
}

// flow counts t.
func (s *stats) flow(t *tree, matched bool) {
	s.flows++
	s.states[t.state]++
	if t.state == retried && !t.retried {
		s.partly++
	}
	s.orphans += int64(t.orphans)
	s.cycles += int64(t.cycles)
	s.doubles += int64(t.doubles)
	s.roots += int64(t.roots)
	s.steps(t)
	if t.state == failed && (s.firstFailed == "" || matched && s.firstFailed == "") {
		s.firstFailed = t.short()
	}
	d := t.duration()
	if d < 0 {
		return
	}
	s.whole.add(d)
	if limit := int64(s.cfg.Slow.HTTP); limit > 0 && t.root >= 0 && t.rows[t.root].kind == kindHTTP && t.rows[t.root].dur >= limit {
		s.slow++
	}
	if matched && s.cfg.SlowOnly > 0 {
		name, _ := t.slowestStep()
		if len(s.topSteps) < maxGroups || s.topSteps[name] > 0 {
			s.topSteps[name]++
		}
	}
	if n := len(s.slowest); n == maxSlowest && d <= s.slowest[n-1].dur {
		return
	}
	name, took := t.slowestStep()
	f := slowFlow{d, t.short(), t.rootName(), name, took, t.state == failed}
	at, _ := slices.BinarySearchFunc(s.slowest, f, func(a, b slowFlow) int {
		if a.dur >= b.dur {
			return -1
		}
		return 1
	})
	s.slowest = slices.Insert(s.slowest, at, f)
	s.slowest = s.slowest[:min(len(s.slowest), maxSlowest)]
}

// slowestStep returns the name of the longest step below the root, or of the longest wait, and its time.
func (t *tree) slowestStep() (name string, took int64) {
	for i := range t.rows {
		r := &t.rows[i]
		if int32(i) != t.root && r.dur > took && !r.folded {
			name, took = r.label, r.dur
		}
		if wait := r.start - r.waitFrom; r.waits && wait > took {
			name, took = "waiting for "+r.label, wait
			if r.try > 1 {
				name = "waiting for retry"
			}
		}
	}
	if name == "" && t.root >= 0 {
		return t.rows[t.root].label, max(t.rows[t.root].dur, 0)
	}
	return name, took
}

// steps counts the rows of t.
func (s *stats) steps(t *tree) {
	for i := range t.f.steps {
		if p := &t.f.steps[i]; p.dur >= 0 && p.kind != kindJob {
			s.kinds[p.kind].add(p.dur)
		}
	}
	for i := range t.rows {
		r := &t.rows[i]
		if r.kind == kindJob && r.dur >= 0 {
			s.kinds[kindJob].add(r.dur)
		}
		if r.failed && !t.toldBelow(r) && !t.passedOn(int32(i)) {
			s.fault(t, int32(i))
		}
	}
	for _, i := range t.n1 {
		s.repeated(t, i)
	}
}

// passedOn reports whether row at is a request, seen by a proxy or by its caller, that failed because the program behind it
// answered so: one failure, and the program tells of it.
func (t *tree) passedOn(at int32) bool {
	r := &t.rows[at]
	if r.kind != kindHTTP && r.kind != kindAPI || r.kids == 0 || r.d != nil && r.d.class != "" {
		return false
	}
	return slices.ContainsFunc(t.rows, func(c row) bool { return c.parent == at && c.kind == kindHTTP && c.failed && c.status == r.status })
}

// fault counts the error of a row.
func (s *stats) fault(t *tree, at int32) {
	r := &t.rows[at]
	text, class := "", ""
	if r.d != nil {
		text, class = errorText(r.d), r.d.class
	}
	if text == "" {
		text = r.label
		if r.status > 0 {
			text += " " + itoa(int(r.status))
		}
	}
	where := r.label
	if r.kind != kindJob && r.kind != kindHTTP && r.kind != kindMail {
		where = t.rootName()
		if r.parent >= 0 {
			where = t.rows[r.parent].label
		}
	}
	if where == text {
		where = ""
	}
	k := normal(text) + "\x00" + route(where)
	g := s.errors[k]
	if g == nil {
		if len(s.errors) >= maxGroups {
			return
		}
		g = &errorGroup{text: text, where: route(where), flow: t.short()}
		if class != "" && len(g.text) > 400 {
			g.text = cutBytes(g.text, 400)
		}
		s.errors[k] = g
	}
	g.n++
	if t.recovered(at) || t.ofTried(r) {
		g.retried++
	}
}

// normal replaces the digits and hex of a message, so that equal faults count as one.
func normal(text string) string {
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text) && len(b) < 200; i++ {
		c := text[i]
		if c >= '0' && c <= '9' {
			if len(b) == 0 || b[len(b)-1] != '#' {
				b = append(b, '#')
			}
			continue
		}
		b = append(b, c)
	}
	return string(b)
}

func (s *stats) repeated(t *tree, at int32) {
	r := &t.rows[at]
	under := ""
	if r.parent >= 0 {
		under = route(t.rows[r.parent].label)
	}
	k := r.label + "\x00" + under + "\x00" + r.step.sql
	g := s.n1[k]
	if g == nil {
		if len(s.n1) >= maxGroups {
			return
		}
		g = &n1Group{label: r.label, under: under, sql: r.step.sql}
		s.n1[k] = g
	}
	g.n++
	at2, _ := slices.BinarySearchFunc(g.counts, r.count, func(a, b int32) int {
		if a >= b {
			return -1
		}
		return 1
	})
	if at2 < 3 {
		g.counts = slices.Insert(g.counts, at2, r.count)
		g.flows = slices.Insert(g.flows, at2, t.short())
		g.counts, g.flows = g.counts[:min(3, len(g.counts))], g.flows[:min(3, len(g.flows))]
	}
}

// errorGroups returns the groups of errors, the most frequent first.
func (s *stats) errorGroups() []*errorGroup {
	out := make([]*errorGroup, 0, len(s.errors))
	for _, g := range s.errors {
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b *errorGroup) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.text, b.text), cmp.Compare(a.where, b.where))
	})
	return out
}

// n1Groups returns the groups of repeated queries, the most frequent first.
func (s *stats) n1Groups() []*n1Group {
	out := make([]*n1Group, 0, len(s.n1))
	for _, g := range s.n1 {
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b *n1Group) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.label, b.label), cmp.Compare(a.under, b.under), cmp.Compare(a.sql, b.sql))
	})
	return out
}

// n1Count is how often N+1 queries were seen.
func (s *stats) n1Count() (n int64) {
	for _, g := range s.n1 {
		n += g.n
	}
	return n
}

// Counts is what a run came to, for whoever fails a build over it. Filters do not change it.
type Counts struct {
	Flows   int64
	Failed  int64 // flows that failed
	Retried int64 // flows in which something failed that was tried again, or did not matter for the end
	Slow    int64 // flows whose request was over its limit
	N1      int64 // queries that ran N+1 times
	Open    int64 // flows that had not ended
}

// Counts returns what v has seen until now; all of it once v is closed.
func (v *View) Counts() Counts {
	s := &v.stats
	return Counts{s.flows, s.states[failed], s.states[retried], s.slow, s.n1Count(), s.states[open]}
}
