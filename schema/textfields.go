package schema

import (
	"strings"

	"github.com/tidwall/gjson"
)

// setText gives e the message of a text line: the text as it stands, the ids in it, and the pairs it ends with as fields.
// A message that is a JSON object gives its fields instead.
func (p *Parser) setText(e *Event, msg string) {
	msg = strings.TrimSpace(msg)
	if msg == "" {
		p.finishFields(e)
		return
	}
	if msg[0] == '{' && p.object(e, msg) {
		p.finishFields(e)
		return
	}
	e.Metadata.Message = Text(msg)
	if at := trailingPairs(msg); at >= 0 && !looksLikeSQL(msg) {
		p.pairs(e, msg[at:])
	}
	scanIdents(e, msg)
	p.finishFields(e)
}

// setTextPairs is setText for loggers that write their fields as pairs behind the message: the message ends before them.
func (p *Parser) setTextPairs(e *Event, msg string) {
	msg = strings.TrimSpace(msg)
	if at := trailingPairs(msg); at >= 0 {
		text := strings.TrimRight(msg[:at], " \t:,|-")
		e.Metadata.Message = Text(text)
		p.pairs(e, msg[at:])
		scanIdents(e, text)
		p.finishFields(e)
		return
	}
	p.setText(e, msg)
}

// pairs gives e the pairs in s: key=value, key="quoted value", key='quoted', separated by blanks, commas or semicolons.
// What is no pair is left out.
func (p *Parser) pairs(e *Event, s string) {
	for i := 0; s != "" && i < maxPairs; i++ {
		n, key, value := scanPair(s)
		if n == 0 {
			_, s = cutToken(s)
			continue
		}
		if value.Kind != None {
			p.field(e, key, value)
		}
		s = strings.TrimLeft(s[n:], " \t,;")
	}
}

// maxPairs is how many pairs of a line are looked at.
const maxPairs = maxFields

// trailingPairs returns where the pairs begin that s ends with, -1 when it ends otherwise.
func trailingPairs(s string) int {
	if strings.IndexByte(s, '=') < 0 {
		return -1
	}
	from, n := -1, 0
	for i := 0; i < len(s); {
		if s[i] == ' ' || s[i] == '\t' || s[i] == ',' || s[i] == ';' {
			i++
			continue
		}
		if width, _, _ := scanPair(s[i:]); width > 0 {
			if from < 0 {
				from = i
			}
			if n++; n > maxPairs {
				return -1
			}
			i += width
			continue
		}
		from = -1
		for i < len(s) && s[i] != ' ' && s[i] != '\t' {
			i++
		}
	}
	return from
}

// allPairs reports whether s is pairs and nothing else.
func allPairs(s string) bool { return trailingPairs(s) == 0 }

// scanPair reads the pair that s begins with; n is its length, 0 when s begins with something else.
func scanPair(s string) (n int, key string, value Value) {
	i := 0
	for i < len(s) && (isAlpha(s[i]) || isDigit(s[i]) || s[i] == '_' || s[i] == '-' || s[i] == '.' || s[i] == '@') {
		i++
	}
	if i == 0 || i > 64 || i == len(s) || s[i] != '=' || isDigit(s[0]) || s[0] == '-' || s[0] == '.' {
		return 0, "", Value{}
	}
	key = s[:i]
	i++
	if i == len(s) || s[i] == ' ' || s[i] == ',' {
		return i, key, Value{}
	}
	switch c := s[i]; c {
	case '=', '>', '~':
		return 0, "", Value{} // ==, =>: code, not a pair
	case '"', '\'':
		inner, end, ok := quotedBy(s, i)
		if !ok {
			return 0, "", Value{}
		}
		return end, key, Value{String, unescapeQuoted(inner)}
	case '{', '[', '(':
		if end := balanced(s, i); end > 0 {
			text := s[i:end]
			if c != '(' && gjson.Valid(text) {
				return end, key, Value{Raw, text}
			}
			return end, key, Value{String, text}
		}
	}
	from := i
	for i < len(s) && s[i] != ' ' && s[i] != '\t' {
		if (s[i] == ',' || s[i] == ';') && (i+1 == len(s) || s[i+1] == ' ' || startsPair(s[i+1:])) {
			break
		}
		if c := s[i]; (c == ']' || c == ')' || c == '}') && (i+1 == len(s) || s[i+1] == ' ') && from < i && !opened(s[from:i], c) {
			break // of what the pair stands in
		}
		if s[i] == '(' { // Some(text with blanks)
			if end := balanced(s, i); end > 0 {
				i = end
				continue
			}
		}
		i++
	}
	if isDigit(s[from]) && i+2 < len(s) && s[i] == ' ' && isJSONNumber(s[from:i]) { // tower-http: latency=150 ms
		word, _ := cutToken(s[i+1:])
		if _, ok := unitOf(word); ok && word != "s" && word != "m" && word != "d" && word != "h" {
			return i + 1 + len(word), key, Value{String, s[from : i+1+len(word)]}
		}
	}
	return i, key, pairValue(s[from:i])
}

// opened reports whether s holds a bracket that c closes.
func opened(s string, c byte) bool {
	open := byte('(')
	if c != ')' {
		open = c - 2
	}
	return strings.Count(s, string(rune(open))) > strings.Count(s, string(rune(c)))
}

// startsPair reports whether s begins with key=.
func startsPair(s string) bool {
	i := 0
	for i < len(s) && i < 64 && (isAlpha(s[i]) || isDigit(s[i]) || s[i] == '_' || s[i] == '-' || s[i] == '.') {
		i++
	}
	return i > 0 && i < len(s) && s[i] == '='
}

// quotedBy returns the inside of the quotes that begin at s[i] and the index after them.
func quotedBy(s string, i int) (inner string, end int, ok bool) {
	q := s[i]
	for j := i + 1; j < len(s); j++ {
		switch s[j] {
		case '\\':
			j++
		case q:
			if j+1 < len(s) && s[j+1] != ' ' && s[j+1] != ',' && s[j+1] != ';' && s[j+1] != ']' && s[j+1] != ')' && s[j+1] != '}' && s[j+1] != '\t' {
				return "", 0, false
			}
			return s[i+1 : j], j + 1, true
		}
	}
	return "", 0, false
}

// maxBalanced is how far the value of a pair may reach in brackets: looking for the end of each of many that are never closed
// must not cost the line's length every time.
const maxBalanced = 4 << 10

// balanced returns the index after the bracket that closes the one at s[i], 0 when none does. Quoted text does not count.
func balanced(s string, i int) int {
	depth := 0
	s = s[:min(len(s), i+maxBalanced)]
	for j := i; j < len(s); j++ {
		switch s[j] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				return j + 1
			}
		case '"':
			end := j + 1
			for end < len(s) && s[end] != '"' {
				if s[end] == '\\' {
					end++
				}
				end++
			}
			if end >= len(s) {
				return 0
			}
			j = end
		}
	}
	return 0
}

// looksLikeSQL reports whether a message is a statement, whose a=b are no fields.
func looksLikeSQL(s string) bool {
	w, rest := cutToken(strings.TrimLeft(s, "( "))
	if rest == "" {
		return false
	}
	switch w {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "select", "insert", "update", "delete", "MERGE", "REPLACE":
		return true
	}
	return false
}

// headTag takes the inside of brackets that stand before a message, and reports whether it knows what they say: ids, a
// process, pairs, the place in the source. Empty ones say nothing, which is known too.
func (p *Parser) headTag(e *Event, s string) bool {
	s = strings.TrimSpace(s)
	switch {
	case !present(s):
		return true
	case allDigits(s):
		setProcess(e, s)
		return true
	case isProcessThread(s):
		pid, tid, _ := strings.Cut(s, ":")
		e.Platform.PID, e.Platform.Thread = pid, tid
		return true
	case allPairs(s):
		p.pairs(e, s)
		return true
	}
	if _, ok := canonUUID(s); ok {
		return e.setRequestID("tag", s)
	}
	if id, ok := strings.CutPrefix(s, "instance: "); ok { // OpenStack: a machine it manages, not the one it runs on
		e.AddIdent(IdentEntity, "instance", id)
		e.AddField("instance", Text(id))
		return true
	}
	if key, value, ok := strings.Cut(s, ": "); ok && pairKey(key) && len(value) > 0 {
		for part := range strings.SplitSeq(s, ", ") {
			if key, value, ok := strings.Cut(part, ": "); ok {
				p.field(e, key, pairValue(value))
			}
		}
		return true
	}
	if len(s) >= 40 && (s[0] == 'r' || s[0] == 'N') && setOpenStackContext(e, s) {
		return true
	}
	if tag, ok := strings.CutPrefix(s, "#"); ok && allDigits(tag) {
		setProcess(e, tag)
		return true
	}
	if isSourceLine(s) {
		e.AddField("caller", Text(s))
		return true
	}
	return setTracePair(e, s) || len(s) == 32 && hexText(s) && e.setTrace("trace", s)
}

// isProcessThread reports whether s is process:thread.
func isProcessThread(s string) bool {
	pid, tid, ok := strings.Cut(s, ":")
	return ok && allDigits(pid) && allDigits(tid) && len(pid) > 1 && len(tid) > 2
}

// setTracePair takes a trace and a span id with a dash or comma between, as Micrometer and Sleuth write them.
func setTracePair(e *Event, s string) bool {
	i := strings.IndexAny(s, "-,")
	if i != 32 && i != 16 || !hexText(s[:i]) || len(s) < i+17 || !hexText(s[i+1:i+17]) || len(s) > i+17 && s[i+17] != '-' && s[i+17] != ',' {
		return false
	}
	return e.setTrace("trace", s[:i]) && e.setSpan("span", s[i+1:i+17])
}

// setProcess sets the process id, or the thread where the process is known.
func setProcess(e *Event, s string) {
	if e.Platform.PID == "" {
		e.Platform.PID = s
	} else if e.Platform.PID != s && e.Platform.Thread == "" {
		e.Platform.Thread = s
	}
}

// isSourceLine reports whether s is a place in source code: main.go:33, app/models.py:12.
func isSourceLine(s string) bool {
	i := strings.LastIndexByte(s, ':')
	if i < 3 || !allDigits(s[i+1:]) || strings.IndexByte(s, ' ') >= 0 {
		return false
	}
	dot := strings.LastIndexByte(s[:i], '.')
	return dot > 0 && i-dot <= 6 && !allDigits(s[dot+1:i])
}
