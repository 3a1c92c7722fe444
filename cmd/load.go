package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// loaded is a configuration with where each of its values came from and what is wrong with it.
type loaded struct {
	Config   *Config
	File     string            // "" when there is none
	Origin   map[string]string // path of a key → "ezlogs.toml:12", "EZLOGS_…" or "--flag"; absent is the default
	Findings []finding

	source string
	lines  []string
	index  []entry
	tables []table
}

// errors returns the findings that are errors.
func (l *loaded) errors() []finding {
	return slices.DeleteFunc(slices.Clone(l.Findings), func(f finding) bool { return f.Severity != isError })
}

// findConfig returns the file to use: the one named, else $EZLOGS_CONFIG, else the first that exists of the usual places.
func findConfig(named string, getenv func(string) string) (file string, looked []string) {
	if named == "" {
		named = getenv("EZLOGS_CONFIG")
	}
	if named != "" {
		return named, nil
	}
	looked = []string{"ezlogs.toml", "config/ezlogs.toml"}
	xdg := getenv("XDG_CONFIG_HOME")
	if home := getenv("HOME"); xdg == "" && home != "" {
		xdg = filepath.Join(home, ".config")
	}
	if xdg != "" {
		looked = append(looked, filepath.Join(xdg, "ezlogs", "ezlogs.toml"))
	}
	looked = append(looked, "/etc/ezlogs/ezlogs.toml")
	for _, f := range looked {
		if st, err := os.Stat(f); err == nil && !st.IsDir() {
			return f, looked
		}
	}
	return "", looked
}

// load makes the configuration: defaults, then file, then environment, then flags. A file named "" is left out. Problems are in Findings; only a file that cannot be read is an error.
func load(file string, stdin func() ([]byte, error), environ []string, flags []override) (*loaded, error) {
	l := &loaded{Config: defaultConfig(), File: file, Origin: map[string]string{}, tables: tables()}
	if file != "" {
		read := func() ([]byte, error) { return os.ReadFile(file) }
		if file == "-" {
			read, l.File = stdin, "(stdin)"
		}
		src, err := read()
		if err != nil {
			if pe, ok := errors.AsType[*fs.PathError](err); ok {
				err = pe.Err
			}
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		l.source = string(src)
		l.lines = strings.Split(l.source, "\n")
		l.file()
	}
	l.environment(environ)
	for _, o := range flags {
		t, s := l.setting(o.path)
		set := s.assign
		if text, ok := o.value.(string); ok {
			set = func(p, _ any) *valueError { return s.parse(p, text) }
		}
		if e := set(s.pointer(l.Config), o.value); e != nil {
			l.Findings = append(l.Findings, finding{Severity: isError, Code: e.code, Key: t.path(s), Text: o.flag + ": " + e.text, Help: helps(e)})
		}
		l.Origin[o.path] = o.flag
	}
	return l, nil
}

// override is a setting given on the command line.
type override struct {
	path, flag string
	value      any // text, or a list of texts as []any
}

// setting returns the setting at a path, or nil.
func (l *loaded) setting(path string) (*table, *setting) {
	for i := range l.tables {
		t := &l.tables[i]
		for j := range t.settings {
			if t.path(&t.settings[j]) == path {
				return t, &t.settings[j]
			}
		}
	}
	return nil, nil
}

// file takes the values of the TOML file and finds what is wrong with it.
func (l *loaded) file() {
	var tree map[string]any
	if _, err := toml.Decode(l.source, &tree); err != nil {
		l.syntax(err)
		return
	}
	l.index = indexTOML(l.source)
	targets := map[string]any{}
	badTables := map[string]bool{}
	done := map[string]bool{}
	for i := range l.index {
		e := &l.index[i]
		names, element := plainPath(e.path)
		if e.header {
			l.header(e, names, element, targets, badTables)
			continue
		}
		table := strings.Join(names[:len(names)-1], ".")
		if badTables[table] {
			continue
		}
		t, s, depth := l.longest(names)
		if s == nil {
			l.unknownKey(e, table, names[len(names)-1], badTables)
			continue
		}
		path := e.path[:len(e.path)-(len(names)-depth)]
		id := strings.Join(path, "\x00")
		if done[id] {
			continue
		}
		done[id] = true
		target := any(l.Config)
		if t.list != nil {
			if target = targets[element]; target == nil {
				continue
			}
		}
		v, ok := at(tree, path)
		if !ok {
			continue
		}
		if err := s.assign(s.pointer(target), v); err != nil {
			l.add(isError, e, e.value, t.path(s), err)
		}
		l.Origin[strings.Join(path, ".")] = fmt.Sprintf("%s:%d", l.File, e.key.line+1)
	}
}

// header makes the elements of lists of tables and finds tables that do not exist.
func (l *loaded) header(e *entry, names []string, element string, targets map[string]any, bad map[string]bool) {
	name := strings.Join(names, ".")
	known := make([]string, 0, len(l.tables))
	for i := range l.tables {
		t := &l.tables[i]
		known = append(known, t.name)
		if t.name != name {
			continue
		}
		if t.list != nil && element != "" {
			targets[element] = t.list(l.Config)
		} else if t.list != nil {
			l.add(isError, e, e.key, name, &valueError{"bad-type", fmt.Sprintf("[%s] is a list of tables", name), "write two brackets", "[[" + name + "]]"})
			bad[name] = true
		} else if isNumber(e.path[len(e.path)-1]) {
			l.add(isError, e, e.key, name, &valueError{"bad-type", fmt.Sprintf("[[%s]] is one table, not a list", name), "write one bracket", "[" + name + "]"})
			bad[name] = true
		}
		return
	}
	if _, s, depth := l.longest(names); s != nil && depth == len(names) {
		return // a table that is a value: [debug.verbs]
	}
	if slices.ContainsFunc(known, func(k string) bool { return strings.HasPrefix(k, name+".") }) {
		return
	}
	bad[name] = true
	err := &valueError{code: "unknown-table", text: fmt.Sprintf("there is no table [%s]", name), help: "tables: " + strings.Join(nonEmpty(known), ", ")}
	var fix *edit
	if to, ok := renamedTables[name]; ok {
		err.mark = fmt.Sprintf("its keys are in [%s] now", to)
	} else if near := nearest(name, known); near != "" {
		err.mark = fmt.Sprintf("did you mean [%s]?", near)
		if !strings.Contains(near, ".") && len(names) == 1 {
			fix = &edit{e.key, near, "renames it"}
		}
	}
	f := l.add(isError, e, e.key, name, err)
	f.fix = fix
}

func isNumber(s string) bool { _, err := strconv.Atoi(s); return err == nil }

// unknownKey says what a key that does not exist may have meant.
func (l *loaded) unknownKey(e *entry, table, key string, bad map[string]bool) {
	in := "the top level"
	if table != "" {
		in = "[" + table + "]"
	}
	err := &valueError{code: "unknown-key", text: fmt.Sprintf("`%s` is not a key of %s", key, in)}
	var fix *edit
	full := strings.TrimPrefix(table+"."+key, ".")
	var here, everywhere []string
	home := map[string]string{}
	for i := range l.tables {
		t := &l.tables[i]
		for j := range t.settings {
			k := t.settings[j].key
			if t.name == table {
				here = append(here, k)
			} else if t.list == nil {
				everywhere = append(everywhere, k)
				home[k] = t.name
			}
		}
	}
	if to, ok := renamedKeys[full]; ok {
		err.mark = fmt.Sprintf("it is called `%s` now", to)
		if dir, last, _ := cutLast(to); dir == table {
			fix = &edit{e.key, last, "renames it"}
		}
	} else if near := nearest(key, here); near != "" {
		err.mark = fmt.Sprintf("did you mean `%s`?", near)
		fix = &edit{e.key, near, "renames it"}
	} else if t, ok := home[key]; ok {
		err.mark = fmt.Sprintf("`%s` belongs %s", key, inTable(t))
	} else if to, ok := broughtAlong[strings.ToLower(key)]; ok {
		err.mark = fmt.Sprintf("perhaps `%s`", to)
	} else if near := nearest(key, everywhere); near != "" {
		err.mark = fmt.Sprintf("did you mean `%s`, %s?", near, inTable(home[near]))
	}
	if err.mark == "" && len(here) > 0 {
		err.help = "keys here: " + strings.Join(here, ", ")
	}
	f := l.add(isError, e, e.key, full, err)
	f.fix = fix
}

func inTable(name string) string {
	if name == "" {
		return "at the top level, before the first [table]"
	}
	return "in [" + name + "]"
}

func cutLast(path string) (dir, last string, found bool) {
	i := strings.LastIndexByte(path, '.')
	if i < 0 {
		return "", path, false
	}
	return path[:i], path[i+1:], true
}

// add appends a finding at a place of the file.
func (l *loaded) add(sev severity, e *entry, where span, key string, err *valueError) *finding {
	f := finding{Severity: sev, Code: err.code, Key: key, Text: err.text, Mark: err.mark, Help: helps(err)}
	f.place(l.File, l.lines, where)
	l.Findings = append(l.Findings, f)
	return &l.Findings[len(l.Findings)-1]
}

func helps(err *valueError) []string {
	if err.help == "" {
		return nil
	}
	return []string{err.help}
}

// syntax turns what the TOML library says of a broken file into a finding with the right place.
func (l *loaded) syntax(err error) {
	f := finding{Severity: isError, Code: "syntax", Text: "this file is not valid TOML"}
	if pe, ok := errors.AsType[toml.ParseError](err); ok {
		f.Text = pe.Message
		if f.Text == "" {
			f.Text = strings.TrimPrefix(err.Error(), "toml: ")
		}
		at := span{line: max(0, pe.Position.Line-1)}
		// The library counts columns from the start of the file in some cases; the offset is right.
		if start := min(max(0, pe.Position.Start), len(l.source)); true {
			at.line = strings.Count(l.source[:start], "\n")
			at.from = start - (strings.LastIndexByte(l.source[:start], '\n') + 1)
			at.to = at.from + max(1, pe.Position.Len)
		}
		if key, first, second := duplicate(indexTOML(l.source)); second != nil && strings.Contains(f.Text, "already") {
			f.Code, at = "duplicate-key", second.key
			f.Text = fmt.Sprintf("`%s` is set twice", key)
			f.Mark = "and again here; TOML allows one"
			f.first = &finding{}
			f.first.place(l.File, l.lines, first.key)
		} else {
			l.unclosed(&f, &at)
		}
		f.place(l.File, l.lines, at)
	}
	l.Findings = append(l.Findings, f)
}

// unclosed puts the blame for a string or a header that was not closed on the line where it began.
func (l *loaded) unclosed(f *finding, at *span) {
	for n := at.line; n >= 0 && n >= at.line-1; n-- {
		s := strings.TrimRight(l.lines[n], "\r")
		i := skipBlank(s, 0)
		if i < len(s) && s[i] == '[' && !strings.Contains(s, "]") {
			f.Text, f.Mark = "this table header is not closed", "the line ends before a closing ]"
			*at = span{n, i, len(s)}
			return
		}
		eq := strings.IndexByte(s, '=')
		if eq < 0 {
			continue
		}
		v := skipBlank(s, eq+1)
		if v < len(s) && (s[v] == '"' || s[v] == '\'') && !strings.HasPrefix(s[v:], s[v:v+1]+s[v:v+1]+s[v:v+1]) {
			if end := quotedEnd(s, v); end == len(s) && (end-v < 2 || s[end-1] != s[v]) {
				f.Text, f.Mark = "this string is not closed", "starts here; the line ends before a closing "+s[v:v+1]
				f.Help = []string{clean(s) + s[v:v+1]}
				*at = span{n, v, len(s)}
				return
			}
		}
	}
}

// duplicate returns the first key that stands twice.
func duplicate(index []entry) (key string, first, second *entry) {
	seen := map[string]*entry{}
	for i := range index {
		e := &index[i]
		id := strings.Join(e.path, "\x00")
		if before, ok := seen[id]; ok {
			return e.path[len(e.path)-1], before, e
		}
		seen[id] = e
	}
	return "", nil, nil
}

// longest returns the setting whose path is the longest beginning of names, and its length.
func (l *loaded) longest(names []string) (*table, *setting, int) {
	for n := len(names); n > 0; n-- {
		if t, s := l.setting(strings.Join(names[:n], ".")); s != nil {
			if n == len(names) || isMap(s.pointer(blank(t))) {
				return t, s, n
			}
		}
	}
	return nil, nil, 0
}

// blank returns something that the settings of t can point into.
func blank(t *table) any {
	c := defaultConfig()
	if t.list != nil {
		return t.list(c)
	}
	return c
}

func isMap(p any) bool {
	switch show(p) {
	case "{}":
		return true
	default:
		return strings.HasPrefix(show(p), "{ ")
	}
}

// plainPath takes the numbers of arrays of tables out of a path; element is the path up to the last number, "" without.
func plainPath(path []string) (names []string, element string) {
	for i, p := range path {
		if isNumber(p) && i > 0 {
			element = strings.Join(path[:i+1], ".")
			continue
		}
		names = append(names, p)
	}
	return names, element
}

// at finds the value at a path in what the TOML library decoded.
func at(tree any, path []string) (any, bool) {
	for _, p := range path {
		switch t := tree.(type) {
		case map[string]any:
			v, ok := t[p]
			if !ok {
				return nil, false
			}
			tree = v
		case []map[string]any:
			n, err := strconv.Atoi(p)
			if err != nil || n >= len(t) {
				return nil, false
			}
			tree = t[n]
		default:
			return nil, false
		}
	}
	return tree, true
}

// envName returns the environment variable of a key.
func envName(path string) string {
	return "EZLOGS_" + strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
}

// environment takes EZLOGS_* variables; an empty one is unset. Names of earlier agents are taken with a note.
func (l *loaded) environment(environ []string) {
	known := map[string]string{}
	for i := range l.tables {
		t := &l.tables[i]
		if t.list != nil {
			continue
		}
		for j := range t.settings {
			path := t.path(&t.settings[j])
			known[envName(path)] = path
		}
	}
	names := slices.Sorted(func(yield func(string) bool) {
		for k := range known {
			if !yield(k) {
				return
			}
		}
	})
	for _, kv := range slices.Sorted(slices.Values(environ)) {
		name, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, "EZLOGS_") || value == "" || slices.Contains(ownVariables, name) {
			continue
		}
		path, ok := known[name]
		if !ok {
			if path, ok = formerVariables[name]; !ok {
				f := finding{Severity: isWarning, Code: "unknown-variable", Key: name, Text: name + " is set, and nothing reads it"}
				if near := nearest(name, names); near != "" {
					f.Help = []string{"did you mean " + near + "?"}
				}
				l.Findings = append(l.Findings, f)
				continue
			}
			if path == "" {
				continue
			}
			l.Findings = append(l.Findings, finding{Severity: isWarning, Code: "renamed", Key: name, Text: fmt.Sprintf("%s is taken as %s", name, envName(path)), Help: []string{"rename it to " + envName(path)}})
		}
		_, s := l.setting(path)
		if e := s.parse(s.pointer(l.Config), value); e != nil {
			help := helps(e)
			if e.mark != "" {
				help = append([]string{e.mark}, help...)
			}
			l.Findings = append(l.Findings, finding{Severity: isError, Code: e.code, Key: path, Text: name + ": " + e.text, Help: help})
			continue
		}
		if from, both := l.Origin[path]; both {
			l.Findings = append(l.Findings, finding{Severity: isWarning, Code: "set-twice", Key: path, Text: fmt.Sprintf("%s is set by %s and by %s; the variable wins", path, from, name)})
		}
		l.Origin[path] = name
	}
}

// ownVariables are read elsewhere.
var ownVariables = []string{"EZLOGS_CONFIG", "EZLOGS_SECURITY_KEY", "EZLOGS_SECURITY_PREVIOUS_KEY", workerVariable}

// formerVariables are those of the Ruby agent; "" has no counterpart and is passed over.
var formerVariables = map[string]string{
	"EZLOGS_ENDPOINT": "delivery.to", "EZLOGS_BATCH_SIZE": "performance.batch_size", "EZLOGS_FLUSH_INTERVAL": "performance.flush_interval",
	"EZLOGS_SAMPLE_RATE": "performance.sample_rate", "EZLOGS_EVENT_BUFFER_SIZE": "performance.buffer_size", "EZLOGS_AUTO_DETECT_PII": "security.auto_detect_pii",
	"EZLOGS_MAX_EVENT_SIZE": "security.max_payload_size", "EZLOGS_HTTP": "collect.http_requests", "EZLOGS_ACTIVE_RECORD": "collect.database_changes",
	"EZLOGS_ACTIVE_JOB": "collect.background_jobs", "EZLOGS_SIDEKIQ": "collect.background_jobs",
	"EZLOGS_TIMEOUT": "", "EZLOGS_RETRY_ATTEMPTS": "", "EZLOGS_RETRY_BACKOFF": "", "EZLOGS_CIRCUIT_BREAKER_THRESHOLD": "", "EZLOGS_CIRCUIT_BREAKER_TIMEOUT": "",
	"EZLOGS_MAX_DELIVERY_CONNECTIONS": "", "EZLOGS_DELIVERY_HEADERS": "",
}

// renamedKeys are keys of the requirement documents, of earlier agents and of drafts.
var renamedKeys = map[string]string{
	"service": "service_name", "env": "environment", "security.sensitive_fields": "security.sanitize_fields", "security.max_event_size": "security.max_payload_size",
	"delivery.endpoint": "delivery.to", "delivery.url": "delivery.to", "delivery.batch_size": "performance.batch_size", "delivery.flush_interval": "performance.flush_interval",
	"input.path": "input.paths", "input.files": "input.paths", "performance.event_buffer_size": "performance.buffer_size", "correlation.timeout": "correlation.flow_timeout",
}

// renamedTables are tables of earlier agents and of drafts.
var renamedTables = map[string]string{"ship": "delivery", "collector": "delivery", "buffer": "performance", "redact": "security", "metrics": "admin", "health": "admin", "server": "input"}

// broughtAlong are words that people know from other tools.
var broughtAlong = map[string]string{
	"url": "delivery.to", "endpoint": "delivery.to", "host": "delivery.to", "output": "delivery.to", "destination": "delivery.to", "token": "token_file in [[delivery.destination]]",
	"api_key": "token_file in [[delivery.destination]]", "level": "--verbose", "log_level": "--verbose", "path": "input.paths", "include": "input.paths", "interval": "performance.flush_interval",
	"fields": "security.sanitize_fields", "patterns": "[[rule]]", "threads": "performance.workers", "tz": "timezone", "zone": "timezone",
}
