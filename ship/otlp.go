package ship

import (
	"cmp"
	"encoding/json"
	"strconv"
)

// otlp speaks OTLP over HTTP with JSON: a log record an event, the event as its body, its id as log.record.uid. A
// partial success says how many records were refused and not which; the protocol forbids sending any of them again.
var otlp = preset{
	name:        "otlp",
	contentType: "application/json",
	path:        "/v1/logs",
	shape:       shapeOTLP,
	read:        readOTLP,
}

// severities are OTLP's numbers of our levels.
var severities = map[string]int{"trace": 1, "debug": 5, "info": 9, "warn": 13, "error": 17, "fatal": 21}

func shapeOTLP(dst, raw []byte, _ int) []byte {
	_, heads, bodies := groups(raw, func(o outline) string {
		return o.Platform.Service + "\x00" + o.Platform.Environment + "\x00" + o.Platform.Host
	}, appendLogRecord)
	dst = append(dst, `{"resourceLogs":[`...)
	for i, o := range heads {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"resource":{"attributes":[`...)
		dst = appendAttribute(dst, "service.name", cmp.Or(o.Platform.Service, "unknown_service"))
		if o.Platform.Environment != "" {
			dst = appendAttribute(append(dst, ','), "deployment.environment.name", o.Platform.Environment)
		}
		if o.Platform.Host != "" {
			dst = appendAttribute(append(dst, ','), "host.name", o.Platform.Host)
		}
		dst = append(dst, `]},"scopeLogs":[{"scope":{"name":"ezlogs"},"logRecords":[`...)
		dst = append(dst, bodies[i]...)
		dst = append(dst, `]}]}`...)
	}
	return append(dst, `]}`...)
}

func appendLogRecord(dst []byte, o outline, line []byte) []byte {
	dst = append(dst, '{')
	if !o.Time.IsZero() {
		dst = append(dst, `"timeUnixNano":"`...)
		dst = strconv.AppendInt(dst, o.Time.UnixNano(), 10)
		dst = append(dst, `",`...)
	}
	if n := severities[o.Metadata.Level]; n > 0 {
		dst = append(dst, `"severityNumber":`...)
		dst = strconv.AppendInt(dst, int64(n), 10)
		dst = append(dst, `,"severityText":`...)
		dst = append(appendJSONString(dst, o.Metadata.Level), ',')
	}
	if isHexID(o.Correlation.Trace, 16) {
		dst = append(dst, `"traceId":"`+o.Correlation.Trace+`",`...)
		if isHexID(o.Correlation.Span, 8) {
			dst = append(dst, `"spanId":"`+o.Correlation.Span+`",`...)
		}
	}
	if o.Type != "" {
		dst = append(dst, `"eventName":`...)
		dst = append(appendJSONString(dst, o.Type), ',')
	}
	dst = append(dst, `"attributes":[`...)
	dst = appendAttribute(dst, "log.record.uid", o.ID)
	// Names are those of the semantic conventions, so that what reads OTLP can search without taking the body apart.
	user := ""
	if o.Actor.Type == "user" {
		user = o.Actor.ID
	}
	for _, a := range [...]struct{ key, value string }{
		{"ezlogs.flow_id", o.Correlation.Flow},
		{"ezlogs.action", o.Action},
		{"session.id", o.Correlation.Session},
		{"user.id", user},
		{"http.request.method", o.Metadata.Method},
		{"http.route", o.Metadata.Route},
		{"url.path", o.Metadata.Path},
		{"error.type", o.Metadata.Error.Class},
	} {
		if a.value != "" {
			dst = appendAttribute(append(dst, ','), a.key, a.value)
		}
	}
	if o.Metadata.Status != 0 {
		dst = append(dst, `,{"key":"http.response.status_code","value":{"intValue":"`...)
		dst = strconv.AppendInt(dst, int64(o.Metadata.Status), 10)
		dst = append(dst, `"}}`...)
	}
	dst = append(dst, `],"body":{"stringValue":`...)
	dst = appendJSONString(dst, string(line))
	return append(dst, `}}`...)
}

func appendAttribute(dst []byte, key, value string) []byte {
	dst = append(dst, `{"key":"`+key+`","value":{"stringValue":`...)
	dst = appendJSONString(dst, value)
	return append(dst, `}}`...)
}

// readOTLP reads how many records were refused; the number is a string in OTLP's JSON, and a number from some.
func readOTLP(v verdict, text []byte, n int) verdict {
	var a struct {
		PartialSuccess struct {
			Rejected json.RawMessage `json:"rejectedLogRecords"`
		} `json:"partialSuccess"`
	}
	if len(text) == 0 || text[0] != '{' || json.Unmarshal(text, &a) != nil {
		return v
	}
	s := string(a.PartialSuccess.Rejected)
	if unquoted, err := strconv.Unquote(s); err == nil {
		s = unquoted
	}
	if k, err := strconv.Atoi(s); err == nil && k > 0 {
		v.suspect = min(k, n)
	}
	return v
}
