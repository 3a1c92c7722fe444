package schema

import (
	"encoding/json"
	"testing"
)

func TestRubyJSON(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in, want string
		ok             bool
	}{
		{"old style", `{"id"=>"42", :a=>1.5, "n"=>nil, "l"=>[true, :b]}`, `{"id":"42","a":1.5,"n":null,"l":[true,"b"]}`, true},
		{"new style", `{"id" => "42", name: "x", "a b": 1, ok?: false}`, `{"id":"42","name":"x","a b":1,"ok?":false}`, true},
		{"escapes", `{"q"=>"a\"b\n\u00e9\e[0m\#{x}"}`, `{"q":"a\"b\né\u001b[0m#{x}"}`, true},
		{"object", `{"f"=>#<ActionDispatch::Http::UploadedFile:0x01 @tempfile=#<Tempfile:/tmp/a>, @n="x>">, "b"=>1}`,
			`{"f":"#<ActionDispatch::Http::UploadedFile:0x01 @tempfile=#<Tempfile:/tmp/a>, @n=\"x>\">","b":1}`, true},
		{"global id", `#<GlobalID:0x00007f09509d27d0 @uri=#<URI::GID gid://shop/Order/1>>`, `"gid://shop/Order/1"`, true},
		{"dates", `{"d"=>Sat, 21 Nov 2026, "t"=>2026-11-21 18:24:41 UTC, "c"=>0.1e1}`, `{"d":"Sat, 21 Nov 2026","t":"2026-11-21 18:24:41 UTC","c":0.1e1}`, true},
		{"number key", `{1=>2}`, `{"1":2}`, true},
		{"empty", `{}`, `{}`, true},
		{"cut", `{"id"=>"42", "x"=>`, "", false},
		{"cut string", `{"id"=>"4`, "", false},
		{"trailing", `{} x`, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := rubyJSON(tt.in)
			if ok != tt.ok || ok && got != tt.want {
				t.Errorf("rubyJSON(%q) = %s, %v, want %s, %v", tt.in, got, ok, tt.want, tt.ok)
			}
		})
	}
	if got, ok := rubyList(`17, "x, y", {:a=>[1, 2]}, nil`); !ok || got != `[17,"x, y",{"a":[1,2]},null]` {
		t.Errorf("rubyList = %s, %v", got, ok)
	}
}

func FuzzRubyJSON(f *testing.F) {
	f.Add(`{"id"=>"42", :a=>{b: [1, nil, #<X @a="1">]}, "c" => "\u{1f600}"}`)
	f.Fuzz(func(t *testing.T, s string) {
		if js, ok := rubyJSON(s); ok && !json.Valid([]byte(js)) {
			t.Errorf("rubyJSON(%q) = %q, not JSON", s, js)
		}
		if js, ok := rubyList(s); ok && !json.Valid([]byte(js)) {
			t.Errorf("rubyList(%q) = %q, not JSON", s, js)
		}
	})
}

func FuzzSQL(f *testing.F) {
	f.Add(`UPDATE "a" SET b = $1, c = 'x''' WHERE id IN (?, $2) /* a='b' */`, `[["b", 1], ["id", "2"]]`)
	f.Add(`INSERT INTO a.b (c) VALUES (1), (now()) ON CONFLICT DO NOTHING -- x`, `$1 = 'a', $2 = NULL`)
	f.Add("WITH x AS (SELECT 1) DELETE FROM `t` WHERE t.id = %(id)s", `{id: 1}`)
	f.Fuzz(func(t *testing.T, sql, binds string) {
		var e Event
		setSQL(&e, sql, binds)
		e.Type, e.Action = "data.query", "x"
		if js := AppendJSON(nil, &e); !json.Valid(js) {
			t.Errorf("setSQL(%q, %q) gives %s", sql, binds, js)
		}
	})
}
