package redact_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/redact"
)

// typical are clean lines of common formats.
var typical = []string{
	`{"time":"2025-06-12T03:36:04.436Z","level":"info","service":"checkout","msg":"order accepted","order_id":"ord_8812","items":3,"total":41.5,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","duration_ms":12.5}`,
	`10.0.0.197 - - [08/May/2025:18:03:11 +0000] "GET /api/items?page=2&sort=price HTTP/1.1" 200 1043 "https://shop.example/items" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.71 Safari/537.36"`,
	`time=2025-06-12T03:36:04.436Z level=INFO msg="cache refreshed" region=eu-west-1 entries=4811 elapsed=83ms node=worker-7f9c4d-x2x9k attempt=1`,
	`I, [2025-01-21T10:30:00.150123 #4711]  INFO -- : [6f1c8f4e-2f0b-4d4e-9a51-1d3f4f3a6d1c] Completed 200 OK in 45ms (Views: 12.1ms | ActiveRecord: 8.3ms | Allocations: 10231)`,
	`2025-01-21 10:30:00,150 DEBUG [http-nio-8080-exec-3] c.e.shop.CatalogService - loaded 128 products for category shoes in 14 ms`,
	`Jan 21 10:30:00 web-1 kernel: [123456.789012] eth0: link up, 1000Mbps, full-duplex, lpa 0xC5E1`,
}

func BenchmarkClean(b *testing.B) {
	r := newWorker(b, redact.DefaultConfig())
	n := 0
	for _, l := range typical {
		n += len(l)
	}
	b.SetBytes(int64(n))
	b.ReportAllocs()
	for b.Loop() {
		for _, l := range typical {
			if _, changed := r.Line(l); changed {
				b.Fatal("a clean line was changed")
			}
		}
	}
}

// adversarial are lines made to be slow, 1 MB each.
func adversarial() map[string]string {
	fill := func(s string) string { return strings.Repeat(s, 1<<20/len(s)) }
	return map[string]string{
		"at":          fill("@"),
		"digits":      fill("7"),
		"digitGroups": fill("4111 "),
		"password":    fill(`"password":"`),
		"brackets":    strings.Repeat("[", 10_000) + fill(`x`) + strings.Repeat("]", 10_000),
		"keys":        fill(`token:`),
		"braces":      fill(`{"password":`),
		"quotes":      fill(`"`),
		"backslashes": fill(`\`),
		"local":       fill("a.b@"),
		"urls":        fill("x://"),
		"options":     "curl mysql " + fill(" -u"),
		"dashes":      fill("-----BEGIN "),
		"equals":      fill("a="),
		"base64":      fill("QUJD"),
		"less":        fill("<a>"),
		"apostrophes": fill("password='a"),
		"labels":      fill("phone "),
		"ends":        fill("-----END PRIVATE KEY-----"),
		"insert":      fill("(password) values ('"),
		"plus":        fill("+1 "),
		"percent":     fill("%25"),
		"codes":       fill("code=aB3dE5gH7jK9&"),
		"web keys":    fill(`"d":"aB3dE5gH7jK9aB3dE5gH7",`),
		"arrows":      fill("password -> "),
		"serialized":  fill(`s:8:"password";`),
		"commands":    fill("> PASS AUTH with pass "),
		"dates":       fill("dob: 19 March "),
		"forms":       fill("password for ada is "),
	}
}

func BenchmarkAdversarial(b *testing.B) {
	for name, line := range adversarial() {
		b.Run(name, func(b *testing.B) {
			r := newWorker(b, redact.DefaultConfig())
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				r.Line(line)
			}
		})
	}
}

func BenchmarkHits(b *testing.B) {
	r := newWorker(b, redact.DefaultConfig())
	line := fmt.Sprintf(`{"level":"info","msg":"login of %s","password":%q,"card":4111111111111111}`, "bob@example.org", "hunter2")
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		r.Line(line)
	}
}
