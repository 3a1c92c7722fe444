package cmd

import (
	"strconv"
	"strings"
)

// span is a piece of one line of a file: from column to column, in bytes, both counted from 0, the end not included.
type span struct{ line, from, to int }

// entry is a key or table header of a TOML file, with its place. The TOML library decodes but does not tell where a key
// stood; this index does. It reads valid TOML; of a broken file it gives what it can.
type entry struct {
	path       []string // dotted keys taken apart; elements of arrays of tables are numbered: "rule", "0", "name"
	key, value span     // value is empty for a header
	header     bool
}

// indexTOML lists the keys of a TOML text in the order they stand.
func indexTOML(src string) []entry {
	x := tomlIndex{lines: strings.Split(src, "\n"), count: map[string]int{}}
	for x.at < len(x.lines) {
		x.line()
		x.at++
	}
	return x.entries
}

type tomlIndex struct {
	lines   []string
	at      int      // line at hand
	prefix  []string // table at hand
	count   map[string]int
	entries []entry
}

func (x *tomlIndex) line() {
	s := x.lines[x.at]
	i := skipBlank(s, 0)
	switch {
	case i == len(s) || s[i] == '#' || s[i] == '\r':
	case strings.HasPrefix(s[i:], "[["):
		x.header(s, i, 2)
	case s[i] == '[':
		x.header(s, i, 1)
	default:
		x.pair(s, i)
	}
}

// header takes [a.b] and [[a.b]].
func (x *tomlIndex) header(s string, i, brackets int) {
	keys, end := readKey(s, i+brackets)
	if len(keys) == 0 {
		return
	}
	path := x.number(keys[:len(keys)-1])
	path = append(path, keys[len(keys)-1])
	if brackets == 2 {
		name := strings.Join(path, "\x00")
		n := x.count[name]
		x.count[name] = n + 1
		path = append(path, strconv.Itoa(n))
	}
	x.prefix = path
	from := skipBlank(s, i+brackets)
	x.entries = append(x.entries, entry{path: path, key: span{x.at, from, trimEnd(s, from, end)}, header: true})
}

// number puts the number of the latest element behind every array of tables on the way.
func (x *tomlIndex) number(keys []string) []string {
	var path []string
	for _, k := range keys {
		path = append(path, k)
		if n := x.count[strings.Join(path, "\x00")]; n > 0 {
			path = append(path, strconv.Itoa(n-1))
		}
	}
	return path
}

// pair takes key = value; a value may go on over several lines.
func (x *tomlIndex) pair(s string, i int) {
	keys, end := readKey(s, i)
	eq := skipBlank(s, end)
	if len(keys) == 0 || eq == len(s) || s[eq] != '=' {
		return
	}
	e := entry{path: append(append([]string{}, x.prefix...), keys...), key: span{x.at, i, trimEnd(s, i, end)}}
	from := skipBlank(s, eq+1)
	line := x.at
	last := x.value(from)
	if x.at == line {
		e.value = span{line, from, last}
	} else {
		e.value = span{line, from, len(strings.TrimRight(s, " \t\r"))}
	}
	x.entries = append(x.entries, e)
	if from < len(s) && s[from] == '{' {
		x.inline(e.path, line, from, last)
	}
}

// inline lists the keys of an inline table that stands on one line.
func (x *tomlIndex) inline(prefix []string, line, from, to int) {
	s := x.lines[line]
	if x.at != line || to > len(s) {
		return
	}
	for i := from + 1; i < to; {
		i = skipBlank(s, i)
		keys, end := readKey(s, i)
		eq := skipBlank(s, end)
		if len(keys) == 0 || eq >= to || s[eq] != '=' {
			return
		}
		v := skipBlank(s, eq+1)
		stop := x.value(v)
		x.entries = append(x.entries, entry{path: append(append([]string{}, prefix...), keys...), key: span{line, i, trimEnd(s, i, end)}, value: span{line, v, stop}})
		i = skipBlank(s, stop)
		if i >= to || s[i] != ',' {
			return
		}
		i++
	}
}

// value moves over the value that begins at column i of the line at hand, to later lines when it goes on there, and
// returns the column behind its end.
func (x *tomlIndex) value(i int) int {
	s := x.lines[x.at]
	if i >= len(s) {
		return i
	}
	switch c := s[i]; {
	case strings.HasPrefix(s[i:], `"""`), strings.HasPrefix(s[i:], `'''`):
		return x.longString(i+3, s[i:i+3])
	case c == '"' || c == '\'':
		return quotedEnd(s, i)
	case c == '[' || c == '{':
		return x.bracketed(i)
	}
	end := i
	for end < len(s) && !strings.ContainsRune(",]}#\r", rune(s[end])) {
		end++
	}
	return trimEnd(s, i, end)
}

func (x *tomlIndex) longString(i int, quote string) int {
	for {
		if n := strings.Index(x.lines[x.at][min(i, len(x.lines[x.at])):], quote); n >= 0 {
			return i + n + 3
		}
		if x.at+1 == len(x.lines) {
			return len(x.lines[x.at])
		}
		x.at++
		i = 0
	}
}

// bracketed moves over an array or an inline table.
func (x *tomlIndex) bracketed(i int) int {
	depth := 0
	for {
		s := x.lines[x.at]
		for i < len(s) {
			switch s[i] {
			case '"', '\'':
				i = x.value(i)
				s = x.lines[x.at]
				continue
			case '#':
				i = len(s)
				continue
			case '[', '{':
				depth++
			case ']', '}':
				depth--
				if depth == 0 {
					return i + 1
				}
			}
			i++
		}
		if x.at+1 == len(x.lines) {
			return len(s)
		}
		x.at++
		i = 0
	}
}

// readKey reads a dotted key; end is the column behind it.
func readKey(s string, i int) (keys []string, end int) {
	for {
		i = skipBlank(s, i)
		switch {
		case i == len(s):
			return keys, i
		case s[i] == '"' || s[i] == '\'':
			j := quotedEnd(s, i)
			k := strings.Trim(s[i:j], s[i:i+1])
			if u, err := strconv.Unquote(s[i:j]); err == nil && s[i] == '"' {
				k = u
			}
			keys, i = append(keys, k), j
		default:
			j := i
			for j < len(s) && (s[j] == '_' || s[j] == '-' || s[j] >= '0' && s[j] <= '9' || s[j]|0x20 >= 'a' && s[j]|0x20 <= 'z') {
				j++
			}
			if j == i {
				return keys, i
			}
			keys, i = append(keys, s[i:j]), j
		}
		if j := skipBlank(s, i); j < len(s) && s[j] == '.' {
			i = j + 1
			continue
		}
		return keys, i
	}
}

// quotedEnd returns the column behind the string that begins at i.
func quotedEnd(s string, i int) int {
	q := s[i]
	for j := i + 1; j < len(s); j++ {
		if s[j] == '\\' && q == '"' {
			j++
		} else if s[j] == q {
			return j + 1
		}
	}
	return len(s)
}

func skipBlank(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return min(i, len(s))
}

func trimEnd(s string, from, to int) int {
	return from + len(strings.TrimRight(s[from:max(from, to)], " \t\r"))
}
