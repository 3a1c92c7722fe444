package schema

import "strings"

// w3cLayout is the order of the columns of a W3C log, as a #Fields line gives it or as the program behind it has it by
// default.
type w3cLayout struct {
	format  string // written to platform.format
	columns []w3cColumn
	sep     byte   // between values: a blank, or a comma
	date    string // of a #Date line, for logs whose lines have a time alone
	edge    bool   // CloudFront: times in seconds, text escaped as in URLs
	known   bool   // the parser reads such lines without having seen the header
}

// w3cColumn is what a column of a W3C log holds.
type w3cColumn struct {
	kind w3cKind
	name string // as the header has it, for columns that are kept as fields
}

type w3cKind uint8

const (
	w3cField w3cKind = iota
	w3cDate
	w3cTime
	w3cMoment // date and time in one
	w3cMethod
	w3cStem
	w3cQuery
	w3cURI
	w3cStatus
	w3cBytes
	w3cTook
	w3cTookMS
	w3cFirstByte
	w3cClient
	w3cForwarded
	w3cUser
	w3cAgent
	w3cReferer
	w3cHost
	w3cViewerHost
	w3cServer
	w3cProtocol
	w3cRequestID
	w3cDrop
)

// w3cKinds gives the meaning of column names, in lower case.
var w3cKinds = map[string]w3cKind{
	"date": w3cDate, "time": w3cTime, "date-time": w3cMoment, "gmttime": w3cMoment, "x-timestamp": w3cMoment, "timestamp": w3cMoment, "timestamp(ms)": w3cMoment,
	"cs-method": w3cMethod, "cs-uri-stem": w3cStem, "cs-uri-path": w3cStem, "cs-uri-query": w3cQuery, "cs-uri": w3cURI, "c-uri": w3cURI, "sc-status": w3cStatus,
	"sc-bytes": w3cBytes, "bytes": w3cBytes, "time-taken": w3cTook, "timetaken": w3cTook, "timetakenms": w3cTookMS, "time-taken(ms)": w3cTookMS, "time-to-first-byte": w3cFirstByte,
	"c-ip": w3cClient, "c-dns": w3cField, "x-forwarded-for": w3cForwarded, "cs(x-forwarded-for)": w3cForwarded, "x-real-ip": w3cForwarded, "cs-username": w3cUser, "cs-user": w3cUser, "cs-auth-user": w3cUser,
	"cs(user-agent)": w3cAgent, "cs(referer)": w3cReferer, "cs(host)": w3cHost, "cs-host": w3cHost, "x-host-header": w3cViewerHost, "s-computername": w3cServer,
	"cs-version": w3cProtocol, "cs-protocol-version": w3cProtocol, "x-edge-request-id": w3cRequestID, "cs(x-request-id)": w3cRequestID, "x-request-id": w3cRequestID, "s-reqid": w3cRequestID,
	"cs(cookie)": w3cDrop,
}

// Orders of columns that programs have by default, for lines whose header was not seen.
const (
	cloudFrontFields = "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id " +
		"x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port " +
		"time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end"
	iisFields       = "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken"
	iisSevenFields  = "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status time-taken"
	iisSixFields    = "date time s-sitename s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status"
	iisAllFields    = "date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs-version cs(User-Agent) cs(Cookie) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken"
	azureFields     = "date time s-sitename cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Cookie) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken"
	httpErrFields   = "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid s-reason s-queuename"
	httpErrFields22 = "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri streamid sc-status s-siteid s-reason s-queuename"
)

var (
	cloudFrontLayout = w3cFieldsLayout(cloudFrontFields, true)
	iisLayouts       = []*w3cLayout{
		w3cFieldsLayout(iisFields, true), w3cFieldsLayout(iisSevenFields, true), w3cFieldsLayout(iisSixFields, true), w3cFieldsLayout(iisAllFields, true),
		w3cFieldsLayout(azureFields, true), w3cFieldsLayout(httpErrFields, true), w3cFieldsLayout(httpErrFields22, true),
	}
)

// w3cFieldsLayout reads the names of the columns, as they follow "#Fields:".
func w3cFieldsLayout(fields string, known bool) *w3cLayout {
	l := &w3cLayout{format: "w3c", sep: ' ', known: known}
	names := strings.Fields(fields)
	if len(names) == 1 && strings.IndexByte(fields, ',') > 0 { // Exchange
		l.sep = ','
		names = strings.Split(names[0], ",")
	}
	for _, name := range names {
		l.columns = append(l.columns, w3cColumn{w3cKinds[strings.ToLower(name)], strings.Clone(name)})
		switch {
		case strings.HasPrefix(name, "x-edge-"):
			l.edge, l.format = true, "cloudfront"
		case (name == "sc-win32-status" || name == "s-sitename" || name == "sc-substatus" || name == "s-siteid") && !l.edge:
			l.format = "iis"
		}
	}
	return l
}

// dated reports whether lines have a date of their own.
func (l *w3cLayout) dated() bool {
	for i := range l.columns {
		if k := l.columns[i].kind; k == w3cDate || k == w3cMoment {
			return true
		}
	}
	return false
}

// sameColumns reports whether two layouts have the same columns.
func (l *w3cLayout) sameColumns(o *w3cLayout) bool {
	if len(l.columns) != len(o.columns) || l.sep != o.sep {
		return false
	}
	for i := range l.columns {
		if l.columns[i] != o.columns[i] {
			return false
		}
	}
	return true
}

// maxW3CColumns is how many columns of a line are looked at.
const maxW3CColumns = 64

// w3cLine fills e from a line whose columns l names, and reports whether the line fits. It leaves e as it was when not.
func (p *Parser) w3cLine(e *Event, l *w3cLayout, line string) bool {
	var val [maxW3CColumns]string
	n := l.split(line, &val)
	// CloudFront adds columns at the end as years go by, and older files lack them.
	if n < 2 || n != len(l.columns) && (!l.edge || n < min(len(l.columns), 12)) {
		return false
	}
	n = min(n, len(l.columns))
	t, ok := p.w3cTime(l, val[:n])
	if !ok || !l.fits(val[:n]) {
		return false
	}
	e.setTime(t)
	e.Platform.Format = l.format
	var method, target, query, status, host string
	for i, v := range val[:n] {
		c := l.columns[i]
		if !present(v) {
			continue
		}
		switch c.kind {
		case w3cMethod:
			method = v
		case w3cStem:
			target = l.path(v)
		case w3cURI:
			target = v
		case w3cQuery:
			query = v
			if l.edge {
				query = unescapePercent(v)
			}
		case w3cStatus:
			status = v
		case w3cBytes:
			setBytes(e, v)
		case w3cTook:
			unit := millisecond
			if l.edge || strings.IndexByte(v, '.') >= 0 {
				unit = second
			}
			setDuration(e, v, unit)
		case w3cTookMS:
			setDuration(e, v, millisecond)
		case w3cFirstByte:
			addTiming(e, "first_byte", v, second)
		case w3cClient:
			if e.Metadata.IP == "" {
				setClientIP(e, v)
			}
		case w3cForwarded:
			e.Metadata.IP = forwardedIP(l.text(v), e.Metadata.IP)
		case w3cUser:
			setUserActor(e, v)
		case w3cAgent:
			setUserAgent(e, l.text(v))
		case w3cReferer:
			setReferer(e, l.text(v))
		case w3cHost:
			setDefault(&host, v)
		case w3cViewerHost:
			host = v
		case w3cServer:
			setDefault(&e.Platform.Host, v)
		case w3cProtocol:
			e.AddExtra("protocol", Text(v))
		case w3cRequestID:
			e.setRequestID(c.name, v)
		case w3cField:
			l.keep(e, c.name, v)
		}
	}
	if query != "" {
		target += "?" + query
	}
	if method == "" && target == "" && status == "" {
		e.Action = "log"
	} else {
		setHTTP(e, method, target, status3(status))
	}
	if host != "" && !e.hasExtra("host") {
		e.AddExtra("host", Text(host))
	}
	e.Join = Join{Single: true}
	return true
}

// split takes the values of a line apart and returns how many there are.
func (l *w3cLayout) split(line string, val *[maxW3CColumns]string) (n int) {
	if l.sep == ',' {
		n, _ = csvFields(line, val[:])
		return n
	}
	if strings.IndexByte(line, '\t') > 0 {
		for part := range strings.SplitSeq(line, "\t") {
			if n == len(val) {
				break
			}
			val[n] = part
			n++
		}
		return n
	}
	for line = strings.TrimRight(line, " "); line != "" && n < len(val); n++ {
		if end := quotedW3C(line); end > 0 {
			val[n], line = strings.ReplaceAll(line[1:end], `""`, `"`), strings.TrimLeft(line[end+1:], " ")
			continue
		}
		val[n], line = cutToken(line)
	}
	return n
}

// quotedW3C returns where the quotes close that s begins with, 0 when it begins otherwise. Quotes inside are doubled.
func quotedW3C(s string) int {
	if s[0] != '"' {
		return 0
	}
	for i := 1; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		if i+1 == len(s) || s[i+1] == ' ' {
			return i
		}
		i++
	}
	return 0
}

// w3cTime reads the time of a line, which is in UTC.
func (p *Parser) w3cTime(l *w3cLayout, val []string) (Time, bool) {
	date, clock := l.date, ""
	for i, v := range val {
		switch l.columns[i].kind {
		case w3cDate:
			date = v
		case w3cTime:
			clock = v
		case w3cMoment:
			return p.parseTime(v)
		}
	}
	if len(date) != 10 || len(clock) < 8 || !isDigit(clock[0]) {
		return Time{}, false
	}
	return p.parseTime(p.concat(date, "T", clock, "Z"))
}

// fits reports whether the values can be what their columns hold: without that, a line of another program could pass.
func (l *w3cLayout) fits(val []string) bool {
	telling := 0
	for i, v := range val {
		if !present(v) {
			continue
		}
		ok := true
		switch l.columns[i].kind {
		case w3cMethod:
			ok = isToken(v)
			telling++
		case w3cStem:
			ok = v[0] == '/' || v == "*" || !l.known
		case w3cStatus:
			ok = status3(v) != 0 || allDigits(v) && len(v) <= 3
			telling++
		case w3cTook, w3cTookMS, w3cFirstByte:
			ok = isNumber(v)
		case w3cBytes:
			ok = allDigits(v)
		case w3cClient:
			ok = bareIP(v) != "" || !l.known
			telling++
		case w3cField:
			switch l.columns[i].name {
			case "s-port", "sc-substatus", "c-port", "cs-bytes":
				ok = allDigits(v)
			case "sc-win32-status":
				ok = allDigits(v) || strings.HasPrefix(v, "-")
			case "s-ip":
				ok = bareIP(v) != "" || !l.known
			}
		}
		if !ok {
			return false
		}
	}
	return telling > 1 || !l.known
}

// keep keeps a column that nothing knows, or that says nothing of its own, as a field.
func (l *w3cLayout) keep(e *Event, name, v string) {
	switch name {
	case "s-port", "cs-bytes", "c-port", "sc-content-len":
		if allDigits(v) && len(number(v)) > 0 {
			if name == "s-port" {
				name = "port"
			}
			e.AddField(name, Value{Raw, number(v)})
			return
		}
	case "sc-substatus", "sc-win32-status":
		if v == "0" {
			return
		}
	case "x-edge-location":
		name = "edge_location"
	case "x-edge-result-type":
		name = "edge_result"
	case "s-ip", "s-sitename":
	case "cs-protocol", "ssl-protocol", "ssl-cipher", "x-edge-response-result-type", "sc-content-type", "fle-status", "fle-encrypted-fields", "sc-range-start", "sc-range-end":
		return
	case "x-edge-detailed-result-type":
		for i := range e.Metadata.Fields {
			if f := &e.Metadata.Fields[i]; f.Key == "edge_result" && f.Value.S == v {
				return
			}
		}
		name = "edge_detail"
	}
	e.AddField(name, Text(l.text(v)))
}

// text undoes what the program does to text: CloudFront escapes it twice, IIS writes blanks as plus signs.
func (l *w3cLayout) text(s string) string {
	if l.edge {
		return unescapePercent(unescapePercent(s))
	}
	if l.format == "iis" && strings.IndexByte(s, '+') >= 0 {
		return strings.ReplaceAll(s, "+", " ")
	}
	return s
}

// path returns a path as the client sent it: CloudFront escapes its percent signs once more.
func (l *w3cLayout) path(s string) string {
	if l.edge && strings.Contains(s, "%25") {
		return strings.ReplaceAll(s, "%25", "%")
	}
	return s
}

// unescapePercent undoes one round of %HH; a plus stays a plus.
func unescapePercent(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	return percentDecode(s)
}

// Describe tells s how its text begins. The #Fields of a W3C log are thus known where reading starts in the middle of the file.
// Call it before the first line of s is parsed.
func (s *Source) Describe(head string) {
	var st stream
	for line := range strings.Lines(head) {
		if line[0] != '#' || line[len(line)-1] != '\n' {
			break
		}
		st.header(strings.TrimRight(line, "\r\n"))
	}
	if st.columns != nil {
		st.columns.known = true
		s.columns = st.columns
	}
}

// parseW3C takes the lines of a source whose columns are known.
func parseW3C(p *Parser, e *Event, line string) bool {
	return p.columns != nil && line[0] != '#' && !p.out.set && p.w3cLine(e, p.columns, line)
}

// parseCloudFront takes CloudFront's standard log in its documented order: columns with TABs, times in seconds, text escaped
// as in URLs.
func parseCloudFront(p *Parser, e *Event, line string) bool {
	if len(line) < 40 || !isDigit(line[0]) || line[4] != '-' || line[10] != '\t' || line[13] != ':' || strings.Count(line, "\t") < 18 {
		return false
	}
	return p.w3cLine(e, cloudFrontLayout, line)
}

// parseIIS takes the W3C extended log of IIS, Azure's App Service and Windows' HTTPERR with their default columns: time in
// UTC, milliseconds at the end.
//
//	2026-03-14 10:00:00 10.0.0.4 GET /users/42 x=1 443 - 203.0.113.5 Mozilla/5.0+(X11) - 200 0 0 15
func parseIIS(p *Parser, e *Event, line string) bool {
	if len(line) < 50 || !isDigit(line[0]) || line[4] != '-' || line[10] != ' ' || line[13] != ':' || line[19] != ' ' || line[20] <= ' ' {
		return false
	}
	blanks := strings.Count(line, " ")
	if blanks < 12 || blanks > 22 {
		return false
	}
	for _, l := range iisLayouts {
		if len(l.columns) == blanks+1 && p.w3cLine(e, l, line) {
			return true
		}
	}
	return false
}

// parseW3CHeader takes the lines of a W3C log that describe it: #Fields: and the like. The joiner remembers what they say.
func parseW3CHeader(_ *Parser, e *Event, line string) bool {
	if len(line) < 7 || line[0] != '#' {
		return false
	}
	for _, h := range [...]string{"#Version:", "#Fields:", "#Software:", "#Date:", "#Start-Date:", "#End-Date:", "#Remark:", "#Log-type:"} {
		if strings.HasPrefix(line, h) {
			e.Metadata.Message = Text(line)
			e.Metadata.Level = LevelDebug
			e.Join = Join{Kind: w3cHeader, Single: true, Text: line}
			return true
		}
	}
	return false
}

// w3cHeader is the kind of the lines that describe a W3C log.
const w3cHeader = "w3c.header"

// header takes a line that describes the lines after it.
func (st *stream) header(line string) {
	name, value, _ := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	switch name {
	case "#Fields":
		l := w3cFieldsLayout(value, false)
		if l.format == "w3c" && st.software == "iis" {
			l.format = "iis"
		}
		l.date = st.date
		if from := st.key.src; from != nil && from.columns != nil {
			l.known = l.sameColumns(from.columns) && (l.dated() || l.date == from.columns.date)
		} else {
			l.known = l.sameColumns(cloudFrontLayout)
			for _, o := range iisLayouts {
				l.known = l.known || l.sameColumns(o)
			}
		}
		if st.columns = l; len(l.columns) < 2 || len(l.columns) > maxW3CColumns {
			st.columns = nil
		}
	case "#Software":
		st.software = ""
		if strings.Contains(value, "Internet Information Services") || strings.Contains(value, "HTTP API") {
			st.software = "iis"
		}
	case "#Date", "#Start-Date":
		if st.date = strings.Clone(value[:min(len(value), 10)]); st.columns != nil && st.columns.date != st.date {
			l := *st.columns
			l.date, l.known = st.date, l.known && l.dated()
			st.columns = &l
		}
	}
}

// readColumns reads the line of e anew where its source has said which columns it has, and the parser, who does not see
// other lines, could not know them.
func (j *Joiner) readColumns(st *stream, e *Event) {
	l := st.columns
	line := strings.TrimSuffix(e.Join.Line, "\r")
	if l == nil || l.known || line == "" || line[0] == '#' || e.Origin.Index > 0 {
		return
	}
	if j.scratch == nil {
		j.scratch = new(Event)
	}
	p, to := j.reader(e), j.scratch
	to.Reset()
	to.ID, to.Origin = e.ID, e.Origin
	to.parser = p
	p.rec.reset()
	p.out = outer{}
	if !p.w3cLine(to, l, line) {
		return
	}
	p.finishFields(to)
	p.finish(to)
	*e, *to = *to, *e
}
