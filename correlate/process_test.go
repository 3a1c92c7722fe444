package correlate_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/schema"
)

// says sets the message of an event.
func says(e *schema.Event, message string) *schema.Event {
	e.Metadata.Message = schema.Text(message)
	return e
}

// about sets the subject of an event.
func about(e *schema.Event, kind, id string) *schema.Event {
	e.Subject = schema.Subject{Type: kind, ID: id}
	return e
}

func trace(n int) string { return fmt.Sprintf("trace:t=%032x", uint64(n+3)*0x9e3779b97f4a7c15) }

func processes(e *schema.Event) string { return strings.Join(e.Correlation.Processes, " ") }

func TestOrderProcess(t *testing.T) {
	t.Parallel()
	const hour = 3600e3
	w := newWorld(t)
	placed := says(w.event("shop", 0, "log.message", trace(1), "entity:order=60209085", "value:charge_id=ch_sPdbwQjK3WdSpnkH"), "order placed")
	query := about(w.event("shop", 1, "data.query", trace(1)), "order", "60209085")
	paid := says(w.event("shop", hour, "log.message", trace(2), "value:charge_ref=ch_sPdbwQjK3WdSpnkH"), "payment event payment.succeeded")
	shipped := says(w.event("courier", 20*hour, "log.message", trace(3), "entity:order=60209085", "value:tracking_id=TRK2718591098"), "label printed")
	delivered := says(w.event("shop", 60*hour, "log.message", trace(4), "value:tracking_id=TRK2718591098"), "carrier event delivered")
	many := says(about(w.event("shop", 60*hour+1, "data.change", trace(9)), "order", "bulk:3"), "order placed")
	batch := says(w.event("worker", 61*hour, "log.message", trace(5), "entity:order=60209085"), "reindexed")
	other := says(w.event("shop", 62*hour, "log.message", trace(6), "entity:order=99999999"), "order placed")
	looked := about(w.event("shop", 63*hour, "data.query", trace(7)), "order", "60209085")
	for _, e := range []*schema.Event{placed, query, paid, shipped, delivered, many, batch, other, looked} {
		w.link(e)
	}
	for i, tt := range []struct {
		e    *schema.Event
		want string
	}{{placed, "order:60209085"}, {query, "order:60209085"}, {paid, "order:60209085"}, {shipped, "order:60209085"}, {delivered, "order:60209085"},
		{many, ""}, {batch, ""}, {other, "order:99999999"}, {looked, ""}} {
		if got := processes(tt.e); got != tt.want {
			t.Errorf("event %d: processes = %q, want %q", i, got, tt.want)
		}
	}
	if s := w.c.Stats(); s.Processes != 2 {
		t.Errorf("%d processes, want 2", s.Processes)
	}
	if later := w.link(says(w.event("shop", 60*24*hour, "log.message", trace(8), "value:tracking_id=TRK2718591098"), "delivered again")); processes(later) != "" {
		t.Errorf("a month after its end the process goes on: %s", processes(later))
	}
}

func TestSignupJourney(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	step := func(n int, user, message string) *schema.Event {
		return w.link(says(w.event("shop", float64(n)*60e3, "user.action", trace(n), "user:user_id="+user), message))
	}
	for _, tt := range []struct {
		user, message, want string
	}{
		{"7", "order placed", ""}, // never signed up here
		{"42", "user signed up", "signup:42"},
		{"42", "page viewed", ""},
		{"42", "email verified", "signup:42"},
		{"43", "user signed up", "signup:43"},
		{"42", "onboarding finished", "signup:42"},
		{"42", "order placed", "signup:42"},
		{"42", "order placed", ""}, // the journey ended with the first purchase
	} {
		if got := processes(step(int(w.n["shop"])+1, tt.user, tt.message)); got != tt.want {
			t.Errorf("%s %s: processes = %q, want %q", tt.user, tt.message, got, tt.want)
		}
	}
}

func TestOwnProcess(t *testing.T) {
	t.Parallel()
	loan := correlate.Process{Name: "loan", Key: "loan", Timeout: time.Hour, Steps: []correlate.Step{
		{Name: "asked", EventType: "http.request", Action: "POST /loans*"},
		{Name: "granted", Action: "*.granted"},
	}}
	w := newWorld(t, func(c *correlate.Config) { c.Processes, c.AutoProcesses = []correlate.Process{loan}, false })
	asked := about(w.event("desk", 0, "http.request", trace(1)), "loan", "77")
	asked.Action = "POST /loans/77"
	granted := w.event("desk", 1000, "user.action", trace(2), "entity:loan=77")
	granted.Action = "loan.granted"
	other := about(w.event("desk", 2000, "http.request", trace(3)), "loan", "77")
	other.Action = "GET /loans/77"
	order := says(w.event("desk", 3000, "log.message", trace(4), "entity:order=60209085"), "order placed")
	late := w.event("desk", 3*3600e3, "user.action", trace(5), "entity:loan=77")
	for _, e := range []*schema.Event{asked, granted, other, order, late} {
		w.link(e)
	}
	for i, tt := range []struct {
		e    *schema.Event
		want string
	}{{asked, "loan:77"}, {granted, "loan:77"}, {other, ""}, {order, ""}, {late, ""}} {
		if got := processes(tt.e); got != tt.want {
			t.Errorf("event %d: processes = %q, want %q", i, got, tt.want)
		}
	}
}

func TestProcessByFieldAndBySubject(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *correlate.Config) {
		c.Processes = []correlate.Process{
			{Name: "route", Key: "parcel_no", Steps: correlate.ActionSteps("parcel.*")},
			{Name: "any", Key: "subject", Steps: correlate.ActionSteps("*.archived")},
		}
	})
	scan := w.event("depot", 0, "user.action", trace(1))
	scan.Action = "parcel.scanned"
	scan.AddField("parcel_no", schema.Value{Kind: schema.Raw, S: "4711"})
	handed := w.event("van", 1000, "user.action", trace(2))
	handed.Action = "parcel.handed_over"
	handed.AddField("parcel_no", schema.Text("4711"))
	archived := about(w.event("depot", 2000, "user.action", trace(3)), "letter", "9")
	archived.Action = "letter.archived"
	for _, e := range []*schema.Event{scan, handed, archived} {
		w.link(e)
	}
	if processes(scan) != "route:4711" || processes(handed) != "route:4711" || processes(archived) != "any:9" {
		t.Errorf("processes = %q, %q, %q", processes(scan), processes(handed), processes(archived))
	}
	if got := handed.Metadata.Extra; len(got) != 1 || got[0] != (schema.Field{Key: "process_step", Value: schema.Value{Kind: schema.String, S: "parcel.*"}}) {
		t.Errorf("step = %+v", got)
	}
}

func TestSessionProcessHidesTheSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	go1 := func(n int, action string) *schema.Event {
		e := w.event("shop", float64(n)*1000, "http.request", trace(n), "sess:s=9900d217-57bf-4c71-a833-93cc43506f8f")
		e.Action = action
		return w.link(e)
	}
	a, b := go1(1, "POST /cart/items"), go1(2, "GET /checkout")
	if processes(a) == "" || processes(a) != processes(b) {
		t.Fatalf("processes %q and %q", processes(a), processes(b))
	}
	if strings.Contains(processes(a), "9900d217") || !strings.HasPrefix(processes(a), "checkout:sess_") {
		t.Errorf("process = %q", processes(a))
	}
	done := w.event("shop", 3000, "user.action", trace(3), "sess:s=9900d217-57bf-4c71-a833-93cc43506f8f")
	done.Action = "checkout.completed"
	if w.link(done); processes(done) != processes(a) {
		t.Errorf("last step: %q", processes(done))
	}
	if again := go1(4, "POST /cart/items"); processes(again) == processes(a) || processes(again) == "" {
		t.Errorf("the next checkout is called %q like the one before", processes(again))
	}
}

func TestErrorChain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage := func(e *schema.Event) string {
		w.link(e)
		for _, f := range e.Metadata.Extra {
			if f.Key == "chain" {
				return f.Value.S
			}
		}
		return ""
	}
	jid := "job:jid=" + jidA
	for i, tt := range []struct {
		kind, want string
		change     func(*schema.Event)
	}{
		{"job.enqueued", "", nil}, {"job.started", "", nil}, {"job.failed", "failure", nil}, {"job.started", "retry", nil},
		{"job.retried", "failure", nil}, {"job.started", "retry", nil},
		{"job.failed", "escalation", func(e *schema.Event) { e.Metadata.Retry.Dead = true }},
		{"log.message", "escalation", func(e *schema.Event) { e.AddIdent(schema.IdentIncident, "incident", "INC-kErcxAB4gP") }},
		{"log.message", "escalation", func(e *schema.Event) {
			e.AddIdent(schema.IdentIncident, "incident", "INC-kErcxAB4gP")
			e.Action = "incident.escalated"
		}},
		{"log.message", "", func(e *schema.Event) { e.AddIdent(schema.IdentIncident, "incident", "INC-kErcxAB4gP") }},
		{"job.started", "retry", nil}, {"job.completed", "resolution", nil},
		{"log.message", "resolution", func(e *schema.Event) {
			e.AddIdent(schema.IdentIncident, "incident", "INC-kErcxAB4gP")
			e.Metadata.Message = schema.Text("incident resolved")
		}},
		{"job.discarded", "escalation", nil},
	} {
		e := w.event("worker", float64(i)*1000, tt.kind, jid)
		if tt.change != nil {
			tt.change(e)
		}
		if got := stage(e); got != tt.want {
			t.Errorf("%d %s: stage %q, want %q", i, tt.kind, got, tt.want)
		}
	}
	if got := stage(w.event("worker", 0, "job.completed", "job:jid=45a8bb368ee8adc8a2ea1f57")); got != "" {
		t.Errorf("a job that never failed is a %s", got)
	}
}

func TestCompleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *correlate.Config) { c.Completed, c.CompletedAfter = true, 10*time.Second })
	req := took(w.event("web", 50, "http.request", "req:r="+reqA), 45, "/orders")
	req.Action, req.Metadata.Status = "POST /orders", 201
	req.Actor = schema.Actor{Type: "user", ID: "42"}
	for _, e := range []*schema.Event{
		w.event("web", 10, "data.change", "req:r="+reqA), w.event("web", 11, "data.query", "req:r="+reqA), w.event("web", 12, "data.query", "req:r="+reqA),
		w.event("web", 13, "job.enqueued", "req:r="+reqA, "job:j="+jidA), w.event("web", 14, "http.client", "req:r="+reqA), req,
		w.event("worker", 1000, "job.started", "job:j="+jidA), w.event("worker", 1100, "job.failed", "job:j="+jidA),
		w.event("worker", 3000, "job.started", "job:j="+jidA), w.event("mailer", 3050, "mail.delivered", "job:j="+jidA), w.event("worker", 3100, "job.completed", "job:j="+jidA),
		w.event("web", 4000, "log.message"),
	} {
		w.link(e)
	}
	if len(w.out) != 0 {
		t.Fatalf("told too early: %+v", w.out[0])
	}
	w.c.Advance(epoch+int64(15*time.Second), w.emit)
	if len(w.out) != 1 {
		t.Fatalf("%d events, want 1", len(w.out))
	}
	e := w.out[0]
	if want := "POST /orders by user 42 succeeded after 1 error in 3.095 s across web, worker, mailer: 1 call, 1 change, 2 queries, 1 job, 1 mail."; e.Metadata.Message.S != want {
		t.Errorf("story = %q\n   want  %q", e.Metadata.Message.S, want)
	}
	if e.Type != "flow.completed" || e.Metadata.Outcome != schema.OutcomeSuccess || e.Metadata.Duration.NS != 3095e6 || e.Correlation.Flow != req.Correlation.Flow || e.ID.IsZero() {
		t.Errorf("event = %+v", e)
	}
	bad := took(w.event("web", 20000, "http.request", "req:r="+reqB), 45, "/pay")
	bad.Action, bad.Metadata.Status = "POST /pay", 503
	w.link(bad)
	w.c.Flush(w.emit)
	if len(w.out) != 2 || w.out[1].Metadata.Outcome != schema.OutcomeFailure || !strings.HasPrefix(w.out[1].Metadata.Message.S, "POST /pay failed in 0.045 s") {
		t.Errorf("failure: %+v", w.out[len(w.out)-1].Metadata)
	}
	if w.c.Stats().CompletedEvents != 2 {
		t.Errorf("stats = %+v", w.c.Stats())
	}
}

func TestCompletedTellsMergedFlowsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *correlate.Config) { c.Completed = true })
	w.link(took(w.event("a", 10, "http.request", "req:r="+reqA), 5, "/a"))
	w.link(took(w.event("b", 30, "http.request", "trace:t="+traceA), 28, "/b"))
	w.link(w.event("c", 40, "job.discarded", "trace:t="+traceA, "req:r="+reqA, "job:j="+jidA))
	w.c.Flush(w.emit)
	if len(w.out) != 1 || w.out[0].Metadata.Outcome != schema.OutcomeFailure || !strings.Contains(w.out[0].Metadata.Message.S, "failed") {
		t.Fatalf("events = %+v", w.out)
	}
	if got := w.out[0].Metadata.Extra[1].Value.S; got != `{"events":3,"requests":2,"errors":1}` {
		t.Errorf("counts = %s", got)
	}
}
