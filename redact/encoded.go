package redact

import (
	"bytes"
	"encoding/base64"
)

// longWord handles a word too long for a label: base64 or hex of readable text is decoded and scanned; if it hides
// something, all of it goes.
func (r *Redactor) longWord(i, end int) int {
	if i > 0 && r.t[i-1] == '/' && end-i >= 20 && r.secretSegment(i-1) && randomLooking(r.t[i:end], 20) {
		e := end
		for e < len(r.t) && urlChars[r.t[e]] {
			e++
		}
		if r.add(i, e, Token, "") {
			return e
		}
	}
	if end-i < 20 && !(end < len(r.t) && base64Any[r.t[end]]) {
		return end
	}
	t := r.t
	if start, name := markedToken(t[i:end]); start >= 0 && r.add(i+start, end, VendorToken, name) {
		return end
	}
	if readableBase64(t[i:end]) {
		e := end
		for e < len(t) && base64Any[t[e]] {
			e++
		}
		if e-i >= 20 && r.hides(t[i:e], false) && r.add(i, e, Encoded, "base64") {
			return e
		}
		return end
	}
	if end-i >= 24 && (end-i)%2 == 0 && readableHex(t[i:end]) && r.hides(t[i:end], true) && r.add(i, end, Encoded, "hex") {
		return end
	}
	return end
}

// markedToken returns where a token begins in the long word w that shows itself by a mark in its middle or at its end:
// Stripe's client secrets, Azure's and MaxMind's keys; -1 if there is none.
func markedToken(w []byte) (start int, name string) {
	switch n := len(w); {
	case n >= 80 && n <= 88 && (bytes.Contains(w[40:], []byte("JQQJ9")) || string(w[76:80]) == "AZDO"):
		return 0, "azure"
	case n == 40 && string(w[36:]) == "_mmk":
		return 0, "maxmind"
	}
	const mark = "_secret_"
	if at := bytes.Index(w, []byte(mark)); at > 10 && len(w)-at >= len(mark)+20 && mixed(w[at+len(mark):]) {
		return at + len(mark), "stripe"
	}
	return -1, ""
}

// readableBase64 reports whether the first 16 characters decode to printable text.
func readableBase64(v []byte) bool {
	var out [12]byte
	decodeBase64(out[:], v[:16])
	for _, c := range out {
		if c < ' ' && c != '\n' && c != '\t' || c >= 0x7f {
			return false
		}
	}
	return true
}

func readableHex(v []byte) bool {
	for i := 0; i < 16; i += 2 {
		hi, lo := hexValue[v[i]], hexValue[v[i+1]]
		if hi < 2 || hi > 7 || lo < 0 {
			return false
		}
	}
	return true
}

// decodeBase64 decodes v in the standard or the URL alphabet, padded or not, and returns the bytes decoded before the
// first fault.
func decodeBase64(out, v []byte) int {
	var b [4]byte
	n := 0
	for len(v) >= 4 {
		copy(b[:], v[:4])
		for i, c := range b {
			switch c {
			case '-':
				b[i] = '+'
			case '_':
				b[i] = '/'
			}
		}
		enc := base64.StdEncoding
		m, err := enc.Decode(out[n:], b[:])
		n += m
		if err != nil {
			return n
		}
		v = v[4:]
	}
	if len(v) >= 2 && v[0] != '=' && v[1] != '=' {
		copy(b[:], v)
		m, _ := base64.RawStdEncoding.Decode(out[n:], b[:len(v)])
		n += m
	}
	return n
}

const maxNest = 2

// hides reports whether the encoded text v holds something to redact.
func (r *Redactor) hides(v []byte, hex bool) bool {
	if r.nest >= maxNest {
		return false
	}
	if r.inner == nil {
		r.inner = &Redactor{e: r.e, nest: r.nest + 1, network: r.network}
	}
	in := r.inner
	v = v[:min(len(v), 64<<10)]
	out := in.scratch[:0]
	if hex {
		for k := 0; k+1 < len(v); k += 2 {
			hi, lo := hexValue[v[k]], hexValue[v[k+1]]
			if hi < 0 || lo < 0 {
				return false
			}
			out = append(out, byte(hi)<<4|byte(lo))
		}
	} else {
		if cap(out) < len(v)+8 {
			out = make([]byte, 0, len(v)+8)
		}
		out = out[:len(v)+8]
		out = out[:decodeBase64(out, v)]
	}
	in.scratch = out
	in.key = ""
	in.begin(string(out), class{}, false)
	in.scanText()
	if len(in.spans) > 0 {
		return true
	}
	return basicPair(out)
}

// basicPair reports whether text is nothing but user:password, as Basic credentials are.
func basicPair(v []byte) bool {
	colon := -1
	for i, c := range v {
		if c <= ' ' || c >= 0x7f || c == '/' || c == '"' || c == ',' || c == '{' {
			return false
		}
		if c == ':' {
			if colon >= 0 {
				return false
			}
			colon = i
		}
	}
	return colon >= 3 && len(v)-colon > 6 && randomLooking(v[colon+1:], 6)
}

// secretSegments are the parts of paths behind which the next one opens a door: /password/reset/<token>.
var secretSegments = set(`reset reset-password password-reset reset_password password_reset verify verification confirm confirmation
	activate activation unlock recover recovery magic magic-link magic_link unsubscribe invite invites invitation invitations
	accept-invite token tokens claim onetime one-time share-link verify-email confirm-email`)

// secretSegment reports whether the segment that ends before the slash at i is one of those.
func (r *Redactor) secretSegment(i int) bool {
	start := i
	for start > 0 && i-start < 24 && urlChars[r.t[start-1]] {
		start--
	}
	return secretSegments[string(r.t[start:i])]
}
