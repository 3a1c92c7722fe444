package redact

// keyCache remembers what keys mean. Each slot holds the key itself, so that a hit is certain.
type keyCache struct {
	slots [512]keySlot
}

type keySlot struct {
	n     uint8
	key   [38]byte
	class class
}

// class returns what key means.
func (r *Redactor) class(key []byte) class {
	if len(key) == 0 {
		return class{}
	}
	if len(key) > len(keySlot{}.key) {
		return r.classify(key)
	}
	h := uint32(2166136261)
	for _, c := range key {
		h = (h ^ uint32(c)) * 16777619
	}
	s := &r.keys.slots[(h^h>>15)%uint32(len(r.keys.slots))]
	if int(s.n) == len(key) && string(s.key[:s.n]) == string(key) {
		return s.class
	}
	c := r.classify(key)
	s.n = uint8(len(key))
	copy(s.key[:], key)
	s.class = c
	return c
}

// classify judges a key: fields of the configuration first, then the head noun, if its kind is on.
func (r *Redactor) classify(key []byte) class {
	c := r.words.classify(key)
	if len(r.e.fields) > 0 {
		if f, ok := r.e.fields[string(r.words.lower[:r.words.len])]; ok {
			return f
		}
	}
	if c.kind != KindNone && r.e.actions[c.kind] == Keep && !r.e.eitherAddress(c.kind) {
		return class{}
	}
	return c
}

// eitherAddress reports whether kind is one of the address kinds of which the other is on.
func (e *Engine) eitherAddress(kind Kind) bool {
	return kind == IPv4 && e.actions[IPv6] != Keep
}
