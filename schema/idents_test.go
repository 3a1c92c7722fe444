package schema

import "testing"

func TestCanonicalIDs(t *testing.T) {
	t.Parallel()
	const trace, half, span = "0af7651916cd43dd8448eb211c80319c", "8448eb211c80319c", "b7ad6b7169203331"
	for _, tt := range []struct{ in, want string }{
		{trace, trace}, {"0AF7651916CD43DD8448EB211C80319C", trace}, {"0x" + trace, trace}, {"0af76519-16cd-43dd-8448-eb211c80319c", trace},
		{"af7651916cd43dd8448eb211c80319c", trace}, {half, half}, {"9532127138774266268", half}, {"1-0af76519-16cd43dd8448eb211c80319c", trace},
		{"Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=" + span + ";Sampled=1", trace}, {"projects/p/traces/" + trace, trace}, {"00-" + trace + "-" + span + "-01", trace},
		{`"` + trace + `"`, trace}, {"00000000000000000000000000000000", ""}, {"", ""}, {"-", ""}, {"nonsense", ""}, {"507f191e810c19729de860ea", ""}, {"12345", ""},
		{"00-00000000000000000000000000000000-" + span + "-01", ""}, {"99999999999999999999", ""}, {"0af76519-16cd-43dd-8448-eb211c8031zz", ""},
	} {
		if got, ok := canonTrace(tt.in); got != tt.want && ok || ok != (tt.want != "") {
			t.Errorf("canonTrace(%q) = %q %v, want %q", tt.in, got, ok, tt.want)
		}
	}
	for _, tt := range []struct{ in, want string }{
		{span, span}, {"B7AD6B7169203331", span}, {"0x" + span, span}, {"13235353014750950193", span}, {"7ad6b7169203331", "07ad6b7169203331"}, {"0000000000000000", ""}, {"", ""}, {"xyz", ""}, {"123456789012345678901", ""},
	} {
		if got, ok := canonSpan(tt.in); ok != (tt.want != "") || ok && got != tt.want {
			t.Errorf("canonSpan(%q) = %q %v, want %q", tt.in, got, ok, tt.want)
		}
	}
	for _, tt := range []struct{ in, want string }{
		{"E1F2A3B4-0C1D-4E2F-8A3B-4C5D6E7F8091", "e1f2a3b4-0c1d-4e2f-8a3b-4c5d6e7f8091"}, {"{E1F2A3B4-0C1D-4E2F-8A3B-4C5D6E7F8091}", "e1f2a3b4-0c1d-4e2f-8a3b-4c5d6e7f8091"},
		{"e1f2a3b4-0c1d-4e2f-8a3b-4c5d6e7f8091", "e1f2a3b4-0c1d-4e2f-8a3b-4c5d6e7f8091"}, {" r-1 ", "r-1"}, {"DEADBEEFDEADBEEF", "deadbeefdeadbeef"}, {"Req_Ab", "Req_Ab"}, {"7", "7"},
		{"-", ""}, {"null", ""}, {"None", ""}, {"undefined", ""}, {"00000000-0000-0000-0000-000000000000", ""}, {"<nil>", ""}, {"N/A", ""}, {"unknown", ""}, {"--", ""},
	} {
		if got, ok := canonID(tt.in); ok != (tt.want != "") || ok && got != tt.want {
			t.Errorf("canonID(%q) = %q %v, want %q", tt.in, got, ok, tt.want)
		}
	}
}

func TestTraceHeaders(t *testing.T) {
	t.Parallel()
	const trace, span, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "00f067aa0ba902b7"
	for _, tt := range []struct{ in, trace, span, parent string }{
		{"00-" + trace + "-" + span + "-01", trace, span, ""},
		{trace + "-" + span + "-1-" + parent, trace, span, parent},
		{trace + "-" + span + "-1", trace, span, ""},
		{trace + ":" + span + ":" + parent + ":1", trace, span, parent},
		{trace + ":" + span + ":0:1", trace, span, ""},
		{"Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=" + parent + ";Sampled=1", trace, "", parent},
		{"Root=1-0af76519-16cd43dd8448eb211c80319c", trace, "", ""},
		{"1-0af76519-16cd43dd8448eb211c80319c", trace, "", ""},
		{trace + "/13235353014750950193;o=1", trace, span, ""},
		{"projects/p/traces/" + trace, trace, "", ""},
		{trace, trace, "", ""},
		{"0", "", "", ""}, {"", "", "", ""}, {"a-b", "", "", ""}, {"x/1", "", "", ""}, {"Root=x", "", "", ""},
	} {
		var e Event
		ok := e.setTraceHeader("h", tt.in)
		c := &e.Correlation
		if ok != (tt.trace != "") || c.TraceID != tt.trace || c.SpanID != tt.span || c.ParentSpanID != tt.parent {
			t.Errorf("%q: trace %q span %q parent %q, want %q %q %q", tt.in, c.TraceID, c.SpanID, c.ParentSpanID, tt.trace, tt.span, tt.parent)
		}
	}
}

func TestRandomLooking(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"ch_3Nx81abQwTz9", "9UBAeGJ9jPDU4Q", "0b6cbf0e-53b4-4a44-a1b6-7c8f5a1b1a02", "ch_eGnkyZVjS4tb7u", "507f191e810c19729de860ea", "shp_AKMN7LTJHtwdvs"} {
		if !randomLooking(s) {
			t.Errorf("%q does not look random", s)
		}
	}
	for _, s := range []string{"", "17", "20260314100000", "administrator", "en-US", "order-created", "2026-03-14", "internationalisation", "eu-west-1", "CUSTOMERS", "v1.2.3.4.5.6", "hello world now"} {
		if randomLooking(s) {
			t.Errorf("%q looks random", s)
		}
	}
}

func TestStripANSI(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain": "plain", "\x1b[1m\x1b[36mUser\x1b[0m x": "User x", "a\x1b]0;title\x07b": "ab", "a\x1b]8;;u\x1b\\b": "ab", "a\x1b(Bb": "ab", "end\x1b": "end\x1b", "a\x1b[3": "a\x1b[3", "a\x1b[\x01b": "a\x1b[\x01b",
	} {
		if got := StripANSI(in); got != want {
			t.Errorf("StripANSI(%q) = %q, want %q", in, got, want)
		}
	}
}
