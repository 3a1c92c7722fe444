package ship

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// TestComesBackSoon holds that a short outage is not followed by a long silence: after eight seconds of 503 the breaker waits
// eight more at most, and no batch stands back for longer than fairMax besides.
func TestComesBackSoon(t *testing.T) {
	for range 200 {
		synctest.Test(t, func(t *testing.T) {
			back := time.Now().Add(8 * time.Second)
			var first time.Time
			f := &receiver{answer: func(int, *http.Request, []string) (*http.Response, error) {
				if time.Now().Before(back) {
					return respond(503, ""), nil
				}
				if first.IsZero() {
					first = time.Now()
				}
				return respond(200, ""), nil
			}}
			s := begin(t, httpConfig(), Deps{Transport: f})
			for i := range 8 {
				add(t, s, group(10*i, 10*i+10, nil))
			}
			time.Sleep(time.Minute)
			synctest.Wait()
			if late := first.Sub(back); first.IsZero() || late > 8*time.Second+fairMax {
				t.Errorf("the first delivery came %v after the receiver was back", late)
			}
			sameLines(t, f.lines(), want(0, 80))
		})
	}
}
