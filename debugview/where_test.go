package debugview_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/schema"
)

func TestWhereErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, expr, want string }{
		{"arrow", "status => 500", "`=>` is not an operator\n  --where  status => 500\n                  ^^ did you mean `>=`?\n  operators: = != < <= > >= ~ (contains) ~~ (regex) in exists and or not"},
		{"double equals", "status == 500", "`==` is not an operator\n  --where  status == 500\n                  ^^ did you mean `=`?"},
		{"ampersands", "a=1 && b=2", "`&&` is not an operator\n  --where  a=1 && b=2\n               ^^ did you mean `and`?"},
		{"no operator", "status", "an operator is missing after `status`\n  --where  status\n                 ^"},
		{"no value", "status >=", "a value is missing\n  --where  status >=\n                    ^"},
		{"open parenthesis", "(status = 1", "`(` is never closed\n  --where  (status = 1\n           ^"},
		{"closing parenthesis", "status = 1)", "`)` without `(`"},
		{"open quote", `action = "x`, "the quotation mark is never closed\n  --where  action = \"x\n                    ^"},
		{"open list", "status in (500", "`(` is never closed"},
		{"no list", "status in 500", "`in` needs a list in parentheses"},
		{"bad regexp", "action ~~ [", "the regular expression does not compile"},
		{"empty", "  ", "a comparison is missing"},
		{"operator first", ">= 500", "`>=` stands where a field should"},
		{"unknown flow field", "flow.durtion > 1s", "a flow has no `durtion`\n  --where  flow.durtion > 1s\n           ^^^^^^^^^^^^ did you mean `flow.duration`?"},
		{"like", "action like x", "`like` is not an operator\n  --where  action like x\n                  ^^^^ did you mean `~`?"},
		{"is", "status is 500", "did you mean `=`?"},
		{"exist", "exist(error.class)", "there is no `exist(…)`\n  --where  exist(error.class)\n           ^^^^^ did you mean `exists`?"},
		{"one ampersand", "a=1 & b=2", "`&` is not an operator\n  --where  a=1 & b=2\n               ^ did you mean `and`?"},
		{"one bar", "a=1 | b=2", "did you mean `or`?"},
		{"quoted field", `"status" = 500`, "names of fields stand without quotation marks"},
		{"decimal comma", "duration > 1,5s", "`,` stands outside of a list"},
		{"blank before the unit", "duration > 10 ms", "                         ^^ did you mean `10ms`?"},
		{"text with a blank", "action = POST /orders", "text with blanks needs quotation marks"},
		{"another word behind a number", "status = 500 or status = 5 x", "expected `and`, `or` or the end\n"},
		{"time of day", "timestamp > 14:02", "a timestamp is compared with a day"},
		{"exists without field", "exists status", "`exists` needs a field in parentheses"},
		{"control characters", "a\x1b[2J => 1", "\n  --where  a␛[2J => 1\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := debugview.ParseWhere(tt.expr)
			var e *debugview.ExprError
			if !errors.As(err, &e) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("ParseWhere(%q):\n%v\nwant\n%s", tt.expr, err, tt.want)
			}
		})
	}
}

func TestWhereSelects(t *testing.T) {
	t.Parallel()
	list := filepath.Join(t.TempDir(), "codes")
	if err := os.WriteFile(list, []byte("500\n502\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	events := shop().events
	for i := range events {
		events[i].Metadata.Fields = append(events[i].Metadata.Fields, schema.Field{Key: "cart", Value: schema.Value{Kind: schema.Raw,
			S: `{"items":[{"sku":"a","n":9007199254740993},{"sku":"b"}],"ok":true,"none":null}`}})
		events[i].Metadata.Level = schema.LevelInfo
	}
	events[2].Metadata.Level = schema.LevelWarn
	for _, tt := range []struct{ expr, want string }{
		{"status in (500,502)", "4b066c"},
		{"status in (@" + list + ")", "4b066c"},
		{"status = @" + list, "4b066c"},
		{"status >= 500", "4b066c"},
		{"status != 200 and kind = http", "4b066c c47774 c9ad1a"},
		{"duration >= 1s", "c47774"},
		{"timestamp >= 2026-11-20T14:02:14.3", "4b066c"},
		{`timestamp >= "2026-11-20 14:02:14.3"`, "4b066c"},
		{"timestamp >= 2026-11-20T15:02:14.3+01:00", "4b066c"},
		{"timestamp = 2026-11-20T14:02:14.370Z", "4b066c"},
		{"timestamp > 2026-11-21", ""},
		{"timestamp = null", ""},
		{"duration>1.21s", "c47774"},
		{"event_type = job.failed", "c9ad1a"},
		{"action ~ PAY", "c47774"},
		{`action ~~ "^POST /o"`, "4b066c c47774"},
		{"flow.duration > 2s", "c47774"},
		{"flow.state = failed or flow.state = retried", "4b066c c9ad1a"},
		{"flow.events = 5 and status = 201", "c9ad1a"},
		{"flow.root = \"POST /signup\"", "c9ad1a"},
		{"flow.n1 > 1", ""},
		{"not (status < 500) and kind = http", "4b066c"},
		{"! exists(duration)", "4b066c"},
		{"user = Lin", "4b066c"},
		{"actor.name = Maria", "c47774"},
		{"subject = order:5310", "c47774"},
		{"metadata.subject.id = 670", "c9ad1a"},
		{"error.class ~ deadlock", "4b066c"},
		{"db.sql ~ products", "6d98fe f60e60"},
		{"nothing? = 1 and status = 302", "c47774"},
		{"nothing = 1", ""},
		{"cart.items.[].sku = b and status = 302", "c47774"},
		{"cart.items.0.n = 9007199254740993 and status = 302", "c47774"},
		{"cart.ok = true and status = 500", "4b066c"},
		{"cart.none = null and status = 500", "4b066c"},
		{"level >= warn", "c9ad1a"},
		{"timestamp >= 2026-11-20T14:02:14", "4b066c"},
	} {
		t.Run(tt.expr, func(t *testing.T) {
			t.Parallel()
			if got := shown(t, func(c *debugview.Config) { c.Where = []string{tt.expr} }, events); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.expr, got, tt.want)
			}
		})
	}
}

// shown returns the short ids of the flows that are shown, sorted.
func shown(t *testing.T, set func(*debugview.Config), events []schema.Event) string {
	t.Helper()
	out, _ := run(t, config(func(c *debugview.Config) {
		c.Layout = "list"
		set(c)
	}), events)
	var ids []string
	for line := range strings.Lines(out) {
		if f := strings.Fields(line); len(f) > 0 {
			ids = append(ids, f[len(f)-1])
		}
	}
	for i := range ids {
		for j := i; j > 0 && ids[j] < ids[j-1]; j-- {
			ids[j], ids[j-1] = ids[j-1], ids[j]
		}
	}
	return strings.Join(ids, " ")
}

func TestFlagsSelect(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		set  func(*debugview.Config)
		want string
	}{
		{"errors", func(c *debugview.Config) { c.Errors = true }, "4b066c"},
		{"failed", func(c *debugview.Config) { c.Failed = true }, "4b066c c9ad1a"},
		{"slow", func(c *debugview.Config) { c.SlowOnly = 1700 * ms }, "c47774 c9ad1a"},
		{"since", func(c *debugview.Config) { c.Since = at("14:02:12.299") }, "4b066c f60e60"},
		{"until", func(c *debugview.Config) { c.Until = at("14:02:11.387") }, "c9ad1a"},
		{"flow", func(c *debugview.Config) { c.Flows = []string{"c9a"} }, "c9ad1a"},
		{"whole flow id", func(c *debugview.Config) { c.Flows = []string{"flow_c47774"} }, "c47774"},
		{"two flows", func(c *debugview.Config) { c.Flows = []string{"c9a", "6d"} }, "6d98fe c9ad1a"},
		{"latest", func(c *debugview.Config) { c.Flows = []string{"latest"} }, "4b066c"},
		{"latest slow", func(c *debugview.Config) { c.Flows = []string{"latest:slow"} }, "c47774"},
		{"actor", func(c *debugview.Config) { c.Actor = "user:277" }, "4b066c c47774 c9ad1a"},
		{"subject", func(c *debugview.Config) { c.Subject = "order:5310" }, "c47774"},
		{"root", func(c *debugview.Config) { c.Root = "GET /products/:id" }, "6d98fe f60e60"},
		{"first two", func(c *debugview.Config) { c.Limit = 2 }, "c47774 c9ad1a"},
		{"last two", func(c *debugview.Config) { c.Limit, c.Last = 2, true }, "4b066c f60e60"},
		{"two that must both hold", func(c *debugview.Config) { c.Where = []string{"kind = mail", "status = 302"} }, "c47774"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := shown(t, tt.set, shop().events); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestMatchingRowsAreMarked(t *testing.T) {
	t.Parallel()
	out, errs := run(t, config(func(c *debugview.Config) { c.Where, c.Limit = []string{"event_type = job.failed"}, 1 }), shop().events)
	if !strings.Contains(out, "\n▶ job  └─ WelcomeMailer#hello ✗") || strings.Count(out, "▶") != 1 {
		t.Errorf("no mark on the job:\n%s", out)
	}
	if !strings.Contains(errs, " 1 of 5 flows matched · 4 hidden\n") {
		t.Errorf("summary:\n%s", errs)
	}
	out, _ = run(t, config(func(c *debugview.Config) { c.Where, c.OnlyMatching = []string{"kind = mail"}, true }), (&scene{}).order().events)
	for _, no := range []string{"stock.select", "payment.captured", "api  "} {
		if strings.Contains(strings.Split(out, "»")[0], no) {
			t.Errorf("--only-matching shows %s:\n%s", no, out)
		}
	}
	if !strings.Contains(out, "ChargeCardJob") || !strings.Contains(out, "▶ mail") {
		t.Errorf("--only-matching lost an ancestor:\n%s", out)
	}
}

func TestUnknownFieldIsAWarning(t *testing.T) {
	t.Parallel()
	_, errs := run(t, config(func(c *debugview.Config) { c.Where = []string{"statsu >= 500"} }), shop().events)
	if want := "warning: no event has a field `statsu` (22 events read) — did you mean `status`?\n"; !strings.HasPrefix(errs, want) {
		t.Errorf("%s\nwant %s", errs, want)
	}
}

func TestAmbiguousFlow(t *testing.T) {
	t.Parallel()
	s := (&scene{}).product("14:02:12.090", "6a2a62", "/products/319", 36*ms)
	s.product("14:02:12.299", "6ac8db", "/products/443", 17*ms)
	var out, errs strings.Builder
	v, err := debugview.New(config(func(c *debugview.Config) { c.Flows = []string{"6a"} }), &out, &errs, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.events {
		v.Add(&s.events[i])
	}
	err = v.Close()
	var e *debugview.AmbiguousError
	if !errors.As(err, &e) || out.Len() > 0 {
		t.Fatalf("Close: %v, out %q", err, out.String())
	}
	if want := "flow id `6a` is not unique: 6a2a62 (GET /products/319), 6ac8db (GET /products/443)\n  give one more character"; err.Error() != want {
		t.Errorf("%s\nwant %s", err, want)
	}
}

func FuzzWhere(f *testing.F) {
	for _, s := range []string{"status in (500,502)", "a.b.[].c ~~ \"x\" and not exists(y) or z? = 5ms", "((a=1)", "level >= warn"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, "@") {
			return // names a file
		}
		if _, err := debugview.ParseWhere(s); err != nil && err.Error() == "" {
			t.Error("an error without text")
		}
	})
}
