package schema

import "strings"

// arena makes strings with one allocation for many: it writes them behind each other into a block and starts a new block
// when one is full. The strings stay valid for ever; the block lives as long as one of them.
type arena struct{ b strings.Builder }

const arenaBlock = 32 << 10

// room makes sure that n bytes fit into the block.
func (a *arena) room(n int) {
	if a.b.Cap()-a.b.Len() < n {
		a.b = strings.Builder{}
		a.b.Grow(max(arenaBlock, n))
	}
}

// concat returns the parts as one string.
func (p *Parser) concat(parts ...string) string {
	n := 0
	for _, s := range parts {
		n += len(s)
	}
	a := &p.arena
	a.room(n)
	from := a.b.Len()
	for _, s := range parts {
		a.b.WriteString(s)
	}
	return a.b.String()[from:]
}

// concat returns three parts as one string.
func (e *Event) concat(a, b, c string) string {
	if e.parser == nil {
		return a + b + c
	}
	ar := &e.parser.arena
	ar.room(len(a) + len(b) + len(c))
	from := ar.b.Len()
	ar.b.WriteString(a)
	ar.b.WriteString(b)
	ar.b.WriteString(c)
	return ar.b.String()[from:]
}

// keep returns b as a string.
func (p *Parser) keep(b []byte) string {
	a := &p.arena
	a.room(len(b))
	from := a.b.Len()
	a.b.Write(b)
	return a.b.String()[from:]
}

// dotted returns two names with a dot between them: a class and its state, an object and its member.
func (p *Parser) dotted(a, b string) string { return p.paired(a, '.', b) }

// paired returns two names with a sign between them. Names come again, so the latest pairs are kept.
func (p *Parser) paired(a string, sign byte, b string) string {
	h := len(a)*31 + len(b)*7
	if a != "" && b != "" {
		h += int(a[len(a)-1])*5 + int(a[0]) + int(b[0])*3 + int(b[len(b)-1])
	}
	last := &p.joined[h&(len(p.joined)-1)]
	if s := *last; len(s) == len(a)+1+len(b) && s[:len(a)] == a && s[len(a)] == sign && s[len(a)+1:] == b {
		return s
	}
	*last = a + string(sign) + b
	return *last
}
