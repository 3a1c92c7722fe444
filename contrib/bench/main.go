// Command bench compares the built ezlogs with what the same bytes cost at least: reading them and finding the lines, walking
// every line as JSON, and walking and compressing it. The runs take turns, so that a noisy machine does harm to all alike;
// what counts is CPU time, and the ratios.
//
//	go build -o /tmp/ezlogs . && go run ./contrib/bench -bin /tmp/ezlogs            # 1 GB, made by this program
//	go run ./contrib/bench -bin /tmp/ezlogs -corpus FILE -rounds 3 -only W1,W3
package main

import (
	"bytes"
	"compress/flate"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/tidwall/gjson"
)

func main() {
	bin := flag.String("bin", "./ezlogs", "the built binary")
	corpus := flag.String("corpus", "", "NDJSON file; made when not given")
	size := flag.Int64("size", 1<<30, "bytes of the file that is made")
	rounds := flag.Int("rounds", 3, "rounds")
	only := flag.String("only", "", "names of runs, separated by commas")
	reference := flag.String("reference", "", "run one reference over the corpus and end (used by the program itself)")
	flag.Parse()
	if *reference != "" {
		if err := runReference(*reference, *corpus); err != nil {
			log.Fatal(err)
		}
		return
	}
	if err := bench(*bin, *corpus, *size, *rounds, *only); err != nil {
		log.Fatal(err)
	}
}

// run is one thing that is measured.
type run struct {
	name string
	argv []string
	cpu  []float64 // seconds, one a round
	wall []float64
	rss  int64 // KiB, the highest
}

func bench(bin, corpus string, size int64, rounds int, only string) error {
	if corpus == "" {
		corpus = filepath.Join(os.TempDir(), fmt.Sprintf("ezlogs-bench-%d.ndjson", size))
		if st, err := os.Stat(corpus); err != nil || st.Size() < size {
			if err := generate(corpus, size); err != nil {
				return err
			}
		}
	}
	lines, bytes, err := count(corpus)
	if err != nil {
		return err
	}
	url, taken, stop, err := sink()
	if err != nil {
		return err
	}
	defer stop()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	ref := func(kind string) []string { return []string{self, "-reference", kind, "-corpus", corpus} }
	ship := func(args ...string) []string {
		return append(append([]string{bin, "ship", "--once", "--quiet", "--workers", "2"}, args...), corpus)
	}
	runs := []*run{
		{name: "read", argv: ref("read")}, {name: "gjson", argv: ref("gjson")}, {name: "gjson+gzip", argv: ref("gjson+gzip")},
		{name: "W1", argv: ship("--to", "null")}, {name: "W2", argv: ship("--to", "file:"+os.DevNull)}, {name: "W3", argv: ship("--to", url, "--compress", "gzip")},
		{name: "debug", argv: []string{bin, "debug", "--summary=only", corpus}},
	}
	if only != "" {
		names := append(strings.Split(only, ","), "read", "gjson", "gjson+gzip")
		runs = slices.DeleteFunc(runs, func(r *run) bool { return !slices.Contains(names, r.name) })
	}
	for range rounds {
		for _, r := range runs {
			if err := r.once(); err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
		}
	}
	fmt.Printf("%d lines, %d bytes, %d rounds in turn; %d requests taken\n\n", lines, bytes, rounds, taken.Load())
	fmt.Printf("%-12s %10s %10s %8s %9s %9s %9s\n", "", "CPU s", "CPU us/line", "wall s", "x read", "x gjson", "x gj+gzip")
	base := map[string]*run{}
	for _, r := range runs {
		base[r.name] = r
	}
	for _, r := range runs {
		fmt.Printf("%-12s %10.2f %10.2f %8.2f %9s %9s %9s  %d MiB\n", r.name, median(r.cpu), median(r.cpu)/float64(lines)*1e6, median(r.wall),
			r.ratio(base["read"]), r.ratio(base["gjson"]), r.ratio(base["gjson+gzip"]), r.rss>>10)
	}
	return nil
}

// ratio is the median of the ratios round by round.
func (r *run) ratio(to *run) string {
	if to == nil {
		return ""
	}
	var out []float64
	for i := range r.cpu {
		out = append(out, r.cpu[i]/to.cpu[i])
	}
	return fmt.Sprintf("%.2f", median(out))
}

func (r *run) once() error {
	cmd := exec.Command(r.argv[0], r.argv[1:]...)
	cmd.Stdout = io.Discard
	cmd.Stderr = os.Stderr
	if r.name == "debug" {
		cmd.Stderr = io.Discard
	}
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return err
	}
	r.wall = append(r.wall, time.Since(began).Seconds())
	s := cmd.ProcessState
	r.cpu = append(r.cpu, (s.UserTime() + s.SystemTime()).Seconds())
	if u, ok := s.SysUsage().(*syscall.Rusage); ok {
		r.rss = max(r.rss, u.Maxrss)
	}
	return nil
}

func median(list []float64) float64 {
	s := slices.Sorted(slices.Values(list))
	return s[len(s)/2]
}

// sink answers every request with 200 and reads it.
func sink() (url string, taken *atomic.Int64, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, nil, err
	}
	taken = new(atomic.Int64)
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		taken.Add(1)
	})}
	go srv.Serve(l)
	return "http://" + l.Addr().String() + "/events", taken, func() { srv.Close() }, nil
}

// runReference does the least that has to be done with the bytes of the corpus.
func runReference(kind, corpus string) error {
	f, err := os.Open(corpus)
	if err != nil {
		return err
	}
	defer f.Close()
	var out countWriter
	z, err := gzip.NewWriterLevel(&out, flate.BestSpeed)
	if err != nil {
		return err
	}
	buf := make([]byte, 0, 512<<10)
	lines, keys := 0, 0
	for {
		n, err := f.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		last := bytes.LastIndexByte(buf, '\n') + 1
		text := buf[:last]
		if kind != "read" {
			whole := string(text)
			for line := range strings.Lines(whole) {
				gjson.Parse(line).ForEach(func(k, v gjson.Result) bool { keys++; return true })
				lines++
			}
		} else {
			lines += bytes.Count(text, []byte{'\n'})
		}
		if kind == "gjson+gzip" {
			if _, err := z.Write(text); err != nil {
				return err
			}
		}
		buf = buf[:copy(buf, buf[last:])]
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	fmt.Println(kind, lines, keys, out)
	return nil
}

type countWriter int64

func (c *countWriter) Write(b []byte) (int, error) {
	*c += countWriter(len(b))
	return len(b), nil
}

func count(name string) (lines, size int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	buf := make([]byte, 1<<20)
	for {
		n, err := f.Read(buf)
		lines += int64(bytes.Count(buf[:n], []byte{'\n'}))
		size += int64(n)
		if err == io.EOF {
			return lines, size, nil
		}
		if err != nil {
			return 0, 0, err
		}
	}
}

// generate writes lines as a web application logs them: requests, statements, jobs and errors of many requests at a time,
// one in ten with something to redact.
func generate(name string, size int64) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	r := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	at := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	ids := make([]string, 24)
	for i := range ids {
		ids[i] = newID(r)
	}
	paths := []string{"users", "orders", "products", "carts", "invoices"}
	for total := int64(0); total < size; {
		b.Reset()
		for b.Len() < 1<<20 {
			at = at.Add(time.Duration(r.IntN(400)) * time.Microsecond)
			k := r.IntN(len(ids))
			id, path := ids[k], paths[r.IntN(len(paths))]
			fmt.Fprintf(&b, `{"time":"%s","level":"info","service":"shop","request_id":"%s","trace_id":"%s"`, at.Format("2006-01-02T15:04:05.000000Z"), id[:36], id[37:])
			switch r.IntN(6) {
			case 0, 1:
				fmt.Fprintf(&b, `,"msg":"request completed","method":"GET","path":"/api/v1/%s/%d","status":%d,"duration_ms":%.2f,"remote_ip":"10.0.%d.%d","user_id":%d,"user_agent":"Mozilla/5.0 (X11; Linux x86_64)"}`,
					path, r.IntN(99999), []int{200, 200, 200, 201, 404, 500}[r.IntN(6)], r.Float64()*200, r.IntN(255), r.IntN(255), r.IntN(50000))
				ids[k] = newID(r)
			case 2, 3:
				fmt.Fprintf(&b, `,"msg":"query","db":{"statement":"SELECT * FROM %s WHERE id = $1","rows":%d},"duration_ms":%.3f,"params":{"id":%d,"locale":"en"}}`, path, r.IntN(50), r.Float64()*9, r.IntN(99999))
			case 4:
				fmt.Fprintf(&b, `,"msg":"job performed","job_class":"Mail::DeliverJob","job_id":"%s","queue":"default","duration_ms":%.2f,"to":"person%d@mail.example"}`, newID(r)[:36], r.Float64()*900, r.IntN(9999))
			default:
				fmt.Fprintf(&b, `,"msg":"cart updated by person %d","cart":{"id":%d,"items":[{"sku":"a-%d","n":2},{"sku":"b-%d","n":1}],"total":%.2f},"note":"no rush"}`, r.IntN(9999), r.IntN(99999), r.IntN(999), r.IntN(999), r.Float64()*100)
			}
			b.WriteByte('\n')
		}
		n, err := f.Write(b.Bytes())
		if err != nil {
			return err
		}
		total += int64(n)
	}
	return nil
}

// newID is a request id, a blank and a trace id.
func newID(r *rand.Rand) string {
	a, b, c, d := r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x %016x%016x", uint32(a), uint16(a>>32), uint16(a>>48)&0xfff, uint16(b)&0xfff, b>>16, c, d)
}
