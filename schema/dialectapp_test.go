package schema_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/schema"
)

// TestApplicationDialects holds that what took 150 ms and ended or began at one instant reads the same whichever application
// logger wrote it, in however many lines.
func TestApplicationDialects(t *testing.T) {
	t.Parallel()
	const request, job, query = "GET /users/42", "job", "query"
	for _, tt := range []struct{ name, action, text string }{
		{"rails tagged", request, `I, [2026-03-14T10:00:00.000000 #1]  INFO -- : [5c9a1b2e-1111-4222-8333-944445555666] Started GET "/users/42" for 10.0.0.1 at 2026-03-14 10:00:00 +0000
I, [2026-03-14T10:00:00.001000 #1]  INFO -- : [5c9a1b2e-1111-4222-8333-944445555666] Processing by UsersController#show as HTML
I, [2026-03-14T10:00:00.150000 #1]  INFO -- : [5c9a1b2e-1111-4222-8333-944445555666] Completed 200 OK in 150ms (Views: 0.5ms | ActiveRecord: 24.2ms | Allocations: 6417)`},
		{"rails development", request, "Started GET \"/users/42\" for ::1 at 2026-03-14 11:00:00 +0100\nProcessing by UsersController#show as HTML\n  \x1b[1m\x1b[36mParameters: {\"id\"=>\"42\"}\x1b[0m\nCompleted 200 OK in 150ms (ActiveRecord: 0.0ms (0 queries, 0 cached) | GC: 0.0ms)\n\n"},
		{"lograge", request, `I, [2026-03-14T10:00:00.000000 #1]  INFO -- : method=GET path=/users/42 format=html controller=UsersController action=show status=200 duration=150.00 view=40.43 db=15.26`},
		{"lograge json", request, `{"method":"GET","path":"/users/42","format":"html","controller":"UsersController","action":"show","status":200,"duration":150.0,"@timestamp":"2026-03-14T10:00:00.000Z"}`},
		{"lograge whole milliseconds", request, `{"method":"GET","path":"/users/42","format":"html","controller":"UsersController","action":"show","status":200,"duration":150,"time":"2026-03-14T10:00:00Z"}`},
		{"semantic_logger", request, `2026-03-14 10:00:00.000000 I [1:puma 001] (150.0ms) UsersController -- Completed #show -- {:controller=>"UsersController", :action=>"show", :method=>"GET", :path=>"/users/42", :status=>200}`},
		{"semantic_logger json", request, `{"host":"w","application":"a","timestamp":"2026-03-14T10:00:00.000000Z","level":"info","level_index":2,"pid":1,"thread":"t","duration_ms":150.0,"duration":"150.0ms","name":"UsersController","message":"Completed #show","payload":{"controller":"UsersController","action":"show","method":"GET","path":"/users/42","status":200}}`},
		{"slog json", request, `{"time":"2026-03-14T10:00:00Z","level":"INFO","msg":"done","method":"GET","path":"/users/42","status":200,"duration":150000000}`},
		{"slog text", request, `time=2026-03-14T10:00:00.000Z level=INFO msg=done method=GET path=/users/42 status=200 duration=150ms`},
		{"zap", request, `{"level":"info","ts":1773482400,"caller":"a.go:1","msg":"done","method":"GET","path":"/users/42","status":200,"latency":0.15}`},
		{"zap console", request, "1.7734824e+09\tinfo\thandled\t{\"method\": \"GET\", \"path\": \"/users/42\", \"status\": 200, \"latency\": 0.15}"},
		{"zerolog", request, `{"level":"info","method":"GET","url":"/users/42","status":200,"duration":150,"time":"2026-03-14T10:00:00Z","message":"done"}`},
		{"zerolog unix", request, `{"level":"info","method":"GET","url":"/users/42","status":200,"duration":150,"time":1773482400,"message":"done"}`},
		{"logrus json", request, `{"level":"info","msg":"done","time":"2026-03-14T10:00:00Z","method":"GET","path":"/users/42","status":200,"duration":150000000}`},
		{"logrus text", request, `time="2026-03-14T10:00:00Z" level=info msg=done method=GET path=/users/42 status=200 took=150ms`},
		{"echo", request, `{"time":"2026-03-14T10:00:00Z","id":"","remote_ip":"10.0.0.1","host":"e.test","method":"GET","uri":"/users/42","user_agent":"curl","status":200,"error":"","latency":150000000,"latency_human":"150ms","bytes_in":0,"bytes_out":12}`},
		{"pino-http", request, `{"level":30,"time":1773482400000,"pid":1,"hostname":"h","req":{"id":1,"method":"GET","url":"/users/42"},"res":{"statusCode":200},"responseTime":150,"msg":"request completed"}`},
		{"pino-pretty", request, "[2026-03-14 10:00:00.000 +0000] INFO (1 on h): request completed\n    req: {\n      \"id\": 1,\n      \"method\": \"GET\",\n      \"url\": \"/users/42\"\n    }\n    res: {\n      \"statusCode\": 200\n    }\n    responseTime: 150"},
		{"fastify", request, `{"level":30,"time":1773482400000,"pid":1,"hostname":"h","reqId":"req-1","req":{"method":"GET","url":"/users/42"},"msg":"incoming request"}
{"level":30,"time":1773482400150,"pid":1,"hostname":"h","reqId":"req-1","res":{"statusCode":200},"responseTime":150.0,"msg":"request completed"}`},
		{"winston", request, `{"level":"info","message":"done","timestamp":"2026-03-14T10:00:00.000Z","method":"GET","url":"/users/42","status":200,"durationMs":150}`},
		{"python-json-logger", request, `{"asctime":"2026-03-14 10:00:00,000","levelname":"INFO","name":"a","message":"done","method":"GET","path":"/users/42","status":200,"duration_ms":150}`},
		{"structlog", request, `{"event":"done","level":"info","timestamp":"2026-03-14T10:00:00.000000Z","method":"GET","path":"/users/42","status_code":200,"duration_ms":150.0}`},
		{"serilog clef", request, `{"@t":"2026-03-14T10:00:00.0000000Z","@mt":"HTTP {RequestMethod} {RequestPath} responded {StatusCode} in {Elapsed:0.0000} ms","RequestMethod":"GET","RequestPath":"/users/42","StatusCode":200,"Elapsed":150}`},
		{"ecs", request, `{"@timestamp":"2026-03-14T10:00:00.000Z","log.level":"INFO","message":"done","ecs.version":"1.2.0","http.request.method":"GET","url.path":"/users/42","http.response.status_code":200,"event.duration":150000000}`},
		{"asp.net json", request, `{"Timestamp":"2026-03-14T10:00:00Z","EventId":2,"LogLevel":"Information","Category":"Microsoft.AspNetCore.Hosting.Diagnostics","Message":"Request finished HTTP/1.1 GET http://localhost:5000/users/42 - 200 - application/json 150.0000ms","State":{"ElapsedMilliseconds":150.0,"StatusCode":200,"Method":"GET","Path":"/users/42"}}`},
		{"tracing json", request, `{"timestamp":"2026-03-14T10:00:00.000000Z","level":"INFO","fields":{"message":"finished processing request","latency":"150 ms","status":200},"target":"tower_http::trace::on_response","span":{"method":"GET","uri":"/users/42","name":"request"},"spans":[{"method":"GET","uri":"/users/42","name":"request"}]}`},
		{"phoenix", request, "10:00:00.000 request_id=F3xY8mA [info] GET /users/42\n10:00:00.150 request_id=F3xY8mA [info] Sent 200 in 150ms"},

		{"sidekiq 5", job, `2026-03-14T10:00:00.000Z 1 TID-x InvoiceJob JID-51fe20a8cc0d47b19a3e6d70 INFO: done: 0.150 sec`},
		{"sidekiq 6", job, `2026-03-14T10:00:00.000Z pid=1 tid=x class=InvoiceJob jid=51fe20a8cc0d47b19a3e6d70 elapsed=0.150 INFO: done`},
		{"sidekiq 7", job, `INFO  2026-03-14T10:00:00.000Z pid=1 tid=x class=InvoiceJob jid=51fe20a8cc0d47b19a3e6d70 elapsed=0.150: done`},
		{"sidekiq json", job, `{"ts":"2026-03-14T10:00:00.000Z","pid":1,"tid":"x","lvl":"INFO","msg":"done","ctx":{"class":"InvoiceJob","jid":"51fe20a8cc0d47b19a3e6d70","elapsed":"0.150"}}`},
		{"active job", job, `I, [2026-03-14T10:00:00.000000 #1]  INFO -- : [ActiveJob] [InvoiceJob] [c0ffee00-1234-4abc-9def-0123456789ab] Performed InvoiceJob (Job ID: c0ffee00-1234-4abc-9def-0123456789ab) from Async(mailers) in 150.0ms`},
		{"active job reported", job, `{"name":"active_job.completed","payload":{"job_class":"InvoiceJob","job_id":"c0ffee00-1234-4abc-9def-0123456789ab","queue":"default","duration":150.0},"tags":{},"context":{},"timestamp":1773482400000000000}`},
		{"delayed_job", job, `2026-03-14T10:00:00+0000: [Worker(host:web-1 pid:1)] Job InvoiceJob#perform (id=17) (queue=default) COMPLETED after 0.1500`},
		{"celery", job, `[2026-03-14 10:00:00,000: INFO/ForkPoolWorker-1] Task shop.InvoiceJob[c0ffee00-1234-4abc-9def-0123456789ab] succeeded in 0.15s: None`},
		{"laravel", job, `  2026-03-14 10:00:00 App\Jobs\InvoiceJob ........................ 150.00ms DONE`},

		{"active record", query, `D, [2026-03-14T10:00:00.000000 #1] DEBUG -- :   User Load (150.0ms)  SELECT "users".* FROM "users" WHERE "users"."id" = $1 LIMIT $2  [["id", 42], ["LIMIT", 1]]`},
		{"active record async", query, `D, [2026-03-14T10:00:00.000000 #1] DEBUG -- :   ASYNC User Load (0.1ms) (db time 150.0ms)  SELECT "users".* FROM "users" WHERE "users"."id" = 42`},
		{"mongo ruby driver", query, `D, [2026-03-14T10:00:00.000000 #1] DEBUG -- : MONGODB | h:27017 req:12 conn:1:1 sconn:5 | shop.find | STARTED | {"find"=>"users", "filter"=>{"_id"=>42}}
D, [2026-03-14T10:00:00.150000 #1] DEBUG -- : MONGODB | h:27017 req:12 | shop.find | SUCCEEDED | 0.150s`},
		{"django", query, `2026-03-14 10:00:00,000 DEBUG django.db.backends: (0.150) SELECT "users"."id" FROM "users" WHERE "users"."id" = 42; args=(42,); alias=default`},
		{"ecto", query, "10:00:00.000 [debug] QUERY OK source=\"users\" db=150.0ms queue=0.3ms idle=12.3ms\nSELECT u0.\"id\" FROM \"users\" AS u0 WHERE (u0.\"id\" = $1) [42]"},
		{"semantic_logger statement", query, `2026-03-14 10:00:00.000000 D [1:puma 001] (150.0ms) ActiveRecord -- User Load -- {:sql=>"SELECT \"users\".* FROM \"users\" WHERE \"users\".\"id\" = 42"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			all := eventsAt(tt.text, time.Date(2026, 3, 14, 10, 0, 5, 0, time.UTC))
			if len(all) != 1 {
				t.Fatalf("%d events of %q: %s", len(all), tt.text, all)
			}
			var e struct {
				Timestamp, Action string
				Type              string `json:"event_type"`
				Subject           struct{ Type, ID string }
				Metadata          struct {
					Duration float64
					Outcome  string
				}
			}
			if err := json.Unmarshal([]byte(all[0]), &e); err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339Nano, e.Timestamp)
			if err != nil || !at.Equal(time.Date(2026, 3, 14, 10, 0, 0, 0, time.UTC)) || e.Metadata.Duration != 0.15 {
				t.Errorf("at %s, took %v: %q", e.Timestamp, e.Metadata.Duration, tt.text)
			}
			switch tt.action {
			case job:
				if e.Type != "job.completed" || e.Action != "InvoiceJob.completed" || e.Metadata.Outcome != "success" {
					t.Errorf("%s %s %s: %q", e.Type, e.Action, e.Metadata.Outcome, tt.text)
				}
			case query:
				if e.Type != "data.query" || e.Action != "user.loaded" || e.Subject.ID != "42" {
					t.Errorf("%s %s %v: %q", e.Type, e.Action, e.Subject, tt.text)
				}
			default:
				if e.Type != "http.request" || e.Action != tt.action || e.Subject.ID != "42" || e.Metadata.Outcome != "success" {
					t.Errorf("%s %s %v %s: %q", e.Type, e.Action, e.Subject, e.Metadata.Outcome, tt.text)
				}
			}
		})
	}
}

// eventsAt returns what text becomes when it is read at that moment, as JSON.
func eventsAt(text string, now time.Time) []string {
	config := schema.Config{Location: time.UTC}
	p, j := schema.NewParser(config), schema.NewJoiner(config)
	p.Start(schema.NewSource("app.log", "app.log", []byte("k"), []byte("app.log")), now)
	var out []string
	emit := func(e *schema.Event) { out = append(out, string(schema.AppendJSON(nil, e))) }
	var all []schema.Event
	offset := int64(0)
	for line := range strings.Lines(text) {
		all = p.Parse(all, strings.TrimSuffix(line, "\n"), offset, nil)
		offset += int64(len(line))
	}
	for i := range all {
		j.Push(&all[i], emit)
	}
	j.Flush(emit)
	return out
}
