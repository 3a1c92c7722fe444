// Package correlate finds out which events belong together.
//
// A [Correlator] takes events in order and gives each the name of its flow: everything one trigger set off, a request with
// its queries, its calls to other services, its jobs and their mails. Flows are sets of ids: ids that stand on one line are
// the same flow, whatever they are called. Where a line has no id that says where it belongs, its thread, a random business
// value or its session may tell, within seconds; such links are marked with how they were found and how sure they are. Where
// nothing tells, an event is a flow of its own: a missing link is acceptable, a wrong one is not.
//
// A flow is named by a hash of its strongest id, so agents on other machines that see the same id give the same name. When ids
// turn out to be one flow, a flow.merged event says so; whoever unites the names in these records has the whole flow,
// whatever agent saw which part.
//
// Memory is bounded: what was not seen for long is forgotten, and what is used least goes first when a limit is reached. A line
// that comes after that still gets the same name if it holds the strongest id of its flow.
package correlate

import (
	"crypto/rand"
	"slices"
	"time"

	"github.com/ezlogs/ezlogs/schema"
)

// Correlator links events. It keeps hashes of ids, never the ids. One goroutine uses it at a time.
type Correlator struct {
	cfg    Config
	infer  struct{ thread, value, session, weak bool }
	hash   hasher
	prefix []byte // what a flow name begins its hash with

	clock   int64  // nanoseconds, from Advance
	started int64  // clock at which the tables' seconds begin
	idle    uint32 // flow timeout, seconds
	ticked  uint32 // what the tables were told, seconds
	used    uint32 // when what the tables hold counts as used, seconds

	ids   *table[idEntry]    // ids that join flows
	local *table[localEntry] // events without an id that others may join

	units    *table[unit]        // events that can be parents, by eventKey
	weak     *table[weakEntry]   // weak ids
	threads  *table[threadEntry] // by the hash of the thread
	values   *table[sightings]   // random business values
	sessions *table[sightings]
	tables   []clocked       // all of these that age by the clock
	spans    index           // units that own a span, by the span
	broad    map[uint64]bool // names of values that turned out to belong to many flows
	waiting  []waiter        // events with a session alone, by due
	horizon  int64           // latest log time foreseen
	linked   int64           // log time of the event linked last

	defs      []definition
	processes *table[taking]
	aliases   *table[key] // values that stand for a process

	tales *table[tale] // of flows that go on, if flow.completed is asked for
	told  []*schema.Event
	quiet uint32 // seconds without an event after which a flow is complete

	jobs    []job // jobs[0] is unused
	freeJob int32

	instances [128]instance // seen lately

	flowPages [][]flow
	procs     [][flowProcesses]key // processes of flows, by flow.procs; procs[0] is unused
	freeProcs []int32
	nflows    int32 // in pages; flow 0 is unused
	freeFlow  int32
	flowsLive int

	merges    []merge // merges[0] is unused
	freeMerge []int32
	queue     []int32 // by the time they are due, from queueHead on
	queueHead int
	orphans   []int32         // of flows that are forgotten
	spare     []*schema.Event // for events of its own

	adopting bool // names are learned from another agent, who has told of them
	halves   bool // traces of 64 bits were logged beside those of 128

	readings readings
	line     line // the event at hand
	scratch  []byte
	wording  wording // of the event at hand
	buf      [64]byte
	stats    Stats
}

// Stats counts what the correlator did. All numbers but the first two only grow.
type Stats struct {
	Flows, IDs      int    // remembered now
	Events          uint64 // linked
	Linked          [6]uint64
	Merged          uint64 // times two flows became one
	MergedEvents    uint64 // flow.merged events sent
	EvictedIDs      uint64 // forgotten because max_ids was reached
	Unremembered    uint64 // events whose flow could not be remembered because max_flows was reached
	Capped          uint64 // joins refused because an id or a flow was too large to be one
	Processes       int    // remembered now
	CompletedEvents uint64
}

// idEntry is an id that joins flows.
type idEntry struct {
	flow   int32
	job    int32  // the job it is an id of, 0 for none; holds a reference
	tag    uint32 // of the name it gives
	joins  uint8  // flows that were separate before this id was seen in both
	silent bool   // the lower half of a trace id, which nobody has logged by itself
}

// localEntry is the flow of an event that has no id.
type localEntry struct{ flow int32 }

// instance is a process group whose key is known.
type instance struct {
	known                                       bool
	path, service, host, container, pod, format string

	k, process key // with the format, and without
	svc        uint64
	proxy      bool // by the format: see inFront, manyAtOnce and startsAt
	manyAtOnce bool
	startsAt   bool
}

// New returns a correlator. The configuration must be valid.
func New(cfg Config) *Correlator {
	c := new(Correlator)
	c.reset(cfg)
	return c
}

// reset makes c as new.
func (c *Correlator) reset(cfg Config) {
	*c = Correlator{cfg: cfg, flowPages: [][]flow{make([]flow, 1<<pageBits)}, nflows: 1, merges: make([]merge, 1), procs: make([][flowProcesses]key, 1), jobs: make([]job, 1, 16)}
	c.broad = map[uint64]bool{}
	var random [24]byte
	rand.Read(random[:]) // never fails
	c.hash.seed = key{le64(random[:8]), le64(random[8:])}
	seed := le64(random[16:])
	c.spans = newIndex(seed)
	c.prefix = append([]byte("ezlogs.flow.v1\x00"), cfg.Salt...)
	c.prefix = append(c.prefix, 0)
	c.idle = uint32(max(cfg.FlowTimeout/time.Second, 1))
	c.infer.thread = slices.Contains(cfg.Infer, "thread")
	c.infer.value = slices.Contains(cfg.Infer, "value")
	c.infer.session = slices.Contains(cfg.Infer, "session")
	c.infer.weak = slices.Contains(cfg.Infer, "weak")
	used := &c.used
	c.ids = newTable(seed, used, cfg.MaxIDs, c.dropID)
	c.local = newTable(seed, used, max(cfg.MaxIDs/8, 64), func(v *localEntry) { c.drop(v.flow) })
	c.units = newTable(seed, used, cfg.MaxFlows, c.dropUnit)
	small := max(cfg.MaxIDs/16, 64)
	c.weak = newTable(seed, used, small, c.dropWeak)
	c.threads = newTable(seed, used, small, c.dropThread)
	c.values = newTable(seed, used, small, c.dropSightings)
	c.sessions = newTable(seed, used, small, c.dropSightings)
	c.processes = newTable[taking](seed, used, max(cfg.MaxFlows/4, 64), nil)
	c.aliases = newTable[key](seed, used, max(cfg.MaxIDs/8, 64), nil)
	c.tales = newTable(seed, new(uint32), cfg.MaxFlows, c.endTale)
	c.tables = []clocked{c.ids, c.local, c.units, c.weak, c.threads, c.values, c.sessions, c.processes, c.aliases}
	c.quiet = uint32(max(cfg.CompletedAfter/time.Second, 1))
	c.define()
}

// Foresee tells of an event that Link will be given later. It makes the ids and requests of the event known to the events
// before it: servers log a request when it ends, so without foresight the lines inside cannot name their parent. It changes
// nothing about the event, and nothing of the event but its place may change before it is linked. Call it in the order of the input, as soon as the event is parsed; every event is foreseen once or
// not at all, and always before it is linked. What is foreseen depends on nothing but the input when the distance between
// Foresee and Link does.
func (c *Correlator) Foresee(e *schema.Event) {
	if e.Type == "flow.merged" {
		return
	}
	c.lookAhead(e.Time.NS)
	at := c.readings.push()
	c.read(at, e)
	at.e = e
	c.bind(e)
	c.enlist(e)
	c.observe(e)
	c.witness(e)
	c.proceed(e)
	c.release()
	c.horizon = max(c.horizon, e.Time.NS)
	c.lookAhead(c.clock)
}

// lookAhead makes what is used now count as used at a later time, a day ahead at most: it must not be forgotten before the
// event that was foreseen is linked.
func (c *Correlator) lookAhead(ns int64) {
	if c.started == 0 {
		c.started = ns - int64(time.Second)
	}
	at := c.seconds(min(ns, max(c.clock, c.started)+24*int64(time.Hour)))
	c.used = max(at, c.ids.now)
}

// seconds returns a moment as the tables count it.
func (c *Correlator) seconds(ns int64) uint32 {
	return uint32(min(max(ns-c.started, 0)/int64(time.Second), 1<<31))
}

// Link sets the flow, parent, link, confidence and processes of an event and lets it inherit actor, session and request from
// its parent where it does not say otherwise. It calls emit for events of the correlator's own that have become due; these
// are given away. It keeps nothing of e.
func (c *Correlator) Link(e *schema.Event, emit func(*schema.Event)) {
	if e.Correlation.Flow != (schema.FlowID{}) && e.Type == "flow.merged" {
		c.adopt(e)
		return
	}
	c.readAgain(e)
	c.bind(e)
	c.guess(e)
	c.enlist(e)
	c.observe(e)
	c.witness(e)
	c.proceed(e)
	if c.infer.value {
		c.byValue(e)
	}
	c.relate(e)
	if s := c.stage(e); s != "" {
		e.AddExtra("chain", schema.Value{Kind: schema.String, S: s})
	}
	c.name(e)
	c.finish(e, emit)
}

// LinkTold is Link for an event that an agent has linked, which has seen what came later: its parent and what it inherits are
// told, so only its ids are learned, and what flow they make one. It may be called for events that were not foreseen.
func (c *Correlator) LinkTold(e *schema.Event, emit func(*schema.Event)) {
	if e.Type == "flow.merged" {
		c.adopt(e)
		return
	}
	c.readTold(e)
	c.bind(e)
	c.name(e)
	c.finish(e, emit)
}

// finish ends the work on an event that was linked.
func (c *Correlator) finish(e *schema.Event, emit func(*schema.Event)) {
	c.release()
	c.linked = e.Time.NS
	c.stats.Events++
	c.stats.Linked[e.Correlation.Link]++
	if len(c.told) > 0 {
		c.tellCompleted(emit)
	}
	if c.mergesDue() {
		c.tellMerged(false, emit)
	}
}

// adopt learns from a flow.merged event of another agent, which goes on as it is, that names are of one flow.
func (c *Correlator) adopt(e *schema.Event) {
	e.Idents = e.Idents[:0]
	e.AddIdent(schema.IdentFlow, "flow_id", e.Correlation.Flow.String())
	for _, name := range e.Correlation.Merged {
		e.AddIdent(schema.IdentFlow, "merged_flow_ids", name.String())
	}
	c.read(&c.readings.other, e)
	c.adopting = true
	c.bind(e)
	c.adopting = false
	c.release()
}

// Advance tells the correlator that its clock has come to now, in nanoseconds: log time with --once, the wall clock live.
// What is due by then is forgotten or said. The clock does not go back.
func (c *Correlator) Advance(now int64, emit func(*schema.Event)) {
	if now <= c.clock {
		return
	}
	if c.started == 0 {
		c.started = now - int64(time.Second)
	}
	c.clock = now
	seconds := c.seconds(now)
	c.settle(false) // before what it rests on is forgotten
	if seconds != c.ticked {
		c.ticked = seconds
		for _, t := range c.tables {
			t.advance(seconds)
		}
		c.tales.advance(seconds)
	}
	c.tellMerged(false, emit)
	c.tellCompleted(emit)
}

// Flush says everything that is still to be said: the input has ended.
func (c *Correlator) Flush(emit func(*schema.Event)) {
	c.settle(true)
	c.tellMerged(true, emit)
	c.flushTales()
	c.tellCompleted(emit)
}

// Stats returns the counters.
func (c *Correlator) Stats() Stats {
	s := c.stats
	s.Flows, s.IDs, s.Processes = c.flowsLive, c.ids.live+c.local.live, c.processes.live
	s.EvictedIDs = c.ids.evicted + c.local.evicted
	return s
}
