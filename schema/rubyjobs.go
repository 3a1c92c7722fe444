package schema

import (
	"strconv"
	"strings"
)

// rubyJob reads the lines of Ruby's other job runners: GoodJob, SolidQueue, delayed_job and resque.
func (p *Parser) rubyJob(e *Event, s string) bool {
	switch {
	case strings.HasPrefix(s, "Executing GoodJob "), strings.HasPrefix(s, "Executed GoodJob "), strings.HasPrefix(s, "Created GoodJob resource with id "):
		return goodJob(e, s)
	case strings.HasPrefix(s, "SolidQueue-"):
		return p.solidQueue(e, s)
	case strings.HasPrefix(s, "[Worker("):
		return p.delayedJob(e, s)
	case strings.HasPrefix(s, "got: (Job{"), strings.HasPrefix(s, "done: (Job{"), strings.HasPrefix(s, "(Job{"):
		return resqueJob(e, s)
	}
	return false
}

func goodJob(e *Event, s string) bool {
	id := s[strings.LastIndexByte(s, ' ')+1:]
	kind, state := "job.started", "started"
	switch s[:4] {
	case "Crea":
		kind, state = "job.enqueued", "enqueued"
	default:
		if strings.HasPrefix(s, "Executed") {
			kind, state = "job.completed", "completed"
			e.Metadata.Outcome = OutcomeSuccess
		}
	}
	class := e.Metadata.Job.Class
	if class == "" {
		class = "GoodJob"
	}
	setJob(e, kind, state, class, id)
	e.Metadata.Message = Text(s)
	e.Platform.Format = "goodjob.text"
	return true
}

// solidQueue reads SolidQueue-1.0.0 Claim jobs (2.3ms)  process_id: 1, job_ids: [1, 2].
func (p *Parser) solidQueue(e *Event, s string) bool {
	version, rest, ok := strings.Cut(s[len("SolidQueue-"):], " ")
	open := strings.LastIndex(rest, "ms)")
	if !ok || open < 0 || !isDigit(version[0]) {
		return false
	}
	action, ms, ok := cutTail(rest[:open], " (")
	d, valid := scaleDuration(ms, millisecond)
	if !ok || !valid {
		return false
	}
	e.Platform.Format = "solidqueue.text"
	e.Platform.Version = version
	e.Type, e.Action = "log.message", "solid_queue."+snake(strings.ToLower(action))
	e.Metadata.Duration = d
	e.Metadata.Message = Text(action)
	r := inspected{s: strings.TrimLeft(rest[open+3:], " ")}
	for r.i < len(r.s) {
		key, _, ok := strings.Cut(r.s[r.i:], ": ")
		if !ok || !isConstant("A"+key) {
			break
		}
		r.i += len(key) + 2
		from := len(r.out)
		if !r.value(0, ",") {
			break
		}
		v := jsonValue(string(r.out[from:]))
		r.space()
		if r.i < len(r.s) && r.s[r.i] == ',' {
			r.i++
			r.space()
		}
		switch {
		case key == "active_job_id" && v.isText():
			e.setJobID(key, v.Plain())
			e.AddField(key, v)
		case key == "hostname" && v.isText():
			e.Platform.Host = v.Plain()
		case key == "pid":
			e.Platform.PID = v.Plain()
		case key == "error" && v.isText():
			e.Metadata.Error.Message = v
			if class, msg, ok := strings.Cut(v.Plain(), " "); ok && isConstant(class) {
				e.Metadata.Error.Class, e.Metadata.Error.Message = class, Text(msg)
			}
		default:
			e.AddField(key, v)
		}
	}
	if strings.HasPrefix(action, "Enqueued recurring task") && e.Correlation.JobID != "" {
		e.Type, e.Action = "job.enqueued", "recurring_task.enqueued"
		e.Subject = Subject{"job", e.Correlation.JobID}
	}
	blockLine(e, Inside)
	return true
}

// delayedJob reads [Worker(host:web1 pid:123)] Job ReceiptJob (id=17) (queue=mailers) COMPLETED after 0.1234.
func (p *Parser) delayedJob(e *Event, s string) bool {
	worker, rest, ok := strings.Cut(s[len("[Worker("):], ")] ")
	if !ok {
		return false
	}
	for word := range strings.SplitSeq(worker, " ") {
		if host, ok := strings.CutPrefix(word, "host:"); ok {
			e.Platform.Host = host
		} else if pid, ok := strings.CutPrefix(word, "pid:"); ok {
			e.Platform.PID = pid
		}
	}
	e.Platform.Format = "delayed_job.text"
	job, ok := strings.CutPrefix(rest, "Job ")
	if !ok {
		p.setText(e, rest)
		return true
	}
	class, tail, _ := strings.Cut(job, " ")
	id := bracketed(tail, "(id=")
	if method, _, ok := strings.Cut(class, "#"); ok {
		class = method
	}
	e.Metadata.Message = Text(rest)
	e.Metadata.Job.Queue = bracketed(tail, "(queue=")
	kind, state := "", ""
	switch {
	case strings.HasSuffix(tail, " RUNNING"):
		kind, state = "job.started", "started"
	case strings.Contains(tail, " COMPLETED after "):
		kind, state = "job.completed", "completed"
		_, sec, _ := cutTail(tail, " after ")
		setDuration(e, sec, second)
		e.Metadata.Outcome = OutcomeSuccess
	case strings.Contains(tail, " FAILED permanently "):
		kind, state = "job.discarded", "discarded"
		e.Metadata.Outcome, e.Metadata.Retry.Dead = OutcomeFailure, true
	case strings.Contains(tail, " FAILED ("):
		kind, state = "job.failed", "failed"
		e.Metadata.Outcome = OutcomeFailure
		_, why, _ := strings.Cut(tail, " FAILED (")
		if n := numberLen(why); n > 0 {
			prior, _ := strconv.Atoi(why[:n])
			e.Metadata.Retry.Attempt = prior + 1
		}
		if _, cause, ok := strings.Cut(why, ") with "); ok {
			name, msg, _ := strings.Cut(cause, ": ")
			e.Metadata.Error = ErrorInfo{Class: name, Message: Text(msg)}
		}
	default:
		p.setText(e, rest)
		return true
	}
	// The id is the row's number: it tells jobs of one table apart, and is reused nowhere else.
	uuid := ""
	if at := strings.IndexByte(tail, '['); at == 0 && len(tail) > 37 {
		uuid, _ = canonUUID(tail[1:37])
	}
	if uuid == "" {
		uuid = id
	} else if id != "" {
		e.AddField("delayed_job_id", Text(id))
	}
	setJob(e, kind, state, class, uuid)
	return true
}

// bracketed returns what stands behind mark up to the closing bracket.
func bracketed(s, mark string) string {
	_, rest, ok := strings.Cut(s, mark)
	if !ok {
		return ""
	}
	val, _, _ := strings.Cut(rest, ")")
	return val
}

// resqueJob reads got: (Job{default} | ReceiptJob | [17]), done: (Job{…}) and (Job{…}) failed: #<RuntimeError: message>.
func resqueJob(e *Event, s string) bool {
	open := strings.Index(s, "(Job{")
	queue, rest, ok := strings.Cut(s[open+5:], "} | ")
	if !ok {
		return false
	}
	class, rest, ok := strings.Cut(rest, " | ")
	close := strings.LastIndexByte(rest, ')')
	if failed := strings.LastIndex(rest, ") failed: "); failed >= 0 {
		close = failed
	}
	if !ok || !isConstant(class) || close < 0 {
		return false
	}
	kind, state := "job.started", "started"
	switch {
	case strings.HasPrefix(s, "done: "):
		kind, state = "job.completed", "completed"
		e.Metadata.Outcome = OutcomeSuccess
	case open == 0:
		cause, ok := strings.CutPrefix(rest[close:], ") failed: ")
		if !ok {
			return false
		}
		kind, state = "job.failed", "failed"
		e.Metadata.Outcome = OutcomeFailure
		cause = strings.TrimSuffix(strings.TrimPrefix(cause, "#<"), ">")
		name, msg, _ := strings.Cut(cause, ": ")
		e.Metadata.Error = ErrorInfo{Class: name, Message: Text(msg)}
	}
	setJob(e, kind, state, class, "")
	e.Metadata.Job.Queue = queue
	if js, ok := rubyJSON(rest[:close]); ok {
		e.Metadata.Job.Args = Value{Raw, js}
	}
	e.Platform.Format = "resque.text"
	return true
}

// parseResque reads resque's own head: ** [10:00:00 2026-03-14] 1234: got: (Job{…}), and *** message without time.
func parseResque(p *Parser, e *Event, line string) bool {
	if !strings.HasPrefix(line, "** [") && !strings.HasPrefix(line, "*** ") {
		return false
	}
	rest := strings.TrimPrefix(line, "*** ")
	if stamp, ok := strings.CutPrefix(line, "** ["); ok {
		at, after, ok := strings.Cut(stamp, "] ")
		clock, date, isPair := strings.Cut(at, " ")
		pid, msg, hasPID := strings.Cut(after, ": ")
		if !ok || !isPair || !hasPID || !allDigits(pid) {
			return false
		}
		t, ok := p.parseTime(date + " " + clock)
		if !ok {
			return false
		}
		e.setTime(t)
		e.Platform.PID = pid
		rest = msg
	}
	if !p.rubyJob(e, rest) {
		if strings.HasPrefix(line, "*** ") {
			return false
		}
		p.setText(e, rest)
	}
	e.Platform.Format = "resque.text"
	return true
}

// parseDelayedJob reads delayed_job's head: 2026-03-14T10:00:00+0000: [Worker(host:web1 pid:123)] Job X (id=1) RUNNING.
func parseDelayedJob(p *Parser, e *Event, line string) bool {
	i := strings.Index(line[:min(len(line), 40)], ": [Worker(")
	if i < 19 {
		return false
	}
	t, rest, ok := p.leadingTime(line)
	if !ok || !strings.HasPrefix(rest, ": [Worker(") {
		return false
	}
	e.setTime(t)
	return p.delayedJob(e, rest[2:])
}

// parseLTSV reads labelled tab-separated values: time:…\thost:…\tstatus:200. lograge writes them, and web servers where
// configured so.
func parseLTSV(p *Parser, e *Event, line string) bool {
	tab := strings.IndexByte(line, '\t')
	if tab < 3 {
		return false
	}
	n := 0
	for part := range strings.SplitSeq(line, "\t") {
		colon := strings.IndexByte(part, ':')
		if colon <= 0 || !isDotted(strings.ReplaceAll(part[:colon], "-", "_")) {
			return false
		}
		n++
	}
	if n < 3 {
		return false
	}
	lograge := strings.Contains(line, "\tcontroller:") && strings.Contains(line, "\taction:")
	access := !lograge && strings.Contains(line, "\tstatus:") && (strings.Contains(line, "\treq:") || strings.Contains(line, "\treqtime:") || strings.Contains(line, "\turi:"))
	var controller, action string
	switch {
	case lograge:
		p.rec.flavor = &flavorLogrageKV
	case access:
		p.rec.flavor = &flavorNginx
	}
	e.Platform.Format = "ltsv"
	for part := range strings.SplitSeq(line, "\t") {
		key, val, _ := strings.Cut(part, ":")
		if val == "" || val == "-" {
			continue
		}
		switch {
		case lograge && key == "controller":
			controller = val
			e.AddField(key, Text(val))
		case lograge && key == "action":
			action = val
			e.AddField(key, Text(val))
		case lograge && key == "duration":
			setDuration(e, val, millisecond)
		case lograge && (key == "view" || key == "db"):
			addTiming(e, key, val, millisecond)
		case lograge && key == "error":
			setLogrageError(e, strings.Trim(val, "'"))
		case access:
			p.field(e, accessLabel(key), Text(val))
		default:
			p.field(e, key, Text(val))
		}
	}
	if lograge {
		e.Metadata.Route = p.paired(controller, '#', action)
		e.Platform.Format = "lograge.ltsv"
	}
	e.Join.Single = true
	return true
}
