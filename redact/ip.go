package redact

import "net/netip"

// ipv4 matches an address at a digit. It returns 0 when there is none.
func (r *Redactor) ipv4(i int) int {
	t := r.t
	if r.e.actions[IPv4] == Keep {
		return 0
	}
	j, dots, n := i, 0, 0
	for j < len(t) && j < i+16 {
		c := t[j]
		switch {
		case byteClass[c] == bDigit:
			if n++; n > 3 {
				return 0
			}
		case c == '.' && n > 0 && dots < 3 && j+1 < len(t) && byteClass[t[j+1]] == bDigit:
			dots++
			n = 0
		default:
			goto done
		}
		j++
	}
done:
	if dots != 3 || j < len(t) && (isWord[t[j]] || t[j] == '.' && j+1 < len(t) && byteClass[t[j+1]] == bDigit || t[j] == '-' && j+1 < len(t) && isWord[t[j+1]]) {
		return 0
	}
	if i > 0 {
		switch c := t[i-1]; {
		case isWord[c], c == '.', c == '-' && i > 1 && isWord[t[i-2]]:
			return 0
		case c == '/' && product(t, i-1):
			return 0
		}
	}
	addr, err := netip.ParseAddr(string(t[i:j]))
	if err != nil || !public(addr) || r.versionBefore(i) {
		return 0
	}
	if !r.add(i, j, IPv4, "") {
		return 0
	}
	return j
}

// product reports whether the slash at i stands behind a product's name, Chrome/120.0.6099.71, and not in a path.
func product(t []byte, i int) bool {
	p := i
	for p > 0 && (dotted[t[p-1]] || t[p-1] == '%') {
		p--
	}
	return p < i && (p == 0 || t[p-1] != '/')
}

// public reports whether addr can belong to a person: not private, loopback, link-local, multicast or unspecified.
func public(addr netip.Addr) bool {
	if addr.Is4() {
		b := addr.As4()
		if b[0] == 0 || b[0] >= 240 || b[0] == 100 && b[1] >= 64 && b[1] < 128 {
			return false
		}
	}
	return !addr.IsPrivate() && !addr.IsLoopback() && !addr.IsLinkLocalUnicast() && !addr.IsMulticast() && !addr.IsUnspecified()
}

var versionWords = set(`version ver v release build firmware agent rev revision driver kernel engine chrome firefox safari edge
	opera sdk upgrade upgraded from app assembly assemblyversion fileversion dll nuget package oid`)

// versionBefore reports whether the word or key before a dotted number says that it is a version.
func (r *Redactor) versionBefore(i int) bool {
	t := r.t
	p := i
	for p > 0 && p > i-5 && (t[p-1] == ' ' || t[p-1] == ':' || t[p-1] == '=' || t[p-1] == '"' || t[p-1] == '\'') {
		p--
	}
	e := p
	for p > 0 && (byteClass[t[p-1]] == bAlpha || t[p-1] == '_') {
		p--
	}
	if e == p || e-p > 32 {
		return false
	}
	var b [32]byte
	n := 0
	start := 0
	for k := p; k < e; k++ {
		if t[k] == '_' || t[k] >= 'A' && t[k] <= 'Z' && k > p && t[k-1] >= 'a' {
			start = n
			if t[k] == '_' {
				continue
			}
		}
		b[n] = lower(t[k])
		n++
	}
	w := string(b[start:n])
	return w != "from" && versionWords[w]
}

// hexGroups matches IPv6 and MAC addresses at a hexadecimal digit.
func (r *Redactor) hexGroups(i int) int {
	t := r.t
	if i > 0 && (isWord[t[i-1]] || t[i-1] == ':' && hexBefore(t, i-1) || t[i-1] == '-' && i > 1 && isWord[t[i-2]]) {
		return 0
	}
	j, colons, dashes, group := i, 0, 0, 0
	double := false
	for j < len(t) && j < i+46 {
		c := t[j]
		switch {
		case hexAny[c]:
			group++
		case c == ':' && group <= 4 && (group > 0 || !double):
			if group == 0 && j > i && t[j-1] == ':' {
				double = true
			}
			colons++
			group = 0
		case c == '-' && group == 2 && colons == 0:
			dashes++
			group = 0
		default:
			goto done
		}
		if group > 4 {
			return 0
		}
		j++
	}
done:
	for j > i && (t[j-1] == ':' && j > i+1 && t[j-2] != ':' || t[j-1] == '-') {
		j--
	}
	if j < len(t) && (isWord[t[j]] || t[j] == '-' && j+1 < len(t) && isWord[t[j+1]]) {
		return 0
	}
	if (colons == 5 && dashes == 0 || dashes == 5) && j-i == 17 {
		if mac := t[i:j]; hasHexLetter(mac) && string(mac) != "ff:ff:ff:ff:ff:ff" { // else a clock
			if r.e.actions[MAC] != Keep && r.add(i, j, MAC, "") {
				return j
			}
		}
		return 0
	}
	if colons < 2 || dashes > 0 || r.e.actions[IPv6] == Keep {
		return 0
	}
	addr, err := netip.ParseAddr(string(t[i:j]))
	if err != nil || !addr.Is6() || !public(addr) || !hasHexLetter(t[i:j]) && colons < 4 || addr.Is4In6() {
		return 0
	}
	if !r.add(i, j, IPv6, "") {
		return 0
	}
	return j
}

// hexBefore reports whether a group of one to four hexadecimal digits stands before the colon at i: then the address
// began earlier, or this is none.
func hexBefore(t []byte, i int) bool {
	p := i
	for p > 0 && isWord[t[p-1]] {
		if !hexAny[t[p-1]] || i-p == 4 {
			return false
		}
		p--
	}
	return p < i
}

func hasHexLetter(v []byte) bool {
	for _, c := range v {
		if byteClass[c] == bAlpha {
			return true
		}
	}
	return false
}
