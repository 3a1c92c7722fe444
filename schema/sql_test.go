package schema

import (
	"fmt"
	"strings"
	"testing"
)

// sqlSummary writes what matters of a statement's event on one line.
func sqlSummary(e *Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s/%s op=%s table=%s", e.Type, e.Action, e.Subject.Type, e.Subject.ID, e.Metadata.DB.Op, e.Metadata.DB.Table)
	for _, c := range e.Metadata.Changes {
		fmt.Fprintf(&b, " %s:%s", c.Field, appendOrNull(nil, c.New))
	}
	for _, x := range e.Metadata.Extra {
		fmt.Fprintf(&b, " %s=%s", x.Key, appendOrNull(nil, x.Value))
	}
	return b.String()
}

func TestSQL(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, sql, binds, want string }{
		{"rails load", `SELECT "users".* FROM "users" WHERE "users"."id" = $1 LIMIT $2`, `[["id", 42], ["LIMIT", 1]]`,
			`data.query user.loaded user/42 op=select table=users`},
		{"question marks", "SELECT `orders`.* FROM `orders` WHERE `orders`.`user_id` = ? AND `orders`.`id` = ?", `[["user_id", 5], ["id", 7]]`,
			`data.query order.loaded order/7 op=select table=orders`},
		{"or names no record", `select * from loans where id=1 or user_id = 2`, "", `data.query loan.loaded loan/ op=select table=loans`},
		{"or in brackets", `select * from loans where (a=1 or b=2) and id = 9`, "", `data.query loan.loaded loan/9 op=select table=loans`},
		{"id of another table", `SELECT o.* FROM orders o JOIN items ON items.order_id = o.id WHERE items.id = 5`, "", `data.query order.loaded order/ op=select table=orders`},
		{"uuid in a string", `select 1 from public.people where id = 'c0ffee00-1234-4abc-9def-0123456789ab'::uuid`, "",
			`data.query person.loaded person/c0ffee00-1234-4abc-9def-0123456789ab op=select table=people`},
		{"subquery in columns", `SELECT (SELECT count(*) FROM items WHERE id = 3) FROM carts WHERE id = 4`, "", `data.query cart.loaded cart/4 op=select table=carts`},
		{"no table", `SELECT sqlite_version(*)`, "", `data.query query / op=select table=`},
		{"with", `WITH RECURSIVE t(n) AS (SELECT id FROM a WHERE id = 1) SELECT * FROM categories WHERE id IN (8)`, "", `data.query category.loaded category/8 op=select table=categories`},
		{"insert with binds", `INSERT INTO "orders" ("user_id", "total", "created_at") VALUES (?, ?, ?) RETURNING "id"`, `[["user_id", 1], ["total", 19.9], ["created_at", "2026-11-21"]]`,
			`data.change order.created order/ op=insert table=orders user_id:1 total:19.9 related={"user":"1"}`},
		{"insert with literals", `INSERT INTO order_items (id, name, note) VALUES (20, 'O''Brien', NULL)`, "",
			`data.change order_item.created order_item/20 op=insert table=order_items name:"O'Brien" note:null`},
		{"expressions are not values", `INSERT INTO t (a, b, c) VALUES (now(), 1 + 2, $1)`, `$1 = 'x'`, `data.change t.created t/ op=insert table=t c:"x"`},
		{"many rows", `INSERT INTO tags (name) VALUES ('a'), ('b'), ('c')`, "",
			`data.change tag.created tag/bulk:3 op=insert table=tags bulk={"operation":"insert_all","row_count":3}`},
		{"upsert", `INSERT INTO tags (name) VALUES ('a') ON CONFLICT (name) DO UPDATE SET n = 1`, "", `data.change tag.upserted tag/ op=upsert table=tags name:"a"`},
		{"update", `UPDATE "orders" SET "status" = $1, "total" = total + 1, "updated_at" = $2 WHERE "orders"."id" = $3`, `[["status", "paid"], ["updated_at", "x"], ["id", 3]]`,
			`data.change order.updated order/3 op=update table=orders status:"paid" changes_complete=false transition={"field":"status","to":"paid"}`},
		{"update all", `UPDATE users SET active = FALSE WHERE created_at < '2020-01-01' AND plan = 'free'`, "",
			`data.change user.updated user/ op=update table=users active:false changes_complete=false bulk={"operation":"update_all","where_columns":["created_at","plan"]}`},
		{"delete", `DELETE FROM "orders" WHERE "orders"."id" = $1`, `$1 = '9'`, `data.change order.deleted order/9 op=delete table=orders`},
		{"delete all", `DELETE FROM sessions`, "", `data.change session.deleted session/ op=delete table=sessions bulk={"operation":"delete_all"}`},
		{"django binds", `UPDATE "shop_order" SET "state" = %s WHERE "shop_order"."id" = %s`, `('sent', 4)`,
			`data.change shop_order.updated shop_order/4 op=update table=shop_order state:"sent" changes_complete=false transition={"field":"state","to":"sent"}`},
		{"transaction", `BEGIN`, "", `data.query transaction.begin / op=begin table=`},
		{"leading comment", `/*application:Shop*/ select * from loans where id=1`, "", `data.query loan.loaded loan/1 op=select table=loans`},
		{"insert from select", `INSERT INTO archive (id, total) SELECT id, total FROM orders WHERE id = 3`, "",
			`data.change archive.created archive/ op=insert table=archive bulk={"operation":"insert_all"}`},
		{"insert of MySQL", "INSERT IGNORE INTO `carts` SET `id` = 5, `state` = 'new'", "", `data.change cart.created cart/5 op=insert table=carts state:"new" transition={"field":"state","to":"new"}`},
		{"insert of defaults", `INSERT INTO "orders" DEFAULT VALUES RETURNING "id"`, "", `data.change order.created order/ op=insert table=orders`},
		{"schema and alias", `INSERT INTO shop.public.orders AS o (total) OVERRIDING SYSTEM VALUE VALUES (-1.5e3::numeric)`, "",
			`data.change order.created order/ op=insert table=orders total:-1.5e3`},
		{"merge", `MERGE INTO stocks USING moves ON stocks.id = moves.id WHEN MATCHED THEN UPDATE SET n = 1`, "", `data.change stock.upserted stock/ op=upsert table=stocks bulk={"operation":"upsert_all"}`},
		{"truncate", `TRUNCATE TABLE carts`, "", `data.change cart.truncated cart/ op=truncate table=carts bulk={"operation":"truncate_all"}`},
		{"from a subquery", `SELECT * FROM (SELECT * FROM a WHERE id = 1) x WHERE n = 2`, "", `data.query query / op=select table=`},
		{"from a function", `SELECT * FROM generate_series(1, 3) WHERE id = 1`, "", `data.query query / op=select table=`},
		{"join before where", `SELECT c.* FROM carts c LEFT JOIN (SELECT ? AS x) y ON y.x = c.x WHERE c.id = ?`, `[["x", 1], ["id", 9]]`, `data.query cart.loaded cart/9 op=select table=carts`},
		{"in several", `DELETE FROM carts WHERE id IN (1, 2, 3)`, "",
			`data.change cart.deleted cart/ op=delete table=carts bulk={"operation":"delete_all","where_columns":["id"]}`},
		{"in a select", `DELETE FROM carts WHERE id IN (SELECT cart_id FROM old WHERE n > 3) AND a IS NOT NULL`, "",
			`data.change cart.deleted cart/ op=delete table=carts bulk={"operation":"delete_all","where_columns":["id","a"]}`},
		{"null is no record", `SELECT * FROM carts WHERE id = NULL`, "", `data.query cart.loaded cart/ op=select table=carts`},
		{"sql server", `SELECT TOP 1 [o].[id] FROM [dbo].[orders] AS [o] WHERE [o].[id] = @p0`, "", `data.query order.loaded order/ op=select table=orders`},
		{"oracle", `select * from orders where id = :1 -- by key`, "", `data.query order.loaded order/ op=select table=orders`},
		{"named parameters", `SELECT * FROM orders WHERE id = %(id)s`, `{'id': 3}`, `data.query order.loaded order/ op=select table=orders`},
		{"list of binds", `SELECT * FROM orders WHERE a = ? AND id = ?`, `["x", 12]`, `data.query order.loaded order/12 op=select table=orders`},
		{"python binds", `SELECT * FROM orders WHERE a = %s AND b = %s AND id = %s`, `(datetime.datetime(2026, 3, 14, 10, 0), None, 12)`, `data.query order.loaded order/12 op=select table=orders`},
		{"hash of binds", `SELECT * FROM orders WHERE id = ?`, `{id: 12, "x" => nil}`, `data.query order.loaded order/12 op=select table=orders`},
		{"binds cut off", `SELECT * FROM orders WHERE id = ?`, `[["id", `, `data.query order.loaded order/ op=select table=orders`},
		{"quotes of MySQL", `UPDATE users SET note = 'it\'s', plan = 'a\\' WHERE id = 4`, "",
			`data.change user.updated user/4 op=update table=users note:"it\\'s" plan:"a\\\\" changes_complete=false`},
		{"dollar quotes", `UPDATE users SET note = $tag$it's$tag$ WHERE id = 4`, "", `data.change user.updated user/4 op=update table=users note:"it's" changes_complete=false`},
		{"escape string", `UPDATE users SET note = E'a', bits = B'01' WHERE id = 4`, "", `data.change user.updated user/4 op=update table=users note:"a" bits:"01" changes_complete=false`},
		{"explain", `EXPLAIN ANALYZE SELECT * FROM orders WHERE id = 1`, "", `data.query order.loaded order/1 op=select table=orders`},
		{"definition", `CREATE TABLE x (id int)`, "", `data.query query.create / op=create table=`},
		{"nothing", ``, "", `data.query query / op= table=`},
		{"cut string", `UPDATE users SET name = 'abc`, "", `data.change user.updated user/ op=update table=users name:"abc" changes_complete=false bulk={"operation":"update_all"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var e Event
			setSQL(&e, tt.sql, tt.binds)
			if got := sqlSummary(&e); got != tt.want {
				t.Errorf("setSQL(%q)\n got %s\nwant %s", tt.sql, got, tt.want)
			}
		})
	}
}

func TestSQLComment(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, sql, request, trace string }{
		{"marginalia", `/*application:Shop,controller:loans,request_id:e1f2a3b4-0c1d-4e2f-8a3b-4c5d6e7f8091*/ select 1`, "e1f2a3b4-0c1d-4e2f-8a3b-4c5d6e7f8091", ""},
		{"sqlcommenter", `select 1 from a /*action='x',traceparent='00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'*/`, "", "0af7651916cd43dd8448eb211c80319c"},
		{"after values", `INSERT INTO a (id) VALUES (1) /*request_id='a%2Db'*/`, "a-b", ""},
		{"job and correlation", `select 1 /*job:XJob,jid:51fe20a8cc0d47b19a3e6d70,correlation_id=c-123456,trace_id:0af7651916cd43dd8448eb211c80319c*/`, "", "0af7651916cd43dd8448eb211c80319c"},
		{"not pairs", `select 1 /* load index (a: b), c = */ -- request_id`, "", ""},
		{"in a string", `select '/*request_id:x*/' from a`, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var e Event
			setSQL(&e, tt.sql, "")
			if got := e.Correlation.RequestID; got != tt.request {
				t.Errorf("request id of %q = %q, want %q", tt.sql, got, tt.request)
			}
			if got := e.Correlation.TraceID; got != tt.trace {
				t.Errorf("trace id of %q = %q, want %q", tt.sql, got, tt.trace)
			}
		})
	}
}
