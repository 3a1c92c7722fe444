//go:build !notui

package debugview_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/debugview"
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
	ready chan struct{}
	w, h  int
}

func (s *readyScreen) Init() error {
	if err := s.SimulationScreen.Init(); err != nil {
		return err
	}
	s.SetSize(s.w, s.h)
	return nil
}

func (s *readyScreen) Show() {
	s.SimulationScreen.Show()
	s.ready <- struct{}{}
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
	cells, w, h := d.screen.GetContents()
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
	if !strings.Contains(d.text(), "paused · +0 new") {
		t.Errorf("no pause:\n%s", d.text())
	}
	d.press(" ")
	if strings.Contains(d.text(), "paused") {
		t.Errorf("still paused:\n%s", d.text())
	}
}
