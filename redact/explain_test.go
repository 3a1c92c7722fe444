package redact_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/redact"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	r := newEngine(t, func(c *redact.Config) {
		c.Allow = []redact.Allow{{Value: "al@corp.example"}}
		c.Kinds = map[string]string{"phone": "keep"}
	}).Worker()
	for _, tt := range []struct {
		line, detector, evidence string
		miss                     bool
	}{
		{`{"password":"hunter2x9"}`, "password", "key=password", false},
		{`card 4111111111111111`, "credit_card", "iin=visa,luhn", false},
		{`card 4111111111111112`, "credit_card", "luhn=fail", true},
		{`part 000-12-3456`, "us_ssn", "range=invalid", true},
		{`ssn 123-45-6789`, "us_ssn", "range", false},
		{`itin 973-64-6860`, "us_itin", "range", false},
		{`to DE89370400440532013000`, "iban", "country=DE,mod97", false},
		{`bob@corp.example`, "email", "address", false},
		{`al@corp.example`, "email", "allowed", true},
		{`+14155552671`, "phone", "kind=off", true},
		{`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`, "vendor_token", "shape=github,crc32=ok", false},
		{`ghp_0123456789ABCDEFabcdefGHIJKLmn09sO4p`, "vendor_token", "shape=github,crc32=fail", false},
		{`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x`, "vendor_token", "shape=github,crc32=none", false},
		{`cpf 529.982.247-25`, "br_cpf", "checksum", false},
		{`at https://u:p4ssw0rd@h/`, "url_password", "shape", false},
		{`eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl`, "jwt", "header", false},
		{`pass 4111111111111111 größe="x y"`, "credit_card", "iin=visa,luhn", false},
	} {
		out, findings := r.Explain(tt.line)
		i := slices.IndexFunc(findings, func(f redact.Finding) bool { return f.Detector == tt.detector })
		if i < 0 {
			t.Errorf("%s: no %s in %v", tt.line, tt.detector, findings)
			continue
		}
		f := findings[i]
		if strings.Join(f.Evidence, ",") != tt.evidence || f.Miss != tt.miss {
			t.Errorf("%s: got %v, miss %v, want %s", tt.line, f.Evidence, f.Miss, tt.evidence)
		}
		value := tt.line[f.Start:f.End]
		if b, _ := json.Marshal(f); strings.Contains(string(b), value) || f.Length != len(value) || f.Classes == "" {
			t.Errorf("%s: finding %s", tt.line, b)
		}
		if (f.Action == "keep") != tt.miss || tt.miss != strings.Contains(out, value) {
			t.Errorf("%s: action %s, output %s", tt.line, f.Action, out)
		}
		if (f.Action == "hash") != (len(f.Pseudonym) == 16) || f.Pseudonym != "" && !strings.Contains(out, f.Pseudonym) {
			t.Errorf("%s: pseudonym %q, output %s", tt.line, f.Pseudonym, out)
		}
	}
	if _, findings := r.Explain(`mails bob@corp.example, ssn 123-45-6789`); len(findings) != 2 || findings[0].Start > findings[1].Start {
		t.Errorf("findings %+v", findings)
	}
	// Values of all sorts are described by what they are made of.
	_, findings := r.Explain(`password="größe 9!"`)
	if len(findings) != 1 || findings[0].Classes != "letters,digits,symbols,blanks,non-ascii" || findings[0].Path != "password" {
		t.Errorf("findings %+v", findings)
	}
}
