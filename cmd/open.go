package cmd

import (
	"os/exec"
	"runtime"
	"strings"
)

// openBrowser starts the browser with an address and does not wait for it. program is the browser that the user wants, ""
// takes that of the desktop.
func openBrowser(program, address string) error {
	words := strings.Fields(program)
	if len(words) == 0 {
		switch runtime.GOOS {
		case "darwin":
			words = []string{"open"}
		case "windows":
			words = []string{"rundll32", "url.dll,FileProtocolHandler"}
		default:
			words = []string{"xdg-open"}
		}
	}
	c := exec.Command(words[0], append(words[1:], address)...)
	if err := c.Start(); err != nil {
		return err
	}
	return c.Process.Release()
}
