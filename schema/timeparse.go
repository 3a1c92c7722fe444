package schema

import (
	"strings"
	"time"
)

// parseTime reads s, which must be a timestamp and nothing else: any dialect that leadingTime knows, or an epoch number.
// Brackets, quotes and blanks around it do not matter.
func (p *Parser) parseTime(s string) (Time, bool) {
	if len(s) >= 20 && s[10] == 'T' && isDigit(s[0]) {
		if string(p.second[:]) == s[:19] { // most lines are of the second of the line before
			if t, ok := p.sameSecond(s); ok {
				return t, true
			}
		}
		if t, n, ok := p.scanISO(s); ok && n == len(s) {
			return t, true
		}
	}
	s = strings.Trim(s, " \t[]\"'")
	if s == "" {
		return Time{}, false
	}
	if t, n, ok := p.scanTime(s); ok && n == len(s) {
		return t, true
	}
	return parseEpoch(s)
}

// sameSecond reads a timestamp that begins with the date and the time of day of the one before: only the fraction and the
// zone are left.
func (p *Parser) sameSecond(s string) (Time, bool) {
	n := 19
	t := Time{From: FromLine}
	if (s[n] == '.' || s[n] == ',') && n+1 < len(s) && isDigit(s[n+1]) {
		var c clock
		n += c.fraction(s[n+1:]) + 1
		t.NS, t.Digits = c.ns, c.digits
	}
	if n >= len(s) || s[n] != 'Z' && s[n] != '+' && s[n] != '-' {
		return Time{}, false
	}
	sec := p.secondAt
	if s[n] != 'Z' || n+1 != len(s) {
		off, zone, m := scanZone(s[n:])
		if zone != zoneOffset || n+m != len(s) {
			return Time{}, false
		}
		sec -= int64(off)
	}
	if sec < 0 || sec > maxSeconds {
		return Time{}, false
	}
	t.NS += sec * 1e9
	return t, true
}

// maxSeconds is how far nanoseconds since 1970 reach.
const maxSeconds = 9223372035

// leadingTime reads the timestamp that s begins with; rest is what follows it, with its blanks. It knows ISO 8601 and RFC
// 3339 in all their spellings, the common log format, syslog, RFC 1123, ANSI C, Apache's, Redis', Tomcat's, Java's and US
// dates, and a bare time of day. A time without a zone was written in the parser's location, one without a year in the
// year that puts it nearest to the moment of reading, not more than a day ahead, one without a date on the last day that is not ahead.
func (p *Parser) leadingTime(s string) (t Time, rest string, ok bool) {
	t, n, ok := p.scanTime(s)
	if !ok {
		return Time{}, s, false
	}
	return t, s[n:], true
}

// klogTime reads the mmdd hh:mm:ss.uuuuuu that s begins with (klog and glog, after the letter of the level).
func (p *Parser) klogTime(s string) (t Time, rest string, ok bool) {
	if len(s) < 13 || s[4] != ' ' {
		return Time{}, s, false
	}
	month, ok1 := digits2(s)
	day, ok2 := digits2(s[2:])
	if !ok1 || !ok2 || month < 1 || month > 12 || day < 1 || day > 31 {
		return Time{}, s, false
	}
	c, n := scanClock(s[5:])
	if n == 0 {
		return Time{}, s, false
	}
	t, ok = p.yearless(month, day, c)
	return t, s[5+n:], ok
}

// clock is a time of day.
type clock struct {
	sec    int   // since midnight
	ns     int64 // fraction
	digits uint8
}

// scanTime reads the timestamp at the start of s and tells its length.
func (p *Parser) scanTime(s string) (t Time, n int, ok bool) {
	if len(s) < 8 {
		return Time{}, 0, false
	}
	c := s[0]
	if c >= '0' && c <= '9' {
		return p.scanNumericTime(s)
	}
	if c >= 'A' && c <= 'Z' {
		return p.scanNamedTime(s)
	}
	return Time{}, 0, false
}

func (p *Parser) scanNumericTime(s string) (Time, int, bool) {
	d := 1
	for d < len(s) && d < 9 && isDigit(s[d]) {
		d++
	}
	if d == len(s) {
		return Time{}, 0, false
	}
	sep := s[d]
	switch {
	case d == 4 && (sep == '-' || sep == '/' || sep == '.'):
		return p.scanISO(s)
	case d == 8 && (sep == 'T' || sep == ' ' || sep == '-'), d == 6 && sep == ' ':
		return p.scanCompact(s, d)
	case (d == 1 || d == 2) && sep == ':':
		if d == 1 && !(len(s) > 2 && isDigit(s[2])) {
			return Time{}, 0, false
		}
		c, n := scanClock(s)
		if n == 0 {
			return Time{}, 0, false
		}
		if h, m := scanMeridiem(s[n:]); m > 0 {
			if c, ok := c.meridiem(h); ok {
				return p.dateless(c), n + m, true
			}
			return Time{}, 0, false
		}
		return p.dateless(c), n, true
	case (d == 1 || d == 2) && (sep == '/' || sep == '-' || sep == ' ' || sep == '.'):
		return p.scanDayFirst(s, d)
	}
	return Time{}, 0, false
}

// scanISO reads YYYY-MM-DD with - / or . between, a T, blank or other separator, a time of day and a zone.
func (p *Parser) scanISO(s string) (Time, int, bool) {
	if len(s) < 16 || s[7] != s[4] {
		return Time{}, 0, false
	}
	if string(p.date[:]) != s[:10] { // most lines are of the day of the line before
		year, ok := digits4(s)
		month, ok2 := digits2(s[5:])
		day, ok3 := digits2(s[8:])
		if !ok || !ok2 || !ok3 || !validDate(year, month, day) {
			return Time{}, 0, false
		}
		copy(p.date[:], s)
		p.days = daysFromCivil(year, month, day)
	}
	ok := false
	n := 10
	switch s[n] {
	case 'T', 't', ' ', '_', ':', '-':
		n++
	default:
		return Time{}, 0, false
	}
	if s[10] == ' ' { // gin writes "2006/01/02 - 15:04:05", some write two blanks
		for n < len(s) && (s[n] == ' ' || s[n] == '-') && n < 13 {
			n++
		}
	}
	c, m := scanClock(s[n:])
	if m == 0 {
		return Time{}, 0, false
	}
	if s[10] == 'T' && len(s) > 19 && s[13] == ':' {
		copy(p.second[:], s)
		p.secondAt = p.days*86400 + int64(c.sec)
	}
	n += m
	if h, m := scanMeridiem(s[n:]); m > 0 {
		if c, ok = c.meridiem(h); !ok {
			return Time{}, 0, false
		}
		n += m
	}
	return p.withZone(p.days, c, s, n)
}

// scanCompact reads YYYYMMDD or YYMMDD and a time of day with or without colons.
func (p *Parser) scanCompact(s string, d int) (Time, int, bool) {
	year, ok := digits2(s)
	if d == 8 {
		year, ok = digits4(s)
	} else {
		year += 2000
	}
	month, ok2 := digits2(s[d-4:])
	day, ok3 := digits2(s[d-2:])
	if !ok || !ok2 || !ok3 || !validDate(year, month, day) {
		return Time{}, 0, false
	}
	n := d + 1
	for n < len(s) && s[n] == ' ' {
		n++
	}
	c, m := scanClock(s[n:])
	if m == 0 && d == 8 {
		c, m = scanCompactClock(s[n:])
	}
	if m == 0 {
		return Time{}, 0, false
	}
	return p.withZone(daysFromCivil(year, month, day), c, s, n+m)
}

// scanDayFirst reads dates that begin with a day or a month of d digits: 14/Mar/2026:10:00:00 +0000, 14 Mar 2026 10:00:00,
// 14-Mar-2026, 14.03.2026 and the US 03/14/2026, 10:00:00 AM.
func (p *Parser) scanDayFirst(s string, d int) (Time, int, bool) {
	a := small(s[:d])
	sep := s[d]
	n := d + 1
	if n+3 > len(s) {
		return Time{}, 0, false
	}
	day := a
	month, m := monthOf(s[n:])
	if n += m; m == 0 {
		e := n
		for e < len(s) && e < n+2 && isDigit(s[e]) {
			e++
		}
		if e == n || sep == ' ' {
			return Time{}, 0, false
		}
		b := small(s[n:e])
		n = e
		switch {
		case sep == '.', a > 12: // day first
			month = b
		default:
			day, month = b, a
		}
	}
	if n >= len(s) || s[n] != sep {
		return Time{}, 0, false
	}
	n++
	year, yn := scanYear(s[n:])
	if yn == 0 {
		return Time{}, 0, false
	}
	n += yn
	if !validDate(year, month, day) {
		return Time{}, 0, false
	}
	from := n
	for n < len(s) && (s[n] == ' ' || s[n] == ',' || s[n] == ':' || s[n] == 'T') {
		n++
	}
	if n == from {
		return Time{}, 0, false
	}
	c, m := scanClock(s[n:])
	if m == 0 {
		return Time{}, 0, false
	}
	n += m
	if h, m := scanMeridiem(s[n:]); m > 0 {
		var ok bool
		if c, ok = c.meridiem(h); !ok {
			return Time{}, 0, false
		}
		n += m
	}
	return p.withZone(daysFromCivil(year, month, day), c, s, n)
}

// scanNamedTime reads dates that begin with the name of a day or a month: Mar 14 10:00:00, Mar 14, 2026 10:00:00 AM,
// Sat Mar 14 10:00:00.123456 UTC 2026, Sat, 14 Mar 2026 10:00:00 GMT, Saturday, 14-Mar-26 10:00:00 GMT.
func (p *Parser) scanNamedTime(s string) (Time, int, bool) {
	n := 0
	if m := weekday(s); m > 0 {
		n = m
		if s[n] == ',' {
			n++
		}
		if n >= len(s) || s[n] != ' ' {
			return Time{}, 0, false
		}
		n++
		if n < len(s) && (isDigit(s[n])) {
			d := 1
			if n+1 < len(s) && isDigit(s[n+1]) {
				d = 2
			}
			if n+d >= len(s) {
				return Time{}, 0, false
			}
			t, m, ok := p.scanDayFirst(s[n:], d)
			return t, n + m, ok
		}
	}
	if n+3 > len(s) {
		return Time{}, 0, false
	}
	month, m := monthOf(s[n:])
	if m == 0 {
		return Time{}, 0, false
	}
	n += m
	from := n
	for n < len(s) && s[n] == ' ' {
		n++
	}
	if n == from || n >= len(s) || !isDigit(s[n]) {
		return Time{}, 0, false
	}
	day := int(s[n] - '0')
	n++
	if n < len(s) && isDigit(s[n]) {
		day = day*10 + int(s[n]-'0')
		n++
	}
	if day < 1 || day > 31 || n >= len(s) {
		return Time{}, 0, false
	}
	year := 0
	if s[n] == ',' {
		n++
	}
	if n >= len(s) || s[n] != ' ' {
		return Time{}, 0, false
	}
	n++
	if len(s) > n+5 && isDigit(s[n]) && (s[n+4] == ' ' || s[n+4] == ',') {
		y, ok := digits4(s[n:])
		if !ok {
			return Time{}, 0, false
		}
		year, n = y, n+4
		for n < len(s) && (s[n] == ' ' || s[n] == ',') {
			n++
		}
	}
	c, m := scanClock(s[n:])
	if m == 0 {
		return Time{}, 0, false
	}
	n += m
	if h, m := scanMeridiem(s[n:]); m > 0 {
		var ok bool
		if c, ok = c.meridiem(h); !ok {
			return Time{}, 0, false
		}
		n += m
	}
	if year == 0 { // the year may come last, after a zone: "UTC 2026", "+0100 2026"
		zn := n
		off, zone, zm := scanZone(s[zn:])
		if y, ok := trailingYear(s[zn+zm:]); ok {
			if !validDate(y, month, day) {
				return Time{}, 0, false
			}
			t, ok := p.at(daysFromCivil(y, month, day), c, off, zone)
			return t, zn + zm + 5, ok
		}
		t, ok := p.yearless(month, day, c)
		return t, n, ok
	}
	if !validDate(year, month, day) {
		return Time{}, 0, false
	}
	return p.withZone(daysFromCivil(year, month, day), c, s, n)
}

func trailingYear(s string) (int, bool) {
	if len(s) < 5 || s[0] != ' ' || len(s) > 5 && isDigit(s[5]) {
		return 0, false
	}
	y, ok := digits4(s[1:])
	return y, ok && y >= 1970
}

// withZone finishes a timestamp whose zone, if any, stands at s[n:].
func (p *Parser) withZone(days int64, c clock, s string, n int) (Time, int, bool) {
	off, zone, m := scanZone(s[n:])
	t, ok := p.at(days, c, off, zone)
	return t, n + m, ok
}

// zoneKind says what a line told of its zone.
type zoneKind uint8

const (
	zoneNone   zoneKind = iota // nothing: the parser's location
	zoneOffset                 // seconds east of UTC
)

func (p *Parser) at(days int64, c clock, off int, zone zoneKind) (Time, bool) {
	sec := days*86400 + int64(c.sec)
	if zone == zoneOffset {
		sec -= int64(off)
	} else {
		sec -= p.offsetAt(sec)
	}
	if sec < 0 || sec > maxSeconds {
		return Time{}, false
	}
	return Time{NS: sec*1e9 + c.ns, Digits: c.digits, From: FromLine}, true
}

// offsetAt returns how many seconds east of UTC the parser's location was when its clocks showed local.
func (p *Parser) offsetAt(local int64) int64 {
	if p.utc || p.out.utc && !p.zoned {
		return 0
	}
	_, off := time.Unix(local, 0).In(p.loc).Zone()
	// Near a change of the offset the first answer may be that of the other side.
	_, off2 := time.Unix(local-int64(off), 0).In(p.loc).Zone()
	return int64(off2)
}

// yearless returns the moment of a date without a year: in the year that puts it nearest to the moment of reading, not
// more than a day ahead.
func (p *Parser) yearless(month, day int, c clock) (Time, bool) {
	now, _ := floorDiv(p.now, 1e9)
	y, _, _ := civil(now / 86400)
	for _, year := range [...]int{y + 1, y, y - 1, y - 2, y - 3, y - 4} {
		if !validDate(year, month, day) {
			continue
		}
		if t, ok := p.at(daysFromCivil(year, month, day), c, 0, zoneNone); ok && t.NS <= p.now+86400e9 {
			return t, true
		}
	}
	return Time{}, false
}

// dateless returns the last moment before that of reading at which clocks showed c; they may be an hour fast.
func (p *Parser) dateless(c clock) Time {
	now, _ := floorDiv(p.now, 1e9)
	days, _ := floorDiv(now+p.offsetAt(now), 86400)
	for _, d := range [...]int64{1, 0, -1} {
		if t, ok := p.at(days+d, c, 0, zoneNone); ok && t.NS <= p.now+3600e9 {
			t.From = FromLine
			return t
		}
	}
	return Time{NS: p.now, Digits: 3}
}

// scanClock reads hh:mm:ss, hh:mm:ss.fff or h:mm:ss at the start of s; n is its length, 0 when there is none.
func scanClock(s string) (c clock, n int) {
	if len(s) < 7 {
		return c, 0
	}
	h := 0
	if s[1] == ':' {
		if !isDigit(s[0]) {
			return c, 0
		}
		h, n = int(s[0]-'0'), 1
	} else {
		var ok bool
		if h, ok = digits2(s); !ok || s[2] != ':' {
			return c, 0
		}
		n = 2
	}
	if len(s) < n+6 || s[n+3] != ':' {
		return c, 0
	}
	m, ok := digits2(s[n+1:])
	sec, ok2 := digits2(s[n+4:])
	if !ok || !ok2 || h > 23 || m > 59 || sec > 60 {
		return c, 0
	}
	n += 6
	if n < len(s) && isDigit(s[n]) {
		return c, 0
	}
	c.sec = h*3600 + m*60 + sec
	if n+1 < len(s) && (s[n] == '.' || s[n] == ',' || s[n] == ':') && isDigit(s[n+1]) {
		if s[n] == ':' && n+3 < len(s) && s[n+3] == ':' {
			return c, n
		}
		n += c.fraction(s[n+1:]) + 1
	}
	return c, n
}

// scanCompactClock reads hhmmss or hhmmss.fff.
func scanCompactClock(s string) (c clock, n int) {
	if len(s) < 6 {
		return c, 0
	}
	h, ok := digits2(s)
	m, ok2 := digits2(s[2:])
	sec, ok3 := digits2(s[4:])
	if !ok || !ok2 || !ok3 || h > 23 || m > 59 || sec > 60 {
		return c, 0
	}
	c.sec, n = h*3600+m*60+sec, 6
	if n+1 < len(s) && (s[n] == '.' || s[n] == ',') && isDigit(s[n+1]) {
		n += c.fraction(s[n+1:]) + 1
	}
	return c, n
}

// fraction reads the digits after the point into c and tells how many there are.
func (c *clock) fraction(s string) int {
	n := 0
	if len(s) >= 8 {
		if w := load8(s, 0); digits8(w) {
			c.ns, n = number8(w), 8
		}
	}
	for n < len(s) && n < 9 && isDigit(s[n]) {
		c.ns = c.ns*10 + int64(s[n]-'0')
		n++
	}
	c.ns *= tens[9-n]
	c.digits = uint8(n)
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// digits8 reports whether w is eight decimal digits.
func digits8(w uint64) bool {
	const ones, high = 0x0101010101010101, 0xf0f0f0f0f0f0f0f0
	return w&high == ones*'0' && (w+ones*6)&high == ones*'0'
}

// number8 returns the number whose eight digits are w, the first the lowest byte.
func number8(w uint64) int64 {
	const ones = 0x0101010101010101
	w -= ones * '0'
	w = w*10 + w>>8
	return int64(((w&0x000000ff000000ff)*(100+1000000<<32) + (w>>16&0x000000ff000000ff)*(1+10000<<32)) >> 32)
}

// tens are the powers of ten.
var tens = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9}

// meridiem turns a twelve-hour clock into a full one; pm is 12 for p.m., 0 for a.m.
func (c clock) meridiem(pm int) (clock, bool) {
	h := c.sec / 3600
	if h == 0 || h > 12 {
		return c, false
	}
	c.sec += (h%12 + pm - h) * 3600
	return c, true
}

// scanMeridiem reads AM or PM after blanks (one of them may be U+202F, as newer Java and JavaScript write).
func scanMeridiem(s string) (pm, n int) {
	switch {
	case strings.HasPrefix(s, "\u202f"):
		n = 3
	case strings.HasPrefix(s, "\u00a0"):
		n = 2
	case strings.HasPrefix(s, " "):
		n = 1
	}
	if len(s) < n+2 || s[n+1]|0x20 != 'm' || len(s) > n+2 && isAlpha(s[n+2]) {
		return 0, 0
	}
	switch s[n] | 0x20 {
	case 'a':
		return 0, n + 2
	case 'p':
		return 12, n + 2
	}
	return 0, 0
}

// zoneNames are the abbreviations that mean one offset all over the world, in minutes, or nearly so.
var zoneNames = [...]struct {
	name    string
	minutes int
}{
	{"UTC", 0}, {"GMT", 0}, {"UCT", 0}, {"WET", 0}, {"WEST", 60}, {"CET", 60}, {"CEST", 120}, {"EET", 120}, {"EEST", 180}, {"MSK", 180},
	{"EST", -300}, {"EDT", -240}, {"CDT", -300}, {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420}, {"AKST", -540}, {"AKDT", -480}, {"HST", -600},
	{"JST", 540}, {"KST", 540}, {"AEST", 600}, {"AEDT", 660}, {"ACST", 570}, {"ACDT", 630}, {"AWST", 480}, {"NZST", 720}, {"NZDT", 780}, {"SAST", 120},
	{"BRT", -180}, {"ART", -180}, {"HKT", 480}, {"SGT", 480}, {"CST", -360}, {"BST", 60}, {"IST", 330}, {"Z", 0},
}

// scanZone reads the zone at the start of s, with the blank before it.
func scanZone(s string) (off int, kind zoneKind, n int) {
	if s == "" {
		return 0, zoneNone, 0
	}
	if s[0] == 'Z' || s[0] == 'z' {
		if len(s) > 1 && isAlpha(s[1]) {
			return 0, zoneNone, 0
		}
		return 0, zoneOffset, 1
	}
	i := 0
	if s[0] == ' ' {
		i = 1
	}
	if i >= len(s) {
		return 0, zoneNone, 0
	}
	switch c := s[i]; {
	case c == '+' || c == '-':
		off, m := scanOffset(s[i:])
		if m == 0 || i == 1 && m < 5 { // " -3" may be anything
			return 0, zoneNone, 0
		}
		n = i + m
		if i == 1 && strings.HasPrefix(s[n:], " UTC") { // Go: 2006-01-02 15:04:05 +0000 UTC
			n += 4
		}
		return off, zoneOffset, n
	case c >= 'A' && c <= 'Z':
		e := i
		for e < len(s) && isAlpha(s[e]) {
			e++
		}
		name := s[i:e]
		for _, z := range zoneNames {
			if z.name != name {
				continue
			}
			n = e
			if z.minutes == 0 && n < len(s) && (s[n] == '+' || s[n] == '-') { // UTC+02:00
				if off, m := scanOffset(s[n:]); m > 0 {
					return off, zoneOffset, n + m
				}
			}
			return z.minutes * 60, zoneOffset, n
		}
	}
	return 0, zoneNone, 0
}

// scanOffset reads ±hh, ±hhmm, ±hh:mm or ±hh:mm:ss.
func scanOffset(s string) (off, n int) {
	if len(s) < 3 {
		return 0, 0
	}
	h, ok := digits2(s[1:])
	if !ok || h > 15 {
		return 0, 0
	}
	off, n = h*3600, 3
	r := s[3:]
	if len(r) >= 3 && r[0] == ':' {
		if m, ok := digits2(r[1:]); ok && m < 60 {
			off, n = off+m*60, 6
		}
	} else if len(r) >= 2 {
		if m, ok := digits2(r); ok && m < 60 {
			off, n = off+m*60, 5
		}
	}
	if n < len(s) && isDigit(s[n]) {
		return 0, 0
	}
	if s[0] == '-' {
		off = -off
	}
	return off, n
}

// parseEpoch reads a number of seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by how many
// digits stand before the point; that many digits never overlap for any moment from 1973 to 2286.
func parseEpoch(s string) (Time, bool) {
	if len(s) < 9 || len(s) > 40 || !isDigit(s[0]) {
		return Time{}, false
	}
	if len(s) == 13 && s[0] >= '1' && s[0] <= '8' { // milliseconds: Node, most of all
		if w := load8(s, 0); digits8(w) && allDigits(s[8:]) {
			n, _ := atoi(s[8:])
			return Time{NS: (number8(w)*1e5 + n) * 1e6, Digits: 3, From: FromLine}, true
		}
	}
	num, ok := scanDecimal(s)
	if !ok || num.neg {
		return Time{}, false
	}
	var unit int64
	var digits uint8
	switch whole := num.wholeDigits(); {
	case whole == 9 || whole == 10:
		unit, digits = 1e9, 0
	case whole == 12 || whole == 13:
		unit, digits = 1e6, 3
	case whole == 15 || whole == 16:
		unit, digits = 1e3, 6
	case whole == 18 || whole == 19:
		unit, digits = 1, 9
	default:
		return Time{}, false
	}
	ns, ok := num.scale(unit)
	if !ok {
		return Time{}, false
	}
	return Time{NS: ns, Digits: min(digits+uint8(min(num.fractionDigits(), 9)), 9), From: FromLine}, true
}

// epochIn reads a number of a known unit since 1970.
func epochIn(num string, unitNS int64) (Time, bool) {
	d, ok := scaleDuration(num, unitNS)
	if !ok || d.NS <= 0 {
		return Time{}, false
	}
	digits := uint8(0)
	for u := unitNS; u < 1e9; u *= 10 {
		digits++
	}
	if dot := strings.IndexByte(num, '.'); dot >= 0 {
		digits += uint8(min(len(num)-dot-1, 9))
	}
	return Time{NS: d.NS, Digits: min(digits, 9), From: FromLine}, true
}

// setTime gives e its timestamp unless a better one is known: the line's own time beats that of its carrier.
func (e *Event) setTime(t Time) {
	if e.Time.From != FromLine || t.From == FromLine {
		e.Time = t
	}
}

// setCarrierTime is setTime for the time that a wrapper around the line gives.
func (e *Event) setCarrierTime(t Time) {
	t.From = FromCarrier
	e.setTime(t)
}

func digits2(s string) (int, bool) {
	if len(s) < 2 {
		return 0, false
	}
	a, b := s[0]-'0', s[1]-'0'
	return int(a)*10 + int(b), a < 10 && b < 10
}

func digits4(s string) (int, bool) {
	a, ok := digits2(s)
	if !ok || len(s) < 4 {
		return 0, false
	}
	b, ok := digits2(s[2:])
	return a*100 + b, ok
}

// small is the value of one or two digits.
func small(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// scanYear reads a year of four digits, or of two (RFC 850).
func scanYear(s string) (year, n int) {
	if y, ok := digits4(s); ok {
		return y, 4
	}
	if y, ok := digits2(s); ok && (len(s) == 2 || !isDigit(s[2])) {
		return 2000 + y, 2
	}
	return 0, 0
}

func validDate(year, month, day int) bool {
	if year < 1970 || year > 2261 || month < 1 || month > 12 || day < 1 || day > 31 {
		return false
	}
	switch month {
	case 4, 6, 9, 11:
		return day <= 30
	case 2:
		leap := year%4 == 0 && (year%100 != 0 || year%400 == 0)
		return day <= 28 || leap && day == 29
	}
	return true
}

var monthNames = [...]string{
	"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
}

// monthOf returns the month whose English name, whole or of three letters, s begins with, and the length of the name.
func monthOf(s string) (month, n int) {
	if len(s) < 3 {
		return 0, 0
	}
	a, b, c := s[0]|0x20, s[1]|0x20, s[2]|0x20
	for i, name := range monthNames {
		if name[0] != a || name[1] != b || name[2] != c {
			continue
		}
		if len(s) == 3 || !isAlpha(s[3]) {
			return i + 1, 3
		}
		if len(s) >= len(name) && strings.EqualFold(s[:len(name)], name) && (len(s) == len(name) || !isAlpha(s[len(name)])) {
			return i + 1, len(name)
		}
		return 0, 0
	}
	return 0, 0
}

// weekday returns the length of the English name of a day that s begins with, whole or of three letters.
func weekday(s string) int {
	const names = "MonTueWedThuFriSatSun"
	if len(s) < 4 {
		return 0
	}
	for i := 0; i < len(names); i += 3 {
		if s[:3] == names[i:i+3] {
			n := 3
			for n < len(s) && s[n] >= 'a' && s[n] <= 'z' {
				n++
			}
			if n < len(s) && (n == 3 || strings.HasSuffix(s[:n], "day")) {
				return n
			}
			return 0
		}
	}
	return 0
}
