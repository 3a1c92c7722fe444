package tailer

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestStaleHandleIsOpenedAgain(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\n")
	r.start().want("a")
	r.tl.sources[0].live.f.Close() // reads fail from here on, as on a handle that a server has forgotten
	r.write("app.log", "b\n")
	for range 5 {
		r.step()
	}
	r.want("b")
	for _, msg := range []string{"file cannot be read", "file works again"} {
		if n := strings.Count(r.logs.String(), msg); n != 1 {
			t.Errorf("%q was said %d times, want once", msg, n)
		}
	}
}

func TestTroubleIsSaidOnce(t *testing.T) {
	r := newRig(t, "app.log")
	r.start()
	s := r.tl.sources[0]
	for range 3 {
		r.tl.failed(s, cannotLook, os.ErrPermission)
		r.tl.failed(s, cannotOpen, os.ErrPermission)
	}
	r.tl.mended(s, cannotLook)
	r.tl.mended(s, cannotLook)
	for msg, want := range map[string]int{"cannot be looked at": 1, "cannot be opened": 1, "works again": 1} {
		if got := strings.Count(r.logs.String(), msg); got != want {
			t.Errorf("%q was said %d times, want %d", msg, got, want)
		}
	}
}

func TestDamagedArchiveEnds(t *testing.T) {
	r := newRig(t, "old.gz", "app.log")
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for i := range 10_000 {
		fmt.Fprintf(z, "line %d %x\n", i, i*i)
	}
	z.Close()
	r.write("old.gz", b.String()[:b.Len()/2])
	r.write("app.log", "a\n")
	r.start()
	r.step()
	if len(r.got) < 100 || !slices.Contains(r.got, "a") {
		t.Errorf("got %d lines, want the readable half and those of the other file", len(r.got))
	}
	if st := r.tl.Stats(); st.Lost != 1 {
		t.Errorf("got %d lost files, want 1", st.Lost)
	}
}

func TestParkedFileRotates(t *testing.T) {
	r := newRig(t, "a.log", "b.log")
	r.cfg.MaxOpen = 1
	r.write("a.log", "a1\n")
	r.write("b.log", "b1\n")
	r.start()
	r.step()
	r.step()
	r.wantSorted("a1 b1")
	for i := range 3 {
		for _, n := range []string{"a", "b"} {
			r.write(n+".log", fmt.Sprintf("%s%d old\n", n, i))
			r.rename(n+".log", fmt.Sprintf("%s.log.%d", n, 9-i))
			r.write(n+".log", fmt.Sprintf("%s%d new\n", n, i))
		}
		for range 30 {
			r.step()
			if st := r.tl.Stats(); st.Open > 1 {
				t.Fatalf("got %d files open, want at most 1", st.Open)
			}
		}
		slices.Sort(r.got)
		want := []string{fmt.Sprintf("a%d new", i), fmt.Sprintf("a%d old", i), fmt.Sprintf("b%d new", i), fmt.Sprintf("b%d old", i)}
		if !slices.Equal(r.got, want) {
			t.Errorf("got %q, want %q", r.got, want)
		}
		r.got = nil
	}
}

func TestParkedFileIsGone(t *testing.T) {
	r := newRig(t, "a.log", "b.log")
	r.cfg.MaxOpen = 1
	r.write("a.log", "a\n")
	r.start()
	r.write("b.log", "b\n")
	r.step()
	r.step()
	r.wantSorted("a b")
	r.remove("a.log")
	r.write("b.log", "bb\n")
	for range 5 {
		r.step()
	}
	r.want("bb")
	r.write("a.log", "again\n")
	for range 20 {
		r.step()
	}
	r.want("again")
}

func TestStopTakesChunksOfFilesBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, "app.log")
	r.cfg.Buffer = 0
	r.write("app.log", strings.Repeat("a\n", 100)) // several chunks
	ctx, cancel := context.WithCancel(t.Context())
	tl := startTailer(t, ctx, r.cfg, nil)
	take(t, tl.Chunks(), 1)
	cancel()
	n := 0
	for c := range tl.Chunks() { // at most what was offered already
		n += len(linesOf(c))
	}
	if n > 32 {
		t.Errorf("got %d lines after the stop", n)
	}
	if err := tl.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestSweepForgetsWhatIsGone(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "0\n")
	r.start()
	for i := range 10 {
		r.rename("app.log", fmt.Sprintf("app.log.%d", 100+i))
		r.write("app.log", fmt.Sprintf("%d\n", i+1))
		r.step()
	}
	r.after(r.cfg.Linger)
	r.step()
	r.step()
	r.want("0 1 2 3 4 5 6 7 8 9 10")
	r.write("app.log", "11\n") // the files that are there, and forgotten, are not taken for new ones
	r.rename("app.log", "app.log.110")
	r.write("app.log", "12\n")
	r.step()
	r.step()
	r.want("11 12")
	for i := range 10 {
		r.remove(fmt.Sprintf("app.log.%d", 100+i))
	}
	for range 6 {
		r.after(sweepEvery)
	}
	if got := len(r.tl.sources[0].closed); got != keepClosed {
		t.Errorf("got %d finished files remembered, want %d", got, keepClosed)
	}
}

func TestOnceStdinCompressed(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, "a\nb\n")
	z.Close()
	if got := readOnce(t, testConfig("-"), iotestOneByte{&b}); len(got) != 2 || got[1].text != "b" {
		t.Errorf("got %v, want a and b", got)
	}
	if got := readOnce(t, testConfig("-"), strings.NewReader("\x1f\x8bx\n")); len(got) != 1 || got[0].text != "\x1f\x8bx" {
		t.Errorf("got %v, want what only begins like gzip", got)
	}
}

// iotestOneByte reads a byte at a time.
type iotestOneByte struct{ r io.Reader }

func (r iotestOneByte) Read(b []byte) (int, error) { return r.r.Read(b[:min(1, len(b))]) }

// brokenReader fails after its text.
type brokenReader struct {
	text io.Reader
	err  error
}

func (r brokenReader) Read(b []byte) (int, error) {
	n, err := r.text.Read(b)
	if errors.Is(err, io.EOF) {
		err = r.err
	}
	return n, err
}

func TestOnceReadError(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	o, err := OpenOnce(testConfig("-"), brokenReader{strings.NewReader("a\nb"), broken})
	if err != nil {
		t.Fatal(err)
	}
	r := o.Readers[0]
	for _, want := range []string{"a\n", "b"} {
		c, err := r.Next()
		if err != nil || c.Text != want {
			t.Fatalf("got %v, %v, want %q", c, err, want)
		}
	}
	for range 2 {
		if _, err := r.Next(); !errors.Is(err, broken) || r.Progress() != 3 || r.Source().Path != "-" {
			t.Errorf("got %v, want the error of the input", err)
		}
	}
}

func TestStdinAhead(t *testing.T) {
	t.Parallel()
	a := newAhead(4)
	quit := make(chan struct{})
	if !a.add(quit, make([]byte, pipeAhead)) {
		t.Fatal("there was no room at the beginning")
	}
	added := make(chan bool)
	go func() { added <- a.add(quit, []byte("x")) }()
	b := make([]byte, pipeAhead)
	if n, err := a.Read(b); n != pipeAhead || err != nil {
		t.Fatalf("got %d bytes, %v", n, err)
	}
	if !<-added {
		t.Error("room that was made was not used")
	}
	a.add(quit, make([]byte, pipeAhead-1))
	go func() { added <- a.add(quit, []byte("xy")) }()
	close(quit)
	if <-added {
		t.Error("something was added after the end")
	}
	a.end(nil)
	if a.add(make(chan struct{}), []byte("x")) {
		t.Error("something was added after the end")
	}
	if n, err := io.ReadFull(a, b); n != pipeAhead || err != nil {
		t.Errorf("got %d bytes, %v before the end", n, err)
	}
	if _, err := a.Read(b); !errors.Is(err, io.EOF) {
		t.Errorf("got %v at the end, want EOF", err)
	}
}

func TestStreamSeekBeyondTheEnd(t *testing.T) {
	t.Parallel()
	s := newStream(strings.NewReader("a\nb\n"), 2, 100)
	if err := s.seek(position{raw: 100}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want an unexpected end", err)
	}
}

func TestFloorRejectsWhatIsOld(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\n")
	r.start().want("a")
	r.write("app.log.7", "restored from a backup\n")
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(r.path("app.log.7"), old, old); err != nil {
		t.Fatal(err)
	}
	r.rename("app.log", "app.log.1")
	r.write("app.log", "b\n")
	r.step()
	r.step()
	r.want("b")
}
