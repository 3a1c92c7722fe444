package schema

import "strings"

// parseRedis takes the log of Redis, Valkey and KeyDB: process, role, time, a mark for the level, the message.
//
//	12939:M 21 Nov 2026 18:26:01.409 * Ready to accept connections
func parseRedis(p *Parser, e *Event, line string) bool {
	if line != "" && line[0] == '[' { // before 2.8: [1234] 14 Mar 10:00:06.150 * message
		pid, rest, ok := cutBracket(line)
		return ok && allDigits(pid) && len(rest) > 8 && p.redisLine(e, pid, 0, rest)
	}
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
	switch rest[0] {
	case 'M', 'S', 'C', 'X':
	default:
		return false
	}
	return p.redisLine(e, line[:colon], rest[0], rest[1:])
}

// redisLine reads what follows process and role: time, mark, message.
func (p *Parser) redisLine(e *Event, pid string, role byte, s string) bool {
	if len(s) < 20 || s[0] != ' ' || !isDigit(s[1]) {
		return false
	}
	t, after, ok := p.leadingTime(s[1:])
	if !ok {
		t, after, ok = p.redisTime(s[1:])
	}
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
	e.Platform.PID = pid
	if role != 0 {
		e.AddField("role", Text(map[byte]string{'M': "master", 'S': "replica", 'C': "child", 'X': "sentinel"}[role]))
	}
	p.setText(e, after[3:])
	return true
}

// redisTime reads the time of Redis before 5, which has no year: 14 Mar 10:00:06.150.
func (p *Parser) redisTime(s string) (t Time, rest string, ok bool) {
	word, rest := cutToken(s)
	day, ok := atoi(word)
	month, n := monthOf(rest)
	if !ok || day < 1 || day > 31 || n != 3 || len(rest) < 13 || rest[3] != ' ' {
		return Time{}, s, false
	}
	c, width := scanClock(rest[4:])
	if width < 8 {
		return Time{}, s, false
	}
	t, ok = p.yearless(month, int(day), c)
	return t, rest[4+width:], ok
}
