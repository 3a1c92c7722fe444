package cmd

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"strings"
	"time"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/tailer"
)

// Where a filter keeps few flows of large files, most of their text need not be understood. Files of our own events tell the
// flow of every line by its name, and which names are one flow by records of their own. So a first reading looks at the bytes
// alone: it finds the flows that may match and learns which names are theirs. A second one carries the lines of these flows,
// whole and with their places, through the pipeline, which decides. What it shows is what it shows when everything is read.

// skipFrom is the size of the input from which the first reading pays.
const skipFrom = 5 << 19

// skipHead is the number of lines of every file that are read in any case: what is learned from them must not depend on what is
// passed over.
const skipHead = debugview.LearnEvents

// maxSkipNames bounds the names of flows that are remembered. With more than that to show, everything may as well be read.
const maxSkipNames = 1 << 19

// errReadAll says that what is read tells too little, or too many flows are asked for: everything is to be read.
var errReadAll = errors.New("everything is to be read")

// flowName is the text of a flow's name behind "flow_", enough of it to tell flows apart.
type flowName [16]byte

// skipper knows the flows that may match.
type skipper struct {
	may    func(l *ownLine) bool // whether a line is of a flow that may match
	flows  map[flowName]struct{}
	unions map[flowName]flowName // names that stand for other names; followed to the end they are one flow
	lines  int
	hits   int

	blocks [][]*skipBlock // of each file
	few    []flowName     // all names of the flows, if there are few
	all    bool           // there are many: every block is read again

	size    int64 // of all files; the second reading carries so much of it on
	carried int64
}

// newSkipper returns what passes over flows that cfg's filters leave out, nil if they do not tell by bytes alone.
func newSkipper(cfg *Config, v *debugview.Config) *skipper {
	if len(cfg.Formats) > 0 || cfg.Performance.SampleRate < 1 || cfg.Correlation.Completed || v.By != "" || v.Journeys {
		return nil // these look at more than the flows that are shown
	}
	if v.Summary == "only" || v.Summary == "json" || v.Sort == "settle" {
		return nil
	}
	s := &skipper{flows: map[flowName]struct{}{}, unions: map[flowName]flowName{}}
	switch {
	case len(v.Flows) > 0:
		var wants [][]byte
		for _, id := range v.Flows {
			if id = strings.TrimPrefix(id, "flow_"); id == "" || strings.HasPrefix(id, "latest") {
				return nil
			}
			wants = append(wants, []byte("flow_"+id))
		}
		s.may = func(l *ownLine) bool {
			for _, w := range wants {
				if bytes.HasPrefix(l.flow, w) || l.merges() && bytes.Contains(l.flow, w) {
					return true
				}
			}
			return false
		}
	case v.Errors || v.Failed:
		s.may = (*ownLine).mayFail
	case v.Subject != "" || v.Actor != "":
		want := quotedID(v.Subject)
		if v.Subject == "" {
			want = quotedID(v.Actor)
		}
		if want == nil || cfg.Security.MaskIP {
			return nil
		}
		s.may = func(l *ownLine) bool { return bytes.Contains(l.who, want) }
	case v.Since != 0 || v.Until != 0:
		s.may = within(v.Since, v.Until)
	default:
		return nil
	}
	return s
}

// quotedID returns the id of "type:id" as it stands in a line, nil if a line may spell it otherwise.
func quotedID(s string) []byte {
	if _, id, ok := strings.Cut(s, ":"); ok {
		s = id
	}
	if s == "" || s == "*" || strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "" {
		return nil
	}
	return []byte(`"` + s + `"`)
}

// ownLine is a line that our encoder wrote, cut where it is the same in all of them.
type ownLine struct {
	time     []byte
	kind     []byte // event_type
	who      []byte // action, actor, subject
	flow     []byte // the name, and the rest of correlation
	metadata []byte // its members, and what comes behind
}

// The marks between these. None of them can be part of a text, whose quotes are escaped.
var (
	markTime     = []byte(`,"timestamp":"`)
	markKind     = []byte(`,"event_type":"`)
	markFlow     = []byte(`{"flow_id":"flow_`)
	markLink     = []byte(`link":"`)
	markMetadata = []byte(`metadata":{`)
	kindMerged   = []byte("flow.merged")
)

// cutOwn cuts a line. It returns false if our encoder has not written it.
func cutOwn(line []byte, l *ownLine) bool {
	const begin = `{"event_id":"`
	if len(line) < len(begin) || string(line[:len(begin)]) != begin {
		return false
	}
	var ok bool
	if _, line, ok = cutText(line[len(begin):]); !ok || !bytes.HasPrefix(line, markTime) {
		return false
	}
	if l.time, line, ok = cutText(line[len(markTime):]); !ok || !bytes.HasPrefix(line, markKind) {
		return false
	}
	if l.kind, line, ok = cutText(line[len(markKind):]); !ok {
		return false
	}
	i := bytes.Index(line, markFlow)
	if i < 0 {
		return false
	}
	l.who, line = line[:i], line[i+len(markFlow)-len("flow_"):]
	// 128 bits leave two of the last character unused.
	if len(line) < 32 || line[31] != '"' || strings.IndexByte("048cgmrw", line[30]) < 0 || !bytes.Contains(line[31:], markLink) {
		return false
	}
	l.flow = line
	if i = bytes.Index(line[31:], markMetadata); i < 0 {
		return false
	}
	l.metadata = line[31+i+len(markMetadata):]
	return true
}

// cutText cuts b behind a quote that no backslash stands before.
func cutText(b []byte) (text, rest []byte, ok bool) {
	i := bytes.IndexByte(b, '"')
	if i <= 0 || b[i-1] == '\\' {
		return nil, nil, false
	}
	return b[:i], b[i+1:], true
}

func (l *ownLine) name() (n flowName) {
	copy(n[:], l.flow[len("flow_"):])
	return n
}

// merges reports whether the line is a record of ours that names are one flow.
func (l *ownLine) merges() bool { return bytes.Equal(l.kind, kindMerged) }

// mayFail reports whether the line may tell of a failure. It errs on the side of yes.
func (l *ownLine) mayFail() bool {
	switch string(l.kind) {
	case "job.failed", "job.discarded", "job.retried", "mail.failed", "error.raised":
		return true
	}
	m := l.metadata
	if rest, ok := bytes.CutPrefix(m, []byte(`"level":"`)); ok {
		level, rest, ok := cutText(rest)
		if !ok || level[0] == 'e' || level[0] == 'f' {
			return true
		}
		m = bytes.TrimPrefix(rest, []byte{','})
	}
	if rest, ok := bytes.CutPrefix(m, []byte(`"message":`)); ok {
		n := skipQuoted(rest)
		if n < 0 {
			return true
		}
		m = bytes.TrimPrefix(rest[n:], []byte{','})
	}
	if rest, ok := bytes.CutPrefix(m, []byte(`"duration":`)); ok {
		n := bytes.IndexAny(rest, ",}")
		if n < 0 {
			return true
		}
		m = bytes.TrimPrefix(rest[n:], []byte{','})
	}
	if rest, ok := bytes.CutPrefix(m, []byte(`"outcome":"`)); ok {
		outcome, rest, ok := cutText(rest)
		if !ok || outcome[0] == 'f' {
			return true
		}
		m = bytes.TrimPrefix(rest, []byte{','})
	}
	if rest, ok := bytes.CutPrefix(m, []byte(`"status":`)); ok {
		return len(rest) < 4 || rest[0] > '4' || rest[3] >= '0' && rest[3] <= '9'
	}
	return false
}

// skipQuoted returns the length of the text in quotes at the beginning of b, -1 if there is none.
func skipQuoted(b []byte) int {
	if len(b) == 0 || b[0] != '"' {
		return -1
	}
	for at := 1; ; {
		n := bytes.IndexByte(b[at:], '"')
		if n < 0 {
			return -1
		}
		at += n + 1
		slashes := 0
		for b[at-2-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return at
		}
	}
}

// within returns what tells lines of flows that may have begun in a time: those of its events that tell of it, and of what took
// longer than a quarter of an hour.
func within(since, until int64) func(l *ownLine) bool {
	const layout = "2006-01-02T15:04:05"
	from, to := []byte(nil), []byte(nil)
	if since != 0 {
		from = []byte(time.Unix(0, since).UTC().Format(layout))
	}
	if until != 0 {
		to = []byte(time.Unix(0, until).Add(1001 * time.Second).UTC().Format(layout))
	}
	return func(l *ownLine) bool {
		if len(l.time) < len(layout) {
			return true
		}
		at := l.time[:len(layout)]
		if from != nil && bytes.Compare(at, from) < 0 {
			return false
		}
		return to == nil || bytes.Compare(at, to) <= 0 || l.long()
	}
}

// long reports whether the line tells of something that took a thousand seconds or longer.
func (l *ownLine) long() bool {
	const mark = `"duration":`
	i := bytes.Index(l.metadata, []byte(mark))
	if i < 0 {
		return false
	}
	digits := 0
	for _, c := range l.metadata[i+len(mark):] {
		if c < '0' || c > '9' {
			break
		}
		digits++
	}
	return digits >= 4
}

// skipBlock is a run of whole lines and the names that are in it, in a Bloom filter.
type skipBlock struct {
	at    int64
	size  int
	open  bool // it ends in the middle of a line, which is read in any case
	names [256]uint64
}

// bits returns the two places of a name in the filter. Names are hashes, so their characters will do.
func (n *flowName) bits() (a, b uint32) {
	mix := func(s []byte) uint32 {
		x := binary.LittleEndian.Uint64(s) * 0x9e3779b97f4a7c15
		return uint32(x >> (64 - 14))
	}
	return mix(n[:8]), mix(n[8:])
}

func (k *skipBlock) add(n flowName) {
	a, b := n.bits()
	k.names[a/64] |= 1 << (a % 64)
	k.names[b/64] |= 1 << (b % 64)
}

// has reports whether one of the names may be in the block.
func (k *skipBlock) has(names []flowName) bool {
	if k.open {
		return true
	}
	for i := range names {
		a, b := names[i].bits()
		if k.names[a/64]>>(a%64)&1 != 0 && k.names[b/64]>>(b%64)&1 != 0 {
			return true
		}
	}
	return false
}

// maxFewNames is the number of names up to which blocks without them are not read again.
const maxFewNames = 256

// find reads the files for the flows that may match. It returns errReadAll when everything is to be read.
func (s *skipper) find(ctx context.Context, paths []string, maxLine int) error {
	for i, p := range paths {
		s.blocks = append(s.blocks, nil)
		if err := s.findIn(ctx, i, p, maxLine); err != nil {
			return err
		}
	}
	roots := map[flowName]struct{}{}
	for n := range s.flows {
		roots[s.root(n)] = struct{}{}
	}
	few := len(roots) <= maxFewNames
	for n := range s.unions {
		if _, ok := roots[s.root(n)]; ok && few {
			s.few = append(s.few, n)
		}
	}
	if few = few && len(s.few) <= maxFewNames; few {
		for n := range roots {
			s.few = append(s.few, n)
		}
	} else {
		s.few = nil
	}
	s.all = !few
	s.flows = roots
	return nil
}

func (s *skipper) findIn(ctx context.Context, i int, path string, maxLine int) error {
	f, err := os.Open(path)
	if err != nil {
		return errReadAll
	}
	defer f.Close()
	r := &lineReader{r: f, maxLine: maxLine}
	var l ownLine
	for {
		block, at, err := r.next()
		switch {
		case ctx.Err() != nil || errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return errReadAll
		}
		b := &skipBlock{at: at, size: len(block)}
		ended := block[len(block)-1] == '\n'
		s.blocks[i] = append(s.blocks[i], b)
		var line []byte
		for len(block) > 0 {
			line, block = nextLine(block)
			if !cutOwn(line, &l) {
				if block == nil && !ended && bytes.HasPrefix(line, []byte(`{"event_id":"`)) {
					b.open = true // the last line is still being written
					break
				}
				return errReadAll
			}
			s.lines++
			name := l.name()
			b.add(name)
			if l.merges() {
				s.learn(name, &l)
			}
			if s.may(&l) {
				s.hits++
				s.flows[name] = struct{}{}
			}
		}
		if len(s.flows)+len(s.unions) > maxSkipNames || s.lines > 10_000 && s.hits > s.lines/2 {
			return errReadAll
		}
	}
}

// nextLine cuts the first line off b, without its newline.
func nextLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte{'\n'})
	return line, rest
}

// learn takes in a record that names are one flow.
func (s *skipper) learn(name flowName, l *ownLine) {
	for rest := l.flow[32:]; ; {
		i := bytes.Index(rest, []byte(`"flow_`))
		if i < 0 || len(rest) < i+32 {
			return
		}
		rest = rest[i+6:]
		var other flowName
		copy(other[:], rest)
		if a, b := s.root(name), s.root(other); a != b {
			s.unions[b] = a
		}
	}
}

// root follows a name to the one that stands for its flow.
func (s *skipper) root(n flowName) flowName {
	to, ok := s.unions[n]
	if !ok {
		return n
	}
	for {
		next, ok := s.unions[to]
		if !ok {
			break
		}
		s.unions[n] = next // halves the way for the next time
		n, to = to, next
	}
	return to
}

// wants reports whether a line is of a flow that may match.
func (s *skipper) wants(line []byte, l *ownLine) bool {
	if !cutOwn(line, l) {
		return true // was not there at the first reading
	}
	name := l.name()
	if len(s.unions) > 0 {
		name = s.root(name)
	}
	_, ok := s.flows[name]
	return ok
}

// lineReader yields runs of whole lines in one buffer.
type lineReader struct {
	r       io.Reader
	maxLine int
	buf     []byte
	start   int // of what was not handed out
	end     int
	at      int64 // position of buf[start]
	err     error
}

// skipRead is read at a time: large reads cost the least.
const skipRead = 512 << 10

// next returns lines and the position of the first; they are valid until the next call. io.EOF comes after the last.
func (l *lineReader) next() ([]byte, int64, error) {
	for {
		if n := bytes.LastIndexByte(l.buf[l.start:l.end], '\n') + 1; n > 0 {
			return l.take(n)
		}
		if l.err != nil {
			if errors.Is(l.err, io.EOF) && l.start < l.end {
				return l.take(l.end - l.start)
			}
			return nil, 0, l.err
		}
		if l.end-l.start > l.maxLine {
			return nil, 0, errReadAll
		}
		if l.buf == nil {
			l.buf = make([]byte, skipRead)
		}
		if l.start > 0 {
			l.end = copy(l.buf, l.buf[l.start:l.end])
			l.start = 0
		}
		if l.end == len(l.buf) {
			l.buf = append(l.buf, make([]byte, len(l.buf))...)
		}
		n, err := l.r.Read(l.buf[l.end:])
		l.end += n
		l.err = err
	}
}

func (l *lineReader) take(n int) ([]byte, int64, error) {
	at, from := l.at, l.start
	l.start += n
	l.at += int64(n)
	return l.buf[from : from+n], at, nil
}

// skipFeed is a onceFeed that hands on the lines of the skipper's flows alone.
type skipFeed struct {
	*onceFeed
	s     *skipper
	files []skipFile
	buf   []byte
}

// skipFile is one file of a skipFeed.
type skipFile struct {
	f    *os.File
	next int // block
	ack  *tailer.Token
	src  *tailer.Source
	head int // lines that were looked at, as far as skipHead
}

// skipChunk is the text a chunk may have: enough to be worth a worker's turn.
const skipChunk = 64 << 10

func newSkipFeed(of *onceFeed, s *skipper) *skipFeed {
	return &skipFeed{onceFeed: of, s: s, files: make([]skipFile, len(of.readers))}
}

func (k *skipFeed) close() {
	for i := range k.files {
		if f := &k.files[i]; f.f != nil {
			f.f.Close()
		}
	}
}

func (k *skipFeed) next(ctx context.Context) (*chunk, error) {
	stop := context.AfterFunc(ctx, k.cond.Broadcast)
	defer stop()
	i, ok := k.choose(ctx)
	if !ok {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return nil, io.EOF
	}
	c, err := k.read(ctx, i)
	if err != nil {
		if !errors.Is(err, io.EOF) {
			k.failed(k.readers[i].Source().Path, err)
		}
		k.mu.Lock()
		k.sources[i].done = true
		k.mu.Unlock()
		return &chunk{queue: i, closes: true}, nil
	}
	return c, nil
}

// read collects the next lines of a file that are wanted.
func (k *skipFeed) read(ctx context.Context, i int) (*chunk, error) {
	f, s := &k.files[i], &k.sources[i]
	if s.src == nil {
		first, err := k.readers[i].Next() // tells what the source is
		if err != nil {
			return nil, err
		}
		f.src, f.ack = first.Source, first.Ack
		if f.f, err = os.Open(f.src.Path); err != nil {
			return nil, err
		}
		s.src = k.name(f.src)
		s.src.Order = i
		s.now = readTime(f.src.Path)
	}
	var text []byte
	var offsets []int64
	for ; len(text) < skipChunk && f.next < len(k.s.blocks[i]) && ctx.Err() == nil; f.next++ {
		block := k.s.blocks[i][f.next]
		if f.head >= skipHead && !k.s.all && !block.has(k.s.few) {
			continue
		}
		if block.size > len(k.buf) {
			k.buf = make([]byte, block.size)
		}
		b := k.buf[:block.size]
		if _, err := f.f.ReadAt(b, block.at); err != nil {
			return nil, err
		}
		text, offsets = k.pick(f, b, block.at, text, offsets)
	}
	if len(text) == 0 {
		return nil, cmp.Or(ctx.Err(), io.EOF)
	}
	k.s.carried += int64(len(text))
	f.ack.Add(1)
	return &chunk{Chunk: &tailer.Chunk{Source: f.src, Text: string(text), Ack: f.ack}, offsets: offsets, src: s.src, queue: i, now: s.now}, nil
}

// pick appends the lines of b, which stands at a position, that are wanted.
func (k *skipFeed) pick(f *skipFile, b []byte, at int64, text []byte, offsets []int64) ([]byte, []int64) {
	var l ownLine
	for len(b) > 0 {
		line, rest := nextLine(b)
		n := len(b) - len(rest)
		if f.head < skipHead || k.s.wants(line, &l) {
			text = append(text, b[:n]...)
			offsets = append(offsets, at)
		}
		f.head++
		at += int64(n)
		b = rest
	}
	return text, offsets
}

// runSkipping is runOnce for filters that keep few flows. It reports whether it could; if not, nothing has been shown.
func (d *debugRun) runSkipping(ctx context.Context, to sink, enc func() encoder, failed func(string, error)) (bool, error) {
	s := newSkipper(d.cfg, &d.vcfg)
	if s == nil || d.c.Bool("read-all") || d.c.IsSet("expect") || d.c.IsSet("record") || d.c.IsSet("fail-on") || d.c.Bool("tui") || d.c.Bool("web") {
		return false, nil
	}
	once, err := tailer.OpenOnce(d.cfg.tailer(d.paths), d.env.Stdin)
	if err != nil {
		return true, err
	}
	defer once.Close()
	var paths []string
	for _, r := range once.Readers {
		src := r.Source()
		if src.Size < 0 {
			return false, nil // standard input, or something else that is read once
		}
		paths = append(paths, src.Path)
		s.size += src.Size
	}
	if s.size < skipFrom {
		return false, nil
	}
	maxLine := int(d.cfg.Input.MaxLineSize)
	if err := s.find(ctx, paths, maxLine); err != nil {
		return !errors.Is(err, errReadAll), err
	}
	feed := newSkipFeed(newOnceFeed(once.Readers, d.cfg.workers()+2, d.names.name, failed), s)
	defer feed.close()
	var m *merger
	if len(once.Readers) > 1 {
		m = newMerger(len(once.Readers), feed.taken)
	} else {
		feed.limit = math.MaxInt // the pipeline's own bounds are enough
	}
	err = newPipeline(d.cfg, feed, m, to, enc, correlate.New(d.cfg.correlate()), false).run(ctx)
	d.passed = s.size - s.carried
	d.bytes.Store(s.size)
	return true, err
}
