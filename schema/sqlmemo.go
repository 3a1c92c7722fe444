package schema

import "strings"

// statement is what a query says that names no object: one without literals, as prepared statements are. It is a function
// of its text, so a parser remembers it.
type statement struct{ op, table, action, model string }

// maxStatement is the length of the longest statement that is remembered.
const maxStatement = 1024

// setStatement is readSQL for statements without binds, with a memory for queries.
func (p *Parser) setStatement(e *Event, sql string) {
	m := &e.Metadata
	if st, ok := p.statements[sql]; ok {
		m.DB.Op, m.DB.Table, m.DB.SQL = st.op, st.table, Text(strings.TrimSpace(sql))
		e.Type, e.Action, e.Subject = "data.query", st.action, Subject{Type: st.model}
		return
	}
	before := len(e.Idents) + len(m.Extra) + len(m.Changes) + len(m.Fields)
	readSQL(e, "", sql, "")
	if e.Type != "data.query" || m.DB.Op != "select" || e.Subject.ID != "" || e.Subject.Type == "" || len(p.statements) >= maxNouns {
		return
	}
	if len(e.Idents)+len(m.Extra)+len(m.Changes)+len(m.Fields) != before || !bareStatement(sql) {
		return
	}
	if p.statements == nil {
		p.statements = make(map[string]statement)
	}
	clone := strings.Clone
	p.statements[clone(sql)] = statement{op: clone(m.DB.Op), table: clone(m.DB.Table), action: clone(e.Action), model: clone(e.Subject.Type)}
}

// bareStatement reports whether a statement has neither literals nor comments: it will come again.
func bareStatement(sql string) bool {
	for i := range len(sql) {
		switch c := sql[i]; {
		case c == '\'', c == '#', c == '/' && i+1 < len(sql) && sql[i+1] == '*', c == '-' && i+1 < len(sql) && sql[i+1] == '-':
			return false
		case isDigit(c):
			if i == 0 || !idByte(sql[i-1]) && sql[i-1] != '$' && sql[i-1] != ':' && sql[i-1] != '@' {
				return false
			}
		}
	}
	return true
}
