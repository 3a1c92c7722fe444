package schema

import (
	"encoding/json"
	"testing"
	"time"
)

// FuzzTextFormats holds that no line of text breaks a parser and that every event encodes.
func FuzzTextFormats(f *testing.F) {
	for _, s := range []string{
		`203.0.113.5 - frank [14/Mar/2026:10:00:00 -0700] "GET /users/42?x=1 HTTP/1.0" 200 2326 "-" "curl" rt=0.1 "x"`,
		`[2026-03-14 10:00:00,444: INFO/ForkPoolWorker-1] Task a.b[c0ffee00-1234-4abc-9def-0123456789ab] succeeded in 0.05s: 'x'`,
		`[2026-03-14T10:00:00.160304+00:00] app.ERROR: m {"exception":"[object] (E(code: 5): m at /a.php:9)"} []`,
		`2026-03-14T10:00:00.175-07:00 ERROR 93649 --- [loans] [nio-1] [0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331] e.c.X : m`,
		`2026-03-14 10:00:00.611 UTC [25813] shop@shop LOG:  duration: 11.857 ms  statement: update loans set total=3`,
		`2026-03-14 09:00:00.198 UTC,"shop","shop",24300,"10.0.3.11:44086",69b51580.5eec,1657,"INSERT",2026-03-14 08:00:00 UTC,3/0,0,LOG,00000,"duration: 7.599 ms  statement: INSERT INTO c (id) VALUES (4)",,,,,,,,,"web","client backend",,0`,
		`2026/03/14 10:00:00 [error] 1#2: *5 m, client: 1.2.3.4, server: s, request: "GET / HTTP/1.1", host: "h"`,
		`I1121 18:22:59.064267    9230 main.go:55] "Pod" pod="default/web-1"`,
		"2026-11-21T18:22:59.061Z\tINFO\tgo/main.go:38\thttp request\t{\"method\": \"GET\"}",
		`12939:M 21 Nov 2026 18:26:01.409 * Ready`, `INFO:     127.0.0.1:39224 - "GET /loans/1 HTTP/1.1" 200 OK`,
		`GET /users/42 200 3.235 ms - 11`, `[GIN] 2026/03/14 - 10:00:00 | 200 | 3.4ms | 127.0.0.1 | GET "/u"`,
		`127.0.0.1:38178 [21/Nov/2026:17:26:22.487] fe be/s1 0/0/0/85/85 201 137 - - ---- 1/1/0/0/0 0/0 "GET /o HTTP/1.1"`,
		`at=info method=GET path="/l" host=h request_id=e1f2 fwd="1.2.3.4" dyno=web.1 connect=1ms service=18ms status=200 bytes=13`,
		"REPORT RequestId: c0ffee00-1234-4abc-9def-0123456789ab\tDuration: 12.5 ms\tXRAY TraceId: 1-5759e988-bd862e3fe1be46a994272793",
		`2026-03-14 10:00:00,123 INFO  [a.B] [f.py:1] [trace_id=1 span_id=2] - m a="b" c={d`, "__CURSOR=a\nMESSAGE\n\x03\x00\x00\x00\x00\x00\x00\x00a\nb\n_PID=1", "2026-03-14T10:00:00Z START RequestId: c0ffee00-1234-4abc-9def-0123456789ab",
		"2026-03-14 10:00:00.000000000 +0000 a.b: {\"log\":\"x\"}", "2 1 eni-1 1.2.3.4 1.2.3.5 1 2 6 20 4249 1418530010 1418530070 ACCEPT OK", "haproxy[1]: ::1:2 [21/Nov/2026:17:26:22.487] a b/c 0/0/0/0/0 200 1",
		"1.2.3.4,-,-,14/Mar/2026:10:00:00 +0000,GET,/a,HTTP/1.1,200,5,x,y", "<13>1 - - - - - [a b=\"c\"]", "[1] 14 Mar 10:00:06.150 * x", "", "[", "[2026-03-14 10:00:00", "INFO:", "INFO:  ",
		"2026-03-14T10:00:00.150000Z ERROR request{id=r-1}: shop::pay: charge failed error=card declined order_id=17", "  2026-03-14T10:00:00.150000Z  INFO shop::pay: placed, order_id: 17, a: b",
		"[10:00:00.150] ERROR (shop/1 on h): m", "[1773482400150] WARN (42 on h): m", "<3>2026-03-14 10:00:00 Shop.Orders[0] m System.X.YException: t    at A.B()", "10:00AM INF m port=8080",
		"1.7734824001e+09\tinfo\tm", "[14-Mar-2026 10:00:00 Europe/Berlin] PHP Notice:  x", "[2026-03-14 10:00:00][Kb3] Processing: App\\Jobs\\X", "  2026-03-14 10:00:00 App\\Jobs\\X 17 redis q ..... 1s DONE",
		`10:00:00.170 [debug] QUERY OK source="users" db=1.5ms x`, "MONGODB | h:1 req:1 | s.update | STARTED | {\"update\"=>\"o\", \"updates\"=>[{\"q\"=>{\"_id\"=>BSON::ObjectId('5f')}, \"u\"=>{\"$set\"=>{\"a\"=>1}}}]}",
		`ChatChannel transmitting {"a"=>1} (via streamed from c)`, "Could not execute command from ({}) [NameError - x]: a | b", "  [Shard: one] User Load (0.3ms)  SELECT 1", "  User Search (1ms) {a: 1}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		p := NewParser(Config{Location: time.UTC})
		p.Start(nil, time.Date(2026, 3, 14, 10, 0, 5, 0, time.UTC))
		for i := range formats {
			var e Event
			formats[i].parse(p, &e, line)
		}
		events := p.Parse(nil, line, 0, nil)
		for i := range events {
			if js := AppendJSON(nil, &events[i]); !json.Valid(js) {
				t.Errorf("event of %q is not JSON: %s", line, js)
			}
		}
	})
}
