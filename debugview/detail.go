package debugview

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// detail writes what is known of a flow that was asked for by its id.
func (l *treeLayout) detail(v *View, t *tree) {
	p := &l.p
	for _, i := range t.n1 {
		r := &t.rows[i]
		under := ""
		if r.parent >= 0 {
			under = " under " + t.rows[r.parent].label
		}
		took := ""
		if r.dur >= 0 {
			took = duration(r.dur) + " together, "
		}
		p.put(roleRetried, "  ⚠ N+1  ")
		l.text(9, r.label+" ran "+itoa(int(r.count))+" times"+under+" ("+took+itoa(int(r.count))+" of "+itoa(t.events)+" events)")
		if r.step.sql != "" {
			l.text(9, r.step.sql)
		}
		what := " rows"
		if noun, _, ok := strings.Cut(r.label, "."); ok && !strings.ContainsAny(r.label, " /") {
			what = " " + strings.ReplaceAll(noun, "_", " ") + what
		}
		l.text(9, "load the "+itoa(int(r.count))+what+" in one query, for example with preload/includes")
	}
	p.line()
	l.facts(v, t)
	l.changes(t)
	if paths, n := replaced(t); n > 0 {
		p.put(roleDim, "  redacted   ")
		values := itoa(n) + plur(int64(n), " value")
		p.raw(values)
		l.text(13+max(19, len(values)+3), strings.Join(paths, " · "))
	}
	p.put(roleDim, "  raw        ")
	p.raw(v.command("--flow " + t.shortOrContinued() + " --layout raw"))
	p.line()
}

// text writes text from a column on, in as many lines as it needs.
func (l *treeLayout) text(column int, text string) {
	lines := []string{text}
	if l.cut {
		lines = wrap(text, l.width-column)
	}
	for _, s := range lines {
		l.p.pad(column)
		l.p.raw(s)
		l.p.line()
	}
}

// facts writes the ids and names of the flow, in columns.
func (l *treeLayout) facts(v *View, t *tree) {
	f := t.f
	var services []string
	subject := ""
	for _, i := range t.order {
		s := t.rows[i].step
		services = appendNew(services, v.serviceOf(s))
		if subject == "" && s.subject != "" && s.kind == kindDB {
			if noun, _, ok := strings.Cut(s.label, "."); ok {
				subject = noun + " " + s.subject
			}
		}
	}
	actor := f.userID
	if f.actor != "" && f.actor != f.userID {
		actor = strings.TrimSpace("user " + f.userID + " (" + f.actor + ")")
		if strings.HasSuffix(f.actor, " "+f.userID) {
			actor = strings.ToLower(f.actor[:1]) + f.actor[1:]
		}
	}
	lines := [2][3]string{
		{f.request, label("session ", f.session), label("service ", strings.Join(services, " → "))},
		{actor, label("subject ", subject), label("from ", f.ip)},
	}
	for i, name := range [2]string{"request    ", "actor      "} {
		if lines[i] == ([3]string{}) {
			continue
		}
		l.p.put(roleDim, "  "+name)
		at := l.p.at
		for k, s := range lines[i] {
			if s == "" && k > 0 {
				if lines[1-i][k] != "" {
					at += max(cells(lines[0][k]), cells(lines[1][k])) + 3
				}
				continue
			}
			l.p.pad(at)
			l.p.raw(s)
			at += max(cells(lines[0][k]), cells(lines[1][k])) + 3
		}
		l.p.line()
	}
}

// label returns name and s, nothing without s.
func label(name, s string) string {
	if s == "" {
		return ""
	}
	return name + s
}

// changes writes old and new values.
func (l *treeLayout) changes(t *tree) {
	type line struct{ name, text string }
	var lines []line
	wide := 0
	for _, i := range t.order {
		r := &t.rows[i]
		if r.d == nil {
			continue
		}
		noun, _, _ := strings.Cut(r.label, ".")
		for _, c := range r.d.changes {
			x := line{noun + "." + c.field, c.old + " → " + c.new}
			wide = max(wide, cells(x.name))
			lines = append(lines, x)
		}
	}
	for i, x := range lines {
		if i == maxChanges*2 {
			l.p.raw("             … and " + itoa(len(lines)-i) + " more")
			l.p.line()
			return
		}
		if i == 0 {
			l.p.put(roleDim, "  changes    ")
		} else {
			l.p.raw("             ")
		}
		l.p.raw(x.name)
		l.p.pad(13 + wide + 2)
		if l.cut {
			x.text = cut(x.text, max(8, l.width-l.p.at))
		}
		l.p.raw(x.text)
		l.p.line()
	}
}

// token matches what redaction leaves in the place of a value.
var token = regexp.MustCompile(`\[(?:REDACTED(?::[a-z0-9_]+)?|[a-z_]+:k[0-9]+:[0-9a-f]+)\]`)

// replaced returns the fields in which values were replaced, and how many.
func replaced(t *tree) (paths []string, n int) {
	for i := range t.f.steps {
		d := t.f.steps[i].d
		if d == nil || !strings.Contains(d.json, "[") {
			continue
		}
		var x any
		if json.Unmarshal([]byte(d.json), &x) != nil {
			continue
		}
		walkText(x, "", func(path, s string) {
			if hits := len(token.FindAllString(s, -1)); hits > 0 {
				n += hits
				if path = clean(path, false); !slices.Contains(paths, path) {
					paths = append(paths, path)
				}
			}
		})
	}
	slices.Sort(paths)
	return paths, n
}

// walkText calls f with every text of decoded JSON and the names that lead to it.
func walkText(x any, path string, f func(path, s string)) {
	switch x := x.(type) {
	case string:
		f(strings.TrimPrefix(path, "."), x)
	case []any:
		for _, y := range x {
			walkText(y, path, f)
		}
	case map[string]any:
		for k, y := range x {
			walkText(y, path+"."+k, f)
		}
	}
}
