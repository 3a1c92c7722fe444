package schema_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/schema"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// goldenNow is the moment at which golden files are read.
var goldenNow = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

const goldenDir = "../testdata/lines"

// events reads text as a file of that name and returns the events it becomes.
func events(name, text string) []byte {
	config := schema.Config{Location: time.UTC}
	p, j := schema.NewParser(config), schema.NewJoiner(config)
	p.Start(schema.NewSource(name, filepath.Base(name), []byte("golden"), []byte(filepath.Base(name))), goldenNow)
	var out []byte
	emit := func(e *schema.Event) { out = append(schema.AppendJSON(out, e), '\n') }
	var all []schema.Event
	offset := int64(0)
	for line := range strings.Lines(text) {
		all = p.Parse(all, strings.TrimSuffix(line, "\n"), offset, nil)
		offset += int64(len(line))
	}
	for i := range all {
		j.Push(&all[i], emit)
	}
	j.Flush(emit)
	return out
}

// TestGolden reads every log of the corpus, testdata/lines/FORMAT/CASE.log, and compares what it becomes with
// CASE.golden.jsonl beside it.
func TestGolden(t *testing.T) {
	t.Parallel()
	logs, err := filepath.Glob(goldenDir + "/*/*.log")
	if err != nil || len(logs) == 0 {
		t.Fatalf("no corpus in %s: %v", goldenDir, err)
	}
	for _, log := range logs {
		t.Run(strings.TrimPrefix(strings.TrimSuffix(log, ".log"), goldenDir+"/"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			got := events(log, string(text))
			golden := strings.TrimSuffix(log, ".log") + ".golden.jsonl"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			g, w := bytes.SplitAfter(got, []byte("\n")), bytes.SplitAfter(want, []byte("\n"))
			for i := range max(len(g), len(w)) {
				if i >= len(g) || i >= len(w) || !bytes.Equal(g[i], w[i]) {
					t.Fatalf("event %d:\n got %s\nwant %s", i+1, at(g, i), at(w, i))
				}
			}
		})
	}
}

func at(lines [][]byte, i int) []byte {
	if i < len(lines) {
		return bytes.TrimSuffix(lines[i], []byte("\n"))
	}
	return []byte("(none)")
}
