package debugview

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Web shows settled flows on a page that grows. It answers only who knows the key of its address, and only under that address.
type Web struct {
	v   *View
	l   net.Listener
	key string

	mu      sync.Mutex // guards what follows
	recent  []string   // pages of the latest flows, oldest first
	clients map[chan string]bool
	dropped int64 // flows that slow browsers missed
}

const (
	webRecent  = 500
	webClients = 20
	webBuffer  = 64 // flows a browser may be behind
	webCookie  = "ezlogs_key"
)

// NewWeb listens on addr ("127.0.0.1:7331"; port 0 is any) and takes in every flow that v shows from now on. Serve answers.
func NewWeb(v *View, addr string) (*Web, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	var key [16]byte
	rand.Read(key[:]) // never fails
	w := &Web{v: v, l: l, key: hex.EncodeToString(key[:]), clients: map[chan string]bool{}}
	v.sinks = append(v.sinks, w.flow)
	return w, nil
}

// URL is the address with the key.
func (w *Web) URL() string { return "http://" + w.l.Addr().String() + "/?k=" + w.key }

// Loopback reports whether nobody but this machine can reach the page.
func (w *Web) Loopback() bool {
	a, ok := w.l.Addr().(*net.TCPAddr)
	return ok && a.IP.IsLoopback()
}

// flow takes in a settled flow. It never waits: a browser that is behind misses the flow.
func (w *Web) flow(t *tree) {
	page := string(w.v.appendFlowHTML(nil, t, t.state == failed))
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.recent) == webRecent {
		w.recent = slices.Delete(w.recent, 0, 1)
	}
	w.recent = append(w.recent, page)
	for c := range w.clients {
		select {
		case c <- page:
		default:
			w.dropped++
		}
	}
}

// Dropped is the number of flows that browsers missed because they were slow.
func (w *Web) Dropped() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dropped
}

// Serve answers until ctx ends.
func (w *Web) Serve(ctx context.Context) error {
	s := &http.Server{Handler: w, ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10, BaseContext: func(net.Listener) context.Context { return ctx }}
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stop()
	if err := s.Serve(w.l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// ServeHTTP answers a browser.
func (w *Web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	h := rw.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if !w.knows(r) {
		http.Error(rw, "the address shown in the terminal is needed", http.StatusForbidden)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(rw, "only GET", http.StatusMethodNotAllowed)
		return
	}
	switch r.URL.Path {
	case "/":
		http.SetCookie(rw, &http.Cookie{Name: webCookie, Value: w.key, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
		w.page(rw)
	case "/events":
		w.events(rw, r)
	default:
		http.NotFound(rw, r)
	}
}

// knows reports whether a request names this address and has the key. The name is checked so that a page elsewhere cannot
// reach this one through a name of its own.
func (w *Web) knows(r *http.Request) bool {
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		return false
	}
	own, ownPort, err := net.SplitHostPort(w.l.Addr().String())
	if err != nil || port != ownPort {
		return false
	}
	ip := net.ParseIP(host)
	if host != own && host != "localhost" && (ip == nil || !ip.IsLoopback()) && !(ip != nil && net.ParseIP(own).IsUnspecified()) {
		return false
	}
	key := r.URL.Query().Get("k")
	if c, err := r.Cookie(webCookie); err == nil && key == "" {
		key = c.Value
	}
	return subtle.ConstantTimeCompare([]byte(key), []byte(w.key)) == 1
}

// page writes the page with the latest flows, newest first.
func (w *Web) page(rw http.ResponseWriter) {
	w.mu.Lock()
	recent := slices.Clone(w.recent)
	w.mu.Unlock()
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	b := w.v.appendPageHead(nil, len(recent), true)
	for _, page := range slices.Backward(recent) {
		b = append(b, page...)
	}
	b = append(b, "</main><script>"+pageJS+"</script></html>\n"...)
	_, _ = rw.Write(b) // a browser that went away is none of our business
}

// events sends every flow that settles as a message.
func (w *Web) events(rw http.ResponseWriter, r *http.Request) {
	c := make(chan string, webBuffer)
	w.mu.Lock()
	full := len(w.clients) >= webClients
	if !full {
		w.clients[c] = true
	}
	w.mu.Unlock()
	if full {
		http.Error(rw, "too many browsers", http.StatusServiceUnavailable)
		return
	}
	defer func() {
		w.mu.Lock()
		delete(w.clients, c)
		w.mu.Unlock()
	}()
	rw.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(rw)
	send := func(s string) bool {
		if err := control.SetWriteDeadline(time.Now().Add(10 * time.Second)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return false
		}
		if _, err := rw.Write([]byte(s)); err != nil {
			return false
		}
		return control.Flush() == nil
	}
	if !send(": hello\n\n") {
		return
	}
	for {
		select {
		case <-r.Context().Done():
			return
		case page := <-c:
			data, err := json.Marshal(page)
			if err != nil || !send("data: "+string(data)+"\n\n") {
				return
			}
		}
	}
}
