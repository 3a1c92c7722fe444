package debugview_test

import (
	"testing"

	"github.com/ezlogs/ezlogs/debugview"
)

func TestTree(t *testing.T) {
	t.Parallel()
	out, _ := run(t, config(nil), shop().events)
	golden(t, "tree-100.txt", out)
}

func TestTreeWidths(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		set  func(*debugview.Config)
	}{
		{"order-120.txt", func(c *debugview.Config) { c.Width = 120 }},
		{"order-80.txt", func(c *debugview.Config) { c.Width = 80 }},
		{"order-60.txt", func(c *debugview.Config) { c.Width = 60 }},
		{"order-ascii.txt", func(c *debugview.Config) { c.Width, c.ASCII = 80, true }},
	} {
		out, _ := run(t, config(tt.set), (&scene{}).order().events)
		golden(t, tt.name, out)
	}
}
