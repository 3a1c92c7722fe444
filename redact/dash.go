package redact

import "bytes"

// The blank behind these is a plus in a form.
const (
	pemBegin = "-----BEGIN"
	pemEnd   = "-----END"
)

// dash handles '-': private keys and command line options.
func (r *Redactor) dash(i int) int {
	t := r.t
	if i+3 >= len(t) || t[i+1] != '-' {
		if i > 0 && isSpace[t[i-1]] {
			return r.shortOption(i)
		}
		return i + 1
	}
	if t[i+2] == '-' {
		if end := r.pem(i); end > 0 {
			return end
		}
		for i < len(t) && t[i] == '-' {
			i++
		}
		return i
	}
	return r.longOption(i)
}

// pem masks a private key from its BEGIN to its END, or to the last character that can belong to it, and a key whose
// BEGIN is missing back to where it can begin. It returns 0 if there is none at i.
func (r *Redactor) pem(i int) int {
	t := r.t
	rest := t[i:]
	switch {
	case hasPrefix(rest, pemBegin):
		label, ok := pemLabel(rest[len(pemBegin):])
		if !ok {
			return 0
		}
		end := r.pemBody(i + len(pemBegin) + label)
		r.openKey = r.nest == 0 && end == len(trimRight(t)) && !bytes.Contains(t[i:end], []byte(pemEnd))
		if r.add(i, end, PrivateKey, "") {
			return end
		}
	case hasPrefix(rest, pemEnd):
		label, ok := pemLabel(rest[len(pemEnd):])
		if !ok {
			return 0
		}
		end := i + len(pemEnd) + label
		start := i
		for start > r.last && pemChar(t[start-1]) && r.sameString(start-1) {
			start--
		}
		for start < i && isSpace[t[start]] {
			start++
		}
		if r.add(start, end, PrivateKey, "") {
			return end
		}
	}
	return 0
}

// pemLabel returns the length of "RSA PRIVATE KEY-----" if the label is that of a private key.
func pemLabel(s []byte) (int, bool) {
	private := false
	for i := 0; i < len(s) && i < 64; i++ {
		if s[i] == '-' {
			for i < len(s) && s[i] == '-' {
				i++
			}
			return i, private
		}
		if s[i] == 'P' && hasPrefix(s[i:], "PRIVATE") {
			private = true
		}
		if (s[i] < 'A' || s[i] > 'Z') && s[i] != ' ' && s[i] != '+' && (s[i] < '0' || s[i] > '9') {
			return 0, false
		}
	}
	return 0, false
}

func pemChar(c byte) bool { return base64Std[c] || isSpace[c] || c == '\\' }

// sameString reports whether the byte at i belongs to the string around the position: no quote of it stands there.
func (r *Redactor) sameString(i int) bool { return r.t[i] != '"' }

// pemBody returns the end of the key whose body begins at i: behind its END, or behind the last line that can be one of
// its lines.
func (r *Redactor) pemBody(i int) int {
	t := r.t
	end := i
	header := false
	for j := i; j < len(t); {
		c := t[j]
		switch {
		case c == '-' && hasPrefix(t[j:], pemEnd):
			if n, ok := pemLabel(t[j+len(pemEnd):]); ok || n > 0 {
				return j + len(pemEnd) + n
			}
			return end
		case pemChar(c):
			if isSpace[c] && !header && !pemContinues(t, j+1) {
				return trimSpaceEnd(t, i, end)
			}
			j++
			end = j
			if c == '\n' {
				header = false
			}
		case c == ':' || header && (c == ',' || c == '-' || c == '.' || c == '(' || c == ')' || c == '@' || c == '<' || c == '>'):
			// Proc-Type: 4,ENCRYPTED and the headers of PGP
			header = true
			j++
			end = j
		case c == '-' && j+1 < len(t) && byteClass[t[j+1]] == bAlpha: // Proc-Type, DEK-Info
			j++
			end = j
		case c == '"' && int(r.quote(j)) > r.inString() && j+1 < len(t):
			// Lines printed as strings of their own, joined with + or commas.
			k := j + 1
			for k < len(t) && (isSpace[t[k]] || t[k] == '+' || t[k] == ',' || t[k] == '"') {
				k++
			}
			m := k
			for m < len(t) && base64Std[t[m]] {
				m++
			}
			if k == j+1 || m-k < 16 && !hasPrefix(t[k:], pemEnd) {
				return trimSpaceEnd(t, i, end)
			}
			j = k
		default:
			return trimSpaceEnd(t, i, end)
		}
	}
	return trimSpaceEnd(t, i, end)
}

// pemContinues reports whether what stands at i behind white space goes on with a key: a long run of its alphabet, a
// shorter one that ends the line, a header, or the END.
func pemContinues(t []byte, i int) bool {
	for i < len(t) && isSpace[t[i]] {
		i++
	}
	k := i
	for k < len(t) && base64Std[t[k]] {
		k++
	}
	if k == len(t) || k-i >= 40 || t[k] == '\n' || t[k] == '"' || t[k] == '\\' || hasPrefix(t[k:], pemEnd) {
		return true
	}
	if isSpace[t[k]] && hasPrefix(t[k+1:], pemEnd) {
		return true
	}
	return k > i && byteClass[t[i]] == bAlpha && (t[k] == ':' || t[k] == '-')
}

func trimRight(t []byte) []byte { return t[:trimSpaceEnd(t, 0, len(t))] }

func trimSpaceEnd(t []byte, from, end int) int {
	for end > from && isSpace[t[end-1]] {
		end--
	}
	return end
}

// longOption handles "--password value". "--password=value" is left to the separator.
func (r *Redactor) longOption(i int) int {
	t := r.t
	start := i + 2
	end := start
	for end < len(t) && end-start < maxKey && (urlChars[t[end]] || t[end] == '.') {
		end++
	}
	if end == start || end >= len(t) || byteClass[t[start]] != bAlpha {
		return max(end, i+1)
	}
	j := end
	switch {
	case t[end] == ' ':
		j++
	case (t[end] == '"' || t[end] == '\'') && end+2 < len(t) && t[end+1] == ',': // ["--password","value"] or with a blank
		return end
	default:
		return end
	}
	if j >= len(t) || t[j] == '-' && (j+1 >= len(t) || byteClass[t[j+1]] != bDigit) {
		return end
	}
	c := r.class(t[start:end])
	if c.kind == KindNone {
		if end-start == 4 && string(t[start:end]) == "user" {
			return r.userOption(j, end)
		}
		return end
	}
	return r.value(j, c, r.pct(i), true, end)
}

// commands that take a password or a user with one in a short option.
var passwordOptions = []struct {
	command string
	option  byte
	user    bool
	glued   bool
}{
	{"curl", 'u', true, false},
	{"wget", 'u', true, false},
	{"mysql", 'p', false, true},
	{"mariadb", 'p', false, true},
	{"sshpass", 'p', false, true},
	{"docker login", 'p', false, false},
	{"podman login", 'p', false, false},
	{"redis-cli", 'a', false, false},
	{"mongo", 'p', false, false},
	{"ldap", 'w', false, false},
	{"sqlcmd", 'P', false, false},
	{"bcp", 'P', false, false},
	{"smbclient", 'U', true, false},
	{"az login", 'p', false, false},
	{"expect", 'p', false, false},
	{"htpasswd", 'b', false, false},
	{"openssl", 'k', false, false},
	{"zip", 'P', false, false},
	{"7z", 'p', false, true},
	{"oc login", 'p', false, false},
}

// shortOption handles "mysql -pSecret", "curl -u user:secret" and the like.
func (r *Redactor) shortOption(i int) int {
	t := r.t
	if i+3 >= len(t) || byteClass[t[i+1]] != bAlpha {
		return i + 1
	}
	if byteClass[t[i+2]] == bAlpha && byteClass[t[i+3]] == bAlpha {
		if end := r.longOption(i - 1); end > i+1 && r.last > i {
			return end
		}
	}
	o := t[i+1]
	if o != 'u' && o != 'p' && o != 'a' && o != 'w' && o != 'P' && o != 'U' && o != 'k' {
		return i + 1
	}
	if !r.commandsKnown {
		r.commandsKnown, r.commands = true, 0
		for n := range passwordOptions {
			if bytes.Contains(t, []byte(passwordOptions[n].command)) {
				r.commands |= 1 << n
			}
		}
	}
	if r.commands == 0 {
		return i + 1
	}
	before := t[max(0, i-160):i]
	for n, p := range passwordOptions {
		if r.commands&(1<<n) == 0 || p.option != o || !p.glued && t[i+2] != ' ' || !bytes.Contains(before, []byte(p.command)) {
			continue
		}
		j := i + 2
		if t[j] == ' ' {
			if p.command == "mysql" {
				return i + 1 // -p alone asks for the password
			}
			j++
		}
		if p.user {
			return r.userOption(j, i+1)
		}
		return r.value(j, class{kind: Password, mode: modeSecret}, 0, true, i)
	}
	return i + 1
}

// userOption masks the password in user:password at j.
func (r *Redactor) userOption(j, from int) int {
	t := r.t
	if j < len(t) && (t[j] == '"' || t[j] == '\'') {
		j++
	}
	for p := j; p < len(t) && !isSpace[t[p]] && t[p] != '"' && t[p] != '\''; p++ {
		if t[p] != ':' {
			continue
		}
		e := p + 1
		for e < len(t) && !isSpace[t[e]] && t[e] != '"' && t[e] != '\'' {
			e++
		}
		if e > p+1 && !r.placeholder(t[p+1:e]) && t[p+1] != '/' && r.add(p+1, e, Password, "") {
			return e
		}
		break
	}
	return from
}
