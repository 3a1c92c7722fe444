package tailer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"strconv"
	"time"
)

// ErrLocked is wrapped by the error of Start when another process uses the same Config.StateDir.
var ErrLocked = errors.New("another process uses this state directory")

// errDamaged is what a slot that cannot be trusted gives.
var errDamaged = errors.New("positions are damaged")

const (
	slotVersion = 1
	slotMagic   = "ezlogs-positions"
	maxSlot     = 256 << 20 // bytes; a larger file is not ours
	lockName    = "positions.lock"
)

// slotNames are written in turn, so that one of them is whole at any time.
var slotNames = [2]string{"positions.0", "positions.1"}

// record is what is remembered of one generation. It holds hashes, never text of a log.
type record struct {
	Source   string `json:"source"` // path the source was configured or found by
	Path     string `json:"path"`   // where this file was seen last
	ID       fileID `json:"id"`
	Raw      int64  `json:"raw"`  // acknowledged up to here, in stored bytes
	Text     int64  `json:"text"` // the same, in bytes of UTF-8
	Head     digest `json:"head"` // of the beginning of the file
	Mark     digest `json:"mark"` // of the bytes before Raw
	Size     int64  `json:"size"` // when seen last
	Mod      int64  `json:"mod"`  // nanoseconds; modification time when seen last
	Seen     int64  `json:"seen"` // nanoseconds; when it was last known to exist
	Epoch    int    `json:"epoch,omitempty"`
	Identity []byte `json:"identity,omitempty"`
	Rotated  bool   `json:"rotated,omitempty"`
	Packed   bool   `json:"packed,omitempty"` // compressed; Raw counts what is inside
	Closed   bool   `json:"closed,omitempty"` // read and acknowledged to its end
}

// store keeps records in a directory that it holds locked.
type store struct {
	root    *os.Root
	lock    *os.File
	gen     uint64 // of the slot written last
	next    int    // slot to write next
	fsynced time.Time
	records int  // in the slot written last
	pending bool // the slot written last is not known to be on disk
}

// openStore locks dir and returns the records of its newest whole slot. damaged says that positions were there but none could
// be read.
func openStore(dir string) (st *store, recs []record, damaged error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, nil, fmt.Errorf("tailer: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("tailer: %w", err)
	}
	st = &store{root: root}
	st.lock, err = root.OpenFile(lockName, os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		err = lockFile(st.lock)
	}
	if err != nil {
		st.close()
		return nil, nil, nil, fmt.Errorf("tailer: state directory %s: %w", dir, err)
	}
	found := false
	for i, name := range slotNames {
		b, err := st.read(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		gen, r := uint64(0), []record(nil)
		if err == nil {
			gen, r, err = decodeSlot(b)
		}
		if err != nil {
			damaged = fmt.Errorf("tailer: %s in %s: %w", name, dir, err)
			continue
		}
		if !found || gen > st.gen {
			st.gen, recs, st.next = gen, r, 1-i
		}
		found = true
	}
	if found {
		damaged = nil
	}
	return st, recs, damaged, nil
}

func (st *store) read(name string) ([]byte, error) {
	f, err := st.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSlot))
}

// save writes the records. With sync it returns after they are on disk. Between two such saves the same slot is written over
// and over, so that the other one always holds what reached the disk.
func (st *store) save(recs []record, sync bool) error {
	b, err := encodeSlot(st.gen+1, recs)
	if err != nil {
		return fmt.Errorf("tailer: positions: %w", err)
	}
	f, err := st.root.OpenFile(slotNames[st.next], os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("tailer: positions: %w", err)
	}
	_, err = f.WriteAt(b, 0)
	if err == nil {
		err = f.Truncate(int64(len(b)))
	}
	if err == nil && sync {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("tailer: positions: %w", err)
	}
	st.gen++
	st.pending = !sync
	if sync {
		st.next = 1 - st.next
	}
	return nil
}

func (st *store) close() {
	if st.lock != nil {
		unlockFile(st.lock)
		st.lock.Close()
	}
	st.root.Close()
}

// encodeSlot writes a line that describes what follows, then the records as JSON.
func encodeSlot(gen uint64, recs []record) ([]byte, error) {
	body, err := json.Marshal(recs)
	if err != nil {
		return nil, err
	}
	return append(slotHeader(gen, body), body...), nil
}

func slotHeader(gen uint64, body []byte) []byte {
	sum := crc32.Update(0, crc32.MakeTable(crc32.Castagnoli), strconv.AppendUint(nil, gen, 10))
	sum = crc32.Update(sum, crc32.MakeTable(crc32.Castagnoli), body)
	return fmt.Appendf(nil, "%s %d %d %d %08x\n", slotMagic, slotVersion, gen, len(body), sum)
}

// decodeSlot is the inverse of encodeSlot. What follows the records, left from a longer slot, is ignored.
func decodeSlot(b []byte) (gen uint64, recs []record, err error) {
	head, body, ok := bytes.Cut(b, []byte("\n"))
	var magic string
	var version, size int
	var sum uint32
	if !ok || len(head) > 128 {
		return 0, nil, errDamaged
	}
	if n, err := fmt.Sscanf(string(head), "%s %d %d %d %x", &magic, &version, &gen, &size, &sum); n != 5 || err != nil || magic != slotMagic {
		return 0, nil, errDamaged
	}
	if version != slotVersion {
		return 0, nil, fmt.Errorf("positions have version %d, this program knows %d", version, slotVersion)
	}
	if size < 0 || size > len(body) {
		return 0, nil, errDamaged
	}
	body = body[:size]
	if !bytes.Equal(append(head, '\n'), slotHeader(gen, body)) {
		return 0, nil, errDamaged
	}
	if err := json.Unmarshal(body, &recs); err != nil {
		return 0, nil, errDamaged
	}
	for _, r := range recs {
		if r.Raw < 0 || r.Text < 0 || r.Head.N < 0 || r.Head.N > headBytes || r.Mark.N < 0 || r.Mark.N > guardBytes || r.Epoch < 0 {
			return 0, nil, errDamaged
		}
	}
	return gen, recs, nil
}
