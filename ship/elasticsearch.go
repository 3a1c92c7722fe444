package ship

import (
	"bytes"
	"encoding/json"
)

// elasticsearch speaks the _bulk API of Elasticsearch and OpenSearch. The event's id is the document's, created once: one that is
// there already was delivered before. A URL without a path writes to the data stream logs-ezlogs-default.
var elasticsearch = preset{
	name:    "elasticsearch",
	path:    "/logs-ezlogs-default/_bulk",
	suffix:  "/_bulk",
	query:   [][2]string{{"filter_path", "took,errors,items.*.status,items.*.error.type"}},
	perItem: true,
	shape:   shapeBulk,
	read:    readBulk,
}

// shapeBulk puts an action before each event and the field @timestamp, which data streams ask for, into it.
func shapeBulk(dst, raw []byte, n int) []byte {
	dst = append(make([]byte, 0, len(raw)+n*110), dst...)
	eachEvent(raw, func(line []byte) {
		id, when, rest := headOf(line)
		dst = append(dst, `{"create":{`...)
		if id != "" {
			dst = append(append(dst, `"_id":`...), appendJSONString(nil, id)...)
		}
		dst = append(dst, "}}\n"...)
		if when != "" {
			dst = append(append(dst, `{"@timestamp":`...), appendJSONString(nil, when)...)
			dst = append(append(dst, `,"event_id":`...), appendJSONString(nil, id)...)
			dst = append(dst, rest...)
		} else {
			dst = append(dst, line...)
		}
		dst = append(dst, '\n')
	})
	return dst
}

var timestampKey = []byte(`,"timestamp":"`)

// headOf reads the id and time an event begins with, in the order of the schema, and returns what follows the id.
// when is empty if the event does not begin so.
func headOf(line []byte) (id, when string, rest []byte) {
	after, ok := bytes.CutPrefix(line, eventIDPrefix)
	i := bytes.IndexByte(after, '"')
	if !ok || i <= 0 || bytes.IndexByte(after[:i], '\\') >= 0 {
		return "", "", nil
	}
	id, rest = string(after[:i]), after[i+1:]
	at, ok := bytes.CutPrefix(rest, timestampKey)
	if k := bytes.IndexByte(at, '"'); ok && k > 0 {
		when = string(at[:k])
	}
	return id, when, rest
}

// readBulk reads an item for each event.
func readBulk(v verdict, text []byte, n int) verdict {
	var a struct {
		Errors *bool `json:"errors"`
		Items  []map[string]struct {
			Status int `json:"status"`
			Error  struct {
				Type string `json:"type"`
			} `json:"error"`
		} `json:"items"`
	}
	if json.Unmarshal(text, &a) != nil || a.Errors == nil || *a.Errors && len(a.Items) != n {
		v.do, v.err, v.code = again, errCutAnswer, "cut"
		return v
	}
	if !*a.Errors {
		return v
	}
	for i, item := range a.Items {
		for _, r := range item {
			switch {
			case r.Status/100 == 2, r.Status == 409: // created now, or there already
			case r.Status == 403 && r.Error.Type == "cluster_block_exception": // its disk is full: that passes
				v.rejected = append(v.rejected, rejection{i, r.Status, true})
			default:
				v.rejected = append(v.rejected, rejection{i, r.Status, retryableStatus(r.Status)})
			}
		}
	}
	return v
}
