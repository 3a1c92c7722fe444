package schema

import "strings"

// parseLaravelQueue takes what Laravel's queue worker and Horizon print up to Laravel 8.
//
//	[2026-03-14 10:00:00][Kb3mJ1qYvT0r] Processing: App\Jobs\SendMail
func parseLaravelQueue(_ *Parser, e *Event, s *stamped) bool {
	if !s.closed || !strings.HasPrefix(s.rest, "[") {
		return false
	}
	id, rest, ok := cutBracket(s.rest)
	if !ok || id == "" || strings.IndexByte(id, ' ') >= 0 {
		return false
	}
	word, class, ok := strings.Cut(strings.TrimLeft(rest, " "), ":")
	class = strings.TrimLeft(class, " ")
	state := laravelState(word)
	if !ok || state == "" || !isLogger(class) {
		return false
	}
	e.setJobID("job_id", id)
	setLaravelJob(e, class, state)
	return true
}

func laravelState(word string) string {
	switch word {
	case "Processing", "RUNNING":
		return "started"
	case "Processed", "DONE":
		return "completed"
	case "Failed", "FAIL":
		return "failed"
	}
	return ""
}

// setLaravelJob makes e a step in the life of a job whose class stands with its namespace.
func setLaravelJob(e *Event, class, state string) {
	e.Metadata.Job.Class = class
	e.Platform.Format = "laravel.queue"
	setJobState(e, state)
	e.Action = class[strings.LastIndexByte(class, '\\')+1:] + "." + state
	if state == "started" {
		e.Metadata.Outcome = OutcomeUnknown
	}
}

// parseLaravelTask takes what the queue worker prints since Laravel 9.
//
//	2026-03-14 10:00:00 App\Jobs\SendMail ........................ 150.00ms DONE
func parseLaravelTask(p *Parser, e *Event, line string) bool {
	if len(line) < 40 || line[0] != ' ' || line[1] != ' ' || !isDigit(line[2]) {
		return false
	}
	t, rest, ok := p.leadingTime(line[2:])
	if !ok {
		return false
	}
	class, rest := cutToken(strings.TrimLeft(rest, " "))
	dots := strings.Index(rest, "...")
	if !isLogger(class) || dots < 0 || dots > 120 {
		return false
	}
	tail := strings.TrimSpace(strings.TrimLeft(rest[dots:], "."))
	took, word, ok := cutLast(tail, ' ')
	if !ok {
		took, word = "", tail
	}
	state := laravelState(word)
	if state == "" {
		return false
	}
	e.setTime(t)
	if d, ok := parseDuration(strings.ReplaceAll(took, " ", "")); ok {
		e.Metadata.Duration = d
	} else if took != "" {
		e.AddField("used", Text(took))
	}
	id, where := cutToken(strings.TrimSpace(rest[:dots])) // with -v: id, connection and queue
	if id != "" {
		e.setJobID("job_id", id)
	}
	connection, queue := cutToken(where)
	addFieldIf(e, "connection", connection)
	e.Metadata.Job.Queue = queue
	setLaravelJob(e, class, state)
	return true
}
