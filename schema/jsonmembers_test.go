package schema

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// scanLine scans a line as parseJSON does, before anything is made of its fields.
func scanLine(p *Parser, line string) (e *Event, ok bool) {
	p.Start(nil, time.Unix(0, 0))
	events := p.begin(nil, 0, nil)
	e = &events[0]
	p.rec.reset()
	p.rec.path.reset()
	line, p.bare = bareText(line)
	end := p.scanMembers(e, line, 0, 0, &p.memoRoot)
	p.bare = false
	return e, end >= 0 && skipSpace(line, end) == len(line)
}

// decodedValue returns what encoding/json makes of a value.
func decodedValue(t *testing.T, v Value) any {
	t.Helper()
	text := v.S
	switch v.Kind {
	case String:
		b, err := json.Marshal(v.S)
		if err != nil {
			t.Fatal(err)
		}
		text = string(b)
	case Escaped:
		text = `"` + v.S + `"`
	}
	return decodedText(t, text)
}

func decodedText(t *testing.T, text string) (out any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		t.Fatalf("%v: %q", err, text)
	}
	return out
}

// checkMembers holds that the scanner takes a line for an object exactly when encoding/json does, and hands on the same
// members. p has read other lines before: what it foresees must not matter.
func checkMembers(t *testing.T, p *Parser, line string) {
	t.Helper()
	if !utf8.ValidString(line) || line == "" || line[0] != '{' || strings.Count(line, "{")+strings.Count(line, "[") >= maxDepth {
		return
	}
	e, ok := scanLine(p, line)
	if valid := json.Valid([]byte(line)); ok != valid {
		t.Fatalf("scanner says %v, encoding/json %v: %q", ok, valid, line)
	}
	if !ok {
		return
	}
	members, isObject := decodedText(t, line).(map[string]any)
	if !isObject {
		t.Fatalf("no object: %q", line)
	}
	r := &p.rec
	once := func(key string) bool { return strings.Count(line, `"`+key+`"`) == 1 }
	for i := range r.slots {
		s := &r.slots[i]
		if !r.has(fieldID(i)) || s.box != "" || s.rank>>8 > 1 || !once(s.memo.key) {
			continue
		}
		if want, ok := members[s.memo.key]; !ok || !reflect.DeepEqual(decodedValue(t, s.value), want) {
			t.Errorf("%q is %v, want %v: %q", s.memo.key, s.value, want, line)
		}
	}
	for key, want := range members {
		if strings.ContainsAny(key, "\\\"\ufffd") || !plainKey(key) || !once(key) || len(members) > maxFields {
			continue
		}
		if p.lookup(key, 0, aliasSeed).known {
			continue
		}
		found := false
		for _, f := range e.Metadata.Fields {
			if f.Key != key {
				continue
			}
			found = true
			if got := decodedValue(t, f.Value); !reflect.DeepEqual(got, want) {
				t.Errorf("%q is %v, want %v: %q", key, got, want, line)
			}
		}
		if !found {
			t.Errorf("%q is not there: %q", key, line)
		}
	}
}

var memberLines = []string{
	`{}`, `{"a":1}`, `{"a":1,"a":2}`, `{ "a" : 1 , "b" : [ 1 , 2 ] }`, `{"level":"info","msg":"x","zzz":"1","count":12,"rate":0.5}`, `{"level":"info","msg":"x","zzz":1`,
	`{"level":"info","msg":"x","zzz":01}`, `{"level":"info","msg":"x","zzz":1.}`, `{"level":"info","msg":"x","zzz":-}`, `{"level":"info","msg":"x"`, `{"level":"info","msg":"x"]`,
	`{"level":"info","msg":"x\n","zzz":"\u00e9"}`, "{\"level\":\"info\",\"msg\":\"\t\"}", `{"level":"info","msg":"ü","zzz":"日本"}`, "{\"level\":\"info\",\n\"msg\":\"x\"}",
	`{"level" :"info"}`, `{"level": "info", "msg": "x", "zzz": {"a": 1}}`, `{"level":"info","msg":"x","ctx":{"user_id":1,"qqq":{"x":2}},"zzz":null}`, `{"level":"info",}`, `{"level":"info","msg":}`,
	`{"level":"info","msg":"x","long_key_of_more_than_sixteen":true,"long_key_of_more_than_sixteem":false}`, `{"long_key_of_more_than_sixteen":1}`, `{"level":"info"}}`, `{"lev\u0065l":"info","zz\"z":1}`,
	`{"level":"info","msg":"x","request_id":"r-1","trace_id":"0af7651916cd43dd8448eb211c80319c","req":{"method":"GET","url":"/a"}}`, `{"":1}`, `{"":"","a":""}`, `{"a":"b""c":1}`, `{"a":"b",,"c":1}`,
	`{"a":"\ud83d\ude00\\\"","b":-1.5e-3,"c":1E+2,"d":true,"e":false,"f":null}`, `{"a":tru}`, `{"a":"x}`, `{"a":"\x"}`, `{"a":"\u12"}`,
}

// TestMembers reads every line after every other one, so that keys are foreseen and are not there.
func TestMembers(t *testing.T) {
	t.Parallel()
	p := newTestParser(t, time.UTC)
	for _, before := range memberLines {
		for _, line := range memberLines {
			scanLine(p, before)
			checkMembers(t, p, line)
		}
	}
}

// FuzzMembers compares the scanner with encoding/json: which lines are objects, and what their members are.
func FuzzMembers(f *testing.F) {
	for _, line := range memberLines {
		f.Add(line)
	}
	p := newTestParser(f, time.UTC)
	f.Fuzz(func(t *testing.T, line string) { checkMembers(t, p, line) })
}
