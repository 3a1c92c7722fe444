package schema

import "strings"

// splitCloudWatch takes apart what CloudWatch Logs hands to a subscriber: the events of one stream of one group.
func splitCloudWatch(p *Parser, e *Event, line string) {
	o := &p.out
	group, stream := member(line, "logGroup").Plain(), member(line, "logStream").Plain()
	o.set, o.format = true, "aws.cloudwatch"
	o.depth++
	o.platform.Service = serviceOfLogGroup(group)
	o.addStream(stream)
	eachItem(member(line, "logEvents").S, func(v Value) bool {
		if v.isObject() {
			p.parts = append(p.parts, part{parseCloudWatchEvent, v.S, ""})
		}
		return true
	})
	if len(p.parts) == 0 { // a message that tests the subscription
		parsePlain(p, e, line)
		e.Join = Join{Single: true}
	}
}

// parseCloudWatchEvent reads one event: a moment in milliseconds and a line of text.
func parseCloudWatchEvent(p *Parser, e *Event, it part) {
	var text Value
	eachMember(it.text, func(key string, v Value) bool {
		switch key {
		case "timestamp":
			if t, ok := epochIn(v.scalar(), millisecond); ok {
				p.out.time = t
			}
		case "message":
			text = v
		}
		return true
	})
	if p.inner(e, strings.TrimRight(p.unescape(text), "\n")); e.Join.Role == Continues {
		e.Join.Role = Whole
	}
	e.Join.Single = e.Join.Role == Whole
}

// cloudWatchRow reads an event as the command line and the console of CloudWatch Logs give it out: message, moment and stream
// in an object of their own.
func (p *Parser) cloudWatchRow(e *Event, line string) {
	o := &p.out
	var text Value
	var own []Field
	eachMember(line, func(key string, v Value) bool {
		switch key {
		case "message", "@message":
			text = v
		case "timestamp", "@timestamp":
			if t, ok := p.parseTime(v.scalar()); ok {
				o.time = t
			}
		case "logStreamName", "@logStream", "logStream":
			o.addStream(v.Plain())
		case "logGroupName", "logGroup", "@log":
			group := v.Plain()
			if _, name, ok := strings.Cut(group, ":"); ok { // ACCOUNT:GROUP
				group = name
			}
			o.platform.Service = serviceOfLogGroup(group)
		case "ingestionTime", "@ingestionTime", "eventId", "@ptr":
		default:
			own = append(own, Field{key, v})
		}
		return true
	})
	o.format, o.utc = "aws.cloudwatch", true
	p.inner(e, strings.TrimRight(p.unescape(text), "\n"))
	p.addOwn(e, own)
}

// serviceOfLogGroup returns the name of the function, task or service that writes to a log group.
func serviceOfLogGroup(group string) string {
	if strings.HasPrefix(group, "API-Gateway-Execution-Logs_") {
		return ""
	}
	return group[strings.LastIndexByte(group, '/')+1:]
}

// parseCloudWatchText takes lines that "aws logs tail" and exports to S3 have put a time, and the former the name of the
// stream, before.
//
//	2026-03-14T10:00:00.150000+00:00 2026/03/14/[$LATEST]58419525dade4d17a495dceeeed44708 START RequestId: …
//	2026-03-14T10:00:00.150Z START RequestId: …
func parseCloudWatchText(p *Parser, e *Event, line string) bool {
	if len(line) < 40 || line[4] != '-' || line[10] != 'T' || !p.carried() {
		return false
	}
	stamp, rest, _ := strings.Cut(line, " ")
	stream := ""
	if len(rest) > 20 && isDigit(rest[0]) && rest[4] == '/' && rest[7] == '/' && rest[10] == '/' && rest[11] == '[' {
		stream, rest, _ = strings.Cut(rest, " ")
		if strings.IndexByte(stream, ']') < 0 {
			return false
		}
	} else if !lambdaLine(rest) {
		return false
	}
	t, ok := p.parseTime(stamp)
	if !ok {
		return false
	}
	o := &p.out
	o.time, o.utc, o.format = t, true, "aws.cloudwatch"
	o.addStream(stream)
	p.inner(e, rest)
	return true
}

// lambdaLine reports whether s is what Lambda itself says of an invocation.
func lambdaLine(s string) bool {
	word, rest, _ := strings.Cut(s, " ")
	switch word {
	case "START", "END", "REPORT":
		return strings.HasPrefix(rest, "RequestId: ")
	case "INIT_START":
		return strings.HasPrefix(rest, "Runtime Version: ")
	}
	return false
}
