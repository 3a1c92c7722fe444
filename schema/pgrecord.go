package schema

import "strings"

// finishPostgres gives a record of PostgreSQL its further lines: the rest of the message or statement, and the parts DETAIL,
// HINT, CONTEXT, QUERY and STATEMENT.
func finishPostgres(e *Event, more string) {
	m := &e.Metadata
	name, text := "", ""
	binds := ""
	put := func() {
		text = strings.TrimRight(text, "\n ")
		switch {
		case text == "":
		case name == "" && m.DB.SQL.S != "":
			setWholeSQL(e, text)
		case name == "" && m.Message.S == "plan:" && setPgPlan(e, text):
		case name == "":
			joinMessage(m, text)
		case name == "statement" && m.DB.SQL.IsZero():
			setFailedStatement(e, text)
		case name == "detail" && m.DB.SQL.S != "" && isPgParameters(text):
			_, binds, _ = strings.Cut(text, ": ")
		default:
			e.AddField(name, Text(text))
		}
	}
	for line := range strings.SplitSeq(more, "\n") {
		if part, rest, ok := strings.Cut(line, ":  "); ok && isPgPart(part) {
			put()
			name, text = strings.ToLower(part), rest
			continue
		}
		if text != "" {
			text += "\n"
		}
		text += strings.TrimPrefix(line, "\t")
	}
	put()
	if binds != "" {
		sql := m.DB.SQL.Plain()
		clearSQL(e)
		setSQL(e, sql, binds)
		e.AddField("parameters", Text(binds))
	}
}

// setPgPlan takes the statement and the plan that auto_explain logs.
func setPgPlan(e *Event, text string) bool {
	sql, ok := strings.CutPrefix(text, "Query Text: ")
	if !ok {
		return false
	}
	plan := ""
	if i := strings.Index(sql, "(cost="); i > 0 {
		i = max(0, strings.LastIndexByte(sql[:i], '\n'))
		sql, plan = sql[:i], strings.TrimLeft(sql[i:], "\n")
	}
	e.Type, e.Metadata.Message = "", Value{}
	setSQL(e, sql, "")
	setOutcome(e, OutcomeSuccess)
	addFieldIf(e, "plan", plan)
	return true
}

func isPgPart(s string) bool {
	switch s {
	case "DETAIL", "HINT", "CONTEXT", "QUERY", "STATEMENT", "LOCATION":
		return true
	}
	return false
}

// isPgParameters reports whether a DETAIL lists the values of placeholders.
func isPgParameters(s string) bool {
	return strings.HasPrefix(s, "parameters: $") || strings.HasPrefix(s, "Parameters: $") || strings.HasPrefix(s, "prepare: ")
}

// setFailedStatement notes the statement that an error is about, without making the error a change or query.
func setFailedStatement(e *Event, sql string) {
	var s Event
	setSQL(&s, sql, "")
	e.Metadata.DB = s.Metadata.DB
	for _, id := range s.Idents {
		if !e.hasIdent(id) {
			e.Idents = append(e.Idents, id)
		}
	}
	c, f := &e.Correlation, &s.Correlation
	setDefault(&c.RequestID, f.RequestID)
	setDefault(&c.TraceID, f.TraceID)
	setDefault(&c.JobID, f.JobID)
}
