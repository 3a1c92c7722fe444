package ship

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"time"
)

// The form of the spool on disk. A segment is a 64-byte header and records; a record is a 64-byte header and its stored
// payload, padded to 8 bytes. Numbers are little-endian. Zeros after the last record are room kept for more.
//
//	segment: 0 "EZSPOOL1"  8 version u32  16 first event u64  24 created, ms u64  60 CRC32C of 0..60
//	record:  0 "EZR1"  4 CRC32C of 8..64  8 type  9 codec  10 lane  11 lanes  12 stored u32  16 raw u32
//	         20 CRC32C of the stored payload  24 first event u64  32 events u32  36 of them errors u32  40 written, ms u64  48 id [16]
const (
	headerSize     = 64
	segmentMagic   = "EZSPOOL1"
	recordMagic    = "EZR1"
	spoolVersion   = 1
	recordBatch    = 1
	maxStored      = 256 << 20
	maxRecordCount = 1 << 24
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// record is one batch in the spool.
type record struct {
	first   uint64
	n       int
	errors  int
	lane    uint8
	lanes   uint8
	codec   codec
	rawLen  int
	id      [16]byte
	written time.Time
	stored  []byte // payload; nil when only the header was read
	size    int    // of the stored payload
	crc     uint32
	done    bool // delivered before it was synced
}

// diskSize is what r takes on disk.
func (r *record) diskSize() int64 { return headerSize + int64(r.size+7)&^7 }

// appendTo appends the record's form on disk.
func (r *record) appendTo(dst []byte) []byte {
	at := len(dst)
	dst = append(dst, make([]byte, headerSize)...)
	h := dst[at:]
	copy(h, recordMagic)
	h[8], h[9], h[10], h[11] = recordBatch, byte(r.codec), r.lane, r.lanes
	le := binary.LittleEndian
	le.PutUint32(h[12:], uint32(len(r.stored)))
	le.PutUint32(h[16:], uint32(r.rawLen))
	le.PutUint32(h[20:], crc32.Checksum(r.stored, castagnoli))
	le.PutUint64(h[24:], r.first)
	le.PutUint32(h[32:], uint32(r.n))
	le.PutUint32(h[36:], uint32(r.errors))
	le.PutUint64(h[40:], uint64(r.written.UnixMilli()))
	copy(h[48:], r.id[:])
	le.PutUint32(h[4:], crc32.Checksum(h[8:headerSize], castagnoli))
	dst = append(dst, r.stored...)
	for len(dst)%8 != at%8 {
		dst = append(dst, 0)
	}
	return dst
}

// parseRecord reads a record's header; false if it is none.
func parseRecord(h []byte) (record, bool) {
	le := binary.LittleEndian
	if len(h) < headerSize || string(h[:4]) != recordMagic || le.Uint32(h[4:]) != crc32.Checksum(h[8:headerSize], castagnoli) {
		return record{}, false
	}
	r := record{
		codec: codec(h[9]), lane: h[10], lanes: h[11],
		size: int(le.Uint32(h[12:])), rawLen: int(le.Uint32(h[16:])), crc: le.Uint32(h[20:]),
		first: le.Uint64(h[24:]), n: int(le.Uint32(h[32:])), errors: int(le.Uint32(h[36:])),
		written: time.UnixMilli(int64(le.Uint64(h[40:]))),
	}
	copy(r.id[:], h[48:])
	ok := h[8] == recordBatch && r.size <= maxStored && r.rawLen <= maxStored && r.n > 0 && r.n <= maxRecordCount &&
		r.lanes > 0 && r.lane < r.lanes && r.lanes <= 64 && int(r.codec) < len(codecNames)
	return r, ok
}

func appendSegmentHeader(dst []byte, first uint64, now time.Time) []byte {
	h := make([]byte, headerSize)
	copy(h, segmentMagic)
	le := binary.LittleEndian
	le.PutUint32(h[8:], spoolVersion)
	le.PutUint64(h[16:], first)
	le.PutUint64(h[24:], uint64(now.UnixMilli()))
	le.PutUint32(h[60:], crc32.Checksum(h[:60], castagnoli))
	return append(dst, h...)
}

// parseSegment reads a segment's header: the number its first event was to have.
func parseSegment(h []byte) (first uint64, ok bool) {
	le := binary.LittleEndian
	if len(h) < headerSize || string(h[:8]) != segmentMagic || le.Uint32(h[60:]) != crc32.Checksum(h[:60], castagnoli) || le.Uint32(h[8:]) != spoolVersion {
		return 0, false
	}
	return le.Uint64(h[16:]), true
}

// hole is a stretch of a segment that holds no record.
type hole struct {
	at, size int64
	zero     bool // nothing but zeros: room, not damage
}

// nextRecord finds the first record header at or after off, a multiple of 8, in the first end bytes of f. It returns where
// it is and what was skipped before it; io.EOF when there is none, with the rest as the hole.
func nextRecord(f io.ReaderAt, off, end int64) (r record, at int64, skipped hole, err error) {
	skipped = hole{at: off, zero: true}
	var h [headerSize]byte
	if end-off >= headerSize {
		if _, err := f.ReadAt(h[:], off); err != nil {
			return r, off, skipped, err
		}
		if r, ok := parseRecord(h[:]); ok && off+headerSize+int64(r.size) <= end {
			return r, off, skipped, nil
		}
	}
	buf := make([]byte, 64<<10)
	for at = off; at < end; {
		n := min(int64(len(buf)), end-at)
		if _, err := f.ReadAt(buf[:n], at); err != nil {
			return r, off, skipped, err
		}
		found, known := searchRecord(buf[:n])
		if found < 0 {
			if n < int64(len(buf)) {
				known = int(n)
			}
			skipped.zero = skipped.zero && zeros(buf[:known])
			at += int64(known)
			continue
		}
		skipped.zero = skipped.zero && zeros(buf[:found])
		at += int64(found)
		skipped.size = at - off
		r, _ = parseRecord(buf[found:])
		if at+headerSize+int64(r.size) <= end {
			return r, at, skipped, nil
		}
		skipped.zero = false // a header whose payload is cut off
		at += 8
	}
	skipped.size = max(0, end-off)
	return r, end, skipped, io.EOF
}

// searchRecord finds a record header in b at a multiple of 8. Without one, known is how many bytes
// cannot be the beginning of one.
func searchRecord(b []byte) (found, known int) {
	for i := 0; i+headerSize <= len(b); i += 8 {
		k := bytes.Index(b[i:], []byte(recordMagic))
		if k < 0 {
			break
		}
		if i += k; i%8 != 0 {
			i &^= 7 // the next round looks from the next multiple of 8
			continue
		}
		if i+headerSize > len(b) {
			return -1, i
		}
		if _, ok := parseRecord(b[i:]); ok {
			return i, i
		}
	}
	return -1, max(8, (len(b)-headerSize)&^7)
}

func zeros(b []byte) bool {
	for len(b) > 0 {
		n := min(len(b), len(zeroBlock))
		if !bytes.Equal(b[:n], zeroBlock[:n]) {
			return false
		}
		b = b[n:]
	}
	return true
}

var zeroBlock = make([]byte, 4096)

// ahead reads small records a page at a time.
type ahead struct {
	f    io.ReaderAt
	page [4096]byte
	at   int64
	n    int
}

func (a *ahead) ReadAt(p []byte, off int64) (int, error) {
	if len(p) > len(a.page) {
		return a.f.ReadAt(p, off)
	}
	if off < a.at || off+int64(len(p)) > a.at+int64(a.n) {
		n, err := a.f.ReadAt(a.page[:], off)
		a.at, a.n = off, n
		if n < len(p) {
			return copy(p, a.page[:n]), err
		}
	}
	return copy(p, a.page[off-a.at:a.n]), nil
}

var errDamaged = errors.New("the payload is damaged")

// readPayload reads what belongs to r, whose header is at off.
func readPayload(f io.ReaderAt, r *record, off int64) error {
	r.stored = make([]byte, r.size)
	if _, err := f.ReadAt(r.stored, off+headerSize); err != nil {
		if errors.Is(err, io.EOF) {
			return errDamaged
		}
		return err
	}
	if crc32.Checksum(r.stored, castagnoli) != r.crc {
		return errDamaged
	}
	return nil
}
