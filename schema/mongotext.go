package schema

import "strings"

// parseMongoText takes MongoDB's log before version 4.4.
//
//	2026-03-14T10:00:00.123+0000 I COMMAND  [conn12] command shop.orders command: find { … } 150ms
func parseMongoText(p *Parser, e *Event, s *stamped) bool {
	rest := s.rest
	if s.bracket || len(rest) < 12 || rest[0] != ' ' || rest[2] != ' ' && !isDigit(rest[2]) {
		return false
	}
	switch rest[1] {
	case 'F':
		e.Metadata.Level = LevelFatal
	case 'E':
		e.Metadata.Level = LevelError
	case 'W':
		e.Metadata.Level = LevelWarn
	case 'I':
		e.Metadata.Level = LevelInfo
	case 'D':
		e.Metadata.Level = LevelDebug
	default:
		return false
	}
	_, rest = cutToken(rest[1:])
	component, rest := cutToken(rest)
	context, rest, ok := cutBracket(rest)
	if !ok || strings.ToUpper(component) != component {
		e.Metadata.Level = LevelNone
		return false
	}
	e.Platform.Thread = context
	if conn, ok := strings.CutPrefix(context, "conn"); ok {
		e.AddIdent(IdentConn, "conn", conn)
	}
	addFieldIf(e, "component", component)
	rest = strings.TrimSpace(rest)
	if i := strings.LastIndexByte(rest, ' '); component == "COMMAND" && i > 0 && strings.HasSuffix(rest, "ms") {
		if d, ok := parseDuration(rest[i+1:]); ok {
			e.Metadata.Duration = d
		}
	}
	p.setText(e, rest)
	return true
}

// parseMySQLGeneral takes MySQL's general log: time, TAB, thread, command, TAB, argument.
//
//	2026-03-14T10:00:00.123456Z	   12 Query	SELECT * FROM users WHERE id = 42
func parseMySQLGeneral(p *Parser, e *Event, s *stamped) bool {
	if s.bracket || !strings.HasPrefix(s.rest, "\t") {
		return false
	}
	head, arg, ok := strings.Cut(s.rest[1:], "\t")
	thread, command := cutToken(strings.TrimLeft(head, " "))
	if !ok || !allDigits(thread) {
		return false
	}
	switch command {
	case "Query", "Execute", "Prepare":
		setSQL(e, arg, "")
	case "Connect", "Quit", "Init DB", "Close stmt", "Statistics", "Ping", "Field List", "Reset stmt", "Change user":
		e.Metadata.Message = Text(strings.TrimSpace(command + " " + arg))
	default:
		return false
	}
	e.Platform.Thread = thread
	return true
}

// parseYii takes Yii's file log: [address][user][session][level][category].
func parseYii(p *Parser, e *Event, s *stamped) bool {
	rest := strings.TrimLeft(s.rest, " ")
	if s.bracket || !strings.HasPrefix(rest, "[") {
		return false
	}
	var f [5]string
	for i := range f {
		inner, after, ok := cutBracket(rest)
		if !ok {
			return false
		}
		f[i], rest = inner, after
	}
	level := levelWord(f[3], true)
	if level == LevelNone || bareIP(f[0]) == "" && f[0] != "-" {
		return false
	}
	e.Metadata.Level = level
	setClientIP(e, f[0])
	setUserActor(e, f[1])
	if present(f[2]) {
		e.setSession("session", f[2])
	}
	e.AddField("category", Text(f[4]))
	p.setText(e, rest)
	return true
}
