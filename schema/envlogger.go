package schema

import "strings"

// parseEnvLogger takes Rust's env_logger: timestamp, level and module in one pair of brackets.
//
//	[2026-03-14T10:00:00Z INFO  shop::orders] message
func parseEnvLogger(p *Parser, e *Event, s *stamped) bool {
	if !s.bracket || s.closed || s.rest == "" || s.rest[0] != ' ' {
		return false
	}
	inside, msg, ok := strings.Cut(s.rest, "]")
	if !ok {
		return false
	}
	word, module := cutToken(strings.TrimLeft(inside, " "))
	level := levelWord(word, false)
	if level == LevelNone || module != "" && !isLogger(strings.TrimSpace(module)) {
		return false
	}
	e.Metadata.Level = level
	if module == "" { // Serilog's console: [10:00:00 INF] message
		e.Platform.Format = "serilog"
	}
	module = strings.TrimSpace(module)
	if module != "" {
		e.AddField("logger", Text(module))
	}
	p.levelledMessage(e, &head{logger: module}, strings.TrimSpace(msg))
	return true
}
