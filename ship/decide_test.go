package ship

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// deadEvents reads the dead letter of a state directory.
func deadEvents(t *testing.T, dir string) (out []DeadEvent) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, deadDir, "*"+deadExt))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			var e DeadEvent
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatalf("%s: %v", f, err)
			}
			out = append(out, e)
		}
	}
	return out
}

func isBad(bad ...int) func(string) bool {
	return func(line string) bool {
		return slices.ContainsFunc(bad, func(i int) bool { return line == event(i) })
	}
}

// without is lines but those that are bad.
func without(lines []string, bad func(string) bool) []string {
	return slices.DeleteFunc(slices.Clone(lines), bad)
}

func TestPoisonCostsOneEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := isBad(137, 155, 298)
		f := &receiver{}
		f.answer = func(_ int, _ *http.Request, lines []string) (*http.Response, error) {
			if slices.ContainsFunc(lines, bad) {
				return respond(400, `{"error":"no"}`), nil
			}
			return respond(200, ""), nil
		}
		cfg := httpConfig()
		cfg.BatchSize = 100
		cfg.StateDir = t.TempDir()
		s := begin(t, cfg, Deps{Transport: f})
		var ack tally
		add(t, s, group(0, 500, &ack))
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		sameLines(t, f.lines(), without(want(0, 500), bad))
		if f.requests > 5+3*2*8 {
			t.Errorf("%d requests", f.requests)
		}
		b := balance(t, s)
		if b.DeadLettered != 3 || b.Delivered != 497 || ack.count() != 500 {
			t.Errorf("%d dead, %d delivered, %d acknowledged", b.DeadLettered, b.Delivered, ack.count())
		}
		dead := deadEvents(t, cfg.StateDir)
		if len(dead) != 3 || string(dead[0].Event)+"\n" != event(137) || dead[0].Status != 400 || dead[0].Answer != `{"error":"no"}` || dead[0].Reason != "refused" {
			t.Errorf("dead letter %+v", dead)
		}
	})
}

func TestPoisonWithoutStateIsDroppedAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := isBad(37, 38)
		f := &receiver{}
		f.answer = func(_ int, _ *http.Request, lines []string) (*http.Response, error) {
			if slices.ContainsFunc(lines, bad) {
				return respond(422, ""), nil
			}
			return respond(200, ""), nil
		}
		s := begin(t, httpConfig(), Deps{Transport: f})
		add(t, s, group(0, 100, nil))
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if b := balance(t, s); b.Dropped["refused"] != 2 || b.Delivered != 98 {
			t.Errorf("books %+v", b)
		}
	})
}

func TestFirstEventPoisonous(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := isBad(0)
		f := &receiver{}
		f.answer = func(_ int, _ *http.Request, lines []string) (*http.Response, error) {
			if slices.ContainsFunc(lines, bad) {
				return respond(400, ""), nil
			}
			return respond(200, ""), nil
		}
		cfg := httpConfig()
		cfg.StateDir = t.TempDir()
		s := begin(t, cfg, Deps{Transport: f})
		add(t, s, group(0, 50, nil))
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := f.lines()
		slices.Sort(got)
		sameLines(t, got, want(1, 50))
	})
}

// A receiver that refuses everything is at fault itself: nothing may go to the dead letter.
func TestRefusalOfEverythingPauses(t *testing.T) {
	for _, before := range []int{0, 200} {
		t.Run(fmt.Sprint(before, " taken before"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var healed atomic.Bool
				f := &receiver{}
				f.answer = func(n int, _ *http.Request, _ []string) (*http.Response, error) {
					if n < before/100 || healed.Load() {
						return respond(200, ""), nil
					}
					return respond(400, ""), nil
				}
				log := &lockedBuffer{}
				cfg := httpConfig()
				cfg.BatchSize = 100
				cfg.StateDir = t.TempDir()
				s := begin(t, cfg, Deps{Transport: f, Logger: textLogger(log)})
				add(t, s, group(0, before, nil))
				time.Sleep(time.Second)
				add(t, s, group(before, before+500, nil))
				time.Sleep(time.Hour)
				b := balance(t, s)
				if b.Destinations[0].State != "blocked" || b.DeadLettered > uint64(before/10) {
					t.Errorf("%s, %d dead", b.Destinations[0].State, b.DeadLettered)
				}
				if !strings.Contains(log.String(), "level=ERROR") {
					t.Errorf("nobody was told: %s", log)
				}
				if n := f.requests; n > 400 {
					t.Errorf("%d requests in an hour", n)
				}
				healed.Store(true)
				if err := s.Drain(t.Context()); err != nil {
					t.Fatal(err)
				}
				if b := balance(t, s); b.Delivered+b.DeadLettered != uint64(before+500) {
					t.Errorf("books %+v", b)
				}
			})
		})
	}
}

// A receiver that has worked and refuses everything for a while is at fault, too.
func TestRefusalOfEverythingAfterItWorked(t *testing.T) {
	for _, status := range []int{400, 422} {
		synctest.Test(t, func(t *testing.T) {
			var broken atomic.Bool
			f := &receiver{answer: func(int, *http.Request, []string) (*http.Response, error) {
				if broken.Load() {
					return respond(status, ""), nil
				}
				return respond(200, ""), nil
			}}
			cfg := httpConfig()
			cfg.StateDir = t.TempDir()
			log := &lockedBuffer{}
			s := begin(t, cfg, Deps{Transport: f, Logger: textLogger(log)})
			add(t, s, group(0, 1000, nil))
			time.Sleep(time.Second)
			broken.Store(true)
			f.mu.Lock()
			before := f.requests
			f.mu.Unlock()
			for i := 1000; i < 1300; i += 50 {
				add(t, s, group(i, i+50, nil))
				time.Sleep(10 * time.Second)
			}
			f.mu.Lock()
			n := f.requests - before
			f.mu.Unlock()
			if n > 100 {
				t.Errorf("%d requests in a minute to a receiver that refuses everything", n)
			}
			if !strings.Contains(log.String(), "level=ERROR") {
				t.Errorf("nobody was told:\n%s", log)
			}
			broken.Store(false)
			if err := s.Drain(t.Context()); err != nil {
				t.Error(err)
			}
			if b := balance(t, s); b.DeadLettered != 0 || b.Delivered != 1300 {
				t.Errorf("status %d: books %+v", status, b)
			}
		})
	}
}

// The only event there is may be at fault though nothing else can show it.
func TestLonePoisonIsSetAsideInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &receiver{answer: func(_ int, _ *http.Request, lines []string) (*http.Response, error) {
			if slices.Contains(lines, event(100)) {
				return respond(400, ""), nil
			}
			return respond(200, ""), nil
		}}
		cfg := httpConfig()
		cfg.StateDir = t.TempDir()
		s := begin(t, cfg, Deps{Transport: f})
		add(t, s, group(0, 100, nil))
		time.Sleep(time.Second)
		add(t, s, group(100, 101, nil))
		time.Sleep(time.Minute)
		if b := balance(t, s); b.DeadLettered != 0 {
			t.Errorf("after a minute %+v", b)
		}
		time.Sleep(15 * time.Minute)
		if b := balance(t, s); b.DeadLettered != 1 || b.Delivered != 100 || b.Destinations[0].State != "closed" {
			t.Errorf("books %+v", b)
		}
		add(t, s, group(101, 102, nil))
		time.Sleep(time.Minute)
		if b := balance(t, s); b.Delivered != 101 {
			t.Errorf("what came after it: %+v", b)
		}
	})
}

func TestTooLargeIsHalvedAndRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &receiver{}
		f.answer = func(_ int, _ *http.Request, lines []string) (*http.Response, error) {
			if len(lines) > 12 || lines[0] == event(60) && len(lines) == 1 {
				return respond(413, ""), nil
			}
			if slices.Contains(lines, event(60)) {
				return respond(413, ""), nil
			}
			return respond(200, ""), nil
		}
		cfg := httpConfig()
		cfg.BatchSize = 100
		cfg.StateDir = t.TempDir()
		s := begin(t, cfg, Deps{Transport: f})
		add(t, s, group(0, 1000, nil))
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		sameLines(t, f.lines(), without(want(0, 1000), isBad(60)))
		if dead := deadEvents(t, cfg.StateDir); len(dead) != 1 || dead[0].Reason != "too large" {
			t.Errorf("dead letter %+v", dead)
		}
		if f.requests > 700 {
			t.Errorf("%d requests", f.requests)
		}
	})
}

func TestBodyLimitGrowsAgain(t *testing.T) {
	t.Parallel()
	d := &dest{}
	whole := &parcel{n: 2, raw: make([]byte, 1000)}
	d.limitBody(whole, testNow)
	if d.maxBody != 500 {
		t.Errorf("limit %d", d.maxBody)
	}
	small := &job{b: &batch{}, parts: []*parcel{{n: 1, raw: make([]byte, 10)}}}
	d.fit(small, testNow.Add(20*time.Minute))
	if d.maxBody < 1000 || d.maxBody > 1500 {
		t.Errorf("limit %d after 20 minutes", d.maxBody)
	}
	if d.fit(small, testNow.Add(1000*time.Hour)); d.maxBody != 0 {
		t.Errorf("limit %d after 1,000 hours", d.maxBody)
	}
}

func TestPerEventResults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &receiver{}
		f.answer = func(n int, _ *http.Request, lines []string) (*http.Response, error) {
			if n > 0 {
				return respond(200, ""), nil
			}
			f.take(lines[0], lines[3])
			return respond(207, `{"rejected":[{"index":1,"status":429,"retryable":true},{"index":2,"status":400,"retryable":false},{"index":2,"status":400},{"index":4,"status":503}]}`), nil
		}
		cfg := httpConfig()
		cfg.BatchSize = 5
		cfg.StateDir = t.TempDir()
		s := begin(t, cfg, Deps{Transport: f})
		var ack tally
		add(t, s, group(0, 5, &ack))
		add(t, s, group(5, 10, &ack))
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(f.ids) < 3 || f.ids[1] == f.ids[0] {
			t.Errorf("ids %v", f.ids)
		}
		got := f.lines()
		slices.Sort(got)
		b := balance(t, s)
		if b.Delivered+b.DeadLettered != 10 || ack.count() != 10 || b.DeadLettered != uint64(10-len(got)) {
			t.Errorf("%d lines, books %+v", len(got), b)
		}
	})
}

func TestEveryEventRefusedForNowIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		f := &receiver{}
		f.answer = func(_ int, _ *http.Request, lines []string) (*http.Response, error) {
			if time.Since(began) > 10*time.Minute {
				return respond(200, ""), nil
			}
			var list []string
			for i := range lines {
				list = append(list, fmt.Sprintf(`{"index":%d,"status":429}`, i))
			}
			return respond(207, `{"rejected":[`+strings.Join(list, ",")+`]}`), nil
		}
		s := begin(t, httpConfig(), Deps{Transport: f})
		add(t, s, group(0, 10, nil))
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		sameLines(t, f.lines(), want(0, 10))
		if f.requests > 50 {
			t.Errorf("%d requests in ten minutes", f.requests)
		}
	})
}

func TestDestinationFaultKeepsEverything(t *testing.T) {
	for _, status := range []int{301, 401, 403, 404} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			f := &receiver{}
			f.answer = func(int, *http.Request, []string) (*http.Response, error) {
				if time.Since(began) < 10*time.Minute {
					return respond(status, "<html>gone</html>"), nil
				}
				return respond(200, ""), nil
			}
			log := &lockedBuffer{}
			s := begin(t, httpConfig(), Deps{Transport: f, Logger: textLogger(log)})
			add(t, s, group(0, 50, nil))
			if err := s.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			sameLines(t, f.lines(), want(0, 50))
			if late := time.Since(began) - 10*time.Minute; late > 35*time.Second {
				t.Errorf("%d: delivered %v late", status, late)
			}
			if f.requests > 50 {
				t.Errorf("%d: %d requests", status, f.requests)
			}
			if !strings.Contains(log.String(), "level=ERROR") {
				t.Errorf("%d: nobody was told", status)
			}
		})
	}
}

// One event makes the receiver answer 500 each time.
func TestEventThatBreaksTheReceiver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := isBad(33)
		f := &receiver{}
		f.answer = func(_ int, _ *http.Request, lines []string) (*http.Response, error) {
			if slices.ContainsFunc(lines, bad) {
				return respond(500, ""), nil
			}
			return respond(200, ""), nil
		}
		cfg := httpConfig()
		cfg.StateDir = t.TempDir()
		s := begin(t, cfg, Deps{Transport: f})
		add(t, s, group(0, 100, nil))
		began := time.Now()
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := f.lines()
		slices.Sort(got)
		sameLines(t, got, without(want(0, 100), bad))
		if dead := deadEvents(t, cfg.StateDir); len(dead) != 1 || dead[0].Status != 500 {
			t.Errorf("dead letter %+v", dead)
		}
		if d := time.Since(began); d > time.Hour {
			t.Errorf("it took %v", d)
		}
	})
}

// A receiver that answers 500 to everything is down: nothing may be set aside.
func TestReceiverThatIsDownWith500(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		f := &receiver{}
		f.answer = func(n int, _ *http.Request, lines []string) (*http.Response, error) {
			if n < 3 || time.Since(began) > 3*time.Hour {
				return respond(200, ""), nil
			}
			return respond(500, ""), nil
		}
		cfg := httpConfig()
		cfg.StateDir = t.TempDir()
		s := begin(t, cfg, Deps{Transport: f})
		add(t, s, group(0, 100, nil))
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := f.lines()
		slices.Sort(got)
		sameLines(t, got, want(0, 100))
	})
}

func TestFullDiskOfTheDeadLetterWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := isBad(15)
		f := &receiver{}
		f.answer = func(_ int, _ *http.Request, lines []string) (*http.Response, error) {
			if slices.ContainsFunc(lines, bad) {
				return respond(400, ""), nil
			}
			return respond(200, ""), nil
		}
		cfg := httpConfig()
		cfg.StateDir = t.TempDir()
		s := begin(t, cfg, Deps{Transport: f})
		os.RemoveAll(filepath.Join(cfg.StateDir, deadDir))
		add(t, s, group(0, 50, nil))
		time.Sleep(10 * time.Second)
		if b := balance(t, s); b.DeadLettered != 0 || b.InMemory == 0 {
			t.Errorf("books %+v", b)
		}
		os.Mkdir(filepath.Join(cfg.StateDir, deadDir), 0o700)
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if b := balance(t, s); b.DeadLettered != 1 {
			t.Errorf("books %+v", b)
		}
	})
}

func TestUnsupportedCompressionIsLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &receiver{}
		f.answer = func(_ int, r *http.Request, _ []string) (*http.Response, error) {
			if r.Header.Get("Content-Encoding") != "" {
				return respond(415, ""), nil
			}
			return respond(200, ""), nil
		}
		s := begin(t, httpConfig(), Deps{Transport: f})
		add(t, s, group(0, 50, nil))
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		sameLines(t, f.lines(), want(0, 50))
		if f.requests != 6 {
			t.Errorf("%d requests", f.requests)
		}
	})
}

func TestRedirectOfTheSameHostIsFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &receiver{}
		f.answer = func(_ int, r *http.Request, _ []string) (*http.Response, error) {
			if r.URL.Path == "/events" {
				resp := respond(307, "")
				resp.Header.Set("Location", "/v2/events")
				return resp, nil
			}
			return respond(200, ""), nil
		}
		s := begin(t, httpConfig(), Deps{Transport: f})
		add(t, s, group(0, 10, nil))
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		sameLines(t, f.lines(), want(0, 10))
	})
}

func TestCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		token := filepath.Join(t.TempDir(), "token")
		os.WriteFile(token, []byte("first\n"), 0o600)
		f := &receiver{}
		f.answer = func(_ int, r *http.Request, _ []string) (*http.Response, error) {
			user, password, _ := r.BasicAuth()
			switch {
			case r.Header.Get("X-Key") != "k3y" || r.Host != "virtual.test":
				return respond(403, ""), nil
			case r.URL.Host == "basic.test" && (user != "u" || password != "hunter2" || r.URL.User != nil):
				return respond(401, ""), nil
			case r.URL.Host == "bearer.test" && r.Header.Get("Authorization") != "Bearer second":
				return respond(401, ""), nil
			}
			return respond(200, ""), nil
		}
		log := &lockedBuffer{}
		headers := map[string]Secret{"X-Key": "k3y", "Host": "virtual.test"}
		cfg := httpConfig()
		cfg.To = nil
		cfg.Destinations = []Destination{
			{URL: "https://u:hunter2@basic.test/x?secret=hunter2", Headers: headers},
			{URL: "https://bearer.test/", Headers: headers, TokenFile: token},
		}
		s := begin(t, cfg, Deps{Transport: f, Logger: textLogger(log)})
		add(t, s, group(0, 10, nil))
		time.Sleep(10 * time.Second)
		if n := len(f.lines()); n != 10 {
			t.Errorf("%d lines with the old token", n)
		}
		os.WriteFile(token, []byte("second, longer"), 0o600)
		os.WriteFile(token, []byte("second"), 0o600)
		time.Sleep(time.Minute)
		if n := len(f.lines()); n != 20 {
			t.Errorf("%d lines with the new token", n)
		}
		shown := fmt.Sprintf("%+v %#v %v %s", s.Books(), cfg.Destinations, cfg, log)
		for _, secret := range []string{"k3y", "first", "second"} {
			if strings.Contains(shown, secret) {
				t.Errorf("%q is shown", secret)
			}
		}
		if strings.Contains(log.String(), "hunter2") || strings.Contains(fmt.Sprintf("%+v", s.Books()), "hunter2") {
			t.Error("the password is shown")
		}
	})
}

func TestFailingFileIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &fullDisk{fails: 3}
		s := begin(t, DefaultConfig(), Deps{Stdout: w})
		add(t, s, group(0, 10, nil))
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := w.b.String(); got != strings.Join(want(0, 10), "") {
			t.Errorf("got %q", got)
		}
	})
}

// fullDisk takes half of what it is given for a while.
type fullDisk struct {
	fails int
	b     strings.Builder
}

func (w *fullDisk) Write(p []byte) (int, error) {
	if w.fails--; w.fails >= 0 {
		n, _ := w.b.Write(p[:len(p)/2])
		return n, syscall.ENOSPC
	}
	return w.b.Write(p)
}

func TestDamagedBatchIsCountedNotSent(t *testing.T) {
	t.Parallel()
	s := &Shipper{}
	d := &dest{s: s, name: "x"}
	d.log = textLogger(&lockedBuffer{})
	broken := func() (*job, *parcel) {
		p := &parcel{n: 4, batch: &batch{n: 4, codec: codecGzip, body: []byte("rubbish"), rawLen: 10}}
		return &job{b: p.batch, parts: []*parcel{p}}, p
	}
	for name, f := range map[string]func(j *job, p *parcel){
		"halve":    func(j *job, p *parcel) { d.halve(j, p) },
		"refused":  func(j *job, p *parcel) { d.refused(j, p, verdict{status: 400}, testNow) },
		"rejected": func(j *job, p *parcel) { d.taken(j, p, verdict{rejected: []rejection{{index: 1}}}, testNow) },
		"again":    func(j *job, p *parcel) { d.again(j, p, verdict{code: "damaged", err: errors.New("x")}, testNow) },
	} {
		j, p := broken()
		if f(j, p); len(j.parts) != 0 || j.dropped != 4 || j.reason != "damaged" {
			t.Errorf("%s: %+v", name, j)
		}
	}
	short := &parcel{n: 1, batch: &batch{body: []byte("abc"), rawLen: 10}}
	if _, err := short.plain(); err == nil {
		t.Error("a short batch was taken for whole")
	}
}

func TestOnlyEventRefusedByAnUnknownReceiver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &receiver{answer: func(int, *http.Request, []string) (*http.Response, error) { return respond(400, ""), nil }}
		cfg := httpConfig()
		cfg.StateDir = t.TempDir()
		s := begin(t, cfg, Deps{Transport: f})
		add(t, s, group(0, 1, nil))
		time.Sleep(time.Minute)
		if b := balance(t, s); b.Destinations[0].State != "blocked" || b.InMemory != 1 || b.DeadLettered != 0 {
			t.Errorf("books %+v", b)
		}
	})
}

func TestPerEventResultsWithoutRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &receiver{}
		f.answer = func(n int, _ *http.Request, lines []string) (*http.Response, error) {
			if n == 1 {
				return respond(207, `{"rejected":[{"index":4,"status":400}]}`), nil
			}
			return respond(200, ""), nil
		}
		cfg := httpConfig()
		cfg.StateDir = t.TempDir()
		s := begin(t, cfg, Deps{Transport: f})
		add(t, s, group(0, 30, nil))
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if dead := deadEvents(t, cfg.StateDir); len(dead) != 1 || string(dead[0].Event)+"\n" != event(14) || dead[0].Reason != "rejected" {
			t.Errorf("dead letter %+v", dead)
		}
		balance(t, s)
	})
}

func TestBodyLimitFollowsTheReceiver(t *testing.T) {
	t.Parallel()
	d := &dest{worked: 1000}
	for range 20 { // it took as much before, and takes no longer
		d.limitBody(&parcel{n: 10, raw: make([]byte, 900), tries: 1}, testNow)
	}
	if d.maxBody == 0 || d.maxBody > 900 {
		t.Errorf("limit %d, worked %d", d.maxBody, d.worked)
	}
	d = &dest{worked: 1000}
	d.limitBody(&parcel{n: 10, raw: make([]byte, 900), tries: 2}, testNow)
	d.limitBody(&parcel{n: 1, raw: make([]byte, 9000), tries: 1}, testNow)
	if d.maxBody != 0 || d.worked != 1000 {
		t.Errorf("limit %d, worked %d", d.maxBody, d.worked)
	}
	d.maxBody, d.maxAt = 5, testNow
	j := &job{b: &batch{}, parts: []*parcel{{n: 2, batch: &batch{rawLen: 100, codec: codecGzip}}}}
	if d.fit(j, testNow); len(j.parts) != 1 {
		t.Error("a damaged batch was cut")
	}
}

func TestSuspectsWithoutRoomAreTold(t *testing.T) {
	t.Parallel()
	log := &lockedBuffer{}
	d := &dest{s: &Shipper{dead: openDeadLetter(filepath.Join(t.TempDir(), "none"), 1<<20)}, log: textLogger(log)}
	j := &job{b: &batch{}}
	d.suspects(j, &parcel{n: 3, raw: []byte("{}\n{}\n{}\n")}, verdict{suspect: 2}, testNow)
	if j.dead != 2 || !strings.Contains(log.String(), "dead letter") {
		t.Errorf("%+v: %s", j, log)
	}
}
