package debugview_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/schema"
)

func attempt(n int) opt {
	return func(e *schema.Event) { e.Metadata.Retry.Attempt = n }
}

func level(l schema.Level) opt {
	return func(e *schema.Event) { e.Metadata.Level = l }
}

func message(s string) opt {
	return func(e *schema.Event) { e.Metadata.Message = schema.Text(s) }
}

func format(s string) opt {
	return func(e *schema.Event) { e.Platform.Format = s }
}

// jobs is a request whose job is told by separate events, as Sidekiq and ActiveJob do.
func (s *scene) jobs() *scene {
	s.begin("aa0001", "Mia")
	root := s.add("09:00:00.000", "http.request", "POST /reports", schema.ID{}, 40*ms, status(202))
	enq := s.add("09:00:00.020", "job.enqueued", "ReportJob.enqueued", root, -1, job("r1"))
	started := s.add("09:00:00.520", "job.started", "ReportJob.started", enq, -1, job("r1"))
	s.add("09:00:00.530", "data.change", "report.updated", started, 4*ms, subject("report", "7"), func(e *schema.Event) {
		e.AddExtra("transition", schema.Value{Kind: schema.Raw, S: `{"from":"pending","to":"done"}`})
	})
	s.add("09:00:01.000", "job.completed", "ReportJob.completed", started, 480*ms, job("r1"), format("sidekiq.text"))
	s.add("09:00:00.030", "job.enqueued", "CleanupJob.enqueued", root, -1, job("r2"))
	return s
}

// retries is a job that fails twice, is given up and run again by hand.
func (s *scene) retries() *scene {
	s.begin("aa0002", "")
	enq := s.add("10:00:00.000", "job.enqueued", "SyncJob.enqueued", schema.ID{}, -1, job("s1"))
	a := s.add("10:00:00.100", "job.started", "SyncJob.started", enq, -1, job("s1"))
	s.add("10:00:00.300", "job.failed", "SyncJob.failed", a, -1, job("s1"), failing("Timeout", "no answer"))
	s.add("10:00:00.301", "job.retried", "SyncJob.retried", a, -1, job("s1"), func(e *schema.Event) { e.Metadata.Retry.WillRetry = true })
	b := s.add("10:00:05.000", "job.started", "SyncJob.started", a, -1, job("s1"), attempt(2))
	s.add("10:00:05.200", "job.failed", "SyncJob.failed", b, -1, job("s1"), failing("Timeout", "no answer"))
	s.add("10:00:05.201", "job.discarded", "SyncJob.discarded", b, -1, job("s1"), failing("Timeout", "no answer"))
	c := s.add("10:00:30.000", "job.started", "SyncJob.started", schema.ID{}, -1, job("s1"))
	s.add("10:00:30.500", "job.completed", "SyncJob.completed", c, -1, job("s1"))
	return s
}

// odd is a flow with a ring of parents, a missing parent, a double and a second root.
func (s *scene) odd() *scene {
	s.begin("aa0003", "")
	root := s.add("11:00:00.000", "http.request", "POST /odd", schema.ID{}, 100*ms, status(200))
	a := s.add("11:00:00.010", "user.action", "ring.one", schema.ID{}, 5*ms)
	b := s.add("11:00:00.020", "user.action", "ring.two", a, 5*ms)
	s.events[len(s.events)-2].Correlation.Parent = b
	s.add("11:00:00.030", "data.change", "order.created", schema.ID{Text: "never-seen"}, 5*ms, subject("order", "1"))
	s.add("11:00:00.040", "log.message", "log", schema.ID{}, -1, message("no parent, but inside"))
	s.add("11:00:00.050", "data.change", "cart.deleted", root, 5*ms, subject("cart", "2"))
	double := s.events[len(s.events)-1]
	s.events = append(s.events, double)
	s.add("11:00:02.000", "job.completed", "LaterJob.completed", schema.ID{}, 5*ms)
	return s
}

// early is a flow whose children are written before their request, which is logged as it ends.
func (s *scene) early() *scene {
	s.begin("aa0004", "")
	root := s.add("12:00:00.200", "http.request", "GET /slow", schema.ID{}, 200*ms, status(200), format("lograge"))
	s.add("12:00:00.050", "data.query", "order.select", root, 20*ms, format("lograge"), query("SELECT 1"))
	s.add("12:00:00.150", "http.client", "GET api.example/x", root, 90*ms, format("lograge"), status(503), level(schema.LevelError))
	s.add("12:00:00.190", "log.message", "log", root, -1, format("lograge"), level(schema.LevelWarn), message("using stale price"))
	return s
}

// invalid is a request that was refused.
func (s *scene) invalid() *scene {
	s.begin("aa0005", "Kim")
	root := s.add("13:00:00.000", "http.request", "POST /users", schema.ID{}, 30*ms, status(422))
	s.add("13:00:00.010", "data.change", "user.created", root, 5*ms, func(e *schema.Event) {
		e.Metadata.Outcome = schema.OutcomeFailure
		e.AddExtra("validation_errors", schema.Value{Kind: schema.Raw, S: `{"email":["is taken"],"age":["must be 18"]}`})
	})
	for i := range 3 {
		s.add("13:00:00.020", "data.change", "audit_entry.created", root, 1*ms, subject("audit_entry", string(rune('1'+i))))
	}
	return s
}

// single is lines of a log that belong to nothing.
func (s *scene) single() *scene {
	s.begin("aa0006", "").add("14:00:00.000", "log.message", "log", schema.ID{}, -1, message("listening on port 3000"))
	s.begin("aa0007", "").add("14:00:01.000", "log.message", "log", schema.ID{}, -1, message("disk is full"), level(schema.LevelError))
	s.begin("aa0008", "").add("14:00:02.000", "order.shipped", "order.shipped", schema.ID{}, -1, subject("order", "9"))
	return s
}

func situations() []schema.Event {
	return (&scene{}).jobs().retries().odd().early().invalid().single().events
}

func TestSituations(t *testing.T) {
	t.Parallel()
	out, errs := run(t, config(func(c *debugview.Config) { c.Failed = false }), situations())
	golden(t, "situations.txt", out+"\n"+errs)
}

func TestChainOfRetries(t *testing.T) {
	t.Parallel()
	out, _ := run(t, config(func(c *debugview.Config) { c.Failed = true }), (&scene{}).retries().events)
	golden(t, "chain.txt", out)
}

// TestOrderDoesNotMatter shuffles events within two seconds: the trees are the same.
func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	events := append(situations(), shop().n1().events...)
	want, _ := run(t, config(nil), events)
	for round := range 5 {
		list := sorted(events)
		for i := range list {
			j := i - (i*7+round*3)%6
			if j >= 0 && list[i].Time.NS-list[j].Time.NS < 2e9 {
				list[i], list[j] = list[j], list[i]
			}
		}
		var out strings.Builder
		v, err := debugview.New(config(nil), &out, &strings.Builder{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range list {
			v.Add(&list[i])
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
		if out.String() != want {
			t.Fatalf("round %d:\n%s\nwant\n%s", round, out.String(), want)
		}
	}
}

// TestMergedFlows joins flows by flow.merged, before and after their events.
func TestMergedFlows(t *testing.T) {
	t.Parallel()
	events := sorted((&scene{}).order().events)
	other := flowID("zzzzzz")
	for i := range events {
		if i > 3 {
			events[i].Correlation.Flow = other
		}
	}
	merged := schema.Event{Type: "flow.merged", Action: "flow.merged"}
	merged.Correlation.Flow, merged.Correlation.Merged = flowID("c47774"), []schema.FlowID{other}
	want, _ := run(t, config(nil), (&scene{}).order().events)
	for at := 0; at <= len(events); at++ {
		var out strings.Builder
		v, err := debugview.New(config(nil), &out, &strings.Builder{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range events {
			if i == at {
				v.Add(&merged)
			}
			v.Add(&events[i])
		}
		if at == len(events) {
			v.Add(&merged)
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
		if out.String() != want {
			t.Errorf("merged before event %d:\n%s", at, out.String())
		}
	}
}

// TestMergedByThirdName joins flows by a name that was told to be another's before any of them was seen: the flow has the
// name that was told last.
func TestMergedByThirdName(t *testing.T) {
	t.Parallel()
	events := sorted((&scene{}).order().events)
	for i := range events {
		events[i].Correlation.Flow = flowID("zzzzzz")
	}
	told := func(to, from string) *schema.Event {
		e := schema.Event{Type: "flow.merged", Action: "flow.merged"}
		e.Correlation.Flow, e.Correlation.Merged = flowID(to), []schema.FlowID{flowID(from)}
		return &e
	}
	want, _ := run(t, config(nil), (&scene{}).order().events)
	for at := 0; at <= len(events); at++ {
		var out strings.Builder
		v, err := debugview.New(config(nil), &out, &strings.Builder{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		v.Add(told("zzzzzz", "yyyyyy"))
		for i := range events {
			if i == at {
				v.Add(told("c47774", "yyyyyy"))
			}
			v.Add(&events[i])
		}
		if at == len(events) {
			v.Add(told("c47774", "yyyyyy"))
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
		if out.String() != want {
			t.Errorf("told before event %d:\n%s", at, out.String())
		}
	}
}

// TestQuietRunsAreCounted folds a long run of quiet flows, unless all are wanted.
func TestQuietRunsAreCounted(t *testing.T) {
	t.Parallel()
	s := &scene{}
	for i := range 25 {
		clock := time.Duration(i) * time.Second
		s.product(day.Add(14*time.Hour+clock).Format("15:04:05.000"), "bb00"+string("0123456789abcdefghjkmnpqrstvwxyz"[i])+"0", "/products/"+string(rune('1'+i%9)), 9*ms)
	}
	out, _ := run(t, config(nil), s.events)
	if out != "  … 25 quiet flows (GET /products/:id 25)\n" {
		t.Errorf("got\n%s", out)
	}
	out, _ = run(t, config(func(c *debugview.Config) { c.All = true }), s.events)
	if n := strings.Count(out, "product.select"); n != 25 {
		t.Errorf("--all shows %d of 25:\n%s", n, out)
	}
}

// TestFilesAreShownInOrderOfStart keeps a block until every flow that began earlier has settled.
func TestFilesAreShownInOrderOfStart(t *testing.T) {
	t.Parallel()
	s := (&scene{}).retries() // half a minute long
	s.product("10:00:01.000", "bb0001", "/products/1", 9*ms)
	s.product("10:03:00.000", "bb0002", "/products/2", 9*ms)
	list := func(sort string) string {
		out, _ := run(t, config(func(c *debugview.Config) { c.Layout, c.Sort = "list", sort }), s.events)
		var ids []string
		for line := range strings.Lines(out) {
			f := strings.Fields(line)
			ids = append(ids, f[len(f)-1])
		}
		return strings.Join(ids, " ")
	}
	for _, tt := range []struct{ sort, want string }{
		{"", "aa0002 bb0001 bb0002"}, {"start", "aa0002 bb0001 bb0002"}, {"settle", "bb0001 aa0002 bb0002"},
		{"duration", "aa0002 bb0001 bb0002"}, {"events", "aa0002 bb0001 bb0002"},
	} {
		if got := list(tt.sort); got != tt.want {
			t.Errorf("--sort %s: %s, want %s", tt.sort, got, tt.want)
		}
	}
}

// TestLinesOfALogAreShown does not count lines of a log as quiet flows: they are what there is.
func TestLinesOfALogAreShown(t *testing.T) {
	t.Parallel()
	s := &scene{}
	for i := range 30 {
		s.begin("ee00"+string("0123456789abcdefghjkmnpqrstvwxyz"[i])+"0", "")
		s.add("14:00:00", "log.message", "log", schema.ID{}, -1, message("line "+string(rune('a'+i%26))))
	}
	if out, _ := run(t, config(nil), s.events); strings.Count(out, "\n") != 30 || strings.Contains(out, "quiet") {
		t.Errorf("got\n%s", out)
	}
}

// TestErrorsBehindAProxy names the error that a program under the root raised, and tells the verbs of that program.
func TestFailureBehindAProxyCountsOnce(t *testing.T) {
	t.Parallel()
	s := (&scene{}).begin("aa0001", "Mia")
	proxy := s.add("10:00:00", "http.request", "POST /orders", schema.ID{}, 50*ms, status(500))
	root := s.add("10:00:00.001", "http.request", "POST /orders", proxy, 48*ms, status(500))
	s.add("10:00:00.020", "error.raised", "error", root, -1, failing("Deadlock", "both wait"))
	sweep := s.begin("aa0002", "").add("10:00:01", "job.failed", "SweepJob.failed", schema.ID{}, 5*ms, job("a"), willRetry)
	s.add("10:00:01.001", "error.raised", "error", sweep, -1, failing("Timeout", "no answer"))
	s.add("10:00:09", "job.completed", "SweepJob.completed", schema.ID{}, 5*ms, job("a"))
	_, errs := run(t, config(func(c *debugview.Config) { c.Summary = "json" }), s.events)
	for _, want := range []string{`"errors":[{"n":1,"error":"Deadlock: both wait","in":"POST /orders","flow":"aa0001"},`, `"error":"Timeout: no answer","in":"SweepJob","retried":1,`} {
		if !strings.Contains(errs, want) || strings.Contains(errs, "POST /orders 500") {
			t.Errorf("%s\nwant %s", errs, want)
		}
	}
}

func TestErrorsBehindAProxy(t *testing.T) {
	t.Parallel()
	s := (&scene{}).begin("aa0001", "Lin")
	proxy := s.add("14:00:00", "http.request", "POST /orders", schema.ID{}, 60*ms, status(500))
	app := s.add("14:00:00.001", "http.request", "POST /orders", proxy, 55*ms, status(500))
	s.add("14:00:00.050", "error.raised", "error.raised", app, -1, failing("Deadlock", "try again"))
	s.begin("aa0002", "Lin")
	proxy = s.add("14:00:01", "http.request", "POST /orders", schema.ID{}, 60*ms, status(201))
	app = s.add("14:00:01.001", "http.request", "POST /orders", proxy, 55*ms, status(201))
	s.add("14:00:01.010", "data.change", "order.created", app, 1*ms, subject("order", "8"))
	s.add("14:00:01.030", "http.request", "POST /v1/charges", app, 20*ms, status(201))
	out, _ := run(t, config(func(c *debugview.Config) { c.Layout = "story" }), s.events)
	for _, want := range []string{"Lin’s POST /orders failed with 500 after 60 ms (Deadlock: try again).", "Lin placed order #8; POST /v1/charges was answered with 201"} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// TestMailersAreNamed reads the mailer out of the arguments of the job that sends the mail, whichever event has them.
func TestMailersAreNamed(t *testing.T) {
	t.Parallel()
	args := func(e *schema.Event) {
		e.Metadata.Job = schema.Job{Class: "ActionMailer::MailDeliveryJob", Args: schema.Text(`"WelcomeMailer", "hello", "deliver_now", {}`)}
	}
	s := (&scene{}).begin("aa0001", "")
	enq := s.add("14:00:00", "job.enqueued", "ActionMailer::MailDeliveryJob.enqueued", schema.ID{}, -1, job("a"), args)
	s.add("14:00:01", "job.started", "ActionMailer::MailDeliveryJob.started", enq, -1, job("b"))
	s.add("14:00:02", "job.failed", "ActionMailer::MailDeliveryJob.failed", enq, -1, job("b"), failing("Timeout", ""))
	s.add("14:00:03", "job.completed", "ActionMailer::MailDeliveryJob.completed", enq, 10*ms, job("b"))
	out, _ := run(t, config(nil), s.events)
	if strings.Contains(out, "ActionMailer") || !strings.Contains(out, "WelcomeMailer#hello ✗") || !strings.Contains(out, "WelcomeMailer#hello · try 2") {
		t.Errorf("got\n%s", out)
	}
}
