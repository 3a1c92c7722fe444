package schema

import "strings"

// levelOf returns the level that a word of any logger names, LevelNone for any other word. Case, brackets, colons and
// offsets (slog's INFO+2) do not matter.
func levelOf(s string) Level {
	switch s {
	case "info", "INFO", "Info", "Information":
		return LevelInfo
	case "debug", "DEBUG", "Debug":
		return LevelDebug
	case "warn", "WARN", "warning", "WARNING", "Warning":
		return LevelWarn
	case "error", "ERROR", "Error":
		return LevelError
	}
	s = strings.Trim(s, " \t[]<>():*")
	if s == "" || len(s) > 16 {
		return LevelNone
	}
	if s[0] == 0x1b {
		s = StripANSI(s)
	}
	var b [16]byte
	n := 0
	for ; n < len(s); n++ {
		c := s[n]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c < 'a' || c > 'z' {
			break
		}
		b[n] = c
	}
	if n < len(s) && !levelSuffix(s[n:]) {
		return LevelNone
	}
	switch string(b[:n]) {
	case "trace", "trc", "t", "silly", "finest", "finer", "all", "tracing", "trac":
		return LevelTrace
	case "debug", "dbg", "d", "fine", "config", "verbose", "vrb", "v", "debu", "dbug":
		return LevelDebug
	case "info", "inf", "i", "information", "informational", "notice", "note", "log", "http", "n", "notic", "system", "statement", "default", "access", "success":
		return LevelInfo
	case "warn", "warning", "wrn", "w", "warni", "attention":
		return LevelWarn
	case "error", "err", "e", "eror", "severe", "erro", "failure", "exception":
		return LevelError
	case "fatal", "ftl", "f", "crit", "critical", "c", "alert", "emerg", "emergency", "panic", "dpanic", "fata", "crt", "pan", "disaster":
		return LevelFatal
	}
	return LevelNone
}

// levelSuffix reports whether s may stand behind the name of a level: slog's +2 and -4, PostgreSQL's DEBUG1.
func levelSuffix(s string) bool {
	if s[0] == '+' || s[0] == '-' {
		s = s[1:]
	}
	if s == "" || len(s) > 2 {
		return false
	}
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

// levelScale is a way to number levels.
type levelScale uint8

const (
	scaleUnknown  levelScale = iota // only numbers that mean one thing everywhere
	scalePino                       // pino and bunyan: 10 trace to 60 fatal
	scaleSyslog                     // 0 emergency to 7 debug
	scaleOTel                       // 1 to 24
	scalePython                     // 10 debug to 50 critical
	scaleSlog                       // -4 debug, 0 info, 4 warn, 8 error
	scaleLogback                    // 5000 trace to 40000 error
	scaleMonolog                    // 100 debug to 600 emergency
	scaleSemantic                   // semantic_logger's level_index: 0 trace to 5 fatal
	scaleRuby                       // Logger: 0 debug to 4 fatal
	scaleDotNet                     // LogLevel: 0 trace to 5 critical
)

// levelOfNumber returns the level of a number in a scale; numbers between two levels belong to the lower one.
func levelOfNumber(n int, scale levelScale) Level {
	switch scale {
	case scalePino:
		return step(n, 10, 20, 30, 40, 50, 60)
	case scaleSyslog:
		if n < 0 || n > 7 {
			return LevelNone
		}
		return [...]Level{LevelFatal, LevelFatal, LevelFatal, LevelError, LevelWarn, LevelInfo, LevelInfo, LevelDebug}[n]
	case scaleOTel:
		if n > 24 {
			return LevelNone
		}
		return step(n, 1, 5, 9, 13, 17, 21)
	case scalePython:
		return step(n, 1, 10, 20, 30, 40, 50)
	case scaleSlog:
		return step(n+100, 92, 96, 100, 104, 108, 112)
	case scaleLogback:
		return step(n, 5000, 10000, 20000, 30000, 40000, 50000)
	case scaleMonolog:
		return step(n, 50, 100, 200, 300, 400, 500)
	case scaleSemantic, scaleDotNet:
		if n < 0 || n > 5 {
			return LevelNone
		}
		return LevelTrace + Level(n)
	case scaleRuby:
		if n < 0 || n > 4 {
			return LevelNone
		}
		return LevelDebug + Level(n)
	}
	switch {
	case n >= 10 && n <= 60:
		return levelOfNumber(n, scalePino)
	case n >= 100 && n <= 600:
		return levelOfNumber(n, scaleMonolog)
	case n >= 5000 && n <= 50000:
		return levelOfNumber(n, scaleLogback)
	}
	return LevelNone
}

// step returns the highest level whose limit n reaches.
func step(n, trace, debug, info, warn, err, fatal int) Level {
	switch {
	case n >= fatal:
		return LevelFatal
	case n >= err:
		return LevelError
	case n >= warn:
		return LevelWarn
	case n >= info:
		return LevelInfo
	case n >= debug:
		return LevelDebug
	case n >= trace:
		return LevelTrace
	}
	return LevelNone
}
