package schema

import "strings"

// Units of durations in nanoseconds.
const (
	nanosecond  int64 = 1
	microsecond       = 1000 * nanosecond
	millisecond       = 1000 * microsecond
	second            = 1000 * millisecond
	minute            = 60 * second
	hour              = 60 * minute
	day               = 24 * hour
)

// parseDuration reads a length of time that carries its unit: 152ms, 1m2.5s, "12 ms", 0.123s, 3 seconds, PT0.5S and
// .NET's 00:00:01.2345678. A bare number is no duration: its unit is not known.
func parseDuration(s string) (Duration, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return Duration{}, false
	}
	if (s[0] == 'P' || s[0] == 'p') && len(s) > 2 {
		return parseISODuration(s[1:])
	}
	if !isDigit(s[0]) && s[0] != '.' {
		return Duration{}, false
	}
	if strings.IndexByte(s, ':') > 0 {
		return parseTimeSpan(s)
	}
	var total int64
	for s != "" {
		n := numberLen(s)
		if n == 0 {
			return Duration{}, false
		}
		num := s[:n]
		s = s[n:]
		if len(s) > 0 && s[0] == ' ' {
			s = s[1:]
		}
		u := 0
		for u < len(s) && !isDigit(s[u]) && s[u] != ' ' && s[u] != ',' {
			u++
		}
		unit, ok := unitOf(s[:u])
		if !ok {
			return Duration{}, false
		}
		d, ok := scaleDuration(num, unit)
		if !ok || total > 1<<62-d.NS {
			return Duration{}, false
		}
		total += d.NS
		s = strings.TrimLeft(s[u:], " ,")
	}
	return Duration{total, true}, true
}

// numberLen returns the length of the decimal number that s begins with.
func numberLen(s string) int {
	n, dots, digits := 0, 0, 0
	for n < len(s) {
		switch c := s[n]; {
		case isDigit(c):
			digits++
		case c == '.' && dots == 0:
			dots++
		case (c == 'e' || c == 'E') && digits > 0 && n+1 < len(s) && (isDigit(s[n+1]) || n+2 < len(s) && (s[n+1] == '-' || s[n+1] == '+') && isDigit(s[n+2])):
			n++
			for n+1 < len(s) && isDigit(s[n+1]) {
				n++
			}
			return n + 1
		default:
			if digits == 0 {
				return 0
			}
			return n
		}
		n++
	}
	if digits == 0 {
		return 0
	}
	return n
}

// unitOf returns the unit that a word names. One letter is case-sensitive, as M might be anything.
func unitOf(s string) (int64, bool) {
	switch s {
	case "ns", "nanos", "nanosecond", "nanoseconds", "NS", "nsec":
		return nanosecond, true
	case "us", "µs", "μs", "micros", "microsecond", "microseconds", "usec", "US":
		return microsecond, true
	case "ms", "millis", "millisecond", "milliseconds", "msec", "msecs", "MS", "Ms":
		return millisecond, true
	case "s", "sec", "secs", "second", "seconds", "S", "sec.":
		return second, true
	case "m", "min", "mins", "minute", "minutes":
		return minute, true
	case "h", "hr", "hrs", "hour", "hours":
		return hour, true
	case "d", "day", "days":
		return day, true
	}
	return 0, false
}

// parseISODuration reads what follows the P of an ISO 8601 duration without years and months, whose length varies.
func parseISODuration(s string) (Duration, bool) {
	var total int64
	inTime, any := false, false
	for s != "" {
		if s[0] == 'T' || s[0] == 't' {
			inTime, s = true, s[1:]
			continue
		}
		n := numberLen(s)
		if n == 0 || n == len(s) {
			return Duration{}, false
		}
		var unit int64
		switch c := s[n] &^ 0x20; {
		case c == 'D' && !inTime:
			unit = day
		case c == 'W' && !inTime:
			unit = 7 * day
		case c == 'H' && inTime:
			unit = hour
		case c == 'M' && inTime:
			unit = minute
		case c == 'S' && inTime:
			unit = second
		default:
			return Duration{}, false
		}
		d, ok := scaleDuration(s[:n], unit)
		if !ok || total > 1<<62-d.NS {
			return Duration{}, false
		}
		total, any = total+d.NS, true
		s = s[n+1:]
	}
	return Duration{total, any}, any
}

// parseTimeSpan reads [d.]hh:mm:ss[.fffffff].
func parseTimeSpan(s string) (Duration, bool) {
	var days int64
	if dot := strings.IndexByte(s, '.'); dot > 0 && dot < strings.IndexByte(s, ':') {
		d, ok := scaleDuration(s[:dot], day)
		if !ok {
			return Duration{}, false
		}
		days, s = d.NS, s[dot+1:]
	}
	c, n := scanClock(s)
	if n == 0 || n != len(s) {
		return Duration{}, false
	}
	return Duration{days + int64(c.sec)*second + c.ns, true}, true
}

// scaleDuration reads a decimal number of units of unitNS nanoseconds exactly; what is finer than a nanosecond is rounded.
// Negative numbers, which some servers write for "none", are no duration.
func scaleDuration(num string, unitNS int64) (Duration, bool) {
	if ns, ok := scaleShort(num, unitNS); ok {
		return Duration{ns, true}, true
	}
	d, ok := scanDecimal(num)
	if !ok || d.neg {
		return Duration{}, false
	}
	ns, ok := d.scale(unitNS)
	return Duration{ns, ok}, ok
}

// scaleShort is scaleDuration for numbers of few digits whose last is no less than a nanosecond.
func scaleShort(num string, unitNS int64) (int64, bool) {
	if len(num) > 12 || unitNS > second {
		return 0, false
	}
	whole, i := int64(0), 0
	for i < len(num) && isDigit(num[i]) {
		whole = whole*10 + int64(num[i]-'0')
		i++
	}
	if i == 0 || whole > 1e9 {
		return 0, false
	}
	ns := whole * unitNS
	if i == len(num) {
		return ns, true
	}
	if num[i] != '.' {
		return 0, false
	}
	digits := len(num) - i - 1
	part := int64(0)
	for i++; i < len(num); i++ {
		if !isDigit(num[i]) {
			return 0, false
		}
		part = part*10 + int64(num[i]-'0')
	}
	if digits > 9 || unitNS%tens[digits] != 0 {
		return 0, false
	}
	return ns + part*(unitNS/tens[digits]), true
}

// decimal is a number as it was written: digits × 10^exp.
type decimal struct {
	digits string // with its point
	point  int    // digits before the point
	exp    int
	neg    bool
}

// scanDecimal reads s, which must be one decimal number.
func scanDecimal(s string) (d decimal, ok bool) {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		d.neg, s = s[0] == '-', s[1:]
	}
	i, seen := 0, false
	d.point = -1
	for ; i < len(s); i++ {
		if isDigit(s[i]) {
			seen = true
		} else if s[i] == '.' && d.point < 0 {
			d.point = i
		} else {
			break
		}
	}
	if !seen {
		return d, false
	}
	d.digits = s[:i]
	if d.point < 0 {
		d.point = i
	}
	if i == len(s) {
		return d, true
	}
	if s[i] != 'e' && s[i] != 'E' {
		return d, false
	}
	s = s[i+1:]
	neg := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		neg, s = s[0] == '-', s[1:]
	}
	if s == "" || len(s) > 3 {
		return d, false
	}
	for i := range len(s) {
		if !isDigit(s[i]) {
			return d, false
		}
		d.exp = d.exp*10 + int(s[i]-'0')
	}
	if neg {
		d.exp = -d.exp
	}
	return d, true
}

// wholeDigits returns how many digits stand before the point once the exponent is applied, without leading zeros.
func (d decimal) wholeDigits() int {
	zeros := 0
	for zeros < d.point && d.digits[zeros] == '0' {
		zeros++
	}
	return d.point - zeros + d.exp
}

// fractionDigits returns how many digits stand behind the point once the exponent is applied.
func (d decimal) fractionDigits() int {
	return max(0, len(d.digits)-d.point-1-d.exp)
}

// scale returns the number times unit, rounded; ok is false when it does not fit.
func (d decimal) scale(unit int64) (int64, bool) {
	const limit = (1<<63 - 1) / 10
	exp := d.exp
	for unit%10 == 0 {
		unit /= 10
		exp++
	}
	// value = digits without the point × 10^(exp - fraction) × unit
	var v int64
	round := false
	kept := d.point + exp // digits that stay before the point of the result
	seen := 0
	for i := 0; i < len(d.digits); i++ {
		if d.digits[i] == '.' {
			continue
		}
		if seen >= kept {
			round = seen == kept && d.digits[i] >= '5'
			break
		}
		if v > limit {
			return 0, false
		}
		v = v*10 + int64(d.digits[i]-'0')
		if v < 0 {
			return 0, false
		}
		seen++
	}
	for ; seen < kept; seen++ {
		if v == 0 {
			break
		}
		if v > limit {
			return 0, false
		}
		v *= 10
	}
	if round {
		v++
	}
	if unit != 1 {
		if v > (1<<63-1)/unit {
			return 0, false
		}
		v *= unit
	}
	return v, true
}

// isDurationText reports whether s is a length of time with its unit: 150ms.
func isDurationText(s string) bool {
	_, ok := parseDuration(s)
	return ok && !isNumber(s)
}
