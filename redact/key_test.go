package redact_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ezlogs/ezlogs/redact"
	"github.com/ezlogs/ezlogs/schema"
)

func TestLoadOrCreateKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, created, err := redact.LoadOrCreateKey(dir)
	if err != nil || !created || len(first) != 32 {
		t.Fatalf("got %d bytes, %v, %v", len(first), created, err)
	}
	info, err := os.Stat(filepath.Join(dir, redact.KeyFile))
	if err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	second, created, err := redact.LoadOrCreateKey(dir)
	if err != nil || created || !bytes.Equal(first, second) {
		t.Errorf("the second time: %v, %v", created, err)
	}
	if _, _, err := redact.LoadOrCreateKey(filepath.Join(dir, "missing")); err == nil {
		t.Error("a key is made where there is no directory")
	}
	bad := t.TempDir()
	if err := os.WriteFile(filepath.Join(bad, redact.KeyFile), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := redact.LoadOrCreateKey(bad); err == nil || !strings.Contains(err.Error(), redact.KeyFile) {
		t.Errorf("a short key: %v", err)
	}
}

// TestKeyMadeMeanwhile holds that a key that appears between looking and making is not overwritten.
func TestKeyMadeMeanwhile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(dir, "missing"), filepath.Join(dir, redact.KeyFile)); err != nil {
		t.Log("no symbolic links here:", err)
		return
	}
	if _, created, err := redact.LoadOrCreateKey(dir); err == nil || created {
		t.Errorf("got %v, %v", created, err)
	}
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	raw := []byte("0123456789abcdef")
	for _, text := range []string{hex.EncodeToString(raw), " " + hex.EncodeToString(raw) + "\n"} {
		if k, err := redact.ParseKey(text); err != nil || !bytes.Equal(k, raw) {
			t.Errorf("ParseKey(%q) = %q, %v", text, k, err)
		}
	}
	if k, err := redact.ParseKey("a sentence that is long"); err != nil || string(k) != "a sentence that is long" {
		t.Errorf("got %q, %v", k, err)
	}
	if _, err := redact.ParseKey("0123"); err == nil {
		t.Error("a short key is taken")
	}
}

func TestSubKeysDiffer(t *testing.T) {
	t.Parallel()
	m := redact.NewKey()
	if bytes.Equal(redact.SubKey(m, "a"), redact.SubKey(m, "b")) || !bytes.Equal(redact.SubKey(m, "a"), redact.SubKey(m, "a")) {
		t.Error("sub-keys do not follow their purpose")
	}
}

// TestPseudonymsJoin holds that one thing has one pseudonym however and wherever it is written.
func TestPseudonymsJoin(t *testing.T) {
	t.Parallel()
	for _, lines := range [][]string{
		{`to Bob@Corp.Example.`, `{"email":"bob@corp.example"}`, `GET /u?m=bob%40corp.example`, `{"m":"{\"to\":\"bob\\u0040corp.example\"}"}`, `user_email=bob@corp.example`},
		{`tel=+14155552671`, `+1 415 555 2671`, `{"phone":"(415) 555-2671"}`, `phone=415-555-2671`, `phone="001 415 555 2671"`},
		{`+44 20 7946 0958`, `+44 (0)20 7946 0958`, `tel=+442079460958`},
		{`iban=DE89370400440532013000`, `to de89370400440532013000 now`, `DE89 3704 0044 0532 0130 00`, `bank_account=DE89370400440532013000`},
		{`ssn=123-45-6789`, `{"ssn":"123456789"}`, `SSN 123 45 6789`},
	} {
		r := newWorker(t, redact.DefaultConfig())
		want := ""
		for _, line := range lines {
			got, _ := r.Line(line)
			i := strings.Index(got, ":k1:")
			if i < 0 {
				t.Errorf("nothing in %s", got)
				continue
			}
			if want == "" {
				want = got[i : i+20]
			}
			if got[i:i+20] != want {
				t.Errorf("%s has %s, want %s", line, got[i:i+20], want)
			}
		}
	}
}

func TestKeysMakePseudonyms(t *testing.T) {
	t.Parallel()
	line := func(keys ...redact.Key) string {
		e, err := redact.New(redact.DefaultConfig(), keys...)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := e.Worker().Line("bob@corp.example")
		return got
	}
	a, b := redact.Key{ID: "k1", Master: []byte("0123456789abcdef")}, redact.Key{ID: "k2", Master: []byte("fedcba9876543210")}
	first := line(a)
	if first != line(a) || first == line(b) || line(b, a) != line(b) || !strings.HasPrefix(line(b, a), "[email:k2:") {
		t.Errorf("%s %s %s", line(a), line(b), line(b, a))
	}
}

func TestManyPseudonyms(t *testing.T) {
	t.Parallel()
	r := newWorker(t, redact.DefaultConfig())
	first, _ := r.Line("u0@corp.example")
	for i := range 5000 {
		r.Line("u" + strings.Repeat("x", i%60) + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + "@corp.example")
	}
	if again, _ := r.Line("u0@corp.example"); again != first {
		t.Errorf("got %s, want %s", again, first)
	}
}

func TestPeriodKeys(t *testing.T) {
	t.Parallel()
	m := redact.NewKey()
	day := 24 * time.Hour
	at := time.Unix(1_700_000_000, 0)
	now, before := redact.PeriodKeys(m, day, at)
	next, last := redact.PeriodKeys(m, day, at.Add(day))
	if last.ID != now.ID || !bytes.Equal(last.Master, now.Master) || next.ID == now.ID || before.ID == now.ID {
		t.Errorf("%v %v %v %v", now.ID, before.ID, next.ID, last.ID)
	}
}

func TestSessionID(t *testing.T) {
	t.Parallel()
	e := newEngine(t, func(*redact.Config) {})
	id := e.SessionID("Zk39dKq83jd93jf93Zs72")
	if len(id) != len("sess_")+16 || !strings.HasPrefix(id, "sess_") || id == e.SessionID("other") {
		t.Errorf("got %s", id)
	}
	for _, same := range []string{"", id} {
		if got := e.SessionID(same); got != same {
			t.Errorf("SessionID(%q) = %q", same, got)
		}
	}
	if got, changed := e.Worker().Line(`{"session_id":"` + id + `","sid":"sess_not-hex-digits-9"}`); !strings.Contains(got, id) || !changed {
		t.Errorf("a hashed session id is hashed again: %s", got)
	}
}

func TestPseudonymsRotate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		engine := newEngine(t, func(c *redact.Config) { c.Rotate = 24 * time.Hour })
		r, other := engine.Worker(), newEngine(t, func(c *redact.Config) { c.Rotate = 24 * time.Hour }).Worker()
		mail := func(r *redact.Redactor) string {
			e := schema.Event{Action: "to bob@corp.example"}
			e.Correlation.SessionID = "Zk39dKq83jd93jf93Zs72"
			r.Event(&e)
			return e.Action + " " + e.Correlation.SessionID
		}
		line := func(r *redact.Redactor) string { out, _ := r.Line("to bob@corp.example"); return out }
		first := mail(r)
		if !strings.HasPrefix(first, "to [email:p") {
			t.Errorf("got %s", first)
		}
		time.Sleep(time.Hour)
		if got := mail(r); got != first {
			t.Errorf("within a period %s becomes %s", first, got)
		}
		time.Sleep(24 * time.Hour)
		second := mail(r)
		if second == first || second[len(second)-16:] == first[len(first)-16:] {
			t.Errorf("in the next period %s stays", first)
		}
		if got := line(other); got != strings.Fields(second)[0]+" "+strings.Fields(second)[1] {
			t.Errorf("another machine writes %s, this one %s", got, second)
		}
	})
}
