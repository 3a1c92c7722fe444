package cmd

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// demoFiles are the logs of the demo shop.
func demoFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../testdata/demo/*.log")
	if err != nil || len(files) < 5 {
		t.Fatalf("demo: %v %v", files, err)
	}
	return files
}

// once runs the whole pipeline over files into a buffer, with a key and a configuration of the test's.
func once(t testing.TB, cfg *Config, files ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	env := &Env{Stdout: &out, Stderr: io.Discard}
	k := &keys{master: []byte("0123456789abcdef0123456789abcdef")}
	engine, err := newRedaction(cfg, k)
	if err != nil {
		t.Fatal(err)
	}
	names := &namer{secret: k.events(), run: []byte("run"), host: "web-1"}
	enc := func() encoder { return &shipEncoder{redactor: engine.Worker(), maxBytes: 64 << 10} }
	err = runOnce(t.Context(), env, cfg, files, names, bufferSink{&out}, enc, func(path string, err error) { t.Errorf("%s: %v", path, err) })
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

type bufferSink struct{ out *bytes.Buffer }

func (k bufferSink) take(_ context.Context, s *step) error {
	k.out.Write(s.group.Body)
	return nil
}

// TestBugsGiveTheScreenBack holds that what has the screen is told of a bug, which is reported all the same.
func TestBugsGiveTheScreenBack(t *testing.T) {
	t.Parallel()
	told := 0
	for _, broken := range []func(){nil, func() { told++ }} {
		func() {
			defer func() {
				if bug := recover(); bug != "a bug" {
					t.Errorf("recovered %v", bug)
				}
			}()
			defer onBug(broken)
			panic("a bug")
		}()
	}
	func() { defer onBug(func() { told += 10 }) }()
	if told != 1 {
		t.Errorf("told %d", told)
	}
}

func TestOutputDependsOnTheInputAlone(t *testing.T) {
	t.Parallel()
	files := demoFiles(t)
	cfg := defaultConfig()
	cfg.Timezone = "UTC"
	cfg.Performance.Workers = 1
	want := once(t, cfg, files...)
	if len(want) == 0 {
		t.Fatal("no output")
	}
	for _, workers := range []int{1, 2, 8} {
		for _, block := range []int{64, 1000, 4096, 128 << 10} {
			t.Run(fmt.Sprintf("%d workers, blocks of %d", workers, block), func(t *testing.T) {
				t.Parallel()
				cfg := defaultConfig()
				cfg.Timezone = "UTC"
				cfg.Performance.Workers, cfg.blockSize = workers, block
				if got := once(t, cfg, files...); !bytes.Equal(got, want) {
					t.Errorf("output differs: %s", firstDifference(got, want))
				}
			})
		}
	}
}

func firstDifference(got, want []byte) string {
	g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d\n got %s\nwant %s", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

func TestSeveralFilesAreMergedByLogTime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := write(t, dir, "a.log", `{"time":"2026-01-01T00:00:01Z","msg":"a1"}
{"time":"2026-01-01T00:00:04Z","msg":"a2"}
no time of its own
{"time":"2026-01-01T00:00:02Z","msg":"late, stays behind"}
`)
	b := write(t, dir, "b.log", `{"time":"2026-01-01T00:00:03Z","msg":"b1"}
{"time":"2026-01-01T00:00:04Z","msg":"b2"}
{"time":"2026-01-01T00:00:05Z","msg":"b3"}
`)
	empty := write(t, dir, "empty.log", "")
	out := string(once(t, defaultConfig(), a, empty, b))
	// Where a line of text stands that may belong to the record before it is the joiner's affair; the rest is in order.
	for _, order := range [][]string{{`"a1"`, `"b1"`, `"a2"`, `"b2"`, `"b3"`}, {`"a2"`, `no time of its own`, `late, stays behind`, `"b3"`}} {
		at := -1
		for _, want := range order {
			i := strings.Index(out, want)
			if i < at || i < 0 {
				t.Errorf("%s stands at %d, after %d is right:\n%s", want, i, at, out)
			}
			at = i
		}
	}
}

func write(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
