//go:build unix && !linux

package tailer

import (
	"os"
	"syscall"
)

// openShared opens a file for reading without keeping others from renaming or deleting it.
func openShared(path string) (*os.File, error) { return os.Open(path) }

// idOf tells which file is open.
func idOf(_ *os.File, fi os.FileInfo) (fileID, error) {
	id, ok := statID(fi)
	if !ok {
		return fileID{}, os.ErrInvalid
	}
	return id, nil
}

func statID(fi os.FileInfo) (fileID, bool) {
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return fileID{}, false
	}
	return fileID{Dev: uint64(st.Dev), Ino: uint64(st.Ino)}, true
}

// pathID is the id of a file that is not open, as far as its description tells.
func pathID(_ string, fi os.FileInfo) (fileID, bool) { return statID(fi) }

// unlinked says whether an open file has no name any more.
func unlinked(fi os.FileInfo) bool {
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && st.Nlink == 0
}
