package redact_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/redact"
	"github.com/ezlogs/ezlogs/schema"
)

func TestEvent(t *testing.T) {
	t.Parallel()
	e := schema.Event{Action: "login of bob@corp.example"}
	e.Correlation.SessionID = "Zk39dKq83jd93jf93Zs72"
	e.Correlation.RequestID = "4111111111111111"
	e.Metadata.Message = schema.Value{Kind: schema.Escaped, S: `got {\"password\":\"hunter2x9\"}`}
	e.Metadata.Params = schema.Value{Kind: schema.Raw, S: `{"card":4111111111111111,"n":1}`}
	e.Metadata.Fields = []schema.Field{
		{Key: "api_key", Value: schema.Value{Kind: schema.String, S: "kq83jd93jf93"}},
		{Key: "bob@corp.example", Value: schema.Value{Kind: schema.Raw, S: "7"}},
		{Key: "pin", Value: schema.Value{Kind: schema.Raw, S: "4821"}},
		{Key: "Cookie", Value: schema.Value{Kind: schema.String, S: "lang=en; sid=kq83jd93jf93"}},
		{Key: "authorization", Value: schema.Value{Kind: schema.String, S: "Bearer kq83jd93jf93Zk39"}},
	}
	engine := newEngine(t, func(*redact.Config) {})
	r := engine.Worker()
	r.Event(&e)
	first := e.Correlation.SessionID
	if first != engine.SessionID("Zk39dKq83jd93jf93Zs72") {
		t.Errorf("session %s", first)
	}
	if !strings.HasPrefix(e.Action, "login of [email:k1:") {
		t.Errorf("action %s", e.Action)
	}
	if e.Correlation.RequestID != "4111111111111111" {
		t.Errorf("request id %s", e.Correlation.RequestID)
	}
	if want := `got {\"password\":\"[REDACTED:password]\"}`; e.Metadata.Message.S != want {
		t.Errorf("message %s, want %s", e.Metadata.Message.S, want)
	}
	if want := `{"card":"[REDACTED:credit_card]","n":1}`; e.Metadata.Params.S != want {
		t.Errorf("params %s, want %s", e.Metadata.Params.S, want)
	}
	f := e.Metadata.Fields
	for i, want := range []string{"[REDACTED:api_key]", "7", `"[REDACTED:pin]"`, "lang=en; sid=[REDACTED:cookie]", "Bearer [REDACTED:bearer]"} {
		if f[i].Value.S != want {
			t.Errorf("field %s is %s, want %s", f[i].Key, f[i].Value.S, want)
		}
	}
	if !strings.HasPrefix(f[1].Key, "[email:k1:") {
		t.Errorf("key %s", f[1].Key)
	}
	// A second pass over the event changes nothing.
	r.Event(&e)
	if e.Correlation.SessionID != first || f[0].Value.S != "[REDACTED:api_key]" || f[2].Value.S != `"[REDACTED:pin]"` {
		t.Errorf("a second pass changes %v", f)
	}
	off := newEngine(t, func(c *redact.Config) { c.Profile = "off" }).Worker()
	e.Correlation.SessionID = "raw"
	off.Event(&e)
	if e.Correlation.SessionID != "raw" {
		t.Errorf("profile off changes the session id")
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	r := newWorker(t, redact.DefaultConfig())
	for _, tt := range []struct{ form, key, in, want string }{
		{"text", "password", "hunter2x9", "[REDACTED:password]"},
		{"text", "password", "", ""},
		{"text", "password", "[REDACTED:password]", "[REDACTED:password]"},
		{"text", "message", "password=hunter2x9", "password=[REDACTED:password]"},
		{"text", "name", "bob", "bob"},
		{"text", "value", "bob", "bob"},
		{"text", "order_id", "4111111111111111", "4111111111111111"},
		{"text", "order_id", "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", "[REDACTED:vendor_token]"},
		{"text", "Set-Cookie", "a=b1b2b3b4; Path=/x", "a=[REDACTED:cookie]; Path=/x"},
		{"escaped", "password", `pa\"ss\\1`, "[REDACTED:password]"},
		{"escaped", "", `bob\u0040corp.example \"token\":\"kq83jd93jf93\"`, `[email:k1:] \"token\":\"[REDACTED:token]\"`},
		{"text", "drivers_license", "B973613788469]", "[drivers_license:k1:]]"},
		{"text", "drivers_license", "{B973613788469", "{[drivers_license:k1:]"},
		{"text", "phone", "(4155552671", "([phone:k1:]"},
		{"text", "phone", "4155552671>)}, ", "[phone:k1:]>)}, "},
		{"text", "phone", "<4155552671'", "<[phone:k1:]'"},
		{"text", "phone", strings.Repeat("4155552671", 60), strings.Repeat("4155552671", 60)},
		{"text", "mnemonic", "abc 123", "abc 123"},
		{"text", "password", "973-64-6860", "[us_itin:k1:]"},
		{"text", "Authorization", "  Bearer   kq83jd93jf93Zk39 ", "  Bearer   [REDACTED:bearer] "},
		{"text", "Authorization", "Bearer something", "Bearer something"},
		{"text", "Cookie", "a=b1b2b3b4)], n=1", "a=[REDACTED:cookie])], n=[REDACTED:cookie]"},
		{"text", "Set-Cookie", "", ""},
		{"text", "password", "%", "%"},
		{"text", "password", "%(pass)s", "[REDACTED:password]"},
		{"text", "password", "%PASS%", "%PASS%"},
		{"json", "authorization", `12345678`, `12345678`},
		{"text", "delta_token", "Xk29dmQp9aB3", "Xk29dmQp9aB3"},
		{"text", "page_token", "4111111111111111", "4111111111111111"},
		{"json", "authorization", `{"x":12345678,"y":null}`, `{"x":"[REDACTED:authorization]","y":null}`},
		{"json", "", `{"a": 4111111111111111 }`, `{"a": "[REDACTED:credit_card]" }`},
		{"json", "", `{"a":"{\"b\" : 4111111111111111}"}`, `{"a":"{\"b\" : \"[REDACTED:credit_card]\"}"}`},
		{"json", "", `{"a":"{\"b\":1,c: 4111111111111111}"}`, `{"a":"{\"b\":1,c: [REDACTED:credit_card]}"}`},
		{"json", "", `{"a":"{\"b\":1}(4111111111111111,"}`, `{"a":"{\"b\":1}([REDACTED:credit_card],"}`},
		{"json", "", `{"a":"{\"cards\":[4111111111111111]}"}`, `{"a":"{\"cards\":[[REDACTED:credit_card]]}"}`},
		{"json", "", `{"a":"{\"card\":[4111111111111111]}"}`, `{"a":"{\"card\":[\"[REDACTED:credit_card]\"]}"}`},
		{"json", "", `x4111 (4111111111111111]`, `x4111 ([REDACTED:credit_card]]`},
		{"json", "password", `"hunter2x9"`, `"[REDACTED:password]"`},
		{"json", "password", `["hunter2x9",null,true,"",12345678]`, `["[REDACTED:password]",null,true,"","[REDACTED:password]"]`},
		{"json", "password", `12345678`, `"[REDACTED:password]"`},
		{"json", "password", `null`, `null`},
		{"json", "card", `4111111111111111`, `"[REDACTED:credit_card]"`},
		{"json", "", `4111111111111111`, `"[REDACTED:credit_card]"`},
		{"json", "", `[4111111111111111, 5]`, `["[REDACTED:credit_card]", 5]`},
		{"json", "", `{"a":4111111111111111}`, `{"a":"[REDACTED:credit_card]"}`},
		{"json", "", `{"a":"{\"b\":4111111111111111,\"c\":[4111111111111111]}"}`, `{"a":"{\"b\":\"[REDACTED:credit_card]\",\"c\":[[REDACTED:credit_card]]}"}`},
		{"json", "", `{"big":1234567890123456789,"f":1.50}`, `{"big":1234567890123456789,"f":1.50}`},
		{"json", "request_id", `"4111111111111111"`, `"4111111111111111"`},
		{"json", "params", `{"credentials":{"user":"bobby1","n":[{"x":"Secr3tx"}]},"y":"z"}`, `{"credentials":{"user":"[REDACTED:secret]","n":[{"x":"[REDACTED:secret]"}]},"y":"z"}`},
		{"json", "authorization", `["Bearer kq83jd93jf93Zk39"]`, `["Bearer [REDACTED:bearer]"]`},
	} {
		var got string
		switch tt.form {
		case "text":
			got, _ = r.Text(tt.key, tt.in)
		case "escaped":
			got, _ = r.Escaped(tt.key, tt.in)
		default:
			got, _ = r.JSON(tt.key, tt.in)
		}
		if shape(got) != shape(tt.want) {
			t.Errorf("%s %s %q: got %s, want %s", tt.form, tt.key, tt.in, got, tt.want)
		}
	}
}

func TestTooLong(t *testing.T) {
	t.Parallel()
	r := newEngine(t, func(c *redact.Config) { c.MaxText = 2 << 10 }).Worker()
	long := "password=hunter2x9 " + strings.Repeat("word ", 1000) + "password=other99"
	got, changed := r.Text("message", long)
	if !changed || strings.Contains(got, "hunter") || strings.Contains(got, "other99") || !strings.HasSuffix(got, "word [REDACTED:unscanned]") {
		t.Errorf("got %s", got)
	}
	if got, _ := r.Text("message", strings.Repeat("x", 3<<10)); !strings.HasSuffix(got, "x[REDACTED:unscanned]") {
		t.Errorf("got %s", got)
	}
	if got, _ := r.JSON("params", `["`+strings.Repeat("x", 3<<10)+`"]`); got != `"[REDACTED:unscanned]"` {
		t.Errorf("got %s", got)
	}
}

func TestCleanTextIsReturnedAsItIs(t *testing.T) {
	r := newWorker(t, redact.DefaultConfig())
	for _, l := range typical {
		r.Line(l)
	}
	if n := testing.AllocsPerRun(100, func() {
		for _, l := range typical {
			r.Line(l)
		}
	}); n != 0 {
		t.Errorf("%v allocations on clean lines, want 0", n)
	}
}

// pieces calls f for parts of s as fields of events hold them.
func pieces(s string, f func(string)) {
	f(s)
	for _, cut := range []string{" ", `"`, "=", ",", ": ", "/"} {
		for p := range strings.SplitSeq(s, cut) {
			f(p)
		}
	}
	words := strings.SplitAfter(s, " ")
	for i := range words {
		f(strings.TrimSpace(strings.Join(words[i:min(len(words), i+3)], "")))
	}
}

// An event's values become what Text and JSON make of them, whether they are scanned, known to be quiet, or remembered.
func TestEventIsAsText(t *testing.T) {
	t.Parallel()
	var texts []string
	for _, s := range samples {
		plain, _, _ := unmark(s.line)
		pieces(plain, func(p string) { texts = append(texts, p) })
	}
	for _, s := range append(traps, typical...) {
		pieces(s, func(p string) { texts = append(texts, p) })
	}
	g := gen{rand.New(rand.NewPCG(5, 6))}
	for _, k := range append(secretKinds, optInKinds...) {
		for range 20 {
			texts = append(texts, k.make(g), "x "+k.make(g), k.make(g)+" y")
		}
	}
	for _, profile := range []string{"default", "strict"} {
		for _, own := range []string{"", "checkout"} {
			engine := newEngine(t, func(c *redact.Config) { c.Profile = profile })
			engine.Own(own)
			scan, event := engine.Worker(), engine.Worker()
			for range 2 {
				for _, s := range texts {
					for _, key := range []string{"", "note", "trace_id", "password"} {
						e := schema.Event{}
						e.Metadata.Fields = []schema.Field{{Key: key, Value: schema.Value{Kind: schema.String, S: s}}}
						event.Event(&e)
						want, _ := scan.Text(key, s)
						if got := e.Metadata.Fields[0].Value.S; got != want {
							t.Errorf("%s: under %q the event's %q becomes %q, text %q", profile, key, s, got, want)
						}
					}
				}
			}
		}
	}
}

func TestEventForgetsWhatOwnSecretsChange(t *testing.T) {
	t.Parallel()
	engine := newEngine(t, func(*redact.Config) {})
	r := engine.Worker()
	for _, want := range []string{"from=checkout-7 to=x", "from=[REDACTED:own_secret] to=x"} {
		e := schema.Event{Action: "checkout-7"}
		e.Metadata.Message = schema.Text("from=checkout-7 to=x")
		r.Event(&e)
		if e.Metadata.Message.S != want {
			t.Errorf("got %s, want %s", e.Metadata.Message.S, want)
		}
		engine.Own("checkout-7")
	}
	e := schema.Event{Action: "checkout-7"}
	e.Metadata.Fields = []schema.Field{{Key: "n", Value: schema.Value{Kind: schema.Raw, S: "1234567"}}}
	engine.Own("1234567")
	r.Event(&e)
	if e.Action != "[REDACTED:own_secret]" || e.Metadata.Fields[0].Value.S == "1234567" {
		t.Errorf("got %s, %s", e.Action, e.Metadata.Fields[0].Value.S)
	}
}

func TestEventAsksRulesAndExceptions(t *testing.T) {
	t.Parallel()
	rule := newEngine(t, func(c *redact.Config) {
		c.Rules = []redact.Rule{{Name: "staff", Pattern: "EMP[0-9]+", Literal: "EMP"}}
	}).Worker()
	allow := newEngine(t, func(c *redact.Config) { c.AllowFields = []string{"support"} }).Worker()
	for range 2 {
		e := schema.Event{Action: "by EMP4711"}
		rule.Event(&e)
		if e.Action != "by [REDACTED:staff]" {
			t.Errorf("got %s", e.Action)
		}
		for field, want := range map[string]bool{"support": true, "other": false} {
			e := schema.Event{}
			e.Metadata.Fields = []schema.Field{{Key: field, Value: schema.Text("to bob@corp.example")}}
			allow.Event(&e)
			if got := e.Metadata.Fields[0].Value.S; (got == "to bob@corp.example") != want {
				t.Errorf("%s: got %s", field, got)
			}
		}
	}
}

func TestEventWithLongNames(t *testing.T) {
	t.Parallel()
	r := newEngine(t, func(*redact.Config) {}).Worker()
	name := "the_name_of_a_field_that_is_longer_than_most"
	e := schema.Event{}
	e.Metadata.Fields = []schema.Field{{Key: name + "_password", Value: schema.Text("hunter2x9")}, {Key: name, Value: schema.Text("hunter2x9")}}
	r.Event(&e)
	if f := e.Metadata.Fields; f[0].Value.S != "[REDACTED:password]" || f[1].Value.S != "hunter2x9" {
		t.Errorf("got %v", f)
	}
}
