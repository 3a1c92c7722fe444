package schema

import "strings"

// parseEnvoy takes the default access log of Envoy and of Istio's sidecars.
//
//	[2026-03-14T10:00:00.000Z] "GET /cart HTTP/1.1" 200 - 0 123 12 10 "203.0.113.5" "curl/8" "e1f2…" "shop.test" "10.0.0.9:80"
func parseEnvoy(p *Parser, e *Event, s *stamped) bool {
	if !s.closed || !strings.HasPrefix(s.rest, ` "`) {
		return false
	}
	request, rest, ok := cutQuoted(s.rest[1:])
	if !ok {
		return false
	}
	word, rest := cutToken(strings.TrimLeft(rest, " "))
	status := status3(word)
	if status == 0 && word != "0" || rest == "" {
		return false
	}
	// Flags, and in Istio's form more of why, stand before the counts: bytes received, sent, milliseconds, upstream's.
	flags, rest := cutToken(rest)
	var n [4]string
	got := 0
	for got < 4 && rest != "" {
		f, quoted, after := cutField(rest)
		if !quoted && (allDigits(f) || got == 3 && f == "-") {
			n[got] = f
			got++
		} else if got > 0 {
			break
		}
		rest = after
	}
	if got < 3 {
		return false
	}
	addFieldIf(e, "response_flags", flags)
	setBytes(e, n[1])
	setDuration(e, n[2], millisecond)
	if got == 4 {
		addTiming(e, "upstream", n[3], millisecond)
	}
	names := [...]string{"forwarded_for", "user_agent", "request_id", "authority", "upstream_host", "upstream_cluster"}
	for i := 0; i < len(names) && rest != ""; i++ {
		var f string
		f, _, rest = cutField(rest)
		if f = unescapeQuoted(f); !present(f) {
			continue
		}
		switch i {
		case 0:
			setClientIP(e, f)
		case 1:
			setUserAgent(e, f)
		case 2:
			e.setRequestID("x-request-id", f)
		case 3:
			e.AddExtra("host", Text(f))
		default:
			e.AddField(names[i], Text(f))
		}
	}
	setRequestLine(e, request, status)
	addFieldIf(e, "extra", strings.TrimSpace(rest))
	p.finishFields(e)
	return true
}
