package schema

// plainText is the kind of lines that no format knows: they may be a part of the record before them.
const plainText = "text"

// parsePlain takes any line: its text is the message.
func parsePlain(_ *Parser, e *Event, line string) bool {
	e.Type = "log.message"
	e.Action = "log"
	e.Metadata.Message = Value{String, line}
	e.Join.Kind, e.Join.Role, e.Join.Text = plainText, Continues, line
	return true
}
