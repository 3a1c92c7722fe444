//go:build !race

package schema_test

const raceAllocations = 0
