package schema

import "strings"

// parseKlog takes klog and glog: a letter, month and day, time, thread, file and line, then text or a quoted message with
// pairs.
//
//	I1121 18:22:59.064267    9230 main.go:55] "Pod status updated" pod="default/web-1" status="ready"
func parseKlog(p *Parser, e *Event, line string) bool {
	if len(line) < 30 || !isDigit(line[1]) || !isDigit(line[4]) || line[5] != ' ' {
		return false
	}
	var level Level
	switch line[0] {
	case 'I':
		level = LevelInfo
	case 'W':
		level = LevelWarn
	case 'E':
		level = LevelError
	case 'F':
		level = LevelFatal
	default:
		return false
	}
	t, rest, ok := p.klogTime(line[1:])
	if !ok {
		return false
	}
	end := strings.Index(rest, "] ")
	if end < 0 {
		if !strings.HasSuffix(rest, "]") {
			return false
		}
		end = len(rest) - 1
	}
	thread, caller := cutToken(strings.TrimLeft(rest[:end], " "))
	if !allDigits(thread) || !isSourceLine(caller) {
		return false
	}
	e.setTime(t)
	e.Metadata.Level = level
	e.Platform.Thread = thread
	e.AddField("caller", Text(caller))
	msg := strings.TrimSpace(rest[min(end+1, len(rest)):])
	if quoted, after, ok := cutQuoted(msg); ok {
		e.Metadata.Message = Text(unescapeQuoted(quoted))
		p.pairs(e, strings.TrimSpace(after))
		scanIdents(e, quoted)
		if quoted == "HTTP" {
			klogRequest(p, e)
		}
		p.finishFields(e)
		if pod := e.Platform.Pod; strings.IndexByte(pod, '/') > 0 { // the one that is spoken of, not the writer's
			e.AddField("pod", Text(pod))
			e.Platform.Pod = ""
		}
		return true
	}
	p.setText(e, msg)
	return true
}

// klogRequest gives the fields of Kubernetes' request log the names that others use for them.
func klogRequest(p *Parser, e *Event) {
	fields := e.Metadata.Fields
	kept := fields[:0]
	for _, f := range fields {
		switch f.Key {
		case "resp":
			p.field(e, "status", f.Value)
		case "srcIP":
			p.field(e, "remote_addr", f.Value)
		default:
			kept = append(kept, f)
		}
	}
	e.Metadata.Fields = kept
}

// parseZapConsole takes zap's console encoder: timestamp, level, [logger], [caller], message and a JSON object, with TABs.
func parseZapConsole(p *Parser, e *Event, s *stamped) bool {
	if s.bracket || !strings.HasPrefix(s.rest, "\t") {
		return false
	}
	word, rest, ok := strings.Cut(s.rest[1:], "\t")
	level := levelWord(strings.TrimSpace(word), true)
	if !ok || level == LevelNone {
		return false
	}
	e.Metadata.Level = level
	p.rec.flavor = &flavorZap
	logger := ""
	for {
		next, after, ok := strings.Cut(rest, "\t")
		if !ok {
			break
		}
		if isSourceLine(next) {
			e.AddField("caller", Text(next))
			rest = after
			break
		}
		if logger != "" || !isLogger(next) || strings.HasPrefix(after, "{") {
			break
		}
		logger, rest = next, after
	}
	if logger != "" {
		e.AddField("logger", Text(logger))
	}
	msg, object := rest, ""
	if i := strings.LastIndex(rest, "\t{"); i >= 0 {
		msg, object = rest[:i], rest[i+1:]
	}
	e.Metadata.Message = Text(msg)
	if object != "" && !p.object(e, object) {
		e.Metadata.Message = Text(rest)
	}
	scanIdents(e, msg)
	p.finishFields(e)
	setDefault(&e.Action, logger)
	return true
}

// parseGin takes the access log of gin and its debug lines.
//
//	[GIN] 2026/03/14 - 10:00:00 | 200 |    3.481ms |       127.0.0.1 | GET      "/users/42"
func parseGin(p *Parser, e *Event, line string) bool {
	rest, ok := strings.CutPrefix(line, "[GIN")
	if !ok {
		return false
	}
	if msg, ok := strings.CutPrefix(rest, "-debug] "); ok {
		e.Metadata.Level = LevelDebug
		if warn, ok := strings.CutPrefix(msg, "[WARNING] "); ok {
			e.Metadata.Level, msg = LevelWarn, warn
		} else if failed, ok := strings.CutPrefix(msg, "[ERROR] "); ok {
			e.Metadata.Level, msg = LevelError, failed
		}
		p.setText(e, msg)
		return true
	}
	if rest, ok = strings.CutPrefix(rest, "] "); !ok {
		return false
	}
	stamp, rest, ok := strings.Cut(rest, "|")
	if !ok {
		return false
	}
	t, ok := p.parseTime(stamp)
	if !ok {
		return false
	}
	word, rest, _ := strings.Cut(rest, "|")
	took, rest, _ := strings.Cut(rest, "|")
	client, rest, _ := strings.Cut(rest, "|")
	method, target := cutToken(strings.TrimSpace(rest))
	target = strings.TrimSpace(target)
	if inner, after, ok := cutQuoted(target); ok {
		target = unescapeQuoted(inner)
		addFieldIf(e, "errors", strings.TrimSpace(after))
	}
	e.setTime(t)
	if d, ok := parseDuration(took); ok {
		e.Metadata.Duration = d
	}
	setClientIP(e, client)
	setHTTP(e, method, target, status3(strings.TrimSpace(word)))
	return true
}

// parseChi takes the access lines that chi's Logger middleware prints behind Go's timestamp, with the request id before.
//
//	2026/03/14 10:00:00 [host/abc-000001] "GET http://localhost:3333/users/42 HTTP/1.1" from 127.0.0.1:5555 - 200 11B in 152.1µs
func parseChi(_ *Parser, e *Event, st *stamped) bool {
	s, id := strings.TrimLeft(st.rest, " "), ""
	if inner, rest, ok := cutBracket(s); ok {
		id, s = inner, strings.TrimLeft(rest, " ")
	}
	request, rest, ok := cutQuoted(s)
	if !ok || !strings.HasPrefix(rest, " from ") {
		return false
	}
	client, rest := cutToken(rest[6:])
	rest = strings.TrimPrefix(rest, "- ")
	word, rest := cutToken(rest)
	size, rest := cutToken(rest)
	status := status3(word)
	if status == 0 && word != "000" {
		return false
	}
	if d, ok := parseDuration(strings.TrimPrefix(rest, "in ")); ok {
		e.Metadata.Duration = d
	}
	setBytes(e, strings.TrimSuffix(size, "B"))
	if present(id) {
		e.setRequestID("request_id", id)
	}
	setClientIP(e, client)
	setRequestLine(e, request, status)
	return true
}
