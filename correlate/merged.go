package correlate

import (
	"slices"
	"time"

	"github.com/ezlogs/ezlogs/schema"
)

// merge is what a flow.merged event will say: the other names of a flow.
type merge struct {
	names []schema.FlowID
	due   int64 // clock at which it is said
	flow  int32 // root; 0 once the flow itself is forgotten
	name  schema.FlowID
	time  int64
}

// mergeDelay is how long names are collected, so that one record says all of them. Nanoseconds.
const mergeDelay = int64(1e9)

// announce notes that a flow has another name: an id of its own that other agents may know it by, or a name that was given
// before the ids were seen to belong together.
func (c *Correlator) announce(root int32, name schema.FlowID) {
	if c.adopting {
		return
	}
	p := c.pending[root]
	if p == nil {
		p = &merge{due: max(c.clock, c.started+int64(time.Second)) + mergeDelay, flow: root}
		c.pending[root] = p
		c.queue = append(c.queue, p)
	}
	if !slices.Contains(p.names, name) {
		p.names = append(p.names, name)
	}
}

// orphan takes a record out of the queue whose names have moved to another.
func (c *Correlator) orphan(p *merge) { p.names, p.flow = nil, -1 }

// tellMerged says what is due, everything when all is set.
func (c *Correlator) tellMerged(all bool, emit func(*schema.Event)) {
	for _, p := range c.orphans {
		c.emitMerged(p.name, p.time, p.names, emit)
		c.orphan(p)
	}
	c.orphans = c.orphans[:0]
	for c.queueHead < len(c.queue) && (all || c.queue[c.queueHead].due <= c.clock) {
		p := c.queue[c.queueHead]
		c.queue[c.queueHead] = nil
		c.queueHead++
		if p.flow <= 0 || c.pending[p.flow] != p {
			continue
		}
		f := &c.flows[p.flow]
		delete(c.pending, p.flow)
		c.emitMerged(f.name, f.last, p.names, emit)
	}
	if c.queueHead > 64 && c.queueHead > len(c.queue)/2 {
		c.queue = slices.Delete(c.queue, 0, c.queueHead)
		c.queueHead = 0
	}
}

// mergesDue reports whether there is something to say.
func (c *Correlator) mergesDue() bool {
	return len(c.orphans) > 0 || c.queueHead < len(c.queue) && c.queue[c.queueHead].due <= c.clock
}

// emitMerged sends the other names of a flow, at most 32 in one event.
func (c *Correlator) emitMerged(name schema.FlowID, ns int64, names []schema.FlowID, emit func(*schema.Event)) {
	others := make([]schema.FlowID, 0, len(names))
	for _, other := range names {
		if other != name {
			others = append(others, other)
		}
	}
	for part := range slices.Chunk(others, maxMerged) {
		ids := make([][16]byte, 0, 1+len(part))
		ids = append(ids, name)
		for _, id := range part {
			ids = append(ids, id)
		}
		e := c.ownEvent("flow.merged", ns)
		e.ID = derivedID("flow.merged", ids...)
		e.Correlation.Flow = name
		e.Correlation.Merged = slices.Clone(part)
		e.Correlation.Link, e.Correlation.Confidence = schema.LinkID, 1
		c.stats.MergedEvents++
		emit(e)
	}
}

// ownEvent returns a new event of the correlator's own.
func (c *Correlator) ownEvent(kind string, ns int64) *schema.Event {
	if ns == 0 {
		ns = c.clock
	}
	return &schema.Event{
		Type: kind, Action: kind,
		Time:     schema.Time{NS: ns, Digits: 9, From: schema.FromLine},
		Platform: schema.Platform{Format: "ezlogs"},
	}
}
