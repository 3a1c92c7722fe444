package schema

import "strings"

// parseSyslog takes off syslog's headers: RFC 5424, RFC 3164 with and without priority, as files and as network frames with
// octet counts.
func parseSyslog(p *Parser, e *Event, line string) bool {
	if len(line) < 16 || !p.carried() {
		return false
	}
	s := line
	if isDigit(s[0]) { // an octet count
		if i := strings.IndexByte(s, ' '); i > 0 && i < 6 && i+1 < len(s) && s[i+1] == '<' && allDigits(s[:i]) {
			s = s[i+1:]
		}
	}
	if s[0] != '<' {
		return p.bareSyslog(e, s)
	}
	end := strings.IndexByte(s, '>')
	pri, ok := atoi(s[1:max(end, 1)])
	if end < 2 || end > 4 || !ok || pri > 191 {
		return false
	}
	s = s[end+1:]
	if strings.HasPrefix(s, "1 ") {
		return p.syslog5424(e, s[2:], int(pri))
	}
	return p.syslog3164(e, s, int(pri))
}

// syslog5424 reads what follows the version: time, host, app, process, message id, structured data, text. Heroku leaves the
// structured data out.
func (p *Parser) syslog5424(e *Event, s string, pri int) bool {
	var head [5]string
	for i := range head {
		var ok bool
		if head[i], s, ok = strings.Cut(s, " "); !ok && i < 4 {
			return false
		}
	}
	o := &p.out
	if head[0] != "-" {
		t, ok := p.parseTime(head[0])
		if !ok {
			return false
		}
		o.time = t
	}
	sd, bare := "", false
	switch {
	case s == "-" || strings.HasPrefix(s, "- "):
		s = strings.TrimPrefix(s[1:], " ")
	case strings.HasPrefix(s, "["):
		if n := structuredLen(s); n > 0 {
			sd, s = s[:n], strings.TrimPrefix(s[n:], " ")
		}
	default:
		bare = true
	}
	o.format = "syslog.rfc5424"
	if bare { // Heroku's priorities say nothing either
		pri = -1
	}
	p.syslogHead(pri, head[1], head[2], head[3])
	if s = strings.TrimPrefix(s, "\ufeff"); s == "" && sd != "" { // all it says is in the structured data
		o.set = true
		o.depth++
	} else {
		p.inner(e, syslogText(s))
	}
	if sd != "" || head[4] != "-" {
		p.rec.reset()
		if head[4] != "-" && head[4] != "" {
			e.AddField("msgid", Text(head[4]))
		}
		p.structured(e, sd)
		p.finishFields(e)
	}
	return true
}

// syslogHead notes what a header says.
func (p *Parser) syslogHead(pri int, host, app, pid string) {
	o := &p.out
	if pri >= 0 {
		o.level = levelOfNumber(pri&7, scaleSyslog)
	}
	set := func(to *string, s string) {
		if s != "-" && s != "" {
			*to = s
		}
	}
	set(&o.platform.Host, host)
	set(&o.platform.Service, app)
	if allDigits(pid) {
		set(&o.platform.PID, pid)
	} else {
		set(&o.platform.Container, pid)
	}
	o.addStream(app + "[" + pid + "]")
}

// structuredLen returns the length of the structured data that s begins with: [id k="v" …][…].
func structuredLen(s string) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == ']' && !quoted:
			if i+1 == len(s) || s[i+1] == ' ' {
				return i + 1
			}
			if s[i+1] != '[' {
				return 0
			}
		}
	}
	return 0
}

// structured takes the parameters of structured data; those that nothing knows are kept under the name of their element.
func (p *Parser) structured(e *Event, sd string) {
	for strings.HasPrefix(sd, "[") {
		n := 1
		for n < len(sd) && sd[n] != ' ' && sd[n] != ']' {
			n++
		}
		id := sd[1:n]
		name, _, _ := strings.Cut(id, "@")
		p.rec.box = name
		known := name == "timeQuality" || name == "origin"
		for n < len(sd) && sd[n] == ' ' {
			eq := strings.IndexByte(sd[n:], '=')
			if eq < 0 || n+eq+1 >= len(sd) {
				return
			}
			key := strings.TrimSpace(sd[n : n+eq])
			v, rest, ok := cutQuotedBy(sd[n+eq+1:], '"')
			if !ok {
				return
			}
			if !known && !(name == "meta" && (key == "sequenceId" || key == "sysUpTime" || key == "language")) {
				p.field(e, key, Text(parameterText(v)))
			}
			n = len(sd) - len(rest)
		}
		p.rec.box = ""
		if n >= len(sd) {
			return
		}
		sd = sd[n+1:]
	}
}

// syslog3164 reads what follows the priority: Mmm dd hh:mm:ss host tag[pid]: text. Much in it is often left out.
func (p *Parser) syslog3164(e *Event, s string, pri int) bool {
	o := &p.out
	if n := ciscoSequence(s); n > 0 { // 29: *Mar 14 10:00:00.150: %SYS-5-CONFIG_I: …
		s = s[n:]
	}
	if t, rest, ok := p.syslogTime(s); ok {
		o.time = t
		s = strings.TrimPrefix(strings.TrimPrefix(rest, ":"), " ")
	}
	host := ""
	if tok, rest, ok := strings.Cut(s, " "); ok && tok != "" && !strings.HasSuffix(tok, ":") && isHostName(tok) {
		if _, _, _, tagged := syslogTag(rest); tagged {
			host, s = tok, rest
		} else if _, _, _, tagged := syslogTag(s); !tagged {
			host, s = tok, rest
		}
	}
	app, pid, text, ok := syslogTag(s)
	if !ok {
		text = s
	}
	o.format = "syslog.rfc3164"
	p.syslogHead(pri, host, app, pid)
	p.inner(e, syslogText(text))
	return true
}

// bareSyslog reads a line of a file that a syslog daemon wrote: a time of either style, host, tag, text.
func (p *Parser) bareSyslog(e *Event, s string) bool {
	c := s[0]
	named := c >= 'A' && c <= 'Z'
	if !named && (!isDigit(c) || len(s) < 25 || s[10] != 'T') {
		return false
	}
	if named {
		if month, n := monthOf(s); month == 0 || n != 3 || s[3] != ' ' {
			return false
		}
	}
	t, rest, ok := p.syslogTime(s)
	if !ok || !strings.HasPrefix(rest, " ") {
		return false
	}
	host, rest, ok := strings.Cut(rest[1:], " ")
	if !ok || !isHostName(host) || levelOf(host) != LevelNone {
		return false
	}
	app, pid, text, ok := syslogTag(rest)
	if !ok || !named && !allDigits(pid) && !(pid == "" && isRsyslogTime(s)) {
		return false
	}
	o := &p.out
	o.time, o.format = t, "syslog.rfc3164"
	p.syslogHead(-1, host, app, pid)
	p.inner(e, syslogText(text))
	return true
}

// syslogTime reads the time that s begins with. What looks like a year behind it may be the beginning of an IPv6 address.
func (p *Parser) syslogTime(s string) (t Time, rest string, ok bool) {
	t, rest, ok = p.leadingTime(s)
	if ok && len(rest) > 1 && rest[0] == ':' && rest[1] != ' ' && len(s)-len(rest) == len("Mmm dd hh:mm:ss yyyy") {
		if t, ok = p.parseTime(s[:15]); ok {
			rest = s[15:]
		}
	}
	return t, rest, ok
}

// parameterText undoes the escapes of structured data: a backslash before a quote, a backslash or a bracket.
func parameterText(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\' || s[i+1] == ']') {
			i++
		}
		b = append(b, s[i])
	}
	return string(b)
}

// ciscoSequence returns the length of what Cisco's devices put before the time: a number and a colon, a mark for a clock that
// is not set.
func ciscoSequence(s string) int {
	n := 0
	for n < len(s) && n < 10 && isDigit(s[n]) {
		n++
	}
	if n == 0 || !strings.HasPrefix(s[n:], ": ") {
		return 0
	}
	n += 2
	if n+1 < len(s) && (s[n] == '*' || s[n] == '.') {
		n++
	}
	if month, _ := monthOf(s[n:]); month == 0 {
		return 0
	}
	return n
}

// isRsyslogTime reports whether s begins with a time as rsyslog writes it by default: microseconds and an offset.
func isRsyslogTime(s string) bool {
	return len(s) > 33 && s[19] == '.' && allDigits(s[20:26]) && (s[26] == '+' || s[26] == '-') && s[29] == ':' && s[32] == ' '
}

// syslogText undoes what syslog daemons do to control characters: #012 for a newline, #011 for a TAB.
func syslogText(s string) string {
	if !strings.Contains(s, "#012") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "#012", "\n"), "#011", "\t")
}

// syslogTag reads "tag: ", "tag[pid]: " at the start of s.
func syslogTag(s string) (app, pid, text string, ok bool) {
	n := 0
	for n < len(s) && n < 64 && s[n] > ' ' && s[n] != '[' && s[n] != ':' && s[n] < 0x7f {
		n++
	}
	if n == 0 || n == len(s) {
		return "", "", "", false
	}
	app = s[:n]
	if s[n] == '[' {
		end := strings.IndexByte(s[n:], ']')
		if end < 2 || end > 40 || strings.IndexByte(s[n:n+end], ' ') >= 0 {
			return "", "", "", false
		}
		pid = s[n+1 : n+end]
		n += end + 1
	}
	if n >= len(s) || s[n] != ':' {
		return "", "", "", false
	}
	if n+1 < len(s) && s[n+1] != ' ' {
		return "", "", "", false
	}
	return app, pid, strings.TrimPrefix(s[n+1:], " "), true
}

// isHostName reports whether s may be the name or the address of a host.
func isHostName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isAlpha(c) && !isDigit(c) && c != '-' && c != '.' && c != ':' && c != '_' {
			return false
		}
	}
	return s != "" && len(s) <= 255 && !strings.HasSuffix(s, ":")
}
