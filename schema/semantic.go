package schema

import (
	"strconv"
	"strings"
)

// parseSemanticText reads semantic_logger's text, of which every part behind the process is optional:
//
//	2026-03-14 10:00:00.123456 I [3:puma 004 loans.rb:12] [tag] {request_id: e1f2…, user_id: 9} (41.2ms) LoansController -- Completed #show -- {:status=>200}
func parseSemanticText(p *Parser, e *Event, line string) bool {
	if len(line) < 30 || line[0] != '2' || line[4] != '-' {
		return false
	}
	t, rest, ok := p.leadingTime(line)
	if !ok || len(rest) < 5 || rest[0] != ' ' || rest[2] != ' ' || rest[3] != '[' {
		return false
	}
	level := LevelNone
	switch rest[1] {
	case 'T':
		level = LevelTrace
	case 'D':
		level = LevelDebug
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
	process, rest, ok := cutBracket(rest[3:])
	pid, thread, isPair := strings.Cut(process, ":")
	if !ok || !isPair || !allDigits(pid) || !strings.Contains(rest, " -- ") {
		return false
	}
	e.setTime(t)
	e.Metadata.Level = level
	e.Platform.PID = pid
	e.Platform.Format = "semantic_logger.text"
	p.rec.flavor = &flavorSemantic
	if i := strings.LastIndexByte(thread, ' '); i > 0 && strings.IndexByte(thread[i:], ':') > 0 { // file:line
		e.AddField("source_location", Text(thread[i+1:]))
		thread = thread[:i]
	}
	e.Platform.Thread = thread
	rest = p.rubyTags(e, strings.TrimLeft(rest, " "))
	if strings.HasPrefix(rest, "{") {
		if end := strings.Index(rest, "} "); end > 0 {
			p.semanticTags(e, rest[1:end])
			rest = rest[end+2:]
		}
	}
	if strings.HasPrefix(rest, "(") {
		if end := strings.Index(rest, ") "); end > 0 {
			if d, ok := parseDuration(rest[1:end]); ok {
				e.Metadata.Duration = d
			}
			rest = rest[end+2:]
		}
	}
	name, rest, _ := strings.Cut(rest, " -- ")
	e.AddField("logger", Text(name))
	p.semanticMessage(e, name, rest)
	setDefault(&e.Action, name)
	return true
}

// semanticTags reads named tags: request_id: e1f2…, user_id: 9.
func (p *Parser) semanticTags(e *Event, s string) {
	for pair := range strings.SplitSeq(s, ", ") {
		if key, val, ok := strings.Cut(pair, ": "); ok {
			p.field(e, key, Text(val))
		}
	}
}

// semanticMessage reads message, payload and exception, with " -- " between.
func (p *Parser) semanticMessage(e *Event, name, s string) {
	if text, exception, ok := strings.Cut(s, " -- Exception: "); ok {
		s = text
		class, msg, _ := strings.Cut(exception, ": ")
		e.Metadata.Error = ErrorInfo{Class: class, Message: Text(msg)}
		setValidation(e)
	} else if exception, ok := strings.CutPrefix(s, "Exception: "); ok {
		class, msg, _ := strings.Cut(exception, ": ")
		e.Metadata.Error = ErrorInfo{Class: class, Message: Text(msg)}
		s = ""
	}
	msg, payload, ok := strings.Cut(s, " -- {")
	if js, whole := rubyJSON("{" + payload); ok && whole {
		p.semanticPayload(e, name, msg, js)
		return
	}
	if e.Metadata.Error.Class != "" {
		e.Type, e.Action = "error.raised", e.Metadata.Error.Class
		e.Subject = Subject{"error", e.Metadata.Error.Class}
		e.Metadata.Outcome = OutcomeFailure
	}
	if !p.railsMessage(e, s) {
		p.setText(e, s)
		return
	}
	e.Platform.Format = "semantic_logger.text"
}

// semanticPayload takes the payload of a line: that of a request, a statement or the fields of any message.
func (p *Parser) semanticPayload(e *Event, name, msg, js string) {
	var method, path, controller, action, sql, binds string
	status := 0
	e.Metadata.Message = Text(msg)
	eachMember(js, func(key string, v Value) bool {
		text := v.Plain()
		switch key {
		case "method":
			method = text
		case "path":
			path = text
		case "status":
			status, _ = strconv.Atoi(text)
		case "controller":
			controller = text
			e.AddField(key, v)
		case "action":
			action = text
			e.AddField(key, v)
		case "view_runtime":
			addTiming(e, "view", text, millisecond)
		case "db_runtime":
			addTiming(e, "db", text, millisecond)
		case "params":
			e.Metadata.Params = v
		case "sql":
			sql = text
		case "binds":
			binds = text
		default:
			p.field(e, key, v)
		}
		return true
	})
	switch {
	case sql != "":
		model, _, _ := strings.Cut(msg, " ")
		if !isConstant(model) || model == "SQL" || name != "ActiveRecord" {
			model = ""
		}
		setSQLModel(e, model, sql, binds)
	case strings.HasPrefix(msg, "Completed #") && controller != "":
		e.Metadata.Route = p.paired(controller, '#', action)
		setHTTP(e, method, path, status)
	case p.activeJob(e, msg), railsMail(e, msg):
		e.Platform.Format = "semantic_logger.text"
	default:
		if action != "" && controller != "" {
			e.Metadata.Route = p.paired(controller, '#', action)
		}
		e.Metadata.Method, e.Metadata.Status = method, status
		e.Metadata.Path, _, _ = strings.Cut(path, "?")
		scanIdents(e, msg)
	}
}
