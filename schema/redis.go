package schema

import "strings"

// parseRedis takes the log of Redis, Valkey and KeyDB: process, role, time, a mark for the level, the message.
//
//	12939:M 21 Nov 2026 18:26:01.409 * Ready to accept connections
func parseRedis(p *Parser, e *Event, line string) bool {
	colon := strings.IndexByte(line[:min(len(line), 10)], ':')
	if colon < 1 || !allDigits(line[:colon]) || len(line) < colon+24 {
		return false
	}
	rest := line[colon+1:]
	if msg, ok := strings.CutPrefix(rest, "signal-handler ("); ok {
		stamp, msg, ok := strings.Cut(msg, ") ")
		t, is := p.parseTime(stamp)
		if !ok || !is {
			return false
		}
		e.setTime(t)
		e.Metadata.Level = LevelWarn
		e.Platform.PID = line[:colon]
		p.setText(e, msg)
		return true
	}
	if rest[1] != ' ' || !isDigit(rest[2]) {
		return false
	}
	switch rest[0] {
	case 'M', 'S', 'C', 'X':
	default:
		return false
	}
	t, after, ok := p.leadingTime(rest[2:])
	if !ok || len(after) < 4 || after[0] != ' ' || after[2] != ' ' {
		return false
	}
	switch after[1] {
	case '.', '-': // debug, verbose
		e.Metadata.Level = LevelDebug
	case '*':
		e.Metadata.Level = LevelInfo
	case '#':
		e.Metadata.Level = LevelWarn
	default:
		return false
	}
	e.setTime(t)
	e.Platform.PID = line[:colon]
	e.AddField("role", Text(map[byte]string{'M': "master", 'S': "replica", 'C': "child", 'X': "sentinel"}[rest[0]]))
	p.setText(e, after[3:])
	return true
}
