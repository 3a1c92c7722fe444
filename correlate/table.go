package correlate

// table maps keys to values of bounded number and age. Old entries leave through a hierarchical timing wheel; when the
// table is full, of a few entries the one that was not used for longest goes. Times are seconds of the correlator's clock.
type table[V any] struct {
	index   map[key]int32
	entries []entry[V] // entries[0] is unused, so that 0 means none
	free    int32      // list of unused entries, by next
	live    int
	max     int
	now     uint32
	used    uint32 // when what is used now is used: now, or the time of an event that is foreseen
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

func newTable[V any](max int, release func(*V)) *table[V] {
	return &table[V]{index: make(map[key]int32), entries: make([]entry[V], 1, 64), max: max, release: release}
}

// get returns the entry of k, 0 when there is none, and notes that it was used.
func (t *table[V]) get(k key) int32 {
	i := t.index[k]
	if i != 0 {
		t.entries[i].seen = max(t.entries[i].seen, t.used)
	}
	return i
}

// useAt sets when what is used from here on is used.
func (t *table[V]) useAt(at uint32) { t.used = max(at, t.now) }

// clocked is what tables of all kinds have in common.
type clocked interface {
	advance(now uint32)
	useAt(at uint32)
}

// at returns the value of an entry.
func (t *table[V]) at(i int32) *V { return &t.entries[i].v }

// put adds an entry for k, which must not be there, that leaves ttl seconds after it was last used.
func (t *table[V]) put(k key, ttl uint32) int32 {
	if t.live >= t.max {
		t.evictOldest()
	}
	i := t.free
	if i != 0 {
		t.free = t.entries[i].next
	} else {
		i = int32(len(t.entries))
		t.entries = append(t.entries, entry[V]{})
	}
	e := &t.entries[i]
	var zero V
	*e = entry[V]{k: k, seen: t.used, ttl: ttl, v: zero}
	t.index[k] = i
	t.live++
	t.schedule(i)
	return i
}

// schedule puts an entry into the bucket of the second in which it is due.
func (t *table[V]) schedule(i int32) {
	e := &t.entries[i]
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
		t.entries[*head].prev = i
	}
	*head = i
}

// unlink takes an entry out of its bucket.
func (t *table[V]) unlink(i int32) {
	e := &t.entries[i]
	if e.prev != 0 {
		t.entries[e.prev].next = e.next
	} else {
		t.wheel[e.bucket/wheelSize][e.bucket%wheelSize] = e.next
	}
	if e.next != 0 {
		t.entries[e.next].prev = e.prev
	}
}

// remove takes an entry out of the table.
func (t *table[V]) remove(i int32) {
	e := &t.entries[i]
	t.unlink(i)
	delete(t.index, e.k)
	if t.release != nil {
		t.release(&e.v)
	}
	var zero V
	e = &t.entries[i] // release may have changed the table
	e.v = zero
	e.bucket = -1
	e.next = t.free
	t.free = i
	t.live--
}

// evictOldest removes, of eight entries in turn, the one that was not used for longest.
func (t *table[V]) evictOldest() {
	best := int32(0)
	for seen, steps := 0, 0; seen < 8 && steps < len(t.entries); steps++ {
		t.hand++
		if int(t.hand) >= len(t.entries) {
			t.hand = 1
		}
		if t.hand == 0 || int(t.hand) >= len(t.entries) || t.entries[t.hand].bucket < 0 {
			continue
		}
		seen++
		if best == 0 || t.entries[t.hand].seen < t.entries[best].seen {
			best = t.hand
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
	t.used = now
	if now-t.now > 1<<(2*wheelBits) {
		t.jump(now)
		return
	}
	for t.now < now {
		t.now++
		for level := 0; level < wheelLevels; level++ {
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
		if e := &t.entries[i]; e.seen+e.ttl <= t.now {
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
	for i := 1; i < len(t.entries); i++ {
		if t.entries[i].bucket >= 0 {
			t.schedule(int32(i))
		}
	}
	for i := 1; i < len(t.entries); i++ {
		if e := &t.entries[i]; e.bucket >= 0 && e.seen+e.ttl <= now {
			t.remove(int32(i))
		}
	}
}
