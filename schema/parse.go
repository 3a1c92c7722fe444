package schema

import (
	"strings"
	"time"
)

// Config is what the parser has to be told about the world the lines come from.
type Config struct {
	// Location is where lines without a time zone were written; nil is the machine's own zone.
	Location *time.Location
	// Formats are the user's own, tried before all others in this order.
	Formats []*Format
	// CountQueries makes the joiner count data.query events in the request or job they belong to, as metadata.db of that.
	// The queries are handed on all the same; who counts them will want to leave them out.
	CountQueries bool
}

// Parser turns lines into events. The event depends on the line, its source and the moment of reading alone, never on
// lines before it. A Parser has scratch space: one worker uses it at a time; workers have one each.
type Parser struct {
	loc   *time.Location
	utc   bool  // loc is UTC
	named bool  // src says something of the platform
	zoned bool  // loc was configured: containers keep it too
	now   int64 // moment of reading of the chunk at hand, nanoseconds
	src   *Source
	ids   idMaker

	columns *w3cLayout // of the lines of src, nil when they are not known

	formats []format     // the table: carriers go through it again
	order   [256][]uint8 // of the formats that a line can belong to, by its first byte
	arena   arena        // strings made for events
	out     outer
	parts   []part
	rec     record
	nouns   map[string]string         // what noun has found out
	zones   map[string]*time.Location // what zone has found out
	clients map[string]bool           // what clientLogger has found out
	logfmt  []logfmtPair              // scratch of parseLogfmt
	buf     []byte                    // scratch
	bare    bool                      // the text being scanned has no escapes, see bareText

	// What is remembered of lines before, and is a function of what it was found for alone.
	memo       memoTable
	memoSpare  keyMemo
	memoRoot   keyMemo // whose next are the first keys of lines
	memoInner  keyMemo // the same for the insides of keys that are not remembered
	paths      map[string]*pathShape
	agents     map[string]string    // what agent has found out
	statements map[string]statement // queries without literals
	joined     [128]string          // made last by paired
	noGraphQL  string               // path of the request, when that is known to be no endpoint of GraphQL
	date       [10]byte             // read last by scanISO
	days       int64                // since 1970 of that date
	second     [19]byte             // date, T and time of day read last by scanISO
	secondAt   int64                // since 1970 of that, by a clock of UTC
}

// NewParser returns a parser.
func NewParser(c Config) *Parser {
	loc := c.Location
	if loc == nil {
		loc = time.Local
	}
	table := formats
	if len(c.Formats) > 0 {
		table = nil
		for _, f := range c.Formats {
			table = append(table, format{f.config.Name, f.parse})
		}
		table = append(table, formats...)
	}
	return &Parser{loc: loc, utc: isUTC(loc), zoned: c.Location != nil, formats: table, order: startsOf(table, len(c.Formats))}
}

// isUTC reports whether clocks in loc never differed from UTC: the machine's own zone may be UTC by another name.
func isUTC(loc *time.Location) bool {
	for _, month := range [...]time.Month{time.January, time.July} {
		if name, off := time.Date(2020, month, 1, 0, 0, 0, 0, loc).Zone(); off != 0 || name != "UTC" {
			return false
		}
	}
	return true
}

// Start tells the parser which source the next lines are from and when they were read.
func (p *Parser) Start(src *Source, now time.Time) {
	p.src, p.now, p.columns = src, now.UnixNano(), nil
	if src != nil {
		p.columns = src.columns
	}
	p.noGraphQL = "" // it is a piece of an older chunk
	if src != nil {
		p.ids.start(src)
	}
	p.named = src != nil && (src.Service != "" || src.Environment != "" || src.Host != "" || src.Container != "" || src.Pod != "" || src.Namespace != "")
}

// Parse appends the events of one line (without its newline) to dst and returns it: one event for most lines, none for
// a blank one, several for a batch. offset is where the line begins in its source. Elements of dst beyond its length are
// reused. mark is put into every event's Origin.
func (p *Parser) Parse(dst []Event, line string, offset int64, mark Marker) []Event {
	raw := line
	line = cleanLine(line)
	if line == "" {
		return dst
	}
	if p.out.set {
		p.out = outer{}
	}
	p.parts = p.parts[:0]
	first := len(dst)
	dst = p.begin(dst, offset, mark)
	p.dispatch(&dst[len(dst)-1], line)
	if len(p.parts) > 0 {
		dst = p.parseParts(dst, offset, mark)
	} else {
		p.finish(&dst[len(dst)-1])
	}
	dst[first].Join.Line = raw
	markFollowed(dst, first)
	return dst
}

// parseParts reads the several events that a line holds; the first of them is the last of dst.
func (p *Parser) parseParts(dst []Event, offset int64, mark Marker) []Event {
	around := p.out
	for i := range p.parts {
		p.out = around // what one of them says of its own wrappers is not for the next
		if i > 0 {
			dst = p.begin(dst, offset, mark)
		}
		e := &dst[len(dst)-1]
		e.Origin.Index = int32(i)
		if i > 0 && p.src != nil {
			e.ID = p.src.EventID(offset, int32(i))
		}
		p.rec.reset()
		e.Platform.Format = ""
		p.parts[i].parse(p, e, p.parts[i])
		p.finishFields(e)
		p.finish(e)
		setDefault(&e.Platform.Format, "json")
	}
	return dst
}

// cleanLine returns line without what terminals and editors put around the text: colours, a byte order mark, a carriage
// return; "" for a blank line.
func cleanLine(line string) string {
	line = strings.TrimSuffix(line, "\r")
	if line == "" || line[0] == '{' || strings.HasPrefix(line, "__CURSOR=") {
		return line
	}
	line = strings.TrimPrefix(line, "\ufeff")
	line = StripANSI(line)
	if strings.TrimSpace(line) == "" {
		return ""
	}
	return line
}

// begin adds a fresh event of the line at offset to dst.
func (p *Parser) begin(dst []Event, offset int64, mark Marker) []Event {
	dst = grow(dst)
	e := &dst[len(dst)-1]
	e.Origin = Origin{Source: p.src, Offset: offset, Mark: mark}
	e.parser = p
	return dst
}

// dispatch fills e by the first format that takes the text.
func (p *Parser) dispatch(e *Event, text string) {
	p.rec.reset()
	if text == "" {
		return
	}
	for _, i := range p.order[text[0]] {
		if f := &p.formats[i]; f.parse(p, e, text) {
			if e.Platform.Format == "" {
				e.Platform.Format = f.name
			}
			break
		}
	}
	if !p.rec.done {
		p.finishFields(e)
	}
}

// part is one of several events that a line holds.
type part struct {
	parse func(p *Parser, e *Event, it part)
	text  string // of the event
	outer string // of what surrounds it
}

// markFollowed tells the event before the i-th that its record has no further lines, if that is so.
func markFollowed(events []Event, i int) {
	if i == 0 {
		return
	}
	MarkFollowed(&events[i-1], &events[i])
}

// MarkFollowed tells prev that its record has no further lines if next, the event after it in its source, shows that.
// The parser does so within a run of lines; who hands lines to the joiner event by event does it where runs meet.
func MarkFollowed(prev, next *Event) {
	if secondLine(prev, next) || prev.Join.Kind == journaldExport {
		return
	}
	if next.Join.Role != Continues && next.Join.Role != Fragment && prev.Origin.Source == next.Origin.Source && prev.Join.Stream == next.Join.Stream {
		prev.Join.Followed = true
	}
}

// finish gives an event what every event has.
func (p *Parser) finish(e *Event) {
	e.parser = nil
	if p.src != nil && e.ID == (ID{}) { // most lines have none of their own
		e.ID = p.ids.id(p.src, e.Origin.Offset)
	}
	if p.out.set {
		p.out.apply(e)
	}
	if e.Time.From == FromRead {
		e.Time = Time{NS: p.now, Digits: 3}
	}
	if e.Type == "" {
		e.Type = "log.message"
	}
	if e.Metadata.Path != p.noGraphQL {
		resolveGraphQL(e)
	}
	if e.Action == "" {
		e.Action = "log"
		if l := p.rec.logger; l != "" {
			e.Action = l
		}
	}
	if s := p.src; p.named {
		pl := &e.Platform
		setDefault(&pl.Service, s.Service)
		setDefault(&pl.Environment, s.Environment)
		setDefault(&pl.Host, s.Host)
		setDefault(&pl.Container, s.Container)
		setDefault(&pl.Pod, s.Pod)
		setDefault(&pl.Namespace, s.Namespace)
	}
}

func setDefault(s *string, to string) {
	if *s == "" {
		*s = to
	}
}

// grow lengthens dst by one reset element.
func grow(dst []Event) []Event {
	if n := len(dst); n < cap(dst) {
		dst = dst[:n+1]
		reset(dst[n:])
		return dst
	}
	return append(dst, Event{})
}

// format is a shape of line.
type format struct {
	name string // written to platform.format
	// parse fills e from the line and reports whether the line has this shape. It must leave e as it was when not, must
	// reject foreign lines after a look at a few bytes, and must not depend on any other line.
	parse func(p *Parser, e *Event, line string) bool
}

// formats lists every format, most specific first; the last one takes any line.
var formats = []format{
	{"w3c", parseW3C},
	{"docker", parseDocker},
	{"cri", parseCRI},
	{"aspnet.systemd", parseDotNetSystemd},
	{"syslog", parseSyslog},
	{"logplex", parseLogplex},
	{"compose", parsePrefixed},
	{"journald.export", parseJournaldExport},
	{"aws.cloudwatch", parseCloudWatchText},
	{"fluentd", parseFluentd},
	{"lambda.platform", parseLambdaPlatform},
	{"json", parseJSON},
	{"batch", parseBatch},
	{"klog", parseKlog},
	{"gin", parseGin},
	{"uwsgi", parseUWSGI},
	{"redis", parseRedis},
	{"haproxy", parseHAProxy},
	{"heroku.router", parseHerokuRouter},
	{"lograge.text", parseLograge},
	{"ltsv", parseLTSV},
	{"structlog.keyvalue", parseKeyValueRepr},
	{"nginx.pairs", parseNginxPairs},
	{"logfmt", parseLogfmt},
	{"lambda.python", parseLambdaPython},
	{"nest", parseNest},
	{"sidekiq.text", parseSidekiq},
	{"rails.text", parseRubyLog},
	{"semantic_logger.text", parseSemanticText},
	{"delayed_job.text", parseDelayedJob},
	{"resque.text", parseResque},
	{"mysql.slow", parseMySQLSlow},
	{"okhttp.text", parseOkHttp},
	{"aws.alb", parseALB},
	{"aws.s3", parseS3},
	{"aws.vpcflow", parseVPCFlow},
	{"aws.apigateway", parseGatewayCSV},
	{"cloudfront", parseCloudFront},
	{"iis", parseIIS},
	{"w3c.header", parseW3CHeader},
	{"uvicorn", parseUvicorn},
	{"python.basic", parsePythonBasic},
	{"access", parseAccessLog},
	{"php.fpm", parseFPMAccess},
	{"django.sql", parseDjangoSQL},
	{"morgan", parseMorgan},
	{"devserver", parseDevServer},
	{"squid", parseSquid},
	{"logcat", parseLogcat},
	{"cluster", parseCluster},
	{"gorm", parseGorm},
	{"tornado", parseTornado},
	{"hanami", parseHanami},
	{"stamped", parseStamped},
	{tracingPretty, parseTracingPretty},
	{"laravel.queue", parseLaravelTask},
	{"aspnet.console", parseDotNetConsole},
	{"winston.simple", parseWinstonSimple},
	{"text.levelfirst", parseLevelFirst},
	{"text.level", parseLevelOnly},
	{"postfix", parsePostfix},
	{"text.file", parseFilePrefix},
	{"text", parsePlain},
}
