package debugview

// learned counts, for one type of event of one format, what the times of its events turned out to stand for.
type learned struct {
	format, eventType string
	starts, ends      int
}

// maxLearned is the number of pairs of format and type that are learnt about; further ones share the last.
const maxLearned = 255

// LearnEvents is the number of events from which a view learns what times stand for. What a flow looks like depends on these
// and on its own events, not on what else was read.
const LearnEvents = 2048

// learnIndex returns the index of a format and type in v.learned.
func (v *View) learnIndex(format, eventType string) uint8 {
	for i := range v.learned {
		if l := &v.learned[i]; l.eventType == eventType && l.format == format {
			return uint8(i)
		}
	}
	if len(v.learned) < maxLearned {
		v.learned = append(v.learned, learned{format: v.texts.get(format), eventType: v.texts.get(eventType)})
	}
	return uint8(len(v.learned) - 1)
}

// learn counts, for every step of f with a duration, which reading keeps it within its parent.
func (v *View) learn(f *flow) {
	if len(f.steps) < 2 || len(f.steps) > 200 {
		return
	}
	for i := range f.steps {
		p := &f.steps[i]
		if p.dur <= 0 || p.phase == phaseEnqueued || p.id == (key{}) {
			continue
		}
		for j := range f.steps {
			s := &f.steps[j]
			if s.parent != p.id || i == j || s.digits == 0 || p.digits == 0 || s.flags&p.flags&flagEarly == 0 {
				continue // whole seconds tell too little
			}
			l := &v.learned
			if p.stamp == stampUnknown {
				// A child at a moment of its own tells where the parent's time lies.
				switch after := s.at - p.at; {
				case after > clockNoise && after <= p.dur+clockNoise:
					(*l)[p.learn].starts++
				case after < -clockNoise && after >= -p.dur-clockNoise:
					(*l)[p.learn].ends++
				}
			}
			if s.stamp == stampUnknown && p.stamp == stampStart && s.kind != kindJob {
				switch {
				case s.at+s.dur > p.at+p.dur+clockNoise && s.at-s.dur >= p.at-clockNoise:
					(*l)[s.learn].ends++
				case s.at-s.dur < p.at-clockNoise && s.at+s.dur <= p.at+p.dur+clockNoise:
					(*l)[s.learn].starts++
				}
			}
		}
	}
}

// span returns the time that s took.
func (v *View) span(s *step) (from, to int64) {
	d := max(s.dur, 0)
	end := s.stamp == stampEnd
	if s.stamp == stampUnknown {
		l := &v.learned[s.learn]
		end = l.ends > l.starts
		if l.ends == l.starts {
			// Nothing was seen yet. Programs log what they did when it is done; events made elsewhere carry the start.
			end = !universal(l.format)
		}
	}
	if end {
		return s.at - d, s.at
	}
	return s.at, s.at + d
}

// universal reports whether the events of a format carry the universal event's own timestamp.
func universal(format string) bool {
	switch format {
	case "", "ezlogs", "universal", "ezlogs.json", "event", "otlp", "otlp.json":
		return true
	}
	return false
}
