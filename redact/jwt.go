package redact

import "encoding/base64"

// dottedToken matches tokens of parts with dots: JWT and JWE, whose first part decodes to a header, and Discord's.
func dottedToken(t []byte, i int) (end int, kind Kind, name string) {
	j := i
	for j < len(t) && urlChars[t[j]] {
		j++
	}
	if j >= len(t) || t[j] != '.' || j-i < 10 {
		if t[i] == 'e' && j-i >= 24 && headerPart(t[i:j]) {
			return j, JWT, "" // cut off behind the header
		}
		return 0, KindNone, ""
	}
	if t[i] == 'e' {
		if !headerPart(t[i:j]) {
			return 0, KindNone, ""
		}
		end = j
		for parts := 1; parts < 5 && end < len(t) && t[end] == '.'; parts++ {
			p := end + 1
			for p < len(t) && (urlChars[t[p]] || t[p] == '=') {
				p++
			}
			if p == end+1 && parts > 2 {
				break
			}
			end = p
		}
		if t[end-1] == '.' {
			end--
		}
		return end, JWT, ""
	}
	// Discord: base64 of a user id, six characters of time, 27 or more of HMAC.
	if n := j - i; n < 23 || n > 28 {
		return 0, KindNone, ""
	}
	k := j + 1
	for k < len(t) && urlChars[t[k]] {
		k++
	}
	if k-j-1 < 6 || k-j-1 > 7 || k >= len(t) || t[k] != '.' {
		return 0, KindNone, ""
	}
	m := k + 1
	for m < len(t) && urlChars[t[m]] {
		m++
	}
	if m-k-1 < 27 || m-k-1 > 45 {
		return 0, KindNone, ""
	}
	return m, VendorToken, "discord"
}

// headerPart reports whether s is base64url of a JSON object with "alg".
func headerPart(s []byte) bool {
	var out [512]byte
	s = s[:min(len(s), 680)]
	n, _ := base64.RawURLEncoding.Decode(out[:], s[:len(s)/4*4])
	rest := out[:n]
	if len(rest) < 8 || rest[0] != '{' {
		return false
	}
	for k := 0; k+5 <= len(rest); k++ {
		if string(rest[k:k+5]) == `"alg"` || string(rest[k:k+5]) == `"enc"` {
			return true
		}
	}
	return false
}
