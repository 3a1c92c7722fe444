package ship

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestDeliversInOrderAndAcknowledges(t *testing.T) {
	for _, compression := range codecNames {
		t.Run(compression, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &receiver{}
				cfg := httpConfig()
				cfg.Compression = compression
				s := begin(t, cfg, Deps{Transport: f})
				var ack tally
				add(t, s, group(0, 25, &ack))
				add(t, s, group(25, 60, &ack))
				if err := s.Drain(t.Context()); err != nil {
					t.Fatal(err)
				}
				sameLines(t, f.lines(), want(0, 60))
				if ack.count() != 60 {
					t.Errorf("acknowledged %d, want 60", ack.count())
				}
				if b := balance(t, s); b.Delivered != 60 || b.InMemory != 0 || b.MemoryBytes != 0 {
					t.Errorf("books %+v", b)
				}
			})
		})
	}
}

func TestBatchIDIsTheSameAgain(t *testing.T) {
	var ids [2][]string
	for i := range ids {
		synctest.Test(t, func(t *testing.T) {
			f := &receiver{}
			s := begin(t, httpConfig(), Deps{Transport: f})
			add(t, s, group(0, 30, nil))
			s.Drain(t.Context())
			ids[i] = f.ids
		})
	}
	if len(ids[0]) != 3 || strings.Join(ids[0], " ") != strings.Join(ids[1], " ") {
		t.Errorf("ids %v and %v", ids[0], ids[1])
	}
}

func TestFlushAfterQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &receiver{}
		s := begin(t, httpConfig(), Deps{Transport: f})
		began := time.Now()
		add(t, s, group(0, 3, nil))
		time.Sleep(time.Second)
		sameLines(t, f.lines(), want(0, 3))
		if wait := f.at[0].Sub(began); wait > 250*time.Millisecond {
			t.Errorf("sent after %v", wait)
		}
	})
}

// TestPaceOfBatches holds that what comes after a pause is sent at once, what comes right after it waits a moment, and
// what comes without end is sent a few times a second.
func TestPaceOfBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &receiver{}
		cfg := httpConfig()
		cfg.BatchSize = 1000
		s := begin(t, cfg, Deps{Transport: f})
		time.Sleep(time.Second)
		began := time.Now()
		add(t, s, group(0, 1, nil))
		add(t, s, group(1, 2, nil))
		time.Sleep(time.Second)
		f.mu.Lock()
		if len(f.at) != 2 || f.at[0] != began || f.at[1].Sub(began) < quietFor || f.at[1].Sub(began) > firstLook {
			t.Errorf("two events in a row were sent at %v after %v", f.at, began)
		}
		f.at = nil
		f.mu.Unlock()
		for i := 2; i < 102; i++ {
			add(t, s, group(i, i+1, nil))
			time.Sleep(10 * time.Millisecond)
		}
		f.mu.Lock()
		n := len(f.at)
		f.mu.Unlock()
		if n < 5 || n > 8 {
			t.Errorf("%d requests in a second of single events", n)
		}
		sameLines(t, f.lines(), want(0, 102)[:len(f.lines())])
	})
}

// TestDrainTriesOften holds that a receiver that comes back while the rest is drained is noticed, however long it was away.
func TestDrainTriesOften(t *testing.T) {
	for name, fault := range map[string]func() (*http.Response, error){
		"down":     func() (*http.Response, error) { return nil, syscall.ECONNREFUSED },
		"refusing": func() (*http.Response, error) { return respond(401, ""), nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				back := time.Now().Add(time.Hour)
				f := &receiver{answer: func(int, *http.Request, []string) (*http.Response, error) {
					if time.Now().Before(back) {
						return fault()
					}
					return respond(200, ""), nil
				}}
				s := begin(t, httpConfig(), Deps{Transport: f})
				add(t, s, group(0, 40, nil))
				time.Sleep(time.Hour - 5*time.Second)
				ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
				defer cancel()
				if err := s.Drain(ctx); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestRetriesUntilTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &receiver{}
		began := time.Now()
		f.answer = func(n int, _ *http.Request, _ []string) (*http.Response, error) {
			switch {
			case time.Since(began) < 10*time.Minute && n%2 == 0:
				return nil, syscall.ECONNREFUSED
			case time.Since(began) < 10*time.Minute:
				return respond(503, ""), nil
			}
			return respond(200, ""), nil
		}
		log := &lockedBuffer{}
		s := begin(t, httpConfig(), Deps{Transport: f, Logger: textLogger(log)})
		var ack tally
		add(t, s, group(0, 40, &ack))
		time.Sleep(9 * time.Minute)
		if ack.count() != 0 {
			t.Fatal("acknowledged before it was delivered")
		}
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		sameLines(t, f.lines(), want(0, 40))
		if f.requests > 40 {
			t.Errorf("%d requests in an outage of 10 minutes", f.requests)
		}
		if n := strings.Count(log.String(), "\n"); n > 15 {
			t.Errorf("%d lines of log in an outage of 10 minutes:\n%s", n, log)
		}
		if ack.count() != 40 {
			t.Errorf("acknowledged %d", ack.count())
		}
	})
}

func TestBackPressureWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &receiver{}
		began := time.Now()
		f.answer = func(int, *http.Request, []string) (*http.Response, error) {
			if time.Since(began) < time.Minute {
				return respond(503, ""), nil
			}
			return respond(200, ""), nil
		}
		cfg := httpConfig()
		cfg.BufferSize = 20
		s := begin(t, cfg, Deps{Transport: f})
		add(t, s, group(0, 30, nil))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := s.Add(ctx, group(30, 31, nil)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Add over a full buffer returned %v", err)
		}
		add(t, s, group(30, 31, nil))
		if time.Since(began) < time.Minute {
			t.Error("Add did not wait")
		}
		s.Drain(t.Context())
		sameLines(t, f.lines(), want(0, 31))
	})
}

func TestDrainGivesUpInTimeAndSaysWhatRemains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &receiver{answer: func(_ int, r *http.Request, _ []string) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}}
		s := begin(t, httpConfig(), Deps{Transport: f})
		var ack tally
		add(t, s, group(0, 25, &ack))
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		err := s.Drain(ctx)
		var rest *Remainder
		if !errors.As(err, &rest) || rest.Lost != 25 {
			t.Errorf("Drain returned %v", err)
		}
		if d := time.Since(began); d != 10*time.Second {
			t.Errorf("Drain took %v", d)
		}
		if ack.count() != 0 {
			t.Error("acknowledged what was not delivered")
		}
		if err := s.Add(t.Context(), group(0, 1, nil)); !errors.Is(err, ErrClosed) {
			t.Errorf("Add after Drain returned %v", err)
		}
	})
}

func TestStdoutKeepsBytesWhateverTheBatches(t *testing.T) {
	for _, size := range []int{1, 7, 1000} {
		var out bytes.Buffer
		cfg := DefaultConfig()
		cfg.BatchSize = size
		s := begin(t, cfg, Deps{Stdout: &out})
		for i := 0; i < 100; i += 10 {
			add(t, s, group(i, i+10, nil))
		}
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); got != strings.Join(want(0, 100), "") {
			t.Errorf("batch size %d: output differs", size)
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, syscall.EPIPE }

func TestClosedStdoutEndsDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, DefaultConfig(), Deps{Stdout: brokenPipe{}})
		add(t, s, group(0, 1, nil))
		time.Sleep(time.Second)
		if err := s.Add(t.Context(), group(1, 2, nil)); !errors.Is(err, ErrOutputClosed) {
			t.Errorf("Add returned %v", err)
		}
		if err := s.Drain(t.Context()); !errors.Is(err, ErrOutputClosed) {
			t.Errorf("Drain returned %v", err)
		}
	})
}

func TestFileDestination(t *testing.T) {
	for _, name := range []string{"out.ndjson", "out.ndjson.lz4", "out.ndjson.gz", "out.ndjson.zst"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "sub", name)
			for run := range 2 { // the second appends
				cfg := DefaultConfig()
				cfg.To = []string{"file:" + path}
				cfg.BatchSize = 7
				s := begin(t, cfg, Deps{})
				add(t, s, group(run*50, run*50+50, nil))
				if err := s.Drain(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			target, _ := parseURL(path)
			got, err := decode(b, target.codec, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != strings.Join(want(0, 100), "") {
				t.Errorf("%s holds %d bytes that are not what was added", name, len(got))
			}
		})
	}
}

func TestRotatedFileIsOpenedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "out")
		cfg := DefaultConfig()
		cfg.To = []string{path}
		s := begin(t, cfg, Deps{})
		add(t, s, group(0, 5, nil))
		time.Sleep(5 * time.Second)
		if err := os.Rename(path, path+".1"); err != nil {
			t.Fatal(err)
		}
		add(t, s, group(5, 9, nil))
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		first, _ := os.ReadFile(path + ".1")
		second, _ := os.ReadFile(path)
		if string(first) != strings.Join(want(0, 5), "") || string(second) != strings.Join(want(5, 9), "") {
			t.Errorf("got %q and %q", first, second)
		}
	})
}

func TestFileAfterCutLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	os.WriteFile(path, []byte(`{"event_id":"evt_cu`), 0o600)
	cfg := DefaultConfig()
	cfg.To = []string{path}
	s := begin(t, cfg, Deps{})
	add(t, s, group(0, 1, nil))
	s.Drain(t.Context())
	if b, _ := os.ReadFile(path); string(b) != `{"event_id":"evt_cu`+"\n"+event(0) {
		t.Errorf("got %q", b)
	}
}

func TestSlowReceiverGetsRequestsSideBySideInOrderOfFlows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &receiver{answer: func(int, *http.Request, []string) (*http.Response, error) {
			time.Sleep(time.Second)
			return respond(200, ""), nil
		}}
		cfg := httpConfig()
		cfg.Order = "flow"
		s := begin(t, cfg, Deps{Transport: f})
		for i := 0; i < 5000; i += 10 {
			add(t, s, group(i, i+10, nil))
			time.Sleep(20 * time.Millisecond)
		}
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if f.most < 2 {
			t.Errorf("never more than %d request at a time", f.most)
		}
		got := f.lines()
		if len(got) != 5000 {
			t.Fatalf("%d lines", len(got))
		}
		last := map[byte]string{}
		for _, l := range got {
			flow := l[len(l)-3]
			if l <= last[flow] {
				t.Fatalf("flow %c: %q after %q", flow, l, last[flow])
			}
			last[flow] = l
		}
	})
}

func TestSecondRequiredDestinationHoldsTheAck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		f := &receiver{answer: func(_ int, r *http.Request, _ []string) (*http.Response, error) {
			if r.URL.Host == "b.test" && time.Since(began) < time.Minute {
				return respond(500, ""), nil
			}
			return respond(200, ""), nil
		}}
		cfg := httpConfig()
		cfg.To = []string{"http://a.test", "http://b.test"}
		s := begin(t, cfg, Deps{Transport: f})
		var ack tally
		add(t, s, group(0, 10, &ack))
		time.Sleep(30 * time.Second)
		if len(f.lines()) != 10 || ack.count() != 0 {
			t.Errorf("%d lines, %d acknowledged", len(f.lines()), ack.count())
		}
		balance(t, s)
		time.Sleep(2 * time.Minute)
		if len(f.lines()) != 20 || ack.count() != 10 {
			t.Errorf("%d lines, %d acknowledged", len(f.lines()), ack.count())
		}
		balance(t, s)
	})
}

func TestOptionalDestinationHoldsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &receiver{answer: func(_ int, r *http.Request, _ []string) (*http.Response, error) {
			if r.URL.Host == "b.test" {
				return nil, io.EOF
			}
			return respond(200, ""), nil
		}}
		no := false
		cfg := httpConfig()
		cfg.To = []string{"http://a.test"}
		cfg.Destinations = []Destination{{URL: "http://b.test", Required: &no}}
		cfg.BufferSize = 100
		s := begin(t, cfg, Deps{Transport: f})
		var ack tally
		for i := 0; i < 1000; i += 10 {
			add(t, s, group(i, i+10, &ack))
			time.Sleep(time.Second)
		}
		time.Sleep(time.Second)
		sameLines(t, f.lines(), want(0, 1000))
		if ack.count() != 1000 {
			t.Errorf("acknowledged %d", ack.count())
		}
		b := balance(t, s)
		if b.Destinations[1].Dropped["slow"] == 0 {
			t.Error("nothing was dropped for the slow one")
		}
	})
}
