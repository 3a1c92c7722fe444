package redact

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// KeyFile is the name of the key in the state directory.
const KeyFile = "redact.key"

// keyBytes is the length of a key that is made here, minKey the least that is accepted.
const (
	keyBytes = 32
	minKey   = 16
)

// LoadOrCreateKey reads the master key from dir, or makes a random one there with mode 0600 and reports that it did.
func LoadOrCreateKey(dir string) (master []byte, created bool, err error) {
	name := filepath.Join(dir, KeyFile)
	master, err = LoadKey(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return master, false, err
	}
	master = NewKey()
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		// Another process was faster.
		master, err = LoadKey(name)
		return master, false, err
	}
	if err == nil {
		_, err = f.WriteString(hex.EncodeToString(master) + "\n")
		err = errors.Join(err, f.Sync(), f.Close())
	}
	if err != nil {
		return nil, false, fmt.Errorf("redact: make key: %w", err)
	}
	return master, true, nil
}

// NewKey returns a random key, for runs that keep none.
func NewKey() []byte {
	master := make([]byte, keyBytes)
	rand.Read(master) // never fails
	return master
}

// LoadKey reads a key from a file. See ParseKey for its form.
func LoadKey(name string) ([]byte, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("redact: read key: %w", err)
	}
	k, err := ParseKey(string(b))
	if err != nil {
		return nil, fmt.Errorf("redact: key file %s: %w", name, err)
	}
	return k, nil
}

// ParseKey takes a key as it stands in a file or in the environment: hexadecimal, or any other text of 16 bytes or more.
// White space around it does not count.
func ParseKey(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	if b, err := hex.DecodeString(text); err == nil && len(b) >= minKey {
		return b, nil
	}
	if len(text) < minKey {
		return nil, fmt.Errorf("key is shorter than %d bytes", minKey)
	}
	return []byte(text), nil
}
