package schema

import "strings"

// pgSeverity returns the level of a severity of PostgreSQL, and whether it is one. detail tells the lines that belong to
// the record before: DETAIL, HINT, CONTEXT, STATEMENT, QUERY, LOCATION, BACKTRACE.
func pgSeverity(s string) (level Level, detail, ok bool) {
	switch s {
	case "LOG", "INFO", "NOTICE":
		return LevelInfo, false, true
	case "WARNING":
		return LevelWarn, false, true
	case "ERROR":
		return LevelError, false, true
	case "FATAL", "PANIC":
		return LevelFatal, false, true
	case "DEBUG", "DEBUG1", "DEBUG2", "DEBUG3", "DEBUG4", "DEBUG5":
		return LevelDebug, false, true
	case "DETAIL", "HINT", "CONTEXT", "STATEMENT", "QUERY", "LOCATION", "BACKTRACE":
		return LevelNone, true, true
	}
	return LevelNone, false, false
}

// parsePostgresText takes PostgreSQL's stderr log with any log_line_prefix that begins with the time.
//
//	2026-03-14 10:00:00.611 UTC [25813] shop@shop LOG:  duration: 11.857 ms  statement: update loans set total=3
func parsePostgresText(p *Parser, e *Event, s *stamped) bool {
	if s.bracket {
		return false
	}
	at, severity, msg := findPgSeverity(s.rest)
	if at < 0 {
		return false
	}
	level, detail, _ := pgSeverity(severity)
	e.Metadata.Level = level
	session := pgPrefix(p, e, s.rest[:at])
	if strings.HasPrefix(msg, " ") && strings.TrimSpace(s.rest[:at]) == "" { // uvicorn fills up behind its level
		e.Metadata.Level = LevelNone
		return false
	}
	if code, rest, ok := strings.Cut(msg, ": "); ok && len(code) == 5 && isSQLState(code) { // log_error_verbosity = verbose
		if code != "00000" {
			e.AddField("sqlstate", Text(code))
		}
		msg = strings.TrimLeft(rest, " ")
	}
	if detail {
		e.Metadata.Message = Text(msg)
		e.Join = Join{Role: Continues, Kind: "postgres", Key: session, Text: severity + ":  " + msg}
		e.AddField("part", Text(strings.ToLower(severity)))
		return true
	}
	e.Join.Key = session
	pgMessage(p, e, msg, "", "")
	return true
}

// findPgSeverity returns where the severity stands (a word of capitals, a colon and two blanks), its English name, and what
// follows.
func findPgSeverity(s string) (at int, severity, msg string) {
	for from := 0; from < min(len(s), 300); {
		i := strings.Index(s[from:], ":  ")
		if i < 0 {
			return -1, "", ""
		}
		i += from
		j := i
		for j > 0 && (s[j-1] >= 'A' && s[j-1] <= 'Z' || s[j-1] >= '1' && s[j-1] <= '5') {
			j--
		}
		if _, _, ok := pgSeverity(s[j:i]); ok && (j == 0 || s[j-1] == ' ' || s[j-1] == ':' || s[j-1] == ']') {
			return j, s[j:i], s[i+3:]
		}
		if at, severity := pgLocalSeverity(s, i); severity != "" && strings.ContainsAny(s[:at], "[@") {
			return at, severity, s[i+3:]
		}
		from = i + 3
	}
	return -1, "", ""
}

// pgPrefix reads process, session, user, database, application and client out of what stands between time and severity,
// and returns the process, which tells apart the lines of different sessions.
func pgPrefix(p *Parser, e *Event, s string) (session string) {
	for s = strings.Trim(s, " :-"); s != ""; s = strings.TrimLeft(s, " :,-") {
		var token string
		if s[0] == '[' {
			inner, rest, ok := cutBracket(s)
			if !ok {
				break
			}
			token, s = inner, rest
			pid, _, _ := strings.Cut(token, "-")
			switch {
			case allDigits(token):
				setDefault(&session, token)
				setProcess(e, token)
			case allDigits(pid): // 3-1: the line of the session
			case isPgSession(token):
				e.AddIdent(IdentConn, "session_id", token)
			default:
				addFieldIf(e, "prefix", token)
			}
			continue
		}
		end := strings.IndexAny(s, " :[")
		if end < 0 {
			end = len(s)
		}
		token, s = s[:end], s[end:]
		switch {
		case startsPair(token):
			for part := range strings.SplitSeq(token, ",") {
				if key, value, ok := strings.Cut(part, "="); ok {
					pgPair(p, e, key, value)
				}
			}
		case strings.IndexByte(token, '@') > 0:
			user, db, _ := strings.Cut(token, "@")
			db, app, _ := strings.Cut(db, "/")
			pgPair(p, e, "user", user)
			pgPair(p, e, "db", db)
			pgPair(p, e, "app", app)
		case allDigits(token):
			setDefault(&session, token)
			setProcess(e, token)
		case isPgSession(token):
			e.AddIdent(IdentConn, "session_id", token)
		case strings.HasSuffix(token, ")") && strings.IndexByte(token, '(') > 0: // host(port)
			host, _, _ := strings.Cut(token, "(")
			pgPair(p, e, "client", host)
		case bareIP(token) != "":
			pgPair(p, e, "client", token)
		default:
			addFieldIf(e, "prefix", token)
		}
	}
	return session
}

func pgPair(p *Parser, e *Event, key, value string) {
	value, _, _ = strings.Cut(value, "(")
	if !present(value) || value == "[unknown]" || value == "[local]" {
		return
	}
	switch key {
	case "user", "u":
		e.AddField("db_user", Text(value))
	case "db", "database", "d":
		e.AddField("database", Text(value))
	case "app", "application_name", "application", "a":
		e.AddField("application_name", Text(value))
	case "client", "host", "h", "r":
		setClientIP(e, value)
	case "xid", "vxid", "line", "l", "session", "sess", "error":
	default:
		p.field(e, key, pairValue(value))
	}
}

// isPgSession reports whether s is a session: start and process in hex with a dot.
func isPgSession(s string) bool {
	a, b, ok := strings.Cut(s, ".")
	return ok && len(a) >= 8 && hexText(a) && hexText(b) && len(b) <= 8
}

// isSQLState reports whether s is a code of five capitals and digits.
func isSQLState(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) && (s[i] < 'A' || s[i] > 'Z') {
			return false
		}
	}
	return len(s) == 5
}

// pgMessage reads the message of a record: a statement with its duration, or an error and the statement that caused it.
// detail holds the parameters where the log has them apart.
func pgMessage(p *Parser, e *Event, msg, detail, statement string) {
	if took, rest, ok := cutPgDuration(msg); ok {
		e.Metadata.Duration = took
		if rest == "" {
			e.Metadata.Message = Text(msg)
			p.finishFields(e)
			return
		}
		msg = rest
	}
	if sql, ok := pgStatement(msg); ok {
		setSQL(e, sql, pgBinds(detail))
		if e.Metadata.Outcome == OutcomeNone {
			e.Metadata.Outcome = OutcomeSuccess
		}
		return
	}
	e.Metadata.Message = Text(msg)
	if e.Metadata.Level >= LevelError {
		e.Metadata.Error.Message = Text(msg)
		for _, f := range e.Metadata.Fields {
			if f.Key == "sqlstate" {
				e.Metadata.Error.Class = f.Value.S
			}
		}
		if statement != "" {
			var q Event
			setSQL(&q, statement, pgBinds(detail))
			e.Metadata.DB = q.Metadata.DB
			copyIdents(e, &q)
		}
		setRaised(e)
	}
	scanIdents(e, msg)
	p.finishFields(e)
}

// copyIdents takes over the ids of a statement, but not the record it is about.
func copyIdents(e, q *Event) {
	c, o := &e.Correlation, &q.Correlation
	setDefault(&c.RequestID, o.RequestID)
	setDefault(&c.TraceID, o.TraceID)
	setDefault(&c.SpanID, o.SpanID)
	setDefault(&c.JobID, o.JobID)
	e.Idents = append(e.Idents, q.Idents...)
}

// cutPgDuration reads "duration: 11.857 ms" and what follows it.
func cutPgDuration(s string) (d Duration, rest string, ok bool) {
	s, ok = strings.CutPrefix(s, "duration: ")
	if !ok {
		return d, "", false
	}
	num, rest, ok := strings.Cut(s, " ms")
	if !ok {
		return d, "", false
	}
	d, ok = scaleDuration(num, millisecond)
	return d, strings.TrimLeft(rest, " "), ok
}

// pgStatement returns the SQL behind "statement: ", "execute NAME: ", "parse NAME: ", "bind NAME: " or "plan:".
func pgStatement(s string) (sql string, ok bool) {
	if sql, ok = strings.CutPrefix(s, "statement: "); ok {
		return sql, true
	}
	for _, verb := range [...]string{"execute ", "parse ", "bind ", "execute fetch from "} {
		if rest, ok := strings.CutPrefix(s, verb); ok {
			if name, sql, ok := strings.Cut(rest, ": "); ok && strings.IndexByte(name, ' ') < 0 {
				return sql, true
			}
		}
	}
	return "", false
}

// pgBinds returns the values out of "parameters: $1 = '17', $2 = NULL", also with a capital or "Parameters".
func pgBinds(detail string) string {
	i := strings.Index(detail, "$1 = ")
	if i < 0 {
		return ""
	}
	return detail[i:]
}

// parsePostgresCSV takes PostgreSQL's csvlog: 23 columns up to version 12, 24 in 13, 26 since 14. A statement over several
// lines is whole when the joiner has put them together.
func parsePostgresCSV(p *Parser, e *Event, s *stamped) bool {
	if s.bracket || len(s.rest) < 20 || s.rest[0] != ',' {
		return false
	}
	var col [26]string
	n, ok := csvFields(s.rest[1:], col[1:])
	if !ok || n < 12 || !isSQLState(col[12]) || !isPgSession(col[5]) {
		return false
	}
	level, _, ok := pgSeverity(col[11])
	if !ok {
		return false
	}
	e.Metadata.Level = level
	pgPair(p, e, "user", col[1])
	pgPair(p, e, "db", col[2])
	e.Platform.PID = col[3]
	setClientIP(e, col[4])
	e.AddIdent(IdentConn, "session_id", col[5])
	if col[12] != "00000" {
		e.AddField("sqlstate", Text(col[12]))
	}
	pgPair(p, e, "app", col[22])
	for _, f := range [...]struct {
		name string
		at   int
	}{{"hint", 15}, {"context", 18}, {"location", 21}} {
		addFieldIf(e, f.name, col[f.at])
	}
	if col[14] != "" && pgBinds(col[14]) == "" {
		e.AddField("detail", Text(col[14]))
	}
	e.Join.Key = col[3]
	pgMessage(p, e, col[13], col[14], col[19])
	return true
}

// csvFields reads comma-separated fields into cols and returns how many; quotes inside of quotes are doubled. ok is false
// when a quote does not close.
func csvFields(s string, cols []string) (n int, ok bool) {
	for n < len(cols) {
		if s == "" {
			n++
			return n, true
		}
		if s[0] != '"' {
			end := strings.IndexByte(s, ',')
			if end < 0 {
				cols[n] = s
				return n + 1, true
			}
			cols[n], s = s[:end], s[end+1:]
			n++
			continue
		}
		i, doubled := 1, false
		for {
			end := strings.IndexByte(s[i:], '"')
			if end < 0 {
				return n, false
			}
			i += end + 1
			if i < len(s) && s[i] == '"' {
				doubled = true
				i++
				continue
			}
			break
		}
		cols[n] = s[1 : i-1]
		if doubled {
			cols[n] = strings.ReplaceAll(cols[n], `""`, `"`)
		}
		n++
		if i >= len(s) {
			return n, true
		}
		if s[i] != ',' {
			return n, false
		}
		s = s[i+1:]
	}
	return n, true
}
