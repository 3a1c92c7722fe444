package cmd

import (
	"crypto/rand"
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
