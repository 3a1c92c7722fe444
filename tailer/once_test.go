package tailer

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// line is a line as the tests see it.
type line struct {
	text   string
	offset int64
	cut    bool
}

// linesOf takes a chunk apart as a consumer would.
func linesOf(c *Chunk) []line {
	var out []line
	at := c.Offset
	for l := range strings.Lines(c.Text) {
		out = append(out, line{strings.TrimSuffix(l, "\n"), at, c.Cut})
		at += int64(len(l))
	}
	return out
}

// readOnce returns every line of every source.
func readOnce(t *testing.T, cfg Config, stdin io.Reader) []line {
	t.Helper()
	o, err := OpenOnce(cfg, stdin)
	if err != nil {
		t.Fatalf("OpenOnce(%q): %v", cfg.Paths, err)
	}
	defer o.Close()
	var out []line
	for _, r := range o.Readers {
		for seq := uint64(0); ; seq++ {
			c, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: Next: %v", r.Source().Path, err)
			}
			if c.Seq != seq {
				t.Errorf("%s: chunk %d has Seq %d", r.Source().Path, seq, c.Seq)
			}
			c.Ack.Done(1)
			out = append(out, linesOf(c)...)
		}
	}
	return out
}

func testConfig(paths ...string) Config {
	cfg := DefaultConfig()
	cfg.Paths = paths
	return cfg
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOnceLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 40)
	for _, tt := range []struct {
		name, in string
		maxLine  int
		want     []line
	}{
		{"empty", "", 0, nil},
		{"two lines", "a\nbc\n", 0, []line{{"a", 0, false}, {"bc", 2, false}}},
		{"no newline at the end", "a\nbc", 0, []line{{"a", 0, false}, {"bc", 2, false}}},
		{"empty lines", "\n\na\n", 0, []line{{"", 0, false}, {"", 1, false}, {"a", 2, false}}},
		{"carriage returns stay", "a\r\nb\r\n", 0, []line{{"a\r", 0, false}, {"b\r", 3, false}}},
		{"invalid UTF-8 stays", "\xff\xc3\n\xfea\n", 0, []line{{"\xff\xc3", 0, false}, {"\xfea", 3, false}}},
		{"NUL inside a line stays", "a\x00b\nc\n", 0, []line{{"a\x00b", 0, false}, {"c", 4, false}}},
		{"hole at the start", "\x00\x00\x00\x00a\nb\n", 0, []line{{"a", 4, false}, {"b", 6, false}}},
		{"hole between lines", "a\n\x00\x00\x00b\nc\n", 0, []line{{"a", 0, false}, {"b", 5, false}, {"c", 7, false}}},
		{"hole at the end", "a\n\x00\x00\x00", 0, []line{{"a", 0, false}}},
		{"UTF-8 mark", "\xef\xbb\xbfa\nb\n", 0, []line{{"a", 3, false}, {"b", 5, false}}},
		{"UTF-8 mark alone", "\xef\xbb\xbf", 0, nil},
		{"half a mark", "\xef\xbb", 0, []line{{"\xef\xbb", 0, false}}},
		{"UTF-16 little", "\xff\xfea\x00\n\x00\xe9\x00\n\x00", 0, []line{{"a", 0, false}, {"é", 2, false}}},
		{"UTF-16 big", "\xfe\xff\x00a\x00\n\x20\xac\x00\n", 0, []line{{"a", 0, false}, {"€", 2, false}}},
		{"UTF-16 pair", "\xff\xfe\x3d\xd8\x00\xde\n\x00b\x00\n\x00", 0, []line{{"😀", 0, false}, {"b", 5, false}}},
		{"UTF-16 half pair and odd byte", "\xff\xfe\x3d\xd8\n\x00z", 0, []line{{"\ufffd", 0, false}, {"\ufffd", 4, false}}},
		{"UTF-16 newline in the wrong byte", "\xff\xfe\x00\x0a\n\x00", 0, []line{{"\u0a00", 0, false}}},
		{"longest line", long + "\nb\n", 40, []line{{long, 0, false}, {"b", 41, false}}},
		{"line too long", "a\n" + long + "y\nb\n", 40, []line{{"a", 0, false}, {long, 2, true}, {"b", 44, false}}},
		{"line much too long", strings.Repeat(long, 20) + "\nb\n", 40, []line{{long, 0, true}, {"b", 801, false}}},
		{"two too long", long + "y\n" + long + "z\nb", 40, []line{{long, 0, true}, {long, 42, true}, {"b", 84, false}}},
		{"too long at the end", "a\n" + long + long, 40, []line{{"a", 0, false}, {long, 2, true}}},
		{"cut before a character", long[:39] + "€uro\nb\n", 40, []line{{long[:39], 0, true}, {"b", 46, false}}},
		{"cut behind a character", long[:37] + "€uro\nb\n", 40, []line{{long[:37] + "€", 0, true}, {"b", 44, false}}},
		{"cut among broken characters", long[:37] + "\x80\x80\x80\x80\nb\n", 40, []line{{long[:37] + "\x80\x80\x80", 0, true}, {"b", 42, false}}},
		{"UTF-16 too long", "\xff\xfea\x00b\x00c\x00d\x00\n\x00e\x00\n\x00", 6, []line{{"abc", 0, true}, {"e", 7, false}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for block := 1; block < 2*len(tt.in)+8; block += 1 + block/8 {
				cfg := testConfig(filepath.Join(t.TempDir(), "a.log"))
				write(t, cfg.Paths[0], tt.in)
				cfg.BlockSize = block
				if tt.maxLine > 0 {
					cfg.MaxLine = tt.maxLine
				}
				if got := readOnce(t, cfg, nil); !slices.Equal(got, tt.want) {
					t.Fatalf("block %d of %q: got %v, want %v", block, tt.in, got, tt.want)
				}
			}
		})
	}
}

func TestOnceCompressed(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&text, "line %d of many\n", i)
	}
	half := text.Len() / 2
	for _, tt := range []struct {
		name  string
		write func(w io.Writer) io.WriteCloser
	}{
		{"gzip", func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }},
		{"lz4", func(w io.Writer) io.WriteCloser { return lz4.NewWriter(w) }},
		{"zstd", func(w io.Writer) io.WriteCloser {
			z, err := zstd.NewWriter(w)
			if err != nil {
				t.Fatal(err)
			}
			return z
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			for _, part := range []string{text.String()[:half], text.String()[half:]} { // as after cat a.gz b.gz
				z := tt.write(&b)
				if _, err := io.WriteString(z, part); err != nil {
					t.Fatal(err)
				}
				if err := z.Close(); err != nil {
					t.Fatal(err)
				}
			}
			path := filepath.Join(t.TempDir(), "named-as-you-like")
			write(t, path, b.String())
			got := readOnce(t, testConfig(path), nil)
			if len(got) != 5000 || got[4999].text != "line 4999 of many" {
				t.Fatalf("got %d lines, last %v, want 5000", len(got), got[len(got)-1])
			}

			write(t, path, b.String()[:b.Len()-b.Len()/4])
			o, err := OpenOnce(testConfig(path), nil)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for {
				c, err := o.Readers[0].Next()
				if err != nil {
					if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
						t.Errorf("a damaged file ended without an error")
					}
					break
				}
				n += len(linesOf(c))
			}
			if n == 0 || n >= 5000 {
				t.Errorf("a damaged file gave %d lines", n)
			}
		})
	}
}

func TestOncePaths(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, n := range []string{"app.log.10", "app.log.2", "app.log", "b/deep/c.log", "b/d.log", "b/skip.tmp", ".hidden"} {
		path := filepath.Join(dir, n)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, path, n+"\n")
	}
	for _, tt := range []struct {
		name    string
		paths   []string
		exclude []string
		want    string
	}{
		{"file", []string{"app.log"}, nil, "app.log"},
		{"directory", []string{"."}, nil, "app.log app.log.2 app.log.10"},
		{"glob", []string{"app.log.*"}, nil, "app.log.2 app.log.10"},
		{"order as given, each once", []string{"b/d.log", "app.log", "*.log"}, nil, "b/d.log app.log"},
		{"deep glob", []string{"**/*.log"}, nil, "app.log b/d.log b/deep/c.log"},
		{"deep glob below", []string{"b/**/*.log"}, nil, "b/d.log b/deep/c.log"},
		{"glob leaves directories out", []string{"b/*"}, nil, "b/d.log b/skip.tmp"},
		{"exclude by name", []string{"b/*"}, []string{"*.tmp"}, "b/d.log"},
		{"exclude by path", []string{"**/*.log"}, []string{filepath.Join(dir, "b/**")}, "app.log"},
		{"what is named is read", []string{"b/skip.tmp"}, []string{"*.tmp"}, "b/skip.tmp"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := testConfig()
			for _, p := range tt.paths {
				cfg.Paths = append(cfg.Paths, filepath.Join(dir, p))
			}
			cfg.Exclude = tt.exclude
			var got []string
			for _, l := range readOnce(t, cfg, nil) {
				got = append(got, l.text)
			}
			if g := strings.Join(got, " "); g != tt.want {
				t.Errorf("got %s, want %s", g, tt.want)
			}
		})
	}
	for _, p := range []string{"none.log", "none*.log"} {
		if _, err := OpenOnce(testConfig(filepath.Join(dir, p)), nil); !errors.Is(err, ErrNoFile) {
			t.Errorf("OpenOnce(%s): got %v, want ErrNoFile", p, err)
		}
	}
}

func TestOnceStdin(t *testing.T) {
	t.Parallel()
	got := readOnce(t, testConfig("-"), strings.NewReader("a\nb"))
	if want := []line{{"a", 0, false}, {"b", 2, false}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestOnceStdinDoesNotWaitForMore(t *testing.T) {
	t.Parallel()
	pr, pw := io.Pipe()
	o, err := OpenOnce(testConfig("-"), pr)
	if err != nil {
		t.Fatal(err)
	}
	go io.WriteString(pw, "a\n")
	c, err := o.Readers[0].Next()
	if err != nil || c.Text != "a\n" || c.Source.Identity != nil {
		t.Errorf("got %v, %v", c, err)
	}
	pw.Close()
}

func TestOnceIdentity(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	identity := func(name string) string {
		o, err := OpenOnce(testConfig(filepath.Join(dir, name)), nil)
		if err != nil {
			t.Fatal(err)
		}
		c, err := o.Readers[0].Next()
		if err != nil {
			t.Fatal(err)
		}
		o.Close()
		if len(c.Source.Identity) != 16 {
			t.Fatalf("identity %x", c.Source.Identity)
		}
		return string(c.Source.Identity)
	}
	write(t, filepath.Join(dir, "a"), "one\ntwo\n")
	write(t, filepath.Join(dir, "b"), "one\ntwo\n")
	a := identity("a")
	if a == identity("b") {
		t.Error("two files of equal content have one identity")
	}
	f, err := os.OpenFile(filepath.Join(dir, "a"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(f, "three\n")
	f.Close()
	if err := os.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "c")); err != nil {
		t.Fatal(err)
	}
	if a != identity("c") {
		t.Error("a file that grew and was renamed has another identity")
	}
}
