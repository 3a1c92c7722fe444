package schema

import "strings"

// parseCloudTrail reads a record of AWS's CloudTrail: who called which action of which service.
func parseCloudTrail(p *Parser, e *Event, line string) {
	e.Join.Single = true
	e.Platform.Format = "aws.cloudtrail"
	m := &e.Metadata
	m.Outcome = OutcomeSuccess
	eachMember(line, func(key string, v Value) bool {
		if v.isNull() {
			return true
		}
		s := v.scalar()
		switch key {
		case "eventTime":
			if t, ok := p.parseTime(s); ok {
				e.setTime(t)
			}
		case "eventName":
			e.Action = s
		case "userIdentity":
			cloudTrailActor(e, v.S)
		case "sourceIPAddress":
			if setClientIP(e, s); m.IP == "" {
				e.AddField(key, v)
			}
		case "userAgent":
			setUserAgent(e, v.Plain())
		case "requestID":
			e.setRequestID(key, s)
		case "errorCode":
			m.Error.Class, m.Outcome, m.Level = s, OutcomeFailure, LevelError
		case "errorMessage":
			m.Error.Message = v
		case "requestParameters":
			m.Params = v
		case "eventSource":
			e.Subject.Type = "service"
			e.Subject.ID, _, _ = strings.Cut(s, ".")
		case "eventID":
			if id, ok := canonUUID(s); ok {
				e.AddField(key, Text(id))
			}
		case "eventVersion", "recipientAccountId", "managementEvent", "eventCategory":
		default:
			p.keepField(e, key, v)
		}
		return true
	})
	e.Type = "user.action"
	setDefault(&e.Action, "api.call")
}

// cloudTrailActor takes who called: a user by name, a role by its session, a service.
func cloudTrailActor(e *Event, who string) {
	arn, name := member(who, "arn").scalar(), member(who, "userName").scalar()
	switch kind := member(who, "type").scalar(); {
	case kind == "AWSService":
		e.setActor("service", member(who, "invokedBy").scalar())
	case name != "":
		e.setActor("user", name)
	case arn != "":
		e.setActor("user", arn)
	default:
		e.setActor("user", member(who, "principalId").scalar())
	}
	if arn != "" {
		e.AddField("arn", Text(arn))
	}
}

// parseEventBridge reads an event of Amazon's EventBridge: a message whose detail-type names what happened.
func parseEventBridge(p *Parser, e *Event, line string) {
	e.Join.Single = true
	e.Platform.Format = "aws.eventbridge"
	var detail Value
	eachMember(line, func(key string, v Value) bool {
		s := v.scalar()
		switch key {
		case "id":
			e.setMessageID(key, s)
		case "detail-type":
			e.Action = s
		case "time":
			if t, ok := p.parseTime(s); ok {
				e.setTime(t)
			}
		case "detail":
			detail = v
		case "version":
		default:
			if !v.isArray() || v.S != "[]" {
				p.keepField(e, key, v)
			}
		}
		return true
	})
	e.Type = "message.received"
	setDefault(&e.Action, "message.received")
	if detail.isObject() {
		p.rec.box = "detail"
		p.scanFields(e, detail.S)
		p.rec.box = ""
	} else if !detail.isNull() {
		p.keepField(e, "detail", detail)
	}
}

// isCloudTrail reports whether a JSON object is a record of CloudTrail.
func isCloudTrail(obj string) bool {
	return member(obj, "eventSource").isText() && member(obj, "eventName").isText() && member(obj, "eventTime").isText()
}

// firstItem returns the first item of a list, "" when there is none.
func firstItem(list Value) (first string) {
	if list.isArray() {
		eachItem(list.S, func(v Value) bool { first = v.S; return false })
	}
	return first
}
