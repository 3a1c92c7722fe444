package schema

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// FormatConfig describes a shape of line of the user's own: a regular expression with named groups, or, for JSON and logfmt,
// which of their keys gives which of our fields.
type FormatConfig struct {
	// Name is written to platform.format.
	Name string
	// Pattern is a regular expression. Its groups are named for what they hold: time, level, message, actor_id,
	// subject_type, request_id, status, or any spelling that the parser knows from other loggers.
	Pattern string
	// Event is the event_type of its lines; empty keeps what the fields say.
	Event string
	// Action is the action of its lines; {group} stands for the text of a group.
	Action string
	// Time is the Go layout of the group named time, when it is unusual.
	Time string
	// Fields gives our fields, for example actor.id, from their keys or groups. A text that begins with = is a constant.
	Fields map[string]string
	// Example holds lines that must match.
	Example []string
}

// Format is a compiled [FormatConfig]. It is immutable and may be shared by parsers.
type Format struct {
	config  FormatConfig
	re      *regexp.Regexp
	prefix  string   // every match begins the line with it
	literal string   // every match has it
	keys    []string // our fields, sorted: the result must not depend on the order of a map
}

// The faults of a format.
var (
	errFormatEmpty   = errors.New("has neither pattern nor fields")
	errFormatGroups  = errors.New("pattern has no named group")
	errFormatEvent   = errors.New("event must be two words of lower-case letters with a dot, for example user.action")
	errFormatName    = errors.New("name is missing")
	errFormatExample = errors.New("example does not match")
)

// FieldError names the key of a configuration that is wrong.
type FieldError struct {
	Field string // for example "pattern", "example[1]"
	Err   error
}

// Error returns key and fault.
func (e *FieldError) Error() string { return e.Field + ": " + e.Err.Error() }

// Unwrap returns the fault.
func (e *FieldError) Unwrap() error { return e.Err }

// CompileFormat checks c and makes it fit for use. Every example must match; the text of an example is not part of an
// error. An error is a [*FieldError].
func CompileFormat(c FormatConfig) (*Format, error) {
	f := &Format{config: c}
	switch {
	case c.Name == "":
		return nil, &FieldError{"name", errFormatName}
	case c.Pattern == "" && len(c.Fields) == 0:
		return nil, &FieldError{"pattern", errFormatEmpty}
	case c.Event != "" && !isEventType(c.Event):
		return nil, &FieldError{"event", errFormatEvent}
	}
	for ours := range c.Fields {
		f.keys = append(f.keys, ours)
	}
	slices.Sort(f.keys)
	if c.Pattern != "" {
		re, err := regexp.Compile(c.Pattern)
		if err != nil {
			return nil, &FieldError{"pattern", err}
		}
		if !slices.ContainsFunc(re.SubexpNames(), func(s string) bool { return s != "" }) {
			return nil, &FieldError{"pattern", errFormatGroups}
		}
		f.re = re
		f.literal = requiredLiteral(c.Pattern)
		if prefix, _ := re.LiteralPrefix(); strings.HasPrefix(c.Pattern, "^") && prefix != "" {
			f.prefix = prefix
		}
	}
	for i, line := range c.Example {
		if _, ok := f.Try(line, time.UTC); !ok {
			return nil, &FieldError{fmt.Sprintf("example[%d]", i), errFormatExample}
		}
	}
	return f, nil
}

// Name returns the format's name.
func (f *Format) Name() string { return f.config.Name }

// Try parses one line with this format alone and returns its event as JSON; ok is false when the format does not match.
func (f *Format) Try(line string, loc *time.Location) (js []byte, ok bool) {
	p := NewParser(Config{Location: loc, Formats: []*Format{f}})
	p.Start(nil, time.Unix(0, 0))
	p.rec.reset()
	var e Event
	if !f.parse(p, &e, line) {
		return nil, false
	}
	p.finishFields(&e)
	p.finish(&e)
	return AppendJSON(nil, &e), true
}

// isEventType reports whether s is a type of event: two words with a dot.
func isEventType(s string) bool {
	a, b, ok := strings.Cut(s, ".")
	if !ok || a == "" || b == "" || len(s) > 64 {
		return false
	}
	word := func(s, more string) bool {
		for i := range len(s) {
			c := s[i]
			if (c < 'a' || c > 'z') && (i == 0 || !isDigit(c) && strings.IndexByte(more, c) < 0) {
				return false
			}
		}
		return true
	}
	return word(a, "") && word(b, "_")
}

// requiredLiteral returns the longest text that every match of a pattern holds, so that most other lines need no more than
// a search for it.
func requiredLiteral(pattern string) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return ""
	}
	best := ""
	var walk func(*syntax.Regexp)
	walk = func(re *syntax.Regexp) {
		switch re.Op {
		case syntax.OpLiteral:
			if s := string(re.Rune); re.Flags&syntax.FoldCase == 0 && len(s) > len(best) {
				best = s
			}
		case syntax.OpConcat, syntax.OpCapture, syntax.OpPlus:
			for _, sub := range re.Sub {
				walk(sub)
			}
		}
	}
	walk(re)
	return best
}

// parse fills e from a line of this format and reports whether it is one.
func (f *Format) parse(p *Parser, e *Event, line string) bool {
	if f.re == nil {
		return f.parseFields(p, e, line)
	}
	if !strings.HasPrefix(line, f.prefix) || !strings.Contains(line, f.literal) {
		return false
	}
	at := f.re.FindStringSubmatchIndex(line)
	if at == nil {
		return false
	}
	group := func(name string) (string, bool) {
		i := f.re.SubexpIndex(name)
		if i < 0 || at[2*i] < 0 {
			return "", false
		}
		return line[at[2*i]:at[2*i+1]], true
	}
	used := make([]string, 0, len(f.keys))
	for _, ours := range f.keys {
		theirs := f.config.Fields[ours]
		if constant, ok := strings.CutPrefix(theirs, "="); ok {
			f.set(p, e, ours, constant)
		} else if text, ok := group(theirs); ok {
			f.set(p, e, ours, text)
			used = append(used, theirs)
		}
	}
	for _, name := range f.re.SubexpNames() {
		if text, ok := group(name); ok && name != "" && !slices.Contains(used, name) {
			f.set(p, e, name, text)
		}
	}
	if e.Metadata.Message.IsZero() && f.re.SubexpIndex("message") < 0 && f.re.SubexpIndex("msg") < 0 {
		e.Metadata.Message = Text(line)
	}
	f.finish(p, e, group)
	return true
}

// parseFields takes JSON or logfmt that has all the keys this format names.
func (f *Format) parseFields(p *Parser, e *Event, line string) bool {
	if len(line) < 2 || line[0] != '{' && !startsPair(line) {
		return false
	}
	get := func(key string) (string, bool) {
		if line[0] == '{' {
			v := gjson.Get(line, key)
			return v.String(), v.Exists()
		}
		return pairOf(line, key)
	}
	for _, ours := range f.keys {
		theirs := f.config.Fields[ours]
		if strings.HasPrefix(theirs, "=") {
			continue
		}
		if line[0] != '{' && !strings.Contains(line, theirs) {
			return false
		}
		if _, ok := get(theirs); !ok {
			return false
		}
	}
	if line[0] == '{' {
		if !p.object(e, line) {
			return false
		}
	} else {
		p.pairs(e, line)
	}
	for _, ours := range f.keys {
		theirs := f.config.Fields[ours]
		if constant, ok := strings.CutPrefix(theirs, "="); ok {
			f.set(p, e, ours, constant)
			continue
		}
		if text, ok := get(theirs); ok {
			f.set(p, e, ours, text)
		}
	}
	f.finish(p, e, get)
	e.Metadata.Fields = slices.DeleteFunc(e.Metadata.Fields, func(x Field) bool { // what has found its place
		for _, ours := range f.keys {
			if f.config.Fields[ours] == x.Key {
				return true
			}
		}
		return false
	})
	return true
}

// pairOf returns the value of a key among pairs.
func pairOf(s, key string) (string, bool) {
	for i := 0; s != "" && i < maxPairs; i++ {
		n, k, v := scanPair(s)
		if n == 0 {
			_, s = cutToken(s)
			continue
		}
		if k == key {
			return v.S, true
		}
		s = strings.TrimLeft(s[n:], " \t,;")
	}
	return "", false
}

// set gives e a field of ours by name: actor.id or actor_id, subject.type, error.class and so on, or any name the parser
// knows.
func (f *Format) set(p *Parser, e *Event, name, text string) {
	if text == "" {
		return
	}
	m := &e.Metadata
	switch strings.ReplaceAll(name, "_", ".") {
	case "actor.id":
		e.Actor.ID = text
		setDefault(&e.Actor.Type, "user")
		e.AddIdent(IdentUser, name, text)
	case "actor.type":
		e.Actor.Type = text
	case "actor.name":
		e.Actor.Name = text
	case "actor.email":
		e.Actor.Email = text
	case "subject.id":
		e.Subject.ID = text
	case "subject.type":
		e.Subject.Type = text
	case "event", "event.type":
		if isEventType(text) {
			e.Type = text
		}
	case "action":
		e.Action = text
	case "time", "timestamp", "ts":
		f.setTime(p, e, text)
	case "level":
		m.Level = levelOf(text)
	case "message", "msg":
		m.Message = Text(text)
	case "error.class":
		m.Error.Class = text
	case "error.message":
		m.Error.Message = Text(text)
	case "job.class":
		m.Job.Class = text
	case "job.queue":
		m.Job.Queue = text
	case "flow.id":
		e.AddIdent(IdentFlow, name, text)
	case "process.id":
		e.Correlation.Processes = append(e.Correlation.Processes, text)
	case "duration":
		if d, ok := parseDuration(text); ok {
			m.Duration = d
			return
		}
		setDuration(e, text, second)
	case "duration.ms":
		setDuration(e, text, millisecond)
	case "duration.us":
		setDuration(e, text, microsecond)
	case "duration.ns":
		setDuration(e, text, nanosecond)
	default:
		p.field(e, name, pairValue(text))
	}
}

func (f *Format) setTime(p *Parser, e *Event, text string) {
	if f.config.Time != "" {
		if t, err := time.ParseInLocation(f.config.Time, text, p.loc); err == nil {
			digits := uint8(0)
			if t.Nanosecond() != 0 {
				digits = 9
				for ns := t.Nanosecond(); ns%10 == 0; ns /= 10 {
					digits--
				}
			}
			e.setTime(Time{NS: t.UnixNano(), Digits: digits, From: FromLine})
		}
		return
	}
	if t, ok := p.parseTime(text); ok {
		e.setTime(t)
	}
}

// finish sets what the format says of all its lines, and derives the rest.
func (f *Format) finish(p *Parser, e *Event, get func(string) (string, bool)) {
	if f.config.Event != "" {
		e.Type = f.config.Event
	}
	if f.config.Action != "" {
		e.Action = expand(f.config.Action, get)
	}
	if a := &e.Actor; a.ID == "" && (a.Email != "" || a.Name != "") { // somebody known by name alone
		a.ID = cmp.Or(a.Email, a.Name)
		setDefault(&a.Type, "user")
	}
	if e.Subject.ID != "" && e.Subject.Type == "" {
		e.Subject.Type = "object"
		if noun, _, ok := strings.Cut(e.Action, "."); ok && isCollection(noun) {
			e.Subject.Type = noun // report.exported
		}
	}
	if e.Subject.Type != "" {
		e.AddIdent(IdentEntity, e.Subject.Type, e.Subject.ID)
	}
	typ, action := e.Type, e.Action
	p.finishFields(e)
	if typ != "" {
		e.Type = typ
	}
	if action != "" {
		e.Action = action
	}
	e.Platform.Format = f.config.Name
	if !e.Metadata.Message.IsZero() {
		scanIdents(e, e.Metadata.Message.Plain())
	}
}

// expand replaces each {name} by what get says of it.
func expand(s string, get func(string) (string, bool)) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			break
		}
		end := strings.IndexByte(s[open:], '}')
		if end < 0 {
			break
		}
		b.WriteString(s[:open])
		text, _ := get(s[open+1 : open+end])
		b.WriteString(text)
		s = s[open+end+1:]
	}
	b.WriteString(s)
	return b.String()
}
