package schema

import "strings"

// parseDotNetSystemd takes the console of ASP.NET for systemd: priority, category and event id, and all on one line.
//
//	<6>Shop.Orders[14] order placed
//	<3>2026-03-14 10:00:00 Shop.Orders[0] charge failed System.TimeoutException: timed out    at Shop.Pay.Charge()
func parseDotNetSystemd(p *Parser, e *Event, line string) bool {
	if len(line) < 8 || line[0] != '<' || line[2] != '>' || line[1] < '0' || line[1] > '7' {
		return false
	}
	rest := line[3:]
	t, after, timed := p.leadingTime(rest)
	if timed {
		rest = strings.TrimLeft(after, " ")
	}
	category, msg := cutToken(rest)
	if len(category) < 4 {
		return false
	}
	name, id, ok := dotNetCategory(category)
	if !ok || strings.IndexByte(name, '.') < 0 && name != "Program" || name[0] < 'A' || name[0] > 'Z' {
		return false
	}
	if timed {
		e.setTime(t)
	}
	e.Metadata.Level = levelOfNumber(int(line[1]-'0'), scaleSyslog)
	e.Platform.Format = "aspnet.systemd"
	setDotNetCategory(e, name, id)
	e.Join = Join{}
	text, stack, traced := strings.Cut(msg, "    at ")
	if at := exceptionAt(text); at >= 0 && e.Metadata.Level >= LevelWarn {
		class, what, _ := strings.Cut(text[at:], ": ")
		if traced {
			stack = text[at:] + "\n   at " + strings.ReplaceAll(stack, "    at ", "\n   at ")
		}
		setException(e, class, what, stack)
		msg = strings.TrimSpace(text[:at])
	}
	p.dotNetMessage(e, msg)
	if e.Metadata.Error.Class != "" {
		setRaised(e)
	}
	return true
}

// exceptionAt returns where the name of an exception with its message begins in a text, -1 when there is none.
func exceptionAt(s string) int {
	for from := 0; ; {
		i := strings.Index(s[from:], "Exception: ")
		if i < 0 {
			return -1
		}
		i += from
		at := strings.LastIndexByte(s[:i], ' ') + 1
		if exceptionLine(s[at:]) != "" {
			return at
		}
		from = i + 1
	}
}

// setException notes the exception that a line names beside its message.
func setException(e *Event, class, text, stack string) {
	e.Metadata.Error = ErrorInfo{Class: class, Message: Text(text), Stack: Text(stack)}
	e.Metadata.Outcome = OutcomeFailure
}
