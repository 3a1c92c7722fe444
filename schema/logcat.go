package schema

import "strings"

// parseLogcat takes Android's logcat in its threadtime form: no year, process, thread, a letter for the level, tag, message.
//
//	03-17 16:13:38.811  1702  2395 D WindowManager: message
func parseLogcat(p *Parser, e *Event, line string) bool {
	if len(line) < 33 || line[2] != '-' || line[5] != ' ' || line[8] != ':' {
		return false
	}
	month, ok1 := digits2(line)
	day, ok2 := digits2(line[3:])
	c, n := scanClock(line[6:])
	if !ok1 || !ok2 || n == 0 || month < 1 || month > 12 || day < 1 || day > 31 {
		return false
	}
	pid, rest := cutToken(strings.TrimLeft(line[6+n:], " "))
	tid, rest := cutToken(rest)
	letter, rest := cutToken(rest)
	level := logcatLevel(letter)
	if !allDigits(pid) || !allDigits(tid) || level == LevelNone {
		return false
	}
	t, ok := p.yearless(month, day, c)
	if !ok {
		return false
	}
	e.setTime(t)
	e.Metadata.Level = level
	e.Platform.PID, e.Platform.Thread = pid, tid
	tag, msg, ok := strings.Cut(rest, ": ")
	if !ok {
		tag, msg = "", rest
	}
	if tag = strings.TrimSpace(tag); tag != "" {
		e.AddField("logger", Text(tag))
	}
	p.setText(e, msg)
	setDefault(&e.Action, tag)
	return true
}

func logcatLevel(s string) Level {
	switch s {
	case "V":
		return LevelTrace
	case "D":
		return LevelDebug
	case "I":
		return LevelInfo
	case "W":
		return LevelWarn
	case "E":
		return LevelError
	case "F", "A":
		return LevelFatal
	}
	return LevelNone
}
