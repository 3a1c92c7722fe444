package schema

import (
	"strconv"
	"strings"
)

// lograge reads the one line of a request that lograge writes: pairs (method=GET path=/x … duration=58.33), l2met's
// measure#page.duration=…, JSON, also behind @cee:. Its durations are milliseconds.
func (p *Parser) lograge(e *Event, s string) bool {
	if !strings.HasPrefix(s, "method=") || !strings.Contains(s, " status=") && !strings.Contains(s, " duration=") || !strings.Contains(s, " path=") {
		return false
	}
	method, path, status := "", "", 0
	var controller, action string
	rest := s
	for rest != "" {
		var key, val string
		if key, val, rest = cutLogragePair(rest); key == "" {
			break
		}
		key = strings.TrimPrefix(key, "measure#")
		key = strings.TrimPrefix(key, "page.")
		switch key {
		case "method":
			method = val
		case "path":
			path = val
		case "status":
			status, _ = strconv.Atoi(val)
		case "controller":
			controller = val
			e.AddField(key, Text(val))
		case "action":
			action = val
			e.AddField(key, Text(val))
		case "duration":
			if d, ok := scaleDuration(strings.TrimSuffix(val, "ms"), millisecond); ok {
				e.Metadata.Duration = d
			}
		case "view", "db", "gc", "view_runtime", "db_runtime":
			if d, ok := scaleDuration(strings.TrimSuffix(val, "ms"), millisecond); ok {
				putTiming(e, strings.TrimSuffix(key, "_runtime"), d)
			}
		case "source": // l2met: Controller:action
			if c, a, ok := strings.Cut(val, ":"); ok && isConstant(c) {
				controller, action = c, a
				break
			}
			p.field(e, key, Text(val))
		case "error":
			setLogrageError(e, val)
		case "location":
			e.AddExtra("location", Text(val))
		case "params":
			if strings.HasPrefix(val, "{") {
				setRailsParams(e, val)
			} else {
				p.field(e, key, Text(val))
			}
		case "time", "timestamp", "@timestamp", "ts":
			if t, ok := p.parseTime(val); ok {
				e.setTime(t)
			} else {
				e.AddField(key, Text(val))
			}
		case "format":
			e.AddField(key, Text(val))
		default:
			p.field(e, key, Text(val))
		}
	}
	if controller != "" && action != "" {
		e.Metadata.Route = p.paired(controller, '#', action)
	}
	setHTTP(e, method, path, status)
	p.finishFields(e)
	e.Platform.Format = "lograge.text"
	blockLine(e, Whole)
	return true
}

// parseLograge is lograge for a line without head and tags, and for JSON behind @cee:.
func parseLograge(p *Parser, e *Event, line string) bool {
	if js, ok := strings.CutPrefix(line, "@cee: "); ok {
		return parseJSON(p, e, js)
	}
	return strings.HasPrefix(line, "method=") && p.lograge(e, line)
}

// setLogrageError reads 'Class: message'.
func setLogrageError(e *Event, s string) {
	class, msg, ok := strings.Cut(s, ": ")
	if !ok || !isConstant(class) {
		e.Metadata.Error.Message = Text(s)
		return
	}
	e.Metadata.Error = ErrorInfo{Class: class, Message: Text(msg)}
	setValidation(e)
}

// cutLogragePair takes key=value off s. A value ends at the next " key=", unless it began with a quote or bracket, which must
// close first.
func cutLogragePair(s string) (key, val, rest string) {
	eq := strings.IndexByte(s, '=')
	if eq <= 0 {
		return "", "", ""
	}
	key, s = s[:eq], s[eq+1:]
	if s == "" {
		return key, "", ""
	}
	if s[0] == '\'' { // the message itself may hold quotes: the one before the next pair closes
		for i := 1; i < len(s); i++ {
			if s[i] == '\'' && (i+1 == len(s) || pairStarts(s[i+1:])) {
				return key, s[1:i], strings.TrimLeft(s[i+1:], " ")
			}
		}
	}
	depth, quotes := 0, true // quotes: they may still close
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			if !quotes || depth <= 0 && i > 0 {
				continue
			}
			var n int
			if _, n, quotes = unquoteRuby(s[i:]); quotes {
				i += n - 1
			}
		case ' ':
			if depth <= 0 && pairStarts(s[i:]) {
				return key, strings.Trim(s[:i], `"`), s[i+1:]
			}
		}
	}
	return key, strings.Trim(s, `"`), ""
}

// pairStarts reports whether s is " key=…".
func pairStarts(s string) bool {
	if s == "" || s[0] != ' ' {
		return false
	}
	i := 1
	for i < len(s) && (wordByte(s[i]) || s[i] == '.' || s[i] == '#' || s[i] == '@' || s[i] == '-') {
		i++
	}
	return i > 1 && i < len(s) && s[i] == '='
}
