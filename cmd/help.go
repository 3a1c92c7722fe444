package cmd

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// appHelp is the first thing people see.
const appHelp = `ezlogs turns what applications log into events and flows: it ships them, or shows them.

Usage:  ezlogs COMMAND [flags] [FILE|DIR|GLOB|-]...

Try:
  ezlogs debug log/production.log               flows at a terminal; nothing to set up
  app | ezlogs ship --to https://HOST/events    deliver what an app prints, redacted

Commands:
{{range .VisibleCommands}}  {{printf "%-11s" .Name}} {{.Usage}}
{{end}}
More: ezlogs COMMAND --help, ezlogs help config|exit-codes|flows|colors|where
`

// commandHelp is the help of a command: a sentence, examples. Its flags follow, see flagHelp.
const commandHelp = `ezlogs {{.Name}} — {{.Usage}}

Usage:  {{.UsageText}}
{{if .Description}}
{{.Description}}
{{end}}{{if .VisibleCommands}}
Commands:
{{range .VisibleCommands}}  {{printf "%-11s" .Name}} {{.Usage}}
{{end}}{{end}}`

func helpCommand(env *Env) *cli.Command {
	return &cli.Command{
		Name: "help", Usage: "explain a command or a topic: config, exit-codes, flows, colors, where", UsageText: "ezlogs help [COMMAND|TOPIC]",
		Action: func(c *cli.Context) error {
			name := c.Args().First()
			if name == "" {
				cli.HelpPrinter(env.Stdout, appHelp, c.App)
				return nil
			}
			if name == "man" {
				_, err := fmt.Fprint(env.Stdout, manPage(c.App))
				return err
			}
			if text, ok := topics[name]; ok {
				_, err := fmt.Fprint(env.Stdout, text)
				return err
			}
			if cmd := findCommand(c.App.Commands, name); cmd != nil {
				cli.HelpPrinter(env.Stdout, cmd.CustomHelpTemplate, cmd)
				return nil
			}
			text := fmt.Sprintf("there is no help on `%s`", name)
			if near := nearest(name, append(topicNames(), commandNames(c.App.Commands)...)); near != "" {
				text += fmt.Sprintf("; did you mean `%s`?", near)
			}
			return usagef("%s  (%s)", text, strings.Join(topicNames(), ", "))
		},
	}
}

func topicNames() []string { return slices.Sorted(maps.Keys(topics)) }

// topics are what `ezlogs help TOPIC` prints.
var topics = map[string]string{
	"exit-codes": `Exit status
  0    done; also when the reader of the output has gone, and on the first Ctrl-C while following
  1    could not do it: a file, the network, or with --strict events that were not delivered
  2    wrong use: a flag, an expression, nothing to read
  3    the configuration is not valid
  4    an expectation was not met: --expect, --fail-on, redact --check
  130  second Ctrl-C
  143  SIGTERM while debug was showing flows; ship delivers what it can and ends with 0
`,
	"config": `Configuration
  One TOML file, all of it optional. The first that exists is used:
    --config FILE, $EZLOGS_CONFIG, ./ezlogs.toml, ./config/ezlogs.toml, $XDG_CONFIG_HOME/ezlogs/ezlogs.toml, /etc/ezlogs/ezlogs.toml
  Precedence: default < file < environment < flag. The variable of performance.batch_size is EZLOGS_PERFORMANCE_BATCH_SIZE.
  ezlogs check --init         a commented file with every key
  ezlogs check --show-config  every value, and where it comes from
`,
	"flows": `Flows
  A flow is everything that one trigger set off: a request with its queries, its jobs and their mails, over files and hosts.
  Its name is a hash of its strongest id (trace, correlation, request, job), so machines that never met agree on it.
  Lines are tied by: an id on the line; an id seen beside it; the open request of their thread; a random business value or a
  session seen moments ago. correlation.link says which, correlation.confidence how sure. [correlation] infer switches the
  last three off. When ids turn out to be one flow, a flow.merged event says so: readers unite the names it lists.
  ezlogs debug --why LINE FILE shows how one line was linked.
`,
	"colors": `Colour: the first rule that applies
  --color always|never  >  NO_COLOR not empty  >  CLICOLOR_FORCE or FORCE_COLOR not empty and not 0
  >  TERM=dumb  >  is the stream a terminal?
  --theme auto, light, dark, mono (bold, dim and underline only), cvd (no red and green pair)
`,
	"where": `Expressions of --where
  status>=500 and service=shop-web       not, and, or, parentheses
  = != < <= > >=   ~ contains (case does not count)   ~~ regular expression   in (a, b)   exists(field)
  fields: status, duration, action, service, user, kind, error, or a path such as metadata.fields.plan
  of the whole flow: flow.duration flow.events flow.state flow.root flow.n1
  values: word, "text", 12.5, 500ms, 2KiB, true, null, @file (one value a line)
  timestamp >= 2026-11-20T14:02:11       UTC unless it says otherwise; --since and --until take times of day and -15m
  field? also keeps events without the field
`,
}
