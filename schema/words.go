package schema

import "strings"

// resolveWords tells what a message in plain words reports: a request that was answered, a mail that was delivered,
// something a person did. Only whole phrases count, and only where they stand at the start of the message.
func resolveWords(e *Event) {
	s := e.Metadata.Message.S
	if len(s) < 8 || e.Metadata.Level > LevelInfo {
		return
	}
	if resolveRequestWords(e, s) {
		return
	}
	first, rest := cutToken(s)
	if len(first) > 24 || rest == "" {
		return
	}
	second, after := cutToken(rest)
	var folded [24]byte
	for i := range len(first) {
		if folded[i] = first[i]; first[i] >= 'A' && first[i] <= 'Z' {
			folded[i] |= 0x20
		}
	}
	switch string(folded[:len(first)]) {
	case "email", "mail", "e-mail":
		switch second {
		case "delivered":
			e.Type, e.Action = "mail.delivered", "mail.delivered"
			setOutcome(e, OutcomeSuccess)
		case "verified", "confirmed":
			e.Type, e.Action = "user.action", "user."+second
		}
	case "delivered":
		if second == "mail" || second == "email" {
			e.Type, e.Action = "mail.delivered", "mail.delivered"
			setOutcome(e, OutcomeSuccess)
		}
	case "user", "customer", "member", "account":
		id := ""
		if allDigits(second) || len(second) == 36 && hexText(second[:8]) { // user 42 signed in
			if id = second; after == "" {
				break
			}
			second, after = cutToken(after)
		}
		third, _ := cutToken(after)
		verb := ""
		switch second {
		case "signed", "logged":
			switch third {
			case "up", "in", "out", "off":
				verb = second + "_" + third
			}
		case "registered", "subscribed", "unsubscribed", "invited", "verified", "activated":
			verb = second
		}
		if verb != "" {
			e.Type, e.Action = "user.action", strings.ToLower(first)+"."+verb
			if id != "" {
				setUserActor(e, id)
			}
		}
	case "onboarding":
		if second == "finished" || second == "completed" {
			e.Type, e.Action = "user.action", "user.onboarded"
		}
	case "checkout", "signup", "registration", "purchase", "subscription", "trial":
		switch second {
		case "completed", "started", "abandoned", "cancelled", "canceled", "renewed":
			e.Type, e.Action = "user.action", strings.ToLower(first)+"."+second
		}
	case "call", "calling", "called":
		if isServiceName(second) && (e.Correlation.RequestID != "" || e.Correlation.TraceID != "") {
			e.Type, e.Action = "http.client", "call "+second
			setDefault(&e.Subject.Type, "service")
			setDefault(&e.Subject.ID, second)
		}
	default:
		resolveChangeWords(e, first, second)
	}
}

// resolveChangeWords takes "shipment created" for the change of a record, inside of a request or a job and with a noun
// that is no part of the machinery.
func resolveChangeWords(e *Event, noun, verb string) {
	switch verb {
	case "created", "updated", "deleted":
	default:
		return
	}
	if !isServiceName(noun) || machinery(noun) || e.Correlation.RequestID == "" && e.Correlation.TraceID == "" && e.Correlation.JobID == "" {
		return
	}
	e.Type, e.Action = "data.change", noun+"."+verb
	if e.Subject.Type == "" {
		e.Subject.Type = noun
		for i := range e.Idents {
			if e.Idents[i].Kind == IdentEntity && e.Idents[i].Name == noun {
				e.Subject.ID = e.Idents[i].Value
				break
			}
		}
	}
}

// machinery reports whether a noun names a part of the program or its platform rather than a record.
func machinery(noun string) bool {
	switch noun {
	case "connection", "pool", "thread", "file", "socket", "directory", "folder", "table", "index", "client", "server", "process", "instance", "worker", "cache",
		"container", "pod", "network", "cluster", "topic", "queue", "channel", "consumer", "producer", "session", "context", "span", "trace", "request", "response", "token",
		"job", "task", "timer", "listener", "handler", "database", "schema", "partition", "replica", "node", "volume", "namespace", "bucket", "object", "config",
		"configuration", "logger", "stream", "transaction", "lock", "lease", "snapshot", "backup", "checkpoint", "record", "records", "row", "rows", "successfully", "resource", "state",
		"status", "version", "deployment", "service", "secret", "certificate", "buffer", "subscription", "callback", "was", "has", "been", "not", "and", "last", "never":
		return true
	}
	return false
}

// isServiceName reports whether s may be the name of a service: lower case, one word.
func isServiceName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (i == 0 || !isDigit(c) && c != '-' && c != '_') {
			return false
		}
	}
	return len(s) >= 3 && len(s) <= 40
}

// resolveRequestWords finds "GET /path 200 12.3ms" in a message: method, path and status behind each other, then maybe a
// duration.
func resolveRequestWords(e *Event, s string) bool {
	at := strings.Index(s, " /")
	if at < 3 {
		return false
	}
	from := at
	for from > 0 && s[from-1] >= 'A' && s[from-1] <= 'Z' {
		from--
	}
	method := s[from:at]
	if !isMethod(method) || from > 0 && s[from-1] != ' ' && s[from-1] != '"' && s[from-1] != '\'' && s[from-1] != '[' {
		return false
	}
	path, rest := cutToken(s[at+1:])
	if strings.HasPrefix(rest, "HTTP/") {
		_, rest = cutToken(rest)
	}
	rest = strings.TrimPrefix(strings.TrimPrefix(rest, "-> "), "=> ")
	rest = afterAnswered(strings.TrimPrefix(rest, "- "))
	word, rest := cutToken(rest)
	status := status3(strings.Trim(word, "[](),:;"))
	if status < 100 || status > 599 {
		d, ok := parseDuration(word)
		if !ok || from > 0 || rest != "" || isNumber(word) || e.Metadata.Duration.Set {
			return false
		}
		e.Type = "" // GET /users/42 150ms, as many a handler in Go is timed
		e.Metadata.Duration = d
		setHTTP(e, method, path, 0)
		return true
	}
	if next, _ := cutToken(rest); next != "" && next[0] >= 'a' && next[0] <= 'z' && !startsPair(next) && next != "in" && next != "after" && next != "took" {
		return false // "200 times"
	}
	e.Type = ""
	if e.Metadata.Duration.Set {
		rest = ""
	}
	rest = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(rest, "- "), "in "), "took ")
	if took, next := cutToken(rest); took != "" {
		took = strings.Trim(took, "()[],;")
		d, ok := parseDuration(took)
		if unit, _ := cutToken(next); !ok && unit != "" && isNumber(took) {
			d, ok = parseDuration(took + strings.Trim(unit, "()[],;"))
		}
		if ok {
			e.Metadata.Duration = d
		}
	}
	setHTTP(e, method, strings.TrimSuffix(strings.Trim(path, "\"'"), ","), status)
	return true
}

// afterAnswered returns what follows the words that a request was answered: completed with, responded, returned status.
func afterAnswered(s string) string {
	word, rest := cutToken(s)
	switch word {
	case "completed", "responded", "returned", "finished", "answered", "done", "status", "status:":
	default:
		return s
	}
	for {
		switch word, after := cutToken(rest); word {
		case "with", "status", "code", "status:", "-", "->":
			rest = after
		default:
			return rest
		}
	}
}

func setOutcome(e *Event, o Outcome) {
	if e.Metadata.Outcome == OutcomeNone {
		e.Metadata.Outcome = o
	}
}
