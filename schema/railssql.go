package schema

import (
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// activeRecord reads the line of a statement: User Load (0.3ms)  SELECT … [["id", 42]], also with CACHE or ASYNC before and
// without a name.
func (p *Parser) activeRecord(e *Event, msg, s string) bool {
	name, ms, rest, ok := cutSQLHead(s)
	if !ok {
		return false
	}
	// The blanks that Rails writes before the name and behind the bracket tell it from other text with milliseconds.
	var wait Duration
	if after, ok := strings.CutPrefix(rest, " (db time "); ok { // behind ASYNC: how long the statement itself took; before, how long it was waited for
		took, behind, _ := strings.Cut(after, "ms)")
		wait, _ = scaleDuration(ms, millisecond)
		ms, rest = took, behind
	}
	if !strings.HasPrefix(rest, "  ") || name == "" && !strings.HasPrefix(msg, " ") {
		return false
	}
	d, ok := scaleDuration(ms, millisecond)
	if !ok {
		return false
	}
	rest = strings.TrimLeft(rest, " ")
	cached, async := false, false
	if n, ok := strings.CutPrefix(name, "CACHE"); ok {
		name, cached = strings.TrimLeft(n, " "), true
	} else if n, ok := strings.CutPrefix(name, "ASYNC "); ok {
		name, async = n, true
	}
	sql, binds := cutBinds(rest)
	shard, known := "", statementName(name)
	if !known && strings.HasPrefix(name, "[") { // [Shard: one] User Load
		if inner, after, ok := cutBracket(name); ok && statementName(strings.TrimLeft(after, " ")) {
			shard, name, known = inner, strings.TrimLeft(after, " "), true
		}
	}
	if !known && !sqlVerb(sql) {
		return false
	}
	if shard != "" {
		e.AddField("connection", Text(shard))
	}
	if !known && name != "" {
		e.AddField("name", Text(name))
	}
	model := ""
	if i := strings.IndexByte(name, ' '); i > 0 && isConstant(name[:i]) {
		model = name[:i]
		if strings.HasPrefix(model, "HABTM_") {
			model = ""
		}
	}
	e.Metadata.Duration = d
	if wait.Set {
		putTiming(e, "wait", wait)
	}
	setSQLModel(e, model, sql, binds)
	if name == "SCHEMA" || name == "TRANSACTION" {
		e.Subject = Subject{}
	}
	if binds != "" {
		e.AddExtra("binds", namedBinds(binds))
	}
	if cached {
		e.AddExtra("cached", Value{Raw, "true"})
	}
	if async {
		e.AddExtra("async", Value{Raw, "true"})
	}
	blockLine(e, Inside)
	return true
}

// statementName reports whether name is one that ActiveRecord gives to statements.
func statementName(name string) bool {
	switch name {
	case "SQL", "SCHEMA", "TRANSACTION", "AREL", "PG", "EXPLAIN":
		return true
	}
	model, op, ok := strings.Cut(name, " ")
	return ok && isConstant(model) && strings.IndexByte(op, ':') < 0 && len(op) < 24
}

// sqlVerb reports whether text begins as SQL does.
func sqlVerb(s string) bool {
	l := sqlLexer{s: s}
	t := l.next()
	if t.punct('(') {
		t = l.next()
	}
	for _, verb := range [...]string{"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET", "SHOW", "PRAGMA", "CREATE", "ALTER",
		"DROP", "TRUNCATE", "EXPLAIN", "MERGE", "REPLACE", "LOCK", "CALL", "START", "ANALYZE", "VACUUM", "USE", "DESCRIBE", "GRANT", "COPY", "EXECUTE", "EXEC", "DEALLOCATE", "NOTIFY", "LISTEN"} {
		if t.is(verb) {
			return true
		}
	}
	return false
}

// cutSQLHead takes "Name (1.2ms)" off s.
func cutSQLHead(s string) (name, ms, rest string, ok bool) {
	open := strings.IndexByte(s, '(')
	if open < 0 || open > 80 || open > 0 && s[open-1] != ' ' {
		return "", "", "", false
	}
	n := numberLen(s[open+1:])
	if n == 0 || !strings.HasPrefix(s[open+1+n:], "ms") {
		return "", "", "", false
	}
	end := open + 1 + n + 2
	close := strings.IndexByte(s[end:], ')')
	if close < 0 || close > 40 {
		return "", "", "", false
	}
	return strings.TrimSpace(s[:open]), s[open+1 : open+1+n], s[end+close+1:], true
}

// cutBinds takes the binds that stand behind a statement off it: SELECT …  [["id", 1]].
func cutBinds(s string) (sql, binds string) {
	s = strings.TrimRight(s, " ")
	if !strings.HasSuffix(s, "]") {
		return s, ""
	}
	// The first one counts that reads as a list up to the end: values may hold brackets, but not many.
	at := 0
	for range 8 {
		i := strings.Index(s[at:], "  [[")
		if i < 0 {
			return s, ""
		}
		at += i + 2
		if _, ok := rubyJSON(s[at:]); ok {
			return s[:at-2], s[at:]
		}
	}
	return s, ""
}

// namedBinds returns Rails' list of pairs as an object, so that each value stands under its column's name. Columns that
// come again and values without a name get their number.
func namedBinds(s string) Value {
	js, ok := rubyJSON(s)
	if !ok {
		return Text(s)
	}
	out := []byte{'{'}
	n := 0
	gjson.Parse(js).ForEach(func(_, pair gjson.Result) bool {
		n++
		name, val := pair.Get("0").Str, pair.Get("1").Raw
		if name == "" || strings.Contains(string(out), string(appendString(nil, name))+":") {
			name = strings.TrimPrefix(name+"_"+strconv.Itoa(n), "_")
		}
		if n > 1 {
			out = append(out, ',')
		}
		out = append(appendString(out, name), ':')
		if val == "" {
			val = "null"
		}
		out = append(out, val...)
		return true
	})
	return Value{Raw, string(append(out, '}'))}
}
