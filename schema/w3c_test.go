package schema

import (
	"strings"
	"testing"
	"time"
)

// readW3C returns the actions and statuses of the events that lines of src become.
func readW3C(t *testing.T, src *Source, lines ...string) string {
	t.Helper()
	p, j := newTestParser(t, time.UTC), NewJoiner(Config{Location: time.UTC})
	p.Start(src, time.Unix(0, p.now))
	var out []string
	emit := func(e *Event) {
		if e.Type == "http.request" {
			out = append(out, e.Action+" "+e.Time.Go().Format(time.RFC3339)+" "+sprint(path(encoded(t, e), "metadata.status")))
		}
	}
	var events []Event
	for _, line := range lines {
		events = p.Parse(events, line, 0, nil)
	}
	for i := range events {
		j.Push(&events[i], emit)
	}
	j.Flush(emit)
	return strings.Join(out, "\n")
}

func TestW3CColumns(t *testing.T) {
	t.Parallel()
	const (
		own   = "#Fields: date time sc-status cs-method cs-uri-stem"
		line  = "2026-03-14 10:00:00 200 GET /users/42"
		want  = "GET /users/42 2026-03-14T10:00:00Z 200"
		other = "#Fields: sc-status cs-method cs-uri-stem date time"
		turn  = "500 GET /users/42 2026-03-14 10:00:01"
	)
	for _, tt := range []struct {
		name, head string
		lines      []string
		want       string
	}{
		{"header before", "", []string{own, line}, want},
		{"no header, columns of one's own", "", []string{line}, ""},
		{"reading starts behind the header", own + "\n", []string{line}, want},
		{"the head is cut in the middle of a line", own + "\n#Fields: ti", []string{line}, want},
		{"the header changes", "", []string{own, line, other, turn}, want + "\nGET /users/42 2026-03-14T10:00:01Z 500"},
		{"and the source knew the first", own + "\n", []string{own, line, other, turn, own, line}, want + "\nGET /users/42 2026-03-14T10:00:01Z 500\n" + want},
		{"a line that does not fit", "", []string{own, "2026-03-14 10:00:00 GET", line}, want},
		{"times without a date", "", []string{"#Date: 2026-03-14 09:59:00", "#Fields: time cs-method cs-uri-stem sc-status", "10:00:00 GET /users/42 200"}, want},
		{"the date goes on", "#Date: 2026-03-13 09:59:00\n#Fields: time cs-method cs-uri-stem sc-status\n",
			[]string{"#Date: 2026-03-13 09:59:00", "#Fields: time cs-method cs-uri-stem sc-status", "#Date: 2026-03-14 00:00:00", "10:00:00 GET /users/42 200"}, want},
		{"quoted values", "", []string{"#Fields: date time cs-method cs-uri-stem cs(User-Agent) sc-status", `2026-03-14 10:00:00 GET /users/42 "a ""b"" c" 200`}, want},
		{"commas", "", []string{"#Fields: date-time,cs-method,cs-uri-stem,sc-status", "2026-03-14T10:00:00.000Z,GET,/users/42,200"}, want},
		{"windows", "", []string{own + "\r", line + "\r"}, want},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			src := NewSource("u_ex.log", "u_ex.log", []byte("s"), []byte("i"))
			src.Describe(tt.head)
			if got := readW3C(t, src, tt.lines...); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestW3CValues(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, fields, line, path, want string }{
		{"iis counts milliseconds", "date time cs-method cs-uri-stem sc-status sc-substatus time-taken", "2026-03-14 10:00:00 GET / 200 0 150", "metadata.duration", "0.15"},
		{"others seconds with a point", "date time cs-method cs-uri-stem sc-status time-taken", "2026-03-14 10:00:00 GET / 200 0.150", "metadata.duration", "0.15"},
		{"cloudfront seconds", "date time cs-method cs-uri-stem sc-status x-edge-result-type time-taken", "2026-03-14\t10:00:00\tGET\t/\t200\tHit\t1", "metadata.duration", "1"},
		{"blanks of iis", "date time cs-method cs-uri-stem sc-status sc-substatus cs(User-Agent)", "2026-03-14 10:00:00 GET / 200 0 a+b", "metadata.user_agent", "a b"},
		{"blanks of cloudfront", "date time cs-method cs-uri-stem sc-status x-edge-result-type cs(User-Agent)", "2026-03-14\t10:00:00\tGET\t/\t200\tHit\ta%2520b", "metadata.user_agent", "a b"},
		{"a zone is no part of an address", "date time cs-method cs-uri-stem c-ip sc-status", "2026-03-14 10:00:00 GET / fe80::1%4 200", "metadata.ip", "fe80::1"},
		{"the forwarded address", "date time cs-method cs-uri-stem c-ip X-Forwarded-For sc-status", "2026-03-14 10:00:00 GET / 10.0.0.1 203.0.113.5 200", "metadata.ip", "203.0.113.5"},
		{"unknown columns", "date time cs-method cs-uri-stem sc-status x-tenant", "2026-03-14 10:00:00 GET / 200 7", "metadata.fields.x-tenant", "7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newTestParser(t, time.UTC)
			var e Event
			if !p.w3cLine(&e, w3cFieldsLayout(tt.fields, false), tt.line) {
				t.Fatalf("%s is not read", tt.line)
			}
			p.finishFields(&e)
			if got := sprint(path(encoded(t, &e), tt.path)); got != tt.want {
				t.Errorf("%s of %s is %q, want %q", tt.path, tt.line, got, tt.want)
			}
		})
	}
}
