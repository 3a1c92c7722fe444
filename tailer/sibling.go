package tailer

import (
	"path/filepath"
	"strings"
)

// isSibling says whether name could be what a rotation made of base: app.log.1, app.log-20250121, app.log.2025-01-21.gz,
// app-20250121.log, app.1.log. Both are names without directory.
func isSibling(name, base string) bool {
	if name == base {
		return false
	}
	for _, ext := range compressions {
		if rest, ok := strings.CutSuffix(name, ext); ok {
			if rest == base {
				return true
			}
			name = rest
			break
		}
	}
	if rest, ok := strings.CutPrefix(name, base); ok {
		return isStamp(rest)
	}
	ext := filepath.Ext(base)
	rest, ok := strings.CutPrefix(name, strings.TrimSuffix(base, ext))
	if !ok || ext == "" {
		return false
	}
	rest, ok = strings.CutSuffix(rest, ext)
	return ok && isStamp(rest)
}

// isStamp says whether s is a separator and a number or date.
func isStamp(s string) bool {
	if len(s) < 2 || !strings.ContainsRune(".-_", rune(s[0])) {
		return false
	}
	digits := 0
	for _, c := range s[1:] {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case strings.ContainsRune(".-_:+TZ", c):
		default:
			return false
		}
	}
	return digits > 0
}

// isTargetSibling says whether name could be another target of a symbolic link that points to target: the same name with
// another number or date, as in app.log.000007 or 0.log.20250121-101010.
func isTargetSibling(name, target string) bool {
	if isSibling(name, target) {
		return true
	}
	for _, ext := range compressions {
		name = strings.TrimSuffix(name, ext)
	}
	head, tail, ok := stamped(target)
	if !ok || name == target {
		return false
	}
	rest, ok := strings.CutPrefix(name, head)
	if !ok {
		return false
	}
	rest, ok = strings.CutSuffix(rest, tail)
	return ok && isStamp("."+rest)
}

// stamped splits a name around its last number or date. A stamp needs a separator before it, unless it begins the name.
func stamped(name string) (head, tail string, ok bool) {
	inStamp := func(c byte) bool { return c >= '0' && c <= '9' || strings.IndexByte(".-_:+TZ", c) >= 0 }
	end := len(name)
	for end > 0 && (name[end-1] < '0' || name[end-1] > '9') {
		end--
	}
	start := end
	for start > 0 && inStamp(name[start-1]) {
		start--
	}
	for start < end && (name[start] < '0' || name[start] > '9') {
		start++
	}
	return name[:start], name[end:], start < end
}

// compareAge orders rotated files that were modified at the same time, oldest first: counting numbers grow with age, dates and
// times grow with time.
func compareAge(a, b string) int {
	c := compareNatural(a, b)
	if counted(a) && counted(b) {
		return -c
	}
	return c
}

// counted says whether the last number in a name is a count, not a date.
func counted(name string) bool {
	for _, ext := range compressions {
		name = strings.TrimSuffix(name, ext)
	}
	head, tail, ok := stamped(filepath.Base(name))
	return ok && len(filepath.Base(name))-len(head)-len(tail) <= 4
}
