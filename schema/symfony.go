package schema

import "strings"

// symfony takes what Symfony's HTTP client and Messenger say in their channels.
//
//	http_client.INFO: Request: "POST https://api.example.com/v1/charges"
//	http_client.INFO: Response: "201 https://api.example.com/v1/charges" 0.150 seconds
//	messenger.INFO: Received message App\Message\SendMail
func symfony(e *Event, channel, msg string) {
	switch channel {
	case "http_client":
		if inner, rest, ok := cutQuoted(strings.TrimPrefix(msg, "Request: ")); ok && rest == "" && strings.HasPrefix(msg, "Request: ") {
			method, url, _ := strings.Cut(inner, " ")
			if !isMethod(method) || !strings.Contains(url, "://") {
				return
			}
			setHTTPClient(e, method, url, 0)
			e.Metadata.Outcome = OutcomeUnknown
			e.Join = Join{Kind: clientCall, Role: Opens, Key: url}
			return
		}
		inner, rest, ok := cutQuoted(strings.TrimPrefix(msg, "Response: "))
		code, url, _ := strings.Cut(inner, " ")
		status := status3(code)
		if !ok || status == 0 || !strings.HasPrefix(msg, "Response: ") || !strings.Contains(url, "://") {
			return
		}
		if took, timed := strings.CutSuffix(strings.TrimSpace(rest), " seconds"); rest != "" && (!timed || !setDuration(e, took, second)) {
			return
		}
		e.Type = "http.client"
		setStatus(e, status)
		e.Join = Join{Kind: clientCall, Role: Closes, Key: url}
	case "messenger":
		verb, class, ok := strings.Cut(msg, " message ")
		class = firstToken(class)
		if !ok || !isLogger(class) {
			return
		}
		name := class[strings.LastIndexByte(class, '\\')+1:]
		switch verb {
		case "Received":
			e.Type, e.Action = "message.received", name+".received"
		case "Sending":
			e.Type, e.Action = "message.published", name+".published"
		}
	}
}
