package schema

import "strings"

// parseEnvLogger takes Rust's env_logger: timestamp, level and module in one pair of brackets.
//
//	[2026-03-14T10:00:00Z INFO  shop::orders] message
func parseEnvLogger(p *Parser, e *Event, s *stamped) bool {
	if !s.bracket || s.closed || s.rest == "" || s.rest[0] != ' ' {
		return false
	}
	head, msg, ok := strings.Cut(s.rest, "]")
	if !ok {
		return false
	}
	word, module := cutToken(strings.TrimLeft(head, " "))
	level := levelWord(word, false)
	if level == LevelNone || module != "" && !isLogger(strings.TrimSpace(module)) {
		return false
	}
	e.Metadata.Level = level
	module = strings.TrimSpace(module)
	if module != "" {
		e.AddField("logger", Text(module))
	}
	p.setTextPairs(e, msg)
	setDefault(&e.Action, module)
	return true
}
