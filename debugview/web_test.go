package debugview_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/debugview"
)

func TestWeb(t *testing.T) {
	t.Parallel()
	v, err := debugview.New(config(func(c *debugview.Config) { c.Input = debugview.Follow }), io.Discard, io.Discard, nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := debugview.NewWeb(v, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if !w.Loopback() {
		t.Error("not on loopback")
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	for _, e := range (&scene{}).deadlock().events {
		v.Add(&e)
	}
	v.Advance(at("14:02:20"))
	v.Advance(at("14:03:20"))

	base, key, _ := strings.Cut(w.URL(), "?k=")
	get := func(url, host, cookie string) (*http.Response, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if host != "" {
			r.Host = host
		}
		if cookie != "" {
			r.AddCookie(&http.Cookie{Name: "ezlogs_key", Value: cookie})
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(body)
	}
	for _, tt := range []struct {
		name, url, host, cookie string
		want                    int
	}{
		{"key", w.URL(), "", "", 200},
		{"cookie", base, "", key, 200},
		{"no key", base, "", "", 403},
		{"wrong key", base + "?k=0123", "", "", 403},
		{"wrong host", w.URL(), "evil.example", "", 403},
		{"wrong host, right port", w.URL(), "evil.example:" + strings.TrimSuffix(base[strings.LastIndex(base, ":")+1:], "/"), "", 403},
		{"events without key", base + "events", "", "", 403},
		{"no such page", base + "x", "", key, 404},
	} {
		resp, body := get(tt.url, tt.host, tt.cookie)
		if resp.StatusCode != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, resp.StatusCode, tt.want)
		}
		if strings.Contains(body, "Deadlock") != (tt.want == 200) {
			t.Errorf("%s: body %q", tt.name, body)
		}
	}
	resp, _ := get(w.URL(), "", "")
	if c := resp.Header.Get("Set-Cookie"); !strings.Contains(c, "SameSite=Strict") || !strings.Contains(c, "HttpOnly") {
		t.Errorf("cookie: %s", c)
	}

	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"events?k="+key, nil)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	lines := bufio.NewScanner(stream.Body)
	lines.Buffer(nil, 1<<20)
	lines.Scan() // the greeting: from here on flows are sent
	for _, e := range (&scene{}).signup().events {
		v.Add(&e)
	}
	v.Advance(at("14:04:20"))
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			if !strings.Contains(data, "c9ad1a") {
				t.Errorf("message %s", data)
			}
			return
		}
	}
	t.Error("no message")
}
