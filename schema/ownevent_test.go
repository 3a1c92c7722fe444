package schema

import (
	"encoding/json"
	"reflect"
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
