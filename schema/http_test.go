package schema

import (
	"slices"
	"testing"
)

func TestPathSubject(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ path, kind, id, route string }{
		{"/users/123", "user", "123", "/users/:id"},
		{"/users/123/edit", "user", "123", "/users/:id/edit"},
		{"/users/42.json", "user", "42", "/users/:id.json"},
		{"/api/v2/orders/0b6cbf0e-53b4-4a44-a1b6-7c8f5a1b1a02/items/9", "item", "9", "/api/v2/orders/:id/items/:id"},
		{"/v1/charges", "charge", "", "/v1/charges"},
		{"/orders", "order", "", "/orders"},
		{"/v1/payment-methods/pm_1Nx81abC", "payment_method", "pm_1Nx81abC", "/v1/payment-methods/:id"},
		{"/orderItems/7", "order_item", "7", "/orderItems/:id"},
		{"/people/3", "person", "3", "/people/:id"},
		{"/categories/3", "category", "3", "/categories/:id"},
		{"/addresses/3", "address", "3", "/addresses/:id"},
		{"/companies/ORD-1234", "company", "ORD-1234", "/companies/:id"},
		{"/statuses/8", "status", "8", "/statuses/:id"},
		{"/news/8", "", "", "/news/:id"},
		{"/posts/2024/01/hello", "", "", "/posts/:id/:id/hello"},
		{"/users/507f1f77bcf86cd799439011", "user", "507f1f77bcf86cd799439011", "/users/:id"},
		{"/users/me", "", "", "/users/me"},
		{"/", "", "", "/"},
		{"/health", "", "", "/health"},
		{"/login", "", "", "/login"},
		{"/graphql", "graphql", "", "/graphql"},
		{"/assets/app-3f2a1b.js", "", "", ""},
		{"/api/v1", "", "", "/api/v1"},
		{"/a/b", "", "", "/a/b"},
		{"/page/2", "", "", "/page/:id"},
		{"", "", "", ""},
	} {
		if kind, id := pathSubject(tt.path); kind != tt.kind || id != tt.id {
			t.Errorf("pathSubject(%q) = %q, %q, want %q, %q", tt.path, kind, id, tt.kind, tt.id)
		}
		if got := new(Event).routeTemplate(tt.path); got != tt.route {
			t.Errorf("routeTemplate(%q) = %q, want %q", tt.path, got, tt.route)
		}
	}
}

func TestSetHTTP(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, method, target                      string
		status                                    int
		typ, action, path, params, subject, extra string
		outcome                                   Outcome
	}{
		{"query becomes parameters", "get", "/reset?token=abc&user[email]=a%40b.c&ids[]=1&ids[]=2", 200,
			"http.request", "GET /reset", "/reset", `{"token":"abc","user":{"email":"a@b.c"},"ids":["1","2"]}`, "", "", OutcomeSuccess},
		{"absolute target", "GET", "http://u:p@shop.test:8080/orders/1#x", 404,
			"http.request", "GET /orders/1", "/orders/1", "", "order:1", `"shop.test:8080"`, OutcomeFailure},
		{"host only", "GET", "https://shop.test?a=1", 0, "http.request", "GET /", "/", `{"a":"1"}`, "", `"shop.test"`, OutcomeNone},
		{"authority", "CONNECT", "db:5432", 200, "http.request", "CONNECT db:5432", "", "", "", `"db:5432"`, OutcomeSuccess},
		{"nested collection", "POST", "/api/v1/users/123/orders", 201, "http.request", "POST /api/v1/users/123/orders", "/api/v1/users/123/orders", "", "order", "", OutcomeSuccess},
		{"nested list", "GET", "/api/v1/users/123/orders", 200, "http.request", "GET /api/v1/users/123/orders", "/api/v1/users/123/orders", "", "user:123", "", OutcomeSuccess},
		{"no target", "", "", 500, "http.request", "request", "", "", "", "", OutcomeFailure},
		{"graphql over get", "GET", "/graphql?operationName=GetUser&query=query+GetUser{me}", 200,
			"http.request", "query GetUser", "/graphql", `{"operationName":"GetUser","query":"query GetUser{me}"}`, "graphql:GetUser", `{"type":"query","name":"GetUser"}`, OutcomeSuccess},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var e Event
			setHTTP(&e, tt.method, tt.target, tt.status)
			subject := e.Subject.Type
			if e.Subject.ID != "" {
				subject += ":" + e.Subject.ID
			}
			extra := ""
			if len(e.Metadata.Extra) > 0 {
				extra = string(appendOrNull(nil, e.Metadata.Extra[0].Value))
			}
			got := []string{e.Type, e.Action, e.Metadata.Path, e.Metadata.Params.S, subject, extra, e.Metadata.Outcome.String()}
			want := []string{tt.typ, tt.action, tt.path, tt.params, tt.subject, tt.extra, tt.outcome.String()}
			if !slices.Equal(got, want) {
				t.Errorf("setHTTP(%q, %q, %d) = %q, want %q", tt.method, tt.target, tt.status, got, want)
			}
		})
	}
}

func TestSetHTTPClient(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ target, action, subject string }{
		{"https://api.stripe.com/v1/charges?key=1", "POST api.stripe.com/v1/charges", "service:api.stripe.com"},
		{"http://payments:8080/v1/charges", "POST /v1/charges", "charge:"},
		{"http://pay.svc.cluster.local/v1/charges/7", "POST /v1/charges/7", "charge:7"},
		{"/v1/items/8", "POST /v1/items/8", "item:8"},
	} {
		var e Event
		setHTTPClient(&e, "POST", tt.target, 201)
		if got := e.Subject.Type + ":" + e.Subject.ID; e.Action != tt.action || got != tt.subject || e.Type != "http.client" {
			t.Errorf("setHTTPClient(%q) = %q, %q, want %q, %q", tt.target, e.Action, got, tt.action, tt.subject)
		}
	}
}

func TestGraphQLOperation(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, want, kind, name string }{
		{"query GetUser($id: ID!) { user(id: $id) { name } }", "", "query", "GetUser"},
		{"mutation CreateUser { createUser { id } }", "", "mutation", "CreateUser"},
		{"{ mutation { id } }", "", "query", ""},
		{`query A { find(text: "mutation B {") { id } }`, "", "query", "A"},
		{"# mutation C\nsubscription OnX { x }", "", "subscription", "OnX"},
		{"fragment F on User { id } query Q { user { ...F } }", "", "query", "Q"},
		{"query A { a } mutation B { b }", "B", "mutation", "B"},
		{`query A { a(t: """ } mutation B { """) }`, "", "query", "A"},
		{`query A { a(t: "\"} mutation B {") } mutation B { b }`, "B", "mutation", "B"},
		{`fragment F on U { a(t: """ } """, o: {x: 1}) } subscription S { s }`, "S", "subscription", "S"},
		{"query A { a }", "Z", "query", "A"},
		{"", "", "", ""},
		{"not a document", "", "", ""},
	} {
		if kind, name := graphQLOperation(tt.text, tt.want); kind != tt.kind || name != tt.name {
			t.Errorf("graphQLOperation(%q, %q) = %q, %q, want %q, %q", tt.text, tt.want, kind, name, tt.kind, tt.name)
		}
	}
}

func TestSetGraphQL(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, action, subject string }{
		{"CreateUser", "", "mutation CreateUser", "CreateUser"},
		{"GetUser", "", "query GetUser", "GetUser"},
		{"OnMessage", "", "subscription OnMessage", "OnMessage"},
		{"getaway", "", "graphql getaway", "getaway"},
		{"", "{ user { id } }", "query anonymous", "anonymous"},
		{"", "{ __schema { types } }", "query __schema", "__schema"},
		{"Other", "query Named { a }", "query Named", "Named"},
		{"", "", "", ""},
	} {
		var e Event
		setGraphQL(&e, tt.name, tt.text)
		if e.Action != tt.action || e.Subject.ID != tt.subject {
			t.Errorf("setGraphQL(%q, %q) = %q, %q, want %q, %q", tt.name, tt.text, e.Action, e.Subject.ID, tt.action, tt.subject)
		}
		if got := isIntrospection(&e); got != (tt.subject == "__schema") {
			t.Errorf("isIntrospection of %q, %q = %v", tt.name, tt.text, got)
		}
	}
}

func TestPathID(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"123": true, "0b6cbf0e-53b4-4a44-a1b6-7c8f5a1b1a02": true, "507f1f77bcf86cd799439011": true, "ch_3Nx81ab": true, "ORD-1234": true,
		"01ARZ3NDEKTSV4RRFFQ69G5FAV": true, "aBcDeFgHiJkLmNoPqRsTuVwXyZ": true, "user_5": true,
		"users": false, "v2": false, "step-2": false, "order-items": false, "oauth2": false, "product-123": false, "internationalisation": false,
		"a.b": false, "": false, "CamelCaseWordsThatAreRatherLong": false, "deadbeef": false,
	} {
		if got := isPathID(s); got != want {
			t.Errorf("isPathID(%q) = %v, want %v", s, got, want)
		}
	}
}

func TestAgents(t *testing.T) {
	t.Parallel()
	for ua, want := range map[string]string{
		"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)": "agent:claude",
		"claude-code/1.2":                        "agent:claude",
		"Mozilla/5.0 (compatible; GPTBot/1.1)":   "agent:openai",
		"cursor-agent/0.4":                       "agent:cursor",
		"Mozilla/5.0 (X11; Linux x86_64)":        "",
		"curl/8.1":                               "",
		"Mozilla/4.08 [en] (Win98; I ;Nav)":      "",
		"Mozilla/5.0 (Windows NT 10.0) Safari/1": "",
	} {
		var e Event
		setUserAgent(&e, ua)
		if e.Actor.ID != want {
			t.Errorf("setUserAgent(%q): actor %q, want %q", ua, e.Actor.ID, want)
		}
		var u Event
		setUserActor(&u, "42")
		setUserAgent(&u, ua)
		var v Event
		setUserAgent(&v, ua)
		setUserActor(&v, "42")
		if u.Actor != v.Actor || u.hasExtra("on_behalf_of") != (want != "") || v.hasExtra("on_behalf_of") != (want != "") {
			t.Errorf("setUserAgent(%q): order of user and agent matters", ua)
		}
	}
}

func TestClientIP(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"10.0.0.1, 203.0.113.9, 10.2.2.2": "203.0.113.9",
		"10.0.0.1":                        "10.0.0.1",
		"127.0.0.1:39224":                 "127.0.0.1",
		"[2001:db8::1]:80":                "2001:db8::1",
		"::1":                             "::1",
		"unknown":                         "",
		"-":                               "",
		"12:30":                           "",
		"172.16.0.1,172.32.0.1":           "172.32.0.1",
	} {
		var e Event
		setClientIP(&e, in)
		if e.Metadata.IP != want {
			t.Errorf("setClientIP(%q) = %q, want %q", in, e.Metadata.IP, want)
		}
	}
}

func TestSingular(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"users": "user", "order-items": "order_item", "LineItems": "line_item", "boxes": "box", "branches": "branch", "status": "status",
		"analysis": "analysis", "addresses": "address", "movies": "movie", "ties": "tie", "invoices": "invoice", "houses": "house", "media": "media",
		"order_statuses": "order_status", "HTTPServers": "http_server", "menus": "menu", "keys": "key", "wishes": "wish",
	} {
		if got := singular(in); got != want {
			t.Errorf("singular(%q) = %q, want %q", in, got, want)
		}
	}
}
