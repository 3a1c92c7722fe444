package schema

import "strings"

// parseMongo reads the structured log of MongoDB since 4.4: t, s, c, id, ctx, msg, attr.
func parseMongo(p *Parser, e *Event, line string) {
	e.Join.Single = true
	e.Platform.Format = "mongodb"
	var attr Value
	eachMember(line, func(key string, v Value) bool {
		switch key {
		case "t":
			if t, ok := p.timeObject(v.S); ok {
				e.setTime(t)
			}
		case "s":
			e.Metadata.Level = levelOf(v.S)
		case "c":
			p.rec.logger = v.S
			e.AddExtra("logger", v)
		case "ctx":
			e.Platform.Thread = v.Plain()
			e.AddIdent(IdentConn, key, v.Plain())
		case "msg":
			e.Metadata.Message = v
		case "attr":
			attr = v
		case "svc":
		default:
			p.keepField(e, key, v)
		}
		return true
	})
	if ns := member(attr.S, "ns").scalar(); ns != "" && e.Metadata.Message.S == "Slow query" {
		mongoQuery(p, e, attr.S, ns)
	}
	if d, ok := scaleDuration(member(attr.S, "durationMillis").scalar(), millisecond); ok {
		e.Metadata.Duration = d
	}
	if remote := member(attr.S, "remote").scalar(); remote != "" {
		setClientIP(e, remote)
	}
	if v := member(attr.S, "error"); v.isText() && e.Metadata.Level >= LevelError {
		e.Metadata.Error.Message = v
		setRaised(e)
	}
	if v := member(attr.S, "error"); v.isObject() && e.Metadata.Level >= LevelError {
		e.Metadata.Error.Class, e.Metadata.Error.Message = member(v.S, "codeName").scalar(), member(v.S, "errmsg")
		setRaised(e)
	}
	if attr.isObject() && attr.S != "{}" {
		e.AddField("attr", attr)
	}
}

// mongoQuery makes e the event of the command that was slow.
func mongoQuery(p *Parser, e *Event, attr, ns string) {
	_, table, _ := strings.Cut(ns, ".")
	command := member(attr, "command").S
	op := ""
	eachMember(command, func(key string, _ Value) bool {
		op = key
		return false
	})
	if op == "" || op == "q" {
		op = member(attr, "type").scalar()
	}
	verb := ""
	switch op {
	case "insert":
		verb = "created"
	case "update", "findAndModify", "findandmodify":
		verb = "updated"
	case "delete", "remove":
		verb = "deleted"
	case "find", "aggregate", "count", "distinct", "getMore", "query":
		verb = "loaded"
	}
	if table == "" || strings.HasPrefix(table, "$") || verb == "" {
		return
	}
	e.Type = "data.change"
	if verb == "loaded" {
		e.Type = "data.query"
	}
	name := singular(table)
	e.Action = p.concat(name, ".", verb)
	e.Subject = Subject{Type: name}
	if id := mongoID(command); id != "" {
		e.Subject.ID = id
		e.AddIdent(IdentEntity, name, id)
	}
	setOutcome(e, OutcomeSuccess)
	e.Metadata.DB.Op, e.Metadata.DB.Table = op, table
	if n, ok := atoi(member(attr, "nreturned").scalar()); ok {
		e.Metadata.DB.Rows, e.Metadata.DB.HasRows = n, true
	}
}

// mongoID returns the _id of the document that a command names, "" when it names none or several.
func mongoID(command string) string {
	for _, key := range [...]string{"filter", "q", "query"} {
		v := member(member(command, key).S, "_id")
		if v.isObject() {
			v = member(v.S, "$oid")
		}
		if s := v.scalar(); s != "" {
			return s
		}
	}
	return ""
}

// parsePostgresJSON reads PostgreSQL's jsonlog, with the names of its documentation.
func parsePostgresJSON(p *Parser, e *Event, line string) {
	e.Join.Single = true
	e.Platform.Format = "postgres.json"
	var msg, detail, statement string
	eachMember(line, func(key string, v Value) bool {
		s := v.scalar()
		if s == "" {
			return true
		}
		switch key {
		case "timestamp":
			if t, ok := p.parseTime(s); ok {
				e.setTime(t)
			}
		case "error_severity":
			level, _, _ := pgSeverity(s)
			e.Metadata.Level = level
		case "message":
			msg = s
		case "detail":
			if detail = s; pgBinds(s) == "" {
				e.AddField(key, v)
			}
		case "statement":
			statement = s
		case "pid":
			e.Platform.PID = s
		case "remote_host":
			setClientIP(e, s)
		case "user":
			pgPair(p, e, "user", s)
		case "dbname":
			pgPair(p, e, "db", s)
		case "application_name":
			pgPair(p, e, "app", s)
		case "session_id":
			e.AddIdent(IdentConn, key, s)
		case "state_code":
			e.AddField("sqlstate", v)
		case "hint", "context", "func_name", "file_name", "backtrace":
			e.AddField(key, v)
		}
		return true
	})
	pgMessage(p, e, msg, detail, statement)
}
