package debugview

import (
	"slices"
	"strings"
	"time"
)

// newLayout returns the layout of the configuration.
func newLayout(v *View) layout {
	p := pen{color: v.cfg.Color, ascii: v.cfg.ASCII, codes: codesOf(v.cfg.Theme)}
	look := lookOf(&v.cfg)
	if v.cfg.Summary == "only" {
		return silent{}
	}
	if v.cfg.Export != "" {
		v.out.color = false
		return exportLayout(v, v.cfg.Export)
	}
	if v.cfg.By != "" || v.cfg.Journeys {
		return &groupLayout{look: look, p: p, by: v.cfg.By, journeys: v.cfg.Journeys, groups: map[string]*group{}}
	}
	switch v.cfg.Layout {
	case "story":
		return &storyLayout{look: look, p: p}
	case "card":
		return &cardLayout{look: look, p: p}
	case "lines":
		return &linesLayout{look: look, p: p}
	case "raw":
		return &rawLayout{}
	case "lanes":
		l := &lanesLayout{look: look, p: p}
		v.hold.lanes = l
		return l
	case "json":
		return jsonLayout{}
	case "profile":
		return &profileLayout{look: look, p: p, prof: &Profile{roots: map[string]*profileRoot{}}}
	}
	return &treeLayout{look: look, p: p, list: v.cfg.Layout == "list"}
}

// silent writes nothing: the summary is all that was asked for.
type silent struct{}

func (silent) event(*View, *flow, *step) {}
func (silent) flow(*View, *tree)         {}
func (silent) end(*View)                 {}

// storyLayout shows a paragraph for each flow that is worth one.
type storyLayout struct {
	look
	p pen
}

func (l *storyLayout) event(*View, *flow, *step) {}
func (l *storyLayout) end(v *View)               { v.hold.end(v) }

func (l *storyLayout) flow(v *View, t *tree) {
	if t.quiet && !v.cfg.All && !v.filter.active || t.f.continues != nil {
		return
	}
	text := v.story.full(t)
	if text == "" {
		if text = v.story.bare(t); text == "" {
			return
		}
	}
	p := &l.p
	p.b = p.b[:0]
	p.put(stateRoles[t.state], stateSigns[t.state])
	head := string(v.appendClock(nil, t.start))
	p.put(roleDim, " "+head[:8])
	took := ""
	if d := t.duration(); d >= 0 {
		took = duration(d)
	}
	for i, s := range wrap(text, l.width-22-max(6, cells(took))) {
		p.pad(12)
		p.raw(s)
		if i == 0 {
			p.right(rolePlain, took, l.width-8, 2)
			p.raw("  ")
			p.put(roleDim, t.short())
		}
		p.line()
	}
	v.hold.put(v, block{key: v.sortKey(t)}, p.b)
}

// cardLayout shows each flow as a card to paste into a ticket.
type cardLayout struct {
	look
	p pen
}

func (l *cardLayout) event(*View, *flow, *step) {}
func (l *cardLayout) end(v *View)               { v.hold.end(v) }

func (l *cardLayout) flow(v *View, t *tree) {
	if t.quiet && !v.cfg.All && !v.filter.active || t.f.continues != nil {
		return
	}
	head, used := v.story.headline(t)
	if head == "" {
		head = t.rootName()
	}
	rest := v.story.rest(t, used)
	p := &l.p
	p.b = p.b[:0]
	inner := l.width - 18
	border := func(left, right string) {
		p.put(roleDim, "  "+left+strings.Repeat("─", inner+2)+right)
		p.line()
	}
	line := func(how role, text, right string) {
		p.put(roleDim, "  │")
		p.raw(" ")
		p.put(how, cut(text, inner-cells(right)))
		p.pad(4 + inner - cells(right))
		p.put(roleDim, right)
		p.raw(" ")
		p.put(roleDim, "│")
		p.line()
	}
	border("┌", "┐")
	for _, s := range wrap(head, inner) {
		line(roleBold, s, "")
	}
	if chips := chips(t); chips != "" {
		line(rolePlain, chips, "")
	}
	if rest != "" {
		for _, s := range wrap(rest+".", inner) {
			line(rolePlain, s, "")
		}
	}
	by := ""
	if t.f.actor != "" {
		by = "by " + t.f.actor + " · "
	}
	took := ""
	if d := t.duration(); d >= 0 {
		took = " · " + duration(d)
	}
	outcome := [...]string{fine: "finished", retried: "finished after a failure", failed: "failed", open: "not finished"}[t.state]
	last, flow := by+v.date(t.start)+took+" · "+stateSigns[t.state]+" "+outcome, "flow "+t.short()+"  "
	if cells(last)+cells(flow)+1 > inner {
		for _, s := range wrap(last, inner) {
			line(rolePlain, s, "")
		}
		last = ""
	}
	line(rolePlain, last, flow)
	border("└", "┘")
	v.hold.put(v, block{key: v.sortKey(t), multi: true}, p.b)
}

// date returns day and time to the second with the zone.
func (v *View) date(ns int64) string {
	loc := v.cfg.Location
	if loc == nil {
		loc = time.UTC
	}
	return time.Unix(0, ns).In(loc).Format("2 Jan 2006 15:04:05 MST")
}

// chips lists the things that a flow created or changed.
func chips(t *tree) string {
	var out []string
	for _, i := range t.order {
		r := &t.rows[i]
		if r.kind != kindDB || r.failed || r.subject == "" || r.things > 1 {
			continue
		}
		noun, _, ok := strings.Cut(r.label, ".")
		if !ok {
			continue
		}
		if len(out) == 6 {
			out = append(out, "…")
			break
		}
		chip := strings.ReplaceAll(noun, "_", " ") + " #" + r.subject
		if !slices.Contains(out, chip) {
			out = append(out, chip)
		}
	}
	return strings.Join(out, " · ")
}
