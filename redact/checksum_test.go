package redact

import "testing"

func TestChecksums(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		check func([]byte) bool
		good  []string
		bad   []string
	}{
		{"luhn", luhn, []string{"4111111111111111", "79927398713"}, []string{"4111111111111112"}},
		{"nhs", validNHS, []string{"9434765919"}, []string{"9434765918", "943476591"}},
		{"bsn", validBSN, []string{"111222333", "123456782"}, []string{"111222334", "11122233"}},
		{"tfn", validTFN, []string{"123456782", "37118655"}, []string{"123456789", "37118656", "1"}},
		{"pesel", validPESEL, []string{"44051401359"}, []string{"44051401358", "4405140135"}},
		{"cpf", validCPF, []string{"52998224725"}, []string{"52998224724", "11111111111", "1"}},
		{"cnpj", validCNPJ, []string{"11222333000181", "00000000000191", "33000167000101"}, []string{"11222333000182", "11111111111111", "1"}},
		{"german tax id", validGermanTaxID, []string{"36574261809", "86095742719", "12345678903"}, []string{"36574261808", "06574261809", "1"}},
		{"nir", validNIR, []string{"255081416802538"}, []string{"255081416802539", "955081416802538", "1"}},
		{"dni", validDNI, []string{"12345678Z", "X1234567L", "x1234567l"}, []string{"12345678A", "1234A678Z", "1"}},
		{"codice fiscale", validCF, []string{"RSSMRA85T10A562S", "rssmra85t10a562s"}, []string{"RSSMRA85T10A562T", "RSSMRA85T10A56!S", "1SSMRA85T10A562S", "1"}},
		{"aadhaar", validAadhaar, []string{"234567890124"}, []string{"234567890125", "134567890124", "1"}},
		{"ssn", validSSN, []string{"123456789"}, []string{"000456789", "666456789", "900456789", "123006789", "123450000", "1"}},
		{"itin", validITIN, []string{"973646860", "900701234", "999991234"}, []string{"973106860", "123456789", "1"}},
		{"chinese id", validChineseID, []string{"11010519491231002X", "440524188001010014"[:6] + "198001010014"[:11] + "0"}[:1], []string{"110105194912310021", "1101051949A231002X", "1"}},
		{"swedish", validSwedish, []string{"8112189876", "198112189876"}, []string{"8112189877", "8113189876", "1"}},
		{"korean", validKorean, []string{"9001011234567"}, []string{"9013011234567", "1"}},
		{"aba", abaCheck, []string{"021000021"}, []string{"021000022", "1"}},
		{"ean13", ean13, []string{"7569217076985"}, []string{"7569217076986", "1"}},
	} {
		for _, s := range tt.good {
			if !tt.check([]byte(s)) {
				t.Errorf("%s: %s is good", tt.name, s)
			}
		}
		for _, s := range tt.bad {
			if tt.check([]byte(s)) {
				t.Errorf("%s: %s is bad", tt.name, s)
			}
		}
	}
}

func TestCardBrand(t *testing.T) {
	t.Parallel()
	for digits, want := range map[string]string{
		"4111111111111111": "visa", "4111111111111111111": "visa", "378282246310005": "amex", "30569309025904": "diners",
		"36148900647913": "diners", "3530111333300000": "jcb", "5555555555554444": "mastercard", "2223003122003222": "mastercard",
		"2200123456789010": "mir", "6200000000000005": "unionpay", "6011111111111117": "discover", "6759649826438453": "maestro",
		"5067310000000010": "elo", "6062820000000000": "elo", "6080320000000000": "domestic", "9792000000000000": "domestic",
		"4111111111111": "", "41111111111111": "", "34828224631000": "", "305693090259": "", "35301113333000001": "",
		"55555555555544441": "", "22001234567890101": "", "620000000000000": "", "60111111111111171": "", "675964982643845": "",
		"50673100000000101": "", "60803200000000001": "", "1111111111111111": "", "3056930902590411": "diners",
	} {
		if got := cardBrand([]byte(digits)); got != want {
			t.Errorf("%s: got %q, want %q", digits, got, want)
		}
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`a\"b\\\"c`:                          `a"b"c`,
		`a\nb\tc\rd\\ne`:                     "a\nb c\nd\ne",
		`\u0041\u00e9\U0001F600`:             "Aé😀",
		`\ud83d\ude00\ud83dx`:                "😀\uFFFDx",
		`\ud83d\u0041`:                       "\uFFFDA",
		`\u{41}\u{zz}\u{}`:                   `A\u{zz}\u{}`,
		`\u00`:                               `\u00`,
		`\uzzzz`:                             `\uzzzz`,
		`\U00110000`:                         `\U00110000`,
		`\u000d\u00a0\u200b.`:                "\n .",
		`\x41\x0a\xe9\xzz`:                   "A\n\xe9\\xzz",
		`\ud83d\n`:                           "\uFFFD\n",
		`c:\dir\`:                            `c:\dir\`,
		"\x1b[31mred\x1b[0m":                 "red",
		"\x1b]x\x1b[12":                      "]x",
		`\x1b[1mb\u001b[0m\u001bc`:           "bc",
		`\e[1mb\033[0mc\e\0`:                 `bc\e\0`,
		`50%25 %41%2541%zz%4`:                `50% AA%zz%4`,
		`%B4111111111111111^A`:               `%B4111111111111111^A`,
		`&quot;&#65;&#x42;&amp;quot;&amp;x;`: `"AB"&x;`,
		`a&b &x &#; &#xz; &#99999999; &am`:   `a&b &x &#; &#xz; &#99999999; &am`,
		"a\u00a0b\u2011c\u202fd\uff11\uff41\u00ad\u200b\ufeff\u2212\u205f\u2060e": "a b-c d1a- e",
		"é\u00a2\u2203\u2030\uff9f": "é\u00a2\u2203\u2030\uff9f",
		"\xc2":                      "\xc2",
		"\xe2\x80":                  "\xe2\x80",
	} {
		var d decoder
		d.load(raw)
		if got := string(d.text); got != want {
			t.Errorf("%q: got %q, want %q", raw, got, want)
		}
		for i := range d.text {
			if from, to := d.rawStart(i), d.rawEnd(i+1); from >= to || to > len(raw) {
				t.Errorf("%q: byte %d comes from %d to %d", raw, i, from, to)
			}
		}
	}
}

// TestFaultsFailClosed breaks the scan from inside: what was not scanned does not get out.
func TestFaultsFailClosed(t *testing.T) {
	t.Parallel()
	e, err := New(DefaultConfig(), Key{ID: "k1", Master: make([]byte, keyBytes)})
	if err != nil {
		t.Fatal(err)
	}
	r := e.Worker()
	r.e = &Engine{maxScan: 1 << 20, actions: e.actions}
	for _, tt := range []struct {
		f    form
		want string
	}{{formText, unscannedText}, {formEscaped, unscannedText}, {formJSON, `"` + unscannedText + `"`}} {
		if got, changed := r.guard("", "mail bob@corp.example", tt.f); got != tt.want || !changed {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
	if n := e.Snapshot().Unscanned; n != 3 {
		t.Errorf("%d unscanned counted, want 3", n)
	}
}
