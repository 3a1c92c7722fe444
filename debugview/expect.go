package debugview

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Expectation is an [[expect]] of a file for --expect. A step is "kind name" with * and ?, for example
// "api POST api.pay.example/*"; "type.name" alone is an event type, for example "job.*" or "http.request".
type Expectation struct {
	Root   string         `toml:"root"`   // name of the root, ids as :id; "" and "*" are any
	Steps  []string       `toml:"steps"`  // each must occur, in this order
	Within time.Duration  `toml:"within"` // greatest duration of the flow; 0 is any
	Never  []string       `toml:"never"`  // none of these may occur; "unredacted *" is an event with a finding
	Max    map[string]int `toml:"max"`    // greatest number of times a step may run
	Any    bool           `toml:"any"`    // one flow that is as expected is enough; the others are not listed
	Count  int            `toml:"count"`  // number of flows with this root; 0 is any number but none
}

// ExpectFile is the content of a file for --expect.
type ExpectFile struct {
	Expect []Expectation `toml:"expect"`
}

// ParseExpect reads the short form: steps with ">" between them, the first of them the root, each an event type or
// "kind name": "http.request > data.change > job.* > mail.delivered". One flow that has them is enough.
func ParseExpect(text string) (Expectation, error) {
	e := Expectation{Any: true}
	for part := range strings.SplitSeq(text, ">") {
		part = strings.TrimSpace(part)
		if part == "" {
			return e, errors.New("expect: a step is missing beside `>`")
		}
		if _, err := path.Match(part, ""); err != nil {
			return e, fmt.Errorf("expect: %q: %w", clean(part, false), err)
		}
		e.Steps = append(e.Steps, part)
	}
	return e, nil
}

// Validate names the field that is wrong.
func (e *Expectation) Validate() error {
	check := func(field, s string) error {
		if _, err := path.Match(pathless(s), ""); err != nil || s == "" {
			return fmt.Errorf("%s: %q is no pattern", field, s)
		}
		return nil
	}
	var errs []error
	for _, s := range e.Steps {
		errs = append(errs, check("steps", s))
	}
	for _, s := range e.Never {
		errs = append(errs, check("never", s))
	}
	for s, n := range e.Max {
		errs = append(errs, check("max", s))
		if n < 0 {
			errs = append(errs, fmt.Errorf("max: %q must not be negative", s))
		}
	}
	if e.Within < 0 {
		errs = append(errs, errors.New("within: must not be negative"))
	}
	if len(e.Steps) == 0 && len(e.Never) == 0 && len(e.Max) == 0 && e.Within == 0 && e.Count == 0 {
		errs = append(errs, errors.New("expect: says nothing that could fail"))
	}
	return errors.Join(errs...)
}

// pathless makes * match a slash too.
func pathless(s string) string { return strings.ReplaceAll(s, "/", "\x01") }

// Expectations judges flows. Give its Flow to View.OnFlow.
type Expectations struct {
	list   []Expectation
	groups []expectGroup
	others map[string]int // flows nothing was expected of, by root
	other  int
}

type expectGroup struct {
	name   string
	flows  int
	passed int
	faults []flowFault
	more   int
}

// flowFault is what was wrong with one flow.
type flowFault struct {
	short   string
	missing []string
	never   []string
	max     []string
	within  string
}

// maxFaults is the number of flows listed for each expectation.
const maxFaults = 50

// NewExpectations returns a judge. The list must be valid.
func NewExpectations(list []Expectation) *Expectations {
	x := &Expectations{list: list, others: map[string]int{}}
	for _, e := range list {
		name := e.Root
		if name == "" || name == "*" {
			name = strings.Join(e.Steps, " > ")
		}
		x.groups = append(x.groups, expectGroup{name: name})
	}
	return x
}

// Expect lets x judge every flow that v shows from now on.
func (v *View) Expect(x *Expectations) {
	v.sinks = append(v.sinks, x.flow)
}

// flow judges t.
func (x *Expectations) flow(t *tree) {
	if t.f.continues != nil {
		return
	}
	any := false
	for i := range x.list {
		e := &x.list[i]
		if !e.applies(t) {
			continue
		}
		any = true
		g := &x.groups[i]
		g.flows++
		f, ok := e.judge(t)
		if ok {
			g.passed++
			continue
		}
		if e.Any {
			continue
		}
		if len(g.faults) < maxFaults {
			g.faults = append(g.faults, f)
		} else {
			g.more++
		}
	}
	if !any {
		x.other++
		if name := route(t.rootName()); len(x.others) < maxGroups || x.others[name] > 0 {
			x.others[strings.Clone(name)]++
		}
	}
}

// applies reports whether e is about t.
func (e *Expectation) applies(t *tree) bool {
	if e.Root == "" || e.Root == "*" {
		if len(e.Steps) == 0 || t.root < 0 {
			return len(e.Steps) == 0
		}
		return matchesRow(e.Steps[0], &t.rows[t.root]) || !strings.Contains(e.Steps[0], ".")
	}
	name := t.rootName()
	return name == e.Root || glob(e.Root, name) || glob(e.Root, route(name))
}

func glob(pattern, s string) bool {
	ok, _ := path.Match(pathless(pattern), pathless(s))
	return ok
}

// matchesRow reports whether a step of an expectation stands for r.
func matchesRow(step string, r *row) bool {
	k, name, ok := strings.Cut(step, " ")
	if ok {
		return glob(k, r.kind.String()) && (glob(name, r.label) || glob(name, route(r.label)) || glob(name, r.label+" "+strconv.Itoa(int(r.status))))
	}
	return slices.ContainsFunc(r.types(), func(t string) bool { return glob(step, t) }) || glob(step, r.kind.String())
}

// types returns the event types that a row stands for.
func (r *row) types() []string {
	switch r.kind {
	case kindHTTP:
		return []string{"http.request"}
	case kindAPI:
		return []string{"http.client"}
	case kindDB:
		return []string{"data.change"}
	case kindSQL:
		return []string{"data.query"}
	case kindJob:
		types := []string{}
		switch {
		case r.queued:
			return []string{"job.enqueued"}
		case r.failed:
			types = append(types, "job.failed")
		case r.running:
		default:
			types = append(types, "job.completed")
		}
		return append(types, "job.started", "job.enqueued")
	case kindMail:
		if r.failed {
			return []string{"mail.failed"}
		}
		return []string{"mail.delivered"}
	case kindMessage:
		return []string{"message.published", "message.received"}
	case kindUser:
		return []string{"user.action"}
	case kindError:
		return []string{"error.raised"}
	case kindLog:
		return []string{"log.message"}
	}
	return []string{r.label}
}

// judge compares t with e.
func (e *Expectation) judge(t *tree) (flowFault, bool) {
	f := flowFault{short: t.short()}
	order := slices.Clone(t.order)
	slices.SortStableFunc(order, func(a, b int32) int { return cmpInt(t.rows[a].start, t.rows[b].start) })
	at := 0
	for _, want := range e.Steps {
		found := false
		for k := at; k < len(order); k++ {
			r := &t.rows[order[k]]
			if matchesRow(want, r) && (!r.failed || strings.HasSuffix(want, "failed") || strings.HasPrefix(want, "err")) {
				at, found = k+1, true
				break
			}
		}
		if !found {
			f.missing = append(f.missing, want)
		}
	}
	counts := map[string]int{}
	for _, i := range order {
		r := &t.rows[i]
		for _, no := range e.Never {
			if !strings.HasPrefix(no, "unredacted") && matchesRow(no, r) {
				if s := r.kind.String() + " " + r.label; !slices.Contains(f.never, s) {
					f.never = append(f.never, s)
				}
			}
		}
		for step := range e.Max {
			if matchesRow(step, r) {
				counts[step] += int(r.count)
			}
		}
	}
	for step, most := range e.Max {
		if n := counts[step]; n > most {
			f.max = append(f.max, step+" "+strconv.Itoa(n)+plur(int64(n), " time")+", at most "+strconv.Itoa(most))
		}
	}
	slices.Sort(f.max)
	if e.Within > 0 && t.end-t.start > int64(e.Within) {
		took, limit := duration(t.end-t.start), duration(int64(e.Within))
		if took == limit {
			took += " and a little"
		}
		f.within = took + ", at most " + limit
	}
	return f, len(f.missing)+len(f.never)+len(f.max) == 0 && f.within == ""
}

// OK reports whether everything was as expected: every flow passed, and every expectation met as many as it counts.
func (x *Expectations) OK() bool {
	for i := range x.groups {
		if !x.met(i) {
			return false
		}
	}
	return true
}

// met reports whether the i-th expectation was met.
func (x *Expectations) met(i int) bool {
	g, e := &x.groups[i], &x.list[i]
	if e.Any {
		return g.passed > 0
	}
	return g.passed == g.flows && g.flows > 0 && (e.Count == 0 || e.Count == g.flows)
}

// AppendText appends the result for people, width cells wide.
func (x *Expectations) AppendText(b []byte, c *Config) []byte {
	p := &pen{b: b, color: c.Color, ascii: c.ASCII, codes: codesOf(c.Theme)}
	width := cmp.Or(c.Width, defaultWidth)
	for i := range x.groups {
		g := &x.groups[i]
		s := failed
		if x.met(i) {
			s = fine
		}
		p.put(stateRoles[s], stateSigns[s])
		p.raw(" ")
		p.put(roleBold, cut(g.name, width-40))
		text := count(int64(g.passed)) + " of " + count(int64(g.flows)) + plur(int64(g.flows), " flow") + " as expected"
		if n := x.list[i].Count; n > 0 && n != g.flows {
			text += ", " + count(int64(n)) + " expected"
		}
		p.right(rolePlain, text, 84, 2)
		p.line()
		for k := range g.faults {
			g.faults[k].write(p)
		}
		if g.more > 0 {
			p.raw("  … and " + count(int64(g.more)) + plur(int64(g.more), " more flow"))
			p.line()
		}
	}
	if x.other > 0 {
		p.put(roleDim, "● "+count(int64(x.other))+plur(int64(x.other), " flow")+" had no expectation ("+x.otherNames()+")")
		p.line()
	}
	return p.b
}

// otherNames lists the roots of flows nothing was expected of.
func (x *Expectations) otherNames() string {
	var names []string
	for n := range x.others {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(x.others[b], x.others[a]), cmp.Compare(a, b)) })
	text := ""
	for i, n := range names {
		if i > 0 {
			text += ", "
		}
		if i == 4 {
			return text + "…"
		}
		text += cmp.Or(n, "no root") + " " + strconv.Itoa(x.others[n])
	}
	return text
}

// lines returns the faults of a flow by their kind.
func (f *flowFault) lines() [][2]string {
	var out [][2]string
	if len(f.missing) > 0 {
		out = append(out, [2]string{"missing", strings.Join(f.missing, " · ")})
	}
	if len(f.never) > 0 {
		out = append(out, [2]string{"never", strings.Join(f.never, " · ")})
	}
	for _, m := range f.max {
		out = append(out, [2]string{"max", m})
	}
	if f.within != "" {
		out = append(out, [2]string{"within", f.within})
	}
	return out
}

func (f *flowFault) write(p *pen) {
	for i, l := range f.lines() {
		if i == 0 {
			p.raw("  " + f.short)
		}
		p.pad(10)
		p.put(roleError, l[0])
		p.pad(19)
		p.raw(l[1])
		p.line()
	}
}
