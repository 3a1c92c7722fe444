package redact

// header takes the value of an Authorization or cookie header in running text: quoted, or to the end of its line.
func (r *Redactor) header(j, from int, c class) int {
	t := r.t
	switch t[j] {
	case '{', '[':
		if end := r.e.ownToken(t, j); t[j] == '[' && end > 0 {
			r.last = max(r.last, end)
			return end
		}
		// A header's value may be a list, ["Bearer …"] or Go's [Bearer …].
		if t[j] == '[' && j+1 < len(t) && byteClass[t[j+1]] == bAlpha {
			end := j + 1
			for end < len(t) && t[end] != ']' && t[end] != '\n' && !(t[end] == '"' && int(r.quote(end)) <= r.inString()) {
				end++
			}
			r.headerValue(j+1, end, c, true)
			return max(from, r.last)
		}
		r.enter(j, c)
		return j
	case '"', '\'', '`':
		if t[j] == '"' && r.depth > 0 && r.quote(j) <= r.open[r.depth-1] {
			return from
		}
		start, end, _ := r.quoted(j)
		before := r.last
		r.headerValue(start, end, c, true)
		if r.last > before {
			return r.reopen(j, r.last)
		}
		return from
	}
	end := j
	around := r.inString()
	for end < len(t) && end < j+8192 && t[end] != '\n' {
		if t[end] == '"' && int(r.quote(end)) <= around || t[end] == '\'' && r.endsHere(end+1) {
			break
		}
		end++
	}
	r.headerValue(j, end, c, false)
	return max(from, r.last)
}

// reopen notes that the quote at j was passed over and returns i, which lies inside of its string.
func (r *Redactor) reopen(j, i int) int {
	if r.t[j] == '"' && r.depth < len(r.open) {
		r.open[r.depth] = r.quote(j)
		r.depth++
	}
	return i
}

// headerValue redacts the value of a header that stands from start to end. A single credential is replaced at once, the
// parts of cookies and lists of parameters are planned.
func (r *Redactor) headerValue(start, end int, c class, structured bool) {
	if c.mode == modeAuth {
		r.authorization(start, end, structured)
		return
	}
	r.cookies(start, end, c.mode == modeSetCookie, structured)
}

// paramSchemes carry several parameters; the key engine takes them one by one.
var paramSchemes = set(`digest aws4-hmac-sha256 aws4-ecdsa-p256-sha256 oauth hawk mac signature goog4-rsa-sha256 acs3-hmac-sha256 tc3-hmac-sha256
	sdk-hmac-sha256 escher-hmac-sha256 osslkey`)

// authorization keeps the scheme and masks the credential.
func (r *Redactor) authorization(start, end int, structured bool) {
	t := r.t
	for start < end && isSpace[t[start]] {
		start++
	}
	p := start
	for p < end && (urlChars[t[p]] || t[p] == '.') {
		p++
	}
	if p == start || p-start > 24 || p >= end || t[p] != ' ' && t[p] != '=' && t[p] != ':' || t[p] == '=' && (p+1 >= end || t[p+1] == '=') {
		r.credential(start, end, AuthHeader, structured)
		return
	}
	var b [24]byte
	for i, ch := range t[start:p] {
		b[i] = lower(ch)
	}
	scheme := string(b[:p-start])
	if !paramSchemes[scheme] && (randomLooking(t[start:p], 12) || p-start >= 12 && mixed(t[start:p])) {
		r.credential(start, end, AuthHeader, structured) // not a scheme, the credential itself
		return
	}
	if paramSchemes[scheme] {
		r.parameters(p+1, end)
		return
	}
	q := p + 1
	for q < end && t[q] == ' ' {
		q++
	}
	kind := AuthHeader
	switch scheme {
	case "bearer", "token", "bot", "jwt":
		kind = Bearer
	case "basic":
		kind = BasicAuth
	}
	if hasPrefix(t[q:end], "token=") || hasPrefix(t[q:end], "key=") || hasPrefix(t[q:end], "auth=") {
		for t[q] != '=' {
			q++
		}
		q++
		if q < end && t[q] == '"' {
			q++
		}
	}
	r.credential(q, end, kind, structured)
}

// parameters masks the values of key=value lists in which the secret is a signature, a response or a token.
func (r *Redactor) parameters(start, end int) {
	t := r.t
	for i := start; i < end; i++ {
		if t[i] != '=' {
			continue
		}
		k := i
		for k > start && (isKey[t[k-1]]) {
			k--
		}
		var b [32]byte
		n := 0
		for ; k < i && n < len(b); k++ {
			b[n] = lower(t[k])
			n++
		}
		v := i + 1
		if v < end && (t[v] == '"' || t[v] == '\'') {
			v++
		}
		e := v
		for e < end && t[e] != '"' && t[e] != '\'' && t[e] != ',' && t[e] != ' ' {
			e++
		}
		switch string(b[:n]) {
		case "response", "cnonce", "mac", "signature", "oauth_signature", "oauth_token", "oauth_consumer_key", "hash", "credential",
			"oauth_verifier", "nonce", "oauth_nonce", "opaque", "token":
			if e-v >= 6 && t[v] != '[' {
				r.schedule(v, e, Signature)
			}
		}
		i = max(i, e-1)
	}
}

// credential masks the one credential that begins at start.
func (r *Redactor) credential(start, end int, kind Kind, structured bool) {
	t := r.t
	if start < end && t[start] == '[' && r.e.ownToken(t, start) > 0 {
		return
	}
	e := start
	for e < end && !isSpace[t[e]] && t[e] != '"' && t[e] != '\'' && t[e] != ',' && t[e] != ';' && t[e] != '<' {
		e++
	}
	for e > start && (t[e-1] == ')' || t[e-1] == ']' || t[e-1] == '}' || t[e-1] == '.' || t[e-1] == '\\') {
		e--
	}
	v := t[start:e]
	if len(v) < 6 || r.placeholder(v) {
		return
	}
	if e < end && t[e] == ' ' && !structured || kind == AuthHeader && !structured {
		if wordy(v) || !randomLooking(v, 8) && len(v) < 16 {
			return
		}
	}
	if k := r.wholeKind(v); k != KindNone && kinds[k].group == groupCredential {
		kind = k
	}
	if kind != BasicAuth && wordy(v) && len(v) < 20 {
		return
	}
	r.add(start, e, kind, "")
}

// bearer finds "Bearer <token>" and "Basic <base64>" in running text. end is the end of the word.
func (r *Redactor) bearer(i, end int) int {
	t := r.t
	if end >= len(t) || t[end] != ' ' && t[end] != '+' && t[end] != ':' || end+8 > len(t) {
		return end
	}
	p := end + 1
	if t[end] == ':' {
		for p < len(t) && t[p] == ' ' {
			p++
		}
	}
	q := p
	basic := lower(t[i+1]) == 'a'
	for q < len(t) && (base64Any[t[q]] || !basic && (t[q] == '.' || t[q] == '~' || t[q] == '%' || t[q] == '|' || t[q] == ':')) {
		q++
	}
	for q > p && (t[q-1] == '.' || t[q-1] == ':') {
		q--
	}
	v := t[p:q]
	if basic {
		if len(v) >= 8 && basicCredential(v) && r.add(p, q, BasicAuth, "") {
			return q
		}
		return end
	}
	if len(v) < 12 || !randomLooking(v, 12) || path(v) {
		return end
	}
	kind := Bearer
	if k := r.wholeKind(v); k != KindNone && kinds[k].group == groupCredential {
		kind = k
	}
	if r.add(p, q, kind, "") {
		return q
	}
	return end
}

// basicCredential reports whether v is base64 of user:password.
func basicCredential(v []byte) bool {
	var out [256]byte
	n := decodeBase64(out[:], v[:min(len(v), 320)])
	colon := false
	for _, c := range out[:n] {
		if c < ' ' || c == 0x7f {
			return false
		}
		colon = colon || c == ':'
	}
	return colon
}

// cookieAttributes are the parts of Set-Cookie that are no cookies.
var cookieAttributes = set(`path domain expires max-age samesite secure httponly priority partitioned version comment`)

// plainCookies are names of cookies that hold a preference.
var plainCookies = set(`lang language locale lng i18n theme tz timezone currency country region consent cookieconsent cookie_consent
	gdpr ccpa color colour dark mode darkmode view layout dir direction font skin platform device viewport sidebar`)

// cookies masks the values of cookies and keeps names and attributes.
func (r *Redactor) cookies(start, end int, set, structured bool) {
	t := r.t
	pairs := false
	for i := start; i < end; {
		for i < end && (isSpace[t[i]] || t[i] == ';' || t[i] == ',') {
			i++
		}
		name := i
		for i < end && t[i] != '=' && t[i] != ';' && t[i] != ' ' {
			i++
		}
		if i >= end || t[i] != '=' {
			if !structured && !pairs {
				return // prose
			}
			if !pairs && i >= end && !set {
				v := t[name:end]
				if len(v) >= 8 && !wordy(v) && !r.placeholder(v) {
					r.schedule(name, end, Cookie)
					return
				}
			}
			continue
		}
		pairs = true
		var b [32]byte
		n := 0
		for k := name; k < i && n < len(b); k++ {
			b[n] = lower(t[k])
			n++
		}
		v := i + 1
		e := v
		for e < end && t[e] != ';' && !(isSpace[t[e]] && r.pct(e) == 0) {
			e++
		}
		i = e
		if e == v || cookieAttributes[string(b[:n])] {
			// "expires=Wed, 21 Oct …" has blanks: its pieces are no cookies.
			for i < end && t[i] != ';' && cookieAttributes[string(b[:n])] {
				i++
			}
			continue
		}
		w := t[v:e]
		if plainCookies[string(b[:n])] || r.placeholder(w) || w[0] == '[' && r.e.ownToken(t, v) > 0 {
			continue
		}
		q := e
		for q > v && (t[q-1] == ')' || t[q-1] == ']' || t[q-1] == ',') {
			q--
		}
		r.schedule(v, q, Cookie)
	}
}
