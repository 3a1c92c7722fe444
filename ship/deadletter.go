package ship

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// deadLetter keeps events nobody takes, as NDJSON files, one DeadEvent a line. Full means that the oldest file goes.
type deadLetter struct {
	dir   string
	max   int64
	clean func(s string) string // nil keeps answers as they are

	mu        sync.Mutex // guards what follows and the files
	f         *os.File   // of this process
	size      int64      // of f
	total     int64      // of all files
	files     int
	added     uint64
	discarded uint64 // events that went with an oldest file
}

// DeadEvent is an event that was set aside, with what is known about why.
type DeadEvent struct {
	Time        time.Time       `json:"time"`
	Destination string          `json:"destination"`
	Reason      string          `json:"reason"` // refused, rejected, too large, suspect (it may have been delivered) …
	Status      int             `json:"status,omitempty"`
	Answer      string          `json:"answer,omitempty"` // its first 1,024 bytes
	Tries       int             `json:"tries"`
	FirstTry    time.Time       `json:"first_try"`
	Event       json.RawMessage `json:"event,omitempty"`
	Text        string          `json:"text,omitempty"` // the event, if it is not JSON
}

// DeadLetterBooks is what was set aside on disk.
type DeadLetterBooks struct {
	Bytes     int64
	Files     int
	Added     uint64 // events since the start
	Discarded uint64 // events that made room for newer ones
}

const (
	deadExt     = ".ndjson"
	deadSegment = 4 << 20
)

func openDeadLetter(dir string, max int64) *deadLetter {
	dl := &deadLetter{dir: dir, max: max}
	for _, f := range dl.list() {
		dl.total += f.size
		dl.files++
	}
	return dl
}

// list are the files, oldest first.
func (dl *deadLetter) list() []fileSize {
	files, err := dirFS(dl.dir).list()
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(files, func(f fileSize) bool { return !strings.HasSuffix(f.name, deadExt) })
}

// add sets the events of p aside; they are durable when it returns nil.
func (dl *deadLetter) add(destination, reason string, p *parcel, v verdict, now time.Time) error {
	raw, err := p.plain()
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	e := DeadEvent{Time: now.UTC(), Destination: destination, Reason: reason, Status: v.status, Tries: p.tries, FirstTry: p.since.UTC()}
	e.Answer = dl.answer(v.answer)
	for line := range bytes.SplitSeq(bytes.TrimSuffix(raw, newline), newline) {
		e.Event, e.Text = line, ""
		if !json.Valid(line) {
			e.Event, e.Text = nil, string(line)
		}
		if err := enc.Encode(e); err != nil {
			return err
		}
	}
	dl.mu.Lock()
	defer dl.mu.Unlock()
	if err := dl.write(buf.Bytes(), now); err != nil {
		return err
	}
	dl.added += uint64(p.n)
	return nil
}

// answer is the text of an answer to be kept. A receiver may repeat what it was sent, our own credentials included.
func (dl *deadLetter) answer(b []byte) string {
	if len(b) == maxSnippet { // the cut may have left half of something that would not be known any more
		b = b[:max(0, bytes.LastIndexAny(b, " \t\n\"',;<>()[]{}"))]
	}
	text := strings.ToValidUTF8(string(b), string(utf8.RuneError))
	if dl.clean != nil {
		text = dl.clean(text)
	}
	return text
}

func (dl *deadLetter) write(b []byte, now time.Time) error {
	if dl.f != nil && dl.size+int64(len(b)) > min(deadSegment, dl.max/4) {
		dl.closeFile()
	}
	for dl.total+int64(len(b)) > dl.max && dl.discard() {
	}
	if dl.f == nil {
		for i := range 100 {
			name := fmt.Sprintf("%013d-%02d%s", now.UnixMilli(), i, deadExt)
			f, err := os.OpenFile(filepath.Join(dl.dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if errors.Is(err, os.ErrExist) {
				continue
			}
			if err != nil {
				return plainPath(err)
			}
			dl.f, dl.size = f, 0
			dl.files++
			break
		}
		if dl.f == nil {
			return errors.New("no free name for a dead letter file")
		}
		if err := dirFS(dl.dir).syncDir(); err != nil {
			return err
		}
	}
	_, err := dl.f.WriteAt(b, dl.size)
	if err == nil {
		err = dl.f.Sync()
	}
	if err != nil {
		dl.f.Truncate(dl.size) // half a line must not stay
		dl.closeFile()
		return plainPath(err)
	}
	dl.size += int64(len(b))
	dl.total += int64(len(b))
	return nil
}

// discard removes the oldest file that is not being written.
func (dl *deadLetter) discard() bool {
	files := dl.list()
	if len(files) == 0 || dl.f != nil && filepath.Base(dl.f.Name()) == files[0].name {
		return false
	}
	path := filepath.Join(dl.dir, files[0].name)
	b, err := os.ReadFile(path)
	if err != nil || os.Remove(path) != nil {
		return false
	}
	dl.discarded += uint64(bytes.Count(b, newline))
	dl.total -= files[0].size
	dl.files--
	return true
}

func (dl *deadLetter) closeFile() {
	if dl.f != nil {
		dl.f.Close()
		dl.f = nil
	}
}

func (dl *deadLetter) close() {
	dl.mu.Lock()
	dl.closeFile()
	dl.mu.Unlock()
}

func (dl *deadLetter) books() DeadLetterBooks {
	dl.mu.Lock()
	defer dl.mu.Unlock()
	return DeadLetterBooks{Bytes: dl.total, Files: dl.files, Added: dl.added, Discarded: dl.discarded}
}
