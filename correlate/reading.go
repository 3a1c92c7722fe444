package correlate

import (
	"github.com/ezlogs/ezlogs/schema"
)

// reading is what an event alone says: its ids as keys, where it was written, what it can be. It is made when the event is
// foreseen and used again when it is linked.
type reading struct {
	ids     []ref   // that join flows
	weak    []ref   // that join within their process
	values  []shown // random business values
	parts   []part  // what the event says of processes, once partsKnown
	aliases []alias // ids that can stand for them
	facts
}

// facts are the part of a reading that is zero to begin with.
type facts struct {
	e    *schema.Event
	self key // under which the event is remembered

	entry       int32 // where it stood in Correlator.units when it was last looked for
	kind        unitKind
	parentEntry int32 // where the parent stood in Correlator.units
	instKnown   bool  // what follows is known once it was asked for
	routeKnown  bool
	dataKnown   bool
	partsKnown  bool
	proxy       bool // by the format, known with inst
	manyAtOnce  bool
	startsAt    bool

	parent   key // of the event that is named as the parent already
	incident key
	cause    key // event or span that caused this one
	span     key
	pspan    key
	sessKey  key
	req      uint64 // hashes of the request id and the session
	sess     uint64

	inst   key
	svc    uint64
	thread uint64
	route  uint64
	record uint32 // what was changed or read: see dataKeys
	table  uint32
}

// ref is one id of an event.
type ref struct {
	k      key
	entry  int32  // where it stood in Correlator.ids when it was last looked for
	tag    uint32 // of the name it gives
	ident  int16  // index in Event.Idents, below 0 for the id of the event itself
	kind   schema.IdentKind
	rank   uint8
	low    bool // the lower half of a trace id that was logged whole
	joined bool // its flow is the event's
	fresh  bool // it was not known before
}

// shown is a random business value of an event.
type shown struct {
	k    key
	name uint64 // hash of what it was found under
}

// maxIdents is how many ids of an event are looked at.
const maxIdents = 1<<15 - 1

// readings are those of the events that are foreseen and not linked, in a ring.
type readings struct {
	ring  []reading
	head  int
	n     int
	other reading // of an event that was not foreseen
}

// push returns the next reading of the ring, in which slices are those of an earlier one.
func (r *readings) push() *reading {
	if r.n == len(r.ring) {
		ring := make([]reading, max(2*len(r.ring), 16))
		for i := range r.n {
			ring[i] = r.ring[(r.head+i)&(len(r.ring)-1)]
		}
		// The lists of all that are new in one piece: they are gone through in order, and memory that is read in order is fast.
		const nids, nparts = 6, 4 // of most events
		ids, parts := make([]ref, (len(ring)-r.n)*nids), make([]part, (len(ring)-r.n)*nparts)
		for i := range ring[r.n:] {
			at := &ring[r.n+i]
			at.ids, at.parts = ids[i*nids:i*nids:(i+1)*nids], parts[i*nparts:i*nparts:(i+1)*nparts]
		}
		r.ring, r.head = ring, 0
	}
	r.n++
	return &r.ring[(r.head+r.n-1)&(len(r.ring)-1)]
}

// pop returns the reading of an event if it is the oldest in the ring. It is good until the next push.
func (r *readings) pop(e *schema.Event) *reading {
	if r.n == 0 || r.ring[r.head].e != e {
		return nil
	}
	at := &r.ring[r.head]
	at.e = nil
	r.head = (r.head + 1) & (len(r.ring) - 1)
	r.n--
	return at
}

// known returns the entry of an id that joins flows, 0 when there is none, and notes that it was used.
func (c *Correlator) known(r *ref) int32 {
	if c.ids.has(r.entry, r.k) {
		c.ids.touch(r.entry)
		return r.entry
	}
	r.entry = c.ids.get(r.k)
	return r.entry
}

// selfUnit returns the unit of the event at hand, 0 when it is none, and notes that it was used.
func (c *Correlator) selfUnit() int32 {
	l := c.line.reading
	if !c.units.has(l.entry, l.self) {
		l.entry = c.units.find(l.self)
	}
	if l.entry != 0 {
		c.units.touch(l.entry)
	}
	return l.entry
}

// begin makes an empty reading the one at hand.
func (c *Correlator) begin(l *reading) {
	// One by one: so written, only lengths are.
	l.ids = l.ids[:0]
	l.weak = l.weak[:0]
	l.values = l.values[:0]
	l.parts = l.parts[:0]
	l.aliases = l.aliases[:0]
	l.facts = facts{}
	c.line, c.wording.of = line{reading: l}, nil
}

// read makes a reading of the event the one at hand.
func (c *Correlator) read(l *reading, e *schema.Event) {
	c.begin(l)
	l.kind = kindOf(e)
	var own, parent key
	var ownTrust, parentTrust strength
	if e.ID.Text == "" {
		l.self = bitsKey(&e.ID.Bits)
	} else {
		own, _, ownTrust = c.identKey(schema.IdentCausation, e.ID.Text)
		l.self = own.mix(key{spaceEvent, 0})
	}
	before := e.Correlation.Parent.Text
	if before != "" {
		parent, _, parentTrust = c.identKey(schema.IdentCausation, before)
		l.parent = parent.mix(key{spaceEvent, 0})
	} else if !e.Correlation.Parent.IsZero() {
		l.parent = bitsKey(&e.Correlation.Parent.Bits)
	}
	for i := range e.Idents[:min(len(e.Idents), maxIdents)] {
		id := &e.Idents[i]
		r := ref{ident: int16(i), kind: id.Kind, rank: rank[min(int(id.Kind), len(rank)-1)]}
		switch id.Kind {
		case schema.IdentTrace, schema.IdentRequest, schema.IdentCorrelation, schema.IdentFlow, schema.IdentParentFlow,
			schema.IdentJob, schema.IdentBatch, schema.IdentMessage, schema.IdentWorkflow, schema.IdentIncident,
			schema.IdentCausation, schema.IdentBlock:
			k, half, m := parent, key{}, parentTrust
			if before == "" || id.Kind != schema.IdentCausation || id.Value != before {
				k, half, m = c.identKey(id.Kind, id.Value)
			}
			if m == useless {
				break
			}
			r.k = k
			switch id.Kind {
			case schema.IdentRequest:
				if l.req == 0 {
					l.req = k.short()
				}
			case schema.IdentIncident:
				if m >= distinct {
					l.incident = k.mix(key{spaceEvent, 1})
				}
			case schema.IdentCausation:
				l.cause = k.mix(key{spaceEvent, 0})
			}
			if m == weak {
				r.k = k.mix(key{spaceWeak, uint64(id.Kind)})
				l.weak = append(l.weak, r)
				break
			}
			l.ids = append(l.ids, r)
			if half != (key{}) {
				r.k, r.low = half, true
				l.ids = append(l.ids, r)
			}
		case schema.IdentSpan:
			if k, _, m := c.identKey(id.Kind, id.Value); m >= distinct {
				l.span = k.mix(key{spaceSpan, 0})
			}
		case schema.IdentParentSpan:
			if k, _, m := c.identKey(id.Kind, id.Value); m >= distinct {
				l.pspan = k.mix(key{spaceSpan, 0})
			}
		case schema.IdentValue:
			if c.infer.value && randomValue(id.Value) && !broad(id.Name) {
				l.values = append(l.values, shown{c.hash.sum(spaceValue, id.Value), c.hash.sum(spaceName, id.Name).short()})
			}
		case schema.IdentSession:
			if measure(id.Kind, id.Value) >= distinct {
				l.sessKey = c.hash.sum(spaceSession, id.Value)
				l.sess = l.sessKey.short()
			}
		}
	}
	if ownTrust == strong {
		// What others name as their cause.
		l.ids = append(l.ids, ref{k: own, ident: -1, kind: schema.IdentCausation, rank: rank[schema.IdentCausation]})
	}
}

// readAgain makes the reading of an event that was foreseen the one at hand, a new one when there is none.
func (c *Correlator) readAgain(e *schema.Event) {
	l := c.readings.pop(e)
	if l == nil {
		c.read(&c.readings.other, e)
		return
	}
	c.line = line{reading: l}
	for i := range l.ids {
		l.ids[i].joined, l.ids[i].fresh = false, false
	}
}

// readTold makes a reading of an event that was told the one at hand: of its ids alone, and not of what names single events,
// for their flows are told too.
func (c *Correlator) readTold(e *schema.Event) {
	l := &c.readings.other
	c.begin(l)
	for i := range e.Idents[:min(len(e.Idents), maxIdents)] {
		id := &e.Idents[i]
		switch id.Kind {
		case schema.IdentTrace, schema.IdentRequest, schema.IdentCorrelation, schema.IdentFlow, schema.IdentParentFlow,
			schema.IdentJob, schema.IdentBatch, schema.IdentMessage, schema.IdentWorkflow, schema.IdentIncident:
			k, half, m := c.identKey(id.Kind, id.Value)
			if m < distinct {
				continue
			}
			r := ref{k: k, ident: int16(i), kind: id.Kind, rank: rank[id.Kind]}
			l.ids = append(l.ids, r)
			if half != (key{}) {
				r.k, r.low = half, true
				l.ids = append(l.ids, r)
			}
		}
	}
}
