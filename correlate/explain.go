package correlate

import (
	"fmt"
	"slices"

	"github.com/ezlogs/ezlogs/schema"
)

// Explanation says why an event belongs to its flow.
type Explanation struct {
	Flow       schema.FlowID
	Link       schema.Link
	Confidence float32
	// Rule says in a sentence what linked the event.
	Rule string
	// Idents are the ids on the line, in the order found.
	Idents []ExplainedIdent
	// Path leads from the event's parent to the root of its flow.
	Path []PathStep
	// Names are the other names that the flow was given since the last flow.merged.
	Names []schema.FlowID
}

// ExplainedIdent is one id of a line and what it was good for. Name and Value are pieces of the event.
type ExplainedIdent struct {
	Kind     string // "trace", "request", …
	Name     string // key it was found under
	Value    string
	Strength string // "strong", "distinct", "weak", "none"
	// Use is what the id does: "names the flow", "joins the flow", "joins in its process only", "groups flows, joins none",
	// "names the span", "is ignored".
	Use  string
	Flow schema.FlowID // the name that the id alone would give; zero if it gives none
}

// PathStep is one ancestor of an event.
type PathStep struct {
	ID   schema.ID
	What string // "request", "call", "job enqueued", …
}

var strengthNames = [...]string{useless: "none", weak: "weak", distinct: "distinct", strong: "strong"}

var kindNames = [...]string{
	schema.IdentNone: "none", schema.IdentTrace: "trace", schema.IdentSpan: "span", schema.IdentParentSpan: "parent span",
	schema.IdentRequest: "request", schema.IdentCorrelation: "correlation", schema.IdentFlow: "flow",
	schema.IdentParentFlow: "parent flow", schema.IdentJob: "job", schema.IdentBatch: "batch", schema.IdentMessage: "message",
	schema.IdentWorkflow: "workflow", schema.IdentIncident: "incident", schema.IdentCausation: "cause",
	schema.IdentSession: "session", schema.IdentUser: "user", schema.IdentEntity: "object", schema.IdentValue: "value",
	schema.IdentConn: "connection", schema.IdentBlock: "record",
}

var unitNames = [...]string{
	unitRequest: "request", unitClient: "call", unitEnqueue: "job enqueued", unitStart: "job started", unitLog: "job began",
	unitEnd: "job ended", unitIncident: "incident", unitBlock: "record",
}

// Explain says why an event that Link was just given belongs to its flow. It must be called before the next event is linked
// and costs much more than linking; it is made for people who ask.
func (c *Correlator) Explain(e *schema.Event) Explanation {
	out := Explanation{Flow: e.Correlation.Flow, Link: e.Correlation.Link, Confidence: e.Correlation.Confidence}
	for i := range e.Idents {
		out.Idents = append(out.Idents, c.explainIdent(e, &e.Idents[i]))
	}
	out.Rule = c.rule(e, out.Idents)
	if !e.Correlation.Parent.IsZero() {
		k := c.eventKey(&e.Correlation.Parent)
		out.Path = append(out.Path, PathStep{ID: e.Correlation.Parent, What: "event"})
		for len(out.Path) < 64 {
			n := c.units.find(k)
			if n == 0 {
				break
			}
			u := c.units.at(n)
			out.Path[len(out.Path)-1].What = unitNames[u.kind]
			if u.parent == (key{}) {
				break
			}
			k = u.parent
			p := c.units.find(k)
			if p == 0 {
				break
			}
			out.Path = append(out.Path, PathStep{ID: c.units.at(p).eventID(), What: unitNames[c.units.at(p).kind]})
		}
	}
	for i := range c.merges {
		if p := &c.merges[i]; p.flow > 0 && c.flow(p.flow).name == out.Flow {
			out.Names = slices.Clone(p.names)
		}
	}
	return out
}

// explainIdent says what one id was good for.
func (c *Correlator) explainIdent(e *schema.Event, id *schema.Ident) ExplainedIdent {
	text := canonical(id.Kind, id.Value)
	m := measure(id.Kind, text)
	x := ExplainedIdent{Kind: kindNames[min(int(id.Kind), len(kindNames)-1)], Name: id.Name, Value: id.Value, Strength: strengthNames[m]}
	r := uint8(0)
	if int(id.Kind) < len(rank) {
		r = rank[id.Kind]
	}
	switch id.Kind {
	case schema.IdentSpan, schema.IdentParentSpan:
		x.Use = "names the span"
		return x
	case schema.IdentBlock:
		x.Use = "joins the lines of a record"
		return x
	case schema.IdentSession, schema.IdentUser, schema.IdentEntity:
		x.Use = "groups flows, joins none"
		return x
	case schema.IdentValue:
		x.Use = "is ignored"
		if m == strong && !broad(id.Name) && c.infer.value {
			x.Use = "joins flows within 10 seconds"
		}
		return x
	}
	switch {
	case r == 0 || m == useless:
		x.Use = "is ignored"
	case m == weak && c.infer.weak:
		x.Use = "joins in its process only"
	case m == weak:
		x.Use = "is ignored"
	default:
		ref := ref{kind: id.Kind, rank: r}
		for i := range e.Idents[:min(len(e.Idents), maxIdents)] {
			if &e.Idents[i] == id {
				ref.ident = int16(i)
			}
		}
		x.Flow = c.nameOf(e, &ref)
		x.Use = "joins the flow"
		if x.Flow == e.Correlation.Flow {
			x.Use = "names the flow"
		}
	}
	return x
}

// rule says in a sentence what linked an event.
func (c *Correlator) rule(e *schema.Event, ids []ExplainedIdent) string {
	find := func(use string) string {
		for _, x := range ids {
			if x.Use == use {
				return fmt.Sprintf("%s id under %q", x.Kind, x.Name)
			}
		}
		return "id"
	}
	switch e.Correlation.Link {
	case schema.LinkID:
		if e.Correlation.Confidence < 1 {
			return "The short " + find("joins in its process only") + " is unique in its process for a while."
		}
		return "The " + find("names the flow") + " names the flow."
	case schema.LinkAlias:
		return "The " + find("joins the flow") + " was seen beside the id that names the flow."
	case schema.LinkThread:
		return "The line has no id; its thread was working on this flow, and on nothing else, at that time."
	case schema.LinkValue:
		return "The flow shares a random value with another one within ten seconds."
	case schema.LinkSession:
		return "The line has a session only; this was the only flow of the session within ten seconds."
	}
	return "Nothing on the line says what it belongs to: it is a flow of its own."
}
