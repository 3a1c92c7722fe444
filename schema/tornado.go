package schema

import "strings"

// parseTornado takes Tornado's own format, which Jupyter uses with a full date and its name instead of the place.
//
//	[I 260314 10:00:00 web:2271] 200 GET /users/42 (127.0.0.1) 150.00ms
func parseTornado(p *Parser, e *Event, line string) bool {
	if len(line) < 24 || line[0] != '[' || line[2] != ' ' || !isDigit(line[3]) {
		return false
	}
	var level Level
	switch line[1] {
	case 'D':
		level = LevelDebug
	case 'I':
		level = LevelInfo
	case 'W':
		level = LevelWarn
	case 'E':
		level = LevelError
	case 'C':
		level = LevelFatal
	default:
		return false
	}
	stamp := line[3:]
	t, rest, ok := p.leadingTime(stamp)
	if !ok && len(stamp) > 16 && allDigits(stamp[:6]) && stamp[6] == ' ' {
		t, ok = p.parseTime("20" + stamp[:2] + "-" + stamp[2:4] + "-" + stamp[4:6] + stamp[6:15])
		rest = stamp[15:]
	}
	end := strings.IndexByte(rest, ']')
	if !ok || end < 2 || end > 80 || rest[0] != ' ' || end+2 > len(rest) {
		return false
	}
	e.setTime(t)
	e.Metadata.Level = level
	place, msg := rest[1:end], strings.TrimLeft(rest[end+1:], " ")
	if i := strings.LastIndexByte(place, ':'); i > 0 && allDigits(place[i+1:]) {
		e.AddField("caller", Text(place))
	} else {
		e.AddField("logger", Text(place))
		defer setDefault(&e.Action, place)
	}
	if setTornadoAccess(e, msg) {
		return true
	}
	if rest, ok := strings.CutPrefix(msg, "Uncaught exception "); ok {
		method, target, client, _ := cutTwo(rest)
		if isMethod(method) {
			e.Metadata.Method = method
			_, e.Metadata.Path, _ = splitTarget(target)
			setClientIP(e, strings.Trim(client, "()"))
		}
	}
	p.setText(e, msg)
	return true
}

// cutTwo cuts the first two words off s.
func cutTwo(s string) (first, second, rest string, ok bool) {
	first, rest, ok = strings.Cut(s, " ")
	second, rest, _ = strings.Cut(rest, " ")
	return first, second, rest, ok
}
