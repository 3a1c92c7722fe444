package ship

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestReceiverIsToldOfHoles(t *testing.T) {
	for _, spooled := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			o := &outage{}
			o.down.Store(true)
			f := &receiver{answer: o.answer}
			cfg := pipeConfig(t)
			cfg.BatchSize = 100
			cfg.Memory = 1 << 20
			cfg.SpoolMax = 2 << 20
			if !spooled {
				cfg.StateDir = ""
			}
			s := begin(t, cfg, Deps{Transport: f, Gap: func(g Gap) []byte {
				if g.Last.Before(g.First) || g.Events < 1 {
					t.Errorf("%+v", g)
				}
				return fmt.Appendf(nil, `{"gap":"%s %d"}`+"\n", g.Reason, g.Events)
			}})
			sent := uint64(0)
			for i := range 400 {
				add(t, s, noise(r, i*50, 50, 500, 0))
				sent += 50
				time.Sleep(10 * time.Millisecond)
			}
			o.down.Store(false)
			time.Sleep(10 * time.Second)
			if err := s.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			b := balance(t, s)
			told, gaps := 0, 0
			for _, l := range f.lines() {
				var reason string
				var n int
				if k, _ := fmt.Sscanf(l, `{"gap":"%s %d"}`, &reason, &n); k == 2 {
					told += n
					gaps++
				}
			}
			if told == 0 || uint64(told) != b.Dropped["full"] || gaps > 20 {
				t.Errorf("told of %d in %d events, %v dropped", told, gaps, b.Dropped)
			}
			if b.Added < sent+uint64(gaps) || !strings.Contains(strings.Join(f.lines(), ""), "gap") {
				t.Errorf("added %d of %d and %d", b.Added, sent, gaps)
			}
		})
	}
}
