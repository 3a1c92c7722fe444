package ship

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// preset is what makes the HTTP destination speak a receiver's own protocol. Nil fields mean what plain NDJSON does.
type preset struct {
	name        string
	contentType string
	path        string      // put in place of an empty or root path of the URL
	suffix      string      // the path must end so; it is appended if not
	query       [][2]string // added to the URL unless its query has the key; {batch} in a value becomes the batch id
	perItem     bool        // the answer has an item for each event

	// shape appends the body for raw, n events as NDJSON, to dst. Nil sends raw as it is.
	shape func(dst, raw []byte, n int) []byte
	// read reads the body of a 2xx; text is without space around it.
	read func(v verdict, text []byte, n int) verdict
	// judge looks at any answer before the common rules do; ok is false when it leaves it to them.
	judge func(status int, h http.Header, body []byte) (do action, ok bool)
}

// presets lists every preset.
var presets = []*preset{
	&elasticsearch,
	&loki,
	&otlp,
	&victorialogs,
	&clickhouse,
}

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

// outline is what presets need to know of an event.
type outline struct {
	ID          string    `json:"event_id"`
	Time        time.Time `json:"timestamp"`
	Type        string    `json:"event_type"`
	Action      string    `json:"action"`
	Correlation struct {
		Flow    string `json:"flow_id"`
		Trace   string `json:"trace_id"`
		Span    string `json:"span_id"`
		Session string `json:"session_id"`
	} `json:"correlation"`
	Actor struct {
		Type string `json:"type"`
		ID   string `json:"id"`
	} `json:"actor"`
	Metadata struct {
		Level  string `json:"level"`
		Method string `json:"method"`
		Status int    `json:"status"`
		Path   string `json:"path"`
		Route  string `json:"route"`
		Error  struct {
			Class string `json:"class"`
		} `json:"error"`
	} `json:"metadata"`
	Platform struct {
		Service     string `json:"service"`
		Environment string `json:"environment"`
		Host        string `json:"host"`
	} `json:"platform"`
}

// outlineOf reads what it can; an event that is not as it should be has an empty outline.
func outlineOf(line []byte) outline {
	var o outline
	if json.Unmarshal(line, &o) != nil {
		return outline{}
	}
	return o
}

// eachEvent calls f for every event of raw, without its newline.
func eachEvent(raw []byte, f func(line []byte)) {
	for line := range bytes.SplitSeq(bytes.TrimSuffix(raw, newline), newline) {
		f(line)
	}
}

// groups sorts the events of raw by a key, keeping the order of keys and events.
func groups(raw []byte, key func(o outline) string, add func(dst []byte, o outline, line []byte) []byte) (keys []string, heads []outline, bodies [][]byte) {
	at := map[string]int{}
	eachEvent(raw, func(line []byte) {
		o := outlineOf(line)
		k := key(o)
		i, ok := at[k]
		if !ok {
			i = len(keys)
			at[k] = i
			keys, heads, bodies = append(keys, k), append(heads, o), append(bodies, nil)
		}
		if len(bodies[i]) > 0 {
			bodies[i] = append(bodies[i], ',')
		}
		bodies[i] = add(bodies[i], o, line)
	})
	return keys, heads, bodies
}

// appendJSONString appends s as a JSON string.
func appendJSONString(dst []byte, s string) []byte {
	b, _ := json.Marshal(s) // a string always can be
	return append(dst, b...)
}

// isHexID says whether s is n bytes in lower-case hexadecimal, not all zero.
func isHexID(s string, n int) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == n && strings.Trim(s, "0") != "" && strings.ToLower(s) == s
}
