package schema

import (
	"strings"

	"github.com/tidwall/gjson"
)

// Explanation tells how one event was read from a line.
type Explanation struct {
	Format  string           // the format that took the line
	Carrier bool             // something was wrapped around the line
	Role    string           // what the line is to a record of several lines, "" when it stands for itself
	Fields  []ExplainedField // what the event holds, in the order it is written
	Unknown []string         // keys that nothing recognised: they are kept under metadata.fields
	Idents  []Ident          // ids that may join the event to others
	JSON    []byte           // the event
}

// ExplainedField is one value of an event and where it came from.
type ExplainedField struct {
	Path   string // in the event: metadata.status
	Value  string // JSON
	Rule   string // which rule gave it
	Offset int    // of its text in the line, -1 when it does not stand there as it is
}

var roleNames = [...]string{"", "continues the record before", "opens a block", "adds to the open block", "closes the open block", "stands inside of the open block", "is part of a cut line"}

// Explain parses a line as Parse does and tells for every value of every event which rule gave it. It is made for people:
// it is slow, and keeps nothing for later lines.
func (p *Parser) Explain(line string) []Explanation {
	var out []Explanation
	p.rec = record{}
	events := p.Parse(nil, line, 0, nil)
	for i := range events {
		e := &events[i]
		x := Explanation{Format: e.Platform.Format, Carrier: p.out.set, Role: roleNames[e.Join.Role], Idents: e.Idents, JSON: AppendJSON(nil, e)}
		for _, f := range e.Metadata.Fields {
			x.Unknown = append(x.Unknown, f.Key)
		}
		gjson.ParseBytes(x.JSON).ForEach(func(k, v gjson.Result) bool {
			p.explainMember(&x, e, line, k.Str, v)
			return true
		})
		out = append(out, x)
	}
	return out
}

// explainMember lists a member of the event, or the members inside of it.
func (p *Parser) explainMember(x *Explanation, e *Event, line, path string, v gjson.Result) {
	switch path {
	case "event_id", "correlation.flow_id", "correlation.link", "correlation.confidence", "platform.source", "metadata.timestamp_source":
		return
	}
	if v.IsObject() && path != "metadata.params" && !strings.HasPrefix(path, "metadata.fields.") && path != "metadata.changes" {
		v.ForEach(func(k, v gjson.Result) bool {
			p.explainMember(x, e, line, path+"."+k.Str, v)
			return true
		})
		return
	}
	offset := -1
	if text := v.String(); text != "" && !v.IsArray() && !v.IsObject() {
		offset = strings.Index(line, text)
	}
	x.Fields = append(x.Fields, ExplainedField{path, v.Raw, p.rule(e, path), offset})
}

// explainedKeys names the fields of the alias table by their place in the event.
var explainedKeys = map[string][]fieldID{
	"timestamp": {fieldTime}, "metadata.level": {fieldLevel}, "metadata.message": {fieldMessage, fieldEvent}, "metadata.duration": {fieldDuration},
	"metadata.status": {fieldStatus}, "metadata.method": {fieldMethod, fieldRequestLine}, "metadata.path": {fieldPath, fieldRequestLine},
	"metadata.route": {fieldRoute, fieldController}, "metadata.ip": {fieldForwarded, fieldIP}, "metadata.user_agent": {fieldUserAgent}, "metadata.bytes": {fieldBytes},
	"metadata.params": {fieldParams}, "metadata.error.class": {fieldErrorClass, fieldError}, "metadata.error.message": {fieldErrorMessage, fieldError},
	"metadata.error.stack": {fieldErrorStack, fieldError}, "metadata.db.sql": {fieldSQL}, "metadata.db.op": {fieldOperation, fieldSQL}, "metadata.db.table": {fieldTable, fieldSQL},
	"metadata.db.rows": {fieldRows}, "metadata.changes": {fieldChanges}, "metadata.job.class": {fieldJobClass, fieldClass}, "metadata.job.queue": {fieldQueue},
	"metadata.job.args": {fieldArgs}, "metadata.job.attempt": {fieldAttempt}, "metadata.outcome": {fieldOutcome}, "metadata.host": {fieldRequestHost},
	"actor.id": {fieldActor, fieldUser, fieldClientID, fieldAPIKeyID}, "actor.name": {fieldUserName}, "actor.email": {fieldUserEmail},
	"subject.type": {fieldModel}, "subject.id": {fieldRecord}, "event_type": {fieldEventType}, "action": {fieldAction},
	"platform.service": {fieldService, fieldName}, "platform.environment": {fieldEnvironment}, "platform.host": {fieldHost}, "platform.pid": {fieldPID},
	"platform.thread": {fieldThread}, "platform.version": {fieldVersion}, "platform.container": {fieldContainer}, "platform.pod": {fieldPod}, "platform.namespace": {fieldNamespace},
}

// rule says which rule gave the value at path.
func (p *Parser) rule(e *Event, path string) string {
	for _, id := range explainedKeys[path] {
		if s := &p.rec.slots[id]; s.memo != nil {
			return "key " + s.name(p)
		}
	}
	if name, ok := strings.CutPrefix(path, "correlation."); ok {
		return p.identRule(e, name)
	}
	if strings.HasPrefix(path, "metadata.fields.") {
		return "not recognised, kept as it was"
	}
	switch path {
	case "timestamp":
		switch e.Time.From {
		case FromRead:
			return "moment of reading: the line has no time"
		case FromCarrier:
			return "what is wrapped around the line"
		}
	case "subject.type", "subject.id", "metadata.route", "action":
		switch {
		case e.Metadata.Path != "" && strings.HasPrefix(e.Type, "http."):
			return "method and path"
		case e.Metadata.DB.SQL.Kind != None:
			return "statement"
		case strings.HasPrefix(e.Type, "job."):
			return "job and its state"
		case e.Type == "error.raised":
			return "class of the error"
		}
		if path == "action" && e.Action == "log" {
			return "nothing says more"
		}
	case "metadata.outcome":
		if e.Metadata.Status > 0 {
			return "status"
		}
	case "actor.type", "actor.id":
		switch {
		case e.Actor.Type == "agent":
			return "user agent of an AI client"
		case e.Actor.Type == "" && e.Actor.ID == "":
			return "nobody is named"
		}
	case "platform.service", "platform.environment", "platform.host", "platform.container", "platform.pod", "platform.namespace":
		if e.Origin.Source != nil {
			return "line, configuration or name of the file"
		}
	case "platform.format":
		return "shape of the line"
	}
	return "format " + e.Platform.Format
}

// identRule says under which name an id was found.
func (p *Parser) identRule(e *Event, name string) string {
	kinds := map[string]IdentKind{"trace_id": IdentTrace, "span_id": IdentSpan, "parent_span_id": IdentParentSpan, "request_id": IdentRequest, "job_id": IdentJob,
		"message_id": IdentMessage, "session_id": IdentSession}
	kind, ok := kinds[name]
	if !ok {
		return "format " + e.Platform.Format
	}
	for _, id := range e.Idents {
		if id.Kind == kind && id.Name != "" {
			return "key " + id.Name
		}
	}
	return "format " + e.Platform.Format
}
