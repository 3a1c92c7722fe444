package debugview

import (
	"encoding/binary"
	"hash/maphash"
	"strings"

	"github.com/ezlogs/ezlogs/schema"
)

// kind is the short name a step stands under.
type kind uint8

// The kinds of step, in the order of the summary.
const (
	kindHTTP kind = iota
	kindJob
	kindAPI
	kindMail
	kindDB
	kindSQL
	kindMessage
	kindUser
	kindEvent
	kindError
	kindLog
	kinds // their number
)

var kindNames = [...]string{"http", "job", "api", "mail", "db", "sql", "msg", "user", "evt", "err", "log"}

func (k kind) String() string { return kindNames[k] }

// phase says which part of a job's life a step tells of.
type phase uint8

// The phases. A step that is no part of a job has phaseNone.
const (
	phaseNone phase = iota
	phaseEnqueued
	phaseStarted
	phaseCompleted
	phaseFailed
	phaseRetried
	phaseDiscarded
)

// stamp says what the time of a step stands for.
type stamp uint8

// The stamps.
const (
	stampUnknown stamp = iota // found out from the steps around it
	stampStart
	stampEnd
)

// flag is a fact about a step.
type flag uint16

// The flags.
const (
	flagFailed    flag = 1 << iota // it tells of a failure
	flagWarn                       // logged as a warning
	flagWillRetry                  // another try was announced
	flagDead                       // given up
	flagRead                       // changes nothing
	flagMatch                      // it matched a filter
	flagOutcome                    // it says whether it went well
	flagEarly                      // one of the first events, which tell what times stand for
)

// key identifies an event within a run.
type key [8]byte

// step is what is kept of an event. Strings are clean and live in memory of their own.
type step struct {
	id, parent key
	at         int64 // the event's time, nanoseconds
	dur        int64 // nanoseconds, -1 unknown
	label      string
	subject    string // id of the subject
	sql        string // statement without its literals
	d          *detail
	fold       uint64 // equal for steps that may be shown as one row
	job        uint64 // job id, 0 none
	mask       uint64 // results of the comparisons of --where
	status     int16
	attempt    int16
	service    uint16 // index into View.services
	format     uint8  // index into View.formats
	learn      uint8  // index into View.learned
	kind       kind
	phase      phase
	stamp      stamp
	digits     uint8 // of the fraction of a second that its time has
	flags      flag
}

// detail is what few steps have.
type detail struct {
	class, message string   // of the error
	stack          []string // at most maxStack frames
	changes        []change
	wait           int64 // queue wait, -1 unknown
	from, to       string
	invalid        string // validation errors
	show           []pair // fields asked for with --show
	json           string // the event as ship would send it
	raw            string // its lines, redacted; kept for the browser alone
	session        string
	actor          string // "type:id", for groups
	processes      []string
}

type change struct{ field, old, new string }

type pair struct{ name, value string }

const (
	maxStack   = 20
	maxChanges = 20
)

// size is about the memory that s takes, in bytes.
func (s *step) size() int {
	if s.d == nil {
		return stepBytes
	}
	return stepBytes + len(s.d.json) + 64*(len(s.d.changes)+len(s.d.stack)+len(s.d.show)) + len(s.d.message)
}

// shape is what the type of an event says.
type shape struct {
	kind  kind
	phase phase
	flags flag
}

func shapeOf(eventType string) shape {
	switch eventType {
	case "http.request":
		return shape{kind: kindHTTP}
	case "http.client":
		return shape{kind: kindAPI}
	case "data.query":
		return shape{kind: kindSQL, flags: flagRead}
	case "data.change":
		return shape{kind: kindDB}
	case "job.enqueued":
		return shape{kind: kindJob, phase: phaseEnqueued}
	case "job.started":
		return shape{kind: kindJob, phase: phaseStarted}
	case "job.completed":
		return shape{kind: kindJob, phase: phaseCompleted}
	case "job.failed":
		return shape{kind: kindJob, phase: phaseFailed, flags: flagFailed}
	case "job.retried":
		return shape{kind: kindJob, phase: phaseRetried}
	case "job.discarded":
		return shape{kind: kindJob, phase: phaseDiscarded, flags: flagFailed}
	case "mail.delivered":
		return shape{kind: kindMail}
	case "mail.failed":
		return shape{kind: kindMail, flags: flagFailed}
	case "message.published", "message.received":
		return shape{kind: kindMessage}
	case "user.action":
		return shape{kind: kindUser}
	case "error.raised":
		return shape{kind: kindError, flags: flagFailed}
	case "log.message":
		return shape{kind: kindLog, flags: flagRead}
	case "cache.read":
		return shape{kind: kindEvent, flags: flagRead}
	}
	if strings.HasPrefix(eventType, "job.") {
		return shape{kind: kindJob}
	}
	return shape{kind: kindEvent}
}

// keyOf returns the identity of an event id. Within one flow, which is where it is looked up, 64 bits are plenty.
func keyOf(id *schema.ID) (k key) {
	a, b := binary.LittleEndian.Uint64(id.Bits[:8]), binary.LittleEndian.Uint64(id.Bits[8:])
	if id.Text != "" {
		a = 14695981039346656037
		for i := 0; i < len(id.Text); i++ {
			a = (a ^ uint64(id.Text[i])) * 1099511628211
		}
		a |= 1
	}
	binary.LittleEndian.PutUint64(k[:], a^b)
	return k
}

// take fills s from e.
func (v *View) take(s *step, e *schema.Event) {
	sh := shapeOf(e.Type)
	m := &e.Metadata
	*s = step{
		id: keyOf(&e.ID), at: e.Time.NS, dur: -1, kind: sh.kind, phase: sh.phase, flags: sh.flags,
		digits: e.Time.Digits, attempt: int16(min(max(m.Retry.Attempt, m.Job.Attempt), 1000)), status: int16(min(m.Status, 999)),
	}
	if !e.Correlation.Parent.IsZero() {
		s.parent = keyOf(&e.Correlation.Parent)
	}
	if m.Duration.Set && m.Duration.NS >= 0 {
		s.dur = m.Duration.NS
	}
	s.service, s.format = v.service(e.Platform.Service), v.formatIndex(e.Platform.Format)
	if e.Correlation.JobID != "" && (s.kind == kindJob || e.Type == "message.received") {
		s.job = maphash.String(v.texts.seed, e.Correlation.JobID) | 1
	}
	if e.Failed() {
		s.flags |= flagFailed
	}
	if m.Outcome == schema.OutcomeSuccess {
		s.flags = s.flags&^flagFailed | flagOutcome
	}
	if m.Level == schema.LevelWarn {
		s.flags |= flagWarn
	}
	if m.Retry.WillRetry {
		s.flags |= flagWillRetry
	}
	if m.Retry.Dead || s.phase == phaseDiscarded {
		s.flags |= flagDead
	}
	v.name(s, e)
	v.details(s, e)
	v.stampOf(s, e)
	if s.kind == kindHTTP && (m.Method == "GET" || m.Method == "HEAD" || m.Method == "OPTIONS" ||
		m.Method == "" && (strings.HasPrefix(e.Action, "GET ") || strings.HasPrefix(e.Action, "HEAD "))) {
		s.flags |= flagRead
	}
}

// name sets the label, the subject and what decides folding.
func (v *View) name(s *step, e *schema.Event) {
	m := &e.Metadata
	action := e.Action
	switch s.kind {
	case kindJob:
		action = jobName(action)
		if i := strings.LastIndexByte(action, '.'); action == "job" || action == "" || i == 3 && action[:3] == "job" {
			action = m.Job.Class
		}
		if action == "" {
			action = e.Action
		}
		if strings.HasPrefix(action, "ActionMailer::") {
			if name := mailerOf(m.Job.Args); name != "" {
				action = name
			}
		}
	case kindMail:
		if action == "mail.delivered" || action == "mail.failed" {
			action = mailName(e)
		}
	case kindError:
		switch {
		case m.Error.Class != "":
			action = m.Error.Class
		case !m.Error.Message.IsZero():
			action = cutBytes(m.Error.Message.Plain(), 240)
		case !m.Message.IsZero():
			action = cutBytes(m.Message.Plain(), 240)
		}
	case kindLog:
		if !m.Message.IsZero() {
			action = cutBytes(m.Message.Plain(), 240)
		}
	case kindSQL, kindDB:
		if e.Action == "data.query" || e.Action == "data.change" {
			if m.DB.Op != "" && m.DB.Table != "" {
				action = m.DB.Op + " " + m.DB.Table
			}
		}
	}
	if v.cfg.DisplayNames != nil {
		if n, ok := v.cfg.DisplayNames[action]; ok {
			action = n
		}
	}
	s.label = v.texts.get(action)
	if e.Subject.Type != "" && (s.kind == kindDB || s.kind == kindUser || s.kind == kindEvent) {
		s.subject = v.texts.get(cutBytes(e.Subject.ID, 200))
	}
	if m.DB.SQL.Kind != schema.None {
		s.sql = v.statement(m.DB.SQL)
		if s.kind == kindDB && s.sql == "" {
			s.sql = s.label
		}
	}
	switch s.kind {
	case kindSQL:
		text := s.sql
		if text == "" {
			text = s.label
		}
		s.fold = maphash.String(v.texts.seed, text)
	case kindDB, kindLog, kindEvent, kindMessage, kindUser:
		s.fold = maphash.String(v.texts.seed, s.label)
	case kindMail:
		s.fold = maphash.String(v.texts.seed, s.label) + uint64(s.status)
	case kindAPI:
		s.fold = maphash.String(v.texts.seed, route(s.label)) + uint64(s.status)
	}
	if s.fold != 0 {
		s.fold = s.fold&^15 | uint64(s.kind)
	}
}

// service returns the index of a service's name; there are few, and the last stands for all beyond the number that is kept.
func (v *View) service(name string) uint16 {
	if last := v.services[v.lastService]; last.raw == name {
		return v.lastService
	}
	for i := range v.services {
		if v.services[i].raw == name {
			v.lastService = uint16(i)
			return v.lastService
		}
	}
	if len(v.services) == maxServices {
		return 0
	}
	raw := strings.Clone(name)
	v.services = append(v.services, text2{raw, clean(cutBytes(raw, 200), v.texts.ascii)})
	v.lastService = uint16(len(v.services) - 1)
	return v.lastService
}

// formatIndex returns the index of a format; beyond the number that is kept, they share the last.
func (v *View) formatIndex(name string) uint8 {
	for i, f := range v.formats {
		if f == name {
			return uint8(i)
		}
	}
	if len(v.formats) < 250 {
		v.formats = append(v.formats, strings.Clone(name))
	}
	return uint8(len(v.formats) - 1)
}

// maxServices is the number of names of services that are kept.
const maxServices = 250

// text2 is a text as logged and as it may be shown.
type text2 struct{ raw, clean string }

// serviceOf returns the service of a step.
func (v *View) serviceOf(s *step) string { return v.services[s.service].clean }

// jobName returns the class of a job from its action, "ReceiptJob.completed" for example.
func jobName(action string) string {
	i := strings.LastIndexByte(action, '.')
	if i < 0 {
		return action
	}
	switch action[i+1:] {
	case "enqueued", "started", "completed", "failed", "retried", "discarded", "scheduled", "interrupted", "resumed":
		return action[:i]
	}
	return action
}

// mailerOf returns "Mailer#method" from the arguments of a Rails job that sends a mail: its first two are their names.
func mailerOf(args schema.Value) string {
	text := args.Plain()
	var names [2]string
	for i := range names {
		from := strings.IndexByte(text, '"')
		if from < 0 || from > 2 {
			return ""
		}
		name, rest, ok := strings.Cut(text[from+1:], "\"")
		if !ok || name == "" || len(name) > 100 || strings.ContainsAny(name, " \\/@") {
			return ""
		}
		names[i], text = name, rest
	}
	return names[0] + "#" + names[1]
}

// mailName returns what is known of a mail besides that it went out.
func mailName(e *schema.Event) string {
	for _, list := range [2][]schema.Field{e.Metadata.Extra, e.Metadata.Fields} {
		for _, name := range [...]string{"template", "mailer", "mail"} {
			for i := range list {
				if list[i].Key == name && list[i].Value.Kind == schema.String {
					return list[i].Value.S
				}
			}
		}
	}
	return e.Action
}

// hostOf returns the host that a client call names: "POST api.pay.example/v1/charges" or a full URL.
func hostOf(action string) string {
	_, rest, ok := strings.Cut(action, " ")
	if !ok {
		rest = action
	}
	if _, after, ok := strings.Cut(rest, "://"); ok {
		rest = after
	}
	host, _, _ := strings.Cut(rest, "/")
	if strings.ContainsAny(host, " ?#@") || host == "" {
		return ""
	}
	return host
}

// route returns an action with the parts of its path that look like ids replaced.
func route(action string) string {
	if !strings.ContainsAny(action, "0123456789") {
		return action
	}
	b := make([]byte, 0, len(action)+8)
	for i := 0; i < len(action); {
		j := i
		digits, others := 0, 0
		for j < len(action) && action[j] != '/' && action[j] != ' ' {
			if c := action[j]; c >= '0' && c <= '9' {
				digits++
			} else if (c|0x20 < 'a' || c|0x20 > 'f') && c != '-' {
				others++
			}
			j++
		}
		if digits > 0 && (others == 0 || digits >= 6) && i > 0 && action[i-1] == '/' {
			b = append(b, ":id"...)
		} else {
			b = append(b, action[i:j]...)
		}
		if j < len(action) {
			b = append(b, action[j])
			j++
		}
		i = j
	}
	return string(b)
}

// details fills what few events have.
func (v *View) details(s *step, e *schema.Event) {
	m := &e.Metadata
	need := func() *detail {
		if s.d == nil {
			s.d = &detail{wait: -1}
		}
		return s.d
	}
	if m.Error.Class != "" || !m.Error.Message.IsZero() {
		d := need()
		d.class = v.texts.get(m.Error.Class)
		d.message = v.texts.get(cutBytes(m.Error.Message.Plain(), 2000))
		if !m.Error.Stack.IsZero() {
			d.stack = v.frames(m.Error.Stack)
		}
	}
	if s.kind == kindError && s.d == nil && !m.Message.IsZero() || s.flags&(flagFailed|flagWarn) != 0 && s.kind != kindLog && !m.Message.IsZero() {
		d := need()
		if text := m.Message.Plain(); d.message == "" && text != e.Action {
			d.message = v.texts.get(cutBytes(text, 2000))
		}
	}
	if m.Job.Wait.Set && m.Job.Wait.NS >= 0 {
		need().wait = m.Job.Wait.NS
	}
	for i := range m.Changes {
		if i == maxChanges {
			break
		}
		c := &m.Changes[i]
		need().changes = append(s.d.changes, change{v.texts.get(c.Field), v.value(c.Old), v.value(c.New)})
	}
	for i := range m.Extra {
		switch f := &m.Extra[i]; f.Key {
		case "transition":
			if from, to, ok := transition(f.Value); ok {
				need().from, s.d.to = v.texts.get(from), v.texts.get(to)
			}
		case "validation_errors":
			need().invalid = v.texts.get(validation(f.Value))
		}
	}
	if len(v.show) > 0 {
		if shown := v.shown(e); len(shown) > 0 {
			need().show = shown
		}
	}
	if v.keepJSON && !v.skipJSON {
		need().json = v.lineOf(e)
		if v.keepRaw {
			s.d.raw, _ = v.cfg.Raw(e)
		}
	}
	if v.keepGroups {
		d := need()
		d.session = v.texts.get(e.Correlation.SessionID)
		if e.Actor.ID != "" && e.Actor.Type != "system" && e.Actor.Type != "anonymous" {
			d.actor = v.texts.get(e.Actor.Type + ":" + e.Actor.ID)
		}
		for _, p := range e.Correlation.Processes {
			d.processes = append(d.processes, v.texts.get(p))
		}
	}
}

// lineOf returns what --layout raw shows of e: its lines, else the event as ship would send it.
func (v *View) lineOf(e *schema.Event) string {
	if v.cfg.Layout == "raw" && v.cfg.Export == "" && v.cfg.Raw != nil {
		if lines, ok := v.cfg.Raw(e); ok {
			return lines
		}
	}
	v.scratch = append(schema.AppendJSON(v.scratch[:0], e), '\n')
	return string(v.scratch)
}

// value returns a clean text of a value, "∅" for none and null.
func (v *View) value(x schema.Value) string {
	if x.Kind == schema.None || x.Kind == schema.Raw && x.S == "null" {
		return "∅"
	}
	s := x.Plain()
	if s == "" {
		return "“”"
	}
	return v.texts.get(cutBytes(s, 200))
}

// frames returns the first lines of a stack, text or JSON array.
func (v *View) frames(x schema.Value) []string {
	var lines []string
	if x.Kind == schema.Raw {
		lines = stringList(x.S)
	} else {
		for l := range strings.SplitSeq(x.Plain(), "\n") {
			if lines = append(lines, l); len(lines) > maxStack {
				break
			}
		}
	}
	out := make([]string, 0, min(len(lines), maxStack))
	for _, l := range lines {
		if l = strings.TrimSpace(l); l != "" && len(out) < maxStack {
			out = append(out, v.texts.get(cutBytes(l, 400)))
		}
	}
	return out
}

// stampOf decides whether the time of e is its start or its end, where its format says so.
func (v *View) stampOf(s *step, e *schema.Event) {
	switch {
	case v.cfg.TimestampIs == "start" || s.dur <= 0:
		s.stamp = stampStart
		return
	case v.cfg.TimestampIs == "end":
		s.stamp = stampEnd
		return
	}
	switch f := e.Platform.Format; {
	case f == "rails.text" && s.kind == kindHTTP, f == "envoy", f == "haproxy", strings.HasPrefix(f, "apache") && s.kind == kindHTTP:
		s.stamp = stampStart
	default:
		s.learn = v.learnIndex(f, e.Type)
	}
}
