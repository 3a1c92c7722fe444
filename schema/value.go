package schema

// Kind says how the text of a [Value] is to be read and written.
type Kind uint8

// The kinds of value.
const (
	None    Kind = iota // absent
	String              // plain text; the encoder escapes it
	Escaped             // the inside of a JSON string, escapes and all; written between quotes as it is
	Raw                 // a JSON token (number, literal, array, object); written as it is
)

// Value is a piece of the input that is carried to the output without being taken apart.
type Value struct {
	Kind Kind
	S    string
}

// Text returns a plain text value; empty text is absent.
func Text(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{String, s}
}

// Field is a named value.
type Field struct {
	Key   string
	Value Value
}

// IsZero reports whether the value is absent.
func (v Value) IsZero() bool { return v.Kind == None }

// Plain returns the text of v without JSON escapes. It allocates only when v is Escaped.
// A Raw value is returned as its JSON text.
func (v Value) Plain() string {
	if v.Kind != Escaped {
		return v.S
	}
	return unescape(v.S)
}

// Members calls f for every member of a JSON object, in order. For anything else there are none. The values are pieces of v.
func (v Value) Members(f func(key string, v Value)) {
	if v.isObject() {
		eachMember(v.S, func(key string, v Value) bool {
			f(key, v)
			return true
		})
	}
}
