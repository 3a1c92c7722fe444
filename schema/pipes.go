package schema

import "strings"

// parsePipes takes what stands between bars behind a timestamp: the access logs of fiber, negroni and Beego, and NLog.
//
//	10:00:00 | 200 |  150ms |  127.0.0.1 | GET     | /users/42 | -
//	2026-03-14 10:00:00.1234|INFO|Shop.Orders|message
func parsePipes(p *Parser, e *Event, s *stamped) bool {
	if s.bracket && !s.closed {
		return false
	}
	rest := strings.TrimLeft(s.rest, " ")
	if rest == "" || rest[0] != '|' {
		return false
	}
	if level := levelWord(strings.TrimSpace(firstPipe(rest[1:])), false); level != LevelNone && rest[1] != ' ' {
		_, after, _ := strings.Cut(rest[1:], "|")
		logger, msg, ok := strings.Cut(after, "|")
		if !ok || !isLogger(logger) {
			return false
		}
		e.Platform.Format = "nlog"
		e.Metadata.Level = level
		e.AddField("logger", Text(logger))
		if at := strings.LastIndexByte(msg, '|'); level >= LevelWarn && at >= 0 && exceptionLine(msg[at+1:]) != "" { // ${message:withexception=true}
			class, text, _ := strings.Cut(msg[at+1:], ": ")
			setException(e, class, text, "")
			msg = msg[:at]
		}
		if !p.phrase(e, msg) {
			p.setText(e, msg)
		}
		if e.Metadata.Error.Class != "" {
			setRaised(e)
		}
		setDefault(&e.Action, logger)
		return true
	}
	return setPipeAccess(e, rest[1:])
}

func firstPipe(s string) string {
	s, _, _ = strings.Cut(s, "|")
	return s
}

// setPipeAccess gives each cell between bars the meaning its shape has. A status, a method and a path must be there.
func setPipeAccess(e *Event, s string) bool {
	status := 0
	method, target, ip := "", "", ""
	var took Duration
	for cell := range strings.SplitSeq(s, "|") {
		cell = strings.TrimSpace(cell)
		if cell == "" || cell == "-" {
			continue
		}
		word, rest := cutToken(cell)
		d, isTime := parseDuration(cell)
		switch {
		case status == 0 && status3(cell) > 0:
			status = status3(cell)
		case !took.Set && isTime:
			took = d
		case ip == "" && bareIP(cell) != "":
			ip = cell
		case method == "" && isMethod(word):
			method = word
			if strings.HasPrefix(rest, "/") {
				target = firstToken(rest)
			}
		case target == "" && cell[0] == '/':
			target = firstToken(cell)
		}
	}
	if status == 0 || method == "" || target == "" {
		return false
	}
	e.Metadata.Duration = took
	if ip != "" {
		setClientIP(e, ip)
	}
	setHTTP(e, method, target, status)
	return true
}
