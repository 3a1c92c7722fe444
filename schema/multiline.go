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

// setTraceInMessage takes the exception and the stack trace that the message of an error goes on with.
func setTraceInMessage(e *Event) {
	m := &e.Metadata
	if m.Level < LevelError || !m.Error.Stack.IsZero() || e.Type != "" && e.Type != "log.message" && e.Type != "error.raised" {
		return
	}
	if m.Message.Kind == Escaped && !strings.Contains(m.Message.S, `\n`) {
		return
	}
	first, more, ok := strings.Cut(m.Message.Plain(), "\n")
	if !ok {
		return
	}
	t := traceState{failed: true}
	t.add(first)
	for line := range strings.SplitSeq(more, "\n") {
		t.add(line)
	}
	if !t.frames && !t.python && !t.golang {
		return
	}
	stack := more
	if t.kind = exceptionLine(first); t.kind != "" || strings.HasPrefix(first, "Traceback ") {
		stack = first + "\n" + more
	}
	class, text := traceError(stack, first)
	if class == "" && m.Error.Class == "" {
		return
	}
	setDefault(&m.Error.Class, class)
	setDefaultValue(&m.Error.Message, Text(text))
	m.Error.Stack = Text(strings.TrimRight(stack, "\n "))
	setRaised(e)
}
