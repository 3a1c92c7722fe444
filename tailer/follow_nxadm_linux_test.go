package tailer

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nxadm/tail"
)

func TestNxadmTellsLines(t *testing.T) {
	t.Parallel()
	r := newRig(t, "app.log")
	r.cfg.FollowNxadm = true
	r.write("app.log", "a\n")
	tl := r.startReader()
	take(t, tl.Chunks(), 1)
	told := 0
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for i := range 20 {
		want := fmt.Sprintf("line %d\n", i)
		r.write("app.log", want)
		looks := 0
		for got := ""; got == ""; {
			select {
			case c := <-tl.Chunks():
				got = c.Text
			case <-tick.C:
				if looks++; looks > 20 { // it was written before nxadm/tail watched the file
					r.look()
				}
			}
			if got != "" && got != want {
				t.Fatalf("got %q, want %q", got, want)
			}
		}
		if looks <= 20 {
			told++ // nobody but nxadm/tail can have found it
		}
	}
	if told == 0 {
		t.Error("no line came through nxadm/tail")
	}
}

func TestNxadmRotation(t *testing.T) {
	t.Parallel()
	r := newRig(t, "app.log")
	r.cfg.FollowNxadm = true
	tl := startTailer(t, t.Context(), r.cfg, nil)
	n := 0
	line := func() string {
		n++
		return fmt.Sprintf("line %d\n", n)
	}
	check := func(k int) {
		t.Helper()
		for i, got := range take(t, tl.Chunks(), k) {
			if want := fmt.Sprintf("line %d", n-k+i+1); got != want {
				t.Fatalf("got %q, want %q", got, want)
			}
		}
	}
	for i := range 6 {
		for range 5 {
			r.write("app.log", line())
			check(1)
		}
		r.write("app.log", "line") // in two halves
		r.write("app.log", line()[len("line"):])
		check(1)
		switch i % 3 {
		case 0:
			r.write("app.log", line())
			r.rename("app.log", fmt.Sprintf("app.log.%d", i+1))
			r.write("app.log", line())
			check(2)
		case 1:
			r.write("app.log", line())
			r.copy("app.log", "app.log.1")
			r.truncate("app.log")
			r.write("app.log", line())
			check(2)
		case 2:
			r.write("app.log", strings.Repeat(line(), 1))
			r.remove("app.log")
			r.write("app.log", line())
			check(2)
		}
	}
}

func TestNxadmIsNotBelieved(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		lines []tail.Line
		want  string
		why   trust
	}{
		{"as it should", []tail.Line{{Text: "ab", SeekInfo: tail.SeekInfo{Offset: 13}}, {Text: "", SeekInfo: tail.SeekInfo{Offset: 14}}}, "ab\n\n", trusted},
		{"another place", []tail.Line{{Text: "ab", SeekInfo: tail.SeekInfo{Offset: 13}}, {Text: "c", SeekInfo: tail.SeekInfo{Offset: 14}}}, "ab\n", wrong},
		{"an error", []tail.Line{{Text: "ab", SeekInfo: tail.SeekInfo{Offset: 13}, Err: tail.ErrStop}}, "", wrong},
		{"too long", []tail.Line{{Text: strings.Repeat("x", 101), SeekInfo: tail.SeekInfo{Offset: 112}}}, "", wrong},
		{"a hole", []tail.Line{{Text: "\x00a", SeekInfo: tail.SeekInfo{Offset: 13}}}, "", wrong},
	} {
		f := &followed{lines: make(chan *tail.Line, len(tt.lines)), ended: make(chan struct{})}
		for i := range tt.lines {
			f.lines <- &tt.lines[i]
		}
		if b, why := f.take(10, 100); string(b) != tt.want || why != tt.why {
			t.Errorf("%s: got %q %d, want %q %d", tt.name, b, why, tt.want, tt.why)
		}
	}
	f := &followed{lines: make(chan *tail.Line, 1), ended: make(chan struct{})}
	close(f.ended)
	if _, why := f.take(0, 100); why != wrong {
		t.Errorf("an engine that ended by itself is believed")
	}
}
