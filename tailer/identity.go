package tailer

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"os"
)

const (
	headBytes  = 1024 // of the beginning of a file are hashed to know it again
	guardBytes = 64   // before an offset are compared before reading on
)

// fileID is what the system calls a file. Born is its time of birth in nanoseconds, 0 where the system does not tell; it
// separates files that were given the same inode one after the other.
type fileID struct {
	Dev  uint64 `json:"dev"`
	Ino  uint64 `json:"ino"`
	Born int64  `json:"born,omitempty"`
}

// same says whether both name one file, as far as the system knows. The number of a device may be another one after it was
// mounted again; the time of birth stays.
func (a fileID) same(b fileID) bool {
	if a.Born != 0 && b.Born != 0 {
		return a.Ino == b.Ino && a.Born == b.Born
	}
	return a.Ino == b.Ino && a.Dev == b.Dev
}

// digest is a hash of n bytes; it stands for them where log text must not be.
type digest struct {
	Sum uint64 `json:"h,omitempty"`
	N   int    `json:"n,omitempty"`
}

func digestOf(b []byte) digest {
	if len(b) == 0 {
		return digest{}
	}
	sum := sha256.Sum256(b)
	return digest{binary.LittleEndian.Uint64(sum[:]), len(b)}
}

// fits says whether the beginning of b hashes to d. Nothing fits a digest of more bytes than there are.
func (d digest) fits(b []byte) bool {
	return len(b) >= d.N && digestOf(b[:d.N]) == d
}

// identityOf makes Source.Identity. head is the beginning of the content, with the whole first line or a KiB of it.
func identityOf(id fileID, epoch int, head []byte) []byte {
	head = head[:min(len(head), headBytes)]
	if i := bytes.IndexByte(head, '\n'); i >= 0 {
		head = head[:i+1]
	}
	h := sha256.New()
	var n [32]byte
	binary.LittleEndian.PutUint64(n[0:], id.Dev)
	binary.LittleEndian.PutUint64(n[8:], id.Ino)
	binary.LittleEndian.PutUint64(n[16:], uint64(id.Born))
	binary.LittleEndian.PutUint64(n[24:], uint64(epoch))
	h.Write(n[:])
	h.Write(head)
	return h.Sum(nil)[:16:16]
}

// readHead returns the first KiB of f, or what there is.
func readHead(f *os.File) []byte {
	b := make([]byte, headBytes)
	n, _ := f.ReadAt(b, 0)
	return b[:n:n]
}
