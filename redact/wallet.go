package redact

import "crypto/sha256"

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

var base58Value = func() (t [256]int8) {
	for i := range t {
		t[i] = -1
	}
	for i := range len(base58) {
		t[base58[i]] = int8(i)
	}
	return t
}()

// bitcoin matches a base58 address with its checksum at i.
func bitcoin(t []byte, i int) int {
	j := i
	for j < len(t) && j < i+36 && base58Value[t[j]] >= 0 {
		j++
	}
	n := j - i
	if n < 26 || n > 35 || j < len(t) && isWord[t[j]] || i > 0 && isWord[t[i-1]] {
		return 0
	}
	var b [25]byte
	for _, c := range t[i:j] {
		carry := int(base58Value[c])
		for k := len(b) - 1; k >= 0; k-- {
			carry += int(b[k]) * 58
			b[k] = byte(carry)
			carry >>= 8
		}
		if carry > 0 {
			return 0
		}
	}
	first := sha256.Sum256(b[:21])
	second := sha256.Sum256(first[:])
	if string(second[:4]) != string(b[21:]) {
		return 0
	}
	return j
}

// bech32Address matches bc1…, tb1…, ltc1… and cosmos-like addresses with their checksum at i.
func bech32Address(t []byte, i int) int {
	const charset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	j := i
	for j < len(t) && alnum[t[j]] {
		j++
	}
	if n := j - i; n < 14 || n > 90 || j < len(t) && isWord[t[j]] {
		return 0
	}
	s := t[i:j]
	sep := -1
	for k := range s {
		if s[k] == '1' {
			sep = k
			break
		}
	}
	chk := uint32(1)
	step := func(v byte) {
		top := chk >> 25
		chk = chk&0x1ffffff<<5 ^ uint32(v)
		for k, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>k&1 == 1 {
				chk ^= g
			}
		}
	}
	for _, c := range s[:sep] {
		step(lower(c) >> 5)
	}
	step(0)
	for _, c := range s[:sep] {
		step(lower(c) & 31)
	}
	for _, c := range s[sep+1:] {
		v := -1
		for k := range len(charset) {
			if charset[k] == lower(c) {
				v = k
			}
		}
		if v < 0 {
			return 0
		}
		step(byte(v))
	}
	if chk != 1 && chk != 0x2bc830a3 {
		return 0
	}
	return j
}
