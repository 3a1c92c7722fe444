package ship

import (
	"encoding/hex"
	"time"
)

// spooler moves sealed batches through the spool when the input cannot be read again and delivery falters, and
// hands them back in order. While it is on, batches in memory are written to the spool in order, those in flight
// included; a destination reads the spool to its end before it takes from memory. So a destination takes batches in the order of their
// numbers, whatever way they came, and its reader skips what it had from memory already.
type spooler struct {
	s    *Shipper
	sp   *spool
	cur  *cursors
	wake chan struct{}
	due  chan struct{} // asks for a sync

	// Of run alone.
	askedAt time.Time // for a sync
	keptAt  time.Time
	durable time.Time // when cursors were last synced

	// Guarded by Shipper.mu.
	on      bool
	trouble time.Time // when delivery last failed, or memory was short
	full    bool
	fullAt  time.Time
	acks    []ackRun           // of what is written and not synced
	shared  map[uint64]*shared // by first event: batches some required destinations are done with, and others not
}

// shared is what several destinations' ends make of one batch in the spool.
type shared struct {
	left, dead, drop int
	reason           string
}

const (
	syncEvery    = 200 * time.Millisecond
	syncBytes    = 1 << 20
	unsyncedMax  = 16 << 20               // kept in memory for the case that the sync fails
	keepEvery    = 250 * time.Millisecond // cursors, finished segments
	durableEvery = time.Second            // cursors
	calmBefore   = 2 * time.Second        // without a failure, before the spool is left
)

// trigger turns the spool on: delivery falters.
func (x *spooler) trigger() {
	x.s.mu.Lock()
	x.pressLocked()
	x.s.mu.Unlock()
}

// pressLocked turns the spool on, if it is to take anything.
func (x *spooler) pressLocked() {
	if x.s.spoolsLocked() {
		x.on, x.trouble = true, time.Now()
		x.nudge()
	}
}

func (x *spooler) nudge() {
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// run writes, syncs and tidies until the Shipper's life ends.
func (x *spooler) run() {
	timer := time.NewTimer(keepEvery)
	defer timer.Stop()
	for {
		select {
		case <-x.wake:
		case <-timer.C:
		case <-x.s.life.Done():
			return
		}
		timer.Reset(x.step(time.Now()))
	}
}

// step does what is due and says when more may be.
func (x *spooler) step(now time.Time) time.Duration {
	x.write()
	unsynced := x.sp.unsynced()
	if unsynced >= syncBytes || unsynced > 0 && now.Sub(x.askedAt) >= syncEvery {
		x.askSync(now)
	}
	if now.Sub(x.keptAt) >= keepEvery {
		x.keptAt = now
		x.leave(now)
		x.keep(now.Sub(x.durable) >= durableEvery)
	}
	switch {
	case unsynced > 0:
		return syncEvery
	case x.busy():
		return keepEvery
	}
	return time.Hour
}

func (x *spooler) askSync(now time.Time) {
	x.askedAt = now
	select {
	case x.due <- struct{}{}:
	default:
	}
}

// syncing syncs when asked, beside run: a sync may take seconds.
func (x *spooler) syncing() {
	for {
		select {
		case <-x.due:
			x.sync()
			x.nudge()
		case <-x.s.life.Done():
			return
		}
	}
}

func (x *spooler) busy() bool {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	return x.on || x.s.counters.spooled > 0 || len(x.sp.finished(true)) > 0
}

// write puts every batch that is only in memory into the spool, oldest first.
func (x *spooler) write() {
	s := x.s
	if err := x.sp.repay(); err != nil {
		x.noRoom(err)
		return
	}
	for {
		s.mu.Lock()
		s.trimLiveLocked()
		if !x.on || len(s.live) == 0 || x.sp.unsynced() > unsyncedMax {
			s.mu.Unlock()
			return
		}
		b := s.live[0]
		s.mu.Unlock()
		<-b.ready
		r := &record{first: b.first, n: b.n, errors: b.errors, lane: b.lane, lanes: b.lanes, codec: b.codec, rawLen: b.rawLen, stored: b.body}
		hex.Decode(r.id[:], []byte(b.id[4:]))
		if r.codec == codecNone {
			var enc encoder
			if lz, err := enc.append(nil, b.body, codecLZ4); err == nil {
				r.codec, r.stored = codecLZ4, lz
			}
		}
		if err := x.sp.append(r, func() { x.storedLocked(b) }); err != nil {
			if x.noRoom(err) {
				continue
			}
			return
		}
		x.hasRoom()
		if now := time.Now(); s.cfg.Sync == "always" || x.sp.unsynced() >= syncBytes || now.Sub(x.askedAt) >= syncEvery {
			x.askSync(now)
		}
	}
}

// storedLocked books that b is in the spool.
func (x *spooler) storedLocked(b *batch) {
	s := x.s
	if b.where != inMemory { // delivered in the meantime
		x.sp.done(b.first, b.n)
		return
	}
	b.where = inSpool
	s.events -= b.n
	s.counters.spooled += uint64(b.n)
	x.acks = append(x.acks, b.acks...)
	b.acks = nil
	for _, d := range s.dests {
		for i, q := range d.q {
			if q != b {
				continue
			}
			d.q = append(d.q[:i], d.q[i+1:]...)
			d.view.waiting -= b.n
			b.refs--
			break
		}
		d.nudge()
	}
	if b.refs == 0 {
		s.releaseLocked(b)
	}
	s.movedLocked()
}

// sync makes what was written durable and acknowledges it.
func (x *spooler) sync() error {
	x.s.mu.Lock()
	acks := x.acks
	x.acks = nil
	x.s.mu.Unlock()
	if x.s.cfg.Sync != "never" {
		if err := x.sp.sync(); err != nil {
			x.s.mu.Lock()
			x.acks = append(acks, x.acks...)
			x.s.mu.Unlock()
			return err
		}
	}
	for _, a := range acks {
		if a.to != nil {
			a.to.Done(a.n)
		}
	}
	return nil
}

// noRoom deals with a spool that takes no more: what comes is held in memory, and when that gets short, the oldest in the spool goes, if
// that is the policy. It says whether to try again at once.
func (x *spooler) noRoom(err error) bool {
	s := x.s
	s.mu.Lock()
	first := !x.full
	x.full, x.fullAt = true, time.Now()
	short := s.bytes > int64(s.cfg.Memory)/2
	s.mu.Unlock()
	if first {
		s.log.Error("the spool takes no more, events are held in memory", "err", err, "events", x.sp.left())
	}
	if !short || s.cfg.OnFull != "drop_oldest" || !s.cfg.Volatile {
		return false
	}
	return x.dropSegment()
}

// hasRoom tells that the spool takes events again.
func (x *spooler) hasRoom() {
	x.s.mu.Lock()
	was := x.full && time.Since(x.fullAt) >= 10*time.Second // not between two drops
	if was {
		x.full = false
	}
	dropped := x.s.counters.dropped["full"]
	x.s.mu.Unlock()
	if was {
		x.s.log.Info("the spool takes events again", "dropped", dropped)
	}
}

// dropSegment gives up a segment to make room.
func (x *spooler) dropSegment() bool {
	g := x.sp.victim()
	if g == nil {
		return false
	}
	s := x.s
	s.mu.Lock()
	x.sp.mu.Lock()
	first, last, left := g.first, g.last, g.left
	g.gone = true
	x.sp.mu.Unlock()
	seen := map[uint64]bool{} // on its way: it may still arrive
	for _, d := range s.dests {
		for number, n := range d.outstanding {
			if d.required && number >= first && number < last && !seen[number] {
				seen[number] = true
				left -= n
			}
		}
		if d.begun < last {
			d.view.dropped["full"] += uint64(max(0, left))
		}
	}
	for number := range x.shared {
		if number >= first && number < last && !seen[number] {
			delete(x.shared, number)
		}
	}
	left = max(0, left)
	s.counters.spooled -= uint64(left)
	s.droppedLocked("full", left)
	s.movedLocked()
	s.mu.Unlock()
	if err := x.sp.remove([]string{g.name}); err != nil {
		s.log.Error("a spool segment stays", "file", g.name, "err", err)
	}
	return true
}

// leave turns the spool off when every required destination works and has read all of it, or when there is nothing to rescue any
// more.
func (x *spooler) leave(now time.Time) {
	s := x.s
	s.mu.Lock()
	off := x.on && !s.ending && now.Sub(x.trouble) >= calmBefore && s.bytes < int64(s.cfg.Memory)/4
	for _, d := range s.dests {
		if d.required && (d.view.state != Closed || d.view.failing || d.reading) {
			off = false
		}
	}
	off = off || x.on && !s.ending && !s.spoolsLocked()
	if off {
		x.on = false
	}
	s.mu.Unlock()
	if off {
		x.sp.seal() // a new stretch gets a new segment: within one, numbers have no gaps
	}
}

// keep saves the cursors, durably if asked, and takes finished segments off the disk.
func (x *spooler) keep(durable bool) {
	s := x.s
	s.mu.Lock()
	x.settleLocked()
	m := map[string]uint64{}
	for _, d := range s.dests {
		m[d.name] = d.waterLocked()
	}
	idle := !x.on
	s.mu.Unlock()
	if x.sp.end() == 0 && x.cur.generation == 0 {
		return // nothing was ever spooled here
	}
	names := x.sp.finished(idle)
	durable = durable || len(names) > 0
	if err := x.cur.save(m, durable); err != nil {
		s.log.Debug("cursors", "err", err)
	}
	if durable {
		x.durable = time.Now()
	}
	if err := x.sp.remove(names); err != nil {
		s.log.Warn("a finished spool segment stays", "err", err)
	}
}

// settleLocked gives up what the books say is in a segment and readers did not find: damage since the start.
func (x *spooler) settleLocked() {
	s := x.s
	low := uint64(neverWritten)
	for _, d := range s.dests {
		if d.required {
			low = min(low, d.waterLocked())
		}
	}
	x.sp.mu.Lock()
	lost := 0
	for _, g := range x.sp.segs {
		if !g.active && g.left > 0 && g.last <= low {
			lost += g.left
			g.left = 0
		}
	}
	x.sp.mu.Unlock()
	if lost > 0 {
		s.counters.spooled -= min(s.counters.spooled, uint64(lost))
		s.droppedLocked("damaged", lost)
		s.movedLocked()
	}
}

// waterLocked is the number below which d has every event.
func (d *dest) waterLocked() uint64 {
	low := d.begun
	for number := range d.outstanding {
		low = min(low, number)
	}
	return low
}

// next returns the next batch of the spool for d, nil when all is read. wait says that there is more that cannot be read now.
// It is called by d's goroutine.
func (x *spooler) next(d *dest) (b *batch, wait bool) {
	s := x.s
	for {
		r, err := d.reader.read()
		s.mu.Lock()
		if err != nil || r == nil {
			d.reading = err != nil || d.reader.unread()
			reading := d.reading
			if err == nil && !reading {
				s.movedLocked()
			}
			s.mu.Unlock()
			if err != nil {
				s.log.Debug("spool", "err", plainPath(err))
				x.nudge()
				return nil, true
			}
			if reading {
				continue
			}
			return nil, false
		}
		d.reading = true
		b := &batch{first: r.first, n: r.n, errors: r.errors, lane: r.lane, lanes: r.lanes, codec: r.codec, rawLen: r.rawLen,
			id: "bat_" + hex.EncodeToString(r.id[:]), body: r.stored, refs: 1, where: inSpool, cost: int64(len(r.stored))}
		s.bytes += b.cost
		d.view.waiting += b.n
		x.takenLocked(d, b)
		if r.stored == nil {
			acks := s.finishLocked(d, b, 0, b.n, "damaged")
			s.mu.Unlock()
			_ = acks // a batch of the spool has none
			continue
		}
		s.mu.Unlock()
		return b, false
	}
}

// takenLocked notes that d has begun with b.
func (x *spooler) takenLocked(d *dest, b *batch) {
	d.outstanding[b.first] = b.n
	d.begun = max(d.begun, b.first+uint64(b.n))
	d.reader.next = d.begun
}

// doneLocked notes that d is done with b; when every required destination is, it says what became of the batch.
func (x *spooler) doneLocked(d *dest, b *batch, dead, drop int, reason string) (sh *shared) {
	if b.where != inSpool || !d.required {
		delete(d.outstanding, b.first)
		return nil
	}
	sh = x.shared[b.first]
	if sh == nil {
		sh = &shared{}
		held := x.sp.holds(b.first)
		for _, o := range x.s.dests {
			_, out := o.outstanding[b.first]
			if o.required && (out || held && o.begun <= b.first) {
				sh.left++
			}
		}
		x.shared[b.first] = sh
	}
	delete(d.outstanding, b.first)
	sh.left--
	sh.dead = max(sh.dead, dead)
	sh.drop = max(sh.drop, min(drop, b.n-sh.dead))
	if drop > 0 {
		sh.reason = reason
	}
	if sh.left > 0 {
		return nil
	}
	delete(x.shared, b.first)
	x.sp.done(b.first, b.n)
	return sh
}

// close writes what is left in memory, if the input cannot be read again, and makes everything durable.
func (x *spooler) close() {
	s := x.s
	s.mu.Lock()
	x.on = s.spoolsLocked() && s.fatal == nil
	s.mu.Unlock()
	x.write()
	x.sp.seal()
	if err := x.sync(); err != nil { // once more, to a new file
		if err = x.sp.repay(); err == nil {
			x.sp.seal()
			err = x.sync()
		}
		if err != nil {
			s.log.Error("the spool cannot be synced", "err", err)
		}
	}
	x.keep(true)
	for _, d := range s.dests {
		d.reader.close()
	}
	if err := x.cur.close(); err != nil {
		s.log.Error("closing the cursors", "err", err)
	}
}

// SpoolBooks is what is on disk.
type SpoolBooks struct {
	On       bool // batches go through the spool now
	Full     bool // it takes no more
	Bytes    int64
	Segments int
	Events   int
	Oldest   time.Time // when the oldest was written; zero if there is none
	Holes    uint64    // stretches that were damaged
	Missing  uint64    // events they are known to have held
}

func (x *spooler) booksLocked() SpoolBooks {
	sp := x.sp
	sp.mu.Lock()
	defer sp.mu.Unlock()
	b := SpoolBooks{On: x.on, Full: x.full, Segments: len(sp.segs), Holes: sp.holes, Missing: sp.missing}
	for _, g := range sp.segs {
		b.Bytes += g.size
		b.Events += g.left
		if g.left > 0 && (b.Oldest.IsZero() || g.written.Before(b.Oldest)) {
			b.Oldest = g.written
		}
	}
	return b
}
