//go:build !notui

package debugview

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gdamore/tcell/v2"
)

// Browser shows flows full screen. Its View is fed by one goroutine, Run belongs to another.
type Browser struct {
	v      *View
	a      *album
	screen tcell.Screen
	styles [roles]tcell.Style
	now    func() time.Time

	list   []*shot // what the filters leave, oldest first
	total  int
	sel    *shot
	top    int // first row of the list on the screen
	pane   pane
	step   int // row of the selected flow
	field  int // line of the fields, or of the preview
	room   int // cells of the lines of the fields
	follow bool
	paused bool
	seen   int // flows settled when following ended
	frozen int // flows settled when the screen was paused
	fresh  int // flows settled since following ended

	errors, slow, quietToo bool
	expr                   *Expr
	exprText               string
	verdicts               map[int]bool // of expr, by the number of the flow
	find                   string
	input                  rune // what is typed: '/', 'f', 'O', 'y' for one letter, 0 nothing
	typed                  []rune
	message                string
	fault                  *ExprError // of what is typed
	help, preview, wrapped bool
	folds                  folds
	turned                 map[foldKey]bool // rows that stand otherwise than folds says
	times                  int
	hidden                 map[string]bool
	mark                   *shot // to compare with
	spots                  []spot
	halt                   func() bool // stops the process until it is told to go on

	events   int64
	rateFrom time.Time
	rateAt   int64
	rate     int64
	finished bool
}

// pane is a part of the screen that keys go to.
type pane uint8

// The panes, from the outer to the inner.
const (
	paneList pane = iota
	paneSteps
	paneFields
)

// folds says which rows stand for those below them.
type folds uint8

// The foldings. By default equal steps stand in one row.
const (
	foldEqual folds = iota
	foldAll
	foldNone
)

// foldKey names a row of a flow.
type foldKey struct{ flow, row int }

// NewBrowser returns a browser on screen and the view that feeds it. The view writes nothing; its summary goes to errw when it
// is closed, which the caller does after Run. screen must not be initialised; nil opens the terminal. With now nil the clock is used.
func NewBrowser(cfg Config, screen tcell.Screen, errw io.Writer, total func() Totals, now func() time.Time) (*Browser, error) {
	cfg.Layout, cfg.Export, cfg.Region = "tree", "", false
	v, err := New(cfg, io.Discard, errw, total)
	if err != nil {
		return nil, err
	}
	v.keepJSON, v.keepRaw = true, cfg.Raw != nil
	a := newAlbum()
	v.layout = &albumLayout{a}
	if screen == nil {
		if screen, err = tcell.NewScreen(); err != nil {
			return nil, fmt.Errorf("this terminal cannot be used for --tui: %w", err)
		}
	}
	if now == nil {
		now = time.Now
	}
	b := &Browser{v: v, a: a, screen: screen, now: now, follow: true, hidden: map[string]bool{}, turned: map[foldKey]bool{}, halt: halt}
	b.styles = styles(cfg.Theme, cfg.Color)
	return b, nil
}

// View is what events are to be given to.
func (b *Browser) View() *View { return b.v }

// styles returns the look of every role in the basic colours.
func styles(theme string, color bool) (out [roles]tcell.Style) {
	for r, codes := range codesOf(theme) {
		s := tcell.StyleDefault
		for code := range strings.SplitSeq(codes, ";") {
			switch {
			case code == "1":
				s = s.Bold(true)
			case code == "2":
				s = s.Dim(true)
			case code == "4":
				s = s.Underline(true)
			case code == "7":
				s = s.Reverse(true)
			case color && len(code) == 2 && code[0] == '3':
				s = s.Foreground(tcell.PaletteColor(int(code[1] - '0')))
			case color && len(code) == 2 && code[0] == '9':
				s = s.Foreground(tcell.PaletteColor(8 + int(code[1]-'0')))
			}
		}
		out[r] = s
	}
	return out
}

// drawEvery is the least time between two drawings that nobody asked for.
const drawEvery = time.Second / 30

// errQuit ends Run.
var errQuit = errors.New("quit")

// Run shows the browser until the user quits or ctx ends, and leaves the terminal as it was. It returns nil then, or why the
// screen could not be used.
func (b *Browser) Run(ctx context.Context) error {
	if err := b.screen.Init(); err != nil {
		return err
	}
	defer b.screen.Fini()
	if b.v.cfg.Mouse {
		b.screen.EnableMouse(tcell.MouseButtonEvents)
	} else {
		b.screen.DisableMouse()
	}
	select {
	case <-b.a.changed: // the first drawing shows it
	default:
	}
	b.refresh()
	b.draw()
	events, quit := make(chan tcell.Event, 16), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { b.screen.ChannelEvents(events, quit) })
	defer wg.Wait()
	defer close(quit)
	timer, fade := time.NewTimer(time.Hour), time.NewTimer(time.Hour)
	timer.Stop()
	defer timer.Stop()
	defer fade.Stop()
	waiting := false
	for {
		// A rate on the screen has to go when nothing comes any more. Apart from that nothing happens while nothing changes.
		if fade.Stop(); b.rate > 0 && !b.finished {
			fade.Reset(time.Second + drawEvery)
		}
		changed := b.a.changed
		if waiting {
			changed = nil
		}
		select {
		case <-ctx.Done():
			return nil
		case ev, ok := <-events:
			if !ok || errors.Is(b.event(ev), errQuit) {
				return nil
			}
		case <-changed:
			timer.Reset(drawEvery)
			waiting = true
			continue
		case <-timer.C:
			waiting = false
		case <-fade.C:
		}
		b.refresh()
		b.draw()
	}
}

// Restore leaves the terminal as it was, for a program that is about to end otherwise than by Run.
func (b *Browser) Restore() { b.screen.Fini() }

// refresh takes over what is new and applies the filters.
func (b *Browser) refresh() {
	b.a.mu.Lock()
	shots := slices.Clone(b.a.shots)
	b.events, b.finished = b.a.events, b.a.ended
	next := b.a.next
	b.a.mu.Unlock()
	b.pace()
	if b.follow && !b.paused {
		b.seen = next
	}
	if b.paused {
		shots = slices.DeleteFunc(shots, func(s *shot) bool { return s.number >= b.frozen })
	} else {
		b.frozen = next
	}
	b.fresh = next - b.seen
	b.total = len(shots)
	b.list = b.list[:0]
	for _, s := range shots {
		if b.keeps(s) {
			b.list = append(b.list, s)
		}
	}
	at := slices.Index(b.list, b.sel)
	switch {
	case len(b.list) == 0:
		b.sel, b.step, b.field, b.pane = nil, 0, 0, paneList
	case b.follow && !b.paused || b.sel == nil:
		b.choose(len(b.list) - 1)
	case at < 0:
		// The flow went out of the ring or was filtered away; its neighbour takes its place.
		n, _ := slices.BinarySearchFunc(b.list, b.sel.number, func(s *shot, n int) int { return s.number - n })
		b.choose(min(n, len(b.list)-1))
	}
}

// pace measures events a second.
func (b *Browser) pace() {
	now := b.now()
	if b.rateFrom.IsZero() {
		b.rateFrom, b.rateAt = now, b.events
		return
	}
	if d := now.Sub(b.rateFrom); d >= time.Second {
		b.rate = int64(float64(b.events-b.rateAt)/d.Seconds() + 0.5)
		b.rateFrom, b.rateAt = now, b.events
	}
}

// keeps reports whether the filters leave s.
func (b *Browser) keeps(s *shot) bool {
	switch {
	case b.errors && s.state != failed,
		b.slow && !s.slow,
		!b.quietToo && s.quiet && b.expr == nil:
		return false
	case b.expr == nil:
		return true
	}
	holds, known := b.verdicts[s.number]
	if !known {
		holds = s.matches(b.expr)
		if len(b.verdicts) >= 2*maxShots {
			clear(b.verdicts)
		}
		b.verdicts[s.number] = holds
	}
	return holds
}

// filterBy sets the expression; nil is none.
func (b *Browser) filterBy(x *Expr, text string) {
	b.expr, b.exprText, b.verdicts = x, text, map[int]bool{}
}

// choose selects the i-th flow of the list.
func (b *Browser) choose(i int) {
	if len(b.list) == 0 {
		return
	}
	s := b.list[max(0, min(i, len(b.list)-1))]
	if s != b.sel {
		b.sel, b.step, b.field = s, 0, 0
		for i := range s.rows {
			if s.rows[i].failed && b.shown(s, i) {
				b.step = i
			}
		}
	}
}

// index is the place of the selected flow in the list.
func (b *Browser) index() int { return max(0, slices.Index(b.list, b.sel)) }
