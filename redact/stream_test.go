package redact_test

import (
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/redact"
)

func TestStream(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"private key",
			"loading\n-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEowIBAAKCAQEAx8f3k2VtQ9n1\nk3Jd8sPq=\n-----END RSA PRIVATE KEY-----\ndone",
			"loading\n[REDACTED:private_key]\nProc-Type: 4,ENCRYPTED\n\n[REDACTED:private_key]\n[REDACTED:private_key]\n[REDACTED:private_key]\ndone"},
		{"private key with prefixes",
			"web | -----BEGIN PRIVATE KEY-----\nweb | MIIEowIBAAKCAQEAx8f3k2VtQ9n1\nweb | k3Jd8sPqk3Jd8sPqk3Jd8sPq\nweb | -----END PRIVATE KEY-----\nweb | MIIEowIBAAKCAQEAx8f3k2VtQ9n1",
			"web | [REDACTED:private_key]\nweb | [REDACTED:private_key]\nweb | [REDACTED:private_key]\nweb | [REDACTED:private_key]\nweb | MIIEowIBAAKCAQEAx8f3k2VtQ9n1"},
		{"private key cut off", "-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEAx8f3k2VtQ9n1\nlevel=info msg=go", "[REDACTED:private_key]\n[REDACTED:private_key]\nlevel=info msg=go"},
		{"private key without a body line", "-----BEGIN PRIVATE KEY-----\nshort words", "[REDACTED:private_key]\nshort words"},
		{"private key then a header that is none", "-----BEGIN PRIVATE KEY-----\na b: c\nMIIEowIBAAKCAQEAx8f3k2VtQ9n1", "[REDACTED:private_key]\na b: c\nMIIEowIBAAKCAQEAx8f3k2VtQ9n1"},
		{"private key then code", "-----BEGIN PRIVATE KEY-----\nat foo(bar)", "[REDACTED:private_key]\nat foo(bar)"},
		{"certificate", "-----BEGIN CERTIFICATE-----\nMIIEowIBAAKCAQEAx8f3k2VtQ9n1\n-----END CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\nMIIEowIBAAKCAQEAx8f3k2VtQ9n1\n-----END CERTIFICATE-----"},
		{"name and value", "- name: DB_PASSWORD\n  value: hunter2x9\n- name: A\n  value: x", "- name: DB_PASSWORD\n  value: [REDACTED:password]\n- name: A\n  value: x"},
		{"name and value in JSON", "{\n \"name\": \"X-Api-Key\",\n \"value\": \"kq83jd93jf93\"\n}", "{\n \"name\": \"X-Api-Key\",\n \"value\": \"[REDACTED:api_key]\"\n}"},
		{"list", "\"passwords\": [\n  \"hunter2x9\",\n  \"second99\"\n],\n\"n\": \"x\"", "\"passwords\": [\n  \"[REDACTED:password]\",\n  \"[REDACTED:password]\"\n],\n\"n\": \"x\""},
		{"object", "\"credentials\": {\n  \"a\": {\n  \"b\": \"hunter2x9\" },\n  \"c\": \"s3\\\"c[ret\"\n},\n\"n\": \"x\"", "\"credentials\": {\n  \"a\": {\n  \"b\": \"[REDACTED:secret]\" },\n  \"c\": \"[REDACTED:secret]\"\n},\n\"n\": \"x\""},
		{"block", "  password: |\n    hunter2 x9\n\n  n: x", "  password: |\n    [REDACTED:password]\n\n  n: x"},
		{"form", "Content-Disposition: form-data; name=\"password\"\n\nhunter2x9\n--b1", "Content-Disposition: form-data; name=\"password\"\n\n[REDACTED:password]\n--b1"},
		{"name alone", "name: password\nother: x\nvalue: hunter2x9", "name: password\nother: x\nvalue: hunter2x9"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newWorker(t, redact.DefaultConfig()).Stream()
			var out []string
			for line := range strings.SplitSeq(tt.in, "\n") {
				got, changed := s.Line(line)
				if changed != (got != line) {
					t.Errorf("Line(%q) = %q, %v", line, got, changed)
				}
				out = append(out, got)
			}
			if got := strings.Join(out, "\n"); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// TestStreamIsBounded holds that a key or a list without an end does not swallow the rest of the log.
func TestStreamIsBounded(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"-----BEGIN PRIVATE KEY-----", `"passwords": [`} {
		s := newWorker(t, redact.DefaultConfig()).Stream()
		s.Line(first)
		changed := 0
		for range 1000 {
			if _, c := s.Line("MIIEowIBAAKCAQEAx8f3k2VtQ9n1"); c {
				changed++
			}
		}
		if changed != 200 {
			t.Errorf("%q: %d lines changed, want 200", first, changed)
		}
	}
}

func TestStreamOfAKindThatIsOff(t *testing.T) {
	t.Parallel()
	s := newEngine(t, func(c *redact.Config) { c.Kinds = map[string]string{"private_key": "keep"} }).Worker().Stream()
	for _, line := range []string{"-----BEGIN PRIVATE KEY-----", "MIIEowIBAAKCAQEAx8f3k2VtQ9n1", "-----END PRIVATE KEY-----"} {
		if got, changed := s.Line(line); changed {
			t.Errorf("%q becomes %q", line, got)
		}
	}
}
