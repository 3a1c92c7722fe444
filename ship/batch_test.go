package ship

import (
	"slices"
	"testing"
)

func TestLineEnds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, raw string
		want      []int
	}{
		{"nothing", "", nil},
		{"whole events", "a\nbc\n", []int{2, 5}},
		{"the last one not ended", "a\nbc", []int{2, 4}},
	} {
		if got := lineEnds([]byte(tt.raw), 2); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestOutlineOfWhatIsNoEvent(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"", "no JSON", `{"platform":[]}`} {
		if got := outlineOf([]byte(line)); got != (outline{}) {
			t.Errorf("outlineOf(%q) = %+v, want nothing", line, got)
		}
	}
}
