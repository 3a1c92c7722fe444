package correlate

import (
	"bytes"
	"strings"

	"github.com/ezlogs/ezlogs/schema"
)

// wording is the action and the beginning of the message of an event in lower case, with the pairs of letters in it.
type wording struct {
	of    *reading // nil for none
	text  []byte
	pairs pairs
}

// pairs is a set of pairs of neighbouring bytes; some share a place.
type pairs [4]uint64

func (p *pairs) add(a, b byte) {
	i := (uint(a)*37 + uint(b)) & 255
	p[i>>6] |= 1 << (i & 63)
}

// has reports whether all of o are in p.
func (p *pairs) has(o *pairs) bool {
	return o[0]&^p[0]|o[1]&^p[1]|o[2]&^p[2]|o[3]&^p[3] == 0
}

// word is what the text of a step may contain, in lower case.
type word struct {
	text  []byte
	pairs pairs
}

func newWord(s string) word {
	w := word{text: []byte(strings.ToLower(s))}
	for i := 1; i < len(w.text); i++ {
		w.pairs.add(w.text[i-1], w.text[i])
	}
	return w
}

// read makes the wording that of an event.
func (w *wording) read(of *reading, e *schema.Event) {
	b := append(w.text[:0], e.Action...)
	b = append(b, '\n')
	text := e.Metadata.Message.S
	b = append(b, text[:min(len(text), 1024)]...)
	w.of, w.text, w.pairs = of, b, pairs{}
	last := byte(0)
	for i, ch := range b {
		if ch >= 'A' && ch <= 'Z' {
			ch |= 0x20
			b[i] = ch
		}
		w.pairs.add(last, ch)
		last = ch
	}
}

// Of a part, which step of its process the event is.
const (
	stepUnknown = iota
	stepNone
	stepLater // none or another than the first
	stepFirst // and those after it
)

// step returns the first of the steps of a process that the event at hand matches, -1 when there is none.
func (c *Correlator) step(p *part, e *schema.Event) int {
	if p.step < stepNone || p.step == stepLater {
		first := 0
		if p.step == stepLater {
			first = 1
		}
		p.step = stepNone
		for i := first; i < len(c.defs[p.def].Steps); i++ {
			if c.isStep(p.def, i, e) {
				p.step = uint8(stepFirst + i)
				break
			}
		}
	}
	if p.step == stepNone {
		return -1
	}
	return int(p.step) - stepFirst
}

// begins reports whether the event at hand matches the first step of a process.
func (c *Correlator) begins(p *part, e *schema.Event) bool {
	if p.step == stepUnknown {
		p.step = stepLater
		if c.isStep(p.def, 0, e) {
			p.step = stepFirst
		}
	}
	return p.step == stepFirst
}

// isStep reports whether the event at hand matches a step of a definition.
func (c *Correlator) isStep(d int32, i int, e *schema.Event) bool {
	def := &c.defs[d]
	s := &def.Steps[i]
	if s.EventType != "" && !glob(s.EventType, e.Type) || s.Action != "" && !glob(s.Action, e.Action) {
		return false
	}
	if len(def.words[i]) == 0 {
		return true
	}
	w := &c.wording
	if w.of != c.line.reading {
		w.read(c.line.reading, e)
	}
	for k := range def.words[i] {
		if o := &def.words[i][k]; w.pairs.has(&o.pairs) && bytes.Contains(w.text, o.text) {
			return true
		}
	}
	return false
}
