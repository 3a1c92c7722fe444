package correlate_test

import (
	"testing"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/schema"
)

// parents links events, foreseen or not, and compares the parent of each with the event of the index; -1 is none.
func parents(t *testing.T, foresee bool, want []int, scenario func(w *world) []*schema.Event) {
	t.Helper()
	w := newWorld(t)
	events := scenario(w)
	if foresee {
		w.run(events...)
	} else {
		for _, e := range events {
			w.link(e)
		}
	}
	at := map[schema.ID]int{}
	for i, e := range events {
		at[e.ID] = i
	}
	for i, e := range events {
		got := -1
		if p := e.Correlation.Parent; !p.IsZero() {
			n, ok := at[p]
			if !ok {
				t.Errorf("foresee %v: event %d %s: parent does not exist", foresee, i, e.Type)
				continue
			}
			got = n
			if events[got].Correlation.Flow != e.Correlation.Flow && foresee {
				t.Errorf("event %d %s: parent %d is in another flow", i, e.Type, got)
			}
		}
		if got != want[i] {
			t.Errorf("foresee %v: event %d %s: parent %d, want %d", foresee, i, e.Type, got, want[i])
		}
	}
}

func TestParents(t *testing.T) {
	t.Parallel()
	trace, req, jid, job := "trace:t="+traceA, "req:r="+reqA, "job:jid="+jidA, "job:job_id="+jobA
	for _, tt := range []struct {
		name   string
		want   []int
		events func(w *world) []*schema.Event
	}{
		{"lines of a request that is logged when it ends", []int{3, 3, 3, -1}, func(w *world) []*schema.Event {
			return []*schema.Event{
				w.event("web", 1, "data.query", req), w.event("web", 2, "data.change", req), w.event("web", 3, "log.message", req),
				took(w.event("web", 10, "http.request", req), 10, "/orders"),
			}
		}},
		{"proxy, service, other service", []int{2, 2, 3, 4, -1}, func(w *world) []*schema.Event {
			return []*schema.Event{
				w.event("pay", 20, "log.message", trace),
				w.event("pay", 21, "data.change", trace),
				took(w.event("pay", 30, "http.request", trace), 12, "/v1/charges"),
				took(w.event("web", 50, "http.request", trace, req), 45, "/orders"),
				took(w.event("edge", 51, "http.request", trace), 48, "/orders"),
			}
		}},
		{"client call", []int{1, 2, -1}, func(w *world) []*schema.Event {
			return []*schema.Event{
				took(w.event("pay", 30, "http.request", trace), 12, "/v1/charges"),
				took(w.event("web", 31, "http.client", trace, req), 14, "/v1/charges"),
				took(w.event("web", 50, "http.request", trace, req), 45, "/orders"),
			}
		}},
		{"spans", []int{2, 2, 3, -1}, func(w *world) []*schema.Event {
			return []*schema.Event{
				w.event("pay", 20, "log.message", trace, "span:s=00f067aa0ba902b7"),
				w.event("db", 5000, "data.query", trace, "pspan:s=00f067aa0ba902b7"),
				took(w.event("pay", 30, "http.request", trace, "span:s=00f067aa0ba902b7", "pspan:p=53995c3f42cd8ad8"), 12, "/a"),
				took(w.event("web", 50, "http.request", trace, "span:s=53995c3f42cd8ad8"), 45, "/b"),
			}
		}},
		{"job from enqueue to mail", []int{1, -1, 0, 2, 2, 2}, func(w *world) []*schema.Event {
			enq := w.event("web", 5, "job.enqueued", req, job)
			return []*schema.Event{
				enq,
				took(w.event("web", 10, "http.request", req), 10, "/orders"),
				w.event("worker", 100, "job.started", jid),
				w.event("worker", 101, "log.message", jid, job),
				w.event("mailer", 150, "mail.delivered", jid),
				w.event("worker", 160, "job.completed", jid),
			}
		}},
		{"mail with the request id alone", []int{-1, -1, 1, 1, 1}, func(w *world) []*schema.Event {
			return []*schema.Event{
				took(w.event("web", 10, "http.request", req), 10, "/orders"),
				w.event("worker", 1000, "job.started", jid, "req:r="+reqA),
				w.event("worker", 1010, "log.message", jid, req),
				w.event("mailer", 1020, "mail.delivered", req),
				w.event("worker", 1030, "job.completed", jid, req),
			}
		}},
		{"retries", []int{-1, 0, 1, 2, 3, 4, 5}, func(w *world) []*schema.Event {
			return []*schema.Event{
				w.event("web", 0, "job.enqueued", jid),
				w.event("worker", 10, "job.started", jid), w.event("worker", 20, "job.failed", jid),
				w.event("worker", 2010, "job.started", jid), w.event("worker", 2020, "job.retried", jid),
				w.event("worker", 6010, "job.started", jid), w.event("worker", 6020, "job.completed", jid),
			}
		}},
		{"incident", []int{-1, 0, 0}, func(w *world) []*schema.Event {
			return []*schema.Event{
				w.event("alerts", 0, "log.message", "inc:i=INC-kErcxAB4gP"), w.event("alerts", 10, "log.message", "inc:i=INC-kErcxAB4gP"),
				w.event("alerts", 20, "log.message", "inc:i=INC-kErcxAB4gP"),
			}
		}},
		{"worker that only logs", []int{-1, 0, 1, 1, 1}, func(w *world) []*schema.Event {
			events := []*schema.Event{
				w.event("web", 0, "job.enqueued", jid),
				w.event("worker", 10, "log.message", jid), w.event("worker", 20, "log.message", jid), w.event("worker", 30, "log.message", jid),
				w.event("worker", 40, "job.completed", jid),
			}
			for _, e := range events[1:] {
				e.Metadata.Job.Class = "ReceiptJob"
			}
			return events
		}},
		{"change, request, call, request", []int{1, 2, 3, -1, -1}, func(w *world) []*schema.Event {
			row := func(service string, ms float64, kind, id string, ids ...string) *schema.Event {
				e := w.event(service, ms, "data.change", ids...)
				e.Action, e.Subject = kind+".created", schema.Subject{Type: kind, ID: id}
				return e
			}
			return []*schema.Event{
				row("pay", 20, "charge", "881383", trace),
				took(w.event("pay", 30, "http.request", trace), 15, "/v1/charges"),
				took(w.event("web", 31, "http.client", trace, req), 18, "/v1/charges"),
				took(w.event("web", 60, "http.request", trace, req), 58, "/orders"),
				w.event("edge", 60, "log.message", "req:r="+reqB),
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			parents(t, true, tt.want, tt.events)
		})
	}
}

func TestParentOfDatabaseRows(t *testing.T) {
	t.Parallel()
	row := func(w *world, service string, ms float64, kind, id string, ids ...string) *schema.Event {
		e := w.event(service, ms, "data.change", ids...)
		e.Action, e.Subject = kind+".created", schema.Subject{Type: kind, ID: id}
		return e
	}
	req := "req:r=" + reqA
	parents(t, true, []int{3, 4, 3, 4, -1}, func(w *world) []*schema.Event {
		return []*schema.Event{
			row(w, "pay", 20, "charge", "881383", req),
			row(w, "web", 10, "order", "77", req),
			row(w, "postgres", 400, "charge", "881383", req), // another clock
			took(w.event("pay", 30, "http.request", req), 15, "/v1/charges"),
			took(w.event("web", 60, "http.request", req), 58, "/orders"),
		}
	})
	parents(t, true, []int{1, -1, 1}, func(w *world) []*schema.Event {
		return []*schema.Event{
			row(w, "web", 10, "order", "77", req),
			took(w.event("web", 60, "http.request", req), 58, "/orders"),
			row(w, "postgres", 400, "order", "77", req),
		}
	})
}

// TestParentKnownBeforeItIsComplete covers requests of several lines: their lines name the parent that comes later.
func TestParentKnownBeforeItIsComplete(t *testing.T) {
	t.Parallel()
	for _, foresee := range []bool{true, false} {
		w := newWorld(t)
		end := took(w.event("web", 50, "http.request", "block:b=0102030405060708090a0b0c0d0e0f10", "req:r="+reqA), 45, "/orders")
		change := w.event("web", 10, "data.change", "block:b=0102030405060708090a0b0c0d0e0f10")
		change.Subject = schema.Subject{Type: "order", ID: "17"}
		user := w.event("web", 12, "log.message", "block:b=0102030405060708090a0b0c0d0e0f10")
		user.Actor = schema.Actor{Type: "user", ID: "42"}
		enqueue := w.event("web", 11, "job.enqueued", "block:b=0102030405060708090a0b0c0d0e0f10", "job:j="+jobA, "entity:order=17")
		other := w.event("web", 13, "job.enqueued", "block:b=0102030405060708090a0b0c0d0e0f10", "job:j="+jidA, "entity:order=17")
		events := []*schema.Event{change, enqueue, user, other, end}
		for _, e := range events[:4] {
			e.Correlation.Parent = end.ID
		}
		if foresee {
			w.run(events...)
		} else {
			for _, e := range events {
				w.link(e)
			}
			w.c.Flush(w.emit)
		}
		if got := w.partition(events...); got != "0 0 0 0 0" {
			t.Fatalf("foresee %v: partition = %s", foresee, got)
		}
		if enqueue.Correlation.Parent != change.ID {
			t.Errorf("foresee %v: the job's parent should be the change right before it", foresee)
		}
		if change.Correlation.Parent != end.ID || other.Correlation.Parent != end.ID {
			t.Errorf("foresee %v: parent given by the joiner was replaced", foresee)
		}
		if end.Actor.ID != "42" {
			t.Errorf("foresee %v: request did not take the user of its line: %+v", foresee, end.Actor)
		}
	}
}

func TestInheritance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	req := took(w.event("web", 50, "http.request", "req:r="+reqA, "sess:s="+traceB), 45, "/orders")
	req.Actor = schema.Actor{Type: "user", ID: "42"}
	query := w.event("web", 10, "data.query", "req:r="+reqA)
	own := w.event("web", 11, "log.message", "req:r="+reqA)
	own.Actor = schema.Actor{Type: "user", ID: "7"}
	enqueue := w.event("web", 12, "job.enqueued", "req:r="+reqA, "job:j="+jidA)
	start := w.event("worker", 100, "job.started", "job:j="+jidA)
	line := w.event("worker", 110, "log.message", "job:j="+jidA)
	w.run(query, own, enqueue, req, start, line)
	for _, e := range []*schema.Event{query, enqueue, start, line} {
		if e.Actor.ID != "42" || e.Correlation.SessionID != traceB || e.Correlation.RequestID != reqA {
			t.Errorf("%s: actor %+v session %q request %q", e.Type, e.Actor, e.Correlation.SessionID, e.Correlation.RequestID)
		}
	}
	if own.Actor.ID != "7" {
		t.Errorf("actor of the line was replaced: %+v", own.Actor)
	}
}

func TestCausation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := took(w.event("a", 0, "http.request", "trace:t="+traceA), 1, "/")
	first.ID = schema.ID{Text: "01J9ZQ4V7K3M5N8P2R6S0T1W3X"}
	second := w.event("b", 10, "message.received", "cause:causation_id=01J9ZQ4V7K3M5N8P2R6S0T1W3X")
	w.run(first, second)
	if second.Correlation.Flow != first.Correlation.Flow || second.Correlation.Parent != first.ID {
		t.Errorf("correlation = %+v", second.Correlation)
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	req := took(w.event("web", 50, "http.request", "trace:trace_id="+traceA, "req:request_id="+reqA), 45, "/orders")
	enqueue := w.event("web", 12, "job.enqueued", "trace:trace_id="+traceA, "job:jid="+jidA, "user:user_id=7", "conn:c=12")
	line := w.event("worker", 110, "log.message", "job:jid="+jidA, "req:request_id=17", "value:charge=ch_sPdbwQjK3WdSpnkH", "span:span=00f067aa0ba902b7")
	for _, e := range []*schema.Event{enqueue, req, line} {
		w.c.Foresee(e)
	}
	w.link(enqueue)
	x := w.c.Explain(enqueue)
	if len(x.Idents) != 4 || x.Idents[0].Use != "names the flow" || x.Idents[1].Use != "joins the flow" || x.Idents[2].Use != "groups flows, joins none" ||
		x.Idents[3].Use != "is ignored" || x.Idents[0].Flow != enqueue.Correlation.Flow || x.Idents[0].Strength != "strong" {
		t.Errorf("idents = %+v", x.Idents)
	}
	if want := `The trace id under "trace_id" names the flow.`; x.Rule != want {
		t.Errorf("rule = %q, want %q", x.Rule, want)
	}
	w.link(req)
	w.link(line)
	x = w.c.Explain(line)
	if want := `The job id under "jid" was seen beside the id that names the flow.`; x.Rule != want || x.Link != schema.LinkAlias {
		t.Errorf("rule = %q, want %q", x.Rule, want)
	}
	if len(x.Path) != 2 || x.Path[0].ID != enqueue.ID || x.Path[0].What != "job enqueued" || x.Path[1].ID != req.ID || x.Path[1].What != "request" {
		t.Errorf("path = %+v", x.Path)
	}
	if len(x.Names) == 0 {
		t.Error("the other names of the flow are not told")
	}
	lone := w.link(w.event("x", 200, "log.message"))
	if x := w.c.Explain(lone); x.Link != schema.LinkNone || x.Rule == "" || len(x.Path) != 0 {
		t.Errorf("lone event: %+v", x)
	}
	for link, ids := range map[schema.Link]string{schema.LinkThread: "", schema.LinkValue: "", schema.LinkSession: ""} {
		e := w.event("x", 300, "log.message")
		e.Correlation.Link = link
		if x := w.c.Explain(e); x.Rule == "" || x.Rule == w.c.Explain(lone).Rule {
			t.Errorf("%v %s: rule = %q", link, ids, x.Rule)
		}
	}
	weak := w.link(w.event("ledger", 400, "log.message", "req:requestId=2"))
	if x := w.c.Explain(weak); x.Rule != `The short request id under "requestId" is unique in its process for a while.` {
		t.Errorf("rule = %q", x.Rule)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	good := correlate.DefaultConfig()
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		want   string
		change func(*correlate.Config)
	}{
		{"flow_timeout: must be between 1s and 2160h", func(c *correlate.Config) { c.FlowTimeout = 0 }},
		{"max_flows: must be between 16 and 100000000", func(c *correlate.Config) { c.MaxFlows = 1 }},
		{"max_ids: must be between 64 and 100000000", func(c *correlate.Config) { c.MaxIDs = 1 }},
		{"completed_after: must be between 1s and 24h", func(c *correlate.Config) { c.Completed, c.CompletedAfter = true, 0 }},
		{`infer: "guess" is not one of thread, value, session, weak`, func(c *correlate.Config) { c.Infer = []string{"guess"} }},
		{"process[0].name: must be a word without colon", func(c *correlate.Config) { c.Processes = []correlate.Process{{}} }},
		{"process[0].key: must not be empty", func(c *correlate.Config) { c.Processes = []correlate.Process{{Name: "a"}} }},
		{"process[0].steps: must not be empty", func(c *correlate.Config) { c.Processes = []correlate.Process{{Name: "a", Key: "b"}} }},
		{"process[0].steps: must be 64 at most", func(c *correlate.Config) {
			c.Processes = []correlate.Process{{Name: "a", Key: "b", Steps: make([]correlate.Step, 65)}}
		}},
		{"process[0].timeout: must be between 0s and 8760h", func(c *correlate.Config) {
			c.Processes = []correlate.Process{{Name: "a", Key: "b", Timeout: -1, Steps: []correlate.Step{{Name: "x", Action: "y"}}}}
		}},
		{"process[0].steps[0].name: must not be empty", func(c *correlate.Config) {
			c.Processes = []correlate.Process{{Name: "a", Key: "b", Steps: []correlate.Step{{Action: "y"}}}}
		}},
		{"process[0].steps[0]: needs event_type, action or words", func(c *correlate.Config) {
			c.Processes = []correlate.Process{{Name: "a", Key: "b", Steps: []correlate.Step{{Name: "y"}}}}
		}},
		{`process[1].name: "a" is defined twice`, func(c *correlate.Config) {
			p := correlate.Process{Name: "a", Key: "b", Steps: []correlate.Step{{Name: "x", Action: "y"}}}
			c.Processes = []correlate.Process{p, p}
		}},
	} {
		c := correlate.DefaultConfig()
		tt.change(&c)
		if err := c.Validate(); err == nil || err.Error() != tt.want {
			t.Errorf("error = %v, want %s", err, tt.want)
		}
	}
	for _, p := range correlate.BuiltinProcesses() {
		c := correlate.DefaultConfig()
		c.Processes = []correlate.Process{p}
		if err := c.Validate(); err != nil {
			t.Errorf("built-in %s: %v", p.Name, err)
		}
	}
}

// TestProgramsOfOnePipe holds that programs that write to one pipe are told apart by their formats, and a thread is not.
func TestProgramsOfOnePipe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const trace = "trace:trace_id=4bf92f3577b34da6a3ce929d0e0e4736"
	request := func(format string, ms, length float64) *schema.Event {
		e := w.event("-", ms, "http.request", trace)
		e.Platform.Service, e.Platform.Format = "", format
		e.Metadata.Method, e.Metadata.Path = "POST", "/orders"
		e.Metadata.Duration = schema.Duration{NS: int64(length * 1e6), Set: true}
		return e
	}
	app, proxy := request("pino.json", 199, 150), request("nginx.json", 200, 160)
	said := w.event("-", 100, "log.message", trace)
	said.Platform.Service, said.Platform.Format = "", "pino.json"
	w.run(said, app, proxy)
	if app.Correlation.Parent != proxy.ID {
		t.Errorf("the parent of the app's request is %v, not that of the proxy", app.Correlation.Parent)
	}
	if said.Correlation.Parent != app.ID {
		t.Errorf("the parent of the app's line is %v, not its request", said.Correlation.Parent)
	}

	w = newWorld(t)
	start, end := w.event("-", 0, "job.started", "job:jid=b4a577edbccf1d805744efa9"), w.event("-", 50, "job.completed", "job:jid=b4a577edbccf1d805744efa9")
	line := w.event("-", 20, "log.message")
	start.Platform.Format, end.Platform.Format, line.Platform.Format = "sidekiq.text", "sidekiq.text", "ruby.logger"
	for _, e := range []*schema.Event{start, end, line} {
		e.Platform.PID, e.Platform.Thread = "7", "gfx"
	}
	w.run(start, line, end)
	if line.Correlation.Flow != start.Correlation.Flow {
		t.Error("a line of the job's thread in another format is not in its flow")
	}
}
