package tailer

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// openShared opens a file for reading without keeping others from renaming or deleting it.
func openShared(path string) (*os.File, error) { return os.Open(path) }

// idOf tells which file is open. The time of birth needs a call of its own, so it is asked for once, when a file was opened.
func idOf(f *os.File, fi os.FileInfo) (fileID, error) {
	id, ok := statID(fi)
	if !ok {
		return fileID{}, os.ErrInvalid
	}
	if f == nil {
		return id, nil
	}
	var st unix.Statx_t
	if err := unix.Statx(int(f.Fd()), "", unix.AT_EMPTY_PATH, unix.STATX_BTIME, &st); err == nil && st.Mask&unix.STATX_BTIME != 0 {
		id.Born = st.Btime.Sec*1e9 + int64(st.Btime.Nsec)
	}
	return id, nil
}

func statID(fi os.FileInfo) (fileID, bool) {
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return fileID{}, false
	}
	return fileID{Dev: uint64(st.Dev), Ino: st.Ino}, true
}

// pathID is the id of a file that is not open, as far as its description tells.
func pathID(_ string, fi os.FileInfo) (fileID, bool) { return statID(fi) }

// unlinked says whether an open file has no name any more.
func unlinked(fi os.FileInfo) bool {
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && st.Nlink == 0
}
