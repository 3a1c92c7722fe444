package redact

// webhooks are addresses whose path is the credential: a host, or the end of one that begins with a dot, and what the
// path begins with.
var webhooks = []struct{ host, path string }{
	{"hooks.slack.com", "/services/"},
	{"hooks.slack.com", "/workflows/"},
	{"hooks.slack.com", "/triggers/"},
	{"hooks.slack-gov.com", "/services/"},
	{"discord.com", "/api/webhooks/"},
	{"discordapp.com", "/api/webhooks/"},
	{"ptb.discord.com", "/api/webhooks/"},
	{"canary.discord.com", "/api/webhooks/"},
	{".webhook.office.com", "/webhook"},
	{"outlook.office.com", "/webhook/"},
	{"hooks.zapier.com", "/hooks/catch/"},
	{"maker.ifttt.com", "/use/"},
	{"open.feishu.cn", "/open-apis/bot/v2/hook/"},
	{"open.larksuite.com", "/open-apis/bot/v2/hook/"},
	{"api.telegram.org", "/bot"},
	{"hooks.airtable.com", "/workflows/"},
	{"events.pagerduty.com", "/integration/"},
	{"hook.make.com", "/"},
	{".hook.eu1.make.com", "/"},
	{"hooks.chime.aws", "/incomingwebhooks/"},
	{"webhooks.mongodb-realm.com", "/api/"},
}

// url handles "://": the password in the authority, and addresses that are secrets themselves. i is at the colon.
func (r *Redactor) url(i int) int {
	t := r.t
	from := i + 3
	around := r.inString()
	stop, slash, at := len(t), -1, -1
	limit := min(len(t), from+4096)
loop:
	for j := from; j < limit; j++ {
		switch t[j] {
		case ' ', '\n', '\t', '<', '>', '`', '{', '}':
			stop = j
			break loop
		case '"':
			if int(r.quote(j)) <= around || around < 0 || true {
				stop = j
				break loop
			}
		case '\'', ')', ']', ',', ';':
			// A password may hold them; behind it there is an '@'.
			if r.endsHere(j+1) || t[j] != ')' && t[j] != ';' && slash >= 0 {
				stop = j
				break loop
			}
		case '/', '?':
			if slash < 0 {
				slash = j
			}
		case '@':
			if slash < 0 || at < 0 && r.authority(from, slash, j) {
				at = j
			}
		}
	}
	if stop == len(t) {
		stop = limit
	}
	if slash < 0 {
		slash = stop
	}
	host := from
	if at > 0 {
		r.userinfo(from, at)
		host = at + 1
		return host
	}
	for _, w := range webhooks {
		if end := matchWebhook(t, host, stop, w.host, w.path); end > 0 && r.add(end, stop, Webhook, "") {
			return stop
		}
	}
	return from
}

// authority reports whether the '@' behind the slash still ends a user's password that holds the slash: user:pa/ss@host.
func (r *Redactor) authority(from, slash, at int) bool {
	t := r.t
	colon := -1
	for j := from; j < slash; j++ {
		if t[j] == ':' {
			colon = j
			break
		}
	}
	if colon < 0 || at-from > 256 {
		return false
	}
	for j := colon + 1; j < slash; j++ {
		if byteClass[t[j]] != bDigit {
			return true
		}
	}
	return slash == colon+1 && false
}

// userinfo masks the password in user:password@, or the user alone when it looks like a token.
func (r *Redactor) userinfo(from, at int) {
	t := r.t
	colon := -1
	for j := from; j < at; j++ {
		if t[j] == ':' {
			colon = j
			break
		}
	}
	user := at
	if colon >= 0 {
		user = colon
	}
	if s, e, ok := emailAround(t[:user], from); ok && s >= from {
		r.add(s, e, Email, "")
	} else if v, end := userToken(t, from, user); v {
		r.add(from, end, URLPassword, "")
	}
	if colon < 0 || colon+1 == at {
		return
	}
	pass := t[colon+1 : at]
	if pass[0] == '[' && r.e.ownToken(pass, 0) == len(pass) || r.placeholderURL(pass) {
		r.last = max(r.last, at)
		return
	}
	r.add(colon+1, at, URLPassword, "")
}

// placeholderURL reports whether a password in a URL is none: ***, xxxxx, ${PASS}, <password>.
func (r *Redactor) placeholderURL(v []byte) bool {
	return len(v) > 0 && (v[0] == '*' || v[0] == 'x' || v[0] == '$' || v[0] == '<' || v[0] == '{' || v[0] == '[') && r.placeholder(v)
}

// userToken reports whether the user part is a token.
func userToken(t []byte, from, end int) (bool, int) {
	v := t[from:end]
	for _, c := range v {
		if !dotted[c] {
			return false, end
		}
	}
	return randomLooking(v, 20), end
}

func matchWebhook(t []byte, from, stop int, host, path string) int {
	h := from
	for h < stop && t[h] != '/' && t[h] != ':' {
		h++
	}
	name := t[from:h]
	if host[0] == '.' {
		if len(name) <= len(host) || string(name[len(name)-len(host):]) != host {
			return 0
		}
	} else if string(name) != host {
		return 0
	}
	for h < stop && t[h] != '/' {
		h++
	}
	if stop-h <= len(path) || string(t[h:h+len(path)]) != path {
		return 0
	}
	return h + len(path)
}

// driverDSN handles user:password@tcp(host)/db and user/password@//host at the '@'. It returns 0 if it is none.
func (r *Redactor) driverDSN(i int) int {
	t := r.t
	var sep byte
	switch rest := t[i+1:]; {
	case hasPrefix(rest, "tcp("), hasPrefix(rest, "unix("), hasPrefix(rest, "udp("), hasPrefix(rest, "(DESCRIPTION"):
		sep = ':'
	case hasPrefix(rest, "//"):
		sep = '/'
	default:
		return 0
	}
	for j := i - 1; j > r.last && j > i-128; j-- {
		if isSpace[t[j]] || t[j] == '"' || t[j] == '\'' {
			return 0
		}
		if t[j] == sep || t[j] == '/' && hasPrefix(t[i+1:], "(D") {
			p := j - 1
			for p >= r.last && p >= 0 && emailLocal[t[p]] {
				p--
			}
			if p+1 < j && j+1 < i && (p < 0 || isSpace[t[p]] || t[p] == ':' || t[p] == '=' || t[p] == '"' || t[p] == '\'') {
				if r.add(j+1, i, URLPassword, "") {
					return i + 1
				}
			}
			if sep == '/' {
				return 0
			}
		}
	}
	return 0
}

func hasPrefix(b []byte, s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }
