package tailer

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// startTailer starts a real Tailer that looks often.
func startTailer(t *testing.T, ctx context.Context, cfg Config, stdin io.Reader) *Tailer {
	t.Helper()
	cfg.PollActive, cfg.PollIdle, cfg.Discover = time.Millisecond, 2*time.Millisecond, 2*time.Millisecond
	cfg.Checkpoint = time.Millisecond
	tl, err := Start(ctx, cfg, stdin, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tl.Close(); err != nil {
			t.Error(err)
		}
	})
	return tl
}

// take waits for n lines.
func take(t *testing.T, from <-chan *Chunk, n int) []string {
	t.Helper()
	var got []string
	for len(got) < n {
		select {
		case c, ok := <-from:
			if !ok {
				t.Fatalf("the end came after %q", got)
			}
			for _, l := range linesOf(c) {
				got = append(got, l.text)
			}
			c.Ack.Done(1)
		case <-time.After(20 * time.Second):
			t.Fatalf("waited in vain after %q", got)
		}
	}
	return got
}

func TestLiveRotationAndRestart(t *testing.T) {
	t.Parallel()
	r := newRig(t, "app.log")
	ctx, cancel := context.WithCancel(t.Context())
	tl := startTailer(t, ctx, r.cfg, nil)
	var seq uint64
	for i := range 20 {
		r.write("app.log", "a\nb\n")
		if i%5 == 4 {
			r.rename("app.log", "app.log."+string(rune('0'+i/5)))
		}
		for n := 0; n < 2; {
			c := <-tl.Chunks()
			if c.Seq != seq {
				t.Fatalf("got Seq %d, want %d", c.Seq, seq)
			}
			seq++
			n += len(linesOf(c))
			c.Ack.Done(1)
		}
	}
	if err := tl.Commit(); err != nil {
		t.Fatal(err)
	}
	cancel()
	for range tl.Chunks() {
		t.Error("a chunk came after the end")
	}
	if err := tl.Close(); err != nil {
		t.Fatal(err)
	}
	r.write("app.log", "c\n")
	tl = startTailer(t, t.Context(), r.cfg, nil)
	if got := take(t, tl.Chunks(), 1); got[0] != "c" {
		t.Errorf("got %q after a restart, want c", got)
	}
}

func TestBackPressureDoesNotHideFiles(t *testing.T) {
	t.Parallel()
	r := newRig(t, "app.log")
	r.cfg.Buffer = 0
	tl := r.startReader()
	for i := range 10 { // nobody takes while files come and go
		r.write("app.log", strings.Repeat("x\n", 100))
		r.look()
		r.remove("app.log")
		r.look()
		if st := tl.Stats(); st.Open != i+1 {
			t.Fatalf("got %d files open, want %d", st.Open, i+1)
		}
	}
	take(t, tl.Chunks(), 1000)
}

func TestRescue(t *testing.T) {
	t.Parallel()
	r := newRig(t, "app.log", "other.log")
	r.hold = true
	r.write("app.log", "a\n")
	r.write("other.log", "b\n")
	r.start()
	said := func() string {
		select {
		case on := <-r.tl.Rescue():
			return strconv.FormatBool(on)
		default:
			return "nothing"
		}
	}
	r.rename("app.log", "app.log.1")
	r.look()
	if got := said(); got != "nothing" {
		t.Errorf("got %s while every file has a name", got)
	}
	r.remove("app.log.1")
	r.look() // nobody reads: it stands in line
	if got := said(); got != "true" {
		t.Errorf("got %s when a file lost its last name, want true", got)
	}
	r.step()
	if got := said(); got != "nothing" || len(r.held) == 0 {
		t.Errorf("got %s with %d chunks not acknowledged, want every change said once", got, len(r.held))
	}
	for _, a := range r.held {
		a.Done(1)
	}
	r.step()
	if got := said(); got != "false" {
		t.Errorf("got %s when everything was acknowledged, want false", got)
	}
}

func TestLiveStdin(t *testing.T) {
	t.Parallel()
	pr, pw, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pr.Close()
	cfg := testConfig("-")
	tl := startTailer(t, t.Context(), cfg, pr)
	io.WriteString(pw, "a\nhal")
	take(t, tl.Chunks(), 1)
	io.WriteString(pw, "f\nlast")
	pw.Close()
	if got := take(t, tl.Chunks(), 2); got[0] != "half" || got[1] != "last" {
		t.Errorf("got %q, want half and last", got)
	}
	if _, ok := <-tl.Chunks(); ok {
		t.Error("a chunk came after the end")
	}
}

func TestLiveStdinOfAReader(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("some line\n", 500_000)
	tl := startTailer(t, t.Context(), testConfig("-"), strings.NewReader(text))
	var got strings.Builder
	for c := range tl.Chunks() {
		if c.Offset != int64(got.Len()) || c.Source.Path != "-" || c.Source.Identity != nil {
			t.Fatalf("got offset %d of %s, want %d", c.Offset, c.Source.Path, got.Len())
		}
		got.WriteString(c.Text)
		c.Ack.Done(1)
	}
	if got.String() != text {
		t.Errorf("got %d bytes, want %d", got.Len(), len(text))
	}
}

func TestLiveStdinIsEmptiedWhenStopped(t *testing.T) {
	t.Parallel()
	pr, pw, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pr.Close()
	defer pw.Close()
	ctx, cancel := context.WithCancel(t.Context())
	io.WriteString(pw, "a\nb\nunfinished")
	cancel()
	tl := startTailer(t, ctx, testConfig("-"), pr)
	if got := take(t, tl.Chunks(), 3); got[2] != "unfinished" {
		t.Errorf("got %q, want unfinished at the end", got)
	}
	if _, ok := <-tl.Chunks(); ok {
		t.Error("a chunk came after the end")
	}
}

func TestLiveStdinAndFiles(t *testing.T) {
	t.Parallel()
	r := newRig(t, "app.log")
	r.cfg.Paths = append(r.cfg.Paths, "-")
	pr, pw := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	tl := startTailer(t, ctx, r.cfg, pr)
	io.WriteString(pw, "a\n")
	take(t, tl.Chunks(), 1)
	r.write("app.log", "b\n")
	take(t, tl.Chunks(), 1)
	pw.Close()
	r.write("app.log", "c\n")
	take(t, tl.Chunks(), 1)
	cancel()
	if _, ok := <-tl.Chunks(); ok {
		t.Error("a chunk came after the end")
	}
}

func TestCloseWithoutTaking(t *testing.T) {
	t.Parallel()
	r := newRig(t, "app.log")
	r.cfg.Paths = append(r.cfg.Paths, "-")
	r.cfg.Buffer = 0
	pr, pw, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pr.Close()
	defer pw.Close()
	io.WriteString(pw, "a\n")
	r.write("app.log", "b\n")
	tl := startTailer(t, t.Context(), r.cfg, pr)
	<-tl.Chunks()
	if err := tl.Close(); err != nil {
		t.Error(err)
	}
}

func TestNotifications(t *testing.T) {
	t.Parallel()
	r := newRig(t, "app.log")
	r.write("app.log", "a\n")
	cfg := r.cfg
	cfg.PollActive, cfg.PollIdle, cfg.Discover = time.Millisecond, time.Hour, time.Hour
	tl, err := newTailer(t.Context(), cfg, r.discard())
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	tl.now = func() time.Time { return begin.Add(time.Since(begin) * 1000) } // idle soon
	tl.wg.Go(func() { tl.readLoop(true) })
	tl.wg.Go(tl.watchLoop)
	defer tl.Close()
	take(t, tl.Chunks(), 1)
	for range 20 {
		<-time.After(time.Millisecond)
		r.write("app.log", "b\n")
		take(t, tl.Chunks(), 1)
	}
}

func TestConfigValidate(t *testing.T) {
	t.Parallel()
	if err := testConfig("a").Validate(); err != nil {
		t.Errorf("the defaults are wrong: %v", err)
	}
	for _, tt := range []struct {
		name   string
		change func(*Config)
	}{
		{"paths", func(c *Config) { c.Paths = nil }},
		{"paths", func(c *Config) { c.Paths = []string{""} }},
		{"paths", func(c *Config) { c.Paths = []string{"[a"} }},
		{"exclude", func(c *Config) { c.Exclude = []string{"[a"} }},
		{"from", func(c *Config) { c.From = "middle" }},
		{"max_line_size", func(c *Config) { c.MaxLine = 0 }},
		{"block_size", func(c *Config) { c.BlockSize = 1 << 30 }},
		{"buffer", func(c *Config) { c.Buffer = -1 }},
		{"max_open", func(c *Config) { c.MaxOpen = 0 }},
		{"poll_active", func(c *Config) { c.PollActive = 0 }},
		{"poll_idle", func(c *Config) { c.PollIdle = 0 }},
		{"discover", func(c *Config) { c.Discover = 0 }},
		{"checkpoint", func(c *Config) { c.Checkpoint = 0 }},
		{"linger", func(c *Config) { c.Linger = -1 }},
		{"sync", func(c *Config) { c.Sync = -1 }},
	} {
		cfg := testConfig("a")
		tt.change(&cfg)
		err := cfg.Validate()
		if err == nil || !strings.Contains(err.Error(), tt.name) {
			t.Errorf("%s: got %v", tt.name, err)
		}
		if _, err := Start(t.Context(), cfg, nil, slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%s: started all the same", tt.name)
		}
		if _, err := OpenOnce(cfg, nil); err == nil {
			t.Errorf("%s: opened all the same", tt.name)
		}
	}
}
