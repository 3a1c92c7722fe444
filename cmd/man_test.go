package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// TestManPage keeps contrib/man/ezlogs.1 as `ezlogs help man` prints it, with every flag there is.
func TestManPage(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	env := &Env{Args: []string{"help", "man"}, Stdout: &out, Stderr: &out}
	if status := Run(t.Context(), env); status != 0 {
		t.Fatalf("status %d: %s", status, out.String())
	}
	const name = "../contrib/man/ezlogs.1"
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Errorf("%s is out of date, -update writes it: %s", name, firstDifference(out.Bytes(), want))
	}
	page := strings.ReplaceAll(string(want), `\-`, "-")
	var look func(c *cli.Command)
	look = func(c *cli.Command) {
		for _, f := range c.Flags {
			if v, ok := f.(cli.VisibleFlag); ok && v.IsVisible() && !strings.Contains(page, "--"+f.Names()[0]) {
				t.Errorf("--%s of %s is not in the manual page", f.Names()[0], c.Name)
			}
		}
		for _, s := range c.Subcommands {
			look(s)
		}
	}
	for _, c := range newApp(env).Commands {
		look(c)
	}
}
