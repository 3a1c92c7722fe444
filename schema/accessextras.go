package schema

import "strings"

// accessExtras takes what follows the size in an access log line: referer and user agent if both are quoted, then what
// the administrator added. Numbers have the meaning they have in the servers' own variables: a decimal is seconds
// (nginx $request_time, Rack, Tomcat %T), a lone integer at the end is Apache's %D in microseconds.
func (p *Parser) accessExtras(e *Event, s string) {
	if referer, rest, ok := cutQuoted(s); ok {
		if ua, rest, ok := cutQuoted(strings.TrimLeft(rest, " ")); ok {
			e.Platform.Format = "access.combined"
			setReferer(e, unescapeQuoted(referer))
			setUserAgent(e, unescapeQuoted(ua))
			s = strings.TrimLeft(rest, " ")
		}
	}
	if s == "" {
		return
	}
	p.rec.flavor = &flavorNginx
	var x extras
	for s != "" && x.n < len(x.field) {
		x.text[x.n] = s
		switch {
		case s[0] == '[':
			inner, rest, ok := cutBracket(s)
			if !ok {
				inner, rest = cutToken(s)
			}
			x.add(inner, '[')
			s = strings.TrimLeft(rest, " ")
		case s[0] == '"':
			field, _, rest := cutField(s)
			x.add(field, '"')
			s = rest
		default:
			field, rest := cutToken(s)
			if i := strings.IndexByte(field, '='); i > 0 && i+1 < len(field) && field[i+1] == '"' {
				if _, after, ok := cutQuoted(s[i+1:]); ok {
					field, rest = s[:len(s)-len(after)], strings.TrimLeft(after, " ")
				}
			}
			x.add(field, 0)
			s = rest
		}
	}
	switch {
	case x.traefik(e), x.ingress(e), x.combinedIO(e):
	default:
		p.looseExtras(e, &x)
	}
	if s != "" {
		e.AddField("extra", Text(s))
	}
	p.finishFields(e)
}

// extras are the fields behind an access log line.
type extras struct {
	field [24]string
	text  [24]string // the line from this field on
	mark  [24]byte   // '"' quoted, '[' in brackets, 0 bare
	n     int
}

// maxServers is how long a list of servers may get: adding to it costs its length.
const maxServers = 1 << 10

// add notes one more field. A list of servers that were tried has its values apart: "10.0.0.8:80, 10.0.0.9:80".
func (x *extras) add(field string, mark byte) {
	if x.n > 0 && mark == 0 && x.mark[x.n-1] == 0 && strings.HasSuffix(x.field[x.n-1], ",") && len(x.field[x.n-1]) < maxServers {
		x.field[x.n-1] += " " + field
		return
	}
	x.field[x.n], x.mark[x.n] = field, mark
	x.n++
}

// traefik takes: number "router" "server" 12ms
func (x *extras) traefik(e *Event) bool {
	if x.n != 4 || !allDigits(x.field[0]) || x.mark[1] != '"' || x.mark[2] != '"' || !strings.HasSuffix(x.field[3], "ms") {
		return false
	}
	d, ok := parseDuration(x.field[3])
	if !ok {
		return false
	}
	e.Metadata.Duration = d
	e.Platform.Format = "traefik.common"
	addFieldIf(e, "router", x.field[1])
	addFieldIf(e, "server", x.field[2])
	return true
}

// ingress takes what the nginx ingress controller adds: request length, seconds, [upstream], [alternative], address,
// length, seconds, status, request id.
func (x *extras) ingress(e *Event) bool {
	if x.n < 8 || !allDigits(x.field[0]) || !isDecimal(x.field[1]) || x.mark[2] != '[' || x.mark[3] != '[' {
		return false
	}
	e.Platform.Format = "nginx.ingress"
	setDuration(e, x.field[1], second)
	addFieldIf(e, "request_length", x.field[0])
	addFieldIf(e, "upstream", x.field[2])
	addFieldIf(e, "upstream_addr", x.field[4])
	addFieldIf(e, "upstream_status", x.field[7])
	addUpstreamTiming(e, "upstream", x.field[6])
	if x.n > 8 {
		e.setRequestID("request_id", x.field[8])
	}
	return true
}

// combinedIO takes the two byte counts of Apache's combinedio.
func (x *extras) combinedIO(e *Event) bool {
	if x.n != 2 || !allDigits(x.field[0]) || !allDigits(x.field[1]) {
		return false
	}
	e.AddField("bytes_in", Value{Raw, number(x.field[0])})
	e.AddField("bytes_out", Value{Raw, number(x.field[1])})
	return true
}

// number returns digits as a JSON number.
func number(s string) string {
	if t := strings.TrimLeft(s, "0"); t != "" && t[0] != '.' {
		return t
	} else if t == "" {
		return "0"
	}
	return s
}

func addFieldIf(e *Event, key, value string) {
	if present(value) {
		e.AddField(key, Text(value))
	}
}

// looseExtras gives each field the meaning its shape has.
func (p *Parser) looseExtras(e *Event, x *extras) {
	ints := 0
	for i := range x.n {
		if x.mark[i] == 0 && allDigits(x.field[i]) {
			ints++
		}
	}
	unknown := 0
	for i := range x.n {
		f := x.field[i]
		if !present(f) {
			continue
		}
		if strings.HasPrefix(f, "Root=1-") && e.setTraceHeader("x-amzn-trace-id", f) {
			continue
		}
		if key, value, ok := cutPair(f); ok && x.mark[i] == 0 {
			p.accessPair(e, key, value)
			continue
		}
		next := ""
		if i+1 < x.n {
			next = x.field[i+1]
		}
		switch {
		case isDecimal(f) && (next == "ms" || next == "s" || next == "sec"):
			setAccessDuration(e, f, unitOr(next, second))
		case f == "ms" || f == "s" || f == "sec":
		case isDecimal(f):
			setAccessDuration(e, f, second)
		case x.mark[i] == 0 && allDigits(f) && next == "ms":
			setAccessDuration(e, f, millisecond)
		case x.mark[i] == 0 && allDigits(f) && ints == 1:
			setAccessDuration(e, f, microsecond)
		case strings.HasPrefix(f, "**") && strings.HasSuffix(f, "**") && len(f) > 4 && allDigits(f[2:len(f)-2]): // **%T/%D** and **%D**
			setAccessDuration(e, f[2:len(f)-2], microsecond)
		case isPairOfTimes(f):
			_, us, _ := strings.Cut(strings.Trim(f, "*"), "/")
			setAccessDuration(e, us, microsecond)
		case x.mark[i] == '"' && isAddressList(f):
			e.Metadata.IP = forwardedIP(f, e.Metadata.IP)
		case len(f) == 55 && e.setTraceHeader("traceparent", f):
		case looksLikeID(f) && e.setRequestID("request_id", f):
		default:
			if d, ok := parseDuration(f); ok && !e.Metadata.Duration.Set {
				e.Metadata.Duration = d
				continue
			}
			unknown++
			e.AddField("extra_"+string(rune('0'+min(unknown, 9))), Text(unescapeQuoted(f)))
		}
	}
}

func unitOr(word string, unit int64) int64 {
	if u, ok := unitOf(word); ok {
		return u
	}
	return unit
}

// setAccessDuration sets the duration; further times are those of servers behind this one.
func setAccessDuration(e *Event, num string, unitNS int64) {
	if e.Metadata.Duration.Set {
		addTiming(e, "upstream", num, unitNS)
		return
	}
	setDuration(e, num, unitNS)
}

// isPairOfTimes reports whether s is seconds and microseconds: 0/123456.
func isPairOfTimes(s string) bool {
	a, b, ok := strings.Cut(strings.Trim(s, "*"), "/")
	return ok && allDigits(a) && allDigits(b) && len(b) > len(a)
}

// isAddressList reports whether s is one or more addresses with commas, as X-Forwarded-For has them.
func isAddressList(s string) bool {
	n := 0
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		if bareIP(part) == "" && part != "unknown" {
			return false
		}
		n++
	}
	return n > 0
}

// forwardedIP returns the address a request really came from: the first public one of the forwarders, else the peer.
func forwardedIP(list, peer string) string {
	var e Event
	setClientIP(&e, list)
	if e.Metadata.IP == "" || peer != "" && !privateIP(peer) && privateIP(e.Metadata.IP) {
		return peer
	}
	return e.Metadata.IP
}

// cutPair takes key=value apart; the value may be quoted.
func cutPair(s string) (key, value string, ok bool) {
	i := strings.IndexByte(s, '=')
	if i < 1 || !pairKey(s[:i]) {
		return "", "", false
	}
	value = s[i+1:]
	if inner, rest, quoted := cutQuoted(value); quoted && rest == "" {
		value = unescapeQuoted(inner)
	}
	return s[:i], value, true
}

// pairKey reports whether s can be the key of a pair.
func pairKey(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isAlpha(c) && !isDigit(c) && c != '_' && c != '-' && c != '.' && c != '@' && c != ':' && c != '/' {
			return false
		}
	}
	return s != "" && (isAlpha(s[0]) || s[0] == '_' || s[0] == '@') && len(s) <= 64
}

// accessPair takes a pair that an administrator named. Times without a unit are seconds, as all of nginx's are.
func (p *Parser) accessPair(e *Event, key, value string) {
	if !present(value) {
		return
	}
	switch key {
	case "rt", "request_time", "req_time", "duration", "time", "t":
		if isDecimal(value) {
			setDuration(e, value, second)
			return
		}
	case "uct", "upstream_connect_time", "uht", "upstream_header_time", "urt", "upstream_response_time", "ut":
		name := "upstream"
		switch key {
		case "uct", "upstream_connect_time":
			name = "upstream_connect"
		case "uht", "upstream_header_time":
			name = "upstream_header"
		}
		addUpstreamTiming(e, name, value)
		return
	case "us", "D", "usec":
		if !e.Metadata.Duration.Set && setDuration(e, value, microsecond) { // beside rt= it is the upstream's status
			return
		}
	case "ms", "msec":
		if setDuration(e, value, millisecond) {
			return
		}
	case "xff", "x_forwarded_for", "forwarded_for", "fwd":
		if isAddressList(value) {
			e.Metadata.IP = forwardedIP(value, e.Metadata.IP)
			return
		}
	case "rid", "reqid", "req_id", "request_id", "id":
		e.setRequestID(key, value)
		return
	}
	p.field(e, key, pairValue(value))
}

// looksLikeID reports whether s is a UUID, long hex, or another long word of letters and digits.
func looksLikeID(s string) bool {
	if _, ok := canonUUID(s); ok {
		return true
	}
	return len(s) >= 16 && len(s) <= 64 && isPathID(s) && !allDigits(s)
}

// pairValue returns the value of a pair as it is carried: a number as one, everything else as text.
func pairValue(s string) Value {
	if isJSONNumber(s) {
		return Value{Raw, s}
	}
	return Value{String, s}
}

// addUpstreamTiming adds the times of the servers a request was sent to: one, or several with commas and colons, whose sum
// counts.
func addUpstreamTiming(e *Event, name, value string) {
	total := Duration{}
	for part := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ',' || r == ':' || r == ' ' }) {
		if d, ok := scaleDuration(part, second); ok {
			total = Duration{total.NS + d.NS, true}
		}
	}
	if total.Set {
		e.Metadata.Timing = append(e.Metadata.Timing, Timing{name, total})
	}
}
