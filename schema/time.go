package schema

import "time"

// TimeSource says where the timestamp of an event came from.
type TimeSource uint8

// The sources of a timestamp.
const (
	FromRead     TimeSource = iota // the moment of reading: the line has no time
	FromLine                       // the line itself
	FromCarrier                    // the wrapper around the line (docker, syslog, journald)
	FromBlock                      // the request that the line stands in: the line has no time, and is an old one
	FromPrevious                   // the line before it that had a time
)

// Time is a moment with the precision the line gave it.
type Time struct {
	NS     int64 // nanoseconds since 1970-01-01 UTC
	Digits uint8 // digits of the fraction that the line gave, 0 to 9
	From   TimeSource
}

// Go returns the moment as a time.Time in UTC.
func (t Time) Go() time.Time { return time.Unix(0, t.NS).UTC() }

// AppendRFC3339 appends t as RFC 3339 in UTC with as many digits as the line had: none, 3, 6 or 9.
func (t Time) AppendRFC3339(dst []byte) []byte {
	sec, ns := floorDiv(t.NS, 1e9)
	days, rest := floorDiv(sec, 86400)
	y, m, d := civil(days)
	dst = append(dst, byte('0'+y/1000%10), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-')
	dst = append2(dst, m)
	dst = append(dst, '-')
	dst = append2(dst, d)
	dst = append(dst, 'T')
	dst = append2(dst, int(rest/3600))
	dst = append(dst, ':')
	dst = append2(dst, int(rest/60%60))
	dst = append(dst, ':')
	dst = append2(dst, int(rest%60))
	digits := int(t.Digits+2) / 3 * 3
	if ns != 0 || digits > 0 {
		digits = max(digits, 3)
		dst = append(dst, '.')
		div := int64(1e8)
		for range min(digits, 9) {
			dst = append(dst, byte('0'+ns/div%10))
			div /= 10
		}
	}
	return append(dst, 'Z')
}

func append2(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

func floorDiv(a, b int64) (q, r int64) {
	q, r = a/b, a%b
	if r < 0 {
		q, r = q-1, r+b
	}
	return q, r
}

// civil returns the date of a number of days since 1970-01-01, proleptic Gregorian.
// The years are counted from March so that the leap day is the last of its year.
func civil(days int64) (y, m, d int) {
	days += 719468
	era, doe := floorDiv(days, 146097)
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = int(doy - (153*mp+2)/5 + 1)
	m = int(mp + 3)
	y = int(yoe + era*400)
	if m > 12 {
		m -= 12
	}
	if m <= 2 {
		y++
	}
	return y, m, d
}

// daysFromCivil is the inverse of civil.
func daysFromCivil(y, m, d int) int64 {
	if m <= 2 {
		y--
	}
	era, yoe := floorDiv(int64(y), 400)
	mp := (m + 9) % 12
	doy := int64((153*mp+2)/5 + d - 1)
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return era*146097 + doe - 719468
}
