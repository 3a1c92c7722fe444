package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

// listener takes lines over HTTP, as agents and libraries send them: POST with NDJSON, lines of any text, one JSON object, or
// an array of them, plain or gzipped. What it takes is read like standard input.
type listener struct {
	srv  *http.Server
	addr string
	r    *io.PipeReader

	mu sync.Mutex // one body at a time goes into the pipe
	w  *io.PipeWriter
}

// maxBody is the largest body that is taken, decompressed.
const maxBody = 32 << 20

// listen begins to take lines on an address. Read gives them.
func listen(address string, log *slog.Logger) (*listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("input.listen: %w", err)
	}
	n := &listener{addr: l.Addr().String()}
	n.r, n.w = io.Pipe()
	n.srv = &http.Server{Handler: n, ReadHeaderTimeout: 10 * time.Second}
	go n.srv.Serve(l) // ends with Close
	log.Info("taking lines over HTTP", "source", n.addr)
	return n, nil
}

func (n *listener) Read(p []byte) (int, error) { return n.r.Read(p) }

// Close stops taking; what was taken can still be read.
func (n *listener) Close() error {
	err := n.srv.Close()
	n.mu.Lock()
	defer n.mu.Unlock()
	return errors.Join(err, n.w.Close())
}

// ServeHTTP takes a body. 202 says that its lines are in the pipeline; they are on disk or delivered soon after.
func (n *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodPost, http.MethodPut:
	case http.MethodGet, http.MethodHead:
		io.WriteString(w, "{\"status\":\"ok\"}\n")
		return
	default:
		http.Error(w, "POST lines or JSON", http.StatusMethodNotAllowed)
		return
	}
	body, status := readBody(r)
	if status != 0 {
		http.Error(w, http.StatusText(status), status)
		return
	}
	n.mu.Lock()
	_, err := n.w.Write(asLines(body))
	n.mu.Unlock()
	if err != nil {
		http.Error(w, "stopping", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusAccepted)
	io.WriteString(w, "{\"status\":\"ok\"}\n")
}

// readBody returns the body, decompressed, or the status that refuses it.
func readBody(r *http.Request) ([]byte, int) {
	in := io.Reader(r.Body)
	switch r.Header.Get("Content-Encoding") {
	case "", "identity":
	case "gzip":
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, http.StatusBadRequest
		}
		in = z
	default:
		return nil, http.StatusUnsupportedMediaType
	}
	body, err := io.ReadAll(io.LimitReader(in, maxBody+1))
	switch {
	case err != nil:
		return nil, http.StatusBadRequest
	case len(body) > maxBody:
		return nil, http.StatusRequestEntityTooLarge
	}
	return body, 0
}

// asLines makes whole lines of a body: one JSON value over several lines becomes one line.
func asLines(body []byte) []byte {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return nil
	}
	if body[0] == '[' || body[0] == '{' && bytes.IndexByte(body, '\n') >= 0 {
		var one bytes.Buffer
		if json.Compact(&one, body) == nil {
			body = one.Bytes()
		}
	}
	return append(body, '\n')
}
