package tailer

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// magicBytes are enough to know a compressed file by its beginning.
const magicBytes = 4

// compressions are the names a rotation gives to compressed files.
var compressions = []string{".gz", ".lz4", ".zst"}

func compressedName(name string) bool {
	return slices.ContainsFunc(compressions, func(ext string) bool { return strings.HasSuffix(name, ext) })
}

// packed says whether a file that begins with magic is compressed in a way we know.
func packed(magic []byte) bool { return packing(magic) != notPacked }

type packingKind uint8

const (
	notPacked packingKind = iota
	gzipped
	zstandard
	lz4Frame
)

func packing(magic []byte) packingKind {
	switch {
	case bytes.HasPrefix(magic, []byte("\x1f\x8b\x08")):
		return gzipped
	case bytes.HasPrefix(magic, []byte("\x28\xb5\x2f\xfd")):
		return zstandard
	case bytes.HasPrefix(magic, []byte("\x04\x22\x4d\x18")):
		return lz4Frame
	}
	return notPacked
}

// decompress returns the content of r, which begins with magic. What is returned must be closed.
func decompress(r io.Reader, magic []byte) (io.ReadCloser, error) {
	switch packing(magic) {
	case gzipped:
		return gzip.NewReader(r)
	case zstandard:
		// One goroutine: several files may be open, and the workers need the cores.
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	case lz4Frame:
		return io.NopCloser(lz4.NewReader(r)), nil
	}
	return io.NopCloser(r), nil
}
