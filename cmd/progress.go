package cmd

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/term"
)

// progress counts what is read of files that are read to their end, and tells whoever waits.
type progress struct {
	verb  string // "shipping", "reading"
	files int
	total int64 // stored bytes of all files; -1 when one is a stream
	read  atomic.Int64
	lines atomic.Int64
	name  atomic.Pointer[string] // of the file read last
	began time.Time
}

func newProgress(verb string) *progress { return &progress{verb: verb, began: time.Now()} }

// file says that one more file is to be read, of so many bytes.
func (p *progress) file(size int64) {
	p.files++
	if size < 0 || p.total < 0 {
		p.total = -1
		return
	}
	p.total += size
}

// took says that text was read, of which so many bytes were stored.
func (p *progress) took(name, text string, stored int64) {
	p.read.Add(stored)
	n := int64(strings.Count(text, "\n"))
	if !strings.HasSuffix(text, "\n") {
		n++
	}
	p.lines.Add(n)
	if last := p.name.Load(); last == nil || *last != name {
		p.name.Store(&name)
	}
}

// How often progress is told: on a terminal after a moment and then a few times a second, elsewhere now and then.
const (
	progressSoon  = time.Second
	progressDraw  = 200 * time.Millisecond
	progressLines = 10 * time.Second
)

// watch tells w of progress until the function it returns is called: in one row that is drawn again and gone at the end if w is a
// terminal, else in lines.
func (p *progress) watch(w io.Writer) (stop func()) {
	f, _ := w.(*os.File)
	tty := f != nil && isTerminal(f)
	every := progressLines
	if tty {
		every = progressDraw
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(every)
		defer tick.Stop()
		drawn := false
		for {
			select {
			case <-done:
				if drawn {
					io.WriteString(w, "\r\x1b[2K")
				}
				return
			case now := <-tick.C:
				took := now.Sub(p.began)
				switch {
				case !tty:
					fmt.Fprintf(w, "ezlogs: %s\n", p.row(took))
				case took >= progressSoon:
					width, _, err := term.GetSize(int(f.Fd()))
					if err != nil {
						width = 80
					}
					drawn = true
					io.WriteString(w, "\r\x1b[2K"+cutRow(p.verb+"  "+p.row(took), width-1))
				}
			}
		}
	}()
	return func() { close(done); <-ended }
}

// row says how far reading has come: by bytes as stored, since nobody knows how many lines are left.
func (p *progress) row(took time.Duration) string {
	read := p.read.Load()
	rate := float64(read) / max(took.Seconds(), 0.001)
	var b strings.Builder
	if name := p.name.Load(); name != nil {
		b.WriteString(printable(*name) + "  ")
	}
	if p.total > 0 {
		fmt.Fprintf(&b, "%d %%, %s of %s", min(100*read/p.total, 100), size(read), size(p.total))
	} else {
		b.WriteString(size(read))
	}
	fmt.Fprintf(&b, ", %s/s, %d lines", size(int64(rate)), p.lines.Load())
	if left := p.total - read; p.total > 0 && left > 0 && took > 3*time.Second && rate > 0 {
		fmt.Fprintf(&b, ", about %s left", about(time.Duration(float64(left)/rate*1e9)))
	}
	return b.String()
}

// sum says what was read in all.
func (p *progress) sum() string {
	return fmt.Sprintf("%s, %s, %s in %s", count(p.files, "file"), count(int(p.lines.Load()), "line"), size(p.read.Load()), about(time.Since(p.began)))
}

// size returns a number of bytes as people read it.
func size(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	x := float64(n)
	i := 0
	for x >= 1000 && i < len(units)-1 {
		x /= 1024
		i++
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.3g %s", x, units[i])
}

// about rounds a time to what matters.
func about(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// printable returns a name of a file without what a terminal would obey.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r <= 0x9f || r >= 0x200b && r <= 0x202e || r >= 0x2060 && r <= 0x206f {
			return '?'
		}
		return r
	}, s)
}

// cutRow shortens s to so many characters.
func cutRow(s string, width int) string {
	if r := []rune(s); len(r) > max(width, 1) {
		return string(r[:max(width, 1)])
	}
	return s
}
