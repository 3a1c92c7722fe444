package schema

// parsePlain takes any line: its text is the message.
func parsePlain(_ *Parser, e *Event, line string) bool {
	e.Type = "log.message"
	e.Action = "log"
	e.Metadata.Message = Value{String, line}
	e.Join.Role, e.Join.Text = Continues, line
	return true
}
