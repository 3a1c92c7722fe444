package redact

// emailLocal and emailDomain are the bytes of an address; bytes above 0x7f belong to names in other scripts.
var emailLocal, emailDomain = func() (l, d [256]bool) {
	for c := range 256 {
		l[c] = alnum[byte(c)] || c >= 0x80
		d[c] = l[c]
	}
	for _, c := range []byte("._%+-'!#$&*~") {
		l[c] = true
	}
	d['-'], d['.'] = true, true
	return l, d
}()

// notTLD are ends of names that are files, units or private networks, not top-level domains.
var notTLD = set(`png jpg jpeg gif svg webp ico bmp css scss less js jsx ts tsx mjs cjs map htm html xml json yml yaml toml md5 txt
	log csv tsv gz tgz bz2 xz tar rar jar war class java go rb php php5 cpp hpp exe dll bin dat db sql bak tmp lock conf cfg ini
	env pem key crt cer service socket timer target mount slice scope device path swap automount local localdomain localhost
	lan internal svc cluster invalid py pyc sock pid pdf doc docx xls xlsx ppt pptx mp3 mp4 wav avi mkv woff
	woff2 ttf eot wasm proto tmpl vue svelte erb haml gem whl deb rpm apk dmg iso img so dylib swf out err orig patch diff`)

// at handles '@': e-mail addresses, and database addresses without a scheme.
func (r *Redactor) at(i int) int {
	t := r.t
	if i == 0 || i+3 > len(t) || i < r.last {
		return i + 1
	}
	if t[i+1] == 't' || t[i+1] == 'u' || t[i+1] == '(' || t[i+1] == '/' || r.oracle(i) {
		if end := r.driverDSN(i); end > 0 {
			return end
		}
	}
	start, end, ok := emailAt(t, i, r.last)
	if !ok || !r.add(start, end, Email, "") {
		return i + 1
	}
	return end
}

// emailAround finds the first address in v from i on.
func emailAround(v []byte, i int) (start, end int, ok bool) {
	for ; i < len(v); i++ {
		if v[i] == '@' {
			return emailAt(v, i, 0)
		}
	}
	return 0, 0, false
}

// emailAt returns the address around the '@' at i that begins at least at floor.
func emailAt(t []byte, i, floor int) (start, end int, ok bool) {
	start = i
	for start > floor && i-start < 65 && emailLocal[t[start-1]] && !scriptChange(t, start) {
		start--
	}
	for start < i && (t[start] == '.' || t[start] == '\'' || t[start] == '!' || t[start] == '#' || t[start] == '$' ||
		t[start] == '&' || t[start] == '*' || t[start] == '~' || t[start] == '%' || t[start] == '-') {
		start++
	}
	// A query's separator is a byte of a local part as well: a=1&to=b is cut by '=', a&b@x is not.
	for p := i - 1; p > start; p-- {
		if t[p] == '&' || t[p] == '!' || t[p] == '#' || t[p] == '*' || t[p] == '~' {
			start = p + 1
			break
		}
	}
	if start >= i || t[i-1] == '.' {
		return 0, 0, false
	}
	if start > 0 && (t[start-1] == '/' || t[start-1] == '@') && !pathSegment(t, start) {
		return 0, 0, false
	}
	if machineMade(t[start:i]) {
		return 0, 0, false
	}
	end = i + 1
	for end < len(t) && end-i < 254 && emailDomain[t[end]] && !scriptChange(t, end) {
		end++
	}
	for end > i+1 && (t[end-1] == '.' || t[end-1] == '-') {
		end--
	}
	dom := t[i+1 : end]
	dot := -1
	for p, c := range dom {
		if c != '.' {
			continue
		}
		if p == 0 || dom[p-1] == '.' {
			return 0, 0, false
		}
		dot = p
	}
	if dot < 1 {
		return 0, 0, false
	}
	// "name@example.com.Next sentence" ends before a capital that follows small letters.
	tld := dom[dot+1:]
	if !validTLD(tld) {
		return 0, 0, false
	}
	if end < len(t) && (t[end] == '@' || t[end] == '_') {
		return 0, 0, false
	}
	if end+1 < len(t) && t[end] == ':' && remotePath(t, end+1) {
		return 0, 0, false
	}
	if end < len(t) && t[end] == '(' { // name@host.com(args) is a call
		return 0, 0, false
	}
	return start, end, true
}

// machineMade reports whether a local part is that of a message id, 6b01e237944ab_314e18606541a@host, and not a name.
func machineMade(local []byte) bool {
	digits := 0
	for _, c := range local {
		switch {
		case byteClass[c] == bDigit:
			digits++
		case !hexLower[c] && c != '_' && c != '.' && c != '-':
			return false
		}
	}
	return len(local) >= 16 && digits >= 6
}

// scriptChange reports whether a Latin letter or digit touches a letter of another script at i, as addresses do in
// languages that use no blanks.
func scriptChange(t []byte, i int) bool {
	a, b := t[i-1], t[i]
	if a < 0x80 == (b < 0x80) {
		return false
	}
	if a < 0x80 {
		return alnum[a] && !(b >= 0xc3 && b <= 0xc9)
	}
	if !alnum[b] {
		return false
	}
	p := i - 1
	for p > 0 && p > i-4 && t[p] < 0xc0 {
		p--
	}
	return t[p] < 0xc3 || t[p] > 0xc9
}

// pathSegment reports whether the address that begins at start is a segment of a path, /users/a@b.c, rather than a
// handle, /@name.
func pathSegment(t []byte, start int) bool {
	return t[start-1] == '/'
}

func validTLD(tld []byte) bool {
	if len(tld) < 2 || len(tld) > 24 {
		return false
	}
	var b [24]byte
	small := false
	for i, c := range tld {
		switch {
		case c >= 0x80 || c == '-' && string(tld[:min(4, len(tld))]) == "xn--":
		case c >= '0' && c <= '9':
			if len(tld) < 5 || string(tld[:4]) != "xn--" {
				return false
			}
		case byteClass[c] != bAlpha:
			return false
		case c >= 'a':
			small = true
		case small:
			return false // mixed case is a name in a program
		}
		b[i] = lower(c)
	}
	return !notTLD[string(b[:len(tld)])]
}

// remotePath reports whether what follows host: is a path, as in git@host:group/project.git.
func remotePath(t []byte, i int) bool {
	for j := i; j < len(t) && j < i+200; j++ {
		switch c := t[j]; {
		case c == '/' || c == '~':
			return true
		case !isKey[c]:
			return false
		}
	}
	return false
}
