package correlate

import "strings"

// clone copies a string out of its chunk; the empty one costs nothing.
func clone(s string) string { return strings.Clone(s) }

// keepSame returns old when it is equal to s, else a copy of s.
func keepSame(old, s string) string {
	if old == s {
		return old
	}
	return strings.Clone(s)
}

// hasSuffixFold reports whether s ends in suffix, in either case.
func hasSuffixFold(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}
