package ship

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"sort"
	"syscall"
)

// fsys is the folder the spool lives in. Names are plain file names. Tests have one in memory that crashes.
type fsys interface {
	create(name string) (file, error)     // for writing; it must not exist
	open(name string) (file, error)       // for reading
	openUpdate(name string) (file, error) // for reading and writing, made if missing
	remove(name string) error
	list() ([]fileSize, error) // by name
	syncDir() error            // makes creations and removals durable
	space() (free, total int64, err error)
}

type file interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
	Sync() error
	Close() error
	size() (int64, error)
	reserve(size int64) error // makes the file that long, with room on the disk for all of it
}

type fileSize struct {
	name string
	size int64
}

// dirFS is a folder of the operating system.
type dirFS string

func (d dirFS) create(name string) (file, error) {
	return d.openFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL)
}
func (d dirFS) open(name string) (file, error) { return d.openFile(name, os.O_RDONLY) }
func (d dirFS) openUpdate(name string) (file, error) {
	return d.openFile(name, os.O_RDWR|os.O_CREATE)
}
func (d dirFS) remove(name string) error { return plainPath(os.Remove(filepath.Join(string(d), name))) }

func (d dirFS) openFile(name string, flag int) (file, error) {
	f, err := os.OpenFile(filepath.Join(string(d), name), flag, 0o600)
	if err != nil {
		return nil, plainPath(err)
	}
	return osFile{f}, nil
}

func (d dirFS) list() ([]fileSize, error) {
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return nil, plainPath(err)
	}
	var out []fileSize
	for _, e := range entries {
		fi, err := e.Info()
		if err != nil || !fi.Mode().IsRegular() {
			continue
		}
		out = append(out, fileSize{e.Name(), fi.Size()})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].name < out[j].name })
	return out, nil
}

func (d dirFS) syncDir() error {
	f, err := os.Open(string(d))
	if err != nil {
		return plainPath(err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, os.ErrPermission) { // Windows has no such thing
		return plainPath(err)
	}
	return nil
}

func (d dirFS) space() (free, total int64, err error) { return diskSpace(string(d)) }

type osFile struct{ *os.File }

func (f osFile) size() (int64, error) {
	fi, err := f.Stat()
	if err != nil {
		return 0, plainPath(err)
	}
	return fi.Size(), nil
}

func (f osFile) reserve(size int64) error { return reserve(f.File, size) }

// noRoom says whether err is one that ends by itself when the disk has room again.
func noRoom(err error) bool {
	return errors.Is(err, errSpoolFull) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EFBIG) ||
		errors.Is(err, syscall.EROFS) || isQuota(err)
}
