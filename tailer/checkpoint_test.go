package tailer

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestSlotRoundTrip(t *testing.T) {
	t.Parallel()
	recs := []record{
		{Source: "/var/log/a.log", Path: "/var/log/a.log.1", ID: fileID{1, 2, 3}, Raw: 4, Text: 5, Head: digest{6, 7}, Mark: digest{8, 9}, Size: 10,
			Mod: 11, Seen: 12, Epoch: 13, Identity: []byte("0123456789abcdef"), Rotated: true, Packed: true, Closed: true},
		{Source: "b"},
	}
	b, err := encodeSlot(42, recs)
	if err != nil {
		t.Fatal(err)
	}
	gen, got, err := decodeSlot(append(b, "left from a longer slot"...))
	if err != nil || gen != 42 || !reflect.DeepEqual(got, recs) {
		t.Errorf("got %d %+v %v, want 42 %+v", gen, got, err, recs)
	}
	for i := range b {
		bad := bytes.Clone(b)
		bad[i] ^= 0x10
		if _, _, err := decodeSlot(bad); err == nil {
			t.Errorf("a flipped bit in byte %d goes unnoticed", i)
		}
		if _, _, err := decodeSlot(b[:i]); err == nil {
			t.Errorf("%d of %d bytes are taken for whole", i, len(b))
		}
	}
}

func FuzzDecodeSlot(f *testing.F) {
	b, err := encodeSlot(7, []record{{Source: "a", Raw: 1}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte("ezlogs-positions 1 1 2 00000000\n[]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		gen, recs, err := decodeSlot(b)
		if err != nil {
			return
		}
		again, err := encodeSlot(gen, recs)
		if err != nil {
			t.Fatal(err)
		}
		if g, r, err := decodeSlot(again); err != nil || g != gen || !reflect.DeepEqual(r, recs) {
			t.Errorf("got %d %+v %v, want %d %+v", g, r, err, gen, recs)
		}
	})
}

func TestPositionsHoldNoText(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "secret-in-the-log\n")
	r.start()
	r.save()
	for _, name := range slotNames {
		b, err := os.ReadFile(filepath.Join(r.cfg.StateDir, name))
		if err == nil && bytes.Contains(b, []byte("secret")) {
			t.Errorf("%s holds text of a log", name)
		}
	}
}

func TestPositionsDamagedSlot(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\n")
	r.start().want("a")
	r.save()
	r.write("app.log", "b\n")
	r.step()
	r.want("b")
	r.save()
	newest := slotNames[1-r.tl.store.next]
	r.crash()
	damage(t, filepath.Join(r.cfg.StateDir, newest))
	r.start().want("b") // from the slot before
}

func TestPositionsBothSlotsDamaged(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\n")
	r.start().want("a")
	r.save()
	r.save()
	r.crash()
	for _, name := range slotNames {
		damage(t, filepath.Join(r.cfg.StateDir, name))
	}
	r.start().want("a")
	if !strings.Contains(r.logs.String(), "positions cannot be read") {
		t.Error("damaged positions went unsaid")
	}
	r.save()
	r.crash()
	r.start().want("")
}

func damage(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, string(b[:len(b)/2]))
}

func TestPositionsAreSyncedInTurn(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\n")
	r.start()
	r.tl.saveStep(r.now) // the first waits for the disk
	synced := r.tl.store.next
	for range 3 { // these do not, and leave the slot alone that did
		r.write("app.log", "b\n")
		r.after(r.cfg.PollIdle)
		r.tl.saveStep(r.now)
		if r.tl.store.next != synced || !r.tl.store.pending {
			t.Fatal("a save that did not wait for the disk took the place of one that did")
		}
	}
	r.after(r.cfg.Sync)
	r.tl.saveStep(r.now)
	if r.tl.store.next == synced || r.tl.store.pending {
		t.Error("positions do not reach the disk in time")
	}
	r.tl.saveStep(r.now.Add(r.cfg.Sync)) // nothing moved
	if r.tl.store.next == synced {
		t.Error("positions that did not move are saved")
	}
}

func TestPositionsCannotBeSaved(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\n")
	r.start()
	for _, name := range slotNames {
		if err := os.MkdirAll(filepath.Join(r.cfg.StateDir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	r.tl.saveStep(r.now)
	r.tl.saveStep(r.now)
	if n := strings.Count(r.logs.String(), "positions cannot be saved"); n != 1 {
		t.Errorf("said %d times, want once", n)
	}
	for _, name := range slotNames {
		r.remove("../" + filepath.Base(filepath.Dir(r.cfg.StateDir)) + "/" + filepath.Base(r.cfg.StateDir) + "/" + name)
	}
	r.tl.saveStep(r.now)
	if !strings.Contains(r.logs.String(), "positions are saved again") {
		t.Error("that positions are saved again went unsaid")
	}
	r.save()
	r.crash()
	r.start().want("a")
}

func TestPositionsOfOtherSourcesStay(t *testing.T) {
	r := newRig(t, "a.log", "b.log")
	r.write("a.log", "a\n")
	r.write("b.log", "b\n")
	r.start().wantSorted("a b")
	r.save()
	r.crash()
	paths := r.cfg.Paths
	r.cfg.Paths = paths[:1]
	r.start().want("")
	r.save()
	r.crash()
	r.cfg.Paths = paths
	r.start().want("")
	r.save()
	r.crash()
	r.cfg.Paths = paths[:1]
	r.now = r.now.Add(keepUnfound)
	r.start()
	r.now = r.now.Add(keepUnfound)
	r.save()
	r.crash()
	r.cfg.Paths = paths
	r.start().want("b") // forgotten at last
}

func TestStateDirectoryIsLocked(t *testing.T) {
	r := newRig(t, "app.log")
	r.start()
	if _, err := newTailer(t.Context(), r.cfg, r.discard()); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v, want ErrLocked", err)
	}
	if err := r.tl.Close(); err != nil {
		t.Fatal(err)
	}
	r.start()
}

func TestOnceWithPositions(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\nb")
	read := func(want string) {
		t.Helper()
		for _, l := range readOnce(t, r.cfg, nil) {
			r.got = append(r.got, l.text)
		}
		r.want(want)
	}
	read("a b")
	read("")
	r.write("app.log", "c\nd\n")
	read("c d")
	r.write("app.log", "e\n")
	r.start().want("e") // following goes on where reading once ended
	r.save()
	r.crash()
	r.write("app.log", "f\n")
	read("f")
	r.truncate("app.log")
	r.write("app.log", "g\n")
	read("g")
}
