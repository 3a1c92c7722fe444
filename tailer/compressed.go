package tailer

import (
	"bytes"
	"errors"
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

// magics are the beginnings of compressed files.
var magics = []struct {
	magic string
	kind  packingKind
}{
	{"\x1f\x8b\x08", gzipped},
	{"\x28\xb5\x2f\xfd", zstandard},
	{"\x04\x22\x4d\x18", lz4Frame},
}

func packing(magic []byte) packingKind {
	for _, m := range magics {
		if bytes.HasPrefix(magic, []byte(m.magic)) {
			return m.kind
		}
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

// peekMagic reads as much of r as tells whether it is compressed, and returns it with a reader of the whole. It does not wait
// for more once a byte tells that it is not.
func peekMagic(r io.Reader) ([]byte, io.Reader, error) {
	magic := make([]byte, 0, magicBytes)
	for len(magic) < magicBytes && (len(magic) == 0 || mayBePacked(magic)) {
		n, err := r.Read(magic[len(magic):cap(magic)])
		magic = magic[:len(magic)+n]
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return magic, io.MultiReader(bytes.NewReader(magic), r), nil
}

// mayBePacked says whether more bytes could make b the beginning of something compressed.
func mayBePacked(b []byte) bool {
	for _, m := range magics {
		if len(b) <= len(m.magic) && m.magic[:len(b)] == string(b) {
			return true
		}
	}
	return false
}
