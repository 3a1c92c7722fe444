package schema

import (
	"slices"
	"strings"
)

// maxQueryCounts bounds the requests and jobs whose queries are counted at a time.
const maxQueryCounts = 10_000

// queryCounts counts queries by the request or job they belong to, until the event comes that ends it.
type queryCounts struct {
	by    map[string]*DB
	order []string // keys as they came, for eviction
}

// counting returns emit with queries counted before.
func (j *Joiner) counting(emit func(*Event)) func(*Event) {
	return func(e *Event) {
		switch e.Type {
		case "data.query":
			if key := countKey(e); key != "" {
				j.counts.add(key, e)
			}
		case "http.request", "job.completed", "job.failed":
			j.counts.settle(e)
		}
		emit(e)
	}
}

// countKey names the request or job that a query belongs to: the block it stood in, else the job, else the request id.
func countKey(e *Event) string {
	if id := e.Ident(IdentBlock); id != "" {
		return id
	}
	if id := e.Correlation.JobID; id != "" {
		return id
	}
	return e.Correlation.RequestID
}

func (c *queryCounts) add(key string, e *Event) {
	d := c.by[key]
	if d == nil {
		if c.by == nil {
			c.by = make(map[string]*DB)
		}
		for len(c.by) >= maxQueryCounts {
			delete(c.by, c.order[0])
			c.order = c.order[1:]
		}
		if len(c.order) >= 2*maxQueryCounts { // most have been settled
			c.order = slices.DeleteFunc(c.order, func(k string) bool { return c.by[k] == nil })
		}
		d = new(DB)
		key = strings.Clone(key)
		c.by[key] = d
		c.order = append(c.order, key)
	}
	d.Queries++
	if e.hasExtra("cached") {
		d.Cached++
	}
	if e.Metadata.Duration.Set {
		d.Total.NS += e.Metadata.Duration.NS
		d.Total.Set = true
	}
}

// settle gives the request or job that e ends its counts. What its own line counted wins.
func (c *queryCounts) settle(e *Event) {
	if len(c.by) == 0 {
		return
	}
	for _, key := range [...]string{e.Ident(IdentBlock), e.Correlation.JobID, e.Correlation.RequestID} {
		d := c.by[key]
		if d == nil || key == "" {
			continue
		}
		delete(c.by, key)
		if m := &e.Metadata.DB; m.Queries == 0 {
			m.Queries, m.Cached = d.Queries, d.Cached
			if !m.Total.Set {
				m.Total = d.Total
			}
		}
		return
	}
}
