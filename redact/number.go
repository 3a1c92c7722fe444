package redact

// number is a run of digits with the separators inside it.
type number struct {
	start, end int      // in the text
	digits     [24]byte // what fits; more digits than that are no number of a person
	n          int      // digits in all
	sep        byte     // the only kind of separator, 0 when none, 1 when mixed
	groups     [12]uint8
	ng         int
}

func (nb *number) d() []byte { return nb.digits[:min(nb.n, len(nb.digits))] }

// grouped reports whether the digits stand in groups of these lengths.
func (nb *number) grouped(lengths ...uint8) bool {
	if nb.ng != len(lengths) {
		return false
	}
	for i, l := range lengths {
		if nb.groups[i] != l {
			return false
		}
	}
	return true
}

// readNumber collects digits from i on, with single separators between groups. It stops where the second kind of
// separator begins, unless loose is set, as telephone numbers mix them.
func readNumber(t []byte, i, limit int, loose bool) (nb number) {
	nb.start = i
	group := uint8(0)
	for i < limit {
		c := t[i]
		if c >= '0' && c <= '9' {
			if nb.n < len(nb.digits) {
				nb.digits[nb.n] = c
			}
			nb.n++
			if group < 255 {
				group++
			}
			i++
			nb.end = i
			continue
		}
		if group == 0 && !loose || nb.n >= len(nb.digits) {
			break
		}
		j := i + 1
		switch c {
		case '/':
			if !loose {
				j = limit
			}
		case ' ', '-', '.', '+':
		case '(', ')':
			if !loose {
				j = limit
			}
		default:
			j = limit
		}
		if loose {
			for j < limit && j < i+3 && (t[j] == ' ' || t[j] == '-' || t[j] == '(' || t[j] == ')' || t[j] == '.') {
				j++
			}
		}
		if j >= limit || t[j] < '0' || t[j] > '9' {
			break
		}
		if !loose && nb.sep != 0 && nb.sep != c {
			break
		}
		if nb.sep == 0 {
			nb.sep = c
		} else if nb.sep != c {
			nb.sep = 1
		}
		if nb.ng < len(nb.groups)-1 {
			nb.groups[nb.ng] = group
			nb.ng++
		} else {
			break
		}
		group = 0
		i = j
	}
	if group > 0 {
		nb.groups[nb.ng] = group
		nb.ng++
	}
	return nb
}

// cardBrand returns the brand whose range and length the digits have, "" if none has.
func cardBrand(d []byte) string {
	n := len(d)
	if n < 14 || n > 19 {
		return ""
	}
	p := 0
	for _, c := range d[:6] {
		p = p*10 + int(c-'0')
	}
	p2, p3, p4 := p/10000, p/1000, p/100
	switch {
	case p2 == 34 || p2 == 37:
		if n == 15 {
			return "amex"
		}
	case p3 >= 300 && p3 <= 305 || p3 == 309 || p2 == 36 || p2 == 38 || p2 == 39:
		if n == 14 || n == 16 && p2 != 36 {
			return "diners"
		}
	case p4 >= 3528 && p4 <= 3589:
		if n == 16 {
			return "jcb"
		}
	case p/100000 == 4:
		if n == 16 || n == 19 {
			return "visa"
		}
	case p2 >= 51 && p2 <= 55 || p4 >= 2221 && p4 <= 2720:
		if n == 16 {
			return "mastercard"
		}
	case p4 >= 2200 && p4 <= 2205:
		if n == 16 || n == 19 {
			return "mir"
		}
	case p2 == 62 || p == 810000:
		if n >= 16 {
			return "unionpay"
		}
	case p4 == 6011 || p3 >= 644 && p3 <= 649 || p2 == 65:
		if n == 16 || n == 19 {
			return "discover"
		}
	case p4 == 5018 || p4 == 5019 || p4 == 5020 || p4 == 5038 || p4 == 5893 || p4 == 6304 || p4 == 6759 ||
		p4 >= 6761 && p4 <= 6763:
		if n >= 16 {
			return "maestro"
		}
	case p >= 506099 && p <= 506198 || p4 == 5067 || p4 == 5090 || p4 == 6362 || p4 == 6363 || p == 606282:
		if n == 16 {
			return "elo"
		}
	case p3 == 508 || p2 == 60 || p3 == 636 || p4 == 9792 || p4 == 8600 || p4 == 9860:
		if n == 16 {
			return "domestic"
		}
	}
	return ""
}

// cardGrouping reports whether the groups are those that cards are printed with.
func (nb *number) cardGrouping() bool {
	switch {
	case nb.sep == 0, nb.grouped(4, 4, 4, 4), nb.grouped(4, 6, 5), nb.grouped(4, 6, 4), nb.grouped(4, 4, 4, 4, 3),
		nb.grouped(4, 4, 4, 3), nb.grouped(4, 4, 4, 2), nb.grouped(6, 13), nb.grouped(8, 8):
		return true
	}
	return false
}

// countryCode returns the length of the country calling code the digits begin with and the lengths that national
// numbers of that country may have.
func countryCode(d []byte) (length, least, most int) {
	for n := 1; n <= 3 && n < len(d); n++ {
		if r, ok := callingCodes[string(d[:n])]; ok {
			return n, int(r[0]), int(r[1])
		}
	}
	return 0, 0, 0
}

// validE164 reports whether the digits of a number written with + can be a telephone number.
func validE164(d []byte) bool {
	if len(d) < 9 || len(d) > 15 {
		return false
	}
	cc, least, most := countryCode(d)
	if cc == 0 {
		return false
	}
	rest := d[cc:]
	if len(rest) < least || len(rest) > most {
		return false
	}
	if d[0] == '1' {
		return validNANP(rest)
	}
	return true
}

// validNANP checks the ten digits of a North American number.
func validNANP(d []byte) bool {
	return len(d) == 10 && d[0] >= '2' && d[3] >= '2' && !(d[1] == '1' && d[2] == '1')
}

// callingCodes are the country calling codes in use with the least and greatest length of national numbers.
var callingCodes = func() map[string][2]uint8 {
	m := map[string][2]uint8{}
	add := func(least, most uint8, codes ...string) {
		for _, c := range codes {
			m[c] = [2]uint8{least, most}
		}
	}
	add(10, 10, "1")
	add(10, 10, "7")
	add(8, 10, "20", "27", "30", "31", "32", "33", "34", "36", "40", "41", "44", "45", "46", "47", "48")
	add(6, 12, "39", "43", "49")
	add(8, 11, "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66")
	add(8, 11, "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98")
	add(6, 11, "211", "212", "213", "216", "218", "220", "221", "222", "223", "224", "225", "226", "227", "228", "229",
		"230", "231", "232", "233", "234", "235", "236", "237", "238", "239", "240", "241", "242", "243", "244", "245",
		"246", "248", "249", "250", "251", "252", "253", "254", "255", "256", "257", "258", "260", "261", "262", "263",
		"264", "265", "266", "267", "268", "269", "290", "291", "297", "298", "299",
		"350", "351", "352", "353", "354", "355", "356", "357", "358", "359", "370", "371", "372", "373", "374", "375",
		"376", "377", "378", "380", "381", "382", "383", "385", "386", "387", "389", "420", "421", "423",
		"500", "501", "502", "503", "504", "505", "506", "507", "508", "509", "590", "591", "592", "593", "594", "595",
		"596", "597", "598", "599", "670", "672", "673", "674", "675", "676", "677", "678", "679", "680", "681", "682",
		"683", "685", "686", "687", "688", "689", "691", "692", "850", "852", "853", "855", "856", "880", "886",
		"960", "961", "962", "963", "964", "965", "966", "967", "968", "970", "971", "972", "973", "974", "975", "976",
		"977", "992", "993", "994", "995", "996", "998")
	return m
}()

// ibanLength is the length of an IBAN by country.
var ibanLength = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
	"BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
	"ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
	"HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20,
	"LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19,
	"MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29,
	"PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24,
	"SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
	"YE": 30,
}

// bban is how the part of an IBAN behind its check digits begins, by country: N a digit, A a letter, # digits only.
var bban = map[string]string{
	"AD": "NNNNNNNN", "AE": "#", "AL": "NNNNNNNN", "AT": "#", "AZ": "AAAA", "BA": "#", "BE": "#", "BG": "AAAANNNN", "BH": "AAAA",
	"CH": "NNNNN", "CR": "#", "CY": "NNNNNNNN", "CZ": "#", "DE": "#", "DK": "#", "EE": "#", "EG": "#", "ES": "#", "FI": "#",
	"FO": "#", "FR": "NNNNNNNNNN", "GB": "AAAANNNNNNNNNNNNNN", "GE": "AANNNNNNNNNNNNNNNN", "GI": "AAAA", "GL": "#", "GR": "NNNNNNN",
	"HR": "#", "HU": "#", "IE": "AAAANNNNNNNNNNNNNN", "IL": "#", "IQ": "AAAA", "IS": "#", "IT": "ANNNNNNNNNN", "JO": "AAAANNNN",
	"KW": "AAAA", "KZ": "NNN", "LB": "NNNN", "LC": "AAAA", "LI": "NNNNN", "LT": "#", "LU": "NNN", "LV": "AAAA", "LY": "#",
	"MC": "NNNNNNNNNN", "ME": "#", "MK": "NNN", "MR": "#", "MT": "AAAANNNNN", "MU": "AAAANNNN", "NI": "AAAA", "NL": "AAAANNNNNNNNNN",
	"NO": "#", "PK": "AAAA", "PL": "#", "PS": "AAAA", "PT": "#", "QA": "AAAA", "RO": "AAAA", "RS": "#", "SA": "NN", "SC": "AAAANNNN",
	"SD": "#", "SE": "#", "SI": "#", "SK": "#", "SM": "ANNNNNNNNNN", "SV": "AAAANNNN", "TL": "#", "TN": "#", "TR": "NNNNNN",
	"UA": "NNNNNN", "VA": "#", "VG": "AAAANNNN", "XK": "#",
}

// bbanFits reports whether the bank's part of an IBAN looks as its country has it.
func bbanFits(iban []byte) bool {
	pattern := bban[string([]byte{upper(iban[0]), upper(iban[1])})]
	for i, c := range iban[4:] {
		switch {
		case pattern == "#":
			if byteClass[c] != bDigit {
				return false
			}
		case i < len(pattern) && (pattern[i] == 'N') != (byteClass[c] == bDigit):
			return false
		}
	}
	return true
}

// matchIBAN returns the end of an IBAN that begins at i, 0 if there is none: country, length and mod 97 must agree.
// Groups of four may be separated by blanks, hyphens, dots or the plus of a form.
func matchIBAN(t []byte, i int) int {
	want := ibanLength[string([]byte{upper(t[i]), upper(t[i+1])})]
	if want == 0 {
		return 0
	}
	if i > 1 && (t[i-1] == '-' || t[i-1] == '.' || t[i-1] == '_') && alnum[t[i-2]] {
		return 0 // a part of something longer, a UUID for example
	}
	var b [34]byte
	n, j := 0, i
	var sep byte
	small := t[i] >= 'a'
	for j < len(t) && n < want {
		c := t[j]
		switch {
		case n > 0 && n%4 == 0 && (sep != 0 && c == sep && t[j-1] != sep || n == 4 && sep == 0 && (c == ' ' || c == '-' || c == '+' || c == '.')):
			sep = c
		case n > 0 && n%4 == 0 && sep != 0 && t[j-1] != sep, !alnum[c], byteClass[c] == bAlpha && small != (c >= 'a'):
			return 0 // a group that is not of four, or a word
		default:
			b[n] = c
			n++
		}
		j++
	}
	if byteClass[b[2]] != bDigit || byteClass[b[3]] != bDigit || !bbanFits(b[:want]) {
		return 0
	}
	if n < want || j < len(t) && alnum_[t[j]] || mod97(b[4:n], b[:4]) != 1 {
		return 0
	}
	return j
}
