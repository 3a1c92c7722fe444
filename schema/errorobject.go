package schema

import (
	"bytes"
	"strings"
)

// frameText writes a frame of a stack that a logger printed as an object, the way the language prints it: structlog's, those
// of Java's loggers, zerolog's. What has another shape stays JSON.
func frameText(v Value) string {
	get := func(names ...string) string {
		for _, name := range names {
			if s := member(v.S, name).scalar(); s != "" {
				return s
			}
		}
		return ""
	}
	if class, method := get("class", "className", "declaringClass"), get("method", "methodName"); class != "" && method != "" {
		place := get("file", "fileName")
		if line := get("line", "lineNumber"); line != "" && place != "" {
			place += ":" + line
		}
		return "\tat " + class + "." + method + "(" + place + ")"
	}
	if file, line := get("filename"), get("lineno"); file != "" && line != "" {
		return "  File \"" + file + "\", line " + line + ", in " + get("name")
	}
	if fn, source := get("func"), get("source"); fn != "" && source != "" {
		return fn + "\n\t" + source + ":" + get("line")
	}
	return v.S
}

// joinLines writes an array of texts and frames as lines.
func (p *Parser) joinLines(arr string) string {
	b := p.buf[:0]
	eachItem(arr, func(v Value) bool {
		switch {
		case v.isNull():
		case v.isObject():
			b = append(append(b, frameText(v)...), '\n')
		case v.Kind == Escaped:
			b = append(appendUnescaped(b, v.S), '\n')
		default:
			b = append(append(b, v.S...), '\n')
		}
		return true
	})
	p.buf = b
	return p.keep(bytes.TrimSuffix(b, []byte{'\n'}))
}

// resolveThrown takes errors that stand in objects of a shape of their own: logback's throwable and loguru's exception.
func (p *Parser) resolveThrown(e *Event) {
	info := &e.Metadata.Error
	fields := e.Metadata.Fields
	for i := range fields {
		v := fields[i].Value
		switch {
		case !v.isObject():
		case fields[i].Key == "throwable" && info.Class == "":
			if info.Class = member(v.S, "className").scalar(); info.Class == "" {
				continue
			}
			info.Message = member(v.S, "message")
			if steps := member(v.S, "stepArray"); steps.isArray() && info.Stack.IsZero() {
				info.Stack = Text(p.joinLines(steps.S))
			}
			e.Metadata.Fields = append(fields[:i], fields[i+1:]...)
			return
		case fields[i].Key == "record" && info.Class != "" && info.Message.IsZero():
			if ex := member(v.S, "exception"); ex.isObject() {
				if text := member(ex.S, "value"); text.isText() {
					info.Message = text
				}
			}
			return
		}
	}
}

// resolveErrorWords takes the exception that the message of an error names: charge failed: java.io.IOException: timeout, or
// as Python shows it, charge failed: CardError('declined').
func resolveErrorWords(e *Event) {
	m := &e.Metadata
	s := m.Message.S
	if m.Message.Kind == Escaped && m.Error.Class == "" && m.Error.Stack.IsZero() && strings.Contains(s, `\n`) {
		resolveTraceWithin(e, m.Message.Plain())
		return
	}
	if m.Error.Class != "" || !m.Error.Message.IsZero() || m.Message.Kind != String || len(s) < 10 || len(s) > 4096 || !strings.Contains(s, "Error") && !strings.Contains(s, "Exception") {
		return
	}
	class, text := "", ""
	if i := strings.LastIndex(s, "("); i > 0 && s[len(s)-1] == ')' {
		at := strings.LastIndexByte(s[:i], ' ') + 1
		if name, what, ok := pythonRepr(s[at:]); ok && errorName(name) && (what != s[i+1:len(s)-1] || what == "") {
			class, text = name, what
		}
	}
	if class == "" {
		class, text = exceptionWithin(s)
		if i := strings.IndexByte(text, '\n'); i >= 0 {
			text = text[:i]
		}
	}
	if !errorName(class) || len(class) <= len("Exception") && (class == "Error" || class == "Exception") && !strings.HasPrefix(s, class) && !strings.Contains(s, ": "+class+": ") {
		return // Internal Server Error: these are words
	}
	text, _, _ = strings.Cut(text, "] with root cause") // Tomcat puts the whole of it into brackets
	m.Error = ErrorInfo{Class: class, Message: Text(text)}
	setRaised(e)
	setOutcome(e, OutcomeFailure)
}

// resolveTraceWithin takes the trace that a message ends with, where a logger has put both into one text.
func resolveTraceWithin(e *Event, s string) {
	head, rest, ok := strings.Cut(strings.TrimLeft(s, " \n"), "\n")
	if !ok {
		return
	}
	t := traceState{}
	for line := range strings.SplitSeq(rest, "\n") {
		t.add(line)
		if t.frames || t.python {
			break
		}
	}
	if !t.frames && !t.python {
		return
	}
	class, text := "", ""
	if name, what, ok := strings.Cut(head, " ("); ok && isConstant(name) && exceptionName(name) { // Rails
		class, text = name, strings.TrimSuffix(strings.TrimSuffix(what, ":"), ")")
	} else if class, text = traceError(rest, head); class == "" {
		return
	}
	e.Metadata.Error = ErrorInfo{Class: class, Message: Text(text), Stack: Text(strings.Trim(rest, "\n"))}
	setRaised(e)
	setOutcome(e, OutcomeFailure)
}
