//go:build browser

package cmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// These tests open the report in a real browser. contrib/acceptance/browser runs them.

// browser runs a headless Chromium without a network and returns the page as it is after its scripts, and what it logged.
func browser(t *testing.T, page string) (dom, logged string) {
	t.Helper()
	var name string
	for _, n := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(n); err == nil {
			name = p
			break
		}
	}
	if name == "" {
		t.Fatal("no Chromium here: contrib/acceptance/browser says how to get one")
	}
	c := exec.CommandContext(t.Context(), name, "--headless", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * 0.0.0.0",
		"--allow-file-access-from-files", "--enable-logging=stderr", "--virtual-time-budget=3000", "--user-data-dir="+t.TempDir(), "--dump-dom", "file://"+page)
	c.WaitDelay = 10 * time.Second
	var log strings.Builder
	c.Stderr = &log
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, log.String())
	}
	return string(out), log.String()
}

// TestBrowser looks at the report of the demo as a person would.
func TestBrowser(t *testing.T) {
	dir := t.TempDir()
	report := filepath.Join(dir, "report.html")
	if _, note, status := debugRunOf(t, "-o", report, "../testdata/demo"); status != 0 {
		t.Fatal(note)
	}
	// What it shows is read from a page around it, which works its controls.
	const around = `<!doctype html><iframe id=f src="report.html" width=1000 height=800></iframe><pre id=out></pre><script>
f.onload = () => {
  const d = f.contentDocument, w = f.contentWindow, seen = [];
  const open = () => [...d.querySelectorAll("details")].filter(x => !x.hidden);
  const say = (what, x) => seen.push(what + "=" + x);
  const type = s => { const i = d.querySelector("input"); i.value = s; i.dispatchEvent(new w.Event("input")); };
  say("first", d.querySelector("#shown").textContent);
  say("failed open", [...d.querySelectorAll("details[data-s=failed]")].every(x => x.open));
  type("deadlock"); say("deadlock", open().length + " " + d.querySelector("#shown").textContent);
  type("status>=500"); say("status", open().length);
  type("");
  d.querySelector("button[name=e]").click(); say("errors", open().every(x => x.dataset.s == "failed") + " " + open().length);
  d.querySelector("button[name=e]").click();
  d.dispatchEvent(new w.KeyboardEvent("keydown", {key: "j", bubbles: true})); say("cursor", d.querySelectorAll("details.at").length);
  const bars = [...d.querySelectorAll("details[open] li > svg")].map(x => x.getBoundingClientRect());
  say("bars", bars.length > 0 && bars.every(b => b.width > 100 && b.height > 4));
  say("overflow", d.documentElement.scrollWidth <= d.documentElement.clientWidth);
  say("requests", w.performance.getEntriesByType("resource").length);
  out.textContent = seen.join("; ");
};</script>`
	if err := os.WriteFile(filepath.Join(dir, "around.html"), []byte(around), 0o600); err != nil {
		t.Fatal(err)
	}
	dom, logged := browser(t, filepath.Join(dir, "around.html"))
	for _, want := range []string{"failed open=true", "deadlock=1 1 of 41", "errors=true 2", "cursor=1", "bars=true", "overflow=true", "requests=0"} {
		if !strings.Contains(dom, want) {
			t.Errorf("no %q in %s", want, regexp.MustCompile(`(?s).*<pre id="out">`).ReplaceAllString(dom, ""))
		}
	}
	if strings.Contains(logged, "CONSOLE") {
		t.Errorf("the console says: %s", logged)
	}
}

// TestBrowserText holds that text of a log is text in a browser.
func TestBrowserText(t *testing.T) {
	dir := t.TempDir()
	name, report := filepath.Join(dir, "evil.ndjson"), filepath.Join(dir, "report.html")
	text := `{"level":"error","msg":"</script><img src=x onerror=\"document.title='OWNED'\">","</b><script>document.title='OWNED'</script>":"x"}` + "\n"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, note, status := debugRunOf(t, "--show", "*", "-o", report, name); status != 0 {
		t.Fatal(note)
	}
	dom, logged := browser(t, report)
	if !strings.Contains(dom, "<title>ezlogs flows</title>") || strings.Contains(dom, "<img") || strings.Contains(logged, "CONSOLE") {
		t.Errorf("markup of a value lives: %s\n%s", logged, dom)
	}
	if !strings.Contains(dom, "&lt;img src=x onerror=") {
		t.Error("the text is not shown")
	}
}
