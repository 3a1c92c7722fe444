package correlate_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ezlogs/ezlogs/correlate"
	"github.com/ezlogs/ezlogs/schema"
)

// town is a made-up system of a travel agency: what its services log, and what truly belongs together. Its clocks are apart, its lines
// come late, some services hand on no ids.
type town struct {
	w     *world
	r     *rand.Rand
	lines []townLine
	host  map[string]int64 // clock error, nanoseconds
	free  map[string]float64
	slack float64 // milliseconds that lines may come late
	short map[string]int
}

// townLine is an event and what is true of it.
type townLine struct {
	e       *schema.Event
	flow    int      // 0 belongs to none
	parent  []string // names of events that are right as parents; none means that nothing is expected
	name    string
	host    string
	arrives float64
}

func newTown(t testing.TB, seed uint64, skew, slack float64) *town {
	return &town{w: newWorld(t), r: rand.New(rand.NewPCG(seed, 7)), host: map[string]int64{}, free: map[string]float64{}, slack: slack, short: map[string]int{"skew": int(skew)}}
}

// log adds an event of a host at a true time.
func (t *town) log(flow int, name, host string, ms float64, kind string, parent []string, ids ...string) *schema.Event {
	if _, ok := t.host[host]; !ok {
		t.host[host] = int64((t.r.Float64()*2 - 1) * float64(t.short["skew"]) * 1e6)
	}
	e := t.w.event(host, ms, kind, ids...)
	e.Time.NS += t.host[host]
	e.Platform.Service = host[:len(host)-2]
	e.Platform.Host = host
	t.lines = append(t.lines, townLine{e, flow, parent, fmt.Sprint(flow, ".", name), host, ms + t.r.Float64()*t.slack})
	return e
}

func (t *town) hex(n int) string {
	const digits = "0123456789abcdef"
	b := make([]byte, n)
	for i := range b {
		b[i] = digits[t.r.IntN(16)]
	}
	b[0] = digits[1+t.r.IntN(15)]
	return string(b)
}

func (t *town) uuid() string {
	h := t.hex(32)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}

func (t *town) base62(n int) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	b := make([]byte, n)
	for i := range b {
		b[i] = digits[t.r.IntN(62)]
	}
	return string(b)
}

// thread takes a thread of a host that is free at a time for as long as needed.
func (t *town) thread(host string, ms, length float64) string {
	for i := 0; ; i++ {
		k := fmt.Sprint(host, "/", i)
		if t.free[k] <= ms {
			t.free[k] = ms + length + 1
			return fmt.Sprint("pool-", i)
		}
	}
}

// booking is a request through a proxy, with a payment service that knows nothing but the payment, a quote service that forgets
// its ids on one line, and a job with a mail.
func (t *town) booking(flow int, ms float64) {
	n := flow
	p := func(names ...string) []string {
		for i := range names {
			names[i] = fmt.Sprint(n, ".", names[i])
		}
		return names
	}
	desk, quote, bank := fmt.Sprint("desk-", 1+t.r.IntN(3)), fmt.Sprint("fares-", 1+t.r.IntN(2)), fmt.Sprint("tills-", 1+t.r.IntN(2))
	trace, req, own, payment, jid, job := "trace:tid="+t.hex(32), "req:rid="+t.uuid(), "trace:tid="+t.hex(32), "py_"+t.base62(16), "job:jid="+t.hex(24), "job:uid="+t.uuid()
	realm := "value:realm=" + "rl_AbC9dEf8GhI7jK6" + fmt.Sprint(t.r.IntN(3))
	sess := "sess:visit=" + t.uuid()
	length := 200 + t.r.Float64()*200
	thread := t.thread(desk, ms, length)
	at := func(service string, e *schema.Event) *schema.Event { return on(e, "41", service) }

	e := t.log(n, "front", "porch-1", ms+length+2, "http.request", nil, trace)
	took(e, length+3, "/bookings").Metadata.Method = "POST"
	for i, what := range []string{"traveller", "trip"} {
		e = at(thread, t.log(n, what, desk, ms+5+float64(i)*6, "data.change", p("web"), trace, req, sess, realm))
		about(e, what, fmt.Sprint(n*10+i)).Action = what + ".created"
		e = t.log(n, what+"-row", "store-1", ms+6+float64(i)*6, "data.change", p("web", what), trace, "conn:c=12.4")
		about(e, what, fmt.Sprint(n*10+i)).Action = what + ".created"
	}
	// Tills have a trace of their own; only the payment joins them.
	start := ms + 30
	for i, m := range []string{"checking", "booked", "captured"} {
		at("t1", t.log(n, "till"+m, bank, start+float64(i)*10, "log.message", p("pay"), own, "value:payment_ref="+payment, realm))
	}
	e = at("t1", t.log(n, "pay", bank, start+60, "http.request", p("callpay", "web"), own, "value:payment_ref="+payment))
	took(e, 62, "/v2/payments").Metadata.Method = "POST"
	e = at(thread, t.log(n, "callpay", desk, start+62, "http.client", p("web"), trace, req))
	took(e, 65, "/v2/payments").Metadata.Method = "POST"
	// Fares lose their ids in the middle line.
	start += 70
	ft := t.thread(quote, start, 30)
	at(ft, t.log(n, "fare1", quote, start+2, "log.message", p("fare"), trace))
	at(ft, t.log(n, "fare2", quote, start+10, "log.message", p("fare")))
	e = at(ft, t.log(n, "fare", quote, start+24, "http.request", p("callfare", "web"), trace))
	took(e, 24.5, "/fares").Metadata.Method = "POST"
	e = at(thread, t.log(n, "callfare", desk, start+26, "http.client", p("web"), trace, req))
	took(e, 28, "/fares").Metadata.Method = "POST"
	at(thread, t.log(n, "done", desk, start+30, "log.message", p("web"), trace, req, sess, "value:payment="+payment))
	e = at(thread, t.log(n, "enqueue", desk, start+40, "job.enqueued", p("web"), trace, req, job))
	e.Correlation.JobID = job[len("job:uid="):]
	e = at(thread, t.log(n, "web", desk, ms+length, "http.request", p("front"), trace, req, sess))
	took(e, length-1, "/bookings").Metadata.Method = "POST"
	// The job.
	start = ms + length + 500 + t.r.Float64()*1500
	at("w1", t.log(n, "start", "crew-1", start, "job.started", p("enqueue"), jid))
	at("w1", t.log(n, "perform", "crew-1", start+2, "log.message", p("start"), jid, job))
	t.log(n, "mail", "post-1", start+50, "mail.delivered", p("start"), jid)
	at("w1", t.log(n, "end", "crew-1", start+90, "job.completed", p("start"), jid))
}

// look is a page with a line of a script that knows its session only.
func (t *town) look(flow int, ms float64, beacon bool) {
	n := flow
	desk := fmt.Sprint("desk-", 1+t.r.IntN(3))
	trace, sess := "trace:tid="+t.hex(32), "sess:visit="+t.uuid()
	thread := t.thread(desk, ms, 50)
	web := []string{fmt.Sprint(n, ".web")}
	on(t.log(n, "read", desk, ms+5, "data.query", web, trace, sess), "41", thread)
	took(on(t.log(n, "web", desk, ms+40, "http.request", nil, trace, sess), "41", thread), 40, "/trips/7")
	if beacon {
		t.log(n, "beacon", "lamp-1", ms+200, "log.message", nil, sess)
	}
}

// count is a request of a service that numbers its requests from one.
func (t *town) count(flow int, ms float64) {
	host := fmt.Sprint("desks-", 1+t.r.IntN(2))
	t.short[host]++
	thread := t.thread(host, ms, 60)
	id := fmt.Sprint("req:requestId=", t.short[host]%50)
	web := []string{fmt.Sprint(flow, ".web")}
	on(t.log(flow, "a", host, ms+5, "log.message", web, id), "", thread)
	on(t.log(flow, "b", host, ms+9, "log.message", web, id), "", thread)
	took(on(t.log(flow, "web", host, ms+50, "http.request", nil, id), "", thread), 49, "/desks/1")
}

// live fills the town with flows.
func (t *town) live(flows int) {
	for i := 1; i <= flows; i++ {
		ms := t.r.Float64() * float64(flows) * 60
		switch {
		case i%10 < 5:
			t.booking(i, ms)
		case i%10 < 8:
			t.look(i, ms, i%10 == 5)
		default:
			t.count(i, ms)
		}
		if i%10 == 0 {
			t.log(0, fmt.Sprint("noise", i), "desk-1", ms, "log.message", nil, "value:realm=rl_AbC9dEf8GhI7jK60")
		}
	}
	slices.SortStableFunc(t.lines, func(a, b townLine) int { return int((a.arrives - b.arrives) * 1000) })
}

// townScore is how well the events of a town were put together.
type townScore struct{ precision, recall, f1, parents, sane float64 }

// score compares flows and parents with the truth.
func (t *town) score() townScore {
	events := make([]*schema.Event, len(t.lines))
	named, byID := map[string]schema.ID{}, map[schema.ID]int{}
	for i := range t.lines {
		events[i] = t.lines[i].e
		named[t.lines[i].name] = t.lines[i].e.ID
		byID[t.lines[i].e.ID] = i
	}
	found := t.w.flows(events...)
	pairs := func(n int) float64 { return float64(n) * float64(n-1) / 2 }
	type cell struct {
		truth int
		found string
	}
	cells, truth, clusters := map[cell]int{}, map[int]int{}, map[string]int{}
	for i := range t.lines {
		flow := t.lines[i].flow
		if flow == 0 {
			flow = -i - 1
		}
		cells[cell{flow, found[i]}]++
		truth[flow]++
		clusters[found[i]]++
	}
	var both, all, given float64
	for _, n := range cells {
		both += pairs(n)
	}
	for _, n := range truth {
		all += pairs(n)
	}
	for _, n := range clusters {
		given += pairs(n)
	}
	s := townScore{precision: both / given, recall: both / all}
	s.f1 = 2 * s.precision * s.recall / (s.precision + s.recall)
	want, right, set, sane := 0., 0., 0., 0.
	for i := range t.lines {
		l := &t.lines[i]
		p := l.e.Correlation.Parent
		if !p.IsZero() {
			set++
			if j, ok := byID[p]; ok && t.lines[j].flow == l.flow {
				sane++
			}
		}
		if len(l.parent) == 0 {
			continue
		}
		want++
		for _, name := range l.parent {
			if named[name] == p {
				right++
				break
			}
		}
	}
	s.parents, s.sane = right/want, sane/max(set, 1)
	return s
}

// TestTown runs the town through one agent that looks ahead, through one that cannot, and through one agent for each host, whose events a
// receiver puts together by flow_id and flow.merged. docs/correlation.md tells of the last one.
func TestTown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		skew, slack float64 // milliseconds
		ahead       int
		perHost     bool
		want        townScore
	}{
		{"one agent, good clocks", 0, 0, 1000, false, townScore{.999, .99, .995, .98, 1}},
		{"one agent, bad clocks, late lines", 2000, 3000, 1000, false, townScore{.999, .97, .98, .97, .999}},
		{"one agent that cannot look ahead", 200, 250, 0, false, townScore{.999, .97, .98, .28, .999}},
		{"an agent on each host", 200, 250, 1000, true, townScore{.999, .66, .80, .6, .999}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(3) {
				town := newTown(t, seed, tt.skew, tt.slack)
				town.live(200)
				agents := map[string][]*schema.Event{}
				var hosts []string
				for _, l := range town.lines {
					host := "all"
					if tt.perHost {
						host = l.host
					}
					if agents[host] == nil {
						hosts = append(hosts, host)
					}
					agents[host] = append(agents[host], l.e)
				}
				for _, host := range hosts {
					town.w.c = correlate.New(correlate.DefaultConfig())
					runAhead(town.w, agents[host], tt.ahead)
				}
				got := town.score()
				t.Logf("seed %d: precision %.4f recall %.4f F1 %.4f parents %.4f sane %.4f", seed, got.precision, got.recall, got.f1, got.parents, got.sane)
				if got.precision < tt.want.precision || got.recall < tt.want.recall || got.f1 < tt.want.f1 || got.parents < tt.want.parents || got.sane < tt.want.sane {
					t.Errorf("seed %d: %+v, want at least %+v", seed, got, tt.want)
				}
			}
		})
	}
}

// runAhead links events that were foreseen a number of events before. The clock follows the log.
func runAhead(w *world, events []*schema.Event, ahead int) {
	clock := int64(0)
	for i := range len(events) + ahead {
		if i < len(events) && ahead > 0 {
			w.c.Foresee(events[i])
		}
		if i >= ahead {
			e := events[i-ahead]
			clock = max(clock, e.Time.NS)
			w.c.Advance(clock, w.emit)
			w.c.Link(e, w.emit)
		}
	}
	w.c.Flush(w.emit)
}

// TestLocal holds that an agent alone says less of its names, and links all the same.
func TestLocal(t *testing.T) {
	t.Parallel()
	for _, ahead := range []int{0, 1000} {
		run := func(local bool) (names []string, said int) {
			town := newTown(t, 5, 200, 250)
			town.live(200)
			cfg := correlate.DefaultConfig()
			cfg.Local = local
			town.w.c = correlate.New(cfg)
			var events []*schema.Event
			for _, l := range town.lines {
				events = append(events, l.e)
			}
			runAhead(town.w, events, ahead)
			for _, e := range town.w.merged {
				said += len(e.Correlation.Merged)
			}
			return town.w.flows(events...), said
		}
		all, allSaid := run(false)
		alone, aloneSaid := run(true)
		if !slices.Equal(all, alone) {
			t.Errorf("ahead %d: other flows", ahead)
		}
		if aloneSaid*2 > allSaid {
			t.Errorf("ahead %d: %d names said, %d by one that is not alone", ahead, aloneSaid, allSaid)
		}
	}
}
