package debugview_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/ezlogs/ezlogs/debugview"
	"github.com/ezlogs/ezlogs/schema"
)

// terminal is as much of a terminal as the region needs: lines that wrap, cursor up, clear line, scrollback.
type terminal struct {
	t       *testing.T
	columns int
	lines   []string // all, scrollback included
	row     int      // of the cursor
	column  int
}

func (m *terminal) Write(b []byte) (int, error) {
	s := ours.ReplaceAllString(string(b), "")
	for s != "" {
		switch {
		case strings.HasPrefix(s, "\x1b[?2026h"), strings.HasPrefix(s, "\x1b[?2026l"):
			s = s[8:]
		case strings.HasPrefix(s, "\x1b[1F"):
			m.row, m.column, s = max(0, m.row-1), 0, s[4:]
		case strings.HasPrefix(s, "\x1b[2K"):
			m.at()
			m.lines[m.row], s = "", s[4:]
		case s[0] == '\x1b':
			m.t.Fatalf("unknown sequence %q", s[:min(len(s), 12)])
		case s[0] == '\n':
			m.row, m.column, s = m.row+1, 0, s[1:]
		default:
			r := []rune(s)[0]
			if m.column == m.columns {
				m.row, m.column = m.row+1, 0
			}
			m.at()
			line := []rune(m.lines[m.row])
			for len(line) <= m.column {
				line = append(line, ' ')
			}
			line[m.column] = r
			m.lines[m.row] = string(line)
			m.column++
			s = s[len(string(r)):]
		}
	}
	return len(b), nil
}

func (m *terminal) at() {
	for len(m.lines) <= m.row {
		m.lines = append(m.lines, "")
	}
}

// text is everything that can be seen or scrolled back to, up to the cursor.
func (m *terminal) text() string {
	var b strings.Builder
	for i, l := range m.lines {
		if i >= m.row && l == "" {
			continue
		}
		b.WriteString(strings.TrimRight(l, " ") + "\n")
	}
	return b.String()
}

// live returns a view on a terminal of so many columns.
func live(t *testing.T, columns int) (*debugview.View, *terminal) {
	t.Helper()
	m := &terminal{t: t, columns: columns}
	v, err := debugview.New(config(func(c *debugview.Config) {
		c.Input, c.Region, c.Color, c.Summary, c.Keys = debugview.Follow, true, true, "never", true
		c.TermSize = func() (int, int) { return m.columns, 30 }
	}), m, m, nil)
	if err != nil {
		t.Fatal(err)
	}
	return v, m
}

func TestLiveRegion(t *testing.T) {
	t.Parallel()
	v, m := live(t, 101)
	events := sorted((&scene{}).signup().order().product("14:02:12.090", "6d98fe", "/products/134", 36*ms).events)
	i := 0
	until := func(clock string) string {
		for now := at("14:02:11.200"); now <= at(clock); now += 20e6 {
			for i < len(events) && events[i].Time.NS <= now {
				v.Add(&events[i])
				i++
			}
			v.Advance(now)
		}
		return m.text()
	}
	golden(t, "live.txt", until("14:02:12.600"))
	golden(t, "live-later.txt", until("14:02:14.000"))
	until("14:02:30.000")
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	end := m.text()
	if strings.Contains(end, "live") || strings.Contains(end, "◌") {
		t.Errorf("rows of the region are left:\n%s", end)
	}
	for _, id := range []string{"c9ad1a", "c47774", "6d98fe"} {
		if strings.Count(end, "  "+id+"\n") != 1 {
			t.Errorf("%s is not there once:\n%s", id, end)
		}
	}
}

func TestFailureIsNotHeldBack(t *testing.T) {
	t.Parallel()
	v, m := live(t, 101)
	events := sorted((&scene{}).deadlock().events)
	last := events[len(events)-1].Time.NS
	v.Advance(last)
	for i := range events {
		v.Add(&events[i])
	}
	v.Advance(last + 150e6)
	if strings.Contains(m.text(), "✗") {
		t.Errorf("shown too early:\n%s", m.text())
	}
	v.Advance(last + 210e6)
	if !strings.Contains(m.text(), "✗ 14:02:14.370") {
		t.Errorf("not shown after 200 ms:\n%s", m.text())
	}
}

func TestSettling(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		s     *scene
		early int64 // not yet shown, nanoseconds after the last event
		late  int64
	}{
		{"reads", (&scene{}).product("14:02:12.090", "6d98fe", "/products/134", 36*ms), 240e6, 260e6},
		{"side effects", (&scene{}).order(), 1900e6, 2100e6},
		{"retry expected", func() *scene {
			s := (&scene{}).begin("aa0009", "")
			s.add("10:00:00.000", "job.failed", "SyncJob.failed", schema.ID{}, 5*ms, job("x"), func(e *schema.Event) { e.Metadata.Retry.WillRetry = true })
			return s
		}(), 9_900e6, 10_100e6},
	} {
		for _, input := range []debugview.Input{debugview.Follow, debugview.Pipe} {
			var out strings.Builder
			v, err := debugview.New(config(func(c *debugview.Config) { c.Input = input }), &out, &out, nil)
			if err != nil {
				t.Fatal(err)
			}
			var last int64
			for _, e := range sorted(tt.s.events) {
				last = e.Time.NS
				v.Advance(last)
				v.Add(&e)
			}
			v.Advance(last + tt.early)
			if out.Len() > 0 {
				t.Errorf("%s, %s: shown too early", tt.name, input)
			}
			v.Advance(last + tt.late)
			if out.Len() == 0 {
				t.Errorf("%s, %s: not shown", tt.name, input)
			}
		}
	}
}

// TestFirstEventsWaitToo does not take the time before the first Advance for quiet.
func TestFirstEventsWaitToo(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	v, err := debugview.New(config(func(c *debugview.Config) { c.Input = debugview.Pipe }), &out, &out, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := (&scene{}).order().events[0]
	v.Add(&e)
	v.Advance(at("14:02:11.400"))
	if out.Len() > 0 {
		t.Errorf("shown at once:\n%s", out.String())
	}
}

// TestFlowAfterASilence is not shown at once, although nobody told the time while nothing came.
func TestFlowAfterASilence(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	v, err := debugview.New(config(func(c *debugview.Config) { c.Input = debugview.Follow }), &out, &out, nil)
	if err != nil {
		t.Fatal(err)
	}
	v.Advance(at("14:00:00"))
	e := (&scene{}).order().events[0]
	v.Clock(at("14:02:11.400"))
	v.Add(&e)
	v.Advance(at("14:02:11.400"))
	v.Advance(at("14:02:13.300"))
	if out.Len() > 0 {
		t.Errorf("shown too soon:\n%s", out.String())
	}
	v.Advance(at("14:02:13.500"))
	if !strings.Contains(out.String(), "c47774") {
		t.Error("not shown")
	}
}

func TestKeysAreExplained(t *testing.T) {
	t.Parallel()
	v, m := live(t, 100)
	e := (&scene{}).order().events[0]
	v.Add(&e)
	v.Advance(at("14:02:11.400"))
	for i, want := range []string{"p pause or go on  q end with the summary  ? less", "p pause  ? keys"} {
		v.ExplainKeys()
		v.Advance(at("14:02:11.500") + int64(i))
		if !strings.Contains(m.text(), want) {
			t.Errorf("%s\nwant %s", m.text(), want)
		}
	}
	v.SetKeys(false)
	v.Advance(at("14:02:12.500"))
	if strings.Contains(m.text(), "keys") {
		t.Errorf("keys without a keyboard:\n%s", m.text())
	}
}

// TestPipeSettlesByLogTime shows a flow as soon as the log has gone on, whatever the clock says, where the log is one of now.
func TestPipeSettlesByLogTime(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	v, err := debugview.New(config(func(c *debugview.Config) { c.Input = debugview.Pipe }), &out, &out, nil)
	if err != nil {
		t.Fatal(err)
	}
	now, began := at("20:00:00"), at("14:02:11.387")
	v.Advance(now)
	s := (&scene{}).order()
	s.product("14:02:15.700", "6d98fe", "/products/134", 36*ms)
	events := sorted(s.events)
	for clock := int64(0); len(events) > 0; clock += 1e8 {
		for len(events) > 0 && events[0].Time.NS-began <= clock*3/2 { // the log is a little faster than the clock
			v.Add(&events[0])
			events = events[1:]
		}
		v.Advance(now + clock)
	}
	if !strings.Contains(out.String(), "c47774") {
		t.Errorf("not shown:\n%s", out.String())
	}
}

// TestFastPipe holds the flows of an old log together whose lines are far out of order, until the pipe is silent.
func TestFastPipe(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	v, err := debugview.New(config(func(c *debugview.Config) { c.Input = debugview.Pipe }), &out, &out, nil)
	if err != nil {
		t.Fatal(err)
	}
	now := at("20:00:00")
	v.Advance(now)
	s := (&scene{}).order()
	events := sorted(s.events)
	root := events[0]
	s = (&scene{}).product("14:02:00.000", "aa0001", "/products/1", 36*ms).product("14:05:00.000", "6d98fe", "/products/134", 36*ms)
	for _, e := range append(append(events[1:], sorted(s.events)...), root) { // as from files that are read one after the other
		v.Add(&e)
		now += 5e6
		v.Advance(now)
	}
	// Another flow now and then, at the pace of the clock: the pipe is not fast any more.
	for n := range int64(4) {
		s := (&scene{}).product("14:05:01.000", "bb000"+string(rune('1'+n)), "/products/2", 36*ms)
		for _, e := range s.events {
			e.Time.NS += n * 700e6
			v.Add(&e)
		}
		now += 700e6
		if shown := out.String(); n < 2 && shown != "" {
			t.Errorf("shown after %d:\n%s", n, shown)
		}
		v.Advance(now)
	}
	if shown := out.String(); strings.Count(shown, "c47774") != 1 || strings.Contains(shown, "↳") {
		t.Errorf("want the flow once, whole:\n%s", shown)
	}
}

// TestFastPipeIsBounded shows flows of a long log before the pipe is silent, and none of them as unfinished.
func TestFastPipeIsBounded(t *testing.T) {
	t.Parallel()
	var out, errs strings.Builder
	v, err := debugview.New(config(func(c *debugview.Config) { c.Input, c.Layout = debugview.Pipe, "list" }), &out, &errs, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := (&scene{}).product("14:02:00.000", "aa0001", "/products/1", 36*ms).events[0]
	for n := range 60_000 {
		e.Time.NS += 10e6
		e.Correlation.Flow[0], e.Correlation.Flow[1], e.ID.Bits[0], e.ID.Bits[1] = byte(n), byte(n>>8), byte(n), byte(n>>8)
		v.Add(&e)
		v.Advance(at("20:00:00") + int64(n))
	}
	if v.Open() > 40_001 {
		t.Errorf("%d flows are open", v.Open())
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "◌") || strings.Contains(errs.String(), "open=") {
		t.Errorf("unfinished flows: %s", errs.String())
	}
}

func TestRegionWhenTheTerminalIsResized(t *testing.T) {
	t.Parallel()
	for _, columns := range []int{76, 101, 120} {
		v, m := live(t, 101)
		s := &scene{}
		for i := range 9 {
			s.begin("cc00"+strconv.Itoa(i)+"0", "")
			s.add(fmt.Sprintf("14:00:00.%03d", i), "http.request", "POST /a/rather/long/name/for/a/path", schema.ID{}, -1)
		}
		v.Advance(at("14:00:00.500"))
		for i := range s.events {
			v.Add(&s.events[i])
		}
		v.Advance(at("14:00:01.000"))
		if n := strings.Count(m.text(), "\n"); n != 6 {
			t.Errorf("%d rows, want 6:\n%s", n, m.text())
		}
		if !strings.Contains(m.text(), "… 5 more open") {
			t.Errorf("the rest is not counted:\n%s", m.text())
		}
		// A terminal that becomes narrower breaks the rows it has; a wider one leaves them.
		m.resize(columns)
		for now := at("14:00:01.200"); now < at("14:00:20"); now += 150e6 {
			v.Advance(now)
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
		if text := m.text(); regexp.MustCompile(`live|more open`).MatchString(text) {
			t.Errorf("at %d columns rows are left:\n%s", columns, text)
		}
	}
}

// resize breaks rows that no longer fit, as terminals do.
func (m *terminal) resize(columns int) {
	var lines []string
	row := m.row
	for i, l := range m.lines {
		r := []rune(l)
		for len(r) > columns {
			lines = append(lines, string(r[:columns]))
			r = r[columns:]
			if i < m.row {
				row++
			}
		}
		lines = append(lines, string(r))
	}
	m.lines, m.row, m.columns = lines, row, columns
}

func TestPause(t *testing.T) {
	t.Parallel()
	v, m := live(t, 101)
	v.Advance(at("14:02:00"))
	v.Pause(true)
	for _, e := range sorted((&scene{}).order().events) {
		v.Add(&e)
	}
	v.Advance(at("14:03:00"))
	if !v.Paused() || strings.Contains(m.text(), "c47774") || !strings.Contains(m.text(), "paused") {
		t.Errorf("not paused:\n%s", m.text())
	}
	v.Pause(false)
	v.Advance(at("14:03:01"))
	if !strings.Contains(m.text(), "  c47774\n") {
		t.Errorf("nothing after the pause:\n%s", m.text())
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a b.rb")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := (&scene{}).deadlock()
	s.events[3].Metadata.Error.Stack = schema.Text(strings.ReplaceAll(file, " ", "\u00a0") + ":41:in 'x'\n" + file[strings.LastIndex(file, "/")+1:] + ":3")
	out, _ := run(t, config(func(c *debugview.Config) { c.Color, c.Links = true, true }), s.events)
	if strings.Contains(out, "\x1b]8") {
		t.Errorf("a link to a file that is not there: %q", out)
	}
	plain := filepath.Join(filepath.Dir(file), "ab.rb")
	if err := os.Rename(file, plain); err != nil {
		t.Fatal(err)
	}
	s.events[3].Metadata.Error.Stack = schema.Text(plain + ":41:in 'x'")
	out, _ = run(t, config(func(c *debugview.Config) { c.Color, c.Links = true, true }), s.events)
	if !strings.Contains(out, "\x1b]8;;file://") || !strings.Contains(out, "ab.rb#41\x1b\\") || strings.Count(out, "\x1b]8;;\x1b\\") != 1 {
		t.Errorf("no link: %q", out)
	}
	out, _ = run(t, config(func(c *debugview.Config) { c.Links = true }), s.events)
	if strings.Contains(out, "\x1b") {
		t.Errorf("a link without colour: %q", out)
	}
}

// TestReplayedRegion holds that open flows of an old log are as old as its own time says, not as the clock does.
func TestReplayedRegion(t *testing.T) {
	t.Parallel()
	v, m := live(t, 101)
	events := sorted((&scene{}).signup().events)
	now := at("14:02:11.200") + 40*24*3600e9
	v.Advance(now)
	for i := range events[:3] {
		v.Add(&events[i])
	}
	v.Advance(now + 200e6)
	if text := m.text(); !strings.Contains(text, "live 14:02:1") || strings.Contains(text, " d ") {
		t.Errorf("an old log is shown with the age of its lines:\n%s", text)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
}
