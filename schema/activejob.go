package schema

import (
	"strconv"
	"strings"
)

// activeJob reads the lines of ActiveJob's log subscriber, from Rails 4.2 to 8.1.
func (p *Parser) activeJob(e *Event, s string) bool {
	verb, rest, ok := strings.Cut(s, " ")
	if !ok {
		return false
	}
	switch verb {
	case "Enqueued":
		return p.jobEnqueued(e, s, rest)
	case "Performing":
		return p.jobPerforming(e, rest)
	case "Performed":
		return p.jobPerformed(e, rest)
	case "Error":
		if rest, ok = strings.CutPrefix(rest, "performing "); ok {
			return p.jobError(e, rest)
		}
	case "Retrying":
		return p.jobRetrying(e, rest)
	case "Stopped":
		if rest, ok = strings.CutPrefix(rest, "retrying "); ok {
			return p.jobGivenUp(e, rest, "failed")
		}
	case "Discarded":
		return p.jobGivenUp(e, rest, "discarded")
	case "Failed":
		if rest, ok = strings.CutPrefix(rest, "enqueuing "); ok {
			return p.jobNotEnqueued(e, s, rest)
		}
	case "Interrupted", "Resuming":
		class, id, _, ok := cutJob(rest)
		if !ok || id == "" {
			return false
		}
		setJob(e, "log.message", "", class, id)
		e.Action = class + ".interrupted"
		if verb == "Resuming" {
			e.Action = class + ".resumed"
		}
		e.Metadata.Message = Text(s)
		return true
	}
	return false
}

// cutJob takes "Class (Job ID: id)" off s; the id may be missing.
func cutJob(s string) (class, id, rest string, ok bool) {
	class, rest, _ = strings.Cut(s, " ")
	if !isConstant(class) {
		return "", "", "", false
	}
	if after, found := strings.CutPrefix(rest, "(Job ID: "); found {
		id, rest, ok = strings.Cut(after, ")")
		return class, id, strings.TrimPrefix(rest, " "), ok
	}
	return class, "", rest, true
}

// cutQueue takes "to Sidekiq(default)" or "from Async(mailers)" off s.
func cutQueue(s, word string) (queue, rest string, ok bool) {
	s, ok = strings.CutPrefix(s, word)
	if !ok {
		return "", s, false
	}
	open := strings.IndexByte(s, '(')
	close := strings.IndexByte(s, ')')
	if open <= 0 || close < open || strings.IndexByte(s[:open], ' ') >= 0 {
		return "", s, false
	}
	return s[open+1 : close], s[close+1:], true
}

// setJob fills what all events of jobs have.
func setJob(e *Event, kind, state, class, id string) {
	e.Type = kind
	e.Metadata.Job.Class = class
	if state != "" {
		e.Action = class + "." + state
	}
	if id != "" {
		if known := e.Correlation.JobID; known == "" {
			e.setJobID("job_id", id)
		} else if known != id {
			e.AddIdent(IdentJob, "job_id", id)
		}
	}
	if id = e.Correlation.JobID; id != "" {
		e.Subject = Subject{"job", id}
	}
	blockLine(e, Inside)
}

// setJobArgs reads " with arguments: …" and the entities named in it.
func setJobArgs(e *Event, s string) {
	_, args, ok := strings.Cut(s, " with arguments: ")
	if !ok || args == "" {
		return
	}
	if js, ok := rubyList(args); ok {
		e.Metadata.Job.Args = Value{Raw, js}
	} else {
		e.Metadata.Job.Args = Text(args)
	}
	for {
		i := strings.Index(args, "gid://")
		if i < 0 {
			return
		}
		args = args[i+len("gid://"):]
		end := strings.IndexAny(args, "> \",)}?")
		if end < 0 {
			end = len(args)
		}
		if part := strings.Split(args[:end], "/"); len(part) == 3 {
			e.AddIdent(IdentEntity, snake(demodulize(part[1])), part[2])
		}
	}
}

func (p *Parser) jobEnqueued(e *Event, s, rest string) bool {
	if n := numberLen(rest); n > 0 {
		// Enqueued 3 jobs to Sidekiq (2 AJob, 1 BJob)
		after, ok := strings.CutPrefix(rest[n:], " jobs to ")
		if !ok {
			if after, ok = strings.CutPrefix(rest[n:], " job to "); !ok {
				return false
			}
		}
		e.Type, e.Action = "job.enqueued", "jobs.enqueued"
		e.Metadata.Message = Text(s)
		e.AddExtra("bulk", Value{Raw, `{"operation":"enqueue_all","row_count":` + rest[:n] + "}"})
		if _, kinds, ok := strings.Cut(after, "("); ok {
			e.AddField("jobs", Text(strings.TrimSuffix(kinds, ")")))
		}
		blockLine(e, Inside)
		return true
	}
	class, id, rest, ok := cutJob(rest)
	if !ok {
		return false
	}
	queue, rest, ok := cutQueue(rest, "to ")
	if !ok {
		return false
	}
	setJob(e, "job.enqueued", "enqueued", class, id)
	// A job's tags, when this line has them, are those of the job that enqueues.
	if id != "" && e.Correlation.JobID != id {
		e.Correlation.JobID = id
		e.Subject = Subject{"job", id}
	}
	e.Metadata.Job.Queue = queue
	if at, ok := strings.CutPrefix(rest, " at "); ok {
		at, _, _ = strings.Cut(at, " with arguments")
		e.AddExtra("scheduled_at", Text(strings.TrimSpace(at)))
	}
	setJobArgs(e, rest)
	return true
}

func (p *Parser) jobPerforming(e *Event, s string) bool {
	class, id, rest, ok := cutJob(s)
	if !ok {
		return false
	}
	queue, rest, ok := cutQueue(rest, "from ")
	if !ok {
		return false
	}
	setJob(e, "job.started", "started", class, id)
	e.Metadata.Job.Queue = queue
	if at, ok := strings.CutPrefix(rest, " enqueued at "); ok {
		at, _, _ = strings.Cut(at, " ")
		e.AddExtra("enqueued_at", Text(at))
		if t, ok := p.parseTime(at); ok && e.Time.From == FromLine && t.Digits >= 3 && e.Time.NS >= t.NS {
			e.Metadata.Job.Wait = Duration{e.Time.NS - t.NS, true}
		}
	}
	setJobArgs(e, rest)
	return true
}

func (p *Parser) jobPerformed(e *Event, s string) bool {
	class, id, rest, ok := cutJob(s)
	if !ok {
		return false
	}
	queue, rest, ok := cutQueue(rest, "from ")
	if !ok {
		return false
	}
	setJob(e, "job.completed", "completed", class, id)
	e.Metadata.Job.Queue = queue
	e.Metadata.Outcome = OutcomeSuccess
	setJobDuration(e, rest)
	return true
}

// setJobDuration reads " in 73.85ms" and returns what follows.
func setJobDuration(e *Event, s string) string {
	s, ok := strings.CutPrefix(s, " in ")
	if !ok {
		return s
	}
	num, rest, ok := strings.Cut(s, "ms")
	if d, valid := scaleDuration(num, millisecond); ok && valid {
		e.Metadata.Duration = d
		return rest
	}
	return s
}

func (p *Parser) jobError(e *Event, s string) bool {
	class, id, rest, ok := cutJob(s)
	if !ok {
		return false
	}
	queue, rest, ok := cutQueue(rest, "from ")
	if !ok {
		return false
	}
	setJob(e, "job.failed", "failed", class, id)
	e.Metadata.Job.Queue = queue
	e.Metadata.Outcome = OutcomeFailure
	rest = strings.TrimPrefix(setJobDuration(e, rest), ": ")
	setJobFailure(e, rest)
	return true
}

// setJobFailure reads "Class (message):" with more lines of the message or a backtrace to follow, or words.
func setJobFailure(e *Event, s string) {
	if e.Metadata.Level == LevelNone {
		e.Metadata.Level = LevelError
	}
	class, msg, ok := strings.Cut(s, " (")
	if !ok || !isConstant(class) {
		if s != "" {
			e.Metadata.Error.Message = Text(strings.TrimSuffix(s, ":"))
		}
		return
	}
	if !strings.HasSuffix(msg, ")") && !strings.HasSuffix(msg, "):") {
		e.Join.Until = "):" // the message has several lines
	}
	msg = strings.TrimSuffix(msg, ":")
	msg = strings.TrimSuffix(msg, ")")
	e.Metadata.Error = ErrorInfo{Class: class, Message: Text(msg)}
	setValidation(e)
}

// jobRetrying reads Retrying C (Job ID: x) after 2 attempts in 3 seconds, due to a Class (message). and the older
// Retrying C in 3 seconds, due to a Class.
func (p *Parser) jobRetrying(e *Event, s string) bool {
	class, id, rest, ok := cutJob(s)
	if !ok || !strings.Contains(rest, "in ") || !strings.Contains(rest, "due to ") {
		return false
	}
	setJob(e, "job.retried", "retried", class, id)
	e.Metadata.Retry.WillRetry = true
	if after, ok := strings.CutPrefix(rest, "after "); ok {
		e.Metadata.Retry.Attempt, _ = strconv.Atoi(after[:numberLen(after)])
	}
	if _, after, ok := strings.Cut(rest, "in "); ok {
		in, _, _ := strings.Cut(after, ",")
		num, unit, _ := strings.Cut(in, " ")
		if u, ok := unitOf(unit); ok {
			e.Metadata.Retry.In, _ = scaleDuration(num, u)
		}
	}
	setJobCause(e, rest)
	return true
}

// setJobCause reads "due to a Class (message)." and what may follow.
func setJobCause(e *Event, s string) {
	_, cause, ok := strings.Cut(s, "due to a ")
	if !ok {
		if _, cause, ok = strings.Cut(s, "due to an "); !ok {
			return
		}
	}
	if before, n, ok := strings.Cut(cause, ", which reoccurred on "); ok {
		cause = before
		e.Metadata.Retry.Attempt, _ = strconv.Atoi(n[:numberLen(n)])
	}
	cause = strings.TrimSuffix(cause, ".")
	class, msg, _ := strings.Cut(cause, " (")
	if isConstant(class) {
		e.Metadata.Error = ErrorInfo{Class: class, Message: Text(strings.TrimSuffix(msg, ")"))}
		setValidation(e)
	}
}

func (p *Parser) jobGivenUp(e *Event, s, state string) bool {
	class, id, rest, ok := cutJob(s)
	if !ok || !strings.Contains(rest, "due to ") {
		return false
	}
	setJob(e, "job."+state, state, class, id)
	if state == "failed" {
		e.Type, e.Action = "job.discarded", class+".discarded"
	}
	e.Metadata.Outcome = OutcomeFailure
	e.Metadata.Retry.Dead = true
	setJobCause(e, rest)
	if e.Metadata.Level == LevelNone {
		e.Metadata.Level = LevelError
	}
	return true
}

func (p *Parser) jobNotEnqueued(e *Event, s, rest string) bool {
	class, id, rest, ok := cutJob(rest)
	if !ok {
		return false
	}
	queue, rest, ok := cutQueue(rest, "to ")
	if !ok {
		return false
	}
	setJob(e, "job.failed", "enqueue_failed", class, id)
	e.Metadata.Job.Queue = queue
	e.Metadata.Outcome = OutcomeFailure
	e.Metadata.Message = Text(s)
	setJobFailure(e, strings.TrimLeft(rest, ":, "))
	return true
}

// railsMail reads ActionMailer's lines: Delivered mail id (12ms), Failed delivery of mail id, UserMailer#welcome: processed
// outbound mail in 12ms, and Sent mail to a@example.com (12ms) of Rails 3 and 4.
func railsMail(e *Event, s string) bool {
	switch {
	case strings.HasPrefix(s, "Delivered mail "):
		id, ms, ok := cutTail(s[len("Delivered mail "):], " (")
		d, valid := scaleDuration(strings.TrimSuffix(ms, "ms)"), millisecond)
		if !ok || !valid {
			return false
		}
		e.Type, e.Action = "mail.delivered", "mail.delivered"
		e.Metadata.Duration, e.Metadata.Outcome = d, OutcomeSuccess
		e.setMessageID("message_id", id)
	case strings.HasPrefix(s, "Failed delivery of mail "):
		rest := s[len("Failed delivery of mail "):]
		id, cause, _ := strings.Cut(rest, " ")
		e.Type, e.Action = "mail.failed", "mail.failed"
		e.Metadata.Outcome = OutcomeFailure
		e.setMessageID("message_id", strings.TrimSuffix(id, ","))
		e.Metadata.Message = Text(s)
		setJobCause(e, cause)
		if _, err, ok := strings.Cut(cause, "error_class="); ok {
			class, rest, _ := strings.Cut(err, " ")
			e.Metadata.Error.Class = strings.Trim(class, "(),")
			if _, msg, ok := strings.Cut(rest, "error_message="); ok {
				e.Metadata.Error.Message = Text(strings.Trim(msg, "'\")"))
			}
		}
	case strings.HasPrefix(s, "Sent mail to "):
		to, ms, ok := cutTail(s[len("Sent mail to "):], " (")
		d, valid := scaleDuration(strings.TrimSuffix(ms, "ms)"), millisecond)
		if !ok || !valid {
			return false
		}
		e.Type, e.Action = "mail.delivered", "mail.delivered"
		e.Metadata.Duration, e.Metadata.Outcome = d, OutcomeSuccess
		e.AddField("to", Text(to))
	default:
		mailer, ms, ok := strings.Cut(s, ": processed outbound mail in ")
		class, action, isMailer := strings.Cut(mailer, "#")
		d, valid := scaleDuration(strings.TrimSuffix(ms, "ms"), millisecond)
		if !ok || !isMailer || !valid || !isConstant(class) {
			return false
		}
		e.Type, e.Action = "log.message", "mail.processed"
		e.Metadata.Duration = d
		e.Metadata.Message = Text(s)
		e.AddField("mailer", Text(class))
		e.AddField("mailer_action", Text(action))
	}
	blockLine(e, Inside)
	return true
}
