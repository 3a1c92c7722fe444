package cmd

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write golden files and README's example again")

// TestREADMEOpensWithWhatTheProgramPrints holds the first screen of README: the lines, and the flow they become.
func TestREADMEOpensWithWhatTheProgramPrints(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../testdata/readme/*.log")
	if err != nil || len(files) != 5 {
		t.Fatal(files, err)
	}
	var lines []string
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			if len(line) > 118 {
				line = line[:115] + "…\n"
			}
			lines = append(lines, line)
		}
	}
	order := []string{"203.0", "D, [", "I, [2026-11-20T14:02:11", `{"time"`, "I, [2026-11-20T14:02:13", "time="}
	slices.SortFunc(lines, func(a, b string) int { return begins(order, a) - begins(order, b) })
	var out bytes.Buffer
	env := &Env{Args: append([]string{"debug", "--utc", "--width", "100", "--quiet"}, files...), Stdout: &out, Stderr: os.Stderr,
		Environ: []string{"EZLOGS_SECURITY_KEY=" + strings.Repeat("0123456789abcdef", 4), "EZLOGS_TIMEZONE=UTC"}}
	if status := Run(context.Background(), env); status != 0 {
		t.Fatalf("status %d", status)
	}
	b, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	want := fence(fence(string(b), "lines", strings.Join(lines, "")), "flow", strings.TrimRight(out.String(), "\n")+"\n")
	if *update {
		if err := os.WriteFile("../README.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(b) != want {
		t.Errorf("README does not open with what the program prints: %s", firstDifference(b, []byte(want)))
	}
}

func begins(order []string, line string) int {
	return slices.IndexFunc(order, func(p string) bool { return strings.HasPrefix(line, p) })
}

// fence replaces the code block behind <!-- name -->.
func fence(text, name, code string) string {
	mark := "<!-- " + name + " -->\n```\n"
	i := strings.Index(text, mark) + len(mark)
	j := i + strings.Index(text[i:], "```\n")
	return text[:i] + code + text[j:]
}
