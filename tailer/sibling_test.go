package tailer

import (
	"slices"
	"testing"
	"time"
)

func TestIsSibling(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, base string
		want       bool
	}{
		{"app.log.1", "app.log", true},
		{"app.log.10.gz", "app.log", true},
		{"app.log.gz", "app.log", true},
		{"app.log-20250121", "app.log", true},
		{"app.log-20250121.zst", "app.log", true},
		{"app.log.2025-01-21_10-11-12", "app.log", true},
		{"app.log.2025-01-21T10:11:12+01:00", "app.log", true},
		{"app-20250121.log", "app.log", true},
		{"app.1.log.lz4", "app.log", true},
		{"app.2025-01-21.0.log", "app.log", true},
		{"0.log.20250121-101112", "0.log", true},
		{"noext.1", "noext", true},
		{"app.log", "app.log", false},
		{"app.log.bak", "app.log", false},
		{"app.log.", "app.log", false},
		{"app.log.-", "app.log", false},
		{"app.log1", "app.log", false},
		{"app2.log", "app.log", false},
		{"app-error.log", "app.log", false},
		{"other.log.1", "app.log", false},
		{"1.log", "0.log", false},
		{"noext1", "noext", false},
	} {
		if got := isSibling(tt.name, tt.base); got != tt.want {
			t.Errorf("isSibling(%q, %q) = %v, want %v", tt.name, tt.base, got, tt.want)
		}
	}
}

func TestIsTargetSibling(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, target string
		want         bool
	}{
		{"app.log.000006", "app.log.000007", true},
		{"app.log.000006.gz", "app.log.000007", true},
		{"access.2025.01.21.log", "access.2025.01.22.log", true},
		{"0.log.20250121-101112", "0.log", true},
		{"app.log.000007", "app.log.000007", false},
		{"other.log.000006", "app.log.000007", false},
		{"app.log.old", "app.log.000007", false},
		{"plain", "target", false},
		{"access.2025.01.21.txt", "access.2025.01.22.log", false},
	} {
		if got := isTargetSibling(tt.name, tt.target); got != tt.want {
			t.Errorf("isTargetSibling(%q, %q) = %v, want %v", tt.name, tt.target, got, tt.want)
		}
	}
}

func TestCompareAge(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ oldest, middle, newest string }{
		{"app.log.10", "app.log.2", "app.log.1"},
		{"app.log.3.gz", "app.log.2.gz", "app.log.1"},
		{"app.log-20250120", "app.log-20250121", "app.log-20250122"},
		{"app-2025-01-20.log", "app-2025-01-21.log", "app-2025-01-22.log"},
	} {
		names := []string{tt.newest, tt.oldest, tt.middle}
		slices.SortFunc(names, compareAge)
		if want := []string{tt.oldest, tt.middle, tt.newest}; !slices.Equal(names, want) {
			t.Errorf("got %q, want %q", names, want)
		}
	}
}

func TestPause(t *testing.T) {
	t.Parallel()
	tl := &Tailer{cfg: DefaultConfig()}
	last := time.Duration(0)
	for quiet := time.Duration(0); quiet < 10*time.Second; quiet += 100 * time.Millisecond {
		p := tl.pause(quiet)
		if p < last || p < tl.cfg.PollActive || p > tl.cfg.PollIdle {
			t.Errorf("pause(%s) = %s after %s", quiet, p, last)
		}
		last = p
	}
	if last != tl.cfg.PollIdle {
		t.Errorf("got %s at last, want %s", last, tl.cfg.PollIdle)
	}
}
