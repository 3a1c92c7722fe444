package cmd

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/ezlogs/ezlogs/redact"
)

func redactCommand(env *Env) *cli.Command {
	return &cli.Command{
		Name:      "redact",
		Usage:     "replace secrets and personal data in any text; say why, or why not",
		UsageText: "ezlogs redact [flags] [FILE|-]...",
		Description: `Examples:
  kubectl logs web-1 | ezlogs redact                 the same lines without what must not leave
  ezlogs redact --explain app.log                    a record for each finding and near miss, never a value
  ezlogs redact --check fixtures/*.json              exit 4 when something is found, for CI`,
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "explain", Usage: "findings and near misses as NDJSON instead of text"},
			&cli.BoolFlag{Name: "check", Usage: "print nothing but the count; exit 4 on a finding"},
			&cli.BoolFlag{Name: "dry-run", Usage: "count what would be replaced, print no lines"},
			&cli.StringFlag{Name: "profile", Usage: "default, gdpr, strict, secrets-only or off"},
			&cli.BoolFlag{Name: "i-understand", Usage: "with --profile off"},
		}, commonFlags()...),
		Action: func(c *cli.Context) error { return runRedact(env, c) },
	}
}

// runRedact filters lines.
func runRedact(env *Env, c *cli.Context) error {
	l, err := configure(env, c)
	if err != nil {
		return err
	}
	if l.Config.Security.Profile == "off" && !c.Bool("i-understand") {
		return usagef("profile off replaces nothing; say --i-understand if that is meant")
	}
	files := c.Args().Slice()
	if len(files) == 0 {
		if isTerminal(env.Stdin) {
			return &exitError{status: statusUsage, text: "redact reads text from files or a pipe, and got neither.", hint: []string{"try   ezlogs redact app.log"}}
		}
		files = []string{"-"}
	}
	k, err := loadKeys(l.Config, keyDir(l, env), env.Getenv)
	if err != nil {
		return err
	}
	engine, err := newRedaction(l.Config, k)
	if err != nil {
		return err
	}
	f := &filter{out: bufio.NewWriterSize(env.Stdout, 64<<10), redactor: engine.Worker(), max: int(l.Config.Input.MaxLineSize),
		explain: c.Bool("explain"), silent: c.Bool("check") || c.Bool("dry-run")}
	for _, name := range files {
		if err := f.file(env, name); err != nil {
			return err
		}
	}
	if err := f.out.Flush(); err != nil && !errors.Is(err, os.ErrClosed) {
		return outputError(err)
	}
	found := report(env, engine, f.silent && !c.Bool("quiet"))
	if c.Bool("check") && found > 0 {
		return &exitError{status: statusUnmet}
	}
	return nil
}

// report says on stderr how often what was replaced, and returns the total.
func report(env *Env, engine *redact.Engine, say bool) uint64 {
	total := uint64(0)
	snap := engine.Snapshot()
	for _, n := range snap.Counts {
		if n.Action == "keep" || n.N == 0 {
			continue
		}
		total += n.N
		if say {
			fmt.Fprintf(env.Stderr, "ezlogs: %-20s %-8s %d\n", n.Detector, n.Action, n.N)
		}
	}
	if say {
		fmt.Fprintf(env.Stderr, "ezlogs: %s replaced\n", count(int(total), "value"))
	}
	return total
}

// filter redacts lines of one input after the other.
type filter struct {
	out      *bufio.Writer
	redactor *redact.Redactor
	max      int // bytes of a line; the rest of a longer one is dropped, since it could not be scanned with its beginning
	explain  bool
	silent   bool
	line     int
}

func (f *filter) file(env *Env, name string) error {
	in := io.Reader(env.Stdin)
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return noSuchFile(err, []string{name})
		}
		defer file.Close()
		in = file
	}
	stream := f.redactor.Stream()
	r := bufio.NewReaderSize(in, 64<<10)
	f.line = 0
	for {
		line, end, err := readLine(r, f.max)
		if line != "" || err == nil {
			f.line++
			if werr := f.one(stream, name, line, end); werr != nil {
				return outputError(werr)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		// A person, or a program, may be waiting for this line.
		if r.Buffered() == 0 {
			if err := f.out.Flush(); err != nil {
				return outputError(err)
			}
		}
	}
}

// one writes what becomes of a line.
func (f *filter) one(stream *redact.Stream, name, line, end string) error {
	if f.explain {
		_, findings := f.redactor.Explain(line)
		for i := range findings {
			b, err := json.Marshal(struct {
				File string `json:"file"`
				Line int    `json:"line"`
				redact.Finding
			}{name, f.line, findings[i]})
			if err != nil {
				return err
			}
			f.out.Write(b)
			f.out.WriteByte('\n')
		}
		return nil
	}
	out, _ := stream.Line(line)
	if f.silent {
		return nil
	}
	f.out.WriteString(out)
	_, err := f.out.WriteString(end)
	return err
}

// readLine returns a line without its end, and the end. Of a line longer than limit the beginning is returned and the rest is
// dropped.
func readLine(r *bufio.Reader, limit int) (line, end string, err error) {
	var b []byte
	for {
		part, perr := r.ReadSlice('\n')
		if room := limit - len(b); len(part) > room {
			b = append(b, part[:max(room, 0)]...)
		} else {
			b = append(b, part...)
		}
		if perr == bufio.ErrBufferFull {
			continue
		}
		err = perr
		if n := len(part); n > 0 && part[n-1] == '\n' {
			end = "\n"
		}
		break
	}
	if n := len(b); n > 0 && b[n-1] == '\n' {
		b = b[:n-1]
	}
	if n := len(b); n > 0 && b[n-1] == '\r' {
		b, end = b[:n-1], "\r"+end
	}
	return string(b), end, err
}

// outputError makes the end of whoever reads our output an end of ours, without a word.
func outputError(err error) error {
	if isClosedPipe(err) {
		return &exitError{status: statusDone}
	}
	return err
}
