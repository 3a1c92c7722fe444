package ship

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

const (
	eventA = `{"event_id":"evt_a","timestamp":"2025-01-21T10:30:00.15Z","event_type":"http.request","action":"GET /","actor":{"type":"system","id":"system"},` +
		`"correlation":{"flow_id":"flow_x","trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331"},` +
		`"metadata":{"level":"info","message":"a \"quoted\" <é>"},"platform":{"service":"shop","environment":"production","host":"web-1"}}` + "\n"
	eventB = `{"event_id":"evt_b","timestamp":"2025-01-21T10:30:01Z","event_type":"log.message","action":"log","metadata":{"level":"error"},"platform":{"service":"mail"}}` + "\n"
	eventC = `{"event_id":"evt_c","timestamp":"2025-01-21T10:30:02Z","event_type":"log.message","action":"log","correlation":{"trace_id":"NOT-HEX"},"metadata":{"level":"info"},` +
		`"platform":{"service":"shop","environment":"production","host":"web-1"}}` + "\n"
	oddEvent = `{"message":"no id"}` + "\n"
)

func TestShapeBulk(t *testing.T) {
	t.Parallel()
	got := strings.Split(string(shapeBulk(nil, []byte(eventA+oddEvent), 2)), "\n")
	want := []string{`{"create":{"_id":"evt_a"}}`,
		strings.Replace(strings.TrimSpace(eventA), `{"event_id"`, `{"@timestamp":"2025-01-21T10:30:00.15Z","event_id"`, 1),
		`{"create":{}}`, `{"message":"no id"}`, ""}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestShapeLoki(t *testing.T) {
	t.Parallel()
	var got struct {
		Streams []struct {
			Stream map[string]string
			Values [][2]string
		}
	}
	if err := json.Unmarshal(shapeLoki(nil, []byte(eventA+eventB+eventC+oddEvent), 4), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Streams) != 3 || !reflect.DeepEqual(got.Streams[0].Stream, map[string]string{"service_name": "shop", "environment": "production", "level": "info"}) ||
		!reflect.DeepEqual(got.Streams[1].Stream, map[string]string{"service_name": "mail", "level": "error"}) || got.Streams[2].Stream["service_name"] != "unknown_service" {
		t.Fatalf("%+v", got)
	}
	first := got.Streams[0].Values
	if len(first) != 2 || first[0] != [2]string{"1737455400150000000", strings.TrimSpace(eventA)} || first[1][1] != strings.TrimSpace(eventC) {
		t.Errorf("%q", first)
	}
}

func TestShapeOTLP(t *testing.T) {
	t.Parallel()
	type attribute struct {
		Key   string
		Value struct{ StringValue string }
	}
	var got struct {
		ResourceLogs []struct {
			Resource  struct{ Attributes []attribute }
			ScopeLogs []struct {
				LogRecords []struct {
					TimeUnixNano   string
					SeverityNumber int
					SeverityText   string
					TraceID        string
					SpanID         string
					EventName      string
					Attributes     []attribute
					Body           struct{ StringValue string }
				}
			}
		}
	}
	if err := json.Unmarshal(shapeOTLP(nil, []byte(eventA+eventB+eventC+oddEvent), 4), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.ResourceLogs) != 3 || len(got.ResourceLogs[0].Resource.Attributes) != 3 {
		t.Fatalf("%+v", got)
	}
	records := got.ResourceLogs[0].ScopeLogs[0].LogRecords
	r := records[0]
	if len(records) != 2 || r.TimeUnixNano != "1737455400150000000" || r.SeverityNumber != 9 || r.TraceID != "0af7651916cd43dd8448eb211c80319c" || r.SpanID != "b7ad6b7169203331" ||
		r.EventName != "http.request" || r.Attributes[0].Value.StringValue != "evt_a" || r.Body.StringValue != strings.TrimSpace(eventA) {
		t.Errorf("%+v", r)
	}
	if records[1].TraceID != "" {
		t.Errorf("a trace id that is none: %q", records[1].TraceID)
	}
}

func TestOTLPAttributes(t *testing.T) {
	t.Parallel()
	const event = `{"event_id":"evt_r","event_type":"http.request","action":"POST /orders","actor":{"type":"user","id":"42"},` +
		`"correlation":{"flow_id":"flow_x","session_id":"sess_1"},"metadata":{"status":500,"method":"POST","path":"/orders","route":"/orders","error":{"class":"Timeout"}}}`
	want := `"attributes":[{"key":"log.record.uid","value":{"stringValue":"evt_r"}},{"key":"ezlogs.flow_id","value":{"stringValue":"flow_x"}},` +
		`{"key":"ezlogs.action","value":{"stringValue":"POST /orders"}},{"key":"session.id","value":{"stringValue":"sess_1"}},{"key":"user.id","value":{"stringValue":"42"}},` +
		`{"key":"http.request.method","value":{"stringValue":"POST"}},{"key":"http.route","value":{"stringValue":"/orders"}},{"key":"url.path","value":{"stringValue":"/orders"}},` +
		`{"key":"error.type","value":{"stringValue":"Timeout"}},{"key":"http.response.status_code","value":{"intValue":"500"}}],"body"`
	if got := string(shapeOTLP(nil, []byte(event+"\n"), 1)); !strings.Contains(got, want) {
		t.Errorf("%s\ndoes not hold\n%s", got, want)
	}
}

func TestPresetAnswers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, preset string
		status       int
		code         string // of ClickHouse
		body         string
		do           action
		rejected     []rejection
		suspect      int
	}{
		{name: "all created", preset: "elasticsearch", status: 200, body: `{"errors":false,"items":[]}`},
		{name: "some were there", preset: "elasticsearch", status: 200, body: `{"errors":true,"items":[{"create":{"status":409}},{"create":{"status":201}},{"create":{"status":201}}]}`},
		{name: "a mix", preset: "elasticsearch", status: 200,
			body:     `{"errors":true,"items":[{"create":{"status":429}},{"create":{"status":400,"error":{"type":"mapper_parsing_exception"}}},{"create":{"status":403,"error":{"type":"cluster_block_exception"}}}]}`,
			rejected: []rejection{{0, 429, true}, {1, 400, false}, {2, 403, true}}},
		{name: "too few items", preset: "elasticsearch", status: 200, body: `{"errors":true,"items":[{"create":{"status":201}}]}`, do: again},
		{name: "something else", preset: "elasticsearch", status: 200, body: `{"tagline":"You Know, for Search"}`, do: again},
		{name: "no body", preset: "elasticsearch", status: 200, do: again},
		{name: "no index", preset: "elasticsearch", status: 404, body: `{}`, do: blocked},

		{name: "stored", preset: "loki", status: 204},
		{name: "too old", preset: "loki", status: 400, body: "entry too far behind", do: refused},
		{name: "over the rate", preset: "loki", status: 429, do: again},

		{name: "all taken", preset: "otlp", status: 200, body: `{"partialSuccess":{}}`},
		{name: "nothing said", preset: "otlp", status: 200},
		{name: "some refused", preset: "otlp", status: 200, body: `{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"no"}}`, suspect: 2},
		{name: "some refused, as a number", preset: "otlp", status: 200, body: `{"partialSuccess":{"rejectedLogRecords":1}}`, suspect: 1},
		{name: "more than there were", preset: "otlp", status: 200, body: `{"partialSuccess":{"rejectedLogRecords":"99"}}`, suspect: 3},

		{name: "inserted", preset: "clickhouse", status: 200},
		{name: "an exception after the status", preset: "clickhouse", status: 200, body: "Code: 241. DB::Exception: Memory limit", do: again},
		{name: "a bad row", preset: "clickhouse", status: 400, code: "26", do: refused},
		{name: "a bad row, old server", preset: "clickhouse", status: 500, code: "27", do: refused},
		{name: "no table", preset: "clickhouse", status: 404, code: "60", do: blocked},
		{name: "too many parts", preset: "clickhouse", status: 500, code: "252", do: again},
		{name: "a code on a 200", preset: "clickhouse", status: 200, code: "159", do: again},
		{name: "a proxy's 502", preset: "clickhouse", status: 502, do: again},
		{name: "victorialogs", preset: "victorialogs", status: 200},
	} {
		t.Run(tt.preset+" "+tt.name, func(t *testing.T) {
			resp := respond(tt.status, tt.body)
			if tt.code != "" {
				resp.Header.Set("X-ClickHouse-Exception-Code", tt.code)
			}
			v := readAnswer(resp, presetByName(tt.preset), 3, testNow)
			if v.do != tt.do || !reflect.DeepEqual(v.rejected, tt.rejected) || v.suspect != tt.suspect {
				t.Errorf("got %+v", v)
			}
			if v.do != taken && v.err == nil {
				t.Error("no reason")
			}
		})
	}
}

func TestPresetRequests(t *testing.T) {
	for to, want := range map[string]string{
		"elasticsearch+https://es.test:9200":        "https://es.test:9200/logs-ezlogs-default/_bulk?filter_path=took%2Cerrors%2Citems.%2A.status%2Citems.%2A.error.type",
		"elasticsearch+https://es.test/app":         "https://es.test/app/_bulk?filter_path=took%2Cerrors%2Citems.%2A.status%2Citems.%2A.error.type",
		"loki+http://loki.test":                     "http://loki.test/loki/api/v1/push",
		"loki+http://loki.test/own":                 "http://loki.test/own",
		"otlp+http://otel.test:4318/":               "http://otel.test:4318/v1/logs",
		"victorialogs+http://vl.test":               "http://vl.test/insert/jsonline?_msg_field=metadata.message%2Caction&_stream_fields=platform.service%2Cplatform.environment&_time_field=timestamp",
		"victorialogs+http://vl.test/?_msg_field=x": "http://vl.test/insert/jsonline?_msg_field=x&_stream_fields=platform.service%2Cplatform.environment&_time_field=timestamp",
		"clickhouse+http://ch.test:8123":            "http://ch.test:8123/?date_time_input_format=best_effort&input_format_json_read_objects_as_strings=1&input_format_skip_unknown_fields=1&insert_deduplication_token=ID&query=INSERT+INTO+events+FORMAT+JSONEachRow&wait_end_of_query=1",
	} {
		synctest.Test(t, func(t *testing.T) {
			var got *url.URL
			var body []byte
			rt := roundTripper(func(r *http.Request) (*http.Response, error) {
				got = r.URL
				body, _ = io.ReadAll(r.Body)
				got.RawQuery = strings.Replace(got.RawQuery, url.QueryEscape(r.Header.Get("Idempotency-Key")), "ID", 1)
				return respond(200, `{"errors":false}`), nil
			})
			cfg := httpConfig()
			cfg.To = []string{to}
			s := begin(t, cfg, Deps{Transport: rt})
			add(t, s, group(0, 10, nil))
			if err := s.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got.String() != want {
				t.Errorf("%s\ngot  %s\nwant %s", to, got, want)
			}
			raw, err := decode(body, codecGzip, 1<<20)
			if err != nil || strings.Count(string(raw), "evt_") < 10 {
				t.Errorf("%s: %q, %v", to, raw, err)
			}
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestSuspectsAreKeptAndNotSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		rt := roundTripper(func(*http.Request) (*http.Response, error) {
			n++
			return respond(200, `{"partialSuccess":{"rejectedLogRecords":"2"}}`), nil
		})
		for _, dir := range []string{t.TempDir(), ""} {
			cfg := httpConfig()
			cfg.To = []string{"otlp+http://otel.test"}
			cfg.StateDir = dir
			s := begin(t, cfg, Deps{Transport: rt})
			add(t, s, group(0, 10, nil))
			if err := s.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			b := balance(t, s)
			if dir == "" {
				if b.Dropped["refused"] != 2 || b.Delivered != 8 {
					t.Errorf("books %+v", b)
				}
				continue
			}
			if dead := deadEvents(t, dir); len(dead) != 10 || dead[0].Reason != "suspect" || b.DeadLettered != 2 || b.Delivered != 8 {
				t.Errorf("%d dead, books %+v", len(dead), b)
			}
		}
		if n != 2 {
			t.Errorf("%d requests", n)
		}
	})
}
