package cmd

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/schema"
	"github.com/ezlogs/ezlogs/tailer"
)

// benchLog writes the demo's Go service many times over, and returns the file and its size.
func benchLog(b *testing.B) (name string, text string) {
	b.Helper()
	one, err := os.ReadFile("../testdata/demo/pay.log")
	if err != nil {
		b.Fatal(err)
	}
	text = strings.Repeat(string(one), 8<<20/len(one))
	name = filepath.Join(b.TempDir(), "app.log")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return name, text
}

// BenchmarkPipeline carries a file from text to redacted and encoded events.
func BenchmarkPipeline(b *testing.B) {
	name, text := benchLog(b)
	cfg := defaultConfig()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if len(once(b, cfg, name)) == 0 {
			b.Fatal("no output")
		}
	}
}

// BenchmarkLine carries single lines as they come in live, from text to the encoded event, and reports the time that 95 of 100
// stay below.
func BenchmarkLine(b *testing.B) {
	_, text := benchLog(b)
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	cfg := defaultConfig()
	engine, err := newRedaction(cfg, &keys{master: []byte("0123456789abcdef0123456789abcdef")})
	if err != nil {
		b.Fatal(err)
	}
	o := newOrdered(nil, schema.NewJoiner(cfg.schema()), correlate.New(cfg.correlate()), cfg.keeps(), true, 0)
	w := &worker{parser: schema.NewParser(cfg.schema()), out: &shipEncoder{redactor: engine.Worker(), maxBytes: 64 << 10}}
	src := schema.NewSource("app.log", "app.log", []byte("secret"), []byte("identity"))
	var took []time.Duration
	offset, out := int64(0), 0
	for i := 0; b.Loop(); i++ {
		line := lines[i%len(lines)]
		begin := time.Now()
		c := &chunk{Chunk: &tailer.Chunk{Text: line + "\n", Offset: offset, Ack: new(tailer.Token)}, src: src, now: begin.UnixNano(), events: o.slabs.take()}
		w.parse(c)
		s := o.step(c)
		w.encode(s)
		out += len(s.group.Body)
		o.slabs.put(s)
		took = append(took, time.Since(begin))
		offset += int64(len(line)) + 1
	}
	if out == 0 {
		b.Fatal("no output")
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100])/1e3, "p95-µs")
}
