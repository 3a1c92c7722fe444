package schema

import "strings"

// agents lists AI clients: part of the User-Agent in lower case, and who runs it.
var agents = []struct{ part, vendor string }{
	{"claude", "claude"}, {"anthropic", "claude"},
	{"gptbot", "openai"}, {"chatgpt", "openai"}, {"oai-searchbot", "openai"}, {"openai", "openai"},
	{"cursor/", "cursor"}, {"cursor-", "cursor"}, {"windsurf", "windsurf"}, {"codeium", "windsurf"},
	{"perplexity", "perplexity"}, {"google-extended", "google"}, {"gemini-", "google"}, {"googleagent", "google"},
	{"githubcopilot", "copilot"}, {"github-copilot", "copilot"}, {"mistralai", "mistral"}, {"cohere-ai", "cohere"},
	{"meta-externalagent", "meta"}, {"bytespider", "bytedance"}, {"duckassistbot", "duckduckgo"}, {"youbot", "you"},
}

// setUserAgent sets the User-Agent. An AI client becomes the actor; the person it acts for, if the line names one, is kept as
// "on_behalf_of". Call it after the actor is known, or before: both orders end the same.
func setUserAgent(e *Event, ua string) {
	if ua == "" || ua == "-" {
		return
	}
	e.Metadata.UserAgent = ua
	if vendor := e.agent(ua); vendor != "" {
		setAgentActor(e, vendor)
	}
}

func setAgentActor(e *Event, vendor string) {
	if e.Actor.Type == "agent" {
		return
	}
	if e.Actor.ID != "" {
		e.AddExtra("on_behalf_of", objectOf("type", e.Actor.Type, "id", e.Actor.ID))
	}
	e.Actor = Actor{Type: "agent", ID: "agent:" + vendor}
}

// setUserActor sets the person who did it. Where an AI client is the actor already, it acts for this person.
func setUserActor(e *Event, id string) {
	if id == "" || id == "-" {
		return
	}
	e.AddIdent(IdentUser, "user", id)
	if e.Actor.Type == "agent" {
		if !e.hasExtra("on_behalf_of") {
			e.AddExtra("on_behalf_of", objectOf("type", "user", "id", id))
		}
		return
	}
	if e.Actor.ID == "" {
		e.Actor = Actor{Type: "user", ID: id}
	}
}

// objectOf returns a JSON object of plain texts given as key, value, key, value.
func objectOf(kv ...string) Value {
	b := make([]byte, 0, 64)
	for i := 0; i+1 < len(kv); i += 2 {
		b = append(b, ',')
		b = appendString(b, kv[i])
		b = append(b, ':')
		b = appendString(b, kv[i+1])
	}
	return Value{Raw, string(closeObject(b, 0))}
}

// agentsBy lists the agents by the first letter of their part.
var agentsBy = func() (by [256][]uint8) {
	for i := range agents {
		c := agents[i].part[0]
		by[c] = append(by[c], uint8(i))
		by[c&^0x20] = by[c]
	}
	return by
}()

// agent is aiAgent with a memory, as long as the event has a parser.
func (e *Event) agent(ua string) string {
	p := e.parser
	if p == nil || len(ua) < 12 || len(ua) > 512 {
		return aiAgent(ua)
	}
	if vendor, ok := p.agents[ua]; ok {
		return vendor
	}
	vendor := aiAgent(ua)
	if len(p.agents) < maxNouns {
		if p.agents == nil {
			p.agents = make(map[string]string)
		}
		p.agents[strings.Clone(ua)] = vendor
	}
	return vendor
}

// aiAgent returns who runs the AI client that sent a User-Agent, "" for people's browsers and everything else. Of several
// the one that the table has first counts.
func aiAgent(ua string) string {
	best := len(agents)
	for i := range len(ua) - 1 {
		for _, n := range agentsBy[ua[i]] {
			part := agents[n].part
			if int(n) < best && ua[i+1]|0x20 == part[1]|0x20 && len(ua)-i >= len(part) && strings.EqualFold(ua[i:i+len(part)], part) {
				best = int(n)
			}
		}
	}
	if best == len(agents) {
		return ""
	}
	return agents[best].vendor
}

// containsFold reports whether s contains part, which is lower case ASCII, in any case.
func containsFold(s, part string) bool {
	first := part[0]
	for i := 0; i+len(part) <= len(s); i++ {
		if s[i]|0x20 == first|0x20 && strings.EqualFold(s[i:i+len(part)], part) {
			return true
		}
	}
	return false
}
