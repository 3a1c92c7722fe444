package ship

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// nullSender takes everything and keeps nothing.
type nullSender struct{}

func (nullSender) send(context.Context, *parcel) verdict { return verdict{code: "ok"} }
func (nullSender) close() error                          { return nil }

// streamSender writes whole events to a stream such as stdout.
type streamSender struct{ w io.Writer }

func (s *streamSender) send(_ context.Context, p *parcel) verdict {
	raw, err := p.plain()
	if err != nil {
		return verdict{do: again, code: "damaged", err: err}
	}
	for len(raw) > 0 {
		n, err := s.w.Write(raw)
		raw = raw[n:]
		if err == nil {
			continue
		}
		if errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) || errors.Is(err, os.ErrClosed) {
			return verdict{do: gone, code: "gone", err: fmt.Errorf("%w: %w", ErrOutputClosed, err)}
		}
		p.raw, p.batch = raw, nil // the rest; what was written must not be written again
		return verdict{do: again, code: "error", err: plainPath(err)}
	}
	return verdict{code: "ok"}
}

func (s *streamSender) close() error { return nil }

// fileSender appends events to a file, compressed as its name says: one frame a batch, so that
// what was written is whole whenever the process ends.
//
// A file that was renamed or removed, as a rotation does, is opened anew within a second. What is written is in the page
// cache and survives the end of this process; it is synced when the file is closed.
type fileSender struct {
	path   string
	looked time.Time // when path was last compared with f
	f      *os.File
	size   int64 // up to the end of the last whole write
	codec  codec
	enc    encoder
	out    []byte
}

func openFile(t target) (*fileSender, error) {
	if dir := filepath.Dir(t.path); dir != "." {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, plainPath(err)
		}
	}
	s := &fileSender{path: t.path, codec: t.codec}
	return s, s.open()
}

// open opens the file and finds its end.
func (s *fileSender) open() error {
	f, err := os.OpenFile(s.path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return plainPath(err)
	}
	s.f, s.size = f, 0
	if fi, err := f.Stat(); err == nil && fi.Mode().IsRegular() {
		s.size = fi.Size()
		if s.codec == codecNone && s.size > 0 { // a line that was cut by a crash stays a line of its own
			var last [1]byte
			if _, err := f.ReadAt(last[:], s.size-1); err == nil && last[0] != '\n' {
				if n, err := f.Write(newline); err == nil {
					s.size += int64(n)
				}
			}
		}
	}
	return nil
}

// follow opens the file anew when its name belongs to another one, or to none.
func (s *fileSender) follow(now time.Time) error {
	if s.f != nil && now.Sub(s.looked) < time.Second {
		return nil
	}
	s.looked = now
	if s.f != nil {
		held, err := s.f.Stat()
		if err != nil || !held.Mode().IsRegular() {
			return nil
		}
		if named, err := os.Stat(s.path); err == nil && os.SameFile(held, named) || err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err := s.close(); err != nil {
			return err
		}
	}
	return s.open()
}

func (s *fileSender) send(_ context.Context, p *parcel) verdict {
	var data []byte
	if p.batch != nil && p.raw == nil && p.batch.codec == s.codec {
		data = p.batch.body
	} else {
		raw, err := p.plain()
		if err != nil {
			return verdict{do: again, code: "damaged", err: err}
		}
		if data = raw; s.codec != codecNone {
			if s.out, err = s.enc.append(s.out[:0], raw, s.codec); err != nil {
				return verdict{do: again, code: "error", err: err}
			}
			data = s.out
		}
	}
	if err := s.follow(time.Now()); err != nil {
		return verdict{do: again, code: "error", err: err}
	}
	n, err := s.f.Write(data)
	if err != nil {
		// Half an event must not stay. A pipe or device has no way back, but knows no full disk either.
		if terr := s.f.Truncate(s.size); terr != nil && n > 0 {
			s.size += int64(n)
		}
		return verdict{do: again, code: "error", err: plainPath(err)}
	}
	s.size += int64(n)
	return verdict{code: "ok"}
}

func (s *fileSender) close() error {
	f := s.f
	if s.f = nil; f == nil {
		return nil
	}
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) { // EINVAL: not a file that can be synced
		f.Close()
		return plainPath(err)
	}
	return plainPath(f.Close())
}

// plainPath is err with the operation and its reason; the path is known from the destination.
func plainPath(err error) error {
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		return fmt.Errorf("%s: %w", pe.Op, pe.Err)
	}
	return err
}
