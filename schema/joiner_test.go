package schema

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// joinRig is a parser and a joiner with a clock in the hand of the test.
type joinRig struct {
	p      *Parser
	j      *Joiner
	src    *Source
	offset int64
	out    []*Event
	mark   *balance
}

// balance counts the acknowledgements of a chunk.
type balance struct{ n int }

func (b *balance) Add(n int)  { b.n += n }
func (b *balance) Done(n int) { b.n -= n }

func newJoinRig() *joinRig {
	c := Config{Location: time.UTC}
	r := &joinRig{p: NewParser(c), j: NewJoiner(c), src: NewSource("x.log", "x.log", nil, nil), mark: new(balance)}
	r.p.Start(r.src, time.Date(2026, 3, 14, 10, 0, 0, 0, time.UTC))
	return r
}

// emit takes an event as the pipeline does: what the joiner did not keep is counted now.
func (r *joinRig) emit(e *Event) {
	if !e.Origin.Held {
		e.Origin.Mark.Add(1)
	}
	c := *e
	r.out = append(r.out, &c)
	e.Origin.Mark.Done(1)
}

func (r *joinRig) push(lines ...string) {
	for _, line := range lines {
		events := r.p.Parse(nil, line, r.offset, r.mark)
		r.offset += int64(len(line)) + 1
		for i := range events {
			r.j.Push(&events[i], r.emit)
		}
	}
}

// actions returns what was handed on since the last call.
func (r *joinRig) actions() string {
	var out []string
	for _, e := range r.out {
		s := e.Action
		if e.Type == "log.message" {
			s = e.Metadata.Message.Plain()
		}
		for _, x := range e.Metadata.Extra {
			if x.Key == "incomplete" {
				s += "!"
			}
		}
		out = append(out, s)
	}
	r.out = nil
	return strings.Join(out, " | ")
}

const (
	tagA = "[aaaaaaaa-0000-4000-8000-000000000001] "
	tagB = "[bbbbbbbb-0000-4000-8000-000000000002] "
)

func started(path string) string {
	return `Started GET "` + path + `" for ::1 at 2026-03-14 10:00:00 +0000`
}

func TestJoinerTimeouts(t *testing.T) {
	t.Parallel()
	r := newJoinRig()
	now := time.Date(2026, 3, 14, 10, 0, 0, 0, time.UTC).UnixNano()
	tick := func(d time.Duration) {
		now += int64(d)
		r.j.Advance(now, r.emit)
	}
	tick(0)
	r.push(tagA+started("/a"), tagB+started("/b"), tagA+"hello")
	if got := r.actions(); got != "" {
		t.Errorf("before any time passed: %q", got)
	}
	tick(time.Second)
	if got := r.actions(); got != "hello" {
		t.Errorf("after a second = %q, want the message, whose further lines are waited for no longer", got)
	}
	tick(30 * time.Second)
	r.push(tagB + "Processing by BController#show as HTML")
	tick(31 * time.Second)
	if got := r.actions(); got != "GET /a!" {
		t.Errorf("after a minute = %q, want the request that no line came for", got)
	}
	r.push(tagB+"Completed 200 OK in 5ms (Views: 1.0ms)", tagA+"late")
	tick(time.Second)
	if got := r.actions(); got != "GET /b | late" {
		t.Errorf("after Completed = %q", got)
	}
	tick(time.Hour)
	if r.j.open != 0 || r.j.held != 0 || r.mark.n != 0 {
		t.Errorf("%d blocks and %d records are open and %d events not acknowledged, want none", r.j.open, r.j.held, r.mark.n)
	}
}

func TestJoinerParents(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		lines []string
		want  string // child<parent of every event that has one
	}{
		{"tags", []string{tagA + started("/a"), tagB + started("/b"), tagA + "x", tagB + "y", tagB + "Processing by B#b as X", tagB + "Completed 200 OK in 1ms"}, "x</a y</b"},
		{"no tag, one request", []string{started("/a"), "Processing by A#a as HTML", "x", "Completed 200 OK in 1ms", "y"}, "x</a"},
		{"no tag, two requests", []string{started("/a"), started("/b"), "x", "Processing by A#a as HTML"}, ""},
		{"another process", []string{"I, [2026-03-14T10:00:00.000000 #1]  INFO -- : " + started("/a"), "I, [2026-03-14T10:00:00.000000 #2]  INFO -- : x",
			"I, [2026-03-14T10:00:00.000000 #1]  INFO -- : y"}, "y</a"},
		{"late start", []string{tagB + "Processing by B#b as HTML", tagB + started("/b"), tagB + "Completed 200 OK in 1ms", tagA + "x", tagA + started("/a"),
			tagA + "Processing by A#a as HTML", tagA + "Completed 200 OK in 1ms"}, "x</a"},
		{"late line", []string{tagA + started("/a"), tagA + "Processing by A#a as HTML", tagA + "Completed 200 OK in 1ms", tagA + "x"}, "x</a"},
		{"exception behind its request", []string{started("/a"), "Processing by A#a as HTML", "Completed 500 Internal Server Error in 1ms", "  ", "RuntimeError (kaput):", "a.rb:1:in `b'"},
			"RuntimeError</a"},
		{"exception of a middleware", []string{started("/a"), "  ", "ActionController::RoutingError (No route):", started("/b"), "x"}, "ActionController::RoutingError</a x</b"},
		{"a job's lines", []string{started("/a"), "[ActiveJob] [XJob] [9871feed-365f-4b2a-ac34-81e2a27f805d] Performing XJob (Job ID: 9871feed-365f-4b2a-ac34-81e2a27f805d) from Async(default)",
			"[ActiveJob] Enqueued YJob (Job ID: 8871feed-365f-4b2a-ac34-81e2a27f805d) to Async(default)"}, "YJob.enqueued</a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newJoinRig()
			r.push(tt.lines...)
			r.j.Flush(r.emit)
			path := make(map[ID]string)
			for _, e := range r.out {
				path[e.ID] = e.Metadata.Path
			}
			var got []string
			for _, e := range r.out {
				if e.Correlation.Parent.IsZero() {
					continue
				}
				name := e.Action
				if e.Type == "log.message" {
					name = e.Metadata.Message.Plain()
				}
				got = append(got, name+"<"+path[e.Correlation.Parent])
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("parents = %q, want %q", got, tt.want)
			}
			if r.mark.n != 0 {
				t.Errorf("%d events not acknowledged", r.mark.n)
			}
		})
	}
}

func TestJoinerLimits(t *testing.T) {
	t.Parallel()
	r := newJoinRig()
	r.push("2026-03-14 10:00:00,000 - a - ERROR - x")
	for i := range maxRecordLines + 100 {
		r.push(fmt.Sprintf("    line %d", i))
	}
	r.j.Flush(r.emit)
	if len(r.out) != 1 {
		t.Fatalf("a record of many lines became %d events", len(r.out))
	}
	if e := r.out[0]; len(e.Metadata.Truncated) != 1 || e.Origin.Lines != maxRecordLines+101 {
		t.Errorf("truncated = %q, lines = %d, want a mark and the number of physical lines", e.Metadata.Truncated, e.Origin.Lines)
	}

	r = newJoinRig()
	for i := range maxOpenBlocks + 10 {
		r.push(fmt.Sprintf("[aaaaaaaa-0000-4000-8000-%012d] ", i) + started("/a"))
	}
	if len(r.out) != 10 || r.j.open != maxOpenBlocks {
		t.Errorf("%d requests were handed on and %d are open, want 10 and %d", len(r.out), r.j.open, maxOpenBlocks)
	}
	r.j.Flush(r.emit)
	if len(r.out) != maxOpenBlocks+10 || r.mark.n != 0 {
		t.Errorf("%d requests came out, %d not acknowledged", len(r.out), r.mark.n)
	}
}

// A line that the carrier cut is read when it is whole.
func TestJoinerFragments(t *testing.T) {
	t.Parallel()
	r := newJoinRig()
	r.push(`2026-03-14T10:00:00.000000001Z stdout P {"level":"info",`, `2026-03-14T10:00:00.000000002Z stderr F other`,
		`2026-03-14T10:00:00.000000003Z stdout P "msg":"wh`, `2026-03-14T10:00:00.000000004Z stdout F ole"}`, `2026-03-14T10:00:00.000000005Z stdout P cut`)
	r.j.Flush(r.emit)
	if got := r.actions(); got != "whole | other | cut" {
		t.Errorf("messages = %q", got)
	}
	if r.mark.n != 0 {
		t.Errorf("%d events not acknowledged", r.mark.n)
	}
}

// What the joiner keeps must not change when the events it was given are reused.
func TestJoinerKeepsCopies(t *testing.T) {
	t.Parallel()
	r := newJoinRig()
	var events []Event
	for _, line := range []string{tagA + started("/a?x=1"), tagA + "Processing by A#a as HTML", tagA + `  Parameters: {"id"=>"1"}`, tagA + "Completed 200 OK in 1ms"} {
		events = r.p.Parse(events[:0], line, r.offset, r.mark)
		r.offset++
		r.j.Push(&events[0], r.emit)
		for i := range events {
			events[i] = Event{Action: "reused"}
		}
	}
	r.j.Flush(r.emit)
	js := string(AppendJSON(nil, r.out[0]))
	for _, want := range []string{`"action":"GET /a"`, `"params":{"id":"1","x":"1"}`, `"route":"A#a"`, `"status":200`} {
		if !strings.Contains(js, want) {
			t.Errorf("event lacks %s: %s", want, js)
		}
	}
}

// poolLines are lines with a place for a marker that must come out again.
var poolLines = []string{
	tagA + started("/a?a=%s"), tagB + started("/b?b=%s"), started("/c?c=%s"), tagA + "Processing by A#a as HTML", "Processing by C#c as HTML",
	tagA + `  Parameters: {"m"=>"%s"}`, `  Parameters: {"m"=>"%s"}`, tagA + "Completed 200 OK in 1ms (Views: 1.0ms)", tagB + "Completed 404 Not Found in 1ms", "Completed 500 Internal Server Error in 2ms",
	tagA + "%s", tagB + `  Order Load (0.3ms)  SELECT * FROM orders /*%s*/  [["id", 1]]`, "  ↳ %s.rb:3:in 'x'", tagA + "  ", tagA + "RuntimeError (%s):", "RuntimeError (%s):",
	"a/%s.rb:3:in `x'", "2026-03-14 10:00:00,878 - a - ERROR - %s", "Traceback (most recent call last):", `  File "%s", line 1`, "ValueError: %s", "{", `  "m": "%s"`, "}",
	`{"level":"info","msg":"%s"}`, "2026-03-14T10:00:00.1Z stdout P %s", "2026-03-14T10:00:00.1Z stdout F %s", "# Time: 2026-03-14T10:00:00.123456Z", "# User@Host: a[a] @ h [1.2.3.4]  Id: 1",
	"# Query_time: 1.5  Lock_time: 0.1 Rows_sent: 1  Rows_examined: 1", "SELECT '%s';", "2026-03-14 10:00:00.611 UTC [1] a@b ERROR:  %s", "2026-03-14 10:00:00.611 UTC [1] a@b STATEMENT:  SELECT '%s'",
	"panic: %s", "goroutine 1 [running]:", "main.%s()", "info: Shop.Loans[0]", "      %s", "-----BEGIN PRIVATE KEY-----", "%s==", "-----END PRIVATE KEY-----", "%s",
	"INFO  2026-03-14T10:00:00.356Z pid=901 tid=k2h: %s", "WARN  2026-03-14T10:00:00.356Z pid=901 tid=k2h: ArgumentError: %s", "thread 'main' panicked at %s:", "\t%s",
	"__CURSOR=s=1", "__REALTIME_TIMESTAMP=1773482400150000", "MESSAGE=%s", "MESSAGE", "\x05\x00\x00\x00\x00\x00\x00\x00%s", "REQUEST_ID=%s",
	"#Fields: date time cs-method cs-uri-stem sc-status", "2026-03-14 10:00:00 GET /%s 200", "#Date: 2026-03-14 10:00:00", "#Fields: time x-a x-b", "10:00:00 %s b",
	"<13>Mar 14 10:00:00 h a[1]: boom#012%s", `{"textPayload":"a\nb %s","logName":"l"}`,
	"[2026-03-14 10:00:00.150 +0000] ERROR (shop/1 on h): %s", "    err: {", `      "type": "TypeError",`, `      "message": "%s",`, `      "stack":`, "          TypeError: %s", "    }", "    key: %s",
	`{"level":30,"time":1773482400150,"pid":1,"hostname":"h","reqId":"req-1","req":{"method":"GET","url":"/%s"},"msg":"incoming request"}`,
	`{"level":30,"time":1773482400160,"pid":1,"hostname":"h","reqId":"req-1","res":{"statusCode":200},"responseTime":5,"msg":"request completed","k":"%s"}`,
	`10:00:00.170 [debug] QUERY OK source="%s" db=1.5ms`, `SELECT u0."%s" FROM "users" AS u0 [42]`, "10:00:00.310 [error] GenServer %s terminating", "** (RuntimeError) %s", "State: %s",
	"  2026-03-14T10:00:00.150000Z  INFO shop::pay: %s, order_id: 17", "    at src/%s.rs:12", "    in shop::request with method: GET, uri: /%s",
	"MONGODB | h:1 req:1 conn:1 | shop.find | STARTED | {\"find\"=>\"%s\"}", "MONGODB | h:1 req:1 | shop.find | FAILED | %s | 0.1s", "Caused by: A::BError (%s", ")", "Information for: A::BError (%s):",
	"      => SpanId:b7ad6b7169203331 => %s", "goroutine 5 [select]: %s", "[GIN] 2026/03/14 - 10:00:00 | 500 | 1ms | 127.0.0.1 | GET \"/%s\"", "Error #01: %s",
	`Started GET "/cable" [WebSocket] for ::1 at 2026-03-14 10:00:00 +0000`, "Successfully upgraded to WebSocket (%s)",
}

// FuzzJoiner takes any sequence of lines: each must come out once, in an event that is JSON, and be acknowledged.
func FuzzJoiner(f *testing.F) {
	f.Add([]byte{0, 3, 5, 11, 7})
	f.Add([]byte{2, 4, 6, 42, 15, 16, 1, 9, 10, 12})
	f.Add([]byte{17, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41})
	f.Add([]byte{55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85})
	f.Add([]byte{63, 55, 64, 73, 75, 0, 84, 85, 74, 72, 12, 81, 60, 79, 80, 3, 62})
	f.Add([]byte{11, 0, 8, 1, 13, 14, 16, 200, 7, 5, 255, 2, 2, 10, 9})
	f.Fuzz(func(t *testing.T, seq []byte) {
		if len(seq) > 300 {
			return
		}
		r := newJoinRig()
		r.j.config.CountQueries = len(seq)%2 == 1
		now := int64(0)
		var want, lines []string
		for i, b := range seq {
			line := poolLines[int(b)%len(poolLines)]
			if b >= 200 {
				now += int64(b-199) * int64(time.Second)
				r.j.Advance(now, r.emit)
			}
			if strings.Contains(line, "%s") {
				m := fmt.Sprintf("mark%dx", i)
				want = append(want, m)
				line = strings.Replace(line, "%s", m, 1)
			}
			lines = append(lines, line)
			r.push(line)
		}
		r.j.Flush(r.emit)
		var all strings.Builder
		for _, e := range r.out {
			js := AppendJSON(nil, e)
			if !json.Valid(js) {
				t.Errorf("not JSON: %s", js)
			}
			all.Write(js)
		}
		for _, m := range want {
			if !strings.Contains(all.String(), m) {
				t.Errorf("the line with %s was lost of\n%s", m, strings.Join(lines, "\n"))
			}
		}
		if r.mark.n != 0 || r.j.held != 0 || r.j.open != 0 {
			t.Errorf("%d not acknowledged, %d records and %d blocks open", r.mark.n, r.j.held, r.j.open)
		}
	})
}

// What comes out must not depend on where chunks end: the hint that a record is followed by another spares a copy only.
func TestJoinerHints(t *testing.T) {
	t.Parallel()
	logs, err := filepath.Glob("../testdata/lines/*/*.log")
	if err != nil || len(logs) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	for _, log := range logs {
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		var outs [2]string
		for i := range outs {
			r := newJoinRig()
			var events []Event
			for line := range strings.Lines(string(text)) {
				if i == 1 {
					events = nil
				}
				n := len(events)
				events = r.p.Parse(events, strings.TrimSuffix(line, "\n"), r.offset, r.mark)
				r.offset += int64(len(line))
				if i == 1 {
					for k := range events[n:] {
						r.j.Push(&events[n+k], r.emit)
					}
				}
			}
			for k := range events {
				if i == 0 {
					r.j.Push(&events[k], r.emit)
				}
			}
			r.j.Flush(r.emit)
			// Events of different streams may change places: a record waits for its further lines.
			var lines []string
			for _, e := range r.out {
				lines = append(lines, string(AppendJSON(nil, e)))
			}
			slices.Sort(lines)
			outs[i] = strings.Join(lines, "\n")
			if r.mark.n != 0 {
				t.Errorf("%s: %d events not acknowledged", log, r.mark.n)
			}
		}
		if outs[0] != outs[1] {
			t.Errorf("%s: line by line became\n%s\nat once\n%s", log, outs[1], outs[0])
		}
	}
}

// FuzzRecords takes any text as lines: no panic, every event JSON, every chunk acknowledged, and no line without an event of
// its own or a place in one.
func FuzzRecords(f *testing.F) {
	logs, _ := filepath.Glob("../testdata/lines/*/*.log")
	for _, log := range logs {
		if text, err := os.ReadFile(log); err == nil && len(text) < 8<<10 {
			f.Add(string(text))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 16<<10 {
			return
		}
		r := newJoinRig()
		lines := 0
		for line := range strings.Lines(text) {
			lines++
			r.push(strings.TrimSuffix(line, "\n"))
		}
		r.j.Flush(r.emit)
		for _, e := range r.out {
			if js := AppendJSON(nil, e); !json.Valid(js) {
				t.Errorf("not JSON: %s", js)
			}
			if int(e.Origin.Lines) > lines {
				t.Errorf("an event of %d lines out of %d", e.Origin.Lines, lines)
			}
		}
		if r.mark.n != 0 || r.j.held != 0 || r.j.open != 0 {
			t.Errorf("%d not acknowledged, %d records and %d blocks open", r.mark.n, r.j.held, r.j.open)
		}
	})
}
