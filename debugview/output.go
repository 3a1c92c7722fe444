package debugview

import (
	"cmp"
	"container/heap"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// output writes blocks. It remembers the first error and drops everything after it.
type output struct {
	pen
	w   io.Writer
	err error

	started   bool // something was written
	lastMulti bool // the last block had several lines
	quiet     []block
	quietN    int
	quietBy   map[string]int
	live      bool
}

// maxQuiet is the number of quiet flows in a row that are shown one by one.
const maxQuiet = 20

func newOutput(w io.Writer, cfg *Config) *output {
	return &output{
		w: w, live: cfg.Input != Files,
		pen: pen{color: cfg.Color, ascii: cfg.ASCII, codes: codesOf(cfg.Theme)},
	}
}

// flush hands everything to the writer.
func (o *output) flush() {
	if len(o.b) > 0 && o.err == nil {
		_, o.err = o.w.Write(o.b)
	}
	o.b = o.b[:0]
}

// block is the text of a flow.
type block struct {
	key   int64 // decides the order, then seq
	seq   int64
	text  []byte
	multi bool     // several lines
	lane  *laneRow // of the lanes layout, instead of text
	quiet string   // name of a quiet flow, to be counted when there are many
}

// block writes b, with a blank line where a block of several lines begins or ends.
func (o *output) block(b *block) {
	if b.quiet != "" {
		o.quietN++
		if o.quietN > maxQuiet {
			o.countQuiet(b)
			return
		}
		if !o.live {
			kept := *b
			kept.text = slices.Clone(b.text)
			o.quiet = append(o.quiet, kept)
			return
		}
	} else {
		o.endQuiet()
	}
	o.write(b.text, b.multi)
}

func (o *output) write(text []byte, multi bool) {
	if o.started && (multi || o.lastMulti) {
		o.b = append(o.b, '\n')
	}
	o.started, o.lastMulti = true, multi
	o.b = append(o.b, text...)
	if len(o.b) >= 64<<10 {
		o.flush()
	}
}

// countQuiet counts a flow of a long run of quiet ones instead of showing it.
func (o *output) countQuiet(b *block) {
	if o.quietBy == nil {
		o.quietBy = map[string]int{}
	}
	for i := range o.quiet {
		o.quietBy[o.quiet[i].quiet]++
	}
	o.quiet = o.quiet[:0]
	if len(o.quietBy) < 1000 || o.quietBy[b.quiet] > 0 {
		o.quietBy[b.quiet]++
	}
}

// endQuiet writes what a run of quiet flows comes to.
func (o *output) endQuiet() {
	n := o.quietN
	o.quietN = 0
	for i := range o.quiet {
		o.write(o.quiet[i].text, false)
	}
	o.quiet = o.quiet[:0]
	if n <= maxQuiet {
		clear(o.quietBy)
		return
	}
	more := ""
	if o.live {
		n -= maxQuiet
		more = "more "
	}
	names := make([]string, 0, len(o.quietBy))
	for name := range o.quietBy {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(o.quietBy[b], o.quietBy[a]), cmp.Compare(a, b)) })
	var list []string
	for i, name := range names {
		if i == 3 {
			list = append(list, "…")
			break
		}
		list = append(list, cut(name, 40)+" "+count(int64(o.quietBy[name])))
	}
	clear(o.quietBy)
	p := pen{color: o.color, ascii: o.ascii, codes: o.codes}
	p.put(roleDim, "  … "+count(int64(n))+" "+more+"quiet flows ("+strings.Join(list, ", ")+")")
	p.line()
	o.write(p.b, false)
}

// held keeps blocks until their turn.
type held struct {
	heap   blockHeap
	bytes  int
	seq    int64
	sorted bool // by start
	byEnd  bool // everything is written at the end
	last   []block
	shown  int
	spare  [][]byte
	lanes  *lanesLayout
}

// Bounds of what waits for earlier flows.
const (
	maxHeldBytes  = 48 << 20
	maxHeldBlocks = 50_000
)

type blockHeap []block

func (h blockHeap) Len() int { return len(h) }
func (h blockHeap) Less(i, j int) bool {
	return h[i].key < h[j].key || h[i].key == h[j].key && h[i].seq < h[j].seq
}
func (h blockHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *blockHeap) Push(x any)   { *h = append(*h, x.(block)) }
func (h *blockHeap) Pop() any {
	old := *h
	b := old[len(old)-1]
	old[len(old)-1] = block{}
	*h = old[:len(old)-1]
	return b
}

// put takes the text of a flow, which it copies.
func (h *held) put(v *View, b block, text []byte) {
	h.seq++
	b.seq = h.seq
	if !h.sorted && !h.byEnd {
		b.text = text
		h.emit(v, &b)
		return
	}
	if n := len(h.spare); n > 0 {
		b.text = append(h.spare[n-1][:0], text...)
		h.spare = h.spare[:n-1]
	} else {
		b.text = slices.Clone(text)
	}
	h.bytes += len(text)
	heap.Push(&h.heap, b)
	if h.byEnd {
		for h.bytes > 4*maxHeldBytes && len(h.heap) > 1 {
			h.drop()
		}
	}
}

// drop forgets the block that would come last of all; it is used when everything waits for the end.
func (h *held) drop() {
	worst := 0
	for i := range h.heap {
		if h.heap.Less(worst, i) {
			worst = i
		}
	}
	h.bytes -= len(h.heap[worst].text)
	heap.Remove(&h.heap, worst)
}

// release writes the blocks that begin before upTo, and those there is no room for.
func (h *held) release(v *View, upTo int64) {
	if h.byEnd && upTo != math.MaxInt64 {
		return
	}
	for len(h.heap) > 0 && (h.heap[0].key <= upTo || h.bytes > maxHeldBytes || len(h.heap) > maxHeldBlocks) {
		b := heap.Pop(&h.heap).(block)
		h.bytes -= len(b.text)
		h.emit(v, &b)
		if len(h.spare) < 64 && !v.cfg.Last {
			h.spare = append(h.spare, b.text)
		}
	}
}

// emit writes b, or keeps it while it may be one of the last.
func (h *held) emit(v *View, b *block) {
	n := v.cfg.Limit
	if n > 0 && v.cfg.Last {
		kept := *b
		kept.text = slices.Clone(b.text)
		if h.last = append(h.last, kept); len(h.last) > n {
			h.last = slices.Delete(h.last, 0, 1)
		}
		return
	}
	if n > 0 && h.shown >= n {
		v.limited = true
		return
	}
	h.shown++
	h.write(v, b)
	v.limited = n > 0 && h.shown >= n
}

// write hands b to the output.
func (h *held) write(v *View, b *block) {
	if b.lane != nil {
		h.lanes.row(v, b.lane)
		return
	}
	v.out.block(b)
}

// end writes what was kept.
func (h *held) end(v *View) {
	for i := range h.last {
		h.shown++
		h.write(v, &h.last[i])
	}
	h.last = nil
	v.out.endQuiet()
}

// earliest is the start of the earliest open flow, nanoseconds.
func (v *View) earliest() int64 {
	if f := v.byStart.min(); f != nil {
		return f.start - 1
	}
	return math.MaxInt64
}

func itoa(n int) string { return strconv.Itoa(n) }
