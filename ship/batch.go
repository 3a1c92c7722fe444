package ship

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// batch is a run of events that travels together. It is cut once, and only split when a receiver asks for it.
type batch struct {
	first  uint64 // number of its first event; the others follow
	n      int
	errors int
	lane   uint8 // of its flows: batches of one lane keep their order
	lanes  uint8 // how many lanes there were
	id     string
	rawLen int
	raw    []byte // NDJSON until encoded; with codecNone for good
	codec  codec
	body   []byte        // encoded; set before ready is closed, then never written
	ready  chan struct{} // nil: from the spool, body is set

	// Guarded by Shipper.mu.
	acks  []ackRun
	refs  int   // destinations that still hold it
	left  int   // required ones among them
	dead  int   // events set aside, by the destination that set most aside
	drop  int   // events dropped, likewise
	cost  int64 // bytes of the memory budget it has
	where place
}

type place uint8

const (
	inMemory place = iota
	inSpool        // in the spool, maybe in memory too
	finished       // every required destination is done with it
)

// ackRun is n events in a row with one Acker.
type ackRun struct {
	to Acker
	n  int
}

func (b *batch) ack(to Acker, n int) {
	if k := len(b.acks); k > 0 && b.acks[k-1].to == to {
		b.acks[k-1].n += n
		return
	}
	b.acks = append(b.acks, ackRun{to, n})
}

// batchID is the same for the same first and last event and count, also after a crash.
func batchID(raw []byte, n int) string {
	firstLine, _, _ := bytes.Cut(raw, newline)
	lastLine := bytes.TrimSuffix(raw, newline)
	lastLine = lastLine[bytes.LastIndexByte(lastLine, '\n')+1:]
	h := sha256.New()
	h.Write(eventID(firstLine))
	h.Write(newline)
	h.Write(eventID(lastLine))
	var count [8]byte
	binary.LittleEndian.PutUint64(count[:], uint64(n))
	h.Write(count[:])
	return "bat_" + hex.EncodeToString(h.Sum(nil)[:16])
}

var (
	newline       = []byte{'\n'}
	eventIDPrefix = []byte(`{"event_id":"`)
)

// eventID is the id at the beginning of an event, or the whole event if it does not begin with one.
func eventID(line []byte) []byte {
	if rest, ok := bytes.CutPrefix(line, eventIDPrefix); ok {
		if i := bytes.IndexByte(rest, '"'); i > 0 {
			return rest[:i]
		}
	}
	return line
}

// lineEnds are the offsets just past each event of raw.
func lineEnds(raw []byte, n int) []int {
	ends := make([]int, 0, n)
	for at := 0; at < len(raw); {
		i := bytes.IndexByte(raw[at:], '\n')
		if i < 0 {
			return append(ends, len(raw))
		}
		at += i + 1
		ends = append(ends, at)
	}
	return ends
}
