//go:build !notui

package debugview

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"
)

// copies says what y can copy, by the letter that follows.
var copies = [...]struct {
	letter rune
	name   string
}{{'i', "id"}, {'s', "story"}, {'j', "JSON"}, {'r', "raw line"}}

// copy puts a part of the flow on the clipboard: its id, its story, the JSON of the flow or of the step at the cursor, or the
// lines of that step.
func (b *Browser) copy(letter rune) {
	s := b.sel
	var step *detail
	if b.step < len(s.rows) {
		step = s.rows[b.step].d
	}
	what, text := "id", ""
	switch letter {
	case 'i', 'y':
		text = s.id
	case 's':
		what, text = "story", s.story
	case 'j':
		if what = "JSON of the flow"; b.pane == paneList {
			text = string(appendJSONLine(nil, s.json))
		} else if what = "JSON of the step"; step != nil {
			text = step.json
		}
	case 'r':
		if what = "raw line"; step != nil {
			text = step.raw
		}
	default:
		return
	}
	if text = strings.TrimRight(text, "\r\n"); text == "" {
		b.message = "there is no " + what + " here"
		return
	}
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = clean(lines[i], false) // where it is pasted, it may be obeyed
	}
	b.clip(strings.Join(lines, "\n"))
	b.message = "copied the " + what + ": " + clean(lines[0], b.v.cfg.ASCII)
}

// clip gives text to the clipboard of the terminal, also over ssh. Terminals that do not know the sequence leave it out.
func (b *Browser) clip(text string) {
	tty, ok := b.screen.Tty()
	if !ok {
		b.screen.SetClipboard([]byte(text))
		return
	}
	if _, err := tty.Write([]byte("\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(text)) + "\a")); err != nil {
		b.message = err.Error()
	}
}

// typing handles a key while something is typed.
func (b *Browser) typing(ev *tcell.EventKey) {
	if b.input == 'y' {
		b.input = 0
		if ev.Key() == tcell.KeyRune {
			b.copy(ev.Rune())
		}
		return
	}
	switch ev.Key() {
	case tcell.KeyEscape:
		if b.input == '/' {
			b.find = ""
		}
		b.input, b.message, b.fault = 0, "", nil
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
	b.message, b.fault = "", nil
	if b.input == 'f' && len(b.typed) > 0 {
		if _, err := ParseWhere(string(b.typed)); err != nil {
			b.wrong(err)
		}
	}
	if b.input == '/' {
		b.find = string(b.typed)
	}
}

// wrong keeps what is the matter with the expression that is typed.
func (b *Browser) wrong(err error) {
	if !errors.As(err, &b.fault) {
		b.message = clean(err.Error(), b.v.cfg.ASCII)
	}
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
			b.filterBy(nil, "")
			break
		}
		x, err := ParseWhere(string(b.typed))
		if err != nil {
			b.wrong(err)
			return
		}
		b.filterBy(x, text)
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
	if b.pane != paneList {
		n := len(b.sel.rows)
		for i := 1; i <= n; i++ {
			at := ((b.step+by*i)%n + n) % n
			if strings.Contains(b.sel.rows[at].text, want) {
				b.reveal(b.sel, at)
				b.step, b.field = at, 0
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
	case ".mmd":
		data = []byte(b.sel.mermaid)
	default:
		b.message = "write to a name that ends in .html, .json or .mmd"
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
