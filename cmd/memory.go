package cmd

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// limitMemory tells the garbage collector what the process may use: the budget for what waits, and as much again for the
// tables of correlation and the chunks under way; more is what a view of flows needs. GOMEMLIMIT, when set, wins.
func limitMemory(env *Env, cfg *Config, more int64) {
	if env.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(cfg.Performance.Memory)*2 - 16<<20 + more)
	}
	if env.Getenv("GOGC") == "" {
		debug.SetGCPercent(leastGC)
	}
}

// Garbage is collected when the heap has grown by a part of what is in use. The least part costs a few percent of the time and
// saves a quarter of the memory.
const (
	leastGC = 50
	mostGC  = 400
)

// heapRoom lets the heap grow to a size, in bytes, before garbage is collected, as long as little of it is in use: a run that
// reads a file and ends is shorter with fewer collections. It looks again after each of them, until stop. GOGC, when set, wins.
func heapRoom(env *Env, size int64) (stop func()) {
	r := &room{size: size}
	if env.Getenv("GOGC") == "" {
		r.watch()
	}
	return func() { r.over.Store(true) }
}

type room struct {
	size int64
	over atomic.Bool
}

// watch sets how much the heap may grow after the next collection, and after those behind it: each finds a piece of garbage.
func (r *room) watch() {
	runtime.AddCleanup(new([16]byte), func(r *room) {
		if r.over.Load() {
			return
		}
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		debug.SetGCPercent(gcPercent(int64(live[0].Value.Uint64()), r.size))
		r.watch()
	}, r)
}

// gcPercent returns how much the heap may grow, in percent of what is in use, to reach a size.
func gcPercent(live, size int64) int {
	return int(min(max((size-live)*100/max(live, 1), leastGC), mostGC))
}
