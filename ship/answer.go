package ship

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// action is what an attempt's outcome asks for.
type action uint8

const (
	taken    action = iota // the receiver has it for good, but for verdict.rejected
	again                  // try again, with the same ids: it may have been delivered
	tooLarge               // halve it
	refused                // something in it is not acceptable: find out what
	blocked                // the destination is at fault, whatever is sent: pause, probe, tell
	gone                   // there is nobody left to write to, and never will be
)

// verdict is the outcome of one attempt.
type verdict struct {
	do       action
	code     string        // for counting: "200", "timeout", "reset" …
	status   int           // HTTP status, 0 if there was none
	wait     time.Duration // what Retry-After asked for, 0 if it did not
	overload bool          // fewer at a time, please
	rejected []rejection   // with taken: events that were not; in rising order of index
	suspect  int           // with taken: events refused without saying which
	answer   []byte        // the beginning of the answer, for the dead letter only
	err      error         // without secrets and without event text
}

// rejection is one event the receiver did not take.
type rejection struct {
	index  int // of the event in the body sent
	status int
	retry  bool
}

const (
	maxAnswer    = 64 << 10         // bytes of an answer that are read
	maxSnippet   = 1 << 10          // … and kept in the dead letter
	maxRetryWait = 10 * time.Minute // what Retry-After may ask for
)

var (
	errForeignAnswer = errors.New("the answer is not the receiver's: a web page where JSON or nothing was due")
	errCutAnswer     = errors.New("the answer is cut")
)

// readAnswer turns a response into a verdict. n is the number of events sent. The
// body of an answer is read to its end so that the connection can be used again.
func readAnswer(resp *http.Response, p *preset, n int, now time.Time) verdict {
	max := int64(maxAnswer)
	if p != nil && p.perItem { // an item an event
		max += int64(n) * 4096
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, max))
	status := resp.StatusCode
	v := verdict{status: status, code: strconv.Itoa(status), answer: body[:min(len(body), maxSnippet)]}
	if status/100 != 2 {
		v.err = errors.New(strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status)))
	}
	switch {
	case p != nil && p.judge != nil && v.judgedBy(p, resp, body, now):
	case status/100 == 2:
		if err != nil || resp.ContentLength > int64(len(body)) && int64(len(body)) < max {
			v.do, v.err, v.code = again, errCutAnswer, "cut"
			return v
		}
		return readTaken(v, resp.Header.Get("Content-Type"), body, p, n)
	case status == 413:
		v.do = tooLarge
	case status == 400, status == 415, status == 422:
		v.do = refused
	case status == 408, status == 425, status == 429, status >= 500 && status != 501 && status != 505:
		v.do = again
		v.wait = retryAfter(resp.Header.Get("Retry-After"), now)
		v.overload = status == 429 || status == 503
	default: // 401, 403, 404, 405, 407, 410, 421, 501, 505, redirects and what nobody expects
		v.do = blocked
	}
	return v
}

// judgedBy says whether the preset knew what the answer means.
func (v *verdict) judgedBy(p *preset, resp *http.Response, body []byte, now time.Time) bool {
	do, ok := p.judge(resp.StatusCode, resp.Header, body)
	if !ok {
		return false
	}
	v.do = do
	if do == again {
		v.overload = true
		v.wait = retryAfter(resp.Header.Get("Retry-After"), now)
	}
	if v.err == nil {
		v.err = errors.New("the answer reports an error")
	}
	return true
}

// readTaken looks into the body of a 2xx: it must be the receiver's own.
func readTaken(v verdict, contentType string, body []byte, p *preset, n int) verdict {
	text := bytes.TrimLeft(body, " \t\r\n")
	if strings.HasPrefix(contentType, "text/html") || len(text) > 0 && text[0] == '<' {
		v.do, v.err, v.code = again, errForeignAnswer, "foreign"
		return v
	}
	read := readPlain
	if p != nil && p.read != nil {
		read = p.read
	}
	isJSON := strings.HasPrefix(contentType, "application/json") || len(text) > 0 && text[0] == '{'
	if isJSON && len(text) > 0 && !json.Valid(text) {
		v.do, v.err, v.code = again, errCutAnswer, "cut"
		return v
	}
	return read(v, text, n)
}

// readPlain reads the answer of the plain NDJSON contract: {"accepted":3,"rejected":[{"index":1,"status":422,"retryable":false}]}.
// Any other answer than an object with that list says nothing against the events.
func readPlain(v verdict, text []byte, n int) verdict {
	var a struct {
		Rejected []struct {
			Index     *int  `json:"index"`
			Status    int   `json:"status"`
			Retryable *bool `json:"retryable"`
		} `json:"rejected"`
	}
	if len(text) == 0 || text[0] != '{' || json.Unmarshal(text, &a) != nil {
		if v.status == http.StatusMultiStatus { // it means to say something
			v.do, v.err, v.code = again, errCutAnswer, "cut"
		}
		return v
	}
	for _, r := range a.Rejected {
		retry := retryableStatus(r.Status)
		if r.Retryable != nil {
			retry = *r.Retryable
		}
		if r.Index == nil || *r.Index < 0 || *r.Index >= n { // nobody knows which: not for good, then
			v.do, v.rejected, v.err, v.code = again, nil, errors.New("the answer rejects events that were not sent"), "cut"
			return v
		}
		v.rejected = append(v.rejected, rejection{*r.Index, r.Status, retry})
	}
	return v
}

func retryableStatus(status int) bool {
	return status == 408 || status == 425 || status == 429 || status >= 500
}

// retryAfter reads seconds or a date; 0 is none or past.
func retryAfter(s string, now time.Time) time.Duration {
	if s == "" {
		return 0
	}
	if sec, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.Duration(min(max(sec, 0), int64(maxRetryWait/time.Second))) * time.Second
	}
	if t, err := http.ParseTime(s); err == nil {
		return min(max(t.Sub(now), 0), maxRetryWait)
	}
	return 0
}

// readError turns a failed attempt without a response into a verdict.
func readError(err error) verdict {
	err = plainError(err)
	v := verdict{do: again, err: err, code: "error"}
	if isTLSFault(err) {
		v.do, v.code = blocked, "tls"
		return v
	}
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.Canceled):
		v.code = "canceled"
	case errors.As(err, &dns):
		v.code = "dns"
	case errors.Is(err, syscall.ECONNREFUSED):
		v.code = "refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		v.code = "reset"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		v.code, v.overload = "timeout", true
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		v.code = "eof"
	}
	return v
}

// isTLSFault says whether err is about certificates or protocol: trying again alone will not mend it.
func isTLSFault(err error) bool {
	var (
		verify  *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		alert   tls.AlertError
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	return errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &alert) ||
		errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid) ||
		err != nil && strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}
