package schema

import "strings"

// parseHanami takes Hanami's log: application, level and time in brackets, and for a request its parts without names.
//
//	[shop] [INFO] [2026-03-14 10:00:00 +0000] GET 200 150ms 127.0.0.1 /users/42 12
func parseHanami(p *Parser, e *Event, line string) bool {
	if len(line) < 30 || line[0] != '[' || !isAlpha(line[1]) {
		return false
	}
	app, rest, ok := cutBracket(line)
	if !ok || !isLogger(app) || !strings.HasPrefix(rest, " [") {
		return false
	}
	word, rest, ok := cutBracket(rest[1:])
	level := levelWord(word, false)
	if !ok || level == LevelNone || !strings.HasPrefix(rest, " [") || len(rest) < 20 || !isDigit(rest[2]) {
		return false
	}
	stamp, msg, ok := cutBracket(rest[1:])
	t, is := p.parseTime(stamp)
	if !ok || !is {
		return false
	}
	e.setTime(t)
	e.Metadata.Level = level
	e.Platform.Service = app
	msg = strings.TrimLeft(msg, " ")
	method, tail := cutToken(msg)
	code, tail := cutToken(tail)
	took, tail := cutToken(tail)
	client, tail := cutToken(tail)
	path, tail := cutToken(tail)
	size, _ := cutToken(tail)
	d, timed := parseDuration(took)
	status := status3(code)
	if !isMethod(method) || status == 0 || !timed || !strings.HasPrefix(path, "/") {
		p.setText(e, msg)
		return true
	}
	e.Metadata.Duration = d
	setClientIP(e, client)
	setBytes(e, size)
	setHTTP(e, method, path, status)
	return true
}
