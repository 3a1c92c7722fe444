package schema

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// openRecord is an event whose further lines may still come.
type openRecord struct {
	e     *Event // a copy; nil when there is none
	more  []byte // the further lines, with newlines between
	lines int
	since int64 // when its last line came
	trace traceState

	export exportTail // of a record in journald's export format
}

// hold keeps a copy of e until its further lines are known to have come.
func (j *Joiner) hold(e *Event) {
	st := j.streamOf(e)
	c := e.clone()
	j.retain(c)
	st.rec = openRecord{e: c, more: st.rec.more[:0], lines: 1, since: j.now}
	st.rec.trace.start(c)
	j.keeps()
}

// keeps counts one more stream that waits.
func (j *Joiner) keeps() {
	if j.held == 0 {
		j.waits = j.now
	}
	j.held++
}

// retain takes part in the acknowledgement of the chunk that an event came from.
func (j *Joiner) retain(e *Event) {
	if e.Origin.Mark != nil && !e.Origin.Held {
		e.Origin.Mark.Add(1)
	}
	e.Origin.Held = true
}

// release gives up an event that was kept and became part of another one.
func (j *Joiner) release(e *Event) {
	if e.Origin.Held && e.Origin.Mark != nil {
		e.Origin.Mark.Done(1)
	}
}

// continued adds e to the record of its stream if it is a further line of it.
func (j *Joiner) continued(st *stream, e *Event, emit func(*Event)) bool {
	if st.cut.e != nil {
		return j.fragmentContinued(st, e, emit)
	}
	r := &st.rec
	if r.e.Join.Kind == journaldExport {
		if !r.exported(e) {
			return false
		}
		r.since = j.now
		return true
	}
	if r.lines == 1 && secondLine(r.e, e) {
		if e.Platform.Format == gormSQL {
			r.addGorm(e)
		} else {
			r.addJUL(e)
		}
		r.since = j.now
		return true
	}
	if e.Join.Role != Continues || !r.takes(e) {
		return false
	}
	if r.lines >= maxRecordLines || len(r.more)+len(e.Join.Text) > maxRecordBytes {
		if n := len(r.e.Metadata.Truncated); n == 0 {
			r.e.Metadata.Truncated = append(r.e.Metadata.Truncated, "lines")
		}
		r.e.Origin.Lines = int32(r.lines)
		r.lines++
		return true
	}
	r.add(e)
	if e.Type == "error.raised" {
		j.linkInside(r.e)
	}
	r.since = j.now
	return true
}

// takes reports whether a line that starts no record of its own belongs to r.
func (r *openRecord) takes(e *Event) bool {
	t := e.Join.Text
	if e.Join.Kind == "postgres" {
		return strings.HasPrefix(r.e.Platform.Format, "postgres") && e.Join.Key == r.e.Join.Key
	}
	if e.Join.Kind == mysqlSlow {
		return r.trace.kind == mysqlSlow && !(strings.HasPrefix(t, "# User@Host:") && (r.lines > 1 || strings.HasPrefix(r.e.Join.Text, "# User@Host:")))
	}
	if e.Join.Key != "" && e.Join.Key != r.e.Join.Key && r.e.Join.Key != "" {
		return false
	}
	if e.Metadata.Level >= LevelError && e.Time.From == FromLine && strings.TrimSpace(t) == "" {
		// An empty line with a head of its own: behind the headline, unless the frames are over and another exception begins.
		return r.e.Type == "error.raised" && !r.trace.frames
	}
	if e.Type == "error.raised" && r.e.Type == "error.raised" && r.trace.causes {
		return true // a cause
	}
	if e.Type == "error.raised" { // the headline of an exception: behind the empty line that Rails writes first
		return r.e.Type == "log.message" && r.e.Metadata.Message.S == "" && r.lines == 1 && (r.trace.format == "ruby.logger" || r.trace.format == "rails.text")
	}
	return r.trace.takes(t)
}

// add joins a further line to r.
func (r *openRecord) add(e *Event) {
	r.lines++
	if e.Type == "error.raised" && r.e.Type != e.Type {
		m := &r.e.Metadata
		r.e.Type, r.e.Action, r.e.Subject = e.Type, strings.Clone(e.Action), Subject{e.Subject.Type, strings.Clone(e.Subject.ID)}
		r.e.Platform.Format = "rails.text"
		c := e.clone()
		m.Error, m.Message, m.Outcome = c.Metadata.Error, c.Metadata.Message, OutcomeFailure
		m.Extra = mergeFields(m.Extra, c.Metadata.Extra)
		if m.Level == LevelNone {
			m.Level = e.Metadata.Level
		}
		r.e.Join.Until = c.Join.Until
		r.trace.start(r.e)
		return
	}
	if len(r.more) > 0 {
		r.more = append(r.more, '\n')
	}
	if text, ok := strings.CutPrefix(e.Join.Text, "! "); ok && r.trace.level >= LevelWarn {
		r.more = append(r.more, text...)
		r.trace.add(text)
		return
	}
	r.more = append(r.more, e.Join.Text...)
	if t := &r.trace; t.until != "" {
		t.text = len(r.more)
		if strings.HasSuffix(e.Join.Text, t.until) || t.until == "):" && e.Join.Text == ")" {
			t.until = ""
		}
		return
	}
	r.trace.add(e.Join.Text)
}

// endRecord hands on the record of st.
func (j *Joiner) endRecord(st *stream, emit func(*Event)) {
	if st.cut.e != nil {
		j.endFragment(st, emit)
	}
	r := &st.rec
	e := r.e
	if e == nil {
		return
	}
	j.held--
	r.e = nil
	if r.lines > 1 {
		e.Origin.Lines = int32(r.lines)
		more := strings.TrimRight(string(r.more), "\n ")
		r.trace.text = min(r.trace.text, len(more))
		if cap(r.more) > 64<<10 {
			r.more = nil
		}
		if e.Join.Kind == journaldExport {
			j.finishExport(e, more, emit)
			return
		}
		switch {
		case r.trace.json && r.trace.depth == 0:
			if text := e.Join.Text + "\n" + more; gjson.Valid(text) {
				j.reparse(e, oneLine(text), emit)
				return
			}
			joinMessage(&e.Metadata, more)
		case e.Join.Kind == pinoPretty:
			if j.finishPino(e, more, emit) {
				return
			}
			finishRecord(e, more, &r.trace)
		case e.Join.Kind == tracingPretty:
			j.finishTracing(e, more)
		case e.Join.Kind == "aspnet":
			j.finishDotNet(e, more)
		default:
			if r.trace.text == 0 {
				more = dropBlankLines(more)
			}
			finishRecord(e, more, &r.trace)
		}
	}
	emit(e)
}

// dropBlankLines returns s without the blank lines it begins with.
func dropBlankLines(s string) string {
	for {
		line, rest, ok := strings.Cut(s, "\n")
		if !ok || strings.TrimSpace(line) != "" {
			return s
		}
		s = rest
	}
}

// oneLine returns JSON without its line breaks, which can stand between its tokens only.
func oneLine(js string) string { return strings.ReplaceAll(js, "\n", " ") }

// finishDotNet gives the event of ASP.NET's console, whose first line names but the logger, its message and exception.
func (j *Joiner) finishDotNet(e *Event, more string) {
	message, trace := "", ""
	for line := range strings.SplitSeq(more, "\n") {
		text := strings.TrimPrefix(line, "      ")
		if message == "" && strings.HasPrefix(text, "=> ") {
			setDotNetScopes(e, text)
			continue
		}
		if trace == "" && exceptionLine(text) == "" && !isFrame(strings.TrimLeft(text, " ")) {
			message = strings.TrimPrefix(message+"\n"+text, "\n")
			continue
		}
		trace += text + "\n"
	}
	if message != "" && e.Metadata.Message.IsZero() {
		if e.Type == "log.message" {
			e.Type = ""
		}
		if p := j.reader(e); !p.phrase(e, message) {
			p.setText(e, message)
		}
		setDefault(&e.Type, "log.message")
	}
	if trace == "" {
		return
	}
	t := traceState{frames: true, failed: true}
	finishRecord(e, strings.TrimRight(trace, "\n"), &t)
}

// stray takes a line that starts no record, where none is open: it is a record itself, and may have further lines.
func (j *Joiner) stray(e *Event, emit func(*Event)) {
	if e.Type == "log.message" && e.Metadata.Message.S == "" && strings.TrimSpace(e.Join.Text) == "" && e.Metadata.Level < LevelError {
		return // a blank line says nothing; one of a high level begins an exception
	}
	if e.Join.Kind == plainText || e.Join.Kind == railsRequest {
		j.linkInside(e)
	}
	j.hold(e)
}

// sorted returns the streams that wait, in a fixed order.
func (j *Joiner) sorted() []*stream {
	var out []*stream
	for _, st := range j.streams {
		if st.waiting() {
			out = append(out, st)
		}
	}
	slices.SortFunc(out, func(a, b *stream) int {
		return cmp.Or(cmp.Compare(sourceOrder(a.key.src), sourceOrder(b.key.src)), strings.Compare(sourcePath(a.key.src), sourcePath(b.key.src)), strings.Compare(a.key.name, b.key.name))
	})
	return out
}

func sourceOrder(s *Source) int {
	if s == nil {
		return 0
	}
	return s.Order
}

func sourcePath(s *Source) string {
	if s == nil {
		return ""
	}
	return s.Path
}

func cloneText(s string) string { return strings.Clone(s) }
