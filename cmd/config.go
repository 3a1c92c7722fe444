package cmd

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Config is everything the user can set, as the file names it. [settings] lists every key; the packages' own
// configurations are made from it in compose.go.
type Config struct {
	ServiceName string
	Environment string
	Timezone    string
	StateDir    string

	Input struct {
		Paths       []string
		Exclude     []string
		From        string
		MaxLineSize Size
		Listen      string
	}
	Collect struct {
		HTTPRequests    bool
		DatabaseChanges bool
		BackgroundJobs  bool
		CustomEvents    bool
		Queries         bool
		Noise           bool
	}
	Security struct {
		Profile        string
		AutoDetectPII  bool
		SanitizeFields []string
		AllowFields    []string
		AllowValues    []string
		MaskIP         bool
		KeepDomain     bool
		MaxText        Size
		Rotate         time.Duration
		Allow          []Allow
		Kinds          map[string]string
		MaxPayloadSize Size
		KeyFile        string
	}
	Performance struct {
		SampleRate    float64
		BufferSize    int
		BatchSize     int
		FlushInterval time.Duration
		Workers       int
		Memory        Size
	}
	Correlation struct {
		FlowTimeout time.Duration
		MaxFlows    int
		MaxIDs      int
		Infer       []string
		State       bool
		Completed   bool

		AutoProcesses bool
		Aliases       bool
	}
	Delivery struct {
		To           []string
		Compression  string
		OnFull       string
		SpoolMax     Size
		Order        string
		Drain        time.Duration
		Destinations []Destination
	}
	Debug struct {
		Settle       time.Duration
		Slow         map[string]time.Duration
		N1           int
		Theme        string
		Verbs        map[string]string
		DisplayNames map[string]string
	}
	Admin struct {
		Listen string
	}
	Formats   []Format
	Rules     []Rule
	Processes []Process

	blockSize int       // of chunks; 0 is the tailer's default. Not for users: the output does not depend on it.
	raw       *rawLines // keeps the lines of a run of debug; nil keeps none
	broken    func()    // called before the program ends of a bug; nil for nothing
	progress  *progress // of files that are read to their end; nil counts nothing
	odd       *oddLines // of what debug reads; nil counts none
}

// Destination is one [[delivery.destination]].
type Destination struct {
	URL, Name, TokenFile, CAFile, CertFile, KeyFile, Compression, Preset string
	Headers                                                              map[string]string
	Timeout                                                              time.Duration
	Required                                                             bool
}

// Format is one [[format]]: a shape of line of the user's own.
type Format struct {
	Name    string
	Pattern string
	Event   string
	Action  string
	Time    string
	Fields  map[string]string
	Example []string
}

// Rule is one [[rule]]: a redaction rule of the user's own.
type Rule struct {
	Name, Pattern, Literal, Action string
	Keys, Examples, Counter        []string
}

// Allow is one [[security.allow]]: something that is left alone.
type Allow struct {
	Path, Detector, Value, Domain, CIDR, Pattern, Hash string
	Force                                              bool
}

// Process is one [[process]]: a business process or journey of the user's own.
type Process struct {
	Name    string
	Key     string
	Steps   []string
	Timeout time.Duration
}

// Size is a number of bytes; it is written with a unit, 1024 a step.
type Size int64

// defaultConfig returns what holds when nobody sets anything.
func defaultConfig() *Config {
	c := &Config{Environment: "", Timezone: "local"}
	c.Input.From = "start"
	c.Input.MaxLineSize = 1 << 20
	c.Collect.HTTPRequests = true
	c.Collect.DatabaseChanges = true
	c.Collect.BackgroundJobs = true
	c.Collect.CustomEvents = true
	c.Collect.Queries = true
	c.Collect.Noise = true
	c.Security.Profile = "default"
	c.Security.AutoDetectPII = true
	c.Security.MaxPayloadSize = 64 << 10
	c.Security.MaxText = 4 << 20
	c.Performance.SampleRate = 1
	c.Performance.BufferSize = 10_000
	c.Performance.BatchSize = 1000
	c.Performance.FlushInterval = time.Second
	c.Performance.Memory = 64 << 20
	c.Correlation.FlowTimeout = time.Hour
	c.Correlation.MaxFlows = 60_000
	c.Correlation.MaxIDs = 150_000
	c.Correlation.Infer = []string{"thread", "value", "session", "weak"}
	c.Correlation.AutoProcesses, c.Correlation.Aliases = true, true
	c.Delivery.Compression = "gzip"
	c.Delivery.OnFull = "drop_oldest"
	c.Delivery.SpoolMax = 1 << 30
	c.Delivery.Order = "flow"
	c.Delivery.Drain = 10 * time.Second
	c.Debug.Settle = 2 * time.Second
	c.Debug.Slow = map[string]time.Duration{"http": 500 * time.Millisecond, "sql": 100 * time.Millisecond, "api": time.Second, "job": 10 * time.Second}
	c.Debug.N1 = 10
	c.Debug.Theme = "auto"
	return c
}

// valueError says what is wrong with a value, and what would be right.
type valueError struct {
	code string // bad-value, bad-type or out-of-range
	text string // what is wrong
	mark string // said under the carets
	help string
}

func (e *valueError) Error() string { return e.text }

// parseSize reads a number of bytes such as 65536, "64KB" or "1.5MiB"; a KB has 1024 bytes.
func parseSize(s string) (Size, bool) {
	t := strings.TrimSpace(s)
	i := strings.IndexFunc(t, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != '_' })
	if i < 0 {
		i = len(t)
	}
	n, err := strconv.ParseFloat(strings.ReplaceAll(t[:i], "_", ""), 64)
	shift, ok := sizeUnits[strings.ToLower(strings.TrimSpace(t[i:]))]
	if err != nil || !ok || n < 0 || n*float64(int64(1)<<shift) > math.MaxInt64/2 {
		return 0, false
	}
	return Size(n * float64(int64(1)<<shift)), true
}

var sizeUnits = map[string]uint{"": 0, "b": 0, "k": 10, "kb": 10, "kib": 10, "m": 20, "mb": 20, "mib": 20, "g": 30, "gb": 30, "gib": 30, "t": 40, "tb": 40, "tib": 40}

// String writes the size with the largest unit that divides it.
func (s Size) String() string {
	for _, u := range []struct {
		shift uint
		name  string
	}{{30, "GiB"}, {20, "MiB"}, {10, "KiB"}} {
		if s != 0 && s&(1<<u.shift-1) == 0 {
			return fmt.Sprintf("%d%s", s>>u.shift, u.name)
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// parseDuration reads a length of time with its unit; d stands for a day.
func parseDuration(s string) (time.Duration, bool) {
	if n, found := strings.CutSuffix(s, "d"); found {
		days, err := strconv.ParseFloat(n, 64)
		return time.Duration(days * 24 * float64(time.Hour)), err == nil && days >= 0 && days < 36500
	}
	d, err := time.ParseDuration(s)
	return d, err == nil
}
