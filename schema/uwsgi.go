package schema

import "strings"

// parseUWSGI takes uWSGI's request log.
//
//	[pid: 88185|app: 0|req: 1/1] 127.0.0.1 () {38 vars in 696 bytes} [Sun Mar 13 22:49:12 2016] POST /update => generated 47 bytes in 129 msecs (HTTP/1.1 200) …
func parseUWSGI(p *Parser, e *Event, line string) bool {
	if !strings.HasPrefix(line, "[pid: ") {
		return false
	}
	head, rest, ok := cutBracket(line)
	if !ok {
		return false
	}
	client, rest := cutToken(strings.TrimLeft(rest, " "))
	user, rest, ok := strings.Cut(strings.TrimPrefix(rest, "("), ")")
	if !ok {
		return false
	}
	open := strings.IndexByte(rest, '[')
	if open < 0 {
		return false
	}
	stamp, rest, ok := cutBracket(rest[open:])
	if !ok {
		return false
	}
	t, ok := p.parseTime(stamp)
	if !ok {
		return false
	}
	method, rest := cutToken(strings.TrimLeft(rest, " "))
	target, rest, ok := strings.Cut(rest, " => generated ")
	if !ok {
		return false
	}
	size, rest := cutToken(rest)
	rest = strings.TrimPrefix(rest, "bytes in ")
	num, rest := cutToken(rest)
	unit, rest := cutToken(rest)
	status := 0
	if inner, _, ok := strings.Cut(strings.TrimPrefix(rest, "("), ")"); ok {
		_, word, _ := strings.Cut(inner, " ")
		status = status3(word)
	}
	e.setTime(t)
	setClientIP(e, client)
	setUserActor(e, user)
	setBytes(e, size)
	switch unit {
	case "msecs":
		setDuration(e, num, millisecond)
	case "micros":
		setDuration(e, num, microsecond)
	case "secs":
		setDuration(e, num, second)
	}
	pid, _, _ := strings.Cut(strings.TrimPrefix(head, "pid: "), "|")
	e.Platform.PID = pid
	setHTTP(e, method, target, status)
	return true
}
