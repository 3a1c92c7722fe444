package schema

import "strings"

// phoenix takes the two lines that Phoenix writes for a request: "GET /users/42" when it comes, "Sent 200 in 42ms" when it was
// answered. The request id in their heads, or else the writer, tells that they belong together.
func (p *Parser) phoenix(e *Event, h *head, msg string) bool {
	key := "#phoenix"
	if method, target, ok := strings.Cut(msg, " "); ok && isMethod(method) && strings.HasPrefix(target, "/") && strings.IndexByte(target, ' ') < 0 && h.logger == "" {
		p.finishFields(e)
		e.Type = ""
		setHTTP(e, method, target, 0)
		e.Metadata.Outcome = OutcomeUnknown
		if id := e.Correlation.RequestID; id != "" {
			key = id
		}
		e.Platform.Format = "phoenix"
		e.Join = Join{Role: Opens, Kind: "phoenix.request", Key: key}
		return true
	}
	rest, ok := strings.CutPrefix(msg, "Sent ")
	if !ok {
		if rest, ok = strings.CutPrefix(msg, "Chunked "); !ok {
			return false
		}
	}
	word, took, ok := strings.Cut(rest, " in ")
	status := status3(word)
	d, is := parseDuration(took)
	if !ok || !is || status == 0 {
		return false
	}
	p.finishFields(e)
	e.Type = "http.request"
	setStatus(e, status)
	e.Metadata.Duration = d
	if id := e.Correlation.RequestID; id != "" {
		key = id
	}
	e.Platform.Format = "phoenix"
	e.Join = Join{Role: Closes, Kind: "phoenix.request", Key: key}
	return true
}
