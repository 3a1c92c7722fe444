package redact

import "strings"

// mode says what a key tells about its value.
type mode uint8

const (
	modeNone      mode = iota
	modeAny            // every value is of the kind, placeholders excepted
	modeSecret         // the value is of the kind if it can be a credential
	modeShape          // the value is of the kind if it has the kind's shape
	modeAuth           // Authorization header: scheme and credential
	modeCookie         // Cookie header: pairs
	modeSetCookie      // Set-Cookie header: one pair, then attributes
	modeSafe           // numbers below are ids, times and measures, never cards or persons
	modeNameOf         // "name": its value is the key of the pair that follows
	modeValueOf        // "value": the key stands in the pair before
	modeRule           // a rule of the configuration is applied to the value
)

// class is what a key means.
type class struct {
	kind Kind
	mode mode
	rule uint8 // with modeRule, which one
}

const maxKey = 64

// words are the words of a key, lower case, in order. The last ones matter; a very long key keeps its last ones.
type words struct {
	buf   [maxKey * 2]byte
	at    [16][2]uint8
	n     int
	lower [maxKey]byte // the key without separators
	len   int
}

func (w *words) word(i int) []byte { return w.buf[w.at[i][0]:w.at[i][1]] }

// split takes a key apart at case changes, digits and separators.
func (w *words) split(key []byte) {
	w.n, w.len = 0, 0
	pos, start := 0, 0
	flush := func() {
		if pos > start {
			if w.n == len(w.at) {
				copy(w.at[:], w.at[1:])
				w.n--
			}
			w.at[w.n] = [2]uint8{uint8(start), uint8(pos)}
			w.n++
			start = pos
		}
	}
	var prev byte
	for i, c := range key {
		switch {
		case c >= 'A' && c <= 'Z':
			lowerNext := i+1 < len(key) && key[i+1] >= 'a' && key[i+1] <= 'z'
			// "IDs", "APIs": the plural belongs to the abbreviation.
			if lowerNext && key[i+1] == 's' && (i+2 == len(key) || key[i+2] < 'a' || key[i+2] > 'z') {
				lowerNext = false
			}
			if prev >= 'a' && prev <= 'z' || prev >= '0' && prev <= '9' || prev >= 'A' && prev <= 'Z' && lowerNext {
				flush()
			}
			c += 'a' - 'A'
		case c >= 'a' && c <= 'z' || c >= 0x80:
			if prev >= '0' && prev <= '9' {
				flush()
			}
		case c >= '0' && c <= '9':
			if prev < '0' || prev > '9' {
				flush()
			}
		default:
			flush()
			prev = c
			continue
		}
		w.buf[pos] = c
		pos++
		w.lower[w.len] = c
		w.len++
		prev = key[i]
	}
	flush()
}

// tailWords say nothing about the head noun before them: password_confirmation, token_value, authorization header.
var tailWords = set(`value val raw text plain plaintext clear cleartext string str confirmation confirm confirmed again repeat
	repeated retype verify verification encrypted encoded decoded base64 b64 hex header hdr param parameter field input env
	var old new current previous prev original updated first second primary secondary backup default temp tmp masked
	number no num nr nbr`)

// asks are first words of keys that hold an answer about the noun and not the thing.
var asks = set(`has is needs require requires use uses show hide allow allows enable disable supports without forgot skip validate
	can should must want`)

// heads are last words that say what the value is, pairs are two or three last words, joined, and flat are whole keys in
// lower case and without separators.
var (
	heads = buildTable(headRules)
	pairs = buildTable(pairRules)
	flat  = buildTable(flatRules)
)

func set(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		m[w] = true
	}
	return m
}

// classify judges a key by its head noun.
func (w *words) classify(key []byte) class {
	if len(key) > maxKey {
		key = key[len(key)-maxKey:]
	}
	w.split(key)
	if w.n == 0 {
		return class{}
	}
	if c, ok := flat[string(w.lower[:w.len])]; ok {
		return c
	}
	n := w.n
	if n > 1 && asks[string(w.word(0))] {
		return class{} // has_password
	}
	for drop := 0; n > 0 && drop < 4; drop++ {
		if c, ok := w.head(n); ok {
			return c
		}
		last := w.word(n - 1)
		if last[0] >= '0' && last[0] <= '9' || tailWords[string(last)] {
			n--
			continue
		}
		break
	}
	return class{}
}

// head looks the last words before n up, longest first.
func (w *words) head(n int) (class, bool) {
	var b [maxKey * 2]byte
	for size := min(3, n); size >= 1; size-- {
		from := w.at[n-size][0]
		to := w.at[n-1][1]
		joined := append(b[:0], w.buf[from:to]...)
		table := pairs
		if size == 1 {
			table = heads
		}
		c, ok := table[string(joined)]
		if !ok {
			continue
		}
		if c.mode == modeValueOf && n > 1 {
			if inner, ok := w.head(n - 1); ok && inner.kind != KindNone {
				return inner, true // api_key_value
			}
		}
		if c.mode == modeSecret && n > size && notSecretAfter[string(w.word(n-size-1))] {
			return class{mode: modeSafe}, true
		}
		return c, true
	}
	return w.suffix(n)
}

// suffix judges flat spellings that end in a telling word: dbpassword, accesstoken.
func (w *words) suffix(n int) (class, bool) {
	last := w.word(n - 1)
	if len(last) < 6 {
		return class{}, false
	}
	for i := range suffixes {
		s := &suffixes[i]
		if len(last) > len(s.text) && string(last[len(last)-len(s.text):]) == s.text {
			return s.class, true
		}
	}
	return class{}, false
}
