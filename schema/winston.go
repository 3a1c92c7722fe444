package schema

import (
	"strings"

	"github.com/tidwall/gjson"
)

// parseWinstonText takes what winston's printf is usually told to print: a timestamp, [level] or level, a colon, the message,
// often a JSON object behind it. A label may stand in brackets before the level.
func parseWinstonText(p *Parser, e *Event, s *stamped) bool {
	rest := strings.TrimLeft(s.rest, " ")
	if len(rest) < 6 || s.bracket && !s.closed || s.stamp[4] == '/' { // Go's log: "http: panic serving"
		return false
	}
	label := ""
	if rest[0] == '[' {
		inner, after, ok := cutBracket(rest)
		if !ok {
			return false
		}
		if !strings.HasPrefix(after, ":") {
			label, rest = inner, strings.TrimLeft(after, " ")
		}
	}
	word, msg, ok := strings.Cut(rest, ": ")
	if !ok {
		return false
	}
	word = strings.Trim(word, "[]")
	level := npmLevel(word)
	if short, ok := dotNetLevel(word); ok {
		if category, id, is := dotNetCategory(firstToken(msg)); is { // ASP.NET's console with a time before
			e.Metadata.Level = short
			e.Platform.Format = "aspnet.console"
			setDotNetCategory(e, category, id)
			p.dotNetMessage(e, strings.TrimSpace(msg[len(firstToken(msg)):]))
			return true
		}
	}
	if level == LevelNone {
		return false
	}
	e.Metadata.Level = level
	addFieldIf(e, "label", label)
	p.setTextJSON(e, msg)
	return true
}

// npmLevel returns the level of a word of winston, in lower case as it writes them.
func npmLevel(s string) Level {
	switch s {
	case "error", "warn", "info", "http", "verbose", "debug", "silly", "warning", "notice", "crit", "alert", "emerg", "fatal", "trace", "critical":
		return levelOf(s)
	}
	return LevelNone
}

// parseWinstonSimple takes winston's simple format and npm's: level, colon, message, JSON.
//
//	info: email sent {"requestId":"req-1"}
func parseWinstonSimple(p *Parser, e *Event, line string) bool {
	colon := strings.IndexByte(line[:min(len(line), 10)], ':')
	if colon < 4 || len(line) < colon+3 || line[colon+1] != ' ' {
		return false
	}
	word := line[:colon]
	level := npmLevel(word)
	if level == LevelNone {
		return false
	}
	e.Metadata.Level = level
	p.setTextJSON(e, line[colon+2:])
	return true
}

// setTextJSON sets the message of a line that may end in a JSON object, whose members are the fields.
func (p *Parser) setTextJSON(e *Event, msg string) {
	if strings.HasSuffix(msg, "}") {
		i := 0
		for range maxTries {
			j := strings.Index(msg[i:], " {\"")
			if j < 0 {
				break
			}
			j += i
			if gjson.Valid(msg[j+1:]) {
				text := strings.TrimSpace(msg[:j])
				e.Metadata.Message = Text(text)
				p.object(e, msg[j+1:])
				scanIdents(e, text)
				p.finishFields(e)
				return
			}
			i = j + 1
		}
	}
	p.setText(e, msg)
}
