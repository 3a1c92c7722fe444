//go:build !notui

package debugview

import (
	"context"
	"errors"
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
	right  bool
	step   int
	follow bool
	paused bool
	fresh  int // flows settled since the pause
	seen   int // number of the newest flow taken into the list

	errors, slow, quietToo bool
	expr                   *Expr
	exprText               string
	find                   string
	input                  rune // what is typed: '/', 'f', 'O', 0 nothing
	typed                  []rune
	message                string
	help, preview, wrapped bool
	folded                 bool
	times                  int
	hidden                 map[string]bool
	mark                   *shot // to compare with

	events   int64
	rateFrom time.Time
	rateAt   int64
	rate     int64
	finished bool
}

// NewBrowser returns a browser on screen and the view that feeds it. The view writes nothing; its summary goes to errw when it
// is closed, which the caller does after Run. screen must not be initialised; nil opens the terminal. With now nil the clock is used.
func NewBrowser(cfg Config, screen tcell.Screen, errw io.Writer, total func() Totals, now func() time.Time) (*Browser, error) {
	cfg.Layout, cfg.Export, cfg.Region = "tree", "", false
	v, err := New(cfg, io.Discard, errw, total)
	if err != nil {
		return nil, err
	}
	v.keepJSON = true
	a := newAlbum()
	v.layout = &albumLayout{a}
	if screen == nil {
		if screen, err = tcell.NewScreen(); err != nil {
			return nil, err
		}
	}
	if now == nil {
		now = time.Now
	}
	b := &Browser{v: v, a: a, screen: screen, now: now, follow: true, hidden: map[string]bool{}}
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
	b.screen.DisableMouse()
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
	var timer *time.Timer
	var due <-chan time.Time
	for {
		changed := b.a.changed
		if due != nil {
			changed = nil
		}
		select {
		case <-ctx.Done():
			return nil
		case ev, ok := <-events:
			if !ok || errors.Is(b.event(ev), errQuit) {
				return nil
			}
			b.refresh()
			b.draw()
		case <-changed:
			if timer == nil {
				timer = time.NewTimer(drawEvery)
				defer timer.Stop()
			} else {
				timer.Reset(drawEvery)
			}
			due = timer.C
		case <-due:
			due = nil
			b.refresh()
			b.draw()
		}
	}
}

// refresh takes over what is new and applies the filters.
func (b *Browser) refresh() {
	b.a.mu.Lock()
	shots := slices.Clone(b.a.shots)
	b.events, b.finished = b.a.events, b.a.ended
	next := b.a.next
	b.a.mu.Unlock()
	b.pace()
	if b.paused {
		b.fresh = next - b.seen
		shots = slices.DeleteFunc(shots, func(s *shot) bool { return s.number >= b.seen })
	} else {
		b.seen, b.fresh = next, 0
	}
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
		b.sel, b.step = nil, 0
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
		b.rate = int64(float64(b.events-b.rateAt) / d.Seconds())
		b.rateFrom, b.rateAt = now, b.events
	}
}

// keeps reports whether the filters leave s.
func (b *Browser) keeps(s *shot) bool {
	switch {
	case b.errors && s.state != failed && s.state != retried,
		b.slow && !s.slow,
		!b.quietToo && s.quiet && b.expr == nil,
		b.expr != nil && !s.matches(b.expr):
		return false
	}
	return true
}

// choose selects the i-th flow of the list.
func (b *Browser) choose(i int) {
	if len(b.list) == 0 {
		return
	}
	s := b.list[max(0, min(i, len(b.list)-1))]
	if s != b.sel {
		b.sel, b.step = s, 0
		for i := range s.rows {
			if s.rows[i].failed {
				b.step = i
			}
		}
	}
}

// index is the place of the selected flow in the list.
func (b *Browser) index() int { return max(0, slices.Index(b.list, b.sel)) }
