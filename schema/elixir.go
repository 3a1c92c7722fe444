package schema

import "strings"

// The records of Elixir that have further lines: statements of Ecto, and processes that ended.
const (
	ectoQuery     = "ecto"
	elixirProcess = "elixir"
)

// elixir takes what Ecto and the supervisors of Erlang say through Elixir's Logger.
//
//	QUERY OK source="users" db=1.5ms decode=0.5ms queue=0.3ms idle=12.3ms
//	SELECT u0."id" FROM "users" AS u0 WHERE (u0."id" = $1) [42]
//	↳ Shop.Accounts.get/1, at: lib/shop/accounts.ex:12
func (p *Parser) elixir(e *Event, h *head, msg string) bool {
	if h.logger != "" {
		return false
	}
	if rest, ok := strings.CutPrefix(msg, "QUERY "); ok {
		word, rest := cutToken(rest)
		if word != "OK" && word != "ERROR" {
			return false
		}
		p.finishFields(e)
		e.Type, e.Action = "data.query", "query"
		if word == "ERROR" {
			e.Metadata.Outcome = OutcomeFailure
		}
		for part := range strings.FieldsSeq(rest) {
			key, value, _ := strings.Cut(part, "=")
			d, ok := parseDuration(value)
			switch {
			case key == "source":
				e.Metadata.DB.Table = strings.Trim(value, `"`)
			case key == "db" && ok:
				e.Metadata.Duration = d
			case ok && (key == "queue" || key == "decode"):
				putTiming(e, key, d)
			case value != "":
				p.keepField(e, key, Text(value))
			default:
				p.keepField(e, "detail", Text(part))
			}
		}
		e.Platform.Format = "ecto"
		e.Join.Kind = ectoQuery
		return true
	}
	if h.level >= LevelError && (strings.HasSuffix(msg, " terminating") || strings.HasSuffix(msg, " terminated") || strings.HasPrefix(msg, "Process #PID<") || strings.HasPrefix(msg, "Task #PID<")) {
		p.setText(e, msg)
		e.Join.Kind = elixirProcess
		return true
	}
	if target, ok := strings.CutPrefix(msg, "Processing with "); ok && strings.IndexByte(target, ' ') < 0 {
		p.setText(e, msg)
		e.Action = target
		e.AddField("controller", Text(target))
		return true
	}
	return false
}

// finishEcto gives e the statement behind the line that tells how long it took.
func finishEcto(e *Event, more string) {
	table := e.Metadata.DB.Table
	sql, binds := more, ""
	if strings.HasSuffix(more, "]") { // the last bracket that stands behind a blank
		if i := strings.LastIndex(more, " ["); i > 0 {
			sql, binds = more[:i], more[i+1:]
		}
	}
	outcome := e.Metadata.Outcome
	setSQL(e, sql, binds)
	e.Metadata.Outcome = outcome
	switch {
	case e.Metadata.DB.Table == "":
		e.Metadata.DB.Table = table
	case table != "" && table != e.Metadata.DB.Table:
		e.AddField("source", Text(table))
	}
}

// elixirDetail reports whether a line is one of those that tell of a process that ended.
func elixirDetail(s string) bool {
	if strings.HasPrefix(s, "** (") || strings.HasPrefix(s, "(stop)") {
		return true
	}
	key, _, ok := strings.Cut(s, ":")
	if !ok || len(key) > 24 || len(key) < 4 {
		return false
	}
	switch key {
	case "Server", "Request", "State", "Last message", "Function", "Args", "Initial Call", "Ancestors", "Message Queue", "Message Queue Length", "Messages", "Links", "Dictionary",
		"Trapping Exits", "Status", "Heap Size", "Stack Size", "Reductions", "Start Call", "Restart", "Shutdown", "Type", "Crash reason", "Neighbours", "Registered Name":
		return true
	}
	return strings.HasPrefix(key, "Last message (from") || strings.HasPrefix(key, "Client ")
}

// elixirException returns the class and message of the exception in the lines about a process that ended: the last one that
// is no reason of exit.
func elixirException(trace string) (class, text string) {
	for line := range strings.SplitSeq(trace, "\n") {
		rest, ok := strings.CutPrefix(strings.TrimLeft(line, " "), "** (")
		if !ok {
			continue
		}
		name, msg, ok := strings.Cut(rest, ")")
		if ok && name != "" && name[0] >= 'A' && name[0] <= 'Z' && name != "EXIT from" && isDotted(name) {
			class, text = name, strings.TrimSpace(msg)
		}
	}
	return class, text
}
