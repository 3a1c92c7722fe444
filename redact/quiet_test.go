package redact

import "testing"

// quietTexts are texts that events are full of: no scan is needed to know that they hold nothing.
var quietTexts = []string{
	"api", "GET", "checkout", "web-1", "x86_64", "user_signed_up", "ActiveRecord", "GET /api/v2/orders/866271", "POST /users/:id/items 200",
	"Mailers::DeliverJob", "job performed", "loaded 128 products in 14 ms (cached)", "10:30:15", "eu-west-1", "10.176.30.165", "2026-03-14",
	"/app/models/cart.rb", "okhttp/4.12.0", "retry 3 of 5", "order-17 moved", "[worker] done", "v1.2.3", "#4711", "users/17/edit?",
	"/a_long_path/of/a/file/in/some/folder", "{}", "_", "-", ":", "a:", "", "done; next {x}, [y] | z!", "_private_name", "866271 422",
}

// loudTexts are texts in which the scan has to look, though most hold nothing.
var loudTexts = []string{
	"password: x", "a=b", "bob@corp.example", "your login number 123456", "the PIN 4711", "+49 30 123456", "123-45-6789", "_123-45-6789",
	"4111111111111111", "4111 1111 1111 1111", "11.222.333/0001-81", "529.982.247-25", "DE89 3704 0044 0532 0130 00", "NO9386011117947",
	"sk_live_abcdefghijkl", "xoxb-abcdefghijkl", "Bearer abcdefgh", "https://a.b", "say \"x\"", "it's", "%40", "&#64;", "a\\b", "caf\u00e9",
	"\x1b[31m", "curl -u a", "ls --all", "<b>", "AAAA/BBBBBBBBBBB", "key x", "AUTH PLAIN x", "1//0abcdefghijklmn", "a :b ]:c", "x:y", "[REDACTED:email]",
	"_password x", "a~aaaaaaaaaaaaa", "12345:AAB", "a12:30", "Xoxd-a/b", "aabbccddeeffgghh",
}

func TestQuiet(t *testing.T) {
	t.Parallel()
	for _, s := range quietTexts {
		if !quiet(s, false) {
			t.Errorf("%q is not taken for quiet", s)
		}
	}
	for _, s := range loudTexts {
		if quiet(s, false) {
			t.Errorf("%q is taken for quiet", s)
		}
	}
	for s, want := range map[string]bool{"to 203.0.113.9": false, "a:b": false, "at ::1": false, "version 2": true, "a.b": true, "10.a": true, "1.": true} {
		if got := quiet(s, true); got != want {
			t.Errorf("with addresses: quiet(%q) = %v", s, got)
		}
	}
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"6f1c8f4e-2f0b-4d4e-9a51-1d3f4f3a6d1c":     true,
		"6F1C8F4E-2F0B-4D4E-9A51-1D3F4F3A6D1C":     true,
		"6f1c8f4e-2f0b-4d4e-9a51-1d3f4f3a6-1c":     false,
		"6f1c8f4e-2f0b-4d4e-9a51-1d3f4f3a6d1x":     false,
		"6f1c8f4e_2f0b_4d4e_9a51_1d3f4f3a6d1c":     false,
		"4bf92f3577b34da6a3ce929d0e0e4736":         true,
		"00f067aa0ba902b7":                         true,
		"be71096123456769":                         false,
		"4111111111111111":                         false,
		"abcdefabcdefabcd":                         false,
		"00F067AA0BA902B7":                         false,
		"70617373776f72643d68756e74657232":         false, // password=hunter2
		"da39a3ee5e6b4b0d3255bfef95601890afd80709": true,
		"short": false,
	} {
		if got := canonical(s); got != want {
			t.Errorf("canonical(%q) = %v", s, got)
		}
	}
}

// testWorker is a worker of a profile, with a secret of our own.
func testWorker(t testing.TB, profile string) *Redactor {
	t.Helper()
	c := DefaultConfig()
	c.Profile = profile
	e, err := New(c, Key{ID: "k1", Master: []byte("0123456789abcdef0123456789abcdef")})
	if err != nil {
		t.Fatal(err)
	}
	return e.Worker()
}

// FuzzQuiet holds that in what is quiet or canonical a scan finds nothing, in every profile.
func FuzzQuiet(f *testing.F) {
	for _, s := range append(quietTexts, loudTexts...) {
		f.Add(s)
	}
	plain, strict := testWorker(f, "default"), testWorker(f, "strict")
	f.Fuzz(func(t *testing.T, s string) {
		if quiet(s, false) {
			if out, changed := plain.Text("", s); changed {
				t.Errorf("quiet %q becomes %q", s, out)
			}
		}
		if quiet(s, true) {
			if out, changed := strict.Text("", s); changed {
				t.Errorf("with addresses quiet %q becomes %q", s, out)
			}
		}
		if canonical(s) {
			if out, changed := strict.Text("", s); changed {
				t.Errorf("canonical %q becomes %q", s, out)
			}
		}
	})
}
