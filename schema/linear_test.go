package schema_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/schema"
)

// hostile are texts that are repeated in long lines, and what stands in front of them.
var hostile = []string{
	"a={ ", "a=[ ", "a=( ", `a=" `, "a=' ", " {\"", " {", " [", "[", "(", "a=b ", "k=\"v\" ", "x{y=1}:", `"`, `\"`, "=", ": ", "- ", "|", "[a] ", "\t", "<1>", "' ", "a.b.", "GET / ", "%41", "a[b]=1&",
	", k: v", ", ", "a: ", "FooError: ", "Exception: ", "=> ", "BSON::ObjectId('", " | ", "** (", "a=b=c ",
}

const hostileHead = "2026-03-14 10:00:00,123 INFO "

var hostilePrefixes = []string{
	"", hostileHead, hostileHead + "[x] ", "[2026-03-14T10:00:00.160304+00:00] app.INFO: ", "[2026-03-14 10:00:00,444: INFO/P-1] Task a.b[", "2026-03-14 10:00:00.611 UTC [1] ",
	"2026-03-14 10:00:00.198 UTC,", "2026-03-14T10:00:00.061Z\tINFO\t", "2026-03-14T10:00:00.000Z info: ", `1.2.3.4 - - [14/Mar/2026:10:00:00 +0000] "GET /`,
	`1.2.3.4 - - [14/Mar/2026:10:00:00 +0000] "GET /x HTTP/1.1" 200 1 `, "INFO: ", "at=info dyno= method= ", "I0314 10:00:00.000000 1 a.go:1] ", "2026/03/14 10:00:00 [error] 1#1: *1 m, client: ",
	`1.2.3.4 - - [14/Mar/2026:10:00:00 +0000] "GET /graphql?query=`, "2026-03-14T10:00:00.1Z  INFO ", "2026-03-14 10:00:00 [info     ] ",
	"  2026-03-14T10:00:00.150000Z  INFO a: m, ", "2026-03-14T10:00:00.150000Z ERROR a::b: m ", "[10:00:00.150] ERROR (a/1 on h): ", "10:00:00.170 [debug] QUERY OK ",
	"I, [2026-03-14T10:00:00.000000 #1]  INFO -- : source=rack-timeout ", "2026-03-14 10:00:00,150 ERROR a: ", "[I 260314 10:00:00 web:2271] ", "<3>A.B[0] ",
	"MONGODB | h req:1 | a.find | STARTED | {", "[ActionCable] Broadcasting to x: {", "  [Shard: x] User Load (0.3ms)  SELECT ", "A::BError (", "I, [2026-03-14T10:00:00.000000 #1]  INFO -- : [a] ",
}

// TestLongLines holds that no long hostile line is lost. BenchmarkLongLines tells whether they cost more than their length.
func TestLongLines(t *testing.T) {
	t.Parallel()
	for _, unit := range hostile {
		body := strings.Repeat(unit, (4<<10)/len(unit))
		for _, prefix := range hostilePrefixes {
			p := schema.NewParser(schema.Config{Location: time.UTC})
			p.Start(nil, time.Date(2026, 3, 14, 10, 0, 5, 0, time.UTC))
			events := p.Parse(nil, prefix+body, 0, nil)
			if len(events) == 0 && strings.TrimSpace(prefix+body) != "" {
				t.Errorf("no event of %q repeated behind %q", unit, prefix)
			}
		}
	}
}

// BenchmarkLongLines reads lines of two lengths: per byte they cost the same unless something is quadratic.
func BenchmarkLongLines(b *testing.B) {
	for _, size := range []int{16 << 10, 256 << 10} {
		for _, unit := range hostile {
			body := strings.Repeat(unit, size/len(unit))
			b.Run(fmt.Sprintf("%d/%s", size, unit), func(b *testing.B) {
				b.SetBytes(int64(size * len(hostilePrefixes)))
				p := schema.NewParser(schema.Config{Location: time.UTC})
				var events []schema.Event
				for b.Loop() {
					for _, prefix := range hostilePrefixes {
						p.Start(nil, time.Date(2026, 3, 14, 10, 0, 5, 0, time.UTC))
						events = p.Parse(events[:0], prefix+body, 0, nil)
					}
				}
			})
		}
	}
}
