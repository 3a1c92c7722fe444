//go:build unix

package ship

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func diskSpace(dir string) (free, total int64, err error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), int64(st.Blocks) * int64(st.Bsize), nil
}

func isQuota(err error) bool { return errors.Is(err, syscall.EDQUOT) }

// lockFile takes the lock of f for this process, or fails at once.
func lockFile(f *os.File) error {
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}
