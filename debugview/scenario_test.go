package debugview_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/schema"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// day is the day on which everything in the scenarios happens.
var day = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)

// at returns a time of the day, "14:02:11.208".
func at(clock string) int64 {
	t, err := time.Parse("15:04:05.999999", clock)
	if err != nil {
		panic(err)
	}
	return day.UnixNano() + int64(t.Hour())*3600e9 + int64(t.Minute())*60e9 + int64(t.Second())*1e9 + int64(t.Nanosecond())
}

// flowID returns the flow id that begins with the six characters, as it is written.
func flowID(short string) (id schema.FlowID) {
	const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	bits := 0
	for _, c := range short {
		n := strings.IndexRune(alphabet, c)
		for k := 4; k >= 0; k-- {
			if n>>k&1 == 1 {
				id[bits/8] |= 0x80 >> (bits % 8)
			}
			bits++
		}
	}
	return id
}

// scene collects events.
type scene struct {
	events []schema.Event
	flow   schema.FlowID
	actor  schema.Actor
	n      byte
}

// begin makes the next events part of the flow that begins with short.
func (s *scene) begin(short, actor string) *scene {
	s.flow = flowID(short)
	s.actor = schema.Actor{}
	if actor != "" {
		s.actor = schema.Actor{Type: "user", ID: "277", Name: actor}
	}
	return s
}

// opt changes an event.
type opt func(*schema.Event)

// add appends an event and returns its id.
func (s *scene) add(clock, typ, action string, parent schema.ID, took time.Duration, opts ...opt) schema.ID {
	s.n++
	e := schema.Event{Type: typ, Action: action, Time: schema.Time{NS: at(clock), Digits: 3, From: schema.FromLine}}
	e.ID.Bits = [16]byte{1, byte(len(s.events) >> 8), byte(len(s.events))}
	copy(e.ID.Bits[3:], s.flow[:])
	e.Correlation.Flow, e.Correlation.Parent = s.flow, parent
	if typ == "http.request" {
		e.Actor = s.actor
	}
	if took >= 0 {
		e.Metadata.Duration = schema.Duration{NS: int64(took), Set: true}
	}
	for _, o := range opts {
		o(&e)
	}
	s.events = append(s.events, e)
	return e.ID
}

func status(n int) opt {
	return func(e *schema.Event) { e.Metadata.Status = n }
}

func subject(typ, id string) opt {
	return func(e *schema.Event) { e.Subject = schema.Subject{Type: typ, ID: id} }
}

func failing(class, message string, stack ...string) opt {
	return func(e *schema.Event) {
		e.Metadata.Error = schema.ErrorInfo{Class: class, Message: schema.Text(message), Stack: schema.Text(strings.Join(stack, "\n"))}
	}
}

func job(id string) opt {
	return func(e *schema.Event) { e.Correlation.JobID = id }
}

func query(sql string) opt {
	return func(e *schema.Event) { e.Metadata.DB.SQL = schema.Text(sql) }
}

func service(name string) opt {
	return func(e *schema.Event) { e.Platform.Service = name }
}

func change(field, from, to string) opt {
	return func(e *schema.Event) {
		e.Metadata.Changes = append(e.Metadata.Changes, schema.Change{Field: field, Old: schema.Text(from), New: schema.Text(to)})
	}
}

const (
	µs = time.Microsecond
	ms = time.Millisecond
)

// signup is a request whose mail goes out at the second try.
func (s *scene) signup() *scene {
	s.begin("c9ad1a", "Omar")
	root := s.add("14:02:11.208", "http.request", "POST /signup", schema.ID{}, 94*ms, status(201))
	s.add("14:02:11.213", "data.change", "user.created", root, 3100*µs, subject("user", "670"))
	s.add("14:02:11.332", "job.failed", "WelcomeMailer#hello.failed", root, 412*ms, job("j1"), failing("Net::OpenTimeout", "smtp.example:587"))
	try2 := s.add("14:02:12.802", "job.completed", "WelcomeMailer#hello.completed", root, 180*ms, job("j1"))
	s.add("14:02:12.902", "mail.delivered", "welcome", try2, 90*ms)
	return s
}

// order is a request with a job that calls a payment service and another job that sends a mail.
func (s *scene) order() *scene {
	s.begin("c47774", "Maria")
	root := s.add("14:02:11.387", "http.request", "POST /orders", schema.ID{}, 153*ms, status(302), service("shop-web"))
	s.add("14:02:11.390", "data.change", "order.created", root, 2300*µs, subject("order", "5310"), service("shop-web"))
	s.add("14:02:11.393", "data.query", "stock.select", root, 1500*µs, query("SELECT * FROM stock WHERE sku_id = 17 LIMIT 1"), service("shop-web"))
	s.add("14:02:11.395", "data.query", "stock.select", root, 1700*µs, query("SELECT * FROM stock WHERE sku_id = 4 LIMIT 1"), service("shop-web"))
	charge := s.add("14:02:11.9305", "job.completed", "ChargeCardJob.completed", root, 1342*ms, job("j2"), service("shop-worker"))
	s.add("14:02:11.942", "http.client", "POST api.pay.example/v1/charges", charge, 1210*ms, status(200), service("shop-worker"))
	s.add("14:02:13.268", "data.change", "payment.captured", charge, 1900*µs, subject("payment", "5313"), service("shop-worker"))
	mailer := s.add("14:02:13.312", "job.completed", "OrderMailer#confirmation.completed", charge, 144*ms, job("j3"), service("shop-worker"))
	s.add("14:02:13.3245", "mail.delivered", "order_confirmation", mailer, 158*ms, service("shop-worker"))
	return s
}

// product is a quiet flow.
func (s *scene) product(clock, short, path string, took time.Duration) *scene {
	s.begin(short, "")
	root := s.add(clock, "http.request", "GET "+path, schema.ID{}, took, status(200))
	t, _ := time.Parse("15:04:05.999", clock)
	s.add(t.Add(2*ms).Format("15:04:05.000"), "data.query", "product.select", root, 1*ms, query("SELECT * FROM products WHERE id = 9"))
	return s
}

// deadlock is a request that fails.
func (s *scene) deadlock() *scene {
	s.begin("4b066c", "Lin")
	root := s.add("14:02:14.370", "http.request", "POST /orders", schema.ID{}, 490200*µs, status(500))
	s.add("14:02:14.374", "data.change", "order.created", root, 2300*µs, subject("order", "3236"))
	s.add("14:02:14.377", "data.query", "stock.select", root, 936*µs, query("SELECT * FROM stock WHERE sku_id = 4 LIMIT 1"))
	s.add("14:02:14.8582", "error.raised", "PG::DeadlockDetected", root, -1, failing("PG::DeadlockDetected", "deadlock detected while updating stock",
		"app/models/stock.rb:41:in 'reserve!'", "app/services/place_order.rb:18:in 'call'", "app/controllers/orders_controller.rb:9:in 'create'"))
	return s
}

// shop is everything that the first mock-up shows, in order.
func shop() *scene {
	s := &scene{}
	s.signup().order()
	s.product("14:02:12.090", "6d98fe", "/products/134", 36*ms)
	s.product("14:02:12.299", "f60e60", "/products/443", 17*ms)
	s.deadlock()
	return s
}

// config returns the configuration of the mock-ups: width 100, no colour.
func config(change func(*debugview.Config)) debugview.Config {
	c := debugview.DefaultConfig()
	c.Width = 100
	c.Files = []string{"log/shop.ndjson"}
	if change != nil {
		change(&c)
	}
	return c
}

// run shows the events and returns what was written to out and to the diagnosis stream.
func run(t *testing.T, c debugview.Config, events []schema.Event) (out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	v, err := debugview.New(c, &o, &e, nil)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	for _, ev := range sorted(events) {
		v.Add(&ev)
	}
	if err := v.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	return o.String(), e.String()
}

// sorted returns the events by time.
func sorted(events []schema.Event) []schema.Event {
	list := slices.Clone(events)
	slices.SortStableFunc(list, func(a, b schema.Event) int { return int(a.Time.NS - b.Time.NS) })
	return list
}

// golden compares got with a file under testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s:\n got\n%s\nwant\n%s", name, got, want)
	}
}
