package redact

import "bytes"

// value takes the value that begins at j under a key of class c. pct is the percent-encoding level of the separator,
// structured says that the key stood in data rather than prose, sep is the offset of the separator. It returns where
// scanning goes on.
func (r *Redactor) value(j int, c class, pct uint8, structured bool, sep int) int {
	t := r.t
	from := j
	for j < len(t) && (t[j] == ' ' || t[j] == '\t' || t[j] == '\n' && t[sep] == '=' && j < from+24) {
		j++
	}
	j = r.unwrap(j)
	if j >= len(t) {
		return from
	}
	if c.mode == modeAuth || c.mode == modeCookie || c.mode == modeSetCookie {
		return r.header(j, from, c)
	}
	switch t[j] {
	case '{', '[':
		if t[j] == '[' {
			if end := r.e.ownToken(t, j); end > 0 {
				r.last = max(r.last, end)
				return end
			}
		}
		if !tagged(t[j:]) {
			r.enter(j, c)
			return j
		}
	case '"', '\'', '`':
		start, end, closed := r.quoted(j)
		if t[j] == '"' && r.depth > 0 && r.quote(j) <= r.open[r.depth-1] {
			return from // the string around the key ends here
		}
		if r.scalar(start, end, c, true) {
			if closed {
				return end + 1
			}
			return end
		}
		return from
	case '<':
		if j+1 < len(t) && t[j+1] == '/' {
			return from
		}
	}
	if (t[j] == '|' || t[j] == '>') && len(trimRight(t))-j <= 2 && t[sep] == ':' {
		r.opened = c // a block of text in YAML
		return from
	}
	end := r.bareEnd(j, pct)
	if end == j {
		return from
	}
	if c.mode == modeRule {
		if r.inValue(j, end, c) {
			return end
		}
		return from
	}
	gap := j > from
	kind, ok := r.judgeBare(j, &end, c, structured, gap)
	if ok && r.addScalar(j, end, kind, "") {
		return end
	}
	return from
}

// tagged reports whether t begins with the name of a scheme, as hashed passwords do: {SSHA}Zm9v…
func tagged(t []byte) bool {
	n := 1
	for n < len(t) && n < 16 && (alnum[t[n]] || t[n] == '-') {
		n++
	}
	return n > 1 && n+1 < len(t) && t[0] == '{' && t[n] == '}' && base64Std[t[n+1]]
}

// unwrap skips what languages print around a value: Some(, Optional(, string(3), b', N', <<, &, new …(, Just.
func (r *Redactor) unwrap(j int) int {
	t := r.t
	for range 3 {
		if j+1 >= len(t) {
			return j
		}
		p := j
		for p < len(t) && (isWord[t[p]] || t[p] == '.') && p < j+24 {
			p++
		}
		switch {
		case p < len(t) && (t[p] == '"' || t[p] == '\'') && p > j && isStringPrefix(t[j:p]):
			return p
		case p > j && p < len(t) && t[p] == '(' && t[j] > '9':
			q := p + 1
			if q < len(t) && byteClass[t[q]] == bDigit { // string(12) "…"
				for q < len(t) && byteClass[t[q]] == bDigit {
					q++
				}
				if q+1 < len(t) && t[q] == ')' && t[q+1] == ' ' {
					j = q + 2
					continue
				}
				return j
			}
			if q < len(t) && (t[q] == '"' || t[q] == '\'' || isWrapper(t[j:p])) {
				j = q
				continue
			}
			return j
		case p == j && (t[p] == '&' || t[p] == '*' && t[p+1] != '*' || t[p] == '<' && t[p+1] == '<' || t[p] == '('):
			j++
			if t[p] == '<' {
				j++
			}
			continue
		case p == j+4 && string(t[j:p]) == "Just" && p < len(t) && t[p] == ' ':
			j = p + 1
			continue
		case t[j] == '!' && t[j+1] == '!': // YAML tags
			for j < len(t) && t[j] != ' ' {
				j++
			}
			for j < len(t) && t[j] == ' ' {
				j++
			}
			continue
		}
		return j
	}
	return j
}

// isStringPrefix reports whether s is what languages write before a quote: Python's b and u, SQL's N and E, Rust's br.
func isStringPrefix(s []byte) bool {
	switch string(s) {
	case "b", "u", "r", "f", "B", "U", "R", "F", "N", "n", "E", "e", "L", "x", "X", "br", "rb", "Rb", "u8", "c", "s", "q", "qq":
		return true
	}
	return false
}

func isWrapper(s []byte) bool {
	switch string(s) {
	case "Some", "Optional", "Ok", "Just", "Secret", "String", "Text", "Box", "Rc", "Arc":
		return true
	}
	return false
}

// enter notes that the container at j stands under a sensitive key: every scalar before its end is judged by c.
func (r *Redactor) enter(j int, c class) {
	if j >= r.underEnd { // else inside one already
		r.under, r.underEnd, r.underDepth = c, r.containerEnd(j), r.depth
		if r.underEnd == len(r.t) && len(trimRight(r.t)) == j+1 && bytes.IndexByte(r.t, '"') >= 0 {
			r.opened = c
		}
	}
}

// containerEnd returns where the object or list that begins at j ends.
func (r *Redactor) containerEnd(j int) int {
	t := r.t
	depth, level, around := 0, uint8(0), r.inString()
	inside := false
	for i := j; i < len(t); i++ {
		switch t[i] {
		case '{', '[':
			if !inside {
				depth++
			}
		case '}', ']':
			if !inside {
				if depth--; depth == 0 {
					return i
				}
			}
		case '"':
			l := r.quote(i)
			switch {
			case int(l) <= around:
				return i
			case inside && l <= level:
				inside = false
			case !inside:
				inside, level = true, l
			}
		}
	}
	return len(t)
}

// fieldEnd returns where the value of an allowed field ends that begins at or after j.
func (r *Redactor) fieldEnd(j int) int {
	t := r.t
	for j < len(t) && t[j] == ' ' {
		j++
	}
	if j == len(t) {
		return j
	}
	switch t[j] {
	case '{', '[':
		return r.containerEnd(j)
	case '"', '\'':
		_, end, _ := r.quoted(j)
		return end
	}
	return r.bareEnd(j, 0)
}

// bareEnd returns where a value without quotes ends that begins at j.
func (r *Redactor) bareEnd(j int, pct uint8) int {
	t := r.t
	around := r.inString()
	nest := 0
	for i := j; i < len(t); i++ {
		switch c := t[i]; c {
		case ' ', '\t', '\n', '\r':
			if r.pct(i) <= pct {
				return i
			}
		case '"':
			if int(r.quote(i)) <= around || r.endsHere(i+1) || i == j {
				return i
			}
		case '\'', '`':
			if r.endsHere(i + 1) {
				return i
			}
		case '<':
			if i+1 < len(t) && (t[i+1] == '/' || byteClass[t[i+1]] == bAlpha) {
				return i
			}
		case '>':
			if r.endsHere(i + 1) {
				return i
			}
		case '(', '[', '{':
			nest++
		case ')', ']', '}':
			if nest > 0 {
				nest--
				continue
			}
			if r.endsHere(i + 1) {
				return i
			}
		case ',', ';', '&', '|':
			if r.pct(i) <= pct && (r.endsHere(i+1) || r.pairFollows(i+1)) {
				return i
			}
		case '#':
			// A fragment ends a query; a password may hold the character.
			if i+1 < len(t) && t[i+1] == '/' {
				return i
			}
		}
	}
	return len(t)
}

// endsHere reports whether nothing that belongs to a value stands at i.
func (r *Redactor) endsHere(i int) bool {
	t := r.t
	if i >= len(t) {
		return true
	}
	switch t[i] {
	case ' ', '\t', '\n', '\r', '"', '\'', ',', ';', ')', ']', '}', '>', '<', '|', '\\', '`', '.', ':':
		return true
	}
	return false
}

// pairFollows reports whether a key with its separator, or a quote or bracket, stands at i.
func (r *Redactor) pairFollows(i int) bool {
	t := r.t
	p := i
	for p < len(t) && p < i+maxKey && (isKey[t[p]] || t[p] == '[' || t[p] == ']') {
		p++
	}
	if p == i {
		return p < len(t) && (t[p] == '{' || t[p] == '[' || t[p] == '/' || t[p] == '&')
	}
	return p < len(t) && (t[p] == '=' || t[p] == ':') || p == len(t) && p > i && t[i-1] == '&'
}

// valueEnd returns where the value that begins at or after j ends, for values that are only looked at.
func (r *Redactor) valueEnd(j int) int {
	t := r.t
	for j < len(t) && t[j] == ' ' {
		j++
	}
	if j < len(t) && (t[j] == '"' || t[j] == '\'') {
		q, level := t[j], r.quote(j)
		for i := j + 1; i < len(t) && i < j+256; i++ {
			if t[i] == q && r.quote(i) <= level {
				return i
			}
		}
		return min(len(t), j+256)
	}
	if j < len(t) && t[j] == '[' { // a list of ids
		for i := j + 1; i < len(t) && i < j+1024; i++ {
			if t[i] == ']' || t[i] == '{' {
				return i
			}
		}
		return j
	}
	i := j
	for i < len(t) && i < j+256 && !isSpace[t[i]] && t[i] != ',' && t[i] != ';' && t[i] != '&' && t[i] != '"' && t[i] != '}' {
		i++
	}
	return i
}

// scalar judges the text from start to end under class c and records it.
func (r *Redactor) scalar(start, end int, c class, structured bool) bool {
	if c.mode == modeAuth || c.mode == modeCookie || c.mode == modeSetCookie {
		r.headerValue(start, end, c, structured)
		return r.last == end
	}
	if c.mode == modeRule {
		return r.inValue(start, end, c)
	}
	if c.mode == modeShape {
		start, end = r.bare(start, end)
	}
	kind, ok := r.judge(start, end, c, structured)
	return ok && r.add(start, end, kind, "")
}

// bare leaves out brackets, quotes and marks around a value that something before us cut out of a larger text.
func (r *Redactor) bare(start, end int) (int, int) {
	t := r.t
	for end > start+1 && outside[t[end-1]] && !bytes.ContainsRune(t[start:end-1], opposite(t[end-1])) {
		end--
	}
	for start < end-1 && outside[t[start]] && !bytes.ContainsRune(t[start+1:end], opposite(t[start])) {
		start++
	}
	return start, end
}

var outside = alphabet("[]{}()<>,;'\" ")

func opposite(c byte) rune {
	switch c {
	case '[':
		return ']'
	case ']':
		return '['
	case '{':
		return '}'
	case '}':
		return '{'
	case '(':
		return ')'
	case ')':
		return '('
	case '<':
		return '>'
	case '>':
		return '<'
	}
	return -1
}

// judge decides whether the whole text from start to end is a value to be replaced, and as what.
func (r *Redactor) judge(start, end int, c class, structured bool) (Kind, bool) {
	v := r.t[start:end]
	for len(v) > 0 && isSpace[v[0]] {
		v = v[1:]
	}
	for len(v) > 0 && isSpace[v[len(v)-1]] {
		v = v[:len(v)-1]
	}
	if len(v) == 0 || r.placeholder(v) {
		return c.kind, false
	}
	if k := r.wholeKind(v); k != KindNone && c.mode != modeAny {
		return k, true
	}
	if c.kind == Email {
		if _, _, ok := emailAround(v, 0); ok {
			return c.kind, false // the scan finds the address itself, and others beside it
		}
	}
	if c.kind == Password && hasPrefix(v, "pass:") {
		return c.kind, len(v) > 5 && !r.placeholder(v[5:])
	}
	switch c.mode {
	case modeAny:
		return c.kind, true
	case modeSecret:
		return c.kind, secretValue(v, c.kind, structured) && !code(v, c.kind)
	case modeShape:
		return c.kind, shaped(v, c.kind) && !(c.kind == Session && code(v, c.kind))
	}
	return c.kind, false
}

// judgeBare is judge for a value without quotes. Kinds that may be written with blanks extend it; prose stays.
func (r *Redactor) judgeBare(start int, end *int, c class, structured, gap bool) (Kind, bool) {
	t := r.t
	if c.mode == modeShape || c.mode == modeAny {
		if e := r.extend(start, *end, c.kind); e > *end {
			*end = e
		}
	}
	e := *end
	for e > start && (t[e-1] == ',' || t[e-1] == ';' || t[e-1] == ':') {
		e--
	}
	if e == start {
		return c.kind, false
	}
	v := t[start:e]
	if c.mode == modeSecret && !structured && gap && !r.ownLine(start, e) && proseValue(v) {
		return c.kind, false
	}
	if c.mode == modeSecret && c.kind != Password {
		// A sentence ends behind a token, a password may end in any character.
		for e > start && (t[e-1] == '.' || t[e-1] == '?' || t[e-1] == '!') {
			e--
		}
	}
	*end = e
	return r.judge(start, e, c, structured)
}

// ownLine reports whether key and value are all that stands on the line, as in YAML.
func (r *Redactor) ownLine(start, end int) bool {
	t := r.t
	if end < len(t) && t[end] != '\n' {
		return false
	}
	p := start
	for p > 0 && t[p-1] == ' ' {
		p--
	}
	p-- // the separator
	for p > 0 && (isKey[t[p-1]] || t[p-1] == '"') {
		p--
	}
	for p > 0 && (t[p-1] == ' ' || t[p-1] == '-') {
		p--
	}
	return p <= 0 || t[p-1] == '\n'
}

// proseValue reports whether v reads like a word of a sentence: "password: required".
func proseValue(v []byte) bool {
	if len(v) > 20 {
		return false
	}
	for i, c := range v {
		if !(c >= 'a' && c <= 'z' || i == 0 && c >= 'A' && c <= 'Z' || i > 0 && (c == '\'' || c == '.')) {
			return false
		}
	}
	return true
}

// extend lets a bare value go on over blanks when its kind is written in groups: cards, telephone numbers, IBANs.
func (r *Redactor) extend(start, end int, kind Kind) int {
	t := r.t
	switch kind {
	case CreditCard, Phone, SSN, ITIN, NHS, SIN, FrenchNIR, Aadhaar, AustralianTFN, BankAccount, NINO, IBAN, GermanTaxID,
		DutchBSN, NationalID, DateOfBirth, RoutingNumber, SwissAHV, BrazilianCPF, BrazilianCNPJ:
	case Mnemonic:
		return r.mnemonicEnd(start)
	case PersonName, StreetAddress:
		return r.properEnd(start, end)
	default:
		return end
	}
	if kind == IBAN || kind == BankAccount {
		if start+4 < len(t) && byteClass[t[start]] == bAlpha {
			return max(end, matchIBAN(t, start))
		}
	}
	if kind == DateOfBirth {
		if e := wordDate(t, start); e > end {
			return e
		}
	}
	for end < len(t) && end < start+40 {
		p := end
		for p < len(t) && p < end+2 && (t[p] == ' ' || t[p] == '-' || t[p] == '(' || t[p] == ')' || t[p] == '+' || t[p] == '.') {
			p++
		}
		q := p
		for q < len(t) && byteClass[t[q]] == bDigit {
			q++
		}
		switch {
		case q == p && kind == NINO && p < len(t) && t[p] >= 'A' && t[p] <= 'D' && r.endsHere(p+1):
			return p + 1
		case q == p, q < len(t) && (isWord[t[q]] || t[q] == ':' || t[q] == '=' || t[q] == '/'):
			return end
		}
		end = q
	}
	return end
}

// months are the beginnings of the names of months in English, as dates of birth are written.
var months = set(`jan feb mar apr may jun jul aug sep oct nov dec`)

// wordDate returns the end of a date with the name of a month at i, 0 if there is none: March 19, 1970 or 19 March 1970.
func wordDate(t []byte, i int) int {
	month, numbers := false, 0
	end := 0
	for range 3 {
		p := i
		for p < len(t) && alnum[t[p]] {
			p++
		}
		switch {
		case p-i >= 3 && byteClass[t[i]] == bAlpha && months[string([]byte{lower(t[i]), lower(t[i+1]), lower(t[i+2])})]:
			month = true
		case p > i && byteClass[t[i]] == bDigit:
			numbers++
		default:
			return 0
		}
		end = p
		for p < len(t) && (t[p] == ' ' || t[p] == ',' || t[p] == '.') && p < end+2 {
			p++
		}
		i = p
	}
	if !month || numbers != 2 {
		return 0
	}
	return end
}

// placeholder reports whether v stands for a value instead of being one.
func (r *Redactor) placeholder(v []byte) bool {
	if end := r.e.ownToken(v, 0); v[0] == '[' && end > 0 {
		return true
	}
	switch v[0] {
	case '*', '#', 'x', 'X', '.', '-', '_', '?':
		if same(v) {
			return true
		}
	case '[', '<', '(', '{':
		// [FILTERED], <redacted>, (hidden), {{ password }}
		if last := v[len(v)-1]; last == ']' || last == '>' || last == ')' || last == '}' {
			return words1(v[1 : len(v)-1])
		}
	case '$':
		if len(v) > 1 && (v[1] == '{' || v[1] == '(') {
			return v[len(v)-1] == '}' || v[len(v)-1] == ')'
		}
		return upperName(v[1:])
	case '%':
		return len(v) <= 2 || v[len(v)-1] == '%' && upperName(v[1:len(v)-1])
	}
	if len(v) <= 24 {
		var b [24]byte
		for i, c := range v {
			b[i] = lower(c)
		}
		return placeholders[string(b[:len(v)])]
	}
	return false
}

// words1 reports whether v is made of letters, blanks and marks only, as the names in brackets are.
func words1(v []byte) bool {
	for _, c := range v {
		if !(byteClass[c] == bAlpha || c == ' ' || c == '_' || c == '-' || c == '*' || c == '{' || c == '}' || c == '.' || c == '[' ||
			c == ']' || c == '<' || c == '>' || c == '%' || c == '$') {
			return false
		}
	}
	return true
}

func upperName(v []byte) bool {
	for _, c := range v {
		if !(c >= 'A' && c <= 'Z' || c == '_' || c >= '0' && c <= '9') {
			return false
		}
	}
	return len(v) > 0
}

var placeholders = set(`null nil none undefined true false yes no on off ok n/a na nan empty unset unknown missing invalid valid
	required optional expired present absent changed unchanged set notset reset filtered redacted masked hidden removed
	omitted secret-removed [filtered] <redacted> <nil> <null> <none> string str text bool boolean int integer number object
	array failed failure success succeeded incorrect wrong denied refused rejected accepted disabled enabled default
	placeholder todo tbd changeme-removed xxx nonnull plaintext bearer basic digest negotiate mismatch mismatched matched
	verified unverified revoked refreshed rotated generated created updated deleted stored saved cleared blank`)
