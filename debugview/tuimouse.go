//go:build !notui

package debugview

import "github.com/gdamore/tcell/v2"

// spot is a row of the screen that can be clicked.
type spot struct {
	y, from, to int // cells from to to, without to
	pane        pane
	n           int // flow of the list, row of the flow, field
}

// spotOf notes what is drawn in a row.
func (b *Browser) spotOf(y, from, to int, p pane, n int) {
	b.spots = append(b.spots, spot{y, from, to, p, n})
}

// mouse handles the wheel, which moves, and a click, which selects; a click on what is selected goes into it.
func (b *Browser) mouse(ev *tcell.EventMouse) {
	by := 0
	switch {
	case ev.Buttons()&tcell.WheelUp != 0:
		by = -3
	case ev.Buttons()&tcell.WheelDown != 0:
		by = 3
	case ev.Buttons()&tcell.ButtonPrimary == 0:
		return
	}
	x, y := ev.Position()
	for _, s := range b.spots {
		if s.y != y || x < s.from || x >= s.to {
			continue
		}
		b.message = ""
		again := s.pane == b.pane
		b.pane = s.pane
		switch {
		case by != 0:
			b.move(by)
		case s.pane == paneList:
			if again && s.n == b.index() {
				b.into()
				break
			}
			b.choose(s.n)
			b.follow = s.n == len(b.list)-1
		case s.pane == paneFields:
			b.field = s.n
		case s.n == b.step && again && b.sel.rows[s.n].below:
			b.turn(b.sel, s.n)
		default:
			b.step, b.field = s.n, 0
		}
		return
	}
}
