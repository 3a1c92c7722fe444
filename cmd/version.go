package cmd

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"
)

// version is the release; commit and date come from what the Go tool stamped into the binary.
const version = "1.0.0"

type buildInfo struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Date     string `json:"date,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func build() buildInfo {
	b := buildInfo{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Commit = s.Value[:min(7, len(s.Value))]
			case "vcs.time":
				b.Date = s.Value[:min(10, len(s.Value))]
			case "vcs.modified":
				b.Modified = s.Value == "true"
			}
		}
	}
	return b
}

// versionLine is what `ezlogs version` prints behind the name.
func versionLine() string {
	b := build()
	extra := ""
	if b.Commit != "" {
		extra = b.Commit
		if b.Modified {
			extra += "+"
		}
		extra += ", "
	}
	if b.Date != "" {
		extra += b.Date + ", "
	}
	return fmt.Sprintf("%s (%s%s, %s)", b.Version, extra, b.Go, b.Platform)
}

func versionCommand(env *Env) *cli.Command {
	return &cli.Command{
		Name: "version", Usage: "print the version", UsageText: "ezlogs version [--json]",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "as JSON"}},
		Action: func(c *cli.Context) error {
			if c.Bool("json") {
				return json.NewEncoder(env.Stdout).Encode(build())
			}
			_, err := fmt.Fprintln(env.Stdout, "ezlogs "+versionLine())
			return err
		},
	}
}
