package flowtest_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/ezlogs/ezlogs/cmd/flowtest"
	"github.com/ezlogs/ezlogs/debugview"
)

// checkout is a program under test: it takes an order and sends a mail.
func checkout(log *slog.Logger) {
	log = log.With("request_id", "4bf92f35-77b3-4da6-a3ce-929d0e0e4736")
	log.Info("card of ana@example.com charged", "event_type", "payment.captured", "action", "payment.captured")
	log.Info("sent", "event_type", "mail.delivered", "action", "Receipt#send", "to", "ana@example.com")
	log.Info("request completed", "method", "POST", "path", "/orders", "status", 201, "duration_ms", 31)
}

func Example() {
	rec := flowtest.New()
	checkout(slog.New(rec.Handler()))
	fmt.Println(rec.Check("http.request > payment.* > mail.delivered"))
	// Output: <nil>
}

// notes is a test that only notes what is said.
type notes struct{ text string }

func (n *notes) Helper()                           {}
func (n *notes) Errorf(format string, args ...any) { n.text += fmt.Sprintf(format, args...) }

func TestRecorder(t *testing.T) {
	t.Parallel()
	rec := flowtest.New()
	checkout(slog.New(rec.Handler()))
	if n := len(rec.Events()); n != 3 {
		t.Errorf("%d events, want 3", n)
	}
	rec.Assert(t, "http.request > payment.* > mail.delivered")

	var n notes
	rec.Assert(&n, "http.request > job.*")
	if !strings.Contains(n.text, "job.*") || !strings.Contains(n.text, "POST /orders") || strings.Contains(n.text, "ana@example.com") {
		t.Errorf("the failure says\n%s", n.text)
	}
	if err := rec.Check(" > "); err == nil {
		t.Error("an expectation without steps is taken")
	}
	if err := rec.CheckFlows(debugview.Expectation{Root: "*", Within: -time.Second}); err == nil {
		t.Error("a negative limit is taken")
	}
	if err := rec.CheckFlows(debugview.Expectation{Root: "POST /orders", Within: time.Millisecond}); err == nil {
		t.Error("a flow of 31 ms is within a millisecond")
	}
	rec.Reset()
	if err := rec.Check("http.request"); err == nil {
		t.Error("a request is left after Reset")
	}
}
