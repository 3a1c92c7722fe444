package schema

import (
	"strconv"
	"strings"
)

// clientCall names the pairs of lines that HTTP clients write for a call: what was asked, and what came back.
const clientCall = "http.client"

// rubyClient reads the lines of httplog and RestClient.
func rubyClient(e *Event, msg string) bool {
	switch {
	case strings.HasPrefix(msg, "[httplog] "):
		return httplog(e, msg[len("[httplog] "):])
	case strings.HasPrefix(msg, "RestClient."), strings.HasPrefix(msg, "# => "):
		return restClient(e, msg)
	}
	return false
}

// faraday reads, by the program name of a Ruby head, request: POST https://api.example.com/v1/charges, headers, and response: Status 201.
func faraday(e *Event, prog, msg string) bool {
	if prog == "response" {
		code, ok := strings.CutPrefix(msg, "Status ")
		status, err := strconv.Atoi(code)
		if !ok || err != nil {
			return clientHeader(e, msg)
		}
		e.Type = "http.client"
		setStatus(e, status)
		clientLine(e, Closes, "faraday")
		return true
	}
	method, url, ok := strings.Cut(msg, " ")
	if !ok || !isMethod(method) || !strings.Contains(url, "://") {
		return clientHeader(e, msg)
	}
	setHTTPClient(e, method, url, 0)
	clientLine(e, Opens, "faraday")
	return true
}

// clientHeader takes a line of a call that is not its own: a header or body. What it holds stays a message.
func clientHeader(e *Event, msg string) bool {
	name, _, ok := strings.Cut(msg, ": ")
	if !ok || strings.IndexByte(name, ' ') >= 0 {
		return false
	}
	e.Type, e.Action = "log.message", "http.header"
	e.Metadata.Message = Text(msg)
	e.Platform.Format = "faraday.text"
	blockLine(e, Inside)
	return true
}

func clientLine(e *Event, role Role, name string) {
	e.Join.Kind, e.Join.Role = clientCall, role
	e.Platform.Format = name + ".text"
}

// httplog reads the compact line (GET http://… completed with status code 200 in 0.123 seconds) and the long form, of which
// Sending opens and Benchmark closes.
func httplog(e *Event, s string) bool {
	if head, tail, ok := strings.Cut(s, " completed with status code "); ok {
		method, url, isCall := strings.Cut(head, " ")
		code, sec, timed := strings.Cut(tail, " in ")
		status, err := strconv.Atoi(code)
		if !isCall || !timed || err != nil || !isMethod(method) {
			return false
		}
		setHTTPClient(e, method, url, status)
		setDuration(e, strings.TrimSuffix(sec, " seconds"), second)
		blockLine(e, Inside)
		e.Platform.Format = "httplog.text"
		return true
	}
	key, val, ok := strings.Cut(s, ": ")
	if !ok {
		return false
	}
	switch key {
	case "Sending":
		method, url, ok := strings.Cut(val, " ")
		if !ok || !isMethod(method) {
			return false
		}
		setHTTPClient(e, method, url, 0)
		clientLine(e, Opens, "httplog")
	case "Status":
		status, err := strconv.Atoi(val)
		if err != nil {
			return false
		}
		e.Type = "http.client"
		setStatus(e, status)
		clientLine(e, Adds, "httplog")
	case "Benchmark":
		e.Type = "http.client"
		if !setDuration(e, strings.TrimSuffix(val, " seconds"), second) {
			return false
		}
		clientLine(e, Closes, "httplog")
	default:
		return false
	}
	return true
}

// restClient reads RestClient.post "https://…", "…", headers and # => 201 Created | application/json 12 bytes, 0.12s.
func restClient(e *Event, s string) bool {
	if tail, ok := strings.CutPrefix(s, "# => "); ok {
		code, rest, _ := strings.Cut(tail, " ")
		status, err := strconv.Atoi(code)
		if err != nil || !strings.Contains(rest, " | ") {
			return false
		}
		e.Type = "http.client"
		setStatus(e, status)
		if _, sec, ok := cutTail(rest, ", "); ok && strings.HasSuffix(sec, "s") {
			setDuration(e, strings.TrimSuffix(sec, "s"), second)
		}
		clientLine(e, Closes, "restclient")
		return true
	}
	method, rest, ok := strings.Cut(s[len("RestClient."):], " ")
	url, _, quoted := unquoteRuby(rest)
	if !ok || !quoted {
		return false
	}
	setHTTPClient(e, method, url, 0)
	clientLine(e, Opens, "restclient")
	return true
}

// parseOkHttp reads OkHttp's interceptor, with whatever stands before the arrow as the caller's: --> POST https://… (3-byte
// body) and <-- 201 Created https://… (322ms, 6-byte body).
func parseOkHttp(p *Parser, e *Event, line string) bool {
	if !strings.HasPrefix(line, "--> ") && !strings.HasPrefix(line, "<-- ") {
		return false
	}
	rest := line[4:]
	word, rest, ok := strings.Cut(rest, " ")
	if !ok {
		return false
	}
	if line[0] == '-' {
		url, _, _ := strings.Cut(rest, " ")
		if !isMethod(word) || !strings.Contains(url, "://") {
			return false
		}
		setHTTPClient(e, word, url, 0)
		clientLine(e, Opens, "okhttp")
		e.Join.Key = url
		return true
	}
	if word == "HTTP" { // <-- HTTP FAILED: java.net.SocketTimeoutException: timeout
		cause, ok := strings.CutPrefix(rest, "FAILED: ")
		if !ok {
			return false
		}
		class, msg, _ := strings.Cut(cause, ": ")
		e.Type, e.Action = "error.raised", class
		e.Metadata.Error = ErrorInfo{Class: class, Message: Text(msg)}
		e.Metadata.Outcome = OutcomeFailure
		e.Platform.Format = "okhttp.text"
		return true
	}
	at := strings.Index(rest, "://")
	open := strings.LastIndex(rest, " (")
	status, err := strconv.Atoi(word)
	if err != nil || at < 0 || open < at {
		return false
	}
	url := rest[strings.LastIndexByte(rest[:at], ' ')+1 : open]
	took, _, _ := strings.Cut(strings.TrimSuffix(rest[open+2:], ")"), ",")
	e.Type = "http.client"
	setStatus(e, status)
	if d, ok := parseDuration(took); ok {
		e.Metadata.Duration = d
	}
	clientLine(e, Closes, "okhttp")
	e.Join.Key = url
	return true
}
