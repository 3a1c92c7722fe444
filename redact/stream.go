package redact

import "strings"

// Stream redacts the raw lines of one source in their order. It knows what a line alone does not show: that it belongs
// to a private key begun on an earlier line, or is the value of a name on the line before.
type Stream struct {
	r    *Redactor
	left int   // lines that the open key may still have, 0 outside of keys
	name class // of the name on the line before
}

// maxKeyLines bounds a private key whose END never comes.
const maxKeyLines = 200

// Stream returns a Stream that uses r. Streams of one Redactor may be used in turn, not at once.
func (r *Redactor) Stream() *Stream { return &Stream{r: r} }

// Line redacts the next line, which has no line end.
func (s *Stream) Line(line string) (string, bool) {
	if s.left > 0 {
		s.left--
		if out, ok := s.keyLine(line); ok {
			return out, out != line
		}
		s.left = 0
	}
	r := s.r
	r.nameBefore, r.nameFound, r.openKey = s.name, class{}, false
	out, changed := r.Line(line)
	s.name = r.nameFound
	if r.openKey {
		s.left = maxKeyLines
	}
	r.nameBefore = class{}
	return out, changed
}

// keyLine redacts a line inside a private key. It reports false when the line cannot belong to one.
func (s *Stream) keyLine(line string) (string, bool) {
	text := strings.TrimSpace(line)
	if text == "" || keyHeader(text) {
		return line, true
	}
	if i := strings.Index(line, pemEnd); i >= 0 {
		// The END takes the body before it with it, back to what cannot be body.
		s.left = 0
		return "", false
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
	r.begin(line, class{}, false)
	at := strings.LastIndex(line, body)
	r.c.bytes.Add(uint64(len(line)))
	r.t, r.d.units = append(r.d.text[:0], line...), r.d.units[:0]
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
