package tailer

import (
	"fmt"
	"io"
	"path/filepath"
	"time"
)

// Config says what to read and how.
type Config struct {
	// Paths are files, globs (with ** for any number of directories), directories (their files, not those of
	// subdirectories, not hidden ones) and "-" for standard input.
	Paths []string `toml:"paths"`
	// Exclude are globs; a file whose path or name matches one is not read.
	Exclude []string `toml:"exclude"`
	// From is where a file that was never seen is read from: "start" or "end". A file that appears later is read from its
	// start whatever this says.
	From string `toml:"from"`
	// MaxLine is the longest line handed out, in bytes without its newline; of a longer one the beginning is handed out.
	MaxLine int `toml:"max_line_size"`
	// StateDir is where positions are kept; "" keeps none. It is made, with mode 0700, if missing.
	StateDir string `toml:"-"`
	// BlockSize is the usual size of a chunk in bytes. A longer line makes a longer chunk.
	BlockSize int `toml:"-"`
	// Buffer is the number of chunks that may wait to be taken.
	Buffer int `toml:"-"`
	// PollActive and PollIdle are the times between two looks at a file that was, or was not, written lately. With Notify, idle
	// files are looked at a quarter as often as PollIdle says.
	PollActive time.Duration `toml:"-"`
	PollIdle   time.Duration `toml:"-"`
	// PollSteady is the time between two looks at a file that has been written for a while, and not much at a time. What is
	// read goes into batches anyway, and waking up costs more than reading. It is not used where it is less than PollActive.
	PollSteady time.Duration `toml:"-"`
	// Discover is the time between two expansions of Paths.
	Discover time.Duration `toml:"-"`
	// Linger is how long a rotated file that was read to its end must be quiet before it is closed.
	Linger time.Duration `toml:"-"`
	// MaxOpen is the number of descriptors held. Beyond it, rotated files that can be found again are closed.
	MaxOpen int `toml:"-"`
	// Checkpoint is the time between two saves of positions that moved.
	Checkpoint time.Duration `toml:"-"`
	// Sync is the least time between two saves that wait for the disk.
	Sync time.Duration `toml:"-"`
	// Notify uses file system notifications to look sooner at files that were idle. Polling decides either way.
	Notify bool `toml:"-"`
	// FollowNxadm lets github.com/nxadm/tail follow files that are caught up, where the system allows it. It is meant for
	// a person watching a few files.
	FollowNxadm bool `toml:"-"`
	// Tee gets the bytes of standard input, unchanged, as they are read. Reading waits for it, but not for its errors: the first
	// one ends the copying.
	Tee io.Writer `toml:"-"`
}

// DefaultConfig returns a configuration with every limit set and no paths.
func DefaultConfig() Config {
	return Config{
		From:       "start",
		MaxLine:    1 << 20,
		BlockSize:  128 << 10,
		Buffer:     8,
		PollActive: 25 * time.Millisecond,
		PollIdle:   250 * time.Millisecond,
		Discover:   time.Second,
		Linger:     5 * time.Second,
		MaxOpen:    1024,
		Checkpoint: 500 * time.Millisecond,
		Sync:       time.Second,
		Notify:     true,
	}
}

// Validate reports the first field that is wrong, by its toml name where it has one.
func (c Config) Validate() error {
	if len(c.Paths) == 0 {
		return fmt.Errorf("paths: name at least one file, glob or directory, or - for standard input")
	}
	for _, p := range c.Paths {
		if p == "" {
			return fmt.Errorf("paths: an entry is empty")
		}
		if _, err := filepath.Match(p, ""); err != nil {
			return fmt.Errorf("paths: %q: %w", p, err)
		}
	}
	for _, p := range c.Exclude {
		if _, err := filepath.Match(p, ""); err != nil {
			return fmt.Errorf("exclude: %q: %w", p, err)
		}
	}
	if c.From != "start" && c.From != "end" {
		return fmt.Errorf("from: %q is neither \"start\" nor \"end\"", c.From)
	}
	for _, n := range []struct {
		name     string
		got, min int
		max      int
	}{
		{"max_line_size", c.MaxLine, 1, 1 << 30},
		{"block_size", c.BlockSize, 1, 64 << 20},
		{"buffer", c.Buffer, 0, 1 << 16},
		{"max_open", c.MaxOpen, 1, 1 << 20},
	} {
		if n.got < n.min || n.got > n.max {
			return fmt.Errorf("%s: must be from %d to %d, is %d", n.name, n.min, n.max, n.got)
		}
	}
	for _, d := range []struct {
		name string
		got  time.Duration
	}{
		{"poll_active", c.PollActive},
		{"poll_idle", c.PollIdle},
		{"discover", c.Discover},
		{"checkpoint", c.Checkpoint},
	} {
		if d.got < time.Millisecond {
			return fmt.Errorf("%s: must be at least 1ms, is %s", d.name, d.got)
		}
	}
	if c.Linger < 0 || c.Sync < 0 {
		return fmt.Errorf("linger and sync: must not be negative")
	}
	return nil
}
