package redact

import "bytes"

// webhooks are addresses whose path is the credential: a host, or the end of one that begins with a dot, and what the
// path begins with.
var webhooks = []struct {
	host, path string
	segment    bool // only the next segment of the path is secret
}{
	{host: "hooks.slack.com", path: "/services/"},
	{host: "hooks.slack.com", path: "/workflows/"},
	{host: "hooks.slack.com", path: "/triggers/"},
	{host: "hooks.slack-gov.com", path: "/services/"},
	{host: "discord.com", path: "/api/webhooks/"},
	{host: "discordapp.com", path: "/api/webhooks/"},
	{host: "ptb.discord.com", path: "/api/webhooks/"},
	{host: "canary.discord.com", path: "/api/webhooks/"},
	{host: ".webhook.office.com", path: "/webhook"},
	{host: "outlook.office.com", path: "/webhook/"},
	{host: "hooks.zapier.com", path: "/hooks/catch/"},
	{host: "maker.ifttt.com", path: "/use/"},
	{host: "open.feishu.cn", path: "/open-apis/bot/v2/hook/"},
	{host: "open.larksuite.com", path: "/open-apis/bot/v2/hook/"},
	{host: "api.telegram.org", path: "/bot", segment: true},
	{host: "hooks.airtable.com", path: "/workflows/"},
	{host: "events.pagerduty.com", path: "/integration/"},
	{host: "hook.make.com", path: "/"},
	{host: ".hook.eu1.make.com", path: "/"},
	{host: "hooks.chime.aws", path: "/incomingwebhooks/"},
	{host: "webhooks.mongodb-realm.com", path: "/api/"},
}

// maxAuthority bounds the part of a URL between the slashes.
const maxAuthority = 512

// url handles "://": the password in the authority, and addresses that are secrets themselves. i is at the colon.
func (r *Redactor) url(i int) int {
	t := r.t
	from := i + 3
	slash, at := r.authority(from)
	if at > 0 {
		r.userinfo(from, at)
		return at + 1
	}
	for _, w := range webhooks {
		start := matchWebhook(t[:min(len(t), slash+64)], from, slash, w.host, w.path)
		if start == 0 {
			continue
		}
		end := urlEnd(t, start)
		if w.segment {
			if n := bytes.IndexByte(t[start:end], '/'); n >= 0 {
				end = start + n
			}
		}
		if start < end && r.add(start, end, Webhook, "") {
			return end
		}
	}
	return from
}

// authority returns the end of the authority that begins at from and the offset of the '@' in it, -1 without one. A
// password may hold any character: user:pa/ss@host is read up to its '@' unless a port stands before the slash.
func (r *Redactor) authority(from int) (end, at int) {
	t := r.t
	around := r.inString()
	limit := min(len(t), from+maxAuthority)
	slash, colon, word := -1, -1, false
	at = -1
	for j := from; j < limit; j++ {
		switch c := t[j]; c {
		case ' ', '\n', '\t', '<', '>', '`':
			return endOr(slash, j), at
		case '"':
			if int(r.quote(j)) <= around || r.endsHere(j+1) {
				return endOr(slash, j), at
			}
		case '\'', ')', ',', '}', ']':
			if r.endsHere(j + 1) {
				return endOr(slash, j), at
			}
		case '/', '?':
			if slash >= 0 {
				continue
			}
			slash = j
			if at >= 0 || colon < 0 || !word {
				return slash, at
			}
		case '@':
			at = j
			if slash >= 0 {
				return j, at
			}
		case ':':
			if colon < 0 {
				colon = j
			}
		default:
			word = word || colon >= 0 && byteClass[c] != bDigit
		}
	}
	return endOr(slash, limit), at
}

func endOr(slash, end int) int {
	if slash >= 0 {
		return slash
	}
	return end
}

// urlEnd returns the end of the address that goes on at i.
func urlEnd(t []byte, i int) int {
	for i < len(t) && (alnum_[t[i]] || t[i] == '-' || t[i] == '/' || t[i] == '.' || t[i] == '@' || t[i] == '~' || t[i] == '%' || t[i] == ':') {
		i++
	}
	for t[i-1] == '.' || t[i-1] == ':' {
		i--
	}
	return i
}

// userinfo masks the password in user:password@, or the user alone when it looks like a token.
func (r *Redactor) userinfo(from, at int) {
	t := r.t
	if t[from] == '[' && r.e.ownToken(t, from) > 0 {
		r.last = max(r.last, at)
		return
	}
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
	if user > from {
		r.userOf(from, user)
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

// userOf masks a user that is an address, a vendor's token, or looks like a token.
func (r *Redactor) userOf(from, end int) {
	t := r.t
	if s, e, ok := emailAround(t[:end], from); ok && s >= from {
		r.add(s, e, Email, "")
	} else if v, e := vendor(t, from); v != nil && e == end {
		r.add(from, end, v.kind, v.name)
	} else if v, _ := userToken(t, from, end); v {
		r.add(from, end, URLPassword, "")
	}
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

// matchWebhook returns the offset behind path if the authority from from to slash is host and path follows.
func matchWebhook(t []byte, from, slash int, host, path string) int {
	name := t[from:slash]
	if host[0] == '.' {
		if len(name) <= len(host) || string(name[len(name)-len(host):]) != host {
			return 0
		}
	} else if string(name) != host {
		return 0
	}
	if len(t)-slash <= len(path) || string(t[slash:slash+len(path)]) != path {
		return 0
	}
	return slash + len(path)
}

// oracle reports whether the '@' at i may be that of a thin driver's address, user/password@host:1521.
func (r *Redactor) oracle(i int) bool {
	return bytes.Contains(r.t[max(0, i-160):i], []byte("jdbc:oracle:"))
}

// driverDSN handles user:password@tcp(host)/db and user/password@//host at the '@'. It returns 0 if it is none.
func (r *Redactor) driverDSN(i int) int {
	t := r.t
	var sep byte
	switch rest := t[i+1:]; {
	case hasPrefix(rest, "tcp("), hasPrefix(rest, "unix("), hasPrefix(rest, "udp("), hasPrefix(rest, "(DESCRIPTION"):
		sep = ':'
	case hasPrefix(rest, "//"), r.oracle(i):
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
