package debugview

import (
	"strings"
	"unicode/utf8"

	"github.com/fatih/color"
)

// role is what a piece of text is, which decides its colour.
type role uint8

// The roles.
const (
	rolePlain role = iota
	roleBold
	roleDim
	roleFine
	roleRetried
	roleFailed
	roleError
	roleHTTP
	roleJob
	roleAPI
	roleMail
	roleDB
	roleSlow
	roleHit
	roleCursor
	roles // their number
)

// ink is how a role is written in a theme.
type ink = []color.Attribute

// themes holds the ink of every role. Only the sixteen basic colours are used, so that the user's own palette decides, and no
// backgrounds. light avoids yellow, which cannot be read on white.
var themes = map[string]*[roles]ink{
	"dark": {roleBold: {color.Bold}, roleDim: {color.Faint}, roleFine: {color.FgGreen}, roleRetried: {color.FgYellow}, roleFailed: {color.Bold, color.FgRed},
		roleError: {color.FgRed}, roleHTTP: {color.FgCyan}, roleJob: {color.FgMagenta}, roleAPI: {color.FgBlue}, roleMail: {color.FgGreen},
		roleDB: {color.FgYellow}, roleSlow: {color.FgYellow}, roleHit: {color.Underline}, roleCursor: {color.ReverseVideo}},
	"light": {roleBold: {color.Bold}, roleDim: {color.Faint}, roleFine: {color.FgGreen}, roleRetried: {color.FgMagenta}, roleFailed: {color.Bold, color.FgRed},
		roleError: {color.FgRed}, roleHTTP: {color.FgCyan}, roleJob: {color.FgMagenta}, roleAPI: {color.FgBlue}, roleMail: {color.FgGreen},
		roleDB: {color.FgBlue}, roleSlow: {color.Bold, color.FgMagenta}, roleHit: {color.Underline}, roleCursor: {color.ReverseVideo}},
	"mono": {roleBold: {color.Bold}, roleDim: {color.Faint}, roleRetried: {color.Bold}, roleFailed: {color.Bold}, roleError: {color.Bold},
		roleSlow: {color.Underline}, roleHit: {color.Underline}, roleCursor: {color.ReverseVideo}},
	"cvd": {roleBold: {color.Bold}, roleDim: {color.Faint}, roleFine: {color.FgBlue}, roleRetried: {color.FgYellow}, roleFailed: {color.Bold, color.FgYellow},
		roleError: {color.FgYellow}, roleHTTP: {color.FgCyan}, roleJob: {color.FgBlue}, roleAPI: {color.FgHiBlue}, roleMail: {color.FgCyan},
		roleDB: {color.FgWhite}, roleSlow: {color.FgHiYellow}, roleHit: {color.Underline}, roleCursor: {color.ReverseVideo}},
}

// codesOf returns the SGR codes of a theme, "" for roles that are written plainly. Whether colour is wanted is decided by
// Config, so the library is told to write it in any case.
func codesOf(theme string) *[roles]string {
	t := themes[theme]
	if t == nil {
		t = themes["dark"]
	}
	codes := new([roles]string)
	for r, attributes := range t {
		if len(attributes) == 0 {
			continue
		}
		c := color.New(attributes...)
		c.EnableColor()
		begin, _, _ := strings.Cut(c.Sprint("x"), "x")
		codes[r] = strings.TrimSuffix(strings.TrimPrefix(begin, "\x1b["), "m")
	}
	return codes
}

var kindRoles = [kinds]role{
	kindHTTP: roleHTTP, kindJob: roleJob, kindAPI: roleAPI, kindMail: roleMail, kindDB: roleDB, kindSQL: roleDB, kindMessage: roleJob,
	kindUser: roleHTTP, kindEvent: rolePlain, kindError: roleError, kindLog: roleDim,
}

var stateRoles = [...]role{fine: roleFine, retried: roleRetried, failed: roleFailed, open: roleDim}

var stateSigns = [...]string{fine: "●", retried: "▲", failed: "✗", open: "◌"}

// pen builds lines. Text given to it is clean; its cells are counted since the last newline.
type pen struct {
	b     []byte
	at    int // cells since the last newline
	color bool
	ascii bool
	codes *[roles]string
}

// put appends s in the colour of r.
func (p *pen) put(r role, s string) {
	if s == "" {
		return
	}
	code := ""
	if p.color {
		code = p.codes[r]
	}
	if code != "" {
		p.b = append(append(append(p.b, "\x1b["...), code...), 'm')
	}
	p.raw(s)
	if code != "" {
		p.b = append(p.b, "\x1b[0m"...)
	}
}

// raw appends s without colour.
func (p *pen) raw(s string) {
	p.at += cells(s)
	if p.ascii {
		p.b = appendASCII(p.b, s)
		return
	}
	p.b = append(p.b, s...)
}

// pad appends blanks up to cell n of the line.
func (p *pen) pad(n int) {
	for ; p.at < n; p.at++ {
		p.b = append(p.b, ' ')
	}
}

// space appends n blanks.
func (p *pen) space(n int) { p.pad(p.at + n) }

// right appends s so that it ends at cell n, after at least gap blanks.
func (p *pen) right(r role, s string, n, gap int) {
	p.space(gap)
	p.pad(n - cells(s))
	p.put(r, s)
}

// line ends the line; blanks at its end are taken away.
func (p *pen) line() {
	for len(p.b) > 0 && p.b[len(p.b)-1] == ' ' {
		p.b = p.b[:len(p.b)-1]
	}
	p.b = append(p.b, '\n')
	p.at = 0
}

// asciiOf holds what stands for our own signs where only ASCII can be shown.
var asciiOf = map[rune]byte{
	'●': 'o', '▲': '^', '✗': 'x', '◌': '.', '→': '>', '×': 'x', '…': '~', '“': '"', '”': '"', '’': '\'', '┄': '.', '█': '=',
	'├': '|', '└': '`', '│': '|', '─': '-', '»': '>', '⚠': '!', '·': '-', '▶': '>', '↳': '>', '∅': '0', 'µ': 'u', '⇠': '<', '›': '>',
	'┬': '.', '┴': '\'', '┆': ':', '┌': '+', '┐': '+', '┘': '+', 'Δ': 'd', '≥': '>', '✓': 'v', '⏎': ' ', '↑': '^', '↓': 'v', '←': '<',
	'▏': '|', '▎': '|', '▍': '|', '▌': '=', '▋': '=', '▊': '=', '▉': '=',
	'▁': '.', '▂': ':', '▃': ':', '▄': '+', '▅': '+', '▆': '#', '▇': '#',
}

// appendASCII appends s with a byte for every sign of ours. Text of the log is ASCII already when this is called.
func appendASCII(b []byte, s string) []byte {
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			b = append(b, s[i])
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		c, ok := asciiOf[r]
		if !ok {
			c = '?'
		}
		b = append(b, c)
		i += n
	}
	return b
}
