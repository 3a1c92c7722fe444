package schema

import (
	"encoding/hex"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// blockKey finds the open blocks of a stream: those of one request tag, or of one process where lines have no tag.
type blockKey struct {
	stream    *stream
	kind, key string
}

// block is a record that Started opens and Completed closes, with events of their own between. Its id is that of
// its first line, so that those can name it as parent before it is handed on.
type block struct {
	key blockKey
	e   *Event // nil when only lines inside were seen, and after the block was handed on
	id  ID
	hex string // of id, for Idents

	tagged    bool
	opened    bool // Started was seen
	processed bool // Processing was seen
	params    bool // Parameters was seen
	closed    bool // Completed was seen, or an exception that ended it
	gone      bool // forgotten
	done      bool // handed on; known for the sake of late lines
	late      bool // a line came before Started
	raised    bool // an exception ended it before it was processed: there will be no Completed

	seen         int64  // when its last line came
	next         *block // another one with the same key, opened before
	older, newer *block
	origin       Origin // of the first line
	time         Time   // of the first line
	ended        Time   // of Completed
	failed       bool   // with a status that tells of an error
	requestID    string
	actor        Actor // whom the lines inside name, for a request that does not say it
	actors       bool  // they name more than one
}

// block takes a line that belongs to a block.
func (j *Joiner) block(e *Event, emit func(*Event)) {
	switch e.Join.Role {
	case Opens:
		j.opens(e, emit)
	case Adds:
		j.adds(e, emit)
	case Closes:
		j.closes(e, emit)
	default: // Inside
		j.linkInside(e)
		if e.Join.Followed || e.Join.Single {
			emit(e)
			return
		}
		j.hold(e)
	}
}

// tagged reports whether a key tells requests apart, and not only processes.
func tagged(key string) bool { return key != "" && key[0] != '#' }

func (j *Joiner) keyOf(e *Event) blockKey {
	return blockKey{j.streamOf(e), e.Join.Kind, e.Join.Key}
}

// find returns the blocks of a key, the one opened last first.
func (j *Joiner) find(k blockKey) *block { return j.blocks[k] }

// add makes a block whose first line is e.
func (j *Joiner) add(k blockKey, e *Event) *block {
	if j.open >= maxOpenBlocks {
		return nil
	}
	k.kind, k.key = strings.Clone(k.kind), strings.Clone(k.key)
	b := &block{key: k, tagged: tagged(k.key), seen: j.now, next: j.blocks[k]}
	j.blocks[k] = b
	j.open++
	j.link(b)
	return b
}

// begin gives b its event, a copy of e.
func (j *Joiner) begin(b *block, e *Event) {
	b.e = e.clone()
	if b.id.IsZero() {
		j.retain(b.e)
		b.origin = b.e.Origin
		b.setID(b.e.ID)
	} else { // reserved before
		b.e.Origin = b.origin
		b.e.ID = b.id
	}
	b.e.Origin.Lines = 1
	b.time = e.Time
	b.e.AddIdent(IdentBlock, "block", b.hex)
	b.requestID = b.e.Correlation.RequestID
}

func (b *block) setID(id ID) {
	b.id = id
	if id.Text != "" {
		b.hex = id.Text
		return
	}
	b.hex = hex.EncodeToString(id.Bits[:])
}

// opens takes Started.
func (j *Joiner) opens(e *Event, emit func(*Event)) {
	k := j.keyOf(e)
	b := j.find(k)
	if u := b.upgraded(e); u != nil {
		u.e.merge(e)
		j.touch(u)
		return
	}
	if b != nil && b.tagged {
		if !b.opened && !b.done {
			// The carrier delivered Started behind other lines of its block.
			b.late, k.stream.disordered = true, true
			if b.e == nil {
				j.begin(b, e)
			} else {
				b.e.mergeStarted(e)
				b.time = e.Time
			}
			b.opened = true
			j.touch(b)
			return
		}
		// The client sent the same request id again.
		j.end(b, emit)
	} else if b != nil {
		j.finishStale(b, e, emit)
	}
	if b = j.addBounded(k, e, emit); b == nil {
		emit(e)
		return
	}
	j.begin(b, e)
	b.opened = true
	if e.Time.From == FromLine && !b.tagged {
		k.stream.time = e.Time
	}
	if k.kind != railsRequest {
		b.processed = true // a pair of lines: nothing comes between
		j.linkInside(b.e)
		b.time = b.e.Time
		return
	}
	// Rails 2 says in one line what Started and Processing say.
	b.processed = e.Metadata.Method != "" && e.Metadata.Path == ""
	k.stream.done = nil
}

// finishStale hands on the blocks without tag that will see no further lines when a new one is opened: those that an
// exception ended, and those too old.
func (j *Joiner) finishStale(b *block, e *Event, emit func(*Event)) {
	for b != nil {
		next := b.next
		if !b.done && (b.raised || b.time.From == FromLine && e.Time.From == FromLine && e.Time.NS-b.time.NS >= blockIdle) {
			j.finish(b, emit)
		}
		b = next
	}
}

// addBounded is add that makes room by handing on the oldest block.
func (j *Joiner) addBounded(k blockKey, e *Event, emit func(*Event)) *block {
	if j.open >= maxOpenBlocks && j.oldest != nil {
		j.end(j.oldest, emit)
	}
	return j.add(k, e)
}

// adds takes Processing, Parameters and the like.
func (j *Joiner) adds(e *Event, emit func(*Event)) {
	k := j.keyOf(e)
	b := j.target(k, e)
	switch {
	case b == nil && tagged(k.key) && (e.Type == "http.request" || k.stream.disordered), b == nil && e.Metadata.Route != "" && !j.ambiguous(k):
		// The block was begun before the file, or its Started is late.
		if b = j.addBounded(k, e, emit); b == nil {
			emit(e)
			return
		}
		j.begin(b, e)
		if b.e.Type != "http.request" { // a line such as Rendered: what it said is part of the request
			b.e.Type, b.e.Action, b.e.Metadata.Message = "http.request", "", Value{}
		}
		b.processed, b.params = e.Metadata.Route != "", !e.Metadata.Params.IsZero()
		return
	case b == nil, e.Metadata.Route != "" && b.processed, !e.Metadata.Params.IsZero() && b.params:
		j.orphan(e, emit) // a request says these once
		return
	case b.done:
		if e.Type == "http.request" { // parameters, too late for the request itself
			j.orphan(e, emit)
		}
		return
	case b.e == nil:
		j.begin(b, e)
	default:
		b.e.merge(e)
	}
	b.processed = b.processed || e.Metadata.Route != ""
	b.params = b.params || !e.Metadata.Params.IsZero()
	j.touch(b)
}

// orphan hands on a line of a block whose block is not known, as the message it was.
func (j *Joiner) orphan(e *Event, emit func(*Event)) {
	if e.Type != "http.request" {
		emit(e)
		return
	}
	e.Type, e.Action = "log.message", "log"
	if e.Metadata.Route != "" {
		e.Action = e.Metadata.Route
	}
	j.linkInside(e)
	emit(e)
}

// closes takes Completed.
func (j *Joiner) closes(e *Event, emit func(*Event)) {
	k := j.keyOf(e)
	b := j.target(k, e)
	if b != nil && b.closed && b.e != nil && k.kind != railsRequest { // of another pair, whose first line is not here either
		j.end(b, emit)
		b = nil
	}
	if b != nil && b.done {
		b = nil
	}
	if b == nil {
		if !tagged(k.key) {
			if j.ambiguous(k) {
				e.Type, e.Action = "log.message", "request.completed"
			} else {
				j.incomplete(e)
			}
			emit(e)
			return
		}
		if b = j.addBounded(k, e, emit); b == nil {
			emit(e)
			return
		}
	}
	if b.e == nil {
		j.begin(b, e)
	} else {
		b.e.merge(e)
	}
	b.closed = true
	b.ended, b.failed = e.Time, e.Metadata.Status == 0 || e.Metadata.Status >= 400
	if m := &b.e.Metadata; m.Status == 0 && m.Outcome == OutcomeNone {
		m.Outcome = OutcomeUnknown // an exception ended it, as Rails 3 writes it
	}
	j.touch(b)
	if b.tagged && (!b.opened || !b.processed || b.key.stream.disordered) {
		return // further lines may be late
	}
	j.finish(b, emit)
}

// upgraded returns the request that a line of a WebSocket's begin belongs to: ActionCable writes Started again for it.
func (b *block) upgraded(e *Event) *block {
	if !e.hasField("protocol") {
		return nil
	}
	for ; b != nil; b = b.next {
		if b.opened && !b.done && !b.processed && b.e != nil && b.e.Metadata.Path == e.Metadata.Path && !b.e.hasField("protocol") {
			return b
		}
	}
	return nil
}

// target returns the block that a line belongs to. Where several are open that nothing tells apart it is none of them,
// unless only one of them can be meant.
func (j *Joiner) target(k blockKey, e *Event) *block {
	b := j.find(k)
	if b == nil || b.tagged {
		return b
	}
	var only, processed *block
	open, busy := 0, 0
	for ; b != nil; b = b.next {
		switch {
		case b.done || b.closed || b.raised:
			continue
		case e.Join.Role == Adds && e.Metadata.Route != "" && b.processed: // a request is processed once
			continue
		case b.processed:
			processed = b
			busy++
		}
		only = b
		open++
	}
	switch {
	case open == 1:
		return only
	case e.Join.Role == Closes && busy == 1: // what was not processed has no Completed
		return processed
	}
	return nil
}

// ambiguous reports whether more than one block of a key without tag is open.
func (j *Joiner) ambiguous(k blockKey) bool {
	n := 0
	for b := j.find(k); b != nil; b = b.next {
		if !b.done {
			n++
		}
	}
	return n > 0 && !tagged(k.key)
}

// linkInside makes e a child of the block it stands in, if that is certain.
func (j *Joiner) linkInside(e *Event) {
	if e.Time.From == FromRead {
		if st := j.known(e); st != nil {
			e.takeTime(st.time, FromPrevious)
		}
	}
	if j.open == 0 && !tagged(e.Join.Key) {
		return
	}
	k := blockKey{j.streamOf(e), railsRequest, e.Join.Key}
	b := j.find(k)
	if b == nil && e.Join.Key == "" {
		return
	}
	if b == nil {
		if tagged(k.key) && k.stream.disordered && e.Origin.Source != nil && e.Join.Kind == railsRequest {
			b = j.reserve(k, e)
		}
		if b == nil {
			return
		}
	}
	if !b.tagged {
		if k.stream.fromJob(e) {
			return
		}
		if b = j.inside(b, e); b == nil {
			return
		}
	}
	c := &e.Correlation
	if c.Parent.IsZero() && e.ID != b.id {
		c.Parent = b.id
		e.AddIdent(IdentBlock, "block", b.hex)
	}
	if c.RequestID == "" && b.requestID != "" {
		c.RequestID = b.requestID
		e.AddIdent(IdentRequest, "request_id", b.requestID)
	}
	e.takeTime(b.time, FromBlock)
	if !b.done {
		if e.Type == "error.raised" && b.e != nil {
			j.raise(b, e)
		}
		b.noteActor(e)
		j.touch(b)
	}
}

// takeTime gives a line without time the time of another line, unless it was read so soon after that one that the moment of
// reading says more.
func (e *Event) takeTime(t Time, from TimeSource) {
	if e.Time.From != FromRead && e.Time.From != FromPrevious || t.From == FromRead || t.NS == 0 {
		return
	}
	if e.Time.From == FromPrevious || e.Time.NS-t.NS > readLag || e.Time.NS < t.NS {
		e.Time = Time{NS: t.NS, Digits: t.Digits, From: from}
	}
}

// noteActor remembers whom a line inside of the block names.
func (b *block) noteActor(e *Event) {
	switch a := &e.Actor; {
	case a.Type == "" || a.Type == b.actor.Type && a.ID == b.actor.ID:
	case b.actor.Type != "":
		b.actors = true
	default:
		b.actor = Actor{Type: strings.Clone(a.Type), ID: strings.Clone(a.ID)}
	}
}

// fromJob reports whether a line without tag is that of a job, which runs in a thread of its own.
func (st *stream) fromJob(e *Event) bool {
	switch e.Type {
	case "job.failed":
		st.failedJob = strings.Clone(e.Correlation.JobID)
		return true
	case "job.enqueued": // a failed job is enqueued again by its own thread
		return e.Correlation.JobID != "" && e.Correlation.JobID == st.failedJob
	case "job.retried", "job.discarded":
		return true
	}
	return e.Correlation.JobID != ""
}

// inside returns the block without tag that a line stands in: the only open one, or for an exception the one that just
// ended with an error.
func (j *Joiner) inside(b *block, e *Event) *block {
	var only, ended *block
	for ; b != nil; b = b.next {
		if b.done {
			if b == b.key.stream.done && b.failed && !(e.Time.From == FromLine && b.ended.From == FromLine && e.Time.NS-b.ended.NS > errorLag) {
				ended = b
			}
			continue
		}
		if b.raised {
			continue
		}
		if only != nil {
			return nil
		}
		only = b
	}
	if only != nil {
		return only
	}
	if ended != nil && e.Type == "error.raised" {
		ended.key.stream.done = nil // a request ends with one
		return ended
	}
	return nil
}

// raise notes in an open block the exception that ended it: there will be no Completed where a middleware raised.
func (j *Joiner) raise(b *block, e *Event) {
	m := &b.e.Metadata
	b.raised = !b.processed && e.Metadata.Level == LevelFatal
	m.Outcome = OutcomeFailure
	if m.Error.Class == "" {
		m.Error.Class = strings.Clone(e.Metadata.Error.Class)
		m.Error.Message = Value{e.Metadata.Error.Message.Kind, strings.Clone(e.Metadata.Error.Message.S)}
	}
}

// reserve makes a block known by a line inside of it whose Started is late.
func (j *Joiner) reserve(k blockKey, e *Event) *block {
	b := j.add(k, e)
	if b == nil {
		return nil
	}
	b.late = true
	b.origin = Origin{Source: e.Origin.Source, Offset: e.Origin.Offset, Index: 1, Mark: e.Origin.Mark}
	if b.origin.Mark != nil {
		b.origin.Mark.Add(1)
		b.origin.Held = true
	}
	b.setID(e.Origin.Source.EventID(e.Origin.Offset, 1))
	b.requestID = strings.Clone(e.Correlation.RequestID)
	return b
}

// finish hands b's event on. The block stays known for late lines until forget.
func (j *Joiner) finish(b *block, emit func(*Event)) {
	if b.done {
		return
	}
	b.done = true
	j.touch(b)
	e := b.e
	b.e = nil
	if e == nil {
		// Children were given this id as their parent: the request is told of, as far as it is known.
		e = &Event{ID: b.id, Origin: b.origin, Type: "http.request", Action: "request"}
		e.Correlation.RequestID = b.requestID
		e.AddIdent(IdentRequest, "request_id", b.requestID)
		e.AddIdent(IdentBlock, "block", b.hex)
		e.Platform.Format = "rails.text"
		e.Time = Time{NS: j.now, Digits: 3}
	}
	if !b.closed || !b.opened {
		j.incomplete(e)
	}
	if e.Actor.Type == "" && !b.actors {
		e.Actor = b.actor
	}
	if m := &e.Metadata; m.Method == "POST" && m.Params.Kind == Raw && isGraphQL(m.Path) {
		setGraphQL(e, gjson.Get(m.Params.S, "operationName").Str, gjson.Get(m.Params.S, "query").Str)
	}
	resolveGraphQL(e)
	setParamSubject(e)
	if st := b.key.stream; b.key.kind != railsRequest {
		emit(e)
		j.forget(b)
		return
	} else if !b.tagged {
		if st.done != nil {
			j.forget(st.done)
		}
		st.done = b
	}
	emit(e)
}

// end hands b on and forgets it.
func (j *Joiner) end(b *block, emit func(*Event)) {
	j.finish(b, emit)
	if !b.gone {
		j.forget(b)
	}
}

// incomplete marks a request whose end or beginning was not seen.
func (j *Joiner) incomplete(e *Event) {
	if e.Metadata.Outcome == OutcomeNone {
		e.Metadata.Outcome = OutcomeUnknown
	}
	if e.Action == "" || e.Action == "log" {
		e.Action = "request"
		if e.Metadata.Route != "" {
			e.Action = e.Metadata.Route
		}
	}
	e.AddExtra("incomplete", Value{Raw, "true"})
}

// expire hands on and forgets blocks whose time is over. It looks at them ten times a second at most.
func (j *Joiner) expire(emit func(*Event)) {
	if j.now-j.expired < blockLook {
		return
	}
	j.expired = j.now
	due := j.due[:0]
	for b := j.oldest; b != nil; b = b.newer {
		idle := j.now - b.seen
		if idle < blockLate {
			break // newer ones were seen later still
		}
		if idle >= b.patience() {
			due = append(due, b)
		}
	}
	for _, b := range due {
		switch {
		case b.gone:
		case b.done:
			j.forget(b)
		default:
			j.finish(b, emit)
		}
	}
	clear(due)
	j.due = due
}

// patience returns how long b waits for its next line.
func (b *block) patience() int64 {
	switch {
	case b.done:
		return blockKnown
	case b.closed, b.raised:
		return blockLate
	}
	return blockIdle
}

// touch notes that a line of b came.
func (j *Joiner) touch(b *block) {
	b.seen = j.now
	if j.newest == b {
		return
	}
	j.unlink(b)
	j.link(b)
}

func (j *Joiner) link(b *block) {
	b.older, b.newer = j.newest, nil
	if j.newest != nil {
		j.newest.newer = b
	} else {
		j.oldest = b
	}
	j.newest = b
}

func (j *Joiner) unlink(b *block) {
	if b.older != nil {
		b.older.newer = b.newer
	} else {
		j.oldest = b.newer
	}
	if b.newer != nil {
		b.newer.older = b.older
	} else {
		j.newest = b.older
	}
}

// forget removes b.
func (j *Joiner) forget(b *block) {
	j.unlink(b)
	j.open--
	b.gone = true
	if b.key.stream.done == b {
		b.key.stream.done = nil
	}
	first := j.blocks[b.key]
	if first == b {
		if b.next == nil {
			delete(j.blocks, b.key)
		} else {
			j.blocks[b.key] = b.next
		}
		return
	}
	for ; first != nil; first = first.next {
		if first.next == b {
			first.next = b.next
			return
		}
	}
}

// mergeStarted gives an event made of later lines what Started says.
func (e *Event) mergeStarted(s *Event) {
	route := e.Metadata.Route
	e.merge(s)
	e.Time, e.Action, e.Type = s.Time, strings.Clone(s.Action), s.Type
	e.Subject = Subject{strings.Clone(s.Subject.Type), strings.Clone(s.Subject.ID)}
	m := &e.Metadata
	m.Method, m.Path = strings.Clone(s.Metadata.Method), strings.Clone(s.Metadata.Path)
	if route != "" {
		m.Route = route
	}
	if s.Metadata.Level != LevelNone {
		m.Level = s.Metadata.Level
	}
}

// merge adds to e what a further line of its block says. It copies the text it takes.
func (e *Event) merge(s *Event) {
	m, a := &e.Metadata, &s.Metadata
	if a.Duration.Set {
		m.Duration = a.Duration
	}
	if a.Status != 0 {
		m.Status = a.Status
	}
	if a.Outcome != OutcomeNone {
		m.Outcome = a.Outcome
	}
	copyDefault(&m.IP, a.IP)
	copyDefault(&m.Method, a.Method)
	if a.Route != "" {
		m.Route = strings.Clone(a.Route)
	}
	if m.Path == "" && a.Path != "" {
		e.setLatePath(strings.Clone(a.Path))
	}
	if !a.Params.IsZero() {
		m.Params = mergeParams(Value{a.Params.Kind, strings.Clone(a.Params.S)}, m.Params)
	}
	if m.Error.Class == "" && (a.Error.Class != "" || !a.Error.Message.IsZero()) {
		m.Error = ErrorInfo{strings.Clone(a.Error.Class), a.Error.Message.clone(), a.Error.Stack.clone()}
	}
	if a.DB != (DB{}) {
		m.DB = DB{Queries: a.DB.Queries, Cached: a.DB.Cached, Total: a.DB.Total}
	}
	for _, t := range a.Timing {
		m.Timing = append(m.Timing, Timing{strings.Clone(t.Name), t.Duration})
	}
	m.Extra = mergeFields(m.Extra, a.Extra)
	m.Fields = mergeFields(m.Fields, a.Fields)
	if a.Level > m.Level && a.Level >= LevelWarn {
		m.Level = a.Level
	}
	if c := &s.Actor; e.Actor.Type == "" && c.Type != "" {
		e.Actor = Actor{strings.Clone(c.Type), strings.Clone(c.ID), strings.Clone(c.Name), strings.Clone(c.Email), strings.Clone(c.Label)}
	}
	d, f := &e.Correlation, &s.Correlation
	copyDefault(&d.RequestID, f.RequestID)
	copyDefault(&d.TraceID, f.TraceID)
	copyDefault(&d.SessionID, f.SessionID)
	for _, id := range s.Idents {
		if !e.hasIdent(id) {
			e.Idents = append(e.Idents, Ident{id.Kind, strings.Clone(id.Name), strings.Clone(id.Value)})
		}
	}
	e.Origin.Lines = max(e.Origin.Lines, 1) + 1
}

// setLatePath takes the target that only the last line of an old Rails' request names.
func (e *Event) setLatePath(target string) {
	m := &e.Metadata
	subject, route := e.Subject, m.Route
	e.Type = ""
	setHTTP(e, m.Method, target, 0)
	if route != "" {
		m.Route = route
	}
	if subject.Type != "" {
		e.Subject = subject
	}
}

// copyDefault is setDefault with a copy.
func copyDefault(s *string, to string) {
	if *s == "" && to != "" {
		*s = strings.Clone(to)
	}
}

// clone returns v with text of its own.
func (v Value) clone() Value { return Value{v.Kind, strings.Clone(v.S)} }

// mergeFields appends copies of those fields whose key is not there.
func mergeFields(have, add []Field) []Field {
	n := len(have)
	for _, f := range add {
		if !slices.ContainsFunc(have[:n], func(h Field) bool { return h.Key == f.Key }) {
			have = append(have, Field{strings.Clone(f.Key), f.Value.clone()})
		}
	}
	return have
}

func (e *Event) hasField(key string) bool {
	return slices.ContainsFunc(e.Metadata.Fields, func(f Field) bool { return f.Key == key })
}

func (e *Event) hasIdent(id Ident) bool {
	for i := range e.Idents {
		if e.Idents[i].Kind == id.Kind && e.Idents[i].Value == id.Value {
			return true
		}
	}
	return false
}

// mergeParams returns the members of both objects; a wins.
func mergeParams(a, b Value) Value {
	if a.IsZero() || b.IsZero() || a.Kind != Raw || b.Kind != Raw {
		if a.IsZero() {
			return b
		}
		return a
	}
	have := gjson.Parse(a.S)
	out := []byte(strings.TrimSuffix(a.S, "}"))
	gjson.Parse(b.S).ForEach(func(k, v gjson.Result) bool {
		seen := false
		have.ForEach(func(h, _ gjson.Result) bool {
			seen = h.Str == k.Str
			return !seen
		})
		if !seen {
			if len(out) > 1 {
				out = append(out, ',')
			}
			out = append(append(append(out, k.Raw...), ':'), v.Raw...)
		}
		return true
	})
	return Value{Raw, string(append(out, '}'))}
}
