//go:build browser

package cmd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/schema"
)

// These tests open the report in a real browser. contrib/acceptance/browser runs them.

// chromium returns a headless Chromium without a network, to be started.
func chromium(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	for _, n := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(n); err == nil {
			args = append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
				"--allow-file-access-from-files", "--enable-logging=stderr", "--user-data-dir=" + t.TempDir()}, args...)
			c := exec.CommandContext(t.Context(), p, args...)
			c.WaitDelay = 10 * time.Second
			return c
		}
	}
	t.Fatal("no Chromium here: contrib/acceptance/browser says how to get one")
	return nil
}

// browser returns the page as it is after its scripts, and what the browser logged.
func browser(t *testing.T, page string, more ...string) (dom, logged string) {
	t.Helper()
	c := chromium(t, append(more, "--virtual-time-budget=3000", "--dump-dom", "file://"+page)...)
	var log strings.Builder
	c.Stderr = &log
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, log.String())
	}
	return string(out), log.String()
}

// ask opens an address, waits until the script's promise is kept, and returns what it promised.
func ask(t *testing.T, address, promise string) (said string) {
	t.Helper()
	c := chromium(t, "--remote-debugging-pipe", "about:blank")
	in, toBrowser, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	fromBrowser, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.ExtraFiles = []*os.File{in, out}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	out.Close()
	defer func() {
		toBrowser.Close() // which ends it
		_ = c.Wait()      // whatever its status
		fromBrowser.Close()
	}()
	answers := bufio.NewReader(fromBrowser)
	id := 0
	call := func(session, method string, params map[string]any, result any) error {
		id++
		request := map[string]any{"id": id, "method": method, "params": params}
		if session != "" {
			request["sessionId"] = session
		}
		b, err := json.Marshal(request)
		if err != nil {
			return err
		}
		if _, err := toBrowser.Write(append(b, 0)); err != nil {
			return err
		}
		for {
			b, err := answers.ReadBytes(0)
			if err != nil {
				return err
			}
			var answer struct {
				ID     int
				Result json.RawMessage
				Error  *struct{ Message string }
			}
			if err := json.Unmarshal(b[:len(b)-1], &answer); err != nil {
				return err
			}
			if answer.ID != id {
				continue // an event
			}
			if answer.Error != nil {
				return errors.New(answer.Error.Message)
			}
			return json.Unmarshal(answer.Result, result)
		}
	}
	var target struct{ TargetID string }
	if err := call("", "Target.createTarget", map[string]any{"url": address}, &target); err != nil {
		t.Fatal(err)
	}
	var session struct{ SessionID string }
	if err := call("", "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session); err != nil {
		t.Fatal(err)
	}
	for range 50 {
		var value struct{ Result struct{ Value string } }
		err = call(session.SessionID, "Runtime.evaluate", map[string]any{"expression": promise, "awaitPromise": true, "returnByValue": true}, &value)
		if err == nil && value.Result.Value != "" {
			return value.Result.Value
		}
		// The page that was there before the address was loaded has gone, and the promise with it.
	}
	t.Fatalf("no answer of %s: %v", address, err)
	return ""
}

// reportPage writes the report of input and a page around it, which works its controls with the script and shows what that says.
func reportPage(t *testing.T, width int, script string, input ...string) (around string) {
	t.Helper()
	dir := t.TempDir()
	name := filepath.Join(dir, "report.html")
	if _, note, status := debugRunOf(t, append([]string{"--utc", "-o", name}, input...)...); status != 0 {
		t.Fatal(note)
	}
	around = filepath.Join(dir, "around.html")
	page := `<!doctype html><iframe id=f src="report.html" width=` + strconv.Itoa(width) + ` height=800></iframe><pre id=out></pre><script>
f.onload = () => {
  const d = f.contentDocument, w = f.contentWindow, seen = [];
  const open = () => [...d.querySelectorAll("details")].filter(x => !x.hidden);
  const say = (what, x) => seen.push(what + "=" + x);
  const box = d.querySelector("input"), count = () => d.querySelector("#shown").textContent;
  const type = s => { box.value = s; box.dispatchEvent(new w.Event("input")); };
  const key = (k, to = d.body) => to.dispatchEvent(new w.KeyboardEvent("keydown", {key: k, bubbles: true, cancelable: true}));
  const button = n => d.querySelector("button[name=" + n + "]");
` + script + `
  out.textContent = seen.join("; ");
};</script>`
	if err := os.WriteFile(around, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	return around
}

// says opens the page of reportPage and compares what it says.
func says(t *testing.T, page string, want []string, more ...string) {
	t.Helper()
	dom, logged := browser(t, page, more...)
	_, said, _ := strings.Cut(dom, `<pre id="out">`)
	said, _, _ = strings.Cut(said, "</pre>")
	for _, w := range want {
		if !strings.Contains(said+";", w+";") {
			t.Errorf("no %q in %s", w, said)
		}
	}
	if strings.Contains(logged, "CONSOLE") {
		t.Errorf("the console says: %s", logged)
	}
}

const demo = "../testdata/demo"

// TestBrowser looks at the report of the demo as a person would.
func TestBrowser(t *testing.T) {
	t.Parallel()
	page := reportPage(t, 1000, `
  say("failed open", open().filter(x => x.dataset.s == "failed").every(x => x.open));
  say("fine closed", open().filter(x => x.dataset.s == "fine").every(x => !x.open));
  type("deadlock"); say("deadlock", open().length + " " + count());
  type("status>=500"); say("status", open().length);
  type("status >= 500"); say("blanks", open().length);
  type("duration>500ms state=fine"); say("terms", open().length > 0 && open().every(x => x.dataset.d > 500 && x.dataset.s == "fine"));
  type("no such text"); say("nothing", count());
  type(""); const all = open().length;
  button("e").click(); say("errors", open().length > 0 && open().every(x => x.dataset.s == "failed"));
  say("pressed", button("e").getAttribute("aria-pressed")); button("e").click();
  button("s").click(); say("slow", open().length > 0 && open().every(x => x.dataset.d >= 500)); button("s").click();
  button("q").click(); say("quiet", open().length > all); button("q").click();
  key("/"); say("search", d.activeElement === box);
  type("deadlock"); key("Escape", box); say("escape", open().length == all && box.value == "" && d.activeElement !== box);
  key("j"); key("j"); key("k"); const at = d.querySelector("details.at"), was = at.open; say("cursor", d.querySelectorAll("details.at").length);
  say("first", at === open()[0]); key("Enter"); say("enter", at.open !== was); key("Enter");
  key("e"); say("key e", open().every(x => x.dataset.s == "failed")); key("e");
  const shut = open().find(x => !x.open); w.location.hash = shut.id; w.dispatchEvent(new w.HashChangeEvent("hashchange")); say("hash", shut.open);
  const bars = [...d.querySelectorAll("details[open] li > svg")].map(x => x.getBoundingClientRect());
  say("bars", bars.length > 0 && bars.every(b => b.width > 100 && b.height > 4));
  say("seen", [...d.querySelectorAll("details[open]:not([hidden]) rect:not(.q)")].every(x => x.getBoundingClientRect().width >= 1));
  say("overflow", d.documentElement.scrollWidth <= d.documentElement.clientWidth);
  say("requests", w.performance.getEntriesByType("resource").length);
  say("summary", /41 flows · 352 events/.test(d.querySelector("footer").textContent) && /p50/.test(d.querySelector("footer").textContent));
`, demo)
	says(t, page, []string{"failed open=true", "fine closed=true", "deadlock=1 1 of 41", "status=1", "blanks=1", "terms=true", "nothing=0 of 41",
		"errors=true", "pressed=true", "slow=true", "quiet=true", "search=true", "escape=true", "cursor=1", "first=true", "enter=true", "key e=true",
		"hash=true", "bars=true", "seen=true", "overflow=true", "requests=0", "summary=true"})
	if st, err := os.Stat(filepath.Join(filepath.Dir(page), "report.html")); err != nil || st.Size() > 60<<10 {
		t.Errorf("the report of 352 events has %d bytes: %v", st.Size(), err)
	}
}

// TestBrowserLooks holds that the page can be read in the light and in the dark, wide and narrow.
func TestBrowserLooks(t *testing.T) {
	t.Parallel()
	const script = `
  const lum = c => { const [r, g, b] = c.match(/\d+/g).map(x => { x /= 255; return x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
  const back = lum(w.getComputedStyle(d.body).backgroundColor);
  const contrast = x => { const l = lum(w.getComputedStyle(x).color); return (Math.max(l, back) + .05) / (Math.min(l, back) + .05); };
  say("dark", back < .2);
  say("contrast", [...d.querySelectorAll("h1,summary span,li b,li i,li em,pre,.story,footer,button,input")].every(x => contrast(x) >= 4.5));
  say("fits", d.documentElement.scrollWidth <= d.documentElement.clientWidth);
  say("ids", [...d.querySelectorAll("summary > .n:last-child")].every(x => { const r = x.getBoundingClientRect(); return x.closest("[hidden]") || r.right <= d.documentElement.clientWidth && r.left >= 0; }));
`
	for _, tt := range []struct {
		name  string
		width int
		dark  bool
	}{{"light", 1000, false}, {"dark", 1000, true}, {"narrow", 480, false}, {"narrow dark", 360, true}, {"wide", 1900, false}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			scheme := "1"
			if tt.dark {
				scheme = "0"
			}
			says(t, reportPage(t, tt.width, script, demo), []string{"dark=" + strconv.FormatBool(tt.dark), "contrast=true", "fits=true", "ids=true"},
				"--blink-settings=preferredColorScheme="+scheme)
		})
	}
}

// TestBrowserWithoutScripts holds that the report can be read where scripts do not run.
func TestBrowserWithoutScripts(t *testing.T) {
	t.Parallel()
	page := reportPage(t, 1000, `
  say("flows", d.querySelectorAll("details").length);
  say("text", /deadlock detected while updating stock/.test(d.body.textContent) && /p50/.test(d.body.textContent));
  say("script", d.querySelector("#shown").textContent);
`, demo)
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	b = bytes.Replace(b, []byte("<iframe "), []byte(`<iframe sandbox=allow-same-origin `), 1)
	if err := os.WriteFile(page, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if dom, _ := browser(t, page); !strings.Contains(dom, `<pre id="out">flows=41; text=true; script=41</pre>`) {
		t.Errorf("not everything is there, or a script ran: %s", dom)
	}
}

// TestBrowserLive opens the live page and sees a flow arrive that settles after it was opened.
func TestBrowserLive(t *testing.T) {
	t.Parallel()
	cfg := debugview.DefaultConfig()
	cfg.Input = debugview.Follow
	view, err := debugview.New(cfg, io.Discard, io.Discard, nil)
	if err != nil {
		t.Fatal(err)
	}
	web, err := debugview.NewWeb(view, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() {
		if err := web.Serve(ctx); err != nil {
			t.Error(err)
		}
	})
	wg.Go(func() { // a flow a moment, as the clock goes
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for n := byte(1); ; n++ {
			select {
			case <-ctx.Done():
				return
			case now := <-tick.C:
				e := schema.Event{Type: "http.request", Action: "GET /live/" + strconv.Itoa(int(n)), Time: schema.Time{NS: now.UnixNano(), From: schema.FromLine}}
				e.ID.Bits[0], e.Correlation.Flow[0], e.Metadata.Status = n, n, 500
				view.Add(&e)
				view.Advance(now.UnixNano())
			}
		}
	})
	said := ask(t, web.URL(), `new Promise(kept => {
	const begin = Date.now(), timer = setInterval(() => {
		const n = document.querySelectorAll("details").length;
		if (n < 5 && Date.now() - begin < 10000) return;
		clearInterval(timer);
		kept([n >= 5, document.querySelector("main").firstElementChild.open, document.querySelector("#shown").textContent == n + " of " + n,
			performance.getEntriesByType("resource").every(x => x.name.startsWith(location.origin)), document.cookie == ""].join(" "));
	}, 50);
})`)
	if said != "true true true true true" {
		t.Errorf("flows arrive, the failed is open, they are counted, nothing else is requested, no script has the key: %s", said)
	}
}

// TestBrowserText holds that text of a log is text in a browser.
func TestBrowserText(t *testing.T) {
	t.Parallel()
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
