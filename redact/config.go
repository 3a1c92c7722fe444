package redact

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Config is what a user decides about redaction. The toml names are those of the table [security]; rules stand at top
// level as [[rule]].
type Config struct {
	// Profile is "default", "gdpr" (IP addresses too), "strict" (names, addresses, devices, wallets and more countries'
	// numbers too), "secrets-only" (credentials and card data) or "off".
	Profile string `toml:"profile"`
	// AutoDetectPII looks for personal data. When it is false only credentials, card data and SanitizeFields count.
	AutoDetectPII bool `toml:"auto_detect_pii"`
	// SanitizeFields are names of further fields whose values are masked, in any spelling: "internal_note" is InternalNote.
	SanitizeFields []string `toml:"sanitize_fields"`
	// AllowFields are fields that are left alone, by name or by path with * and **: "customer_email", "params.**.note".
	// Credentials that show themselves by their shape are replaced there all the same.
	AllowFields []string `toml:"allow_fields"`
	// MaskIP cuts IP addresses to their network, /24 or /48.
	MaskIP bool `toml:"mask_ip"`
	// KeepDomain leaves the domain of an e-mail address behind its pseudonym.
	KeepDomain bool `toml:"keep_domain"`
	// Kinds sets what is done with single kinds: email = "mask", credit_card = "last4", ipv4 = "hash", phone = "keep".
	Kinds map[string]string `toml:"kinds"`
	// MaxText is the longest text that is scanned, in bytes. The rest of a longer one is dropped.
	MaxText int `toml:"max_text"`
	// Rotate is how long pseudonyms stay the same, at least an hour; 0 is as long as the key does. Periods are counted from
	// 1970 on, so that machines with the same key change together.
	Rotate time.Duration `toml:"rotate"`
	// Allow lists exceptions.
	Allow []Allow `toml:"allow"`
	// Rules are the user's own detectors.
	Rules []Rule `toml:"-"`
}

// Allow is an exception: a finding is left alone if everything that is set here fits it.
type Allow struct {
	Path     string `toml:"path"`     // name or path of the field, with * and **
	Detector string `toml:"detector"` // name of a kind or rule
	Value    string `toml:"value"`    // the value itself
	Domain   string `toml:"domain"`   // of an e-mail address
	CIDR     string `toml:"cidr"`     // of an IP address
	Pattern  string `toml:"pattern"`  // RE2, for the whole value
	Hash     string `toml:"hash"`     // 16 hexadecimal digits of the value's pseudonym, so that the value need not stand here
	Force    bool   `toml:"force"`    // with Path: also lets credentials pass that show themselves by their shape
}

// Rule is a detector of the user's. Its pattern is searched in texts that hold Literal, or in the values of Keys.
type Rule struct {
	Name     string   `toml:"name"`             // stands in the replacement; letters, digits, _ and -
	Pattern  string   `toml:"pattern"`          // RE2; the first group is replaced if there is one, else all of it
	Literal  string   `toml:"literal"`          // text that every match holds, at least two bytes
	Keys     []string `toml:"keys"`             // fields whose values are searched
	Action   string   `toml:"action"`           // "mask" (the default) or "hash"
	Examples []string `toml:"examples"`         // texts in which the rule has to find something
	Counter  []string `toml:"counter_examples"` // texts in which it must not
}

// Profiles are the names that Config.Profile may have.
var Profiles = []string{"default", "gdpr", "strict", "secrets-only", "off"}

// DefaultConfig returns the configuration that applies when none is given.
func DefaultConfig() Config {
	return Config{Profile: "default", AutoDetectPII: true, MaxText: 4 << 20}
}

const (
	leastText = 1 << 10
	maxRules  = 200
)

// Validate reports every fault of c, each beginning with the field it is about. It runs the examples of the rules.
func (c *Config) Validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !slices.Contains(Profiles, c.Profile) {
		fault("profile: must be one of %s", strings.Join(Profiles, ", "))
	}
	if c.MaxText < leastText || c.MaxText > 1<<30 {
		fault("max_text: must be between %d and %d", leastText, 1<<30)
	}
	if c.Rotate != 0 && c.Rotate < time.Hour {
		fault("rotate: must be 0 or at least an hour")
	}
	for _, f := range c.SanitizeFields {
		if flatKey(f) == "" {
			fault("sanitize_fields: %q names no field", f)
		}
	}
	for _, f := range c.AllowFields {
		if f == "" {
			fault("allow_fields: empty name")
		}
	}
	for name, action := range c.Kinds {
		kind, ok := kindByName(name)
		if !ok {
			fault("kinds: %q is no kind", name)
			continue
		}
		if err := checkAction(kind, action); err != nil {
			fault("kinds.%s: %w", name, err)
		}
	}
	for i := range c.Allow {
		if _, err := c.Allow[i].compile(c.Rules); err != nil {
			fault("allow[%d].%w", i, err)
		}
	}
	if len(c.Rules) > maxRules {
		fault("rule: more than %d", maxRules)
	}
	seen := map[string]bool{}
	for i := range c.Rules {
		r := &c.Rules[i]
		if err := r.check(); err != nil {
			fault("rule[%d].%w", i, err)
		} else if seen[r.Name] {
			fault("rule[%d].name: %q is taken", i, r.Name)
		}
		seen[r.Name] = true
	}
	return errors.Join(errs...)
}

func checkAction(kind Kind, name string) error {
	action, ok := actionByName(name)
	switch {
	case !ok:
		return fmt.Errorf("must be keep, mask, hash, last4 or truncate, not %q", name)
	case action == Hash && kinds[kind].noHash:
		return errors.New("hash is not allowed, a hash of it could be guessed or must not be kept")
	case action == Last4 && kind != CreditCard:
		return errors.New("last4 is for credit_card only")
	case action == Truncate && kind != IPv4 && kind != IPv6:
		return errors.New("truncate is for ipv4 and ipv6 only")
	}
	return nil
}

// check reports the first fault of a rule, its examples included.
func (r *Rule) check() error {
	if r.Name == "" {
		return errors.New("name: must not be empty")
	}
	for _, c := range []byte(r.Name) {
		if !urlChars[c] {
			return errors.New("name: letters, digits, _ and - only")
		}
	}
	if _, ok := kindByName(r.Name); ok {
		return errors.New("name: is the name of a kind")
	}
	if r.Pattern == "" && len(r.Keys) == 0 {
		return errors.New("pattern: must not be empty without keys")
	}
	if _, err := regexp.Compile(r.Pattern); err != nil {
		return fmt.Errorf("pattern: %w", err)
	}
	if len(r.Keys) == 0 && len(r.Literal) < 2 {
		return errors.New("literal: needed, at least two bytes, unless keys are given")
	}
	switch r.Action {
	case "", "mask", "hash":
	default:
		return fmt.Errorf("action: must be mask or hash, not %q", r.Action)
	}
	return r.try()
}

// try runs the rule on its examples.
func (r *Rule) try() error {
	c := DefaultConfig()
	c.Profile = "off"
	c.Rules = []Rule{*r}
	w := build(c, []Key{{ID: "k1", Master: make([]byte, keyBytes)}}).Worker()
	for i, text := range r.Examples {
		if _, changed := w.Line(text); !changed {
			return fmt.Errorf("examples[%d]: the rule finds nothing", i)
		}
	}
	for i, text := range r.Counter {
		if _, changed := w.Line(text); changed {
			return fmt.Errorf("counter_examples[%d]: the rule finds something", i)
		}
	}
	return nil
}

// New compiles a configuration. The first key makes the pseudonyms; further ones are those of earlier periods, whose
// hashes still count in allow lists.
func New(c Config, keys ...Key) (*Engine, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("redact: %w", err)
	}
	if len(keys) == 0 {
		return nil, errors.New("redact: no key")
	}
	for _, k := range keys {
		if err := k.check(); err != nil {
			return nil, fmt.Errorf("redact: %w", err)
		}
	}
	return build(c, keys), nil
}

// build makes the engine of a valid configuration.
func build(c Config, keys []Key) *Engine {
	e := &Engine{maxScan: c.MaxText, domain: c.KeepDomain, fields: map[string]class{}, given: keys, rotate: c.Rotate}
	e.ring.Store(e.keyring(time.Now()))
	for k := range kindCount {
		if on(kinds[k].group, c.Profile, c.AutoDetectPII) {
			e.actions[k] = kinds[k].action
		}
	}
	if c.MaskIP {
		e.actions[IPv4], e.actions[IPv6] = Truncate, Truncate
	}
	for name, action := range c.Kinds {
		kind, _ := kindByName(name)
		e.actions[kind], _ = actionByName(action)
	}
	for _, f := range c.SanitizeFields {
		e.fields[flatKey(f)] = class{kind: FieldValue, mode: modeAny}
	}
	for _, f := range c.AllowFields {
		e.allowFields = append(e.allowFields, strings.Split(f, "."))
	}
	for i := range c.Allow {
		a, _ := c.Allow[i].compile(c.Rules)
		e.allow = append(e.allow, a)
	}
	for i := range c.Rules {
		e.addRule(&c.Rules[i], i)
	}
	return e
}

// on reports whether a profile switches a group on.
func on(g group, profile string, pii bool) bool {
	switch g {
	case groupNone:
		return false
	case groupAlways:
		return true
	case groupCredential, groupCard:
		return profile != "off"
	case groupIdentity:
		return pii && profile != "off" && profile != "secrets-only"
	case groupNetwork:
		return pii && (profile == "gdpr" || profile == "strict")
	}
	return pii && profile == "strict"
}

// flatKey is a key in lower case without separators, as fields are compared.
func flatKey(key string) string {
	var w words
	w.split([]byte(key[max(0, len(key)-maxKey):]))
	return string(w.lower[:w.len])
}

// parsePrefix reads a CIDR, or an address as the network of itself.
func parsePrefix(s string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, errors.New("is no network")
	}
	return p.Masked(), nil
}
