package redact

import "bytes"

// maxLabel is the length of the longest label word.
const maxLabel = 16

// labels are words of prose after which a value of the kind may follow without a separator: "NHS number 943 476 5919",
// "call me on my mobile, 020 7946 0958", "the password is …".
var labels = map[string]Kind{
	"ssn": SSN, "nino": NINO, "nhs": NHS, "bsn": DutchBSN, "pesel": PolishPESEL, "cpf": BrazilianCPF, "cnpj": BrazilianCNPJ,
	"tfn": AustralianTFN, "aadhaar": Aadhaar, "aadhar": Aadhaar, "itin": ITIN, "dni": SpanishID, "nie": SpanishID,
	"nif": SpanishID, "passport": Passport, "iban": IBAN, "dob": DateOfBirth, "born": DateOfBirth, "birth": DateOfBirth,
	"phone": Phone, "mobile": Phone, "tel": Phone, "telephone": Phone, "cell": Phone, "call": Phone, "called": Phone,
	"fax": Phone, "whatsapp": Phone, "dial": Phone, "dialed": Phone, "dialled": Phone, "sms": Phone, "calling": Phone,
	"callback": Phone, "texted": Phone, "text": Phone, "msisdn": Phone, "handy": Phone, "telefon": Phone, "phoned": Phone,
	"cvv": CVV, "cvc": CVV, "cvv2": CVV, "cvc2": CVV, "pin": PIN, "otp": OTP, "passcode": OTP, "code": OTP,
	"sin": SIN, "insurance": NINO, "pan": IndianPAN, "mrn": MedicalRecord, "steuer": GermanTaxID, "nir": FrenchNIR,
	"password": Password, "passwd": Password, "pwd": Password, "passphrase": Password, "token": Token, "secret": Secret,
	"key": APIKey, "license": DriversLicense, "licence": DriversLicense, "account": BankAccount, "routing": RoutingNumber,
	"security": SSN, "bearer": Bearer, "basic": BasicAuth, "fiscal": ItalianCF, "fiscale": ItalianCF, "identifiant": NationalID,
	"kennwort": Password, "passwort": Password, "senha": Password, "imei": IMEI, "vin": VIN, "card": CreditCard,
	"social": SSN, "insee": FrenchNIR, "rfc": NationalID, "curp": NationalID, "nric": SingaporeNRIC, "hetu": FinnishHETU,
	"npi": NPI, "personnummer": SwedishPIN, "rrn": KoreanRRN, "mnemonic": Mnemonic, "phrase": Mnemonic, "values": KindNone, "pass": KindNone, "identified": KindNone, "auth": KindNone,
}

// labelHashes is the set of the hashes of labels, of "your" in "123456 is your code", and of the one beginning of a token
// that may hold slashes.
var labelHashes = func() (t [1 << labelBits / 64]uint64) {
	add := func(w string) {
		h := labelHash(len(w), w[0], w[1], w[len(w)/2], w[len(w)-1])
		t[h>>6] |= 1 << (h & 63)
	}
	for w := range labels {
		add(w)
	}
	add("your")
	add("xoxd")
	return t
}()

const labelBits = 15

// labelHash depends on the length and four letters of a word, whatever their case.
func labelHash(n int, first, second, middle, last byte) uint32 {
	return (uint32(first&31) | uint32(second&31)<<5 | uint32(middle&31)<<10 | uint32(last&31)<<15 | uint32(n)<<20) * 0x9e3779b1 >> (32 - labelBits)
}

// likeLabel tells nearly all words that are no labels.
func likeLabel(n int, first, second, middle, last byte) bool {
	h := labelHash(n, first, second, middle, last)
	return labelHashes[h>>6]>>(h&63)&1 != 0
}

// codeWords stand before the "code" that opens a door; an exit code does not.
var codeWords = set(`verification login security auth access sms otp confirmation fa factor one time your passcode authentication
	activation mfa reset signin this the`)

// useWords stand before the code that is sent to people: "Use code 123456 to sign in".
var useWords = set(`use enter`)

// signsIn reports whether t, behind the word code, goes on with a number and what it is for.
func signsIn(t []byte) bool {
	_, end := wordAfter(t, 0)
	t = t[end:]
	return hasPrefix(t, " to sign") || hasPrefix(t, " to log") || hasPrefix(t, " to verify") || hasPrefix(t, " to confirm") ||
		hasPrefix(t, " for your login")
}

var dniLabels = set(`dni nie nif`)

// labelled reports whether one of words stands within 30 bytes before i.
func (r *Redactor) labelled(i int, words map[string]bool) bool {
	t := r.t
	from := max(0, i-30)
	for p := i; p > from; {
		for p > from && byteClass[t[p-1]] != bAlpha {
			p--
		}
		e := p
		for p > from && byteClass[t[p-1]] == bAlpha {
			p--
		}
		var b [16]byte
		if e-p <= len(b) {
			for k := p; k < e; k++ {
				b[k-p] = lower(t[k])
			}
			if words[string(b[:e-p])] {
				return true
			}
		}
	}
	return false
}

// label looks the word from i to end up and, if it announces a value, takes the value behind it.
func (r *Redactor) label(i, end int) int {
	t := r.t
	var b [maxLabel]byte
	for k := i; k < end; k++ {
		b[k-i] = lower(t[k])
	}
	kind, ok := labels[string(b[:end-i])]
	if !ok {
		return end
	}
	switch kind {
	case KindNone:
		switch t[i] {
		case 'i', 'I':
			return r.identifiedBy(end)
		case 'a', 'A':
			return r.authCommand(end)
		case 'p', 'P':
			return r.passCommand(i, end)
		}
		return r.insertValues(i, end)
	case Bearer, BasicAuth:
		return r.bearer(i, end)
	}
	if end >= len(t) || t[end] != ' ' || r.e.actions[kind] == Keep {
		return end
	}
	switch kind {
	case Password, Token, Secret, APIKey:
		return r.spoken(i, end, kind)
	case OTP:
		if end-i == len("code") && !r.wordBefore(i, codeWords) && !(r.wordBefore(i, useWords) && signsIn(t[end:])) {
			return end
		}
	}
	return r.announced(i, end, kind)
}

// announced looks for a value of kind within 30 bytes behind its label.
func (r *Redactor) announced(i, end int, kind Kind) int {
	t := r.t
	limit := min(len(t), end+30)
	j := end
	for j < limit && byteClass[t[j]] != bDigit && !(t[j] == '(' || t[j] == '+') {
		if t[j] == '=' || t[j] == '"' || t[j] == '\n' || t[j] == ':' && j-end > 12 || t[j] == '{' {
			return end
		}
		// Values that begin with letters: QQ 12 34 56 C, X1234567L, ABCPE1234F
		if byteClass[t[j]] == bAlpha && isSpace[t[j-1]] {
			if e := letterValue(t, j, kind); e > 0 {
				if r.add(j, e, kind, "") {
					return e
				}
				return end
			}
		}
		j++
	}
	if j >= limit || t[j] == '+' {
		return end
	}
	nb := readNumber(t, j, min(len(t), j+32), true)
	if nb.n == 0 || nb.end < len(t) && isWord[t[nb.end]] || j > 0 && (isWord[t[j-1]] || t[j-1] == '.' || t[j-1] == '-') {
		return end
	}
	if nb.end+1 < len(t) && (t[nb.end] == '-' || t[nb.end] == ':' || t[nb.end] == '.' || t[nb.end] == '/') && isWord[t[nb.end+1]] {
		return end
	}
	for {
		if numberOf(&nb, kind, j-end, t) {
			if r.safeUntil > j || !r.add(nb.start, nb.end, kind, "") {
				return end
			}
			return nb.end
		}
		if nb.sep != ' ' && nb.sep != 1 || !r.shorten(&nb) {
			return end
		}
	}
}

// numberOf reports whether the number can be of the kind that a label gap bytes before announces.
func numberOf(nb *number, kind Kind, gap int, t []byte) bool {
	d := nb.d()
	n := nb.n
	switch kind {
	case Phone:
		if n == 11 && d[0] == '1' && nb.ng >= 3 {
			return validNANP(d[1:])
		}
		if nb.ng >= 2 && nb.sep != '.' && n >= 9 && n <= 12 {
			if nb.ng == 2 && gap > 10 {
				return false
			}
			if n == 10 && nb.grouped(3, 3, 4) {
				return validNANP(d)
			}
			return d[0] == '0' || t[nb.start] == '(' || gap <= 10
		}
		return nb.ng == 1 && gap <= 9 && n >= 10 && n <= 11 && (d[0] == '0' || validNANP(d))
	case SSN:
		return n == 9 && (validSSN(d) || validITIN(d)) && (nb.ng == 1 || nb.grouped(3, 2, 4))
	case ITIN:
		return validITIN(d)
	case NHS:
		return validNHS(d)
	case DutchBSN:
		return validBSN(d)
	case PolishPESEL:
		return validPESEL(d)
	case BrazilianCPF:
		return validCPF(d)
	case BrazilianCNPJ:
		return validCNPJ(d)
	case AustralianTFN:
		return validTFN(d)
	case Aadhaar:
		return validAadhaar(d)
	case SIN:
		return n == 9 && luhn(d)
	case GermanTaxID:
		return validGermanTaxID(d)
	case FrenchNIR:
		return validNIR(d)
	case CVV:
		return (n == 3 || n == 4) && nb.ng == 1 && gap <= 12
	case PIN:
		return n >= 4 && n <= 6 && nb.ng == 1 && gap <= 12
	case OTP:
		return n >= 4 && n <= 8 && nb.ng == 1 && gap <= 12
	case Passport:
		return n >= 7 && n <= 9 && nb.ng == 1 && gap <= 14
	case DateOfBirth:
		return (n == 8 || n == 6) && nb.ng == 3 && (nb.sep == '-' || nb.sep == '.' || nb.sep == '/')
	case BankAccount:
		return n >= 8 && n <= 17 && gap <= 14 && gap >= 7 && nb.ng == 1
	case RoutingNumber:
		return n == 9 && gap <= 14 && abaCheck(d)
	case MedicalRecord:
		return n >= 6 && n <= 10 && gap <= 10
	case CreditCard:
		return n >= 13 && n <= 19 && luhn(d) && gap <= 16 && (nb.ng == 1 || nb.ng >= 3)
	case IMEI:
		return n == 15 && luhn(d)
	case NPI:
		return n == 10 && gap <= 12
	case SwedishPIN:
		return validSwedish(d)
	case KoreanRRN:
		return validKorean(d)
	}
	return false
}

// abaCheck is the check of American bank routing numbers.
func abaCheck(d []byte) bool {
	return len(d) == 9 && weighted(d, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0
}

// letterValue matches values that begin with a letter, as a label announces them, and returns their end.
func letterValue(t []byte, j int, kind Kind) int {
	layout := ""
	switch kind {
	case NINO:
		layout = "AA999999A"
	case SpanishID:
		layout = "A9999999A"
	case IndianPAN:
		layout = "AAAAA9999A"
	case SingaporeNRIC:
		layout = "A9999999A"
	case Passport:
		e := j
		for e < len(t) && alnum[t[e]] {
			e++
		}
		if p := profileOf(t[j:e]); p.letters <= 2 && p.digits >= 6 && p.digits <= 9 {
			return e
		}
		return 0
	case DriversLicense, MedicalRecord:
		e := j
		for e < len(t) && (alnum[t[e]] || t[e] == '-' && e+1 < len(t) && byteClass[t[e+1]] == bDigit) {
			e++
		}
		if p := profileOf(t[j:e]); p.letters >= 1 && p.letters <= 5 && p.digits >= 5 && p.digits <= 14 || kind == DriversLicense && britishLicence(t[j:e]) {
			return e
		}
		return 0
	default:
		return 0
	}
	e := j
	for k := 0; k < len(layout); {
		if e >= len(t) {
			return 0
		}
		c := t[e]
		if c == ' ' && e > j && kind == NINO {
			e++
			continue
		}
		if layout[k] == '9' && byteClass[c] != bDigit || layout[k] == 'A' && (c < 'A' || c > 'Z') {
			return 0
		}
		k++
		e++
	}
	if e < len(t) && isWord[t[e]] {
		return 0
	}
	if kind == SpanishID && !validDNI(t[j:e]) {
		return 0
	}
	return e
}

// britishLicence reports whether v is MORGA657054SM9IJ: a name, a date, initials and three for the computer.
func britishLicence(v []byte) bool {
	const layout = "AAAAA999999AA9AA"
	if len(v) != len(layout) {
		return false
	}
	for i, c := range v {
		if layout[i] == '9' && byteClass[c] != bDigit || layout[i] == 'A' && !(c >= 'A' && c <= 'Z' || c == '9' && (i < 5 || i == 12)) {
			return false
		}
	}
	return true
}

// fillers are words that stand between a credential's name and its value in a sentence.
var fillers = set(`is was were be to as the a an of for with set now new value now: are like using used equals has found leaked provided given
	supplied`)

// spoken takes the credential in "the password is …", "token … rejected" if it cannot be a word.
func (r *Redactor) spoken(i, end int, kind Kind) int {
	t := r.t
	j := end
	filler := 0
	for range 4 {
		if j >= len(t) || t[j] != ' ' {
			break
		}
		p := j + 1
		q := p
		for q < len(t) && byteClass[t[q]] == bAlpha {
			q++
		}
		if q-p > 8 || q == p || q < len(t) && t[q] != ' ' && t[q] != ':' {
			break
		}
		var b [8]byte
		for k := p; k < q; k++ {
			b[k-p] = lower(t[k])
		}
		if !fillers[string(b[:q-p])] {
			break
		}
		filler++
		if w := string(b[:q-p]); (w == "for" || w == "of") && q < len(t) && t[q] == ' ' {
			// "password for ada is …"
			s, e := wordAfter(t, q)
			if hasPrefix(t[e:], " is ") && e-s < 64 {
				q = e + len(" is")
			}
		}
		j = q
		if j < len(t) && t[j] == ':' {
			j++
		}
	}
	if j >= len(t) || t[j] != ' ' {
		return end
	}
	j++
	if j >= len(t) {
		return end
	}
	quoted := t[j] == '"' || t[j] == '\'' || t[j] == '`'
	if quoted && !(t[j] == '"' && r.depth > 0 && r.quote(j) <= r.open[r.depth-1]) {
		s, e, closed := r.quoted(j)
		refused := kind == Password && r.wordBefore(i, refusedWords)
		if closed && e-s >= 6 && e-s < 200 && (filler > 0 || refused || kind == Password && !wordy(t[s:e])) {
			v := t[s:e]
			if r.placeholder(v) || wordy(v) && kind != Password || !secretValue(v, kind, true) {
				return end
			}
			if kind == Password && wordy(v) && len(v) < 8 && !refused {
				return end
			}
			if r.add(s, e, kind, "") {
				return e + 1
			}
		}
		return end
	}
	e := r.bareEnd(j, 0)
	for e > j && (t[e-1] == '.' || t[e-1] == ',' || t[e-1] == ';' || t[e-1] == ':' || t[e-1] == ')') {
		e--
	}
	v := t[j:e]
	least := 16
	if kind == Password && filler > 0 {
		least = 6
	} else if filler > 0 {
		least = 12
	}
	if len(v) < min(least, 8) || len(v) > 512 || v[0] == '/' || v[0] == '<' || v[0] == '[' || v[0] == '{' || v[0] == '(' || isDate(v) || path(v) ||
		r.placeholder(v) {
		return end
	}
	if kind == Password && filler > 0 {
		p := profileOf(v)
		if p.digits == 0 || p.letters == 0 {
			return end
		}
	} else if kind == Password && chosen(v, !r.wordBefore(i, withWords)) {
		// "logging in with password …"; elsewhere only what can be no word
	} else if len(v) < least || !randomLooking(v, least) || idLike(v) || digitGroups(v) < 2 {
		return end
	}
	if r.add(j, e, kind, "") {
		return e
	}
	return end
}

// withWords stand before "password" when the thing itself follows.
var withWords = set(`with using use used`)

// refusedWords stand before "password" when a message quotes what was typed.
var refusedWords = set(`invalid wrong bad incorrect`)

// chosen reports whether v looks like a password that somebody chose: letters, a digit, and capitals or a mark; with strict
// set, both.
func chosen(v []byte, strict bool) bool {
	small, capital, digit, mark := false, false, false, false
	for _, c := range v {
		switch {
		case c >= 'a' && c <= 'z':
			small = true
		case c >= 'A' && c <= 'Z':
			capital = true
		case byteClass[c] == bDigit:
			digit = true
		case c == '!' || c == '@' || c == '#' || c == '$' || c == '%' || c == '^' || c == '&' || c == '*':
			mark = true
		}
	}
	return len(v) >= 8 && small && digit && (capital && mark || !strict && (capital || mark))
}

// idLike reports whether v is a UUID, a digest or a name with a number rather than a secret.
func idLike(v []byte) bool {
	hex, colons, dashes := 0, 0, 0
	for _, c := range v {
		switch {
		case hexAny[c]:
			hex++
		case c == ':' || c == '/' || c == '=':
			colons++
		case c == '-':
			dashes++
		}
	}
	return hex+dashes == len(v) || colons > 0
}

// identifiedBy handles IDENTIFIED BY 'secret' and IDENTIFIED WITH plugin BY 'secret' of SQL.
func (r *Redactor) identifiedBy(end int) int {
	t := r.t
	j := end
	if hasPrefix(t[j:], " WITH ") || hasPrefix(t[j:], " with ") {
		j += len(" WITH ")
		for j < len(t) && (isWord[t[j]] || t[j] == '\'') {
			j++
		}
	}
	for _, w := range [...]string{" BY ", " by ", " AS ", " as "} {
		if hasPrefix(t[j:], w) {
			j += len(w)
			if hasPrefix(t[j:], "PASSWORD ") {
				j += len("PASSWORD ")
			}
			if j < len(t) && (t[j] == '\'' || t[j] == '"') {
				return r.value(j, class{kind: Password, mode: modeSecret}, 0, true, end)
			}
		}
	}
	return end
}

// authCommand handles AUTH of SMTP and Redis: AUTH PLAIN <base64>, "AUTH" "secret".
func (r *Redactor) authCommand(end int) int {
	t := r.t
	for _, w := range [...]string{" PLAIN ", " LOGIN ", " XOAUTH2 "} {
		if hasPrefix(t[end:], w) {
			j := end + len(w)
			e := j
			for e < len(t) && base64Any[t[e]] {
				e++
			}
			if e-j >= 8 && r.add(j, e, BasicAuth, "") {
				return e
			}
		}
	}
	if string(t[end-4:end]) == "AUTH" && end < len(t) && t[end] == ' ' {
		// AUTH secret, AUTH user secret
		start, e := wordAfter(t, end)
		if s, n := wordAfter(t, e); mixedWord(t[s:n]) {
			start, e = s, n
		}
		if mixedWord(t[start:e]) && r.add(start, e, Password, "") {
			return e
		}
	}
	if end+2 < len(t) && t[end] == '"' && t[end+1] == ' ' && t[end+2] == '"' {
		// Redis prints one quoted word after the other; the last one is the password.
		for j := end + 2; j < len(t) && t[j] == '"'; j += 2 {
			s, e, closed := r.quoted(j)
			if !closed {
				break
			}
			if e+2 >= len(t) || t[e+1] != ' ' || t[e+2] != '"' {
				if r.scalar(s, e, class{kind: Password, mode: modeSecret}, true) {
					return e + 1
				}
				break
			}
			j = e
		}
	}
	return end
}

// wordAfter returns the word behind the blank at i, empty if there is none.
func wordAfter(t []byte, i int) (start, end int) {
	if i >= len(t) || t[i] != ' ' {
		return i, i
	}
	end = i + 1
	for end < len(t) && !isSpace[t[end]] && t[end] != '"' && t[end] != '\'' && t[end] != ',' && t[end] != ';' {
		end++
	}
	return i + 1, end
}

// mixedWord reports whether v can be a password in a command: six characters or more with a letter and a digit.
func mixedWord(v []byte) bool {
	if len(v) < 6 || v[0] == '[' {
		return false
	}
	p := profileOf(v)
	return p.letters > 0 && p.digits > 0 && !isDate(v) && !path(v)
}

// passCommand handles PASS of FTP and POP3 where a log shows the command: behind a prompt, a side of the talk, or the word.
func (r *Redactor) passCommand(i, end int) int {
	t := r.t
	if r.wordBefore(i, withWords) { // "with pass …"
		if s, e := wordAfter(t, end); chosen(t[s:e], false) && r.add(s, e, Password, "") {
			return e
		}
		return end
	}
	if string(t[i:end]) != "PASS" || i < 2 || t[i-1] != ' ' {
		return end
	}
	before := t[max(0, i-9) : i-1]
	if c := before[len(before)-1]; c != '>' && !bytes.HasSuffix(before, []byte("C:")) && !bytes.HasSuffix(before, []byte("command")) {
		return end
	}
	if s, e := wordAfter(t, end); mixedWord(t[s:e]) && r.add(s, e, Password, "") {
		return e
	}
	return end
}
