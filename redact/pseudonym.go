package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"math"
	"strconv"
	"time"
)

// subKeys are the keys derived from one master key.
type subKeys struct {
	id      string
	byKind  [kindCount][]byte
	session []byte
}

// SubKey derives a key for a purpose from the master key: HMAC-SHA-256(master, purpose).
func SubKey(master []byte, purpose string) []byte {
	h := hmac.New(sha256.New, master)
	h.Write([]byte(purpose))
	return h.Sum(nil)
}

func (k *Key) check() error {
	if k.ID == "" || len(k.ID) > 16 {
		return errors.New("key id: must have 1 to 16 characters")
	}
	for _, c := range []byte(k.ID) {
		if !alnum[c] {
			return errors.New("key id: letters and digits only")
		}
	}
	if len(k.Master) < minKey {
		return fmt.Errorf("key: must have at least %d bytes", minKey)
	}
	return nil
}

// PeriodKeys derives the keys of the period of the given length that holds now and of the one before, for pseudonyms
// that must not join for longer than that. every must be positive.
func PeriodKeys(master []byte, every time.Duration, now time.Time) (current, previous Key) {
	n := now.Unix() / max(1, int64(every/time.Second))
	period := func(n int64) Key {
		id := strconv.FormatInt(n, 10)
		return Key{ID: "p" + id, Master: SubKey(master, "ezlogs/redact/period/"+every.String()+"/"+id)}
	}
	return period(n), period(n - 1)
}

// keyring is the keys that hold for a time: the one that makes pseudonyms first, then those whose hashes allow lists know.
type keyring struct {
	keys  []subKeys
	until int64 // Unix seconds
}

// keyring makes the keys that hold at now.
func (e *Engine) keyring(now time.Time) *keyring {
	ring := &keyring{until: math.MaxInt64}
	keys := e.given
	if e.rotate > 0 {
		present, last := PeriodKeys(keys[0].Master, e.rotate, now)
		every := int64(e.rotate / time.Second)
		ring.until = (now.Unix()/every + 1) * every
		keys = append([]Key{present, last}, keys...)
	}
	for _, k := range keys {
		ring.keys = append(ring.keys, newSubKeys(k))
	}
	return ring
}

// turn takes the keys of the next period when it has begun.
func (e *Engine) turn() {
	if e.rotate == 0 {
		return
	}
	// Two workers may make the same keys at once; either's are good.
	if now := time.Now(); now.Unix() >= e.ring.Load().until {
		e.ring.Store(e.keyring(now))
	}
}

func newSubKeys(k Key) subKeys {
	s := subKeys{id: k.ID, session: SubKey(k.Master, "ezlogs/session/v1")}
	for kind := range kindCount {
		s.byKind[kind] = SubKey(k.Master, "ezlogs/redact/v1/"+kinds[kind].name)
	}
	return s
}

// Key is a master key and the name that its pseudonyms carry, "k1".
type Key struct {
	ID     string // letters and digits
	Master []byte // at least 16 bytes
}

// pseudonym returns the first 64 bits of the keyed hash of v, normalised as its kind is, in hexadecimal.
func (k *subKeys) pseudonym(dst []byte, kind Kind, normal []byte) []byte {
	h := hmac.New(sha256.New, k.byKind[kind])
	h.Write(normal)
	var sum [sha256.Size]byte
	return hex.AppendEncode(dst, h.Sum(sum[:0])[:8])
}

// SessionID replaces a session id by one that joins and cannot be replayed: "sess_" and 16 hexadecimal digits. An id
// that is one already stays.
func (e *Engine) SessionID(raw string) string {
	if raw == "" || sessionHash([]byte(raw)) {
		return raw
	}
	h := hmac.New(sha256.New, e.ring.Load().keys[0].session)
	h.Write([]byte(raw))
	var sum [sha256.Size]byte
	return string(hex.AppendEncode([]byte("sess_"), h.Sum(sum[:0])[:8]))
}

// pseudonym is that of the present key. The state of a keyed hash is kept, as setting the key up costs as much as a value.
func (r *Redactor) pseudonym(dst []byte, kind Kind, normal []byte) []byte {
	h := r.macs[kind]
	if h == nil {
		h = hmac.New(sha256.New, r.ring.keys[0].byKind[kind])
		r.macs[kind] = h
	}
	h.Reset()
	h.Write(normal)
	r.sum = h.Sum(r.sum[:0])
	return hex.AppendEncode(dst, r.sum[:8])
}

// normalise writes v so that the same thing written differently is the same.
func normalise(dst []byte, v []byte, kind Kind) []byte {
	switch kind {
	case Email:
		for _, c := range v {
			if !isSpace[c] {
				dst = append(dst, lower(c))
			}
		}
		return dst
	case Phone:
		start := len(dst)
		for i := range v {
			if byteClass[v[i]] == bDigit {
				if v[i] == '0' && i > 0 && v[i-1] == '(' && i+1 < len(v) && v[i+1] == ')' {
					continue
				}
				dst = append(dst, v[i])
			}
		}
		d := dst[start:]
		if len(d) > 2 && v[0] != '+' {
			switch {
			case d[0] == '0' && d[1] == '0':
				dst = append(dst[:start], d[2:]...)
			case validNANP(d):
				dst = append(dst, 0)
				copy(dst[start+1:], dst[start:len(dst)-1])
				dst[start] = '1'
			}
		}
		return dst
	case PersonName, StreetAddress:
		for _, c := range v {
			if isSpace[c] || c == '+' || c == ',' || c == '.' {
				continue
			}
			dst = append(dst, lower(c))
		}
		return dst
	case IPv4, IPv6, MAC, GeoPoint:
		for _, c := range v {
			if c == '-' && kind == MAC {
				c = ':'
			}
			dst = append(dst, lower(c))
		}
		return dst
	}
	if kinds[kind].group == groupIdentity || kinds[kind].group == groupPersonal && kind != Wallet || kind == CreditCard {
		for _, c := range v {
			if alnum[c] || c >= 0x80 {
				dst = append(dst, upper(c))
			}
		}
		return dst
	}
	return append(dst, v...)
}

// maxNames bounds the pseudonyms that a worker remembers.
const maxNames = 2048

// appendReplacement writes what stands in the place of s.
func (r *Redactor) appendReplacement(out []byte, s *span) []byte {
	name := s.kind.String()
	if s.kind == UserRule {
		name = s.name
	}
	v := r.t[s.start:s.end]
	switch s.action {
	case Hash:
		if ring := r.e.ring.Load(); ring != r.ring {
			r.ring, r.macs = ring, [kindCount]hash.Hash{}
			clear(r.names)
		}
		out = append(append(append(append(out, '['), name...), ':'), r.ring.keys[0].id...)
		out = append(out, ':')
		r.scratch = normalise(append(r.scratch[:0], byte(s.kind), s.rule), v, s.kind)
		if p, ok := r.names[string(r.scratch)]; ok {
			out = append(out, p...)
		} else {
			from := len(out)
			out = r.pseudonym(out, s.kind, r.scratch[2:])
			if len(r.names) >= maxNames {
				clear(r.names)
			}
			r.names[string(r.scratch)] = string(out[from:])
		}
		out = append(out, ']')
		if s.kind == Email && r.e.domain {
			for i := len(v) - 1; i >= 0; i-- {
				if v[i] == '@' {
					return append(out, v[i:]...)
				}
			}
		}
		return out
	case Last4:
		p := profileOf(v)
		d := p.ds()
		if len(d) >= 8 {
			out = append(append(append(out, '['), name...), ":****"...)
			return append(append(out, d[len(d)-4:]...), ']')
		}
	case Truncate:
		return appendNetwork(out, v)
	}
	out = append(out, "[REDACTED:"...)
	return append(append(out, name...), ']')
}

// ownToken returns the end of a replacement of ours that begins at i, 0 if there is none.
func (e *Engine) ownToken(t []byte, i int) int {
	j := i + 1
	if hasPrefix(t[j:], "REDACTED:") {
		j += len("REDACTED:")
		end := j
		for end < len(t) && end < j+64 && (isWord[t[end]] || t[end] == '-') {
			end++
		}
		if end < len(t) && t[end] == ']' && e.knownName(t[j:end]) {
			return end + 1
		}
		return 0
	}
	end := j
	for end < len(t) && end < j+64 && (isWord[t[end]] || t[end] == '-') {
		end++
	}
	if end == j || end >= len(t) || t[end] != ':' || !e.knownName(t[j:end]) {
		return 0
	}
	k := end + 1
	if hasPrefix(t[k:], "****") {
		k += 4
		if k+5 <= len(t) && t[k+4] == ']' && digitsOnly(t[k:k+4]) {
			return k + 5
		}
		return 0
	}
	for k < len(t) && k < end+18 && alnum[t[k]] {
		k++
	}
	if k == end+1 || k >= len(t) || t[k] != ':' || k+18 > len(t) || t[k+17] != ']' {
		return 0
	}
	for _, c := range t[k+1 : k+17] {
		if !hexLower[c] {
			return 0
		}
	}
	return k + 18
}

// knownName reports whether name is that of a kind or a rule.
func (e *Engine) knownName(name []byte) bool {
	for k := range kindCount {
		if string(name) == kinds[k].name {
			return true
		}
	}
	for i := range e.rules {
		if string(name) == e.rules[i].name {
			return true
		}
	}
	return false
}

func digitsOnly(v []byte) bool {
	for _, c := range v {
		if byteClass[c] != bDigit {
			return false
		}
	}
	return true
}
