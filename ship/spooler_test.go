package ship

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// outage answers as long as it is down.
type outage struct{ down atomic.Bool }

func (o *outage) answer(int, *http.Request, []string) (*http.Response, error) {
	if o.down.Load() {
		return nil, syscall.ECONNREFUSED
	}
	return respond(200, ""), nil
}

func pipeConfig(t *testing.T) Config {
	c := httpConfig()
	c.Volatile = true
	c.StateDir = t.TempDir()
	c.MinFree = 1
	return c
}

func segments(t *testing.T, dir string) []string {
	t.Helper()
	got, err := filepath.Glob(filepath.Join(dir, spoolDir, "*"+segmentExt))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestPipeGoesThroughTheSpoolInAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &outage{}
		f := &receiver{answer: o.answer}
		cfg := pipeConfig(t)
		s := begin(t, cfg, Deps{Transport: f})
		var ack tally
		for i := 0; i < 1000; i += 10 {
			switch i {
			case 200:
				o.down.Store(true)
			case 700:
				if b := balance(t, s); b.Spooled < 400 || !b.Spool.On || ack.count() < 600 {
					t.Errorf("%d acknowledged, %d spooled, %+v", ack.count(), b.Spooled, b.Spool)
				}
				o.down.Store(false)
			}
			add(t, s, group(i, i+10, &ack))
			time.Sleep(100 * time.Millisecond)
			balance(t, s)
		}
		time.Sleep(time.Minute)
		sameLines(t, f.lines(), want(0, 1000))
		b := balance(t, s)
		if b.Delivered != 1000 || b.Spooled != 0 || b.Spool.On || ack.count() != 1000 || b.MemoryBytes != 0 {
			t.Errorf("%d acknowledged, books %+v", ack.count(), b)
		}
		if left := segments(t, cfg.StateDir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

func TestRestIsSpooledAtTheEndAndSentByTheNextStart(t *testing.T) {
	for _, compression := range []string{"gzip", "none"} {
		synctest.Test(t, func(t *testing.T) {
			o := &outage{}
			o.down.Store(true)
			f := &receiver{answer: o.answer}
			cfg := pipeConfig(t)
			cfg.Compression = compression
			for i := range 3 {
				s := begin(t, cfg, Deps{Transport: f})
				add(t, s, group(i*100, i*100+100, nil))
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				err := s.Drain(ctx)
				cancel()
				var rest *Remainder
				if !errors.As(err, &rest) || rest.Spooled != (i+1)*100 || rest.Lost != 0 || rest.Last == "" {
					t.Errorf("Drain returned %v", err)
				}
				balance(t, s)
			}
			o.down.Store(false)
			s := begin(t, cfg, Deps{Transport: f})
			if b := balance(t, s); b.Restored != 300 {
				t.Errorf("restored %d", b.Restored)
			}
			if err := s.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			sameLines(t, f.lines(), want(0, 300))
			if left := segments(t, cfg.StateDir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			s = begin(t, cfg, Deps{Transport: f})
			if b := s.Books(); b.Restored != 0 {
				t.Errorf("sent again: %d", b.Restored)
			}
		})
	}
}

func TestLogOfALongOutageIsShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &outage{}
		f := &receiver{answer: o.answer}
		cfg := pipeConfig(t)
		cfg.BatchSize = 1000
		log := &lockedBuffer{}
		s := begin(t, cfg, Deps{Transport: f, Logger: textLogger(log)})
		o.down.Store(true)
		g := group(0, 250, nil)
		for range 10 * 60 * 4 { // ten minutes at 1,000 events a second
			add(t, s, g)
			time.Sleep(250 * time.Millisecond)
		}
		o.down.Store(false)
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		last := lines[len(lines)-1]
		if len(lines) > 30 || !strings.Contains(last, "works again") || !strings.Contains(last, "fails=") {
			t.Errorf("%d lines, the last is %s", len(lines), last)
		}
		if b := balance(t, s); b.Delivered != 600_000 {
			t.Errorf("%d delivered", b.Delivered)
		}
	})
}

// A process that is killed leaves its files as they are: a copy of them is what the next one finds.
func TestKillInAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &outage{}
		f := &receiver{answer: o.answer}
		cfg := pipeConfig(t)
		s := begin(t, cfg, Deps{Transport: f})
		for i := 0; i < 600; i += 10 {
			o.down.Store(i >= 300)
			add(t, s, group(i, i+10, nil))
			time.Sleep(50 * time.Millisecond)
		}
		time.Sleep(2 * time.Second)
		next := cfg
		next.StateDir = filepath.Join(t.TempDir(), "copy")
		if err := os.CopyFS(next.StateDir, os.DirFS(cfg.StateDir)); err != nil {
			t.Fatal(err)
		}
		o.down.Store(false)
		s2 := begin(t, next, Deps{Transport: f})
		add(t, s2, group(600, 650, nil))
		if err := s2.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		balance(t, s2)
		f2 := f.lines()
		if len(f2) < 650 || strings.Join(f2[len(f2)-300:], "") != strings.Join(want(350, 650), "") {
			t.Errorf("got %d lines", len(f2))
		}
	})
}

func TestEveryFlowKeepsItsOrderThroughSpoolAndReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		var mu sync.Mutex // guards r and down
		down := false
		random := func(n int) int {
			mu.Lock()
			defer mu.Unlock()
			return r.IntN(n)
		}
		f := &receiver{}
		f.answer = func(int, *http.Request, []string) (*http.Response, error) {
			time.Sleep(time.Duration(50+random(200)) * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			if down || r.IntN(20) == 0 {
				return respond(503, ""), nil
			}
			return respond(200, ""), nil
		}
		cfg := pipeConfig(t)
		cfg.Order = "flow"
		next := 0
		for range 4 {
			s := begin(t, cfg, Deps{Transport: f})
			for range 150 {
				mu.Lock()
				down = r.IntN(60) < 20 == down
				mu.Unlock()
				n := 1 + random(30)
				add(t, s, group(next, next+n, nil))
				next += n
				time.Sleep(time.Duration(random(100)) * time.Millisecond)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			s.Drain(ctx)
			cancel()
			balance(t, s)
		}
		mu.Lock()
		down = false
		mu.Unlock()
		s := begin(t, cfg, Deps{Transport: f})
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		last := map[byte]string{}
		for _, l := range f.lines() {
			flow := l[len(l)-3]
			if !seen[l] && l < last[flow] {
				t.Fatalf("flow %c: %q after %q", flow, l, last[flow])
			}
			seen[l] = true
			last[flow] = max(last[flow], l)
		}
		if len(seen) != next {
			t.Errorf("%d of %d events", len(seen), next)
		}
	})
}

// noise is events that do not compress.
func noise(r *rand.Rand, from, n, size int, flags uint8) *Group {
	g := &Group{}
	for i := range n {
		g.Body = append(g.Body, fmt.Sprintf(`{"event_id":"evt_%06d","x":"`, from+i)...)
		for range size / 10 {
			g.Body = strconv.AppendUint(g.Body, r.Uint64()|1<<63, 36)[:len(g.Body)+10]
		}
		g.Body = append(g.Body, "\"}\n"...)
		g.Events = append(g.Events, Event{End: int32(len(g.Body)), Flags: flags})
	}
	return g
}

func TestFullSpoolDropsTheOldestAndNeverHoldsTheApplicationUp(t *testing.T) {
	for _, policy := range []string{"drop_oldest", "drop_newest"} {
		for _, spooled := range []bool{true, false} {
			t.Run(fmt.Sprint(policy, spooled), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := rand.New(rand.NewPCG(1, 2))
					o := &outage{}
					o.down.Store(true)
					f := &receiver{answer: o.answer}
					cfg := pipeConfig(t)
					cfg.BatchSize = 100
					cfg.OnFull = policy
					cfg.Memory = 1 << 20
					cfg.SpoolMax = 2 << 20
					if !spooled {
						cfg.StateDir = ""
					}
					log := &lockedBuffer{}
					s := begin(t, cfg, Deps{Transport: f, Logger: textLogger(log)})
					sent := 0
					for range 400 {
						began := time.Now()
						add(t, s, noise(r, sent, 50, 500, 0))
						if d := time.Since(began); d > time.Second {
							t.Fatalf("Add took %v", d)
						}
						sent += 50
						time.Sleep(10 * time.Millisecond)
						balance(t, s)
					}
					b := balance(t, s)
					if b.Dropped["full"] == 0 || b.MemoryBytes > 2*int64(cfg.Memory) || b.Spool.Bytes > int64(cfg.SpoolMax) {
						t.Errorf("%v dropped, %d bytes of memory, %d of spool", b.Dropped, b.MemoryBytes, b.Spool.Bytes)
					}
					o.down.Store(false)
					if err := s.Drain(t.Context()); err != nil {
						t.Fatal(err)
					}
					b = balance(t, s)
					if b.Delivered+b.Dropped["full"] != uint64(sent) || b.Delivered < 1000 {
						t.Errorf("%d delivered, %v dropped of %d", b.Delivered, b.Dropped, sent)
					}
					got := f.lines()
					newest := fmt.Sprintf("evt_%06d", sent-1)
					if has := strings.Contains(got[len(got)-1], newest); has != (policy == "drop_oldest") {
						t.Errorf("the newest event arrived: %v", has)
					}
					if n := strings.Count(log.String(), "\n"); n > 20 {
						t.Errorf("%d lines of log", n)
					}
				})
			})
		}
	}
}

func TestErrorsAreDroppedLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		o := &outage{}
		o.down.Store(true)
		f := &receiver{answer: o.answer}
		cfg := pipeConfig(t)
		cfg.StateDir = ""
		cfg.Memory = 1 << 20
		s := begin(t, cfg, Deps{Transport: f})
		add(t, s, noise(r, 0, 10, 500, 0))
		time.Sleep(time.Second)
		add(t, s, noise(r, 10, 10, 500, FlagError))
		time.Sleep(time.Second)
		for i := range 300 {
			add(t, s, noise(r, 100+10*i, 10, 500, 0))
			time.Sleep(10 * time.Millisecond)
		}
		o.down.Store(false)
		s.Drain(t.Context())
		all := strings.Join(f.lines(), "")
		for i := 10; i < 20; i++ {
			if !strings.Contains(all, fmt.Sprintf("evt_%06d", i)) {
				t.Errorf("event %d, an error, was dropped", i)
			}
		}
		if b := balance(t, s); b.Dropped["full"] == 0 {
			t.Error("nothing was dropped")
		}
	})
}

func TestBlockPolicyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		o := &outage{}
		o.down.Store(true)
		cfg := pipeConfig(t)
		cfg.Memory = 1 << 20
		cfg.SpoolMax = 1 << 20
		cfg.OnFull = "block"
		f := &receiver{answer: o.answer}
		s := begin(t, cfg, Deps{Transport: f})
		time.AfterFunc(time.Hour, func() { o.down.Store(false) })
		for i := range 500 {
			add(t, s, noise(r, i*10, 10, 500, 0))
		}
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if b := balance(t, s); b.Delivered != 5000 {
			t.Errorf("%d delivered, %v dropped", b.Delivered, b.Dropped)
		}
	})
}

func TestSpoolWithTwoDestinations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := map[string]bool{"b.test": true}
		got := map[string][]string{}
		f := &receiver{}
		f.answer = func(_ int, r *http.Request, lines []string) (*http.Response, error) {
			f.mu.Lock()
			defer f.mu.Unlock()
			if down[r.URL.Host] {
				return respond(503, ""), nil
			}
			got[r.URL.Host] = append(got[r.URL.Host], lines...)
			return respond(200, ""), nil
		}
		cfg := pipeConfig(t)
		cfg.To = []string{"http://a.test/", "http://b.test/"}
		s := begin(t, cfg, Deps{Transport: f})
		for i := 0; i < 500; i += 10 {
			add(t, s, group(i, i+10, nil))
			time.Sleep(100 * time.Millisecond)
			balance(t, s)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		var rest *Remainder
		if err := s.Drain(ctx); !errors.As(err, &rest) || rest.Spooled != 500 {
			t.Errorf("Drain returned %v", err)
		}
		sameLines(t, got["a.test"], want(0, 500))
		f.mu.Lock()
		clear(down)
		f.mu.Unlock()
		s = begin(t, cfg, Deps{Transport: f})
		add(t, s, group(500, 550, nil))
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		sameLines(t, got["a.test"], want(0, 550))
		sameLines(t, got["b.test"], want(0, 550))
		if b := balance(t, s); b.Delivered != 550 || b.Restored != 500 {
			t.Errorf("books %+v", b)
		}
		if left := segments(t, cfg.StateDir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

func TestDamagedSpoolIsSentAsFarAsItGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &outage{}
		o.down.Store(true)
		f := &receiver{answer: o.answer}
		cfg := pipeConfig(t)
		s := begin(t, cfg, Deps{Transport: f})
		add(t, s, group(0, 100, nil))
		time.Sleep(time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s.Drain(ctx)
		seg := segments(t, cfg.StateDir)[0]
		b, _ := os.ReadFile(seg)
		b[len(b)/2] ^= 0xff
		os.WriteFile(seg, b, 0o600)
		os.Truncate(filepath.Join(cfg.StateDir, cursorFile), 0)
		o.down.Store(false)
		s = begin(t, cfg, Deps{Transport: f})
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		books := balance(t, s)
		if n := len(f.lines()); n != 90 || books.Spool.Holes == 0 {
			t.Errorf("%d lines, books %+v", n, books)
		}
		if left := segments(t, cfg.StateDir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

func TestFileInputIsNotSpooled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &outage{}
		o.down.Store(true)
		f := &receiver{answer: o.answer}
		cfg := pipeConfig(t)
		cfg.Volatile = false
		s := begin(t, cfg, Deps{Transport: f})
		var ack tally
		add(t, s, group(0, 100, &ack))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var rest *Remainder
		if err := s.Drain(ctx); !errors.As(err, &rest) || rest.Lost != 100 {
			t.Errorf("Drain returned %v", err)
		}
		if ack.count() != 0 || len(segments(t, cfg.StateDir)) != 0 {
			t.Errorf("%d acknowledged, segments %v", ack.count(), segments(t, cfg.StateDir))
		}
	})
}

func TestRescueSpoolsWhatCannotBeReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &outage{}
		o.down.Store(true)
		f := &receiver{answer: o.answer}
		cfg := pipeConfig(t)
		cfg.Volatile = false
		cfg.BufferSize = 100
		s := begin(t, cfg, Deps{Transport: f})
		var ack tally
		add(t, s, group(0, 100, &ack))
		time.Sleep(time.Second)
		if b := balance(t, s); b.Spooled != 0 || ack.count() != 0 {
			t.Fatalf("spooled before anything was to be rescued: %+v", b)
		}
		s.Rescue(true)
		for i := 100; i < 400; i += 50 { // more than memory may hold: Add would wait for good
			add(t, s, group(i, i+50, &ack))
			time.Sleep(time.Second)
		}
		if b := balance(t, s); b.Spooled < 350 || ack.count() < 350 {
			t.Errorf("during the rescue: %d acknowledged, %+v", ack.count(), b)
		}
		s.Rescue(false)
		time.Sleep(time.Second)
		add(t, s, group(400, 450, &ack))
		time.Sleep(time.Second)
		if b := balance(t, s); b.Spooled != 400 || b.InMemory != 50 || b.Spool.On {
			t.Errorf("after the rescue: %+v", b)
		}
		s.Close()

		o.down.Store(false)
		s = begin(t, cfg, Deps{Transport: f})
		if err := s.Drain(t.Context()); err != nil {
			t.Error(err)
		}
		sameLines(t, f.lines(), want(0, 400))
	})
}

func TestRescueAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &receiver{answer: func(int, *http.Request, []string) (*http.Response, error) { return nil, syscall.ECONNREFUSED }}
		cfg := pipeConfig(t)
		cfg.Volatile = false
		s := begin(t, cfg, Deps{Transport: f})
		s.Rescue(true)
		var ack tally
		add(t, s, group(0, 100, &ack))
		s.Close()
		if ack.count() != 100 || len(segments(t, cfg.StateDir)) == 0 {
			t.Errorf("%d of 100 are kept, segments %v", ack.count(), segments(t, cfg.StateDir))
		}
	})
}

func TestRescueWaitsForRoomInTheSpool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &outage{}
		o.down.Store(true)
		f := &receiver{answer: o.answer}
		cfg := pipeConfig(t)
		cfg.Volatile = false
		cfg.BufferSize = 100
		cfg.SpoolMax = 1 << 20
		s := begin(t, cfg, Deps{Transport: f})
		s.Rescue(true)
		var ack tally
		n := 0
		for ; n < 100_000; n += 50 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			err := s.Add(ctx, group(n, n+50, &ack))
			cancel()
			if err != nil {
				break
			}
		}
		if n == 100_000 {
			t.Fatal("Add never waited")
		}
		if b := balance(t, s); b.Dropped["full"] != 0 {
			t.Errorf("dropped what could have waited: %+v", b)
		}
		o.down.Store(false)
		if err := s.Drain(t.Context()); err != nil {
			t.Error(err)
		}
		sameLines(t, f.lines(), want(0, n))
	})
}

func TestSecondProcessIsToldWhoseTheStateIs(t *testing.T) {
	t.Parallel()
	cfg := pipeConfig(t)
	s := begin(t, cfg, Deps{Transport: &receiver{}})
	_, err := Start(t.Context(), cfg, Deps{Transport: &receiver{}})
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("process %d", os.Getpid())) {
		t.Errorf("the second start: %v", err)
	}
	s.Close()
	again, err := Start(t.Context(), cfg, Deps{Transport: &receiver{}})
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}
