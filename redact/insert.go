package redact

import "math"

// insertValues handles INSERT INTO t (a, password) VALUES ('x', 'secret'): the columns name the values. i and end are
// those of the word VALUES.
func (r *Redactor) insertValues(i, end int) int {
	t := r.t
	p := i
	for p > 0 && isSpace[t[p-1]] {
		p--
	}
	if p == 0 || t[p-1] != ')' {
		return end
	}
	closing := p - 1
	open := closing
	for open > 0 && open > i-1000 && t[open] != '(' {
		open--
	}
	if t[open] != '(' {
		return end
	}
	var columns [32]class
	n, sensitive := 0, false
	for s := open + 1; s <= closing && n < len(columns); {
		e := s
		for e < closing && t[e] != ',' {
			e++
		}
		a, b := s, e
		for a < b && !isKey[t[a]] {
			a++
		}
		for b > a && !isKey[t[b-1]] {
			b--
		}
		if a < b {
			columns[n] = r.class(t[a:b])
			sensitive = sensitive || columns[n].kind != KindNone
		}
		n++
		s = e + 1
	}
	if !sensitive || r.planned < len(r.plan) {
		return end
	}
	j := end
	for j < len(t) && (isSpace[t[j]] || t[j] == ',') {
		j++
	}
	r.plan, r.planned = r.plan[:0], 0
	for len(r.plan) < maxPlan && j < len(t) && t[j] == '(' {
		j = r.planRow(j+1, columns[:n])
		for j < len(t) && (isSpace[t[j]] || t[j] == ',' || t[j] == ')') {
			j++
		}
	}
	r.nextPlan()
	return end
}

// planned is a value whose kind is known before the scan reaches it.
type planned struct {
	start, end int
	class      class
}

const maxPlan = 4096

// planRow notes the values of the row that begins at j and returns the offset of its closing parenthesis.
func (r *Redactor) planRow(j int, columns []class) int {
	t := r.t
	for col := 0; j < len(t) && t[j] != ')'; col++ {
		for j < len(t) && isSpace[t[j]] {
			j++
		}
		if j >= len(t) {
			break
		}
		start, end, next := j, j, j
		if t[j] == '\'' || t[j] == '"' && int(r.quote(j)) > r.inString() {
			closed := false
			start, end, closed = r.quoted(j)
			next = end
			if closed {
				next++
			}
		} else {
			for end < len(t) && t[end] != ',' && t[end] != ')' && !isSpace[t[end]] && t[end] != '"' {
				end++
			}
			next = end
		}
		if col < len(columns) && columns[col].kind != KindNone && start < end {
			r.plan = append(r.plan, planned{start: start, end: end, class: columns[col]})
		}
		for j = next; j < len(t) && t[j] != ',' && t[j] != ')'; j++ {
			if t[j] == '"' && int(r.quote(j)) <= r.inString() {
				return len(t)
			}
		}
		if j < len(t) && t[j] == ',' {
			j++
		}
	}
	return j
}

// schedule plans to replace the text from start to end as kind. What stands between planned values is scanned as usual.
func (r *Redactor) schedule(start, end int, kind Kind) {
	if len(r.plan) >= maxPlan || r.planned < len(r.plan) && start < r.plan[len(r.plan)-1].end {
		return
	}
	if r.planned == len(r.plan) {
		r.plan, r.planned = r.plan[:0], 0
	}
	r.plan = append(r.plan, planned{start: start, end: end, class: class{kind: kind}})
	r.nextPlan()
}

// takePlanned redacts the next planned value and returns where scanning goes on that had come to offset i.
func (r *Redactor) takePlanned(i int) int {
	p := r.plan[r.planned]
	r.planned++
	r.nextPlan()
	taken := false
	if p.class.mode == modeNone {
		taken = r.add(p.start, p.end, p.class.kind, "")
	} else {
		taken = r.scalar(p.start, p.end, p.class, true)
	}
	if taken {
		return max(i, p.end)
	}
	return i
}

// nextPlan sets the offset at which the scan has to look at the plan again.
func (r *Redactor) nextPlan() {
	r.planAt = math.MaxInt
	if r.planned < len(r.plan) {
		r.planAt = r.plan[r.planned].start
	}
}
