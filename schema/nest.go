package schema

import "strings"

// parseNest takes NestJS's console. The +2ms at its end is the time since the line before, not a duration.
//
//	[Nest] 4711  - 03/14/2026, 10:00:00 AM     LOG [NestFactory] Starting Nest application... +2ms
func parseNest(p *Parser, e *Event, line string) bool {
	if len(line) < 4 {
		return false
	}
	if line[0] != '[' {
		return false
	}
	end := strings.IndexByte(line[:min(len(line), 40)], ']')
	if end < 2 || !isAlpha(line[1]) {
		return false
	}
	pid, rest := cutToken(strings.TrimLeft(line[end+1:], " "))
	rest, ok := strings.CutPrefix(rest, "- ")
	if !ok || !allDigits(pid) {
		return false
	}
	t, rest, ok := p.leadingTime(strings.TrimLeft(rest, " "))
	if !ok {
		return false
	}
	word, rest := cutToken(strings.TrimLeft(rest, " "))
	level := levelOf(word)
	if level == LevelNone {
		return false
	}
	e.setTime(t)
	e.Metadata.Level = level
	e.Platform.PID = pid
	if app := line[1:end]; app != "Nest" {
		e.Platform.Service = app
	}
	if context, after, ok := cutBracket(rest); ok {
		e.AddField("logger", Text(context))
		defer setDefault(&e.Action, context)
		rest = strings.TrimLeft(after, " ")
	}
	if i := strings.LastIndexByte(rest, ' '); i > 0 && strings.HasPrefix(rest[i+1:], "+") && strings.HasSuffix(rest, "ms") && allDigits(rest[i+2:len(rest)-2]) {
		rest = rest[:i]
	}
	p.setTextJSON(e, rest)
	return true
}
