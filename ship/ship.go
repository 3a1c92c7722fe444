// Package ship delivers encoded events to their destinations without losing one: it cuts batches, compresses them
// beside the caller, sends, retries, spools to disk, sets aside what nobody takes, and keeps the books.
//
// The way of an event: Add copies it into the open batch of its lane; a full or aged batch is sealed, numbered and
// queued for every destination; encoders compress it; each destination's goroutine (destination.go) decides what is
// sent when, and an attempt's outcome is read once, in answer.go. When the input cannot be read again and delivery
// falters, sealed batches go through the spool (spooler.go), which is read back in order.
//
// Acker.Done is called when an event is safe: delivered to every required destination, on disk in the spool, in the
// dead letter, or dropped by the policy that was configured.
package ship

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"
)

// FlagError marks an event that is dropped last: level error or worse, status 500 or more, failed.
const FlagError uint8 = 1

// Acker is told when events are safe for good. Done is called from several goroutines and must not call back into ship.
type Acker interface{ Done(n int) }

// Event is the place of one event in its group.
type Event struct {
	End   int32  // offset in Group.Body just past the event's '\n'
	Flow  uint64 // hash of its flow id: events of one flow keep their order
	Flags uint8
	Ack   Acker // may be nil; comparable
}

// Group is encoded events in order: NDJSON, redacted, every event ends in '\n'.
type Group struct {
	Body   []byte
	Events []Event
}

// Deps are what a Shipper works with. The zero value is usable.
type Deps struct {
	Logger    *slog.Logger          // nil discards
	Transport http.RoundTripper     // nil makes one for each destination
	Stdout    io.Writer             // nil is os.Stdout
	Clean     func(s string) string // takes secrets out of what receivers answer before it is kept; nil keeps it as it is
	Gap       func(g Gap) []byte    // makes the event, one line of NDJSON, that tells the receiver of a hole; nil tells nobody
}

var (
	// ErrClosed is returned by Add after Drain or Close began.
	ErrClosed = errors.New("ship: closed")
	// ErrOutputClosed says that the reader of stdout has gone. Nothing more can be delivered there, and that is no fault.
	ErrOutputClosed = errors.New("ship: output closed")
)

// Remainder is the error of Drain when not everything was delivered.
type Remainder struct {
	Lost    int    // events in memory only; if they came from a file they are read again, as their position was not acknowledged
	Spooled int    // events on disk, sent by the next start
	Last    string // last error of a destination, "" if there was none
}

func (r *Remainder) Error() string {
	s := fmt.Sprintf("ship: %d events are not delivered, %d are kept in the spool", r.Lost, r.Spooled)
	if r.Last != "" {
		s += ": " + r.Last
	}
	return s
}

// Shipper delivers events. Its methods may be called from any goroutine.
type Shipper struct {
	cfg   Config
	log   *slog.Logger
	dests []*dest
	codec codec // of batches in memory
	reuse bool  // raw buffers may be used again when a batch is finished
	fixed bool  // one lane: a destination keeps the order of everything

	life   context.Context // ends when delivery must stop
	stop   context.CancelFunc
	work   sync.WaitGroup
	encode chan *batch
	off    chan struct{} // closed to end the encoders, when nothing is left to encode
	tick   chan struct{} // wakes the flusher for a hole to be told of
	due    *time.Timer   // wakes it for batches that wait
	end    sync.Once
	closed chan struct{} // closed when end has run

	mu        sync.Mutex    // guards what follows, and the marked fields of batch and dest
	next      uint64        // number of the next event
	open      []*batch      // being filled, one a lane, nil if empty
	opened    time.Time     // when the oldest of open was begun
	last      time.Time     // of the last Add
	sealed    time.Time     // when the last batch was
	ending    bool          // no more Add
	fatal     error         // no more delivery
	live      []*batch      // sealed, unfinished and not in the spool, in order
	events    int           // in memory, open ones included
	bytes     int64         // of the memory budget in use
	raw       int           // sealed batches that are not encoded yet
	free      [][]byte      // raw buffers to use again
	moved     chan struct{} // closed and replaced when something finished
	squeezed  time.Time     // when waiting for room last did not help
	rescue    bool          // some of the input cannot be read again, until told otherwise
	toldDrops time.Time
	late      []ackRun // of dropped events; acknowledged by the next Add
	gap       func(g Gap) []byte
	clean     func(s string) string
	gaps      map[string]*Gap // holes nobody was told of, by reason
	toldGaps  time.Time
	counters  counters
	spool     *spooler    // nil without a state directory
	dead      *deadLetter // nil without a state directory
	lock      *DirLock
	began     time.Time
}

// Start begins delivery as cfg says. ctx bounds the Shipper's life: when it ends, delivery stops as with Close, and
// Close must still be called. Start takes the lock of the state directory and never fails for what is in it.
func Start(ctx context.Context, cfg Config, deps Deps) (*Shipper, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("ship: %w", err)
	}
	if deps.Logger == nil {
		deps.Logger = slog.New(slog.DiscardHandler)
	}
	if deps.Stdout == nil {
		deps.Stdout = os.Stdout
	}
	cfg.BatchSize = min(cfg.BatchSize, cfg.BufferSize)
	s := &Shipper{
		cfg:    cfg,
		log:    deps.Logger,
		next:   1,
		open:   make([]*batch, 1),
		moved:  make(chan struct{}),
		tick:   make(chan struct{}, 1),
		closed: make(chan struct{}),
		off:    make(chan struct{}),
		due:    time.NewTimer(time.Hour),
		began:  time.Now(),
	}
	s.due.Stop()
	s.counters.dropped = map[string]uint64{}
	s.gap, s.gaps, s.clean = deps.Gap, map[string]*Gap{}, deps.Clean
	s.life, s.stop = context.WithCancel(ctx)
	if err := s.openDestinations(deps); err != nil {
		s.stop()
		return nil, err
	}
	s.cfg.Volatile = cfg.Volatile && slices.ContainsFunc(s.dests, func(d *dest) bool {
		return d.target.kind == "http" || d.target.kind == "file" // a slow reader of stdout is waited for
	})
	if cfg.StateDir != "" {
		if err := s.openState(); err != nil {
			s.stop()
			s.closeDestinations()
			return nil, err
		}
	}
	encoders := max(1, min(runtime.GOMAXPROCS(0), 4))
	s.encode = make(chan *batch, encoders)
	for range encoders {
		s.work.Go(s.encoding)
	}
	s.work.Go(s.flushing)
	if s.spool != nil {
		s.work.Go(s.spool.run)
		s.work.Go(s.spool.syncing)
	}
	for _, d := range s.dests {
		s.work.Go(d.run)
	}
	return s, nil
}

// openDestinations makes every destination of the configuration.
func (s *Shipper) openDestinations(deps Deps) error {
	plain := true // some destination wants bytes as they are
	s.codec, s.fixed, s.reuse = codecNone, s.cfg.Order == "strict", true
	for i, c := range s.cfg.all() {
		d, err := newDest(s, i, c, deps)
		if err != nil {
			s.closeDestinations()
			return err
		}
		s.dests = append(s.dests, d)
		if d.target.kind != "http" {
			s.fixed = true
			continue
		}
		s.reuse = false // a transport may read a body after the answer
		if h := d.send.(*httpSender); plain && h.preset == nil {
			s.codec, plain = h.codec, false
		}
	}
	if plain && s.cfg.Volatile { // what waits should not wait raw
		for _, d := range s.dests {
			if d.target.kind == "http" {
				s.codec = codecLZ4
			}
		}
	}
	return nil
}

func (s *Shipper) closeDestinations() {
	for _, d := range s.dests {
		if err := d.send.close(); err != nil {
			s.log.Error("closing a destination", "destination", d.name, "err", err)
		}
	}
}

// Add takes the events of g. It copies what it needs: g belongs to the caller again when it returns.
//
// With an input that can be read again, Add waits while memory is used up: back-pressure is the design. With a volatile input it does not wait
// (unless on_full is block): events go to the spool, and when that is full too, some are dropped and counted.
// It returns ctx's error when ctx ends first, ErrClosed after Drain or Close, and the error that ended delivery,
// such as ErrOutputClosed; g was not taken then.
func (s *Shipper) Add(ctx context.Context, g *Group) error {
	if len(g.Events) == 0 {
		return nil
	}
	s.mu.Lock()
	if taken, err := s.awaitRoomLocked(ctx, g); !taken {
		s.mu.Unlock()
		return err
	}
	s.counters.added += uint64(len(g.Events))
	s.counters.addedBytes += uint64(len(g.Body))
	s.last = time.Now()
	sealed := s.fillLocked(g)
	if s.dueLocked(s.last) { // now, rather than wake the flusher for it a moment later
		sealed = s.sealAllLocked(sealed)
	}
	acks := s.late
	s.late = nil
	if s.spool != nil && s.spoolsLocked() && (s.bytes > int64(s.cfg.Memory)/2 || s.events > s.cfg.BufferSize) {
		s.spool.pressLocked()
	}
	s.mu.Unlock()
	for _, a := range acks {
		if a.to != nil {
			a.to.Done(a.n)
		}
	}
	for _, b := range sealed {
		s.encode <- b
	}
	return nil
}

// awaitRoomLocked waits until g may come in, with the lock given up meanwhile. taken is false when g is not to be
// added: there is an error, or it was dropped, counted and acknowledged.
func (s *Shipper) awaitRoomLocked(ctx context.Context, g *Group) (taken bool, err error) {
	const patience = 400 * time.Millisecond // the application must not wait for a second
	var timer *time.Timer
	var short <-chan time.Time
	for {
		switch {
		case s.fatal != nil:
			return false, s.fatal
		case s.ending:
			return false, ErrClosed
		case s.roomLocked():
			return true, nil
		}
		late := time.Since(s.squeezed) < 5*time.Second // it did not help to wait a moment ago
		if drops := s.dropsLocked(); drops && late {
			return s.squeezeLocked(g), nil
		} else if drops && timer == nil {
			timer = time.NewTimer(patience)
			defer timer.Stop()
			short = timer.C
		}
		if s.spool != nil {
			s.spool.pressLocked()
		}
		moved := s.moved
		s.mu.Unlock()
		select {
		case <-moved:
		case <-ctx.Done():
			err = ctx.Err()
		case <-s.life.Done():
			err = ErrClosed
		case <-short:
			short = nil
			s.mu.Lock()
			if s.roomLocked() || s.fatal != nil || s.ending {
				continue
			}
			s.squeezed = time.Now()
			continue
		}
		s.mu.Lock()
		if err != nil {
			return false, err
		}
	}
}

// Rescue says whether some of an input that is usually waited for will be gone when this process ends, as the rest of a file
// that was deleted is. Until it is told otherwise, what cannot be delivered goes to the spool; when that is full too, Add waits.
func (s *Shipper) Rescue(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rescue = on; !on || s.spool == nil {
		return
	}
	for _, d := range s.dests {
		if d.required && (d.view.failing || d.view.state != Closed) {
			s.spool.pressLocked()
		}
	}
	if !s.roomLocked() {
		s.spool.pressLocked()
	}
}

// spoolsLocked says whether the spool is to take what cannot be delivered.
func (s *Shipper) spoolsLocked() bool { return s.cfg.Volatile || s.rescue }

// dropsLocked says whether the policy is to drop rather than to wait: the input cannot be read again, and
// there is a spool that is full too, or a destination that fails. One that is merely slow, without a spool, is waited for.
func (s *Shipper) dropsLocked() bool {
	if !s.cfg.Volatile || s.cfg.OnFull == "block" {
		return false
	}
	for _, d := range s.dests {
		if d.required && (s.spool != nil || d.view.failing) {
			return true
		}
	}
	return false
}

// squeezeLocked makes room for g by the policy, and says whether there is some. If not, g is dropped.
func (s *Shipper) squeezeLocked(g *Group) bool {
	s.squeezed = time.Now()
	if s.cfg.OnFull == "drop_oldest" && s.dropOldestLocked(int64(len(g.Body))) {
		return true
	}
	s.counters.added += uint64(len(g.Events))
	s.counters.addedBytes += uint64(len(g.Body))
	s.droppedLocked("full", len(g.Events))
	for _, e := range g.Events {
		if e.Ack != nil {
			s.late = append(s.late, ackRun{e.Ack, 1})
		}
	}
	s.tellDropsLocked()
	return false
}

// dropOldestLocked frees room by dropping batches that nobody has begun with: first those without errors.
func (s *Shipper) dropOldestLocked(room int64) bool {
	for _, withErrors := range []bool{false, true} {
		for _, b := range s.live {
			if s.bytes+room <= int64(s.cfg.Memory) {
				return true
			}
			if b.where != inMemory || b.errors > 0 && !withErrors || !s.queuedLocked(b) {
				continue
			}
			for _, d := range s.dests {
				for i, q := range d.q {
					if q == b {
						d.q = append(d.q[:i], d.q[i+1:]...)
						d.view.waiting -= b.n
						d.view.dropped["full"] += uint64(b.n)
						b.refs--
						break
					}
				}
			}
			s.events -= b.n
			b.where = finished
			s.droppedLocked("full", b.n)
			s.late = append(s.late, b.acks...)
			b.acks = nil
			if b.refs == 0 {
				s.releaseLocked(b)
			}
		}
	}
	s.tellDropsLocked()
	return s.bytes+room <= int64(s.cfg.Memory)
}

// queuedLocked says whether no destination has begun with b.
func (s *Shipper) queuedLocked(b *batch) bool {
	n := 0
	for _, d := range s.dests {
		if slices.Contains(d.q, b) {
			n++
		}
	}
	select {
	case <-b.ready:
		return n == b.refs
	default:
		return false
	}
}

func (s *Shipper) tellDropsLocked() {
	if now := time.Now(); now.Sub(s.toldDrops) >= time.Minute {
		s.toldDrops = now
		s.log.Error("memory and spool are full, events are dropped", "policy", s.cfg.OnFull, "dropped", s.counters.dropped["full"])
	}
}

// roomLocked says whether more may come in.
func (s *Shipper) roomLocked() bool {
	return s.bytes < int64(s.cfg.Memory) && (s.events < s.cfg.BufferSize || s.cfg.Volatile)
}

// fillLocked copies the events of g into open batches and seals those that are full. It returns what must be encoded.
func (s *Shipper) fillLocked(g *Group) (sealed []*batch) {
	sealed = s.relaneLocked(nil)
	if len(s.open) > 1 {
		return s.fillLanesLocked(sealed, g)
	}
	start, at := int32(0), 0
	for at < len(g.Events) {
		b := s.openLocked(0)
		end, k := start, at
		for k < len(g.Events) && b.n < s.cfg.BatchSize {
			e := &g.Events[k]
			if b.n > 0 && len(b.raw)+int(e.End-start) > int(s.cfg.BatchBytes) {
				break
			}
			end = e.End
			b.n++
			b.errors += int(e.Flags & FlagError)
			b.ack(e.Ack, 1)
			k++
		}
		b.raw = append(b.raw, g.Body[start:end]...)
		s.bytes += int64(end - start)
		s.events += k - at
		full := k < len(g.Events) || b.n >= s.cfg.BatchSize || len(b.raw) >= int(s.cfg.BatchBytes)
		start, at = end, k
		if full {
			sealed = s.sealLocked(sealed, 0)
		}
	}
	return sealed
}

// fillLanesLocked does the same when flows are spread over lanes.
func (s *Shipper) fillLanesLocked(sealed []*batch, g *Group) []*batch {
	start := int32(0)
	for i := range g.Events {
		e := &g.Events[i]
		lane := int(mix(e.Flow) % uint64(len(s.open)))
		b := s.openLocked(lane)
		if b.n > 0 && len(b.raw)+int(e.End-start) > int(s.cfg.BatchBytes) {
			sealed = s.sealLocked(sealed, lane)
			b = s.openLocked(lane)
		}
		b.raw = append(b.raw, g.Body[start:e.End]...)
		b.n++
		b.errors += int(e.Flags & FlagError)
		b.ack(e.Ack, 1)
		s.bytes += int64(e.End - start)
		s.events++
		start = e.End
		if b.n >= s.cfg.BatchSize || len(b.raw) >= int(s.cfg.BatchBytes) {
			sealed = s.sealLocked(sealed, lane)
		}
	}
	return sealed
}

// mix spreads the bits of a flow's hash, so that any hash will do.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// openLocked returns the batch of a lane that is being filled.
func (s *Shipper) openLocked(lane int) *batch {
	b := s.open[lane]
	if b != nil {
		return b
	}
	b = &batch{lane: uint8(lane), lanes: uint8(len(s.open)), codec: s.codec}
	if k := len(s.free); k > 0 {
		b.raw, s.free = s.free[k-1][:0], s.free[:k-1]
	}
	if s.opened.IsZero() {
		s.opened = time.Now()
		s.due.Reset(min(firstLook, s.cfg.Flush))
	}
	s.open[lane] = b
	return b
}

// sealLocked ends the filling of a lane's batch, numbers it and queues it for every destination.
// The caller hands what is returned to the encoders when it has given up the lock.
func (s *Shipper) sealLocked(sealed []*batch, lane int) []*batch {
	b := s.open[lane]
	if b == nil {
		return sealed
	}
	s.open[lane] = nil
	s.sealed = time.Now()
	if !s.anyOpenLocked() {
		s.opened = time.Time{}
		if len(s.gaps) == 0 {
			s.due.Stop()
		}
	}
	b.first = s.next
	s.next += uint64(b.n)
	b.rawLen = len(b.raw)
	b.cost = int64(b.rawLen)
	b.ready = make(chan struct{})
	s.live = append(s.live, b)
	s.raw++
	for _, d := range s.dests {
		b.refs++
		if d.required {
			b.left++
		}
		d.q = append(d.q, b)
		d.view.waiting += b.n
		d.trimLocked()
	}
	if s.spool != nil && s.spool.on {
		s.spool.nudge()
	}
	return append(sealed, b)
}

func (s *Shipper) anyOpenLocked() bool {
	for _, b := range s.open {
		if b != nil {
			return true
		}
	}
	return false
}

// sealAll ends the filling of every batch.
func (s *Shipper) sealAll() {
	s.mu.Lock()
	sealed := s.sealAllLocked(nil)
	s.mu.Unlock()
	for _, b := range sealed {
		s.encode <- b
	}
}

func (s *Shipper) sealAllLocked(sealed []*batch) []*batch {
	for lane := range s.open {
		sealed = s.sealLocked(sealed, lane)
	}
	return sealed
}

// relaneLocked follows the destinations' wish for requests side by side. It seals what is open when the number
// of lanes changes. Lanes grow at once and shrink late: a change costs a pause until what is in flight has arrived.
func (s *Shipper) relaneLocked(sealed []*batch) []*batch {
	if s.fixed {
		return sealed
	}
	want := 1
	for _, d := range s.dests {
		for want < d.view.limit {
			want *= 2
		}
	}
	if want <= len(s.open) && 4*want > len(s.open) {
		return sealed
	}
	for lane := range s.open {
		sealed = s.sealLocked(sealed, lane)
	}
	s.open = make([]*batch, want)
	return sealed
}

const (
	quietFor  = 100 * time.Millisecond // without new events
	idleFor   = 150 * time.Millisecond // between two batches, with destinations that have nothing else to do
	firstLook = 120 * time.Millisecond // of the flusher at a batch: by then Add may have sealed it in passing
)

// dueLocked says whether what is being filled has waited long enough: for flush_interval, or for 100 ms without new events.
// It need not wait while the destinations have nothing else to do and nothing was sent a moment ago. While the spool is on,
// it waits for 100 ms: what is on disk survives the end of the process.
func (s *Shipper) dueLocked(now time.Time) bool {
	if s.opened.IsZero() {
		return false
	}
	age, step := now.Sub(s.opened), min(quietFor, s.cfg.Flush)
	return age >= s.cfg.Flush || now.Sub(s.last) >= step || now.Sub(s.sealed) >= idleFor && len(s.live) == 0 ||
		s.spool != nil && s.spool.on && age >= step
}

// flushing seals batches that are due when Add does not come by.
func (s *Shipper) flushing() {
	step := min(quietFor, s.cfg.Flush)
	for {
		select {
		case <-s.tick:
		case <-s.due.C:
		case <-s.life.Done():
			s.due.Stop()
			return
		}
		now := time.Now()
		untold := s.tellGaps(now, false)
		s.mu.Lock()
		var sealed []*batch
		if s.dueLocked(now) {
			sealed = s.sealAllLocked(nil)
		}
		switch {
		case !s.opened.IsZero():
			s.due.Reset(step)
		case untold:
			s.due.Reset(gapEvery)
		}
		s.mu.Unlock()
		for _, b := range sealed {
			s.encode <- b
		}
	}
}

// encoding compresses sealed batches until the Shipper closes.
func (s *Shipper) encoding() {
	var enc encoder
	for {
		var b *batch
		select {
		case b = <-s.encode:
		case <-s.off:
			return
		}
		body := b.raw
		b.id = batchID(b.raw, b.n)
		if b.codec != codecNone {
			out, err := enc.append(make([]byte, 0, len(b.raw)/4+256), b.raw, b.codec)
			if err != nil { // a fault of the encoder: plain bytes are as good
				s.log.Error("compression", "err", err)
				b.codec = codecNone
			} else {
				body = out
			}
		}
		b.body = body
		s.mu.Lock()
		if b.codec != codecNone {
			s.recycleLocked(b.raw)
			b.raw = nil
			if b.where == inMemory {
				s.bytes -= b.cost - int64(len(body))
				b.cost = int64(len(body))
			}
		}
		s.raw--
		s.movedLocked()
		s.mu.Unlock()
		close(b.ready)
		for _, d := range s.dests { // not before: an attempt would only wait
			d.nudge()
		}
	}
}

func (s *Shipper) recycleLocked(raw []byte) {
	if len(s.free) < 8 && cap(raw) <= 2*int(s.cfg.BatchBytes) {
		s.free = append(s.free, raw)
	}
}

// finish is called by a destination that is done with b: dead and dropped of its events went elsewhere.
func (s *Shipper) finish(d *dest, b *batch, dead, dropped int, reason string) {
	s.mu.Lock()
	acks := s.finishLocked(d, b, dead, dropped, reason)
	s.mu.Unlock()
	for _, a := range acks {
		if a.to != nil {
			a.to.Done(a.n)
		}
	}
}

func (s *Shipper) finishLocked(d *dest, b *batch, dead, dropped int, reason string) (acks []ackRun) {
	b.refs--
	d.view.waiting -= b.n
	d.view.dead += uint64(dead)
	d.view.delivered += uint64(b.n - dead - dropped)
	if dropped > 0 {
		d.view.dropped[reason] += uint64(dropped)
	}
	if d.required {
		b.left--
		b.dead = max(b.dead, dead)
		b.drop = max(b.drop, min(dropped, b.n-b.dead))
	}
	if s.spool != nil {
		if end := s.spool.doneLocked(d, b, dead, dropped, reason); end != nil {
			s.counters.spooled -= uint64(b.n)
			s.bookLocked(b.n, end.dead, end.drop, end.reason)
		}
	}
	if b.where == inMemory && b.left == 0 && d.required {
		s.events -= b.n
		b.where = finished
		s.bookLocked(b.n, b.dead, b.drop, reason)
		acks, b.acks = b.acks, nil
		s.trimLiveLocked()
	}
	if b.refs == 0 {
		s.releaseLocked(b)
	}
	s.movedLocked()
	return acks
}

// bookLocked books the end of n events, of which some went elsewhere.
func (s *Shipper) bookLocked(n, dead, drop int, reason string) {
	s.counters.dead += uint64(dead)
	s.droppedLocked(reason, drop)
	s.counters.delivered += uint64(n - dead - drop)
}

// movedLocked wakes whoever waits for room or for the end.
func (s *Shipper) movedLocked() {
	close(s.moved)
	s.moved = make(chan struct{})
}

// releaseLocked gives back the memory of b, which nobody holds any more.
func (s *Shipper) releaseLocked(b *batch) {
	s.bytes -= b.cost
	b.cost = 0
	if s.reuse && b.raw != nil {
		s.recycleLocked(b.raw)
	}
	b.raw = nil
}

func (s *Shipper) trimLiveLocked() {
	k := 0
	for k < len(s.live) && s.live[k].where != inMemory {
		s.live[k] = nil
		k++
	}
	s.live = s.live[k:]
}

// fail ends delivery for good: there is nobody to deliver to.
func (s *Shipper) fail(err error) {
	s.mu.Lock()
	if s.fatal == nil {
		s.fatal = err
		s.movedLocked()
	}
	s.mu.Unlock()
}

// Drain ends the input: it delivers what was added until ctx ends, then spools the rest if there is a spool and the input is
// volatile, closes the destinations and returns. It returns nil when everything was delivered, *Remainder when not, or the error that ended delivery.
func (s *Shipper) Drain(ctx context.Context) error {
	s.mu.Lock()
	s.ending = true
	for _, d := range s.dests {
		d.hurry = true
		d.nudge()
	}
	s.mu.Unlock()
	s.tellGaps(time.Now(), true)
	s.sealAll()
	for {
		s.mu.Lock()
		idle, moved := s.idleLocked(), s.moved
		s.mu.Unlock()
		if idle {
			break
		}
		select {
		case <-moved:
			continue
		case <-ctx.Done():
		case <-s.life.Done():
		}
		break
	}
	return s.Close()
}

// idleLocked says whether there is nothing left that could be delivered.
func (s *Shipper) idleLocked() bool {
	if s.fatal != nil {
		return true
	}
	if s.anyOpenLocked() {
		return false
	}
	for _, d := range s.dests {
		if d.view.waiting > 0 || d.required && d.reading {
			return false
		}
	}
	return true
}

// awaitEncoded waits until every sealed batch is encoded: no time limit is needed, it only computes.
func (s *Shipper) awaitEncoded() {
	s.mu.Lock()
	for s.raw > 0 {
		moved := s.moved
		s.mu.Unlock()
		<-moved
		s.mu.Lock()
	}
	s.mu.Unlock()
}

// Close stops delivery now, spools what is left if there is a spool and the input is volatile, and releases everything. It returns as Drain does.
// Closing twice is harmless.
func (s *Shipper) Close() error {
	s.end.Do(func() {
		s.mu.Lock()
		s.ending = true
		s.mu.Unlock()
		s.sealAll()
		s.stop()
		s.awaitEncoded()
		close(s.off)
		s.work.Wait()
		if s.spool != nil {
			s.spool.close()
		}
		for _, a := range s.late {
			if a.to != nil {
				a.to.Done(a.n)
			}
		}
		s.closeDestinations()
		if s.dead != nil {
			s.dead.close()
		}
		if s.lock != nil {
			s.lock.Unlock()
		}
		close(s.closed)
	})
	<-s.closed
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fatal != nil {
		return s.fatal
	}
	r := &Remainder{Lost: s.events, Spooled: int(s.counters.spooled)}
	if r.Lost == 0 && r.Spooled == 0 {
		return nil
	}
	for _, d := range s.dests {
		if d.view.lastError != "" {
			r.Last = d.name + ": " + d.view.lastError
		}
	}
	return r
}
