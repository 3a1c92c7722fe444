// Command endurance runs the built ezlogs for minutes under load: it writes and rotates files (or a pipe), takes events at a
// receiver that fails by turns, kills the process again and again, and reads /metrics several times a second. At the end it says
// how many events are missing or came twice, and whether the books balanced in every single read.
//
//	go build -o /tmp/ezlogs . && go run ./contrib/endurance -bin /tmp/ezlogs            # ten minutes: kill -9, rotation, failures
//	go run ./contrib/endurance -bin /tmp/ezlogs -for 10m -kill 0 -rotate 0 -down-from 1s -rate 1000   # receiver down; own log
//	go run ./contrib/endurance -bin /tmp/ezlogs -for 30s -kill 0 -rotate 0 -faults= -rate 1000        # CPU at a steady rate
//	go run ./contrib/endurance -bin /tmp/ezlogs -for 60s -kill 0 -rate 0 -files 200                   # CPU when idle
//
// Linux. The exit status is 1 when an event is missing, a read of the books did not add up, or a limit was passed.
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// options are the command line.
type options struct {
	bin                string
	length             time.Duration
	rate, files, group int
	kill, rotate, poll time.Duration
	downFrom, downTo   time.Duration
	faults             string
	stdin              bool
	maxLog             int
	maxCPU             float64
	keep               string
	seed               uint64
	args               []string
}

func main() {
	var o options
	flag.StringVar(&o.bin, "bin", "./ezlogs", "the built binary")
	flag.DurationVar(&o.length, "for", 10*time.Minute, "how long lines are written")
	flag.IntVar(&o.rate, "rate", 2000, "lines a second over all files, 0 for none")
	flag.IntVar(&o.files, "files", 2, "files")
	flag.IntVar(&o.group, "group", 1, "lines in one write")
	flag.DurationVar(&o.kill, "kill", 5*time.Second, "time between two kill -9, 0 for none")
	flag.DurationVar(&o.rotate, "rotate", 3*time.Second, "time between two rotations of each file, 0 for none")
	flag.DurationVar(&o.poll, "poll", 150*time.Millisecond, "time between two reads of /metrics")
	flag.DurationVar(&o.downFrom, "down-from", 0, "the receiver is down from here")
	flag.DurationVar(&o.downTo, "down-to", 0, "… to here; to the end of writing if 0")
	flag.StringVar(&o.faults, "faults", "503,429,reset,refuse,lost,slow,413", "what the receiver does by turns, between times in which it works")
	flag.BoolVar(&o.stdin, "stdin", false, "one pipe instead of files; kills the worker under the guard")
	flag.IntVar(&o.maxLog, "max-log", 0, "lines of own log that may be written, 0 for any")
	flag.Float64Var(&o.maxCPU, "max-cpu", 0, "percent of a core that may be used, 0 for any")
	flag.StringVar(&o.keep, "dir", "", "where to work; a folder that is removed if not given")
	flag.Uint64Var(&o.seed, "seed", 1, "of the order of faults")
	flag.Parse()
	o.args = flag.Args()
	ok, err := run(o)
	if err != nil {
		log.Fatal(err)
	}
	if !ok {
		os.Exit(1)
	}
}

// result is what is printed.
type result struct {
	Written, Missing, Twice int
	Kills, Rotations        int
	Reads, Unbalanced       int // of the books
	Unanswered              int // reads that met no process
	LogLines                int
	LastLog                 string
	CPUPercent              float64 // of a core, over the time of writing
	CPUSeconds              float64
	LongestWrite            time.Duration
	Settled                 time.Duration // after the end of writing and of every fault
	Exit                    string
	Failures                []string
}

func run(o options) (bool, error) {
	dir := o.keep
	if dir == "" {
		tmp, err := os.MkdirTemp("", "endurance")
		if err != nil {
			return false, err
		}
		defer os.RemoveAll(tmp)
		dir = tmp
	}
	r := &receiver{rng: rand.New(rand.NewPCG(o.seed, 1)), seen: map[string]int{}}
	if err := r.listen(""); err != nil {
		return false, err
	}
	defer r.close()
	p := &process{o: o, dir: dir, url: "http://" + r.addr + "/events", admin: freeAddress()}
	if err := p.prepare(); err != nil {
		return false, err
	}
	w := &writer{o: o, dir: filepath.Join(dir, "logs")}
	if err := w.open(p.pipe); err != nil {
		return false, err
	}
	if err := p.start(); err != nil {
		return false, err
	}
	p.ready()
	books := &books{url: "http://" + p.admin + "/metrics"}

	ctx, cancel := context.WithTimeout(context.Background(), o.length)
	defer cancel()
	polls, stopPolls := context.WithCancel(context.Background())
	var work, watch sync.WaitGroup
	watch.Go(func() { books.poll(polls, o.poll) })
	work.Go(func() { r.flap(ctx, o) })
	if o.kill > 0 {
		work.Go(func() { p.killing(ctx) })
	}
	began := p.cpu()
	start := time.Now()
	if err := w.run(ctx); err != nil {
		cancel()
		stopPolls()
		p.stop()
		return false, err
	}
	wrote := time.Since(start)
	work.Wait()
	res := &result{Written: w.written, Kills: p.kills, Rotations: w.rotations, LongestWrite: w.longest}
	res.CPUSeconds = p.cpu() - began
	res.CPUPercent = 100 * res.CPUSeconds / wrote.Seconds()
	settle := time.Now()
	r.await(w.written)
	res.Settled = time.Since(settle).Round(time.Millisecond)
	stopPolls()
	watch.Wait()
	res.Exit = p.stop()
	res.Missing, res.Twice = r.count(w.written)
	res.Reads, res.Unbalanced, res.Unanswered = books.reads, books.wrong, books.unanswered
	res.LogLines, res.LastLog = p.logged()
	fail := func(bad bool, format string, args ...any) {
		if bad {
			res.Failures = append(res.Failures, fmt.Sprintf(format, args...))
		}
	}
	fail(res.Missing > w.mayMiss(p.kills), "%d events are missing", res.Missing)
	fail(res.Unbalanced > 0, "the books did not balance: %s", books.example)
	fail(res.Reads == 0, "no read of the books was answered")
	fail(o.maxLog > 0 && res.LogLines > o.maxLog, "%d lines of own log", res.LogLines)
	fail(o.maxCPU > 0 && res.CPUPercent > o.maxCPU, "%.2f %% of a core", res.CPUPercent)
	fail(o.stdin && res.LongestWrite > time.Second, "a write took %v", res.LongestWrite)
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return len(res.Failures) == 0, enc.Encode(res)
}

// name spells a number in letters, so that nothing takes it for a telephone number.
func name(n int) string {
	b := []byte(strconv.Itoa(n))
	for i := range b {
		b[i] += 'a' - '0'
	}
	return "seq" + string(b) + "x"
}

// writer writes numbered lines.
type writer struct {
	o         options
	dir       string
	out       []*os.File
	written   int
	rotations int
	longest   time.Duration
}

func (w *writer) path(i int) string { return filepath.Join(w.dir, fmt.Sprintf("app%03d.log", i)) }

func (w *writer) open(pipe *os.File) error {
	if pipe != nil {
		w.out = []*os.File{pipe}
		return nil
	}
	if err := os.MkdirAll(w.dir, 0o755); err != nil {
		return err
	}
	for i := range w.o.files {
		f, err := os.OpenFile(w.path(i), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		fmt.Fprintln(f, "opened") // a file without a line would not count as one to follow
		w.out = append(w.out, f)
	}
	return nil
}

// run writes until ctx ends.
func (w *writer) run(ctx context.Context) error {
	if w.o.rate <= 0 {
		<-ctx.Done()
		return nil
	}
	gap := time.Duration(w.o.group) * time.Second / time.Duration(w.o.rate)
	start, turn := time.Now(), 0
	rotated := start
	var buf bytes.Buffer
	for ctx.Err() == nil {
		if d := time.Until(start.Add(time.Duration(turn) * gap)); d > 0 {
			timer := time.NewTimer(d)
			select {
			case <-timer.C:
			case <-ctx.Done():
				timer.Stop()
				return nil
			}
		}
		if w.o.rotate > 0 && !w.o.stdin && time.Since(rotated) >= w.o.rotate {
			rotated = time.Now()
			if err := w.turn(); err != nil {
				return err
			}
		}
		buf.Reset()
		for range w.o.group {
			fmt.Fprintf(&buf, `{"time":%q,"level":"info","msg":"order shipped to the warehouse","order":%q,"took":0.25,"service":"shop"}`+"\n",
				time.Now().UTC().Format("2006-01-02T15:04:05.000Z07:00"), name(w.written))
			w.written++
		}
		began := time.Now()
		if _, err := w.out[turn%len(w.out)].Write(buf.Bytes()); err != nil {
			return err
		}
		w.longest = max(w.longest, time.Since(began))
		turn++
	}
	return nil
}

// turn renames every file and begins a new one, as logrotate does.
func (w *writer) turn() error {
	w.rotations++
	for i := range w.out {
		for k := 8; k >= 1; k-- {
			old := w.path(i) + "." + strconv.Itoa(k)
			if _, err := os.Stat(old); err == nil {
				os.Rename(old, w.path(i)+"."+strconv.Itoa(k+1))
			}
		}
		if err := os.Rename(w.path(i), w.path(i)+".1"); err != nil {
			return err
		}
		f, err := os.OpenFile(w.path(i), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		w.out[i].Close()
		w.out[i] = f
	}
	return nil
}

// mayMiss is what a kill of the worker may cost: what it had read from the pipe and not kept.
func (w *writer) mayMiss(kills int) int {
	if !w.o.stdin {
		return 0
	}
	return kills * max(500, w.o.rate/2)
}

// process is the program under test.
type process struct {
	o          options
	dir        string
	url, admin string
	pipe       *os.File // its standard input, to write to
	in         *os.File // … to read from
	kills      int

	mu   sync.Mutex
	cmd  *exec.Cmd     // guarded by mu
	used time.Duration // of processes that ended; guarded by mu
	done chan struct{} // closed when cmd has ended
}

func (p *process) prepare() (err error) {
	if !p.o.stdin {
		return nil
	}
	p.in, p.pipe, err = os.Pipe()
	return err
}

func (p *process) start() error {
	args := []string{"ship", "--state-dir", filepath.Join(p.dir, "state"), "--admin", p.admin, "--compress", "gzip", "--to", p.url}
	args = append(args, p.o.args...)
	if p.o.stdin {
		args = append(args, "-")
	} else {
		args = append(args, filepath.Join(p.dir, "logs", "app*.log"))
	}
	logs, err := os.OpenFile(filepath.Join(p.dir, "own.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer logs.Close()
	cmd := exec.Command(p.o.bin, args...)
	cmd.Stderr = logs
	if p.in != nil {
		cmd.Stdin = p.in
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	p.mu.Lock()
	p.cmd, p.done = cmd, done
	p.mu.Unlock()
	go func() {
		cmd.Wait()
		p.mu.Lock()
		p.used += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		p.mu.Unlock()
		close(done)
	}()
	return nil
}

// ready waits until the program answers.
func (p *process) ready() {
	for range 100 {
		if res, err := http.Get("http://" + p.admin + "/healthz"); err == nil {
			res.Body.Close()
			return
		}
		wait(50 * time.Millisecond)
	}
}

func wait(d time.Duration) { <-time.After(d) }

// killing ends the program without a word, and starts it again.
func (p *process) killing(ctx context.Context) {
	for {
		timer := time.NewTimer(p.o.kill)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		p.kills++
		if p.o.stdin { // the guard starts another worker
			if pid := child(p.cmd.Process.Pid); pid > 0 {
				syscall.Kill(pid, syscall.SIGKILL)
			}
			continue
		}
		p.cmd.Process.Kill()
		<-p.done
		wait(time.Duration(rand.IntN(400)) * time.Millisecond)
		if err := p.start(); err != nil {
			log.Print(err)
			return
		}
	}
}

// child is the process that pid started.
func child(pid int) int {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	n, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	return n
}

// cpu is the time that was used so far, in seconds, by the processes of all starts.
func (p *process) cpu() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	used := p.used.Seconds()
	for _, pid := range []int{p.cmd.Process.Pid, child(p.cmd.Process.Pid)} {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || pid == 0 {
			continue
		}
		f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
		user, _ := strconv.ParseFloat(f[11], 64)
		system, _ := strconv.ParseFloat(f[12], 64)
		used += (user + system) / 100
	}
	return used
}

// stop ends the program as systemd does and tells how that went.
func (p *process) stop() string {
	if p.pipe != nil {
		p.pipe.Close()
	}
	began := time.Now()
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		p.cmd.Process.Kill()
		<-p.done
		return "it had to be killed after 30 s"
	}
	return fmt.Sprintf("%v in %v", p.cmd.ProcessState, time.Since(began).Round(10*time.Millisecond))
}

// logged counts the lines of its own log and returns the last one.
func (p *process) logged() (n int, last string) {
	f, err := os.Open(filepath.Join(p.dir, "own.log"))
	if err != nil {
		return 0, ""
	}
	defer f.Close()
	for in := bufio.NewScanner(f); in.Scan(); n++ {
		last = in.Text()
	}
	return n, last
}

func freeAddress() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "127.0.0.1:0"
	}
	defer l.Close()
	return l.Addr().String()
}

// receiver takes events, and fails by turns.
type receiver struct {
	addr string
	srv  *http.Server
	rng  *rand.Rand
	do   atomic.Value // string: what is wrong now, "" for nothing

	mu   sync.Mutex
	seen map[string]int // guarded by mu
}

// listen opens the port, the same one every time.
func (r *receiver) listen(addr string) (err error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	var l net.Listener
	for range 100 {
		if l, err = net.Listen("tcp", addr); err == nil {
			break
		}
		wait(20 * time.Millisecond)
	}
	if err != nil {
		return err
	}
	r.addr = l.Addr().String()
	if r.do.Load() == nil {
		r.do.Store("")
	}
	r.srv = &http.Server{Handler: http.HandlerFunc(r.serve), ErrorLog: log.New(io.Discard, "", 0)}
	go r.srv.Serve(l)
	return nil
}

func (r *receiver) close() { r.srv.Close() }

// flap changes what is wrong every few seconds until ctx ends.
func (r *receiver) flap(ctx context.Context, o options) {
	defer r.set("")
	faults := strings.FieldsFunc(o.faults, func(c rune) bool { return c == ',' })
	if o.downFrom > 0 {
		to := o.downTo
		if to == 0 {
			to = o.length
		}
		after(ctx, o.downFrom)
		r.set("refuse")
		after(ctx, to-o.downFrom)
		r.set("")
		faults = nil
	}
	for len(faults) > 0 && ctx.Err() == nil {
		after(ctx, time.Second+time.Duration(r.rng.IntN(3000))*time.Millisecond)
		r.set(faults[r.rng.IntN(len(faults))])
		after(ctx, time.Second+time.Duration(r.rng.IntN(4000))*time.Millisecond)
		r.set("")
	}
}

func after(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (r *receiver) set(do string) {
	was := r.do.Swap(do)
	switch {
	case do == "refuse":
		r.srv.Close()
	case was == "refuse":
		if err := r.listen(r.addr); err != nil {
			log.Fatal(err)
		}
	}
}

func (r *receiver) serve(w http.ResponseWriter, req *http.Request) {
	do := r.do.Load().(string)
	body, err := io.ReadAll(req.Body)
	if err == nil && req.Header.Get("Content-Encoding") == "gzip" {
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(body)); err == nil {
			body, err = io.ReadAll(z)
		}
	}
	switch {
	case err != nil:
		http.Error(w, "unreadable", http.StatusBadRequest)
		return
	case do == "503":
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case do == "429":
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	case do == "413" && len(body) > 20_000:
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	case do == "reset":
		panic(http.ErrAbortHandler)
	case do == "slow":
		wait(700 * time.Millisecond)
	}
	r.take(body)
	if do == "lost" {
		panic(http.ErrAbortHandler)
	}
	io.WriteString(w, `{"accepted":1}`)
}

func (r *receiver) take(body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for line := range bytes.Lines(body) {
		if i := bytes.Index(line, []byte(`"order":"seq`)); i >= 0 {
			rest := line[i+9:]
			if end := bytes.IndexByte(rest, '"'); end > 0 {
				r.seen[string(rest[:end])]++
			}
		}
	}
}

// await returns when everything has arrived, or nothing has for a while.
func (r *receiver) await(written int) {
	last, since := -1, time.Now()
	for {
		r.mu.Lock()
		n := len(r.seen)
		r.mu.Unlock()
		if n >= written {
			wait(500 * time.Millisecond)
			return
		}
		if n != last {
			last, since = n, time.Now()
		} else if time.Since(since) > 75*time.Second {
			return
		}
		wait(100 * time.Millisecond)
	}
}

func (r *receiver) count(written int) (missing, twice int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range written {
		switch n := r.seen[name(i)]; {
		case n == 0:
			missing++
		case n > 1:
			twice += n - 1
		}
	}
	return missing, twice
}

// books reads /metrics and adds up.
type books struct {
	url                      string
	reads, wrong, unanswered int
	example                  string
}

func (b *books) poll(ctx context.Context, every time.Duration) {
	client := &http.Client{Timeout: 2 * time.Second}
	for ctx.Err() == nil {
		after(ctx, every)
		res, err := client.Get(b.url)
		if err != nil {
			b.unanswered++
			continue
		}
		text, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			b.unanswered++
			continue
		}
		b.reads++
		if err := balance(text); err != nil {
			b.wrong++
			b.example = err.Error()
		}
	}
}

// balance checks one answer: read = delivered + spooled + in memory + sampled + left out + dropped + dead-lettered.
func balance(text []byte) error {
	sum := map[string]float64{}
	families := map[string]bool{}
	for line := range bytes.Lines(text) {
		s := strings.TrimSpace(string(line))
		if name, ok := strings.CutPrefix(s, "# TYPE "); ok {
			name, _, _ = strings.Cut(name, " ")
			if families[name] {
				return fmt.Errorf("%s stands there twice", name)
			}
			families[name] = true
			continue
		}
		if s == "" || s[0] == '#' {
			continue
		}
		i := strings.LastIndexByte(s, ' ')
		v, err := strconv.ParseFloat(s[i+1:], 64)
		if err != nil {
			return fmt.Errorf("not a number: %s", s)
		}
		name, _, _ := strings.Cut(s[:i], "{")
		sum[name] += v
	}
	if !families["ezlogs_read_events_total"] {
		return errors.New("no ezlogs_read_events_total")
	}
	parts := []string{"delivered_events_total", "spooled_events", "memory_events", "sampled_events_total", "left_out_events_total", "dropped_events_total", "dead_lettered_events_total"}
	read, all, seen := sum["ezlogs_read_events_total"], 0.0, ""
	for _, p := range parts {
		all += sum["ezlogs_"+p]
		seen += fmt.Sprintf(" %s=%v", p, sum["ezlogs_"+p])
	}
	if read != all {
		return fmt.Errorf("read=%v but%s", read, seen)
	}
	return nil
}
