package ship

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"testing"
)

type swallow struct{}

func (swallow) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	return respond(200, ""), nil
}

// typical is n events of about 500 bytes.
func typical(n int, ack Acker) *Group {
	g := &Group{}
	for i := range n {
		g.Body = append(g.Body, fmt.Sprintf(`{"event_id":"evt_%026d","timestamp":"2025-01-21T10:30:%02d.150Z","event_type":"http.request","action":"GET /users/%d",`+
			`"actor":{"type":"user","id":"%d"},"correlation":{"flow_id":"flow_%026d","request_id":"req_%x"},"metadata":{"level":"info","duration":0.%d,"status":200,`+
			`"method":"GET","path":"/users/%d","fields":{"plan":"pro","items":%d}},"platform":{"service":"my-app","environment":"production","host":"web-1","source":{"file":"app.log","offset":%d}}}`+"\n",
			i*7919, i%60, i%1000, i%977, i/4, i*104729, i%1000, i%1000, i%17, i*512)...)
		g.Events = append(g.Events, Event{End: int32(len(g.Body)), Flow: uint64(i / 4), Ack: ack})
	}
	return g
}

// BenchmarkDelivery is everything between Add and the transport, a group of 512 events at a time.
func BenchmarkDelivery(b *testing.B) {
	for _, compression := range codecNames {
		b.Run(compression, func(b *testing.B) {
			cfg := httpConfig()
			cfg.BatchSize = 1000
			cfg.Compression = compression
			s, err := Start(context.Background(), cfg, Deps{Transport: swallow{}})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			var ack tally
			g := typical(512, &ack)
			b.SetBytes(int64(len(g.Body)))
			b.ReportAllocs()
			for b.Loop() {
				if err := s.Add(context.Background(), g); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkGzipAlone is the part of BenchmarkDelivery/gzip that nothing can take away.
func BenchmarkGzipAlone(b *testing.B) {
	g := typical(1000, nil)
	var enc encoder
	var out []byte
	b.SetBytes(int64(len(g.Body)))
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if out, err = enc.append(out[:0], g.Body, codecGzip); err != nil {
			b.Fatal(err)
		}
	}
}

// A hundred thousand events that wait must not cost 50 MB, nor an allocation each.
func TestWaitingEventsAreSmall(t *testing.T) {
	stop := make(chan struct{})
	f := &receiver{answer: func(int, *http.Request, []string) (*http.Response, error) {
		<-stop
		return respond(200, ""), nil
	}}
	cfg := httpConfig()
	cfg.BatchSize = 1000
	cfg.BufferSize = 200_000
	g := typical(1000, &tally{})
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s := begin(t, cfg, Deps{Transport: f})
	for range 100 {
		add(t, s, g)
	}
	s.awaitEncoded()
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapInuse+after.StackInuse) - int64(before.HeapInuse+before.StackInuse); grown > 30<<20 {
		t.Errorf("100,000 events that wait take %d bytes", grown)
	}
	if n := after.Mallocs - before.Mallocs; n > 20_000 {
		t.Errorf("%d allocations for 100,000 events", n)
	}
	close(stop)
	if err := s.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b := balance(t, s); b.Delivered != 100_000 {
		t.Errorf("%d delivered", b.Delivered)
	}
}
