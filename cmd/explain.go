package cmd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/ezlogs/ezlogs/redact"
	"github.com/ezlogs/ezlogs/schema"
)

func explainCommand(env *Env) *cli.Command {
	return &cli.Command{
		Name:      "explain",
		Usage:     "say how lines are read: the format, which rule gave each field, what was not recognised",
		UsageText: "ezlogs explain [flags] [FILE[:LINE]|-]",
		Description: `Examples:
  ezlogs explain app.log:12          one line
  tail -1 app.log | ezlogs explain   the last one`,
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "also print the event"},
			&cli.IntFlag{Name: "lines", Value: 10, Usage: "explain `N` lines at most"},
		}, commonFlags()...),
		Action: func(c *cli.Context) error { return runExplain(env, c) },
	}
}

// runExplain explains lines. Values are shown after redaction.
func runExplain(env *Env, c *cli.Context) error {
	l, err := configure(env, c)
	if err != nil {
		return err
	}
	name, line := "-", 0
	if c.Args().Present() {
		name = c.Args().First()
		if i := strings.LastIndexByte(name, ':'); i > 0 {
			if n, err := strconv.Atoi(name[i+1:]); err == nil && n > 0 {
				name, line = name[:i], n
			}
		}
	} else if isTerminal(env.Stdin) {
		return &exitError{status: statusUsage, text: "explain reads a line of a file or a pipe, and got neither.", hint: []string{"try   ezlogs explain app.log:12"}}
	}
	in := io.Reader(env.Stdin)
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return noSuchFile(err, []string{name})
		}
		defer f.Close()
		in = f
	}
	k, err := loadKeys(l.Config, keyDir(l, env), env.Getenv)
	if err != nil {
		return err
	}
	engine, err := newRedaction(l.Config, k)
	if err != nil {
		return err
	}
	x := &explainer{out: env.Stdout, parser: schema.NewParser(l.Config.schema()), redactor: engine.Worker(), json: c.Bool("json")}
	x.parser.Start(nil, time.Unix(0, readTime(name)))
	r := bufio.NewReaderSize(in, 64<<10)
	header := ""
	for n, left := 1, c.Int("lines"); left > 0; n++ {
		text, _, err := readLine(r, int(l.Config.Input.MaxLineSize))
		if text == "" && errors.Is(err, io.EOF) {
			if line > 0 || n == 1 {
				return usagef("%s has %s", name, count(n-1, "line"))
			}
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if strings.HasPrefix(text, "#") && len(header) < 64<<10 { // of a W3C log: what its columns are
			header += strings.TrimRight(text, "\r\n") + "\n"
			src := &schema.Source{}
			src.Describe(header)
			x.parser.Start(src, time.Unix(0, readTime(name)))
		}
		if line == 0 || line == n {
			if err := x.line(fmt.Sprintf("%s:%d", name, n), text); err != nil {
				return outputError(err)
			}
			left--
		}
		if line == n {
			return nil
		}
	}
	return nil
}

type explainer struct {
	out      io.Writer
	parser   *schema.Parser
	redactor *redact.Redactor
	json     bool
}

func (x *explainer) line(place, text string) error {
	for _, e := range x.parser.Explain(text) {
		format := e.Format
		if e.Carrier {
			format += ", inside a carrier"
		}
		fmt.Fprintf(x.out, "%s  %s\n", place, format)
		if e.Role != "" {
			fmt.Fprintf(x.out, "  line         %s\n", e.Role)
		}
		for _, f := range e.Fields {
			key := f.Path[strings.LastIndexByte(f.Path, '.')+1:]
			value, _ := x.redactor.JSON(key, f.Value)
			fmt.Fprintf(x.out, "  %-28s %-40s %s\n", f.Path, clean(value), f.Rule)
		}
		if len(e.Unknown) > 0 {
			fmt.Fprintf(x.out, "  not recognised, kept as it is: %s\n", clean(strings.Join(e.Unknown, ", ")))
		}
		if x.json {
			js, _ := x.redactor.JSON("", string(e.JSON))
			if _, err := fmt.Fprintf(x.out, "  %s\n", js); err != nil {
				return err
			}
		}
	}
	return nil
}
