package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ezlogs/ezlogs/debugview"
)

// failOnWords are what --fail-on takes.
var failOnWords = []string{"error", "slow", "n1", "unredacted"}

// failOn returns the words of a list such as "error,n1".
func failOn(list string) ([]string, error) {
	want := commaList(list)
	for _, w := range want {
		if !slices.Contains(failOnWords, w) {
			text := fmt.Sprintf("--fail-on %s: one of %s", w, strings.Join(failOnWords, ", "))
			if near := nearest(w, failOnWords); near != "" {
				text += fmt.Sprintf("; did you mean %s?", near)
			}
			return nil, usagef("%s", text)
		}
	}
	return want, nil
}

// judgeHits ends with status 4 when something was seen that was asked for, filters and layouts aside. Nothing is ever
// unredacted: what is shown went through the redactor.
func judgeHits(want []string, c debugview.Hits) error {
	hits := map[string]int{"error": c.Failed, "slow": c.Slow, "n1": c.N1}
	var seen []string
	for _, w := range want {
		if n := hits[w]; n > 0 {
			seen = append(seen, fmt.Sprintf("%s in %s", w, count(n, "flow")))
		}
	}
	if len(seen) > 0 {
		return &exitError{status: statusUnmet, text: "--fail-on: " + strings.Join(seen, ", ")}
	}
	return nil
}
