package cmd

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestProgress holds what is told while files are read, and when.
func TestProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := newProgress("shipping")
		p.file(1 << 20)
		p.file(3 << 20)
		stop := p.watch(&out)
		p.took("app\x1b[2J.log", "one\ntwo\n", 1<<20)
		time.Sleep(11 * time.Second)
		p.took("other.log", "three\nfour", 2<<20)
		time.Sleep(10 * time.Second)
		stop()
		want := "ezlogs: app?[2J.log  25 %, 1 MiB of 4 MiB, 102 KiB/s, 2 lines, about 30s left\n" +
			"ezlogs: other.log  75 %, 3 MiB of 4 MiB, 154 KiB/s, 4 lines, about 6.7s left\n"
		if got := out.String(); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
		if got, want := p.sum(), "2 files, 4 lines, 3 MiB in 21s"; got != want {
			t.Errorf("sum %q, want %q", got, want)
		}
	})
}

// TestProgressOfAStream holds that nothing is said of what is left when nobody knows it, and that short runs say nothing.
func TestProgressOfAStream(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := newProgress("reading")
		p.file(-1)
		p.file(10)
		stop := p.watch(&out)
		p.took("-", "x\n", 500)
		time.Sleep(9 * time.Second)
		stop()
		if out.Len() != 0 {
			t.Errorf("a short run says %q", out.String())
		}
		if got := p.row(10 * time.Second); got != "-  500 B, 50 B/s, 1 lines" {
			t.Errorf("row %q", got)
		}
	})
	for _, tt := range []struct {
		n    int64
		want string
	}{{0, "0 B"}, {999, "999 B"}, {1000, "0.977 KiB"}, {64 << 20, "64 MiB"}, {3 << 40, "3 TiB"}} {
		if got := size(tt.n); got != tt.want {
			t.Errorf("size(%d) = %s, want %s", tt.n, got, tt.want)
		}
	}
	if got := about(90*time.Minute + 400*time.Millisecond); got != "1h30m0s" {
		t.Error(got)
	}
	if got := cutRow(strings.Repeat("é", 9), 4); got != "éééé" {
		t.Error(got)
	}
}
