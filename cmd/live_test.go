package cmd

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/ezlogs/ezlogs/schema"
	"github.com/ezlogs/ezlogs/ship"
	"github.com/ezlogs/ezlogs/tailer"
)

// receiver takes events over HTTP and hands them to the test, a line each.
func receiver(t *testing.T) (url string, events <-chan string) {
	t.Helper()
	ch := make(chan string, 1000)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		in := io.Reader(r.Body)
		if r.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(in)
			if err != nil {
				t.Error(err)
				return
			}
			in = z
		}
		for s := bufio.NewScanner(in); s.Scan(); {
			ch <- s.Text()
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/events", ch
}

// expect waits for an event with each of the texts, in order.
func expect(t *testing.T, events <-chan string, texts ...string) {
	t.Helper()
	for _, want := range texts {
		select {
		case got := <-events:
			if !strings.Contains(got, want) {
				t.Fatalf("got %s, want %q in it", got, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("nothing came, want %q", want)
		}
	}
}

// shipper starts the program and returns what ends it and gives its status.
func shipper(t *testing.T, stdin *os.File, args ...string) (stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int, 1)
	var errors bytes.Buffer
	env := &Env{Args: append([]string{"ship", "--no-guard"}, args...), Stdin: stdin, Stdout: io.Discard, Stderr: &errors,
		Environ: []string{"EZLOGS_SECURITY_KEY=" + strings.Repeat("0123456789abcdef", 4), "HOME=" + t.TempDir()}}
	go func() { done <- Run(ctx, env) }()
	t.Cleanup(cancel)
	return func() int {
		cancel()
		status := <-done
		if t.Failed() {
			t.Log(errors.String())
		}
		return status
	}
}

func TestShipFollowsAFileAndGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	url, events := receiver(t)
	dir := t.TempDir()
	log := write(t, dir, "app.log", "{\"msg\":\"one\"}\n{\"msg\":\"two\"}\n")
	state := filepath.Join(dir, "state")
	stop := shipper(t, nil, "--state-dir", state, "--to", url, log)
	expect(t, events, `"one"`, `"two"`)
	add(t, log, "{\"msg\":\"three\"}\n")
	expect(t, events, `"three"`)
	if status := stop(); status != 0 {
		t.Errorf("status %d", status)
	}
	add(t, log, "{\"msg\":\"four\"}\n")
	stop = shipper(t, nil, "--state-dir", state, "--to", url, log)
	expect(t, events, `"four"`)
	if status := stop(); status != 0 {
		t.Errorf("status %d", status)
	}
	select {
	case got := <-events:
		t.Errorf("came twice: %s", got)
	default:
	}
}

func add(t *testing.T, name, text string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

// TestLiveFeedTicksInSilence holds that the clock ticks only while nothing comes, less often after a while, and not for good.
func TestLiveFeedTicksInSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chunks := make(chan *tailer.Chunk)
		f := newLiveFeed(chunks, func(*tailer.Source) *schema.Source { return nil })
		go func() {
			for range 100 {
				time.Sleep(100 * time.Millisecond)
				chunks <- &tailer.Chunk{}
			}
			time.Sleep(time.Hour)
			close(chunks)
		}()
		began := time.Now()
		for range 100 {
			if c, err := f.next(t.Context()); err != nil || c.Chunk == nil {
				t.Fatalf("a tick after %v, while chunks came", time.Since(began))
			}
		}
		last, fast, slow := time.Now(), 0, 0
		for {
			c, err := f.next(t.Context())
			if err != nil {
				break
			}
			switch silent := time.Unix(0, c.now).Sub(last); {
			case silent <= settling+liveTick:
				fast++
			case silent > quiet+slowTick:
				t.Fatalf("a tick after %v of silence", silent)
			default:
				slow++
			}
		}
		if fast != 20 && fast != 21 || slow < 30 || slow > 35 {
			t.Errorf("%d and %d ticks", fast, slow)
		}
	})
}

// TestShipRescuesADeletedFile holds that lines of a file that is gone outlive the process, though the receiver is down.
func TestShipRescuesADeletedFile(t *testing.T) { // not beside TestReload, whose signals reach every shipper of the process
	dir := t.TempDir()
	log := write(t, dir, "app.log", "{\"msg\":\"doomed\"}\n")
	state := filepath.Join(dir, "state")
	asked := make(chan struct{}, 100)
	down := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		asked <- struct{}{}
	}))
	defer down.Close()
	stop := shipper(t, nil, "--drain", "100ms", "--state-dir", state, "--to", down.URL, log)
	<-asked
	if err := os.Remove(log); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		s, err := askStatus(ctx, state)
		if err == nil && s.Books.Spooled == 1 && s.Tail.Sources[0].Unacked == 0 {
			break
		}
		select {
		case <-ctx.Done():
			t.Fatal("the line is not rescued")
		case <-time.After(10 * time.Millisecond):
		}
	}
	stop()
	url, events := receiver(t)
	stop = shipper(t, nil, "--state-dir", state, "--to", url, log)
	expect(t, events, `"doomed"`)
	stop()
}

func TestShipReadsAPipeToItsEnd(t *testing.T) {
	t.Parallel()
	url, events := receiver(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	stop := shipper(t, r, "--state-dir", t.TempDir(), "--to", url)
	io.WriteString(w, "{\"msg\":\"one\"}\n")
	expect(t, events, `"one"`)
	io.WriteString(w, "last words without newline")
	w.Close()
	expect(t, events, `last words`)
	if status := stop(); status != 0 {
		t.Errorf("status %d", status)
	}
}

func TestShipKeepsWhatAPipeBroughtWhileTheReceiverIsDown(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "{\"msg\":\"kept\"}\n")
	w.Close()
	down := httptest.NewServer(http.NotFoundHandler())
	env := &Env{Args: []string{"ship", "--no-guard", "--drain", "100ms", "--state-dir", dir, "--to", down.URL}, Stdin: r, Stdout: io.Discard, Stderr: new(bytes.Buffer), Environ: []string{"HOME=" + dir}}
	if status := Run(t.Context(), env); status != 0 {
		t.Fatalf("status %d: %s", status, env.Stderr)
	}
	down.Close()
	r.Close()
	if got := ezlogs(t, "", "spool", "cat", "--state-dir", dir).out; !strings.Contains(got, `"kept"`) {
		t.Fatalf("the spool holds %q", got)
	}
	url, events := receiver(t)
	if r := ezlogs(t, "", "spool", "flush", "--state-dir", dir, "--to", url); r.status != 0 {
		t.Errorf("flush: %+v", r)
	}
	expect(t, events, `"kept"`)
}

// TestReload holds that a valid configuration begins a new session, and one with errors changes nothing.
func TestReload(t *testing.T) {
	t.Parallel()
	if len(reloadSignals) == 0 {
		return // a system without the signal
	}
	url, events := receiver(t)
	dir := t.TempDir()
	log := write(t, dir, "app.log", "{\"msg\":\"one\"}\n")
	config := write(t, dir, "ezlogs.toml", "service_name = \"first\"\n")
	stop := shipper(t, nil, "--config", config, "--state-dir", filepath.Join(dir, "state"), "--to", url, log)
	expect(t, events, `"service":"first"`)
	write(t, dir, "ezlogs.toml", "servise_name = \"bad\"\n")
	hangUp(t)
	add(t, log, "{\"msg\":\"two\"}\n")
	expect(t, events, `"service":"first"`)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	write(t, dir, "ezlogs.toml", "service_name = \"unusable\"\n[admin]\nlisten = \""+taken.Addr().String()+"\"\n")
	hangUp(t)
	add(t, log, "{\"msg\":\"three\"}\n")
	expect(t, events, `"service":"first"`)
	add(t, log, "{\"msg\":\"four\"}\n")
	expect(t, events, `"service":"first"`)
	write(t, dir, "ezlogs.toml", "service_name = \"second\"\n")
	hangUp(t)
	for n := 3; ; n++ {
		add(t, log, "{\"msg\":\"more\"}\n")
		select {
		case got := <-events:
			if strings.Contains(got, `"service":"second"`) {
				if status := stop(); status != 0 {
					t.Errorf("status %d", status)
				}
				return
			}
		case <-time.After(20 * time.Second):
			t.Fatal("nothing came after the configuration was read again")
		}
		if n > 100 {
			t.Fatal("the new configuration is not used")
		}
	}
}

func hangUp(t *testing.T) {
	t.Helper()
	p, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = p.Signal(syscall.SIGHUP)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestListenTakesLines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l, err := listen("127.0.0.1:0", ownLog(&Env{Stderr: &out}, nil))
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan string)
	go func() {
		b, _ := io.ReadAll(l)
		read <- string(b)
	}()
	res, err := http.Post("http://"+l.addr+"/events", "application/x-ndjson", strings.NewReader("{\"a\":1}\n"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	l.Close()
	if got := <-read; got != "{\"a\":1}\n" || res.StatusCode != http.StatusAccepted {
		t.Errorf("%d, read %q", res.StatusCode, got)
	}
}

// TestDebugFollows holds that debug -f shows what is added to a file.
func TestDebugFollows(t *testing.T) {
	t.Parallel()
	log := write(t, t.TempDir(), "app.log", "{\"msg\":\"before\"}\n")
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan int, 1)
	env := &Env{Args: []string{"debug", "-f", "--from", "start", "--layout", "lines", "--utc", "--summary", "never", log}, Stdout: w, Stderr: io.Discard, Environ: []string{"HOME=" + t.TempDir()}}
	go func() {
		done <- Run(ctx, env)
		w.Close()
	}()
	lines := bufio.NewScanner(r)
	for _, want := range []string{"before", "after"} {
		if !lines.Scan() || !strings.Contains(lines.Text(), want) {
			t.Fatalf("got %q, want %q in it", lines.Text(), want)
		}
		add(t, log, "{\"msg\":\"after\"}\n")
	}
	cancel()
	for lines.Scan() {
	}
	if status := <-done; status != 0 {
		t.Errorf("status %d", status)
	}
}

// TestShipWaitsForTheStateDirectory holds that a start waits for a process that is about to end, and not for good.
func TestShipWaitsForTheStateDirectory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := ship.DefaultConfig()
		cfg.To, cfg.StateDir = []string{"null"}, t.TempDir()
		first, err := ship.Lock(cfg.StateDir)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, err := startShip(t.Context(), cfg, ship.Deps{}); !errors.Is(err, ship.ErrLocked) || time.Since(began) < lockWait {
			t.Errorf("got %v after %v", err, time.Since(began))
		}
		time.AfterFunc(time.Second, func() { first.Unlock() })
		s, err := startShip(t.Context(), cfg, ship.Deps{})
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
	})
}

// TestOrphaned holds that only a worker whose guard has gone hurries.
func TestOrphaned(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, dir, variable string
		parent              int
		want                bool
	}{
		{"the guard lives", "state", workerVariable + "=3", os.Getppid(), false},
		{"the guard has gone", "state", workerVariable + "=3", os.Getppid() + 1, true},
		{"no state to keep the rest in", "", workerVariable + "=3", os.Getppid() + 1, false},
		{"no guard", "state", "", os.Getppid() + 1, false},
	} {
		r := &shipRun{env: &Env{Environ: []string{tt.variable}}, dir: tt.dir, parent: tt.parent}
		if got := r.orphaned(); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
