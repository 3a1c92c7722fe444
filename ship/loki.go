package ship

import (
	"cmp"
	"strconv"
	"time"
)

// loki speaks Loki's push API with JSON: a stream for each service, environment and level, the event as the line. Loki stores the good lines
// of a push it answers 400, and stores a line that is sent again once, so looking for the bad ones is safe.
var loki = preset{
	name:        "loki",
	contentType: "application/json",
	path:        "/loki/api/v1/push",
	shape:       shapeLoki,
}

func shapeLoki(dst, raw []byte, _ int) []byte {
	_, heads, bodies := groups(raw, func(o outline) string {
		return o.Platform.Service + "\x00" + o.Platform.Environment + "\x00" + o.Metadata.Level
	}, func(dst []byte, o outline, line []byte) []byte {
		if o.Time.IsZero() {
			o.Time = time.Now() // Loki wants one
		}
		dst = append(dst, `["`...)
		dst = strconv.AppendInt(dst, o.Time.UnixNano(), 10)
		dst = append(dst, `",`...)
		dst = appendJSONString(dst, string(line))
		return append(dst, ']')
	})
	dst = append(dst, `{"streams":[`...)
	for i, o := range heads {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"stream":{"service_name":`...)
		dst = appendJSONString(dst, cmp.Or(o.Platform.Service, "unknown_service"))
		if o.Platform.Environment != "" {
			dst = append(dst, `,"environment":`...)
			dst = appendJSONString(dst, o.Platform.Environment)
		}
		if o.Metadata.Level != "" {
			dst = append(dst, `,"level":`...)
			dst = appendJSONString(dst, o.Metadata.Level)
		}
		dst = append(dst, `},"values":[`...)
		dst = append(dst, bodies[i]...)
		dst = append(dst, `]}`...)
	}
	return append(dst, `]}`...)
}
