package schema

import "strings"

// parseGatewayJSON reads the access log of AWS's API Gateway in the forms its documentation gives: the method stands beside the
// template of the path, and often the path itself is missing.
//
//	{"requestId":"…","ip":"203.0.113.5","requestTime":"14/Mar/2026:10:00:00 +0000","httpMethod":"GET","routeKey":"GET /users/{id}","status":"200","protocol":"HTTP/1.1","responseLength":"512"}
func parseGatewayJSON(p *Parser, e *Event, line string) {
	e.Join.Single = true
	e.Platform.Format = "aws.apigateway"
	var method, path, route, status string
	var moment Value
	eachMember(line, func(key string, v Value) bool {
		s := v.scalar()
		if v.isNull() || s == "-" {
			return true
		}
		switch key {
		case "httpMethod":
			method = s
		case "path":
			path = s
		case "routeKey", "resourcePath":
			if m, t, ok := strings.Cut(s, " "); ok && isMethod(m) {
				setDefault(&method, m)
				s = t
			}
			if setDefault(&route, s); s == "$default" {
				route = ""
			}
		case "status", "httpStatus":
			status = s
		case "requestTimeEpoch":
			moment = v
		case "requestTime":
			setDefaultValue(&moment, v)
		case "responseLatency":
			setDuration(e, s, millisecond)
		case "integrationLatency", "integration.latency":
			addTiming(e, "integration", s, millisecond)
		case "responseLength", "dataProcessed":
			setBytes(e, s)
		case "ip", "sourceIp", "identity.sourceIp":
			setClientIP(e, s)
		case "caller", "user":
			setUserActor(e, s)
		case "protocol":
			e.AddExtra(key, v)
		case "domainName":
			e.AddExtra("host", v)
		case "requestId":
			e.setRequestID(key, s)
		case "stage":
			e.AddField(key, v)
		case "errorMessage", "error.message", "integrationErrorMessage":
			e.Metadata.Error.Message = v
		default:
			p.field(e, key, v)
		}
		return true
	})
	if t, ok := p.parseTime(moment.scalar()); ok {
		e.setTime(t)
	}
	e.Metadata.Route = route
	setDefault(&path, route)
	setHTTP(e, method, path, status3(status))
	p.finishFields(e)
}

// parseGatewayCSV takes the same as comma-separated values in the documented order.
//
//	203.0.113.5,-,-,14/Mar/2026:10:00:00 +0000,GET,/users/{id},HTTP/1.1,200,512,b1ad2e3c-…,Abc=
func parseGatewayCSV(p *Parser, e *Event, line string) bool {
	comma := strings.IndexByte(line[:min(len(line), 48)], ',')
	if comma < 2 || bareIP(line[:comma]) == "" {
		return false
	}
	var f [12]string
	n, ok := csvFields(line, f[:])
	if !ok || n < 10 || !isMethod(f[4]) || status3(f[7]) == 0 {
		return false
	}
	t, ok := p.parseTime(f[3])
	if !ok {
		return false
	}
	e.setTime(t)
	setClientIP(e, f[0])
	setUserActor(e, f[1])
	setUserActor(e, f[2])
	e.Metadata.Route = f[5]
	setHTTP(e, f[4], f[5], status3(f[7]))
	e.AddExtra("protocol", Text(f[6]))
	setBytes(e, f[8])
	e.setRequestID("requestId", f[9])
	return true
}
