package schema

import "strings"

// resolveRequest takes a line about one HTTP request. Method and path alone are only the surroundings of a line; a
// status or a duration makes it the record of a request.
func (p *Parser) resolveRequest(e *Event) bool {
	r := &p.rec
	p.resolveSpans(e)
	if r.flavor.scale == scalePino || r.flavor == &flavorLogrus { // pino may be told to write its levels as words
		if p.fastify(e) {
			return true
		}
		if e.Metadata.Level >= LevelError && e.Metadata.Error.Class != "" && !e.Metadata.Duration.Set && fastifyID(e) { // the request's own line follows
			p.resolveSurroundingRequest(e)
			return false
		}
	}
	if !r.any(1<<fieldMethod|1<<fieldRequestLine) || !r.any(1<<fieldPath|1<<fieldRequestLine|1<<fieldRequestHost) {
		return false
	}
	method, target := r.text(fieldMethod), r.text(fieldPath)
	if line := r.text(fieldRequestLine); line != "" && (method == "" || target == "") {
		if m, t, ok := splitRequestLine(line); ok {
			method, target = m, t
			r.use(fieldRequestLine)
		} else if target == "" && line[0] == '/' {
			target = line
			r.use(fieldRequestLine)
		}
	}
	if r.hasKey(fieldMethod, "verb", "verb") {
		method = verbMethod(method)
	}
	if !isMethod(upperMethod(method)) || target == "" && !r.has(fieldRequestHost) {
		return false
	}
	if strings.HasPrefix(r.logger, "http.handlers.") { // of Caddy, which logs the request itself elsewhere
		m := &e.Metadata
		m.Method = upperMethod(method)
		_, m.Path, _ = splitTarget(target)
		r.use(fieldMethod)
		r.use(fieldPath)
		p.resolveRequestParts(e)
		return false
	}
	status := p.takeStatus()
	if status == 0 && r.flavor == &flavorStructlog && strings.HasPrefix(e.Metadata.Message.S, "request_") { // django-structlog
		status = takeCode(e)
	}
	if status == 0 && r.hasKey(fieldMethod, "verb", "verb") {
		status = takeResponse(e)
	}
	r.use(fieldMethod)
	r.use(fieldPath)
	if status == 0 && (!e.Metadata.Duration.Set || r.spanned) {
		m := &e.Metadata
		m.Method = upperMethod(method)
		_, m.Path, _ = splitTarget(target)
		p.resolveRequestParts(e)
		return false
	}
	if q := r.takeText(fieldQuery); q != "" && strings.IndexByte(target, '?') < 0 {
		target = p.concat(target, "?", strings.TrimPrefix(q, "?"))
	}
	client := p.isClientCall(e)
	e.Type = ""
	p.resolveRequestParts(e)
	if client {
		if host := r.text(fieldRequestHost); host != "" && strings.HasPrefix(target, "/") && publicHost(hostName(host)) {
			target = p.concat("https://", host, target)
			r.use(fieldRequestHost)
		}
		setHTTPClient(e, method, target, status)
	} else {
		setHTTP(e, method, target, status)
	}
	host := r.takeText(fieldRequestHost)
	if host == "" && r.hostHeader() {
		host = r.takeText(fieldHost)
	}
	if r.flavor == &flavorEcho && e.Correlation.RequestID == "" {
		e.setRequestID("id", r.takeText(fieldPlainID))
	}
	if host != "" && !e.hasExtra("host") {
		e.AddExtra("host", Text(host))
	}
	return true
}

// resolveSurroundingRequest notes the request that a line stands in.
func (p *Parser) resolveSurroundingRequest(e *Event) {
	r := &p.rec
	if method := r.text(fieldMethod); isMethod(method) && r.has(fieldPath) {
		e.Metadata.Method = method
		_, e.Metadata.Path, _ = splitTarget(r.text(fieldPath))
		r.use(fieldMethod)
		r.use(fieldPath)
	}
	p.resolveRequestParts(e)
}

// verbMethod returns the method behind a verb of Kubernetes' API, or the word itself.
func verbMethod(verb string) string {
	switch verb {
	case "list", "watch":
		return "GET"
	case "create":
		return "POST"
	case "update":
		return "PUT"
	case "deletecollection":
		return "DELETE"
	}
	return verb
}

// takeCode takes the status that django-structlog calls code.
func takeCode(e *Event) int {
	fields := e.Metadata.Fields
	for i := range fields {
		if fields[i].Key == "code" {
			status := status3(fields[i].Value.S)
			if status != 0 {
				e.Metadata.Fields = append(fields[:i], fields[i+1:]...)
			}
			return status
		}
	}
	return 0
}

// takeStatus returns the HTTP status of the line, 0 when it has none.
func (p *Parser) takeStatus() int {
	s := status3(p.rec.text(fieldStatus))
	if s != 0 {
		p.rec.use(fieldStatus)
	}
	return s
}

// takeResponse returns the status of a request that Logstash's patterns took apart: its name there is response.
func takeResponse(e *Event) int {
	for i := range e.Metadata.Fields {
		if f := &e.Metadata.Fields[i]; f.Key == "response" {
			if s := status3(f.Value.scalar()); s != 0 {
				e.Metadata.Fields = append(e.Metadata.Fields[:i], e.Metadata.Fields[i+1:]...)
				return s
			}
		}
	}
	return 0
}

// resolveRequestParts fills what a request has beside method, target and status.
func (p *Parser) resolveRequestParts(e *Event) {
	r := &p.rec
	m := &e.Metadata
	if s := r.text(fieldForwarded); s != "" && present(s) && m.IP == "" {
		setClientIP(e, s)
		if m.IP != "" {
			r.use(fieldForwarded)
		}
	}
	if v := r.get(fieldIP); !v.isNull() {
		s := v.scalar()
		if ip := bareIP(s); ip != "" {
			setDefault(&m.IP, ip)
			r.use(fieldIP)
		} else if m.IP == "" {
			setClientIP(e, s)
		}
	}
	if s := e.Platform.Host; m.IP == "" && s != "" && m.Level == LevelNone && bareIP(s) == s { // Apache's %h
		m.IP, e.Platform.Host = s, ""
	}
	if v := r.get(fieldUserAgent); !v.isNull() && m.UserAgent == "" {
		s := v.scalar()
		if v.isArray() {
			eachItem(v.S, func(item Value) bool { s = item.scalar(); return false })
		}
		setUserAgent(e, s)
		r.use(fieldUserAgent)
	}
	if m.Route == "" {
		if s := r.text(fieldRoute); s != "" {
			if _, after, ok := strings.Cut(s, " "); ok && strings.HasPrefix(after, "/") {
				s = after
			}
			m.Route = s
			r.use(fieldRoute)
		} else if c, a := r.text(fieldController), r.text(fieldAction); c != "" && a != "" {
			m.Route = p.paired(c, '#', a)
			r.use(fieldController)
			r.use(fieldAction)
		}
	}
	if v := r.get(fieldParams); m.Params.IsZero() && (v.isObject() && v.S != "{}" || v.isText() && strings.HasPrefix(v.S, "{")) {
		m.Params = v
		r.use(fieldParams)
	}
	if n, ok := atoi(r.text(fieldBytes)); ok && !m.HasBytes {
		m.Bytes, m.HasBytes = n, true
		r.use(fieldBytes)
	}
	if m.Status == 0 && e.Type != "" {
		if s := p.takeStatus(); s != 0 && (e.Type == "http.request" || e.Type == "http.client") {
			setStatus(e, s)
		} else if s != 0 {
			m.Status = s
		}
	}
}

// clientLoggers lists parts of the names of HTTP clients, in lower case.
var clientLoggers = [...]string{
	"faraday", "httpclient", "http_client", "http.client", "axios", "undici", "okhttp", "resttemplate", "webclient", "urllib3", "httpx", "aiohttp.client", "guzzle", "feign",
	"net::http", "httplog", "excon", "typhoeus", "httparty", "resty", "requests.",
}

// clientLogger reports whether the name of a logger is that of an HTTP client.
func (p *Parser) clientLogger(logger string) bool {
	known, ok := p.clients[logger]
	if ok {
		return known
	}
	for _, name := range clientLoggers {
		known = known || containsFold(logger, name)
	}
	if len(p.clients) < maxNouns {
		if p.clients == nil {
			p.clients = make(map[string]bool)
		}
		p.clients[strings.Clone(logger)] = known
	}
	return known
}

// isClientCall reports whether the line tells of a request that the program made, not of one that it answered.
func (p *Parser) isClientCall(e *Event) bool {
	r := &p.rec
	switch s := r.text(fieldKind); lowerText(s) {
	case "client", "span_kind_client", "outbound", "outgoing", "egress", "out", "3":
		r.use(fieldKind)
		return true
	case "server", "span_kind_server", "inbound", "incoming", "2":
		r.use(fieldKind)
		return false
	}
	if v := r.get(fieldClient); v.isText() && bareIP(v.S) == "" {
		return true
	}
	if len(r.logger) > 4 && p.clientLogger(r.logger) {
		return true
	}
	first, rest := cutToken(e.Metadata.Message.S)
	if len(first) < 4 || len(first) > 9 {
		return false
	}
	switch lowerText(strings.TrimRight(first, ":")) {
	case "call", "calling", "called", "outgoing", "outbound", "fetch", "fetching", "upstream", "external":
		return true
	case "http", "request", "sending", "sent":
		second, _ := cutToken(rest)
		return strings.EqualFold(second, "client") || strings.EqualFold(second, "to")
	}
	return false
}
