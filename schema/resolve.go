package schema

import (
	"strings"
)

// finishFields gives the fields of the line their meaning: first what each says by itself, then what several say
// together: a request, a query, a change, a job, an error. What is in the event already stays. Fields that nothing made
// use of are kept.
func (p *Parser) finishFields(e *Event) {
	r := &p.rec
	if r.none() && len(r.ids) == 0 {
		p.finishText(e)
		return
	}
	if r.flavor == nil {
		r.flavor = &flavorJSON
	}
	p.resolveTime(e)
	p.resolveLevel(e)
	if r.flavor == &flavorDatadog {
		p.datadogLevel(e)
	}
	p.resolveMessage(e)
	// What a step needs stands here where it is a few fields: most lines have none of them, and calls add up.
	if r.has(fieldScopes) {
		p.resolveScopes(e)
	}
	if len(r.ids) > 0 || r.has(fieldRequestLine) {
		p.resolveIDs(e)
	}
	if r.any(placeFields) {
		p.resolvePlatform(e)
	}
	p.resolveDuration(e)
	p.resolveError(e)
	if r.any(actorFields) {
		p.resolveActor(e)
	}
	if e.Type == "" || e.Type == "log.message" {
		switch {
		case r.any(1<<fieldEventType) && p.resolveOwnEvent(e):
		case r.flavor == &flavorRails && p.resolveRailsEvent(e):
		case p.resolveSQL(e):
		case p.resolveJob(e):
		case p.resolveRequest(e):
		case r.any(1<<fieldModel) && p.resolveModel(e):
		case p.resolveRaised(e):
		}
	} else {
		p.resolveRequestParts(e)
	}
	if e.Type == "" || e.Type == "log.message" || e.Type == "error.raised" {
		p.resolveSurroundings(e)
	}
	p.leftovers(e)
	if len(e.Metadata.Fields) > 1 {
		e.Metadata.Fields = dropRepeats(e.Metadata.Fields)
	}
	r.ids = r.ids[:0]
	if r.flavor != &flavorLogfmt {
		p.resolveRailsText(e)
	}
	p.finishText(e)
}

// resolveScopes notes the ids in a list of surroundings: .NET's Scopes, the spans of Rust's tracing. The list is kept.
func (p *Parser) resolveScopes(e *Event) {
	r := &p.rec
	eachItem(r.get(fieldScopes).S, func(v Value) bool {
		eachMember(v.S, func(key string, v Value) bool {
			if m := p.lookup(key, 0, aliasSeed); m.field > fieldIDs && m.field != fieldBox && !v.isNull() {
				r.ids = append(r.ids, named{m, v, 8<<8 | uint16(m.rank)})
			}
			return true
		})
		return true
	})
}

// resolveSurroundings fills what a line that is no request says of the client and of its own name.
func (p *Parser) resolveSurroundings(e *Event) {
	r := &p.rec
	m := &e.Metadata
	if s := r.text(fieldIP); s != "" && m.IP == "" && bareIP(s) != "" {
		setClientIP(e, s)
		r.use(fieldIP)
	}
	if v := r.get(fieldUserAgent); v.isText() && m.UserAgent == "" && r.slots[fieldUserAgent].memo.alias.key != "agent" {
		setUserAgent(e, v.Plain())
		r.use(fieldUserAgent)
	}
	if e.Action != "" || e.Type == "error.raised" {
		return
	}
	name := r.text(fieldEvent)
	if name == "" && r.flavor == &flavorRails {
		name = r.takeText(fieldName)
	}
	if name == "" || len(name) > 128 {
		return
	}
	e.Action = name
	r.use(fieldEvent)
	switch r.text(fieldEventType) {
	case "track", "identify", "page", "screen", "group": // analytics
		if e.Actor.ID != "" || e.Correlation.SessionID != "" {
			e.Type = "user.action"
			r.use(fieldEventType)
		}
	}
}

// resolveRailsText reads a message that is a line of Rails' text log, as loggers that only change the wrapping write it.
func (p *Parser) resolveRailsText(e *Event) {
	if e.Type != "" && e.Type != "log.message" || !e.Join.Single {
		return
	}
	msg := e.Metadata.Message
	if len(msg.S) < 10 || !railsStart(msg.S[0]) {
		return
	}
	s := p.unescape(msg)
	if !railsShape(s) {
		return
	}
	key := e.Correlation.RequestID
	if key == "" {
		key = p.concat(e.Platform.PID, "/", e.Platform.Thread)
	}
	e.Join.Key = key
	if format := e.Platform.Format; p.railsMessage(e, s) {
		e.Platform.Format = format
		e.Join.Single = false
		setMessage(e, msg)
	} else {
		e.Join.Key = ""
	}
}

// railsStart reports whether Rails' own lines may begin with c.
func railsStart(c byte) bool { return c <= ' ' || c >= 'A' && c <= 'Z' || c == '[' || c == '(' }

// finishText settles what the text of the message alone tells.
func (p *Parser) finishText(e *Event) {
	if e.Type == "" || e.Type == "log.message" {
		scanIdents(e, e.Metadata.Message.S)
		resolveWords(e)
		if e.Metadata.Level >= LevelError {
			resolveErrorWords(e)
		}
	}
}

func (p *Parser) resolveTime(e *Event) {
	r := &p.rec
	if r.flavor == &flavorTraefik {
		p.traefikTime(e)
	}
	if !r.has(fieldTime) || e.Time.From == FromLine {
		return
	}
	v := r.get(fieldTime)
	if v.Kind == String && len(v.S) >= 8 && v.S[2] == ':' {
		v.S = p.withDate(e, v.S)
	}
	var t Time
	ok := false
	switch v.Kind {
	case String:
		t, ok = p.parseTime(v.S)
	case Escaped:
		t, ok = p.parseTime(v.Plain())
	case Raw:
		if v.S[0] == '{' {
			t, ok = p.timeObject(v.S)
		} else if t, ok = parseEpoch(v.S); ok && r.hasKey(fieldTime, "timestampSeconds", "timestampseconds") {
			t = withNanos(e, t)
		}
	}
	if ok {
		e.setTime(t)
		r.use(fieldTime)
	}
}

// withDate returns a time of day with the date that stands in a field of its own, as the JSON of CloudFront and of W3C loggers
// has it, and takes that field.
func (p *Parser) withDate(e *Event, clock string) string {
	date, zone := -1, ""
	for i := range e.Metadata.Fields {
		f := &e.Metadata.Fields[i]
		switch s := f.Value.S; {
		case f.Key == "date" && f.Value.Kind == String && len(s) == 10 && s[4] == '-' && s[7] == '-':
			date = i
		case strings.HasPrefix(f.Key, "x-edge-"): // of CloudFront: UTC
			zone = "Z"
		}
	}
	if date < 0 {
		return clock
	}
	clock = p.concat(e.Metadata.Fields[date].Value.S, "T", clock, zone)
	e.Metadata.Fields = append(e.Metadata.Fields[:date], e.Metadata.Fields[date+1:]...)
	return clock
}

// timeObject reads a time that is an object: {"$date":…}, {"seconds":…,"nanos":…}, {"epochSecond":…,"nanoOfSecond":…},
// {"repr":…,"timestamp":…}.
func (p *Parser) timeObject(obj string) (t Time, ok bool) {
	var sec, nanos int64
	eachMember(obj, func(key string, v Value) bool {
		switch key {
		case "$date", "timestamp", "iso":
			if v.isObject() { // {"$date":{"$numberLong":"…"}}
				v = member(v.S, "$numberLong")
			}
			if t, ok = p.parseTime(v.Plain()); !ok {
				return true
			}
			return false
		case "seconds", "epochSecond":
			n, _ := atoi(v.Plain())
			sec = n
		case "nanos", "nanoOfSecond":
			n, _ := atoi(v.Plain())
			nanos = n
		}
		return true
	})
	if ok || sec <= 0 || sec > 9e9 || nanos > 999999999 {
		return t, ok
	}
	return Time{NS: sec*1e9 + nanos, Digits: 9, From: FromLine}, true
}

// withNanos adds the field timestampNanos to a time of whole seconds.
func withNanos(e *Event, t Time) Time {
	fields := e.Metadata.Fields
	for i := range fields {
		if fields[i].Key == "timestampNanos" {
			if n, ok := atoi(fields[i].Value.S); ok && n < 1e9 {
				t.NS, t.Digits = t.NS+n, 9
				e.Metadata.Fields = append(fields[:i], fields[i+1:]...)
			}
			break
		}
	}
	return t
}

func (p *Parser) resolveLevel(e *Event) {
	r := &p.rec
	if !r.has(fieldLevel) || e.Metadata.Level != LevelNone {
		return
	}
	v := r.get(fieldLevel)
	l := LevelNone
	if s := v.scalar(); v.isText() && (s == "" || !isDigit(s[0])) {
		l = levelOf(s)
		if l == LevelDebug && r.flavor == &flavorCLEF && s[0]|0x20 == 'v' {
			l = LevelTrace // Serilog's Verbose lies below Debug
		}
	} else if n, ok := smallInt(s); ok {
		scale := r.flavor.scale
		switch r.slots[fieldLevel].memo.alias.key {
		case "priority", "syslogseverity":
			scale = scaleSyslog
		case "severitynumber":
			scale = scaleOTel
		case "levelvalue":
			scale = scaleLogback
		case "levelno":
			scale = scalePython
		case "severitylevel": // Application Insights
			scale = scaleRuby
		case "levelindex":
			scale = scaleSemantic
		}
		l = levelOfNumber(n, scale)
	}
	if l != LevelNone {
		e.Metadata.Level = l
		r.use(fieldLevel)
	}
}

// smallInt reads a whole number of up to six digits, with a sign.
func smallInt(s string) (int, bool) {
	neg := strings.HasPrefix(s, "-")
	if neg {
		s = s[1:]
	}
	n, ok := atoi(s)
	if !ok || len(s) > 6 {
		return 0, false
	}
	if neg {
		n = -n
	}
	return int(n), true
}

func (p *Parser) resolveMessage(e *Event) {
	r := &p.rec
	m := &e.Metadata
	if !m.Message.IsZero() {
		return
	}
	if v := r.get(fieldMessage); v.isText() {
		m.Message = cleanText(v)
		r.use(fieldMessage)
		if r.slots[fieldMessage].memo.key == "@mt" || r.slots[fieldMessage].memo.key == "MessageTemplate" {
			m.Message = Text(p.renderTemplate(e, p.unescape(v)))
		}
		return
	}
	if v := r.get(fieldEvent); v.isText() && !r.has(fieldEventType) && (r.flavor == &flavorStructlog || !r.has(fieldMessage) && r.slots[fieldEvent].memo.alias.key == "event") {
		m.Message = v
		r.use(fieldEvent)
	}
}

// cleanText returns the text without terminal colours and newlines at its end.
func cleanText(v Value) Value {
	if v.Kind != Escaped {
		return v
	}
	if strings.Contains(v.S, `\u001b`) {
		v = Text(StripANSI(v.Plain()))
	}
	for v.Kind == Escaped && strings.HasSuffix(v.S, `\n`) && !strings.HasSuffix(v.S, `\\n`) {
		v.S = v.S[:len(v.S)-2]
	}
	if v.S == "" {
		return Value{}
	}
	return v
}

// renderTemplate fills a message template with the properties of the line: {Name}, {Elapsed:0.00}, {@Object}. What is not
// there stays as it stands.
func (p *Parser) renderTemplate(e *Event, t string) string {
	if strings.IndexByte(t, '{') < 0 {
		return t
	}
	b := p.buf[:0]
	for {
		i := strings.IndexByte(t, '{')
		if i < 0 {
			break
		}
		b = append(b, t[:i]...)
		if t = t[i:]; strings.HasPrefix(t, "{{") {
			b, t = append(b, '{'), t[2:]
			continue
		}
		end := strings.IndexByte(t, '}')
		if end < 0 {
			break
		}
		name := strings.TrimLeft(t[1:end], "@$")
		if j := strings.IndexAny(name, ":,"); j >= 0 {
			name = name[:j]
		}
		if v, ok := p.property(e, name); ok {
			b = append(b, v.Plain()...)
		} else {
			b = append(b, t[:end+1]...)
		}
		t = t[end+1:]
	}
	b = append(b, t...)
	p.buf = b
	return p.keep(b)
}

// property returns a member of the line by its exact name.
func (p *Parser) property(e *Event, name string) (Value, bool) {
	r := &p.rec
	for f := fieldID(1); f < fieldIDs; f++ {
		if r.has(f) && r.slots[f].memo.key == name {
			return r.slots[f].value, true
		}
	}
	for i := range r.ids {
		if r.ids[i].memo.key == name {
			return r.ids[i].value, true
		}
	}
	for i := range e.Metadata.Fields {
		f := &e.Metadata.Fields[i]
		if f.Key == name {
			return f.Value, true
		}
		if f.Key == "Properties" || f.Key == "State" {
			if v := member(f.Value.S, name); !v.IsZero() {
				return v, true
			}
		}
	}
	return Value{}, false
}

// place sets a part of the platform, unless it is known, from a field that says something.
func (r *record) place(f fieldID, to *string) {
	if *to == "" && r.has(f) {
		if s := r.text(f); s != "" && !nothing(s) {
			*to = s
			r.use(f)
		}
	}
}

// rarePlaceFields are the rarer ones of the fields that say where a line was written, placeFields all of them.
const rarePlaceFields = 1<<fieldPID | 1<<fieldThread | 1<<fieldVersion | 1<<fieldContainer | 1<<fieldPod | 1<<fieldNamespace
const placeFields = rarePlaceFields | 1<<fieldName | 1<<fieldService | 1<<fieldEnvironment | 1<<fieldHost | 1<<fieldLogger

func (p *Parser) resolvePlatform(e *Event) {
	r := &p.rec
	pl := &e.Platform
	if r.any(rarePlaceFields | 1<<fieldName | 1<<fieldService | 1<<fieldEnvironment | 1<<fieldHost) {
		if r.flavor.nameService {
			r.place(fieldName, &pl.Service)
		}
		if r.has(fieldService) && r.flavor != &flavorTraefik && !(r.hasKey(fieldService, "channel", "channel") && r.flavor != &flavorMonolog) {
			if s := r.slots[fieldService].value.S; s == "" || !isDigit(s[0]) || !isDurationText(s) { // rack-timeout's service=150ms
				r.place(fieldService, &pl.Service)
			}
		}
		if r.has(fieldEnvironment) && (!r.hasKey(fieldEnvironment, "stage", "Stage") || isEnvironment(strings.ToLower(r.text(fieldEnvironment)))) {
			r.place(fieldEnvironment, &pl.Environment)
		}
		if r.has(fieldHost) {
			if !r.hostHeader() || r.slots[fieldHost].memo.key == "hostname" {
				r.place(fieldHost, &pl.Host)
				if r.flavor == &flavorGELF && pl.Service == "" && r.hasKey(fieldLogger, "_log_logger", "_log_logger") { // Spring Boot puts its application there
					pl.Service, pl.Host = pl.Host, ""
				}
			}
		}
		if r.any(rarePlaceFields) {
			r.place(fieldPID, &pl.PID)
			r.place(fieldThread, &pl.Thread)
			r.place(fieldVersion, &pl.Version)
			r.place(fieldContainer, &pl.Container)
			r.place(fieldPod, &pl.Pod)
			r.place(fieldNamespace, &pl.Namespace)
		}
	}
	if !r.any(1<<fieldLogger | 1<<fieldName) {
		return
	}
	logger := ""
	if r.hasKey(fieldLogger, "category", "Category") && r.slots[fieldLogger].memo.key != "Category" || r.hasKey(fieldLogger, "target", "target") && r.flavor != &flavorTracing {
		logger = ""
	} else {
		logger = r.takeText(fieldLogger)
	}
	if logger == "" && r.has(fieldName) && r.flavor != &flavorRails && (e.Metadata.Level != LevelNone || !e.Metadata.Message.IsZero()) {
		logger = r.takeText(fieldName)
	}
	if logger != "" {
		e.AddExtra("logger", Text(logger))
		r.logger = logger
	}
}

func (p *Parser) resolveDuration(e *Event) {
	r := &p.rec
	m := &e.Metadata
	if r.has(fieldDuration) && !m.Duration.Set {
		s := &r.slots[fieldDuration]
		text := s.value.scalar()
		unit := s.memo.alias.unit
		if unit == 0 && (s.memo.key == "Elapsed" || s.memo.key == "ElapsedTime" || s.memo.key == "TimeTaken" || s.memo.key == "responseTime" || s.memo.key == "response-time") {
			unit = millisecond
		}
		d, ok := Duration{}, false
		switch {
		case s.value.isNumber() || unit != 0 && isNumber(text):
			point := !allDigits(text)
			if unit == 0 {
				if unit = r.flavor.whole; point {
					unit = r.flavor.fraction
				}
			}
			if unit == 0 && point && bareSeconds(s.memo.alias.key) {
				unit = second
			}
			if unit != 0 {
				d, ok = scaleDuration(text, unit)
			}
		case s.value.isText():
			if d, ok = parseDuration(text); !ok && isNumber(text) {
				if unit = r.flavor.fraction; strings.IndexByte(text, '.') < 0 {
					unit = r.flavor.whole
				}
				if unit == 0 && strings.IndexByte(text, '.') > 0 && bareSeconds(s.memo.alias.key) {
					unit = second
				}
				if unit != 0 {
					d, ok = scaleDuration(text, unit)
				}
			}
		}
		if ok {
			m.Duration = d
			r.use(fieldDuration)
		}
	}
	if !r.has(fieldView) && !r.has(fieldDB) && !r.has(fieldQueueTime) && !r.has(fieldUpstreamTime) {
		return
	}
	for _, part := range [...]struct {
		f    fieldID
		name string
	}{{fieldView, "view"}, {fieldDB, "db"}, {fieldQueueTime, "queue"}, {fieldUpstreamTime, "upstream"}} {
		if !r.has(part.f) {
			continue
		}
		s := &r.slots[part.f]
		text := s.value.scalar()
		if part.f == fieldUpstreamTime && s.memo.alias.unit == second {
			addUpstreamTiming(e, part.name, text)
			r.use(part.f)
			continue
		}
		if d, ok := scaleDuration(text, s.memo.alias.unit); ok {
			m.Timing = append(m.Timing, Timing{part.name, d})
			r.use(part.f)
		}
	}
}

// bareSeconds reports whether a fraction under this key is seconds everywhere.
func bareSeconds(key string) bool {
	return key == "elapsed" || key == "latency" || key == "timetaken" || key == "responsetime"
}

// isNumber reports whether s is a decimal number.
func isNumber(s string) bool { return s != "" && numberLen(s) == len(s) }

// actorFields are those that name who did it.
const actorFields = 1<<fieldActor | 1<<fieldUser | 1<<fieldUserName | 1<<fieldClientID | 1<<fieldAPIKeyID

func (p *Parser) resolveActor(e *Event) {
	r := &p.rec
	if v := r.get(fieldActor); v.isObject() {
		kind, id := member(v.S, "type").scalar(), member(v.S, "id").scalar()
		if id != "" && e.Actor.ID == "" {
			setDefault(&kind, "user")
			e.setActor(kind, id)
			e.Actor.Name, e.Actor.Email, e.Actor.Label = member(v.S, "name").scalar(), member(v.S, "email").scalar(), member(v.S, "label").scalar()
			r.use(fieldActor)
		}
	} else if s := r.text(fieldActor); s != "" && e.Actor.ID == "" {
		kind, id, ok := strings.Cut(s, ":")
		if !ok || !isToken(kind) {
			kind, id = "user", s
		}
		if e.setActor(kind, id) {
			r.use(fieldActor)
		}
	}
	if e.Actor.Type != "" && e.Actor.Type != "agent" {
		return
	}
	if r.has(fieldUser) {
		s := r.text(fieldUser)
		if r.slots[fieldUser].memo.alias.key == "uid" && !allDigits(s) {
			if r.flavor == &flavorMonolog && e.setRequestID("uid", s) {
				r.use(fieldUser)
			}
			s = ""
		}
		if s != "" && !nothing(s) {
			setUserActor(e, s)
			r.use(fieldUser)
			if n := r.takeText(fieldUserName); e.Actor.Type == "user" {
				e.Actor.Name = n
			}
			if m := r.takeText(fieldUserEmail); e.Actor.Type == "user" {
				e.Actor.Email = m
			}
			return
		}
		if s != "" {
			r.use(fieldUser)
		}
	}
	if s := r.text(fieldUserName); s != "" && !nothing(s) {
		setUserActor(e, s)
		r.use(fieldUserName)
		return
	}
	for _, other := range [...]struct {
		f    fieldID
		kind string
	}{{fieldClientID, "client"}, {fieldAPIKeyID, "api_key"}} {
		if s := r.text(other.f); s != "" && !nothing(s) && e.Actor.Type == "" {
			e.setActor(other.kind, s)
			r.use(other.f)
		}
	}
}
