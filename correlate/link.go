package correlate

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/ezlogs/ezlogs/schema"
)

// line is what is known of the event at hand.
type line struct {
	*reading
	flow   int32 // node, pinned; 0 when no id said
	first  *ref  // the id that said so
	capped bool  // an id was not believed
	own    bool  // the flow is the event's own: it has no id
	lone   bool  // nothing was remembered: the name comes from the id alone
	name   schema.FlowID
	idName schema.FlowID // of the id of Event.Idents named last
	named  int16         // its index and two, 0 for none
	link   schema.Link
	sure   float32

	jobKey  uint64 // hash of its first id
	job     int32  // the job that the event is about
	outer   int32  // the job that the event happened in, if it is another
	within  int32  // the job whose id the event carries as its request id: a job hands its id on to the services it calls
	claimed int32  // unit that the event belongs to by inference
	unit    key    // of the event, if it can be a parent

	steps bool  // the event is a step of a process
	step  int16 // of the definition def
	def   int32
}

// bind finds the flow of the event's ids and makes them one.
func (c *Correlator) bind(e *schema.Event) {
	l := &c.line
	capped := 0
	for i := range l.ids {
		if n := c.known(&l.ids[i]); n != 0 {
			if c.ids.at(n).joins >= maxJoins {
				capped++
				continue
			}
			c.bindID(e, &l.ids[i], n)
		}
	}
	if capped > 0 {
		// An id that brought too many flows together says nothing, unless there is nothing else.
		c.stats.Capped++
		l.capped = true
		if capped == len(l.ids) {
			c.bindID(e, &l.ids[0], c.known(&l.ids[0]))
		}
	}
	for i := range l.ids {
		r := &l.ids[i]
		if r.joined || r.entry != 0 || twice(l.ids, i) {
			continue
		}
		c.addID(e, r)
	}
	for i := range l.ids {
		if c.cfg.Local {
			break
		}
		// Agents that see only the lower half of a trace id should learn of it, but not at the price of an event for every flow.
		if r := &l.ids[i]; r.low && r.fresh && l.flow != 0 {
			root := c.rooted(&l.flow)
			if n := c.known(r); n != 0 && (c.halves || c.flow(root).merge != 0) && c.ids.at(n).silent {
				c.ids.at(n).silent = false
				c.announce(root, c.halfName(&e.Idents[r.ident]))
			}
		}
	}
	c.bindJobs(e)
	c.bindLocal(e)
}

// twice reports whether id i stands before it already.
func twice(ids []ref, i int) bool {
	for j := range ids[:i] {
		if ids[j].k == ids[i].k {
			return true
		}
	}
	return false
}

// bindLocal finds the flow of an event without an id that joins flows: the one of its number in its process, or its own.
func (c *Correlator) bindLocal(e *schema.Event) {
	l := &c.line
	if l.flow != 0 || l.lone {
		return
	}
	if c.infer.weak {
		for i := range l.weak {
			if c.bindWeak(e, &l.weak[i], false) {
				l.link, l.sure = schema.LinkID, 0.8
				return
			}
		}
	}
	if l.kind != unitRequest {
		return
	}
	if n := c.local.get(l.self); n != 0 {
		c.pin(c.rooted(&c.local.at(n).flow))
		l.own = true
	}
}

// bindJobs finds the job an event is about. Two ids of a job on one line are the same job; where a job enqueues another, the
// one that is enqueued is what the event is about.
func (c *Correlator) bindJobs(e *schema.Event) {
	l := &c.line
	enqueued := e.Type == "job.enqueued"
	for i := range l.ids {
		r := &l.ids[i]
		if r.kind != schema.IdentJob && r.kind != schema.IdentRequest && r.kind != schema.IdentCorrelation || !r.joined {
			continue
		}
		n := c.known(r)
		if n == 0 {
			continue
		}
		if r.kind != schema.IdentJob {
			if j := c.ids.at(n).job; j != 0 {
				l.within = c.findJob(j)
			}
			continue
		}
		j := c.jobOf(n)
		if l.jobKey == 0 {
			l.jobKey = uint64(j)
		}
		switch {
		case l.job == 0:
			l.job = j
		case j == l.job:
		case !enqueued:
			l.job = c.sameJob(l.job, j)
		case e.Idents[r.ident].Value == e.Correlation.JobID:
			l.job, l.outer = j, l.job
		default:
			l.outer = j
		}
	}
}

// guess links an event that has no id of its own by what else it shows.
func (c *Correlator) guess(e *schema.Event) {
	l := &c.line
	if l.flow != 0 || l.lone {
		return
	}
	if l.kind == unitRequest {
		return // begins a flow of its own
	}
	if c.infer.thread && c.byThread(e) {
		return
	}
	if c.infer.value {
		if c.byValue(e); l.flow != 0 {
			return
		}
	}
	if c.infer.session {
		c.bySession(e)
	}
}

// bindID makes the flow of an id that is known the event's flow.
func (c *Correlator) bindID(e *schema.Event, r *ref, n int32) {
	l := &c.line
	root := c.rooted(&c.ids.at(n).flow)
	if l.flow == 0 {
		c.pin(root)
		l.first = r
	} else if mine := c.rooted(&l.flow); mine != root {
		if c.union(mine, root) != c.find(root) || c.find(mine) != c.find(root) {
			return // refused
		}
		c.ids.at(n).joins++
		if f := c.known(l.first); f != 0 && c.ids.at(f).joins < maxJoins {
			c.ids.at(f).joins++
		}
	}
	entry := c.ids.at(n)
	if !r.low && entry.silent {
		// The short spelling is in use: it is a name that other agents may give.
		entry.silent, c.halves = false, true
		if !c.cfg.Local {
			c.announce(c.rooted(&l.flow), c.nameOf(e, r))
		}
	}
	r.joined, r.tag = true, entry.tag
}

// pin keeps the flow of the event at hand while tables change.
func (c *Correlator) pin(root int32) {
	c.hold(root)
	c.line.flow = root
}

// release ends the work on the event at hand.
func (c *Correlator) release() {
	if f := c.line.flow; f != 0 {
		c.line.flow = 0
		c.drop(f)
	}
}

// addID remembers an id that is new as one of the event's flow.
func (c *Correlator) addID(e *schema.Event, r *ref) {
	l := &c.line
	var name schema.FlowID
	// Names of flows that stand on a line are given already, so they are told of whoever reads along.
	told := !c.cfg.Local || r.kind == schema.IdentFlow || r.kind == schema.IdentParentFlow
	if r.kind == schema.IdentBlock {
		// Its id is made with a secret of this agent: the first line of the record names what has no other name.
		name, r.rank = c.ownName(e), rankLocal
	} else if l.flow == 0 || told || r.rank <= c.flow(c.rooted(&l.flow)).rank {
		if !r.low || l.named != r.ident+2 { // the whole of a trace id stands before its lower half
			l.idName, l.named = c.nameOf(e, r), r.ident+2
		}
		name = l.idName
	}
	if r.low {
		if l.flow == 0 {
			return
		}
	} else if l.flow == 0 {
		f := c.newFlow(r.rank, name)
		if f == 0 {
			c.loneName(r.rank, name)
			return
		}
		c.pin(f)
	} else {
		root := c.rooted(&l.flow)
		f := c.flow(root)
		if f.capped {
			return
		}
		if r.kind != schema.IdentBlock && better(r.rank, &name, f.rank, &f.name) {
			old, oldRank, said := f.name, f.rank, f.said
			f.name, f.rank = name, r.rank
			if old != name && ((!c.cfg.Local || oldRank == rank[schema.IdentFlow]) && oldRank < rankLocal && oldRank != rank[schema.IdentCausation] || said) {
				c.announce(root, old)
			}
		} else if told && name != f.name && r.ident >= 0 && r.rank < rankLocal { // nobody names a flow by the id of one event
			c.announce(root, name)
		}
	}
	ttl := c.idle
	if int(r.kind) < len(longLived) {
		ttl = max(ttl, longLived[r.kind])
	}
	n := c.ids.put(r.k, ttl)
	r.entry = n
	root := c.rooted(&l.flow)
	c.hold(root)
	*c.ids.at(n) = idEntry{flow: root, tag: tagOf(&name), silent: r.low}
	r.joined, r.fresh, r.tag = true, true, tagOf(&name)
}

// loneName keeps the best name of an event whose flow cannot be remembered.
func (c *Correlator) loneName(r uint8, name schema.FlowID) {
	l := &c.line
	if !l.lone || better(r, &name, uint8(l.sure), &l.name) {
		l.lone, l.name, l.sure = true, name, float32(r)
	}
}

// nameOf returns the name that an id gives its flow. A flow id of our own, from another agent, is the name itself.
func (c *Correlator) nameOf(e *schema.Event, r *ref) schema.FlowID {
	if r.ident < 0 {
		return c.flowName(r.kind, e.ID.Text)
	}
	id := &e.Idents[r.ident]
	if id.Kind == schema.IdentFlow || id.Kind == schema.IdentParentFlow {
		if name, ok := schema.ParseFlowID(id.Value); ok {
			return name
		}
	}
	return c.flowName(id.Kind, id.Value)
}

// halfName returns the name that agents give which see only the lower half of a trace id.
func (c *Correlator) halfName(id *schema.Ident) schema.FlowID {
	if w, n := hexWords(id.Value); n == 4 {
		return c.wordsName(w[2:])
	}
	return c.canonicalName(canonical(id.Kind, id.Value)[16:])
}

// tagOf returns a part of a name, enough to know it again within a flow.
func tagOf(name *schema.FlowID) uint32 { return binary.BigEndian.Uint32(name[:4]) }

// name writes the flow to the event.
func (c *Correlator) name(e *schema.Event) {
	l, out := &c.line, &e.Correlation
	if l.flow == 0 {
		if out.Flow != (schema.FlowID{}) {
			out.Link, out.Confidence = schema.LinkID, 1
			return
		}
		if l.lone {
			out.Flow, out.Link, out.Confidence = l.name, schema.LinkID, 1
			return
		}
		out.Flow, out.Link, out.Confidence = c.ownName(e), schema.LinkNone, 0
		return
	}
	root := c.rooted(&l.flow)
	f := c.flow(root)
	f.said = true
	if out.Flow != (schema.FlowID{}) {
		// Another agent named it; names that differ are told by flow.merged.
		out.Link, out.Confidence = schema.LinkID, 1
		c.touch(root, e.Time.NS)
		return
	}
	out.Flow = f.name
	if l.link == schema.LinkNone {
		l.link, l.sure = schema.LinkAlias, 0.95
		for i := range l.ids {
			if l.ids[i].tag == tagOf(&f.name) {
				l.link, l.sure = schema.LinkID, 1
				break
			}
		}
	}
	out.Link, out.Confidence = l.link, l.sure
	if l.capped || f.capped {
		e.AddExtra("link_capped", schema.Value{Kind: schema.Raw, S: "true"})
	}
	if f.nprocs > 0 {
		if l.steps {
			e.AddExtra("process_step", schema.Value{Kind: schema.String, S: c.defs[l.def].Steps[l.step].Name})
		}
		c.nameProcesses(e, f)
	}
	c.touch(root, e.Time.NS)
	if c.cfg.Completed {
		c.tell(e, root)
	}
}

// ownName returns the name of the flow that an event is by itself. It depends on the line and its place alone, not on the key
// that event ids are made with, so that it repeats.
func (c *Correlator) ownName(e *schema.Event) schema.FlowID {
	if e.ID.Text != "" {
		return c.flowName(schema.IdentCausation, e.ID.Text)
	}
	b := append(c.scratch[:0], c.prefix...)
	b = append(b, "event\x00"...)
	if s := e.Origin.Source; s != nil {
		b = append(b, s.Name...)
	}
	b = append(b, 0)
	b = append(b, e.Platform.Pod...)
	b = append(b, 0)
	b = append(b, e.Platform.Container...)
	b = append(b, 0)
	b = append(b, e.Platform.Host...)
	b = append(b, 0)
	b = append(b, e.Platform.Service...)
	b = append(b, 0)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Origin.Offset))
	b = binary.BigEndian.AppendUint32(b, uint32(e.Origin.Index))
	if e.Time.From != schema.FromRead {
		b = binary.BigEndian.AppendUint64(b, uint64(e.Time.NS))
	}
	text := e.Metadata.Message.S
	b = append(b, text[:min(len(text), 256)]...)
	c.scratch = b
	sum := sha256.Sum256(b)
	return schema.FlowID(sum[:16])
}
