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
	if w < 20 || h < 6 {
		b.put(0, 0, w, b.styles[rolePlain], "too small")
		b.screen.Show()
		return
	}
	switch {
	case b.help:
		b.drawHelp(w, h)
	case w < twoPanes && b.right:
		b.drawFlow(0, w, 0, h-2)
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
	case b.paused:
		how = "paused · +" + itoa(b.fresh) + " new · space goes on"
	case !b.follow:
		how = "stopped · G follows"
	case b.finished:
		how = "all read"
	}
	x := b.put(1, 0, w, b.styles[roleBold], "ezlogs debug")
	files := strings.Join(b.v.cfg.Files, " ")
	if files == "" {
		files = "(stdin)"
	}
	x = b.put(x+3, 0, w, b.styles[rolePlain], cut(clean(files, b.v.cfg.ASCII), max(10, w/4)))
	x = b.put(x+3, 0, w, b.styles[roleHTTP], how)
	b.a.mu.Lock()
	states, n1, dropped, total := b.a.states, b.a.n1, b.a.dropped, b.a.next
	b.a.mu.Unlock()
	flows := count(int64(total)) + plur(int64(total), " flow")
	if dropped > 0 {
		flows += "  " + count(int64(dropped)) + " dropped"
	}
	text := flows + "  " + count(b.events) + plur(b.events, " event")
	texts := []string{text, flows}
	if b.rate > 0 && !b.finished {
		texts = []string{text + "  " + count(b.rate) + "/s", text, flows}
	}
	tail := "✗ " + itoa(states[failed]) + "   ▲ " + itoa(states[retried]) + "   N+1 " + itoa(n1) + " "
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
		if s == b.sel {
			b.put(0, y, w, b.styles[roleBold], "▌")
		}
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
		return pad2("+"+duration(max(0, s.start-b.list[0].start)), 12)
	case "delta":
		return pad2("+"+duration(max(0, s.start-b.list[max(0, n-1)].start)), 12)
	case "ago":
		return pad2(duration(max(0, b.now().UnixNano()-s.start))+" ago", 12)
	}
	return string(b.v.appendClock(nil, s.start))
}

var timeKinds = [...]string{"clock", "flow", "delta", "ago"}

// drawFlow draws the selected flow between the columns and rows given.
func (b *Browser) drawFlow(x0, w, y, to int) {
	s := b.sel
	if s == nil {
		b.put(x0+1, y, w, b.styles[roleDim], "no flow yet")
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
	rest := to - y
	if b.mark != nil && b.mark != s {
		b.compareFlows(x0, w, y, to)
		return
	}
	rows := b.visible(s)
	share := rest
	if x0 > 0 || b.preview {
		share = min(len(rows), max(3, rest*6/10))
	}
	first := 0
	for i, n := range rows {
		if n == b.step && i >= share {
			first = i - share + 1
		}
	}
	for i := first; i < len(rows) && i < first+share; i++ {
		b.drawRow(x0, w, y, s, rows[i], b.barWidth(w-x0), s.start, max(s.dur, 1))
		y++
	}
	if x0 > 0 || b.preview {
		b.drawStep(x0, w, y, to)
	}
}

// barWidth is the number of cells of the bars in a pane.
func (b *Browser) barWidth(pane int) int { return max(8, pane*37/100) }

// visible returns the indexes of the rows that are shown.
func (b *Browser) visible(s *shot) []int {
	var out []int
	for i := range s.rows {
		if !b.folded || s.rows[i].depth < 2 {
			out = append(out, i)
		}
	}
	return out
}

// drawRow draws row i of s with its bar on the scale that begins at from and lasts total.
func (b *Browser) drawRow(x0, w, y int, s *shot, i, bars int, from, total int64) {
	r := &s.rows[i]
	if b.right && i == b.step && s == b.sel {
		b.put(x0, y, w, b.styles[roleBold], "▌")
	} else if i == b.step && x0 > 0 && s == b.sel {
		b.put(x0, y, w, b.styles[roleDim], "▌")
	}
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
	suffix := r.suffix
	// Of a long name its beginning stays, whatever stands behind it.
	x = b.find1(x, y, max(min(x+8, room), room-cells(suffix)), style, r.name)
	b.put(x, y, room, b.styles[rolePlain], suffix)
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
	n := max(1, min(end-begin*8, (bars-begin)*8))
	b.put(barAt+begin, y, w-8, b.styles[kr], strings.Repeat("█", n/8)+eighths[n%8])
	b.rightText(y, w, b.styles[rolePlain], r.took)
}

// compareFlows draws the marked and the selected flow on one scale.
func (b *Browser) compareFlows(x0, w, y, to int) {
	total := max(b.mark.dur, b.sel.dur, 1)
	half := (to - y) / 2
	for k, s := range [2]*shot{b.mark, b.sel} {
		end := y + half*(k+1)
		at := y + half*k
		took := ""
		if s.dur >= 0 {
			took = duration(s.dur)
		}
		b.put(x0+1, at, w, b.styles[roleBold], stateSigns[s.state]+" "+s.name+s.status+"  "+s.short+"  "+took)
		at++
		for _, i := range b.visible(s) {
			if at >= end {
				break
			}
			b.drawRow(x0, w, at, s, i, b.barWidth(w-x0), s.start, total)
			at++
		}
	}
}

// drawStep draws what is known of the selected step.
func (b *Browser) drawStep(x0, w, y, to int) {
	s := b.sel
	if b.step >= len(s.rows) || y >= to {
		return
	}
	r := &s.rows[b.step]
	y++
	b.put(x0+1, y, w, b.styles[roleDim], strings.Repeat("─", w-x0-1))
	y++
	x := b.put(x0+1, y, w, b.styles[kindRoles[r.kind]], (r.kind.String() + "    ")[:4]+" ")
	b.put(x, y, w-10, b.styles[roleBold], r.name)
	b.rightText(y, w, b.styles[rolePlain], r.took)
	y++
	line := func(style tcell.Style, name, value string) {
		parts := []string{value}
		room := w - x0 - 12
		if b.wrapped {
			parts = wrap(value, room)
		}
		for i, p := range parts {
			if y >= to {
				return
			}
			if i > 0 {
				name = ""
			}
			b.put(x0+1, y, x0+11, b.styles[roleDim], name)
			b.find1(x0+12, y, w, style, p)
			y++
		}
	}
	if b.preview {
		for _, l := range b.previewLines(r) {
			if y >= to {
				return
			}
			b.put(x0+1, y, w, b.styles[rolePlain], l)
			y++
		}
		return
	}
	for _, f := range r.facts(b.v) {
		if !b.hidden[f.name] {
			line(b.styles[rolePlain], f.name, f.value)
		}
	}
	if y++; s.story != "" {
		for _, l := range wrap(s.story, w-x0-2) {
			if y >= to {
				return
			}
			b.put(x0+1, y, w, b.styles[roleDim], l)
			y++
		}
	}
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
	{"↑ ↓  j k", "move"}, {"→ Enter", "into the flow"}, {"← Esc", "out"}, {"g  G", "to the top, to the end (and follow)"},
	{"space", "pause: the screen stands still, reading goes on"}, {"/  n  N", "search, next, previous"}, {"f  F", "filter with the --where language, clear it"},
	{"e  s  v", "errors only, slow only, quiet flows on or off"}, {"x", "fold or unfold"}, {"t", "times: clock, since the first, since the one before, ago"},
	{"h  w", "hide the field of the cursor’s step, wrap long values"}, {"y  Y", "copy the flow’s id, its story"}, {"o  O", "open the first line of the backtrace, write the flow to a file"},
	{"c", "mark a flow, then compare it with another"}, {"r", "what ship would send"}, {"q", "quit"},
}

func (b *Browser) drawHelp(w, h int) {
	b.put(1, 0, w, b.styles[roleBold], "keys")
	for i, k := range keys {
		if i+2 >= h-1 {
			break
		}
		b.put(2, i+2, w, b.styles[roleHTTP], k[0])
		b.put(14, i+2, w, b.styles[rolePlain], k[1])
	}
}

func (b *Browser) drawFoot(w, h int) {
	y := h - 1
	switch {
	case b.input != 0:
		names := map[rune]string{'/': "search: ", 'f': "filter: ", 'O': "write to: "}
		x := b.put(1, y, w, b.styles[roleBold], names[b.input])
		x = b.put(x, y, w, b.styles[rolePlain], clean(string(b.typed), b.v.cfg.ASCII))
		b.screen.ShowCursor(x, y)
		if b.message != "" {
			b.put(x+3, y, w, b.styles[roleError], b.message)
		}
	case b.message != "":
		b.put(1, y, w, b.styles[roleRetried], b.message)
	case b.help:
		b.put(1, y, w, b.styles[roleDim], "any key goes back")
	case w < twoPanes && b.right:
		b.put(1, y, w, b.styles[roleDim], "← back   ↑↓ step   r preview   ? keys")
	case w < twoPanes:
		b.put(1, y, w, b.styles[roleDim], "↑↓ flow  → steps  / search  f filter  ? keys")
	default:
		b.put(1, y, w, b.styles[roleDim], "↑↓ flow  → steps  / search  f filter  e errors  s slow  space pause  t times  y copy  ? all keys")
	}
}
