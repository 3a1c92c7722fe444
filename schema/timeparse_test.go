package schema

import (
	"testing"
	"time"
)

func newTestParser(t testing.TB, loc *time.Location) *Parser {
	t.Helper()
	p := NewParser(Config{Location: loc})
	p.Start(nil, time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC))
	return p
}

// instant is the moment that every row of TestParseTime writes, as far as its dialect can.
var instant = time.Date(2026, 3, 14, 10, 0, 0, 150e6, time.UTC)

func TestParseTime(t *testing.T) {
	t.Parallel()
	cest := time.FixedZone("X", 2*3600)
	for _, tt := range []struct {
		name, in string
		loc      *time.Location
		digits   int
	}{
		{"rfc3339", "2026-03-14T10:00:00.150Z", nil, 3},
		{"rfc3339 offset", "2026-03-14T12:00:00.150+02:00", nil, 3},
		{"offset without colon", "2026-03-14T12:00:00.150+0200", nil, 3},
		{"offset of hours", "2026-03-14 12:00:00.150+02", nil, 3},
		{"negative offset", "2026-03-14T04:30:00.150000-05:30", nil, 6},
		{"nanoseconds", "2026-03-14T10:00:00.150000000Z", nil, 9},
		{"ten digits", "2026-03-14T10:00:00.1500000000Z", nil, 9},
		{"no zone", "2026-03-14T12:00:00.150000", cest, 6},
		{"comma", "2026-03-14 12:00:00,150", cest, 3},
		{"zone by name", "2026-03-14 10:00:00.150 UTC", cest, 3},
		{"CET", "2026-03-14 11:00:00.150 CET", nil, 3},
		{"Go String", "2026-03-14 10:00:00.150 +0000 UTC", nil, 3},
		{"brackets", "[2026-03-14 10:00:00.150]", nil, 3},
		{"Go log", "2026/03/14 10:00:00.150000", nil, 6},
		{"compact", "20260314T100000.150Z", nil, 3},
		{"compact date", "20260314 10:00:00.150", nil, 3},
		{"clf", "14/Mar/2026:12:00:00.150 +0200", nil, 3},
		{"haproxy", "14/Mar/2026:10:00:00.150", nil, 3},
		{"tomcat", "14-Mar-2026 10:00:00.150", nil, 3},
		{"redis", "14 Mar 2026 10:00:00.150", nil, 3},
		{"german", "14.03.2026 10:00:00.150", nil, 3},
		{"apache error", "Sat Mar 14 10:00:00.150000 2026", nil, 6},
		{"rfc1123 with millis", "Sat, 14 Mar 2026 10:00:00.150 GMT", nil, 3},
		{"us", "03/14/2026, 10:00:00.150 AM", nil, 3},
		{"syslog with millis", "Mar 14 10:00:00.150", nil, 3},
		{"time of day", "10:00:00.150", nil, 3},
		{"epoch seconds", "1773482400.150", nil, 3},
		{"epoch with exponent", "1.77348240015e9", nil, 2},
		{"epoch ms", "1773482400150", nil, 3},
		{"epoch us", "1773482400150000", nil, 6},
		{"epoch ns", "1773482400150000000", nil, 9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			loc := tt.loc
			if loc == nil {
				loc = time.UTC
			}
			got, ok := newTestParser(t, loc).parseTime(tt.in)
			if !ok || got.NS != instant.UnixNano() || int(got.Digits) != tt.digits || got.From != FromLine {
				t.Errorf("parseTime(%q) = %v %+v %v, want %v with %d digits", tt.in, got.Go(), got, ok, instant, tt.digits)
			}
		})
	}
}

func TestParseTimeSeconds(t *testing.T) {
	t.Parallel()
	p := newTestParser(t, time.UTC)
	want := time.Date(2026, 3, 14, 22, 0, 0, 0, time.UTC).UnixNano()
	for _, in := range []string{
		"Sat Mar 14 22:00:00 2026", "Sat Mar 14 22:00:00 UTC 2026", "Sat Mar 14 23:00:00 +0100 2026", "Sat, 14 Mar 2026 22:00:00 GMT",
		"Saturday, 14-Mar-26 22:00:00 GMT", "Mar 14 22:00:00", "Mar 14 2026 22:00:00", "Mar 14, 2026 10:00:00 PM", "Mar 14, 2026, 10:00:00\u202fPM",
		"3/14/2026, 10:00:00 PM", "14/03/2026 22:00:00", "2026/03/14 - 22:00:00", "260314 22:00:00", "14/Mar/2026 22:00:00", "14/Mar/2026:22:00:00 +0000",
		"2026-03-14 10:00:00 PM", "1773525600", "14 March 2026 22:00:00",
	} {
		if got, ok := p.parseTime(in); !ok || got.NS != want {
			t.Errorf("parseTime(%q) = %v %v", in, got.Go(), ok)
		}
	}
	for _, in := range []string{
		"", "x", "12", "123456", "2026-13-14T10:00:00Z", "2026-02-30T10:00:00Z", "2026-03-14", "2026-03-14T25:00:00Z", "0001-01-01T00:00:00Z",
		"12345678901", "-1773525600", "1773525600x", "10.0.0.1:8080", "192.168.1.1", "1.2.3", "2026-03-14T10:00:00Zulu", "Marching 14 10:00:00", "99999999999999999999",
		"10:00", "31/Feb/2026:10:00:00 +0000", "00:61:00", "2026-03-14T10:00:00 more", "0000000000",
	} {
		if got, ok := p.parseTime(in); ok {
			t.Errorf("parseTime(%q) = %v, want none", in, got.Go())
		}
	}
}

func TestYearless(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, now, want string }{
		{"Dec 31 23:59:59", "2026-01-01T00:00:10Z", "2025-12-31T23:59:59Z"},
		{"Jan  1 00:00:05", "2025-12-31T23:59:50Z", "2026-01-01T00:00:05Z"},
		{"Mar 16 00:00:00", "2026-03-14T10:00:00Z", "2025-03-16T00:00:00Z"},
		{"Feb 29 10:00:00", "2026-03-14T10:00:00Z", "2024-02-29T10:00:00Z"},
		{"23:59:59.500", "2026-03-14T00:00:10Z", "2026-03-13T23:59:59.5Z"},
		{"00:00:01", "2026-03-14T23:59:59Z", "2026-03-15T00:00:01Z"},
	} {
		now, _ := time.Parse(time.RFC3339, tt.now)
		want, _ := time.Parse(time.RFC3339Nano, tt.want)
		p := NewParser(Config{Location: time.UTC})
		p.Start(nil, now)
		if got, ok := p.parseTime(tt.in); !ok || got.NS != want.UnixNano() {
			t.Errorf("%q read at %s: %v %v, want %s", tt.in, tt.now, got.Go(), ok, tt.want)
		}
	}
}

func TestLeadingTime(t *testing.T) {
	t.Parallel()
	p := newTestParser(t, time.UTC)
	for _, tt := range []struct{ in, rest string }{
		{"2026-03-14T10:00:00Z INFO x", " INFO x"},
		{"2026-03-14 10:00:00,150 - root - INFO", " - root - INFO"},
		{"2026/03/14 10:00:00 [error] 1#1: x", " [error] 1#1: x"},
		{"2026-03-14 10:00:00.000 CET [1] LOG:  x", " [1] LOG:  x"},
		{"Mar 14 10:00:00 host app[1]: x", " host app[1]: x"},
		{"2026-03-14 10:00:00 AMQP connection", " AMQP connection"},
		{"2026-03-14 10:00:00 -12 degrees", " -12 degrees"},
		{"Mar 14, 2026 10:00:00 PM org.Foo bar", " org.Foo bar"},
	} {
		if _, rest, ok := p.leadingTime(tt.in); !ok || rest != tt.rest {
			t.Errorf("leadingTime(%q): rest %q %v, want %q", tt.in, rest, ok, tt.rest)
		}
	}
	if got, rest, ok := p.klogTime("0314 10:00:00.150000   12345 main.go:1] x"); !ok || got.NS != instant.UnixNano() || rest != "   12345 main.go:1] x" {
		t.Errorf("klogTime: %v %q %v", got.Go(), rest, ok)
	}
}

func TestDaylightSaving(t *testing.T) {
	t.Parallel()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	p := newTestParser(t, loc)
	for in, want := range map[string]string{
		"2026-03-14 11:00:00": "2026-03-14T10:00:00Z",
		"2026-07-14 12:00:00": "2026-07-14T10:00:00Z",
		"2026-03-29 03:30:00": "2026-03-29T01:30:00Z",
		"2026-03-29 01:30:00": "2026-03-29T00:30:00Z",
	} {
		got, ok := p.parseTime(in)
		if s := string(got.AppendRFC3339(nil)); !ok || s != want {
			t.Errorf("parseTime(%q) in Berlin = %s, want %s", in, s, want)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"2026-03-14T10:00:00.150Z", "Sat Mar 14 22:00:00 UTC 2026", "14/Mar/2026:22:00:00 +0000", "1773482400.15", "3/14/2026, 10:00:00 PM", "10:00:00"} {
		f.Add(s)
	}
	p := newTestParser(f, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		if got, rest, ok := p.leadingTime(s); ok && (len(rest) >= len(s) || got.NS < 0 || got.Digits > 9) {
			t.Errorf("leadingTime(%q) = %+v, rest %q", s, got, rest)
		}
		if want, err := time.Parse(time.RFC3339Nano, s); err == nil && want.Year() >= 1970 && want.Year() < 2262 && len(s) > 19 {
			if got, ok := p.parseTime(s); !ok || want.Unix() >= 0 && got.NS != want.UnixNano() {
				t.Errorf("parseTime(%q) = %v %v", s, got.Go(), ok)
			}
		}
	})
}
