package redact

import "bytes"

// profile counts what a short value is made of.
type profile struct {
	digits, letters, seps, other int
	first, last                  byte
	d                            [24]byte // the digits
}

func profileOf(v []byte) (p profile) {
	for _, c := range v {
		switch {
		case c >= '0' && c <= '9':
			if p.digits < len(p.d) {
				p.d[p.digits] = c
			}
			p.digits++
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			p.letters++
		case c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')' || c == '+' || c == '_':
			p.seps++
		default:
			p.other++
		}
	}
	p.first, p.last = v[0], v[len(v)-1]
	return p
}

func (p *profile) numeric() bool { return p.letters == 0 && p.other == 0 }

func (p *profile) ds() []byte { return p.d[:min(p.digits, len(p.d))] }

// shaped reports whether v, found under a key that names kind, has the shape of that kind. A key is strong evidence, so
// checksums are not asked for where people mistype and systems make test values.
func shaped(v []byte, kind Kind) bool {
	if len(v) > 512 {
		return false
	}
	p := profileOf(v)
	n := p.digits
	switch kind {
	case Email:
		at := -1
		for i, c := range v {
			if c == '@' {
				at = i
			}
		}
		return at > 0 && at < len(v)-1 && p.seps+p.letters+p.other > 2
	case Phone:
		return n >= 7 && n <= 17 && p.letters <= 4 && p.other <= 1 && (p.letters == 0 || n >= 10) && !isDate(v) && !ipLike(v)
	case CreditCard:
		return p.numeric() && n >= 12 && n <= 19
	case CVV:
		return p.numeric() && p.seps == 0 && n >= 3 && n <= 4
	case PIN:
		return p.numeric() && p.seps == 0 && n >= 3 && n <= 12
	case OTP:
		return n >= 3 && n <= 10 && p.other == 0 && p.letters <= 8 && len(v) <= 16 && !isDate(v)
	case TrackData:
		return n >= 12 && (p.other > 0 || p.letters > 0)
	case IBAN:
		return len(v) >= 14 && len(v) <= 42 && n >= 8 && p.letters >= 2 && p.other == 0 && byteClass[v[0]] == bAlpha
	case SSN, ITIN:
		return p.numeric() && n == 9 || n == 10 && p.numeric() && p.seps >= 1 || kind == SSN && n == 11 && p.numeric()
	case DutchBSN:
		return p.numeric() && (n == 9 || n == 8)
	case AustralianTFN:
		return p.numeric() && (n == 9 || n == 8)
	case SIN:
		return p.numeric() && n == 9
	case NHS:
		return p.numeric() && n == 10
	case NINO:
		return n == 6 && p.letters >= 2 && p.letters <= 3 && p.other == 0
	case GermanTaxID:
		return p.other == 0 && p.letters == 0 && n >= 10 && n <= 13
	case FrenchNIR:
		return p.other == 0 && n >= 12 && n <= 15
	case SpanishID:
		return n >= 7 && n <= 8 && p.letters >= 1 && p.letters <= 2 && p.other == 0
	case ItalianCF:
		return n+p.letters == 16 && p.other == 0
	case PolishPESEL:
		return p.numeric() && n == 11
	case BrazilianCPF:
		return p.numeric() && n == 11
	case BrazilianCNPJ:
		return p.numeric() && n == 14
	case Aadhaar:
		return p.numeric() && n == 12
	case IndianPAN:
		return n == 4 && p.letters == 6 && p.other == 0 || p.numeric() && n >= 12 && n <= 19
	case NationalID, OtherNationalID:
		return n >= 5 && n+p.letters <= 20 && p.other == 0 && !isDate(v)
	case Passport:
		return n >= 5 && n+p.letters <= 14 && p.other == 0 && p.seps <= 2 && !isDate(v)
	case DriversLicense:
		return n >= 4 && n+p.letters <= 22 && p.other == 0 && p.seps <= 4 && !isDate(v)
	case DateOfBirth:
		return (n >= 4 && n <= 14 || n >= 15 && n <= 20 && len(v) >= 20) && len(v) >= 6 && len(v) <= 40 && p.letters <= 12 && (p.seps > 0 || p.letters > 0 || n == 8)
	case BankAccount:
		return n >= 5 && n <= 30 && p.letters <= 8 && p.other == 0 && len(v) <= 42 && !isDate(v)
	case RoutingNumber:
		return n >= 6 && n <= 9 && p.letters <= 4 && p.other == 0 && !isDate(v)
	case MedicalRecord:
		return n >= 4 && n+p.letters <= 20 && p.other == 0 && !isDate(v)
	case Session:
		return len(v) >= 8 && n+p.letters >= 8 && (n > 0 || p.letters >= 16) && p.seps+p.other <= len(v)/3 && !sessionHash(v)
	case Mnemonic:
		return phraseWords(v) >= 6
	case IPv4, IPv6:
		return false // by their own look only
	case StreetAddress:
		return n >= 1 && p.letters >= 3 && len(v) >= 6 && !ipLike(v) && p.other <= len(v)/4 && p.seps > 0 && !path(v) && !hostPort(v)
	case GeoPoint:
		return n >= 2 && n <= 40 && p.letters == 0 && len(v) <= 64 && (p.seps > 0 || p.other > 0)
	case MAC:
		return len(v) == 17 || len(v) == 12 || len(v) == 14
	case IMEI:
		return p.numeric() && (n == 15 || n == 16 || n == 14)
	case VIN:
		return len(v) == 17 && n+p.letters == 17
	case Wallet:
		return len(v) >= 26 && len(v) <= 110 && n+p.letters >= len(v)-1 && n > 0
	case ChineseID:
		return n >= 15 && n <= 18 && p.letters <= 1 && p.other == 0
	case KoreanRRN:
		return p.numeric() && n == 13
	case SwedishPIN:
		return n >= 10 && n <= 12 && p.letters == 0
	case FinnishHETU:
		return n >= 9 && n <= 10 && len(v) == 11
	case SwissAHV:
		return p.numeric() && (n == 13 || n == 11)
	case SingaporeNRIC:
		return n == 7 && p.letters == 2 && len(v) == 9
	case SouthAfricanID:
		return p.numeric() && n == 13
	default: // NPI
		return p.numeric() && n == 10
	}
}

// ipLike reports whether v is four or more groups of digits with dots, an address or a version.
func ipLike(v []byte) bool {
	dots := 0
	for _, c := range v {
		switch {
		case c == '.':
			dots++
		case c < '0' || c > '9':
			return false
		}
	}
	return dots == 3
}

// hostPort reports whether v is one word with a colon or dots: localhost:8080, 10.0.0.1:53, ::1.
func hostPort(v []byte) bool {
	colon := false
	for _, c := range v {
		switch {
		case c == ' ' || c == ',':
			return false
		case c == ':' || c == '.':
			colon = true
		}
	}
	return colon
}

// sessionHash reports whether v is a session id that was hashed already.
func sessionHash(v []byte) bool {
	if len(v) != len("sess_")+16 || string(v[:5]) != "sess_" {
		return false
	}
	for _, c := range v[5:] {
		if !hexLower[c] {
			return false
		}
	}
	return true
}

// phraseWords counts lower-case words with single blanks between; 0 if v is anything else.
func phraseWords(v []byte) int {
	n, word := 0, 0
	for i, c := range v {
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80:
			if word++; word == 1 {
				n++
			}
		case (c == ' ' || c == '-' || c == ',' || c == '+') && i > 0:
			word = 0
		default:
			return 0
		}
	}
	return n
}

// mnemonicEnd returns the end of a seed phrase that begins at i without quotes: at most 24 words.
func (r *Redactor) mnemonicEnd(i int) int {
	t := r.t
	n, j := 0, i
	for n < 24 {
		p := j
		for p < len(t) && t[p] >= 'a' && t[p] <= 'z' {
			p++
		}
		if p-j < 2 {
			break
		}
		if p < len(t) && (t[p] == '=' || t[p] == ':') { // the next key
			break
		}
		n++
		i = p
		if p >= len(t) || t[p] != ' ' && t[p] != '+' {
			break
		}
		j = p + 1
	}
	return i
}

// properEnd lets a bare name or address go on over capitalised words and numbers.
func (r *Redactor) properEnd(start, end int) int {
	t := r.t
	for end+1 < len(t) && end < start+80 && (t[end] == ' ' || t[end] == '+' || t[end] == ',' && t[end+1] == ' ') {
		p := end + 1
		if t[p] == ' ' {
			p++
		}
		q := p
		for q < len(t) && (isWord[t[q]] || t[q] == '.' || t[q] == '\'' || t[q] == '-' || t[q] >= 0x80) {
			q++
		}
		if q == p || !(t[p] >= 'A' && t[p] <= 'Z' || t[p] >= '0' && t[p] <= '9' || t[p] >= 0x80) || q < len(t) && (t[q] == '=' || t[q] == ':') {
			break
		}
		end = q
	}
	return end
}

// wholeKind returns the kind that v shows by itself when it is all of v, so that one value is replaced alike under
// whatever key it stands.
func (r *Redactor) wholeKind(v []byte) Kind {
	if len(v) < 8 || len(v) > 4096 {
		return KindNone
	}
	if byteClass[v[0]] == bAlpha && len(v) > 5 {
		if vendorFirst[v[0]][v[1]] != 0 {
			if vt, end := vendor(v, 0); end == len(v) {
				return r.on(vt.kind)
			}
		}
		if end, kind, _ := dottedToken(v, 0); end == len(v) {
			return r.on(kind)
		}
		if byteClass[v[2]] == bDigit && matchIBAN(v, 0) == len(v) {
			return r.on(IBAN)
		}
	}
	if start, end, ok := emailAround(v, 0); ok && start == 0 && end == len(v) {
		return r.on(Email)
	}
	if v[0] == '+' && byteClass[v[1]] == bDigit {
		nb := readNumber(v, 1, min(len(v), 32), true)
		if nb.end == len(v) && validE164(trimTrunkZero(v, &nb)) {
			return r.on(Phone)
		}
		return KindNone
	}
	if byteClass[v[0]] == bDigit {
		nb := readNumber(v, 0, min(len(v), 32), false)
		if nb.end != len(v) {
			return KindNone
		}
		d := nb.d()
		switch {
		case nb.cardGrouping() && cardBrand(d) != "" && luhn(d):
			return r.on(CreditCard)
		case nb.sep == '-' && nb.grouped(3, 2, 4) && validSSN(d):
			return r.on(SSN)
		case nb.sep == '-' && nb.grouped(3, 2, 4) && validITIN(d):
			return r.on(ITIN)
		}
	}
	return KindNone
}

// on returns kind if it is switched on.
func (r *Redactor) on(kind Kind) Kind {
	if r.e.actions[kind] == Keep {
		return KindNone
	}
	return kind
}

// pairValue reports whether the string from start to end can be the value of a key that stands before it in a list.
func (r *Redactor) pairValue(start, end int, c class) bool {
	v := r.t[start:end]
	if len(v) == 0 {
		return false
	}
	switch c.mode {
	case modeShape, modeAny:
		return true // judged by shape anyway
	case modeAuth, modeCookie, modeSetCookie:
		return len(v) >= 6
	}
	if r.class(v).mode != modeNone && !randomLooking(v, 16) {
		return false
	}
	if wordy(v) {
		return c.kind == Password && len(v) >= 12 && bytes.Count(v, []byte{'-'}) >= 2
	}
	return len(v) >= 4
}
