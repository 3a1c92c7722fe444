package schema

import "strings"

// setHTTP fills e with one request that a server answered: type, action, method, path, route, parameters, subject,
// status and outcome. target is what stood in the request line: a path with query string, an absolute URL, or an authority.
// status 0 is unknown. What e has already (type, route, params, subject, outcome) is kept.
func setHTTP(e *Event, method, target string, status int) {
	setDefault(&e.Type, "http.request")
	var ids pathIDs
	host, shape := setRequest(e, method, target, status, &ids)
	if host != "" && !e.hasExtra("host") {
		e.AddExtra("host", Text(host))
	}
	if e.Subject.Type != "" {
		return
	}
	if shape == nil {
		setPathSubject(e, e.Metadata.Path)
	} else {
		shape.setSubject(e, e.Metadata.Path, &ids)
	}
}

// setHTTPClient is setHTTP for a request that the logging program made itself. A call to a host on the internet is an
// action on that host; a call inside of the system is an action on the path, as its server will log it.
func setHTTPClient(e *Event, method, target string, status int) {
	setDefault(&e.Type, "http.client")
	host, _ := setRequest(e, method, target, status, new(pathIDs))
	if host == "" {
		if e.Subject.Type == "" {
			setPathSubject(e, e.Metadata.Path)
		}
		return
	}
	name := hostName(host)
	if publicHost(name) {
		host = strings.TrimSuffix(strings.TrimSuffix(host, ":443"), ":80")
		e.Action = e.Metadata.Method + " " + host + e.Metadata.Path
		if e.Subject.Type == "" {
			e.Subject = Subject{"service", name}
		}
	} else if e.Subject.Type == "" {
		setPathSubject(e, e.Metadata.Path)
	}
	if !e.hasExtra("host") {
		e.AddExtra("host", Text(host))
	}
}

// setRequest fills what server and client side have in common. It returns the host of an absolute URL and, when the path is
// one that is remembered, its shape and ids.
func setRequest(e *Event, method, target string, status int, ids *pathIDs) (host string, shape *pathShape) {
	m := &e.Metadata
	m.Method = upperMethod(method)
	host, path, query := splitTarget(target)
	m.Path = path
	switch {
	case path == "" && m.Method == "":
		setDefault(&e.Action, "request")
	case path == "":
		e.Action = strings.TrimSpace(m.Method + " " + host)
	case m.Method == "":
		e.Action = path
	default:
		e.Action = e.requestAction(path)
	}
	if query != "" && m.Params.IsZero() {
		m.Params = e.queryParams(query)
	}
	if e.parser != nil {
		shape = e.parser.pathShape(path, ids)
	}
	if m.Route == "" && path != "" {
		if shape != nil {
			m.Route = shape.route
		} else {
			m.Route = e.routeTemplate(path)
		}
	}
	if status > 0 {
		setStatus(e, status)
	}
	if shape != nil && !shape.graphQL {
		e.parser.noGraphQL = path
	} else if isGraphQL(path) {
		setGraphQLParams(e, query)
	}
	return host, shape
}

// requestAction returns method and path. Many loggers write just that in the message: then it is a piece of it.
func (e *Event) requestAction(path string) string {
	m := &e.Metadata
	n := len(m.Method) + 1 + len(path)
	if s := m.Message.S; m.Message.Kind == String && len(s) >= n && s[len(m.Method)] == ' ' && s[:len(m.Method)] == m.Method && s[len(m.Method)+1:n] == path {
		return s[:n]
	}
	return e.concat(m.Method, " ", path)
}

// setStatus sets the status and, if nobody said it better, the outcome.
func setStatus(e *Event, status int) {
	if status < 100 || status > 999 {
		return
	}
	e.Metadata.Status = status
	if e.Metadata.Outcome == OutcomeNone {
		e.Metadata.Outcome = statusOutcome(status)
	}
}

// statusOutcome says how a request with an HTTP status went.
func statusOutcome(status int) Outcome {
	switch {
	case status >= 400:
		return OutcomeFailure
	case status >= 100:
		return OutcomeSuccess
	}
	return OutcomeNone
}

// hasExtra reports whether a named piece of metadata is set.
func (e *Event) hasExtra(key string) bool {
	for i := range e.Metadata.Extra {
		if e.Metadata.Extra[i].Key == key {
			return true
		}
	}
	return false
}

// splitTarget takes a request target apart. User information in an absolute URL is left out, and so is a fragment.
func splitTarget(target string) (host, path, query string) {
	if i := strings.IndexByte(target, '#'); i >= 0 {
		target = target[:i]
	}
	if target == "" || target == "-" {
		return "", "", ""
	}
	if target[0] != '/' {
		if i := strings.Index(target, "://"); i > 0 && isScheme(target[:i]) {
			rest := target[i+3:]
			end := strings.IndexAny(rest, "/?")
			if end < 0 {
				end = len(rest)
			}
			host, target = rest[:end], rest[end:]
			if at := strings.LastIndexByte(host, '@'); at >= 0 {
				host = host[at+1:]
			}
			if target == "" || target[0] == '?' {
				_, query, _ = strings.Cut(target, "?")
				return host, "/", query
			}
		} else if isAuthority(target) {
			return target, "", "" // CONNECT host:port
		}
	}
	path, query, _ = strings.Cut(target, "?")
	return host, path, query
}

func isScheme(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isAlpha(c) && (i == 0 || !isDigit(c) && c != '+' && c != '.' && c != '-') {
			return false
		}
	}
	return s != ""
}

// isAuthority reports whether s is host:port.
func isAuthority(s string) bool {
	i := strings.LastIndexByte(s, ':')
	return i > 0 && i+1 < len(s) && allDigits(s[i+1:]) && strings.IndexByte(s, '/') < 0
}

// hostName returns host without its port.
func hostName(host string) string {
	if i := strings.LastIndexByte(host, ':'); i > 0 && allDigits(host[i+1:]) && i+1 < len(host) {
		return host[:i]
	}
	return host
}

// publicHost reports whether a host name is one of the internet, not one that only means something inside a cluster.
func publicHost(name string) bool {
	i := strings.LastIndexByte(name, '.')
	if i < 0 || allDigits(name[i+1:]) {
		return false
	}
	switch name[i+1:] {
	case "local", "internal", "svc", "test", "localhost", "lan", "consul", "cluster", "localdomain", "invalid", "intranet", "corp", "home":
		return false
	}
	return true
}

// isMethod reports whether s is a method of HTTP or one of its extensions.
func isMethod(s string) bool {
	switch s {
	case "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE", "QUERY", "PURGE", "LINK", "UNLINK", "BAN",
		"PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH", "MKACTIVITY", "CHECKOUT", "MERGE",
		"MKCALENDAR", "SUBSCRIBE", "UNSUBSCRIBE", "NOTIFY", "PRI":
		return true
	}
	return false
}

func upperMethod(s string) string {
	if s == "-" {
		return ""
	}
	for i := range len(s) {
		if s[i] >= 'a' && s[i] <= 'z' {
			return strings.ToUpper(s)
		}
	}
	return s
}

// lowerText is strings.ToLower that sees at once when there is nothing to do.
func lowerText(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' || c >= 0x80 {
			return strings.ToLower(s)
		}
	}
	return s
}

// splitRequestLine takes "GET /path HTTP/1.1" apart; the protocol may be missing. ok is false for anything else, as
// servers log for broken requests.
func splitRequestLine(s string) (method, target string, ok bool) {
	method, rest, found := strings.Cut(s, " ")
	if !found || !isToken(method) {
		return "", "", false
	}
	target = rest
	known := isMethod(method)
	if i := strings.LastIndexByte(rest, ' '); i >= 0 && strings.HasPrefix(rest[i+1:], "HTTP/") {
		target = rest[:i]
		known = known || isAlpha(method[0])
	}
	if target == "" || !known && target[0] != '/' {
		return "", "", false
	}
	return method, target, true
}

// isToken reports whether s is a plausible method: letters, short.
func isToken(s string) bool {
	for i := range len(s) {
		if !isAlpha(s[i]) && s[i] != '-' && s[i] != '_' {
			return false
		}
	}
	return s != "" && len(s) <= 20
}

// setClientIP sets the address a request came from: the first public one of a list of forwarders, else the first.
// Ports and brackets are left out. What is not an address is ignored.
func setClientIP(e *Event, s string) {
	if strings.IndexByte(s, ',') < 0 {
		if ip := bareIP(strings.TrimSpace(s)); ip != "" {
			e.Metadata.IP = ip
		}
		return
	}
	first := ""
	for part := range strings.SplitSeq(s, ",") {
		ip := bareIP(strings.TrimSpace(part))
		if ip == "" {
			continue
		}
		if first == "" {
			first = ip
		}
		if !privateIP(ip) {
			first = ip
			break
		}
	}
	if first != "" {
		e.Metadata.IP = first
	}
}

// bareIP returns the address in s without port, brackets and zone, "" when there is none.
func bareIP(s string) string {
	if s == "" {
		return ""
	}
	if s[0] == '[' {
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return ""
		}
		s = s[1:end]
	} else if i := strings.IndexByte(s, ':'); i > 0 && strings.IndexByte(s[i+1:], ':') < 0 {
		if !allDigits(s[i+1:]) {
			return ""
		}
		s = s[:i]
	}
	if isIPv4(s) {
		return s
	}
	if isIPv6(s) {
		if i := strings.IndexByte(s, '%'); i > 0 {
			s = s[:i]
		}
		return s
	}
	return ""
}

// isIPv4 reports whether s is four numbers with dots.
func isIPv4(s string) bool {
	parts, n, digits := 0, 0, 0
	for i := 0; i <= len(s); i++ {
		if i == len(s) || s[i] == '.' {
			if digits == 0 || n > 255 {
				return false
			}
			parts++
			n, digits = 0, 0
			continue
		}
		if !isDigit(s[i]) || digits == 3 {
			return false
		}
		n = n*10 + int(s[i]-'0')
		digits++
	}
	return parts == 4
}

// isIPv6 reports whether s looks like an IPv6 address: hex digits and at least two colons.
func isIPv6(s string) bool {
	if i := strings.IndexByte(s, '%'); i > 0 {
		s = s[:i]
	}
	colons, run := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == ':':
			colons++
			run = 0
		case isHex(c):
			if run++; run > 4 {
				return false
			}
		case c == '.' && colons >= 2: // ::ffff:192.0.2.1
			run = 0
		default:
			return false
		}
	}
	return colons >= 2 && colons <= 7
}

// privateIP reports whether an address only means something inside a network.
func privateIP(s string) bool {
	s = strings.TrimPrefix(s, "::ffff:")
	switch {
	case strings.HasPrefix(s, "10."), strings.HasPrefix(s, "127."), strings.HasPrefix(s, "192.168."), strings.HasPrefix(s, "169.254."), s == "::1":
		return true
	case strings.HasPrefix(s, "172.") && len(s) > 6 && s[6] == '.':
		return s[4:6] >= "16" && s[4:6] <= "31"
	case strings.HasPrefix(s, "fe80:"), strings.HasPrefix(s, "fc"), strings.HasPrefix(s, "fd"):
		return strings.IndexByte(s, ':') > 0
	}
	return false
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isAlpha(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isHex(c byte) bool   { return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

// allDigits reports whether s is one or more decimal digits.
func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}
