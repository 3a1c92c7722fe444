package tailer

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Once is a set of sources that are read to their end, each at the pace of whoever reads it.
type Once struct {
	// Readers are in the order of Config.Paths, those of one glob or directory in natural order.
	Readers []*OnceReader
}

// OpenOnce finds the sources that cfg names. A file or glob that names nothing is an error that wraps ErrNoFile; a directory
// may be empty. stdin is what "-" stands for. Files are opened at the first Next, so any number may be named.
func OpenOnce(cfg Config, stdin io.Reader) (*Once, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("tailer: %w", err)
	}
	files, err := expand(cfg)
	if err != nil {
		return nil, err
	}
	o := &Once{}
	for _, f := range files {
		r := &OnceReader{cfg: cfg, src: &Source{Path: f.path, Name: filepath.Base(f.path), Size: -1}}
		if f.path == stdinPath {
			r.s = newStream(stdin, cfg.BlockSize, cfg.MaxLine)
			r.s.eager = true
		} else {
			fi, err := os.Stat(f.path)
			if err != nil {
				return nil, fmt.Errorf("tailer: %s: %w", f.path, ErrNoFile)
			}
			if fi.Mode().IsRegular() {
				r.src.Size = fi.Size()
			}
		}
		o.Readers = append(o.Readers, r)
	}
	return o, nil
}

// Close closes the files that were not read to their end.
func (o *Once) Close() error {
	for _, r := range o.Readers {
		r.close()
	}
	return nil
}

// OnceReader reads one source to its end. It is not safe for use by several goroutines.
type OnceReader struct {
	cfg  Config
	src  *Source
	f    *os.File
	z    io.Closer
	read *counter
	s    *stream
	seq  uint64
	err  error
}

// Source describes what is read. Its Identity is known from the first chunk on.
func (r *OnceReader) Source() *Source { return r.src }

// Progress returns how many stored bytes were read.
func (r *OnceReader) Progress() int64 {
	if r.read != nil {
		return r.read.n
	}
	if r.s != nil {
		return r.s.pos.raw
	}
	return 0
}

// Next returns the next chunk: about Config.BlockSize bytes, cut at a newline. It returns io.EOF after the last one. Files that
// are compressed with gzip, LZ4 or Zstandard are decompressed, whatever their name; one that is damaged gives its readable
// part, then the error.
func (r *OnceReader) Next() (*Chunk, error) {
	if r.err != nil {
		return nil, r.err
	}
	if r.s == nil {
		if err := r.open(); err != nil {
			return nil, r.fail(err)
		}
	}
	p, err := r.s.next()
	if err != nil {
		return nil, r.fail(err)
	}
	c := &Chunk{Source: r.src, Seq: r.seq, Text: p.text, Offset: p.at, Cut: p.cut, Ack: newToken(nil, p.end)}
	r.seq++
	return c, nil
}

func (r *OnceReader) open() error {
	f, err := openShared(r.src.Path)
	if err != nil {
		return err
	}
	r.f = f
	fi, err := f.Stat()
	if err != nil {
		return err
	}
	r.read = &counter{r: f}
	var in io.Reader = r.read
	if fi.Mode().IsRegular() {
		magic := make([]byte, magicBytes)
		n, err := f.ReadAt(magic, 0)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		z, err := decompress(r.read, magic[:n])
		if err != nil {
			return err
		}
		in, r.z = z, z
	}
	r.s = newStream(in, r.cfg.BlockSize, r.cfg.MaxLine)
	if !fi.Mode().IsRegular() {
		r.s.eager = true
		return nil
	}
	id, err := idOf(f, fi)
	if err != nil {
		return err
	}
	src := *r.src
	src.Size = fi.Size()
	src.Identity = identityOf(id, 0, r.s.peek(headBytes))
	r.src = &src
	return nil
}

func (r *OnceReader) fail(err error) error {
	r.err = err
	if !errors.Is(err, io.EOF) {
		r.err = fmt.Errorf("tailer: read %s at %d: %w", r.src.Path, r.Progress(), err)
	}
	r.close()
	return r.err
}

func (r *OnceReader) close() {
	if r.z != nil {
		r.z.Close()
		r.z = nil
	}
	if r.f != nil {
		r.f.Close()
		r.f = nil
	}
	if r.err == nil {
		r.err = os.ErrClosed
	}
}

// counter counts what is read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}
