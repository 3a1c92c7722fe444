package schema_test

import (
	"testing"

	"github.com/ezlogs/ezlogs/schema"
)

// TestResetForgets holds that nothing of a line is left in an event that is used again, wherever slices were shortened meanwhile:
// a piece of text keeps its whole chunk in memory.
func TestResetForgets(t *testing.T) {
	var e schema.Event
	e.AddIdent(schema.IdentTrace, "trace_id", "one")
	e.AddExtra("extra", schema.Text("one"))
	e.AddField("field", schema.Text("one"))
	e.Correlation.Processes = append(e.Correlation.Processes, "order:1")
	e.Metadata.Truncated = append(e.Metadata.Truncated, "line")
	e.Metadata.Changes = append(e.Metadata.Changes, schema.Change{Field: "state"})
	m := &e.Metadata
	e.Idents, m.Extra, m.Fields, m.Truncated, m.Changes = e.Idents[:0], m.Extra[:0], m.Fields[:0], m.Truncated[:0], m.Changes[:0]
	e.Correlation.Processes = e.Correlation.Processes[:0]
	e.Reset()
	switch {
	case e.Idents[:1][0] != (schema.Ident{}):
		t.Errorf("idents keep %v", e.Idents[:1])
	case m.Extra[:1][0] != (schema.Field{}), m.Fields[:1][0] != (schema.Field{}):
		t.Errorf("extra keeps %v, fields %v", m.Extra[:1], m.Fields[:1])
	case m.Truncated[:1][0] != "", e.Correlation.Processes[:1][0] != "":
		t.Errorf("truncated keeps %q, processes %q", m.Truncated[:1], e.Correlation.Processes[:1])
	case m.Changes[:1][0] != (schema.Change{}):
		t.Errorf("changes keep %v", m.Changes[:1])
	}
}
