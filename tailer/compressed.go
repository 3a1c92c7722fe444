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

// decompress returns the content of r, which begins with magic, and whether it was compressed. What is returned must be closed.
func decompress(r io.Reader, magic []byte) (io.ReadCloser, bool, error) {
	switch {
	case bytes.HasPrefix(magic, []byte("\x1f\x8b\x08")):
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, true, err
		}
		return z, true, nil
	case bytes.HasPrefix(magic, []byte("\x28\xb5\x2f\xfd")),
		len(magic) >= 4 && magic[0]&0xf0 == 0x50 && string(magic[1:4]) == "\x2a\x4d\x18":
		// One goroutine: several files may be open, and the workers need the cores.
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return nil, true, err
		}
		return z.IOReadCloser(), true, nil
	case bytes.HasPrefix(magic, []byte("\x04\x22\x4d\x18")):
		return io.NopCloser(lz4.NewReader(r)), true, nil
	}
	return io.NopCloser(r), false, nil
}
