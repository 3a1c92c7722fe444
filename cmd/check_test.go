package cmd

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFindings holds where a problem is shown and what is said: every key mistyped or of a wrong kind is found in its place.
func TestFindings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := write(t, dir, "token", "x")
	if err := os.Chmod(secret, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, toml string
		want       []string // "line:column: severity: text [code]", each a part of a finding
	}{
		{"nothing", "", nil},
		{"comment and blank", "# x\n\n", nil},
		{"unknown top-level key", "servce_name = \"x\"\n", []string{"1:1: error: `servce_name` is not a key of the top level [unknown-key]"}},
		{"key of another table", "batch_size = 5\n", []string{"1:1: error: `batch_size` is not a key"}},
		{"old name", "[delivery]\nendpoint = \"https://x.example\"\n", []string{"2:1: error: `endpoint` is not a key of [delivery]"}},
		{"word of other tools", "[input]\nurl = 1\n", []string{"2:1: error: `url` is not a key of [input]"}},
		{"unknown table", "[colect]\nx = 1\n", []string{"1:2: error: there is no table [colect]"}},
		{"renamed table", "[redact]\nfields = []\n", []string{"1:2: error: there is no table [redact]"}},
		{"list of tables in one bracket", "[rule]\nname = \"x\"\n", []string{"1:2: error: [rule] is a list of tables"}},
		{"table in two brackets", "[[collect]]\n", []string{"1:3: error: [[collect]] is one table"}},
		{"dotted key", "performance.batch_size = \"many\"\n", []string{"1:26: error: batch_size must be a whole number [bad-type]"}},
		{"quoted key", "\"service_name\" = 5\n", []string{"1:18: error: service_name must be a text"}},
		{"bool", "[collect]\nqueries = \"yes\"\n", []string{"2:11: error: queries must be true or false"}},
		{"float", "[performance]\nsample_rate = \"half\"\n", []string{"2:15: error: sample_rate must be a number"}},
		{"share", "[performance]\nsample_rate = 1.5\n", []string{"2:15: error: sample_rate is a share between 0 and 1 [out-of-range]"}},
		{"size", "[security]\nmax_payload_size = \"64 potatoes\"\n", []string{"2:20: error: max_payload_size is not a size"}},
		{"size of a wrong kind", "[security]\nmax_payload_size = true\n", []string{"2:20: error: max_payload_size must be a size"}},
		{"size too small", "[security]\nmax_payload_size = 5\n", []string{"2:20: error: must be at least 1KiB [out-of-range]"}},
		{"size as a number", "[security]\nmax_payload_size = 65536\n", nil},
		{"duration", "[debug]\nsettle = true\n", []string{"2:10: error: settle must be a duration"}},
		{"duration without unit", "[debug]\nsettle = \"2\"\n", []string{"2:10: error: settle needs a unit"}},
		{"duration as float", "[debug]\nsettle = 2.5\n", []string{"2:10: error: settle needs a unit"}},
		{"list", "[input]\npaths = 5\n", []string{"2:9: error: paths must be a list of texts"}},
		{"list of wrong things", "[input]\npaths = [\n  \"a\",\n  5,\n]\n", []string{"2:9: error: paths must be a list of texts"}},
		{"map", "[debug]\nverbs = 5\n", []string{"2:9: error: verbs must be a table"}},
		{"map of wrong things", "[debug.verbs]\n\"order.created\" = 5\n", []string{"error: verbs.order.created must be a text"}},
		{"inline map", "[debug]\nslow = { http = \"fast\" }\n", []string{"error: slow is not a duration"}},
		{"map is fine", "[debug.verbs]\n\"order.created\" = \"placed order\"\n[debug.slow]\nhttp = \"2s\"\n", nil},
		{"one of", "[input]\nfrom = \"beginning\"\n", []string{"2:8: error: \"beginning\" is not one of the values of from"}},
		{"one of a list", "[correlation]\ninfer = [\"thred\"]\n", []string{"2:9: error: \"thred\" is not one of the values of infer"}},
		{"zone", "timezone = \"Mars/One\"\n", []string{"1:12: error: this machine knows no such time zone", "warning: timezone is set by"}},
		{"destination", "[delivery]\nto = [\"ftp://x\"]\n", []string{"2:6: error: ftp:// is not something events can be sent to"}},
		{"destination without host", "[delivery]\nto = [\"https:///x\"]\n", []string{"2:6: error: the address has no host"}},
		{"required", "[[rule]]\nname = \"\"\n", []string{"2:8: error: must not be empty"}},
		{"second of a list", "[[rule]]\nname = \"a\"\npattern = 'x+y'\nliteral = \"x\"\n[[rule]]\nnmae = \"b\"\n", []string{"6:1: error: `nmae` is not a key of [rule]"}},
		{"plain http", "[delivery]\nto = [\"http://far.example/x\"]\n", []string{"2:6: warning: events would travel unencrypted [plain-http]"}},
		{"loopback is fine", "[delivery]\nto = [\"http://localhost:1/x\", \"http://127.0.0.1/x\", \"null\"]\n", nil},
		{"password in an address", "[delivery]\nto = [\"https://a:b@far.example/x\"]\n", []string{"warning: an address with a password in it"}},
		{"no file", "[[delivery.destination]]\nurl = \"https://x.example\"\ntoken_file = \"/none/such\"\n", []string{"3:14: error: there is no such file"}},
		{"readable secret", "[[delivery.destination]]\nurl = \"https://x.example\"\ntoken_file = \"" + secret + "\"\n", []string{"3:14: warning: others can read this file (mode 0644)"}},
		{"header in a readable file", "[[delivery.destination]]\nurl = \"https://x.example\"\nheaders = { Authorization = \"Bearer x\" }\n", []string{"3:11: warning: a credential in a file that everyone can read"}},
		{"no match", "[input]\npaths = [\"" + filepath.Join(dir, "tokn") + "\"]\n", []string{"2:9: warning: no file matches this path"}},
		{"small buffer", "[performance]\nbuffer_size = 5\n", []string{"2:15: warning: buffer_size 5 is below batch_size 1000"}},
		{"off", "[security]\nprofile = \"off\"\n", []string{"2:11: warning: nothing is redacted"}},
		{"state is a file", "state_dir = \"" + secret + "\"\n", []string{"1:13: warning: " + secret + " is not a folder"}},
		{"rule that does not compile", "[[rule]]\nname = \"x\"\npattern = '['\nliteral = \"a\"\n", []string{"[bad-regex]"}},
		{"format whose example fails", "[[format]]\nname = \"x\"\npattern = '^A(?P<message>.*)'\nexample = [\"B\"]\n", []string{"4:11: error: example does not match [bad-example]"}},
		{"unclosed header", "[collect\nqueries = true\n", []string{"1:1: error: this table header is not closed [syntax]"}},
		{"unclosed string", "service_name = 'x\n", []string{"1:16: error: this string is not closed [syntax]"}},
		{"no value", "service_name =\n", []string{"[syntax]"}},
		{"nonsense", "???\n", []string{"1:1: error:"}},
		{"twice", "service_name = \"a\"\nservice_name = \"b\"\n", []string{"2:1: error: `service_name` is set twice [duplicate-key]"}},
		{"long strings", "service_name = \"\"\"\na\n\"\"\"\nenvironment = 5\n", []string{"4:15: error: environment must be a text"}},
		{"windows line ends", "service_name = \"a\"\r\nenvironment = 5\r\n", []string{"2:15: error: environment must be a text"}},
		{"wide characters", "environment = [\"ü\"]\n", []string{"1:15: error: environment must be a text"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := write(t, t.TempDir(), "c.toml", tt.toml)
			if err := os.Chmod(file, 0o644); err != nil {
				t.Fatal(err)
			}
			r := ezlogs(t, "", "check", "--format", "short", file)
			var got []string
			for line := range strings.Lines(r.out) {
				got = append(got, strings.TrimPrefix(strings.TrimSpace(line), file+":"))
			}
			if len(got) != len(tt.want) {
				t.Fatalf("%d findings, want %d:\n%s%s", len(got), len(tt.want), r.out, r.errors)
			}
			for i := range got {
				if !strings.Contains(got[i], tt.want[i]) {
					t.Errorf("finding %d is %s, want %q in it", i+1, got[i], tt.want[i])
				}
			}
			want := 0
			if strings.Contains(strings.Join(got, ""), ": error: ") {
				want = statusConfig
			}
			if r.status != want {
				t.Errorf("status %d, want %d", r.status, want)
			}
			// The long form must not fall over any of them.
			if r := ezlogs(t, "", "check", file); r.status != want {
				t.Errorf("long form: status %d, want %d", r.status, want)
			}
		})
	}
}

func TestCheckOnline(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		code int
		want string
	}{{200, "is fine"}, {202, "is fine"}, {401, "the token is missing or wrong"}, {404, "the path of the address is wrong"}, {503, "the receiver is in trouble"}} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer tok" {
				t.Errorf("no token: %v", r.Header)
			}
			w.WriteHeader(tt.code)
		}))
		dir := t.TempDir()
		token := write(t, dir, "token", "tok\n")
		file := write(t, dir, "c.toml", "[[delivery.destination]]\nurl = \""+srv.URL+"\"\ntoken_file = \""+token+"\"\n")
		if r := ezlogs(t, "", "check", "--online", file); !strings.Contains(r.out, tt.want) {
			t.Errorf("%d: %s, want %q", tt.code, r.out, tt.want)
		}
		srv.Close()
		if r := ezlogs(t, "", "check", "--online", file); r.status != statusConfig || !strings.Contains(r.out, "does not answer: connection refused") {
			t.Errorf("down: %d %s", r.status, r.out)
		}
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	l, err := load("", nil, []string{
		"EZLOGS_PERFORMANCE_BATCH_SIZE=7", "EZLOGS_DELIVERY_TO=null, stdout", "EZLOGS_COLLECT_QUERIES=off", "EZLOGS_PERFORMANCE_SAMPLE_RATE=0.25",
		"EZLOGS_DEBUG_SLOW=http=2s", "EZLOGS_SERVICE_NAME=", "EZLOGS_DEBUG_SETTLE=soon", "EZLOGS_ENDPOINT=https://x.example", "EZLOGS_TIMEOUT=5",
		"EZLOGS_SECURITY_MASK_IP=1", "EZLOGS_COLLECT_NOISE=perhaps", "EZLOGS_SECURITY_MAX_PAYLOAD_SIZE=32KB",
	}, []override{{path: "delivery.to", flag: "--to", value: []any{"file:a,b"}}, {path: "performance.workers", flag: "--workers", value: "3"}})
	if err != nil {
		t.Fatal(err)
	}
	c := l.Config
	if c.Performance.BatchSize != 7 || c.Collect.Queries || c.Performance.SampleRate != 0.25 || c.Debug.Slow["http"].Seconds() != 2 || !c.Security.MaskIP || c.Security.MaxPayloadSize != 32<<10 || c.Performance.Workers != 3 {
		t.Errorf("values are not taken: %+v", c)
	}
	if len(c.Delivery.To) != 1 || c.Delivery.To[0] != "file:a,b" {
		t.Errorf("a flag wins, and its commas stay: %v", c.Delivery.To)
	}
	var all strings.Builder
	for i := range l.Findings {
		all.WriteString(l.Findings[i].short() + "\n")
	}
	for _, want := range []string{"EZLOGS_DEBUG_SETTLE: settle is not a duration", "EZLOGS_ENDPOINT is taken as EZLOGS_DELIVERY_TO", "EZLOGS_COLLECT_NOISE: noise must be true or false"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("findings lack %q:\n%s", want, all.String())
		}
	}
	if strings.Contains(all.String(), "EZLOGS_TIMEOUT") {
		t.Errorf("what an earlier agent took is passed over:\n%s", all.String())
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	none := func(string) string { return "" }
	dir := t.TempDir()
	a, err := loadKeys(defaultConfig(), dir, none)
	if err != nil {
		t.Fatal(err)
	}
	b, err := loadKeys(defaultConfig(), dir, none)
	if err != nil || string(a.master) != string(b.master) || b.fleeting {
		t.Errorf("the key of a state directory stays: %v", err)
	}
	if err := os.Truncate(filepath.Join(dir, "redact.key"), 0); err != nil {
		t.Fatal(err)
	}
	if c, err := loadKeys(defaultConfig(), dir, none); err != nil || !c.remade {
		t.Errorf("an empty file is made again: %v", err)
	}
	if c, err := loadKeys(defaultConfig(), "", none); err != nil || !c.fleeting {
		t.Errorf("without a place the key is of this run: %v", err)
	}
	short := func(name string) string { return map[string]string{"EZLOGS_SECURITY_KEY": "short"}[name] }
	if _, err := loadKeys(defaultConfig(), "", short); err == nil {
		t.Error("a short key is taken")
	}
	two := func(name string) string {
		return map[string]string{"EZLOGS_SECURITY_KEY": strings.Repeat("a", 32), "EZLOGS_SECURITY_PREVIOUS_KEY": strings.Repeat("b", 32)}[name]
	}
	if k, err := loadKeys(defaultConfig(), "", two); err != nil || len(k.redaction()) != 2 || k.redaction()[0].ID != "k2" {
		t.Errorf("two keys during a change: %v", err)
	}
	cfg := defaultConfig()
	cfg.Security.KeyFile = filepath.Join(dir, "none")
	if _, err := loadKeys(cfg, dir, none); err == nil {
		t.Error("a key file that is not there is passed over")
	}
}

// FuzzCheck holds that no file makes check fall over, and that the index knows the keys of every valid one.
func FuzzCheck(f *testing.F) {
	f.Add("service_name = \"a\"\n[debug]\nslow = { http = \"1s\" }\n")
	f.Add("[[rule]]\nname = 'x'\n[[rule]]\n\"a b\".c = [1,\n2]\n")
	f.Add("a = \"\"\"x\n\"\"\"\n")
	f.Fuzz(func(t *testing.T, src string) {
		l, err := load("-", func() ([]byte, error) { return []byte(src), nil }, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range l.Findings {
			l.Findings[i].write(new(strings.Builder), paint{})
		}
	})
}
