package schema

import (
	"slices"
	"strings"
)

// traceState says what further lines the record at hand may have.
type traceState struct {
	format string
	level  Level
	failed bool // tells of an error, so that frames are to be expected
	python bool // behind "Traceback", before the line that names the exception
	golang bool // in a dump of goroutines
	panics bool // the message tells of a panic
	worded bool // the error was taken from the words of the message
	rust   bool // behind "panicked at"
	causes bool // behind Rails' "Causes:"
	cause  bool // in the message of a cause, which has several lines
	pem    bool // between BEGIN and END of a key or certificate
	kind   string
	until  string // the message goes on up to a line that ends with this
	text   int    // bytes of the further lines that belong to the message
	mail   bool   // in a mail that ActionMailer printed
	frames bool   // a frame was seen
	sql    bool   // a statement
	caller bool   // the place that a statement came from was seen: there is no more of it
	json   bool   // JSON over several lines
	depth  int    // brackets open, for JSON over several lines
	inText bool   // the last bracket line ended inside of a string
}

// start looks at the first line of a record.
func (t *traceState) start(e *Event) {
	m := &e.Metadata
	*t = traceState{format: e.Platform.Format, level: m.Level, kind: e.Join.Kind, until: e.Join.Until}
	t.failed = m.Error.Class != "" || e.Type == "error.raised" || e.Type == "job.failed" || m.Level >= LevelError
	t.sql = m.DB.SQL.S != ""
	text := m.Message.S
	if e.Join.Text != "" && e.Join.Role == Continues {
		text = e.Join.Text
	}
	t.panics = strings.Contains(text, "panic")
	t.worded = e.Type == "error.raised" && m.Error.Class != "" && m.Message.S != m.Error.Message.S && strings.Contains(m.Message.S, m.Error.Class)
	t.mail = t.rails() && (strings.HasPrefix(text, "Date: ") || strings.HasPrefix(text, "From: ") || strings.HasPrefix(text, "Content-Type: "))
	t.add(text)
}

// add looks at a further line.
func (t *traceState) add(s string) {
	trimmed := strings.TrimLeft(s, " \t")
	if t.causes && !causeLine(s) {
		t.causes = false
	}
	switch {
	case strings.HasPrefix(trimmed, "Traceback (most recent call last):"), strings.Contains(s, "Traceback (most recent call last):"):
		t.python, t.failed = true, true
	case strings.HasPrefix(trimmed, "goroutine ") && strings.HasSuffix(trimmed, "]:"), strings.HasPrefix(trimmed, "panic: "), strings.HasPrefix(trimmed, "fatal error: "):
		t.golang, t.failed = true, true
		t.frames = t.frames || trimmed[0] == 'g'
	case strings.HasPrefix(trimmed, "thread '") && strings.Contains(trimmed, "' panicked at "):
		t.rust, t.failed = true, true
	case s == "Causes:" || s == "Caused by:":
		t.causes = true
	case t.causes && causeLine(s):
	case t.cause:
		t.cause = !strings.HasSuffix(s, ")") && !strings.HasSuffix(s, "):")
	case t.failed && (strings.HasPrefix(s, "Caused by: ") || strings.HasPrefix(s, "Information for")), t.rails() && t.failed && templateFrame(s):
		t.frames = true
		t.cause = t.rails() && strings.Contains(s, " (") && !strings.HasSuffix(s, ")") && !strings.HasSuffix(s, "):")
	case strings.HasPrefix(trimmed, "stack backtrace:"), strings.HasPrefix(trimmed, "note: run with"):
		t.rust = false
		t.frames = true
	case t.python && s != "" && s[0] != ' ' && s[0] != '\t' && exceptionLine(s) != "":
		t.python = false
		t.frames = true
	case isFrame(trimmed):
		t.frames = true
	case t.kind == elixirProcess && strings.HasPrefix(trimmed, "** ("):
		t.frames = true
	case t.format == "zap.console" && len(trimmed) < len(s) && isSourceLine(trimmed):
		t.frames = true
	}
	if strings.HasPrefix(trimmed, "↳ ") {
		t.caller = true
	}
	if strings.Contains(s, "-----BEGIN ") {
		t.pem = true
	}
	if strings.Contains(s, "-----END ") {
		t.pem = false
	}
	if t.depth > 0 || (trimmed == "{" || trimmed == "[") && t.kind == plainText {
		t.json = true
		t.brackets(s)
	}
}

// rails reports whether Rails wrote the record.
func (t *traceState) rails() bool { return t.format == "rails.text" || t.format == "ruby.logger" }

// brackets counts what a line of JSON opens and closes.
func (t *traceState) brackets(s string) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case t.inText && c == '\\':
			i++
		case c == '"':
			t.inText = !t.inText
		case t.inText:
		case c == '{' || c == '[':
			t.depth++
		case c == '}' || c == ']':
			t.depth--
		}
	}
}

// takes reports whether s, a line that starts no record, is a further line of the one at hand.
func (t *traceState) takes(s string) bool {
	trimmed := strings.TrimLeft(s, " \t\r")
	switch {
	case t.cause, trimmed == "" && t.until != "":
		return true
	case t.caller:
		return false
	case trimmed == "":
		return t.mail || t.failed || t.python || t.frames
	case t.depth > 0, t.mail, t.python, t.pem, t.rust, t.until != "":
		return true
	case t.sql && sqlGoesOn(s):
		return true
	case t.kind == mysqlSlow, t.kind == ectoQuery, t.kind == elixirProcess && elixirDetail(s):
		return true
	case s[0] == ' ' || s[0] == '\t':
		return true
	case t.golang && t.frames && (strings.HasPrefix(s, "panic: ") || strings.HasPrefix(s, "fatal error: ")): // of another process
		return false
	case t.golang:
		return goDumpLine(s)
	case strings.HasPrefix(s, "goroutine ") && strings.HasSuffix(s, "]:"): // what panicked was logged before the dump
		return t.level == LevelNone && t.kind != plainText || t.level >= LevelError || t.panics
	case t.format == "semantic_logger.text" && strings.HasPrefix(s, "Cause: ") && t.failed:
		return true
	case strings.HasPrefix(s, "! ") && t.level >= LevelWarn: // Dropwizard marks the lines of a trace
		return true
	case t.frames && (strings.HasPrefix(s, "Exception in thread \"") || strings.HasPrefix(s, "Unhandled exception. ")): // another one, which nobody logged
		return false
	case t.format == "gin" && strings.HasPrefix(s, "Error #"):
		return true
	case t.format == "zap.console" && t.level >= LevelWarn && goFunction(s):
		return true
	case strings.HasPrefix(s, "↳ "), strings.HasPrefix(s, "Caused by:"), t.causes && causeLine(s), strings.HasPrefix(s, "Suppressed: "), strings.HasPrefix(s, "... "),
		strings.HasPrefix(s, "[stacktrace]"), strings.HasPrefix(s, "Stack trace:"), strings.HasPrefix(s, "[previous exception]"), strings.HasPrefix(s, "--- End of "),
		strings.HasPrefix(s, "Causes:"), strings.HasPrefix(s, "Information for: "), strings.HasPrefix(s, "Information for cause: "), strings.HasPrefix(s, "During handling of the above"),
		strings.HasPrefix(s, "The above exception was"), strings.HasPrefix(s, "note: run with"), strings.HasPrefix(s, "stack backtrace:"), t.frames && strings.HasPrefix(s, "note: "):
		return true
	case s == `"}` || strings.HasPrefix(s, `"} `) || s == "}" || s == "]" || s == ")" || s == "});" || s == "};":
		return true
	case t.failed && t.rails() && templateFrame(s):
		return true
	case isFrame(s):
		return t.failed || t.frames || t.level == LevelNone || t.level >= LevelWarn || rubyFrame(s)
	case strings.HasPrefix(s, "Traceback (most recent call last):"):
		return t.level == LevelNone && t.kind != plainText || t.level >= LevelWarn || t.frames
	case exceptionLine(s) != "":
		return t.level >= LevelWarn || t.level == LevelNone && t.kind != plainText || t.frames && t.failed
	}
	return false
}

// sqlGoesOn reports whether a line is a further one of a statement, by the word it begins with.
func sqlGoesOn(s string) bool {
	l := sqlLexer{s: s}
	t := l.next()
	for _, word := range [...]string{"FROM", "WHERE", "AND", "OR", "JOIN", "LEFT", "RIGHT", "INNER", "OUTER", "FULL", "CROSS", "ON", "ORDER", "GROUP", "HAVING", "LIMIT", "OFFSET", "VALUES", "SET",
		"UNION", "RETURNING", "SELECT", "CASE", "WHEN", "THEN", "ELSE", "END", "AS", "USING", "WINDOW", "EXCEPT", "INTERSECT"} {
		if t.is(word) {
			return true
		}
	}
	return t.punct(')') || t.punct('(') || strings.HasPrefix(s, "-- ")
}

// causeLine reports whether s names a cause as Rails does: Class (message).
func causeLine(s string) bool {
	class, rest, ok := strings.Cut(s, " (")
	return ok && isConstant(class) && (strings.HasSuffix(rest, ")") || strings.HasSuffix(rest, "):"))
}

// isFrame reports whether a line, without the blanks before it, is a frame of a stack trace in any language.
func isFrame(s string) bool {
	switch {
	case strings.HasPrefix(s, "at "):
		return strings.ContainsAny(s, "(:") || strings.Contains(s, " in ")
	case strings.HasPrefix(s, "File \""), strings.HasPrefix(s, "from ") && rubyFrame(s), strings.HasPrefix(s, "... ") && strings.HasSuffix(s, " more"):
		return true
	case s != "" && s[0] == '#' && len(s) > 2 && isDigit(s[1]):
		return true
	}
	return rubyFrame(s)
}

// goDumpLine reports whether a line that is not indented belongs to a dump of goroutines.
func goDumpLine(s string) bool {
	return strings.HasPrefix(s, "goroutine ") || strings.HasPrefix(s, "created by ") || strings.HasPrefix(s, "exit status ") || strings.HasPrefix(s, "[signal ") ||
		strings.HasPrefix(s, "panic: ") || strings.HasPrefix(s, "panic(") || strings.HasPrefix(s, "...additional frames elided...") || strings.HasPrefix(s, "runtime.") || strings.HasSuffix(s, ")") && strings.IndexByte(s, ' ') < 0 || strings.HasPrefix(s, "main.") ||
		strings.HasSuffix(s, ")") && strings.IndexByte(s, '(') > 0 && strings.IndexByte(s[:strings.IndexByte(s, '(')], '.') > 0
}

// goFunction reports whether a line is the qualified name of a function, as zap's stack traces have them between the places.
func goFunction(s string) bool {
	slash := strings.LastIndexByte(s, '/') + 1
	return len(s) < 300 && strings.IndexByte(s, ' ') < 0 && strings.IndexByte(s[slash:], '.') > 0 && isAlpha(s[0])
}

// exceptionLine returns the class of the exception that a line names, as Python, Java, Node, .NET and PHP print it:
// "pkg.Name: message" or "Name" alone; "" when it is none.
func exceptionLine(s string) string {
	s = strings.TrimPrefix(s, "Caused by: ")
	s = strings.TrimPrefix(s, "Unhandled exception. ")
	s = strings.TrimPrefix(s, "Uncaught ")
	if rest, ok := strings.CutPrefix(s, "Exception in thread \""); ok {
		_, s, _ = strings.Cut(rest, "\" ")
	}
	end := 0
	for end < len(s) && (wordByte(s[end]) || s[end] == '.' || s[end] == '$' || s[end] == '\\' || s[end] == ':' && end+2 < len(s) && s[end+1] == ':' && wordByte(s[end+2]) || s[end] == ':' && end > 0 && s[end-1] == ':') {
		end++
	}
	name, rest := s[:end], s[end:]
	if name == "" || rest != "" && !strings.HasPrefix(rest, ": ") && rest != ":" && !strings.HasPrefix(rest, " [") {
		return ""
	}
	base := name[strings.LastIndexAny(name, ".\\:")+1:]
	if base == "" || base[0] < 'A' || base[0] > 'Z' {
		return ""
	}
	for _, end := range [...]string{"Error", "Exception", "Throwable", "Warning", "Interrupt", "Exit", "Iteration", "Failure", "Fault", "Timeout", "NotFound", "DoesNotExist", "Invalid"} {
		if strings.HasSuffix(base, end) || end == "Exception" && strings.Contains(base, "Exception") {
			return name
		}
	}
	return ""
}

// finishRecord gives e what its further lines say: a stack trace and the error it belongs to, the rest of a statement or
// of the message.
func finishRecord(e *Event, more string, t *traceState) {
	m := &e.Metadata
	if more == "" {
		return
	}
	if t.text > 0 { // the rest of the error's message, then its trace
		rest := strings.TrimRight(strings.TrimSuffix(strings.TrimSuffix(strings.TrimRight(more[:t.text], "\n"), ":"), ")"), "\n ")
		m.Error.Message = Text(m.Error.Message.Plain() + "\n" + rest)
		if e.Type == "error.raised" {
			m.Message = Text(m.Error.Class + " (" + m.Error.Message.S + ")")
		}
		if more = strings.TrimLeft(more[t.text:], "\n"); more == "" {
			return
		}
	}
	if at, ok := cutCaller(more); ok {
		e.AddField("source_location", Text(at))
		if more = strings.TrimRight(strings.TrimSuffix(more, "↳ "+at), " \n"); more == "" {
			return
		}
	}
	switch {
	case t.kind == "postgres" || t.format == "postgres.text":
		finishPostgres(e, more)
		return
	case t.kind == mysqlSlow:
		finishSlowQuery(e, more)
		return
	case t.kind == ectoQuery:
		finishEcto(e, more)
		return
	case t.format == "gin" && strings.HasPrefix(more, "Error #"):
		_, text, _ := strings.Cut(more, ": ")
		m.Error.Message, m.Outcome = Text(text), OutcomeFailure
		return
	case t.sql && !t.frames && !t.python:
		setWholeSQL(e, more)
		return
	case !t.frames && !t.python && !t.golang && !t.rust && !t.failed:
		joinMessage(m, more)
		return
	}
	if !t.frames && !t.python && !t.golang && !t.rust { // an error without frames: further words of its message
		if m.Error.Message.IsZero() {
			joinMessage(m, more)
		} else {
			m.Error.Message = Text(strings.TrimRight(m.Error.Message.Plain(), " ") + "\n" + more)
		}
		return
	}
	first := m.Message.Plain()
	if e.Join.Kind == plainText && m.Error.Class == "" { // the whole record is the trace
		more = first + "\n" + more
	}
	class, text := traceError(more, first)
	if class != "" && e.Type == "error.raised" && m.Error.Stack.IsZero() && m.Error.Class != class && t.worded {
		m.Error = ErrorInfo{}
		e.Action, e.Subject = class, Subject{"error", class}
	}
	if m.Error.Class == "" {
		m.Error.Class = class
		if m.Error.Message.IsZero() {
			m.Error.Message = Text(text)
		}
	}
	m.Error.Stack = Text(more)
	if e.Type == "log.message" && m.Error.Class != "" {
		e.Type, e.Action = "error.raised", m.Error.Class
		if e.Subject.Type == "" {
			e.Subject = Subject{"error", m.Error.Class}
		}
	}
	if e.Type == "error.raised" && m.Outcome == OutcomeNone {
		m.Outcome = OutcomeFailure
	}
	if e.Type == "error.raised" && m.Level == LevelNone && m.Error.Class != "" {
		m.Level = LevelError
	}
}

func joinMessage(m *Metadata, more string) {
	if m.Message.IsZero() {
		m.Message = Text(more)
		return
	}
	m.Message = Text(m.Message.Plain() + "\n" + more)
}

// cutCaller returns the place that a last line ↳ place names.
func cutCaller(more string) (string, bool) {
	last := more[strings.LastIndexByte(more, '\n')+1:]
	return strings.CutPrefix(last, "↳ ")
}

// traceError returns the class and message of the exception that a trace is of: the last one that Python names, else the
// first.
func traceError(trace, first string) (class, text string) {
	if strings.Contains(trace, "** (") {
		if class, text = elixirException(trace); class != "" {
			return class, text
		}
	}
	python := strings.Contains(trace, "Traceback (most recent call last):") || strings.Contains(first, "Traceback (most recent call last):")
	golang, panicked := false, false
	for line := range strings.SplitSeq(trace, "\n") {
		if rest, ok := strings.CutPrefix(line, "panic: "); ok && !golang {
			golang = true
			class, text = "panic", rest
			continue
		}
		if rest, ok := strings.CutPrefix(line, "fatal error: "); ok && class == "" { // the runtime gave up
			return "fatal error", rest
		}
		if panicked { // the line behind it, since Rust 1.73
			return "panic", line
		}
		if rest, ok := strings.CutPrefix(line, "thread '"); ok && strings.Contains(rest, "' panicked at ") {
			_, rest, _ = strings.Cut(rest, "' panicked at ")
			if msg, ok := strings.CutPrefix(rest, "'"); ok { // 'message', src/main.rs:2:5
				msg, _, _ = cutTail(msg, "', ")
				return "panic", msg
			}
			panicked = true
			continue
		}
		if line == "" || line[0] == ' ' || line[0] == '\t' {
			continue
		}
		name := exceptionLine(line)
		if python && name == "" { // any class may be raised: the line behind the frames
			if head, _, ok := strings.Cut(line, ": "); (ok || strings.IndexByte(line, ' ') < 0) && isDotted(head) && head != "" && !strings.HasPrefix(line, "Traceback") {
				name = head
			}
		}
		if name == "" || class != "" && !python {
			continue
		}
		class = name
		_, text, _ = strings.Cut(line[strings.Index(line, name)+len(name):], ": ")
	}
	if class != "" {
		return class, text
	}
	if _, after, ok := strings.Cut(first, "panic serving "); ok { // net/http: address: what was raised
		_, text, _ = strings.Cut(after, ": ")
		return "panic", text
	}
	// Ruby without a headline: app.rb:3:in 'x': message (Class)
	if i := strings.LastIndex(first, " ("); i > 0 && strings.HasSuffix(first, ")") && isConstant(first[i+2:len(first)-1]) && exceptionName(first[i+2:len(first)-1]) {
		text = first[:i]
		if _, after, ok := strings.Cut(text, "': "); ok {
			text = after
		}
		return first[i+2 : len(first)-1], text
	}
	if name := exceptionLine(first); name != "" {
		_, text, _ = strings.Cut(first[strings.Index(first, name)+len(name):], ": ")
		return name, text
	}
	// bunyan and Tomcat indent the headline; JBoss and Node write it behind the words of the message.
	for line := range strings.SplitSeq(trace, "\n") {
		line = strings.TrimLeft(line, " \t|+") // groups of exceptions are drawn as a tree
		if isFrame(line) && !strings.HasPrefix(line, "File ") {
			break
		}
		if name := exceptionLine(line); name != "" {
			_, text, _ = strings.Cut(line[len(name):], ": ")
			return name, text
		}
	}
	return exceptionWithin(first)
}

// exceptionWithin returns the class and message of the exception that stands behind the words of a message.
func exceptionWithin(s string) (class, text string) {
	for from := 0; from < len(s); {
		i := strings.Index(s[from:], ": ")
		if i < 0 {
			break
		}
		at := strings.LastIndexByte(s[:from+i], ' ') + 1
		if name := exceptionLine(s[at:]); name != "" && !strings.HasSuffix(name, "Warning") {
			_, text, _ = strings.Cut(s[at+len(name):], ": ")
			return name, text
		}
		from += i + 2
	}
	return "", ""
}

// isDotted reports whether s is a name such as pkg.Class.
func isDotted(s string) bool {
	for i := range len(s) {
		if !wordByte(s[i]) && s[i] != '.' {
			return false
		}
	}
	return s != "" && !isDigit(s[0])
}

// setWholeSQL analyses a statement again, now that its further lines are known.
func setWholeSQL(e *Event, more string) {
	sql, binds := cutBinds(e.Metadata.DB.SQL.Plain() + "\n" + more)
	clearSQL(e)
	setSQL(e, sql, binds)
}

// clearSQL takes back what setSQL says of the record that a statement touches.
func clearSQL(e *Event) {
	m := &e.Metadata
	m.Extra = slices.DeleteFunc(m.Extra, func(f Field) bool {
		return f.Key == "bulk" || f.Key == "transition" || f.Key == "changes_complete" || f.Key == "related"
	})
	m.Changes = m.Changes[:0]
	e.Idents = slices.DeleteFunc(e.Idents, func(id Ident) bool { return id.Kind == IdentEntity })
	e.Subject = Subject{}
}
