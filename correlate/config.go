package correlate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Config says how far correlation may go and how much it may remember. Its zero value is not valid; begin with
// [DefaultConfig].
type Config struct {
	// FlowTimeout is how long the ids of a flow are remembered after they were last seen. Jobs, batches, workflows and
	// incidents are remembered longer, because retries and people take longer.
	FlowTimeout time.Duration `toml:"flow_timeout"`
	// MaxFlows bounds the flows that are remembered at a time, MaxIDs the ids. What is used least goes first, and keeps
	// its name: it is a function of the flow's strongest id.
	MaxFlows int `toml:"max_flows"`
	MaxIDs   int `toml:"max_ids"`
	// Infer lists the kinds of link that may be inferred where no id says so: "thread", "value", "session", "weak" (short
	// ids within their process). Empty means that nothing is inferred.
	Infer []string `toml:"infer"`
	// State is the file that keeps what is remembered over a restart; empty keeps nothing. cmd resolves it against the
	// state directory.
	State string `toml:"state"`
	// Salt makes flow ids private: agents agree on them only if they share it.
	Salt string `toml:"salt"`
	// Local says that no other agent's events are read beside these: flow.merged then tells only of names that events were given,
	// not of those that other agents would give.
	Local bool `toml:"-"`
	// Completed asks for a flow.completed event when a flow has been quiet for CompletedAfter.
	Completed      bool          `toml:"completed"`
	CompletedAfter time.Duration `toml:"completed_after"`
	// AutoProcesses switches the built-in processes and journeys on.
	AutoProcesses bool `toml:"auto_processes"`
	// Processes are definitions of the user's own; one with the name of a built-in one replaces it.
	Processes []Process `toml:"process"`
}

// inferable are the kinds of link that [Config.Infer] may name.
var inferable = []string{"thread", "value", "session", "weak"}

// DefaultConfig returns the configuration that needs no set-up: one hour, 100,000 flows, 250,000 ids, about 60 MiB at
// most, everything inferred that can be inferred safely.
func DefaultConfig() Config {
	return Config{
		FlowTimeout:    time.Hour,
		MaxFlows:       100_000,
		MaxIDs:         250_000,
		Infer:          slices.Clone(inferable),
		CompletedAfter: time.Minute,
		AutoProcesses:  true,
	}
}

// Validate reports the first value that cannot be used. The error begins with the field as it is written in TOML.
func (c *Config) Validate() error {
	switch {
	case c.FlowTimeout < time.Second || c.FlowTimeout > 90*24*time.Hour:
		return errors.New("flow_timeout: must be between 1s and 2160h")
	case c.MaxFlows < 16 || c.MaxFlows > 100_000_000:
		return errors.New("max_flows: must be between 16 and 100000000")
	case c.MaxIDs < 64 || c.MaxIDs > 100_000_000:
		return errors.New("max_ids: must be between 64 and 100000000")
	case c.Completed && (c.CompletedAfter < time.Second || c.CompletedAfter > 24*time.Hour):
		return errors.New("completed_after: must be between 1s and 24h")
	}
	for _, kind := range c.Infer {
		if !slices.Contains(inferable, kind) {
			return fmt.Errorf("infer: %q is not one of %s", kind, strings.Join(inferable, ", "))
		}
	}
	seen := map[string]bool{}
	for i := range c.Processes {
		p := &c.Processes[i]
		if err := p.validate(); err != nil {
			return fmt.Errorf("process[%d].%w", i, err)
		}
		if seen[p.Name] {
			return fmt.Errorf("process[%d].name: %q is defined twice", i, p.Name)
		}
		seen[p.Name] = true
	}
	return nil
}
