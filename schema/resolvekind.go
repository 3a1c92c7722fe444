package schema

import "strings"

// resolveOwnEvent takes an event that the application names itself by type and action.
func (p *Parser) resolveOwnEvent(e *Event) bool {
	r := &p.rec
	if !r.has(fieldAction) {
		return false
	}
	kind, action := r.text(fieldEventType), r.text(fieldAction)
	if r.has(fieldEventType) && r.slots[fieldEventType].memo.alias.key != "eventtype" || action == "" || !validEventType(kind) {
		return false
	}
	e.Type, e.Action = kind, action
	r.use(fieldEventType)
	r.use(fieldAction)
	return true
}

// validEventType reports whether s has the form of an event type: two lower-case names with a dot between.
func validEventType(s string) bool {
	dot := strings.IndexByte(s, '.')
	if dot < 1 || dot+1 >= len(s) || len(s) > 64 || s[0] < 'a' || s[0] > 'z' || s[dot+1] < 'a' || s[dot+1] > 'z' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || isDigit(c) || i == dot || c == '_' && i > dot) {
			return false
		}
	}
	return true
}

// resolveSQL takes a line that carries a statement.
func (p *Parser) resolveSQL(e *Event) bool {
	r := &p.rec
	v := r.get(fieldSQL)
	if !v.isText() {
		if v = e.Metadata.Message; !v.isText() || e.Metadata.Level >= LevelError || !r.has(fieldTable) && !r.has(fieldRows) && r.logger != "sql" && r.logger != "ActiveRecord" {
			return false
		}
	}
	sql := p.unescape(v)
	if !isSQL(sql) {
		return false
	}
	binds := r.get(fieldBinds)
	b := ""
	if !binds.isNull() && !binds.isObject() {
		b = p.unescape(binds)
	}
	msg := e.Metadata.Message
	if (e.Metadata.Error.Class != "" || !e.Metadata.Error.Message.IsZero()) && e.Metadata.Level >= LevelError {
		e.Metadata.DB.SQL = v // the statement that failed: the event is the error
		r.use(fieldSQL)
		return false
	}
	setSQL(e, sql, b)
	if v.Kind == Escaped {
		e.Metadata.DB.SQL = v
	}
	setMessage(e, msg)
	r.use(fieldSQL)
	r.use(fieldTable)
	if b != "" {
		r.use(fieldBinds)
	}
	if binds.isObject() {
		if id := member(binds.S, "id").scalar(); id != "" && e.Subject.Type != "" && e.Subject.ID == "" {
			e.Subject.ID = id
			e.AddIdent(IdentEntity, e.Subject.Type, id)
		}
	}
	p.resolveRows(e)
	return true
}

func setMessage(e *Event, v Value) {
	if e.Metadata.Message.IsZero() {
		e.Metadata.Message = v
	}
}

func (p *Parser) resolveRows(e *Event) {
	if n, ok := atoi(p.rec.text(fieldRows)); ok {
		e.Metadata.DB.Rows, e.Metadata.DB.HasRows = n, true
		p.rec.use(fieldRows)
	}
}

// isSQL reports whether s begins like a statement.
func isSQL(s string) bool {
	s = strings.TrimLeft(s, " \t\n(")
	for strings.HasPrefix(s, "/*") {
		end := strings.Index(s, "*/")
		if end < 0 {
			return false
		}
		s = strings.TrimLeft(s[end+2:], " \t\n")
	}
	n := 0
	for n < len(s) && n < 10 && isAlpha(s[n]) {
		n++
	}
	if n == len(s) || s[n] != ' ' && s[n] != '\n' && s[n] != '\t' && s[n] != '(' && s[n] != ';' {
		switch strings.ToUpper(s) {
		case "BEGIN", "COMMIT", "ROLLBACK", "COMMIT;", "BEGIN;", "ROLLBACK;":
			return true
		}
		return false
	}
	switch strings.ToUpper(s[:n]) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "REPLACE", "MERGE", "TRUNCATE", "CREATE", "ALTER", "DROP", "EXPLAIN", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "START", "UPSERT", "COPY":
		return true
	}
	return false
}

// operations maps the words that frameworks use for an operation on a record to the past tense of ours.
func operationOf(s string) string {
	switch lowerText(s) {
	case "create", "created", "insert", "inserted", "add", "added", "new", "save_new":
		return "created"
	case "update", "updated", "upsert", "modify", "modified", "edit", "edited", "patch", "change", "changed", "save", "saved":
		return "updated"
	case "delete", "deleted", "destroy", "destroyed", "remove", "removed":
		return "deleted"
	case "load", "loaded", "read", "select", "selected", "find", "found", "get", "query", "queried", "fetch", "fetched", "list", "show", "exists", "count", "pluck":
		return "loaded"
	}
	return ""
}

// resolveModel takes a line that names a record and what was done to it.
func (p *Parser) resolveModel(e *Event) bool {
	r := &p.rec
	model := r.text(fieldModel)
	if model == "" || strings.IndexByte(model, ' ') >= 0 {
		return false
	}
	verb := ""
	for _, f := range [...]fieldID{fieldOperation, fieldAction, fieldEvent} {
		if verb = operationOf(r.text(f)); verb != "" {
			r.use(f)
			break
		}
	}
	if verb == "" {
		return false
	}
	r.use(fieldModel)
	e.Type = "data.change"
	if verb == "loaded" {
		e.Type = "data.query"
	}
	name := p.noun(model)
	id := r.takeText(fieldRecord)
	if id == "" {
		id = r.takeText(fieldPlainID)
	}
	for i := range e.Idents {
		if id == "" && e.Idents[i].Kind == IdentEntity && e.Idents[i].Name == name {
			id = e.Idents[i].Value
		}
	}
	e.Action = p.dotted(name, verb)
	e.Subject = Subject{name, id}
	if id != "" {
		e.AddIdent(IdentEntity, name, id)
	}
	e.Metadata.DB.Table = r.takeText(fieldTable)
	p.resolveRows(e)
	if v := r.get(fieldChanges); v.isObject() || v.isArray() {
		if changesOf(e, v.S) {
			r.use(fieldChanges)
			setTransition(e)
		}
	}
	return true
}

// changesOf reads the spellings of a set of changes: {"a":[old,new]}, {"a":{"from":old,"to":new}} and
// [{"attribute":"a","from":old,"to":new}].
func changesOf(e *Event, raw string) bool {
	n := len(e.Metadata.Changes)
	add := func(name string, old, to Value) {
		if name != "" && name != "updated_at" && name != "created_at" {
			e.Metadata.Changes = append(e.Metadata.Changes, Change{name, old, to})
		}
	}
	pair := func(obj string) (old, to Value) {
		old, to = member(obj, "from"), member(obj, "to")
		if old.IsZero() && to.IsZero() {
			old, to = member(obj, "old"), member(obj, "new")
		}
		if old.IsZero() && to.IsZero() {
			to = member(obj, "value")
		}
		return nullToNone(old), nullToNone(to)
	}
	eachMember(raw, func(key string, v Value) bool {
		switch {
		case v.isArray():
			var two [2]Value
			i := 0
			eachItem(v.S, func(item Value) bool {
				if i < 2 {
					two[i] = nullToNone(item)
				}
				i++
				return i < 3
			})
			if i == 2 {
				add(key, two[0], two[1])
			}
		case v.isObject():
			old, to := pair(v.S)
			add(key, old, to)
		default:
			add(key, Value{}, nullToNone(v))
		}
		return true
	})
	eachItem(raw, func(v Value) bool {
		if v.isObject() {
			name := member(v.S, "attribute").scalar()
			if name == "" {
				name = member(v.S, "field").scalar()
			}
			old, to := pair(v.S)
			add(name, old, to)
		}
		return true
	})
	return len(e.Metadata.Changes) > n
}

func nullToNone(v Value) Value {
	if v.Kind == Raw && v.S == "null" {
		return Value{}
	}
	return v
}

// resolveRaised takes a line that reports an error.
func (p *Parser) resolveRaised(e *Event) bool {
	info := &e.Metadata.Error
	l := e.Metadata.Level
	switch {
	case info.Class == "" && info.Message.IsZero() && info.Stack.IsZero():
		return false
	case l < LevelError && (l != LevelNone || info.Class == "" || info.Stack.IsZero()):
		return false
	}
	setRaised(e)
	setDefault(&e.Action, "error")
	return true
}

// resolveJob takes a line about a background job.
func (p *Parser) resolveJob(e *Event) bool {
	r := &p.rec
	job := &e.Metadata.Job
	if r.flavor == &flavorSidekiq && strings.HasPrefix(e.Metadata.Message.S, "{") {
		p.sidekiqError(e)
	}
	id := e.Correlation.JobID
	if id == "" && !r.has(fieldJobClass) {
		return false
	}
	class := r.text(fieldJobClass)
	from := fieldJobClass
	if class == "" && id != "" {
		class, from = r.text(fieldClass), fieldClass
	}
	if class == "" && id == "" || strings.IndexByte(class, ' ') >= 0 {
		return false
	}
	msg := e.Metadata.Message.S
	state := jobState(msg, class, r.flavor == &flavorSidekiq)
	if state == "" && class != "" {
		switch s := r.text(fieldJobStatus); {
		case s != "":
			state = jobWord(s)
			if state != "" {
				r.use(fieldJobStatus)
			}
		case !r.get(fieldStatus).isNumber():
			if state = jobWord(r.text(fieldStatus)); state != "" {
				r.use(fieldStatus)
			}
		}
	}
	if state == "" && r.has(fieldEvent) && class != "" {
		name := r.text(fieldEvent)
		if i := strings.LastIndexAny(name, ".:_"); i >= 0 {
			name = name[i+1:]
		}
		if state = jobWord(name); state != "" {
			r.use(fieldEvent)
		}
	}
	if class != "" && (id != "" || state != "") {
		job.Class = class
		r.use(from)
		setDefault(&job.Queue, r.takeText(fieldQueue))
		if v := r.get(fieldArgs); !v.isNull() && job.Args.IsZero() {
			job.Args = v
			r.use(fieldArgs)
		}
		p.resolveAttempt(e)
	}
	if state == "" {
		return false
	}
	if class == "" {
		class = "job"
	}
	p.setJobState(e, class, state)
	return true
}

// sidekiqError reads the message with which Sidekiq reports that a job raised: JSON of its own, with the job inside.
func (p *Parser) sidekiqError(e *Event) {
	text := e.Metadata.Message.Plain()
	if end := skipValue(text, 0, 0); end < 0 {
		return
	}
	job := member(text, "job")
	context := member(text, "context")
	if !job.isObject() || !context.isText() {
		return
	}
	e.Metadata.Message = Text(context.Plain())
	e.setJobID("jid", member(job.S, "jid").scalar())
	e.AddIdent(IdentBatch, "bid", member(job.S, "bid").scalar())
	j := &e.Metadata.Job
	j.Class, j.Queue, j.Args = member(job.S, "class").scalar(), member(job.S, "queue").scalar(), member(job.S, "args")
	if w := member(job.S, "wrapped").scalar(); w != "" {
		j.Class = w
	}
	if n, ok := smallInt(member(job.S, "retry_count").scalar()); ok {
		e.Metadata.Retry.Attempt = n + 2
		p.setJobState(e, j.Class, "retried")
	}
}

// setJobState makes e the event of a job: type, action, subject and outcome.
func (p *Parser) setJobState(e *Event, class, state string) {
	e.Type = jobType(state)
	e.Action = p.dotted(class, state)
	if id := e.Correlation.JobID; id != "" {
		e.Subject = Subject{"job", id}
	}
	if e.Metadata.Outcome != OutcomeNone {
		return
	}
	switch state {
	case "completed":
		e.Metadata.Outcome = OutcomeSuccess
	case "failed", "discarded":
		e.Metadata.Outcome = OutcomeFailure
	case "started":
		e.Metadata.Outcome = OutcomeUnknown
	}
}

// jobType returns the type of the event of a job that came into a state.
func jobType(state string) string {
	switch state {
	case "enqueued":
		return "job.enqueued"
	case "started":
		return "job.started"
	case "completed":
		return "job.completed"
	case "failed":
		return "job.failed"
	case "retried":
		return "job.retried"
	case "discarded":
		return "job.discarded"
	}
	return ""
}

func (p *Parser) resolveAttempt(e *Event) {
	r := &p.rec
	if n, ok := smallInt(r.text(fieldAttempt)); ok && n > 0 {
		e.Metadata.Retry.Attempt = n
		r.use(fieldAttempt)
	} else if n, ok := smallInt(r.text(fieldRetryCount)); ok && n >= 0 {
		e.Metadata.Retry.Attempt = n + 2 // Sidekiq counts retries from 0
		if r.flavor != &flavorSidekiq {
			e.Metadata.Retry.Attempt = n + 1
		}
		r.use(fieldRetryCount)
	}
	if n, ok := smallInt(r.text(fieldRetryMax)); ok && n > 0 {
		e.Metadata.Retry.Max = n
		r.use(fieldRetryMax)
	}
}

// jobWord returns the state of a job that a word names.
func jobWord(s string) string {
	if len(s) > 24 {
		return ""
	}
	switch lowerText(strings.Trim(s, ":.,!")) {
	case "enqueued", "enqueue", "queued", "scheduled", "enqueuing":
		return "enqueued"
	case "start", "started", "starting", "performing", "running", "perform_start", "active", "processing", "picked", "received":
		return "started"
	case "done", "completed", "complete", "finished", "performed", "succeeded", "success", "processed", "perform", "finish", "ok":
		return "completed"
	case "fail", "failed", "failure", "errored", "error", "crashed", "died":
		return "failed"
	case "retry", "retried", "retrying", "retry_scheduled", "requeued":
		return "retried"
	case "discarded", "discard", "dead", "deleted", "retry_stopped", "cancelled", "canceled":
		return "discarded"
	}
	return ""
}

// jobState returns the state of a job that a message names: "start" by itself (Sidekiq), "enqueued ReceiptJob",
// "job completed", "ReceiptJob failed".
func jobState(msg, class string, exact bool) string {
	first, rest := cutToken(msg)
	if exact || rest == "" {
		if rest != "" || first == "" || first == "processing" || first == "active" || first == "error" || first == "deleted" || first == "ok" || first == "received" {
			return ""
		}
		if class == "" && !exact {
			return ""
		}
		return jobWord(first)
	}
	second, _ := cutToken(rest)
	second = strings.TrimRight(second, ":.,!")
	switch {
	case isJobNoun(first) || class != "" && strings.TrimRight(first, ":.,!") == class:
		return jobWord(second)
	case isJobNoun(second) || class != "" && second == class:
		return jobWord(first)
	}
	return ""
}

func isJobNoun(s string) bool {
	switch s {
	case "job", "Job", "task", "Task", "worker", "Worker":
		return true
	}
	return false
}
