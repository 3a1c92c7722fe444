package debugview_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/schema"
)

// storyOf returns the story of the only flow in events, and its state.
func storyOf(t *testing.T, events []schema.Event, verbs map[string]string) (story, state string) {
	t.Helper()
	out, _ := run(t, config(func(c *debugview.Config) { c.Layout, c.Verbs = "json", verbs }), events)
	var f debugview.FlowJSON
	if err := json.Unmarshal([]byte(strings.SplitN(out, "\n", 2)[0]), &f); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return f.Story, f.State
}

func TestStories(t *testing.T) {
	t.Parallel()
	none := schema.ID{}
	at := func(second string) string { return "10:00:" + second }
	for _, tt := range []struct {
		name  string
		make  func(s *scene)
		want  string
		state string
		verbs map[string]string
	}{
		{"one change that its program and the database tell of", func(s *scene) {
			root := s.add(at("00"), "http.request", "POST /orders", none, 50*ms, status(201))
			s.add(at("00.010"), "data.change", "order.created", root, 2*ms, service("web"), format("rails.text"))
			s.add(at("00.011"), "data.change", "order.created", root, 2*ms, service("web"), format("postgresql"), subject("order", "44"))
			s.add(at("00.020"), "data.change", "charge.created", root, 2*ms, service("pay"), subject("charge", "7"))
			s.add(at("00.021"), "data.change", "charge.created", root, 2*ms, service("db"), subject("charge", "7"))
		}, "Mia placed order #44; charge #7 was created.", "fine", nil},
		{"two changes that one program tells of", func(s *scene) {
			root := s.add(at("00"), "http.request", "POST /orders", none, 50*ms, status(201))
			s.add(at("00.010"), "data.change", "order.created", root, 2*ms)
			s.add(at("00.011"), "data.change", "order.created", root, 2*ms)
			s.add(at("00.020"), "data.change", "charge.created", root, 2*ms, subject("charge", "7"))
			s.add(at("00.021"), "data.change", "charge.created", root, 2*ms, subject("charge", "8"))
		}, "Mia placed 2 orders; 2 charges were created.", "fine", nil},
		{"no id", func(s *scene) {
			root := s.add(at("00"), "http.request", "POST /orders", none, 50*ms, status(201))
			s.add(at("00.010"), "data.change", "order.created", root, 2*ms)
		}, "Mia placed an order.", "fine", nil},
		{"words of the configuration", func(s *scene) {
			root := s.add(at("00"), "http.request", "POST /x", none, 50*ms, status(201))
			s.add(at("00.010"), "data.change", "cart.closed", root, 2*ms, subject("cart", "3"))
		}, "Mia checked out #3.", "fine", map[string]string{"cart.closed": "checked out"}},
		{"an article in the configuration", func(s *scene) {
			root := s.add(at("00"), "http.request", "POST /x", none, 50*ms, status(201))
			s.add(at("00.010"), "data.change", "invoice.created", root, 2*ms, subject("invoice", "3"))
		}, "Mia wrote invoice #3.", "fine", map[string]string{"invoice.created": "wrote an invoice"}},
		{"an article and no id", func(s *scene) {
			root := s.add(at("00"), "http.request", "POST /x", none, 50*ms, status(201))
			s.add(at("00.010"), "data.change", "unit.created", root, 2*ms)
		}, "Mia added a unit.", "fine", map[string]string{"unit.created": "added unit"}},
		{"many runs of a job", func(s *scene) {
			root := s.add(at("00"), "http.request", "POST /campaigns", none, 50*ms, status(202))
			for _, id := range []string{"a", "b", "c"} {
				s.add(at("01."+strings.Repeat("1", int(id[0]-'a')+1)), "job.completed", "MailJob.completed", root, 5*ms, job(id))
			}
		}, "Mia’s POST /campaigns was answered with 202 after 50 ms; MailJob ran 3 times.", "fine", nil},
		{"mails of many jobs", func(s *scene) {
			root := s.add(at("00"), "http.request", "POST /campaigns", none, 50*ms, status(202))
			for _, id := range []string{"a", "b"} {
				run := s.add(at("01"), "job.completed", "MailJob.completed", root, 5*ms, job(id))
				s.add(at("01.002"), "mail.delivered", "welcome", run, 1*ms)
			}
		}, "Mia’s POST /campaigns was answered with 202 after 50 ms; 2 “welcome” emails went out.", "fine", nil},
		{"a call to nobody knows whom", func(s *scene) {
			root := s.add(at("00"), "http.request", "POST /x", none, 50*ms, status(201))
			s.add(at("00.010"), "http.client", "POST /v1/charges", root, 20*ms, status(201))
			s.add(at("00.040"), "http.client", "GET rates.example/a", root, 5*ms, status(200))
			s.add(at("00.046"), "http.client", "GET rates.example/a", root, 5*ms, status(200))
		}, "Mia’s POST /x was answered with 201 after 50 ms; POST /v1/charges was answered with 201 after 20 ms, then rates.example answered 200 2 times (10 ms together).", "fine", nil},
		{"what came first is not said last", func(s *scene) {
			root := s.add(at("00"), "http.request", "POST /x", none, 50*ms, status(202))
			a := s.add(at("01"), "job.completed", "AJob.completed", root, 900*ms, job("a"))
			s.add(at("01.500"), "mail.delivered", "welcome", a, 1*ms)
			s.add(at("01.200"), "job.completed", "BJob.completed", root, 5*ms, job("b"))
		}, "Mia’s POST /x was answered with 202 after 50 ms; the “welcome” email went out and BJob ran in 5.0 ms.", "fine", nil},
		{"retries without a start", func(s *scene) {
			root := s.add(at("00"), "http.request", "POST /x", none, 50*ms, status(202))
			for _, sec := range []string{"01", "03"} {
				s.add(at(sec), "job.retried", "SyncJob.retried", root, -1, job("a"), failing("Timeout", "no answer"), willRetry)
			}
			s.add(at("07"), "job.failed", "SyncJob.failed", root, -1, job("a"), failing("Timeout", "no answer"))
		}, "Mia’s POST /x was answered with 202 after 50 ms; SyncJob failed (Timeout: no answer), attempt 2 failed (Timeout: no answer), then attempt 3 failed (Timeout: no answer).", "failed", nil},
		{"a retry at once, between them the worker took it", func(s *scene) {
			root := s.add(at("00"), "http.request", "POST /x", none, 50*ms, status(202))
			s.add(at("01"), "job.retried", "SyncJob.retried", root, -1, job("a"), failing("Timeout", "no answer"), willRetry)
			s.add(at("01.100"), "message.received", "SyncJob.received", root, -1, job("a"))
			s.add(at("01.200"), "job.failed", "SyncJob.failed", root, -1, job("a"), failing("Timeout", "no answer"))
		}, "Mia’s POST /x was answered with 202 after 50 ms; SyncJob failed (Timeout: no answer), then attempt 2 failed (Timeout: no answer).", "failed", nil},
		{"one failure told twice", func(s *scene) {
			root := s.add(at("00"), "http.request", "POST /x", none, 50*ms, status(202))
			s.add(at("01"), "job.failed", "SyncJob.failed", root, 5*ms, job("a"), failing("Timeout", "no answer"))
			s.add(at("01.001"), "job.retried", "SyncJob.retried", root, -1, job("a"), willRetry)
			s.add(at("09"), "job.completed", "SyncJob.completed", root, 5*ms, job("a"))
		}, "Mia’s POST /x was answered with 202 after 50 ms; SyncJob failed (Timeout: no answer), then attempt 2 succeeded.", "retried", nil},
		{"the error of a run that was tried again", func(s *scene) {
			root := s.add(at("01"), "job.failed", "SweepJob.failed", none, 5*ms, job("a"), failing("", "Job raised exception"), willRetry)
			s.add(at("01.001"), "error.raised", "error", root, -1, failing("Redis::TimeoutError", "timed out"))
			s.add(at("09"), "job.completed", "SweepJob.completed", none, 5*ms, job("a"))
		}, "SweepJob failed (Redis::TimeoutError: timed out); attempt 2 succeeded.", "retried", nil},
		{"what a failed job did", func(s *scene) {
			root := s.add(at("00"), "http.request", "POST /x", none, 50*ms, status(202))
			a := s.add(at("01"), "job.failed", "PayJob.failed", root, 50*ms, job("a"), failing("Timeout", "no answer\nat once"))
			s.add(at("01.010"), "data.change", "payment.created", a, 2*ms, subject("payment", "5"))
		}, "Mia’s POST /x was answered with 202 after 50 ms; PayJob failed (Timeout: no answer …) and payment #5 had been recorded as created.", "failed", nil},
		{"lines of a log", func(s *scene) {
			root := s.add(at("00"), "log.message", "app", none, -1, message("order received"))
			s.add(at("01"), "log.message", "app", root, -1, message("stock is low"), level(schema.LevelWarn))
			s.add(at("02"), "log.message", "app", root, -1, message("disk is full"), level(schema.LevelError))
		}, "“order received” was logged; “stock is low” was logged as a warning, then “disk is full” was logged as an error.", "failed", nil},
		{"a long story keeps what failed", func(s *scene) {
			root := s.add(at("00"), "http.request", "POST /x", none, 50*ms, status(202))
			for _, n := range []string{"a", "b", "c", "d", "e", "f", "g"} {
				s.add(at("00.010"), "data.change", n+".created", root, 2*ms)
			}
			s.add(at("00.030"), "error.raised", "error", root, -1, failing("KeyError", "x"))
		}, "Mia’s POST /x was answered with 202 after 50 ms; a was created, b was created, c was created, d was created, e was created, KeyError: x was raised, and 2 more steps.", "partial", nil},
		{"a statement of nobody", func(s *scene) {
			s.add(at("00"), "data.query", "order.loaded", none, 329*µs, query("SELECT 1"))
		}, "order.loaded ran in 329 µs.", "fine", nil},
		{"a run whose end nobody logged", func(s *scene) {
			root := s.add(at("00"), "http.request", "POST /x", none, 50*ms, status(202))
			s.add(at("01"), "job.started", "AJob.started", root, -1, job("a"))
			s.add(at("05"), "job.started", "AJob.started", root, -1, job("a"))
			s.add(at("06"), "job.failed", "AJob.failed", root, -1, job("a"), failing("Timeout", "no answer"))
		}, "Mia’s POST /x was answered with 202 after 50 ms; AJob was started, then attempt 2 failed (Timeout: no answer).", "failed", nil},
		{"a job that has not ended", func(s *scene) {
			root := s.add(at("00"), "http.request", "POST /x", none, 0, status(202))
			s.add(at("01"), "job.started", "AJob.started", root, -1, job("a"))
		}, "Mia’s POST /x was answered with 202; AJob was started (no end was seen).", "open", nil},
		{"no root", func(s *scene) {
			gone := schema.ID{Bits: [16]byte{9}}
			s.add(at("00"), "data.change", "user.updated", gone, 2*ms, subject("user", "123"))
			s.add(at("01"), "mail.delivered", "hello", gone, 2*ms)
		}, "User #123 was updated, then the “hello” email went out.", "fine", nil},
		{"a job that nobody asked for", func(s *scene) {
			root := s.add(at("00"), "message.received", "FillJob.received", none, -1, job("a"))
			s.add(at("00.002"), "job.completed", "FillJob.completed", root, 0, job("a"))
		}, "FillJob was received; FillJob ran.", "fine", nil},
		{"a worker takes a job", func(s *scene) {
			root := s.add(at("00"), "message.received", "order.placed.received", none, 5*ms)
			s.add(at("00.001"), "message.received", "FillJob.received", root, -1, job("a"))
			s.add(at("00.002"), "job.completed", "FillJob.completed", root, 2*ms, job("a"))
		}, "The message order.placed was received; FillJob ran in 2.0 ms.", "fine", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := (&scene{}).begin("aa0001", "Mia")
			tt.make(s)
			story, state := storyOf(t, s.events, tt.verbs)
			if story != tt.want || state != tt.state {
				t.Errorf("%s, %s\nwant %s, %s", story, state, tt.want, tt.state)
			}
		})
	}
}

// willRetry says that another try was announced.
func willRetry(e *schema.Event) { e.Metadata.Retry.WillRetry = true }

func TestStoryLayoutTellsOfEveryFlow(t *testing.T) {
	t.Parallel()
	s := (&scene{}).begin("aa0001", "")
	s.add("10:00:00", "log.message", "app", schema.ID{}, -1, message("config reloaded"))
	out, _ := run(t, config(func(c *debugview.Config) { c.Layout = "story" }), s.events)
	if want := "● 10:00:00  “config reloaded” was logged."; !strings.HasPrefix(out, want) {
		t.Errorf("%s, want %s", out, want)
	}
}

func TestNumbersStayWithTheirUnits(t *testing.T) {
	t.Parallel()
	s := (&scene{}).begin("aa0001", "Mia")
	s.add("10:00:00", "http.request", "POST /orders/of/somebody", schema.ID{}, 124*ms, status(201))
	for width := 60; width < 110; width++ {
		out, _ := run(t, config(func(c *debugview.Config) { c.Layout, c.Width = "story", width }), s.events)
		if !strings.Contains(out, "124 ms.") {
			t.Errorf("%d columns:\n%s", width, out)
		}
	}
}

func TestGroupsCountTheRest(t *testing.T) {
	t.Parallel()
	for by, want := range map[string]string{"session": "5 flows without a session", "actor": "1 flow without an actor"} {
		events := shop().events
		for i := range events {
			if by == "actor" && events[i].Type == "http.request" && events[i].Correlation.Flow != flowID("4b066c") {
				events[i].Actor = schema.Actor{Type: "user", ID: "5"}
			} else {
				events[i].Actor = schema.Actor{}
			}
		}
		out, _ := run(t, config(func(c *debugview.Config) { c.By = by }), events)
		if !strings.Contains(out, want) {
			t.Errorf("by %s:\n%s\nwant %s", by, out, want)
		}
	}
}

func TestNarrowRowsKeepTheirName(t *testing.T) {
	t.Parallel()
	s := (&scene{}).begin("aa0001", "Mia")
	root := s.add("10:00:00", "http.request", "POST /x", schema.ID{}, 50*ms, status(201))
	s.add("10:00:00.010", "data.change", "subscription.created", root, 2*ms, subject("subscription", "5340"), func(e *schema.Event) {
		e.Metadata.Extra = []schema.Field{{Key: "transition", Value: schema.Value{Kind: schema.Raw, S: `{"field":"state","from":"new","to":"waiting"}`}}}
	})
	for width, want := range map[int]string{80: "subscription.created #5340 ", 140: "subscription.created #5340 new → waiting"} {
		out, _ := run(t, config(func(c *debugview.Config) { c.Width = width }), s.events)
		if !strings.Contains(out, want) {
			t.Errorf("%d columns:\n%s\nwant %s", width, out, want)
		}
	}
}

func TestLastMatchingRowEndsItsBranch(t *testing.T) {
	t.Parallel()
	out, _ := run(t, config(func(c *debugview.Config) { c.Where, c.OnlyMatching = []string{"action = order.created"}, true }), (&scene{}).order().events)
	if !strings.Contains(out, "└─ order.created") {
		t.Errorf("the only row that is left is not the last:\n%s", out)
	}
}
