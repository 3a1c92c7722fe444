package ship

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// sender makes one attempt to deliver a parcel. send is called from several goroutines if the destination
// takes several requests at a time, never twice at once for one parcel, and must not keep the parcel.
type sender interface {
	send(ctx context.Context, p *parcel) verdict
	close() error
}

// parcel is what one attempt carries: a whole batch or a part of it.
type parcel struct {
	id     string
	n      int
	raw    []byte // NDJSON, nil while only the stored form is at hand
	batch  *batch // for the stored form of a whole batch; nil for a part
	wire   []byte // the body as the sender last made it; kept by the sender for the next try
	tries  int
	fives  int       // answers 500 in a row
	since  time.Time // of the first try
	passed int       // dest.passed at the first of them
	doubt  int       // dest.passed when it, or what it is a part of, was refused first, plus one; 0 if it was not
	at     int       // where it began in the batch, in bytes
}

// await waits until a whole batch is encoded. That takes milliseconds and needs no way out.
func (p *parcel) await() {
	if p.batch == nil {
		return
	}
	if p.batch.ready != nil {
		<-p.batch.ready
	}
	p.id = p.batch.id
}

// plain is the parcel's NDJSON.
func (p *parcel) plain() ([]byte, error) {
	if p.raw == nil {
		raw, err := decode(p.batch.body, p.batch.codec, p.batch.rawLen)
		if err != nil {
			return nil, err
		}
		if len(raw) != p.batch.rawLen {
			return nil, errors.New("shorter than it says")
		}
		p.raw = raw
	}
	return p.raw, nil
}

// job is a batch on its way to one destination.
type job struct {
	b        *batch
	parts    []*parcel // what is left of it, in order
	busy     bool      // parts[0] is being sent
	notReady time.Time // nothing of it is tried before
	tries    int       // failures in a row
	lone     bool      // what is left is one event that may break the receiver: others overtake it
	dead     int
	dropped  int
	reason   string // of dropped
}

type result struct {
	j    *job
	p    *parcel
	v    verdict
	took time.Duration
}

// dest delivers batches to one destination. Its goroutine, run, decides; attempts run beside it.
type dest struct {
	s        *Shipper
	name     string
	target   target
	required bool
	send     sender
	log      *slog.Logger

	wake    chan struct{}
	results chan result

	// Guarded by Shipper.mu.
	q     []*batch // sealed, in order, not taken yet
	view  destView
	hurry bool // the end is near: try at once
	// … of the spool
	begun       uint64         // number below which every event was begun with
	outstanding map[uint64]int // batches begun with and not done, by first event
	reading     bool           // the spool is not read to its end

	reader *spoolReader // of run alone

	// Of run alone.
	breaker  breaker
	jobs     []*job
	inflight int
	maxBody  int // bytes of NDJSON in a request, 0: no limit is known
	maxAt    time.Time
	worked   int  // the largest body taken
	over     bool // there is nobody to write to
	ever     bool // something was taken since the start
	passed   int  // parcels taken
	strikes  int  // single events refused since something was taken, without a sign that anything would be
	lone     bool // the last job that was started was a lone one
	good     int  // recent events taken
	bad      int  // … and set aside
	probes   int  // refusals in a row without anything taken
	trouble  trouble
}

// trouble is an episode of failures, for the log.
type trouble struct {
	since  time.Time
	told   time.Time
	fails  int
	shout  bool // told as an error
	reason string
}

func newDest(s *Shipper, i int, c Destination, deps Deps) (*dest, error) {
	t, err := parseTarget(c)
	if err != nil {
		return nil, fmt.Errorf("ship: destination %d: %w", i, err)
	}
	if c.Compression == "" {
		c.Compression = s.cfg.Compression
	}
	d := &dest{
		s: s, name: t.name, target: t, required: c.Required == nil || *c.Required,
		log:  s.log.With("destination", t.name),
		wake: make(chan struct{}, 1),
	}
	d.view.attempts = map[string]uint64{}
	d.view.dropped = map[string]uint64{}
	d.view.limit = 1
	concurrency := 1
	switch t.kind {
	case "stdout":
		d.send = &streamSender{w: deps.Stdout}
	case "null":
		d.send = nullSender{}
	case "file":
		d.send, err = openFile(t)
	default:
		if concurrency = s.cfg.Concurrency; s.cfg.Order == "strict" {
			concurrency = 1
		}
		d.send, err = newHTTPSender(c, t, concurrency, deps.Transport)
	}
	if err != nil {
		return nil, fmt.Errorf("ship: destination %s: %w", t.name, err)
	}
	d.breaker.max = concurrency
	d.results = make(chan result, concurrency)
	return d, nil
}

// nudge wakes run; it never blocks.
func (d *dest) nudge() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// run delivers until the Shipper's life ends.
func (d *dest) run() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		d.fill()
		timer.Reset(d.launch(time.Now()))
		select {
		case r := <-d.results:
			d.settle(r)
		case <-d.wake:
			d.s.mu.Lock()
			hurry := d.hurry
			d.hurry = false
			d.s.mu.Unlock()
			if hurry {
				d.breaker.hasten = time.Now().Add(hastenFor)
				d.breaker.probe()
				for _, j := range d.jobs {
					j.notReady = time.Time{}
				}
			}
		case <-timer.C:
		case <-d.s.life.Done():
			for d.inflight > 0 { // attempts end with life; only success counts now
				if r := <-d.results; r.v.do == taken {
					d.settle(r)
				} else {
					d.inflight--
				}
			}
			return
		}
	}
}

// fill takes batches from the queue: enough to find work for every lane.
func (d *dest) fill() {
	for len(d.jobs) < 2*d.breaker.max {
		b := d.s.take(d)
		if b == nil {
			return
		}
		d.jobs = append(d.jobs, &job{b: b, parts: []*parcel{{n: b.n, batch: b}}})
	}
}

// take returns the next batch for d, nil if there is none.
func (s *Shipper) take(d *dest) *batch {
	for s.spool != nil {
		if b, wait := s.spool.next(d); b != nil || wait {
			return b
		}
		s.mu.Lock()
		if !d.reader.unread() { // the spooler moves batches from the queue to the spool under the lock
			break
		}
		s.mu.Unlock()
	}
	if s.spool == nil {
		s.mu.Lock()
	}
	defer s.mu.Unlock()
	if len(d.q) == 0 {
		return nil
	}
	b := d.q[0]
	d.q[0] = nil
	d.q = d.q[1:]
	if s.spool != nil {
		s.spool.takenLocked(d, b)
	}
	return b
}

// launch starts what may start now and returns how long until more may.
func (d *dest) launch(now time.Time) time.Duration {
	const never = time.Hour
	if len(d.jobs) == 0 || d.over {
		return never
	}
	n, wait := d.breaker.allowed(now)
	if n == 0 {
		return wait
	}
	wait = never
	var lanes uint64 // that have a batch before
	for _, j := range d.turns() {
		if d.inflight >= n {
			break
		}
		if j.b.lanes != d.jobs[0].b.lanes { // flows are spread in another way from here on
			break
		}
		lane := uint64(1) << j.b.lane
		if lanes&lane != 0 {
			continue
		}
		if !j.lone {
			lanes |= lane
		}
		if j.busy {
			continue
		}
		if w := j.notReady.Sub(now); w > 0 {
			wait = min(wait, w)
			continue
		}
		d.fit(j, now)
		j.busy = true
		d.lone = j.lone
		d.inflight++
		p := j.parts[0]
		go d.attempt(j, p)
	}
	return wait
}

// turns are the jobs in the order in which they may start: as they came, but when a lone one was tried last, the others go first,
// or it would use up every try of a destination that only it makes fail.
func (d *dest) turns() []*job {
	if !d.lone || !slices.ContainsFunc(d.jobs, func(j *job) bool { return j.lone }) {
		return d.jobs
	}
	order := make([]*job, 0, len(d.jobs))
	for _, lone := range []bool{false, true} {
		for _, j := range d.jobs {
			if j.lone == lone {
				order = append(order, j)
			}
		}
	}
	return order
}

func (d *dest) attempt(j *job, p *parcel) {
	began := time.Now()
	if p.since.IsZero() {
		p.since = began
	}
	p.await()
	v := d.send.send(d.s.life, p)
	d.results <- result{j, p, v, time.Since(began)}
}

// settle does what the outcome of an attempt asks for.
func (d *dest) settle(r result) {
	now := time.Now()
	j, p, v := r.j, r.p, r.v
	j.busy = false
	d.inflight--
	p.tries++
	switch v.do {
	case taken:
		d.taken(j, p, v, now)
	case again:
		d.again(j, p, v, now)
	case tooLarge:
		d.breaker.answered(now)
		d.limitBody(p, now)
		if p.n == 1 {
			d.setAside(j, p, v, "too large", now)
		} else {
			d.halve(j, p)
		}
	case refused:
		d.refused(j, p, v, now)
	case blocked:
		d.breaker.block(now)
		d.troubled(v, now, true)
	case gone:
		d.over = true
		d.s.fail(v.err)
	}
	d.see(v, r.took, now)
	if len(j.parts) == 0 {
		d.remove(j)
		d.s.finish(d, j.b, j.dead, j.dropped, j.reason)
	}
}

func (d *dest) remove(j *job) {
	for i, x := range d.jobs {
		if x == j {
			d.jobs = append(d.jobs[:i], d.jobs[i+1:]...)
			return
		}
	}
}

// drop takes a finished part off its job.
func (j *job) drop(p *parcel) {
	for i, x := range j.parts {
		if x == p {
			j.parts = append(j.parts[:i], j.parts[i+1:]...)
			return
		}
	}
}

// taken books what the receiver has, and sorts out what it has not.
func (d *dest) taken(j *job, p *parcel, v verdict, now time.Time) {
	saturated := len(d.jobs) > d.inflight+1
	if len(v.rejected) == 0 {
		d.breaker.success(now, saturated)
		d.recovered(now)
		d.thrive(p.n)
		d.worked = max(d.worked, p.size())
		j.drop(p)
		slices.SortStableFunc(j.parts, func(a, b *parcel) int { return cmp.Compare(a.at, b.at) }) // some may have been put last
		j.tries, j.notReady = 0, time.Time{}
		if v.suspect > 0 {
			d.suspects(j, p, v, now)
		}
		return
	}
	raw, err := p.plain()
	if err != nil {
		d.damaged(j, p, err)
		return
	}
	ends := lineEnds(raw, p.n)
	var later, bad []byte
	var nLater, nBad, status int
	seen := -1
	for _, r := range v.rejected {
		if r.index <= seen || r.index >= len(ends) {
			continue
		}
		seen = r.index
		line := raw[start(ends, r.index):ends[r.index]]
		if r.retry {
			later = append(later, line...)
			nLater++
		} else {
			bad = append(bad, line...)
			nBad++
			status = r.status
		}
	}
	if taken := p.n - nLater - nBad; taken > 0 {
		d.breaker.success(now, saturated)
		d.recovered(now)
		d.thrive(taken)
	}
	if nLater > 0 { // in place of what it was part of: order is kept
		rest := &parcel{id: partID(p.id, 'r', later, nLater), n: nLater, raw: later, since: p.since, tries: p.tries, at: p.at}
		j.replace(p, rest)
		j.tries++
		j.notReady = now.Add(backoff(j.tries-1, d.breaker.rand()))
		if nLater == p.n {
			d.breaker.failure(now, v.wait, true)
			d.troubled(verdict{code: v.code, err: errors.New("every event is refused for now")}, now, false)
		}
	}
	if nBad > 0 {
		rest := &parcel{id: partID(p.id, 'x', bad, nBad), n: nBad, raw: bad, since: p.since, tries: p.tries, at: p.at}
		if nLater > 0 {
			j.parts = append(j.parts, rest)
		} else {
			j.replace(p, rest)
		}
		v.status = status
		d.setAside(j, rest, v, "rejected", now)
	}
}

func start(ends []int, i int) int {
	if i == 0 {
		return 0
	}
	return ends[i-1]
}

// replace puts others in the place of p.
func (j *job) replace(p *parcel, others ...*parcel) {
	for i, x := range j.parts {
		if x == p {
			j.parts = append(j.parts[:i], append(others, j.parts[i+1:]...)...)
			return
		}
	}
}

// again waits for a better time.
func (d *dest) again(j *job, p *parcel, v verdict, now time.Time) {
	if v.code == "damaged" {
		d.damaged(j, p, v.err)
		return
	}
	j.tries++
	if v.status == 500 {
		if p.fives++; p.fives == 1 {
			p.passed = d.passed
		}
	} else {
		p.fives = 0
	}
	d.breaker.failure(now, v.wait, v.overload)
	d.troubled(v, now, false)
	if p.fives >= 5 {
		d.poisonous(j, p, v, now)
		return
	}
	if len(d.jobs) > 1 { // let others try before this one does; how long nobody tries is the breaker's to say
		j.notReady = now.Add(min(d.breaker.roof(now, fairMax), d.breaker.pause(now, j.tries-1)))
	}
}

// poisonous splits what was answered 500 five times: one event may be the reason. A single
// one is set aside only when others passed meanwhile, for a receiver that is broken answers 500 to all. To see
// that, the others may overtake it.
func (d *dest) poisonous(j *job, p *parcel, v verdict, now time.Time) {
	p.fives = 0
	if p.n > 1 {
		d.halve(j, p)
		return
	}
	if d.passed > p.passed {
		d.setAside(j, p, v, "answered 500 again and again", now)
		return
	}
	j.drop(p)
	j.parts = append(j.parts, p)
	j.lone = len(j.parts) == 1
}

// halve splits a part at the event nearest to the middle of its bytes.
func (d *dest) halve(j *job, p *parcel) {
	raw, err := p.plain()
	if err != nil {
		d.damaged(j, p, err)
		return
	}
	ends := lineEnds(raw, p.n)
	cut := 1
	for cut < len(ends)-1 && ends[cut] <= len(raw)/2 {
		cut++
	}
	d.cut(j, p, ends, cut)
}

// cut splits p into its first k events and the rest.
func (d *dest) cut(j *job, p *parcel, ends []int, k int) {
	at := ends[k-1]
	j.replace(p,
		&parcel{id: p.id + "/0", n: k, raw: p.raw[:at:at], since: p.since, tries: p.tries, doubt: p.doubt, at: p.at},
		&parcel{id: p.id + "/1", n: p.n - k, raw: p.raw[at:], since: p.since, tries: p.tries, doubt: p.doubt, at: p.at + at})
}

// refused looks for the events that are not acceptable.
func (d *dest) refused(j *job, p *parcel, v verdict, now time.Time) {
	if !d.ever {
		// Nothing was ever taken here: rather the address or the shape is wrong than the events.
		if d.probes++; d.probes > 12 {
			d.breaker.block(now)
			d.troubled(v, now, true)
			d.rotate(j)
			return
		}
	} else {
		d.breaker.answered(now)
	}
	if p.doubt == 0 {
		p.doubt = d.passed + 1
	}
	unproven := d.ever && d.passed < p.doubt
	if unproven && !d.plausible(j, p, v, now) {
		return
	}
	if p.n > 1 {
		raw, err := p.plain()
		if err != nil {
			d.damaged(j, p, err)
			return
		}
		d.cut(j, p, lineEnds(raw, p.n), p.n/2)
		return
	}
	d.setAside(j, p, v, "refused", now)
}

// patience is how many single events may be refused with nothing taken meanwhile before the destination is at fault rather
// than they; an event that is all there is has twice as many tries.
const patience = 4

// plausible says whether p may be at fault for its refusal although nothing was taken since it, or what it is a part of, was
// refused first. It looks for a sign that the destination takes anything: other parts and other batches are tried first. Without one,
// everything waits, and somebody is told.
func (d *dest) plausible(j *job, p *parcel, v verdict, now time.Time) bool {
	alone := len(d.jobs) == 1 && len(j.parts) == 1
	switch {
	case p.n > 1 && d.strikes <= patience:
		return true
	case alone && p.n == 1 && d.strikes >= 4*patience:
		d.strikes = 0
		d.breaker.absolve()
		return true
	case d.strikes < patience:
		d.strikes++
		d.rotate(j)
		j.lone = len(j.parts) == 1
		if j.tries++; alone {
			j.notReady = now.Add(backoff(j.tries-1, d.breaker.rand()))
		}
		return false
	}
	d.strikes++
	d.breaker.block(now)
	d.troubled(v, now, true)
	d.rotate(j)
	return false
}

// rotate has another part of the job tried next.
func (d *dest) rotate(j *job) {
	if len(j.parts) > 1 {
		j.parts = append(j.parts[1:], j.parts[0])
	}
}

// setAside puts the events of p into the dead letter, if few enough went there lately. If not,
// the destination is at fault: everything waits, and somebody is told.
func (d *dest) setAside(j *job, p *parcel, v verdict, reason string, now time.Time) {
	if !d.ever && len(j.parts) > 1 && d.probes <= 12 { // see first whether anything is taken
		d.rotate(j)
		return
	}
	if !d.mayGo(p.n) {
		d.breaker.block(now)
		d.troubled(v, now, true)
		d.rotate(j)
		return
	}
	if d.s.dead == nil {
		d.s.log.Log(context.Background(), d.level(now), "an event is refused and there is no state directory to keep it", "destination", d.name, "status", v.status, "events", p.n)
		j.dropped += p.n
		j.reason = "refused"
	} else if err := d.s.dead.add(d.name, reason, p, v, now); err != nil {
		d.log.Error("dead letter", "err", err)
		j.notReady = now.Add(time.Second)
		return
	} else {
		j.dead += p.n
	}
	d.bad += p.n
	j.drop(p)
}

// mayGo says whether n more events may be set aside: a tenth of the recent ones, or ten.
func (d *dest) mayGo(n int) bool {
	if !d.ever {
		return false
	}
	bad := d.bad + n
	return bad <= 10 || 10*bad <= d.good+bad
}

// thrive notes n events taken.
func (d *dest) thrive(n int) {
	d.ever, d.probes, d.strikes = true, 0, 0
	d.passed++
	d.good += n
	for d.good+d.bad > 4000 {
		d.good /= 2
		d.bad /= 2
	}
}

// suspects books events that were taken off p without saying which: none may be sent again, so a copy of all is kept.
func (d *dest) suspects(j *job, p *parcel, v verdict, now time.Time) {
	d.log.Warn("the receiver refused events without saying which", "batch", p.id, "events", v.suspect)
	if d.s.dead == nil {
		j.dropped += v.suspect
		j.reason = "refused"
		return
	}
	if err := d.s.dead.add(d.name, "suspect", p, v, now); err != nil {
		d.log.Error("dead letter", "err", err)
	}
	j.dead += v.suspect
}

// trimLocked bounds what waits for a destination that is not required: it must not hold up the others.
func (d *dest) trimLocked() {
	if d.required {
		return
	}
	limit := max(d.s.cfg.BufferSize/2, d.s.cfg.BatchSize)
	for n := d.view.waiting; n > limit && len(d.q) > 1; {
		b := d.q[0]
		d.q[0] = nil
		d.q = d.q[1:]
		n -= b.n
		d.view.waiting = n
		d.view.dropped["slow"] += uint64(b.n)
		if b.refs--; b.refs == 0 {
			d.s.releaseLocked(b)
		}
	}
}

// damaged gives up a batch whose stored form cannot be read: a fault of memory or of this program.
func (d *dest) damaged(j *job, p *parcel, err error) {
	d.log.Error("a batch cannot be decoded", "batch", p.id, "events", p.n, "err", err)
	j.dropped += p.n
	j.reason = "damaged"
	j.drop(p)
}

// limitBody remembers that the body of p was too large. When as much was taken before, rather an event of it is
// too large than the whole; only if that goes on is the limit a new one.
func (d *dest) limitBody(p *parcel, now time.Time) {
	if p.n == 1 {
		return
	}
	size := p.size()
	if size <= d.worked {
		if p.tries == 1 { // not a part of what was refused before
			d.worked -= d.worked / 4
		}
		return
	}
	d.maxBody, d.maxAt = max(1, d.worked, size/2), now
}

// size is the bytes of the parcel's NDJSON.
func (p *parcel) size() int {
	if p.raw == nil {
		return p.batch.rawLen
	}
	return len(p.raw)
}

// fit cuts the next part of j to the size that is known to be taken. The limit grows by 5 % a minute.
func (d *dest) fit(j *job, now time.Time) {
	if d.maxBody == 0 {
		return
	}
	for now.Sub(d.maxAt) >= time.Minute {
		if d.maxBody > maxStored { // more than any batch has
			d.maxBody = 0
			return
		}
		d.maxBody += d.maxBody/20 + 1
		d.maxAt = d.maxAt.Add(time.Minute)
	}
	p := j.parts[0]
	if p.n == 1 || p.size() <= d.maxBody {
		return
	}
	p.await()
	raw, err := p.plain()
	if err != nil {
		return // the attempt will find out
	}
	ends := lineEnds(raw, p.n)
	var parts []*parcel
	for at, from := 0, 0; at < len(ends); {
		k := at + 1
		for k < len(ends) && ends[k]-from <= d.maxBody {
			k++
		}
		piece := raw[from:ends[k-1]:ends[k-1]]
		parts = append(parts, &parcel{id: partID(p.id, 's', piece, k-at), n: k - at, raw: piece, since: p.since, tries: p.tries, doubt: p.doubt, at: p.at + from})
		at, from = k, ends[k-1]
	}
	j.replace(p, parts...)
}

// partID names a part by what is in it, so that the same part has the same id when it is sent again.
func partID(id string, kind byte, raw []byte, n int) string {
	return id + "/" + string(kind) + batchID(raw, n)[4:16]
}

// troubled tells the log about a failure: the first of an episode, then once a minute.
func (d *dest) troubled(v verdict, now time.Time, shout bool) {
	if d.s.spool != nil && d.required {
		d.s.spool.trigger()
	}
	t := &d.trouble
	t.fails++
	reason := v.code
	if v.err != nil {
		reason = v.err.Error()
	}
	if t.since.IsZero() {
		*t = trouble{since: now, fails: 1}
	}
	if !t.told.IsZero() && now.Sub(t.told) < time.Minute && (t.shout || !shout) {
		return
	}
	t.told, t.shout, t.reason = now, shout, reason
	level, msg := slog.LevelWarn, "delivery is failing, events are kept and tried again"
	if shout {
		level, msg = slog.LevelError, "the destination refuses what is sent: check its address, credentials and certificates; events are kept"
	}
	d.log.Log(context.Background(), level, msg, "err", reason, "fails", t.fails, "since", now.Sub(t.since).Round(time.Second), "waiting", d.waiting())
}

func (d *dest) waiting() int {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	return d.s.events + int(d.s.counters.spooled)
}

// recovered tells the log that an episode of failures is over.
func (d *dest) recovered(now time.Time) {
	if d.trouble.since.IsZero() {
		return
	}
	if !d.trouble.told.IsZero() {
		d.log.Info("delivery works again", "after", now.Sub(d.trouble.since).Round(time.Millisecond), "fails", d.trouble.fails, "waiting", d.waiting())
	}
	d.trouble = trouble{}
}

func (d *dest) level(now time.Time) slog.Level {
	if now.Sub(d.trouble.told) < time.Minute {
		return slog.LevelDebug
	}
	d.trouble.told = now
	return slog.LevelError
}
