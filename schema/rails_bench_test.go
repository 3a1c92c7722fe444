package schema

import (
	"strings"
	"testing"
	"time"
)

const benchHead = "I, [2026-03-14T10:00:00.114086 #19276]  INFO -- : [7f3c1c52-9a0e-4d5e-9a55-3f1f2f0f9a11] "

// benchLines are the lines of one request with a query and a job, as Rails logs them in production.
var benchLines = []string{
	benchHead + `Started POST "/orders" for 10.0.3.7 at 2026-03-14 10:00:00 +0000`,
	benchHead + `Processing by OrdersController#create as HTML`,
	benchHead + `  Parameters: {"total"=>"19.90", "password"=>"[FILTERED]"}`,
	benchHead + `  User Load (0.3ms)  SELECT "users".* FROM "users" WHERE "users"."id" = $1 LIMIT $2  [["id", 1], ["LIMIT", 1]]`,
	benchHead + `  Order Create (0.4ms)  INSERT INTO "orders" ("user_id", "total") VALUES ($1, $2) RETURNING "id"  [["user_id", 1], ["total", 19.9]]`,
	benchHead + `[ActiveJob] Enqueued ReceiptJob (Job ID: 9871feed-365f-4b2a-ac34-81e2a27f805d) to Sidekiq(mailers) with arguments: 17`,
	benchHead + `order placed order_id=44850704 user=233`,
	benchHead + `Completed 201 Created in 75ms (Views: 0.5ms | ActiveRecord: 24.2ms (2 queries, 0 cached) | GC: 0.1ms)`,
}

func BenchmarkRails(b *testing.B) {
	src := NewSource("x", "x", nil, nil)
	p := NewParser(Config{Location: time.UTC})
	j := NewJoiner(Config{Location: time.UTC})
	n := 0
	emit := func(*Event) { n++ }
	var events []Event
	b.SetBytes(int64(len(strings.Join(benchLines, "\n"))))
	b.ReportAllocs()
	for b.Loop() {
		p.Start(src, time.Unix(1773482400, 0))
		events = events[:0]
		for i, line := range benchLines {
			events = p.Parse(events, line, int64(i), nil)
		}
		for i := range events {
			j.Push(&events[i], emit)
		}
	}
}

func BenchmarkSQL(b *testing.B) {
	const sql = `UPDATE "orders" SET "status" = $1, "total" = $2, "updated_at" = $3 WHERE "orders"."id" = $4`
	const binds = `[["status", "paid"], ["total", 29.9], ["updated_at", "2026-11-21 18:24:42.196624"], ["id", 1]]`
	var e Event
	b.SetBytes(int64(len(sql) + len(binds)))
	b.ReportAllocs()
	for b.Loop() {
		e.Reset()
		setSQL(&e, sql, binds)
	}
}

// BenchmarkJoinPass measures what the joiner costs a line that is a record by itself.
func BenchmarkJoinPass(b *testing.B) {
	src := NewSource("x", "x", nil, nil)
	j := NewJoiner(Config{Location: time.UTC})
	e := Event{Origin: Origin{Source: src}, Join: Join{Single: true}}
	b.ReportAllocs()
	for b.Loop() {
		j.Push(&e, func(*Event) {})
	}
}
