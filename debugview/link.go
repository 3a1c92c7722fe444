package debugview

import (
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// frameAt returns the file and line that a stack frame names: "app/models/stock.rb:41:in 'reserve!'"; "" when it names none.
func frameAt(frame string) (file string, line int) {
	for i := 1; i < len(frame); i++ {
		if frame[i] != ':' {
			continue
		}
		j := i + 1
		for j < len(frame) && frame[j] >= '0' && frame[j] <= '9' {
			j++
		}
		if n, err := strconv.Atoi(frame[i+1 : j]); err == nil {
			file = strings.TrimSpace(frame[:i])
			if k := strings.LastIndexAny(file, " (\t\""); k >= 0 {
				file = file[k+1:]
			}
			return file, n
		}
	}
	return "", 0
}

// fileURL returns the address of a frame's file on this machine, "" unless the file is there. The host stands in it, so that a
// terminal on another machine does not open a file of its own.
func fileURL(frame string) string {
	file, line := frameAt(frame)
	if file == "" {
		return ""
	}
	abs, err := filepath.Abs(file)
	if err != nil {
		return ""
	}
	if info, err := os.Stat(abs); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	host, err := os.Hostname()
	if err != nil {
		return ""
	}
	u := url.URL{Scheme: "file", Host: host, Path: filepath.ToSlash(abs), Fragment: strconv.Itoa(line)}
	return u.String()
}

// link appends what makes the text that follows a hyperlink, and ends it with an empty address.
func (p *pen) link(address string) {
	p.b = append(append(append(p.b, "\x1b]8;;"...), address...), "\x1b\\"...)
}
