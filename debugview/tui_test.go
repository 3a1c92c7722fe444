//go:build !notui

package debugview_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/schema"
	"github.com/gdamore/tcell/v2"
)

// desk is a browser on a simulated screen.
type desk struct {
	t      *testing.T
	screen tcell.SimulationScreen
	b      *debugview.Browser
	done   chan error
	errs   bytes.Buffer
}

// open starts a browser that shows the events, all read.
func open(t *testing.T, w, h int, set func(*debugview.Config)) *desk {
	t.Helper()
	d := &desk{t: t, screen: tcell.NewSimulationScreen("UTF-8"), done: make(chan error, 1)}
	now := func() time.Time { return time.Unix(0, at("14:03:00")) }
	ready := make(chan struct{})
	d.screen = &readyScreen{SimulationScreen: d.screen, ready: ready, w: w, h: h}
	var err error
	if d.b, err = debugview.NewBrowser(config(set), d.screen, &d.errs, nil, now); err != nil {
		t.Fatal(err)
	}
	for _, e := range sorted(shop().n1().events) {
		d.b.View().Add(&e)
	}
	if err := d.b.View().Close(); err != nil {
		t.Fatal(err)
	}
	go func() { d.done <- d.b.Run(context.Background()) }()
	<-ready
	t.Cleanup(func() { d.quit() })
	return d
}

// readyScreen tells when it was drawn.
type readyScreen struct {
	tcell.SimulationScreen
	ready chan struct{} // nil tells nobody
	w, h  int
	log   *[]string // what was asked of the terminal

	mu    sync.Mutex // guards what is drawn and draws
	draws int
}

func (s *readyScreen) Suspend() error { return s.note("suspend") }

func (s *readyScreen) Resume() error { return s.note("resume") }

func (s *readyScreen) Fini() {
	_ = s.note("fini")
	s.SimulationScreen.Fini()
}

func (s *readyScreen) note(what string) error {
	if s.log != nil {
		*s.log = append(*s.log, what)
	}
	return nil
}

func (s *readyScreen) Init() error {
	if err := s.SimulationScreen.Init(); err != nil {
		return err
	}
	s.SetSize(s.w, s.h)
	return nil
}

func (s *readyScreen) Show() {
	s.mu.Lock()
	s.SimulationScreen.Show()
	s.draws++
	s.mu.Unlock()
	if s.ready != nil {
		s.ready <- struct{}{}
	}
}

func (d *desk) quit() {
	select {
	case <-d.done:
		return
	default:
	}
	d.screen.InjectKey(tcell.KeyCtrlC, 0, 0)
	ready := d.screen.(*readyScreen).ready
	for {
		select {
		case <-ready:
		case err := <-d.done:
			if err != nil {
				d.t.Errorf("Run: %v", err)
			}
			return
		}
	}
}

// press sends keys and waits until each was drawn.
func (d *desk) press(keys string) *desk {
	for _, r := range keys {
		switch r {
		case '→':
			d.screen.InjectKey(tcell.KeyRight, 0, 0)
		case '←':
			d.screen.InjectKey(tcell.KeyLeft, 0, 0)
		case '↑':
			d.screen.InjectKey(tcell.KeyUp, 0, 0)
		case '↓':
			d.screen.InjectKey(tcell.KeyDown, 0, 0)
		case '⏎':
			d.screen.InjectKey(tcell.KeyEnter, 0, 0)
		case '⎋':
			d.screen.InjectKey(tcell.KeyEscape, 0, 0)
		default:
			d.screen.InjectKey(tcell.KeyRune, r, 0)
		}
		<-d.screen.(*readyScreen).ready
	}
	return d
}

// text is what stands on the screen.
func (d *desk) text() string {
	s := d.screen.(*readyScreen)
	s.mu.Lock()
	defer s.mu.Unlock()
	cells, w, h := s.GetContents()
	var b strings.Builder
	for y := range h {
		var line strings.Builder
		for x := range w {
			c := cells[y*w+x]
			if len(c.Runes) == 0 || c.Runes[0] == 0 {
				line.WriteByte(' ')
				continue
			}
			line.WriteString(string(c.Runes))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

func TestBrowserScreens(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		w, h int
		keys string
	}{
		{"tui-list.txt", 100, 24, "↑"},
		{"tui-steps.txt", 100, 24, "↑→"},
		{"tui-quiet.txt", 100, 24, "v"},
		{"tui-errors.txt", 100, 24, "e"},
		{"tui-filters.txt", 100, 24, "flevel? = x and flow.events > 4 and metadata.duration < 1s and actor.name ~ m⏎"},
		{"tui-filters-2.txt", 100, 24, "fkind = err or user = Omar or error ~ nothing or flow.state = x or flow.duration > 9s or flow.root ~ zz or flow.n1 > 99⏎"},
		{"tui-filter.txt", 100, 24, "fstatus >= 500⏎"},
		{"tui-filter-error.txt", 100, 24, "fstatus => 5"},
		{"tui-search.txt", 100, 24, "/deadlock⏎"},
		{"tui-preview.txt", 100, 24, "→r"},
		{"tui-compare.txt", 100, 24, "gc↓"},
		{"tui-help.txt", 100, 24, "?"},
		{"tui-narrow.txt", 60, 16, ""},
		{"tui-narrow-steps.txt", 60, 16, "↑→"},
		{"tui-times.txt", 100, 24, "tt"},
		{"tui-wrap.txt", 100, 24, "↑w→"},
		{"tui-fields.txt", 100, 24, "↑→→↓"},
		{"tui-hidden.txt", 100, 24, "↑→→↓h"},
		{"tui-folded.txt", 100, 24, "x"},
		{"tui-unfolded.txt", 100, 24, "xx"},
		{"tui-equal.txt", 100, 24, "→jj→jj"},
		{"tui-copy.txt", 100, 24, "y"},
		{"tui-narrow-fields.txt", 60, 16, "↑→→"},
		{"tui-narrow-filter.txt", 60, 16, "fstatus >= 500 and duration > 1.5 secondes or x"},
		{"tui-wide.txt", 200, 30, "↑"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			golden(t, tt.name, open(t, tt.w, tt.h, nil).press(tt.keys).text())
		})
	}
}

func TestBrowserResize(t *testing.T) {
	t.Parallel()
	d := open(t, 100, 24, nil).press("↑")
	before := d.text()
	for _, w := range []int{60, 100} {
		d.screen.SetSize(w, 24)
		if err := d.screen.PostEvent(tcell.NewEventResize(w, 24)); err != nil {
			t.Fatal(err)
		}
		<-d.screen.(*readyScreen).ready
	}
	if got := d.text(); got != before {
		t.Errorf("after 100→60→100:\n%s\nwant\n%s", got, before)
	}
}

func TestBrowserCopiesAndWrites(t *testing.T) {
	t.Parallel()
	d := open(t, 100, 24, nil).press("g↓↓yi")
	if got := string(d.screen.GetClipboardData()); !strings.HasPrefix(got, "flow_4b066c") {
		t.Errorf("clipboard: %q", got)
	}
	d.press("ys")
	if got := string(d.screen.GetClipboardData()); !strings.HasPrefix(got, "Lin’s POST /orders failed with 500") {
		t.Errorf("clipboard: %q", got)
	}
	dir := t.TempDir()
	for _, name := range []string{"a.html", "a.json", "a.mmd"} {
		file := filepath.Join(dir, name)
		d.press("O")
		d.screen.InjectKey(tcell.KeyCtrlU, 0, 0)
		<-d.screen.(*readyScreen).ready
		d.press(file + "⏎")
		if data, err := os.ReadFile(file); err != nil || !strings.Contains(string(data), "PG::DeadlockDetected") && name != "a.mmd" {
			t.Errorf("%s: %v %q", name, err, data)
		}
	}
}

// TestBrowserAfterTheInput shows flows that no later event settles.
func TestBrowserAfterTheInput(t *testing.T) {
	t.Parallel()
	d := &desk{t: t, done: make(chan error, 1)}
	ready := make(chan struct{})
	d.screen = &readyScreen{SimulationScreen: tcell.NewSimulationScreen("UTF-8"), ready: ready, w: 100, h: 24}
	var err error
	if d.b, err = debugview.NewBrowser(config(nil), d.screen, &d.errs, nil, func() time.Time { return time.Unix(0, at("14:03:00")) }); err != nil {
		t.Fatal(err)
	}
	for _, e := range (&scene{}).order().events {
		d.b.View().Add(&e)
	}
	d.b.View().Settle()
	go func() { d.done <- d.b.Run(context.Background()) }()
	<-ready
	t.Cleanup(d.quit)
	if text := d.text(); !strings.Contains(text, "all read") || !strings.Contains(text, "1 flow  9 events") {
		t.Errorf("got\n%s", text)
	}
}

func TestBrowserPauses(t *testing.T) {
	t.Parallel()
	d := open(t, 100, 24, nil).press(" ")
	if !strings.Contains(d.text(), "paused · +0 new · G follows") {
		t.Errorf("no pause:\n%s", d.text())
	}
	d.press(" ")
	if strings.Contains(d.text(), "paused") {
		t.Errorf("still paused:\n%s", d.text())
	}
}

// TestBrowserWithoutFlows says why the list is empty.
func TestBrowserWithoutFlows(t *testing.T) {
	t.Parallel()
	d := open(t, 100, 24, nil).press("fstatus = 999⏎")
	if text := d.text(); !strings.Contains(text, "no flow is left by the filter") || !strings.Contains(text, "filter: status = 999") || !strings.Contains(text, "0 of 6 flows shown") {
		t.Errorf("got\n%s", text)
	}
	// Keys that want a flow do nothing.
	if text := d.press("→↓xyoOcrhw/x⏎n").text(); !strings.Contains(text, "no flow is left by the filter") {
		t.Errorf("got\n%s", text)
	}
	if text := d.press("F").text(); !strings.Contains(text, "4 of 6 flows shown") {
		t.Errorf("F leaves the filter:\n%s", text)
	}
}

// TestBrowserErrorsOnly holds that what e leaves is what --errors leaves.
func TestBrowserErrorsOnly(t *testing.T) {
	t.Parallel()
	text := open(t, 100, 24, nil).press("e").text()
	if !strings.Contains(text, "1 of 6 flows shown") || strings.Contains(text, "▲ POST /signup") {
		t.Errorf("a flow that went well at the second try is shown:\n%s", text)
	}
}

// TestBrowserFolds walks into equal steps and out again.
func TestBrowserFolds(t *testing.T) {
	t.Parallel()
	d := open(t, 100, 40, nil)
	before := d.text()
	if n := strings.Count(d.press("→jj→").text(), "stock.select"); n < 10 {
		t.Errorf("unfolded, stock.select stands there %d times:\n%s", n, d.text())
	}
	if got := d.press("←kk←").text(); got != before {
		t.Errorf("folded again:\n%s\nwant\n%s", got, before)
	}
	if got := d.press("x").text(); !strings.Contains(got, "ChargeCardJob +4") || strings.Contains(got, "payment.captured") {
		t.Errorf("x folds nothing:\n%s", got)
	}
	// What is found is unfolded.
	if got := d.press("→/payment.captured⏎").text(); !strings.Contains(got, "▌db      ├─ payment.captured") {
		t.Errorf("the match is not shown:\n%s", got)
	}
}

// TestBrowserHides hides the field at the cursor in every step, and shows it again.
func TestBrowserHides(t *testing.T) {
	t.Parallel()
	d := open(t, 100, 24, nil).press("↑→→↓h")
	if text := d.text(); strings.Contains(text, "backtrace  app") || strings.Contains(text, "stock.rb:41") || !strings.Contains(text, "backtrace is hidden; H shows all fields") {
		t.Errorf("not hidden:\n%s", text)
	}
	if text := d.press("H").text(); !strings.Contains(text, "backtrace  app/models/stock.rb:41") {
		t.Errorf("not shown again:\n%s", text)
	}
	if text := d.press("←h").text(); !strings.Contains(text, "→ goes to the fields") {
		t.Errorf("h outside of the fields:\n%s", text)
	}
}

func TestBrowserCopies(t *testing.T) {
	t.Parallel()
	raw := func(e *schema.Event) (string, bool) { return "line of " + e.Action + "\x1b[2J\r\n", true }
	d := open(t, 100, 24, func(c *debugview.Config) { c.Raw = raw }).press("g↓↓")
	for _, tt := range []struct{ keys, want, message string }{
		{"yi", "flow_4b066c", "copied the id: flow_4b066c"},
		{"yy", "flow_4b066c", "copied the id"},
		{"ys", "Lin’s POST /orders failed with 500", "copied the story"},
		{"yj", `{"schema":1,"flow":"flow_4b066c`, "copied the JSON of the flow"},
		{"→yj", `{"event_id":`, "copied the JSON of the step"},
		{"yr", "line of PG::DeadlockDetected␛[2J", "copied the raw line: line of PG::DeadlockDetected␛[2J"},
	} {
		d.press(tt.keys)
		if got := string(d.screen.GetClipboardData()); !strings.HasPrefix(got, tt.want) || strings.ContainsAny(got, "\x1b\r") {
			t.Errorf("%s: clipboard %q, want %q", tt.keys, got, tt.want)
		}
		if !strings.Contains(d.text(), tt.message) {
			t.Errorf("%s: no %q in\n%s", tt.keys, tt.message, d.text())
		}
	}
	if d.press("y⎋"); strings.Contains(d.text(), "copied") {
		t.Errorf("Escape copies:\n%s", d.text())
	}
}

func TestBrowserMouse(t *testing.T) {
	t.Parallel()
	d := open(t, 100, 24, func(c *debugview.Config) { c.Mouse = true })
	click := func(x, y int, b tcell.ButtonMask) string {
		d.screen.InjectMouse(x, y, b, 0)
		<-d.screen.(*readyScreen).ready
		return d.text()
	}
	if text := click(10, 4, tcell.ButtonPrimary); !strings.Contains(text, "▌14:02:11.208") {
		t.Errorf("a click selects no flow:\n%s", text)
	}
	if text := click(10, 4, tcell.WheelDown); !strings.Contains(text, "▌14:02:15.959") {
		t.Errorf("the wheel does not move:\n%s", text)
	}
	if text := click(60, 9, tcell.ButtonPrimary); !strings.Contains(text, "▌job  └─ ChargeCardJob") {
		t.Errorf("a click selects no step:\n%s", text)
	}
	if text := click(60, 9, tcell.ButtonPrimary); !strings.Contains(text, "ChargeCardJob +4") {
		t.Errorf("a second click folds nothing:\n%s", text)
	}
	if text := click(60, 8, tcell.ButtonNone); !strings.Contains(text, "▌job  └─ ChargeCardJob") {
		t.Errorf("moving the mouse moves the cursor:\n%s", text)
	}
	if text := click(60, 14, tcell.ButtonPrimary); !strings.Contains(text, "↑↓ field") {
		t.Errorf("a click does not go to the fields:\n%s", text)
	}
}

// TestBrowserStops gives the terminal back on Ctrl-Z and takes it again.
func TestBrowserStops(t *testing.T) {
	t.Parallel()
	for _, possible := range []bool{true, false} {
		d := open(t, 100, 24, nil)
		var log []string
		d.screen.(*readyScreen).log = &log
		d.b.OnHalt(func() bool { log = append(log, "halt"); return possible })
		d.screen.InjectKey(tcell.KeyCtrlZ, 0, 0)
		<-d.screen.(*readyScreen).ready
		if got := strings.Join(log, " "); got != "suspend halt resume" {
			t.Errorf("Ctrl-Z: %s", got)
		}
		if got := strings.Contains(d.text(), "Ctrl-Z stops nothing here"); got == possible {
			t.Errorf("possible %t:\n%s", possible, d.text())
		}
	}
}

// TestBrowserRestores holds that the terminal is left as it was when the program breaks.
func TestBrowserRestores(t *testing.T) {
	t.Parallel()
	var log []string
	screen := &readyScreen{SimulationScreen: tcell.NewSimulationScreen("UTF-8"), ready: make(chan struct{}, 1), w: 100, h: 24, log: &log}
	b, err := debugview.NewBrowser(config(nil), screen, io.Discard, nil, func() time.Time { panic("a bug") })
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if bug := recover(); bug != "a bug" || strings.Join(log, " ") != "fini" {
			t.Errorf("recovered %v after %v", bug, log)
		}
	}()
	err = b.Run(t.Context())
	t.Errorf("Run returned %v", err)
}

// liveDesk is a browser on input that goes on, in fake time.
type liveDesk struct {
	*desk
	n   int
	now func() time.Time
}

// watch opens a live browser in a bubble of synctest.
func watch(t *testing.T) *liveDesk {
	l := &liveDesk{now: time.Now}
	screen := &readyScreen{SimulationScreen: tcell.NewSimulationScreen("UTF-8"), w: 100, h: 24}
	l.desk = &desk{t: t, screen: screen, done: make(chan error, 1)}
	var err error
	l.b, err = debugview.NewBrowser(config(func(c *debugview.Config) { c.Input = debugview.Follow }), screen, &l.errs, nil, l.now)
	if err != nil {
		t.Fatal(err)
	}
	go func() { l.done <- l.b.Run(t.Context()) }()
	synctest.Wait()
	return l
}

// draws is how often the screen was drawn.
func (l *liveDesk) draws() int {
	s := l.screen.(*readyScreen)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.draws
}

// wait lets time pass.
func (l *liveDesk) wait(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// flows adds n flows that have settled.
func (l *liveDesk) flows(n, status int) {
	for range n {
		l.n++
		e := schema.Event{Type: "http.request", Action: "POST /orders", Time: schema.Time{NS: l.now().UnixNano(), Digits: 3, From: schema.FromLine}}
		binary.BigEndian.PutUint64(e.ID.Bits[:], uint64(l.n))
		binary.BigEndian.PutUint64(e.Correlation.Flow[:], uint64(l.n)<<32)
		e.Metadata.Status = status
		e.Metadata.Duration = schema.Duration{NS: int64(5 * ms), Set: true}
		l.b.View().Add(&e)
	}
	l.b.View().Advance(l.now().UnixNano())
	<-time.After(3 * time.Second)
	l.b.View().Advance(l.now().UnixNano())
	l.wait(time.Second)
}

func (l *liveDesk) key(r rune) string {
	l.screen.InjectKey(tcell.KeyRune, r, 0)
	synctest.Wait()
	return l.text()
}

func (l *liveDesk) close() {
	l.screen.InjectKey(tcell.KeyRune, 'q', 0)
	if err := <-l.done; err != nil {
		l.t.Errorf("Run: %v", err)
	}
}

// TestBrowserCountsWhatIsNew looks at an older flow, and pauses, while others come in.
func TestBrowserCountsWhatIsNew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := watch(t)
		l.flows(5, 201)
		if text := l.text(); !strings.Contains(text, "following ▶") || !strings.Contains(text, "5 of 5 flows shown") {
			t.Errorf("not following:\n%s", text)
		}
		l.key('k')
		l.flows(57, 201)
		if text := l.text(); !strings.Contains(text, "paused · +57 new · G follows") || !strings.Contains(text, "62 of 62 flows shown") {
			t.Errorf("an older flow is looked at:\n%s", text)
		}
		if text := l.key('G'); !strings.Contains(text, "following ▶") {
			t.Errorf("G does not follow:\n%s", text)
		}
		l.key(' ')
		l.flows(1200, 201)
		if text := l.text(); !strings.Contains(text, "paused · +1,200 new · G follows") || !strings.Contains(text, "62 of 62 flows shown") {
			t.Errorf("the screen does not stand still:\n%s", text)
		}
		if text := l.key(' '); !strings.Contains(text, "following ▶") || !strings.Contains(text, "1262 of 1262") {
			t.Errorf("space does not go on:\n%s", text)
		}
		l.close()
	})
}

// TestBrowserDrawsOnChange counts drawings.
func TestBrowserDrawsOnChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := watch(t)
		l.flows(1, 201)
		l.wait(time.Minute)
		before := l.draws()
		l.wait(time.Hour)
		if got := l.draws() - before; got != 0 {
			t.Errorf("%d drawings in an hour without anything new", got)
		}
		e := schema.Event{Type: "http.request", Action: "POST /orders", Time: schema.Time{NS: l.now().UnixNano(), From: schema.FromLine}}
		for range 2200 {
			l.b.View().Add(&e)
			<-time.After(ms)
		}
		synctest.Wait()
		if got := l.draws() - before; got < 30 || got > 67 {
			t.Errorf("%d drawings in 2.2 seconds with 2200 events", got)
		}
		if text := l.text(); !strings.Contains(text, "/s ") {
			t.Errorf("no rate:\n%s", text)
		}
		l.wait(5 * time.Second)
		if text := l.text(); strings.Contains(text, "/s ") {
			t.Errorf("a rate while nothing comes:\n%s", text)
		}
		l.close()
	})
}

// TestBrowserKeepsFailures holds that failed flows are dropped last, and what is dropped is counted.
func TestBrowserKeepsFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := watch(t)
		l.flows(3, 500)
		l.flows(5017, 201)
		if text := l.text(); !strings.Contains(text, "5,020 flows  20 dropped") || !strings.Contains(text, "5000 of 5000 flows shown") {
			t.Errorf("not bounded, or not counted:\n%s", text)
		}
		if text := l.key('e'); !strings.Contains(text, "3 of 5000 flows shown") {
			t.Errorf("failed flows are gone:\n%s", text)
		}
		l.close()
	})
}
