package schema

import "strings"

// parseLambdaText takes what the runtimes of AWS Lambda print: timestamp, request id, level and message with TABs (Node),
// and the older form without a level.
func parseLambdaText(p *Parser, e *Event, s *stamped) bool {
	if s.bracket || !strings.HasPrefix(s.rest, "\t") {
		return false
	}
	id, rest, ok := strings.Cut(s.rest[1:], "\t")
	if !ok {
		return false
	}
	if _, is := canonUUID(id); !is && id != "undefined" {
		return false
	}
	e.setRequestID("RequestId", id)
	if word, msg, ok := strings.Cut(rest, "\t"); ok {
		if level := levelWord(word, true); level != LevelNone {
			e.Metadata.Level, rest = level, msg
		}
	}
	lambdaMessage(p, e, rest)
	return true
}

// lambdaMessage takes the message of a function. An error that reached the runtime comes as "Invoke Error" and JSON.
func lambdaMessage(p *Parser, e *Event, msg string) {
	kind, js, ok := strings.Cut(msg, "\t")
	kind = strings.TrimSpace(kind)
	if ok && (kind == "Invoke Error" || kind == "Uncaught Exception" || kind == "Unhandled Promise Rejection") && p.object(e, js) {
		setDefaultValue(&e.Metadata.Message, Text(kind))
		p.finishFields(e)
		setRaised(e)
		return
	}
	p.setText(e, msg)
}

func setDefaultValue(v *Value, to Value) {
	if v.IsZero() {
		*v = to
	}
}

// parseLambdaPython takes the form of the Python runtime: [LEVEL], timestamp, request id and message with TABs.
func parseLambdaPython(p *Parser, e *Event, line string) bool {
	if len(line) < 4 {
		return false
	}
	if line[0] != '[' {
		return false
	}
	end := strings.Index(line[:min(len(line), 16)], "]\t")
	if end < 4 {
		return false
	}
	level := levelWord(line[1:end], true)
	if level == LevelNone {
		return false
	}
	stamp, rest, ok := strings.Cut(line[end+2:], "\t")
	if !ok {
		return false
	}
	t, ok := p.parseTime(stamp)
	if !ok {
		return false
	}
	id, msg, ok := strings.Cut(rest, "\t")
	if !ok {
		return false
	}
	e.setTime(t)
	e.Metadata.Level = level
	e.setRequestID("RequestId", id)
	lambdaMessage(p, e, msg)
	return true
}

// parseLambdaPlatform takes the lines of the service itself: INIT_START, START, END and REPORT. An invocation is a job whose
// id is the request's; REPORT holds its duration.
func parseLambdaPlatform(p *Parser, e *Event, line string) bool {
	word, rest, ok := strings.Cut(line, " ")
	if !ok {
		return false
	}
	switch word {
	case "START", "END", "REPORT":
	case "INIT_REPORT":
		if !strings.HasPrefix(rest, "Init Duration: ") {
			return false
		}
		e.Metadata.Level = LevelInfo
		e.Action = "init"
		for part := range strings.SplitSeq(rest, "\t") {
			switch key, value, _ := strings.Cut(strings.TrimSpace(part), ": "); key {
			case "Init Duration":
				e.Metadata.Duration, _ = parseDuration(value)
			case "Status":
				if e.Metadata.Outcome = OutcomeSuccess; value != "success" {
					e.Metadata.Outcome, e.Metadata.Level = OutcomeFailure, LevelError
				}
				e.AddField("status", Text(value))
			case "Error Type":
				e.Metadata.Error.Class = value
			default:
				addFieldIf(e, snake(key), value)
			}
		}
		return true
	case "RequestId:":
		return lambdaCrash(e, rest)
	case "INIT_START":
		if !strings.HasPrefix(rest, "Runtime Version: ") {
			return false
		}
		e.Metadata.Message = Text(line)
		e.Metadata.Level = LevelInfo
		return true
	default:
		return false
	}
	rest, ok = strings.CutPrefix(rest, "RequestId: ")
	if !ok {
		return false
	}
	n := 36
	if len(rest) < n {
		return false
	}
	id, ok := canonUUID(rest[:n])
	if !ok {
		return false
	}
	e.setRequestID("RequestId", id)
	e.setJobID("RequestId", id)
	e.Metadata.Job.Class = "invocation"
	e.Metadata.Level = LevelInfo
	rest = strings.TrimLeft(rest[n:], " \t")
	switch word {
	case "START":
		setJobState(e, "started")
		if v, ok := strings.CutPrefix(rest, "Version: "); ok {
			e.Platform.Version = strings.TrimSpace(v)
		}
	case "END":
		e.Metadata.Job = Job{}
		e.Correlation.JobID = ""
		e.Metadata.Message = Text(strings.TrimRight(line, " \t\n"))
	case "REPORT":
		setJobState(e, "completed")
		lambdaReport(e, rest)
	}
	return true
}

// lambdaCrash takes what the service says of a runtime that ended: RequestId: … Error: Runtime exited with error: signal: killed
func lambdaCrash(e *Event, rest string) bool {
	id, msg, ok := strings.Cut(rest, " Error: ")
	if _, is := canonUUID(id); !ok || !is {
		return false
	}
	e.setRequestID("RequestId", id)
	e.Metadata.Level = LevelError
	e.Metadata.Message, e.Metadata.Error.Message = Text(msg), Text(msg)
	if strings.HasPrefix(msg, "Runtime exited") {
		e.Metadata.Error.Class = "Runtime.ExitError"
	}
	setRaised(e)
	return true
}

// lambdaReport reads the name: value pairs of a REPORT line.
func lambdaReport(e *Event, s string) {
	for part := range strings.SplitSeq(s, "\t") {
		key, value, ok := strings.Cut(strings.TrimSpace(part), ": ")
		if !ok {
			continue
		}
		switch key {
		case "Duration":
			e.Metadata.Duration, _ = parseDuration(value)
		case "Init Duration", "Restore Duration", "Billed Duration":
			if d, ok := parseDuration(value); ok {
				e.Metadata.Timing = append(e.Metadata.Timing, Timing{snake(strings.TrimSuffix(key, " Duration")), d})
			}
		case "XRAY TraceId":
			e.setTraceHeader(key, value)
		case "SegmentId":
			e.setSpan(key, value)
		case "Status":
			e.AddField("status", Text(value))
			if value == "timeout" || value == "error" || value == "failed" {
				setJobState(e, "failed")
				e.Metadata.Level = LevelError
				if value == "timeout" {
					e.Metadata.Error.Class = "TimeoutError"
				}
			}
		case "Error Type":
			e.Metadata.Error.Class = value
		default:
			if key != "Sampled" {
				e.AddField(snake(key), Text(value))
			}
		}
	}
}

// lambdaTimeout makes e an invocation that took too long.
func lambdaTimeout(e *Event, id string) {
	e.setJobID("RequestId", id)
	e.Metadata.Job.Class = "invocation"
	e.Metadata.Level = LevelError
	e.Metadata.Error.Class = "TimeoutError"
	setJobState(e, "failed")
}
