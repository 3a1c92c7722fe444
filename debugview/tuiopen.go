//go:build !notui

package debugview

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// edit opens the first frame of the step's backtrace that is a file here.
func (b *Browser) edit() {
	if b.sel == nil || b.step >= len(b.sel.rows) || b.sel.rows[b.step].d == nil {
		b.message = "no backtrace here"
		return
	}
	words := strings.Fields(cmp.Or(os.Getenv("VISUAL"), os.Getenv("EDITOR")))
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
		cmd := exec.Command(words[0], append(words[1:], place(words[0], abs, line)...)...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		if !term.IsTerminal(int(os.Stdin.Fd())) { // the log comes from there
			if tty, terr := os.OpenFile(terminalName, os.O_RDWR, 0); terr == nil {
				defer tty.Close()
				cmd.Stdin = tty
			}
		}
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

// place returns the arguments with which an editor opens a line of a file.
func place(editor, file string, line int) []string {
	n := strconv.Itoa(line)
	switch strings.TrimSuffix(filepath.Base(editor), ".exe") {
	case "code", "code-insiders", "codium", "cursor", "windsurf":
		return []string{"--goto", file + ":" + n}
	case "subl", "zed", "hx", "helix":
		return []string{file + ":" + n}
	}
	return []string{"+" + n, file}
}
