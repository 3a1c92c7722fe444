// Command demo writes the logs of a small shop: an nginx in front, a Rails application, its workers, a payment service in
// Go and a mailer. All of it is invented; the shapes of the lines are those the programs write. The same seed gives the
// same bytes, so the files under testdata/demo can be made again:
//
//	go run ./contrib/demo -out testdata/demo
package main

import (
	"cmp"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	out := flag.String("out", "testdata/demo", "folder to write to")
	flows := flag.Int("flows", 40, "number of requests from outside")
	seed := flag.Uint64("seed", 7, "seed")
	flag.Parse()
	s := newShop(*seed)
	s.run(*flows)
	if err := s.write(*out); err != nil {
		log.Fatal(err)
	}
}

// line is a line of one file, or several that belong together.
type line struct {
	at   time.Time
	text string
}

// shop writes what its programs would.
type shop struct {
	r     *rand.Rand
	files map[string][]line
	order int
	user  int
}

type person struct {
	id    int
	name  string
	ip    string
	agent string
}

func newShop(seed uint64) *shop {
	return &shop{r: rand.New(rand.NewPCG(seed, 1)), files: map[string][]line{}, order: 5310, user: 654}
}

// run lets visitors come: most look at products, some buy, a few sign up.
func (s *shop) run(flows int) {
	at := time.Date(2026, 11, 20, 14, 2, 11, 208e6, time.UTC)
	bought := 0
	for i := range flows {
		p := s.person()
		switch {
		case i%6 == 0:
			s.signup(at, p, i%12 == 0)
		case i%7 == 3 || i%5 == 1:
			bought++
			switch bought {
			case 4:
				s.deadlock(at, p)
			case 6, 9:
				s.buy(at, p, 25+s.r.IntN(10))
			default:
				s.buy(at, p, 2+s.r.IntN(3))
			}
		default:
			s.look(at, p)
		}
		at = at.Add(time.Duration(90+s.r.IntN(320)) * time.Millisecond)
	}
	s.sweep(time.Date(2026, 11, 20, 14, 2, 15, 0, time.UTC))
}

func (s *shop) person() person {
	names := []string{"Maria", "Omar", "Lin", "Ivan", "Zoe", "Ana", "Kofi", "Noor"}
	n := s.r.IntN(len(names))
	agents := []string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15",
		"Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
	}
	return person{id: 270 + n, name: names[n], ip: fmt.Sprintf("203.0.113.%d", 10+s.r.IntN(240)), agent: agents[s.r.IntN(len(agents))]}
}

// request is one request as nginx and Rails tell it.
type request struct {
	s            *shop
	at, now      time.Time
	id           string
	method, path string
	who          person
	pid          int
	user         bool
}

func (s *shop) request(at time.Time, method, path string, who person, signedIn bool) *request {
	q := &request{s: s, at: at, now: at, id: s.uuid(), method: method, path: path, who: who, pid: 1841 + 3*s.r.IntN(2), user: signedIn}
	q.rails('I', "Started %s %q for %s at %s", method, path, who.ip, at.Format("2006-01-02 15:04:05 -0700"))
	return q
}

// rails writes a line of the web application, a moment after the one before.
func (q *request) rails(level byte, format string, args ...any) {
	q.s.add("web.log", q.now, railsHead(level, q.now, q.pid)+q.tags()+fmt.Sprintf(format, args...))
}

// tags is what the application puts before each of its lines.
func (q *request) tags() string {
	if q.user {
		return fmt.Sprintf("[%s] [user_id=%d] ", q.id, q.who.id)
	}
	return "[" + q.id + "] "
}

func (q *request) after(d time.Duration) *request {
	q.now = q.now.Add(d)
	return q
}

// done writes the ends of the request: Rails' and nginx's.
func (q *request) done(status int, reason string, db time.Duration, bytes int) {
	took := q.now.Sub(q.at)
	q.rails('I', "Completed %d %s in %dms (Views: %.1fms | ActiveRecord: %.1fms | Allocations: %d)", status, reason, took.Milliseconds(), ms(took)/9, ms(db), 4000+q.s.r.IntN(9000))
	q.access(status, bytes, took)
}

func (q *request) access(status, bytes int, took time.Duration) {
	end := q.at.Add(took + 3*time.Millisecond)
	q.s.add("nginx.log", end, fmt.Sprintf("%s - - [%s] \"%s %s HTTP/1.1\" %d %d \"-\" \"%s\" rt=%.3f request_id=%s",
		q.who.ip, end.Format("02/Jan/2006:15:04:05 -0700"), q.method, q.path, status, bytes, q.who.agent, (took+2*time.Millisecond).Seconds(), q.id))
}

// look is a visit to a product page: reads only.
func (s *shop) look(at time.Time, p person) {
	id := 1 + s.r.IntN(480)
	q := s.request(at, "GET", fmt.Sprintf("/products/%d", id), p, false)
	q.after(time.Millisecond).rails('I', "Processing by ProductsController#show as HTML")
	q.rails('I', "  Parameters: {\"id\"=>\"%d\"}", id)
	q.after(time.Millisecond).rails('D', "  Product Load (%.1fms)  SELECT \"products\".* FROM \"products\" WHERE \"products\".\"id\" = $1 LIMIT $2  [[\"id\", %d], [\"LIMIT\", 1]]", 0.6+s.r.Float64(), id)
	q.after(s.some(14, 50)).done(200, "OK", 1100*time.Microsecond, 8200+s.r.IntN(900))
}

// buy is an order: written, charged by a job at the payment service, confirmed by mail.
func (s *shop) buy(at time.Time, p person, items int) {
	s.order += 1 + s.r.IntN(40)
	order := s.order
	q, db := s.place(at, p, order, items)
	job := s.uuid()
	q.after(time.Millisecond).rails('I', "[ActiveJob] Enqueued ChargeCardJob (Job ID: %s) to Sidekiq(payments) with arguments: #<GlobalID:0x00007f3e @uri=#<URI::GID gid://shop/Order/%d>>", job, order)
	enqueued := q.now
	q.rails('I', "Redirected to https://shop.example/orders/%d", order)
	q.after(s.some(40, 90)).done(302, "Found", db, 96)
	s.charge(enqueued.Add(s.some(30, 380)), p, job, order)
}

// place is what every order begins with.
func (s *shop) place(at time.Time, p person, order, items int) (q *request, db time.Duration) {
	q = s.request(at, "POST", "/orders", p, true)
	q.after(time.Millisecond).rails('I', "Processing by OrdersController#create as HTML")
	q.rails('I', "  Parameters: {\"authenticity_token\"=>\"[FILTERED]\", \"order\"=>{\"note\"=>\"call me at +49 30 5550 %04d\", \"email\"=>\"%s@mail.example\"}, \"commit\"=>\"Buy\"}", s.r.IntN(9999), strings.ToLower(p.name))
	q.after(time.Millisecond).rails('D', "  Order Create (2.3ms)  INSERT INTO \"orders\" (\"id\", \"user_id\", \"state\", \"total_cents\", \"created_at\", \"updated_at\") VALUES ($1, $2, $3, $4, $5, $6)  [[\"id\", %d], [\"user_id\", %d], [\"state\", \"placed\"], [\"total_cents\", %d], [\"created_at\", %q], [\"updated_at\", %q]]",
		order, p.id, 990+s.r.IntN(9000), q.now.Format("2006-01-02 15:04:05.000000"), q.now.Format("2006-01-02 15:04:05.000000"))
	db = 2300 * time.Microsecond
	for range items {
		took := s.some(1, 2)
		db += took
		q.after(took).rails('D', "  Stock Load (%.1fms)  SELECT \"stocks\".* FROM \"stocks\" WHERE \"stocks\".\"sku_id\" = $1 LIMIT $2  [[\"sku_id\", %d], [\"LIMIT\", 1]]", ms(took), 1+s.r.IntN(900))
	}
	return q, db
}

// deadlock is an order that dies in the database.
func (s *shop) deadlock(at time.Time, p person) {
	s.order += 1 + s.r.IntN(40)
	q, db := s.place(at, p, s.order, 1)
	q.after(480 * time.Millisecond)
	took := q.now.Sub(q.at)
	q.rails('I', "Completed 500 Internal Server Error in %dms (ActiveRecord: %.1fms | Allocations: 8123)", took.Milliseconds(), ms(db)+480)
	// Rails puts the head on the first line and the tags on each.
	q.after(2*time.Millisecond).rails('F', "%s", strings.Join([]string{"  ",
		"ActiveRecord::Deadlocked (PG::TRDeadlockDetected: ERROR:  deadlock detected while updating stock):", "  ",
		"app/models/stock.rb:41:in 'Stock#reserve!'", "app/services/place_order.rb:18:in 'PlaceOrder#call'",
		"app/controllers/orders_controller.rb:24:in 'OrdersController#create'"}, "\n"+q.tags()))
	q.access(500, 1635, took)
}

// signup makes an account and greets the person by mail; the mail server is moody.
func (s *shop) signup(at time.Time, p person, fails bool) {
	s.user += 1 + s.r.IntN(20)
	user := s.user
	q := s.request(at, "POST", "/signup", p, false)
	q.after(time.Millisecond).rails('I', "Processing by UsersController#create as HTML")
	q.rails('I', "  Parameters: {\"user\"=>{\"name\"=>%q, \"email\"=>\"%s%d@mail.example\", \"password\"=>\"[FILTERED]\"}}", p.name, strings.ToLower(p.name), user)
	q.after(4*time.Millisecond).rails('D', "  User Create (3.1ms)  INSERT INTO \"users\" (\"id\", \"name\", \"email\", \"password_digest\") VALUES ($1, $2, $3, $4)  [[\"id\", %d], [\"name\", %q], [\"email\", \"%s%d@mail.example\"], [\"password_digest\", \"[FILTERED]\"]]", user, p.name, strings.ToLower(p.name), user)
	job := s.uuid()
	q.after(time.Millisecond).rails('I', "[ActiveJob] Enqueued ActionMailer::MailDeliveryJob (Job ID: %s) to Sidekiq(mailers) with arguments: \"WelcomeMailer\", \"hello\", \"deliver_now\", {:args=>[#<GlobalID gid://shop/User/%d>]}", job, user)
	start := q.now.Add(s.some(20, 120))
	q.after(s.some(60, 140)).done(201, "Created", 3100*time.Microsecond, 320)
	if fails {
		start = s.mail(start, job, user, true)
	}
	s.mail(start, job, user, false)
}

// mail runs the job that greets a new user, and returns when it is tried again.
func (s *shop) mail(at time.Time, job string, user int, fails bool) time.Time {
	const class = "ActionMailer::MailDeliveryJob"
	w := s.worker(at, class, job)
	w.line('I', "Performing %s (Job ID: %s) from Sidekiq(mailers) enqueued at %s with arguments: \"WelcomeMailer\", \"hello\", \"deliver_now\", {:args=>[#<GlobalID gid://shop/User/%d>]}", class, job, at.Add(-50*time.Millisecond).Format("2006-01-02T15:04:05.000000000Z07:00"), user)
	if fails {
		took := 412 * time.Millisecond
		w.now = w.now.Add(took)
		w.lines('E', fmt.Sprintf("Error performing %s (Job ID: %s) from Sidekiq(mailers) in %.2fms: Net::OpenTimeout (execution expired while opening smtp.example:587):", class, job, ms(took)),
			"/usr/lib/ruby/net/smtp.rb:644:in 'Net::SMTP#tcp_socket'", "app/mailers/welcome_mailer.rb:9:in 'WelcomeMailer#hello'")
		wait := time.Duration(1060+s.r.IntN(60)) * time.Millisecond
		w.now = w.now.Add(time.Millisecond)
		w.line('I', "Retrying %s (Job ID: %s) after 1 attempts in 1 seconds, due to a Net::OpenTimeout (execution expired while opening smtp.example:587).", class, job)
		return w.now.Add(wait)
	}
	took := s.some(80, 110)
	w.now = w.now.Add(took)
	w.line('D', "WelcomeMailer#hello: processed outbound mail in %.1fms", ms(took)/8)
	w.line('I', "Delivered mail %x@worker-1.mail (%.1fms)", s.r.Uint64(), ms(took))
	w.now = w.now.Add(s.some(20, 60))
	w.line('I', "Performed %s (Job ID: %s) from Sidekiq(mailers) in %.2fms", class, job, ms(w.now.Sub(at)))
	return w.now
}

// charge runs the job that charges the card: it calls the payment service and then sends the confirmation.
func (s *shop) charge(at time.Time, p person, job string, order int) {
	const class = "ChargeCardJob"
	w := s.worker(at, class, job)
	w.line('I', "Performing %s (Job ID: %s) from Sidekiq(payments) enqueued at %s with arguments: #<GlobalID:0x00007f3e @uri=#<URI::GID gid://shop/Order/%d>>", class, job, at.Add(-100*time.Millisecond).Format("2006-01-02T15:04:05.000000000Z07:00"), order)
	call := s.some(400, 1300)
	began := w.now.Add(12 * time.Millisecond)
	s.pay(began, call, p, job, order)
	w.now = began.Add(call + 4*time.Millisecond)
	w.line('D', "  Payment Create (1.9ms)  INSERT INTO \"payments\" (\"id\", \"order_id\", \"state\") VALUES ($1, $2, $3)  [[\"id\", %d], [\"order_id\", %d], [\"state\", \"captured\"]]", order+3, order)
	next := s.uuid()
	w.now = w.now.Add(2 * time.Millisecond)
	w.line('I', "Enqueued ActionMailer::MailDeliveryJob (Job ID: %s) to Sidekiq(mailers) with arguments: \"OrderMailer\", \"confirmation\", \"deliver_now\", {:args=>[#<GlobalID gid://shop/Order/%d>]}", next, order)
	w.now = w.now.Add(s.some(5, 20))
	w.line('I', "Performed %s (Job ID: %s) from Sidekiq(payments) in %.2fms", class, job, ms(w.now.Sub(at)))
	m := s.worker(w.now.Add(s.some(5, 60)), "ActionMailer::MailDeliveryJob", next)
	from := m.now
	m.line('I', "Performing ActionMailer::MailDeliveryJob (Job ID: %s) from Sidekiq(mailers) enqueued at %s with arguments: \"OrderMailer\", \"confirmation\", \"deliver_now\", {:args=>[#<GlobalID gid://shop/Order/%d>]}", next, w.now.Format("2006-01-02T15:04:05.000000000Z07:00"), order)
	took := s.some(130, 190)
	m.now = m.now.Add(took)
	m.line('D', "OrderMailer#confirmation: processed outbound mail in %.1fms", ms(took)/7)
	m.line('I', "Delivered mail %x@worker-1.mail (%.1fms)", s.r.Uint64(), ms(took))
	m.now = m.now.Add(4 * time.Millisecond)
	m.line('I', "Performed ActionMailer::MailDeliveryJob (Job ID: %s) from Sidekiq(mailers) in %.2fms", next, ms(m.now.Sub(from)))
}

// pay is the payment service: it logs JSON, and takes the job's id as the request id.
func (s *shop) pay(at time.Time, took time.Duration, p person, job string, order int) {
	trace, span := s.hex(32), s.hex(16)
	stamp := func(t time.Time) string { return t.Format("2006-01-02T15:04:05.000000000Z07:00") }
	s.add("pay.log", at, fmt.Sprintf(`{"time":%q,"level":"INFO","msg":"authorising card","request_id":%q,"trace_id":%q,"span_id":%q,"order_id":%d,"card":{"brand":"visa","number":"4111 1111 1111 1111"},"user":{"id":%d,"name":%q}}`,
		stamp(at), job, trace, span, order, p.id, p.name))
	end := at.Add(took)
	s.add("pay.log", end, fmt.Sprintf(`{"time":%q,"level":"INFO","msg":"request completed","request_id":%q,"trace_id":%q,"span_id":%q,"method":"POST","path":"/v1/charges","status":200,"duration":%d,"authorization":"Bearer sk_live_%s"}`,
		stamp(end), job, trace, span, took.Nanoseconds(), s.hex(24)))
}

// sweep is a nightly worker that fails, is tried again, and succeeds; Sidekiq tells of it.
func (s *shop) sweep(at time.Time) {
	jid := s.hex(24)
	tid := "gk4q"
	for try := range 3 {
		s.sidekiq(at, tid, jid, "INFO: start")
		if try < 2 {
			end := at.Add(740 * time.Millisecond)
			s.add("sidekiq.log", end, fmt.Sprintf("%s pid=2210 tid=%s class=SweepCartsWorker jid=%s elapsed=0.74 INFO: fail", end.Format("2006-01-02T15:04:05.000Z"), tid, jid))
			s.add("sidekiq.log", end.Add(time.Millisecond), fmt.Sprintf("%s pid=2210 tid=%s WARN: {\"context\":\"Job raised exception\",\"job\":{\"retry\":true,\"queue\":\"low\",\"class\":\"SweepCartsWorker\",\"args\":[],\"jid\":\"%s\",\"retry_count\":%d}}", end.Add(time.Millisecond).Format("2006-01-02T15:04:05.000Z"), tid, jid, try))
			s.add("sidekiq.log", end.Add(2*time.Millisecond), fmt.Sprintf("%s pid=2210 tid=%s WARN: Redis::TimeoutError: Connection timed out", end.Add(2*time.Millisecond).Format("2006-01-02T15:04:05.000Z"), tid))
			at = at.Add(time.Duration(16+4*try) * time.Second)
			continue
		}
		end := at.Add(322 * time.Millisecond)
		s.add("sidekiq.log", end, fmt.Sprintf("%s pid=2210 tid=%s class=SweepCartsWorker jid=%s elapsed=0.322 INFO: done", end.Format("2006-01-02T15:04:05.000Z"), tid, jid))
	}
}

func (s *shop) sidekiq(at time.Time, tid, jid, msg string) {
	s.add("sidekiq.log", at, fmt.Sprintf("%s pid=2210 tid=%s class=SweepCartsWorker jid=%s %s", at.Format("2006-01-02T15:04:05.000Z"), tid, jid, msg))
}

// worker is a job as the Rails logger of the worker process tells it.
type worker struct {
	s         *shop
	now       time.Time
	class, id string
}

func (s *shop) worker(at time.Time, class, id string) *worker {
	return &worker{s: s, now: at, class: class, id: id}
}

func (w *worker) line(level byte, format string, args ...any) {
	w.lines(level, fmt.Sprintf(format, args...))
}

func (w *worker) lines(level byte, first string, more ...string) {
	head := railsHead(level, w.now, 2210) + fmt.Sprintf("[ActiveJob] [%s] [%s] ", w.class, w.id)
	w.s.add("worker.log", w.now, head+strings.Join(append([]string{first}, more...), "\n"))
}

func railsHead(level byte, at time.Time, pid int) string {
	name := map[byte]string{'D': "DEBUG", 'I': "INFO", 'W': "WARN", 'E': "ERROR", 'F': "FATAL"}[level]
	return fmt.Sprintf("%c, [%s #%d] %5s -- : ", level, at.Format("2006-01-02T15:04:05.000000"), pid, name)
}

func (s *shop) add(file string, at time.Time, text string) {
	s.files[file] = append(s.files[file], line{at, text})
}

// write writes every file in the order of time; lines of the same moment stay in the order they were made.
func (s *shop) write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, lines := range s.files {
		slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
		var b strings.Builder
		for _, l := range lines {
			b.WriteString(l.text)
			b.WriteByte('\n')
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(b.String()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (s *shop) some(low, high int) time.Duration {
	return time.Duration(low)*time.Millisecond + time.Duration(s.r.IntN((high-low)*1000))*time.Microsecond
}

func (s *shop) hex(n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte("0123456789abcdef"[s.r.IntN(16)])
	}
	return b.String()
}

func (s *shop) uuid() string {
	h := []byte(s.hex(32))
	h[12] = '4'
	h[16] = "89ab"[s.r.IntN(4)]
	return fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
