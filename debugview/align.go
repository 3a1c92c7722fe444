package debugview

import "math"

// align puts rows whose time is known to the second only where they fit the rows around them, within that second, and then
// finds begin and end of the flow.
//
// A web server that logs whole seconds would otherwise begin up to a second before the request it handed on.
func (t *tree) align() {
	coarse := false
	for i := range t.rows {
		coarse = coarse || t.rows[i].coarse() > 0
	}
	if coarse {
		for i := range t.rows {
			t.fit(int32(i))
		}
	}
	if len(t.rows) > 0 {
		t.start, t.end = t.rows[0].start, t.rows[0].end
	}
	for i := range t.rows {
		r := &t.rows[i]
		t.start, t.end = min(t.start, r.start), max(t.end, r.end)
		if r.waits && r.after < 0 {
			t.start = min(t.start, r.waitFrom)
		}
	}
}

// coarse is how much later than its time a row may have been, nanoseconds; 0 where the time has milliseconds.
func (r *row) coarse() int64 {
	switch r.step.digits {
	case 0:
		return 999_999_999
	case 1:
		return 99_999_999
	case 2:
		return 9_999_999
	}
	return 0
}

// fit moves row i, if its time is coarse, as little as makes it hold its children, or else lie within its parent.
func (t *tree) fit(i int32) {
	r := &t.rows[i]
	room := r.coarse()
	if room == 0 {
		return
	}
	first, last := int64(math.MaxInt64), int64(math.MinInt64)
	for k := range t.rows {
		c := &t.rows[k]
		if c.parent != i || c.coarse() > 0 || c.after >= 0 {
			continue
		}
		first = min(first, c.start)
		if c.kind != kindJob && c.kind != kindMail {
			last = max(last, c.end)
		}
	}
	dur := r.end - r.start
	shift := int64(0)
	switch {
	case first != math.MaxInt64:
		latest := first // it began before its first child …
		if last != math.MinInt64 && last-dur <= first {
			latest = first - (first-(last-dur))/2 // … and ended after its last
		}
		shift = latest - r.start
	case r.parent >= 0 && t.rows[r.parent].coarse() == 0:
		p := &t.rows[r.parent]
		if r.start < p.start {
			shift = p.start - r.start
		}
	}
	shift = max(0, min(shift, room))
	r.start += shift
	r.end += shift
}
