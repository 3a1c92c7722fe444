package schema

import "math/bits"

// slot holds what a line says of one field.
type slot struct {
	memo  *keyMemo // of the key as written
	value Value
	box   string // name of the object around it, "" at the top
	rank  uint16 // of the best so far: depth, then spelling
}

// named is an id that a line names.
type named struct {
	memo  *keyMemo
	value Value
	rank  uint16
}

// record collects the fields of one line until finishFields gives them their meaning.
type record struct {
	slots   [fieldIDs]slot
	have    [2]uint64 // fields that the line has and nothing has made use of, a bit each
	marks   uint64
	ids     []named
	lost    []Field // known fields that a better spelling in another object has replaced
	path    keyPath
	last    keyPath // scratch of lastName
	depth   uint16
	box     string
	fields  int     // unrecognised fields met
	members int     // of the object scanned last
	flavor  *flavor // of the format, nil when it is not known
	logger  string
	spanned bool // the line names spans, which hold method and path of the request it stands in
	done    bool // the fields have their meaning
}

// maxFields is how many unrecognised fields an event keeps.
const maxFields = 1024

func (r *record) reset() {
	r.have, r.marks, r.depth, r.box, r.fields = [2]uint64{}, 0, 0, "", 0
	r.ids, r.lost = r.ids[:0], r.lost[:0]
	r.flavor, r.logger, r.spanned, r.done = nil, "", false, false
}

func (r *record) has(f fieldID) bool { return r.have[f>>6]>>(f&63)&1 != 0 }

// any reports whether the line has one of several fields, a bit each, all below 64.
func (r *record) any(fields uint64) bool { return r.have[0]&fields != 0 }

func (r *record) set(f fieldID) { r.have[f>>6] |= 1 << (f & 63) }

func (r *record) clear(f fieldID) { r.have[f>>6] &^= 1 << (f & 63) }

// none reports whether the line has no known field.
func (r *record) none() bool { return r.have[0]|r.have[1] == 0 }

// get returns the value of a field, the zero Value when the line has none. The field stays unused: who makes use of the
// value calls use.
func (r *record) get(f fieldID) Value {
	if !r.has(f) {
		return Value{}
	}
	return r.slots[f].value
}

// text returns the plain text of a scalar field.
func (r *record) text(f fieldID) string {
	if !r.has(f) {
		return ""
	}
	return r.slots[f].value.scalar()
}

// use marks a field as recognised; what is not used is kept among the unrecognised fields.
func (r *record) use(f fieldID) { r.clear(f) }

// takeText returns the plain text of a scalar field and marks it as used.
func (r *record) takeText(f fieldID) string {
	s := r.text(f)
	if s != "" {
		r.clear(f)
	}
	return s
}

// field gives e the value that a line of any format names by key: to the part of the event that the alias table says, or,
// when no alias knows the key or the value does not fit it, to Metadata.Fields. v is String for text, Raw for a JSON token,
// Escaped for the inside of a JSON string. Formats call it for pairs (key=value, columns, named groups); what is in the
// event already wins over it. finishFields gives the pairs their meaning; Parse calls it when the format did not.
func (p *Parser) field(e *Event, key string, v Value) {
	m := p.lookup(key, 0, aliasSeed)
	switch {
	case m.alias == nil:
		p.keepUnknown(e, m, key, v)
	case m.box && v.isObject():
		p.rec.path.reset()
		if p.scanBox(e, m, v.S, 0, 0) < 0 {
			p.keepField(e, key, v)
		}
	default:
		p.take(e, m, key, v)
	}
}

// object gives e every member of a JSON object, as field does one value. It reports whether text is one whole object.
func (p *Parser) object(e *Event, text string) bool {
	text = validText(text)
	i := skipSpace(text, 0)
	if i >= len(text) || text[i] != '{' {
		return false
	}
	if end := skipValue(text, i, 0); end < 0 || skipSpace(text, end) != len(text) {
		return false
	}
	p.scanFields(e, text)
	return true
}

// scanFields takes the members of an object that is known to be whole.
func (p *Parser) scanFields(e *Event, obj string) {
	p.rec.path.reset()
	p.rec.depth++
	p.scanMembers(e, obj, skipSpace(obj, 0), 1, &p.memoRoot)
	p.rec.depth--
}

// take notes the value of a known key.
func (p *Parser) take(e *Event, m *keyMemo, key string, v Value) {
	r := &p.rec
	if r.depth == 0 {
		r.marks |= m.mark
	}
	if v.isNull() {
		return
	}
	f := m.field
	if m.plain && !r.has(f) {
		r.fill(f, m, v, r.depth<<8|uint16(m.rank))
		return
	}
	if f == fieldNone {
		p.keepField(e, key, v)
		return
	}
	if f >= fieldIDs {
		if f == fieldBox {
			if v.Kind == String && len(v.S) == 16 && key == "span" && hexText(v.S) && e.setSpan(key, v.S) {
				return
			}
			p.keepField(e, key, v)
			return
		}
		r.ids = append(r.ids, named{m, v, r.depth<<8 | uint16(m.rank)})
		return
	}
	if f == fieldDuration && v.isText() && len(v.S) > 14 && m.alias.key == "requesttime" { // API Gateway's requestTime is a moment
		f = fieldTime
	}
	if f == fieldTime && !plausibleTime(v) {
		p.keepField(e, key, v)
		return
	}
	s := &r.slots[f]
	rank := r.depth<<8 | uint16(m.rank)
	if f == fieldMessage && m.rank >= lateMessage { // "text" beside a record that has the message itself
		rank += 2 << 8
	}
	if r.has(f) && f != fieldLevel && s.memo.key != key {
		if rank >= s.rank {
			if f != fieldDuration || !v.isText() { // semantic_logger writes a duration for people beside
				p.keepField(e, key, v)
			}
			return
		}
		if s.box == r.box {
			p.keepField(e, s.memo.key, s.value)
		} else {
			r.lost = append(r.lost, Field{s.name(p), s.value})
		}
	} else if r.has(f) {
		again := f == fieldLevel || s.box == r.box || s.value == v // the same once more, or a key that was written twice
		if rank > s.rank {
			if !again {
				p.keepField(e, key, v)
			}
			return
		}
		if !again {
			r.lost = append(r.lost, Field{s.name(p), s.value})
		}
	}
	r.fill(f, m, v, rank)
}

// lateMessage is the rank from which on the spelling of a message is a word for other things too.
const lateMessage = 7

// fill gives a field its value.
func (r *record) fill(f fieldID, m *keyMemo, v Value, rank uint16) {
	s := &r.slots[f]
	s.memo, s.value, s.rank, s.box = m, v, rank, r.box
	r.set(f)
}

// name returns the key of a slot with the object it stood in.
func (s *slot) name(p *Parser) string {
	if s.box == "" {
		return s.memo.key
	}
	return p.dotted(s.box, s.memo.key)
}

// keepField keeps an unrecognised field.
func (p *Parser) keepField(e *Event, key string, v Value) {
	if p.rec.fields++; p.rec.fields > maxFields {
		if p.rec.fields == maxFields+1 {
			e.Metadata.Truncated = append(e.Metadata.Truncated, "fields")
		}
		return
	}
	e.Metadata.Fields = append(e.Metadata.Fields, Field{key, v})
}

// keepUnknown keeps a field that no alias knows and notes the id of a business object that it may hold.
func (p *Parser) keepUnknown(e *Event, m *keyMemo, key string, v Value) {
	if m.kind != noteNothing {
		p.noteIDs(e, m, v)
	}
	p.keepField(e, key, v)
}

// randomLooking reports whether s was drawn at random rather than counted: at least 48 bits by its alphabet, not a number,
// a word or a date.
func randomLooking(s string) bool {
	if len(s) < 10 || len(s) > 128 {
		return false
	}
	if len(s) == 36 && plainUUID(s) {
		for i := range len(s) {
			if isDigit(s[i]) {
				return true
			}
		}
	}
	if i := lastJoin(s); i >= 0 && i <= 8 && len(s) != 36 {
		s = s[i+1:]
	}
	n := len(s)
	if n < 8 {
		return false
	}
	digits, upper, lower, hex, dashes, changes := 0, 0, 0, 0, 0, 0
	class := 0
	for i := range n {
		c := s[i]
		k := 0
		switch {
		case isDigit(c):
			digits++
			hex++
			k = 1
		case c >= 'A' && c <= 'Z':
			upper++
			k = 2
		case c >= 'a' && c <= 'z':
			lower++
			if c <= 'f' {
				hex++
			}
			k = 3
		case c == '-':
			dashes++
			k = class
		default:
			return false
		}
		if k != class {
			class = k
			changes++
		}
	}
	switch {
	case digits == n:
		return false
	case hex+dashes == n && digits > 0:
		return n >= 12
	}
	return changes*4 >= n && (digits > 0 || upper > 0 && lower > 0)
}

// lastJoin returns where the last "_" or "-" stands in s, -1 when there is none.
func lastJoin(s string) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '_' || s[i] == '-' {
			return i
		}
	}
	return -1
}

// leftovers keeps the known fields that nothing made use of.
func (p *Parser) leftovers(e *Event) {
	r := &p.rec
	r.use(fieldFormat)
	for i := range r.lost {
		p.keepField(e, r.lost[i].Key, r.lost[i].Value)
	}
	r.lost = r.lost[:0]
	if r.none() {
		return
	}
	for word, have := range r.have {
		for ; have != 0; have &= have - 1 {
			s := &r.slots[word<<6+bits.TrailingZeros64(have)]
			p.keepField(e, s.name(p), s.value)
		}
	}
	r.have = [2]uint64{}
}

// plausibleTime reports whether v may be a timestamp: an object, a number of nine digits or more, or text as long.
func plausibleTime(v Value) bool {
	if v.Kind == Raw {
		return v.S[0] == '{' || v.isNumber() && len(v.S) >= 9
	}
	return len(v.S) >= 8 && (isDigit(v.S[0]) || isAlpha(v.S[0]) || v.S[0] == '[')
}

// dropRepeats leaves the last of fields with the same key.
func dropRepeats(fields []Field) []Field {
	if len(fields) > 48 {
		return dropManyRepeats(fields)
	}
	marks, same := uint64(0), uint64(0) // of length, first and last letter: where these differ the keys do
	for i := range fields {
		key := fields[i].Key
		n := len(key) * 5
		if n > 0 {
			n += int(key[0])*3 + int(key[len(key)-1])
		}
		mark := uint64(1) << (n & 63)
		same |= marks & mark
		marks |= mark
	}
	if same == 0 {
		return fields
	}
	for i := 0; i+1 < len(fields); i++ {
		key := fields[i].Key
		for j := i + 1; j < len(fields); j++ {
			if len(fields[j].Key) == len(key) && fields[j].Key == key {
				fields = append(fields[:i], fields[i+1:]...)
				i--
				break
			}
		}
	}
	return fields
}

func dropManyRepeats(fields []Field) []Field {
	last := make(map[string]int, len(fields))
	for i := range fields {
		last[fields[i].Key] = i
	}
	kept := fields[:0]
	for i := range fields {
		if last[fields[i].Key] == i {
			kept = append(kept, fields[i])
		}
	}
	return kept
}
