package cmd

import (
	"strings"

	"github.com/urfave/cli/v2"
)

// manPage returns the manual page of the program, ezlogs(1), made of what help shows.
func manPage(app *cli.App) string {
	var m man
	m.line(`.TH EZLOGS 1 "November 21, 2026" "ezlogs" "User Commands"`)
	m.section("NAME")
	m.text("ezlogs - " + app.Usage)
	m.section("SYNOPSIS")
	m.line(".B ezlogs")
	m.text("COMMAND [flags] [FILE|DIR|GLOB|-]...")
	m.section("DESCRIPTION")
	m.text("ezlogs reads what applications already log: files, a pipe, any mixture of formats. Every line becomes an event; events that belong together " +
		"become a flow: one request with its queries, jobs and mails. Secrets and personal data are replaced before anything leaves the process.")
	m.text("Flags may stand after files. - is standard input. Standard output carries data, standard error diagnosis.")
	m.section("COMMANDS")
	for _, c := range app.Commands {
		m.command("ezlogs ", c)
	}
	for _, topic := range topicNames() {
		title, body, _ := strings.Cut(topics[topic], "\n")
		m.section(strings.ToUpper(title))
		m.verbatim(body)
	}
	m.section("SEE ALSO")
	m.text("https://github.com/ezlogs/ezlogs")
	return m.String()
}

// man builds a page in the macros of man(7).
type man struct {
	strings.Builder
	begun bool // something stands in the section
}

func (m *man) line(s string) { m.WriteString(s + "\n") }

func (m *man) section(name string) {
	m.line(".SH " + roff(name))
	m.begun = false
}

// paragraph begins one, unless the section does.
func (m *man) paragraph() {
	if m.begun {
		m.line(".PP")
	}
	m.begun = true
}

// text writes a paragraph.
func (m *man) text(s string) {
	m.paragraph()
	m.line(roff(s))
}

// verbatim writes lines as they are.
func (m *man) verbatim(s string) {
	m.paragraph()
	m.line(".nf")
	for l := range strings.SplitSeq(strings.TrimRight(s, "\n"), "\n") {
		m.line(roff(l))
	}
	m.line(".fi")
}

// command writes a command with its flags, and those within it.
func (m *man) command(before string, c *cli.Command) {
	if c.Hidden {
		return
	}
	name := before + c.Name
	m.line(".SS " + roff(name))
	m.begun = false
	m.text(upper(c.Usage) + ".")
	if c.UsageText != "" {
		m.verbatim(c.UsageText)
	}
	if c.Description != "" {
		m.verbatim(c.Description)
	}
	for _, f := range c.Flags {
		if v, ok := f.(cli.VisibleFlag); ok && !v.IsVisible() {
			continue
		}
		var names []string
		for _, n := range f.Names() {
			names = append(names, strings.Repeat("-", min(len(n), 2))+n)
		}
		usage, value := "", ""
		if d, ok := f.(cli.DocGenerationFlag); ok {
			usage = d.GetUsage()
			if _, quoted, ok := strings.Cut(usage, "`"); ok && d.TakesValue() {
				value, _, _ = strings.Cut(quoted, "`")
				usage = strings.ReplaceAll(usage, "`"+value+"`", value)
			} else if d.TakesValue() {
				value = "VALUE"
			}
		}
		m.line(".TP")
		m.line(strings.TrimSpace(".B " + roff(strings.Join(names, ", ")) + " " + value))
		m.line(roff(upper(usage) + "."))
	}
	for _, sub := range c.Subcommands {
		m.command(name+" ", sub)
	}
}

// upper returns s with a capital at its beginning.
func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// roff escapes what the formatter would take for its own.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "…", "...", "→", `\(->`, "’", `\(cq`, "“", `\(lq`, "”", `\(rq`, "—", `\(em`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}
