package ship

import (
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MetricsContentType is the content type of what WriteMetrics writes.
const MetricsContentType = "text/plain; version=0.0.4; charset=utf-8"

// WriteMetrics writes the books in the Prometheus text format. It is one consistent snapshot.
func (s *Shipper) WriteMetrics(w io.Writer) error {
	b := s.Books()
	_, err := w.Write(b.AppendMetrics(nil, time.Now()))
	return err
}

// AppendMetrics appends the books in the Prometheus text format.
func (b *Books) AppendMetrics(dst []byte, now time.Time) []byte {
	m := metrics{dst}
	m.family("ezlogs_read_events_total", "counter", "Events read, those found in the spool at the start included.")
	m.value("ezlogs_read_events_total", b.Added+b.Restored)
	m.family("ezlogs_read_bytes_total", "counter", "Bytes of the events given to delivery.")
	m.value("ezlogs_read_bytes_total", b.AddedBytes)
	m.family("ezlogs_delivered_events_total", "counter", "Events every required destination has.")
	m.value("ezlogs_delivered_events_total", b.Delivered)
	m.family("ezlogs_spooled_events", "gauge", "Events on disk.")
	m.value("ezlogs_spooled_events", b.Spooled)
	m.family("ezlogs_memory_events", "gauge", "Events in memory and not on disk.")
	m.value("ezlogs_memory_events", b.InMemory)
	m.family("ezlogs_sampled_events_total", "counter", "Events sampled out.")
	m.value("ezlogs_sampled_events_total", b.Sampled)
	m.family("ezlogs_left_out_events_total", "counter", "Events of kinds that are not collected.")
	m.value("ezlogs_left_out_events_total", b.LeftOut)
	m.family("ezlogs_dead_lettered_events_total", "counter", "Events set aside on disk.")
	m.value("ezlogs_dead_lettered_events_total", b.DeadLettered)
	m.family("ezlogs_dropped_events_total", "counter", "Events dropped.")
	for _, reason := range slices.Sorted(maps.Keys(b.Dropped)) {
		m.value("ezlogs_dropped_events_total", b.Dropped[reason], "reason", reason)
	}
	m.family("ezlogs_books_difference_events", "gauge", "Events the books do not explain; other than 0 is a bug.")
	m.int("ezlogs_books_difference_events", b.Difference())
	m.family("ezlogs_memory_bytes", "gauge", "Bytes of the memory budget in use.")
	m.int("ezlogs_memory_bytes", b.MemoryBytes)
	m.family("ezlogs_memory_budget_bytes", "gauge", "The memory budget.")
	m.int("ezlogs_memory_budget_bytes", b.MemoryBudget)
	m.family("ezlogs_spool_bytes", "gauge", "Bytes of the spool on disk.")
	m.int("ezlogs_spool_bytes", b.Spool.Bytes)
	m.family("ezlogs_spool_segments", "gauge", "Files of the spool.")
	m.int("ezlogs_spool_segments", int64(b.Spool.Segments))
	m.family("ezlogs_spool_oldest_seconds", "gauge", "Age of the oldest event in the spool.")
	oldest := 0.0
	if !b.Spool.Oldest.IsZero() {
		oldest = max(0, now.Sub(b.Spool.Oldest).Seconds())
	}
	m.float("ezlogs_spool_oldest_seconds", oldest)
	m.family("ezlogs_spool_full", "gauge", "1 while the spool takes no more.")
	m.bool("ezlogs_spool_full", b.Spool.Full)
	m.family("ezlogs_spool_holes_total", "counter", "Damaged stretches of the spool.")
	m.value("ezlogs_spool_holes_total", b.Spool.Holes)
	m.family("ezlogs_dead_letter_bytes", "gauge", "Bytes of the dead letter on disk.")
	m.int("ezlogs_dead_letter_bytes", b.DeadLetter.Bytes)
	m.family("ezlogs_dead_letter_discarded_events_total", "counter", "Events of the dead letter that made room for newer ones.")
	m.value("ezlogs_dead_letter_discarded_events_total", b.DeadLetter.Discarded)
	m.destinations(b.Destinations)
	return m.b
}

// destinations appends the metrics of each destination, a family at a time.
func (m *metrics) destinations(list []DestinationBooks) {
	each := func(name, kind, help string, f func(d *DestinationBooks)) {
		m.family(name, kind, help)
		for i := range list {
			f(&list[i])
		}
	}
	each("ezlogs_breaker_state", "gauge", "1 for the state the destination is in.", func(d *DestinationBooks) {
		for _, state := range []State{Closed, Open, HalfOpen, Blocked} {
			m.bool("ezlogs_breaker_state", d.State == state.String(), "destination", d.Name, "state", state.String())
		}
	})
	each("ezlogs_destination_delivered_events_total", "counter", "Events the destination has.", func(d *DestinationBooks) {
		m.value("ezlogs_destination_delivered_events_total", d.Delivered, "destination", d.Name)
	})
	each("ezlogs_destination_dead_lettered_events_total", "counter", "Events set aside for the destination.", func(d *DestinationBooks) {
		m.value("ezlogs_destination_dead_lettered_events_total", d.DeadLettered, "destination", d.Name)
	})
	each("ezlogs_destination_dropped_events_total", "counter", "Events dropped for the destination.", func(d *DestinationBooks) {
		for _, reason := range slices.Sorted(maps.Keys(d.Dropped)) {
			m.value("ezlogs_destination_dropped_events_total", d.Dropped[reason], "destination", d.Name, "reason", reason)
		}
	})
	each("ezlogs_destination_waiting_events", "gauge", "Events in memory that wait for the destination.", func(d *DestinationBooks) {
		m.int("ezlogs_destination_waiting_events", int64(d.Waiting), "destination", d.Name)
	})
	each("ezlogs_destination_concurrency", "gauge", "Requests that may be in flight.", func(d *DestinationBooks) {
		m.int("ezlogs_destination_concurrency", int64(d.Concurrency), "destination", d.Name)
	})
	each("ezlogs_attempts_total", "counter", "Attempts to deliver, by status or kind of failure.", func(d *DestinationBooks) {
		for _, code := range slices.Sorted(maps.Keys(d.Attempts)) {
			m.value("ezlogs_attempts_total", d.Attempts[code], "destination", d.Name, "code", code)
		}
	})
	each("ezlogs_attempt_seconds", "histogram", "Duration of attempts.", func(d *DestinationBooks) {
		sum := uint64(0)
		for i, n := range d.Seconds.Counts {
			sum += n
			le := "+Inf"
			if i < len(histogramBounds) {
				le = strconv.FormatFloat(histogramBounds[i], 'g', -1, 64)
			}
			m.value("ezlogs_attempt_seconds_bucket", sum, "destination", d.Name, "le", le)
		}
		m.float("ezlogs_attempt_seconds_sum", d.Seconds.Sum, "destination", d.Name)
		m.value("ezlogs_attempt_seconds_count", sum, "destination", d.Name)
	})
}

// metrics is text in the exposition format.
type metrics struct{ b []byte }

func (m *metrics) family(name, kind, help string) {
	m.b = append(m.b, "# HELP "+name+" "+help+"\n# TYPE "+name+" "+kind+"\n"...)
}

// sample appends a name with its labels, given as name, value, name, value.
func (m *metrics) sample(name string, labels []string) {
	m.b = append(m.b, name...)
	for i := 0; i+1 < len(labels); i += 2 {
		sep := byte(',')
		if i == 0 {
			sep = '{'
		}
		m.b = append(m.b, sep)
		m.b = append(m.b, labels[i]...)
		m.b = append(m.b, `="`...)
		m.b = append(m.b, labelEscaper.Replace(labels[i+1])...)
		m.b = append(m.b, '"')
	}
	if len(labels) > 0 {
		m.b = append(m.b, '}')
	}
	m.b = append(m.b, ' ')
}

var labelEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func (m *metrics) value(name string, n uint64, labels ...string) {
	m.sample(name, labels)
	m.b = append(strconv.AppendUint(m.b, n, 10), '\n')
}

func (m *metrics) int(name string, n int64, labels ...string) {
	m.sample(name, labels)
	m.b = append(strconv.AppendInt(m.b, n, 10), '\n')
}

func (m *metrics) float(name string, f float64, labels ...string) {
	m.sample(name, labels)
	m.b = append(strconv.AppendFloat(m.b, f, 'g', -1, 64), '\n')
}

func (m *metrics) bool(name string, yes bool, labels ...string) {
	n := int64(0)
	if yes {
		n = 1
	}
	m.int(name, n, labels...)
}
