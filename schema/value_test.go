package schema

import (
	"slices"
	"testing"
)

func TestValueMembers(t *testing.T) {
	t.Parallel()
	var got []Field
	take := func(key string, v Value) { got = append(got, Field{key, v}) }
	Value{Raw, `{"from":"a\"b","to":1.50,"x":{"y":[1]}}`}.Members(take)
	want := []Field{{"from", Value{Escaped, `a\"b`}}, {"to", Value{Raw, "1.50"}}, {"x", Value{Raw, `{"y":[1]}`}}}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	got = nil
	for _, v := range []Value{{}, Text("{}"), {Raw, "[1]"}, {Raw, "{}"}, {Raw, "null"}} {
		if v.Members(take); len(got) > 0 {
			t.Errorf("%v has members", v)
		}
	}
}
