package schema

// Role says how a line takes part in a record of several lines.
type Role uint8

// The roles.
const (
	Whole     Role = iota // a record by itself, or the first line of one whose further lines are Continues
	Continues             // text that no format claims as a start: may continue the record before it
	Opens                 // opens a block that later lines add to (Rails "Started")
	Adds                  // adds to the open block and is no event of its own (Rails "Parameters:")
	Closes                // completes the open block (Rails "Completed")
	Inside                // an event of its own that stands inside the open block (SQL, job, mail lines)
	Fragment              // part of a physical line that its carrier cut (CRI "P", docker without newline)
)

// Join tells the joiner what to do with a parsed line.
type Join struct {
	Role Role
	// Kind names the sort of block, for example "rails.request"; joins never cross kinds.
	Kind string
	// Stream separates lines of one source that were written by different streams, containers or prefixes.
	Stream string
	// Key finds the open block within source and stream: request tag, or pid and thread.
	Key string
	// Text is the line without its carrier, for Continues and Fragment.
	Text string
	// Line is the line as it stood, for records whose lines have a meaning only where they stand. It is a piece of the chunk
	// and gone once the step is done.
	Line string
	// Last marks the fragment that completes its line.
	Last bool
	// Until ends the message of the record: its further lines belong to the message up to and including the one that ends
	// with this text.
	Until string
	// Single says that no further lines can belong to the record, as with JSON.
	Single bool
	// Followed says that the next line of the same source and stream is known to start a record. It spares the joiner to
	// keep a copy until that line comes, and changes nothing else.
	Followed bool
}
