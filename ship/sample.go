package ship

// sampler decides which flows are kept. Flows are chosen by their hash alone, so every host with
// the same rate keeps the same flows. A flow with an error is kept from then on, and what was held back
// of it comes first. It is guarded by Shipper.mu.
type sampler struct {
	bad  map[uint64]struct{} // flows with an error, two generations so that memory is bounded
	old  map[uint64]struct{}
	held []heldEvent // what was sampled out lately, oldest first
	size int         // bytes of held
}

type heldEvent struct {
	flow uint64
	body []byte
}

const (
	samplerFlows = 50_000
	samplerHeld  = 4 << 20
)

// sampleLocked returns the part of g that is kept, in order, and the acks of what is not.
func (s *Shipper) sampleLocked(g *Group) (*Group, []ackRun) {
	sm := &s.sampler
	if sm.bad == nil {
		sm.bad, sm.old = map[uint64]struct{}{}, map[uint64]struct{}{}
	}
	limit := uint64(s.cfg.SampleRate * (1 << 63)) // of 63 bits: a rate of 1 must not overflow
	out := &Group{}
	var acks []ackRun
	start := int32(0)
	for _, e := range g.Events {
		line := g.Body[start:e.End]
		start = e.End
		_, bad := sm.bad[e.Flow]
		if !bad {
			_, bad = sm.old[e.Flow]
		}
		if e.Flags&FlagError != 0 && !bad {
			sm.remember(e.Flow)
			bad = true
			s.releaseHeldLocked(e.Flow, out)
		}
		if bad || mix(e.Flow)>>1 < limit {
			out.append(line, e)
			continue
		}
		s.counters.sampled++
		if e.Ack != nil {
			acks = append(acks, ackRun{e.Ack, 1})
		}
		sm.hold(e.Flow, line)
	}
	return out, acks
}

func (g *Group) append(line []byte, e Event) {
	g.Body = append(g.Body, line...)
	e.End = int32(len(g.Body))
	g.Events = append(g.Events, e)
}

// remember notes a flow with an error; when the memory for them is full the older half is forgotten.
func (sm *sampler) remember(flow uint64) {
	if len(sm.bad) >= samplerFlows/2 {
		sm.old, sm.bad = sm.bad, map[uint64]struct{}{}
	}
	sm.bad[flow] = struct{}{}
}

// hold keeps a sampled event for a while: its flow may turn bad.
func (sm *sampler) hold(flow uint64, line []byte) {
	if len(line) > samplerHeld/16 {
		return
	}
	sm.held = append(sm.held, heldEvent{flow: flow, body: append([]byte(nil), line...)})
	sm.size += len(line)
	for sm.size > samplerHeld {
		sm.size -= len(sm.held[0].body)
		sm.held[0] = heldEvent{}
		sm.held = sm.held[1:]
	}
}

// releaseHeldLocked puts what was held back of a flow into out. It was counted as sampled and acknowledged; now it is
// an event without an Acker.
func (s *Shipper) releaseHeldLocked(flow uint64, out *Group) {
	sm := &s.sampler
	kept := sm.held[:0]
	for _, h := range sm.held {
		if h.flow != flow {
			kept = append(kept, h)
			continue
		}
		sm.size -= len(h.body)
		s.counters.sampled--
		out.append(h.body, Event{Flow: flow})
	}
	clear(sm.held[len(kept):])
	sm.held = kept
}
