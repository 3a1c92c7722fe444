//go:build notui

package debugview

import (
	"context"
	"errors"
	"io"
	"time"
)

// Browser is not part of this build.
type Browser struct{}

// ErrNoBrowser says that the program was built without the full-screen browser.
var ErrNoBrowser = errors.New("this build has no full-screen browser (tag notui)")

// NewBrowser returns ErrNoBrowser.
func NewBrowser(Config, any, io.Writer, func() Totals, func() time.Time) (*Browser, error) {
	return nil, ErrNoBrowser
}

// View returns nil.
func (b *Browser) View() *View { return nil }

// Restore does nothing.
func (b *Browser) Restore() {}

// Run returns ErrNoBrowser.
func (b *Browser) Run(context.Context) error { return ErrNoBrowser }
