package ship

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestDefaultConfigIsValid(t *testing.T) {
	t.Parallel()
	c := DefaultConfig()
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	if c.BatchSize != 1000 || c.Flush != time.Second || c.SpoolMax != 1<<30 || c.OnFull != "drop_oldest" {
		t.Errorf("%+v", c)
	}
}

func TestValidateNamesTheField(t *testing.T) {
	t.Parallel()
	no := false
	for field, change := range map[string]func(c *Config){
		"batch_size":                 func(c *Config) { c.BatchSize = 0 },
		"batch_bytes":                func(c *Config) { c.BatchBytes = 10 },
		"flush_interval":             func(c *Config) { c.Flush = 0 },
		"buffer_size":                func(c *Config) { c.BufferSize = 0 },
		"memory":                     func(c *Config) { c.Memory = 10 },
		"compression":                func(c *Config) { c.Compression = "rar" },
		"on_full":                    func(c *Config) { c.OnFull = "panic" },
		"sync":                       func(c *Config) { c.Sync = "maybe" },
		"order":                      func(c *Config) { c.Order = "random" },
		"spool_max":                  func(c *Config) { c.SpoolMax = 1 },
		"min_free":                   func(c *Config) { c.MinFree = -1 },
		"concurrency":                func(c *Config) { c.Concurrency = 65 },
		"dead_letter_max":            func(c *Config) { c.DeadMax = 1 },
		"to[0]":                      func(c *Config) { c.To = []string{"ftp://x"} },
		"to[1]":                      func(c *Config) { c.To = []string{"stdout", "stdout"} },
		"destination[0]":             func(c *Config) { c.Destinations = []Destination{{}} },
		"destination[0].compression": func(c *Config) { c.Destinations = []Destination{{URL: "http://a", Compression: "rar"}} },
		"destination[0].timeout":     func(c *Config) { c.Destinations = []Destination{{URL: "http://a", Timeout: -1}} },
		"destination[0].key_file":    func(c *Config) { c.Destinations = []Destination{{URL: "http://a", CertFile: "x"}} },
		"destination[0].headers": func(c *Config) {
			c.Destinations = []Destination{{URL: "http://a", Headers: map[string]Secret{"a b": ""}}}
		},
		"destination[0].required": func(c *Config) { c.Destinations = []Destination{{URL: "http://a", Required: &no}} },
	} {
		c := DefaultConfig()
		change(&c)
		err := c.Validate()
		fe, ok := errors.AsType[*FieldError](err)
		if !ok || fe.Field != field || !strings.HasPrefix(err.Error(), field+": ") {
			t.Errorf("%s: got %v", field, err)
		}
		if _, err := Start(t.Context(), c, Deps{}); err == nil {
			t.Errorf("%s: Start took it", field)
		}
	}
}

func TestParseURL(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in, kind, name, path, preset string
		codec                        codec
		bad                          bool
	}{
		{in: "stdout", kind: "stdout", name: "stdout"},
		{in: "-", kind: "stdout", name: "stdout"},
		{in: "null", kind: "null", name: "null"},
		{in: "file:out.ndjson", kind: "file", name: "file:out.ndjson", path: "out.ndjson"},
		{in: "file:///var/log/out.lz4", kind: "file", name: "file:/var/log/out.lz4", path: "/var/log/out.lz4", codec: codecLZ4},
		{in: "out.gz", kind: "file", name: "file:out.gz", path: "out.gz", codec: codecGzip},
		{in: "out.zst", kind: "file", name: "file:out.zst", path: "out.zst", codec: codecZstd},
		{in: "https://u:p@h/x?key=secret#f", kind: "http", name: "https://h/x"},
		{in: "loki+https://h", kind: "http", name: "https://h", preset: "loki"},
		{in: "", bad: true},
		{in: "file:", bad: true},
		{in: "http://", bad: true},
		{in: "https://h:port/", bad: true},
		{in: "what+https://h", bad: true},
		{in: strings.Repeat("x", 50) + "://h", bad: true},
	} {
		got, err := parseURL(tt.in)
		if (err != nil) != tt.bad {
			t.Errorf("%q: %v", tt.in, err)
		}
		if err == nil && (got.kind != tt.kind || got.name != tt.name || got.path != tt.path || got.preset != tt.preset || got.codec != tt.codec) {
			t.Errorf("%q: %+v", tt.in, got)
		}
	}
	for _, d := range []Destination{{URL: "stdout", Preset: "loki"}, {URL: "http://h", Preset: "nope"}} {
		if _, err := parseTarget(d); err == nil {
			t.Errorf("%+v was taken", d)
		}
	}
	if got, _ := parseTarget(Destination{URL: "http://h", Name: strings.Repeat("n", 300)}); len(got.name) != 200 {
		t.Errorf("name of %d bytes", len(got.name))
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Size{"64KB": 65536, "64 KiB": 65536, "1MiB": 1 << 20, "1.5M": 3 << 19, "2GB": 2 << 30, "1TB": 1 << 40, "17": 17, "3B": 3, " 5 k ": 5120} {
		var got Size
		if err := got.UnmarshalText([]byte(in)); err != nil || got != want {
			t.Errorf("%q: %d, %v", in, got, err)
		}
		text, _ := got.MarshalText()
		var again Size
		if err := again.UnmarshalText(text); err != nil || again != want {
			t.Errorf("%q was written %q", in, text)
		}
	}
	for _, in := range []string{"", "MB", "-1", "5 parsecs", "1e30GB", "5-3"} {
		var got Size
		if err := got.UnmarshalText([]byte(in)); err == nil {
			t.Errorf("%q was taken for %d", in, got)
		}
	}
}

func TestSecretIsNotShown(t *testing.T) {
	t.Parallel()
	s := Secret("hunter2")
	log := &lockedBuffer{}
	slog.New(slog.NewJSONHandler(log, nil)).Info("x", "secret", s)
	js, _ := json.Marshal(map[string]any{"s": s, "list": []Secret{s}})
	for _, shown := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q", s, s, s, s, s), log.String(), string(js)} {
		if strings.Contains(shown, "hunter2") || !strings.Contains(shown, redacted) {
			t.Errorf("shown as %s", shown)
		}
	}
}

func TestTokenFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	f := &tokenFile{path: path}
	if _, _, err := f.read(); err == nil {
		t.Error("a missing file was taken")
	}
	os.WriteFile(path, []byte("two\nlines"), 0o600)
	if _, _, err := f.read(); err == nil || strings.Contains(err.Error(), "lines") {
		t.Errorf("two lines: %v", err)
	}
	os.WriteFile(path, []byte(" tok \n"), 0o600)
	if tok, changed, err := f.read(); tok != "tok" || changed || err != nil {
		t.Errorf("%v, %v", changed, err)
	}
	os.WriteFile(path, []byte("other"), 0o600)
	if tok, changed, err := f.read(); tok != "other" || !changed || err != nil {
		t.Errorf("%v, %v", changed, err)
	}
	os.Remove(path)
	if tok, _, err := f.read(); tok != "other" || err == nil {
		t.Error("the last token is lost with its file")
	}
}

func TestStartSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rubbish := filepath.Join(dir, "rubbish")
	os.WriteFile(rubbish, []byte("no"), 0o600)
	for _, tt := range []struct {
		d    Destination
		says string
	}{
		{Destination{URL: "https://h", CAFile: filepath.Join(dir, "none")}, "no such file"},
		{Destination{URL: "https://h", CAFile: rubbish}, "ca_file"},
		{Destination{URL: "https://h", CertFile: rubbish, KeyFile: rubbish}, "PEM"},
		{Destination{URL: "https://h", TokenFile: filepath.Join(dir, "none")}, "no such file"},
		{Destination{URL: dir}, "directory"},
		{Destination{URL: filepath.Join(rubbish, "x")}, "directory"},
	} {
		cfg := DefaultConfig()
		cfg.Destinations = []Destination{tt.d}
		s, err := Start(t.Context(), cfg, Deps{})
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%+v: %v", tt.d, err)
		}
	}
	cfg := DefaultConfig()
	cfg.StateDir = filepath.Join(rubbish, "state")
	if _, err := Start(t.Context(), cfg, Deps{}); err == nil {
		t.Error("a state directory inside a file was taken")
	}
}

func FuzzParseURL(f *testing.F) {
	f.Add("https://u:p@h/x")
	f.Add("loki+http://h")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseURL(s)
		if err == nil && got.kind == "http" && got.url.User != nil && strings.Contains(got.name, "@"+got.url.Host) {
			t.Errorf("%q shows its userinfo: %q", s, got.name)
		}
	})
}
