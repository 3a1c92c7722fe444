package schema

import "strings"

// parseGunicorn takes the error log of gunicorn: [ts] [pid] [LEVEL] message.
func parseGunicorn(p *Parser, e *Event, s *stamped) bool {
	if !s.closed || !strings.HasPrefix(s.rest, " [") {
		return false
	}
	pid, rest, ok := cutBracket(s.rest[1:])
	if !ok || !allDigits(pid) || !strings.HasPrefix(rest, " [") {
		return false
	}
	word, rest, ok := cutBracket(rest[1:])
	level := levelWord(word, true)
	if !ok || level == LevelNone {
		return false
	}
	e.Metadata.Level = level
	e.Platform.PID = pid
	rest = strings.TrimSpace(rest)
	if request, ok := strings.CutPrefix(rest, "Error handling request "); ok {
		_, path, query := splitTarget(request)
		e.Metadata.Path = path
		if query != "" {
			e.Metadata.Params = queryParams(query)
		}
	}
	p.setText(e, rest)
	return true
}

// parseDjangoServer takes the lines of Django's development server: [14/Mar/2026 10:00:00] "GET /p HTTP/1.1" 200 11.
func parseDjangoServer(_ *Parser, e *Event, s *stamped) bool {
	return s.closed && strings.HasPrefix(s.rest, ` "`) && setShortAccess(e, s.rest[1:])
}

// setShortAccess takes a quoted request line, a status and a size, and nothing more.
func setShortAccess(e *Event, s string) bool {
	request, rest, ok := cutQuoted(s)
	if !ok {
		return false
	}
	word, rest := cutToken(strings.TrimLeft(rest, " "))
	status := status3(word)
	size, rest := cutToken(rest)
	if status == 0 || rest != "" || present(size) && !allDigits(size) {
		return false
	}
	setBytes(e, size)
	setRequestLine(e, request, status)
	return true
}

// parseUvicorn takes the console of uvicorn, and of hypercorn and FastAPI behind it: LEVEL, a colon, blanks, the message.
//
//	INFO:     127.0.0.1:39224 - "GET /loans/1 HTTP/1.1" 200 OK
func parseUvicorn(p *Parser, e *Event, line string) bool {
	colon := strings.IndexByte(line, ':')
	if colon < 4 || colon > 8 || len(line) < colon+3 || line[colon+1] != ' ' || line[colon+2] != ' ' {
		return false
	}
	level := levelWord(line[:colon], false)
	if level == LevelNone {
		return false
	}
	e.Metadata.Level = level
	msg := strings.TrimLeft(line[colon+1:], " ")
	if !setUvicornAccess(e, msg) {
		p.setText(e, msg)
	}
	return true
}

// setUvicornAccess takes: client - "request" status reason.
func setUvicornAccess(e *Event, s string) bool {
	client, _, ok := strings.Cut(s, ` - "`)
	if !ok || strings.IndexByte(client, ' ') >= 0 {
		return false
	}
	request, rest, ok := cutQuoted(s[len(client)+3:])
	if !ok {
		return false
	}
	word, _ := cutToken(strings.TrimLeft(rest, " "))
	status := status3(word)
	if _, _, is := splitRequestLine(request); status == 0 || !is {
		return false
	}
	setClientIP(e, client)
	setRequestLine(e, request, status)
	return true
}

// parsePythonBasic takes what logging.basicConfig writes: LEVEL:logger:message.
func parsePythonBasic(p *Parser, e *Event, line string) bool {
	colon := strings.IndexByte(line, ':')
	if colon < 4 || colon > 8 {
		return false
	}
	level := levelWord(line[:colon], false)
	if level == LevelNone {
		return false
	}
	end := strings.IndexByte(line[colon+1:], ':')
	if end < 1 {
		return false
	}
	logger := line[colon+1 : colon+1+end]
	if !isLogger(logger) {
		return false
	}
	e.Metadata.Level = level
	e.AddField("logger", Text(logger))
	msg := line[colon+end+2:]
	if !p.loggerMessage(e, logger, msg) {
		p.setText(e, msg)
	}
	setDefault(&e.Action, logger)
	return true
}

// loggerMessage takes a message whose logger says what it is: the access logs and clients of Python's and Java's libraries.
func (p *Parser) loggerMessage(e *Event, logger, msg string) bool {
	if strings.HasSuffix(logger, "wsgi.server") {
		return setWSGIAccess(e, msg)
	}
	switch logger {
	case "actix_web::middleware::logger":
		return setActix(e, msg)
	case "uvicorn.access", "hypercorn.access":
		return setUvicornAccess(e, msg)
	case "werkzeug", "gunicorn.access", "aiohttp.access", "access", "waitress", "cherrypy.access", "sanic.access":
		if parseAccessLog(p, e, msg) {
			return true
		}
		return setUvicornAccess(e, msg)
	case "django.server":
		if setShortAccess(e, msg) {
			return true
		}
		i := strings.Index(msg, `] "`)
		return i > 0 && setShortAccess(e, msg[i+2:])
	case "django.request":
		return setDjangoRequest(p, e, msg)
	case "tornado.access":
		return setTornadoAccess(e, msg)
	case "httpx":
		return setHTTPX(e, msg)
	case "urllib3.connectionpool", "requests.packages.urllib3.connectionpool":
		return setURLLib3(e, msg)
	case "django.db.backends", "sqlalchemy.engine.Engine", "sqlalchemy.engine", "sqlalchemy.engine.base.Engine", "org.hibernate.SQL":
		return setLoggedSQL(p, e, msg)
	}
	return false
}

// setDjangoRequest takes "Not Found: /path" and "Internal Server Error: /path": the path is known, the status by name.
func setDjangoRequest(p *Parser, e *Event, msg string) bool {
	for _, r := range [...]struct {
		text   string
		status int
	}{{"Not Found: ", 404}, {"Internal Server Error: ", 500}, {"Forbidden: ", 403}, {"Bad Request: ", 400}, {"Unauthorized: ", 401}, {"Method Not Allowed", 405}} {
		rest, ok := strings.CutPrefix(msg, r.text)
		if !ok {
			continue
		}
		if i := strings.Index(rest, "/"); i >= 0 {
			_, e.Metadata.Path, _ = splitTarget(rest[i:])
		}
		e.Metadata.Status = r.status
		p.setText(e, msg)
		return true
	}
	return false
}

// setTornadoAccess takes: 200 GET /path (127.0.0.1) 1.23ms
func setTornadoAccess(e *Event, s string) bool {
	word, rest := cutToken(s)
	method, rest := cutToken(rest)
	target, rest := cutToken(rest)
	client, rest := cutToken(rest)
	status := status3(word)
	if status == 0 || !isMethod(method) {
		return false
	}
	setClientIP(e, strings.Trim(client, "()"))
	if d, ok := parseDuration(rest); ok {
		e.Metadata.Duration = d
	}
	setHTTP(e, method, target, status)
	return true
}

// setHTTPX takes: HTTP Request: GET https://host/path "HTTP/1.1 200 OK"
func setHTTPX(e *Event, s string) bool {
	rest, ok := strings.CutPrefix(s, "HTTP Request: ")
	if !ok {
		return false
	}
	method, rest := cutToken(rest)
	target, rest := cutToken(rest)
	answer, _, ok := cutQuoted(rest)
	if !ok || !isMethod(method) {
		return false
	}
	_, answer, _ = strings.Cut(answer, " ")
	word, _ := cutToken(answer)
	e.Metadata.Message = Text(s)
	setHTTPClient(e, method, target, status3(word))
	return true
}

// setURLLib3 takes: https://host:443 "GET /path HTTP/1.1" 200 12
func setURLLib3(e *Event, s string) bool {
	base, rest := cutToken(s)
	request, rest, ok := cutQuoted(rest)
	if !ok || !strings.Contains(base, "://") {
		return false
	}
	method, target, ok := splitRequestLine(request)
	if !ok {
		return false
	}
	word, rest := cutToken(strings.TrimLeft(rest, " "))
	size, _ := cutToken(rest)
	setBytes(e, size)
	setHTTPClient(e, method, strings.TrimSuffix(base, "/")+target, status3(word))
	return true
}

// setLoggedSQL takes a statement as a library logs it: bare, or Django's "(0.004) SELECT …; args=(…)" in seconds.
func setLoggedSQL(p *Parser, e *Event, msg string) bool {
	s, took := msg, ""
	if strings.HasPrefix(s, "(") {
		var ok bool
		if took, s, ok = strings.Cut(s[1:], ") "); !ok || !isDecimal(took) {
			return false
		}
	}
	args := ""
	if i := strings.LastIndex(s, "; args="); i >= 0 {
		args = s[i+7:]
		if j := strings.LastIndex(args, "; alias="); j >= 0 {
			args = args[:j]
		}
		s = s[:i]
	}
	if !looksLikeSQL(s) {
		return false
	}
	if took != "" {
		setDuration(e, took, second)
	}
	if args == "None" || args == "()" {
		args = ""
	}
	setSQL(e, s, args)
	scanIdents(e, s)
	p.finishFields(e)
	return true
}

// parseDjangoSQL takes a statement as Django's debugging logger prints it where no format was set: (0.004) SELECT …; args=(…)
func parseDjangoSQL(p *Parser, e *Event, line string) bool {
	return len(line) > 12 && line[0] == '(' && isDigit(line[1]) && setLoggedSQL(p, e, line)
}
