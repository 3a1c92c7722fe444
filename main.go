// Command ezlogs turns what applications log into universal events and flows: it ships them without losing one, or shows
// them at a terminal.
package main

import (
	"context"
	"os"

	"github.com/ezlogs/ezlogs/cmd"
)

func main() {
	os.Exit(cmd.Run(context.Background(), &cmd.Env{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(),
	}))
}
