package debugview

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/ezlogs/ezlogs/schema"
)

// transition reads {"from":…,"to":…}.
func transition(v schema.Value) (from, to string, ok bool) {
	v.Members(func(key string, m schema.Value) {
		switch key {
		case "from":
			from = word(m)
		case "to":
			to = word(m)
		}
	})
	return from, to, to != ""
}

// word returns the text of a value that is no object, no array and not null.
func word(v schema.Value) string {
	if v.Kind == schema.Raw && (v.S == "null" || v.S != "" && (v.S[0] == '{' || v.S[0] == '[')) {
		return ""
	}
	return v.Plain()
}

// scalar returns the text of a decoded JSON value that is no object and no array.
func scalar(x any) string {
	switch x := x.(type) {
	case string:
		return x
	case bool:
		if x {
			return "true"
		}
		return "false"
	case json.Number:
		return x.String()
	}
	return ""
}

// validation returns one line of text from validation errors: a text, a list, or an object of lists by field.
func validation(v schema.Value) string {
	if v.Kind != schema.Raw {
		return v.Plain()
	}
	var fields map[string]any
	if !decode(v.S, &fields) {
		return strings.Join(stringList(v.S), ", ")
	}
	var parts []string
	for name, x := range fields {
		switch x := x.(type) {
		case []any:
			for _, item := range x {
				if s := scalar(item); s != "" {
					parts = append(parts, name+" "+s)
				}
			}
		default:
			if s := scalar(x); s != "" {
				parts = append(parts, name+" "+s)
			}
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// stringList returns the texts of a JSON array, nil when raw is none.
func stringList(raw string) []string {
	var items []any
	if !decode(raw, &items) {
		return nil
	}
	var out []string
	for _, x := range items {
		if s := scalar(x); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// decode reads JSON into to and keeps the digits of numbers.
func decode(raw string, to any) bool {
	d := json.NewDecoder(bytes.NewReader([]byte(raw)))
	d.UseNumber()
	return d.Decode(to) == nil
}
