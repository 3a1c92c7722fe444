package redact

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// rule is a compiled Rule.
type rule struct {
	name    string
	pattern *regexp.Regexp // nil: the whole value of the keys
	literal []byte         // nil when the rule is bound to keys
	action  Action
}

func (e *Engine) addRule(r *Rule, i int) {
	c := rule{name: r.Name, action: Mask}
	if r.Action == "hash" {
		c.action = Hash
	}
	if r.Pattern != "" {
		c.pattern = regexp.MustCompile(r.Pattern)
	}
	if len(r.Keys) == 0 {
		c.literal = []byte(r.Literal)
		e.literals = true
	}
	e.rules = append(e.rules, c)
	for _, k := range r.Keys {
		e.fields[flatKey(k)] = class{kind: UserRule, mode: modeRule, rule: uint8(i)}
	}
}

// inValue applies a rule bound to keys to the value from start to end.
func (r *Redactor) inValue(start, end int, c class) bool {
	rule := &r.e.rules[c.rule]
	if r.placeholderValue(start, end) {
		return false
	}
	if rule.pattern == nil {
		return r.addRule(start, end, int(c.rule))
	}
	found := false
	for _, m := range rule.pattern.FindAllSubmatchIndex(r.t[start:end], -1) {
		from, to := matched(m)
		found = r.addRule(start+from, start+to, int(c.rule)) || found
	}
	return found
}

// matched returns the range of a match that is to be replaced.
func matched(m []int) (from, to int) {
	if len(m) > 2 && m[2] >= 0 {
		return m[2], m[3]
	}
	return m[0], m[1]
}

func (r *Redactor) placeholderValue(start, end int) bool {
	v := bytes.TrimSpace(r.t[start:end])
	return len(v) == 0 || r.placeholder(v)
}

// addRule records a finding of the user's rule i.
func (r *Redactor) addRule(start, end, i int) bool {
	before := len(r.spans)
	if !r.add(start, end, UserRule, r.e.rules[i].name) {
		return false
	}
	s := &r.spans[before]
	s.action, s.rule = r.e.rules[i].action, uint8(i)
	return true
}

// extras finds what the scan does not look for: our own secrets, and matches of the user's rules behind their literals.
func (r *Redactor) extras() {
	scanned := len(r.spans)
	last := r.last
	if own := r.e.own.Load(); own != nil {
		for _, secret := range *own {
			if len(secret) > len(r.t) {
				continue
			}
			r.last = 0
			for at := 0; ; {
				i := bytes.Index(r.t[at:], []byte(secret))
				if i < 0 {
					break
				}
				r.add(at+i, at+i+len(secret), OwnSecret, "")
				at += i + len(secret)
			}
		}
	}
	for i := range r.e.rules {
		rule := &r.e.rules[i]
		if rule.literal == nil || !bytes.Contains(r.t, rule.literal) {
			continue
		}
		r.last = 0
		for _, m := range rule.pattern.FindAllSubmatchIndex(r.t, -1) {
			from, to := matched(m)
			if from < to && !r.inToken(from) {
				r.addRule(from, to, i)
			}
		}
	}
	r.last = last
	if len(r.spans) > scanned {
		r.merge()
	}
}

// inToken reports whether i lies in a replacement of ours.
func (r *Redactor) inToken(i int) bool {
	for j := i; j >= 0 && j > i-128; j-- {
		if r.t[j] == '[' {
			return r.e.ownToken(r.t, j) > i
		}
	}
	return false
}

// merge sorts the spans and joins those that overlap. The first one of two names the whole, unless only the other is a
// secret of ours.
func (r *Redactor) merge() {
	slices.SortStableFunc(r.spans, func(a, b span) int { return a.start - b.start })
	kept := r.spans[:1]
	for _, s := range r.spans[1:] {
		top := &kept[len(kept)-1]
		if s.start >= top.end {
			kept = append(kept, s)
			continue
		}
		if top.action == Keep || s.kind == OwnSecret || kinds[s.kind].group == groupCredential && kinds[top.kind].group > groupCredential {
			s.start, s.end = top.start, max(top.end, s.end)
			*top = s
		}
		top.end = max(top.end, s.end)
		if top.action != Mask {
			top.action = Mask // half a value has no pseudonym
		}
	}
	r.spans = kept
}

// holdsAny reports whether s holds one of secrets.
func holdsAny(s string, secrets []string) bool {
	for _, secret := range secrets {
		if len(s) >= len(secret) && strings.Contains(s, secret) {
			return true
		}
	}
	return false
}

// leastOwn is the shortest secret of ours that is looked for: shorter ones would be found in ordinary words.
const leastOwn = 6

// Own registers secrets of the program itself, tokens and keys: they are masked wherever they stand, in any profile.
// It may be called at any time; shorter ones than six bytes are ignored.
func (e *Engine) Own(secrets ...string) {
	for {
		old := e.own.Load()
		var all []string
		if old != nil {
			all = slices.Clone(*old)
		}
		for _, s := range secrets {
			if len(s) >= leastOwn && !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
		if e.own.CompareAndSwap(old, &all) {
			return
		}
	}
}
