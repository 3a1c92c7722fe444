package schema

import "strings"

// actionCable reads what ActionCable says of the messages it carries; its connections are requests, as Started tells.
//
//	Broadcasting to chat_1: {:message=>"hi"}
//	ChatChannel transmitting {"message"=>"hi"} (via streamed from chat_1)
//	ChatChannel#speak({"message" => "hi"})
//	Could not execute command from ({"command"=>"message"}) [NameError - uninitialized constant X]: app/x.rb:1:in `y' | …
func actionCable(e *Event, s string) bool {
	if rest, ok := strings.CutPrefix(s, "Broadcasting to "); ok {
		to, body, ok := strings.Cut(rest, ": ")
		if !ok || body == "" || strings.IndexByte(to, ' ') >= 0 || strings.IndexByte("{[\"", body[0]) < 0 {
			return false
		}
		published(e, to, body)
		return true
	}
	if rest, ok := strings.CutPrefix(s, "Could not execute command from ("); ok {
		_, rest, ok = strings.Cut(rest, ") [")
		class, text, _ := strings.Cut(rest, " - ")
		if !ok || !isConstant(class) {
			return false
		}
		text, stack, _ := strings.Cut(text, "]: ")
		e.Type, e.Action, e.Subject = "error.raised", class, Subject{"error", class}
		if e.Metadata.Level == LevelNone {
			e.Metadata.Level = LevelError
		}
		e.Metadata.Outcome = OutcomeFailure
		e.Metadata.Message = Text(s)
		e.Metadata.Error = ErrorInfo{Class: class, Message: Text(text), Stack: Text(strings.ReplaceAll(stack, " | ", "\n"))}
		blockLine(e, Inside)
		return true
	}
	end := strings.IndexAny(s, " #")
	if end < 8 || !strings.HasSuffix(s[:end], "Channel") || !isConstant(s[:end]) {
		return false
	}
	rest := s[end+1:]
	e.Type = "log.message"
	e.Metadata.Message = Text(s)
	switch {
	case s[end] == '#':
		call, _, _ := strings.Cut(rest, "(")
		if call == "" || !isDotted(call) {
			e.Type, e.Metadata.Message = "", Value{}
			return false
		}
		e.Action = s[:end+1] + call
	case strings.HasPrefix(rest, "transmitting "):
		body, from, ok := cutTail(rest[len("transmitting "):], " (via streamed from ")
		if ok {
			published(e, strings.TrimSuffix(from, ")"), body)
			e.Type, e.Action = "message.published", s[:end]+".transmitted"
			return true
		}
		e.Action = s[:end] + ".transmitted"
	case strings.HasPrefix(rest, "is "), strings.HasPrefix(rest, "stopped "):
		e.Action = s[:end]
	default:
		e.Type, e.Metadata.Message = "", Value{}
		return false
	}
	blockLine(e, Inside)
	return true
}

// published makes e a message to a stream.
func published(e *Event, to, body string) {
	e.Type, e.Action = "message.published", to+".published"
	e.AddField("stream", Text(to))
	if js, ok := rubyJSON(body); ok {
		e.AddField("payload", Value{Raw, js})
	} else {
		e.AddField("payload", Text(body))
	}
	blockLine(e, Inside)
}
