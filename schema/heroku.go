package schema

import "strings"

// parseHerokuRouter takes what Heroku's router logs, without what logplex puts before. A request's duration is the time to
// connect to the dyno and the time it took.
//
//	at=info method=GET path="/loans/5" host=e.herokuapp.com request_id=e1f2… fwd="192.0.2.2" dyno=web.1 connect=1ms service=18ms status=200 bytes=13
func parseHerokuRouter(p *Parser, e *Event, line string) bool {
	if !strings.HasPrefix(line, "at=") && !strings.HasPrefix(line, "sock=") || !strings.Contains(line, " method=") || !strings.Contains(line, " dyno=") {
		return false
	}
	var method, path, status string
	var total Duration
	s := line
	for i := 0; s != "" && i < maxPairs; i++ {
		n, key, v := scanPair(s)
		if n == 0 {
			_, s = cutToken(s)
			continue
		}
		s = strings.TrimLeft(s[n:], " ")
		text := v.S
		switch key {
		case "at":
			e.Metadata.Level = levelOf(text)
		case "method":
			method = text
		case "path":
			path = text
		case "status":
			status = text
		case "connect", "service":
			if d, ok := parseDuration(text); ok {
				total = Duration{total.NS + d.NS, true}
				e.Metadata.Timing = append(e.Metadata.Timing, Timing{key, d})
			}
		case "bytes":
			setBytes(e, text)
		case "fwd":
			setClientIP(e, text)
		case "host":
			e.AddExtra("host", Text(text))
		case "code":
			e.Metadata.Error.Class = text
			e.AddField(key, v)
		case "desc":
			e.Metadata.Error.Message = Text(text)
		case "request_id":
			e.setRequestID(key, text)
		default:
			if v.Kind != None {
				p.field(e, key, v)
			}
		}
	}
	e.Metadata.Duration = total
	setHTTP(e, method, path, status3(status))
	p.finishFields(e)
	return true
}
