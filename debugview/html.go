package debugview

import (
	"cmp"
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"html"
	"slices"
	"strconv"
	"strings"
)

//go:embed page/page.css
var pageCSS string

//go:embed page/page.js
var pageJS string

// maxReportEvents is the number of events in a report. Beyond it failed flows, the slowest and a sample are kept.
const maxReportEvents = 20_000

// reportFlow is a flow of a report.
type reportFlow struct {
	start  int64
	rank   int // failed first, then retried, the rest
	dur    int64
	events int
	id     string
	html   string
}

// htmlLayout collects flows for one page.
type htmlLayout struct {
	flows  []reportFlow
	events int
	left   int // flows left out
	b      []byte
}

func (l *htmlLayout) event(*View, *flow, *step) {}

func (l *htmlLayout) flow(v *View, t *tree) {
	rank := 2
	switch t.state {
	case failed:
		rank = 0
	case retried:
		rank = 1
	}
	l.b = v.appendFlowHTML(l.b[:0], t, rank < 2)
	l.flows = append(l.flows, reportFlow{t.start, rank, t.duration(), len(t.order), t.f.id.String(), string(l.b)})
	if l.events += len(t.order); l.events > 2*maxReportEvents {
		l.prune()
	}
}

// prune keeps the flows most worth having: failed, the slowest, and of the rest those with the least id, which is a hash.
func (l *htmlLayout) prune() {
	slowest := slices.Clone(l.flows)
	slices.SortStableFunc(slowest, func(a, b reportFlow) int { return cmp.Compare(b.dur, a.dur) })
	limit := slowest[min(len(slowest)-1, 200)].dur
	slices.SortStableFunc(l.flows, func(a, b reportFlow) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(boolInt(a.dur < limit), boolInt(b.dur < limit)), cmp.Compare(a.id, b.id))
	})
	n := 0
	for i := range l.flows {
		if n += l.flows[i].events; n > maxReportEvents {
			n -= l.flows[i].events
			l.left += len(l.flows) - i
			clear(l.flows[i:])
			l.flows = l.flows[:i]
			break
		}
	}
	l.events = n
}

func (l *htmlLayout) end(v *View) {
	if l.events > maxReportEvents {
		l.prune()
	}
	slices.SortStableFunc(l.flows, func(a, b reportFlow) int { return cmp.Compare(a.start, b.start) })
	b := v.appendPageHead(v.out.b, len(l.flows), false)
	for i := range l.flows {
		b = append(b, l.flows[i].html...)
	}
	b = v.appendPageFoot(b, l.left)
	v.out.b = b
	v.out.started = true
	v.out.flush()
}

// cspHash returns the source expression that allows s.
func cspHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// appendPageHead appends everything before the first flow.
func (v *View) appendPageHead(b []byte, flows int, live bool) []byte {
	csp := "default-src 'none'; base-uri 'none'; form-action 'none'; style-src " + cspHash(pageCSS) + "; script-src " + cspHash(pageJS)
	if live {
		csp += "; connect-src 'self'"
	}
	b = append(b, "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">"...)
	b = append(b, "<meta http-equiv=Content-Security-Policy content=\""+csp+"\"><title>ezlogs flows</title><style>"+pageCSS+"</style>"...)
	b = append(b, "<header><h1>ezlogs flows</h1><span id=shown>"...)
	b = strconv.AppendInt(b, int64(flows), 10)
	b = append(b, "</span><input aria-label=Filter placeholder=\"Filter: text, id, status>=500, duration>500ms\">"...)
	b = append(b, "<button name=e aria-pressed=false>errors</button><button name=s aria-pressed=false>slow</button><button name=q aria-pressed=false>quiet</button></header><main data-slow="...)
	b = strconv.AppendInt(b, int64(max(v.cfg.Slow.HTTP.Milliseconds(), 1)), 10)
	if live {
		b = append(b, " data-live=1"...)
	}
	return append(b, ">\n"...)
}

// appendPageFoot appends everything after the last flow.
func (v *View) appendPageFoot(b []byte, left int) []byte {
	b = append(b, "</main><footer>"...)
	if left > 0 {
		b = append(b, "<p>"+count(int64(left))+" further flows are left out: failed flows, the slowest and a sample of the others are here.</p>"...)
	}
	color, ascii, started := v.cfg.ErrColor, v.cfg.ASCII, v.out.started
	v.cfg.ErrColor, v.cfg.ASCII, v.out.started = false, false, false
	b = append(b, "<pre>"+html.EscapeString(string(v.summaryText()))+"</pre>"...)
	v.cfg.ErrColor, v.cfg.ASCII, v.out.started = color, ascii, started
	b = append(b, "<p>made by ezlogs"...)
	if v.cfg.Version != "" {
		b = append(b, " "+html.EscapeString(v.cfg.Version)...)
	}
	if !v.cfg.Made.IsZero() {
		b = append(b, ", "+v.cfg.Made.UTC().Format("2006-01-02 15:04 MST")...)
	}
	if len(v.cfg.Files) > 0 {
		b = append(b, ", from "+html.EscapeString(clean(strings.Join(v.cfg.Files, ", "), false))...)
	}
	if n := total(v.total().Redacted); n > 0 {
		b = append(b, "; "+count(n)+plur(n, " value")+" replaced by redaction"...)
	}
	return append(b, "</p></footer><script>"+pageJS+"</script></html>\n"...)
}

// appendFlowHTML appends a flow as a details element. Text of the log stands in it escaped and nowhere else.
func (v *View) appendFlowHTML(b []byte, t *tree, opened bool) []byte {
	name, status, reason := t.headText(v)
	text, story := name+status+reason, ""
	if t.f.continues == nil {
		if head, _ := v.story.headline(t); head != "" {
			text, story = head, v.story.full(t)
		}
	}
	b = append(b, "<details id=\""+t.shortOrContinued()+"\" data-s="+t.state.String()+" data-n="...)
	b = strconv.AppendInt(b, int64(t.events), 10)
	b = append(b, " data-d="...)
	b = strconv.AppendFloat(b, ms(max(t.end-t.start, 0)), 'f', -1, 64)
	if t.root >= 0 && t.rows[t.root].status > 0 {
		b = strconv.AppendInt(append(b, " data-t="...), int64(t.rows[t.root].status), 10)
	}
	if t.quiet {
		b = append(b, " data-q=1"...)
	}
	if opened {
		b = append(b, " open"...)
	}
	b = append(b, "><summary><span class=st-"+t.state.String()+">"+stateSigns[t.state]+"</span><span class=n>"...)
	b = v.appendClock(b, t.start)
	b = append(b, "</span><span class=w>"+html.EscapeString(text)+"</span><span class=n>"...)
	if d := t.duration(); d >= 0 {
		b = append(appendDuration(b, d), "  "...)
	}
	b = append(b, strconv.Itoa(t.events)+" ev  "+t.shortOrContinued()+"</span></summary><ol>\n"...)
	for _, i := range t.order {
		b = v.appendRowHTML(b, t, &t.rows[i])
	}
	b = append(b, "</ol>"...)
	if story != "" && !strings.HasPrefix(story, text+".") {
		b = append(b, "<div class=story>» "+html.EscapeString(story)+"</div>"...)
	}
	return append(b, "</details>\n"...)
}

// barUnits is the width of the picture of a bar: tenths of a percent of the room there is.
const barUnits = 1000

func percent(n int) string { return string(appendDecimal(nil, int64(n), 1)) + "%" }

func (v *View) appendRowHTML(b []byte, t *tree, r *row) []byte {
	class := r.kind.String()
	if r.failed {
		class = `"` + class + ` x"`
	}
	name, suffix := r.name(v)
	b = append(b, "<li class="+class+"><b>"+r.kind.String()+"</b><i>"+strings.Repeat("  ", min(int(r.depth), maxIndent))+html.EscapeString(name+suffix)+"</i>"...)
	b = append(b, "<svg>"...)
	at, w, q := t.place(r, barUnits)
	if q >= 0 {
		b = append(b, "<rect class=q x="+percent(q)+" width="+percent(at-q)+" />"...)
	}
	b = append(b, "<rect x="+percent(at)+" width="+percent(w)+" /></svg><em>"...)
	l := treeLayout{}
	took, _ := l.took(v, t, r)
	b = append(b, took+"</em>"...)
	if r.d == nil {
		return append(b, "</li>\n"...)
	}
	if (r.failed || r.kind == kindError) && !t.toldBelow(r) {
		text := errorText(r.d)
		if r.kind == kindError {
			text = r.d.message
		}
		if text != "" {
			b = append(b, "<pre class=e>"+html.EscapeString(text)+"</pre>"...)
		}
		if len(r.d.stack) > 0 {
			b = append(b, "<pre>"+html.EscapeString(strings.Join(r.d.stack, "\n"))+"</pre>"...)
		}
	}
	for _, c := range r.d.changes {
		b = append(b, "<pre>"+html.EscapeString(c.field+": "+c.old+" → "+c.new)+"</pre>"...)
	}
	for _, x := range r.d.show {
		b = append(b, "<pre>"+html.EscapeString(x.name+"="+x.value)+"</pre>"...)
	}
	return append(b, "</li>\n"...)
}

// place returns where the bar of r begins and how long it is, of units, and where its wait begins, -1 without one.
func (t *tree) place(r *row, units int) (at, width, wait int) {
	total := t.end - t.start
	if total <= 0 {
		return 0, 1, -1
	}
	least := max(2, units/250) // else it could not be seen
	pos := func(ns int64) int {
		return max(0, min(int(float64(ns-t.start)/float64(total)*float64(units)), units-least))
	}
	at, wait = pos(r.start), -1
	end := r.end
	if r.count > 1 && r.dur >= 0 {
		end = min(r.start+r.dur, t.end)
	}
	width = max(least, min(int(float64(end-r.start)/float64(total)*float64(units)), units-at))
	if r.waits && r.waitFrom >= t.start && r.waitFrom < r.start {
		wait = pos(r.waitFrom)
	}
	return at, width, wait
}
