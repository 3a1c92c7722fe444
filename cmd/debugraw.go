package cmd

import (
	"slices"
	"strings"
	"sync"

	"github.com/ezlogs/ezlogs/redact"
	"github.com/ezlogs/ezlogs/schema"
)

// rawLine is a line as it stands in its source, and what it is a part of.
type rawLine struct {
	offset int64
	text   string // with its end
	join   schema.Join
	used   bool
}

// rawLines keeps lines until the events that they are of are shown. Lines come in while others are taken.
type rawLines struct {
	mu       sync.Mutex // guards everything below
	redactor *redact.Redactor
	sources  map[*schema.Source]*rawSource
}

// rawSource holds the lines of one source by offset.
type rawSource struct {
	lines  []rawLine
	stream *redact.Stream
}

// Bounds: lines kept of a source, and how far behind the first line of a record its others may lie.
const (
	maxRawLines = 20_000
	maxRawSpan  = 5_000
)

func newRawLines(r *redact.Redactor) *rawLines {
	return &rawLines{redactor: r, sources: map[*schema.Source]*rawSource{}}
}

// raw returns a line for keeping.
func raw(offset int64, text string, e *schema.Event) rawLine {
	j := &e.Join
	return rawLine{offset: offset, text: strings.Clone(text), join: schema.Join{Role: j.Role, Kind: j.Kind, Stream: strings.Clone(j.Stream), Key: strings.Clone(j.Key)}}
}

// keep takes the lines of a chunk, in the order of its source.
func (k *rawLines) keep(src *schema.Source, lines []rawLine) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.sources[src]
	if s == nil {
		s = &rawSource{stream: k.redactor.Stream()}
		k.sources[src] = s
	}
	if drop := len(s.lines) + len(lines) - maxRawLines; drop > 0 {
		s.lines = slices.Delete(s.lines, 0, min(drop, len(s.lines)))
	}
	s.lines = append(s.lines, lines...)
}

// take returns the lines of an event as they were logged, redacted. It returns false when they are no longer there; a line that
// tells of several events is returned with the first of them.
func (k *rawLines) take(e *schema.Event) (string, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.sources[e.Origin.Source]
	if s == nil {
		return "", false
	}
	i, found := slices.BinarySearchFunc(s.lines, e.Origin.Offset, func(l rawLine, at int64) int {
		switch {
		case l.offset < at:
			return -1
		case l.offset > at:
			return 1
		}
		return 0
	})
	if !found {
		return "", false
	}
	first := &s.lines[i]
	if first.used {
		return "", e.Origin.Index > 0
	}
	var out strings.Builder
	out.WriteString(s.line(first))
	more, ours := e.Origin.Lines-1, true
	for j := i + 1; j < min(len(s.lines), i+maxRawSpan) && more > 0; j++ {
		l := &s.lines[j]
		if l.join.Stream != first.join.Stream {
			continue
		}
		part := ours
		switch l.join.Role {
		case schema.Continues, schema.Fragment:
		case schema.Adds, schema.Closes:
			part = l.join.Kind == first.join.Kind && l.join.Key == first.join.Key
			ours = part
		default:
			part, ours = false, false // text behind it continues another record
		}
		if part && !l.used {
			out.WriteString(s.line(l))
			more--
		}
	}
	return out.String(), true
}

// line returns the redacted text of l, which is used with that.
func (s *rawSource) line(l *rawLine) string {
	l.used = true
	text := strings.TrimRight(l.text, "\r\n")
	end := l.text[len(text):]
	if out, changed := s.stream.Line(text); changed {
		text = out
	}
	l.text = ""
	return text + end
}
