package ship

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// The state directory: spool/ with segments, cursors, dlq/ with dead letters, lock. Folders are 0700, files 0600.
const (
	spoolDir   = "spool"
	deadDir    = "dlq"
	cursorFile = "cursors"
	lockName   = "lock"
)

// ErrLocked says that another process uses the state directory.
var ErrLocked = errors.New("the state directory is in use")

// DirLock is the lock of a state directory: one process at a time ships from it.
type DirLock struct{ f *os.File }

// Lock takes the lock of the state directory dir, which it makes if need be. It fails at once, with an error that is ErrLocked and
// names the process, when another one has it. The system gives a lock back when its process ends, however it ends.
func Lock(dir string) (*DirLock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("ship: state directory: %w", err)
	}
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("ship: state directory: %w", err)
	}
	if err := lockFile(f); err != nil {
		defer f.Close()
		who := "another process"
		b := make([]byte, 32)
		if n, _ := f.ReadAt(b, 0); n > 0 {
			if pid, err := strconv.Atoi(strings.TrimSpace(string(b[:n]))); err == nil {
				who = fmt.Sprintf("process %d", pid)
			}
		}
		return nil, fmt.Errorf("ship: %s: %w by %s", dir, ErrLocked, who)
	}
	if err := f.Truncate(0); err == nil { // the number is for people only: a full disk must not matter
		f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return &DirLock{f}, nil
}

// Unlock gives the lock back.
func (l *DirLock) Unlock() error { return l.f.Close() }

// openState takes the state directory into use.
func (s *Shipper) openState() (err error) {
	if s.lock, err = Lock(s.cfg.StateDir); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			s.lock.Unlock()
		}
	}()
	for _, dir := range []string{spoolDir, deadDir} {
		if err := os.MkdirAll(filepath.Join(s.cfg.StateDir, dir), 0o700); err != nil {
			return fmt.Errorf("ship: state directory: %w", plainPath(err))
		}
	}
	s.dead = openDeadLetter(filepath.Join(s.cfg.StateDir, deadDir), int64(s.cfg.DeadMax))
	s.dead.clean = s.clean
	return s.openSpool(dirFS(filepath.Join(s.cfg.StateDir, spoolDir)), dirFS(s.cfg.StateDir))
}

// openSpool reads cursors and spool. Damage is told and counted, and never a reason not to start.
func (s *Shipper) openSpool(segments, state fsys) error {
	cur, damaged, err := openCursors(state, cursorFile)
	if err != nil {
		s.log.Error("the cursors cannot be used", "err", err)
	}
	done := uint64(neverWritten)
	for _, d := range s.dests {
		if d.required {
			done = min(done, cur.saved[d.name])
		}
	}
	sp, err := openSpool(segments, int64(s.cfg.SpoolMax), int64(s.cfg.MinFree), done, s.log)
	if err != nil {
		return fmt.Errorf("ship: spool: %w", err)
	}
	if damaged {
		s.log.Warn("the cursors are damaged: everything in the spool is sent again", "events", sp.left())
	}
	sp.outer = &s.mu
	x := &spooler{s: s, sp: sp, cur: cur, wake: make(chan struct{}, 1), due: make(chan struct{}, 1), shared: map[uint64]*shared{}}
	s.next = max(s.next, sp.end())
	for _, n := range cur.saved {
		if n < neverWritten {
			s.next = max(s.next, n)
		}
	}
	left := sp.left()
	s.counters.restored, s.counters.spooled = uint64(left), uint64(left)
	for _, d := range s.dests {
		d.reader = &spoolReader{sp: sp, next: cur.saved[d.name]}
		d.begun = cur.saved[d.name]
		if left == 0 {
			d.begun = s.next
			d.reader.next = s.next
		}
		d.reading = left > 0
		d.outstanding = map[uint64]int{}
	}
	x.on = s.cfg.Volatile && left > 0
	s.spool = x
	if left > 0 {
		s.log.Info("sending what the last run left in the spool", "events", left, "bytes", sp.bytes())
		x.nudge()
	}
	return nil
}
