package schema

import "strings"

// parseKeyValueRepr takes structlog's KeyValueRenderer: every value as Python shows it.
//
//	timestamp='2026-03-14T10:00:00Z' level='info' event='payment captured' order_id=1001
func parseKeyValueRepr(p *Parser, e *Event, line string) bool {
	i := strings.IndexByte(line[:min(len(line), 40)], '=')
	if i < 1 || !isKeyWord(line[:i]) || strings.IndexByte(line, '\'') < 0 || !strings.Contains(line, "='") || strings.Contains(line[:min(len(line), 200)], "=\"") || !allPairs(line) || strings.Count(line, "=") < 2 {
		return false
	}
	p.pairs(e, line)
	p.finishFields(e)
	return true
}

// isKeyWord reports whether s is a key of letters, digits and underscores.
func isKeyWord(s string) bool {
	for i := range len(s) {
		if !isAlpha(s[i]) && !isDigit(s[i]) && s[i] != '_' && s[i] != '.' {
			return false
		}
	}
	return s != "" && isAlpha(s[0])
}
