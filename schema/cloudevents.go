package schema

import "strings"

// parseCloudEvent reads a CloudEvent in its structured JSON form: a message that was received.
func parseCloudEvent(p *Parser, e *Event, line string) {
	e.Join.Single = true
	e.Platform.Format = "cloudevents"
	kind, subject := "", ""
	var data Value
	eachMember(line, func(key string, v Value) bool {
		s := v.scalar()
		switch key {
		case "specversion", "datacontenttype", "dataschema":
		case "id":
			e.setMessageID(key, s)
		case "type":
			kind = s
		case "source":
			p.keepField(e, key, v)
		case "subject":
			if name, id, ok := cutLast(strings.Trim(s, "/"), '/'); ok {
				e.Subject = Subject{singular(name[strings.LastIndexByte(name, '/')+1:]), id}
				e.AddIdent(IdentEntity, e.Subject.Type, id)
			} else {
				subject = s
			}
		case "time":
			if t, ok := p.parseTime(s); ok {
				e.setTime(t)
			}
		case "data":
			data = v
		default:
			p.field(e, key, v)
		}
		return true
	})
	e.Type, e.Action = "message.received", kind
	setDefault(&e.Action, "message.received")
	if model, verb, ok := cutLast(kind, '.'); ok && e.Subject.Type != "" {
		if past := operationOf(verb); past != "" && past != "loaded" && strings.HasSuffix(strings.ToLower(model), e.Subject.Type) {
			e.Type, e.Action = "data.change", p.concat(e.Subject.Type, ".", past)
		}
	}
	if subject != "" { // the id of what the type names: com.example.order.created
		if rest, verb, ok := cutLast(kind, '.'); ok && (operationOf(verb) != "" || strings.HasSuffix(verb, "ed")) && isPathID(subject) {
			e.Subject = Subject{singular(rest[strings.LastIndexByte(rest, '.')+1:]), subject}
			e.AddIdent(IdentEntity, e.Subject.Type, subject)
		} else {
			e.AddField("subject", Text(subject))
		}
	}
	if data.isObject() {
		p.rec.box = "data"
		p.scanFields(e, data.S)
		p.rec.box = ""
	} else if !data.isNull() {
		p.keepField(e, "data", data)
	}
	if kind != "" && e.Action != kind {
		e.AddField("type", Text(kind))
	}
}
