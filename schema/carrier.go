package schema

import "strings"

// outer is what the wrappers around a line say of it. What the line says itself wins.
type outer struct {
	time     Time
	level    Level
	platform Platform
	stream   string
	format   string // of the carrier, for lines that are plain text
	text     string // the line without its carriers
	depth    int
	set      bool
	partial  bool // the carrier cut the line
	utc      bool // a container wrote the line: its clock shows UTC
}

// maxCarriers is how many wrappers around each other are taken off.
const maxCarriers = 4

// inner reads the text inside of a carrier. Carriers fill p.out before.
func (p *Parser) inner(e *Event, text string) {
	p.out.set = true
	p.out.depth++
	p.out.text = text
	text = cleanLine(text)
	if p.out.partial {
		p.rec.reset()
		e.Type, e.Action = "log.message", "log"
		e.Metadata.Message = Text(text)
		return
	}
	if text == "" {
		e.Type, e.Action, e.Metadata.Message = "log.message", "log", Value{}
		e.Join.Role = Continues
		return
	}
	now := p.now
	if p.out.time.NS != 0 { // a date or year that the line leaves out is that of its carrier
		p.now = p.out.time.NS
	}
	if strings.IndexByte(text, '\n') >= 0 {
		p.lines(e, text)
	} else {
		p.dispatch(e, text)
	}
	p.now = now
}

// carried reports whether another carrier may be taken off.
func (p *Parser) carried() bool { return p.out.depth < maxCarriers }

// apply gives e what the carriers said and the line did not.
func (o *outer) apply(e *Event) {
	if o.time.NS != 0 {
		e.setCarrierTime(o.time)
	}
	if e.Metadata.Level == LevelNone {
		e.Metadata.Level = o.level
	}
	pl := &e.Platform
	if pl.Format == "" || pl.Format == "text" {
		pl.Format = o.format
	}
	setDefault(&pl.Service, o.platform.Service)
	setDefault(&pl.Environment, o.platform.Environment)
	setDefault(&pl.Host, o.platform.Host)
	setDefault(&pl.PID, o.platform.PID)
	setDefault(&pl.Thread, o.platform.Thread)
	setDefault(&pl.Version, o.platform.Version)
	setDefault(&pl.Container, o.platform.Container)
	setDefault(&pl.Pod, o.platform.Pod)
	setDefault(&pl.Namespace, o.platform.Namespace)
	j := &e.Join
	if o.partial {
		*j = Join{Role: Fragment}
	} else if o.stream != "" {
		j.Last = true
	}
	if j.Text == "" || o.partial {
		j.Text = o.text
	}
	if o.stream != "" {
		if j.Stream == "" {
			j.Stream = o.stream
		} else {
			j.Stream = o.stream + "/" + j.Stream
		}
	}
}

// addStream names the stream of a carrier; those of nested ones add up.
func (o *outer) addStream(name string) {
	if o.stream == "" {
		o.stream = name
	} else if name != "" {
		o.stream += "/" + name
	}
}

// parseDocker takes off Docker's json-file driver: {"log":"text\n","stream":"stdout","time":"…"}. A text without newline at
// its end goes on in the next record of the stream.
func parseDocker(p *Parser, e *Event, line string) bool {
	return strings.HasPrefix(line, `{"log":`) && p.carried() && p.docker(e, line, false)
}

// docker is parseDocker for members in any order and, if more is set, for further members, as forwarders add them.
func (p *Parser) docker(e *Event, line string, more bool) bool {
	var log, stream, stamp, attrs Value
	other := false
	var own []Field
	i := skipSpace(line, 0)
	end := skipObject(line, i, 0)
	if end < 0 || skipSpace(line, end) != len(line) {
		return false
	}
	eachMember(line, func(key string, v Value) bool {
		switch key {
		case "log":
			log = v
		case "stream":
			stream = v
		case "time":
			stamp = v
		case "attrs":
			attrs = v
		case "kubernetes":
			other = !more
			pl := &p.out.platform
			if more {
				pl.Pod, pl.Namespace = member(v.S, "pod_name").scalar(), member(v.S, "namespace_name").scalar()
				pl.Container, pl.Host = member(v.S, "container_name").scalar(), member(v.S, "host").scalar()
				pl.Service = pl.Container
			}
		default:
			other = !more
			own = append(own, Field{key, v})
		}
		return !other
	})
	if other || !log.isText() || !stream.isText() {
		return false
	}
	o := &p.out
	if t, ok := p.parseTime(stamp.Plain()); ok {
		o.time = t
	}
	o.utc = true
	o.addStream(stream.S)
	o.format = "docker"
	eachMember(attrs.S, func(key string, v Value) bool {
		switch key {
		case "com.docker.compose.service", "com.docker.swarm.service.name", "service":
			o.platform.Service = v.Plain()
		case "name", "container_name":
			o.platform.Container = v.Plain()
		}
		return true
	})
	text := p.unescape(log)
	whole := strings.TrimSuffix(text, "\n")
	o.partial = len(whole) == len(text) && text != "" && !more
	p.inner(e, whole)
	p.addOwn(e, own)
	return true
}

// addOwn gives e the fields that stood beside the text in its carrier; what the text said wins.
func (p *Parser) addOwn(e *Event, own []Field) {
	if len(own) == 0 {
		return
	}
	p.rec.reset()
	for i := range own {
		p.field(e, own[i].Key, own[i].Value)
	}
	p.finishFields(e)
}

// parseCRI takes off the format of Kubernetes' container runtimes: time, stream, P for a part or F for the whole, text.
func parseCRI(p *Parser, e *Event, line string) bool {
	if len(line) < 30 || !isDigit(line[0]) || line[4] != '-' || line[10] != 'T' || !p.carried() {
		return false
	}
	stamp, rest, ok := strings.Cut(line, " ")
	if !ok || !strings.HasPrefix(rest, "stdout ") && !strings.HasPrefix(rest, "stderr ") {
		return false
	}
	tag, text, ok := strings.Cut(rest[7:], " ")
	if tag == "" || tag[0] != 'P' && tag[0] != 'F' || len(tag) > 1 && tag[1] != ':' {
		return false
	}
	if !ok {
		text = ""
	}
	t, ok := p.parseTime(stamp)
	if !ok {
		return false
	}
	o := &p.out
	o.time, o.utc, o.format = t, true, "cri"
	o.addStream(rest[:6])
	o.partial = tag[0] == 'P'
	p.inner(e, text)
	return true
}

// parsePrefixed takes off the name that docker compose and kubectl put before each line of several containers:
// "web-1  | text" and "[pod/web-7d9f/app] text".
func parsePrefixed(p *Parser, e *Event, line string) bool {
	if line == "" || !p.carried() {
		return false
	}
	o := &p.out
	if strings.HasPrefix(line, "[pod/") {
		name, text, ok := strings.Cut(line[5:], "] ")
		pod, container, two := strings.Cut(name, "/")
		if !ok || !two || strings.IndexByte(name, ' ') >= 0 {
			return false
		}
		o.platform.Pod, o.platform.Container, o.format, o.utc = pod, container, "kubectl", true
		setDefault(&o.platform.Service, container)
		o.addStream(name)
		p.inner(e, text)
		return true
	}
	n := 0
	for n < len(line) && n <= 64 && (isAlpha(line[n]) || isDigit(line[n]) || line[n] == '-' || line[n] == '_' || line[n] == '.') {
		n++
	}
	if n == 0 || n >= len(line) || line[n] != ' ' {
		return false
	}
	name := line[:n]
	blanks := n
	for blanks < len(line) && line[blanks] == ' ' {
		blanks++
	}
	service, counted := composeService(name)
	if blanks+1 >= len(line) || line[blanks] != '|' || line[blanks+1] != ' ' || !counted && blanks-n < 2 {
		return false
	}
	o.platform.Container, o.format, o.utc = name, "compose", true
	setDefault(&o.platform.Service, service)
	o.addStream(name)
	p.inner(e, line[blanks+2:])
	return true
}

// composeService returns the service of a container that compose named: "shop-web-1" or "web_1" without the number.
func composeService(name string) (service string, counted bool) {
	i := strings.LastIndexAny(name, "-_")
	if i > 0 && i+1 < len(name) && len(name)-i <= 4 && allDigits(name[i+1:]) {
		return name[:i], true
	}
	return name, false
}

// parseLogplex takes off what Heroku's log stream puts before a line: time, source and dyno.
func parseLogplex(p *Parser, e *Event, line string) bool {
	if len(line) < 30 || !isDigit(line[0]) || line[4] != '-' || line[10] != 'T' || !p.carried() {
		return false
	}
	stamp, rest, _ := strings.Cut(line, " ")
	head, text, ok := strings.Cut(rest, "]: ")
	if !ok || len(head) > 80 {
		return false
	}
	source, dyno, ok := strings.Cut(head, "[")
	if !ok || !isToken(source) || dyno == "" || allDigits(dyno) || strings.IndexByte(dyno, ' ') >= 0 {
		return false
	}
	t, ok := p.parseTime(stamp)
	if !ok {
		return false
	}
	o := &p.out
	o.time, o.utc, o.format = t, true, "logplex"
	o.platform.Container = dyno
	o.addStream(source + "[" + dyno + "]")
	p.inner(e, text)
	return true
}

// unescape returns the plain text of a JSON string, written into the parser's arena.
func (p *Parser) unescape(v Value) string {
	if v.Kind != Escaped {
		return v.S
	}
	p.buf = appendUnescaped(p.buf[:0], v.S)
	return p.keep(p.buf)
}

// kubernetesName reads pod, namespace and container out of the path of a log file on a node of Kubernetes:
// /var/log/containers/POD_NAMESPACE_CONTAINER-ID.log and /var/log/pods/NAMESPACE_POD_UID/CONTAINER/0.log.
func kubernetesName(path string) (pod, namespace, container string, ok bool) {
	path = strings.ReplaceAll(path, `\`, "/")
	if i := strings.LastIndex(path, "/pods/"); i >= 0 {
		dir, rest, two := strings.Cut(path[i+len("/pods/"):], "/")
		part := strings.Split(dir, "_")
		if !two || len(part) != 3 || len(part[2]) < 32 {
			return "", "", "", false
		}
		container, _, _ = strings.Cut(rest, "/")
		return part[1], part[0], container, true
	}
	name := path[strings.LastIndexByte(path, '/')+1:]
	name, isLog := strings.CutSuffix(name, ".log")
	i := strings.LastIndexByte(name, '-')
	if !isLog || i < 0 || len(name)-i-1 != 64 || !hexText(name[i+1:]) {
		return "", "", "", false
	}
	part := strings.Split(name[:i], "_")
	if len(part) != 3 {
		return "", "", "", false
	}
	return part[0], part[1], part[2], true
}
