package schema_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/schema"
)

// TestLongLines holds that long hostile lines cost no more than their length: with anything quadratic this test
// would run for minutes.
func TestLongLines(t *testing.T) {
	t.Parallel()
	const head = "2026-03-14 10:00:00,123 INFO "
	for _, unit := range []string{
		"a={ ", "a=[ ", "a=( ", `a=" `, "a=' ", " {\"", " {", " [", "[", "(", "a=b ", "k=\"v\" ", "x{y=1}:", `"`, `\"`, "=", ": ", "- ", "|", "[a] ", "\t", "<1>", "' ", "a.b.", "GET / ", "%41", "a[b]=1&",
	} {
		body := strings.Repeat(unit, (256<<10)/len(unit))
		for _, prefix := range []string{
			"", head, head + "[x] ", "[2026-03-14T10:00:00.160304+00:00] app.INFO: ", "[2026-03-14 10:00:00,444: INFO/P-1] Task a.b[", "2026-03-14 10:00:00.611 UTC [1] ",
			"2026-03-14 10:00:00.198 UTC,", "2026-03-14T10:00:00.061Z\tINFO\t", "2026-03-14T10:00:00.000Z info: ", `1.2.3.4 - - [14/Mar/2026:10:00:00 +0000] "GET /`,
			`1.2.3.4 - - [14/Mar/2026:10:00:00 +0000] "GET /x HTTP/1.1" 200 1 `, "INFO: ", "at=info dyno= method= ", "I0314 10:00:00.000000 1 a.go:1] ", "2026/03/14 10:00:00 [error] 1#1: *1 m, client: ",
			`1.2.3.4 - - [14/Mar/2026:10:00:00 +0000] "GET /graphql?query=`, "2026-03-14T10:00:00.1Z  INFO ", "2026-03-14 10:00:00 [info     ] ",
		} {
			p := schema.NewParser(schema.Config{Location: time.UTC})
			p.Start(nil, time.Date(2026, 3, 14, 10, 0, 5, 0, time.UTC))
			begin := time.Now()
			events := p.Parse(nil, prefix+body, 0, nil)
			if took := time.Since(begin); took > 2*time.Second {
				t.Errorf("%q repeated behind %q took %v", unit, prefix, took)
			}
			if len(events) == 0 && strings.TrimSpace(prefix+body) != "" {
				t.Errorf("no event of %q repeated behind %q", unit, prefix)
			}
		}
	}
}
