package debugview_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/schema"
)

// TestWholeSeconds holds that a flow is not shown before its second is over when that is all that the time of a line tells.
func TestWholeSeconds(t *testing.T) {
	t.Parallel()
	const start = int64(1_795_183_331e9)
	for _, digits := range []uint8{0, 3} {
		var out bytes.Buffer
		v, err := debugview.New(config(func(c *debugview.Config) { c.Input, c.Summary = debugview.Pipe, "never" }), &out, io.Discard, nil)
		if err != nil {
			t.Fatal(err)
		}
		event := func(flow byte, at int64, digits uint8, action string) {
			e := schema.Event{Type: "http.request", Action: action, Time: schema.Time{NS: at, Digits: digits, From: schema.FromLine}}
			e.ID.Bits[0], e.ID.Bits[1], e.Correlation.Flow[0] = flow, byte(at/1e6), flow
			e.Metadata.Method, e.Metadata.Status = "GET", 200
			v.Add(&e)
		}
		event(1, start, digits, "GET /one")
		event(2, start+700e6, 3, "GET /two") // long after the first, as far as clocks tell
		event(1, start+800e6, 3, "GET /one")
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
		continued := strings.Contains(out.String(), "continued")
		if whole := digits == 0; continued == whole {
			t.Errorf("%d digits: %s", digits, out.String())
		}
	}
}
