package ship

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// codec is how stored bytes are compressed. Its value stands in spool records and never changes its meaning.
type codec uint8

const (
	codecNone codec = iota
	codecLZ4
	codecZstd
	codecGzip
)

var codecNames = []string{"none", "lz4", "zstd", "gzip"} // by value; as Content-Encoding too

func codecByName(s string) codec {
	for i, n := range codecNames {
		if n == s {
			return codec(i)
		}
	}
	return codecNone
}

func (c codec) String() string {
	if int(c) < len(codecNames) {
		return codecNames[c]
	}
	return "unknown"
}

// encoder compresses whole bodies and keeps its tables between them. It is for one goroutine.
type encoder struct {
	gz  *gzip.Writer
	zs  *zstd.Encoder
	lz  *lz4.Writer
	out bytes.Buffer // reused
}

// append compresses raw and appends it to dst.
func (e *encoder) append(dst, raw []byte, c codec) ([]byte, error) {
	var w io.WriteCloser
	e.out.Reset()
	switch c {
	case codecNone:
		return append(dst, raw...), nil
	case codecZstd:
		if e.zs == nil {
			z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
			if err != nil {
				return dst, err
			}
			e.zs = z
		}
		return e.zs.EncodeAll(raw, dst), nil
	case codecGzip:
		if e.gz == nil {
			z, err := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
			if err != nil {
				return dst, err
			}
			e.gz = z
		}
		e.gz.Reset(&e.out)
		w = e.gz
	case codecLZ4:
		if e.lz == nil {
			e.lz = lz4.NewWriter(io.Discard)
			if err := e.lz.Apply(lz4.BlockSizeOption(lz4.Block256Kb), lz4.ConcurrencyOption(1)); err != nil {
				return dst, err
			}
		}
		e.lz.Reset(&e.out)
		w = e.lz
	default:
		return dst, fmt.Errorf("codec %d is not known", c)
	}
	if _, err := w.Write(raw); err != nil {
		return dst, err
	}
	if err := w.Close(); err != nil {
		return dst, err
	}
	return append(dst, e.out.Bytes()...), nil
}

var errTooLong = errors.New("longer than it says")

// decode undoes c. The result is at most max bytes long, or an error: the bytes may come from a damaged disk.
func decode(b []byte, c codec, max int) ([]byte, error) {
	var r io.Reader
	switch c {
	case codecNone:
		if len(b) > max {
			return nil, errTooLong
		}
		return b, nil
	case codecGzip:
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, err
		}
		r = z
	case codecZstd:
		z, err := zstd.NewReader(bytes.NewReader(b), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
		if err != nil {
			return nil, err
		}
		defer z.Close()
		r = z
	case codecLZ4:
		r = lz4.NewReader(bytes.NewReader(b))
	default:
		return nil, fmt.Errorf("codec %d is not known", c)
	}
	out := bytes.NewBuffer(make([]byte, 0, min(max, 16*len(b))+bytes.MinRead))
	n, err := out.ReadFrom(io.LimitReader(r, int64(max)+1))
	if err != nil {
		return nil, err
	}
	if n > int64(max) {
		return nil, errTooLong
	}
	return out.Bytes(), nil
}
