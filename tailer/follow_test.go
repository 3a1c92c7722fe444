package tailer

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

func TestFollowAppends(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\nb\n")
	r.start().want("a b")
	r.step()
	r.want("")
	r.write("app.log", "c\n")
	r.step()
	r.want("c")
}

func TestPartialLine(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\nhal")
	r.start().want("a")
	r.step()
	r.write("app.log", "f")
	r.step()
	r.want("")
	r.write("app.log", "\nb\n")
	r.step()
	r.want("half b")
}

func TestPartialLineIsReadAgainAfterARestart(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\nhal")
	r.start().want("a")
	r.save()
	r.crash()
	r.write("app.log", "f\n")
	r.start().want("half")
}

func TestLateFile(t *testing.T) {
	r := newRig(t, "app.log", "*.txt")
	r.start().want("")
	r.write("app.log", "a\n")
	r.write("x.txt", "x\n")
	r.step()
	r.wantSorted("a x")
}

func TestLateDirectory(t *testing.T) {
	r := newRig(t, "logs/app.log")
	r.start().want("")
	if err := os.Mkdir(r.path("logs"), 0o700); err != nil {
		t.Fatal(err)
	}
	r.write("logs/app.log", "a\n")
	r.step()
	r.want("a")
}

func TestFromEnd(t *testing.T) {
	r := newRig(t, "app.log", "late.log")
	r.cfg.From = "end"
	r.write("app.log", "a\nhal")
	r.start().want("")
	r.write("app.log", "f\nb\n")
	r.write("late.log", "x\n")
	r.step()
	r.wantSorted("b half x")
}

func TestFromEndOfUTF16(t *testing.T) {
	r := newRig(t, "app.log")
	r.cfg.From = "end"
	r.write("app.log", "\xff\xfea\x00\n\x00b\x00")
	r.start().want("")
	r.write("app.log", "c\x00\n\x00")
	r.step()
	r.want("bc")
}

func TestRotation(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\n")
	r.start().want("a")
	r.write("app.log", "b\n")
	r.rename("app.log", "app.log.1")
	r.write("app.log", "c\n")
	r.step()
	r.want("b c")
	if st := r.tl.Stats(); st.Rotations != 1 || st.Open != 2 {
		t.Errorf("got %d rotations, %d open, want 1, 2", st.Rotations, st.Open)
	}
	r.after(r.cfg.Linger)
	r.step()
	if st := r.tl.Stats(); st.Open != 1 {
		t.Errorf("got %d open after the linger, want 1", st.Open)
	}
}

func TestRotationLeavesNoNameForAWhile(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\n")
	r.start().want("a")
	r.write("app.log", "b\n")
	r.rename("app.log", "app.log.1")
	r.step()
	r.want("b")
	r.write("app.log.1", "c\n")
	r.write("app.log", "d\n")
	r.step()
	r.want("c d")
}

func TestRotationWriterLingers(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\n")
	r.start().want("a")
	r.rename("app.log", "app.log.1")
	r.write("app.log", "x\n")
	r.step()
	r.write("app.log.1", "b\n")
	r.step()
	r.want("x b")
}

func TestRotationUnterminatedLastLine(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\nlast")
	r.start().want("a")
	r.rename("app.log", "app.log.1")
	r.write("app.log", "x\n")
	r.step()
	r.want("x")
	r.after(r.cfg.Linger)
	r.step()
	r.want("last")
}

func TestRotationsMissed(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\n")
	r.start().want("a")
	r.write("app.log", "b\n")
	r.rename("app.log", "app.log.1")
	for _, l := range []string{"c\n", "d\n"} {
		if l == "d\n" {
			r.rename("app.log.1", "app.log.2")
			r.rename("app.log", "app.log.1")
		}
		r.write("app.log", l)
	}
	r.rename("app.log.2", "app.log.3")
	r.rename("app.log.1", "app.log.2")
	r.rename("app.log", "app.log.1")
	r.write("app.log", "e\n")
	r.step()
	r.want("b c d e")
	r.step()
	r.step()
	r.want("")
}

func TestRotationDated(t *testing.T) {
	for _, name := range []string{"app-20250121.log", "app.log-20250121-101112", "app.2025-01-21.0.log", "app.log.2025-01-21T10:11:12Z"} {
		r := newRig(t, "app.log")
		r.write("app.log", "a\n")
		r.start().want("a")
		r.rename("app.log", "app.log.x") // it leaves the names we know; its descriptor is held
		r.write("app.log", "b\n")
		r.rename("app.log", name)
		r.write("app.log", "c\n")
		r.step()
		r.want("b c")
	}
}

func TestRotationLeftOversAreNotRead(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log.2", "old\n")
	r.write("app.log.1", "older\n")
	r.write("app.log", "a\n")
	r.start().want("a")
	r.write("app.log.1", "touched\n")
	r.rename("app.log.2", "app.log.3")
	r.rename("app.log.1", "app.log.2")
	r.rename("app.log", "app.log.1")
	r.write("app.log", "b\n")
	r.step()
	r.step()
	r.want("touched b") // what is written since is new wherever it stands
}

func TestRotationInsideAGlob(t *testing.T) {
	r := newRig(t, "app.log*")
	r.write("app.log", "a\n")
	r.start().want("a")
	for i := range 5 {
		r.write("app.log", "b\n")
		if i > 0 {
			r.rename("app.log.1", "app.log.2")
		}
		r.rename("app.log", "app.log.1")
		r.write("app.log", "c\n")
		r.step()
		r.step()
		r.want("b c")
	}
	r.save()
	r.crash()
	r.start().want("")
}

func TestRestartInsideAGlob(t *testing.T) {
	r := newRig(t, "app.log*")
	r.write("app.log", "a\n")
	r.start().want("a")
	r.save()
	for i := range 4 { // files that nobody saw live are sources of their own, and move on
		r.crash()
		for _, n := range []string{"1", "2"} {
			for k := 9; k >= 1; k-- {
				from, to := fmt.Sprintf("app.log.%d", k), fmt.Sprintf("app.log.%d", k+1)
				if _, err := os.Stat(r.path(from)); err == nil {
					r.rename(from, to)
				}
			}
			r.rename("app.log", "app.log.1")
			r.write("app.log", fmt.Sprintf("%d%s\n", i, n))
		}
		r.start().wantSorted(fmt.Sprintf("%d1 %d2", i, i))
		if i%2 == 1 {
			r.after(r.cfg.Linger)
			r.step()
			r.after(r.cfg.Linger)
			r.step()
			r.want("")
		}
		r.save()
	}
	if strings.Contains(r.logs.String(), "level=ERROR") {
		t.Errorf("files were lost:\n%s", r.logs.String())
	}
}

func TestDeletion(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\n")
	r.start().want("a")
	r.write("app.log", "b\n")
	r.remove("app.log")
	r.write("app.log", "c\n")
	r.step()
	r.want("b c")
	if st := r.tl.Stats(); st.Vanishing != 1 {
		t.Errorf("got %d vanishing files, want 1", st.Vanishing)
	}
}

func TestDeletionForGood(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\n")
	r.start().want("a")
	r.write("app.log", "b")
	r.remove("app.log")
	r.step()
	r.after(r.cfg.Linger)
	r.step()
	r.want("b")
	if st := r.tl.Stats(); st.Open != 0 {
		t.Errorf("got %d files open, want 0", st.Open)
	}
}

func TestTruncation(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\nb\n")
	r.start().want("a b")
	r.truncate("app.log")
	r.write("app.log", "c\n")
	r.step()
	r.want("c")
	if st := r.tl.Stats(); st.Truncations != 1 {
		t.Errorf("got %d truncations, want 1", st.Truncations)
	}
}

func TestTruncationToTheSameSize(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "aa\nbb\n")
	r.start().want("aa bb")
	r.truncate("app.log")
	r.write("app.log", "cc\ndd\n")
	r.step()
	r.want("cc dd")
}

func TestTruncationAndGrowthBeyond(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "aa\nbb\n")
	r.start().want("aa bb")
	r.truncate("app.log")
	r.write("app.log", "cc\ndd\nee\n")
	r.step()
	r.want("cc dd ee")
}

func TestTruncationChangesIdentity(t *testing.T) {
	r := newRig(t, "app.log")
	r.hold = true
	r.write("app.log", "head\na\n")
	r.start()
	id := func() string { return string(r.tl.sources[0].live.info.Identity) }
	before := id()
	r.truncate("app.log")
	r.write("app.log", "head\n")
	r.step()
	if before == id() {
		t.Error("lines after a truncation get the identities of those before")
	}
	after := id()
	r.save()
	r.crash()
	r.got = nil
	r.start().want("head") // nobody has the others any more
	if got := id(); got != after {
		t.Error("a restart changed the identity of a truncated file")
	}
}

func TestTruncationNotSavedChangesIdentityAgain(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "head\na\n")
	r.start().want("head a")
	r.save()
	r.copy("app.log", "app.log.1")
	r.truncate("app.log")
	r.write("app.log", "head\nb\n")
	r.step()
	r.want("head b")
	id := r.tl.sources[0].live.info.Identity
	r.crash() // the positions are those before the truncation
	r.start().want("head b")
	if got := r.tl.sources[0].live.info.Identity; !bytes.Equal(got, id) {
		t.Errorf("got identity %x after a restart, want %x", got, id)
	}
}

func TestCopyTruncate(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\nb\n")
	r.start().want("a b")
	for _, n := range []string{"1", "2", "3"} {
		r.write("app.log", "c"+n+"\n")
		r.copy("app.log", "app.log.1")
		r.truncate("app.log")
		r.write("app.log", "d"+n+"\ne"+n+"\n")
		r.step()
		r.want("c" + n + " d" + n + " e" + n)
		r.step()
		r.want("")
		r.rename("app.log.1", "app.log.2")
	}
	if st := r.tl.Stats(); st.Copies != 3 {
		t.Errorf("got %d copies, want 3", st.Copies)
	}
}

func TestCopyTruncateThatLosesLines(t *testing.T) {
	for _, paths := range []string{"app.log", "app.log*"} {
		r := newRig(t, paths)
		r.write("app.log", strings.Repeat("a\n", 3))
		r.start()
		r.write("app.log", "b\n")
		r.step()
		r.copy("app.log", "app.log.1")
		r.write("app.log", "c\n") // read, but not in the copy
		r.step()
		r.want("a a a b c")
		r.truncate("app.log")
		r.write("app.log", "d\n")
		r.step()
		r.step()
		r.want("d")
	}
}

func TestCopyTruncateInsideAGlob(t *testing.T) {
	r := newRig(t, "app.log*")
	r.write("app.log", "a\nb\n")
	r.start().want("a b")
	r.write("app.log", "c\n")
	r.copy("app.log", "app.log.1")
	r.step() // the copy is there, the truncation not yet
	r.want("c")
	r.write("app.log", "d\n")
	r.copy("app.log", "app.log.1")
	r.truncate("app.log")
	r.write("app.log", "e\n")
	r.step()
	r.want("d e")
	r.step()
	r.want("")
}

func TestCopyOverAnOlderCopy(t *testing.T) {
	for _, linger := range []bool{true, false} {
		r := newRig(t, "app.log")
		r.write("app.log", "a\nb\n")
		r.start().want("a b")
		for _, n := range []string{"1", "2", "3"} {
			r.write("app.log", "c"+n+"\n")
			r.copy("app.log", "app.log.1") // the same file every time
			r.truncate("app.log")
			r.write("app.log", "d"+n+"\n")
			r.step()
			r.step()
			r.want("c" + n + " d" + n)
			if !linger {
				r.after(r.cfg.Linger)
				r.step()
			}
		}
	}
}

func TestCopyInTheMakingIsNotRead(t *testing.T) {
	r := newRig(t, "app.log*")
	text := strings.Repeat("some line\n", 300)
	r.write("app.log", text)
	r.start()
	r.got = nil
	r.write("app.log.1", text[:1500])
	r.step()
	r.want("")
	r.write("app.log.1", text[1500:])
	r.truncate("app.log")
	r.step()
	r.want("")
}

func TestEqualFilesInAGlobAreBothRead(t *testing.T) {
	r := newRig(t, "app*.log")
	r.write("app.log", "a\n")
	r.write("app-1.log", "a\n")
	r.start().want("a a")
	r.write("app-2.log", "a\n")
	r.step()
	r.after(r.cfg.Linger + time.Second)
	r.step()
	r.want("a")
}

func TestCopyTruncateWhileDown(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\nb\n")
	r.start().want("a b")
	r.save()
	r.crash()
	r.write("app.log", "c\n")
	r.copy("app.log", "app.log.1")
	r.truncate("app.log")
	r.write("app.log", "dd\nee\nff\n")
	r.start().want("c dd ee ff")
}

func TestCopyTruncateWithUnacknowledgedLines(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\n")
	r.start().want("a")
	r.hold = true
	r.write("app.log", "b\n")
	r.step()
	r.want("b")
	r.write("app.log", "c\n")
	r.copy("app.log", "app.log.1")
	r.truncate("app.log")
	r.write("app.log", "d\n")
	r.step()
	r.want("c d")
	r.save()
	r.crash()
	r.start().want("b c d")
}

func TestHoleAfterTruncation(t *testing.T) {
	r := newRig(t, "app.log")
	f, err := os.Create(r.path("app.log")) // without O_APPEND
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	io.WriteString(f, strings.Repeat("a line\n", 100_000))
	r.start()
	r.got = nil
	r.copy("app.log", "app.log.1")
	r.truncate("app.log")
	io.WriteString(f, "b\nc\n")
	r.step()
	r.want("b c")
	r.truncate("app.log")
	r.step()
	io.WriteString(f, "d\n")
	r.step()
	r.want("d")
	r.save()
	r.crash()
	io.WriteString(f, "e\n")
	r.start().want("e")
}

func TestTextWrittenInPlaceOfNULs(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\n"+strings.Repeat("\x00", 5000))
	r.start().want("a")
	f, err := os.OpenFile(r.path("app.log"), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.WriteAt([]byte("b\n"), 2)
	r.step()
	r.want("b")
}

func TestSymlinkSwap(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log.000001", "a\n")
	r.link("app.log.000001", "app.log")
	r.start().want("a")
	r.write("app.log.000001", "b\n")
	r.write("app.log.000002", "c\n")
	r.link("app.log.000002", "app.log")
	r.step()
	r.want("b c")
	r.write("app.log.000002", "d\n")
	r.write("app.log.000003", "e\n") // swapped twice between two looks
	r.write("app.log.000004", "f\n")
	r.link("app.log.000004", "app.log")
	r.step()
	r.want("d e f")
}

func TestSymlinkIntoAnotherDirectory(t *testing.T) {
	r := newRig(t, "c.log")
	if err := os.Mkdir(r.path("pod"), 0o700); err != nil {
		t.Fatal(err)
	}
	r.write("pod/0.log", "a\n")
	r.link("pod/0.log", "c.log")
	r.start().want("a")
	r.save()
	r.crash()
	r.write("pod/0.log", "b\n")
	r.rename("pod/0.log", "pod/0.log.20250121-101010")
	r.write("pod/0.log", "c\n")
	r.rename("pod/0.log", "pod/0.log.20250121-101011")
	r.write("pod/0.log", "d\n")
	r.start().want("b c d")
}

func TestInodeReuse(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\nb\n")
	r.start().want("a b")
	r.save()
	r.crash()
	// The same inode with other content is what the next file looks like that is given the inode of a deleted one.
	if err := os.WriteFile(r.path("app.log"), []byte("c\nd\ne\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.start().want("c d e")
}

func TestEqualHeads(t *testing.T) {
	head := strings.Repeat("#", 2000) + "\n"
	r := newRig(t, "a.log", "b.log")
	r.write("a.log", head+"a\n")
	r.write("b.log", head+"b\n")
	r.start()
	if len(r.got) != 4 {
		t.Fatalf("got %d lines, want 4", len(r.got))
	}
	r.got = nil
	r.save()
	r.crash()
	r.write("a.log", "aa\n")
	r.write("b.log", "bb\n")
	r.start().wantSorted("aa bb")
	r.save()
	r.crash()
	r.rename("a.log", "a.log.1")
	r.write("a.log", head+"c\n")
	r.start()
	if len(r.got) != 2 || r.got[1] != "c" {
		t.Errorf("got %d lines, want all of a new file that begins like the old one", len(r.got))
	}
}

func TestRestartAfterRotations(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\n")
	r.start().want("a")
	r.save()
	r.crash()
	r.write("app.log", "b\n")
	r.rename("app.log", "app.log.2")
	r.write("app.log.1", "c\n")
	r.write("app.log", "d\n")
	r.start().want("b c d")
	r.save()
	r.crash()
	r.start().want("")
}

func TestRestartReadsAgainWhatWasNotAcknowledged(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", strings.Repeat("a\n", 30)) // 60 bytes: chunks of at most 64
	r.start()
	r.write("app.log", "b\n")
	r.step()
	r.got, r.hold = nil, true
	for _, l := range []string{"c\n", "d\n", "e\n"} {
		r.write("app.log", l)
		r.step()
	}
	r.want("c d e")
	r.held[2].Done(1) // out of order: does not count before the others
	r.held[0].Done(1)
	r.save()
	r.crash()
	r.hold = false
	r.start().want("d e")
}

func TestTokensAddedTo(t *testing.T) {
	r := newRig(t, "app.log")
	r.hold = true
	r.write("app.log", "a\n")
	r.start().want("a")
	tok := r.held[0]
	tok.Add(2)
	tok.Done(1)
	tok.Done(1)
	r.save()
	if st := r.tl.Stats(); st.Sources[0].Unacked != 2 {
		t.Errorf("got %d bytes not acknowledged, want 2", st.Sources[0].Unacked)
	}
	tok.Done(1)
	if st := r.tl.Stats(); st.Sources[0].Unacked != 0 {
		t.Errorf("got %d bytes not acknowledged, want 0", st.Sources[0].Unacked)
	}
	defer func() {
		if recover() == nil {
			t.Error("releasing a token too often went unnoticed")
		}
	}()
	tok.Done(1)
}

func TestRestartLostFile(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\n")
	r.start().want("a")
	r.save()
	r.crash()
	r.remove("app.log")
	r.write("app.log", "b\n")
	r.start().want("b")
	if st := r.tl.Stats(); st.Lost != 1 || !strings.Contains(r.logs.String(), "level=ERROR") {
		t.Errorf("got %d lost files, want 1 and an error in the log", st.Lost)
	}
}

func TestRestartClosedFilesStayClosed(t *testing.T) {
	r := newRig(t, "app.log")
	r.write("app.log", "a\n")
	r.start()
	r.rename("app.log", "app.log.1")
	r.write("app.log", "b\n")
	r.step()
	r.after(r.cfg.Linger)
	r.step()
	r.want("a b")
	r.save()
	r.crash()
	r.rename("app.log.1", "app.log.2")
	r.rename("app.log", "app.log.1")
	r.write("app.log", "c\n")
	r.start().want("c")
	r.write("app.log.2", "very late\n") // a writer that never reopened
	r.rename("app.log", "app.log.0")
	r.write("app.log", "d\n")
	r.step()
	r.want("very late d")
}

func TestCompressedBacklog(t *testing.T) {
	for _, tt := range []struct {
		ext string
		w   func(io.Writer) io.WriteCloser
	}{
		{".gz", func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }},
		{".lz4", func(w io.Writer) io.WriteCloser { return lz4.NewWriter(w) }},
		{".zst", func(w io.Writer) io.WriteCloser {
			z, err := zstd.NewWriter(w)
			if err != nil {
				t.Fatal(err)
			}
			return z
		}},
	} {
		t.Run(tt.ext, func(t *testing.T) {
			r := newRig(t, "app.log")
			pack := func(name string) {
				text, err := os.ReadFile(r.path(name))
				if err != nil {
					t.Fatal(err)
				}
				var b bytes.Buffer
				z := tt.w(&b)
				z.Write(text)
				z.Close()
				r.write(name+tt.ext, b.String())
				fi, err := os.Stat(r.path(name))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.Chtimes(r.path(name+tt.ext), fi.ModTime(), fi.ModTime()); err != nil {
					t.Fatal(err)
				}
				r.remove(name)
			}
			r.write("app.log.1", "old\n")
			pack("app.log.1")
			r.rename("app.log.1"+tt.ext, "app.log.4"+tt.ext)
			r.write("app.log", "a\nb\n")
			r.start().want("a b")
			id := r.tl.sources[0].live.info.Identity
			r.save()
			r.crash()
			r.write("app.log", "c\n")
			r.rename("app.log", "app.log.3")
			pack("app.log.3")
			r.write("app.log.2", "d\n")
			pack("app.log.2")
			r.write("app.log.1", "e\n")
			r.write("app.log", "f\n")
			r.hold = true
			r.start().want("c d e f")
			if got := r.tl.sources[0].gens[0].info.Identity; !bytes.Equal(got, id) {
				t.Error("compression changed the identity of lines")
			}
			r.save()
			r.crash()
			r.hold = false
			r.start().want("c d e f")
			r.step()
			r.save()
			r.crash()
			r.start().want("")
		})
	}
}

func TestCompressedFileByName(t *testing.T) {
	r := newRig(t, "old.log.gz", "*.gz")
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, "a\nb\n")
	z.Close()
	r.write("old.log.gz", b.String())
	r.write("unasked.log.gz", b.String())
	r.start().want("a b")
	r.step()
	r.save()
	r.crash()
	r.start().want("")
}

func TestLongLine(t *testing.T) {
	r := newRig(t, "app.log")
	r.cfg.MaxLine = 100
	r.write("app.log", "a\n"+strings.Repeat("x", 5000))
	r.start().want("a")
	r.write("app.log", strings.Repeat("y", 5000))
	r.step()
	r.want("")
	r.write("app.log", "\nb\n")
	r.step()
	r.want(strings.Repeat("x", 100) + " b")
	r.save()
	r.crash()
	r.start().want("")
}

func TestLongLineAtTheEndOfARotatedFile(t *testing.T) {
	r := newRig(t, "app.log")
	r.cfg.MaxLine = 100
	r.write("app.log", "a\n"+strings.Repeat("x", 5000))
	r.start().want("a")
	r.rename("app.log", "app.log.1")
	r.step()
	r.after(r.cfg.Linger)
	r.step()
	r.want(strings.Repeat("x", 100))
}

func TestLinesAreTheSameAsOnce(t *testing.T) {
	long := strings.Repeat("x", 40)
	for _, in := range []string{
		"a\nbc\n", "\n\na\n", "a\r\nb\r\n", "\xff\xc3\n\xfea\n", "a\x00b\nc\n", "\x00\x00\x00\x00a\nb\n", "a\n\x00\x00\x00b\nc\n",
		"\xef\xbb\xbfa\nb\n", "\xff\xfea\x00\n\x00\xe9\x00\n\x00", "\xfe\xff\x00a\x00\n\x20\xac\x00\n", "\xff\xfe\x3d\xd8\x00\xde\n\x00b\x00\n\x00",
		"a\n" + long + "y\nb\n", strings.Repeat(long, 20) + "\nb\n", long + "y\n" + long + "z\nb\n", long[:39] + "€uro\nb\n", long[:37] + "€uro\nb\n",
		"\xff\xfe" + strings.Repeat("a\x00", 70) + "\n\x00e\x00\n\x00", "\xef\xbb\xbf" + long + long + "\nb\n",
		strings.Repeat("\x00", 300) + long + long + "\n" + strings.Repeat("\x00", 100) + "b\n",
	} {
		for block := 1; block < 2*len(in)+8; block += 1 + block/4 {
			r := newRig(t, "app.log")
			r.cfg.StateDir, r.cfg.BlockSize, r.cfg.MaxLine = "", block, 40
			r.write("app.log", in)
			cfg := r.cfg
			want := readOnce(t, cfg, nil)
			tl, err := newTailer(t.Context(), r.cfg, r.discard())
			if err != nil {
				t.Fatal(err)
			}
			tl.watchStep(r.now)
			var got []line
			for c := tl.read(); c != nil; c = tl.read() {
				got = append(got, linesOf(c)...)
			}
			tl.Close()
			if !slices.Equal(got, want) {
				t.Fatalf("block %d of %q: got %v, want %v", block, in, got, want)
			}
		}
	}
}

func TestHundredsOfFiles(t *testing.T) {
	r := newRig(t, "*.log")
	r.cfg.MaxOpen = 100
	var want []string
	for i := range 300 {
		name := string([]byte{'a' + byte(i/26/26), 'a' + byte(i/26%26), 'a' + byte(i%26)})
		want = append(want, name)
		r.write(name+".log", name+"\n")
	}
	r.start()
	r.step()
	r.step()
	slices.Sort(r.got)
	if !slices.Equal(r.got, want) {
		t.Fatalf("got %d lines, want %d", len(r.got), len(want))
	}
	if st := r.tl.Stats(); st.Open > 100 {
		t.Errorf("got %d files open, want at most 100", st.Open)
	}
	r.got = nil
	r.write("aab.log", "more\n")
	r.write("alk.log", "and more\n")
	r.step()
	r.step()
	r.wantSorted("and more more")
}

func TestFileThatIsNoFile(t *testing.T) {
	r := newRig(t, "dir/*", "dir")
	if err := os.MkdirAll(filepath.Join(r.dir, "dir", "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	r.write("dir/a.log", "a\n")
	r.start().want("a")
}
