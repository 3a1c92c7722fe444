package redact_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/redact"
)

// seeds adds everything the tables know.
func seeds(f *testing.F, add func(string)) {
	for _, s := range samples {
		plain, _, _ := unmark(s.line)
		add(plain)
	}
	for _, s := range traps {
		add(s)
	}
	add(`{"a":[1,"b",{"password":12345678,"card":4111111111111111}],"é":null}`)
	add("[REDACTED:password] [email:k1:0123456789abcdef]")
}

// FuzzRedact holds for any text, taken in any form and under any key: no panic, a second pass changes nothing, JSON
// stays JSON.
func FuzzRedact(f *testing.F) {
	for _, profile := range []byte{0, 2} {
		seeds(f, func(s string) { f.Add(profile, byte(0), s) })
	}
	workers := map[byte]*redact.Redactor{}
	for i, p := range redact.Profiles {
		c := redact.DefaultConfig()
		c.Profile = p
		workers[byte(i)] = newWorker(f, c)
	}
	keys := []string{"", "password", "trace_id", "cookie", "authorization", "card", "email", "phone", "message"}
	f.Fuzz(func(t *testing.T, profile, form byte, text string) {
		r := workers[profile%byte(len(workers))]
		key := keys[int(form/4)%len(keys)]
		pass := func(s string) string {
			var out string
			var changed bool
			switch form % 4 {
			case 0:
				out, changed = r.Line(s)
			case 1:
				out, changed = r.Text(key, s)
			case 2:
				out, changed = r.Escaped(key, s)
			case 3:
				out, changed = r.JSON(key, s)
			}
			if !changed && out != s {
				t.Errorf("%q became %q and that was not said", s, out)
			}
			return out
		}
		once := pass(text)
		if strings.Contains(once, "unscanned") && !strings.Contains(text, "unscanned") {
			t.Errorf("%q was not scanned", text)
		}
		if twice := pass(once); twice != once {
			t.Errorf("form %d key %q: %q\nbecomes %q\nand then %q", form%4, key, text, once, twice)
		}
		switch form % 4 {
		case 0, 3:
			structure := form%4 == 3 || strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")
			if structure && json.Valid([]byte(text)) && !json.Valid([]byte(once)) {
				t.Errorf("form %d key %q: JSON %q\nbecomes %q", form%4, key, text, once)
			}
		case 2:
			if json.Valid([]byte(`"`+text+`"`)) && !json.Valid([]byte(`"`+once+`"`)) {
				t.Errorf("the inside of a string %q\nbecomes %q", text, once)
			}
		}
	})
}

// FuzzPlanted holds that a token that shows itself is found wherever it stands.
func FuzzPlanted(f *testing.F) {
	seeds(f, func(s string) { f.Add(s, s) })
	r := newWorker(f, redact.DefaultConfig())
	const token = "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"
	f.Fuzz(func(t *testing.T, before, after string) {
		out, _ := r.Line(before + " " + token + " " + after)
		if strings.Contains(out, token) && !strings.Contains(before+after, token) {
			t.Errorf("stays in %q", out)
		}
	})
}
