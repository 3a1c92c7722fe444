package redact

// keyCache remembers what keys mean. Each slot holds the key itself, so that a hit is certain.
type keyCache struct {
	slots [1 << keyBits]keySlot
}

const keyBits = 10

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
	s := &r.keys.slots[keyHash(len(key), key[0], key[len(key)/2], key[len(key)-1])]
	if string(s.key[:s.n]) == string(key) {
		return s.class
	}
	return r.learn(s, key)
}

// fieldClass is class for the name of an event's field.
func (r *Redactor) fieldClass(key string) class {
	if key == "" {
		return class{}
	}
	if len(key) > len(keySlot{}.key) {
		return r.classify([]byte(key))
	}
	s := &r.keys.slots[keyHash(len(key), key[0], key[len(key)/2], key[len(key)-1])]
	if string(s.key[:s.n]) == key {
		return s.class
	}
	return r.learn(s, []byte(key))
}

// keyHash looks at little of a key: names of fields are few, and a hash of all of it costs more than the rest of a hit.
func keyHash(n int, first, middle, last byte) uint32 {
	return (uint32(n) | uint32(first)<<8 | uint32(middle)<<16 | uint32(last)<<24) * 0x9e3779b1 >> (32 - keyBits)
}

// learn puts key into slot s.
func (r *Redactor) learn(s *keySlot, key []byte) class {
	c := r.classify(key)
	s.n = uint8(copy(s.key[:], key))
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
