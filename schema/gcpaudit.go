package schema

import "strings"

// parseGCPAudit reads an entry of Google Cloud's audit logs: who called which method on what.
func parseGCPAudit(p *Parser, e *Event, line string) {
	e.Join.Single = true
	e.Platform.Format = "gcp.audit"
	payload := ""
	eachMember(line, func(key string, v Value) bool {
		switch key {
		case "protoPayload":
			payload = v.S
		case "timestamp":
			if t, ok := p.parseTime(v.scalar()); ok {
				e.setTime(t)
			}
		case "severity":
			e.Metadata.Level = levelOf(v.scalar())
		case "receiveTimestamp":
		default:
			p.keepField(e, key, v)
		}
		return true
	})
	who := member(payload, "authenticationInfo").S
	if id := member(who, "principalEmail").scalar(); id != "" {
		kind := "user"
		if strings.HasSuffix(id, ".gserviceaccount.com") {
			kind = "service"
		}
		e.setActor(kind, id)
	}
	from := member(payload, "requestMetadata").S
	setClientIP(e, member(from, "callerIp").scalar())
	if ua := member(from, "callerSuppliedUserAgent").Plain(); present(ua) {
		e.Metadata.UserAgent = ua
	}
	e.Type, e.Action = "user.action", member(payload, "methodName").scalar()
	setDefault(&e.Action, "audit")
	if name := member(payload, "resourceName").scalar(); name != "" {
		parts := strings.Split(name, "/")
		if n := len(parts); n >= 2 {
			e.Subject = Subject{singular(parts[n-2]), parts[n-1]}
		}
	}
	status := member(payload, "status").S
	if code := member(status, "code").scalar(); code != "" && code != "0" {
		e.Metadata.Outcome = OutcomeFailure
		e.Metadata.Error.Message = member(status, "message")
	} else {
		e.Metadata.Outcome = OutcomeSuccess
	}
	e.AddField("protoPayload", Value{Raw, payload})
}
