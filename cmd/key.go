package cmd

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// stateDir returns where positions, spool, dead letter and key are kept when nobody says: /var/lib/ezlogs where that can
// be written, else the user's own place.
func stateDir(getenv func(string) string) string {
	const system = "/var/lib/ezlogs"
	if st, err := os.Stat(system); err == nil && st.IsDir() && writable(system) {
		return system
	}
	if os.Geteuid() == 0 && writable("/var/lib") {
		return system
	}
	base := getenv("XDG_STATE_HOME")
	if base == "" {
		home := getenv("HOME")
		if home == "" {
			return ""
		}
		base = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(base, "ezlogs")
}

// writable tries it: modes alone do not tell.
func writable(dir string) bool {
	f, err := os.CreateTemp(dir, ".ezlogs-*")
	if err != nil {
		return false
	}
	f.Close()
	os.Remove(f.Name())
	return true
}

// runKey is a key for this run only.
func runKey() []byte {
	k := make([]byte, 32)
	rand.Read(k) // never fails
	return k
}

// keys is what event ids and pseudonyms are made with.
type keys struct {
	master   []byte
	previous []byte // while a key is being replaced; nil else
	fleeting bool   // made for this run only: ids and pseudonyms do not repeat in the next
}

// loadKeys returns the key: from the environment, else the configured file, else the state directory, where it is made
// with mode 0600, else one for this run.
func loadKeys(cfg *Config, dir string, getenv func(string) string) (*keys, error) {
	k := &keys{}
	if p := getenv("EZLOGS_SECURITY_PREVIOUS_KEY"); p != "" {
		k.previous = []byte(p)
	}
	var err error
	switch text := getenv("EZLOGS_SECURITY_KEY"); {
	case text != "":
		k.master = []byte(text)
	case cfg.Security.KeyFile != "":
		k.master, err = os.ReadFile(cfg.Security.KeyFile)
		k.master = bytes.TrimRight(k.master, "\r\n")
	case dir != "":
		k.master, err = keyIn(dir)
	default:
		k.master, k.fleeting = runKey(), true
	}
	if err != nil {
		return nil, &exitError{status: statusConfig, text: err.Error(), hint: []string{"security.key_file names the file of the key"}}
	}
	if len(k.master) < 16 {
		return nil, &exitError{status: statusConfig, text: "the key has fewer than 16 bytes", hint: []string{"head -c 32 /dev/urandom | base64 > key; chmod 600 key"}}
	}
	return k, nil
}

// keyIn returns the key of a state directory and makes it on the first run. Two processes that start at once agree on one.
func keyIn(dir string) ([]byte, error) {
	name := filepath.Join(dir, "key")
	for range 2 {
		k, err := os.ReadFile(name)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return bytes.TrimRight(k, "\r\n"), err
		}
		f, err := os.CreateTemp(dir, ".key-*") // mode 0600
		if err != nil {
			return nil, err
		}
		_, err = f.WriteString(hex.EncodeToString(runKey()) + "\n")
		err = errors.Join(err, f.Sync(), f.Close())
		if err == nil {
			err = os.Link(f.Name(), name) // fails when another was first
		}
		os.Remove(f.Name())
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
	}
	return os.ReadFile(name)
}
