package schema

import (
	"strconv"
	"unicode/utf8"
)

// AppendJSON appends e as one JSON object in the key order of the schema, without a newline.
// It allocates nothing beyond dst.
func AppendJSON(dst []byte, e *Event) []byte {
	dst = append(dst, `{"event_id":"`...)
	dst = appendInner(dst, e.ID)
	dst = append(dst, `","timestamp":"`...)
	dst = e.Time.AppendRFC3339(dst)
	dst = append(dst, `","event_type":"`...)
	dst = append(dst, e.Type...)
	dst = append(dst, `","action":`...)
	dst = appendString(dst, e.Action)
	dst = append(dst, `,"actor":`...)
	dst = appendActor(dst, e)
	if e.Subject.Type != "" {
		dst = append(dst, `,"subject":{"type":`...)
		dst = appendString(dst, e.Subject.Type)
		dst = appendStr(dst, `,"id":`, e.Subject.ID)
		dst = append(dst, '}')
	}
	dst = append(dst, `,"correlation":`...)
	dst = appendCorrelation(dst, &e.Correlation)
	dst = append(dst, `,"metadata":`...)
	dst = appendMetadata(dst, e)
	dst = append(dst, `,"platform":`...)
	dst = appendPlatform(dst, e)
	return append(dst, '}')
}

// appendInner appends an event id inside quotes that stand already.
func appendInner(dst []byte, id ID) []byte {
	if id.Text == "" {
		return id.Append(dst)
	}
	return appendEscaped(dst, id.Text)
}

func appendActor(dst []byte, e *Event) []byte {
	a := &e.Actor
	switch {
	case a.Type != "" || a.ID != "":
		dst = append(dst, `{"type":`...)
		if a.Type == "" {
			dst = append(dst, `"user"`...)
		} else {
			dst = appendString(dst, a.Type)
		}
		dst = append(dst, `,"id":`...)
		if a.ID == "" {
			dst = append(dst, `"unknown"`...)
		} else {
			dst = appendString(dst, a.ID)
		}
		dst = appendStr(dst, `,"name":`, a.Name)
		dst = appendStr(dst, `,"email":`, a.Email)
		dst = appendStr(dst, `,"label":`, a.Label)
		return append(dst, '}')
	case e.Type == "http.request":
		return append(dst, `{"type":"anonymous","id":"anonymous"}`...)
	}
	return append(dst, `{"type":"system","id":"system"}`...)
}

func appendCorrelation(dst []byte, c *Correlation) []byte {
	dst = append(dst, `{"flow_id":"`...)
	dst = c.Flow.Append(dst)
	dst = append(dst, '"')
	switch len(c.Processes) {
	case 0:
	case 1:
		dst = appendStr(dst, `,"process_id":`, c.Processes[0])
	default:
		dst = append(dst, `,"process_id":[`...)
		for i, p := range c.Processes {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendString(dst, p)
		}
		dst = append(dst, ']')
	}
	dst = appendStr(dst, `,"session_id":`, c.SessionID)
	dst = appendStr(dst, `,"request_id":`, c.RequestID)
	dst = appendStr(dst, `,"trace_id":`, c.TraceID)
	dst = appendStr(dst, `,"span_id":`, c.SpanID)
	dst = appendStr(dst, `,"parent_span_id":`, c.ParentSpanID)
	dst = appendStr(dst, `,"job_id":`, c.JobID)
	dst = appendStr(dst, `,"message_id":`, c.MessageID)
	if !c.Parent.IsZero() {
		dst = append(dst, `,"parent_event_id":"`...)
		dst = appendInner(dst, c.Parent)
		dst = append(dst, '"')
	}
	if len(c.Merged) > 0 {
		dst = append(dst, `,"merged_flow_ids":[`...)
		for i, f := range c.Merged {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(dst, '"')
			dst = f.Append(dst)
			dst = append(dst, '"')
		}
		dst = append(dst, ']')
	}
	dst = append(dst, `,"link":"`...)
	dst = append(dst, c.Link.String()...)
	dst = append(dst, `","confidence":`...)
	dst = strconv.AppendFloat(dst, float64(c.Confidence), 'g', -1, 32)
	return append(dst, '}')
}

func appendMetadata(dst []byte, e *Event) []byte {
	m := &e.Metadata
	start := len(dst)
	if m.Level != LevelNone {
		dst = append(dst, `,"level":"`...)
		dst = append(dst, m.Level.String()...)
		dst = append(dst, '"')
	}
	dst = appendValue(dst, `,"message":`, m.Message)
	dst = appendDuration(dst, `,"duration":`, m.Duration)
	if m.Outcome != OutcomeNone {
		dst = append(dst, `,"outcome":"`...)
		dst = append(dst, m.Outcome.String()...)
		dst = append(dst, '"')
	}
	if m.Status != 0 {
		dst = strconv.AppendInt(append(dst, `,"status":`...), int64(m.Status), 10)
	}
	dst = appendStr(dst, `,"method":`, m.Method)
	dst = appendStr(dst, `,"path":`, m.Path)
	dst = appendStr(dst, `,"route":`, m.Route)
	dst = appendStr(dst, `,"ip":`, m.IP)
	dst = appendStr(dst, `,"user_agent":`, m.UserAgent)
	if m.HasBytes {
		dst = strconv.AppendInt(append(dst, `,"bytes":`...), m.Bytes, 10)
	}
	dst = appendValue(dst, `,"params":`, m.Params)
	dst = appendChanges(dst, m.Changes)
	if m.Error.Class != "" || !m.Error.Message.IsZero() || !m.Error.Stack.IsZero() {
		dst = append(dst, `,"error":`...)
		from := len(dst)
		dst = appendStr(dst, `,"class":`, m.Error.Class)
		dst = appendValue(dst, `,"message":`, m.Error.Message)
		dst = appendValue(dst, `,"stack":`, m.Error.Stack)
		dst = closeObject(dst, from)
	}
	dst = appendRetry(dst, &m.Retry)
	dst = appendDB(dst, &m.DB)
	dst = appendJob(dst, &m.Job)
	if len(m.Timing) > 0 {
		dst = append(dst, `,"timing":`...)
		from := len(dst)
		for i := range m.Timing {
			dst = append(dst, ',')
			dst = appendString(dst, m.Timing[i].Name)
			dst = appendDuration(dst, ":", m.Timing[i].Duration)
		}
		dst = closeObject(dst, from)
	}
	switch e.Time.From {
	case FromRead:
		dst = append(dst, `,"timestamp_source":"read"`...)
	case FromBlock:
		dst = append(dst, `,"timestamp_source":"block"`...)
	case FromPrevious:
		dst = append(dst, `,"timestamp_source":"previous"`...)
	}
	for i := range m.Extra {
		dst = appendField(append(dst, ','), &m.Extra[i])
	}
	if len(m.Fields) > 0 {
		dst = append(dst, `,"fields":`...)
		from := len(dst)
		for i := range m.Fields {
			dst = appendField(append(dst, ','), &m.Fields[i])
		}
		dst = closeObject(dst, from)
	}
	if len(m.Truncated) > 0 {
		dst = append(dst, `,"truncated":[`...)
		for i, t := range m.Truncated {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendString(dst, t)
		}
		dst = append(dst, ']')
	}
	return closeObject(dst, start)
}

// closeObject turns the members written since from, each begun with a comma, into an object.
func closeObject(dst []byte, from int) []byte {
	if len(dst) == from {
		return append(dst, '{', '}')
	}
	dst[from] = '{'
	return append(dst, '}')
}

func appendChanges(dst []byte, changes []Change) []byte {
	if len(changes) == 0 {
		return dst
	}
	dst = append(dst, `,"changes":`...)
	from := len(dst)
	for i := range changes {
		c := &changes[i]
		dst = append(dst, ',')
		dst = appendString(dst, c.Field)
		dst = append(dst, ":["...)
		dst = appendOrNull(dst, c.Old)
		dst = append(dst, ',')
		dst = appendOrNull(dst, c.New)
		dst = append(dst, ']')
	}
	return closeObject(dst, from)
}

func appendRetry(dst []byte, r *Retry) []byte {
	if *r == (Retry{}) {
		return dst
	}
	dst = append(dst, `,"retry":`...)
	from := len(dst)
	if r.Attempt > 0 {
		dst = strconv.AppendInt(append(dst, `,"attempt":`...), int64(r.Attempt), 10)
	}
	if r.Max > 0 {
		dst = strconv.AppendInt(append(dst, `,"max":`...), int64(r.Max), 10)
	}
	dst = appendDuration(dst, `,"in":`, r.In)
	if r.WillRetry {
		dst = append(dst, `,"will_retry":true`...)
	}
	if r.Dead {
		dst = append(dst, `,"dead":true`...)
	}
	return closeObject(dst, from)
}

func appendDB(dst []byte, d *DB) []byte {
	if *d == (DB{}) {
		return dst
	}
	dst = append(dst, `,"db":`...)
	from := len(dst)
	dst = appendStr(dst, `,"op":`, d.Op)
	dst = appendStr(dst, `,"table":`, d.Table)
	dst = appendValue(dst, `,"sql":`, d.SQL)
	if d.HasRows {
		dst = strconv.AppendInt(append(dst, `,"rows":`...), d.Rows, 10)
	}
	if d.Queries > 0 {
		dst = strconv.AppendInt(append(dst, `,"queries":`...), int64(d.Queries), 10)
	}
	if d.Cached > 0 {
		dst = strconv.AppendInt(append(dst, `,"cached":`...), int64(d.Cached), 10)
	}
	dst = appendDuration(dst, `,"total":`, d.Total)
	return closeObject(dst, from)
}

func appendJob(dst []byte, j *Job) []byte {
	if *j == (Job{}) {
		return dst
	}
	dst = append(dst, `,"job":`...)
	from := len(dst)
	dst = appendStr(dst, `,"class":`, j.Class)
	dst = appendStr(dst, `,"queue":`, j.Queue)
	dst = appendValue(dst, `,"args":`, j.Args)
	if j.Attempt > 0 {
		dst = strconv.AppendInt(append(dst, `,"attempt":`...), int64(j.Attempt), 10)
	}
	dst = appendDuration(dst, `,"wait":`, j.Wait)
	return closeObject(dst, from)
}

func appendPlatform(dst []byte, e *Event) []byte {
	p := &e.Platform
	from := len(dst)
	dst = appendStr(dst, `,"service":`, p.Service)
	dst = appendStr(dst, `,"environment":`, p.Environment)
	dst = appendStr(dst, `,"host":`, p.Host)
	dst = appendStr(dst, `,"container":`, p.Container)
	dst = appendStr(dst, `,"pod":`, p.Pod)
	dst = appendStr(dst, `,"namespace":`, p.Namespace)
	dst = appendStr(dst, `,"pid":`, p.PID)
	dst = appendStr(dst, `,"thread":`, p.Thread)
	dst = appendStr(dst, `,"version":`, p.Version)
	dst = appendStr(dst, `,"format":`, p.Format)
	if s := e.Origin.Source; s != nil {
		dst = append(dst, `,"source":{"file":`...)
		dst = appendString(dst, s.Name)
		dst = strconv.AppendInt(append(dst, `,"offset":`...), e.Origin.Offset, 10)
		if e.Origin.Lines > 1 {
			dst = strconv.AppendInt(append(dst, `,"lines":`...), int64(e.Origin.Lines), 10)
		}
		dst = append(dst, '}')
	}
	return closeObject(dst, from)
}

// appendStr appends a member whose name, colon and leading comma are in head; nothing when s is empty.
func appendStr(dst []byte, head, s string) []byte {
	if s == "" {
		return dst
	}
	return appendString(append(dst, head...), s)
}

func appendValue(dst []byte, head string, v Value) []byte {
	if v.Kind == None {
		return dst
	}
	return appendOrNull(append(dst, head...), v)
}

func appendField(dst []byte, f *Field) []byte {
	dst = appendString(dst, f.Key)
	return appendOrNull(append(dst, ':'), f.Value)
}

func appendOrNull(dst []byte, v Value) []byte {
	switch v.Kind {
	case None:
		return append(dst, "null"...)
	case String:
		return appendString(dst, v.S)
	case Escaped:
		dst = append(dst, '"')
		dst = append(dst, v.S...)
		return append(dst, '"')
	}
	return append(dst, v.S...)
}

// appendDuration appends a member with d in seconds, all digits that are there and no more.
func appendDuration(dst []byte, head string, d Duration) []byte {
	if !d.Set {
		return dst
	}
	return d.AppendSeconds(append(dst, head...))
}

// AppendSeconds appends d in seconds as a JSON number without trailing zeros.
func (d Duration) AppendSeconds(dst []byte) []byte {
	ns := d.NS
	if ns < 0 {
		dst = append(dst, '-')
		ns = -ns
	}
	dst = strconv.AppendInt(dst, ns/1e9, 10)
	frac := ns % 1e9
	if frac == 0 {
		return dst
	}
	dst = append(dst, '.')
	for div := int64(1e8); frac > 0; div /= 10 {
		dst = append(dst, byte('0'+frac/div))
		frac %= div
	}
	return dst
}

const hexDigits = "0123456789abcdef"

// plainByte marks the bytes that stand in a JSON string as they are.
var plainByte = func() (t [256]bool) {
	for c := 0x20; c < 0x80; c++ {
		t[c] = c != '"' && c != '\\' && c != 0x7f
	}
	return t
}()

// appendString appends s as a JSON string. Invalid UTF-8 becomes U+FFFD.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	dst = appendEscaped(dst, s)
	return append(dst, '"')
}

func appendEscaped(dst []byte, s string) []byte {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	from, i := 0, 0
	for i+8 <= len(s) { // eight at a time as long as there is nothing to do
		w := load8(s, i)
		q, b, d := w^ones*'"', w^ones*'\\', w^ones*0x7f
		if (w|(w-ones*0x20)|(q-ones)&^q|(b-ones)&^b|(d-ones)&^d)&high != 0 {
			break
		}
		i += 8
	}
	for i < len(s) {
		c := s[i]
		if plainByte[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
			dst = append(append(dst, s[from:i]...), "\uFFFD"...)
			i++
			from = i
			continue
		}
		dst = append(dst, s[from:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		from = i
	}
	return append(dst, s[from:]...)
}

// unescape undoes the escapes of the inside of a JSON string. Broken escapes stay as they are.
func unescape(s string) string {
	return string(appendUnescaped(make([]byte, 0, len(s)), s))
}

func appendUnescaped(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '\\' || i+1 == len(s) {
			b = append(b, c)
			continue
		}
		i++
		switch s[i] {
		case 'n':
			b = append(b, '\n')
		case 't':
			b = append(b, '\t')
		case 'r':
			b = append(b, '\r')
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'u':
			r, n := unescapeRune(s[i-1:])
			if n == 0 {
				b = append(b, '\\', 'u')
				continue
			}
			b = utf8.AppendRune(b, r)
			i += n - 2
		default:
			b = append(b, s[i])
		}
	}
	return b
}

// unescapeRune reads the \uXXXX, or pair of them, that s begins with; n is its length, 0 when it is broken.
func unescapeRune(s string) (r rune, n int) {
	hi, ok := hex4(s)
	if !ok {
		return 0, 0
	}
	if hi >= 0xD800 && hi < 0xDC00 && len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if lo, ok := hex4(s[6:]); ok && lo >= 0xDC00 && lo < 0xE000 {
			return 0x10000 + (hi-0xD800)<<10 + (lo - 0xDC00), 12
		}
	}
	return hi, 6
}

func hex4(s string) (r rune, ok bool) {
	if len(s) < 6 {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:6], 16, 32)
	return rune(n), err == nil
}
