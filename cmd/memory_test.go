package cmd

import "testing"

func TestGCPercent(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	for _, test := range []struct {
		live, size int64
		want       int
	}{
		{40 * mib, 80 * mib, 100},
		{20 * mib, 80 * mib, 300},
		{2 * mib, 80 * mib, mostGC},
		{0, 80 * mib, mostGC},
		{70 * mib, 80 * mib, leastGC},
		{200 * mib, 80 * mib, leastGC},
	} {
		if got := gcPercent(test.live, test.size); got != test.want {
			t.Errorf("%d of %d MiB: %d %%, want %d %%", test.live/mib, test.size/mib, got, test.want)
		}
	}
}
