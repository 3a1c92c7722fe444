package schema

import (
	"testing"
	"time"
)

// TestPathShape holds that what is remembered of a path is what would be found without a memory, whatever came before.
func TestPathShape(t *testing.T) {
	t.Parallel()
	paths := []string{
		"/", "/users", "/users/1", "/users/22/orders", "/users/1/orders/7", "/users/8/orders/9", "/posts/2024/01", "/posts/2025/02", "/v1/charges/ch_3Nx81abQ9", "/v2/charges/ch_9Zz81abQ1",
		"/graphql", "/api/graphql/1", "/api/graphql/2", "/users.json", "/assets/app-1.js", "/a//b", "/users/:id", "/users/x", "", "users/1", "/orders/0af76519-16cd-43dd-8448-eb211c80319c/items",
		"/orders/1af76519-16cd-43dd-8448-eb211c80319c/items", "/1/2/3/4/5/6/7/8", "/a/1/a/1", "/a/2/a/3", "/ümlaut/7", "/x\x01/7", "/users/1/", "/users/2/",
	}
	p := newTestParser(t, time.UTC)
	for range 3 {
		for _, path := range paths {
			for _, method := range []string{"GET", "POST"} {
				var want, got Event
				setHTTP(&want, method, path, 200)
				got.parser = p
				setHTTP(&got, method, path, 200)
				if got.Metadata.Route != want.Metadata.Route || got.Subject != want.Subject || got.Action != want.Action || len(got.Idents) != len(want.Idents) {
					t.Errorf("%s %s: route %q, subject %v, action %q; want %q, %v, %q", method, path, got.Metadata.Route, got.Subject, got.Action, want.Metadata.Route, want.Subject, want.Action)
				}
			}
		}
	}
}

// TestStatements holds the same for queries.
func TestStatements(t *testing.T) {
	t.Parallel()
	p := newTestParser(t, time.UTC)
	for range 2 {
		for _, sql := range []string{
			`SELECT * FROM orders WHERE id = $1`, `SELECT * FROM orders WHERE id = 7`, `SELECT name FROM users u JOIN teams t ON t.id = u.team_id LIMIT $2`, `SELECT 1`, `INSERT INTO orders (a) VALUES ($1)`,
			`UPDATE orders SET a = $1 WHERE id = $2`, `SELECT * FROM orders WHERE state = 'new'`, `SELECT * FROM orders /* request_id:abc-def-123 */`, `SELECT * FROM orders -- x`, `  SELECT * FROM carts  `,
			`BEGIN`, `SELECT "orders".* FROM "orders" WHERE "orders"."id" = ?`,
		} {
			var want, got Event
			setSQL(&want, sql, "")
			got.parser = p
			setSQL(&got, sql, "")
			got.parser = nil
			if w, g := string(AppendJSON(nil, &want)), string(AppendJSON(nil, &got)); w != g {
				t.Errorf("%s\n got %s\nwant %s", sql, g, w)
			}
		}
	}
}

// TestPlainParams holds that queries are read alike with and without a parser.
func TestPlainParams(t *testing.T) {
	t.Parallel()
	p := newTestParser(t, time.UTC)
	for _, q := range []string{
		"a=1", "a=1&b=2", "a=1&a=2", "a", "a=", "=1", "&&a=1&", "a[b]=1", "a=%20", "a=x+y", "a=1;b=2", "utf8=1&authenticity_token=x", "utf8=1&a=\"", "a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9", "",
	} {
		e := Event{parser: p}
		if got, want := e.queryParams(q), queryParams(q); got != want {
			t.Errorf("%q is %v, want %v", q, got, want)
		}
	}
}
