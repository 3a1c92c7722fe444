//go:build race

package schema_test

// raceAllocations is what a line costs under the race detector: there the state of a hash cannot be taken without one.
const raceAllocations = 1
