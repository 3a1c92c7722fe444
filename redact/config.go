package redact

import (
	"errors"
	"fmt"
)

// Config is what a user decides about redaction. The toml names are those of the table [security]; rules stand at top
// level as [[rule]].
type Config struct {
	// Profile is "default", "gdpr" (IP addresses too), "strict" (names, addresses, devices, wallets and more countries'
	// numbers too), "secrets-only" (credentials and card data) or "off".
	Profile string `toml:"profile"`
	// AutoDetectPII looks for personal data. When it is false only credentials, card data and sanitize_fields count.
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
	// Allow lists exceptions.
	Allow []Allow `toml:"allow"`
	// Rules are the user's own detectors.
	Rules []Rule `toml:"-"`
}

// Allow is an exception: a finding is left alone if everything that is set here fits it.
type Allow struct {
	Path     string `toml:"path"`     // key or path with * and **
	Detector string `toml:"detector"` // name of a kind or rule
	Value    string `toml:"value"`    // the value itself
	Domain   string `toml:"domain"`   // of an e-mail address
	CIDR     string `toml:"cidr"`     // of an IP address
	Pattern  string `toml:"pattern"`  // RE2, for the whole value
	Hash     string `toml:"hash"`     // the 16 hexadecimal digits of a pseudonym, so that the value need not stand here
	Force    bool   `toml:"force"`    // also lets credentials pass that show themselves by their shape
}

// Rule is a detector of the user's. Pattern is searched only where Literal occurs, or below a key in Keys.
type Rule struct {
	Name     string   `toml:"name"`     // stands in the replacement; letters, digits and _
	Pattern  string   `toml:"pattern"`  // RE2; the first group is replaced if there is one, else all of it
	Literal  string   `toml:"literal"`  // text that every match holds
	Keys     []string `toml:"keys"`     // fields in which the pattern is searched
	Action   string   `toml:"action"`   // "mask" (default) or "hash"
	Examples []string `toml:"examples"` // texts in which the rule has to find something
	Counter  []string `toml:"counter_examples"`
}

// DefaultConfig returns the configuration that applies when none is given.
func DefaultConfig() Config {
	return Config{Profile: "default", AutoDetectPII: true, MaxText: 4 << 20}
}

// New compiles a configuration. keys[0] makes the pseudonyms.
func New(c Config, keys ...Key) (*Engine, error) {
	if len(keys) == 0 {
		return nil, errors.New("redact: no key")
	}
	e := &Engine{maxScan: c.MaxText, domain: c.KeepDomain}
	for _, k := range keys {
		e.keys = append(e.keys, newSubKeys(k))
	}
	for k := range kindCount {
		g := kinds[k].group
		on := true
		switch c.Profile {
		case "default":
			on = g != groupNetwork && g != groupPersonal
		case "gdpr":
			on = g != groupPersonal
		case "strict":
		case "secrets-only":
			on = g == groupCredential || g == groupCard || g == groupAlways
		case "off":
			on = g == groupAlways
		default:
			return nil, fmt.Errorf("redact: profile: unknown %q", c.Profile)
		}
		if on {
			e.actions[k] = kinds[k].action
		}
	}
	return e, nil
}

func (e *Engine) knownName(name []byte) bool {
	for k := range kindCount {
		if string(name) == kinds[k].name {
			return true
		}
	}
	return false
}

type allowList struct{}

func (a *allowList) value(v []byte, kind Kind, key string) bool { return false }

type rule struct {
	name   string
	action Action
}
type ownSecret struct{}
type explainer struct{}

func (r *Redactor) extras()                                    {}
func (r *Redactor) miss(start, end int, kind Kind, why string) {}
func appendNetwork(out, v []byte) ([]byte, bool)               { return out, false }
