package schema

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// parseLine reads one line as the only one of a file.
func parseLine(t testing.TB, line string) *Event {
	t.Helper()
	p := newTestParser(t, time.UTC)
	events := p.Parse(nil, line, 0, nil)
	if len(events) != 1 {
		t.Fatalf("%d events for %q", len(events), line)
	}
	return &events[0]
}

// encoded returns an event as a decoded document.
func encoded(t testing.TB, e *Event) map[string]any {
	t.Helper()
	out := AppendJSON(nil, e)
	var v map[string]any
	if err := json.Unmarshal(out, &v); err != nil {
		t.Fatalf("output is no JSON: %v\n%s", err, out)
	}
	return v
}

// path returns a value deep in a document, as text.
func path(v map[string]any, keys string) any {
	var at any = v
	for k := range strings.SplitSeq(keys, ".") {
		m, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = m[k]
	}
	return at
}

func TestBrokenJSONIsText(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		`{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{"a":01}`, `{"a":1}}`, `{"a":1} x`, `{"a":tru}`, `{"a":"x}`, `{"a":"\x"}`, `{"a":"\u12"}`, "{\"a\":\"\t\"}",
		`{a:1}`, `{'a':1}`, `{"a":1 "b":2}`, `{"a":[1,]}`, `{"a":-}`, `{"a":1.}`, `{"a":1e}`, `{"a":{"b":1}`, `{"level":"error","msg":"cut in the mi`,
		`{"msg":"x","ctx":{"request_id":"r-1","a":[1,2}`,
	} {
		e := parseLine(t, line)
		if e.Metadata.Message.Plain() != line || e.Metadata.Level != LevelNone || len(e.Metadata.Fields) > 0 || len(e.Idents) > 0 && e.Correlation.RequestID != "" {
			t.Errorf("%q became %s", line, AppendJSON(nil, e))
		}
	}
}

func TestJSONFields(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, line, path, want string }{
		{"nested names", `{"http":{"request":{"method":"GET"},"response":{"status_code":200}},"url":{"path":"/a"}}`, "action", "GET /a"},
		{"mixed names", `{"http.request.method":"GET","http":{"response":{"status_code":200}},"url.path":"/a"}`, "action", "GET /a"},
		{"bag", `{"msg":"x","context":{"request_id":"r-1","k":1}}`, "correlation.request_id", "r-1"},
		{"top wins over bag", `{"msg":"top","data":{"msg":"deep"}}`, "metadata.message", "top"},
		{"best spelling shows", `{"x_request_id":"b","request_id":"a","msg":"x"}`, "correlation.request_id", "a"},
		{"trace in capitals", `{"msg":"x","traceId":"0AF7651916CD43DD8448EB211C80319C"}`, "correlation.trace_id", "0af7651916cd43dd8448eb211c80319c"},
		{"decimal trace", `{"msg":"x","dd.trace_id":"7277407061855694839"}`, "correlation.trace_id", "64fe8b2a57d3eff7"},
		{"traceparent", `{"msg":"x","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}`, "correlation.span_id", "b7ad6b7169203331"},
		{"X-Ray", `{"msg":"x","xray_trace_id":"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8"}`, "correlation.trace_id", "5759e988bd862e3fe1be46a994272793"},
		{"Google", `{"message":"x","logging.googleapis.com/trace":"projects/p/traces/0af7651916cd43dd8448eb211c80319c"}`, "correlation.trace_id", "0af7651916cd43dd8448eb211c80319c"},
		{"zeros are no trace", `{"msg":"x","trace_id":"00000000000000000000000000000000"}`, "correlation.trace_id", ""},
		{"dash is no request", `{"msg":"x","request_id":"-"}`, "correlation.request_id", ""},
		{"session", `{"msg":"x","session_id":"abcdef"}`, "correlation.session_id", "abcdef"},
		{"message id", `{"msg":"x","message_id":"<a@b>"}`, "correlation.message_id", "a@b"},
		{"user object", `{"msg":"x","user":{"id":42,"name":"Ann"}}`, "actor.id", "42"},
		{"user name", `{"msg":"x","username":"ann"}`, "actor.id", "ann"},
		{"client", `{"msg":"x","client_id":"c-1"}`, "actor.type", "client"},
		{"actor text", `{"msg":"x","actor":"bot:7"}`, "actor.type", "bot"},
		{"level number", `{"level":50,"msg":"x","pid":1}`, "metadata.level", "error"},
		{"unknown stays", `{"msg":"x","a":{"b":[1,2.50]}}`, "metadata.fields.a.b", "[1 2.5]"},
		{"error text", `{"level":"error","msg":"x","err":"KeyError: 'k'"}`, "metadata.error.class", "KeyError"},
		{"error object", `{"level":"error","msg":"x","error":{"type":"TypeError","message":"boom"}}`, "event_type", "error.raised"},
		{"warning is no error", `{"level":"warn","msg":"x","err":"boom"}`, "event_type", "log.message"},
		{"model", `{"msg":"x","model":"Order","operation":"destroy","record_id":7}`, "action", "order.deleted"},
		{"model alone", `{"msg":"x","model":"T-1000","record_id":7}`, "event_type", "log.message"},
		{"changes", `{"msg":"x","model":"Order","op":"update","id":7,"changes":{"status":["new","paid"]}}`, "metadata.changes.status", "[new paid]"},
		{"changes as objects", `{"msg":"x","model":"Order","op":"update","id":7,"changes":[{"attribute":"status","from":"new","to":"paid"}]}`, "metadata.changes.status", "[new paid]"},
		{"context is no request", `{"level":"info","msg":"x","method":"GET","path":"/a"}`, "event_type", "log.message"},
		{"outgoing call", `{"msg":"x","span.kind":"client","method":"GET","url":"https://api.example.com/v1/a?b=c","status":200}`, "action", "GET api.example.com/v1/a"},
		{"job", `{"msg":"done","job_class":"ReceiptJob","job_id":"51fe20a8cc0d47b19a3e6d70"}`, "event_type", "job.completed"},
		{"job line", `{"msg":"half done","job_class":"ReceiptJob","job_id":"51fe20a8cc0d47b19a3e6d70"}`, "event_type", "log.message"},
		{"sql", `{"msg":"x","sql":"UPDATE \"orders\" SET \"total\" = 5 WHERE \"orders\".\"id\" = 7"}`, "action", "order.updated"},
		{"sql as the message", `{"logger":"sql","msg":"SELECT * FROM orders WHERE id = 7","rows":1,"table":"orders","duration_ms":2.5}`, "action", "order.loaded"},
		{"words about sql", `{"logger":"sql","msg":"selected 7 rows","rows":7}`, "event_type", "log.message"},
		{"query that is none", `{"msg":"x","query":"shoes"}`, "metadata.fields.query", "shoes"},
		{"own event", `{"event_type":"user.action","action":"profile.updated","actor":{"type":"user","id":"1"}}`, "action", "profile.updated"},
		{"bad type is no event", `{"event_type":"Bad Type","action":"x","actor":{"type":"user","id":"1"}}`, "event_type", "log.message"},
		{"colours", `{"message":"\u001b[32mok\u001b[0m now","level":"\u001b[32minfo\u001b[39m"}`, "metadata.message", "ok now"},
		{"empty object", `{}`, "event_type", "log.message"},
		{"namespaced id", `{"msg":"x","order":{"id":17}}`, "metadata.fields.order.id", "17"},
		{"invalid UTF-8", "{\"msg\":\"a\xffb\",\"k\":{\"v\":\"\xfe\"}}", "metadata.message", "a\uFFFDb"},
		{"quoted key", `{"a\"b":1,"msg":"x"}`, `metadata.fields.a"b`, "1"},
		{"loguru", `{"text":"long","record":{"message":"short","level":{"name":"INFO","no":20},"time":{"timestamp":1773482400.15}}}`, "metadata.message", "short"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := parseLine(t, tt.line)
			got := path(encoded(t, e), tt.path)
			if s := sprint(got); s != tt.want {
				t.Errorf("%s of %s is %q, want %q\n%s", tt.path, tt.line, s, tt.want, AppendJSON(nil, e))
			}
		})
	}
}

// sprint returns a decoded value as text, "" for nothing.
func sprint(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = sprint(v[i])
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	b, _ := json.Marshal(v)
	return string(b)
}

func TestEntities(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		line        string
		kind        IdentKind
		name, value string
	}{
		{`{"msg":"x","order_id":17}`, IdentEntity, "order", "17"},
		{`{"msg":"x","orderId":"17"}`, IdentEntity, "order", "17"},
		{`{"msg":"x","ctx":{"line_items_id":4}}`, IdentEntity, "line_item", "4"},
		{`{"msg":"x","charge_id":"ch_3Nx81abQwTz"}`, IdentValue, "charge", "ch_3Nx81abQwTz"},
		{`{"msg":"x","tracking_number":"1Z999AA10123456784"}`, IdentValue, "tracking_number", "1Z999AA10123456784"},
		{`{"msg":"x","charge_ref":"ch_tA6hFG9yfU9dxDWm"}`, IdentValue, "charge_ref", "ch_tA6hFG9yfU9dxDWm"},
		{`{"msg":"x","bid":"9UBAeGJ9jPDU4Q"}`, IdentBatch, "bid", "9UBAeGJ9jPDU4Q"},
		{`{"msg":"x","incident_id":"INC-1"}`, IdentIncident, "incident_id", "INC-1"},
		{`{"msg":"order_id=17 shipped"}`, IdentEntity, "order", "17"},
		{`{"msg":"shipped order #17 today"}`, IdentEntity, "order", "17"},
		{`{"msg":"see gid://shop/User/42 now"}`, IdentEntity, "user", "42"},
		{`{"msg":"request 7f3c1c52-9a0e-4d5e-9a55-3f1f2f0f9a11 failed"}`, IdentRequest, "request", "7f3c1c52-9a0e-4d5e-9a55-3f1f2f0f9a11"},
		{`{"msg":"TraceID: 0af7651916cd43dd8448eb211c80319c"}`, IdentTrace, "TraceID", "0af7651916cd43dd8448eb211c80319c"},
		{`{"msg":"captured ch_3Nx81abQwTz9k"}`, IdentValue, "ch", "ch_3Nx81abQwTz9k"},
		{`{"msg":"took 17 of 20 in 3 steps"}`, IdentNone, "", ""},
	} {
		e := parseLine(t, tt.line)
		found := tt.kind == IdentNone && len(e.Idents) == 0
		for _, id := range e.Idents {
			found = found || id == Ident{tt.kind, tt.name, tt.value}
		}
		if !found {
			t.Errorf("%s: ids %v, want %v", tt.line, e.Idents, Ident{tt.kind, tt.name, tt.value})
		}
	}
}

// TestManyIDs makes sure that a line of nothing but ids costs no more than its length.
func TestManyIDs(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`{"msg":"`)
	for i := range 20000 {
		b.WriteString("order_id=")
		b.WriteString(strings.Repeat("1", 1+i%9))
		b.WriteString(string(rune('a' + i%26)))
		b.WriteString(" ")
	}
	b.WriteString(`"}`)
	if e := parseLine(t, b.String()); len(e.Idents) > maxIdents+1 {
		t.Errorf("%d ids", len(e.Idents))
	}
}

// TestMemoIsPure makes sure that what a parser has seen does not change what it reads.
func TestMemoIsPure(t *testing.T) {
	t.Parallel()
	p := newTestParser(t, time.UTC)
	for i := range 3000 {
		p.Parse(nil, `{"key_`+strings.Repeat("x", i%30)+string(rune('a'+i%26))+`":1,"request":{"id":"a"},"user":{"name":"b"}}`, 0, nil)
	}
	for _, line := range []string{
		`{"level":"info","msg":"x","order_id":17,"request":{"id":"r-1","method":"GET","path":"/a"},"status":200}`,
		`{"user":{"id":4,"email":"a@b"},"id":5,"model":"Order","op":"create"}`,
	} {
		events := p.Parse(nil, line, 0, nil)
		if got, want := string(AppendJSON(nil, &events[0])), string(AppendJSON(nil, parseLine(t, line))); got != want {
			t.Errorf("after other lines:\n got %s\nwant %s", got, want)
		}
	}
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{
		`{"level":"info","msg":"x","a":[1,{"b":null}],"ctx":{"request_id":"r"}}`, `{"a":"\ud83d\ude00\\\"","b":-1.5e-3}`, `{"log":"x\n","stream":"stdout","time":"2026-03-14T10:00:00Z"}`,
		`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"x"}}]}]}]}`, `{"event_type":"a.b","action":"c","actor":{"type":"user","id":1},"metadata":{"changes":{"a":[1,2]}}}`,
		`{"__REALTIME_TIMESTAMP":"1534860261221373","MESSAGE":[104,105]}`, `{"specversion":"1.0","id":"1","source":"a","type":"b","data":{"x":1}}`, `[{"a":1},{"b":2}]`,
		`{"t":{"$date":"2026-03-14T10:00:00Z"},"s":"I","c":"X","msg":"m","attr":{}}`, `{"error_severity":"LOG","message":"duration: 1 ms  statement: select 1"}`, `{"events":[{"event_type":"a.b","action":"c"}]}`,
		`{"time":"2026-03-14T10:00:00Z","type":"platform.report","record":{"requestId":"x","metrics":{"durationMs":1}}}`, `{"source_type":"background_job","source_data":{"job_class":"A"},"resource_ids":[{}]}`,
		`{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":4,"attributes":[{"key":"messaging.destination","value":{"stringValue":"x"}}]}]}]}]}`, `{"logEvents":[{"message":"x"}],"logGroup":"g"}`,
		`{"streams":[{"stream":{"a":"b"},"values":[["1","x"]]}]}`, `{"sourcetype":"a","event":{"x":1}}`, `{"@metadata":{},"message":"a\nb"}`, `{"OperationId":"a","Type":"AppRequests","Url":"x"}`,
		`{"routeKey":"GET /a","status":"200","requestTime":"x","requestId":"y","httpMethod":"GET"}`, `{"protoPayload":{"methodName":"a"}}`, `{"Records":[{"eventSource":"a","eventName":"b","eventTime":"c"}]}`,
		`{"detail-type":"a","source":"b","detail":{"x":1}}`, `{"EdgeStartTimestamp":1773482400150000000,"EdgeEndTimestamp":"x"}`, `{"textPayload":"x"}`,
	} {
		f.Add(s)
	}
	p := newTestParser(f, time.UTC)
	f.Fuzz(func(t *testing.T, line string) {
		if strings.ContainsAny(line, "\n\r") || strings.TrimSpace(line) == "" {
			return
		}
		i := skipSpace(line, 0)
		whole := false
		if i < len(line) && line[i] == '{' {
			end := skipObject(line, i, 0)
			whole = end >= 0 && skipSpace(line, end) == len(line)
		}
		if valid := utf8.ValidString(line) && json.Valid([]byte(line)) && i < len(line) && line[i] == '{'; valid != whole && utf8.ValidString(line) && strings.Count(line, "{")+strings.Count(line, "[") < maxDepth {
			t.Errorf("scanner says %v, encoding/json %v: %q", whole, valid, line)
		}
		events := p.Parse(nil, line, 0, nil)
		if len(events) == 0 && strings.TrimSpace(StripANSI(strings.TrimPrefix(line, "\ufeff"))) != "" {
			t.Errorf("no event for %q", line)
		}
		for i := range events {
			if out := AppendJSON(nil, &events[i]); !json.Valid(out) {
				t.Errorf("%q became %s", line, out)
			}
		}
	})
}
