package redact

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// allowance is a compiled Allow.
type allowance struct {
	path     []string
	detector string
	value    string
	domain   string
	cidr     netip.Prefix
	pattern  *regexp.Regexp
	hash     string
	force    bool
}

func (a *Allow) compile(rules []Rule) (c allowance, err error) {
	if *a == (Allow{Force: a.Force}) {
		return c, errors.New("path: an exception needs at least one condition")
	}
	c = allowance{detector: a.Detector, value: a.Value, domain: strings.ToLower(a.Domain), hash: a.Hash, force: a.Force}
	if a.Path != "" {
		c.path = strings.Split(a.Path, ".")
	}
	if a.Detector != "" {
		_, known := kindByName(a.Detector)
		for i := range rules {
			known = known || rules[i].Name == a.Detector
		}
		if !known {
			return c, fmt.Errorf("detector: %q is no kind or rule", a.Detector)
		}
	}
	if a.CIDR != "" {
		if c.cidr, err = parsePrefix(a.CIDR); err != nil {
			return c, fmt.Errorf("cidr: %w", err)
		}
	}
	if a.Pattern != "" {
		if c.pattern, err = regexp.Compile(`^(?:` + a.Pattern + `)$`); err != nil {
			return c, fmt.Errorf("pattern: %w", err)
		}
	}
	if a.Hash != "" {
		if len(a.Hash) != 16 || strings.Trim(a.Hash, "0123456789abcdef") != "" {
			return c, errors.New("hash: must be 16 lower-case hexadecimal digits")
		}
	}
	return c, nil
}

// selfEvident reports whether findings of kind show themselves by their shape, so that allowing a field is no reason to
// let them pass.
func selfEvident(kind Kind) bool {
	switch kind {
	case VendorToken, CloudKey, JWT, PrivateKey, URLPassword, Bearer, BasicAuth, Webhook, OwnSecret:
		return true
	}
	return false
}

// allowed reports whether an exception lets the finding v pass.
func (r *Redactor) allowedBy(v []byte, kind Kind, name string) bool {
	for i := range r.e.allow {
		if a := &r.e.allow[i]; a.fits(r, v, kind, name) {
			return true
		}
	}
	return false
}

func (a *allowance) fits(r *Redactor, v []byte, kind Kind, name string) bool {
	if kind == OwnSecret {
		return false
	}
	if a.path != nil {
		if selfEvident(kind) && !a.force && a.value == "" && a.hash == "" && a.pattern == nil {
			return false
		}
		if !r.onPath(a.path) {
			return false
		}
	}
	if a.detector != "" && a.detector != kind.String() && a.detector != name {
		return false
	}
	if a.value != "" && a.value != string(v) {
		return false
	}
	if a.domain != "" && !domainFits(v, a.domain) {
		return false
	}
	if a.cidr.IsValid() {
		addr, err := netip.ParseAddr(string(v))
		if err != nil || !a.cidr.Contains(addr) {
			return false
		}
	}
	if a.pattern != nil && !a.pattern.Match(v) {
		return false
	}
	return a.hash == "" || r.e.hashFits(v, kind, a.hash)
}

// domainFits reports whether v is an address of domain or of a subdomain.
func domainFits(v []byte, domain string) bool {
	got := strings.ToLower(string(v))
	at := strings.LastIndexByte(got, '@')
	if at < 0 {
		return false
	}
	got = got[at+1:]
	return got == domain || strings.HasSuffix(got, "."+domain)
}

// hashFits compares with the pseudonyms of every key that is known.
func (e *Engine) hashFits(v []byte, kind Kind, want string) bool {
	normal := normalise(nil, v, kind)
	keys := e.ring.Load().keys
	for i := range keys {
		if string(keys[i].pseudonym(nil, kind, normal)) == want {
			return true
		}
	}
	return false
}

// onPath reports whether the pattern fits the field: its name, or the field of the event and the key nearest to the
// value.
func (r *Redactor) onPath(pattern []string) bool {
	inner := string(r.t[r.nearFrom:r.nearTo])
	outer := r.key
	if inner == "" {
		inner, outer = outer, ""
	}
	path := strings.Split(inner, ".")
	if len(pattern) == 1 && matchSegment(pattern[0], path[len(path)-1]) {
		return true
	}
	if outer != "" {
		path = append(strings.Split(outer, "."), path...)
	}
	return matchPath(pattern, path)
}

func matchPath(pattern, path []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			for i := 0; i <= len(path); i++ {
				if matchPath(pattern[1:], path[i:]) {
					return true
				}
			}
			return false
		}
		if len(path) == 0 || !matchSegment(pattern[0], path[0]) {
			return false
		}
		pattern, path = pattern[1:], path[1:]
	}
	return len(path) == 0
}

// matchSegment compares a name with a pattern in which * stands for any characters.
func matchSegment(pattern, name string) bool {
	before, after, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == name
	}
	if !strings.HasPrefix(name, before) {
		return false
	}
	for rest := name[len(before):]; ; rest = rest[1:] {
		if matchSegment(after, rest) {
			return true
		}
		if rest == "" {
			return false
		}
	}
}

// fieldAllowed reports whether the nearest key is one of allow_fields.
func (r *Redactor) fieldAllowed() bool {
	return slices.ContainsFunc(r.e.allowFields, r.onPath)
}
