package schema

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// pinoPretty names records of pino-pretty, whose further lines are the fields.
const pinoPretty = "pino.pretty"

// parsePinoPretty takes the head that pino-pretty writes of a line of pino. The fields follow, indented.
//
//	[10:00:00.150] ERROR (shop/4711 on web-1): charge failed
//	    orderId: 17
func parsePinoPretty(p *Parser, e *Event, s *stamped) bool {
	if !s.closed || !strings.HasPrefix(s.rest, " ") {
		return false
	}
	word, rest := cutToken(s.rest[1:])
	level := pinoLevel(strings.TrimSuffix(word, ":"))
	if level == 0 {
		return false
	}
	rest = strings.TrimLeft(rest, " ")
	if strings.HasPrefix(rest, "(") {
		end := closing(rest, 0)
		if end < 0 || !strings.HasPrefix(rest[end+1:], ":") || !pinoOrigin(e, rest[1:end]) {
			return false
		}
		rest = rest[end+2:]
	} else if len(word) == len(strings.TrimSuffix(word, ":")) || isBunyanOrigin(rest) {
		return false
	}
	e.Metadata.Level = levelOfNumber(level, scalePino)
	e.Platform.Format = pinoPretty
	p.setText(e, strings.TrimLeft(rest, " "))
	e.Join.Kind = pinoPretty
	return true
}

// pinoLevel returns pino's number of a level, 0 when the word is none.
func pinoLevel(word string) int {
	for i, name := range [...]string{"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"} {
		if word == name {
			return (i + 1) * 10
		}
	}
	return 0
}

// pinoOrigin reads name/pid on host, of which each part may be missing.
func pinoOrigin(e *Event, s string) bool {
	who, host, ok := strings.Cut(s, " on ")
	name, pid, both := cutLast(who, '/')
	switch {
	case both && allDigits(pid):
	case allDigits(who) && who != "":
		name, pid = "", who
	default:
		return false
	}
	if ok && (host == "" || strings.IndexByte(host, ' ') >= 0) || name != "" && !isLogger(name) {
		return false
	}
	e.Platform.Service, e.Platform.PID, e.Platform.Host = name, pid, host
	return true
}

// finishPino reads the record again as the JSON that pino wrote, now that its fields are there.
func (j *Joiner) finishPino(e *Event, more string, emit func(*Event)) bool {
	b := append([]byte(`{"level":`), strconv.Itoa(pinoNumber(e.Metadata.Level))...)
	b = strconv.AppendInt(append(b, `,"time":`...), e.Time.NS/1e6, 10)
	b = appendString(append(b, `,"msg":`...), e.Metadata.Message.Plain())
	for key, s := range [...]string{e.Platform.Service, e.Platform.Host} {
		if s != "" {
			b = append(b, [...]string{`,"name":`, `,"hostname":`}[key]...)
			b = appendString(b, s)
		}
	}
	if e.Platform.PID != "" {
		b = append(append(b, `,"pid":`...), number(e.Platform.PID)...)
	}
	b = pinoFields(b, more)
	if b = append(b, '}'); !gjson.ValidBytes(b) {
		return false
	}
	from := e.Time.From
	j.reparse(e, string(b), func(e *Event) {
		e.Platform.Format, e.Time.From = pinoPretty, from
		emit(e)
	})
	return true
}

// pinoNumber returns pino's number of a level.
func pinoNumber(l Level) int { return int(l) * 10 }

// pinoFields appends the fields that pino-pretty indented by four blanks: "key: JSON" over one or several lines; within an
// object the stack of an error stands as text. Lines that are no field are the stack of the error that was logged itself.
func pinoFields(dst []byte, more string) []byte {
	lines := strings.Split(more, "\n")
	var stack, seen []string
	for i := 0; i < len(lines); i++ {
		line := strings.TrimPrefix(lines[i], "    ")
		key, value, ok := strings.Cut(line, ": ")
		if !ok || strings.HasPrefix(line, " ") || !isDotted(strings.ReplaceAll(key, "-", "_")) || exceptionLine(line) != "" || slices.Contains(seen, key) {
			stack = append(stack, line)
			continue
		}
		seen = append(seen, key)
		if value == "{" || value == "[" {
			for i++; i < len(lines); i++ {
				line := strings.TrimPrefix(lines[i], "    ")
				if strings.HasSuffix(line, `"stack":`) {
					var text string
					if text, i = pinoStack(lines, i); text != "" {
						value += line + text
						if i+1 < len(lines) && strings.TrimLeft(lines[i+1], " ") != "}" {
							value += ","
						}
						continue
					}
				}
				value += line
				if line == "}" || line == "]" {
					break
				}
			}
		}
		if !gjson.Valid(value) {
			value = string(appendString(nil, value))
		}
		dst = appendString(append(dst, ','), key)
		dst = append(append(dst, ':'), value...)
	}
	if len(stack) > 0 {
		name := "stack"
		if slices.Contains(seen, "err") || slices.Contains(seen, "error") || slices.Contains(seen, name) { // they have the stack
			name = "lines"
		}
		if text := strings.TrimSpace(strings.Join(stack, "\n")); text != "" && !slices.Contains(seen, name) {
			dst = appendString(append(append(append(dst, `,"`...), name...), `":`...), text)
		} else if text != "" {
			dst = appendString(append(dst, `,"further lines":`...), text)
		}
	}
	return dst
}

// pinoStack returns the stack behind lines[i] as a JSON string, and where it ends.
func pinoStack(lines []string, i int) (string, int) {
	indent := len(lines[i]) - len(strings.TrimLeft(lines[i], " ")) + 4
	var text []string
	for i+1 < len(lines) && len(lines[i+1]) > indent && strings.TrimLeft(lines[i+1][:indent], " ") == "" {
		i++
		text = append(text, lines[i][indent:])
	}
	return string(appendString(nil, strings.Join(text, "\n"))), i
}
