package schema

import "strings"

// levelWord returns the level that a word of a text line names. Words in prose do not count: a level is written in
// capitals, or stands in brackets or before a colon, which the caller says by loose.
func levelWord(s string, loose bool) Level {
	if len(s) < 3 || len(s) > 13 {
		return LevelNone
	}
	if loose {
		for i := range len(s) {
			if !isAlpha(s[i]) && (i < 4 || !isDigit(s[i])) { // not the thread http-1
				return LevelNone
			}
		}
	} else {
		for i := range len(s) {
			if c := s[i]; c < 'A' || c > 'Z' {
				if i >= 4 && (c == '+' || c == '-' || isDigit(c)) {
					break // INFO+2, DEBUG1
				}
				return LevelNone
			}
		}
	}
	switch s {
	case "ALL", "all", "LOG", "Log", "HTTP", "http", "SYSTEM", "System", "system", "default", "config", "access", "success", "SUCCESS", "ACCESS", "DEFAULT", "STATEMENT", "statement", "C", "exception", "Exception", "attention", "failure", "FAILURE", "EXCEPTION":
		return LevelNone
	}
	return levelOf(s)
}

// head is what stands between the timestamp and the message of a line.
type head struct {
	level  Level
	logger string
	thread string
	caller string
}

// maxHead is how far into a line its level may stand.
const maxHead = 300

// parseLevelled takes lines of the many loggers that write a timestamp, a level and, around it, thread, logger, process and
// ids in brackets or with separators: logback, log4j, Python logging, Serilog, tracing, hclog, zerolog, structlog …
func parseLevelled(p *Parser, e *Event, s *stamped) bool {
	var h head
	name := levelledName(s.rest)
	msg, ok := "", false
	if strings.HasPrefix(s.rest, ":") && !s.bracket { // asctime:levelname:name:message
		if msg, ok = colonHead(s.rest[1:], &h); !ok {
			return false
		}
	} else if name == "structlog.console" {
		msg, ok = structlogHead(s.rest, &h)
	} else {
		msg, ok = p.readHead(e, s.rest, &h)
	}
	if !ok {
		return false
	}
	if p.phoenix(e, &h, msg) || p.elixir(e, &h, msg) {
		e.Metadata.Level = h.level
		return true
	}
	if h.logger == "" { // Kafka and ZooKeeper print the class last: message (kafka.server.KafkaServer)
		if i := strings.LastIndex(msg, " ("); i > 0 && msg[len(msg)-1] == ')' && isQualified(msg[i+2:len(msg)-1]) {
			h.logger, msg = msg[i+2:len(msg)-1], msg[:i]
		}
	}
	e.Platform.Format = name
	if name == "zerolog.console" {
		p.rec.flavor = &flavorZerolog
	}
	p.applyHead(e, &h)
	p.levelledMessage(e, &h, msg)
	return true
}

// levelledMessage sets the message of a line whose head is known.
func (p *Parser) levelledMessage(e *Event, h *head, msg string) {
	if name, rest := cutToken(msg); h.logger == "" && (name == "werkzeug" || name == "aiohttp.access" || name == "uvicorn.access" || name == "gunicorn.access") {
		h.logger, msg = name, rest
		e.AddField("logger", Text(name))
	}
	if (h.logger == "" || h.logger == "Rails" || h.logger == "rails") && len(msg) > 10 && railsStart(msg[0]) && railsShape(msg) && p.railsUnderHead(e, msg) {
		return
	}
	switch {
	case p.loggerMessage(e, h.logger, msg), p.phrase(e, msg):
	case strings.HasSuffix(msg, "}"):
		p.setTextJSON(e, msg)
	default:
		p.setTextPairs(e, msg)
	}
	setDefault(&e.Action, h.logger)
}

// colonHead reads what Python's logging joins by colons: LEVEL:logger:message.
func colonHead(s string, h *head) (msg string, ok bool) {
	word, rest, ok := strings.Cut(s, ":")
	if h.level = levelWord(strings.TrimSpace(word), false); !ok || h.level == LevelNone {
		return "", false
	}
	if logger, after, ok := strings.Cut(rest, ":"); ok && isLogger(logger) && !strings.HasPrefix(after, "//") {
		h.logger, rest = logger, after
	}
	return strings.TrimLeft(rest, " "), true
}

// railsUnderHead takes a line of Rails that a formatter of the application's own put a head before.
func (p *Parser) railsUnderHead(e *Event, msg string) bool {
	key := e.Correlation.RequestID
	if key == "" && e.Platform.PID != "" {
		key = "#" + e.Platform.PID
	}
	format := e.Platform.Format
	e.Join.Key, e.Platform.Format = key, ""
	if p.railsMessage(e, msg) {
		return true
	}
	e.Join.Key, e.Platform.Format = "", format
	return false
}

// structlogHead reads the level, and the logger that structlog prints in brackets between event and pairs; msg is the rest.
func structlogHead(s string, h *head) (msg string, ok bool) {
	word, msg, _ := cutBracket(strings.TrimLeft(s, " "))
	if h.level = levelWord(strings.TrimSpace(word), true); h.level == LevelNone {
		return "", false
	}
	msg = strings.TrimLeft(msg, " ")
	i := strings.Index(msg, " [")
	if i < 0 {
		return msg, true
	}
	end := closing(msg, i+1)
	if end < 0 || !isLogger(msg[i+2:end]) || trailingPairs(msg[end+1:]) < 0 && strings.TrimSpace(msg[end+1:]) != "" {
		return msg, true
	}
	h.logger = msg[i+2 : end]
	return strings.TrimRight(msg[:i], " ") + msg[end+1:], true
}

// levelledName names the logger that writes its level in a way of its own.
func levelledName(rest string) string {
	rest = strings.TrimLeft(rest, " ")
	switch {
	case strings.HasPrefix(rest, "[") && len(rest) > 11 && rest[10] == ']' && rest[1] >= 'a':
		return "structlog.console"
	case len(rest) > 5 && rest[0] == '[' && rest[4] == ']' && isShortLevel(rest[1:4]):
		return "serilog"
	case len(rest) > 4 && rest[3] == ' ' && isShortLevel(rest[:3]):
		return "zerolog.console"
	case strings.HasPrefix(rest, "- "):
		if logger, after := cutToken(rest[2:]); isLogger(logger) && strings.HasPrefix(after, "- ") {
			return "python.logging"
		}
	}
	return "text.levelled"
}

func (p *Parser) applyHead(e *Event, h *head) {
	if h.level != LevelNone {
		e.Metadata.Level = h.level
	}
	if h.logger != "" {
		e.AddField("logger", Text(h.logger))
	}
	if h.caller != "" {
		e.AddField("caller", Text(h.caller))
	}
	setDefault(&e.Platform.Thread, h.thread)
}

// element is one piece of a head.
type element struct {
	kind byte // '[' brackets, '(' parentheses, '{' braces, '-' a separator, 'w' a word
	text string
	end  int
}

// nextElement reads the piece of a head that begins at i.
func nextElement(s string, i int) (el element, ok bool) {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	if i >= len(s) {
		return el, false
	}
	switch c := s[i]; c {
	case '[', '(', '{':
		end := closing(s, i)
		if end < 0 {
			return el, false
		}
		return element{c, s[i+1 : end], end + 1}, true
	case '-', '|', ':', '~', '>':
		j := i
		for j < len(s) && s[j] == c {
			j++
		}
		if j == len(s) || s[j] == ' ' || s[j] == '\t' || c == '|' {
			return element{'-', s[i:j], j}, true
		}
	}
	j := i
	for j < len(s) && s[j] != ' ' && s[j] != '\t' && s[j] != '[' && s[j] != '|' {
		j++
	}
	if j == i {
		return el, false
	}
	return element{'w', s[i:j], j}, true
}

// closing returns where the bracket at s[i] closes, -1 when it does not.
func closing(s string, i int) int {
	open, shut := s[i], s[i]+2
	if open == '(' {
		shut = ')'
	}
	depth := 0
	for j := i; j < len(s); j++ {
		switch s[j] {
		case open:
			depth++
		case shut:
			if depth--; depth == 0 {
				return j
			}
		}
	}
	return -1
}

// readHead finds the level, reads what stands before and behind it, and returns the message. ok is false when the line has
// no level where one could be.
func (p *Parser) readHead(e *Event, s string, h *head) (msg string, ok bool) {
	var els [12]element
	n, at := 0, -1
	words, seps := 0, 0
	for i := 0; n < len(els) && i < maxHead && at < 0; {
		el, ok := nextElement(s, i)
		if !ok {
			break
		}
		els[n] = el
		n++
		i = el.end
		switch el.kind {
		case '-':
			seps++
		case '[', '(':
			if h.level = levelWord(strings.TrimSpace(el.text), true); h.level != LevelNone {
				at = n - 1
			}
		case 'w':
			w := strings.TrimRight(el.text, ":,;")
			if len(w) > 4 && w[0] == '<' && w[len(w)-1] == '>' { // ClickHouse: <Error>
				if h.level = levelWord(w[1:len(w)-1], true); h.level != LevelNone {
					at = n - 1
					break
				}
			}
			if h.level = levelWord(w, len(w) < len(el.text) || words == 0 && isShortLevel(w)); h.level != LevelNone {
				if words > 1 && seps == 0 {
					return "", false // a word of prose: "user got ERROR from"
				}
				at = n - 1
				break
			}
			if !allDigits(w) && !startsPair(w) {
				words++
			}
			if words > 2 && seps == 0 || !headWord(w) {
				return "", false
			}
		}
	}
	if at < 0 {
		return "", false
	}
	for i := range at {
		p.headElement(e, &els[i], h)
	}
	return p.messageTags(e, p.afterLevel(e, s, els[at].end, h)), true
}

// messageTags takes the brackets that a message begins with as far as they are known to be none of its words.
func (p *Parser) messageTags(e *Event, msg string) string {
	for strings.HasPrefix(msg, "[") {
		end := closing(msg, 0)
		if end < 0 || strings.TrimSpace(msg[1:end]) == "" || !p.headTag(e, msg[1:end]) {
			break
		}
		msg = strings.TrimLeft(msg[end+1:], " \t")
		if strings.HasPrefix(msg, "- ") || strings.HasPrefix(msg, ": ") {
			msg = strings.TrimLeft(msg[2:], " ")
		}
	}
	return msg
}

// isShortLevel reports whether s is a level as zerolog's and Serilog's consoles shorten it.
func isShortLevel(s string) bool {
	switch s {
	case "INF", "DBG", "WRN", "ERR", "FTL", "TRC", "PNC", "VRB", "INFO", "Info", "info", "Debug", "debug", "Warn", "warn", "Warning", "warning", "Error", "error", "Trace", "trace":
		return len(s) == 3 || s[1] < 'a' // the others are words of prose where nothing marks them
	}
	return false
}

// headWord reports whether a word can stand in a head: a logger, a number, a place in the source, a pair.
func headWord(s string) bool {
	if s == "" || len(s) > 120 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !isAlpha(c) && !isDigit(c) && strings.IndexByte("_-.:/$@#=,<>()+*", c) < 0 {
			return false
		}
	}
	return true
}

// headElement gives e what a piece of the head says.
func (p *Parser) headElement(e *Event, el *element, h *head) {
	switch el.kind {
	case '-':
	case '[', '{', '(':
		if el.kind == '{' && isSourceLine(el.text) {
			h.caller = el.text
			return
		}
		if p.headTag(e, el.text) {
			return
		}
		t := strings.TrimSpace(el.text)
		switch {
		case isLogger(t) && h.logger == "" && (strings.IndexByte(t, '.') > 0 || h.thread != ""):
			h.logger = t
		case h.thread == "":
			h.thread = t
		case h.logger == "":
			h.logger = t
		default:
			e.AddField("tag", Text(t))
		}
	case 'w':
		w := strings.TrimRight(el.text, ":,;")
		if n, key, v := scanPair(w); n == len(w) && n > 0 {
			if v.Kind != None {
				p.field(e, key, v)
			}
			return
		}
		switch {
		case allDigits(w):
			setProcess(e, w)
		case isSourceLine(w):
			h.caller = w
		case h.thread == "" && isThreadName(w):
			h.thread = w
		case h.logger == "":
			h.logger = w
		default:
			e.AddField("tag", Text(w))
		}
	}
}

// isLogger reports whether s can be the name of a logger: one word of identifiers with dots, colons or slashes.
func isLogger(s string) bool {
	if s == "" || len(s) > 160 || !isAlpha(s[0]) && s[0] != '_' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !isAlpha(c) && !isDigit(c) && c != '.' && c != '_' && c != ':' && c != '$' && c != '-' && c != '/' && c != '\\' {
			return false
		}
	}
	return true
}

// dotted reports whether a logger's name cannot be a word of prose: it has a dot, colons, an underscore or a capital
// inside.
func dotted(s string) bool {
	if !isLogger(s) {
		return false
	}
	for i := 1; i < len(s); i++ {
		c := s[i]
		if (c == '.' || c == ':' || c == '_' || c == '/' || c == '$' || c == '\\') && i+1 < len(s) {
			return true
		}
		if c >= 'A' && c <= 'Z' && s[i-1] >= 'a' && s[i-1] <= 'z' {
			return true
		}
	}
	return s == "root"
}

// afterLevel reads what stands between the level and the message.
func (p *Parser) afterLevel(e *Event, s string, i int, h *head) string {
	if i < len(s) && s[i] == ':' {
		i++
	}
	for {
		for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
			i++
		}
		rest := s[i:]
		if rest == "" {
			return ""
		}
		switch rest[0] {
		case '[':
			end := closing(rest, 0)
			if end < 0 {
				return rest
			}
			t := strings.TrimSpace(rest[1:end])
			after := strings.TrimLeft(rest[end+1:], " \t")
			switch {
			case p.headTag(e, t):
			case isLogger(t) && strings.IndexByte(t, '.') > 0 && h.logger == "":
				h.logger = t
			case h.thread == "" && t != "" && loggerFollows(after):
				h.thread = t
			case h.thread == "" && h.logger != "" && isThreadName(t):
				h.thread = t
			case h.logger == "" && isLogger(t) && (strings.HasPrefix(after, "(") || strings.HasPrefix(after, "[") || strings.HasPrefix(after, ": ") || strings.HasPrefix(after, "- ")):
				h.logger = t
			case strings.HasPrefix(after, "- ") || strings.HasPrefix(after, ": "):
				e.AddField("tag", Text(t))
			default:
				return rest
			}
			i += end + 1
		case '(':
			end := closing(rest, 0)
			if end > 0 && strings.HasPrefix(rest[end+1:], ":") { // pino-pretty: (4711): or (api/4711 on host):
				if inner := rest[1:end]; allDigits(inner) {
					setProcess(e, inner)
					return strings.TrimLeft(rest[end+2:], " ")
				} else if isBunyanOrigin(inner + ": ") {
					setBunyanOrigin(e, inner+": ")
					return strings.TrimLeft(rest[end+2:], " ")
				}
			}
			if end < 2 || h.logger == "" || h.thread != "" || isDigit(rest[1]) {
				return rest
			}
			h.thread = rest[1:end]
			i += end + 1
		case '{':
			end := closing(rest, 0)
			if end > 0 && allPairs(rest[1:end]) {
				p.pairs(e, rest[1:end])
				i += end + 1
				continue
			}
			return rest
		case '-', ':', '|', '>':
			el, ok := nextElement(s, i)
			if !ok || el.kind != '-' {
				return rest
			}
			i = el.end
			if el.text == "|" && h.logger != "" && h.thread == "" {
				if cell, after, ok := strings.Cut(s[i:], "|"); ok && isThreadName(strings.TrimSpace(cell)) {
					h.thread = strings.TrimSpace(cell)
					return strings.TrimLeft(after, " \t")
				}
			}
			if h.logger != "" {
				return strings.TrimLeft(s[i:], " \t")
			}
		case '<': // RabbitMQ: <0.229.0>
			end := strings.IndexByte(rest, '>')
			if end < 2 || end > 24 || !isDigit(rest[1]) {
				return rest
			}
			h.thread = rest[1:end]
			i += end + 1
		default:
			if n := p.spans(e, rest); n > 0 {
				i += n
				continue
			}
			token, after := cutToken(rest)
			bare := strings.TrimRight(token, ":")
			switch {
			case allDigits(token) && (strings.HasPrefix(after, "--- ") || strings.HasPrefix(after, "[")):
				setProcess(e, token)
			case isSourceLine(bare) && h.caller == "" && after != "":
				h.caller = bare
			case h.thread == "" && isThreadName(token) && after != "":
				h.thread = token
			case h.logger != "" || after == "":
				return rest
			case len(bare) < len(token) && (dotted(bare) && !errorName(bare) && !idWord(bare) || bare == "httpx" || bare == "werkzeug" || bare == "aiohttp" || bare == "urllib3"):
				h.logger = bare
				return after
			case (strings.HasPrefix(after, ": ") || strings.HasPrefix(after, "- ") || strings.HasPrefix(after, "-- ") || strings.HasPrefix(after, ":\t") || strings.HasPrefix(after, "| ")) && isLogger(token):
				h.logger = token
				return strings.TrimLeft(strings.TrimLeft(after, ":-|"), " \t")
			case isBunyanOrigin(rest):
				rest = setBunyanOrigin(e, rest)
				return rest
			case token == "from" && playHead(after, h) > 0: // Play: INFO from logger in thread - message
				return after[playHead(after, h):]
			case token == "in" && flaskModule(after) > 0: // Flask: INFO in app: message
				n := flaskModule(after)
				h.logger = after[:n]
				return strings.TrimLeft(after[n+1:], " ")
			case dotted(token) && strings.IndexByte(token, '.') > 0 && (strings.HasPrefix(after, "[") || strings.HasPrefix(after, "{")), isQualified(token):
				h.logger = token
			default:
				return rest
			}
			i = len(s) - len(after)
		}
	}
}

// isQualified reports whether s is a name with at least two dots between identifiers, as classes of the JVM have.
func isQualified(s string) bool {
	if strings.Count(s, ".") < 2 || !isLogger(s) {
		return false
	}
	for part := range strings.SplitSeq(s, ".") {
		if part == "" || !isAlpha(part[0]) && part[0] != '_' {
			return false
		}
	}
	return true
}

// isBunyanOrigin reports whether s begins with name/pid on host:, as bunyan's and pino's command-line tools print it.
func isBunyanOrigin(s string) bool {
	name, rest := cutToken(s)
	app, pid, ok := cutLast(name, '/')
	host, found := strings.CutPrefix(rest, "on ")
	end := strings.IndexByte(host, ':')
	return ok && found && isLogger(app) && allDigits(pid) && end > 0 && strings.IndexByte(host[:end], ' ') < 0
}

// setBunyanOrigin reads name/pid on host: and returns what follows.
func setBunyanOrigin(e *Event, s string) string {
	name, rest := cutToken(s)
	app, pid, _ := cutLast(name, '/')
	host, msg, _ := strings.Cut(strings.TrimPrefix(rest, "on "), ":")
	e.Platform.Service, e.Platform.PID, e.Platform.Host = app, pid, host
	return strings.TrimLeft(msg, " ")
}

// spans reads the spans that Rust's tracing prints before the target, name{key=value …}: one after the other, and returns
// their length.
func (p *Parser) spans(e *Event, s string) int {
	n := 0
	for {
		i := n
		for i < len(s) && (isAlpha(s[i]) || isDigit(s[i]) || s[i] == '_' || s[i] == '-' || s[i] == '.') {
			i++
		}
		if i == n || i == len(s) || s[i] != '{' {
			return n
		}
		end := closing(s, i)
		if end < 0 || end+1 >= len(s) || s[end+1] != ':' {
			return n
		}
		p.pairs(e, s[i+1:end])
		n = end + 2
	}
}

// loggerFollows reports whether s begins with a logger's name and a separator, or with a separator.
func loggerFollows(s string) bool {
	if strings.HasPrefix(s, "- ") || strings.HasPrefix(s, ": ") || strings.HasPrefix(s, "[") || strings.HasPrefix(s, "| ") {
		return true
	}
	token, after := cutToken(s)
	bare := strings.TrimSuffix(token, ":")
	return isLogger(bare) && (len(bare) < len(token) || strings.HasPrefix(after, "- ") || strings.HasPrefix(after, ": ") || strings.HasPrefix(after, "[") ||
		strings.IndexByte(bare, '.') > 0)
}

// playHead reads "logger in thread - " and returns its length, 0 when s begins otherwise.
func playHead(s string, h *head) int {
	logger, rest := cutToken(s)
	thread, ok := strings.CutPrefix(rest, "in ")
	thread, _, found := strings.Cut(thread, " - ")
	if !ok || !found || !isLogger(logger) || len(thread) > 80 {
		return 0
	}
	h.logger, h.thread = logger, thread
	return strings.Index(s, " - ") + 3
}

// isThreadName reports whether s is surely the name of a thread: main, pool-1-thread-3, nio-8080-exec-1.
func isThreadName(s string) bool {
	if s == "main" || s == "MainThread" {
		return true
	}
	i := strings.LastIndexByte(s, '-')
	if i < 1 || !allDigits(s[i+1:]) || len(s) > 80 {
		return false
	}
	for _, word := range [...]string{"thread", "Thread", "exec", "pool", "worker", "task", "dispatcher", "scheduling", "nio", "epoll", "timer", "XNIO", "qtp"} {
		if strings.Contains(s, word) {
			return true
		}
	}
	return false
}

// flaskModule returns the length of the module's name that s begins with before a colon and a blank, 0 when there is none.
func flaskModule(s string) int {
	n := strings.Index(s, ": ")
	if n < 1 || !isLogger(s[:n]) {
		return 0
	}
	return n
}

// idWord reports whether s announces an id: TraceID, request_id.
func idWord(s string) bool {
	return len(s) > 3 && strings.EqualFold(s[len(s)-2:], "id")
}

// errorName reports whether s names an exception.
func errorName(s string) bool {
	return strings.HasSuffix(s, "Error") || strings.HasSuffix(s, "Exception")
}

// parseStampedText takes any line with a timestamp: the rest is the message.
func parseStampedText(p *Parser, e *Event, s *stamped) bool {
	rest := strings.TrimPrefix(strings.TrimLeft(s.rest, " \t"), "|")
	for strings.HasPrefix(rest, "- ") || strings.HasPrefix(rest, "| ") || strings.HasPrefix(rest, ": ") {
		rest = strings.TrimLeft(rest[1:], " \t")
	}
	for strings.HasPrefix(rest, "[") {
		end := closing(rest, 0)
		if end < 0 || !p.headTag(e, rest[1:end]) {
			break
		}
		rest = strings.TrimLeft(rest[end+1:], " \t")
	}
	if place, after := cutToken(rest); after != "" && strings.HasSuffix(place, ":") && isSourceLine(place[:len(place)-1]) { // Go's log.Lshortfile
		e.AddField("caller", Text(place[:len(place)-1]))
		rest = after
	}
	if strings.HasPrefix(rest, "Rack app (") && pumaError(e, rest) {
		return true
	}
	if id, after := cutToken(rest); len(id) == 36 && after != "" {
		if _, ok := canonUUID(id); ok { // AWS Lambda
			e.setRequestID("RequestId", id)
			rest = after
			if strings.HasPrefix(rest, "Task timed out after ") {
				lambdaTimeout(e, id)
			}
		}
	}
	p.setText(e, rest)
	return true
}
