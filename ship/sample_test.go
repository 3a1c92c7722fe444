package ship

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
)

// flowGroup is one event for each flow given; those in bad are errors.
func flowGroup(flows []uint64, tag string, ack Acker, bad ...uint64) *Group {
	g := &Group{}
	for _, f := range flows {
		g.Body = append(g.Body, fmt.Sprintf(`{"event_id":"evt_%s_%d"}`+"\n", tag, f)...)
		e := Event{End: int32(len(g.Body)), Flow: f, Ack: ack}
		for _, b := range bad {
			if b == f {
				e.Flags = FlagError
			}
		}
		g.Events = append(g.Events, e)
	}
	return g
}

func TestSamplingKeepsWholeFlowsAndThoseWithErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &receiver{}
		cfg := httpConfig()
		cfg.SampleRate = 0.25
		s := begin(t, cfg, Deps{Transport: f})
		var flows []uint64
		for i := range 4000 {
			flows = append(flows, uint64(i)*0x9e3779b97f4a7c15)
		}
		var ack tally
		for _, tag := range []string{"a", "b"} {
			add(t, s, flowGroup(flows, tag, &ack))
		}
		add(t, s, flowGroup(flows[:50], "c", &ack, flows[:50]...))
		add(t, s, flowGroup(flows[:50], "d", &ack))
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		seen := map[string]int{}
		for _, l := range f.lines() {
			parts := strings.Split(strings.Trim(l, "{}\n\""), "_")
			seen[strings.TrimSuffix(parts[len(parts)-1], `"`)]++
		}
		for i, flow := range flows {
			n := seen[fmt.Sprint(flow)]
			if i < 50 && n != 4 || i >= 50 && n != 0 && n != 2 {
				t.Errorf("%d events of flow %d", n, i)
			}
		}
		if k := len(seen); k < 800 || k > 1300 {
			t.Errorf("%d of 4000 flows kept at a rate of a quarter", k)
		}
		b := balance(t, s)
		if b.Sampled+b.Delivered != 8100 || ack.count() != 8100 {
			t.Errorf("%d acknowledged, books %+v", ack.count(), b)
		}
	})
}

func TestSamplingIsBounded(t *testing.T) {
	t.Parallel()
	sm := &sampler{bad: map[uint64]struct{}{}, old: map[uint64]struct{}{}}
	line := []byte(strings.Repeat("x", 1000))
	for i := range 3 * samplerFlows {
		sm.remember(uint64(i))
		sm.hold(uint64(i), line)
	}
	sm.hold(1, make([]byte, samplerHeld))
	if len(sm.bad)+len(sm.old) > samplerFlows || sm.size > samplerHeld {
		t.Errorf("%d flows, %d bytes", len(sm.bad)+len(sm.old), sm.size)
	}
}
