package ship

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// httpSender posts batches. One stands for one destination and is used by all its attempts.
type httpSender struct {
	base    *url.URL
	preset  *preset
	codec   codec
	header  http.Header
	host    string
	token   *tokenFile
	timeout time.Duration
	rt      http.RoundTripper
	own     *http.Transport // nil if rt was given
	encs    chan *encoder

	mu    sync.Mutex
	fresh time.Time // when connections were last let go
	plain bool      // a 415 said that compression is not understood, and plain bodies are
}

func newHTTPSender(c Destination, t target, concurrency int, rt http.RoundTripper) (*httpSender, error) {
	s := &httpSender{
		preset: presetByName(t.preset), codec: codecByName(c.Compression), timeout: c.Timeout,
		header: http.Header{}, rt: rt, encs: make(chan *encoder, concurrency),
	}
	if s.timeout == 0 {
		s.timeout = time.Minute
	}
	u := *t.url
	if s.preset != nil && s.preset.path != "" && (u.Path == "" || u.Path == "/") {
		u.Path = s.preset.path
	}
	if s.preset != nil && !strings.HasSuffix(u.Path, s.preset.suffix) {
		u.Path = strings.TrimSuffix(u.Path, "/") + s.preset.suffix
	}
	if u.Path == "" {
		u.Path = "/"
	}
	if u.User != nil {
		password, _ := u.User.Password()
		r := http.Request{Header: s.header}
		r.SetBasicAuth(u.User.Username(), password)
		u.User = nil
	}
	s.base = &u
	s.header.Set("Content-Type", "application/x-ndjson")
	if s.preset != nil && s.preset.contentType != "" {
		s.header.Set("Content-Type", s.preset.contentType)
	}
	s.header.Set("User-Agent", "ezlogs")
	for k, v := range c.Headers {
		if strings.EqualFold(k, "Host") {
			s.host = string(v)
			continue
		}
		s.header.Set(k, string(v))
	}
	if c.TokenFile != "" {
		s.token = &tokenFile{path: c.TokenFile}
		if _, _, err := s.token.read(); err != nil {
			return nil, err
		}
	}
	if rt == nil {
		tr, err := newTransport(c, concurrency)
		if err != nil {
			return nil, err
		}
		s.own, s.rt = tr, tr
	}
	for range concurrency {
		s.encs <- &encoder{}
	}
	return s, nil
}

func newTransport(c Destination, concurrency int) (*http.Transport, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, err
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, errors.New("ca_file holds no certificate")
		}
		conf.RootCAs = pool
	}
	if c.CertFile != "" {
		if _, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile); err != nil {
			return nil, err
		}
		conf.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { // renewed ones too
			cert, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
			return &cert, err
		}
	}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:       conf,
		TLSHandshakeTimeout:   5 * time.Second,
		ResponseHeaderTimeout: 30 * time.Second,
		ExpectContinueTimeout: time.Second,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConnsPerHost:   concurrency,
		MaxConnsPerHost:       concurrency,
		DisableCompression:    true,
		ForceAttemptHTTP2:     true,
		WriteBufferSize:       64 << 10,
		ReadBufferSize:        16 << 10,
	}, nil
}

func (s *httpSender) send(ctx context.Context, p *parcel) verdict {
	plain := s.sendsPlain()
	body, codec, err := s.body(p, plain)
	if err != nil {
		return verdict{do: again, code: "damaged", err: err}
	}
	v := s.post(ctx, p, body, codec)
	if v.do == refused && v.status == http.StatusUnsupportedMediaType && !plain && codec != codecNone {
		p.wire = nil
		if body, _, err = s.body(p, true); err != nil {
			return verdict{do: again, code: "damaged", err: err}
		}
		if v = s.post(ctx, p, body, codecNone); v.do == taken {
			s.mu.Lock()
			s.plain = true
			s.mu.Unlock()
		}
		p.wire = nil
	}
	if v.do == taken {
		p.wire = nil
	}
	return v
}

// sendsPlain says whether compression is to be left out. It also lets connections go from time to time: balancers and
// addresses move.
func (s *httpSender) sendsPlain() bool {
	const renew = 5 * time.Minute
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); s.own != nil && now.Sub(s.fresh) >= renew {
		s.fresh = now
		s.own.CloseIdleConnections()
	}
	return s.plain
}

// body is the request body of p and how it is compressed. It is kept with p for the next try.
func (s *httpSender) body(p *parcel, plain bool) ([]byte, codec, error) {
	c := s.codec
	if plain {
		c = codecNone
	}
	if s.preset == nil && p.raw == nil && p.batch.codec == c {
		return p.batch.body, c, nil
	}
	if p.wire != nil {
		return p.wire, c, nil
	}
	raw, err := p.plain()
	if err != nil {
		return nil, c, err
	}
	if s.preset != nil && s.preset.shape != nil {
		raw = s.preset.shape(nil, raw, p.n)
	}
	if c != codecNone {
		enc := <-s.encs
		raw, err = enc.append(nil, raw, c)
		s.encs <- enc
	}
	if p.batch != nil {
		p.raw = nil // the stored form is smaller
	}
	p.wire = raw
	return raw, c, err
}

// post makes one request and reads its answer.
func (s *httpSender) post(ctx context.Context, p *parcel, body []byte, c codec) verdict {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	at := s.address(p)
	for hop := 0; ; hop++ {
		req, err := s.request(ctx, &at, p, body, c)
		if err != nil {
			return verdict{do: blocked, code: "config", err: err}
		}
		resp, err := s.rt.RoundTrip(req)
		if err != nil {
			return readError(err)
		}
		next := redirect(resp, &at)
		if next == nil || hop == 3 {
			v := readAnswer(resp, s.preset, p.n, time.Now())
			resp.Body.Close()
			if s.own != nil && v.do == again {
				s.own.CloseIdleConnections() // the next try may meet another machine
			}
			return v
		}
		io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
		resp.Body.Close()
		at = *next
	}
}

// address is the URL for p.
func (s *httpSender) address(p *parcel) url.URL {
	at := *s.base
	if s.preset == nil || len(s.preset.query) == 0 {
		return at
	}
	q := at.Query()
	for _, kv := range s.preset.query {
		if !q.Has(kv[0]) {
			q.Set(kv[0], strings.ReplaceAll(kv[1], "{batch}", p.id))
		}
	}
	at.RawQuery = q.Encode()
	return at
}

func (s *httpSender) request(ctx context.Context, at *url.URL, p *parcel, body []byte, c codec) (*http.Request, error) {
	req := &http.Request{
		Method: http.MethodPost, URL: at, Host: s.host, Header: s.header.Clone(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		ContentLength: int64(len(body)),
		Body:          io.NopCloser(bytes.NewReader(body)),
		GetBody:       func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
	}
	req.Header.Set("Idempotency-Key", p.id)
	if c != codecNone {
		req.Header.Set("Content-Encoding", c.String())
	}
	if s.token != nil {
		tok, changed, err := s.token.read()
		if err != nil && tok == "" {
			return nil, fmt.Errorf("token: %w", err)
		}
		if changed && s.own != nil {
			s.own.CloseIdleConnections()
		}
		req.Header.Set("Authorization", "Bearer "+string(tok))
	}
	return req.WithContext(ctx), nil
}

// redirect is where a 307 or 308 of the same host sends a POST, nil for any other answer.
func redirect(resp *http.Response, at *url.URL) *url.URL {
	if resp.StatusCode != http.StatusTemporaryRedirect && resp.StatusCode != http.StatusPermanentRedirect {
		return nil
	}
	next, err := at.Parse(resp.Header.Get("Location"))
	if err != nil || resp.Header.Get("Location") == "" || next.Host != at.Host || next.Scheme != at.Scheme {
		return nil
	}
	next.User = nil
	return next
}

func (s *httpSender) close() error {
	if s.own != nil {
		s.own.CloseIdleConnections()
	}
	return nil
}
