package schema

import "slices"

// fastifyRequest names the pairs of lines that Fastify writes for a request: incoming request, and request completed.
const fastifyRequest = "fastify.request"

// fastify takes the two lines that Fastify writes for a request: what was asked, and how it was answered. The id of the
// request, which one process counts, tells that they belong together.
func (p *Parser) fastify(e *Event) bool {
	r := &p.rec
	msg := e.Metadata.Message.S
	if len(msg) != len("request completed") && len(msg) != len("incoming request") || !e.Join.Single || e.Correlation.RequestID == "" {
		return false
	}
	switch {
	case msg == "incoming request" && r.has(fieldMethod) && r.has(fieldPath) && !r.has(fieldStatus):
		p.resolveRequestParts(e)
		e.Type = ""
		setHTTP(e, r.takeText(fieldMethod), r.takeText(fieldPath), 0)
		e.Metadata.Outcome = OutcomeUnknown
		e.Join.Role = Opens
	case msg == "request completed" && r.has(fieldStatus) && !r.has(fieldMethod) && e.Metadata.Duration.Set:
		e.Type = "http.request"
		setStatus(e, p.takeStatus())
		e.Join.Role = Closes
	default:
		return false
	}
	e.Join.Kind, e.Join.Single = fastifyRequest, false
	e.Join.Key = p.concat(e.Platform.PID, "/", e.Correlation.RequestID)
	return true
}

// fastifyID reports whether the line has a request id under the key that Fastify uses.
func fastifyID(e *Event) bool {
	return slices.ContainsFunc(e.Idents, func(id Ident) bool { return id.Kind == IdentRequest && id.Name == "reqId" })
}
