package schema

import "strings"

// parseSpring takes the console of Spring Boot 1 to 3, with Sleuth's or Micrometer's ids.
//
//	2026-03-14T10:00:00.175-07:00 ERROR 93649 --- [loans] [nio-8080-exec-3] [0af7…-b7ad…] c.acme.Consumer : message
//	2026-03-14 10:00:00.175  INFO [loans,0af7…,b7ad…,true] 93649 --- [nio-8080-exec-3] c.acme.Consumer : message
func parseSpring(p *Parser, e *Event, s *stamped) bool {
	if s.bracket {
		return false
	}
	front, _, ok := strings.Cut(s.rest[:min(len(s.rest), 400)], " --- ")
	if !ok {
		return false
	}
	rest := s.rest[len(front)+5:]
	word, front := cutToken(strings.TrimLeft(front, " "))
	level := levelWord(word, false)
	if level == LevelNone || !strings.HasPrefix(rest, "[") {
		return false
	}
	var parts [5]string
	n := 0
	for n < len(parts) && strings.HasPrefix(rest, "[") {
		inner, after, ok := cutBracket(rest)
		if !ok {
			return false
		}
		parts[n] = inner
		n++
		rest = strings.TrimLeft(after, " ")
	}
	logger, msg, ok := strings.Cut(rest, ": ")
	if !ok {
		logger, msg = strings.TrimSuffix(rest, ":"), ""
	}
	logger = strings.TrimRight(logger, " ")
	if !isLogger(strings.Trim(logger, ".[]/")) && logger != "" && strings.IndexByte(logger, ' ') >= 0 {
		return false
	}
	e.Metadata.Level = level
	if strings.HasPrefix(front, "[") {
		inner, after, ok := cutBracket(front)
		if ok {
			setSleuth(p, e, inner)
			front = after
		}
	}
	if pid := strings.TrimSpace(front); allDigits(pid) {
		e.Platform.PID = pid
	}
	springBrackets(p, e, parts[:n])
	if logger != "" {
		e.AddField("logger", Text(logger))
	}
	if !p.loggerMessage(e, logger, msg) {
		p.setText(e, msg)
	}
	setDefault(&e.Action, logger)
	return true
}

// springBrackets reads [application] [group] [thread] [correlation]: all but the thread may be missing.
func springBrackets(p *Parser, e *Event, parts []string) {
	n := len(parts)
	if n > 1 {
		last := parts[n-1]
		if strings.TrimSpace(last) == "" || setTracePair(e, last) || allPairs(strings.TrimSpace(last)) && p.headTag(e, last) {
			n--
		}
	}
	e.Platform.Thread = strings.TrimSpace(parts[n-1])
	if n > 1 {
		e.Platform.Service = strings.TrimSpace(parts[0])
	}
}

// setSleuth reads application,trace,span and exportable.
func setSleuth(p *Parser, e *Event, s string) {
	if allPairs(s) {
		p.pairs(e, s)
		return
	}
	i := 0
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		switch {
		case i == 0 && part != "":
			e.Platform.Service = part
		case i == 1:
			e.setTrace("trace", part)
		case i == 2:
			e.setSpan("span", part)
		}
		i++
	}
}

// parseElasticsearch takes Elasticsearch's and OpenSearch's own text log.
//
//	[2026-03-14T10:00:00,123][INFO ][o.e.n.Node               ] [node-1] started
func parseElasticsearch(p *Parser, e *Event, s *stamped) bool {
	if !s.closed || !strings.HasPrefix(s.rest, "[") {
		return false
	}
	word, rest, ok := cutBracket(s.rest)
	level := levelWord(strings.TrimSpace(word), false)
	if !ok || level == LevelNone {
		return false
	}
	e.Metadata.Level = level
	if logger, after, ok := cutBracket(rest); ok {
		logger = strings.TrimSpace(logger)
		e.AddField("logger", Text(logger))
		defer setDefault(&e.Action, logger)
		rest = strings.TrimLeft(after, " ")
	}
	if node, after, ok := cutBracket(rest); ok {
		addFieldIf(e, "node", node)
		rest = after
	}
	if !setSlowSearch(e, strings.TrimSpace(rest)) {
		p.setText(e, rest)
	}
	return true
}

// setSlowSearch takes a line of Elasticsearch's slow logs: [index][shard] took[150ms], took_millis[150], …, source[{…}], …
func setSlowSearch(e *Event, s string) bool {
	index, rest, ok := cutBracket(s)
	i := strings.Index(rest[:min(len(rest), 80)], " took[")
	if !ok || i < 0 || !strings.Contains(rest, "took_millis[") {
		return false
	}
	took, _, _ := cutBracket(rest[i+5:])
	d, ok := parseDuration(took)
	if !ok {
		return false
	}
	m := &e.Metadata
	m.Duration = d
	m.DB.Op, m.DB.Table = "search", index
	e.Type, m.Message = "data.query", Text(s)
	name := singular(index)
	e.Action, e.Subject = name+".loaded", Subject{Type: name}
	if strings.Contains(s, "type[_doc]") && strings.Contains(s, "routing[") {
		e.Type, e.Action, m.DB.Op = "data.change", name+".indexed", "index"
	}
	if j := strings.Index(rest, "source[{"); j >= 0 {
		if end := closing(rest, j+6); end > 0 {
			m.DB.SQL = Text(rest[j+7 : end])
		}
	}
	setOutcome(e, OutcomeSuccess)
	return true
}
