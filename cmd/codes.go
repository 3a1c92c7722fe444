package cmd

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// codes explains every code that check can report.
var codes = map[string]string{
	"bad-value":        "The value is not one that this key takes.\n  bad:   flush_interval = 30\n  good:  flush_interval = \"30s\"",
	"bad-type":         "The value is of another kind than this key takes.\n  bad:   batch_size = \"1000\"\n  good:  batch_size = 1000",
	"out-of-range":     "The number is outside of what makes sense.\n  bad:   sample_rate = 10\n  good:  sample_rate = 0.1",
	"unknown-key":      "No such key. The file is strict, so that a slip is not silently ignored.\n  bad:   batch_sze = 1000\n  good:  batch_size = 1000",
	"unknown-table":    "No such table.\n  bad:   [colect]\n  good:  [collect]",
	"unknown-variable": "An EZLOGS_* variable that nothing reads, most likely a slip.\n  bad:   EZLOGS_BATCHSIZE=10\n  good:  EZLOGS_PERFORMANCE_BATCH_SIZE=10",
	"renamed":          "A name of an earlier agent. It is taken; the new name is better.",
	"set-twice":        "Two places set the same key. The one with the higher precedence wins: flag, variable, file.",
	"syntax":           "The file is not TOML.\n  bad:   service_name = \"shop\n  good:  service_name = \"shop\"",
	"duplicate-key":    "TOML allows a key once in a table.",
	"bad-regex":        "A regular expression does not compile, or matches everything. RE2 syntax: no look-around.\n  bad:   pattern = '[A-Z{2}'\n  good:  pattern = '[A-Z]{2}'",
	"bad-example":      "An example or test text of a [[format]] or [[rule]] does not do what it should.",
	"no-match":         "No file matches the path now. Files that appear later are found.",
	"plain-http":       "Events would travel unencrypted to another machine.",
	"secret-in-file":   "A secret stands where others can read it.",
	"unreadable":       "A file that is needed cannot be read.",
	"unwritable":       "The state directory cannot be written: positions, spool and key could not be kept.",
	"never-full":       "Fewer events fit in memory than in a batch.",
	"no-redaction":     "Redaction is off.",
	"unreachable":      "A destination did not answer, or not as a receiver of events does.",
}

func findingCodes() []string { return slices.Sorted(maps.Keys(codes)) }

func explainCode(env *Env, code string) error {
	text, ok := codes[code]
	if !ok {
		msg := fmt.Sprintf("there is no code `%s`", code)
		if near := nearest(code, findingCodes()); near != "" {
			msg += fmt.Sprintf("; did you mean `%s`?", near)
		}
		return usagef("%s  (%s)", msg, strings.Join(findingCodes(), ", "))
	}
	_, err := fmt.Fprintf(env.Stdout, "%s\n  %s\n", code, text)
	return err
}
