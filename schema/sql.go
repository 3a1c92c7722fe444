package schema

import (
	"slices"
	"strconv"
	"strings"
)

// setSQL fills e from a statement of any dialect: event type, action, subject, operation, table, changes, bulk and the
// ids in sqlcommenter or marginalia comments. binds holds the values of the placeholders as the program logged them and may be
// empty: [["id", 1], …] (Rails), $1 = '1', $2 = NULL (PostgreSQL), ('a', 1) or [1,"a"]. It keeps sql as metadata.db.sql.
func setSQL(e *Event, sql, binds string) { setSQLModel(e, "", sql, binds) }

// setSQLModel is setSQL for a logger that names the model, as ActiveRecord does.
func setSQLModel(e *Event, model, sql, binds string) {
	if e.parser != nil && model == "" && binds == "" && len(sql) <= maxStatement {
		e.parser.setStatement(e, sql)
		return
	}
	readSQL(e, model, sql, binds)
}

// readSQL is setSQLModel without a memory.
func readSQL(e *Event, model, sql, binds string) {
	st := sqlStatement{binds: sqlBinds{text: strings.TrimSpace(binds)}}
	st.lex = sqlLexer{s: sql, comment: func(text string) { setSQLComment(e, text) }}
	st.read(e)
	m := &e.Metadata
	m.DB.Op, m.DB.Table, m.DB.SQL = st.op, st.table, Text(strings.TrimSpace(sql))
	if model == "" {
		model = singular(baseName(st.table))
	} else {
		model = snake(demodulize(model))
	}
	e.Type = "data.query"
	verb := ""
	switch st.op {
	case "select":
		verb = "loaded"
	case "insert":
		e.Type, verb = "data.change", "created"
	case "update":
		e.Type, verb = "data.change", "updated"
	case "upsert":
		e.Type, verb = "data.change", "upserted"
	case "delete":
		e.Type, verb = "data.change", "deleted"
	case "truncate":
		e.Type, verb = "data.change", "truncated"
	case "":
		e.Action = "query"
		return
	case "begin", "start", "commit", "rollback", "savepoint", "release", "end", "abort":
		e.Action = "transaction." + st.op
		return
	default:
		e.Action = "query." + st.op
		return
	}
	if model == "" {
		e.Action = "query"
		if e.Type == "data.change" {
			e.Action = st.op
		}
		return
	}
	e.Action = model + "." + verb
	e.Subject = Subject{Type: model, ID: st.id}
	if st.id != "" {
		e.AddIdent(IdentEntity, model, st.id)
	}
	if e.Type != "data.change" {
		return
	}
	if st.op == "update" && len(m.Changes) > 0 {
		e.AddExtra("changes_complete", Value{Raw, "false"})
	}
	setTransition(e)
	setRelated(e)
	if st.bulk {
		setBulk(e, &st)
	}
}

// sqlStatement is what is learned from one statement.
type sqlStatement struct {
	lex   sqlLexer
	binds sqlBinds

	op, table string
	id        string // of the record, when the statement names exactly one
	bulk      bool   // touches rows by condition or several at once
	rows      int    // rows that the statement spells out, 0 unknown
	where     []string
	columns   [8]string // room for where
	params    int       // placeholders without number seen so far
}

// read finds the verb and hands on to its clause. WITH and EXPLAIN are looked through.
func (st *sqlStatement) read(e *Event) {
	depth, with := 0, false
	for {
		t := st.lex.next()
		switch {
		case t.kind == sqlEnd:
			return
		case t.punct('('):
			depth++
		case t.punct(')'):
			depth--
		case t.kind == sqlParam:
			st.params++
		case t.kind != sqlWord, depth > 0 && (with || !t.is("SELECT")):
		case t.is("SELECT"):
			st.op = "select"
			st.selects()
			return
		case t.is("INSERT"), t.is("REPLACE"):
			st.op = "insert"
			st.inserts(e)
			return
		case t.is("UPDATE"):
			st.op = "update"
			st.updates(e)
			return
		case t.is("DELETE"):
			st.op = "delete"
			st.deletes()
			return
		case t.is("MERGE"), t.is("TRUNCATE"):
			st.op, st.bulk = strings.ToLower(t.text), true
			if t.is("MERGE") {
				st.op = "upsert"
			}
			if t = st.lex.next(); t.is("INTO") || t.is("TABLE") {
				t = st.lex.next()
			}
			st.tableName(t)
			st.rest()
			return
		case t.is("WITH"):
			with = true
		case with, t.is("EXPLAIN"), t.is("ANALYZE"), t.is("VERBOSE"):
		default:
			st.op = strings.ToLower(t.text)
			st.rest()
			return
		}
	}
}

// tableName reads [schema.]table from t on and returns the token after it.
func (st *sqlStatement) tableName(t sqlToken) sqlToken {
	for t.is("ONLY") || t.is("IGNORE") || t.is("LOW_PRIORITY") || t.is("QUICK") {
		t = st.lex.next()
	}
	if !t.name() {
		return t
	}
	st.table = t.text
	t = st.lex.next()
	for t.punct('.') {
		if t = st.lex.next(); t.name() {
			st.table = t.text
			t = st.lex.next()
		}
	}
	return t
}

func (st *sqlStatement) selects() {
	depth := 0
	for {
		t := st.lex.next()
		switch {
		case t.kind == sqlEnd:
			return
		case t.kind == sqlParam:
			st.params++
		case t.punct('('):
			depth++
		case t.punct(')'):
			depth--
		case depth == 0 && t.is("FROM"):
			t = st.lex.next()
			if t.punct('(') { // FROM (SELECT …): the table inside is not what is loaded
				depth++
				break
			}
			t = st.tableName(t)
			if t.punct('(') { // a function
				st.table = ""
				return
			}
			st.findWhere(t)
			return
		}
	}
}

// findWhere reads on from t to the WHERE clause of the statement's own depth, then the clause.
func (st *sqlStatement) findWhere(t sqlToken) {
	depth := 0
	for ; t.kind != sqlEnd; t = st.lex.next() {
		switch {
		case t.punct('('):
			depth++
		case t.punct(')'):
			depth--
		case t.kind == sqlParam:
			st.params++
		case depth == 0 && t.is("WHERE"):
			st.condition()
			return
		}
	}
}

// condition reads the terms of WHERE that are joined by AND. With OR at the top nothing names one record.
func (st *sqlStatement) condition() {
	depth, id, or := 0, "", false
	last, owner := "", ""
	for {
		t := st.lex.next()
		switch {
		case t.kind == sqlEnd:
			if !or {
				st.id = id
			}
			return
		case t.punct('('):
			depth++
		case t.punct(')'):
			depth--
		case t.kind == sqlParam:
			st.params++
		case depth > 1 || t.kind != sqlWord && t.kind != sqlQuoted && !t.punct('='):
		case t.is("OR"):
			or = or || depth == 0
		case depth == 0 && (t.is("ORDER") || t.is("LIMIT") || t.is("GROUP") || t.is("RETURNING") || t.is("FOR") || t.is("UNION") || t.is("OFFSET")):
			if !or {
				st.id = id
			}
			st.rest()
			return
		case t.is("IN") && last != "":
			if v, ok := st.onlyInList(); ok && isKey(last, owner, st.table) && id == "" {
				id = v
			}
			st.addWhere(last)
			last = ""
		case t.punct('='):
			if last == "" {
				break
			}
			v, ok := st.value(st.lex.next())
			if ok && isKey(last, owner, st.table) && id == "" && v.S != "" && v.S != "null" {
				id = v.Plain()
			}
			st.addWhere(last)
			last = ""
		case t.is("IS"), t.is("LIKE"), t.is("ILIKE"), t.is("BETWEEN"), t.is("NOT"):
			if last != "" {
				st.addWhere(last)
			}
		case t.is("AND"):
			last = ""
		default:
			last, owner = t.text, ""
			if st.lex.peek().punct('.') {
				st.lex.next()
				if c := st.lex.next(); c.name() {
					last, owner = c.text, t.text
				}
			} else if p := st.lex.peek(); p.kind == sqlPunct && (p.text[0] == '<' || p.text[0] == '>' || p.text[0] == '!') {
				st.addWhere(last)
				last = ""
			}
		}
	}
}

// rest counts placeholders and reads comments to the end.
func (st *sqlStatement) rest() {
	for st.lex.next().kind != sqlEnd {
	}
}

func (st *sqlStatement) addWhere(column string) {
	if slices.Contains(st.where, column) {
		return
	}
	if st.where == nil {
		st.where = st.columns[:0]
	}
	if len(st.where) < 16 {
		st.where = append(st.where, column)
	}
}

// isKey reports whether a column is the primary key of the statement's table by the convention of every framework.
func isKey(column, owner, table string) bool {
	return (column == "id" || column == "ID" || column == "Id") && (owner == "" || owner == table || len(owner) <= 3)
}

// onlyInList reads (…) after IN and returns its value when there is exactly one.
func (st *sqlStatement) onlyInList() (string, bool) {
	if !st.lex.peek().punct('(') {
		return "", false
	}
	st.lex.next()
	n, depth, only := 0, 0, ""
	for {
		t := st.lex.next()
		switch {
		case t.kind == sqlEnd:
			return "", false
		case t.punct('('):
			depth++
		case t.punct(')'):
			if depth == 0 {
				return only, n == 1 && only != ""
			}
			depth--
		case t.punct(','):
		case t.kind == sqlWord && t.is("SELECT"):
			n += 2
		default:
			n++
			if v, ok := st.value(t); ok {
				only = v.Plain()
			}
		}
	}
}

// value returns what t stands for: a literal or the bind of a placeholder.
func (st *sqlStatement) value(t sqlToken) (Value, bool) {
	switch t.kind {
	case sqlString:
		return Value{String, unquoteSQL(t.text)}, true
	case sqlNumber:
		if isJSONNumber(t.text) {
			return Value{Raw, t.text}, true
		}
		return Value{String, t.text}, true
	case sqlParam:
		st.params++
		if t.text[0] == '$' {
			n, err := strconv.Atoi(t.text[1:])
			if err != nil {
				return Value{}, false
			}
			return st.binds.at(n - 1)
		}
		if t.text == "?" {
			return st.binds.at(st.params - 1)
		}
	case sqlWord:
		switch {
		case t.is("NULL"):
			return Value{Raw, "null"}, true
		case t.is("TRUE"):
			return Value{Raw, "true"}, true
		case t.is("FALSE"):
			return Value{Raw, "false"}, true
		}
	}
	return Value{}, false
}

func unquoteSQL(s string) string {
	if strings.Contains(s, "''") {
		s = strings.ReplaceAll(s, "''", "'")
	}
	return s
}

// inserts reads [INTO] table (columns) VALUES (…), (…) [ON CONFLICT …].
func (st *sqlStatement) inserts(e *Event) {
	t := st.lex.next()
	for t.is("OR") || t.is("IGNORE") || t.is("REPLACE") || t.is("ABORT") || t.is("INTO") || t.is("OVERWRITE") || t.is("TABLE") {
		t = st.lex.next()
	}
	t = st.tableName(t)
	if t.is("AS") {
		st.lex.next()
		t = st.lex.next()
	}
	var columns []string
	if t.punct('(') {
		if st.lex.peek().is("SELECT") {
			st.bulk = true
			st.rest()
			return
		}
		for t = st.lex.next(); t.kind != sqlEnd && !t.punct(')'); t = st.lex.next() {
			if t.name() {
				columns = append(columns, t.text)
			}
		}
		t = st.lex.next()
	}
	for t.is("OVERRIDING") || t.is("SYSTEM") || t.is("USER") || t.is("VALUE") || t.is("OUTPUT") || t.is("INSERTED") || t.punct('.') || t.is("id") || t.kind == sqlQuoted {
		t = st.lex.next()
	}
	switch {
	case t.is("VALUES"), t.is("VALUE"):
		st.rowsOf(e, columns)
	case t.is("SET"): // MySQL
		st.assignments(e, Value{Raw, "null"})
	case t.is("DEFAULT"):
		st.rest()
	case t.is("SELECT"), t.is("WITH"):
		st.bulk = true
		st.rest()
	}
}

// rowsOf reads the tuples of VALUES. One tuple gives changes, several make a bulk insert.
func (st *sqlStatement) rowsOf(e *Event, columns []string) {
	m := &e.Metadata
	for {
		t := st.lex.next()
		if t.punct(',') {
			continue
		}
		if !t.punct('(') {
			st.afterRows(t)
			break
		}
		st.rows++
		st.row(e, columns)
	}
	if st.rows > 1 {
		st.bulk = true
		m.Changes = m.Changes[:0]
		st.id = ""
		st.where = nil
	}
}

// row reads one tuple; the first gives changes and the record's id.
func (st *sqlStatement) row(e *Event, columns []string) {
	m := &e.Metadata
	col, depth, expr := 0, 0, false
	for {
		t := st.lex.next()
		switch {
		case t.kind == sqlEnd:
			return
		case t.punct('('):
			depth, expr = depth+1, true
		case t.punct(')') && depth == 0:
			return
		case t.punct(')'):
			depth--
		case t.punct(',') && depth == 0:
			col, expr = col+1, false
		case depth > 0:
			if t.kind == sqlParam {
				st.params++
			}
		default:
			v, ok := st.value(t)
			next := st.lex.peek()
			if !ok || expr || st.rows > 1 || col >= len(columns) || !next.punct(',') && !next.punct(')') && !next.punct(':') {
				expr = true
				break
			}
			expr = true // a cast may follow
			name := columns[col]
			if isKey(name, "", "") && v.S != "null" {
				st.id = v.Plain()
				break
			}
			if !bookkeeping(name) {
				m.Changes = append(m.Changes, Change{Field: name, Old: Value{Raw, "null"}, New: v})
			}
		}
	}
}

// afterRows looks for what turns an INSERT into an upsert.
func (st *sqlStatement) afterRows(t sqlToken) {
	for ; t.kind != sqlEnd; t = st.lex.next() {
		if t.is("ON") && (st.lex.peek().is("CONFLICT") || st.lex.peek().is("DUPLICATE")) {
			st.op = "upsert"
		}
		if t.is("NOTHING") && st.op == "upsert" {
			st.op = "insert"
		}
	}
}

func (st *sqlStatement) updates(e *Event) {
	t := st.tableName(st.lex.next())
	for ; t.kind != sqlEnd && !t.is("SET"); t = st.lex.next() {
	}
	if st.assignments(e, Value{}) {
		st.condition()
	}
	st.bulk = st.id == ""
}

// assignments reads column = value, … and reports whether WHERE ended them.
func (st *sqlStatement) assignments(e *Event, old Value) (where bool) {
	m := &e.Metadata
	depth, name := 0, ""
	for {
		t := st.lex.next()
		switch {
		case t.kind == sqlEnd:
			return false
		case t.punct('('):
			depth++
		case t.punct(')'):
			depth--
		case t.kind == sqlParam && depth > 0, t.kind == sqlParam && name == "":
			st.params++
		case depth > 0:
		case t.is("WHERE"):
			return true
		case t.punct(','):
			name = ""
		case t.punct('=') && name != "":
			next := st.lex.next()
			v, ok := st.value(next)
			after := st.lex.peek()
			whole := after.kind == sqlEnd || after.punct(',') || after.is("WHERE") || after.is("RETURNING") || after.punct(';') || after.punct(':')
			if next.punct('(') {
				depth++
			}
			switch {
			case !ok || !whole || bookkeeping(name):
			case old.Kind == Raw && isKey(name, "", ""): // of the new record
				st.id = v.Plain()
			default:
				m.Changes = append(m.Changes, Change{Field: name, Old: old, New: v})
			}
			name = "" // the rest of an expression is skipped up to the comma
			if next.kind == sqlWord && !ok || !whole {
				name = "\x00"
			}
		case t.name() && name == "":
			name = t.text
			if st.lex.peek().punct('.') {
				st.lex.next()
				name = st.lex.next().text
			}
		}
	}
}

func (st *sqlStatement) deletes() {
	t := st.lex.next()
	if t.is("FROM") {
		t = st.lex.next()
	}
	st.findWhere(st.tableName(t))
	st.bulk = st.id == ""
}

// bookkeeping reports whether a column is set by the framework at every change and tells nothing.
func bookkeeping(column string) bool {
	switch column {
	case "created_at", "updated_at", "createdAt", "updatedAt", "created_on", "updated_on":
		return true
	}
	return false
}

// setBulk notes that a change touched rows by condition or many at once.
func setBulk(e *Event, st *sqlStatement) {
	op := st.op + "_all"
	b := append(make([]byte, 0, 96), `{"operation":"`...)
	b = append(append(b, op...), '"')
	if st.rows > 1 {
		b = strconv.AppendInt(append(b, `,"row_count":`...), int64(st.rows), 10)
		if e.Subject.ID == "" {
			e.Subject.ID = "bulk:" + strconv.Itoa(st.rows)
		}
	}
	if len(st.where) > 0 {
		b = append(b, `,"where_columns":[`...)
		for i, c := range st.where {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, c)
		}
		b = append(b, ']')
	}
	e.AddExtra("bulk", Value{Raw, string(append(b, '}'))})
}

// setRelated names the records that a change points to by its foreign keys, as metadata.related: {"order":"17"}.
func setRelated(e *Event) {
	var b []byte
	for i := range e.Metadata.Changes {
		c := &e.Metadata.Changes[i]
		kind, ok := strings.CutSuffix(c.Field, "_id")
		if !ok || kind == "" || c.New.Kind != Raw && c.New.Kind != String || c.New.S == "" || !isDigit(c.New.S[0]) && !isPathID(c.New.S) {
			continue
		}
		if b == nil {
			b = append(make([]byte, 0, 64), '{')
		} else {
			b = append(b, ',')
		}
		b = appendString(b, kind)
		b = appendString(append(b, ':'), c.New.S)
		e.AddIdent(IdentEntity, kind, c.New.S)
	}
	if b != nil {
		e.AddExtra("related", Value{Raw, string(append(b, '}'))})
	}
}

// setTransition notes a change of a state column as metadata.transition.
func setTransition(e *Event) {
	for i := range e.Metadata.Changes {
		c := &e.Metadata.Changes[i]
		if !stateColumn(c.Field) || c.New.IsZero() || c.New.S == "null" {
			continue
		}
		b := append(make([]byte, 0, 64), `{"field":`...)
		b = appendString(b, c.Field)
		if !c.Old.IsZero() && !(c.Old.Kind == Raw && c.Old.S == "null") {
			b = appendOrNull(append(b, `,"from":`...), c.Old)
		}
		b = appendOrNull(append(b, `,"to":`...), c.New)
		e.AddExtra("transition", Value{Raw, string(append(b, '}'))})
		return
	}
}

func stateColumn(name string) bool {
	switch name {
	case "status", "state", "stage", "phase", "workflow_state", "aasm_state":
		return true
	}
	return false
}

// demodulize returns the last part of Module::Class.
func demodulize(s string) string {
	if i := strings.LastIndex(s, "::"); i >= 0 {
		return s[i+2:]
	}
	return s
}

// baseName returns the last part of schema.table.
func baseName(s string) string {
	if i := strings.LastIndexByte(s, '.'); i >= 0 {
		return s[i+1:]
	}
	return s
}
