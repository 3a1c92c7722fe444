package schema

import (
	"strings"

	"github.com/tidwall/gjson"
)

// resolveIDs notes every id of the line and chooses those that the event shows: of several of one kind the best known
// spelling.
func (p *Parser) resolveIDs(e *Event) {
	r := &p.rec
	c := &e.Correlation
	request, correlation, span := ^uint16(0), ^uint16(0), ^uint16(0)
	if r.hasKey(fieldRequestLine, "req", "request") {
		if s := r.text(fieldRequestLine); len(s) >= 8 && looksLikeID(s) {
			e.setRequestID(r.slots[fieldRequestLine].memo.key, s)
			r.use(fieldRequestLine)
		}
	}
	hadRequest, hadSpan := c.RequestID != "", c.SpanID != ""
	var correlationID string
	for i := range r.ids {
		id := &r.ids[i]
		if s := id.value.S; id.value.Kind == String && plainID(s) {
			switch id.memo.field {
			case fieldTrace:
				if len(s) != 36 {
					e.addTrace(id.memo.key, s)
					continue
				}
			case fieldRequest:
				e.AddIdent(IdentRequest, id.memo.key, s)
				if id.rank < request && !hadRequest {
					c.RequestID, request = s, id.rank
				}
				continue
			case fieldCorrelation:
				e.AddIdent(IdentCorrelation, id.memo.key, s)
				if id.rank < correlation {
					correlationID, correlation = s, id.rank
				}
				continue
			case fieldSpan:
				if len(s) == 16 {
					e.AddIdent(IdentSpan, id.memo.key, s)
					if id.rank < span && !hadSpan {
						c.SpanID, span = s, id.rank
					}
					continue
				}
			}
		}
		s := id.value.scalar()
		if id.value.isArray() { // values of a header
			eachItem(id.value.S, func(v Value) bool { s = v.scalar(); return false })
		}
		if s == "" || nothing(s) && !allDigits(s) {
			continue
		}
		ok := true
		switch id.memo.field {
		case fieldTrace:
			ok = e.setTrace(id.memo.key, s) || e.setTraceHeader(id.memo.key, s)
		case fieldDecimalTrace:
			if h, decimal := canonDecimalID(s); decimal {
				e.addTrace(id.memo.key, h)
			} else {
				ok = nothing(s) || e.setTrace(id.memo.key, s)
			}
		case fieldTraceHeader:
			ok = e.setTraceHeader(id.memo.key, s)
		case fieldSpan, fieldDecimalSpan:
			h, isSpan := canonSpan(s)
			if id.memo.field == fieldDecimalSpan && allDigits(s) {
				h, isSpan = canonDecimalID(s)
			}
			if ok = isSpan || nothing(s); isSpan {
				e.AddIdent(IdentSpan, id.memo.key, h)
				if id.rank < span && !hadSpan {
					c.SpanID, span = h, id.rank
				}
			}
		case fieldParentSpan:
			ok = e.setParentSpan(id.memo.key, s) || nothing(s)
		case fieldRequest:
			var h string
			if h, ok = canonID(s); ok {
				e.AddIdent(IdentRequest, id.memo.key, h)
				if id.rank < request && !hadRequest {
					c.RequestID, request = h, id.rank
				}
			}
		case fieldCorrelation:
			var h string
			if h, ok = canonID(s); ok {
				e.AddIdent(IdentCorrelation, id.memo.key, h)
				if id.rank < correlation {
					correlationID, correlation = h, id.rank
				}
			}
		case fieldCausation:
			if len(s) == 16 && hexText(s) {
				ok = e.setParentSpan(id.memo.key, s)
				break
			}
			if h, is := canonID(s); is {
				e.AddIdent(IdentCausation, id.memo.key, h)
			}
			ok = false
		case fieldSession:
			ok = e.setSession(id.memo.key, s)
		case fieldJob:
			if _, _, isTrace := parseTraceparent(s); isTrace { // .NET's ActivityId
				ok = e.setTraceHeader(id.memo.key, s)
				break
			}
			ok = e.setJobID(id.memo.key, s)
		case fieldMessageID:
			ok = e.setMessageID(id.memo.key, s)
		case fieldBatch:
			ok = p.noteID(e, IdentBatch, id.memo.key, s)
		case fieldWorkflow:
			ok = p.noteID(e, IdentWorkflow, id.memo.key, s)
		case fieldIncident:
			ok = p.noteID(e, IdentIncident, id.memo.key, s)
		}
		if !ok {
			e.AddField(id.memo.key, id.value)
		}
	}
	if correlationID != "" {
		if c.RequestID == "" {
			c.RequestID = correlationID
		} else if c.RequestID != correlationID {
			e.AddField("correlation_id", Text(correlationID))
		}
	}
}

// noteID notes an id that the event has no place of its own for; it returns false so that the field is kept.
func (p *Parser) noteID(e *Event, kind IdentKind, key, s string) bool {
	if id, ok := canonID(s); ok {
		e.AddIdent(kind, key, id)
	}
	return false
}

// resolveError fills the description of an error.
func (p *Parser) resolveError(e *Event) {
	r := &p.rec
	info := &e.Metadata.Error
	if r.any(1<<fieldErrorClass | 1<<fieldErrorMessage | 1<<fieldErrorStack | 1<<fieldError) {
		p.resolveErrorFields(e)
	}
	if !info.Stack.IsZero() && (info.Class == "" || info.Message.IsZero()) {
		class, msg := stackHead(p.unescape(info.Stack))
		setDefault(&info.Class, class)
		if info.Message.IsZero() && class == info.Class {
			info.Message = Text(msg)
		}
	}
	if len(e.Metadata.Fields) > 0 && info.Message.IsZero() && (info.Class != "" || e.Metadata.Level >= LevelWarn) {
		p.resolveThrown(e)
	}
}

// resolveErrorFields fills the description of an error from the fields for it.
func (p *Parser) resolveErrorFields(e *Event) {
	r := &p.rec
	info := &e.Metadata.Error
	if info.Class == "" {
		info.Class = r.takeText(fieldErrorClass)
	}
	if v := r.get(fieldErrorMessage); v.isText() && info.Message.IsZero() {
		info.Message = v
		r.use(fieldErrorMessage)
	}
	if v := r.get(fieldError); !v.IsZero() {
		p.resolveErrorValue(e, v)
	}
	v := r.get(fieldErrorStack)
	switch {
	case v.isText() && info.Stack.IsZero():
		info.Stack = v
		r.use(fieldErrorStack)
	case v.isArray() && info.Stack.IsZero():
		info.Stack = Text(p.joinLines(v.S))
		if !info.Stack.IsZero() {
			r.use(fieldErrorStack)
		}
	}
}

// resolveErrorValue reads what stands under "error", "err" or "exception": text, a list, structlog's list of objects.
func (p *Parser) resolveErrorValue(e *Event, v Value) {
	r := &p.rec
	info := &e.Metadata.Error
	switch {
	case v.isText():
		s := p.unescape(v)
		if s == "<nil>" || s == "nil" || s == "None" { // Go, Ruby and Python say that there is none
			r.use(fieldError)
			return
		}
		if strings.HasPrefix(s, `["`) && gjson.Valid(s) { // lograge without JSON: exception=["Class","message"]
			p.resolveErrorValue(e, Value{Raw, s})
			return
		}
		if strings.Contains(s, "\n") && info.Stack.IsZero() {
			if class, msg := stackHead(s); class != "" {
				setDefault(&info.Class, class)
				if info.Message.IsZero() {
					info.Message = Text(msg)
				}
				info.Stack = v
				r.use(fieldError)
				return
			}
		}
		if class, msg, ok := cutClass(s); ok && info.Class == "" {
			info.Class = class
			if info.Message.IsZero() {
				info.Message = Text(msg)
			}
			r.use(fieldError)
			return
		}
		if info.Message.IsZero() {
			info.Message = v
			r.use(fieldError)
		} else if info.Message.Plain() == s {
			r.use(fieldError)
		}
	case v.isArray():
		n := 0
		eachItem(v.S, func(item Value) bool {
			if item.isObject() {
				setDefault(&info.Class, member(item.S, "exc_type").scalar())
				if msg := member(item.S, "exc_value"); msg.isText() && info.Message.IsZero() {
					info.Message = msg
				}
				if frames := member(item.S, "frames"); frames.isArray() && info.Stack.IsZero() {
					info.Stack = Text(p.joinLines(frames.S))
				}
				if info.Class != "" {
					r.use(fieldError)
				}
				return false
			}
			switch n++; {
			case n == 1 && item.isText() && info.Class == "" && className(item.Plain()): // lograge and Rails: ["Class","message"]
				info.Class = item.Plain()
				r.use(fieldError)
			case n == 2 && item.isText() && info.Message.IsZero() && info.Class != "":
				info.Message = item
			}
			return n < 2
		})
	}
}

// stackHead finds class and message of an exception in its stack trace: Python puts them last, everybody else first.
func stackHead(s string) (class, msg string) {
	s = strings.TrimSpace(s)
	line := s
	if strings.HasPrefix(s, "Traceback") || strings.Contains(s, "\nTraceback (most recent call last)") {
		line = s[strings.LastIndexByte(s, '\n')+1:]
		if line == "" || line[0] == ' ' {
			return "", ""
		}
	} else {
		line, _, _ = strings.Cut(s, "\n")
		line = strings.TrimSuffix(line, "\r")
	}
	line = strings.TrimPrefix(line, "Uncaught ")
	line = strings.TrimPrefix(line, "Unhandled exception. ")
	class, msg, ok := cutClass(line)
	if ok {
		return class, msg
	}
	if className(line) {
		return line, ""
	}
	return "", ""
}

// cutClass takes "Class: message" and "Class (message)" apart when the first part is the name of an exception.
func cutClass(s string) (class, msg string, ok bool) {
	if i := strings.Index(s, ": "); i > 0 && className(s[:i]) {
		return s[:i], s[i+2:], true
	}
	if i := strings.Index(s, " ("); i > 0 && strings.HasSuffix(s, ")") && className(s[:i]) {
		return s[:i], s[i+2 : len(s)-1], true
	}
	return "", "", false
}

// className reports whether s is the name of an exception class: one word, CamelCase in its last part, with a namespace
// or an ending that says so.
func className(s string) bool {
	if len(s) < 3 || len(s) > 200 {
		return false
	}
	last, spaced := 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case isAlpha(c), isDigit(c), c == '_', c == '$':
		case c == '.' || c == '\\' || c == ':' || c == '/':
			last, spaced = i+1, true
		default:
			return false
		}
	}
	name := s[last:]
	if name == "" || name[0] < 'A' || name[0] > 'Z' {
		return false
	}
	if spaced && last > 1 && s[last-1] != ':' || strings.Contains(s, "::") {
		return !strings.HasSuffix(s, ":")
	}
	for _, end := range [...]string{"Error", "Exception", "Err", "Fault", "Failure", "Timeout", "Interrupt", "Exit", "Invalid", "NotFound", "Warning", "Refused", "Throwable", "Iteration", "Violation", "Panic", "Unauthorized", "Forbidden", "Denied", "Expired", "Mismatch", "Conflict", "Deadlocked", "Unavailable"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}
