package tailer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pieces is a reader that gives one piece at a time.
type pieces []string

func (p *pieces) Read(b []byte) (int, error) {
	if len(*p) == 0 {
		return 0, io.EOF
	}
	n := copy(b, (*p)[0])
	*p = (*p)[1:]
	return n, nil
}

type writerFunc func(b []byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// teed reads in to its end with a tee to w, and returns the lines.
func teed(t *testing.T, in pieces, w io.Writer) (lines []string) {
	t.Helper()
	cfg := testConfig("-")
	cfg.Tee = w
	tl := startTailer(t, t.Context(), cfg, &in)
	for c := range tl.Chunks() {
		lines = append(lines, strings.SplitAfter(c.Text, "\n")...)
		c.Ack.Done(1)
	}
	return lines
}

func TestTeePassesEverythingUnchanged(t *testing.T) {
	t.Parallel()
	in := pieces{"\xef\xbb\xbfone\r\ntw", "o\x00\xff\n", "last"}
	var out bytes.Buffer
	teed(t, in, &out)
	if got, want := out.String(), strings.Join(in, ""); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTeeThatFailsEndsAlone(t *testing.T) {
	t.Parallel()
	writes := 0
	lines := teed(t, pieces{"a\n", "b\n", "c\n"}, writerFunc(func([]byte) (int, error) {
		writes++
		return 0, errors.New("closed")
	}))
	if got := strings.Join(lines, ""); got != "a\nb\nc\n" || writes != 1 {
		t.Errorf("got %q after %d writes, want every line and one write", got, writes)
	}
}

func TestTeeThatHangsDoesNotHoldUpTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		stopped, cancel := context.WithCancel(t.Context())
		te := startTee(stopped, writerFunc(func([]byte) (int, error) { <-hang; return 0, nil }))
		te.add([]byte("a"))
		began := time.Now()
		cancel()
		te.add([]byte("b"))
		te.end()
		if d := time.Since(began); d != 2*teePatience {
			t.Errorf("the end waited %v, want %v", d, 2*teePatience)
		}
		close(hang)
	})
}

func TestTeeEndsWhenEverythingIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopped, cancel := context.WithCancel(t.Context())
		defer cancel()
		var out bytes.Buffer
		te := startTee(stopped, writerFunc(func(b []byte) (int, error) {
			time.Sleep(time.Minute)
			return out.Write(b)
		}))
		te.add([]byte("a"))
		te.add([]byte("b"))
		te.end()
		if out.String() != "ab" {
			t.Errorf("got %q when it ended, want ab", out.String())
		}
	})
}

func TestRestLeavesSmallReadsInThePipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopped, cancel := context.WithCancel(t.Context())
		for _, tt := range []struct {
			name    string
			n, room int
			want    time.Duration
		}{
			{"a little", 100, pipeRoom, pipeRest},
			{"a hurried writer", pipeRoom/8 + 1, pipeRoom, 0},
			{"a small pipe", 100, pipeRoom / 2, 0},
			{"no pipe", 100, 0, 0},
		} {
			began := time.Now()
			rest(stopped, tt.n, tt.room)
			if got := time.Since(began); got != tt.want {
				t.Errorf("%s: rested %v, want %v", tt.name, got, tt.want)
			}
		}
		cancel()
		began := time.Now()
		if rest(stopped, 100, pipeRoom); time.Since(began) != 0 {
			t.Error("it rests after the stop")
		}
	})
}
