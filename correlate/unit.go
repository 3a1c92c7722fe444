package correlate

import (
	"strings"

	"github.com/ezlogs/ezlogs/schema"
)

// unitKind says what an event can be the parent of.
type unitKind uint8

const (
	unitRequest  unitKind = iota + 1 // a request that a service answered
	unitClient                       // a call to another service
	unitEnqueue                      // a job was put on a queue
	unitStart                        // a job began
	unitLog                          // a job said something: its beginning, if nothing else says so
	unitEnd                          // a job ended, or failed and will be tried again
	unitIncident                     // an incident was opened
	unitBlock                        // a record that is not complete yet, known by its id alone
)

// listed reports whether units of the kind stand in the list of their flow, which says what was going on at a moment. The
// others hold a reference to their flow.
func (k unitKind) listed() bool { return k == unitRequest || k == unitClient || k == unitStart }

// unit is what is kept of an event that may become a parent: where it was and when, so that the events inside find it.
type unit struct {
	bits   [16]byte // id of the event, if it is ours
	texts  texts
	flow   int32 // of listed kinds the root, kept so by joinUnits
	next   int32 // in its flow
	kind   unitKind
	job    int32 // record of the job, 0 for none; holds a reference
	mark   int32 // next mark of the job
	linked bool  // parent is settled
	failed bool  // a run that failed
	proxy  bool  // stands in front of services
	inJob  bool  // a request whose id is that of a job: the job made it
	inst   uint64
	svc    uint64
	thread uint64
	start  int64 // log time, nanoseconds; start is 0 when the duration is unknown
	end    int64
	span   key
	req    uint64
	sess   uint64
	route  uint64
	parent key       // of the parent's event; zero for none
	data   [4]uint32 // changes and queries inside, newest overwrites
	ndata  uint8
	recent lastChange

	// Whether the lines inside disagree about who the request was for.
	actorsDiffer bool
	sessionsVary bool
}

// lastChange is the change that the line before told of.
type lastChange struct {
	id     [16]byte
	entity uint64
	at     int64 // log time, nanoseconds
}

const (
	maxUnits = 512 // of one flow; beyond, events are linked but are no parents
	maxMarks = 24  // of one job
)

// eventKey returns the key under which an event is remembered.
func (c *Correlator) eventKey(id *schema.ID) key {
	if id.Text != "" {
		k, _, _ := c.identKey(schema.IdentCausation, id.Text)
		return k.mix(key{spaceEvent, 0})
	}
	return bitsKey(&id.Bits)
}

// bitsKey is eventKey for an id that is ours.
func bitsKey(b *[16]byte) key { return key{le64(b[:8]) ^ spaceEvent, le64(b[8:])} }

func le64(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 | uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// kindOf returns what an event can be the parent of, 0 for nothing.
func kindOf(e *schema.Event) unitKind {
	switch e.Type {
	case "http.request":
		return unitRequest
	case "http.client":
		return unitClient
	case "job.enqueued":
		return unitEnqueue
	case "job.started":
		if received(e) {
			return 0
		}
		return unitStart
	case "job.completed", "job.failed", "job.retried", "job.discarded":
		return unitEnd
	}
	return 0
}

// enlist remembers the event as a possible parent.
func (c *Correlator) enlist(e *schema.Event) {
	l := &c.line
	kind := l.kind
	if kind == 0 {
		switch {
		case l.incident != (key{}):
			c.enlistIncident(e)
			return
		case l.job != 0 && e.Metadata.Job.Class != "" && e.Type == "log.message" && !received(e):
			kind = unitLog
		default:
			return
		}
	}
	if l.flow == 0 && kind != unitRequest {
		return
	}
	k := l.self
	l.unit = k
	var block *unit
	if n := c.selfUnit(); n != 0 {
		if c.units.at(n).kind != unitBlock {
			return
		}
		u := *c.units.at(n)
		block = &u
		c.units.remove(n)
	}
	if kind == unitLog && !c.opensRun(e) {
		return
	}
	if l.flow == 0 && !c.ownFlow(e, k) {
		return
	}
	root := c.rooted(&l.flow)
	if c.flow(root).nunits >= maxUnits {
		return
	}
	n := c.units.put(k, c.idle)
	l.entry = n
	root = c.rooted(&l.flow)
	u := c.units.at(n)
	f := c.flow(root)
	u.bits, u.flow, u.kind, u.end = e.ID.Bits, root, kind, e.Time.NS
	u.inst, u.svc = c.instance(e).short(), c.service(e)
	if d := e.Metadata.Duration; d.Set && d.NS >= 0 && kind != unitEnqueue {
		u.start = e.Time.NS - d.NS
		if c.startsAt(e) {
			u.start, u.end = e.Time.NS, e.Time.NS+d.NS
		}
	} else if kind == unitStart || kind == unitLog || kind == unitEnqueue {
		u.start = e.Time.NS
	}
	if kind.listed() {
		u.next, f.units = f.units, n
		f.nunits++
	} else {
		c.hold(root)
	}
	u.proxy = c.line.proxy
	u.failed = kind == unitEnd && e.Type != "job.completed"
	u.thread = c.thread(e)
	if l.span != (key{}) && (kind == unitRequest || kind == unitClient) {
		u.span = l.span
		// A client's span may be the one of the request around it, which then owns it.
		c.ownSpan(n, kind == unitRequest)
	}
	u.req, u.sess, u.inJob = l.req, l.sess, l.within != 0
	if e.Metadata.Path != "" {
		u.route = c.route(e)
	}
	parts := [numTexts]string{e.ID.Text, e.Actor.Type, e.Actor.ID, e.Correlation.SessionID, e.Correlation.RequestID}
	if block != nil {
		u.recent, u.data, u.ndata = block.recent, block.data, block.ndata
		u.actorsDiffer, u.sessionsVary = block.actorsDiffer, block.sessionsVary
		parts[textInner], parts[textInnerID], parts[textInnerSess] = block.texts.at(textInner), block.texts.at(textInnerID), block.texts.at(textInnerSess)
	}
	u.texts = c.pack(&parts)
	if l.job != 0 && kind >= unitEnqueue && kind <= unitEnd {
		c.addMark(n, l.job)
	}
	if kind == unitRequest && c.infer.thread && u.thread != 0 && u.start != 0 {
		c.occupy(u.thread, n, u.start, u.end)
	}
}

// startsAt reports whether programs that log in a format give a request the time of its beginning.
func startsAt(f string) bool {
	switch {
	case len(f) >= 5 && f[:5] == "envoy", len(f) >= 7 && f[:7] == "traefik", len(f) >= 7 && f[:7] == "haproxy",
		len(f) >= 6 && f[:6] == "apache", len(f) >= 5 && f[:5] == "rails", len(f) >= 10 && f[:10] == "cloudflare":
		return true
	}
	return false
}

// frontFormats begin the names of formats of what stands in front of services.
var frontFormats = []string{"nginx", "traefik", "envoy", "haproxy", "caddy", "apache", "access.", "aws.", "cloudfront", "cloudflare", "heroku.router",
	"varnish", "squid", "kong", "istio", "fastly", "iis", "gcp.loadbalancer"}

// inFront reports whether programs that log in a format stand in front of services.
func inFront(format string) bool {
	for _, f := range frontFormats {
		if strings.HasPrefix(format, f) {
			return true
		}
	}
	return false
}

// received reports whether an event tells that a worker took a job from its queue, which is not yet its beginning.
func received(e *schema.Event) bool {
	return e.Type == "message.received" || hasSuffixFold(e.Action, ".received") || hasSuffixFold(e.Metadata.Message.S, "] received") ||
		hasSuffixFold(e.Metadata.Message.S, " received")
}

// ownFlow begins a flow of the event alone, so that others may join it.
func (c *Correlator) ownFlow(e *schema.Event, k key) bool {
	f := c.newFlow(rankNone, c.ownName(e))
	if f == 0 {
		return false
	}
	c.pin(f)
	n := c.local.put(k, localSeconds)
	root := c.rooted(&c.line.flow)
	c.hold(root)
	*c.local.at(n) = localEntry{flow: root}
	c.line.own = true
	return true
}

// enlistIncident remembers the event that opened an incident.
func (c *Correlator) enlistIncident(e *schema.Event) {
	l := &c.line
	if l.flow == 0 {
		return
	}
	if n := c.units.get(l.incident); n != 0 {
		if u := c.units.at(n); e.Time.NS < u.end && !u.linked {
			u.bits, u.texts, u.end = e.ID.Bits, c.pack(&[numTexts]string{e.ID.Text}), e.Time.NS
		}
		return
	}
	n := c.units.put(l.incident, c.idle)
	root := c.rooted(&l.flow)
	c.hold(root)
	*c.units.at(n) = unit{bits: e.ID.Bits, texts: c.pack(&[numTexts]string{e.ID.Text}), kind: unitIncident, flow: root, end: e.Time.NS, inst: c.instance(e).short()}
}

// joinUnits makes the units of flow b those of a.
func (c *Correlator) joinUnits(a, b int32) {
	fa, fb := c.flow(a), c.flow(b)
	last := int32(0)
	for n := fb.units; n != 0; n = c.units.at(n).next {
		c.units.at(n).flow = a
		last = n
	}
	if last != 0 {
		c.units.at(last).next = fa.units
		fa.units = fb.units
		fa.nunits += fb.nunits
		fb.units, fb.nunits = 0, 0
	}
}

// spanUnit returns the unit that owns a span, 0 when there is none.
func (c *Correlator) spanUnit(span key) int32 {
	x := &c.spans
	h, mask := x.hash(span), uint32(len(x.places)-1)
	for i := h >> x.shift & mask; ; i = (i + 1) & mask {
		s := x.places[i]
		if s == 0 {
			return 0
		}
		if uint32(s>>32) == h && c.units.at(int32(s)).span == span {
			return int32(s)
		}
	}
}

// ownSpan makes unit n the owner of its span; where there is one already, only if it takes precedence.
func (c *Correlator) ownSpan(n int32, precedence bool) {
	span := c.units.at(n).span
	h := c.spans.hash(span)
	// Both units have the span, so look before n is in the index.
	if o := c.spanUnit(span); o != 0 {
		if !precedence || o == n {
			return
		}
		c.spans.remove(h, o)
	}
	c.spans.add(h, n)
}

// forgetUnits lets go of the units of a flow that ends.
func (c *Correlator) forgetUnits(f *flow) {
	n := f.units
	f.units, f.nunits = 0, 0
	for n != 0 {
		u := c.units.at(n)
		next := u.next
		u.flow = 0
		c.units.remove(n)
		n = next
	}
}

// dropUnit is called for a unit that leaves the table.
func (c *Correlator) dropUnit(u *unit) {
	if u.span != (key{}) {
		if n := c.spanUnit(u.span); n != 0 && c.units.at(n) == u {
			c.spans.remove(c.spans.hash(u.span), n)
		}
	}
	if u.job != 0 {
		c.dropMark(u)
	}
	if u.flow == 0 {
		return
	}
	if !u.kind.listed() {
		c.drop(u.flow)
		return
	}
	f := c.flow(u.flow)
	for at := &f.units; *at != 0; at = &c.units.at(*at).next {
		if c.units.at(*at) == u {
			*at = u.next
			f.nunits--
			return
		}
	}
}

// instance returns the key of the program that wrote an event: its file, service, host and container, and its format, for many
// programs may write to one file or pipe. A thread writes in all formats of its process: see thread.
func (c *Correlator) instance(e *schema.Event) key {
	l := &c.line
	if l.instKnown {
		return l.inst
	}
	path := ""
	if e.Origin.Source != nil {
		path = e.Origin.Source.Path
	}
	p := &e.Platform
	at := len(path) + 11*len(p.Format) + 3*len(p.Service) + 5*len(p.Host) + 7*len(p.Pod)
	for i, s := range [...]string{path, p.Service, p.Host, p.Container, p.Pod, p.Format} {
		if s != "" {
			at += int(s[len(s)-1])*(2*i+1) + int(s[len(s)/2])*(2*i+3)
		}
	}
	i := &c.instances[at%len(c.instances)]
	if !i.known || i.path != path || i.service != p.Service || i.host != p.Host || i.container != p.Container || i.pod != p.Pod || i.format != p.Format {
		k := c.hash.sum(spaceInstance, path).mix(c.hash.sum(1, p.Service)).mix(c.hash.sum(2, p.Host))
		if p.Container != "" || p.Pod != "" {
			k = k.mix(c.hash.sum(3, p.Container)).mix(c.hash.sum(4, p.Pod))
		}
		process := k
		k = k.mix(c.hash.sum(5, p.Format))
		svc := c.hash.sum(spaceInstance, p.Service).short()
		if p.Service == "" {
			svc = k.short()
		}
		*i = instance{true, clone(path), clone(p.Service), clone(p.Host), clone(p.Container), clone(p.Pod), clone(p.Format), k, process, svc,
			inFront(p.Format), manyAtOnce(p.Format), startsAt(p.Format)}
	}
	l.inst, l.svc, l.instKnown = i.k, i.svc, true
	l.proxy, l.manyAtOnce, l.startsAt = i.proxy, i.manyAtOnce, i.startsAt
	if p.Thread != "" && !i.manyAtOnce {
		k := i.process.mix(c.hash.sum(spaceThread, p.Thread))
		if p.PID != "" {
			k = k.mix(c.hash.sum(spaceThread, p.PID))
		}
		l.thread = k.short() | 1
	}
	return l.inst
}

// startsAt reports whether the time of a request is that of its beginning.
func (c *Correlator) startsAt(e *schema.Event) bool {
	c.instance(e)
	return c.line.startsAt
}

// service returns the hash of the service that wrote an event.
func (c *Correlator) service(e *schema.Event) uint64 {
	c.instance(e)
	return c.line.svc
}

// thread returns the hash of the thread that wrote an event, 0 when it is unknown or serves many requests at once.
func (c *Correlator) thread(e *schema.Event) uint64 {
	if e.Platform.Thread == "" {
		return 0
	}
	c.instance(e)
	return c.line.thread
}

// manyAtOnce reports whether programs that log in a format serve many requests on one thread.
func manyAtOnce(format string) bool {
	for _, f := range [...]string{"pino", "bunyan", "winston", "morgan"} {
		if containsFold(format, f) {
			return true
		}
	}
	return false
}

// route returns the hash of what was asked for.
func (c *Correlator) route(e *schema.Event) uint64 {
	l := &c.line
	if !l.routeKnown {
		l.route, l.routeKnown = c.hash.sum(spaceRoute, e.Metadata.Path).mix(c.hash.sum(spaceRoute, e.Metadata.Method)).short(), true
	}
	return l.route
}
