package correlate

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ezlogs/ezlogs/schema"
)

// Process defines a business process or journey: the steps that the flows of one key take, over hours or days.
type Process struct {
	// Name begins the process_id, before a colon and the key: "order:60209085".
	Name string `toml:"name"`
	// Key says what holds the flows together: the type of a business object ("order"), "subject" for whatever an event is
	// about, "user" (or "actor"), "session", or the name of a field.
	Key string `toml:"key"`
	// Steps are the stations in their usual order. A flow takes part when one of its events is of the key and matches a
	// step. A journey of a user or session begins with its first step and ends with its last; a process of an object
	// is joined at any step.
	Steps []Step `toml:"steps"`
	// Timeout is how long a process may rest between two flows; 0 is 30 days.
	Timeout time.Duration `toml:"timeout"`
	// Again says that a user or session may go through it many times: each time is a process of its own.
	Again bool `toml:"again"`
}

// ActionSteps returns steps that are known by their actions, patterns in which * stands for any text.
func ActionSteps(patterns ...string) []Step {
	steps := make([]Step, len(patterns))
	for i, p := range patterns {
		steps[i] = Step{Name: p, Action: p}
	}
	return steps
}

// Step is one station of a process.
type Step struct {
	// Name is the step as people call it: "placed".
	Name string `toml:"name"`
	// EventType and Action are patterns that the event must match, * standing for any text; an empty one matches all.
	EventType string `toml:"event_type"`
	Action    string `toml:"action"`
	// Words are alternatives of which the message or action must contain one, in either case; none matches all.
	Words []string `toml:"words"`
}

// validate reports the first field that cannot be used.
func (p *Process) validate() error {
	switch {
	case p.Name == "" || strings.ContainsAny(p.Name, ": \t\n"):
		return errors.New("name: must be a word without colon")
	case p.Key == "":
		return errors.New("key: must not be empty")
	case len(p.Steps) == 0:
		return errors.New("steps: must not be empty")
	case len(p.Steps) > 64:
		return errors.New("steps: must be 64 at most")
	case p.Timeout < 0 || p.Timeout > 365*24*time.Hour:
		return errors.New("timeout: must be between 0s and 8760h")
	}
	for i, s := range p.Steps {
		if s.Name == "" {
			return fmt.Errorf("steps[%d].name: must not be empty", i)
		}
		if s.EventType == "" && s.Action == "" && len(s.Words) == 0 {
			return fmt.Errorf("steps[%d]: needs event_type, action or words", i)
		}
	}
	return nil
}

// BuiltinProcesses returns the definitions that need no configuration.
func BuiltinProcesses() []Process {
	const day = 24 * time.Hour
	return []Process{
		{Name: "order", Key: "order", Timeout: 30 * day, Steps: []Step{
			{Name: "placed", Words: []string{"placed", "order.created", "order created", "checkout.completed", "checkout completed", "purchase"}},
			{Name: "paid", Words: []string{"payment", "paid", "captured", "charge.succeeded", "invoice"}},
			{Name: "updated", Action: "order.updated"},
			{Name: "fulfilled", Words: []string{"fulfil", "picking", "picked", "packed", "packing", "label", "shipment", "shipped", "dispatched"}},
			{Name: "delivered", Words: []string{"deliver"}},
			{Name: "cancelled", Words: []string{"cancel", "refund", "returned"}},
		}},
		{Name: "signup", Key: "user", Timeout: 30 * day, Steps: []Step{
			{Name: "signup", Words: []string{"signed up", "signup", "sign up", "signed_up", "user.created", "registered", "registration"}},
			{Name: "verification", Words: []string{"verif", "confirmed", "confirmation"}},
			{Name: "onboarding", Words: []string{"onboard", "profile completed", "activated"}},
			{Name: "purchase", Words: []string{"order placed", "order.placed", "order.created", "purchase", "checkout completed", "checkout.completed", "subscribed"}},
		}},
		{Name: "booking", Key: "booking", Timeout: 90 * day, Steps: []Step{
			{Name: "booked", Words: []string{"booked", "booking.created", "booking created", "reserved"}},
			{Name: "paid", Words: []string{"payment", "paid", "captured", "deposit"}},
			{Name: "confirmed", Words: []string{"confirm", "ticketed"}},
			{Name: "begun", Words: []string{"checked in", "check-in", "boarded", "arrived"}},
			{Name: "ended", Words: []string{"checked out", "check-out", "completed"}},
			{Name: "cancelled", Words: []string{"cancel", "refund", "no-show"}},
		}},
		{Name: "subscription", Key: "subscription", Timeout: 90 * day, Steps: []Step{
			{Name: "started", Words: []string{"subscribed", "subscription.created", "subscription created", "trial"}},
			{Name: "renewed", Words: []string{"renew", "invoice", "payment", "charged"}},
			{Name: "changed", Words: []string{"upgrade", "downgrade", "plan changed", "subscription.updated"}},
			{Name: "ended", Words: []string{"cancel", "expired", "unsubscribed"}},
		}},
		{Name: "login", Key: "user", Timeout: 15 * time.Minute, Again: true, Steps: []Step{
			{Name: "attempt", EventType: "auth.*", Words: []string{"login", "log in", "sign_in", "signin"}},
			{Name: "challenge", EventType: "auth.*", Words: []string{"2fa", "mfa", "otp", "challenge"}},
			{Name: "session", EventType: "auth.*", Words: []string{"logged in", "login succe", "login_succe", "signed in"}},
		}},
		{Name: "password_reset", Key: "user", Timeout: 2 * day, Again: true, Steps: []Step{
			{Name: "requested", Words: []string{"password reset requested", "password_reset.requested", "reset password instructions", "forgot password"}},
			{Name: "mailed", Words: []string{"password reset mail", "password_reset.sent", "reset mail"}},
			{Name: "changed", Words: []string{"password changed", "password_reset.completed", "password reset completed"}},
		}},
		{Name: "checkout", Key: "session", Timeout: 2 * time.Hour, Again: true, Steps: []Step{
			{Name: "cart", EventType: "http.request", Action: "POST /cart*"},
			{Name: "checkout", EventType: "http.request", Action: "* /checkout*"},
			{Name: "payment", EventType: "http.request", Action: "POST /payment*"},
			{Name: "completed", EventType: "user.action", Words: []string{"checkout.completed", "checkout completed"}},
		}},
		{Name: "support", Key: "ticket", Timeout: 30 * day, Steps: []Step{
			{Name: "opened", Words: []string{"opened", "created", "submitted"}},
			{Name: "assigned", Words: []string{"assigned", "triaged"}},
			{Name: "answered", Words: []string{"replied", "answered", "responded", "commented"}},
			{Name: "escalated", Words: []string{"escalated"}},
			{Name: "closed", Words: []string{"closed", "resolved", "solved"}},
		}},
	}
}

// definition is a process in the form it is looked up in.
type definition struct {
	Process
	words   [][]word // of each step
	ttl     uint32
	byActor bool
	session bool
	own     bool // the user's: the key may be a field
}

// taking is a process that is going on.
type taking struct {
	id    string
	def   int32
	flows int32
	done  bool
}

const (
	maxProcessFlows = 1000 // of one process: more is no process but a habit
	flowProcesses   = 3    // of one flow
	maxProcessName  = 256  // bytes
)

// define compiles the processes of the configuration and the built-in ones.
func (c *Correlator) define() {
	all := slices.Clone(c.cfg.Processes)
	if c.cfg.AutoProcesses {
		for _, p := range BuiltinProcesses() {
			if !slices.ContainsFunc(all, func(o Process) bool { return o.Name == p.Name }) {
				all = append(all, p)
			}
		}
	}
	for i, p := range all {
		d := definition{Process: p, own: i < len(c.cfg.Processes), byActor: p.Key == "user" || p.Key == "actor", session: p.Key == "session"}
		if p.Timeout == 0 {
			p.Timeout = 30 * 24 * time.Hour
		}
		d.ttl = uint32(max(p.Timeout/time.Second, 1))
		for _, step := range p.Steps {
			var words []word
			for _, w := range step.Words {
				words = append(words, newWord(w))
			}
			d.words = append(d.words, words)
		}
		c.defs = append(c.defs, d)
	}
}

// glob reports whether s matches a pattern in which * stands for any text.
func glob(pattern, s string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == s
	}
	if !strings.HasPrefix(s, head) {
		return false
	}
	s = s[len(head):]
	for {
		part, next, more := strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(s, part)
		}
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s, rest = s[i+len(part):], next
	}
}

// proceed notes which processes the flow of the event takes part in, and learns under which values they are known.
func (c *Correlator) proceed(e *schema.Event) {
	l := &c.line
	if l.flow == 0 {
		return
	}
	if !l.partsKnown {
		c.readParts(e)
	}
	for i := range l.parts {
		p := &l.parts[i]
		if p.from == partValues {
			for _, a := range l.aliases {
				if n := c.aliases.get(a.of(p.def)); n != 0 {
					if step := c.step(p, e); step >= 0 {
						c.takePart(e, *c.aliases.at(n), step)
					}
				}
			}
			continue
		}
		if !c.take(e, p) || !p.aliased {
			continue
		}
		def := &c.defs[p.def]
		for _, a := range l.aliases {
			if typeName(e.Idents[a.ident].Name, def.Key) {
				continue
			}
			if k := a.of(p.def); c.aliases.get(k) == 0 {
				*c.aliases.at(c.aliases.put(k, def.ttl)) = p.k
			}
		}
	}
}

// part is what an event says of a process.
type part struct {
	k       key // of the process
	def     int32
	from    int32 // where the key stands: index in Event.Idents, or a place below
	entry   int32 // where it stood in Correlator.processes when it was last looked for
	aliased bool  // there are values beside the key that may stand for it
	step    uint8 // which step the event is: see Correlator.step
	long    bool  // the key is no name for a process that is not known
}

// Places where the key of a process stands beside Event.Idents.
const (
	partSession = -1 - iota
	partUser
	partSubject
	partField
	partValues // nowhere, but there are values that may stand for it
)

// alias is an id that can stand for a process.
type alias struct {
	k     key
	ident int32 // index in Event.Idents
}

// of returns the key under which a value stands for a process of a definition.
func (a *alias) of(d int32) key { return a.k.mix(key{uint64(d), spaceValue}) }

// readParts finds out what the event at hand says of processes.
func (c *Correlator) readParts(e *schema.Event) {
	l := c.line.reading
	l.partsKnown = true
	if len(c.defs) == 0 || e.Type == "data.query" {
		return
	}
	objects := e.Subject.Type != ""
	for i := range e.Idents {
		id := &e.Idents[i]
		if id.Kind == schema.IdentEntity || id.Kind == schema.IdentValue {
			objects = true
			if aliasing(id) {
				l.aliases = append(l.aliases, alias{c.hash.sum(spaceProcess, id.Value), int32(i)})
			}
		}
	}
	var user key
	named := userOf(e)
	if named != "" {
		user = c.hash.sum(spaceProcess, named)
	}
	for d := range c.defs {
		p := part{def: int32(d)}
		switch def := &c.defs[d]; {
		case def.session:
			if l.sess == 0 {
				continue
			}
			p.k, p.from = l.sessKey, partSession
		case def.byActor:
			if named == "" {
				continue
			}
			p.k, p.from, p.long = user, partUser, len(named) > maxProcessName
		case objects || def.own:
			if !c.readObject(e, &p) {
				continue
			}
		default:
			continue
		}
		p.k = p.k.mix(key{uint64(d), spaceProcess})
		l.parts = append(l.parts, p)
	}
}

// readObject does so for a process of a business object. It reports false when the event says nothing of it.
func (c *Correlator) readObject(e *schema.Event, p *part) bool {
	def := &c.defs[p.def]
	object := ""
	if (e.Subject.Type == def.Key || def.Key == "subject") && !strings.HasPrefix(e.Subject.ID, "bulk:") { // many are none
		object, p.from = e.Subject.ID, partSubject
	}
	next := c.line.aliases
	for i := range e.Idents {
		id := &e.Idents[i]
		if id.Kind != schema.IdentEntity && id.Kind != schema.IdentValue {
			continue
		}
		stands := len(next) > 0 && next[0].ident == int32(i)
		if stands {
			next = next[1:]
		}
		if object == "" && typeName(id.Name, def.Key) {
			object, p.from = id.Value, int32(i)
		} else if stands {
			p.aliased = true
		}
	}
	if object == "" && def.own {
		object, p.from = fieldOf(e, def.Key), partField
	}
	if object == "" {
		p.from = partValues
		return p.aliased
	}
	p.k, p.long = c.hash.sum(spaceProcess, object), len(object) > maxProcessName
	return true
}

// fieldOf returns the value of the last field of a name that has one.
func fieldOf(e *schema.Event, name string) string {
	value := ""
	for i := range e.Metadata.Fields {
		if f := &e.Metadata.Fields[i]; f.Key == name {
			value = f.Value.Plain()
		}
	}
	return value
}

// keyText returns what the event calls the process of a part; a session is not told.
func keyText(e *schema.Event, p *part, def *definition) string {
	switch p.from {
	case partSession:
		return ""
	case partUser:
		return userOf(e)
	case partSubject:
		return e.Subject.ID
	case partField:
		return fieldOf(e, def.Key)
	}
	return e.Idents[p.from].Value
}

// aliasing reports whether an id can stand for one business object: random, or long enough to be one of a kind.
func aliasing(id *schema.Ident) bool {
	if id.Kind != schema.IdentValue && id.Kind != schema.IdentEntity || len(id.Value) < 10 {
		return false
	}
	return !broad(id.Name) && measure(schema.IdentValue, id.Value) >= weak
}

// typeName reports whether a key names an object of a type: "order", "order_id", "orderId".
func typeName(name, kind string) bool {
	if len(name) < len(kind) || !strings.EqualFold(name[:len(kind)], kind) {
		return false
	}
	switch rest := name[len(kind):]; rest {
	case "", "_id", "Id", "ID", "id", ".id", "-id", "_number", "_no", "Number":
		return true
	}
	return false
}

// userOf returns the id of the user an event is about or of, "" when it names none or a machine.
func userOf(e *schema.Event) string {
	if e.Subject.Type == "user" && e.Subject.ID != "" {
		return e.Subject.ID
	}
	if id := e.Ident(schema.IdentUser); id != "" {
		return id
	}
	for i := range e.Idents {
		if id := &e.Idents[i]; id.Kind == schema.IdentEntity && id.Name == "user" {
			return id.Value
		}
	}
	if e.Actor.Type == "user" {
		return e.Actor.ID
	}
	return ""
}

// take makes the flow of the event take part in the process of a key if the event matches a step, and reports whether it does.
func (c *Correlator) take(e *schema.Event, p *part) bool {
	def, k := &c.defs[p.def], p.k
	n := p.entry
	if c.processes.has(n, k) {
		c.processes.touch(n)
	} else {
		n = c.processes.get(k)
		p.entry = n
	}
	if n == 0 && p.long {
		return false
	}
	journey := def.byActor || def.session
	step := 0
	if journey && n == 0 { // it has to begin first
		if !c.begins(p, e) {
			return false
		}
	} else if step = c.step(p, e); step < 0 {
		return false
	}
	if n != 0 && journey && c.processes.at(n).done && step == 0 && def.Again {
		if !c.takesPart(k) {
			c.processes.remove(n)
			n = 0
		}
	}
	if n == 0 {
		n = c.processes.put(k, def.ttl)
		*c.processes.at(n) = taking{def: p.def}
	} else if journey && c.processes.at(n).done && !c.takesPart(k) {
		return false
	}
	p.entry = n
	if t := c.processes.at(n); t.id == "" { // new, or remembered by its hash over a restart
		name := keyText(e, p, def)
		if def.session {
			sum := sha256.Sum256([]byte(c.cfg.Salt + "\x00session\x00" + e.Correlation.SessionID))
			name = "sess_" + hex.EncodeToString(sum[:8])
		}
		id := def.Name + ":" + name
		if def.Again {
			// Each time is another; the flow it began with tells them apart.
			id += ":" + c.flow(c.rooted(&c.line.flow)).name.String()[5:11]
		}
		t.id = id
	}
	if !c.takePart(e, k, step) {
		return false
	}
	if journey && step == len(def.Steps)-1 {
		c.processes.at(n).done = true
	}
	return true
}

// takesPart reports whether the flow of the event takes part in a process.
func (c *Correlator) takesPart(k key) bool {
	f := c.flow(c.rooted(&c.line.flow))
	return slices.Contains(c.procsOf(f), k)
}

// procsOf returns the processes that a flow takes part in.
func (c *Correlator) procsOf(f *flow) []key { return c.procs[f.procs][:f.nprocs] }

// addProc makes a flow take part in one more, if there is room.
func (c *Correlator) addProc(f *flow, k key) bool {
	if f.nprocs == flowProcesses {
		return false
	}
	if f.procs == 0 {
		if n := len(c.freeProcs); n > 0 {
			f.procs, c.freeProcs = c.freeProcs[n-1], c.freeProcs[:n-1]
		} else {
			f.procs = int32(len(c.procs))
			c.procs = append(c.procs, [flowProcesses]key{})
		}
	}
	c.procs[f.procs][f.nprocs] = k
	f.nprocs++
	return true
}

// takePart makes the flow of the event take part in a process, of which the event is a step.
func (c *Correlator) takePart(e *schema.Event, k key, step int) bool {
	n := c.processes.get(k)
	if n == 0 {
		return false
	}
	p := c.processes.at(n)
	c.line.def, c.line.step, c.line.steps = p.def, int16(step), true
	f := c.flow(c.rooted(&c.line.flow))
	if slices.Contains(c.procsOf(f), k) {
		return true
	}
	if p.flows >= maxProcessFlows || !c.addProc(f, k) {
		return false
	}
	p.flows++
	return true
}

// joinProcesses makes flow a take part in what b takes part in.
func (c *Correlator) joinProcesses(a, b int32) {
	fa, fb := c.flow(a), c.flow(b)
	for _, k := range c.procsOf(fb) {
		if !slices.Contains(c.procsOf(fa), k) {
			c.addProc(fa, k)
		}
	}
}

// nameProcesses writes the processes of a flow to an event.
func (c *Correlator) nameProcesses(e *schema.Event, f *flow) {
	for _, k := range c.procsOf(f) {
		n := c.processes.get(k)
		if n == 0 {
			continue
		}
		p := c.processes.at(n)
		if p.id != "" && !slices.Contains(e.Correlation.Processes, p.id) {
			e.Correlation.Processes = append(e.Correlation.Processes, p.id)
		}
	}
}
