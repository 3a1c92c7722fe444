package schema

import "strings"

// parseCloudFront takes CloudFront's standard log: columns with TABs, times in seconds, text escaped as in URLs. Column
// names stand in a header that the parser of a line does not see, so their order is the documented one.
func parseCloudFront(p *Parser, e *Event, line string) bool {
	if len(line) < 40 || !isDigit(line[0]) || line[4] != '-' || line[10] != '\t' || line[13] != ':' {
		return false
	}
	var f [33]string
	n := 0
	for part := range strings.SplitSeq(line, "\t") {
		if n == len(f) {
			break
		}
		f[n] = part
		n++
	}
	if n < 19 || bareIP(f[4]) == "" || !isMethod(f[5]) {
		return false
	}
	t, ok := p.parseTime(f[0] + " " + f[1] + " UTC")
	if !ok {
		return false
	}
	e.setTime(t)
	setBytes(e, f[3])
	setClientIP(e, f[4])
	if n > 19 && present(f[19]) {
		e.Metadata.IP = forwardedIP(unescapeTwice(f[19]), e.Metadata.IP)
	}
	target := unescapePath(f[7])
	if present(f[11]) {
		target += "?" + unescapePercent(f[11])
	}
	setDuration(e, f[18], second)
	setHTTP(e, f[5], target, status3(f[8]))
	setReferer(e, unescapeTwice(f[9]))
	setUserAgent(e, unescapeTwice(f[10]))
	e.setRequestID("x-edge-request-id", f[14])
	host := f[15]
	if !present(host) {
		host = f[6]
	}
	e.AddExtra("host", Text(host))
	e.AddField("edge_location", Text(f[2]))
	e.AddField("edge_result", Text(f[13]))
	if n > 27 && isDecimal(f[27]) {
		addTiming(e, "first_byte", f[27], second)
	}
	return true
}

// unescapePercent undoes one round of %HH; a plus stays a plus.
func unescapePercent(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	return percentDecode(s)
}

// unescapeTwice undoes the two rounds that CloudFront escapes text with.
func unescapeTwice(s string) string { return unescapePercent(unescapePercent(s)) }

// unescapePath is unescapePercent for paths, of which CloudFront escapes the percent signs once more.
func unescapePath(s string) string { return strings.ReplaceAll(s, "%25", "%") }

// parseIIS takes the W3C extended log of IIS with its default columns: time in UTC, milliseconds at the end.
//
//	2026-03-14 10:00:00 10.0.0.4 GET /users/42 x=1 443 - 203.0.113.5 Mozilla/5.0+(X11) - 200 0 0 15
func parseIIS(p *Parser, e *Event, line string) bool {
	if len(line) < 50 || !isDigit(line[0]) || line[4] != '-' || line[10] != ' ' || line[13] != ':' || line[19] != ' ' || !isDigit(line[20]) && line[20] != ':' && !isHex(line[20]) {
		return false
	}
	server, rest := cutToken(line[20:])
	if bareIP(server) == "" {
		return false
	}
	var f [12]string
	n := 0
	for rest != "" && n < len(f) {
		f[n], rest = cutToken(rest)
		n++
	}
	// method stem query port user client agent [referer] status substatus win32 time
	ref := 0
	switch {
	case rest != "" || !isMethod(f[0]) || f[1] == "" || f[1][0] != '/' || !allDigits(f[3]) || bareIP(f[5]) == "":
		return false
	case n == 12:
		ref = 1
	case n != 11:
		return false
	}
	status := status3(f[7+ref])
	if status == 0 || !allDigits(f[10+ref]) {
		return false
	}
	t, ok := p.parseTime(line[:19] + " UTC")
	if !ok {
		return false
	}
	e.setTime(t)
	target := f[1]
	if present(f[2]) {
		target += "?" + f[2]
	}
	setDuration(e, f[10+ref], millisecond)
	setClientIP(e, f[5])
	setUserActor(e, f[4])
	setHTTP(e, f[0], target, status)
	setUserAgent(e, strings.ReplaceAll(f[6], "+", " "))
	if ref == 1 {
		setReferer(e, f[7])
	}
	e.AddField("port", Value{Raw, number(f[3])})
	return true
}

// parseW3CHeader takes the lines of a W3C log that describe it: #Fields: and the like.
func parseW3CHeader(_ *Parser, e *Event, line string) bool {
	if len(line) < 9 || line[0] != '#' {
		return false
	}
	for _, h := range [...]string{"#Version: ", "#Fields: ", "#Software: ", "#Date: ", "#Start-Date: ", "#End-Date: ", "#Remark: "} {
		if strings.HasPrefix(line, h) {
			e.Metadata.Message = Text(line)
			e.Metadata.Level = LevelDebug
			return true
		}
	}
	return false
}
