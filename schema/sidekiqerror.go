package schema

import (
	"github.com/tidwall/gjson"
)

// setSidekiqError reads what Sidekiq's error handler writes: {"context":"Job raised exception","job":{…},"jobstr":"…"}.
func setSidekiqError(e *Event, msg string) {
	if !gjson.Valid(msg) {
		return
	}
	context, job := gjson.Get(msg, "context").Str, gjson.Get(msg, "job")
	e.Metadata.Message = Text(context)
	if !job.IsObject() {
		return
	}
	m := &e.Metadata
	retries := -1
	job.ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case "class":
			setDefault(&m.Job.Class, v.Str)
		case "wrapped": // the ActiveJob inside of Sidekiq's wrapper
			m.Job.Class = v.Str
		case "jid":
			if e.Correlation.JobID == "" {
				e.setJobID("jid", v.Str)
			}
		case "bid":
			e.AddIdent(IdentBatch, "bid", v.Str)
		case "queue":
			m.Job.Queue = v.Str
		case "args":
			m.Job.Args = Value{Raw, v.Raw}
			if id := v.Get("0.job_id").Str; id != "" && id != e.Correlation.JobID {
				e.AddIdent(IdentJob, "job_id", id)
			}
		case "retry":
			if v.Type == gjson.Number {
				m.Retry.Max = int(v.Num)
			}
			m.Retry.WillRetry = v.Type == gjson.True || v.Num > 0
		case "retry_count":
			retries = int(v.Num)
		case "error_class":
			m.Error.Class = v.Str
		case "error_message":
			m.Error.Message = Text(v.Str)
		case "created_at", "enqueued_at", "failed_at", "retried_at":
			if t, ok := parseEpoch(v.Raw); ok {
				e.AddField(k.Str, Text(string(t.AppendRFC3339(nil))))
			}
		}
		return true
	})
	e.Type, e.Action = "error.raised", "job.error"
	e.Metadata.Outcome = OutcomeFailure
	if retries >= 0 {
		// retry_count is 0 at the first retry, which is the second attempt.
		m.Retry.Attempt = retries + 2
		e.Type = "job.retried"
	}
	if m.Job.Class != "" {
		e.Action = m.Job.Class + ".error"
		if retries >= 0 {
			e.Action = m.Job.Class + ".retried"
		}
	}
	if id := e.Correlation.JobID; id != "" {
		e.Subject = Subject{"job", id}
	}
	if m.Retry.Max > 0 && retries+1 >= m.Retry.Max {
		m.Retry.WillRetry, m.Retry.Dead = false, true
	}
}
