package schema

import "strings"

// stamped is a line that begins with a timestamp, read once for all formats that do.
type stamped struct {
	time    Time
	stamp   string // the timestamp as it stands
	bracket bool   // the line began with a bracket before the timestamp
	closed  bool   // and the bracket closed behind it
	rest    string // what follows
}

// stampedFormats lists the formats whose lines begin with a timestamp, most specific first; the last takes any.
var stampedFormats = []struct {
	name  string
	parse func(p *Parser, e *Event, s *stamped) bool
}{
	{"celery", parseCelery},
	{"monolog", parseMonolog},
	{"gunicorn", parseGunicorn},
	{"django.server", parseDjangoServer},
	{"access", parseStampedAccess},
	{"nginx.proxy_manager", parseProxyManager},
	{"envoy", parseEnvoy},
	{"apache.error", parseApacheError},
	{"php.error", parsePHPError},
	{"env_logger", parseEnvLogger},
	{"elasticsearch", parseElasticsearch},
	{"nginx.error", parseNginxError},
	{"php.server", parsePHPServer},
	{"laravel.queue", parseLaravelQueue},
	{"loguru", parseLoguru},
	{"pipes", parsePipes},
	{"postgres.csv", parsePostgresCSV},
	{"postgres.text", parsePostgresText},
	{"mysql.error", parseMySQLError},
	{"mysql.general", parseMySQLGeneral},
	{"mongodb.text", parseMongoText},
	{"yii", parseYii},
	{"lambda.text", parseLambdaText},
	{"zap.console", parseZapConsole},
	{"spring.text", parseSpring},
	{"winston", parseWinstonText},
	{"chi", parseChi},
	{"jul", parseJUL},
	{"gorm", parseGormHead},
	{"pino.pretty", parsePinoPretty},
	{"tracing.text", parseTracing},
	{"text.levelled", parseLevelled},
	{"text.stamped", parseStampedText},
}

// parseStamped takes every line that begins with a timestamp, bare or in brackets.
func parseStamped(p *Parser, e *Event, line string) bool {
	var s stamped
	if !p.stamp(&s, line) {
		return false
	}
	for i := range stampedFormats {
		if f := &stampedFormats[i]; f.parse(p, e, &s) {
			setDefault(&e.Platform.Format, f.name)
			e.setTime(s.time)
			return true
		}
	}
	return false
}

// stamp reads the timestamp that line begins with.
func (p *Parser) stamp(s *stamped, line string) bool {
	if len(line) < 9 {
		return false
	}
	at := 0
	if line[0] == '[' {
		s.bracket, at = true, 1
	}
	c := line[at]
	if !isDigit(c) && (c < 'A' || c > 'W' || !isAlpha(line[at+1]) || !isAlpha(line[at+2])) {
		return false
	}
	t, rest, ok := p.terseTime(line[at:], s.bracket)
	if !ok {
		t, rest, ok = p.sparkTime(line[at:])
	}
	if !ok {
		t, rest, ok = p.leadingTime(line[at:])
	}
	if !ok {
		t, rest, ok = p.commaTime(line[at:])
	}
	if !ok && s.bracket && len(line) > 16 && line[14] == ']' && allDigits(line[1:14]) { // pino-pretty that does not translate times
		t, ok = parseEpoch(line[1:14])
		rest = line[14:]
	}
	if !ok && !s.bracket {
		if t, rest, ok = p.kitchenTime(line); !ok {
			t, rest, ok = zapEpoch(line)
		}
	}
	if !ok {
		return false
	}
	s.time, s.rest = t, rest
	s.stamp = line[at : len(line)-len(rest)]
	if s.bracket && strings.HasPrefix(rest, "]") {
		s.closed, s.rest = true, rest[1:]
	}
	if !s.bracket && strings.HasPrefix(rest, ", ") { // Windows: 2016-09-28 04:30:30, Info  CBS  message
		s.rest = rest[1:]
	}
	if rest != "" && !s.closed && (isDigit(rest[0]) || isAlpha(rest[0])) {
		return false // the digits were part of a word
	}
	return true
}

// commaTime reads Airflow's and Scrapy's "2026-03-14, 10:00:00 UTC".
func (p *Parser) commaTime(s string) (t Time, rest string, ok bool) {
	if len(s) < 20 || s[10] != ',' || s[11] != ' ' {
		return Time{}, s, false
	}
	end := strings.IndexByte(s, ']')
	if end < 12 || end > 40 {
		return Time{}, s, false
	}
	t, ok = p.parseTime(s[:10] + s[11:end])
	return t, s[end:], ok
}

// sparkTime reads Spark's and Hadoop's yy/MM/dd HH:mm:ss, which only the level behind it tells from dd/MM/yy.
func (p *Parser) sparkTime(s string) (t Time, rest string, ok bool) {
	if len(s) < 26 || s[2] != '/' || s[5] != '/' || s[8] != ' ' || s[11] != ':' || s[17] != ' ' {
		return Time{}, s, false
	}
	word, after := cutToken(s[18:])
	logger, _ := cutToken(after)
	if levelWord(word, false) == LevelNone || !strings.HasSuffix(logger, ":") {
		return Time{}, s, false
	}
	t, ok = p.parseTime("20" + s[:2] + "-" + s[3:5] + "-" + s[6:17])
	return t, s[17:], ok
}

// terseTime reads two times without a year or without separators: HDFS' yymmdd hhmmss, and Proxifier's [MM.DD hh:mm:ss].
func (p *Parser) terseTime(s string, bracket bool) (t Time, rest string, ok bool) {
	switch {
	case bracket && len(s) > 15 && s[2] == '.' && s[5] == ' ' && s[8] == ':' && s[14] == ']':
		month, ok1 := digits2(s)
		day, ok2 := digits2(s[3:])
		c, n := scanClock(s[6:])
		if !ok1 || !ok2 || n != 8 || month < 1 || month > 12 || day < 1 || day > 31 {
			return Time{}, s, false
		}
		t, ok = p.yearless(month, day, c)
		return t, s[14:], ok
	case !bracket && len(s) > 24 && s[6] == ' ' && s[13] == ' ' && allDigits(s[:6]) && allDigits(s[7:13]):
		word, _ := cutToken(s[14:])
		if !allDigits(word) {
			return Time{}, s, false
		}
		t, ok = p.parseTime("20" + s[:2] + "-" + s[2:4] + "-" + s[4:6] + " " + s[7:9] + ":" + s[9:11] + ":" + s[11:13])
		return t, s[13:], ok
	}
	return Time{}, s, false
}

// kitchenTime reads zerolog's 3:04PM, which a level of three letters has to follow.
func (p *Parser) kitchenTime(s string) (t Time, rest string, ok bool) {
	colon := strings.IndexByte(s[:min(len(s), 3)], ':')
	if colon < 1 || len(s) < colon+10 || s[colon+5] != ' ' || !isShortLevel(s[colon+6:colon+9]) || s[colon+9] != ' ' {
		return Time{}, s, false
	}
	hour, isHour := atoi(s[:colon])
	minute, isMinute := digits2(s[colon+1:])
	pm, n := scanMeridiem(s[colon+3:])
	if !isHour || !isMinute || n != 2 || minute > 59 {
		return Time{}, s, false
	}
	c, ok := clock{sec: int(hour)*3600 + minute*60}.meridiem(pm)
	if !ok {
		return Time{}, s, false
	}
	return p.dateless(c), s[colon+5:], true
}

// zapEpoch reads the seconds since 1970 that zap's production encoder prints to a console: 1.77348240015e+09, TAB.
func zapEpoch(s string) (t Time, rest string, ok bool) {
	end := strings.IndexByte(s[:min(len(s), 32)], '\t')
	if end < 8 || s[1] != '.' {
		return Time{}, s, false
	}
	digits, ok := strings.CutSuffix(s[:end], "e+09")
	if !ok || !isDigit(s[0]) || !allDigits(digits[2:]) {
		return Time{}, s, false
	}
	digits = digits[:1] + digits[2:]
	for len(digits) < 10 {
		digits += "0"
	}
	if len(digits) > 10 {
		digits = digits[:10] + "." + digits[10:]
	}
	t, ok = parseEpoch(digits)
	return t, s[end:], ok
}
