package debugview

import (
	"cmp"
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
)

// AppendJUnit appends the result as JUnit XML: a test suite for each expectation, a test case for each flow that failed and
// one for all that passed.
func (x *Expectations) AppendJUnit(b []byte) []byte {
	type failure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	type testCase struct {
		Name    string   `xml:"name,attr"`
		Class   string   `xml:"classname,attr"`
		Failure *failure `xml:"failure,omitempty"`
	}
	type suite struct {
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Cases    []testCase `xml:"testcase"`
	}
	var doc struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []suite  `xml:"testsuite"`
	}
	for i := range x.groups {
		g := &x.groups[i]
		s := suite{Name: printable(g.name)}
		if g.passed > 0 {
			s.Cases = append(s.Cases, testCase{Name: itoa(g.passed) + plur(int64(g.passed), " flow") + " as expected", Class: s.Name})
		}
		for k := range g.faults {
			f := &g.faults[k]
			var text []string
			for _, l := range f.lines() {
				text = append(text, l[0]+": "+l[1])
			}
			s.Cases = append(s.Cases, testCase{Name: "flow " + f.short, Class: s.Name, Failure: &failure{printable(text[0]), printable(strings.Join(text, "\n"))}})
		}
		if text := x.unmet(i); text != "" {
			s.Cases = append(s.Cases, testCase{Name: "number of flows", Class: s.Name, Failure: &failure{text, text}})
		}
		for k := range s.Cases {
			if s.Cases[k].Failure != nil {
				s.Failures++
			}
		}
		s.Tests = len(s.Cases)
		doc.Suites = append(doc.Suites, s)
	}
	out, err := xml.MarshalIndent(&doc, "", "  ")
	if err != nil {
		return b
	}
	return append(append(append(b, xml.Header...), out...), '\n')
}

// unmet says that an expectation met too few or too many flows.
func (x *Expectations) unmet(i int) string {
	g, want := &x.groups[i], x.list[i].Count
	switch {
	case want > 0 && want != g.flows:
		return itoa(g.flows) + plur(int64(g.flows), " flow") + ", " + itoa(want) + " expected"
	case g.flows == 0:
		return "no flow with this root"
	case !x.met(i) && x.list[i].Any:
		return "none of " + itoa(g.flows) + plur(int64(g.flows), " flow") + " is as expected"
	}
	return ""
}

// printable keeps newlines and shows every other control.
func printable(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = clean(lines[i], false)
	}
	return strings.Join(lines, "\n")
}

// AppendTAP appends the result in the Test Anything Protocol, version 13.
func (x *Expectations) AppendTAP(b []byte) []byte {
	var lines []string
	line := func(ok bool, name string, notes ...[2]string) {
		s := "ok "
		if !ok {
			s = "not ok "
		}
		s += strconv.Itoa(len(lines)+1) + " - " + strings.ReplaceAll(clean(name, false), "#", "\\#")
		for _, n := range notes {
			s += "\n# " + n[0] + ": " + clean(n[1], false)
		}
		lines = append(lines, s)
	}
	for i := range x.groups {
		g := &x.groups[i]
		if g.passed > 0 {
			line(true, g.name+": "+itoa(g.passed)+plur(int64(g.passed), " flow")+" as expected")
		}
		for k := range g.faults {
			line(false, g.name+": flow "+g.faults[k].short, g.faults[k].lines()...)
		}
		if text := x.unmet(i); text != "" {
			line(false, g.name+": number of flows", [2]string{"count", text})
		}
	}
	b = append(b, "TAP version 13\n1.."+strconv.Itoa(len(lines))+"\n"...)
	for _, l := range lines {
		b = append(append(b, l...), '\n')
	}
	return b
}

// Recorder writes a first version of expectations from what it sees.
type Recorder struct {
	roots map[string]*recorded
	order []string
}

type recorded struct {
	flows  int
	failed int      // of these, did not go well
	steps  []string // of the first flow, narrowed to what all have
	errs   bool     // an error row was among them
	max    map[string]int
	within int64
}

// maxRecorded is the number of steps taken from one flow.
const maxRecorded = 100

// NewRecorder returns a recorder.
func NewRecorder() *Recorder { return &Recorder{roots: map[string]*recorded{}} }

// Record lets r see every flow that v shows from now on.
func (v *View) Record(r *Recorder) { v.sinks = append(v.sinks, r.flow) }

// flow takes in t, unless it did not go well.
func (r *Recorder) flow(t *tree) {
	name := route(t.rootName())
	if name == "" || t.f.continues != nil {
		return
	}
	var steps []string
	errs := false
	counts := map[string]int{}
	order := slices.Clone(t.order)
	slices.SortStableFunc(order, func(a, b int32) int { return cmpInt(t.rows[a].start, t.rows[b].start) })
	for _, i := range order {
		row := &t.rows[i]
		errs = errs || row.kind == kindError
		if i == t.root || row.kind == kindLog || row.kind == kindError || row.failed {
			continue
		}
		s := row.kind.String() + " " + starred(row.label)
		counts[s] += int(row.count)
		if len(steps) < maxRecorded && !slices.Contains(steps, s) {
			steps = append(steps, s)
		}
	}
	rec := r.roots[name]
	if rec == nil {
		if len(r.roots) >= maxGroups {
			return
		}
		rec = &recorded{steps: steps, max: map[string]int{}}
		r.roots[strings.Clone(name)] = rec
		r.order = append(r.order, strings.Clone(name))
	}
	rec.flows++
	if t.state == failed || t.state == open {
		rec.failed++
	}
	rec.errs = rec.errs || errs
	rec.within = max(rec.within, t.end-t.start)
	rec.steps = common(rec.steps, steps)
	for s, n := range counts {
		if strings.HasPrefix(s, "sql ") && (len(rec.max) < maxRecorded || rec.max[s] > 0) {
			rec.max[s] = max(rec.max[s], n)
		}
	}
}

// starred replaces the ids of a name by *, and what would be a pattern.
func starred(name string) string {
	name = strings.ReplaceAll(route(name), ":id", "*")
	var b strings.Builder
	for _, c := range name {
		if c == '[' || c == ']' || c == '\\' || c == '?' {
			b.WriteByte('?')
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

// common returns the longest run of steps that stand in a and b in the same order.
func common(a, b []string) []string {
	n := make([][]int, len(a)+1)
	for i := range n {
		n[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				n[i][j] = n[i+1][j+1] + 1
			} else {
				n[i][j] = max(n[i+1][j], n[i][j+1])
			}
		}
	}
	var out []string
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			out = append(out, a[i])
			i, j = i+1, j+1
		case n[i+1][j] >= n[i][j+1]:
			i++
		default:
			j++
		}
	}
	return out
}

// AppendTOML appends the expectations as a file for --expect: the steps that every flow of a root had, the time twice that of
// the slowest, the number of queries seen, and no error where there was none. What was recorded meets it.
func (r *Recorder) AppendTOML(b []byte) []byte {
	slices.SortFunc(r.order, func(x, y string) int {
		return cmp.Or(cmp.Compare(r.roots[y].flows, r.roots[x].flows), cmp.Compare(x, y))
	})
	for i, name := range r.order {
		rec := r.roots[name]
		if i > 0 {
			b = append(b, '\n')
		}
		b = append(b, "# "+count(int64(rec.flows))+plur(int64(rec.flows), " flow")+" seen"...)
		if rec.failed > 0 {
			b = append(b, ", "+itoa(rec.failed)+" of them failed or unfinished: the steps are those that even these had"...)
		}
		b = append(b, "\n[[expect]]\nroot   = "+tomlString(starred(name))+"\n"...)
		if len(rec.steps) > 0 {
			b = append(b, "steps  = ["...)
			for k, s := range rec.steps {
				if k > 0 {
					b = append(b, ", "...)
				}
				b = append(b, tomlString(s)...)
			}
			b = append(b, "]\n"...)
		}
		limit := max((2*rec.within+999_999_999)/1e9, 1)
		b = append(b, "within = \""+strconv.FormatInt(limit, 10)+"s\"\n"...)
		if !rec.errs {
			b = append(b, "never  = [\"err *\"]\n"...)
		}
		if len(rec.max) > 0 {
			names := make([]string, 0, len(rec.max))
			for s := range rec.max {
				names = append(names, s)
			}
			slices.Sort(names)
			b = append(b, "max    = { "...)
			for k, s := range names {
				if k > 0 {
					b = append(b, ", "...)
				}
				b = append(b, tomlString(s)+" = "+strconv.Itoa(rec.max[s])...)
			}
			b = append(b, " }\n"...)
		}
	}
	return b
}

// tomlString returns s, which is clean, as a TOML basic string.
func tomlString(s string) string {
	return `"` + strings.ReplaceAll(strings.ReplaceAll(clean(s, false), `\`, `\\`), `"`, `\"`) + `"`
}
