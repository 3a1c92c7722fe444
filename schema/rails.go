package schema

import (
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// railsRequest names the blocks that Started opens and Completed closes.
const railsRequest = "rails.request"

// railsMessage fills e from a line that Rails wrote and reports whether it is one. msg is without head, tags and colours.
// Time, level and ids of the head stand in e already.
func (p *Parser) railsMessage(e *Event, msg string) bool {
	s := strings.TrimLeft(msg, " ")
	if len(s) < 4 {
		return false
	}
	ok := false
	switch s[0] {
	case 'S':
		ok = p.railsStarted(e, s) || p.railsSent(e, s) || railsSession(e, s) || p.activeJob(e, s)
	case 'P':
		ok = p.railsProcessing(e, s) || railsParameters(e, s) || p.activeJob(e, s)
	case 'C':
		ok = p.railsCompleted(e, s)
	case 'R':
		ok = railsRendered(e, s) || railsRedirected(e, s) || p.activeJob(e, s) || railsFragment(e, s)
	case 'F':
		ok = railsFilter(e, s) || p.railsFinished(e, s) || p.activeJob(e, s) || railsMail(e, s)
	case 'U':
		ok = railsUnpermitted(e, s)
	case 'r':
		ok = railsRescued(e, s)
	case 'E', 'D', 'I':
		ok = p.activeJob(e, s) || railsMail(e, s) || railsFragment(e, s)
	case 'W':
		ok = railsFragment(e, s)
	case 'm':
		ok = p.lograge(e, s)
	case 0xe2:
		ok = railsCaller(e, s)
	}
	ok = ok || s[0] == 'M' && mongoRuby(e, s) || railsSearch(e, msg, s)
	ok = ok || s[0] >= 'A' && s[0] <= 'Z' && actionCable(e, s) || railsStorage(e, msg, s) || p.rubyJob(e, s) || p.activeRecord(e, msg, s) || railsMail(e, s) || railsException(e, s)
	if ok && (e.Platform.Format == "" || e.Platform.Format == "ruby.logger") {
		e.Platform.Format = "rails.text"
	}
	return ok
}

// railsShape reports whether a message, behind tags that any program might write, is one of Rails.
func railsShape(s string) bool {
	s = strings.TrimLeft(s, " ")
	if s == "" {
		return false
	}
	for _, start := range railsStarts[s[0]] {
		if strings.HasPrefix(s, start) {
			return true
		}
	}
	name, _, _, ok := cutSQLHead(s)
	return ok && name != "" || strings.HasPrefix(s, "(") && ok
}

// railsStarts lists how lines of Rails begin, by the first letter.
var railsStarts = func() (by [256][]string) {
	for _, start := range [...]string{
		"Started ", "Processing by ", "Parameters: {", "Completed ", "[ActiveJob] ", "Rendered ", "Rendering ", "Redirected to ", "method=",
		"Enqueued ", "Performing ", "Performed ", "Error performing ", "Filter chain halted", "TRANSACTION (", "CACHE ", "Broadcasting to ",
	} {
		by[start[0]] = append(by[start[0]], start)
	}
	return by
}()

func blockLine(e *Event, role Role) {
	e.Join.Kind, e.Join.Role = railsRequest, role
}

// railsStarted reads: Started GET "/path?query" for 10.0.3.7 at 2026-03-14 10:00:00 +0000.
func (p *Parser) railsStarted(e *Event, s string) bool {
	rest, ok := strings.CutPrefix(s, "Started ")
	if !ok {
		return false
	}
	method, rest, ok := strings.Cut(rest, " \"")
	if !ok || !isMethod(method) {
		return false
	}
	target, rest, ok := strings.Cut(rest, "\" ")
	if !ok {
		return false
	}
	if i := strings.Index(rest, "for "); i >= 0 {
		addr, at, _ := strings.Cut(rest[i+4:], " at ")
		setClientIP(e, addr)
		if t, _, ok := p.leadingTime(at); ok && e.Time.From != FromLine {
			e.setTime(t)
		}
		if i > 0 { // [WebSocket]
			e.AddField("protocol", Text(strings.Trim(rest[:i], "[] ")))
		}
	}
	setHTTP(e, method, target, 0)
	blockLine(e, Opens)
	return true
}

// railsFinished reads what ActionCable writes at the end of a connection: Finished "/cable" [WebSocket] for ::1 at ….
func (p *Parser) railsFinished(e *Event, s string) bool {
	rest, ok := strings.CutPrefix(s, "Finished \"")
	if !ok || !strings.Contains(rest, "\" ") || !strings.Contains(rest, " at ") {
		return false
	}
	if i := strings.LastIndex(s, " at "); e.Time.From != FromLine {
		if t, _, ok := p.leadingTime(s[i+4:]); ok {
			e.setTime(t)
		}
	}
	e.Type, e.Action = "log.message", "connection.finished"
	e.Metadata.Message = Text(s)
	e.Metadata.Path = rest[:strings.IndexByte(rest, '"')]
	blockLine(e, Inside)
	return true
}

// railsProcessing reads Processing by OrdersController#create as HTML, and Rails 2's Processing OrdersController#create
// (for 127.0.0.1 at 2008-12-10 16:28:09) [GET].
func (p *Parser) railsProcessing(e *Event, s string) bool {
	rest, ok := strings.CutPrefix(s, "Processing ")
	if !ok {
		return false
	}
	by, modern := strings.CutPrefix(rest, "by ")
	name, tail, _ := strings.Cut(by, " ")
	controller, action, ok := strings.Cut(name, "#")
	if !ok || !isConstant(controller) || action == "" {
		return false
	}
	e.Type = "http.request"
	e.Metadata.Route = name
	e.AddField("controller", Text(controller))
	e.AddField("action", Text(action))
	if f, ok := strings.CutPrefix(tail, "as "); ok {
		e.AddField("format", Text(f))
	}
	if modern {
		blockLine(e, Adds)
		return true
	}
	if i := strings.Index(tail, "(for "); i >= 0 {
		if i > 0 { // "to json (for …"
			e.AddField("format", Text(strings.TrimSpace(strings.TrimPrefix(tail[:i], "to "))))
		}
		addr, at, _ := strings.Cut(tail[i+5:], " at ")
		setClientIP(e, addr)
		if t, _, ok := p.leadingTime(at); ok && e.Time.From != FromLine {
			e.setTime(t)
		}
		if i := strings.LastIndexByte(at, '['); i >= 0 && strings.HasSuffix(at, "]") {
			e.Metadata.Method = at[i+1 : len(at)-1]
		}
	}
	blockLine(e, Opens)
	return true
}

// railsParameters reads: Parameters: {"id"=>"1"}.
func railsParameters(e *Event, s string) bool {
	rest, ok := strings.CutPrefix(s, "Parameters: ")
	if !ok || !strings.HasPrefix(rest, "{") {
		return false
	}
	e.Type = "http.request"
	setRailsParams(e, rest)
	blockLine(e, Adds)
	return true
}

// setRailsParams keeps an inspected hash of parameters as metadata.params, as text when it was cut.
func setRailsParams(e *Event, s string) {
	if js, ok := rubyJSON(s); ok {
		e.Metadata.Params = Value{Raw, dropParams(js)}
	} else {
		e.AddField("params", Text(s))
	}
}

// setParamSubject sets the subject of a path whose id is a word, which the parameters name: /users/jane-doe.
func setParamSubject(e *Event) {
	m := &e.Metadata
	if e.Subject.ID != "" || m.Params.Kind != Raw || !strings.Contains(m.Route, "Controller#") {
		return
	}
	id := gjson.Get(m.Params.S, "id").String()
	if id == "" || strings.IndexByte(id, '/') >= 0 {
		return
	}
	before, after, ok := strings.Cut(m.Path, "/"+id)
	if !ok || after != "" && after[0] != '/' && after[0] != '.' {
		return
	}
	if seg := before[strings.LastIndexByte(before, '/')+1:]; isCollection(seg) && plural(seg) {
		e.Subject = Subject{singular(seg), id}
		e.AddIdent(IdentEntity, e.Subject.Type, id)
	}
}

// dropParams takes out of the parameters what Rails adds itself: the route, and the token against forged requests.
func dropParams(js string) string {
	if !strings.Contains(js, `"controller":`) && !strings.Contains(js, `"action":`) && !strings.Contains(js, `"format":`) && !strings.Contains(js, `"authenticity_token":`) {
		return js
	}
	out := []byte{'{'}
	eachMember(js, func(key string, v Value) bool {
		switch key {
		case "controller", "action", "format", "authenticity_token":
			return true
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = appendString(out, key)
		out = appendOrNull(append(out, ':'), v)
		return true
	})
	return string(append(out, '}'))
}

// railsCompleted reads Completed 200 OK in 54ms (Views: 28.1ms | ActiveRecord: 11.9ms (1 query, 0 cached) | GC: 0.4ms), and the
// forms of Rails 2 (Completed in 614ms (View: 120, DB: 31) | 200 OK [url]) and 1 (Completed in 0.22699 (4 reqs/sec) | …).
func (p *Parser) railsCompleted(e *Event, s string) bool {
	rest, ok := strings.CutPrefix(s, "Completed ")
	if !ok {
		return false
	}
	if old, ok := strings.CutPrefix(rest, "in "); ok {
		return railsCompletedOld(e, old)
	}
	code, _, _ := strings.Cut(rest, " ")
	status := 0
	if len(code) == 3 && allDigits(code) {
		status, _ = strconv.Atoi(code)
	} else if code != "" {
		return false
	}
	at := strings.Index(rest, " in ")
	if at < 0 {
		return false
	}
	num, rest, _ := strings.Cut(rest[at+4:], "ms")
	d, ok := scaleDuration(num, millisecond)
	if !ok {
		return false
	}
	e.Type = "http.request"
	e.Metadata.Duration = d
	setStatus(e, status)
	rest = strings.TrimPrefix(strings.TrimSpace(rest), "(")
	setRailsTimings(e, strings.TrimSuffix(rest, ")"))
	blockLine(e, Closes)
	return true
}

func railsCompletedOld(e *Event, s string) bool {
	n := numberLen(s)
	if n == 0 {
		return false
	}
	unit := second
	if strings.HasPrefix(s[n:], "ms") {
		unit = millisecond
	}
	d, ok := scaleDuration(s[:n], unit)
	if !ok {
		return false
	}
	e.Type = "http.request"
	e.Metadata.Duration = d
	if unit == millisecond { // (View: 120, DB: 31)
		if i, j := strings.IndexByte(s, '('), strings.IndexByte(s, ')'); i > 0 && j > i {
			for part := range strings.SplitSeq(s[i+1:j], ", ") {
				name, num, _ := strings.Cut(part, ": ")
				if d, ok := scaleDuration(num, millisecond); ok {
					putTiming(e, railsTimingName(name), d)
				}
			}
		}
	}
	for part := range strings.SplitSeq(s, " | ") {
		if len(part) > 3 && allDigits(part[:3]) && part[3] == ' ' && strings.HasSuffix(part, "]") {
			status, _ := strconv.Atoi(part[:3])
			setStatus(e, status)
			if i := strings.LastIndexByte(part, '['); i > 0 {
				e.Metadata.Path = part[i+1 : len(part)-1] // taken apart when the block is whole
			}
		} else if name, rest, ok := strings.Cut(part, ": "); ok && unit == second {
			if n := numberLen(rest); n > 0 {
				if d, ok := scaleDuration(rest[:n], second); ok {
					putTiming(e, railsTimingName(name), d)
				}
			}
		}
	}
	blockLine(e, Closes)
	return true
}

// setRailsTimings reads: Views: 28.1ms | ActiveRecord: 11.9ms (1 query, 0 cached) | Allocations: 6417 | GC: 0.4ms.
func setRailsTimings(e *Event, s string) {
	for part := range strings.SplitSeq(s, " | ") {
		name, val, ok := strings.Cut(part, ": ")
		if !ok {
			continue
		}
		name = strings.TrimLeft(name, "( ")
		n := numberLen(val)
		if n == 0 {
			continue
		}
		if !strings.HasPrefix(val[n:], "ms") {
			if n == len(val) && isJSONNumber(val) {
				e.AddField(snake(name), Value{Raw, val})
			}
			continue
		}
		d, ok := scaleDuration(val[:n], millisecond)
		if !ok {
			continue
		}
		key := railsTimingName(name)
		putTiming(e, key, d)
		if key != "db" {
			continue
		}
		if counts, ok := strings.CutPrefix(val[n:], "ms ("); ok { // 3 queries, 0 cached
			c := numberLen(counts)
			e.Metadata.DB.Queries, _ = strconv.Atoi(counts[:c])
			if _, cached, ok := strings.Cut(counts, ", "); ok {
				e.Metadata.DB.Cached, _ = strconv.Atoi(cached[:numberLen(cached)])
			}
			e.Metadata.DB.Total = d
		}
	}
}

func putTiming(e *Event, name string, d Duration) {
	e.Metadata.Timing = append(e.Metadata.Timing, Timing{name, d})
}

func railsTimingName(name string) string {
	switch name {
	case "Views", "View", "Rendering", "view":
		return "view"
	case "ActiveRecord", "DB", "db":
		return "db"
	}
	return snake(strings.ToLower(name))
}

// railsRendered reads Rendered and Rendering lines; the template is kept, its parts are not.
func railsRendered(e *Event, s string) bool {
	rest, ok := strings.CutPrefix(s, "Rendered ")
	if !ok {
		if rest, ok = strings.CutPrefix(s, "Rendering "); !ok {
			return false
		}
	}
	name, tail, _ := strings.Cut(rest, " ")
	if strings.IndexByte(name, '/') < 0 && name != "inline" && name != "text" && name != "html" && name != "template" && name != "collection" && name != "layout" && name != "plain" &&
		!strings.Contains(tail, "(Duration: ") {
		return false
	}
	if strings.HasPrefix(tail, "within ") && s[6] == 'e' {
		e.AddField("template", Text(name))
	}
	e.Type = "log.message"
	e.Metadata.Message = Text(s)
	blockLine(e, Adds)
	return true
}

func railsRedirected(e *Event, s string) bool {
	rest, ok := strings.CutPrefix(s, "Redirected to ")
	if !ok {
		return false
	}
	e.AddExtra("location", Text(rest))
	blockLine(e, Adds)
	return true
}

func railsFilter(e *Event, s string) bool {
	rest, ok := strings.CutPrefix(s, "Filter chain halted as ")
	if !ok {
		return false
	}
	e.AddField("halted_by", Text(strings.TrimSuffix(rest, " rendered or redirected")))
	blockLine(e, Adds)
	return true
}

func (p *Parser) railsSent(e *Event, s string) bool {
	for _, start := range [...]string{"Sent file ", "Sent data ", "Streaming file "} {
		if rest, ok := strings.CutPrefix(s, start); ok {
			name, _, ok := cutTail(rest, " (")
			if ok {
				e.AddField("sent", Text(name))
				blockLine(e, Adds)
			}
			return ok
		}
	}
	if rest, ok := strings.CutPrefix(s, "Successfully upgraded to WebSocket"); ok {
		// The connection lives on as something else: the request is answered.
		e.Type = "http.request"
		e.AddField("upgraded", Text(strings.Trim(rest, " ()")))
		e.Metadata.Outcome = OutcomeSuccess
		blockLine(e, Closes)
		return true
	}
	return false
}

// cutTail is strings.Cut at the last sep.
func cutTail(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// railsSession reads the session that Rails 1 and 2 log.
func railsSession(e *Event, s string) bool {
	id, ok := strings.CutPrefix(s, "Session ID: ")
	if !ok || strings.IndexByte(id, ' ') >= 0 {
		return false
	}
	e.setSession("session_id", id)
	blockLine(e, Adds)
	return true
}

func railsUnpermitted(e *Event, s string) bool {
	rest, ok := strings.CutPrefix(s, "Unpermitted parameter")
	if !ok {
		return false
	}
	_, names, _ := strings.Cut(rest, ": ")
	names, _, _ = strings.Cut(names, ". Context: ")
	e.AddField("unpermitted_parameters", Text(names))
	blockLine(e, Adds)
	return true
}

// railsRescued reads: rescue_from handled Class (message) - app/x.rb:3:in 'y'.
func railsRescued(e *Event, s string) bool {
	rest, ok := strings.CutPrefix(s, "rescue_from handled ")
	if !ok {
		return false
	}
	class, msg, ok := strings.Cut(rest, " (")
	if !ok || !isConstant(class) {
		return false
	}
	msg, at, _ := cutTail(msg, ") - ")
	e.Metadata.Error = ErrorInfo{Class: class, Message: Text(msg), Stack: Text(at)}
	blockLine(e, Adds)
	return true
}

// railsCaller reads ↳ app/models/x.rb:3:in 'y', which belongs to the statement or enqueuing before it.
func railsCaller(e *Event, s string) bool {
	rest, ok := strings.CutPrefix(s, "↳ ")
	if !ok {
		return false
	}
	e.Type, e.Action = "log.message", "log"
	e.Metadata.Message = Text(rest)
	e.Join.Role, e.Join.Text = Continues, s
	return true
}

// railsFragment reads the lines of caching: Read fragment views/x (0.1ms).
func railsFragment(e *Event, s string) bool {
	verb, rest, ok := strings.Cut(s, " fragment ")
	if !ok {
		return false
	}
	switch verb {
	case "Read":
		e.Type, e.Action = "cache.read", "fragment.read"
	case "Write":
		e.Type, e.Action = "cache.write", "fragment.written"
	case "Expire":
		e.Type, e.Action = "cache.write", "fragment.expired"
	default:
		return false
	}
	key, ms, ok := cutTail(rest, " (")
	d, isDuration := scaleDuration(strings.TrimSuffix(ms, "ms)"), millisecond)
	if !ok || !isDuration {
		return false
	}
	e.Metadata.Duration = d
	e.AddField("key", Text(key))
	blockLine(e, Inside)
	return true
}

// railsStorage reads the lines of ActiveStorage: S3 Storage (12.3ms) Uploaded file to key: x.
func railsStorage(e *Event, msg, s string) bool {
	if !strings.HasPrefix(msg, "  ") {
		return false
	}
	name, ms, rest, ok := cutSQLHead(s)
	if !ok || !strings.HasSuffix(name, " Storage") || !strings.HasPrefix(rest, " ") {
		return false
	}
	if !setDuration(e, ms, millisecond) {
		return false
	}
	e.Type, e.Action = "log.message", snake(strings.ToLower(name))
	e.Metadata.Message = Text(name + ":" + rest)
	blockLine(e, Inside)
	return true
}

// railsSearch reads what Elasticsearch's library and Searchkick log of a search: User Search (12.3ms) {index: "users", …}.
func railsSearch(e *Event, msg, s string) bool {
	name, ms, rest, ok := cutSQLHead(s)
	model, is := strings.CutSuffix(name, " Search")
	rest = strings.TrimLeft(rest, " ")
	if !ok || !is || !isConstant(model) || len(msg) == len(s) || !strings.HasPrefix(rest, "{") && !strings.Contains(rest, "/_search") || !setDuration(e, ms, millisecond) {
		return false
	}
	e.Type, e.Action = "data.query", "search"
	if kind := snake(demodulize(model)); kind != "elasticsearch" && kind != "searchkick" {
		e.Action, e.Subject = kind+".loaded", Subject{Type: kind}
	}
	e.Metadata.DB.Op = "search"
	e.Metadata.Message = Text(rest)
	blockLine(e, Inside)
	return true
}

// railsException reads the headline of an exception: ActiveRecord::RecordNotFound (Couldn't find …):. The lines behind it
// are joined to it.
func railsException(e *Event, s string) bool {
	if s[0] < 'A' || s[0] > 'Z' || !strings.Contains(s, " (") {
		return false
	}
	class, msg, ok := strings.Cut(s, " (")
	if !ok || !isConstant(class) || !exceptionName(class) && (!strings.Contains(class, "::") || !strings.HasSuffix(msg, "):")) {
		return false
	}
	switch {
	case strings.HasSuffix(msg, "):"):
	case strings.HasSuffix(msg, ")"): // its causes follow, or these are words
		if !strings.Contains(class, "::") && !strings.HasSuffix(class, "Error") && !strings.HasSuffix(class, "Exception") ||
			e.Metadata.Level != LevelNone && e.Metadata.Level < LevelWarn {
			return false
		}
	default:
		e.Join.Until = "):" // the message has several lines
	}
	e.Type, e.Action = "error.raised", class
	e.Subject = Subject{"error", class}
	if e.Metadata.Level == LevelNone {
		e.Metadata.Level = LevelFatal // ActionDispatch::DebugExceptions logs with no other
	}
	e.Metadata.Outcome = OutcomeFailure
	e.Metadata.Error = ErrorInfo{Class: class, Message: Text(strings.TrimSuffix(strings.TrimSuffix(msg, ":"), ")"))}
	e.Metadata.Message = Text(strings.TrimSuffix(s, ":"))
	setValidation(e)
	e.Join.Kind, e.Join.Role, e.Join.Text = railsRequest, Continues, s
	return true
}

// exceptionName reports whether the name of a class says that it is an exception.
func exceptionName(class string) bool {
	class = demodulize(class)
	return strings.HasSuffix(class, "Error") || strings.HasSuffix(class, "Exception") || strings.HasSuffix(class, "NotFound") ||
		strings.HasSuffix(class, "Invalid") || strings.HasSuffix(class, "Timeout") || class == "Interrupt" || class == "SystemExit" || class == "SignalException"
}

// setValidation lists what a failed validation names, as metadata.validation_errors.
func setValidation(e *Event) {
	text := e.Metadata.Error.Message.S
	_, after, ok := strings.Cut(text, "Validation failed: ")
	if !ok || e.hasExtra("validation_errors") {
		return
	}
	b := append(make([]byte, 0, len(text)+8), '[')
	first := true
	for part := range strings.SplitSeq(after, ", ") {
		if !first {
			b = append(b, ',')
		}
		first = false
		b = appendString(b, part)
	}
	e.AddExtra("validation_errors", Value{Raw, string(append(b, ']'))})
}
