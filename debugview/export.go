package debugview

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"html"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// exportLayout returns what writes the document of that kind.
func exportLayout(v *View, kind string) layout {
	switch kind {
	case "html":
		return &htmlLayout{}
	case "svg":
		return &svgLayout{}
	case "csv":
		return &csvLayout{}
	case "mmd":
		return &mermaidLayout{}
	case "otlp":
		return &otlpLayout{}
	case "json":
		return jsonLayout{}
	case "ndjson":
		return &rawLayout{}
	}
	return &treeLayout{look: lookOf(&v.cfg), p: pen{ascii: v.cfg.ASCII, codes: codesOf("mono")}}
}

// csvLayout writes a line for each flow.
type csvLayout struct{ begun bool }

func (l *csvLayout) event(*View, *flow, *step) {}

func (l *csvLayout) flow(v *View, t *tree) {
	if t.f.continues != nil {
		return
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	took := ""
	if d := t.duration(); d >= 0 {
		took = strconv.FormatFloat(ms(d), 'f', -1, 64)
	}
	status, n1, errs := "", 0, 0
	if t.root >= 0 && t.rows[t.root].status > 0 {
		status = strconv.Itoa(int(t.rows[t.root].status))
	}
	for _, i := range t.n1 {
		n1 = max(n1, int(t.rows[i].count))
	}
	for i := range t.rows {
		if t.rows[i].failed && !t.toldBelow(&t.rows[i]) {
			errs++
		}
	}
	_ = w.Write([]string{
		t.f.id.String(), time.Unix(0, t.start).UTC().Format("2006-01-02T15:04:05.000Z"), took, t.stateName(), safeCell(t.rootName()), status,
		strconv.Itoa(t.events), strconv.Itoa(n1), strconv.Itoa(errs), safeCell(t.reason),
	})
	w.Flush() // a strings.Builder takes everything
	v.hold.put(v, block{key: v.sortKey(t)}, []byte(b.String()))
	if !l.begun {
		l.begun = true
		v.out.b = append(v.out.b, "id,started,duration_ms,state,root,status,events,n1,errors,reason\n"...)
	}
}

// safeCell keeps a spreadsheet from taking text of a log for a formula.
func safeCell(s string) string {
	if s != "" && strings.IndexByte("=+-@", s[0]) >= 0 {
		return "'" + s
	}
	return s
}

func (l *csvLayout) end(v *View) {
	if !l.begun {
		v.out.b = append(v.out.b, "id,started,duration_ms,state,root,status,events,n1,errors,reason\n"...)
	}
	v.hold.end(v)
}

// svgLayout draws waterfalls, one under the other.
type svgLayout struct {
	parts []string
	y     int
	more  int
}

const (
	svgWidth = 1000
	svgRow   = 18
	svgFlows = 200
)

func (l *svgLayout) event(*View, *flow, *step) {}

func (l *svgLayout) flow(v *View, t *tree) {
	if len(l.parts) == svgFlows {
		l.more++
		return
	}
	var b strings.Builder
	text := func(x int, class, s, more string) {
		b.WriteString(`<text x="` + strconv.Itoa(x) + `" y="` + strconv.Itoa(l.y+13) + `" class="` + class + `"` + more + `>` + html.EscapeString(s) + "</text>\n")
	}
	name, status, reason := t.headText(v)
	text(8, "st-"+t.state.String(), stateSigns[t.state], "")
	text(24, "h", string(v.appendClock(nil, t.start))+"  "+cut(name+status+reason, 80), "")
	took := ""
	if d := t.duration(); d >= 0 {
		took = duration(d)
	}
	text(svgWidth-8, "n", took+"  "+strconv.Itoa(t.events)+" ev  "+t.shortOrContinued(), ` text-anchor="end"`)
	l.y += svgRow
	for _, i := range t.order {
		r := &t.rows[i]
		name, suffix := r.name(v)
		text(24, r.kind.String(), r.kind.String(), "")
		class := "n"
		if r.failed || r.kind == kindError {
			class = "st-failed"
		}
		text(64+14*min(int(r.depth), maxIndent), class, cut(name, 44)+suffix, "")
		at, w, q := t.place(r, 400)
		y := strconv.Itoa(l.y + 4)
		if q >= 0 {
			b.WriteString(`<rect class="q" x="` + strconv.Itoa(500+q) + `" y="` + strconv.Itoa(l.y+8) + `" width="` + strconv.Itoa(at-q) + `" height="2"/>` + "\n")
		}
		b.WriteString(`<rect class="` + r.kind.String() + `" x="` + strconv.Itoa(500+at) + `" y="` + y + `" width="` + strconv.Itoa(w) + `" height="10"/>` + "\n")
		lay := treeLayout{}
		took, _ := lay.took(v, t, r)
		text(svgWidth-8, "n", took, ` text-anchor="end"`)
		l.y += svgRow
	}
	l.y += svgRow / 2
	l.parts = append(l.parts, b.String())
}

const svgStyle = `text{font:12px ui-monospace,Menlo,Consolas,monospace;white-space:pre;fill:#1d2733}.h{font-weight:bold}` +
	`rect{fill:#66727f}.q{opacity:.4}.http,.user{fill:#0b7d96}.job,.msg{fill:#8a3fc0}.api{fill:#2459d6}.mail,.st-fine{fill:#1b7f3b}.db,.sql,.st-retried{fill:#9a6a00}.err,.st-failed{fill:#c4221c}` +
	`.bg{fill:#fff}@media(prefers-color-scheme:dark){text{fill:#e3e8ee}.bg{fill:#12171d}.http,.user{fill:#4cc3dc}.job,.msg{fill:#c792ea}.api{fill:#82aaff}.mail,.st-fine{fill:#7fd18f}.db,.sql,.st-retried{fill:#e5c07b}.err,.st-failed{fill:#ff7b72}}`

func (l *svgLayout) end(v *View) {
	if l.more > 0 {
		l.parts = append(l.parts, `<text x="8" y="`+strconv.Itoa(l.y+13)+`">… and `+count(int64(l.more))+" more flows</text>\n")
		l.y += svgRow
	}
	h := strconv.Itoa(l.y + 8)
	b := append(v.out.b, `<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="`+h+`" viewBox="0 0 1000 `+h+`"><style>`+svgStyle+`</style><rect class="bg" width="1000" height="`+h+`"/>`+"\n"...)
	for _, p := range l.parts {
		b = append(b, p...)
	}
	v.out.b = append(b, "</svg>\n"...)
	v.out.started = true
}

// mermaidLayout writes a sequence diagram.
type mermaidLayout struct {
	names map[string]string // participants by what they are
	heads []string
	lines []string
	flows int
}

// maxMermaid is the number of flows in one diagram; more cannot be read.
const maxMermaid = 20

func (l *mermaidLayout) event(*View, *flow, *step) {}

// who returns the short name of a participant, which is declared at its first use.
func (l *mermaidLayout) who(keyword, id, title string) string {
	if l.names == nil {
		l.names = map[string]string{}
	}
	if n, ok := l.names[id]; ok {
		return n
	}
	name := ""
	for _, c := range id {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' && name != "" {
			name += string(c)
		} else if name != "" && !strings.HasSuffix(name, "_") {
			name += "_"
		}
	}
	name = strings.Trim(name, "_")
	if name == "" || slices.Contains(mermaidWords, strings.ToLower(name)) {
		name = "p" + strconv.Itoa(len(l.names))
	}
	for base, n := name, len(l.names); slices.Contains(slices.Collect(maps.Values(l.names)), name); n++ {
		name = base + "_" + strconv.Itoa(n)
	}
	l.names[id] = name
	head := "  " + keyword + " " + name
	if title != name {
		head += " as " + mermaidText(title)
	}
	l.heads = append(l.heads, head)
	return name
}

// mermaidWords cannot be names of participants.
var mermaidWords = []string{
	"accdescr", "acctitle", "activate", "actor", "alt", "and", "as", "autonumber", "box", "break", "create", "critical", "deactivate", "destroy", "details",
	"else", "end", "link", "links", "loop", "note", "off", "opt", "option", "over", "par", "par_over", "participant", "properties", "rect",
	"sequencediagram", "title",
}

// mermaidText takes away what has a meaning in a diagram.
func mermaidText(s string) string {
	if !strings.ContainsAny(s, ";#<>%") {
		return s
	}
	return strings.NewReplacer(";", ",", "#", "#35;", "<", "#lt;", ">", "#gt;", "%%", "#37;#37;").Replace(s)
}

func (l *mermaidLayout) flow(v *View, t *tree) {
	if t.f.continues != nil || t.root < 0 {
		return
	}
	if l.flows++; l.flows > maxMermaid {
		return
	}
	user := l.who("actor", orSomeone(t.f.actor), orSomeone(t.f.actor))
	root := &t.rows[t.root]
	say := func(from, arrow, to, text string) {
		l.lines = append(l.lines, "  "+from+arrow+to+": "+mermaidText(text))
	}
	self := func(r *row) string {
		s := v.serviceOf(r.step)
		if s == "" {
			s = "app"
		}
		return l.who("participant", s, s)
	}
	took := func(r *row) string {
		if r.dur < 0 {
			return ""
		}
		return " (" + duration(r.dur) + ")"
	}
	answer := -1
	closeRoot := func() {
		if answer >= 0 {
			text := "done"
			if root.status > 0 {
				text = strconv.Itoa(int(root.status))
			}
			say(self(root), "-->>", user, text+took(root))
			answer = -1
		}
	}
	for n, i := range t.order {
		r := &t.rows[i]
		me := self(r)
		from := me
		if r.parent >= 0 {
			from = self(&t.rows[r.parent])
		}
		name, suffix := r.name(v)
		if r.start >= root.end && i != t.root {
			closeRoot()
		}
		switch r.kind {
		case kindHTTP:
			if i == t.root {
				say(user, "->>", me, name)
				answer = n
			} else {
				say(from, "->>", me, name+suffix+took(r))
			}
		case kindDB, kindSQL:
			say(me, "->>", l.who("participant", "db", "db"), name+suffix+took(r))
		case kindAPI:
			host := hostOf(r.label)
			if host == "" {
				host = "api"
			}
			p := l.who("participant", host, host)
			say(me, "->>", p, strings.Replace(name, host, "", 1))
			if r.status > 0 || r.dur >= 0 {
				text := "answer"
				if r.status > 0 {
					text = strconv.Itoa(int(r.status))
				}
				say(p, "-->>", me, text+took(r))
			}
		case kindJob:
			text := name + suffix
			if r.waits && r.start > r.waitFrom {
				text += " (waited " + duration(r.start-r.waitFrom) + ")"
			}
			say(from, "-)", me, text)
		case kindMail:
			text := "email"
			if name != "mail.delivered" {
				text += " " + strings.ReplaceAll(name, "_", " ")
			}
			say(me, "-)", user, text+suffix)
		case kindError:
			say(me, "-x", me, name)
		case kindLog:
		default:
			say(from, "->>", me, name+suffix)
		}
	}
	closeRoot()
}

func (l *mermaidLayout) end(v *View) {
	v.out.b = l.append(v.out.b)
	v.out.started = true
}

// append appends the diagram of the flows so far.
func (l *mermaidLayout) append(b []byte) []byte {
	b = append(b, "sequenceDiagram\n"...)
	for _, h := range l.heads {
		b = append(append(b, h...), '\n')
	}
	for _, s := range l.lines {
		b = append(append(b, s...), '\n')
	}
	if l.flows > maxMermaid {
		b = append(b, "  %% "+strconv.Itoa(l.flows-maxMermaid)+" further flows are left out\n"...)
	}
	return b
}

// otlpLayout writes spans as OTLP/JSON.
type otlpLayout struct{ begun bool }

func (l *otlpLayout) event(*View, *flow, *step) {}

type otlpAttr struct {
	Key   string         `json:"key"`
	Value map[string]any `json:"value"`
}

type otlpSpan struct {
	TraceID    string     `json:"traceId"`
	SpanID     string     `json:"spanId"`
	ParentID   string     `json:"parentSpanId,omitempty"`
	Name       string     `json:"name"`
	Kind       int        `json:"kind"`
	Start      string     `json:"startTimeUnixNano"`
	End        string     `json:"endTimeUnixNano"`
	Attributes []otlpAttr `json:"attributes"`
	Status     struct {
		Code    int    `json:"code,omitempty"`
		Message string `json:"message,omitempty"`
	} `json:"status"`
}

func stringAttr(k, s string) otlpAttr { return otlpAttr{k, map[string]any{"stringValue": s}} }

func (l *otlpLayout) flow(v *View, t *tree) {
	trace := sha256.Sum256([]byte(t.f.id.String()))
	if c := t.f.continues; c != nil {
		trace = sha256.Sum256([]byte(c.id.String()))
	}
	span := func(i int32) string {
		r := &t.rows[i]
		sum := sha256.Sum256(r.step.id[:])
		return hex.EncodeToString(sum[:8])
	}
	var order []string
	spans := map[string][]otlpSpan{}
	for _, i := range t.order {
		r := &t.rows[i]
		s := otlpSpan{
			TraceID: hex.EncodeToString(trace[:16]), SpanID: span(i), Name: r.label, Kind: 1,
			Start: strconv.FormatInt(r.start, 10), End: strconv.FormatInt(r.end, 10), Attributes: []otlpAttr{stringAttr("ezlogs.kind", r.kind.String())},
		}
		if r.parent >= 0 {
			s.ParentID = span(r.parent)
		}
		switch r.kind {
		case kindHTTP:
			s.Kind = 2
		case kindAPI:
			s.Kind = 3
		case kindJob:
			s.Kind = 5
		}
		if r.status > 0 {
			s.Attributes = append(s.Attributes, otlpAttr{"http.response.status_code", map[string]any{"intValue": strconv.Itoa(int(r.status))}})
		}
		if r.count > 1 {
			s.Attributes = append(s.Attributes, otlpAttr{"ezlogs.count", map[string]any{"intValue": strconv.Itoa(int(r.count))}})
		}
		if r.step.sql != "" {
			s.Attributes = append(s.Attributes, stringAttr("db.query.text", r.step.sql))
		}
		if r.failed {
			s.Status.Code = 2
			if r.d != nil {
				s.Status.Message = errorText(r.d)
				if r.d.class != "" {
					s.Attributes = append(s.Attributes, stringAttr("exception.type", r.d.class))
				}
			}
		}
		service := v.serviceOf(r.step)
		if _, ok := spans[service]; !ok {
			order = append(order, service)
		}
		spans[service] = append(spans[service], s)
	}
	for _, name := range order {
		service := name
		if service == "" {
			service = "unknown_service"
		}
		b, err := json.Marshal(map[string]any{
			"resource":   map[string]any{"attributes": []otlpAttr{stringAttr("service.name", service)}},
			"scopeSpans": []any{map[string]any{"scope": map[string]any{"name": "ezlogs"}, "spans": spans[name]}},
		})
		if err != nil {
			v.out.err = err
			return
		}
		sep := ",\n"
		if !l.begun {
			l.begun, sep = true, "{\"resourceSpans\":[\n"
		}
		v.out.b = append(append(v.out.b, sep...), b...)
	}
	v.out.started = true
	if len(v.out.b) > 64<<10 {
		v.out.flush()
	}
}

func (l *otlpLayout) end(v *View) {
	if !l.begun {
		v.out.b = append(v.out.b, "{\"resourceSpans\":["...)
	}
	v.out.b = append(v.out.b, "\n]}\n"...)
}
