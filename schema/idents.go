package schema

import (
	"strconv"
	"strings"
)

// nothing reports whether the value of an id says that there is none: empty, zeros, dashes, null and the like.
func nothing(s string) bool {
	if len(s) == 0 || len(s) > 40 {
		return len(s) == 0
	}
	c := s[0]
	switch c {
	case '-', '0', '.', 'n', 'N', 'u', 'U', 'x', '*', '"', 'f', '(', '<', '?', '[', '{':
	default:
		return false
	}
	same := true
	for i := range len(s) {
		if s[i] != c && s[i] != '-' {
			same = false
			break
		}
	}
	if same && (c != 'n' && c != 'u' && c != 'N' && c != 'U' || len(s) > 1) && c != 'x' && c != 'f' {
		return true
	}
	switch s {
	case "null", "nil", "none", "None", "NULL", "undefined", "unknown", "N/A", "n/a", "NaN", "nan", "(null)", "<nil>", "<none>", "[null]", `""`, "()", "[]", "{}", "null-null", "false", "n.a.":
		return true
	}
	return false
}

// canonID returns an id in canonical form: without quotes, braces and blanks around it, and in lower case where it is a
// UUID or a string of hex digits. ok is false when the value says that there is no id.
func canonID(s string) (string, bool) {
	if len(s) == 36 && plainUUID(s) || len(s) == 32 && plainHex(s) && !allZero(s) {
		return s, true
	}
	s = trimQuotes(s)
	if len(s) > 2 && s[0] == '{' && s[len(s)-1] == '}' {
		s = s[1 : len(s)-1]
	}
	if nothing(s) {
		return "", false
	}
	if u, ok := canonUUID(s); ok {
		return u, true
	}
	if len(s) >= 16 && hexText(s) {
		return strings.ToLower(s), true
	}
	return s, true
}

// canonUUID returns s in lower case if it is a UUID with dashes.
func canonUUID(s string) (string, bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return "", false
	}
	if !hexText(s[:8]) || !hexText(s[9:13]) || !hexText(s[14:18]) || !hexText(s[19:23]) || !hexText(s[24:]) || allZero(s) {
		return "", false
	}
	return strings.ToLower(s), true
}

// canonTrace returns a trace id in any of its spellings as 32 lower-case hex digits, or as 16 where the id has but 64
// bits: hex (also upper case, with dashes, with 0x, without leading zeros), Datadog's decimal, X-Ray's 1-8-24 with or without
// Root=, Google's projects/P/traces/HEX, W3C's traceparent.
func canonTrace(s string) (string, bool) {
	if len(s) == 32 && plainHex(s) {
		return s, !allZero(s)
	}
	s = trimQuotes(s)
	if len(s) > 36 || len(s) == 35 {
		return canonLongTrace(s)
	}
	s = strings.TrimPrefix(s, "0x")
	if len(s) == 36 {
		u, ok := canonUUID(s)
		if !ok {
			return "", false
		}
		return strings.ReplaceAll(u, "-", ""), true
	}
	if len(s) < 8 || len(s) > 32 || allZero(s) {
		return "", false
	}
	if len(s) >= 17 && len(s) <= 20 && allDigits(s) {
		return canonDecimalID(s)
	}
	if !hexText(s) {
		return "", false
	}
	s = strings.ToLower(s)
	switch n := len(s); {
	case n == 32 || n == 16:
		return s, true
	case n > 24: // leading zeros were left out
		return "00000000000000000000000000000000"[n:] + s, true
	case n == 24: // MongoDB object ids and Sidekiq jids have this length: no trace id
		return "", false
	case n > 12 && n < 16:
		return "0000000000000000"[n:] + s, true
	}
	return "", false
}

func canonLongTrace(s string) (string, bool) {
	if i := strings.Index(s, "/traces/"); i >= 0 {
		return canonTrace(s[i+len("/traces/"):])
	}
	if i := strings.Index(s, "Root="); i >= 0 {
		s, _, _ = strings.Cut(s[i+5:], ";")
	}
	if len(s) == 35 && s[0] == '1' && s[1] == '-' && s[10] == '-' && hexText(s[2:10]) && hexText(s[11:]) {
		return strings.ToLower(s[2:10]) + strings.ToLower(s[11:]), true
	}
	if trace, _, ok := parseTraceparent(s); ok {
		return trace, true
	}
	return "", false
}

// canonSpan returns a span id as 16 lower-case hex digits: hex with or without leading zeros, or Datadog's decimal.
func canonSpan(s string) (string, bool) {
	if len(s) == 16 && plainHex(s) {
		return s, !allZero(s)
	}
	s = trimQuotes(s)
	s = strings.TrimPrefix(s, "0x")
	n := len(s)
	if n < 8 || n > 20 || allZero(s) {
		return "", false
	}
	if n > 16 {
		return canonDecimalID(s)
	}
	if !hexText(s) {
		return "", false
	}
	s = strings.ToLower(s)
	if n < 16 {
		s = "0000000000000000"[n:] + s
	}
	return s, true
}

// canonDecimalID returns a 64-bit id written in decimal as 16 hex digits.
func canonDecimalID(s string) (string, bool) {
	if !allDigits(s) {
		return "", false
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n == 0 {
		return "", false
	}
	var b [16]byte
	for i := range b {
		b[i] = hexDigits[n>>(60-4*i)&15]
	}
	return string(b[:]), true
}

// parseTraceparent reads W3C's version-trace-span-flags.
func parseTraceparent(s string) (trace, span string, ok bool) {
	if len(s) < 55 || s[2] != '-' || s[35] != '-' || s[52] != '-' || !hexText(s[:2]) || !hexText(s[3:35]) || !hexText(s[36:52]) || len(s) > 55 && s[55] != '-' {
		return "", "", false
	}
	trace, span = s[3:35], s[36:52]
	if allZero(trace) || allZero(span) {
		return "", "", false
	}
	return strings.ToLower(trace), strings.ToLower(span), true
}

// setTrace notes the trace id s, in any spelling, and reports whether it is one.
func (e *Event) setTrace(name, s string) bool {
	t, ok := canonTrace(s)
	if ok {
		e.addTrace(name, t)
	}
	return ok
}

func (e *Event) addTrace(name, t string) {
	if c := &e.Correlation; c.TraceID == "" || len(c.TraceID) == 16 && len(t) == 32 {
		c.TraceID = t
	}
	e.AddIdent(IdentTrace, name, t)
}

// setSpan notes the id of the record's own span.
func (e *Event) setSpan(name, s string) bool {
	t, ok := canonSpan(s)
	if ok {
		setDefault(&e.Correlation.SpanID, t)
		e.AddIdent(IdentSpan, name, t)
	}
	return ok
}

// setParentSpan notes the id of the span that caused the record's.
func (e *Event) setParentSpan(name, s string) bool {
	t, ok := canonSpan(s)
	if ok {
		setDefault(&e.Correlation.ParentSpanID, t)
		e.AddIdent(IdentParentSpan, name, t)
	}
	return ok
}

// setTraceHeader notes what a header that carries a trace context says, whatever its dialect: traceparent, b3,
// uber-trace-id, x-amzn-trace-id, x-cloud-trace-context, sentry-trace. The span it names is the record's own in logs that
// print their context, so it is taken for that.
func (e *Event) setTraceHeader(name, s string) bool {
	s = strings.Trim(s, " \t\"'")
	if trace, span, ok := parseTraceparent(s); ok {
		e.addTrace(name, trace)
		e.setSpan(name, span)
		return true
	}
	if strings.Contains(s, "Root=") {
		if !e.setTrace(name, s) {
			return false
		}
		for part := range strings.SplitSeq(s, ";") {
			if v, ok := strings.CutPrefix(strings.TrimSpace(part), "Parent="); ok {
				e.setParentSpan(name, v)
			} else if v, ok := strings.CutPrefix(strings.TrimSpace(part), "Self="); ok {
				e.setTrace(name, v)
			}
		}
		return true
	}
	sep := byte('-')
	switch {
	case strings.IndexByte(s, ':') > 0: // Jaeger: trace:span:parent:flags
		sep = ':'
	case strings.IndexByte(s, '/') > 0: // Google: trace/decimal span;o=1
		trace, rest, _ := strings.Cut(s, "/")
		if strings.HasPrefix(s, "projects/") {
			return e.setTrace(name, s)
		}
		if !e.setTrace(name, trace) {
			return false
		}
		span, _, _ := strings.Cut(rest, ";")
		if h, ok := canonDecimalID(span); ok {
			e.setSpan(name, h)
		}
		return true
	}
	if len(s) == 35 && sep == '-' && s[1] == '-' { // X-Ray without Root=
		return e.setTrace(name, s)
	}
	trace, rest, ok := cutByte(s, sep)
	if !ok || len(trace) != 32 && len(trace) != 16 {
		return e.setTrace(name, s)
	}
	if !e.setTrace(name, trace) {
		return false
	}
	span, rest, _ := cutByte(rest, sep)
	e.setSpan(name, span)
	if sep == ':' {
		parent, _, _ := cutByte(rest, sep)
		e.setParentSpan(name, parent)
	} else if _, parent, ok := cutByte(rest, sep); ok {
		e.setParentSpan(name, parent)
	}
	return true
}

func cutByte(s string, c byte) (before, after string, ok bool) {
	if i := strings.IndexByte(s, c); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// setRequestID notes a request id.
func (e *Event) setRequestID(name, s string) bool {
	id, ok := canonID(s)
	if ok {
		setDefault(&e.Correlation.RequestID, id)
		e.AddIdent(IdentRequest, name, id)
	}
	return ok
}

// setJobID notes the id of the background job that the record is about.
func (e *Event) setJobID(name, s string) bool {
	id, ok := canonID(s)
	if ok {
		setDefault(&e.Correlation.JobID, id)
		e.AddIdent(IdentJob, name, id)
	}
	return ok
}

// setMessageID notes the id of a message of a queue or of a mail.
func (e *Event) setMessageID(name, s string) bool {
	id, ok := canonID(strings.Trim(s, "<>"))
	if ok {
		setDefault(&e.Correlation.MessageID, id)
		e.AddIdent(IdentMessage, name, id)
	}
	return ok
}

// setSession notes a user's session. It is a secret until redaction has hashed it.
func (e *Event) setSession(name, s string) bool {
	id, ok := canonID(s)
	if ok {
		setDefault(&e.Correlation.SessionID, id)
		e.AddIdent(IdentSession, name, id)
	}
	return ok
}

// setActor says who did it, unless that is known, and notes it as a person.
func (e *Event) setActor(kind, id string) bool {
	if nothing(id) && id != "0" {
		return false
	}
	if e.Actor.Type == "" {
		e.Actor.Type, e.Actor.ID = kind, id
	}
	e.AddIdent(IdentUser, kind, id)
	return true
}

// trimQuotes returns s without the blanks and quotes around it.
func trimQuotes(s string) string {
	for s != "" && blankOrQuote(s[0]) {
		s = s[1:]
	}
	for s != "" && blankOrQuote(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func blankOrQuote(c byte) bool { return c == ' ' || c == '\t' || c == '"' || c == '\'' }

// plainHex reports whether s, of a multiple of eight bytes, is in lower-case hex digits.
func plainHex(s string) bool {
	bad := uint64(0)
	for ; len(s) >= 8; s = s[8:] {
		bad |= notHex(load8(s, 0))
	}
	return bad == 0 && s == ""
}

// notHex returns a mark in the high bit of every byte of w that is no lower-case hex digit; the marks are sure as long as
// no byte is above 0x7f, which is a mark itself.
func notHex(w uint64) uint64 {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	c := w &^ high
	digit := (c + (0x80-'0')*ones) &^ (c + (0x80-'9'-1)*ones)
	letter := (c + (0x80-'a')*ones) &^ (c + (0x80-'f'-1)*ones)
	return (^(digit | letter) | w) & high
}

// plainUUID reports whether s is a UUID in lower case, and not the one of zeros.
func plainUUID(s string) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	const dash = '-' ^ '0' // makes a zero of a dash
	a, b, c, d, e := load8(s, 0), load8(s, 8)^(dash|dash<<40), load8(s, 16)^(dash<<16|dash<<56), load8(s, 24), load8(s, 28)
	const zeros = 0x3030303030303030
	return notHex(a)|notHex(b)|notHex(c)|notHex(d)|notHex(e) == 0 && (a^zeros)|(b^zeros)|(c^zeros)|(d^zeros)|(e^zeros) != 0
}

// plainID reports whether s is an id that is canonical as it stands: a UUID, or 16 or 32 hex digits, in lower case, and not
// all zeros.
func plainID(s string) bool {
	switch len(s) {
	case 36:
		return plainUUID(s)
	case 32, 16:
		return plainHex(s) && !allZero(s)
	}
	return false
}

// hexText reports whether s is one or more hex digits.
func hexText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c-'0' >= 10 && c|0x20-'a' >= 6 {
			return false
		}
	}
	return s != ""
}

// allZero reports whether s holds nothing but zeros and dashes.
func allZero(s string) bool {
	for i := range len(s) {
		if s[i] != '0' && s[i] != '-' {
			return false
		}
	}
	return true
}
