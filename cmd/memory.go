package cmd

import "runtime/debug"

// limitMemory tells the garbage collector what the process may use: twice the budget for what waits, the same for the tables
// of correlation and the chunks under way. GOMEMLIMIT, when set, wins.
func limitMemory(env *Env, cfg *Config) {
	if env.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(cfg.Performance.Memory)*2 - 16<<20)
	}
	if env.Getenv("GOGC") == "" {
		debug.SetGCPercent(50) // costs a few percent of the time and saves a quarter of the memory
	}
}
