package cmd

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// setting is one key of the file. The table of settings is the only list of keys: decoding, the environment, suggestions,
// `check --show-config` and ezlogs.toml.example are made from it.
type setting struct {
	key   string // within its table, for example "batch_size"
	doc   string // one line
	oneOf []string
	check func(v any) *valueError // beyond type and unit; v is what at points to
	at    any                     // func(*T) any: a pointer to the field; T is Config or the element of a list of tables
}

// table is a [table] of the file, or with list set an array of tables.
type table struct {
	name     string // "" for the top level
	doc      string
	list     func(c *Config) any // appends an element and returns a pointer to it
	settings []setting
}

// field makes the accessor of a setting.
func field[T any](f func(c *T) any) any { return f }

// pointer returns the pointer to the field of target that s sets.
func (s *setting) pointer(target any) any {
	switch t := target.(type) {
	case *Config:
		return s.at.(func(*Config) any)(t)
	case *Destination:
		return s.at.(func(*Destination) any)(t)
	case *Format:
		return s.at.(func(*Format) any)(t)
	case *Rule:
		return s.at.(func(*Rule) any)(t)
	case *Allow:
		return s.at.(func(*Allow) any)(t)
	case *Process:
		return s.at.(func(*Process) any)(t)
	}
	return nil
}

// path returns the key as users write it, with its table.
func (t *table) path(s *setting) string {
	if t.name == "" {
		return s.key
	}
	return t.name + "." + s.key
}

// tables lists every table and key.
func tables() []table {
	return []table{
		{name: "", settings: []setting{
			{key: "service_name", doc: "name of the application; else what lines, files or the container say", at: field(func(c *Config) any { return &c.ServiceName })},
			{key: "environment", doc: "for example production; else RAILS_ENV, RACK_ENV, APP_ENV or NODE_ENV", at: field(func(c *Config) any { return &c.Environment })},
			{key: "timezone", doc: "of lines that do not say: local, UTC, or a name such as Europe/Berlin", check: checkZone, at: field(func(c *Config) any { return &c.Timezone })},
			{key: "state_dir", doc: "checkpoints, spool, dead letter and key, mode 0700; else /var/lib/ezlogs or ~/.local/state/ezlogs", at: field(func(c *Config) any { return &c.StateDir })},
		}},
		{name: "input", doc: "what is read when the command line names nothing", settings: []setting{
			{key: "paths", doc: "files, directories and globs", at: field(func(c *Config) any { return &c.Input.Paths })},
			{key: "exclude", doc: "globs of paths to leave out", at: field(func(c *Config) any { return &c.Input.Exclude })},
			{key: "from", doc: "where a file that was never seen begins", oneOf: []string{"start", "end"}, at: field(func(c *Config) any { return &c.Input.From })},
			{key: "max_line_size", doc: "longer lines are cut and marked", check: between(1<<10, 16<<20), at: field(func(c *Config) any { return &c.Input.MaxLineSize })},
			{key: "listen", doc: "take lines over HTTP (POST, NDJSON) on this address, for example 127.0.0.1:9000", at: field(func(c *Config) any { return &c.Input.Listen })},
		}},
		{name: "collect", doc: "which events leave", settings: []setting{
			{key: "http_requests", doc: "http.request and http.client", at: field(func(c *Config) any { return &c.Collect.HTTPRequests })},
			{key: "database_changes", doc: "data.change", at: field(func(c *Config) any { return &c.Collect.DatabaseChanges })},
			{key: "background_jobs", doc: "job.*", at: field(func(c *Config) any { return &c.Collect.BackgroundJobs })},
			{key: "custom_events", doc: "events that the application defines", at: field(func(c *Config) any { return &c.Collect.CustomEvents })},
			{key: "queries", doc: "data.query; false folds reads into their request or job as counts", at: field(func(c *Config) any { return &c.Collect.Queries })},
			{key: "noise", doc: "requests for assets and health checks", at: field(func(c *Config) any { return &c.Collect.Noise })},
		}},
		{name: "security", doc: "what is replaced before anything leaves the process", settings: []setting{
			{key: "profile", doc: "how much is replaced", oneOf: []string{"default", "gdpr", "strict", "secrets-only", "off"}, at: field(func(c *Config) any { return &c.Security.Profile })},
			{key: "auto_detect_pii", doc: "find personal data by its shape; credentials by name are replaced in any case", at: field(func(c *Config) any { return &c.Security.AutoDetectPII })},
			{key: "sanitize_fields", doc: "further field names whose values are replaced, by word", at: field(func(c *Config) any { return &c.Security.SanitizeFields })},
			{key: "allow_fields", doc: "paths that are left alone, globs", at: field(func(c *Config) any { return &c.Security.AllowFields })},
			{key: "allow_values", doc: "values that are left alone: literal, CIDR, @domain or /regular expression/", at: field(func(c *Config) any { return &c.Security.AllowValues })},
			{key: "mask_ip", doc: "cut addresses to /24 and /48", at: field(func(c *Config) any { return &c.Security.MaskIP })},
			{key: "keep_domain", doc: "leave the domain of an e-mail address behind its pseudonym", at: field(func(c *Config) any { return &c.Security.KeepDomain })},
			{key: "kinds", doc: "what is done with single kinds, for example email = \"mask\", credit_card = \"last4\", ipv4 = \"hash\", phone = \"keep\"", at: field(func(c *Config) any { return &c.Security.Kinds })},
			{key: "max_text", doc: "the longest text that is scanned; the rest of a longer one is dropped and counted", check: between(1<<10, 1<<30), at: field(func(c *Config) any { return &c.Security.MaxText })},
			{key: "max_payload_size", doc: "an event's size; the largest values are cut first", check: between(1<<10, 10<<20), at: field(func(c *Config) any { return &c.Security.MaxPayloadSize })},
			{key: "key_file", doc: "32 bytes or more; pseudonyms and ids are made with it; else made in state_dir", at: field(func(c *Config) any { return &c.Security.KeyFile })},
			{key: "rotate", doc: "after this time pseudonyms change, so that nobody can be followed for longer; \"0s\" is never", check: between(0, int64(10*365*24*time.Hour)), at: field(func(c *Config) any { return &c.Security.Rotate })},
		}},
		{name: "performance", settings: []setting{
			{key: "sample_rate", doc: "share of flows that are kept whole, 0 to 1; failed ones always are", check: share, at: field(func(c *Config) any { return &c.Performance.SampleRate })},
			{key: "buffer_size", doc: "events in memory", check: between(1, 10_000_000), at: field(func(c *Config) any { return &c.Performance.BufferSize })},
			{key: "batch_size", doc: "events in a request; 1 MiB is the other limit", check: between(1, 100_000), at: field(func(c *Config) any { return &c.Performance.BatchSize })},
			{key: "flush_interval", doc: "the longest that an event waits for its batch", check: between(int64(time.Millisecond), int64(time.Hour)), at: field(func(c *Config) any { return &c.Performance.FlushInterval })},
			{key: "workers", doc: "0 is one for each core", check: between(0, 1024), at: field(func(c *Config) any { return &c.Performance.Workers })},
			{key: "memory", doc: "budget for what waits in memory", check: between(8<<20, 1<<40), at: field(func(c *Config) any { return &c.Performance.Memory })},
		}},
		{name: "correlation", settings: []setting{
			{key: "flow_timeout", doc: "how long an id is remembered after it was last seen", check: between(int64(time.Second), int64(720*time.Hour)), at: field(func(c *Config) any { return &c.Correlation.FlowTimeout })},
			{key: "max_flows", doc: "flows in memory", check: between(100, 100_000_000), at: field(func(c *Config) any { return &c.Correlation.MaxFlows })},
			{key: "max_ids", doc: "ids in memory, about 130 bytes each", check: between(100, 100_000_000), at: field(func(c *Config) any { return &c.Correlation.MaxIDs })},
			{key: "infer", doc: "links drawn without an id; [] draws none", oneOf: []string{"thread", "value", "session", "weak"}, at: field(func(c *Config) any { return &c.Correlation.Infer })},
			{key: "state", doc: "keep what is open in state_dir, so that a restart does not split flows", at: field(func(c *Config) any { return &c.Correlation.State })},
			{key: "aliases", doc: "flow.merged events tell the names that agents elsewhere would give a flow; false when one agent reads everything", at: field(func(c *Config) any { return &c.Correlation.Aliases })},
			{key: "completed", doc: "send a flow.completed event when a flow has ended", at: field(func(c *Config) any { return &c.Correlation.Completed })},
			{key: "auto_processes", doc: "find orders, sign-ups, onboarding, fulfilment and refunds; [[process]] adds your own", at: field(func(c *Config) any { return &c.Correlation.AutoProcesses })},
		}},
		{name: "delivery", settings: []setting{
			{key: "to", doc: "https://…, file:PATH (.lz4, .gz and .zst compress), stdout or null", check: destinations, at: field(func(c *Config) any { return &c.Delivery.To })},
			{key: "compression", doc: "of requests", oneOf: []string{"none", "gzip", "zstd", "lz4"}, at: field(func(c *Config) any { return &c.Delivery.Compression })},
			{key: "on_full", doc: "when memory and spool are full and the input cannot wait", oneOf: []string{"drop_oldest", "drop_newest", "block"}, at: field(func(c *Config) any { return &c.Delivery.OnFull })},
			{key: "spool_max", doc: "disk space for what could not be delivered", check: between(0, 1<<50), at: field(func(c *Config) any { return &c.Delivery.SpoolMax })},
			{key: "order", doc: "flow keeps the order within a flow, strict the order of everything", oneOf: []string{"flow", "strict"}, at: field(func(c *Config) any { return &c.Delivery.Order })},
			{key: "drain", doc: "how long delivery goes on after the end of input or SIGTERM", check: between(0, int64(time.Hour)), at: field(func(c *Config) any { return &c.Delivery.Drain })},
		}},
		{name: "debug", doc: "how flows are shown", settings: []setting{
			{key: "settle", doc: "a flow is shown when it has been quiet for this long", check: between(int64(10*time.Millisecond), int64(time.Hour)), at: field(func(c *Config) any { return &c.Debug.Settle })},
			{key: "slow", doc: "limits by kind above which a step is marked", at: field(func(c *Config) any { return &c.Debug.Slow })},
			{key: "n1", doc: "equal reads under one parent that are called N+1", check: between(2, 1_000_000), at: field(func(c *Config) any { return &c.Debug.N1 })},
			{key: "theme", doc: "colours", oneOf: []string{"auto", "light", "dark", "mono", "cvd"}, at: field(func(c *Config) any { return &c.Debug.Theme })},
			{key: "verbs", doc: "words of stories, for example \"order.created\" = \"placed order\"", at: field(func(c *Config) any { return &c.Debug.Verbs })},
			{key: "display_names", doc: "names of things in stories, for example order = \"Order\"", at: field(func(c *Config) any { return &c.Debug.DisplayNames })},
		}},
		{name: "admin", settings: []setting{
			{key: "listen", doc: "/healthz, /readyz and /metrics on this address, for example 127.0.0.1:9600; \"\" is off", at: field(func(c *Config) any { return &c.Admin.Listen })},
		}},
		{name: "delivery.destination", doc: "a destination with details; repeat the table for more", list: func(c *Config) any {
			c.Delivery.Destinations = append(c.Delivery.Destinations, Destination{Required: true})
			return &c.Delivery.Destinations[len(c.Delivery.Destinations)-1]
		}, settings: []setting{
			{key: "url", doc: "as in delivery.to", check: destination, at: field(func(d *Destination) any { return &d.URL })},
			{key: "name", doc: "in messages and metrics; else made from the address", at: field(func(d *Destination) any { return &d.Name })},
			{key: "preset", doc: "what the receiver speaks", oneOf: append([]string{""}, presets...), at: field(func(d *Destination) any { return &d.Preset })},
			{key: "token_file", doc: "sent as Authorization: Bearer", at: field(func(d *Destination) any { return &d.TokenFile })},
			{key: "headers", doc: "further headers", at: field(func(d *Destination) any { return &d.Headers })},
			{key: "ca_file", doc: "PEM file of the authority that signed the receiver's certificate", at: field(func(d *Destination) any { return &d.CAFile })},
			{key: "cert_file", doc: "PEM file of our certificate", at: field(func(d *Destination) any { return &d.CertFile })},
			{key: "key_file", doc: "PEM file of its key", at: field(func(d *Destination) any { return &d.KeyFile })},
			{key: "compression", doc: "else delivery.compression", oneOf: []string{"", "none", "gzip", "zstd", "lz4"}, at: field(func(d *Destination) any { return &d.Compression })},
			{key: "timeout", doc: "of one attempt; 0 is a minute", check: between(0, int64(time.Hour)), at: field(func(d *Destination) any { return &d.Timeout })},
			{key: "required", doc: "whether an event counts as delivered only when this one has it", at: field(func(d *Destination) any { return &d.Required })},
		}},
		{name: "security.allow", doc: "what is left alone if everything that is set here fits; repeat the table for more", list: func(c *Config) any {
			c.Security.Allow = append(c.Security.Allow, Allow{})
			return &c.Security.Allow[len(c.Security.Allow)-1]
		}, settings: []setting{
			{key: "path", doc: "name or path of the field, with * and **", at: field(func(a *Allow) any { return &a.Path })},
			{key: "detector", doc: "kind or rule, for example email", at: field(func(a *Allow) any { return &a.Detector })},
			{key: "value", doc: "the value itself", at: field(func(a *Allow) any { return &a.Value })},
			{key: "domain", doc: "of an e-mail address, subdomains included", at: field(func(a *Allow) any { return &a.Domain })},
			{key: "cidr", doc: "network of an IP address", at: field(func(a *Allow) any { return &a.CIDR })},
			{key: "pattern", doc: "regular expression (RE2) for the whole value", at: field(func(a *Allow) any { return &a.Pattern })},
			{key: "hash", doc: "the 16 digits of the value's pseudonym, so that the value need not stand here", at: field(func(a *Allow) any { return &a.Hash })},
			{key: "force", doc: "with path: also lets credentials pass that show themselves by their shape", at: field(func(a *Allow) any { return &a.Force })},
		}},
		{name: "format", doc: "a shape of line of your own", list: func(c *Config) any {
			c.Formats = append(c.Formats, Format{})
			return &c.Formats[len(c.Formats)-1]
		}, settings: []setting{
			{key: "name", doc: "written to platform.format", check: required, at: field(func(f *Format) any { return &f.Name })},
			{key: "pattern", doc: "regular expression with named groups", at: field(func(f *Format) any { return &f.Pattern })},
			{key: "event", doc: "event_type of its lines", at: field(func(f *Format) any { return &f.Event })},
			{key: "action", doc: "action of its lines, with {group}", at: field(func(f *Format) any { return &f.Action })},
			{key: "time", doc: "Go layout of the group named time, when it is unusual", at: field(func(f *Format) any { return &f.Time })},
			{key: "fields", doc: "for JSON and logfmt: our field from theirs", at: field(func(f *Format) any { return &f.Fields })},
			{key: "example", doc: "lines that check runs and shows", at: field(func(f *Format) any { return &f.Example })},
		}},
		{name: "rule", doc: "something of your own to redact", list: func(c *Config) any {
			c.Rules = append(c.Rules, Rule{})
			return &c.Rules[len(c.Rules)-1]
		}, settings: []setting{
			{key: "name", doc: "kind in [REDACTED:kind]", check: required, at: field(func(r *Rule) any { return &r.Name })},
			{key: "pattern", doc: "regular expression (RE2) of the value", at: field(func(r *Rule) any { return &r.Pattern })},
			{key: "literal", doc: "text that must be there before the pattern is tried", at: field(func(r *Rule) any { return &r.Literal })},
			{key: "keys", doc: "only under these field names", at: field(func(r *Rule) any { return &r.Keys })},
			{key: "action", doc: "mask or hash", oneOf: []string{"", "mask", "hash"}, at: field(func(r *Rule) any { return &r.Action })},
			{key: "examples", doc: "texts in which it must find something; check runs them", at: field(func(r *Rule) any { return &r.Examples })},
			{key: "counter_examples", doc: "texts that it must leave alone; check runs them", at: field(func(r *Rule) any { return &r.Counter })},
		}},
		{name: "process", doc: "a business process or journey of your own", list: func(c *Config) any {
			c.Processes = append(c.Processes, Process{})
			return &c.Processes[len(c.Processes)-1]
		}, settings: []setting{
			{key: "name", doc: "first half of process_id", check: required, at: field(func(p *Process) any { return &p.Name })},
			{key: "key", doc: "what ties the steps together: the type of an object such as order, subject, user, session, or the name of a field", at: field(func(p *Process) any { return &p.Key })},
			{key: "steps", doc: "actions in order, globs", at: field(func(p *Process) any { return &p.Steps })},
			{key: "timeout", doc: "the longest pause between steps", at: field(func(p *Process) any { return &p.Timeout })},
		}},
	}
}

// assign sets the field that p points to from a decoded TOML value.
func (s *setting) assign(p, v any) *valueError {
	switch p := p.(type) {
	case *string:
		t, ok := v.(string)
		if !ok {
			return typeError(s.key, "a text", v, `"…"`)
		}
		*p = t
	case *bool:
		b, ok := v.(bool)
		if !ok {
			return typeError(s.key, "true or false", v, "true")
		}
		*p = b
	case *int:
		n, ok := v.(int64)
		if !ok {
			return typeError(s.key, "a whole number", v, "1000")
		}
		*p = int(n)
	case *float64:
		switch n := v.(type) {
		case float64:
			*p = n
		case int64:
			*p = float64(n)
		default:
			return typeError(s.key, "a number", v, "0.1")
		}
	case *time.Duration:
		d, err := asDuration(s.key, v)
		if err != nil {
			return err
		}
		*p = d
	case *Size:
		switch n := v.(type) {
		case int64:
			*p = Size(n)
		case string:
			size, ok := parseSize(n)
			if !ok {
				return &valueError{"bad-value", s.key + " is not a size", "expected a number and a unit", `"64KB" (units: KB MB GB, 1024 a step)`}
			}
			*p = size
		default:
			return typeError(s.key, "a size", v, `"64KB"`)
		}
	case *[]string:
		list, ok := v.([]any)
		if t, one := v.(string); one {
			list, ok = []any{t}, true
		}
		if !ok {
			return typeError(s.key, "a list of texts", v, `["…", "…"]`)
		}
		out := make([]string, len(list))
		for i, x := range list {
			if out[i], ok = x.(string); !ok {
				return typeError(s.key, "a list of texts", v, `["…", "…"]`)
			}
		}
		*p = out
	case *map[string]string:
		m, ok := v.(map[string]any)
		if !ok {
			return typeError(s.key, "a table", v, `{ name = "text" }`)
		}
		out := make(map[string]string, len(m))
		for k, x := range m {
			if out[k], ok = x.(string); !ok {
				return typeError(s.key+"."+k, "a text", x, `"…"`)
			}
		}
		*p = out
	case *map[string]time.Duration:
		m, ok := v.(map[string]any)
		if !ok {
			return typeError(s.key, "a table", v, `{ http = "500ms" }`)
		}
		out := maps.Clone(*p)
		for k, x := range m {
			d, err := asDuration(s.key, x)
			if err != nil {
				return err
			}
			out[k] = d
		}
		*p = out
	}
	return s.validate(p)
}

// validate checks the value that p points to against what the key allows.
func (s *setting) validate(p any) *valueError {
	if len(s.oneOf) > 0 {
		var got []string
		switch p := p.(type) {
		case *string:
			got = []string{*p}
		case *[]string:
			got = *p
		}
		for _, g := range got {
			if !slices.Contains(s.oneOf, g) {
				e := &valueError{code: "bad-value", text: fmt.Sprintf("%q is not one of the values of %s", g, s.key), help: "one of: " + strings.Join(nonEmpty(s.oneOf), ", ")}
				if near := nearest(g, s.oneOf); near != "" {
					e.mark = fmt.Sprintf("did you mean %q?", near)
				}
				return e
			}
		}
	}
	if s.check != nil {
		return s.check(p)
	}
	return nil
}

// parse sets the field that p points to from text, as the environment and flags give it; lists are separated by commas.
func (s *setting) parse(p any, text string) *valueError {
	switch p.(type) {
	case *bool:
		switch strings.ToLower(text) {
		case "1", "true", "yes", "on":
			return s.assign(p, true)
		case "0", "false", "no", "off":
			return s.assign(p, false)
		}
	case *int:
		if n, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 10, 64); err == nil {
			return s.assign(p, n)
		}
	case *float64:
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return s.assign(p, f)
		}
	case *[]string:
		var list []any
		for t := range strings.SplitSeq(text, ",") {
			if t = strings.TrimSpace(t); t != "" {
				list = append(list, t)
			}
		}
		return s.assign(p, list)
	case *map[string]string, *map[string]time.Duration:
		m := map[string]any{}
		for t := range strings.SplitSeq(text, ",") {
			if k, v, found := strings.Cut(t, "="); found {
				m[strings.TrimSpace(k)] = strings.TrimSpace(v)
			}
		}
		return s.assign(p, m)
	}
	return s.assign(p, text)
}

// show writes the value that p points to as TOML.
func show(p any) string {
	switch p := p.(type) {
	case *string:
		return strconv.Quote(*p)
	case *bool:
		return strconv.FormatBool(*p)
	case *int:
		return strconv.Itoa(*p)
	case *float64:
		t := strconv.FormatFloat(*p, 'g', -1, 64)
		if !strings.ContainsAny(t, ".e") {
			t += ".0"
		}
		return t
	case *time.Duration:
		return strconv.Quote(shortDuration(*p))
	case *Size:
		return strconv.Quote(p.String())
	case *[]string:
		quoted := make([]string, len(*p))
		for i, t := range *p {
			quoted[i] = strconv.Quote(t)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	case *map[string]string:
		return showMap(*p, strconv.Quote)
	case *map[string]time.Duration:
		return showMap(*p, func(d time.Duration) string { return strconv.Quote(shortDuration(d)) })
	}
	return ""
}

func showMap[V any](m map[string]V, show func(V) string) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		key := k
		if strings.ContainsFunc(k, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
		}) {
			key = strconv.Quote(k)
		}
		parts = append(parts, key+" = "+show(m[k]))
	}
	if len(parts) == 0 {
		return "{}"
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}

// shortDuration writes 1h, not 1h0m0s.
func shortDuration(d time.Duration) string {
	t := d.String()
	if strings.HasSuffix(t, "m0s") {
		t = strings.TrimSuffix(t, "0s")
	}
	if strings.HasSuffix(t, "h0m") {
		t = strings.TrimSuffix(t, "0m")
	}
	return t
}

func asDuration(key string, v any) (time.Duration, *valueError) {
	switch d := v.(type) {
	case string:
		if out, ok := parseDuration(d); ok {
			return out, nil
		}
		if _, err := strconv.ParseFloat(d, 64); err == nil {
			return 0, unitError(key, d)
		}
		return 0, &valueError{"bad-value", key + " is not a duration", "expected a number and a unit", `"500ms" (units: ms s m h d)`}
	case int64:
		return 0, unitError(key, strconv.FormatInt(d, 10))
	case float64:
		return 0, unitError(key, strconv.FormatFloat(d, 'g', -1, 64))
	}
	return 0, typeError(key, "a duration", v, `"500ms"`)
}

func unitError(key, n string) *valueError {
	return &valueError{"bad-value", key + " needs a unit", n + " what?", fmt.Sprintf(`write "%ss" or "%sms" (units: ms s m h d)`, n, n)}
}

func typeError(key, want string, v any, example string) *valueError {
	return &valueError{"bad-type", fmt.Sprintf("%s must be %s", key, want), "this is " + kindName(v), "for example " + key + " = " + example}
}

func kindName(v any) string {
	switch v.(type) {
	case string:
		return "a text"
	case bool:
		return "true or false"
	case int64, float64:
		return "a number"
	case []any, []map[string]any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return "a date"
}

// between checks a number, a duration or a size against limits, both included.
func between(low, high int64) func(any) *valueError {
	return func(p any) *valueError {
		var n int64
		name := func(n int64) string { return strconv.FormatInt(n, 10) }
		switch p := p.(type) {
		case *int:
			n = int64(*p)
		case *time.Duration:
			n = int64(*p)
			name = func(n int64) string { return shortDuration(time.Duration(n)) }
		case *Size:
			n = int64(*p)
			name = func(n int64) string { return Size(n).String() }
		}
		switch {
		case n < low:
			return &valueError{code: "out-of-range", text: "must be at least " + name(low), help: "from " + name(low) + " to " + name(high)}
		case n > high:
			return &valueError{code: "out-of-range", text: "must be at most " + name(high), help: "from " + name(low) + " to " + name(high)}
		}
		return nil
	}
}

func share(p any) *valueError {
	f := *p.(*float64)
	if f >= 0 && f <= 1 {
		return nil
	}
	e := &valueError{code: "out-of-range", text: "sample_rate is a share between 0 and 1", help: "0.1 keeps one flow in ten, 1 keeps all"}
	if !math.IsNaN(f) {
		e.mark = fmt.Sprintf("%g would be %g %%", f, f*100)
	}
	return e
}

func checkZone(p any) *valueError {
	if _, err := location(*p.(*string)); err != nil {
		return &valueError{"bad-value", "this machine knows no such time zone", "", `"local", "UTC", or a name such as "Europe/Berlin"`}
	}
	return nil
}

// location returns the zone of lines that do not say; nil with no error is the machine's own.
func location(name string) (*time.Location, error) {
	if name == "" || strings.EqualFold(name, "local") {
		return time.Local, nil
	}
	return time.LoadLocation(name)
}

func required(p any) *valueError {
	if *p.(*string) == "" {
		return &valueError{code: "bad-value", text: "must not be empty"}
	}
	return nil
}

func destinations(p any) *valueError {
	for _, to := range *p.(*[]string) {
		if e := destination(&to); e != nil {
			return e
		}
	}
	return nil
}

// errNoDestination is the remedy told for every address that is none.
var errNoDestination = errors.New(`"https://host/path", "file:events.ndjson", "stdout" or "null"`)

func destination(p any) *valueError {
	to := bare(*p.(*string))
	scheme, rest, found := strings.Cut(to, "://")
	switch {
	case to == "":
		return &valueError{"bad-value", "a destination must not be empty", "", errNoDestination.Error()}
	case !found:
		return nil
	case scheme != "http" && scheme != "https":
		return &valueError{"bad-value", fmt.Sprintf("%s:// is not something events can be sent to", scheme), "", errNoDestination.Error()}
	case rest == "" || strings.HasPrefix(rest, "/"):
		return &valueError{"bad-value", "the address has no host", "", errNoDestination.Error()}
	}
	return nil
}

// presets are the protocols of receivers that delivery speaks.
var presets = []string{"elasticsearch", "loki", "otlp", "victorialogs", "clickhouse"}

// bare returns an address without the preset in front of it, as in loki+https://….
func bare(to string) string {
	if p, address, found := strings.Cut(to, "+"); found && slices.Contains(presets, p) {
		return address
	}
	return to
}

func nonEmpty(list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" })
}
