package schema

import (
	"strings"

	"github.com/tidwall/gjson"
)

// mongoCommand names the pairs of lines that MongoDB's driver for Ruby writes for a command, tied by the number of the request.
const mongoCommand = "mongodb.command"

// mongoRuby takes the lines of MongoDB's driver for Ruby, which Mongoid uses: a command and how it ended.
//
//	MONGODB | localhost:27017 req:12 conn:1:1 sconn:5 | shop.find | STARTED | {"find"=>"users", "filter"=>{"_id"=>BSON::ObjectId('5f1e…')}}
//	MONGODB | localhost:27017 req:12 | shop.find | SUCCEEDED | 0.150s
func mongoRuby(e *Event, s string) bool {
	rest, ok := strings.CutPrefix(s, "MONGODB | ")
	if !ok {
		return false
	}
	where, rest, ok := strings.Cut(rest, " | ")
	server, number, numbered := strings.Cut(where, " req:")
	if !ok || !numbered {
		return false
	}
	number = firstToken(number)
	name, rest, ok := strings.Cut(rest, " | ")
	_, op, qualified := cutLast(name, '.')
	state, tail, _ := strings.Cut(rest, " | ")
	if !ok || !qualified || !allDigits(number) {
		return false
	}
	e.Platform.Format = "mongodb.ruby"
	e.Join = Join{Kind: mongoCommand, Key: server + "/" + number}
	switch state {
	case "STARTED":
		setMongoCommand(e, op, tail)
		e.Metadata.Outcome = OutcomeUnknown
		e.AddField("server", Text(server))
		e.Join.Role = Opens
		return true
	case "SUCCEEDED":
		e.Metadata.Outcome = OutcomeSuccess
	case "FAILED":
		text, took, ok := cutLast(tail, '|')
		if !ok {
			text, took = tail, ""
		}
		e.Metadata.Outcome, tail = OutcomeFailure, strings.TrimSpace(took)
		e.Metadata.Error.Message = Text(strings.TrimSpace(text))
	default:
		e.Join = Join{}
		e.Platform.Format = ""
		return false
	}
	e.Type, e.Action = "data.query", op
	if d, ok := parseDuration(tail); ok {
		e.Metadata.Duration = d
	}
	e.Join.Role = Closes
	return true
}

// setMongoCommand makes e the event of a command, whose first member names the collection.
func setMongoCommand(e *Event, op, command string) {
	m := &e.Metadata
	m.DB.Op, m.DB.SQL = op, Text(command)
	e.Type, e.Action = "data.query", op
	js, ok := rubyJSON(plainObjectIDs(command))
	if !ok {
		return
	}
	c := gjson.Parse(js)
	m.DB.Table = c.Get(op).Str
	verb := ""
	var id, set gjson.Result
	switch op {
	case "find", "aggregate", "count", "distinct", "getMore":
		verb, id = "loaded", c.Get("filter._id")
	case "insert":
		verb = "created"
		if docs := c.Get("documents"); len(docs.Array()) == 1 {
			id, set = docs.Get("0._id"), docs.Get("0")
		}
	case "update":
		verb = "updated"
		if c.Get("updates.#").Int() == 1 {
			id, set = c.Get("updates.0.q._id"), c.Get(`updates.0.u.$set`)
		}
	case "findAndModify", "findandmodify":
		verb, id, set = "updated", c.Get("query._id"), c.Get(`update.$set`)
	case "delete":
		verb = "deleted"
		if c.Get("deletes.#").Int() == 1 {
			id = c.Get("deletes.0.q._id")
		}
	}
	if verb == "" || m.DB.Table == "" {
		return
	}
	if verb != "loaded" {
		e.Type = "data.change"
	}
	name := singular(m.DB.Table)
	e.Action, e.Subject = name+"."+verb, Subject{Type: name}
	if id.Type == gjson.String || id.Type == gjson.Number {
		e.Subject.ID = id.String()
		e.AddIdent(IdentEntity, name, e.Subject.ID)
	}
	set.ForEach(func(key, v gjson.Result) bool {
		if key.Str != "_id" && key.Str != "created_at" && key.Str != "updated_at" {
			m.Changes = append(m.Changes, Change{Field: key.Str, New: jsonToken(v)})
		}
		return true
	})
	if len(m.Changes) > 0 && verb == "updated" {
		e.AddExtra("changes_complete", Value{Raw, "false"})
		setTransition(e)
	}
}

// plainObjectIDs writes BSON::ObjectId('…') as the text it holds.
func plainObjectIDs(s string) string {
	const open, shut = "BSON::ObjectId('", "')"
	if !strings.Contains(s, open) {
		return s
	}
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, open)
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		id, rest, ok := strings.Cut(after, shut)
		if !ok {
			b.WriteString(open + after)
			return b.String()
		}
		b.WriteString(`"` + id + `"`)
		s = rest
	}
}
