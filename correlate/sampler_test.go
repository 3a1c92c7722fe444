package correlate_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/schema"
)

// ack counts acknowledgements.
type ack struct{ done, added int }

func (a *ack) Add(n int)  { a.added += n }
func (a *ack) Done(n int) { a.done += n }

// sampled runs events of flows through a sampler and returns what comes out.
type sampled struct {
	s   *correlate.Sampler
	out []*schema.Event
	ack ack
}

func newSampled(s correlate.Sampling) *sampled { return &sampled{s: correlate.NewSampler(s)} }

func (s *sampled) take(flow byte, change func(*schema.Event)) {
	e := &schema.Event{Type: "log.message", Action: "log", Correlation: schema.Correlation{Flow: schema.FlowID{flow}}}
	e.Origin.Mark = &s.ack
	if change != nil {
		change(e)
	}
	s.s.Take(e, func(e *schema.Event) { s.out = append(s.out, e) })
}

func failed(e *schema.Event) { e.Metadata.Level = schema.LevelError }

func TestSamplerKeepsFlowsWhole(t *testing.T) {
	t.Parallel()
	s := newSampled(correlate.Sampling{Rate: 0.25})
	for range 3 {
		for flow := range 256 {
			s.take(byte(flow), nil)
		}
	}
	if len(s.out) != 3*64 {
		t.Fatalf("%d events passed, want %d", len(s.out), 3*64)
	}
	for _, e := range s.out {
		if !s.s.Keeps(e.Correlation.Flow) || len(e.Metadata.Extra) != 1 || e.Metadata.Extra[0] != (schema.Field{Key: "sample_rate", Value: schema.Value{Kind: schema.Raw, S: "0.25"}}) {
			t.Fatalf("event = %+v", e)
		}
	}
	s.s.Flush()
	if st := s.s.Stats(); st.Sampled != 3*192 || st.Passed != 3*64 || st.Held != 0 || s.ack.done != 3*192 {
		t.Errorf("stats = %+v, %d acknowledged", st, s.ack.done)
	}
}

func TestSamplerPassesAllAtFullRate(t *testing.T) {
	t.Parallel()
	s := newSampled(correlate.Sampling{Rate: 1})
	s.take(255, nil)
	if len(s.out) != 1 || len(s.out[0].Metadata.Extra) != 0 {
		t.Errorf("out = %+v", s.out)
	}
}

func TestSamplerSendsWhatWasHeldBackWhenAFlowTurnsBad(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]func(*schema.Event){
		"error":  failed,
		"status": func(e *schema.Event) { e.Metadata.Status = 500 },
		"slow": func(e *schema.Event) {
			e.Type, e.Metadata.Duration = "http.request", schema.Duration{NS: 3e9, Set: true}
		},
		"slow job": func(e *schema.Event) {
			e.Type, e.Metadata.Duration = "job.completed", schema.Duration{NS: 3e9, Set: true}
		},
	} {
		s := newSampled(correlate.Sampling{Rate: 0, Slow: 2 * time.Second})
		text := []byte("first of its flow")
		s.take(1, func(e *schema.Event) {
			e.Metadata.Message = schema.Text(string(text))
			e.AddField("k", schema.Text("v"))
			e.Metadata.Timing = append(e.Metadata.Timing, schema.Timing{Name: "db"})
			e.Metadata.Truncated = append(e.Metadata.Truncated, "line")
		})
		s.take(2, nil)
		if len(s.out) != 0 {
			t.Fatalf("%s: passed on before it turned bad", name)
		}
		s.take(1, bad)
		s.take(1, nil)
		if len(s.out) != 3 || s.out[0].Metadata.Message.S != "first of its flow" || s.out[0].Metadata.Timing[0].Name != "db" {
			t.Fatalf("%s: out = %+v", name, s.out)
		}
		for _, e := range s.out {
			if e.Correlation.Flow != (schema.FlowID{1}) || e.Metadata.Extra[len(e.Metadata.Extra)-1].Value.S != "1" {
				t.Errorf("%s: event = %+v", name, e)
			}
		}
		if s.ack.done != 0 {
			t.Errorf("%s: acknowledged what was passed on", name)
		}
	}
}

func TestSamplerLetsGoInTime(t *testing.T) {
	t.Parallel()
	s := newSampled(correlate.Sampling{Rate: 0, Hold: 10 * time.Second})
	s.s.Advance(1e9)
	s.take(1, nil)
	s.s.Advance(9e9)
	s.take(2, nil)
	s.s.Advance(11e9)
	if st := s.s.Stats(); st.Sampled != 1 || st.Held != 1 || s.ack.done != 1 {
		t.Errorf("stats = %+v", st)
	}
	s.take(2, nil)
	s.s.Advance(20e9)
	if st := s.s.Stats(); st.Held != 2 {
		t.Errorf("a flow that goes on is let go: %+v", st)
	}
	s.s.Advance(22e9)
	s.s.Advance(40e9)
	if st := s.s.Stats(); st.Held != 0 || st.Flows != 0 || st.Sampled != 3 {
		t.Errorf("stats = %+v", st)
	}
}

func TestSamplerIsBounded(t *testing.T) {
	t.Parallel()
	s := newSampled(correlate.Sampling{Rate: 0, MaxHeld: 10})
	for i := range 100 {
		s.take(byte(i), nil)
		if i == 50 {
			s.take(byte(i), failed)
		}
	}
	for range 30 {
		s.take(200, nil)
	}
	st := s.s.Stats()
	if st.Held > 10 || st.Passed != 2 || st.Sampled+uint64(st.Held) != 129 || uint64(s.ack.done) != st.Sampled {
		t.Errorf("stats = %+v, %d acknowledged", st, s.ack.done)
	}
}

func TestSamplerFollowsMerges(t *testing.T) {
	t.Parallel()
	merged := func(other byte) func(*schema.Event) {
		return func(e *schema.Event) {
			e.Type, e.Correlation.Merged, e.Origin.Mark = "flow.merged", []schema.FlowID{{other}}, nil
		}
	}
	t.Run("with a flow that is kept", func(t *testing.T) {
		s := newSampled(correlate.Sampling{Rate: 0.5})
		s.take(200, nil)
		s.take(1, merged(200))
		s.take(200, nil)
		if len(s.out) != 3 {
			t.Errorf("%d events, want 3", len(s.out))
		}
	})
	t.Run("with a flow that turned bad", func(t *testing.T) {
		s := newSampled(correlate.Sampling{Rate: 0})
		s.take(1, nil)
		s.take(2, failed)
		s.take(1, merged(2))
		s.take(1, nil)
		if len(s.out) != 4 {
			t.Errorf("%d events, want 4", len(s.out))
		}
	})
	t.Run("held back together", func(t *testing.T) {
		s := newSampled(correlate.Sampling{Rate: 0})
		s.take(1, nil)
		s.take(2, nil)
		s.take(1, merged(2))
		s.take(1, failed)
		if len(s.out) != 4 {
			t.Errorf("%d events, want 4", len(s.out))
		}
		s.take(9, merged(8))
		s.s.Flush()
		if got := fmt.Sprint(s.s.Stats()); got != "{4 1 0 0}" {
			t.Errorf("stats = %s", got)
		}
	})
}
