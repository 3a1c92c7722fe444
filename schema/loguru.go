package schema

import "strings"

// parseLoguru takes lines of loguru's default format: time, level, place and message between bars. Its levels SUCCESS and TRACE are
// its own; levels that an application adds give none.
//
//	2026-03-14 10:00:00.150 | SUCCESS  | shop.orders:place:41 - order placed
func parseLoguru(p *Parser, e *Event, s *stamped) bool {
	if s.bracket || !strings.HasPrefix(s.rest, " | ") {
		return false
	}
	level, rest, ok := strings.Cut(s.rest[3:], "| ")
	level = strings.TrimRight(level, " ")
	if !ok || level == "" || len(level) > 16 || strings.ToUpper(level) != level {
		return false
	}
	place, msg, ok := strings.Cut(rest, " - ")
	name, line := cutPlace(place)
	if !ok || line == "" {
		return false
	}
	e.Platform.Format = "loguru"
	e.Metadata.Level = levelOf(level)
	e.AddField("logger", Text(name))
	if !p.phrase(e, msg) {
		p.setText(e, msg)
	}
	setDefault(&e.Action, name)
	return true
}

// cutPlace takes apart module:function:line; line is "" when s is no such place.
func cutPlace(s string) (module, line string) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return "", ""
	}
	j := strings.LastIndexByte(s[:i], ':')
	if j <= 0 || i+1 == len(s) || strings.Trim(s[i+1:], "0123456789") != "" || strings.IndexByte(s[:i], ' ') >= 0 {
		return "", ""
	}
	return s[:j], s[i+1:]
}
