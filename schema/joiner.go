package schema

import "time"

// The limits of a record of several lines and of the joiner's memory.
const (
	maxRecordLines = 512
	maxRecordBytes = 256 << 10
	maxOpenBlocks  = 10_000
	maxStreams     = 4096

	recordIdle = int64(time.Second)      // a record's next line is waited for this long
	blockIdle  = int64(60 * time.Second) // an open block's next line
	blockLate  = int64(time.Second)      // lines that carriers delivered late, behind the end of their block
	readLag    = int64(60 * time.Second) // a line without time was written about when it was read, unless its block is older
	blockLook  = int64(100 * time.Millisecond)
	errorLag   = int64(100 * time.Millisecond) // how long behind Completed the exception of a request without tag is logged
	blockKnown = int64(10 * time.Second)       // how long a closed block is still the parent of late lines
)

// Joiner makes records of several lines into one event: stack traces and statements, Rails requests, physical lines that a
// carrier cut. It takes events in order, source by source as they come, and hands on complete ones. Memory and time
// are bounded: what is unfinished at the limit is handed on as it is, a request with outcome unknown. One goroutine uses it
// at a time.
//
// Joins are made within one source and stream only. What the joiner keeps beyond a call of Push is a copy of its own.
type Joiner struct {
	config Config
	parser *Parser // for lines that were cut, and JSON over several lines
	now    int64

	streams map[streamKey]*stream
	last    *stream // the stream used last
	held    int     // streams with a record
	headed  bool    // a W3C log has described its lines
	scratch *Event  // of readColumns
	waits   int64   // since when the first of them may have waited

	counts queryCounts

	blocks         map[blockKey]*block
	oldest, newest *block // by last line
	open           int
	due            []*block // scratch of expire
	expired        int64    // when expire looked last
}

// streamKey names what was written by one writer.
type streamKey struct {
	src  *Source
	name string
}

// stream is what the joiner remembers of one writer.
type stream struct {
	key streamKey
	rec openRecord

	// disordered: a line of a block came before the line that opens it, so carriers deliver late here.
	disordered bool
	// done is the last block without tag that ended, while nothing but its own lines came after it.
	done *block
	// time is that of the last request without tag, for lines without time that follow it.
	time Time
	// failedJob is the job that failed last, which may be enqueued again.
	failedJob string
	// cut is what was collected of a physical line that the carrier cut.
	cut fragment
	// columns is what a W3C log has said of its lines; software and date are what it said of itself.
	columns        *w3cLayout
	software, date string
}

// NewJoiner returns a joiner for lines written in the world of c.
func NewJoiner(c Config) *Joiner {
	return &Joiner{config: c, streams: make(map[streamKey]*stream), blocks: make(map[blockKey]*block)}
}

// Push takes the next event and calls emit for every event that is complete, in order. An emitted event is valid until
// the caller is done with the step: it is e itself, or one that the joiner gives away.
func (j *Joiner) Push(e *Event, emit func(*Event)) {
	if j.config.CountQueries {
		emit = j.counting(emit)
	}
	if e.Join.Kind == w3cHeader {
		j.headed = true
		j.streamOf(e).header(e.Join.Text)
	} else if j.headed {
		if st := j.known(e); st != nil {
			j.readColumns(st, e)
		}
	}
	if j.held > 0 {
		if st := j.known(e); st != nil && (st.rec.e != nil || st.cut.e != nil) {
			if j.continued(st, e, emit) {
				return
			}
			j.endRecord(st, emit)
		}
	}
	switch e.Join.Role {
	case Whole:
		if !e.Join.Followed && !e.Join.Single {
			j.hold(e)
			return
		}
		emit(e)
	case Continues:
		j.stray(e, emit)
	case Fragment:
		j.fragment(e, emit)
	default:
		j.block(e, emit)
	}
}

// Advance tells the joiner that the clock (log time with several files merged, else the wall clock), in nanoseconds,
// has come to now: records that waited too long are handed on. It costs nothing when there are none.
func (j *Joiner) Advance(now int64, emit func(*Event)) {
	if j.config.CountQueries {
		emit = j.counting(emit)
	}
	if j.now == 0 {
		for _, st := range j.streams {
			st.rec.since = now
		}
		j.waits = now
		for b := j.oldest; b != nil; b = b.newer {
			b.seen = now
		}
	}
	j.now = max(j.now, now)
	if j.held > 0 && j.now-j.waits >= recordIdle {
		j.waits = j.now
		for _, st := range j.sorted() {
			if j.now-st.rec.since >= recordIdle && !st.rec.opensExport() {
				j.endRecord(st, emit)
			} else {
				j.waits = min(j.waits, st.rec.since)
			}
		}
	}
	j.expire(emit)
}

// Flush hands on everything: the input has ended.
func (j *Joiner) Flush(emit func(*Event)) {
	if j.config.CountQueries {
		emit = j.counting(emit)
	}
	for j.held > 0 { // a line that became whole may be a record with further lines itself
		for _, st := range j.sorted() {
			j.endRecord(st, emit)
		}
	}
	for j.oldest != nil {
		j.end(j.oldest, emit)
	}
}

// known returns the stream of e if there is one already.
func (j *Joiner) known(e *Event) *stream {
	if st := j.last; st != nil && st.key.src == e.Origin.Source && st.key.name == e.Join.Stream {
		return st
	}
	st := j.streams[streamKey{e.Origin.Source, e.Join.Stream}]
	if st != nil {
		j.last = st
	}
	return st
}

// streamOf returns the stream of e.
func (j *Joiner) streamOf(e *Event) *stream {
	if st := j.known(e); st != nil {
		return st
	}
	if len(j.streams) >= maxStreams {
		for k, st := range j.streams {
			if !st.waiting() && (st.columns == nil || len(j.streams) >= 4*maxStreams) {
				delete(j.streams, k)
			}
		}
	}
	st := &stream{key: streamKey{e.Origin.Source, cloneText(e.Join.Stream)}}
	j.streams[st.key] = st
	j.last = st
	return st
}

func (st *stream) waiting() bool { return st.rec.e != nil || st.cut.e != nil }
