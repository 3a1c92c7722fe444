package debugview

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// storyteller writes flows in plain English. Every clause comes from one row, nothing is concluded, and equal
// events make equal words.
type storyteller struct {
	verbs map[string]string
	names map[string]string
}

func newStoryteller(cfg *Config) storyteller {
	return storyteller{verbs: cfg.Verbs, names: cfg.DisplayNames}
}

// maxClauses is the number of clauses a story has before the rest is counted.
const maxClauses = 6

// builtinVerbs holds the words for actions that most applications have. The configuration goes before.
var builtinVerbs = map[string]string{
	"user.created":    "signed up as user",
	"account.created": "opened account",
	"order.created":   "placed order",
}

// full returns the whole story of t, "" when there is nothing to tell beyond its headline.
func (s storyteller) full(t *tree) string {
	head, used := s.headline(t)
	if head == "" {
		return ""
	}
	var rest string
	if t.rootFailed() {
		rest = s.before(t)
	} else {
		rest = s.clauses(t, used)
	}
	if rest == "" {
		if head == t.rows[t.root].label {
			return "" // the headline says as much
		}
		return head + "."
	}
	return head + "; " + rest + "."
}

// rootFailed reports whether the flow's root itself failed.
func (t *tree) rootFailed() bool {
	return t.root >= 0 && t.rows[t.root].failed && (t.rows[t.root].kind != kindJob || t.state == failed)
}

// headline returns what the root did, and the row whose verb was used, -1 for none.
func (s storyteller) headline(t *tree) (string, int32) {
	if t.root < 0 {
		return "", -1
	}
	r := &t.rows[t.root]
	name := t.rootName()
	if name == "" {
		return "", -1
	}
	who := t.f.actor
	switch {
	case r.failed && r.kind == kindJob:
		return s.job(t, t.root), t.root
	case r.failed:
		return s.failure(t, r, who), -1
	case r.kind == kindHTTP:
		inner := t.handedOn()
		for _, i := range t.order {
			c := &t.rows[i]
			if c.parent != t.root && c.parent != inner || c.kind != kindDB && c.kind != kindUser || c.failed {
				continue
			}
			if verb := s.verb(c.label); verb != "" {
				return orSomeone(who) + " " + verb + number(c), i
			}
		}
		return s.request(t, r, who), -1
	case r.kind == kindUser || r.kind == kindDB || r.kind == kindEvent:
		if verb := s.verb(r.label); verb != "" {
			return orSomeone(who) + " " + verb + number(r), t.root
		}
		if clause := s.change(r); clause != "" {
			return capital(clause), t.root
		}
		return r.label, t.root
	case r.kind == kindJob:
		return s.job(t, t.root), t.root
	case r.kind == kindLog:
		return "", -1
	}
	if c := s.clause(t, t.root); c != "" {
		return capital(c), t.root
	}
	return name, t.root
}

// handedOn is the row of the program that answered the root's request, where proxies before it logged the request too.
func (t *tree) handedOn() int32 {
	at := t.root
	for range 8 {
		next := int32(-1)
		for i := range t.rows {
			if c := &t.rows[i]; c.parent == at && c.kind == kindHTTP && c.label == t.rows[at].label {
				next = int32(i)
				break
			}
		}
		if next < 0 {
			break
		}
		at = next
	}
	return at
}

// request tells of a request that nothing better is known of.
func (s storyteller) request(t *tree, r *row, who string) string {
	text := orSomeone(who) + "’s " + r.label
	switch {
	case r.status > 0 && r.dur >= 0:
		return text + " was answered with " + strconv.Itoa(int(r.status)) + " after " + duration(r.dur)
	case r.status > 0:
		return text + " was answered with " + strconv.Itoa(int(r.status))
	case t.cutShort:
		return text + " had no answer yet"
	}
	return text + " was logged"
}

// failure tells of a root that failed.
func (s storyteller) failure(t *tree, r *row, who string) string {
	text := r.label
	if r.kind == kindHTTP {
		text = orSomeone(who) + "’s " + r.label
	} else if r.kind == kindError || r.kind == kindLog {
		text = errorName(r)
		return text + " was logged as an error"
	}
	text += " failed"
	if r.status > 0 {
		text += " with " + strconv.Itoa(int(r.status))
	}
	if r.dur >= 0 && r.kind == kindHTTP {
		text += " after " + duration(r.dur)
	}
	e := t.errorOf(t.root)
	if e == "" && t.why >= 0 && t.why != t.root {
		if w := &t.rows[t.why]; w.kind == kindError {
			e = errorName(w) // further down, where another program or proxy stands between
		}
	}
	if e != "" {
		text += " (" + e + ")"
	}
	return text
}

func errorName(r *row) string {
	if r.d != nil {
		if e := errorText(r.d); e != "" {
			return e
		}
	}
	return "“" + r.label + "”"
}

// errorOf returns the error of a row, or that of the error rows under it.
func (t *tree) errorOf(at int32) string {
	if d := t.rows[at].d; d != nil {
		if e := errorText(d); e != "" {
			return e
		}
	}
	for i := range t.rows {
		if c := &t.rows[i]; c.parent == at && c.kind == kindError {
			if c.d != nil {
				if e := errorText(c.d); e != "" {
					return e
				}
			}
			return c.label
		}
	}
	return ""
}

// before lists what had been recorded when the root failed. It may have been rolled back; the log cannot know.
func (s storyteller) before(t *tree) string {
	var parts []string
	more := 0
	for _, i := range t.order {
		r := &t.rows[i]
		if r.kind != kindDB || r.failed {
			continue
		}
		noun, verb, ok := nounVerb(r)
		if !ok {
			continue
		}
		if len(parts) == 3 {
			more += int(r.count)
			continue
		}
		parts = append(parts, noun+" had been recorded as "+verb)
	}
	if len(parts) == 0 {
		return ""
	}
	text := strings.Join(parts, ", ")
	if more > 0 {
		text += ", and " + strconv.Itoa(more) + " further changes"
	}
	return text + " before that"
}

// clauses tells what happened besides what row used told.
func (s storyteller) clauses(t *tree, used int32) string {
	var parts []string
	more := 0
	for _, i := range t.order {
		if i == used || i == t.root {
			continue
		}
		c := s.clause(t, i)
		if c == "" {
			continue
		}
		if len(parts) == maxClauses {
			more++
			continue
		}
		parts = append(parts, c)
	}
	switch n := len(parts); {
	case n == 0:
		return ""
	case more > 0:
		return strings.Join(parts, ", ") + ", and " + strconv.Itoa(more) + plur(int64(more), " more step")
	case n == 1:
		return parts[0]
	default:
		return strings.Join(parts[:n-1], ", ") + ", then " + parts[n-1]
	}
}

// clause tells of one row, "" when it is not worth words.
func (s storyteller) clause(t *tree, at int32) string {
	r := &t.rows[at]
	switch r.kind {
	case kindAPI:
		host := hostOf(r.label)
		if host == "" {
			host = r.label
		}
		if n, ok := s.names[host]; ok {
			host = n
		}
		switch {
		case r.failed && r.d != nil && errorText(r.d) != "":
			return host + " failed (" + errorText(r.d) + ")"
		case r.status > 0:
			text := host + " answered " + strconv.Itoa(int(r.status))
			if r.count > 1 {
				text += " " + strconv.Itoa(int(r.count)) + " times"
			}
			if r.dur >= 0 {
				text += " in " + duration(r.dur)
			}
			return text
		case r.failed:
			return host + " failed"
		case r.dur >= 0:
			return host + " was called for " + duration(r.dur)
		}
		return host + " was called"
	case kindDB:
		return s.change(r)
	case kindUser, kindEvent:
		if r.step.flags&flagRead != 0 {
			return ""
		}
		return s.change(r)
	case kindMail:
		return mail(r)
	case kindJob:
		if r.failed || r.queued || r.running || r.try > 1 || !t.tellsBelow(s, at) {
			return s.job(t, at)
		}
	case kindMessage:
		if before, ok := strings.CutSuffix(r.label, ".received"); ok {
			return "the message " + before + " was received"
		}
		return "the message " + strings.TrimSuffix(r.label, ".published") + " was published"
	case kindError:
		return errorName(r) + " was raised"
	case kindLog:
		if r.failed {
			return "“" + cut(r.label, 80) + "” was logged as an error"
		}
		if r.warn {
			return "“" + cut(r.label, 80) + "” was logged as a warning"
		}
	case kindHTTP:
		switch {
		case r.failed:
			text := r.label + " failed"
			if r.status > 0 {
				text += " with " + strconv.Itoa(int(r.status))
			}
			return text
		case r.status == 0 || r.parent < 0 || t.rows[r.parent].kind == kindAPI || r.label == t.rows[r.parent].label || r.step.flags&flagRead != 0:
			return "" // told by the caller's side, by the root, or not worth it
		case r.dur >= 0:
			return r.label + " was answered with " + strconv.Itoa(int(r.status)) + " after " + duration(r.dur)
		}
	}
	return ""
}

// tellsBelow reports whether a row under at has a clause of its own, so that a job that went well need not be named.
func (t *tree) tellsBelow(s storyteller, at int32) bool {
	if t.rows[at].kids == 0 {
		return false
	}
	for i := range t.rows {
		r := &t.rows[i]
		if r.parent != at || r.folded {
			continue
		}
		if r.kind == kindJob || s.clause(t, int32(i)) != "" {
			return true
		}
	}
	return false
}

// job tells of one run of a job.
func (s storyteller) job(t *tree, at int32) string {
	r := &t.rows[at]
	name := r.label
	if r.try > 1 {
		if r.after >= 0 {
			name = "attempt " + strconv.Itoa(int(r.try))
		} else {
			name += " (attempt " + strconv.Itoa(int(r.try)) + ")"
		}
	}
	switch {
	case r.queued:
		return name + " was queued"
	case r.running:
		return name + " was still running"
	case r.failed:
		text := name + " failed"
		if e := t.errorOf(at); e != "" {
			text += " (" + e + ")"
		}
		if r.dead {
			text += " and was given up"
		}
		return text
	case r.try > 1:
		return name + " succeeded"
	case r.dur >= 0:
		return name + " ran in " + duration(r.dur)
	}
	return name + " ran"
}

// mail tells of a mail.
func mail(r *row) string {
	name := r.label
	if name == "mail.delivered" || name == "mail.failed" {
		name = ""
	}
	if _, method, ok := strings.Cut(name, "#"); ok {
		name = method
	}
	name = strings.ReplaceAll(name, "_", " ")
	what := "an email"
	if name != "" {
		what = "the “" + name + "” email"
	}
	if r.count > 1 {
		what = strconv.Itoa(int(r.count)) + " emails"
		if name != "" {
			what = strconv.Itoa(int(r.count)) + " “" + name + "” emails"
		}
	}
	if r.failed {
		return what + " could not be delivered"
	}
	return what + " went out"
}

// change tells of something created, changed or deleted: "payment #5313 was captured".
func (s storyteller) change(r *row) string {
	if r.failed {
		if r.d != nil && r.d.invalid != "" {
			return r.label + " was refused (" + r.d.invalid + ")"
		}
		return r.label + " failed"
	}
	noun, verb, ok := nounVerb(r)
	if !ok {
		return ""
	}
	if r.d != nil && r.d.to != "" && r.count == 1 {
		if r.d.from != "" {
			return noun + " went from " + r.d.from + " to " + r.d.to
		}
	}
	if r.count > 1 {
		return noun + " were " + verb
	}
	return noun + " was " + verb
}

// nounVerb takes the action of a row apart: "payment #5313" and "captured".
func nounVerb(r *row) (noun, verb string, ok bool) {
	i := strings.LastIndexByte(r.label, '.')
	if i <= 0 || i+1 == len(r.label) || strings.ContainsAny(r.label, " /") {
		return "", "", false
	}
	noun, verb = strings.ReplaceAll(r.label[:i], "_", " "), strings.ReplaceAll(r.label[i+1:], "_", " ")
	if !strings.HasSuffix(verb, "ed") && !strings.HasSuffix(verb, "en") && !strings.HasSuffix(verb, "nt") && !strings.HasSuffix(verb, "id") {
		return "", "", false
	}
	if r.count > 1 {
		return strconv.Itoa(int(r.count)) + " " + plural(noun), verb, true
	}
	return noun + number(r), verb, true
}

func number(r *row) string {
	if r.step.subject == "" || r.count > 1 {
		return ""
	}
	return " #" + r.step.subject
}

// plural is good enough for the names of tables.
func plural(noun string) string {
	switch {
	case strings.HasSuffix(noun, "s"), strings.HasSuffix(noun, "x"), strings.HasSuffix(noun, "ch"), strings.HasSuffix(noun, "sh"):
		return noun + "es"
	case strings.HasSuffix(noun, "y") && len(noun) > 1 && !strings.ContainsRune("aeiou", rune(noun[len(noun)-2])):
		return noun[:len(noun)-1] + "ies"
	}
	return noun + "s"
}

// verb returns the words for an action, "" when none are known.
func (s storyteller) verb(action string) string {
	if v, ok := s.verbs[action]; ok {
		return v
	}
	return builtinVerbs[action]
}

func orSomeone(who string) string {
	if who == "" {
		return "Someone"
	}
	return who
}

// capital returns s with its first letter as a capital.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 || unicode.IsUpper(r) {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}
