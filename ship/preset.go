package ship

import (
	"net/http"
)

// preset is what makes the HTTP destination speak a receiver's own protocol. Nil fields mean what plain NDJSON does.
type preset struct {
	name        string
	contentType string
	path        string // put in place of an empty or root path of the URL
	query       string // added to the URL; {batch} becomes the batch id
	perItem     bool   // the answer has an item for each event
	bisectTaken bool   // a 400 may have stored the good events: what is sent again is stored once

	// shape appends the body for raw, n events as NDJSON. Nil sends raw as it is.
	shape func(dst, raw []byte, n int) []byte
	// read reads the body of a 2xx.
	read func(v verdict, text []byte, n int) verdict
	// tooLarge and again look at other answers than 2xx before the common rules do.
	tooLarge func(status int, body []byte) bool
	again    func(status int, h http.Header, body []byte) bool
}

// presets lists every preset.
var presets = []*preset{}

func presetByName(name string) *preset {
	for _, p := range presets {
		if p.name == name {
			return p
		}
	}
	return nil
}

func presetNames() []string {
	var names []string
	for _, p := range presets {
		names = append(names, p.name)
	}
	return names
}
