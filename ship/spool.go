package ship

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// spool is an ordered log of batches on disk that heals itself. One goroutine appends, each
// destination reads with a spoolReader of its own.
//
// A segment is only appended to by the process that made it, and only while nothing went wrong with it. What
// is in a segment is known from its records alone. A damaged record costs itself, never its neighbours.
type spool struct {
	fs      fsys
	max     int64 // bytes on disk
	minFree int64 // bytes of the disk to leave free; 0: a tenth, 1 GiB at most
	log     *slog.Logger
	now     func() time.Time
	outer   sync.Locker // taken before mu

	// Of the appending goroutine.
	buf     []byte
	limit   int64  // a segment's size at most; less when the system has a limit on files
	scanned uint64 // openSpool: number after the last record seen

	mu      sync.Mutex // guards what follows, and every field of a segment
	segs    []*segment // in order
	orders  int        // segments there ever were
	dirty   []*dirty   // segments with something that is not synced, and the active one
	active  *dirty     // what is appended to, nil if none
	entries bool       // the folder has to be synced
	unknown int        // bytes that are not synced
	owed    []*record  // of a failed sync: to be written again before anything else
	holes   uint64
	missing uint64 // events that holes swallowed: the numbers between what is before and after
}

// segment is one file of the spool.
type segment struct {
	name    string
	order   int // rises along the spool
	first   uint64
	last    uint64 // number after its last event
	size    int64  // on disk
	end     int64  // what may be read
	events  int
	left    int // events nobody is done with yet
	errors  int
	written time.Time // of its first record
	active  bool
	gone    bool
}

// dirty is a segment of this process that is still written or has to be synced.
type dirty struct {
	f        file
	g        *segment
	reserved int64
	synced   int64
	pending  []*record // behind synced: kept to be written again if the sync fails
	sealed   bool
}

const (
	segmentMin   = 256 << 10
	segmentMax   = 16 << 20
	segmentExt   = ".seg"
	quarantine   = ".bad"
	quarantined  = 16 << 20 // bytes kept of damage, at most
	neverWritten = 1 << 62
)

var errSpoolFull = errors.New("the spool is full")

// openSpool reads what is in fs. It fails only when the folder cannot be read at all. Events below
// done are known to be delivered.
func openSpool(fs fsys, max, minFree int64, done uint64, log *slog.Logger) (*spool, error) {
	sp := &spool{fs: fs, max: max, minFree: minFree, log: log, now: time.Now, limit: segmentMax}
	files, err := fs.list()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if !strings.HasSuffix(f.name, segmentExt) {
			continue
		}
		g := &segment{name: f.name, size: f.size, end: f.size}
		if err := sp.scan(g, done); err != nil {
			log.Error("a spool segment cannot be read", "file", f.name, "err", err)
			continue
		}
		if g.events == 0 || g.left == 0 { // nothing in it, or nothing anybody waits for
			if err := fs.remove(g.name); err != nil {
				log.Warn("a finished spool segment stays", "file", g.name, "err", err)
			}
			continue
		}
		g.order = len(sp.segs)
		sp.segs = append(sp.segs, g)
	}
	sp.orders = len(sp.segs)
	return sp, nil
}

// scan reads the record headers of a segment of an earlier process.
func (sp *spool) scan(g *segment, done uint64) error {
	f, err := sp.fs.open(g.name)
	if err != nil {
		return err
	}
	defer f.Close()
	expect, damage := uint64(0), false // the number due next, 0 if it is not known
	var h [headerSize]byte
	if _, err := f.ReadAt(h[:], 0); err == nil {
		expect, _ = parseSegment(h[:])
	}
	headers := &ahead{f: f}
	for off := int64(headerSize); ; {
		r, at, skipped, err := nextRecord(headers, off, g.end)
		if damage = !skipped.zero && skipped.size > 0; damage {
			sp.damaged(f, g, skipped)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		off = at + r.diskSize()
		if r.first < sp.scanned { // written again after a failed sync
			continue
		}
		if damage && expect > 0 && r.first > expect { // batches that were delivered from memory leave gaps too, but no damage
			sp.missing += r.first - expect
		}
		if g.events == 0 {
			g.first, g.written = r.first, r.written
		}
		expect = r.first + uint64(r.n)
		sp.scanned = expect
		g.last = expect
		g.events += r.n
		if r.first >= done {
			g.left += r.n
			g.errors += r.errors
		}
	}
}

// damaged counts a hole and keeps a copy of its bytes.
func (sp *spool) damaged(f io.ReaderAt, g *segment, h hole) {
	sp.mu.Lock()
	sp.holes++
	sp.mu.Unlock()
	sp.log.Warn("the spool is damaged; what is around it is read", "file", g.name, "offset", h.at, "bytes", h.size)
	files, err := sp.fs.list()
	if err != nil {
		return
	}
	var kept int64
	for _, x := range files {
		if strings.HasSuffix(x.name, quarantine) {
			kept += x.size
		}
	}
	if kept+h.size > quarantined {
		return
	}
	b := make([]byte, h.size)
	if _, err := f.ReadAt(b, h.at); err != nil {
		return
	}
	out, err := sp.fs.create(fmt.Sprintf("%s-%d%s", strings.TrimSuffix(g.name, segmentExt), h.at, quarantine))
	if err != nil {
		return // seen before, or no room: the count is what matters
	}
	out.WriteAt(b, 0)
	out.Close()
}

// end is the number after the last event of the spool, 0 if it is empty.
func (sp *spool) end() uint64 {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	var n uint64
	for _, g := range sp.segs {
		n = max(n, g.last)
	}
	return n
}

// left is how many events of the spool nobody is done with.
func (sp *spool) left() (n int) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	for _, g := range sp.segs {
		n += g.left
	}
	return n
}

func (sp *spool) bytes() (n int64) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	for _, g := range sp.segs {
		n += g.size
	}
	return n
}

// append writes r behind everything else. errSpoolFull and the disk's own errors leave the spool as it was.
// stored, if not nil, is called in the same moment in which readers begin to see r, with outer held.
func (sp *spool) append(r *record, stored func()) error {
	if err := sp.repay(); err != nil {
		return err
	}
	return sp.write(r, stored)
}

// repay writes again what a failed sync left in doubt.
func (sp *spool) repay() error {
	for {
		sp.mu.Lock()
		if len(sp.owed) == 0 {
			sp.mu.Unlock()
			return nil
		}
		r := sp.owed[0]
		sp.owed = sp.owed[1:]
		sp.mu.Unlock()
		if err := sp.write(r, nil); err != nil {
			sp.mu.Lock()
			sp.owed = append(sp.owed, r)
			sp.sortOwedLocked()
			sp.mu.Unlock()
			return err
		}
	}
}

func (sp *spool) write(r *record, stored func()) error {
	r.size = len(r.stored)
	if r.written.IsZero() {
		r.written = sp.now()
	}
	need := r.diskSize()
	sp.buf = r.appendTo(sp.buf[:0])
	for {
		sp.mu.Lock()
		d := sp.active
		if d != nil && d.g.end+need > d.reserved {
			sp.sealLocked()
			d = nil
		}
		var at int64
		if d != nil {
			at = d.g.end
		}
		sp.mu.Unlock()
		if d == nil {
			if err := sp.begin(r.first, need); err != nil {
				return err
			}
			continue
		}
		_, err := d.f.WriteAt(sp.buf, at)
		if err != nil {
			d.f.WriteAt(zeroBlock[:headerSize], at) // no header may promise what is not there
		}
		again, err := sp.commit(d, r, err, stored)
		if !again {
			return err
		}
	}
}

// commit makes a record that was written to d visible, or deals with the error of writing it. again is true when the sync of d failed meanwhile.
func (sp *spool) commit(d *dirty, r *record, err error, stored func()) (again bool, _ error) {
	if stored != nil {
		sp.outer.Lock()
		defer sp.outer.Unlock()
	}
	sp.mu.Lock()
	if sp.active != d {
		sp.mu.Unlock()
		return true, nil
	}
	if err != nil {
		sp.sealLocked()
		sp.mu.Unlock()
		return false, plainPath(err)
	}
	g := d.g
	if g.events == 0 {
		g.first, g.written = r.first, r.written
	}
	g.end += r.diskSize()
	g.last = r.first + uint64(r.n)
	g.events += r.n
	g.left += r.n
	g.errors += r.errors
	d.pending = append(d.pending, r)
	sp.unknown += len(r.stored)
	sp.mu.Unlock()
	if stored != nil {
		stored()
	}
	return false, nil
}

// unsynced is how many bytes are not known to be durable.
func (sp *spool) unsynced() int {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	n := sp.unknown
	for _, r := range sp.owed {
		n += len(r.stored)
	}
	return n
}

// begin makes a new segment with room for need bytes.
func (sp *spool) begin(first uint64, need int64) error {
	used := sp.bytes()
	size := min(max(used/8, segmentMin), sp.limit)
	size = max(size, headerSize+need)
	if used+size > sp.max {
		if size = headerSize + need; used+size > sp.max {
			return errSpoolFull
		}
	}
	if free, total, err := sp.fs.space(); err == nil {
		keep := sp.minFree
		if keep == 0 {
			keep = min(total/10, 1<<30)
		}
		if free-size < keep {
			return errSpoolFull
		}
	}
	var f file
	var name string
	err := os.ErrExist
	for i := 0; errors.Is(err, os.ErrExist) && i < 100; i++ {
		name = fmt.Sprintf("%020d-%02d%s", first, i, segmentExt)
		f, err = sp.fs.create(name)
	}
	if err != nil {
		return err
	}
	err = f.reserve(size)
	if err == nil {
		_, err = f.WriteAt(appendSegmentHeader(nil, first, sp.now()), 0)
	}
	if err != nil {
		f.Close()
		sp.fs.remove(name)
		if noRoom(err) && size > segmentMin/4 && size > 2*(headerSize+need) {
			sp.limit = max(size/2, segmentMin/4) // there may be a limit on files: smaller ones from now on
		}
		return plainPath(err)
	}
	d := &dirty{f: f, g: &segment{name: name, first: first, last: first, size: size, end: headerSize, active: true}, reserved: size, synced: headerSize}
	sp.mu.Lock()
	d.g.order = sp.orders
	sp.orders++
	sp.segs = append(sp.segs, d.g)
	sp.dirty = append(sp.dirty, d)
	sp.active, sp.entries = d, true
	sp.mu.Unlock()
	return nil
}

// seal ends appending to the active segment.
func (sp *spool) seal() {
	sp.mu.Lock()
	sp.sealLocked()
	sp.mu.Unlock()
}

func (sp *spool) sealLocked() {
	if sp.active != nil {
		sp.active.sealed = true
		sp.active = nil
	}
}

// sync makes what was appended before it durable, and closes sealed segments. It may run beside append: a slow disk must not
// keep batches out of the page cache, where they survive the end of the process. When a sync fails the file cannot be
// trusted any more: what was not synced is written again, to a new segment, by the next append or repay.
func (sp *spool) sync() error {
	sp.mu.Lock()
	list := slices.Clone(sp.dirty)
	entries := sp.entries
	sp.entries = false
	sp.mu.Unlock()
	var errs []error
	for _, d := range list {
		errs = append(errs, sp.syncOne(d))
	}
	if entries {
		if err := sp.fs.syncDir(); err != nil {
			sp.mu.Lock()
			sp.entries = true
			sp.mu.Unlock()
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (sp *spool) syncOne(d *dirty) error {
	sp.mu.Lock()
	n, end := len(d.pending), d.g.end
	sp.mu.Unlock()
	var err error
	if n > 0 {
		err = d.f.Sync()
	}
	sp.mu.Lock()
	if !slices.Contains(sp.dirty, d) { // removed meanwhile
		sp.mu.Unlock()
		return nil
	}
	if err != nil {
		behind := slices.Clone(sp.dirty[slices.Index(sp.dirty, d):]) // written again too: order is kept
		for _, x := range behind {
			sp.distrustLocked(x)
		}
		sp.mu.Unlock()
		sp.log.Error("the spool cannot be synced, its last batches are written again", "err", plainPath(err))
		for _, x := range behind {
			x.f.Truncate(x.synced) // half of a batch here must not hide its whole copy
			x.f.Close()
		}
		return plainPath(err)
	}
	for _, r := range d.pending[:n] {
		sp.unknown -= len(r.stored)
	}
	d.synced, d.pending = end, slices.Clone(d.pending[n:])
	if !d.sealed || len(d.pending) > 0 {
		sp.mu.Unlock()
		return nil
	}
	sp.forgetLocked(d)
	d.g.active, d.g.size = false, d.g.end
	sp.mu.Unlock()
	d.f.Truncate(d.g.end) // gives back the room that was kept; zeros behind the end do no harm
	return plainPath(d.f.Close())
}

// distrustLocked takes back what was appended to d since its last sync.
func (sp *spool) distrustLocked(d *dirty) {
	g := d.g
	g.end = d.synced
	for _, r := range d.pending {
		g.events -= r.n
		g.errors -= r.errors
		g.last = min(g.last, r.first)
		sp.unknown -= len(r.stored)
		if !r.done {
			g.left -= r.n
			sp.owed = append(sp.owed, r)
		}
	}
	sp.sortOwedLocked()
	sp.forgetLocked(d)
	g.active = false
	if sp.active == d {
		sp.active = nil
	}
}

func (sp *spool) sortOwedLocked() {
	slices.SortFunc(sp.owed, func(a, b *record) int { return cmp.Compare(a.first, b.first) })
}

func (sp *spool) forgetLocked(d *dirty) {
	sp.dirty = slices.DeleteFunc(sp.dirty, func(x *dirty) bool { return x == d })
}

// holds says whether the segment of that event is still there.
func (sp *spool) holds(first uint64) bool {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	for _, g := range sp.segs {
		if first >= g.first && first < g.last && !g.gone {
			return true
		}
	}
	return false
}

// done says that n events from first on need no keeping any more.
func (sp *spool) done(first uint64, n int) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	for _, g := range sp.segs {
		if first >= g.first && first < g.last {
			g.left = max(0, g.left-n)
			for _, d := range sp.dirty {
				for _, r := range d.pending {
					r.done = r.done || r.first == first
				}
			}
			return
		}
	}
	sp.owed = slices.DeleteFunc(sp.owed, func(r *record) bool { return r.first == first })
}

// finished are the names of segments that nobody needs: they may be removed once the cursors are durable.
// The active one is among them only if idle.
func (sp *spool) finished(idle bool) (names []string) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	for _, g := range sp.segs {
		if g.left == 0 && (idle || !g.active) {
			names = append(names, g.name)
		}
	}
	return names
}

// remove takes segments off the disk.
func (sp *spool) remove(names []string) error {
	var errs []error
	for _, name := range names {
		if err := sp.removeOne(name); err != nil {
			errs = append(errs, err)
		}
	}
	if len(names) > 0 {
		errs = append(errs, sp.fs.syncDir())
	}
	return errors.Join(errs...)
}

func (sp *spool) removeOne(name string) error {
	sp.mu.Lock()
	at := slices.IndexFunc(sp.segs, func(g *segment) bool { return g.name == name })
	if at < 0 {
		sp.mu.Unlock()
		return nil
	}
	g := sp.segs[at]
	g.gone = true
	sp.segs = append(sp.segs[:at:at], sp.segs[at+1:]...)
	var d *dirty
	if i := slices.IndexFunc(sp.dirty, func(d *dirty) bool { return d.g == g }); i >= 0 {
		d = sp.dirty[i]
		for _, r := range d.pending {
			sp.unknown -= len(r.stored)
		}
		sp.forgetLocked(d)
		if sp.active == d {
			sp.active = nil
		}
	}
	sp.mu.Unlock()
	if d != nil {
		d.f.Close()
	}
	return sp.fs.remove(name)
}

// victim is the segment to drop when room is needed: the oldest without errors, else the oldest; never the active one.
// nil if there is none.
func (sp *spool) victim() *segment {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	var oldest *segment
	for _, g := range sp.segs {
		if g.active {
			continue
		}
		if g.errors == 0 {
			return g
		}
		if oldest == nil {
			oldest = g
		}
	}
	return oldest
}

// spoolReader reads the spool from its beginning, for one destination.
type spoolReader struct {
	sp   *spool
	seg  *segment
	off  int64
	f    file
	next uint64 // events below are read, or need no reading
}

// unread says whether there may be more to read.
func (r *spoolReader) unread() bool {
	r.sp.mu.Lock()
	defer r.sp.mu.Unlock()
	n := len(r.sp.segs)
	if n == 0 {
		return false
	}
	last := r.sp.segs[n-1]
	return r.seg != last || r.off < last.end
}

// read returns the next record with its payload, nil at the end of what there is now. A record whose
// payload is damaged has none: its events are lost. Damage between records is skipped.
func (r *spoolReader) read() (*record, error) {
	for {
		end, ok, err := r.locate()
		if !ok || err != nil {
			return nil, err
		}
		rec, at, skipped, err := nextRecord(r.f, r.off, end)
		if errors.Is(err, io.EOF) {
			r.off = end
			if !skipped.zero && skipped.size > 0 {
				r.sp.log.Debug("skipped in the spool", "file", r.seg.name, "offset", skipped.at, "bytes", skipped.size)
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		r.off = at + rec.diskSize()
		if rec.first < r.next { // written again after a failed sync, or delivered before the restart
			continue
		}
		r.next = rec.first + uint64(rec.n)
		if err := readPayload(r.f, &rec, at); err != nil {
			r.sp.log.Warn("a batch of the spool is damaged", "file", r.seg.name, "offset", at, "events", rec.n, "err", plainPath(err))
			r.sp.mu.Lock()
			r.sp.holes++
			r.sp.mu.Unlock()
			rec.stored = nil
		}
		return &rec, nil
	}
}

// locate opens the segment that is to be read next. ok is false at the end.
func (r *spoolReader) locate() (end int64, ok bool, err error) {
	r.sp.mu.Lock()
	g := r.seg
	if g == nil || g.gone || r.off >= g.end {
		g = r.after(g)
	}
	if g != nil {
		end = g.end
	}
	r.sp.mu.Unlock()
	if g == nil {
		return 0, false, nil
	}
	if g != r.seg || r.f == nil {
		r.close()
		if g != r.seg {
			r.seg, r.off = g, headerSize
		}
		if r.f, err = r.sp.fs.open(g.name); err != nil {
			r.f = nil
			r.sp.mu.Lock()
			gone := g.gone
			r.sp.mu.Unlock()
			if gone {
				return r.locate()
			}
			return 0, false, err
		}
	}
	if r.off >= end {
		return 0, false, nil
	}
	return end, true, nil
}

// after is the segment behind g that has something to read; nil if there is none. The spool's lock is held.
func (r *spoolReader) after(g *segment) *segment {
	for _, x := range r.sp.segs {
		if (g == nil || x.order > g.order) && x.end > headerSize {
			return x
		}
	}
	return nil
}

func (r *spoolReader) close() {
	if r.f != nil {
		r.f.Close()
		r.f = nil
	}
}
