package cmd

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/ezlogs/ezlogs/"

// doors names, for every package of others, the packages of ours that may import it. Compression stands where files or
// bodies are read and written; cmd decompresses what agents post to it.
var doors = map[string][]string{
	"github.com/nxadm/tail":         {"tailer"},
	"github.com/fsnotify/fsnotify":  {"tailer"},
	"github.com/tidwall/gjson":      {"schema"},
	"github.com/fatih/color":        {"debugview"},
	"github.com/gdamore/tcell":      {"debugview"},
	"github.com/mattn/go-runewidth": {"debugview"},
	"github.com/rivo/uniseg":        {"debugview"},
	"golang.org/x/term":             {"debugview", "cmd"},
	"github.com/urfave/cli":         {"cmd"},
	"github.com/BurntSushi/toml":    {"cmd"},
	"github.com/pierrec/lz4":        {"ship", "tailer", "debugview"},
	"github.com/klauspost/compress": {"ship", "tailer", "debugview", "cmd"},
	"golang.org/x/sys":              {"tailer", "ship", "cmd"},
}

// ours says which packages of ours each of them may import.
var ours = map[string][]string{
	"tailer": {}, "schema": {}, "ship": {},
	"redact": {"schema"}, "correlate": {"schema"}, "debugview": {"schema"},
	"cmd": {"tailer", "schema", "redact", "correlate", "ship", "debugview"},
}

func TestImports(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	seen := map[string]bool{}
	for dec.More() {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, known := ours[name]
		if !known {
			continue // main and contrib
		}
		for _, i := range p.Imports {
			own, isOurs := strings.CutPrefix(i, module)
			switch {
			case isOurs && !slices.Contains(allowed, own):
				t.Errorf("%s imports %s", name, own)
			case !isOurs && strings.Contains(strings.SplitN(i, "/", 2)[0], "."):
				if door := doorOf(i); door == "" {
					t.Errorf("%s imports %s, which has no door", name, i)
				} else if seen[door] = true; !slices.Contains(doors[door], name) {
					t.Errorf("%s imports %s, whose doors are %v", name, i, doors[door])
				}
			}
		}
	}
	for _, want := range []string{"github.com/tidwall/gjson", "github.com/urfave/cli", "github.com/BurntSushi/toml", "github.com/pierrec/lz4"} {
		if !seen[want] {
			t.Errorf("nothing imports %s", want)
		}
	}
}

func doorOf(path string) string {
	for d := range doors {
		if path == d || strings.HasPrefix(path, d+"/") {
			return d
		}
	}
	return ""
}
