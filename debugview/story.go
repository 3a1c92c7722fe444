package debugview

import (
	"math"
	"slices"
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
	if head == "" && t.root >= 0 && t.rootName() == "" {
		if text := s.clauses(t, -1); text != "" {
			return capital(text) + "." // nobody knows what began it
		}
	}
	if head == "" {
		return ""
	}
	rest := s.rest(t, used)
	if rest == "" {
		if head == t.rows[t.root].label {
			return "" // the headline says as much
		}
		return head + "."
	}
	return head + "; " + rest + "."
}

// rest tells what else happened, besides what row used told.
func (s storyteller) rest(t *tree, used int32) string {
	if t.root >= 0 && t.rows[t.root].failed && t.rows[t.root].kind != kindJob {
		return s.before(t)
	}
	return s.clauses(t, used)
}

// bare is what is told of a flow that has no story: what was logged, or the name of its root.
func (s storyteller) bare(t *tree) string {
	name := t.rootName()
	if name != "" && t.rows[t.root].kind == kindLog {
		return logged(&t.rows[t.root]) + "."
	}
	return name
}

// logged tells of a line of a log.
func logged(r *row) string {
	text := "“" + cut(r.label, 160) + "” was logged" + times(r)
	switch {
	case r.failed:
		return text + " as an error"
	case r.warn:
		return text + " as a warning"
	}
	return text
}

// times is how often equal rows stand for something, "" for once.
func times(r *row) string {
	if r.count > 1 {
		return " " + strconv.Itoa(int(r.count)) + " times"
	}
	return ""
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
				return orSomeone(who) + " " + did(verb, c), i
			}
		}
		return s.request(t, r, who), -1
	case r.kind == kindUser || r.kind == kindDB || r.kind == kindEvent:
		if verb := s.verb(r.label); verb != "" {
			return orSomeone(who) + " " + did(verb, r), t.root
		}
		if clause := s.change(t, t.root); clause != "" {
			return capital(clause), t.root
		}
		return r.label, t.root
	case r.kind == kindJob:
		return s.job(t, t.root), t.root
	case r.kind == kindLog:
		if len(t.order) == 1 {
			return "", -1 // the line itself says it best
		}
		return logged(r), t.root
	case r.kind == kindSQL:
		return ran(name, r), t.root
	case r.kind == kindMessage && strings.HasSuffix(r.label, ".received") && t.hasJob(strings.TrimSuffix(r.label, ".received")):
		return strings.TrimSuffix(r.label, ".received") + " was received" + times(r), t.root
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
	case r.status > 0 && r.dur > 0:
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
		text = r.label
		if r.d != nil && r.kind == kindError && errorText(r.d) != "" {
			text = errorText(r.d)
		}
		return "“" + brief(text) + "” was logged as an error"
	}
	text += " failed"
	if r.status > 0 {
		text += " with " + strconv.Itoa(int(r.status))
	}
	if r.dur > 0 && r.kind == kindHTTP {
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

// errorName names the error of a row.
func errorName(r *row) string {
	if r.d != nil {
		if e := errorText(r.d); e != "" {
			return brief(e)
		}
	}
	return brief(r.label)
}

// brief is the first line of a text, as much of it as a sentence carries.
func brief(text string) string {
	if first, _, more := strings.Cut(text, "⏎"); more && first != "" {
		text = strings.TrimRight(first, " ") + " …"
	}
	return cut(text, 160)
}

// errorOf returns the error of a row, or that of the error rows under it if they know better.
func (t *tree) errorOf(at int32) string {
	own := ""
	if d := t.rows[at].d; d != nil {
		if own = errorText(d); d.class != "" {
			return brief(own)
		}
	}
	for i := range t.rows {
		c := &t.rows[i]
		if c.parent != at || c.kind != kindError {
			continue
		}
		if own == "" || c.d != nil && c.d.class != "" {
			return errorName(c)
		}
	}
	return brief(own)
}

// toldAbove reports whether the row over error row at told of it.
func (t *tree) toldAbove(at int32) bool {
	r := &t.rows[at]
	if r.parent < 0 || !t.rows[r.parent].failed {
		return false
	}
	switch t.rows[r.parent].kind {
	case kindJob, kindHTTP, kindAPI, kindMail:
		return t.errorOf(r.parent) == errorName(r)
	}
	return false
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
		noun, verb, ok := nounVerb(r.label)
		if !ok {
			continue
		}
		n, subject := t.things(i)
		if len(parts) == 3 {
			more += n
			continue
		}
		switch {
		case n > 1:
			noun = strconv.Itoa(n) + " " + plural(noun)
		case subject != "":
			noun += " #" + subject
		}
		parts = append(parts, noun+" had been recorded as "+verb)
	}
	if len(parts) == 0 {
		return ""
	}
	text := strings.Join(parts, ", ")
	if more > 0 {
		text += ", and " + strconv.Itoa(more) + plur(int64(more), " further change")
	}
	return text + " before that"
}

// telling is a clause: of a row, or of several that say the same.
type telling struct {
	rows []int32
	same string // equal for clauses that may become one
	text string
}

// clauses tells what happened besides what row used told.
func (s storyteller) clauses(t *tree, used int32) string {
	var list []telling
	at := map[string]int{}
	for _, i := range t.order {
		if i == used || i == t.root && t.rootName() != "" {
			continue
		}
		c := s.clause(t, i)
		if c == "" {
			continue
		}
		same := t.same(i, c)
		if k, ok := at[same]; ok && same != "" {
			list[k].rows = append(list[k].rows, i)
			continue
		}
		at[same] = len(list)
		list = append(list, telling{[]int32{i}, same, c})
	}
	more := 0
	for len(list)-1 > maxClauses || more > 0 && len(list) > maxClauses {
		list = slices.Delete(list, t.least(list), t.least(list)+1)
		more++
	}
	var text strings.Builder
	latest := int64(math.MinInt64)
	for k := range list {
		c := &list[k]
		if len(c.rows) > 1 {
			c.text = s.many(t, c)
		}
		from, to := int64(math.MaxInt64), int64(math.MinInt64)
		for _, i := range c.rows {
			from, to = min(from, t.rows[i].start), max(to, t.rows[i].start)
		}
		switch {
		case k == 0:
		case k < len(list)-1 || more > 0:
			text.WriteString(", ")
		case from >= latest-clockNoise && (t.rows[c.rows[0]].kind == kindJob || !t.inFailed(c.rows[0])):
			text.WriteString(", then ")
		case len(list) == 2:
			text.WriteString(" and ") // which was first is not known, or it was the other one
		default:
			text.WriteString(", and ")
		}
		text.WriteString(c.text)
		latest = max(latest, to)
	}
	if more > 0 {
		text.WriteString(", and " + strconv.Itoa(more) + plur(int64(more), " more step"))
	}
	return text.String()
}

// least returns the clause that a long story is soonest told without: what was only logged, else what went well; the last such one.
func (t *tree) least(list []telling) int {
	worst, at := 3, 0
	for k := range list {
		r, rank := &t.rows[list[k].rows[0]], 1
		switch {
		case r.kind == kindLog:
			rank = 0
		case r.failed:
			rank = 2
		}
		if rank <= worst {
			worst, at = rank, k
		}
	}
	return at
}

// same returns what rows have in common whose clauses may be told as one, "" for those that stand alone.
func (t *tree) same(at int32, clause string) string {
	r := &t.rows[at]
	name := r.kind.String() + " " + r.label
	switch r.kind {
	case kindJob:
		if r.failed || r.running || r.lost || r.try > 1 {
			return ""
		}
		if r.queued {
			return name + " queued"
		}
		return name
	case kindAPI, kindHTTP:
		if r.failed {
			return clause
		}
		return name + " " + strconv.Itoa(int(r.status))
	case kindMail:
		if r.failed {
			return clause
		}
		return name
	case kindDB, kindUser, kindEvent:
		if r.failed || r.d != nil && r.d.to != "" {
			return ""
		}
		if t.inFailed(at) {
			return name + " failed"
		}
		return name
	}
	return clause
}

// many tells of several rows at once.
func (s storyteller) many(t *tree, c *telling) string {
	r := t.rows[c.rows[0]] // a copy that stands for all
	for _, i := range c.rows[1:] {
		q := &t.rows[i]
		r.count += q.count
		if q.dur >= 0 {
			r.dur = max(r.dur, 0) + q.dur
		}
	}
	switch r.kind {
	case kindJob:
		if r.queued {
			return r.label + " was queued" + times(&r)
		}
		return r.label + " ran" + times(&r)
	case kindAPI:
		return s.called(&r)
	case kindHTTP:
		if !r.failed {
			return answered(&r)
		}
	case kindMail:
		return mail(&r, "")
	case kindDB, kindUser, kindEvent:
		if text := s.changes(t, c.rows); text != "" {
			return text
		}
	case kindLog:
		return logged(&r)
	}
	return c.text + times(&r)
}

// clause tells of one row, "" when it is not worth words.
func (s storyteller) clause(t *tree, at int32) string {
	r := &t.rows[at]
	switch r.kind {
	case kindAPI:
		if r.failed && t.errorOf(at) != "" {
			return s.host(r) + " failed (" + t.errorOf(at) + ")"
		}
		return s.called(r)
	case kindDB:
		return s.change(t, at)
	case kindUser, kindEvent:
		if r.step.flags&flagRead != 0 {
			return ""
		}
		return s.change(t, at)
	case kindMail:
		return mail(r, t.errorOf(at))
	case kindJob:
		if r.failed || r.queued || r.running || r.lost || r.try > 1 || !t.tellsBelow(s, at) {
			return s.job(t, at)
		}
	case kindMessage:
		before, received := strings.CutSuffix(r.label, ".received")
		if received && t.hasJob(before) {
			return "" // a worker takes a job; its run is told
		}
		if received {
			return "the message " + before + " was received" + times(r)
		}
		return "the message " + strings.TrimSuffix(r.label, ".published") + " was published" + times(r)
	case kindError:
		if t.toldAbove(at) {
			return ""
		}
		if r.d != nil && r.d.class != "" {
			return errorName(r) + " was raised"
		}
		return "“" + errorName(r) + "” was raised"
	case kindLog:
		if r.failed || r.warn {
			return logged(r)
		}
	case kindHTTP:
		switch {
		case r.failed:
			text := r.label + " failed"
			if r.status > 0 {
				text += " with " + strconv.Itoa(int(r.status))
			}
			if e := t.errorOf(at); e != "" {
				text += " (" + e + ")"
			}
			return text
		case r.status == 0 || r.parent < 0 || t.rows[r.parent].kind == kindAPI || r.label == t.rows[r.parent].label || r.step.flags&flagRead != 0:
			return "" // told by the caller's side, by the root, or not worth it
		}
		return answered(r)
	}
	return ""
}

// answered tells of a request that was answered.
func answered(r *row) string {
	text := r.label + " was answered with " + strconv.Itoa(int(r.status))
	switch {
	case r.count > 1:
		return text + times(r)
	case r.dur > 0:
		return text + " after " + duration(r.dur)
	}
	return text
}

// host names what a client called: its host, as it is to be shown, or all that is known.
func (s storyteller) host(r *row) string {
	host := hostOf(r.label)
	if host == "" {
		host = r.label
	}
	if n, ok := s.names[host]; ok {
		return n
	}
	return host
}

// called tells of a call to another program.
func (s storyteller) called(r *row) string {
	host := s.host(r)
	switch {
	case r.status > 0 && host == r.label && strings.Contains(host, " "):
		return answered(r) // nobody knows who answered
	case r.status > 0:
		text := host + " answered " + strconv.Itoa(int(r.status)) + times(r)
		switch {
		case r.dur >= 0 && r.count > 1:
			text += " (" + duration(r.dur) + " together)"
		case r.dur > 0:
			text += " in " + duration(r.dur)
		}
		return text
	case r.failed:
		return host + " failed" + times(r)
	case r.count > 1:
		return host + " was called" + times(r)
	case r.dur > 0:
		return host + " was called for " + duration(r.dur)
	}
	return host + " was called"
}

// hasJob reports whether the flow has a run of the job of that name.
func (t *tree) hasJob(name string) bool {
	for i := range t.rows {
		if t.rows[i].kind == kindJob && t.rows[i].label == name {
			return true
		}
	}
	return false
}

// inFailed reports whether row at is part of a request or of a run of a job that failed: it may have been undone.
func (t *tree) inFailed(at int32) bool {
	for at = t.rows[at].parent; at >= 0; at = t.rows[at].parent {
		if r := &t.rows[at]; r.kind == kindJob || r.kind == kindHTTP {
			return r.failed
		}
	}
	return false
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
		return name + " was started (no end was seen)"
	case r.lost:
		return name + " was started"
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
	}
	return ran(name, r)
}

// ran tells that something was done, and how long it took.
func ran(name string, r *row) string {
	if r.dur > 0 && r.count == 1 {
		return name + " ran in " + duration(r.dur)
	}
	return name + " ran" + times(r)
}

// mail tells of a mail, and why it could not be delivered, if that is known.
func mail(r *row, why string) string {
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
		if why != "" {
			why = " (" + why + ")"
		}
		return what + " could not be delivered" + why
	}
	return what + " went out"
}

// change tells of something created, changed or deleted: "payment #5313 was captured".
func (s storyteller) change(t *tree, at int32) string {
	r := &t.rows[at]
	if r.failed {
		if r.d != nil && r.d.invalid != "" {
			return r.label + " was refused (" + brief(r.d.invalid) + ")"
		}
		return r.label + " failed" + times(r)
	}
	return s.changes(t, []int32{at})
}

// changes tells of equal changes, all of them fine.
func (s storyteller) changes(t *tree, rows []int32) string {
	r := &t.rows[rows[0]]
	noun, verb, ok := nounVerb(r.label)
	if !ok {
		return ""
	}
	n, subject := t.things(rows...)
	undone := t.inFailed(rows[0])
	switch {
	case n > 1 && undone:
		return strconv.Itoa(n) + " " + plural(noun) + " had been recorded as " + verb
	case n > 1:
		return strconv.Itoa(n) + " " + plural(noun) + " were " + verb
	case subject != "":
		noun += " #" + subject
	}
	switch {
	case undone:
		return noun + " had been recorded as " + verb
	case r.d != nil && r.d.from != "" && r.d.to != "" && len(rows) == 1 && r.count == 1:
		return noun + " went from " + r.d.from + " to " + r.d.to
	}
	return noun + " was " + verb
}

// things says how many things rows tell of, and the id if it is one. Several programs may tell of the same one: what was
// changed and the database in which it was, for example.
func (t *tree) things(rows ...int32) (n int, subject string) {
	type teller struct {
		service uint16
		format  uint8
	}
	type seen struct {
		teller
		id string
	}
	var known []seen
	var ids []string
	tellers := map[teller]int{}
	for i := range t.rows {
		r := &t.rows[i]
		if !slices.Contains(rows, int32(i)) && (!r.folded || !slices.Contains(rows, r.into)) {
			continue
		}
		id, by := r.step.subject, teller{r.step.service, r.step.format}
		if id != "" {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
			k := seen{by, id}
			if slices.Contains(known, k) {
				continue
			}
			known = append(known, k)
		}
		tellers[by]++
	}
	n = len(ids)
	for _, c := range tellers {
		n = max(n, c)
	}
	if n == 1 && len(ids) == 1 {
		subject = ids[0]
	}
	return n, subject
}

// nounVerb takes an action apart: "payment_method" and "captured".
func nounVerb(label string) (noun, verb string, ok bool) {
	i := strings.LastIndexByte(label, '.')
	if i <= 0 || i+1 == len(label) || strings.ContainsAny(label, " /") {
		return "", "", false
	}
	noun, verb = strings.ReplaceAll(label[:i], "_", " "), strings.ReplaceAll(label[i+1:], "_", " ")
	if !strings.HasSuffix(verb, "ed") && !strings.HasSuffix(verb, "en") && !strings.HasSuffix(verb, "nt") && !strings.HasSuffix(verb, "id") {
		return "", "", false
	}
	return noun, verb, true
}

// did joins the words for an action and what it was done to: "placed order #12", "placed an order", "placed 2 orders".
func did(verb string, r *row) string {
	noun, _, _ := nounVerb(r.label)
	before, named := strings.CutSuffix(verb, " "+noun)
	if noun == "" || !named {
		if r.things > 1 {
			return verb + " " + strconv.Itoa(int(r.things)) + " times"
		}
		return verb + number(r)
	}
	for _, article := range [...]string{" a", " an", " the"} {
		before = strings.TrimSuffix(before, article)
	}
	switch id := number(r); {
	case r.things > 1:
		return before + " " + strconv.Itoa(int(r.things)) + " " + plural(noun)
	case id != "":
		return before + " " + noun + id
	}
	return before + " " + article(noun) + " " + noun
}

// article returns "a" or "an", as noun sounds.
func article(noun string) string {
	for _, p := range [...]string{"uni", "use", "usa", "uti", "eu", "one", "once"} {
		if strings.HasPrefix(noun, p) {
			return "a"
		}
	}
	if noun != "" && strings.IndexByte("aeiouAEIOU", noun[0]) >= 0 || strings.HasPrefix(noun, "hour") || strings.HasPrefix(noun, "hono") {
		return "an"
	}
	return "a"
}

func number(r *row) string {
	if r.subject == "" || r.things > 1 {
		return ""
	}
	return " #" + r.subject
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
