package ship

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
)

func openTestSpool(t testing.TB, fs fsys, done uint64) *spool {
	t.Helper()
	sp, err := openSpool(fs, 1<<30, 1, done, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return sp
}

// testRecord is a record whose payload tells its number.
func testRecord(first uint64, n, size int) *record {
	payload := fmt.Appendf(nil, "%d:%d:", first, n)
	for len(payload) < size {
		payload = append(payload, byte('a'+first%26))
	}
	return &record{first: first, n: n, lanes: 1, codec: codecNone, rawLen: len(payload), stored: payload}
}

func readAll(t testing.TB, r *spoolReader) (got []*record) {
	t.Helper()
	for {
		rec, err := r.read()
		if err != nil {
			t.Fatal(err)
		}
		if rec == nil {
			return got
		}
		got = append(got, rec)
	}
}

// TestSpoolAgainstModel has random appends, syncs, ends of batches, removals, restarts, crashes and full disks.
// Every record that was synced and is not done must be read, in order, as it was written.
func TestSpoolAgainstModel(t *testing.T) {
	t.Parallel()
	runs := 1000
	if testing.Short() {
		runs = 200
	}
	for seed := range runs {
		func() {
			defer func() {
				if t.Failed() {
					t.Logf("seed %d", seed)
				}
			}()
			modelRun(t, uint64(seed))
		}()
	}
}

type modelRecord struct {
	rec    *record
	synced bool
	done   bool
}

func modelRun(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 7))
	fs := newMemFS()
	sp := openTestSpool(t, fs, 0)
	sp.limit = 8 << 10
	var model []*modelRecord
	next := uint64(1)
	water := func() uint64 {
		for _, m := range model {
			if !m.done {
				return m.rec.first
			}
		}
		return next
	}
	reader := &spoolReader{sp: sp}
	unread := 0 // index into model of what reader has not read
	for range 60 {
		switch k := r.IntN(20); {
		case k < 10:
			n := 1 + r.IntN(50)
			rec := testRecord(next, n, 1+r.IntN(3_000))
			if err := sp.append(rec, nil); err != nil {
				if fs.room < 0 {
					t.Fatalf("append: %v", err)
				}
				break
			}
			next += uint64(n)
			model = append(model, &modelRecord{rec: rec})
		case k < 12:
			fs.broken = nil
			if r.IntN(10) == 0 {
				fs.broken = errIO
			}
			if sp.repay() == nil && sp.sync() == nil {
				for _, m := range model {
					m.synced = true
				}
			}
			fs.broken = nil
		case k < 15:
			for _, rec := range readAll(t, reader) {
				if rec.stored == nil { // what a crash left of a record that was not synced
					continue
				}
				for unread < len(model) && model[unread].rec.first < rec.first {
					t.Fatalf("record %d was not read before %d", model[unread].rec.first, rec.first)
				}
				if !bytes.Equal(rec.stored, model[unread].rec.stored) {
					t.Fatalf("record %d is not what was written", rec.first)
				}
				model[unread].done = r.IntN(3) > 0
				if model[unread].done {
					sp.done(rec.first, rec.n)
				}
				unread++
			}
		case k < 16:
			if err := sp.remove(sp.finished(true)); err != nil {
				t.Fatalf("remove: %v", err)
			}
		case k < 17:
			fs.room = []int64{-1, -1, int64(r.IntN(20_000))}[r.IntN(3)]
		case k < 18:
			sp.seal()
			if sp.repay() == nil && sp.sync() == nil {
				for _, m := range model {
					m.synced = true
				}
			}
		default: // a restart: clean, or after a power cut
			w := water()
			if r.IntN(2) == 0 {
				fs.crash(r)
				var kept []*modelRecord
				for _, m := range model {
					if m.synced {
						kept = append(kept, m)
					}
				}
				lost := len(kept) < len(model)
				if lost && len(kept) > 0 {
					next = max(next, kept[len(kept)-1].rec.first)
				}
				model = restart(t, fs, w, kept, model)
			} else {
				fs.room = -1
				err := sp.repay()
				sp.seal()
				if err = errors.Join(err, sp.sync()); err != nil {
					t.Fatal(err)
				}
				for _, m := range model {
					m.synced = true
				}
				model = restart(t, fs, w, model, nil)
			}
			for _, m := range model {
				m.synced = true
			}
			sp = openTestSpool(t, fs, w)
			sp.limit = 8 << 10
			next = max(next, sp.end())
			reader = &spoolReader{sp: sp, next: w}
			model = model[len(model)-undone(model, w):]
			unread = 0
		}
	}
}

func undone(model []*modelRecord, w uint64) int {
	n := 0
	for _, m := range model {
		if m.rec.first >= w {
			n++
		}
	}
	return n
}

// restart opens the spool as the next process would and checks that every record of must from w on is there, in order, with nothing but
// records of may between. It returns what is there.
func restart(t *testing.T, fs *memFS, w uint64, must, may []*modelRecord) (there []*modelRecord) {
	t.Helper()
	sp := openTestSpool(t, fs, w)
	got := readAll(t, &spoolReader{sp: sp, next: w})
	known := map[uint64]*modelRecord{}
	for _, m := range append(append([]*modelRecord(nil), may...), must...) {
		known[m.rec.first] = m
	}
	seen := map[uint64]bool{}
	last := uint64(0)
	for _, rec := range got {
		m := known[rec.first]
		switch {
		case rec.stored == nil && (m == nil || !m.synced):
			continue // the header survived a crash, the payload did not
		case m == nil || !bytes.Equal(rec.stored, m.rec.stored):
			t.Fatalf("record %d of %d events is not what was written: %v %v", rec.first, rec.n, m != nil, rec.stored != nil)
		case rec.first < last:
			t.Fatalf("record %d comes after %d", rec.first, last)
		}
		last = rec.first
		seen[rec.first] = true
		m.done = m.done && rec.first < w
		there = append(there, m)
	}
	for _, m := range must {
		if m.rec.first >= w && !m.done && !seen[m.rec.first] {
			t.Fatalf("record %d was synced and is gone; %d read from %d on", m.rec.first, len(got), w)
		}
	}
	return there
}

func TestSpoolSkipsWhatIsDamagedAndCountsIt(t *testing.T) {
	t.Parallel()
	write := func(t *testing.T) (*memFS, []int64) {
		fs := newMemFS()
		sp := openTestSpool(t, fs, 0)
		var at []int64
		for i := range 20 {
			if sp.active != nil {
				at = append(at, sp.active.g.end)
			} else {
				at = append(at, headerSize)
			}
			if err := sp.append(testRecord(uint64(1+i*10), 10, 1000), nil); err != nil {
				t.Fatal(err)
			}
		}
		sp.sync()
		return fs, at
	}
	name := "00000000000000000001-00.seg"
	for _, tt := range []struct {
		name    string
		damage  func(f *memFile, at []int64)
		records int // read whole
		lost    int // events of records whose payload is damaged
		missing uint64
	}{
		{"nothing", func(*memFile, []int64) {}, 20, 0, 0},
		{"a payload", func(f *memFile, at []int64) { f.data[at[5]+500] ^= 0xff }, 19, 10, 0},
		{"a header", func(f *memFile, at []int64) { f.data[at[5]+20] ^= 0xff }, 19, 0, 10},
		{"the segment header", func(f *memFile, _ []int64) { clear(f.data[:64]) }, 20, 0, 0},
		{"the first record", func(f *memFile, at []int64) { f.data[at[0]] ^= 1 }, 19, 0, 10},
		{"a block", func(f *memFile, at []int64) {
			for i := range 3000 {
				f.data[at[7]+100+int64(i)] = 0xaa
			}
		}, 17, 10, 20},
		{"cut short", func(f *memFile, at []int64) { f.data = f.data[:at[15]+300] }, 15, 0, 0},
		{"rubbish behind", func(f *memFile, _ []int64) {
			f.data = append(f.data, bytes.Repeat([]byte{0xde, 0xad, 0, 0x7f}, 100)...)
		}, 20, 0, 0},
		{"a magic in the middle of rubbish", func(f *memFile, _ []int64) {
			f.data = append(f.data, bytes.Repeat([]byte(recordMagic), 100)...)
		}, 20, 0, 0},
		{"emptied", func(f *memFile, _ []int64) { f.data = nil }, 0, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fs, at := write(t)
			tt.damage(fs.files[name], at)
			sp := openTestSpool(t, fs, 0)
			whole, lost := 0, 0
			for _, rec := range readAll(t, &spoolReader{sp: sp}) {
				if rec.stored == nil {
					lost += rec.n
				} else {
					whole++
				}
			}
			if whole != tt.records || lost != tt.lost || sp.missing != tt.missing {
				t.Errorf("read %d records, lost %d, missing %d; want %d, %d, %d", whole, lost, sp.missing, tt.records, tt.lost, tt.missing)
			}
		})
	}
}

func TestCursorsSurviveTornWrites(t *testing.T) {
	t.Parallel()
	fs := newMemFS()
	c, damaged, err := openCursors(fs, "cursors")
	if err != nil || damaged {
		t.Fatal(err, damaged)
	}
	for i := range 5 {
		if err := c.save(map[string]uint64{"a": uint64(i), "b": uint64(100 + i)}, true); err != nil {
			t.Fatal(err)
		}
	}
	f := fs.files["cursors"]
	whole := append([]byte(nil), f.data...)
	for _, tt := range []struct {
		name    string
		change  func()
		a       uint64
		damaged bool
	}{
		{"whole", func() {}, 4, false},
		{"the newest torn", func() { f.data[100] ^= 1 }, 3, false},
		{"the oldest torn", func() { f.data[cursorSlot+100] ^= 1 }, 4, false},
		{"both torn", func() { f.data[100] ^= 1; f.data[cursorSlot+100] ^= 1 }, 0, true},
		{"emptied", func() { f.data = f.data[:0] }, 0, false},
		{"zeros", func() { clear(f.data) }, 0, false},
		{"rubbish behind", func() { f.data = append(f.data, 1, 2, 3) }, 4, false},
	} {
		f.data = append([]byte(nil), whole...)
		tt.change()
		c, damaged, err := openCursors(fs, "cursors")
		if err != nil || damaged != tt.damaged || c.saved["a"] != tt.a {
			t.Errorf("%s: %v, damaged %v, error %v", tt.name, c.saved, damaged, err)
		}
	}
}

// Between two syncs one slot is written again and again: the other one has to stay.
func TestCursorsKeepADurableSlot(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		fs := newMemFS()
		c, _, err := openCursors(fs, "cursors")
		if err != nil {
			t.Fatal(err)
		}
		fs.syncDir()
		durable := uint64(0)
		for i := range uint64(1 + r.IntN(30)) {
			sync := r.IntN(4) == 0
			if err := c.save(map[string]uint64{"a": i}, sync); err != nil {
				t.Fatal(err)
			}
			if sync {
				durable = i
			}
		}
		fs.crash(r)
		c, _, err = openCursors(fs, "cursors")
		if err != nil || c.saved["a"] < durable {
			t.Fatalf("seed %d: %d was durable, %d is left, %v", seed, durable, c.saved["a"], err)
		}
	}
}

func FuzzSegment(f *testing.F) {
	fs := newMemFS()
	sp := openTestSpool(f, fs, 0)
	for i := range 4 {
		sp.append(testRecord(uint64(1+i*3), 3, 50), nil)
	}
	sp.seal()
	sp.sync()
	f.Add(fs.files["00000000000000000001-00.seg"].data)
	f.Fuzz(func(t *testing.T, data []byte) {
		fs := newMemFS()
		whole := testRecord(1<<40, 3, 50).appendTo(nil)
		// Whatever the damage, a whole record behind it is found.
		for len(data)%8 != 0 {
			data = append(data, 0)
		}
		fs.files["1.seg"] = &memFile{fs: fs, data: append(append(make([]byte, headerSize), data...), whole...)}
		sp := openTestSpool(t, fs, 0)
		found := false
		for _, rec := range readAll(t, &spoolReader{sp: sp}) {
			found = found || rec.first == 1<<40
		}
		if !found && !bytes.Contains(data, []byte(recordMagic)) {
			t.Error("the record behind the damage was not found")
		}
	})
}

func FuzzCursors(f *testing.F) {
	f.Add(appendCursors(nil, 3, map[string]uint64{"a": 1, "bcd": 99}))
	f.Fuzz(func(t *testing.T, b []byte) {
		generation, m, ok := parseCursors(b)
		if !ok {
			return
		}
		if _, again, ok := parseCursors(appendCursors(nil, generation, m)); !ok || len(again) != len(m) {
			t.Errorf("%v became %v", m, again)
		}
	})
}

// BenchmarkOpenSpool opens 64 MiB of small batches: what a long outage at a low rate leaves.
func BenchmarkOpenSpool(b *testing.B) {
	dir := dirFS(b.TempDir())
	sp := openTestSpool(b, dir, 0)
	n := uint64(0)
	for sp.bytes() < 64<<20 {
		if err := sp.append(testRecord(1+n, 1, 300), nil); err != nil {
			b.Fatal(err)
		}
		n++
	}
	sp.seal()
	if err := sp.sync(); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(64 << 20)
	for b.Loop() {
		if sp := openTestSpool(b, dir, 0); sp.left() != int(n) {
			b.Fatal(sp.left(), n)
		}
	}
}
