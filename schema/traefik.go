package schema

// traefikTime gives e the moment a request of Traefik began: the time that its logger writes beside is cut to whole seconds.
func (p *Parser) traefikTime(e *Event) {
	kept := e.Metadata.Fields[:0]
	for _, f := range e.Metadata.Fields {
		switch f.Key {
		case "StartUTC":
			if t, ok := p.parseTime(f.Value.scalar()); ok {
				e.setTime(t)
				p.rec.use(fieldTime)
				continue
			}
		case "StartLocal":
			continue
		}
		if s := f.Value; s.Kind == String && s.S == "-" {
			continue
		}
		kept = append(kept, f)
	}
	e.Metadata.Fields = kept
}
