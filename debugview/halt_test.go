//go:build !notui

package debugview

// OnHalt replaces what stops the process.
func (b *Browser) OnHalt(halt func() bool) { b.halt = halt }
