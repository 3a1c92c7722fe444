package ship

import (
	"strings"
	"testing"
)

func TestAnswersAreCleanedBeforeTheyAreKept(t *testing.T) {
	t.Parallel()
	dl := &deadLetter{clean: func(s string) string { return strings.ReplaceAll(s, "tok-123456", "*") }}
	if got := dl.answer([]byte("not for tok-123456\xff")); got != "not for *\ufffd" {
		t.Errorf("got %q", got)
	}
	// Half of a secret at the cut is not kept: it would not be known.
	cut := strings.Repeat("x", maxSnippet-7) + " tok-12"
	if got := dl.answer([]byte(cut)); got != cut[:maxSnippet-7] {
		t.Errorf("kept %q", got[maxSnippet-20:])
	}
	if got := dl.answer([]byte(strings.Repeat("x", maxSnippet))); got != "" {
		t.Errorf("one long word: kept %d bytes", len(got))
	}
	if got := (&deadLetter{}).answer([]byte("as it is")); got != "as it is" {
		t.Errorf("got %q", got)
	}
}
