package correlate

// table maps keys to values of bounded number and age. Old entries leave through a hierarchical timing wheel; when the
// table is full, of a few entries the one that was not used for longest goes. Times are seconds of the correlator's clock.
type table[V any] struct {
	index   index
	pages   [][]entry[V] // pages do not move when the table grows; entry 0 is unused, so that 0 means none
	n       int32        // entries in pages, entry 0 included
	free    int32        // list of unused entries, by next
	live    int
	max     int
	now     uint32
	used    *uint32 // when what is used now is used: now, or the time of an event that is foreseen; tables of one clock share it
	hand    int32
	wheel   [wheelLevels][wheelSize]int32
	release func(*V) // called for an entry that leaves
	evicted uint64   // entries that left because the table was full
}

const (
	wheelBits   = 6
	wheelSize   = 1 << wheelBits
	wheelLevels = 5 // 64 s, 68 min, 3 d, 194 d, 34 y
)

type entry[V any] struct {
	k          key
	next, prev int32 // in its bucket; prev 0 is the head
	seen       uint32
	ttl        uint32
	bucket     int16 // level*wheelSize + bucket, -1 when free
	v          V
}

// pageBits is the size of a page: small enough for little logs, large enough for few pages.
const pageBits = 9

func newTable[V any](seed uint64, used *uint32, max int, release func(*V)) *table[V] {
	return &table[V]{index: newIndex(seed), n: 1, used: used, max: max, release: release}
}

// entry returns an entry by its number.
func (t *table[V]) entry(i int32) *entry[V] { return &t.pages[i>>pageBits][i&(1<<pageBits-1)] }

// get returns the entry of k, 0 when there is none, and notes that it was used.
func (t *table[V]) get(k key) int32 {
	i := t.find(k)
	if i != 0 {
		t.touch(i)
	}
	return i
}

// find returns the entry of k, 0 when there is none.
func (t *table[V]) find(k key) int32 {
	x := &t.index
	h, mask := x.hash(k), uint32(len(x.places)-1)
	for i := h >> x.shift & mask; ; i = (i + 1) & mask {
		s := x.places[i]
		if s == 0 {
			return 0
		}
		if uint32(s>>32) == h && t.entry(int32(s)).k == k {
			return int32(s)
		}
	}
}

// has reports whether entry i is that of k: who keeps the number of an entry need not look for it again.
func (t *table[V]) has(i int32, k key) bool {
	return i != 0 && t.entry(i).k == k && t.entry(i).bucket >= 0
}

// touch notes that an entry was used.
func (t *table[V]) touch(i int32) {
	e := t.entry(i)
	e.seen = max(e.seen, *t.used)
}

// clocked is what tables of all kinds have in common.
type clocked interface{ advance(now uint32) }

// at returns the value of an entry.
func (t *table[V]) at(i int32) *V { return &t.entry(i).v }

// put adds an entry for k, which must not be there, that leaves ttl seconds after it was last used.
func (t *table[V]) put(k key, ttl uint32) int32 {
	if t.live >= t.max {
		t.evictOldest()
	}
	i := t.free
	if i != 0 {
		t.free = t.entry(i).next
	} else {
		i = t.n
		if int(i>>pageBits) == len(t.pages) {
			t.pages = append(t.pages, make([]entry[V], 1<<pageBits))
		}
		t.n++
	}
	e := t.entry(i)
	e.k, e.seen, e.ttl = k, *t.used, ttl // the value is zero already
	t.index.add(t.index.hash(k), i)
	t.live++
	t.schedule(i)
	return i
}

// schedule puts an entry into the bucket of the second in which it is due.
func (t *table[V]) schedule(i int32) {
	e := t.entry(i)
	due := e.seen + e.ttl
	if due <= t.now {
		due = t.now + 1
	}
	delta := due - t.now
	level := 0
	for level < wheelLevels-1 && delta >= 1<<(wheelBits*(level+1)) {
		level++
	}
	slot := due >> (wheelBits * level) & (wheelSize - 1)
	head := &t.wheel[level][slot]
	e.bucket = int16(level*wheelSize) + int16(slot)
	e.prev, e.next = 0, *head
	if *head != 0 {
		t.entry(*head).prev = i
	}
	*head = i
}

// unlink takes an entry out of its bucket.
func (t *table[V]) unlink(i int32) {
	e := t.entry(i)
	if e.prev != 0 {
		t.entry(e.prev).next = e.next
	} else {
		t.wheel[e.bucket/wheelSize][e.bucket%wheelSize] = e.next
	}
	if e.next != 0 {
		t.entry(e.next).prev = e.prev
	}
}

// remove takes an entry out of the table.
func (t *table[V]) remove(i int32) {
	e := t.entry(i)
	t.unlink(i)
	t.index.remove(t.index.hash(e.k), i)
	if t.release != nil {
		t.release(&e.v)
	}
	var zero V
	e = t.entry(i) // release may have changed the table
	e.v = zero
	e.bucket = -1
	e.next = t.free
	t.free = i
	t.live--
}

// evictOldest removes, of eight entries in turn, the one that was not used for longest.
func (t *table[V]) evictOldest() {
	best, oldest := int32(0), uint32(0)
	for seen, steps := 0, int32(0); seen < 8 && steps < t.n; steps++ {
		t.hand++
		if t.hand >= t.n {
			t.hand = 1
		}
		if t.hand >= t.n {
			break // the table is empty
		}
		e := t.entry(t.hand)
		if e.bucket < 0 {
			continue
		}
		seen++
		if best == 0 || e.seen < oldest {
			best, oldest = t.hand, e.seen
		}
	}
	if best != 0 {
		t.evicted++
		t.remove(best)
	}
}

// advance moves the clock and lets go of what is due.
func (t *table[V]) advance(now uint32) {
	if now <= t.now {
		return
	}
	*t.used = now
	if now-t.now > 1<<(2*wheelBits) {
		t.jump(now)
		return
	}
	for t.now < now {
		t.now++
		for level := range wheelLevels {
			if level > 0 && t.now&(1<<(wheelBits*level)-1) != 0 {
				break
			}
			t.turn(level, t.now>>(wheelBits*level)&(wheelSize-1))
		}
	}
}

// turn empties a bucket: what is due leaves, what was used since is scheduled again, into another bucket.
func (t *table[V]) turn(level int, slot uint32) {
	head := &t.wheel[level][slot]
	for *head != 0 {
		i := *head
		if e := t.entry(i); e.seen+e.ttl <= t.now {
			t.remove(i) // may remove others of the bucket too
		} else {
			t.unlink(i)
			t.schedule(i)
		}
	}
}

// jump moves the clock over a long time at the cost of one look at every entry.
func (t *table[V]) jump(now uint32) {
	t.now = now
	t.wheel = [wheelLevels][wheelSize]int32{}
	for i := int32(1); i < t.n; i++ {
		if t.entry(i).bucket >= 0 {
			t.schedule(i)
		}
	}
	for i := int32(1); i < t.n; i++ {
		if e := t.entry(i); e.bucket >= 0 && e.seen+e.ttl <= now {
			t.remove(i)
		}
	}
}
