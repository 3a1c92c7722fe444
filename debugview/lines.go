package debugview

import (
	"strconv"
	"strings"
)

// linesLayout writes one line for each event as it comes: flow, indent for what has a parent, kind, name. Its shape does not
// change between versions.
type linesLayout struct {
	look
	p    pen
	last int64 // time of the line before
}

func (l *linesLayout) event(v *View, f *flow, s *step) {
	if v.filter.active {
		return
	}
	l.p.b = l.p.b[:0]
	l.step(v, f, s)
	l.write(v)
}

func (l *linesLayout) flow(v *View, t *tree) {
	if !v.filter.active {
		return
	}
	t.eachStep(func(s *step) {
		if v.cfg.OnlyMatching && v.filter.marks && !v.filter.matches(t, s) {
			return
		}
		l.p.b = l.p.b[:0]
		l.step(v, t.f, s)
		v.hold.put(v, block{key: s.at}, l.p.b)
	})
}

func (l *linesLayout) write(v *View) {
	v.hold.shown++
	if n := v.cfg.Limit; n > 0 && !v.cfg.Last && v.hold.shown > n {
		v.limited = true
		return
	}
	if v.cfg.Limit > 0 && v.cfg.Last {
		v.hold.emit(v, &block{text: l.p.b})
		return
	}
	v.out.write(l.p.b, false)
}

func (l *linesLayout) end(v *View) { v.hold.end(v) }

// eachStep calls f with the steps of t in order of time.
func (t *tree) eachStep(f func(s *step)) {
	for _, i := range t.sorted {
		f(&t.f.steps[i])
	}
}

// when returns the time that begins a line: of the day, since the flow began, since the line before, or ago.
func (v *View) when(ns, start int64, last *int64) string {
	from := start
	switch v.cfg.Time {
	case "flow":
	case "delta":
		if *last != 0 {
			from = *last
		}
		*last = ns
	default:
		return v.clock(ns)
	}
	s := "+" + duration(max(0, ns-from))
	return strings.Repeat(" ", max(0, 12-cells(s))) + s
}

// step writes the line of s.
func (l *linesLayout) step(v *View, f *flow, s *step) {
	p := &l.p
	p.put(roleDim, v.when(s.at, f.start, &l.last))
	p.raw("  ")
	p.put(flowRole(f), shortID(f))
	p.put(roleDim, " │ ")
	kr := kindRoles[s.kind]
	if s.flags&flagFailed != 0 {
		kr = roleError
	}
	p.put(kr, (s.kind.String() + "    ")[:4])
	p.raw(" ")
	if s.parent != (key{}) {
		p.raw("  ")
	}
	suffix, fault := s.ending()
	took := ""
	if s.dur >= 0 {
		took = duration(s.dur)
	}
	name := s.label
	if l.cut {
		room := l.width - p.at - cells(took) - 2
		name = cut(name, max(8, room-cells(suffix)))
		fault = cut(fault, max(0, room-cells(name)-cells(suffix)-4))
	}
	p.raw(name + suffix)
	if fault != "" {
		p.put(roleError, "  ✗ "+fault)
	}
	if took != "" {
		p.right(rolePlain, took, l.width, 2)
	}
	p.line()
}

// ending returns what follows the name of a step in one line, and its fault.
func (s *step) ending() (suffix, fault string) {
	if s.status > 0 {
		suffix = "  " + strconv.Itoa(int(s.status))
	}
	switch s.phase {
	case phaseEnqueued:
		suffix += "  queued"
	case phaseStarted:
		suffix += "  started"
	case phaseRetried:
		suffix += "  retry"
	case phaseDiscarded:
		suffix += "  given up"
	}
	if s.flags&flagFailed != 0 && s.kind != kindLog {
		fault = "failed"
		if s.d != nil {
			if e := errorText(s.d); e != "" {
				fault = e
			}
		}
		if s.kind == kindError && s.d != nil {
			fault = s.d.message
		}
	}
	return suffix, fault
}

// flowRoles are the colours of flow ids, chosen by the id.
var flowRoles = [...]role{roleHTTP, roleJob, roleAPI, roleMail, roleDB}

func flowRole(f *flow) role { return flowRoles[int(f.id[0])%len(flowRoles)] }

// rawLayout writes the lines as they were logged, or the events as ship would send them.
type rawLayout struct{ lines linesLayout }

func (l *rawLayout) event(v *View, f *flow, s *step) {
	if v.filter.active || s.d == nil {
		return
	}
	l.text(v, s)
	s.d.json = ""
	l.lines.write(v)
}

// text puts the line of s into the pen. An event is JSON, so what a terminal would obey stands there as escapes, but for
// what JSON leaves as it is.
func (l *rawLayout) text(v *View, s *step) {
	p := &l.lines.p
	p.b = p.b[:0]
	if !v.cfg.Terminal && !v.cfg.Color && !v.cfg.ASCII {
		p.b = append(p.b, s.d.json...)
		return
	}
	for line := range strings.Lines(s.d.json) {
		p.b = append(append(p.b, clean(strings.TrimRight(line, "\r\n"), v.cfg.ASCII)...), '\n')
	}
}

func (l *rawLayout) flow(v *View, t *tree) {
	if !v.filter.active {
		return
	}
	t.eachStep(func(s *step) {
		if s.d == nil || s.d.json == "" || v.cfg.OnlyMatching && v.filter.marks && !v.filter.matches(t, s) {
			return
		}
		l.text(v, s)
		v.hold.put(v, block{key: s.at}, l.lines.p.b)
	})
}

func (l *rawLayout) end(v *View) { v.hold.end(v) }
