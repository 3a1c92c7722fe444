//go:build !(linux || darwin || freebsd || netbsd || openbsd)

package cmd

import "os"

// keysOf cannot read single keys here.
func keysOf(*os.File) (restore func(), read func() (byte, bool, error)) { return nil, nil }
