package cmd

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/urfave/cli/v2"
)

// commonFlags are those of every command that reads configuration.
func commonFlags() []cli.Flag {
	return group("Also", append(profileFlags(),
		&cli.StringFlag{Name: "config", Usage: "configuration `FILE`; else ezlogs.toml in the usual places"},
		&cli.StringFlag{Name: "service", Usage: "`NAME` of the application"},
		&cli.StringFlag{Name: "environment", Usage: "`NAME`, for example production"},
		&cli.StringFlag{Name: "state-dir", Usage: "`DIR` of checkpoints, spool, dead letter and key"},
		&cli.IntFlag{Name: "workers", Usage: "`N` workers; 0 is one for each core"},
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "errors only"},
		&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "say more of what happens inside"},
	)...)
}

// overrides returns the settings that the flags of c give.
func overrides(c *cli.Context) []override {
	var out []override
	for _, m := range []struct{ flag, path string }{
		{"service", "service_name"}, {"environment", "environment"}, {"state-dir", "state_dir"}, {"workers", "performance.workers"},
		{"to", "delivery.to"}, {"compress", "delivery.compression"}, {"admin", "admin.listen"}, {"listen", "input.listen"}, {"from", "input.from"},
		{"drain", "delivery.drain"}, {"sample-rate", "performance.sample_rate"}, {"on-pressure", "delivery.on_full"}, {"profile", "security.profile"},
		{"settle", "debug.settle"}, {"theme", "debug.theme"}, {"tz-lines", "timezone"},
	} {
		if !c.IsSet(m.flag) {
			continue
		}
		o := override{path: m.path, flag: "--" + m.flag}
		switch v := c.Value(m.flag).(type) {
		case cli.StringSlice:
			var list []any
			for _, t := range v.Value() {
				list = append(list, t)
			}
			o.value = list
		default:
			o.value = fmt.Sprint(v)
		}
		out = append(out, o)
	}
	return out
}

// configure loads the configuration of c and refuses one with errors.
func configure(env *Env, c *cli.Context) (*loaded, error) {
	file, _ := findConfig(c.String("config"), env.Getenv)
	l, err := load(file, nil, env.Environ, overrides(c))
	if err != nil {
		return nil, &exitError{status: statusConfig, text: err.Error()}
	}
	if bad := l.errors(); len(bad) > 0 {
		if err := wrongFlags(bad); err != nil && c.Command.Name == "debug" {
			return nil, err
		}
		for i := range bad {
			fmt.Fprintln(env.Stderr, bad[i].short())
		}
		return nil, &exitError{status: statusConfig, text: "the configuration is not valid; `ezlogs check` explains"}
	}
	return l, nil
}

// wrongFlags returns the error for faults that are all of flags, so that no file is to be blamed; nil for others.
func wrongFlags(bad []finding) error {
	x := &exitError{status: statusUsage}
	for i := range bad {
		f := &bad[i]
		if f.File != "" || !strings.HasPrefix(f.Text, "--") {
			return nil
		}
		if i == 0 {
			x.text = f.Text
		} else {
			x.hint = append(x.hint, f.Text)
		}
		x.hint = append(x.hint, f.Help...)
	}
	return x
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// inputPaths returns what to read: the arguments, else the configured paths, else standard input when it is no terminal.
func inputPaths(env *Env, c *cli.Context, l *loaded) ([]string, error) {
	if l.Config.Input.Listen != "" {
		if c.Args().Present() {
			return nil, usagef("--listen takes lines over HTTP; it reads no files beside")
		}
		return []string{"-"}, nil
	}
	if c.Args().Present() {
		return c.Args().Slice(), nil
	}
	if len(l.Config.Input.Paths) > 0 {
		return l.Config.Input.Paths, nil
	}
	if env.Stdin != nil && !isTerminal(env.Stdin) {
		return []string{"-"}, nil
	}
	return nil, nil
}
