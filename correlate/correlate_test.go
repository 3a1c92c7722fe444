package correlate_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/schema"
)

// epoch is the time of the first event in tests, nanoseconds.
const epoch = int64(1773478800) * 1e9

// world feeds events to a correlator and keeps what comes out.
type world struct {
	t      testing.TB
	c      *correlate.Correlator
	src    map[string]*schema.Source
	n      map[string]int64
	merged []*schema.Event
	out    []*schema.Event
}

func newWorld(t testing.TB, change ...func(*correlate.Config)) *world {
	t.Helper()
	cfg := correlate.DefaultConfig()
	for _, f := range change {
		f(&cfg)
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	return &world{t: t, c: correlate.New(cfg), src: map[string]*schema.Source{}, n: map[string]int64{}}
}

// event returns an event of a source at a number of milliseconds. ids are "kind:name=value".
func (w *world) event(source string, ms float64, kind string, ids ...string) *schema.Event {
	w.t.Helper()
	src := w.src[source]
	if src == nil {
		src = schema.NewSource(source+".log", source+".log", []byte("key"), []byte(source))
		w.src[source] = src
	}
	w.n[source]++
	e := &schema.Event{
		ID: src.EventID(w.n[source], 0), Type: kind, Action: kind,
		Time:   schema.Time{NS: epoch + int64(ms*1e6), Digits: 6, From: schema.FromLine},
		Origin: schema.Origin{Source: src, Offset: w.n[source]},
	}
	e.Platform.Service = source
	for _, id := range ids {
		k, rest, _ := strings.Cut(id, ":")
		name, value, _ := strings.Cut(rest, "=")
		e.AddIdent(kinds[k], name, value)
		switch kinds[k] {
		case schema.IdentSession:
			e.Correlation.SessionID = value
		case schema.IdentRequest:
			e.Correlation.RequestID = value
		case schema.IdentJob:
			e.Correlation.JobID = value
		case schema.IdentSpan:
			e.Correlation.SpanID = value
		}
	}
	return e
}

var kinds = map[string]schema.IdentKind{
	"trace": schema.IdentTrace, "span": schema.IdentSpan, "pspan": schema.IdentParentSpan, "req": schema.IdentRequest,
	"corr": schema.IdentCorrelation, "job": schema.IdentJob, "batch": schema.IdentBatch, "msg": schema.IdentMessage,
	"inc": schema.IdentIncident, "sess": schema.IdentSession, "user": schema.IdentUser, "entity": schema.IdentEntity,
	"value": schema.IdentValue, "conn": schema.IdentConn, "block": schema.IdentBlock, "flow": schema.IdentFlow,
	"cause": schema.IdentCausation, "pflow": schema.IdentParentFlow, "wf": schema.IdentWorkflow,
}

func (w *world) emit(e *schema.Event) {
	if e.Type == "flow.merged" {
		w.merged = append(w.merged, e)
		return
	}
	w.out = append(w.out, e)
}

// link links one event and returns it.
func (w *world) link(e *schema.Event) *schema.Event {
	w.c.Advance(e.Time.NS, w.emit)
	w.c.Link(e, w.emit)
	return e
}

// run foresees and links events.
func (w *world) run(events ...*schema.Event) {
	for _, e := range events {
		w.c.Foresee(e)
	}
	for _, e := range events {
		w.link(e)
	}
	w.c.Flush(w.emit)
}

// flows returns the name of the whole flow of each event, the merges applied.
func (w *world) flows(events ...*schema.Event) []string {
	up := map[string]string{}
	find := func(s string) string {
		for up[s] != "" {
			s = up[s]
		}
		return s
	}
	for _, m := range w.merged {
		for _, o := range m.Correlation.Merged {
			a, b := find(m.Correlation.Flow.String()), find(o.String())
			if a != b {
				up[b] = a
			}
		}
	}
	var out []string
	for _, e := range events {
		if e.Correlation.Flow == (schema.FlowID{}) {
			w.t.Fatalf("event %v has no flow", e.Type)
		}
		out = append(out, find(e.Correlation.Flow.String()))
	}
	return out
}

// partition returns which events share a flow, as small numbers in order of appearance: "0 0 1".
func (w *world) partition(events ...*schema.Event) string {
	seen := map[string]int{}
	var b strings.Builder
	for i, f := range w.flows(events...) {
		if _, ok := seen[f]; !ok {
			seen[f] = len(seen)
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprint(&b, seen[f])
	}
	return b.String()
}

const (
	reqA   = "eef76c88-f44d-434b-a317-e81b8248d1b9"
	reqB   = "2f7daf20-aae2-4abe-a942-7ed2cd08b97f"
	traceA = "4bf92f3577b34da6a3ce929d0e0e4736"
	traceB = "9550e18875b0ddefeabaa4b29a9e6b0b"
	jidA   = "372889054dc2d591f0fcff8f"
	jobA   = "585bafea-b437-4937-a4e4-1c681f96ae1d"
)

func TestIDsJoinFlows(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		ids  [][]string // of one line each, from services s0, s1, …
		want string
	}{
		{"same request id", [][]string{{"req:request_id=" + reqA}, {"req:x_request_id=" + reqA}, {"req:request_id=" + reqB}}, "0 0 1"},
		{"no ids", [][]string{{}, {}}, "0 1"},
		{"two ids on one line join", [][]string{{"req:rid=" + reqA}, {"trace:trace_id=" + traceA}, {"req:rid=" + reqA, "trace:trace_id=" + traceA}}, "0 0 0"},
		{"chain over the enqueue line", [][]string{{"trace:t=" + traceA}, {"trace:t=" + traceA, "job:job_id=" + jobA}, {"job:jid=" + jidA}, {"job:jid=" + jidA, "job:Job ID=" + jobA}}, "0 0 0 0"},
		{"value counts, not the key", [][]string{{"req:request_id=" + traceA}, {"trace:trace_id=" + traceA}}, "0 0"},
		{"dashes and case do not", [][]string{{"req:a=4BF92F35-77B3-4DA6-A3CE-929D0E0E4736"}, {"trace:b=" + traceA}}, "0 0"},
		{"decimal spelling of the low half", [][]string{{"trace:a=" + traceA}, {"trace:dd.trace_id=11803532876627986230"}, {"trace:c=a3ce929d0e0e4736"}}, "0 0 0"},
		{"cloud spellings", [][]string{{"trace:a=4bf92f3577b34da6a3ce929d0e0e4736"}, {"trace:b=1-4bf92f35-77b34da6a3ce929d0e0e4736"}, {"trace:c=projects/p/traces/4bf92f3577b34da6a3ce929d0e0e4736"}}, "0 0 0"},
		{"empty upper half", [][]string{{"trace:a=0000000000000000a3ce929d0e0e4736"}, {"trace:b=a3ce929d0e0e4736"}}, "0 0"},
		{"counters of two processes", [][]string{{"req:request_id=17"}, {"req:request_id=17"}}, "0 1"},
		{"placeholders", [][]string{{"req:request_id=-"}, {"req:request_id=-"}, {"req:request_id=00000000-0000-0000-0000-000000000000"}, {"req:request_id=00000000-0000-0000-0000-000000000000"}, {"trace:t=none"}, {"trace:t=none"}}, "0 1 2 3 4 5"},
		{"a trace that is a number", [][]string{{"trace:t=00000000000000000000000000000001"}, {"trace:t=00000000000000000000000000000001"}}, "0 1"},
		{"words", [][]string{{"req:request_id=checkout"}, {"req:request_id=checkout"}}, "0 1"},
		{"padded counters", [][]string{{"req:request_id=0000000012"}, {"req:request_id=0000000012"}}, "0 1"},
		{"made-up ids", [][]string{{"req:request_id=req_xyz789"}, {"req:request_id=req_xyz789"}}, "0 0"},
		{"users and sessions do not join", [][]string{{"user:user_id=42", "req:r=" + reqA}, {"user:user_id=42", "req:r=" + reqB}, {"sess:s=" + jobA, "trace:t=" + traceA}, {"sess:s=" + jobA, "trace:t=" + traceB}}, "0 1 2 3"},
		{"entities do not join", [][]string{{"entity:order=17", "req:r=" + reqA}, {"entity:order=17", "req:r=" + reqB}}, "0 1"},
		{"batch", [][]string{{"batch:bid=9UBAeGJ9jPDU4Q", "job:jid=" + jidA}, {"batch:bid=9UBAeGJ9jPDU4Q", "job:jid=45a8bb368ee8adc8a2ea1f57"}}, "0 0"},
		{"incident", [][]string{{"job:j=" + jidA, "inc:incident_id=INC-kErcxAB4gP"}, {"inc:incident_id=INC-kErcxAB4gP"}, {"job:jid=" + jidA}}, "0 0 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, foresee := range []bool{false, true} {
				w := newWorld(t)
				var events []*schema.Event
				for i, ids := range tt.ids {
					events = append(events, w.event(fmt.Sprint("s", i), float64(i*100), "log.message", ids...))
				}
				if foresee {
					w.run(events...)
				} else {
					for _, e := range events {
						w.link(e)
					}
					w.c.Flush(w.emit)
				}
				if got := w.partition(events...); got != tt.want {
					t.Errorf("foresee %v: partition = %s, want %s", foresee, got, tt.want)
				}
			}
		})
	}
}

func TestNamesAgreeWhateverTheOrder(t *testing.T) {
	t.Parallel()
	lines := [][]string{
		{"req:r=" + reqA}, {"req:r=" + reqA, "trace:t=" + traceA}, {"job:j=" + jidA}, {"job:j=" + jidA, "job:k=" + jobA},
		{"job:k=" + jobA, "trace:t=" + traceA}, {"inc:i=INC-kErcxAB4gP", "job:j=" + jidA},
	}
	var want string
	for shift := range lines {
		w := newWorld(t)
		var events []*schema.Event
		for i := range lines {
			events = append(events, w.event("s", float64(i), "log.message", lines[(i*5+shift)%len(lines)]...))
		}
		w.run(events...)
		got := events[0].Correlation.Flow.String()
		if want == "" {
			want = got
		}
		for _, e := range events {
			if e.Correlation.Flow.String() != want {
				t.Fatalf("shift %d: flow %s, want %s", shift, e.Correlation.Flow, want)
			}
		}
	}
	w := newWorld(t)
	e := w.link(w.event("other", 0, "log.message", "trace:t="+traceA))
	if got := e.Correlation.Flow.String(); got != want {
		t.Errorf("agent that sees the trace alone says %s, want %s", got, want)
	}
	if salted := newWorld(t, func(c *correlate.Config) { c.Salt = "s" }); salted.link(w.event("x", 0, "log.message", "trace:t="+traceA)).Correlation.Flow.String() == want {
		t.Error("salt does not change the name")
	}
}

func TestFlowIDOfAnotherAgentIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.link(w.event("a", 0, "log.message", "trace:t="+traceA))
	b := w.link(newWorld(t).event("b", 1, "log.message", "flow:flow_id="+a.Correlation.Flow.String()))
	if a.Correlation.Flow != b.Correlation.Flow {
		t.Errorf("flow %s became %s", a.Correlation.Flow, b.Correlation.Flow)
	}
	other := newWorld(t)
	c := other.link(other.event("b", 1, "log.message", "flow:flow_id="+a.Correlation.Flow.String()))
	if a.Correlation.Flow != c.Correlation.Flow {
		t.Errorf("another agent: flow %s became %s", a.Correlation.Flow, c.Correlation.Flow)
	}
}

func TestMergedTellsEveryName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.link(w.event("a", 0, "log.message", "req:r="+reqA))
	b := w.link(w.event("b", 1, "log.message", "trace:t="+traceA))
	if a.Correlation.Flow == b.Correlation.Flow {
		t.Fatal("two ids that never met are one flow")
	}
	c := w.link(w.event("c", 2, "log.message", "trace:t="+traceA, "req:r="+reqA))
	if len(w.merged) != 0 {
		t.Fatal("said at once; names should be collected for a second")
	}
	w.c.Advance(epoch+3*int64(time.Second), w.emit)
	if len(w.merged) != 1 {
		t.Fatalf("%d flow.merged, want 1", len(w.merged))
	}
	m := w.merged[0]
	if m.Correlation.Flow != b.Correlation.Flow || c.Correlation.Flow != b.Correlation.Flow {
		t.Errorf("the trace should name the flow: %s %s %s", m.Correlation.Flow, c.Correlation.Flow, b.Correlation.Flow)
	}
	if got := fmt.Sprint(m.Correlation.Merged); got != fmt.Sprint([]schema.FlowID{a.Correlation.Flow}) {
		t.Errorf("merged = %s, want %s", got, a.Correlation.Flow)
	}
	if m.ID.IsZero() || m.Type != "flow.merged" || m.Action == "" || m.Platform.Format != "ezlogs" || m.Origin.Mark != nil {
		t.Errorf("record is not complete: %+v", m)
	}
	w.c.Flush(w.emit)
	if len(w.merged) != 1 {
		t.Error("said twice")
	}
	if a.Correlation.Link != schema.LinkID || b.Correlation.Link != schema.LinkID || c.Correlation.Link != schema.LinkID {
		t.Errorf("links %v %v %v", a.Correlation.Link, b.Correlation.Link, c.Correlation.Link)
	}
	d := w.link(w.event("d", 5, "log.message", "req:r="+reqA))
	if d.Correlation.Link != schema.LinkAlias || d.Correlation.Flow != b.Correlation.Flow {
		t.Errorf("alias: %v %s", d.Correlation.Link, d.Correlation.Flow)
	}
}

// TestEventsOfOtherAgents passes on what other agents sent: flow ids stay, and their flow.merged records unite flows here too.
func TestEventsOfOtherAgents(t *testing.T) {
	t.Parallel()
	agent := newWorld(t)
	a, b := agent.link(agent.event("a", 0, "log.message", "req:r="+reqA)), agent.link(agent.event("b", 1, "log.message", "trace:t="+traceA))
	agent.link(agent.event("c", 2, "log.message", "trace:t="+traceA, "req:r="+reqA))
	agent.c.Flush(agent.emit)

	w := newWorld(t)
	pass := func(e *schema.Event, name string) *schema.Event {
		p := w.event("in", 5, e.Type, "flow:flow_id="+e.Correlation.Flow.String())
		p.ID = schema.ID{Text: name}
		p.Correlation.Flow, p.Correlation.Merged = e.Correlation.Flow, e.Correlation.Merged
		return p
	}
	first, merged, second := pass(a, "evt_4q7h2m9xk3c5v8w1z6t0r2y4ab"), pass(agent.merged[0], "evt_5q7h2m9xk3c5v8w1z6t0r2y4ab"), pass(b, "evt_6q7h2m9xk3c5v8w1z6t0r2y4ab")
	w.run(first, merged, second)
	if first.Correlation.Flow != a.Correlation.Flow || second.Correlation.Flow != b.Correlation.Flow || merged.Correlation.Flow != b.Correlation.Flow {
		t.Errorf("flows %s %s %s", first.Correlation.Flow, merged.Correlation.Flow, second.Correlation.Flow)
	}
	if len(w.merged) != 0 {
		t.Errorf("told again: %+v", w.merged[0].Correlation)
	}
	if s := w.c.Stats(); s.Flows > 2 || s.Merged != 1 {
		t.Errorf("stats = %+v", s)
	}
}

// TestLinkTold holds that events which an agent has linked keep flow and parent as they are, that their ids and the agent's
// records are learned all the same, and that nothing is guessed.
func TestLinkTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	told := func(name byte, kind string, ids ...string) *schema.Event {
		flow := schema.FlowID{name}
		e := w.event("in", 5, kind, append(ids, "flow:flow_id="+flow.String())...)
		e.Correlation.Flow = flow
		w.c.Advance(e.Time.NS, w.emit)
		w.c.LinkTold(e, w.emit)
		return e
	}
	inside, request := told(1, "log.message", "req:r="+reqA), told(1, "http.request", "req:r="+reqA)
	if !inside.Correlation.Parent.IsZero() || !request.Correlation.Parent.IsZero() || inside.Correlation.Link != schema.LinkID || inside.Correlation.Confidence != 1 {
		t.Errorf("%+v", inside.Correlation)
	}
	later := w.link(w.event("raw", 6, "log.message", "req:r="+reqA))
	if later.Correlation.Flow != inside.Correlation.Flow {
		t.Errorf("an id that was told is of %s, not of %s", later.Correlation.Flow, inside.Correlation.Flow)
	}
	other := told(2, "log.message")
	record := w.event("in", 7, "flow.merged")
	record.Correlation.Flow, record.Correlation.Merged = inside.Correlation.Flow, []schema.FlowID{other.Correlation.Flow}
	w.c.LinkTold(record, w.emit)
	again := w.link(w.event("raw", 8, "log.message", "flow:flow_id="+other.Correlation.Flow.String()))
	if again.Correlation.Flow != inside.Correlation.Flow {
		t.Errorf("a name that was told to be of %s is of %s", inside.Correlation.Flow, again.Correlation.Flow)
	}
	if s := w.c.Stats(); s.Events != 5 || s.Merged != 1 {
		t.Errorf("stats = %+v", s)
	}
}

// TestRecordsWithoutIDsRepeat holds that requests of several lines without an id have the same flow in every run, though the ids of
// their events are made with another secret, and that other agents are not told of names that nobody else can give.
func TestRecordsWithoutIDsRepeat(t *testing.T) {
	t.Parallel()
	var names []string
	for _, secret := range []string{"0102030405060708090a0b0c0d0e0f10", "1112131415161718191a1b1c1d1e1f10"} {
		w := newWorld(t)
		query, end := w.event("web", 1, "data.query", "block:b="+secret), took(w.event("web", 5, "http.request", "block:b="+secret), 5, "/")
		tagged := w.event("web", 6, "data.query", "block:b="+secret[1:]+"a", "req:r="+reqA)
		w.run(query, end, tagged)
		if got := w.partition(query, end, tagged); got != "0 0 1" {
			t.Fatalf("partition = %s", got)
		}
		if len(w.merged) != 0 {
			t.Errorf("merged: %v", w.merged[0].Correlation)
		}
		names = append(names, query.Correlation.Flow.String())
	}
	if names[0] != names[1] {
		t.Errorf("flow %s, then %s", names[0], names[1])
	}
}
