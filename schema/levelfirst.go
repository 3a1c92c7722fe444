package schema

import "strings"

// parseLevelFirst takes lines that begin with their level, and the time behind it: Django's verbose format, Cassandra,
// Tomcat's and many of one's own.
//
//	INFO 2026-03-14 10:00:00,123 views 4711 140 message
//	[ERROR] 2026-03-14T10:00:00.123Z message
//	INFO  [main] 2026-03-14 10:00:00,123 Server.java:12 - message
func parseLevelFirst(p *Parser, e *Event, line string) bool {
	if len(line) < 4 {
		return false
	}
	s, bracket := line, line[0] == '['
	if bracket {
		s = s[1:]
	}
	end := 0
	for end < len(s) && end < 12 && isAlpha(s[end]) {
		end++
	}
	if end < 3 || end == len(s) {
		return false
	}
	level := levelWord(s[:end], bracket)
	if level == LevelNone {
		return false
	}
	s = s[end:]
	if bracket {
		if s = strings.TrimLeft(s, " "); s == "" || s[0] != ']' {
			return false
		}
		s = s[1:]
	}
	if t, rest, ok := p.log15Time(s); ok && !bracket {
		e.setTime(t)
		e.Metadata.Level = level
		p.setTextPairs(e, rest)
		return true
	}
	s = strings.TrimLeft(s, ": \t-|")
	thread := ""
	if strings.HasPrefix(s, "[") && len(s) > 1 && !isDigit(s[1]) {
		inner, rest, ok := cutBracket(s)
		if !ok {
			return false
		}
		thread, s = inner, strings.TrimLeft(rest, " ")
	}
	var st stamped
	if !p.stamp(&st, s) {
		return false
	}
	e.setTime(st.time)
	h := head{level: level, thread: thread}
	msg := p.afterLevel(e, djangoVerbose(e, strings.TrimLeft(st.rest, " \t-|:>"), &h), 0, &h)
	p.applyHead(e, &h)
	p.levelledMessage(e, &h, msg)
	return true
}

// djangoVerbose reads the module, process and thread of Django's verbose format, and returns what follows.
func djangoVerbose(e *Event, s string, h *head) string {
	module, rest := cutToken(s)
	process, rest := cutToken(rest)
	thread, rest := cutToken(rest)
	if !isLogger(module) || !allDigits(process) || !allDigits(thread) {
		return s
	}
	h.logger = module
	e.Platform.PID, e.Platform.Thread = process, thread
	return rest
}

// parseLevelOnly takes lines that have a level in brackets or capitals before the message and no time at all.
//
//	[INFO] listening on :8080
//	WARN  slow query rows=10
func parseLevelOnly(p *Parser, e *Event, line string) bool {
	if len(line) < 4 {
		return false
	}
	s, bracket := line, line[0] == '['
	if bracket {
		s = strings.TrimLeft(s[1:], " ") // Vapor: [ INFO ]
	}
	end := 0
	for end < len(s) && end < 12 && isAlpha(s[end]) {
		end++
	}
	if end < 3 || end == len(s) {
		return false
	}
	level := levelWord(s[:end], bracket)
	if level == LevelNone {
		return false
	}
	rest := s[end:]
	switch {
	case bracket:
		if rest = strings.TrimLeft(rest, " "); rest == "" || rest[0] != ']' {
			return false
		}
		rest = rest[1:]
	case rest[0] == '[' && closing(rest, 0) > 1: // logrus on a terminal: INFO[0012] or INFO[2026-03-14T10:00:00Z]
		end := closing(rest, 0)
		if t, ok := p.parseTime(rest[1:end]); ok && len(rest[1:end]) > 10 {
			e.setTime(t)
		} else if !allDigits(rest[1:end]) {
			return false
		}
		rest = rest[end+1:]
	case strings.HasPrefix(rest, ": "), strings.HasPrefix(rest, "\t"), strings.HasPrefix(rest, " - "), strings.HasPrefix(rest, " | "), strings.HasPrefix(rest, " ["):
	case strings.HasPrefix(rest, "  "), rest[0] == ' ' && len(s[:end]) <= 5:
	default:
		return false
	}
	h := head{level: level}
	msg := p.afterLevel(e, strings.TrimLeft(rest, " \t:"), 0, &h)
	p.applyHead(e, &h)
	p.levelledMessage(e, &h, msg)
	return true
}

// log15Time reads the [01-02|15:04:05.000] that log15 and geth write behind the level.
func (p *Parser) log15Time(s string) (t Time, rest string, ok bool) {
	if strings.HasPrefix(s, " [") {
		s = s[1:]
	}
	if len(s) < 16 || s[0] != '[' || s[3] != '-' || s[6] != '|' {
		return Time{}, s, false
	}
	month, ok1 := digits2(s[1:])
	day, ok2 := digits2(s[4:])
	c, n := scanClock(s[7:])
	if !ok1 || !ok2 || n == 0 || month < 1 || month > 12 || day < 1 || day > 31 || len(s) < 8+n || s[7+n] != ']' {
		return Time{}, s, false
	}
	t, ok = p.yearless(month, day, c)
	return t, s[8+n:], ok
}
