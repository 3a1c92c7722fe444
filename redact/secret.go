package redact

import "bytes"

// secretValue reports whether v can be the credential that its key says it is.
func secretValue(v []byte, kind Kind, structured bool) bool {
	letters, digits, other, upperCase := 0, 0, 0, 0
	blanks := 0
	for _, c := range v {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'A' && c <= 'Z':
			upperCase++
			letters++
		case c >= 'a' && c <= 'z' || c >= 0x80:
			letters++
		case c == ' ' || c == '\n':
			blanks++
		default:
			other++
		}
	}
	if letters+digits == 0 {
		return false
	}
	switch kind {
	case Password:
		// ISO times and lengths are no passwords, a PIN may be.
		return !isDate(v) && !path(v) && !(blanks > 0 && (!structured && blanks >= 3 && digits == 0 || complaint(v)))
	case Signature, APIKey, Token:
		if letters == 0 && digits < 6 && other == 0 {
			return false // counts: "tokens": 512
		}
		if isDate(v) || path(v) || blanks >= 2 {
			return false
		}
		if kind == Signature {
			return len(v) >= 16 && (digits > 0 || upperCase > 0)
		}
		if digits == 0 && other == 0 && len(v) < 8 {
			return false // "token": "access", a kind of token
		}
		if digits == 0 && upperCase == 0 && len(v) < 20 && wordy(v) {
			return false
		}
		return len(v) >= 4
	}
	if isDate(v) || path(v) || blanks >= 4 {
		return false
	}
	if letters == 0 && other == 0 && digits < 6 {
		return false
	}
	if wordy(v) && (len(v) < 8 && kind != Secret || bytes.IndexByte(v, '/') >= 0) {
		return false // the name of a secret: app/prod/db
	}
	return len(v) >= 4 && !(blanks > 0 && complaint(v))
}

// complaints are words that a message about a value begins with.
var complaints = set(`is must can can't cannot should has have was were does doesn't do did please needs may not your this that and
	too already only at`)

// complaint reports whether v is a message about a value: "is too short".
func complaint(v []byte) bool {
	end := bytes.IndexByte(v, ' ')
	if end < 0 || end > 8 {
		return false
	}
	var b [8]byte
	for i, c := range v[:end] {
		b[i] = lower(c)
	}
	return complaints[string(b[:end])]
}

// wordy reports whether v is lower-case words joined by marks: refresh_token, access-granted.
func wordy(v []byte) bool {
	for _, c := range v {
		if !(c >= 'a' && c <= 'z' || c == '_' || c == '-' || c == '.' || c == ':' || c == '/') {
			return false
		}
	}
	return true
}

// path reports whether v is the path of a file or a URL without credentials.
func path(v []byte) bool {
	if len(v) < 4 {
		return false
	}
	if v[0] == '/' && (v[1] >= 'a' && v[1] <= 'z') {
		slashes, digits, uppers := 0, 0, 0
		for _, c := range v {
			switch {
			case c == '/':
				slashes++
			case c == '+' || c == '=':
				return false
			case c >= '0' && c <= '9':
				digits++
			case c >= 'A' && c <= 'Z':
				uppers++
			}
		}
		return slashes >= 2 && (digits < 2 || uppers < 2)
	}
	for i := 1; i+2 < len(v) && i < 10; i++ {
		if v[i] == ':' {
			return v[i+1] == '/' && v[i+2] == '/'
		}
		if byteClass[v[i]] != bAlpha {
			return false
		}
	}
	return false
}

// isDate reports whether v begins with an ISO date: a rotation or an expiry, not a secret.
func isDate(v []byte) bool {
	if len(v) < 10 {
		return false
	}
	for i, c := range v[:10] {
		if i == 4 || i == 7 {
			if c != '-' && c != '/' {
				return false
			}
		} else if byteClass[c] != bDigit {
			return false
		}
	}
	return len(v) == 10 || v[10] == 'T' || v[10] == ' '
}

// randomLooking reports whether v looks made by a generator: long, with digits and letters or both cases in disorder.
func randomLooking(v []byte, least int) bool {
	if len(v) < least {
		return false
	}
	digits, uppers, lowers, changes := 0, 0, 0, 0
	prev := uint8(255)
	for _, c := range v {
		var cl uint8
		switch {
		case c >= '0' && c <= '9':
			digits++
			cl = 0
		case c >= 'A' && c <= 'Z':
			uppers++
			cl = 1
		case c >= 'a' && c <= 'z':
			lowers++
			cl = 2
		default:
			cl = 3
		}
		if cl != prev {
			changes++
		}
		prev = cl
	}
	return digits >= 2 && uppers+lowers >= 2 && changes >= 4 || uppers >= 3 && lowers >= 3 && changes >= 6
}

// code reports whether v is a piece of a program rather than a value: a call, a name of several parts, a constant.
func code(v []byte, kind Kind) bool {
	p, dots, lines, digits, small := 0, 0, 0, 0, 0
	for p < len(v) && (isWord[v[p]] || v[p] == '.') {
		switch c := v[p]; {
		case c == '.':
			dots++
		case c == '_':
			lines++
		case byteClass[c] == bDigit:
			digits++
		case c >= 'a':
			small++
		}
		p++
	}
	if p < 3 || byteClass[v[0]] == bDigit {
		return false
	}
	if p < len(v) {
		if v[p] != '(' || digits > 0 && dots+lines == 0 {
			return false
		}
		return p+1 == len(v) || byteClass[v[p+1]] == bAlpha || bytes.IndexByte([]byte(`)['"&*`), v[p+1]) >= 0 || bytes.IndexByte(v, ')') > 0
	}
	if kind == Password {
		return hasPrefix(v, "self.") || hasPrefix(v, "this.") || hasPrefix(v, "process.env.")
	}
	return dots > 0 && digits == 0 && small > 0 && v[p-1] != '.' || lines > 0 && small == 0 && digits < 3
}

// digitGroups counts the runs of digits in v.
func digitGroups(v []byte) int {
	n := 0
	for i, c := range v {
		if byteClass[c] == bDigit && (i == 0 || byteClass[v[i-1]] != bDigit) {
			n++
		}
	}
	return n
}
