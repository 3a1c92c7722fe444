package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/ezlogs/ezlogs/redact"
)

// severity orders findings: errors are said before warnings.
type severity string

const (
	isError   severity = "error"
	isWarning severity = "warning"
)

// finding is one problem of a configuration: where, what, why, and the way out.
type finding struct {
	Severity severity `json:"severity"`
	Code     string   `json:"code"`
	File     string   `json:"file,omitempty"`
	Line     int      `json:"line,omitempty"`   // from 1; 0 when it has no place in a file
	Column   int      `json:"column,omitempty"` // from 1, in characters
	Key      string   `json:"key,omitempty"`
	Text     string   `json:"message"`
	Mark     string   `json:"mark,omitempty"`
	Help     []string `json:"help,omitempty"`
	Note     string   `json:"note,omitempty"`

	source string // text of the line
	width  int    // characters underlined
	fix    *edit
	first  *finding // the earlier of two places (duplicate keys)
}

// edit replaces a piece of a line; check --fix makes it.
type edit struct {
	span
	text string
	doc  string // "renames it"
}

// place puts the finding at a span of src.
func (f *finding) place(file string, lines []string, s span) {
	f.File = file
	if s.line >= len(lines) {
		return
	}
	line := strings.TrimRight(lines[s.line], "\r")
	from, to := min(s.from, len(line)), min(max(s.to, s.from), len(line))
	f.Line, f.Column = s.line+1, utf8.RuneCountInString(line[:from])+1
	f.source, f.width = veil(line), max(1, utf8.RuneCountInString(line[from:to]))
}

// veil hides credentials in text of a configuration, each character behind a star: what is marked below stays in its place,
// and what `check` prints goes to the logs of builds.
func veil(text string) string {
	if !strings.ContainsAny(text, ":=\"") {
		return text
	}
	c := redact.DefaultConfig()
	c.Profile = "secrets-only"
	engine, err := redact.New(c, redact.Key{ID: "k1", Master: redact.NewKey()})
	if err != nil {
		return ""
	}
	r, hidden := engine.Worker(), []byte(text)
	for range 3 { // what is replaced may uncover more
		_, findings := r.Explain(string(hidden))
		for _, f := range findings {
			for i := f.Start; i < min(f.End, len(hidden)) && !f.Miss; i++ {
				hidden[i] = '*'
			}
		}
	}
	var b strings.Builder
	for i, r := range text {
		if hidden[i] == '*' {
			r = '*'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// write prints the finding as people read it.
func (f *finding) write(w io.Writer, p paint) {
	name := p.red(string(f.Severity))
	if f.Severity == isWarning {
		name = p.yellow(string(f.Severity))
	}
	fmt.Fprintf(w, "%s[%s]: %s\n", name, f.Code, f.Text)
	if f.Line == 0 {
		for _, h := range f.Help {
			fmt.Fprintf(w, "  = help: %s\n", h)
		}
		return
	}
	digits := len(fmt.Sprint(f.Line))
	pad := strings.Repeat(" ", digits)
	fmt.Fprintf(w, "%s--> %s:%d:%d\n%s |\n", pad, f.File, f.Line, f.Column, pad)
	if d := f.first; d != nil {
		fmt.Fprintf(w, "%*d | %s\n%s | %s%s first here\n", digits, d.Line, clean(d.source), pad, strings.Repeat(" ", d.Column-1), strings.Repeat("-", d.width))
	}
	fmt.Fprintf(w, "%d | %s\n", f.Line, clean(f.source))
	mark := strings.Repeat(" ", f.Column-1) + p.red(strings.Repeat("^", f.width))
	if f.Mark != "" {
		mark += " " + f.Mark
	}
	fmt.Fprintf(w, "%s | %s\n", pad, mark)
	for _, h := range f.Help {
		fmt.Fprintf(w, "%s = help: %s\n", pad, h)
	}
	if f.Note != "" {
		fmt.Fprintf(w, "%s = note: %s\n", pad, f.Note)
	}
	if f.fix != nil {
		fmt.Fprintf(w, "%s = fix: --fix %s\n", pad, f.fix.doc)
	}
}

// clean makes control characters of a quoted line harmless.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return ' '
		}
		return r
	}, s)
}

// short is the finding on one line, as editors and CI logs take it.
func (f *finding) short() string {
	place := f.File
	if f.Line > 0 {
		place = fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
	}
	if place != "" {
		place += ": "
	}
	return fmt.Sprintf("%s%s: %s [%s]", place, f.Severity, f.Text, f.Code)
}

// writeFindings prints findings in the named form: text, short, json, sarif or github.
func writeFindings(w io.Writer, form string, list []finding, p paint) error {
	switch form {
	case "short":
		for i := range list {
			fmt.Fprintln(w, list[i].short())
		}
	case "json":
		if list == nil {
			list = []finding{}
		}
		return json.NewEncoder(w).Encode(list)
	case "sarif":
		return writeSARIF(w, list)
	case "github":
		for i := range list {
			f := &list[i]
			fmt.Fprintf(w, "::%s file=%s,line=%d,col=%d,title=%s::%s\n", f.Severity, f.File, f.Line, f.Column, f.Code, githubText(f.Text))
		}
	default:
		for i := range list {
			if i > 0 {
				fmt.Fprintln(w)
			}
			list[i].write(w, p)
		}
	}
	return nil
}

func githubText(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// writeSARIF prints the findings in the static analysis interchange format, version 2.1.0.
func writeSARIF(w io.Writer, list []finding) error {
	type object = map[string]any
	results := []object{}
	rules := []object{}
	seen := map[string]bool{}
	for i := range list {
		f := &list[i]
		if !seen[f.Code] {
			seen[f.Code] = true
			rules = append(rules, object{"id": f.Code})
		}
		r := object{"ruleId": f.Code, "level": string(f.Severity), "message": object{"text": f.Text}}
		if f.Line > 0 {
			r["locations"] = []object{{"physicalLocation": object{
				"artifactLocation": object{"uri": f.File},
				"region":           object{"startLine": f.Line, "startColumn": f.Column, "endColumn": f.Column + f.width},
			}}}
		}
		results = append(results, r)
	}
	return json.NewEncoder(w).Encode(object{
		"$schema": "https://json.schemastore.org/sarif-2.1.0.json",
		"version": "2.1.0",
		"runs":    []object{{"tool": object{"driver": object{"name": "ezlogs check", "rules": rules}}, "results": results}},
	})
}

// paint colours words when the stream wants colour.
type paint struct{ on bool }

func (p paint) wrap(code, s string) string {
	if !p.on {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}
func (p paint) red(s string) string    { return p.wrap("31", s) }
func (p paint) yellow(s string) string { return p.wrap("33", s) }
