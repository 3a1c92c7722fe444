package tailer

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// stdinPath names standard input.
const stdinPath = "-"

// ErrNoFile is returned by OpenOnce for a path that names no file.
var ErrNoFile = errors.New("no such file")

// found is a path to read and how it was named.
type found struct {
	path  string
	exact bool // named as it is, not through a glob or directory
}

// expand lists the files that paths name, in the order given, those of a glob or directory in natural order; each once. Files
// that are known, if known is given, are not looked at again.
func expand(cfg Config, known func(path string) bool) ([]found, error) {
	var all []found
	var missing error
	seen := map[string]bool{}
	add := func(f found) {
		if !seen[f.path] {
			seen[f.path] = true
			all = append(all, f)
		}
	}
	for _, p := range cfg.Paths {
		if p == stdinPath {
			add(found{p, true})
			continue
		}
		path := filepath.Clean(p)
		fi, err := os.Stat(path)
		switch {
		case err == nil && fi.IsDir():
			names, err := filesOf(path, known)
			if err != nil {
				missing = errors.Join(missing, err)
			}
			for _, n := range names {
				if !cfg.excluded(n) {
					add(found{n, false})
				}
			}
		case err == nil || !strings.ContainsAny(p, `*?[`):
			add(found{path, true})
		default:
			names, err := glob(path, known)
			if err != nil {
				return nil, fmt.Errorf("tailer: %s: %w", p, err)
			}
			for _, n := range names {
				if !cfg.excluded(n) {
					add(found{n, false})
				}
			}
			if len(names) == 0 {
				missing = errors.Join(missing, fmt.Errorf("tailer: %s: %w", p, ErrNoFile))
			}
		}
	}
	return all, missing
}

func (c Config) excluded(path string) bool {
	for _, p := range c.Exclude {
		if ok, _ := filepath.Match(p, filepath.Base(path)); ok {
			return true
		}
		if matchPath(filepath.Clean(p), path) {
			return true
		}
	}
	return false
}

// filesOf lists the regular, visible files of a directory, links to files included.
func filesOf(dir string, known func(string) bool) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("tailer: %w", err)
	}
	var names []string
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if !strings.HasPrefix(e.Name(), ".") && regular(path, e.Type(), known) {
			names = append(names, path)
		}
	}
	slices.SortFunc(names, compareNatural)
	return names, nil
}

func regular(path string, mode fs.FileMode, known func(string) bool) bool {
	if known != nil && known(path) {
		return true
	}
	if mode&fs.ModeSymlink != 0 {
		fi, err := os.Stat(path)
		return err == nil && fi.Mode().IsRegular()
	}
	return mode.IsRegular()
}

// glob is filepath.Glob with ** for any number of directories; it returns files only, in natural order.
func glob(pattern string, known func(string) bool) ([]string, error) {
	var names []string
	before, _, deep := strings.Cut(pattern, "**")
	if !deep {
		all, err := filepath.Glob(pattern)
		if err != nil {
			return nil, err
		}
		for _, n := range all {
			if known != nil && known(n) {
				names = append(names, n)
			} else if fi, err := os.Stat(n); err == nil && !fi.IsDir() {
				names = append(names, n)
			}
		}
		slices.SortFunc(names, compareNatural)
		return names, nil
	}
	root := filepath.Dir(before + "x")
	roots, err := filepath.Glob(root)
	if err != nil {
		return nil, err
	}
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return nil // a directory that cannot be read hides only its own files
			}
			if !d.IsDir() && matchPath(pattern, path) && regular(path, d.Type(), known) {
				names = append(names, path)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(names, compareNatural)
	return slices.Compact(names), nil
}

// matchPath says whether path matches pattern, ** standing for any number of directories.
func matchPath(pattern, path string) bool {
	sep := string(filepath.Separator)
	return matchParts(strings.Split(pattern, sep), strings.Split(path, sep))
}

func matchParts(pattern, path []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			for i := range len(path) + 1 {
				if matchParts(pattern[1:], path[i:]) {
					return true
				}
			}
			return false
		}
		if len(path) == 0 {
			return false
		}
		if ok, err := filepath.Match(pattern[0], path[0]); err != nil || !ok {
			return false
		}
		pattern, path = pattern[1:], path[1:]
	}
	return len(path) == 0
}

// compareNatural orders names as people do: app.log.2 before app.log.10.
func compareNatural(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		dx, dy := digits(x), digits(y)
		if dx > 0 && dy > 0 {
			nx, ny := strings.TrimLeft(x[:dx], "0"), strings.TrimLeft(y[:dy], "0")
			if c := cmp.Or(cmp.Compare(len(nx), len(ny)), cmp.Compare(nx, ny)); c != 0 {
				return c
			}
			x, y = x[dx:], y[dy:]
			continue
		}
		if x[0] != y[0] {
			return cmp.Compare(x[0], y[0])
		}
		x, y = x[1:], y[1:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(a, b))
}

// digits counts the digits at the beginning of s.
func digits(s string) int {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i
}
