package schema

// gatewayTimes gives a request the times that Cloudflare and Kong name in ways of their own.
func (p *Parser) gatewayTimes(e *Event) {
	if p.rec.marks&markFlare != 0 {
		p.cloudflareTimes(e)
		return
	}
	kept := e.Metadata.Fields[:0]
	for _, f := range e.Metadata.Fields {
		switch f.Key {
		case "latencies":
			if v := member(f.Value.S, "request"); v.isNumber() && setDuration(e, v.S, millisecond) {
				addTiming(e, "upstream", member(f.Value.S, "proxy").scalar(), millisecond)
				addTiming(e, "gateway", member(f.Value.S, "kong").scalar(), millisecond)
				continue
			}
		case "started_at":
			if t, ok := epochIn(f.Value.scalar(), millisecond); ok && e.Time.From == FromRead {
				e.setTime(t)
				continue
			}
		case "response":
			if !e.Metadata.HasBytes {
				setBytes(e, member(f.Value.S, "size").scalar())
			}
		}
		kept = append(kept, f)
	}
	e.Metadata.Fields = kept
}

// cloudflareTimes gives a request of Cloudflare's edge its duration, from its first to its last moment where those are precise,
// and the times of its parts.
func (p *Parser) cloudflareTimes(e *Event) {
	kept := e.Metadata.Fields[:0]
	for _, f := range e.Metadata.Fields {
		s := f.Value.scalar()
		switch f.Key {
		case "EdgeEndTimestamp":
			if t, ok := p.parseTime(s); ok {
				if t.Digits > 0 && e.Time.Digits > 0 && t.NS >= e.Time.NS && !e.Metadata.Duration.Set {
					e.Metadata.Duration = Duration{t.NS - e.Time.NS, true}
				}
				continue
			}
		case "OriginResponseTime", "OriginResponseDurationMs":
			unit := nanosecond
			if f.Key[len(f.Key)-1] == 's' {
				unit = millisecond
			}
			addTiming(e, "origin", s, unit)
			continue
		case "EdgeTimeToFirstByteMs":
			addTiming(e, "first_byte", s, millisecond)
			continue
		}
		kept = append(kept, f)
	}
	e.Metadata.Fields = kept
}
