package schema_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/schema"
)

// readWhole returns the events of a text that parser and joiner make.
func readWhole(text string) []*schema.Event {
	config := schema.Config{Location: time.UTC}
	p, j := schema.NewParser(config), schema.NewJoiner(config)
	p.Start(schema.NewSource("x.log", "x.log", []byte("s"), []byte("i")), time.Date(2026, 3, 14, 10, 0, 5, 0, time.UTC))
	var events []schema.Event
	offset := int64(0)
	for line := range strings.Lines(text) {
		events = p.Parse(events, strings.TrimSuffix(line, "\n"), offset, nil)
		offset += int64(len(line))
	}
	var out []*schema.Event
	for i := range events {
		j.Push(&events[i], func(e *schema.Event) {
			if e.Platform.Format != "w3c.header" {
				out = append(out, e)
			}
		})
	}
	j.Flush(func(e *schema.Event) { out = append(out, e) })
	return out
}

// TestDialectsOfPlatforms holds that one thing that took 150 ms at one instant reads the same, whatever platform, store or
// carrier says it.
func TestDialectsOfPlatforms(t *testing.T) {
	t.Parallel()
	const (
		request = "http.request GET /users/42 user/42"
		query   = "data.query user.loaded user/42"
		job     = "job.completed invocation.completed job/b1ad2e3c-0000-4000-8000-000000000001"
		id      = "b1ad2e3c-0000-4000-8000-000000000001"
		slog    = `{\"time\":\"2026-03-14T10:00:00Z\",\"level\":\"INFO\",\"msg\":\"x\",\"method\":\"GET\",\"path\":\"/users/42\",\"status\":200,\"duration\":150000000}`
		plain   = `{"time":"2026-03-14T10:00:00Z","level":"INFO","msg":"x","method":"GET","path":"/users/42","status":200,"duration":150000000}`
		sql     = "SELECT * FROM users WHERE id = 42"
		access  = `203.0.113.5 - - [14/Mar/2026:10:00:00 +0000] "GET /users/42 HTTP/1.1" 200 512 "-" "curl/8" 0.150`
	)
	for _, tt := range []struct{ name, want, text string }{
		{"nginx json", request, `{"time_iso8601":"2026-03-14T11:00:00+01:00","remote_addr":"203.0.113.5","request":"GET /users/42 HTTP/1.1","status":"200","body_bytes_sent":"1","request_time":"0.150"}`},
		{"nginx json msec", request, `{"msec":"1773482400.000","remote_addr":"203.0.113.5","request_method":"GET","request_uri":"/users/42","status":200,"request_time":0.150,"upstream_response_time":"0.050, 0.090"}`},
		{"nginx pairs", request, `203.0.113.5 - - [14/Mar/2026:10:00:00 +0000] "GET /users/42 HTTP/1.1" 200 512 "-" "curl/8" rt=0.150 uct="0.000" uht="0.149" urt="0.149"`},
		{"nginx retries", request, `203.0.113.5 - - [14/Mar/2026:10:00:00 +0000] "GET /users/42 HTTP/1.1" 200 512 "-" "curl/8" rt=0.150 uct=0.000, 0.001 urt=0.020, 0.120`},
		{"ingress retries", request, `203.0.113.5 - - [14/Mar/2026:10:00:00 +0000] "GET /users/42 HTTP/1.1" 200 512 "-" "curl/8" 512 0.150 [shop-web-80] [] 10.0.0.9:80, 10.0.0.8:80 0, 512 0.049, 0.100 502, 200 b34f9bf7088b84612a7790fa70b0e94d`},
		{"apache %D", request, `203.0.113.5 - - [14/Mar/2026:10:00:00 +0000] "GET /users/42 HTTP/1.1" 200 512 "-" "curl/8" **0/150000**`},
		{"ltsv", request, "time:14/Mar/2026:10:00:00 +0000\thost:203.0.113.5\treq:GET /users/42 HTTP/1.1\tstatus:200\treqtime_microsec:150000"},
		{"caddy", request, `{"level":"info","ts":1773482400,"logger":"http.log.access","msg":"handled request","request":{"method":"GET","host":"h","uri":"/users/42"},"duration":0.15,"status":200}`},
		{"caddy wall", request, `{"level":"info","ts":"2026/03/14 10:00:00.000","logger":"http.log.access.log0","msg":"handled request","request":{"method":"GET","host":"h","uri":"/users/42"},"duration":0.15,"status":200}`},
		{"traefik json", request, `{"RequestMethod":"GET","RequestPath":"/users/42","DownstreamStatus":200,"Duration":150000000,"StartUTC":"2026-03-14T10:00:00Z","level":"info","msg":"","time":"2026-03-14T10:00:01Z"}`},
		{"traefik common", request, `203.0.113.5 - - [14/Mar/2026:10:00:00 +0000] "GET /users/42 HTTP/1.1" 200 4096 "-" "-" 12 "web@docker" "http://172.18.0.4:80" 150ms`},
		{"envoy json", request, `{"start_time":"2026-03-14T10:00:00.000Z","method":"GET","path":"/users/42","response_code":200,"response_flags":"-","duration":150,"upstream_cluster":"x"}`},
		{"istio", request, `[2026-03-14T10:00:00.000Z] "GET /users/42 HTTP/1.1" 200 - via_upstream - "-" 0 57 150 149 "-" "curl/8" "e1f2a3b4-0c1d-9e2f-8a3b-4c5d6e7f8091" "h:80" "10.0.0.9:80" outbound|80||h - 10.96.0.12:80 10.244.0.5:47812 - default`},
		{"haproxy in syslog", request, `<134>Mar 14 10:00:01 haproxy[14389]: 10.0.1.2:33317 [14/Mar/2026:10:00:00.000] in~ app/w1 0/0/1/140/150 200 512 - - ---- 2/2/0/0/0 0/0 "GET https://h.test/users/42 HTTP/2.0"`},
		{"haproxy queue", request, `[2001:db8::1]:33317 [14/Mar/2026:10:00:00.000] in app/w1 0/0/1/-1/+150 200 +512 - - sH-- 2/2/0/0/+1 0/0 "GET /users/42 HTTP/1.1"`},
		{"elb", request, `2026-03-14T10:00:00.000000Z my-lb 192.0.2.7:2817 10.0.0.1:80 0.000050 0.149900 0.000050 200 200 0 29 "GET http://h.test:80/users/42 HTTP/1.1" "curl/7" - -`},
		{"s3", "http.request GET /bkt/a.pdf bucket/bkt", `79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be bkt [14/Mar/2026:10:00:00 +0000] 192.0.2.3 - DD6CC733AEXAMPLE REST.GET.OBJECT a.pdf "GET /bkt/a.pdf HTTP/1.1" 200 - 1 1 150 28 "-" "aws-cli/2.15" -`},
		{"iis columns", request, "#Fields: date time sc-status sc-substatus cs-method cs-uri-stem time-taken\n2026-03-14 10:00:00 200 0 GET /users/42 150\n"},
		{"cloudfront columns", request, "#Fields: x-edge-request-id date time cs-method cs-uri-stem sc-status time-taken\nx==\t2026-03-14\t10:00:00\tGET\t/users/42\t200\t0.150\n"},
		{"api gateway", request, `{"requestId":"` + id + `","ip":"203.0.113.5","requestTime":"14/Mar/2026:10:00:00 +0000","httpMethod":"GET","path":"/users/42","resourcePath":"/users/{id}","status":"200","responseLatency":"150"}`},
		{"gcp request", request, `{"severity":"INFO","httpRequest":{"requestMethod":"GET","requestUrl":"https://h.test/users/42","status":200,"latency":"0.150s"},"timestamp":"2026-03-14T10:00:00Z"}`},
		{"gcp seconds and nanos", request, `{"severity":"INFO","httpRequest":{"requestMethod":"GET","requestUrl":"https://h.test/users/42","status":200,"latency":"0.15s"},"timestampSeconds":1773482400,"timestampNanos":0}`},
		{"app service", request, `{"time":"2026-03-14T10:00:00Z","resourceId":"/S/X","category":"AppServiceHTTPLogs","properties":{"CsMethod":"GET","CsUriStem":"/users/42","CIp":"203.0.113.5","ScStatus":200,"TimeTaken":150}}`},
		{"application gateway", request, `{"timeStamp":"2026-03-14T10:00:00+00:00","resourceId":"/S/X","category":"ApplicationGatewayAccessLog","properties":{"clientIP":"203.0.113.5","httpMethod":"GET","requestUri":"/users/42","httpStatus":200,"timeTaken":0.150}}`},
		{"application insights", request, `{"time":"2026-03-14T10:00:00Z","OperationId":"0af7651916cd43dd8448eb211c80319c","Type":"AppRequests","Name":"GET Users/Get","Url":"https://h.test/users/42","Success":true,"ResultCode":"200","DurationMs":150.0}`},
		{"otlp log", request, `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1773482400000000000","body":{"stringValue":"x"},"attributes":[{"key":"http.request.method","value":{"stringValue":"GET"}},{"key":"url.path","value":{"stringValue":"/users/42"}},{"key":"http.response.status_code","value":{"intValue":"200"}},{"key":"duration_ms","value":{"doubleValue":150.0}}]}]}]}]}`},
		{"otlp span", request, `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"x","kind":2,"startTimeUnixNano":"1773482400000000000","endTimeUnixNano":"1773482400150000000","attributes":[{"key":"http.request.method","value":{"stringValue":"GET"}},{"key":"url.path","value":{"stringValue":"/users/42"}},{"key":"http.response.status_code","value":{"intValue":"200"}}]}]}]}]}`},
		{"agent wire", request, `{"events":[{"timestamp":"2026-03-14T10:00:00.000Z","source_type":"http_request","source_data":{"method":"GET","path":"/users/42","status_code":200},"outcome":"success","duration_ms":150}]}`},

		{"docker", request, `{"log":"` + slog + `\n","stream":"stdout","time":"2026-03-14T10:00:00.5Z"}`},
		{"docker in two parts", request, `{"log":"` + slog[:20] + `","stream":"stdout","time":"2026-03-14T10:00:00.5Z"}` + "\n" + `{"log":"` + slog[20:] + `\n","stream":"stdout","time":"2026-03-14T10:00:00.6Z"}`},
		{"cri", request, `2026-03-14T10:00:00.5Z stdout F ` + plain},
		{"cri in two parts", request, "2026-03-14T10:00:00.5Z stdout P " + plain[:30] + "\n2026-03-14T10:00:00.5Z stdout F " + plain[30:]},
		{"syslog 5424", request, `<13>1 2026-03-14T10:00:00.5Z h app 1 - - ` + plain},
		{"syslog 3164", request, `<13>Mar 14 10:00:01 h app[1]: ` + plain},
		{"syslog file of nginx", request, `Mar 14 10:00:01 h nginx: ` + access},
		{"journald json", request, `{"__REALTIME_TIMESTAMP":"1773482400500000","MESSAGE":"` + slog + `"}`},
		{"journald export", request, "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1773482400500000\nPRIORITY=6\nMESSAGE=" + plain + "\n\n"},
		{"cri in journald", request, "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1773482400500000\nMESSAGE=2026-03-14T10:00:00.4Z stdout F " + plain + "\n\n"},
		{"logplex", request, `2026-03-14T10:00:00.500000+00:00 app[web.1]: ` + plain},
		{"compose", request, `web-1  | ` + plain},
		{"kubectl", request, `[pod/web-1/app] ` + access},
		{"gcp text", request, `{"textPayload":"` + strings.ReplaceAll(access, `"`, `\"`) + `","timestamp":"2026-03-14T10:00:00.5Z","logName":"projects/p/logs/stdout"}`},
		{"cloudwatch subscription", request, `{"messageType":"DATA_MESSAGE","logGroup":"g","logStream":"s","logEvents":[{"id":"1","timestamp":1773482400500,"message":"` + slog + `"}]}`},
		{"cloudwatch row", request, `{"timestamp":1773482400500,"message":"` + slog + `","logStreamName":"s","ingestionTime":1773482400900}`},
		{"filebeat", request, `{"@timestamp":"2026-03-14T10:00:00.5Z","message":"` + slog + `","host":{"name":"n1"},"agent":{"type":"filebeat"}}`},
		{"azure console", request, `{"time":"2026-03-14T10:00:00.5Z","resourceId":"/S/X","category":"AppServiceConsoleLogs","resultDescription":"` + slog + `"}`},

		{"postgres text", query, "2026-03-14 10:00:00 UTC [7] shop@shop LOG:  duration: 150.000 ms  statement: " + sql},
		{"postgres zone", query, "2026-03-14 11:00:00 CET [7] shop@shop LOG:  duration: 150.000 ms  statement: " + sql},
		{"postgres csv", query, `2026-03-14 10:00:00 UTC,"shop","shop",7,"10.0.0.1:4711",65f2c1a0.64d5,3,"SELECT",2026-03-14 09:59:00 UTC,3/12,0,LOG,00000,"duration: 150.000 ms  statement: ` + sql + `",,,,,,,,,"web","client backend",,0`},
		{"postgres json", query, `{"timestamp":"2026-03-14 10:00:00 UTC","pid":7,"error_severity":"LOG","message":"duration: 150.000 ms  statement: ` + sql + `","backend_type":"client backend"}`},
		{"mysql slow", query, "# Time: 2026-03-14T10:00:00Z\n# User@Host: a[a] @ h []  Id: 1\n# Query_time: 0.150000  Lock_time: 0 Rows_sent: 1  Rows_examined: 1\nSET timestamp=1773482399;\n" + sql + ";\n"},
		{"mariadb slow", query, "# Time: 260314 10:00:00\n# User@Host: a[a] @ h []\n# Thread_id: 1  Schema: s  QC_hit: No\n# Query_time: 0.150000  Lock_time: 0 Rows_sent: 1  Rows_examined: 1\nSET timestamp=1773482399;\n" + sql + ";\n"},
		{"mongodb", query, `{"t":{"$date":"2026-03-14T10:00:00.000+00:00"},"s":"I","c":"COMMAND","id":51803,"ctx":"conn1","msg":"Slow query","attr":{"type":"command","ns":"shop.users","command":{"find":"users","filter":{"_id":42}},"durationMillis":150}}`},
		{"database span", query, `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"x","kind":3,"startTimeUnixNano":"1773482400000000000","endTimeUnixNano":"1773482400150000000","attributes":[{"key":"db.query.text","value":{"stringValue":"` + sql + `"}}]}]}]}]}`},

		{"lambda json", job, `{"time":"2026-03-14T10:00:00Z","type":"platform.report","record":{"requestId":"` + id + `","metrics":{"durationMs":150.0},"status":"success"}}`},
		{"lambda text in cloudwatch", job, `{"timestamp":1773482400000,"message":"REPORT RequestId: ` + id + `\tDuration: 150.00 ms\tBilled Duration: 151 ms\n","logStreamName":"s","ingestionTime":1}`},
		{"lambda exported", job, "2026-03-14T10:00:00Z REPORT RequestId: " + id + "\tDuration: 150.00 ms\tBilled Duration: 151 ms\t"},
		{"lambda tailed", job, "2026-03-14T10:00:00+00:00 2026/03/14/[$LATEST]5841952 REPORT RequestId: " + id + "\tDuration: 150.00 ms\tBilled Duration: 151 ms\t"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			events := readWhole(tt.text)
			if len(events) != 1 {
				t.Fatalf("%d events of %s", len(events), tt.text)
			}
			e := events[0]
			got := e.Type + " " + e.Action + " " + e.Subject.Type + "/" + e.Subject.ID
			if got != tt.want || e.Time.Go().Format(time.RFC3339Nano) != "2026-03-14T10:00:00Z" || e.Metadata.Duration.NS != 150e6 || e.Metadata.Outcome != schema.OutcomeSuccess {
				t.Errorf("%s at %s took %d ns, outcome %s, by format %s\n%s", got, e.Time.Go(), e.Metadata.Duration.NS, e.Metadata.Outcome, e.Platform.Format, tt.text)
			}
		})
	}
}
