//go:build !notui

package debugview

// terminalName is the keyboard of the console, whatever the standard streams are.
const terminalName = "CONIN$"

// halt reports that the console cannot stop a process.
func halt() bool { return false }
