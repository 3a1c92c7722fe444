package debugview

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ezlogs/ezlogs/schema"
)

// lanesLayout writes one line an event in true order, with a lane for every open flow.
type lanesLayout struct {
	look
	p       pen
	lanes   [maxLanes]lane
	waiting []laneRow // live: the row that may still be folded with the next
	since   int64
	last    int64
}

// maxLanes is the number of lanes; further flows share the last one.
const maxLanes = 6

// lane is a column. A flow that came when all were taken stands in the last one with others.
type lane struct {
	flow   schema.FlowID
	taken  bool
	others int
}

// laneRow is an event in a lane.
type laneRow struct {
	flow        schema.FlowID
	start       int64 // of the flow
	at          int64
	kind        kind
	label       string
	suffix      string
	fault       string
	fold        uint64
	count       int
	dur         int64
	first, last bool // of its flow, as far as is known
}

// foldWait is how long a live row waits for an equal one, nanoseconds.
const foldWait = 50e6

func (l *lanesLayout) event(v *View, f *flow, s *step) {
	if v.cfg.Input == Files || v.filter.active {
		return
	}
	row := laneRow{flow: f.id, start: f.start, at: s.at, kind: s.kind, label: s.label, fold: s.fold, count: 1, dur: s.dur}
	row.suffix, row.fault = laneEnding(s)
	if n := len(l.waiting); n > 0 {
		w := &l.waiting[n-1]
		if w.fold != 0 && w.fold == row.fold && w.flow == row.flow && row.fault == "" && w.fault == "" {
			w.count++
			w.dur = max(w.dur, 0) + max(row.dur, 0)
			return
		}
		l.drain(v)
	}
	l.waiting = append(l.waiting[:0], row)
	l.since = v.wallNow
}

// tick writes a row that has waited long enough.
func (l *lanesLayout) tick(v *View) {
	if len(l.waiting) > 0 && v.wallNow-l.since >= foldWait {
		l.drain(v)
	}
}

func (l *lanesLayout) drain(v *View) {
	for i := range l.waiting {
		l.row(v, &l.waiting[i])
	}
	l.waiting = l.waiting[:0]
}

// laneEnding is like ending, with an arrow before the status.
func laneEnding(s *step) (suffix, fault string) {
	suffix, fault = s.ending()
	if s.status > 0 {
		suffix = " →" + strings.TrimPrefix(suffix, " ")
	} else if suffix != "" {
		suffix = " " + strings.TrimSpace(suffix)
	}
	return suffix, fault
}

func (l *lanesLayout) flow(v *View, t *tree) {
	if v.cfg.Input != Files && !v.filter.active {
		l.drain(v)
		l.free(t.f.id)
		return
	}
	order := slices.Clone(t.order)
	order = slices.DeleteFunc(order, func(i int32) bool { return v.filter.hide(t, i) })
	slices.SortStableFunc(order, func(a, b int32) int {
		return cmpInt(t.rows[a].start, t.rows[b].start)
	})
	for n, i := range order {
		r := &t.rows[i]
		row := laneRow{
			flow: t.f.id, start: t.start, at: r.start, kind: r.kind, label: r.label, count: int(r.count), dur: r.dur,
			first: n == 0, last: n == len(order)-1,
		}
		if r.status > 0 {
			row.suffix = " → " + strconv.Itoa(int(r.status))
		}
		if r.queued {
			row.suffix = " queued"
		}
		if r.failed && r.kind != kindLog {
			row.fault = "failed"
			if r.d != nil && errorText(r.d) != "" {
				row.fault = errorText(r.d)
				if r.kind == kindError {
					row.fault = r.d.message
				}
			}
		}
		v.hold.put(v, block{key: r.start, lane: &row}, nil)
	}
}

func cmpInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (l *lanesLayout) end(v *View) {
	l.drain(v)
	v.hold.end(v)
}

// find returns the lane of a flow, -1 if it has none.
func (l *lanesLayout) find(id schema.FlowID) int {
	return slices.IndexFunc(l.lanes[:], func(x lane) bool { return x.taken && x.flow == id })
}

// free gives the lane of a flow back.
func (l *lanesLayout) free(id schema.FlowID) {
	if i := l.find(id); i >= 0 {
		l.lanes[i] = lane{}
		return
	}
	if last := &l.lanes[maxLanes-1]; last.others > 0 {
		if last.others--; last.others == 0 && last.flow == (schema.FlowID{}) {
			last.taken = false
		}
	}
}

// row writes r.
func (l *lanesLayout) row(v *View, r *laneRow) {
	p := &l.p
	p.b = p.b[:0]
	p.put(roleDim, v.when(r.at, r.start, &l.last))
	p.raw("  ")
	i := l.find(r.flow)
	opens := i < 0
	if opens {
		if i = slices.IndexFunc(l.lanes[:], func(x lane) bool { return !x.taken }); i >= 0 {
			l.lanes[i] = lane{flow: r.flow, taken: true}
		} else {
			i = maxLanes - 1
			if r.first {
				l.lanes[i].others++
			}
		}
	}
	shared := l.lanes[i].flow != r.flow
	for k := range l.lanes {
		sign := " "
		switch {
		case k == i && shared:
			sign = "┆"
		case k == i && r.first && r.last:
			sign = "●"
		case k == i && opens:
			sign = "┬"
		case k == i && r.last:
			sign = "┴"
		case k == i:
			sign = "├"
		case l.lanes[k].taken:
			sign = "│"
		}
		p.put(flowRoles[k%len(flowRoles)], sign)
		p.raw(" ")
	}
	if r.last {
		l.free(r.flow)
	}
	p.raw(" ")
	p.put(roleDim, r.flow.String()[5:9])
	p.raw("  ")
	kr := kindRoles[r.kind]
	if r.fault != "" {
		kr = roleError
	}
	p.put(kr, (r.kind.String() + "    ")[:4])
	p.raw(" ")
	took := ""
	if r.dur >= 0 {
		took = duration(r.dur)
	}
	suffix := r.suffix
	if r.count > 1 {
		suffix += " ×" + strconv.Itoa(r.count)
	}
	name, fault := r.label, r.fault
	if l.cut {
		room := l.width - p.at - max(6, cells(took)) - 2
		name = cut(name, max(8, room-cells(suffix)))
		fault = cut(fault, max(0, room-cells(name)-cells(suffix)-3))
	}
	p.raw(name + suffix)
	if fault != "" {
		p.put(roleError, " ✗ "+fault)
	}
	if took != "" {
		p.right(rolePlain, took, l.width, 2)
	}
	p.line()
	v.out.write(p.b, false)
}
