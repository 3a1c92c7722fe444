package schema

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// parseMonolog takes Monolog's line format, as Laravel, Symfony and most of PHP write it.
//
//	[2026-03-14T10:00:00.160304+00:00] app.ERROR: Charge failed {"order_id":1001} {"uid":"e24bd825"}
func parseMonolog(p *Parser, e *Event, s *stamped) bool {
	if !s.closed || len(s.rest) < 6 || s.rest[0] != ' ' {
		return false
	}
	tag, rest := cutToken(s.rest[1:])
	channel, word, ok := cutLast(strings.TrimSuffix(tag, ":"), '.')
	if !ok || tag[len(tag)-1] != ':' || !isChannel(channel) {
		return false
	}
	level := levelWord(word, false)
	if level == LevelNone {
		return false
	}
	e.Metadata.Level = level
	if isEnvironment(channel) {
		e.Platform.Environment = channel
	} else {
		e.Platform.Service = channel
	}
	msg, context, extra := splitMonolog(rest)
	e.Metadata.Message = Text(msg)
	p.rec.flavor = &flavorMonolog
	p.monologObject(e, context)
	p.monologObject(e, extra)
	setMonologUID(e, extra)
	scanIdents(e, msg)
	p.finishFields(e)
	if e.Metadata.Error.Class != "" && level >= LevelError {
		setRaised(e)
	}
	if channel == "http_client" || channel == "messenger" {
		symfony(e, channel, msg)
	}
	return true
}

// setMonologUID takes the id that Monolog's UidProcessor gives a request, unless the line names another.
func setMonologUID(e *Event, extra string) {
	uid := gjson.Get(extra, "uid")
	if uid.Type != gjson.String || !looksLikeID(uid.Str) && !hexText(uid.Str) || len(uid.Str) < 7 || e.Correlation.RequestID != "" {
		return
	}
	if e.setRequestID("uid", uid.Str) {
		e.Metadata.Fields = slices.DeleteFunc(e.Metadata.Fields, func(f Field) bool { return f.Key == "uid" })
	}
}

func cutLast(s string, c byte) (before, after string, ok bool) {
	if i := strings.LastIndexByte(s, c); i > 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

func isChannel(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isAlpha(c) && !isDigit(c) && c != '_' && c != '-' && c != '.' && c != ' ' {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// isEnvironment reports whether a word names a stage of deployment; Laravel logs it in the place of the channel.
func isEnvironment(s string) bool {
	switch s {
	case "production", "prod", "staging", "stage", "local", "development", "dev", "testing", "test", "qa", "uat", "sandbox", "preview", "ci":
		return true
	}
	return false
}

// splitMonolog takes message, context and extra apart. Context and extra are JSON and stand last; a context that a stack
// trace follows on further lines is not closed yet.
func splitMonolog(s string) (msg, context, extra string) {
	s = strings.TrimRight(s, " ")
	from := 0
	for range maxTries {
		i := indexJSON(s, from)
		if i < 0 {
			break
		}
		if end := skipValue(s, i, 0); end > 0 {
			rest := strings.TrimSpace(s[end:])
			if rest == "" {
				return strings.TrimRight(s[:i], " "), s[i:end], ""
			}
			if (rest[0] == '{' || rest[0] == '[') && skipValue(rest, 0, 0) == len(rest) {
				return strings.TrimRight(s[:i], " "), s[i:end], rest
			}
		} else if strings.HasPrefix(s[i:], `{"`) && gjson.Valid(s[i:]+`"}`) {
			return strings.TrimRight(s[:i], " "), s[i:] + `"}`, ""
		}
		from = i + 1
	}
	return s, "", ""
}

// maxTries is at how many places of a line the JSON that ends it is looked for.
const maxTries = 24

// indexJSON returns where an object or array begins after a blank or at the start, -1 when none does.
func indexJSON(s string, from int) int {
	for i := from; i < len(s); i++ {
		if (s[i] == '{' || s[i] == '[') && (i == 0 || s[i-1] == ' ') {
			return i
		}
	}
	return -1
}

// monologObject gives e the members of context or extra; the exception in it is the event's error.
func (p *Parser) monologObject(e *Event, js string) {
	if js == "" || js[0] != '{' {
		return
	}
	gjson.Parse(js).ForEach(func(k, v gjson.Result) bool {
		if v.Type == gjson.String && (k.Str == "exception" || k.Str == "error") && setPHPException(e, v.Str) {
			return true
		}
		p.field(e, k.Str, jsonToken(v))
		return true
	})
}

// setPHPException takes an exception as Monolog's line formatter writes it, and reports whether s is one.
//
//	[object] (RuntimeException(code: 5): card declined at /app/m.php:9)
func setPHPException(e *Event, s string) bool {
	rest, ok := strings.CutPrefix(s, "[object] (")
	if !ok {
		return false
	}
	open := strings.Index(rest, "(code: ")
	if open < 1 {
		return false
	}
	class := rest[:open]
	_, text, ok := strings.Cut(rest[open:], "): ")
	if !ok {
		return false
	}
	if i := strings.Index(text, "\n"); i >= 0 {
		e.Metadata.Error.Stack = Text(strings.TrimSpace(text[i:]))
		text = text[:i]
	}
	text = strings.TrimSuffix(text, ")")
	if i := strings.LastIndex(text, " at /"); i >= 0 {
		e.AddField("caller", Text(text[i+4:]))
		text = text[:i]
	} else if i := strings.LastIndex(text, " at "); i >= 0 && isSourceLine(text[i+4:]) {
		text = text[:i]
	}
	e.Metadata.Error.Class = class
	e.Metadata.Error.Message = Text(text)
	return true
}

// setRaised makes e an error that was raised, unless it is something more particular already.
func setRaised(e *Event) {
	if e.Type != "" && e.Type != "log.message" && e.Type != "error.raised" {
		return
	}
	e.Type = "error.raised"
	setDefault(&e.Action, "error")
	if e.Metadata.Error.Class != "" {
		e.Action = e.Metadata.Error.Class
		e.Subject = Subject{"error", e.Metadata.Error.Class}
	}
}

// jsonToken returns a member of a JSON object as it is carried.
func jsonToken(v gjson.Result) Value {
	if v.Type == gjson.String {
		if strings.IndexByte(v.Raw, '\\') < 0 {
			return Value{String, v.Str}
		}
		return Value{Escaped, v.Raw[1 : len(v.Raw)-1]}
	}
	return Value{Raw, v.Raw}
}
