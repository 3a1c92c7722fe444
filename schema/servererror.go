package schema

import (
	"strings"
	"time"
)

// parseNginxError takes nginx's error log.
//
//	2026/03/14 10:00:00 [error] 1234#1234: *5 connect() failed, client: 203.0.113.5, server: shop.test, request: "GET / HTTP/1.1", host: "shop.test"
func parseNginxError(p *Parser, e *Event, s *stamped) bool {
	if s.bracket || !strings.HasPrefix(s.rest, " [") {
		return false
	}
	word, rest, ok := cutBracket(s.rest[1:])
	level := levelWord(word, true)
	if !ok || level == LevelNone || len(rest) < 4 {
		return false
	}
	pids, rest := cutToken(rest[1:])
	pid, tid, ok := strings.Cut(strings.TrimSuffix(pids, ":"), "#")
	if !ok || !allDigits(pid) || !allDigits(tid) || !strings.HasSuffix(pids, ":") {
		return false
	}
	e.Metadata.Level = level
	e.Platform.PID, e.Platform.Thread = pid, tid
	if conn, after := cutToken(rest); len(conn) > 1 && conn[0] == '*' && allDigits(conn[1:]) {
		e.AddIdent(IdentConn, "connection", conn[1:])
		rest = after
	}
	e.Metadata.Message = Text(rest)
	at := strings.Index(rest, ", client: ")
	if at < 0 {
		setServerError(e)
		scanIdents(e, rest)
		p.finishFields(e)
		return true
	}
	e.Metadata.Message = Text(rest[:at])
	setServerError(e)
	for tail := rest[at+2:]; tail != ""; {
		key, value, ok := strings.Cut(tail, ": ")
		if !ok {
			break
		}
		if inner, after, quoted := cutQuoted(value); quoted {
			value, tail = unescapeQuoted(inner), strings.TrimPrefix(after, ", ")
		} else {
			value, tail, _ = strings.Cut(value, ", ")
		}
		nginxErrorPair(e, key, value)
	}
	p.finishFields(e)
	return true
}

func nginxErrorPair(e *Event, key, value string) {
	switch key {
	case "client":
		setClientIP(e, value)
	case "request":
		method, target, ok := splitRequestLine(value)
		if !ok {
			e.AddField(key, Text(value))
			return
		}
		action := e.Action
		setRequest(e, method, target, 0, new(pathIDs))
		e.Action = action
	case "request_id":
		e.setRequestID(key, value)
	case "host":
		e.AddExtra("host", Text(value))
	case "referrer":
		setReferer(e, value)
	case "upstream":
		host, path, _ := splitTarget(value)
		e.AddField("upstream", Text(host+path))
	default:
		addFieldIf(e, key, value)
	}
}

// setServerError makes e the event of an error when the server itself says that its message is one.
func setServerError(e *Event) {
	m := &e.Metadata
	if m.Level < LevelError {
		return
	}
	m.Error.Message = m.Message
	if _, thrown, ok := strings.Cut(m.Message.S, "PHP Fatal error:  Uncaught "); ok {
		thrown, _, _ = strings.Cut(thrown, `" while `) // nginx quotes what FastCGI wrote
		thrown = strings.TrimSuffix(strings.ReplaceAll(thrown, `\n`, "\n"), `"`)
		first, stack, _ := strings.Cut(thrown, "\n")
		setUncaughtPHP(e, first)
		m.Error.Stack = Text(stack)
	}
	setModSecurity(e)
	setRaised(e)
}

// setModSecurity takes what ModSecurity says of the request that it is about: [uri "/users/42"] [unique_id "ZfLBoH8AAQEAAB3bR2MAAAAB"].
func setModSecurity(e *Event) {
	m := &e.Metadata
	if !strings.HasPrefix(m.Message.S, "ModSecurity: ") {
		return
	}
	for rest := m.Message.S; ; {
		i := strings.Index(rest, " [")
		if i < 0 {
			break
		}
		inner, after, ok := cutBracket(rest[i+1:])
		if !ok {
			break
		}
		key, value := cutToken(inner)
		switch value = strings.Trim(value, `"`); key {
		case "unique_id":
			e.setRequestID(key, value)
		case "uri":
			m.Path = value
		case "id":
			e.AddField("rule", Text(value))
		}
		rest = after
	}
}

// parseApacheError takes the error log of Apache 2.4, and of 2.2 with its single level in brackets.
//
//	[Sat Mar 14 10:00:00.123456 2026] [proxy:error] [pid 12:tid 34] [client 203.0.113.5:4711] AH00898: message
func parseApacheError(p *Parser, e *Event, s *stamped) bool {
	if !s.closed || !isAlpha(s.stamp[0]) || !strings.HasPrefix(s.rest, " [") {
		return false
	}
	tag, rest, ok := cutBracket(s.rest[1:])
	if !ok {
		return false
	}
	module, word, two := strings.Cut(tag, ":")
	if !two {
		module, word = "", tag
	}
	level := levelWord(strings.TrimRight(word, "12345678"), true)
	if level == LevelNone {
		return false
	}
	e.Metadata.Level = level
	addFieldIf(e, "module", module)
	rest, cause := strings.TrimLeft(rest, " "), ""
	for strings.HasPrefix(rest, "[") || cause == "" && strings.HasPrefix(rest, "(") {
		if rest[0] == '(' { // (111)Connection refused: [client …
			i := strings.Index(rest, ": [client ")
			if j := strings.Index(rest, ": AH"); i < 0 || j > 0 && j < i {
				i = j
			}
			if i < 0 {
				break
			}
			cause, rest = rest[:i], rest[i+2:]
		}
		inner, after, ok := cutBracket(rest)
		if !ok {
			break
		}
		switch {
		case strings.HasPrefix(inner, "pid "):
			pid, tid, _ := strings.Cut(inner[4:], ":tid ")
			e.Platform.PID, e.Platform.Thread = pid, tid
		case strings.HasPrefix(inner, "client "), strings.HasPrefix(inner, "remote "):
			setClientIP(e, inner[7:])
		default:
			if !p.headTag(e, inner) {
				e.AddField("tag", Text(inner))
			}
		}
		rest = strings.TrimLeft(after, " ")
	}
	if i := strings.LastIndex(rest, ", referer: "); i >= 0 {
		setReferer(e, rest[i+11:])
		rest = rest[:i]
	}
	if code, after := cutToken(rest); len(code) == 8 && strings.HasPrefix(code, "AH") && code[7] == ':' {
		e.AddField("code", Text(code[:7]))
		rest = after
	}
	addFieldIf(e, "cause", cause)
	e.Metadata.Message = Text(rest)
	setServerError(e)
	scanIdents(e, rest)
	p.finishFields(e)
	return true
}

// parsePHPError takes PHP's error_log, and FPM's own.
//
//	[14-Mar-2026 10:00:00 UTC] PHP Fatal error:  Uncaught RuntimeException: card declined in /app/m.php:9
func parsePHPError(p *Parser, e *Event, s *stamped) bool {
	if len(s.rest) < 5 || len(s.stamp) < 12 || s.stamp[2] != '-' || !s.bracket || !s.closed && !p.namedZone(s) {
		return false
	}
	rest := s.rest[1:]
	msg, php := strings.CutPrefix(rest, "PHP ")
	word, text, ok := strings.Cut(msg, ": ")
	if !ok {
		p.setText(e, rest)
		return true
	}
	text = strings.TrimSpace(text)
	switch word {
	case "Fatal error", "Parse error", "Core error", "Compile error", "Recoverable fatal error":
		e.Metadata.Level = LevelFatal
	case "Warning", "WARNING", "User Warning", "Core warning":
		e.Metadata.Level = LevelWarn
	case "Notice", "Deprecated", "Strict Standards", "User Notice", "NOTICE":
		e.Metadata.Level = LevelInfo
	case "ERROR", "User Error":
		e.Metadata.Level = LevelError
	case "ALERT":
		e.Metadata.Level = LevelFatal
	default:
		if php {
			text = msg
		} else {
			text = rest
		}
	}
	e.Metadata.Message = Text(text)
	if thrown, ok := strings.CutPrefix(text, "Uncaught "); ok && php {
		setUncaughtPHP(e, thrown)
	}
	scanIdents(e, text)
	p.finishFields(e)
	return true
}

// setUncaughtPHP reads "Class: message in /file.php:9".
func setUncaughtPHP(e *Event, s string) {
	class, text, ok := strings.Cut(s, ": ")
	if !ok || !isLogger(class) {
		return
	}
	if i := strings.LastIndex(text, " in "); i >= 0 && isSourceLine(text[i+4:]) {
		e.AddField("caller", Text(text[i+4:]))
		text = text[:i]
	}
	e.Metadata.Error.Class = class
	e.Metadata.Error.Message = Text(text)
	setRaised(e)
}

// namedZone reads the name of a zone that PHP writes behind a time, [14-Mar-2026 10:00:00 Europe/Berlin], and sets the time
// right where the machine knows the zone.
func (p *Parser) namedZone(s *stamped) bool {
	end := strings.IndexByte(s.rest[:min(len(s.rest), 40)], ']')
	if end < 4 || s.rest[0] != ' ' || end+2 >= len(s.rest) || s.rest[end+1] != ' ' {
		return false
	}
	name := s.rest[1:end]
	if area, city, ok := strings.Cut(name, "/"); !ok || !isCollection(area) || city == "" || strings.IndexByte(name, ' ') >= 0 || strings.Contains(name, "..") {
		return false
	}
	if loc := p.zone(name); loc != nil {
		old, utc, zoned := p.loc, p.utc, p.zoned
		p.loc, p.utc, p.zoned = loc, false, true
		if t, ok := p.parseTime(s.stamp); ok {
			s.time = t
		}
		p.loc, p.utc, p.zoned = old, utc, zoned
	}
	s.closed, s.rest = true, s.rest[end+1:]
	return true
}

// zone returns the location of that name, nil when the machine does not know it.
func (p *Parser) zone(name string) *time.Location {
	loc, ok := p.zones[name]
	if ok {
		return loc
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		loc = nil
	}
	if len(p.zones) < 64 {
		if p.zones == nil {
			p.zones = make(map[string]*time.Location)
		}
		p.zones[strings.Clone(name)] = loc
	}
	return loc
}
