package schema

import "strings"

// parseJSON reads a line that is one JSON object, of any logger.
func parseJSON(p *Parser, e *Event, line string) bool {
	if line == "" || line[0] != '{' {
		return false
	}
	if looksOwn(line) {
		if line = validText(line); tryOwn(p, e, line) {
			return true
		}
	}
	line, p.bare = bareText(line)
	r := &p.rec
	r.path.reset()
	fields, idents := len(e.Metadata.Fields), len(e.Idents)
	end := p.scanMembers(e, line, 0, 0, &p.memoRoot)
	p.bare = false
	if end < 0 || skipSpace(line, end) != len(line) {
		e.Metadata.Fields, e.Idents, e.Metadata.Truncated = e.Metadata.Fields[:fields], e.Idents[:idents], e.Metadata.Truncated[:0]
		r.reset()
		return false
	}
	if r.marks&markOwn != 0 && isOwn(line) {
		e.Metadata.Fields, e.Idents, e.Metadata.Truncated = e.Metadata.Fields[:fields], e.Idents[:idents], e.Metadata.Truncated[:0]
		r.reset()
		parseOwn(p, e, line)
		return true
	}
	if forwarded(r) && r.marks&markCloudWatch == 0 && p.carried() {
		p.out.format = "json"
		if r.slots[fieldMessage].memo.key == "textPayload" {
			p.out.format = flavorGCP.name
		}
		e.Metadata.Fields, e.Idents, e.Metadata.Truncated = e.Metadata.Fields[:fields], e.Idents[:idents], e.Metadata.Truncated[:0]
		r.reset()
		parseForwarded(p, e, line)
		return true
	}
	if r.marks&(markJournald|markOTLP|markCloudEvents|markPostgres|markOwn|markEvents|markMongo|markDocker|markCloudWatch|markTelemetry|markAzure|markGateway|markAudit|markForward|markStreams|markTrail|markBridge) != 0 {
		if whole := p.wholeShape(e, line); whole != nil {
			e.Metadata.Fields, e.Idents, e.Metadata.Truncated = e.Metadata.Fields[:fields], e.Idents[:idents], e.Metadata.Truncated[:0]
			r.reset()
			whole(p, e, line)
			return true
		}
	}
	e.Join.Single = true
	p.nameJSON(e)
	p.finishFields(e)
	if r.flavor == &flavorSidekiq {
		p.sidekiqJSON(e)
	}
	if r.flavor == &flavorCaddy && strings.HasPrefix(r.logger, "http.log.error") { // the access log has the request itself
		e.Type, e.Action, e.Subject = "log.message", "error", Subject{}
		e.Metadata.Error.Message = e.Metadata.Message
		setRaised(e)
	}
	if r.marks&markSentry != 0 {
		sentryEvent(e)
	}
	if r.marks&(markFlare|markKong) != 0 {
		p.gatewayTimes(e)
	}
	r.done = true
	return true
}

// wholeShape returns who reads a line whose shape as a whole has a meaning, nil for the line of a logger.
func (p *Parser) wholeShape(e *Event, line string) func(p *Parser, e *Event, line string) {
	m := p.rec.marks
	switch {
	case m&markJournald != 0 && p.carried() && (member(line, "MESSAGE").Kind != None || member(line, "__CURSOR").Kind != None):
		return (*Parser).reparseJournald
	case m&markDocker != 0 && p.carried() && p.rec.hasKey(fieldMessage, "log", "log") && member(line, "time").isText() && member(line, "stream").isText():
		return func(p *Parser, e *Event, line string) {
			if !p.docker(e, line, true) {
				parsePlain(p, e, line)
			}
		}
	case m&markOTLP != 0 && (p.hasArray(e, "resourceLogs", "resource_logs") || p.hasArray(e, "resourceSpans", "resource_spans")):
		return splitOTLP
	case m&markCloudEvents != 0 && member(line, "type").isText() && member(line, "source").isText():
		return parseCloudEvent
	case m&markPostgres != 0 && member(line, "error_severity").isText():
		return parsePostgresJSON
	case m&markOwn != 0 && member(line, "source_type").isText() && member(line, "source_data").isObject():
		return parseAgentEvent
	case m&markTelemetry != 0 && isLambdaEvent(member(line, "type").Plain()) && member(line, "time").isText():
		return parseLambdaEvent
	case m&markAzure != 0 && (member(line, "OperationId").isText() && strings.HasPrefix(member(line, "Type").Plain(), "App") || member(line, "operation_Id").isText() && member(line, "itemType").isText()):
		return parseAppInsights
	case m&markAzure != 0 && p.carried() && isAzureEntry(line):
		return (*Parser).azureEntry
	case m&markGateway != 0 && member(line, "requestId").isText() && member(line, "status").scalar() != "" && (member(line, "requestTime").isText() || member(line, "requestTimeEpoch").scalar() != "") &&
		(member(line, "routeKey").isText() || member(line, "resourcePath").isText()):
		return parseGatewayJSON
	case m&markAudit != 0 && member(member(line, "protoPayload").S, "methodName").isText():
		return parseGCPAudit
	case m&markEvents != 0 && member(line, "events").isArray() && p.out.depth == 0:
		if list := member(line, "events").S; strings.Contains(list, `"event_type"`) || strings.Contains(list, `"action"`) || strings.Contains(list, `"source_type"`) || strings.Contains(list, `"ingestionTime"`) {
			return func(p *Parser, e *Event, _ string) { splitEvents(p, e, list) }
		}
	case m&markCloudWatch != 0 && p.carried() && member(line, "logEvents").isArray():
		return splitCloudWatch
	case m&markCloudWatch != 0 && p.carried() && (member(line, "message").isText() || member(line, "@message").isText()) && member(line, "level").IsZero():
		return (*Parser).cloudWatchRow
	case m&markForward != 0 && p.carried() && member(line, "sourcetype").isText() && (member(line, "event").isText() || member(line, "event").isObject()):
		return (*Parser).splunkEvent
	case m&markStreams != 0 && p.carried() && member(line, "streams").isArray() && strings.Contains(line, `"values"`):
		return splitLoki
	case m&markTrail != 0 && isCloudTrail(line):
		return parseCloudTrail
	case m&markTrail != 0 && p.out.depth == 0 && isCloudTrail(firstItem(member(line, "Records"))):
		return func(p *Parser, e *Event, line string) { splitEvents(p, e, member(line, "Records").S) }
	case m&markBridge != 0 && member(line, "detail-type").isText() && member(line, "source").isText():
		return parseEventBridge
	case m&markMongo != 0 && member(line, "t").isObject() && member(line, "s").isText() && member(line, "c").isText():
		return parseMongo
	}
	return nil
}

// hasArray reports whether a list stands among the unrecognised fields under one of two names.
func (p *Parser) hasArray(e *Event, a, b string) bool {
	for i := range e.Metadata.Fields {
		if f := &e.Metadata.Fields[i]; (f.Key == a || f.Key == b) && f.Value.isArray() {
			return true
		}
	}
	return false
}

// scanMembers takes the members of the object at s[i] and returns the index behind it, or -1 when it is broken. The names
// of the objects around it are in the path. prev is what the first key follows on.
func (p *Parser) scanMembers(e *Event, s string, i, depth int, prev *keyMemo) int {
	if depth >= maxDepth {
		return -1
	}
	r := &p.rec
	pathN, pathH := r.path.n, r.path.h
	r.members = 0
	members := 0
	i = skipSpace(s, i+1)
	if i < len(s) && s[i] == '}' {
		return i + 1
	}
	for {
		// Lines of one source repeat their keys in much the same order: the keys that followed of late are compared with the
		// text before anything is searched.
		m := prev.next[0]
		if m == nil || i+16 > len(s) || (load8(s, i)^m.head)&m.mask != 0 || m.outer != pathH || !m.goesOn(s, i) {
			m = prev.following(s, i, pathH)
		}
		if m != nil {
			i += len(m.text)
		} else {
			if m, i = p.scanKey(s, i, pathN, pathH); i < 0 {
				return -1
			}
			prev.followed(m)
		}
		prev = m
		members++
		if i < len(s) && s[i] <= ' ' {
			i = skipSpace(s, i)
		}
		if i >= len(s) {
			return -1
		}
		var v Value
		switch c := s[i]; {
		case c == '"':
			i++
			if p.bare {
				n := strings.IndexByte(s[i:], '"')
				if n < 0 {
					return -1
				}
				v = Value{String, s[i : i+n]}
				i += n + 1
				if m.plain && n > 0 && !r.has(m.field) { // most members are of this kind
					if r.depth == 0 {
						r.marks |= m.mark
					}
					r.fill(m.field, m, v, r.depth<<8|uint16(m.rank))
					goto separator
				}
				break
			}
			end, escaped := skipString(s, i)
			if end < 0 {
				return -1
			}
			v = Value{String, s[i:end]}
			if escaped {
				v.Kind = Escaped
			}
			i = end + 1
		case c == '{' && m.box && depth < 6:
			r.path.n, r.path.h = pathN, pathH
			next := p.scanBox(e, m, s, i, depth)
			if next < 0 {
				return -1
			}
			i = next
			goto separator
		case isDigit(c):
			// Most numbers are short and whole.
			next := i + 1
			for next < len(s) && isDigit(s[next]) {
				next++
			}
			if next == len(s) || s[next] != ',' || c == '0' && next > i+1 {
				if next = skipNumber(s, i); next < 0 {
					return -1
				}
			}
			v = Value{Raw, s[i:next]}
			i = next
		default:
			next := skipValue(s, i, depth+1)
			if next < 0 {
				return -1
			}
			v = Value{Raw, s[i:next]}
			i = next
		}
		if m.known {
			p.take(e, m, m.key, v)
		} else {
			if r.depth == 0 {
				r.marks |= m.mark
			}
			p.keepUnknown(e, m, m.key, v)
		}
	separator:
		if i < len(s) && s[i] <= ' ' {
			i = skipSpace(s, i)
		}
		if i >= len(s) {
			return -1
		}
		if s[i] != ',' {
			if s[i] != '}' {
				return -1
			}
			r.members = members
			return i + 1
		}
		if i++; i < len(s) && s[i] <= ' ' {
			i = skipSpace(s, i)
		}
	}
}

// scanKey reads the key at s[i] and its colon, and returns what it means and the index behind the colon, or -1.
func (p *Parser) scanKey(s string, i, pathN int, pathH uint32) (m *keyMemo, next int) {
	if i >= len(s) || s[i] != '"' {
		return nil, -1
	}
	end, escaped := skipString(s, i+1)
	if end < 0 {
		return nil, -1
	}
	key := s[i+1 : end]
	if escaped {
		key = unescape(key)
	}
	i = skipSpace(s, end+1)
	if i >= len(s) || s[i] != ':' {
		return nil, -1
	}
	return p.lookup(key, pathN, pathH), i + 1
}

// lastName looks up a key by itself inside of an object whose name is part of the path: ids mean the same everywhere.
func (p *Parser) lastName(key string) *alias {
	path := &p.rec.last
	path.reset()
	if !path.add(key) {
		return nil
	}
	a := aliases.find(path.b[:path.n], path.h)
	if a == nil || a.field <= fieldIDs || a.field == fieldBox || a.field == fieldParentSpan || a.field == fieldCausation || a.field == fieldSpan {
		return nil
	}
	return a
}

// scanBox takes the members of an object that is looked into. What is not recognised of it is kept as one field, nested as
// it was.
func (p *Parser) scanBox(e *Event, memo *keyMemo, s string, i, depth int) int {
	r := &p.rec
	m := &e.Metadata
	a, key := memo.alias, memo.key
	if r.depth == 0 {
		r.marks |= memo.mark
	}
	outerN, outerH := r.path.n, r.path.h
	var outer keyPath
	if outerN > 0 { // its bytes are written over
		outer = r.path
	}
	if a.box == boxOpen {
		r.path.reset()
	} else if a.prefix != "" {
		r.path.reset()
		r.path.add(a.prefix)
	} else {
		r.path.add(key)
	}
	name := r.box
	if r.box == "" {
		r.box = key
	} else {
		r.box = p.dotted(r.box, key)
	}
	r.depth++
	from, count := len(m.Fields), r.fields
	end := p.scanMembers(e, s, i, depth+1, p.within(memo))
	r.depth--
	r.box = name
	if outerN > 0 {
		r.path = outer
	} else {
		r.path.n, r.path.h = outerN, outerH
	}
	if end < 0 {
		return -1
	}
	if rest := m.Fields[from:]; len(rest) > 0 {
		v := Value{Raw, s[i:end]}
		if r.fields-count == len(rest) && len(rest) != r.members {
			v.S = p.objectOf(rest)
		}
		m.Fields = append(m.Fields[:from], Field{key, v})
		r.fields = count + 1
	}
	return end
}

// objectOf returns fields as a JSON object.
func (p *Parser) objectOf(fields []Field) string {
	b := p.buf[:0]
	for i := range fields {
		b = appendField(append(b, ','), &fields[i])
	}
	b = closeObject(b, 0)
	p.buf = b
	return p.keep(b)
}
