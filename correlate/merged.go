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

// maxQueued bounds the records that wait.
const maxQueued = 4096

// mergeDelay is how long names are collected, so that one record says all of them. Nanoseconds.
const mergeDelay = int64(1e9)

// announce notes that a flow has another name: an id of its own that other agents may know it by, or a name that was given
// before the ids were seen to belong together.
func (c *Correlator) announce(root int32, name schema.FlowID) {
	if c.adopting {
		return
	}
	f := c.flow(root)
	if f.merge == 0 {
		f.merge = c.newMerge()
		p := &c.merges[f.merge]
		p.due, p.flow = max(c.clock, c.started+int64(time.Second))+mergeDelay, root
		c.queue = append(c.queue, f.merge)
	}
	if p := &c.merges[f.merge]; !slices.Contains(p.names, name) {
		p.names = append(p.names, name)
	}
}

// newMerge returns an empty record.
func (c *Correlator) newMerge() int32 {
	if n := len(c.freeMerge); n > 0 {
		i := c.freeMerge[n-1]
		c.freeMerge = c.freeMerge[:n-1]
		return i
	}
	c.merges = append(c.merges, merge{})
	return int32(len(c.merges) - 1)
}

// orphan empties a record that is still in the queue: its names have moved to another, or were said.
func (c *Correlator) orphan(i int32) {
	p := &c.merges[i]
	p.names, p.flow = p.names[:0], -1
}

// tellMerged says what is due, everything when all is set.
func (c *Correlator) tellMerged(all bool, emit func(*schema.Event)) {
	for _, i := range c.orphans {
		p := &c.merges[i]
		c.emitMerged(p.name, p.time, p.names, emit)
		c.orphan(i)
	}
	c.orphans = c.orphans[:0]
	for c.queueHead < len(c.queue) && (all || c.mergeDue()) {
		i := c.queue[c.queueHead]
		c.queueHead++
		if p := &c.merges[i]; p.flow > 0 {
			f := c.flow(p.flow)
			f.merge = 0
			c.emitMerged(f.name, f.last, p.names, emit)
		}
		c.orphan(i)
		c.freeMerge = append(c.freeMerge, i)
	}
	if c.queueHead > 64 && c.queueHead > len(c.queue)/2 {
		c.queue = slices.Delete(c.queue, 0, c.queueHead)
		c.queueHead = 0
	}
}

// mergesDue reports whether there is something to say.
func (c *Correlator) mergesDue() bool {
	return len(c.orphans) > 0 || c.queueHead < len(c.queue) && c.mergeDue()
}

// mergeDue reports whether the oldest record is due. The clock stands still while old lines are read; so that they do not pile
// up, none waits behind too many others.
func (c *Correlator) mergeDue() bool {
	return c.merges[c.queue[c.queueHead]].due <= c.clock || len(c.queue)-c.queueHead > maxQueued
}

// emitMerged sends the other names of a flow, at most 32 in one event.
func (c *Correlator) emitMerged(name schema.FlowID, ns int64, names []schema.FlowID, emit func(*schema.Event)) {
	kept := names[:0]
	for i := range names {
		if names[i] != name {
			kept = append(kept, names[i])
		}
	}
	for len(kept) > 0 {
		part := kept[:min(len(kept), maxMerged)]
		kept = kept[len(part):]
		e := c.ownEvent("flow.merged", ns)
		others := append(e.Correlation.Merged[:0], part...)
		b := append(c.scratch[:0], "flow.merged\x00"...)
		b = append(b, name[:]...)
		for i := range others {
			b = append(b, others[i][:]...)
		}
		c.scratch = b
		e.ID = derivedID(b)
		e.Correlation.Flow, e.Correlation.Merged = name, others
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
	var e *schema.Event
	if n := len(c.spare); n > 0 {
		e, c.spare = c.spare[n-1], c.spare[:n-1]
		e.Reset()
	} else {
		e = new(schema.Event)
	}
	e.Type, e.Action = kind, kind
	e.Time = schema.Time{NS: ns, Digits: 9, From: schema.FromLine}
	e.Platform.Format = "ezlogs"
	return e
}

// maxSpare bounds the events that are kept for the correlator's own.
const maxSpare = 1024

// Reuse takes back an event that was given to emit and is done with; the correlator fills it again.
func (c *Correlator) Reuse(e *schema.Event) {
	if len(c.spare) < maxSpare {
		c.spare = append(c.spare, e)
	}
}
