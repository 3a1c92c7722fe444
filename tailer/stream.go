package tailer

import (
	"errors"
	"io"
)

// piece is a run of whole lines, before it becomes a chunk.
type piece struct {
	text string
	at   int64 // position of text[0], see Chunk.Offset
	cut  bool
	end  position // after the lines
	last bool     // nothing more was there when they were read
}

// stream cuts what a reader gives into pieces. The lines do not depend on the sizes of block or reads.
type stream struct {
	r       io.Reader
	block   int
	maxLine int
	eager   bool // hand out what one read gave instead of filling the block

	buf      []byte // buf[start:end] was read and not handed out; it begins at a line unless skipping
	start    int
	end      int
	pos      position // of buf[start]; mark is not kept here
	tail     []byte   // the last bytes before pos, at most guardBytes
	enc      encoding
	began    bool // enc is known
	skipping bool // inside the rest of a cut line
	err      error
}

func newStream(r io.Reader, block, maxLine int) *stream {
	return &stream{r: r, block: block, maxLine: maxLine}
}

// next returns the next lines, io.EOF after the last, or what the reader returned, after all that was read before it.
func (s *stream) next() (piece, error) {
	for {
		if p, ok := s.take(); ok {
			return p, nil
		}
		if s.err != nil {
			if p, ok := s.rest(); ok {
				return p, nil
			}
			return piece{}, s.err
		}
		s.fill()
	}
}

// fill reads at least once, making room first.
func (s *stream) fill() {
	if s.start > 0 {
		copy(s.buf, s.buf[s.start:s.end])
		s.start, s.end = 0, s.end-s.start
	}
	want := s.block
	if s.end >= s.block { // a line longer than a block
		want = max(min(2*s.end, s.maxLine+s.block+1), s.end+1)
	}
	want = max(want, 4) // room for a byte order mark
	if want > len(s.buf) {
		grown := make([]byte, want)
		copy(grown, s.buf[:s.end])
		s.buf = grown
	}
	for s.end < want && s.err == nil {
		n, err := s.r.Read(s.buf[s.end:want])
		s.end += n
		if err != nil {
			s.err = err
		}
		if s.eager && n > 0 {
			return
		}
	}
}

// take cuts the next piece out of the buffer. It returns false when more must be read.
func (s *stream) take() (piece, bool) {
	if !s.began && !s.begin() {
		return piece{}, false
	}
	for {
		if s.skipping && !s.skip() {
			return piece{}, false
		}
		b := s.buf[s.start:s.end]
		if s.enc == utf8Text {
			if n := leadingNULs(b); n > 0 {
				s.drop(n)
				continue
			}
		}
		n, long := s.enc.lines(b, s.maxLine)
		if n > 0 {
			return s.hand(n, false), true
		}
		if !long {
			return piece{}, false
		}
		return s.hand(s.enc.cutAt(b, s.maxLine), true), true
	}
}

// rest is the unterminated last line.
func (s *stream) rest() (piece, bool) {
	if s.skipping || s.start == s.end {
		s.drop(s.end - s.start)
		return piece{}, false
	}
	return s.hand(s.end-s.start, false), true
}

// begin finds out the encoding. It returns false when more must be read.
func (s *stream) begin() bool {
	enc, n, ok := sniff(s.buf[s.start:s.end], s.err != nil)
	if !ok {
		return false
	}
	s.enc, s.began = enc, true
	s.start += n
	s.pos.raw += int64(n)
	if enc == utf8Text {
		s.pos.text += int64(n)
	}
	return true
}

// skip passes over the rest of a cut line. It returns false when the line goes on.
func (s *stream) skip() bool {
	n, ok := s.enc.newline(s.buf[s.start:s.end])
	s.drop(n)
	s.skipping = !ok
	return ok
}

// drop passes over n bytes. Skipped bytes count as text one by one in every encoding.
func (s *stream) drop(n int) {
	s.remember(s.buf[s.start : s.start+n])
	s.start += n
	s.pos.raw += int64(n)
	s.pos.text += int64(n)
}

func (s *stream) hand(n int, cut bool) piece {
	b := s.buf[s.start : s.start+n]
	p := piece{text: s.enc.text(b), at: s.pos.text, cut: cut}
	s.remember(b)
	s.start += n
	s.pos.raw += int64(n)
	s.pos.text += int64(len(p.text))
	s.skipping = cut
	p.end = s.pos
	p.end.mark = digestOf(s.tail)
	return p
}

// remember keeps the last bytes of what was passed.
func (s *stream) remember(b []byte) {
	if len(b) >= guardBytes {
		s.tail = append(s.tail[:0], b[len(b)-guardBytes:]...)
		return
	}
	if over := len(s.tail) + len(b) - guardBytes; over > 0 {
		s.tail = append(s.tail[:0], s.tail[over:]...)
	}
	s.tail = append(s.tail, b...)
}

// seek passes over the first n bytes of the content, keeping what is needed to compare with a mark.
func (s *stream) seek(to position) error {
	for !s.began && s.pos.raw < to.raw {
		if enc, _, ok := sniff(s.buf[s.start:s.end], s.err != nil); ok {
			s.enc, s.began = enc, true
			break
		}
		s.fill()
	}
	for s.pos.raw < to.raw {
		if s.start == s.end {
			if s.err != nil {
				if errors.Is(s.err, io.EOF) {
					return io.ErrUnexpectedEOF
				}
				return s.err
			}
			s.fill()
		}
		n := int(min(int64(s.end-s.start), to.raw-s.pos.raw))
		s.drop(n)
	}
	s.pos.text = to.text
	return nil
}

// leadingNULs counts the NUL bytes at the beginning of b, where a hole ends or text was lost before it reached the disk.
func leadingNULs(b []byte) int {
	for i, c := range b {
		if c != 0 {
			return i
		}
	}
	return len(b)
}

// peekAll reads n bytes, or what there is, and returns them without passing over them.
func (s *stream) peekAll(n int) []byte {
	for s.err == nil && s.end-s.start < n {
		s.fill()
	}
	b := s.buf[s.start:s.end]
	return b[:min(len(b), n)]
}
