//go:build !notui

package debugview

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/gdamore/tcell/v2"
)

// twoPanes is the width from which list and flow stand side by side.
const twoPanes = 90

// put writes s at x, y, at most to cell end, and returns where it ends.
func (b *Browser) put(x, y, end int, style tcell.Style, s string) int {
	if x >= end {
		return x
	}
	if b.v.cfg.ASCII {
		s = string(appendASCII(nil, s))
	}
	s = cut(s, end-x)
	for s != "" {
		rest, w := b.screen.Put(x, y, s, style)
		if w == 0 || rest == s {
			break
		}
		x, s = x+w, rest
	}
	return x
}

// right writes s so that it ends at cell end.
func (b *Browser) rightText(y, end int, style tcell.Style, s string) {
	b.put(max(0, end-cells(s)), y, end, style, s)
}

// draw draws everything.
func (b *Browser) draw() {
	w, h := b.screen.Size()
	b.screen.Clear()
	b.screen.HideCursor()
	b.spots = b.spots[:0]
	if w < 20 || h < 6 {
		b.put(0, 0, w, b.styles[rolePlain], "too small")
		b.screen.Show()
		return
	}
	switch {
	case b.help:
		b.drawHelp(w, h)
	case w < twoPanes && b.pane != paneList:
		b.drawFlow(0, w, 0, h-1)
	default:
		b.drawHead(w)
		split := w
		if w >= twoPanes {
			split = w * 45 / 100
			b.rule(2, w, split, "┬")
			b.rule(h-2, w, split, "┴")
			for y := 3; y < h-2; y++ {
				b.put(split, y, w, b.styles[roleDim], "│")
			}
			b.drawFlow(split+1, w, 3, h-2)
		} else {
			b.rule(2, w, -1, "")
		}
		b.drawList(split, 3, h-2)
	}
	b.drawFoot(w, h)
	b.screen.Show()
}

// rule draws a line across the screen.
func (b *Browser) rule(y, w, split int, sign string) {
	line := []rune(strings.Repeat("─", w))
	if split >= 0 && split < w {
		line[split] = []rune(sign)[0]
	}
	b.put(0, y, w, b.styles[roleDim], string(line))
}

func (b *Browser) drawHead(w int) {
	how := "following ▶"
	switch {
	case b.paused, !b.follow && !b.finished:
		how = "paused · +" + count(int64(b.fresh)) + " new · G follows"
	case b.finished:
		how = "all read"
	case b.v.cfg.Input == Files:
		how = "reading ▶"
	}
	x := b.put(1, 0, w, b.styles[roleBold], "ezlogs debug")
	b.a.mu.Lock()
	states, n1, dropped, total := b.a.states, b.a.n1, b.a.dropped, b.a.next
	b.a.mu.Unlock()
	tail := "✗ " + itoa(states[failed]) + "   ▲ " + itoa(states[retried]) + "   N+1 " + itoa(n1) + " "
	room := max(10, w/4)
	files := clean(strings.Join(b.v.cfg.Files, " "), b.v.cfg.ASCII)
	switch {
	case files == "" || files == "-":
		files = "standard input"
	case cells(files) > room && len(b.v.cfg.Files) > 1:
		files = itoa(len(b.v.cfg.Files)) + " files"
	}
	if x+3+min(cells(files), room)+3+cells(how)+2+cells(tail) < w || w >= twoPanes {
		x = b.put(x+3, 0, w, b.styles[rolePlain], cut(files, room))
	}
	x = b.put(x+3, 0, w, b.styles[roleHTTP], how)
	flows := count(int64(total)) + plur(int64(total), " flow")
	if dropped > 0 {
		flows += "  " + count(int64(dropped)) + " dropped"
	}
	text := flows + "  " + count(b.events) + plur(b.events, " event")
	texts := []string{text, flows}
	if b.rate > 0 && !b.finished {
		texts = []string{text + "  " + count(b.rate) + "/s", text, flows}
	}
	for _, text := range texts { // the longest that there is room for
		if x+cells(text)+cells(tail)+5 < w {
			b.put(w-cells(tail)-cells(text)-3, 0, w, b.styles[rolePlain], text)
			break
		}
	}
	if x+cells(tail)+2 < w {
		at := w - cells(tail)
		at = b.put(at, 0, w, b.styles[roleFailed], "✗ "+itoa(states[failed]))
		at = b.put(at+3, 0, w, b.styles[roleRetried], "▲ "+itoa(states[retried]))
		b.put(at+3, 0, w, b.styles[rolePlain], "N+1 "+itoa(n1))
	}
	b.put(1, 1, w, b.styles[roleDim], "filter: "+b.filterText())
	b.rightText(1, w-1, b.styles[roleDim], itoa(len(b.list))+" of "+itoa(b.total)+" flows shown")
}

// filterText says what is left out.
func (b *Browser) filterText() string {
	var parts []string
	if b.expr != nil {
		parts = append(parts, clean(b.exprText, b.v.cfg.ASCII))
	} else if !b.quietToo {
		parts = append(parts, "not quiet")
	}
	if b.errors {
		parts = append(parts, "errors only")
	}
	if b.slow {
		parts = append(parts, "slow only")
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, " and ")
}

func (b *Browser) drawList(w, from, to int) {
	b.put(1, from, w, b.styles[roleDim], "time         flow")
	b.rightText(from, w-1, b.styles[roleDim], "dur  ev")
	rows := to - from - 1
	at := b.index()
	b.top = max(0, min(b.top, len(b.list)-rows))
	if at < b.top {
		b.top = at
	} else if at >= b.top+rows {
		b.top = at - rows + 1
	}
	for i := range rows {
		n := b.top + i
		if n >= len(b.list) {
			break
		}
		s := b.list[n]
		y := from + 1 + i
		b.spotOf(y, 0, w, paneList, n)
		x := b.put(1, y, w, b.styles[roleDim], b.listTime(n)+" ")
		x = b.put(x, y, w, b.styles[stateRoles[s.state]], stateSigns[s.state]+" ")
		name := s.name
		if s.n1 > 0 {
			name += " N+1"
		}
		took := ""
		if s.dur >= 0 {
			took = duration(s.dur)
		}
		tail := pad2(took, 8) + pad2(itoa(s.events), 4)
		b.find1(x, y, w-1-cells(tail), b.styles[rolePlain], name)
		b.put(w-1-cells(tail), y, w-1, b.styles[rolePlain], tail)
		if s == b.mark {
			b.put(w-1, y, w, b.styles[roleBold], "c")
		}
		if s == b.sel {
			b.cursor(0, 1, w-1, y, b.pane == paneList)
		}
	}
}

// cursor marks a row: with a sign, and in reverse where keys go to.
func (b *Browser) cursor(x, from, to, y int, here bool) {
	if !here {
		b.put(x, y, x+1, b.styles[roleDim], "▌")
		return
	}
	b.put(x, y, x+1, b.styles[roleBold], "▌")
	for i := from; i < to; {
		text, style, w := b.screen.Get(i, y)
		if text == "" {
			text = " "
		}
		b.screen.Put(i, y, text, style.Reverse(true))
		i += max(1, w)
	}
}

// pad2 returns s with blanks before it up to n cells.
func pad2(s string, n int) string { return strings.Repeat(" ", max(0, n-cells(s))) + s }

// find1 writes text with what is searched for underlined.
func (b *Browser) find1(x, y, end int, style tcell.Style, text string) int {
	if b.find == "" {
		return b.put(x, y, end, style, text)
	}
	text = cut(text, end-x)
	low := strings.ToLower(text)
	if len(low) != len(text) {
		return b.put(x, y, end, style, text)
	}
	for {
		i := strings.Index(low, strings.ToLower(b.find))
		if i < 0 || b.find == "" {
			return b.put(x, y, end, style, text)
		}
		x = b.put(x, y, end, style, text[:i])
		x = b.put(x, y, end, b.styles[roleHit], text[i:i+len(b.find)])
		text, low = text[i+len(b.find):], low[i+len(b.find):]
	}
}

// listTime is the first column of the list, as t chose it.
func (b *Browser) listTime(n int) string {
	s := b.list[n]
	switch timeKinds[b.times] {
	case "flow":
		return pad2("+"+since(s.start-b.list[0].start), 12)
	case "delta":
		return pad2("+"+since(s.start-b.list[max(0, n-1)].start), 12)
	case "ago":
		return pad2(duration(max(0, b.now().UnixNano()-s.start))+" ago", 12)
	}
	return string(b.v.appendClock(nil, s.start))
}

// since writes a difference of times; what began earlier is not behind.
func since(ns int64) string {
	if ns <= 0 {
		return "0"
	}
	return duration(ns)
}

var timeKinds = [...]string{"clock", "flow", "delta", "ago"}

// drawFlow draws the selected flow between the columns and rows given.
func (b *Browser) drawFlow(x0, w, y, to int) {
	s := b.sel
	if s == nil {
		text := "no flow yet"
		if b.total > 0 {
			text = "no flow is left by the filter"
		}
		b.put(x0+1, y, w, b.styles[roleDim], text)
		return
	}
	x := b.put(x0+1, y, w, b.styles[stateRoles[s.state]], stateSigns[s.state]+" ")
	took := ""
	if s.dur >= 0 {
		took = duration(s.dur)
	}
	tail := took + "  " + itoa(s.events) + " ev  " + s.short
	x = b.put(x, y, w-cells(tail)-2, b.styles[roleBold], s.name+s.status)
	b.put(x+2, y, w-cells(tail)-2, b.styles[roleError], s.reason)
	b.rightText(y, w, b.styles[roleDim], tail)
	y++
	if x0 > 0 {
		b.put(x0+1, y, w, b.styles[roleDim], s.who)
		y += 2
	}
	if b.mark != nil && b.mark != s {
		b.compareFlows(x0, w, y, to)
		return
	}
	if x0 == 0 && (b.pane == paneFields || b.preview) {
		b.drawStep(x0, w, y, to)
		return
	}
	rows := b.visible(s)
	share := to - y
	if x0 > 0 {
		part := 6
		if b.preview {
			part = 3
		}
		share = min(len(rows), max(3, share*part/10))
	}
	first := 0
	for i, n := range rows {
		if n <= b.step && i >= share {
			first = i - share + 1
		}
	}
	bars := b.barWidth(s, rows, w-x0)
	for i := first; i < len(rows) && i < first+share; i++ {
		b.drawRow(x0, w, y, s, rows[i], bars, s.start, max(s.dur, 1))
		y++
	}
	if x0 > 0 {
		b.drawStep(x0, w, y+1, to)
	}
}

// barWidth is the number of cells of the bars in a pane: what the names of the rows leave, within bounds.
func (b *Browser) barWidth(s *shot, rows []int, pane int) int {
	names := 0
	for _, i := range rows {
		r := &s.rows[i]
		names = max(names, 7+cells(r.prefix)+cells(r.name)+cells(b.suffix(s, i)))
	}
	return max(8, pane/5, min(pane-9-names, pane*37/100))
}

// suffix is what stands behind the name of a row.
func (b *Browser) suffix(s *shot, i int) string {
	text := s.rows[i].suffix
	if s.rows[i].below && !s.rows[i].equal && b.isFolded(s, i) {
		below := 0
		for k := i + 1; k < len(s.rows) && s.rows[k].depth > s.rows[i].depth; k++ {
			if !s.rows[k].equal {
				below++
			}
		}
		text += " +" + itoa(below)
	}
	return text
}

// drawRow draws row i of s with its bar on the scale that begins at from and lasts total.
func (b *Browser) drawRow(x0, w, y int, s *shot, i, bars int, from, total int64) {
	r := &s.rows[i]
	kr := kindRoles[r.kind]
	if r.failed && r.kind != kindJob {
		kr = roleError
	}
	x := b.put(x0+1, y, w, b.styles[kr], (r.kind.String() + "    ")[:4])
	barAt := w - 9 - bars
	x = b.put(x+1, y, barAt-1, b.styles[roleDim], r.prefix)
	style := b.styles[rolePlain]
	if r.failed {
		style = b.styles[roleError]
	} else if r.warn {
		style = b.styles[roleRetried]
	}
	room := barAt - 1
	suffix := b.suffix(s, i)
	// Of a long name its beginning stays, whatever stands behind it.
	x = b.find1(x, y, max(min(x+8, room), room-cells(suffix)), style, r.name)
	b.put(x, y, room, b.styles[rolePlain], suffix)
	if s == b.sel {
		b.spotOf(y, x0, w, paneSteps, i)
		if i == b.step && (b.pane != paneList || x0 > 0) {
			b.cursor(x0, x0+1, room, y, b.pane == paneSteps)
		}
	}
	scale := func(units int) int {
		ns := r.start - from + int64(float64(units-r.at)*float64(max(s.dur, 1))/barUnits)
		return int(float64(ns) / float64(total) * float64(bars*8))
	}
	begin, end := scale(r.at)/8, scale(r.at+r.width)
	begin = max(0, min(begin, bars-1))
	if r.wait >= 0 {
		q := max(0, min(scale(r.wait)/8, begin))
		b.put(barAt+q, y, w, b.styles[roleDim], strings.Repeat("┄", begin-q))
	}
	n := end - begin*8
	if long := end - scale(r.at); long < 8 {
		n = long // what is short looks short wherever in a cell it begins
	}
	n = max(1, min(n, (bars-begin)*8))
	b.put(barAt+begin, y, w-8, b.styles[kr], strings.Repeat("█", n/8)+eighths[n%8])
	b.rightText(y, w, b.styles[rolePlain], r.took)
}

// compareFlows draws the marked and the selected flow on one scale.
func (b *Browser) compareFlows(x0, w, y, to int) {
	total := max(b.mark.dur, b.sel.dur, 1)
	half := (to - y) / 2
	bars := min(b.barWidth(b.mark, b.visible(b.mark), w-x0), b.barWidth(b.sel, b.visible(b.sel), w-x0)) // one scale, one place
	for k, s := range [2]*shot{b.mark, b.sel} {
		end := y + half*(k+1)
		at := y + half*k
		took := ""
		if s.dur >= 0 {
			took = duration(s.dur)
		}
		x := b.put(x0+1, at, w, b.styles[stateRoles[s.state]], stateSigns[s.state]+" ")
		tail := took + "  " + s.short
		b.put(x, at, w-cells(tail)-2, b.styles[roleBold], s.name+s.status)
		b.rightText(at, w, b.styles[roleDim], tail)
		at++
		rows := b.visible(s)
		for _, i := range rows {
			if at >= end {
				break
			}
			b.drawRow(x0, w, at, s, i, bars, s.start, total)
			at++
		}
	}
}

// drawStep draws what is known of the selected step, or what ship would send of it.
func (b *Browser) drawStep(x0, w, y, to int) {
	s := b.sel
	if b.step >= len(s.rows) || y >= to {
		return
	}
	r := &s.rows[b.step]
	b.put(x0, y, w, b.styles[roleDim], strings.Repeat("─", w-x0))
	y++
	x := b.put(x0+1, y, w, b.styles[kindRoles[r.kind]], (r.kind.String() + "    ")[:4]+" ")
	x = b.put(x, y, w-10, b.styles[roleBold], r.name)
	if b.preview {
		b.put(x+2, y, w-10, b.styles[roleDim], "as ship would send it")
	}
	b.rightText(y, w, b.styles[rolePlain], r.took)
	b.room = w - x0
	lines := b.stepLines(r, b.room)
	y++
	// The lines of the field at the cursor are on the screen.
	first := 0
	for i, l := range lines {
		if l.n == b.field && i >= to-y {
			first = i - (to - y) + 1
		}
	}
	for _, l := range lines[min(first, len(lines)):] {
		if y >= to {
			return
		}
		if l.name != "" {
			b.put(x0+1, y, x0+l.indent, b.styles[roleDim], l.name)
		}
		b.find1(x0+1+l.indent, y, w, b.styles[l.role], l.text)
		if l.n >= 0 {
			b.spotOf(y, x0, w, paneFields, l.n)
			if l.n == b.field && b.pane == paneFields {
				b.cursor(x0, x0+1, w, y, true)
			}
		}
		y++
	}
}

// stepLine is a line of the fields of a step.
type stepLine struct {
	n      int // number of the field, -1 none
	name   string
	text   string
	indent int
	role   role
}

// stepLines returns the lines under a step in a pane of that many cells.
func (b *Browser) stepLines(r *shotRow, pane int) []stepLine {
	var out []stepLine
	if b.preview {
		for i, l := range b.previewLines(r) {
			out = append(out, stepLine{n: i, text: l})
		}
		return out
	}
	for i, f := range b.shownFacts() {
		parts := []string{f.value}
		if b.wrapped {
			parts = wrap(f.value, pane-12)
		}
		for k, p := range parts {
			l := stepLine{n: i, text: p, indent: max(11, min(cells(f.name)+1, pane/2))}
			if k == 0 {
				l.name = f.name
			}
			out = append(out, l)
		}
	}
	if story := b.sel.story; story != "" {
		n := 0
		if len(out) > 0 {
			n = out[len(out)-1].n + 1
		}
		out = append(out, stepLine{n: -1})
		for k, l := range wrap(story, pane-2) {
			out = append(out, stepLine{n: n + k, text: l, role: roleDim})
		}
	}
	return out
}

// previewLines is the event as ship would send it, with what was replaced in «».
func (b *Browser) previewLines(r *shotRow) []string {
	if r.d == nil || r.d.json == "" {
		return []string{"the event is not kept"}
	}
	var out bytes.Buffer
	if json.Indent(&out, []byte(r.d.json), "", " ") != nil {
		return nil
	}
	text := token.ReplaceAllStringFunc(out.String(), func(s string) string { return "«" + s + "»" })
	var lines []string
	for l := range strings.SplitSeq(text, "\n") {
		lines = append(lines, clean(l, b.v.cfg.ASCII))
	}
	return lines
}

// keys lists every key and what it does.
var keys = [...][2]string{
	{"↑ ↓  j k", "move; PgUp PgDn by a page"}, {"→ Enter  l", "into: the steps of a flow, what a row stands for, the fields of a step"},
	{"← Esc", "out; ← folds a row first"}, {"g  G", "to the top, to the end (and follow)"},
	{"space", "pause: the screen stands still, reading goes on"}, {"/  n  N", "search, next, previous; nothing is hidden"},
	{"f  F", "filter with the --where language, clear it"}, {"e  s  v", "errors only, slow only, quiet flows on or off"},
	{"x", "fold or unfold everything"}, {"t", "times: clock, since the first, since the one before, ago"},
	{"h  H  w", "hide the field at the cursor, show all fields, wrap long values"}, {"y", "copy the flow’s id, its story, JSON or the raw line"},
	{"o  O", "open the first line of the backtrace, write the flow to a file"}, {"c", "mark a flow, then compare it with another"},
	{"r", "redaction preview: what ship would send, removed values as «token»"}, {"Ctrl-Z", "stop; fg goes on"}, {"q  Ctrl-C", "quit; the summary is printed"},
}

func (b *Browser) drawHelp(w, h int) {
	b.put(1, 0, w, b.styles[roleBold], "keys")
	for i, k := range keys {
		if i+2 >= h-1 {
			break
		}
		b.put(2, i+2, w, b.styles[roleHTTP], k[0])
		b.put(15, i+2, w, b.styles[rolePlain], k[1])
	}
}

// foot is the line of the most useful keys.
func (b *Browser) foot(w int) string {
	switch {
	case b.help:
		return "any key goes back"
	case w < twoPanes && b.pane == paneFields:
		return "← back   ↑↓ field   w wrap   y copy   ? keys"
	case w < twoPanes && b.pane == paneSteps:
		return "← back   ↑↓ step   enter fields   ? keys"
	case w < twoPanes:
		return "↑↓ flow  → steps  / search  f filter  ? keys"
	case b.pane == paneFields:
		return "↑↓ field  ← steps  h hide  H show all  w wrap  o open  r preview  y copy  ? all keys"
	case b.pane == paneSteps:
		return "↑↓ step  → fields  ← flows  / search  x fold  o open  c compare  r preview  y copy  ? all keys"
	}
	return "↑↓ flow  → steps  / search  f filter  e errors  s slow  space pause  t times  y copy  ? all keys"
}

func (b *Browser) drawFoot(w, h int) {
	y := h - 1
	switch {
	case b.input == 'y':
		x := b.put(1, y, w, b.styles[roleBold], "copy:")
		for _, c := range copies {
			x = b.put(x+1, y, w, b.styles[roleHTTP], string(c.letter))
			x = b.put(x+1, y, w, b.styles[rolePlain], c.name+" ")
		}
		b.put(x+1, y, w, b.styles[roleDim], "Esc nothing")
	case b.input != 0:
		b.drawInput(w, y)
	case b.message != "":
		b.put(1, y, w, b.styles[roleRetried], b.message)
	default:
		b.put(1, y, w, b.styles[roleDim], b.foot(w))
	}
}

// drawInput draws what is typed in the row above y, and below it what is the matter with it.
func (b *Browser) drawInput(w, y int) {
	b.put(0, y-1, w, b.styles[rolePlain], strings.Repeat(" ", w))
	names := map[rune]string{'/': "search: ", 'f': "filter: ", 'O': "write to: "}
	helps := map[rune]string{'/': "Enter goes to the next match, Esc ends", 'f': "for example status >= 500 and duration > 1s; Enter filters, Esc leaves it", 'O': ".html, .json or .mmd; Enter writes, Esc leaves it"}
	x := b.put(1, y-1, w, b.styles[roleBold], names[b.input])
	typed := clean(string(b.typed), b.v.cfg.ASCII)
	gone := 0 // cells that there is no room for
	for room := w - x - 2; cells(typed)-gone > room; {
		gone += room / 2
	}
	end := b.put(x, y-1, w, b.styles[rolePlain], widths.TruncateLeft(typed, gone, ""))
	b.screen.ShowCursor(end, y-1)
	switch e := b.fault; {
	case e != nil:
		at := cells(clean(e.Expr[:min(e.Pos, len(e.Expr))], b.v.cfg.ASCII)) - gone
		carets := strings.Repeat("^", max(1, e.Len))
		text := e.Msg
		if e.Hint != "" {
			text += "; " + e.Hint
		}
		text = clean(text, b.v.cfg.ASCII)
		at = x + max(0, at)
		if at+cells(carets)+1+cells(text) < w {
			b.put(b.put(at, y, w, b.styles[roleError], carets)+1, y, w, b.styles[roleError], text)
			break
		}
		// What the caret has no room for behind it stands before it.
		b.put(at, y, w, b.styles[roleError], carets)
		b.put(1, y, at-1, b.styles[roleError], text)
	case b.message != "":
		b.put(x, y, w, b.styles[roleError], b.message)
	default:
		b.put(x, y, w, b.styles[roleDim], helps[b.input])
	}
}
