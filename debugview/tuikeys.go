//go:build !notui

package debugview

import (
	"github.com/gdamore/tcell/v2"
)

// event handles what the terminal tells. It returns errQuit when the browser is to end.
func (b *Browser) event(ev tcell.Event) error {
	switch ev := ev.(type) {
	case *tcell.EventResize:
		b.screen.Sync()
	case *tcell.EventMouse:
		if b.input == 0 && !b.help {
			b.mouse(ev)
		}
	case *tcell.EventKey:
		switch ev.Key() {
		case tcell.KeyCtrlC:
			return errQuit
		case tcell.KeyCtrlZ:
			b.sleep()
			return nil
		case tcell.KeyCtrlL:
			b.screen.Sync()
			return nil
		}
		if b.input != 0 {
			b.typing(ev)
			return nil
		}
		b.message = ""
		if b.help {
			b.help = false
			return nil
		}
		return b.key(ev)
	}
	return nil
}

// sleep gives the terminal back and stops the process until the shell lets it go on.
func (b *Browser) sleep() {
	if err := b.screen.Suspend(); err != nil {
		b.message = err.Error()
		return
	}
	stopped := b.halt()
	if err := b.screen.Resume(); err != nil {
		b.message = err.Error()
		return
	}
	b.screen.Sync()
	if !stopped {
		b.message = "Ctrl-Z stops nothing here"
	}
}

// key handles a key outside of input.
func (b *Browser) key(ev *tcell.EventKey) error {
	_, h := b.screen.Size()
	page := max(1, h-6)
	switch ev.Key() {
	case tcell.KeyUp:
		b.move(-1)
	case tcell.KeyDown:
		b.move(1)
	case tcell.KeyPgUp:
		b.move(-page)
	case tcell.KeyPgDn:
		b.move(page)
	case tcell.KeyHome:
		b.move(-1 << 30)
	case tcell.KeyEnd:
		b.move(1 << 30)
	case tcell.KeyRight, tcell.KeyEnter:
		b.into()
	case tcell.KeyLeft:
		b.out(true)
	case tcell.KeyEscape:
		b.out(false)
	case tcell.KeyRune:
		return b.letter(ev.Rune())
	}
	return nil
}

// into goes to what is inside: the steps of the flow, what a row stands for, the fields of the step.
func (b *Browser) into() {
	switch {
	case b.sel == nil:
	case b.pane == paneList:
		b.pane = paneSteps
	case b.pane == paneSteps && b.isFolded(b.sel, b.step):
		b.turn(b.sel, b.step)
	case b.pane == paneSteps:
		b.pane, b.field = paneFields, 0
	}
}

// out leaves what was entered last; with fold a row is folded first.
func (b *Browser) out(fold bool) {
	switch {
	case b.preview:
		b.preview, b.field = false, 0
	case b.pane == paneFields:
		b.pane, b.field = paneSteps, 0
	case b.pane == paneSteps && fold && b.step > 0 && b.sel.rows[b.step].below && !b.isFolded(b.sel, b.step):
		b.turn(b.sel, b.step)
	case b.pane == paneSteps:
		b.pane = paneList
	case b.mark != nil:
		b.mark = nil
	case b.find != "":
		b.find = ""
	}
}

// isFolded reports whether the rows below row i of s are not shown.
func (b *Browser) isFolded(s *shot, i int) bool {
	r := &s.rows[i]
	folded := r.equal && b.folds != foldNone || b.folds == foldAll && r.depth > 0
	return r.below && folded != b.turned[foldKey{s.number, i}]
}

// turn folds or unfolds row i of s.
func (b *Browser) turn(s *shot, i int) {
	k := foldKey{s.number, i}
	if b.turned[k] {
		delete(b.turned, k)
		return
	}
	b.turned[k] = true
}

// visible returns the indexes of the rows that are shown.
func (b *Browser) visible(s *shot) []int {
	out := make([]int, 0, len(s.rows))
	for i := 0; i < len(s.rows); i++ {
		out = append(out, i)
		if b.isFolded(s, i) {
			depth := s.rows[i].depth
			for i+1 < len(s.rows) && s.rows[i+1].depth > depth {
				i++
			}
		}
	}
	return out
}

// shown reports whether row i of s is not folded away.
func (b *Browser) shown(s *shot, i int) bool {
	depth := s.rows[i].depth
	for i--; i >= 0 && depth > 0; i-- {
		if s.rows[i].depth < depth {
			if b.isFolded(s, i) {
				return false
			}
			depth = s.rows[i].depth
		}
	}
	return true
}

// reveal unfolds what row i of s is folded into.
func (b *Browser) reveal(s *shot, i int) {
	for k, depth := i-1, s.rows[i].depth; k >= 0 && depth > 0; k-- {
		if s.rows[k].depth < depth {
			if depth = s.rows[k].depth; b.isFolded(s, k) {
				b.turn(s, k)
			}
		}
	}
}

func (b *Browser) letter(r rune) error {
	switch r {
	case 'q':
		return errQuit
	case 'j':
		b.move(1)
	case 'k':
		b.move(-1)
	case 'l':
		b.into()
	case 'g':
		b.move(-1 << 30)
	case 'G':
		b.pane, b.follow, b.paused = paneList, true, false
	case ' ':
		b.paused = !b.paused
	case '/', 'f':
		b.input, b.typed = r, nil
		if r == 'f' {
			b.typed = []rune(b.exprText)
		}
	case 'F':
		b.filterBy(nil, "")
	case 'n':
		b.search(1)
	case 'N':
		b.search(-1)
	case 'e':
		b.errors = !b.errors
	case 's':
		b.slow = !b.slow
	case 'v':
		b.quietToo = !b.quietToo
	case 'x':
		b.fold()
	case 't':
		b.times = (b.times + 1) % len(timeKinds)
	case 'w':
		b.wrapped = !b.wrapped
	case 'h':
		b.hide()
	case 'H':
		clear(b.hidden)
		b.message = "all fields are shown"
	case 'y':
		if b.sel != nil {
			b.input = 'y'
		}
	case 'o':
		b.edit()
	case 'O':
		if b.sel != nil {
			b.input, b.typed = 'O', []rune("flow-"+b.sel.short+".html")
		}
	case 'c':
		if b.mark != nil {
			b.mark = nil
		} else if b.mark = b.sel; b.sel != nil {
			b.pane = paneList
			b.message = "marked; choose another flow to compare with, c ends it"
		}
	case 'r':
		b.preview, b.field = !b.preview, 0
	case '?':
		b.help = true
	}
	return nil
}

// fold folds everything, or unfolds it.
func (b *Browser) fold() {
	if b.folds == foldAll {
		b.folds = foldNone
	} else {
		b.folds = foldAll
	}
	clear(b.turned)
	for b.sel != nil && b.step > 0 && !b.shown(b.sel, b.step) {
		b.step--
	}
}

// move goes n flows, steps or fields on.
func (b *Browser) move(n int) {
	switch {
	case b.sel == nil:
	case b.pane == paneFields || b.preview && b.pane == paneSteps:
		b.field = max(0, min(b.field+n, b.fieldLines()-1))
	case b.pane == paneSteps:
		rows := b.visible(b.sel)
		at := 0
		for i, r := range rows {
			if r <= b.step {
				at = i
			}
		}
		b.step, b.field = rows[max(0, min(at+n, len(rows)-1))], 0
	default:
		at := b.index() + n
		b.choose(at)
		// Whoever looks at an older flow does not want it to move away.
		b.follow = at >= len(b.list)-1
	}
}

// shownFacts is what is known of the step at the cursor without the fields that are hidden.
func (b *Browser) shownFacts() []pair {
	if b.sel == nil || b.step >= len(b.sel.rows) {
		return nil
	}
	var out []pair
	name := ""
	for _, f := range b.sel.rows[b.step].facts(b.v) {
		if f.name != "" {
			name = f.name // the other lines of a backtrace have none of their own
		}
		if !b.hidden[name] {
			out = append(out, f)
		}
	}
	return out
}

// fieldLines is the number of lines the cursor of the fields can be on.
func (b *Browser) fieldLines() int {
	n := 0
	for _, l := range b.stepLines(&b.sel.rows[b.step], b.room) {
		n = max(n, l.n+1)
	}
	return n
}

// hide leaves the field at the cursor out, of every step.
func (b *Browser) hide() {
	facts := b.shownFacts()
	if b.pane != paneFields || b.preview || b.field >= len(facts) {
		b.message = "h hides the field at the cursor: → goes to the fields"
		return
	}
	at := b.field
	for at > 0 && facts[at].name == "" {
		at--
	}
	b.hidden[facts[at].name] = true
	b.field = max(0, min(at, len(b.shownFacts())-1))
	b.message = facts[at].name + " is hidden; H shows all fields"
}
