package cmd

import (
	"net/netip"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/redact"
	"github.com/ezlogs/ezlogs/schema"
	"github.com/ezlogs/ezlogs/ship"
	"github.com/ezlogs/ezlogs/tailer"
)

// This file makes the packages' own configurations from ours.

func (c *Config) tailer(paths []string) tailer.Config {
	t := tailer.DefaultConfig()
	t.Paths, t.Exclude, t.From = paths, c.Input.Exclude, c.Input.From
	t.MaxLine = int(c.Input.MaxLineSize)
	t.PollSteady = 160 * time.Millisecond
	if c.blockSize > 0 {
		t.BlockSize = c.blockSize
	}
	return t
}

func (c *Config) schema() schema.Config {
	loc, _ := location(c.Timezone) // was checked
	s := schema.Config{Location: loc, CountQueries: !c.Collect.Queries}
	for i := range c.Formats {
		if f, err := schema.CompileFormat(schema.FormatConfig(c.Formats[i])); err == nil { // was checked
			s.Formats = append(s.Formats, f)
		}
	}
	return s
}

func (c *Config) correlate() correlate.Config {
	k := correlate.DefaultConfig()
	k.FlowTimeout, k.MaxFlows, k.MaxIDs, k.Infer = c.Correlation.FlowTimeout, c.Correlation.MaxFlows, c.Correlation.MaxIDs, c.Correlation.Infer
	k.Completed, k.AutoProcesses, k.Local = c.Correlation.Completed, c.Correlation.AutoProcesses, !c.Correlation.Aliases
	for i := range c.Processes {
		p := &c.Processes[i]
		k.Processes = append(k.Processes, correlate.Process{Name: p.Name, Key: p.Key, Steps: correlate.ActionSteps(p.Steps...), Timeout: p.Timeout})
	}
	return k
}

func (c *Config) redact() redact.Config {
	r := redact.DefaultConfig()
	k := &c.Security
	r.Profile, r.AutoDetectPII, r.SanitizeFields, r.AllowFields, r.MaskIP = k.Profile, k.AutoDetectPII, k.SanitizeFields, k.AllowFields, k.MaskIP
	r.KeepDomain, r.Kinds, r.MaxText, r.Rotate = k.KeepDomain, k.Kinds, int(k.MaxText), k.Rotate
	for _, a := range k.Allow { // before allow_values: errors count them
		r.Allow = append(r.Allow, redact.Allow(a))
	}
	for _, v := range k.AllowValues {
		r.Allow = append(r.Allow, allowValue(v))
	}
	for i := range c.Rules {
		u := &c.Rules[i]
		r.Rules = append(r.Rules, redact.Rule{Name: u.Name, Pattern: u.Pattern, Literal: u.Literal, Keys: u.Keys, Action: u.Action, Examples: u.Examples, Counter: u.Counter})
	}
	return r
}

// allowValue reads an element of security.allow_values: a network, @domain, /regular expression/, or the value itself.
func allowValue(v string) redact.Allow {
	if strings.HasPrefix(v, "@") {
		return redact.Allow{Domain: v[1:]}
	}
	if len(v) > 2 && v[0] == '/' && v[len(v)-1] == '/' {
		return redact.Allow{Pattern: v[1 : len(v)-1]}
	}
	if _, err := netip.ParsePrefix(v); err == nil {
		return redact.Allow{CIDR: v}
	}
	if _, err := netip.ParseAddr(v); err == nil {
		return redact.Allow{CIDR: v}
	}
	return redact.Allow{Value: v}
}

func (c *Config) ship() ship.Config {
	s := ship.DefaultConfig()
	s.To = c.Delivery.To
	s.BatchSize, s.Flush, s.BufferSize = c.Performance.BatchSize, c.Performance.FlushInterval, c.Performance.BufferSize
	s.Memory = ship.Size(c.Performance.Memory)
	s.Compression, s.OnFull, s.SpoolMax, s.Order = c.Delivery.Compression, c.Delivery.OnFull, ship.Size(c.Delivery.SpoolMax), c.Delivery.Order
	for _, d := range c.Delivery.Destinations {
		out := ship.Destination{URL: d.URL, Name: d.Name, Preset: d.Preset, TokenFile: d.TokenFile, CAFile: d.CAFile, CertFile: d.CertFile,
			KeyFile: d.KeyFile, Compression: d.Compression, Timeout: d.Timeout, Required: &d.Required, Headers: map[string]ship.Secret{}}
		for k, v := range d.Headers {
			out.Headers[k] = ship.Secret(v)
		}
		s.Destinations = append(s.Destinations, out)
	}
	return s
}

// secrets returns what ezlogs itself must not tell: tokens, headers that authorize, passwords in addresses.
func (c *Config) secrets() []string {
	var out []string
	for i := range c.Delivery.Destinations {
		d := &c.Delivery.Destinations[i]
		for name, v := range d.Headers {
			if n := strings.ToLower(name); strings.Contains(n, "auth") || strings.Contains(n, "token") || strings.Contains(n, "key") {
				_, credential, found := strings.Cut(v, " ")
				if !found {
					credential = v
				}
				out = append(out, credential)
			}
		}
		if d.TokenFile != "" {
			if b, err := os.ReadFile(d.TokenFile); err == nil { // delivery says when it cannot be read
				out = append(out, strings.TrimSpace(string(b)))
			}
		}
	}
	for _, to := range c.allDestinations() {
		if u, err := url.Parse(bare(to)); err == nil && u.User != nil {
			if p, ok := u.User.Password(); ok {
				out = append(out, p)
			}
		}
	}
	return out
}

// workers returns how many workers there are to be.
func (c *Config) workers() int {
	if c.Performance.Workers > 0 {
		return c.Performance.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// keeps returns the filter that [collect] asks for.
func (c *Config) keeps() func(*schema.Event) bool {
	k := c.Collect
	if k.HTTPRequests && k.DatabaseChanges && k.BackgroundJobs && k.CustomEvents && k.Queries && k.Noise {
		return func(*schema.Event) bool { return true }
	}
	return func(e *schema.Event) bool {
		if !k.Noise && e.Noise() != "" {
			return false
		}
		switch e.Type {
		case "http.request", "http.client":
			return k.HTTPRequests
		case "data.change":
			return k.DatabaseChanges
		case "job.enqueued", "job.started", "job.completed", "job.failed", "job.retried", "job.discarded":
			return k.BackgroundJobs
		case "data.query":
			return k.Queries // the joiner has counted it in its request or job
		case "log.message", "error.raised", "mail.delivered", "mail.failed", "message.published", "message.received", "flow.merged", "flow.completed":
			return true
		}
		return k.CustomEvents
	}
}

func hostName() string {
	h, err := os.Hostname()
	if err != nil {
		return ""
	}
	return h
}

// allDestinations returns the addresses of every destination.
func (c *Config) allDestinations() []string {
	out := slices.Clone(c.Delivery.To)
	for i := range c.Delivery.Destinations {
		out = append(out, c.Delivery.Destinations[i].URL)
	}
	return out
}
