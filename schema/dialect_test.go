package schema_test

import (
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/schema"
)

// TestDialects holds that one request of 150 ms at one instant reads the same whoever logged it.
func TestDialects(t *testing.T) {
	t.Parallel()
	instant := time.Date(2026, 3, 14, 10, 0, 0, 0, time.UTC).UnixNano()
	for _, line := range []string{
		`203.0.113.5 - - [14/Mar/2026:10:00:00 +0000] "GET /users/42 HTTP/1.1" 200 11 "-" "curl/8" 0.150`,
		`203.0.113.5 - - [14/Mar/2026:03:00:00 -0700] "GET /users/42 HTTP/1.1" 200 11 "-" "curl/8" 150000`,
		`shop.test:80 203.0.113.5 - - [14/Mar/2026:11:00:00 +0100] "GET /users/42 HTTP/1.1" 200 11 "-" "-" 7 "web@docker" "http://10.0.0.4:80" 150ms`,
		`203.0.113.5 - - [14/Mar/2026:10:00:00 +0000] "GET /users/42 HTTP/1.1" 200 11 "-" "curl/8" 318 0.150 [shop-80] [] 10.1.0.9:80 11 0.149 200 b34f9bf7088b84612a7790fa70b0e94d`,
		`[2026-03-14T10:00:00.000Z] "GET /users/42 HTTP/1.1" 200 - 0 123 150 140 "203.0.113.5" "curl/8" "-" "shop.test" "10.0.0.9:80"`,
		`127.0.0.1:38178 [14/Mar/2026:10:00:00.000] fe be/s1 0/0/10/140/150 200 137 - - ---- 1/1/0/0/0 0/0 "GET /users/42 HTTP/1.1"`,
		`http 2026-03-14T10:00:00.000000Z app/lb/5 192.0.2.7:2817 10.0.0.1:80 0.010 0.130 0.010 200 200 34 366 "GET http://shop.test:80/users/42 HTTP/1.1" "curl/7" - - arn:x "Root=1-58337262-36d228ad5d99923122bbe354" "-" "-" 0 2026-03-14T10:00:00.000000Z "forward"`,
		"2026-03-14\t10:00:00\tLAX1\t2390\t192.0.2.2\tGET\td1.cloudfront.net\t/users/42\t200\t-\tcurl\t-\t-\tHit\tSOX4==\tshop.test\thttps\t23\t0.150\t-\tTLSv1.2\tx\tHit\tHTTP/2.0",
		`2026-03-14 10:00:00 10.0.0.4 GET /users/42 - 443 - 203.0.113.5 curl/8 - 200 0 0 150`,
		`2026-03-14T10:00:00.000000+00:00 heroku[router]: at=info method=GET path="/users/42" host=h.test request_id=a1b2c3d4 fwd="192.0.2.2" dyno=web.1 connect=10ms service=140ms status=200 bytes=13`,
		`[GIN] 2026/03/14 - 10:00:00 | 200 |  150.0ms |  127.0.0.1 | GET      "/users/42"`,
		`2026/03/14 10:00:00 [h/a-000001] "GET http://localhost:3333/users/42 HTTP/1.1" from 127.0.0.1:5555 - 200 11B in 150ms`,
		`10:00:00 | 200 |  150ms |  127.0.0.1 | GET     | /users/42 | -`,
		`[pid: 8|app: 0|req: 1/1] 127.0.0.1 () {3 vars in 6 bytes} [Sat Mar 14 10:00:00 2026] GET /users/42 => generated 47 bytes in 150 msecs (HTTP/1.1 200) 9 headers`,
		`1773482400.000    150 10.0.0.7 TCP_MISS/200 411 GET http://shop.test/users/42 - HIER_DIRECT/203.0.113.9 text/html`,
		`2026-03-14 10:00:00.000 +00:00 [INF] HTTP GET /users/42 responded 200 in 150.0000 ms`,
		`2026-03-14T10:00:00.000000Z  INFO request{method=GET uri=/users/42}: tower_http::trace::on_response: finished processing request latency=150 ms status=200`,
		`[2026-03-14T10:00:00Z INFO  actix_web::middleware::logger] 127.0.0.1 "GET /users/42 HTTP/1.1" 200 13 "-" "curl/8" 0.150000`,
		"2026-03-14T10:00:00.000Z\tINFO\thttp/log.go:12\thandled\t{\"method\": \"GET\", \"path\": \"/users/42\", \"status\": 200, \"latency\": \"150ms\"}",
		"2026/03/14 10:00:00.000\tINFO\thttp.log.access\thandled request\t{\"request\": {\"method\": \"GET\", \"uri\": \"/users/42\"}, \"duration\": 0.15, \"status\": 200}",
		`2026-03-14T10:00:00Z INF handled method=GET path=/users/42 status=200 duration=150`,
		`2026/03/14 10:00:00 INFO handled method=GET path=/users/42 status=200 duration=150ms`,
		`I0314 10:00:00.000000    9230 main.go:55] "handled" method="GET" path="/users/42" status=200 duration="150ms"`,
		`2026-03-14 10:00:00,000 - shop.web - INFO - request completed GET /users/42 200 150ms`,
		`2026-03-14 10:00:00,000 - tornado.access - INFO - 200 GET /users/42 (127.0.0.1) 150.00ms`,
		`[2026-03-14T10:00:00.000000+00:00] app.INFO: handled {"method":"GET","path":"/users/42","status":200,"duration_ms":150} []`,
		`2026-03-14T10:00:00.000Z info: handled {"method":"GET","path":"/users/42","status":200,"duration_ms":150}`,
		"time:2026-03-14T10:00:00Z\thost:203.0.113.5\treq:GET /users/42 HTTP/1.1\tstatus:200\treqtime:0.150",
		`2026-03-14T10:00:00Z | 200 | 	 150ms | localhost:3000 | GET /users/42`,
	} {
		p := schema.NewParser(schema.Config{Location: time.UTC})
		p.Start(nil, time.Date(2026, 3, 14, 10, 0, 5, 0, time.UTC))
		events := p.Parse(nil, line, 0, nil)
		if len(events) != 1 {
			t.Errorf("%d events of %q", len(events), line)
			continue
		}
		e := &events[0]
		if m := &e.Metadata; e.Time.NS != instant || m.Duration.NS != 150e6 || e.Type != "http.request" || e.Action != "GET /users/42" || m.Status != 200 || e.Subject != (schema.Subject{Type: "user", ID: "42"}) {
			t.Errorf("%s at %s took %d ns, status %d, subject %v by format %s: %q", e.Action, e.Time.Go(), m.Duration.NS, m.Status, e.Subject, e.Platform.Format, line)
		}
	}
}
