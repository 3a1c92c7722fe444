package schema

import "strings"

// parsePostfix takes the lines of a mail server about one delivery, without what syslog puts before: queue id, recipient,
// relay, delay, status.
//
//	4Gv2Zk1Xz9z: to=<a@b.test>, relay=mx.b.test[203.0.113.7]:25, delay=1.5, delays=0.1/0/0.4/1, dsn=2.0.0, status=sent (250 ok)
func parsePostfix(p *Parser, e *Event, line string) bool {
	id, _, ok := strings.Cut(line[:min(len(line), 40)], ": ")
	if !ok || len(id) < 6 || len(id) > 20 || !isQueueID(id) {
		return false
	}
	rest := line[len(id)+2:]
	isTo := strings.HasPrefix(rest, "to=<") && strings.Contains(rest, ", status=")
	if !isTo && !strings.HasPrefix(rest, "message-id=<") && !strings.HasPrefix(rest, "from=<") && !strings.HasPrefix(rest, "client=") && rest != "removed" {
		return false
	}
	e.Correlation.MessageID = id
	e.AddIdent(IdentMessage, "queue_id", id)
	e.Metadata.Level = LevelInfo
	e.Metadata.Message = Text(line)
	if m, ok := strings.CutPrefix(rest, "message-id=<"); ok {
		e.AddIdent(IdentMessage, "message-id", strings.TrimSuffix(m, ">"))
	}
	if !isTo {
		return true
	}
	for part := range strings.SplitSeq(rest, ", ") {
		key, value, ok := strings.Cut(part, "=")
		if !ok {
			continue
		}
		switch key {
		case "to", "orig_to":
			e.AddField(key, Text(strings.Trim(value, "<>")))
		case "delay":
			setDuration(e, value, second)
		case "status":
			status, why, _ := strings.Cut(value, " ")
			mailStatus(e, status, strings.Trim(why, "()"))
		case "delays":
		default:
			addFieldIf(e, key, value)
		}
	}
	return true
}

func mailStatus(e *Event, status, why string) {
	e.AddField("status", Text(status))
	switch status {
	case "sent", "delivered":
		e.Type, e.Action, e.Metadata.Outcome = "mail.delivered", "mail.delivered", OutcomeSuccess
	case "bounced", "expired", "undeliverable":
		e.Type, e.Action, e.Metadata.Outcome = "mail.failed", "mail.failed", OutcomeFailure
		e.Metadata.Level = LevelError
		e.Metadata.Error.Message = Text(why)
	case "deferred":
		e.Type, e.Action, e.Metadata.Outcome = "mail.failed", "mail.deferred", OutcomeFailure
		e.Metadata.Level = LevelWarn
		e.Metadata.Retry.WillRetry = true
		e.Metadata.Error.Message = Text(why)
	}
}

func isQueueID(s string) bool {
	digits := false
	for i := range len(s) {
		if !isAlpha(s[i]) && !isDigit(s[i]) {
			return false
		}
		digits = digits || isDigit(s[i])
	}
	return digits
}
