package tailer

import (
	"strings"
	"testing"
	"time"
)

// TestPaceOfLooks holds how often a file is looked at: often when it begins to be written or brings much, less often when it
// goes on a little at a time, seldom when it is quiet.
func TestPaceOfLooks(t *testing.T) {
	t.Parallel()
	const active, steady, idle = 20 * time.Millisecond, 160 * time.Millisecond, 250 * time.Millisecond
	for _, tt := range []struct {
		name   string
		steady time.Duration
		more   int           // bytes at every look
		after  time.Duration // since the writing began
		want   time.Duration
	}{
		{"at first", steady, 10, 500 * time.Millisecond, active},
		{"for a while", steady, 10, 2 * time.Second, steady},
		{"for a while, a page at a time", steady, pageful + 1, 2 * time.Second, steady + steady/2},
		{"for a while, a block at a time", steady, 64 << 10, 2 * time.Second, active},
		{"for a while, nobody minds waking up", 0, 10, 2 * time.Second, active},
		{"not any more", steady, 0, 20 * time.Second, idle},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "app.log")
			r.cfg.BlockSize = 64 << 10
			r.cfg.PollActive, r.cfg.PollSteady, r.cfg.PollIdle = active, tt.steady, idle
			r.write("app.log", "a\n")
			r.start()
			r.now = r.now.Add(time.Minute) // quiet until now
			r.step()
			began := r.now
			for first := true; first || r.now.Sub(began) < tt.after; first = false {
				if tt.more > 0 {
					r.write("app.log", strings.Repeat("x", tt.more-1)+"\n")
				}
				r.tl.watchStep(r.now)
				r.read()
				r.now = r.tl.sources[0].nextLook
			}
			r.tl.watchStep(r.now)
			if got := r.tl.sources[0].nextLook.Sub(r.now); got != tt.want {
				t.Errorf("the next look is in %v, want %v", got, tt.want)
			}
		})
	}
}
