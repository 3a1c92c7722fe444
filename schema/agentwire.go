package schema

import "strings"

// parseAgentEvent reads an event as ez_logs_agent and ezlogs-nextjs post it: source_type says what it is about, source_data
// what happened.
//
//	{"timestamp":"…","source_type":"http_request","source_data":{"method":"GET","path":"/users/42","status_code":200},"outcome":"success",
//	 "correlation_id":"ezl_1773482400150_0af76519","resource_ids":[…],"context":{…},"duration_ms":150,"error_message":null}
func parseAgentEvent(p *Parser, e *Event, line string) {
	e.Join.Single = true
	e.Platform.Format = "ezlogs.agent"
	var data, context Value
	kind := ""
	eachMember(line, func(key string, v Value) bool {
		if v.isNull() {
			return true
		}
		s := v.scalar()
		switch key {
		case "timestamp":
			if t, ok := p.parseTime(s); ok {
				e.setTime(t)
			}
		case "source_type":
			kind = s
		case "source_data":
			data = v
		case "context":
			context = v
		case "outcome":
			switch s {
			case "success":
				e.Metadata.Outcome = OutcomeSuccess
			case "failure":
				e.Metadata.Outcome = OutcomeFailure
			}
		case "correlation_id":
			e.AddIdent(IdentCorrelation, key, s)
			setDefault(&e.Correlation.RequestID, s)
		case "resource_ids":
			agentResources(p, e, v.S)
		case "duration_ms":
			e.Metadata.Duration, _ = scaleDuration(s, millisecond)
		case "error_message":
			e.Metadata.Error.Message = v
		default:
			p.field(e, key, v)
		}
		return true
	})
	p.agentContext(e, context.S)
	d := data.S
	switch kind {
	case "http_request":
		p.agentRequest(e, d)
	case "background_job":
		p.agentJob(e, d)
	default:
		p.agentChange(e, d, kind == "bulk_database")
	}
	if e.Metadata.Outcome == OutcomeFailure && e.Metadata.Level == LevelNone && e.Metadata.Status < 400 {
		e.Metadata.Level = LevelError
	}
}

// agentResources takes the records that an event touched: the first one is its subject.
func agentResources(p *Parser, e *Event, list string) {
	eachItem(list, func(v Value) bool {
		name, id := member(v.S, "resource_type").scalar(), member(v.S, "resource_id").scalar()
		if name == "" || id == "" {
			return true
		}
		name = p.noun(name)
		if e.Subject.Type == "" {
			e.Subject = Subject{name, id}
		}
		if !strings.HasPrefix(id, "bulk:") {
			e.AddIdent(IdentEntity, name, id)
		}
		return true
	})
}

// agentContext takes who acted, for whom, and what they changed.
func (p *Parser) agentContext(e *Event, obj string) {
	if actor := member(obj, "actor"); actor.isObject() {
		kind, id := member(actor.S, "kind").scalar(), member(actor.S, "id").scalar()
		switch kind {
		case "", "human", "hybrid":
			kind = "user"
		}
		if id != "" && e.setActor(kind, id) {
			e.Actor.Label = member(actor.S, "label").scalar()
		}
		if id := member(member(actor.S, "principal").S, "id").scalar(); id != "" {
			e.AddExtra("on_behalf_of", objectOf("type", "user", "id", id))
			e.AddIdent(IdentUser, "principal", id)
		}
	}
	if changes := member(obj, "changes"); changes.isArray() || changes.isObject() {
		if changesOf(e, changes.S) {
			setTransition(e)
		}
	}
	eachMember(obj, func(key string, v Value) bool {
		if key != "actor" && key != "changes" && !v.isNull() {
			p.field(e, key, v)
		}
		return true
	})
}

func (p *Parser) agentRequest(e *Event, data string) {
	subject := e.Subject
	m := &e.Metadata
	if c, a := member(data, "controller").scalar(), member(data, "action").scalar(); c != "" && a != "" {
		m.Route = p.paired(c, '#', a)
	}
	if v := member(data, "request_params"); v.isObject() && v.S != "{}" {
		m.Params = v
	}
	setHTTP(e, member(data, "method").scalar(), member(data, "path").scalar(), status3(member(data, "status_code").scalar()))
	if subject.Type != "" {
		e.Subject = subject
	}
	setClientIP(e, member(data, "remote_ip").scalar())
	setUserAgent(e, member(data, "user_agent").Plain())
	if name := member(data, "graphql_operation").scalar(); name != "" {
		p.agentGraphQL(e, name, member(data, "graphql_type").scalar(), member(data, "graphql_variables"))
	}
	eachMember(data, func(key string, v Value) bool {
		switch key {
		case "method", "path", "status_code", "controller", "action", "request_params", "remote_ip", "user_agent", "graphql_operation", "graphql_type", "graphql_variables":
		default:
			if !v.isNull() {
				p.keepField(e, key, v)
			}
		}
		return true
	})
}

// agentGraphQL gives a request the GraphQL operation that it was for.
func (p *Parser) agentGraphQL(e *Event, name, kind string, variables Value) {
	setDefault(&kind, "query")
	e.Action = p.concat(kind, " ", name)
	e.Subject = Subject{"graphql", name}
	e.AddExtra("graphql", objectOf("type", kind, "name", name))
	if variables.isObject() && variables.S != "{}" && e.Metadata.Params.IsZero() {
		e.Metadata.Params = variables
	}
}

func (p *Parser) agentJob(e *Event, data string) {
	m := &e.Metadata
	m.Job.Class, m.Job.Queue = member(data, "job_class").scalar(), member(data, "queue").scalar()
	if v := member(data, "arguments"); !v.isNull() {
		m.Job.Args = v
	}
	if n, ok := smallInt(member(data, "retry_count").scalar()); ok && n > 0 {
		m.Retry.Attempt, m.Job.Attempt = n+1, n+1
	}
	e.setJobID("job_id", member(data, "job_id").scalar())
	state := "completed"
	if m.Outcome == OutcomeFailure {
		state = "failed"
	}
	e.Subject = Subject{}
	setJobState(e, state)
	eachMember(data, func(key string, v Value) bool {
		switch key {
		case "job_class", "job_id", "queue", "retry_count", "arguments":
		default:
			if !v.isNull() {
				p.keepField(e, key, v)
			}
		}
		return true
	})
}

func (p *Parser) agentChange(e *Event, data string, bulk bool) {
	m := &e.Metadata
	model := p.noun(member(data, "model_class").scalar())
	setDefault(&model, e.Subject.Type)
	setDefault(&model, "record")
	op := operationOf(member(data, "operation").scalar())
	setDefault(&op, "updated")
	e.Type, e.Action = "data.change", p.concat(model, ".", op)
	if e.Subject.Type == "" {
		e.Subject = Subject{Type: model}
	}
	m.DB.Op = member(data, "operation").scalar()
	if bulk {
		if n, ok := atoi(member(data, "row_count").scalar()); ok {
			m.DB.Rows, m.DB.HasRows = n, true
		}
		e.AddExtra("bulk", Value{Raw, data})
		return
	}
	eachMember(data, func(key string, v Value) bool {
		if key != "model_class" && key != "operation" && !v.isNull() {
			p.keepField(e, key, v)
		}
		return true
	})
}
