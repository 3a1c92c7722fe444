package cmd

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/urfave/cli/v2"
)

// TestFlagHelp holds that every flag of every command is in its help, under its heading, in lines that fit a terminal.
func TestFlagHelp(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	app := newApp(&Env{Stdout: &out, Stderr: &out})
	var look func(list []*cli.Command)
	look = func(list []*cli.Command) {
		for _, c := range list {
			text := flagHelp(c.Flags)
			for l := range strings.SplitSeq(text, "\n") {
				if utf8.RuneCountInString(l) > helpWidth {
					t.Errorf("%s: %q is too long", c.Name, l)
				}
			}
			for _, f := range c.Flags {
				v, ok := f.(cli.VisibleFlag)
				if shown := strings.Contains(text, " --"+f.Names()[0]+" ") || strings.Contains(text, " --"+f.Names()[0]+"\n"); ok && shown != v.IsVisible() {
					t.Errorf("%s: --%s is shown: %v", c.Name, f.Names()[0], shown)
				}
			}
			look(c.Subcommands)
		}
	}
	look(app.Commands)
	got := flagHelp(append(group("Look",
		&cli.StringFlag{Name: "layout", Aliases: []string{"l"}, Value: "tree", Usage: "tree or lines"},
		&cli.StringSliceFlag{Name: "where-everything-is-said", Usage: "`EXPR`, repeatable"},
		&cli.IntFlag{Name: "width", Usage: "`N` cells"},
		&cli.BoolFlag{Name: "secret", Hidden: true},
	), &cli.BoolFlag{Name: "tail", Usage: strings.Repeat("word ", 16) + "end"}))
	want := `
Look:
  -l, --layout NAME         tree or lines (default tree)
      --where-everything-is-said EXPR
                            EXPR, repeatable
      --width N             N cells

Flags:
      --tail                word word word word word word word word word word word word word word
                            word word end
  -h, --help                show help
`
	if got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
}
