package debugview_test

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/schema"
)

func TestConfigNamesTheField(t *testing.T) {
	t.Parallel()
	c := debugview.DefaultConfig()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	for want, set := range map[string]func(*debugview.Config){
		"settle: ":    func(c *debugview.Config) { c.Settle = 0 },
		"n1: ":        func(c *debugview.Config) { c.N1 = 1 },
		"slow.http: ": func(c *debugview.Config) { c.Slow.HTTP = -1 },
		"slow.sql: ":  func(c *debugview.Config) { c.Slow.SQL = -1 },
		"slow.api: ":  func(c *debugview.Config) { c.Slow.API = -1 },
		"slow.job: ":  func(c *debugview.Config) { c.Slow.Job = -1 },
		"theme: ":     func(c *debugview.Config) { c.Theme = "blue" },
		`layout: "tre" is none of tree, lanes, lines, story, card, list, profile, raw, json; did you mean tree?`: func(c *debugview.Config) { c.Layout = "tre" },
		"time: ":         func(c *debugview.Config) { c.Time = "" },
		"sort: ":         func(c *debugview.Config) { c.Sort = "x" },
		"by: ":           func(c *debugview.Config) { c.By = "x" },
		"summary: ":      func(c *debugview.Config) { c.Summary = "" },
		"timestamp-is: ": func(c *debugview.Config) { c.TimestampIs = "x" },
		"output: ":       func(c *debugview.Config) { c.Export = "pdf" },
		"width: ":        func(c *debugview.Config) { c.Width = 20 },
		"last: ":         func(c *debugview.Config) { c.Limit = -1 },
	} {
		c := debugview.DefaultConfig()
		set(&c)
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
		if _, err := debugview.New(c, io.Discard, io.Discard, nil); err == nil {
			t.Errorf("New took a configuration without a valid %s", want)
		}
	}
	for _, set := range []func(*debugview.Config){
		func(c *debugview.Config) { c.Where = []string{"="} },
		func(c *debugview.Config) { c.Flows = []string{"latest:x"} },
	} {
		if _, err := debugview.New(config(set), io.Discard, io.Discard, nil); err == nil {
			t.Error("no error")
		}
	}
}

// journeys is two people on their way through a signup; one stops half-way.
func journeys() []schema.Event {
	s := &scene{}
	step := func(short, clock, path, action, who, process string) {
		s.begin(short, "")
		e := func(e *schema.Event) {
			e.Actor = schema.Actor{Type: "user", ID: who}
			e.Correlation.SessionID = "sess_" + who
			e.Correlation.Processes = []string{process}
		}
		root := s.add(clock, "http.request", "POST "+path, schema.ID{}, 20*ms, status(200), e)
		if action != "" {
			s.add(clock, "data.change", action, root, 1*ms, e, subject("user", who))
		}
	}
	step("dd0001", "09:00:00", "/signup", "user.created", "456", "signup:456")
	step("dd0002", "09:05:00", "/verify", "user.verified", "456", "signup:456")
	step("dd0003", "09:06:00", "/signup", "user.created", "789", "signup:789")
	step("dd0004", "09:10:00", "/onboarding", "", "456", "signup:456")
	step("dd0005", "09:20:00", "/orders", "order.created", "456", "signup:456")
	return s.events
}

func TestGroups(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		set  func(*debugview.Config)
	}{
		{"by-session.txt", func(c *debugview.Config) { c.By = "session" }},
		{"by-actor.txt", func(c *debugview.Config) { c.By = "actor" }},
		{"by-process.txt", func(c *debugview.Config) { c.By = "process" }},
		{"journeys.txt", func(c *debugview.Config) { c.Journeys = true }},
	} {
		out, _ := run(t, config(tt.set), journeys())
		golden(t, tt.name, out)
	}
}

func TestShowFields(t *testing.T) {
	t.Parallel()
	s := (&scene{}).begin("aa0001", "Mia")
	s.add("14:00:00", "http.request", "GET /x", schema.ID{}, 412*ms, status(200), message("done"), func(e *schema.Event) {
		e.Metadata.IP = "203.0.113.7"
		e.Metadata.Fields = []schema.Field{
			{Key: "n", Value: schema.Value{Kind: schema.Raw, S: "9007199254740993"}}, {Key: "f", Value: schema.Value{Kind: schema.Raw, S: "0.1"}},
			{Key: "cart", Value: schema.Value{Kind: schema.Raw, S: `{"total":12.50,"items":[{"sku":"a"},{"sku":"b"}]}`}}, {Key: "plan", Value: schema.Text("pro")},
		}
	})
	for _, tt := range []struct {
		show, hide []string
		want, not  []string
	}{
		{[]string{"*"}, nil, []string{"n=9007199254740993", "f=0.1", "duration=412 ms", "ip=203.0.113.7", "message=done"}, nil},
		{[]string{"ip,metadata.plan"}, nil, []string{"ip=203.0.113.7", "plan=pro"}, []string{" n=", " f="}},
		{[]string{"*"}, []string{"ip", "p*"}, []string{"n=9007199254740993"}, []string{"ip=", "plan="}},
		{[]string{"cart.total", "cart.items.[].sku"}, nil, []string{"cart.total=12.50", "cart.items..sku=a", "cart.items..sku=b"}, []string{"plan="}},
	} {
		out, _ := run(t, config(func(c *debugview.Config) { c.Show, c.Hide, c.All = tt.show, tt.hide, true }), s.events)
		for _, w := range tt.want {
			if !strings.Contains(out, w+"\n") {
				t.Errorf("--show %v --hide %v: no %q in\n%s", tt.show, tt.hide, w, out)
			}
		}
		for _, n := range tt.not {
			if strings.Contains(out, n) {
				t.Errorf("--show %v --hide %v: %q in\n%s", tt.show, tt.hide, n, out)
			}
		}
	}
}

// TestEveryField asks for each field of an event that has them all.
func TestEveryField(t *testing.T) {
	t.Parallel()
	s := (&scene{}).begin("aa0001", "Mia")
	parent := s.add("14:00:00", "http.request", "GET /x", schema.ID{}, 412*ms)
	s.add("14:00:01", "job.failed", "XJob.failed", parent, 412*ms, job("j1"), status(201), subject("order", "5"), func(e *schema.Event) {
		e.Actor = schema.Actor{Type: "user", ID: "7", Name: "Mia", Email: "[email:k1:00]", Label: "vip"}
		c, m, p := &e.Correlation, &e.Metadata, &e.Platform
		c.Processes, c.SessionID, c.RequestID, c.TraceID, c.SpanID, c.ParentSpanID, c.MessageID = []string{"order:5"}, "s1", "r1", "t1", "sp1", "psp1", "m1"
		c.Link, c.Confidence = schema.LinkAlias, .95
		m.Level, m.Message, m.Outcome, m.Method, m.Path, m.Route, m.IP, m.UserAgent = schema.LevelError, schema.Text("boom"), schema.OutcomeFailure, "GET", "/x", "/x/:id", "1.2.3.4", "curl"
		m.Bytes, m.HasBytes, m.Params = 2048, true, schema.Value{Kind: schema.Raw, S: `{"q":"x"}`}
		m.Changes = []schema.Change{{Field: "state", Old: schema.Text("a"), New: schema.Text("b")}}
		m.Error = schema.ErrorInfo{Class: "Boom", Message: schema.Text("bang"), Stack: schema.Text("f:1")}
		m.Retry = schema.Retry{Attempt: 2, Max: 5, In: schema.Duration{NS: 3e9, Set: true}, WillRetry: true}
		m.DB = schema.DB{Op: "SELECT", Table: "orders", SQL: schema.Text("SELECT 1"), Rows: 3, HasRows: true, Queries: 4, Total: schema.Duration{NS: 5e6, Set: true}}
		m.Job = schema.Job{Class: "XJob", Queue: "low", Args: schema.Value{Kind: schema.Raw, S: `[1,"b"]`}, Attempt: 2, Wait: schema.Duration{NS: 7e9, Set: true}}
		m.Timing = []schema.Timing{{Name: "view", Duration: schema.Duration{NS: 9e6, Set: true}}}
		e.AddExtra("tags", schema.Value{Kind: schema.Raw, S: `["x","y"]`})
		e.AddField("a.b", schema.Text("dotted"))
		*p = schema.Platform{Service: "web", Environment: "prod", Host: "h1", PID: "42", Thread: "t9", Version: "3", Format: "f", Container: "c1", Pod: "p1", Namespace: "n1"}
		e.Origin.Source = schema.NewSource("log/x.log", "x.log", []byte("k"), []byte("i"))
	})
	id := s.events[1].ID.String()
	for _, expr := range []string{
		"event_id = " + id, "id = " + id, "event_type = job.failed", "type ~~ job", "timestamp ~ 14:00:01", "kind = job and level = error", "action = XJob.failed", "actor = 7", "actor.type = user and status = 201",
		"actor.email ~ email", "actor.label = vip", "user.name = Mia and status = 201", "subject = 5", "subject.type = order", "flow_id ~ flow_", "process_id = order:5", "session_id = s1",
		"request_id = r1", "trace_id = t1", "span_id = sp1", "parent_span_id = psp1", "parent_event_id ~ evt", "job_id = j1", "message_id = m1", "link = alias",
		"confidence > 0.9", "level > info", "level in (error, fatal)", "message = boom", "outcome = failure", "method = GET", "path = /x", "route ~ :id", "ip = 1.2.3.4",
		"user_agent = curl", "bytes = 2KiB", "bytes >= 2kb", "params.q = x", "changes = state", "changes.state = b", "changes.state.0 = a", "error = Boom", "error ~ bang", "error.message = bang",
		"error.stack ~ f:1", "retry.attempt = 2", "retry = 2", "retry.max = 5", "retry.in = 3s", "retry.will_retry = true", "retry.dead = false", "db.op = SELECT", "db ~ select",
		"db.table = orders", "db.rows > 2", "db.queries = 4", "db.total = 5ms", "job = XJob", "job.queue = low", "job.args = b", "job.args.0 = 1", "job.attempt = 2", "job.wait = 7s", "timing.view = 9ms",
		"timing < 10ms", "service = web", "platform.environment = prod", "host = h1", "pid = 42", "thread = t9", "version = 3", "format = f", "container = c1", "pod = p1",
		"namespace = n1", "source = x.log", "tags = y", "metadata.fields.a.b = dotted", "exists(tags) and not exists(nope)", "duration <= 412ms and status = 201", "duration < 1m and status = 201",
	} {
		if got := shown(t, func(c *debugview.Config) { c.Where = []string{expr} }, s.events); got != "aa0001" {
			t.Errorf("%s: %q", expr, got)
		}
	}
	for _, expr := range []string{"status = 1e3", "duration > 1h", "message < 5", "level < trace", "bytes = null", "db.rows != 3"} {
		if got := shown(t, func(c *debugview.Config) { c.Where = []string{expr} }, s.events); got != "" {
			t.Errorf("%s: %q", expr, got)
		}
	}
}

// TestLateFlowsAreFound follows a flow that was shown long ago, among very many.
func TestLateFlowsAreFound(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	v, err := debugview.New(config(func(c *debugview.Config) { c.Input, c.Layout, c.All = debugview.Follow, "list", true }), &out, io.Discard, nil)
	if err != nil {
		t.Fatal(err)
	}
	add := func(i int, s int64) {
		e := schema.Event{Type: "http.request", Action: "GET /" + strconv.Itoa(i), Time: schema.Time{NS: at("09:00:00") + s*1e9, Digits: 3}}
		e.Metadata.Status = 200
		e.Correlation.Flow = schema.FlowID{byte(i >> 16), byte(i >> 8), byte(i), 1, 1}
		v.Add(&e)
	}
	const n = 70_000
	for i := range n {
		add(i, 0)
		if i%1000 == 999 {
			v.Advance(at("09:00:00") + int64(i)*1e9)
		}
	}
	v.Advance(at("09:00:00") + (n+10)*1e9)
	out.Reset()
	add(n-1, n+20)
	add(0, n+20) // forgotten: a flow of its own
	v.Advance(at("09:00:00") + (n+40)*1e9)
	if got := out.String(); strings.Count(got, "↳ GET /69999 (continued") != 1 || strings.Count(got, "GET /0 → 200") != 1 {
		t.Errorf("got\n%s", got)
	}
	if c := v.Counts(); c.Flows != n+1 {
		t.Errorf("%d flows, want %d", c.Flows, n+1)
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	v, err := debugview.New(config(func(c *debugview.Config) { c.Errors = true }), io.Discard, io.Discard, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range sorted(shop().n1().events) {
		v.Add(&e)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := v.Counts(), (debugview.Counts{Flows: 6, Failed: 1, Retried: 1, N1: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestReportIsBounded makes a page of more events than it may hold; failed flows stay.
func TestReportIsBounded(t *testing.T) {
	t.Parallel()
	events := traffic(7000)
	for i := range events {
		if events[i].Type == "http.request" && i%997 == 0 {
			events[i].Metadata.Status = 500
		}
	}
	failures := 0
	for i := range events {
		if events[i].Metadata.Status == 500 {
			failures++
		}
	}
	out, _ := run(t, config(func(c *debugview.Config) { c.Export = "html" }), events)
	if n := strings.Count(out, "<li "); n > 20_000 {
		t.Errorf("%d rows", n)
	}
	if n := strings.Count(out, "data-s=failed"); n != failures || failures == 0 {
		t.Errorf("%d failed flows, want %d", n, failures)
	}
	if !strings.Contains(out, "further flows are left out") {
		t.Error("nobody says that flows are left out")
	}
}

// TestStatementsAreEqual folds statements that differ in their literals.
func TestStatementsAreEqual(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"SELECT * FROM t WHERE id = 1", "SELECT * FROM t WHERE id = 22", true},
		{"SELECT * FROM t WHERE id IN (1, 2, 3)", "SELECT * FROM t WHERE id IN (4)", true},
		{"SELECT * FROM t WHERE id = $1", "SELECT * FROM t WHERE id = ?", true},
		{"SELECT 'it''s' FROM t", "SELECT 'x\\'y' FROM t", true},
		{"SELECT a -- one\nFROM t", "SELECT a /* two */ FROM  t ;", true},
		{"SELECT a FROM t1", "SELECT a FROM t2", false},
		{`SELECT "a 1" FROM t`, `SELECT "a 2" FROM t`, false},
		{"SELECT 1.5e3, 0x1f", "SELECT 2, 3", true},
	} {
		s := (&scene{}).begin("aa0001", "")
		root := s.add("14:00:00", "http.request", "POST /x", schema.ID{}, 50*ms)
		s.add("14:00:00.010", "data.query", "t.select", root, 1*ms, query(tt.a))
		s.add("14:00:00.020", "data.query", "t.select", root, 1*ms, query(tt.b))
		out, _ := run(t, config(nil), s.events)
		if strings.Contains(out, "×2") != tt.same {
			t.Errorf("%q and %q:\n%s", tt.a, tt.b, out)
		}
	}
}

// TestTimesKnownToTheSecond fits a proxy that logs whole seconds around the request it handed on.
func TestTimesKnownToTheSecond(t *testing.T) {
	t.Parallel()
	s := (&scene{}).begin("aa0001", "")
	root := s.add("14:00:01", "http.request", "POST /x", schema.ID{}, 60*ms, status(200), format("nginx.access"), func(e *schema.Event) { e.Time.Digits = 0 })
	app := s.add("14:00:01.300", "http.request", "POST /x", root, 50*ms, status(200), format("rails.text"))
	s.add("14:00:01.310", "data.change", "x.created", app, 5*ms, subject("x", "1"))
	out, _ := run(t, config(nil), s.events)
	if !strings.HasPrefix(out, "● 14:00:01.295  POST /x → 200") || !strings.Contains(out, "60 ms   3 ev") {
		t.Errorf("got\n%s", out)
	}
}

func TestDurations(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0 ms", 900: "900 ns", 936 * µs: "936 µs", 2300 * µs: "2.3 ms", 9949 * µs: "9.9 ms", 94 * ms: "94 ms", 999 * ms: "999 ms", 1340 * ms: "1.34 s", 59990 * ms: "59.99 s",
		61 * time.Second: "1 m 01 s", 3599 * time.Second: "59 m 59 s", 125 * time.Minute: "2 h 05 m", 76 * time.Hour: "3 d 04 h",
	} {
		s := (&scene{}).begin("aa0001", "")
		s.add("09:00:00", "job.completed", "XJob.completed", schema.ID{}, d)
		out, _ := run(t, config(nil), s.events)
		if !strings.Contains(out, " "+want+"   1 ev") {
			t.Errorf("%v: no %q in\n%s", d, want, out)
		}
	}
}

// broken fails after so many bytes.
type broken struct{ left int }

var errBroken = errors.New("pipe is gone")

func (b *broken) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errBroken
	}
	return len(p), nil
}

func TestWriteErrorIsKept(t *testing.T) {
	t.Parallel()
	v, err := debugview.New(config(func(c *debugview.Config) { c.Input, c.Layout = debugview.Pipe, "lines" }), &broken{100}, io.Discard, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range shop().events {
		v.Add(&e)
	}
	v.Advance(at("15:00:00"))
	if !v.Done() || !errors.Is(v.Err(), errBroken) || !errors.Is(v.Close(), errBroken) || !errors.Is(v.Close(), errBroken) {
		t.Errorf("Done %v, Err %v", v.Done(), v.Err())
	}
}

func TestDoneWhenEnoughWasShown(t *testing.T) {
	t.Parallel()
	v, err := debugview.New(config(func(c *debugview.Config) { c.Limit = 1 }), io.Discard, io.Discard, nil)
	if err != nil {
		t.Fatal(err)
	}
	events := traffic(1000)
	for i := range events {
		events[i].Time.NS += int64(i) * 20e6
		v.Add(&events[i])
	}
	if !v.Done() {
		t.Error("not done after one flow of one")
	}
}

// TestManySteps shows the first of very many and counts the others.
func TestManySteps(t *testing.T) {
	t.Parallel()
	s := (&scene{}).begin("aa0001", "")
	root := s.add("14:00:00", "http.request", "POST /x", schema.ID{}, 50*ms, status(200))
	for i := range 2500 {
		s.add("14:00:00.010", "user.action", "step."+strconv.Itoa(i), root, 1*ms)
	}
	out, _ := run(t, config(nil), s.events)
	if !strings.Contains(out, "501 further events are not shown") || !strings.Contains(out, "2501 ev") {
		t.Errorf("got\n%s", out[max(0, len(out)-600):])
	}
	lines, _ := run(t, config(func(c *debugview.Config) { c.Layout = "lines" }), s.events)
	if n := strings.Count(lines, "\n"); n != 2501 {
		t.Errorf("lines: %d of 2501", n)
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"flow": "+544 ms    1.34 s\n", "delta": "+538 ms    1.34 s\n", "ago": "● "} {
		out, _ := run(t, config(func(c *debugview.Config) { c.Time = kind }), (&scene{}).order().events)
		if !strings.Contains(out, want) {
			t.Errorf("--time %s: no %q in\n%s", kind, want, out)
		}
		lines, _ := run(t, config(func(c *debugview.Config) { c.Time, c.Layout = kind, "lines" }), (&scene{}).order().events)
		if strings.Contains(lines, "14:02") || slices.Contains(strings.Split(lines, "\n"), "x") {
			t.Errorf("--time %s shows the clock:\n%s", kind, lines)
		}
	}
	loc := time.FixedZone("x", 2*3600)
	if out, _ := run(t, config(func(c *debugview.Config) { c.Location = loc }), (&scene{}).order().events); !strings.HasPrefix(out, "● 16:02:11.387") {
		t.Errorf("zone:\n%s", out)
	}
}
