package correlate

import (
	"errors"
	"fmt"
	"time"
)

// Process defines a business process or journey: the steps that flows of one key take, over hours or days.
type Process struct {
	// Name begins the process_id, before a colon and the key: "order:60209085".
	Name string `toml:"name"`
	// Key says what holds the flows together: a type of subject or entity ("order"), "actor" or "session".
	Key string `toml:"key"`
	// Steps are the stations in their usual order. A flow takes part when one of its events matches a step.
	Steps []Step `toml:"steps"`
	// Timeout is how long after its last flow a process may go on.
	Timeout time.Duration `toml:"timeout"`
}

// Step is one station of a process.
type Step struct {
	// Name is the step as people call it: "placed".
	Name string `toml:"name"`
	// EventType and Action are patterns that the event must match, * standing for any text; an empty one matches all.
	EventType string `toml:"event_type"`
	Action    string `toml:"action"`
	// Words are alternatives that the message or action must contain one of, in any case; empty matches all.
	Words []string `toml:"words"`
}

// validate reports the first field that cannot be used.
func (p *Process) validate() error {
	switch {
	case p.Name == "":
		return errors.New("name: must not be empty")
	case p.Key == "":
		return errors.New("key: must not be empty")
	case len(p.Steps) == 0:
		return errors.New("steps: must not be empty")
	case p.Timeout < 0 || p.Timeout > 365*24*time.Hour:
		return errors.New("timeout: must be between 0 and 8760h")
	}
	for i, s := range p.Steps {
		if s.Name == "" {
			return fmt.Errorf("steps[%d].name: must not be empty", i)
		}
		if s.EventType == "" && s.Action == "" && len(s.Words) == 0 {
			return fmt.Errorf("steps[%d]: must have event_type, action or words", i)
		}
	}
	return nil
}
