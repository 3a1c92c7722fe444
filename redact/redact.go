// Package redact replaces what must not leave: credentials, card data and personal data, wherever they stand in a
// line.
//
// Three engines work in one pass over the bytes of a text: keys are judged by their head noun; keys and values are
// found in any notation at any depth of escaping; and shapes that identify themselves are checked with their
// checksums. Credentials become [REDACTED:kind], identities become keyed pseudonyms, [email:k1:7f3a9c21d04be65a], that
// are the same wherever the same value stood.
//
// An Engine is shared; each worker has a Redactor of its own.
package redact

import (
	"hash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ezlogs/ezlogs/schema"
)

// Engine is a compiled configuration with its keys and counters. It is safe for concurrent use and does not change, but for
// keys that rotate.
type Engine struct {
	actions [kindCount]Action
	given   []Key         // by the configuration, the present one first
	rotate  time.Duration // 0: pseudonyms do not change
	ring    atomic.Pointer[keyring]
	fields  map[string]class // keys of the configuration, flat
	rules   []rule
	maxScan int
	domain  bool // keep the domain of addresses

	allow       []allowance
	allowFields [][]string
	literals    bool // rules are to be searched behind literals
	own         atomic.Pointer[[]string]

	mu      sync.Mutex // guards workers
	workers []*counters
}

// counters are those of one worker.
type counters struct {
	byKind    [kindCount][actionCount]atomic.Uint64
	byRule    []atomic.Uint64
	allowed   atomic.Uint64
	unscanned atomic.Uint64
	bytes     atomic.Uint64
}

// Redactor redacts on behalf of one worker. It holds scratch buffers and must not be used by two goroutines at a time.
type Redactor struct {
	scanner
	e       *Engine
	d       decoder
	key     string
	keys    keyCache
	words   words
	c       *counters
	network bool // addresses are looked for
	out     []byte
	ring    *keyring
	names   map[string]string // pseudonyms made lately with the first key of ring
	macs    [kindCount]hash.Hash
	sum     []byte
	inner   *Redactor
	scratch []byte
	nest    int
	explain *explainer

	nameBefore class // what a name on the line before said, see Stream
	nameFound  class // what a name on this line says
	nameInForm bool  // it names a part of a form
	lineUnder  class // what the line stands under
	opened     class // under what the line opens a list or a block
	openKey    bool  // a private key goes on behind the end of the line
	passes     int   // over the present text, but for the first

	visit    func(string, schema.Value) schema.Value
	memo     *memo // of events, made with the first
	remember bool  // the memo is of use
}

// Worker returns a Redactor for one worker.
func (e *Engine) Worker() *Redactor {
	c := &counters{byRule: make([]atomic.Uint64, len(e.rules))}
	e.mu.Lock()
	e.workers = append(e.workers, c)
	e.mu.Unlock()
	return e.redactor(c)
}

func (e *Engine) redactor(c *counters) *Redactor {
	r := &Redactor{e: e, c: c, names: map[string]string{}}
	r.network = e.actions[IPv4] != Keep || e.actions[IPv6] != Keep || e.actions[MAC] != Keep || e.actions[Wallet] != Keep
	return r
}

// quote and pct are shorthands for the scanner.
func (r *Redactor) quote(i int) uint8 { return r.d.quote(i) }
func (r *Redactor) pct(i int) uint8   { return r.d.pct(i) }

// begin decodes raw and resets the state of the scan.
func (r *Redactor) begin(raw string, under class, json bool) {
	r.d.load(raw)
	spans, plan := r.spans[:0], r.plan[:0]
	r.scanner = scanner{t: r.d.text, spans: spans, plan: plan, keyLevel: -1, json: json}
	r.nextPlan()
	if under.mode != modeNone {
		r.under, r.underEnd = under, len(r.t)
	}
}

// wholeLine judges a line that stands under a key of an earlier line: all of it, if it is no structure itself.
func (r *Redactor) wholeLine(c class) bool {
	start, end := 0, len(r.t)
	for start < end && (isSpace[r.t[start]] || r.t[start] == '-') {
		start++
	}
	for end > start && (isSpace[r.t[end-1]] || r.t[end-1] == ',') {
		end--
	}
	if end-start >= 2 && (r.t[start] == '"' || r.t[start] == '\'') && r.t[end-1] == r.t[start] {
		start, end = start+1, end-1
	}
	for _, b := range r.t[start:end] {
		if b == '"' || b == '{' || b == '}' || b == '[' || b == ']' {
			return false
		}
	}
	return start < end && !r.keyFollows(start, end) && r.scalar(start, end, c, true)
}

// Text redacts plain text that stands under key ("" when it has none). It returns s itself and false when there is
// nothing to replace.
func (r *Redactor) Text(key, s string) (string, bool) { return r.guard(key, s, formText) }

// Escaped redacts the inside of a JSON string, escapes and all, and keeps it valid as such.
func (r *Redactor) Escaped(key, inner string) (string, bool) { return r.guard(key, inner, formEscaped) }

// JSON redacts a JSON token: number, literal, array or object. The result is valid JSON if raw is.
func (r *Redactor) JSON(key, raw string) (string, bool) { return r.guard(key, raw, formJSON) }

// Line redacts a whole line as it was read. A line of JSON stays valid JSON.
func (r *Redactor) Line(line string) (string, bool) {
	r.e.turn()
	if len(line) > 0 && (line[0] == '{' || line[0] == '[') {
		return r.guard("", line, formJSON)
	}
	return r.guard("", line, formText)
}

type form uint8

const (
	formText form = iota
	formEscaped
	formJSON
)

// guard runs the scan and answers every fault of it with a field that says so: nothing unscanned gets through.
func (r *Redactor) guard(key, s string, f form) (out string, changed bool) {
	if s == "" {
		return s, false
	}
	defer func() {
		if recover() != nil {
			out, changed = r.unscanned(f), true
		}
	}()
	if len(s) > r.e.maxScan {
		return r.truncated(key, s, f), true
	}
	out, changed = r.redact(key, s, f)
	// A replacement may uncover what was read as part of something else. Nothing is left for a second run to change.
	for again := changed; again && r.passes < maxPasses; r.passes++ {
		out, again = r.redact(key, out, f)
	}
	r.passes = 0
	return out, changed
}

// maxPasses bounds the passes over a text in which something was replaced. Two are nearly always enough.
const maxPasses = 5

const unscannedText = "[REDACTED:unscanned]"

func (r *Redactor) unscanned(f form) string {
	r.c.unscanned.Add(1)
	if f == formJSON {
		return `"` + unscannedText + `"`
	}
	return unscannedText
}

// truncated redacts the first part of a text that is too long and drops the rest.
func (r *Redactor) truncated(key, s string, f form) string {
	if f == formJSON {
		return r.unscanned(f)
	}
	cut := r.e.maxScan
	for cut > 0 && cut > r.e.maxScan-512 && !isSpace[s[cut-1]] {
		cut--
	}
	head, _ := r.redact(key, s[:cut], f)
	return head + r.unscanned(f)
}

func (r *Redactor) redact(key, s string, f form) (string, bool) {
	if r.passes == 0 {
		r.c.bytes.Add(uint64(len(s)))
	}
	r.key = key
	var c class
	if key != "" {
		c = r.fieldClass(key)
	}
	if c.mode == modeNameOf || c.mode == modeValueOf {
		c = class{}
	}
	under := c
	if c.mode == modeSafe {
		under = class{}
	}
	if f != formJSON {
		under = class{}
	}
	r.begin(s, under, f == formJSON)
	if f == formEscaped {
		r.open[0], r.depth = 0, 1
	}
	if c.mode == modeSafe {
		r.safeUntil = len(r.t)
	}
	if len(r.e.allowFields) > 0 && key != "" && r.fieldAllowed() {
		r.allowUntil = len(r.t)
	}
	whole := false
	if under.mode == modeNone && c.kind != KindNone {
		whole = r.whole(c)
	}
	if f == formJSON && c.kind != KindNone && len(r.t) > 0 && r.t[0] != '{' && r.t[0] != '[' && r.t[0] != '"' {
		if kind, ok := r.judge(0, len(r.t), c, true); ok && r.add(0, len(r.t), kind, "") {
			r.spans[0].q0 = -1
			whole = true
		}
	}
	if r.lineUnder.mode != modeNone {
		if whole = r.wholeLine(r.lineUnder); !whole {
			r.under, r.underEnd = r.lineUnder, len(r.t)
		}
	}
	if !whole {
		r.scanText()
	}
	if r.e.literals || r.e.own.Load() != nil {
		r.extras()
	}
	if len(r.spans) == 0 {
		return s, false
	}
	return r.write(s), true
}

// whole judges all of the text under its key.
func (r *Redactor) whole(c class) bool {
	switch c.mode {
	case modeAuth, modeCookie, modeSetCookie:
		r.headerValue(0, len(r.t), c, true)
		return false
	}
	if end := r.e.ownToken(r.t, 0); end == len(r.t) {
		return true
	}
	return r.scalar(0, len(r.t), c, true)
}

// write puts the replacements in and returns the new text.
func (r *Redactor) write(raw string) string {
	out, from := r.out[:0], 0
	for i := range r.spans {
		s := &r.spans[i]
		start, end := r.d.rawStart(s.start), r.d.rawEnd(s.end)
		out = append(out, raw[from:start]...)
		quote := ""
		if s.q0 < 0 {
			quote = `"`
		} else {
			quote = raw[s.q0:s.q1]
		}
		out = append(out, quote...)
		out = r.appendReplacement(out, s)
		out = append(out, quote...)
		from = end
		r.count(s)
	}
	out = append(out, raw[from:]...)
	r.out = out
	return string(out)
}

func (r *Redactor) count(s *span) {
	if s.kind == UserRule {
		r.c.byRule[s.rule].Add(1)
		return
	}
	r.c.byKind[s.kind][s.action].Add(1)
}

// Count is how often a kind, or a rule of the configuration, was treated in one way.
type Count struct {
	Detector string
	Action   string
	N        uint64
}

// Snapshot is the sum of all workers' counters.
type Snapshot struct {
	Counts    []Count // in the order of the kinds, rules last
	Allowed   uint64  // findings that an allow list let through
	Unscanned uint64  // fields replaced because they could not be scanned
	Bytes     uint64  // text scanned
}

// Snapshot returns the counters. It may be called at any time from any goroutine.
func (e *Engine) Snapshot() Snapshot {
	e.mu.Lock()
	defer e.mu.Unlock()
	var s Snapshot
	for k := range kindCount {
		for a := range actionCount {
			var n uint64
			for _, c := range e.workers {
				n += c.byKind[k][a].Load()
			}
			if n > 0 {
				s.Counts = append(s.Counts, Count{k.String(), a.String(), n})
			}
		}
	}
	for i := range e.rules {
		var n uint64
		for _, c := range e.workers {
			n += c.byRule[i].Load()
		}
		if n > 0 {
			s.Counts = append(s.Counts, Count{e.rules[i].name, e.rules[i].action.String(), n})
		}
	}
	for _, c := range e.workers {
		s.Allowed += c.allowed.Load()
		s.Unscanned += c.unscanned.Load()
		s.Bytes += c.bytes.Load()
	}
	return s
}
