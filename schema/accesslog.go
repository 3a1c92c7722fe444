package schema

import "strings"

// parseAccessLog takes the common and the combined log format of web servers, with a virtual host or forwarders before
// the address and with anything servers are told to add behind: times, ids, forwarded addresses, key=value pairs.
//
//	203.0.113.5 - frank [14/Mar/2026:10:00:00 -0700] "GET /users/42 HTTP/1.1" 200 2326 "http://e.test/" "curl/8"
func parseAccessLog(p *Parser, e *Event, line string) bool {
	at := accessTime(line)
	if at < 0 || levelledFront(line[:at]) {
		return false
	}
	inner, rest, ok := cutBracket(line[at:])
	if !ok || !accessFront(line[:at]) {
		return false
	}
	host, rest := accessHost(strings.TrimLeft(rest, " "))
	request, rest, ok := cutQuoted(rest)
	if !ok {
		return false
	}
	statusText, rest := cutToken(strings.TrimLeft(rest, " "))
	status := status3(statusText)
	if status == 0 && statusText != "-" && statusText != "000" {
		return false
	}
	t, ok := p.parseTime(inner)
	if !ok {
		return false
	}
	e.setTime(t)
	e.Platform.Format = "access.common"
	setAccessClient(e, strings.TrimRight(line[:at], " "))
	setRequestLine(e, request, status)
	if host != "" && !e.hasExtra("host") {
		e.AddExtra("host", Text(host))
	}
	size, rest := cutToken(rest)
	setBytes(e, size)
	if rest != "" {
		p.accessExtras(e, rest)
	}
	return true
}

// levelledFront reports whether what stands before the bracket is the head of a logger: a date and a level.
func levelledFront(s string) bool {
	if len(s) < 20 || s[4] != '-' || s[7] != '-' || !isDigit(s[0]) {
		return false
	}
	for word := range strings.FieldsSeq(s[10:min(len(s), 80)]) {
		if levelWord(strings.Trim(word, "[]:,"), false) != LevelNone {
			return true
		}
	}
	return false
}

// accessFront reports whether s can be what stands before the time of an access log line: addresses and names, and not the
// beginning of a message that quotes one.
func accessFront(s string) bool {
	client := false
	for n := 0; s != ""; n++ {
		var f string
		f, _, s = cutField(s)
		f = strings.TrimSuffix(f, ",")
		switch ip := bareIP(f) != ""; {
		case n < 2 && (ip || f == "-" || f == "unknown" || strings.HasPrefix(f, "unix:") || looksLikeHost(f)):
			client = true
		case n == 0 && s == "": // a name alone
			return pairKey(f)
		case n > 5 && !ip && f != "-":
			return false
		}
	}
	return client
}

// accessHost takes a name of the virtual host that stands between time and request, bare or quoted.
func accessHost(s string) (host, rest string) {
	if s == "" || s[0] != '"' {
		if host, rest = cutToken(s); strings.HasPrefix(rest, `"`) && (looksLikeHost(host) || bareIP(host) != "") {
			return host, rest
		}
		return "", s
	}
	inner, rest, ok := cutQuoted(s)
	if rest = strings.TrimLeft(rest, " "); ok && strings.HasPrefix(rest, `"`) && looksLikeHost(inner) {
		return inner, rest
	}
	return "", s
}

// accessTime returns where the bracket with the time of an access log line begins, -1 when line is none.
func accessTime(line string) int {
	if line == "" || line[0] == '{' || line[0] == '[' && !strings.HasPrefix(line, "[2001:") {
		return -1
	}
	window := line[:min(len(line), 400)]
	for from := 0; ; {
		i := strings.Index(window[from:], "[")
		if i < 0 {
			return -1
		}
		i += from
		if isAccessTime(line[i:]) || isISOBracket(line[i:]) {
			if i < 2 || line[i-1] != ' ' {
				return -1
			}
			return i
		}
		from = i + 1
	}
}

// isAccessTime reports whether s begins with [dd/Mon/yyyy: .
func isAccessTime(s string) bool {
	return len(s) > 20 && isDigit(s[1]) && isDigit(s[2]) && s[3] == '/' && s[7] == '/' && isDigit(s[8]) && (s[12] == ':' || s[12] == ' ')
}

// isISOBracket reports whether s begins with a date and time of ISO 8601 in a bracket, as nginx' $time_iso8601 gives them.
func isISOBracket(s string) bool {
	return len(s) > 20 && isDigit(s[1]) && s[5] == '-' && s[8] == '-' && s[11] == 'T' && s[14] == ':'
}

// parseStampedAccess takes access logs that begin with the time in brackets: address and names behind it, then the request.
//
//	[14/Mar/2026:10:00:00 +0000] 203.0.113.5 "GET /users/42 HTTP/1.1" 200 11
func parseStampedAccess(p *Parser, e *Event, s *stamped) bool {
	if !s.closed || len(s.stamp) < 12 || s.stamp[2] != '/' {
		return false
	}
	front, _, ok := strings.Cut(s.rest[:min(len(s.rest), 300)], ` "`)
	if !ok || bareIP(firstToken(strings.TrimSpace(front))) == "" {
		return false
	}
	request, rest, ok := cutQuoted(s.rest[len(front)+1:])
	if !ok {
		return false
	}
	word, rest := cutToken(strings.TrimLeft(rest, " "))
	status := status3(word)
	if _, _, is := splitRequestLine(request); !is {
		return false
	}
	front = strings.TrimSpace(front)
	if client, after := cutToken(front); strings.HasPrefix(after, "TLSv1") || strings.HasPrefix(after, "SSLv") { // Apache's ssl_request_log
		e.Platform.Format = "apache.ssl"
		setClientIP(e, client)
		protocol, cipher := cutToken(after)
		e.AddField("ssl_protocol", Text(protocol))
		addFieldIf(e, "ssl_cipher", cipher)
		setRequestLine(e, request, 0)
		setBytes(e, word)
		return true
	}
	if status == 0 {
		return false
	}
	e.Platform.Format = "access.common"
	setAccessClient(e, front)
	setRequestLine(e, request, status)
	size, rest := cutToken(rest)
	setBytes(e, size)
	if rest != "" {
		p.accessExtras(e, rest)
	}
	return true
}

// parseProxyManager takes the log of Nginx Proxy Manager.
//
//	[14/Mar/2026:10:00:00 +0000] - 200 200 - GET https shop.test "/users/42" [Client 203.0.113.5] [Length 512] [Gzip -] [Sent-to 10.0.0.9] "curl/8" "-"
func parseProxyManager(p *Parser, e *Event, s *stamped) bool {
	head, rest, ok := strings.Cut(s.rest[:min(len(s.rest), 300)], ` "`)
	f := strings.Fields(head)
	if !s.closed || !ok || len(f) < 4 || !strings.Contains(rest, "[Client ") {
		return false
	}
	n := len(f)
	method, scheme, host := f[n-3], f[n-2], f[n-1]
	if !isMethod(method) || scheme != "http" && scheme != "https" {
		return false
	}
	target, rest, ok := cutQuoted(s.rest[len(head)+1:])
	if !ok {
		return false
	}
	status := 0
	for _, word := range f[:n-3] { // the cache's word, upstream's status, ours
		if v := status3(word); v != 0 {
			status = v
		}
	}
	for rest = strings.TrimLeft(rest, " "); strings.HasPrefix(rest, "["); {
		inner, after, ok := cutBracket(rest)
		if !ok {
			break
		}
		switch key, value := cutToken(inner); key {
		case "Client":
			setClientIP(e, value)
		case "Length":
			setBytes(e, value)
		case "Sent-to":
			addFieldIf(e, "upstream", value)
		}
		rest = strings.TrimLeft(after, " ")
	}
	e.Platform.Format = "nginx.proxy_manager"
	setHTTP(e, method, unescapeQuoted(target), status)
	e.AddExtra("host", Text(host))
	ua, rest, _ := cutQuoted(rest)
	setUserAgent(e, unescapeQuoted(ua))
	referer, _, _ := cutQuoted(strings.TrimLeft(rest, " "))
	setReferer(e, unescapeQuoted(referer))
	return true
}

// parseFPMAccess takes the access log of PHP-FPM, whose time has no brackets.
//
//	127.0.0.1 -  14/Mar/2026:10:00:00 +0000 "GET /index.php" 200
func parseFPMAccess(p *Parser, e *Event, line string) bool {
	client, rest := cutToken(line[:min(len(line), 64)])
	user, rest := cutToken(rest)
	if len(rest) < 20 || !isAccessTime("["+rest) || bareIP(client) == "" {
		return false
	}
	t, rest, ok := p.leadingTime(line[min(len(line), 64)-len(rest):])
	if !ok {
		return false
	}
	request, rest, ok := cutQuoted(strings.TrimLeft(rest, " "))
	if !ok {
		return false
	}
	word, rest := cutToken(strings.TrimLeft(rest, " "))
	status := status3(word)
	if status == 0 {
		return false
	}
	e.setTime(t)
	setClientIP(e, client)
	setUserActor(e, user)
	setRequestLine(e, request, status)
	addFieldIf(e, "extra", rest)
	return true
}

// timedPairs reports whether a line holds a status and the time that nginx took, alone or with its upstream.
func timedPairs(line string) bool {
	timed, status := false, false
	for rest := line; ; {
		i := strings.IndexByte(rest, '=')
		if i < 0 {
			return timed && status
		}
		key := rest[:i]
		timed = timed || strings.HasSuffix(key, " rt") || strings.HasSuffix(key, " urt")
		status = status || strings.HasSuffix(key, "status")
		rest = rest[i+1:]
	}
}

// parseNginxPairs takes nginx logs that were told to write pairs with its own times, which are seconds.
//
//	remote=127.0.0.1 method=POST path=/orders status=201 rt=0.034 urt=0.034 rid=b34f…
func parseNginxPairs(p *Parser, e *Event, line string) bool {
	if !startsPair(line) || !timedPairs(line) || !allPairs(line) {
		return false
	}
	p.rec.flavor = &flavorNginx
	for s := line; s != ""; {
		n, key, v := scanPair(s)
		if n == 0 {
			break
		}
		s = strings.TrimLeft(s[n:], " \t,;")
		if key == "remote" || key == "client" || key == "addr" {
			setClientIP(e, v.S)
		} else if v.Kind != None {
			p.accessPair(e, key, v.S)
		}
	}
	p.finishFields(e)
	return true
}

// setAccessClient takes what stands before the time: [vhost] address(es) ident user.
func setAccessClient(e *Event, s string) {
	var parts [8]string
	n := 0
	for s != "" {
		var f string
		f, _, s = cutField(s)
		if n == len(parts) {
			parts[n-2] = parts[n-1]
			n--
		}
		parts[n] = strings.Trim(f, `"`)
		n++
	}
	addresses := parts[:n]
	if n >= 3 {
		user, ident := parts[n-1], parts[n-2]
		addresses = parts[:n-2]
		if user != `""` {
			setUserActor(e, unescapeQuoted(user))
		}
		switch {
		case !present(ident):
		case n == 3 && looksLikeHost(ident): // lighttpd: address, host, user
			e.AddExtra("host", Text(ident))
		default:
			e.AddField("ident", Text(ident))
		}
	}
	for _, a := range addresses {
		a = strings.TrimSuffix(a, ",")
		if !present(a) {
			continue
		}
		if bareIP(a) == "" {
			if len(addresses) > 1 && looksLikeHost(a) && !e.hasExtra("host") {
				e.AddExtra("host", Text(a))
			} else {
				e.AddField("client", Text(a))
			}
			continue
		}
		if e.Metadata.IP == "" || privateIP(e.Metadata.IP) && !privateIP(bareIP(a)) {
			setClientIP(e, a)
		}
	}
}

// looksLikeHost reports whether s is a host name with a dot, or localhost, with or without a port.
func looksLikeHost(s string) bool {
	s = hostName(s)
	if s == "localhost" {
		return true
	}
	dot := false
	for i := range len(s) {
		c := s[i]
		if !isAlpha(c) && !isDigit(c) && c != '-' && c != '.' && c != '_' {
			return false
		}
		dot = dot || c == '.' && i > 0
	}
	return dot
}

// setRequestLine is setHTTP for a request line as servers quote it. A broken one is kept as it is.
func setRequestLine(e *Event, request string, status int) {
	request = unescapeQuoted(request)
	method, target, ok := splitRequestLine(request)
	if !ok {
		setHTTP(e, "", "", status)
		if present(request) {
			e.AddField("request", Text(request))
		}
		return
	}
	setHTTP(e, method, target, status)
	if i := strings.LastIndexByte(request, ' '); i > len(method) {
		e.AddExtra("protocol", Text(request[i+1:]))
	}
}

// setReferer keeps the page a request came from.
func setReferer(e *Event, s string) {
	if present(s) {
		e.AddExtra("referer", Text(s))
	}
}

// accessLabel returns the name that the label of a web server's LTSV log has elsewhere: ltsv.org defines them.
func accessLabel(label string) string {
	switch label {
	case "host":
		return "remote_addr"
	case "req":
		return "request"
	case "reqtime":
		return "request_time"
	case "reqtime_microsec":
		return "request_time_us"
	case "apptime":
		return "upstream_response_time"
	case "ua":
		return "user_agent"
	case "user":
		return "remote_user"
	case "forwardedfor":
		return "x_forwarded_for"
	}
	return label
}
