package ship

import (
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"syscall"
)

// memFS is a folder in memory that can lose its power: crash forgets what was not synced, wholly or in part.
type memFS struct {
	mu      sync.Mutex
	files   map[string]*memFile // as the process sees it
	durable map[string]*memFile // names that survive a crash
	room    int64               // bytes that may still be written, -1: any
	broken  error               // what every sync returns
}

type memFile struct {
	fs     *memFS
	data   []byte
	synced []byte // what is on the disk for sure
}

func newMemFS() *memFS {
	return &memFS{files: map[string]*memFile{}, durable: map[string]*memFile{}, room: -1}
}

// crash is a power cut. What was not synced survives as far as the disk got: each file is its synced form with some
// of the later 512-byte blocks written.
func (m *memFS) crash(r *rand.Rand) {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := map[string]*memFile{}
	maps.Copy(kept, m.durable)
	for name, f := range m.files { // a creation that was not synced may survive too
		if kept[name] == nil && r.IntN(2) == 0 && m.durable[name] == nil {
			kept[name] = f
		}
	}
	for _, f := range kept {
		data := append([]byte(nil), f.synced...)
		for at := 0; at < len(f.data); at += 512 {
			if r.IntN(3) > 0 {
				continue
			}
			end := min(at+512, len(f.data))
			if r.IntN(8) == 0 { // torn inside the block
				end = at + r.IntN(end-at)
			}
			for len(data) < end {
				data = append(data, 0)
			}
			copy(data[at:end], f.data[at:end])
		}
		f.data = data
		f.synced = append([]byte(nil), data...)
	}
	m.files, m.durable = kept, maps.Clone(kept)
}

func (m *memFS) create(name string) (file, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.files[name] != nil {
		return nil, os.ErrExist
	}
	f := &memFile{fs: m}
	m.files[name] = f
	return f, nil
}

func (m *memFS) open(name string) (file, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.files[name]
	if f == nil {
		return nil, os.ErrNotExist
	}
	return f, nil
}

func (m *memFS) openUpdate(name string) (file, error) {
	m.mu.Lock()
	f := m.files[name]
	m.mu.Unlock()
	if f != nil {
		return f, nil
	}
	return m.create(name)
}

func (m *memFS) remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.files[name] == nil {
		return os.ErrNotExist
	}
	delete(m.files, name)
	return nil
}

func (m *memFS) list() ([]fileSize, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []fileSize
	for _, name := range slices.Sorted(maps.Keys(m.files)) {
		out = append(out, fileSize{name, int64(len(m.files[name].data))})
	}
	return out, nil
}

func (m *memFS) syncDir() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.durable = maps.Clone(m.files)
	return nil
}

func (m *memFS) space() (free, total int64, err error) {
	return 1 << 40, 1 << 41, nil
}

func (f *memFile) ReadAt(p []byte, off int64) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if off >= int64(len(f.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memFile) WriteAt(p []byte, off int64) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.growLocked(off + int64(len(p))); err != nil {
		return 0, err
	}
	return copy(f.data[off:], p), nil
}

func (f *memFile) growLocked(size int64) error {
	grow := size - int64(len(f.data))
	if grow <= 0 {
		return nil
	}
	if f.fs.room >= 0 && grow > f.fs.room {
		return syscall.ENOSPC
	}
	if f.fs.room >= 0 {
		f.fs.room -= grow
	}
	f.data = append(f.data, make([]byte, grow)...)
	return nil
}

func (f *memFile) Truncate(size int64) error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if size < int64(len(f.data)) {
		f.data = f.data[:size]
		return nil
	}
	return f.growLocked(size)
}

func (f *memFile) reserve(size int64) error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	return f.growLocked(size)
}

var errIO = errors.New("input/output error")

func (f *memFile) Sync() error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if f.fs.broken != nil {
		return f.fs.broken
	}
	f.synced = append(f.synced[:0], f.data...)
	return nil
}

func (f *memFile) Close() error { return nil }

func (f *memFile) size() (int64, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	return int64(len(f.data)), nil
}
