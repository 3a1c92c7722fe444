package schema

import "strings"

// reparseJournald takes off journald's JSON, whose shape the scanner has recognised: the text is in MESSAGE, and may be a
// list of bytes. What journald adds by itself (names that begin with "_") is not kept.
func (p *Parser) reparseJournald(e *Event, line string) {
	var j journalEntry
	eachMember(line, func(key string, v Value) bool {
		if v.isArray() && key != "MESSAGE" { // a field that was set several times
			eachItem(v.S, func(item Value) bool { v = item; return false })
		}
		j.field(p, key, v)
		return true
	})
	j.deliver(p, e)
}

// journalEntry collects the fields of one entry of journald's journal.
type journalEntry struct {
	message Value
	own     []Field
	source  bool // the moment is that of the logging program, not of journald
}

func (j *journalEntry) field(p *Parser, key string, v Value) {
	o := &p.out
	switch key {
	case "MESSAGE":
		if !j.message.IsZero() { // a field may be set more than once
			v = Text(p.concat(j.message.Plain(), "\n", v.Plain()))
		}
		j.message = v
	case "__REALTIME_TIMESTAMP", "_SOURCE_REALTIME_TIMESTAMP":
		if t, ok := epochIn(v.Plain(), microsecond); ok && !j.source {
			o.time = t
			j.source = key[1] == 'S'
		}
	case "PRIORITY":
		if n, ok := smallInt(v.Plain()); ok {
			o.level = levelOfNumber(n, scaleSyslog)
		}
	case "_HOSTNAME":
		o.platform.Host = v.Plain()
	case "SYSLOG_IDENTIFIER":
		o.platform.Service = v.Plain()
	case "_SYSTEMD_UNIT":
		setDefault(&o.platform.Service, trimUnit(v.Plain()))
	case "_PID", "SYSLOG_PID":
		setDefault(&o.platform.PID, v.Plain())
	case "CONTAINER_NAME":
		o.platform.Container = v.Plain()
	case "CONTAINER_PARTIAL_MESSAGE":
		o.partial = v.S == "true"
	case "CONTAINER_ID", "CONTAINER_ID_FULL", "CONTAINER_TAG", "SYSLOG_FACILITY", "SYSLOG_TIMESTAMP", "SYSLOG_RAW":
	default:
		if key != "" && key[0] != '_' && !v.isNull() {
			j.own = append(j.own, Field{key, v})
		}
	}
}

// deliver reads the text of the entry.
func (j *journalEntry) deliver(p *Parser, e *Event) {
	o := &p.out
	o.format = "journald"
	o.addStream(o.platform.Service + "[" + o.platform.PID + "]")
	if text := p.journaldText(j.message); strings.TrimSpace(text) != "" {
		p.inner(e, text)
	} else { // all it says is in the fields
		o.set = true
		o.depth++
		e.Type, e.Join.Single = "log.message", true
	}
	p.addOwn(e, j.own)
}

// journaldText returns the text of MESSAGE, which is a list of bytes when it is not UTF-8 or holds control characters.
func (p *Parser) journaldText(v Value) string {
	if !v.isArray() {
		if v.isNull() {
			return ""
		}
		return p.unescape(v)
	}
	b := p.buf[:0]
	eachItem(v.S, func(item Value) bool {
		n, ok := smallInt(item.S)
		if ok && n >= 0 && n < 256 {
			b = append(b, byte(n))
		}
		return ok
	})
	p.buf = b
	return validText(p.keep(b))
}

// trimUnit returns the name of a unit of systemd without its kind: "shop" of "shop.service" and "shop@1.service".
func trimUnit(s string) string {
	for i := range len(s) {
		if s[i] == '@' || s[i] == '.' {
			return s[:i]
		}
	}
	return s
}
