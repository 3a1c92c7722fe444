package redact

import "strings"

// Stream redacts the raw lines of one source in their order. It knows what a line alone does not show: that it belongs
// to a private key begun on an earlier line, stands in a list opened under a sensitive key, or is the value of a name on
// the line before.
type Stream struct {
	r *Redactor
	// keyLines is how many lines the open private key may still have, 0 outside of keys.
	keyLines int
	// name is what the name on the line before means, part says that it names a part of a form, whose value stands
	// behind an empty line.
	name class
	part bool
	// under is what the open list, object or block of text stands under; depth counts its open brackets, indent is that
	// of the key of a block, -1 for brackets; lines is how many more there may be.
	under         class
	depth, indent int
	lines         int
}

// maxKeyLines and maxBlockLines bound what is open but never closed.
const (
	maxKeyLines   = 200
	maxBlockLines = 200
)

// Stream returns a Stream that uses r. Streams of one Redactor may be used in turn, not at once.
func (r *Redactor) Stream() *Stream { return &Stream{r: r} }

// Line redacts the next line, which has no line end.
func (s *Stream) Line(line string) (string, bool) {
	if s.keyLines > 0 {
		s.keyLines--
		if out, ok := s.keyLine(line); ok {
			return out, out != line
		}
		s.keyLines = 0
	}
	if s.part && line == "" {
		s.part = false
		s.under, s.depth, s.indent, s.lines = s.name, 0, -1, 1
		return line, false
	}
	r := s.r
	r.nameBefore, r.lineUnder = s.name, s.continues(line)
	r.openKey, r.nameFound, r.nameInForm, r.opened = false, class{}, false, class{}
	out, changed := r.Line(line)
	r.nameBefore, r.lineUnder = class{}, class{}
	s.name, s.part = r.nameFound, r.nameInForm && r.nameFound.mode != modeNone
	if r.openKey {
		s.keyLines = maxKeyLines
	}
	if r.opened.mode != modeNone && s.lines == 0 {
		s.open(line, r.opened)
	}
	return out, changed
}

// open notes that line ends in an opened list or object, or with the mark of a block of text.
func (s *Stream) open(line string, c class) {
	s.under, s.lines, s.depth, s.indent = c, maxBlockLines, brackets(line), -1
	if s.depth <= 0 {
		s.depth, s.indent = 0, indentation(line)
	}
}

// continues returns the class under which line stands because of the lines before it.
func (s *Stream) continues(line string) class {
	if s.lines == 0 {
		return class{}
	}
	s.lines--
	if s.indent >= 0 {
		if strings.TrimSpace(line) != "" && indentation(line) <= s.indent {
			s.lines = 0
			return class{}
		}
		return s.under
	}
	if s.depth > 0 {
		if s.depth += brackets(line); s.depth <= 0 {
			s.lines = 0
		}
	}
	return s.under
}

// brackets returns how many more brackets line opens than it closes, outside of strings.
func brackets(line string) int {
	n, inside := 0, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\':
			i++
		case c == '"':
			inside = !inside
		case inside:
		case c == '{' || c == '[':
			n++
		case c == '}' || c == ']':
			n--
		}
	}
	return n
}

func indentation(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }

// keyLine redacts a line inside a private key. It reports false when the line cannot belong to one.
func (s *Stream) keyLine(line string) (string, bool) {
	text := strings.TrimSpace(line)
	if text == "" || keyHeader(text) {
		return line, true
	}
	if strings.Contains(line, pemEnd) {
		return "", false // the END takes the body before it with it
	}
	from := strings.LastIndexByte(text, ' ') + 1
	body := strings.Trim(text[from:], `"',+\nr`)
	for i := range len(body) {
		if !base64Std[body[i]] {
			return "", false
		}
	}
	if from > 0 && len(body) < 16 || body == "" {
		return "", false
	}
	r := s.r
	r.c.bytes.Add(uint64(len(line)))
	r.begin("", class{}, false)
	r.t = append(r.t, line...)
	at := strings.LastIndex(line, body)
	if !r.add(at, at+len(body), PrivateKey, "") {
		return line, true
	}
	return r.write(line), true
}

// keyHeader reports whether text is a header inside an armoured key: Proc-Type, DEK-Info, Version, Comment.
func keyHeader(text string) bool {
	name, _, ok := strings.Cut(text, ": ")
	if !ok || len(name) > 24 {
		return false
	}
	for i := range len(name) {
		if !urlChars[name[i]] {
			return false
		}
	}
	return true
}
