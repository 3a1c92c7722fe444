package ship

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// What follows works on a state directory whether or not a process uses it; what changes it takes the lock and returns
// ErrLocked when a process does.

// SegmentInfo is one file of the spool.
type SegmentInfo struct {
	File    string
	Bytes   int64
	First   uint64 // number of its first event
	Batches int
	Events  int
	Errors  int       // events of level error or worse
	Waiting int       // events some destination has not
	Written time.Time // of its first batch
	Last    time.Time // of its last batch
	Damaged int       // batches whose payload is damaged
	Holes   int       // stretches between batches that are damaged
	Missing uint64    // events they are known to have held
}

// SpoolList says what is in the spool of a state directory, oldest first. With verify every payload is checked, else headers only.
func SpoolList(dir string, verify bool) ([]SegmentInfo, error) {
	var out []SegmentInfo
	err := walkSpool(dir, verify, func(g SegmentInfo) error {
		out = append(out, g)
		return nil
	}, nil)
	return out, err
}

// SpoolCat writes the events of the spool, oldest first, as NDJSON; those some destination has not yet, or with all also those
// that are delivered and not removed. Damaged batches are left out; their events are counted in lost.
func SpoolCat(dir string, w io.Writer, all bool) (events, lost int, err error) {
	err = walkSpool(dir, true, nil, func(r *record, waiting bool) error {
		if !waiting && !all {
			return nil
		}
		if r.stored == nil {
			lost += r.n
			return nil
		}
		raw, err := decode(r.stored, r.codec, r.rawLen)
		if err != nil {
			lost += r.n
			return nil
		}
		events += r.n
		_, err = w.Write(raw)
		return err
	})
	return events, lost, err
}

// walkSpool reads every segment of a spool without changing anything. A record whose payload is damaged is given without it.
func walkSpool(dir string, payload bool, segment func(SegmentInfo) error, batch func(r *record, waiting bool) error) error {
	fs := dirFS(filepath.Join(dir, spoolDir))
	files, err := fs.list()
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("ship: spool: %w", err)
	}
	done := lowestCursor(dir)
	for _, f := range files {
		if !strings.HasSuffix(f.name, segmentExt) {
			continue
		}
		g := SegmentInfo{File: filepath.Join(dir, spoolDir, f.name), Bytes: f.size}
		if err := g.read(fs, f, done, payload, batch); err != nil && !errors.Is(err, os.ErrNotExist) { // finished meanwhile
			return fmt.Errorf("ship: spool: %s: %w", f.name, err)
		}
		if segment != nil {
			if err := segment(g); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *SegmentInfo) read(fs fsys, f fileSize, done uint64, payload bool, batch func(r *record, waiting bool) error) error {
	file, err := fs.open(f.name)
	if err != nil {
		return err
	}
	defer file.Close()
	expect := uint64(0)
	for off := int64(headerSize); ; {
		r, at, skipped, err := nextRecord(file, off, f.size)
		hole := !skipped.zero && skipped.size > 0
		if hole {
			g.Holes++
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return plainPath(err)
		}
		if hole && expect > 0 && r.first > expect {
			g.Missing += r.first - expect
		}
		if g.Batches == 0 {
			g.First, g.Written = r.first, r.written
		}
		expect, g.Last = r.first+uint64(r.n), r.written
		g.Batches++
		g.Events += r.n
		g.Errors += r.errors
		if r.first >= done {
			g.Waiting += r.n
		}
		if payload {
			if err := readPayload(file, &r, at); err != nil {
				r.stored = nil
				g.Damaged++
			}
		}
		if batch != nil {
			if err := batch(&r, r.first >= done); err != nil {
				return err
			}
		}
		off = at + r.diskSize()
	}
}

// lowestCursor is the number below which every destination has every event.
func lowestCursor(dir string) uint64 {
	b, err := os.ReadFile(filepath.Join(dir, cursorFile))
	if err != nil {
		return 0
	}
	var best uint64
	low := uint64(0)
	for i := range 2 {
		if len(b) < (i+1)*cursorSlot {
			break
		}
		generation, m, ok := parseCursors(b[i*cursorSlot : (i+1)*cursorSlot])
		if !ok || generation < best {
			continue
		}
		best, low = generation, math.MaxUint64
		for _, n := range m {
			low = min(low, n)
		}
		if len(m) == 0 {
			low = 0
		}
	}
	return low
}

// SpoolRepair rewrites what can be read of damaged segments to new ones and moves the damaged files to the spool's folder of
// quarantine. It returns how many segments were damaged and how many events could not be saved, as far as that is known.
func SpoolRepair(dir string, log *slog.Logger) (segments int, lost uint64, err error) {
	lock, err := Lock(dir)
	if err != nil {
		return 0, 0, err
	}
	defer lock.Unlock()
	list, err := SpoolList(dir, true)
	if err != nil {
		return 0, 0, err
	}
	for _, g := range list {
		if g.Damaged == 0 && g.Holes == 0 {
			continue
		}
		n, err := repairSegment(dir, g)
		if err != nil {
			return segments, lost, fmt.Errorf("ship: repair %s: %w", g.File, err)
		}
		segments++
		lost += n + g.Missing
		log.Info("repaired a segment", "file", g.File, "lost", n+g.Missing)
	}
	return segments, lost, nil
}

// repairSegment replaces one segment by its readable records.
func repairSegment(dir string, g SegmentInfo) (lost uint64, err error) {
	fs := dirFS(filepath.Join(dir, spoolDir))
	name := filepath.Base(g.File)
	out := appendSegmentHeader(nil, g.First, time.Now())
	err = (&SegmentInfo{}).read(fs, fileSize{name, g.Bytes}, 0, true, func(r *record, _ bool) error {
		if r.stored == nil {
			lost += uint64(r.n)
			return nil
		}
		out = r.appendTo(out)
		return nil
	})
	if err != nil {
		return 0, err
	}
	fresh, err := os.CreateTemp(string(fs), "repair-*")
	if err != nil {
		return 0, plainPath(err)
	}
	_, err = fresh.Write(out)
	err = errors.Join(err, fresh.Sync(), fresh.Close())
	if err == nil {
		err = os.Rename(g.File, strings.TrimSuffix(g.File, segmentExt)+quarantine)
	}
	if err == nil {
		err = os.Rename(fresh.Name(), g.File)
	}
	if err != nil {
		os.Remove(fresh.Name())
		return 0, err
	}
	return lost, fs.syncDir()
}

// SpoolDrop removes everything from the spool and says how many events were waiting in it.
func SpoolDrop(dir string) (events int, err error) {
	lock, err := Lock(dir)
	if err != nil {
		return 0, err
	}
	defer lock.Unlock()
	list, err := SpoolList(dir, false)
	if err != nil {
		return 0, err
	}
	for _, g := range list {
		if err := os.Remove(g.File); err != nil {
			return events, fmt.Errorf("ship: spool: %w", err)
		}
		events += g.Waiting
	}
	return events, nil
}

// SpoolFlush delivers what is in the spool of cfg.StateDir, until it is empty or ctx ends. It returns as Drain does.
func SpoolFlush(ctx context.Context, cfg Config, deps Deps) (Books, error) {
	s, err := Start(context.WithoutCancel(ctx), cfg, deps)
	if err != nil {
		return Books{}, err
	}
	err = s.Drain(ctx)
	return s.Books(), err
}

// DeadFile is one file of the dead letter.
type DeadFile struct {
	File     string
	Bytes    int64
	Events   int
	Oldest   time.Time
	Newest   time.Time
	ByReason map[string]int
}

// DeadList says what is in the dead letter of a state directory, oldest first.
func DeadList(dir string) ([]DeadFile, error) {
	var out []DeadFile
	err := walkDead(dir, func(file string, size int64, e *DeadEvent) error {
		if len(out) == 0 || out[len(out)-1].File != file {
			out = append(out, DeadFile{File: file, Bytes: size, Oldest: e.Time, ByReason: map[string]int{}})
		}
		f := &out[len(out)-1]
		f.Events++
		f.Newest = e.Time
		f.ByReason[e.Reason]++
		return nil
	})
	return out, err
}

// DeadCat gives every event of the dead letter to f, oldest first, until f returns an error.
func DeadCat(dir string, f func(e *DeadEvent) error) error {
	return walkDead(dir, func(_ string, _ int64, e *DeadEvent) error { return f(e) })
}

// walkDead reads the dead letter. A line that is cut, by a crash, is left out.
func walkDead(dir string, f func(file string, size int64, e *DeadEvent) error) error {
	dl := &deadLetter{dir: filepath.Join(dir, deadDir)}
	for _, x := range dl.list() {
		file := filepath.Join(dl.dir, x.name)
		b, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("ship: dead letter: %w", err)
		}
		for line := range strings.Lines(string(b)) {
			var e DeadEvent
			if json.Unmarshal([]byte(line), &e) != nil {
				continue
			}
			if err := f(file, x.size, &e); err != nil {
				return err
			}
		}
	}
	return nil
}

// DeadDrop removes the dead letter's files, all or those older than a time, and says how many events that were.
func DeadDrop(dir string, before time.Time) (events int, err error) {
	lock, err := Lock(dir)
	if err != nil {
		return 0, err
	}
	defer lock.Unlock()
	list, err := DeadList(dir)
	if err != nil {
		return 0, err
	}
	for _, f := range list {
		if !before.IsZero() && !f.Newest.Before(before) {
			continue
		}
		if err := os.Remove(f.File); err != nil {
			return events, fmt.Errorf("ship: dead letter: %w", err)
		}
		events += f.Events
	}
	return events, nil
}

// DeadRetry sends the events of the dead letter again, to every required destination, and removes the files it has read once delivery has ended: what
// was refused again is in new files. Events marked suspect are left out unless suspects is true: they may have arrived.
// What is not delivered when ctx ends goes to the spool. It returns as Drain does.
func DeadRetry(ctx context.Context, cfg Config, deps Deps, suspects bool) (Books, error) {
	cfg.Volatile = true // what cannot be delivered now is kept in the spool
	list, err := DeadList(cfg.StateDir)
	if err != nil {
		return Books{}, err
	}
	s, err := Start(context.WithoutCancel(ctx), cfg, deps)
	if err != nil {
		return Books{}, err
	}
	var kept []byte
	old := map[string]bool{}
	for _, f := range list {
		old[f.File] = true
	}
	err = walkDead(cfg.StateDir, func(file string, _ int64, e *DeadEvent) error {
		if !old[file] {
			return nil
		}
		if e.Reason == "suspect" && !suspects {
			line, err := json.Marshal(e)
			kept = append(append(kept, line...), '\n')
			return err
		}
		line := append([]byte(e.Text), e.Event...)
		line = append(line, '\n')
		return s.Add(ctx, &Group{Body: line, Events: []Event{{End: int32(len(line))}}})
	})
	if err != nil {
		s.Close()
		return s.Books(), err
	}
	err = s.Drain(ctx)
	var rest *Remainder
	if err != nil && (!errors.As(err, &rest) || rest.Lost > 0) {
		return s.Books(), err
	}
	if len(kept) > 0 {
		dl := openDeadLetter(filepath.Join(cfg.StateDir, deadDir), math.MaxInt64)
		werr := dl.write(kept, time.Now())
		dl.close()
		if werr != nil {
			return s.Books(), errors.Join(err, fmt.Errorf("ship: dead letter: %w", werr))
		}
	}
	for f := range old {
		if rerr := os.Remove(f); rerr != nil {
			err = errors.Join(err, fmt.Errorf("ship: dead letter: %w", rerr))
		}
	}
	return s.Books(), err
}
