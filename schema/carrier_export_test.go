package schema

import (
	"strings"
	"testing"
	"time"
)

// exportEvents returns "message|request id" of the events that the lines of text become.
func exportEvents(t *testing.T, text string) []string {
	t.Helper()
	p, j := newTestParser(t, time.UTC), NewJoiner(Config{Location: time.UTC})
	p.Start(NewSource("x", "x", []byte("s"), []byte("i")), time.Unix(0, p.now))
	var out []string
	emit := func(e *Event) { out = append(out, e.Metadata.Message.Plain()+"|"+e.Correlation.RequestID) }
	var events []Event
	offset := int64(0)
	for line := range strings.Lines(text) {
		events = p.Parse(events, strings.TrimSuffix(line, "\n"), offset, nil)
		offset += int64(len(line))
	}
	for i := range events {
		j.Push(&events[i], emit)
	}
	j.Flush(emit)
	return out
}

func TestJournaldExport(t *testing.T) {
	t.Parallel()
	const head = "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1773482400150000\n"
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"plain", head + "MESSAGE=hi\nREQUEST_ID=r-1\n\n", []string{"hi|r-1"}},
		{"two records", head + "MESSAGE=a\n\n" + head + "MESSAGE=b\n\n", []string{"a|", "b|"}},
		{"without blank lines between", head + "MESSAGE=a\n" + head + "MESSAGE=b\n", []string{"a|", "b|"}},
		{"other text behind", head + "MESSAGE=a\n\nwords\n", []string{"words|", "a|"}},
		{"a value of bytes", head + "MESSAGE\n\x02\x00\x00\x00\x00\x00\x00\x00hi\nREQUEST_ID=r-1\n\n", []string{"hi|r-1"}},
		{"newlines in it", head + "MESSAGE\n\x04\x00\x00\x00\x00\x00\x00\x00a\n\nb\nREQUEST_ID=r-1\n\n", []string{"a\n\nb|r-1"}},
		{"and what looks like fields", head + "MESSAGE\n\x09\x00\x00\x00\x00\x00\x00\x00A=1\n__B=2\nREQUEST_ID=r-1\n\n", []string{"A=1\n__B=2|r-1"}},
		{"a length that holds a newline", head + "MESSAGE\n\x0a\x00\x00\x00\x00\x00\x00\x000123456789\nREQUEST_ID=r-1\n\n", []string{"0123456789|r-1"}},
		{"a length that is too short", head + "MESSAGE\n\x05\x00\x00\x00\x00\x00\x00\x00mark2x\n\n", []string{"mark2x|"}},
		{"no length at all", head + "MESSAGE\npanic: x\n\n", []string{"panic: x|"}},
		{"cut in the middle", head + "MESSAGE\n\x50\x00\x00\x00\x00\x00\x00\x00abc\n", []string{"abc|"}},
		{"several messages", head + "MESSAGE=a\nMESSAGE=b\nMESSAGE=c\n\n", []string{"a\nb\nc|"}},
		{"no message", head + "REQUEST_ID=r-1\n\n", []string{"|r-1"}},
		{"nothing but the cursor", "__CURSOR=s=1\n", []string{"__CURSOR=s=1|"}},
		{"a trace line by line", head + "SYSLOG_IDENTIFIER=a\nMESSAGE=boom\n\n" + head + "SYSLOG_IDENTIFIER=a\nMESSAGE=Traceback (most recent call last):\n\n" + head + "SYSLOG_IDENTIFIER=a\nMESSAGE=  File \"x.py\", line 1\n\n" +
			head + "SYSLOG_IDENTIFIER=a\nMESSAGE=ValueError: y\n\n", []string{"boom|", "Traceback (most recent call last):|"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := exportEvents(t, tt.text); strings.Join(got, "¦") != strings.Join(tt.want, "¦") {
				t.Errorf("%q became %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}
