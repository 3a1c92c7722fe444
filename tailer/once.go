package tailer

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Once is a set of sources that are read to their end, each at the pace of whoever reads it.
type Once struct {
	// Readers are in the order of Config.Paths, those of one glob or directory in natural order.
	Readers []*OnceReader

	cfg   Config
	store *store // nil without a state directory
	known []record
}

// OpenOnce finds the sources that cfg names. A file or glob that names nothing is an error that wraps ErrNoFile; a directory
// may be empty. stdin is what "-" stands for; nothing else needs it. Files are opened at their first Next, so any number may
// be named. With Config.StateDir, files are read on from where an earlier run, following or not, had them acknowledged.
func OpenOnce(cfg Config, stdin io.Reader) (*Once, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("tailer: %w", err)
	}
	files, err := expand(cfg, nil)
	if err != nil {
		return nil, err
	}
	o := &Once{cfg: cfg}
	for _, f := range files {
		r := &OnceReader{once: o, src: &Source{Path: f.path, Name: filepath.Base(f.path), Size: -1}}
		if f.path == stdinPath {
			r.stdin = stdin
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
	if cfg.StateDir != "" {
		var damaged error
		o.store, o.known, damaged, err = openStore(cfg.StateDir)
		if err == nil && damaged != nil {
			o.store.close()
			err = damaged
		}
		if err != nil {
			return nil, err
		}
	}
	return o, nil
}

// Commit saves the acknowledged positions and waits for the disk. Without Config.StateDir it does nothing. It must not run
// beside Next.
func (o *Once) Commit() error {
	if o.store == nil {
		return nil
	}
	recs := make([]record, 0, len(o.known)+len(o.Readers))
	for _, r := range o.known {
		taken := false
		for _, or := range o.Readers {
			taken = taken || or.track != nil && or.id.same(r.ID)
		}
		if !taken {
			recs = append(recs, r)
		}
	}
	for _, r := range o.Readers {
		if r.track != nil {
			recs = append(recs, r.record())
		}
	}
	return o.store.save(recs, true)
}

// Close commits, closes the files that were not read to their end and releases the state directory.
func (o *Once) Close() error {
	for _, r := range o.Readers {
		r.close()
	}
	if o.store == nil {
		return nil
	}
	err := o.Commit()
	o.store.close()
	o.store = nil
	return err
}

// OnceReader reads one source to its end. It is not safe for use by several goroutines; its tokens are.
type OnceReader struct {
	once  *Once
	src   *Source
	stdin io.Reader // nil for files
	f     *os.File
	z     io.Closer
	read  *counter
	s     *stream
	seq   uint64
	err   error

	// For the position; track is nil if none is kept.
	track  *track
	id     fileID
	fi     os.FileInfo
	head   []byte
	epoch  int
	packed bool
}

// Source describes what is read. Its Identity is known from the first chunk on.
func (r *OnceReader) Source() *Source { return r.src }

// Progress returns how many stored bytes were read.
func (r *OnceReader) Progress() int64 {
	if r.read != nil {
		return r.read.n
	}
	return 0
}

// Next returns the next chunk: about Config.BlockSize bytes, cut at a newline. It returns io.EOF after the last one. What is
// compressed with gzip, LZ4 or Zstandard is decompressed, whatever its name; if it is damaged, its readable part comes before
// the error.
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
	c := &Chunk{Source: r.src, Seq: r.seq, Text: p.text, Offset: p.at, Cut: p.cut, Ack: newToken(r.track, p.end)}
	if r.track != nil {
		r.track.expect(c.Ack)
	}
	r.seq++
	return c, nil
}

func (r *OnceReader) open() error {
	if r.stdin != nil {
		return r.openStream(r.stdin)
	}
	f, err := openShared(r.src.Path)
	if err != nil {
		return err
	}
	r.f = f
	if r.fi, err = f.Stat(); err != nil {
		return err
	}
	if !r.fi.Mode().IsRegular() {
		return r.openStream(f)
	}
	if r.id, err = idOf(f, r.fi); err != nil {
		return err
	}
	if err := r.rewind(); err != nil {
		return err
	}
	r.head = append([]byte(nil), r.s.peekAll(headBytes)...)
	if r.once.store != nil {
		r.track = &track{}
		if err := r.resume(); err != nil {
			return err
		}
	}
	src := *r.src
	src.Size = r.fi.Size()
	if src.Identity == nil {
		src.Identity = identityOf(r.id, r.epoch, r.head)
	}
	r.src = &src
	return nil
}

// openStream reads what cannot be read twice, and hands it out as it comes.
func (r *OnceReader) openStream(in io.Reader) error {
	r.read = &counter{r: in}
	magic, in, err := peekMagic(r.read)
	if err != nil {
		return err
	}
	z, err := decompress(in, magic)
	if err != nil {
		return err
	}
	r.z = z
	r.s = newStream(z, r.once.cfg.BlockSize, r.once.cfg.MaxLine)
	r.s.eager = true
	return nil
}

// rewind begins at the beginning of a file.
func (r *OnceReader) rewind() error {
	if r.z != nil {
		r.z.Close()
		r.z = nil
	}
	magic := make([]byte, magicBytes)
	n, err := r.f.ReadAt(magic, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if _, err := r.f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r.read = &counter{r: r.f}
	z, err := decompress(r.read, magic[:n])
	if err != nil {
		return err
	}
	r.z, r.packed = z, packed(magic[:n])
	r.s = newStream(z, r.once.cfg.BlockSize, r.once.cfg.MaxLine)
	return nil
}

// resume passes over what was acknowledged before.
func (r *OnceReader) resume() error {
	for _, rec := range r.once.known {
		if !rec.ID.same(r.id) {
			continue
		}
		to := position{raw: rec.Raw, text: rec.Text, mark: rec.Mark}
		if rec.Head.fits(r.head) && r.s.seek(to) == nil && rec.Mark.fits(last(r.s.tail, rec.Mark.N)) {
			r.epoch = rec.Epoch
			r.src.Identity = rec.Identity
			r.track.committed = to
			return nil
		}
		r.epoch = rec.Epoch + 1
		return r.rewind()
	}
	return nil
}

func (r *OnceReader) record() record {
	at, waiting := r.track.state()
	return record{
		Source: r.src.Path, Path: r.src.Path, ID: r.id, Raw: at.raw, Text: at.text, Mark: at.mark,
		Head: digestOf(r.head[:min(int64(len(r.head)), at.raw)]), Size: r.fi.Size(), Mod: r.fi.ModTime().UnixNano(), Seen: time.Now().UnixNano(),
		Epoch: r.epoch, Identity: r.src.Identity, Packed: r.packed, Closed: r.packed && waiting == 0 && errors.Is(r.err, io.EOF),
	}
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
	r.err = cmp.Or(r.err, os.ErrClosed)
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
