package tailer

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// benchFile writes a file of about n bytes of JSON lines and returns its path, size and number of lines.
func benchFile(b *testing.B, n int) (path string, size int64, lines int) {
	b.Helper()
	var buf bytes.Buffer
	for buf.Len() < n {
		fmt.Fprintf(&buf, `{"time":"2025-01-21T10:30:00.%06dZ","level":"INFO","msg":"order processed","order":%d,"customer":"c-%d","pad":"%s"}`+"\n",
			lines%1_000_000, lines, lines%977, strings.Repeat("x", 150+lines%60))
		lines++
	}
	path = filepath.Join(b.TempDir(), "bench.log")
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	return path, int64(buf.Len()), lines
}

const benchBytes = 128 << 20

// BenchmarkRaw is what the others are measured against: reads of 256 KiB and a search for newlines.
func BenchmarkRaw(b *testing.B) {
	path, size, lines := benchFile(b, benchBytes)
	b.SetBytes(size)
	b.ReportAllocs()
	buf := make([]byte, 256<<10)
	for b.Loop() {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		got := 0
		for {
			n, err := f.Read(buf)
			got += bytes.Count(buf[:n], []byte("\n"))
			if err != nil {
				break
			}
		}
		f.Close()
		if got != lines {
			b.Fatalf("got %d lines, want %d", got, lines)
		}
	}
}

func BenchmarkOnce(b *testing.B) {
	path, size, lines := benchFile(b, benchBytes)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		o, err := OpenOnce(testConfig(path), nil)
		if err != nil {
			b.Fatal(err)
		}
		got := 0
		for {
			c, err := o.Readers[0].Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			got += strings.Count(c.Text, "\n")
			c.Ack.Done(1)
		}
		o.Close()
		if got != lines {
			b.Fatalf("got %d lines, want %d", got, lines)
		}
	}
}

func BenchmarkFollowBacklog(b *testing.B) {
	path, size, lines := benchFile(b, benchBytes)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		tl, err := Start(b.Context(), testConfig(path), nil, (*rig).discard(nil))
		if err != nil {
			b.Fatal(err)
		}
		for got := 0; got < lines; {
			c := <-tl.Chunks()
			got += strings.Count(c.Text, "\n")
			c.Ack.Done(1)
		}
		tl.Close()
	}
}

func BenchmarkStdin(b *testing.B) {
	path, size, _ := benchFile(b, benchBytes)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		pr, pw, err := os.Pipe()
		if err != nil {
			b.Fatal(err)
		}
		go func() {
			defer pw.Close()
			f, err := os.Open(path)
			if err != nil {
				return
			}
			defer f.Close()
			io.CopyBuffer(struct{ io.Writer }{pw}, struct{ io.Reader }{f}, make([]byte, 64<<10))
		}()
		tl, err := Start(b.Context(), testConfig("-"), pr, (*rig).discard(nil))
		if err != nil {
			b.Fatal(err)
		}
		var got int64
		for c := range tl.Chunks() {
			got += int64(len(c.Text))
			c.Ack.Done(1)
		}
		tl.Close()
		pr.Close()
		if got != size {
			b.Fatalf("got %d bytes, want %d", got, size)
		}
	}
}

// TestAllocationsPerLine holds the budget: chunks cost something, lines nothing.
func TestAllocationsPerLine(t *testing.T) {
	r := newRig(t, "app.log")
	r.cfg.BlockSize = DefaultConfig().BlockSize
	const lines = 100_000
	r.write("app.log", strings.Repeat(`{"level":"INFO","msg":"order processed","order":1234567}`+"\n", lines))
	tl, err := newTailer(t.Context(), r.cfg, r.discard())
	if err != nil {
		t.Fatal(err)
	}
	defer tl.Close()
	tl.watchStep(r.now)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got := 0
	for c := tl.read(); c != nil; c = tl.read() {
		got += strings.Count(c.Text, "\n")
		c.Ack.Done(1)
	}
	runtime.ReadMemStats(&after)
	if got != lines {
		t.Fatalf("got %d lines, want %d", got, lines)
	}
	if per := float64(after.Mallocs-before.Mallocs) / lines; per > 0.02 {
		t.Errorf("got %.3f allocations a line, want at most 0.02", per)
	}
}
