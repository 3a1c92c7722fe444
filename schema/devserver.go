package schema

import "strings"

// parseDevServer takes the terse access lines of development servers.
//
//	--> GET /users/42 200 15ms 11b         (koa-logger, Hono)
//	 GET /users/42 200 in 150ms            (Next.js)
func parseDevServer(_ *Parser, e *Event, line string) bool {
	s := strings.TrimLeft(line, " ")
	if len(s) < 10 || len(line)-len(s) > 2 {
		return false
	}
	s, arrow := strings.CutPrefix(s, "--> ")
	method, rest := cutToken(s)
	if !isMethod(method) {
		return false
	}
	target, rest := cutToken(rest)
	word, rest := cutToken(rest)
	status := status3(word)
	if status == 0 || target == "" || target[0] != '/' {
		return false
	}
	if !arrow {
		var ok bool
		if rest, ok = strings.CutPrefix(rest, "in "); !ok {
			return false
		}
	}
	took, rest := cutToken(rest)
	d, ok := parseDuration(took)
	if !ok || arrow && rest != "" && !strings.HasSuffix(rest, "b") {
		return false
	}
	setBytes(e, strings.TrimSuffix(rest, "b"))
	e.Metadata.Duration = d
	setHTTP(e, method, target, status)
	return true
}

// parsePHPServer takes the lines of PHP's built-in server.
//
//	[Sat Mar 14 10:00:00 2026] 127.0.0.1:5555 [200]: GET /users/42
func parsePHPServer(_ *Parser, e *Event, s *stamped) bool {
	if !s.closed || !isAlpha(s.stamp[0]) {
		return false
	}
	client, rest := cutToken(strings.TrimLeft(s.rest, " "))
	inner, rest, ok := cutBracket(rest)
	status := status3(inner)
	if !ok || status == 0 || bareIP(client) == "" || !strings.HasPrefix(rest, ": ") {
		return false
	}
	method, target, ok := splitRequestLine(rest[2:])
	if !ok {
		return false
	}
	target, why, _ := strings.Cut(target, " - ")
	addFieldIf(e, "reason", why)
	setClientIP(e, client)
	setHTTP(e, method, target, status)
	return true
}

// parseSquid takes Squid's native access log: epoch, milliseconds, client, result and status, bytes, method, URL, user.
//
//	1773482400.123    150 10.0.0.7 TCP_MISS/200 411 GET http://shop.test/users/42 - HIER_DIRECT/203.0.113.9 text/html
func parseSquid(p *Parser, e *Event, line string) bool {
	if len(line) < 40 || !isDigit(line[0]) || line[10] != '.' {
		return false
	}
	stamp, rest := cutToken(line)
	took, rest := cutToken(rest)
	client, rest := cutToken(rest)
	result, rest := cutToken(rest)
	size, rest := cutToken(rest)
	method, rest := cutToken(rest)
	target, rest := cutToken(rest)
	code, word, ok := strings.Cut(result, "/")
	if !ok || !allDigits(took) || bareIP(client) == "" || !isMethod(method) || len(word) != 3 {
		return false
	}
	t, ok := p.parseTime(stamp)
	if !ok {
		return false
	}
	e.setTime(t)
	setDuration(e, took, millisecond)
	setClientIP(e, client)
	setBytes(e, size)
	e.AddField("cache_result", Text(code))
	setUserActor(e, firstToken(rest))
	setHTTP(e, method, target, status3(word))
	return true
}

// setActix takes what actix-web's logger says, behind the head of its own logger.
//
//	127.0.0.1 "GET /users/42 HTTP/1.1" 200 13 "-" "curl/8" 0.000150
func setActix(e *Event, s string) bool {
	client, rest := cutToken(s)
	request, rest, ok := cutQuoted(rest)
	if !ok || bareIP(client) == "" {
		return false
	}
	word, rest := cutToken(strings.TrimLeft(rest, " "))
	size, rest := cutToken(rest)
	referer, _, rest := cutField(rest)
	ua, _, rest := cutField(rest)
	status := status3(word)
	if status == 0 {
		return false
	}
	setClientIP(e, client)
	setBytes(e, size)
	setReferer(e, unescapeQuoted(referer))
	setUserAgent(e, unescapeQuoted(ua))
	if isDecimal(rest) {
		setDuration(e, rest, second)
	}
	setRequestLine(e, request, status)
	return true
}
