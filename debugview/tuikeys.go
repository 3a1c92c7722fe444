//go:build !notui

package debugview

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gdamore/tcell/v2"
)

// event handles what the terminal tells. It returns errQuit when the browser is to end.
func (b *Browser) event(ev tcell.Event) error {
	switch ev := ev.(type) {
	case *tcell.EventResize:
		b.screen.Sync()
	case *tcell.EventKey:
		if ev.Key() == tcell.KeyCtrlC {
			return errQuit
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

// key handles a key outside of input.
func (b *Browser) key(ev *tcell.EventKey) error {
	switch ev.Key() {
	case tcell.KeyUp:
		b.move(-1)
	case tcell.KeyDown:
		b.move(1)
	case tcell.KeyPgUp:
		b.move(-10)
	case tcell.KeyPgDn:
		b.move(10)
	case tcell.KeyHome:
		b.move(-1 << 30)
	case tcell.KeyEnd:
		b.move(1 << 30)
	case tcell.KeyRight, tcell.KeyEnter:
		b.right = b.sel != nil
	case tcell.KeyLeft, tcell.KeyEscape:
		b.back()
	case tcell.KeyRune:
		return b.letter(ev.Rune())
	}
	return nil
}

// back leaves what was entered last.
func (b *Browser) back() {
	switch {
	case b.preview:
		b.preview = false
	case b.right:
		b.right = false
	case b.mark != nil:
		b.mark = nil
	case b.find != "":
		b.find = ""
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
		b.right = b.sel != nil
	case 'g':
		b.move(-1 << 30)
	case 'G':
		b.right, b.follow, b.paused = false, true, false
	case ' ':
		b.paused = !b.paused
	case '/', 'f':
		b.input, b.typed = r, nil
		if r == 'f' {
			b.typed = []rune(b.exprText)
		}
	case 'F':
		b.expr, b.exprText = nil, ""
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
		b.folded = !b.folded
	case 't':
		b.times = (b.times + 1) % len(timeKinds)
	case 'w':
		b.wrapped = !b.wrapped
	case 'h':
		b.hide()
	case 'y', 'Y':
		b.copy(r == 'Y')
	case 'o':
		b.edit()
	case 'O':
		if b.sel != nil {
			b.input, b.typed = 'O', []rune("flow-"+b.sel.short+".html")
		}
	case 'c':
		if b.mark == nil {
			b.mark = b.sel
			b.message = "marked; choose another flow to compare, c ends it"
		} else {
			b.mark = nil
		}
	case 'r':
		b.preview = !b.preview
	case '?':
		b.help = true
	}
	return nil
}

// move goes n flows, or steps, on.
func (b *Browser) move(n int) {
	if b.sel == nil {
		return
	}
	if b.right {
		rows := b.visible(b.sel)
		at := max(0, slices.Index(rows, b.step))
		b.step = rows[max(0, min(at+n, len(rows)-1))]
		return
	}
	at := b.index() + n
	b.choose(at)
	// Whoever looks at an older flow does not want it to move away.
	b.follow = at >= len(b.list)-1
}

// hide leaves out the first field of the step at the cursor that is not hidden yet; with none left all are shown again.
func (b *Browser) hide() {
	if b.sel == nil || b.step >= len(b.sel.rows) {
		return
	}
	for _, f := range b.sel.rows[b.step].facts(b.v) {
		if f.name != "" && !b.hidden[f.name] {
			b.hidden[f.name] = true
			b.message = f.name + " is hidden; h goes on"
			return
		}
	}
	clear(b.hidden)
	b.message = "all fields are shown"
}

// copy puts the flow's id or story on the clipboard, by way of the terminal.
func (b *Browser) copy(story bool) {
	if b.sel == nil {
		return
	}
	text := b.sel.id
	if story && b.sel.story != "" {
		text = b.sel.story
	}
	b.screen.SetClipboard([]byte(text))
	b.message = "copied: " + text
}

// typing handles a key while something is typed.
func (b *Browser) typing(ev *tcell.EventKey) {
	switch ev.Key() {
	case tcell.KeyEscape:
		b.input, b.message = 0, ""
		return
	case tcell.KeyEnter:
		b.enter()
		return
	case tcell.KeyBackspace, tcell.KeyBackspace2:
		if len(b.typed) > 0 {
			b.typed = b.typed[:len(b.typed)-1]
		}
	case tcell.KeyCtrlU:
		b.typed = nil
	case tcell.KeyRune:
		if len(b.typed) < 500 {
			b.typed = append(b.typed, ev.Rune())
		}
	}
	b.message = ""
	if b.input == 'f' && len(b.typed) > 0 {
		if _, err := ParseWhere(string(b.typed)); err != nil {
			b.message = hint(err)
		}
	}
	if b.input == '/' {
		b.find = string(b.typed)
	}
}

// hint is an error of an expression in one line.
func hint(err error) string {
	var e *ExprError
	if !errors.As(err, &e) {
		return clean(err.Error(), false)
	}
	text := e.Msg
	if e.Hint != "" {
		text += " " + e.Hint
	}
	return "column " + itoa(e.Pos+1) + ": " + text
}

// enter ends typing.
func (b *Browser) enter() {
	text := strings.TrimSpace(string(b.typed))
	switch b.input {
	case '/':
		b.find = text
		b.search(1)
	case 'f':
		if text == "" {
			b.expr, b.exprText = nil, ""
			break
		}
		x, err := ParseWhere(text)
		if err != nil {
			b.message = hint(err)
			return
		}
		b.expr, b.exprText = x, text
	case 'O':
		b.write(text)
	}
	b.input = 0
}

// search goes to the next flow, or the next step of the flow, that has the text.
func (b *Browser) search(by int) {
	want := strings.ToLower(b.find)
	if want == "" || b.sel == nil {
		return
	}
	if b.right {
		n := len(b.sel.rows)
		for i := 1; i <= n; i++ {
			at := ((b.step+by*i)%n + n) % n
			if strings.Contains(b.sel.rows[at].text, want) {
				b.step = at
				return
			}
		}
		b.message = "not found in this flow: " + clean(b.find, b.v.cfg.ASCII)
		return
	}
	n := len(b.list)
	for i := 1; i <= n; i++ {
		at := ((b.index()+by*i)%n + n) % n
		s := b.list[at]
		if strings.Contains(strings.ToLower(s.id+" "+s.name+s.status+" "+s.reason+" "+s.story), want) ||
			slices.ContainsFunc(s.rows, func(r shotRow) bool { return strings.Contains(r.text, want) }) {
			b.choose(at)
			b.follow = false
			return
		}
	}
	b.message = "not found: " + clean(b.find, b.v.cfg.ASCII)
}

// write writes the selected flow to a new file, by its extension.
func (b *Browser) write(name string) {
	if b.sel == nil || name == "" {
		return
	}
	var data []byte
	switch filepath.Ext(name) {
	case ".html":
		data = b.v.appendPageHead(nil, 1, false)
		data = append(data, b.sel.html...)
		data = append(data, "</main><script>"+pageJS+"</script></html>\n"...)
	case ".json":
		data = appendJSONLine(nil, b.sel.json)
	default:
		b.message = "write to a name that ends in .html or .json"
		return
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = f.Write(data)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		b.message = clean(err.Error(), b.v.cfg.ASCII)
		return
	}
	b.message = "wrote " + clean(name, b.v.cfg.ASCII)
}

// edit opens the first frame of the step's backtrace that is a file here.
func (b *Browser) edit() {
	if b.sel == nil || b.step >= len(b.sel.rows) || b.sel.rows[b.step].d == nil {
		b.message = "no backtrace here"
		return
	}
	editor := os.Getenv("VISUAL")
	if editor == "" {
		editor = os.Getenv("EDITOR")
	}
	words := strings.Fields(editor)
	if len(words) == 0 {
		b.message = "VISUAL and EDITOR are not set"
		return
	}
	for _, frame := range b.sel.rows[b.step].d.stack {
		file, line := frameAt(frame)
		// The name comes from a log: it is opened only as a file that exists, and never as an option.
		if info, err := os.Stat(file); file == "" || err != nil || !info.Mode().IsRegular() {
			continue
		}
		abs, err := filepath.Abs(file)
		if err != nil {
			continue
		}
		if err := b.screen.Suspend(); err != nil {
			b.message = err.Error()
			return
		}
		cmd := exec.Command(words[0], append(words[1:], "+"+strconv.Itoa(line), abs)...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		err = cmd.Run()
		if err := b.screen.Resume(); err != nil {
			b.message = err.Error()
			return
		}
		if err != nil {
			b.message = clean(err.Error(), b.v.cfg.ASCII)
		}
		return
	}
	b.message = "no file of the backtrace is here"
}
