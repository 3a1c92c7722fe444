package cmd

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/schema"
	"github.com/ezlogs/ezlogs/tailer"
)

// TestLiveFeedLooksAhead holds that a chunk tells whether the next one is about to come, and that none is kept for long.
func TestLiveFeedLooksAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chunks := make(chan *tailer.Chunk)
		f := newLiveFeed(chunks, func(*tailer.Source) *schema.Source { return nil })
		big := strings.Repeat("x", bulk+1)
		go func() {
			for _, c := range []struct {
				after time.Duration
				text  string
			}{{0, "one"}, {soon / 2, "two"}, {2 * soon, big}, {soonInBulk / 2, big}, {2 * soonInBulk, "last"}} {
				time.Sleep(c.after)
				chunks <- &tailer.Chunk{Text: c.text}
			}
			close(chunks)
		}()
		var got []string
		for {
			began := time.Now()
			c, err := f.next(t.Context())
			if err != nil {
				break
			}
			if time.Since(began) > 3*soonInBulk {
				t.Errorf("kept for %v", time.Since(began))
			}
			got = append(got, fmt.Sprintf("%d %v", len(c.Text), c.more))
		}
		if got, want := strings.Join(got, ", "), "3 true, 3 false, 16385 true, 16385 false, 4 true"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

// TestLinesOfALaterChunk holds that what can be read at once is foreseen: a request that is logged when it ends is the parent of
// the lines inside it, which came a chunk before. What is held is bounded, and nothing is held when there is no more.
func TestLinesOfALaterChunk(t *testing.T) {
	t.Parallel()
	cfg := defaultConfig()
	o := newOrdered(nil, schema.NewJoiner(cfg.schema()), correlate.New(cfg.correlate()), cfg.keeps(), true, 0)
	w := &worker{parser: schema.NewParser(cfg.schema())}
	src := schema.NewSource("-", "-", []byte("secret"), []byte("identity"))
	now := time.Date(2026, 3, 14, 10, 0, 1, 0, time.UTC).UnixNano()
	offset := int64(0)
	step := func(text string, more bool) []*schema.Event {
		c := &chunk{Chunk: &tailer.Chunk{Text: text, Offset: offset, Ack: new(tailer.Token)}, src: src, now: now, more: more}
		offset += int64(len(text))
		w.parse(c)
		return o.step(c).events
	}
	const line = `{"time":"2026-03-14T10:00:00.%03dZ","level":"info","msg":"%s","request_id":"4bf92f35-77b3-4da6-a3ce-929d0e0e4736"%s}` + "\n"
	if held := step(fmt.Sprintf(line, 100, "loading", ""), true); len(held) != 0 {
		t.Fatalf("%d events go on though more is there", len(held))
	}
	all := step(fmt.Sprintf(line, 200, "done", `,"method":"GET","path":"/orders","status":200,"duration_ms":150`), false)
	if len(all) != 2 || all[0].Correlation.Parent != all[1].ID {
		t.Fatalf("%d events; the parent of the first is not the second", len(all))
	}
	n := 0
	for range 2*maxHeld + 10 {
		n += len(step(fmt.Sprintf(line, 300, "again", ""), true))
	}
	if held := 2*maxHeld + 10 - n; held > maxHeld || held < maxHeld/2 {
		t.Errorf("%d events are held", held)
	}
}
