package schema

import "strings"

// dotNetLevel returns the level of an abbreviation of ASP.NET's console.
func dotNetLevel(s string) (Level, bool) {
	switch s {
	case "trce":
		return LevelTrace, true
	case "dbug":
		return LevelDebug, true
	case "info":
		return LevelInfo, true
	case "warn":
		return LevelWarn, true
	case "fail":
		return LevelError, true
	case "crit":
		return LevelFatal, true
	}
	return LevelNone, false
}

// dotNetCategory takes "Category.Name[14]" apart.
func dotNetCategory(s string) (category, id string, ok bool) {
	open := strings.IndexByte(s, '[')
	if open < 1 || s[len(s)-1] != ']' || !allDigits(strings.TrimPrefix(s[open+1:len(s)-1], "-")) || !isLogger(s[:open]) {
		return "", "", false
	}
	return s[:open], s[open+1 : len(s)-1], true
}

// parseDotNetConsole takes the console of ASP.NET: level, category and event id; the message stands behind them or,
// indented, on the next line.
//
//	info: Microsoft.Hosting.Lifetime[14]
//	      Now listening on: http://localhost:5000
func parseDotNetConsole(p *Parser, e *Event, line string) bool {
	if len(line) < 9 || line[4] != ':' || line[5] != ' ' {
		return false
	}
	level, ok := dotNetLevel(line[:4])
	if !ok {
		return false
	}
	category, rest := cutToken(line[6:])
	name, id, ok := dotNetCategory(category)
	if !ok {
		return false
	}
	e.Metadata.Level = level
	setDotNetCategory(e, name, id)
	p.dotNetMessage(e, rest)
	return true
}

func setDotNetCategory(e *Event, name, id string) {
	e.AddField("logger", Text(name))
	if id != "0" {
		e.AddField("event_id", Value{Raw, eventNumber(id)})
	}
	e.Action = name
	e.Join.Kind = "aspnet"
}

// eventNumber returns the id of an event, which may be negative, as a JSON number.
func eventNumber(id string) string {
	if digits, ok := strings.CutPrefix(id, "-"); ok {
		return "-" + number(digits)
	}
	return number(id)
}

// dotNetMessage sets the message that stands on the first line, if it does.
func (p *Parser) dotNetMessage(e *Event, msg string) {
	if msg == "" {
		return
	}
	logger := e.Action
	e.Action = ""
	if !p.phrase(e, msg) {
		p.setText(e, msg)
	}
	setDefault(&e.Action, logger)
}

// setDotNetScopes reads the scopes around a message: => SpanId:…, TraceId:… => RequestPath:/x RequestId:0HMV:1.
func setDotNetScopes(e *Event, s string) {
	for scope := range strings.SplitSeq(s, "=> ") {
		if len(e.Metadata.Fields) >= maxFields {
			return
		}
		if scope = strings.TrimSpace(scope); !dotNetScope(scope) {
			if scope != "" {
				e.AddField("scope", Text(scope))
			}
			continue
		}
		for part := range strings.FieldsSeq(scope) {
			key, value, ok := strings.Cut(strings.TrimSuffix(part, ","), ":")
			if !ok {
				continue
			}
			switch key {
			case "TraceId":
				e.setTrace(key, value)
			case "SpanId":
				if h, ok := canonSpan(value); ok {
					setDefault(&e.Correlation.SpanID, h)
					e.AddIdent(IdentSpan, key, h)
				}
			case "ParentId":
				e.setParentSpan(key, value)
			case "RequestId":
				e.setRequestID(key, value)
			default:
				e.AddField(key, Text(value))
			}
		}
	}
}

// dotNetScope reports whether a scope is names and values and nothing else: SpanId:…, TraceId:….
func dotNetScope(s string) bool {
	for part := range strings.FieldsSeq(s) {
		if key, value, ok := strings.Cut(strings.TrimSuffix(part, ","), ":"); !ok || value == "" || !isDotted(key) {
			return false
		}
	}
	return s != ""
}
