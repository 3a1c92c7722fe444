package schema

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestOwnEventPasses reads our own output back: nothing may be lost or changed but where it was read.
func TestOwnEventPasses(t *testing.T) {
	t.Parallel()
	e := Event{
		ID: ID{Bits: [16]byte{1, 2, 3}}, Time: Time{NS: instant.UnixNano(), Digits: 3, From: FromLine}, Type: "data.change", Action: "order.updated",
		Actor: Actor{Type: "user", ID: "4", Name: "Ann", Email: "[email]", Label: "VIP"}, Subject: Subject{"order", "17"},
		Correlation: Correlation{
			Flow: FlowID{9, 8, 7, 255}, Processes: []string{"order:17", "signup:4"}, SessionID: "sess_0123456789abcdef", RequestID: "r-1", TraceID: "0af7651916cd43dd8448eb211c80319c",
			SpanID: "b7ad6b7169203331", ParentSpanID: "00f067aa0ba902b7", JobID: "51fe20a8cc0d47b19a3e6d70", MessageID: "m-1", Parent: ID{Text: "evt_0"}, Merged: []FlowID{{1}},
		},
		Metadata: Metadata{
			Level: LevelInfo, Message: Text("hé \"x\""), Outcome: OutcomeSuccess, Duration: Duration{150e6, true}, Status: 201, Method: "POST", Path: "/a", Route: "/a/:id", IP: "10.0.0.1",
			UserAgent: "curl", Bytes: 0, HasBytes: true, Params: Value{Raw, `{"a":[1]}`}, Changes: []Change{{"status", Value{Raw, `"new"`}, Text("paid")}, {"n", Value{}, Value{Raw, "1.50"}}},
			Error: ErrorInfo{"KeyError", Text("k"), Text("s\nt")}, Retry: Retry{2, 5, Duration{1e9, true}, true, true}, DB: DB{"update", "orders", Text("UPDATE"), 3, true, 2, 1, Duration{2e6, true}},
			Job: Job{"ReceiptJob", "mail", Value{Raw, "[1]"}, 2, Duration{5e6, true}}, Timing: []Timing{{"db", Duration{3e6, true}}}, Extra: []Field{{"logger", Text("Shop")}},
			Fields: []Field{{"plan", Text("pro")}, {"deep", Value{Raw, `{"a":null}`}}}, Truncated: []string{"fields.x"},
		},
		Platform: Platform{Service: "shop", Environment: "production", Host: "web-1", PID: "7", Thread: "t", Version: "1", Format: "rails.text", Container: "c", Pod: "p", Namespace: "n"},
	}
	first := AppendJSON(nil, &e)
	events := newTestParser(t, time.UTC).Parse(nil, string(first), 0, nil)
	if len(events) != 1 {
		t.Fatalf("%d events", len(events))
	}
	second := AppendJSON(nil, &events[0])
	var want, got map[string]any
	if err := json.Unmarshal(first, &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(second, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %s\nwant %s", second, first)
	}
}

func TestRubyAgent(t *testing.T) {
	t.Parallel()
	e := parseLine(t, `{"event_id":"evt_AbC","event_type":"data.change","action":"user.update","actor":{"type":"user","id":456},"subject":{"type":"user","id":123},`+
		`"correlation":{"correlation_id":"corr_1","primary_correlation_id":"corr_0","flow_id":"flow_x","parent_flow_id":"flow_w","session_id":"abc","request_id":"req_xyz","depth":1},`+
		`"metadata":{"changes":{"email":{"from":"a","to":"b"}},"duration_ms":150,"plan":"pro"},"timing":{"started_at":"2026-03-14T09:59:00Z","event_created_at":"2026-03-14T10:00:00.150Z"},`+
		`"platform":{"service":"my-app","hostname":"web-1","ruby_version":"3.4"},"environment":"production","impact":{"user_facing":true}}`)
	if e.ID.Text != "evt_AbC" || e.Action != "user.updated" || e.Time.NS != instant.UnixNano() || e.Metadata.Duration.NS != 150e6 || e.Platform.Host != "web-1" || e.Platform.Environment != "production" {
		t.Errorf("%s", AppendJSON(nil, e))
	}
	want := []Ident{
		{IdentUser, "user", "456"}, {IdentEntity, "user", "123"}, {IdentCorrelation, "primary_correlation_id", "corr_0"}, {IdentCorrelation, "correlation_id", "corr_1"}, {IdentFlow, "flow_id", "flow_x"},
		{IdentParentFlow, "parent_flow_id", "flow_w"}, {IdentSession, "session_id", "abc"}, {IdentRequest, "request_id", "req_xyz"},
	}
	if !reflect.DeepEqual(e.Idents, want) {
		t.Errorf("ids %v, want %v", e.Idents, want)
	}
}

func TestOTLPValues(t *testing.T) {
	t.Parallel()
	line := `{"resource_logs":[{"resource":{"attributes":[{"key":"service.name","value":{"string_value":"cart"}}]},"scope_logs":[{"log_records":[{"observed_time_unix_nano":"1773482400150000000",` +
		`"severity_number":"SEVERITY_NUMBER_ERROR2","body":{"kvlist_value":{"values":[{"key":"msg","value":{"stringValue":"hi"}},{"key":"n","value":{"intValue":"7"}}]}},"trace_id":"CvdlGRbNQ92ESOshHIAxnA==",` +
		`"attributes":[{"key":"a","value":{"arrayValue":{"values":[{"intValue":1},{"boolValue":true},{"doubleValue":1.5}]}}},{"key":"e","value":{"arrayValue":{}}},{"key":"o","value":{"kvlistValue":{"values":[{"key":"x","value":{"stringValue":"y"}}]}}}]}]}]}]}`
	e := parseLine(t, line)
	doc := encoded(t, e)
	for p, want := range map[string]string{
		"timestamp": "2026-03-14T10:00:00.150000000Z", "metadata.level": "error", "metadata.message": "hi", "metadata.fields.n": "7", "metadata.fields.a": "[1 true 1.5]", "metadata.fields.e": "[]",
		"metadata.fields.o.x": "y", "correlation.trace_id": "0af7651916cd43dd8448eb211c80319c", "platform.service": "cart",
	} {
		if got := sprint(path(doc, p)); got != want {
			t.Errorf("%s is %q, want %q\n%s", p, got, want, AppendJSON(nil, e))
		}
	}
}

// sameOtherwise reads a line as it is, and with a blank behind its brace, which sends it the longer way of lines that may be
// anything. Both must be the same event.
func sameOtherwise(t *testing.T, line string) {
	t.Helper()
	src := NewSource("own.log", "own.log", []byte("k"), []byte("i"))
	read := func(line string) (text string, idents []Ident) {
		p := newTestParser(t, time.UTC)
		p.Start(src, instant)
		var b []byte
		for _, e := range p.Parse(nil, line, 0, nil) {
			b = AppendJSON(b, &e)
			idents = append(idents, e.Idents...)
		}
		return strings.ReplaceAll(string(b), `{ `, `{`), idents
	}
	direct, ids := read(line)
	other, otherIDs := read("{ " + line[1:])
	if strings.Contains(direct, `"format":"text"`) && strings.Contains(other, `"format":"text"`) {
		return // whose message is the line
	}
	if direct != other || !slices.Equal(ids, otherIDs) {
		t.Errorf("%s\n read directly %s\n otherwise     %s\n%v\n%v", line, direct, other, ids, otherIDs)
	}
}

var ownLines = []string{
	`{"event_id":"evt_1","timestamp":"2026-03-14T10:00:00.150Z","event_type":"http.request","action":"GET /a","actor":{"type":"user","id":"4","role":"admin"},"subject":{"type":"order","id":17,"x":[1]},` +
		`"correlation":{"flow_id":"flow_7p8yt21cgcz7yn0m4gtpsbhxbg","process_id":["a:1","b:2"],"request_id":"r-1","trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331","parent_span_id":"00f067aa0ba902b7",` +
		`"job_id":"j-1","message_id":"<m-1>","session_id":"sess_0123456789abcdef","parent_event_id":"evt_0","merged_flow_ids":["flow_7p8yt21cgcz7yn0m4gtpsbhxbg"],"tenant":"t","link":"id","confidence":1},` +
		`"metadata":{"level":"warn","message":"a \"b\"","duration":0.15,"outcome":"failure","status":500,"method":"GET","path":"/a?b=c","route":"/a","ip":"10.0.0.1","user_agent":"curl","bytes":12,"params":{"a":1},` +
		`"changes":{"status":["new","paid"],"n":{"from":1,"to":2}},"error":{"class":"E","message":"m","stack":["a","b"],"code":7},"job":{"class":"J","queue":"q","args":[1],"attempt":2,"wait":0.1,"tag":"t"},` +
		`"retry":{"attempt":1,"max":5,"in":2,"will_retry":true,"dead":false,"why":"w"},"db":{"op":"select","table":"t","sql":"SELECT 1","rows":3,"queries":2,"cached":1,"total":0.2,"shard":"s"},"timing":{"db":0.1},` +
		`"timestamp_source":"read","truncated":["fields.x"],"fields":{"a":null,"b":{"c":1}},"logger":"Shop"},"platform":{"service":"s","environment":"e","host":"h","pid":7,"thread":"t","version":"1","container":"c",` +
		`"pod":"p","namespace":"n","format":"f","source":{"file":"x"},"region":"eu"}}`,
	`{"event_type":"data.change","action":"user.update","timestamp":"2026-03-14T10:00:00Z","metadata":{"level":"odd","status":"x","error":"boom","job":"J","changes":{"status":["a","b"]},"plan":"pro"},"correlation":{"link":"id"},` +
		`"actor":{"type":"system"},"impact":{"user_facing":true}}`,
	`{"timestamp":"2026-03-14T10:00:00Z","event_id":"1","event_type":"job.completed","action":"A.failed","actor":"bob","timing":{"duration_ms":15},"service":"a","service_name":"b","environment":"production"}`,
	`{"event_id":"1","event_type":"http.request","action":"GET /","metadata":{"message":"{\"a\": 1}"}}`,
	`{"event_id":"1","event_type":"http.request","action":"GET /","correlation":{"link":"id"},"metadata":{"a":1}}`,
	`{"event_id":"1","event_id":"2","event_type":"http.request","action":"GET /"}`,
	`{"event_id":"1","event_type":"http.request","action":"GET /","error_severity":"LOG"}`,
	`{"event_id":"1","event_type":"http.request","action":"GET /","message":"x"}`,
	`{"event_id":"1","event_type":"http.request","act\u0069on":"GET /", "x" : [ ] , "y":{ } }`,
	`{"event_id":"1","event_type":"http.request","action":5}`,
	`{"event_id":"1","event_type":"Http","action":"GET /"}`,
	`{"event_id":"1","event_type":"http.request","action":"GET /"} x`,
	`{"event_id":"1","event_type":"http.request","action":"GET /","metadata":{"a":[1,}}`,
	`{"event_id":"1","event_type":"http.request","action":"GET /","metadata":{,}}`,
	`{"event_id":"1","event_type":"http.request","action":"GET /","metadata":{"a" 1}}`,
	`{"event_id":"1","event_type":"http.request","action":"GET /","metadata":{"a":1`,
	`{"event_id":"1","event_type":"http.request","action":"GET /"`,
	`{"event_id":"1","event_type":"http.request","action":"GET /";"a":1}`,
	`{"event_id":"`,
}

func TestOwnEventReadDirectly(t *testing.T) {
	t.Parallel()
	for _, line := range ownLines {
		sameOtherwise(t, line)
		for i := 1; i < len(line); i += 7 { // cut short
			sameOtherwise(t, line[:i])
		}
	}
	e := parseLine(t, ownLines[0])
	got := map[string]string{}
	for _, f := range e.Metadata.Fields {
		got[f.Key] = f.Value.S
	}
	want := map[string]string{"actor.role": "admin", "subject.x": "[1]", "tenant": "t", "error.code": "7", "job.tag": "t", "retry.why": "w", "db.shard": "s", "a": "null", "b": `{"c":1}`, "region": "eu"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("what events do not have elsewhere: %v", got)
	}
	if e := parseLine(t, ownLines[3]); e.Type != "http.request" || e.Platform.Format != "ezlogs" {
		t.Errorf("an event whose message is JSON: %s", AppendJSON(nil, e))
	}
}

func FuzzOwnEvent(f *testing.F) {
	for _, line := range ownLines {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if strings.HasPrefix(line, "{") && strings.IndexByte(line, '\n') < 0 {
			sameOtherwise(t, line)
		}
	})
}

// TestOurIDsAreNotRedacted holds that an id of ours is not shown to the redactor, and one of the application is.
func TestOurIDsAreNotRedacted(t *testing.T) {
	t.Parallel()
	const ours = "evt_4q7h2m9xk3c5v8w1z6t0r2y4ab"
	for id, want := range map[string]bool{ours: false, "evt_4q7h2m9xk3c5v8w1z6t0r2y4al": true, "evt_4Q7h2m9xk3c5v8w1z6t0r2y4ab": true, "evt-4q7h2m9xk3c5v8w1z6t0r2y4ab": true, ours + "a": true, "bob@example.com": true} {
		e := parseLine(t, `{"event_id":"`+id+`","event_type":"http.request","action":"GET /","correlation":{"parent_event_id":"`+id+`"}}`)
		seen := 0
		e.Redact(func(key string, v Value) Value {
			if v.S == id {
				seen++
			}
			return v
		})
		if got := seen == 2; got != want || seen == 1 {
			t.Errorf("%s: seen %d times", id, seen)
		}
	}
}
