package schema

import (
	"strconv"
	"strings"
)

// mysqlSlow names the records of MySQL's and MariaDB's slow query log: comment lines, then the statement.
const mysqlSlow = "mysql.slow"

// parseMySQLSlow reads one line of such a record; the joiner puts them together.
func parseMySQLSlow(p *Parser, e *Event, line string) bool {
	if line == "" {
		return false
	}
	switch line[0] {
	case '#':
		for _, start := range [...]string{"# Time: ", "# User@Host: ", "# Query_time: ", "# Thread_id: ", "# Schema: ", "# Bytes_sent: ", "# administrator command: ", "# Rows_affected: ", "# Full_scan: ", "# Filesort: "} {
			if !strings.HasPrefix(line, start) {
				continue
			}
			e.Type, e.Action = "log.message", "log"
			e.Metadata.Message = Text(line)
			e.Join.Kind, e.Join.Role, e.Join.Text = mysqlSlow, Continues, line
			if start == "# Time: " {
				e.Join.Role = Whole
				if t, ok := p.parseTime(strings.TrimPrefix(line, start)); ok {
					e.setTime(t)
				}
			}
			return true
		}
	case 'S':
		if strings.HasPrefix(line, "SET timestamp=") && strings.HasSuffix(line, ";") {
			e.Type, e.Action = "log.message", "log"
			e.Metadata.Message = Text(line)
			e.Join.Kind, e.Join.Role, e.Join.Text = mysqlSlow, Continues, line
			return true
		}
	}
	return false
}

// finishSlowQuery fills e from the further lines of its record.
func finishSlowQuery(e *Event, more string) {
	m := &e.Metadata
	sql := ""
	if first := m.Message.Plain(); strings.HasPrefix(first, "# ") && !strings.HasPrefix(first, "# Time: ") {
		more = first + "\n" + more
	}
	m.Message = Value{}
	for line := range strings.SplitSeq(more, "\n") {
		switch {
		case strings.HasPrefix(line, "# User@Host: "):
			slowUser(e, line[len("# User@Host: "):])
		case strings.HasPrefix(line, "# administrator command: "):
			sql = strings.TrimPrefix(line, "# ")
		case strings.HasPrefix(line, "# "):
			slowFigures(e, line[2:])
		case strings.HasPrefix(line, "SET timestamp="):
			// The moment the statement began or ended, in whole seconds: "# Time" is finer.
			if t, ok := parseEpoch(strings.TrimSuffix(line[len("SET timestamp="):], ";")); ok && e.Time.From == FromRead {
				e.Time = t
			}
		case sql == "" && strings.HasPrefix(line, "use ") && strings.HasSuffix(line, ";"):
			e.AddField("database", Text(strings.TrimSuffix(line[4:], ";")))
		default:
			sql += line + "\n"
		}
	}
	if sql = strings.TrimRight(sql, ";\n "); sql != "" {
		setSQL(e, sql, "")
		setOutcome(e, OutcomeSuccess)
	}
}

// slowUser reads: shop[shop] @ web1 [10.0.0.1]  Id:    12.
func slowUser(e *Event, s string) {
	user, rest, _ := strings.Cut(s, " @ ")
	if i := strings.IndexByte(user, '['); i >= 0 {
		user = user[:i]
	}
	if user != "" {
		e.AddField("db_user", Text(user))
	}
	host, id, _ := strings.Cut(rest, "Id:")
	if i := strings.IndexByte(host, '['); i >= 0 {
		addr := strings.Trim(host[i:], "[] ")
		if addr != "" {
			e.AddField("client", Text(addr))
		}
	}
	if id = strings.TrimSpace(id); id != "" {
		e.AddIdent(IdentConn, "connection", id)
		e.AddField("connection", Text(id))
	}
}

// slowFigures reads: Query_time: 1.5  Lock_time: 0.0001 Rows_sent: 1  Rows_examined: 100.
func slowFigures(e *Event, s string) {
	words := strings.Fields(s)
	for i := 0; i+1 < len(words); i += 2 {
		key, val := strings.TrimSuffix(words[i], ":"), words[i+1]
		if key == words[i] {
			return
		}
		switch key {
		case "Query_time":
			setDuration(e, val, second)
		case "Lock_time":
			addTiming(e, "lock", val, second)
		case "Rows_sent":
			if n, err := strconv.ParseInt(val, 10, 64); err == nil {
				e.Metadata.DB.Rows, e.Metadata.DB.HasRows = n, true
			}
		case "Thread_id", "Id":
			e.AddIdent(IdentConn, "connection", val)
			e.AddField("connection", Text(val))
		case "Schema":
			e.AddField("database", Text(val))
		default:
			if isJSONNumber(val) {
				e.AddField(strings.ToLower(key), Value{Raw, val})
			} else {
				e.AddField(strings.ToLower(key), Text(val))
			}
		}
	}
}
