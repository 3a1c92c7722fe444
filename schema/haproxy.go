package schema

import "strings"

// parseHAProxy takes HAProxy's HTTP and TCP logs, without what syslog puts before.
//
//	127.0.0.1:38178 [21/Nov/2026:17:26:22.487] fe be/s1 0/0/0/85/85 201 137 - - ---- 1/1/0/0/0 0/0 {req} {res} "GET /orders/1 HTTP/1.1"
func parseHAProxy(p *Parser, e *Event, line string) bool {
	if tagged, ok := strings.CutPrefix(line, "haproxy["); ok { // without the rest of what syslog puts before
		pid, after, ok := strings.Cut(tagged, "]: ")
		if !ok || !allDigits(pid) || !parseHAProxy(p, e, after) {
			return false
		}
		e.Platform.PID = pid
		setDefault(&e.Platform.Service, "haproxy")
		return true
	}
	client, rest := cutToken(line[:min(len(line), 80)])
	colon := strings.LastIndexByte(client, ':')
	if len(rest) < 26 || !isAccessTime(rest) || colon < 2 || !allDigits(client[colon+1:]) {
		return false
	}
	inner, rest, ok := cutBracket(line[len(client)+1:])
	if client = bareIP(client[:colon]); !ok || client == "" {
		return false
	}
	frontend, rest := cutToken(strings.TrimLeft(rest, " "))
	if name, why := strings.CutSuffix(frontend, ":"); why && strings.IndexByte(name, '/') > 0 { // the connection failed before a request
		t, ok := p.parseTime(inner)
		if !ok {
			return false
		}
		e.setTime(t)
		setClientIP(e, client)
		e.Platform.Format = "haproxy.error"
		e.AddField("frontend", Text(name[:strings.IndexByte(name, '/')]))
		e.Metadata.Message = Text(rest)
		return true
	}
	backend, rest := cutToken(rest)
	times, rest := cutToken(rest)
	if strings.IndexByte(backend, '/') < 0 || strings.IndexByte(times, '/') < 0 {
		return false
	}
	t, ok := p.parseTime(inner)
	if !ok {
		return false
	}
	var tm [5]string
	n := 0
	for part := range strings.SplitSeq(times, "/") {
		if n < len(tm) {
			tm[n] = strings.TrimPrefix(part, "+")
		}
		n++
	}
	if n != 3 && n != 5 || !isTimer(tm[n-1]) {
		return false
	}
	e.setTime(t)
	setClientIP(e, client)
	e.AddField("frontend", Text(strings.TrimSuffix(frontend, "~")))
	be, server, _ := strings.Cut(backend, "/")
	e.AddField("backend", Text(be))
	if server != "<NOSRV>" {
		e.AddField("server", Text(server))
	}
	setDuration(e, tm[n-1], millisecond)
	if n == 3 {
		return haproxyTCP(e, &tm, rest)
	}
	e.Platform.Format = "haproxy.http"
	haproxyTimes(e, [...]string{"request", "queue", "connect", "response"}, tm[:4])
	word, rest := cutToken(rest)
	size, rest := cutToken(rest)
	setBytes(e, strings.TrimPrefix(size, "+"))
	haproxyHTTP(p, e, status3(word), rest)
	return true
}

func isTimer(s string) bool { return allDigits(s) || s == "-1" }

func haproxyTimes(e *Event, names [4]string, tm []string) {
	for i, v := range tm {
		if names[i] != "" && v != "0" {
			addTiming(e, names[i], v, millisecond)
		}
	}
}

// haproxyTCP reads what follows the times of a TCP record: bytes, state, connections, queues.
func haproxyTCP(e *Event, tm *[5]string, rest string) bool {
	e.Platform.Format = "haproxy.tcp"
	haproxyTimes(e, [4]string{"queue", "connect"}, tm[:2])
	size, rest := cutToken(rest)
	setBytes(e, strings.TrimPrefix(size, "+"))
	state, _ := cutToken(rest)
	haproxyState(e, state)
	e.Action = "connection"
	return true
}

// haproxyState keeps how a session ended unless it ended as it should.
func haproxyState(e *Event, state string) {
	if present(strings.Trim(state, "-")) {
		e.AddField("termination_state", Text(state))
	}
}

// haproxyHTTP reads cookies, state, counts, captured headers and the request.
func haproxyHTTP(p *Parser, e *Event, status int, s string) {
	_, s = cutToken(s)
	_, s = cutToken(s)
	state, s := cutToken(s)
	haproxyState(e, state)
	_, s = cutToken(s)
	_, s = cutToken(s)
	for i := 0; strings.HasPrefix(s, "{"); i++ {
		end := strings.IndexByte(s, '}')
		if end < 0 {
			break
		}
		for h := range strings.SplitSeq(s[1:end], "|") {
			haproxyHeader(e, h)
		}
		s = strings.TrimLeft(s[end+1:], " ")
	}
	request, rest, ok := cutQuoted(s)
	if !ok && strings.HasPrefix(s, `"`) { // cut by the sender's limit
		request, rest = s[1:], ""
	}
	setRequestLine(e, request, status)
	extra := ""
	for rest = strings.TrimSpace(rest); rest != ""; { // a unique-id or pairs that were appended
		var f string
		f, _, rest = cutField(rest)
		switch key, value, ok := cutPair(f); {
		case ok:
			p.field(e, key, pairValue(value))
		case looksLikeID(f) || strings.Count(f, ":") == 3 && strings.Count(f, "_") >= 3: // HAProxy's example of unique-id-format
			e.setRequestID("unique_id", f)
		case present(f):
			extra = strings.TrimLeft(extra+" "+f, " ")
		}
	}
	addFieldIf(e, "extra", extra)
	p.finishFields(e)
}

// haproxyHeader gives a captured header, whose name is not in the line, the meaning its shape has.
func haproxyHeader(e *Event, h string) {
	h = strings.TrimSpace(h)
	switch {
	case !present(h):
	case len(h) == 55 && e.setTraceHeader("traceparent", h):
	case looksLikeID(h):
		e.setRequestID("request_id", h)
	case isAddressList(h):
		e.Metadata.IP = forwardedIP(h, e.Metadata.IP)
	case strings.HasPrefix(h, "Mozilla/") || aiAgent(h) != "" || strings.HasPrefix(h, "curl/"):
		setUserAgent(e, h)
	case looksLikeHost(h):
		e.AddExtra("host", Text(h))
	default:
		e.AddField("header", Text(h))
	}
}
