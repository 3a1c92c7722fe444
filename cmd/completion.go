package cmd

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// The library's own completion offers neither values nor files, and panics on a half-typed flag in some settings; these
// scripts are made from the command tree instead.

func completionCommand(env *Env) *cli.Command {
	return &cli.Command{
		Name: "completion", Usage: "print a completion script for bash, zsh, fish or powershell", UsageText: "ezlogs completion bash|zsh|fish|powershell",
		Description: "Examples:\n  source <(ezlogs completion bash)\n  ezlogs completion fish > ~/.config/fish/completions/ezlogs.fish",
		Action: func(c *cli.Context) error {
			write, ok := completions[c.Args().First()]
			if !ok {
				return usagef("completion needs a shell: bash, zsh, fish or powershell")
			}
			write(env.Stdout, c.App)
			return nil
		},
	}
}

var completions = map[string]func(io.Writer, *cli.App){"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion, "powershell": powershellCompletion}

// flagValues lists the words that a flag takes, where they are known.
var flagValues = map[string][]string{
	"layout": {"tree", "lanes", "lines", "story", "card", "list", "profile", "raw", "json"}, "color": {"auto", "always", "never"},
	"theme": {"auto", "light", "dark", "mono", "cvd"}, "time": {"clock", "flow", "delta", "ago"}, "summary": {"auto", "only", "json", "never"},
	"fail-on": {"error", "slow", "n1", "unredacted"}, "compress": {"none", "gzip", "zstd", "lz4"}, "from": {"start", "end"},
	"by": {"session", "actor", "process"}, "sort": {"start", "settle", "duration", "events"}, "progress": {"auto", "tty", "plain", "json", "never"},
	"profile": {"default", "gdpr", "strict", "secrets-only", "off"}, "on-pressure": {"drop_oldest", "drop_newest", "block"},
}

// valuesOf returns the words that a flag of a command takes.
func valuesOf(cmd, flag string) []string {
	switch {
	case flag == "format" && cmd == "check":
		return []string{"text", "short", "json", "sarif", "github"}
	case flag == "format":
		return []string{"text", "junit", "tap"}
	case flag == "explain" && cmd == "check":
		return findingCodes()
	case flag == "profile" && cmd == "debug":
		return nil
	}
	return flagValues[flag]
}

// longFlags lists the flags of a command with their dashes.
func longFlags(flags []cli.Flag) []string {
	var out []string
	for _, f := range flags {
		for _, n := range f.Names() {
			if len(n) > 1 {
				out = append(out, "--"+n)
			}
		}
	}
	out = append(out, "--help")
	slices.Sort(out)
	return out
}

func takesValue(f cli.Flag) bool {
	_, boolean := f.(*cli.BoolFlag)
	return !boolean
}

func bashCompletion(w io.Writer, app *cli.App) {
	fmt.Fprint(w, "_ezlogs() {\n  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd=${COMP_WORDS[1]}\n  COMPREPLY=()\n")
	fmt.Fprintf(w, "  if [ \"$COMP_CWORD\" = 1 ]; then COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")); return; fi\n", strings.Join(commandNames(app.Commands), " "))
	fmt.Fprint(w, "  case \"$cmd $prev\" in\n")
	for _, c := range app.Commands {
		for _, f := range c.Flags {
			for _, n := range f.Names() {
				if v := valuesOf(c.Name, n); len(v) > 0 && takesValue(f) {
					fmt.Fprintf(w, "    '%s --%s') COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")); return ;;\n", c.Name, n, strings.Join(v, " "))
				}
			}
		}
	}
	fmt.Fprint(w, "  esac\n  case \"$cur\" in -*) case \"$cmd\" in\n")
	for _, c := range app.Commands {
		fmt.Fprintf(w, "    %s) COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")); return ;;\n", c.Name, strings.Join(longFlags(c.Flags), " "))
	}
	fmt.Fprint(w, "  esac ;; esac\n  case \"$cmd\" in\n")
	for _, c := range app.Commands {
		if words := argumentWords(c); len(words) > 0 {
			fmt.Fprintf(w, "    %s) COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")); return ;;\n", c.Name, strings.Join(words, " "))
		}
	}
	fmt.Fprint(w, "  esac\n  COMPREPLY=($(compgen -f -- \"$cur\"))\n}\ncomplete -o filenames -F _ezlogs ezlogs\n")
}

// argumentWords returns what may stand behind a command when it is not a file.
func argumentWords(c *cli.Command) []string {
	switch c.Name {
	case "completion":
		return []string{"bash", "zsh", "fish", "powershell"}
	case "help":
		return topicNames()
	}
	return commandNames(c.Subcommands)
}

func zshCompletion(w io.Writer, app *cli.App) {
	fmt.Fprint(w, "#compdef ezlogs\n_ezlogs() {\n  local -a words_; local cmd=$words[2]\n  if (( CURRENT == 2 )); then\n    words_=(")
	for _, c := range app.Commands {
		if !c.Hidden {
			fmt.Fprintf(w, " %s", quoteShell(c.Name+":"+c.Usage))
		}
	}
	fmt.Fprint(w, ")\n    _describe command words_; return\n  fi\n  case \"$cmd $words[CURRENT-1]\" in\n")
	for _, c := range app.Commands {
		for _, f := range c.Flags {
			for _, n := range f.Names() {
				if v := valuesOf(c.Name, n); len(v) > 0 && takesValue(f) {
					fmt.Fprintf(w, "    '%s --%s') compadd %s; return ;;\n", c.Name, n, strings.Join(v, " "))
				}
			}
		}
	}
	fmt.Fprint(w, "  esac\n  if [[ $words[CURRENT] == -* ]]; then case $cmd in\n")
	for _, c := range app.Commands {
		fmt.Fprintf(w, "    %s) compadd -- %s; return ;;\n", c.Name, strings.Join(longFlags(c.Flags), " "))
	}
	fmt.Fprint(w, "  esac; fi\n  case $cmd in\n")
	for _, c := range app.Commands {
		if words := argumentWords(c); len(words) > 0 {
			fmt.Fprintf(w, "    %s) compadd %s; return ;;\n", c.Name, strings.Join(words, " "))
		}
	}
	fmt.Fprint(w, "  esac\n  _files\n}\nif [ \"$funcstack[1]\" = _ezlogs ]; then _ezlogs; else compdef _ezlogs ezlogs; fi\n")
}

func fishCompletion(w io.Writer, app *cli.App) {
	for _, c := range app.Commands {
		if c.Hidden {
			continue
		}
		fmt.Fprintf(w, "complete -c ezlogs -n __fish_use_subcommand -f -a %s -d %s\n", c.Name, quoteShell(c.Usage))
		seen := "'__fish_seen_subcommand_from " + c.Name + "'"
		for _, f := range c.Flags {
			var line strings.Builder
			line.WriteString("complete -c ezlogs -n " + seen)
			for _, n := range f.Names() {
				if len(n) == 1 {
					line.WriteString(" -s " + n)
				} else {
					line.WriteString(" -l " + n)
				}
			}
			if takesValue(f) {
				line.WriteString(" -r")
				if v := valuesOf(c.Name, f.Names()[0]); len(v) > 0 {
					line.WriteString(" -f -a " + quoteShell(strings.Join(v, " ")))
				}
			}
			if d, ok := f.(cli.DocGenerationFlag); ok {
				line.WriteString(" -d " + quoteShell(strings.ReplaceAll(d.GetUsage(), "`", "")))
			}
			fmt.Fprintln(w, line.String())
		}
		if words := argumentWords(c); len(words) > 0 {
			fmt.Fprintf(w, "complete -c ezlogs -n %s -f -a %s\n", seen, quoteShell(strings.Join(words, " ")))
		}
	}
}

func powershellCompletion(w io.Writer, app *cli.App) {
	fmt.Fprint(w, "Register-ArgumentCompleter -Native -CommandName ezlogs -ScriptBlock {\n  param($word, $ast, $position)\n  $parts = $ast.CommandElements | ForEach-Object { $_.ToString() }\n  $cmd = if ($parts.Count -gt 1) { $parts[1] } else { '' }\n  $list = switch ($cmd) {\n")
	for _, c := range app.Commands {
		fmt.Fprintf(w, "    '%s' { '%s' }\n", c.Name, strings.Join(append(longFlags(c.Flags), argumentWords(c)...), "','"))
	}
	fmt.Fprintf(w, "    default { '%s' }\n  }\n  $list | Where-Object { $_ -like \"$word*\" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }\n}\n", strings.Join(commandNames(app.Commands), "','"))
}

func quoteShell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
