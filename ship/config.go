package ship

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config says where events go and how much may wait. Durations and sizes carry units in a file ("1s", "64KB").
type Config struct {
	To           []string      `toml:"to"`              // short destinations: stdout, null, file:PATH, a path, http(s)://…; a preset as prefix: loki+https://…
	Destinations []Destination `toml:"destination"`     // destinations with details
	BatchSize    int           `toml:"batch_size"`      // events in a batch, at most
	BatchBytes   Size          `toml:"batch_bytes"`     // bytes of NDJSON in a batch, at most; a larger event travels alone
	Flush        time.Duration `toml:"flush_interval"`  // an event waits at most so long for its batch to fill
	BufferSize   int           `toml:"buffer_size"`     // events in memory; more wait at the source, or go to the spool
	Memory       Size          `toml:"memory"`          // bytes of events in memory, in the form they are kept
	Compression  string        `toml:"compression"`     // of HTTP bodies: none, gzip, zstd, lz4
	StateDir     string        `toml:"state_dir"`       // spool, cursors, dead letter, lock; "" keeps nothing on disk
	Volatile     bool          `toml:"-"`               // the input cannot be read again (a pipe): spool rather than wait
	OnFull       string        `toml:"on_full"`         // volatile input, spool and memory full: drop_oldest, drop_newest, block
	SpoolMax     Size          `toml:"spool_max"`       // bytes of the spool on disk
	MinFree      Size          `toml:"min_free"`        // bytes of the disk left free; 0: a tenth of it, 1 GiB at most
	Sync         string        `toml:"sync"`            // of the spool: interval (200 ms or 1 MiB), always, never
	Order        string        `toml:"order"`           // flow, or strict: one batch at a time
	Concurrency  int           `toml:"concurrency"`     // requests in flight to one destination, at most
	DeadMax      Size          `toml:"dead_letter_max"` // bytes of the dead letter on disk; the oldest go first
}

// Destination is one place events go to.
type Destination struct {
	URL         string            `toml:"url"`        // as an element of Config.To
	Name        string            `toml:"name"`       // in metrics, logs and cursors; default: the URL without userinfo and query
	Preset      string            `toml:"preset"`     // shape of HTTP bodies and answers: "" (NDJSON), elasticsearch, loki, otlp, victorialogs, clickhouse
	TokenFile   string            `toml:"token_file"` // sent as Authorization: Bearer; read again when it changes
	Headers     map[string]Secret `toml:"headers"`
	CAFile      string            `toml:"ca_file"`
	CertFile    string            `toml:"cert_file"`
	KeyFile     string            `toml:"key_file"`
	Compression string            `toml:"compression"` // default: Config.Compression
	Timeout     time.Duration     `toml:"timeout"`     // of one attempt
	Required    *bool             `toml:"required"`    // default true: an event is delivered when every required destination has it
}

// Size is a number of bytes; as text it takes B, KB, MB, GB, KiB, MiB, GiB, all powers of 1,024.
type Size int64

// DefaultConfig is what holds when nothing is configured; it writes to stdout.
func DefaultConfig() Config {
	return Config{
		BatchSize:   1000,
		BatchBytes:  1 << 20,
		Flush:       time.Second,
		BufferSize:  10_000,
		Memory:      64 << 20,
		Compression: "gzip",
		OnFull:      "drop_oldest",
		SpoolMax:    1 << 30,
		Sync:        "interval",
		Order:       "flow",
		Concurrency: 8,
		DeadMax:     100 << 20,
	}
}

// FieldError is one wrong value; Field is the key as in the toml tags, destinations as destination[2].url.
type FieldError struct {
	Field, Problem string
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// Validate says everything that is wrong with c, as *FieldError joined by errors.Join.
// It opens nothing and connects nowhere.
func (c *Config) Validate() error {
	var errs []error
	bad := func(field, format string, a ...any) {
		errs = append(errs, &FieldError{field, fmt.Sprintf(format, a...)})
	}
	oneOf := func(field, got string, want ...string) {
		if !slices.Contains(want, got) {
			bad(field, "must be one of %s", strings.Join(want, ", "))
		}
	}
	if c.BatchSize < 1 || c.BatchSize > 100_000 {
		bad("batch_size", "must be 1 to 100000")
	}
	if c.BatchBytes < 1<<10 || c.BatchBytes > 64<<20 {
		bad("batch_bytes", "must be 1KB to 64MB")
	}
	if c.Flush < time.Millisecond || c.Flush > time.Hour {
		bad("flush_interval", "must be 1ms to 1h")
	}
	if c.BufferSize < 1 {
		bad("buffer_size", "must be at least 1")
	}
	if c.Memory < 1<<20 {
		bad("memory", "must be at least 1MiB")
	}
	oneOf("compression", c.Compression, codecNames...)
	oneOf("on_full", c.OnFull, "drop_oldest", "drop_newest", "block")
	oneOf("sync", c.Sync, "interval", "always", "never")
	oneOf("order", c.Order, "flow", "strict")
	if c.SpoolMax < 1<<20 {
		bad("spool_max", "must be at least 1MiB")
	}
	if c.MinFree < 0 {
		bad("min_free", "must not be negative")
	}
	if c.Concurrency < 1 || c.Concurrency > 64 {
		bad("concurrency", "must be 1 to 64")
	}
	if c.DeadMax < 64<<10 {
		bad("dead_letter_max", "must be at least 64KB")
	}
	names := map[string]string{}
	check := func(field string, d Destination) {
		t, err := parseTarget(d)
		if err != nil {
			bad(field, "%v", err)
			return
		}
		if other, ok := names[t.name]; ok {
			bad(field, "has the same name as %s", other)
		}
		names[t.name] = field
		if d.Compression != "" {
			oneOf(field+".compression", d.Compression, codecNames...)
		}
		if d.Timeout < 0 {
			bad(field+".timeout", "must not be negative")
		}
		if (d.CertFile == "") != (d.KeyFile == "") {
			bad(field+".key_file", "cert_file and key_file go together")
		}
		for k := range d.Headers {
			if !validHeaderName(k) {
				bad(field+".headers", "has a name that is no header name")
			}
		}
	}
	for i, to := range c.To {
		check("to["+strconv.Itoa(i)+"]", Destination{URL: to})
	}
	required := len(c.To) > 0 || len(c.Destinations) == 0
	for i, d := range c.Destinations {
		check("destination["+strconv.Itoa(i)+"]", d)
		required = required || d.Required == nil || *d.Required
	}
	if !required {
		bad("destination[0].required", "one destination at least must be required")
	}
	return errors.Join(errs...)
}

// all returns every destination of c, stdout if there is none.
func (c *Config) all() []Destination {
	var out []Destination
	for _, to := range c.To {
		out = append(out, Destination{URL: to})
	}
	out = append(out, c.Destinations...)
	if len(out) == 0 {
		out = append(out, Destination{URL: "stdout"})
	}
	return out
}

// target is a destination whose URL was understood.
type target struct {
	kind   string // stdout, null, file, http
	name   string // safe to print
	path   string // file
	codec  codec  // file: by its suffix
	url    *url.URL
	preset string
}

func parseTarget(d Destination) (target, error) {
	t, err := parseURL(d.URL)
	if err != nil {
		return t, err
	}
	if d.Preset != "" {
		t.preset = d.Preset
	}
	if t.preset != "" && (t.kind != "http" || presetByName(t.preset) == nil) {
		return t, errors.New("preset must be one of " + strings.Join(presetNames(), ", ") + ", with an http or https URL")
	}
	if d.Name != "" {
		t.name = d.Name
	}
	if len(t.name) > 200 {
		t.name = t.name[:200]
	}
	return t, nil
}

func parseURL(s string) (target, error) {
	switch s {
	case "":
		return target{}, errors.New("must name a destination")
	case "stdout", "-":
		return target{kind: "stdout", name: "stdout"}, nil
	case "null":
		return target{kind: "null", name: "null"}, nil
	}
	rest, preset := s, ""
	if p, after, ok := strings.Cut(s, "+http"); ok && presetByName(p) != nil {
		preset, rest = p, "http"+after
	}
	if strings.HasPrefix(rest, "http://") || strings.HasPrefix(rest, "https://") {
		u, err := url.Parse(rest)
		if err != nil || u.Hostname() == "" {
			return target{}, errors.New("must be a whole URL: https://host/path") // url.Error would print userinfo
		}
		shown := *u
		shown.User, shown.RawQuery, shown.Fragment = nil, "", ""
		return target{kind: "http", name: shown.String(), url: u, preset: preset}, nil
	}
	path, isFile := strings.CutPrefix(s, "file:")
	if isFile {
		path = strings.TrimPrefix(path, "//")
	} else if scheme, _, ok := strings.Cut(s, "://"); ok {
		if len(scheme) > 20 {
			scheme = scheme[:20]
		}
		return target{}, fmt.Errorf("scheme %q is not known; use http, https, file:, stdout or null", scheme)
	}
	if path == "" {
		return target{}, errors.New("must name a file: file:PATH")
	}
	t := target{kind: "file", name: "file:" + path, path: path}
	switch filepath.Ext(path) {
	case ".lz4":
		t.codec = codecLZ4
	case ".gz":
		t.codec = codecGzip
	case ".zst":
		t.codec = codecZstd
	}
	return t, nil
}

func validHeaderName(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// UnmarshalText reads "64KB", "1 MiB" or plain bytes.
func (z *Size) UnmarshalText(b []byte) error {
	s := strings.TrimSpace(string(b))
	i := strings.LastIndexAny(s, "0123456789") + 1
	unit := int64(1)
	switch strings.ToUpper(strings.TrimSpace(s[i:])) {
	case "", "B":
	case "K", "KB", "KIB":
		unit = 1 << 10
	case "M", "MB", "MIB":
		unit = 1 << 20
	case "G", "GB", "GIB":
		unit = 1 << 30
	case "T", "TB", "TIB":
		unit = 1 << 40
	default:
		return errors.New("must be a size: 64KB, 1MiB, 2GB")
	}
	f, err := strconv.ParseFloat(s[:i], 64)
	if err != nil || f < 0 || f*float64(unit) > 1<<60 {
		return errors.New("must be a size: 64KB, 1MiB, 2GB")
	}
	*z = Size(f * float64(unit))
	return nil
}

// MarshalText writes the size with the largest unit that leaves it whole.
func (z Size) MarshalText() ([]byte, error) { return []byte(z.String()), nil }

// String is the size with its unit: 64KB, 1MiB is written 1MB.
func (z Size) String() string {
	for _, u := range []struct {
		name string
		n    Size
	}{{"TB", 1 << 40}, {"GB", 1 << 30}, {"MB", 1 << 20}, {"KB", 1 << 10}} {
		if z >= u.n && z%u.n == 0 {
			return strconv.FormatInt(int64(z/u.n), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(z), 10) + "B"
}
