package schema

import "strings"

// parseMySQLError takes the error log of MySQL and MariaDB: timestamp, thread, [level], and since 8.0 code and subsystem.
//
//	2026-03-14T10:00:00.123456Z 8 [Warning] [MY-010055] [Server] message
func parseMySQLError(p *Parser, e *Event, s *stamped) bool {
	if s.bracket || len(s.rest) < 5 || s.rest[0] != ' ' {
		return false
	}
	thread, rest := cutToken(strings.TrimLeft(s.rest, " "))
	if !allDigits(thread) || !strings.HasPrefix(rest, "[") {
		return false
	}
	word, rest, ok := cutBracket(rest)
	if !ok {
		return false
	}
	switch word {
	case "Note", "System", "Warning", "ERROR", "Error":
	default:
		return false
	}
	e.Metadata.Level = levelOf(word)
	e.Platform.Thread = thread
	for _, name := range [...]string{"code", "subsystem"} {
		if inner, after, ok := cutBracket(strings.TrimLeft(rest, " ")); ok && strings.IndexByte(inner, ' ') < 0 {
			e.AddField(name, Text(inner))
			rest = after
		}
	}
	rest = strings.TrimLeft(rest, " ")
	if e.Metadata.Level >= LevelError {
		e.Metadata.Message, e.Metadata.Error.Message = Text(rest), Text(rest)
		for i := range e.Metadata.Fields {
			if f := &e.Metadata.Fields[i]; f.Key == "code" {
				e.Metadata.Error.Class = f.Value.S
			}
		}
		setRaised(e)
		return true
	}
	p.setText(e, rest)
	return true
}
