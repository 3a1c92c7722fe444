package cmd

import "runtime/debug"

// limitMemory tells the garbage collector what the process may use: the budget for what waits, and as much again for the
// tables of correlation and the chunks under way; more is what a view of flows needs. GOMEMLIMIT, when set, wins.
func limitMemory(env *Env, cfg *Config, more int64) {
	if env.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(cfg.Performance.Memory)*2 - 16<<20 + more)
	}
	if env.Getenv("GOGC") == "" {
		debug.SetGCPercent(50) // costs a few percent of the time and saves a quarter of the memory
	}
}
