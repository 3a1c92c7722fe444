package cmd

import "strings"

// nearest returns the candidate that s is most likely a slip of, "" when none is close: at most two edits, and at most a
// third of the word; case does not count.
func nearest(s string, candidates []string) string {
	best, at := "", 3
	low := strings.ToLower(s)
	for _, c := range candidates {
		if c == "" {
			continue
		}
		limit := min(2, max(1, len(c)/3))
		if d := editDistance(low, strings.ToLower(c)); d <= limit && d < at {
			best, at = c, d
		}
	}
	return best
}

// editDistance counts insertions, deletions, substitutions and swaps of neighbours (Damerau–Levenshtein, restricted).
func editDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, prev, cur := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		cur[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(y)]
}
