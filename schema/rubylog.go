package schema

import "strings"

// parseRubyLog reads the lines of Ruby's Logger and of Rails: with Logger::Formatter's head, with the tags of tagged
// logging, with both, or bare.
//
//	I, [2026-03-14T10:00:00.114086 #19276]  INFO -- : [e1f2…] Started GET "/orders" for ::1 at 2026-03-14 10:00:00 +0000
func parseRubyLog(p *Parser, e *Event, line string) bool {
	if len(line) < 3 {
		return false
	}
	switch c := line[0]; {
	case line[1] == ',' && line[2] == ' ':
		return p.rubyHead(e, line)
	case c == '[':
		return p.railsTagged(e, line)
	case c == 0x1b || c == ' ' && strings.IndexByte(line, 0x1b) >= 0:
		line = StripANSI(line)
		return len(line) > 2 && p.railsMessage(e, line)
	case c == ' ' || c >= 'A' && c <= 'Z' || c == 'm' || c >= 0xe2:
		return p.railsMessage(e, line) || c == 'R' && rubyClient(e, line)
	case c == '#':
		return rubyClient(e, line)
	}
	return false
}

// rubyHead reads "S, [time #pid]  SEVERITY -- progname: message".
func (p *Parser) rubyHead(e *Event, line string) bool {
	if strings.IndexByte("DIWEFA", line[0]) < 0 || len(line) < 32 || line[3] != '[' {
		return false
	}
	t, rest, ok := p.leadingTime(line[4:])
	if !ok || !strings.HasPrefix(rest, " #") {
		return false
	}
	close := strings.IndexByte(rest, ']')
	sep := strings.Index(rest, " -- ")
	if close < 3 || sep < close {
		return false
	}
	pid := rest[2:close]
	level := strings.TrimSpace(rest[close+1 : sep])
	prog, msg, ok := strings.Cut(rest[sep+4:], ":")
	if !ok {
		return false
	}
	msg = strings.TrimPrefix(msg, " ")
	e.setTime(t)
	e.Metadata.Level = levelOf(level)
	if level == "ANY" {
		e.Metadata.Level = LevelNone
	}
	e.Platform.PID = pid
	if process, thread, ok := strings.Cut(pid, ":"); ok { // some formatters write pid:tid
		e.Platform.PID, e.Platform.Thread = process, thread
	}
	call := prog == "request" || prog == "response" // Faraday's names for the sides of a call
	if prog != "" && !call {
		e.Platform.Service = prog
	}
	e.Join.Key = "#" + pid
	if strings.IndexByte(msg, 0x1b) >= 0 {
		msg = StripANSI(msg)
	}
	e.Platform.Format = "ruby.logger"
	msg = p.rubyTags(e, msg)
	if call && faraday(e, prog, msg) {
		return true
	}
	p.rubyMessage(e, msg)
	return true
}

// railsTagged reads a line that begins with tags and is claimed only if its tags or its message are those of Rails: many
// loggers begin with brackets.
func (p *Parser) railsTagged(e *Event, line string) bool {
	msg := line
	if strings.IndexByte(msg, 0x1b) >= 0 {
		msg = StripANSI(msg)
	}
	end := strings.IndexByte(msg, ']')
	if end < 2 {
		return false
	}
	tag := msg[1:end]
	if len(tag) >= 19 && tag[4] == '-' && isDigit(tag[0]) && tag[13] == ':' {
		return false // the head of a formatter
	}
	_, uuid := canonUUID(tag)
	switch {
	case uuid, tag == "ActiveJob", len(tag) == 32 && hexText(tag):
	default:
		after := msg
		for len(after) > 2 && after[0] == '[' {
			i := strings.IndexByte(after, ']')
			if i < 0 || i+1 >= len(after) || after[i+1] != ' ' {
				return false
			}
			after = after[i+2:]
			if j := strings.IndexByte(after, ']'); j > 0 && after[0] == '[' {
				if _, ok := canonUUID(after[1:j]); ok {
					uuid = true
					break
				}
			}
		}
		if !uuid && !railsShape(after) {
			return false
		}
	}
	e.Platform.Format = "rails.text"
	e.Join.Key = ""
	msg = p.rubyTags(e, msg)
	if railsTrace(msg) {
		// Part of an exception: the tags are repeated on each of its lines.
		e.Join.Kind, e.Join.Role, e.Join.Text = railsRequest, Continues, msg
		e.Type, e.Action = "log.message", "log"
		e.Metadata.Message = Text(strings.TrimSpace(msg))
		return true
	}
	p.rubyMessage(e, msg)
	return true
}

// rubyTags takes the tags off a message and files them by what they are: the ids of requests and jobs, addresses, pairs;
// the rest goes to metadata.tags.
func (p *Parser) rubyTags(e *Event, msg string) string {
	var kept [8]string
	n, job := 0, 0
	for len(msg) > 2 && msg[0] == '[' {
		end := strings.IndexByte(msg, ']')
		if end < 2 || end+1 < len(msg) && msg[end+1] != ' ' {
			break
		}
		tag := msg[1:end]
		msg = msg[end+1:]
		if msg != "" {
			msg = msg[1:]
		}
		if job == 2 { // [ActiveJob] [Class] [id]
			job = 0
			if len(tag) >= 8 && strings.IndexByte(tag, ' ') < 0 {
				e.setJobID("job_id", tag)
				continue
			}
			e.Metadata.Job.Class = ""
		}
		if job == 1 {
			if isConstant(tag) && strings.HasPrefix(msg, "[") {
				job = 2
				e.Metadata.Job.Class = tag
				continue
			}
			job = 0
		}
		if tag == "ActiveJob" {
			job = 1
			continue
		}
		if tag == "httplog" { // the mark of a message, not a tag
			msg = "[httplog] " + msg
			break
		}
		if p.rubyTag(e, tag) {
			continue
		}
		if n < len(kept) {
			kept[n] = tag
			n++
		}
	}
	if n > 0 {
		b := append(make([]byte, 0, 64), '[')
		for i, t := range kept[:n] {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, t)
		}
		e.AddExtra("tags", Value{Raw, p.keep(append(b, ']'))})
	}
	return msg
}

// rubyTag files one tag and reports whether it knew it.
func (p *Parser) rubyTag(e *Event, tag string) bool {
	if _, ok := canonUUID(tag); ok || len(tag) >= 16 && len(tag) <= 64 && hexText(tag) && hasDigit(tag) {
		e.Join.Key = tag
		return e.setRequestID("request_id", tag)
	}
	if isIPv4(tag) || strings.IndexByte(tag, ':') >= 0 && isIPv6(tag) {
		setClientIP(e, tag)
		return true
	}
	sep := strings.IndexAny(tag, "=:")
	if sep <= 0 || sep+1 == len(tag) || tag[sep+1] == ':' || strings.IndexByte(tag[:sep], ' ') >= 0 {
		return false
	}
	key, val := tag[:sep], strings.TrimSpace(tag[sep+1:])
	p.field(e, key, Text(val))
	if id := e.Correlation.RequestID; id == val && val != "" {
		e.Join.Key = val
	}
	return true
}

// rubyMessage fills e from the text behind head and tags: a line of Rails, JSON, pairs, or words.
func (p *Parser) rubyMessage(e *Event, msg string) {
	if railsTrace(msg) {
		// Part of an exception whose lines were logged one by one, or the empty line before its headline.
		e.Type, e.Action, e.Metadata.Message = "log.message", "log", Text(strings.TrimSpace(msg))
		e.Join.Kind, e.Join.Role, e.Join.Text = railsRequest, Continues, msg
		return
	}
	if p.railsMessage(e, msg) || rubyClient(e, msg) {
		return
	}
	if strings.HasPrefix(msg, "source=rack-timeout ") {
		rackTimeout(p, e, msg)
		return
	}
	if len(msg) > 30 && isDigit(msg[0]) && parseDelayedJob(p, e, msg) {
		return
	}
	if js := strings.TrimPrefix(msg, "@cee: "); strings.HasPrefix(js, "{") {
		format := e.Platform.Format
		e.Platform.Format = ""
		if parseJSON(p, e, strings.TrimRight(js, " ")) {
			if e.Platform.Format == "" || e.Platform.Format == "json" {
				e.Platform.Format = format
			}
			return
		}
		e.Platform.Format = format
	}
	e.Join.Kind, e.Join.Role = railsRequest, Inside
	p.setText(e, msg)
	if id := e.Metadata.Job; id.Class != "" && e.Correlation.JobID != "" {
		setDefault(&e.Subject.Type, "job")
		setDefault(&e.Subject.ID, e.Correlation.JobID)
	}
}

// rackTimeout reads what rack-timeout says of a request: source=rack-timeout id=… timeout=15000ms service=150ms state=completed.
func rackTimeout(p *Parser, e *Event, msg string) {
	for part := range strings.FieldsSeq(msg) {
		key, value, _ := strings.Cut(part, "=")
		d, timed := parseDuration(value)
		switch {
		case key == "id":
			e.setRequestID(key, value)
			e.Join.Key = e.Correlation.RequestID
		case key == "service" && timed:
			putTiming(e, "service", d)
		case key == "wait" && timed:
			putTiming(e, "queue", d)
		default:
			p.keepField(e, key, Text(value))
		}
	}
	e.Join.Kind, e.Join.Role = railsRequest, Inside
	e.Metadata.Message = Text(msg)
	p.finishFields(e)
}

// isConstant reports whether s is the name of a Ruby class: Billing::InvoiceJob.
func isConstant(s string) bool {
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	for i := range len(s) {
		if !wordByte(s[i]) && !(s[i] == ':' && i+1 < len(s) && (s[i+1] == ':' || s[i-1] == ':')) {
			return false
		}
	}
	return true
}

// railsTrace reports whether msg is a line of an exception behind its headline, as Rails writes it: a frame, a cause, a line
// of the template, or an empty one.
func railsTrace(msg string) bool {
	s := strings.TrimLeft(msg, " ")
	return s == "" || rubyFrame(s) || templateFrame(msg) || strings.HasPrefix(s, "Caused by: ") || s == "Causes:" || strings.HasPrefix(s, "Information for: ") ||
		strings.HasPrefix(s, "Information for cause: ") || len(msg) > len(s)+1 && templateLine(s)
}

// templateFrame reports whether s is a frame within a template, which names no method: app/views/orders/show.html.erb:82.
func templateFrame(s string) bool {
	i := strings.LastIndexByte(s, ':')
	return i > 3 && i+1 < len(s) && allDigits(s[i+1:]) && strings.IndexByte(s, ' ') < 0 && strings.IndexByte(s[:i], '/') > 0 && strings.LastIndexByte(s[:i], '.') > strings.LastIndexByte(s[:i], '/')
}

// templateLine reports whether s is a line of the template around the one that raised, with its number: 12: <% x %>.
func templateLine(s string) bool {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n > 0 && n < 6 && n < len(s) && s[n] == ':' && (n+1 == len(s) || s[n+1] == ' ')
}

// rubyFrame reports whether s is a line of a Ruby backtrace: path:line:in `method' or path:line:in 'Class#method', where a gem
// may stand before its path: actionpack (7.1.3) lib/x.rb:31:in `call'.
func rubyFrame(s string) bool {
	s = strings.TrimLeft(s, " \t")
	s = strings.TrimPrefix(s, "from ")
	i := strings.Index(s, ":in ")
	if i < 3 || i+4 >= len(s) || s[i+4] != '`' && s[i+4] != '\'' {
		return false
	}
	j := strings.LastIndexByte(s[:i], ':')
	if j <= 0 || !allDigits(s[j+1:i]) {
		return false
	}
	path := s[:j]
	if gem, rest, ok := strings.Cut(path, ") "); ok && isDigit(gem[strings.LastIndexByte(gem, '(')+1]) && strings.Index(gem, " (") > 0 {
		path = rest
	}
	return strings.IndexByte(path, ' ') < 0
}
