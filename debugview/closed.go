package debugview

import (
	"slices"

	"github.com/ezlogs/ezlogs/schema"
)

// closedFlow is what is remembered of a flow that has been shown, for what comes late.
type closedFlow struct {
	id    schema.FlowID
	short string
	root  string // name of its root
	start int64  // nanoseconds
	trail []trailStep
}

// trailStep is a step that others may name as their parent later.
type trailStep struct {
	id     key
	job    uint64
	label  string
	try    int32
	failed bool
}

const (
	maxClosed = 64 << 10
	maxTrails = 8 << 10 // of these, with a trail
	trailLen  = 12
)

// closedFlows remembers flows by name, the latest maxClosed of them.
type closedFlows struct {
	by   map[schema.FlowID]*closedFlow
	ring []schema.FlowID // in order of closing; next is overwritten
	next int
}

// get returns the closed flow of that name, nil if there is none.
func (c *closedFlows) get(id schema.FlowID) *closedFlow { return c.by[id] }

// alias lets a closed flow be found under another name.
func (c *closedFlows) alias(a, b schema.FlowID) {
	if f := c.by[a]; f != nil {
		c.put(b, f)
	} else if f := c.by[b]; f != nil {
		c.put(a, f)
	}
}

func (c *closedFlows) put(id schema.FlowID, f *closedFlow) {
	if c.by == nil {
		c.by = map[schema.FlowID]*closedFlow{}
	}
	if _, ok := c.by[id]; ok {
		c.by[id] = f
		return
	}
	if len(c.ring) < maxClosed {
		c.ring = append(c.ring, id)
	} else {
		delete(c.by, c.ring[c.next])
		c.ring[c.next] = id
		c.next = (c.next + 1) % maxClosed
	}
	c.by[id] = f
	// The trail of the flow that many back is dropped; it is where the memory goes.
	if n := len(c.ring); n > maxTrails {
		if old := c.by[c.ring[(c.next+n-maxTrails-1)%n]]; old != nil {
			old.trail = nil
		}
	}
}

// add remembers t.
func (c *closedFlows) add(t *tree, now int64) {
	if t.f.continues != nil {
		return
	}
	f := &closedFlow{id: t.f.id, short: t.short(), start: t.start}
	if t.root >= 0 {
		f.root = t.rows[t.root].label
	}
	for _, id := range t.f.others {
		c.put(id, f)
	}
	c.put(t.f.id, f)
	for i := range t.rows {
		r := &t.rows[i]
		if r.kind != kindJob && r.kind != kindMessage || len(f.trail) == trailLen {
			continue
		}
		f.trail = append(f.trail, trailStep{r.step.id, r.step.job, r.label, r.try, r.failed})
	}
	f.trail = slices.Clip(f.trail)
}

// resume carries over what the first part of the flow says about its continuation t: which try of a job a run is.
func (t *tree) resume() {
	for i := range t.rows {
		r := &t.rows[i]
		if r.kind != kindJob || r.step.job == 0 || r.after >= 0 {
			continue
		}
		for k := range t.f.continues.trail {
			tr := &t.f.continues.trail[k]
			if tr.job != r.step.job || r.queued {
				continue
			}
			r.try = max(r.try, tr.try+1)
			if tr.failed && !r.failed && t.state == fine {
				t.state, t.retried = retried, true
			}
		}
	}
}
