package schema

import (
	"strings"
	"testing"
)

// No long line is lost, whatever it repeats; with anything cubic this would not end.
func TestLongRubyLines(t *testing.T) {
	t.Parallel()
	const head = "I, [2026-03-14T10:00:00.114086 #1]  INFO -- : "
	for _, unit := range []string{`"a"=>{`, "[[", "  [[", `  [["a", 1], `, "(", "#<A ", `"`, `\"`, "'", "$a$", "/*", "a=b ", "a: ", "[x] ", "gid://a/B/1 ", "=>", "{", ", ", "AND a = 1 ", "\t", "(SELECT "} {
		body := strings.Repeat(unit, (4<<10)/len(unit))
		for _, prefix := range []string{head, head + "  Parameters: {", head + "  User Load (0.3ms)  SELECT ", head + "  User Load (0.3ms)  UPDATE a SET ", head + "  User Load (0.3ms)  INSERT INTO a (b) VALUES (",
			head + "  User Load (0.3ms)  SELECT * FROM a WHERE ", head + "[ActiveJob] Enqueued A (Job ID: 9871feed-365f-4b2a-ac34-81e2a27f805d) to Async(default) with arguments: ",
			"method=GET path=/ status=200 duration=1 error='", "method=GET path=/ status=200 x=", "2026-03-14T10:00:00.607Z pid=1 tid=a class=A jid=51fe20a8cc0d47b19a3e6d70 INFO: ", "2026-03-14 10:00:00.123456 I [3:puma] A -- x -- {",
			head + "SolidQueue-1.0.0 Claim (2.3ms)  a: ", "RuntimeError ("} {
			r := newJoinRig()
			r.push(prefix+body, prefix+body+"]]")
			r.j.Flush(r.emit)
			if len(r.out) == 0 {
				t.Errorf("no event of %q repeated behind %q", unit, prefix)
			}
		}
	}
}
