package redact_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/redact"
)

// newEngine returns an engine for the default configuration as edit changes it.
func newEngine(t testing.TB, edit func(*redact.Config)) *redact.Engine {
	t.Helper()
	c := redact.DefaultConfig()
	edit(&c)
	e, err := redact.New(c, redact.Key{ID: "k1", Master: []byte("0123456789abcdef0123456789abcdef")})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestValidateNamesTheField(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		want string
		edit func(*redact.Config)
	}{
		{"profile: must be one of default, gdpr, strict, secrets-only, off", func(c *redact.Config) { c.Profile = "x" }},
		{"max_text: must be between", func(c *redact.Config) { c.MaxText = 0 }},
		{"rotate: must be 0 or at least an hour", func(c *redact.Config) { c.Rotate = time.Minute }},
		{"sanitize_fields: \"--\" names no field", func(c *redact.Config) { c.SanitizeFields = []string{"--"} }},
		{"allow_fields: empty name", func(c *redact.Config) { c.AllowFields = []string{""} }},
		{"kinds: \"mail\" is no kind", func(c *redact.Config) { c.Kinds = map[string]string{"mail": "mask"} }},
		{"kinds.email: must be keep, mask, hash, last4 or truncate, not \"x\"", func(c *redact.Config) { c.Kinds = map[string]string{"email": "x"} }},
		{"kinds.cvv: hash is not allowed", func(c *redact.Config) { c.Kinds = map[string]string{"cvv": "hash"} }},
		{"kinds.email: last4 is for credit_card only", func(c *redact.Config) { c.Kinds = map[string]string{"email": "last4"} }},
		{"kinds.email: truncate is for ipv4 and ipv6 only", func(c *redact.Config) { c.Kinds = map[string]string{"email": "truncate"} }},
		{"allow[0].path: an exception needs", func(c *redact.Config) { c.Allow = []redact.Allow{{Force: true}} }},
		{"allow[0].detector: \"x\" is no kind or rule", func(c *redact.Config) { c.Allow = []redact.Allow{{Detector: "x"}} }},
		{"allow[0].cidr: is no network", func(c *redact.Config) { c.Allow = []redact.Allow{{CIDR: "x"}} }},
		{"allow[0].pattern:", func(c *redact.Config) { c.Allow = []redact.Allow{{Pattern: "("}} }},
		{"allow[0].hash: must be 16", func(c *redact.Config) { c.Allow = []redact.Allow{{Hash: "XY"}} }},
		{"rule: more than 200", func(c *redact.Config) { c.Rules = make([]redact.Rule, 201) }},
		{"rule[0].name: must not be empty", func(c *redact.Config) { c.Rules = []redact.Rule{{}} }},
		{"rule[0].name: letters", func(c *redact.Config) { c.Rules = []redact.Rule{{Name: "a b"}} }},
		{"rule[0].name: is the name of a kind", func(c *redact.Config) { c.Rules = []redact.Rule{{Name: "email"}} }},
		{"rule[0].pattern: must not be empty", func(c *redact.Config) { c.Rules = []redact.Rule{{Name: "a"}} }},
		{"rule[0].pattern: error parsing", func(c *redact.Config) { c.Rules = []redact.Rule{{Name: "a", Pattern: "("}} }},
		{"rule[0].literal: needed", func(c *redact.Config) { c.Rules = []redact.Rule{{Name: "a", Pattern: "a"}} }},
		{"rule[0].action: must be mask or hash", func(c *redact.Config) {
			c.Rules = []redact.Rule{{Name: "a", Pattern: "ab", Literal: "ab", Action: "drop"}}
		}},
		{"rule[0].examples[0]: the rule finds nothing", func(c *redact.Config) {
			c.Rules = []redact.Rule{{Name: "a", Pattern: "ab", Literal: "ab", Examples: []string{"x"}}}
		}},
		{"rule[0].counter_examples[0]: the rule finds something", func(c *redact.Config) {
			c.Rules = []redact.Rule{{Name: "a", Pattern: "ab", Literal: "ab", Counter: []string{"ab"}}}
		}},
		{"rule[1].name: \"a\" is taken", func(c *redact.Config) {
			c.Rules = []redact.Rule{{Name: "a", Pattern: "ab", Literal: "ab"}, {Name: "a", Pattern: "ab", Literal: "ab"}}
		}},
	} {
		c := redact.DefaultConfig()
		tt.edit(&c)
		err := c.Validate()
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got %v, want %s", err, tt.want)
		}
		if _, err := redact.New(c, redact.Key{ID: "k1", Master: make([]byte, 32)}); err == nil {
			t.Errorf("New takes what Validate does not: %s", tt.want)
		}
	}
}

func TestNewChecksKeys(t *testing.T) {
	t.Parallel()
	for _, keys := range [][]redact.Key{
		nil,
		{{ID: "", Master: make([]byte, 32)}},
		{{ID: "k 1", Master: make([]byte, 32)}},
		{{ID: "k1", Master: make([]byte, 3)}},
	} {
		if _, err := redact.New(redact.DefaultConfig(), keys...); err == nil {
			t.Errorf("New takes %v", keys)
		}
	}
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	const line = `password=hunter2x9 card=4111111111111111 mail=bob@corp.example ip=81.2.69.142 vin=WVWZZZ1JZ3W386752`
	for profile, want := range map[string]string{
		"default":      `password=[REDACTED:password] card=[REDACTED:credit_card] mail=[email:k1:98193c94e2f0a9a6] ip=81.2.69.142 vin=WVWZZZ1JZ3W386752`,
		"gdpr":         `password=[REDACTED:password] card=[REDACTED:credit_card] mail=[email:k1:98193c94e2f0a9a6] ip=[ipv4:k1:f1e9] vin=WVWZZZ1JZ3W386752`,
		"strict":       `password=[REDACTED:password] card=[REDACTED:credit_card] mail=[email:k1:98193c94e2f0a9a6] ip=[ipv4:k1:f1e9] vin=[vin:k1:]`,
		"secrets-only": `password=[REDACTED:password] card=[REDACTED:credit_card] mail=bob@corp.example ip=81.2.69.142 vin=WVWZZZ1JZ3W386752`,
		"off":          line,
	} {
		r := newEngine(t, func(c *redact.Config) { c.Profile = profile }).Worker()
		got, _ := r.Line(line)
		if shape(got) != shape(want) {
			t.Errorf("%s: got %s, want %s", profile, got, want)
		}
	}
	r := newEngine(t, func(c *redact.Config) { c.AutoDetectPII = false }).Worker()
	if got, _ := r.Line(line); !strings.Contains(got, "bob@corp.example") || strings.Contains(got, "hunter2x9") {
		t.Errorf("without auto_detect_pii: %s", got)
	}
}

// shape drops the digits of pseudonyms.
func shape(s string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, ":k1:")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		b.WriteString(":k1:]")
		_, s, _ = strings.Cut(after, "]")
	}
}

func TestActions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in, want string
		edit           func(*redact.Config)
	}{
		{"last4", `card 4111111111111111`, `card [credit_card:****1111]`, func(c *redact.Config) { c.Kinds = map[string]string{"credit_card": "last4"} }},
		{"keep", `bob@corp.example password=hunter2x9`, `bob@corp.example password=[REDACTED:password]`, func(c *redact.Config) { c.Kinds = map[string]string{"email": "keep"} }},
		{"mask", `to bob@corp.example`, `to [REDACTED:email]`, func(c *redact.Config) { c.Kinds = map[string]string{"email": "mask"} }},
		{"ipv6 only", `from 81.2.69.142 and 2a02:a60d:85bf:10c7::a521`, `from 81.2.69.142 and [REDACTED:ipv6]`, func(c *redact.Config) { c.Kinds = map[string]string{"ipv6": "mask"} }},
		{"kind of a whole value", `{"password":"bob@corp.example"}`, `{"password":"[REDACTED:password]"}`, func(c *redact.Config) { c.Kinds = map[string]string{"email": "keep"} }},
		{"mask_ip", `from 81.2.69.142 and 2a02:a60d:85bf:10c7::a521`, `from 81.2.69.0 and 2a02:a60d:85bf::`, func(c *redact.Config) { c.MaskIP = true }},
		{"sanitize_fields", `internalNote="call him" note=x`, `internalNote="[REDACTED:field]" note=x`, func(c *redact.Config) { c.SanitizeFields = []string{"internal_note"} }},
		{"short card number", `card=411111111111`, `card=[credit_card:****1111]`, func(c *redact.Config) { c.Kinds = map[string]string{"credit_card": "last4"} }},
	} {
		r := newEngine(t, tt.edit).Worker()
		got, _ := r.Line(tt.in)
		if got != tt.want {
			t.Errorf("%s: Line(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
		if again, _ := r.Line(got); again != got {
			t.Errorf("%s: a second pass changes %q into %q", tt.name, got, again)
		}
	}
	r := newEngine(t, func(c *redact.Config) { c.KeepDomain = true }).Worker()
	if got, _ := r.Line("to bob@corp.example now"); !strings.HasSuffix(got, "]@corp.example now") {
		t.Errorf("keep_domain: %s", got)
	}
}

func TestAllow(t *testing.T) {
	t.Parallel()
	first := newEngine(t, func(*redact.Config) {}).Worker()
	token, _ := first.Line("bob@corp.example")
	hash := strings.TrimSuffix(token[strings.LastIndexByte(token, ':')+1:], "]")
	for _, tt := range []struct {
		name, in string
		kept     bool
		edit     func(*redact.Config)
	}{
		{"field", `{"customer_email":"bob@corp.example"}`, true, func(c *redact.Config) { c.AllowFields = []string{"customer_email"} }},
		{"other field", `{"email":"bob@corp.example"}`, false, func(c *redact.Config) { c.AllowFields = []string{"customer_email"} }},
		{"field by star", `user_token=abcdef123456`, true, func(c *redact.Config) { c.AllowFields = []string{"user_*"} }},
		{"field list", `{"mails":["bob@corp.example","al@corp.example"]}`, true, func(c *redact.Config) { c.AllowFields = []string{"mails"} }},
		{"field with a token's shape", `{"note":"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"}`, false, func(c *redact.Config) { c.AllowFields = []string{"note"} }},
		{"field with blanks", `{"note" :  "bob@corp.example"}`, true, func(c *redact.Config) { c.AllowFields = []string{"note"} }},
		{"field at the end", `note=`, true, func(c *redact.Config) { c.AllowFields = []string{"note"} }},
		{"value", `to bob@corp.example`, true, func(c *redact.Config) { c.Allow = []redact.Allow{{Value: "bob@corp.example"}} }},
		{"other value", `to bob@corp.example`, false, func(c *redact.Config) { c.Allow = []redact.Allow{{Value: "al@corp.example"}} }},
		{"domain", `to bob@mail.corp.example`, true, func(c *redact.Config) { c.Allow = []redact.Allow{{Domain: "Corp.Example"}} }},
		{"other domain", `to bob@xcorp.example`, false, func(c *redact.Config) { c.Allow = []redact.Allow{{Domain: "corp.example"}} }},
		{"domain of a card", `card 4111111111111111`, false, func(c *redact.Config) { c.Allow = []redact.Allow{{Domain: "corp.example"}} }},
		{"network", `from 81.2.69.142 on`, true, func(c *redact.Config) { c.Profile = "gdpr"; c.Allow = []redact.Allow{{CIDR: "81.2.0.0/16"}} }},
		{"network of IPv6", `from 2a02:a60d:85bf:10c7::a521 on`, true, func(c *redact.Config) { c.Profile = "gdpr"; c.Allow = []redact.Allow{{CIDR: "2a02::/16"}} }},
		{"label", `NINO QQ123456C on`, true, func(c *redact.Config) { c.Allow = []redact.Allow{{Value: "QQ123456C"}} }},
		{"spoken", `the password is Xk29dmQp9 on`, true, func(c *redact.Config) { c.Allow = []redact.Allow{{Value: "Xk29dmQp9"}} }},
		{"track", `;4111111111111111=2512?`, true, func(c *redact.Config) {
			c.Allow = []redact.Allow{{Detector: "track_data"}, {Detector: "credit_card"}}
		}},
		{"address", `from 81.2.69.142 on`, true, func(c *redact.Config) { c.Profile = "gdpr"; c.Allow = []redact.Allow{{CIDR: "81.2.69.142"}} }},
		{"other network", `from 81.2.69.142 on`, false, func(c *redact.Config) { c.Profile = "gdpr"; c.Allow = []redact.Allow{{CIDR: "81.3.0.0/16"}} }},
		{"network of a card", `card 4111111111111111`, false, func(c *redact.Config) { c.Allow = []redact.Allow{{CIDR: "81.3.0.0/16"}} }},
		{"pattern", `to bob@corp.example`, true, func(c *redact.Config) { c.Allow = []redact.Allow{{Pattern: `b.b@.*`}} }},
		{"pattern is for the whole", `to bob@corp.example`, false, func(c *redact.Config) { c.Allow = []redact.Allow{{Pattern: `bob`}} }},
		{"hash", `to BOB@corp.example`, true, func(c *redact.Config) { c.Allow = []redact.Allow{{Hash: hash}} }},
		{"other hash", `to al@corp.example`, false, func(c *redact.Config) { c.Allow = []redact.Allow{{Hash: hash}} }},
		{"detector", `card 4111111111111111`, true, func(c *redact.Config) { c.Allow = []redact.Allow{{Detector: "credit_card"}} }},
		{"other detector", `card 4111111111111111`, false, func(c *redact.Config) { c.Allow = []redact.Allow{{Detector: "email"}} }},
		{"detector of a rule", `EMP-123456`, true, func(c *redact.Config) {
			c.Rules = []redact.Rule{{Name: "staff", Pattern: `EMP-\d+`, Literal: "EMP-"}}
			c.Allow = []redact.Allow{{Detector: "staff"}}
		}},
		{"path and detector", `card=4111111111111111`, true, func(c *redact.Config) { c.Allow = []redact.Allow{{Path: "card", Detector: "credit_card"}} }},
		{"other path", `card=4111111111111111`, false, func(c *redact.Config) { c.Allow = []redact.Allow{{Path: "test.card"}} }},
		{"path with a token's shape", `note=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`, false, func(c *redact.Config) { c.Allow = []redact.Allow{{Path: "note"}} }},
		{"path by force", `note=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`, true, func(c *redact.Config) { c.Allow = []redact.Allow{{Path: "note", Force: true}} }},
	} {
		e := newEngine(t, tt.edit)
		got, changed := e.Worker().Line(tt.in)
		if changed == tt.kept {
			t.Errorf("%s: Line(%q) = %q", tt.name, tt.in, got)
		}
		if s := e.Snapshot(); tt.kept && tt.in != "note=" && s.Allowed == 0 {
			t.Errorf("%s: not counted as allowed", tt.name)
		}
	}
}

func TestAllowPaths(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern, key string
		kept         bool
	}{
		{"params.mail", "params", true},
		{"params.*", "params", true},
		{"params.**", "params", true},
		{"**.mail", "params", true},
		{"**", "params", true},
		{"par*s.ma*l", "params", true},
		{"par*x.mail", "params", false},
		{"other.mail", "params", false},
		{"oth*.mail", "params", false},
		{"other.**", "params", false},
		{"params.mail.x", "params", false},
		{"params", "params", true},
		{"mail", "params", true},
	} {
		r := newEngine(t, func(c *redact.Config) { c.AllowFields = []string{tt.pattern} }).Worker()
		if got, changed := r.JSON(tt.key, `{"mail":"bob@corp.example"}`); changed == tt.kept {
			t.Errorf("%s: %s", tt.pattern, got)
		}
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	e := newEngine(t, func(c *redact.Config) {
		c.Rules = []redact.Rule{
			{Name: "staff", Pattern: `\bEMP-(\d{6})\b`, Literal: "EMP-", Examples: []string{"EMP-123456"}, Counter: []string{"EMP-12"}},
			{Name: "ticket", Pattern: `T-\d+`, Keys: []string{"subject"}, Action: "hash"},
			{Name: "diagnosis", Keys: []string{"patient.diagnosis"}},
			{Name: "marker", Pattern: `REDACTED`, Literal: "REDACTED"},
			{Name: "mailish", Pattern: `bob@corp\.example!`, Literal: "bob@"},
		}
	})
	r := e.Worker()
	for in, want := range map[string]string{
		`badge EMP-123456 of bob@corp.example`:        `badge EMP-[REDACTED:staff] of [email:k1:]`,
		`subject="about T-77 and T-78" x=T-79`:        `subject="about [ticket:k1:] and [ticket:k1:]" x=T-79`,
		`{"patientDiagnosis":"flu","subject":"none"}`: `{"patientDiagnosis":"[REDACTED:diagnosis]","subject":"none"}`,
		`{"patient_diagnosis":null,"subject":T-5}`:    `{"patient_diagnosis":null,"subject":[ticket:k1:]}`,
		`subject=none`: `subject=none`,
		`patient_diagnosis="" [REDACTED:staff] EMP-`:           `patient_diagnosis="" [REDACTED:staff] EMP-`,
		`from bob@corp.example! and [email:k1:00112233445566]`: `from [REDACTED:email] and [email:k1:]`,
	} {
		got, _ := r.Line(in)
		if shape(got) != shape(want) {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
		if again, _ := r.Line(got); again != got {
			t.Errorf("a second pass changes %q into %q", got, again)
		}
	}
	counts := map[string]uint64{}
	for _, c := range e.Snapshot().Counts {
		counts[c.Detector+" "+c.Action] = c.N
	}
	if counts["staff mask"] != 1 || counts["ticket hash"] != 3 || counts["diagnosis mask"] != 1 {
		t.Errorf("counts %v", counts)
	}
}

func TestOwnSecrets(t *testing.T) {
	t.Parallel()
	e := newEngine(t, func(c *redact.Config) { c.Profile = "off" })
	r := e.Worker()
	const line = `{"msg":"sent with tok-own-secret and tok-own-secret","password":"hunter2x9"}`
	if got, changed := r.Line(line); changed {
		t.Errorf("profile off changes %q", got)
	}
	e.Own("tok-own-secret", "short", "tok-own-secret", "password")
	want := `{"msg":"sent with [REDACTED:own_secret] and [REDACTED:own_secret]","[REDACTED:own_secret]":"hunter2x9"}`
	if got, _ := r.Line(line); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	// No exception lets it pass.
	allowed := newEngine(t, func(c *redact.Config) { c.Allow = []redact.Allow{{Value: "tok-own-secret"}} })
	allowed.Own("tok-own-secret")
	if got, _ := allowed.Worker().Line("with tok-own-secret"); got != "with [REDACTED:own_secret]" {
		t.Errorf("got %s", got)
	}
	// What another detector found beside it is joined with it.
	on := newEngine(t, func(c *redact.Config) {})
	on.Own("hunter2x9-and-more")
	if got, _ := on.Worker().Line(`password=hunter2x9-and-more to bob@corp.example,hunter2x9-and-more`); strings.Contains(got, "hunter") {
		t.Errorf("own secret stays in %s", got)
	}
	on.Own("corp.example")
	if got, _ := on.Worker().Line(`to bob@corp.example now`); got != `to [REDACTED:own_secret] now` {
		t.Errorf("got %s", got)
	}
	if got, _ := on.Worker().Line(`corp.exampl`); got != `corp.exampl` {
		t.Errorf("got %s", got)
	}
}

func TestSnapshot(t *testing.T) {
	t.Parallel()
	e := newEngine(t, func(c *redact.Config) { c.MaxText = 1 << 10 })
	a, b := e.Worker(), e.Worker()
	a.Line("password=hunter2x9")
	b.Line("password=hunter2x9 bob@corp.example")
	b.Text("message", strings.Repeat("word ", 1000))
	b.JSON("message", `"`+strings.Repeat("word ", 1000)+`"`)
	s := e.Snapshot()
	if s.Unscanned != 2 || s.Bytes == 0 {
		t.Errorf("snapshot %+v", s)
	}
	want := []redact.Count{{Detector: "password", Action: "mask", N: 2}, {Detector: "email", Action: "hash", N: 1}}
	if len(s.Counts) != 2 || s.Counts[0] != want[0] || s.Counts[1] != want[1] {
		t.Errorf("counts %v, want %v", s.Counts, want)
	}
}
