package correlate

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/schema"
)

// texts are made of these, with prefixes that ids have.
var (
	alphabets = []string{"0123456789", "0123456789abcdef", "0123456789ABCDEF", "0123456789abcdefABCDEF", "0", "01", "abcdef",
		"0123456789abcdefghjkmnpqrstvwxyz", "abcdefghijklmnopqrstuvwxyz", "abcXYZ019-_.:/=", "0000000000000000000000a1", "ab1\xc3\xa9@[`{/:"}
	prefixes = []string{"", "", "", "evt_", "flow_", "req-", "projects/p/traces/", "Root=", "1-", "a-", "0x"}
)

// someText returns a text like an id; the same for the same seed.
func someText(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString(prefixes[r.IntN(len(prefixes))])
	alphabet := alphabets[r.IntN(len(alphabets))]
	n := []int{8, 12, 16, 17, 20, 24, 26, 32, 32, 36, 40, 64, r.IntN(150)}[r.IntN(13)]
	for range n {
		b.WriteByte(alphabet[r.IntN(len(alphabet))])
	}
	s := b.String()
	if len(s) >= 32 && r.IntN(3) == 0 {
		s = s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:32]
	}
	return s
}

// slowKey is Correlator.identKey without its short cuts.
func slowKey(c *Correlator, kind schema.IdentKind, s string) (k, half key, m strength) {
	text, n, random := normal(kind, s, &c.buf)
	if n != 0 {
		text = string(c.buf[:n])
		if strings.Trim(text, text[:1]) != "" {
			m = strong
		}
	} else if m = strong; !random {
		m = judge(kind, text)
	}
	if m == useless {
		return
	}
	switch {
	case kind != schema.IdentTrace || len(text) != 32:
	case text[:16] == "0000000000000000" && n != 0:
		text = text[16:]
	case m == strong && (n == 0 || len(s) != 36): // the lower half of a UUID may be that of the machine
		half = slowSum(&c.hash, spaceID, text[16:])
	}
	return slowSum(&c.hash, spaceID, text), half, m
}

// slowSum is hasher.sum, byte by byte.
func slowSum(h *hasher, space uint64, s string) key {
	a, b := h.begin(space, len(s))
	for {
		var w uint64
		for i := range min(len(s), 8) {
			w |= uint64(s[i]) << (8 * i)
		}
		a, b = round(a, b, w)
		if len(s) < 8 {
			return finish(a, b)
		}
		s = s[8:]
	}
}

// TestShortCuts holds that what is found out about an id eight bytes at a time is what is found out byte by byte.
func TestShortCuts(t *testing.T) {
	t.Parallel()
	c := New(DefaultConfig())
	r := rand.New(rand.NewPCG(1, 2))
	quick := 0
	for range 200_000 {
		s := someText(r)
		for _, kind := range []schema.IdentKind{schema.IdentTrace, schema.IdentRequest, schema.IdentMessage, schema.IdentBlock} {
			if got, want := measure(kind, s), judge(kind, s); got != want {
				t.Fatalf("measure(%v, %q) = %d, want %d", kind, s, got, want)
			}
			k, half, m := c.identKey(kind, s)
			wantKey, wantHalf, want := slowKey(c, kind, s)
			if k != wantKey || half != wantHalf || m != want {
				t.Fatalf("identKey(%v, %q) = %v %v %d, want %v %v %d", kind, s, k, half, m, wantKey, wantHalf, want)
			}
			if got, want := c.flowName(kind, s), c.canonicalName(canonical(kind, s)); got != want {
				t.Fatalf("flowName(%v, %q) = %s, want %s", kind, s, got, want)
			}
		}
		if _, n := hexWords(s); n != 0 {
			quick++
		}
	}
	if quick < 1000 {
		t.Errorf("%d of 200000 texts were hex words", quick)
	}
}
