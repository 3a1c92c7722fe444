package schema

// scanIdents notes the ids that stand in the text of a message: key=value pairs, ids with a word before them, UUIDs,
// Global IDs, prefixed ids.
func scanIdents(e *Event, text string) {}
