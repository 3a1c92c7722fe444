package cmd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/schema"
	"github.com/ezlogs/ezlogs/tailer"
)

// Where a filter keeps few flows of large files, most of their text need not be understood. Files of our own events tell the
// flow of every line by its name, and which names are one flow by records of their own. So a first reading looks at the bytes
// alone: it finds the flows that may match and learns which names are theirs. A second one carries the lines of these flows,
// whole and with their places, through the pipeline, which decides. What it shows is what it shows when everything is read.

// skipFrom is the size of the input from which the first reading pays.
const skipFrom = 8 << 20

// skipHead is the number of lines of every file that are read in any case: what is learned from them must not depend on what is
// passed over.
const skipHead = debugview.LearnEvents

// maxSkipNames bounds the names of flows that are remembered. With more than that to show, everything may as well be read.
const maxSkipNames = 1 << 19

// errReadAll says that what is read tells too little, or too many flows are asked for: everything is to be read.
var errReadAll = errors.New("everything is to be read")

// flowName is the text of a flow's name behind "flow_".
type flowName [26]byte

// skipper knows the flows that may match.
type skipper struct {
	may     func(line []byte) bool // whether a line is of a flow that may match
	flows   map[flowName]struct{}
	unions  map[flowName]flowName // names that stand for other names; followed to the end they are one flow
	lines   int
	hits    int
	read    int64 // of which the second reading carried so much on
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
			wants = append(wants, []byte(id))
		}
		s.may = func(line []byte) bool {
			name := flowText(line)
			for _, w := range wants {
				if bytes.HasPrefix(name, w) || merges(line) && bytes.Contains(line, append([]byte("flow_"), w...)) {
					return true
				}
			}
			return false
		}
	case v.Errors || v.Failed:
		s.may = mayFail
	case v.Subject != "" || v.Actor != "":
		want := quotedID(v.Subject)
		if v.Subject == "" {
			want = quotedID(v.Actor)
		}
		if want == nil || cfg.Security.MaskIP {
			return nil
		}
		s.may = func(line []byte) bool { return bytes.Contains(line, want) }
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

// The marks that our encoder writes.
var (
	ownBegin  = []byte(`{"event_id":"`)
	ownFlow   = []byte(`"flow_id":"flow_`)
	ownLink   = []byte(`"link":"`)
	ownMerged = []byte(`"event_type":"flow.merged"`)
	ownTime   = []byte(`"timestamp":"`)
	ownLevel  = []byte(`"level":"`)
	ownStatus = []byte(`"status":`)
	ownDur    = []byte(`"duration":`)
	dead      = []byte(`"dead":true`)
	fail      = []byte("fail")
	discarded = []byte("discarded")
	raised    = []byte("raised")
	retried   = []byte("retried")
)

// flowText returns the 26 characters of the name of the line's flow, nil when it has none that our encoder wrote.
func flowText(line []byte) []byte {
	i := bytes.Index(line, ownFlow)
	if i < 0 {
		return nil
	}
	rest := line[i+len(ownFlow):]
	if len(rest) < 27 || rest[26] != '"' || strings.IndexByte("048cgmrw", rest[25]) < 0 { // 128 bits leave two of the last one unused
		return nil
	}
	return rest[:26]
}

// mayFail reports whether a line may tell of a failure. It errs on the side of yes.
func mayFail(line []byte) bool {
	for rest := line; ; {
		i := bytes.Index(rest, ownStatus)
		if i < 0 || i+len(ownStatus) == len(rest) {
			break
		}
		rest = rest[i+len(ownStatus):]
		if rest[0] < '0' || rest[0] > '4' {
			return true
		}
	}
	for rest := line; ; {
		i := bytes.Index(rest, ownLevel)
		if i < 0 || i+len(ownLevel) == len(rest) {
			break
		}
		rest = rest[i+len(ownLevel):]
		if c := rest[0]; c != 'i' && c != 'd' && c != 'w' && c != 't' {
			return true
		}
	}
	return bytes.Contains(line, fail) || bytes.Contains(line, discarded) || bytes.Contains(line, raised) || bytes.Contains(line, retried) ||
		bytes.Contains(line, dead)
}

// within returns what tells lines of flows that may have begun in a time: those of its events that tell of it, and of what took
// longer than a quarter of an hour.
func within(since, until int64) func(line []byte) bool {
	const layout = "2006-01-02T15:04:05"
	from, to := []byte(nil), []byte(nil)
	if since != 0 {
		from = []byte(time.Unix(0, since).UTC().Format(layout))
	}
	if until != 0 {
		to = []byte(time.Unix(0, until).Add(1001 * time.Second).UTC().Format(layout))
	}
	return func(line []byte) bool {
		i := bytes.Index(line, ownTime)
		if i < 0 || len(line) < i+len(ownTime)+len(layout) {
			return true
		}
		at := line[i+len(ownTime):][:len(layout)]
		if from != nil && bytes.Compare(at, from) < 0 {
			return false
		}
		return to == nil || bytes.Compare(at, to) <= 0 || long(line)
	}
}

// long reports whether a line tells of something that took a thousand seconds or longer.
func long(line []byte) bool {
	i := bytes.Index(line, ownDur)
	if i < 0 {
		return false
	}
	digits := 0
	for _, c := range line[i+len(ownDur):] {
		if c < '0' || c > '9' {
			break
		}
		digits++
	}
	return digits >= 4
}

// merges reports whether a line is a record of ours that names are one flow.
func merges(line []byte) bool { return bytes.Contains(line[:min(len(line), 300)], ownMerged) }

// own reports whether a line is an event that our encoder wrote, and returns the name of its flow.
func own(line []byte) (name flowName, ok bool) {
	if !bytes.HasPrefix(line, ownBegin) {
		return name, false
	}
	text := flowText(line)
	if text == nil {
		return name, false
	}
	copy(name[:], text)
	return name, bytes.Contains(line, ownLink) || bytes.Contains(line, ownMerged)
}

// find reads the files for the flows that may match. It returns errReadAll when everything is to be read.
func (s *skipper) find(ctx context.Context, paths []string, maxLine int) error {
	total := int64(0)
	for _, p := range paths {
		st, err := os.Stat(p)
		if err != nil || !st.Mode().IsRegular() {
			return errReadAll
		}
		total += st.Size()
	}
	parser := schema.NewParser(schema.Config{})
	var events []schema.Event
	for _, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			return errReadAll
		}
		l := &lineReader{r: f, maxLine: maxLine}
		for ctx.Err() == nil {
			block, _, err := l.next()
			if err != nil {
				f.Close()
				if errors.Is(err, io.EOF) {
					break
				}
				return errReadAll
			}
			for len(block) > 0 {
				n := bytes.IndexByte(block, '\n')
				line, rest := block, []byte(nil)
				if n >= 0 {
					line, rest = block[:n], block[n+1:]
				}
				block = rest
				name, ok := own(line)
				if !ok {
					f.Close()
					return errReadAll
				}
				s.lines++
				if merges(line) {
					parser.Start(schema.NewSource("", "", nil, nil), time.Time{})
					events = parser.Parse(events[:0], string(line), 0, nil)
					if !s.learn(name, events) {
						f.Close()
						return errReadAll
					}
				}
				if s.may(line) {
					s.hits++
					s.flows[name] = struct{}{}
				}
			}
			if len(s.flows)+len(s.unions) > maxSkipNames || s.lines > 10_000 && s.hits > s.lines/2 {
				f.Close()
				return errReadAll
			}
		}
		f.Close()
	}
	if ctx.Err() != nil {
		return nil
	}
	roots := map[flowName]struct{}{}
	for n := range s.flows {
		roots[s.root(n)] = struct{}{}
	}
	s.flows = roots
	return nil
}

// learn takes in a record that names are one flow.
func (s *skipper) learn(name flowName, events []schema.Event) bool {
	if len(events) != 1 {
		return false
	}
	for _, m := range events[0].Correlation.Merged {
		var other flowName
		copy(other[:], m.String()[len("flow_"):])
		if a, b := s.root(name), s.root(other); a != b {
			s.unions[b] = a
		}
	}
	return true
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
func (s *skipper) wants(line []byte) bool {
	name, ok := own(line)
	if !ok {
		return true // was not there at the first reading
	}
	_, ok = s.flows[s.root(name)]
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

// skipBlock is read at a time: large reads cost the least.
const skipBlock = 512 << 10

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
			l.buf = make([]byte, skipBlock)
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
	files []*skipFile
}

// skipFile is one file of a skipFeed.
type skipFile struct {
	f     *os.File
	lines *lineReader
	ack   *tailer.Token
	src   *tailer.Source
	head  int // lines of the head that were read
}

// skipChunk is the text a chunk may have: enough to be worth a worker's turn.
const skipChunk = 128 << 10

func newSkipFeed(of *onceFeed, s *skipper, maxLine int) *skipFeed {
	k := &skipFeed{onceFeed: of, s: s, files: make([]*skipFile, len(of.readers))}
	for i := range k.files {
		k.files[i] = &skipFile{lines: &lineReader{maxLine: maxLine}}
	}
	return k
}

func (k *skipFeed) close() {
	for _, f := range k.files {
		if f.f != nil {
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
	f, s := k.files[i], &k.sources[i]
	if s.src == nil {
		first, err := k.readers[i].Next() // tells what the source is
		if err != nil {
			return nil, err
		}
		f.src, f.ack = first.Source, first.Ack
		if f.f, err = os.Open(f.src.Path); err != nil {
			return nil, err
		}
		f.lines.r = f.f
		s.src = k.name(f.src)
		s.src.Order = i
		s.now = readTime(f.src.Path)
	}
	var text []byte
	var offsets []int64
	for len(text) < skipChunk && ctx.Err() == nil {
		block, at, err := f.lines.next()
		if err != nil {
			if len(text) > 0 {
				break // comes again
			}
			return nil, err
		}
		k.s.read += int64(len(block))
		for len(block) > 0 {
			n := bytes.IndexByte(block, '\n') + 1
			if n == 0 {
				n = len(block)
			}
			if f.head < skipHead || k.s.wants(bytes.TrimSuffix(block[:n], []byte{'\n'})) {
				text = append(text, block[:n]...)
				offsets = append(offsets, at)
			}
			f.head++
			at += int64(n)
			block = block[n:]
		}
	}
	if len(text) == 0 && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	k.s.carried += int64(len(text))
	f.ack.Add(1)
	return &chunk{Chunk: &tailer.Chunk{Source: f.src, Text: string(text), Ack: f.ack}, offsets: offsets, src: s.src, queue: i, now: s.now}, nil
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
	size := int64(0)
	for _, r := range once.Readers {
		src := r.Source()
		if src.Size < 0 {
			return false, nil // standard input, or something else that is read once
		}
		paths = append(paths, src.Path)
		size += src.Size
	}
	if size < skipFrom {
		return false, nil
	}
	maxLine := int(d.cfg.Input.MaxLineSize)
	if err := s.find(ctx, paths, maxLine); err != nil {
		return !errors.Is(err, errReadAll), err
	}
	feed := newSkipFeed(newOnceFeed(once.Readers, d.cfg.workers()+2, d.names.name, failed), s, maxLine)
	defer feed.close()
	var m *merger
	if len(once.Readers) > 1 {
		m = newMerger(len(once.Readers), feed.taken)
	} else {
		feed.limit = len(feed.sources) + 1<<30 // the pipeline's own bounds are enough
	}
	err = newPipeline(d.cfg, feed, m, to, enc, correlate.New(d.cfg.correlate()), false).run(ctx)
	d.passed = s.read - s.carried
	d.bytes.Store(s.read)
	return true, err
}
