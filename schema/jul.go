package schema

import "strings"

const (
	julHead   = "jul"        // kind of the first line of java.util.logging
	levelOnly = "text.level" // format of the second
)

// secondLine reports whether e is the second line of the record that head began, of a logger that always writes two.
func secondLine(head, e *Event) bool {
	switch head.Join.Kind {
	case julHead:
		return e.Platform.Format == levelOnly
	case gormHead:
		return e.Platform.Format == gormSQL
	}
	return false
}

// parseJUL takes the first line of java.util.logging: time, class and method. Level and message follow on the second.
//
//	Mar 14, 2026 10:00:00 AM org.apache.catalina.startup.Catalina start
//	INFO: Server startup in 150 ms
func parseJUL(_ *Parser, e *Event, s *stamped) bool {
	if s.bracket || !isAlpha(s.stamp[0]) {
		return false
	}
	class, method := cutToken(strings.TrimLeft(s.rest, " "))
	if !isQualified(class) || !isJavaName(method) {
		return false
	}
	e.AddField("logger", Text(class))
	e.AddField("method", Text(method))
	e.Action = class
	e.Join.Kind = julHead
	return true
}

// isJavaName reports whether s is the name of a method: start, <init>, lambda$main$0.
func isJavaName(s string) bool {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "<"), ">")
	for i := range len(s) {
		if !isAlpha(s[i]) && !isDigit(s[i]) && s[i] != '_' && s[i] != '$' {
			return false
		}
	}
	return s != ""
}

// addJUL gives the record level and message out of its second line.
func (r *openRecord) addJUL(e *Event) {
	c := e.clone()
	m, n := &r.e.Metadata, &c.Metadata
	m.Level, m.Message, m.Error = n.Level, n.Message, n.Error
	m.Fields = mergeFields(m.Fields, n.Fields)
	r.e.Idents = append(r.e.Idents, c.Idents...)
	d, f := &r.e.Correlation, &c.Correlation
	setDefault(&d.RequestID, f.RequestID)
	setDefault(&d.TraceID, f.TraceID)
	setDefault(&d.SpanID, f.SpanID)
	if r.e.Actor.Type == "" {
		r.e.Actor = c.Actor
	}
	r.lines++
	r.trace.start(r.e)
}
