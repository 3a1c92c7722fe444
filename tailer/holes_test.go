package tailer

import (
	"strings"
	"testing"
)

// TestHolesAreCounted passes over NULs, before a line and in blocks of nothing else, and counts them.
func TestHolesAreCounted(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\n"+strings.Repeat("\x00", 300)+"b\n"+strings.Repeat("\x00", 200_000)+"c\n")
	r.start().want("a b c")
	if got := r.tl.Stats().Holes; got != 200_300 {
		t.Errorf("%d bytes of holes", got)
	}
}
