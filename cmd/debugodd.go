package cmd

import (
	"fmt"
	"strings"
	"sync"
)

// oddLines counts lines that are not what their source is made of: among lines of JSON those that are none, and lines that were
// too long to be read whole. They are events all the same; the count tells that something is wrong with the file.
type oddLines struct {
	mu      sync.Mutex
	sources map[string]*oddSource // by path, guarded by mu
	n       int64                 // guarded by mu
	first   string                // "file:line" of the first, guarded by mu
}

type oddSource struct {
	lines   int64
	json    bool
	decided bool
}

func newOddLines() *oddLines { return &oddLines{sources: map[string]*oddSource{}} }

// look counts the lines of a chunk, in the order of its source. cut says that it is the beginning of a line that goes on.
func (o *oddLines) look(path, text string, cut bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := o.sources[path]
	if s == nil {
		if len(o.sources) >= 4096 {
			clear(o.sources)
		}
		s = &oddSource{}
		o.sources[path] = s
	}
	for len(text) > 0 {
		line := text
		if i := strings.IndexByte(text, '\n'); i >= 0 {
			line, text = text[:i], text[i+1:]
		} else {
			text = ""
		}
		s.lines++
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		if line == "" {
			continue
		}
		object := line[0] == '{' && (line[len(line)-1] == '}' || cut)
		if !s.decided {
			s.decided, s.json = true, object
		}
		if cut || s.json && !object {
			if o.n++; o.first == "" {
				o.first = fmt.Sprintf("%s:%d", path, s.lines)
			}
		}
	}
}

// count returns how many there were and where the first of them is.
func (o *oddLines) count() (n int64, first string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.n, o.first
}
