package schema

import "strings"

// parseCelery takes the lines of a Celery worker.
//
//	[2026-03-14 10:00:00,444: INFO/ForkPoolWorker-1] Task shop.send_receipt[c0ff…] succeeded in 0.051s: None
func parseCelery(p *Parser, e *Event, s *stamped) bool {
	if !s.bracket || s.closed || !strings.HasPrefix(s.rest, ": ") {
		return false
	}
	end := strings.IndexByte(s.rest, ']')
	if end < 0 {
		return false
	}
	word, process, ok := strings.Cut(s.rest[2:end], "/")
	level := levelWord(word, false)
	if !ok || level == LevelNone {
		return false
	}
	e.Metadata.Level = level
	e.Platform.Thread = process
	msg := strings.TrimSpace(s.rest[end+1:])
	e.Metadata.Message = Text(msg)
	task, is := strings.CutPrefix(msg, "Task ")
	name, id, rest, ok := cutTask(task)
	switch {
	case ok && is:
		celeryTask(p, e, name, id, rest)
	case ok && strings.HasPrefix(rest, ":"): // the task's own logger
		setTask(e, name, id)
		p.setTextPairs(e, strings.TrimSpace(rest[1:]))
		e.Metadata.Message = Text(strings.TrimSpace(rest[1:]))
		setDefault(&e.Action, name)
	default:
		p.setTextPairs(e, msg)
		e.Metadata.Message = Text(msg)
		celeryOther(e, msg)
	}
	return true
}

// cutTask takes "name[uuid]rest" apart.
func cutTask(s string) (name, id, rest string, ok bool) {
	open := strings.IndexByte(s, '[')
	if open < 1 || !isLogger(s[:open]) {
		return "", "", "", false
	}
	shut := strings.IndexByte(s[open:], ']')
	if shut < 0 {
		return "", "", "", false
	}
	id = s[open+1 : open+shut]
	if len(id) < 8 || strings.IndexByte(id, ' ') >= 0 {
		return "", "", "", false
	}
	return s[:open], id, s[open+shut+1:], true
}

func setTask(e *Event, name, id string) {
	e.Metadata.Job.Class = name
	e.setJobID("task_id", id)
}

// setJobState makes e a step in the life of a job: completed, failed and so on.
func setJobState(e *Event, state string) {
	e.Type = "job." + state
	class := e.Metadata.Job.Class
	e.Action = class[strings.LastIndexByte(class, '.')+1:] + "." + state
	if e.Correlation.JobID != "" {
		e.Subject = Subject{"job", e.Correlation.JobID}
	}
	switch state {
	case "completed":
		e.Metadata.Outcome = OutcomeSuccess
	case "failed", "discarded", "retried":
		e.Metadata.Outcome = OutcomeFailure
	}
}

// celeryTask reads what happened to a task.
func celeryTask(p *Parser, e *Event, name, id, rest string) {
	setTask(e, name, id)
	rest = strings.TrimSpace(rest)
	verb, tail := cutToken(rest)
	switch strings.TrimRight(verb, ":") {
	case "received": // taken off the queue: it may wait for its time, or for a worker that is free
		setReceived(e)
		if eta, ok := strings.CutPrefix(tail, "ETA:["); ok {
			eta, _, _ = strings.Cut(eta, "]")
			e.AddField("eta", Text(eta))
		}
	case "succeeded":
		setJobState(e, "completed")
		if d, result, ok := strings.Cut(strings.TrimPrefix(tail, "in "), ":"); ok {
			if dur, ok := parseDuration(d); ok {
				e.Metadata.Duration = dur
			}
			addFieldIf(e, "result", strings.TrimSpace(result))
		} else if dur, ok := parseDuration(d); ok {
			e.Metadata.Duration = dur
		}
	case "retry":
		setJobState(e, "retried")
		e.Metadata.Retry.WillRetry = true
		tail = strings.TrimPrefix(tail, "Retry")
		if in, ok := strings.CutPrefix(tail, " in "); ok {
			wait, why, _ := strings.Cut(in, ":")
			if d, ok := parseDuration(wait); ok {
				e.Metadata.Retry.In = d
			}
			setPythonRepr(e, strings.TrimSpace(why))
		} else {
			setPythonRepr(e, strings.TrimLeft(tail, ": "))
		}
	case "raised": // "raised unexpected: X('…')", "raised expected: …"
		setJobState(e, "failed")
		_, why, _ := strings.Cut(tail, ":")
		setPythonRepr(e, strings.TrimSpace(why))
	case "failed":
		setJobState(e, "failed")
		setPythonRepr(e, strings.TrimLeft(tail, ": "))
	case "ignored", "rejected", "revoked":
		setJobState(e, "discarded")
	case "INTERNAL":
		setJobState(e, "failed")
		_, why, _ := strings.Cut(tail, ":")
		setPythonRepr(e, strings.TrimSpace(why))
	default:
		scanIdents(e, rest)
		p.finishFields(e)
	}
}

// setReceived makes e the arrival of a task's message at a worker.
func setReceived(e *Event) {
	setJobState(e, "received")
	e.Type = "message.received"
}

// celeryOther reads what the worker says of a task in other words.
func celeryOther(e *Event, msg string) {
	for _, f := range [...]struct{ prefix, state string }{
		{"Received task: ", "received"},
		{"Task accepted: ", "started"},
		{"Discarding revoked task: ", "discarded"},
		{"Hard time limit (", "failed"},
		{"Soft time limit (", "failed"},
		{"Scheduler: Sending due task ", "enqueued"},
	} {
		rest, ok := strings.CutPrefix(msg, f.prefix)
		if !ok {
			continue
		}
		if f.state == "enqueued" { // Beat names the entry and the task, no id
			_, task, _ := strings.Cut(rest, "(")
			if task = strings.TrimSuffix(task, ")"); isLogger(task) {
				e.Metadata.Job.Class = task
				setJobState(e, f.state)
			}
			return
		}
		if i := strings.Index(rest, " for "); i >= 0 {
			rest = rest[i+5:]
		}
		if name, id, _, ok := cutTask(rest); ok {
			setTask(e, name, id)
			setJobState(e, f.state)
			switch f.state {
			case "received":
				setReceived(e)
			case "failed":
				e.Metadata.Error.Class = "TimeLimitExceeded"
				e.Metadata.Error.Message = Text(msg)
			}
		}
		return
	}
	if rest, ok := strings.CutPrefix(msg, "Task handler raised error: "); ok {
		setPythonRepr(e, rest)
		setRaised(e)
	}
}

// setPythonRepr takes an exception as Python shows it: ValueError('gateway timeout'), KeyError('id'),
// HTTPError("404 …"). Anything else becomes the message.
func setPythonRepr(e *Event, s string) {
	if s == "" {
		return
	}
	class, text, ok := pythonRepr(s)
	if !ok {
		e.Metadata.Error.Message = Text(s)
		return
	}
	e.Metadata.Error.Class = class
	e.Metadata.Error.Message = Text(text)
}

func pythonRepr(s string) (class, text string, ok bool) {
	open := strings.IndexByte(s, '(')
	if open < 1 || s[len(s)-1] != ')' || !isLogger(s[:open]) {
		if isLogger(s) && errorName(s) {
			return s, "", true
		}
		return "", "", false
	}
	args := strings.TrimSuffix(s[open+1:len(s)-1], ",")
	if n := len(args); n >= 2 && (args[0] == '\'' || args[0] == '"') && args[n-1] == args[0] && strings.Count(args, args[:1]) == 2 {
		return s[:open], unescapeQuoted(args[1 : n-1]), true
	}
	return s[:open], args, true
}
