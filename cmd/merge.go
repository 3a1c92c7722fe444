package cmd

import (
	"container/heap"

	"github.com/ezlogs/ezlogs/schema"
)

// merger puts the events of several files into the order of their log time; within a file the order of lines stays. A line
// without a time stands where the line before it stands. Ties go to the file named first. An event is passed on when the one
// after it in its file is known, so that what the joiner can know of it does not depend on where chunks end.
type merger struct {
	queues []queue
	ready  readyQueues // queues with an event waiting
	empty  int         // open queues without one: while there is one, nothing can be said about order
	taken  func(queue int)
}

// queue holds the parsed chunks of one file.
type queue struct {
	chunks []*chunk
	pos    int   // next event of chunks[0]
	key    int64 // its time: the latest so far in this file
	closed bool
	ready  bool
}

// newMerger returns a merger of n files. taken is called when a chunk of a file has been used up.
func newMerger(n int, taken func(queue int)) *merger {
	m := &merger{queues: make([]queue, n), empty: n, taken: taken}
	m.ready.m = m
	return m
}

// push adds a parsed chunk and passes on all events whose turn has come.
func (m *merger) push(c *chunk, o *ordered) {
	if c.Chunk != nil || c.closes {
		q := &m.queues[c.queue]
		if c.Chunk != nil {
			q.chunks = append(q.chunks, c)
		}
		if c.closes {
			if !q.ready {
				m.empty--
			}
			q.closed = true
		}
		m.settle(c.queue, o)
	}
	for m.empty == 0 && len(m.ready.q) > 0 {
		i := m.ready.q[0]
		q := &m.queues[i]
		o.event(&q.chunks[0].events[q.pos], q.key)
		q.pos++
		heap.Pop(&m.ready)
		q.ready = false
		if !q.closed {
			m.empty++
		}
		m.settle(i, o)
	}
}

// settle makes a queue ready when it has an event, and lets go of chunks that are used up.
func (m *merger) settle(i int, o *ordered) {
	q := &m.queues[i]
	if q.ready {
		return
	}
	for len(q.chunks) > 0 && q.pos == len(q.chunks[0].events) {
		o.retire(q.chunks[0])
		q.chunks[0] = nil
		q.chunks = q.chunks[1:]
		q.pos = 0
		m.taken(i)
	}
	if len(q.chunks) == 0 || !q.follow() {
		return
	}
	q.key = max(q.key, logTime(&q.chunks[0].events[q.pos]))
	q.ready = true
	if !q.closed {
		m.empty--
	}
	heap.Push(&m.ready, i)
}

// follow tells the next event of what comes after it, and reports whether that is known.
func (q *queue) follow() bool {
	e := &q.chunks[0].events[q.pos]
	if q.pos+1 < len(q.chunks[0].events) {
		return true // the parser has told it
	}
	for _, c := range q.chunks[1:] {
		if len(c.events) > 0 {
			schema.MarkFollowed(e, &c.events[0])
			return true
		}
	}
	return q.closed
}

// readyQueues is a heap of queues by the time of their next event, then by position.
type readyQueues struct {
	m *merger
	q []int
}

func (r *readyQueues) Len() int { return len(r.q) }
func (r *readyQueues) Less(a, b int) bool {
	x, y := &r.m.queues[r.q[a]], &r.m.queues[r.q[b]]
	return x.key < y.key || x.key == y.key && r.q[a] < r.q[b]
}
func (r *readyQueues) Swap(a, b int) { r.q[a], r.q[b] = r.q[b], r.q[a] }
func (r *readyQueues) Push(x any)    { r.q = append(r.q, x.(int)) }
func (r *readyQueues) Pop() any {
	n := len(r.q) - 1
	x := r.q[n]
	r.q = r.q[:n]
	return x
}
