package debugview

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// summaryKinds are the rows of the table of durations, in this order.
var summaryKinds = []kind{kindHTTP, kindJob, kindAPI, kindMail, kindDB, kindSQL, kindMessage, kindUser, kindEvent}

// summary writes what the run comes to.
func (v *View) summary() {
	if v.cfg.Quiet || v.cfg.Summary == "never" {
		return
	}
	switch {
	case v.cfg.Summary == "json":
		v.writeErr(v.summaryJSON())
	case v.cfg.Plain && v.cfg.Summary != "only":
		v.writeErr(v.summaryLine())
	default:
		v.writeErr(v.summaryText())
	}
}

// writeErr writes to the diagnosis stream; a fault there has no place to be told.
func (v *View) writeErr(b []byte) { _, _ = v.errw.Write(b) }

// summaryLine is the summary as one line of logfmt.
func (v *View) summaryLine() []byte {
	s, t := &v.stats, v.total()
	b := []byte("ezlogs: flows=")
	num := func(name string, n int64) {
		b = strconv.AppendInt(append(append(append(b, ' '), name...), '='), n, 10)
	}
	b = strconv.AppendInt(b, s.flows, 10)
	if t.Passed > 0 {
		// What the other numbers were is not known.
		b = append(strconv.AppendInt([]byte("ezlogs: matched="), int64(v.filter.shown), 10), " passed_over="...)
		return append(append(b, strings.ReplaceAll(bytesText(t.Passed), " ", "")...), '\n')
	}
	if v.filter.active {
		num("matched", int64(v.filter.shown))
	}
	num("events", v.events)
	num("ok", s.states[fine])
	num("retried", s.states[retried]-s.partly)
	if s.partly > 0 {
		num("partial", s.partly)
	}
	num("failed", s.states[failed])
	if n := s.states[open]; n > 0 {
		num("open", n)
	}
	if s.whole.n > 0 {
		b = append(append(b, " p50="...), strings.ReplaceAll(duration(s.whole.quantile(.5)), " ", "")...)
		b = append(append(b, " p95="...), strings.ReplaceAll(duration(s.whole.quantile(.95)), " ", "")...)
	}
	num("n1", s.n1Count())
	num("redacted", total(t.Redacted))
	num("skipped", t.Skipped)
	return append(b, '\n')
}

func total(m map[string]int64) (n int64) {
	for _, c := range m {
		n += c
	}
	return n
}

// bytesText returns a size as people read it.
func bytesText(n int64) string {
	switch {
	case n < 1<<10:
		return strconv.FormatInt(n, 10) + " B"
	case n < 1<<20:
		return strconv.FormatInt((n+512)>>10, 10) + " KiB"
	case n < 1<<30:
		return string(appendDecimal(nil, (n*10+1<<19)>>20, 1)) + " MiB"
	}
	return string(appendDecimal(nil, (n/1024*100+1<<19)>>20, 2)) + " GiB"
}

// spanText returns a long time with one decimal: 10.8 s.
func spanText(ns int64) string {
	if ns >= 1e9 && ns < 60e9 {
		return string(appendDecimal(nil, (ns+50_000_000)/100_000_000, 1)) + " s"
	}
	return duration(ns)
}

// summaryText is the summary for people.
func (v *View) summaryText() []byte {
	s, tot := &v.stats, v.total()
	p := &pen{color: v.cfg.ErrColor, ascii: v.cfg.ASCII, codes: codesOf(v.cfg.Theme)}
	if v.out.started && !v.filter.active {
		p.line()
	}
	if v.filter.active {
		v.filterNote(p)
		if v.cfg.Summary == "auto" {
			return p.b
		}
	}
	p.put(roleBold, " "+count(s.flows)+plur(s.flows, " flow"))
	p.raw(" · " + count(v.events) + plur(v.events, " event"))
	if v.events > 0 {
		p.raw(" · " + spanText(v.lastAt-v.firstAt) + " of log time")
	}
	if tot.Bytes > 0 {
		p.raw(" · " + bytesText(tot.Bytes) + " read")
		if tot.ReadNS > 0 {
			p.raw(" in " + wholeMS(tot.ReadNS))
		}
	}
	p.line()
	for i, name := range stateNames {
		if i == 0 {
			p.raw(" ")
		} else {
			p.raw("   ")
		}
		p.put(stateRoles[i], stateSigns[i])
		n := s.states[i]
		if state(i) == retried && s.partly > 0 {
			p.raw(" " + count(n-s.partly) + " retried, " + count(s.partly) + " partly failed")
			continue
		}
		p.raw(" " + count(n) + " " + name)
	}
	p.line()
	v.table(p)
	v.slowest(p)
	v.errorList(p)
	v.n1List(p)
	v.oddities(p, tot)
	if next := v.next(); next != "" {
		p.line()
		p.put(roleDim, " next: "+next)
		p.line()
	}
	return p.b
}

// plur returns word with an s unless n is one.
func plur(n int64, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// filterNote says how many flows the filters left.
func (v *View) filterNote(p *pen) {
	f := v.filter
	c := &v.cfg
	n := " " + count(int64(f.shown)) + " of " + count(int64(f.total)) + plur(int64(f.total), " flow")
	if passed := v.total().Passed; passed > 0 {
		n = " " + count(int64(f.shown)) + plur(int64(f.shown), " flow") + " matched"
		if c.Limit > 0 && f.shown > v.hold.shown {
			n += " · showing " + count(int64(v.hold.shown)) + " (-n " + itoa(c.Limit) + ")"
		}
		p.raw(n + " · " + bytesText(passed) + " that cannot match were passed over (--read-all counts them)")
		p.line()
		return
	}
	switch {
	case c.SlowOnly > 0 && len(c.Where) == 0 && !c.Errors && !c.N1Only:
		n += " took " + flagDuration(int64(c.SlowOnly)) + " or more"
		name, most := "", 0
		for k, c := range v.stats.topSteps {
			if c > most || c == most && k < name {
				name, most = k, c
			}
		}
		if name != "" {
			n += " · slowest step: " + name + " in " + itoa(most) + " of " + itoa(f.shown)
		}
	case c.Errors && len(c.Where) == 0:
		n += " matched --errors · " + count(int64(f.total-f.shown)) + " hidden"
	default:
		n += " matched"
		if c.Limit > 0 && f.shown > v.hold.shown {
			n += " · showing " + count(int64(v.hold.shown)) + " (-n " + itoa(c.Limit) + ")"
		} else if hidden := f.total - f.shown; hidden > 0 {
			n += " · " + count(int64(hidden)) + " hidden"
		}
	}
	p.raw(n)
	p.line()
}

// flagDuration returns a duration as it is written on the command line: 1.85 s.
func flagDuration(ns int64) string {
	if ns >= 1e9 && ns < 60e9 && ns%1e7 == 0 {
		return string(appendDecimal(nil, ns/1e7, 2)) + " s"
	}
	return duration(ns)
}

// table writes the durations.
func (v *View) table(p *pen) {
	s := &v.stats
	rows := 0
	line := func(name string, how role, x *sample) {
		if x.n == 0 {
			return
		}
		if rows == 0 {
			p.line()
			p.put(roleDim, "           n      p50      p95      p99      max")
			p.line()
		}
		rows++
		p.raw(" ")
		p.put(how, name)
		p.right(rolePlain, count(x.n), 12, 1)
		mark := ""
		if x.approximate() {
			mark = "~"
		}
		for i, q := range [...]float64{.5, .95, .99} {
			p.right(rolePlain, mark+duration(x.quantile(q)), 21+9*i, 1)
		}
		p.right(rolePlain, duration(x.max), 48, 1)
		p.raw("   ")
		p.put(roleDim, strings.TrimRight(sparks(x.histogram(8)), " "))
		p.line()
	}
	line("flow", roleBold, &s.whole)
	for _, k := range summaryKinds {
		line(k.String(), kindRoles[k], &s.kinds[k])
	}
}

func (v *View) slowest(p *pen) {
	for i, f := range v.stats.slowest {
		if f.dur <= 0 {
			break
		}
		if i == 0 {
			p.line()
			p.raw(" slowest")
		}
		p.right(rolePlain, duration(f.dur), 17, 1)
		p.raw("  ")
		p.put(roleDim, f.short)
		p.raw("  " + cut(f.root, 28))
		if f.step != "" && f.step != f.root && f.took*10 >= f.dur {
			p.pad(42)
			p.raw("  " + cut(f.step, 28) + " " + duration(f.took) + " (" + itoa(int(f.took*100/f.dur)) + " %)")
		}
		p.line()
	}
}

func (v *View) errorList(p *pen) {
	groups := v.stats.errorGroups()
	for i, g := range groups {
		if i == 0 {
			p.line()
			p.raw(" errors")
		}
		if i == 5 {
			p.raw("               … and " + count(int64(len(groups)-5)) + " more")
			p.line()
			break
		}
		p.right(rolePlain, count(g.n), 17, 1)
		p.raw("  ")
		p.put(roleError, cut(g.text, 41))
		p.pad(62)
		if g.where != "" {
			p.raw("  in " + cut(g.where, 28))
		}
		switch {
		case g.retried == g.n:
			p.raw(" (retried)")
		case g.n == 1:
			p.pad(86)
			p.raw("  ")
			p.put(roleDim, g.flow)
		}
		p.line()
	}
}

func (v *View) n1List(p *pen) {
	groups := v.stats.n1Groups()
	for i, g := range groups {
		if i == 0 {
			p.line()
			p.raw(" N+1")
		}
		if i == 5 {
			p.raw("               … and " + count(int64(len(groups)-5)) + " more")
			p.line()
			break
		}
		p.right(rolePlain, count(g.n), 17, 1)
		var text strings.Builder
		text.WriteString("  " + cut(g.label, 40))
		if g.under != "" {
			text.WriteString(" under " + cut(g.under, 28))
		}
		text.WriteString(" ")
		for _, c := range g.counts {
			text.WriteString("  ×" + itoa(int(c)))
		}
		p.raw(text.String() + "   ")
		p.put(roleDim, strings.Join(g.flows, " "))
		p.line()
	}
}

// oddities writes what was replaced, skipped or did not fit together.
func (v *View) oddities(p *pen, tot Totals) {
	s := &v.stats
	gap := true
	line := func(name, text string) {
		if gap {
			p.line()
			gap = false
		}
		p.raw(" " + name)
		p.pad(11)
		p.raw(text)
		p.line()
	}
	if n := total(tot.Redacted); n > 0 {
		kinds := slices.SortedFunc(maps.Keys(tot.Redacted), func(a, b string) int {
			if tot.Redacted[a] != tot.Redacted[b] {
				return int(tot.Redacted[b] - tot.Redacted[a])
			}
			return strings.Compare(a, b)
		})
		var text strings.Builder
		text.WriteString(pad(count(n), 6) + "  ")
		for i, k := range kinds {
			if i > 0 {
				text.WriteString(" · ")
			}
			if i == 4 {
				text.WriteString("…")
				break
			}
			text.WriteString(clean(k, v.cfg.ASCII) + " " + count(tot.Redacted[k]))
		}
		line("redacted", text.String()+"          would ship: "+count(v.events)+" events, "+count(tot.Findings)+" with unredacted findings")
	}
	if tot.Skipped > 0 {
		text := pad(count(tot.Skipped), 6) + plur(tot.Skipped, "  line") + " could not be read as what the file is made of"
		if tot.FirstSkip != "" {
			text += " (first at " + clean(tot.FirstSkip, v.cfg.ASCII) + ")"
		}
		line("skipped", text+"; shown as text")
	}
	var odd []string
	add := func(n int64, one string) {
		if n > 0 {
			odd = append(odd, count(n)+" "+one)
		}
	}
	add(s.orphans, "without their parent")
	add(s.roots, "without a parent beside the root")
	add(s.cycles, "parents in a ring")
	add(s.doubles, "seen twice")
	add(s.lates, "after their flow was shown")
	add(v.forced, "flows shown early for want of room")
	if len(odd) > 0 {
		line("odd", "        "+strings.Join(odd, " · "))
	}
}

// pad returns s with blanks before it up to n cells.
func pad(s string, n int) string { return strings.Repeat(" ", max(0, n-len(s))) + s }

// next suggests a command.
func (v *View) next() string {
	if v.filter.detail || v.cfg.Input != Files && len(v.cfg.Files) == 0 {
		return ""
	}
	flow := v.stats.firstFailed
	if flow == "" {
		if g := v.stats.n1Groups(); len(g) > 0 {
			flow = g[0].flows[0]
		}
	}
	if flow == "" {
		return ""
	}
	return v.command("--flow " + flow)
}

// command returns the user's own command with other flags.
func (v *View) command(flags string) string {
	var s strings.Builder
	s.WriteString(v.cfg.Command + " " + flags)
	for i, f := range v.cfg.Files {
		if i == 3 {
			s.WriteString(" …")
			break
		}
		f = clean(f, v.cfg.ASCII)
		if strings.ContainsAny(f, " '\"$&|;<>()*?[]#~`\\") {
			f = "'" + strings.ReplaceAll(f, "'", `'\''`) + "'"
		}
		s.WriteString(" " + f)
	}
	return s.String()
}

// summaryJSON is the summary for programs; its "schema" is 1.
func (v *View) summaryJSON() []byte {
	s, tot := &v.stats, v.total()
	type row struct {
		N           int64   `json:"n"`
		P50         float64 `json:"p50_ms"`
		P95         float64 `json:"p95_ms"`
		P99         float64 `json:"p99_ms"`
		Max         float64 `json:"max_ms"`
		Approximate bool    `json:"approximate,omitempty"`
	}
	of := func(x *sample) row {
		return row{x.n, ms(x.quantile(.5)), ms(x.quantile(.95)), ms(x.quantile(.99)), ms(x.max), x.approximate()}
	}
	type errorRow struct {
		N       int64  `json:"n"`
		Error   string `json:"error"`
		In      string `json:"in"`
		Retried int64  `json:"retried,omitempty"`
		Flow    string `json:"flow"`
	}
	type n1Row struct {
		N      int64    `json:"n"`
		Query  string   `json:"query"`
		Under  string   `json:"under,omitempty"`
		Counts []int32  `json:"counts"`
		Flows  []string `json:"flows"`
		SQL    string   `json:"sql,omitempty"`
	}
	type slowRow struct {
		Flow string  `json:"flow"`
		Root string  `json:"root"`
		MS   float64 `json:"ms"`
		Step string  `json:"step,omitempty"`
		Took float64 `json:"step_ms,omitempty"`
	}
	out := struct {
		Schema    int              `json:"schema"`
		Flows     int64            `json:"flows"`
		Shown     int              `json:"shown"`
		Events    int64            `json:"events"`
		LogMS     float64          `json:"log_ms"`
		Bytes     int64            `json:"bytes"`
		OK        int64            `json:"ok"`
		Retried   int64            `json:"retried"`
		Partial   int64            `json:"partial"`
		Failed    int64            `json:"failed"`
		Open      int64            `json:"open"`
		Durations map[string]row   `json:"durations"`
		Slowest   []slowRow        `json:"slowest"`
		Errors    []errorRow       `json:"errors"`
		N1        []n1Row          `json:"n1"`
		Redacted  map[string]int64 `json:"redacted"`
		Findings  int64            `json:"findings"`
		Skipped   int64            `json:"skipped"`
		Orphans   int64            `json:"orphans"`
		Roots     int64            `json:"extra_roots"`
		Cycles    int64            `json:"cycles"`
		Doubles   int64            `json:"doubles"`
		Late      int64            `json:"late"`
	}{
		Schema: 1, Flows: s.flows, Shown: v.filter.shown, Events: v.events, Bytes: tot.Bytes, OK: s.states[fine], Retried: s.states[retried] - s.partly,
		Partial: s.partly, Failed: s.states[failed], Open: s.states[open], Durations: map[string]row{}, Slowest: []slowRow{}, Errors: []errorRow{}, N1: []n1Row{},
		Redacted: tot.Redacted, Findings: tot.Findings, Skipped: tot.Skipped, Orphans: s.orphans, Roots: s.roots, Cycles: s.cycles,
		Doubles: s.doubles, Late: s.lates,
	}
	if v.events > 0 {
		out.LogMS = ms(v.lastAt - v.firstAt)
	}
	if out.Redacted == nil {
		out.Redacted = map[string]int64{}
	}
	if s.whole.n > 0 {
		out.Durations["flow"] = of(&s.whole)
	}
	for _, k := range summaryKinds {
		if s.kinds[k].n > 0 {
			out.Durations[k.String()] = of(&s.kinds[k])
		}
	}
	for _, f := range s.slowest {
		out.Slowest = append(out.Slowest, slowRow{f.short, f.root, ms(f.dur), f.step, ms(f.took)})
	}
	for _, g := range s.errorGroups() {
		out.Errors = append(out.Errors, errorRow{g.n, g.text, g.where, g.retried, g.flow})
	}
	for _, g := range s.n1Groups() {
		out.N1 = append(out.N1, n1Row{g.n, g.label, g.under, g.counts, g.flows, g.sql})
	}
	b, _ := json.Marshal(out)
	return append(b, '\n')
}

// ms returns nanoseconds as milliseconds.
func ms(ns int64) float64 { return float64(ns) / 1e6 }

// notes writes warnings about filters that cannot have meant what they say.
func (v *View) notes() {
	f := v.filter
	for _, want := range v.cfg.Flows {
		if name := strings.TrimPrefix(want, "flow_"); f.flows[name] == nil && !strings.HasPrefix(want, "latest") && f.shown == 0 && v.events > 0 {
			v.writeErr([]byte("warning: no flow has an id that begins with `" + clean(name, v.cfg.ASCII) + "`\n"))
		}
	}
	for i, seen := range f.seen {
		if l := f.leaves[i]; !seen && !l.flowPart && v.events > 0 {
			candidates := slices.Clone(knownFields)
			for k := range f.keys {
				candidates = append(candidates, k)
			}
			slices.Sort(candidates)
			text := "warning: no event has a field `" + clean(l.field, v.cfg.ASCII) + "` (" + count(v.events) + plur(v.events, " event") + " read)"
			if n := nearest(strings.Join(l.path, "."), candidates); n != "" && n != strings.Join(l.path, ".") {
				text += " — did you mean `" + clean(n, v.cfg.ASCII) + "`?"
			}
			v.writeErr([]byte(text + "\n"))
		}
	}
}

// wholeMS returns a time without a fraction of a millisecond.
func wholeMS(ns int64) string {
	if ns < 10e6 {
		return strconv.FormatInt(max((ns+500_000)/1e6, 1), 10) + " ms"
	}
	return duration(ns)
}
