package debugview_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/schema"
)

func TestExports(t *testing.T) {
	t.Parallel()
	for _, kind := range debugview.Exports() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			out, _ := run(t, config(func(c *debugview.Config) { c.Export, c.Version = kind, "1.0.0" }), shop().events)
			golden(t, "export."+kind, out)
		})
	}
}

func TestSequenceDiagram(t *testing.T) {
	t.Parallel()
	out, _ := run(t, config(func(c *debugview.Config) { c.Export = "mmd" }), (&scene{}).order().events)
	golden(t, "order.mmd", out)
}

// TestSequenceDiagramNames holds that no name of a service and no text of a log is taken for syntax.
func TestSequenceDiagramNames(t *testing.T) {
	t.Parallel()
	events := (&scene{}).order().events
	for i := range events {
		events[i].Platform.Service = [...]string{"end", "END", "loop", "-->>", "über", "a b", "a-b"}[i%7]
		events[i].Action = "x #1; %%%% <b> end: " + events[i].Action
	}
	out, _ := run(t, config(func(c *debugview.Config) { c.Export = "mmd" }), events)
	golden(t, "names.mmd", out)
	seen := map[string]bool{}
	for line := range strings.Lines(out) {
		words := strings.Fields(line)
		if len(words) > 1 && (words[0] == "participant" || words[0] == "actor") {
			if seen[words[1]] || words[1] == "end" || words[1] == "loop" {
				t.Errorf("declared twice, or a word of the language: %s", line)
			}
			seen[words[1]] = true
			continue
		}
		if rest := strings.NewReplacer("#35;", "", "#37;", "", "#lt;", "", "#gt;", "").Replace(line); strings.ContainsAny(rest, "#;<") || strings.Contains(rest, "%%") {
			t.Errorf("syntax in the text: %s", line)
		}
	}
}

func TestJSONCountsWhatWasReplaced(t *testing.T) {
	t.Parallel()
	s := (&scene{}).begin("4b066c", "Lin")
	root := s.add("14:02:14.370", "http.request", "POST /orders", schema.ID{}, 490*ms, status(500), failing("X", "of [REDACTED] and [REDACTED:api_key], not [FILTERED]"))
	for range 2 { // one row of equal steps
		s.add("14:02:14.374", "data.change", "order.created", root, 2*ms, change("email", "[email:k1:0123456789abcdef]", "[email:k2:0123456789abcdef]"))
	}
	out, _ := run(t, config(func(c *debugview.Config) { c.Layout = "json" }), s.events)
	if want := `"redacted":{"api_key":1,"email":4,"other":1}`; !strings.Contains(out, want) {
		t.Errorf("no %s in %s", want, out)
	}
}

func TestSVGIsXML(t *testing.T) {
	t.Parallel()
	events := shop().events
	events[0].Action = "POST /<script>&\"'\x1b[2J"
	out, _ := run(t, config(func(c *debugview.Config) { c.Export = "svg" }), events)
	d := xml.NewDecoder(strings.NewReader(out))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("not well formed: %v", err)
		}
	}
}

func TestHTMLKeepsLogTextAsText(t *testing.T) {
	t.Parallel()
	const evil = `</script><img src=x onerror=alert(1)>"'&`
	events := shop().events
	for i := range events {
		events[i].Action += evil
		events[i].Subject.ID = evil
		events[i].Metadata.Error.Message = schema.Text(evil)
		events[i].Actor.Name = evil
		events[i].Platform.Service = evil
	}
	out, _ := run(t, config(func(c *debugview.Config) { c.Export = "html"; c.Files = []string{evil} }), events)
	if strings.Contains(out, "<img") || strings.Count(out, "</script>") != 1 || strings.Count(out, "<script>") != 1 {
		t.Error("text of the log became markup")
	}
	for _, bad := range []string{"http://", "https://", "src="} {
		if strings.Contains(strings.ReplaceAll(out, "&lt;img src=", ""), bad) {
			t.Errorf("the page refers to something: %s", bad)
		}
	}
}

// TestPageAllowsItsOwnScriptOnly compares the hashes of the page's policy with what stands in it.
func TestPageAllowsItsOwnScriptOnly(t *testing.T) {
	t.Parallel()
	out, _ := run(t, config(func(c *debugview.Config) { c.Export = "html" }), shop().events)
	_, csp, _ := strings.Cut(out, `content="default-src`)
	csp, _, _ = strings.Cut(csp, `">`)
	for _, tag := range []string{"script", "style"} {
		_, text, _ := strings.Cut(out, "<"+tag+">")
		text, _, _ = strings.Cut(text, "</"+tag+">")
		sum := sha256.Sum256([]byte(text))
		if want := tag + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; text == "" || !strings.Contains(csp, want) {
			t.Errorf("no %s in %s", want, csp)
		}
	}
	if !strings.HasPrefix(csp, " 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy: %s", csp)
	}
	if strings.Contains(strings.ReplaceAll(out, "<style>", ""), " style=") {
		t.Error("a style attribute, which the policy forbids")
	}
}

func TestOTLPIsJSON(t *testing.T) {
	t.Parallel()
	for _, events := range [][]schema.Event{nil, shop().events} {
		out, _ := run(t, config(func(c *debugview.Config) { c.Export = "otlp" }), events)
		var doc struct {
			ResourceSpans []struct {
				ScopeSpans []struct {
					Spans []struct{ TraceID, SpanID, ParentSpanID string }
				}
			}
		}
		if err := json.Unmarshal([]byte(out), &doc); err != nil {
			t.Fatalf("%v in\n%s", err, out)
		}
		seen := map[string]bool{}
		n := 0
		for _, r := range doc.ResourceSpans {
			for _, s := range r.ScopeSpans {
				for _, x := range s.Spans {
					seen[x.SpanID] = true
					n++
				}
			}
		}
		for _, r := range doc.ResourceSpans {
			for _, s := range r.ScopeSpans {
				for _, x := range s.Spans {
					if x.ParentSpanID != "" && !seen[x.ParentSpanID] {
						t.Errorf("span %s has an unknown parent", x.SpanID)
					}
				}
			}
		}
		if events != nil && n != 21 {
			t.Errorf("%d spans, want 21", n)
		}
	}
}
