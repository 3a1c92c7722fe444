package ship

import (
	"errors"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

const redacted = "[redacted]"

// Secret is a value that is used and never shown: it prints, formats, marshals and logs as [redacted].
type Secret string

// String is [redacted].
func (Secret) String() string { return redacted }

// GoString is [redacted].
func (Secret) GoString() string { return redacted }

// MarshalText writes [redacted].
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue is [redacted].
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// tokenFile is a bearer token on disk, read again when the file changes.
type tokenFile struct {
	path string

	mu    sync.Mutex // guards what follows
	token Secret
	size  int64
	mtime time.Time
}

// read returns the token and whether it is another one than the last time.
func (f *tokenFile) read() (tok Secret, changed bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fi, err := os.Stat(f.path)
	if err != nil {
		return f.token, false, err
	}
	if f.token != "" && fi.Size() == f.size && fi.ModTime().Equal(f.mtime) {
		return f.token, false, nil
	}
	b, err := os.ReadFile(f.path)
	if err != nil {
		return f.token, false, err
	}
	tok = Secret(strings.TrimSpace(string(b)))
	if tok == "" || strings.ContainsAny(string(tok), "\r\n") {
		return f.token, false, errors.New("token file " + f.path + ": must hold one line")
	}
	changed = f.token != "" && tok != f.token
	f.token, f.size, f.mtime = tok, fi.Size(), fi.ModTime()
	return tok, changed, nil
}

// plainError is err without the URL a *url.Error carries: its userinfo and query may be secret.
func plainError(err error) error {
	if ue, ok := errors.AsType[*url.Error](err); ok {
		return ue.Err
	}
	return err
}
