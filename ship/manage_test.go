package ship

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// spooledState is a state directory with 200 events in its spool.
func spooledState(t *testing.T) Config {
	t.Helper()
	o := &outage{}
	o.down.Store(true)
	cfg := pipeConfig(t)
	s := begin(t, cfg, Deps{Transport: &receiver{answer: o.answer}})
	add(t, s, group(0, 200, nil))
	time.Sleep(time.Second)
	s.Close()
	return cfg
}

func TestManageSpool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := spooledState(t)
		dir := cfg.StateDir
		list, err := SpoolList(dir, true)
		if err != nil || len(list) != 1 || list[0].Events != 200 || list[0].Waiting != 200 || list[0].Damaged != 0 || list[0].Batches != 20 {
			t.Fatalf("%+v, %v", list, err)
		}
		var out bytes.Buffer
		if n, lost, err := SpoolCat(dir, &out, false); n != 200 || lost != 0 || err != nil || out.String() != strings.Join(want(0, 200), "") {
			t.Errorf("cat: %d, %d, %v", n, lost, err)
		}
		b, _ := os.ReadFile(list[0].File)
		b[len(b)/2] ^= 0xff
		os.WriteFile(list[0].File, b, 0o600)
		if list, _ := SpoolList(dir, true); list[0].Damaged != 1 {
			t.Errorf("damage was not seen: %+v", list)
		}
		if n, lost, err := SpoolCat(dir, &out, false); n != 190 || lost != 10 || err != nil {
			t.Errorf("cat: %d, %d, %v", n, lost, err)
		}
		if n, lost, err := SpoolRepair(dir, textLogger(&lockedBuffer{})); n != 1 || lost != 10 || err != nil {
			t.Errorf("repair: %d, %d, %v", n, lost, err)
		}
		if list, _ := SpoolList(dir, true); list[0].Damaged != 0 || list[0].Holes != 0 || list[0].Events != 190 {
			t.Errorf("after the repair: %+v", list)
		}
		f := &receiver{}
		if books, err := SpoolFlush(t.Context(), cfg, Deps{Transport: f}); err != nil || books.Delivered != 190 || len(f.lines()) != 190 {
			t.Errorf("flush: %+v, %v", books, err)
		}
		if list, err := SpoolList(dir, true); len(list) != 0 || err != nil {
			t.Errorf("after the flush: %+v, %v", list, err)
		}
	})
}

func TestDropSpool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := spooledState(t)
		lock, err := Lock(cfg.StateDir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := SpoolDrop(cfg.StateDir); !errors.Is(err, ErrLocked) {
			t.Errorf("drop beside another process: %v", err)
		}
		lock.Unlock()
		if n, err := SpoolDrop(cfg.StateDir); n != 200 || err != nil {
			t.Errorf("drop: %d, %v", n, err)
		}
		if list, err := SpoolList(cfg.StateDir, false); len(list) != 0 || err != nil {
			t.Errorf("%+v, %v", list, err)
		}
		if list, err := SpoolList(t.TempDir(), false); len(list) != 0 || err != nil {
			t.Errorf("without a spool: %+v, %v", list, err)
		}
	})
}

func TestManageDeadLetter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := isBad(33, 77)
		f := &receiver{}
		f.answer = func(_ int, _ *http.Request, lines []string) (*http.Response, error) {
			if slices.ContainsFunc(lines, bad) {
				return respond(400, ""), nil
			}
			return respond(200, ""), nil
		}
		cfg := pipeConfig(t)
		s := begin(t, cfg, Deps{Transport: f})
		add(t, s, group(0, 100, nil))
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		list, err := DeadList(cfg.StateDir)
		if err != nil || len(list) != 1 || list[0].Events != 2 || list[0].ByReason["refused"] != 2 {
			t.Fatalf("%+v, %v", list, err)
		}
		// A cut line, as a crash leaves it, and a suspect.
		h, _ := os.OpenFile(list[0].File, os.O_APPEND|os.O_WRONLY, 0)
		h.WriteString(`{"time":"2026-01-01T00:00:00Z","reason":"suspect","event":{"a":1}}` + "\n" + `{"time":"20`)
		h.Close()
		f = &receiver{}
		books, err := DeadRetry(t.Context(), cfg, Deps{Transport: f}, false)
		if err != nil || books.Delivered != 2 {
			t.Errorf("retry: %+v, %v", books, err)
		}
		sameLines(t, f.lines(), []string{event(33), event(77)})
		var reasons []string
		DeadCat(cfg.StateDir, func(e *DeadEvent) error { reasons = append(reasons, e.Reason); return nil })
		if strings.Join(reasons, " ") != "suspect" {
			t.Errorf("left: %v", reasons)
		}
		if n, err := DeadDrop(cfg.StateDir, time.Now().Add(-time.Hour)); n != 0 || err != nil {
			t.Errorf("drop of old ones: %d, %v", n, err)
		}
		if n, err := DeadDrop(cfg.StateDir, time.Time{}); n != 1 || err != nil {
			t.Errorf("drop: %d, %v", n, err)
		}
	})
}

func TestDeadLetterIsBounded(t *testing.T) {
	t.Parallel()
	dl := openDeadLetter(t.TempDir(), 64<<10)
	for i := range 400 {
		line := []byte(event(i))
		if err := dl.add("d", "refused", &parcel{n: 1, raw: line}, verdict{status: 400, answer: []byte("\xff no")}, testNow.Add(time.Duration(i)*time.Millisecond)); err != nil {
			t.Fatal(err)
		}
	}
	dl.close()
	if b := dl.books(); b.Bytes > 64<<10 || b.Discarded == 0 || b.Added != 400 || b.Files < 2 {
		t.Errorf("%+v", b)
	}
	again := openDeadLetter(dl.dir, 64<<10)
	if a, b := again.books(), dl.books(); a.Bytes != b.Bytes || a.Files != b.Files {
		t.Errorf("read again: %+v, was %+v", a, b)
	}
}

func TestDeadLetterKeepsWhatIsNotJSON(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	os.Mkdir(dir+"/"+deadDir, 0o700)
	dl := openDeadLetter(dir+"/"+deadDir, 1<<20)
	if err := dl.add("d", "refused", &parcel{n: 1, raw: []byte("not json\n")}, verdict{}, testNow); err != nil {
		t.Fatal(err)
	}
	dl.close()
	var got []DeadEvent
	DeadCat(dir, func(e *DeadEvent) error { got = append(got, *e); return nil })
	if len(got) != 1 || got[0].Text != "not json" || got[0].Event != nil {
		t.Errorf("%+v", got)
	}
}

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := spooledState(t)
		cfg.To = []string{`http://sink.test/events`}
		o := &outage{}
		o.down.Store(true)
		s := begin(t, cfg, Deps{Transport: &receiver{answer: o.answer}})
		time.Sleep(time.Minute)
		var out bytes.Buffer
		if err := s.WriteMetrics(&out); err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{
			`ezlogs_read_events_total 200`,
			`ezlogs_spooled_events 200`,
			`ezlogs_books_difference_events 0`,
			`ezlogs_breaker_state{destination="http://sink.test/events",state="open"} 1`,
			`ezlogs_breaker_state{destination="http://sink.test/events",state="closed"} 0`,
			`ezlogs_attempt_seconds_bucket{destination="http://sink.test/events",le="+Inf"} `,
			`ezlogs_attempts_total{destination="http://sink.test/events",code="refused"} `,
		} {
			if !strings.Contains(out.String(), "\n"+line) {
				t.Errorf("%q is missing in\n%s", line, &out)
			}
		}
		typed := map[string]bool{}
		for line := range strings.Lines(out.String()) {
			if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
				name, _, _ := strings.Cut(rest, " ")
				if typed[name] {
					t.Errorf("%s stands twice", name)
				}
				typed[name] = true
			}
		}
		b := Books{Dropped: map[string]uint64{"full": 3}, Added: 3, Destinations: []DestinationBooks{{Name: "a\"b\\c\nd", Dropped: map[string]uint64{"slow": 1}}}}
		if got := string(b.AppendMetrics(nil, testNow)); !strings.Contains(got, `{destination="a\"b\\c\nd",reason="slow"} 1`) || !strings.Contains(got, `ezlogs_dropped_events_total{reason="full"} 3`) {
			t.Errorf("labels: %s", got)
		}
	})
}
