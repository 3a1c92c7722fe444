package schema

import _ "embed"

//go:embed event.schema.json
var eventSchema string

// JSONSchema returns the contract of the events that [AppendJSON] writes, as a JSON Schema of draft 2020-12.
func JSONSchema() []byte { return []byte(eventSchema) }
