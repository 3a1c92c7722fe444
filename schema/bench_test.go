package schema_test

import (
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/schema"
	"github.com/tidwall/gjson"
)

// benchJSON are lines of JSON loggers as they occur in production, about 380 bytes each.
var benchJSON = []string{
	`{"ts":"2026-03-14T09:26:53.000Z","level":"info","service":"worker","logger":"job","msg":"job performed","request_id":"db3b35b0-2f2f-46f3-a978-d4ffd4d194b1","trace_id":"7f4e5132734b67b1f3736ade264fc6e4","job_class":"Billing::ChargeJob","job_id":"de81e641-fcd4-4077-a769-f910029d3e53","queue":"critical","attempt":1,"duration_ms":54.21,"args":[491408,"invoices"]}`,
	`{"ts":"2026-03-14T09:26:53.001Z","level":"info","service":"worker","logger":"http","msg":"GET /api/v2/shipments/866271 422","request_id":"e0e5b4b1-26f2-41b5-a046-b71acab0a4a4","trace_id":"f955909da3ed6a94e0a68d7128bcb7fc","span_id":"71007e5ebe774a01","method":"GET","path":"/api/v2/shipments/866271","status":422,"duration_ms":42.15,"bytes":38809,"remote_ip":"10.69.192.235","user_id":19695,"user_agent":"Faraday v2.9.0"}`,
	`{"time":"2026-03-14T09:26:53.002163472Z","level":"INFO","msg":"request completed","service":"checkout","method":"POST","path":"/api/v2/orders","status":201,"duration":92230000,"request_id":"1b0fcf65-090f-4025-a8d8-eda6016d5004","trace_id":"73e47f1b26c8780f1ca586e49a364a68","span_id":"b9ec6d8db97ca2b7","user":{"id":7308},"cart":{"items":3,"total":"199.90"}}`,
	`{"level":30,"time":1773482400139,"pid":4417,"hostname":"api-1","name":"stacks","reqId":"1b2f8858de7d33e188c16eb0948231ef","model":"Item","op":"load","modelId":45,"durationMs":1.4,"msg":"item loaded","cache":"miss","shard":3,"tenantId":"9ba9cb9c-37bb-451a-aafa-b7bb7fff7971","region":"eu-west-1","version":"2026.3.1","attempt":1}`,
	`{"ts":"2026-03-14T09:26:53.004Z","level":"debug","service":"web","logger":"app","msg":"price resolved from the cache","request_id":"18ae23b2-92d9-455c-ac87-25efc76b94f8","trace_id":"3d8d604688bf5b88ff142631df0d53f7","order_id":491408,"price":1990,"currency":"EUR","cached":false,"duration_ms":2.69,"tags":["a","b"],"detail":"the first of three prices was taken"}`,
}

// benchLogfmt are lines of logfmt.
var benchLogfmt = []string{
	`time=2026-03-14T10:00:00.867Z level=INFO msg="request completed" method=POST path=/v1/charges status=201 duration=88.109ms request_id=eef76c88-f44d-434b-a317-e81b8248d1b9 trace_id=576979066ad8722bf6a33fcc71b65bbf org_id=9ba9cb9c-37bb-451a-aafa-b7bb7fff7971`,
	`time="2026-03-14T10:00:00Z" level=info msg="charge captured" request_id=eef76c88-f44d-434b-a317-e81b8248d1b9 trace_id=576979066ad8722bf6a33fcc71b65bbf order_id=44850704 charge_id=ch_eGnkyZVjS4tb7u`,
}

func size(lines []string) (n int64) {
	for _, l := range lines {
		n += int64(len(l)) + 1
	}
	return n
}

func newBenchParser() *schema.Parser {
	p := schema.NewParser(schema.Config{Location: time.UTC})
	p.Start(schema.NewSource("bench.log", "bench.log", []byte("s"), []byte("i")), goldenNow)
	return p
}

func benchParse(b *testing.B, lines []string) {
	p := newBenchParser()
	var events []schema.Event
	b.SetBytes(size(lines))
	b.ReportAllocs()
	for b.Loop() {
		for i, l := range lines {
			events = p.Parse(events[:0], l, int64(i), nil)
		}
	}
}

// jsonKinds are kinds of JSON lines that differ in what reading them costs.
var jsonKinds = []struct {
	name  string
	lines []string
}{
	{"mixed", benchJSON},
	{"short", []string{
		`{"time":"2026-03-14T09:26:53.002163472Z","level":"INFO","msg":"order placed","service":"checkout","order_id":"ord_81723","user_id":7308,"trace_id":"73e47f1b26c8780f1ca586e49a364a68","items":3,"amount":1990}`,
		`{"time":"2026-03-14T09:26:53.012163999Z","level":"WARN","msg":"slow upstream","service":"checkout","upstream":"billing","attempt":2,"trace_id":"73e47f1b26c8780f1ca586e49a364a68","span_id":"b9ec6d8db97ca2b7"}`,
	}},
	{"pino", []string{
		`{"level":30,"time":1773482400139,"pid":4417,"hostname":"api-7d9f6c-x2x4k","reqId":"req-8f3a","req":{"id":"1b2f8858-de7d-43e1-88c1-6eb0948231ef","method":"GET","url":"/api/v1/users/8812/orders?page=2","query":{"page":"2"},"headers":{"host":"api.shop.example","user-agent":"Mozilla/5.0 (X11; Linux x86_64)","x-request-id":"1b2f8858-de7d-43e1-88c1-6eb0948231ef"},"remoteAddress":"10.4.2.17","remotePort":51442},"res":{"statusCode":200},"responseTime":41,"msg":"request completed"}`,
	}},
	{"logstash", []string{
		`{"@timestamp":"2026-03-14T09:26:53.002Z","@version":"1","message":"Order 44850704 was paid","logger_name":"com.example.shop.OrderService","thread_name":"http-nio-8080-exec-7","level":"INFO","level_value":20000,"traceId":"73e47f1b26c8780f1ca586e49a364a68","spanId":"b9ec6d8db97ca2b7","mdc":{"requestId":"1b0fcf65-090f-4025-a8d8-eda6016d5004","tenant":"acme","user":{"id":"u-1882","role":"admin"}},"service":"orders","app":{"version":"4.2.1","env":"production"}}`,
	}},
	{"lograge", []string{
		`{"method":"GET","path":"/users/123/orders","format":"json","controller":"OrdersController","action":"index","status":200,"allocations":5123,"duration":58.33,"view":40.43,"db":15.26,"time":"2026-03-14T09:26:53.002+00:00","request_id":"1b0fcf65-090f-4025-a8d8-eda6016d5004","host":"shop.example.com","remote_ip":"203.0.113.9","user_id":456,"params":{"page":"2","per":"50"},"level":"INFO"}`,
	}},
	{"own", []string{
		`{"event_id":"evt_yqx8jqkas6amsj6zmfgt3x9nw0","timestamp":"2026-11-20T14:02:11Z","event_type":"http.request","action":"POST /orders","actor":{"type":"anonymous","id":"anonymous"},"subject":{"type":"order"},"correlation":{"flow_id":"flow_7p8yt21cgcz7yn0m4gtpsbhxbg","process_id":"order:5340","request_id":"01ba65ce-72f9-4813-986f-8bc21d45b5d4","link":"alias","confidence":0.95},"metadata":{"duration":0.073,"outcome":"success","status":302,"method":"POST","path":"/orders","route":"/orders","ip":"203.0.113.129","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15","bytes":96,"protocol":"HTTP/1.1"},"platform":{"host":"vm","format":"access.combined","source":{"file":"nginx.log","offset":213}}}`,
		`{"event_id":"evt_xne1g6k404ey0nxnb4f60d9m54","timestamp":"2026-11-20T14:02:11.213000Z","event_type":"data.change","action":"user.created","actor":{"type":"system","id":"system"},"subject":{"type":"user","id":"660"},"correlation":{"flow_id":"flow_pqfkc9bz844km93ryxkm2znek0","process_id":"signup:660","request_id":"5f54cdb3-4f0c-4088-ab40-bd66f22a908f","parent_event_id":"evt_n499r1qnepeccqz7s65k83jydm","link":"id","confidence":1},"metadata":{"level":"debug","duration":0.0031,"changes":{"name":[null,"Ana"],"email":[null,"[email:k1:50bbb6bd31a19acd]"],"password_digest":[null,"[FILTERED]"]},"db":{"op":"insert","table":"users","sql":"INSERT INTO \"users\" (\"id\", \"name\", \"email\", \"password_digest\") VALUES ($1, $2, $3, $4)"},"binds":{"id":660,"name":"Ana","email":"[email:k1:50bbb6bd31a19acd]","password_digest":"[FILTERED]"},"process_step":"signup"},"platform":{"host":"vm","pid":"1841","format":"rails.text","source":{"file":"web.log","offset":477}}}`,
		`{"event_id":"evt_rseqhkm081bzmhqj26s4d8e460","timestamp":"2026-11-20T14:02:12.247721Z","event_type":"job.completed","action":"ChargeCardJob.completed","actor":{"type":"user","id":"274"},"subject":{"type":"job","id":"b65970c4-db84-41ed-91ef-0cba542a9f69"},"correlation":{"flow_id":"flow_7p8yt21cgcz7yn0m4gtpsbhxbg","process_id":"order:5340","request_id":"01ba65ce-72f9-4813-986f-8bc21d45b5d4","job_id":"b65970c4-db84-41ed-91ef-0cba542a9f69","parent_event_id":"evt_qved2mb4v5stehys5pbc19ara0","link":"alias","confidence":0.95},"metadata":{"level":"info","duration":0.52546,"outcome":"success","job":{"class":"ChargeCardJob","queue":"payments"}},"platform":{"host":"vm","pid":"2210","format":"rails.text","source":{"file":"worker.log","offset":2088}}}`,
	}},
	{"utf8", []string{
		`{"time":"2026-03-14T09:26:53.002163472Z","level":"INFO","msg":"Bestellung für Müller angenommen — 3 Stück","service":"laden","order_id":"ord_81723","trace_id":"73e47f1b26c8780f1ca586e49a364a68","city":"Köln"}`,
	}},
	{"escaped", []string{
		`{"time":"2026-03-14T09:26:53.002163472Z","level":"ERROR","msg":"query failed: \"orders\"","err":"pq: relation \"orders\" does not exist","stack":"main.run\n\t/app/main.go:17\nmain.main\n\t/app/main.go:9","service":"checkout","trace_id":"73e47f1b26c8780f1ca586e49a364a68"}`,
	}},
}

// BenchmarkJSON compares reading a line into an event with only walking it by gjson, objects inside too: the bar is 1.3 times
// as long.
func BenchmarkJSON(b *testing.B) {
	n := 0
	var walk func(r gjson.Result)
	walk = func(r gjson.Result) {
		r.ForEach(func(k, v gjson.Result) bool {
			n += len(v.Raw)
			if v.IsObject() {
				walk(v)
			}
			return true
		})
	}
	for _, kind := range jsonKinds {
		b.Run(kind.name+"/event", func(b *testing.B) { benchParse(b, kind.lines) })
		b.Run(kind.name+"/gjson", func(b *testing.B) {
			b.SetBytes(size(kind.lines))
			b.ReportAllocs()
			for b.Loop() {
				for _, l := range kind.lines {
					walk(gjson.Parse(l))
				}
			}
		})
	}
}

func BenchmarkLogfmt(b *testing.B) { benchParse(b, benchLogfmt) }

func BenchmarkCarriers(b *testing.B) {
	b.Run("docker", func(b *testing.B) {
		benchParse(b, []string{`{"log":"{\"time\":\"2026-03-14T10:00:00.15Z\",\"level\":\"INFO\",\"msg\":\"hi\",\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\"}\n","stream":"stderr","time":"2026-03-14T10:00:00.600000001Z"}`})
	})
	b.Run("cri", func(b *testing.B) {
		benchParse(b, []string{`2026-03-14T10:00:00.150000000Z stdout F {"level":"info","time":"2026-03-14T10:00:00.100Z","message":"handled"}`})
	})
	b.Run("syslog", func(b *testing.B) {
		benchParse(b, []string{`<165>1 2026-03-14T10:00:00.150Z h7.example.com shop 8710 ID47 - loan placed`})
	})
}

// TestAllocations holds the promise that a clean line costs none.
func TestAllocations(t *testing.T) {
	clean := [][]string{benchLogfmt}
	for _, kind := range jsonKinds {
		if kind.name != "escaped" { // what is searched in such texts is a copy
			clean = append(clean, kind.lines)
		}
	}
	for _, lines := range clean {
		for _, l := range lines {
			p := newBenchParser()
			var events []schema.Event
			events = p.Parse(events, l, 0, nil)
			if n := testing.AllocsPerRun(200, func() { events = p.Parse(events[:0], l, 0, nil) }); n >= 1+raceAllocations {
				t.Errorf("%v allocations for %s", n, l)
			}
		}
	}
}
