package schema_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/schema"
)

// BenchmarkText parses the corpus of each text format, line by line.
func BenchmarkText(b *testing.B) {
	for _, name := range []string{
		"access/common", "celery/worker", "dotnet/text", "envoy/text", "go/text", "haproxy/text", "jvm/patterns", "monolog/line",
		"nginx/error", "node/text", "postgres/csv", "postgres/text", "python/logging", "spring/boot", "text/foreign",
	} {
		text, err := os.ReadFile(goldenDir + "/" + name + ".log")
		if err != nil {
			b.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		b.Run(name, func(b *testing.B) {
			p := schema.NewParser(schema.Config{Location: time.UTC})
			p.Start(nil, goldenNow)
			var events []schema.Event
			b.SetBytes(int64(len(text) / len(lines)))
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				events = p.Parse(events[:0], lines[i], 0, nil)
				if i++; i == len(lines) {
					i = 0
				}
			}
		})
	}
}
