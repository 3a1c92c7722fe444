//go:build unix

package tailer

import (
	"io"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

func TestNamedPipe(t *testing.T) {
	t.Parallel()
	r := newRig(t, "fifo")
	if err := unix.Mkfifo(r.path("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	tl := startTailer(t, t.Context(), testConfig(r.path("fifo")), nil)
	for _, want := range []string{"a", "b"} { // one writer after the other
		w, err := os.OpenFile(r.path("fifo"), os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, want+"\n")
		w.Close()
		if got := take(t, tl.Chunks(), 1); got[0] != want {
			t.Errorf("got %q, want %q", got[0], want)
		}
	}
}

func TestNamedPipeOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, "fifo")
	r.cfg.StateDir = ""
	if err := unix.Mkfifo(r.path("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		w, err := os.OpenFile(r.path("fifo"), os.O_WRONLY, 0)
		if err != nil {
			return
		}
		io.WriteString(w, "a\nb")
		w.Close()
	}()
	if got := readOnce(t, r.cfg, nil); len(got) != 2 || got[1].text != "b" {
		t.Errorf("got %v, want a and b", got)
	}
}

func TestFileThatCannotBeRead(t *testing.T) {
	if os.Getuid() == 0 {
		t.Log("everything can be read by root; what follows shows only that lines come")
	}
	r := newRig(t, "app.log")
	r.write("app.log", "a\n")
	if err := os.Chmod(r.path("app.log"), 0); err != nil {
		t.Fatal(err)
	}
	r.start()
	if err := os.Chmod(r.path("app.log"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.step()
	r.want("a")
}
