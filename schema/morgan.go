package schema

import "strings"

// parseMorgan takes morgan's dev, tiny and short formats.
//
//	GET /users/42 200 3.235 ms - 11
//	GET /users/42 200 11 - 3.235 ms
//	127.0.0.1 - GET /users/42 HTTP/1.1 200 11 - 3.235 ms
func parseMorgan(p *Parser, e *Event, line string) bool {
	s := line
	if s == "" {
		return false
	}
	if isDigit(s[0]) || s[0] == ':' || s[0] == '-' {
		return parseMorganShort(e, s)
	}
	method, rest, ok := strings.Cut(s[:min(len(s), 16)], " ")
	if !ok || !isMethod(method) || rest == "" {
		return false
	}
	target, rest := cutToken(s[len(method)+1:])
	if target == "" || target[0] != '/' && !strings.Contains(target, "://") && target != "*" {
		return false
	}
	return morganTail(e, method, target, rest)
}

// parseMorganShort takes: address user METHOD target protocol status size - time ms
func parseMorganShort(e *Event, s string) bool {
	client, rest := cutToken(s[:min(len(s), 64)])
	if bareIP(client) == "" && client != "-" || rest == "" {
		return false
	}
	user, rest := cutToken(strings.TrimLeft(s[len(client):], " "))
	method, rest := cutToken(rest)
	if !isMethod(method) {
		return false
	}
	target, rest := cutToken(rest)
	protocol, rest := cutToken(rest)
	if !strings.HasPrefix(protocol, "HTTP/") || !morganTail(e, method, target, rest) {
		return false
	}
	setClientIP(e, client)
	setUserActor(e, user)
	return true
}

// morganTail reads status, size and time in either order: dev has "200 3.2 ms - 11", tiny "200 11 - 3.2 ms".
func morganTail(e *Event, method, target, s string) bool {
	word, s := cutToken(s)
	status := status3(word)
	if status == 0 && word != "-" {
		return false
	}
	first, s := cutToken(s)
	second, s := cutToken(s)
	var took, size string
	switch {
	case second == "ms":
		took = first
		dash, rest := cutToken(s)
		if dash != "-" {
			return false
		}
		size, s = cutToken(rest)
	case second == "-":
		size = first
		var unit string
		took, s = cutToken(s)
		unit, s = cutToken(s)
		if unit != "ms" && took != "-" {
			return false
		}
	default:
		return false
	}
	if s != "" || present(took) && !isDecimal(took) && !allDigits(took) || present(size) && !allDigits(size) {
		return false
	}
	setBytes(e, size)
	setDuration(e, took, millisecond)
	setHTTP(e, method, target, status)
	return true
}
