package schema

// Event is the universal event, version 1, while it is carried from parser to encoder.
//
// An Event belongs to the worker that carries its chunk and is reused for the next: stages change it in place and keep
// no pointer to it or to its slices. Strings are pieces of the chunk's immutable text, or were made for this event;
// who keeps one beyond the event clones it.
type Event struct {
	ID          ID
	Time        Time
	Type        string // event_type, for example "http.request"
	Action      string // never empty once parsed
	Actor       Actor
	Subject     Subject
	Correlation Correlation
	Metadata    Metadata
	Platform    Platform

	// What follows is for the stages between parser and encoder and is never written.

	// Idents are the ids found in the record, in the order found, for correlate.
	Idents []Ident
	// Origin says which bytes of which source the record came from.
	Origin Origin
	// Join says how the joiner has to treat this line; the zero value passes through.
	Join Join
	// Told says that the record is an event that names its flow, made by an agent or by a program that knows it.
	Told bool

	parser *Parser // while it fills the event: where new strings are made, and what it remembers
}

// Actor is who did it. The zero value means that nobody said: the encoder writes anonymous for
// requests and system for everything else.
type Actor struct {
	Type, ID           string
	Name, Email, Label string // absent when empty; redacted as configured
}

// Subject is what it was done to; absent when Type is empty.
type Subject struct{ Type, ID string }

// Link says how an event was found to belong to its flow.
type Link uint8

// The kinds of link, strongest first after LinkNone.
const (
	LinkNone    Link = iota // nothing but the event itself names the flow
	LinkID                  // an id that names the flow stands in the record
	LinkAlias               // an id that was seen beside the flow's own
	LinkThread              // the only open request or job of its process and thread
	LinkValue               // a random business value seen moments ago
	LinkSession             // the only open flow of its session
)

var linkNames = [...]string{"none", "id", "alias", "thread", "value", "session"}

// String returns the name written to the event.
func (l Link) String() string { return linkNames[l] }

// Correlation holds the ids of an event in canonical form. Empty means absent.
type Correlation struct {
	Flow      FlowID
	Merged    []FlowID // flow.merged only: other names of Flow
	Processes []string // process_id: business processes and journeys

	// SessionID is the session as logged until redaction replaces it by "sess_" and a keyed hash.
	SessionID    string
	RequestID    string
	TraceID      string // 32 lower-case hex digits, or 16 where only the low half was logged
	SpanID       string // 16 lower-case hex digits
	ParentSpanID string
	JobID        string
	MessageID    string
	Parent       ID // parent_event_id

	Link       Link
	Confidence float32 // 0 to 1
}

// IdentKind says what an id identifies, which decides what it may join.
type IdentKind uint8

// The kinds of id. See correlate for the strength and scope of each.
const (
	IdentNone        IdentKind = iota
	IdentTrace                 // distributed trace; also owns its low 64 bits
	IdentSpan                  // span of this record
	IdentParentSpan            // span that caused this record's span
	IdentRequest               // request id of one service, usually handed on
	IdentCorrelation           // correlation id, primary correlation id, operation id
	IdentFlow                  // flow id that the application gave
	IdentParentFlow            // flow id of the parent context
	IdentJob                   // background job, task, activity
	IdentBatch                 // batch of jobs
	IdentMessage               // message of a queue, mail message id
	IdentWorkflow              // workflow run
	IdentIncident              // incident, alert
	IdentCausation             // id of the event or span that caused this one
	IdentSession               // session of a user: many flows
	IdentUser                  // person or client: many flows
	IdentEntity                // business object by type and number, for example order 17: many flows
	IdentValue                 // random business value, for example ch_3Nx…: few flows
	IdentConn                  // connection, counter, short number: reused, weak
	IdentBlock                 // open record of the joiner (hex of its event id): the request block a line stood in
)

// Ident is one id found in a record.
type Ident struct {
	Kind  IdentKind
	Name  string // key or word it was found under, for explain; for IdentEntity the singular type, "order"
	Value string // canonical form
}

// Metadata is what is known of the event beyond who, what and where.
// Zero values are absent from the output.
type Metadata struct {
	Level     Level
	Message   Value
	Outcome   Outcome
	Duration  Duration
	Status    int // HTTP status, 0 when unknown
	Method    string
	Path      string // without query string
	Route     string
	IP        string
	UserAgent string
	Bytes     int64 // response size; HasBytes tells 0 from unknown
	HasBytes  bool
	Params    Value // Raw object
	Changes   []Change
	Error     ErrorInfo
	Retry     Retry
	DB        DB
	Job       Job
	// Timing holds parts of the duration, for example view, db, queue.
	Timing []Timing
	// Extra holds further named metadata in the order set (transition, bulk, validation_errors, tags, graphql, …).
	Extra []Field
	// Fields holds what was not recognised, in the order of the input.
	Fields []Field
	// Truncated lists the paths that were cut to keep limits.
	Truncated []string
}

// Change is one attribute that a data.change set.
type Change struct {
	Field    string
	Old, New Value
}

// ErrorInfo describes an error or exception.
type ErrorInfo struct {
	Class   string
	Message Value
	Stack   Value
}

// Retry describes an attempt of something that is tried several times.
type Retry struct {
	Attempt   int      // 1 for the first try; 0 unknown
	Max       int      // 0 unknown
	In        Duration // wait until the next try
	WillRetry bool
	Dead      bool // given up
}

// DB describes a statement, or counts of statements folded into a request.
type DB struct {
	Op, Table string
	SQL       Value
	Rows      int64
	HasRows   bool
	Queries   int // statements folded into this event
	Cached    int // of these, answered by a cache
	Total     Duration
}

// Job describes a background job.
type Job struct {
	Class, Queue string
	Args         Value // Raw array or text
	Attempt      int
	Wait         Duration // time in the queue
}

// Timing is a named part of a duration.
type Timing struct {
	Name string
	Duration
}

// Platform says where the event was logged.
type Platform struct {
	Service, Environment, Host string
	PID, Thread, Version       string
	Format                     string // name of the format, for example "rails.text"
	// Container, Pod, Namespace come from carriers and file names.
	Container, Pod, Namespace string
}

// Origin is the place of a record in its source.
type Origin struct {
	Source *Source
	Offset int64 // of the first line, in bytes of the (decompressed) source
	Lines  int32 // physical lines of the record; 0 counts as 1
	Index  int32 // of this event within its line
	// Mark is set by whoever hands lines to the parser and comes out with the event: the acknowledgement of the chunk
	// that holds the record's first line.
	Mark Marker
	// Held says that the joiner kept the event beyond the step it was parsed in: it has called Mark.Add(1) then, so that
	// the chunk is not acknowledged before the event is. If such an event is not handed on in the end (it became part of
	// another), the joiner calls Mark.Done(1).
	Held bool
}

// Marker is the acknowledgement of a chunk: Add says that n more events of it are under way, Done that n are settled.
// Safe for concurrent use. Its dynamic type is a pointer, so it costs no allocation.
type Marker interface {
	Add(n int)
	Done(n int)
}

// Level is the severity of a log line.
type Level uint8

// The levels, in order of severity. LevelNone means that the line gave none.
const (
	LevelNone Level = iota
	LevelTrace
	LevelDebug
	LevelInfo
	LevelWarn
	LevelError
	LevelFatal
)

var levelNames = [...]string{"", "trace", "debug", "info", "warn", "error", "fatal"}

// String returns the name written to the event, "" for LevelNone.
func (l Level) String() string { return levelNames[l] }

// Outcome tells whether what the event reports went well.
type Outcome uint8

// The outcomes. OutcomeNone is absent from the output: the event reports nothing that could fail.
const (
	OutcomeNone Outcome = iota
	OutcomeSuccess
	OutcomeFailure
	OutcomeUnknown
)

var outcomeNames = [...]string{"", "success", "failure", "unknown"}

// String returns the name written to the event.
func (o Outcome) String() string { return outcomeNames[o] }

// Duration is a length of time that may be unknown. Nanoseconds.
type Duration struct {
	NS  int64
	Set bool
}

// Reset makes e ready for the next line and keeps the capacity of its slices. What stood in them is cleared: a string left
// behind would keep the chunk it is a piece of in memory, also one beyond the end of a slice that was shortened.
func (e *Event) Reset() {
	one := [1]Event{*e}
	reset(one[:])
	*e = one[0]
}

// reset does for one event what Reset does. As a slice it is cleared at the speed of memory.
func reset(one []Event) {
	e := &one[0]
	m, c := &e.Metadata, &e.Correlation
	idents, changes, timing, extra, fields, trunc := e.Idents, m.Changes, m.Timing, m.Extra, m.Fields, m.Truncated
	procs, merged := c.Processes, c.Merged
	clear(one)
	if cap(idents) > 0 {
		clear(idents[:cap(idents)])
		e.Idents = idents[:0]
	}
	if cap(changes) > 0 {
		clear(changes[:cap(changes)])
		m.Changes = changes[:0]
	}
	if cap(timing) > 0 {
		clear(timing[:cap(timing)])
		m.Timing = timing[:0]
	}
	if cap(extra) > 0 {
		clear(extra[:cap(extra)])
		m.Extra = extra[:0]
	}
	if cap(fields) > 0 {
		clear(fields[:cap(fields)])
		m.Fields = fields[:0]
	}
	if cap(trunc) > 0 {
		clear(trunc[:cap(trunc)])
		m.Truncated = trunc[:0]
	}
	if cap(procs) > 0 {
		clear(procs[:cap(procs)])
		c.Processes = procs[:0]
	}
	if cap(merged) > 0 {
		c.Merged = merged[:0]
	}
}

// AddIdent appends an id for correlate; empty values are ignored.
func (e *Event) AddIdent(kind IdentKind, name, value string) {
	if value != "" {
		e.Idents = append(e.Idents, Ident{kind, name, value})
	}
}

// Ident returns the first id of the kind, "" when there is none.
func (e *Event) Ident(kind IdentKind) string {
	for i := range e.Idents {
		if e.Idents[i].Kind == kind {
			return e.Idents[i].Value
		}
	}
	return ""
}

// AddExtra sets a named piece of metadata beyond the fixed ones.
func (e *Event) AddExtra(key string, v Value) {
	e.Metadata.Extra = append(e.Metadata.Extra, Field{key, v})
}

// AddField keeps an unrecognised field.
func (e *Event) AddField(key string, v Value) {
	e.Metadata.Fields = append(e.Metadata.Fields, Field{key, v})
}

// Failed reports whether the event tells of a failure: an error level, a 5xx status or a failed outcome.
func (e *Event) Failed() bool {
	return e.Metadata.Level >= LevelError || e.Metadata.Status >= 500 || e.Metadata.Outcome == OutcomeFailure && e.Metadata.Status < 400
}
