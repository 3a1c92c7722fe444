package schema

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// AppendLimited appends e like [AppendJSON], in at most maxBytes bytes: the largest values are cut first, and their paths
// are listed in metadata.truncated. It is called after redaction, so no cut can halve a secret before it was seen.
// maxBytes below 1,024 counts as 1,024; ids, names and times are never cut.
func AppendLimited(dst []byte, e *Event, maxBytes int) []byte {
	maxBytes = max(maxBytes, 1024)
	from := len(dst)
	dst = AppendJSON(dst, e)
	for tries := 0; len(dst)-from > maxBytes && tries < 64; tries++ {
		// Escapes can make text longer than it is, so one round may not be enough.
		if !e.trim(len(dst) - from - maxBytes) {
			break
		}
		dst = AppendJSON(dst[:from], e)
	}
	return dst
}

// piece is a value that may be cut.
type piece struct {
	path string
	v    *Value
	s    *string // when it is a plain string
}

func (p *piece) len() int {
	if p.v != nil {
		return len(p.v.S)
	}
	return len(*p.s)
}

// trim makes the largest values shorter by over bytes together, and reports whether it could cut anything.
func (e *Event) trim(over int) bool {
	pieces := e.pieces()
	slices.SortStableFunc(pieces, func(a, b piece) int { return cmp.Compare(b.len(), a.len()) })
	over += 64 // for the entry in truncated
	done := false
	for i := range pieces {
		p := &pieces[i]
		n := p.len()
		if over <= 0 || n < 128 {
			break
		}
		// A value is cut to the size of the next smaller one at most, so that no single one pays for all.
		keep := max(n-over, 64)
		if i+1 < len(pieces) {
			keep = max(keep, pieces[i+1].len()/2)
		}
		over -= n - p.cut(keep)
		if !slices.Contains(e.Metadata.Truncated, p.path) {
			e.Metadata.Truncated = append(e.Metadata.Truncated, p.path)
		}
		done = true
	}
	return done
}

// cut shortens the piece to about keep bytes and returns its new length.
func (p *piece) cut(keep int) int {
	if p.s != nil {
		*p.s = cutText(*p.s, keep) + "…"
		return len(*p.s)
	}
	switch p.v.Kind {
	case Raw:
		*p.v = Value{String, "[" + strconv.Itoa(len(p.v.S)) + " bytes of JSON left out]"}
	case Escaped:
		p.v.S = cutEscaped(p.v.S, keep) + "…"
	default:
		p.v.S = cutText(p.v.S, keep) + "…"
	}
	return len(p.v.S)
}

// cutText cuts s at the end of a word, else of a character, at or before n bytes.
func cutText(s string, n int) string {
	n = min(n, len(s))
	for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
		n--
	}
	if i := strings.LastIndexAny(s[:n], " \t\n,;&"); i > n-64 && i > 0 {
		return s[:i]
	}
	return s[:n]
}

// cutEscaped is cutText for the inside of a JSON string: it never cuts an escape.
func cutEscaped(s string, n int) string {
	s = cutText(s, n)
	// An escape is at most twelve bytes long (two \uXXXX); look for one that was cut.
	for i := max(0, len(s)-12); i < len(s); i++ {
		if s[i] != '\\' {
			continue
		}
		slashes := 0
		for j := i; j >= 0 && s[j] == '\\'; j-- {
			slashes++
		}
		if slashes%2 == 0 {
			continue // the second of an escaped backslash
		}
		if i+1 == len(s) || s[i+1] == 'u' && i+6 > len(s) {
			return s[:i]
		}
	}
	return s
}

// pieces lists the values of e that may be cut.
func (e *Event) pieces() []piece {
	m := &e.Metadata
	out := []piece{
		{path: "metadata.message", v: &m.Message}, {path: "metadata.params", v: &m.Params},
		{path: "metadata.error.message", v: &m.Error.Message}, {path: "metadata.error.stack", v: &m.Error.Stack},
		{path: "metadata.db.sql", v: &m.DB.SQL}, {path: "metadata.job.args", v: &m.Job.Args},
		{path: "action", s: &e.Action}, {path: "metadata.path", s: &m.Path}, {path: "metadata.user_agent", s: &m.UserAgent},
		{path: "metadata.route", s: &m.Route},
	}
	for i := range m.Changes {
		c := &m.Changes[i]
		out = append(out, piece{path: "metadata.changes." + c.Field, v: &c.Old}, piece{path: "metadata.changes." + c.Field, v: &c.New})
	}
	for i := range m.Extra {
		out = append(out, piece{path: "metadata." + m.Extra[i].Key, v: &m.Extra[i].Value})
	}
	for i := range m.Fields {
		out = append(out, piece{path: "metadata.fields." + m.Fields[i].Key, v: &m.Fields[i].Value})
	}
	return out
}
