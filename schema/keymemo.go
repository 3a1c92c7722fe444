package schema

import "strings"

// keyMemo remembers what the spelling of a key means in its place, so that the keys that every line of a source repeats are
// looked up with one comparison. What it remembers is a function of the key alone.
type keyMemo struct {
	key   string
	alias *alias // nil: no alias knows it
	outer uint32 // hash of the names around it
	kind  noteKind
	slot  uint16 // in the table; of the noun
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
	maxMemoKey = 40
	noSlot     = 1 << memoBits
)

// memoTable is one slot a key; who comes first stays, so that keys made of data cannot drive out others for ever at the
// cost of an allocation each.
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
	slot := h >> (32 - memoBits)
	m := &p.memo.keys[slot]
	if m.key == key && m.outer == outerH {
		return m
	}
	if m.key != "" {
		slot ^= 1
		if m = &p.memo.keys[slot]; m.key == key && m.outer == outerH {
			return m
		}
		if m.key != "" {
			m, slot = &p.memoSpare, noSlot
		}
	}
	return p.lookupSlow(m, slot, key, outerN, outerH)
}

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
	if m != &p.memoSpare {
		key = strings.Clone(key)
	}
	*m = keyMemo{key: key, outer: outerH, alias: a, slot: uint16(slot)}
	m.kind, p.memo.nouns[slot] = noteOf(key)
	return m
}

// noteOf tells what the spelling of an unrecognised key says of ids: order_id, orderId, order.id, charge_ref,
// tracking_number.
func noteOf(key string) (noteKind, string) {
	n := len(key)
	if n < 3 || n > maxMemoKey {
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
	if kind == "" || len(id) > 128 || nothing(id) || strings.IndexByte(id, ' ') >= 0 {
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
