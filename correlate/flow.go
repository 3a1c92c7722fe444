package correlate

import (
	"bytes"

	"github.com/ezlogs/ezlogs/schema"
)

// flow is a set of ids that were seen to belong together: a node of a union-find forest. Ids, units and merged flows hold
// references; a node nobody refers to is free.
//
// It is one line of the cache: every event looks at one, and most take part in no process.
type flow struct {
	up     int32 // the flow this one became part of, 0 for a root
	merge  int32 // what is to be said of its names, 0 for nothing; roots only
	refs   int32
	units  int32 // requests, calls and runs of jobs, newest first; roots only
	nunits int16
	nprocs uint8
	rank   uint8 // of the id that names it
	events int32 // events linked; roots only
	procs  int32 // processes that the flow takes part in: see Correlator.procs
	said   bool  // an event with this name was let go
	capped bool  // joins nothing more
	failed bool
	name   schema.FlowID
	first  int64 // log time of the earliest and latest event, nanoseconds
	last   int64
}

const (
	maxFlowEvents = 20_000 // a flow that large is glued by an id that is none
	maxJoins      = 64     // flows that one id may bring together
	maxMerged     = 32     // names in one flow.merged
)

// flow returns a flow by its number. It does not move.
func (c *Correlator) flow(i int32) *flow { return &c.flowPages[i>>pageBits][i&(1<<pageBits-1)] }

// newFlow returns a flow with a name; 0 when the limit does not allow one more.
func (c *Correlator) newFlow(r uint8, name schema.FlowID) int32 {
	if c.flowsLive >= c.cfg.MaxFlows {
		for range 64 {
			if c.flowsLive < c.cfg.MaxFlows || c.ids.live == 0 {
				break
			}
			c.ids.evictOldest()
		}
		for range 64 {
			if c.flowsLive < c.cfg.MaxFlows || c.local.live == 0 {
				break
			}
			c.local.evictOldest()
		}
		if c.flowsLive >= c.cfg.MaxFlows {
			c.stats.Unremembered++
			return 0
		}
	}
	i := c.freeFlow
	if i != 0 {
		c.freeFlow = c.flow(i).up
	} else {
		i = c.nflows
		if int(i>>pageBits) == len(c.flowPages) {
			c.flowPages = append(c.flowPages, make([]flow, 1<<pageBits))
		}
		c.nflows++
	}
	*c.flow(i) = flow{rank: r, name: name}
	c.flowsLive++
	return i
}

// hold and drop count references to a flow.
func (c *Correlator) hold(i int32) { c.flow(i).refs++ }

func (c *Correlator) drop(i int32) {
	for i != 0 {
		f := c.flow(i)
		f.refs--
		if f.refs > 0 {
			return
		}
		up := f.up
		if up == 0 {
			c.endFlow(i)
		}
		if f.procs != 0 {
			c.freeProcs = append(c.freeProcs, f.procs)
		}
		*c.flow(i) = flow{up: c.freeFlow}
		c.freeFlow = i
		c.flowsLive--
		i = up // the reference that the node held
	}
}

// endFlow lets go of what hangs on a root.
func (c *Correlator) endFlow(i int32) {
	f := c.flow(i)
	c.forgetUnits(f)
	if f.merge != 0 {
		// What is still to be said is said with the names alone.
		p := &c.merges[f.merge]
		p.name, p.flow, p.time = f.name, 0, f.last
		c.orphans = append(c.orphans, f.merge)
		f.merge = 0
	}
}

// find returns the root of a flow.
func (c *Correlator) find(i int32) int32 {
	for c.flow(i).up != 0 {
		i = c.flow(i).up
	}
	return i
}

// rooted replaces a reference to a flow by one to its root.
func (c *Correlator) rooted(ref *int32) int32 {
	i := *ref
	if c.flow(i).up == 0 {
		return i
	}
	r := c.find(i)
	c.hold(r)
	*ref = r
	c.drop(i)
	return r
}

// better reports whether a name of rank ra is preferred to one of rank rb: by rank, then by value, so that the order of
// arrival does not matter.
func better(ra uint8, a *schema.FlowID, rb uint8, b *schema.FlowID) bool {
	if ra != rb {
		return ra < rb
	}
	return bytes.Compare(a[:], b[:]) < 0
}

// union makes one flow of two roots and returns its root. It refuses, and returns a, when either is as large as no flow is.
func (c *Correlator) union(a, b int32) int32 {
	if a == b {
		return a
	}
	fa, fb := c.flow(a), c.flow(b)
	if fa.capped || fb.capped {
		c.stats.Capped++
		return a
	}
	// The larger one stays the root; names do not depend on that.
	if fa.events < fb.events {
		a, b, fa, fb = b, a, fb, fa
	}
	winner, wr, loser, lr := fa.name, fa.rank, fb.name, fb.rank
	loserSaid := fb.said
	if better(lr, &loser, wr, &winner) {
		winner, wr, loser, lr = loser, lr, winner, wr
		loserSaid = fa.said
	}
	said := fa.said || fb.said
	moved := fb.merge
	fb.up = a
	c.hold(a)
	fa.name, fa.rank, fa.said = winner, wr, said
	fa.events += fb.events
	fa.failed = fa.failed || fb.failed
	if fa.first == 0 || fb.first != 0 && fb.first < fa.first {
		fa.first = fb.first
	}
	fa.last = max(fa.last, fb.last)
	c.joinUnits(a, b)
	c.joinProcesses(a, b)
	c.joinTales(a, b)
	if moved != 0 {
		fb.merge = 0
		for _, name := range c.merges[moved].names {
			c.announce(a, name)
		}
		c.orphan(moved)
	}
	if winner != loser && (!c.cfg.Local && lr < rankLocal || loserSaid) {
		c.announce(a, loser)
	}
	c.stats.Merged++
	return a
}

// touch notes an event of a flow: one more, at a log time.
func (c *Correlator) touch(root int32, ns int64) {
	f := c.flow(root)
	f.events++
	if f.events >= maxFlowEvents && !f.capped {
		f.capped = true
		c.stats.Capped++
	}
	if f.first == 0 || ns < f.first {
		f.first = ns
	}
	f.last = max(f.last, ns)
}
