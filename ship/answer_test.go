package ship

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

var testNow = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// cutBody ends before it said it would.
type cutBody struct{ io.Reader }

func (c cutBody) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func TestReadAnswer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		status     int
		header     string // "Name: value"
		body       string
		do         action
		wait       time.Duration
		overload   bool
		rejected   []rejection
		cut, short bool
	}{
		{name: "200", status: 200, body: `{"accepted":3}`, do: taken},
		{name: "200 empty", status: 200, do: taken},
		{name: "200 text", status: 200, body: "ok", do: taken},
		{name: "200 null", status: 200, body: "null", header: "Content-Type: application/json", do: taken},
		{name: "204", status: 204, do: taken},
		{name: "200 cut", status: 200, body: `{"accepted":3`, do: again, cut: true},
		{name: "200 shorter than its length", status: 200, body: `{"accepted":3}`, do: again, short: true},
		{name: "200 half an object", status: 200, body: `{"accepted":3`, do: again},
		{name: "200 half, said to be JSON", status: 200, body: `"abc`, header: "Content-Type: application/json", do: again},
		{name: "200 web page", status: 200, body: "<html>sign in</html>", do: again},
		{name: "200 web page by its type", status: 200, body: "sign in", header: "Content-Type: text/html; charset=utf-8", do: again},
		{name: "207", status: 207, body: `{"accepted":1,"rejected":[{"index":0,"status":429,"retryable":true},{"index":2,"status":422,"retryable":false}]}`,
			do: taken, rejected: []rejection{{0, 429, true}, {2, 422, false}}},
		{name: "200 with rejections", status: 200, body: `{"rejected":[{"index":1,"status":503}]}`, do: taken, rejected: []rejection{{1, 503, true}}},
		{name: "rejection by status", status: 207, body: `{"rejected":[{"index":1,"status":400}]}`, do: taken, rejected: []rejection{{1, 400, false}}},
		{name: "207 without a body", status: 207, do: again},
		{name: "207 of something else", status: 207, body: `{"rejected":"all"}`, do: again},
		{name: "rejects what was not sent", status: 207, body: `{"rejected":[{"index":3,"status":400}]}`, do: again},
		{name: "rejects nobody knows what", status: 207, body: `{"rejected":[{"status":400}]}`, do: again},
		{name: "413", status: 413, do: tooLarge},
		{name: "400", status: 400, do: refused},
		{name: "415", status: 415, do: refused},
		{name: "422", status: 422, do: refused},
		{name: "408", status: 408, do: again},
		{name: "425", status: 425, do: again},
		{name: "429", status: 429, do: again, overload: true},
		{name: "429 with seconds", status: 429, header: "Retry-After: 7", do: again, wait: 7 * time.Second, overload: true},
		{name: "503 with a date", status: 503, header: "Retry-After: Fri, 02 Jan 2026 03:05:05 GMT", do: again, wait: time.Minute, overload: true},
		{name: "503 with a past date", status: 503, header: "Retry-After: Fri, 02 Jan 2026 03:00:05 GMT", do: again, overload: true},
		{name: "503 with a week", status: 503, header: "Retry-After: 604800", do: again, wait: 10 * time.Minute, overload: true},
		{name: "503 with a negative", status: 503, header: "Retry-After: -1", do: again, overload: true},
		{name: "503 with rubbish", status: 503, header: "Retry-After: soon", do: again, overload: true},
		{name: "500", status: 500, do: again},
		{name: "502", status: 502, do: again},
		{name: "504", status: 504, do: again},
		{name: "599", status: 599, do: again},
		{name: "501", status: 501, do: blocked},
		{name: "505", status: 505, do: blocked},
		{name: "301", status: 301, do: blocked},
		{name: "401", status: 401, do: blocked},
		{name: "403", status: 403, do: blocked},
		{name: "404", status: 404, do: blocked},
		{name: "405", status: 405, do: blocked},
		{name: "407", status: 407, do: blocked},
		{name: "410", status: 410, do: blocked},
		{name: "421", status: 421, do: blocked},
		{name: "451", status: 451, do: blocked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp := respond(tt.status, tt.body)
			if k, v, ok := strings.Cut(tt.header, ": "); ok {
				resp.Header.Set(k, v)
			}
			if tt.cut {
				resp.Body = io.NopCloser(cutBody{strings.NewReader(tt.body)})
			}
			if tt.short {
				resp.ContentLength += 10
			}
			v := readAnswer(resp, nil, 3, testNow)
			if v.do != tt.do || v.wait != tt.wait || v.overload != tt.overload || !reflect.DeepEqual(v.rejected, tt.rejected) {
				t.Errorf("got %+v", v)
			}
			if v.do != taken && v.do != tooLarge && v.err == nil {
				t.Error("no reason")
			}
			if v.err != nil && tt.body != "" && strings.Contains(v.err.Error(), tt.body) {
				t.Error("the error repeats the answer")
			}
		})
	}
}

func TestReadAnswerReadsNoMoreThanItMust(t *testing.T) {
	t.Parallel()
	resp := respond(200, strings.Repeat("x", 10*maxAnswer))
	v := readAnswer(resp, nil, 3, testNow)
	if v.do != taken || len(v.answer) != maxSnippet {
		t.Errorf("got %+v", v)
	}
}

type timeoutError struct{}

func (timeoutError) Error() string { return "slow" }
func (timeoutError) Timeout() bool { return true }

func TestReadError(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err      error
		do       action
		code     string
		overload bool
	}{
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, again, "refused", false},
		{syscall.ECONNRESET, again, "reset", false},
		{syscall.EPIPE, again, "reset", false},
		{&net.DNSError{Name: "nowhere"}, again, "dns", false},
		{context.DeadlineExceeded, again, "timeout", true},
		{timeoutError{}, again, "timeout", true},
		{context.Canceled, again, "canceled", false},
		{io.EOF, again, "eof", false},
		{io.ErrUnexpectedEOF, again, "eof", false},
		{errors.New("http: what?"), again, "error", false},
		{&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, blocked, "tls", false},
		{x509.UnknownAuthorityError{}, blocked, "tls", false},
		{x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h"}, blocked, "tls", false},
		{x509.CertificateInvalidError{Cert: &x509.Certificate{}}, blocked, "tls", false},
		{tls.RecordHeaderError{}, blocked, "tls", false},
		{tls.AlertError(42), blocked, "tls", false},
		{errors.New("http: server gave HTTP response to HTTPS client"), blocked, "tls", false},
	} {
		v := readError(&url.Error{Op: "Post", URL: "https://user:hunter2@host/", Err: tt.err})
		if v.do != tt.do || v.code != tt.code || v.overload != tt.overload {
			t.Errorf("%v: got %+v", tt.err, v)
		}
		if strings.Contains(v.err.Error(), "hunter2") {
			t.Errorf("%v: the error shows the password", tt.err)
		}
	}
}

func TestBackoffStaysUnderItsRoof(t *testing.T) {
	t.Parallel()
	for n, roof := range []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 30 * time.Second, 30 * time.Second} {
		if got := backoff(n, 0.999999); got > roof || got < roof*99/100 {
			t.Errorf("backoff(%d) is up to %v, want %v", n, got, roof)
		}
	}
	if got := backoff(1000, 0); got != 0 {
		t.Errorf("the least wait is %v", got)
	}
}

func half() float64 { return 0.5 }

func TestBreakerOpensAndCloses(t *testing.T) {
	t.Parallel()
	b := breaker{max: 8, random: half}
	now := testNow
	for i := range failsToOpen {
		if n, wait := b.allowed(now); n != 1 {
			t.Fatalf("failure %d: %d allowed, wait %v", i, n, wait)
		}
		b.failure(now, 0, false)
		if i < failsToOpen-1 {
			if b.state != Closed {
				t.Fatalf("%v after %d failures", b.state, i+1)
			}
			now = b.until
		}
	}
	if b.state != Open {
		t.Fatalf("%v after %d failures", b.state, failsToOpen)
	}
	var spans []time.Duration
	for range 8 {
		n, wait := b.allowed(now)
		if n != 0 || wait <= 0 {
			t.Fatalf("open, and %d allowed", n)
		}
		spans = append(spans, wait)
		now = now.Add(wait)
		if n, _ := b.allowed(now); n != 1 || b.state != HalfOpen {
			t.Fatalf("%d allowed, %v", n, b.state)
		}
		b.failure(now, 0, false)
	}
	if spans[0] != 900*time.Millisecond || spans[1] != 1800*time.Millisecond || spans[7] != 54*time.Second {
		t.Errorf("open for %v", spans)
	}
	now = b.until
	b.allowed(now)
	b.success(now, true)
	if n, _ := b.allowed(now); b.state != Closed || n != 1 {
		t.Errorf("%v with %d allowed after a success", b.state, n)
	}
}

func TestBreakerOpensWhenHalfFails(t *testing.T) {
	t.Parallel()
	b := breaker{max: 8, random: half}
	now := testNow
	for i := range recentEnough {
		if b.state != Closed {
			t.Fatalf("%v after %d attempts", b.state, i)
		}
		now = now.Add(time.Second / 2)
		if i%2 == 0 {
			b.success(now, false)
		} else {
			b.failure(now, 0, false)
		}
	}
	if b.state != Open {
		t.Errorf("%v though half of the attempts failed", b.state)
	}
	b = breaker{max: 8, random: half}
	for i := range 60 {
		now = now.Add(time.Second)
		if i%3 > 0 {
			b.success(now, false)
		} else {
			b.failure(now, 0, false)
		}
		if b.state != Closed {
			t.Fatalf("%v though a third of the attempts failed", b.state)
		}
	}
}

func TestBreakerPausesLittleForABlip(t *testing.T) {
	t.Parallel()
	b := breaker{max: 8, random: half}
	b.failure(testNow, 0, false)
	if wait := b.until.Sub(testNow); wait != backoffBase/2 {
		t.Errorf("the first attempt of all failed: wait %v, want %v", wait, backoffBase/2)
	}
	b.success(testNow, false)
	b.failure(testNow, 0, false)
	if wait := b.until.Sub(testNow); wait != blip/2 {
		t.Errorf("one failure after a success: wait %v, want %v", wait, blip/2)
	}
	b.failure(testNow, 0, false)
	if wait := b.until.Sub(testNow); wait != blip {
		t.Errorf("two failures: wait %v, want %v", wait, blip)
	}
	now := testNow.Add(lately)
	b.failure(now, 0, false)
	if wait := b.until.Sub(now); wait != 2*backoffBase {
		t.Errorf("nothing taken lately: wait %v, want %v", wait, 2*backoffBase)
	}
}

func TestBreakerWaitsAsAsked(t *testing.T) {
	t.Parallel()
	b := breaker{max: 8, random: half}
	b.failure(testNow, 20*time.Second, true)
	if n, wait := b.allowed(testNow); n != 0 || wait != 21*time.Second {
		t.Errorf("%d allowed, wait %v", n, wait)
	}
	b.failure(testNow, time.Second, true) // of another request: the longer wait holds
	b.failure(testNow, 0, false)          // and one without a wish
	if _, wait := b.allowed(testNow); wait != 21*time.Second {
		t.Errorf("wait %v", wait)
	}
	b.probe()
	if n, _ := b.allowed(testNow); n != 1 {
		t.Errorf("%d allowed for a probe", n)
	}
}

func TestBreakerBlocked(t *testing.T) {
	t.Parallel()
	b := breaker{max: 8, random: half}
	now := testNow
	var spans []time.Duration
	for range 8 {
		b.block(now)
		if b.state != Blocked {
			t.Fatal(b.state)
		}
		b.answered(now) // a refusal of the probe ends nothing
		_, wait := b.allowed(now)
		spans = append(spans, wait)
		now = now.Add(wait)
		if n, _ := b.allowed(now); n != 1 {
			t.Fatalf("%d allowed for a probe", n)
		}
	}
	if spans[0] != 900*time.Millisecond || spans[7] != 27*time.Second {
		t.Errorf("probes after %v", spans)
	}
	b.success(now, false)
	if b.state != Closed || b.limit != 1 {
		t.Errorf("%v, limit %d", b.state, b.limit)
	}
	for s, name := range map[State]string{Closed: "closed", Open: "open", HalfOpen: "half-open", Blocked: "blocked"} {
		if s.String() != name {
			t.Errorf("%d is %q", s, s)
		}
	}
}

func TestBreakerAdaptsConcurrency(t *testing.T) {
	t.Parallel()
	b := breaker{max: 8, random: half}
	for range 100 {
		b.success(testNow, true)
	}
	if n, _ := b.allowed(testNow); n != 8 {
		t.Errorf("%d at a time after 100 successes", n)
	}
	b.failure(testNow, 0, true)
	b.answered(testNow)
	if n, _ := b.allowed(testNow); n != 4 {
		t.Errorf("%d at a time after an overload", n)
	}
	b.success(testNow, false)
	if b.limit != 4 || b.round != 0 {
		t.Error("it grows without need")
	}
	if r := (&breaker{}).rand(); r < 0 || r >= 1 {
		t.Errorf("random %v", r)
	}
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	at, _ := url.Parse("https://h.test/a")
	for _, tt := range []struct {
		status   int
		location string
		want     string
	}{
		{307, "/b", "https://h.test/b"},
		{308, "https://h.test/c", "https://h.test/c"},
		{307, "https://u:p@h.test/c", "https://h.test/c"},
		{307, "https://other.test/c", ""},
		{307, "http://h.test/c", ""},
		{307, "", ""},
		{307, ":", ""},
		{302, "/b", ""},
		{200, "/b", ""},
	} {
		resp := &http.Response{StatusCode: tt.status, Header: http.Header{"Location": {tt.location}}}
		got := ""
		if u := redirect(resp, at); u != nil {
			got = u.String()
		}
		if got != tt.want {
			t.Errorf("%d to %q: %q, want %q", tt.status, tt.location, got, tt.want)
		}
	}
}
