package correlate

import (
	"strconv"
	"strings"

	"github.com/ezlogs/ezlogs/schema"
)

// strength says how far an id can be trusted to be the only one of its value.
type strength uint8

const (
	useless  strength = iota // a placeholder, or nothing
	weak                     // a counter or a short number: unique in its process, for a while
	distinct                 // letters and digits that somebody made up: unique for an hour or so
	strong                   // 48 random bits or more: unique everywhere
)

// rank orders the kinds of id that join flows: the best one that a flow has names it. Agents agree on it, so it must not
// change. 0 means that the kind does not join flows by itself.
var rank = [...]uint8{
	schema.IdentTrace:       1,
	schema.IdentFlow:        2,
	schema.IdentParentFlow:  2,
	schema.IdentCorrelation: 3,
	schema.IdentRequest:     3,
	schema.IdentWorkflow:    4,
	schema.IdentJob:         5,
	schema.IdentBatch:       6,
	schema.IdentMessage:     7,
	schema.IdentIncident:    8,
	schema.IdentCausation:   9,
	schema.IdentSpan:        10,
	schema.IdentBlock:       11,
	schema.IdentConn:        0,
}

// ranks of names that no id stands behind.
const (
	rankLocal = 14 // weak ids, threads, sessions: the first event names the flow
	rankNone  = 15
)

// spaces keep keys of different meaning apart. Ids that join flows share one space, whatever key they were found under:
// the request id of a proxy is often the trace id of the next service.
const (
	spaceID = iota + 1
	spaceInstance
	spaceWeak
	spaceThread
	spaceValue
	spaceSession
	spaceSpan
	spaceEvent
	spaceProcess
	spaceName
	spaceRoute
	spaceData
	spaceActor
)

// longLived are the kinds whose ids outlive the flow timeout, in seconds.
var longLived = [...]uint32{
	schema.IdentWorkflow: 7 * 24 * 3600,
	schema.IdentJob:      24 * 3600,
	schema.IdentBatch:    24 * 3600,
	schema.IdentIncident: 7 * 24 * 3600,
}

// normal returns the form of an id in which different spellings of the same id are the same text: lower-case hex without
// dashes for UUIDs and hex numbers, 16 digits for traces whose upper half is empty. If that is not a piece of s, it stands in
// buf, and n is its length. random reports that it is a hex number of 12 digits or more that no counter comes to.
func normal(kind schema.IdentKind, s string, buf *[64]byte) (text string, n int, random bool) {
	if kind == schema.IdentTrace {
		s = traceText(s)
	}
	if len(s) < 12 || len(s) > 64 {
		return s, 0, false
	}
	seen := uint8(0)
	for i := range len(s) {
		seen |= hexClass[s[i]]
	}
	if seen&otherByte != 0 || seen&dashByte != 0 && !uuidDashes(s) {
		return s, 0, false
	}
	random = s[0] != '0' && seen&digitByte != 0 && seen&(lowerHex|upperHex) != 0
	if seen&(dashByte|upperHex) != 0 {
		for i := range len(s) {
			ch := s[i]
			if ch == '-' {
				continue
			}
			if ch >= 'A' && ch <= 'F' {
				ch |= 0x20
			}
			buf[n] = ch
			n++
		}
		return "", n, random
	}
	if kind == schema.IdentTrace && len(s) == 32 && s[:16] == "0000000000000000" {
		s = s[16:]
	}
	return s, 0, random
}

// What a byte of an id can be.
const (
	digitByte = 1 << iota
	lowerHex
	upperHex
	dashByte
	otherByte
)

// hexClass says of each byte what it is in a hex number.
var hexClass = func() (t [256]uint8) {
	for i := range t {
		switch ch := byte(i); {
		case ch >= '0' && ch <= '9':
			t[i] = digitByte
		case ch >= 'a' && ch <= 'f':
			t[i] = lowerHex
		case ch >= 'A' && ch <= 'F':
			t[i] = upperHex
		case ch == '-':
			t[i] = dashByte
		default:
			t[i] = otherByte
		}
	}
	return t
}()

// uuidDashes reports whether dashes stand where a UUID has them and nowhere else.
func uuidDashes(s string) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	n := 0
	for i := range len(s) {
		if s[i] == '-' {
			n++
		}
	}
	return n == 4
}

// canonical returns the normal form as a string.
func canonical(kind schema.IdentKind, s string) string {
	var buf [64]byte
	text, n, _ := normal(kind, s, &buf)
	if n != 0 {
		text = string(buf[:n])
		if kind == schema.IdentTrace && n == 32 && text[:16] == "0000000000000000" {
			text = text[16:]
		}
	}
	return text
}

// identKey returns the key of an id and how far it can be trusted. half is the key of the lower half of a trace id. Nearly all
// ids are hex numbers or long random texts, for which one look at the words is enough.
func (c *Correlator) identKey(kind schema.IdentKind, s string) (k, half key, m strength) {
	if w, n := hexWords(s); n != 0 {
		if kind == schema.IdentTrace && len(s) == 32 {
			half = c.hash.sumWords(spaceID, w[2:4])
		}
		return c.hash.sumWords(spaceID, w[:n]), half, strong
	}
	if kind != schema.IdentTrace && named(s) {
		if sh, ok := shapeOf(s); ok && sh.random(s) {
			return sum(&c.hash, spaceID, s), half, strong
		}
	}
	text, n, random := normal(kind, s, &c.buf)
	if n == 0 {
		m = strong
		if !random {
			m = measure(kind, text)
		}
		if m == useless {
			return
		}
		if kind == schema.IdentTrace && len(text) == 32 && m == strong {
			half = sum(&c.hash, spaceID, text[16:])
		}
		return sum(&c.hash, spaceID, text), half, m
	}
	// A number in hex, of 12 digits or more.
	b := c.buf[:n]
	for i := range b {
		if b[i] != b[0] {
			m = strong
			break
		}
	}
	if m == useless {
		return
	}
	if kind == schema.IdentTrace && n == 32 {
		if string(b[:16]) == "0000000000000000" {
			b = b[16:]
		} else if len(s) != 36 { // not a UUID, whose lower half may be that of the machine
			half = sum(&c.hash, spaceID, b[16:])
		}
	}
	return sum(&c.hash, spaceID, b), half, m
}

// traceText takes a trace id out of what clouds wrap around it and turns the decimal spelling into hex.
func traceText(s string) string {
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		s = s[i+1:]
	}
	s = strings.TrimPrefix(s, "Root=")
	if len(s) == 35 && s[0] == '1' && s[1] == '-' && s[10] == '-' {
		return s[2:10] + s[11:]
	}
	if len(s) >= 17 && len(s) <= 20 {
		if n, err := strconv.ParseUint(s, 10, 64); err == nil {
			h := strconv.FormatUint(n, 16)
			return "0000000000000000"[len(h):] + h
		}
	}
	return s
}

// placeholders are values that stand for no id.
var placeholders = []string{"-", "null", "nil", "none", "unknown", "undefined", "test", "n/a", "na", "nan", "empty", "default", "true", "false", "(null)", "<nil>", "anonymous", "system", "root"}

// measure returns how far an id of canonical form can be trusted.
func measure(kind schema.IdentKind, s string) strength {
	if sh, ok := shapeOf(s); ok && sh.random(s) {
		return strong
	}
	return judge(kind, s)
}

// judge is measure, byte by byte.
func judge(kind schema.IdentKind, s string) strength {
	if s == "" || uniform(s) {
		return useless
	}
	if len(s) <= 9 {
		for _, p := range placeholders {
			if strings.EqualFold(p, s) {
				return useless
			}
		}
	}
	if len(s) > 256 {
		return useless
	}
	if kind == schema.IdentBlock {
		return strong
	}
	body := unprefixed(s)
	digits, upper, lower, other, changes := 0, 0, 0, 0, 0
	hex := true
	last := byte(0)
	for i := range len(body) {
		class := byte(0)
		switch ch := body[i]; {
		case ch >= '0' && ch <= '9':
			digits++
			class = 1
		case ch >= 'a' && ch <= 'z':
			lower++
			class = 2
			hex = hex && ch <= 'f'
		case ch >= 'A' && ch <= 'Z':
			upper++
			class = 3
			hex = hex && ch <= 'F'
		default:
			other++
			continue
		}
		if last != 0 && class != last {
			changes++
		}
		last = class
	}
	letters := upper + lower
	// Zeros in front pad a counter.
	zeros := 0
	for zeros < len(body) && body[zeros] == '0' {
		zeros++
	}
	n := digits + letters - zeros
	switch {
	case letters == 0 && other > 0 && n >= 12:
		// Numbers joined by dots or dashes: times, versions, offsets.
		return distinct
	case letters == 0 && n >= 16:
		return strong // snowflake ids and the like
	case letters == 0:
		if kind == schema.IdentIncident && n >= 5 || kind == schema.IdentMessage && n >= 10 {
			return distinct
		}
		return weak
	case hex && other == 0 && n >= 12 && digits > 0, n >= 36:
		return strong
	case digits == 0 && (upper == 0 || lower == 0):
		// Words, unless there is no end to them.
		if n >= 24 && other == 0 {
			return strong
		}
		return useless
	// Random text changes between digits, small and capital letters all the time; words with a number at their end do not.
	case upper > 0 && lower > 0 && digits > 0 && n >= 9 && changes*3 >= n-1,
		upper > 0 && lower > 0 && n >= 10 && changes*5 >= 2*(n-1),
		digits > 0 && n >= 10 && changes*5 >= n-1,
		digits >= 3 && letters >= 3 && n >= 16:
		return strong
	case digits > 0 && letters > 1 && n >= 6, changes >= 3 && n >= 8:
		return distinct
	}
	return weak
}

// unprefixed returns an id without the short word in front that says what it is: "req_", "INC-".
func unprefixed(s string) string {
	for i := 0; i < len(s) && i <= 8; i++ {
		ch := s[i]
		if (ch == '_' || ch == '-' || ch == ':') && i >= 1 {
			if len(s)-i-1 >= 1 {
				return s[i+1:]
			}
			return s
		}
		if ch|0x20 < 'a' || ch|0x20 > 'z' {
			return s
		}
	}
	return s
}

// uniform reports whether s is one character over and over, as in 00000000-0000-0000-0000-000000000000.
func uniform(s string) bool {
	first := byte(0)
	for i := range len(s) {
		if s[i] == '-' {
			continue
		}
		if first == 0 {
			first = s[i]
		} else if s[i] != first {
			return false
		}
	}
	return len(s) > 1 || first == 0 || first == '0'
}

// randomValue reports whether a business value has random bits enough to be evidence within seconds.
func randomValue(s string) bool { return measure(schema.IdentValue, s) == strong }

// broadNames are words in keys whose values belong to many flows by nature, however random they look.
var broadNames = []string{
	"tenant", "org", "account", "workspace", "team", "company", "customer", "member", "client", "merchant", "store", "shop",
	"device", "visitor", "user", "product", "item", "sku", "category", "project", "region", "host", "node", "pod", "container",
	"cluster", "deploy", "release", "build", "version", "session", "token", "apikey", "api_key", "feature", "experiment", "template",
	"queue", "topic", "partition", "shard", "instance", "machine", "installation", "site", "domain", "group", "role", "secret",
	"process", "thread", "commit", "revision", "hash", "etag", "checksum", "signature", "schema", "index", "namespace", "consumer",
}

// broad reports whether values under the name belong to many flows by nature.
func broad(name string) bool {
	for _, b := range broadNames {
		if containsFold(name, b) {
			return true
		}
	}
	return false
}

// containsFold reports whether s contains the lower-case word, in either case.
func containsFold(s, word string) bool {
	for i := 0; i+len(word) <= len(s); i++ {
		if s[i]|0x20 == word[0] && strings.EqualFold(s[i:i+len(word)], word) {
			return true
		}
	}
	return false
}
