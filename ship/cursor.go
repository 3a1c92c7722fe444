package ship

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"maps"
	"slices"
)

// cursors say for each destination, by name, below which number it has every event. They live in one file of two
// slots that are written in turn: a torn write leaves the other one. They are a hint: without them everything in the spool is sent again.
//
//	slot: 0 "EZCURS01"  8 generation u64  16 entries u32  20.. (name length u16, name, number u64)…  4092 CRC32C of 0..4092
type cursors struct {
	f          file
	generation uint64
	slot       int64 // the next to be written; the other one is durable
	saved      map[string]uint64
	synced     bool // saved is durable
}

const (
	cursorMagic = "EZCURS01"
	cursorSlot  = 4096
)

// openCursors reads the newest valid slot. The map is empty, not an error, when there is none; damaged
// says that there was something.
func openCursors(fs fsys, name string) (c *cursors, damaged bool, err error) {
	c = &cursors{saved: map[string]uint64{}}
	f, err := fs.openUpdate(name)
	if err != nil {
		return c, false, err
	}
	c.f = f
	var b [2 * cursorSlot]byte
	n, err := f.ReadAt(b[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return c, true, nil
	}
	found := false
	for i := range 2 {
		generation, m, ok := parseCursors(b[i*cursorSlot : (i+1)*cursorSlot])
		if ok && (!found || generation > c.generation) {
			c.generation, c.saved, found = generation, m, true
			c.slot = int64(1 - i)
		}
	}
	if n < len(b) { // room for both slots now, so that a full disk does not matter later
		if err := f.reserve(2 * cursorSlot); err != nil {
			return c, !found && n > 0, plainPath(err)
		}
	}
	return c, !found && !zeros(b[:n]), nil
}

// parseCursors reads one slot.
func parseCursors(b []byte) (generation uint64, m map[string]uint64, ok bool) {
	le := binary.LittleEndian
	if len(b) != cursorSlot || string(b[:8]) != cursorMagic || le.Uint32(b[cursorSlot-4:]) != crc32.Checksum(b[:cursorSlot-4], castagnoli) {
		return 0, nil, false
	}
	m = map[string]uint64{}
	n, at := int(le.Uint32(b[16:])), 20
	for range n {
		if at+2 > cursorSlot-4 {
			return 0, nil, false
		}
		k := int(le.Uint16(b[at:]))
		at += 2
		if at+k+8 > cursorSlot-4 {
			return 0, nil, false
		}
		m[string(b[at:at+k])] = le.Uint64(b[at+k:])
		at += k + 8
	}
	return le.Uint64(b[8:]), m, true
}

// appendCursors is the slot for m. Names that do not fit are left out: theirs is sent again.
func appendCursors(dst []byte, generation uint64, m map[string]uint64) []byte {
	at := len(dst)
	dst = append(dst, make([]byte, cursorSlot)...)
	b := dst[at:]
	le := binary.LittleEndian
	copy(b, cursorMagic)
	le.PutUint64(b[8:], generation)
	n, p := 0, 20
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if p+2+len(name)+8 > cursorSlot-4 {
			break
		}
		le.PutUint16(b[p:], uint16(len(name)))
		copy(b[p+2:], name)
		le.PutUint64(b[p+2+len(name):], m[name])
		p += 2 + len(name) + 8
		n++
	}
	le.PutUint32(b[16:], uint32(n))
	le.PutUint32(b[cursorSlot-4:], crc32.Checksum(b[:cursorSlot-4], castagnoli))
	return dst
}

// save writes m down, where it survives the end of the process, and with sync makes it durable. A slot is written
// until it is durable, then the other one: whenever power fails, one is whole.
func (c *cursors) save(m map[string]uint64, sync bool) error {
	if c.f == nil {
		return errors.New("there is no cursor file")
	}
	if c.generation == 0 || !maps.Equal(m, c.saved) {
		c.generation++
		slot := appendCursors(nil, c.generation, m)
		if _, err := c.f.WriteAt(slot, c.slot*cursorSlot); err != nil {
			return plainPath(err)
		}
		c.saved, c.synced = maps.Clone(m), false
	}
	if !sync || c.synced {
		return nil
	}
	if err := c.f.Sync(); err != nil {
		return plainPath(err)
	}
	c.synced = true
	c.slot = 1 - c.slot
	return nil
}

func (c *cursors) close() error {
	if c.f == nil {
		return nil
	}
	return c.f.Close()
}
