package debugview

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// state is how a flow went.
type state uint8

// The states.
const (
	fine    state = iota
	retried       // finished, but something failed on the way
	failed
	open // unfinished, as far as the log tells
)

var stateNames = [...]string{"fine", "retried", "failed", "open"}

func (s state) String() string { return stateNames[s] }

// row is a line of a tree: one step, several equal ones, or the steps that tell of one run of a job.
type row struct {
	step       *step // the first of its steps
	label      string
	subject    string // id of what it is about, "" for several
	d          *detail
	start, end int64 // nanoseconds; end == start when the duration is unknown
	dur        int64 // its own, of equal steps together; -1 unknown
	waitFrom   int64 // begin of the wait in a queue, when waits
	own        int64 // dur without that of its children
	parent     int32 // index of a row, -1 none
	into       int32 // row that shows this one, when folded
	after      int32 // row of the run of the job before this one, -1 none
	depth      int32
	kids       int32
	count      int32
	things     int32 // what equal steps are about
	try        int32 // which run of the job, 1 for the first
	status     int16
	kind       kind
	failed     bool
	warn       bool
	waits      bool
	willRetry  bool
	dead       bool
	queued     bool // enqueued, never seen to start
	running    bool // started, never seen to end
	lost       bool // started, then started again: how it ended nobody logged
	n1         bool
	orphan     bool // its parent was never seen
	guessed    bool // its parent is a guess
	skewed     bool // it began before its parent
	match      bool
	folded     bool // shown as part of another row
	last       bool // no sibling follows
}

// tree is a flow that has settled. It is reused: valid until the next one is built.
type tree struct {
	f          *flow
	rows       []row
	order      []int32 // rows as they are shown, depth first
	root       int32   // row, -1 when none could be one
	start, end int64
	state      state
	cutShort   bool // shown before it settled
	reason     string
	n1         []int32 // rows with N+1
	orphans    int
	cycles     int
	doubles    int
	roots      int
	quiet      bool
	why        int32 // row that made the state what it is, -1 none
	retried    bool  // what failed was tried again
	events     int
	matches    int

	// Scratch.
	rowAt  []int32 // row of every step, -1 none
	sorted []int32
	jobs   []int32
	ids    []idRow
	byID   map[key]int32
	kids   []int32
	marks  []uint8
}

type idRow struct {
	id  key
	row int32
}

// short is the part of the flow's id that is shown and taken by --flow.
func (t *tree) short() string { return shortID(t.f) }

func shortID(f *flow) string {
	s := f.id.String()
	if len(s) > 11 {
		return s[5:11]
	}
	return s
}

// duration is the time from the first start to the last end, -1 when no step has one.
func (t *tree) duration() int64 {
	if t.end > t.start {
		return t.end - t.start
	}
	for i := range t.rows {
		if t.rows[i].dur >= 0 {
			return 0
		}
	}
	return -1
}

// build makes the tree of f.
func (v *View) build(f *flow, cutShort bool) *tree {
	t := &v.tree
	*t = tree{
		f: f, rows: t.rows[:0], order: t.order[:0], root: -1, why: -1, cutShort: cutShort, events: f.events, n1: t.n1[:0],
		sorted: t.sorted[:0], jobs: t.jobs[:0], ids: t.ids[:0], byID: t.byID, kids: t.kids[:0], marks: t.marks[:0], rowAt: t.rowAt[:0],
	}
	v.learn(f)
	t.collect(v)
	t.adopt()
	t.align()
	t.arrange()
	t.fold(v.cfg.N1)
	t.walk()
	t.judge()
	if f.continues != nil {
		t.resume()
	}
	t.quiet = t.isQuiet(&v.cfg)
	return t
}

// collect makes the rows and finds the time that each took.
func (t *tree) collect(v *View) {
	steps := t.f.steps
	for i := range steps {
		t.sorted = append(t.sorted, int32(i))
		t.rowAt = append(t.rowAt, -1)
	}
	start := func(i int32) int64 { s, _ := v.span(&steps[i]); return s }
	slices.SortStableFunc(t.sorted, func(a, b int32) int {
		if c := cmp.Compare(start(a), start(b)); c != 0 {
			return c
		}
		if c := cmp.Compare(steps[a].kind, steps[b].kind); c != 0 {
			return c
		}
		return cmp.Compare(steps[a].label, steps[b].label)
	})
	useMap := len(steps) > 24
	if useMap {
		if t.byID == nil {
			t.byID = map[key]int32{}
		}
		clear(t.byID)
	}
	for _, i := range t.sorted {
		s := &steps[i]
		if at := t.rowOf(s.id, useMap); at >= 0 && t.rows[at].step.label == s.label && t.rows[at].step.at == s.at && s.id != (key{}) {
			t.doubles++
			continue
		}
		if s.kind == kindJob && s.phase != phaseNone {
			t.jobs = append(t.jobs, i)
			continue
		}
		from, to := v.span(s)
		t.rowAt[i] = t.add(s, from, to)
		t.remember(s.id, t.rowAt[i], useMap)
	}
	if len(t.jobs) > 0 {
		t.runs(v, useMap)
	}
}

// add appends the row of s.
func (t *tree) add(s *step, from, to int64) int32 {
	t.rows = append(t.rows, row{
		step: s, label: s.label, subject: s.subject, d: s.d, start: from, end: to, dur: s.dur, parent: -1, after: -1, count: 1, things: 1, status: s.status, kind: s.kind,
		failed: s.flags&flagFailed != 0, warn: s.flags&flagWarn != 0, dead: s.flags&flagDead != 0, willRetry: s.flags&flagWillRetry != 0,
	})
	r := &t.rows[len(t.rows)-1]
	if s.d != nil && s.d.wait >= 0 {
		r.waits, r.waitFrom = true, from-s.d.wait
	}
	if s.kind == kindLog && s.flags&flagWarn != 0 {
		r.warn = true
	}
	return int32(len(t.rows) - 1)
}

func (t *tree) remember(id key, at int32, useMap bool) {
	if id == (key{}) {
		return
	}
	if useMap {
		t.byID[id] = at
		return
	}
	t.ids = append(t.ids, idRow{id, at})
}

// rowOf returns the row that the event of that id is part of, -1 if it is none.
func (t *tree) rowOf(id key, useMap bool) int32 {
	if id == (key{}) {
		return -1
	}
	if useMap {
		if at, ok := t.byID[id]; ok {
			return at
		}
		return -1
	}
	for i := range t.ids {
		if t.ids[i].id == id {
			return t.ids[i].row
		}
	}
	return -1
}

// run is a job as seen so far.
type run struct {
	job      uint64
	row      int32 // of its last run
	first    int32 // of its first
	enqueued int64 // time of the last enqueue that no run has followed, 0 none
	told     int64 // time of the last event that told of an end
	tries    int32
	running  bool
	queued   bool
}

// sameEnd is how long after the end of a run another event may tell of that end, nanoseconds: what failed, then that it will be
// tried again. An end that comes later is that of another run, whose start nobody logged.
const sameEnd = 1e9

// again reports whether s tells once more how the last run of r ended.
func (t *tree) again(r *run, s *step) bool {
	if r.row < 0 || r.queued {
		return false
	}
	limit := int64(sameEnd)
	if s.digits == 0 {
		limit += sameEnd // the second may have ended in between
	}
	if r.told != 0 && s.at-r.told > limit {
		return false
	}
	for i := range t.rows {
		// A worker that takes the job in between is about to run it.
		if m := &t.rows[i]; m.kind == kindMessage && m.step.job != 0 && m.step.job == s.job && m.start > r.told && m.start < s.at && r.told != 0 {
			return false
		}
	}
	return true
}

// runs makes one row of the steps that tell of one run of a job.
func (t *tree) runs(v *View, useMap bool) {
	steps := t.f.steps
	slices.SortStableFunc(t.jobs, func(a, b int32) int {
		if c := cmp.Compare(steps[a].at, steps[b].at); c != 0 {
			return c
		}
		return cmp.Compare(steps[a].phase, steps[b].phase)
	})
	var list []run
	for _, i := range t.jobs {
		s := &steps[i]
		at := slices.IndexFunc(list, func(r run) bool { return s.job != 0 && r.job == s.job })
		if p := t.rowOf(s.parent, useMap); at < 0 && p >= 0 {
			// One queue's name for a job may be another than its library's; then the event that it follows tells.
			at = slices.IndexFunc(list, func(r run) bool {
				return r.row == p && sameJob(t.rows[p].label, s.label) && (r.queued && s.phase != phaseEnqueued || r.job == 0 && s.job == 0)
			})
			if at >= 0 && s.job != 0 {
				list[at].job = s.job
			}
		}
		if at < 0 {
			list = append(list, run{job: s.job, row: -1, first: -1})
			at = len(list) - 1
		}
		r := &list[at]
		t.phase(v, r, s)
		t.rowAt[i] = r.row
		t.remember(s.id, r.row, useMap)
	}
}

// sameJob reports whether two names may stand for one job: a job that sends mails is named by its class, or by its mailer.
func sameJob(a, b string) bool {
	const class = "ActionMailer::"
	return a == b || strings.Contains(a, "#") && strings.HasPrefix(b, class) || strings.Contains(b, "#") && strings.HasPrefix(a, class)
}

// phase adds what s tells to the job's rows.
func (t *tree) phase(v *View, r *run, s *step) {
	begin := func(from, to int64) *row {
		prev := r.row
		if r.queued {
			q := &t.rows[r.row]
			q.waits, q.waitFrom, q.start, q.end, q.queued = true, q.start, from, to, false
			if !strings.Contains(q.label, "#") {
				q.label = s.label
			}
			if q.d == nil {
				q.d = s.d
			}
			r.queued = false
			r.tries++
			q.try = r.tries
			return q
		}
		r.row = t.add(s, from, to)
		q := &t.rows[r.row]
		if prev >= 0 && t.rows[prev].running {
			t.rows[prev].running, t.rows[prev].lost = false, true
		}
		if prev >= 0 && strings.Contains(t.rows[prev].label, "#") {
			q.label = t.rows[prev].label
		}
		r.tries++
		q.try = max(int32(s.attempt), r.tries)
		switch {
		case prev < 0:
			r.first = r.row
			r.enqueued = 0
			return q
		case r.enqueued != 0 && r.enqueued <= from:
			q.waits, q.waitFrom = true, min(r.enqueued, t.rows[prev].end)
		default:
			q.waits, q.waitFrom = true, t.rows[prev].end
		}
		q.waits = q.waitFrom <= from
		q.after = prev
		r.enqueued = 0
		return q
	}
	switch s.phase {
	case phaseEnqueued:
		if r.row >= 0 {
			r.enqueued = s.at
			return
		}
		r.row = t.add(s, s.at, s.at)
		r.first = r.row
		r.queued = true
		q := &t.rows[r.row]
		q.queued, q.dur, q.waits = true, -1, false
	case phaseStarted:
		q := begin(s.at, s.at)
		q.running, q.dur = true, -1
		r.running = true
	case phaseRetried:
		if r.row < 0 || !r.running {
			if t.again(r, s) {
				t.rows[r.row].willRetry = true
				t.blame(r.row, s)
				return
			}
			from, to := v.span(s)
			begin(from, to)
		}
		t.ended(r, s)
		q := &t.rows[r.row]
		q.failed, q.willRetry = true, true
	default:
		switch {
		case r.running:
		case s.phase == phaseDiscarded && r.row >= 0 && !r.queued:
			t.rows[r.row].dead, t.rows[r.row].failed = true, true
			t.blame(r.row, s)
			return
		case s.phase == phaseFailed && r.row >= 0 && !r.queued && t.rows[r.row].failed && s.dur < 0 && r.enqueued == 0 && t.again(r, s):
			t.blame(r.row, s) // the same failure told twice
			return
		default:
			from, to := v.span(s)
			begin(from, to)
		}
		t.ended(r, s)
	}
}

// ended puts the end of a run, told by s, into the job's last row.
func (t *tree) ended(r *run, s *step) {
	q := &t.rows[r.row]
	r.told = s.at
	switch {
	case s.dur >= 0:
		q.dur = s.dur
		q.end = max(q.start+s.dur, q.end)
	case r.running:
		q.end = max(s.at, q.start)
		q.dur = q.end - q.start
	}
	q.running, r.running = false, false
	q.failed = s.flags&flagFailed != 0
	q.dead = q.dead || s.flags&flagDead != 0
	q.willRetry = q.willRetry || s.flags&flagWillRetry != 0
	t.blame(r.row, s)
}

// blame gives a row the error that s tells of, unless it has one.
func (t *tree) blame(at int32, s *step) {
	q := &t.rows[at]
	if s.d != nil && (q.d == nil || q.d.class == "" && q.d.message == "") {
		q.d = s.d
	}
}

// maxNested is the number of runs of one job that are drawn one under the other.
const maxNested = 5

// clockNoise is how far clocks may be apart before it is worth a mark, nanoseconds.
const clockNoise = 5e6

// adopt gives every row its parent and finds the root.
func (t *tree) adopt() {
	useMap := len(t.f.steps) > 24
	for i := range t.rows {
		r := &t.rows[i]
		if r.after >= 0 {
			// A retry stands under the run that made it necessary; after some of them the tree stays as deep as it is.
			if r.parent = r.after; r.try > maxNested {
				r.parent = t.rows[r.after].parent
			}
			continue
		}
		if r.step.parent == (key{}) {
			continue
		}
		p := t.rowOf(r.step.parent, useMap)
		if p < 0 {
			r.orphan = true
			continue
		}
		if p == int32(i) {
			p = -1
		}
		r.parent = p
	}
	t.breakCycles()
	best := 100
	for i := range t.rows {
		r := &t.rows[i]
		if r.parent >= 0 {
			continue
		}
		if rank := rootRank(r); rank < best || rank == best && r.start < t.rows[t.root].start {
			best, t.root = rank, int32(i)
		}
	}
	for i := range t.rows {
		r := &t.rows[i]
		if r.parent >= 0 || int32(i) == t.root {
			continue
		}
		root := &t.rows[t.root]
		switch {
		case r.orphan && !root.orphan:
			t.orphans++
			r.parent = t.root
		case r.orphan:
			t.orphans++
		case r.start >= root.start-clockNoise && r.end <= root.end+clockNoise && root.end > root.start:
			r.parent, r.guessed = t.root, true
			t.roots++
		default:
			t.roots++
		}
	}
	if t.root >= 0 && t.rows[t.root].orphan {
		t.orphans++
	}
}

// rootRank says how good a root r would be, less is better.
func rootRank(r *row) int {
	rank := 3
	switch r.kind {
	case kindHTTP:
		rank = 0
	case kindJob, kindUser, kindMessage, kindEvent:
		rank = 1
	case kindAPI:
		rank = 2
	}
	if r.orphan {
		rank += 10
	}
	return rank
}

// breakCycles makes a root of one row of every ring of parents.
func (t *tree) breakCycles() {
	const onPath, done = 1, 2
	t.marks = append(t.marks[:0], make([]uint8, len(t.rows))...)
	for i := range t.rows {
		at := int32(i)
		for at >= 0 && t.marks[at] == 0 {
			t.marks[at] = onPath
			at = t.rows[at].parent
		}
		cut := int32(-1)
		if at >= 0 && t.marks[at] == onPath {
			cut = at
			t.cycles++
		}
		for at = int32(i); at >= 0 && t.marks[at] == onPath; at = t.rows[at].parent {
			t.marks[at] = done
		}
		if cut >= 0 {
			t.rows[cut].parent, t.rows[cut].orphan = -1, false
		}
	}
}

// arrange sorts the rows by parent and start into t.kids.
func (t *tree) arrange() {
	t.kids = t.kids[:0]
	for i := range t.rows {
		t.kids = append(t.kids, int32(i))
	}
	slices.SortStableFunc(t.kids, func(a, b int32) int {
		ra, rb := &t.rows[a], &t.rows[b]
		if c := cmp.Compare(ra.parent, rb.parent); c != 0 {
			return c
		}
		if ra.parent < 0 && (a == t.root) != (b == t.root) {
			if a == t.root {
				return -1
			}
			return 1
		}
		if c := cmp.Compare(ra.start, rb.start); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	for i := range t.rows {
		r := &t.rows[i]
		if r.dur >= 0 {
			r.own = r.dur
		}
	}
	for i := range t.rows {
		r := &t.rows[i]
		if r.parent < 0 {
			continue
		}
		p := &t.rows[r.parent]
		p.kids++
		if over := min(r.end, p.end) - max(r.start, p.start); over > 0 {
			p.own = max(0, p.own-over)
		}
		if r.start < p.start-clockNoise {
			r.skewed = true
		}
		// Nobody logged when the job was put into its queue: the end of what caused it is the latest that can have been.
		if r.kind == kindJob && !r.waits && !r.queued && p.end > p.start && r.start > p.end && !r.guessed && !r.orphan {
			r.waits, r.waitFrom = true, p.end
		}
	}
}

// fold makes one row of equal siblings.
func (t *tree) fold(n1 int) {
	for i := 0; i < len(t.kids); {
		j := i + 1
		for j < len(t.kids) && t.rows[t.kids[j]].parent == t.rows[t.kids[i]].parent {
			j++
		}
		if j-i > 1 {
			t.foldSiblings(t.kids[i:j])
		}
		i = j
	}
	for i := range t.rows {
		r := &t.rows[i]
		if r.folded || r.count == 1 {
			continue
		}
		switch r.kind {
		case kindSQL:
			if int(r.count) >= n1 {
				r.n1 = true
				t.n1 = append(t.n1, int32(i))
			}
		case kindDB, kindUser, kindEvent:
			n, subject := t.things(int32(i))
			r.things, r.subject = int32(n), subject
		}
	}
	slices.SortFunc(t.n1, func(a, b int32) int {
		return cmp.Or(cmp.Compare(t.rows[b].count, t.rows[a].count), cmp.Compare(a, b))
	})
}

func (t *tree) foldSiblings(list []int32) {
	for n, i := range list {
		r := &t.rows[i]
		if r.step.fold == 0 || r.kids > 0 || r.failed || r.folded || i == t.root {
			continue
		}
		// Looking back further than this would cost more than the rows it saves.
		for _, j := range list[max(0, n-64):n] {
			q := &t.rows[j]
			if q.step.fold != r.step.fold || q.folded || q.kids > 0 || q.failed || q.parent != r.parent || q.orphan != r.orphan || j == t.root {
				continue
			}
			q.count++
			q.end = max(q.end, r.end)
			if r.dur >= 0 {
				q.dur = max(q.dur, 0) + r.dur
				q.own += r.dur
			}
			q.warn = q.warn || r.warn
			if q.kind == kindAPI && q.label != r.label {
				q.label = route(q.label)
			}
			r.folded, r.into = true, j
			if r.parent >= 0 {
				t.rows[r.parent].kids--
			}
			break
		}
	}
}

// walk lists the rows depth first.
func (t *tree) walk() {
	first := func(parent int32) int {
		n, _ := slices.BinarySearchFunc(t.kids, parent, func(i, p int32) int { return cmp.Compare(t.rows[i].parent, p) })
		return n
	}
	var down func(parent, depth int32)
	down = func(parent, depth int32) {
		for n := first(parent); n < len(t.kids) && t.rows[t.kids[n]].parent == parent; n++ {
			i := t.kids[n]
			r := &t.rows[i]
			if r.folded {
				continue
			}
			r.depth = depth
			t.order = append(t.order, i)
			if r.kids > 0 {
				down(i, depth+1)
			}
		}
	}
	down(-1, 0)
	t.markLast()
}

// markLast finds out which rows in t.order no sibling follows.
func (t *tree) markLast() {
	var follows [256]bool
	for n := len(t.order) - 1; n >= 0; n-- {
		r := &t.rows[t.order[n]]
		d := min(r.depth, 254)
		r.last = !follows[d]
		follows[d] = true
		for k := d + 1; follows[k] && k < 255; k++ {
			follows[k] = false
		}
	}
}

// judge decides how the flow went, and why.
func (t *tree) judge() {
	if t.root < 0 {
		return
	}
	root := &t.rows[t.root]
	rootFine := !root.failed && (root.status > 0 && root.status < 500 || root.step.flags&flagOutcome != 0 || root.kind == kindJob && !root.running && !root.queued) ||
		root.failed && root.kind == kindJob && t.recovered(t.root)
	var worst state
	var why *row
	blame := func(s state, i int) {
		if r := &t.rows[i]; s > worst || s == worst && why != nil && s != fine && better(r, why) {
			worst, why, t.why = s, r, int32(i)
		}
	}
	running := false
	for i := range t.rows {
		r := &t.rows[i]
		running = running || r.running
		if !r.failed {
			continue
		}
		switch {
		case int32(i) == t.root && r.kind != kindJob:
			blame(failed, i)
		case t.recovered(int32(i)), r.kind == kindJob && r.willRetry && !r.dead, t.ofTried(r):
			t.retried = true
			blame(retried, i)
		case r.kind == kindJob || r.kind == kindMail || !rootFine:
			blame(failed, i)
		default:
			blame(retried, i)
		}
	}
	t.state = worst
	if t.state != failed && (running || t.cutShort) {
		t.state = open
	}
	if why != nil {
		t.reason = reasonOf(why, t.state)
		if t.state == retried && t.ofTried(why) {
			t.reason = "retried: " + t.reason
		}
	}
}

// stateName is the state in a word; a flow that finished though something failed for good is partial.
func (t *tree) stateName() string {
	if t.state == retried && !t.retried {
		return "partial"
	}
	return t.state.String()
}

// ofTried reports whether r is the error of a run of a job that was tried again, with success.
func (t *tree) ofTried(r *row) bool {
	return r.kind == kindError && r.parent >= 0 && t.rows[r.parent].kind == kindJob && t.rows[r.parent].failed && t.recovered(r.parent)
}

// better reports whether r tells more about a failure than q does.
func better(r, q *row) bool {
	known := func(r *row) int {
		switch {
		case r.d == nil || r.d.class == "" && r.d.message == "":
			return 0
		case r.kind == kindError:
			return 2
		}
		return 1
	}
	return known(r) > known(q)
}

// recovered reports whether what failed in row at was done by a later row.
func (t *tree) recovered(at int32) bool {
	r := &t.rows[at]
	for i := range t.rows {
		q := &t.rows[i]
		if int32(i) == at || q.failed || q.kind != r.kind || q.start < r.start || q.queued || q.lost {
			continue
		}
		switch r.kind {
		case kindJob:
			if r.step.job != 0 && q.step.job == r.step.job || r.step.job == 0 && q.label == r.label && q.parent == r.parent {
				return true
			}
		case kindAPI, kindMail:
			if q.label == r.label {
				return true
			}
		}
	}
	return false
}

// reasonOf returns the words that stand behind the name of a flow that did not go well.
func reasonOf(r *row, s state) string {
	text := ""
	if r.d != nil {
		text = r.d.class
		if text == "" || s != failed && r.d.message != "" {
			text = errorText(r.d)
		}
	}
	if text == "" {
		switch {
		case r.kind == kindError || r.kind == kindLog:
			text = r.label
		case r.kind == kindHTTP && r.parent < 0:
			return ""
		case r.status > 0:
			text = r.label + " " + strconv.Itoa(int(r.status))
		default:
			text = r.label + " failed"
		}
	}
	switch {
	case r.kind == kindJob && r.willRetry && s == open:
		return "retry expected: " + text
	case s == retried && r.kind == kindJob:
		return "retried: " + text
	}
	return text
}

// errorText returns "class: message" as far as they are known.
func errorText(d *detail) string {
	switch {
	case d.class == "":
		return d.message
	case d.message == "" || d.message == d.class:
		return d.class
	}
	return d.class + ": " + d.message
}

// isQuiet reports whether the flow is worth one line only: a few reads, fast and fine.
func (t *tree) isQuiet(cfg *Config) bool {
	if t.state != fine || t.events > 3 || len(t.n1) > 0 || t.f.continues != nil || t.root < 0 || t.orphans+t.cycles > 0 || t.rows[t.root].kind == kindLog {
		return false
	}
	if limit := int64(cfg.Slow.HTTP); limit > 0 && t.end-t.start >= limit {
		return false
	}
	for i := range t.rows {
		if r := &t.rows[i]; r.step.flags&flagRead == 0 || r.failed || r.warn {
			return false
		}
	}
	return true
}
