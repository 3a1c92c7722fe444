package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/ezlogs/ezlogs/debugview"
)

func TestLiveKeys(t *testing.T) {
	t.Parallel()
	cfg := debugview.DefaultConfig()
	cfg.Input, cfg.Region, cfg.TermSize = debugview.Follow, true, func() (int, int) { return 100, 30 }
	var out, errs bytes.Buffer
	v, err := debugview.New(cfg, &out, &errs, nil)
	if err != nil {
		t.Fatal(err)
	}
	ended := 0
	k := &liveKeys{pressed: make(chan byte, 8), end: func() { ended++ }, restore: func() {}}
	for _, tt := range []struct {
		keys   string
		paused bool
		ended  int
	}{{"p", true, 0}, {"", true, 0}, {"p", false, 0}, {"?x", false, 0}, {" ", true, 0}, {"q", true, 1}} {
		for _, key := range []byte(tt.keys) {
			k.pressed <- key
		}
		k.apply(v)
		if v.Paused() != tt.paused || ended != tt.ended {
			t.Errorf("%q: paused %t, ended %d; want %t, %d", tt.keys, v.Paused(), ended, tt.paused, tt.ended)
		}
	}
	k.close()
	var none *liveKeys
	none.apply(v)
	none.close()
	f, err := os.Create(filepath.Join(t.TempDir(), "no terminal"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if startLiveKeys(t.Context(), f, nil) != nil || startLiveKeys(t.Context(), nil, nil) != nil {
		t.Error("keys of what is no terminal")
	}
}
