package schema

import "strings"

// lines reads a text of several lines that its carrier hands over as one: the first says what it is, and the others are what
// the joiner would have added to it.
func (p *Parser) lines(e *Event, text string) {
	first, more, ok := strings.Cut(text, "\n")
	more = strings.TrimRight(more, "\n \r")
	if !ok || more == "" || first != "" && (first[0] == '{' || first[0] == '[' && strings.TrimSpace(first) == "[") {
		p.dispatch(e, strings.TrimRight(text, "\n"))
		return
	}
	if strings.TrimSpace(first) == "" {
		p.lines(e, more)
		return
	}
	p.dispatch(e, strings.TrimSuffix(first, "\r"))
	if len(p.parts) > 0 {
		return
	}
	setDefault(&e.Type, "log.message")
	var t traceState
	t.start(e)
	for line := range strings.SplitSeq(more, "\n") {
		t.add(line)
	}
	finishRecord(e, more, &t)
	if j := &e.Join; j.Role == Whole || j.Role == Continues {
		*j = Join{Single: true, Stream: j.Stream}
	}
}
