package redact

// byteClass says what the scanner does at a byte.
const (
	bOther uint8 = iota
	bAlpha
	bDigit
	bQuote
	bSeparator
	bAt
	bDash
	bPlus
	bOpen
	bComma
)

var byteClass = func() (t [256]uint8) {
	for c := range 26 {
		t['a'+c], t['A'+c] = bAlpha, bAlpha
	}
	for c := range 10 {
		t['0'+c] = bDigit
	}
	t['"'], t['\''] = bQuote, bQuote
	t[':'], t['='], t['>'] = bSeparator, bSeparator, bSeparator
	t['@'], t['-'], t['+'], t['['], t['('], t[','] = bAt, bDash, bPlus, bOpen, bOpen, bComma
	return t
}()

var (
	isWord  = alphabet("0-9A-Za-z_")
	isKey   = alphabet("0-9A-Za-z_.$@*-")
	isSpace = alphabet(" \t\n\r\v\f")
)

// span is a finding: a range of decoded text and what becomes of it.
type span struct {
	start, end int
	kind       Kind
	action     Action
	name       string // of the vendor or the user's rule, "" for the kind's own
	rule       uint8  // index of the user's rule
	q0, q1     int    // raw range of a quote to put around the replacement, empty for none
}

// scanner holds the state of one scan over decoded text.
type scanner struct {
	t          []byte
	spans      []span
	last       int       // end of the last span: no other may begin before it
	safeUntil  int       // numbers before this are ids or measures
	open       [16]uint8 // escape levels of the double-quoted strings around the position
	depth      int
	under      class // what a sensitive key said of the container being walked
	underEnd   int
	underDepth int    // open strings around the container
	keyQuote   [2]int // raw range of the closing quote of the last quoted key
	keyLevel   int    // its escape level, -1 before the first
	json       bool   // the text is JSON: a bare number replaced needs quotes
	pair       class  // what the last "name" said
	pairAt     int
	judging    bool // a value is taken because of its key
	nearFrom   int  // the key nearest to the value that is judged
	nearTo     int
	allowUntil int // before this a field of allow_fields goes on
	plan       []planned
	planned    int // how many of plan were taken
	planAt     int // where the next of plan begins

	commands      uint32 // which of passwordOptions' commands the text names
	commandsKnown bool
	about         subjects // what else the text is about
	aboutKnown    bool
}

// inString returns the escape level of the innermost open string, -1 outside of strings.
func (s *scanner) inString() int {
	if s.depth == 0 {
		return -1
	}
	return int(s.open[s.depth-1])
}

// scanText walks r.t once and collects spans.
func (r *Redactor) scanText() {
	t := r.t
	for i := 0; i < len(t); {
		if i >= r.planAt {
			i = r.takePlanned(i)
			continue
		}
		switch byteClass[t[i]] {
		case bOther:
			i++
		case bAlpha:
			i = r.word(i)
		case bDigit:
			i = r.number(i)
		case bQuote:
			i = r.quoteMark(i)
		case bSeparator:
			i = r.separator(i)
		case bAt:
			i = r.at(i)
		case bDash:
			i = r.dash(i)
		case bPlus:
			i = r.plus(i)
		case bOpen:
			i = r.bracket(i)
		default:
			i = r.comma(i)
		}
	}
}

// add records a finding unless its kind is off or the value is allowed, and reports whether it stands.
func (r *Redactor) add(start, end int, kind Kind, name string) bool {
	action := r.e.actions[kind]
	if start < r.last || start >= end {
		return false
	}
	if action == Keep {
		r.miss(start, end, kind, "kind=off")
		return false
	}
	if start < r.allowUntil && !selfEvident(kind) || len(r.e.allow) > 0 && r.allowedBy(r.t[start:end], kind, name) {
		r.c.allowed.Add(1)
		r.miss(start, end, kind, "allowed")
		return false
	}
	s := span{start: start, end: end, kind: kind, action: action, name: name}
	r.spans = append(r.spans, s)
	r.last = end
	if r.explain != nil {
		r.explain.found(r, &s)
	}
	return true
}

// addScalar is add for a value that may be a bare JSON number, which then gets quotes.
func (r *Redactor) addScalar(start, end int, kind Kind, name string) bool {
	if !r.add(start, end, kind, name) {
		return false
	}
	s := &r.spans[len(r.spans)-1]
	if q0, q1, ok := r.quotesFor(start, end); ok {
		s.q0, s.q1 = q0, q1
	}
	return true
}

// quotesFor says which quotes a replaced bare scalar of JSON needs: those of the key before it.
func (r *Redactor) quotesFor(start, end int) (q0, q1 int, ok bool) {
	t := r.t
	p := start
	for p > 0 && isSpace[t[p-1]] {
		p--
	}
	e := end
	for e < len(t) && isSpace[t[e]] {
		e++
	}
	if e < len(t) && t[e] != ',' && t[e] != '}' && t[e] != ']' {
		return 0, 0, false
	}
	if r.json && r.depth == 0 {
		if p == 0 || t[p-1] == ':' || t[p-1] == ',' || t[p-1] == '[' {
			return -1, 0, true
		}
		return 0, 0, false
	}
	if p == 0 || r.keyLevel <= r.inString() {
		return 0, 0, false
	}
	switch t[p-1] {
	case ':':
		q := p - 1
		for q > 0 && t[q-1] == ' ' {
			q--
		}
		if q == 0 || t[q-1] != '"' {
			return 0, 0, false
		}
	case ',', '[':
		if r.underEnd <= start {
			return 0, 0, false
		}
	default:
		return 0, 0, false
	}
	return r.keyQuote[0], r.keyQuote[1], true
}

// word handles a run of letters, digits and underscores: vendors' tokens, IBANs, labels, encoded text.
func (r *Redactor) word(i int) int {
	t := r.t
	if i < r.underEnd && i >= r.last {
		if end := r.underBare(i); end > 0 {
			return end
		}
	}
	if i+4 >= len(t) {
		return r.skipWord(i)
	}
	if vendorFirst[t[i]][t[i+1]] != 0 {
		if v, end := vendor(t, i); v != nil {
			if r.add(i, end, v.kind, v.name) {
				return end
			}
		}
	}
	if r.network {
		if end := r.address(i); end > 0 {
			return end
		}
	}
	if t[i] == 'B' && i > 0 && t[i-1] == '%' {
		if end := r.track(i-1, i+1); end > 0 {
			return end
		}
	}
	if t[i] == 'e' && t[i+1] == 'y' || t[i] == 'M' || t[i] == 'N' || t[i] == 'O' {
		if end, kind, name := dottedToken(t, i); end > 0 && r.add(i, end, kind, name) {
			return end
		}
	}
	if byteClass[t[i+2]] == bDigit && byteClass[t[i+3]] == bDigit && byteClass[t[i+1]] == bAlpha {
		if end := matchIBAN(t, i); end > 0 && r.add(i, end, IBAN, "") {
			return end
		}
	}
	end := r.skipWord(i)
	if end < len(t) && (t[end] == '.' || t[end] == '~' || t[end] == '-') {
		if e, name := tailedToken(t, i, end); e > 0 && r.add(i, e, VendorToken, name) {
			return e
		}
	}
	if n := end - i; n <= maxLabel {
		if n == 16 && validCF(t[i:end]) && r.add(i, end, ItalianCF, "") {
			return end
		}
		if n >= 2 && likeLabel(n, t[i], t[i+1], t[i+n/2], t[end-1]) {
			return r.label(i, end)
		}
	} else {
		return r.longWord(i, end)
	}
	return end
}

// address matches addresses that begin with a letter: of networks, of devices, of wallets.
func (r *Redactor) address(i int) int {
	t := r.t
	if hexAny[t[i]] {
		for j := i + 1; j < i+5 && j < len(t); j++ {
			if t[j] == ':' || t[j] == '-' && j == i+2 {
				return r.hexGroups(i)
			}
			if !hexAny[t[j]] {
				break
			}
		}
	}
	if t[i] == 'b' && hasPrefix(t[i:], "bc1") || t[i] == 'l' && hasPrefix(t[i:], "ltc1") || t[i] == 't' && hasPrefix(t[i:], "tb1") {
		if end := bech32Address(t, i); end > 0 && r.add(i, end, Wallet, "bech32") {
			return end
		}
	}
	return 0
}

func (r *Redactor) skipWord(i int) int {
	t := r.t
	for i < len(t) && isWord[t[i]] {
		i++
	}
	return i
}

// quoteMark keeps track of the strings around the position and takes the scalars of a container under a sensitive key.
func (r *Redactor) quoteMark(i int) int {
	t := r.t
	if i < r.underEnd && i >= r.last {
		if end := r.underQuoted(i); end > i {
			return end
		}
	}
	if t[i] == '\'' {
		return i + 1
	}
	level := r.quote(i)
	for r.depth > 0 && r.open[r.depth-1] > level {
		r.depth--
	}
	if r.depth > 0 && r.open[r.depth-1] == level {
		r.depth--
		return i + 1
	}
	if r.depth < len(r.open) {
		r.open[r.depth] = level
		r.depth++
	}
	return i + 1
}

// underQuoted takes a quoted scalar inside a container whose key was sensitive. It returns i when nothing was replaced.
func (r *Redactor) underQuoted(i int) int {
	t := r.t
	if t[i] == '"' && r.depth > 0 && r.open[r.depth-1] >= r.quote(i) {
		return i // a closing quote
	}
	start, end, closed := r.quoted(i)
	if !closed {
		return i
	}
	after := end + 1
	for after < len(t) && t[after] == ' ' {
		after++
	}
	if after < len(t) && (t[after] == ':' || t[after] == '=') {
		return i // a key
	}
	if r.scalar(start, end, r.under, true) {
		return end + 1
	}
	return i
}

// underBare takes the bare scalar at i of such a container and returns its end, 0 if it stays.
func (r *Redactor) underBare(i int) int {
	t := r.t
	p := i
	for p > 0 && isSpace[t[p-1]] {
		p--
	}
	if p == 0 || r.depth > r.underDepth {
		return 0
	}
	switch t[p-1] {
	case ':', ',', '[', '{', '(', '>', '=':
	default:
		return 0
	}
	end := i
	for end < len(t) && !isSpace[t[end]] && t[end] != ',' && t[end] != ']' && t[end] != '}' && t[end] != ')' && t[end] != '"' {
		end++
	}
	if end == i || end < len(t) && t[end] == '"' && int(r.quote(end)) > r.inString() || r.keyFollows(i, end) {
		return 0
	}
	c := r.under
	if c.mode == modeAuth || c.mode == modeCookie || c.mode == modeSetCookie {
		c.mode = modeSecret
	}
	kind, ok := r.judge(i, end, c, true)
	if !ok || !r.addScalar(i, end, kind, "") {
		return 0
	}
	return end
}

// keyFollows reports whether what stands from i to end is a key rather than a value, or begins with one.
func (r *Redactor) keyFollows(i, end int) bool {
	t := r.t
	p := i
	for p < end && isKey[t[p]] {
		p++
	}
	if p == end {
		for p < len(t) && t[p] == ' ' {
			p++
		}
	}
	return p < len(t) && p > i && (t[p] == ':' || t[p] == '=')
}

// quoted returns the inside of the string that the quote at i opens. It ends at the same quote of the same or an outer
// escape level, or where the string around it ends; then it is not closed.
func (r *Redactor) quoted(i int) (start, end int, closed bool) {
	t := r.t
	q, level := t[i], r.quote(i)
	around := r.inString()
	first := -1
	for j := i + 1; j < len(t); j++ {
		switch t[j] {
		case '"':
			l := r.quote(j)
			if q == '"' && l <= level {
				return i + 1, j, l == level
			}
			if int(l) <= around {
				if first >= 0 {
					return i + 1, first, true
				}
				return i + 1, j, false
			}
		case '\'', '`':
			if t[j] != q || r.quote(j) > level {
				continue
			}
			if q == '\'' && j+1 < len(t) {
				if t[j+1] == '\'' && r.quote(j+1) == r.quote(j) && j > i+1 { // doubled, as SQL does
					j++
					continue
				}
				// An apostrophe inside the value is followed by more of it.
				if isWord[t[j+1]] || t[j+1] >= 0x80 {
					if first < 0 {
						first = j
					}
					if j-i < 256 {
						continue
					}
					return i + 1, first, true
				}
			}
			return i + 1, j, true
		case '\n':
			if q != '"' && first >= 0 {
				return i + 1, first, true
			}
		}
	}
	if first >= 0 {
		return i + 1, first, true
	}
	return i + 1, len(t), false
}

// comma looks for pairs written as neighbours in a list: ["Authorization","Bearer …"].
func (r *Redactor) comma(i int) int {
	t := r.t
	sep := i
	if i > 2 && t[i-1] == '>' && t[i-2] == '>' {
		i -= 2 // <<"key">>,<<"value">>
	}
	if i == 0 || t[i-1] != '"' && t[i-1] != '\'' {
		return sep + 1
	}
	j := sep + 1
	for j < len(t) && (isSpace[t[j]] || t[j] == '<') && j < sep+20 {
		j++
	}
	if j >= len(t) || t[j] != '"' && t[j] != '\'' {
		return sep + 1
	}
	start, ok := r.quotedBefore(i - 1)
	if !ok || i-1-start > maxKey/2 || i-1 == start {
		return sep + 1
	}
	p := start - 1
	for p > 0 && (t[p-1] == ' ' || t[p-1] == '\n' || t[p-1] == '<') {
		p--
	}
	if p == 0 || t[p-1] != '[' && t[p-1] != ',' && t[p-1] != '(' && t[p-1] != '{' {
		return sep + 1
	}
	if t[start] == '[' || t[start] == '{' {
		return sep + 1 // a value, not a name
	}
	c := r.class(t[start : i-1])
	if c.kind == KindNone {
		return sep + 1
	}
	vs, ve, _ := r.quoted(j)
	// A list of names, ["password","email"], is not a pair: what follows a credential's name has to look like one.
	if r.pairValue(vs, ve, c) {
		return r.value(j, c, 0, true, sep)
	}
	return sep + 1
}

// quotedBefore returns the start of the inside of the string that the quote at i closes.
func (r *Redactor) quotedBefore(i int) (start int, ok bool) {
	t := r.t
	q, level := t[i], r.quote(i)
	for j := i - 1; j >= 0 && j >= i-maxKey-1; j-- {
		if t[j] == q && r.quote(j) == level {
			return j + 1, true
		}
	}
	return 0, false
}

// bracket skips our own replacements, which keeps redaction idempotent, and finds telephone numbers with an area code
// in parentheses after a label.
func (r *Redactor) bracket(i int) int {
	if i < r.underEnd && i >= r.last {
		if end := r.underList(i); end > 0 {
			return end
		}
	}
	if r.t[i] == '[' {
		if end := r.e.ownToken(r.t, i); end > 0 {
			r.last = max(r.last, end)
			return end
		}
	}
	return i + 1
}

// underList takes the one scalar of [$2b$12$…], as Go prints lists. It returns 0 if there is more to it.
func (r *Redactor) underList(i int) int {
	t := r.t
	if t[i] != '[' || r.under.mode > modeShape {
		return 0
	}
	for j := i + 1; j < len(t) && j < i+512; j++ {
		switch t[j] {
		case '"', '\'', '{', '[', '=', ':', '\n':
			return 0
		case ',':
			if r.under.kind != StreetAddress {
				return 0
			}
		case ']':
			if !digitsOnly(t[i+1:j]) && r.scalar(i+1, j, r.under, true) {
				return j
			}
			return 0
		}
	}
	return 0
}

// plus finds telephone numbers in international form.
func (r *Redactor) plus(i int) int {
	t := r.t
	if i+8 >= len(t) || byteClass[t[i+1]] != bDigit || i > 0 && (isWord[t[i-1]] || t[i-1] == '+' || t[i-1] == '.') || t[i+1] == '0' {
		return i + 1
	}
	nb := readNumber(t, i+1, min(len(t), i+32), true)
	if nb.end < len(t) && (isWord[t[nb.end]] || t[nb.end] == '.' && nb.end+1 < len(t) && byteClass[t[nb.end+1]] == bDigit) {
		return i + 1
	}
	d := trimTrunkZero(t, &nb)
	// A number may be followed by another one: give up groups until it fits.
	for !validE164(d) {
		if !r.shorten(&nb) {
			return i + 1
		}
		d = nb.d()
	}
	if r.safeUntil > i || !r.add(i, nb.end, Phone, "") {
		return i + 1
	}
	return nb.end
}

// trimTrunkZero drops the (0) of +44 (0)20 7946 0958.
func trimTrunkZero(t []byte, nb *number) []byte {
	for i := nb.start; i+2 < nb.end; i++ {
		if t[i] == '(' && t[i+1] == '0' && t[i+2] == ')' {
			at := 0
			for j := nb.start; j < i; j++ {
				if byteClass[t[j]] == bDigit {
					at++
				}
			}
			d := nb.d()
			copy(d[at:], d[at+1:])
			nb.n--
			break
		}
	}
	return nb.d()
}

// shorten drops the last group of digits.
func (r *Redactor) shorten(nb *number) bool {
	if nb.ng < 2 {
		return false
	}
	nb.ng--
	drop := int(nb.groups[nb.ng])
	nb.n -= drop
	for drop > 0 {
		nb.end--
		if byteClass[r.t[nb.end]] == bDigit {
			drop--
		}
	}
	for nb.end > nb.start && byteClass[r.t[nb.end-1]] != bDigit {
		nb.end--
	}
	return nb.n > 0
}
