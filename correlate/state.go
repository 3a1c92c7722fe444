package correlate

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"

	"github.com/ezlogs/ezlogs/schema"
)

// stateMagic begins a state file; its last byte is the version of the format.
const stateMagic = "ezlogs flows\x00\x01"

// maxState is the size of the largest state file that is read or written, in bytes.
const maxState = 64 << 20

// errState is returned for a state file that is damaged or of another version or salt.
var errState = errors.New("damaged, or written with another version or salt")

// SaveState writes what the correlator remembers to a file, so that a restart does not split flows. The file is replaced as a
// whole. It holds hashes, names and times, no text of any line.
func (c *Correlator) SaveState(path string) error {
	b := c.appendState(nil)
	if len(b) > maxState {
		return fmt.Errorf("correlate: state of %d bytes is larger than %d", len(b), maxState)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("correlate: write state: %w", err)
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("correlate: write state: %w", err)
	}
	return nil
}

// LoadState takes over what SaveState wrote. It must be called before anything else; a file that is not there changes nothing. After
// an error the correlator is as new.
func (c *Correlator) LoadState(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil && info.Size() > maxState {
		err = fmt.Errorf("%d bytes are more than %d", info.Size(), maxState)
	}
	var b []byte
	if err == nil {
		b, err = os.ReadFile(path)
	}
	if err == nil && !c.readState(b) {
		c.reset(c.cfg)
		err = errState
	}
	if err != nil {
		return fmt.Errorf("correlate: read state: %w", err)
	}
	return nil
}

// appendState appends the state to b.
func (c *Correlator) appendState(b []byte) []byte {
	b = append(b, stateMagic...)
	salt := sha256.Sum256(c.prefix)
	b = append(b, salt[:8]...)
	b = appendKey(b, c.hash.seed)
	b = binary.AppendVarint(b, c.clock)
	b = binary.AppendVarint(b, c.started)
	b = appendBool(b, c.halves)

	flows, jobs := map[int32]uint64{}, map[int32]uint64{}
	var roots []int32
	number := func(f int32) uint64 {
		r := c.find(f)
		if flows[r] == 0 {
			roots = append(roots, r)
			flows[r] = uint64(len(roots))
		}
		return flows[r]
	}
	job := func(j int32) uint64 {
		if j == 0 {
			return 0
		}
		r := c.findJob(j)
		if jobs[r] == 0 {
			jobs[r] = uint64(len(jobs) + 1)
		}
		return jobs[r]
	}

	var ids, units []byte
	nids, nunits := uint64(0), uint64(0)
	c.ids.each(func(e *entry[idEntry]) {
		nids++
		ids = appendEntry(ids, e.k, e.ttl, c.ids.now-min(e.seen, c.ids.now))
		ids = binary.AppendUvarint(ids, number(e.v.flow))
		ids = binary.AppendUvarint(ids, job(e.v.job))
		ids = binary.AppendUvarint(ids, uint64(e.v.tag))
		ids = append(ids, e.v.joins)
		ids = appendBool(ids, e.v.silent)
	})
	c.units.each(func(e *entry[unit]) {
		u := &e.v
		if u.texts.at(textID) != "" || u.flow == 0 {
			return // the application's own ids are text
		}
		nunits++
		units = appendEntry(units, e.k, e.ttl, c.units.now-min(e.seen, c.units.now))
		units = append(units, u.bits[:]...)
		units = append(units, byte(u.kind))
		units = binary.AppendUvarint(units, number(u.flow))
		units = binary.AppendUvarint(units, job(u.job))
		units = appendBool(appendBool(units, u.linked), u.failed)
		for _, n := range [...]uint64{u.inst, u.svc, u.thread, u.req, u.sess, u.route} {
			units = binary.BigEndian.AppendUint64(units, n)
		}
		units = binary.AppendVarint(units, u.start)
		units = binary.AppendVarint(units, u.end)
		units = appendKey(appendKey(units, u.span), u.parent)
	})

	b = binary.AppendUvarint(b, uint64(len(roots)))
	for _, r := range roots {
		f := c.flow(r)
		b = append(b, f.name[:]...)
		b = append(b, f.rank)
		b = appendBool(appendBool(appendBool(b, f.said), f.capped), f.failed)
		b = binary.AppendVarint(b, int64(f.events))
		b = binary.AppendVarint(b, f.first)
		b = binary.AppendVarint(b, f.last)
		b = append(b, f.nprocs)
		for _, k := range c.procsOf(f) {
			b = appendKey(b, k)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(jobs)))
	b = append(binary.AppendUvarint(b, nids), ids...)
	b = append(binary.AppendUvarint(b, nunits), units...)

	b = binary.AppendUvarint(b, uint64(c.processes.live))
	c.processes.each(func(e *entry[taking]) {
		b = appendEntry(b, e.k, e.ttl, c.processes.now-min(e.seen, c.processes.now))
		b = appendText(b, c.defs[e.v.def].Name)
		b = binary.AppendVarint(b, int64(e.v.flows))
		b = appendBool(b, e.v.done)
	})
	b = binary.AppendUvarint(b, uint64(c.aliases.live))
	c.aliases.each(func(e *entry[key]) {
		b = appendEntry(b, e.k, e.ttl, c.aliases.now-min(e.seen, c.aliases.now))
		b = appendKey(b, e.v)
	})
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// readState takes over a state; it reports false when it makes no sense.
func (c *Correlator) readState(b []byte) bool {
	if len(b) < len(stateMagic)+4 || crc32.ChecksumIEEE(b[:len(b)-4]) != binary.BigEndian.Uint32(b[len(b)-4:]) {
		return false
	}
	r := &reader{b: b[:len(b)-4]}
	salt := sha256.Sum256(c.prefix)
	if string(r.bytes(len(stateMagic))) != stateMagic || !bytes.Equal(r.bytes(8), salt[:8]) {
		return false
	}
	c.hash.seed = r.key()
	c.clock, c.started = r.varint(), r.varint()
	c.halves = r.bool()
	now := c.seconds(c.clock)
	for _, t := range c.tables {
		t.advance(now)
	}
	c.tales.advance(now)

	flows := make([]int32, 1, 1+min(r.count(), c.cfg.MaxFlows))
	for range r.last {
		f := flow{name: schema.FlowID(r.bytes(16)), rank: r.byte()}
		f.said, f.capped, f.failed = r.bool(), r.bool(), r.bool()
		f.events, f.first, f.last = int32(r.varint()), r.varint(), r.varint()
		n := r.byte()
		if n > flowProcesses || r.bad {
			return false
		}
		var procs [flowProcesses]key
		for i := range n {
			procs[i] = r.key()
		}
		i := c.newFlow(f.rank, f.name)
		if i != 0 {
			f.refs = 1 // until the ids hold it
			*c.flow(i) = f
			for _, k := range procs[:n] {
				c.addProc(c.flow(i), k)
			}
		}
		flows = append(flows, i)
	}
	jobs := make([]int32, r.count()+1)
	for range r.count() {
		k, ttl, age := r.entry()
		f, j := r.index(len(flows)), r.index(len(jobs))
		id := idEntry{tag: uint32(r.uvarint()), joins: r.byte(), silent: r.bool()}
		if r.bad {
			return false
		}
		if flows[f] == 0 || c.ids.live >= c.ids.max || c.ids.find(k) != 0 {
			continue
		}
		c.hold(flows[f])
		id.flow = flows[f]
		n := c.ids.restore(k, ttl, age)
		*c.ids.at(n) = id
		if j != 0 {
			if jobs[j] == 0 {
				jobs[j] = c.jobOf(n)
			} else {
				c.ids.at(n).job = jobs[j]
				c.jobs[jobs[j]].refs++
			}
		}
	}
	for range r.count() {
		k, ttl, age := r.entry()
		u := unit{bits: [16]byte(r.bytes(16)), kind: unitKind(r.byte())}
		f, j := r.index(len(flows)), r.index(len(jobs))
		u.linked, u.failed = r.bool(), r.bool()
		for _, n := range [...]*uint64{&u.inst, &u.svc, &u.thread, &u.req, &u.sess, &u.route} {
			*n = r.uint64()
		}
		u.start, u.end = r.varint(), r.varint()
		u.span, u.parent = r.key(), r.key()
		if r.bad {
			return false
		}
		if flows[f] == 0 || c.units.live >= c.units.max || c.units.find(k) != 0 || u.kind == 0 || int(u.kind) >= len(unitNames) {
			continue
		}
		u.flow = flows[f]
		n := c.units.restore(k, ttl, age)
		if root := c.flow(u.flow); u.kind.listed() {
			u.next, root.units = root.units, n
			root.nunits++
		} else {
			c.hold(u.flow)
		}
		*c.units.at(n) = u
		if u.span != (key{}) {
			c.ownSpan(n, true)
		}
		if j != 0 && jobs[j] != 0 {
			c.addMark(n, jobs[j])
		}
	}
	for range r.count() {
		k, ttl, age := r.entry()
		name, joined, done := r.text(), int32(r.varint()), r.bool()
		if r.bad {
			return false
		}
		for d := range c.defs {
			if c.defs[d].Name == name && c.processes.find(k) == 0 {
				*c.processes.at(c.processes.restore(k, ttl, age)) = taking{def: int32(d), flows: joined, done: done}
			}
		}
	}
	for range r.count() {
		k, ttl, age := r.entry()
		v := r.key()
		if r.bad {
			return false
		}
		if c.aliases.find(k) == 0 {
			*c.aliases.at(c.aliases.restore(k, ttl, age)) = v
		}
	}
	for _, f := range flows {
		c.drop(f)
	}
	return !r.bad && len(r.b) == 0
}

// each calls f for every entry, in order of place.
func (t *table[V]) each(f func(*entry[V])) {
	for i := int32(1); i < t.n; i++ {
		if t.entry(i).bucket >= 0 {
			f(t.entry(i))
		}
	}
}

// restore adds an entry that was last used age seconds ago.
func (t *table[V]) restore(k key, ttl, age uint32) int32 {
	*t.used = t.now - min(age, t.now)
	n := t.put(k, ttl)
	*t.used = t.now
	return n
}

func appendEntry(b []byte, k key, ttl, age uint32) []byte {
	b = appendKey(b, k)
	b = binary.AppendUvarint(b, uint64(ttl))
	return binary.AppendUvarint(b, uint64(age))
}

func appendKey(b []byte, k key) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, k.a), k.b)
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// reader takes a state apart. After the first thing that is not there it returns zeros.
type reader struct {
	b    []byte
	last int // what count returned
	bad  bool
	zero [64]byte
}

func (r *reader) bytes(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.bad, r.b = true, nil
		if n < 0 || n > len(r.zero) {
			return nil
		}
		return r.zero[:n]
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) byte() byte     { return r.bytes(1)[0] }
func (r *reader) bool() bool     { return r.byte() != 0 }
func (r *reader) uint64() uint64 { return binary.BigEndian.Uint64(r.bytes(8)) }
func (r *reader) key() key       { return key{r.uint64(), r.uint64()} }

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count returns a number of things that follow, each a byte long at least.
func (r *reader) count() int {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.bad, r.b, n = true, nil, 0
	}
	r.last = int(n)
	return r.last
}

// index returns a number below n.
func (r *reader) index(n int) int {
	v := r.uvarint()
	if v >= uint64(n) {
		r.bad, r.b = true, nil
		return 0
	}
	return int(v)
}

func (r *reader) text() string { return string(r.bytes(int(r.uvarint()))) }

func (r *reader) entry() (k key, ttl, age uint32) {
	k = r.key()
	return k, uint32(min(r.uvarint(), 1<<30)), uint32(min(r.uvarint(), 1<<30))
}
