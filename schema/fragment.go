package schema

import "time"

// fragment is what was collected of a physical line that its carrier cut.
type fragment struct {
	e    *Event // of the first part, a copy
	text []byte
}

// fragment takes the first part of a cut line, or a last one without a first.
func (j *Joiner) fragment(e *Event, emit func(*Event)) {
	if e.Join.Last {
		emit(e)
		return
	}
	st := j.streamOf(e)
	c := e.clone()
	j.retain(c)
	st.cut = fragment{e: c, text: append(st.cut.text[:0], e.Join.Text...)}
	st.rec.since = j.now
	j.keeps()
}

// fragmentContinued adds a further part; the last one completes the line.
func (j *Joiner) fragmentContinued(st *stream, e *Event, emit func(*Event)) bool {
	if e.Join.Role != Fragment && !e.Join.Last {
		j.endFragment(st, emit)
		return false
	}
	if len(st.cut.text)+len(e.Join.Text) <= 1<<20 {
		st.cut.text = append(st.cut.text, e.Join.Text...)
	} else if len(st.cut.e.Metadata.Truncated) == 0 {
		st.cut.e.Metadata.Truncated = append(st.cut.e.Metadata.Truncated, "line")
	}
	st.cut.e.Origin.Lines = max(st.cut.e.Origin.Lines, 1) + 1
	st.rec.since = j.now
	if e.Join.Last {
		j.endFragment(st, emit)
	}
	return true
}

// endFragment reads the line that is whole now, or as whole as it will be, and hands on its events.
func (j *Joiner) endFragment(st *stream, emit func(*Event)) {
	first := st.cut.e
	if first == nil {
		return
	}
	st.cut.e = nil
	j.held--
	j.reparse(first, string(st.cut.text), emit)
	if cap(st.cut.text) > 64<<10 {
		st.cut.text = nil
	}
}

// reparse reads text as one line in place of first, which is given up, and pushes its events.
func (j *Joiner) reparse(first *Event, text string, emit func(*Event)) {
	events := j.reader(first).Parse(nil, text, first.Origin.Offset, first.Origin.Mark)
	for i := range events {
		e := &events[i]
		e.Origin.Lines = first.Origin.Lines
		e.Metadata.Truncated = append(e.Metadata.Truncated, first.Metadata.Truncated...)
		if first.Time.From != FromRead && e.Time.From != FromLine {
			e.Time = first.Time
		}
		pl, from := &e.Platform, &first.Platform
		setDefault(&pl.Service, from.Service)
		setDefault(&pl.Environment, from.Environment)
		setDefault(&pl.Host, from.Host)
		setDefault(&pl.Container, from.Container)
		setDefault(&pl.Pod, from.Pod)
		setDefault(&pl.Namespace, from.Namespace)
		setDefault(&pl.PID, from.PID)
		e.Join.Stream = first.Join.Stream
		j.Push(e, emit)
	}
	j.release(first)
}

// reader returns the joiner's parser, set to where and when e was read.
func (j *Joiner) reader(e *Event) *Parser {
	if j.parser == nil {
		j.parser = NewParser(j.config)
	}
	j.parser.Start(e.Origin.Source, time.Unix(0, e.Time.NS))
	return j.parser
}
