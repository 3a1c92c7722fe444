package debugview

import (
	"math"
	"slices"
)

// sample collects durations for percentiles: exact up to maxExact of them, then as counts in buckets one per cent wide.
type sample struct {
	exact   []int64
	buckets map[int32]int64 // by logarithm, once there are too many
	n       int64
	min     int64
	max     int64
	sorted  bool
}

const maxExact = 100_000

// logStep is the width of a bucket of the sketch.
var logStep = math.Log(1.01)

func (s *sample) add(ns int64) {
	if s.n == 0 {
		s.min, s.max = ns, ns
	}
	s.min, s.max = min(s.min, ns), max(s.max, ns)
	s.n++
	s.sorted = false
	if s.buckets != nil {
		s.buckets[bucketOf(ns)]++
		return
	}
	if s.exact = append(s.exact, ns); len(s.exact) > maxExact {
		s.buckets = map[int32]int64{}
		for _, x := range s.exact {
			s.buckets[bucketOf(x)]++
		}
		s.exact = nil
	}
}

func bucketOf(ns int64) int32 {
	if ns <= 0 {
		return 0
	}
	return int32(math.Log(float64(ns))/logStep) + 1
}

// approximate reports whether percentiles are no longer exact.
func (s *sample) approximate() bool { return s.buckets != nil }

// quantile returns the value below which the share q of the durations lies (nearest rank).
func (s *sample) quantile(q float64) int64 {
	if s.n == 0 {
		return 0
	}
	rank := max(int64(math.Ceil(q*float64(s.n))), 1)
	if s.buckets == nil {
		if !s.sorted {
			slices.Sort(s.exact)
			s.sorted = true
		}
		return s.exact[rank-1]
	}
	keys := make([]int32, 0, len(s.buckets))
	for k := range s.buckets {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var seen int64
	for _, k := range keys {
		if seen += s.buckets[k]; seen >= rank {
			if k == 0 {
				return 0
			}
			return max(s.min, min(s.max, int64(math.Exp((float64(k)-0.5)*logStep))))
		}
	}
	return s.max
}

// each calls f with every duration, or with the middle of each bucket and its count.
func (s *sample) each(f func(ns, n int64)) {
	if s.buckets == nil {
		for _, x := range s.exact {
			f(x, 1)
		}
		return
	}
	for k, n := range s.buckets {
		f(int64(math.Exp((float64(k)-0.5)*logStep)), n)
	}
}

// histogram returns the counts of n buckets, each as wide as the others on a logarithmic scale from least to greatest.
func (s *sample) histogram(n int) []int64 {
	out := make([]int64, n)
	lo, hi := math.Log(float64(max(s.min, 1))), math.Log(float64(max(s.max, 1)))
	s.each(func(ns, c int64) {
		i := 0
		if hi > lo {
			i = int((math.Log(float64(max(ns, 1))) - lo) / (hi - lo) * float64(n))
		}
		out[max(0, min(i, n-1))] += c
	})
	return out
}

// sparks draws a histogram with a character for each bucket; an empty one is blank.
func sparks(counts []int64) string {
	const levels = "▁▂▃▄▅▆▇█"
	signs := []rune(levels)
	top := slices.Max(counts)
	out := make([]rune, len(counts))
	for i, c := range counts {
		out[i] = ' '
		if c > 0 {
			out[i] = signs[min(int(c*8/(top+1)), 7)]
		}
		if c == top && c > 0 {
			out[i] = '█'
		}
	}
	return string(out)
}
