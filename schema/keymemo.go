package schema

import "strings"

// keyMemo remembers what the spelling of a key means in its place, so that the keys that every line of a source repeats are
// looked up with one comparison. What it remembers of the meaning is a function of the key alone; next and inner only save
// the search.
type keyMemo struct {
	text       string // how a compact JSON line writes the key: "key": with its quotes; "" when that cannot be compared
	head, mask uint64 // first eight bytes of text, and which of them there are
	tail       uint64 // last eight bytes of a longer text
	key        string
	alias      *alias      // nil: no alias knows it
	next       [4]*keyMemo // the keys that followed it of late; nil behind the last
	turn       uint8       // of the next that is replaced next
	inner      *keyMemo    // whose next are the first keys inside of it of late
	mark       uint64      // of the alias
	outer      uint32      // hash of the names around it
	field      fieldID     // of the alias
	rank       uint8       // of the alias
	kind       noteKind
	known      bool   // there is a field, or a box, for it
	plain      bool   // a first value goes to its field without a second look
	box        bool   // an object under it is looked into
	slot       uint16 // in the table; of the noun
}

// goesOn reports whether the text that begins with the head of m at s[i] goes on as m does. At least sixteen bytes stand
// there.
func (m *keyMemo) goesOn(s string, i int) bool {
	n := len(m.text)
	if n > 16 {
		return strings.HasPrefix(s[i:], m.text)
	}
	return n <= 8 || load8(s, i+n-8) == m.tail
}

// following returns the key at s[i] if it is one of those that followed m of late, nil otherwise.
func (m *keyMemo) following(s string, i int, outer uint32) *keyMemo {
	if i+16 > len(s) {
		for _, n := range m.next {
			if n == nil || n.outer == outer && strings.HasPrefix(s[i:], n.text) {
				return n
			}
		}
		return nil
	}
	w := load8(s, i)
	for _, n := range m.next {
		if n == nil || (w^n.head)&n.mask == 0 && n.outer == outer && n.goesOn(s, i) {
			return n
		}
	}
	return nil
}

// followed remembers that the key n came behind m.
func (m *keyMemo) followed(n *keyMemo) {
	if n.text != "" {
		m.next[m.turn] = n
		m.turn = (m.turn + 1) & 3
	}
}

// within returns whose next are the keys inside of m.
func (p *Parser) within(m *keyMemo) *keyMemo {
	if m == &p.memoSpare {
		return &p.memoInner
	}
	if m.inner == nil {
		m.inner = new(keyMemo)
	}
	return m.inner
}

// noteKind says what an unrecognised key tells of the ids in its value.
type noteKind uint8

const (
	noteNothing noteKind = iota
	noteEntityID
	noteUUID // an entity if the value is a UUID
	noteValue
	noteObject // an object may have an id of its own
)

const (
	memoBits   = 9
	memoProbes = 4
	maxMemoKey = 64
	maxNoteKey = 40 // of a key that tells of ids
	noSlot     = 1 << memoBits
)

// memoTable is one slot a key; who comes first stays, so that keys made of data cannot drive out others for ever at the
// cost of an allocation each. Only a key that an alias knows takes the place of one that none does.
type memoTable struct {
	keys  [noSlot]keyMemo
	nouns [noSlot + 1]string // of the business object whose id stands under the key; the last belongs to no key
}

// lookup returns what key means inside of the objects in the path.
func (p *Parser) lookup(key string, outerN int, outerH uint32) *keyMemo {
	n := len(key)
	if n == 0 || n > maxMemoKey {
		return p.lookupSlow(&p.memoSpare, noSlot, key, outerN, outerH)
	}
	h := uint32(n) * 0x9e3779b1
	if n >= 4 {
		a, z := key[:4], key[n-4:]
		h ^= (uint32(a[0])|uint32(a[1])<<8|uint32(a[2])<<16|uint32(a[3])<<24)*0x85ebca6b ^
			(uint32(z[0])|uint32(z[1])<<8|uint32(z[2])<<16|uint32(z[3])<<24)*0xc2b2ae35
	} else {
		h ^= uint32(key[0]) ^ uint32(key[n>>1])<<8 ^ uint32(key[n-1])<<16
	}
	h = (h ^ outerH) * 0x27d4eb2f
	home := h >> (32 - memoBits)
	for probe := range uint32(memoProbes) {
		m := &p.memo.keys[home^probe]
		if m.key == key && m.outer == outerH {
			return m
		}
		if m.key == "" {
			return p.lookupSlow(m, home^probe, key, outerN, outerH)
		}
	}
	m := p.lookupSlow(&p.memoSpare, noSlot, key, outerN, outerH)
	if m.alias != nil {
		for probe := range uint32(memoProbes) {
			if old := &p.memo.keys[home^probe]; old.alias == nil {
				return p.lookupSlow(old, home^probe, key, outerN, outerH)
			}
		}
	}
	return m
}

// lookupSlow finds out what key means and writes it to m, the slot-th of the table. A known key that has no slot gets a memo
// of its own: it may be kept until the end of the line.
func (p *Parser) lookupSlow(m *keyMemo, slot uint32, key string, outerN int, outerH uint32) *keyMemo {
	path := &p.rec.path
	path.n, path.h = outerN, outerH
	var a *alias
	if path.add(key) {
		a = aliases.find(path.b[:path.n], path.h)
	}
	if a == nil && outerN > 0 {
		a = p.lastName(key)
	}
	switch {
	case slot != noSlot:
		key = strings.Clone(key)
	case a != nil:
		m = new(keyMemo)
	}
	*m = keyMemo{key: key, outer: outerH, alias: a, slot: uint16(slot)}
	if slot != noSlot && plainKey(key) {
		m.text = `"` + key + `":`
		for i := range min(len(m.text), 8) {
			m.head |= uint64(m.text[i]) << (8 * i)
			m.mask |= 0xff << (8 * i)
		}
		if len(m.text) > 8 {
			m.tail = load8(m.text, len(m.text)-8)
		}
	}
	if a != nil {
		m.mark, m.field, m.rank = a.mark, a.field, a.rank
		m.known = a.field != fieldNone || a.box != boxNone
		m.box = a.box != boxNone && a.field != fieldTime
		m.plain = a.field != fieldNone && a.field < fieldIDs && a.field != fieldTime && a.field != fieldDuration && !(a.field == fieldMessage && a.rank >= lateMessage)
	}
	m.kind, p.memo.nouns[slot] = noteOf(key)
	return m
}

// plainKey reports whether a JSON string holds key as it is.
func plainKey(key string) bool {
	for i := range len(key) {
		if c := key[i]; c < ' ' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// noteOf tells what the spelling of an unrecognised key says of ids: order_id, orderId, order.id, charge_ref,
// tracking_number.
func noteOf(key string) (noteKind, string) {
	n := len(key)
	if n < 3 || n > maxNoteKey {
		return noteNothing, ""
	}
	stem := ""
	switch {
	case strings.HasSuffix(key, "_id") || strings.HasSuffix(key, ".id") || strings.HasSuffix(key, "-id") || strings.HasSuffix(key, ".ID"):
		stem = key[:n-3]
	case (strings.HasSuffix(key, "Id") || strings.HasSuffix(key, "ID")) && key[n-3] >= 'a' && key[n-3] <= 'z':
		stem = key[:n-2]
	case strings.HasSuffix(key, "uuid"):
		return noteUUID, singular(strings.TrimRight(key[:n-4], "_.-"))
	case strings.HasSuffix(key, "_ref"), strings.HasSuffix(key, "Ref"), strings.HasSuffix(key, "number"), strings.HasSuffix(key, "Number"), strings.HasSuffix(key, "_no"),
		strings.HasSuffix(key, "_code"), strings.HasSuffix(key, "reference"), strings.HasSuffix(key, "Reference"):
		return noteValue, key
	default:
		return noteObject, singular(key)
	}
	if i := strings.LastIndexByte(stem, '.'); i >= 0 {
		stem = stem[i+1:]
	}
	if stem == "" {
		return noteNothing, ""
	}
	return noteEntityID, singular(stem)
}

// noteIDs notes the business ids in the value of an unrecognised key.
func (p *Parser) noteIDs(e *Event, m *keyMemo, v Value) {
	if len(e.Idents) >= maxIdents {
		return
	}
	noun := p.memo.nouns[m.slot]
	switch m.kind {
	case noteEntityID:
		p.entity(e, noun, v.scalar())
	case noteUUID:
		if id := v.scalar(); len(id) == 36 {
			p.entity(e, noun, id)
		}
	case noteValue:
		if id := v.scalar(); randomLooking(id) {
			e.AddIdent(IdentValue, noun, id)
		}
	case noteObject:
		if v.isObject() {
			if id := member(v.S, "id").scalar(); id != "" {
				p.entity(e, noun, id)
			}
		}
	}
}

// entity notes a business object by its kind, singular, and its id. A random-looking id is also a value that few flows
// share.
func (p *Parser) entity(e *Event, kind, id string) {
	if kind == "" || id == "" || len(id) > 128 {
		return
	}
	switch {
	case len(id) < 10 && id[0] != '0' && allDigits(id):
		e.AddIdent(IdentEntity, kind, id)
		return
	case nothing(id) || strings.IndexByte(id, ' ') >= 0:
		return
	}
	e.AddIdent(IdentEntity, kind, id)
	if len(id) >= 10 && randomLooking(id) {
		e.AddIdent(IdentValue, kind, id)
	}
}

// maxNouns is how many names of models a parser remembers.
const maxNouns = 512

// noun returns the singular, snake_case name of a model or collection.
func (p *Parser) noun(s string) string {
	if n, ok := p.nouns[s]; ok {
		return n
	}
	n := singular(demodulize(s))
	if len(p.nouns) < maxNouns && len(s) <= 64 {
		if p.nouns == nil {
			p.nouns = make(map[string]string)
		}
		n = strings.Clone(n)
		p.nouns[strings.Clone(s)] = n
	}
	return n
}
