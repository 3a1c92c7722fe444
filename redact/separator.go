package redact

import "bytes"

// keyAt is a key found before a separator.
type keyAt struct {
	start, end int
	quoted     bool
	cli        bool // --key
	symbol     bool // [key] =>, :key =>, @key=: structure, not prose
}

// separator handles '=', ':' and '>': it looks the key before it up and takes the value behind it.
func (r *Redactor) separator(i int) int {
	t := r.t
	j := i + 1
	switch t[i] {
	case ':':
		if j+1 < len(t) && t[j] == '/' && t[j+1] == '/' {
			return r.url(i)
		}
		if j < len(t) && t[j] == ':' {
			return i + 2
		}
		if j < len(t) && byteClass[t[j]] == bAlpha && (i == 0 || !isKey[t[i-1]] && t[i-1] < 0x80 && t[i-1] != '"' && t[i-1] != '\'' && t[i-1] != ']') {
			return r.keyword(i)
		}
		if j < len(t) && t[j] == '=' {
			j++
		}
	case '=':
		for j < len(t) && (t[j] == '>' || t[j] == '=' || t[j] == '~') && j < i+3 {
			j++
		}
	case '>':
		return r.markup(i)
	}
	if i == 0 || r.planAt == j {
		return j
	}
	if t[i] == ':' && byteClass[t[i-1]] == bDigit && j < len(t) && t[j] == '"' {
		return r.serialized(i, j)
	}
	k, ok := r.keyBefore(i)
	if !ok {
		return j
	}
	c := r.class(t[k.start:k.end])
	if (c.kind == KindNone || c.mode == modeShape) && !k.quoted {
		if p := r.phrase(k); p.mode != modeNone {
			c = p
		}
	}
	if k.quoted {
		q := k.end
		r.keyQuote = [2]int{r.d.rawStart(q), r.d.rawEnd(q + 1)}
		r.keyLevel = int(r.quote(q))
	}
	if t[i] == ':' && string(t[k.start:k.end]) == "PASS" {
		return j // of a test, PASS: TestLogin2
	}
	r.nearFrom, r.nearTo = k.start, k.end
	if len(r.e.allowFields) > 0 && r.fieldAllowed() {
		r.allowUntil = max(r.allowUntil, r.fieldEnd(j))
	}
	switch c.mode {
	case modeNone:
		return r.shortName(t[k.start:k.end], k, j)
	case modeNameOf:
		r.noteName(j)
		return r.multipart(j)
	case modeValueOf:
		if c = r.pairClass(i, j); c.mode == modeNone {
			return j
		}
	case modeSafe:
		r.safeUntil = max(r.safeUntil, r.valueEnd(j))
		return j
	}
	structured := k.quoted || k.symbol || t[i] == '=' || j > i+1
	r.judging = true
	next := r.value(j, c, r.pct(i), structured, i)
	r.judging = false
	return next
}

// shortName handles names that say too little alone: code in the answer to a request for authorization, and the private
// parts of a key as JSON.
func (r *Redactor) shortName(name []byte, k keyAt, j int) int {
	t := r.t
	switch {
	case string(name) == "code":
		start := j
		if start < len(t) && (t[start] == '"' || t[start] == '\'') {
			start++
		}
		end := start
		for end < len(t) && (urlChars[t[end]] || t[end] == '/' || t[end] == '.' || t[end] == '~' || t[end] == '*' || t[end] == '!') {
			end++
		}
		v := t[start:end]
		if len(v) < 2048 && randomLooking(v, 12) && !isDate(v) && r.subjects().authorization && r.add(start, end, Token, "") {
			return end
		}
	case k.quoted && len(name) <= 2 && privateParts[string(name)] && j < len(t) && t[j] == '"':
		start, end, _ := r.quoted(j)
		if end-start >= 20 && r.subjects().webKey && r.add(start, end, PrivateKey, "") {
			return end + 1
		}
	}
	return j
}

// privateParts are the private members of a JSON web key.
var privateParts = set(`d p q dp dq qi k`)

// subjects are what a text is about, as far as short names need it: whether a code is a credential, and whether d and p are
// the members of a key.
type subjects struct{ authorization, webKey bool }

// subjects looks at the text once.
func (r *Redactor) subjects() subjects {
	if r.aboutKnown {
		return r.about
	}
	r.aboutKnown, r.about = true, subjects{webKey: bytes.Contains(r.t, []byte(`"kty"`))}
	for _, w := range [...]string{"state=", "authorization_code", "redirect_uri", "callback", "oauth", "/cb?", "id_token", "openid"} {
		r.about.authorization = r.about.authorization || bytes.Contains(r.t, []byte(w))
	}
	return r.about
}

// serialized handles s:8:"password";s:11:"…", as PHP writes maps: i is at the colon before the value at j.
func (r *Redactor) serialized(i, j int) int {
	t := r.t
	p := i
	for p > 0 && byteClass[t[p-1]] == bDigit {
		p--
	}
	const mark = "\";s:"
	if p < len(mark) || string(t[p-len(mark):p]) != mark {
		return j
	}
	q := p - len(mark)
	start, ok := r.quotedBefore(q)
	if !ok {
		return j
	}
	if c := r.class(t[start:q]); c.kind != KindNone && t[start] != '[' { // else what we replaced
		return r.value(j, c, 0, true, i)
	}
	return j
}

// multipart handles name="key" of a multipart form: the value stands behind an empty line.
func (r *Redactor) multipart(j int) int {
	t := r.t
	if j >= len(t) || t[j] != '"' {
		return j
	}
	start, end, closed := r.quoted(j)
	if !closed || end-start > maxKey {
		return j
	}
	p := end + 1
	for p < len(t) && t[p] == '\n' {
		p++
	}
	if p < end+3 {
		return j
	}
	c := r.class(t[start:end])
	to := p
	for to < len(t) && t[to] != '\n' && !(t[to] == '"' && int(r.quote(to)) <= r.inString()) {
		to++
	}
	if c.kind != KindNone && to > p && r.scalar(p, to, c, true) {
		return to
	}
	return j
}

// noteName remembers what the value of a "name" means as a key, for the "value" beside it.
func (r *Redactor) noteName(j int) {
	t := r.t
	for j < len(t) && (t[j] == ' ' || t[j] == '"' || t[j] == '\'') {
		j++
	}
	end := j
	for end < len(t) && end-j < maxKey && isKey[t[end]] {
		end++
	}
	c := r.class(t[j:end])
	if c.kind == KindNone {
		c = class{}
	}
	r.pair, r.pairAt = c, end
	for p := end; p < len(t); p++ {
		if t[p] != ' ' && t[p] != '"' && t[p] != '\'' && t[p] != ',' {
			return // more than the name stands on the line
		}
	}
	r.nameFound = c
	r.nameInForm = bytes.Contains(t[:j], []byte("form-data"))
}

// maxPair is how far the name of a pair may be from its value.
const maxPair = 512

// pairClass says what the name beside the "value" whose separator is at i and whose value begins at j means.
func (r *Redactor) pairClass(i, j int) class {
	t := r.t
	if r.pair.mode != modeNone && i-r.pairAt < maxPair && bytes.IndexByte(t[r.pairAt:i], '}') < 0 {
		return r.pair
	}
	if r.nameBefore.mode != modeNone && len(r.spans) == 0 {
		return r.nameBefore
	}
	// {"value":…,"name":…}
	for j < len(t) && t[j] == ' ' {
		j++
	}
	if j >= len(t) || t[j] != '"' {
		return class{}
	}
	_, end, closed := r.quoted(j)
	if !closed || end+5 >= len(t) || t[end+1] != ',' {
		return class{}
	}
	p := end + 2
	for p < len(t) && t[p] == ' ' {
		p++
	}
	if p >= len(t) || t[p] != '"' {
		return class{}
	}
	start, stop, closed := r.quoted(p)
	if !closed || stop-start > maxKey || stop+3 >= len(t) || t[stop+1] != ':' || r.class(t[start:stop]).mode != modeNameOf {
		return class{}
	}
	p = stop + 2
	for p < len(t) && t[p] == ' ' {
		p++
	}
	if p >= len(t) || t[p] != '"' {
		return class{}
	}
	if start, stop, closed = r.quoted(p); !closed || stop-start > maxKey {
		return class{}
	}
	if c := r.class(t[start:stop]); c.kind != KindNone {
		return c
	}
	return class{}
}

// keyword handles :key "value", as Clojure writes maps.
func (r *Redactor) keyword(i int) int {
	t := r.t
	end := i + 1
	for end < len(t) && end < i+maxKey && (isWord[t[end]] || t[end] == '-' || t[end] == '.') {
		end++
	}
	if end+1 >= len(t) || t[end] != ' ' || t[end+1] != '"' {
		return i + 1
	}
	c := r.class(t[i+1 : end])
	if c.kind == KindNone {
		return i + 1
	}
	return r.value(end, c, 0, true, i)
}

// keyBefore finds the key that ends before the separator at i.
func (r *Redactor) keyBefore(i int) (k keyAt, ok bool) {
	t := r.t
	p := i
	for p > 0 && p > i-8 && t[p-1] == ' ' {
		p--
	}
	// <<"key">> => as Erlang prints it.
	for p > 1 && t[p-1] == '>' && t[p-2] == '>' {
		p -= 2
	}
	if p > 1 && (t[p-1] == '?' || t[p-1] == '!') { // TypeScript's key?: and key!:
		p--
	}
	if p == 0 {
		return k, false
	}
	switch c := t[p-1]; {
	case c == '"' || c == '\'' || c == '`':
		start, ok := r.quotedBefore(p - 1)
		ok = ok && !bytes.Contains(t[start:p-1], []byte("://"))
		return keyAt{start: start, end: p - 1, quoted: true}, ok
	case c == ']':
		return r.bracketKey(p)
	case c == ')': // Key (email)=(…), as PostgreSQL writes it
		start := p - 1
		for start > 0 && start > p-maxKey && isKey[t[start-1]] {
			start--
		}
		return keyAt{start: start, end: p - 1, symbol: true}, start < p-1 && start > 0 && t[start-1] == '(' && i+1 < len(t) && t[i+1] == '('
	}
	start := p
	for start > 0 && start > p-maxKey && (isKey[t[start-1]] || t[start-1] >= 0x80) {
		start--
	}
	if start == p {
		return k, false
	}
	k = keyAt{start: start, end: p}
	for k.start < k.end && (t[k.start] == '-' || t[k.start] == '*' || t[k.start] == '@' || t[k.start] == '$' || t[k.start] == '.') {
		if t[k.start] == '-' && k.start+1 < k.end && t[k.start+1] == '-' {
			k.cli = true
		}
		k.symbol = k.symbol || t[k.start] == '@' || t[k.start] == '$'
		k.start++
	}
	if start > 0 && t[start-1] == ':' {
		if t[i] == ':' && start > 1 && isWord[t[start-2]] {
			return k, false // a piece of a name: arn:aws:secretsmanager:…:secret:…
		}
		k.symbol = t[i] == '='
	}
	if k.end-k.start > 2 && t[k.start] == 'D' && k.start > start && t[k.start-1] == '-' && !k.cli {
		k.start++ // java -Dkey=value
	}
	return k, k.start < k.end
}

// bracketKey reads the key in [key], ["key"], user[key] or, when the brackets are empty or hold a number, before them.
func (r *Redactor) bracketKey(p int) (k keyAt, ok bool) {
	t := r.t
	for range 3 {
		open := p - 1
		for open > 0 && open > p-maxKey && t[open] != '[' {
			open--
		}
		if t[open] != '[' {
			return k, false
		}
		start, end := open+1, p-1
		for start < end && (t[start] == '"' || t[start] == '\'' || t[start] == ':') {
			start++
		}
		for end > start && (t[end-1] == '"' || t[end-1] == '\'') {
			end--
		}
		if start < end && byteClass[t[start]] != bDigit {
			return keyAt{start: start, end: end, symbol: true}, true
		}
		p = open
		if p == 0 {
			return k, false
		}
		if t[p-1] == ']' {
			continue
		}
		start = p
		for start > 0 && start > p-maxKey && isKey[t[start-1]] {
			start--
		}
		return keyAt{start: start, end: p, symbol: true}, start < p
	}
	return k, false
}

// phraseTail are words that end a key of several words in prose or forms: "social security number: …".
var phraseTail = set(`number no num nr code key phrase license licence birth security insurance account card id token secret
	password passcode address name fiscale pin record fiscal tax line routing iban identity insurance# sociale birthday
	d.o.b. nummer identifier pass`)

// phrase judges a key of up to four words by the longest reading.
func (r *Redactor) phrase(k keyAt) (c class) {
	t := r.t
	n := k.end - k.start
	if n > 12 || k.start < 2 || t[k.start-1] != ' ' || !isWord[t[k.start-2]] && t[k.start-2] != '\'' {
		return c
	}
	var b [12]byte
	for i := range n {
		b[i] = lower(t[k.start+i])
	}
	if !phraseTail[string(b[:n])] {
		return c
	}
	start := k.start
	for range 3 {
		if start < 2 || t[start-1] != ' ' || !isWord[t[start-2]] && t[start-2] != '\'' {
			break
		}
		start--
		for start > 0 && start > k.end-maxKey && (isWord[t[start-1]] || t[start-1] == '\'' || t[start-1] == '-') {
			start--
		}
		if longer := r.class(t[start:k.end]); longer.kind != KindNone {
			c = longer
		}
	}
	return c
}

// markup handles '>': the value of <key>value</key> and of elements that name their key in an attribute.
func (r *Redactor) markup(i int) int {
	t := r.t
	if i > 1 && t[i-1] == '-' && t[i-2] == ' ' && i+1 < len(t) && t[i+1] == ' ' {
		return r.arrow(i)
	}
	if i == 0 || t[i-1] == '/' || t[i-1] == '-' || t[i-1] == '=' || t[i-1] == ' ' {
		return i + 1
	}
	open := i - 1
	for open > 0 && open > i-200 && t[open] != '<' && t[open] != '>' {
		open--
	}
	if t[open] != '<' || open > 0 && isWord[t[open-1]] {
		return i + 1 // Mutex<Token> is a type
	}
	start := open + 1
	end := start
	for end < i && (isKey[t[end]] || t[end] == ':' || t[end] >= 0x80) {
		end++
	}
	if end == start || t[start] == '/' || t[start] == '!' || t[start] == '?' {
		return i + 1
	}
	for p := start; p < end; p++ {
		if t[p] == ':' { // the namespace says nothing
			start = p + 1
		}
	}
	if start >= end {
		return i + 1
	}
	c := r.class(t[start:end])
	switch {
	case c.kind == KindNone && end < i:
		c = r.attributeName(end, i)
	case c.kind == KindNone:
		c = r.plistKey(open)
	}
	if c.kind == KindNone {
		return i + 1
	}
	from := i + 1
	const cdata = "<![CDATA["
	if len(t) >= from+len(cdata) && string(t[from:from+len(cdata)]) == cdata {
		from += len(cdata)
	}
	to := from
	for to < len(t) && t[to] != '<' && !(t[to] == ']' && hasPrefix(t[to:], "]]>")) && !(t[to] == '"' && int(r.quote(to)) <= r.inString()) {
		to++
	}
	if from == to || to < len(t) && t[to] == '<' && to+1 < len(t) && t[to+1] != '/' {
		return i + 1
	}
	if r.scalar(from, to, c, true) {
		return to
	}
	return i + 1
}

// arrow handles key -> value, as Scala prints maps.
func (r *Redactor) arrow(i int) int {
	k, ok := r.keyBefore(i - 1)
	if !ok {
		return i + 1
	}
	if c := r.class(r.t[k.start:k.end]); c.kind != KindNone && r.t[k.start] != '[' { // else what we replaced
		return r.value(i+1, c, 0, k.quoted, i)
	}
	return i + 1
}

// attributeName finds the key in <add key="Password">.
func (r *Redactor) attributeName(from, to int) class {
	t := r.t
	for p := from; p+4 < to; p++ {
		if t[p] != '=' || t[p+1] != '"' && t[p+1] != '\'' {
			continue
		}
		k, ok := r.keyBefore(p)
		if !ok || r.class(t[k.start:k.end]).mode != modeNameOf {
			continue
		}
		start, end, closed := r.quoted(p + 1)
		if closed && end <= to {
			return r.class(t[start:end])
		}
	}
	return class{}
}

// plistKey finds the key in <key>password</key><string>…
func (r *Redactor) plistKey(open int) class {
	t := r.t
	p := open
	for p > 0 && isSpace[t[p-1]] {
		p--
	}
	const tail = "</key>"
	if p < len(tail)+1 || string(t[p-len(tail):p]) != tail {
		const name = "</name>"
		if p < len(name)+1 || string(t[p-len(name):p]) != name {
			return class{}
		}
		p--
	}
	end := p - len(tail)
	start := end
	for start > 0 && start > end-maxKey && t[start-1] != '>' {
		start--
	}
	return r.class(t[start:end])
}
