// Package cmd is the command line of ezlogs: configuration, composition of the other packages, signals, exit status,
// own log and health. What a line means, where it goes and how it looks is decided elsewhere.
package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// Exit statuses, as documented in README.
const (
	statusDone   = 0
	statusFailed = 1
	statusUsage  = 2
	statusConfig = 3
	statusUnmet  = 4 // an expectation, --fail-on or redact --check

	statusTerminated = 143 // 128 and SIGTERM
)

// Env is what the program finds around it. Tests put their own in.
type Env struct {
	Args    []string // without the program's name
	Stdin   *os.File
	Stdout  io.Writer
	Stderr  io.Writer
	Environ []string
	Demo    fs.FS // logs that `debug --demo` shows; nil has none
}

// Getenv returns a variable of the environment, "" when it is not set.
func (e *Env) Getenv(name string) string {
	for _, kv := range slices.Backward(e.Environ) {
		if k, v, _ := strings.Cut(kv, "="); k == name {
			return v
		}
	}
	return ""
}

// exitError ends the program with a status and without a further word when text is empty.
type exitError struct {
	status int
	text   string
	hint   []string
}

func (e *exitError) Error() string { return e.text }

func usagef(format string, args ...any) error {
	return &exitError{status: statusUsage, text: fmt.Sprintf(format, args...)}
}

// Run runs the command that the arguments name and returns the exit status.
func Run(ctx context.Context, env *Env) int {
	status := run(ctx, env)
	sayStatus(env, status)
	return status
}

func run(ctx context.Context, env *Env) int {
	app := newApp(env)
	args, err := hoist(app, env.Args)
	switch asked, _ := errors.AsType[*asked](err); {
	case asked == nil:
	case asked.version:
		fmt.Fprintln(env.Stdout, "ezlogs "+versionLine())
		return statusDone
	case asked.command != nil:
		cli.HelpPrinter(env.Stdout, asked.command.CustomHelpTemplate, asked.command)
		return statusDone
	default:
		cli.HelpPrinter(env.Stdout, appHelp, app)
		return statusDone
	}
	if err == nil {
		err = app.RunContext(ctx, append([]string{"ezlogs"}, args...))
	}
	if err == nil {
		return statusDone
	}
	if x, ok := errors.AsType[*exitError](err); ok {
		if x.status == statusDone {
			return statusDone
		}
		if x.text != "" {
			fmt.Fprintf(env.Stderr, "ezlogs: %s\n", x.text)
		}
		for _, h := range x.hint {
			fmt.Fprintf(env.Stderr, "  %s\n", h)
		}
		return x.status
	}
	fmt.Fprintf(env.Stderr, "ezlogs: %v\n", err)
	return statusFailed
}

// newApp builds the command tree.
func newApp(env *Env) *cli.App {
	app := commandTree(env)
	var all []*cli.Command
	for _, c := range app.Commands {
		all = append(append(all, c), c.Subcommands...)
	}
	for _, c := range all {
		c.OnUsageError = onUsageError
		c.HideHelp = true
		for _, f := range c.Flags {
			if f, ok := f.(*cli.BoolFlag); ok {
				f.DisableDefaultText = true
			}
		}
		c.CustomHelpTemplate = commandHelp + flagHelp(c.Flags)
	}
	return app
}

func commandTree(env *Env) *cli.App {
	return &cli.App{
		Name:            "ezlogs",
		Usage:           "turns what applications log into events and flows; ships them, or shows them",
		UsageText:       "ezlogs COMMAND [flags] [FILE|DIR|GLOB|-]...",
		Version:         versionLine(),
		Writer:          env.Stdout,
		ErrWriter:       env.Stderr,
		Reader:          env.Stdin,
		HideHelpCommand: true,
		// The library's own flags for help and version are shared by all that it runs in a process; hoist takes these two.
		HideHelp: true, HideVersion: true,
		CustomAppHelpTemplate:     appHelp,
		DisableSliceFlagSeparator: true,                         // a comma in --where is part of the expression
		ExitErrHandler:            func(*cli.Context, error) {}, // Run maps errors to statuses
		OnUsageError:              onUsageError,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return unknownCommand(c.App, c.Args().First())
			}
			cli.HelpPrinter(env.Stdout, appHelp, c.App)
			return nil
		},
		Commands: []*cli.Command{
			shipCommand(env), debugCommand(env), checkCommand(env), redactCommand(env), explainCommand(env), statusCommand(env), spoolCommand(env), dlqCommand(env), completionCommand(env), helpCommand(env), versionCommand(env),
		},
	}
}

// onUsageError says in one line what is wrong with the flags.
func onUsageError(c *cli.Context, err error, _ bool) error {
	text := err.Error()
	if m := wrongNumber.FindStringSubmatch(text); m != nil {
		return usagef("--%s %s: expected a whole number", m[2], m[1])
	}
	if at := strings.Index(text, "for flag -"); at >= 0 {
		text = text[:at] + "for --" + strings.TrimPrefix(text[at+len("for flag -"):], "-")
	}
	return usagef("%s", text)
}

// wrongNumber is how the library says that a flag's value is no number.
var wrongNumber = regexp.MustCompile(`^invalid value "(.*)" for flag -(\S+): parse error$`)

func unknownCommand(app *cli.App, name string) error {
	names := commandNames(app.Commands)
	text := fmt.Sprintf("no command `%s`", name)
	if near := nearest(name, names); near != "" {
		text += fmt.Sprintf("; did you mean `%s`?", near)
	}
	return usagef("%s  (%s)", text, strings.Join(names, ", "))
}

func commandNames(list []*cli.Command) []string {
	var names []string
	for _, c := range list {
		if !c.Hidden {
			names = append(names, c.Name)
		}
	}
	return names
}

// asked ends hoist where help or the version was asked for.
type asked struct {
	command *cli.Command // nil is the program
	version bool
}

func (*asked) Error() string { return "help was asked for" }

// hoist moves flags that stand behind files to the front, where the library looks for them, and refuses unknown ones with
// a suggestion. "--" ends flags; "-" is a file.
func hoist(app *cli.App, args []string) ([]string, error) {
	var path, flags, files []string
	var current *cli.Command
	commands, known, at := app.Commands, app.Flags, "ezlogs"
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "--":
			files = append(files, args[i+1:]...)
			i = len(args)
		case len(a) < 2 || a[0] != '-':
			if cmd := findCommand(commands, a); cmd != nil && len(files) == 0 {
				path = append(append(path, flags...), a)
				flags = nil
				current, commands, known, at = cmd, cmd.Subcommands, cmd.Flags, at+" "+cmd.Name
				continue
			}
			files = append(files, a)
		default:
			name, _, valued := strings.Cut(strings.TrimLeft(a, "-"), "=")
			f := findFlag(known, name)
			switch {
			case f != nil:
			case name == "help" || name == "h":
				return nil, &asked{command: current}
			case current == nil && (name == "version" || name == "V"):
				return nil, &asked{version: true}
			default:
				return nil, unknownFlag(known, a, name, at)
			}
			flags = append(flags, a)
			if _, boolean := f.(*cli.BoolFlag); !boolean && !valued {
				if i+1 == len(args) {
					return nil, usagef("--%s needs a value", name)
				}
				i++
				flags = append(flags, args[i])
			}
		}
	}
	out := append(path, flags...)
	if len(files) > 0 {
		out = append(append(out, "--"), files...)
	}
	return out, nil
}

func unknownFlag(known []cli.Flag, arg, name, at string) error {
	var names []string
	for _, f := range known {
		for _, n := range f.Names() {
			if len(n) > 1 {
				names = append(names, n)
			}
		}
	}
	dashes := arg[:len(arg)-len(strings.TrimLeft(arg, "-"))]
	text := fmt.Sprintf("no flag %s%s for `%s`", dashes, name, at)
	if near := nearest(name, names); near != "" {
		text += "; did you mean --" + near + "?"
	} else {
		text += "; see `" + at + " --help`"
	}
	return usagef("%s", text)
}

func findCommand(list []*cli.Command, name string) *cli.Command {
	for _, c := range list {
		if c.Name == name || slices.Contains(c.Aliases, name) {
			return c
		}
	}
	return nil
}

func findFlag(list []cli.Flag, name string) cli.Flag {
	for _, f := range list {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}
