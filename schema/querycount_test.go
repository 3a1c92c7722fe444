package schema

import (
	"strings"
	"testing"
	"time"
)

func TestCountQueries(t *testing.T) {
	t.Parallel()
	const tag = "[7f3c1c52-9a0e-4d5e-9a55-3f1f2f0f9a11] "
	for _, tt := range []struct{ name, text, want string }{
		{"block", tag + `Started GET "/orders" for ::1 at 2026-03-14 10:00:00 +0000
` + tag + `  Order Load (0.5ms)  SELECT "orders".* FROM "orders"
` + tag + `  CACHE Order Load (0.0ms)  SELECT "orders".* FROM "orders"
` + tag + `Processing by OrdersController#index as HTML
` + tag + `Completed 200 OK in 15ms (Views: 1.0ms)
`, `"db":{"queries":2,"cached":1,"total":0.0005}`},
		{"request id", tag + `  Order Load (0.5ms)  SELECT "orders".* FROM "orders"
` + tag + `method=GET path=/orders format=html controller=OrdersController action=index status=200 duration=15.00
`, `"db":{"queries":1,"total":0.0005}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := Config{Location: time.UTC, CountQueries: true}
			out := readWith(t, c, tt.text)
			if got := out[len(out)-1]; !strings.Contains(got, `"event_type":"http.request"`) || !strings.Contains(got, tt.want) {
				t.Errorf("request %s lacks %s", got, tt.want)
			}
		})
	}
}
