package cmd

import (
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"
)

// group puts flags under a heading of the help. Flags without one come first.
func group(title string, flags ...cli.Flag) []cli.Flag {
	for _, f := range flags {
		switch f := f.(type) {
		case *cli.BoolFlag:
			f.Category = title
		case *cli.StringFlag:
			f.Category = title
		case *cli.StringSliceFlag:
			f.Category = title
		case *cli.IntFlag:
			f.Category = title
		}
	}
	return flags
}

// The columns of flags in a help text. A flag that is wider has its description on the next line.
const (
	helpWidth  = 100
	helpColumn = 28
)

// flagHelp returns the flags of a command as its help lists them: under their headings, at most 100 characters a line.
func flagHelp(flags []cli.Flag) string {
	var titles []string
	text := map[string]*strings.Builder{}
	add := func(title, left, right string) {
		b := text[title]
		if b == nil {
			b = &strings.Builder{}
			text[title] = b
			titles = append(titles, title)
		}
		line := "  " + left
		if pad := helpColumn - utf8.RuneCountInString(line); pad > 0 {
			line += strings.Repeat(" ", pad)
		} else {
			b.WriteString(line + "\n")
			line = strings.Repeat(" ", helpColumn)
		}
		width, empty := helpColumn, true
		for word := range strings.FieldsSeq(right) {
			n := utf8.RuneCountInString(word)
			if !empty && width+1+n > helpWidth {
				b.WriteString(line + "\n")
				line, width, empty = strings.Repeat(" ", helpColumn), helpColumn, true
			}
			if !empty {
				line += " "
				width++
			}
			line += word
			width, empty = width+n, false
		}
		b.WriteString(line + "\n")
	}
	for _, f := range flags {
		d, ok := f.(cli.DocGenerationFlag)
		if v, hides := f.(cli.VisibleFlag); !ok || hides && !v.IsVisible() {
			continue
		}
		title := "Flags"
		if c, ok := f.(cli.CategorizableFlag); ok && c.GetCategory() != "" {
			title = c.GetCategory()
		}
		left, right := flagWords(f, d)
		add(title, left, right)
	}
	last := "Flags"
	if len(titles) > 0 {
		last = titles[len(titles)-1]
	}
	add(last, "-h, --help", "show help")
	var b strings.Builder
	for _, title := range titles {
		b.WriteString("\n" + title + ":\n" + text[title].String())
	}
	return b.String()
}

// flagWords returns the names of a flag with the name of its value, and what it does.
func flagWords(f cli.Flag, d cli.DocGenerationFlag) (left, right string) {
	left = "    "
	for _, n := range f.Names() {
		if len(n) == 1 {
			left = "-" + n + ", "
		}
	}
	left += "--" + f.Names()[0]
	right = d.GetUsage()
	if !d.TakesValue() {
		return left, right
	}
	value := "NAME"
	if _, quoted, ok := strings.Cut(right, "`"); ok {
		if value, _, ok = strings.Cut(quoted, "`"); ok {
			right = strings.ReplaceAll(right, "`"+value+"`", value)
		}
	}
	if def := strings.Trim(d.GetDefaultText(), `"`); def != "" && def != "0" && !strings.Contains(right, "default") {
		right += " (default " + def + ")"
	}
	return left + " " + value, right
}
