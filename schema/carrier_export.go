package schema

import (
	"encoding/binary"
	"strings"
)

// journaldExport names the records of journald's export format: a line for every field, __CURSOR first, and a blank line
// behind the record. A field that is not plain text is its name, eight bytes of length, and the bytes, which may hold newlines.
const journaldExport = "journald.export"

// parseJournaldExport takes the first line of such a record, and a whole one when the joiner has put it together. Of its other
// lines it takes the moment, which puts the record where it belongs among those of other files, and the text, which must not
// do that by a time of its own.
func parseJournaldExport(p *Parser, e *Event, line string) bool {
	if us, ok := strings.CutPrefix(line, "__REALTIME_TIMESTAMP="); ok {
		t, ok := epochIn(us, microsecond)
		if ok {
			parsePlain(p, e, line)
			e.setTime(t)
		}
		return ok
	}
	if strings.HasPrefix(line, "MESSAGE=") && !allPairs(line) {
		return parsePlain(p, e, line)
	}
	if !strings.HasPrefix(line, "__CURSOR=") || !p.carried() {
		return false
	}
	if strings.IndexByte(line, '\n') < 0 {
		e.Type, e.Action = "log.message", "log"
		e.Metadata.Message = Text(line)
		e.Join.Kind, e.Join.Text = journaldExport, line
		return true
	}
	var j journalEntry
	for text := line; text != ""; {
		name, value, rest := cutExportField(text)
		if name != "" {
			j.field(p, name, Text(value))
		} else if value != "" {
			j.field(p, "MESSAGE", Text(value))
		}
		text = rest
	}
	j.deliver(p, e)
	return true
}

// cutExportField takes the field that text begins with apart. name is empty for a line that is none.
func cutExportField(text string) (name, value, rest string) {
	line, rest, _ := strings.Cut(text, "\n")
	n := exportName(line)
	switch {
	case n == 0:
		return "", line, rest
	case n < len(line) && line[n] == '=':
		return line[:n], line[n+1:], rest
	case n < len(line) || len(rest) < 8:
		return "", line, rest
	}
	size := binary.LittleEndian.Uint64([]byte(rest[:8]))
	data := rest[8:]
	switch {
	case size > maxExportValue, size < uint64(len(data)) && data[size] != '\n': // the length was lost on the way
		value, rest, _ = strings.Cut(strings.TrimLeftFunc(rest, func(r rune) bool { return r < ' ' }), "\n")
		return line, value, rest
	case size > uint64(len(data)): // the record was cut
		return line, data, ""
	}
	return line, data[:size], strings.TrimPrefix(data[size:], "\n")
}

// exportName returns the length of the field name that line begins with: capitals, digits and underscores.
func exportName(line string) int {
	n := 0
	for n < len(line) && n <= 64 && (line[n] >= 'A' && line[n] <= 'Z' || line[n] == '_' || n > 0 && isDigit(line[n])) {
		n++
	}
	if n > 64 {
		return 0
	}
	return n
}

// maxExportValue bounds the length of a value: more than that is no length, but text of another kind.
const maxExportValue = 16 << 20

// exportTail is how far a record has been read.
type exportTail struct {
	end   int64 // offset behind its last line
	value int   // where the length of the value at hand begins; 0 outside of values
	need  int   // how much there will be when the value has ended; 0 while the length is not known
}

// opensExport reports whether r is but the first line of a record in export format: the second one, which gives its moment, may
// move the clock.
func (r *openRecord) opensExport() bool {
	return r.e != nil && r.lines == 1 && r.e.Join.Kind == journaldExport
}

// exported adds the line of e to the record of r if it is a field of it, or a part of one.
func (r *openRecord) exported(e *Event) bool {
	line, t := e.Join.Line, &r.export
	if e.Origin.Index > 0 {
		return true
	}
	if t.end == 0 {
		t.end = r.e.Origin.Offset + int64(len(r.e.Join.Text)) + 1
	}
	blank := e.Origin.Offset - t.end // lines without text are no events, but are a part of a value
	if blank < 0 || blank > maxRecordBytes {
		return false
	}
	inValue := t.value > 0
	if !inValue {
		n := exportName(line)
		if blank > 0 || n == 0 || n < len(line) && line[n] != '=' || strings.HasPrefix(line, "__CURSOR=") {
			return false
		}
	}
	t.end = e.Origin.Offset + int64(len(line)) + 1
	r.lines++
	if len(r.more)+int(blank)+len(line) > maxRecordBytes {
		if len(r.e.Metadata.Truncated) == 0 {
			r.e.Metadata.Truncated = append(r.e.Metadata.Truncated, "lines")
		}
		return true
	}
	for range blank {
		r.more = append(r.more, '\n')
	}
	r.more = append(append(r.more, line...), '\n')
	if !inValue {
		if exportName(line) == len(line) {
			t.value, t.need = len(r.more), 0
		}
		return true
	}
	if t.need == 0 && len(r.more)-t.value >= 8 {
		t.need = t.value
		if size := binary.LittleEndian.Uint64(r.more[t.value:]); size <= maxExportValue {
			t.need += 8 + int(size) + 1
		}
	}
	if t.need > 0 && len(r.more) >= t.need {
		t.value = 0
	}
	return true
}

// finishExport reads the record that is whole now in place of its first line.
func (j *Joiner) finishExport(first *Event, more string, emit func(*Event)) {
	text := first.Join.Text + "\n" + more
	stream := first.Join.Stream
	events := j.reader(first).Parse(nil, text, first.Origin.Offset, first.Origin.Mark)
	for i := range events {
		e := &events[i]
		e.Origin.Lines = first.Origin.Lines
		e.Metadata.Truncated = append(e.Metadata.Truncated, first.Metadata.Truncated...)
		e.Join.Line = ""
		if stream != "" {
			e.Join.Stream = stream + "/" + e.Join.Stream
		}
		j.Push(e, emit)
	}
	j.release(first)
}
