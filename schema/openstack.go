package schema

import "strings"

// setOpenStackContext reads the context that OpenStack's logger puts into brackets: request, user, project and domains.
//
//	[req-38101a0b-2096-447d-96ea-a692162415ae 113d3a99c3da401fbd62cc2caa5b96d2 54fadb412c4e40cdbaed9335e4c29a9e - - -]
func setOpenStackContext(e *Event, s string) bool {
	id, rest := cutToken(strings.TrimPrefix(s, "None "))
	if len(id) != 40 || !strings.HasPrefix(id, "req-") {
		return false
	}
	if _, ok := canonUUID(id[4:]); !ok {
		return false
	}
	e.setRequestID("request_id", id)
	user, rest := cutToken(rest)
	if present(user) {
		setUserActor(e, user)
	}
	project, _ := cutToken(rest)
	addFieldIf(e, "project", project)
	return true
}

// setWSGIAccess takes the access lines of eventlet's server as OpenStack logs them.
//
//	10.11.10.1 "GET /v2/54fa/servers/detail HTTP/1.1" status: 200 len: 1893 time: 0.2477829
func setWSGIAccess(e *Event, s string) bool {
	client, rest := cutToken(s)
	request, rest, ok := cutQuoted(rest)
	if !ok || bareIP(firstOf(client, ',')) == "" {
		return false
	}
	var status, size, took string
	for rest = strings.TrimLeft(rest, " "); rest != ""; {
		var key, value string
		key, rest = cutToken(rest)
		value, rest = cutToken(rest)
		switch key {
		case "status:":
			status = value
		case "len:":
			size = value
		case "time:":
			took = value
		}
	}
	if status3(status) == 0 {
		return false
	}
	setClientIP(e, client)
	setBytes(e, size)
	setDuration(e, took, second)
	setRequestLine(e, request, status3(status))
	return true
}

func firstOf(s string, c byte) string {
	s, _, _ = cutByte(s, c)
	return s
}

// parseFilePrefix takes lines that a collector put the name of their file before, or a program its own:
//
//	nova-api.log.1 2017-05-16 00:00:00.008 25746 INFO …
//	[shop] 2026/03/14 10:00:00 listening
func parseFilePrefix(p *Parser, e *Event, line string) bool {
	end := strings.IndexByte(line[:min(len(line), 120)], ' ')
	if end < 3 || len(line) < end+20 || !isDigit(line[end+1]) {
		return false
	}
	key, name := "file", strings.TrimSuffix(line[:end], ":")
	if !strings.Contains(name, ".log") {
		key = "prefix"
		if name = strings.Trim(name, "[]"); len(name) == end || len(name) > 40 || !isLogger(name) {
			return false
		}
	}
	if !parseStamped(p, e, line[end+1:]) {
		return false
	}
	e.AddField(key, Text(name))
	return true
}
