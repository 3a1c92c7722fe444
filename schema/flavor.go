package schema

// flavor is what the logger behind a line means by keys that others use for something else.
type flavor struct {
	name        string
	whole       int64 // unit of a bare whole number of a duration without unit in its key; 0 unknown
	fraction    int64 // the same for a number with a point
	scale       levelScale
	nameService bool // "name" is the service, not the logger
	hostHeader  bool // "host" is the one that was asked for, not the machine
}

// The flavors.
var (
	flavorJSON        = flavor{name: "json"}
	flavorSlog        = flavor{name: "slog.json", whole: nanosecond, scale: scaleSlog}
	flavorZap         = flavor{name: "zap.json", whole: second, fraction: second}
	flavorZerolog     = flavor{name: "zerolog.json", whole: millisecond, fraction: millisecond}
	flavorLogrus      = flavor{name: "logrus.json", whole: nanosecond}
	flavorPino        = flavor{name: "pino.json", scale: scalePino, nameService: true}
	flavorBunyan      = flavor{name: "bunyan.json", scale: scalePino, nameService: true}
	flavorWinston     = flavor{name: "winston.json"}
	flavorPython      = flavor{name: "python.json", scale: scalePython}
	flavorStructlog   = flavor{name: "structlog.json", scale: scalePython}
	flavorLogstash    = flavor{name: "logstash.json", scale: scaleLogback}
	flavorLog4j       = flavor{name: "log4j.json"}
	flavorECS         = flavor{name: "ecs.json"}
	flavorCLEF        = flavor{name: "serilog.clef", whole: millisecond, fraction: millisecond}
	flavorMonolog     = flavor{name: "monolog.json", scale: scaleMonolog}
	flavorSemantic    = flavor{name: "semantic_logger.json", whole: millisecond, fraction: millisecond, scale: scaleSemantic}
	flavorLograge     = flavor{name: "lograge.json", whole: millisecond, fraction: millisecond, hostHeader: true}
	flavorLogrageKV   = flavor{name: "lograge.text", whole: millisecond, fraction: millisecond, hostHeader: true}
	flavorSidekiq     = flavor{name: "sidekiq.json", whole: second, fraction: second}
	flavorRails       = flavor{name: "rails.event", whole: millisecond, fraction: millisecond}
	flavorNginx       = flavor{name: "nginx.json", whole: second, fraction: second, hostHeader: true}
	flavorCaddy       = flavor{name: "caddy.json", whole: second, fraction: second}
	flavorTraefik     = flavor{name: "traefik.json", whole: nanosecond}
	flavorEnvoy       = flavor{name: "envoy.json", whole: millisecond, fraction: millisecond}
	flavorGCP         = flavor{name: "gcp.json"}
	flavorGELF        = flavor{name: "gelf", scale: scaleSyslog}
	flavorLogrageGELF = flavor{name: "lograge.gelf", whole: millisecond, fraction: millisecond, scale: scaleSyslog}
	flavorTracing     = flavor{name: "tracing.json"}
	flavorLogfmt      = flavor{name: "logfmt"}
	flavorSlogText    = flavor{name: "slog.text"}
	flavorOTLP        = flavor{name: "otlp", scale: scaleOTel}
	flavorDotNet      = flavor{name: "dotnet.json", scale: scaleDotNet}
	flavorDatadog     = flavor{name: "datadog.json", whole: nanosecond, fraction: nanosecond}
	flavorAzure       = flavor{name: "azure.json", hostHeader: true}
	flavorLambda      = flavor{name: "lambda.json"}
	flavorEcho        = flavor{name: "echo.json", whole: nanosecond, hostHeader: true}
)

// nameJSON tells by the keys, and where they do not tell by how values are written, which logger wrote a JSON line.
func (p *Parser) nameJSON(e *Event) {
	f := p.jsonFlavor(e)
	p.rec.flavor = f
	e.Platform.Format = f.name
}

func (p *Parser) jsonFlavor(e *Event) *flavor {
	r := &p.rec
	m := r.marks
	if m&tellingMarks != 0 || len(r.get(fieldLogger).S) >= len("http.log.error") {
		if f := p.toldFlavor(); f != nil {
			return f
		}
	}
	all := func(want uint64) bool { return m&want == want }
	level := r.get(fieldLevel)
	switch {
	case level.isNumber() && m&markMsg != 0:
		if m&markPinoV != 0 && r.has(fieldName) {
			return &flavorBunyan
		}
		return &flavorPino
	case level.isNumber() && (m&markHost != 0 || r.has(fieldPID)):
		return &flavorPino
	case all(markTime|markHost) && r.has(fieldPID) && level.isText() && m&(markMsg|markMessage) != 0: // levels by their labels
		return &flavorPino
	case m&markTS != 0 && r.hasKey(fieldTime, "ts", "ts") && (m&markMsg != 0) && (r.get(fieldTime).isNumber() || m&markZap != 0):
		return &flavorZap
	case r.hasKey(fieldLevel, "LogLevel", "LogLevel"):
		return &flavorDotNet
	case m&markRust != 0 && r.has(fieldLogger) && r.hasKey(fieldLogger, "target", "target") && (r.box != "" || r.get(fieldMessage).isText()):
		return &flavorTracing
	case all(markTime|markMsg) && upperLevel(level):
		return &flavorSlog
	case all(markTime|markMsg) && level.isText():
		return &flavorLogrus
	case all(markTime|markMessage) && level.isText():
		return &flavorZerolog
	case m&markStructlog != 0 && m&(markMsg|markMessage) == 0 && r.get(fieldEvent).isText():
		return &flavorStructlog
	case m&markLambda != 0:
		return &flavorLambda
	case m&markMessage != 0 && r.hasKey(fieldTime, "timestamp", "timestamp") && level.isText():
		return &flavorWinston
	case r.hasKey(fieldIP, "remote_ip", "remote_ip") && r.hasKey(fieldDuration, "latency", "latency") && r.has(fieldMethod) && e.hasField("latency_human"):
		return &flavorEcho
	}
	return &flavorJSON
}

// hostHeader reports whether the host of the line is the one that its request asked for.
func (r *record) hostHeader() bool {
	return r.flavor.hostHeader || r.has(fieldHost) && r.slots[fieldHost].box == "State"
}

// tellingMarks are those that toldFlavor looks at.
const tellingMarks = markDatadog | markCLEF | markECS | markSemantic | markGELF | markTraefik | markEnvoy | markAzure | markSidekiq | markMonolog | markRailsEvent | markLograge |
	markLogstash | markLog4j | markPython | markNginx | markGCP

// toldFlavor is the part of jsonFlavor for loggers that have keys of their own; nil when none tells.
func (p *Parser) toldFlavor() *flavor {
	r := &p.rec
	m := r.marks
	all := func(want uint64) bool { return m&want == want }
	logger := r.text(fieldLogger)
	switch {
	case m&markCLEF != 0:
		return &flavorCLEF
	case m&markECS != 0:
		return &flavorECS
	case m&markSemantic != 0 && m&markGELF == 0:
		return &flavorSemantic
	case m&markGELF != 0 && r.has(fieldController) && r.has(fieldAction):
		return &flavorLogrageGELF
	case m&markGELF != 0:
		return &flavorGELF
	case m&markTraefik != 0 && r.has(fieldStatus) && r.slots[fieldStatus].memo.key == "DownstreamStatus":
		return &flavorTraefik
	case m&markEnvoy != 0 && r.has(fieldStatus):
		return &flavorEnvoy
	case len(logger) >= 15 && (logger[:15] == "http.log.access" || logger[:14] == "http.log.error"):
		return &flavorCaddy
	case m&markDatadog != 0:
		return &flavorDatadog
	case m&markAzure != 0 && r.hasKey(fieldRecord, "resourceId", "resourceId"):
		return &flavorAzure
	case m&markSidekiq != 0 && r.has(fieldPID) && r.has(fieldThread):
		return &flavorSidekiq
	case m&markMonolog != 0 && r.has(fieldMessage) && r.hasKey(fieldLevel, "level_name", "level") && r.hasKey(fieldTime, "datetime", "datetime"):
		return &flavorMonolog
	case all(markRailsEvent) || m&markRailsEvent != 0 && r.has(fieldName) && !r.has(fieldMessage):
		return &flavorRails
	case m&markLograge != 0 && r.has(fieldController) && r.has(fieldAction) && r.has(fieldMethod):
		return &flavorLograge
	case m&markLogstash != 0:
		return &flavorLogstash
	case m&markLog4j != 0:
		return &flavorLog4j
	case m&markPython != 0:
		return &flavorPython
	case m&markNginx != 0 && r.has(fieldStatus) && !r.has(fieldLevel) && (r.has(fieldIP) || r.has(fieldPath) || r.has(fieldRequestLine)):
		return &flavorNginx
	case m&markGCP != 0 && r.hasKey(fieldLevel, "severity", "severity"):
		return &flavorGCP
	}
	return nil
}

// hasKey reports whether the line has the field under one of two spellings.
func (r *record) hasKey(f fieldID, a, b string) bool {
	return r.has(f) && (r.slots[f].memo.key == a || r.slots[f].memo.key == b)
}

// upperLevel reports whether a level is written as Go's slog does: INFO, WARN+1.
func upperLevel(v Value) bool {
	return v.Kind == String && v.S != "" && v.S[0] >= 'A' && v.S[0] <= 'Z' && (len(v.S) < 2 || v.S[1] >= 'A' && v.S[1] <= 'Z')
}
