package cmd

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/ezlogs/ezlogs/schema"
)

func checkCommand(env *Env) *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "validate a configuration: every problem in one run, with its place and a way out",
		UsageText: "ezlogs check [flags] [CONFIG|-]...",
		Description: `Examples:
  ezlogs check                       the file that ship and debug would use
  ezlogs check --show-config         every setting with its value and where it comes from
  ezlogs check --format sarif a.toml for machines: short, json, sarif, github
  ezlogs check --init > ezlogs.toml  a commented starting point`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "config", Usage: "configuration `FILE`"},
			&cli.StringFlag{Name: "format", Value: "text", Usage: "text, short, json, sarif or github"},
			&cli.BoolFlag{Name: "show-config", Usage: "print every setting and its source"},
			&cli.BoolFlag{Name: "init", Usage: "print a commented configuration with all defaults"},
			&cli.BoolFlag{Name: "schema", Usage: "print the JSON Schema of events"},
			&cli.BoolFlag{Name: "fix", Usage: "repair what can be repaired; keeps a copy with .bak"},
			&cli.BoolFlag{Name: "strict", Usage: "warnings count as errors"},
			&cli.BoolFlag{Name: "online", Usage: "also try destinations, without sending events"},
			&cli.StringFlag{Name: "explain", Usage: "say what the finding `CODE` means"},
			&cli.StringFlag{Name: "sample", Usage: "run real lines of `FILE` through formats and redaction; sends nothing"},
			&cli.StringFlag{Name: "color", Value: "auto", Usage: "auto, always or never"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "nothing when all is fine"},
		},
		Action: func(c *cli.Context) error { return runCheck(env, c) },
	}
}

func runCheck(env *Env, c *cli.Context) error {
	switch {
	case c.Bool("init"):
		_, err := io.WriteString(env.Stdout, exampleConfig())
		return err
	case c.Bool("schema"):
		_, err := env.Stdout.Write(schema.JSONSchema())
		return err
	case c.IsSet("explain"):
		return explainCode(env, c.String("explain"))
	case c.IsSet("sample"):
		return checkSample(env, c)
	}
	if !slices.Contains([]string{"text", "short", "json", "sarif", "github"}, c.String("format")) {
		return usagef("--format %s: one of text, short, json, sarif, github", c.String("format"))
	}
	files := c.Args().Slice()
	if len(files) == 0 {
		file, looked := findConfig(c.String("config"), env.Getenv)
		if file == "" && !c.Bool("show-config") {
			return &exitError{status: statusConfig, text: "no configuration file found", hint: []string{
				"looked for  " + strings.Join(looked, ", "),
				"ezlogs works without one; `ezlogs check --init` prints a commented starting point",
			}}
		}
		files = []string{file}
	}
	bad := false
	for _, file := range files {
		failed, err := checkFile(env, c, file)
		if err != nil {
			return err
		}
		bad = bad || failed
	}
	if bad {
		return &exitError{status: statusConfig}
	}
	return nil
}

// checkFile checks one file and says what it found.
func checkFile(env *Env, c *cli.Context, file string) (bad bool, err error) {
	l, err := load(file, func() ([]byte, error) { return io.ReadAll(env.Stdin) }, env.Environ, nil)
	if err != nil {
		return false, &exitError{status: statusConfig, text: err.Error(), hint: []string{"check the name, and that you may read it"}}
	}
	l.surroundings(env)
	if c.Bool("online") && len(l.errors()) == 0 {
		l.online(c.Context)
	}
	if c.Bool("fix") {
		fixed, err := l.repair()
		if err != nil {
			return false, err
		}
		if fixed > 0 {
			fmt.Fprintf(env.Stderr, "ezlogs: repaired %s in %s; the file before is %s.bak\n", count(fixed, "problem"), file, file)
			if l, err = load(file, nil, env.Environ, nil); err != nil {
				return false, err
			}
			l.surroundings(env)
		}
	}
	slices.SortStableFunc(l.Findings, func(a, b finding) int {
		if a.Severity != b.Severity {
			return cmp.Compare(a.Severity, b.Severity) // "error" < "warning"
		}
		return cmp.Compare(a.Line, b.Line)
	})
	errs := len(l.errors())
	warnings := len(l.Findings) - errs
	bad = errs > 0 || c.Bool("strict") && warnings > 0
	form := c.String("format")
	p := paint{wantColor(env, c.String("color"), env.Stdout)}
	if err := writeFindings(env.Stdout, form, l.Findings, p); err != nil {
		return bad, err
	}
	if form != "text" || c.Bool("quiet") && !bad {
		return bad, nil
	}
	if c.Bool("show-config") {
		l.show(env.Stdout)
		return bad, nil
	}
	if len(l.Findings) > 0 {
		fixable := 0
		for i := range l.Findings {
			if l.Findings[i].fix != nil {
				fixable++
			}
		}
		tail := ""
		if fixable > 0 {
			tail = fmt.Sprintf("; `ezlogs check --fix` can repair %d", fixable)
		}
		fmt.Fprintf(env.Stdout, "\n%s: %s, %s%s\n", l.File, count(errs, "error"), count(warnings, "warning"), tail)
	}
	if errs == 0 {
		l.summary(env)
	}
	return bad, nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// surroundings finds what is valid and will not work all the same: files that are not there, secrets that others can
// read, addresses without encryption.
func (l *loaded) surroundings(env *Env) {
	c := l.Config
	if len(l.errors()) == 0 {
		l.packages()
	} else {
		l.allowed()
	}
	dir := "."
	if l.File != "" && l.File != "(stdin)" {
		dir = filepath.Dir(l.File)
	}
	for _, p := range c.Input.Paths {
		if p == "-" || p == "" {
			continue
		}
		if matches, err := filepath.Glob(p); err == nil && len(matches) == 0 {
			if _, err := os.Stat(p); err == nil {
				continue
			}
			err := &valueError{code: "no-match", text: "no file matches this path", mark: "0 files"}
			if near := nearestFile(p); near != "" {
				err.help = near + " exists"
			} else if dir != "." {
				err.help = "paths are relative to where ezlogs is started"
			}
			l.warn("input.paths", err)
		}
	}
	for _, d := range c.allDestinations() {
		u, err := url.Parse(bare(d))
		if err == nil && u.Scheme == "http" && !loopback(u.Hostname()) {
			l.warn("delivery.to", &valueError{"plain-http", "events would travel unencrypted", "", "https://" + u.Host + u.Path})
		}
		if err == nil && u.User != nil {
			l.warn("delivery.to", &valueError{"secret-in-file", "an address with a password in it is shown wherever the configuration is", "", "token_file in [[delivery.destination]]"})
		}
	}
	for i := range c.Delivery.Destinations {
		d := &c.Delivery.Destinations[i]
		for key, name := range map[string]string{"token_file": d.TokenFile, "ca_file": d.CAFile, "cert_file": d.CertFile, "key_file": d.KeyFile} {
			l.secretFile("delivery.destination."+key, name, key == "token_file" || key == "key_file")
		}
		for k := range d.Headers {
			if strings.EqualFold(k, "authorization") && l.readableByAll() {
				l.warn("delivery.destination.headers", &valueError{"secret-in-file", "a credential in a file that everyone can read", "", "token_file, or chmod 600 " + l.File})
			}
		}
	}
	l.secretFile("security.key_file", c.Security.KeyFile, true)
	if c.Performance.BufferSize < c.Performance.BatchSize {
		l.warn("performance.buffer_size", &valueError{"never-full", fmt.Sprintf("buffer_size %d is below batch_size %d: no batch would be full", c.Performance.BufferSize, c.Performance.BatchSize), "", "buffer_size = 10_000"})
	}
	if c.Security.Profile == "off" {
		l.warn("security.profile", &valueError{"no-redaction", "nothing is redacted: passwords and personal data leave as they were logged", "", `profile = "default"`})
	}
	if c.StateDir != "" {
		if err := canWrite(c.StateDir); err != "" {
			l.warn("state_dir", &valueError{"unwritable", err, "", "mkdir -m 700 " + c.StateDir + ", owned by the user ezlogs runs as"})
		}
	}
}

// warn appends a warning about a key, with its place when the file sets it.
func (l *loaded) warn(path string, err *valueError) { l.report(isWarning, path, err) }

// report appends a finding about a key; where the file sets it, it is underlined there.
func (l *loaded) report(sev severity, path string, err *valueError) {
	for i := range l.index {
		e := &l.index[i]
		if names, _ := plainPath(e.path); !e.header && (strings.Join(names, ".") == path || strings.Join(e.path, ".") == path) {
			l.add(sev, e, e.value, path, err)
			return
		}
	}
	f := finding{Severity: sev, Code: err.code, Key: path, Text: path + ": " + err.text, Help: helps(err)}
	if from := l.Origin[path]; from != "" {
		f.Text = from + ": " + err.text
	}
	l.Findings = append(l.Findings, f)
}

func (l *loaded) secretFile(key, name string, secret bool) {
	if name == "" {
		return
	}
	st, err := os.Stat(name)
	switch {
	case err != nil:
		l.report(isError, key, &valueError{code: "unreadable", text: "there is no such file, or it cannot be read", help: "check the path, and that ezlogs may read it"})
	case secret && runtime.GOOS != "windows" && st.Mode().Perm()&0o044 != 0:
		l.warn(key, &valueError{"secret-in-file", fmt.Sprintf("others can read this file (mode %04o)", st.Mode().Perm()), "", "chmod 600 " + name})
	}
}

func (l *loaded) readableByAll() bool {
	st, err := os.Stat(l.File)
	return err == nil && runtime.GOOS != "windows" && st.Mode().Perm()&0o004 != 0
}

func loopback(host string) bool {
	return host == "localhost" || strings.HasPrefix(host, "127.") || host == "::1"
}

// nearestFile returns a file of the same folder whose name is close to p.
func nearestFile(p string) string {
	dir, name := filepath.Split(p)
	list, err := os.ReadDir(cmp.Or(dir, "."))
	if err != nil {
		return ""
	}
	var names []string
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	for _, e := range list {
		if e.IsDir() {
			continue
		}
		if strings.TrimSuffix(e.Name(), filepath.Ext(e.Name())) == stem {
			return dir + e.Name()
		}
		names = append(names, e.Name())
	}
	if near := nearest(name, names); near != "" {
		return dir + near
	}
	return ""
}

// canWrite says why a folder could not hold state; "" when it could.
func canWrite(dir string) string {
	for d := dir; ; d = filepath.Dir(d) {
		st, err := os.Stat(d)
		if err != nil {
			if d == filepath.Dir(d) {
				return "there is no such folder"
			}
			continue // would be made
		}
		switch {
		case !st.IsDir():
			return d + " is not a folder"
		case !writable(d):
			return "this user cannot write to " + d
		}
		return ""
	}
}

// repair makes the edits that findings carry and keeps the file as it was beside it.
func (l *loaded) repair() (int, error) {
	var edits []*edit
	for i := range l.Findings {
		if f := l.Findings[i].fix; f != nil {
			edits = append(edits, f)
		}
	}
	if len(edits) == 0 {
		return 0, nil
	}
	slices.SortFunc(edits, func(a, b *edit) int {
		return cmp.Or(cmp.Compare(b.line, a.line), cmp.Compare(b.from, a.from))
	})
	lines := slices.Clone(l.lines)
	for _, e := range edits {
		s := lines[e.line]
		lines[e.line] = s[:e.from] + e.text + s[e.to:]
	}
	st, err := os.Stat(l.File)
	if err != nil {
		return 0, err
	}
	if err := os.WriteFile(l.File+".bak", []byte(l.source), st.Mode().Perm()); err != nil {
		return 0, err
	}
	return len(edits), replaceFile(l.File, []byte(strings.Join(lines, "\n")), st.Mode().Perm())
}

// replaceFile writes a file by writing a new one, syncing and renaming.
func replaceFile(name string, data []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".ezlogs-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// show prints every setting with its value and source.
func (l *loaded) show(w io.Writer) {
	width := 0
	for i := range l.tables {
		for j := range l.tables[i].settings {
			width = max(width, len(l.tables[i].path(&l.tables[i].settings[j])))
		}
	}
	for i := range l.tables {
		t := &l.tables[i]
		if t.list != nil {
			continue
		}
		for j := range t.settings {
			s := &t.settings[j]
			path := t.path(s)
			fmt.Fprintf(w, "%-*s  %-30s  %s\n", width, path, veil(show(s.pointer(l.Config))), cmp.Or(l.Origin[path], "default"))
		}
	}
	for _, n := range []struct {
		name string
		n    int
	}{{"delivery.destination", len(l.Config.Delivery.Destinations)}, {"security.allow", len(l.Config.Security.Allow)}, {"format", len(l.Config.Formats)}, {"rule", len(l.Config.Rules)}, {"process", len(l.Config.Processes)}} {
		if n.n > 0 {
			fmt.Fprintf(w, "%-*s  %s\n", width, "[["+n.name+"]]", count(n.n, "table"))
		}
	}
}

// summary says in a few lines what a good configuration will do.
func (l *loaded) summary(env *Env) {
	c := l.Config
	to := make([]string, 0, 2)
	for _, d := range c.allDestinations() {
		if u, err := url.Parse(d); err == nil && u.Host != "" {
			to = append(to, u.Scheme+" to "+u.Hostname())
		} else {
			to = append(to, d)
		}
	}
	if len(to) == 0 {
		to = []string{"stdout"}
	}
	fmt.Fprintf(env.Stdout, "%s is fine: %s, events go to %s\n", cmp.Or(l.File, "the configuration"), count(len(c.Input.Paths), "input"), strings.Join(to, ", "))
	for _, path := range slices.Sorted(maps.Keys(l.Origin)) {
		t, s := l.setting(path)
		if s == nil || t.list != nil {
			continue
		}
		fmt.Fprintf(env.Stdout, "  %-26s %-28s %s\n", path, veil(show(s.pointer(c))), l.Origin[path])
	}
	if slices.ContainsFunc(c.allDestinations(), func(d string) bool { return strings.HasPrefix(d, "http") }) {
		fmt.Fprintln(env.Stdout, "  not checked: whether destinations answer; `ezlogs check --online` tries them")
	}
}

// exampleConfig is ezlogs.toml.example: every key with its default, commented out.
func exampleConfig() string {
	var b bytes.Buffer
	b.WriteString("# ezlogs.toml: every key with its default. All are optional; a file with one line is complete.\n")
	b.WriteString("# Order of precedence: default < this file < EZLOGS_* (EZLOGS_PERFORMANCE_BATCH_SIZE …) < flags.\n")
	b.WriteString("# Durations and sizes carry units: \"30s\", \"64KB\" (1024 a step). `ezlogs check` validates.\n")
	c := defaultConfig()
	list := tables()
	for i := range list {
		t := &list[i]
		b.WriteByte('\n')
		if t.doc != "" {
			fmt.Fprintf(&b, "# %s\n", t.doc)
		}
		target := any(c)
		switch {
		case t.list != nil:
			target = t.list(c)
			fmt.Fprintf(&b, "# [[%s]]\n", t.name)
		case t.name != "":
			fmt.Fprintf(&b, "[%s]\n", t.name)
		}
		for j := range t.settings {
			s := &t.settings[j]
			doc := s.doc
			if len(s.oneOf) > 0 {
				doc += " (" + strings.Join(nonEmpty(s.oneOf), ", ") + ")"
			}
			fmt.Fprintf(&b, "# %s\n# %s = %s\n", doc, s.key, show(s.pointer(target)))
		}
	}
	return b.String()
}
