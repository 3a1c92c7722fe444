package cmd

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ezlogs/ezlogs/redact"
)

// stateDir returns where positions, spool, dead letter and key are kept when nobody says: /var/lib/ezlogs where that can
// be written, else the user's own place.
func stateDir(getenv func(string) string) string {
	if st, err := os.Stat(systemState); err == nil && st.IsDir() && writable(systemState) {
		return systemState
	}
	if os.Geteuid() == 0 && writable(filepath.Dir(systemState)) {
		return systemState
	}
	return userState(getenv)
}

// systemState is where a service keeps its state.
const systemState = "/var/lib/ezlogs"

// userState is where a user's own runs keep it; "" when nobody knows.
func userState(getenv func(string) string) string {
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

// keys is what event ids and pseudonyms are made with.
type keys struct {
	master   []byte
	previous []byte // while a key is being replaced; nil else
	fleeting bool   // made for this run only: ids and pseudonyms do not repeat in the next
	remade   bool   // the file of the key was empty: ids and pseudonyms of before do not repeat
}

// loadKeys returns the key: from the environment, else the configured file, else the state directory, where it is made
// with mode 0600, else one for this run.
func loadKeys(cfg *Config, dir string, getenv func(string) string) (*keys, error) {
	k := &keys{}
	var err error
	if p := getenv("EZLOGS_SECURITY_PREVIOUS_KEY"); p != "" {
		if k.previous, err = redact.ParseKey(p); err != nil {
			return nil, keyError(fmt.Errorf("EZLOGS_SECURITY_PREVIOUS_KEY: %w", err))
		}
	}
	switch text := getenv("EZLOGS_SECURITY_KEY"); {
	case text != "":
		if k.master, err = redact.ParseKey(text); err != nil {
			err = fmt.Errorf("EZLOGS_SECURITY_KEY: %w", err)
		}
	case cfg.Security.KeyFile != "":
		k.master, err = redact.LoadKey(cfg.Security.KeyFile)
	case dir != "":
		k.master, _, err = redact.LoadOrCreateKey(dir)
	default:
		k.master, k.fleeting = redact.NewKey(), true
	}
	if name := filepath.Join(dir, redact.KeyFile); err != nil && dir != "" && cfg.Security.KeyFile == "" && isEmpty(name) {
		// A crash of the machine can leave a file without its content. Nothing can bring the key back, and a shipper that does
		// not start would lose more.
		if err = os.Remove(name); err == nil {
			k.remade = true
			k.master, _, err = redact.LoadOrCreateKey(dir)
		}
	}
	if err != nil {
		return nil, keyError(err)
	}
	return k, nil
}

func keyError(err error) error {
	return &exitError{status: statusConfig, text: err.Error(), hint: []string{"a key: head -c 32 /dev/urandom | base64 > key; chmod 600 key; security.key_file names it"}}
}

// events makes the ids of events.
func (k *keys) events() []byte { return redact.SubKey(k.master, "ezlogs/event/v1") }

// texts returns the keys as people write them, so that they can be masked wherever they stand.
func (k *keys) texts() []string {
	var out []string
	for _, key := range [][]byte{k.master, k.previous} {
		if len(key) > 0 {
			out = append(out, base64.StdEncoding.EncodeToString(key), hex.EncodeToString(key), string(key))
		}
	}
	return out
}

// redaction returns the keys of pseudonyms: the present one, and the one before while it is being replaced.
func (k *keys) redaction() []redact.Key {
	out := []redact.Key{{ID: "k1", Master: k.master}}
	if k.previous != nil {
		out[0].ID = "k2"
		out = append(out, redact.Key{ID: "k1", Master: k.previous})
	}
	return out
}

func isEmpty(name string) bool {
	st, err := os.Stat(name)
	return err == nil && st.Size() == 0
}
