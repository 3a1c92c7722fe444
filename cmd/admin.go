package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/redact"
	"github.com/ezlogs/ezlogs/ship"
	"github.com/ezlogs/ezlogs/tailer"
)

// socketName is the socket in the state directory on which `ezlogs status` asks.
const socketName = "status.sock"

// stuckAfter is how long the ordered part of the pipeline may work on one chunk before the process counts as unhealthy.
const stuckAfter = 30 * time.Second

// admin tells the outside how a run is doing. It shows numbers and the last error of destinations, never text of lines.
type admin struct {
	began   time.Time
	books   func() ship.Books
	tail    func() (tailer.Stats, bool)
	links   func() correlate.Stats
	redact  func() redact.Snapshot
	busy    *atomic.Int64 // when the step at hand began, Unix nanoseconds; 0 while none is
	reloads struct{ done, failed atomic.Int64 }
}

// Status is what `ezlogs status --json` prints.
type Status struct {
	Version  string        `json:"version"`
	PID      int           `json:"pid"`
	Uptime   string        `json:"uptime"`
	State    string        `json:"state"` // ready, degraded or failing
	Reasons  []string      `json:"reasons,omitempty"`
	Books    ship.Books    `json:"books"`
	Balance  int64         `json:"difference"` // what the books do not explain; not 0 is a bug
	Tail     *tailer.Stats `json:"tail,omitempty"`
	Redacted uint64        `json:"redacted"`
	Flows    int           `json:"flows"`
}

// watch makes a session what is shown.
func (a *admin) watch(s *session, o *ordered) {
	a.books = s.books
	a.tail = func() (tailer.Stats, bool) { return s.tail.Stats(), true }
	a.links = func() correlate.Stats {
		if st := o.stats.Load(); st != nil {
			return *st
		}
		return correlate.Stats{}
	}
	a.redact = s.engine.Snapshot
	a.busy = &o.busy
}

// status takes one snapshot.
func (a *admin) status() Status {
	b := a.books()
	s := Status{Version: version, PID: os.Getpid(), Uptime: time.Since(a.began).Round(time.Second).String(), State: "ready", Books: b, Balance: b.Difference(), Flows: a.links().Flows}
	if t, ok := a.tail(); ok {
		s.Tail = &t
	}
	for _, n := range a.redact().Counts {
		if n.Action != "keep" {
			s.Redacted += n.N
		}
	}
	worse := func(state, why string) {
		if s.State != "failing" {
			s.State = state
		}
		s.Reasons = append(s.Reasons, why)
	}
	for _, d := range b.Destinations {
		switch d.State {
		case ship.Blocked.String():
			worse("failing", fmt.Sprintf("destination %s refuses: %s", d.Name, d.LastError))
		case ship.Open.String(), ship.HalfOpen.String():
			worse("degraded", fmt.Sprintf("destination %s fails: %s", d.Name, d.LastError))
		}
	}
	if b.Spool.Full {
		worse("degraded", "the spool takes no more: on_full decides what is dropped")
	}
	if s.Balance != 0 {
		worse("failing", fmt.Sprintf("the books do not balance: %d", s.Balance))
	}
	return s
}

// handler serves health, readiness, metrics and status.
func (a *admin) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		if at := a.busy.Load(); at != 0 && time.Since(time.Unix(0, at)) > stuckAfter {
			http.Error(w, "the pipeline has not moved", http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, "ok\n")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		s := a.status()
		if s.State == "failing" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprintln(w, s.State)
		for _, r := range s.Reasons {
			fmt.Fprintln(w, r)
		}
	})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		a.metrics(w)
	})
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(a.status())
	})
	return mux
}

// metrics writes everything in the text format of Prometheus. The events all come from one snapshot, so that they add up in
// every answer.
func (a *admin) metrics(w io.Writer) {
	b := a.books()
	w.Write(b.AppendMetrics(nil, time.Now()))
	m := metricWriter{w: w}
	if t, ok := a.tail(); ok {
		m.counter("ezlogs_input_bytes_total", "bytes read from files", float64(t.Bytes))
		m.gauge("ezlogs_open_files", "descriptors held", float64(t.Open))
		m.counter("ezlogs_rotations_total", "files rotated away", float64(t.Rotations))
		m.counter("ezlogs_truncations_total", "files whose read content was gone", float64(t.Truncations))
		m.counter("ezlogs_nul_bytes_total", "bytes of NULs passed over in files, where lines begin", float64(t.Holes))
		m.counter("ezlogs_lost_files_total", "files with unread lines that are gone", float64(t.Lost))
		m.head("ezlogs_lag_bytes", "bytes of a source that are not handed out", "gauge")
		for _, s := range t.Sources {
			m.line("ezlogs_lag_bytes", float64(s.Lag), "source", filepath.Base(s.Path))
		}
	}
	l := a.links()
	m.gauge("ezlogs_flows", "flows remembered", float64(l.Flows))
	m.gauge("ezlogs_ids", "ids remembered", float64(l.IDs))
	m.counter("ezlogs_linked_events_total", "events linked", float64(l.Events))
	m.counter("ezlogs_evicted_ids_total", "ids forgotten because max_ids was reached", float64(l.EvictedIDs))
	m.counter("ezlogs_link_capped_total", "joins refused because an id was too common", float64(l.Capped))
	m.head("ezlogs_redactions_total", "values replaced, by detector and action", "counter")
	r := a.redact()
	for _, n := range r.Counts {
		if n.N > 0 {
			m.line("ezlogs_redactions_total", float64(n.N), "detector", n.Detector, "action", n.Action)
		}
	}
	m.counter("ezlogs_redactions_allowed_total", "findings that an allow list let through", float64(r.Allowed))
	m.counter("ezlogs_redactions_unscanned_total", "fields dropped because they could not be scanned", float64(r.Unscanned))
	m.counter("ezlogs_redactions_bytes_scanned_total", "text scanned", float64(r.Bytes))
	m.head("ezlogs_reload_total", "configurations read again on SIGHUP", "counter")
	m.line("ezlogs_reload_total", float64(a.reloads.done.Load()), "result", "done")
	m.line("ezlogs_reload_total", float64(a.reloads.failed.Load()), "result", "failed")
}

// metricWriter writes the text format.
type metricWriter struct{ w io.Writer }

func (m metricWriter) head(name, help, kind string) {
	fmt.Fprintf(m.w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

func (m metricWriter) counter(name, help string, v float64) {
	m.head(name, help, "counter")
	m.line(name, v)
}

func (m metricWriter) gauge(name, help string, v float64) {
	m.head(name, help, "gauge")
	m.line(name, v)
}

func (m metricWriter) line(name string, v float64, labels ...string) {
	fmt.Fprint(m.w, name)
	for i := 0; i < len(labels); i += 2 {
		open := ","
		if i == 0 {
			open = "{"
		}
		fmt.Fprintf(m.w, "%s%s=%q", open, labels[i], labels[i+1])
	}
	if len(labels) > 0 {
		fmt.Fprint(m.w, "}")
	}
	fmt.Fprintf(m.w, " %s\n", strings.TrimSuffix(fmt.Sprintf("%.3f", v), ".000"))
}

func sortedKeys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// serve answers on an address and on the socket of the state directory until the function it returns is called.
func (a *admin) serve(address, dir string) (stop func(), err error) {
	srv := &http.Server{Handler: a.handler(), ReadHeaderTimeout: 5 * time.Second}
	var listeners []net.Listener
	if address != "" {
		l, err := net.Listen("tcp", address)
		if err != nil {
			return nil, fmt.Errorf("admin.listen: %w", err)
		}
		listeners = append(listeners, l)
	}
	if dir != "" {
		name := filepath.Join(dir, socketName)
		os.Remove(name) // of a process that is gone: the directory is locked by this one
		if l, err := net.Listen("unix", name); err == nil {
			listeners = append(listeners, l)
			os.Chmod(name, 0o600)
		}
	}
	for _, l := range listeners {
		go srv.Serve(l) // ends with Shutdown
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		srv.Shutdown(ctx)
	}, nil
}

// askStatus asks the running shipper of a state directory.
func askStatus(ctx context.Context, dir string) (*Status, error) {
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", filepath.Join(dir, socketName))
		},
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://ezlogs/status", nil)
	if err != nil {
		return nil, err
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, errNotRunning
	}
	defer res.Body.Close()
	var s Status
	if err := json.NewDecoder(res.Body).Decode(&s); err != nil {
		return nil, err
	}
	return &s, nil
}

var errNotRunning = errors.New("no shipper is running with this state directory")
