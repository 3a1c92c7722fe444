// Command ezlogs turns what applications log into universal events and flows: it ships them without losing one, or shows
// them at a terminal.
package main

import (
	"context"
	"embed"
	"os"
	_ "time/tzdata" // logs name zones, and small images have no zone files

	"github.com/ezlogs/ezlogs/cmd"
)

// demo holds the logs of a made-up shop for `ezlogs debug --demo`.
//
//go:embed testdata/demo/*.log
var demo embed.FS

func main() {
	os.Exit(cmd.Run(context.Background(), &cmd.Env{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(), Demo: demo,
	}))
}
