package schema

import (
	"strings"
)

// parseALB takes the access logs of AWS's application load balancers, and of the classic ones before them.
//
//	http 2026-03-14T10:00:00.186641Z app/my-lb/50dc6c49 192.0.2.7:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 "GET http://shop.test:80/ HTTP/1.1" "curl/7" - - arn:… "Root=1-…-…" …
//	2026-03-14T10:00:00.186641Z my-lb 192.0.2.7:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 "GET http://shop.test:80/ HTTP/1.1" "curl/7" - -
func parseALB(p *Parser, e *Event, line string) bool {
	if len(line) < 60 {
		return false
	}
	kind, rest := "", line
	if !isDigit(line[0]) {
		kind = firstToken(line[:min(len(line), 12)])
		switch kind {
		case "http", "https", "h2", "grpcs", "ws", "wss", "grpc":
		case "tls":
			return parseNLB(p, e, line)
		default:
			return false
		}
		rest = line[len(kind)+1:]
	}
	stamp, rest := cutToken(rest)
	if len(stamp) < 20 || stamp[10] != 'T' || stamp[len(stamp)-1] != 'Z' {
		return false
	}
	lb, rest := cutToken(rest)
	client, rest := cutToken(rest)
	target, rest := cutToken(rest)
	if bareIP(client) == "" || strings.IndexByte(client, ':') < 0 || bareIP(target) == "" && target != "-" {
		return false
	}
	var f [7]string // three times, two statuses, two sizes
	for i := range f {
		f[i], rest = cutToken(rest)
	}
	request, rest, ok := cutQuoted(rest)
	t, isTime := p.parseTime(stamp)
	if !ok || !isTime || !albTime(f[0]) || !albTime(f[1]) || !albTime(f[2]) {
		return false
	}
	e.Platform.Format = "aws.alb"
	if kind == "" {
		e.Platform.Format = "aws.elb"
	}
	e.setTime(t)
	e.AddField("lb", Text(lb))
	addFieldIf(e, "target", target)
	addFieldIf(e, "target_status", f[4])
	setClientIP(e, client)
	setBytes(e, f[6])
	albTimes(e, f[:3])
	setRequestLine(e, request, status3(f[3]))
	ua, rest, _ := cutQuoted(strings.TrimLeft(rest, " "))
	setUserAgent(e, unescapeQuoted(ua))
	// cipher, protocol, target group, trace, domain, certificate, priority, creation, actions, redirect, error …
	names := [...]string{"", "ssl_protocol", "target_group", "trace", "", "", "rule_priority", "created", "actions", "redirect_url", "error_reason", "", "", "classification", "classification_reason", "conn_trace_id"}
	rest = strings.TrimLeft(rest, " ")
	for i := 0; rest != "" && i < len(names); i++ {
		var v string
		v, _, rest = cutField(rest)
		switch {
		case !present(v) || names[i] == "":
		case names[i] == "trace":
			e.setTraceHeader("x-amzn-trace-id", v)
		case names[i] == "created" || names[i] == "target_group" || names[i] == "rule_priority":
		default:
			e.AddField(names[i], Text(v))
		}
	}
	return true
}

func albTime(s string) bool { return isDecimal(s) || s == "-1" || s == "-" || allDigits(s) }

// albTimes sets the duration from the times to read the request, to be answered and to send: their sum, unless one of them
// says that there was no answer.
func albTimes(e *Event, f []string) {
	total := int64(0)
	for i, name := range [...]string{"request", "target", "response"} {
		d, ok := scaleDuration(f[i], second)
		if !ok {
			return
		}
		total += d.NS
		if d.NS > 0 {
			e.Metadata.Timing = append(e.Metadata.Timing, Timing{name, d})
		}
	}
	e.Metadata.Duration = Duration{total, true}
}

// parseNLB takes the TLS log of a network load balancer: type, version, time, balancer, listener, client, target,
// milliseconds connected, milliseconds of handshake, bytes received and sent …
func parseNLB(p *Parser, e *Event, line string) bool {
	var f [22]string
	n := 0
	for rest := line; rest != "" && n < len(f); n++ {
		f[n], rest = cutToken(rest)
	}
	if n < 12 || bareIP(f[5]) == "" || !allDigits(f[7]) {
		return false
	}
	t, ok := p.parseTime(f[2])
	if !ok {
		return false
	}
	e.Platform.Format = "aws.nlb"
	e.setTime(t)
	e.Action = "connection"
	e.AddField("lb", Text(f[3]))
	setClientIP(e, f[5])
	addFieldIf(e, "target", f[6])
	setDuration(e, f[7], millisecond)
	addTiming(e, "handshake", f[8], millisecond)
	setBytes(e, f[10])
	addFieldIf(e, "tls_alert", f[11])
	if n > 16 {
		addFieldIf(e, "domain", f[16])
	}
	return true
}

// parseS3 takes S3's server access log.
//
//	79a5… bucket [06/Feb/2026:00:00:38 +0000] 192.0.2.3 79a5… 3E57427F3EXAMPLE REST.GET.OBJECT key "GET /bucket/key HTTP/1.1" 200 - 113 113 7 6 "-" "S3Console/0.4" - …
func parseS3(p *Parser, e *Event, line string) bool {
	if len(line) < 80 || !isHex(line[0]) {
		return false
	}
	owner, rest := cutToken(line[:min(len(line), 160)])
	bucket, rest := cutToken(rest)
	if len(owner) != 64 || !hexText(owner) || !isAccessTime(rest) {
		return false
	}
	inner, rest, ok := cutBracket(line[len(line[:min(len(line), 160)])-len(rest):])
	if !ok {
		return false
	}
	var f [5]string // address, requester, request id, operation, key
	rest = strings.TrimLeft(rest, " ")
	for i := range f {
		f[i], rest = cutToken(rest)
	}
	request, _, rest := cutField(rest)
	t, ok := p.parseTime(inner)
	if !ok || strings.Count(f[3], ".") < 1 {
		return false
	}
	e.setTime(t)
	e.Platform.Format = "aws.s3"
	setClientIP(e, f[0])
	if present(f[1]) {
		setUserActor(e, f[1])
	}
	var g [6]string // status, error, bytes sent, object size, total, turn-around
	for i := range g {
		g[i], rest = cutToken(rest)
	}
	if present(request) {
		setRequestLine(e, request, status3(g[0]))
	} else {
		e.Action = f[3]
		setStatus(e, status3(g[0]))
	}
	e.Subject = Subject{"bucket", bucket}
	e.setRequestID("request_id", f[2])
	e.AddField("operation", Text(f[3]))
	addFieldIf(e, "key", f[4])
	addFieldIf(e, "error_code", g[1])
	setBytes(e, g[2])
	setDuration(e, g[4], millisecond)
	addTiming(e, "turn_around", g[5], millisecond)
	referer, _, rest := cutField(rest)
	setReferer(e, unescapeQuoted(referer))
	ua, _, _ := cutField(rest)
	setUserAgent(e, unescapeQuoted(ua))
	return true
}
