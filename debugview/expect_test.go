package debugview_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/debugview"
)

// judge lets the expectations judge the shop.
func judge(t *testing.T, list []debugview.Expectation) *debugview.Expectations {
	t.Helper()
	v, err := debugview.New(config(func(c *debugview.Config) { c.Summary = "never" }), io.Discard, io.Discard, nil)
	if err != nil {
		t.Fatal(err)
	}
	x := debugview.NewExpectations(list)
	v.Expect(x)
	for _, e := range sorted(shop().n1().events) {
		v.Add(&e)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	return x
}

func TestExpect(t *testing.T) {
	t.Parallel()
	orders := debugview.Expectation{
		Root:   "POST /orders",
		Steps:  []string{"db order.created", "job ChargeCardJob", "api POST api.pay.example/*", "mail order_confirmation"},
		Within: 5 * time.Second,
		Never:  []string{"err *", "unredacted *"},
		Max:    map[string]int{"sql stock.select": 10},
	}
	x := judge(t, []debugview.Expectation{orders})
	if x.OK() {
		t.Error("everything was as expected")
	}
	c := config(nil)
	golden(t, "expect.txt", string(x.AppendText(nil, &c)))
	golden(t, "expect.tap", string(x.AppendTAP(nil)))
	junit := string(x.AppendJUnit(nil))
	golden(t, "expect.xml", junit)
	var doc struct {
		Suites []struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(junit), &doc); err != nil || len(doc.Suites) != 1 || doc.Suites[0].Tests != 3 || doc.Suites[0].Failures != 2 {
		t.Errorf("JUnit: %v %+v", err, doc)
	}
}

func TestExpectRows(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		e    debugview.Expectation
		ok   bool
	}{
		{"steps in order", debugview.Expectation{Root: "POST /signup", Steps: []string{"db user.created", "mail welcome"}}, true},
		{"steps out of order", debugview.Expectation{Root: "POST /signup", Steps: []string{"mail welcome", "db user.created"}}, false},
		{"id as star", debugview.Expectation{Root: "GET /products/*", Steps: []string{"sql product.select"}}, true},
		{"id by name", debugview.Expectation{Root: "GET /products/:id", Count: 2}, true},
		{"wrong count", debugview.Expectation{Root: "GET /products/:id", Count: 3}, false},
		{"too slow", debugview.Expectation{Root: "POST /signup", Within: time.Second}, false},
		{"never", debugview.Expectation{Root: "POST /signup", Never: []string{"job.failed"}}, false},
		{"no such flow", debugview.Expectation{Root: "DELETE /x", Steps: []string{"db *"}}, false},
		{"event types", debugview.Expectation{Root: "POST /signup", Steps: []string{"http.request", "data.change", "job.completed", "mail.delivered"}}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := tt.e.Validate(); err != nil {
				t.Fatal(err)
			}
			if got := judge(t, []debugview.Expectation{tt.e}).OK(); got != tt.ok {
				t.Errorf("OK: %v, want %v", got, tt.ok)
			}
		})
	}
}

func TestParseExpect(t *testing.T) {
	t.Parallel()
	e, err := debugview.ParseExpect("http.request > data.change > job.* > mail.delivered")
	if err != nil || strings.Join(e.Steps, "|") != "http.request|data.change|job.*|mail.delivered" {
		t.Fatalf("%v %v", e, err)
	}
	for _, bad := range []string{"", "a >", "[ > b"} {
		if _, err := debugview.ParseExpect(bad); err == nil {
			t.Errorf("ParseExpect(%q): no error", bad)
		}
	}
	for _, bad := range []debugview.Expectation{{}, {Steps: []string{""}}, {Never: []string{"[a"}}, {Max: map[string]int{"sql *": -1}}, {Within: -1}} {
		if bad.Validate() == nil {
			t.Errorf("%+v is valid", bad)
		}
	}
}

// TestRecordedIsMet records expectations and judges the same flows by them.
func TestRecordedIsMet(t *testing.T) {
	t.Parallel()
	v, err := debugview.New(config(func(c *debugview.Config) { c.Summary = "never" }), io.Discard, io.Discard, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := debugview.NewRecorder()
	v.Record(r)
	events := (&scene{}).signup().order().n1().deadlock().product("14:02:12.090", "6d98fe", "/products/134", 36*ms).events
	for _, e := range sorted(events) {
		v.Add(&e)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	text := string(r.AppendTOML(nil))
	golden(t, "recorded.toml", text)
	file := expectFile(t, text)
	w, err := debugview.New(config(func(c *debugview.Config) { c.Summary = "never" }), io.Discard, io.Discard, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range file.Expect {
		if err := file.Expect[i].Validate(); err != nil {
			t.Error(err)
		}
	}
	x := debugview.NewExpectations(file.Expect)
	w.Expect(x)
	for _, e := range sorted(events) {
		w.Add(&e)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if !x.OK() {
		c := config(nil)
		t.Errorf("not met:\n%s\n%s", x.AppendText(nil, &c), text)
	}
}

// expectFile reads what a recorder writes: one key a line, and strings that are JSON too.
func expectFile(t *testing.T, text string) (file debugview.ExpectFile) {
	t.Helper()
	for line := range strings.Lines(text) {
		k, v, _ := strings.Cut(strings.TrimSpace(line), "=")
		if strings.HasPrefix(line, "[[expect]]") {
			file.Expect = append(file.Expect, debugview.Expectation{})
		}
		if v == "" || strings.HasPrefix(line, "#") {
			continue
		}
		e := &file.Expect[len(file.Expect)-1]
		var err error
		switch strings.TrimSpace(k) {
		case "root":
			err = json.Unmarshal([]byte(v), &e.Root)
		case "steps":
			err = json.Unmarshal([]byte(v), &e.Steps)
		case "never":
			err = json.Unmarshal([]byte(v), &e.Never)
		case "max":
			err = json.Unmarshal([]byte(strings.ReplaceAll(v, "\" = ", "\": ")), &e.Max)
		case "within":
			e.Within, err = time.ParseDuration(strings.Trim(v, " \""))
		}
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	return file
}

func TestShortExpectation(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"http.request > data.change > job.* > mail.delivered":       true,
		"http.request > data.change > job.completed > mail.failed":  false,
		"http POST /orders > api POST api.pay.example/* > mail *":   true,
		"http.request > mail.delivered > data.change > job.started": false,
	} {
		e, err := debugview.ParseExpect(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := judge(t, []debugview.Expectation{e}).OK(); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}
