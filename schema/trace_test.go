package schema

import (
	"strings"
	"testing"
)

// Records of several lines in every language: how many events, and what the record's event says.
func TestRecords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		events     int
		at         int // the event looked at
		want       []string
	}{
		{"python logger", `2026-03-14 10:00:00,878 - shop.loans - ERROR - charge failed
Traceback (most recent call last):
  File "/app/gen.py", line 12, in <module>
    1/0
    ~^~
ZeroDivisionError: division by zero
2026-03-14 10:00:01,000 - shop.loans - INFO - next
`, 2, 0, []string{`"event_type":"error.raised"`, `"class":"ZeroDivisionError","message":"division by zero"`, `"lines":6`, `"message":"charge failed"`}},
		{"python chained", `2026-03-14 10:00:00,878 - shop - ERROR - failed
Traceback (most recent call last):
  File "a.py", line 1, in f
KeyError: 'x'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "a.py", line 3, in g
shop.errors.Declined: card declined
`, 1, 0, []string{`"class":"shop.errors.Declined","message":"card declined"`, `KeyError`}},
		{"python uncaught", `2026-03-14 10:00:00,878 - shop - INFO - fine
Traceback (most recent call last):
  File "a.py", line 3, in g
ValueError: x
`, 2, 1, []string{`"event_type":"error.raised"`, `"class":"ValueError"`}},
		{"java", `2026-03-14 10:00:00.175 ERROR 1 --- [nio-8080-exec-1] c.e.Loans : charge failed
java.lang.IllegalStateException: card declined
	at com.example.Loans.charge(Loans.java:12)
	at com.example.Main.main(Main.java:3)
Caused by: java.io.IOException: reset
	at x.Y.z(Y.java:1)
	... 12 more
2026-03-14 10:00:01.000  INFO 1 --- [nio-8080-exec-1] c.e.Loans : next
`, 2, 0, []string{`"class":"java.lang.IllegalStateException","message":"card declined"`, `Caused by: java.io.IOException`, `"lines":7`}},
		{"go panic", `2026/03/14 10:00:00 start
panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.main()
	/app/main.go:8 +0x1d
created by main.x in goroutine 1
	/app/main.go:5 +0x2
exit status 2
`, 2, 1, []string{`"class":"panic","message":"runtime error: index out of range [5] with length 3"`, `created by`}},
		{"node", `2026-03-14T10:00:00.000Z [ERROR]: charge failed
TypeError: Cannot read properties of undefined (reading 'x')
    at charge (/app/a.js:1:2)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
`, 1, 0, []string{`"class":"TypeError","message":"Cannot read properties of undefined (reading 'x')"`}},
		{"dotnet", `2026-03-14 10:00:00.123 +00:00 [ERR] Charge failed
System.InvalidOperationException: declined
 ---> System.IO.IOException: reset
   --- End of inner exception stack trace ---
   at Shop.Loans.Charge() in /src/Loans.cs:line 12
`, 1, 0, []string{`"class":"System.InvalidOperationException","message":"declined"`}},
		{"php laravel", `[2026-03-14 10:00:00] production.ERROR: declined {"exception":"[object] (RuntimeException(code: 0): declined at /app/x.php:3)
[stacktrace]
#0 /app/y.php(12): charge()
#1 {main}
"}
[2026-03-14 10:00:01] production.INFO: next
`, 2, 0, []string{`#0 /app/y.php(12): charge()`, `"class":"RuntimeException"`}},
		{"rust", `2026-03-14T10:00:00.000000Z ERROR shop: failed
thread 'main' panicked at src/main.rs:2:5:
card declined
stack backtrace:
   0: rust_begin_unwind
             at /rustc/x/library/std/src/panicking.rs:652:5
note: run with ` + "`RUST_BACKTRACE=1`" + `
`, 2, 1, []string{`"class":"panic","message":"card declined"`, `rust_begin_unwind`}},
		{"ruby uncaught", `app.rb:3:in 'charge': card declined (RuntimeError)
	from app.rb:7:in '<main>'
`, 1, 0, []string{`"event_type":"error.raised"`, `"class":"RuntimeError","message":"card declined"`}},
		{"pretty json", `{
  "level": "error",
  "msg": "charge failed",
  "order_id": 17
}
{
  "level": "info",
  "msg": "fine {"
}
`, 2, 0, []string{`"message":"charge failed"`, `"level":"error"`}},
		{"statement over lines", "2026-03-14 10:00:00.611 UTC [25813] shop@shop LOG:  duration: 11.857 ms  statement: update loans set total=3\n\twhere id=1 /*x*/\n", 1, 0,
			[]string{`"action":"loan.updated"`, `"subject":{"type":"loan","id":"1"}`, `"duration":0.011857`}},
		{"postgres detail", `2026-03-14 10:00:00.611 UTC [25813] shop@shop ERROR:  duplicate key value violates unique constraint "users_email"
2026-03-14 10:00:00.611 UTC [25813] shop@shop DETAIL:  Key (email)=(a@b.c) already exists.
2026-03-14 10:00:00.611 UTC [25813] shop@shop STATEMENT:  INSERT INTO users (email) VALUES ($1)
2026-03-14 10:00:00.700 UTC [25813] shop@shop LOG:  next
`, 2, 0, []string{`"detail":"Key (email)=(a@b.c) already exists."`, `INSERT INTO users`}},
		{"postgres binds", `2026-03-14 10:00:00.611 UTC [25813] shop@shop LOG:  duration: 0.5 ms  execute <unnamed>: SELECT * FROM loans WHERE id = $1
2026-03-14 10:00:00.611 UTC [25813] shop@shop DETAIL:  parameters: $1 = '42'
`, 1, 0, []string{`"subject":{"type":"loan","id":"42"}`}},
		{"aspnet", `info: Shop.Loans[0]
      Charge 12 done request_id=e1f2a3b4-0c1d-4e2f-8a3b-4c5d6e7f8091
fail: Shop.Loans[0]
      Charge failed
      System.InvalidOperationException: declined
         at Shop.Loans.Charge() in /src/Loans.cs:line 12
`, 2, 1, []string{`"message":"Charge failed"`, `"class":"System.InvalidOperationException"`}},
		{"mysql slow", `# Time: 2026-03-14T10:00:00.123456Z
# User@Host: shop[shop] @ web1 [10.0.0.1]  Id:    12
# Query_time: 1.500000  Lock_time: 0.000100 Rows_sent: 1  Rows_examined: 100000
SET timestamp=1773482400;
SELECT * FROM loans
WHERE id = 7;
# Time: 2026-03-14T10:00:01.123456Z
# User@Host: shop[shop] @ web1 [10.0.0.1]  Id:    12
# Query_time: 0.000200  Lock_time: 0.000100 Rows_sent: 1  Rows_examined: 1
SET timestamp=1773482401;
DELETE FROM loans WHERE id = 7;
`, 2, 0, []string{`"event_type":"data.query"`, `"duration":1.5`, `"subject":{"type":"loan","id":"7"}`, `"timestamp":"2026-03-14T10:00:00.123456Z"`}},
		{"private key", `2026-03-14 10:00:00,878 - shop - INFO - key
-----BEGIN RSA PRIVATE KEY-----
MIIEowIBAAKCAQEAxy
abcd==
-----END RSA PRIVATE KEY-----
2026-03-14 10:00:01,878 - shop - INFO - next
`, 3, 1, []string{`-----END RSA PRIVATE KEY-----`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out := readAll(t, tt.text)
			if len(out) != tt.events {
				t.Fatalf("got %d events, want %d:\n%s", len(out), tt.events, strings.Join(out, "\n"))
			}
			for _, want := range tt.want {
				if !strings.Contains(out[tt.at], want) {
					t.Errorf("event %d lacks %s:\n%s", tt.at, want, out[tt.at])
				}
			}
		})
	}
}
