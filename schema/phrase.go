package schema

import "strings"

// phrase takes messages that frameworks word in one unmistakable way, whatever logger writes them.
func (p *Parser) phrase(e *Event, msg string) bool {
	switch {
	case strings.HasPrefix(msg, "HTTP "):
		return setSerilogRequest(e, msg) || setHTTPX(e, msg)
	case strings.HasPrefix(msg, "Request finished "):
		return setRequestFinished(e, msg)
	case strings.HasPrefix(msg, "Executed DbCommand ("):
		head, sql, _ := strings.Cut(msg, "\n")
		return setDbCommand(e, head, sql)
	}
	switch c := msg[:min(len(msg), 1)]; c {
	case "E", "I", "N", "F", "B", "U", "M":
		return setWebError(p, e, msg)
	case "":
		return false
	default:
		if isDigit(msg[0]) && len(msg) > 20 {
			return accessTime(msg) > 0 && parseAccessLog(p, e, msg) || setUvicornAccess(e, msg)
		}
	}
	return len(msg) > 12 && msg[0] == '(' && isDigit(msg[1]) && setLoggedSQL(p, e, msg)
}

// setWebError takes what Flask and Django say of a request that failed, beside the line of the request itself.
//
//	Exception on /users/42 [GET]
//	Internal Server Error: /users/42
func setWebError(p *Parser, e *Event, msg string) bool {
	if rest, ok := strings.CutPrefix(msg, "Exception on /"); ok {
		i := strings.LastIndex(rest, " [")
		if i < 0 || !strings.HasSuffix(rest, "]") || !isMethod(rest[i+2:len(rest)-1]) {
			return false
		}
		e.Metadata.Method = rest[i+2 : len(rest)-1]
		_, e.Metadata.Path, _ = splitTarget("/" + rest[:i])
		p.setText(e, msg)
		return true
	}
	i := strings.LastIndex(msg, ": /")
	return i > 0 && strings.IndexByte(msg[i+2:], ' ') < 0 && setDjangoRequest(p, e, msg)
}

// setSerilogRequest takes: HTTP GET /users/42 responded 200 in 12.3456 ms
func setSerilogRequest(e *Event, msg string) bool {
	method, rest := cutToken(msg[5:])
	target, rest := cutToken(rest)
	rest, ok := strings.CutPrefix(rest, "responded ")
	word, took, found := strings.Cut(rest, " in ")
	status := status3(word)
	d, is := parseDuration(took)
	if !ok || !found || !is || status == 0 || !isMethod(method) {
		return false
	}
	e.Metadata.Duration = d
	setHTTP(e, method, target, status)
	return true
}

// setRequestFinished takes what ASP.NET's hosting says at the end of a request.
//
//	Request finished HTTP/1.1 GET http://localhost:5000/users/42 - 200 - text/plain;+charset=utf-8 12.3456ms
func setRequestFinished(e *Event, msg string) bool {
	protocol, rest := cutToken(strings.TrimPrefix(msg, "Request finished "))
	method, rest := cutToken(rest)
	target, rest := cutToken(rest)
	if !strings.HasPrefix(protocol, "HTTP/") || !isMethod(method) {
		return false
	}
	_, answer, ok := strings.Cut(" "+rest, " - ")
	if !ok {
		return false
	}
	if i := strings.Index(answer, "- "); i >= 0 && status3(firstToken(answer)) == 0 { // the request's own length and type come first
		answer = answer[i+2:]
	}
	status := status3(firstToken(answer))
	if status == 0 {
		return false
	}
	if i := strings.LastIndexByte(answer, ' '); i > 0 {
		if d, ok := parseDuration(answer[i+1:]); ok {
			e.Metadata.Duration = d
		}
	}
	_, answer = cutToken(answer)
	setBytes(e, firstToken(answer))
	setHTTP(e, method, target, status)
	return true
}

func firstToken(s string) string {
	t, _ := cutToken(s)
	return t
}

// setDbCommand takes what Entity Framework says of a statement, which follows on the next lines.
//
//	Executed DbCommand (3ms) [Parameters=[@p0='1'], CommandType='Text', CommandTimeout='30']
func setDbCommand(e *Event, head, sql string) bool {
	took, _, ok := strings.Cut(strings.TrimPrefix(head, "Executed DbCommand ("), ")")
	d, is := parseDuration(strings.ReplaceAll(took, ",", ""))
	if !ok || !is || strings.TrimSpace(sql) == "" {
		return false
	}
	lines := strings.Split(sql, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	e.Metadata.Duration = d
	setSQL(e, strings.Join(lines, "\n"), "")
	return true
}

// pumaError takes what Puma says of an exception that no middleware rescued.
//
//	Rack app ("GET /users/42" - (127.0.0.1)): #<RuntimeError: boom>
func pumaError(e *Event, msg string) bool {
	_, rest, ok := strings.Cut(msg, `("`)
	request, rest, found := strings.Cut(rest, `" - (`)
	client, what, is := strings.Cut(rest, ")): #<")
	class, text, _ := strings.Cut(strings.TrimSuffix(what, ">"), ": ")
	method, target, _ := strings.Cut(request, " ")
	if !ok || !found || !is || !isConstant(class) || !isMethod(method) {
		return false
	}
	e.Metadata.Level = LevelError
	e.Metadata.Method = method
	_, e.Metadata.Path, _ = splitTarget(target)
	setClientIP(e, client)
	e.Metadata.Message = Text(msg)
	setException(e, class, text, "")
	setRaised(e)
	return true
}
