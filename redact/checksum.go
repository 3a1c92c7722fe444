package redact

// The functions here take digits as bytes '0' to '9', unless they say otherwise, and never look at separators.

// luhn reports whether digits pass the Luhn check.
func luhn(digits []byte) bool {
	sum, double := 0, false
	for i := len(digits) - 1; i >= 0; i-- {
		d := int(digits[i] - '0')
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		double = !double
	}
	return sum%10 == 0
}

// mod97 returns the remainder of the number written in s, letters counting from A = 10, as ISO 7064 wants it.
func mod97(parts ...[]byte) int {
	r := 0
	for _, s := range parts {
		for _, c := range s {
			switch {
			case c >= '0' && c <= '9':
				r = (r*10 + int(c-'0')) % 97
			case c >= 'A' && c <= 'Z':
				r = (r*100 + int(c-'A') + 10) % 97
			case c >= 'a' && c <= 'z':
				r = (r*100 + int(c-'a') + 10) % 97
			}
		}
	}
	return r
}

// weighted returns the sum of the digits times weights.
func weighted(digits []byte, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(digits[i]-'0') * w
	}
	return sum
}

// mod11 is the check of the UK's NHS number.
func validNHS(d []byte) bool {
	if len(d) != 10 {
		return false
	}
	check := 11 - weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11
	return check%11 == int(d[9]-'0') && check != 10
}

func validBSN(d []byte) bool {
	return len(d) == 9 && weighted(d, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0
}

func validTFN(d []byte) bool {
	switch len(d) {
	case 9:
		return weighted(d, 1, 4, 3, 7, 5, 8, 6, 9, 10)%11 == 0
	case 8:
		return weighted(d, 10, 7, 8, 4, 6, 3, 5, 1)%11 == 0
	}
	return false
}

func validPESEL(d []byte) bool {
	return len(d) == 11 && (10-weighted(d, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3)%10)%10 == int(d[10]-'0')
}

func validCPF(d []byte) bool {
	if len(d) != 11 || same(d) {
		return false
	}
	a := weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	b := weighted(d, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	return a == int(d[9]-'0') && b == int(d[10]-'0')
}

func validCNPJ(d []byte) bool {
	if len(d) != 14 || same(d) {
		return false
	}
	a := (11 - weighted(d, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)%11) % 11 % 10
	b := (11 - weighted(d, 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)%11) % 11 % 10
	return a == int(d[12]-'0') && b == int(d[13]-'0')
}

// validGermanTaxID checks ISO 7064 MOD 11,10 and that the first digit is not 0.
func validGermanTaxID(d []byte) bool {
	if len(d) != 11 || d[0] == '0' {
		return false
	}
	p := 10
	for _, c := range d[:10] {
		s := (int(c-'0') + p) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return (11-p)%10 == int(d[10]-'0')
}

// validNIR checks the French number: 13 digits (Corsica's letters counted as digits) and a key of two.
func validNIR(d []byte) bool {
	if len(d) != 15 || d[0] < '1' || d[0] > '8' {
		return false
	}
	body := 0
	for _, c := range d[:13] {
		body = (body*10 + int(c-'0')) % 97
	}
	return 97-body == int(d[13]-'0')*10+int(d[14]-'0')
}

const dniLetters = "TRWAGMYFPDXBNJZSQVHLCKE"

// validDNI checks a Spanish DNI or NIE: eight digits, or X, Y, Z and seven, and a letter.
func validDNI(s []byte) bool {
	if len(s) != 9 {
		return false
	}
	n := 0
	for i, c := range s[:8] {
		switch {
		case c >= '0' && c <= '9':
			n = n*10 + int(c-'0')
		case i == 0 && upper(c) >= 'X' && upper(c) <= 'Z':
			n = int(upper(c) - 'X')
		default:
			return false
		}
	}
	return dniLetters[n%23] == upper(s[8])
}

var cfOdd = [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}

// validCF checks an Italian codice fiscale: letters and digits in their places, a month, and the check letter.
func validCF(s []byte) bool {
	if len(s) != 16 {
		return false
	}
	const layout = "AAAAAA99A99A999A"
	sum := 0
	for i, c := range s {
		c = upper(c)
		digit := c >= '0' && c <= '9'
		if digit != (layout[i] == '9') && !(layout[i] == '9' && c >= 'L' && c <= 'V') {
			return false
		}
		if !digit && (c < 'A' || c > 'Z') {
			return false
		}
		v := int(c - 'A')
		if digit {
			v = int(c - '0')
		}
		if i%2 == 0 {
			v = cfOdd[v]
		}
		if i < 15 {
			sum += v
		}
	}
	return int(upper(s[15])-'A') == sum%26
}

// Verhoeff's tables: the dihedral group D5 and the permutation.
var verhoeffD = [10][10]uint8{
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5}, {2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
	{3, 4, 0, 1, 2, 8, 9, 5, 6, 7}, {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
	{6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3}, {8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
	{9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
}

var verhoeffP = [8][10]uint8{
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4}, {5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
	{8, 9, 1, 6, 0, 4, 3, 5, 2, 7}, {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
	{2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8},
}

// validAadhaar checks twelve digits, the first from 2, with Verhoeff.
func validAadhaar(d []byte) bool {
	if len(d) != 12 || d[0] < '2' {
		return false
	}
	c := uint8(0)
	for i := range d {
		c = verhoeffD[c][verhoeffP[i%8][d[len(d)-1-i]-'0']]
	}
	return c == 0
}

// validSSN applies the ranges of the Social Security Administration to nine digits.
func validSSN(d []byte) bool {
	return len(d) == 9 && string(d[:3]) != "000" && string(d[:3]) != "666" && d[0] != '9' &&
		string(d[3:5]) != "00" && string(d[5:]) != "0000"
}

// validITIN checks nine digits of the form 9xx-[50..65,70..88,90..92,94..99]-xxxx.
func validITIN(d []byte) bool {
	if len(d) != 9 || d[0] != '9' {
		return false
	}
	g := int(d[3]-'0')*10 + int(d[4]-'0')
	return g >= 50 && g <= 65 || g >= 70 && g <= 88 || g >= 90 && g <= 92 || g >= 94
}

// validChineseID checks 17 digits and a digit or X.
func validChineseID(s []byte) bool {
	if len(s) != 18 {
		return false
	}
	for _, c := range s[:17] {
		if c < '0' || c > '9' {
			return false
		}
	}
	sum := weighted(s, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
	return "10X98765432"[sum%11] == upper(s[17]) && (s[6] == '1' && s[7] == '9' || s[6] == '2' && s[7] == '0')
}

// validSwedish checks a personnummer: the last ten digits with Luhn, and a month and day in them.
func validSwedish(d []byte) bool {
	if len(d) == 12 {
		d = d[2:]
	}
	return len(d) == 10 && luhn(d) && plausibleDate(d[2:6])
}

// validKorean checks the date and the gender digit of a resident registration number. Its check digit is not used:
// numbers given since 2020 have none.
func validKorean(d []byte) bool {
	return len(d) == 13 && plausibleDate(d[2:6]) && d[6] >= '0' && d[6] <= '9'
}

// plausibleDate checks two digits of a month and two of a day; Swedish coordination numbers add 60 to the day.
func plausibleDate(mmdd []byte) bool {
	m := int(mmdd[0]-'0')*10 + int(mmdd[1]-'0')
	d := int(mmdd[2]-'0')*10 + int(mmdd[3]-'0')
	return m >= 1 && m <= 12 && (d >= 1 && d <= 31 || d >= 61 && d <= 91)
}

func same(d []byte) bool {
	for _, c := range d {
		if c != d[0] {
			return false
		}
	}
	return true
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c - 'A' + 'a'
	}
	return c
}
