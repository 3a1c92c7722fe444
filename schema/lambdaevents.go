package schema

import "strings"

// parseLambdaEvent reads a record of Lambda's JSON log format, and of its Telemetry and Logs APIs: what the service says of an
// invocation, or what a function printed.
//
//	{"time":"2026-03-14T10:00:00.150Z","type":"platform.report","record":{"requestId":"…","metrics":{"durationMs":150},"status":"success"}}
func parseLambdaEvent(p *Parser, e *Event, line string) {
	kind := member(line, "type").Plain()
	rec := member(line, "record")
	t, timed := p.parseTime(member(line, "time").Plain())
	if kind == "function" || kind == "extension" {
		o := &p.out
		if timed {
			o.time = t
		}
		o.format, o.utc = "lambda.json", true
		text := rec.S
		if rec.isText() {
			text = strings.TrimRight(p.unescape(rec), "\n")
		}
		p.inner(e, text)
		return
	}
	e.Join.Single = true
	e.Platform.Format = "lambda.platform"
	e.Metadata.Level = LevelInfo
	if timed {
		e.setTime(t)
	}
	if rec.isText() { // the Logs API gives some as text
		e.Metadata.Message = rec
		return
	}
	e.setRequestID("requestId", member(rec.S, "requestId").scalar())
	if tracing := member(rec.S, "tracing"); tracing.isObject() {
		root, _, _ := strings.Cut(member(tracing.S, "value").Plain(), ";") // what follows as Parent is the span itself
		e.setTraceHeader("x-amzn-trace-id", root)
		e.setSpan("spanId", member(tracing.S, "spanId").scalar())
	}
	switch kind {
	case "platform.start":
		p.lambdaInvocation(e, "started")
		e.Platform.Version = member(rec.S, "version").scalar()
	case "platform.report":
		p.lambdaReportRecord(e, rec.S)
	case "platform.end", "platform.runtimeDone":
		lambdaMetrics(e, member(rec.S, "metrics").S)
		lambdaStatus(e, rec.S)
		e.Action = kind
		if e.Metadata.Outcome == OutcomeFailure && e.Metadata.Error.Class != "" {
			setRaised(e)
		}
	default: // initStart, initRuntimeDone, initReport, extension, logsDropped, fault …
		lambdaMetrics(e, member(rec.S, "metrics").S)
		lambdaStatus(e, rec.S)
		e.Action = kind
		eachMember(rec.S, func(key string, v Value) bool {
			if key != "requestId" && key != "metrics" && key != "tracing" && key != "status" && key != "errorType" {
				e.AddField(key, v)
			}
			return true
		})
	}
}

// isLambdaEvent reports whether kind is the type of a record of Lambda's telemetry.
func isLambdaEvent(kind string) bool {
	return kind == "function" || kind == "extension" || strings.HasPrefix(kind, "platform.")
}

// lambdaInvocation makes e the event of an invocation: a job whose id is the request's.
func (p *Parser) lambdaInvocation(e *Event, state string) {
	e.setJobID("requestId", e.Correlation.RequestID)
	e.Metadata.Job.Class = "invocation"
	setJobState(e, state)
}

// lambdaReportRecord reads the end of an invocation.
func (p *Parser) lambdaReportRecord(e *Event, rec string) {
	state := "completed"
	lambdaStatus(e, rec)
	if e.Metadata.Outcome == OutcomeFailure {
		state = "failed"
	}
	p.lambdaInvocation(e, state)
	lambdaMetrics(e, member(rec, "metrics").S)
}

// lambdaStatus reads how an invocation or a phase of it ended.
func lambdaStatus(e *Event, rec string) {
	m := &e.Metadata
	status := member(rec, "status").scalar()
	class := member(rec, "errorType").scalar()
	switch status {
	case "success":
		m.Outcome = OutcomeSuccess
	case "error", "failure", "timeout":
		m.Outcome, m.Level = OutcomeFailure, LevelError
		if status == "timeout" {
			setDefault(&class, "TimeoutError")
		}
	}
	m.Error.Class = class
	if status != "" && status != "success" {
		e.AddField("status", Text(status))
	}
}

// lambdaMetrics reads the figures of an invocation or a phase of it.
func lambdaMetrics(e *Event, metrics string) {
	eachMember(metrics, func(key string, v Value) bool {
		switch key {
		case "durationMs":
			setDuration(e, v.scalar(), millisecond)
		case "initDurationMs":
			addTiming(e, "init", v.scalar(), millisecond)
		case "restoreDurationMs":
			addTiming(e, "restore", v.scalar(), millisecond)
		case "billedDurationMs":
			addTiming(e, "billed", v.scalar(), millisecond)
		default:
			e.AddField(key, v)
		}
		return true
	})
}
