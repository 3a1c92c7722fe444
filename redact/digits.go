package redact

import "bytes"

// number handles a digit at the beginning of a word: cards, formatted national numbers, tokens that begin with digits.
func (r *Redactor) number(i int) int {
	t := r.t
	j := i + 1
	for j < len(t) && byteClass[t[j]] == bDigit {
		j++
	}
	run := j - i
	if i > 0 && byteClass[t[i-1]] >= bDash || i > 0 && t[i-1] == '.' {
		// A digit behind a hyphen, a dot or a plus that touches a word continues it.
		if i > 1 && (isWord[t[i-2]] || t[i-2] >= 0x80) && t[i-1] != '(' && t[i-1] != '[' && t[i-1] != ',' {
			return r.glued(i, j)
		}
	}
	if i < r.underEnd && i >= r.last {
		if end := r.underBare(i); end > 0 {
			return end
		}
	}
	if j < len(t) && isWord[t[j]] {
		return r.digitWord(i, j)
	}
	if run == 1 && j+2 < len(t) && t[j] == '/' {
		if v, end := vendor(t, i); v != nil && r.add(i, end, v.kind, v.name) {
			return end
		}
	}
	if run >= 8 && run <= 10 && j+35 <= len(t) && t[j] == ':' {
		if end := telegramToken(t, j); end > 0 && r.add(i, end, VendorToken, "telegram") {
			return end
		}
	}
	if r.network {
		if end := r.ipv4(i); end > 0 {
			return end
		}
		if end := r.hexGroups(i); end > 0 {
			return end
		}
	}
	if run > 19 {
		return j
	}
	if i > 0 && t[i-1] == ';' && run >= 12 && j < len(t) && t[j] == '=' {
		if end := r.track(i-1, i); end > 0 {
			return end
		}
	}
	if i < r.safeUntil {
		return j
	}
	if run >= 4 && run <= 8 && hasPrefix(t[j:], " is your ") && codeFollows(t[j+len(" is your "):]) && r.add(i, j, OTP, "") {
		return j
	}
	if i+8 >= len(t) {
		return j
	}
	// Most numbers are short and stand alone.
	if run < 8 && (j+1 >= len(t) || byteClass[t[j+1]] != bDigit) {
		return j
	}
	nb := readNumber(t, i, min(len(t), i+40), false)
	if nb.n < 8 {
		return j
	}
	if end := r.card(&nb); end > 0 {
		return end
	}
	if end := r.formatted(&nb); end > 0 {
		return end
	}
	return j
}

// glued skips a number that continues a word: UUIDs, versions, order numbers.
func (r *Redactor) glued(i, j int) int {
	t := r.t
	if i > 1 && j-i == 6 && t[i-1] == '-' && t[i-2] == 'G' && hasPrefix(t[j:], " is your ") && r.add(i, j, OTP, "") {
		return j
	}
	for j < len(t) && isWord[t[j]] {
		j++
	}
	return j
}

// digitWord handles a word that begins with digits.
func (r *Redactor) digitWord(i, j int) int {
	t := r.t
	if t[i] == '0' && j == i+1 && lower(t[j]) == 'x' {
		end := j + 1
		for end < len(t) && hexAny[t[end]] {
			end++
		}
		if end-j-1 == 40 && (end == len(t) || !isWord[t[end]]) && r.add(i, end, Wallet, "ethereum") {
			return end
		}
	}
	if r.network {
		if end := r.hexGroups(i); end > 0 {
			return end
		}
		if t[i] == '1' || t[i] == '3' {
			if end := bitcoin(t, i); end > 0 && r.add(i, end, Wallet, "bitcoin") {
				return end
			}
		}
	}
	end := r.skipWord(j)
	if end-i == 18 && end-j == 1 && validChineseID(t[i:end]) && r.add(i, end, ChineseID, "") {
		return end
	}
	if end < len(t) && (t[end] == '.' || t[end] == '~' || t[end] == '-') {
		if e, name := tailedToken(t, i, end); e > 0 && r.add(i, e, VendorToken, name) {
			return e
		}
	}
	if end-i == 9 && end-j == 1 && i >= r.safeUntil && r.labelled(i, dniLabels) && validDNI(t[i:end]) && r.add(i, end, SpanishID, "") {
		return end
	}
	if end-i > maxLabel {
		return r.longWord(i, end)
	}
	return end
}

// telegramToken matches the part of a bot token from the colon on.
func telegramToken(t []byte, colon int) int {
	if t[colon+1] != 'A' {
		return 0
	}
	e := colon + 1
	for e < len(t) && urlChars[t[e]] {
		e++
	}
	if n := e - colon - 1; n < 34 || n > 36 {
		return 0
	}
	return e
}

// cut returns the number that is left when the first k groups are kept, and the end of its last digit.
func cut(t []byte, nb *number, k int) (digits []byte, end int) {
	n := 0
	for _, g := range nb.groups[:k] {
		n += int(g)
	}
	end = nb.start
	for left := n; left > 0; end++ {
		if byteClass[t[end]] == bDigit {
			left--
		}
	}
	return nb.digits[:min(n, len(nb.digits))], end
}

var cardGroups = [][]uint8{{4, 4, 4, 4, 3}, {4, 4, 4, 4}, {4, 6, 5}, {4, 6, 4}, {4, 4, 4, 3}, {4, 4, 4, 2}, {6, 13}, {8, 8}}

// card matches a payment card at the beginning of nb.
func (r *Redactor) card(nb *number) int {
	t := r.t
	try := func(k int) int {
		d, end := cut(t, nb, k)
		if cardBrand(d) == "" {
			return 0
		}
		if !luhn(d) {
			r.miss(nb.start, end, CreditCard, "luhn=fail")
			return 0
		}
		if !r.freeStanding(nb.start, end) {
			return 0
		}
		if k > 1 && nb.sep == ' ' && (nb.ng > k && nb.groups[k] == 4 || r.wordBefore(nb.start, notCardBefore)) {
			return 0
		}
		if k == 1 && (nb.groups[0] < 14 || r.wordBefore(nb.start, notCardBefore)) {
			return 0
		}
		if !r.addScalar(nb.start, end, CreditCard, "") {
			return 0
		}
		return end
	}
	if nb.groups[0] >= 14 {
		return try(1)
	}
	for _, g := range cardGroups {
		if nb.ng < len(g) || string(nb.groups[:len(g)]) != string(g) {
			continue
		}
		if end := try(len(g)); end > 0 {
			return end
		}
	}
	return 0
}

// notCardBefore are words right before a number that is an id, a time or a list of ports even if it passes for a card.
var notCardBefore = set(`order orders invoice shipment tracking offset epoch ts span trace seq lsn port ports sku ean upc gtin isbn
	serial id ids uuid pid tid timestamp time at commit txn xid zxid snowflake barcode sequence counter build bytes size
	ns us nanos micros version mark`)

// wordBefore reports whether the word before i, with at most three marks between, is in words.
func (r *Redactor) wordBefore(i int, words map[string]bool) bool {
	t := r.t
	p := i
	for p > 0 && p > i-3 && (t[p-1] == ' ' || t[p-1] == ':' || t[p-1] == '#' || t[p-1] == '=' || t[p-1] == '"') {
		p--
	}
	var b [16]byte
	n := len(b)
	for p > 0 && byteClass[t[p-1]] == bAlpha {
		if n == 0 {
			return false
		}
		n--
		b[n] = lower(t[p-1])
		p--
	}
	return n < len(b) && words[string(b[n:])]
}

// freeStanding reports whether a number from start to end is no part of a longer token.
func (r *Redactor) freeStanding(start, end int) bool {
	t := r.t
	if end < len(t) {
		switch c := t[end]; {
		case isWord[c]:
			return false
		case c == '-' || c == '.' || c == ':':
			if end+1 < len(t) && isWord[t[end+1]] && !(c == ':' && byteClass[t[end+1]] == bAlpha) {
				return false
			}
		}
	}
	if start > 0 {
		// 12:4111… is a part of something, card:4111… is not.
		return t[start-1] != ':' || start < 2 || byteClass[t[start-2]] != bDigit
	}
	return true
}

// formatted matches numbers whose grouping and checksum show what they are.
func (r *Redactor) formatted(nb *number) int {
	t := r.t
	if nb.sep == '-' && nb.grouped(3, 2, 4) && r.freeStanding(nb.start, nb.end) {
		kind := KindNone
		switch d := nb.d(); {
		case validSSN(d):
			kind = SSN
		case validITIN(d):
			kind = ITIN
		default:
			r.miss(nb.start, nb.end, SSN, "range=invalid")
		}
		if kind != KindNone && !r.wordBefore(nb.start, notCardBefore) && r.add(nb.start, nb.end, kind, "") {
			return nb.end
		}
		return 0
	}
	if nb.sep == '.' && nb.ng >= 3 && nb.groups[0] == 3 && nb.groups[1] == 3 && nb.groups[2] == 3 {
		if end := nb.start + 14; end <= len(t) && t[nb.start+11] == '-' {
			d := digitsOf(t[nb.start:end])
			if validCPF(d.ds()) && r.freeStanding(nb.start, end) && r.add(nb.start, end, BrazilianCPF, "") {
				return end
			}
		}
	}
	if nb.sep == '.' && nb.ng >= 3 && nb.groups[0] == 2 && nb.groups[1] == 3 && nb.groups[2] == 3 {
		if end := nb.start + 18; end <= len(t) && t[nb.start+10] == '/' && t[nb.start+15] == '-' {
			d := digitsOf(t[nb.start:end])
			if validCNPJ(d.ds()) && r.freeStanding(nb.start, end) && r.add(nb.start, end, BrazilianCNPJ, "") {
				return end
			}
		}
	}
	if nb.ng >= 7 && nb.groups[0] == 1 && nb.groups[1] == 2 && nb.groups[2] == 2 && nb.groups[3] == 2 && nb.groups[4] == 3 &&
		nb.groups[5] == 3 && nb.groups[6] == 2 {
		if d, end := cut(t, nb, 7); validNIR(d) && r.add(nb.start, end, FrenchNIR, "") {
			return end
		}
	}
	if nb.n == 13 && nb.grouped(6, 7) && nb.sep == '-' && validKorean(nb.d()) && nb.digits[6] <= '8' && nb.digits[6] >= '1' &&
		r.freeStanding(nb.start, nb.end) && r.add(nb.start, nb.end, KoreanRRN, "") {
		return nb.end
	}
	if nb.sep == '-' && (nb.grouped(6, 4) || nb.grouped(8, 4)) && validSwedish(nb.d()) && r.freeStanding(nb.start, nb.end) &&
		r.add(nb.start, nb.end, SwedishPIN, "") {
		return nb.end
	}
	if nb.ng == 1 && nb.n == 18 && validChineseID(nb.d()) && plausibleDate(nb.digits[10:14]) && r.add(nb.start, nb.end, ChineseID, "") {
		return nb.end
	}
	if nb.sep == '.' && nb.grouped(3, 4, 4, 2) && hasPrefix(nb.d(), "756") && ean13(nb.d()) && r.add(nb.start, nb.end, SwissAHV, "") {
		return nb.end
	}
	return 0
}

func ean13(d []byte) bool {
	return len(d) == 13 && weighted(d, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0
}

func digitsOf(v []byte) profile { return profileOf(v) }

// track matches the data of a magnetic stripe: the sentinel at start, the card number and its separator at digits.
func (r *Redactor) track(start, digits int) int {
	t := r.t
	j := digits
	for j < len(t) && byteClass[t[j]] == bDigit {
		j++
	}
	for end := j + 1; end < len(t) && end < j+100; end++ {
		switch c := t[end]; {
		case c == '?':
			if r.add(start, end+1, TrackData, "") {
				return end + 1
			}
			return 0
		case !(alnum[c] || c == ' ' || c == '/' || c == '^' || c == '.' || c == '-' || c == '='):
			return 0
		}
	}
	return 0
}

// codeFollows reports whether a text like "login code" begins t: what a number sent to a phone is.
func codeFollows(t []byte) bool {
	t = t[:min(len(t), 40)]
	for _, w := range [...]string{"code", "OTP", "passcode", "PIN", "password"} {
		if bytes.Contains(t, []byte(w)) {
			return true
		}
	}
	return false
}
