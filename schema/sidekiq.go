package schema

import "strings"

// parseSidekiq reads Sidekiq's text log, from version 3 to 8, with and without time:
//
//	2026-03-14T10:00:00.607Z pid=26495 tid=jer class=InvoiceWorker jid=51fe… elapsed=0.251 INFO: done
//	INFO  2026-03-14T10:00:00.607Z pid=26495 tid=jer class=InvoiceWorker jid=51fe… elapsed=0.251: done
//	2026-03-14T10:00:00.607Z 26495 TID-jer InvoiceWorker JID-51fe… INFO: done: 0.251 sec
func parseSidekiq(p *Parser, e *Event, line string) bool {
	// Every form has pid= and tid=, or TID-, near its beginning.
	head := line[:min(len(line), 72)]
	modern := strings.Contains(head, "pid=")
	if line == "" || !modern && !strings.Contains(head, " TID-") || strings.IndexByte("0123456789DIWEFUp\x1b", line[0]) < 0 {
		return false
	}
	if strings.IndexByte(line, 0x1b) >= 0 {
		line = StripANSI(line)
	}
	rest := line
	level := LevelNone
	if c := rest[0]; c >= 'A' && c <= 'Z' {
		word, after := cutToken(rest)
		if level = rubyLevel(word); level == LevelNone && word != "UNKNOWN" {
			return false
		}
		rest = after
	}
	t, after, timed := p.leadingTime(rest)
	if timed {
		rest = strings.TrimLeft(after, " ")
	}
	if modern {
		return p.sidekiqPairs(e, rest, t, timed, level)
	}
	return p.sidekiqOld(e, rest, t, timed)
}

// rubyLevel returns the level of a word that Ruby's Logger writes.
func rubyLevel(s string) Level {
	switch s {
	case "DEBUG":
		return LevelDebug
	case "INFO":
		return LevelInfo
	case "WARN":
		return LevelWarn
	case "ERROR":
		return LevelError
	case "FATAL":
		return LevelFatal
	}
	return LevelNone
}

// sidekiqPairs reads the context and message of Sidekiq 6 and later.
func (p *Parser) sidekiqPairs(e *Event, rest string, t Time, timed bool, level Level) bool {
	if !strings.HasPrefix(rest, "pid=") || !strings.Contains(rest[:min(len(rest), 40)], " tid=") {
		return false
	}
	var pid, tid, class, jid, elapsed, msg string
	ctx := rest
	// The context ends with "key=value: " (7 and later) or "LEVEL: " (6).
	for {
		token, after := cutToken(rest)
		if token == "" {
			return false
		}
		done := strings.HasSuffix(token, ":")
		token = strings.TrimSuffix(token, ":")
		key, val, pair := strings.Cut(token, "=")
		if !pair {
			if l := rubyLevel(token); done && (l != LevelNone || token == "UNKNOWN") {
				level, msg = l, after
				break
			}
			return false
		}
		switch key {
		case "pid":
			pid = val
		case "tid":
			tid = val
		case "class":
			class = val
		case "jid":
			jid = val
		case "elapsed":
			elapsed = val
		}
		rest = after
		if done {
			msg = after
			break
		}
	}
	if tid == "" {
		return false
	}
	if timed {
		e.setTime(t)
	}
	e.Metadata.Level = level
	e.Platform.PID, e.Platform.Thread = pid, tid
	e.Platform.Format = "sidekiq.text"
	e.Join.Key = tid
	e.setJobID("jid", jid)
	e.Metadata.Job.Class = class
	for rest := ctx; ; {
		token, after := cutToken(rest)
		key, val, pair := strings.Cut(strings.TrimSuffix(token, ":"), "=")
		if !pair {
			break
		}
		switch key {
		case "pid", "tid", "class", "jid", "elapsed":
		case "bid":
			e.AddIdent(IdentBatch, "bid", val)
			e.AddField("bid", Text(val))
		case "tags":
			e.AddExtra("tags", Value{Raw, p.jsonList(val)})
		case "queue":
			e.Metadata.Job.Queue = val
		default:
			p.field(e, key, Text(val))
		}
		if strings.HasSuffix(token, ":") {
			break
		}
		rest = after
	}
	if d, ok := scaleDuration(elapsed, second); ok {
		e.Metadata.Duration = d
	}
	p.sidekiqMessage(e, msg)
	return true
}

// jsonList returns words separated by commas as a JSON array.
func (p *Parser) jsonList(s string) string {
	b := append(make([]byte, 0, len(s)+8), '[')
	for i, w := range strings.Split(s, ",") {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, w)
	}
	return p.keep(append(b, ']'))
}

// sidekiqOld reads what Sidekiq 3 to 5 write behind the time: 26495 TID-jer InvoiceWorker JID-51fe… INFO: done: 0.251 sec.
func (p *Parser) sidekiqOld(e *Event, rest string, t Time, timed bool) bool {
	pid, rest := cutToken(rest)
	tid, rest := cutToken(rest)
	if !allDigits(pid) || !strings.HasPrefix(tid, "TID-") {
		return false
	}
	level := LevelNone
	class, jid, bid := "", "", ""
	for level == LevelNone {
		token, after := cutToken(rest)
		switch {
		case token == "":
			return false
		case strings.HasSuffix(token, ":") && rubyLevel(token[:len(token)-1]) != LevelNone:
			level = rubyLevel(token[:len(token)-1])
		case strings.HasPrefix(token, "JID-"):
			jid = token[4:]
		case strings.Count(token, "/") == 2 && class == "": // Shoryuken: class/queue/message id
			part := strings.Split(token, "/")
			class, jid = part[0], part[2]
			e.Metadata.Job.Queue = part[1]
		case strings.HasPrefix(token, "BID-"):
			bid = token[4:]
		case isConstant(token) && class == "":
			class = token
		}
		rest = after
	}
	if timed {
		e.setTime(t)
	}
	e.Metadata.Level = level
	e.Platform.PID, e.Platform.Thread = pid, tid[4:]
	e.Platform.Format = "sidekiq.text"
	e.Join.Key = e.Platform.Thread
	e.setJobID("jid", jid)
	e.Metadata.Job.Class = class
	e.AddIdent(IdentBatch, "bid", bid)
	if ms, ok := strings.CutPrefix(rest, "completed in: "); ok { // Shoryuken
		if setDuration(e, strings.TrimSuffix(ms, " ms"), millisecond) {
			rest = "done"
		}
	} else if strings.HasPrefix(rest, "started at ") {
		rest = "start"
	}
	if state, sec, ok := strings.Cut(rest, ": "); ok && (state == "done" || state == "fail") {
		if num, ok := strings.CutSuffix(sec, " sec"); ok {
			if d, ok := scaleDuration(num, second); ok {
				e.Metadata.Duration = d
				rest = state
			}
		}
	}
	p.sidekiqMessage(e, rest)
	return true
}

// sidekiqMessage fills e from the message of a Sidekiq line whose context is in e.
func (p *Parser) sidekiqMessage(e *Event, msg string) {
	class, jid := e.Metadata.Job.Class, e.Correlation.JobID
	state := ""
	switch msg {
	case "start":
		state = "started"
	case "done":
		state = "completed"
		e.Metadata.Outcome = OutcomeSuccess
	case "fail":
		state = "failed"
		e.Metadata.Outcome = OutcomeFailure
	}
	if state != "" && jid != "" {
		e.Type = "job." + state
		e.Subject = Subject{"job", jid}
		e.Action = "job." + state
		if class != "" {
			e.Action = p.concat(class, ".", state)
		}
		return
	}
	if jid != "" && len(msg) > 12 && (msg[0] == 'P' || msg[0] == 'E') {
		// ActiveJob inside of Sidekiq: the run itself is told by start and done, this line only adds the job's other id.
		if isRun := strings.HasPrefix(msg, "Performing ") || strings.HasPrefix(msg, "Performed "); isRun {
			if _, id, _, ok := cutJob(msg[strings.IndexByte(msg, ' ')+1:]); ok && id != "" {
				e.AddIdent(IdentJob, "job_id", id)
				e.AddField("active_job_id", Text(id))
				e.Subject = Subject{"job", jid}
				e.Metadata.Message = Text(msg)
				return
			}
		}
	}
	if p.railsMessage(e, msg) {
		e.Platform.Format = "sidekiq.text"
		return
	}
	if sidekiqFailure(e, msg) {
		return
	}
	p.setText(e, msg)
	if jid != "" && e.Subject.Type == "" {
		e.Subject = Subject{"job", jid}
	}
}

// sidekiqFailure reads what Sidekiq's error handler logs of a job that failed: the job, the exception and its backtrace, each
// in a line of its own that names but the thread.
func sidekiqFailure(e *Event, msg string) bool {
	if strings.HasPrefix(msg, `{"context":`) {
		setSidekiqError(e, msg)
		return true
	}
	if name, text, ok := strings.Cut(msg, ": "); ok && e.Metadata.Level >= LevelWarn && isConstant(name) && (strings.Contains(name, "::") || exceptionName(name)) {
		e.Type, e.Action = "error.raised", name
		e.Subject = Subject{"error", name}
		e.Metadata.Outcome = OutcomeFailure
		e.Metadata.Message = Text(msg)
		e.Metadata.Error = ErrorInfo{Class: name, Message: Text(text)}
		setValidation(e)
		return true
	}
	if rubyFrame(firstLine(msg)) {
		e.Metadata.Message = Text(msg)
		e.Join.Role, e.Join.Text = Continues, msg
		return true
	}
	return false
}

// sidekiqJSON is sidekiqFailure for Sidekiq's JSON.
func (p *Parser) sidekiqJSON(e *Event) {
	if e.Type != "" && e.Type != "log.message" || e.Metadata.Level < LevelWarn || e.Metadata.Message.IsZero() {
		return
	}
	e.Join.Key = e.Platform.Thread
	if sidekiqFailure(e, e.Metadata.Message.Plain()) {
		e.Join.Single = e.Type != "error.raised" || e.Metadata.Job.Class != "" // a backtrace may follow
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
