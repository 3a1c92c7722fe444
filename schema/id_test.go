package schema

import (
	"crypto/sha256"
	"testing"
)

func TestParseFlowID(t *testing.T) {
	t.Parallel()
	for i := range 2000 {
		var f FlowID
		h := sha256.Sum256([]byte{byte(i), byte(i >> 8)})
		copy(f[:], h[:])
		if got, ok := ParseFlowID(f.String()); !ok || got != f {
			t.Fatalf("%s was read as %s, %v", f, got, ok)
		}
	}
	for _, s := range []string{
		"", "flow_", "flow_00000000000000000000000000", "flow_7p8yt21cgcz7yn0m4gtpsbhxb", "flow_7p8yt21cgcz7yn0m4gtpsbhxbgg", "evt_7p8yt21cgcz7yn0m4gtpsbhxbgg",
		"flow_Ap8yt21cgcz7yn0m4gtpsbhxbg", "flow_7p8yt21cgcz7in0m4gtpsbhxbg", "flow_7p8yt21cgcz7yn0m4gtpsbhxb1", "flow_7p8yt21cgczLyn0m4gtpsbhxbg",
	} {
		if f, ok := ParseFlowID(s); ok {
			t.Errorf("%q was read as %s", s, f)
		}
	}
}
